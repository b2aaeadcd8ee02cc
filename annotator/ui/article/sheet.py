"""The lowest storey of the article view: the text on its sheet, in a font, a width and a zoom.

The text stands in a column of bounded width in the middle; the gutters beside it are part of the viewport (arcs run there), the rest
is viewport margin, so that widening the window lays nothing out anew.  Every document gets a fresh ``QTextDocument``, filled before
the view sees it: Qt then lays out what shows and the rest when it is idle.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtGui import QPalette, QResizeEvent, QTextCursor, QTextDocument, QWheelEvent
from PySide6.QtWidgets import QApplication, QFrame, QTextEdit, QWidget

from annotator.domain.labels import LabelScheme
from annotator.ui.article import layout
from annotator.ui.article.fill import insert_display, rooms_of
from annotator.ui.article.geometry import Geometry
from annotator.ui.article.metrics import Metrics
from annotator.ui.article.model import ArticleModel
from annotator.ui.article.pace import Pace
from annotator.ui.article.paint import Style
from annotator.ui.article.scene import SceneBuilder, label_finder
from annotator.ui.theme import LIGHT, USUAL_TEXT, TextStyle, Theme
from annotator.ui.theme_qt import color

ZOOM_STEP, ZOOM_LOW, ZOOM_HIGH = 1.1, 0.5, 4.0


class ArticleSheet(QTextEdit):
    """Shows the text of one document.  ``zoomed`` carries the new size in percent, ``themed`` the theme."""

    zoomed = Signal(int)
    themed = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        # Selectable by keyboard keeps Qt's accessible caret and selection; the keys themselves never reach QTextEdit.
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard)
        self.setUndoRedoEnabled(False)
        self.setAcceptDrops(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QTextEdit.LineWrapMode.FixedPixelWidth)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.setAutoFillBackground(True)
        self.viewport().setMouseTracking(True)
        self._model: ArticleModel | None = None
        self._builder: SceneBuilder | None = None
        self._document: QTextDocument | None = None  # Qt's own first one goes when it is replaced
        self._rooms: list[layout.Room] = []
        self._scheme: LabelScheme | None = None  # whose colours are used
        self._zoom, self._text = 1.0, USUAL_TEXT
        self._fitted = (0, 0.0)
        self._style = self._new_style(LIGHT)
        self.set_theme(LIGHT)

    # What the window asks for

    def set_article(self, model: ArticleModel | None) -> None:
        """Show a document from its beginning, or nothing.  The room of each paragraph is settled here and stays."""
        self._model = model
        self._rooms = rooms_of(model) if model is not None else []
        self._style.focused = self._style.hovered = self._style.focused_relation = self._style.hovered_relation = None
        self._fill()

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours from now on."""
        if theme is self._style.theme and self._document is not None:
            return
        self._style = self._new_style(theme)
        palette = QPalette(self.palette())
        palette.setColor(QPalette.ColorRole.Base, color(theme.page))
        palette.setColor(QPalette.ColorRole.Text, color(theme.text))
        # The selection is painted here, only as high as the text; Qt's own would fill the gaps for arcs and chips as well.
        palette.setColor(QPalette.ColorRole.Highlight, color(theme.page, 0))
        palette.setColor(QPalette.ColorRole.HighlightedText, color(theme.text))
        self.setPalette(palette)
        self._find_labels()
        self._refill(self._top_place())
        self.themed.emit(theme)

    def zoom(self, steps: int) -> None:
        """Make everything larger (positive) or smaller; the line at the top of the window stays there."""
        self.set_zoom(self._zoom * ZOOM_STEP**steps)

    def reset_zoom(self) -> None:
        """Go back to 100 %."""
        self.set_zoom(1.0)

    def set_zoom(self, zoom: float) -> None:
        """Show everything at this size, 1.0 being 100 %, in whole percents and within limits."""
        zoom = round(min(ZOOM_HIGH, max(ZOOM_LOW, zoom)), 2)
        if zoom != self._zoom:
            self._zoom = zoom
            self._style = self._new_style(self._style.theme)
            self._refill(self._top_place())
            self.zoomed.emit(round(zoom * 100))

    def set_text_style(self, text: TextStyle) -> None:
        """Set the text in another font, size, width or spacing; the line with the caret stays at its height, if it is in view."""
        if text != self._text:
            self._text = text
            self._style = self._new_style(self._style.theme)
            self.respace()

    def respace(self) -> None:
        """Settle the room between the lines anew from the spans and relations there are now; the caret's line keeps its height."""
        if self._model is not None:
            held = self._caret_place() or self._top_place()
            self._rooms = rooms_of(self._model)
            self._refill(held)

    @property
    def middle(self) -> int:
        """The code point at the beginning of the line in the middle of the window; ``scroll_to`` brings it there again."""
        return self.offset_at(0, self.verticalScrollBar().value() + self.viewport().height() / 2)

    def scroll_to(self, offset: int) -> None:
        """Bring the line at ``offset`` to the middle of the window; caret, selection and focus stay where they are."""
        if self._builder is not None:
            line = self._builder.geometry.line_of(offset)
            self.verticalScrollBar().setValue(round((line.top + line.bottom - self.viewport().height()) / 2))

    @property
    def model(self) -> ArticleModel | None:
        """The document shown."""
        return self._model

    @property
    def builder(self) -> SceneBuilder | None:
        """What makes scenes of the document at the present width and zoom."""
        return self._builder

    @property
    def look(self) -> Style:
        """How things are painted now."""
        return self._style

    def offset_at(self, x: float, y: float, *, between: bool = False) -> int:
        """Return the code point nearest to a point of the document; with ``between``, the nearest gap between two."""
        return self._builder.geometry.offset_at(x, y, between=between) if self._builder is not None else 0

    # Filling and fitting

    def _new_style(self, theme: Theme) -> Style:
        old = getattr(self, "_style", None)
        style = Style(theme, Metrics(self._zoom, self._text), _no_color, _no_color)
        if isinstance(old, Style):
            for name in (
                "focused",
                "hovered",
                "focused_relation",
                "hovered_relation",
                "linked",
                "legal",
                "chosen",
                "arcs",
                "active",
            ):
                setattr(style, name, getattr(old, name))
            style.base_color, style.relation_color = old.base_color, old.relation_color
        return style

    def _find_labels(self) -> None:
        if self._model is not None:
            self._scheme = self._model.scheme
            self._style.base_color = label_finder(self._model)
            self._style.shades.clear()
            relations = {label.name: label.color for label in self._model.scheme.relations}
            self._style.relation_color = _finder(relations)

    def _refill(self, held: tuple[int, float] | None) -> None:
        """Build the document anew in the present font, with the caret where it was and one place of the text at its height."""
        cursor = self.textCursor()
        anchor, qt_position = cursor.anchor(), cursor.position()
        self._fill()
        if self._model is not None:
            restored = QTextCursor(self.document())
            restored.setPosition(anchor)
            restored.setPosition(qt_position, QTextCursor.MoveMode.KeepAnchor)
            self.setTextCursor(restored)
            self._hold(held)

    def _fill(self) -> None:
        metrics = self._style.metrics
        self.setFont(metrics.article_font)
        document = QTextDocument(self)
        document.setUndoRedoEnabled(False)
        document.setDefaultFont(metrics.article_font)
        self._fitted = (0, 0.0)
        if self._model is not None:
            self._find_labels()
            self._set_frame(document, self._gutter())
            insert_display(document, self._model.display, self._rooms, metrics)
        self.setDocument(document)
        Pace(document)
        self.setCursorWidth(0)  # Qt keeps this with the document's layout; the caret is painted here
        if self._document is not None:
            self._document.deleteLater()
        self._document = document
        self._builder = None
        self._fit()
        self.verticalScrollBar().setValue(0)
        self._repaint()

    def _set_frame(self, document: QTextDocument, gutter: float) -> None:
        frame = document.rootFrame().frameFormat()
        frame.setLeftMargin(gutter)
        frame.setRightMargin(gutter)
        first = self._rooms[0] if self._rooms else layout.NO_ROOM
        frame.setTopMargin(12 + self._style.metrics.pad + (first.lanes + 1) * self._style.metrics.lane)
        frame.setBottomMargin(36)
        document.rootFrame().setFrameFormat(frame)

    def _available(self) -> int:
        return max(120, self.contentsRect().width() - self.verticalScrollBar().sizeHint().width())

    def _gutter(self) -> float:
        return max(22.0, min(self._style.metrics.gutter, self._available() * 0.07))

    def _fit(self) -> None:
        """Set the column's width and the margins for the present window; lays out anew only if the column changed."""
        gutter, available = self._gutter(), self._available()
        width = int(min(self._style.metrics.column + 2 * gutter, available))
        margin = (available - width) // 2
        if self.viewportMargins().left() != margin:
            self.setViewportMargins(margin, 0, margin, 0)
        if (width, gutter) == self._fitted and self._builder is not None:
            return
        top = self._top_place()
        if self._fitted[1] and self._fitted[1] != gutter:
            self._set_frame(self.document(), gutter)
        self._fitted = width, gutter
        self.setLineWrapColumnOrWidth(width)
        if self._model is not None:
            self._style.metrics.gutter = gutter
            geometry = Geometry(self.document(), self._model.display, self._model.offsets)
            self._builder = SceneBuilder(self._model, geometry, self._style.metrics, self._rooms, width=width)
            self._hold(top)

    def _top_place(self) -> tuple[int, float] | None:
        """Return the offset at the top of the window and how far its line is from the top."""
        if self._builder is None:
            return None
        value = self.verticalScrollBar().value()
        for line in self._builder.geometry.lines_between(value, value + self.viewport().height()):
            if line.top >= value > 0:
                return line.start, line.top - value
        return None

    def _caret_place(self) -> tuple[int, float] | None:
        """Return the offset of the caret and how far its line is from the top, if that is in view."""
        if self._builder is None or self._model is None:
            return None
        offset = self._model.offsets.to_code_point(self.textCursor().position())
        line, value = self._builder.geometry.line_of(offset), self.verticalScrollBar().value()
        return (offset, line.top - value) if value <= line.top <= value + self.viewport().height() else None

    def _hold(self, place: tuple[int, float] | None) -> None:
        """Scroll so that the line of an offset is as far from the top as it was."""
        if place is not None and self._builder is not None:
            line = self._builder.geometry.line_of(place[0])
            self.verticalScrollBar().setValue(round(line.top - place[1]))

    def _repaint(self) -> None:
        """Repaint everything: another style, another document."""
        self.viewport().update()

    # Qt's own events

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel:  # over the margins, which belong to no viewport
            return QApplication.sendEvent(self.verticalScrollBar(), event)
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
            return
        super().wheelEvent(event)

    def copy(self) -> None:
        """Put the selected original text on the clipboard.

        As text alone: a mime data object made in Python would outlive Python there, and Qt's clean-up at exit would crash on it.
        """
        QApplication.clipboard().setText(self.createMimeDataFromSelection().text())

    def createMimeDataFromSelection(self) -> QMimeData:
        """Give the clipboard the original text, not what is displayed for it."""
        data = QMimeData()
        if self._model is not None:
            cursor, offsets = self.textCursor(), self._model.offsets
            start, end = offsets.to_code_point(cursor.selectionStart()), offsets.to_code_point(cursor.selectionEnd())
            data.setText(self._model.text[start:end])
        return data


def _no_color(_name: str) -> str:
    return ""


def _finder(known: dict[str, str]) -> Callable[[str], str]:
    return lambda name: known.get(name, "")
