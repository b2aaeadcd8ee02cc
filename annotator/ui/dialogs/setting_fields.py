"""Fields for settings, built from the table of settings: kind, limits, choices and words stand there and nowhere else.

A dialog of settings asks ``setting_field`` for one field after the other, puts them into a form with ``add_setting`` and listens to
``edited``.  Lists and mappings have no field: they are edited where their meaning is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFont, QFontDatabase, QWheelEvent
from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from annotator.settings.table import Kind, Setting
from annotator.ui.dialogs.frame import add_field
from annotator.ui.i18n import tr
from annotator.ui.panels.parts import CalmComboBox, plain_label, spaced

FONT_KEYS = frozenset({"article.font_family"})
"""Texts that name a font family; empty means the system's choice."""

ZERO_WORDS = {
    "article.line_width": "As wide as the window",
    "history.keep_days": "However old it is",
    "history.keep_megabytes": "However much it is",
}
"""What a number says at 0, where 0 is no number but a choice of its own."""

UNITS = {
    "article.font_size": " pt",
    "article.zoom": " %",
    "article.line_width": " characters",
    "history.keep_days": " days",
    "history.keep_megabytes": " MB",
}

STEPS = {"article.zoom": 10, "article.line_width": 5}


class SettingField(QWidget):
    """One setting to edit.  ``edited(key, value)`` tells what the person did, never what ``show_value`` did."""

    edited = Signal(str, object)

    def __init__(self, setting: Setting, control: QWidget) -> None:
        super().__init__()
        self.setting = setting
        self.control = control
        control.setAccessibleName(tr(setting.title))
        if setting.help:
            control.setAccessibleDescription(tr(setting.help))
        layout = QHBoxLayout(self)
        spaced(layout)
        layout.addWidget(control, 1)
        self.setFocusProxy(control)

    def value(self) -> Any:
        """Return what the field shows, as the settings keep it."""
        raise NotImplementedError

    def show_value(self, value: Any) -> None:
        """Show a value without telling anybody."""
        blocked = self.control.blockSignals(True)
        try:
            self._show(value)
        finally:
            self.control.blockSignals(blocked)

    def _show(self, value: Any) -> None:
        raise NotImplementedError

    def _on_edited(self) -> None:
        self.edited.emit(self.setting.key, self.value())


class _TextField(SettingField):
    def __init__(self, setting: Setting) -> None:
        self._line = QLineEdit()
        super().__init__(setting, self._line)
        self._line.editingFinished.connect(self._on_edited)

    def value(self) -> str:
        return self._line.text().strip()

    def _show(self, value: Any) -> None:
        self._line.setText(value)


