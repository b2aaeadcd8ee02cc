"""The label palette: every label with its colour, key and count; a click or Enter asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QPen
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem, QTableView, QWidget

from annotator.domain.labels import LabelScheme, RelationLabel
from annotator.ui.i18n import number, tr
from annotator.ui.models.labels import LabelListModel, LabelRole, LabelRow
from annotator.ui.panels.paint import draw_focus, draw_key_cap, draw_row, draw_text, ink, turn
from annotator.ui.panels.parts import SWATCH, LongList, draw_swatch, list_or_hint, theme_of
from annotator.ui.theme import Theme, label_colors
from annotator.ui.theme_qt import color

_TO_TOP = QTableView.ScrollHint.PositionAtTop


class LabelsPanel(QWidget):
    """The labels of the project's scheme.

    The list takes no focus from a click, so that the article keeps the keyboard; by Tab it can be reached and walked like any list.
    """

    spanLabelRequested = Signal(str)
    relationLabelRequested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = LabelListModel(self)
        self.view = LongList(tr("Labels"))
        self.view.setModel(self.model)
        self.view.setItemDelegate(_LabelDelegate(self.view))
        self.view.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.view.chosen.connect(self._on_chosen)
        self._on_spans = True
        self._hint = list_or_hint(self, self.view, tr("Open a document to see the labels."))

    def set_scheme(self, scheme: LabelScheme | None, theme: Theme | None = None) -> None:
        """Show the labels of ``scheme``, or the hint to open a project where it is None.

        The colours follow the palette; ``theme`` only says that they may have changed.
        """
        del theme
        self.model.set_scheme(scheme or LabelScheme())
        empty = self.model.rowCount() == 0
        opened = tr("This label scheme is empty. Labels that an import brings are added to it.")
        self._hint.setText(opened if scheme is not None else tr("Open a document to see the labels."))
        self._hint.setVisible(empty)
        self.view.setVisible(not empty)

    def set_counts(self, spans: Mapping[str, int], relations: Mapping[str, int]) -> None:
        """Say how often each span label and each relation label, by its name, stands in the open document."""
        self.model.set_counts(spans, relations)

    def set_legal_relations(self, names: AbstractSet[str] | None) -> None:
        """Show what the keys mean: with a relation in focus (``names`` are the labels it may have) those, else those of spans.

        The others are dimmed, and can still be asked for: the refusal says why not.
        """
        self.model.set_legal_relations(names)
        if (names is None) != self._on_spans:
            self._on_spans = names is None
            self.view.scrollTo(self.model.index(0) if self._on_spans else self.model.relations_heading(), _TO_TOP)

    def set_last_used(self, name: str) -> None:
        """Mark the span label that was given last; empty marks none."""
        self.model.set_last_used(name)

    def _on_chosen(self, index: QModelIndex) -> None:
        row = index.data(LabelRole.ROW) if index.isValid() else None
        if isinstance(row, LabelRow) and row.label is not None:
            signal = self.spanLabelRequested if row.kind == "span" else self.relationLabelRequested
            signal.emit(row.title)
            self.view.clearSelection()


class _LabelDelegate(QStyledItemDelegate):
    """Paints a label as colour, name, count and key, and a heading as small bold text."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        row: LabelRow = index.data(LabelRole.ROW)
        rect = option.rect
        theme = theme_of(option.widget)
        gap = 2 * theme.space
        painter.save()
        turn(painter, rect)
        font = QFont(option.font)
        if row.label is None:
            font.setBold(True)
            painter.setFont(font)
            draw_text(painter, rect.adjusted(gap, 4, -gap, 0), row.title, ink(option, quiet=True))
            painter.restore()
            return
        draw_row(painter, option)
        painter.setOpacity(0.4 if row.dimmed else 1.0)
        middle = rect.center().y() + 1
        if isinstance(row.label, RelationLabel):
            _draw_link(painter, rect.x() + gap, middle, row.label, theme)
        else:
            draw_swatch(painter, QPoint(rect.x() + gap, middle - SWATCH // 2), theme, row.label.color)
        small = QFont(font)
        small.setPointSizeF(font.pointSizeF() * 0.88)
        right = rect.right() - gap
        key_column = right - QFontMetrics(small).height() - 2 * theme.space
        painter.setFont(small)
        if row.label.key:
            draw_key_cap(painter, right, middle, row.label.key, theme)
        left = rect.x() + gap + SWATCH + gap
        count = number(row.count) if row.count else ""
        width = painter.fontMetrics().horizontalAdvance(count)
        draw_text(painter, rect.adjusted(0, 0, key_column - rect.right(), 0), count, ink(option, quiet=True), right=True)
        font.setUnderline(row.last_used)
        painter.setFont(font)
        room = rect.adjusted(left - rect.x(), 0, key_column - width - gap - rect.right(), 0)
        draw_text(painter, room, row.title, ink(option))
        painter.setOpacity(1.0)
        draw_focus(painter, option, theme)
        painter.restore()


def _draw_link(painter: QPainter, x: int, middle: int, label: RelationLabel, theme: Theme) -> None:
    """Paint an arrow in the label's colour, with two heads where the label is symmetric."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color(label_colors(theme, label.color).edge), 1.8))
    right = x + SWATCH
    painter.drawLine(x, middle, right, middle)
    painter.drawLine(right, middle, right - 4, middle - 4)
    painter.drawLine(right, middle, right - 4, middle + 4)
    if label.symmetric:
        painter.drawLine(x, middle, x + 4, middle - 4)
        painter.drawLine(x, middle, x + 4, middle + 4)
    painter.restore()
