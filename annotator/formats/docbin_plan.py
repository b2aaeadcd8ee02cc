"""What a record becomes in spaCy, worked out without spaCy: its tokens, which spans become what, and what is lost.

Token numbers here count **spaCy's** tokens, white-space tokens included; characters are code points.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from annotator.domain.annotations import Item, Span, text_order
from annotator.domain.exchange import Fate, Loss, Record
from annotator.domain.text import Range, Tokens, trim
from annotator.formats.compare import item_loss, span_loss
from annotator.formats.jsonl_canonical import present, reviewed_by_default

MISSING, INSIDE, OUTSIDE, BEGIN = range(4)
"""spaCy's numbers for ENT_IOB: nothing known of the token, within an entity, in none, the first of one."""

FAR = 100
"""Tokens between two starts beyond which the customary relation component, as it is usually configured, trains no pair."""

CUT = "cuts a token"
BLANK = "begins or ends with white space"
FRAGMENTS = "has several fragments, which spaCy cannot hold"
OVERLAP = 'overlaps a span that was preferred: it is in doc.spans["sc"] but not in doc.ents'
END_GONE = "its head or its tail was left out"
END_NO_ENT = "its head or its tail is not in doc.ents, so it stands in the JSON file alone"
COLLISION = "the span in doc.ents that starts at the same token is another one, so it stands in the JSON file alone"
SAME = "another relation has the same label and ends"


@dataclass(slots=True)
class SpacyTokens:
    """The words of a text as spaCy holds them: ``"".join(word + " " * space ...)`` is the text.

    ``starts`` are code points; ``numbers`` gives for each token of the domain its number among these; ``white`` holds the
    white-space tokens once more.
    """

    words: list[str]
    spaces: list[bool]
    starts: list[int]
    numbers: list[int]
    white: list[str] = field(default_factory=list)

    def add_words(self, text: str, tokens: Tokens, blank: list[bool], which: range) -> None:
        """Add these tokens of the domain; ``blank`` tells which a blank follows."""
        part = slice(which.start, which.stop)
        self.numbers += range(len(self.words), len(self.words) + len(which))
        self.words += [text[start:end] for start, end in zip(tokens.starts[part], tokens.ends[part], strict=True)]
        self.spaces += blank[part]
        self.starts += tokens.starts[part]

    def add_white(self, start: int, white: str) -> None:
        """Add a white-space token."""
        self.words.append(white)
        self.spaces.append(False)
        self.starts.append(start)
        self.white.append(white)


def spacy_tokens(text: str, tokens: Tokens) -> SpacyTokens | None:
    """Rebuild spaCy's tokens from those without white space; None if they do not cover the text.

    spaCy's rule: the blank (U+0020) that follows a token belongs to it, and what is left of the white space up to the next token
    is one token of its own; white space before the first token is one token in whole.
    """
    word_starts, ends, length = tokens.starts, tokens.ends, len(text)
    # what comes before each token's successor: one blank nearly always, and those need no look
    blank = [text[end : end + 1] == " " for end in ends]
    followers = [*word_starts[1:], length]
    odd = [index for index, (end, follower) in enumerate(zip(ends, followers, strict=False)) if follower - end > blank[index]]
    found = SpacyTokens([], [], [], [])
    first = word_starts[0] if word_starts else length
    if first:
        found.add_white(0, text[:first])
    done = 0
    for index in odd:
        found.add_words(text, tokens, blank, range(done, index + 1))
        done, start = index + 1, ends[index] + blank[index]
        found.add_white(start, text[start : followers[index]])
    found.add_words(text, tokens, blank, range(done, len(tokens)))
    return found if "".join(found.white).isspace() or not found.white else None


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
    ``doc._.rel``; ``relations`` are those of the JSON file beside the DocBin.
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


@dataclass(frozen=True, slots=True)
class Choices:
    """How to export: the options, and what of the label scheme matters."""

    misaligned: str = "missing"
    overlap: str = "longest"
    symmetric: frozenset[str] = frozenset()
    categories: tuple[str, ...] = ()


def plan(record: Record, choices: Choices) -> Plan | None:
    """Work out what becomes of a record; None if it has no tokens or they do not cover its text."""
    tokens = record.tokens if record.tokens is not None else Tokens()
    words = spacy_tokens(record.text, tokens)
    if words is None:
        return None
    losses: list[Loss] = []
    placed: list[Placed] = []
    unknown: list[Range] = []
    firsts = {start: number for number, start in enumerate(tokens.starts)}
    lasts = {end: number for number, end in enumerate(tokens.ends)}
    for span in sorted(record.spans, key=text_order):
        place: Range | None = None
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
    ents = _without_overlap(placed, choices.overlap)
    chosen = {entity.span.id for entity in ents}
    for entry in placed:
        if entry.span.id not in chosen:
            losses.append(span_loss(record, entry.span, Fate.CHANGED, OVERLAP))
            unknown.append((entry.start, entry.end))
    made = Plan(
        tokens=words,
        spans=placed,
        ents=ents,
        iob=_iob(words, ents, unknown),
        # nobody said that none holds: without any, a document is no example for a text classifier, not eleven negative ones
        cats={name: float(name in record.categories) for name in dict.fromkeys((*choices.categories, *record.categories))}
        if record.categories
        else {},
        rel={},
        extras=_extras(record, placed),
        relations=[],
        losses=losses,
    )
    _relate(record, made, choices.symmetric)
    return made


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


