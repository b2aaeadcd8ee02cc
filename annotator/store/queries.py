"""Reading: each function takes a connection, so that the window and background jobs read by the same words."""

from __future__ import annotations

import itertools
import sqlite3
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span, Verdict
from annotator.domain.documents import Document, Status
from annotator.domain.exchange import Record
from annotator.store.rows import (
    CODECS,
    DOCUMENT_COLUMNS,
    What,
    json_mapping,
    kind_of,
    row_document,
    row_relation,
    row_set,
    row_span,
    row_verdict,
    status_of,
    what_of,
)

Connection = sqlite3.Connection
"""What these functions read through; other rooms name it without knowing SQLite."""

_DOCUMENT = ", ".join(DOCUMENT_COLUMNS)
_SPAN = CODECS[What.SPAN].column_list
_RELATION = CODECS[What.RELATION].column_list
_VERDICT = CODECS[What.VERDICT].column_list
_SET = CODECS[What.SET].column_list


def document(connection: sqlite3.Connection, document_id: int) -> Document | None:
    """Return one document with its tokens, or None."""
    row = connection.execute(f"SELECT {_DOCUMENT} FROM documents WHERE id = ?", (document_id,)).fetchone()
    return None if row is None else row_document(row)


def document_text(connection: sqlite3.Connection, document_id: int) -> tuple[str, str] | None:
    """Return name and text of a document, or None."""
    return connection.execute("SELECT name, text FROM documents WHERE id = ?", (document_id,)).fetchone()


def documents_named(connection: sqlite3.Connection, name: str) -> list[tuple[int, str]]:
    """Return (id, text) of the documents with this name."""
    return connection.execute("SELECT id, text FROM documents WHERE name = ?", (name,)).fetchall()


def documents_beginning(connection: sqlite3.Connection, beginning: str, limit: int) -> list[tuple[int, str]]:
    """Return (id, name) of the first documents, by name, whose names begin so, upper and lower case told apart; read off the index."""
    last = "\U0010ffff"
    sql = "SELECT id, name FROM documents WHERE name >= ? AND name < ? ORDER BY name, id LIMIT ?"
    return connection.execute(sql, (beginning, beginning + last, limit)).fetchall()


def document_count(connection: sqlite3.Connection) -> int:
    """Return how many documents the project has; bounded."""
    return connection.execute("SELECT coalesce(sum(last - first + 1), 0) FROM document_runs").fetchone()[0]


def document_ids(connection: sqlite3.Connection, annotator: str = "", statuses: Iterable[Status] = ()) -> array[int]:
    """Return the ids of all documents in order; with ``statuses`` only those with one of them for the person ``annotator``.

    For a job: the answer is as long as the project.  A window shows a ``listing.Listing``.
    """
    wanted = [str(status) for status in statuses]
    ids = array("q")
    if not wanted:
        for first, last in connection.execute("SELECT first, last FROM document_runs ORDER BY first"):
            ids.extend(range(first, last + 1))
        return ids
    new = Status.NEW in wanted
    named = [str(status) for status in Status if str(status) not in wanted] if new else wanted
    marks = ", ".join("?" * len(named))
    with_status = f"SELECT document_id FROM annotation_sets WHERE annotator = ? AND kind = 'person' AND status IN ({marks})"
    sql = f"SELECT document_id FROM document_figures WHERE document_id NOT IN ({with_status})" if new else with_status
    ids.extend(row[0] for row in connection.execute(f"{sql} ORDER BY document_id", (annotator, *named)))
    return ids


@dataclass(frozen=True, slots=True)
class DocumentCard:
    """What a list shows of a document, for one person.

    ``length`` is in code points; ``spans`` as many as the fullest set has; ``unreviewed`` is what waits in the person's own set.
    ``disagreement``, ``doubt`` and ``novelty``, each from 0 to 1, are what the document is worth, until it is finished.
    """

    id: int
    name: str
    status: Status
    flagged: bool
    length: int = 0
    spans: int = 0
    unreviewed: int = 0
    disagreement: float = 0.0
    doubt: float = 0.0
    novelty: float = 0.0


