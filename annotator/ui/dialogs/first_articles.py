"""The part of a new project's dialog that asks for its first articles and for the suggesters that run over them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QCheckBox, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from annotator.commands.suggester_sources import has_place
from annotator.domain.labels import LabelScheme
from annotator.nlp.suggesters import SUGGESTERS, Source, SuggesterKind
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.frame import add_field, beside, side_button
from annotator.ui.i18n import plain_tip, tr
from annotator.ui.panels.parts import plain_label, spaced
from annotator.ui.recalling import ARTICLES, LastFolders

_MADE_FOR = {"relations": ("id", "ms")}
"""Languages of the file that ships with a suggester, where the suggester itself takes any."""


class FirstArticles(QObject):
    """Two rows of a form.  Files are looked for where ``folders`` says, else in ``folder``; suggesters are ticked once there are some."""

    def __init__(self, ask: Ask, folder: Callable[[], Path], folders: LastFolders | None = None) -> None:
        super().__init__()
        self._ask, self._folder, self._folders = ask, folder, folders
        self._paths: list[Path] = []
        self._without: set[str] = set()
        self.names = QLineEdit()
        self.names.setReadOnly(True)
        self.names.setPlaceholderText(tr("Import them now, or later"))
        self.files = side_button(tr("Files…"), tr("Choose articles"))
        self.folder = side_button(tr("Folder…"), tr("Choose a folder of articles"))
        self.none = side_button(tr("Clear"), tr("Choose no articles"))
        self.boxes = {kind: QCheckBox(tr(row.title)) for kind, row in SUGGESTERS.items() if _begins_alone(row)}
        for kind, box in self.boxes.items():
            box.setToolTip(plain_tip(tr(SUGGESTERS[kind].description)))
        self.reasons = {kind: plain_label(quiet=True) for kind in self.boxes}
        """Why a suggester cannot run, beside it."""
        self._homeless: frozenset[str] = frozenset()
        """The kinds that give no label of the scheme."""
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
        for kind, box in self.boxes.items():
            row = QHBoxLayout()
            row.addWidget(box)
            row.addWidget(self.reasons[kind], 1)
            column.addLayout(row)
        column.addWidget(self.no_suggester)
        add_field(rows, tr("Suggesters"), below)

    def take(self, paths: Sequence[Path]) -> None:
        """Add files and folders."""
        self._paths = list(dict.fromkeys((*self._paths, *paths)))
        self._show()

    def without(self) -> tuple[str, ...]:
        """Return the kinds that are not wanted over articles: what is shown says so, for the others what was said before."""
        asked = {kind: box.isChecked() for kind, box in self.boxes.items() if box.isEnabled() and not box.isHidden()}
        return tuple(kind for kind in self.boxes if not asked.get(kind, kind not in self._without))

    def leave_out(self, kinds: Sequence[str]) -> None:
        """Tick these no more of themselves."""
        self._without = set(kinds)

    def offer(self, language: str) -> None:
        """Show the suggesters for a language, those made for it ticked, but for those that were not wanted the last time."""
        for kind, box in self.boxes.items():
            languages = SUGGESTERS[kind].languages or _MADE_FOR.get(kind, ())
            fits = not languages or language in languages
            box.setVisible(fits)
            self.reasons[kind].setVisible(fits)
            box.setChecked(fits and kind not in self._without and kind not in self._homeless)
        self.no_suggester.setVisible(all(box.isHidden() for box in self.boxes.values()))

    def label_by(self, scheme: LabelScheme) -> None:
        """Untick the suggesters of which nothing could be kept, since a scheme has none of their labels; others are as they were."""
        before, self._homeless = (
            self._homeless,
            frozenset(kind for kind in self.boxes if not has_place(kind, scheme)),
        )
        for kind in before ^ self._homeless:
            self.boxes[kind].setChecked(kind in before and kind not in self._without and not self.boxes[kind].isHidden())
        self._show()

    def _show(self) -> None:
        self.names.setText(", ".join(path.name for path in self._paths))
        self.names.setCursorPosition(0)
        self.names.setToolTip(plain_tip("\n".join(map(str, self._paths))))
        self.none.setEnabled(bool(self._paths))
        for kind, box in self.boxes.items():
            why = tr("The label scheme has none of its labels.") if kind in self._homeless else ""
            why = why or ("" if self._paths else tr("Choose articles first."))
            box.setEnabled(not why)
            self.reasons[kind].setText(why)
            box.setAccessibleDescription(why or tr(SUGGESTERS[kind].description))

    def _on_files(self) -> None:
        chosen = self._ask.open_files(tr("Articles"), self._begin(), f"{tr('All files')} (*)")
        if chosen:
            self._note(chosen[0].parent)
            self.take(chosen)

    def _on_folder(self) -> None:
        chosen = self._ask.folder(tr("Articles"), self._begin())
        if chosen is not None:
            self._note(chosen.parent)
            self.take([chosen])

    def _begin(self) -> Path:
        return self._folders.of(ARTICLES) if self._folders is not None else self._folder()

    def _note(self, folder: Path) -> None:
        if self._folders is not None:
            self._folders.note(ARTICLES, folder)

    def _on_none(self) -> None:
        self._paths.clear()
        self._show()


def _begins_alone(row: SuggesterKind) -> bool:
    """Tell whether a suggester needs neither a file nor anything that was labelled before."""
    return row.source in (Source.NONE, Source.OPTIONAL_FILE) and not row.learns