class _NumberField(SettingField):
    def __init__(self, setting: Setting) -> None:
        self._spin = QSpinBox()
        super().__init__(setting, self._spin)
        self._spin.setRange(setting.minimum, setting.maximum)
        self._spin.setSingleStep(STEPS.get(setting.key, 1))
        self._spin.setSuffix(tr(UNITS.get(setting.key, "")))
        if setting.key in ZERO_WORDS and setting.minimum == 0:
            self._spin.setSpecialValueText(tr(ZERO_WORDS[setting.key]))
        self._spin.setKeyboardTracking(False)  # a number half typed is not meant yet
        self._spin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._spin.installEventFilter(self)
        self._spin.valueChanged.connect(self._on_edited)

    def value(self) -> int:
        return self._spin.value()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let a wheel that only passes over the field turn the dialog, not the number."""
        if isinstance(event, QWheelEvent) and not self._spin.hasFocus():
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def _show(self, value: Any) -> None:
        self._spin.setValue(value)


class _SwitchField(SettingField):
    def __init__(self, setting: Setting) -> None:
        self._box = QCheckBox(tr(setting.title))
        super().__init__(setting, self._box)
        self._box.toggled.connect(self._on_edited)

    def value(self) -> bool:
        return self._box.isChecked()

    def _show(self, value: Any) -> None:
        self._box.setChecked(value)


class _ChoiceField(SettingField):
    def __init__(self, setting: Setting) -> None:
        self._combo = CalmComboBox(tr(setting.title))
        super().__init__(setting, self._combo)
        for choice in setting.choices:
            self._combo.addItem(choice_words(setting.key, choice), choice)
        self._combo.currentIndexChanged.connect(self._on_edited)

    def value(self) -> str:
        return self._combo.currentData()

    def _show(self, value: Any) -> None:
        self._combo.setCurrentIndex(self._combo.findData(value))


class _FontField(SettingField):
    """The families of this computer, each in its own letters, after an entry for the usual one.

    Not Qt's own box for fonts: that fills itself anew when it is shown and loses an entry of ours.  A family that is not installed here
    keeps its name, so that looking at the field changes nothing.
    """

    def __init__(self, setting: Setting) -> None:
        self._combo = CalmComboBox(tr(setting.title))
        super().__init__(setting, self._combo)
        self._combo.addItem(tr("Usual font"), "")
        for family in QFontDatabase.families():
            if QFontDatabase.isSmoothlyScalable(family) and not QFontDatabase.isPrivateFamily(family):
                self._add(family, family)
        self._combo.currentIndexChanged.connect(self._on_edited)

    def value(self) -> str:
        return self._combo.currentData()

    def _show(self, value: Any) -> None:
        index = self._combo.findData(value)
        if index < 0:
            index = self._add(tr("{} (not installed)").format(value), value)
        self._combo.setCurrentIndex(index)

    def _add(self, words: str, family: str) -> int:
        self._combo.addItem(words, family)
        index = self._combo.count() - 1
        if QFontDatabase.WritingSystem.Symbol not in QFontDatabase.writingSystems(family):  # it could not be read
            self._combo.setItemData(index, QFont(family), Qt.ItemDataRole.FontRole)
        return index


def setting_field(setting: Setting, value: Any) -> SettingField:
    """Return a field that shows ``value``; raises ``KeyError`` for a kind that has no field."""
    made = _FontField(setting) if setting.key in FONT_KEYS else _FIELDS[setting.kind](setting)
    made.show_value(value)
    return made


def has_field(setting: Setting) -> bool:
    """Tell whether a setting has a field; lists and mappings are edited where their meaning is."""
    return setting.key in FONT_KEYS or setting.kind in _FIELDS


def add_setting(form: QFormLayout, field: SettingField) -> None:
    """Add a field to a form under its title, with its explanation below it; a switch says its title itself."""
    cell = QWidget()
    column = QVBoxLayout(cell)
    spaced(column, spacing=1)
    column.addWidget(field)
    if field.setting.help:
        column.addWidget(plain_label(tr(field.setting.help), quiet=True))
    cell.setFocusProxy(field)
    if field.setting.kind is Kind.SWITCH:
        form.addRow("", cell)
    else:
        add_field(form, tr(field.setting.title), cell)


def choice_words(key: str, choice: str) -> str:
    """Return what a choice is called in the window."""
    known = {
        ("ui.theme", "system"): tr("As the system"),
        ("ui.theme", "light"): tr("Light"),
        ("ui.theme", "dark"): tr("Dark"),
        ("ui.language", "system"): tr("As the system"),
        ("ui.language", "en"): tr("English"),
        ("ui.language", "id"): tr("Indonesian"),
        ("article.density", "comfortable"): tr("Comfortable"),
        ("article.density", "compact"): tr("Compact"),
        ("article.arcs", "focused"): tr("Those of the focused span"),
        ("article.arcs", "all"): tr("All"),
        ("article.arcs", "none"): tr("None"),
        ("article.unit", "tokens"): tr("Tokens"),
        ("article.unit", "characters"): tr("Characters"),
        ("done.order", "project"): tr("The next one of the project"),
        ("done.order", "disagreement"): tr("Where suggesters disagree most"),
        ("done.order", "doubt"): tr("With the least sure suggestion"),
        ("done.order", "novelty"): tr("With most new words"),
    }
    return known.get((key, choice), choice)


_FIELDS: Mapping[Kind, Callable[[Setting], SettingField]] = {
    Kind.TEXT: _TextField,
    Kind.NUMBER: _NumberField,
    Kind.SWITCH: _SwitchField,
    Kind.CHOICE: _ChoiceField,
}
