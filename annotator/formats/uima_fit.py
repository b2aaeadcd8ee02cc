"""What is alike in all exports to the layers of WebAnno and INCEpTION: which words a document has, and what its items are without
what only we say of them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import TypeVar

from annotator.domain.annotations import Relation, Span
from annotator.domain.exchange import Fate, Loss, Record
from annotator.domain.text import Tokens, tokens_problem
from annotator.formats.compare import item_loss
from annotator.formats.jsonl_canonical import reviewed_by_default

END_GONE = "its head or its tail was left out"
OUTSIDE = "lies outside the text"

T = TypeVar("T", Span, Relation)


def words_of(record: Record) -> Tokens:
    """Return the tokens of a record; where it has none that leave nothing but white space between them, what stands between white
    space."""
    if record.tokens and _sound(record.tokens, record.text):
        return record.tokens
    return Tokens(match.span() for match in re.finditer(r"\S+", record.text))


def _sound(tokens: Tokens, text: str) -> bool:
    """Tell whether tokens fit a text; the answer of the last time is kept, for a writer asks three times of each document."""
    known, told, sound = _last[0]
    if known is not tokens or told is not text:
        sound = tokens_problem(list(tokens), text) is None
        _last[0] = tokens, text, sound
    return sound


_last: list[tuple[Tokens, str, bool]] = [(Tokens(), "", False)]


def bare(item: T, record: Record) -> T:
    """Return an item without what says who made it and how sure that is."""
    return replace(item, confidence=None, origin="", derived_from="", reviewed=reviewed_by_default(record.kind))


def within(record: Record, span: Span) -> bool:
    """Tell whether all fragments of a span cover text of the record, in text order."""
    position = 0
    for start, end in span.fragments:
        if not position <= start < end <= len(record.text):
            return False
        position = end
    return bool(span.fragments)


def linked(record: Record, ids: Iterable[str], losses: list[Loss]) -> list[Relation]:
    """Return the relations between spans of these ids; note the others as lost."""
    known = set(ids)
    kept = [relation for relation in record.relations if {relation.head, relation.tail} <= known]
    gone = [relation for relation in record.relations if not {relation.head, relation.tail} <= known]
    losses += [item_loss(record, relation, Fate.DROPPED, END_GONE) for relation in gone]
    return kept
