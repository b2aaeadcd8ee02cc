"""Looking for words, for spans and for relations in the whole project: results stream as the lines of a concordance.

Everything here is for a job's reader connection.  Lines come in the project's order, the first of them in milliseconds: an index leads to
each document that may hold one.  ``pages`` cuts them up, and makes them stop at once when nobody wants them any more.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from annotator.domain.annotations import Relation, Span
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.propagation import same_text, shortest_form
from annotator.domain.text import Range
from annotator.store import queries, words
from annotator.store.rows import CODECS, What, row_relation, row_span

CONTEXT = 60
"""Code points shown on each side of a hit."""

FIRST_PAGE, PAGE = 50, 500


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a concordance: where (code points), the words around, and the item that is there, if any.

    ``left``, ``hit`` and ``right`` are for reading: line breaks and tabs are blanks.  ``set_id`` is 0 where nothing is annotated there.
    For a relation, the place is that of its head and ``hit`` has both ends.
    """

    document_id: int
    document: str
    start: int
    end: int
    left: str
    hit: str
    right: str
    set_id: int = 0
    annotator: str = ""
    span_id: str = ""
    relation_id: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class SpanQuery:
    """Spans to look for: by label (none: any), and by their text (none: any).

    ``how`` is "exact" or "prefix", whatever the case of the letters; ``commands.matching`` takes the text for a regular expression.
    ``annotator`` keeps to the sets of one; else, of a document that ``person`` has a set on, only that set is looked at, and of others all.
    """

    label: str = ""
    text: str = ""
    how: str = "exact"
    annotator: str = ""
    person: str = ""


@dataclass(frozen=True, slots=True)
class RelationQuery:
    """Relations to look for, by their label and those of their ends; what is empty is not asked about.  The rest as in ``SpanQuery``."""

    label: str = ""
    head: str = ""
    tail: str = ""
    annotator: str = ""
    person: str = ""


def documents_with(connection: sqlite3.Connection, query: str) -> Iterator[int]:
    """Yield the documents that a full-text query takes, in order."""
    sql = "SELECT rowid FROM document_index WHERE document_index MATCH ? ORDER BY rowid"
    return (row[0] for row in connection.execute(sql, (f"{{text}} : ({words.match_expression(query)})",)))


def text_lines(connection: sqlite3.Connection, query: str, *, person: str = "") -> Iterator[Line]:
    """Yield a line for each place where a word or phrase of a query stands (``store.words`` tells what can be asked).

    A span of ``person`` (where there is no such set: of gold, or a model) at the very place is named.  Never raises for a query's form.
    """
    terms = words.wanted_terms(query)
    for number in documents_with(connection, query):
        name, text = connection.execute("SELECT name, text FROM documents WHERE id = ?", (number,)).fetchone()
        yield from range_lines(connection, number, name, text, words.places(connection, number, text, terms), person=person)


def documents_saying(connection: sqlite3.Connection, surface: str) -> Iterator[int]:
    """Yield the documents that may say a text once more, in order; all of them where there is no word to ask the index for."""
    form = shortest_form(surface).replace('"', " ")
    if words.wanted_terms(f'"{form}"*'):
        return documents_with(connection, f'"{form}"*')
    return (row[0] for row in connection.execute("SELECT id FROM documents ORDER BY id"))


def same_text_lines(connection: sqlite3.Connection, surface: str, *, person: str = "") -> Iterator[Line]:
    """Yield a line for each place of the project that says the same as ``surface`` (``domain.propagation`` tells the rule).

    The full-text index tells which documents may say it, so places that begin inside what it takes for a word (``5triliun``) are not
    found; where there is no word to ask it for, every document is read.
    """
    for number in documents_saying(connection, surface):
        document = queries.document(connection, number)
        if document is not None:
            places = same_text(document.text, document.tokens, surface)
            yield from range_lines(connection, number, document.name, document.text, places, person=person)


