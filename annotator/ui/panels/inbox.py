"""The consistency inbox: texts that were not labelled alike, and what is to become of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QDockWidget, QHBoxLayout, QLineEdit, QProgressBar, QPushButton, QToolButton, QVBoxLayout, QWidget

from annotator.domain.labels import LabelScheme
from annotator.domain.rules import quoted
from annotator.ui.i18n import by_count, plain_tip, tr
from annotator.ui.icons import icon
from annotator.ui.models.inbox import InboxModel
from annotator.ui.panels.inbox_list import EntryList, InboxDelegate, row_height
from annotator.ui.panels.parts import LIGHT, icon_button, plain_label, push_button, spaced

if TYPE_CHECKING:
    from annotator.commands.inbox import Entry, Inbox


class InboxPanel(QWidget):
    """Shows what it is told and asks by signals; it changes nothing itself.

    ``placesRequested`` brings an ``Entry`` and whether all its places are meant, ``dismissRequested`` an ``Entry`` and a reason that is not
    empty, ``takeUpRequested`` a dismissed ``Entry``.
    """

    placesRequested = Signal(object, bool)
    dismissRequested = Signal(object, str)
    takeUpRequested = Signal(object)
    refreshRequested = Signal()
    stopRequested = Signal()
    leaveRequested = Signal()
    shown = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._inbox: Inbox | None = None
        self._counting = self._stale = False
        self.model = InboxModel(self)
        self.view = EntryList(tr("Texts that were not labelled alike"))
        self.view.setModel(self.model)
        self._delegate = InboxDelegate(self.view)
        self.view.setItemDelegate(self._delegate)
        self.view.verticalHeader().setDefaultSectionSize(row_height(self.view.fontMetrics().height(), LIGHT.space))
        self.count = plain_label(quiet=True)
        self.dismissed = QToolButton()
        self.dismissed.setText(tr("Dismissed"))
        self.dismissed.setCheckable(True)
        self.dismissed.setAutoRaise(True)
        self.dismissed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.dismissed.setToolTip(plain_tip(tr("Show what was dismissed, to take it up again")))
        self.refresh = icon_button("refresh", tr("Count again"))
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setMaximumHeight(6)
        self.bar.setAccessibleName(tr("How far the counting is"))
        self.hint = plain_label(quiet=True)
        self.hint.setMargin(12)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.places = push_button(tr("Places"), tr("List the places that disagree with most (Enter)"))
        self.all_places = push_button(tr("All places"), tr("List all places (A)"))
        self.dismiss = push_button(tr("Dismiss…"), tr("Say that it may stay as it is, and why (D)"))
        self.reason = QLineEdit()
        self.reason.setPlaceholderText(tr("Why it may stay as it is"))
        self.reason.setAccessibleName(tr("Why it may stay as it is"))
        self.asked = plain_label()
        self.keep, self.cancel = push_button(tr("Dismiss"), ""), push_button(tr("Cancel"), "")
        self._lay_out()
        self._connect()
        self.set_scheme(None)

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        spaced(head, margin=2)
        head.addWidget(self.count, 1)
        head.addWidget(self.dismissed)
        head.addWidget(self.refresh)
        self._foot = _row(self.places, self.all_places, self.dismiss)
        self._question = QWidget()
        column = QVBoxLayout(self._question)
        spaced(column, margin=2, spacing=1)
        column.addWidget(self.asked)
        column.addWidget(self.reason)
        column.addWidget(_row(self.keep, self.cancel))
        self._question.hide()
        layout = QVBoxLayout(self)
        spaced(layout, spacing=0)
        layout.addLayout(head)
        layout.addWidget(self.bar)
        for part in (self.hint, self.view):
            layout.addWidget(part, 1)
        layout.addWidget(self._question)
        layout.addWidget(self._foot)
        self.setFocusProxy(self.view)

    def _connect(self) -> None:
        self.view.chosen.connect(self._on_chosen)
        self.view.doubleClicked.connect(self._on_places)
        self.view.asked.connect(self._on_asked)
        self.view.selectionModel().currentChanged.connect(self._on_current_changed)
        self.dismissed.toggled.connect(self._show_entries)
        self.refresh.clicked.connect(self._on_refresh)
        self.places.clicked.connect(self._on_places)
        self.all_places.clicked.connect(self._on_all_places)
        self.dismiss.clicked.connect(self._on_dismiss)
        self.reason.returnPressed.connect(self._on_keep)
        self.reason.textChanged.connect(self._on_reason_changed)
        self.keep.clicked.connect(self._on_keep)
        self.cancel.clicked.connect(self._end_question)

    # What is told to it

    def set_scheme(self, scheme: LabelScheme | None) -> None:
        """Work on a project with this scheme, or none; what was counted before is forgotten."""
        self.set_labels(scheme or LabelScheme())
        self.setEnabled(scheme is not None)
        self._inbox, self._counting, self._stale = None, False, False
        self.dismissed.setChecked(False)
        self._show_entries()

    def set_labels(self, scheme: LabelScheme) -> None:
        """Use the colours of these labels."""
        self._delegate.set_scheme(scheme)
        self.view.viewport().update()

    def open_panel(self) -> None:
        """Come into view with the keyboard in the list."""
        dock = self.parentWidget()
        if isinstance(dock, QDockWidget):
            dock.show()
            dock.raise_()
        self.show()
        self._take_keyboard()

    def set_counting(self, done: int, total: int) -> None:
        """Say that the counting is under way, and how far it is."""
        if not self._counting:
            self._counting = True
            self._show_parts()
        self.bar.setRange(0, total)
        self.bar.setValue(done)

    def show_inbox(self, inbox: Inbox | None) -> None:
        """Show what was found; None where the counting came to no end."""
        self._counting = False
        if inbox is not None:
            self._inbox, self._stale = inbox, False
            self._show_entries()
        self._show_parts()
        if self.refresh.hasFocus():  # where the keyboard waits while there is no list
            self._take_keyboard()

    def say(self, text: str) -> None:
        """Say why there is nothing to be seen."""
        self.hint.setText(text)

    def set_stale(self) -> None:
        """Say that there were edits since the counting."""
        if self._inbox is not None and not self._stale:
            self._stale = True
            self._show_parts()

    def put(self, entry: Entry, inbox: Inbox) -> None:
        """Show an entry as it is now, in a list that was changed with it; the next one becomes the current where it goes away."""
        self._inbox = inbox
        row = self.view.currentIndex().row()
        listed = inbox.dismissed if self.dismissed.isChecked() else inbox.entries
        if any(one.key == entry.key for one in listed):
            if self.model.row_of(entry.key) < 0:  # it was settled, and an undo brought it back
                self.model.set_entries(listed)
                self._go_to(self.model.row_of(entry.key))
            self.model.replace(entry)
        else:
            self.model.drop(entry.key)
            self._go_to(min(row, self.model.rowCount() - 1))
        self._show_parts()

    @property
    def current(self) -> Entry | None:
        """The current entry."""
        return self.model.entry(self.view.currentIndex().row())

    # What is shown

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.shown.emit()

    def _show_entries(self) -> None:
        from annotator.commands.inbox import Inbox

        inbox = self._inbox or Inbox()
        entries: Sequence[Entry] = inbox.dismissed if self.dismissed.isChecked() else inbox.entries
        self._end_question()
        self.model.set_entries(entries)
        self._go_to(0)
        self._show_parts()

    def _show_parts(self) -> None:
        some = self.model.rowCount() > 0
        self.view.setVisible(some)
        self.hint.setVisible(not some)
        self._foot.setVisible(some and self._question.isHidden())
        self.bar.setVisible(self._counting)
        name = tr("Stop") if self._counting else tr("Count again")
        self.refresh.setIcon(icon("x" if self._counting else "refresh"))
        self.refresh.setAccessibleName(name)
        self.refresh.setToolTip(plain_tip(name))
        self.all_places.setVisible(not self.dismissed.isChecked())
        self.dismiss.setText(tr("Take up again") if self.dismissed.isChecked() else tr("Dismiss…"))
        self.count.setText(self._told())
        if self._counting:
            self.say(tr("Counting…"))
        elif self._inbox is None:
            self.say(
                tr("Texts that you labelled differently in different places, or left blank in finished documents, are listed here.")
            )
        elif self.dismissed.isChecked():
            self.say(tr("Nothing was dismissed."))
        else:
            self.say(tr("All texts are labelled alike."))

    def _told(self) -> str:
        if self._inbox is None:
            return ""
        rows = self.model.rowCount()
        parts = [by_count(rows, tr("{} text"), tr("{} texts"))]
        if self._inbox.more and not self.dismissed.isChecked():
            parts.append(by_count(self._inbox.more, tr("{} more of less weight"), tr("{} more of less weight")))
        if self._stale:
            parts.append(tr("edited since"))
        return " · ".join(parts)

    def _go_to(self, row: int) -> None:
        if row >= 0:
            self.view.setCurrentIndex(self.model.index(row, 0))

    # What is asked in it

    def _on_chosen(self, index: QModelIndex) -> None:
        if self.view.entering:
            self._ask_for_places(self.model.entry(index.row()), all_places=self.dismissed.isChecked())

    def _on_asked(self, what: str) -> None:
        match what:
            case "leave":
                self.leaveRequested.emit()
            case "all" if not self.all_places.isHidden():
                self._on_all_places()
            case "dismiss":
                self._on_dismiss()

    def _on_places(self) -> None:
        self._ask_for_places(self.current, all_places=self.dismissed.isChecked())

    def _on_all_places(self) -> None:
        self._ask_for_places(self.current, all_places=True)

    def _ask_for_places(self, entry: Entry | None, *, all_places: bool) -> None:
        if entry is not None:
            self.placesRequested.emit(entry, all_places)

    def _on_refresh(self) -> None:
        (self.stopRequested if self._counting else self.refreshRequested).emit()

    def _on_dismiss(self) -> None:
        entry = self.current
        if entry is None:
            return
        if self.dismissed.isChecked():
            self.takeUpRequested.emit(entry)
            return
        self.asked.setText(tr("Why may {} stay as it is?").format(quoted(entry.shown)))
        self.reason.setText(entry.dismissal.reason if entry.dismissal is not None else "")
        self._on_reason_changed()
        self._question.show()
        self._foot.hide()
        self.reason.setFocus()
        self.reason.selectAll()

    def _on_reason_changed(self) -> None:
        self.keep.setEnabled(bool(self.reason.text().strip()))

    def _on_keep(self) -> None:
        entry, reason = self.current, self.reason.text().strip()
        if entry is not None and reason:
            self._end_question()
            self.dismissRequested.emit(entry, reason)

    def _on_current_changed(self) -> None:
        self._end_question()

    def _end_question(self) -> None:
        if self._question.isHidden():
            return
        had_keyboard = self._question.isAncestorOf(self.focusWidget()) if self.focusWidget() is not None else False
        self._question.hide()
        self._foot.setVisible(self.model.rowCount() > 0)
        if had_keyboard:
            self._take_keyboard()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and not self._question.isHidden():
            self._end_question()
        else:
            super().keyPressEvent(event)

    def _take_keyboard(self) -> None:
        (self.view if self.model.rowCount() else self.refresh).setFocus(Qt.FocusReason.ShortcutFocusReason)

    def sizeHint(self) -> QSize:
        return QSize(290, 320)


def _row(*buttons: QPushButton) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    spaced(layout, margin=1, spacing=1)
    for button in buttons:
        layout.addWidget(button)
    layout.addStretch(1)
    return row
