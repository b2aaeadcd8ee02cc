"""A masher of keys in front of the real window: whatever is pressed, what is shown is what is saved, and undo leads all the way back."""

from __future__ import annotations

import random

import pytest
from PySide6.QtWidgets import QApplication, QDialog

from annotator.domain.labels import LABEL_KEYS
from annotator.ui.actions import ACTIONS, Scope
from tests.e2e.window_support import Driver, program, shown, stored, story_project

_ASKING = {"project.open", "project.demo", "project.copy", "project.close", "window.quit", "project.new", "project.import",
           "project.export", "project.picture", "project.print", "view.text", "view.full-screen",
           "window.menu", "help.commands", "document.suggest"}  # fmt: skip
"""Actions that ask the system for a file, leave the project, offer those that do, or write what is no edit: their keys are not mashed."""

KEYS = (
    *(key.replace(" ", "Space") for action in ACTIONS if action.id not in _ASKING and action.scope is Scope.ARTICLE for key in action.keys),
    *(key for action in ACTIONS if action.id not in _ASKING and action.scope is Scope.WINDOW for key in action.keys),
    *LABEL_KEYS,
    "Left", "Right", "Up", "Down", "Home", "End", "Ctrl+Home", "Ctrl+End", "PgUp", "PgDown", "Ctrl+Up", "Ctrl+Down", "Ctrl+A", "Ctrl+C",
    "Shift+Left", "Shift+Right", "Shift+Up", "Shift+Down", "Shift+Home", "Shift+End", "Ctrl+Shift+Down", "Ctrl+Shift+Up",
    "Alt+Shift+Left", "Alt+Shift+Right", "Alt+Left", "Alt+Right", "ä", "ب", "?", "Ctrl+Space", "Shift+Space", "F12",
)  # fmt: skip
LIKELY = (
    "Tab", ".", "Right", "Shift+Right", "1", "2", "3", "r", "e", "a", "s", "d", "]", "{", "Del", "Return", "Ctrl+Z", "Ctrl+Y",
    "Shift+Space", "Ctrl+J", "Ctrl+B", "Ctrl+D", "Ctrl+Shift+J", "Ctrl+Alt+Return",
)  # fmt: skip
"""Pressed more often, so that there is something to undo."""

PRESSES = 80


@pytest.fixture
def use(qapp, monkeypatch):
    return program(monkeypatch)


def everything(user: Driver) -> list:
    """Return what every document of the project holds, as ``sqlite3`` reads it."""
    connection = user.session.project.connection
    opened = [
        row[0]
        for row in connection.execute(
            "SELECT document_id FROM annotation_sets WHERE kind = 'person' AND annotator = ? ORDER BY 1", (user.session.annotator,)
        )
    ]
    return [stored(user.session.project.path, number, user.session.annotator) for number in opened]


def step_ids(user: Driver) -> int:
    """Return how many of this person's edits stand."""
    return user.session.project.connection.execute(
        "SELECT count(*) FROM steps WHERE actor = ? AND lane = 'edit' AND undoes IS NULL AND state = 0", (user.session.annotator,)
    ).fetchone()[0]


def out_of_everything(user: Driver) -> None:
    """Close what is open over the article and go back into it."""
    for dialog in user.window.findChildren(QDialog):
        dialog.close()
    if user.menu is not None:
        user.menu.close()
    while (popup := QApplication.activePopupWidget()) is not None:
        popup.close()
    user.view.setFocus()
    user.view.cancel_mode()
    user.settle()


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_pressed_nothing_breaks_and_undo_leads_back(use, tmp_path, seed):
    project = story_project(tmp_path, 2)
    chance = random.Random(seed)
    pressed: list[str] = []

    def drive(user):
        # both documents are opened first: opening one copies suggestions, which is no edit and is not undone
        user.press("Ctrl+PgDown", "Ctrl+PgUp")
        start = everything(user)
        for _ in range(PRESSES):
            key = chance.choice(LIKELY if chance.random() < 0.5 else KEYS)
            pressed.append(key)
            user.press(key)
            assert shown(user.document) == stored(project, user.document.document.id, user.session.annotator), pressed
            if chance.random() < 0.15:
                out_of_everything(user)
        out_of_everything(user)
        user.check()
        end, edits = everything(user), step_ids(user)
        for _ in range(edits):
            user.press("Ctrl+Z")
        assert step_ids(user) == 0, pressed
        assert everything(user) == start, pressed
        user.check()
        for _ in range(edits):
            user.press("Ctrl+Y")
        assert everything(user) == end, pressed
        user.check()

    try:
        assert use(drive, "open", project) == 0
    except BaseException:
        print("pressed:", pressed)
        raise


def test_the_keys_that_are_mashed_are_those_of_the_table():
    assert len(KEYS) > 90
    assert {"[", "Alt+}", "Space", "Ctrl+Return", "F3", "Ctrl+L"} <= set(KEYS)
