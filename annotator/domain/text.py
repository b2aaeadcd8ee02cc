"""Offsets, display text, tokens and snapping.

Every offset in the program counts Unicode **code points** of the exact original text.  Only ``ui.article`` also speaks of
``qt_position``: UTF-16 code units of the display text, which is what a ``QTextDocument`` counts.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from operator import le, lt

Range = tuple[int, int]
"""A half-open pair of code-point offsets."""

MAX_BLOCK = 20_000
"""Longest paragraph, in code points, that the display text lets Qt lay out as one block."""

BLOCK_SEPARATOR = "\u2029"

_HARMLESS: dict[int, str] = {
    **{code: chr(0x2400 + code) for code in range(0x20) if code not in (0x09, 0x0A, 0x0D)},
    0x0A: BLOCK_SEPARATOR,
    0x0D: BLOCK_SEPARATOR,
    0x7F: "\u2421",
    0x85: " ",
    0xFFFC: "\ufffd",
    **dict.fromkeys(range(64976, 65008), "�"),
    **{(plane << 16) + low: "\ufffd" for plane in range(17) for low in (0xFFFE, 0xFFFF)},
}
_HARMFUL = frozenset((*map(chr, _HARMLESS), *map(chr, range(0xD800, 0xE000))))


def display_text(text: str) -> str:
    """Return what the view shows for ``text``: one code point for each code point, none that Qt would swallow or merge.

    The carriage return of CRLF becomes a blank and the line feed a paragraph separator (U+2029), so both keep their own position.
    Control characters become their Unicode control pictures; noncharacters, lone surrogates and the object replacement character
    become U+FFFD.  A paragraph longer than ``MAX_BLOCK`` is broken at a blank, because Qt lays a whole block out again at every
    format change.
    """
    shown = text
    harmful = _HARMFUL & set(text)  # one replacement for each kind: six times the speed of a regular expression or translate()
    if "\r" in harmful:
        shown = shown.replace("\r\n", " \n")
    for character in harmful:
        shown = shown.replace(character, _HARMLESS.get(ord(character), "\ufffd"))
    return _with_bounded_blocks(shown) if len(shown) > MAX_BLOCK else shown


def _with_bounded_blocks(shown: str) -> str:
    pieces: list[str] = []
    for paragraph in shown.split(BLOCK_SEPARATOR):
        start = 0
        while len(paragraph) - start > MAX_BLOCK:
            cut = paragraph.rfind(" ", start + 1, start + MAX_BLOCK)
            if cut < 0:  # a "word" longer than a block: Qt must take it as it is, but not what follows it
                cut = paragraph.find(" ", start + MAX_BLOCK)
            if cut < 0:
                break
            pieces.append(paragraph[start:cut])
            start = cut + 1
        pieces.append(paragraph[start:])
    return BLOCK_SEPARATOR.join(pieces)


class OffsetMap:
    """Converts between code points and UTF-16 code units of one text; free of cost where no character is astral."""

    __slots__ = ("_astral", "_astral_qt")

    def __init__(self, text: str) -> None:
        self._astral: list[int] = []
        if not text.isascii() and utf16_length(text) > len(text):
            self._astral = [offset for offset, character in enumerate(text) if character > "\uffff"]
        self._astral_qt = [offset + before for before, offset in enumerate(self._astral)]

    def to_qt(self, offset: int) -> int:
        """Return the UTF-16 position of a code-point offset."""
        return offset + bisect_left(self._astral, offset) if self._astral else offset

    def to_code_point(self, qt_position: int) -> int:
        """Return the code-point offset of a UTF-16 position; one inside a surrogate pair counts as its start."""
        return qt_position - bisect_left(self._astral_qt, qt_position) if self._astral_qt else qt_position


class Tokens(Sequence[Range]):
    """The tokens of one document in text order: half-open code-point ranges without white space, not overlapping.

    White-space tokens are left out, whoever made the tokens: they label nothing, and ``formats.docbin`` can rebuild spaCy's from
    the gaps.
    """

    __slots__ = ("ends", "starts")

    def __init__(self, ranges: Iterable[Range] = ()) -> None:
        flat = list(chain.from_iterable(ranges))
        self.starts: list[int] = flat[::2]
        self.ends: list[int] = flat[1::2]

    @classmethod
    def from_flat(cls, flat: Sequence[int]) -> Tokens:
        """Build from ``start, end, start, end, ...`` without making a tuple for each token."""
        tokens = cls()
        tokens.starts, tokens.ends = list(flat[::2]), list(flat[1::2])
        return tokens

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, index: int) -> Range:  # type: ignore[override]  # slices are not needed
        return self.starts[index], self.ends[index]

    def __iter__(self) -> Iterator[Range]:
        return zip(self.starts, self.ends, strict=True)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Tokens) and self.starts == other.starts and self.ends == other.ends

    def __hash__(self) -> int:
        return hash((tuple(self.starts), tuple(self.ends)))

    def __repr__(self) -> str:
        return f"Tokens({list(self)!r})"

    def at(self, offset: int) -> int | None:
        """Return the index of the token that contains ``offset``, or None in a gap."""
        index = bisect_right(self.starts, offset) - 1
        return index if index >= 0 and offset < self.ends[index] else None

    def first_from(self, offset: int) -> int:
        """Return the index of the first token that ends after ``offset``; ``len(self)`` if there is none."""
        return bisect_right(self.ends, offset)

    def covered(self, start: int, end: int) -> range:
        """Return the indices of all tokens that share at least one code point with ``[start, end)``."""
        if start >= end:
            return range(0)
        first = bisect_right(self.ends, start)
        return range(first, max(first, bisect_left(self.starts, end)))

    def aligned(self, start: int, end: int) -> bool:
        """Tell whether ``start`` is a token's start and ``end`` is a token's end."""
        first, last = bisect_left(self.starts, start), bisect_left(self.ends, end)
        return first < len(self) and last < len(self) and self.starts[first] == start and self.ends[last] == end and first <= last


def _plainly_sound(ranges: Sequence[Sequence[int]], text: str) -> bool:
    """Tell whether ranges are sound tokens without one of white space: in a quarter of the time, for every reader asks it of every
    document."""
    if not ranges or not {tuple, list}.issuperset(map(type, ranges)):
        return False
    try:
        starts, ends = zip(*ranges, strict=True)
    except ValueError:
        return False
    if {int} != {*map(type, starts), *map(type, ends)} or not (starts[0] >= 0 and ends[-1] <= len(text)):
        return False
    if not (all(map(lt, starts, ends)) and all(map(le, ends, starts[1:]))):
        return False
    between = "".join([text[end:start] for end, start in zip((0, *ends), (*starts, len(text)), strict=True)])
    edges = "".join([text[start] for start in starts] + [text[end - 1] for end in ends])
    return not between.strip() and edges.split() == [edges]


def tokens_problem(ranges: Sequence[Sequence[int]], text: str) -> str | None:
    """Say what is wrong with foreign token ranges, or return None.

    Sound tokens are in order, do not overlap, lie in the text, hold no white space at their edges and leave nothing but white
    space between them.  Ranges that are all white space are skipped, as ``sound_tokens`` skips them.
    """
    if _plainly_sound(ranges, text):
        return None
    position = 0
    for number, token in enumerate(ranges):
        if not isinstance(token, Sequence) or len(token) != 2 or not all(type(offset) is int for offset in token):
            return f"token {number} is not a pair of whole numbers"
        start, end = token
        if not position <= start < end <= len(text):
            return f"token {number} ({start}, {end}) is out of order or outside the text"
        if text[position:start].strip():
            return f"the text before token {number}, {text[position:start].strip()[:20]!r}, is in no token"
        word = text[start:end]
        if not word.isspace() and word != word.strip():
            return f"token {number} ({start}, {end}) begins or ends with white space"
        position = end
    if text[position:].strip():
        return f"the text after the last token, {text[position:].strip()[:20]!r}, is in no token"
    return None


def sound_tokens(ranges: Iterable[Sequence[int]], text: str) -> Tokens:
    """Return the tokens of ranges that passed ``tokens_problem``, without those that are all white space."""
    return Tokens((start, end) for start, end in ranges if not text[start:end].isspace())


def trim(text: str, start: int, end: int) -> Range:
    """Return ``[start, end)`` without white space at its edges; an empty range at ``start`` if nothing is left."""
    while end > start and text[end - 1].isspace():
        end -= 1
    while start < end and text[start].isspace():
        start += 1
    return start, end


def snap(tokens: Tokens, text: str, start: int, end: int) -> Range | None:
    """Return the smallest range of whole tokens that covers all non-blank text of ``[start, end)``; None if that is nothing.

    Where no token covers the text (a document without tokens), the trimmed range itself is returned.
    """
    start, end = trim(text, max(0, start), min(end, len(text)))
    if start >= end:
        return None
    covered = tokens.covered(start, end)
    if not covered:
        return start, end
    return min(start, tokens.starts[covered[0]]), max(end, tokens.ends[covered[-1]])


_SENTENCE_END = frozenset(".!?…。！？؟۔")
_CLOSERS = "\"'”’»)]}」』"
_ABBREVIATIONS = frozenset(
    # Indonesian and English forms that are written with a full stop and followed by a capital
    (
        "dr",
        "drs",
        "dra",
        "ir",
        "prof",
        "hj",
        "h",
        "kh",
        "st",
        "jl",
        "no",
        "tn",
        "ny",
        "sdr",
        "pt",
        "cv",
        "tbk",
        "mr",
        "mrs",
        "ms",
        "vs",
    )
)


def sentence_starts(text: str, tokens: Tokens) -> list[int]:
    """Return the indices of the tokens that begin a sentence; the first token always does.

    The rule, which needs no model: a line break ends a sentence; so does a token that ends in a full stop, question or
    exclamation mark or ellipsis (closing quotes and brackets may follow) when white space and then no lower-case letter follows,
    unless that token is a known abbreviation or a single capital with a full stop.  "..." ends none before a lower-case letter
    by the same rule.
    """
    starts: list[int] = []
    ended = True
    previous_end = 0
    last_word = ""
    for index, (start, end) in enumerate(tokens):
        gap = text[previous_end:start]
        if index == 0 or "\n" in gap or "\r" in gap or "\u2029" in gap or (ended and gap and not text[start].islower()):
            starts.append(index)
            ended = False
        word = text[start:end]
        core = word.rstrip(_CLOSERS)
        if not core:
            pass  # a closing quote alone leaves the state of the sentence as it was
        elif core[-1] in _SENTENCE_END:
            stem = core.rstrip(".").lower() or last_word.lower()
            short = core[-1] == "." and (stem in _ABBREVIATIONS or (len(stem) == 1 and stem.isalpha()))
            ended = not short
        else:
            ended = False
        last_word = core
        previous_end = end
    return starts


def utf16_length(text: str) -> int:
    """Return how many UTF-16 code units ``text`` takes."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
