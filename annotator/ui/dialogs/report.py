"""Says what an export kept, and shows every item it did not."""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QDialog, QFrame, QHeaderView, QTreeView, QWidget

from annotator.domain.exchange import Loss, LossReport
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.frame import close_buttons, copy_text, framed
from annotator.ui.i18n import by_count, number, tr
from annotator.ui.models.losses import LossModel, LossRole
from annotator.ui.panels.parts import airy, heading, plain_label

_OPEN_AT_ONCE = 200


class LossReportDialog(QDialog):
    """The report of an export.  It does not block the window: a loss that is entered is shown in the article beside it."""

    lossActivated = Signal(object)
    """The ``Loss`` to go to."""

    def __init__(self, report: LossReport, parent: QWidget | None = None, *, ask: Ask | None = None) -> None:
        super().__init__(parent)
        self._report = report
        self._ask = ask or Ask(self)
        column = framed(self, tr("Export"), width=640)
        self.title = heading(_title(report), larger=1.2)
        column.addWidget(self.title)
        column.addWidget(plain_label(tr("Written to {} and read back.").format(report.path), quiet=True))
        self.counts = plain_label("\n".join(_lines(report)))
        column.addWidget(self.counts)
        items = [*report.losses, *report.findings]
        self.model = LossModel(items, self)
        self.table = QTreeView()
        self.table.setModel(self.model)
        airy(self.table)
        self.table.setAccessibleName(tr("What was not kept, by reason"))
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setUniformRowHeights(True)
        self.table.setAlternatingRowColors(True)
        self.table.header().setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.table.header().setStretchLastSection(False)
        self.table.header().resizeSection(0, 190)
        self.table.activated.connect(self._on_activated)
        for row in range(self.model.rowCount()):
            self.table.setFirstColumnSpanned(row, QModelIndex(), True)
            if self.model.rowCount(self.model.index(row, 0)) <= _OPEN_AT_ONCE:
                self.table.expand(self.model.index(row, 0))
        column.addWidget(self.table, 1)
        self.table.setVisible(bool(items))  # only once it has a parent: without one it would be a window of its own
        self.told = plain_label(quiet=True)
        self.told.setText(tr("Enter or double-click an item to see it in the article.") if items else "")
        column.addWidget(self.told)
        self.told.setVisible(bool(items))
        box, (self.copy, self.save) = close_buttons(self, tr("Copy"), tr("Save as JSON…"))
        self.copy.clicked.connect(self._on_copy)
        self.save.clicked.connect(self._on_save)
        column.addWidget(box)
        if items:
            self.resize(820, 520)

    def open(self) -> None:
        """Show the report without blocking the window behind it."""
        self.setModal(False)
        self.show()

    def _on_activated(self, index: QModelIndex) -> None:
        loss = index.data(LossRole.LOSS)
        if isinstance(loss, Loss):
            self.lossActivated.emit(loss)

    def _on_copy(self) -> None:
        copy_text(self._json())
        self._tell(tr("Copied."))

    def _on_save(self) -> None:
        suggestion = Path(self._report.path).with_suffix(".report.json")
        target = self._ask.save_file(tr("Save the report"), suggestion, "JSON (*.json)")
        if target is None:
            return
        try:
            target.write_text(self._json() + "\n", encoding="utf-8")
        except OSError as error:
            self._tell(tr("{} could not be written: {}").format(target, error.strerror or error))
        else:
            self._tell(tr("Saved as {}.").format(target))

    def _tell(self, text: str) -> None:
        self.told.setText(text)
        self.told.show()

    def _json(self) -> str:
        return json.dumps(self._report.to_dict(), ensure_ascii=False, indent=2)


def _title(report: LossReport) -> str:
    if report.lossless:
        return tr("Exported, and nothing else was lost.") if report.unsaid else tr("Exported, and nothing was lost.")
    return by_count(
        report.loss_count(), tr("Exported, but {} thing is not as it was."), tr("Exported, but {} things are not as they were.")
    )


def _lines(report: LossReport) -> list[str]:
    kept = tr("Kept: {}, {}, {}.").format(
        by_count(report.documents, tr("{} document"), tr("{} documents")),
        by_count(report.spans, tr("{} span"), tr("{} spans")),
        by_count(report.relations, tr("{} relation"), tr("{} relations")),
    )
    lines = [kept]
    if report.unreviewed:
        lines.append(tr("{} of these nobody has reviewed.").format(number(report.unreviewed)))
    if report.more:
        lines.append(tr("{} further things are counted and not listed.").format(number(report.more.total())))
    return [*lines, *report.told()]
