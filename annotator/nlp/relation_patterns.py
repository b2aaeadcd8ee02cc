"""Relations between spans that stand already, by cue words: patterns from a file, run in spaCy's Matcher.

Each sentence becomes a row of tokens in which a span, the outermost where several overlap, is one token with its label as entity type.  So
"Presiden Rusia Vladimir Putin" is the word "Presiden", a GPE and a PERSON.  ``relation_patterns_files`` tells how patterns are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from annotator.domain.annotations import Relation, Span
from annotator.domain.mapping import closest
from annotator.domain.suggesting import Passage, Suggester, SuggesterSetup, Suggestions
from annotator.domain.text import sentence_starts
from annotator.nlp.relation_patterns_files import MOST, RelationPattern, RelationPatterns, bare, read_relation_patterns
from annotator.nlp.spacy_docs import vocabulary
from annotator.paths import resource_dir

_LONGEST_SENTENCE = 400
"""Tokens of a sentence that are looked at; a text without ends of sentences is cut there."""

_DEEPEST = 10
"""Spans around one that are looked at."""

_Element = tuple[str, Span | None]


def shipped_patterns() -> Path:
    """Return the file of patterns that comes with the program, for news in Indonesian."""
    return resource_dir() / "relations" / "indonesian-news.jsonl"


def load(setup: SuggesterSetup) -> Suggester:
    """Return the suggester of the patterns in ``setup.source``, or of the shipped ones; raises ``SuggesterError`` where they are broken."""
    patterns = read_relation_patterns(Path(setup.source) if setup.source else shipped_patterns())
    return partial(_suggest, _Linker(patterns, setup), setup.name)


def _suggest(linker: _Linker, name: str, passages: Sequence[Passage], /) -> list[Suggestions]:
    return [_suggestions(linker, name, passage) for passage in passages]


def _suggestions(linker: _Linker, name: str, passage: Passage) -> Suggestions:
    """Return each relation once, with the highest confidence that a pattern gives it, and the spans it links."""
    found: dict[tuple[str, str, str], tuple[float, Span, Span]] = {}
    for pattern, head, tail in linker.links(passage):
        key = pattern.relation, head.signature, tail.signature
        if key not in found or found[key][0] < pattern.confidence:
            found[key] = pattern.confidence, head, tail
    spans: dict[str, Span] = {}
    relations: list[Relation] = []
    for (label, head_place, tail_place), (confidence, head, tail) in sorted(
        found.items(), key=lambda item: (item[1][1].start, item[1][2].start, item[0][0])
    ):
        for place, span in ((head_place, head), (tail_place, tail)):
            if place not in spans:
                spans[place] = replace(span, id=f"s{len(spans) + 1}", origin=name, reviewed=False, derived_from="")
        relations.append(
            Relation(
                f"r{len(relations) + 1}",
                label,
                spans[head_place].id,
                spans[tail_place].id,
                confidence=confidence,
                origin=name,
                reviewed=False,
            )
        )
    return Suggestions(tuple(spans.values()), tuple(relations))


class _Row:
    """One way to write a pattern; most sentences are passed over because a word or label that it must have is not in them."""

    def __init__(self, pattern: RelationPattern, way: Sequence[dict[str, Any]], vocab: Any, never_after: frozenset[str]) -> None:
        self.pattern = pattern
        needed = [token for token in way if "OP" not in token]
        self.words = [frozenset(words) for token in needed if (words := _in(token.get("LOWER")))]
        self._spans = [frozenset(labels) for token in needed if (labels := _in(token.get("ENT_TYPE")))]
        self._head, self._tail = (next(i for i, token in enumerate(way) if token.get("as") == end) for end in ("head", "tail"))
        self._gaps = [(index, token[MOST]) for index, token in enumerate(way) if MOST in token]
        self._way, self._vocab, self._never_after = bare(way), vocab, never_after
        self._matcher: Any = None

    def may_match(self, words: set[str], labels: set[str]) -> bool:
        """Tell whether a sentence with these words and labels has all that is needed."""
        return not any(map(words.isdisjoint, self.words)) and not any(map(labels.isdisjoint, self._spans))

    def matches(self, doc: Any) -> Iterator[tuple[int, int]]:
        """Yield the tokens of head and tail of each match."""
        if self._matcher is None:  # of hundreds of rows a text needs a few
            from spacy.matcher import Matcher

            self._matcher = Matcher(self._vocab)
            self._matcher.add("row", [self._way])
        for _, start, _, parts in self._matcher(doc, with_alignments=True):
            if any(parts.count(gap) > most for gap, most in self._gaps):
                continue
            if start and doc[start - 1].lower_ in self._never_after:
                continue
            yield start + parts.index(self._head), start + parts.index(self._tail)


def _in(asked: object) -> list[str]:
    """Return the strings that a token pattern asks for one of; empty where it asks for something else."""
    found = asked.get("IN", ()) if isinstance(asked, dict) and len(asked) == 1 else [asked] if isinstance(asked, str) else ()
    return [value for value in found if isinstance(value, str) and value]


class _Linker:
    """Patterns made ready for one project; its labels go by those that the patterns name."""

    def __init__(self, patterns: RelationPatterns, setup: SuggesterSetup) -> None:
        self._vocab = vocabulary(setup.language)
        self._labels = patterns.labels
        self._project = {theirs: ours for ours, theirs in setup.labels if ours in self._labels and theirs}
        self._inside = [pattern for pattern in patterns.patterns if pattern.inside]
        self._by_word: dict[str, list[_Row]] = {}
        self._wordless: list[_Row] = []
        for pattern in patterns.patterns:
            for way in () if pattern.inside else pattern.ways:
                row = _Row(pattern, way, self._vocab, patterns.never_after)
                rarest = min(row.words, key=len, default=())
                for word in rarest:
                    self._by_word.setdefault(word, []).append(row)
                if not rarest:
                    self._wordless.append(row)

    def links(self, passage: Passage) -> Iterator[tuple[RelationPattern, Span, Span]]:
        """Yield each match of a pattern with its two spans."""
        yield from self._nested(passage)
        for elements in self._sentences(passage):
            words = {word.lower() for word, _ in elements}
            labels = {self._known(span.label) for _, span in elements if span}
            rows = [row for word in words for row in self._by_word.get(word, ())] + self._wordless
            doc = None
            for row in rows:
                if not row.may_match(words, labels):
                    continue
                if doc is None:
                    doc = self._doc(elements)
                for head, tail in row.matches(doc):
                    first, second = elements[head][1], elements[tail][1]
                    if first is not None and second is not None:
                        yield row.pattern, first, second

    def _nested(self, passage: Passage) -> Iterator[tuple[RelationPattern, Span, Span]]:
        """Yield what the patterns say of a span and those inside it."""
        if not self._inside:
            return
        around: list[Span] = []
        for span in sorted((span for span in passage.spans if not span.discontinuous), key=lambda span: (span.start, -span.end)):
            around = [outer for outer in around if outer.end > span.start]
            for outer in around:
                if outer.end >= span.end and outer.fragments != span.fragments:
                    yield from ((pattern, *ends) for pattern in self._inside if (ends := self._ends(pattern, outer, span)))
            around = [*around, span][-_DEEPEST:]

    def _ends(self, pattern: RelationPattern, outer: Span, inner: Span) -> tuple[Span, Span] | None:
        first, second = pattern.ways[0]
        if not (_asks(first, self._known(outer.label)) and _asks(second, self._known(inner.label))):
            return None
        return (outer, inner) if first["as"] == "head" else (inner, outer)

    def _doc(self, elements: Sequence[_Element]) -> Any:
        from spacy.tokens import Doc

        ents = [f"B-{self._known(span.label)}" if span else "O" for _, span in elements]
        return Doc(self._vocab, words=[word for word, _ in elements], ents=ents)

    def _known(self, label: str) -> str:
        """Return the name that the patterns have for a label of the project; its own where they have none."""
        if label not in self._project:
            self._project[label] = label if label in self._labels else closest(label, sorted(self._labels)) or label
        return self._project[label] or "_"

    def _sentences(self, passage: Passage) -> Iterator[list[_Element]]:
        """Yield the sentences with two spans or more."""
        tokens, text = passage.tokens, passage.text
        at, covered = _outermost(passage)
        begins = set(passage.sentences or sentence_starts(text, tokens))
        elements: list[_Element] = []
        linked = 0
        for index in range(len(tokens)):
            if index in covered:
                continue  # inside a span that began before
            if (index in begins or len(elements) >= _LONGEST_SENTENCE) and elements:
                if linked > 1:
                    yield elements
                elements, linked = [], 0
            span = at.get(index)
            linked += span is not None
            elements.append((text[tokens.starts[index] : tokens.ends[index]], span))
        if linked > 1:
            yield elements


def _asks(token: dict[str, Any], label: str) -> bool:
    asked = token["ENT_TYPE"]
    return label in asked["IN"] if "IN" in asked else True


def _outermost(passage: Passage) -> tuple[dict[int, Span], set[int]]:
    """Return the spans that overlap none longer by the token they begin with, and the tokens they have besides."""
    at: dict[int, Span] = {}
    inside: set[int] = set()
    for span in sorted(passage.spans, key=lambda span: (span.start - span.end, not span.reviewed, span.start)):
        covered = passage.tokens.covered(span.start, span.end)
        if not span.discontinuous and covered and not any(index in at or index in inside for index in covered):
            at[covered[0]] = span
            inside.update(covered[1:])
    return at, inside
