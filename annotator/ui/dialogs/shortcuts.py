"""Giving actions other keys: everything on one sheet, clashes said before they happen, and whole sets of keys by name."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QWidget

from annotator.errors import AnnotatorError
from annotator.settings.store import Settings
from annotator.ui.actions import ACTIONS, Action, Scope, keys_of
from annotator.ui.article.keys import key_names, sequence_name
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.frame import close_buttons, complaint_label, framed, side_button
from annotator.ui.dialogs.keys import KeySheet
from annotator.ui.i18n import told, tr
from annotator.ui.key_choices import PROFILES, as_usual, label_keys_lost, owners, profile_of, with_key, without_keys
from annotator.ui.key_text import key_text
from annotator.ui.panels.parts import CalmComboBox, plain_label, spaced

_ACTION = int(Qt.ItemDataRole.UserRole)


class ShortcutsDialog(QDialog):
    """Every change is kept at once.  ``label_keys`` are those the open project's labels use.

    Enter on an action (or a double click) listens for a key; the key is given to the action when it is free, else who has it is said and
    pressing it once more takes it from there.
    """

    def __init__(self, settings: Settings, ask: Ask, label_keys: Collection[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings, self._ask, self._label_keys = settings, ask, label_keys
        self._listening = ""
        self._pressed = ""
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search a command or a key"))
        self.search.setAccessibleName(tr("Search a command or a key"))
        self.search.setClearButtonEnabled(True)
        self.profiles = CalmComboBox(tr("Set of keys"))
        self.profiles.setSizeAdjustPolicy(CalmComboBox.SizeAdjustPolicy.AdjustToContents)
        for profile in PROFILES:
            self.profiles.addItem(tr(profile.title), profile.name)
        self.sheet = KeySheet()
        self.sheet.setAccessibleName(tr("Commands and their keys"))
        self.told = complaint_label()
        self.add = side_button(tr("Add a key…"), tr("Add a key to the chosen command"))
        self.take = side_button(tr("Take the keys away"), tr("Take all keys from the chosen command"))
        self.back = side_button(tr("Usual keys"), tr("Give the chosen command its usual keys"))
        column = framed(self, tr("Keys"), width=680)
        top = QHBoxLayout()
        spaced(top, spacing=3)
        top.addWidget(self.search, 1)
        top.addWidget(self.profiles)
        column.addLayout(top)
        self.about = plain_label("", quiet=True)
        column.addWidget(self.about)
        column.addWidget(self.sheet, 1)
        row = QHBoxLayout()
        spaced(row, spacing=2)
        for button in (self.add, self.take, self.back):
            row.addWidget(button)
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.told)
        column.addWidget(close_buttons(self)[0])
        self.resize(720, 660)
        self._fill()
        self.search.textChanged.connect(self.sheet.narrow)
        self.profiles.activated.connect(self._on_profile_chosen)
        self.sheet.currentItemChanged.connect(self._on_current_changed)
        self.sheet.itemDoubleClicked.connect(self._on_double_clicked)
        self.add.clicked.connect(self.listen)
        self.take.clicked.connect(self._on_take)
        self.back.clicked.connect(self._on_back)
        for widget in (self.sheet, self.search):
            widget.installEventFilter(self)
        self.search.setFocus()
        self.destroyed.connect(settings.subscribe(self._on_set))

    @property
    def listening(self) -> str:
        """The id of the action that gets the next key pressed; empty while none does."""
        return self._listening

    def current(self) -> Action | None:
        """Return the chosen action."""
        item = self.sheet.currentItem()
        found = item.data(0, _ACTION) if item is not None else None
        return next((action for action in ACTIONS if action.id == found), None)

    def choose(self, action_id: str) -> None:
        """Put the cursor on an action."""
        for item in self.sheet.rows():
            if item.data(0, _ACTION) == action_id:
                self.sheet.setCurrentItem(item)

    def listen(self) -> None:
        """Wait for the key that the chosen action is to have."""
        action = self.current()
        if action is None:
            return
        self._listening, self._pressed = action.id, ""
        self.told.setText(tr("Press the key for “{}”. Esc leaves it as it is.").format(_name(action)))
        self.sheet.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Catch the key that is waited for before anything else acts on it; Enter and Delete on the sheet are ours, too."""
        if not isinstance(event, QKeyEvent):
            return super().eventFilter(watched, event)
        if event.type() == QEvent.Type.ShortcutOverride and self._listening:
            event.accept()
            return True
        if event.type() != QEvent.Type.KeyPress:
            return super().eventFilter(watched, event)
        if self._listening:
            self._hear(event)
            return True
        if watched is self.search and event.key() == Qt.Key.Key_Down:
            self.sheet.setFocus()
            return True
        if watched is self.sheet and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.listen()
            return True
        if watched is self.sheet and event.key() == Qt.Key.Key_Delete:
            self._on_take()
            return True
        return super().eventFilter(watched, event)

    def _hear(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._end_listening("")
            return
        action = next(action for action in ACTIONS if action.id == self._listening)
        names = key_names(event)
        if not names:
            return  # a modifier alone: the key is still to come
        key = names[0] if action.scope is Scope.ARTICLE else _window_key(event, names)
        overrides = self._settings.get("keys.overrides")
        others = owners(key, overrides, but=action.id)
        if others and key != self._pressed:
            self._pressed = key
            told = tr("“{key}” belongs to “{other}”. Press it once more to take it from there, Esc to leave it.")
            self.told.setText(told.format(key=key_text(key), other=_name(others[0])))
            return
        said = tr("“{name}” has the key {key}.").format(name=_name(action), key=key_text(key))
        if others:
            said = f"{said} {tr('“{}” has it no more.').format(_name(others[0]))}"
        self._end_listening("")
        self._keep(with_key(overrides, action.id, key), said)

    def _end_listening(self, said: str) -> None:
        self._listening = self._pressed = ""
        self.told.setText(said)

    def _keep(self, overrides: dict[str, list[str]], said: str = "") -> None:
        """Keep the keys and say so; where they cannot be saved say that instead, lest they be missed only at the next start."""
        try:
            self._settings.set("keys.overrides", overrides)
        except AnnotatorError as error:
            said = told(error)
        self.told.setText(said)

    def _on_set(self, key: str, _value: object) -> None:
        if key == "keys.overrides":
            self._show_keys()

    def _on_take(self) -> None:
        action = self.current()
        if action is not None:
            said = tr("“{}” has no key. It stays in its menu and in the command list.").format(_name(action))
            self._keep(without_keys(self._settings.get("keys.overrides"), action.id), said)

    def _on_back(self) -> None:
        action = self.current()
        if action is not None:
            self._keep(as_usual(self._settings.get("keys.overrides"), action.id))

    def _on_profile_chosen(self, index: int) -> None:
        profile = next((one for one in PROFILES if one.name == self.profiles.itemData(index)), None)
        overrides = self._settings.get("keys.overrides")
        if profile is None:
            return
        own = profile_of(overrides) is None
        text = tr("The keys you have chosen yourself ({} commands) are replaced by this set.").format(len(overrides))
        if own and not self._ask.confirm(tr("Keys"), text, tr("Replace them")):
            self._show_keys()
            return
        self._keep({name: list(keys) for name, keys in profile.overrides.items()})
        self._show_keys()

    def _on_current_changed(self) -> None:
        self._end_listening("")
        for button in (self.add, self.take, self.back):
            button.setEnabled(self.current() is not None)

    def _on_double_clicked(self) -> None:
        self.listen()

    def _fill(self) -> None:
        overrides = self._settings.get("keys.overrides")
        self.sheet.fill([(tr(str(action.section)), _name(action), _shown(action, overrides), action.id) for action in ACTIONS])
        self._show_keys()
        self._on_current_changed()

    def _show_keys(self) -> None:
        overrides = self._settings.get("keys.overrides")
        by_id = {action.id: action for action in ACTIONS}
        for item in self.sheet.rows():
            action = by_id[item.data(0, _ACTION)]
            self.sheet.show_keys(item, _shown(action, overrides))
            font = QFont(self.sheet.font())
            font.setItalic(action.id in overrides)
            item.setFont(0, font)
        profile = profile_of(overrides)
        own = self.profiles.findData("own")
        if profile is None and own < 0:
            self.profiles.addItem(tr("Your own"), "own")
        elif profile is not None and own >= 0:
            self.profiles.removeItem(own)
        self.profiles.setCurrentIndex(self.profiles.findData(profile.name if profile else "own"))
        lost = label_keys_lost(overrides, self._label_keys)
        about = tr(profile.help) if profile else tr("Commands in italics have keys of your own.")
        if lost:
            about += " " + tr("These keys do not label any more: {}.").format(" ".join(lost))
        self.about.setText(about)


def _window_key(event: QKeyEvent, names: list[str]) -> str:
    """Return how an action of the window names a key: by what is typed only where no modifier is held."""
    held = event.modifiers() & ~Qt.KeyboardModifier.ShiftModifier & ~Qt.KeyboardModifier.KeypadModifier
    return names[0] if not held else sequence_name(event)


def _name(action: Action) -> str:
    return tr(action.text).rstrip("…")


def _shown(action: Action, overrides: dict[str, list[str]]) -> str:
    return " / ".join(map(key_text, keys_of(action, overrides)))
