"""Patterns from a file, found in texts: terms, token patterns of spaCy's, regular expressions.  ``patterns_files`` tells how to write them.

- A term is found on whole tokens, over line breaks, too.  Terms of a word list are found as headlines and sentence starts write them (all
  in capitals; lower case with a capital), those of EntityRuler files as they are written, as spaCy does.
- A token pattern runs in spaCy's Matcher over the project's tokens.
- A match of a regular expression is widened to whole tokens; matches of nothing are left out.

Where matches overlap, the longest stands, then the one that begins first, then the one whose line comes first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from annotator.domain.annotations import Span
from annotator.domain.suggesting import Passage, Suggester, SuggesterSetup, Suggestions
from annotator.domain.text import Range, snap
from annotator.errors import SuggesterError
from annotator.nlp.memory_texts import blanks, other_capitals
from annotator.nlp.patterns_files import Pattern, Patterns, read_patterns
from annotator.nlp.spacy_docs import doc_of, vocabulary

MOST_MATCHES = 10_000
"""Matches of one regular expression that are taken in one passage."""

_Match = tuple[int, int, Pattern]


@dataclass(frozen=True, slots=True)
class MatchCounts:
    """How often the patterns match: ``lines`` by the line of each, overlaps included; ``spans`` is what would be suggested."""

    lines: dict[int, int]
    spans: int


def load(setup: SuggesterSetup) -> Suggester:
    """Return the suggester of the pattern file ``setup.source``; raises ``SuggesterError`` where a line of it is broken."""
    if not setup.source:
        raise SuggesterError(f"“{setup.name}” needs a file with patterns. Choose one.")
    finder = _Finder(read_patterns(Path(setup.source)), setup.language)
    return partial(_suggest, finder, setup.name)


def count_matches(patterns: Patterns, passages: Iterable[Passage], language: str = "id") -> MatchCounts:
    """Count the matches of patterns, every line of them with its own; a regular expression that loses itself never returns.

    So it is called in a process that can be ended.
    """
    finder = _Finder(patterns, language)
    lines = {pattern.line: 0 for pattern in patterns.patterns}
    spans = 0
    for passage in passages:
        matches = list(finder.matches(passage))
        for _, _, pattern in matches:
            lines[pattern.line] += 1
        spans += len(_longest(matches))
    return MatchCounts(lines, spans)


def _suggest(finder: _Finder, name: str, passages: Sequence[Passage], /) -> list[Suggestions]:
    return [
        Suggestions(
            tuple(
                Span(f"s{number}", ((start, end),), pattern.label, kb_id=pattern.id, origin=name, reviewed=False)
                for number, (start, end, pattern) in enumerate(_longest(finder.matches(passage)), 1)
            )
        )
        for passage in passages
    ]


def _longest(matches: Iterable[_Match]) -> list[_Match]:
    """Return matches in text order that do not overlap: see the rule of this module."""
    chosen: dict[int, _Match] = {}
    taken: set[int] = set()
    for start, end, pattern in sorted(matches, key=lambda match: (match[0] - match[1], match[0], match[2].line)):
        # the longer ones are chosen already, so whatever touches this one covers one of its ends
        if start not in taken and end - 1 not in taken:
            taken.update(range(start, end))
            chosen[start] = (start, end, pattern)
    return [chosen[start] for start in sorted(chosen)]


class _Finder:
    """Patterns made ready to be looked for; spaCy is loaded only where a token pattern is among them."""

    def __init__(self, patterns: Patterns, language: str) -> None:
        self._terms: list[Pattern] = []
        written: list[str] = []
        self._regexes: list[tuple[re.Pattern[str], Pattern]] = []
        in_tokens: list[Pattern] = []
        for pattern in patterns.patterns:
            if pattern.regex:
                self._regexes.append((re.compile(pattern.regex), pattern))
            elif pattern.tokens:
                in_tokens.append(pattern)
            else:
                ways = [pattern.term] if pattern.exact else [pattern.term, *other_capitals(pattern.term)]
                written += ways
                self._terms += [pattern] * len(ways)
        self._automaton = _automaton(written)
        self._vocab = vocabulary(language) if in_tokens else None
        self._in_tokens = in_tokens
        self._matcher = _matcher(self._vocab, in_tokens) if in_tokens else None

    def matches(self, passage: Passage) -> Iterator[_Match]:
        """Yield every match in a passage, in no order."""
        seen: set[tuple[int, int, int]] = set()
        for start, end, pattern in self._raw(passage):
            if (start, end, pattern.line) not in seen:
                seen.add((start, end, pattern.line))
                yield start, end, pattern

    def _raw(self, passage: Passage) -> Iterator[_Match]:
        text, tokens = passage.text, passage.tokens
        if self._automaton is not None:
            for number, start, end in self._automaton.find_matches_as_indexes(blanks(text), overlapping=True):
                if tokens.aligned(start, end):
                    yield start, end, self._terms[number]
        if self._matcher is not None and self._vocab is not None and len(tokens):
            for number, first, stop in self._matcher(doc_of(self._vocab, passage)):
                if stop > first:
                    pattern = self._in_tokens[int(self._vocab.strings[number])]
                    yield tokens.starts[first], tokens.ends[stop - 1], pattern
        for regex, pattern in self._regexes:
            for found in islice(regex.finditer(text), MOST_MATCHES):
                place: Range | None = snap(tokens, text, *found.span())
                if place is not None:
                    yield *place, pattern


def _automaton(written: list[str]) -> Any:
    from ahocorasick_rs import AhoCorasick

    return AhoCorasick(written) if written else None


def _matcher(vocab: Any, patterns: list[Pattern]) -> Any:
    from spacy.matcher import Matcher

    matcher = Matcher(vocab)
    for number, pattern in enumerate(patterns):
        matcher.add(str(number), [[dict(token) for token in pattern.tokens]], greedy="LONGEST")
    return matcher
