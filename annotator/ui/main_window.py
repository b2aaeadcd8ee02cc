"""The window: article in the middle, panels around it, menus and tool bar from the table of actions."""

from __future__ import annotations

import binascii
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QByteArray, QCoreApplication, QEvent, QSize, Qt
from PySide6.QtGui import QAction, QCloseEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QMenu, QStackedWidget, QToolBar, QVBoxLayout, QWidget

from annotator.domain.labels import LABEL_KEYS
from annotator.ui.actions import ACTIONS, Action, Scope, Section, article_bindings, is_bare, keys_of
from annotator.ui.article.soon import Soon
from annotator.ui.docks import Panels
from annotator.ui.hands import Hands, When
from annotator.ui.i18n import tr
from annotator.ui.icons import icon
from annotator.ui.key_text import key_text
from annotator.ui.models.history import Scope as HistoryScope
from annotator.ui.panels.find import FindBar
from annotator.ui.panels.welcome import WelcomePage
from annotator.ui.places import keep_arrangement
from annotator.ui.raising import moved_on
from annotator.ui.status import StatusLine
from annotator.ui.workbench import Workbench

_LAYOUT_VERSION = 6
"""Raised when the docks change, so that an old arrangement is not forced on a new window."""

_ARTICLE_SHARE = 0.59
"""Least share of the window's width that the article keeps when the window gets narrower."""

_HARDLY = 3
"""Pixels that a dock may get more or less than it was to get."""

_LEFT, _RIGHT = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.RightDockWidgetArea
_AREAS = {"documents": _LEFT, "grid": Qt.DockWidgetArea.BottomDockWidgetArea, "search": Qt.DockWidgetArea.BottomDockWidgetArea}


