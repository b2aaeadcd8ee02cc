"""Each single deed that changes the look is shown at once by what is repainted in part, with nothing before or after to help it."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from PySide6.QtGui import QImage

from annotator.domain.annotations import Span
from annotator.domain.labels import LabelScheme, SpanLabel, completed
from annotator.ui.article.view import ArticleView
from tests.qt.article_support import MemoryModel, show
from tests.qt.test_article_damage import Hand, article, settle, shown, whole

_FEW = 30
"""Pixels that may differ: a dashed outline that is cut begins its dashes anew."""


def otherwise(seen: QImage, wanted: QImage) -> int:
    """Count the pixels that clearly differ; looks at rows that are not the same alone, or two hundred comparisons would take minutes."""
    assert seen.size() == wanted.size()
    pitch, count = seen.bytesPerLine(), 0
    first, second = bytes(seen.constBits()), bytes(wanted.constBits())
    for row in range(0, len(first), pitch):
        one, other = first[row : row + pitch], second[row : row + pitch]
        if one != other:
            count += sum(
                sum(abs(a - b) for a, b in zip(one[at : at + 3], other[at : at + 3], strict=True)) > 40
                for at in range(0, 4 * seen.width(), 4)
                if one[at : at + 3] != other[at : at + 3]
            )
    return count


def in_step(view: ArticleView, before: QImage | None = None) -> QImage:
    """See that the screen shows what painting everything would, and clearly something else than ``before``."""
    seen = shown(view)
    assert otherwise(seen, whole(view)) < _FEW
    if before is not None:
        assert otherwise(seen, before), "the deed cannot be seen at all"
    return seen


@pytest.fixture
def crowded(qtbot) -> ArticleView:
    """A long article with spans and relations everywhere; nothing has the focus."""
    view = show(qtbot, article(random.Random(11)), 800, 700)
    view.verticalScrollBar().setValue(600)
    return view


def linked_in_view(view: ArticleView) -> tuple[str, str]:
    """Two relations that share no end, with their whole arcs in view."""
    scene, top = view.scene(), view.verticalScrollBar().value() + 20
    shows = range(top, top + view.viewport().height() - 40)
    drawn = [scene.relations[arc.id] for arc in scene.arcs if arc.far is None and all(int(y) in shows for _x, y in arc.points)]
    return next((a.id, b.id) for a in drawn for b in drawn if not {a.head, a.tail} & {b.head, b.tail})


def spans_in_view(view: ArticleView) -> list[Span]:
    """The spans whose first line is not cut by the edges of the window."""
    top, geometry = view.verticalScrollBar().value(), view.builder.geometry
    lines = ((span, geometry.line_of(span.start)) for span in view.scene().spans())
    return [span for span, line in lines if top < line.top and line.bottom + 30 < top + view.viewport().height()]


DEEDS = (
    "focus", "relation", "walk", "around", "move", "line", "extend", "relabel", "review", "add", "remove", "link", "unlink",
    "scroll", "page", "hover", "hits", "clear", "hint", "legal", "choose", "arcs",
)  # fmt: skip


@pytest.mark.parametrize("deed", DEEDS)
def test_one_deed_alone(crowded, deed):
    model = crowded.model
    assert isinstance(model, MemoryModel)
    relation = crowded.scene().relations[linked_in_view(crowded)[0]]
    crowded.focus_span(relation.head, reveal=False)
    hand = Hand(crowded, model, random.Random(deed))
    before = in_step(crowded)
    for _ in range(4):  # at random, a deed may change nothing: another label may be the same one
        getattr(hand, deed)()
        seen = shown(crowded)
        assert otherwise(seen, whole(crowded)) < _FEW
        if otherwise(seen, before):
            return
    pytest.fail("the deed cannot be seen at all")


def test_spans_that_are_chosen(crowded):
    one, other = spans_in_view(crowded)[3:5]
    before = in_step(crowded)
    crowded.choose((one.id,))
    once = in_step(crowded, before)
    crowded.toggle_chosen(other.id)
    in_step(crowded, once)
    crowded.clear_chosen()
    assert otherwise(in_step(crowded), before) < _FEW


def test_a_reviewed_span_under_the_pointer(crowded):
    span = next(span for span in spans_in_view(crowded) if span.reviewed)
    before = in_step(crowded)
    crowded.set_hover(span.id, None)
    in_step(crowded, before)
    crowded.set_hover(None, None)
    assert otherwise(in_step(crowded), before) < _FEW


def test_an_arc_under_the_pointer_steps_back_when_another_gets_the_focus(crowded):
    first, second = linked_in_view(crowded)
    before = in_step(crowded)
    crowded.set_hover(None, first)
    hovered = in_step(crowded, before)
    crowded.focus_relation(second, reveal=False)
    both = in_step(crowded, hovered)
    crowded.set_hover(None, None)
    in_step(crowded, both)


def test_arcs_of_the_focused_span_step_back_when_a_relation_elsewhere_gets_the_focus(crowded):
    first, second = linked_in_view(crowded)
    crowded.focus_span(crowded.scene().relations[first].head, reveal=False)
    before = in_step(crowded)
    crowded.focus_relation(second, reveal=False)
    in_step(crowded, before)


def test_another_label_of_the_same_width_has_another_colour(qtbot):
    model = MemoryModel("Budi bertemu Citra di Jawa. " * 8)
    model.scheme = completed(LabelScheme("test", spans=(SpanLabel("T11"), SpanLabel("T22"))))
    model.spans["s"] = Span("s", ((13, 18),), "T11")
    view = show(qtbot, model, 600, 400)
    assert view.builder.metrics.width("T11") == view.builder.metrics.width("T22")
    before = in_step(view)
    model.spans["s"] = replace(model.spans["s"], label="T22")
    view.refresh([(13, 18)])
    in_step(view, before)


def test_without_the_keyboard_the_caret_is_away_and_comes_back_with_it(crowded):
    crowded.place_caret(crowded.scene().range[0] + 200)
    before = in_step(crowded)
    crowded.clearFocus()
    away = in_step(crowded, before)
    crowded.setFocus()
    back = in_step(crowded, away)
    assert back == before


def test_hint_letters_go_when_the_mode_is_left(crowded):
    before = in_step(crowded)
    crowded.start_jump()
    in_step(crowded, before)
    assert crowded.cancel_mode()
    assert otherwise(in_step(crowded), before) < _FEW


def test_the_lights_of_relation_making_go_out_when_it_is_left(crowded):
    crowded.focus_span(spans_in_view(crowded)[4].id, reveal=False)
    before = in_step(crowded)
    crowded.start_relation(lambda span: span.label in ("GPE", "ORG"))
    in_step(crowded, before)
    assert crowded.cancel_mode()
    assert otherwise(in_step(crowded), before) < _FEW


def test_lights_that_are_put_on_and_out(crowded):
    one, other = spans_in_view(crowded)[2:4]
    before = in_step(crowded)
    crowded.look.linked = frozenset((one.id, other.id))
    crowded.touch()
    in_step(crowded, before)
    crowded.put_lights_back()
    crowded.touch()
    assert otherwise(in_step(crowded), before) < _FEW


@pytest.mark.parametrize("share", [0.3, 0.5, 0.8])
def test_a_place_is_brought_to_the_middle_of_the_window(crowded, share):
    offset = int(len(crowded.model.text) * share)
    crowded.scroll_to(offset)
    settle()
    line, top = crowded.builder.geometry.line_of(offset), crowded.verticalScrollBar().value()
    assert abs((line.top + line.bottom) / 2 - top - crowded.viewport().height() / 2) < 3
