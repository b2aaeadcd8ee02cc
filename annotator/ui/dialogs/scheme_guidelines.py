"""The page of the scheme's editor for name, description and guidelines, which are Markdown with a preview beside."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPlainTextEdit, QSplitter, QVBoxLayout, QWidget

from annotator.domain.scheme_draft import Draft
from annotator.domain.scheme_edit import Part
from annotator.ui.dialogs.frame import add_field, form, side_button
from annotator.ui.dialogs.scheme_fields import SmallText
from annotator.ui.dialogs.scheme_form import LANGUAGES
from annotator.ui.i18n import language, tr
from annotator.ui.panels.guidelines import MarkdownView
from annotator.ui.panels.parts import CalmComboBox, plain_label, spaced

_AFTER = 250
"""Milliseconds without typing until the preview follows."""


class GuidelinesPage(QWidget):
    """Writes into the draft at every key; ``edited`` follows."""

    edited = Signal()

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        self._draft = draft
        self.name = QLineEdit()
        self.language = CalmComboBox(tr("Language of the texts"))
        for code, name in zip(LANGUAGES, (tr("English"), tr("Indonesian")), strict=True):
            self.language.addItem(name, code)
        self.language.setCurrentIndex(max(0, self.language.findData(language())))
        self.description = SmallText(tr("Description"))
        self.text = QPlainTextEdit()
        self.text.setAccessibleName(tr("Guidelines"))
        self.text.setTabChangesFocus(True)
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.sections = side_button(tr("Add a heading for each label"))
        self.preview = MarkdownView(tr("Preview"))
        self.preview.setFrameShape(QFrame.Shape.StyledPanel)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_AFTER)
        self._later.timeout.connect(self._on_waited)
        self._lay_out()
        self.name.textEdited.connect(self._on_edited)
        self.description.textChanged.connect(self._on_edited)
        self.text.textChanged.connect(self._on_edited)
        self.language.currentIndexChanged.connect(self._fill)
        self.sections.clicked.connect(self._on_sections)
        self.setFocusProxy(self.name)
        self.show_draft(draft)

    def show_draft(self, draft: Draft) -> None:
        """Show the texts of a draft."""
        self._draft = draft
        self.name.setText(draft.name)
        self._fill()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        spaced(column, margin=2, spacing=3)
        rows = form()
        add_field(rows, tr("Name of the scheme"), self.name)
        add_field(rows, tr("Language of the texts"), self.language)
        add_field(rows, tr("Description"), self.description)
        column.addLayout(rows)
        line = QHBoxLayout()
        spaced(line)
        hint = tr("Guidelines in Markdown. A heading that is a label's name begins what is shown while that label is in focus.")
        line.addWidget(plain_label(hint, quiet=True), 1)
        line.addWidget(self.sections)
        column.addLayout(line)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.addWidget(self.text)
        split.addWidget(self.preview)
        split.setChildrenCollapsible(False)
        column.addWidget(split, 1)

    def _fill(self) -> None:
        code = self.language.currentData()
        self.description.put(self._draft.description.get(code, ""))
        text = self._draft.guidelines.get(code, "")
        if self.text.toPlainText() != text:
            blocked = self.text.blockSignals(True)
            self.text.setPlainText(text)
            self.text.blockSignals(blocked)
        self.preview.show_markdown(text)

    def _on_edited(self) -> None:
        code = self.language.currentData()
        self._draft.name = self.name.text()
        self._draft.description[code] = self.description.toPlainText()
        self._draft.guidelines[code] = self.text.toPlainText()
        self._later.start()
        self.edited.emit()

    def _on_waited(self) -> None:
        bar = self.preview.verticalScrollBar()
        place = bar.value()
        self.preview.show_markdown(self.text.toPlainText())
        bar.setValue(min(place, bar.maximum()))

    def _on_sections(self) -> None:
        """Add the headings that are missing, each with the label's description to begin with."""
        code = self.language.currentData()
        shown = self.text.toPlainText()
        self.preview.show_markdown(shown)
        there = self.preview.headings()
        entries = (*self._draft.entries[Part.SPANS], *self._draft.entries[Part.RELATIONS])
        missing = [entry for entry in entries if entry.name.strip() and entry.name.strip() not in there]
        new = [f"## {entry.name.strip()}\n\n{entry.description.get(code, '')}".rstrip() for entry in missing]
        if new:
            self.text.appendPlainText(("\n" if shown.strip() else "") + "\n\n".join(new) + "\n")
        self.text.setFocus()