def document_cards(connection: sqlite3.Connection, ids: Sequence[int], annotator: str) -> dict[int, DocumentCard]:
    """Return the cards of some documents, by id; as quick as they are few."""
    rows = connection.execute(
        "SELECT d.id, d.name, coalesce(s.status, 'new'), coalesce(s.flagged, 0), f.length, f.spans, coalesce(s.unreviewed, 0),"
        " max(coalesce(w.disagreement, 0), 0), max(coalesce(w.doubt, 0), 0), max(coalesce(w.novelty, 0), 0)"
        " FROM documents d JOIN document_figures f ON f.document_id = d.id LEFT JOIN document_worth w ON w.document_id = d.id"
        " LEFT JOIN annotation_sets s ON s.document_id = d.id AND s.annotator = ? AND s.kind = 'person'"
        " WHERE d.id IN (SELECT value FROM json_each(?))",
        (annotator, orjson.dumps(list(ids)).decode()),
    )
    return {key: DocumentCard(key, name, status_of(status), bool(flagged), *rest) for key, name, status, flagged, *rest in rows}


def open_document_after(connection: sqlite3.Connection, document_id: int, annotator: str) -> int | None:
    """Return the next document this person has neither done nor skipped, round the end; None when there is none but this one.

    It walks over finished ones only, in an index; where everything is finished the kept figures say so at once.
    """
    left = status_counts(connection, annotator)
    if not left[Status.NEW] and not left[Status.IN_PROGRESS]:
        return None
    sql = (
        "SELECT document_id FROM document_figures d WHERE {} AND NOT EXISTS (SELECT 1 FROM annotation_sets s"
        " WHERE s.document_id = d.document_id AND s.annotator = ? AND s.kind = 'person' AND s.status IN ('done', 'skipped'))"
        " ORDER BY document_id LIMIT 1"
    )
    for condition in ("document_id > ?", "document_id < ?"):
        row = connection.execute(sql.format(condition), (document_id, annotator)).fetchone()
        if row is not None:
            return row[0]
    return None


def neighbour_document(connection: sqlite3.Connection, document_id: int, direction: int) -> int | None:
    """Return the document before (-1) or after (1) this one in the list, or None at its end."""
    order, sign = ("ASC", ">") if direction > 0 else ("DESC", "<")
    row = connection.execute(f"SELECT id FROM documents WHERE id {sign} ? ORDER BY id {order} LIMIT 1", (document_id,)).fetchone()
    return None if row is None else row[0]


def set_info(connection: sqlite3.Connection, set_id: int) -> SetInfo | None:
    """Return what an annotation set is, or None."""
    row = connection.execute(f"SELECT {_SET} FROM annotation_sets WHERE id = ?", (set_id,)).fetchone()
    return None if row is None else row_set(row)


def set_ids(connection: sqlite3.Connection, document_id: int) -> list[tuple[int, SetInfo]]:
    """Return the annotation sets of a document: persons, then gold, then models, each by annotator."""
    rows = connection.execute(
        f"SELECT id, {_SET} FROM annotation_sets WHERE document_id = ?"
        " ORDER BY CASE kind WHEN 'person' THEN 0 WHEN 'gold' THEN 1 ELSE 2 END, annotator",
        (document_id,),
    )
    return [(row[0], row_set(row[1:])) for row in rows]


def all_sets(connection: sqlite3.Connection) -> Iterator[tuple[int, list[tuple[int, SetInfo]]]]:
    """Yield every document with its annotation sets, as ``set_ids`` gives them, in one walk; for a job."""
    kinds = {Kind.PERSON: 0, Kind.GOLD: 1, Kind.MODEL: 2}
    rows = connection.execute(f"SELECT id, {_SET} FROM annotation_sets ORDER BY document_id")
    groups = itertools.groupby(((row[0], row_set(row[1:])) for row in rows), key=lambda entry: entry[1].document_id)
    waiting = next(groups, None)
    for number in document_ids(connection):
        if waiting is None or waiting[0] != number:
            yield number, []
            continue
        yield number, sorted(waiting[1], key=lambda entry: (kinds[entry[1].kind], entry[1].annotator))
        waiting = next(groups, None)


def find_set(connection: sqlite3.Connection, document_id: int, annotator: str, kind: Kind) -> int | None:
    """Return the id of one annotator's set on a document, or None."""
    row = connection.execute(
        "SELECT id FROM annotation_sets WHERE document_id = ? AND annotator = ? AND kind = ?", (document_id, annotator, str(kind))
    ).fetchone()
    return None if row is None else row[0]


def span(connection: sqlite3.Connection, set_id: int, span_id: str) -> Span | None:
    """Return one span, or None."""
    row = connection.execute(f"SELECT {_SPAN} FROM spans WHERE set_id = ? AND id = ?", (set_id, span_id)).fetchone()
    return None if row is None else row_span(row)


