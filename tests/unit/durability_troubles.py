"""What can befall an editor besides being killed; each trouble is a function called before every edit."""

from __future__ import annotations

import datetime as dt
import os
import random
import resource
from collections.abc import Callable
from pathlib import Path

from annotator.session.session import Session
from annotator.store import journal

Trouble = Callable[[Session, int, random.Random], None]

BEGIN, END = 10, 20
"""Between these edits a trouble that passes is there."""


def none(session: Session, count: int, chance: random.Random) -> None:
    pass


def clock_goes_back(session: Session, count: int, chance: random.Random) -> None:
    """Every look at the clock shows an earlier time, by up to a month."""

    class Backwards(dt.datetime):
        @classmethod
        def now(cls, _zone: dt.tzinfo | None = None) -> dt.datetime:
            return dt.datetime(2030, 1, 1, tzinfo=dt.UTC) - dt.timedelta(days=count * 3, seconds=chance.randrange(2_600_000))

    journal.datetime = Backwards


def writes_fail(session: Session, count: int, chance: random.Random) -> None:
    """From one edit to another no file may grow: every write beyond the end fails in the system, as on a broken disk."""
    if count == BEGIN:
        log = session.project.path.with_name(session.project.path.name + "-wal")
        resource.setrlimit(resource.RLIMIT_FSIZE, (log.stat().st_size, resource.RLIM_INFINITY))
    elif count == END:
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def log_goes_away(session: Session, count: int, chance: random.Random) -> None:
    """The handle of the log suddenly refuses to write, as when a disk is pulled out."""
    if count == BEGIN:
        read_only = os.open("/dev/null", os.O_RDONLY)
        for entry in Path("/proc/self/fd").iterdir():
            if entry.exists() and entry.readlink().name.endswith("-wal"):
                os.dup2(read_only, int(entry.name))


def becomes_read_only(session: Session, count: int, chance: random.Random) -> None:
    """Somebody protects the file and its folder against writing while the project is open."""
    if count == BEGIN:
        path = session.project.path
        for entry in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
            entry.chmod(0o444)
        path.parent.chmod(0o555)


TROUBLES: dict[str, Trouble] = {
    "": none,
    "clock": clock_goes_back,
    "writes": writes_fail,
    "log": log_goes_away,
    "read-only": becomes_read_only,
    "full": none,
}


def goes_on(trouble: str, count: int) -> bool:
    """Whether an editor tries again after a refusal: a trouble that passes must not need a restart."""
    return trouble == "writes" and count < END + 20
