"""What a record becomes in spaCy, worked out without spaCy: its tokens, which spans become what, and what is lost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Any

from annotator.domain.annotations import Item, Kind, Span, text_order
from annotator.domain.documents import Status
from annotator.domain.exchange import Fate, Loss, Record
from annotator.domain.text import Range, Tokens, trim
from annotator.formats.compare import span_loss
from annotator.formats.docbin_parts import (
    BEGIN,
    BLANK,
    CUT,
    FRAGMENTS,
    INSIDE,
    MISSING,
    OUTSIDE,
    OVERLAP,
    UNEXAMINED,
    UNREVIEWED,
    Choices,
    Placed,
    Plan,
)
from annotator.formats.docbin_relations import relate
from annotator.formats.docbin_tokens import SpacyTokens, spacy_tokens, touched
from annotator.formats.json_fields import verdict_fields
from annotator.formats.jsonl_canonical import present, reviewed_by_default


def plan(record: Record, choices: Choices) -> Plan | None:
    """Work out what becomes of a record; None if it has no tokens or they do not cover its text."""
    tokens = record.tokens if record.tokens is not None else Tokens()
    words = spacy_tokens(record.text, tokens)
    if words is None:
        return None
    losses: list[Loss] = []
    unknown: list[Range] = list(unexamined_ranges(record))
    partly = choices.unexamined == "missing" and record.status is not Status.DONE
    placed = _placed(record, words, choices, losses=losses, unknown=unknown)
    ents = without_overlap(placed, choices)
    # nobody said that none holds: without any, a document is no example for a text classifier, not eleven negative ones
    names = dict.fromkeys((*choices.categories, *record.categories)) if record.categories else ()
    cats = {name: float(name in record.categories) for name in names}
    aside = 0
    chosen = {entity.span.id for entity in ents}
    for entry in placed:
        if entry.span.id not in chosen:
            unknown.append((entry.start, entry.end))
            if choices.overlap == "group":
                aside += 1
            else:
                losses.append(span_loss(record, entry.span, Fate.CHANGED, OVERLAP))
    made = Plan(
        tokens=words,
        spans=placed,
        ents=ents,
        iob=_iob(words, ents, unknown, MISSING if partly else OUTSIDE),
        cats=cats,
        rel={},
        extras=_extras(record, placed, cats),
        relations=[],
        losses=losses,
        aside=aside,
    )
    relate(record, made, choices.symmetric)
    return made


def unexamined_ranges(record: Record) -> Iterator[Range]:
    """Yield the sound ones of the ranges that the document's metadata call unexamined, in code points."""
    found = record.meta.get(UNEXAMINED)
    for place in found if isinstance(found, list | tuple) else ():
        if isinstance(place, list | tuple) and len(place) == 2 and all(type(number) is int for number in place):
            start, end = place
            if 0 <= start < end <= len(record.text):
                yield start, end


def _placed(record: Record, words: SpacyTokens, choices: Choices, *, losses: list[Loss], unknown: list[Range]) -> list[Placed]:
    """Return the spans at their tokens; note those left out as lost, and where they stood as unknown."""
    tokens = record.tokens if record.tokens is not None else Tokens()
    placed: list[Placed] = []
    firsts = {start: number for number, start in enumerate(tokens.starts)}
    lasts = {end: number for number, end in enumerate(tokens.ends)}
    decided = choices.unexamined == "outside" or record.status is Status.DONE or record.kind is not Kind.PERSON
    for span in sorted(record.spans, key=text_order):
        place: Range | None = None
        if not (decided or span.reviewed):
            losses.append(span_loss(record, span, Fate.DROPPED, UNREVIEWED))
            unknown += span.fragments
            continue
        if len(span.fragments) == 1:
            start, end = span.fragments[0]
            first, last = firsts.get(start, -1), lasts.get(end, -1)
            place = (first, last) if 0 <= first <= last else None
        if place is None:
            place = _moved(record, span, tokens, choices.misaligned, losses)
        if place is None:
            unknown += span.fragments
        else:
            first, last = place
            start, end = tokens.starts[first], tokens.ends[last]
            placed.append(Placed(span, words.numbers[first], words.numbers[last] + 1, start, end))
    return placed


