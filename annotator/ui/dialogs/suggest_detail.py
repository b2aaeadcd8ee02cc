"""How one suggester is set: what it works from, what its labels are called here, how sure it must be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from annotator.commands.suggester_sources import Described
from annotator.domain.labels import LabelScheme
from annotator.domain.suggesting import SuggesterSetup
from annotator.nlp.suggesters import SUGGESTERS, Source
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.frame import add_field, beside, form, side_button
from annotator.ui.dialogs.suggest_labels import LabelChoices
from annotator.ui.dialogs.suggest_spin import share_field
from annotator.ui.i18n import tr
from annotator.ui.panels.parts import plain_label, spaced

PAUSE = 400
"""Milliseconds without a key in the field of the source after which it is read."""


class Reader(Protocol):
    """Says beside the window what a suggester works from, in place of what it is reading."""

    def start(self, setup: SuggesterSetup, done: Callable[[Described], None]) -> None:
        """Read; ``done`` is called in the window's thread, perhaps before this returns."""
        ...

    def stop(self) -> None:
        """Read no more, and call nothing."""
        ...


class SuggesterDetail(QWidget):
    """The settings of the suggester that is chosen in the list.

    ``edited`` carries its setup when it was changed here; ``patternsRequested`` that its file is to be edited.  ``described`` holds
    what is known of each source that was read, by kind and source.
    """

    edited = Signal(object)
    patternsRequested = Signal(object)
    read = Signal()

    def __init__(
        self, scheme: LabelScheme, ask: Ask, folder: Path, reader: Reader | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._ask, self._folder, self._reader = ask, folder, reader
        self._setup: SuggesterSetup | None = None
        self._filling = False
        self.described: dict[tuple[str, str], Described] = {}
        self.source = QLineEdit()
        self.browse = side_button(tr("Choose…"))
        self.edit = side_button(tr("Edit…"), tr("Edit the patterns of the file"))
        self.told = plain_label(quiet=True)
        self.threshold = share_field(tr("Least confidence"))
        self.labels = LabelChoices(scheme)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(PAUSE)
        self._soon.timeout.connect(self.read_source)
        self._lay_out()
        self.source.textEdited.connect(self._on_source_typed)
        self.browse.clicked.connect(self._on_browse)
        self.edit.clicked.connect(self._on_edit)
        self.threshold.valueChanged.connect(self._on_threshold)
        self.labels.edited.connect(self._on_labels)

    def show_setup(self, setup: SuggesterSetup | None) -> None:
        """Show another suggester, or none."""
        self._setup = setup
        self._soon.stop()
        self.setEnabled(setup is not None)
        if setup is None:
            return
        self._filling = True
        source = SUGGESTERS[setup.kind].source
        pipeline = source is Source.PIPELINE
        self._rows.setRowVisible(self._source_row, source is not Source.NONE)
        self.edit.setVisible(source in (Source.FILE, Source.OPTIONAL_FILE))
        self.browse.setAccessibleName(tr("Choose the folder of the pipeline") if pipeline else tr("Choose the file"))
        optional = tr("the shipped ones") if source is Source.OPTIONAL_FILE else tr("a file with one pattern a line")
        self.source.setPlaceholderText(tr("an installed package, or a folder") if pipeline else optional)
        self._caption.setText(tr("Pipeline") if pipeline else tr("File"))
        self.source.setAccessibleName(self._caption.text())
        self.source.setText(setup.source)
        self.threshold.setValue(setup.threshold)
        self._filling = False
        self.read_source()

    def read_source(self) -> None:
        """Read what the shown suggester works from, again where it was read before."""
        setup = self._setup
        if setup is None:
            return
        if self._reader is None:
            self._show(setup, Described())
            return
        key = setup.kind, setup.source
        if key not in self.described:
            self._show(setup, Described(told=tr("Reading…")))
        else:
            self._show(setup, self.described[key])
        self._reader.start(setup, lambda found: self._on_read(key, found))

    def stop(self) -> None:
        """Read no more."""
        self._soon.stop()
        if self._reader is not None:
            self._reader.stop()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        spaced(column, spacing=3)
        self._rows = form()
        self._source_row = beside(self.source, self.browse, self.edit)
        self._caption = plain_label(tr("File"), wrap=False)
        self._caption.setBuddy(self.source)
        self._rows.addRow(self._caption, self._source_row)
        self._rows.addRow("", self.told)
        add_field(self._rows, tr("Least confidence"), self.threshold)
        column.addLayout(self._rows)
        column.addWidget(self.labels, 1)
        column.addStretch(0)

    def _on_read(self, key: tuple[str, str], found: Described) -> None:
        self.described[key] = found
        setup = self._setup
        if setup is not None and (setup.kind, setup.source) == key:
            self._show(setup, found)
        self.read.emit()

    def _show(self, setup: SuggesterSetup, found: Described) -> None:
        told = found.problem or found.told
        if SUGGESTERS[setup.kind].learns:
            told = tr("It gives the labels of the project.")
        self.told.setText(told)
        self._rows.setRowVisible(self.told, bool(told))
        self.labels.show_labels(setup, found)
        self.labels.setVisible(bool(found.spans or found.relations))

    def _put(self, setup: SuggesterSetup) -> None:
        self._setup = setup
        self.edited.emit(setup)

    def _on_source_typed(self) -> None:
        if self._filling or self._setup is None:
            return
        self._put(replace(self._setup, source=self.source.text().strip(), name="", trusted=False))
        self._soon.start()

    def _on_threshold(self, value: float) -> None:
        if not self._filling and self._setup is not None:
            self._put(replace(self._setup, threshold=round(value, 4)))
            self.labels.take(self._setup)

    def _on_labels(self, setup: SuggesterSetup) -> None:
        self._put(setup)

    def _on_browse(self) -> None:
        if self._setup is None:
            return
        if SUGGESTERS[self._setup.kind].source is Source.PIPELINE:
            path = self._ask.folder(tr("Choose the folder of the pipeline"), self._folder)
        else:
            patterns = f"{tr('Patterns')} (*.jsonl *.txt *.tsv *.json *.toml);;{tr('All files')} (*)"
            path = self._ask.open_file(tr("Choose the file"), self._folder, patterns)
        if path is not None:
            self._folder = path.parent
            self.take_source(str(path))

    def take_file(self, path: Path) -> None:
        """Work from a file that was just written, if the suggester that is shown has none yet or has this one."""
        setup = self._setup
        if setup is None or SUGGESTERS[setup.kind].source in (Source.NONE, Source.PIPELINE):
            return
        self.described.pop((setup.kind, setup.source), None)
        if not setup.source:
            self.take_source(str(path))
        elif Path(setup.source) == path:
            self.read_source()

    def take_source(self, source: str) -> None:
        """Work from another source."""
        self.source.setText(source)
        self._on_source_typed()
        self._soon.stop()
        self.read_source()

    def _on_edit(self) -> None:
        if self._setup is not None:
            self.patternsRequested.emit(self._setup)
