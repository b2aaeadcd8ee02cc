"""What was annotated, counted: labels, what relations link, and how long spans are; and the documents behind each of these counts.

Counted are the annotation sets of one annotator, or the gold sets, in which a disputed document has no part (``Whose``).  All of it reads
the tables and is for a job's reader connection; inside ``search.interruptible`` every statement can be stopped.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

import orjson

from annotator.domain.annotations import Kind
from annotator.domain.changes import What
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.store import scoring
from annotator.store.gold import gold_sets
from annotator.store.rows import kind_of, unpack, what_of


@dataclass(frozen=True, slots=True)
class Whose:
    """Which annotation sets are counted: those of one annotator of one kind, or the gold sets where ``kind`` is None."""

    annotator: str = ""
    kind: Kind | None = None


GOLD = Whose()


@dataclass(frozen=True, slots=True)
class LabelCount:
    """How often one label was used; ``what`` is span or relation, ``documents`` in how many documents."""

    what: What
    label: str
    items: int
    unreviewed: int
    documents: int


@dataclass(frozen=True, slots=True)
class RelationCell:
    """How many relations of one label link spans of two labels, in how many documents.

    The ends of a relation whose label is symmetric have no order: ``head`` is then the label that comes first by its code points.
    """

    relation: str
    head: str
    tail: str
    count: int
    documents: int


@dataclass(frozen=True, slots=True)
class LengthCount:
    """How many spans of one label have one length, in code points or in tokens; that of the stretch from its start to its end."""

    label: str
    length: int
    count: int


@dataclass(frozen=True, slots=True)
class OfLabel:
    """The spans or relations of one label; with ``unreviewed`` only the suggestions among them."""

    what: What
    label: str
    unreviewed: bool = False


@dataclass(frozen=True, slots=True)
class OfCell:
    """The relations of one label between spans of two labels, as a ``RelationCell`` has them."""

    relation: str
    head: str
    tail: str


@dataclass(frozen=True, slots=True)
class OfLengths:
    """The spans of one label ("" for all labels) whose length is from ``shortest`` to ``longest``, both included."""

    label: str
    shortest: int
    longest: int
    in_tokens: bool = False


Behind = OfLabel | OfCell | OfLengths
"""What a figure counted, to ask for its documents."""

Gold = Sequence[int] | None
"""The gold sets where they are known (``gold.gold_sets``), for who asks several questions; None has them found."""

_Cell = tuple[str, str, str]  # relation, head, tail


def whose(connection: sqlite3.Connection) -> list[Whose]:
    """Return whose sets there are: gold, then persons, who adjudicated, and models, each by name; bounded, by the kept figures.

    Gold stands among them as soon as someone adjudicated or is done; where all who are done disagree it counts nothing.
    """
    rows = connection.execute(
        "SELECT annotator, kind, sum(kind = 'gold' OR (kind = 'person' AND status = 'done')) FROM set_totals WHERE sets > 0"
        " GROUP BY kind, annotator ORDER BY CASE kind WHEN 'person' THEN 0 WHEN 'gold' THEN 1 ELSE 2 END, annotator"
    ).fetchall()
    gold = [GOLD] if any(row[2] for row in rows) else []
    return gold + [Whose(annotator, kind_of(kind)) for annotator, kind, _ in rows]


def label_counts(connection: sqlite3.Connection, chosen: Whose, gold: Gold = None) -> list[LabelCount]:
    """Return how often each label was used, spans before relations, the most frequent first; bounded for all but gold."""
    if chosen.kind is not None:
        sql = "SELECT what, label, items, unreviewed, sets FROM label_totals WHERE annotator = ? AND kind = ?"
        rows = connection.execute(sql, (chosen.annotator, str(chosen.kind)))
    else:
        with_sets, values = _chosen(connection, chosen, gold)
        rows = connection.execute(
            f"WITH {with_sets} SELECT what, label, sum(items), sum(unreviewed), count(*) FROM set_labels"
            " WHERE set_id IN (SELECT set_id FROM chosen) GROUP BY 1, 2",
            values,
        )
    found = [LabelCount(what_of(row[0]), *row[1:]) for row in rows]
    return sorted(found, key=lambda count: (count.what is What.RELATION, -count.items, count.label))


def relation_cells(connection: sqlite3.Connection, chosen: Whose, gold: Gold = None) -> list[RelationCell]:
    """Return how often relations of each label link spans of which labels, by relation label, then the most frequent first."""
    with_sets, values = _chosen(connection, chosen, gold)
    symmetric = scoring.symmetric_labels(connection)
    counts: Counter[_Cell] = Counter()
    documents: Counter[_Cell] = Counter()
    rows = connection.execute(f"WITH {with_sets} SELECT c.set_id, r.label, h.label, t.label {_LINKS}", values)
    for _, of_set in itertools.groupby(rows, key=itemgetter(0)):
        found = Counter(_cell(relation, head, tail, symmetric) for _, relation, head, tail in of_set)
        counts.update(found)
        documents.update(found.keys())
    cells = (RelationCell(*cell, count=count, documents=documents[cell]) for cell, count in counts.items())
    return sorted(cells, key=lambda cell: (cell.relation, -cell.count, cell.head, cell.tail))


def _cell(relation: str, head: str, tail: str, symmetric: Collection[str]) -> _Cell:
    return (relation, tail, head) if tail < head and relation in symmetric else (relation, head, tail)


def span_lengths(connection: sqlite3.Connection, chosen: Whose, gold: Gold = None) -> list[LengthCount]:
    """Return how many spans of each label have which length in code points, by label and length."""
    with_sets, values = _chosen(connection, chosen, gold)
    # Counted here: grouping, SQLite would sort all spans of the project.
    counts: Counter[tuple[str, int]] = Counter(
        connection.execute(f'WITH {with_sets} SELECT s.label, s."end" - s.start {_SPANS}', values)
    )
    return [LengthCount(*key, count) for key, count in sorted(counts.items())]


def token_lengths(connection: sqlite3.Connection, chosen: Whose, progress: Progress, gold: Gold = None) -> list[LengthCount]:
    """Return how many spans of each label have which length in tokens, by label and length.

    Counted are the stored tokens of the document that share a code point with the stretch of the span: 0 where it covers white space
    alone.  Walks over the documents, counting them in ``progress``.
    """
    counts: Counter[tuple[str, int]] = Counter()
    for _, measured in _measured(connection, chosen, gold, "", progress):
        counts.update(measured)
    return [LengthCount(*key, count) for key, count in sorted(counts.items())]


def documents_with(
    connection: sqlite3.Connection, chosen: Whose, what: Behind, progress: Progress | None = None, gold: Gold = None
) -> list[int]:
    """Return the documents behind a figure, in order; ``progress`` counts documents where lengths are in tokens."""
    if isinstance(what, OfLengths) and what.in_tokens:
        walked = _measured(connection, chosen, gold, what.label, progress or Progress())
        wanted = range(what.shortest, what.longest + 1)
        return [number for number, measured in walked if any(length in wanted for _, length in measured)]
    with_sets, values = _chosen(connection, chosen, gold)
    match what:
        case OfLabel():
            sql, asked = _WITH_LABEL, (str(what.what), what.label, int(what.unreviewed))
        case OfCell():
            ends = what.head, what.tail
            other_way = ends[::-1] if what.relation in scoring.symmetric_labels(connection) else ends
            sql, asked = _WITH_CELL, (what.relation, *ends, *other_way)
        case OfLengths():
            sql, asked = _WITH_LENGTH, (what.label, what.label, what.shortest, what.longest)
    return sorted(row[0] for row in connection.execute(f"WITH {with_sets} {sql}", (*values, *asked)))


def _measured(
    connection: sqlite3.Connection, chosen: Whose, gold: Gold, label: str, progress: Progress
) -> Iterator[tuple[int, list[tuple[str, int]]]]:
    """Yield each document that has such spans, in order, with label and length in tokens of each of them."""
    with_sets, values = _chosen(connection, chosen, gold)
    sql = f"WITH {with_sets} SELECT document_id, set_id FROM chosen"
    if label:
        sql += " WHERE EXISTS (SELECT 1 FROM set_labels l WHERE l.what = 'span' AND l.label = ?"
        sql += " AND l.document_id = chosen.document_id AND l.set_id = chosen.set_id)"
        values = *values, label
    sets = sorted(connection.execute(sql, values))
    progress.start("", len(sets))
    for document_id, set_id in sets:
        progress.advance()
        spans = connection.execute(_PLACES, (set_id, label, label)).fetchall()
        if spans:
            packed = connection.execute("SELECT tokens FROM documents WHERE id = ?", (document_id,)).fetchone()[0]
            tokens = Tokens.from_flat(unpack(packed))
            yield document_id, [(name, len(tokens.covered(start, end))) for name, start, end in spans]


def _chosen(connection: sqlite3.Connection, chosen: Whose, gold: Gold) -> tuple[str, tuple[Any, ...]]:
    """Return the common table ``chosen`` (set_id, document_id) as SQL, and its parameters."""
    if chosen.kind is not None:
        return _OF_ONE, (chosen.annotator, str(chosen.kind))
    found = gold_sets(connection) if gold is None else gold
    return _OF_GOLD, (orjson.dumps(list(found)).decode(),)


_OF_ONE = "chosen (set_id, document_id) AS (SELECT id, document_id FROM annotation_sets WHERE annotator = ? AND kind = ?)"
_OF_GOLD = """chosen (set_id, document_id) AS MATERIALIZED (
    SELECT a.id, a.document_id FROM json_each(?) g CROSS JOIN annotation_sets a ON a.id = g.value)"""
_SPANS = "FROM chosen c CROSS JOIN spans s ON s.set_id = c.set_id"
_LINKS = """FROM chosen c CROSS JOIN relations r ON r.set_id = c.set_id
JOIN spans h ON h.set_id = r.set_id AND h.id = r.head JOIN spans t ON t.set_id = r.set_id AND t.id = r.tail"""
_WITH_CELL = f"""SELECT DISTINCT c.document_id {_LINKS}
WHERE r.label = ? AND ((h.label = ? AND t.label = ?) OR (h.label = ? AND t.label = ?))"""
_WITH_LABEL = """SELECT c.document_id FROM chosen c CROSS JOIN set_labels l
ON l.what = ? AND l.label = ? AND l.unreviewed >= ? AND l.document_id = c.document_id AND l.set_id = c.set_id"""
_WITH_LENGTH = f"""SELECT DISTINCT c.document_id {_SPANS} WHERE (? = '' OR s.label = ?) AND s."end" - s.start BETWEEN ? AND ?"""
_PLACES = "SELECT label, start, \"end\" FROM spans WHERE set_id = ? AND (? = '' OR label = ?)"
