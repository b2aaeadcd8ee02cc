"""What a record becomes in spaCy, as values: the parts of a plan, the choices it is made by, and the reasons for what is lost.

Token numbers here count **spaCy's** tokens, white-space tokens included; characters are code points.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from annotator.domain.annotations import Span
from annotator.domain.exchange import Loss
from annotator.domain.labels import LabelScheme
from annotator.domain.text import Range
from annotator.errors import FormatError
from annotator.formats.docbin_tokens import SpacyTokens

MISSING, INSIDE, OUTSIDE, BEGIN = range(4)
"""spaCy's numbers for ENT_IOB: nothing known of the token, within an entity, in none, the first of one."""

FAR = 100
"""Tokens between two starts beyond which the customary relation component, as it is usually configured, trains no pair."""

UNEXAMINED = "unexamined"
"""The key in a document's metadata under which ranges ``[[start, end], ...]`` stand that nobody looked at: code points."""

CUT = "cuts a token"
BLANK = "begins or ends with white space"
FRAGMENTS = "has several fragments, which spaCy cannot hold"
OVERLAP = 'overlaps a span that was preferred: it is in doc.spans["sc"] but not in doc.ents'
UNREVIEWED = "nobody has reviewed it, and its document is not done"
END_GONE = "its head or its tail was left out"
END_NO_ENT = "its head or its tail is not in doc.ents, so no relation component trains it"
COLLISION = "the span in doc.ents that starts at the same token is another one, so no relation component trains it"
SAME = "another relation has the same label and ends"

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "misaligned": ("missing", "expand", "contract"),
    "overlap": ("longest", "first", "label", "group"),
    "unexamined": ("outside", "missing"),
    "rel_max_length": (),
}
"""The options of the writer with their values, the default first; none listed means any number."""

_MOST_LENGTH = 1_000_000


@dataclass(frozen=True, slots=True)
class Placed:
    """A span with its place in spaCy: ``first`` and ``stop`` are token numbers, half-open; ``start`` and ``end`` characters."""

    span: Span
    first: int
    stop: int
    start: int
    end: int


@dataclass(slots=True)
class Plan:
    """All that one record becomes.

    ``spans`` go to ``doc.spans["sc"]`` in this order, ``ents`` to ``doc.ents``; ``iob`` is ENT_IOB of every token.  ``rel`` is
    ``doc._.rel``; ``relations`` are those of the JSON file beside the DocBin.  ``aside`` counts the spans that overlap others and are
    in the group alone because that was asked for.
    """

    tokens: SpacyTokens
    spans: list[Placed]
    ents: list[Placed]
    iob: list[int]
    cats: dict[str, float]
    rel: dict[Range, dict[str, float]]
    extras: dict[str, Any]
    relations: list[dict[str, Any]]
    losses: list[Loss]
    kept_relations: int = 0
    far: int = 0
    aside: int = 0


@dataclass(frozen=True, slots=True)
class Choices:
    """How to export: the options, and what of the label scheme matters.

    ``labels`` are the span labels in the order of the scheme, ``relations`` those of relations.  ``rel_max_length`` is 0 where no
    relation data is asked for.
    """

    misaligned: str = "missing"
    overlap: str = "longest"
    unexamined: str = "outside"
    rel_max_length: int = 0
    symmetric: frozenset[str] = frozenset()
    categories: tuple[str, ...] = ()
    labels: Mapping[str, int] = field(default_factory=dict)
    relations: tuple[str, ...] = ()


def choices_of(options: Mapping[str, str], scheme: LabelScheme) -> Choices:
    """Return the choices that options mean; raises ``FormatError`` for one that is not known or has no such value."""
    for name, value in options.items():
        if name not in OPTIONS:
            raise FormatError(f"The spaCy export has no option “{name}”; it knows {', '.join(OPTIONS)}.")
        if OPTIONS[name] and value not in OPTIONS[name]:
            raise FormatError(f"“{name}” is one of {', '.join(OPTIONS[name])}, not “{value}”.")
    length = options.get("rel_max_length", "")
    if "rel_max_length" in options and not (length.isascii() and length.isdigit() and 0 < int(length[:9]) <= _MOST_LENGTH):
        raise FormatError(f"“rel_max_length” is a number of tokens from 1 to {_MOST_LENGTH}, not “{length}”.")
    return Choices(
        **{name: value for name, value in options.items() if name != "rel_max_length"},
        rel_max_length=int(length or 0),
        symmetric=frozenset(label.name for label in scheme.relations if label.symmetric),
        categories=scheme.categories,
        labels={label.name: number for number, label in enumerate(scheme.spans)},
        relations=tuple(label.name for label in scheme.relations),
    )
