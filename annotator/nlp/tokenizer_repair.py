"""A tokenizer mended where its tokens cut annotated spans, and saved so that training uses the very same.

Two kinds of rules, both spaCy's own: a **special case** takes one token apart wherever it stands ("Budi)kata" into "Budi", ")kata"), and
an **infix** lets a sign between word characters be a token of its own; the latter is made only of signs that cut spans in several
different tokens, so that texts nobody has seen yet are mended too.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from annotator.domain.annotations import Span
from annotator.domain.text import Range, Tokens, trim
from annotator.nlp.tokens import must_know

Annotated = tuple[str, Iterable[Span]]
"""A text with its spans."""

_SIGNS = frozenset('()[]{}<>"“”„‘«»/\\|,;:!?…&+=*~–—•')
"""Signs of which an infix may be made: not hyphen, apostrophe and full stop, which belong to words in many languages."""

_ENOUGH = 2
_ROUNDS = 4


@dataclass(slots=True)
class Rules:
    """What is added to a language's tokenizer: tokens with the pieces each becomes, and regular expressions of infixes."""

    special_cases: dict[str, list[str]] = field(default_factory=dict)
    infixes: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.special_cases or self.infixes)

    def to_dict(self) -> dict[str, Any]:
        """Return the rules as plain JSON data, in a fixed order."""
        return {"special_cases": dict(sorted(self.special_cases.items())), "infixes": sorted(self.infixes)}


class Repaired:
    """spaCy's blank tokenizer of a language with rules added; loads spaCy, and for Indonesian its 16,000 exceptions, when made."""

    def __init__(self, language: str) -> None:
        must_know(language)
        import spacy

        self.rules = Rules()
        self._nlp = spacy.blank(language)

    def tokens(self, text: str) -> Tokens:
        """Return the tokens of a text without white space."""
        flat: list[int] = []
        for token in self._nlp.make_doc(text):
            if not token.is_space:
                flat += (token.idx, token.idx + len(token))
        return Tokens.from_flat(flat)

    def learn(self, annotated: Callable[[], Iterable[Annotated]]) -> int:
        """Add rules until no span cuts a token, or nothing more can be done; returns how many edges of spans were within tokens.

        ``annotated`` gives the texts anew for each round; a second one is needed where a rule has moved other borders.
        """
        first = 0
        for number in range(_ROUNDS):
            cuts: dict[str, set[int]] = defaultdict(set)
            edges = 0
            for text, spans in annotated():
                for word, offset in _cuts(text, spans, self.tokens(text)):
                    cuts[word].add(offset)
                    edges += 1
            first = first or edges
            if not edges or not self._add(cuts, general=number == 0):
                break
        return first

    def _add(self, cuts: dict[str, set[int]], *, general: bool) -> bool:
        """Add rules for tokens cut at these offsets; False if all of them were there."""
        from spacy.symbols import ORTH
        from spacy.util import compile_infix_regex

        tokenizer: Any = self._nlp.tokenizer
        if general and (infixes := _infixes(cuts)):
            # these first and alone: what they mend needs no special case, which would take precedence over them
            self.rules.infixes = infixes
            every = (*(self._nlp.Defaults.infixes or ()), *infixes)
            tokenizer.infix_finditer = compile_infix_regex(every).finditer
            return True
        new = False
        for word, offsets in sorted(cuts.items()):
            known = self.rules.special_cases.get(word, [])
            borders = sorted({0, *offsets, *_borders(known), len(word)})
            pieces = [word[start:end] for start, end in pairwise(borders)]
            if pieces != known:
                self.rules.special_cases[word] = pieces
                tokenizer.add_special_case(word, [{ORTH: piece} for piece in pieces])
                new = True
        return new

    def save(self, folder: Path) -> None:
        """Write a blank pipeline with this tokenizer to ``folder``: ``spacy.load`` takes it, and so does a config's ``before_init``."""
        self._nlp.to_disk(folder)


def _borders(pieces: list[str]) -> Iterator[int]:
    at = 0
    for piece in pieces:
        yield at
        at += len(piece)


def _cuts(text: str, spans: Iterable[Span], tokens: Tokens) -> Iterator[tuple[str, int]]:
    """Yield each token that has a span's edge within it, and where in the token."""
    for span in spans:
        for start, end in span.fragments:
            yield from _cut_at(text, tokens, trim(text, start, end))


def _cut_at(text: str, tokens: Tokens, place: Range) -> Iterator[tuple[str, int]]:
    if place[0] >= place[1]:
        return
    for edge in place:
        number = tokens.at(edge)
        if number is not None and tokens.starts[number] < edge:
            start, end = tokens[number]
            yield text[start:end], edge - start


def _infixes(cuts: dict[str, set[int]]) -> list[str]:
    """Return infixes for signs between word characters at which several different tokens are cut."""
    tokens_of: dict[str, set[str]] = defaultdict(set)
    for word, offsets in cuts.items():
        for offset in offsets:
            for at in (offset - 1, offset):
                if 0 < at < len(word) - 1 and word[at] in _SIGNS and word[at - 1].isalnum() and word[at + 1].isalnum():
                    tokens_of[word[at]].add(word)
    return [rf"(?<=\w){re.escape(sign)}(?=\w)" for sign, words in sorted(tokens_of.items()) if len(words) >= _ENOUGH]
