"""Hit testing: the innermost span, the nearest handle, the arc that passes by."""

from __future__ import annotations

from annotator.ui.article.arcs import Arc
from annotator.ui.article.hit import Box, Handle, Part, arc_at, box_at, handle_at, next_in_cycle, stack_at

OUTER, INNER, LINE_TWO = Box("o", 0, 0, 100, 20, 30), Box("i", 40, 2, 60, 18, 5), Box("o", 0, 60, 50, 80, 30)


def test_the_innermost_span_is_hit_first():
    boxes = [OUTER, INNER, LINE_TWO]
    assert stack_at(x=50, y=10, boxes=boxes) == ["i", "o"]
    assert stack_at(x=10, y=70, boxes=boxes) == ["o"]
    assert stack_at(x=200, y=10, boxes=boxes) == []
    found = box_at(x=50, y=10, boxes=boxes)
    assert found is INNER


def test_a_margin_widens_boxes():
    assert box_at(x=101, y=10, boxes=[OUTER]) is None
    assert box_at(x=101, y=10, boxes=[OUTER], margin=2) is OUTER


def test_cycling_goes_round():
    ids = ["i", "o", "x"]
    assert [next_in_cycle(ids=ids, current=one) for one in (None, "i", "o", "x", "gone")] == ["i", "o", "x", "i", "i"]
    assert next_in_cycle(ids=[], current="i") is None


def test_the_nearest_handle_within_reach():
    start, end = Handle("s", Part.START, 10, 10), Handle("s", Part.END, 18, 10)
    assert handle_at(x=13, y=10, handles=[start, end]) is start
    assert handle_at(x=15, y=10, handles=[start, end]) is end
    assert handle_at(x=30, y=10, handles=[start, end]) is None
    assert handle_at(x=10, y=17, handles=[start, end]) is None


def test_the_arc_that_passes_nearest():
    def arc(name: str, y: float) -> Arc:
        return Arc(name, ((0, 100), (0, y), (80, y), (80, 100)), None, (40, y), 80)

    low, high = arc("low", 80), arc("high", 70)
    assert arc_at(x=40, y=78, arcs=[high, low]) is low
    assert arc_at(x=40, y=72, arcs=[high, low]) is high
    assert arc_at(x=83, y=90, arcs=[high]) is high
    assert arc_at(x=40, y=95, arcs=[high, low]) is None
