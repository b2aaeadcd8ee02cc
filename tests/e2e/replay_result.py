"""What a replay is of, and what comes of it: cases, the count of presses, and what the project file says afterwards."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from annotator.domain.annotations import AnnotationSet
from annotator.domain.documents import Document
from annotator.domain.labels import LabelScheme

NEW_SPAN = "new span"
FRAGMENT = "further fragment"
RELABEL, REMOVAL, ACCEPTANCE, EDGES = "relabel", "removal", "acceptance", "edges"
RELATION, RELATION_RELABEL, RELATION_REVERSAL = "new relation", "relation relabelled", "relation reversed"
RELATION_REMOVAL, RELATION_ACCEPTANCE = "relation removed", "relation accepted"
FOCUS, RELATION_FOCUS = "focusing a span", "focusing a relation"
DONE, RIGHT = "done, next document", "right suggestion"


@dataclass(slots=True)
class Tally:
    """How many things were done, and with how many presses, by kind.  ``each`` keeps the presses of every single one.

    ``paged`` says how many of all presses turned a page to bring a target into view.
    """

    each: dict[str, list[int]] = field(default_factory=dict)
    paged: int = 0

    def add(self, kind: str, presses: int) -> None:
        """Count one thing done."""
        self.each.setdefault(kind, []).append(presses)

    def count(self, kind: str) -> int:
        """Return how many were done."""
        return len(self.each.get(kind, ()))

    def presses(self, kind: str) -> int:
        """Return how many presses they took together."""
        return sum(self.each.get(kind, ()))

    def average(self, kind: str) -> float:
        """Return the presses of one, on average; 0 if there was none."""
        return self.presses(kind) / self.count(kind) if self.count(kind) else 0.0

    @property
    def total(self) -> int:
        """All presses."""
        return sum(map(sum, self.each.values()))


@dataclass(frozen=True, slots=True)
class Case:
    """One document, what is there when it is opened for the first time (None: nothing), and what is wanted."""

    document: Document
    start: AnnotationSet | None
    gold: AnnotationSet

    @property
    def all_reviewed(self) -> bool:
        """Whether marking the document done, which accepts what is left, leads to the gold."""
        return all(item.reviewed for item in (*self.gold.spans.values(), *self.gold.relations.values()))


Said = tuple[Counter[Hashable], Counter[Hashable]]


def saved(path: Path, document_id: int, annotator: str, scheme: LabelScheme) -> Said:
    """Read one person's spans and relations with ``sqlite3`` alone."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    try:
        where = "set_id = (SELECT id FROM annotation_sets WHERE document_id = ? AND annotator = ? AND kind = 'person')"
        spans = connection.execute(
            f'SELECT id, start, "end", fragments, label, reviewed FROM spans WHERE {where}', (document_id, annotator)
        ).fetchall()
        relations = connection.execute(
            f"SELECT label, head, tail, reviewed FROM relations WHERE {where}", (document_id, annotator)
        ).fetchall()
    finally:
        connection.close()
    places = {
        key: (tuple(map(tuple, json.loads(fragments))) if fragments else ((start, end),), label)
        for key, start, end, fragments, label, _ in spans
    }
    return _said(
        scheme, [(*places[row[0]], bool(row[5])) for row in spans], [(*row[:3], bool(row[3])) for row in relations], places
    )


def said(content: AnnotationSet, scheme: LabelScheme) -> Said:
    """Return what a set says, in the same shape: fragments, label and whether reviewed; label, ends and whether reviewed."""
    places = {key: (span.fragments, span.label) for key, span in content.spans.items()}
    spans = [(span.fragments, span.label, span.reviewed) for span in content.spans.values()]
    relations = [(one.label, one.head, one.tail, one.reviewed) for one in content.relations.values()]
    return _said(scheme, spans, relations, places)


def _said(scheme: LabelScheme, spans: list, relations: list, places: Mapping[str, Hashable]) -> Said:
    found: Counter[Hashable] = Counter()
    for name, head, tail, reviewed in relations:
        label = scheme.relation(name)
        ends = [places[head], places[tail]]
        found[name, tuple(sorted(ends) if label is not None and label.symmetric else ends), reviewed] += 1  # type: ignore[type-var]
    return Counter(spans), found
