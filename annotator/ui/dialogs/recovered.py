"""Says what a rescue of a damaged project brought over, and what is missing."""

from __future__ import annotations

import json

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QFrame, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from annotator.store.salvage_report import Missing, Salvage
from annotator.ui.dialogs.frame import close_buttons, copy_text, framed
from annotator.ui.i18n import PARTS, number, plain_tip, told, tr
from annotator.ui.icons import icon
from annotator.ui.panels.parts import airy, heading, plain_label

_MOST = 2000


class RecoveredDialog(QDialog):
    """The report of a rescue; ``openRequested`` (the new file's path) asks for the new project to be opened."""

    openRequested = Signal(object)

    def __init__(self, report: Salvage, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report = report
        column = framed(self, tr("Rescue"), width=640)
        title = tr("Everything could be read.") if report.whole else tr("What could be read was rescued; some of it is missing.")
        self.title = heading(title, larger=1.2)
        column.addWidget(self.title)
        column.addWidget(plain_label(tr("The new project is {}. The damaged file is as it was.").format(report.target), quiet=True))
        self.counts = plain_label("\n".join(_lines(report)))
        column.addWidget(self.counts)
        self.table = QTreeWidget()
        airy(self.table)
        self.table.setAccessibleName(tr("What is missing or doubtful"))
        self.table.setHeaderLabels([tr("What"), tr("How many"), tr("Where"), tr("Why")])
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setAlternatingRowColors(True)
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        for section, width in ((0, 150), (1, 110), (2, 200)):
            self.table.header().resizeSection(section, width)
        self.table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.table.addTopLevelItems([_row(missing) for missing in report.missing[:_MOST]])
        column.addWidget(self.table, 1)
        self.table.setVisible(bool(report.missing))
        self.detail = plain_label()  # a row shows as much of a sentence as fits; here the chosen one stands whole
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.detail)
        self.table.currentItemChanged.connect(self._on_chosen)
        first = self.table.topLevelItem(0)
        if first is not None:
            self.table.setCurrentItem(first)
        self.detail.setVisible(bool(report.missing))
        hidden = len(report.missing) - _MOST
        if hidden > 0:
            more = tr("{} more are not listed here; Copy takes them all.")
            column.addWidget(plain_label(more.format(number(hidden)), quiet=True))
        note = tr("A changed letter inside a text cannot be found in this way: compare with a backup where you have one.")
        column.addWidget(plain_label(note, quiet=True))
        box, (self.open_it, self.copy) = close_buttons(self, tr("Open the new project"), tr("Copy"))
        self.open_it.clicked.connect(self._on_open)
        self.copy.clicked.connect(self._on_copy)
        column.addWidget(box)
        if report.missing:
            self.resize(780, 520)

    def _on_chosen(self, item: QTreeWidgetItem | None, _before: QTreeWidgetItem | None = None) -> None:
        self.detail.setText(item.data(0, Qt.ItemDataRole.UserRole) if item is not None else "")

    def _on_open(self) -> None:
        self.accept()
        self.openRequested.emit(self._report.target)

    def _on_copy(self) -> None:
        copy_text(json.dumps(self._report.to_dict(), ensure_ascii=False, indent=2))


def _names() -> dict[str, str]:
    """Return what the rows of each table are called, in the order of the report."""
    return {
        "documents": tr("documents"),
        "annotation_sets": tr("annotation sets"),
        "spans": tr("spans"),
        "relations": tr("relations"),
        "verdicts": tr("rejections"),
        "steps": tr("history steps"),
        "changes": tr("changes of history steps"),
    }


def _lines(report: Salvage) -> list[str]:
    kept = ", ".join(f"{number(report.saved[table])} {name}" for table, name in _names().items() if table != "changes")
    return [tr("Rescued: {}.").format(kept), *map(told, report.notices)]


def _row(missing: Missing) -> QTreeWidgetItem:
    many = number(missing.count) if missing.count else tr("unknown")
    what = _names().get(missing.table, missing.table)
    item = QTreeWidgetItem([what[:1].upper() + what[1:], many, told(missing.place, PARTS), told(missing.reason)])
    item.setIcon(0, icon("info-circle" if missing.doubtful else "alert-triangle"))
    sentence = told(missing.sentence)
    item.setData(0, Qt.ItemDataRole.UserRole, sentence)
    item.setToolTip(3, plain_tip(sentence))
    return item
