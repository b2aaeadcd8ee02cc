"""Says what an import brought in and what it did not."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from annotator.commands.importing import ImportReport
from annotator.ui.dialogs.frame import close_buttons, copy_text, framed
from annotator.ui.dialogs.import_complaints import ComplaintList
from annotator.ui.dialogs.modeless import ModelessDialog
from annotator.ui.i18n import by_count, number, told, tr
from annotator.ui.panels.parts import heading, plain_label


class ImportReportDialog(ModelessDialog):
    """Counts, notices, and each complaint by file, line and reason; the clipboard gets all of them, the table the first ones.

    It stands beside the work: what it says of broken rules is looked up in the inspector.
    """

    def __init__(self, report: ImportReport, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._report = report
        lost = sum(complaint.lost for complaint in report.complaints) + report.more_lost
        column = framed(self, tr("Import"), width=660)
        self.title = heading(_title(report, lost), larger=1.2)
        column.addWidget(self.title)
        self.counts = plain_label("\n".join(_lines(report)))
        column.addWidget(self.counts)
        self.list = ComplaintList(tr("What the import says"))
        self.table, self.detail = self.list.table, self.list.detail
        column.addWidget(self.list, 1)
        listed = self.list.show_complaints(report.complaints)
        self.list.setVisible(bool(report.complaints))  # only once it has a parent: without one it would be a window of its own
        hidden = len(report.complaints) - listed + report.more
        if hidden > 0:
            column.addWidget(plain_label(tr("{} more are not listed here.").format(number(hidden)), quiet=True))
        if report.written:
            self.written = plain_label(told(report.written), quiet=True)
            self.written.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            column.addWidget(self.written)
        box, (self.copy,) = close_buttons(self, tr("Copy"))
        self.copy.setVisible(bool(report.complaints))
        if report.complaints:
            self.copy.clicked.connect(self._on_copy)
            self.resize(760, 460)
        column.addWidget(box)

    def _on_copy(self) -> None:
        copy_text("\n".join(f"{complaint.place}: {told(complaint.message)}" for complaint in self._report.complaints))


def _title(report: ImportReport, lost: int) -> str:
    if not report.documents and not report.sets and lost:
        return tr("Nothing was imported.")
    if lost:
        return by_count(lost, tr("Imported, but {} thing was left out."), tr("Imported, but {} things were left out."))
    if not report.documents and not report.sets:
        return tr("Nothing new: all of it was in the project already.")
    return tr("Everything was imported.")


def _lines(report: ImportReport) -> list[str]:
    documents = by_count(report.documents, tr("{} new document"), tr("{} new documents"))
    came = [documents] if report.documents or not report.sets else []
    for count, one, many in (
        (report.sets, tr("{} annotation set"), tr("{} annotation sets")),
        (report.spans, tr("{} span"), tr("{} spans")),
        (report.relations, tr("{} relation"), tr("{} relations")),
    ):
        if count:
            came.append(by_count(count, one, many))
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
