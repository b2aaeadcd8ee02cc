"""Finding everything in a project that has some names: labels, attributes, categories, and how much that is.

The finders yield pages of what is there, each item once, in the order of (set, id), and go on behind the last one: what a caller writes
between two pages does not bring an item again under its new name.  They read through the connection that is written through, so that
nobody else's reading holds up a checkpoint.
"""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass

from annotator.domain.annotations import Relation, SetInfo, Span, Verdict
from annotator.domain.changes import What
from annotator.domain.labels import LabelScheme
from annotator.domain.scheme_edit import Part, names_of
from annotator.domain.scheme_values import value_texts
from annotator.store.rows import CODECS, json_value, to_json

Found = list[tuple[int, Span | Relation]]
"""Items, each with the id of its annotation set."""

_SETS_AT_ONCE = 2_000
"""Sets whose items are looked through for attributes in one statement: no index leads to those."""


@dataclass(frozen=True, slots=True)
class Use:
    """How much has a name: items (sets, for a category) in so many documents; ``suggested`` of them are not reviewed."""

    items: int = 0
    documents: int = 0
    suggested: int = 0


def label_uses(connection: sqlite3.Connection) -> dict[tuple[Part, str], Use]:
    """Return how much has each label, without the documents: bounded, since the file keeps these figures."""
    sql = "SELECT what, label, sum(items), sum(unreviewed) FROM label_totals GROUP BY 1, 2"
    return {(_PARTS[what], label): Use(items, 0, waiting) for what, label, items, waiting in connection.execute(sql)}


def uses(connection: sqlite3.Connection) -> dict[tuple[Part, str], Use]:
    """Return how much has each label, attribute and category; walks the file, so it is for a job's own connection."""
    found: dict[tuple[Part, str], Use] = {}
    sql = "SELECT what, label, sum(items), count(DISTINCT document_id), sum(unreviewed) FROM set_labels GROUP BY 1, 2"
    for what, label, items, documents, waiting in connection.execute(sql):
        found[_PARTS[what], label] = Use(items, documents, waiting)
    for name, items, documents, waiting in connection.execute(_ATTRIBUTES):
        found[Part.ATTRIBUTES, name] = Use(items, documents, waiting)
    for name, items, documents in connection.execute(_CATEGORIES):
        found[Part.CATEGORIES, name] = Use(items, documents)
    return found


def value_uses(connection: sqlite3.Connection, attributes: Sequence[str]) -> dict[tuple[str, str], Use]:
    """Return how much has each value of some attributes, by (attribute, value) as ``scheme_values.value_texts`` has it; walks the file.

    Of attributes without a list that may be as many as there are annotations.
    """
    if not attributes:
        return {}
    totals: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
    documents: defaultdict[tuple[str, str], set[int]] = defaultdict(set)
    sql = _VALUES.format(marks=", ".join("?" * len(attributes)))
    for name, kept, document_id, items, waiting in connection.execute(sql, tuple(attributes)):
        for text in dict.fromkeys(value_texts(json_value(kept))):
            totals[name, text][0] += items
            totals[name, text][1] += waiting
            documents[name, text].add(document_id)
    return {place: Use(items, len(documents[place]), waiting) for place, (items, waiting) in totals.items()}


def linked(connection: sqlite3.Connection) -> dict[tuple[str, str, str], int]:
    """Return how many relations there are of each label between spans of each two labels; walks the file."""
    sql = """SELECT r.label, h.label, t.label, count(*) FROM relations r JOIN spans h ON h.set_id = r.set_id AND h.id = r.head
    JOIN spans t ON t.set_id = r.set_id AND t.id = r.tail GROUP BY 1, 2, 3"""
    return {(label, head, tail): count for label, head, tail, count in connection.execute(sql)}


