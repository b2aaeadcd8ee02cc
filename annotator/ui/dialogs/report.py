"""Says what an export kept, and shows every item it did not."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QFrame, QHeaderView, QTreeView, QWidget

from annotator.domain.exchange import Loss, LossReport
from annotator.errors import FormatError
from annotator.formats.files import replacing
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.frame import close_buttons, copy_text, framed
from annotator.ui.dialogs.modeless import ModelessDialog
from annotator.ui.i18n import by_count, number, told, tr
from annotator.ui.models.losses import LossModel, LossRole
from annotator.ui.panels.parts import airy, heading, plain_label

_OPEN_AT_ONCE = 200


class LossReportDialog(ModelessDialog):
    """The report of an export.  It does not block the window: a loss that is entered is shown in the article beside it.

    With ``preview`` it is what an export would do; it may be there before its report is.
    """

    lossActivated = Signal(object)
    """The ``Loss`` to go to."""

    def __init__(
        self, report: LossReport | None, parent: QWidget | None = None, *, ask: Ask | None = None, preview: bool = False
    ) -> None:
        super().__init__(parent)
        self._report, self._preview = report, preview
        self._ask = ask or Ask(self)
        column = framed(self, tr("Preview of the export") if preview else tr("Export"), width=640)
        self.title = heading("", larger=1.2)
        column.addWidget(self.title)
        self.written = plain_label(quiet=True)
        column.addWidget(self.written)
        self.counts = plain_label()
        column.addWidget(self.counts)
        self.model = LossModel((), self)
        self.table = QTreeView()
        airy(self.table)
        self.table.setAccessibleName(tr("What was not kept, by reason"))
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setUniformRowHeights(True)
        self.table.setAlternatingRowColors(True)
        self.table.activated.connect(self._on_activated)
        column.addWidget(self.table, 1)
        self.told = plain_label(quiet=True)
        column.addWidget(self.told)
        box, (self.copy, self.save) = close_buttons(self, tr("Copy"), tr("Save as JSON…"))
        self.copy.clicked.connect(self._on_copy)
        self.save.clicked.connect(self._on_save)
        column.addWidget(box)
        if report is None:
            self.title.setText(tr("Counting what would go out…"))
            self._show_items([])
            self.copy.setEnabled(False)
            self.save.setEnabled(False)
        else:
            self.show_report(report)

    def show_report(self, report: LossReport) -> None:
        """Show another report in place of the one that is shown."""
        self._report = report
        self.title.setText(_preview_title(report) if self._preview else _title(report))
        written = tr("Nothing has been written yet to {}.") if self._preview else tr("Written to {} and read back.")
        self.written.setText(written.format(report.path))
        self.counts.setText("\n".join(_lines(report, preview=self._preview)))
        self.copy.setEnabled(True)
        self.save.setEnabled(True)
        self._show_items([*report.losses, *report.findings])

    def _show_items(self, items: list[Loss]) -> None:
        before, self.model = self.model, LossModel(items, self)
        self.table.setModel(self.model)
        before.deleteLater()
        header = self.table.header()  # a view without columns forgets what was said of them
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        header.setStretchLastSection(False)
        header.resizeSection(0, 190)
        for row in range(self.model.rowCount()):
            self.table.setFirstColumnSpanned(row, QModelIndex(), True)
            if self.model.rowCount(self.model.index(row, 0)) <= _OPEN_AT_ONCE:
                self.table.expand(self.model.index(row, 0))
        self.table.setVisible(bool(items))  # only once it has a parent: without one it would be a window of its own
        self.told.setText(tr("Enter or double-click an item to see it in the article.") if items else "")
        self.told.setVisible(bool(items))
        if items:
            self.resize(max(self.width(), 820), max(self.height(), 520))

    def _on_activated(self, index: QModelIndex) -> None:
        loss = index.data(LossRole.LOSS)
        if isinstance(loss, Loss):
            self.lossActivated.emit(loss)

    def _on_copy(self) -> None:
        copy_text(self._json())
        self._tell(tr("Copied."))

    def _on_save(self) -> None:
        if self._report is None:
            return
        suggestion = Path(self._report.path).with_suffix(".report.json")
        target = self._ask.save_file(tr("Save the report"), suggestion, "JSON (*.json)")
        if target is None:
            return
        try:
            with replacing(target) as temporary:
                temporary.write_text(self._json() + "\n", encoding="utf-8")
        except FormatError as error:
            self._tell(told(error))
        else:
            self._tell(tr("Saved as {}.").format(target))

    def _tell(self, text: str) -> None:
        self.told.setText(text)
        self.told.show()

    def _json(self) -> str:
        return json.dumps(self._report.to_dict() if self._report is not None else {}, ensure_ascii=False, indent=2)


def _title(report: LossReport) -> str:
    if report.lossless:
        return tr("Exported, and nothing else was lost.") if report.unsaid else tr("Exported, and nothing was lost.")
    return by_count(
        report.loss_count(), tr("Exported, but {} thing is not as it was."), tr("Exported, but {} things are not as they were.")
    )


def _preview_title(report: LossReport) -> str:
    if report.lossless:
        return tr("Nothing else would be lost.") if report.unsaid else tr("Nothing would be lost.")
    return by_count(report.loss_count(), tr("{} thing would not be as it is."), tr("{} things would not be as they are."))


def _lines(report: LossReport, *, preview: bool) -> list[str]:
    kept = (tr("Would go out: {}, {}, {}.") if preview else tr("Kept: {}, {}, {}.")).format(
        by_count(report.documents, tr("{} document"), tr("{} documents")),
        by_count(report.spans, tr("{} span"), tr("{} spans")),
        by_count(report.relations, tr("{} relation"), tr("{} relations")),
    )
    lines = [kept]
    if report.unreviewed:
        lines.append(tr("{} of these nobody has reviewed.").format(number(report.unreviewed)))
    if report.more:
        lines.append(tr("{} further things are counted and not listed.").format(number(report.more.total())))
    return [*lines, *map(told, report.told())]
