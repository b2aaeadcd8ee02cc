"""Says what an import brought in and what it did not."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QFrame, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from annotator.commands.importing import ImportReport
from annotator.domain.exchange import Complaint
from annotator.ui.dialogs.frame import close_buttons, copy_text, framed
from annotator.ui.i18n import by_count, number, plain_tip, tr
from annotator.ui.icons import icon
from annotator.ui.panels.parts import airy, heading, plain_label

_MOST = 2000


class ImportReportDialog(QDialog):
    """Counts, notices, and each complaint by file, line and reason; the clipboard gets all of them, the table the first ones."""

    def __init__(self, report: ImportReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report = report
        lost = sum(complaint.lost for complaint in report.complaints)
        column = framed(self, tr("Import"), width=660)
        self.title = heading(_title(report, lost), larger=1.2)
        column.addWidget(self.title)
        self.counts = plain_label("\n".join(_lines(report)))
        column.addWidget(self.counts)
        self.table = QTreeWidget()
        airy(self.table)
        self.table.setAccessibleName(tr("What the import says"))
        self.table.setHeaderLabels([tr("File"), tr("Line"), tr("What")])
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setAlternatingRowColors(True)
        self.table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.table.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.table.header().resizeSection(0, 180)
        for complaint in report.complaints[:_MOST]:
            self.table.addTopLevelItem(_row(complaint))
        column.addWidget(self.table, 1)
        self.detail = plain_label()  # a row shows as much of a sentence as fits; here the chosen one stands whole
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(self.detail)
        self.table.currentItemChanged.connect(self._on_current_changed)
        first = self.table.topLevelItem(0)
        if first is not None:
            self.table.setCurrentItem(first)
        self.table.setVisible(bool(report.complaints))  # only once it has a parent: without one it would be a window of its own
        hidden = len(report.complaints) - _MOST
        if hidden > 0:
            column.addWidget(
                plain_label(tr("{} more are not listed here; Copy takes them all.").format(number(hidden)), quiet=True)
            )
        box, (self.copy,) = close_buttons(self, tr("Copy"))
        self.copy.setVisible(bool(report.complaints))
        if report.complaints:
            self.copy.clicked.connect(self._on_copy)
            self.resize(760, 460)
        column.addWidget(box)

    def _on_current_changed(self, item: QTreeWidgetItem | None, _before: QTreeWidgetItem | None) -> None:
        self.detail.setText(item.text(2) if item is not None else "")

    def _on_copy(self) -> None:
        copy_text("\n".join(f"{complaint.place}: {complaint.message}" for complaint in self._report.complaints))


def split_place(place: str) -> tuple[str, str]:
    """Return file and line of ``file:line``; the line is empty where there is none (a drive letter's colon is no line)."""
    name, colon, line = place.rpartition(":")
    return (name, line) if colon and line.isdigit() else (place, "")


def _row(complaint: Complaint) -> QTreeWidgetItem:
    name, line = split_place(complaint.place)
    short = name.replace("\\", "/").rpartition("/")[2]
    item = QTreeWidgetItem([short, line, complaint.message])
    item.setIcon(2, icon("alert-triangle" if complaint.lost else "info-circle"))
    item.setToolTip(0, plain_tip(name))
    item.setToolTip(2, plain_tip(complaint.message))
    return item


def _title(report: ImportReport, lost: int) -> str:
    if not report.documents and not report.sets and lost:
        return tr("Nothing was imported.")
    if lost:
        return by_count(lost, tr("Imported, but {} thing was left out."), tr("Imported, but {} things were left out."))
    if not report.documents and not report.sets:
        return tr("Nothing new: all of it was in the project already.")
    return tr("Everything was imported.")


def _lines(report: ImportReport) -> list[str]:
    came = [
        by_count(report.documents, tr("{} new document"), tr("{} new documents")),
        by_count(report.sets, tr("{} annotation set"), tr("{} annotation sets")),
        by_count(report.spans, tr("{} span"), tr("{} spans")),
        by_count(report.relations, tr("{} relation"), tr("{} relations")),
    ]
    lines = [", ".join(came) + "."]
    if report.unchanged:
        lines.append(by_count(report.unchanged, tr("{} set was there already."), tr("{} sets were there already.")))
    if report.labels:
        lines.append(tr("Labels added to the scheme: {}.").format(", ".join(report.labels)))
    broken = sum(report.broken_rules.values())
    if broken:
        one = tr("{} item breaks a rule; the inspector says which.")
        lines.append(by_count(broken, one, tr("{} items break a rule; the inspector says which.")))
    return lines
