"""Asks what to export, how and where to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDialog, QLineEdit, QWidget

from annotator.commands.export_choice import ExportOptions
from annotator.commands.export_filter import Only
from annotator.domain.documents import Status
from annotator.domain.exchange import LossReport
from annotator.formats.table import Format
from annotator.paths import is_folder, is_there
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.export_only import Offers, OnlyFields
from annotator.ui.dialogs.export_options import OptionFields
from annotator.ui.dialogs.export_preview import Previewer, PreviewPart
from annotator.ui.dialogs.frame import accept_buttons, add_field, beside, complaint_label, form, framed, side_button
from annotator.ui.i18n import by_count, number, tr
from annotator.ui.panels.parts import CalmComboBox, plain_label


@dataclass(frozen=True, slots=True)
class ExportChoice:
    """What was chosen; the words are those of ``commands.export_choice.ExportOptions``."""

    path: Path
    format: str
    status: str
    annotator: str
    sets: str
    misaligned: str
    only: Only
    options: Mapping[str, str]

    def export_options(self, chosen: Format) -> ExportOptions:
        """Return the choice as an export takes it."""
        extra = {"misaligned": self.misaligned} if "misaligned" in (chosen.write_options or {}) else {}
        extra |= self.options
        return ExportOptions(self.format, self.status, self.annotator, self.sets, format_options=extra, only=self.only)


class ExportDialog(QDialog):
    """``project`` is the file exported from: the target is suggested beside it.  ``counts`` are this person's documents by status.

    ``annotators`` and ``offers`` are what there is to choose from; any other name can be typed.  With a ``previewer`` it says, as the
    choices change, what would go out.  It does not block the window: what would be lost can be looked up, and mended, in the article.
    """

    def __init__(
        self,
        project: Path,
        formats: Mapping[str, Format],
        counts: Mapping[Status, int],
        ask: Ask,
        parent: QWidget | None = None,
        *,
        annotators: Sequence[str] = (),
        offers: Offers | None = None,
        previewer: Previewer | None = None,
    ) -> None:
        super().__init__(parent)
        self._formats, self._counts, self._ask = formats, counts, ask
        self._confirmed: Path | None = None
        self.format = _combo(tr("Format"), [(entry.title, name) for name, entry in formats.items()])
        self.format.setCurrentIndex(max(self.format.findData("spacy"), 0))
        self.carries = plain_label(quiet=True)
        self.carries.setMinimumHeight(self.fontMetrics().height() * 3)  # what it takes in the longest language
        self.carries.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self.status = _combo(tr("Documents"), _statuses())
        self.annotator = QComboBox()
        self.annotator.setEditable(True)
        self.annotator.addItem("")
        self.annotator.addItems(list(annotators))
        line = self.annotator.lineEdit()
        if line is not None:
            line.setPlaceholderText(tr("the gold, else whoever is done"))
        self.sets = _combo(tr("Annotation sets"), [(tr("The best one of each document"), "chosen"), (tr("Every one"), "all")])
        self.misaligned = _combo(
            tr("Spans that cut a token"),
            [
                (tr("Leave out and list; their tokens count as unknown"), "missing"),
                (tr("Widen to whole tokens"), "expand"),
                (tr("Narrow to whole tokens"), "contract"),
            ],
        )
        self.some = QCheckBox(tr("Only some of these"))
        self.only = OnlyFields(offers or Offers())
        self.only.hide()
        self.more = QCheckBox(tr("More options"))
        self.options = OptionFields()
        self.options.hide()
        self.path = QLineEdit(str(project.with_suffix(self._suffix())))
        self.browse = side_button(tr("Choose…"), tr("Choose the file to write"))
        self.summary = plain_label()
        self.preview = PreviewPart(previewer, sum(counts.values()), ask) if previewer is not None else None
        self._lay_out()
        self.format.currentIndexChanged.connect(self._on_format_chosen)
        self.status.currentIndexChanged.connect(self._check)
        self.path.textChanged.connect(self._check)
        self.annotator.editTextChanged.connect(self._check)
        self.only.edited.connect(self._check)
        self.some.toggled.connect(self._on_some)
        self.more.toggled.connect(self.options.setVisible)
        self.browse.clicked.connect(self._on_browse)
        for combo in (self.sets, self.misaligned):
            combo.currentIndexChanged.connect(self._check)
        self.options.edited.connect(self._check)
        if self.preview is not None:
            self.preview.counted.connect(self._on_counted)
            self.preview.repairRequested.connect(self._on_repair_requested)
        self._on_format_chosen()

    def values(self) -> ExportChoice:
        """Return what is chosen now."""
        sets = self.sets.currentData() if self._rows.isRowVisible(self.sets) else "chosen"
        return ExportChoice(
            Path(self.path.text().strip()),
            self.format.currentData(),
            self.status.currentData(),
            self.annotator.currentText().strip(),
            sets,
            self.misaligned.currentData(),
            self.only.only(),
            self.options.values(),
        )

    def remember(self) -> dict[str, str]:
        """Return the choices that are proposed the next time; never to take unfinished work along, which is to be said each time."""
        return {name: combo.currentData() for name, combo in self._kept().items()}

    def recall(self, choices: Mapping[str, str]) -> None:
        """Propose what was chosen before, as far as it is offered here."""
        for name, combo in self._kept().items():
            place = combo.findData(choices[name]) if name in choices else -1
            if place >= 0:
                combo.setCurrentIndex(place)

    def _kept(self) -> dict[str, QComboBox]:
        return {"format": self.format, "sets": self.sets, "misaligned": self.misaligned}

    def chosen_options(self) -> ExportOptions:
        """Return what is chosen now, as an export takes it."""
        chosen = self.values()
        return chosen.export_options(self._formats[chosen.format])

    def open(self) -> None:
        """Show the dialog without blocking the window behind it."""
        self.setModal(False)
        self.show()

    def done(self, result: int) -> None:
        if self.preview is not None:
            self.preview.stop()
        super().done(result)

    def accept(self) -> None:
        """Close with what is chosen; a file that is there already is replaced only after a question."""
        path = Path(self.path.text().strip())
        if is_there(path) and path != self._confirmed:
            text = tr("{} is there already. It is replaced once the export is complete.").format(path)
            if not self._ask.confirm(tr("Export"), text, tr("Replace")):
                return
        super().accept()

    def _lay_out(self) -> None:
        column = framed(self, tr("Export"), width=600)
        rows = self._rows = form()
        add_field(rows, tr("Format"), self.format)
        rows.addRow("", self.carries)
        add_field(rows, tr("Documents"), self.status)
        add_field(rows, tr("Annotator"), self.annotator)
        rows.addRow("", self.some)
        rows.addRow("", self.only)
        add_field(rows, tr("Annotation sets"), self.sets)
        add_field(rows, tr("Spans that cut a token"), self.misaligned)
        rows.addRow("", self.more)
        rows.addRow("", self.options)
        self.path.setAccessibleName(tr("File to write"))
        add_field(rows, tr("File"), beside(self.path, self.browse))
        column.addLayout(rows)
        column.addWidget(self.summary)
        if self.preview is not None:
            column.addWidget(self.preview)
        self.complaint = complaint_label()
        column.addWidget(self.complaint)
        column.addStretch(1)
        buttons, self.export = accept_buttons(self, tr("Export"))
        column.addWidget(buttons)

    def _suffix(self) -> str:
        return self._formats[self.format.currentData()].suffixes[0]

    def _on_format_chosen(self) -> None:
        chosen = self._formats[self.format.currentData()]
        self.carries.setText(tr("Carries {}.").format(tr(chosen.carries)))
        self._rows.setRowVisible(self.sets, chosen.several_sets)
        has_options = self.options.show_for(chosen)
        self._rows.setRowVisible(self.more, has_options)
        self.options.setVisible(has_options and self.more.isChecked())
        self._rows.setRowVisible(self.misaligned, "misaligned" in (chosen.write_options or {}))
        known = {suffix for entry in self._formats.values() for suffix in entry.suffixes}
        path = Path(self.path.text().strip())
        if path.suffix in known and path.suffix not in chosen.suffixes:
            self.path.setText(str(path.with_suffix(chosen.suffixes[0])))
        self._check()

    def _on_some(self, shown: bool) -> None:
        self._rows.setRowVisible(self.only, shown)
        self._check()
        if shown:
            self.only.label.setFocus()
        self.adjustSize()

    def _check(self) -> None:
        self.summary.setText(self._summary())
        wrong = self._problem()
        self.complaint.setText(wrong)
        self.export.setEnabled(not wrong)
        if self.preview is not None:
            self.preview.choose(Path(self.path.text().strip()), None if wrong else self.chosen_options())

    def _on_counted(self, report: LossReport | None) -> None:
        self.options.show_costs(report.policies if report is not None else None)

    def _on_repair_requested(self) -> None:
        self.more.setChecked(True)
        self.options.choose("tokenizer", "repair")

    def _summary(self) -> str:
        done, total = self._counts.get(Status.DONE, 0), sum(self._counts.values())
        if self.annotator.currentText().strip() or self.status.currentData() not in ("done", "any"):
            return ""
        if self.status.currentData() == "done" and not done:
            return tr("You have done no document yet: unless somebody else has, there is nothing to write.")
        if self.status.currentData() == "done":
            return tr("You have done {} of {} documents.").format(number(done), number(total))
        unfinished = total - done
        return by_count(
            unfinished,
            tr("{} document is not done by you: what is in it may be unreviewed."),
            tr("{} documents are not done by you: what is in them may be unreviewed."),
        )

    def _problem(self) -> str:
        text = self.path.text().strip()
        if not sum(self._counts.values()):
            return tr("The project has no documents yet: import some first.")
        if not text:
            return tr("Name the file to write.")
        path = Path(text)
        if is_folder(path):
            return tr("{} is a folder: name a file in it.").format(path)
        if not is_folder(path.parent):
            return tr("The folder {} is not there: choose another one.").format(path.parent)
        return self.only.problem()

    def _on_browse(self) -> None:
        chosen = self._formats[self.format.currentData()]
        patterns = f"{tr(chosen.title)} ({' '.join('*' + suffix for suffix in chosen.suffixes)})"
        path = self._ask.save_file(tr("Export"), Path(self.path.text().strip()), patterns)
        if path is not None:
            self._confirmed = path  # the system's dialog has asked about a file that exists
            self.path.setText(str(path))
            self._check()


def _statuses() -> list[tuple[str, str]]:
    """Return what may be chosen, each with its word in ``ExportOptions``."""
    return [
        (tr("Those that are done"), "done"),
        (tr("All, finished or not"), "any"),
        (tr("Those that are in progress"), "in-progress"),
        (tr("Those that were skipped"), "skipped"),
        (tr("Those that nobody has begun"), "new"),
    ]


def _combo(name: str, entries: Sequence[tuple[str, str]]) -> CalmComboBox:
    combo = CalmComboBox(name)
    for title, value in entries:
        combo.addItem(tr(title), value)
    return combo
