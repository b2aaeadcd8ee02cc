"""What can be done about a project file that cannot be opened: go back to a backup, or rescue what can be read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QDialog, QWidget

from annotator.store.backup import Backup
from annotator.ui.dialogs.backups_list import BackupsTable
from annotator.ui.dialogs.frame import close_buttons, framed
from annotator.ui.i18n import tr
from annotator.ui.panels.parts import heading, plain_label


class DamagedDialog(QDialog):
    """Shows what is wrong and the backups; asks by ``restoreRequested`` (the ``Backup``) and ``rescueRequested``, and closes then.

    ``rescuable`` says whether there is a file to read from.
    """

    restoreRequested = Signal(object)
    rescueRequested = Signal()

    def __init__(
        self, project: Path, problem: str, backups: Sequence[Backup], parent: QWidget | None = None, *, rescuable: bool = True
    ) -> None:
        super().__init__(parent)
        column = framed(self, tr("Project cannot be opened"), width=640)
        column.addWidget(heading(tr("{} cannot be opened").format(project.name), larger=1.2))
        column.addWidget(plain_label(problem))
        self.table = BackupsTable()
        if backups:
            text = tr("Go back to a backup: what was done after it is lost, the damaged file is kept beside the backups.")
            column.addWidget(plain_label(text))
        self.table.show_backups(backups)
        column.addWidget(self.table, 1)
        self.table.setVisible(bool(backups))
        text = tr("Or have everything that can still be read put into a new project, with a report of what is missing.")
        alone = tr("There are no backups. What can still be read can be put into a new project, with a report of what is missing.")
        hint = plain_label(text if backups else alone)
        column.addWidget(hint)
        hint.setVisible(rescuable)
        box, (self.restore, self.rescue) = close_buttons(self, tr("Go back to this backup"), tr("Rescue what can be read…"))
        column.addWidget(box)
        self.restore.setVisible(bool(backups))
        self.rescue.setVisible(rescuable)
        self.restore.clicked.connect(self._on_restore)
        self.rescue.clicked.connect(self._on_rescue)
        self.table.currentItemChanged.connect(self._on_chosen)
        sound = next((row for row, backup in enumerate(backups) if backup.sound), 0)
        newest = self.table.topLevelItem(sound)
        if newest is not None:
            self.table.setCurrentItem(newest)
        self._on_chosen()
        if backups:
            self.resize(680, 420)

    def _on_chosen(self, *_: object) -> None:
        self.restore.setEnabled(self.table.current is not None)

    def _on_restore(self) -> None:
        backup = self.table.current
        if backup is not None:
            self.accept()
            self.restoreRequested.emit(backup)

    def _on_rescue(self) -> None:
        self.accept()
        self.rescueRequested.emit()
