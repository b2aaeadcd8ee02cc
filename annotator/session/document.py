"""The open document in memory: one annotation set, indexed by position, kept in step by change sets."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections import Counter, defaultdict

from annotator.domain.annotations import AnnotationSet, Relation, SetInfo, Span, text_order
from annotator.domain.changes import ChangeSet, What
from annotator.domain.documents import Document
from annotator.domain.labels import LabelScheme
from annotator.domain.rules import Problem, problems
from annotator.domain.text import OffsetMap, Range, display_text

_BUCKET = 512
"""Code points a bucket of the position index covers: a few lines of text."""


class DocumentState:
    """A document with one annotator's set, as the views see it.  All offsets are code points.

    Only ``apply`` changes it, with what was committed.  It satisfies ``ui.article.model.ArticleModel``.
    """

    def __init__(self, document: Document, content: AnnotationSet, scheme: LabelScheme, *, read_only: bool = False) -> None:
        self.document = document
        self.text = document.text
        self.display = display_text(document.text)
        self.offsets = OffsetMap(self.display)
        self.tokens = document.tokens
        self.sentences = document.sentences
        self.scheme = scheme
        self.read_only = read_only
        self.set_id = content.id
        self.info: SetInfo = content.info
        self._spans = dict(content.spans)
        self._order = sorted(map(text_order, content.spans.values()))  # the sort keys of all spans, which end in their ids
        self._relations: dict[str, Relation] = {}
        self._waiting = [key for key in self._order if not self._spans[key[-1]].reviewed]  # sort keys of the unreviewed spans
        self._waiting_links: set[str] = set()
        self._buckets: defaultdict[int, set[str]] = defaultdict(set)
        self._links: defaultdict[str, set[str]] = defaultdict(set)
        self._span_counts = Counter(span.label for span in content.spans.values())
        self._relation_counts: Counter[str] = Counter()
        self._by_surface: defaultdict[str, Counter[str]] | None = None
        self._nowhere = {key for start, minus_end, _, key in self._order if not 0 <= start < -minus_end <= len(self.text)}
        """Ids of spans that another program stored at a place the text does not have: they are listed, but stand nowhere."""
        for start, minus_end, _, key in self._order:
            if key not in self._nowhere:
                for bucket in range(start // _BUCKET, -minus_end // _BUCKET + 1):
                    self._buckets[bucket].add(key)
        for relation in content.relations.values():
            self._put_relation(relation)

    # What is there

    def span(self, span_id: str) -> Span | None:
        """Return one span, or None."""
        return self._spans.get(span_id)

    def relation(self, relation_id: str) -> Relation | None:
        """Return one relation, or None."""
        return self._relations.get(relation_id)

    def spans(self) -> list[Span]:
        """Return all spans in text order."""
        return [self._spans[key[-1]] for key in self._order]

    def relations(self) -> list[Relation]:
        """Return all relations, by the place of their head."""
        content = AnnotationSet(self.info, self._spans, self._relations)
        return content.relations_in_order()

    def spans_in(self, start: int, end: int) -> list[Span]:
        """Return the spans that share text with ``[start, end)``, in text order."""
        if start <= 0 and end >= len(self.text):
            return [span for span in self.spans() if span.id not in self._nowhere] if self._nowhere else self.spans()
        found = {key for bucket in range(start // _BUCKET, end // _BUCKET + 1) for key in self._buckets.get(bucket, ())}
        overlapping = (self._spans[key] for key in found)
        return sorted((span for span in overlapping if span.start < end and span.end > start), key=text_order)

    def relations_of(self, span_id: str) -> list[Relation]:
        """Return the relations that begin or end at a span, outgoing first."""
        found = [self._relations[key] for key in self._links.get(span_id, ())]
        return sorted(found, key=lambda relation: (relation.head != span_id, relation.label, relation.id))

    def relations_in(self, start: int, end: int) -> list[Relation]:
        """Return the relations with at least one end in ``[start, end)``."""
        if start <= 0 and end >= len(self.text):
            return list(self._relations.values())
        keys = {key for span in self.spans_in(start, end) for key in self._links.get(span.id, ())}
        return [self._relations[key] for key in sorted(keys)]

    def label_counts(self) -> tuple[Counter[str], Counter[str]]:
        """Count spans by label, and relations by theirs: a name may stand for both."""
        return +self._span_counts, +self._relation_counts

    def labels_of_text(self, surface: str) -> Counter[str]:
        """Count the labels of the spans that cover this text, whatever its case.  The index is made at the first question."""
        if self._by_surface is None:
            self._by_surface = defaultdict(Counter)
            for span in self._spans.values():
                self._by_surface[self._folded(span)][span.label] += 1
        return +self._by_surface.get(surface.casefold(), Counter())

    def unreviewed_count(self) -> int:
        """Return how many suggestions wait for a decision."""
        return len(self._waiting) + len(self._waiting_links)

    def unreviewed_span(self, place: tuple[int, int, str, str], direction: int) -> Span | None:
        """Return the next (1) or previous (-1) unreviewed span seen from a place in text order (``annotations.text_order``)."""
        index = bisect_right(self._waiting, place) if direction > 0 else bisect_left(self._waiting, place) - 1
        return self._spans[self._waiting[index][-1]] if 0 <= index < len(self._waiting) else None

    def first_unreviewed(self) -> Span | Relation | None:
        """Return the first unreviewed span, or else relation by the place of its head; None if all is decided."""
        if self._waiting:
            return self._spans[self._waiting[0][-1]]
        links = {key: self._relations[key] for key in self._waiting_links}
        ordered = AnnotationSet(self.info, self._spans, links).relations_in_order()
        return ordered[0] if ordered else None

    def problems(self) -> list[Problem]:
        """Return what breaks the rules."""
        return problems(self.text, self.tokens, self.scheme, self._spans, self._relations.values())

    def _folded(self, span: Span) -> str:
        return span.surface(self.text).casefold()

    # Keeping in step

    def apply(self, changes: ChangeSet) -> None:
        """Take over what was committed."""
        for change in changes.changes:
            if change.what is What.SCHEME and isinstance(change.after, LabelScheme):
                self.scheme = change.after
            if change.set_id != self.set_id:
                continue
            if isinstance(change.before, Span):
                self._drop_span(change.before)
            if isinstance(change.after, Span):
                self._put_span(change.after)
            if isinstance(change.before, Relation):
                self._drop_relation(change.before)
            if isinstance(change.after, Relation):
                self._put_relation(change.after)
            if isinstance(change.after, SetInfo):
                self.info = change.after

    def touched(self, changes: ChangeSet) -> list[Range]:
        """Return the ranges (code points) whose look a change set may have changed; to be asked after ``apply``."""
        ranges: list[Range] = []
        for change in changes.changes:
            if change.what is What.SCHEME:
                return [(0, len(self.text))]
            for value in (change.before, change.after) if change.set_id == self.set_id else ():
                if isinstance(value, Span):
                    ranges.append((value.start, value.end))
                elif isinstance(value, Relation):
                    ends = (self._spans.get(value.head), self._spans.get(value.tail))
                    ranges += [(span.start, span.end) for span in ends if span is not None]
        return ranges

    def _put_span(self, span: Span) -> None:
        self._spans[span.id] = span
        insort(self._order, text_order(span))
        if not span.reviewed:
            insort(self._waiting, text_order(span))
        self._span_counts[span.label] += 1
        if self._by_surface is not None:
            self._by_surface[self._folded(span)][span.label] += 1
        if not 0 <= span.start < span.end <= len(self.text):
            self._nowhere.add(span.id)
            return
        for bucket in range(span.start // _BUCKET, span.end // _BUCKET + 1):
            self._buckets[bucket].add(span.id)

    def _drop_span(self, span: Span) -> None:
        del self._spans[span.id]
        del self._order[bisect_left(self._order, text_order(span))]
        if not span.reviewed:
            del self._waiting[bisect_left(self._waiting, text_order(span))]
        self._span_counts[span.label] -= 1
        if self._by_surface is not None:
            self._by_surface[self._folded(span)][span.label] -= 1
        if span.id in self._nowhere:
            self._nowhere.remove(span.id)
            return
        for bucket in range(span.start // _BUCKET, span.end // _BUCKET + 1):
            self._buckets[bucket].discard(span.id)

    def _drop_relation(self, relation: Relation) -> None:
        del self._relations[relation.id]
        self._waiting_links.discard(relation.id)
        self._relation_counts[relation.label] -= 1
        for end in (relation.head, relation.tail):
            self._links[end].discard(relation.id)

    def _put_relation(self, relation: Relation) -> None:
        self._relations[relation.id] = relation
        if not relation.reviewed:
            self._waiting_links.add(relation.id)
        self._relation_counts[relation.label] += 1
        for end in (relation.head, relation.tail):
            self._links[end].add(relation.id)
