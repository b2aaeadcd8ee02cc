"""Says what an export would hold and lose, before anything is written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from annotator.commands.export_choice import ExportOptions
from annotator.domain.exchange import LossReport
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.frame import side_button
from annotator.ui.dialogs.report import LossReportDialog
from annotator.ui.i18n import by_count, number, tr
from annotator.ui.panels.parts import plain_label, spaced

PAUSE = 500
"""Milliseconds without a change of the choices after which the counting begins."""

AT_ONCE = 2_000
"""Documents of a project up to which the counting begins of itself; beyond that it waits for its button."""

_NAMED = 4


class Previewer(Protocol):
    """Counts beside the window what an export would do, in place of what it is counting."""

    def start(
        self, target: Path, options: ExportOptions, done: Callable[[LossReport], None], failed: Callable[[str], None]
    ) -> None:
        """Count; one of ``done`` and ``failed`` (with a sentence) is called in the window's thread."""
        ...

    def stop(self) -> None:
        """Count no more, and call nothing."""
        ...


class PreviewPart(QWidget):
    """A line with the figures, and a button for all that would not be as it is; also what cuts spans, with the mending of it.

    ``counted`` carries the ``LossReport`` of what is chosen, or None while there is none.  ``shown`` carries the dialog that lists the
    losses when it is opened; what is chosen or edited then changes the list in it.
    """

    counted = Signal(object)
    repairRequested = Signal()
    shown = Signal(object)

    def __init__(self, previewer: Previewer, documents: int, ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._previewer, self._ask = previewer, ask
        self._at_once = documents <= AT_ONCE
        self._asked: tuple[Path, ExportOptions] | None = None
        self._report: LossReport | None = None
        self._list: LossReportDialog | None = None
        self.pause = QTimer(self)
        self.pause.setSingleShot(True)
        self.pause.setInterval(PAUSE)
        self.pause.timeout.connect(self._count)
        self.line = plain_label()
        self.line.setMinimumHeight(self.line.fontMetrics().height() * 2)
        self.button = side_button(tr("Preview…"), tr("List what would go out, and what would not be as it is"))
        self.cutting = plain_label(quiet=True)
        self.repair = side_button(tr("Take them apart"), tr("Take the tokens that cut spans apart, and save the tokenizer"))
        column = QVBoxLayout(self)
        spaced(column)
        for label, button in ((self.line, self.button), (self.cutting, self.repair)):
            row = QHBoxLayout()
            spaced(row)
            row.addWidget(label, 1)
            row.addWidget(button)
            column.addLayout(row)
        self.button.clicked.connect(self._on_button)
        self.repair.clicked.connect(self.repairRequested)
        self._show_cutting(None)

    def choose(self, target: Path, options: ExportOptions | None) -> None:
        """Count for other choices, soon; None where they make no sense yet."""
        asked = None if options is None else (target, options)
        if asked != self._asked:
            self._asked = asked
            self.again()

    def again(self) -> None:
        """Count anew, soon: what is chosen or what is in the project is another."""
        self._previewer.stop()
        self._report = None
        self.counted.emit(None)
        self._show_cutting(None)
        self.button.setEnabled(self._asked is not None)
        if self._asked is None:
            self.pause.stop()
            self.line.setText("")
        elif self._at_once or self._list is not None:
            self.line.setText(tr("Counting what would go out…"))
            self.pause.start()
        else:
            self.line.setText(tr("Preview counts what would go out and what would be lost, and writes nothing."))

    def stop(self) -> None:
        """Count no more, for good; the list goes too."""
        self.pause.stop()
        self._previewer.stop()
        shown, self._list = self._list, None
        if shown is not None:
            shown.close()

    def _count(self) -> None:
        self.pause.stop()
        if self._asked is not None:
            self.line.setText(tr("Counting what would go out…"))
            self._previewer.start(*self._asked, self._on_counted, self._on_failed)

    def _on_counted(self, report: LossReport) -> None:
        self._report = report
        self.line.setText(preview_line(report))
        self._show_cutting(report)
        if self._list is not None:
            self._list.show_report(report)
        self.counted.emit(report)

    def _on_failed(self, message: str) -> None:
        self.line.setText(message)

    def _show_cutting(self, report: LossReport | None) -> None:
        cutting = report.cutting if report is not None else {}
        most = sorted(cutting, key=lambda word: (-cutting[word], word))
        words = ", ".join(f"“{word}”" for word in most[:_NAMED]) + ("…" if len(most) > _NAMED else "")
        many = by_count(len(most), tr("{} token cuts spans:"), tr("{} tokens cut spans:")) if most else ""
        self.cutting.setText(f"{many} {words}".strip())
        self.cutting.setVisible(bool(most))
        self.repair.setVisible(bool(most))

    def _on_button(self) -> None:
        if self._list is None:
            shown = self._list = LossReportDialog(self._report, self.window(), ask=self._ask, preview=True)
            shown.finished.connect(self._on_list_closed)
            shown.open()
            self.shown.emit(shown)
        if self._report is None:
            self._previewer.stop()
            self._count()
        self._list.activateWindow()

    def _on_list_closed(self, _: int) -> None:
        self._list = None


def preview_line(report: LossReport) -> str:
    """Say in a sentence or two what would go out and how much of it would be lost."""
    parts = [
        by_count(report.documents, tr("{} document"), tr("{} documents")),
        by_count(report.spans, tr("{} span"), tr("{} spans")),
        by_count(report.relations, tr("{} relation"), tr("{} relations")),
    ]
    told = tr("Would go out: {}, {}, {}.").format(*parts)
    if report.unreviewed:
        told += " " + tr("{} of these nobody has reviewed.").format(number(report.unreviewed))
    if report.lossless:
        return told + " " + tr("Nothing would be lost.")
    one, many = tr("{} thing would not be as it is."), tr("{} things would not be as they are.")
    return told + " " + by_count(report.loss_count(), one, many)
