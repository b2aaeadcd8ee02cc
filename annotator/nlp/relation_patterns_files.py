"""Files of relation patterns: one JSON object a line, in UTF-8.  The shipped one is in ``resources/relations``.

    {"comment": "whatever"}
    {"words": "leader", "are": ["presiden", "perdana menteri"]}
    {"relation": "leads", "pattern": "<leader> TAIL:GPE|ORG HEAD:PERSON", "confidence": 0.9, "example": "Presiden Rusia Vladimir Putin"}

A pattern is a row of elements with blanks between:

- ``bertemu`` or ``bertemu|bersua``: one of these words, however its capitals are; signs are words, too;
- ``<leader>``: one of a list of words, each entry of one or more words; the list must stand above;
- ``HEAD:PERSON|ORG`` and ``TAIL:GPE``: the spans to be linked, with one of these labels; ``:DATE`` another span; ``*`` any label;
- ``..3``: up to three words that are no spans, none of them in the list called ``stop``;
- ``!dan|,``: a word or span that is none of these words;
- the words of the list ``never-after``, if there is one, stand before no match;
- a ``?`` behind a word, a list or another span says that it may be missing.

``HEAD:EVENT contains TAIL:DATE`` links a span with each that stands inside it.

Instead, ``pattern`` may be a list of tokens of spaCy's Matcher, where a span is one token with its label as ``ENT_TYPE``, and the tokens
of head and tail have an ``"as": "head"`` and ``"as": "tail"``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import orjson

from annotator.errors import SuggesterError

_MOST_TOLD = 50
"""Broken lines that one message names."""

_MOST_WAYS = 2_000
"""Ways to write one pattern, by its lists of words and what may be missing."""

_LONGEST_GAP = 20

STOP = "stop"
"""The list of words that no gap may hold."""

NEVER_AFTER = "never-after"
"""The list of words after which no pattern matches: who was or will be the leader leads nothing."""

AS, MOST = "as", "most"
"""Keys of a token that spaCy does not know: what part it is of the relation, and how often it may be repeated."""

_ENDS = ("head", "tail")

_Token = dict[str, Any]
_Way = tuple[_Token, ...]


@dataclass(frozen=True, slots=True)
class RelationPattern:
    """One line of a file: ``ways`` are rows of tokens for spaCy's Matcher, in each of which one token is "as" head and one as tail.

    With ``inside``, its one way has the head and the tail alone, and says that the second stands inside the first.
    """

    line: int
    relation: str
    confidence: float
    ways: tuple[_Way, ...]
    example: str = ""
    inside: bool = False


@dataclass(frozen=True, slots=True)
class RelationPatterns:
    """A sound file."""

    patterns: tuple[RelationPattern, ...]
    never_after: frozenset[str] = frozenset()

    @property
    def labels(self) -> frozenset[str]:
        """The labels of spans that the patterns ask for."""
        found: set[str] = set()
        for pattern in self.patterns:
            for token in (token for way in pattern.ways for token in way):
                asked = token.get("ENT_TYPE", "")
                found.update(asked.get("IN", ()) if isinstance(asked, dict) else [asked])
        return frozenset(found - {""})


def read_relation_patterns(path: Path) -> RelationPatterns:
    """Return the patterns of a file; raises ``SuggesterError`` that names each broken line and what is wrong with it."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, ValueError) as error:
        reason = "is not UTF-8" if isinstance(error, UnicodeDecodeError) else "cannot be read"
        raise SuggesterError(f"The file of relation patterns {path} {reason}. Choose another.") from error
    words: dict[str, list[list[str]]] = {}
    patterns: list[RelationPattern] = []
    problems: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            pattern = _read_line(line, number, words)
        except _Broken as broken:
            problems.append(f"Line {number}: {broken}")
        else:
            patterns += [pattern] if pattern else []
    if problems:
        head = f"{path.name} has {len(problems)} broken lines." if len(problems) > 1 else f"{path.name} has a broken line."
        more = [f"… and {len(problems) - _MOST_TOLD} more."] if len(problems) > _MOST_TOLD else []
        raise SuggesterError("\n".join([head, *problems[:_MOST_TOLD], *more]))
    if not patterns:
        raise SuggesterError(f"{path.name} holds no relation pattern. Write one a line.")
    return RelationPatterns(tuple(patterns), frozenset(way[0] for way in words.get(NEVER_AFTER, ()) if len(way) == 1))


class _Broken(Exception):
    """A line that says nothing sensible, with the reason."""


def _read_line(line: str, number: int, words: dict[str, list[list[str]]]) -> RelationPattern | None:
    """Return the pattern of a line; a list of words is put into ``words``."""
    try:
        entry = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise _Broken(f"This is not JSON: {error.msg}.") from error
    if not isinstance(entry, dict):
        raise _Broken("This is no JSON object.")
    if "words" in entry:
        name, are = entry["words"], entry.get("are")
        if not isinstance(name, str) or not re.fullmatch(r"[\w-]+", name):
            raise _Broken("The name of a list of words is one word.")
        if not isinstance(are, list) or not are or not all(isinstance(word, str) and word.strip() for word in are):
            raise _Broken("“are” is no list of words.")
        words[name] = [way for word in are for way in _spellings(word.lower().split())]
        return None
    if "relation" not in entry:
        if set(entry) <= {"comment"}:
            return None
        raise _Broken("There is neither “relation” nor “words” nor “comment”.")
    relation, confidence, example = entry["relation"], entry.get("confidence", 0.5), entry.get("example", "")
    if not isinstance(relation, str) or not relation.strip():
        raise _Broken("The relation is no text.")
    if isinstance(confidence, bool) or not isinstance(confidence, int | float) or not 0 <= confidence <= 1:
        raise _Broken("The confidence is no number from 0 to 1.")
    row = entry.get("pattern")
    outer, contains, inner = row.split(" ") if isinstance(row, str) and row.count(" ") == 2 else ("", "", "")
    inside = contains == "contains" and ":" in outer and ":" in inner
    ways = _ways(f"{outer} {inner}" if inside else row, words)
    _check(ways)
    return RelationPattern(number, relation, float(confidence), ways, str(example), inside)


