"""Recognises a sentence that is filled in already by its template, and says it in another language.

A template is an English sentence with ``{}`` where a value stands; its translation has the same holes, in order, or numbered
(``{1} … {0}``) where the language has another order.  What may stand in a hole is said in the translation, behind the number if any:

``{}``
    any value; one that is itself a sentence or a part of ours, of several words, is translated too.
``{!}``
    a name, a label, a piece of an article: never translated.  A hole in quotation marks, “{}”, is one without saying so.
``{#}``
    a number.
``{-}``
    a word that this language has no use for (was, were): it is left out.
``{?}``
    something of ours: a part of a sentence, a single word of ours, or a list of such.  A template with fewer than ``LEAST`` letters of
    its own fits only where that is so; any other template fits all the same, and the value stays as it is.

No regular expressions: a sentence may quote a whole line of a file, and what fits is found in one walk.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice

HOLE = re.compile(r"\{(\d*)([!#?-]?)\}")

LEAST = 10
"""Letters that a template must have outside its holes: with fewer, it would fit sentences that it was not meant for."""

_LEAST_ALONE = 6
"""Letters that a template must have to be a sentence by itself and not only a part of one."""

_DEEPEST = 4
"""How many sentences may stand in one another: "Not done yet: ..." holds the sentence of a rule."""

_MOST_TRIES = 24
"""Ways to divide a sentence among the holes of a template that are tried, where it matters what stands in them."""

_MOST_STOPS = 6
"""Stops in a sentence that are tried as ends of it."""

_MOST_KEPT = 1000
"""Sentences whose translation is kept at hand."""

_NUMBER = re.compile(r"\d[\d.,\u00a0\u202f]*")
_BETWEEN = re.compile(r"( and others$|, and |, | and its | and of | and |; )")
_JOINTS = ("and", "and its", "and of", "and others")
_STOP = re.compile(r"[.?!…;] ")
_SIGN = re.compile("[,;: (]")

_TORN = 10_000
"""What it costs to take words for ours that stand in quotation marks: in characters that stay as they were."""

_BLANK = re.compile(" (?=[a-z])")
_NAMELESS = "\0 "

Said = tuple[str, int]
"""A text in the language, and how many characters in it stayed as they were: names, numbers apart, and what is not known."""


@dataclass(frozen=True, slots=True)
class Template:
    """A sentence with holes: its own words around them, and the mark of each hole, by its place in English."""

    parts: tuple[str, ...]
    marks: tuple[str, ...]
    translation: str
    longest: str
    own: int
    """Letters outside the holes."""

    def may_fit(self, said: str) -> bool:
        """Whether a sentence begins and ends as it should and has the longest part."""
        return self.longest in said and said.startswith(self.parts[0]) and said.endswith(self.parts[-1])

    def splits(self, said: str) -> Iterator[list[str]]:
        """Yield the values that make ``said`` of this template: those with the earliest ends first, and only them where marks say
        nothing of what is in the holes."""
        start, end = len(self.parts[0]), len(said) - len(self.parts[-1])
        if start <= end:
            choosy = "?" in self.marks or "#" in self.marks
            yield from islice(_divided(said, self.parts[1:-1], start, end), _MOST_TRIES if choosy else 1)


def _divided(said: str, between: tuple[str, ...], start: int, end: int) -> Iterator[list[str]]:
    if not between:
        yield [said[start:end]]
        return
    for at in _places(said, between[0], start, end):
        after = at + len(between[0])
        found = False
        for rest in _divided(said, between[1:], after, end):
            found = True
            yield [said[start:at], *rest]
        if not found:  # what comes later is not there behind the first place, so it is not behind a later one
            return


def _places(said: str, own: str, start: int, end: int) -> Iterator[int]:
    """Yield where a piece of a template may stand; where it is empty, the value behind it begins with a sign or is empty."""
    if own:
        at = said.find(own, start, end)
        while at >= 0:
            yield at
            at = said.find(own, at + 1, end)
    else:
        yield from (found.start() for found in _SIGN.finditer(said, start + 1, end))
        yield end


class Sentences:
    """All sentences of a language; ``words`` are further texts that may stand in a sentence as they are."""

    def __init__(self, sentences: Mapping[str, str], words: Mapping[str, str]) -> None:
        self._sentences = sentences
        self._words = words
        self._met: dict[tuple[str, int], Said | None] = {}
        """What was found for the pieces of the sentence in hand."""
        self._last: dict[str, str] = {}
        """Sentences of late: a table asks for the same ones whenever it is painted."""

    def told(self, said: str) -> str:
        """Return a sentence, or several, in this language, or as it is where no template fits.

        What begins with a small letter may be a sentence whose first name was taken off, because it stands beside it.
        """
        if said not in self._last:
            if len(self._last) >= _MOST_KEPT:
                self._last.clear()
            self._last[said] = self._told(said)
        return self._last[said]

    def _told(self, said: str) -> str:
        self._met.clear()
        known = self._known(said, 0)
        if said[:1].islower():
            nameless = self._known(f"{_NAMELESS}{said}", 0)
            if nameless is not None and nameless[0].startswith(_NAMELESS) and (known is None or nameless[1] - 1 < known[1]):
                known = nameless[0].removeprefix(_NAMELESS), 0
        if known is not None:
            return known[0]
        told = self._one_by_one(said)
        return told if told != said else self._after_name(said) or said

    def _after_name(self, said: str) -> str | None:
        """Translate what is said of a file whose name begins the sentence, and of which nothing is known but that it has blanks."""
        for blank in islice(_BLANK.finditer(f" {said}"), _MOST_STOPS):
            rest = said[blank.start() :]
            if rest.count("“") != rest.count("”"):  # a name in quotation marks would be torn
                continue
            stop = "." if rest.endswith(".") else ""
            known = (self._known(rest, 0) or self._known(rest.removesuffix("."), 0)) if " " in rest else None
            if known is not None:
                return f"{said[: blank.start()]}{known[0].removesuffix('.')}{stop}"
        return None

    def part(self, said: str) -> str:
        """Return a part of a sentence, as it stands in a cell by itself, in this language."""
        self._met.clear()
        known = self._known(said, 1)
        return known[0] if known is not None else said

    def _one_by_one(self, said: str) -> str:
        """Translate sentences that follow each other, if all of them are known: else the stop was one of a name."""
        for stop in islice(_STOP.finditer(said), _MOST_STOPS):
            end = stop.start() + (said[stop.start()] != ";")
            first = self._known(said[:end], 0)
            if first is None:
                continue
            rest = said[stop.end() :]
            known = self._known(rest, 0)
            after = known[0] if known is not None else self._one_by_one(rest)
            if known is not None or after != rest:
                return f"{first[0]}{said[end : stop.end()]}{after}"
        return said

    def _known(self, said: str, depth: int) -> Said | None:
        """Return a text of ours in this language: of several readings the one that leaves least as it is, then the first."""
        if (said, depth) not in self._met:
            self._met[said, depth] = self._read(said, depth)
        return self._met[said, depth]

    def _read(self, said: str, depth: int) -> Said | None:
        known = self._sentences.get(said) or self._words.get(said)
        if known is not None and "{}" not in said:
            return known, 0
        best: Said | None = None
        for one in self._that_may_fit(said):
            alone = one.own >= _LEAST_ALONE or one.parts[-1].endswith(".") or not {"", "!"} & set(one.marks)
            made = self._filled(one, said, depth) if (depth or alone) and one.may_fit(said) else None
            if made is not None and (best is None or made[1] < best[1]):
                best = made
                if not best[1]:
                    break
        return best

    def _filled(self, one: Template, said: str, depth: int) -> Said | None:
        """Fill the translation with the values of a sentence; None if it does not fit."""
        best: Said | None = None
        for values in one.splits(said):
            held = [self._value(value, mark, depth) for value, mark in zip(values, one.marks, strict=True)]
            fits = all(value is not None or (mark == "?" and one.own >= LEAST) for value, mark in zip(held, one.marks, strict=True))
            left = sum(value[1] if value is not None else len(raw) for value, raw in zip(held, values, strict=True))
            left += sum(_TORN for raw in values if raw.count("“") != raw.count("”"))
            if fits and (best is None or left < best[1]):
                best = (
                    filled(one.translation, [raw if value is None else value[0] for value, raw in zip(held, values, strict=True)]),
                    left,
                )
        return best

    def _value(self, value: str, mark: str, depth: int) -> Said | None:
        """Return what stands in a hole, None if it is not what the mark of the hole asks for."""
        if mark == "-":
            return "", 0
        if mark == "#":
            return (value, 0) if _NUMBER.fullmatch(value) is not None else None
        core = value.strip().lstrip(",;: ")
        if not core:
            return value, 0
        known: Said | None = None
        if mark != "!" and depth < _DEEPEST and (mark == "?" or " " in core):
            known = self._known(core, depth + 1) or (self._listed(core, depth) if mark == "?" else None)
        if known is None:
            return None if mark == "?" else (value, len(value))
        told, left = known
        if core[0].isupper() and core[1:2].islower():  # as a sentence begins, not as UTF-16 does
            told = told[:1].upper() + told[1:]
        lead = value.index(core)
        return value[:lead] + told + value[lead + len(core) :], left

    def _listed(self, core: str, depth: int) -> Said | None:
        """Return a list of which each piece is ours or a number, None where one is not; numbers alone have no "and" between them."""
        if "," not in core and ";" not in core and " and " not in core:
            return None
        pieces = _BETWEEN.split(core)
        numbers = [not piece or _NUMBER.fullmatch(piece) is not None for piece in pieces]
        if len(pieces) == 1 or (" and " in pieces and all(numbers[::2])):
            return None
        told, left = "", 0
        for place, piece in enumerate(pieces):
            known = (self._joints[piece], 0) if place % 2 else (piece, 0) if numbers[place] else self._known(piece, depth + 1)
            if known is None:
                return None
            told, left = told + known[0], left + known[1]
        return told, left

    @cached_property
    def _joints(self) -> dict[str, str]:
        said = {word: f" {self._sentences.get(word) or self._words.get(word) or word} " for word in _JOINTS}
        ends = said.pop("and others").rstrip()
        between = {f" {word} ": there for word, there in said.items()}
        return {", ": ", ", "; ": "; ", ", and ": f",{said['and']}", " and others": ends, **between}

    def _that_may_fit(self, said: str) -> list[Template]:
        """Return the templates whose rarest word is in a sentence, in the order in which they are tried."""
        by_word = self._by_word
        places = list(by_word.get("", ()))
        for word in set(said.split()):
            places += by_word.get(word, ())
        places.sort()
        return [self._templates[place] for place in places]

    @cached_property
    def _templates(self) -> list[Template]:
        """In the order in which they are tried: first those that begin with most words of their own, of these those that have most."""
        holed = [source for source in self._sentences if "{}" in source]
        holed.sort(key=lambda source: (source.index("{}"), len(source.replace("{}", ""))), reverse=True)
        return [template(source, self._sentences[source]) for source in holed]

    @cached_property
    def _by_word(self) -> dict[str, list[int]]:
        """The places of the templates by that word of each that fewest others have; those without a whole word by an empty one."""
        words = [whole_words(one) for one in self._templates]
        often = Counter(word for some in words for word in some)
        found: dict[str, list[int]] = {}
        for place, some in enumerate(words):
            found.setdefault(min(sorted(some), key=lambda word: often[word], default=""), []).append(place)
        return found


def whole_words(template: Template) -> set[str]:
    """Return the words of a template that have blanks or an end of the sentence on both sides, and no hole."""
    marked = "\0".join(template.parts)
    return {word for word in marked.split() if "\0" not in word}


def template(source: str, translation: str) -> Template:
    """Return a template; its marks are those of the translation, by the places that the holes have in English."""
    parts = tuple(source.split("{}"))
    marks = [""] * (len(parts) - 1)
    places = iter(range(len(marks)))
    for hole in HOLE.finditer(translation):
        marks[int(hole[1]) if hole[1] else next(places)] = hole[2]
    for place, mark in enumerate(marks):
        if not mark and parts[place].endswith("“") and parts[place + 1].startswith("”"):
            marks[place] = "!"
    own = sum(letter.isalpha() for part in parts for letter in part)
    return Template(parts, tuple(marks), translation, max(parts, key=len), own)


def filled(translation: str, values: list[str]) -> str:
    """Return a translation with values in its holes: ``{}`` in order, or ``{0}``, ``{1}`` where the language has another order."""
    places = iter(range(len(values)))
    return HOLE.sub(lambda hole: values[int(hole[1]) if hole[1] else next(places)], translation)
