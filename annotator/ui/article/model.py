"""What the article view needs to know of a document: a protocol, so that the view depends on no session and no store."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from annotator.domain.annotations import Relation, Span
from annotator.domain.labels import LabelScheme
from annotator.domain.text import OffsetMap, Tokens


class ArticleModel(Protocol):
    """One open document with one annotation set, read-only to the view.

    ``display`` is ``domain.text.display_text(text)`` and ``offsets`` is built from it; ``sentences`` holds the index of the first
    token of each sentence.  The queries must be quick (they run while painting): an index by position, not a scan.
    """

    @property
    def text(self) -> str:
        """The original text."""
        ...

    @property
    def display(self) -> str:
        """What is shown: of the same length in code points."""
        ...

    @property
    def offsets(self) -> OffsetMap:
        """Between code points and UTF-16, of ``display``."""
        ...

    @property
    def tokens(self) -> Tokens:
        """The stored tokens."""
        ...

    @property
    def sentences(self) -> Sequence[int]:
        """Indices of the tokens that begin a sentence."""
        ...

    @property
    def scheme(self) -> LabelScheme:
        """The project's labels."""
        ...

    def spans_in(self, start: int, end: int) -> list[Span]:
        """Return all spans that overlap ``[start, end)`` in code points, in text order."""
        ...

    def span(self, span_id: str, /) -> Span | None:
        """Return the span with this id."""
        ...

    def unreviewed_span(self, place: tuple[int, int, str, str], direction: int, /) -> Span | None:
        """Return the next (1) or previous (-1) unreviewed span seen from a place in text order (``annotations.text_order``)."""
        ...

    def relation(self, relation_id: str, /) -> Relation | None:
        """Return the relation with this id."""
        ...

    def relations_of(self, span_id: str, /) -> list[Relation]:
        """Return the relations with this span at either end."""
        ...

    def relations_in(self, start: int, end: int) -> list[Relation]:
        """Return the relations with at least one end overlapping ``[start, end)``."""
        ...
