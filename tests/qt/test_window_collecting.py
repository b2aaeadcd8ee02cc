"""Cyclic garbage: gone after a pause, never searched for in full while somebody works, and as usual again without a project."""

from __future__ import annotations

import gc
import weakref

import pytest

from annotator.commands import documents
from annotator.ui import collecting


class Knot:
    """Refers to itself, so that only the garbage collector can end it."""

    def __init__(self) -> None:
        self.itself = self


def test_a_full_search_waits_for_a_pause(make_seat, project_file, qtbot, monkeypatch):
    monkeypatch.setattr(collecting, "QUIET", 50)
    usual = gc.get_threshold()
    seat = make_seat(project_file)
    assert gc.get_threshold()[2] > 100_000, "no full search begins by itself"
    full: list[int] = []
    gc.callbacks.append(lambda phase, info: full.append(1) if phase == "start" and info["generation"] == 2 else None)
    try:
        knot = Knot()
        gone = weakref.ref(knot)
        del knot
        seat.view.move("token", 1)
        assert not full
        qtbot.waitUntil(lambda: bool(full) and gone() is None)
        assert gc.get_freeze_count() > 0, "what is there now is not searched again"
        full.clear()
        seat.view.move("token", 1)
        qtbot.waitUntil(lambda: bool(full))
    finally:
        gc.callbacks.pop()
    seat.hands.projects.close()
    assert (gc.get_threshold(), gc.get_freeze_count()) == (usual, 0)


@pytest.fixture
def thaws(monkeypatch) -> list[int]:
    """How often what was set aside is searched again."""
    found: list[int] = []
    usual = gc.unfreeze
    monkeypatch.setattr(gc, "unfreeze", lambda: (found.append(1), usual()))
    monkeypatch.setattr(collecting, "QUIET", 40)
    return found


@pytest.fixture
def searches():
    """How often everything was searched."""
    found: list[int] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "stop" and info["generation"] == 2:
            found.append(1)

    gc.callbacks.append(note)
    yield found
    gc.callbacks.remove(note)


def test_what_was_set_aside_is_searched_again_only_after_another_document(make_seat, project_file, qtbot, thaws, searches):
    seat = make_seat(project_file)

    def pause() -> None:
        searches.clear()
        seat.view.move("token", 1)
        qtbot.waitUntil(lambda: bool(searches))

    pause()  # opening may have taken longer than the pause that counts here, and been followed by one already
    before = len(thaws)
    assert before > 0
    pause()
    pause()
    assert len(thaws) == before
    seat.hands.documents.step(1)
    pause()
    assert len(thaws) == before + 1


def test_an_edit_alone_is_followed_by_a_search(make_seat, project_file, qtbot, thaws, searches):
    seat = make_seat(project_file)
    qtbot.waitUntil(lambda: bool(searches))
    searches.clear()
    moved: list[int] = []
    seat.view.selectionMoved.connect(lambda: moved.append(1))
    assert seat.bench.run(documents.toggle_flag(seat.document.set_id))
    qtbot.waitUntil(lambda: bool(searches))
    assert not moved, "nothing else could have begun the pause"


def test_what_a_document_leaves_behind_goes_after_the_next_is_opened(make_seat, project_file, qtbot, thaws, searches):
    seat = make_seat(project_file)
    knot = Knot()
    seat.document.knot = knot
    gone = weakref.ref(knot)
    qtbot.waitUntil(lambda: bool(searches))
    assert gc.get_freeze_count() > 0, "the knot is set aside with the rest"
    del knot
    searches.clear()
    seat.hands.documents.step(1)
    qtbot.waitUntil(lambda: bool(searches))
    assert gone() is None
