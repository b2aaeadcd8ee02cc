"""The backups of the open project: make one, see what going back would change, go back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFrame, QHeaderView, QSplitter, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from annotator.store.backup import Backup
from annotator.store.restore import Difference
from annotator.ui.dialogs.backups_list import BackupsTable
from annotator.ui.dialogs.backups_words import difference_sentences, document_cells, made_at
from annotator.ui.dialogs.frame import close_buttons, framed
from annotator.ui.i18n import number, plain_tip, tr
from annotator.ui.panels.parts import airy, heading, plain_label, spaced


class BackupsDialog(QDialog):
    """Shows and asks; whoever opened it does the work.  It does not block the window, so that a document can be looked at beside it.

    ``comparisonRequested`` comes with the chosen ``Backup`` (None: nothing is to be compared any more).
    """

    backUpRequested = Signal()
    comparisonRequested = Signal(object)
    restoreRequested = Signal(object)
    documentRequested = Signal(object)
    """The number of a document to show (an int)."""

    def __init__(self, project: Path, parent: QWidget | None = None, *, writable: bool = True) -> None:
        super().__init__(parent)
        self._writable = writable
        self._busy = self._comparable = False
        self._damaged: set[int] = set()
        column = framed(self, tr("Backups"), width=680)
        column.addWidget(heading(tr("Backups of {}").format(project.name), larger=1.2))
        text = tr(
            "One is made when the project is opened and something has changed since the last. Going back keeps what is there now."
        )
        column.addWidget(plain_label(text, quiet=True))
        self.table = BackupsTable()
        self.hint = plain_label(tr("There are no backups yet."), quiet=True)
        parts = QSplitter(Qt.Orientation.Vertical)
        parts.setChildrenCollapsible(False)
        parts.addWidget(_column(self.table, self.hint))
        parts.addWidget(self._preview())
        parts.setSizes([170, 330])
        column.addWidget(parts, 1)
        self.told = plain_label(quiet=True)
        column.addWidget(self.told)
        box, (self.make, self.restore) = close_buttons(self, tr("Back up now"), tr("Go back to this one…"))
        self.make.clicked.connect(self._on_make)
        self.restore.clicked.connect(self._on_restore)
        column.addWidget(box)
        self.table.currentItemChanged.connect(self._on_chosen)
        self.documents.itemActivated.connect(self._on_document)
        self.resize(760, 620)
        self._on_chosen()

    def _preview(self) -> QWidget:
        self.title = heading("")
        self.summary = plain_label()
        self.documents = QTreeWidget()
        airy(self.documents)
        self.documents.setAccessibleName(tr("Documents that differ"))
        self.documents.setHeaderLabels([tr("Document"), tr("Spans"), tr("Relations"), tr("Other")])
        self.documents.setToolTip(plain_tip(tr("− would go, + would come back, ~ would change")))
        self.documents.setRootIsDecorated(False)
        self.documents.setUniformRowHeights(True)
        self.documents.setAlternatingRowColors(True)
        self.documents.setFrameShape(QFrame.Shape.NoFrame)
        self.documents.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.documents.header().resizeSection(0, 260)
        preview = _column(self.title, self.summary, self.documents)
        self.documents.hide()
        return preview

    @property
    def chosen(self) -> Backup | None:
        """The chosen backup, or None."""
        return self.table.current

    def open(self) -> None:
        """Show the dialog without blocking the window behind it."""
        self.setModal(False)
        self.show()

    # What is told to it

    def show_backups(self, backups: Sequence[Backup]) -> None:
        """Show these, the newest first."""
        self.table.show_backups(backups, damaged=frozenset(self._damaged))
        self.table.setVisible(bool(backups))
        self.hint.setVisible(not backups)

    def show_damaged(self, backup: Backup) -> None:
        """Say that a backup was read and cannot be relied on."""
        self._damaged.add(backup.number)
        self.show_problem(tr("This backup is damaged and cannot be used."))

    def show_difference(self, difference: Difference) -> None:
        """Show what going back to the chosen backup would change."""
        told = difference_sentences(difference)
        self.documents.clear()
        self.documents.addTopLevelItems(
            [_row(document.document_id, *document_cells(document)) for document in difference.documents]
        )
        tally = difference.document_tally
        more = tally.only_now + tally.only_then + tally.different - len(difference.documents)
        if more > 0:
            told.append(tr("The first {} are listed.").format(number(len(difference.documents))))
        self.summary.setText("\n".join(told))
        self.documents.setVisible(bool(difference.documents))
        self._enable(comparable=True)

    def show_problem(self, text: str) -> None:
        """Say why the chosen backup cannot be compared."""
        self.summary.setText(text)
        self.documents.hide()
        self._enable(comparable=False)

    def show_busy(self, text: str) -> None:
        """Say what is under way; until ``show_idle``, nothing else can be asked for."""
        self._busy = True
        self.told.setText(text)
        self._enable(comparable=self._comparable)

    def show_idle(self, text: str = "") -> None:
        """Say how it ended."""
        self._busy = False
        self.told.setText(text)
        self._enable(comparable=self._comparable)

    def compare_again(self) -> None:
        """Ask for the comparison anew: something was changed.  What is shown stays until the answer comes."""
        self.comparisonRequested.emit(self.chosen)

    # What is asked

    def _enable(self, *, comparable: bool) -> None:
        self._comparable = comparable
        self.make.setEnabled(self._writable and not self._busy)
        self.restore.setEnabled(self._writable and comparable and not self._busy and self.chosen is not None)

    def _on_chosen(self, *_: object) -> None:
        backup = self.chosen
        self.documents.hide()
        self._enable(comparable=False)
        if backup is None:
            self.title.setText(tr("What going back would change"))
            self.summary.setText(tr("Choose a backup to see it."))
        else:
            self.title.setText(tr("What going back to {} would change").format(made_at(backup)))
            self.summary.setText(tr("Comparing…"))
        self.comparisonRequested.emit(backup)

    def _on_make(self) -> None:
        self.backUpRequested.emit()

    def _on_restore(self) -> None:
        if self.chosen is not None:
            self.restoreRequested.emit(self.chosen)

    def _on_document(self, item: QTreeWidgetItem) -> None:
        self.documentRequested.emit(item.data(0, Qt.ItemDataRole.UserRole))


def _column(*widgets: QWidget) -> QWidget:
    part = QWidget()
    layout = QVBoxLayout(part)
    spaced(layout)
    for widget in widgets:
        layout.addWidget(widget, int(isinstance(widget, QTreeWidget)))
    layout.addStretch(0)  # takes the room while there is no table
    return part


def _row(document_id: int, *cells: str) -> QTreeWidgetItem:
    item = QTreeWidgetItem([cells[0], *cells[1:]])
    item.setData(0, Qt.ItemDataRole.UserRole, document_id)
    item.setToolTip(0, plain_tip(cells[0]))
    return item
