"""The program is ended while it is at work, by its window or by the system: soon, whole, and with nothing left behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from annotator.commands import checking
from annotator.store import queries
from annotator.store.project import open_project
from tests.e2e.window_support import document_of, make_project, story_project

_DRIVER = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from annotator.cli.app import main
from annotator.commands.exporting import ExportOptions
from annotator.commands.importing import ImportOptions
from annotator.ui.main_window import MainWindow

WORK, END, PROJECT, SOURCE = sys.argv[1:]

class User:
    def begin(self):
        self.window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
        self.hands = hands = self.window.hands
        hands.view.place_caret(3)
        self.suggesting = hands.suggesting
        if WORK == "import":
            hands.projects.import_files([Path(SOURCE)], ImportOptions())
        elif WORK == "export":
            hands.projects.export(Path(SOURCE).with_name("gold.spacy"), ExportOptions("spacy", status="any"))
        elif WORK == "suggest":
            rows = [row for row in self.suggesting.asking.rows() if row.setup.kind == "indonesian-news"]
            assert self.suggesting.run([replace(row, on=True) for row in rows], None)
        self.timer = QTimer()
        self.timer.timeout.connect(self.look)
        self.timer.start(5)

    def look(self):
        projects = self.hands.projects
        if WORK == "import":
            ready = projects._job.progress.done > 0
        elif WORK == "export":
            ready = projects.busy and projects.jobs.worker.started
        elif WORK == "suggest":
            ready = self.suggesting.busy and self.suggesting._run.done > 0
        else:
            ready = True
        if ready:
            self.timer.stop()
            print("at work", flush=True)
            if END == "close":
                self.window.close()

from dataclasses import replace
if __name__ == "__main__":
    user = User()
    run = QApplication.exec
    def execute(*_):
        QTimer.singleShot(50, user.begin)
        return run()
    QApplication.exec = execute
    main(["open", PROJECT])
"""


@pytest.fixture
def driver(tmp_path: Path) -> Path:
    script = tmp_path / "driver.py"
    script.write_text(_DRIVER, encoding="utf-8")
    return script


def begun(driver: Path, work: str, end: str, project: Path, source: Path) -> subprocess.Popen[str]:
    """Start the program on a project and return when it is at work."""
    run = subprocess.Popen(
        [sys.executable, str(driver), work, end, str(project), str(source)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert run.stdout is not None
    line = run.stdout.readline()
    if line != "at work\n":
        run.kill()
        pytest.fail(line + run.communicate()[1])
    return run


def members(session: int) -> list[str]:
    """Return the processes of a session that still run; only where the system shows them as files."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            state, _, _, number = (place / "stat").read_text().rpartition(")")[2].split()[:4]
            if int(number) == session and state != "Z":
                found.append((place / "cmdline").read_text().replace("\0", " "))
        except OSError:
            continue  # it has ended meanwhile
    return found


def left_running(session: int) -> list[str]:
    for _ in range(200):
        if not members(session):
            return []
        time.sleep(0.05)
    return members(session)


def ids_in(path: Path) -> list[int]:
    """Return the ids of a project's documents, having seen that the file is sound and was closed as it should be."""
    project = open_project(path)
    try:
        assert not project.read_only
        assert project.notices == []  # nothing had to be put right
        assert list(checking.inconsistencies(project.connection)) == []
        assert list(checking.check(project.connection, project.scheme)) == []
        return list(queries.document_ids(project.connection))
    finally:
        project.close()


def many(tmp_path: Path) -> Path:
    texts = [
        document_of(f"Presiden Joko Widodo tiba di Bogor pada hari ke-{number}. " * 40, f"kabar {number}") for number in range(300)
    ]
    return make_project(tmp_path / "many.annotator", *((text, []) for text in texts))


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are not shown as files on this system")
@pytest.mark.parametrize("end", ["close", "signal"])
@pytest.mark.parametrize("work", ["import", "export", "suggest", "nothing"])
def test_ending_at_work_leaves_nothing_behind(tmp_path: Path, driver: Path, work: str, end: str) -> None:
    source = tmp_path / "articles.jsonl"
    text = "Presiden Joko Widodo tiba di Bogor dan bertemu Budi Santoso di Istana. " * 20
    source.write_text("".join(json.dumps({"text": f"{number}: {text}"}) + "\n" for number in range(3000)), encoding="utf-8")
    project = story_project(tmp_path) if work in ("import", "nothing") else many(tmp_path)
    before = ids_in(project)
    present = {path.name for path in tmp_path.iterdir()}
    run = begun(driver, work, end, project, source)
    if end == "signal":
        run.send_signal(signal.SIGTERM)
    complaints = run.communicate(timeout=60)[1]
    assert run.returncode == 0, complaints
    assert "Traceback" not in complaints
    assert left_running(run.pid) == []
    # no half of an export, no helper's file, no sign of somebody at work
    new = {path.name for path in tmp_path.iterdir()} - present
    assert not [name for name in new if name.startswith("gold") or name.endswith((".holder", "-wal", "-shm", ".tmp"))], new
    assert ids_in(project) == before
    kept = json.loads((tmp_path / "settings.json").read_text(encoding="utf-8"))
    assert kept["session.caret"] == {str(project.resolve()): 3}  # a signal closes the window as the person would


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal there")
@pytest.mark.parametrize("name", ["SIGINT", "SIGHUP"])
def test_ctrl_c_in_the_terminal_and_closing_it_close_the_window(tmp_path: Path, driver: Path, name: str) -> None:
    project = story_project(tmp_path)
    run = begun(driver, "nothing", "signal", project, tmp_path)
    run.send_signal(signal.Signals[name])
    complaints = run.communicate(timeout=60)[1]
    assert (run.returncode, "Traceback" in complaints) == (0, False), complaints
    assert not list(tmp_path.glob(".*.holder"))
