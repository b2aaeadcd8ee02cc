"""Asks for a new project's file, labels, language, first articles and suggesters."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QComboBox, QDialog, QLineEdit, QWidget

from annotator.commands.projects import load_scheme
from annotator.errors import AnnotatorError
from annotator.paths import PROJECT_SUFFIX, is_folder, is_there
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.first_articles import FirstArticles
from annotator.ui.dialogs.frame import accept_buttons, add_field, beside, complaint_label, form, framed, side_button
from annotator.ui.i18n import localized, told, tr
from annotator.ui.panels.parts import CalmComboBox, plain_label

_LANGUAGES = ("id", "ms", "en", "nl", "de", "fr", "es", "pt", "it", "ar", "tr", "ru", "tl", "xx")
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
    ) -> None:
        super().__init__(parent)
        self._ask = ask or Ask(self)
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
        self.first = FirstArticles(self._ask, lambda: self._folder)
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
        if not re.fullmatch(r"[a-z]{2,3}", self._language()):
            return tr("A language is a code of two or three letters, such as id or en; xx stands for any.")
        return ""

    def _scheme_problem(self) -> str:
        """Describe the chosen scheme below it; returns what is wrong with it."""
        try:
            scheme = load_scheme(self.labels.currentData() or "blank")
        except AnnotatorError as error:
            self.about_scheme.setText("")
            return told(error)
        counts = tr("{} span labels, {} relation labels.").format(len(scheme.spans), len(scheme.relations))
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
        chosen = self._ask.open_file(tr("Label scheme"), self._folder, tr("Label schemes") + " (*.json *.conf *.xml)")
        if chosen is not None:
            self.labels.addItem(chosen.name, str(chosen))
            self.labels.setCurrentIndex(self.labels.count() - 1)


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
