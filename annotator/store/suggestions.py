"""Copying what models suggest into a person's set, in SQL, so that a document with thousands of suggestions opens at once."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from annotator.domain.believing import Candidate, believed
from annotator.domain.labels import LabelScheme
from annotator.store.rows import json_value


def copy(connection: sqlite3.Connection, set_id: int, document_id: int, scheme: LabelScheme) -> bool:
    """Fill a new set with the spans and relations of all models' sets on the document; False if there are no such sets.

    What several models (or one model twice) suggest alike comes once, from the first; relations join the span that stands for theirs.
    Models come in the order of the project's suggesters, others after them in that of their sets.  Where they suggest different things for
    the same piece of text, the surest is believed (``domain.believing``), since a person would only have to reject the others.  Ids are
    kept while they are free, else the model's name and colons come before them.  Rows that cover no text, which another program may have
    written past the checks, stay where they are: no set of this program may hold them.
    """
    models = connection.execute(
        "SELECT a.id, a.annotator FROM annotation_sets a LEFT JOIN suggesters s ON s.name = a.annotator"
        " WHERE a.document_id = ? AND a.kind = 'model' ORDER BY coalesce(s.position, 1 << 60), a.id",
        (document_id,),
    ).fetchall()
    symmetric = json.dumps([label.name for label in scheme.relations if label.symmetric])
    left = _not_believed(connection, [source for source, _ in models]) if len(models) > 1 else {}
    for source, annotator in models:
        names: dict[str, Any] = {"set": set_id, "source": source, "annotator": annotator, "symmetric": symmetric}
        names["left"] = json.dumps(left.get(source, []))
        connection.execute(_COPY_SPANS, {**names, "prefix": _free_prefix(connection, "spans", names)})
        connection.execute(_COPY_RELATIONS, {**names, "prefix": _free_prefix(connection, "relations", names)})
    return bool(models)


def _not_believed(connection: sqlite3.Connection, sources: list[int]) -> dict[int, list[str]]:
    """Return, by model's set, the spans that a surer one of another model stands against; what models say alike is one span."""
    candidates: list[Candidate] = []
    keys: list[tuple[int, str]] = []
    sql = 'SELECT id, start, "end", label, fragments, confidence FROM spans'
    sql += ' WHERE set_id = ? AND start >= 0 AND "end" > start ORDER BY start'
    said: set[tuple[int, int, str, str | None]] = set()
    for place, source in enumerate(sources):
        for key, start, end, label, fragments, confidence in connection.execute(sql, (source,)):
            if (start, end, label, fragments) not in said:
                said.add((start, end, label, fragments))
                ranges = tuple((low, high) for low, high in json_value(fragments)) if fragments else ((start, end),)
                candidates.append(Candidate(ranges, confidence, place))
                keys.append((source, key))
    left: dict[int, list[str]] = {}
    for (source, key), shown in zip(keys, believed(candidates), strict=True):
        if not shown:
            left.setdefault(source, []).append(key)
    return left


def _free_prefix(connection: sqlite3.Connection, table: str, names: dict[str, Any]) -> str:
    """Return a beginning for ids that no id in the two sets has."""
    sql = f"SELECT 1 FROM {table} WHERE set_id IN (:set, :source) AND substr(id, 1, length(:prefix)) = :prefix LIMIT 1"
    prefix = f"{names['annotator']}:"
    while connection.execute(sql, {**names, "prefix": prefix}).fetchone():
        prefix += ":"
    return prefix


_SPAN_FIELDS = ("start", '"end"', "label", "fragments", "attributes", "note", "kb_id", "confidence", "origin")
_RELATION_FIELDS = ("attributes", "note", "confidence", "origin")
_SAME_PLACE = """{0}.start = {1}.start AND {0}."end" = {1}."end" AND {0}.label = {1}.label
    AND coalesce({0}.fragments, '') = coalesce({1}.fragments, '')"""
_FREE_ID = (
    "CASE WHEN EXISTS (SELECT 1 FROM {} taken WHERE taken.set_id = :set AND taken.id = m.id) THEN :prefix || m.id ELSE m.id END"
)
# SQLite without statistics takes the whole set for as small as one place in it: the indices are named.
_COPY_SPANS = f"""
INSERT INTO spans (set_id, id, {", ".join(_SPAN_FIELDS)}, reviewed, derived_from)
SELECT :set, {_FREE_ID.format("spans")}, {", ".join("m." + column for column in _SPAN_FIELDS)}, 0, :annotator || '/' || m.id
FROM (SELECT *, row_number() OVER (PARTITION BY start, "end", label, fragments ORDER BY id) AS number
      FROM spans WHERE set_id = :source AND start >= 0 AND "end" > start) m
WHERE m.number = 1 AND NOT EXISTS (SELECT 1 FROM spans p INDEXED BY spans_by_place WHERE p.set_id = :set AND {_SAME_PLACE.format("p", "m")})
AND m.id NOT IN (SELECT value FROM json_each(:left))
"""
# Two spans of a model may have become one: a relation between them is left out, for it would link that one to itself.
_COPY_RELATIONS = f"""
WITH joined AS (
    SELECT r.*, ph.id AS new_head, pt.id AS new_tail, r.label IN (SELECT value FROM json_each(:symmetric)) AS symmetric
    FROM relations r
    JOIN spans mh ON mh.set_id = r.set_id AND mh.id = r.head JOIN spans ph INDEXED BY spans_by_place
        ON ph.set_id = :set AND {_SAME_PLACE.format("ph", "mh")}
    JOIN spans mt ON mt.set_id = r.set_id AND mt.id = r.tail JOIN spans pt INDEXED BY spans_by_place
        ON pt.set_id = :set AND {_SAME_PLACE.format("pt", "mt")}
    WHERE r.set_id = :source AND (ph.id <> pt.id OR r.head = r.tail)
), numbered AS (
    SELECT *, row_number() OVER (
        PARTITION BY label, CASE WHEN symmetric THEN min(new_head, new_tail) ELSE new_head END,
            CASE WHEN symmetric THEN max(new_head, new_tail) ELSE new_tail END ORDER BY id) AS number
    FROM joined
)
INSERT INTO relations (set_id, id, label, head, tail, {", ".join(_RELATION_FIELDS)}, reviewed, derived_from)
SELECT :set, {_FREE_ID.format("relations")}, m.label, m.new_head, m.new_tail, {", ".join("m." + column for column in _RELATION_FIELDS)},
    0, :annotator || '/' || m.id
FROM numbered m
WHERE m.number = 1
AND NOT EXISTS (
    SELECT 1 FROM relations p INDEXED BY relations_by_head
    WHERE p.set_id = :set AND p.label = m.label AND p.head = m.new_head AND p.tail = m.new_tail)
AND NOT (m.symmetric AND EXISTS (
    SELECT 1 FROM relations p INDEXED BY relations_by_head
    WHERE p.set_id = :set AND p.label = m.label AND p.head = m.new_tail AND p.tail = m.new_head))
"""
