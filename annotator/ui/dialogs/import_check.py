"""The last step of an import: what can be mended, how strict to be, and every problem by file, line and reason."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QVBoxLayout, QWidget

from annotator.commands.previewing import Survey
from annotator.domain.mending import Repair
from annotator.ui.dialogs.import_complaints import ComplaintList
from annotator.ui.i18n import by_count, number, tr
from annotator.ui.panels.parts import heading, plain_label, spaced


class CheckPage(QWidget):
    """``repairsChanged`` says that the files are to be read again with other repairs; nothing is written for that."""

    repairsChanged = Signal()

    def __init__(self, strict: QCheckBox, carry: QCheckBox, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.title = heading("", larger=1.1)
        self.figures = plain_label()
        self.repairs = {kind: QCheckBox() for kind in Repair}
        self.list = ComplaintList(tr("Problems in the files"))
        self.hidden = plain_label(quiet=True)
        column = QVBoxLayout(self)
        spaced(column, spacing=2)
        column.addWidget(self.title)
        column.addWidget(self.figures)
        for box in self.repairs.values():
            column.addWidget(box)
            box.clicked.connect(self.repairsChanged)
            box.setVisible(False)
        column.addWidget(carry)
        column.addWidget(strict)
        column.addWidget(self.list, 1)
        column.addWidget(self.hidden)
        self._carry = carry

    def show_survey(self, found: Survey) -> None:
        """Show what an import would say now."""
        self.title.setText(_title(found))
        self.figures.setText(_figures(found))
        for kind, box in self.repairs.items():
            count = found.repairs[kind]
            box.setText(_REPAIRS[kind]().format(number(count)))
            box.setVisible(bool(count))
        self._carry.setVisible(bool(found.reworded) or not self._carry.isChecked())
        listed = self.list.show_complaints(found.complaints())
        self.list.setVisible(bool(listed))
        hidden = len(found.report.complaints) + len(found.broken.complaints) - listed + found.report.more + found.broken.more
        self.hidden.setText(tr("{} more are not listed here; the report of the import has them all.").format(number(hidden)))
        self.hidden.setVisible(hidden > 0)

    def wanted(self) -> frozenset[Repair]:
        """Return the repairs that are ticked."""
        return frozenset(kind for kind, box in self.repairs.items() if box.isChecked())

    def tick(self, repairs: frozenset[Repair]) -> None:
        """Tick these repairs; one that finds nothing to mend stays out of sight."""
        for kind, box in self.repairs.items():
            box.setChecked(kind in repairs)


_REPAIRS = {
    Repair.SHIFTED: lambda: tr("Repair: put spans where their text is ({})"),
    Repair.INVERTED: lambda: tr("Repair: turn spans round that end before they start ({})"),
    Repair.EDGES: lambda: tr("Repair: take white space off the edges of spans ({})"),
    Repair.DUPLICATES: lambda: tr("Repair: keep one of spans that are there twice ({})"),
}


def _title(found: Survey) -> str:
    if found.lost:
        one, many = tr("{} thing would be left out."), tr("{} things would be left out.")
        return by_count(found.lost, one, many)
    if not found.records:
        return tr("There is nothing to import.")
    return tr("Everything would come in.")


def _figures(found: Survey) -> str:
    parts = [
        by_count(found.documents, tr("{} new document"), tr("{} new documents")),
        by_count(found.sets, tr("{} annotation set"), tr("{} annotation sets")),
        by_count(found.spans, tr("{} span"), tr("{} spans")),
        by_count(found.relations, tr("{} relation"), tr("{} relations")),
    ]
    lines = [", ".join(parts) + "."]
    broken = sum(found.broken.broken_rules.values())
    if broken:
        one, many = tr("{} item breaks a rule, and comes in as it is."), tr("{} items break a rule, and come in as they are.")
        lines.append(by_count(broken, one, many))
    lines.append(tr("Nothing has been written yet. The import is one step that can be taken back from the history."))
    return "\n".join(lines)
