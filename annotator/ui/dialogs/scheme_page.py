"""One list of the scheme's editor with the fields of the entry that is chosen in it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QHeaderView, QSplitter, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from annotator.domain.color_choice import proposed
from annotator.domain.scheme_draft import Draft, Entry, free_key
from annotator.domain.scheme_edit import Part
from annotator.store.relabelling import Use
from annotator.ui.dialogs.frame import side_button
from annotator.ui.dialogs.scheme_fate import FateDialog, Twins, use_words
from annotator.ui.dialogs.scheme_form import LABELS, EntryForm
from annotator.ui.i18n import number, plain_tip, tr
from annotator.ui.panels.parts import airy, icon_button, plain_label, spaced, swatch_icon, theme_of

_ENTRY = Qt.ItemDataRole.UserRole


class EntriesPage(QWidget):
    """The list takes Alt+Up and Alt+Down to move an entry, Insert to add one and Delete to take one out; ``edited`` follows."""

    edited = Signal()

    def __init__(self, part: Part, draft: Draft, twins: Twins | None = None) -> None:
        super().__init__()
        self.part, self._twins = part, twins
        self._draft = draft
        self._uses: Mapping[tuple[Part, str], Use] = {}
        self.list = _List(tr("Entries of the scheme"))
        self.add = icon_button("plus", tr("Add"), tip=tr("Add (Insert)"))
        self.up = icon_button("chevron-up", tr("Move up"), tip=tr("Move up (Alt+Up)"))
        self.down = icon_button("chevron-down", tr("Move down"), tip=tr("Move down (Alt+Down)"))
        self.merge = side_button(tr("Merge into…"))
        self.delete = side_button(tr("Delete…"))
        self.told = plain_label(quiet=True)
        self.form = EntryForm(part, draft)
        self._lay_out()
        self.list.currentItemChanged.connect(self._on_current_changed)
        self.list.asked.connect(self._on_asked)
        self.add.clicked.connect(self._on_add)
        self.up.clicked.connect(self._on_up)
        self.down.clicked.connect(self._on_down)
        self.merge.clicked.connect(self._on_merge)
        self.delete.clicked.connect(self._on_delete)
        self.form.edited.connect(self._on_edited)
        self.setFocusProxy(self.list)
        self.show_draft(draft)

    @property
    def entry(self) -> Entry | None:
        """The entry that is chosen."""
        item = self.list.currentItem()
        return item.data(0, _ENTRY) if item is not None else None

    def show_draft(self, draft: Draft) -> None:
        """Show the list of a draft, from its beginning."""
        self._draft = draft
        self.form.show_draft(draft)
        self._fill(None)

    def show_uses(self, uses: Mapping[tuple[Part, str], Use], values: Mapping[tuple[str, str], Use]) -> None:
        """Say how much has each name, and each value of each attribute."""
        self._uses = uses
        self.form.values.show_uses(values)
        for row in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(row)
            if item is not None:
                self._describe(item)
        self.form.used.setText(self._used(self.entry))

    def refresh(self) -> None:
        """Follow what was changed on another page: names and colours in the lists to tick."""
        self._show_current()

    def choose(self, entry: Entry) -> None:
        """Go to an entry."""
        for row in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(row)
            if item is not None and item.data(0, _ENTRY) is entry:
                self.list.setCurrentItem(item)

    def use_of(self, entry: Entry) -> Use:
        """Return how much has an entry, under all names that become it."""
        found = [self._uses.get((self.part, name), Use()) for name in entry.was]
        return Use(
            sum(use.items for use in found),
            # of several names the documents may be the same: at least as many as the one with most has
            max((use.documents for use in found), default=0),
            sum(use.suggested for use in found),
        )

    def _lay_out(self) -> None:
        left = QWidget()
        column = QVBoxLayout(left)
        spaced(column, spacing=2)
        column.addWidget(self.list, 1)
        line = QHBoxLayout()
        spaced(line, spacing=1)
        for button in (self.add, self.up, self.down):
            line.addWidget(button)
        line.addStretch(1)
        line.addWidget(self.merge)
        line.addWidget(self.delete)
        column.addLayout(line)
        column.addWidget(self.told)
        self.told.hide()
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(left)
        split.addWidget(self.form)
        split.setStretchFactor(0, 2)
        split.setStretchFactor(1, 3)
        split.setChildrenCollapsible(False)
        split.setSizes([300, 620])
        self.list.setColumnHidden(1, self.part not in LABELS)
        outer = QVBoxLayout(self)
        spaced(outer, margin=2)
        outer.addWidget(split)

    def _fill(self, chosen: Entry | None) -> None:
        blocked = self.list.blockSignals(True)
        self.list.clear()
        for entry in self._draft.entries[self.part]:
            item = QTreeWidgetItem([entry.name, "", ""])
            item.setData(0, _ENTRY, entry)
            item.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.list.addTopLevelItem(item)
            self._describe(item)
            if entry is chosen:
                self.list.setCurrentItem(item)
        first = self.list.topLevelItem(0)
        if self.list.currentItem() is None and first is not None:
            self.list.setCurrentItem(first)
        self.list.blockSignals(blocked)
        self._show_current()

    def _describe(self, item: QTreeWidgetItem) -> None:
        entry: Entry = item.data(0, _ENTRY)
        use = self.use_of(entry)
        item.setText(0, entry.name)
        item.setToolTip(0, plain_tip(entry.name))
        if self.part in LABELS:
            item.setIcon(0, swatch_icon(theme_of(self), entry.shown_color))
            item.setText(1, entry.key)
        item.setText(2, number(use.items) if use.items else "")
        item.setToolTip(2, plain_tip(self._used(entry)))

    def _used(self, entry: Entry | None) -> str:
        if entry is None:
            return ""
        use = self.use_of(entry)
        told = use_words(self.part, use) if use.items else tr("Not used yet.")
        others = [name for name in entry.was if name != entry.name.strip()]
        return told + (" · " + tr("was {}").format(", ".join(others)) if others else "")

    def _show_current(self) -> None:
        entry = self.entry
        self.form.show_entry(entry, self._used(entry))
        self.merge.setEnabled(entry is not None and len(self._draft.entries[self.part]) > 1)
        self.delete.setEnabled(entry is not None)
        self._say("")

    def _say(self, text: str) -> None:
        self.told.setText(text)
        self.told.setVisible(bool(text))

    def _on_current_changed(self) -> None:
        self._show_current()

    def _on_edited(self) -> None:
        for row in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(row)
            if item is not None:
                self._describe(item)
        self.form.used.setText(self._used(self.entry))
        self.edited.emit()

    def _on_asked(self, key: int) -> None:
        {
            Qt.Key.Key_Insert: self._on_add,
            Qt.Key.Key_Delete: self._on_delete,
            Qt.Key.Key_Up: self._on_up,
            Qt.Key.Key_Down: self._on_down,
            Qt.Key.Key_Return: self.form.name.setFocus,
        }[Qt.Key(key)]()

    def _on_add(self) -> None:
        entries = self._draft.entries[self.part]
        entry = self._draft.add(self.part, "")
        if self.part in LABELS:
            entry.color = proposed(other.shown_color for other in entries if other.shown_color)
            entry.key = free_key(self._draft, self.part)
        self._fill(entry)
        self.edited.emit()
        self.form.name.setFocus()

    def _on_up(self) -> None:
        self._move(-1)

    def _on_down(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        entry = self.entry
        if entry is not None and self._draft.move(entry, by):
            self._fill(entry)
            self.edited.emit()

    def _on_merge(self) -> None:
        self._ask(merging=True)

    def _on_delete(self) -> None:
        entry = self.entry
        if entry is None:
            return
        holders = self._draft.holders(entry)
        if self.use_of(entry).items:
            self._ask(merging=False)
        elif holders:
            self._say(_held(entry, holders))
        else:
            self._take_out(entry)

    def _ask(self, *, merging: bool) -> None:
        entry = self.entry
        if entry is None or (merging and len(self._draft.entries[self.part]) < 2):
            return
        entries, use = self._draft.entries[self.part], self.use_of(entry)
        asked = FateDialog(self.part, entry, entries, use, merging=merging, twins=self._twins, parent=self.window())
        asked.accepted.connect(self._on_fate_chosen)
        asked.open()

    def _on_fate_chosen(self) -> None:
        asked, entry = self.sender(), self.entry
        assert isinstance(asked, FateDialog)
        assert entry is not None
        into = asked.into
        if isinstance(into, Entry):
            self._draft.merge(entry, into)
            self._fill(into)
            self.edited.emit()
        elif holders := self._draft.holders(entry):
            self._say(_held(entry, holders))
        else:
            self._take_out(entry, with_annotations=True)

    def _take_out(self, entry: Entry, *, with_annotations: bool = False) -> None:
        entries = self._draft.entries[self.part]
        place = entries.index(entry)
        self._draft.delete(entry, with_annotations=with_annotations)
        self._fill(entries[min(place, len(entries) - 1)] if entries else None)
        self.edited.emit()


def _held(entry: Entry, holders: list[Entry]) -> str:
    text = tr("Only {name} is allowed in {holders}: without it everything would be. Change that first.")
    return text.format(holders=", ".join(holder.name for holder in holders), name=entry.name)


class _List(QTreeWidget):
    """Name, key and count; ``asked`` tells of a key that means something."""

    asked = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__()
        airy(self)
        self.setAccessibleName(name)
        self.setHeaderLabels([tr("Name"), tr("Key"), tr("Used")])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAlternatingRowColors(True)
        self.setMinimumWidth(250)
        self.setMinimumHeight(160)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column in (1, 2):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, moving = Qt.Key(event.key()), event.modifiers() == Qt.KeyboardModifier.AltModifier
        if key == Qt.Key.Key_Enter:
            key = Qt.Key.Key_Return
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if (key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and moving) or (
            key in (Qt.Key.Key_Insert, Qt.Key.Key_Delete, Qt.Key.Key_Return) and plain
        ):
            self.asked.emit(key.value)
        else:
            super().keyPressEvent(event)
