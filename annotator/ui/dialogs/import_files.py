"""Asks which files to import and as what, shows what is in them, and what would be said of them, before anything is written.

Four steps, of which the first is enough: the files, a look at them, their labels, and the check.  Enter goes on; Import can be pressed
at any step.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QProgressBar, QStackedWidget, QWidget

from annotator.commands.importing import ImportOptions
from annotator.commands.previewing import Survey, label_rows
from annotator.commands.previewing_labels import schemes_beside
from annotator.domain.annotations import Kind
from annotator.domain.exchange import Record
from annotator.domain.labels import LabelScheme
from annotator.domain.mapping import LabelMapping
from annotator.domain.mending import Repair
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.frame import accept_buttons, complaint_label, framed, side_button
from annotator.ui.dialogs.import_check import CheckPage
from annotator.ui.dialogs.import_labels import LabelsPage
from annotator.ui.dialogs.import_page import FilesPage
from annotator.ui.dialogs.import_preview import PreviewPage
from annotator.ui.i18n import tr
from annotator.ui.panels.parts import heading, spaced

FILES, LOOK, LABELS, CHECK = range(4)


@dataclass(frozen=True, slots=True)
class ImportChoice:
    """What was chosen; the words are those of ``commands.importing.ImportOptions``."""

    paths: tuple[Path, ...]
    format: str
    annotator: str
    kind: Kind
    strict: bool
    encoding: str
    format_options: Mapping[str, str] = field(default_factory=dict)
    mapping: LabelMapping = field(default_factory=LabelMapping)
    repair: frozenset[Repair] = frozenset()
    carry: bool = True

    def options(self) -> ImportOptions:
        """Return the choice as an import takes it."""
        return ImportOptions(
            self.format,
            self.annotator,
            self.kind,
            self.strict,
            self.encoding,
            dict(self.format_options),
            self.mapping,
            self.repair,
            self.carry,
        )


class Surveyor(Protocol):
    """Reads files beside the window, in place of what it is reading."""

    def start(
        self, paths: Sequence[Path], options: ImportOptions, done: Callable[[Survey], None], failed: Callable[[str], None]
    ) -> None:
        """Survey files; one of ``done`` and ``failed`` (with a sentence) is called in the window's thread."""
        ...

    def stop(self) -> None:
        """Read no more, and call nothing."""
        ...


