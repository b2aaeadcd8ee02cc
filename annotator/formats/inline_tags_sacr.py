"""Text with the braces of SACR to records; how they are read is told in ``formats.inline_tags``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from annotator.domain.annotations import Span
from annotator.domain.exchange import Complaint, Record
from annotator.domain.rules import quoted
from annotator.domain.text import Range
from annotator.formats.files import safe_stem
from annotator.formats.inline_tags_edits import Edited, Lines
from annotator.formats.inline_tags_markup import Reading
from annotator.formats.json_fields import Complaints, Found
from annotator.formats.jsonl_canonical import reviewed_by_default
from annotator.formats.offsets import Ruler, Unit

CHAIN, LABEL, LINK = "chain", "MENTION", "COREF"

_OPEN = re.compile(r"\{([^\s{}:=\",]{1,200})(?::| )")
_PROPERTY = re.compile(r"([^\s{}:=\",]{1,200})=(?:\"([^\"]*)\"|([^\s{}\",]*))(,| |(?=[{}]))")
_EDGE = re.compile(r"[{}]")
_DIRECTIVE = re.compile(r"#\s*([\w-]+)\s*:\s*(.*)")
_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_SETTINGS = ("tokenization-type", "color", "additional_token", "additionaltoken")
_NAMES = ("textid", "text_id", "title")


@dataclass(slots=True)
class _Mention:
    """A mention as it stands in the source: its brace with the properties, and where its text ends."""

    chain: str
    properties: dict[str, str]
    opening: Range
    closing: int = -1


@dataclass(slots=True)
class _Place:
    """What is said of one stretch of text: by several chains where they say nothing against each other."""

    place: Range
    chains: dict[str, None] = field(default_factory=dict)
    properties: dict[str, str] = field(default_factory=dict)

    def takes(self, mention: _Mention) -> bool:
        """Take a mention of the same place; tell whether it fits."""
        if any(value and self.properties.get(key) and self.properties[key] != value for key, value in mention.properties.items()):
            return False
        self.properties |= {key: value for key, value in mention.properties.items() if value or key not in self.properties}
        self.chains[mention.chain] = None
        return True


def read_sacr(whole: Record, reading: Reading) -> Iterator[Record | Complaint]:
    """Yield the documents of a text, each after what is wrong with it: one, or one for each line if that is asked for."""
    stem = safe_stem(reading.path)
    if reading.documents != "line":
        yield from _document(whole.text, stem, Lines(whole.text), reading)
        return
    for number, line in enumerate(whole.text.split("\n"), 1):
        if line.strip() and not line.startswith("#"):
            yield from _document(line.rstrip("\r"), f"{stem}:{number}", Lines(line, number), reading)


def _document(source: str, name: str, lines: Lines, reading: Reading) -> Iterator[Record | Complaint]:
    complain = Complaints("")

    def say(at: int, message: str, *, lost: bool = True) -> None:
        complain.place = f"{reading.path}:{lines.at(at)}"
        complain(message, lost=lost)

    meta, left_out = _directives(source)
    edits = [(start, end, "") for start, end in left_out]
    if left_out:
        say(left_out[0][0], "SACR's settings, comments and the blank lines around them were left out of the text.", lost=False)
    mentions, stray = _mentions(source, left_out)
    for at in stray:
        what = "brace has no partner" if source[at] == "}" else f"brace {quoted(source[at : at + 40])} is not closed"
        say(at, f"The {what}; it was left in the text.")
    for mention in mentions:
        edits += [(*mention.opening, ""), (mention.closing, mention.closing + 1, "")]
    edited = Edited(source, edits)
    record = Record(name=name, text=edited.text, meta=meta, place=f"{reading.path}:{lines.at(0)}")
    record.annotator, record.kind = reading.defaults.annotator, reading.defaults.kind
    places: dict[Range, list[_Place]] = {}
    for mention in mentions:
        place = edited.place(mention.opening[1]), edited.place(mention.closing)
        if place[0] >= place[1]:
            say(mention.opening[0], f"The mention of {mention.chain} covers no text; it was left out.")
            continue
        same = places.setdefault(place, [])
        if any(mention.chain in one.chains for one in same[-1:]):
            say(mention.opening[0], f"The same words are a mention of {mention.chain} twice; they became one.", lost=False)
        if not same or not same[-1].takes(mention):
            same.append(_Place(place, {mention.chain: None}, dict(mention.properties)))
    _fill(record, [one for same in places.values() for one in same], reading)
    yield from complain.found
    if record.text.strip():
        yield record
    else:
        yield Complaint(record.place, "The document holds no text, so there is no article to bring in.")


def _directives(source: str) -> tuple[dict[str, Any], list[Range]]:
    """Return what SACR's own lines say, and where they stand, with the blank lines at the edges of the text that they leave."""
    meta: dict[str, Any] = {}
    comments: list[str] = []
    found: list[Range] = []
    at, fresh = 0, True
    for line in _LINE.findall(source) if "#" in source or "*****" in source else ():
        bare = line.strip()
        if fresh and (bare.startswith("#") or (len(bare) >= 5 and not bare.strip("*"))):
            found.append((at, at + len(line)))
            match = _DIRECTIVE.fullmatch(bare)
            key = match[1].lower() if match else ""
            if match and key in _NAMES:
                meta.setdefault(key, match[2])
            elif key not in _SETTINGS and bare.strip("#* "):
                comments.append(bare.lstrip("#").strip())
        else:
            fresh = not bare
        at += len(line)
    if comments:
        meta["comments"] = comments
    return meta, _with_edges(source, found)


