"""How much of the history is kept, by age and by size."""

from __future__ import annotations

from PySide6.QtWidgets import QDialog, QWidget

from annotator.errors import AnnotatorError
from annotator.settings.store import Settings
from annotator.settings.table import SETTINGS
from annotator.ui.dialogs.frame import accept_buttons, complaint_label, form, framed
from annotator.ui.dialogs.setting_fields import SettingField, add_setting, setting_field
from annotator.ui.i18n import told, tr
from annotator.ui.panels.parts import plain_label

KEYS = tuple(key for key, setting in SETTINGS.items() if key.startswith("history.") and not setting.private)


class HistoryKeepingDialog(QDialog):
    """The settings are kept when the dialog is accepted; what goes by them is removed afterwards, by whoever listens to ``accepted``."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self.fields: dict[str, SettingField] = {}
        column = framed(self, tr("How much of the history is kept"), width=520)
        column.addWidget(
            plain_label(tr("The newest step always stays. Annotations never change by this, only what can be undone."))
        )
        rows = form()
        for key in KEYS:
            field = self.fields[key] = setting_field(SETTINGS[key], settings.get(key))
            add_setting(rows, field)
        column.addLayout(rows)
        self.complaint = complaint_label()
        column.addWidget(self.complaint)
        box, self.keep = accept_buttons(self, tr("Keep so much"))
        column.addWidget(box)

    def accept(self) -> None:
        """Keep the settings and close; what cannot be kept is said, and the dialog stays."""
        try:
            for key, field in self.fields.items():
                self._settings.set(key, field.value())
        except AnnotatorError as error:
            self.complaint.setText(told(error))
            return
        super().accept()
