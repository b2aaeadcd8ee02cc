"""Help in the window: the pages, the sheet of keys, the diagnostics, and what each panel and command is for ("what's this?")."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWhatsThis, QWidget

from annotator import log
from annotator._version import __version__
from annotator.errors import AnnotatorError
from annotator.ui.help_pages import FALLBACK, PAGES, Page, Words, command_help, page_file, read_page
from annotator.ui.i18n import language, plain_tip, told, tr

if TYPE_CHECKING:
    from PySide6.QtGui import QAction

    from annotator.ui.dialogs.help import HelpDialog
    from annotator.ui.touring import Touring
    from annotator.ui.workbench import Workbench

KeyRows = list[tuple[str, str, str]]
"""Section, what it does and keys, of all commands that have keys."""

STATE = "help.state"
"""The private setting that keeps the page and the size of the help, as JSON."""


class Helping(QObject):
    """The help of one window.

    ``words`` says what the program puts into the pages: names, keys as they are now, lists; ``key_rows`` what the sheet of keys has.
    """

    def __init__(
        self, bench: Workbench, window: QWidget, words: Callable[[], Words], key_rows: Callable[[], KeyRows], touring: Touring
    ) -> None:
        super().__init__(window)
        self._bench, self._window, self._words, self._key_rows = bench, window, words, key_rows
        self.touring = touring
        self._dialog: HelpDialog | None = None
        self.destroyed.connect(bench.settings.subscribe(self._on_set))

    def show(self, page: str = "") -> None:
        """Show the help beside the work: a page, or the one that was read last."""
        from annotator.ui.dialogs.help import HelpDialog

        if self._dialog is None:
            if not self._bench.succeeds(self.pages):
                return
            made = self._dialog = HelpDialog(self.pages, self._state(), self._window)
            made.stateChanged.connect(self._on_state_changed)
            made.finished.connect(self._on_finished)
        if page:
            self._dialog.show_page(page)
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()

    def show_keys(self) -> None:
        """Show all keys on one sheet beside the work."""
        from annotator.ui.dialogs.keys import KeysDialog
        from annotator.ui.dialogs.modeless import open_one

        if open_one(self._window, KeysDialog) is None:
            KeysDialog(self._key_rows(), self._window).open()

    def show_about(self) -> None:
        """Show version and diagnostics beside the work."""
        from annotator.ui.dialogs.about import AboutDialog
        from annotator.ui.dialogs.modeless import open_one

        if open_one(self._window, AboutDialog) is None:
            AboutDialog(__version__, log.diagnostics(), self._window).open()

    def explain(self) -> None:
        """Let the next click say what it hit is for, instead of doing anything."""
        QWhatsThis.enterWhatsThisMode()

    def pages(self) -> list[Page]:
        """Return all pages in the window's language."""
        words = self._words()
        return [read_page(name, language(), words) for name in PAGES]

    def describe(self, panels: Mapping[str, QWidget], actions: Mapping[str, QAction]) -> None:
        """Tell panels (by the names that ``panel_texts`` has) and commands what they are for."""
        texts = panel_texts()
        for name, panel in panels.items():
            if name in texts:
                panel.setWhatsThis(plain_tip(texts[name]))
        for command, text in commands_explained().items():
            if command in actions:
                actions[command].setWhatsThis(plain_tip(text))

    def _state(self) -> dict[str, Any]:
        try:
            found = json.loads(self._bench.settings.get(STATE) or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def _on_state_changed(self, state: Mapping[str, Any]) -> None:
        try:
            self._bench.settings.set(STATE, json.dumps(state))
        except AnnotatorError as error:
            self._bench.tell(told(error))

    def _on_finished(self, _: int) -> None:
        self._dialog = None

    def _on_set(self, key: str, _value: object) -> None:
        if key in ("keys.overrides", "ui.language") and self._dialog is not None:
            self._dialog.again()
        if key == "keys.overrides":
            self._show_keys_anew()

    def _show_keys_anew(self) -> None:
        from annotator.ui.dialogs.keys import KeysDialog

        for sheet in self._window.findChildren(KeysDialog):
            sheet.show_rows(self._key_rows())


def commands_explained() -> dict[str, str]:
    """Return what each command is for, by id, in the window's language where the help has it."""
    here = language()
    return command_help(here if page_file("commands", here).parent.name == here else FALLBACK)


def panel_texts() -> dict[str, str]:
    """Return what each part of the window is for, by its name, in the window's language."""
    return {
        "article": tr(
            "The article. Labelled text is coloured; a dashed outline is a suggestion that nobody has decided on. Select words and press "
            "a label's key; Tab goes from span to span."
        ),
        "documents": tr("All documents of the project, with their status. Type to find one; the buttons above narrow the list."),
        "labels": tr(
            "The labels with their keys and how often each is used here. A click labels the selection or the focused span."
        ),
        "guidelines": tr("What the labels mean and how to decide in doubt, as whoever made the label scheme wrote it."),
        "inspector": tr("Everything about the focused span or relation: label, attributes, note, link, and where it comes from."),
        "outline": tr("All spans and relations of the document as a list. A click goes to them."),
        "history": tr("Every step that was ever done in this project. Any of them can be looked at, and taken back."),
        "search": tr("Searches the whole project: text, labels, relations, notes. A click on a line opens the document there."),
        "inbox": tr("Texts that carry one label here and another there, or none: open them one after the other and decide."),
        "grid": tr("The relations of a paragraph as a table: heads down, tails across. Keys of relation labels fill the cells."),
    }


def names_of(panels: Sequence[tuple[str, str, QWidget]], article: QWidget) -> dict[str, QWidget]:
    """Return the parts of the window by the names that ``panel_texts`` has."""
    return {"article": article, **{name: panel for name, _, panel in panels}}
