"""Asks for a new project's file, labels, language, first articles and suggesters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QWidget

from annotator.commands.projects import load_scheme
from annotator.domain.labels import LabelScheme
from annotator.errors import AnnotatorError
from annotator.paths import PROJECT_SUFFIX, is_folder, is_there
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.first_articles import FirstArticles
from annotator.ui.dialogs.frame import accept_buttons, add_field, beside, complaint_label, form, framed, side_button
from annotator.ui.i18n import by_count, localized, told, tr
from annotator.ui.panels.parts import CalmComboBox, plain_label
from annotator.ui.recalling import LABELS, LastFolders

_LANGUAGES = ("id", "ms", "en", "nl", "de", "fr", "es", "pt", "it", "ar", "tr", "ru", "tl", "xx")
_CODE = r"[a-z]{2,3}"
_FORBIDDEN = re.compile(r'[\\/:*?"<>|]')


@dataclass(frozen=True, slots=True)
class NewProject:
    """What was chosen.

    ``labels`` is the name of a scheme that ships with the program, or the path of a file with one, of another tool's, too.  ``articles``
    are files and folders to import; ``suggesters`` the kinds to run over them, none without articles.
    """

    path: Path
    labels: str
    language: str
    articles: tuple[Path, ...] = ()
    suggesters: tuple[str, ...] = ()


class NewProjectDialog(QDialog):
    """``path`` suggests file and folder; ``schemes`` are the shipped ones by name; ``articles`` are in the list from the start."""

    def __init__(
        self,
        path: Path,
        schemes: Sequence[str],
        scheme: str,
        language: str,
        parent: QWidget | None = None,
        *,
        ask: Ask | None = None,
        articles: Sequence[Path] = (),
        folders: LastFolders | None = None,
    ) -> None:
        super().__init__(parent)
        self._ask, self._folders = ask or Ask(self), folders
        self._folder = path.parent
        self.name = QLineEdit(path.stem)
        self.folder = QLineEdit(str(path.parent))
        self.folder.setReadOnly(True)
        self.browse = side_button(tr("Choose…"), tr("Choose another place for the project"))
        self.labels = CalmComboBox(tr("Label scheme"))
        for name in schemes:
            self.labels.addItem(name, name)
        self.labels.setCurrentIndex(max(self.labels.findData(scheme), 0))
        self.scheme_file = side_button(tr("From a file…"), tr("Take the label scheme from a file"))
        self.about_scheme = plain_label(quiet=True)
        self.about_scheme.setMinimumHeight(self.fontMetrics().height() * 3)
        self.language = QComboBox()
        self.language.setEditable(True)
        for code in dict.fromkeys((language, *_LANGUAGES)):
            self.language.addItem(f"{code} – {_language_name(code)}", code)
        self.first = FirstArticles(self._ask, lambda: self._folder, folders)
        self._lay_out()
        self.first.take(articles)
        self.first.offer(self._language())
        self.name.textChanged.connect(self._check)
        self.language.editTextChanged.connect(self._check)
        self.language.editTextChanged.connect(self._on_language_changed)
        self.labels.currentIndexChanged.connect(self._check)
        self.browse.clicked.connect(self._on_browse)
        self.scheme_file.clicked.connect(self._on_scheme_file)
        self._check()
        self.name.selectAll()

    def values(self) -> NewProject:
        """Return what is chosen now."""
        labels = self.labels.currentData() or ""
        return NewProject(self._path(), labels, self._language(), self.first.paths, self.first.suggesters())

    def remember(self) -> dict[str, Any]:
        """Return the choices that the next project begins with."""
        return {
            "labels": self.labels.currentData() or "",
            "language": self._language(),
            "without": list(self.first.without()),
        }

    def recall(self, choices: Mapping[str, Any]) -> None:
        """Begin with what ``remember`` gave; whatever makes no sense or is gone is passed over."""
        labels, language, without = choices.get("labels"), choices.get("language"), choices.get("without")
        if isinstance(labels, str) and labels:
            self._take_labels(labels)
        if isinstance(without, list):
            self.first.leave_out([kind for kind in without if isinstance(kind, str)])
        if isinstance(language, str) and re.fullmatch(_CODE, language):
            row = self.language.findData(language)
            self.language.setCurrentIndex(row)
            if row < 0:
                self.language.setEditText(language)
        self.first.offer(self._language())
        self._check()

    def _take_labels(self, labels: str) -> None:
        """Choose labels by name, or by the path of a file that can still be read."""
        row = self.labels.findData(labels)
        if row < 0:
            path = Path(labels)
            try:
                load_scheme(labels)
            except AnnotatorError:
                return
            self.labels.addItem(path.name, labels)
            row = self.labels.count() - 1
        self.labels.setCurrentIndex(row)

    def _lay_out(self) -> None:
        column = framed(self, tr("New project"), width=600)
        rows = form()
        add_field(rows, tr("Name"), self.name)
        add_field(rows, tr("Folder"), beside(self.folder, self.browse))
        self.folder.setAccessibleName(tr("Folder"))
        add_field(rows, tr("Labels"), beside(self.labels, self.scheme_file))
        rows.addRow("", self.about_scheme)
        add_field(rows, tr("Language"), self.language)
        self.first.add_to(rows)
        column.addLayout(rows)
        self.complaint = complaint_label()
        column.addWidget(self.complaint)
        column.addStretch(1)
        buttons, self.create_button = accept_buttons(self, tr("Create"))
        column.addWidget(buttons)

    def _path(self) -> Path:
        name = self.name.text().strip().removesuffix(PROJECT_SUFFIX)
        return self._folder / f"{name}{PROJECT_SUFFIX}"

    def _language(self) -> str:
        return self.language.currentText().partition("–")[0].strip().lower()

    def _check(self) -> None:
        wrong = self._scheme_problem() or self._problem()
        self.complaint.setText(wrong)
        self.create_button.setEnabled(not wrong)

    def _problem(self) -> str:
        name = self.name.text().strip().removesuffix(PROJECT_SUFFIX)
        if not name:
            return tr("Give the project a name.")
        if _FORBIDDEN.search(name):
            return tr("A name has none of these characters: {}").format('\\ / : * ? " < > |')
        if is_there(self._path()):
            return tr("There is a project of this name in the folder already: choose another name.")
        if not is_folder(self._folder):
            return tr("The folder {} is not there: choose another one.").format(self._folder)
        if not re.fullmatch(_CODE, self._language()):
            return tr("A language is a code of two or three letters, such as id or en; xx stands for any.")
        return ""

    def _scheme_problem(self) -> str:
        """Describe the chosen scheme below it; returns what is wrong with it."""
        try:
            scheme = load_scheme(self.labels.currentData() or "blank")
        except AnnotatorError as error:
            self.about_scheme.setText("")
            return told(error)
        self.first.label_by(scheme)
        counts = _counts(scheme)
        self.about_scheme.setText(" ".join(part for part in (localized(scheme.description), counts) if part))
        return ""

    def _on_browse(self) -> None:
        chosen = self._ask.save_file(tr("New project"), self._path(), tr("Projects") + f" (*{PROJECT_SUFFIX})")
        if chosen is not None:
            self._folder = chosen.parent
            self.folder.setText(str(chosen.parent))
            self.name.setText(chosen.name.removesuffix(PROJECT_SUFFIX))
            self._check()

    def _on_language_changed(self) -> None:
        self.first.offer(self._language())

    def _on_scheme_file(self) -> None:
        """Take labels from a scheme file, or from what configures another tool: brat, Label Studio, doccano."""
        folder = self._folders.of(LABELS) if self._folders is not None else self._folder
        chosen = self._ask.open_file(tr("Label scheme"), folder, tr("Label schemes") + " (*.json *.conf *.xml)")
        if chosen is not None:
            if self._folders is not None:
                self._folders.note(LABELS, chosen.parent)
            self.labels.addItem(chosen.name, str(chosen))
            self.labels.setCurrentIndex(self.labels.count() - 1)


def _counts(scheme: LabelScheme) -> str:
    """Say how much a scheme has of everything; of attributes and categories only where it has some."""
    told = [
        by_count(len(scheme.spans), tr("{} span label"), tr("{} span labels")),
        by_count(len(scheme.relations), tr("{} relation label"), tr("{} relation labels")),
    ]
    if scheme.attributes:
        told.append(by_count(len(scheme.attributes), tr("{} attribute"), tr("{} attributes")))
    if scheme.categories:
        told.append(by_count(len(scheme.categories), tr("{} document category"), tr("{} document categories")))
    return f"{', '.join(told)}."


def _language_name(code: str) -> str:
    names = {
        "id": tr("Indonesian"),
        "ms": tr("Malay"),
        "en": tr("English"),
        "nl": tr("Dutch"),
        "de": tr("German"),
        "fr": tr("French"),
        "es": tr("Spanish"),
        "pt": tr("Portuguese"),
        "it": tr("Italian"),
        "ar": tr("Arabic"),
        "tr": tr("Turkish"),
        "ru": tr("Russian"),
        "vi": tr("Vietnamese"),
        "tl": tr("Tagalog"),
        "xx": tr("any language"),
    }
    return names.get(code, code)
