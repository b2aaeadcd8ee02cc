"""Which annotation sets are gold, of the whole project at once: what the view ``gold_sets`` says, found without asking it.

The view compares what several are done with inside one statement, at some milliseconds a document on which they agree.  Here each set is
read once, and compared in memory by the same rule, of which the schema tells.
"""

from __future__ import annotations

import itertools
import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import Any

from annotator.store import scoring
from annotator.store.rows import json_value


def gold_sets(connection: sqlite3.Connection) -> array[int]:
    """Return the gold sets, in the order of the documents; a document that is disputed has none.  For a job's reader connection."""
    symmetric = scoring.symmetric_labels(connection)
    found = array("q")
    rows = connection.execute(_CANDIDATES)
    for _, group in itertools.groupby(rows, key=lambda row: row[0]):
        candidates = list(group)
        adjudicated = [set_id for _, set_id, is_gold, _ in candidates if is_gold]
        if adjudicated or _agree(connection, candidates, symmetric):
            found.append(min(adjudicated) if adjudicated else min(row[1] for row in candidates))
    return found


def _agree(connection: sqlite3.Connection, candidates: Sequence[tuple[int, int, int, str]], symmetric: frozenset[str]) -> bool:
    """Tell whether sets are alike in what counts, ids, notes and origins do not; what differs early needs no further look."""
    sets = [row[1] for row in candidates]
    if len(sets) == 1:
        return True
    if any(set(json_value(row[3])) != set(json_value(candidates[0][3])) for row in candidates):
        return False
    spans = {set_id: connection.execute(_SPANS, (set_id,)).fetchall() for set_id in sets}
    if not _alike(frozenset(map(_WITHOUT_ID, spans[set_id])) for set_id in sets):
        return False
    return _alike(_links(connection, set_id, spans[set_id], symmetric) for set_id in sets)


def _alike(contents: Iterable[frozenset[Any]]) -> bool:
    first, *others = contents
    return all(other == first for other in others)


def _links(connection: sqlite3.Connection, set_id: int, spans: list[tuple[Any, ...]], symmetric: frozenset[str]) -> frozenset[Any]:
    places = {row[0]: row[1:5] for row in spans}
    return frozenset(
        (label, attributes, frozenset((places[head], places[tail])) if label in symmetric else (places[head], places[tail]))
        for label, head, tail, attributes in connection.execute(_RELATIONS, (set_id,))
        if head in places and tail in places  # else the file is damaged, and the view passes over it too
    )


_WITHOUT_ID = itemgetter(slice(1, None))
_CANDIDATES = """SELECT document_id, id, kind = 'gold', categories FROM annotation_sets
WHERE kind = 'gold' OR (kind = 'person' AND status = 'done') ORDER BY document_id"""
_SPANS = 'SELECT id, start, "end", fragments, label, attributes, kb_id FROM spans WHERE set_id = ?'
_RELATIONS = "SELECT label, head, tail, attributes FROM relations WHERE set_id = ?"
