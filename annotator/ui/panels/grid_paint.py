"""What the relation grid draws: cells with their relations, headers that stand on end where columns are narrow, the line above."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHeaderView, QSizePolicy, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from annotator.ui.models.grid import Chip, GridRole
from annotator.ui.panels.paint import draw_key_cap, draw_text, turn
from annotator.ui.panels.parts import SWATCH, draw_swatch, theme_of
from annotator.ui.theme import Theme, label_colors, mix
from annotator.ui.theme_qt import color

_CENTER = int(Qt.AlignmentFlag.AlignCenter)
_MOST_CHIPS = 3


class CellDelegate(QStyledItemDelegate):
    """Paints a cell: hatched if it cannot be entered, else the chips of its relations; row and column of the current one are tinted."""

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._table = table

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        theme, rect = theme_of(self._table), QRect(option.rect)
        chips: tuple[Chip, ...] | None = index.data(GridRole.CHIPS)
        current = self._table.currentIndex()
        here = (index.row(), index.column()) == (current.row(), current.column())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, color(self._ground(theme, option, index, current, allowed=chips is not None)))
        painter.setPen(QPen(color(mix(theme.page, theme.border, 0.7)), 1))
        painter.drawLine(QLineF(rect.left(), rect.bottom() + 0.5, rect.right() + 1, rect.bottom() + 0.5))
        painter.drawLine(QLineF(rect.right() + 0.5, rect.top(), rect.right() + 0.5, rect.bottom() + 1))
        if chips is None:
            _hatch(painter, rect, theme)
        else:
            font = QFont(option.font)
            font.setPointSizeF(font.pointSizeF() * 0.88)
            painter.setFont(font)
            _draw_chips(painter, rect.adjusted(3, 3, -3, -3), chips, theme)
        if here and chips is not None:
            strong = self._table.hasFocus()
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(color(theme.accent if strong else theme.quiet_text), 2 if strong else 1))
            painter.drawRoundedRect(QRectF(rect).adjusted(1, 1, -1.5, -1.5), 3, 3)
        painter.restore()

    def _ground(
        self,
        theme: Theme,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        current: QModelIndex,
        *,
        allowed: bool,
    ) -> str:
        ground = theme.page if allowed else theme.window
        if current.isValid() and (index.row() == current.row() or index.column() == current.column()):
            ground = mix(ground, theme.accent, 0.10 if theme.dark else 0.06)
        state: QStyle.StateFlag = option.state
        return mix(ground, theme.accent, 0.10) if allowed and state & QStyle.StateFlag.State_MouseOver else ground


def _hatch(painter: QPainter, rect: QRect, theme: Theme) -> None:
    """Draw quiet slanting lines; as lines, because a brush pattern is too fine on a dense screen."""
    painter.save()
    painter.setClipRect(rect.adjusted(0, 0, -1, -1))
    painter.setPen(QPen(color(mix(theme.window, theme.border, 0.8)), 1))
    step, height = 7, rect.height()
    first = rect.left() - height - (rect.left() - height - rect.top()) % step  # the lines of neighbours meet
    painter.drawLines([QLineF(x, rect.bottom() + 1, x + height, rect.top()) for x in range(first, rect.right() + step, step)])
    painter.restore()


def _draw_chips(painter: QPainter, room: QRect, chips: tuple[Chip, ...], theme: Theme) -> None:
    if not chips:
        return
    shown = chips if len(chips) <= _MOST_CHIPS else chips[: _MOST_CHIPS - 1]
    parts = len(shown) + (len(chips) > len(shown))
    width = (room.width() - 2 * (parts - 1)) / parts
    metrics = painter.fontMetrics()
    height = min(room.height(), metrics.height() + 3)
    top = room.top() + (room.height() - height) / 2
    for number, chip in enumerate(shown):
        text = next((text for text in (chip.name, chip.code) if metrics.horizontalAdvance(text) + 4 <= width), "")
        wide = min(width, metrics.horizontalAdvance(text) + 12) if text else min(width, 12)
        left = room.left() + number * (width + 2) + (width - wide) / 2
        _draw_chip(painter, QRectF(left, top, wide, height), text, chip, theme)
    if len(shown) < len(chips):
        rest = QRectF(room.left() + (parts - 1) * (width + 2), top, width, height)
        painter.setPen(color(theme.quiet_text))
        painter.drawText(rest, _CENTER, f"+{len(chips) - len(shown)}")


def _draw_chip(painter: QPainter, box: QRectF, text: str, chip: Chip, theme: Theme) -> None:
    colors = label_colors(theme, chip.color)
    pen = QPen(color(theme.warning if chip.wrong else colors.edge), 1.8 if chip.wrong else 1.2)
    if not chip.reviewed:
        pen.setDashPattern([3.0, 2.0])
    painter.setPen(pen)
    painter.setBrush(color(colors.chip if text else colors.fill))
    if not text:  # a dot, where not even the short code has room
        side = min(box.width(), box.height(), 10.0)
        painter.drawEllipse(box.center(), side / 2, side / 2)
        return
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
    painter.setPen(color(colors.chip_text))
    painter.drawText(box, _CENTER, text)


class SpanHeader(QHeaderView):
    """Spans at the side or on top: label colour and text, on end where ``upright``; that of the current cell stands out."""

    def __init__(self, orientation: Qt.Orientation, table: QTableView) -> None:
        super().__init__(orientation, table)
        self._table = table
        self.upright = False
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(8)
        self.setSectionsClickable(True)
        self.setHighlightSections(False)

    def row_height(self) -> int:
        """Return the height of a line of text with some air."""
        return self.fontMetrics().height() + 10

    def longest(self) -> int:
        """Return the room that the longest text takes, with its colour and its margins."""
        model, bold = self.model(), self._font(strong=True)
        texts = (model.headerData(number, self.orientation()) or "" for number in range(self.count()))
        return max((QFontMetrics(bold).horizontalAdvance(text) for text in texts), default=0) + SWATCH + 22

    def sectionSizeFromContents(self, logical: int) -> QSize:
        del logical
        return QSize(self.longest(), self.row_height())

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:  # noqa: N803  # Qt's name
        theme, model, across = theme_of(self._table), self.model(), self.orientation() == Qt.Orientation.Horizontal
        current = self._table.currentIndex()
        strong = logicalIndex == (current.column() if across else current.row())
        painter.save()
        ground = mix(theme.window, theme.accent, 0.16) if strong else theme.window
        painter.fillRect(rect, color(ground))
        painter.setPen(QPen(color(theme.border), 1))
        painter.drawLine(QLineF(rect.left(), rect.bottom() + 0.5, rect.right() + 1, rect.bottom() + 0.5))
        painter.drawLine(QLineF(rect.right() + 0.5, rect.top(), rect.right() + 0.5, rect.bottom() + 1))
        box = QRect(rect)
        if not (across and self.upright):
            turn(painter, rect)
        else:
            painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
            painter.translate(rect.left(), rect.bottom())
            painter.rotate(-90)
            box = QRect(0, 0, rect.height(), rect.width())
        base = model.headerData(logicalIndex, self.orientation(), GridRole.COLOR) or ""
        draw_swatch(painter, QPoint(box.left() + 7, box.center().y() + 1 - SWATCH // 2), theme, base)
        painter.setFont(self._font(strong=strong))
        text = str(model.headerData(logicalIndex, self.orientation()) or "")
        draw_text(painter, box.adjusted(7 + SWATCH + 6, 0, -4, 0), text, color(theme.text))
        painter.restore()

    def _font(self, *, strong: bool) -> QFont:
        font = QFont(self.font())
        font.setBold(strong)
        return font


class CellLine(QWidget):
    """One painted line: the ends of a cell, the labels it may have with their keys, and at its end how many spans there are."""

    def __init__(self) -> None:
        super().__init__()
        self._ends = self._amount = ""
        self._labels: tuple[tuple[str, str, bool], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_parts(self, ends: str, labels: tuple[tuple[str, str, bool], ...], amount: str) -> None:
        """Show other words; of each label its key, its name, and whether its relation is the one that keys act on."""
        self._ends, self._labels, self._amount = ends, labels, amount
        spoken = (f"{name} ({key})" if key else name for key, name, _chosen in labels)
        self.setAccessibleName(". ".join(part for part in (ends, ", ".join(spoken), amount) if part))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, self.fontMetrics().height() + 10)

    def minimumSizeHint(self) -> QSize:
        return QSize(1, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        theme = theme_of(self)
        painter = QPainter(self)
        font = self.font()
        metrics = painter.fontMetrics()
        turn(painter, self.rect())
        gap = 2 * theme.space
        amount = min(metrics.horizontalAdvance(self._amount) + 2, self.width() // 3)
        box = self.rect().adjusted(gap, 0, -gap, 0)
        draw_text(
            painter, box, metrics.elidedText(self._amount, Qt.TextElideMode.ElideRight, amount), color(theme.quiet_text), right=True
        )
        box.setRight(box.right() - amount - 2 * gap)
        font.setBold(True)
        painter.setFont(font)
        draw_text(painter, box.adjusted(0, 0, 0, 0), self._ends, color(theme.text))
        x = box.left() + min(painter.fontMetrics().horizontalAdvance(self._ends), box.width()) + 2 * gap
        font.setBold(False)
        middle = box.center().y()
        for key, name, chosen in self._labels:
            font.setUnderline(False)
            painter.setFont(font)
            cap = max(metrics.horizontalAdvance(key) + 2 * theme.space + 2, metrics.height() + 2) if key else 0
            width = metrics.horizontalAdvance(name)
            if x + cap + gap // 2 + width > box.right() - 3 * gap:  # room for the dots
                draw_text(painter, box.adjusted(x - box.left(), 0, 0, 0), "…", color(theme.quiet_text))
                break
            if key:
                draw_key_cap(painter, x + cap, middle, key, theme)
            font.setUnderline(chosen)
            painter.setFont(font)
            draw_text(painter, box.adjusted(x + cap + gap // 2 - box.left(), 0, 0, 0), name, color(theme.text))
            x += cap + gap // 2 + width + 2 * gap
        painter.end()
