r"""Pattern files: EntityRuler JSON lines, word lists and regular expressions, in UTF-8.

A file with the suffix ``.jsonl``, or whose first line begins with ``{``, holds one JSON object a line, as spaCy's EntityRuler does::

    {"label": "ORG", "pattern": "Bank Mandiri", "id": "Q806636"}
    {"label": "ORG", "pattern": [{"LOWER": "bank"}, {"IS_TITLE": true}]}
    {"label": "LAW", "regex": "UU No\\. ?\\d+"}

Any other file is a list with one term a line; its label is the file's name without the suffix, unless the line names one before a tab.  A
second tab may bring an id.  What stands between slashes is a regular expression of Python's, with the flags i, m, s or x behind it::

    Bank Mandiri
    GPE<TAB>Jakarta<TAB>Q3630
    LAW<TAB>/UU No\. ?\d+/i

Empty lines and those that begin with ``# `` say nothing.  An ``id`` becomes the knowledge-base id of the spans.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from annotator.errors import SuggesterError

_MOST_TOLD = 50
"""Broken lines that one message names."""

_REGEX = re.compile(r"/(.+)/([imsx]*)")

_NEEDS_PIPELINE = frozenset(("POS", "TAG", "LEMMA", "DEP", "MORPH", "ENT_TYPE", "ENT_ID", "ENT_KB_ID", "ENT_IOB", "_"))
"""What a token has only after a trained pipeline worked on it."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of a file: just one of ``term``, ``tokens`` and ``regex`` is set.

    ``exact`` says that capitals must be as they are in the term.  ``regex`` compiles, and ``tokens`` are fit for spaCy's Matcher.
    """

    line: int
    label: str
    term: str = ""
    tokens: tuple[Mapping[str, Any], ...] = ()
    regex: str = ""
    id: str = ""
    exact: bool = False


@dataclass(frozen=True, slots=True)
class PatternProblem:
    """What is wrong in one line, as a sentence."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Patterns:
    """What a file says; ``problems`` are the lines that say nothing sensible, and are no patterns."""

    patterns: tuple[Pattern, ...] = ()
    problems: tuple[PatternProblem, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels that occur, in the order of the file."""
        return tuple(dict.fromkeys(pattern.label for pattern in self.patterns))


def read_patterns(path: Path) -> Patterns:
    """Return the patterns of a sound file; raises ``SuggesterError`` that names each broken line and what is wrong with it."""
    try:
        data = path.read_bytes()
    except (OSError, ValueError) as error:
        reason = "is a folder" if isinstance(error, IsADirectoryError) else "cannot be read"
        raise SuggesterError(f"The pattern file {path} {reason}. Choose a text file with one pattern a line.") from error
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SuggesterError(f"Line {line} of {path.name} is not UTF-8. Save the file in this encoding.") from error
    found = parse_patterns(text, path.name)
    if found.problems:
        raise SuggesterError(_all_told(path.name, found.problems))
    if not found.patterns:
        raise SuggesterError(f"{path.name} holds no pattern. Write one a line.")
    return found


def parse_patterns(text: str, name: str) -> Patterns:
    """Return the patterns of a file's text, sound or not; ``name`` is the file's, which may give label and kind."""
    lines = text.removeprefix("\ufeff").split("\n")
    first = next((line for line in map(str.strip, lines) if line), "")
    as_json = name.lower().endswith((".jsonl", ".ndjson")) or first.startswith("{")
    label = Path(name).stem
    patterns: list[Pattern] = []
    problems: list[PatternProblem] = []
    for number, raw in enumerate(lines, 1):
        line = raw.strip(" \r") if not as_json else raw.strip()
        if not line.strip() or (not as_json and (line.startswith("# ") or line == "#")):
            continue
        try:
            patterns.append(_from_json(line, number) if as_json else _from_list(line, number, label))
        except _Broken as broken:
            problems.append(PatternProblem(number, str(broken)))
    return Patterns(tuple(patterns), tuple(problems))


class _Broken(Exception):
    """A line that is no pattern, with the reason."""


def _from_list(line: str, number: int, label: str) -> Pattern:
    before, tab, after = line.partition("\t")
    identity = ""
    if tab:
        label = before.strip()
        after, _, identity = after.partition("\t")
        if not label:
            raise _Broken("There is no label before the tab.")
    value, identity = (after if tab else line).strip(), identity.strip()
    if not value:
        raise _Broken("Nothing stands after the label.")
    if "\t" in identity:
        raise _Broken("There are more than three columns: label, term and id.")
    expression = _REGEX.fullmatch(value)
    if expression is None:
        return Pattern(number, label, term=" ".join(value.split()), id=identity)
    regex = f"(?{expression[2]}){expression[1]}" if expression[2] else expression[1]
    return Pattern(number, label, regex=_compiling(regex), id=identity)


def _from_json(line: str, number: int) -> Pattern:
    try:
        entry = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        raise _Broken(f"This is not JSON: {error.msg}.") from error
    if not isinstance(entry, dict):
        raise _Broken("This is no JSON object with a label and a pattern.")
    label, identity = entry.get("label"), entry.get("id", "")
    if not isinstance(label, str) or not label.strip():
        raise _Broken("The label is missing or no text.")
    if not isinstance(identity, str | int):
        raise _Broken("The id is no text.")
    pattern, regex = entry.get("pattern"), entry.get("regex")
    if (pattern is None) == (regex is None):
        raise _Broken("There must be either a “pattern” or a “regex”.")
    if regex is not None:
        if not isinstance(regex, str) or not regex:
            raise _Broken("The regular expression is no text, or empty.")
        return Pattern(number, label, regex=_compiling(regex), id=str(identity))
    if isinstance(pattern, str):
        if not pattern.strip():
            raise _Broken("The pattern is empty.")
        return Pattern(number, label, term=" ".join(pattern.split()), id=str(identity), exact=True)
    return Pattern(number, label, tokens=_tokens(pattern), id=str(identity))


def _compiling(regex: str) -> str:
    try:
        re.compile(regex)
    except (re.error, RecursionError, OverflowError) as error:
        raise _Broken(f"This is no regular expression: {error}.") from error
    return regex


def _tokens(pattern: object) -> tuple[Mapping[str, Any], ...]:
    """Return a token pattern that spaCy's Matcher takes."""
    if not isinstance(pattern, list) or not all(isinstance(token, dict) for token in pattern):
        raise _Broken("The pattern is neither a text nor a list of tokens.")
    if not pattern:
        raise _Broken("The pattern is empty.")
    asked = sorted({key.upper() for token in pattern for key in token} & _NEEDS_PIPELINE)
    if asked:
        raise _Broken(f"The pattern asks for {', '.join(asked)}, which only a trained pipeline knows.")
    if all(str(token.get("OP", token.get("op", "1"))) in ("?", "*", "!") for token in pattern):
        raise _Broken("The pattern matches nothing, too: give it a token without the operator ?, * or !.")
    try:
        matcher = _validator()
        matcher.add("pattern", [pattern])
        matcher.remove("pattern")
    except Exception as error:
        raise _Broken(f"spaCy does not take the pattern: {_reason(error)}.") from error
    return tuple(pattern)


def _reason(error: Exception) -> str:
    """Return what spaCy says is wrong, on one line and without its headings."""
    said = [line.strip(" -\t") for line in str(error).splitlines() if line.strip().startswith("-")]
    return "; ".join(said or [" ".join(str(error).split())])[:300].rstrip(".")


@cache
def _validator() -> Any:
    from spacy.matcher import Matcher
    from spacy.vocab import Vocab

    return Matcher(Vocab(), validate=True)


def _all_told(name: str, problems: Iterable[PatternProblem]) -> str:
    told = [f"Line {problem.line}: {problem.message}" for problem in problems]
    head = f"{name} has {len(told)} broken lines." if len(told) > 1 else f"{name} has a broken line."
    more = [f"… and {len(told) - _MOST_TOLD} more."] if len(told) > _MOST_TOLD else []
    return "\n".join([head, *told[:_MOST_TOLD], *more])
