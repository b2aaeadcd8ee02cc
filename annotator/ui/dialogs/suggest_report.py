"""Says what a run of suggesters did, what was left out of what they found, and where they failed."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from annotator.commands.suggesting import SuggestReport
from annotator.ui.dialogs.frame import close_buttons, copy_text, framed
from annotator.ui.dialogs.modeless import ModelessDialog
from annotator.ui.i18n import by_count, number, plain_tip, told, tr
from annotator.ui.panels.parts import airy, heading, plain_label

_FAILED = Qt.ItemDataRole.UserRole


class SuggestReportDialog(ModelessDialog):
    """It does not block the window: a document that is entered is opened beside it."""

    documentRequested = Signal(object)
    """The ``Complaint`` about the document to go to; its place is the document's name."""

    def __init__(self, report: SuggestReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = framed(self, tr("Suggestions"), width=620)
        self.title = heading(_title(report), larger=1.2)
        column.addWidget(self.title)
        self.counts = plain_label("\n".join(_lines(report)))
        column.addWidget(self.counts)
        self.table = QTreeWidget()
        airy(self.table)
        self.table.setAccessibleName(tr("What was left out, and where a suggester failed"))
        self.table.setHeaderLabels([tr("What"), tr("Count"), tr("Why")])
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setUniformRowHeights(True)
        self.table.setAlternatingRowColors(True)
        self.table.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.table.header().resizeSection(0, 260)
        self._fill(report)
        self.table.itemActivated.connect(self._on_activated)
        column.addWidget(self.table, 1)
        self.table.setVisible(self.table.topLevelItemCount() > 0)
        if report.more_failed:
            column.addWidget(plain_label(tr("{} more are not listed here.").format(number(report.more_failed)), quiet=True))
        box, (self.copy,) = close_buttons(self, tr("Copy"))
        self.copy.setVisible(self.table.topLevelItemCount() > 0)
        self.copy.clicked.connect(self._on_copy)
        column.addWidget(box)
        if self.table.topLevelItemCount():
            self.resize(720, 440)

    def _fill(self, report: SuggestReport) -> None:
        by_suggester: dict[str, QTreeWidgetItem] = {}
        for (suggester, reason, label), count in sorted(report.left_out.items(), key=lambda entry: (entry[0][0], -entry[1])):
            group = by_suggester.get(suggester)
            if group is None:
                total = sum(found for (name, *_), found in report.left_out.items() if name == suggester)
                title = tr("Left out of “{}”").format(suggester)
                group = by_suggester[suggester] = QTreeWidgetItem(self.table, [title, number(total), ""])
            self._add(group, [label, number(count), tr(reason)])
        if report.failed:
            failed = QTreeWidgetItem(
                self.table, [tr("Documents on which a suggester failed"), number(len(report.failed) + report.more_failed), ""]
            )
            for complaint in report.failed:
                self._add(failed, [complaint.place, "", told(complaint.message)]).setData(0, _FAILED, complaint)
        self.table.expandAll()
        first = self.table.topLevelItem(0)
        if first is not None:
            self.table.setCurrentItem(first)

    @staticmethod
    def _add(group: QTreeWidgetItem, cells: list[str]) -> QTreeWidgetItem:
        item = QTreeWidgetItem(group, [" ".join(cell.split()) for cell in cells])
        item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        item.setToolTip(0, plain_tip(cells[0]))
        item.setToolTip(2, plain_tip(cells[2]))
        return item

    def _on_activated(self, item: QTreeWidgetItem) -> None:
        complaint = item.data(0, _FAILED)
        if complaint is not None:
            self.documentRequested.emit(complaint)

    def _on_copy(self) -> None:
        lines = [self.title.text(), self.counts.text()]
        for row in range(self.table.topLevelItemCount()):
            group = self.table.topLevelItem(row)
            if group is not None:
                lines.append(f"{group.text(0)}: {group.text(1)}")
                children = (group.child(place) for place in range(group.childCount()))
                lines += ["\t".join(child.text(column) for column in range(3)) for child in children if child is not None]
        copy_text("\n".join(lines))


def summary(report: SuggestReport) -> str:
    """Return what a run did, in a sentence or two."""
    text = " ".join((_title(report), *_lines(report)[:1]))
    left, failed = sum(report.left_out.values()), len(report.failed) + report.more_failed
    if left:
        text += " " + by_count(left, tr("{} suggestion was left out."), tr("{} suggestions were left out."))
    if failed:
        text += " " + by_count(failed, tr("A suggester failed on {} document."), tr("A suggester failed on {} documents."))
    return text


def _title(report: SuggestReport) -> str:
    return by_count(report.documents, tr("{} document was looked at."), tr("{} documents were looked at."))


def _lines(report: SuggestReport) -> list[str]:
    put = report.put
    spans = by_count(put.spans, tr("{} span"), tr("{} spans"))
    relations = by_count(put.relations, tr("{} relation"), tr("{} relations"))
    lines = [tr("New or renewed: {} and {}.").format(spans, relations)] if put.sets else [tr("Nothing new was found.")]
    if put.unchanged:
        lines.append(by_count(put.unchanged, tr("{} annotation set is as it was."), tr("{} annotation sets are as they were.")))
    if put.finished:
        one = tr("{} annotation set of a finished document was left alone.")
        lines.append(by_count(put.finished, one, tr("{} annotation sets of finished documents were left alone.")))
    return lines
