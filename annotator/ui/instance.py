"""One window writes a project.  A second start by the same user raises it; any other window waits until it may write, too.

The window that writes listens at a local socket whose name is published beside the writer's lock.  Whoever cannot be reached there was
killed, or is somebody else: then the project is opened as it can be.
"""

from __future__ import annotations

import ctypes
import getpass
import hashlib
import logging
import os
import time
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QWidget

from annotator.errors import ProjectError
from annotator.session.session import Session
from annotator.store.lock import holder_address
from annotator.ui.i18n import told, tr
from annotator.ui.workbench import Workbench

_log = logging.getLogger(__name__)

TRY_EVERY = 2000
"""Milliseconds between two tries to become the one who writes."""

_RAISE, _RAISED = b"raise", b"raised\n"
_CONNECT, _ANSWER = 500, 5000
_PATIENCE = 0.7
"""Seconds to wait for the address of a window that is just opening: a double click may start the program twice."""

_LONGEST = 4096
_TOKEN = "XDG_ACTIVATION_TOKEN"
"""By this variable a desktop lets the program that the user started bring a window to the front; the token is handed on."""


def address_of(project: Path) -> str:
    """Return the name of the socket at which this user's window on a project listens."""
    words = f"{_user()}\n{project.resolve()}"
    return f"annotator-{hashlib.sha256(words.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}"


def raise_other(project: Path) -> bool:
    """Have this user's window that writes the project come to the front; False if there is none, or it does not answer.

    It needs no window of its own and no event loop.  It may take a few seconds where the other window is at work.
    """
    until = time.monotonic() + _PATIENCE
    while not (address := holder_address(project)):
        if not _somebody_opens(project) or time.monotonic() > until:
            return False
        time.sleep(0.05)
    socket = QLocalSocket()
    socket.connectToServer(address)
    if not socket.waitForConnected(_CONNECT):
        return False
    _let_it_come_forward()
    socket.write(b" ".join((_RAISE, os.environ.get(_TOKEN, "").encode())) + b"\n")
    socket.flush()
    answered = socket.waitForReadyRead(_ANSWER) and bytes(socket.readAll().data()) == _RAISED
    socket.abort()
    return answered


def bring_to_front(window: QWidget) -> None:
    """Show a window above the others and give it the keyboard, as far as the desktop lets us."""
    window.setWindowState((window.windowState() & ~Qt.WindowState.WindowMinimized) | Qt.WindowState.WindowActive)
    window.show()
    window.raise_()
    window.activateWindow()


class Instance(QObject):
    """Listens for a second start while the open project can be written, and tries to take over while it cannot."""

    def __init__(self, bench: Workbench, window: QWidget) -> None:
        super().__init__(window)
        self._bench, self._window = bench, window
        self._server: QLocalServer | None = None
        self._complained = ""
        self._timer = QTimer(self)
        self._timer.setInterval(TRY_EVERY)
        self._timer.timeout.connect(self.try_now)
        bench.sessionChanged.connect(self._on_session_changed)
        self._on_session_changed()

    @property
    def address(self) -> str:
        """Where this window can be reached; empty while it writes no project."""
        return self._server.serverName() if self._server is not None else ""

    def try_now(self) -> None:
        """Become the one who writes, if nobody else does any more; says who it is where that has changed."""
        session = self._bench.session
        if session is None or not session.project.read_only:
            self._timer.stop()
            return
        reason = session.project.read_only_reason
        try:
            if session.project.try_take_over():
                self._took_over(session)
            elif session.project.read_only_reason != reason:
                self._bench.messages.show_message(told(session.project.read_only_reason), "warning")
        except ProjectError as error:
            if told(error) != self._complained:  # it is tried again, and said once
                self._complained = told(error)
                self._bench.messages.show_message(told(error), "error")

    def _took_over(self, session: Session) -> None:
        """Show everything anew, the document in place: the other window may have changed anything, and now it can be edited."""
        view = self._bench.view
        caret, span, relation, scrolled = view.caret, view.focused_span, view.focused_relation, view.verticalScrollBar().value()
        shown = session.document.document.id if session.document is not None else 0
        had_keyboard = view.hasFocus()
        self._bench.sessionChanged.emit()
        if not self._bench.succeeds(session.read_again):
            return
        document = session.document
        if document is not None and document.document.id == shown:
            view.place_caret(caret, reveal=False)
            if span is not None and document.span(span) is not None:
                view.focus_span(span, reveal=False)
            elif relation is not None and document.relation(relation) is not None:
                view.focus_relation(relation, reveal=False)
            view.verticalScrollBar().setValue(scrolled)
        if had_keyboard:
            view.setFocus()
        said = [tr("“{}” is free now: you can edit it.").format(session.project.path.name), *map(told, session.project.notices)]
        self._bench.messages.show_message(" ".join(said), "info")

    # Being reached

    def _on_session_changed(self) -> None:
        self._stop_listening()
        self._timer.stop()
        self._complained = ""
        session = self._bench.session
        if session is None:
            return
        if session.project.read_only:
            self._timer.start()
        else:
            self._listen(session)

    def _listen(self, session: Session) -> None:
        address = address_of(session.project.path)
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        if not server.listen(address):
            QLocalServer.removeServer(address)  # left by a killed window: who holds the lock may clear it away
            if not server.listen(address):
                _log.info("no second start can reach this window: %s", server.errorString())
                server.deleteLater()
                return
        server.newConnection.connect(self._on_connected)
        self._server = server
        session.project.publish_address(address)

    def _stop_listening(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()
            server.deleteLater()

    def _on_connected(self) -> None:
        while self._server is not None and (socket := self._server.nextPendingConnection()) is not None:
            socket.readyRead.connect(self._on_asked)
            socket.disconnected.connect(socket.deleteLater)
            if socket.canReadLine():
                self._answer(socket)

    def _on_asked(self) -> None:
        socket = self.sender()
        if isinstance(socket, QLocalSocket):
            self._answer(socket)

    def _answer(self, socket: QLocalSocket) -> None:
        if not socket.canReadLine():
            if socket.bytesAvailable() > _LONGEST:
                socket.abort()
            return
        asked, _, token = bytes(socket.readLine(_LONGEST).data()).strip().partition(b" ")
        if asked != _RAISE:
            socket.abort()
            return
        if token:
            os.environ[_TOKEN] = token.decode("ascii", "ignore")  # Qt reads it from there when a window is activated
        bring_to_front(self._window)
        socket.write(_RAISED)
        socket.flush()
        socket.disconnectFromServer()


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def _somebody_opens(project: Path) -> bool:
    """Tell whether somebody took the lock and may not have said yet where the window is."""
    project = project.resolve()
    return project.with_name(f".{project.name}.holder").exists()


def _let_it_come_forward() -> None:
    """Allow the other process to take the foreground, where that is ours to give."""
    windows = getattr(ctypes, "windll", None)
    if windows is not None:
        windows.user32.AllowSetForegroundWindow(-1)
