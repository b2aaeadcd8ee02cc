"""Moving finished files to their places: all of them, or none."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Sequence
from pathlib import Path

from annotator.errors import FormatError


def place_all(moves: Sequence[tuple[Path, Path]]) -> None:
    """Move each file or folder to its target on the same disk; where one cannot be, those before it are taken back.

    What stood at a target is kept under a second name beside it until all is well.  A folder takes the place of an empty one alone.
    Raises ``OSError`` for the one that could not be moved, with its target as ``filename``; or, in the rare case that the old state
    cannot be had again either, ``FormatError`` with the names of the targets that are new and whole.
    """
    done: list[tuple[Path, Path | None]] = []
    target = Path()
    try:
        for new, target in moves:
            _refuse(new, target)
            old = _put_aside(target) if len(moves) > 1 else None
            if old is not None:
                done.append((target, old))
            new.replace(target)
            if old is None:
                done.append((target, None))
    except BaseException as error:
        stuck = _taken_back(done)
        if stuck:
            names = ", ".join(path.name for path in stuck)
            raise FormatError(f"{target} could not be written, and these are new and whole already: {names}.") from error
        if isinstance(error, OSError):
            error.filename = str(target)
        raise
    for _, old in done:
        if old is not None:
            old.unlink(missing_ok=True)


def _refuse(new: Path, target: Path) -> None:
    if new.is_dir():
        if target.is_dir() and any(target.iterdir()):
            raise FormatError(f"{target} is a folder that is not empty. Name one that does not exist yet; nothing was exported.")
    elif target.is_dir():
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))


def _put_aside(target: Path) -> Path | None:
    """Give the file at ``target`` a second name, by which it can be had again; None where there is none."""
    if not target.is_file():
        return None
    old = target.with_name(f".{target.name}.{os.getpid()}.old")
    old.unlink(missing_ok=True)
    try:
        old.hardlink_to(target)  # so that the target is never missing
    except OSError:  # a disk without hard links
        target.replace(old)
    return old


def _taken_back(done: Sequence[tuple[Path, Path | None]]) -> list[Path]:
    """Restore what stood at the targets, the last first; return those where that cannot be done."""
    stuck: list[Path] = []
    for target, old in reversed(done):
        try:
            if old is not None:
                old.replace(target)
                old.unlink(missing_ok=True)  # still there where both were names of one file
            elif target.is_dir():
                shutil.rmtree(target)
            else:
                target.unlink(missing_ok=True)
        except OSError:
            stuck.append(target)
    return stuck[::-1]
