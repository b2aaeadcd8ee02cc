"""Every dialog and panel by keyboard alone: named, with a fitting role, reached by Tab, and one sees where the keyboard is."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractScrollArea, QAbstractSpinBox, QApplication, QDialog, QDockWidget, QWidget
from shiboken6 import isValid

from tests.e2e.window_support import Driver, program, story_project
from tests.qt.test_accessibility import left_out, name_of, operable, unnamed, walked, wrong_roles

DIALOGS = [
    "project.new", "project.import", "project.export", "project.backups", "project.scheme", "project.statistics", "project.suggest",
    "project.picture", "edit.preferences", "edit.keys", "view.text", "help.keys", "help.about", "help.pages",
]  # fmt: skip
"""The actions that open a dialog of ours."""


@pytest.fixture
def use(qapp, monkeypatch) -> Callable[..., int]:
    return program(monkeypatch)


def opened(user: Driver, action: str) -> QDialog:
    found = user.window.actions_by_id[action]
    assert found.isEnabled(), action
    found.trigger()
    user.settle()
    dialog = next(one for one in user.window.findChildren(QDialog) if one.isVisible())
    dialog.activateWindow()
    user.settle()
    return dialog


def nameless(root: QWidget) -> list[str]:
    """Return what has no name; the field inside a spin box is named by the box."""
    boxes = [box for box in root.findChildren(QAbstractSpinBox) if box.isVisible() and not name_of(box)]
    return [one for one in unnamed(root) if "qt_spinbox_lineedit" not in one] + [str(box.geometry()) for box in boxes]


def misnamed(root: QWidget) -> list[str]:
    """Return what has another role than it should; the field inside a spin box has none of its own."""
    inside = sum(1 for box in root.findChildren(QAbstractSpinBox) if box.isVisible())
    found = wrong_roles(root)
    fields = [one for one in found if one.startswith("QLineEdit :")]
    return found if len(fields) > inside else [one for one in found if one not in fields]


def unseen(first: QWidget, most: int = 40) -> list[str]:
    """Walk with Tab from ``first`` and return what looks the same with the keyboard in it as without."""
    found = []
    first.setFocus(Qt.FocusReason.TabFocusReason)
    reached: list[QWidget] = []
    while len(reached) < most:
        here = QApplication.focusWidget()
        if here is None or here in reached or here.window() is not first.window():
            break
        reached.append(here)
        seen = here.viewport() if isinstance(here, QAbstractScrollArea) else here
        assert not seen.visibleRegion().isEmpty(), f"{name_of(here)} has the keyboard behind another panel"
        with_keyboard = _around(here)
        for _ in range(60):  # within a page Tab goes from link to link first
            QTest.keyClick(here, Qt.Key.Key_Tab)
            QApplication.processEvents()
            if QApplication.focusWidget() is not here:
                break
        if len(reached) > 1 and _around(here) == with_keyboard:
            found.append(f"{type(here).__name__} {name_of(here)} {here.geometry()}")
    assert len(reached) > 1
    return found


def _around(widget: QWidget) -> QImage:
    """Return the picture of a widget with a margin: a frame may be drawn by whoever holds it."""
    window = widget.window()
    place = widget.rect().translated(widget.mapTo(window, widget.rect().topLeft())).adjusted(-4, -4, 4, 4)
    return window.grab(place).toImage()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("action", DIALOGS)
def test_a_dialog_is_worked_by_keyboard_and_read_aloud(use, tmp_path, action: str, theme: str) -> None:
    project = story_project(tmp_path)

    def drive(user: Driver) -> None:
        user.window.actions_by_id[f"view.theme-{theme}"].trigger()
        dialog = opened(user, action)
        assert dialog.windowTitle()
        assert len(list(operable(dialog))) >= 1
        assert nameless(dialog) == []
        assert misnamed(dialog) == []
        assert left_out(dialog, walked(Qt.Key.Key_Tab)) == []
        assert unseen(dialog.focusWidget() or dialog) == []
        dialog.close()

    assert use(drive, "open", project) == 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_in_the_window_one_sees_where_the_keyboard_is(use, tmp_path, theme: str) -> None:
    project = story_project(tmp_path)

    def drive(user: Driver) -> None:
        user.window.actions_by_id[f"view.theme-{theme}"].trigger()
        user.view.focus_span("s1")
        user.settle()
        for dock in user.window._docks:
            hidden = dock.isHidden()
            dock.show()
            dock.raise_()
            user.settle()
            assert nameless(dock) == [], dock.windowTitle()
            assert misnamed(dock) == [], dock.windowTitle()
            dock.setHidden(hidden)
        user.press("F6")
        assert unseen(user.window.focusWidget()) == []

    assert use(drive, "open", project) == 0


def test_tab_goes_on_past_panels_whose_list_is_hidden(use, tmp_path) -> None:
    """Behind other tabs, or with a sentence in the place of a list: such a panel hands the keyboard to what is not there."""
    project = story_project(tmp_path)

    def drive(user: Driver) -> None:
        window = user.window
        user.press("Ctrl+Shift+I")  # nothing was labelled in two ways: no list
        panel, searching = window.panels.inbox.panel, window.panels.searching.panel
        assert panel.isVisible()
        proxy, dock = panel.focusProxy(), window.findChild(QDockWidget, "dock-inbox")
        assert proxy is not None
        assert proxy.isHidden()
        assert isinstance(dock, QDockWidget)
        passed: list[QWidget] = []
        for key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            for start in ("Ctrl+Shift+F", "F6"):
                dock.raise_()
                user.press("Shift+F6", start)
                reached = walked(key, user.view)
                assert searching.isAncestorOf(reached[0]) is (start == "Ctrl+Shift+F")
                assert window.focusWidget() is user.view, f"{key.name} ends at {name_of(reached[-1])}"
                passed += reached
        assert any(panel.isAncestorOf(one) for one in passed)
        assert left_out(window, [*passed, user.view]) == []

    assert use(drive, "open", project) == 0


@pytest.mark.parametrize("action", DIALOGS)
def test_escape_closes_a_dialog_and_the_keyboard_is_back_in_the_article(use, tmp_path, action: str) -> None:
    project = story_project(tmp_path)

    def drive(user: Driver) -> None:
        dialog = opened(user, action)
        for _ in range(3):  # the first may close a list or clear a search
            if isValid(dialog) and dialog.isVisible():
                QTest.keyClick(dialog.focusWidget() or dialog, Qt.Key.Key_Escape)
                user.settle()
        assert not isValid(dialog) or not dialog.isVisible()
        assert user.window.focusWidget() is user.view

    assert use(drive, "open", project) == 0
