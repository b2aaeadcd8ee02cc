"""Repainting in part shows what repainting in full would, pixel for pixel; and it repaints little."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from annotator.domain.annotations import Span
from annotator.ui.article import paint
from annotator.ui.article.view import ArticleView
from annotator.ui.theme import USUAL_TEXT
from tests.qt.article_support import MemoryModel, show

SENTENCE = "Presiden Joko Widodo bertemu Budi di Jakarta pada Senin \U0001f600 lalu pergi ke Bogor. "


def article(chance: random.Random, sentences: int = 90) -> MemoryModel:
    model = MemoryModel("".join(SENTENCE if number % 7 else "قال الرئيس في جاكرتا.\n" for number in range(sentences)))
    labels = [label.name for label in model.scheme.spans]
    starts = model.tokens.starts
    for number in range(0, len(starts) - 4, 3):
        first, last = number, min(len(starts) - 1, number + chance.randint(0, 2) + (6 if chance.random() < 0.1 else 0))
        place = (starts[first], model.tokens.ends[last])
        model.spans[f"s{number}"] = Span(f"s{number}", (place,), chance.choice(labels), reviewed=chance.random() < 0.5)
    ids = list(model.spans)
    for number in range(0, len(ids) - 1, 5):
        model.link(f"r{number}", "opposes", ids[number], ids[min(len(ids) - 1, number + chance.choice((1, 1, 2, 30)))])
    for crowded in range(10, len(ids) - 8, 40):  # more than there are lanes, so that they are bundled and labels stand out
        for number in range(12):
            head, tail = chance.sample(ids[crowded : crowded + 7], 2)
            model.link(f"c{crowded}-{number}", "located_in" if number % 3 else "met_with", head, tail, reviewed=number % 2 == 0)
    return model


def shown(view: ArticleView) -> QImage:
    """Return what is on the screen of the text, which was painted bit by bit."""
    settle()
    return (
        view.screen()
        .grabWindow(view.winId())
        .toImage()
        .convertToFormat(QImage.Format.Format_RGB32)
        .copy(view.viewport().geometry())
    )


def whole(view: ArticleView) -> QImage:
    """Return what painting everything at once gives."""
    return view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32).copy(view.viewport().geometry())


def stale(seen: QImage, wanted: QImage) -> int:
    """Count the pixels that clearly differ."""
    assert seen.size() == wanted.size()
    if seen == wanted:
        return 0
    return sum(
        abs(a.red() - b.red()) + abs(a.green() - b.green()) + abs(a.blue() - b.blue()) > 40
        for y in range(seen.height())
        for x in range(seen.width())
        if (a := seen.pixelColor(x, y)) != (b := wanted.pixelColor(x, y))
    )


def settle() -> None:
    """Let what changed be compared, then painted."""
    for _ in range(3):
        QApplication.processEvents()


class Hand:
    """Does one thing after another to a view, at random."""

    def __init__(self, view: ArticleView, model: MemoryModel, chance: random.Random) -> None:
        self.view, self.model, self.chance = view, model, chance
        self.added = 0

    def __call__(self) -> str:
        name = self.chance.choice(
            ("focus", "relation", "move", "line", "extend", "relabel", "review", "add", "remove", "link", "unlink", "scroll",
             "page", "hover", "hits", "clear", "hint", "legal", "cancel", "choose", "arcs",
             "walk", "walk", "walk", "around")
        )  # fmt: skip
        getattr(self, name)()
        return name

    def _near(self) -> Span:
        """Return a span that is in view, so that the deed can be seen."""
        spans = self.view.scene().spans()
        return self.chance.choice(spans or list(self.model.spans.values()))

    def focus(self) -> None:
        self.view.focus_span(self._near().id, reveal=self.chance.random() < 0.5)

    def relation(self) -> None:
        if self.view.scene().arcs:
            self.view.focus_relation(self.chance.choice(self.view.scene().arcs).id, reveal=False)

    def walk(self) -> None:
        self.view.step_span(self.chance.choice((1, 1, -1)))

    def around(self) -> None:
        self.view.step_relation(self.chance.choice((1, -1)))

    def move(self) -> None:
        self.view.move("token", self.chance.choice((1, -1)))

    def line(self) -> None:
        self.view.move("line", self.chance.choice((1, -1)))

    def extend(self) -> None:
        self.view.move(self.chance.choice(("token", "line")), 1, True)

    def _put(self, span: Span) -> None:
        self.model.spans[span.id] = span
        self.view.refresh([(span.start, span.end)])

    def relabel(self) -> None:
        self._put(replace(self._near(), label=self.chance.choice([label.name for label in self.model.scheme.spans])))

    def review(self) -> None:
        span = self._near()
        self._put(replace(span, reviewed=not span.reviewed))

    def add(self) -> None:
        self.added += 1
        covered = self.model.tokens.covered(*self.view.scene().range)
        index = self.chance.choice(covered)
        self._put(Span(f"new{self.added}", (self.model.tokens[index],), "ORG"))

    def remove(self) -> None:
        span = self._near()
        for relation in self.model.relations_of(span.id):
            del self.model.relations[relation.id]
        del self.model.spans[span.id]
        self.view.refresh([(span.start, span.end)])

    def link(self) -> None:
        head, tail = self._near(), self._near()
        self.added += 1
        self.model.link(f"link{self.added}", "opposes", head.id, tail.id)
        self.view.refresh([(head.start, head.end), (tail.start, tail.end)])

    def unlink(self) -> None:
        if self.view.scene().arcs:
            gone = self.model.relations.pop(self.chance.choice(self.view.scene().arcs).id)
            ends = [self.model.spans[gone.head], self.model.spans[gone.tail]]
            self.view.refresh([(span.start, span.end) for span in ends])

    def scroll(self) -> None:
        bar = self.view.verticalScrollBar()
        bar.setValue(bar.value() + self.chance.choice((-60, -7, 1, 33, 60)))

    def page(self) -> None:
        bar = self.view.verticalScrollBar()
        bar.setValue(bar.value() + self.chance.choice((-400, 400, 2500)))

    def hover(self) -> None:
        arcs = self.view.scene().arcs
        self.view.set_hover(self._near().id, self.chance.choice(arcs).id if arcs and self.chance.random() < 0.5 else None)

    def hits(self) -> None:
        words = [self.model.tokens[self.chance.choice(self.model.tokens.covered(*self.view.scene().range))] for _ in range(3)]
        self.view.set_search_hits(words, self.chance.choice((words[0], None)))

    def clear(self) -> None:
        self.view.escape()

    def hint(self) -> None:
        self.view.start_jump()

    def legal(self) -> None:
        self.view.focus_span(self._near().id, reveal=False)
        self.view.start_relation(lambda span: span.label in ("GPE", "ORG", "DATE"))

    def cancel(self) -> None:
        self.view.cancel_mode()

    def choose(self) -> None:
        self.view.look.chosen = frozenset(self._near().id for _ in range(2))
        self.view.touch()

    def arcs(self) -> None:
        self.view.cycle_arcs()


@pytest.mark.parametrize(("seed", "dense"), [(0, False), (1, True), (2, False), (3, True)])
def test_painting_what_changed_shows_what_painting_all_would(qtbot, seed, dense):
    chance = random.Random(seed)
    model = article(chance)
    view = show(qtbot, model, 800, 500)
    view.set_text_style(replace(USUAL_TEXT, dense=dense))
    hand, done = Hand(view, model, chance), []
    for _ in range(40):
        done.append(hand())
        if chance.random() < 0.3:
            continue  # several things before one repaint
        # A dashed outline that is cut where scrolling lays bare a strip begins its dashes anew there; a handle has 50 pixels.
        assert stale(shown(view), whole(view)) < 30, f"after {done[-8:]}"


@pytest.mark.parametrize("zoom", [1.0, 2.0])
def test_walking_over_a_crowded_line_leaves_nothing_behind(qtbot, zoom):
    """Labels of arcs that have the eye stand out of the room of their line where lines are dense."""
    model = MemoryModel("a b c d e f g h i j k l m n o p. " * 6)
    starts = model.tokens.starts[17 * 2 : 17 * 4]
    for number, start in enumerate(starts):
        model.spans[f"s{number}"] = Span(f"s{number}", ((start, start + 1),), "GPE", reviewed=number % 2 == 0)
    view = show(qtbot, model, 600, 500)
    view.set_text_style(replace(USUAL_TEXT, dense=True))
    view.set_zoom(zoom)
    for number in range(60):  # after the lines got their room, which has no lanes
        head = (7 * number) % (len(starts) - 12)
        model.link(f"r{number}", "located_in", f"s{head}", f"s{head + 1 + number % 11}", reviewed=number % 2 == 0)
    view.refresh(None)
    assert any(arc.rails for arc in view.scene().arcs)
    for step in range(24):
        view.step_span(1)
        if step % 3 == 0:
            view.step_relation(1)
        assert stale(shown(view), whole(view)) == 0, step


def test_an_edit_repaints_its_own_line_only(qtbot, monkeypatch):
    model = article(random.Random(5))
    view = show(qtbot, model, 800, 900)
    shown(view)
    span = model.spans["s60"]
    view.focus_span(span.id)
    shown(view)
    painted: list[int] = []
    usual = paint.paint_fills

    def noting(painter, builder, scene, style):
        painted.append(len(scene.plans))
        usual(painter, builder, scene, style)

    monkeypatch.setattr("annotator.ui.article.surface.paint_fills", noting)
    model.spans[span.id] = replace(span, label="EVENT" if span.label != "EVENT" else "DATE")
    view.refresh([(span.start, span.end)])
    shown(view)
    assert painted, "the change is painted"
    assert max(painted) < len(view.scene().plans) / 2


def test_nothing_is_repainted_where_nothing_looks_otherwise(qtbot, monkeypatch):
    view = show(qtbot, article(random.Random(6)), 800, 500)
    shown(view)
    painted: list[int] = []
    monkeypatch.setattr(view, "_paint_before", lambda *_: painted.append(1))
    view.touch()
    view.touch()
    settle()
    assert not painted