def _spellings(words: Sequence[str]) -> Iterator[list[str]]:
    """Yield words with hyphens as one token each, and as the tokens that spaCy may make of them."""
    yield list(words)
    if any(re.search(r"\w-\w", word) for word in words):
        yield [part for word in words for part in re.split(r"(?<=\w)(-)(?=\w)", word)]


def _ways(pattern: object, words: Mapping[str, list[list[str]]]) -> tuple[_Way, ...]:
    if isinstance(pattern, str) and pattern.strip():
        choices = [list(_choices(element, words)) for element in pattern.split()]
        count = 1
        for choice in choices:
            count *= len(choice)
        if count > _MOST_WAYS:
            raise _Broken(f"There are {count:,} ways to write this, more than {_MOST_WAYS:,}: use fewer lists of words.")
        return tuple(tuple(token for part in way for token in part) for way in product(*choices))
    if isinstance(pattern, list) and pattern and all(isinstance(token, dict) for token in pattern):
        return (tuple(pattern),)
    raise _Broken("The pattern is neither a row of elements nor a list of tokens.")


def _choices(element: str, words: Mapping[str, list[list[str]]]) -> Iterator[_Way]:
    """Yield what an element may stand for."""
    optional = len(element) > 1 and element.endswith("?")
    bare = element[:-1] if optional else element
    role, colon, labels = bare.partition(":")
    if bare.startswith(".."):
        yield (_gap(bare[2:], words),)
    elif colon and role in ("HEAD", "TAIL", ""):
        if optional and role:
            raise _Broken(f"{role} cannot be missing.")
        yield (_span(labels, role.lower()),)
    elif bare.startswith("<") and bare.endswith(">"):
        if bare[1:-1] not in words:
            raise _Broken(f"There is no list of words “{bare[1:-1]}” above.")
        yield from _one_of(words[bare[1:-1]])
    elif bare.startswith("!") and len(bare) > 1:
        yield ({"LOWER": {"NOT_IN": bare[1:].lower().split("|")}},)
    else:
        yield from _one_of([way for word in bare.lower().split("|") if word for way in _spellings([word])])
    if optional:
        yield ()


def _one_of(ways: Iterable[Sequence[str]]) -> Iterator[_Way]:
    """Yield all single words as one token, and each entry of more words for itself."""
    single: list[str] = []
    for way in ways:
        if len(way) == 1:
            single.append(way[0])
        else:
            yield tuple({"LOWER": word, "ENT_TYPE": ""} for word in way)
    if single:
        yield ({"LOWER": {"IN": single}, "ENT_TYPE": ""},)


def _gap(most: str, words: Mapping[str, list[list[str]]]) -> _Token:
    if not most.isdecimal() or not 0 < int(most) <= _LONGEST_GAP:
        raise _Broken(f"After “..” comes how many words may stand there, from 1 to {_LONGEST_GAP}.")
    stops = [way[0] for way in words.get(STOP, ()) if len(way) == 1]
    # spaCy makes of {0,n} n tokens that may each be missing, and tries all of their combinations
    return {"ENT_TYPE": "", "LOWER": {"NOT_IN": stops}, "OP": "*", MOST: int(most)}


def _span(labels: str, role: str) -> _Token:
    names = [name for name in labels.split("|") if name]
    if not names:
        raise _Broken("After a colon come the labels of a span, or *.")
    token: _Token = {"ENT_TYPE": {"NOT_IN": [""]} if names == ["*"] else {"IN": names}}
    return {**token, "as": role} if role else token


def _check(ways: Iterable[_Way]) -> None:
    """Raise ``_Broken`` unless there are a head and a tail in each way, and spaCy takes it."""
    matcher = _validator()
    for way in ways:
        ends = [token.get("as") for token in way if "as" in token]
        if sorted(map(str, ends)) != list(_ENDS):
            raise _Broken("There must be just one head and one tail.")
        if any("as" in token and str(token.get("OP", "1")) != "1" for token in way):
            raise _Broken("Neither head nor tail may have an operator.")
        try:
            matcher.add("pattern", [bare(way)])
            matcher.remove("pattern")
        except Exception as error:
            said = [line.strip(" -\t") for line in str(error).splitlines() if line.strip().startswith("-")]
            reason = "; ".join(said or [" ".join(str(error).split())])[:300].rstrip(".")
            raise _Broken(f"spaCy does not take the pattern: {reason}.") from error


def bare(way: Iterable[_Token]) -> list[_Token]:
    """Return tokens as spaCy knows them."""
    return [{key: value for key, value in token.items() if key not in (AS, MOST)} for token in way]


@cache
def _validator() -> Any:
    from spacy.matcher import Matcher
    from spacy.vocab import Vocab

    return Matcher(Vocab(), validate=True)
