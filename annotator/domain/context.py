"""Whether places of the same text stand in the same context, so that one label may go to all of them.

The rule, which needs no model and is meant to be understood by the person who looks at the list.  A place agrees unless one of these
speaks against it, asked in this order:

1. It has another label already, or another span shares text with it (unless the same is so where the person labelled).
2. It is part of a longer name: a word with a capital stands right beside it in the same sentence, with nothing but blanks between
   ("Universitas Jakarta", "Jakarta Selatan").  Words that introduce a name ("Presiden") begin a new one, days and months are no part of
   one, nor is a word with a span of its own.  The first word of a sentence counts only where it is written with a capital elsewhere,
   too; in a headline, where nearly all words have one, none counts.  Nothing speaks against the longer name that the person's own place
   is in.
3. Beside the same word it was decided otherwise more often than so: labelled otherwise, or left blank in a finished document.  What
   was decided for the label beside a word outweighs that this word seems to be part of a longer name.
4. It is written with a capital inside a sentence, where the person labelled the text in small letters.
5. It is one word that begins a sentence, and the same document has it in small letters: it may be an ordinary word there.

What stands further away than the neighbouring word is not looked at.  Offsets are code points.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import accumulate

from annotator.domain.annotations import Span
from annotator.domain.text import Range, Tokens

_LONGEST_NAME = 6
"""So many words on each side are taken into a longer name."""

_HEADLINE = 0.9
"""Share of the longer words of a sentence that have a capital where capitals tell nothing any more."""

# Before a name, and no part of it.
_TITLES = """
presiden wapres perdana menteri menko wamen gubernur bupati wali walikota wakil ketua sekretaris direktur dirut komisaris kepala
sekjen waketum ketum plt kapolri wakapolri komjen kapolda kapolres kapolsek kasat kabid panglima jenderal letjen mayjen brigjen
kolonel letkol mayor kapten letnan komandan kombes akbp kompol ajun iptu ipda irjen brigadir hakim jaksa duta juru dokter dr dr.
drs drs. ir ir. prof prof. profesor ustaz ustadz kiai kyai kh kh. haji hajah hj hj. h. bapak ibu pak bu tuan nyonya sultan raja
ratu pangeran putri paus uskup kardinal pelatih pemain penyanyi aktor aktris sutradara anggota mantan calon almarhum almarhumah
president minister mr mr. mrs mrs. ms
"""
_INTRODUCING = frozenset(_TITLES.split())
_DAYS_AND_MONTHS = """
senin selasa rabu kamis jumat jum'at sabtu minggu januari februari maret april mei juni juli agustus september oktober november
desember
"""
_DAYS = frozenset(_DAYS_AND_MONTHS.split())


class Why(StrEnum):
    """What speaks against a place, in the order in which it is asked."""

    LABELLED = "labelled"
    OVERLAPS = "overlaps"
    LONGER_NAME = "longer name"
    AFTER = "after"
    BEFORE = "before"
    CAPITAL = "capital"
    ORDINARY = "ordinary"


@dataclass(frozen=True, slots=True)
class Doubt:
    """Why a place does not agree.

    ``text`` is the other span, the longer name or the neighbouring word; ``label`` is what stands or was given there instead, empty for
    nothing, and ``times`` how often it was.
    """

    why: Why
    text: str = ""
    label: str = ""
    times: int = 0


@dataclass(frozen=True, slots=True)
class Sight:
    """What there is to see at one place.

    ``before`` and ``after`` are the neighbouring words of its sentence, folded, empty for none and for marks; ``left`` and ``right`` the
    words of a longer name around it.  ``decided`` is the label that a person gave it, "" where a finished document has nothing there,
    and None where nobody decided.  ``over`` is another span that shares text with it, as (text, label).
    """

    before: str = ""
    after: str = ""
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()
    opened: bool = False
    """Whether ``left`` is nothing but the first word of the sentence."""
    name: str = ""
    label: str = ""
    over: tuple[str, str] | None = None
    decided: str | None = None
    small: bool = False
    """Whether the place has no capital."""
    capital: bool = False
    """Whether it begins with a capital where that tells something."""
    ordinary: bool = False
    """Whether it is one word at the beginning of a sentence that the document has in small letters, too."""


class Scene:
    """One document with the spans that stand in it; ``sight`` costs some microseconds a place."""

    def __init__(
        self, text: str, tokens: Tokens, sentences: Sequence[int] = (), spans: Iterable[Span] = (), *, finished: bool = False
    ) -> None:
        self._text, self._tokens, self._sentences, self._finished = text, tokens, list(sentences), finished
        self._spans = sorted((low, high, span) for span in spans for low, high in span.fragments)
        self._starts = [low for low, _, _ in self._spans]
        self._reach = list(accumulate((high for _, high, _ in self._spans), max))
        self._headlines: dict[int, bool] = {}

    def sight(self, place: Range) -> Sight:
        """Return what there is to see at a place."""
        covered = self._tokens.covered(*place)
        label, over, decided = self._standing(place)
        if not covered:
            return Sight(label=label, over=over, decided=decided)
        number = bisect_right(self._sentences, covered[0]) - 1
        opening = self._sentences[number] if number >= 0 else 0
        stop = self._sentences[number + 1] if number + 1 < len(self._sentences) else len(self._tokens)
        flat = self._is_headline(opening, stop)
        left = () if flat else self._name(range(covered[0] - 1, opening - 1, -1))[::-1]
        right = () if flat else self._name(range(covered[-1] + 1, stop))
        titles = [number for number, index in enumerate(left) if _folded(self._word(index)) in _INTRODUCING]
        left = left[titles[-1] + 1 :] if titles else left
        if len(left) > 1 and left[0] == opening:
            left = left[1:]  # its capital tells nothing
        surface = self._text[place[0] : place[1]]
        opens = covered[0] == opening
        small = surface == surface.lower()
        opened = len(left) == 1 and left[0] == opening
        first = covered[0] if opened and right else (left or covered)[0]
        ends = self._tokens.starts[first], self._tokens.ends[(right or covered)[-1]]
        return Sight(
            before=self._neighbour(covered[0] - 1) if not opens else "",
            after=self._neighbour(covered[-1] + 1) if covered[-1] + 1 < stop else "",
            left=tuple(map(self._word, left)),
            right=tuple(map(self._word, right)),
            opened=opened,
            name=" ".join(self._text[ends[0] : ends[1]].split()) if left or right else "",
            label=label,
            over=over,
            decided=decided,
            small=small,
            capital=not flat and not opens and surface[:1].isupper(),
            ordinary=opens and not small and len(covered) == 1 and self._has_word(surface.lower()),
        )

    def _standing(self, place: Range) -> tuple[str, tuple[str, str] | None, str | None]:
        """Return the label at the very place, another span that shares text with it, and what was decided."""
        here: Span | None = None
        other: Span | None = None
        for span in self._touching(place):
            if span.fragments == (place,):
                here = span if here is None or not here.reviewed else here
            elif other is None or not other.reviewed:
                other = span
        over = (" ".join(other.surface(self._text).split()), other.label) if other is not None else None
        if here is not None:
            return here.label, over, here.label if here.reviewed else None
        return "", over, "" if self._finished and over is None else None

    def _touching(self, place: Range) -> Iterable[Span]:
        index = bisect_left(self._starts, place[1]) - 1
        while index >= 0 and self._reach[index] > place[0]:
            _, high, span = self._spans[index]
            if high > place[0]:
                yield span
            index -= 1

    def _name(self, indices: range) -> tuple[int, ...]:
        """Return the tokens that go on as a name does, from the nearest."""
        found: list[int] = []
        for index in indices[:_LONGEST_NAME]:
            left = index if indices.step < 0 else index - 1
            gap = self._text[self._tokens.ends[left] : self._tokens.starts[left + 1]]
            word = self._word(index)
            ends, begins = self._text[self._tokens.ends[left] - 1], self._text[self._tokens.starts[left + 1]]
            beside = gap and not gap.strip(" \u00a0") and (ends.isalnum() or ends == ".") and begins.isalnum()
            if not beside or not word[0].isupper() or _folded(word) in _DAYS or self._has_span(index):
                break
            found.append(index)
        return tuple(found)

    def _has_span(self, index: int) -> bool:
        return any(True for _ in self._touching((self._tokens.starts[index], self._tokens.ends[index])))

    def _word(self, index: int) -> str:
        return self._text[self._tokens.starts[index] : self._tokens.ends[index]]

    def _neighbour(self, index: int) -> str:
        word = self._word(index)
        return _folded(word) if any(map(str.isalnum, word)) else ""

    def _is_headline(self, opening: int, stop: int) -> bool:
        if opening not in self._headlines:
            long = [word for word in map(self._word, range(opening + 1, stop)) if len(word) > 3 and word[0].isalpha()]
            capitals = sum(word[0].isupper() for word in long)
            self._headlines[opening] = len(long) > 3 and capitals >= _HEADLINE * len(long)
        return self._headlines[opening]

    def _has_word(self, word: str) -> bool:
        return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", self._text) is not None


class Agreement:
    """What was learned of all places of a text, and which of them agree with the place that a person labelled.

    Every place is to be learned before any is asked about: what one was called may speak for or against another.  With ``relabels`` a place
    is not doubted for having another label, because that is what is to change.
    """

    def __init__(self, label: str, origin: Sight, *, relabels: bool = False) -> None:
        self._label, self._origin, self._relabels = label, origin, relabels
        self._votes: defaultdict[tuple[Why, str], Counter[str]] = defaultdict(Counter)
        self._capitals: set[str] = set()
        self._vote(origin, label)

    def learn(self, sight: Sight) -> None:
        """Take in what there is at one place."""
        if sight.decided is not None:
            self._vote(sight, sight.decided)
        if sight.left and not sight.opened:
            self._capitals.add(_folded(sight.left[-1]))

    def _vote(self, sight: Sight, label: str) -> None:
        for why, word in ((Why.AFTER, sight.before), (Why.BEFORE, sight.after)):
            if word:
                self._votes[why, word][label] += 1

    def doubt(self, sight: Sight) -> Doubt | None:
        """Return what speaks first against a place; None where it agrees."""
        if sight.label and (sight.label == self._label or not self._relabels):
            return None if sight.label == self._label else Doubt(Why.LABELLED, label=sight.label)
        if not sight.label and sight.over is not None and (self._origin.over is None or self._origin.over[1] != sight.over[1]):
            return Doubt(Why.OVERLAPS, *sight.over)
        sides = ((Why.AFTER, sight.before, self._goes_on_left(sight)), (Why.BEFORE, sight.after, self._goes_on_right(sight)))
        for why, word, goes_on in sides:
            if goes_on and self._balance(why, word, sight)[0] <= 0:
                return Doubt(Why.LONGER_NAME, sight.name)
        found = [(self._balance(why, word, sight), why, word) for why, word, _ in sides if word]
        if sum(balance for (balance, _, _), _, _ in found) < 0:
            (_, label, times), why, word = min(found, key=lambda entry: entry[0][0])
            return Doubt(why, word, label, times)
        if self._origin.small and sight.capital:
            return Doubt(Why.CAPITAL)
        if sight.ordinary and self._origin.capital:
            return Doubt(Why.ORDINARY)
        return None

    def _goes_on_left(self, sight: Sight) -> bool:
        if not sight.left or sight.left == self._origin.left:
            return False
        return not sight.opened or _folded(sight.left[-1]) in self._capitals

    def _goes_on_right(self, sight: Sight) -> bool:
        return bool(sight.right) and sight.right != self._origin.right

    def _balance(self, why: Why, word: str, sight: Sight) -> tuple[int, str, int]:
        """Return how much more often a neighbour spoke at other places for the label than against, and what spoke most against it."""
        votes = self._votes.get((why, word), Counter())
        others = Counter({label: count for label, count in votes.items() if label != self._label})
        if sight.decided is not None and sight.decided != self._label:
            others[sight.decided] -= 1  # its own
        label, times = others.most_common(1)[0] if others else ("", 0)
        return votes[self._label] - others.total(), label, times


def _folded(word: str) -> str:
    return word.casefold()
