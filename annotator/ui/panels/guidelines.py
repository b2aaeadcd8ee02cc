"""How to label, beside the article: the scheme's guidelines, and what it says of each label, gone to with the label in focus."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QEvent, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QShowEvent, QTextBlock, QTextCharFormat, QTextCursor, QTextDocument, QTextFormat
from PySide6.QtWidgets import QFrame, QHBoxLayout, QTextBrowser, QVBoxLayout, QWidget

from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel
from annotator.ui.i18n import localized, tr
from annotator.ui.models.labels import LabelRow, description_of
from annotator.ui.panels.parts import icon_button, plain_label, spaced, theme_of
from annotator.ui.theme_qt import color


class MarkdownView(QTextBrowser):
    """Shows Markdown as text alone: no file and no page is ever read, whatever an image or a link in it names, and HTML is plain text.

    Links are shown and not followed.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(12)

    def show_markdown(self, text: str) -> None:
        """Show a text from its beginning."""
        features = QTextDocument.MarkdownFeature.MarkdownDialectGitHub | QTextDocument.MarkdownFeature.MarkdownNoHTML
        self.document().setMarkdown(text, features)
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def loadResource(self, kind: int, name: QUrl | str) -> object:
        del kind, name
        return QByteArray(b"")  # of None the document would make its own attempt, and read files

    def headings(self) -> dict[str, QTextBlock]:
        """Return the block of each heading by its text, the first where there are several."""
        found: dict[str, QTextBlock] = {}
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel():
                found.setdefault(block.text().strip(), block)
            block = block.next()
        return found

    def go_to(self, block: QTextBlock) -> None:
        """Scroll so that a block stands at the top."""
        arrangement = self.document().documentLayout()
        if arrangement is not None:
            top = arrangement.blockBoundingRect(block).top()
            self.verticalScrollBar().setValue(max(0, round(top) - 4))


class GuidelinesPanel(QWidget):
    """The guidelines of the project's scheme; ``editRequested`` asks for the editor of the scheme."""

    editRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scheme: LabelScheme | None = None
        self._label = ""
        self._shown: object = None
        self.view = MarkdownView(tr("Guidelines"))
        self.view.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hint = plain_label(quiet=True)
        self.edit = icon_button("pencil", tr("Edit the guidelines…"))
        column = QVBoxLayout(self)
        spaced(column, spacing=0)
        line = QHBoxLayout()
        spaced(line, margin=1)
        line.addWidget(self.hint, 1)
        line.addWidget(self.edit, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(line)
        column.addWidget(self.view, 1)
        self.edit.clicked.connect(self.editRequested)
        self.setFocusProxy(self.view)
        self.set_scheme(None)

    def sizeHint(self) -> QSize:
        return QSize(280, 300)

    def set_scheme(self, scheme: LabelScheme | None, *, editable: bool = True) -> None:
        """Show what a scheme says; None while no project is open."""
        self._scheme = scheme
        self.edit.setVisible(scheme is not None and editable)
        self.view.setVisible(scheme is not None)
        self._fill()

    def set_label(self, name: str) -> None:
        """Go to what is said of a label; empty stays where it is."""
        if name and name != self._label:
            self._label = name
            self._fill()
            self._go()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fill()
        self._go()

    def _fill(self) -> None:
        """Lay the text out anew, if it is seen and another one."""
        scheme = self._scheme
        text = localized(scheme.guidelines) if scheme is not None else ""
        if scheme is None:
            self.hint.setText(tr("Open a project to read its guidelines here."))
        else:
            self.hint.setText("" if text else tr("No guidelines are written yet. This is what the scheme says of its labels."))
        if scheme is None or not self.isVisible():
            return
        wanted = (scheme, text, self.palette().cacheKey())
        if wanted == self._shown:
            return
        self._shown = wanted
        self.view.show_markdown(text)
        self._append(scheme)

    def _append(self, scheme: LabelScheme) -> None:
        """Add a section for each label that the guidelines have none of; as plain text, whatever signs are in it."""
        there = self.view.headings()
        cursor = QTextCursor(self.view.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        for kind, labels in (("span", scheme.spans), ("relation", scheme.relations)):
            for label in labels:
                if label.name not in there:
                    self._append_label(cursor, kind, label)

    def _append_label(self, cursor: QTextCursor, kind: str, label: SpanLabel | RelationLabel) -> None:
        block = cursor.blockFormat()
        block.setHeadingLevel(3)
        block.setTopMargin(10)
        block.setBottomMargin(2)
        bold = QTextCharFormat()
        bold.setFontWeight(700)
        bold.setProperty(QTextFormat.Property.FontSizeAdjustment, 1)
        cursor.insertBlock(block, bold)
        cursor.insertText(label.name, bold)
        lines = description_of(LabelRow(kind, label.name, label)).split("\n")
        block.setHeadingLevel(0)
        block.setTopMargin(0)
        quiet = QTextCharFormat()
        quiet.setForeground(color(theme_of(self).quiet_text))
        for number, line in enumerate(lines):
            if line != label.name:
                how = quiet if number else QTextCharFormat()
                cursor.insertBlock(block, how)
                cursor.insertText(line, how)

    def _go(self) -> None:
        block = self.view.headings().get(self._label) if self.isVisible() else None
        if block is not None:
            self.view.go_to(block)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and self._shown is not None:
            self._shown = None
            self._fill()
