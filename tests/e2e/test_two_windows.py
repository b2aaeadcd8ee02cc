"""Starting the program twice on one project: the second start raises the first window and ends well."""

from __future__ import annotations

import os
import subprocess
import sys

_FIRST = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from annotator.cli.app import main
from annotator.ui.main_window import MainWindow

def window():
    return next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))

def look():
    if not window().isMinimized():
        print("raised", flush=True)
        window().close()
    else:
        QTimer.singleShot(50, look)

def ready():
    window().showMinimized()
    print("ready", flush=True)
    QTimer.singleShot(50, look)

if __name__ == "__main__":
    run = QApplication.exec
    def execute(*_):
        QTimer.singleShot(300, ready)
        return run()
    QApplication.exec = execute
    sys.exit(main(["open", sys.argv[1]]))
"""


def test_a_second_start_raises_the_first_window_and_ends_well(story, tmp_path):
    script = tmp_path / "first.py"
    script.write_text(_FIRST, encoding="utf-8")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    first = subprocess.Popen([sys.executable, str(script), str(story)], stdout=subprocess.PIPE, text=True, env=environment)
    with first:
        assert first.stdout is not None
        assert first.stdout.readline() == "ready\n"
        second = subprocess.run(
            [sys.executable, "-m", "annotator", "open", str(story)], check=False, timeout=60, env=environment, capture_output=True
        )
        assert second.returncode == 0, second.stderr
        assert first.stdout.readline() == "raised\n"
        assert first.wait(timeout=60) == 0
