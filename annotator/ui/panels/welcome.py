"""The first page: what can be done when no project is open."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from annotator.ui.i18n import plain_tip, tr
from annotator.ui.icons import icon
from annotator.ui.panels.paint import draw_focus, draw_row, draw_text, ink
from annotator.ui.panels.parts import heading, plain_label, spaced, theme_of

_PATH = Qt.ItemDataRole.UserRole
_MISSING = Qt.ItemDataRole.UserRole + 1
_WIDTH = 620


class WelcomePage(QWidget):
    """The ways to begin, and the projects that were open lately.  ``recentRequested`` brings a path as it was given."""

    demoRequested = Signal()
    tourRequested = Signal()
    newRequested = Signal()
    importRequested = Signal()
    openRequested = Signal()
    recentRequested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.demo = _Card(
            "sparkles", tr("Try the demo"), tr("A news article with suggestions that want correcting. Nothing can go wrong.")
        )
        self.tour = _Card("help", tr("Take the tour"), tr("Two minutes, hands on: everything an annotator needs, step by step."))
        self.new = _Card("file-plus", tr("New project"), tr("Choose labels and a language, then import your own articles."))
        self.articles = _Card("file-import", tr("Import articles"), tr("Choose files first: a project is made for them."))
        self.open = _Card("folder-open", tr("Open a project"), tr("Go on with a project file on this computer."))
        self.recent = QListWidget()
        self.recent.setAccessibleName(tr("Recent projects"))
        self.recent.setFrameShape(QFrame.Shape.NoFrame)
        self.recent.setItemDelegate(_RecentDelegate(self.recent))
        self.recent.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.recent.setMouseTracking(True)
        self._no_recent = plain_label(tr("Projects you open will be listed here."), quiet=True)
        self._lay_out()
        self.demo.clicked.connect(self.demoRequested)
        self.tour.clicked.connect(self.tourRequested)
        self.new.clicked.connect(self.newRequested)
        self.articles.clicked.connect(self.importRequested)
        self.open.clicked.connect(self.openRequested)
        self.recent.itemClicked.connect(self._on_recent)
        self.recent.installEventFilter(self)
        self.set_recent(())

    def set_toured(self, toured: bool = True) -> None:
        """Say that the tour was taken already."""
        self.tour.set_title(tr("Take the tour again") if toured else tr("Take the tour"))

    def set_recent(self, paths: Sequence[str | Path]) -> None:
        """List the projects, newest first; those whose file is gone are shown as missing and cannot be chosen."""
        self.recent.clear()
        for path in map(Path, paths):
            missing = not path.is_file()
            item = QListWidgetItem(path.stem)
            item.setData(_PATH, str(path))
            item.setData(_MISSING, missing)
            item.setToolTip(plain_tip(str(path)))
            spoken = tr("{}, in {}").format(path.stem, path.parent)
            item.setData(Qt.ItemDataRole.AccessibleTextRole, tr("{}, not found").format(spoken) if missing else spoken)
            if missing:
                item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.recent.addItem(item)
        self.recent.setVisible(bool(paths))
        self._no_recent.setVisible(not paths)
        rows = min(len(paths), 6)
        self.recent.setFixedHeight(max(rows, 1) * (2 * self.fontMetrics().height() + 14))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take Enter in the list; ``itemActivated`` would come a second time after a double click."""
        if watched is self.recent and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            item = self.recent.currentItem()
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and item is not None:
                self._on_recent(item)
                return True
        return super().eventFilter(watched, event)

    def _on_recent(self, item: QListWidgetItem) -> None:
        if not item.data(_MISSING):
            self.recentRequested.emit(item.data(_PATH))

    def _lay_out(self) -> None:
        column = QWidget()
        column.setMaximumWidth(_WIDTH)
        inner = QVBoxLayout(column)
        spaced(inner, margin=6, spacing=3)
        inner.addStretch(2)
        inner.addWidget(heading(tr("Annotator"), larger=2.0))
        inner.addWidget(
            plain_label(tr("Correct the spans and relations in news articles, and export training data you can trust."), quiet=True)
        )
        inner.addSpacing(12)
        for card in (self.demo, self.tour, self.new, self.articles, self.open):
            inner.addWidget(card)
        inner.addSpacing(16)
        inner.addWidget(heading(tr("Recent projects")))
        inner.addWidget(self._no_recent)
        inner.addWidget(self.recent)
        inner.addStretch(3)
        page = QWidget()
        across = QHBoxLayout(page)
        spaced(across)
        across.addStretch(1)
        across.addWidget(column, 100)
        across.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(page)
        layout = QVBoxLayout(self)
        spaced(layout)
        layout.addWidget(scroll)
        self.setFocusProxy(self.demo)


class _Card(QPushButton):
    """A wide button with an icon, what it does, and a line about it."""

    def __init__(self, icon_name: str, title: str, text: str) -> None:
        super().__init__()
        self._icon_name = icon_name
        self.setAccessibleName(title)
        self.setAccessibleDescription(text)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._mark = QLabel()
        self._mark.setFixedWidth(32)
        texts = QVBoxLayout()
        spaced(texts, spacing=1)
        self._title = heading(title, larger=1.1)
        texts.addWidget(self._title)
        texts.addWidget(plain_label(text, quiet=True))
        layout = QHBoxLayout(self)
        spaced(layout, margin=3, spacing=3)
        layout.addWidget(self._mark)
        layout.addLayout(texts, 1)
        for label in self.findChildren(QLabel):
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._show_icon()

    def set_title(self, title: str) -> None:
        """Say something else in bold."""
        self.setAccessibleName(title)
        self._title.setText(title)

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.sizeHint() if layout is not None else super().sizeHint()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "_mark"):
            self._show_icon()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        else:
            super().keyPressEvent(event)

    def _show_icon(self) -> None:
        self._mark.setPixmap(icon(self._icon_name).pixmap(26, 26))


class _RecentDelegate(QStyledItemDelegate):
    """Paints a project's name, and its folder below it."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        del index
        return QSize(80, 2 * QFontMetrics(option.font).height() + 12)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        theme = theme_of(option.widget)
        missing = bool(index.data(_MISSING))
        path = Path(index.data(_PATH))
        painter.save()
        draw_row(painter, option)
        painter.setOpacity(0.6 if missing else 1.0)
        area: QRect = option.rect.adjusted(2 * theme.space, 4, -2 * theme.space, -4)
        half = area.height() // 2
        font = QFont(option.font)
        font.setBold(not missing)
        painter.setFont(font)
        name = tr("{} (not found)").format(path.stem) if missing else path.stem
        draw_text(painter, QRect(area.x(), area.y(), area.width(), half), name, ink(option, quiet=missing))
        painter.setFont(option.font)
        below = QRect(area.x(), area.y() + half, area.width(), area.height() - half)
        draw_text(painter, below, str(path.parent), ink(option, quiet=True))
        draw_focus(painter, option, theme)
        painter.restore()
