"""Putting the files of an export of training data in their places."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from annotator.formats.placing import place_all


def place_training(folder: Path, beside: Path) -> list[str]:
    """Move all files of ``folder`` to their places under ``beside``, or none of them; return what is to be said of it.

    A config or project that somebody has changed is kept under another name.  Raises what ``place_all`` does.
    """
    told: list[str] = []
    moves: list[tuple[Path, Path]] = []
    for new in sorted(path for path in folder.rglob("*") if path.is_file()):
        there = beside / new.relative_to(folder)
        if there.name in ("config.cfg", "project.yml") and there.is_file() and there.read_bytes() != new.read_bytes():
            old = new.with_name(f"{new.name}.old")
            shutil.copy2(there, old)
            moves.append((old, there.with_name(old.name)))
            told.append(f"{there.parent.name}/{there.name} was another one; that is now {old.name}.")
        moves.append((new, there))
    with _folders({there.parent for _, there in moves}):
        place_all(moves)
    return told


@contextmanager
def _folders(wanted: Iterable[Path]) -> Iterator[None]:
    """Make folders that are not there, and remove them again if the block fails."""
    new = [path for place in wanted for path in (place, *place.parents) if not path.exists()]
    new = sorted(dict.fromkeys(new))  # a folder before what is in it
    try:
        for path in new:
            path.mkdir()
        yield
    except BaseException:
        for path in reversed(new):
            with suppress(OSError):
                path.rmdir()
        raise
