"""All settings of the table, by what they are about; each is applied and kept at once."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from annotator.errors import AnnotatorError
from annotator.settings.store import Settings
from annotator.settings.table import SETTINGS, Setting
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.frame import close_buttons, complaint_label, form, framed
from annotator.ui.dialogs.modeless import ModelessDialog
from annotator.ui.dialogs.setting_fields import SettingField, add_setting, has_field, setting_field
from annotator.ui.i18n import by_count, told, tr
from annotator.ui.panels.parts import airy, heading, spaced

GROUPS = (("General", ("annotator", "ui")), ("Article", ("article",)), ("Work", ("done", "next")), ("History", ("history",)))
"""What the groups are called, and the beginnings of the keys of the settings in each; the last takes what no other does."""


OWN = frozenset({"annotator.name"})
"""Settings that have no usual value to go back to: the login name in place of one's own would put all further work under another name."""


class PreferencesDialog(ModelessDialog):
    """A list of groups, and the settings of the chosen one.  ``keysRequested`` asks for the editor of keys, which are many.

    It stands beside the work: what is changed is seen there at once.
    """

    keysRequested = Signal()

    def __init__(self, settings: Settings, ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings, self._ask = settings, ask
        self.fields: dict[str, SettingField] = {}
        self.groups = QListWidget()
        airy(self.groups)
        self.groups.setAccessibleName(tr("Groups of settings"))
        self.groups.setFixedWidth(170)
        self.pages = QStackedWidget()
        column = framed(self, tr("Preferences"), width=760)
        row = QHBoxLayout()
        spaced(row, spacing=4)
        row.addWidget(self.groups)
        row.addWidget(self.pages, 1)
        column.addLayout(row, 1)
        for title, members in grouped():
            self.groups.addItem(tr(title))
            self.pages.addWidget(self._page(tr(title), members))
        self.groups.currentRowChanged.connect(self.pages.setCurrentIndex)
        self.groups.setCurrentRow(0)
        self.complaint = complaint_label()
        column.addWidget(self.complaint)
        box, (self.keys, self.usual) = close_buttons(self, tr("Keys…"), tr("Usual values…"))
        self.usual.setAccessibleName(tr("Go back to the usual values of this group"))
        self.keys.clicked.connect(self.keysRequested)
        self.usual.clicked.connect(self._on_usual)
        column.addWidget(box)
        self.resize(820, 560)
        stop = settings.subscribe(self._on_set)
        self.destroyed.connect(stop)

    def show_setting(self, key: str) -> None:
        """Put the keyboard into the field of a setting; an unknown key changes nothing."""
        for row, (_, members) in enumerate(grouped()):
            if any(setting.key == key for setting in members):
                self.groups.setCurrentRow(row)
                self.fields[key].setFocus(Qt.FocusReason.TabFocusReason)

    def _page(self, title: str, members: list[Setting]) -> QScrollArea:
        page = QWidget()
        column = QVBoxLayout(page)
        spaced(column, margin=3, spacing=3)
        column.addWidget(heading(title, larger=1.15))
        rows = form()
        for setting in members:
            field = self.fields[setting.key] = setting_field(setting, self._settings.get(setting.key))
            field.edited.connect(self._on_edited)
            add_setting(rows, field)
        column.addLayout(rows)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # the fields have the keyboard, and bring themselves into view
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        return scroll

    def _on_edited(self, key: str, value: Any) -> None:
        if self._settings.get(key) == value:
            return
        try:
            self._settings.set(key, value)
            self.complaint.setText("")
        except AnnotatorError as error:
            self.complaint.setText(told(error))

    def _on_set(self, key: str, value: Any) -> None:
        """Show what was set elsewhere, by a key in the window."""
        if key in self.fields and self.fields[key].value() != value:
            self.fields[key].show_value(value)

    def _on_usual(self) -> None:
        title, members = grouped()[self.groups.currentRow()]
        others = [setting for setting in members if setting.key not in OWN and self._settings.get(setting.key) != setting.default]
        if not others:
            self.complaint.setText(tr("“{}” has the usual values already.").format(tr(title)))
            return
        one = tr("{} setting of “{{}}” goes back to its usual value:")
        text = by_count(len(others), one, tr("{} settings of “{{}}” go back to their usual values:")).format(tr(title))
        listed = "\n".join(tr(setting.title) for setting in others)
        if not self._ask.confirm(tr("Usual values"), f"{text}\n\n{listed}", tr("Go back to them")):
            return
        for setting in others:
            self._on_edited(setting.key, setting.default)
            self.fields[setting.key].show_value(self._settings.get(setting.key))


def grouped() -> list[tuple[str, list[Setting]]]:
    """Return the settings that have a field, by group, in the order of the table; no group is empty."""
    found: dict[str, list[Setting]] = {title: [] for title, _ in GROUPS}
    for setting in SETTINGS.values():
        if setting.private or not has_field(setting):
            continue
        beginning = setting.key.partition(".")[0]
        title = next((title for title, beginnings in GROUPS if beginning in beginnings), GROUPS[0][0])
        found[title].append(setting)
    return [(title, members) for title, members in found.items() if members]
