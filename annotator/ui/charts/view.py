"""A chart on the screen: the arrow keys walk its marks, the pointer and a screen reader are told what each counts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFocusEvent,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QScrollArea, QWidget

from annotator.ui.charts.layout import lay_out, natural_size
from annotator.ui.charts.model import Chart, Kind, Mark
from annotator.ui.charts.paint import paint
from annotator.ui.charts.shapes import Layout, Measure
from annotator.ui.charts.walk import Way, edge, step
from annotator.ui.i18n import plain_tip
from annotator.ui.panels.parts import theme_of
from annotator.ui.theme import Theme
from annotator.ui.theme_qt import color

_WAYS = {Qt.Key.Key_Left: Way.LEFT, Qt.Key.Key_Right: Way.RIGHT, Qt.Key.Key_Up: Way.UP, Qt.Key.Key_Down: Way.DOWN}
_TURNED = {Way.LEFT: Way.RIGHT, Way.RIGHT: Way.LEFT}


class ChartView(QWidget):
    """One chart; it is as large as its parent gives it room, or as it needs.

    ``focused`` says in words which mark the keyboard or a click went to, or what it has become since, "" for none.  ``chosen`` brings a
    ``Mark`` with something behind it that was clicked or entered.  Another chart keeps the focus on the mark of the same group and series.
    """

    focused = Signal(str)
    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.chart = Chart(Kind.BARS, "")
        self._focus: int | None = None
        self._pressed: int | None = None
        self._said = ""
        self._made: Layout | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)

    def show_chart(self, chart: Chart) -> None:
        """Show another chart."""
        if chart == self.chart:
            return
        before = self.focus_mark
        names = None if before is None else (self.chart.groups[before.group], self.chart.series[before.series].name)
        self.chart, self._made, self._focus = chart, None, None
        if names is not None:
            found = (
                number
                for number, mark in enumerate(chart.marks)
                if (chart.groups[mark.group], chart.series[mark.series].name) == names
            )
            self._focus = next(found, None)
        self.setAccessibleName(chart.title)
        self._describe()
        self.updateGeometry()
        self.update()

    @property
    def focus_mark(self) -> Mark | None:
        """The mark that the arrow keys are at."""
        return None if self._focus is None else self.chart.marks[self._focus]

    def laid_out(self) -> Layout:
        """Return where everything stands now."""
        if self._made is None or (self._made.width, self._made.height) != (self.width(), self.height()):
            turned = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
            self._made = lay_out(self.chart, self.width(), self.height(), self.measure(), right_to_left=turned)
        return self._made

    def measure(self) -> Measure:
        """Return how large text is in this widget's font."""
        metrics = QFontMetricsF(self.font())
        return Measure(metrics.height(), metrics.horizontalAdvance)

    def needed(self, room: QSize) -> QSize:
        """Return the size to be given where so much is in view."""
        width, height = natural_size(self.chart, room.width(), room.height(), self.measure())
        return QSize(int(width), int(height))

    def go_to(self, number: int | None) -> None:
        """Put the focus on a mark, say it, and bring it into view."""
        if number == self._focus:
            return
        self._focus = number
        said = self._describe()
        if said and QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, said))
        self._bring_into_view()
        self.update()

    def _describe(self) -> str:
        mark = self.focus_mark
        said = mark.said if mark is not None else ""
        self.setAccessibleDescription(said or self.chart.empty)
        if said != self._said:
            self._said = said
            self.focused.emit(said)
        return said

    def _bring_into_view(self) -> None:
        box = self.laid_out().box_of(self._focus) if self._focus is not None else None
        viewport = self.parentWidget()
        area = viewport.parentWidget() if viewport is not None else None
        if box is not None and isinstance(area, QScrollArea):
            x, y = box.center
            area.ensureVisible(int(x), int(y), 60, 40)

    # What Qt says

    def paintEvent(self, _: QPaintEvent) -> None:
        theme = theme_of(self)
        painter = QPainter(self)
        try:
            self._paint(painter, theme)
        finally:  # an active painter would outlive its widget where a bug of ours gets in between
            painter.end()

    def _paint(self, painter: QPainter, theme: Theme) -> None:
        painter.fillRect(self.rect(), color(theme.page))
        if not self.chart.marks:
            painter.setPen(color(theme.quiet_text))
            painter.setFont(self.font())
            room = self.rect().adjusted(40, 20, -40, -20)
            painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap), self.chart.empty)
        else:
            paint(painter, self.chart, self.laid_out(), theme, self.font(), focused=self._focus)
        if self.hasFocus() and self._focus is None:
            painter.setPen(color(theme.accent))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.visibleRegion().boundingRect().adjusted(0, 0, -1, -1))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._made = None

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.LayoutDirectionChange, QEvent.Type.PaletteChange):
            self._made = None
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        made = self.laid_out()
        key = Qt.Key(event.key())
        plain = not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        if plain and key in _WAYS:
            way = _WAYS[key]
            if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
                way = _TURNED.get(way, way)
            current = self._focus if self._focus is not None and made.box_of(self._focus) is not None else None
            self.go_to(edge(self.chart, made, last=False) if current is None else step(self.chart, made, current, way))
        elif plain and key in (Qt.Key.Key_Home, Qt.Key.Key_End):
            self.go_to(edge(self.chart, made, last=key == Qt.Key.Key_End))
        elif plain and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._choose(self._focus)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self._focus is None and event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason):
            self.go_to(edge(self.chart, self.laid_out(), last=False))
        super().focusInEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        found = self._mark_under(event.position().toPoint())
        there = found is not None and self.chart.marks[found].target is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if there else Qt.CursorShape.ArrowCursor)
        self.setToolTip(plain_tip(self.chart.marks[found].said) if found is not None else "")

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = self._mark_under(event.position().toPoint())
            self.go_to(self._pressed)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        left = event.button() == Qt.MouseButton.LeftButton
        if left and pressed is not None and self._mark_under(event.position().toPoint()) == pressed:
            self._choose(pressed)

    def _mark_under(self, place: QPoint) -> int | None:
        return self.laid_out().mark_at(place.x(), place.y())

    def _choose(self, number: int | None) -> None:
        if number is not None and self.chart.marks[number].target is not None:
            self.chosen.emit(self.chart.marks[number])


class ChartArea(QScrollArea):
    """A chart that is scrolled where it needs more room than there is."""

    def __init__(self) -> None:
        super().__init__()
        self.view = ChartView()
        self.setWidget(self.view)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setMinimumSize(240, 160)

    def show_chart(self, chart: Chart) -> None:
        """Show another chart, scrolled to the same place."""
        self.view.show_chart(chart)
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def least_height(self) -> int:
        """Return the height in which the chart is seen well: rows as they are, and some air; much for what grows with its room."""
        if self.view.chart.kind in (Kind.COLUMNS, Kind.LINES):
            return 10_000
        return self.view.needed(QSize(self.maximumViewportSize().width(), 0)).height() * 6 // 5

    def _fit(self) -> None:
        """Give the chart what is in view; a bar that a greater one calls for takes some of it."""
        room = self.maximumViewportSize()
        needed, bar = self.view.needed(room), self.verticalScrollBar().sizeHint().width()
        if needed.height() > room.height():
            needed = self.view.needed(QSize(room.width() - bar, room.height()))
        if needed.width() > room.width():
            needed = self.view.needed(QSize(room.width(), room.height() - bar)).expandedTo(QSize(needed.width(), 0))
        self.view.resize(needed)
