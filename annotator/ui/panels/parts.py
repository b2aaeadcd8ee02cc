"""Small pieces all panels and dialogs are made of, so that they look and behave alike.

Colours come from the palette or from ``theme_of``, never from fixed values, so a change between light and dark needs no call.
"""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication, QIcon, QKeyEvent, QPainter, QPaintEvent, QPalette, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QFrame,
    QHeaderView,
    QLabel,
    QLayout,
    QLineEdit,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from annotator.domain.colors import luminance
from annotator.ui.i18n import plain_tip, tr
from annotator.ui.icons import icon
from annotator.ui.theme import DARK, LIGHT, Theme, label_colors
from annotator.ui.theme_qt import color

_INDENT = 4

SWATCH = 12
"""Side of a label's colour sample, in device-independent pixels."""


def theme_of(widget: QWidget | None) -> Theme:
    """Return the theme a widget is shown in, told by how bright its palette is; None asks for the application's."""
    palette = QGuiApplication.palette() if widget is None else widget.palette()
    return DARK if luminance(palette.color(QPalette.ColorRole.Window).name()) < 0.18 else LIGHT


def plain_label(text: str = "", *, quiet: bool = False, wrap: bool = True) -> QLabel:
    """Return a label that never takes its text for rich text; ``quiet`` gives the softer colour of hints."""
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    label.setWordWrap(wrap)
    if quiet:
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label


def heading(text: str, *, larger: float = 1.0) -> QLabel:
    """Return a label in bold, ``larger`` times as big as the text around it."""
    label = plain_label(text)
    font = QFont(label.font())
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * larger)
    label.setFont(font)
    return label


def rule() -> QFrame:
    """Return a thin horizontal line."""
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    line.setFrameShadow(QFrame.Shadow.Plain)
    line.setForegroundRole(QPalette.ColorRole.Mid)
    return line


def icon_button(icon_name: str, name: str, *, tip: str = "") -> QToolButton:
    """Return a flat button with an icon; ``name`` is what assistive technology says, and the tool tip unless ``tip`` says more."""
    button = QToolButton()
    button.setIcon(icon(icon_name))
    button.setAutoRaise(True)
    button.setAccessibleName(name)
    button.setToolTip(plain_tip(tip or name))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button


def push_button(text: str, tip: str) -> QPushButton:
    """Return a button with words that a click gives no keyboard to, so that the list beside it keeps it."""
    button = QPushButton(text)
    button.setAutoDefault(False)
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setToolTip(plain_tip(tip))
    return button


def searching(field: QLineEdit) -> None:
    """Give a field the picture of a search and a button that empties it."""
    field.setClearButtonEnabled(True)
    sign = field.addAction(icon("search"), QLineEdit.ActionPosition.LeadingPosition)
    sign.setText(tr("Search"))  # it is a button, which a screen reader names
    sign.triggered.connect(field.setFocus)


def spaced(layout: QLayout, theme: Theme = LIGHT, *, margin: int = 0, spacing: int = 2) -> None:
    """Set the margins and the spacing of a layout, in the theme's unit of distance."""
    edge = margin * theme.space
    layout.setContentsMargins(edge, edge, edge, edge)
    layout.setSpacing(spacing * theme.space)


@lru_cache(maxsize=512)
def swatch_icon(theme: Theme, base: str, *, dashed: bool = False) -> QIcon:
    """Return a label's colour as a small square, the same icon every time; ``dashed`` is the outline of a suggestion."""
    pixmap = QPixmap(QSize(SWATCH, SWATCH) * 2)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw_swatch(painter, QPoint(0, 0), theme, base, dashed=dashed)
    painter.end()
    made = QIcon(pixmap)
    made.addPixmap(pixmap, QIcon.Mode.Selected)  # Qt would tint it with the colour of the selection
    return made


def draw_swatch(painter: QPainter, corner: QPoint, theme: Theme, base: str, *, dashed: bool = False) -> None:
    """Paint a label's colour as a rounded square of side ``SWATCH`` with its upper left corner at ``corner``."""
    colors = label_colors(theme, base)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color(theme.page), 1.0))  # a rim, not to be seen on the page but on a selected row of much the same colour
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(corner.x() + 0.5, corner.y() + 0.5, SWATCH - 1, SWATCH - 1), 3.5, 3.5)
    pen = QPen(color(colors.edge), 1.4)
    if dashed:
        pen.setDashPattern([2.0, 1.6])
    painter.setPen(pen)
    painter.setBrush(color(colors.fill if dashed else colors.strong))
    painter.drawRoundedRect(corner.x() + 1, corner.y() + 1, SWATCH - 2, SWATCH - 2, 3, 3)
    painter.restore()


class LongList(QTableView):
    """A list of any length in rows of one height; ``chosen`` says that a row was clicked or entered.

    It is a table of one column: ``QListView`` visits every row before it shows the first (a million rows take it seconds).  Qt's own
    ``activated`` would come a second time after a double click.  ``name`` is what assistive technology says.
    """

    chosen = Signal(QModelIndex)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        self.setEditTriggers(QTableView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().hide()
        self.horizontalHeader().setStretchLastSection(True)
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setMinimumSectionSize(0)
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 3 * LIGHT.space)
        self.clicked.connect(self.chosen)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif self.currentIndex().isValid():
            self.chosen.emit(self.currentIndex())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.hasFocus() and not self.selectionModel().hasSelection():  # else the row's own frame shows where the keyboard is
            painter = QPainter(self.viewport())
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Accent), 1))
            painter.drawRect(self.viewport().rect().adjusted(0, 0, -1, -1))
            painter.end()


def list_or_hint(panel: QWidget, view: QWidget, hint: str) -> QLabel:
    """Fill a panel with a list and, while that is hidden, a sentence in its place; returns the sentence's label."""
    label = plain_label(hint, quiet=True)
    label.setMargin(12)
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    layout = QVBoxLayout(panel)
    spaced(layout, spacing=0)
    layout.addWidget(label, 1)
    layout.addWidget(view, 1)
    view.hide()
    panel.setFocusProxy(view)
    return label


def airy(view: QAbstractItemView) -> None:
    """Give the rows of a list, table or tree some air.  (A style sheet would keep the colours of the theme it was set in.)"""
    view.setItemDelegate(_AiryDelegate(view))


class _AiryDelegate(QStyledItemDelegate):
    """Rows a little higher than their text, which leaves room at its beginning for the bar that a chosen row has there."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return super().sizeHint(option, index) + QSize(2 * _INDENT, 6)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        view = self.parent()
        assert isinstance(view, QWidget)
        view.style().drawPrimitive(QStyle.PrimitiveElement.PE_PanelItemViewItem, option, painter, view)
        super().paint(painter, option, index)

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        """Move in what is in the row; its ground is painted already, with the bar."""
        super().initStyleOption(option, index)
        option.rect = option.rect.adjusted(_INDENT, 0, -_INDENT, 0)
        option.viewItemPosition = QStyleOptionViewItem.ViewItemPosition.Middle


class CalmComboBox(QComboBox):
    """A combo box that changes nothing unless it is opened.

    A wheel that passes over it while the panel scrolls, or an arrow key on the way through the form, would otherwise relabel a span
    without anybody meaning it.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(8)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        opening = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F4)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and isinstance(self.window(), QDialog):
            event.ignore()  # it belongs to the dialog's default button
        elif event.key() in opening:
            self.showPopup()
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown) or event.text().isprintable():
            event.ignore()
        else:
            super().keyPressEvent(event)