def spans(connection: sqlite3.Connection, set_id: int) -> Iterator[Span]:
    """Yield the spans of a set by start."""
    return map(row_span, connection.execute(f"SELECT {_SPAN} FROM spans WHERE set_id = ? ORDER BY start", (set_id,)))


def spans_between(connection: sqlite3.Connection, set_id: int, start: int, end: int) -> Iterator[Span]:
    """Yield the spans of a set that start in ``[start, end)`` (code points)."""
    return map(
        row_span,
        connection.execute(f"SELECT {_SPAN} FROM spans WHERE set_id = ? AND start >= ? AND start < ?", (set_id, start, end)),
    )


def relation(connection: sqlite3.Connection, set_id: int, relation_id: str) -> Relation | None:
    """Return one relation, or None."""
    row = connection.execute(f"SELECT {_RELATION} FROM relations WHERE set_id = ? AND id = ?", (set_id, relation_id)).fetchone()
    return None if row is None else row_relation(row)


def relations(connection: sqlite3.Connection, set_id: int) -> Iterator[Relation]:
    """Yield the relations of a set."""
    return map(row_relation, connection.execute(f"SELECT {_RELATION} FROM relations WHERE set_id = ?", (set_id,)))


def relations_of(connection: sqlite3.Connection, set_id: int, span_id: str) -> Iterator[Relation]:
    """Yield the relations that begin or end at a span, each once."""
    sql = f"SELECT {_RELATION} FROM relations WHERE set_id = ? AND head = ? UNION SELECT {_RELATION} FROM relations WHERE set_id = ? AND tail = ?"  # noqa: E501
    return map(row_relation, connection.execute(sql, (set_id, span_id, set_id, span_id)))


def verdicts(connection: sqlite3.Connection, set_id: int) -> Iterator[Verdict]:
    """Yield the verdicts of a set."""
    return map(row_verdict, connection.execute(f"SELECT {_VERDICT} FROM verdicts WHERE set_id = ? ORDER BY signature", (set_id,)))


def annotation_set(connection: sqlite3.Connection, set_id: int) -> AnnotationSet | None:
    """Return a whole annotation set, or None."""
    info = set_info(connection, set_id)
    if info is None:
        return None
    return AnnotationSet(
        info,
        {found.id: found for found in spans(connection, set_id)},
        {found.id: found for found in relations(connection, set_id)},
        {found.signature: found for found in verdicts(connection, set_id)},
        set_id,
    )


def gold_set(connection: sqlite3.Connection, document_id: int) -> int | None:
    """Return the set that is this document's gold, or None (see the glossary in ``annotator.domain``)."""
    row = connection.execute("SELECT set_id FROM gold_sets WHERE document_id = ?", (document_id,)).fetchone()
    return None if row is None else row[0]


def disputed(connection: sqlite3.Connection) -> set[int]:
    """Return the documents that several persons have done differently and nobody adjudicated."""
    return {row[0] for row in connection.execute("SELECT document_id FROM disputed_documents")}


def record(connection: sqlite3.Connection, found: Document, set_id: int | None) -> Record:
    """Return a document with one of its sets as the formats take it; ``set_id`` None gives it without annotations."""
    plain = Record(found.name, found.text, found.meta, found.tokens, place=str(found.id), document_id=found.id)
    content = annotation_set(connection, set_id) if set_id is not None else None
    if content is None:
        return plain
    info = content.info
    plain.annotator, plain.kind, plain.status = info.annotator, info.kind, info.status
    plain.flagged, plain.categories = info.flagged, info.categories
    plain.spans = tuple(content.in_text_order())
    plain.relations = tuple(content.relations_in_order())
    plain.verdicts = tuple(content.verdicts.values())
    return plain


def annotators(connection: sqlite3.Connection) -> list[str]:
    """Return the names of all annotators, each once, in order; bounded."""
    return [row[0] for row in connection.execute("SELECT DISTINCT annotator FROM set_totals ORDER BY annotator")]


def status_counts(connection: sqlite3.Connection, annotator: str) -> dict[Status, int]:
    """Count the documents by what their status is for this person; a document the person never opened is new.  Bounded."""
    counts = dict.fromkeys(Status, 0)
    rows = connection.execute("SELECT status, sets FROM set_totals WHERE annotator = ? AND kind = 'person'", (annotator,))
    for status, count in rows:
        counts[status_of(status)] = count
    counts[Status.NEW] += document_count(connection) - sum(counts.values())
    return counts


