"""What hands do to the shape of a span: move its edges, add fragments, merge it with another, cut it in two.

Each function is one intention on the open document of a workbench; refusals are said in the window.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from annotator.commands import shaping as commands
from annotator.commands.spans import move_span
from annotator.domain.annotations import Span
from annotator.domain.rules import quoted
from annotator.domain.text import Range
from annotator.session.document import DocumentState
from annotator.ui.article.caret import next_character, sentence_at
from annotator.ui.article.walk import spans_under
from annotator.ui.i18n import by_count, tr

if TYPE_CHECKING:
    from annotator.ui.workbench import Workbench


def move_edge(bench: Workbench, edge: str, direction: int, *, by_character: bool = False) -> None:
    """Move the start or end edge of the focused span left (-1) or right (1) by a token or a character."""
    document, span = bench.document, bench.span
    if document is None or span is None:
        bench.tell(tr("Focus a span first: Tab, or click it."))
        return
    start, end = span.start, span.end
    by_character = by_character or bench.settings.get("article.unit") == "characters"
    if edge == "start":
        start = _stepped(document, start, direction, by_character, at_start=True)
    else:
        end = _stepped(document, end, direction, by_character, at_start=False)
    if (start, end) == (span.start, span.end):
        bench.tell(tr("The edge of the text is reached."))
    else:
        move(bench, span.id, start, end)


def move(bench: Workbench, span_id: str, start: int, end: int) -> None:
    """Give a span these outer edges (code points) and the focus."""
    document = bench.document
    if document is not None and bench.run(move_span(document.set_id, span_id, start, end)):
        bench.view.focus_span(span_id)


def add_fragment(bench: Workbench) -> None:
    """Add the selection to the focused span as a further fragment; without a focus, to the span that had it last.

    So it goes by keyboard alone: focus the span, move on by caret or jump (which clears the focus, but the span stays pinned), select,
    add.  With nothing selected and nothing focused the token at the caret is added.
    """
    document, view = bench.document, bench.view
    pinned = view.pinned_span
    span = document.span(pinned) if document is not None and pinned is not None else None
    if document is None or span is None:
        bench.tell(tr("Focus the span first that gets a further fragment: Tab, or click it."))
        return
    place = view.selection or (view.token_at_caret() if bench.span is None else None)
    if place is None:
        bench.tell(tr("Select the text that is to be a further fragment of the focused span."))
        return
    if any(start <= place[0] and place[1] <= end for start, end in span.fragments):
        bench.tell(tr("The span covers this text already."))
        return
    if bench.run(commands.add_fragments(document.set_id, span.id, (place,))):
        view.focus_span(span.id, at=place[0])
        told = tr("Added {text} to {span}, which is {label}.")
        text = document.text[place[0] : place[1]]
        bench.tell(told.format(text=quoted(text, 24), span=quoted(span.surface(document.text), 24), label=span.label))


def merge(bench: Workbench) -> None:
    """Merge the chosen spans (a single one with the focused), or else the focused one with its neighbour.

    The label is that of the focused span if it is among them, else that of the first in the text.
    """
    document, view, span = bench.document, bench.view, bench.span
    if document is None:
        return
    chosen = view.chosen
    if len(chosen) > 1 or (len(chosen) == 1 and span is not None and span.id not in chosen):
        first = [span.id] if span is not None and (span.id in chosen or len(chosen) == 1) else []
        ids = [*first, *(key for key in chosen if key not in first)]
    elif span is None:
        bench.tell(tr("Focus a span first: Tab, or click it."))
        return
    else:
        other = merging_neighbour(document, span)
        if other is None:
            bench.messages.show_message(tr("There is no other span in this sentence to merge with."), "warning")
            return
        ids = [span.id, other.id]
    linked = _relations_of(document, ids)
    merged = bench.run(commands.merge_spans(document.set_id, ids))
    if merged:
        view.clear_chosen()
        view.focus_span(merged)
        made = document.span(merged)
        told = tr("{count} spans are one now: {text}.").format(
            count=len(ids), text=quoted(made.surface(document.text)) if made is not None else ""
        )
        lost = len(linked) - len(_relations_of(document, ids))
        if lost:
            told += " " + by_count(lost, tr("A relation between them is gone."), tr("{} relations between them are gone."))
        bench.tell(told)


def _relations_of(document: DocumentState, ids: Iterable[str]) -> set[str]:
    return {relation.id for key in ids for relation in document.relations_of(key)}


def merging_neighbour(document: DocumentState, span: Span) -> Span | None:
    """Return the span that ``span`` is merged with: the next or the one before in the same sentence, or one that overlaps it.

    One of the same label wins over others, one that lies apart over one that overlaps, then the nearest, then the next.  A span that
    lies between is never jumped over.  Where a text has no tokens, its sentences are its lines.
    """
    start, end = _sentence_of(document, span)
    others = [other for other in document.spans_in(start, end) if other.id != span.id and start <= other.start and other.end <= end]
    first_end = min((other.end for other in others if other.start >= span.end), default=end)
    last_start = max((other.start for other in others if other.end <= span.start), default=start)

    def near(other: Span) -> bool:
        if other.start >= span.end:
            return other.start < first_end
        return other.end > last_start or other.end > span.start

    def distance(other: Span) -> tuple[bool, bool, int, bool]:
        gap = max(other.start - span.end, span.start - other.end)
        return other.label != span.label, gap < 0, abs(gap), other.start < span.start

    return min(filter(near, others), key=distance, default=None)


def _sentence_of(document: DocumentState, span: Span) -> Range:
    first = sentence_at(document.tokens, document.sentences, span.start)
    last = sentence_at(document.tokens, document.sentences, span.end - 1)
    if first is not None and last is not None:
        return min(first[0], span.start), max(last[1], span.end)
    start = document.text.rfind("\n", 0, span.start) + 1
    end = document.text.find("\n", span.end)
    return start, end if end >= 0 else len(document.text)


def split(bench: Workbench) -> None:
    """Cut the focused span (or else the innermost one under the caret) in two at the caret.

    Where the caret does not say where, standing at the span's start or outside it, the places inside get letters to type; a single
    place is taken at once.  The places are token starts, or all characters where the span is one token.
    """
    document, view = bench.document, bench.view
    span = bench.span
    if document is None:
        return
    if span is None:
        under = spans_under(document, view.caret)
        span = document.span(under[0]) if under else None
    if span is None:
        bench.tell(tr("Focus a span first: Tab, or click it."))
        return
    places = split_places(document, span)
    if span.start < view.caret < span.end and any(start <= view.caret < end for start, end in span.fragments):
        split_at(bench, span.id, view.caret)
    elif not places:
        bench.tell(tr("A single character cannot be split."))
    elif len(places) == 1:
        split_at(bench, span.id, places[0])
    else:
        if bench.span is None:
            view.focus_span(span.id)
        view.start_split(span.id, places)
        bench.tell(tr("Type the letters of the place where the second half begins."))


def split_at(bench: Workbench, span_id: str, offset: int) -> None:
    """Cut a span in two at ``offset`` (code points); the second half gets the focus."""
    document = bench.document
    if document is not None:
        made = bench.run(commands.split_span(document.set_id, span_id, offset))
        if made:
            bench.view.focus_span(made)


def split_places(document: DocumentState, span: Span) -> list[int]:
    """Return where a span may be cut, in code points: at its inner token starts, or between characters if there are none."""
    tokens = document.tokens
    inner = [
        tokens.starts[index]
        for start, end in span.fragments
        for index in tokens.covered(start, end)
        if span.start < tokens.starts[index] and start <= tokens.starts[index]
    ]
    inner += [start for start, _ in span.fragments[1:]]
    if inner:
        return sorted(set(inner))
    places, place = [], next_character(document.text, span.start, 1)
    while place < span.end:
        if not document.text[place].isspace():
            places.append(place)
        place = next_character(document.text, place, 1)
    return places


def _stepped(document: DocumentState, offset: int, direction: int, by_character: bool, *, at_start: bool) -> int:
    tokens = document.tokens
    if by_character or not len(tokens):
        return _by_character(document.text, offset, direction, at_start=at_start)
    edges: Sequence[int] = tokens.starts if at_start else tokens.ends
    index = bisect_left(edges, offset) - 1 if direction < 0 else bisect_right(edges, offset)
    return edges[index] if 0 <= index < len(edges) else offset


def _by_character(text: str, offset: int, direction: int, *, at_start: bool) -> int:
    """Return the next place for an edge; white space at an edge is never meant, so it is stepped over."""
    before, place = offset, next_character(text, offset, direction)
    while place != before:
        outermost = place if at_start else place - 1
        if 0 <= outermost < len(text) and not text[outermost].isspace():
            return place
        before, place = place, next_character(text, place, direction)
    return offset
