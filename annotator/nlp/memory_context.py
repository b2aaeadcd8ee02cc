"""What stands around and in labelled words, counted, and the likeliest labels of new words by these counts.

Every token of a learned document carries a tag: nothing, the begin of a label, or its inside.  For each of a dozen views of a token (the
word, its look, its neighbours, the run of capitalised words it stands in) the counts say how often which tag was seen with it.  A new
token's tags are weighed by the product of what its views say, each raised to a power that tells how much of it the other views say,
too; a path through the tags of neighbouring tokens is then chosen with the counts of which tag follows which.  All of it is
adding and taking away, so one document more or less costs the time of that document alone.  The powers were chosen on parts of the
training data of idner-news-2k, with twenty, a hundred and a thousand sentences learned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import exp, log
from typing import Any

from annotator.nlp.memory_words import View, Words

Counts = dict[int, int]
"""How often each tag was seen: 0 for nothing, 2k + 1 for the begin of the label number k, 2k + 2 for its inside."""

Run = tuple[int, int, str, float]
"""A label on tokens ``first`` to ``stop``, with a confidence."""

NOTHING = 0

# one row for each view: its power, and how many imagined sightings by chance alone it starts with
_VIEWS = (
    (0.5, 1.0),  # the word
    (0.3, 1.0),  # in small letters
    (0.2, 3.0),  # its last three letters and look
    (0.5, 2.0),  # its look, and whether it begins a sentence
    (0.8, 3.0),  # the word before
    (0.3, 3.0),  # the word after
    (0.2, 3.0),  # the second before, with the look of the first
    (0.2, 3.0),  # the second after, with the look of the first
    (0.3, 1.0),  # itself and the word before
    (0.15, 3.0),  # the word before its run of capitalised words
    (0.2, 2.0),  # the first word of the run, unless it is that
    (0.2, 2.0),  # the last word of the run, unless it is that
    (0.2, 3.0),  # its place in the run
)
_ALONE = 4
"""The first so many views are of the word by itself."""

_FLOW = 0.8
"""Power of the counts of which tag follows which."""

_SURFACE, _AGAINST = 0.3, 1.0
"""Powers of the counts for and against the text itself: where they speak for a label, its words do so already."""

_BEHIND = 6.0
"""Tags of a token that score so much less than the best are not followed up."""

_TEMPER = 0.6
"""Power that turns scores into shares that hold: of suggestions with a confidence of 0.8, four in five were right."""

_BORDERS = 0.9
"""Share of labels, right about what the text is, that are right about where it begins and ends, too."""

_LONGEST_STRETCH = 200
"""Tokens that are decided on together at most."""

_LEAST_SHARE = 0.2
"""A word without a capital is looked at where it was in a label so often."""

_NEVER = float("-inf")


class ContextCounts:
    """Counts of tags by what stands around, to which documents are added and from which they are taken away."""

    def __init__(self) -> None:
        self.labels: list[str] = []
        self._numbers: dict[str, int] = {}
        self._tags: Counts = {}
        self._follow: dict[int, Counts] = {}
        self._views: list[dict[View | str, Counts]] = [{} for _ in _VIEWS]
        self._forget_derived()

    def __getstate__(self) -> tuple[object, ...]:
        return self.labels, self._numbers, self._tags, self._follow, self._views

    def __setstate__(self, state: tuple[object, ...]) -> None:
        self.labels, self._numbers, self._tags, self._follow, self._views = state  # type: ignore[assignment]
        self._forget_derived()

    def _forget_derived(self) -> None:
        self._weights: list[dict[View | str, tuple[tuple[int, float], ...]]] = [{} for _ in _VIEWS]
        self._alone: dict[View, dict[int, float]] = {}
        self._flow: dict[tuple[int, int], float] = {}
        self._chance: dict[int, float] = {}

    def add(self, words: Words, spans: Iterable[tuple[int, int, str]], sign: int = 1) -> None:
        """Count a document, or with ``sign`` -1 take it away; ``spans`` are labels on tokens, first to stop, not overlapping."""
        tags = [NOTHING] * len(words.words)
        for first, stop, label in spans:
            tag = 2 * self._number(label) + 1
            tags[first:stop] = [tag, *[tag + 1] * (stop - first - 1)]
        run, previous = (0, 0), NOTHING
        for index, tag in enumerate(tags):
            if index in words.begins and index:
                _count(self._follow, previous, NOTHING, sign)
                previous = NOTHING
            _count_one(self._tags, tag, sign)
            _count(self._follow, previous, tag, sign)
            previous = tag
            if index >= run[1]:
                run = words.run_at(index)
            for table, key in zip(self._views, words.views(index, run), strict=True):
                if key is not None:
                    _count(table, key, tag, sign)
        if tags:
            _count(self._follow, previous, NOTHING, sign)
        self._forget_derived()

    def _number(self, label: str) -> int:
        number = self._numbers.setdefault(label, len(self.labels))
        if number == len(self.labels):
            self.labels.append(label)
        return number

    def first_tag(self, label: str) -> int:
        """Return the tag of the first token of a label; that of its other tokens is one higher."""
        return 2 * self._number(label) + 1

    def find(self, words: Words, known: Mapping[int, Mapping[int, float]], blocked: set[int]) -> list[Run]:
        """Return the likeliest labels, in text order.

        ``known`` gives tokens of known texts the tags of their labels, with the log odds of these; tokens in ``blocked`` are left out.
        """
        if len(self._tags) < 2:
            return []
        found: list[Run] = []
        stretch: list[int] = []
        begins = words.begins.difference(index for index, tags in known.items() if all(tag % 2 == 0 for tag in tags))
        for index in range(len(words.words)):
            if index in blocked or not (index in known or self._worth_a_look(words, index)):
                if stretch:
                    self._label(words, known, stretch, found)
                    stretch = []
                continue
            if stretch and (index in begins or len(stretch) >= _LONGEST_STRETCH):
                self._label(words, known, stretch, found)
                stretch = []
            stretch.append(index)
        if stretch:
            self._label(words, known, stretch, found)
        return found

    def _worth_a_look(self, words: Words, index: int) -> bool:
        if words.capital[index]:
            return True
        seen = self._views[0].get(words.words[index])
        if seen is None:
            kinds = self._views[3].get((words.kinds[index], False)) if words.kinds[index] in ("9", "9x", "aA", "A-") else None
            return kinds is not None and kinds.get(NOTHING, 0) < (1 - _LEAST_SHARE / 2) * sum(kinds.values())
        inside = len(seen) > 1 or NOTHING not in seen
        if not inside:
            return False
        if seen.get(NOTHING, 0) <= (1 - _LEAST_SHARE) * sum(seen.values()):
            return True
        return 0 < index < words.last and words.capital[index - 1] and words.capital[index + 1]

    def _label(self, words: Words, known: Mapping[int, Mapping[int, float]], stretch: list[int], found: list[Run]) -> None:
        """Add to ``found`` the labels on a stretch of neighbouring tokens."""
        run = (0, 0)
        scores: list[dict[int, float]] = []
        for index in stretch:
            if index >= run[1]:
                run = words.run_at(index)
            scores.append(self._scores(words, index, run, known.get(index)))
        if all(len(score) == 1 for score in scores):
            return
        tags = self._best_path(scores)
        place = 0
        while place < len(tags):
            if tags[place] == NOTHING:
                place += 1
                continue
            stop = place + 1
            while stop < len(tags) and tags[stop] == tags[place] + 1:
                stop += 1
            confidence = self._confidence(scores, tags, place, stop)
            found.append((stretch[place], stretch[stop - 1] + 1, self.labels[(tags[place] - 1) // 2], confidence))
            place = stop

    def _scores(self, words: Words, index: int, run: tuple[int, int], known: Mapping[int, float] | None) -> dict[int, float]:
        """Return the log score of nothing and of each tag not far behind the best; a constant for all tags is left out."""
        views = words.views(index, run)
        alone = self._alone.get((views[0], views[3]))
        if alone is None:
            alone = self._weigh_alone(views)
        scores = alone.copy()
        for number in range(_ALONE, len(_VIEWS)):
            key = views[number]
            if key is None:
                continue
            weights = self._weights[number].get(key)
            if weights is None:
                weights = self._weigh(number, key)
            for tag, weight in weights:
                if tag in scores:
                    scores[tag] += weight
                else:
                    scores[tag] = self._by_chance(tag) + weight
        if known:
            for tag, odds in known.items():
                scores[tag] = scores.get(tag, self._by_chance(tag)) + (_SURFACE if odds > 0 else _AGAINST) * odds
        least = max(scores.values()) - _BEHIND
        return {tag: score for tag, score in scores.items() if score > least or tag == NOTHING}

    def _weigh_alone(self, views: tuple[View | str | None, ...]) -> dict[int, float]:
        """Return what the views of a word by itself say; remembered for words that were learned."""
        scores = {NOTHING: 0.0}
        for number in range(_ALONE):
            for tag, weight in self._weigh(number, views[number]):  # type: ignore[arg-type]
                scores[tag] = scores.get(tag, 0.0) + weight
        for tag in scores:
            scores[tag] += self._by_chance(tag)
        if views[0] in self._views[0]:
            self._alone[views[0], views[3]] = scores
        return scores

    def _weigh(self, number: int, key: View | str) -> tuple[tuple[int, float], ...]:
        seen = self._views[number].get(key)
        if seen is None:
            return ()  # not remembered: there is no end of words never seen
        power, imagined = _VIEWS[number]
        weights = tuple((tag, power * log(1 + count / (imagined * exp(self._by_chance(tag))))) for tag, count in seen.items())
        self._weights[number][key] = weights
        return weights

    def _by_chance(self, tag: int) -> float:
        found = self._chance.get(tag)
        if found is None:
            total = sum(self._tags.values())
            found = self._chance[tag] = log((self._tags.get(tag, 0) + 0.01) / (total + 0.01 * len(self._tags)))
        return found

    def _step(self, before: int, tag: int) -> float:
        """Return the log weight of ``tag`` after ``before``; an inside that follows nothing of its label weighs minus infinity."""
        found = self._flow.get((before, tag))
        if found is None:
            if tag and tag % 2 == 0 and before not in (tag, tag - 1):
                found = _NEVER
            else:
                follow = self._follow.get(before, {})
                chance = exp(self._by_chance(tag))
                found = _FLOW * log((follow.get(tag, 0) / chance + 0.5) / (sum(follow.values()) + 0.5))
            self._flow[before, tag] = found
        return found

    def _best_path(self, scores: list[dict[int, float]]) -> list[int]:
        reached = [(NOTHING, 0.0)]
        back: list[dict[int, int]] = []
        flow = self._flow
        for score in scores:
            came: dict[int, int] = {}
            now: list[tuple[int, float]] = []
            for tag, own in score.items():
                best, origin = _NEVER, NOTHING
                for before, value in reached:
                    step = flow.get((before, tag))
                    if step is None:
                        step = self._step(before, tag)
                    if value + step > best:
                        best, origin = value + step, before
                if best > _NEVER:
                    now.append((tag, best + own))
                    came[tag] = origin
            reached = now
            back.append(came)
        tag = max(reached, key=lambda last: last[1] + self._step(last[0], NOTHING))[0]
        path = [tag]
        for came in reversed(back[1:]):
            tag = came[tag]
            path.append(tag)
        return path[::-1]

    def _confidence(self, scores: list[dict[int, float]], tags: list[int], first: int, stop: int) -> float:
        """Return the share of a label among what could stand on the same tokens: the other labels, and nothing."""
        before = tags[first - 1] if first else NOTHING
        after = tags[stop] if stop < len(tags) else NOTHING
        rivals = {NOTHING, *((tag - 1) // 2 * 2 + 1 for score in scores[first:stop] for tag in score if tag)}

        def total(begin: int) -> float:
            inside = begin + 1 if begin else NOTHING
            value, previous = 0.0, before
            for place in range(first, stop):
                tag = begin if place == first else inside
                value += scores[place].get(tag, self._by_chance(tag)) + self._step(previous, tag)
                previous = tag
            return value + self._step(previous, after)

        own = total(tags[first])
        return _BORDERS / sum(exp(min(50.0, _TEMPER * (total(rival) - own))) for rival in rivals)


def _count(table: dict[Any, Counts], key: Any, tag: int, sign: int) -> None:
    seen = table.get(key)
    if seen is None:
        seen = table[key] = {}
    _count_one(seen, tag, sign)
    if not seen:
        del table[key]


def _count_one(seen: Counts, tag: int, sign: int) -> None:
    count = seen.get(tag, 0) + sign
    if count:
        seen[tag] = count
    else:
        seen.pop(tag, None)
