"""What a start loads: only what the first window needs, since every module more is waited for by everybody, every day."""

from __future__ import annotations

import gc
import os
import subprocess
import sys

import pytest

from annotator.commands.projects import build_demo

_START = """
import sys
from pathlib import Path
import annotator.cli.app, annotator.cli.window
from annotator.settings.store import Settings
from annotator.ui import app
application = app.application()
window = app.build(Settings(), "bob")
window.show()
window.hands.projects.open(Path(sys.argv[1]))
application.processEvents()
assert window.bench.document is not None
print(*sys.modules)
window.close()
window.hands.projects.close()
"""

AT_ONCE = {
    "annotator.ui.dialogs": {"ask", "frame"},  # questions, and what all dialogs share
    "annotator.formats": set[str](),
    "annotator.nlp": {"tokens"},  # says how to tokenize, and loads spaCy later
    "annotator.cli": {"app", "output", "window"},
}
"""By package the modules that a start may load; all others come when they are asked for."""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """The modules loaded in a process of its own that shows the demo."""
    folder = tmp_path_factory.mktemp("start")
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "ANNOTATOR_PROFILE": str(folder)}
    demo = build_demo(folder / "demo.annotator")
    run = subprocess.run([sys.executable, "-c", _START, str(demo)], env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split())


@pytest.mark.parametrize("package", AT_ONCE)
def test_what_the_first_window_does_not_need_is_loaded_later(loaded: set[str], package: str) -> None:
    found = {name.removeprefix(f"{package}.").split(".")[0] for name in loaded if name.startswith(f"{package}.")}
    assert found <= AT_ONCE[package], (
        f"a start waits for {sorted(found - AT_ONCE[package])}: import it in the function that needs it"
    )


@pytest.mark.parametrize(
    "heavy", ["spacy", "numpy", "sqlite_utils", "thinc", "importlib.metadata", "asyncio", "pyarrow", "openpyxl"]
)
def test_heavy_packages_are_loaded_when_they_are_used(loaded: set[str], heavy: str) -> None:
    assert heavy not in loaded


@pytest.mark.parametrize(
    "wanted", ["annotator.ui.main_window", "annotator.ui.article.view", "annotator.store.project", "PySide6.QtWidgets"]
)
def test_the_window_was_really_there(loaded: set[str], wanted: str) -> None:
    assert wanted in loaded


def test_everything_that_may_be_loaded_at_once_is_there(loaded: set[str]) -> None:
    allowed = {f"{package}.{module}" for package, modules in AT_ONCE.items() for module in modules}
    assert allowed <= loaded, "a name that is loaded no more must leave the list"


def test_garbage_is_searched_for_again_once_the_window_waits_for_its_user(use, story) -> None:
    found: list[bool] = []
    assert use(lambda _: found.append(gc.isenabled()), "open", story) == 0
    assert (found, gc.isenabled()) == ([True], True)
