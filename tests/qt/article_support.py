"""What the tests of the article view share: a document in memory and positions of things in the window."""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest

from annotator.domain.annotations import Relation, Span, text_order
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, completed
from annotator.domain.text import OffsetMap, Tokens, display_text, sentence_starts
from annotator.ui.article.view import ArticleView

SCHEME = completed(
    LabelScheme(
        name="test",
        spans=tuple(SpanLabel(name) for name in ("PERSON", "GPE", "ORG", "DATE", "EVENT", "CARDINAL", "LOC", "NORP")),
        relations=(
            RelationLabel("leads", head=("PERSON",), tail=("GPE", "ORG")),
            RelationLabel("met_with", head=("PERSON",), tail=("PERSON",), symmetric=True),
            RelationLabel("located_in", head=("GPE", "LOC", "ORG"), tail=("GPE", "LOC")),
            RelationLabel("occurred_on", head=("EVENT",), tail=("DATE",)),
            RelationLabel("opposes"),
        ),
    )
)


class MemoryModel:
    """A document with spans and relations that a test can change; looks up by scanning."""

    def __init__(self, text: str, spans: Iterable[Span] = (), relations: Iterable[Relation] = ()) -> None:
        self.text = text
        self.display = display_text(text)
        self.offsets = OffsetMap(self.display)
        self.tokens = Tokens((match.start(), match.end()) for match in re.finditer(r"[^\W_]+(?:-[^\W_]+)*|[^\w\s]|_", text))
        self.sentences = sentence_starts(text, self.tokens)
        self.scheme = SCHEME
        self.spans = {span.id: span for span in spans}
        self.relations = {relation.id: relation for relation in relations}
        self.queries: list[tuple[int, int]] = []

    def spans_in(self, start: int, end: int) -> list[Span]:
        self.queries.append((start, end))
        found = [span for span in self.spans.values() if span.fragments and span.start < end and start < span.end]
        return sorted(found, key=lambda span: (span.start, -span.end, span.id))

    def span(self, span_id: str) -> Span | None:
        return self.spans.get(span_id)

    def unreviewed_span(self, place: tuple[int, int, str, str], direction: int) -> Span | None:
        keyed = ((text_order(span), span) for span in self.spans.values() if span.fragments and not span.reviewed)
        waiting = sorted(keyed, key=lambda pair: pair[0])
        if direction > 0:
            return next((span for key, span in waiting if key > place), None)
        return next((span for key, span in reversed(waiting) if key < place), None)

    def relation(self, relation_id: str) -> Relation | None:
        return self.relations.get(relation_id)

    def relations_of(self, span_id: str) -> list[Relation]:
        return [relation for relation in self.relations.values() if span_id in (relation.head, relation.tail)]

    def relations_in(self, start: int, end: int) -> list[Relation]:
        near = {span.id for span in self.spans_in(start, end)}
        return [relation for relation in self.relations.values() if relation.head in near or relation.tail in near]

    def add(self, surface: str, label: str, *, nth: int = 0, span_id: str = "", reviewed: bool = True) -> Span:
        """Add a span over the ``nth`` occurrence of ``surface``; its id is the surface unless given."""
        start = -1
        for _ in range(nth + 1):
            start = self.text.index(surface, start + 1)
        span = Span(span_id or surface, ((start, start + len(surface)),), label, reviewed=reviewed)
        self.spans[span.id] = span
        return span

    def link(self, relation_id: str, label: str, head: str, tail: str, *, reviewed: bool = True) -> Relation:
        """Add a relation between two spans by id."""
        relation = Relation(relation_id, label, head, tail, reviewed=reviewed)
        self.relations[relation_id] = relation
        return relation


def point_of(view: ArticleView, offset: int, *, end: bool = False) -> QPoint:
    """Return the middle of the character at ``offset`` in the viewport, found by its own geometry; ``end``: its far edge."""
    builder = view.builder
    assert builder is not None
    line = builder.geometry.line_of(offset)
    left, right = builder.geometry.intervals(line, offset, offset + 1)[0]
    x = right - 1 if end else (left + right) / 2
    return QPoint(round(x), round((line.top + line.bottom) / 2 - view.verticalScrollBar().value()))


def show(qtbot, model: MemoryModel | None, width: int = 900, height: int = 600) -> ArticleView:
    """Show a document in a window of its own that has the keyboard."""
    view = ArticleView()
    qtbot.addWidget(view)
    view.resize(width, height)
    view.show()
    qtbot.waitExposed(view)
    view.activateWindow()
    view.setFocus()
    view.set_article(model)
    QTest.qWait(1)
    return view
