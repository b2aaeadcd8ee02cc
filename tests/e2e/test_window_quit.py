"""Leaving the program: its process ends well, whatever was done in it."""

from __future__ import annotations

import os
import subprocess
import sys

_PROGRAM = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from annotator.cli.app import main
from annotator.ui.main_window import MainWindow

def user():
    window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
    window.bench.view.select(0, 9)
    window.bench.view.copy()
    assert QApplication.clipboard().text() == "REPUBLIKA"
    window.close()

if __name__ == "__main__":
    run = QApplication.exec
    def execute(*_):
        QTimer.singleShot(500, user)
        return run()
    QApplication.exec = execute
    main(["demo", "--at", sys.argv[1]])
"""


def test_copying_and_quitting_ends_well(tmp_path):
    script = tmp_path / "session.py"
    script.write_text(_PROGRAM, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "demo.annotator")],
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )
    assert done.returncode == 0, done.stderr