def range_lines(
    connection: sqlite3.Connection, document_id: int, name: str, text: str, ranges: Iterable[Range], *, person: str = ""
) -> Iterator[Line]:
    """Yield a line for each of some ranges of a document, with the span that is at the very place, if any."""
    shown: tuple[int, str] | None = None
    for number, (start, end) in enumerate(ranges):
        if not number:
            shown = set_to_show(connection, document_id, person)
        line = line_at(document_id, name, text, (start, end))
        if shown is not None:
            sql = (
                'SELECT id, label FROM spans WHERE set_id = ? AND start = ? AND "end" = ? AND fragments IS NULL ORDER BY id LIMIT 1'
            )
            found = connection.execute(sql, (shown[0], start, end)).fetchone()
            if found is not None:
                line = replace(line, set_id=shown[0], annotator=shown[1], span_id=found[0], label=found[1])
        yield line


def span_lines(connection: sqlite3.Connection, query: SpanQuery) -> Iterator[Line]:
    """Yield a line for each span that is looked for.

    Where a text is given, documents in which the full-text index has it come first, and then the others: a span need not begin where a
    word does.
    """
    matches = _matcher(query.text, query.how)
    first: set[int] = set()
    if query.text:
        star = "*" if query.how == "prefix" else ""
        quoted = query.text.replace('"', " ")
        for number in documents_with(connection, f'"{quoted}"{star}'):
            first.add(number)
            yield from _span_lines(connection, number, query, matches)
    for number in _documents_with_items(connection, "span", query.label):
        if number not in first:
            yield from _span_lines(connection, number, query, matches)


def relation_lines(connection: sqlite3.Connection, query: RelationQuery) -> Iterator[Line]:
    """Yield a line for each relation that is looked for."""
    columns = ", ".join(f"r.{column}" for column in CODECS[What.RELATION].columns)
    ends = ", ".join(f"{end}.{column}" for end in "ht" for column in CODECS[What.SPAN].columns)
    conditions = [f"{column} = ?" for column, value in _relation_conditions(query) if value]
    values = [value for _, value in _relation_conditions(query) if value]
    sql = (
        f"SELECT {columns}, {ends} FROM relations r JOIN spans h ON h.set_id = r.set_id AND h.id = r.head"
        f" JOIN spans t ON t.set_id = r.set_id AND t.id = r.tail WHERE {' AND '.join(('r.set_id = ?', *conditions))} ORDER BY h.start, r.id"
    )
    size, width = len(CODECS[What.RELATION].columns), len(CODECS[What.SPAN].columns)
    for number in _documents_with_items(connection, "relation", query.label):
        name_and_text = None
        for set_id, annotator in _sets(connection, number, query.annotator, query.person):
            for row in connection.execute(sql, (set_id, *values)).fetchall():
                name_and_text = name_and_text or _name_and_text(connection, number)
                relation: Relation = row_relation(row[:size])
                head, tail = row_span(row[size : size + width]), row_span(row[size + width :])
                line = line_at(number, *name_and_text, (head.start, head.end))
                hit = f"{_flat(head.surface(name_and_text[1]))} → {_flat(tail.surface(name_and_text[1]))}"
                yield replace(line, hit=hit, set_id=set_id, annotator=annotator, relation_id=relation.id, label=relation.label)


def _relation_conditions(query: RelationQuery) -> tuple[tuple[str, str], ...]:
    return ("r.label", query.label), ("h.label", query.head), ("t.label", query.tail)


def pages(lines: Iterator[Line], progress: Progress, connection: sqlite3.Connection) -> Iterator[list[Line]]:
    """Yield lines in pages, a short one first, and count them; raises ``Cancelled`` soon after ``progress.cancel``."""
    size = FIRST_PAGE
    with interruptible(connection, progress):
        while page := list(islice(lines, size)):
            progress.advance(len(page))
            yield page
            size = PAGE


