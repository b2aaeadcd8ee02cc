"""The strip beside the article: where spans, unreviewed suggestions and search hits are in the whole text, and what is in view.

A place on it is proportional to the place in the text (``overview`` says why), not to the height on the page, so it agrees with the
scroll bar beside it only roughly.  It has three columns, so that no meaning hangs on colour alone: blocks in the label's colour,
dashes for what is unreviewed, blocks for search hits.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QPixmap, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QScrollBar, QSizePolicy, QToolTip, QWidget

from annotator.domain.text import Range
from annotator.ui.article.model import ArticleModel
from annotator.ui.article.overview import Overview, joined
from annotator.ui.article.overview_paint import PITCH, WIDTH, Inks, paint_current_hit, paint_focus, paint_frame, paint_marks
from annotator.ui.theme import LIGHT, Theme

NEAR = 2
"""Rows around the pointer that count as under it."""

AT_ONCE = 40_000
"""Code points whose spans are counted in one go; what is more waits for the next idle moment, so that no key waits for it."""


class OverviewStrip(QWidget):
    """The overview of one article.  All offsets are code points.

    ``placeRequested(offset)`` says that a click or a drag wants that place to be shown.  The wheel turns ``scroll_bar``, the article's.
    Marks are kept in a picture; an edit paints the rows of its ranges anew and nothing more.  It takes no keys: the
    article's own reach everything it shows.
    """

    placeRequested = Signal(int)

    def __init__(self, scroll_bar: QScrollBar | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bar = scroll_bar
        self._model: ArticleModel | None = None
        self._theme = LIGHT
        self._overview = Overview(0, 1)
        self._stale: list[range] = []
        self._picture: QPixmap | None = None
        self._settle_inks()
        self._hits: list[Range] = []
        self._given: Iterable[Range] = self._hits
        self._current: Range | None = None
        self._hit_rows: list[int] = []
        self._view: Range = (0, 0)
        self._focus: Range | None = None
        self._asked = -1
        self._pressed: float | None = None
        self._idle = QTimer(self)
        self._idle.setSingleShot(True)
        self._idle.timeout.connect(self._on_idle)
        self.setFixedWidth(WIDTH)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Overview of the article"))
        self.setAccessibleDescription(
            self.tr("Marks where spans, unreviewed suggestions and search hits are in the whole text. A click goes there.")
        )

    # What the window tells it

    def set_article(self, model: ArticleModel | None) -> None:
        """Show another document, or none; its spans are counted when there is a moment, after the text is on the screen."""
        self._model = model
        self._hits, self._current, self._focus, self._view = [], None, None, (0, 0)
        self._given = self._hits
        self._begin()

    def refresh(self, ranges: Iterable[Range] | None = None) -> None:
        """Count anew what an edit touched; None, or a range of the whole text, is everything, the labels' colours too."""
        if self._model is None:
            return
        whole = len(self._model.text)
        touched = [(0, whole)] if ranges is None else list(ranges)
        if any(start <= 0 and end >= whole for start, end in touched):
            self._begin()
            return
        self._stale = joined([*self._stale, *(self._overview.rows_of(start, end) for start, end in touched)])
        if not self._idle.isActive():
            self._on_idle()

    def set_hits(self, ranges: Iterable[Range], current: Range | None = None) -> None:
        """Mark search hits; ``current`` is marked across the whole strip."""
        if ranges is not self._given:
            self._given, self._hits, self._current = ranges, sorted(ranges), current
            self._place_hits()
            self._repaint()
        elif current != self._current:
            self._current = current
            self.update()

    def set_view(self, start: int, end: int) -> None:
        """Frame what is in view."""
        if (start, end) != self._view:
            before, self._view = self._frame(), (start, end)
            self.update(before.united(self._frame()).toAlignedRect())

    def set_focus(self, place: Range | None) -> None:
        """Point at the focused span, or at nothing."""
        if place != self._focus:
            self._focus = place
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Paint in these colours from now on."""
        if theme is not self._theme:
            self._theme = theme
            self._settle_inks()
            self._repaint()

    def place_at(self, y: float) -> int:
        """Return the code point a click at height ``y`` goes to: the first marked thing within two pixels, else the proportional place."""
        overview = self._overview
        row = min(overview.height - 1, max(0, int(y)))
        hits = [hit for hit in self._hits if abs(overview.row_of(hit[0]) - row) <= NEAR]
        if hits:
            return min(hits, key=lambda hit: abs(overview.row_of(hit[0]) - row))[0]
        marked = overview.nearest_marked(row, NEAR)
        if marked is None or self._model is None:
            return self._proportional(row)
        low, high = overview.range_of(range(marked, marked + 1))
        spans = self._model.spans_in(low, high)
        begun = [span for span in spans if span.start >= low] or spans
        waiting = [span for span in begun if not span.reviewed]
        chosen = (waiting or begun)[0] if begun else None
        # A span that began far above is marked here, but a click in its middle means this place.
        return chosen.start if chosen is not None and chosen.start >= low else self._proportional(row)

    def tip_at(self, y: float) -> str:
        """Return what is marked about height ``y``, in words; empty where nothing is."""
        overview = self._overview
        if self._model is None:
            return ""
        row = min(overview.height - 1, max(0, int(y)))
        rows = range(max(0, row - NEAR), min(overview.height, row + NEAR + 1))
        spans = self._model.spans_in(*overview.range_of(rows))
        waiting = sum(not span.reviewed for span in spans)
        hits = sum(overview.row_of(start) in rows for start, _end in self._hits)
        parts: list[str] = []
        if spans:
            parts.append((self.tr("{} span") if len(spans) == 1 else self.tr("{} spans")).format(len(spans)))
            parts.append(self.tr("{} unreviewed").format(waiting))
        if hits:
            parts.append((self.tr("{} search hit") if hits == 1 else self.tr("{} search hits")).format(hits))
        return self.tr("{} here").format(", ".join(parts)) if parts else ""

    # Counting

    def _begin(self) -> None:
        length = len(self._model.text) if self._model is not None else 0
        self._overview = Overview(length, self.height())
        self._settle_inks()
        self._stale = [range(self._overview.height)] if self._model is not None else []
        self._place_hits()
        self._repaint()
        if self._overview.length <= AT_ONCE:
            self._on_idle()
        else:
            self._idle.start(0)

    def _on_idle(self) -> None:
        """Count what is stale, as much as fits one moment; the rest follows in the next one."""
        overview, left = self._overview, AT_ONCE
        while self._stale and left > 0 and self._model is not None:
            rows = self._stale.pop(0)
            piece = next(overview.pieces(rows, left))
            if piece.stop < rows.stop:
                self._stale.insert(0, range(piece.stop, rows.stop))
            start, end = overview.range_of(piece)
            overview.count(piece, self._model.spans_in(start, end))
            self._repaint(piece)
            left -= end - start
        if self._stale:
            self._idle.start(0)

    def _place_hits(self) -> None:
        self._hit_rows = sorted({self._overview.row_of(start) for start, _end in self._hits})

    def _proportional(self, row: int) -> int:
        overview = self._overview
        length = len(self._model.text) if self._model is not None else 0
        return min(length, row * overview.length // max(1, overview.height - 1))

    # Painting

    def _settle_inks(self) -> None:
        known = {label.name: label.color for label in self._model.scheme.spans} if self._model is not None else {}
        self._inks = Inks(self._theme, lambda name: known.get(name, ""))

    def _repaint(self, rows: range | None = None) -> None:
        """Paint rows of the kept picture anew, or have all of it painted at the next look."""
        if rows is None or self._picture is None:
            self._picture = None
            self.update()
            return
        painter = QPainter(self._picture)
        paint_marks(painter, self._overview, self._hit_rows, self._inks, rows)
        painter.end()
        self.update(0, rows.start - PITCH, WIDTH, len(rows) + 4 * PITCH)

    def _picture_now(self) -> QPixmap:
        ratio = self.devicePixelRatioF()
        picture = self._picture
        if picture is None or picture.devicePixelRatio() != ratio:
            picture = self._picture = QPixmap(self.size() * ratio)
            picture.setDevicePixelRatio(ratio)
            painter = QPainter(picture)
            paint_marks(painter, self._overview, self._hit_rows, self._inks, range(self._overview.height))
            painter.end()
        return picture

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002  # Qt's signature; a narrow strip is quickly painted whole
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture_now())
        if self._model is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        overview = self._overview
        if self._view[0] < self._view[1]:
            paint_frame(painter, self._theme, self._frame())
        if self._current is not None:
            paint_current_hit(painter, self._inks, overview.row_of(self._current[0]))
        if self._focus is not None:
            paint_focus(painter, self._theme, overview.row_of(self._focus[0]), overview.height)

    def _frame(self) -> QRectF:
        """Return the frame of what is in view, with a little room so that it can be updated as a whole."""
        if self._view[1] <= self._view[0]:
            return QRectF()
        rows = self._overview.rows_of(*self._view)
        height = max(8, len(rows))
        top = min(rows.start, max(0, self._overview.height - height))
        return QRectF(0, top, WIDTH, height)

    # Qt's own events

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, 120)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().height() != event.oldSize().height():
            self._begin()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._model is not None:
            self._pressed = event.position().y()
            self._asked = self.place_at(self._pressed)
            self.placeRequested.emit(self._asked)
        else:
            event.ignore()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton or self._model is None:
            return
        y = event.position().y()
        if self._pressed is not None and abs(y - self._pressed) <= NEAR:
            return  # a click that trembles still goes to the mark it hit
        self._pressed = None
        place = self._proportional(min(self._overview.height - 1, max(0, int(y))))
        if place != self._asked:
            self._asked = place
            self.placeRequested.emit(place)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self._bar is None:
            event.ignore()
        else:
            QApplication.sendEvent(self._bar, event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.tip_at(event.pos().y()), self)
            return True
        return super().event(event)
