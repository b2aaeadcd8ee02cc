"""The first step of an import: which files, and as what."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from annotator.domain.annotations import Kind
from annotator.formats.plugins import known_formats
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.frame import add_field, form, side_button
from annotator.ui.dropping import FileDrop
from annotator.ui.i18n import plain_tip, tr
from annotator.ui.panels.parts import CalmComboBox, airy, plain_label, spaced

_PATH = Qt.ItemDataRole.UserRole


class FilesPage(QWidget):
    """``changed`` says that something else is chosen; ``folder`` is where choosing files begins.

    Files and folders can also be dropped on it.
    """

    changed = Signal()

    def __init__(self, folder: Path, readable: Sequence[str], ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.folder, self._ask, self._readable = folder, ask, readable
        self.files = QListWidget()
        airy(self.files)
        self.files.setAccessibleName(tr("Files to import"))
        self.files.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.add = side_button(tr("Add files…"))
        self.add_folder = side_button(tr("Add a folder…"))
        self.remove = side_button(tr("Take out"), tr("Take the selected files out of the list"))
        self.format = CalmComboBox(tr("Format"))
        self.format.addItem(tr("By the file's name and beginning"), "auto")
        for name in readable:
            self.format.addItem(tr(known_formats()[name].title), name)
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
        self._lay_out()
        self.add.clicked.connect(self._on_add)
        self.add_folder.clicked.connect(self._on_add_folder)
        self.remove.clicked.connect(self._on_remove)
        FileDrop(self, self.add_paths)
        self.files.itemSelectionChanged.connect(self._on_changed)
        self.annotator.textChanged.connect(self._on_changed)
        self.encoding.textChanged.connect(self._on_changed)
        self.format.currentIndexChanged.connect(self._on_changed)
        self._on_changed()

    def paths(self) -> list[Path]:
        """Return the files in the list."""
        return [Path(self.files.item(row).data(_PATH)) for row in range(self.files.count())]

    def add_paths(self, paths: Sequence[Path]) -> None:
        """Put files into the list; those there already are not listed twice."""
        known = set(self.paths())
        for path in paths:
            if path not in known:
                known.add(path)
                item = QListWidgetItem(path.name)
                item.setData(_PATH, str(path))
                item.setToolTip(plain_tip(str(path)))
                self.files.addItem(item)
        self._on_changed()

    def chosen_encoding(self) -> str:
        """Return the encoding that was named, empty where it has no meaning."""
        return self.encoding.text().strip() if self._rows.isRowVisible(self.encoding) else ""

    def guess_encoding(self, name: str) -> None:
        """Name the encoding that the files seem to have."""
        self._rows.setRowVisible(self.encoding, True)
        self.encoding.setText(name)

    def complaint(self) -> str:
        """Say what is missing; empty if nothing is."""
        if not self.paths():
            return tr("Add the files to import: articles, or annotations of this or another tool.")
        if not self.annotator.text().strip():
            return tr("Say what the annotator is called.")
        encoding = self.chosen_encoding()
        try:
            b" ".decode(encoding or "utf-8")
        except LookupError:
            return tr("There is no encoding called “{}”; write for example utf-16 or cp1252.").format(encoding)
        except (UnicodeError, ValueError):
            pass  # an encoding of another unit than a byte
        return ""

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        spaced(column, spacing=4)
        column.addWidget(self.files, 1)
        self.files.setMinimumHeight(110)
        buttons = QHBoxLayout()
        spaced(buttons)
        for button in (self.add, self.add_folder, self.remove):
            buttons.addWidget(button)
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

    def _on_changed(self) -> None:
        self.remove.setEnabled(bool(self.files.selectedItems()))
        self._rows.setRowVisible(
            self.encoding, (bool(self.encoding.text().strip()) and self._may_have_encoding()) or self._is_text()
        )
        self.changed.emit()

    def _is_text(self) -> bool:
        chosen = self.format.currentData()
        return chosen == "text" or (chosen == "auto" and any(path.suffix.lower() == ".txt" for path in self.paths()))

    def _may_have_encoding(self) -> bool:
        chosen = self.format.currentData()
        return chosen == "auto" or "encoding" in (known_formats()[chosen].read_options or {})

    def _on_add(self) -> None:
        suffixes = " ".join(f"*{suffix}" for name in self._readable for suffix in known_formats()[name].suffixes)
        patterns = f"{tr('Files that can be imported')} ({suffixes});;{tr('All files')} (*)"
        chosen = self._ask.open_files(tr("Import"), self.folder, patterns)
        if chosen:
            self.folder = chosen[0].parent
            self.add_paths(chosen)

    def _on_add_folder(self) -> None:
        chosen = self._ask.folder(tr("Import a folder"), self.folder)
        if chosen is not None:
            self.folder = chosen.parent
            self.add_paths([chosen])

    def _on_remove(self) -> None:
        for item in self.files.selectedItems():
            self.files.takeItem(self.files.row(item))
        self._on_changed()
