"""Which places of a text have spans already."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from itertools import accumulate

from annotator.domain.annotations import Span
from annotator.domain.text import Range


class Covered:
    """What some ranges (code points) cover, asked about one place after the other."""

    def __init__(self, ranges: Iterable[Range]) -> None:
        ordered = sorted(ranges)
        self._starts = [start for start, _ in ordered]
        self._reach = list(accumulate((end for _, end in ordered), max))

    def overlaps(self, start: int, end: int) -> bool:
        """Tell whether a range shares a code point with ``[start, end)``: of those that start before, one reaches into it."""
        before = bisect_left(self._starts, end)
        return before > 0 and self._reach[before - 1] > start


class Taken:
    """The places of some spans: by their fragments (``at``), and by what they share with another place; code points."""

    def __init__(self, spans: Iterable[Span]) -> None:
        self.at: defaultdict[tuple[Range, ...], list[Span]] = defaultdict(list)
        for span in spans:
            self.at[span.fragments].append(span)
        self._covered = Covered(fragment for fragments in self.at for fragment in fragments)

    def overlaps(self, start: int, end: int) -> bool:
        """Tell whether a fragment shares a code point with ``[start, end)``."""
        return self._covered.overlaps(start, end)

    def meets(self, span: Span) -> bool:
        """Tell whether a span shares text with one of these."""
        return any(self.overlaps(start, end) for start, end in span.fragments)