def _without_overlap(placed: list[Placed], policy: str) -> list[Placed]:
    """Choose the spans for ``doc.ents``: longest first and then in text order, or ("first") simply in text order."""
    ordered = placed if policy == "first" else sorted(placed, key=lambda entry: (entry.first - entry.stop, entry.first))
    taken: set[int] = set()
    chosen: list[Placed] = []
    for entry in ordered:
        place = range(entry.first, entry.stop)
        if taken.isdisjoint(place):
            taken.update(place)
            chosen.append(entry)
    return sorted(chosen, key=lambda entry: entry.first)


def _iob(words: SpacyTokens, ents: list[Placed], unknown: Iterable[Range]) -> list[int]:
    """Return ENT_IOB of every token: what a left-out span touches is missing, so that nothing learns it is no entity."""
    iob = [OUTSIDE] * len(words.words)
    for start, end in unknown:
        for number in touched(words, start, end):
            iob[number] = MISSING
    for entity in ents:
        iob[entity.first] = BEGIN
        for number in range(entity.first + 1, entity.stop):
            iob[number] = INSIDE
    return iob


def touched(words: SpacyTokens, start: int, end: int) -> range:
    """Return the numbers of the tokens, white-space ones included, that share a character with ``[start, end)``."""
    first = max(0, bisect_right(words.starts, start) - 1)
    if words.words and words.starts[first] + len(words.words[first]) <= start:
        first += 1  # ``start`` is the blank after that token
    return range(first, max(first, bisect_left(words.starts, end)))


def _extras(record: Record, placed: list[Placed]) -> dict[str, Any]:
    """Return what spaCy has no place for, for ``doc.user_data["annotator"]``."""
    reviewed = reviewed_by_default(record.kind)
    keys = ("attributes", "note", "confidence", "origin", "reviewed")
    found: dict[str, Any] = {
        "name": record.name,
        "annotator": record.annotator,
        "kind": str(record.kind),
        "status": str(record.status),
        "meta": dict(record.meta),
    }
    kept = {entry.span.id for entry in placed}
    spans = [entry.span for entry in placed]
    relations = [relation for relation in record.relations if relation.head in kept and relation.tail in kept]
    for name, items in (("spans", spans), ("relations", relations)):
        found[name] = {item.id: dict(present(item, reviewed, keys)) for item in items if _says_more(item, reviewed)}
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


def twin(record: Record, made: Plan) -> dict[str, Any]:
    """Return the record's object in the JSON file beside the DocBin."""
    chosen = {entry.span.id for entry in made.ents}
    return {
        "name": record.name,
        "text": record.text,
        "tokens": [(start, start + len(word)) for start, word in zip(made.tokens.starts, made.tokens.words, strict=True)],
        "spans": [
            {
                "id": entry.span.id,
                "label": entry.span.label,
                "start": entry.start,
                "end": entry.end,
                "start_token": entry.first,
                "end_token": entry.stop,
                "ent": entry.span.id in chosen,
            }
            for entry in made.spans
        ],
        "relations": made.relations,
    }


def _relate(record: Record, made: Plan, symmetric: Iterable[str]) -> None:
    """Fill ``rel`` and ``relations``, and note every relation that is not in both."""
    spans: Mapping[str, Placed] = {entry.span.id: entry for entry in made.spans}
    ents: Mapping[str, Placed] = {entry.span.id: entry for entry in made.ents}
    starts = {entry.first for entry in made.ents}
    for relation in sorted(record.relations, key=lambda item: item.id):
        head, tail = spans.get(relation.head), spans.get(relation.tail)
        if head is None or tail is None:
            made.losses.append(item_loss(record, relation, Fate.DROPPED, END_GONE))
            continue
        both_ways = relation.label in symmetric
        keys = [(head.first, tail.first), (tail.first, head.first)] if both_ways else [(head.first, tail.first)]
        reason = None
        outside = [end for end in (head, tail) if end.span.id not in ents]
        if outside:
            reason = COLLISION if any(end.first in starts for end in outside) else END_NO_ENT
        elif relation.label in made.rel.get(keys[0], {}):
            reason = SAME
        if reason:
            made.losses.append(item_loss(record, relation, Fate.CHANGED, reason))
        else:
            made.kept_relations += 1
            made.far += abs(head.first - tail.first) > FAR
            for key in keys:
                made.rel.setdefault(key, {})[relation.label] = 1.0
        made.relations.append(
            {
                "id": relation.id,
                "label": relation.label,
                "head": relation.head,
                "tail": relation.tail,
                "head_token": head.first,
                "tail_token": tail.first,
                "symmetric": both_ways,
                "rel": reason is None,
            }
        )
