"""Finding neighbours: the next span, the spans under the caret, the relations of a span.  Pure questions to the model."""

from __future__ import annotations

from collections.abc import Callable

from annotator.domain.annotations import Span, text_order
from annotator.ui.article.model import ArticleModel

_FIRST_REACH = 2000


def neighbour(
    model: ArticleModel, *, caret: int, focused: str | None, direction: int, wanted: Callable[[Span], bool]
) -> Span | None:
    """Return the next (1) or previous (-1) wanted span in text order, seen from the focused span or else from the caret.

    From the caret, a span that begins there is the next one.  The search looks into growing windows, because the neighbour is mostly
    near and a long document has many spans.
    """
    here = _here(model, caret, focused)
    length, reach = len(model.text), _FIRST_REACH
    while True:
        if direction > 0:
            low, high = here[0], min(length, here[0] + reach)
        else:
            low, high = max(0, here[0] - reach), here[0] + 1
        spans = [one for one in model.spans_in(low, max(high, low + 1)) if one.fragments and wanted(one)]
        if direction > 0:
            found = min((one for one in spans if text_order(one) > here), key=text_order, default=None)
            if found is not None or high >= length:
                return found
        else:
            found = max((one for one in spans if text_order(one) < here), key=text_order, default=None)
            # One that begins before the window may hide a nearer one that ends before it.
            if low == 0 or (found is not None and found.start >= low):
                return found
        reach *= 8


def unreviewed_neighbour(model: ArticleModel, *, caret: int, focused: str | None, direction: int) -> Span | None:
    """Return the next or previous unreviewed span, as ``neighbour`` does, without looking at those between."""
    return model.unreviewed_span(_here(model, caret, focused), direction)


def _here(model: ArticleModel, caret: int, focused: str | None) -> tuple[int, int, str, str]:
    span = model.span(focused) if focused is not None else None
    return text_order(span) if span is not None and span.fragments else (caret, -(1 << 60), "", "")


def spans_under(model: ArticleModel, offset: int) -> list[str]:
    """Return the ids of the spans that cover ``offset``, innermost first."""
    spans = [span for span in model.spans_in(offset, offset + 1) if any(start <= offset < end for start, end in span.fragments)]
    spans.sort(key=lambda span: (span.end - span.start, span.start, span.id))
    return [span.id for span in spans]


def relations_in_order(model: ArticleModel, span_id: str) -> list[str]:
    """Return the ids of a span's relations by the place of head and tail."""

    def place(end: str) -> int:
        span = model.span(end)
        return span.start if span is not None and span.fragments else -1

    relations = model.relations_of(span_id)
    return [one.id for one in sorted(relations, key=lambda one: (place(one.head), place(one.tail), one.id))]


def flat_surface(model: ArticleModel, span: Span | None) -> str:
    """Return the text of a span on one line; a question mark for one that is missing."""
    return " ".join(span.surface(model.text).split()) if span is not None and span.fragments else "?"
