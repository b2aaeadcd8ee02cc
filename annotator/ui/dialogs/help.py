"""The help in a window of its own: pages, a search over all of them, and the way back.

It stays open beside the work.  Nothing is ever fetched: pages are files of the program, and links lead from page to page only.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt, QTimer, QUrl, Signal
from PySide6.QtGui import QAction, QKeyEvent, QKeySequence, QTextDocument
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QLineEdit, QSplitter, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from annotator.ui.dialogs.frame import framed
from annotator.ui.dialogs.help_browser import HelpBrowser
from annotator.ui.help_pages import Page, matching, snippet
from annotator.ui.i18n import tr
from annotator.ui.panels.parts import airy, icon_button, plain_label, searching, spaced

_NAME = Qt.ItemDataRole.UserRole
_BLOCK = Qt.ItemDataRole.UserRole + 1
_MOST_HITS = 200
ZOOMS = range(70, 301)
"""What the zoom may be, in percent."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A line of a page that has all words that are looked for; ``block`` is its number in the page as it is shown."""

    page: Page
    block: int
    line: str


@dataclass(frozen=True, slots=True)
class _Place:
    name: str
    scrolled: int


class HelpDialog(QDialog):
    """``pages`` makes all pages anew, so that keys and language are those of now.

    Not modal: it may stay open while its advice is followed.  The words of the search must all stand in one line.  ``stateChanged``
    carries what to remember for the next time, which comes back as ``state``.
    """

    stateChanged = Signal(object)

    def __init__(self, pages: Callable[[], Sequence[Page]], state: dict[str, Any], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._make_pages = pages
        self._pages = {page.name: page for page in pages()}
        self._lines: dict[str, list[str]] = {}
        self._shown: Page | None = None
        self._back: list[_Place] = []
        self._forward: list[_Place] = []
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Search the help"))
        self.search.setAccessibleName(tr("Search the help"))
        searching(self.search)
        self.contents = QTreeWidget()
        self.browser = HelpBrowser()
        self.nothing = plain_label(tr("No page has a line with all these words. Try fewer of them."), quiet=True)
        self.back = icon_button("chevron-left", tr("Back"), tip=f"{tr('Back')}  (Alt+Left)")
        self.forward = icon_button("chevron-right", tr("Forward"), tip=f"{tr('Forward')}  (Alt+Right)")
        self.smaller = icon_button("zoom-out", tr("Smaller"), tip=f"{tr('Smaller')}  (Ctrl+-)")
        self.larger = icon_button("zoom-in", tr("Larger"), tip=f"{tr('Larger')}  (Ctrl++)")
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(80)
        self._typed.timeout.connect(self.fill)
        self._lay_out()
        self._connect()
        zoom = state.get("zoom", 100)
        self.browser.zoom_percent = zoom if isinstance(zoom, int) and zoom in ZOOMS else 100
        self.fill()
        wanted = state.get("page")
        self.show_page(wanted if isinstance(wanted, str) and wanted in self._pages else next(iter(self._pages)))
        self.search.setFocus()

    @property
    def page(self) -> str:
        """Name of the page that is shown."""
        return self._shown.name if self._shown is not None else ""

    def state(self) -> dict[str, Any]:
        """Return what to remember for the next time."""
        return {"page": self.page, "zoom": self.browser.zoom_percent}

    def again(self) -> None:
        """Make all pages anew, for other keys, another language or another theme; the place is kept."""
        scrolled = self.browser.verticalScrollBar().value()
        self._pages = {page.name: page for page in self._make_pages()}
        self._lines.clear()
        self.fill()
        self._put(self.page, scrolled)

    def show_page(self, name: str, *, block: int | None = None) -> None:
        """Show a page, from its beginning or at one of its lines; the one before can be gone back to."""
        if name not in self._pages:
            return
        if self._shown is not None and self._shown.name != name:
            self._back.append(self._place())
            self._forward.clear()
        self._put(name, 0)
        if block is not None:
            self.browser.go_to_block(block)

    def hits(self) -> list[Hit]:
        """Return the lines that have all the words of the search, titles first within a page."""
        wanted = self._wanted()
        found = [
            Hit(page, number, line)
            for page in self._pages.values()
            for number, line in enumerate(self._lines_of(page))
            if line and matching(line, wanted)
        ]
        return found[:_MOST_HITS] if wanted else []

    def fill(self) -> None:
        """List the pages, or below them the lines that were found."""
        self._typed.stop()
        wanted, hits = self._wanted(), self.hits()
        self.contents.clear()
        for page in self._pages.values():
            of_page = [hit for hit in hits if hit.page is page]
            if wanted and not of_page:
                continue
            top = QTreeWidgetItem([page.title])
            top.setData(0, _NAME, page.name)
            font = top.font(0)
            font.setBold(bool(wanted))
            top.setFont(0, font)
            self.contents.addTopLevelItem(top)
            for hit in of_page:
                row = QTreeWidgetItem([snippet(hit.line, wanted)])
                row.setToolTip(0, "")
                row.setData(0, _NAME, page.name)
                row.setData(0, _BLOCK, hit.block)
                top.addChild(row)
            top.setExpanded(True)
        self.nothing.setVisible(bool(wanted) and not hits)
        self._show_current()
        self.browser.mark(wanted)

    def zoom(self, percent: int) -> None:
        """Show the page in another size, in percent of the usual one."""
        self.browser.zoom_percent = min(max(percent, ZOOMS[0]), ZOOMS[-1])
        self._put(self.page, self.browser.verticalScrollBar().value())
        self.stateChanged.emit(self.state())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Down and Enter lead from the search to what it found; Esc empties the search first, then closes."""
        key = event.key()
        enter = key in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if self.search.hasFocus() and (enter or key == Qt.Key.Key_Down):
            self._enter_list(open_first=enter)
        elif enter and self.contents.hasFocus():
            self._on_item(self.contents.currentItem())
        elif key == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
            self.search.setFocus()
        elif not enter:
            super().keyPressEvent(event)

    def go_back(self) -> None:
        """Show the page from which this one was reached, where it was left."""
        self._travel(self._back, self._forward)

    def go_forward(self) -> None:
        """Undo going back."""
        self._travel(self._forward, self._back)

    # Inside

    def _lay_out(self) -> None:
        column = framed(self, tr("Help"), width=420)
        airy(self.contents)
        self.contents.setHeaderHidden(True)
        self.contents.setRootIsDecorated(False)
        self.contents.setItemsExpandable(False)
        self.contents.setIndentation(12)
        self.contents.setFrameShape(QFrame.Shape.NoFrame)
        self.contents.setAccessibleName(tr("Pages"))
        self.contents.setMinimumWidth(180)
        left = QWidget()
        inner = QVBoxLayout(left)
        spaced(inner)
        inner.addWidget(self.search)
        inner.addWidget(self.nothing)
        inner.addWidget(self.contents, 1)
        right = QWidget()
        inner = QVBoxLayout(right)
        spaced(inner)
        bar = QHBoxLayout()
        spaced(bar)
        for button in (self.back, self.forward):
            bar.addWidget(button)
        bar.addStretch(1)
        for button in (self.smaller, self.larger):
            bar.addWidget(button)
        inner.addLayout(bar)
        inner.addWidget(self.browser, 1)
        parts = QSplitter()
        parts.setChildrenCollapsible(False)
        parts.addWidget(left)
        parts.addWidget(right)
        parts.setStretchFactor(1, 1)
        parts.setSizes([250, 650])
        column.addWidget(parts, 1)
        self.resize(920, 660)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._typed.start)
        self.contents.itemClicked.connect(self._on_item)
        self.contents.currentItemChanged.connect(self._on_current)
        self.browser.anchorClicked.connect(self._on_link)
        self.browser.recolored.connect(self._on_recolored)
        self.back.clicked.connect(self.go_back)
        self.forward.clicked.connect(self.go_forward)
        self.smaller.clicked.connect(self._on_smaller)
        self.larger.clicked.connect(self._on_larger)
        for keys, slot in (
            (("Alt+Left", "Back"), self.go_back),
            (("Alt+Right", "Forward"), self.go_forward),
            (("Ctrl++", "Ctrl+="), self._on_larger),
            (("Ctrl+-",), self._on_smaller),
            (("Ctrl+0",), self._on_usual),
            (("Ctrl+F",), self._on_find),
        ):
            action = QAction(self)
            action.setShortcuts([QKeySequence(key) for key in keys])
            action.triggered.connect(slot)
            self.addAction(action)

    def _wanted(self) -> list[str]:
        return self.search.text().casefold().split()

    def _lines_of(self, page: Page) -> list[str]:
        if page.name not in self._lines:
            document = QTextDocument()
            document.setMarkdown(page.text)
            found, block = [], document.begin()
            while block.isValid():
                found.append(block.text())
                block = block.next()
            self._lines[page.name] = found
        return self._lines[page.name]

    def _place(self) -> _Place:
        return _Place(self.page, self.browser.verticalScrollBar().value())

    def _put(self, name: str, scrolled: int) -> None:
        page = self._shown = self._pages.get(name) or next(iter(self._pages.values()))
        self.browser.show_page(page)
        self.browser.mark(self._wanted())
        self.browser.verticalScrollBar().setValue(scrolled)
        self.setWindowTitle(f"{page.title} – {tr('Help')}")
        self.back.setEnabled(bool(self._back))
        self.forward.setEnabled(bool(self._forward))
        self._show_current()

    def _travel(self, there: list[_Place], here: list[_Place]) -> None:
        if there:
            here.append(self._place())
            place = there.pop()
            self._put(place.name, place.scrolled)

    def _show_current(self) -> None:
        """Mark the page that is shown in the list, unless one of its lines is marked."""
        current = self.contents.currentItem()
        if current is not None and current.data(0, _NAME) == self.page:
            return
        for number in range(self.contents.topLevelItemCount()):
            item = self.contents.topLevelItem(number)
            if item is not None and item.data(0, _NAME) == self.page:
                self.contents.blockSignals(True)
                self.contents.setCurrentItem(item)
                self.contents.blockSignals(False)

    def _enter_list(self, *, open_first: bool) -> None:
        if self._typed.isActive():
            self.fill()
        first = self.contents.topLevelItem(0)
        if first is None:
            return
        row = first.child(0) or first
        self.contents.setFocus()
        self.contents.setCurrentItem(row)
        if open_first:
            self._on_item(row)

    def _on_current(self, item: QTreeWidgetItem | None, _: object) -> None:
        if self.contents.hasFocus():
            self._on_item(item)

    def _on_item(self, item: QTreeWidgetItem | None, _column: int = 0) -> None:
        if item is not None:
            self.show_page(item.data(0, _NAME), block=item.data(0, _BLOCK))
            self.stateChanged.emit(self.state())

    def _on_link(self, link: QUrl) -> None:
        self.show_page(link.path().removesuffix(".md"))
        self.stateChanged.emit(self.state())

    def _on_recolored(self) -> None:
        if self._shown is not None:
            self._put(self.page, self.browser.verticalScrollBar().value())

    def _on_smaller(self) -> None:
        self.zoom(self.browser.zoom_percent - 10)

    def _on_larger(self) -> None:
        self.zoom(self.browser.zoom_percent + 10)

    def _on_usual(self) -> None:
        self.zoom(100)

    def _on_find(self) -> None:
        self.search.setFocus()
        self.search.selectAll()