def unfit(
    connection: sqlite3.Connection, scheme: LabelScheme, sets: Container[int]
) -> tuple[Counter[str], Counter[tuple[str, str, str]]]:
    """Count what the label scheme does not allow in some sets: items by label that it lacks, relations by (label, head's, tail's label).

    Bounded by the labels, but for one walk over the relations.
    """
    known = {Part.SPANS: set(names_of(scheme, Part.SPANS)), Part.RELATIONS: set(names_of(scheme, Part.RELATIONS))}
    lacking: Counter[str] = Counter()
    for part, label in label_uses(connection):
        if label not in known[part]:
            rows = connection.execute("SELECT set_id, items FROM set_labels WHERE what = ? AND label = ?", (_NAMES[part], label))
            lacking[label] += sum(items for set_id, items in rows if set_id in sets)
    illegal: Counter[tuple[str, str, str]] = Counter()
    for ends in linked(connection) if any(label.head or label.tail for label in scheme.relations) else ():
        label = scheme.relation(ends[0])
        if label is not None and known[Part.SPANS].issuperset(ends[1:]) and not label.allows(*ends[1:]):
            illegal[ends] += sum(set_id in sets for (set_id,) in connection.execute(_LINKING, ends))
    return +lacking, +illegal


def twins(connection: sqlite3.Connection, part: Part, old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many spans or relations with one of the ``old`` labels say the same as one of the ``new`` in the same set.

    Only sets that have both are looked through.  Of relations those count whose ends are the same in this order.
    """
    if part not in _SAME:
        return 0
    what, sql = _SAME[part]
    pairs = ((before, after) for before in old for after in new)
    return sum(connection.execute(sql, {"what": what, "old": before, "new": after}).fetchone()[0] for before, after in pairs)


def labelled(connection: sqlite3.Connection, what: What, labels: Sequence[str], size: Callable[[], int]) -> Iterator[Found]:
    """Yield the spans or relations that have one of these labels, in pages of about ``size()`` items."""
    codec = CODECS[what]
    marks = ", ".join("?" * len(labels))
    sets = "SELECT DISTINCT set_id FROM set_labels WHERE what = ? AND label IN (" + marks + ") ORDER BY set_id"
    sql = f"SELECT {codec.column_list} FROM {codec.table} WHERE set_id = ? AND label IN ({marks}) {{}} ORDER BY id LIMIT ?"
    page: Found = []
    for (set_id,) in connection.execute(sets, (str(what), *labels)).fetchall():
        behind: tuple[str, ...] = ()
        while True:
            wanted = max(1, size() - len(page))
            place = "AND id > ?" if behind else ""
            rows = connection.execute(sql.format(place), (set_id, *labels, *behind, wanted)).fetchall()
            page += [(set_id, _item(what, row)) for row in rows]
            if len(rows) < wanted:
                break
            behind = (rows[-1][0],)
            yield page
            page = []
    if page:
        yield page


def with_attributes(connection: sqlite3.Connection, what: What, names: Sequence[str]) -> Iterator[Found]:
    """Yield the spans or relations that have one of these attributes, the sets in slices; a page may be empty."""
    codec = CODECS[what]
    needles = [f"{to_json(name)}:" for name in names]
    has = " OR ".join(["instr(attributes, ?)"] * len(names))
    sql = f"SELECT set_id, {codec.column_list} FROM {codec.table}"
    sql += f" WHERE set_id BETWEEN ? AND ? AND attributes IS NOT NULL AND ({has})"
    for first, last in _slices(connection):
        rows = connection.execute(sql, (first, last, *needles)).fetchall()
        found = ((row[0], _item(what, row[1:])) for row in rows)
        yield [(set_id, item) for set_id, item in found if any(name in item.attributes for name in names)]


def with_categories(connection: sqlite3.Connection, names: Sequence[str]) -> Iterator[list[tuple[int, SetInfo]]]:
    """Yield the annotation sets that have one of these categories, in slices; a page may be empty."""
    codec = CODECS[What.SET]
    sql = f"SELECT id, {codec.column_list} FROM annotation_sets WHERE id BETWEEN ? AND ? AND categories <> '[]'"
    wanted = set(names)
    for first, last in _slices(connection):
        page: list[tuple[int, SetInfo]] = []
        for row in connection.execute(sql, (first, last)).fetchall():
            info = codec.from_row(row[1:])
            if isinstance(info, SetInfo) and not wanted.isdisjoint(info.categories):
                page.append((row[0], info))
        yield page


def rejected(connection: sqlite3.Connection, labels: Sequence[str]) -> Iterator[list[tuple[int, Verdict]]]:
    """Yield the verdicts whose signature begins with one of these labels, in slices; a page may be empty.

    Whether a span or a relation was meant, the rest of the signature says.
    """
    codec = CODECS[What.VERDICT]
    starts = tuple(f"{label}@" for label in labels)
    sql = f"SELECT set_id, {codec.column_list} FROM verdicts WHERE set_id BETWEEN ? AND ?"
    for first, last in _slices(connection):
        page: list[tuple[int, Verdict]] = []
        for row in connection.execute(sql, (first, last)).fetchall():
            verdict = codec.from_row(row[1:])
            if isinstance(verdict, Verdict) and verdict.signature.startswith(starts):
                page.append((row[0], verdict))
        yield page


def _item(what: What, row: Sequence[object]) -> Span | Relation:
    found = CODECS[what].from_row(row)
    assert isinstance(found, Span | Relation)
    return found


def _slices(connection: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    """Yield ranges of the ids of annotation sets."""
    last = connection.execute("SELECT coalesce(max(id), 0) FROM annotation_sets").fetchone()[0]
    for first in range(1, last + 1, _SETS_AT_ONCE):
        yield first, first + _SETS_AT_ONCE - 1


_BOTH = """SELECT count(*) FROM set_labels l
JOIN set_labels m ON m.what = :what AND m.label = :new AND m.document_id = l.document_id AND m.set_id = l.set_id
JOIN {0} a ON a.set_id = l.set_id AND a.label = :old
WHERE l.what = :what AND l.label = :old AND EXISTS (SELECT 1 FROM {0} b WHERE b.set_id = a.set_id AND b.label = :new AND {1})"""
_SAME = {
    Part.SPANS: ("span", _BOTH.format("spans", 'b.start = a.start AND b."end" = a."end" AND b.fragments IS a.fragments')),
    Part.RELATIONS: ("relation", _BOTH.format("relations", "b.head = a.head AND b.tail = a.tail")),
}
_LINKING = """SELECT r.set_id FROM relations r JOIN spans h ON h.set_id = r.set_id AND h.id = r.head
JOIN spans t ON t.set_id = r.set_id AND t.id = r.tail WHERE r.label = ? AND h.label = ? AND t.label = ?"""
_NAMES = {Part.SPANS: "span", Part.RELATIONS: "relation"}
_PARTS = {"span": Part.SPANS, "relation": Part.RELATIONS}
_ATTRIBUTES = """SELECT j.key, count(*), count(DISTINCT a.document_id), count(*) - sum(i.reviewed)
FROM (SELECT set_id, attributes, reviewed FROM spans WHERE attributes IS NOT NULL
      UNION ALL SELECT set_id, attributes, reviewed FROM relations WHERE attributes IS NOT NULL) i
JOIN json_each(i.attributes) j JOIN annotation_sets a ON a.id = i.set_id GROUP BY 1"""
_VALUES = """SELECT j.key, CASE WHEN j.type = 'text' THEN json_quote(j.value) WHEN j.type IN ('true', 'false', 'null') THEN j.type
    ELSE CAST(j.value AS TEXT) END, a.document_id, count(*), count(*) - sum(i.reviewed)
FROM (SELECT set_id, attributes, reviewed FROM spans WHERE attributes IS NOT NULL
      UNION ALL SELECT set_id, attributes, reviewed FROM relations WHERE attributes IS NOT NULL) i
JOIN json_each(i.attributes) j JOIN annotation_sets a ON a.id = i.set_id WHERE j.key IN ({marks}) GROUP BY 1, 2, 3"""
_CATEGORIES = """SELECT j.value, count(DISTINCT a.id), count(DISTINCT a.document_id)
FROM annotation_sets a JOIN json_each(a.categories) j WHERE a.categories <> '[]' GROUP BY 1"""