class MainWindow(QMainWindow):
    """One window on one project.  It lays out what it is given (``article`` holds the article view); what is done is in the controllers."""

    def __init__(self, bench: Workbench, panels: Panels, article: QWidget, find_bar: FindBar, closing: Callable[[], bool]) -> None:
        super().__init__()
        self.setObjectName("window")
        self.setDockNestingEnabled(True)
        self.bench, self.panels = bench, panels
        self.welcome = WelcomePage()
        self._actions: dict[str, QAction] = {}
        self._closing = closing
        self.hands: Hands | None = None
        self._alone: list[QWidget] | None = None
        """What full screen has hidden; None while the window is not the article alone."""
        self._away: list[QDockWidget] | None = None
        """The docks to bring back with the next project; None while one is open."""
        self._arrangement, self._arranged, self._grid_sized = "", False, False
        self._wished: dict[QDockWidget, tuple[int, int]] = {}
        """The width of a dock before the window got narrow, and the one it was given then."""
        find_bar.hide()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.welcome)
        self.pages.addWidget(_column(article, find_bar))
        # the bar stands above both pages: why a project cannot be opened is said on the welcome page, too
        self.setCentralWidget(_column(self.pages, bench.messages))  # below: a message must not move the text under the pointer
        self.status = StatusLine(bench)
        self.setStatusBar(self.status)
        self._add_docks()
        bench.sessionChanged.connect(self._on_session_changed)
        bench.documentOpened.connect(self._on_document_opened)
        self._refreshing = Soon(self, self.refresh_actions)
        bench.changed.connect(self._on_state_changed)
        bench.view.focusChanged.connect(self._on_state_changed)
        bench.view.chosenChanged.connect(self._on_state_changed)

    @property
    def actions_by_id(self) -> dict[str, QAction]:
        """The actions, each saying whether it can be done now."""
        self._refreshing.now()
        return self._actions

    # Building

    def take_hands(self, hands: Hands) -> None:
        """Build menus, tool bar and key bindings of the table of actions."""
        self.hands = hands
        menus: dict[Section, QMenu] = {}
        bar = self._bar = QToolBar(tr("Tools"))
        bar.setObjectName("tools")
        bar.setMovable(False)
        bar.setIconSize(QSize(20, 20))
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
        section: Section | None = None
        for action in ACTIONS:
            made = self._make(action, hands)
            if action.section not in menus:
                menus[action.section] = self.menuBar().addMenu(tr(f"&{action.section}"))
            menus[action.section].addAction(made)
            if action.toolbar:
                if section not in (None, action.section):
                    bar.addSeparator()
                section = action.section
                bar.addAction(made)
        menus[Section.VIEW].addSeparator()
        for dock in self._docks:
            if dock is not self._grid_dock:  # it has its own row in the table
                menus[Section.VIEW].addAction(dock.toggleViewAction())
        self.addToolBar(bar)
        self.apply_keys()
        self.destroyed.connect(self.bench.settings.subscribe(self._on_set))
        self.refresh_actions()

    def apply_keys(self) -> None:
        """Give every action the keys that the settings say, in the menus, the tool tips and the article."""
        if self.hands is None:
            return
        overrides = self.bench.settings.get("keys.overrides")
        for action in ACTIONS:
            _show_keys(self._actions[action.id], action, keys_of(action, overrides))
        self.bench.view.set_bindings(article_bindings(self.hands, overrides, LABEL_KEYS))

    def _on_set(self, key: str, _value: object) -> None:
        if key == "keys.overrides":
            self.apply_keys()

    def _make(self, action: Action, hands: Hands) -> QAction:
        made = _BoundAction(action, hands, self)
        made.setObjectName(action.id)
        if action.checked is not None:
            made.setCheckable(True)
            made.triggered.connect(self.refresh_actions)  # Qt has turned its mark over, whatever came of it
        if action.icon:
            made.setIcon(icon(action.icon))
        if action.scope is Scope.WINDOW:
            self.addAction(made)
        self._actions[action.id] = made
        return made

    def _add_docks(self) -> None:
        docks: dict[str, QDockWidget] = {}
        for name, title, panel in self.panels.all():
            dock = QDockWidget(title, self)
            dock.setObjectName(f"dock-{name}")
            dock.setWidget(panel)
            self.addDockWidget(_AREAS.get(name, _RIGHT), dock)
            docks[name] = dock
        self.setCorner(Qt.Corner.BottomRightCorner, _RIGHT)  # the palette stays whole beside the grid, which uses its keys
        self.tabifyDockWidget(docks["inspector"], docks["outline"])
        self.tabifyDockWidget(docks["outline"], docks["history"])
        self.tabifyDockWidget(docks["history"], docks["inbox"])
        self.tabifyDockWidget(docks["inbox"], docks["guidelines"])
        for name in ("inbox", "guidelines"):
            docks[name].hide()
        self._inspector_dock, self._outline_dock, self._history_dock = docks["inspector"], docks["outline"], docks["history"]
        self._labels_dock, self._documents_dock = docks["labels"], docks["documents"]
        self._grid_dock, self._search_dock = docks["grid"], docks["search"]
        for dock, other in ((self._grid_dock, self._search_dock), (self._search_dock, self._grid_dock)):
            dock.hide()
            dock.visibilityChanged.connect(partial(self._stack, dock, other))
        self._docks = tuple(docks.values())

    def _stack(self, dock: QDockWidget, other: QDockWidget, visible: bool) -> None:
        """Put a dock that appears over the other one of its area; two hidden ones as tabs would leave their tab bar on the window."""
        there = not other.isHidden() and self._stands_in(other, self.dockWidgetArea(dock))
        if visible and there and other not in self.tabifiedDockWidgets(dock):
            self.tabifyDockWidget(other, dock)
            dock.raise_()

    # State

    def restore_layout(self) -> None:
        """Arrange the window as it was left, or as it is meant."""
        settings = self.bench.settings
        self.resize(QSize(1280, 800).boundedTo(self.screen().availableSize()))
        geometry, state = _bytes(settings.get("window.geometry")), _bytes(settings.get("window.state"))
        self.restoreGeometry(geometry)  # which does nothing by none
        self._arranged = self._grid_sized = bool(state) and self.restoreState(state, _LAYOUT_VERSION)

    def arrangement(self) -> dict[str, str]:
        """Return what the settings keep of how the window is arranged; nothing while the article is alone."""
        if self._alone is not None:
            return {}
        state = self._arrangement if self._away is not None else self._state()
        docks = {"window.state": state} if self._arranged else {}  # before the first project they have not been given their widths
        return {"window.geometry": self.saveGeometry().toHex().toStdString(), **docks}

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Narrow the docks before the article, which is what the window is for; with the window they get their width back."""
        super().resizeEvent(event)
        before = event.oldSize().width()
        if before > 0 and before != event.size().width():
            self._make_room(narrower=event.size().width() < before)

    def _make_room(self, *, narrower: bool) -> None:
        found = (next((dock for dock in self._docks if self._stands_in(dock, area)), None) for area in (_LEFT, _RIGHT))
        sides = [dock for dock in found if dock is not None]
        if self._away is not None or not sides or not (narrower or self._wished):
            return
        wished = [dock.width() for dock in sides]
        for number, dock in enumerate(sides):
            kept = self._wished.get(dock)
            if kept is not None and abs(kept[1] - wished[number]) < _HARDLY:  # still as it was made: nobody moved it since
                wished[number] = kept[0]
        self._give(dict(zip(sides, wished, strict=True)))

    def _give(self, wished: dict[QDockWidget, int]) -> None:
        """Give docks these widths, or as much of them as leaves the article its share."""
        share = min(1.0, self.width() * (1 - _ARTICLE_SHARE) / sum(wished.values()))
        given = {dock: max(int(width * share), dock.minimumSizeHint().width()) for dock, width in wished.items()}
        self.resizeDocks(list(given), list(given.values()), Qt.Orientation.Horizontal)
        if (arrangement := self.layout()) is not None:
            arrangement.activate()  # now, not later: the next event may ask for the widths
        self._wished = {dock: (width, given[dock]) for dock, width in wished.items()} if share < 1 else {}

    def _stands_in(self, dock: QDockWidget, area: Qt.DockWidgetArea) -> bool:
        return not dock.isHidden() and not dock.isFloating() and self.dockWidgetArea(dock) == area

    def show_relation_grid(self) -> None:
        """Show the relation grid and go into it; from inside, go back to the article and put it away."""
        if self.bench.session is None:
            return
        if self.panels.grid_hands.has_keyboard:
            self.bench.view.setFocus()
            self._grid_dock.hide()
            return
        if self._grid_dock.isHidden():
            self._grid_dock.show()
            if not self._grid_sized:
                self.resizeDocks([self._grid_dock], [min(280, self.height() * 2 // 5)], Qt.Orientation.Vertical)
            self._grid_sized = True
        self._grid_dock.raise_()
        self.panels.grid_hands.enter()

    def show_history_of_item(self) -> None:
        """Show who made and who changed what has the focus."""
        self._history_dock.show()
        self._history_dock.raise_()
        self.bench.following.now()
        self.panels.history.set_scope(HistoryScope.ITEM)

    def open_menu(self) -> None:
        """Open the first menu, for the arrow keys to go on from."""
        self.menuBar().setActiveAction(self.menuBar().actions()[0])

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Take the keyboard past panels whose list is hidden, where Qt would leave it as it is."""
        return moved_on(self, super().focusNextPrevChild, forward=forward)

    def toggle_full_screen(self) -> None:
        """Show the article alone, or everything again."""
        if self._alone is not None:
            for part in self._alone:
                part.show()
            self._alone = None
            self.setWindowState(self.windowState() & ~Qt.WindowState.WindowFullScreen)  # maximized again, if it was
        else:
            self._alone = [part for part in (*self._docks, self._bar) if not part.isHidden()]
            for part in self._alone:
                part.hide()
            self.setWindowState(self.windowState() | Qt.WindowState.WindowFullScreen)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Leave nothing half typed behind, remember the arrangement, close the project."""
        if not self._closing():
            event.ignore()
            return
        if self._alone is not None:
            self.toggle_full_screen()
        keep_arrangement(self.bench.settings, self.arrangement(), anyway=True)
        self.bench.set_session(None)
        event.accept()

    def changeEvent(self, event: QEvent) -> None:
        """Follow the system's colours while the setting says so."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.ThemeChange and self.hands is not None:
            self.hands.shell.set_theme(self.bench.settings.get("ui.theme"))

    def _on_session_changed(self) -> None:
        session = self.bench.session
        self.pages.setCurrentIndex(0 if session is None else 1)
        if session is None:
            self._put_docks_away()
            self.welcome.set_recent(self.bench.settings.get("projects.recent"))
            self.setWindowTitle(QCoreApplication.applicationName())
        else:
            self._bring_docks_back()
        for dock in self._docks:
            dock.toggleViewAction().setEnabled(session is not None)
        self.refresh_actions()

    def _put_docks_away(self) -> None:
        if self._alone is not None:
            self.toggle_full_screen()
        if self._away is None:
            self._arrangement = self._state()
            self._away = [dock for dock in self._docks if not dock.isHidden()]
        for dock in self._away:
            dock.hide()

    def _bring_docks_back(self) -> None:
        for dock in self._away or ():
            dock.show()
        if self._away is not None and not self._arranged:
            self._arranged = True
            # raising a dock that is topmost already does nothing, even if another tab covers it: so the other one first
            self._outline_dock.raise_()
            self._inspector_dock.raise_()
            self._give({self._documents_dock: 220, self._labels_dock: 290})
            self.resizeDocks([self._labels_dock, self._inspector_dock], [4, 5], Qt.Orientation.Vertical)
        self._away = None

    def _state(self) -> str:
        return self.saveState(_LAYOUT_VERSION).toHex().toStdString()

    def _on_document_opened(self) -> None:
        session, document = self.bench.session, self.bench.document
        if session is not None:
            name = f"{document.document.name} · " if document else ""
            read_only = f" ({tr('read only')})" if session.project.read_only else ""
            title = f"{name}{session.project.name}{read_only}"
            self.setWindowTitle(title.replace("[*]", "[*][*]"))  # Qt's mark for unsaved changes, which there are none of here
            self.bench.view.setFocus()
        self.refresh_actions()

    def _on_state_changed(self, *_: object) -> None:
        self._refreshing.request()

    def refresh_actions(self) -> None:
        """Say anew which actions can be done and which are marked."""
        if self.hands is None:
            return
        answers: dict[When, bool] = {}  # many actions ask the same
        for action in ACTIONS:
            made = self._actions[action.id]
            if action.enabled not in answers:
                answers[action.enabled] = action.enabled(self.hands)
            made.setEnabled(answers[action.enabled])
            if action.checked is not None:
                made.setChecked(action.checked(self.hands))


