"""A help page as it is shown: Markdown with lines around tables, a ground behind code, and marks where words were found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QUrl, Signal
from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextCursor, QTextFrameFormat, QTextLength, QTextTable
from PySide6.QtWidgets import QFrame, QTextBrowser, QTextEdit, QWidget

from annotator.ui.help_pages import Page
from annotator.ui.i18n import tr
from annotator.ui.panels.parts import theme_of
from annotator.ui.theme import mix
from annotator.ui.theme_qt import color


class HelpBrowser(QTextBrowser):
    """A page.  It loads nothing but the text it is given.  ``recolored`` says that the theme is another one."""

    recolored = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName(tr("Help page"))
        self.zoom_percent = 100

    def loadResource(self, type: int, name: QUrl | str) -> Any:  # noqa: A002 (the name is Qt's)
        """Load nothing: neither pictures nor pages from anywhere."""
        del type, name

    def changeEvent(self, event: QEvent) -> None:
        """Tell of another theme: the colours of links, code and tables are in the text itself."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.recolored.emit()

    def show_page(self, page: Page) -> None:
        """Show a page from its beginning, in the colours and the size of now."""
        font = self.font()
        font.setPointSizeF(QWidget().font().pointSizeF() * 1.05 * self.zoom_percent / 100)
        made = self.document()
        made.setDefaultFont(font)
        made.setDocumentMargin(20)
        self.setMarkdown(page.text)
        self._dress()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def mark(self, wanted: Sequence[str]) -> None:
        """Mark every place that has one of the words; they are case-folded."""
        theme = theme_of(self)
        look = QTextCharFormat()
        look.setBackground(color(theme.hit))
        look.setForeground(color(theme.text))
        marks: list[QTextEdit.ExtraSelection] = []
        for word in wanted:
            found = self.document().find(word)
            while not found.isNull():
                one = QTextEdit.ExtraSelection()
                one.cursor, one.format = found, look
                marks.append(one)
                found = self.document().find(word, found)
        self.setExtraSelections(marks)

    def go_to_block(self, number: int) -> None:
        """Scroll so that a line of the page stands near the top, and put the caret there."""
        block = self.document().findBlockByNumber(number)
        if block.isValid():
            self.setTextCursor(QTextCursor(block))
            place = self.document().documentLayout().blockBoundingRect(block)
            self.verticalScrollBar().setValue(max(0, int(place.top()) - self.fontMetrics().height() * 2))

    def _dress(self) -> None:
        """Give tables lines and code its ground: Markdown has none."""
        theme = theme_of(self)
        for frame in self.document().rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                look = frame.format()
                look.setCellPadding(5)
                look.setBorder(1)
                look.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
                look.setBorderBrush(color(theme.border))
                look.setBorderCollapse(True)
                look.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
                frame.setFormat(look)
        ground = QTextCharFormat()
        ground.setBackground(color(mix(theme.page, theme.window, 0.8)))
        cursor = QTextCursor(self.document())
        block = self.document().begin()
        while block.isValid():
            for start, end in _code_in(block):
                cursor.setPosition(start)
                cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
                cursor.mergeCharFormat(ground)
            block = block.next()


def _code_in(block: QTextBlock) -> list[tuple[int, int]]:
    """Return where a line has letters of a typewriter."""
    found: list[tuple[int, int]] = []
    pieces = block.begin()
    while not pieces.atEnd():
        piece = pieces.fragment()
        if piece.charFormat().fontFixedPitch():
            found.append((piece.position(), piece.position() + piece.length()))
        pieces += 1
    return found
