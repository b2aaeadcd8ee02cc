"""What the offsets of a ``.ann`` file count, found by laying the texts it states beside the text itself.

brat's server counts code points after Python made every line break a single line feed; its client and other tools count UTF-16 units
or bytes, with CRLF as two, or a byte-order mark as one.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise

from annotator.domain.annotations import ordered_fragments
from annotator.domain.mending import Mender
from annotator.domain.rules import quoted
from annotator.domain.text import OffsetMap, Range
from annotator.formats.brat_lines import Complain, TextBound

Convert = Callable[[int], int]
"""Turns an offset of the file into a code point of the exact text; one outside stays outside."""

LINE_BREAKS = r"[\n\r\t\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+"
"""What may not stand in the text of a T line: tabs, and all that some reader of lines takes for the end of one."""

_WHITE = re.compile(r"\r\n|\s")
_CRLF = re.compile("\r\n")


def unit(text: str, bounds: Iterable[TextBound], *, marked: bool) -> tuple[Convert, str]:
    """Return how to convert offsets, and what they count where that is not code points (else an empty text).

    The first unit under which all stated texts are found wins, else the one under which most are; ``marked`` says that a byte-order
    mark was removed from the text.
    """
    stated = [bound for bound in bounds if bound.surface]
    best: tuple[int, Convert, str] | None = None
    for convert, name in _units(text, marked):
        hits = sum(found(text, bound, convert) for bound in stated)
        if best is None or hits > best[0]:
            best = hits, convert, name
        if hits == len(stated):
            break
    assert best is not None
    return best[1], best[2]


def found(text: str, bound: TextBound, convert: Convert) -> bool:
    """Tell whether the text a T line states is where its offsets say; any white space is as good as any other."""
    there = " ".join(text[convert(start) : convert(end)] for start, end in bound.offsets)
    return there == bound.surface or _WHITE.sub(" ", there) == _WHITE.sub(" ", bound.surface)


def collapsed(text: str) -> Convert:
    """Return what turns a code point of ``text`` into the one brat counts, with CRLF as a single character."""
    breaks = [match.end() for match in _CRLF.finditer(text)]
    return (lambda offset: offset - bisect_left(breaks, offset + 1)) if breaks else _same


def _same(offset: int) -> int:
    return offset


def _units(text: str, marked: bool) -> Iterator[tuple[Convert, str]]:
    breaks = [match.start() - number for number, match in enumerate(_CRLF.finditer(text))]
    views = [(text.replace("\r\n", "\n"), _widened(breaks), "")] if breaks else []
    views.append((text, _same, ", with CRLF as two" if breaks else ""))
    for units in ("code points", "UTF-16 units", "bytes"):
        for view, widen, how in views:
            if units == "UTF-16 units" and max(view, default="") <= "\uffff":
                continue
            if units == "bytes" and view.isascii():
                continue
            convert = _composed(_to_code_point(view, units), widen)
            yield convert, "" if units == "code points" and not how else units + how
            if marked:
                width = 3 if units == "bytes" else 1
                yield _shifted(convert, width), f"{units}{how}, with the byte-order mark counted"


def _widened(breaks: list[int]) -> Convert:
    return lambda offset: offset + bisect_left(breaks, offset)


def _composed(first: Convert, second: Convert) -> Convert:
    return first if second is _same else lambda offset: second(first(offset))


def _shifted(convert: Convert, width: int) -> Convert:
    return lambda offset: convert(max(0, offset - width))


def _to_code_point(view: str, units: str) -> Convert:
    if units == "code points":
        return _same
    if units == "UTF-16 units":
        return OffsetMap(view).to_code_point
    edges = [0]
    for character in view:
        edges.append(edges[-1] + len(character.encode("utf-8", "surrogatepass")))
    return lambda offset: bisect_left(edges, offset) if offset <= edges[-1] else len(view) + offset - edges[-1]


def mended(text: str, bound: TextBound, convert: Convert, mender: Mender | None, complain: Complain) -> tuple[Range, ...]:
    """Return where a T line of one fragment stands that makes no sense as it is, if that can be mended and was asked for."""
    if mender is None or len(bound.offsets) != 1:
        return ()
    start, end = map(convert, bound.offsets[0])
    if start < end <= len(text) and (not bound.surface or found(text, bound, convert)):
        return ()
    better = mender.place(text, start, end, bound.surface)
    if better is None:
        return ()
    complain(bound.number, f"Repaired: the span {bound.id} {better.message}.", lost=False)
    return (better.place,)


def fragments_of(text: str, bound: TextBound, convert: Convert, complain: Complain) -> tuple[Range, ...]:
    """Return where a T line's span stands, in text order; nothing, with a complaint, if that makes no sense."""
    listed = [(convert(start), convert(end)) for start, end in bound.offsets]
    told = ";".join(f"{start} {end}" for start, end in bound.offsets)
    wrong = next((pair for pair in listed if pair[0] >= pair[1] or pair[1] > len(text)), None)
    if wrong:
        start, end = wrong
        how = "end before they start" if end < start else "cover no text" if start == end else "go beyond the end of the text"
        complain(bound.number, f"The span {bound.id} was left out, because its offsets {told} {how}.")
        return ()
    if bound.surface and not found(text, bound, convert):
        there = " ".join(text[start:end] for start, end in listed)
        message = f"The line says {quoted(bound.surface)}, but the text at {told} is {quoted(there)}; the offsets were followed."
        complain(bound.number, message)
    ordered = ordered_fragments(listed)
    if listed != sorted(listed):
        complain(bound.number, f"The fragments of {bound.id} stand out of text order; they were put in order.", lost=False)
    elif any(left[1] > right[0] for left, right in pairwise(listed)):
        complain(bound.number, f"Fragments of {bound.id} overlap; they were joined.", lost=False)
    return ordered
