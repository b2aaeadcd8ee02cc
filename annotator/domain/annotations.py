"""Spans, relations, verdicts and annotation sets: immutable values that know nothing of files or windows."""

from __future__ import annotations

import copyreg
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from annotator.domain.documents import Status
from annotator.domain.text import Range

NOTHING: Mapping[str, Any] = MappingProxyType({})
"""The empty attributes, shared."""


def _mapping(values: dict[str, Any]) -> Any:
    return MappingProxyType(values) if values else NOTHING


# spans travel to worker processes and back, and a read-only mapping cannot be pickled by itself
copyreg.pickle(MappingProxyType, lambda mapping: (_mapping, (dict(mapping),)))


WHOLE_DOCUMENT = "document"
"""The place in the signature of a category."""


class Kind(StrEnum):
    """What an annotator is."""

    PERSON = "person"
    MODEL = "model"
    GOLD = "gold"


@dataclass(frozen=True, slots=True)
class Span:
    """A labelled piece of text.

    ``fragments`` are one or more half-open ranges in code points, in text order and not overlapping.  ``id`` is unique within the
    annotation set.  ``reviewed`` is False for a suggestion nobody decided on yet.  ``derived_from`` names the item of a model's
    set that a suggestion was copied from, as ``annotator/id``.  ``confidence`` is between 0 and 1 where the maker gave one.
    """

    id: str
    fragments: tuple[Range, ...]
    label: str
    attributes: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    note: str = ""
    kb_id: str = ""
    confidence: float | None = None
    origin: str = ""
    reviewed: bool = True
    derived_from: str = ""

    @property
    def start(self) -> int:
        """First code point of the first fragment."""
        return self.fragments[0][0]

    @property
    def end(self) -> int:
        """One past the last code point of the last fragment."""
        return self.fragments[-1][1]

    @property
    def discontinuous(self) -> bool:
        """Whether the span has more than one fragment."""
        return len(self.fragments) > 1

    @property
    def signature(self) -> str:
        """Label and place as one string, by which verdicts and re-runs recognise the same suggestion."""
        return f"{self.label}@{_places(self.fragments)}"

    def surface(self, text: str) -> str:
        """Return the text the span covers, fragments joined by one blank."""
        return " ".join(text[start:end] for start, end in self.fragments)


@dataclass(frozen=True, slots=True)
class Relation:
    """A labelled link between two spans of the same annotation set; ``head`` and ``tail`` are span ids."""

    id: str
    label: str
    head: str
    tail: str
    attributes: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    note: str = ""
    confidence: float | None = None
    origin: str = ""
    reviewed: bool = True
    derived_from: str = ""

    def signature(self, head: Span, tail: Span) -> str:
        """Label and both places as one string; the spans are those that ``head`` and ``tail`` name."""
        return f"{self.label}@{_places(head.fragments)}>{_places(tail.fragments)}"


Item = Span | Relation


@dataclass(frozen=True, slots=True)
class Verdict:
    """A decision against a suggestion that must outlive the suggestion: it is not made again for this annotator.

    ``signature`` is that of the span, relation or category; ``origin`` says who had suggested it.
    """

    signature: str
    origin: str = ""
    verdict: str = "rejected"


@dataclass(frozen=True, slots=True)
class SetInfo:
    """What an annotation set is, without its content: whose, of which kind, and how far the work is."""

    document_id: int
    annotator: str
    kind: Kind
    status: Status = Status.NEW
    flagged: bool = False
    categories: tuple[str, ...] = ()


def category_signature(name: str) -> str:
    """Return what a verdict on a suggested category is known by: made as that of a span, with the whole document for its place."""
    return f"{name}@{WHOLE_DOCUMENT}"


def open_categories(known: Iterable[str], info: SetInfo, verdicts: Container[str], others: Iterable[SetInfo]) -> dict[str, str]:
    """Return the categories that await a decision in a set, each with the model that named it first.

    They are those of the ``known`` ones that a model among ``others`` names, and that neither hold in the set nor were rejected there
    (``verdicts`` are its signatures).  Nothing of them is copied into a person's set: there, a category that holds has no origin.
    """
    named: dict[str, str] = {}
    for other in others:
        if other.kind is Kind.MODEL:
            named = dict.fromkeys(other.categories, other.annotator) | named
    return {
        name: named[name]
        for name in known
        if name in named and name not in info.categories and category_signature(name) not in verdicts
    }


@dataclass(slots=True)
class AnnotationSet:
    """The spans and relations of one annotator on one document.  ``id`` is 0 while it is in no project."""

    info: SetInfo
    spans: dict[str, Span] = field(default_factory=dict)
    relations: dict[str, Relation] = field(default_factory=dict)
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    id: int = 0

    def in_text_order(self) -> list[Span]:
        """Return the spans by start, longest first, then label and id: the order of every list and export."""
        return sorted(self.spans.values(), key=text_order)

    def relations_in_order(self) -> list[Relation]:
        """Return the relations by the place of their head, then tail, label and id; those with a missing end come last."""

        def key(relation: Relation) -> tuple[Any, ...]:
            head, tail = self.spans.get(relation.head), self.spans.get(relation.tail)
            places = (head.fragments, tail.fragments) if head and tail else (((1 << 60, 0),), ((0, 0),))
            return (*places, relation.label, relation.id)

        return sorted(self.relations.values(), key=key)


def text_order(span: Span) -> tuple[int, int, str, str]:
    """Sort key of a span: start, longest first, label, id."""
    return span.start, -span.end, span.label, span.id


def with_range(span: Span, start: int, end: int) -> Span:
    """Return ``span`` with its outer edges moved to ``start`` and ``end``; inner fragments stay.

    Raises ``ValueError`` if an edge would cross its own fragment.
    """
    fragments = list(span.fragments)
    fragments[0] = (start, fragments[0][1])
    fragments[-1] = (fragments[-1][0], end)
    if any(low >= high for low, high in fragments):
        raise ValueError(f"({start}, {end}) leaves a fragment of {span.id} empty")
    return replace(span, fragments=tuple(fragments))


def ordered_fragments(fragments: Iterable[Range]) -> tuple[Range, ...]:
    """Return fragments in text order, with touching and overlapping ones joined."""
    joined: list[Range] = []
    for start, end in sorted(fragments):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


def _places(fragments: tuple[Range, ...]) -> str:
    return ",".join(f"{start}-{end}" for start, end in fragments)
