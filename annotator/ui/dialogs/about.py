"""Says which version this is, and gives what a report of a defect needs."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QFontDatabase
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from annotator import paths
from annotator.ui.dialogs.frame import close_buttons, copy_text, framed
from annotator.ui.dialogs.modeless import ModelessDialog
from annotator.ui.i18n import tr
from annotator.ui.panels.parts import heading, plain_label


class AboutDialog(ModelessDialog):
    """``diagnostics`` is plain text, shown and copied as it is."""

    def __init__(self, version: str, diagnostics: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._diagnostics = diagnostics
        column = framed(self, tr("About Annotator"), width=560)
        column.addWidget(heading(tr("Annotator {}").format(version), larger=1.5))
        column.addWidget(plain_label(tr("Corrects spans and relations in news articles, and exports training data one can trust.")))
        column.addWidget(plain_label(tr("When you report a defect, copy this along:"), quiet=True))
        self.text = QPlainTextEdit(diagnostics)
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(tr("Diagnostics"))
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setMinimumHeight(220)
        column.addWidget(self.text, 1)
        box, (self.copy, self.folder) = close_buttons(self, tr("Copy"), tr("Open the log folder"))
        self.copy.clicked.connect(self._on_copy)
        self.folder.clicked.connect(self._on_folder)
        column.addWidget(box)

    def _on_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(paths.log_dir())))

    def _on_copy(self) -> None:
        copy_text(self._diagnostics)
        self.copy.setText(tr("Copied"))