def _moved(record: Record, span: Span, tokens: Tokens, misaligned: str, losses: list[Loss]) -> Range | None:
    """Note the loss of a span that token borders cut; return its first and last token if the option gives it another place."""
    if span.discontinuous:
        losses.append(span_loss(record, span, Fate.DROPPED, FRAGMENTS))
        return None
    covered = tokens.covered(span.start, span.end)
    start, end = trim(record.text, span.start, span.end)
    reason = BLANK if tokens.aligned(start, end) else CUT
    if misaligned == "contract":
        while covered and tokens.starts[covered[0]] < start:
            covered = covered[1:]
        while covered and tokens.ends[covered[-1]] > end:
            covered = covered[:-1]
    if misaligned == "missing" or not covered:
        nothing = "" if misaligned == "missing" else "; no whole token is left of it"
        losses.append(span_loss(record, span, Fate.DROPPED, reason + nothing))
        return None
    how = "its white space was left out" if reason == BLANK else f"it was {_MOVES[misaligned]} whole tokens"
    losses.append(span_loss(record, span, Fate.MOVED, f"{reason}; {how}"))
    return covered[0], covered[-1]


_MOVES = {"expand": "widened to", "contract": "narrowed to"}


def without_overlap(placed: list[Placed], choices: Choices) -> list[Placed]:
    """Choose the spans for ``doc.ents`` by the policy ``choices.overlap``.

    "longest": the longest first, then in text order; "first": simply in text order; "label": those first whose label comes first in the
    scheme, then the longest; "group": only spans that share no token with another.
    """
    if choices.overlap == "group":
        return _free(placed)
    ordered = placed
    if choices.overlap == "longest":
        ordered = sorted(placed, key=lambda entry: (entry.first - entry.stop, entry.first))
    elif choices.overlap == "label":
        last = len(choices.labels)
        rank = choices.labels
        ordered = sorted(placed, key=lambda entry: (rank.get(entry.span.label, last), entry.first - entry.stop, entry.first))
    taken: set[int] = set()
    chosen: list[Placed] = []
    for entry in ordered:
        place = range(entry.first, entry.stop)
        if taken.isdisjoint(place):
            taken.update(place)
            chosen.append(entry)
    return sorted(chosen, key=lambda entry: entry.first)


def _free(placed: list[Placed]) -> list[Placed]:
    """Return the spans that share no token with another, in the order of their tokens."""
    ordered = sorted(placed, key=lambda entry: entry.first)
    starts = [entry.first for entry in ordered]
    found: list[Placed] = []
    reached = 0
    for entry, following in zip_longest(ordered, starts[1:]):
        if entry.first >= reached and (following is None or following >= entry.stop):
            found.append(entry)
        reached = max(reached, entry.stop)
    return found


def _iob(words: SpacyTokens, ents: list[Placed], unknown: Iterable[Range], else_: int) -> list[int]:
    """Return ENT_IOB of every token: what a left-out span touches is missing, so that nothing learns it is no entity."""
    iob = [else_] * len(words.words)
    for start, end in unknown:
        for number in touched(words, start, end):
            iob[number] = MISSING
    for entity in ents:
        iob[entity.first] = BEGIN
        for number in range(entity.first + 1, entity.stop):
            iob[number] = INSIDE
    return iob


def _extras(record: Record, placed: list[Placed], cats: Mapping[str, float]) -> dict[str, Any]:
    """Return what spaCy has no place for, for ``doc.user_data["annotator"]``."""
    reviewed = reviewed_by_default(record.kind)
    keys = ("attributes", "note", "confidence", "origin", "reviewed")
    found: dict[str, Any] = {
        "name": record.name,
        "annotator": record.annotator,
        "kind": str(record.kind),
        "status": str(record.status),
        "flagged": record.flagged,
        "verdicts": verdict_fields(record.verdicts),
        "meta": dict(record.meta),
    }
    kept = {entry.span.id for entry in placed}
    spans = [entry.span for entry in placed]
    relations = [relation for relation in record.relations if relation.head in kept and relation.tail in kept]
    for name, items in (("spans", spans), ("relations", relations)):
        found[name] = {item.id: dict(present(item, reviewed, keys)) for item in items if _says_more(item, reviewed)}
    if [name for name in cats if cats[name]] != list(record.categories):
        found["categories"] = list(record.categories)
    found["links"] = [[relation.id, relation.label, relation.head, relation.tail] for relation in relations]
    return {key: value for key, value in found.items() if value}


def _says_more(item: Item, reviewed: bool) -> bool:
    return bool(
        item.attributes
        or item.note
        or item.origin
        or item.derived_from
        or item.confidence is not None
        or item.reviewed is not reviewed
    )