@dataclass(frozen=True, slots=True)
class LabelTotal:
    """How often one annotator used one label; ``what`` is span or relation, ``sets`` in how many sets."""

    annotator: str
    kind: Kind
    what: What
    label: str
    sets: int
    items: int
    unreviewed: int


def label_totals(connection: sqlite3.Connection) -> list[LabelTotal]:
    """Return how often each annotator used each label, the most frequent first; bounded, for the file keeps these figures."""
    rows = connection.execute(
        "SELECT annotator, kind, what, label, sets, items, unreviewed FROM label_totals ORDER BY items DESC, label"
    )
    return [LabelTotal(row[0], kind_of(row[1]), what_of(row[2]), *row[3:]) for row in rows]


def meta_fields(connection: sqlite3.Connection, limit: int = 200) -> list[str]:
    """Return the metadata fields that documents can be filtered by; bounded by ``limit``."""
    return _distinct(connection, "SELECT min(field) FROM document_meta WHERE field > ?", (), limit)


def meta_values(connection: sqlite3.Connection, field: str, limit: int = 200) -> list[str]:
    """Return the first values of a metadata field, in order; bounded by ``limit``."""
    return _distinct(
        connection, "SELECT min(value) FROM document_meta WHERE field = ? AND value > ?", (field,), limit, first_too=True
    )


def _distinct(
    connection: sqlite3.Connection, sql: str, values: tuple[str, ...], limit: int, *, first_too: bool = False
) -> list[str]:
    """Return what ``sql`` finds after "", after that, and so on: SQLite would walk the whole index for DISTINCT."""
    found: list[str] = []
    last = ""
    if first_too and connection.execute("SELECT 1 FROM document_meta WHERE field = ? AND value = '' LIMIT 1", values).fetchone():
        found.append("")
    while len(found) < limit:
        row = connection.execute(sql, (*values, last)).fetchone()
        if row[0] is None:
            break
        found.append(row[0])
        last = row[0]
    return found


def statistics(connection: sqlite3.Connection) -> dict[str, Any]:
    """Return the figures of ``annotator stats``: documents, annotators with their status counts, labels, gold.

    For a job: which documents are gold, and which disputed, is found by comparing sets.
    """
    annotators: dict[tuple[str, str], dict[str, Any]] = {}
    for name, kind, status, count in connection.execute(
        "SELECT annotator, kind, status, sets FROM set_totals ORDER BY kind, annotator, status"
    ):
        figures = annotators.setdefault((name, kind), {"annotator": name, "kind": kind, "status": {}})
        figures["status"][status] = count
    for what, table in ((What.SPAN, "spans"), (What.RELATION, "relations")):
        for total in label_totals(connection):
            if total.what is what:
                figures = annotators[total.annotator, str(total.kind)]
                figures.setdefault(table, {})[total.label] = total.items
                figures["unreviewed"] = figures.get("unreviewed", 0) + total.unreviewed
    return {
        "documents": document_count(connection),
        "gold": connection.execute("SELECT count(*) FROM gold_sets").fetchone()[0],
        "disputed": len(disputed(connection)),
        "annotators": list(annotators.values()),
    }


def project_value(connection: sqlite3.Connection, key: str) -> str | None:
    """Return one of the project's own values ("scheme", "language", "tokenizer", "name"), or None."""
    row = connection.execute("SELECT value FROM project WHERE key = ?", (key,)).fetchone()
    return None if row is None else row[0]


def integrity(connection: sqlite3.Connection) -> list[str]:
    """Return what SQLite finds wrong with the file; nothing if it is sound."""
    found: list[str] = []
    try:
        found += (row[0] for row in connection.execute("PRAGMA integrity_check") if row[0] != "ok")
        found += (f"{row[0]} points to a missing {row[2]}" for row in connection.execute("PRAGMA foreign_key_check"))
    except sqlite3.DatabaseError as error:  # the check itself may stumble over what it looks for
        found.append(str(error))
    return found


def meta_of(connection: sqlite3.Connection, document_id: int) -> dict[str, Any]:
    """Return the metadata of a document, empty if there is no such document."""
    row = connection.execute("SELECT meta FROM documents WHERE id = ?", (document_id,)).fetchone()
    return {} if row is None else json_mapping(row[0])
