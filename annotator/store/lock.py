"""One writer for each project file, held by a lock of the operating system: no clock and no guess by process id.

The lock lies beside the file (``.NAME.lock``), because SQLite's own locks on the file would be dropped by a second handle to it.
Beside it ``.NAME.holder`` says in words who holds it, and where its window can be reached.  That text is information only: a killed
program leaves it behind, and the next holder writes its own.
"""

from __future__ import annotations

import contextlib
import getpass
import platform
from pathlib import Path

from filelock import FileLock, Timeout

_UNKNOWN = "another window"


class WriterLock:
    """The right to write one project file.  It ends with ``release`` or with the process, however that ends."""

    def __init__(self, project: Path) -> None:
        project = project.resolve()  # two ways to the same file must meet at the same lock
        self._lock = FileLock(project.with_name(f".{project.name}.lock"), timeout=0)
        self._holder = _holder_file(project)
        self.left_by = ""
        """Who held the lock last and never gave it back, once it is acquired: their program was killed, or the machine went off."""

    def acquire(self) -> bool:
        """Take the lock; False if another process has it.  Raises ``OSError`` where no lock can be made (a read-only folder)."""
        try:
            self._lock.acquire()
        except Timeout:
            return False
        self.left_by = _lines(self._holder)[0]
        with contextlib.suppress(OSError):
            self._holder.write_text(_signature(), encoding="utf-8")
        return True

    def publish(self, address: str) -> None:
        """Say where this holder can be reached, in one line; nothing happens where that cannot be written.

        Raises ``RuntimeError`` if the lock is not held: the words would be somebody else's.
        """
        if not self._lock.is_locked:
            raise RuntimeError("only who holds the lock may say where")
        with contextlib.suppress(OSError):
            self._holder.write_text(f"{_signature()}\n{' '.join(address.split())}", encoding="utf-8")

    def holder(self) -> str:
        """Say who holds the lock, as far as they said."""
        return _lines(self._holder)[0] or _UNKNOWN

    def release(self) -> None:
        """Give the lock back; harmless if it is not held."""
        if self._lock.is_locked:
            with contextlib.suppress(OSError):
                self._holder.unlink(missing_ok=True)
            self._lock.release()


def holder_address(project: Path) -> str:
    """Return where the holder of this project's lock can be reached, if it is this user on this machine and said so; else nothing.

    The holder may have been killed since: an address nobody answers at means that the lock is to be tried.
    """
    who, address, *_ = _lines(_holder_file(project.resolve()))
    return address if who == _signature() else ""


def _holder_file(project: Path) -> Path:
    return project.with_name(f".{project.name}.holder")


def _lines(file: Path) -> list[str]:
    """Return at least two lines, empty where there are none."""
    try:
        return [*(line.strip() for line in file.read_text(encoding="utf-8").splitlines()), "", ""]
    except (OSError, UnicodeDecodeError):
        return ["", ""]


def _signature() -> str:
    return f"{_user()} on {platform.node() or 'this computer'}"


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "somebody"
