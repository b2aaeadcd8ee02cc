"""Undo of very many changes: the status line shows how far it is while the window does nothing else, and goes back to rest."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from annotator.commands.schemes import change_scheme
from annotator.domain.scheme_draft import renamed
from annotator.domain.scheme_edit import Part
from annotator.errors import UndoRefused
from annotator.store import undoing
from annotator.ui.status import StatusLine
from tests.qt.window_support import settle


@pytest.fixture
def watched(seat, monkeypatch):
    """The window with a renamed label, and what the status line shows whenever the work tells how far it is."""
    monkeypatch.setattr(undoing, "_TOLD_EVERY", 1)
    session = seat.bench.session
    change_scheme(session, renamed(session.project.scheme, Part.SPANS, "PERSON", "ORANG"))
    seat.show()
    line = seat.window.findChild(StatusLine)
    seen: list[tuple[str, int, bool, bool]] = []

    def look(waited) -> None:
        cursor = QGuiApplication.overrideCursor()
        busy = cursor is not None and cursor.shape() is Qt.CursorShape.WaitCursor
        seen.append(
            (line.job_title.text(), line.job.value(), line.job.isVisible(), busy) if waited else ("", 0, line.job.isVisible(), busy)
        )

    seat.bench.waited.connect(look)
    return seat, seen


@pytest.mark.parametrize(("action", "title"), [("edit.undo", "Undoing"), ("edit.redo", "Redoing")])
def test_a_long_undo_says_how_far_it_is(watched, monkeypatch, action, title):
    seat, seen = watched
    if action == "edit.redo":
        seat.trigger("edit.undo")
        settle()
        seen.clear()
    monkeypatch.setattr(undoing, "MANY", 2)
    seat.trigger(action)
    *under_way, over = seen
    assert {(name, visible, busy) for name, _, visible, busy in under_way} == {(title, True, True)}
    values = [value for _, value, _, _ in under_way]
    assert values == sorted(values)
    assert len(set(values)) > 2
    assert over == ("", 0, False, False)
    assert any(told.startswith(("Undone", "Redone")) for told in seat.told)


def test_a_short_one_shows_nothing(watched):
    seat, seen = watched
    seat.trigger("edit.undo")
    assert seen == [("", 0, False, False)]


def test_a_refused_one_goes_back_to_rest(watched, monkeypatch):
    seat, seen = watched
    monkeypatch.setattr(undoing, "MANY", 2)
    seat.bench.session.project.connection.execute("UPDATE spans SET note = 'other' WHERE label = 'ORANG'")
    seat.trigger("edit.undo")
    assert seat.message.startswith("This step cannot be taken back")
    assert seen[-1] == ("", 0, False, False)
    assert len(seen) > 1
    with pytest.raises(UndoRefused):
        seat.bench.session.undo()
