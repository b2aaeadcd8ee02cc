"""What suggesters are given and give: passages in, suggestions out, both plain values that travel between processes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from annotator.domain.annotations import Relation, Span
from annotator.domain.text import Tokens


@dataclass(frozen=True, slots=True)
class Passage:
    """What a suggester sees of one document.

    ``tokens`` are the project's, ``sentences`` the indices of those that begin a sentence.  ``spans`` stand already: what a person has
    reviewed and what the suggesters before this one found.  Only suggesters of relations and those that fill gaps look at them.
    """

    text: str
    tokens: Tokens
    sentences: tuple[int, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestions:
    """What a suggester found in one passage.

    The ids of ``spans`` and ``relations`` are unique within the passage; a relation links spans of the same suggestions, so that a
    suggester that links standing spans gives these back, too.  ``confidence`` is set where the suggester has one.  ``error`` is a plain
    sentence where it failed on this passage: then there is nothing else.
    """

    spans: tuple[Span, ...] = ()
    relations: tuple[Relation, ...] = ()
    error: str = ""


@dataclass(frozen=True, slots=True)
class SuggesterSetup:
    """Which suggester, and how it is set.

    ``kind`` is a key of ``nlp.suggesters.SUGGESTERS``; ``name`` the annotator of kind model whose sets hold what it suggests.  ``source``
    is the file, folder or package it works from, empty for one that needs none.  ``language`` is the code of the project's tokenizer.
    ``labels`` pairs its labels with those of the project ("" leaves a label out); a label it does not name goes by likeness of names.
    Suggestions with a confidence below ``threshold``, or below that of their label in ``thresholds`` (labels of the project), are left
    out.  ``trusted`` says that somebody agreed to run the code that the source brings along.  ``data`` is what a learning suggester has
    learned: a value that can be pickled.
    """

    kind: str
    name: str
    source: str = ""
    language: str = "id"
    labels: tuple[tuple[str, str], ...] = ()
    threshold: float = 0.0
    thresholds: tuple[tuple[str, float], ...] = ()
    trusted: bool = False
    data: Any = field(default=None, compare=False)


class Suggester(Protocol):
    """Made once in a worker process by the ``load`` of its kind, then called with batch after batch."""

    def __call__(self, passages: Sequence[Passage], /) -> Sequence[Suggestions]:
        """Return what it finds in each passage, in their order.  Raises ``SuggesterError`` when it cannot work at all."""
        ...
