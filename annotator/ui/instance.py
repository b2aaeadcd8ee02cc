"""One window writes a project.  A second start by the same user raises it; any other window waits until it may write, too.

The window that writes listens at a local socket whose name is published beside the writer's lock.  Whoever cannot be reached there was
killed, or is somebody else: then the project is opened as it can be.  A window without a project listens in its profile's ``Lobby``.
"""

from __future__ import annotations

import ctypes
import getpass
import hashlib
import logging
import os
import sys
import time
from pathlib import Path

from filelock import FileLock, Timeout
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtNetwork import QLocalServer, QLocalSocket
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from shiboken6 import isValid

from annotator.errors import ProjectError
from annotator.paths import config_dir, data_dir
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
    return _raised(address)


class Lobby:
    """Where a profile's window without a project can be reached, by one process at a time.

    The right to be reached there is a lock of the operating system, which ends with the process: so who has it may clear away the socket
    of one that was killed.  Both lie in a folder that is this user's alone, since anybody could answer at a known name elsewhere.
    """

    def __init__(self) -> None:
        folder = _private_folder()
        words = f"{_user()}\n{data_dir().resolve()}\n{config_dir().resolve()}"
        name = f"annotator-lobby-{hashlib.sha256(words.encode('utf-8', 'surrogateescape')).hexdigest()[:12]}"
        self.address = name if sys.platform == "win32" else str(folder / name)
        self._lock = FileLock(folder / f"{name}.lock", timeout=0)

    def claim(self) -> bool:
        """Take the right to be reached, or keep it; False if another process has it.  Raises ``OSError`` where no lock can be made."""
        if not self._lock.is_locked:
            try:
                self._lock.acquire()
            except Timeout:
                return False
        return True

    def give_up(self) -> None:
        """Give the right back; harmless without it."""
        self._lock.release(force=True)

    def raise_other(self) -> bool:
        """Have this user's window without a project come to the front; False if there is none, or it does not answer.

        Then the right is this process's, where it can be had: who starts at the same moment waits for our window.
        """
        until = time.monotonic() + _PATIENCE
        try:
            while not self.claim():
                if _raised(self.address):
                    return True
                if time.monotonic() > until:
                    return False
                time.sleep(0.05)
        except OSError as error:
            _log.info("no other window can be looked for: %s", error)
        return False


def _raised(address: str) -> bool:
    """Have the window that listens at an address come to the front; False if it does not answer."""
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
    """Listens for a second start while the open project can be written, and tries to take over while it cannot.

    Without a project it listens in the ``lobby``, if it has one.
    """

    def __init__(self, bench: Workbench, window: QWidget, lobby: Lobby | None = None) -> None:
        super().__init__(window)
        self._bench, self._window, self._lobby = bench, window, lobby
        self._server: QLocalServer | None = None
        self._complained = ""
        self._timer = QTimer(self)
        self._timer.setInterval(TRY_EVERY)
        self._timer.timeout.connect(self.try_now)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._enter_lobby)
        bench.sessionChanged.connect(self._on_session_changed)
        self._on_session_changed()

    @property
    def address(self) -> str:
        """Where this window can be reached; empty where it cannot."""
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
                self._bench.refuses_edits()
        except ProjectError as error:
            if told(error) != self._complained:  # it is tried again, and said once
                self._complained = told(error)
                self._bench.messages.show_message(told(error), "error")

    def _took_over(self, session: Session) -> None:
        """Show everything anew, the document in place: the other window may have changed anything, and now it can be edited.

        The keyboard stays where it is, with what was typed there: the next key must not fall on an article that it was not meant for.
        """
        view = self._bench.view
        caret, span, relation, scrolled = view.caret, view.focused_span, view.focused_relation, view.verticalScrollBar().value()
        shown = session.document.document.id if session.document is not None else 0
        held = QApplication.focusWidget()
        typed = held.text() if isinstance(held, QLineEdit) else ""
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
        if held is not None and isValid(held) and held.isVisible() and held.isEnabled():
            held.setFocus()
            if isinstance(held, QLineEdit) and held.text() != typed:
                held.setText(typed)
        said = [tr("“{}” is free now: you can edit it.").format(session.project.path.name), *map(told, session.project.notices)]
        self._bench.messages.show_message(" ".join(said), "info")

    # Being reached

    def _on_session_changed(self) -> None:
        self._stop_listening()
        self._timer.stop()
        self._complained = ""
        session = self._bench.session
        if session is None:
            self._soon.start(0)  # a window that is just made is about to open a project, one that closes is about to go
            return
        self._soon.stop()
        if self._lobby is not None:
            self._lobby.give_up()
        if session.project.read_only:
            self._timer.start()
        elif self._listen(address_of(session.project.path)):
            session.project.publish_address(self.address)

    def _enter_lobby(self) -> None:
        lobby = self._lobby
        if lobby is None or self._bench.session is not None or self._server is not None:
            return
        if not self._window.isVisible():
            lobby.give_up()
            return
        try:
            if not lobby.claim():
                self._soon.start(TRY_EVERY)  # another window is there
            elif not self._listen(lobby.address):
                lobby.give_up()
        except OSError as error:
            _log.info("no second start can reach this window: %s", error)

    def _listen(self, address: str) -> bool:
        """Listen at an address; the caller holds the lock that goes with it."""
        server = QLocalServer(self)
        server.setSocketOptions(QLocalServer.SocketOption.UserAccessOption)
        if not server.listen(address):
            QLocalServer.removeServer(address)  # left by a killed window: who holds the lock may clear it away
            if not server.listen(address):
                _log.info("no second start can reach this window: %s", server.errorString())
                server.deleteLater()
                return False
        server.newConnection.connect(self._on_connected)
        self._server = server
        return True

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


def _private_folder() -> Path:
    """Return a folder of this user's alone: the one for running programs where the system has such, else that of the profile.

    A name in the profile may be too long for a socket; then this window cannot be reached, and a second start shows a second one.
    """
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    if runtime and sys.platform != "win32":
        try:
            about = Path(runtime).stat()
            if about.st_uid == os.getuid() and not about.st_mode & 0o077 and Path(runtime).is_dir():
                return Path(runtime)
        except OSError as error:
            _log.info("the folder for running programs cannot be used: %s", error)
    return data_dir()


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
