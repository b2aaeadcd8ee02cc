"""The part of a new project's dialog that asks for its first articles and for the suggesters that run over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QCheckBox, QFormLayout, QLineEdit, QVBoxLayout, QWidget

from annotator.nlp.suggesters import SUGGESTERS, Source, SuggesterKind
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.frame import add_field, beside, side_button
from annotator.ui.i18n import plain_tip, tr
from annotator.ui.panels.parts import plain_label, spaced

_MADE_FOR = {"relations": ("id", "ms")}
"""Languages of the file that ships with a suggester, where the suggester itself takes any."""


class FirstArticles(QObject):
    """Two rows of a form.  ``folder`` says where files are looked for; suggesters can be ticked once there are articles."""

    def __init__(self, ask: Ask, folder: Callable[[], Path]) -> None:
        super().__init__()
        self._ask, self._folder = ask, folder
        self._paths: list[Path] = []
        self.names = QLineEdit()
        self.names.setReadOnly(True)
        self.names.setPlaceholderText(tr("Import them now, or later"))
        self.files = side_button(tr("Files…"), tr("Choose articles"))
        self.folder = side_button(tr("Folder…"), tr("Choose a folder of articles"))
        self.none = side_button(tr("Clear"), tr("Choose no articles"))
        self.boxes = {kind: QCheckBox(tr(row.title)) for kind, row in SUGGESTERS.items() if _begins_alone(row)}
        for kind, box in self.boxes.items():
            box.setToolTip(plain_tip(tr(SUGGESTERS[kind].description)))
        self.no_suggester = plain_label(tr("None that needs no preparation is made for this language."), quiet=True)
        self.files.clicked.connect(self._on_files)
        self.folder.clicked.connect(self._on_folder)
        self.none.clicked.connect(self._on_none)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files and folders that are to be imported at once."""
        return tuple(self._paths)

    def suggesters(self) -> tuple[str, ...]:
        """Return the kinds that are to run over the articles; none without articles."""
        return tuple(kind for kind, box in self.boxes.items() if box.isChecked() and box.isEnabled() and not box.isHidden())

    def add_to(self, rows: QFormLayout) -> None:
        """Add the rows to a form."""
        add_field(rows, tr("Articles"), beside(self.names, self.files, self.folder, self.none))
        self.names.setAccessibleName(tr("Articles"))
        below = QWidget()
        column = QVBoxLayout(below)
        spaced(column)
        for widget in (*self.boxes.values(), self.no_suggester):
            column.addWidget(widget)
        add_field(rows, tr("Suggesters"), below)

    def take(self, paths: Sequence[Path]) -> None:
        """Add files and folders."""
        self._paths = list(dict.fromkeys((*self._paths, *paths)))
        self._show()

    def offer(self, language: str) -> None:
        """Show the suggesters for a language, those made for it ticked."""
        for kind, box in self.boxes.items():
            languages = SUGGESTERS[kind].languages or _MADE_FOR.get(kind, ())
            fits = not languages or language in languages
            box.setVisible(fits)
            box.setChecked(fits)
        self.no_suggester.setVisible(all(box.isHidden() for box in self.boxes.values()))

    def _show(self) -> None:
        self.names.setText(", ".join(path.name for path in self._paths))
        self.names.setCursorPosition(0)
        self.names.setToolTip(plain_tip("\n".join(map(str, self._paths))))
        self.none.setEnabled(bool(self._paths))
        for box in self.boxes.values():
            box.setEnabled(bool(self._paths))

    def _on_files(self) -> None:
        self.take(self._ask.open_files(tr("Articles"), self._folder(), f"{tr('All files')} (*)"))

    def _on_folder(self) -> None:
        chosen = self._ask.folder(tr("Articles"), self._folder())
        if chosen is not None:
            self.take([chosen])

    def _on_none(self) -> None:
        self._paths.clear()
        self._show()


def _begins_alone(row: SuggesterKind) -> bool:
    """Tell whether a suggester needs neither a file nor anything that was labelled before."""
    return row.source in (Source.NONE, Source.OPTIONAL_FILE) and not row.learns
