"""Everything by name: commands, labels, settings and documents in one list that understands a few letters of any of their names.

A command is found by its English and its translated name, whichever the window shows, and by other words people use for it.  What was
run last comes first while nothing is typed, and among what fits equally well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from PySide6.QtCore import QObject, QPoint

from annotator.domain.fuzzy import ranked
from annotator.errors import AnnotatorError
from annotator.settings.table import SETTINGS, with_recent
from annotator.store import queries
from annotator.ui.actions import ACTIONS, keys_of
from annotator.ui.catalogue import Catalogue, read_catalogue
from annotator.ui.choice import Option
from annotator.ui.choice_search import Found, SearchPopup
from annotator.ui.dialogs.setting_fields import has_field
from annotator.ui.editing import Editing
from annotator.ui.i18n import tr
from annotator.ui.key_text import key_text
from annotator.ui.main_window import MainWindow
from annotator.ui.palette_words import OTHER_NAMES
from annotator.ui.workbench import Workbench

_RECENT = "palette.recent"
_MOST = 40
"""How many rows are listed for a typed text."""
_MOST_DOCUMENTS = 6
_WIDTH = 520
_ROWS = 12


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing of the list, and what it is called, each with a weight (see ``domain.fuzzy``)."""

    option: Option
    names: tuple[tuple[str, float], ...]


class Palette(QObject):
    """The list of everything of one window, made anew each time it is asked for: what cannot be done then is not offered."""

    def __init__(self, window: MainWindow, bench: Workbench, editing: Editing) -> None:
        super().__init__(window)
        self._window, self._bench, self._editing = window, bench, editing
        self._commands: list[Entry] = []
        self._others: list[Entry] = []

    def ask(self) -> None:
        """Show the list in the upper middle of the window."""
        self._commands, self._others = self._latest_first(list(self._all_commands())), [*self._all_labels(), *_all_settings()]
        popup = SearchPopup(
            tr("Command"),
            self.look_up,
            self._bench.view.look.theme,
            parent=self._window,
            placeholder=tr("Type a command, a label, a setting or a document"),
            rows=_ROWS,
            lines=1,
            width=min(_WIDTH, self._window.width() - 40),
        )
        popup.chosen.connect(self._on_chosen)
        popup.chosenAlong.connect(self._on_chosen)
        popup.pop_up(
            self._window.mapToGlobal(QPoint((self._window.width() - popup.sizeHint().width()) // 2, self._window.height() // 8))
        )

    def look_up(self, typed: str) -> Found:
        """Return what fits a typed text: at first the commands alone, later everything."""
        if not typed.strip():
            return Found(tuple(entry.option for entry in self._commands))
        everything = [*self._commands, *self._others, *self._documents(typed.strip())]
        found = ranked(typed, everything, lambda entry: entry.names)[:_MOST]
        options = tuple(entry.option for entry in found)
        return Found(options, hint="" if options else tr("Nothing is called so: type another name."))

    # What there is

    def _all_commands(self) -> Iterator[Entry]:
        overrides = self._bench.settings.get("keys.overrides")
        for action in ACTIONS:
            made = self._window.actions_by_id[action.id]
            if not made.isEnabled() or action.id == "help.commands":
                continue
            name, section = tr(action.text).rstrip("…"), tr(str(action.section))
            keys = " / ".join(map(key_text, keys_of(action, overrides)))
            mark = "check" if made.isCheckable() and made.isChecked() else action.icon
            aside = f"{section}   {keys}".rstrip()
            names = {name: 1.0}
            for other, its_section in zip(_everywhere(action.text), _everywhere(str(action.section)), strict=True):
                names.setdefault(other.rstrip("…"), 0.95)
                names.setdefault(f"{other.rstrip('…')} {its_section}", 0.9)
            for other in OTHER_NAMES.get(action.id, ()):
                names.setdefault(other, 0.85)
            yield Entry(Option(name, value=f"command {action.id}", aside=aside, icon=mark), tuple(names.items()))

    def _all_labels(self) -> Iterator[Entry]:
        document = self._bench.document
        if document is None or not self._bench.editable:
            return
        for label in document.scheme.spans:
            names = ((label.name, 0.98), *((text, 0.5) for text in label.description.values() if text))
            aside = f"{tr('Label')}   {label.key}".rstrip()
            yield Entry(Option(label.name, color=label.color or "#808080", value=f"label {label.name}", aside=aside), names)

    def _documents(self, typed: str) -> Iterator[Entry]:
        session = self._bench.session
        if session is None or len(typed) < 2:
            return
        for document_id, name in queries.documents_beginning(session.project.connection, typed, _MOST_DOCUMENTS):
            option = Option(name, value=f"document {document_id}", aside=tr("Document"), icon="chevron-right")
            yield Entry(option, ((name, 0.9),))

    def _latest_first(self, entries: list[Entry]) -> list[Entry]:
        latest = [f"command {key}" for key in self._bench.settings.get(_RECENT)]
        places = {value: place for place, value in enumerate(latest)}
        return sorted(entries, key=lambda entry: places.get(entry.option.value or "", len(latest)))

    # What was chosen

    def _on_chosen(self, value: str) -> None:
        kind, _, key = value.partition(" ")
        if kind == "command":
            self._remember(key)
            self._window.actions_by_id[key].trigger()
        elif kind == "label":
            self._editing.label(key)
        elif kind == "setting" and self._window.hands is not None:
            self._window.hands.preferring.ask_for(key)
        elif kind == "document" and self._window.hands is not None:
            self._window.hands.documents.open(int(key))

    def _remember(self, action_id: str) -> None:
        settings = self._bench.settings
        try:
            settings.set(_RECENT, with_recent(settings.get(_RECENT), action_id))
        except AnnotatorError:
            return  # what was run last is a convenience: the command itself must run


def _all_settings() -> Iterator[Entry]:
    for setting in SETTINGS.values():
        if setting.private or not has_field(setting):
            continue
        names = {tr(setting.title): 0.9, tr(setting.help): 0.4}
        for other in _everywhere(setting.title):
            names.setdefault(other, 0.85)
        for choice in setting.choices:
            names.setdefault(f"{tr(setting.title)} {choice}", 0.7)
        option = Option(tr(setting.title), value=f"setting {setting.key}", aside=tr("Preferences"), icon="settings")
        yield Entry(option, tuple((name, weight) for name, weight in names.items() if name))


def _everywhere(source: str) -> Iterator[str]:
    """Give a text of ours in all languages of the program."""
    yield source
    for catalogue in _catalogues():
        yield catalogue.text(source) or source


@cache
def _catalogues() -> tuple[Catalogue, ...]:
    return tuple(catalogue for language in SETTINGS["ui.language"].choices if (catalogue := read_catalogue(language)) is not None)
