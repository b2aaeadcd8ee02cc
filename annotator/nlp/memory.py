"""The memory of the project: what was labelled before, by text and context, suggested again.

A text is the same as one labelled before when it stands on whole tokens and is written the same, or as headlines and sentence starts
write it (``domain.propagation`` has the rule; clitics are not taken off here).  How often it was labelled, how often it stands in learned
documents without a label, and what ``memory_context`` counts of its surroundings decide together; where nothing wins, nothing is
suggested.  Names never seen are suggested by their surroundings alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from math import log

from annotator.domain.annotations import Span
from annotator.domain.suggesting import Passage, Suggester, SuggesterSetup, Suggestions
from annotator.domain.text import Tokens, sentence_starts
from annotator.errors import SuggesterError
from annotator.nlp.memory_context import ContextCounts
from annotator.nlp.memory_texts import Shape, Stretches, blanks, one_line, ways_to_write
from annotator.nlp.memory_words import Words

_MOST_TOKENS = 12
"""Longest text that is remembered as such, so that no text costs more than so many looks at each token."""

_MOST_CHARACTERS = 200

_IMAGINED = 0.3
"""Added to the counts for and against a text, so that one sighting is not certainty."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """How often a text was given each label, and how often it stands in learned documents without any."""

    labels: Mapping[str, int]
    nothing: int


@dataclass(slots=True)
class _Learned:
    """One document as it was learned; ``nothing`` counts its unlabelled places of known texts."""

    text: str
    tokens: Tokens
    sentences: tuple[int, ...]
    spans: tuple[tuple[int, int, str], ...]
    nothing: dict[str, int] = field(default_factory=dict)

    def words(self) -> Words:
        return Words(_words(self.text, self.tokens), self.sentences)

    def surfaces(self) -> Iterator[tuple[str, str, Shape]]:
        """Yield the labelled texts that are short enough to be remembered as such, with their labels and shapes."""
        for start, end, label in self.spans:
            surface = one_line(self.text[start:end])
            covered = self.tokens.covered(start, end)
            if surface and len(surface) <= _MOST_CHARACTERS and 0 < len(covered) <= _MOST_TOKENS:
                yield surface, label, (max(1, self.tokens.ends[covered[0]] - start), len(covered))

    def on_tokens(self) -> list[tuple[int, int, str]]:
        """Return the labels as stretches of tokens, the outermost where they overlap."""
        taken: set[int] = set()
        chosen: list[tuple[int, int, str]] = []
        for start, end, label in sorted(self.spans, key=lambda span: (span[0] - span[1], span)):
            covered = self.tokens.covered(start, end)
            if covered and taken.isdisjoint(covered):
                taken.update(covered)
                chosen.append((covered.start, covered.stop, label))
        return chosen


class Memory:
    """What was learned of documents; it can be pickled.

    ``learn``, ``forget`` and ``merge`` cost the time of the documents they speak of.  What the counts against need of other
    documents is made up for by ``settle``, which everything that reads calls.
    """

    def __init__(self) -> None:
        self._documents: dict[str, _Learned] = {}
        self._labels: dict[str, Counter[str]] = {}
        self._nothing: dict[str, int] = {}
        self._context = ContextCounts()
        self._fresh: set[str] = set()
        self._unscanned: set[str] = set()
        self._shapes: dict[str, Shape] = {}
        self._shown: dict[str, str] = {}
        self._longest: dict[str, int] = {}
        self._stale = self._dropped = False

    def __len__(self) -> int:
        return len(self._documents)

    def __contains__(self, key: object) -> bool:
        return key in self._documents

    def learn(self, key: str, text: str, tokens: Tokens, spans: Iterable[Span], sentences: Sequence[int] | None = None) -> None:
        """Learn what a person has labelled in the document ``key``, in place of what was learned of it before.

        ``spans`` must be all that the person left standing: what has no label counts as evidence against one.  ``sentences`` are found
        where they are not given.  Discontinuous spans teach nothing, nor do those outside the text.
        """
        simple = tuple(
            (span.start, span.end, span.label)
            for span in spans
            if not span.discontinuous and 0 <= span.start < span.end <= len(text)
        )
        self._take(key, _Learned(text, tokens, tuple(sentence_starts(text, tokens) if sentences is None else sentences), simple))

    def forget(self, key: str) -> None:
        """Forget what was learned of a document; one that was not learned changes nothing."""
        learned = self._documents.pop(key, None)
        if learned is None:
            return
        self._unscanned.discard(key)
        self._stale = True
        self._context.add(learned.words(), learned.on_tokens(), -1)
        for surface, count in learned.nothing.items():
            if surface in self._nothing and surface not in self._fresh:
                self._nothing[surface] -= count
        for surface, label, _ in learned.surfaces():
            labels = self._labels[surface]
            labels[label] -= 1
            if not labels[label]:
                del labels[label]
            if not labels:
                del self._labels[surface], self._shapes[surface]
                self._nothing.pop(surface, None)
                self._fresh.discard(surface)
                self._dropped = True

    def merge(self, other: Memory) -> None:
        """Learn the documents of another memory, too; its word counts for those that both have."""
        for key, learned in other._documents.items():
            self._take(key, _Learned(learned.text, learned.tokens, learned.sentences, learned.spans))

    def _take(self, key: str, learned: _Learned) -> None:
        self.forget(key)
        self._documents[key] = learned
        self._unscanned.add(key)
        self._stale = True
        self._context.add(learned.words(), learned.on_tokens())
        for surface, label, shape in learned.surfaces():
            if surface not in self._labels:
                self._labels[surface] = Counter()
                self._shapes[surface] = shape
                self._nothing[surface] = 0
                self._fresh.add(surface)
            self._labels[surface][label] += 1

    def counts(self, surface: str) -> Evidence:
        """Return how often a text was labelled and how often not; a text never labelled is looked for in all learned documents."""
        self.settle()
        surface = one_line(surface)
        if surface in self._labels:
            return Evidence(dict(self._labels[surface]), self._nothing[surface])
        return Evidence({}, sum(sum(found.values()) for _, found in self._unlabelled({surface}, self._documents)))

    def settle(self) -> None:
        """Count what stands without a label: texts labelled for the first time in all documents, new documents for all texts."""
        if not self._stale:
            return
        old = [key for key in self._documents if key not in self._unscanned]
        for surfaces, keys in ((self._fresh, old), (self._labels.keys(), list(self._unscanned))):
            for key, found in self._unlabelled(surfaces, keys):
                nothing = self._documents[key].nothing
                for surface, count in found.items():
                    nothing[surface] = count
                    self._nothing[surface] += count
        self._know_again()
        self._fresh.clear()
        self._unscanned.clear()
        self._stale = False

    def _know_again(self) -> None:
        """Look out for the texts that are new; for all of them anew where one was forgotten."""
        if self._dropped:
            self._shown, self._longest = {}, {}
        shapes = self._shapes if self._dropped else {surface: self._shapes[surface] for surface in self._fresh}
        shown, longest = ways_to_write(shapes)
        for written, surface in shown.items():
            if written == surface or written not in self._shown:
                self._shown[written] = surface
        for word, count in longest.items():
            self._longest[word] = max(count, self._longest.get(word, 0))
        self._dropped = False

    def _unlabelled(self, surfaces: Iterable[str], keys: Iterable[str]) -> Iterator[tuple[str, dict[str, int]]]:
        """Yield, for each document, how often it says some texts on whole tokens outside its labels."""
        from ahocorasick_rs import AhoCorasick

        patterns = [surface for surface in surfaces if surface]
        if not patterns:
            return
        automaton = AhoCorasick(patterns)
        for key in keys:
            learned = self._documents[key]
            labelled = Stretches(learned.spans)
            found: dict[str, int] = {}
            for number, start, end in automaton.find_matches_as_indexes(blanks(learned.text), overlapping=True):
                if learned.tokens.aligned(start, end) and not labelled.touch(start, end):
                    found[patterns[number]] = found.get(patterns[number], 0) + 1
            yield key, found

    def lean(self) -> Memory:
        """Return a memory without the documents, to be sent to workers: it suggests the same, but what it learns further is of no use."""
        self.settle()
        lean = Memory()
        lean._labels, lean._nothing, lean._context = self._labels, self._nothing, self._context
        lean._shown, lean._longest = self._shown, self._longest
        return lean

    def suggest(self, passage: Passage, name: str) -> Suggestions:
        """Return what is labelled likely in a passage, outside the spans that a person has reviewed."""
        self.settle()
        text, tokens = passage.text, passage.tokens
        words = Words(_words(text, tokens), passage.sentences or sentence_starts(text, tokens))
        blocked = {
            index for span in passage.spans if span.reviewed for low, high in span.fragments for index in tokens.covered(low, high)
        }
        found = self._context.find(words, self._known(text, tokens, words.words), blocked)
        return Suggestions(
            tuple(
                Span(
                    f"s{number}",
                    ((tokens.starts[first], tokens.ends[stop - 1]),),
                    label,
                    confidence=round(confidence, 3),
                    origin=name,
                    reviewed=False,
                )
                for number, (first, stop, label, confidence) in enumerate(found, 1)
            )
        )

    def _known(self, text: str, tokens: Tokens, words: Sequence[str]) -> dict[int, dict[int, float]]:
        """Return, for the tokens of known texts, the tags that their labels would give them, with the log odds by the counts."""
        if not self._shown:
            return {}
        known: dict[int, dict[int, float]] = {}
        starts, ends = tokens.starts, tokens.ends
        plain = blanks(text)
        after = 0
        for index, word in enumerate(words):
            longest = self._longest.get(word)
            if longest is None or index < after:
                continue
            for stop in range(min(index + longest, len(words)), index, -1):
                surface = self._shown.get(plain[starts[index] : ends[stop - 1]])
                if surface is not None:
                    self._weigh(surface, range(index, stop), known)
                    after = stop
                    break
        return known

    def _weigh(self, surface: str, places: range, known: dict[int, dict[int, float]]) -> None:
        labels = self._labels[surface]
        total = labels.total() + self._nothing[surface]
        for label, count in labels.items():
            odds = log((count + _IMAGINED) / (total - count + _IMAGINED))
            tag = self._context.first_tag(label)
            for index in places:
                known.setdefault(index, {})[tag if index == places.start else tag + 1] = odds


def load(setup: SuggesterSetup) -> Suggester:
    """Return the suggester of a ``Memory``, which is ``setup.data``; None is one that has learned nothing."""
    memory = Memory() if setup.data is None else setup.data
    if not isinstance(memory, Memory):
        raise SuggesterError(f"What “{setup.name}” should have learned is not a memory. Let it learn the project again.")
    memory.settle()
    return partial(_suggest, memory, setup.name)


def _suggest(memory: Memory, name: str, passages: Sequence[Passage], /) -> list[Suggestions]:
    return [memory.suggest(passage, name) for passage in passages]


def _words(text: str, tokens: Tokens) -> list[str]:
    return [text[start:end] for start, end in zip(tokens.starts, tokens.ends, strict=True)]
