"""Cyclic garbage: gone after a pause, never searched for in full while somebody works, and as usual again without a project."""

from __future__ import annotations

import gc
import weakref

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
