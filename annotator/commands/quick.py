"""Plain records straight to rows: what most of an import is, without an object for each span.

Where anything must be said about a record (a rule it breaks, a document that is there already) it becomes a ``Record`` again and goes the
usual way through ``merging``.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain, repeat

from annotator.domain import text as words
from annotator.domain.annotations import Kind
from annotator.domain.labels import LabelScheme
from annotator.domain.text import Tokens
from annotator.formats.jsonl_canonical import reviewed_by_default
from annotator.formats.jsonl_plain import Columns, PlainRecord
from annotator.store.filling import DocumentRows, SetRows
from annotator.store.rows import Row, pack, to_json
from annotator.store.statistics import meta_rows


@dataclass(slots=True)
class Ready:
    """A plain record as rows, with what the label scheme must still allow.

    ``links`` are the distinct (relation label, head label, tail label, whether both ends are one span); ``both_ways`` the relation labels
    that link two spans in both directions, which a symmetric one may not.  ``record`` has no columns any more.
    """

    record: PlainRecord
    rows: DocumentRows
    span_labels: tuple[str, ...] = ()
    relation_labels: tuple[str, ...] = ()
    links: frozenset[tuple[str, str, str, bool]] = frozenset()
    both_ways: frozenset[str] = frozenset()


def ready(record: PlainRecord, tokens: Tokens | None) -> Ready | None:
    """Return a plain record as rows; None if it breaks a rule that no scheme allows, or cannot be kept as it is.

    ``tokens`` are for a record that has none of its own.
    """
    if record.flat is None:
        flat = list(chain.from_iterable(tokens or ()))
        sentences = words.sentence_starts(record.text, tokens or Tokens())
        offsets = pack(flat)
    else:
        flat = record.flat
        sentences = sentence_starts(record.text, flat[::2], flat[1::2])
        offsets = record.steps.astype("uint8").tobytes() if record.steps.max() < 0x80 else pack(flat)
    starts, ends = flat[::2], flat[1::2]
    try:
        meta = to_json(record.meta) if record.meta else "{}"
    except TypeError:
        return None
    if record.spans and not _within_rules(record, starts, ends):
        return None
    row = record.name, record.text, meta, offsets, pack(sentences)
    sets = [_set_rows(record)] if record.with_set else []
    made = Ready(record, DocumentRows(row, len(record.text), list(meta_rows(record.meta)), sets))
    if record.spans and not _note_labels(made, record.spans, record.relations):
        return None
    record.forget_columns()
    return made


def allowed(entry: Ready, scheme: LabelScheme) -> bool:
    """Tell whether the scheme allows everything in the record; asked after its labels were added."""
    return (
        all(scheme.span(label) is not None for label in entry.span_labels)
        and all(_fits(link, scheme) for link in entry.links)
        and not any(label is not None and label.symmetric for label in map(scheme.relation, entry.both_ways))
    )


def _fits(link: tuple[str, str, str, bool], scheme: LabelScheme) -> bool:
    name, head, tail, same = link
    label = scheme.relation(name)
    return label is not None and (label.reflexive or not same) and label.allows(head, tail)


def _within_rules(record: PlainRecord, token_starts: list[int], token_ends: list[int]) -> bool:
    """Tell whether no span begins or ends with white space, cuts a token, or is there twice."""
    starts, ends = record.spans["start"], record.spans["end"]
    if len(set(zip(starts, ends, record.spans["label"], strict=True))) < len(starts):
        return False
    if record.flat is not None:  # white space is in no such token
        return set(token_starts).issuperset(starts) and set(token_ends).issuperset(ends)
    text, tokens = record.text, zip(token_starts, token_ends, strict=True)
    if any(text[start].isspace() or text[end - 1].isspace() for start, end in zip(starts, ends, strict=True)):
        return False
    firsts, lasts = map(set, zip(*tokens, strict=True)) if token_starts else ((), ())
    return not firsts or (set(starts) <= set(firsts) and set(ends) <= set(lasts))


def _note_labels(made: Ready, spans: Columns, relations: Columns) -> bool:
    """Note which labels stand where; False where a relation is there twice."""
    made.span_labels = tuple(dict.fromkeys(spans["label"]))
    if not relations:
        return True
    label_of = dict(zip(spans["id"], spans["label"], strict=True))
    ends = set(zip(relations["label"], relations["head"], relations["tail"], strict=True))
    if len(ends) < len(relations["label"]):
        return False
    made.relation_labels = tuple(dict.fromkeys(relations["label"]))
    made.links = frozenset((label, label_of[head], label_of[tail], head == tail) for label, head, tail in ends)
    made.both_ways = frozenset(label for label, head, tail in ends if head != tail and (label, tail, head) in ends)
    return True


def _set_rows(record: PlainRecord) -> SetRows:
    spans, relations = _rows(record.spans, SPAN, record.kind), _rows(record.relations, RELATION, record.kind)
    labels: Counter[tuple[str, str]] = Counter()
    unreviewed: Counter[tuple[str, str]] = Counter()
    for what, columns in (("span", record.spans), ("relation", record.relations)):
        if columns:
            labels.update(zip(repeat(what), columns["label"], strict=False))
            decided = columns.get("reviewed") or repeat(reviewed_by_default(record.kind))
            waiting = [label for label, is_decided in zip(columns["label"], decided, strict=False) if not is_decided]
            unreviewed.update(zip(repeat(what), waiting, strict=False))
    info = record.annotator, str(record.kind), str(record.status), int(record.flagged), to_json(record.categories)
    return SetRows(info, spans, relations, [], labels, unreviewed, 0)


SPAN = ("id", "start", "end", "label", None, None, "note", "kb_id", "confidence", "origin", "reviewed", "derived_from")
RELATION = ("id", "label", "head", "tail", None, "note", "confidence", "origin", "reviewed", "derived_from")
"""The fields of ``SPAN_COLUMNS`` and ``RELATION_COLUMNS`` by their names in a line; None for what a plain one has none of."""


def _rows(columns: Columns, order: tuple[str | None, ...], kind: Kind) -> list[Row]:
    if not columns:
        return []
    filled: list[Iterable[object]] = []
    for name in order:
        if name is not None and name in columns:
            filled.append(map(int, columns[name]) if name == "reviewed" else columns[name])
        elif name == "reviewed":
            filled.append(repeat(int(reviewed_by_default(kind))))
        else:
            filled.append(repeat(None if name in (None, "confidence") else ""))
    return list(zip(*filled, strict=False))


# Sentences

_CLOSERS, _ABBREVIATIONS = words._CLOSERS, words._ABBREVIATIONS  # noqa: SLF001  # one rule, in two ways of walking
_LONGEST = max(map(len, _ABBREVIATIONS))
_END = re.compile(f"[{re.escape(''.join(words._SENTENCE_END))}][{re.escape(_CLOSERS)}]*(?=\\s)")  # noqa: SLF001
_LINE_END = re.compile("[\n\r\u2029]")


def sentence_starts(text: str, starts: Sequence[int], ends: Sequence[int]) -> list[int]:
    """Return what ``domain.text.sentence_starts`` does, looking at ends of sentences instead of every token.

    For tokens without white space that leave nothing but white space between them.
    """
    if not starts:
        return []
    found = {0}
    count = len(starts)
    found.update(bisect_left(starts, match.start()) for match in _LINE_END.finditer(text))
    for match in _END.finditer(text):
        place = match.start()
        following = bisect_left(starts, match.end())
        if following == count or text[starts[following]].islower():
            continue
        token = following - 1 if starts[following - 1] <= place else bisect_right(starts, place) - 1
        long_word = place - starts[token] > _LONGEST and text[place - 1].isalpha()  # spares the look at most of them
        if text[place] != "." or long_word or not _is_abbreviation(text, starts, ends, token):
            found.add(following)
    found.discard(count)
    return sorted(found)


def _is_abbreviation(text: str, starts: Sequence[int], ends: Sequence[int], token: int) -> bool:
    """Tell whether a token that ends with a full stop is a shortened word, or the stop after one."""
    stem = text[starts[token] : ends[token]].rstrip(_CLOSERS).rstrip(".")
    if not stem and token:
        stem = text[starts[token - 1] : ends[token - 1]].rstrip(_CLOSERS)
    return len(stem) <= _LONGEST and ((len(stem) == 1 and stem.isalpha()) or stem.lower() in _ABBREVIATIONS)
