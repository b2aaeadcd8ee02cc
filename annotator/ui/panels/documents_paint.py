"""How a row of the documents list looks: the mark of its status, the name, a flag, and what the list is sorted by."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from annotator.domain.documents import Status
from annotator.store.listing import Order
from annotator.store.queries import DocumentCard
from annotator.ui.i18n import number, share
from annotator.ui.icons import icon
from annotator.ui.models.documents import DocumentRole
from annotator.ui.panels.paint import draw_focus, draw_icon, draw_row, draw_status, draw_text, ink, turn
from annotator.ui.panels.parts import theme_of


def status_icon(status: Status, widget: QWidget) -> QIcon:
    """Return the mark of a status as an icon in the colours ``widget`` is shown in."""
    pixmap = QPixmap(28, 28)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw_status(painter, QRectF(0, 0, 14, 14), status, theme_of(widget))
    painter.end()
    return QIcon(pixmap)


def _figure(card: DocumentCard, order: Order) -> str:
    """Return the figure that a list in this order is sorted by; none for names and statuses, and for documents that are worth nothing."""
    match order:
        case Order.LENGTH:
            return number(card.length)
        case Order.SPANS:
            return number(card.spans)
        case Order.DISAGREEMENT | Order.DOUBT | Order.NOVELTY:
            worth = getattr(card, order)
            return share(worth) if worth else ""
    return ""


class DocumentDelegate(QStyledItemDelegate):
    """Paints rows; ``figure`` is the order whose figure (length, spans, worth) stands at the end of each."""

    figure = Order.POSITION

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        card = index.data(DocumentRole.CARD)
        rect, state = option.rect, option.state
        theme = theme_of(option.widget)
        gap = 2 * theme.space
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        turn(painter, rect)
        painter.setFont(option.font)
        draw_row(painter, option)
        if isinstance(card, DocumentCard):
            side = 14
            mark = QRectF(rect.x() + gap, rect.center().y() - side / 2 + 0.5, side, side)
            draw_status(painter, mark, card.status, theme, ink(option) if selected else None)
            right = rect.right() - gap
            if card.flagged:
                mode = QIcon.Mode.Selected if selected else QIcon.Mode.Normal
                draw_icon(painter, QRect(right - 16, rect.center().y() - 7, 16, 16), icon("flag"), mode)
                right -= 16 + theme.space
            text = _figure(card, self.figure)
            if text:
                room = rect.adjusted(0, 0, right - rect.right(), 0)
                draw_text(painter, room, text, ink(option, quiet=True), right=True)
                right -= painter.fontMetrics().horizontalAdvance(text) + gap
            left = round(mark.right()) + gap
            draw_text(painter, rect.adjusted(left - rect.x(), 0, right - rect.right(), 0), card.name, ink(option))
        draw_focus(painter, option, theme)
        painter.restore()
