"""Where the person is gets noted while they work: a window that is killed comes back as it was a moment before."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QDockWidget

from annotator.errors import AnnotatorError
from annotator.settings.store import Settings
from annotator.ui import noting
from tests.qt.window_support import Seat, settle

PAUSE = 60


@pytest.fixture(autouse=True)
def soon(monkeypatch):
    monkeypatch.setattr(noting, "AFTER", PAUSE)


def dock(seat: Seat, name: str) -> QDockWidget:
    found = seat.window.findChild(QDockWidget, f"dock-{name}")
    assert found is not None
    return found


def rest(seat: Seat) -> None:
    """Let the hands rest until the place is noted."""
    timer = seat.window.findChild(noting.Noting)._timer
    for _ in range(100):
        QTest.qWait(PAUSE // 2)
        if not timer.isActive():
            return
    raise AssertionError("it never rested")


def kept(seat: Seat) -> dict[str, object]:
    return json.loads(seat.settings.path.read_text(encoding="utf-8"))


def killed(make_seat, seat: Seat, project: Path) -> Seat:
    """The next start after this window was killed: with the settings as they are now, and its name beside the project."""
    now = seat.settings.path.with_name("killed.json")
    shutil.copy(seat.settings.path, now)
    seat.leave()
    project.with_name(f".{project.name}.holder").write_text("ani on this computer\nnowhere", encoding="utf-8")
    again = make_seat(project, settings=Settings(now))
    again.window.show()
    settle()
    return again


def test_a_killed_window_comes_back_as_it_was(make_seat, project_file):
    seat = make_seat(project_file)
    seat.show()
    seat.open_named("dua")
    seat.view.place_caret(7)
    dock(seat, "documents").hide()
    seat.window.resize(770, 570)
    rest(seat)
    again = killed(make_seat, seat, project_file)
    assert "did not end properly" in again.message
    assert (again.name, again.view.caret) == ("dua", 7)
    assert dock(again, "documents").isHidden()
    assert not dock(again, "outline").isHidden()
    assert (again.window.width(), again.window.height()) == (770, 570)


def test_a_document_that_was_gone_to_after_the_last_edit_is_the_one(make_seat, project_file):
    seat = make_seat(project_file)
    seat.show()
    seat.open_named("tiga")  # the first time, which makes a set of this person's own
    seat.open_named("satu")
    seat.view.focus_span("s2")
    seat.hands.editing.label("ORG")
    QTest.qWait(1100)  # the moment is kept in whole seconds
    seat.open_named("tiga")
    rest(seat)
    assert killed(make_seat, seat, project_file).name == "tiga"


def test_an_edit_after_the_last_note_says_where_the_person_was(make_seat, project_file):
    seat = make_seat(project_file)
    seat.show()
    rest(seat)
    assert kept(seat)["session.document"] == {str(project_file): 1}
    seat.window.findChild(noting.Noting)._timer.setInterval(60_000)
    QTest.qWait(1100)
    seat.open_named("dua")
    seat.view.focus_span("s1")
    seat.hands.editing.label("ORG")
    assert kept(seat)["session.document"] == {str(project_file): 1}
    assert killed(make_seat, seat, project_file).name == "dua"


def test_no_key_waits_for_a_file_and_nothing_is_written_where_nothing_changed(make_seat, project_file, monkeypatch):
    seat = make_seat(project_file)
    seat.show()
    rest(seat)
    written: list[str] = []
    monkeypatch.setattr(seat.settings, "_write", lambda: written.append("settings"))
    seat.window.findChild(noting.Noting)._timer.setInterval(60_000)
    seat.press(*["Right"] * 5, *["Left"] * 5)
    assert written == []
    seat.window.findChild(noting.Noting)._timer.setInterval(PAUSE)
    rest(seat)
    assert written == [], "the caret is where it was"
    seat.press("Right", "Right")
    rest(seat)
    assert len(written) == 1


def test_hands_that_never_rest_are_noted_all_the_same(make_seat, project_file, monkeypatch):
    monkeypatch.setattr(noting, "AT_MOST", 0.2)
    seat = make_seat(project_file)
    seat.show()
    rest(seat)
    assert kept(seat)["session.caret"] == {str(project_file): 0}
    for step in range(40):
        seat.view.place_caret(1 + step)
        QTest.qWait(PAUSE // 6)
    assert kept(seat)["session.caret"] != {str(project_file): 0}


def test_the_article_alone_is_no_arrangement(make_seat, project_file):
    seat = make_seat(project_file)
    seat.show()
    dock(seat, "outline").hide()
    rest(seat)
    before = kept(seat)["window.state"]
    seat.press("F11")
    seat.view.place_caret(3)
    rest(seat)
    assert kept(seat)["window.state"] == before
    assert kept(seat)["session.caret"] == {str(project_file): 3}
    again = killed(make_seat, seat, project_file)
    assert dock(again, "outline").isHidden()
    assert not dock(again, "documents").isHidden()


def test_before_the_first_project_there_is_no_arrangement_to_keep(make_seat, project_file):
    seat = make_seat()
    seat.show()
    seat.window.resize(770, 570)
    rest(seat)
    assert "window.geometry" in kept(seat)
    assert "window.state" not in kept(seat)
    seat.leave()
    again = make_seat(project_file, settings=Settings(seat.settings.path))
    again.window.resize(1280, 800)
    again.show()
    assert dock(again, "documents").width() < 300, "as the docks are meant to be"


def test_what_cannot_be_noted_is_no_reason_for_a_message(make_seat, project_file, monkeypatch):
    seat = make_seat(project_file)
    seat.show()
    rest(seat)
    seat.told.clear()

    def refuse() -> None:
        raise AnnotatorError("The disk is full.")

    with monkeypatch.context() as broken:
        broken.setattr(seat.settings, "_write", refuse)
        seat.view.place_caret(9)
        rest(seat)
        assert (seat.told, seat.message) == ([], "")
    seat.leave()
    assert kept(seat)["session.caret"] == {str(project_file): 9}, "closing tries again"
