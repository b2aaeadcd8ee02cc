"""Asks which files to import, and as what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QDialog, QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QWidget

from annotator.domain.annotations import Kind
from annotator.formats.table import FORMATS
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.frame import accept_buttons, add_field, complaint_label, form, framed, side_button
from annotator.ui.i18n import plain_tip, tr
from annotator.ui.panels.parts import CalmComboBox, airy, plain_label, spaced

_PATH = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class ImportChoice:
    """What was chosen; the words are those of ``commands.importing.ImportOptions``."""

    paths: tuple[Path, ...]
    format: str
    annotator: str
    kind: Kind
    strict: bool
    encoding: str


class ImportDialog(QDialog):
    """``readable`` are names of formats; ``folder`` is where choosing files begins; ``paths`` are in the list from the start."""

    def __init__(
        self, folder: Path, readable: Sequence[str], ask: Ask, parent: QWidget | None = None, *, paths: Sequence[Path] = ()
    ) -> None:
        super().__init__(parent)
        self._folder, self._ask, self._readable = folder, ask, readable
        self.files = QListWidget()
        airy(self.files)
        self.files.setAccessibleName(tr("Files to import"))
        self.files.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.add = side_button(tr("Add files…"))
        self.remove = side_button(tr("Take out"), tr("Take the selected files out of the list"))
        self.format = CalmComboBox(tr("Format"))
        self.format.addItem(tr("By the file's name"), "auto")
        for name in readable:
            self.format.addItem(tr(FORMATS[name].title), name)
        self.annotator = QLineEdit("import")
        self.kind = CalmComboBox(tr("Annotations are from"))
        for title, kind in (
            (tr("a model: suggestions"), Kind.MODEL),
            (tr("a person"), Kind.PERSON),
            (tr("adjudicated gold"), Kind.GOLD),
        ):
            self.kind.addItem(title, str(kind))
        self.encoding = QLineEdit()
        self.encoding.setPlaceholderText("utf-8")
        self.strict = QCheckBox(tr("Bring in nothing unless everything is sound"))
        self._lay_out()
        self.add.clicked.connect(self._on_add)
        self.remove.clicked.connect(self._on_remove)
        self.files.itemSelectionChanged.connect(self._check)
        self.annotator.textChanged.connect(self._check)
        self.format.currentIndexChanged.connect(self._check)
        self.add_paths(paths)
        self._check()

    def values(self) -> ImportChoice:
        """Return what is chosen now."""
        encoding = self.encoding.text().strip() if self._rows.isRowVisible(self.encoding) else ""
        return ImportChoice(
            tuple(self._paths()),
            self.format.currentData(),
            self.annotator.text().strip(),
            Kind(self.kind.currentData()),
            self.strict.isChecked(),
            encoding,
        )

    def add_paths(self, paths: Sequence[Path]) -> None:
        """Put files into the list; those there already are not listed twice."""
        known = set(self._paths())
        for path in paths:
            if path not in known:
                known.add(path)
                item = QListWidgetItem(path.name)
                item.setData(_PATH, str(path))
                item.setToolTip(plain_tip(str(path)))
                self.files.addItem(item)
        self._check()

    def _paths(self) -> list[Path]:
        return [Path(self.files.item(row).data(_PATH)) for row in range(self.files.count())]

    def _lay_out(self) -> None:
        column = framed(self, tr("Import"), width=560)
        column.addWidget(self.files, 1)
        self.files.setMinimumHeight(110)
        buttons = QHBoxLayout()
        spaced(buttons)
        buttons.addWidget(self.add)
        buttons.addWidget(self.remove)
        buttons.addStretch(1)
        column.addLayout(buttons)
        rows = self._rows = form()
        add_field(rows, tr("Format"), self.format)
        add_field(rows, tr("Encoding"), self.encoding)
        add_field(rows, tr("Annotations are from"), self.kind)
        add_field(rows, tr("Called"), self.annotator, name=tr("Name of the annotator"))
        column.addLayout(rows)
        column.addWidget(
            plain_label(tr("Who made the annotations only fills what a line of the file does not say itself."), quiet=True)
        )
        column.addWidget(self.strict)
        self.complaint = complaint_label()
        column.addWidget(self.complaint)
        box, self.accept_button = accept_buttons(self, tr("Import"))
        column.addWidget(box)

    def _check(self) -> None:
        self.remove.setEnabled(bool(self.files.selectedItems()))
        names = (self._paths(), self.format.currentData())
        text = names[1] == "text" or (names[1] == "auto" and any(path.suffix.lower() == ".txt" for path in names[0]))
        self._rows.setRowVisible(self.encoding, text)
        wrong = ""
        if not names[0]:
            wrong = tr("Add the files to import: articles as .txt, or the native .jsonl.")
        elif not self.annotator.text().strip():
            wrong = tr("Say what the annotator is called.")
        self.complaint.setText(wrong)
        self.accept_button.setEnabled(not wrong)

    def _on_add(self) -> None:
        suffixes = " ".join(f"*{suffix}" for name in self._readable for suffix in FORMATS[name].suffixes)
        patterns = f"{tr('Files that can be imported')} ({suffixes});;{tr('All files')} (*)"
        chosen = self._ask.open_files(tr("Import"), self._folder, patterns)
        if chosen:
            self._folder = chosen[0].parent
            self.add_paths(chosen)

    def _on_remove(self) -> None:
        for item in self.files.selectedItems():
            self.files.takeItem(self.files.row(item))
        self._check()