def _with_edges(source: str, found: list[Range]) -> list[Range]:
    """Add the blank lines between the text and the lines at its very beginning and end."""
    if not found:
        return found
    kept = [*zip([0, *(end for _, end in found)], [*(start for start, _ in found), len(source)], strict=True)]
    inked = [number for number, (start, end) in enumerate(kept) if source[start:end].strip()]
    if not inked:
        return [(0, len(source))]
    first, last = inked[0], inked[-1]
    start, end = kept[first][0], kept[last][1]
    head = start + len(source[start : kept[first][1]]) - len(source[start : kept[first][1]].lstrip("\r\n"))
    tail = kept[last][0] + len(source[kept[last][0] : end].rstrip("\r\n"))
    edges = [(0, head)] if first else []
    inner = found[first:last]
    return [*edges, *inner, *([(tail, len(source))] if last < len(kept) - 1 else [])]


def _mentions(source: str, left_out: list[Range]) -> tuple[list[_Mention], list[int]]:
    """Return the mentions in the order they begin, and the braces that belong to none."""
    found: list[_Mention] = []
    opened: list[_Mention] = []
    stray: list[int] = []
    at = 0
    skipped = iter([*left_out, (len(source), len(source))])
    skip = next(skipped)
    while match := _EDGE.search(source, at):
        at = match.start()
        while at >= skip[1] and skip[0] < len(source):
            skip = next(skipped)
        if skip[0] <= at < skip[1]:
            at = skip[1]
            continue
        opening = _OPEN.match(source, at)
        if opening:
            mention = _opened(source, opening)
            opened.append(mention)
            at = mention.opening[1]
            continue
        if source[at] == "}" and opened:
            mention = opened.pop()
            mention.closing = at
            found.append(mention)
        elif source[at] == "}":
            stray.append(at)
        at += 1
    stray += [mention.opening[0] for mention in opened]
    return sorted(found, key=lambda mention: mention.opening), sorted(stray)


def _opened(source: str, opening: re.Match[str]) -> _Mention:
    properties: dict[str, str] = {}
    at = opening.end()
    while opening[0].endswith(":") and (match := _PROPERTY.match(source, at)):
        quotation, word = match[2], match[3]
        properties.setdefault(match[1], quotation if quotation is not None else word or "")
        at = match.end()
        if match[4] != ",":
            break
    return _Mention(opening[1], properties, (opening.start(), at))


def _fill(record: Record, places: list[_Place], reading: Reading) -> None:
    found = Found(record.text, Ruler(record.text, Unit.CODE_POINTS), lambda *_, **__: None)
    reviewed = reviewed_by_default(record.kind)
    chains: dict[str, list[str]] = {}
    for one in sorted(places, key=lambda one: (one.place[0], -one.place[1])):
        names = list(one.chains)
        attributes: dict[str, Any] = {**one.properties, CHAIN: names[0] if len(names) == 1 else names}
        label = one.properties.get(reading.label, "").strip() if reading.label else ""
        span = Span(found.free_id(None), (one.place,), label or LABEL, attributes, reviewed=reviewed)
        found.add_span(span)
        for chain in one.chains:
            chains.setdefault(chain, []).append(span.id)
    # two mentions that follow each other in several chains are linked once; which chains those are, their attributes say
    pairs = dict.fromkeys((head, tail) for spans in chains.values() for tail, head in pairwise(spans))
    for pair in pairs:
        found.add_relation(None, LINK, pair, {"reviewed": reviewed})
    record.spans, record.relations = tuple(found.spans.values()), tuple(found.relations)
