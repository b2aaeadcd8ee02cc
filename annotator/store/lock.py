"""One writer for each project file, held by a lock of the operating system: no clock and no guess by process id.

The lock lies beside the file (``.NAME.lock``), because SQLite's own locks on the file would be dropped by a second handle to it.
Beside it ``.NAME.holder`` says in words who holds it; that text is information only.
"""

from __future__ import annotations

import contextlib
import getpass
import platform
from pathlib import Path

from filelock import FileLock, Timeout


class WriterLock:
    """The right to write one project file.  It ends with ``release`` or with the process, however that ends."""

    def __init__(self, project: Path) -> None:
        project = project.resolve()  # two ways to the same file must meet at the same lock
        self._lock = FileLock(project.with_name(f".{project.name}.lock"), timeout=0)
        self._holder = project.with_name(f".{project.name}.holder")

    def acquire(self) -> bool:
        """Take the lock; False if another process has it.  Raises ``OSError`` where no lock can be made (a read-only folder)."""
        try:
            self._lock.acquire()
        except Timeout:
            return False
        with contextlib.suppress(OSError):
            self._holder.write_text(f"{_user()} on {platform.node() or 'this computer'}", encoding="utf-8")
        return True

    def holder(self) -> str:
        """Say who holds the lock, as far as they said."""
        try:
            return self._holder.read_text(encoding="utf-8").strip() or "another window"
        except (OSError, UnicodeDecodeError):
            return "another window"

    def release(self) -> None:
        """Give the lock back; harmless if it is not held."""
        if self._lock.is_locked:
            with contextlib.suppress(OSError):
                self._holder.unlink(missing_ok=True)
            self._lock.release()


def _user() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "somebody"