class ImportDialog(QDialog):
    """``readable`` are names of formats; ``folder`` is where choosing files begins; ``paths`` are in the list from the start.

    Without a ``surveyor`` there is the first step alone.  ``remembered`` is what ``remember`` gave at an earlier time.
    """

    def __init__(
        self,
        folder: Path,
        readable: Sequence[str],
        ask: Ask,
        parent: QWidget | None = None,
        *,
        paths: Sequence[Path] = (),
        surveyor: Surveyor | None = None,
        scheme: LabelScheme | None = None,
        remembered: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(parent)
        self._ask, self._surveyor, self._scheme = ask, surveyor, scheme or LabelScheme()
        self._remembered = dict(remembered or {})
        self._seen: ImportChoice | None = None
        self._found: Survey | None = None
        self._reading = False
        self.page = FilesPage(folder, readable, ask)
        self.files, self.add, self.remove, self.add_folder = self.page.files, self.page.add, self.page.remove, self.page.add_folder
        self.format, self.encoding, self.kind, self.annotator = (
            self.page.format,
            self.page.encoding,
            self.page.kind,
            self.page.annotator,
        )
        self.strict = QCheckBox(tr("Bring in nothing unless everything is sound"))
        self.carry = QCheckBox(tr("A text in another wording keeps its annotations, as far as their text is still there"))
        self.carry.setChecked(True)
        self.look = PreviewPage()
        self.labels = LabelsPage(self._scheme, self._ask_scheme)
        self.check = CheckPage(self.strict, self.carry)
        self.steps = QStackedWidget()
        self._lay_out()
        self._recall()
        self.page.changed.connect(self._check)
        self.look.optionsChanged.connect(self._survey)
        self.labels.changed.connect(self._check)
        self.check.repairsChanged.connect(self._survey)
        self.carry.clicked.connect(self._survey)
        self.back.clicked.connect(self._on_back)
        self.next.clicked.connect(self._on_next)
        self.page.add_paths(paths)
        self._go(FILES)

    def values(self) -> ImportChoice:
        """Return what is chosen now."""
        return ImportChoice(
            tuple(self.page.paths()),
            self.format.currentData(),
            self.annotator.text().strip(),
            Kind(self.kind.currentData()),
            self.strict.isChecked(),
            self.page.chosen_encoding(),
            self.look.options(),
            self.labels.mapping() if self._found is not None else LabelMapping(),
            self.check.wanted(),
            self.carry.isChecked(),
        )

    def remember(self) -> dict[str, Any]:
        """Return what is worth offering again at the next import, as plain JSON data."""
        chosen = self.values()
        labels = {**self._remembered.get("labels", {}), **self.labels.plan.remember()}
        return {
            "annotator": chosen.annotator,
            "kind": str(chosen.kind),
            "strict": chosen.strict,
            "repair": sorted(map(str, chosen.repair)),
            "labels": dict(list(labels.items())[-500:]),
        }

    def add_paths(self, paths: Sequence[Path]) -> None:
        """Put files into the list; those there already are not listed twice."""
        self.page.add_paths(paths)

    def done(self, result: int) -> None:
        if self._surveyor is not None:
            self._surveyor.stop()
        super().done(result)

    def _lay_out(self) -> None:
        column = framed(self, tr("Import"), width=620)
        self.title = heading("", larger=1.2)
        column.addWidget(self.title)
        for page in (self.page, self.look, self.labels, self.check):
            self.steps.addWidget(page)
        column.addWidget(self.steps, 1)
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setAccessibleName(tr("Reading the files"))
        self.busy.setFixedHeight(4)
        keeping = self.busy.sizePolicy()
        keeping.setRetainSizeWhenHidden(True)
        self.busy.setSizePolicy(keeping)
        self.busy.setVisible(False)
        column.addWidget(self.busy)
        self.complaint = complaint_label()
        self.back, self.next = side_button(tr("Back")), side_button(tr("Next"))
        box, self.accept_button = accept_buttons(self, tr("Import"))
        row = QHBoxLayout()
        spaced(row)
        row.addWidget(self.complaint, 1)
        for part in (self.back, self.next, box):
            row.addWidget(part, 0, Qt.AlignmentFlag.AlignBottom)
        column.addLayout(row)

    def _recall(self) -> None:
        known = self._remembered
        if isinstance(known.get("annotator"), str) and known["annotator"]:
            self.annotator.setText(known["annotator"])
        self.kind.setCurrentIndex(max(self.kind.findData(str(known.get("kind", Kind.MODEL))), 0))
        self.strict.setChecked(known.get("strict") is True)
        wanted = known.get("repair")
        self.check.tick(frozenset(kind for kind in Repair if isinstance(wanted, list) and str(kind) in wanted))

    # Steps

    def _go(self, step: int) -> None:
        self.steps.setCurrentIndex(step)
        titles = (tr("Which files"), tr("What is in them"), tr("Their labels"), tr("Check"))
        self.title.setText(titles[step])
        self.title.setVisible(self._surveyor is not None)
        self.back.setVisible(self._surveyor is not None)
        self.next.setVisible(self._surveyor is not None)
        self._check()
        if step == LABELS:
            self.labels.table.setFocus()
        elif step == CHECK:
            self.accept_button.setFocus()
        elif step == LOOK:
            self.next.setFocus()

    def _on_back(self) -> None:
        self._go(self._previous(self.steps.currentIndex()))

    def _previous(self, step: int) -> int:
        return step - 2 if step == CHECK and not self._has_labels() else step - 1

    def _on_next(self) -> None:
        step = self.steps.currentIndex() + 1
        if step == LABELS and not self._has_labels():
            step = CHECK
        self._go(min(step, CHECK))
        self._survey()

    def _has_labels(self) -> bool:
        return self._found is not None and bool(self._found.span_labels or self._found.relation_labels)

    def _check(self) -> None:
        step = self.steps.currentIndex()
        wrong = self.page.complaint() or (self.labels.complaint() if self._found is not None else "")
        if not wrong and self._reading:
            wrong = tr("Reading the files…")
        self.complaint.setText(wrong)
        stopped = bool(self.page.complaint() or self.labels.complaint())
        self.accept_button.setEnabled(not stopped)
        self.back.setEnabled(step > FILES)
        self.next.setEnabled(step < CHECK and not stopped and (step == FILES or self._found is not None))
        last = step == CHECK or self._surveyor is None
        self.accept_button.setDefault(last)
        self.next.setDefault(not last)

    # Reading

    def _survey(self) -> None:
        """Read the files as they would be imported now, unless that was done last."""
        if self._surveyor is None:
            return
        chosen = self.values()
        # the labels change nothing before the last step
        asked = chosen if self.steps.currentIndex() == CHECK else replace(chosen, mapping=LabelMapping())
        if asked == self._seen:
            return
        self._seen = asked
        self._reading = True
        self.busy.setVisible(True)
        self._check()
        self._surveyor.start(chosen.paths, chosen.options(), self._on_surveyed, self._on_failed)

    def _on_surveyed(self, found: Survey) -> None:
        first = self._found is None
        self._found, self._reading = found, False
        self.busy.setVisible(False)
        guess = next((facts.encoding for facts in found.files if facts.guessed and facts.encoding), "")
        if first and guess and not self.encoding.text().strip():
            self.page.guess_encoding(guess)
            self._survey()
            return
        beside = [other for path in self.page.paths()[:20] for other in schemes_beside(path)]
        self.labels.show_labels(label_rows(found), self._remembered.get("labels", {}), beside)
        self.look.show_survey(found, self._mapped)
        self.check.show_survey(found)
        self._check()

    def _on_failed(self, message: str) -> None:
        self._reading, self._seen = False, None
        self.busy.setVisible(False)
        self._check()
        self.complaint.setText(message)

    def _mapped(self, record: Record) -> tuple[Record, LabelScheme]:
        mapping = self.labels.mapping()
        return mapping.apply(record), mapping.scheme_with(self._scheme)

    def _ask_scheme(self) -> Path | None:
        patterns = f"{tr('Label schemes')} (*.json *.xml *.conf);;{tr('All files')} (*)"
        return self._ask.open_file(tr("Labels from a file"), self.page.folder, patterns)

    def keyPressEvent(self, event: Any) -> None:
        going = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if going and self.next.isVisible() and self.next.isEnabled() and self.next.isDefault():
            self.next.click()
            return
        super().keyPressEvent(event)