@contextmanager
def interruptible(connection: sqlite3.Connection, progress: Progress) -> Iterator[None]:
    """Inside, a statement that runs on this connection ends with ``Cancelled`` when the work is cancelled."""
    connection.set_progress_handler(lambda: progress.cancelled, 20_000)
    try:
        yield
    except sqlite3.OperationalError:
        if progress.cancelled:
            raise Cancelled from None
        raise
    finally:
        connection.set_progress_handler(None, 0)


def _documents_with_items(connection: sqlite3.Connection, what: str, label: str) -> Iterator[int]:
    if label:
        sql = "SELECT document_id FROM set_labels WHERE what = ? AND label = ? ORDER BY document_id"
        rows: Iterable[Any] = connection.execute(sql, (what, label))
    else:
        count = "span_count" if what == "span" else "relation_count"
        rows = connection.execute(f"SELECT document_id FROM annotation_sets WHERE {count} > 0 ORDER BY document_id")
    last = 0
    for (number,) in rows:
        if number != last:
            yield number
        last = number


def _span_lines(
    connection: sqlite3.Connection, document_id: int, query: SpanQuery, matches: Callable[[str], bool]
) -> Iterator[Line]:
    codec = CODECS[What.SPAN]
    sql = f"SELECT {codec.column_list} FROM spans WHERE set_id = ?{' AND label = ?' if query.label else ''} ORDER BY start, id"
    name_and_text = None
    for set_id, annotator in _sets(connection, document_id, query.annotator, query.person):
        for row in connection.execute(sql, (set_id, query.label) if query.label else (set_id,)).fetchall():
            span: Span = row_span(row)
            name, text = name_and_text = name_and_text or _name_and_text(connection, document_id)
            surface = span.surface(text)
            if matches(surface):
                line = line_at(document_id, name, text, (span.start, span.end))
                yield replace(line, hit=_flat(surface), set_id=set_id, annotator=annotator, span_id=span.id, label=span.label)


def _matcher(text: str, how: str) -> Callable[[str], bool]:
    if not text:
        return lambda _: True
    folded = text.casefold()
    return (
        (lambda surface: surface.casefold().startswith(folded))
        if how == "prefix"
        else (lambda surface: surface.casefold() == folded)
    )


def _sets(connection: sqlite3.Connection, document_id: int, annotator: str, person: str) -> list[tuple[int, str]]:
    """Return (id, annotator) of the sets that are looked at."""
    rows = connection.execute(
        "SELECT id, annotator, kind FROM annotation_sets WHERE document_id = ? AND (? = '' OR annotator = ?) ORDER BY id",
        (document_id, annotator, annotator),
    ).fetchall()
    mine = [row for row in rows if row[1] == person and row[2] == "person"]
    return [(row[0], row[1]) for row in (mine if mine and not annotator else rows)]


def set_to_show(connection: sqlite3.Connection, document_id: int, person: str) -> tuple[int, str] | None:
    """Return (id, annotator) of the set whose spans are shown at a text's places: the person's own, else the gold, else a model's."""
    rows = connection.execute(
        "SELECT id, annotator FROM annotation_sets WHERE document_id = ? AND (kind <> 'person' OR annotator = ?)"
        " ORDER BY CASE kind WHEN 'person' THEN 0 WHEN 'gold' THEN 1 ELSE 2 END, id LIMIT 1",
        (document_id, person),
    )
    return rows.fetchone()


def _name_and_text(connection: sqlite3.Connection, document_id: int) -> tuple[str, str]:
    return connection.execute("SELECT name, text FROM documents WHERE id = ?", (document_id,)).fetchone()


def line_at(document_id: int, name: str, text: str, place: Range) -> Line:
    """Return the line of a place (code points) without an item."""
    start, end = place
    left, right = text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]
    return Line(document_id, name, start, end, _flat(left), _flat(text[start:end]), _flat(right))


def _flat(text: str) -> str:
    return text.translate(_BLANKS)


_BLANKS = dict.fromkeys(map(ord, "\t\n\r\v\f\x85\u2028\u2029"), " ")
