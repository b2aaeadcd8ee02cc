"""The real program: ``main()`` with a temporary profile, its window driven by real keys and the pointer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.window_support import program, story_project


@pytest.fixture
def use(qapp, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run ``main`` with arguments; when its window waits for the user, the given function is the user.  Returns the exit status."""
    return program(monkeypatch)


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """A project of one story, with a model's suggestions."""
    return story_project(tmp_path)


@pytest.fixture
def at_work(use: Callable[..., int], story: Path) -> Callable[[Callable[..., None]], None]:
    """Open the story in the real window and let the given function use it; afterwards window and file must say the same."""

    def work(drive: Callable[..., None]) -> None:
        def checked(user) -> None:
            drive(user)
            user.check()

        assert use(checked, "open", story) == 0

    return work
