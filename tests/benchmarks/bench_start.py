"""From nothing to a window that takes keys, against a bare window; both in processes of their own, off screen."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from annotator.commands.projects import build_demo
from tests.benchmarks.measure import Figure, median

_BARE = """
from PySide6.QtWidgets import QApplication, QMainWindow, QTextEdit
application = QApplication([])
window = QMainWindow()
window.setCentralWidget(QTextEdit())
window.show()
application.processEvents()
print("ready", flush=True)
"""

_OURS = """
import sys
from PySide6.QtWidgets import QApplication
from annotator.cli.app import main

def waits_for_keys(*_):
    QApplication.processEvents()
    window, = (widget for widget in QApplication.topLevelWidgets() if hasattr(widget, "bench"))
    assert window.bench.document is not None
    print("ready", *sorted({"spacy", "sqlite_utils", "numpy"} & set(sys.modules)), flush=True)
    window.close()
    return 0

QApplication.exec = waits_for_keys
sys.exit(main(["open", sys.argv[1]]))
"""


def benchmark(folder: Path, scale: float) -> Iterator[Figure]:
    """Yield the start; the name of the figure says which heavy packages were loaded."""
    rounds = max(3, round(5 * scale))
    demo = build_demo(folder / "demo.annotator")
    _ready(_BARE, folder), _ready(_OURS, folder, demo)  # so that the bytecode is written and everything is in the system's cache
    bare = median([_ready(_BARE, folder)[0] for _ in range(rounds)])
    runs = [_ready(_OURS, folder, demo) for _ in range(rounds)]
    loaded = runs[0][1] or "without spaCy"
    yield Figure(f"start to a window with the demo ({loaded})", median([seconds for seconds, _ in runs]), bare, "≤ 1.0 s")


def _ready(code: str, folder: Path, *arguments: Path) -> tuple[float, str]:
    # an installed program has its bytecode beside it; a checkout that must not write any would be compiled anew at each start
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"} | {
        "QT_QPA_PLATFORM": "offscreen",
        "ANNOTATOR_PROFILE": str(folder / "profile"),
        "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
    }
    started = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout is not None
        said = process.stdout.readline().split()
        seconds = time.perf_counter() - started
        complaints = process.communicate()[1]
    assert said[:1] == ["ready"], f"the window did not come up: {complaints}"
    return seconds, " ".join(said[1:])
