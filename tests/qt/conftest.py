"""The window over a project of three articles, for the tests of its controllers; see ``window_support``."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from annotator.settings.store import Settings
from tests.qt.window_support import MakeSeat, Seat, make_project, settle


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project that every test gets a copy of: making one takes longer than most tests."""
    return make_project(tmp_path_factory.mktemp("template") / "kabar.annotator")


@pytest.fixture
def project_file(tmp_path: Path, template: Path) -> Path:
    """A project of three articles that nobody has opened yet."""
    return Path(shutil.copy(template, tmp_path / "kabar.annotator"))


@pytest.fixture
def make_seat(qtbot, tmp_path: Path) -> Iterator[MakeSeat]:
    """Build windows with one settings file; they are closed after the test."""
    made: list[Seat] = []
    before = QPalette(QApplication.palette())

    def make(project: Path | None = None, *, settings: Settings | None = None) -> Seat:
        seat = Seat(settings or Settings(tmp_path / "settings.json"))
        made.append(seat)
        if project is not None:
            assert seat.hands.projects.open(project), seat.message
        return seat

    yield make
    for seat in made:
        seat.ask.agrees = True
        seat.leave()
    QApplication.setPalette(before)
    settle()


@pytest.fixture
def seat(make_seat: MakeSeat, project_file: Path) -> Seat:
    """A window on the first of the three articles, not shown on the screen."""
    return make_seat(project_file)
