"""Suggesters without processes, and pattern files, for the tests of what runs them."""

from __future__ import annotations

from concurrent.futures import Future
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from annotator.domain.suggesting import SuggesterSetup
from annotator.ui import latest, suggesting_patterns, suggesting_run
from annotator.ui.suggesting import Suggesting
from annotator.ui.suggesting_choice import Row
from tests.qt.window_support import Seat, settle


class InProcess:
    """Does a worker process's work at once, in the thread that asks for it."""

    processes = 1
    started = True

    def __init__(self, *_: object) -> None:
        self.closed = 0

    def submit(self, function, *arguments) -> Future:
        future: Future = Future()
        try:
            future.set_result(function(*arguments))
        except BaseException as error:
            future.set_exception(error)
        return future

    def close(self, **_: bool) -> None:
        self.closed += 1


def without_processes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have windows that are built from now on run suggesters in their own threads."""
    for module in (suggesting_run, latest, suggesting_patterns):
        monkeypatch.setattr(module, "WorkerProcess", InProcess)


def pattern_file(folder: Path, text: str = "PERSON\tPutin\nGPE\tJakarta\n", name: str = "nama.txt") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def patterns(path: Path, **fields) -> Row:
    """A row of the list for a pattern file, on."""
    return Row(SuggesterSetup("patterns", f"patterns:{path.stem}", str(path), **fields), on=True)


def suggesting(seat: Seat) -> Suggesting:
    """What runs suggesters in a window."""
    (found,) = seat.window.findChildren(Suggesting)
    return found


def wait_for_run(seat: Seat) -> None:
    running, waited = suggesting(seat), 0
    while running.busy and waited < 60_000:
        QTest.qWait(10)
        waited += 10
    assert not running.busy
    settle()
