"""How far two annotation sets agree: F1 of spans and relations, kappa and alpha over tokens, and who said what instead.

Pure functions on spans and relations, without dependencies.  ``reference`` and ``candidate`` are only names for the two sides:
precision and recall change places when they do, F1 stays.  F1 is a measure of agreement for spans, where kappa is not defined,
because nobody can count the places where both annotators marked nothing (Hripcsak & Rothschild 2005, "Agreement, the F-Measure,
and Reliability in Information Retrieval", JAMIA 12(3), 296-298).

To score many documents, add up the ``Counts`` of each (micro average), or join the token labels of all before taking kappa or alpha.

Where a formula divides nothing by nothing: two sides that are both empty, or that never had occasion to differ, agree fully (1.0);
everything else of that kind is 0.0.  No function returns NaN or raises for empty input.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from annotator.domain.annotations import AnnotationSet, Relation, Span, text_order
from annotator.domain.text import Range, Tokens

NONE = ""
"""Stands for "no label": outside all spans, or a span that the other side does not have."""

_Place = tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many items each side has, and how many of them match one to one.  Counts of several documents add up."""

    matched: int = 0
    reference: int = 0
    candidate: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.matched + other.matched, self.reference + other.reference, self.candidate + other.candidate)

    @property
    def precision(self) -> float:
        """Share of the candidate's items that match; 0.0 if it has none but the reference has."""
        return self._share(self.matched, self.candidate)

    @property
    def recall(self) -> float:
        """Share of the reference's items that match; 0.0 if it has none but the candidate has."""
        return self._share(self.matched, self.reference)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall, ``2 · matched / (reference + candidate)``."""
        return self._share(2 * self.matched, self.reference + self.candidate)

    def _share(self, part: int, whole: int) -> float:
        if not self.reference and not self.candidate:
            return 1.0
        return part / whole if whole else 0.0


def micro(counts: Mapping[str, Counts]) -> Counts:
    """Return the counts of all labels together."""
    return sum(counts.values(), Counts())


def exact_spans(reference: Iterable[Span], candidate: Iterable[Span]) -> dict[str, Counts]:
    """Count by label the spans with the same label and the same fragments; one given twice matches one given twice."""
    return _by_label(
        Counter((span.label, span.fragments) for span in reference),
        Counter((span.label, span.fragments) for span in candidate),
    )


def overlapping_spans(reference: Iterable[Span], candidate: Iterable[Span]) -> dict[str, Counts]:
    """Count by label the spans with the same label that share at least one code point, paired one to one.

    As many pairs are made as there can be, so that the result does not depend on the order of the spans.
    """
    sides: defaultdict[str, tuple[list[Span], list[Span]]] = defaultdict(lambda: ([], []))
    for side, spans in enumerate((reference, candidate)):
        for span in spans:
            sides[span.label][side].append(span)
    return {label: Counts(_most_pairs(left, right), len(left), len(right)) for label, (left, right) in sorted(sides.items())}


def exact_relations(reference: AnnotationSet, candidate: AnnotationSet, symmetric: Collection[str] = ()) -> dict[str, Counts]:
    """Count by label the relations with the same label whose two ends are spans of the same label and fragments.

    ``symmetric`` names the relation labels whose ends have no order.  A relation that names a missing span matches none.
    """
    return _by_label(*(Counter(_relation_keys(side, number, symmetric)) for number, side in enumerate((reference, candidate))))


def token_labels(spans: Iterable[Span], tokens: Tokens) -> list[str]:
    """Return one label for each token: that of the spans which share a code point with it, ``NONE`` outside all.

    A token in spans of several labels has them all, sorted and joined by ``|``: kappa and alpha take it as one category of its
    own.  Where a span begins is not told apart from where it goes on.
    """
    labels: list[set[str]] = [set() for _ in range(len(tokens))]
    for span in spans:
        for start, end in span.fragments:
            for index in tokens.covered(start, end):
                labels[index].add(span.label)
    return ["|".join(sorted(found)) if found else NONE for found in labels]


def cohen_kappa(first: Sequence[Hashable], second: Sequence[Hashable]) -> float:
    """Return Cohen's kappa of two annotators' labels for the same units, such as the tokens of a document.

    ``(p_o - p_e) / (1 - p_e)``: observed agreement against the agreement that each one's own label frequencies give by chance
    (Cohen 1960, "A Coefficient of Agreement for Nominal Scales", Educational and Psychological Measurement 20(1), 37-46).
    1.0 if there are no units, or if both gave one and the same label throughout.  Raises ``ValueError`` if the lengths differ.
    """
    total = len(first)
    agreed = sum(1 for one, other in zip(first, second, strict=True) if one == other)
    often_first, often_second = Counter(first), Counter(second)
    by_chance = sum(count * often_second[label] for label, count in often_first.items())
    if by_chance == total * total:
        return 1.0
    return (agreed * total - by_chance) / (total * total - by_chance)


def krippendorff_alpha(units: Iterable[Iterable[Hashable | None]]) -> float:
    """Return Krippendorff's alpha for nominal data: any number of annotators, values may be missing.

    ``units`` gives for each unit, such as a token, what each annotator said of it; None is no value.  Units with fewer than two
    values are left out.  ``1 - D_o / D_e`` by the coincidences of values within units (Krippendorff 2011, "Computing
    Krippendorff's Alpha-Reliability", University of Pennsylvania, section C).  1.0 if there is nothing to compare or only one
    value occurs.
    """
    often: Counter[Hashable] = Counter()
    observed = 0.0
    for unit in units:
        values = Counter(value for value in unit if value is not None)
        size = values.total()
        if size < 2:
            continue
        often += values
        observed += (size * size - sum(count * count for count in values.values())) / (size - 1)
    total = often.total()
    expected = total * total - sum(count * count for count in often.values())
    return 1.0 - (total - 1) * observed / expected if expected else 1.0


def confusion(reference: Iterable[Span], candidate: Iterable[Span]) -> Counter[tuple[str, str]]:
    """Count for each pair of labels how often the candidate has the second where the reference has the first.

    Each span is paired at most once: first with one of the same place and label, then of the same place, then with the one it
    shares most code points with.  What stays alone is counted against ``NONE``.
    """
    table: Counter[tuple[str, str]] = Counter()
    left, right = sorted(reference, key=text_order), sorted(candidate, key=text_order)
    for key in (lambda span: (span.label, span.fragments), lambda span: span.fragments):
        left, right = _pair_off(left, right, key, table)
    shared = [(-common, one, other) for one, other in _overlaps(left, right) if (common := _shared(left[one], right[other]))]
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    for _, one, other in sorted(shared):
        if one not in taken_left and other not in taken_right:
            taken_left.add(one)
            taken_right.add(other)
            table[left[one].label, right[other].label] += 1
    table.update((span.label, NONE) for index, span in enumerate(left) if index not in taken_left)
    table.update((NONE, span.label) for index, span in enumerate(right) if index not in taken_right)
    return table


def _by_label(reference: Counter[tuple[str, Hashable]], candidate: Counter[tuple[str, Hashable]]) -> dict[str, Counts]:
    both = reference & candidate
    counts: dict[str, Counts] = {}
    for label, key in sorted({*reference, *candidate}, key=lambda item: item[0]):
        item = (label, key)
        counts[label] = counts.get(label, Counts()) + Counts(both[item], reference[item], candidate[item])
    return counts


def _relation_keys(side: AnnotationSet, number: int, symmetric: Collection[str]) -> Iterable[tuple[str, Hashable]]:
    for relation in side.relations.values():
        yield relation.label, _ends(relation, side.spans, relation.label in symmetric) or (number, relation.id)


def _ends(relation: Relation, spans: Mapping[str, Span], symmetric: bool) -> tuple[tuple[str, _Place], ...] | None:
    head, tail = spans.get(relation.head), spans.get(relation.tail)
    if head is None or tail is None:
        return None
    ends = (head.label, head.fragments), (tail.label, tail.fragments)
    return tuple(sorted(ends)) if symmetric else ends


def _pair_off(
    left: list[Span], right: list[Span], key: Callable[[Span], Hashable], table: Counter[tuple[str, str]]
) -> tuple[list[Span], list[Span]]:
    """Count the pairs with equal keys into ``table`` and return what is left of both sides."""
    waiting: defaultdict[Hashable, deque[Span]] = defaultdict(deque)
    for span in right:
        waiting[key(span)].append(span)
    alone: list[Span] = []
    for span in left:
        partners = waiting[key(span)]
        if partners:
            table[span.label, partners.popleft().label] += 1
        else:
            alone.append(span)
    return alone, sorted((span for partners in waiting.values() for span in partners), key=text_order)


def _shared(one: Span, other: Span) -> int:
    """Return how many code points two spans have in common."""
    return sum(
        max(0, min(end, other_end) - max(start, other_start))
        for start, end in one.fragments
        for other_start, other_end in other.fragments
    )


def _overlaps(left: Sequence[Span], right: Sequence[Span]) -> Iterable[tuple[int, int]]:
    """Yield the indices of all pairs that share a code point, in one sweep over the text."""
    sides = (left, right)
    arriving = sorted((span.start, side, index) for side in (0, 1) for index, span in enumerate(sides[side]))
    open_spans: tuple[list[int], list[int]] = ([], [])
    for start, side, index in arriving:
        span, opposite = sides[side][index], sides[1 - side]
        open_spans[1 - side][:] = [other for other in open_spans[1 - side] if opposite[other].end > start]
        for other in open_spans[1 - side]:
            if _shared(span, opposite[other]):
                yield (index, other) if side == 0 else (other, index)
        open_spans[side].append(index)


def _most_pairs(left: Sequence[Span], right: Sequence[Span]) -> int:
    """Return the size of the largest one-to-one pairing of overlapping spans, by augmenting paths."""
    neighbours: defaultdict[int, list[int]] = defaultdict(list)
    for one, other in _overlaps(left, right):
        neighbours[one].append(other)
    owner: dict[int, int] = {}
    held: dict[int, int] = {}
    return sum(1 for one in list(neighbours) if _augment(one, neighbours, owner, held))


def _augment(begin: int, neighbours: Mapping[int, list[int]], owner: dict[int, int], held: dict[int, int]) -> bool:
    """Look for a free right span at the end of an alternating path from the left span ``begin``, and turn that path if there is one.

    ``owner`` gives the left span that a right span is paired with, ``held`` the reverse; both are updated.
    """
    came_from: dict[int, int] = {}
    queue = deque([begin])
    while queue:
        one = queue.popleft()
        for other in neighbours[one]:
            if other in came_from:
                continue
            came_from[other] = one
            if other not in owner:
                _turn(other, came_from, owner, held)
                return True
            queue.append(owner[other])
    return False


def _turn(free: int, came_from: Mapping[int, int], owner: dict[int, int], held: dict[int, int]) -> None:
    """Give each left span on the path the right span it was reached from, back to the one that had none."""
    following: int | None = free
    while following is not None:
        one = came_from[following]
        before = held.get(one)
        owner[following], held[one] = one, following
        following = before
