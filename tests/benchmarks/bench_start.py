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
from pathlib import Path
import annotator.cli.app, annotator.cli.window
from annotator.settings.store import Settings
from annotator.ui import app
application = app.application()
window = app.build(Settings(), "bench")
window.show()
window.hands.projects.open(Path(sys.argv[1]))
application.processEvents()
assert window.bench.document is not None
print("ready", *sorted({"spacy", "sqlite_utils", "numpy"} & set(sys.modules)), flush=True)
window.close()
window.hands.projects.close()
"""


def benchmark(folder: Path, scale: float) -> Iterator[Figure]:
    """Yield the start; the name of the figure says which heavy packages were loaded."""
    rounds = max(3, round(5 * scale))
    demo = build_demo(folder / "demo.annotator")
    _ready(_BARE, folder), _ready(_OURS, folder, demo)  # so that everything is in the system's cache
    bare = median([_ready(_BARE, folder)[0] for _ in range(rounds)])
    runs = [_ready(_OURS, folder, demo) for _ in range(rounds)]
    loaded = runs[0][1] or "without spaCy"
    yield Figure(f"start to a window with the demo ({loaded})", median([seconds for seconds, _ in runs]), bare, "≤ 1.0 s")


def _ready(code: str, folder: Path, *arguments: Path) -> tuple[float, str]:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "ANNOTATOR_PROFILE": str(folder / "profile")}
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