def _column(*widgets: QWidget) -> QWidget:
    """Return the widgets one below the other; the first takes the room."""
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    for number, widget in enumerate(widgets):
        layout.addWidget(widget, 1 if number == 0 else 0)
    return page


class _BoundAction(QAction):
    """A menu entry that runs its row of the table."""

    def __init__(self, action: Action, hands: Hands, parent: QWidget) -> None:
        super().__init__(tr(action.text), parent)
        self._action = action
        self._hands = hands
        self.triggered.connect(self._on_triggered)

    def _on_triggered(self) -> None:
        self._action.run(self._hands)


def _show_keys(made: QAction, action: Action, keys: tuple[str, ...]) -> None:
    """Make keys work for an action of the window, and show them in any case."""
    shown = " / ".join(map(key_text, keys))
    title = tr(action.text)
    shortcuts = [key for key in keys if action.scope is Scope.WINDOW and not is_bare(key)]
    made.setShortcuts([QKeySequence(key, QKeySequence.SequenceFormat.PortableText) for key in shortcuts])
    # a key that types or erases acts in the article alone: it is shown like a shortcut, but is none
    made.setText(title if len(shortcuts) == len(keys) and "Enter" not in shown else f"{title}\t{shown}")  # a menu says Return
    made.setToolTip(f"{title.rstrip('…')}  ({shown})" if shown else title.rstrip("…"))


def _bytes(kept: str) -> QByteArray:
    try:
        return QByteArray(binascii.unhexlify(kept))
    except (binascii.Error, ValueError):
        return QByteArray()
