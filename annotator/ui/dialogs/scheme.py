"""The editor of the label scheme: a draft is edited, and all of it is applied at once, as one step."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTabWidget, QVBoxLayout, QWidget

from annotator.domain.labels import LabelScheme
from annotator.domain.scheme_draft import Draft
from annotator.domain.scheme_edit import GONE, Part, SchemeEdit, unfit
from annotator.store.relabelling import Use
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.draft_strip import DraftStrip
from annotator.ui.dialogs.frame import complaint_label, framed, side_button
from annotator.ui.dialogs.scheme_fate import Twins, use_words
from annotator.ui.dialogs.scheme_form import words
from annotator.ui.dialogs.scheme_guidelines import GuidelinesPage
from annotator.ui.dialogs.scheme_page import EntriesPage
from annotator.ui.i18n import by_count, number, tr
from annotator.ui.panels.parts import theme_of
from annotator.ui.theme_qt import color

_MOST_LINES = 4


class SchemeDialog(QDialog):
    """``applyRequested`` carries the ``SchemeEdit``; the dialog stays until somebody closes it (``finish``).

    ``stopRequested`` asks to take back what is under way; ``importRequested`` and ``exportRequested`` ask for files.  ``edited`` says that
    the draft is another one; ``decided`` whether to go on with a draft that was kept.
    """

    applyRequested = Signal(object)
    stopRequested = Signal()
    importRequested = Signal()
    exportRequested = Signal()
    edited = Signal()
    decided = Signal(bool)

    def __init__(
        self, scheme: LabelScheme, parent: QWidget | None = None, *, ask: Ask | None = None, twins: Twins | None = None
    ) -> None:
        super().__init__(parent)
        self._ask = ask or Ask(self)
        self._uses: Mapping[tuple[Part, str], Use] = {}
        self._linked: Mapping[tuple[str, str, str], int] = {}
        self._values: Mapping[tuple[str, str], Use] = {}
        self._working = False
        self.strip: DraftStrip | None = None
        """Offers a draft that was kept; nothing can be edited before the answer."""
        self.draft = Draft(scheme)
        column = framed(self, tr("Label scheme"), width=720)
        self.pages = {part: EntriesPage(part, self.draft, twins) for part in Part}
        self.guidelines = GuidelinesPage(self.draft)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        for page in (*self.pages.values(), self.guidelines):
            self.tabs.addTab(page, "")
            page.edited.connect(self._on_edited)
        self.told = complaint_label()
        column.addWidget(self.tabs, 1)
        column.addWidget(self.told)
        column.addWidget(self._buttons())
        self.tabs.currentChanged.connect(self._on_page_changed)
        self.resize(980, 720)
        self._on_edited()
        self.pages[Part.SPANS].list.setFocus()

    def show_uses(
        self,
        uses: Mapping[tuple[Part, str], Use],
        linked: Mapping[tuple[str, str, str], int] | None = None,
        values: Mapping[tuple[str, str], Use] | None = None,
    ) -> None:
        """Say how much has each name in the project, and each value of each attribute.

        ``linked`` says how many relations link what (label, label of head, label of tail).
        """
        self._uses, self._linked, self._values = uses, linked or {}, values or {}
        for page in self.pages.values():
            page.show_uses(uses, self._values)
        self._on_edited()

    def show_guidelines(self) -> None:
        """Go to the page of the guidelines."""
        self.tabs.setCurrentWidget(self.guidelines)
        self.guidelines.text.setFocus()

    def take(self, scheme: LabelScheme) -> None:
        """Take another scheme into the draft: what has the same name changes, the rest is added."""
        self.draft.take(scheme)
        self.show_draft(self.draft)

    def show_draft(self, draft: Draft) -> None:
        """Go on with a draft of the same scheme."""
        self.draft = draft
        for page in self.pages.values():
            page.show_draft(draft)
        self.guidelines.show_draft(draft)
        self._on_edited()

    def offer(self, text: str) -> None:
        """Ask, at the top, whether to go on with what was kept; until ``decided`` nothing else can be done but closing."""
        self.strip = DraftStrip(text)
        self.strip.decided.connect(self._on_decided)
        if isinstance(column := self.layout(), QVBoxLayout):
            column.insertWidget(0, self.strip)
        self._on_edited()
        self.strip.go_on.setFocus()

    def say(self, text: str, *, warning: bool = False) -> None:
        """Say something below the pages."""
        self.told.setText(text)
        theme = theme_of(self)
        look = self.told.palette()
        look.setColor(QPalette.ColorRole.WindowText, color(theme.warning if warning else theme.quiet_text))
        self.told.setForegroundRole(QPalette.ColorRole.WindowText)
        self.told.setPalette(look)

    def set_working(self, text: str) -> None:
        """Show that the change is under way; empty when it is not any more."""
        self._working = bool(text)
        self.stop.setText(tr("Stop") if text else tr("Cancel"))
        if text:
            self._free(can_apply=False)
            self.say(text)
        else:
            self._on_edited()

    def finish(self) -> None:
        """Close, the draft being applied."""
        self._working = False
        super().accept()

    def accept(self) -> None:
        """Ask for the draft to be applied, if it is a scheme."""
        if self._working or not self.apply.isEnabled():
            return
        if self.changed:
            self.applyRequested.emit(self.draft.edit())
        else:
            self.finish()

    def reject(self) -> None:
        """Stop what is under way; else close, after a question where something would be lost."""
        if self._working:
            self.stopRequested.emit()
            return
        text = tr("What you changed in the label scheme has not been applied, and would be lost.")
        if not self.changed or self._ask.confirm(tr("Label scheme"), "\n".join((text, *self._effects())), tr("Close without it")):
            super().reject()

    @property
    def changed(self) -> bool:
        """Whether the draft differs from the project's scheme."""
        if self.draft.findings():
            return True
        edit = self.draft.edit()
        return edit.scheme != self.draft.before or bool(edit.names) or bool(edit.values)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        applying = event.modifiers() == Qt.KeyboardModifier.ControlModifier
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if applying:
                self.accept()
            return  # Enter alone ends no dialog in which names are typed
        super().keyPressEvent(event)

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox(self)
        self.apply = box.addButton(tr("Apply"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.apply.setToolTip(tr("Ctrl+Enter"))
        self.stop = box.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        self.bring, self.save = side_button(tr("Take from a file…")), side_button(tr("Save as a file…"))
        for button in (self.bring, self.save):
            box.addButton(button, QDialogButtonBox.ButtonRole.ResetRole)
        for button in (self.apply, self.stop):
            button.setAutoDefault(False)
        box.accepted.connect(self.accept)
        box.rejected.connect(self.reject)
        self.bring.clicked.connect(self.importRequested)
        self.save.clicked.connect(self.exportRequested)
        return box

    def _on_page_changed(self) -> None:
        page = self.tabs.currentWidget()
        if isinstance(page, EntriesPage):
            page.refresh()

    def _on_edited(self) -> None:
        titles = {
            Part.SPANS: tr("Spans"),
            Part.RELATIONS: tr("Relations"),
            Part.ATTRIBUTES: tr("Attributes"),
            Part.CATEGORIES: tr("Categories"),
        }
        found = self.draft.findings()
        wrong = {one.part for one in found}
        for place, (part, title) in enumerate(titles.items()):
            count = number(len(self.draft.entries[part]))
            self.tabs.setTabText(place, f"{title} ({count})" + (" ⚠" if part in wrong else ""))
        self.tabs.setTabText(len(titles), tr("Guidelines"))
        self._free(can_apply=not found)
        if found:
            told = (tr("{list}: {fault}").format(list=titles[one.part], fault=words(one)) for one in found[:2])
            self.say("\n".join(dict.fromkeys(told)), warning=True)
        else:
            self.say("\n".join(self._effects()))
        self.edited.emit()

    def _free(self, *, can_apply: bool) -> None:
        """Let the hands at what can be done now."""
        free = not self._working and self.strip is None
        for part in (self.tabs, self.bring):
            part.setEnabled(free)
        for button in (self.apply, self.save):
            button.setEnabled(free and can_apply)

    def _effects(self) -> list[str]:
        if self.draft.findings():
            return []
        return effects(self.draft.edit(), self._uses, self._linked, self._values)

    def _on_decided(self, go_on: bool) -> None:
        self.strip = None
        self._on_edited()
        self.pages[Part.SPANS].list.setFocus()
        self.decided.emit(go_on)


def effects(
    edit: SchemeEdit,
    uses: Mapping[tuple[Part, str], Use],
    linked: Mapping[tuple[str, str, str], int],
    values: Mapping[tuple[str, str], Use],
) -> list[str]:
    """Say what becomes of annotations, a line for each name that has some, the first few; broken rules first."""
    told = [
        by_count(
            count,
            tr("⚠ {} relation {{}} no longer fits its ends: it stays, and is shown as a problem."),
            tr("⚠ {} relations {{}} no longer fit their ends: they stay, and are shown as problems."),
        ).format(name)
        for name, count in unfit(edit, linked).items()
    ]
    for part in Part:
        told += [_effect(part, old, new, uses.get((part, old), Use())) for old, new in edit.renamed(part).items()]
    for attribute, names in edit.values.items():
        for old, new in names.items():
            if old != new:
                called = f"{attribute}={old}"
                told.append(_effect(Part.ATTRIBUTES, called, new and f"{attribute}={new}", values.get((attribute, old), Use())))
    more = len(told) - _MOST_LINES
    return told if more <= 0 else [*told[: _MOST_LINES - 1], tr("… and {} more").format(number(more + 1))]


def _effect(part: Part, old: str, new: str, use: Use) -> str:
    if new == GONE:
        return tr("{old} goes, and is taken from {use}.").format(old=old, use=use_words(part, use))
    if use.items:
        return tr("{old} becomes {new}: {use}.").format(old=old, new=new, use=use_words(part, use))
    return tr("{old} becomes {new}.").format(old=old, new=new)
