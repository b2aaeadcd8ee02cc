"""What a record becomes in a format of tokens: its words, its sentences, where its spans stand among them, and what is lost."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from annotator.domain.annotations import NOTHING, Span, text_order
from annotator.domain.exchange import Fate, Loss, Record
from annotator.domain.text import Range, Tokens, sentence_starts, trim
from annotator.errors import FormatError
from annotator.formats.compare import item_loss, span_loss
from annotator.formats.jsonl_canonical import reviewed_by_default

CUT = "cuts a token"
BLANK = "begins or ends with white space"
FRAGMENTS = "has several fragments, which the format cannot hold"
OVERLAP = "overlaps a span that was preferred"
_MOVES = {"expand": "grown to", "contract": "cut to"}


@dataclass(slots=True)
class Placed:
    """A span among the words: half-open ranges of words, one for each fragment, and the span as it stands there."""

    span: Span
    words: list[Range]
    meant: Span


@dataclass(slots=True)
class Plan:
    """The words of a record as ranges of its text, where sentences start, and the spans that can be written."""

    words: list[Range]
    sentences: list[int]
    spans: list[Placed]
    losses: list[Loss] = field(default_factory=list)
    split: bool = False


def chosen(options: Mapping[str, str], allowed: Mapping[str, tuple[str, ...]], what: str) -> dict[str, str]:
    """Return all options with their values, the first of those allowed where none is given; raises ``FormatError`` for others."""
    for name, value in options.items():
        if name not in allowed:
            raise FormatError(f"The {what} export has no option “{name}”; it knows {', '.join(allowed)}.")
        if value not in allowed[name]:
            raise FormatError(f"“{name}” is one of {', '.join(allowed[name])}, not “{value}”.")
    return {name: options.get(name, values[0]) for name, values in allowed.items()}


def plan(record: Record, *, misaligned: str, fragments: bool, split_blanks: bool) -> Plan | None:
    """Work out where words and spans stand; None if the record's tokens do not cover its text.

    ``fragments`` allows spans of several; ``split_blanks`` cuts tokens at white space within them.
    """
    tokens = record.tokens if record.tokens is not None else Tokens()
    if not _covers(record.text, tokens):
        return None
    losses: list[Loss] = []
    meant: list[tuple[Span, Span]] = []
    for span in sorted(record.spans, key=text_order):
        if span.discontinuous and not fragments:
            losses.append(span_loss(record, span, Fate.DROPPED, FRAGMENTS))
            continue
        moved = _aligned(record, span, tokens, misaligned, losses)
        if moved is not None:
            meant.append((span, moved))
    words = _words(record.text, tokens) if split_blanks else list(tokens)
    made = Plan(words, [], [], losses, split=len(words) != len(tokens))
    starts, ends = [start for start, _ in words], [end for _, end in words]
    for span, moved in meant:
        ranges = [(bisect_left(starts, start), bisect_left(ends, end) + 1) for start, end in moved.fragments]
        made.spans.append(Placed(span, ranges, moved))
    made.sentences = _sentences(record.text, words, made.spans)
    return made


def _covers(text: str, tokens: Tokens) -> bool:
    gaps = zip([0, *tokens.ends], [*tokens.starts, len(text)], strict=True)
    return not "".join([text[end:start] for end, start in gaps]).strip()


def _words(text: str, tokens: Tokens) -> list[Range]:
    joined = "".join([text[start:end] for start, end in tokens])
    if joined.split() == [joined]:  # nearly always: no white space in any of them
        return list(tokens)
    words: list[Range] = []
    for start, end in tokens:
        position = start
        for piece in text[start:end].split():
            position = text.index(piece, position)
            words.append((position, position + len(piece)))
            position += len(piece)
    return words


def _aligned(record: Record, span: Span, tokens: Tokens, misaligned: str, losses: list[Loss]) -> Span | None:
    """Return the span with its fragments on borders of tokens, or None; note what had to be moved or left out."""
    if all(tokens.aligned(start, end) for start, end in span.fragments):
        return span
    moved: list[Range] = []
    reason = BLANK
    for start, end in span.fragments:
        low, high = trim(record.text, start, end)
        reason = reason if tokens.aligned(low, high) else CUT
        covered = tokens.covered(low, high)
        if misaligned == "contract":
            while covered and tokens.starts[covered[0]] < low:
                covered = covered[1:]
            while covered and tokens.ends[covered[-1]] > high:
                covered = covered[:-1]
        if misaligned == "missing" or not covered or (moved and tokens.starts[covered[0]] < moved[-1][1]):
            nothing = "" if misaligned == "missing" else "; no whole token is left of it"
            losses.append(span_loss(record, span, Fate.DROPPED, reason + nothing))
            return None
        moved.append((tokens.starts[covered[0]], tokens.ends[covered[-1]]))
    how = "its white space was left out" if reason == BLANK else f"it was {_MOVES[misaligned]} whole tokens"
    losses.append(span_loss(record, span, Fate.MOVED, f"{reason}; {how}"))
    return replace(span, fragments=tuple(moved))


def _sentences(text: str, words: list[Range], spans: list[Placed]) -> list[int]:
    """Return the words that begin a sentence; a border that a span reaches across is none."""
    crossed = {number for entry in spans for number in range(entry.words[0][0] + 1, entry.words[-1][1])}
    return [number for number in sentence_starts(text, Tokens(words)) if number not in crossed]


def without_overlap(record: Record, made: Plan, overlap: str) -> None:
    """Leave in a plan only spans that share no word, the longest first or the first in the text; note the others as lost."""
    key = (lambda entry: (entry.words[0][0] - entry.words[0][1], text_order(entry.span))) if overlap == "longest" else None
    taken = [False] * len(made.words)
    kept: list[Placed] = []
    for entry in sorted(made.spans, key=key) if key else made.spans:
        first, stop = entry.words[0]
        if any(taken[first:stop]):
            made.losses.append(span_loss(record, entry.span, Fate.DROPPED, OVERLAP))
        else:
            taken[first:stop] = [True] * (stop - first)
            kept.append(entry)
    made.spans = sorted(kept, key=lambda entry: entry.words)


def expected(record: Record, made: Plan, *, holds: tuple[str, ...] = (), what: str) -> Record:
    """Return what a record should come back as, and note in the plan what of its spans and relations is lost.

    ``holds`` names the fields of a span besides place and label that the format called ``what`` can state.
    """
    spans: list[Span] = []
    reviewed = reviewed_by_default(record.kind)
    for entry in made.spans:
        span = entry.meant
        lost = [name for name in ("attributes", "note", "kb_id") if getattr(span, name) and name not in holds]
        if lost:
            made.losses.append(item_loss(record, entry.span, Fate.CHANGED, f"{what} cannot state its {', '.join(lost)}"))
        attributes = NOTHING if "attributes" in lost else span.attributes
        note, kb_id = ("" if name in lost else getattr(span, name) for name in ("note", "kb_id"))
        spans.append(Span(span.id, span.fragments, span.label, attributes, note, kb_id, reviewed=reviewed))
    for relation in record.relations:
        made.losses.append(item_loss(record, relation, Fate.DROPPED, f"{what} holds no relations"))
    tokens = None if made.split else Tokens(made.words)
    return replace(record, spans=tuple(spans), relations=(), tokens=tokens)
