"""Two starts of one profile without a project are one window; other profiles, and killed windows, are nobody's business."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.window_support import story_project

_DRIVER = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
import annotator.ui.instance as instance
from annotator.cli.app import main

front = instance.bring_to_front
def shown(window):
    front(window)
    print("raised", flush=True)
instance.bring_to_front = shown

if __name__ == "__main__":
    run = QApplication.exec
    def execute(*_):
        QTimer.singleShot(100, lambda: print("there", flush=True))
        return run()
    QApplication.exec = execute
    main(sys.argv[1:])
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="ends its windows by signals")


@pytest.fixture
def profile() -> Iterator[Path]:
    """A folder whose path leaves room for the name of a socket."""
    with tempfile.TemporaryDirectory(prefix="an-", dir="/tmp") as folder:
        yield Path(folder)


class Starts:
    """Starts the program, and ends what is left."""

    def __init__(self, profile: Path) -> None:
        self.profile = profile
        self.runs: list[subprocess.Popen[str]] = []
        (profile / "driver.py").write_text(_DRIVER, encoding="utf-8")

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "ANNOTATOR_PROFILE": str(self.profile), **environment}
        if "XDG_RUNTIME_DIR" not in environment:
            environment["XDG_RUNTIME_DIR"] = ""
        run = subprocess.Popen(
            [sys.executable, str(self.profile / "driver.py"), *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        self.runs.append(run)
        return run

    def window(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start it, and see that it shows a window of its own."""
        run = self.start(*arguments, **environment)
        assert said(run) == "there"
        return run

    def ends_at_once(self, *arguments: str, **environment: str) -> None:
        """Start it, and see that it leaves the stage to another window."""
        out, complaints = self.start(*arguments, **environment).communicate(timeout=30)
        assert (self.runs[-1].returncode, out) == (0, ""), complaints


@pytest.fixture
def starts(profile: Path) -> Iterator[Starts]:
    made = Starts(profile)
    yield made
    for run in made.runs:
        if run.poll() is None:
            run.kill()
        run.communicate(timeout=20)


def said(run: subprocess.Popen[str]) -> str:
    assert run.stdout is not None
    return run.stdout.readline().strip()


def test_a_second_start_raises_the_window_without_a_project(starts: Starts) -> None:
    first = starts.window()
    for _ in range(2):
        starts.ends_at_once()
        assert said(first) == "raised"
    sockets = [path for path in starts.profile.iterdir() if path.is_socket()]
    assert len(sockets) == 1
    assert sockets[0].stat().st_mode & 0o077 == 0  # this user's alone
    first.send_signal(signal.SIGTERM)
    first.communicate(timeout=20)
    assert first.returncode == 0
    assert not [path for path in starts.profile.iterdir() if path.is_socket()]
    starts.window()


def test_two_starts_at_the_same_moment_are_one_window(starts: Starts) -> None:
    both = [starts.start(), starts.start()]
    until = time.monotonic() + 30
    while all(run.poll() is None for run in both) and time.monotonic() < until:
        time.sleep(0.05)
    (left,) = [run for run in both if run.poll() is None]
    assert {said(left), said(left)} == {"there", "raised"}


def test_a_killed_window_is_in_nobody_s_way(starts: Starts) -> None:
    starts.window().kill()
    starts.runs[0].wait(timeout=20)
    second = starts.window()
    starts.ends_at_once()
    assert said(second) == "raised"


def test_other_profiles_and_temporary_ones_have_windows_of_their_own(starts: Starts, profile: Path) -> None:
    starts.window()
    starts.window("--temp-profile")
    (profile / "other").mkdir()
    starts.window(ANNOTATOR_PROFILE=str(profile / "other"))


def test_the_folder_for_running_programs_is_used_where_it_is_private(starts: Starts, profile: Path) -> None:
    runtime = profile / "run"
    runtime.mkdir(mode=0o700)
    first = starts.window(XDG_RUNTIME_DIR=str(runtime))
    assert [path for path in runtime.iterdir() if path.is_socket()]
    starts.ends_at_once(XDG_RUNTIME_DIR=str(runtime))
    assert said(first) == "raised"
    runtime.chmod(0o755)
    starts.window(XDG_RUNTIME_DIR=str(runtime))  # somebody else may be in there: the profile's own folder it is
    assert [path for path in profile.iterdir() if path.is_socket()]


def test_a_project_has_its_own_window_and_leaves_the_lobby(starts: Starts, profile: Path) -> None:
    project = story_project(profile)
    first = starts.window()
    starts.window("open", str(project))
    starts.ends_at_once("open", str(project))
    assert said(starts.runs[1]) == "raised"
    assert first.poll() is None
    starts.ends_at_once()  # the last project's window
    assert said(starts.runs[1]) == "raised"
