"""The program ends with something typed in its editors that is neither applied nor saved: by a signal, or killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.window_support import story_project

_DRIVER = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox
from annotator.cli.app import main
from annotator.domain.scheme_edit import Part
from annotator.ui.dialogs.patterns import PatternsDialog
from annotator.ui.dialogs.scheme import SchemeDialog
from annotator.ui.main_window import MainWindow

PROJECT, PATTERNS, ASKED = sys.argv[1:]

def visible(kind):
    return next(one for one in QApplication.topLevelWidgets() if isinstance(one, kind) and one.isVisible())

def begin():
    window = visible(MainWindow)
    window.hands.suggesting.asking.edit_patterns(Path(PATTERNS), "patterns")
    QTest.keyClicks(visible(PatternsDialog).editor, "GPE\\tBogor")
    window.hands.scheming.edit()
    dialog = visible(SchemeDialog)
    form = dialog.pages[Part.SPANS].form
    form.name.selectAll()
    QTest.keyClicks(form.name, "RENAMED")
    assert dialog.changed
    if ASKED:  # the person is just being asked whether to close without it
        QTimer.singleShot(0, dialog.reject)
        QTimer.singleShot(300, lambda: print("at work", visible(QMessageBox) is not None, flush=True))
    else:
        print("at work", True, flush=True)

if __name__ == "__main__":
    run = QApplication.exec
    def execute(*_):
        QTimer.singleShot(50, begin)
        return run()
    QApplication.exec = execute
    main(["open", PROJECT])
"""


def begun(tmp_path: Path, asked: str = "") -> subprocess.Popen[str]:
    """Start the program and return when it has something typed."""
    script = tmp_path / "driver.py"
    script.write_text(_DRIVER, encoding="utf-8")
    project = story_project(tmp_path)
    run = subprocess.Popen(
        [sys.executable, str(script), str(project), str(tmp_path / "names.txt"), asked],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert run.stdout is not None
    line = run.stdout.readline()
    if line != "at work True\n":
        run.kill()
        pytest.fail(line + run.communicate()[1])
    return run


def typed(tmp_path: Path) -> dict[str, str]:
    """What is kept, by editor."""
    found = {}
    for file in (tmp_path / "drafts").glob("*.json"):
        kept = json.loads(file.read_text(encoding="utf-8"))
        draft = kept["draft"]
        found[kept["editor"]] = draft["text"] if kept["editor"] == "patterns" else draft["entries"]["spans"][0]["name"]
    return found


ALL = {"scheme": "RENAMED", "patterns": "GPE\tBogor"}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no such signals")
@pytest.mark.parametrize(("name", "asked"), [("SIGTERM", ""), ("SIGHUP", ""), ("SIGTERM", "asked")])
def test_a_signal_ends_it_without_a_question_and_all_is_kept(tmp_path: Path, name: str, asked: str) -> None:
    run = begun(tmp_path, asked)
    run.send_signal(getattr(signal, name))
    complaints = run.communicate(timeout=20)[1]
    assert run.returncode == 0, complaints
    assert "Traceback" not in complaints
    assert typed(tmp_path) == ALL
    assert not list(tmp_path.glob(".*.holder"))  # closed as it should be


def test_what_was_typed_two_seconds_ago_outlasts_a_kill(tmp_path: Path) -> None:
    run = begun(tmp_path)
    until = time.monotonic() + 15
    while typed(tmp_path) != ALL and time.monotonic() < until:
        time.sleep(0.1)
    run.kill()
    run.communicate(timeout=20)
    assert typed(tmp_path) == ALL
