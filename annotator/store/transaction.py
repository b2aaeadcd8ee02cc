"""The only way to write: every change is applied, remembered and journalled in one SQLite transaction."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span, Verdict
from annotator.domain.changes import Bulk, BulkCopy, BulkInsert, BulkSets, Change, Lane, Value, What
from annotator.domain.documents import Document
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.errors import Refused, UndoRefused
from annotator.store import filling, fitness, following, journal, queries, statistics, suggestions, undoing
from annotator.store.filling import DocumentRows, SetRows, rows_of
from annotator.store.rows import (
    CODECS,
    place_of,
    set_row,
    sql_of,
    text_scheme,
    value_to_journal,
)

_INSERT_SET = f"INSERT INTO annotation_sets ({CODECS[What.SET].column_list}) VALUES (?, ?, ?, ?, ?, ?)"


class Transaction:
    """One transaction of one step, handed to a command.

    Everything read through it is as of now, its own writes included.  Nothing is visible to others before the project commits; after
    an exception nothing was written.  ``changes`` and ``bulk`` say what was done so far.  ``documents`` remembers the last few documents
    from one transaction to the next.
    """

    def __init__(
        self, connection: sqlite3.Connection, step_id: int, actor: str, documents: dict[int, Document] | None = None
    ) -> None:
        self._connection = connection
        self._documents = {} if documents is None else documents
        self._given_ids: Counter[tuple[int, What]] = Counter()
        self.step_id = step_id
        self.actor = actor
        self.changes: list[Change] = []
        self.bulk: list[Bulk] = []

    # Reading

    @property
    def scheme(self) -> LabelScheme:
        """The project's label scheme as of now."""
        text = queries.project_value(self._connection, "scheme")
        return text_scheme(text) if text else LabelScheme()

    def document(self, document_id: int) -> Document | None:
        """Return a document, or None."""
        return remembered_document(self._connection, self._documents, document_id)

    def document_of(self, set_id: int) -> Document:
        """Return the document an annotation set is about."""
        info = self.set_info(set_id)
        found = self.document(info.document_id)
        assert found is not None  # a foreign key holds it
        return found

    def set_info(self, set_id: int) -> SetInfo:
        """Return what an annotation set is; refused if there is none with this id (its document was removed meanwhile)."""
        info = queries.set_info(self._connection, set_id)
        if info is None:
            raise Refused(_GONE)
        return info

    def sets_of(self, document_id: int) -> dict[tuple[str, Kind], tuple[int, SetInfo]]:
        """Return the annotation sets of a document by annotator and kind, each with its id."""
        return {(info.annotator, info.kind): (key, info) for key, info in queries.set_ids(self._connection, document_id)}

    def find_documents(self, wanted: Sequence[tuple[str, str]]) -> dict[tuple[str, str], int]:
        """Return the ids of the documents with these names and texts, by both; of several alike the first."""
        names = list(dict.fromkeys(name for name, _ in wanted))
        there: set[str] = set()
        for first in range(0, len(names), 500):
            some = names[first : first + 500]
            sql = f"WITH wanted (name) AS (VALUES {', '.join(['(?)'] * len(some))}) SELECT name FROM wanted w"
            sql += " WHERE EXISTS (SELECT 1 FROM documents d WHERE d.name = w.name)"
            there.update(row[0] for row in self._connection.execute(sql, some))
        look = "SELECT id FROM documents WHERE name = ? AND text = ? ORDER BY id LIMIT 1"
        rows = ((key, self._connection.execute(look, key).fetchone()) for key in wanted if key[0] in there)
        return {key: row[0] for key, row in rows if row is not None}

    def annotation_set(self, set_id: int) -> AnnotationSet:
        """Return a whole annotation set; refused if there is none with this id."""
        found = queries.annotation_set(self._connection, set_id)
        if found is None:
            raise Refused(_GONE)
        return found

    def span(self, set_id: int, span_id: str) -> Span | None:
        """Return one span, or None."""
        return queries.span(self._connection, set_id, span_id)

    def spans(self, set_id: int, *, starting: int | None = None) -> list[Span]:
        """Return the spans of a set by start, or only those that start at one code point."""
        if starting is None:
            return list(queries.spans(self._connection, set_id))
        return list(queries.spans_between(self._connection, set_id, starting, starting + 1))

    def relation(self, set_id: int, relation_id: str) -> Relation | None:
        """Return one relation, or None."""
        return queries.relation(self._connection, set_id, relation_id)

    def relations_of(self, set_id: int, span_id: str) -> list[Relation]:
        """Return the relations that begin or end at a span."""
        return list(queries.relations_of(self._connection, set_id, span_id))

    def unreviewed(self, set_id: int) -> Iterator[Span | Relation]:
        """Yield the suggestions of a set."""
        for what in (What.SPAN, What.RELATION):
            codec = CODECS[what]
            sql = f"SELECT {codec.column_list} FROM {codec.table} WHERE set_id = ? AND reviewed = 0"
            for row in self._connection.execute(sql, (set_id,)).fetchall():
                found = codec.from_row(row)
                assert isinstance(found, Span | Relation)
                yield found

    def has_changed(self, set_id: int) -> bool:
        """Tell whether this step changed a set, in this transaction or an earlier one of the step."""
        if any(change.set_id == set_id for change in self.changes):
            return True
        sql = "SELECT 1 FROM changes WHERE set_id = ? AND step_id = ? LIMIT 1"
        return self._connection.execute(sql, (set_id, self.step_id)).fetchone() is not None

    def new_id(self, set_id: int, what: What) -> str:
        """Return an id that is free in the set: the step's number, and a further number where one step makes several."""
        stem = f"{'s' if what is What.SPAN else 'r'}{self.step_id}"
        while True:
            self._given_ids[set_id, what] += 1
            number = self._given_ids[set_id, what]
            key = stem if number == 1 else f"{stem}.{number}"
            if self._read(what, set_id, key) is None:
                return key

    # Writing

    def put(self, set_id: int, item: Span | Relation | Verdict) -> None:
        """Add an item to a set, or replace the one with the same id."""
        match item:
            case Span():
                self._change(What.SPAN, set_id, item.id, item)
            case Relation():
                self._change(What.RELATION, set_id, item.id, item)
            case Verdict():
                self._change(What.VERDICT, set_id, item.signature, item)

    def remove(self, set_id: int, item: Span | Relation | Verdict) -> None:
        """Remove an item from a set; the relations of a span are the caller's to remove first."""
        key = item.signature if isinstance(item, Verdict) else item.id
        what = What.SPAN if isinstance(item, Span) else What.RELATION if isinstance(item, Relation) else What.VERDICT
        self._change(what, set_id, key, None)

    def put_set(self, set_id: int, info: SetInfo) -> None:
        """Change the status, flag or categories of an annotation set."""
        self._change(What.SET, set_id, "", info)

    def put_scheme(self, scheme: LabelScheme) -> None:
        """Replace the project's label scheme."""
        self._change(What.SCHEME, 0, "", scheme)

    def add_set(self, info: SetInfo) -> int:
        """Add an empty annotation set and return its id."""
        cursor = self._connection.execute(_INSERT_SET, set_row(info))
        assert cursor.lastrowid is not None
        self.changes.append(Change(What.SET, cursor.lastrowid, "", None, info))
        return cursor.lastrowid

    def add_documents(self, items: Iterable[tuple[Document, Iterable[AnnotationSet]] | DocumentRows]) -> BulkInsert | None:
        """Add new documents with their annotation sets; the journal keeps their range, not their content.

        The sets' ``document_id`` is filled in here, and a number the document has from elsewhere does not count.  Rows are taken as they
        are.  Returns the range, or None if there was nothing to add.
        """
        inserted = filling.insert(self._connection, map(_as_rows, items))
        if inserted is not None:
            self.bulk.append(inserted)
        return inserted

    def add_sets(self, sets: Sequence[tuple[int, SetRows]]) -> None:
        """Add whole new annotation sets, each with the id of its document; the journal keeps their range, not their content."""
        if sets:
            self.bulk.append(filling.insert_sets(self._connection, sets))

    def copy_suggestions(self, set_id: int) -> None:
        """Fill a person's new set with what the models suggest for the document, as unreviewed items.

        What several models (or one model twice) suggest alike comes once, from the first; relations join the span that stands for
        theirs.  ``derived_from`` becomes ``annotator/id``.
        """
        document_id = self.set_info(set_id).document_id
        if suggestions.copy(self._connection, set_id, document_id, self.scheme):
            statistics.count_copy(self._connection, set_id)
            self.bulk.append(BulkCopy(set_id, document_id))

    def accept_all(self, set_id: int) -> None:
        """Mark every suggestion of a set as reviewed."""
        for what in (What.SPAN, What.RELATION):
            found = [item for item in self.unreviewed(set_id) if isinstance(item, Span if what is What.SPAN else Relation)]
            self._connection.execute(f"UPDATE {CODECS[what].table} SET reviewed = 1 WHERE set_id = ? AND reviewed = 0", (set_id,))
            self.changes += [Change(what, set_id, item.id, item, replace(item, reviewed=True)) for item in found]

    # Undo

    def turn(self, step_id: int, *, back: bool, progress: Progress | None = None) -> None:
        """Take what a step changed ``back``, or bring it again.

        Raises ``UndoRefused`` if something is no longer as the step left it, if a document would be done and break a rule by it, or if
        something has a name that the label scheme would lack.
        """
        moment = journal.last_turn(self._connection, step_id, before=self.step_id)
        turned = undoing.apply(self._connection, step_id, back=back, progress=progress)
        followed = self._followed(step_id, turned, moment, back=back)
        fitness.must_stay_fit(self._connection, step_id, turned, moment=moment, back=back)
        self.changes += [*turned, *followed]

    def _followed(self, step_id: int, turned: Sequence[Change], moment: int, *, back: bool) -> list[Change]:
        """Have names that came since follow a turned scheme, as a system step: the turn itself has no changes of its own."""
        schemes = next(((change.before, change.after) for change in turned if change.what is What.SCHEME), None)
        if schemes is None:
            return []
        before, after = schemes
        assert isinstance(before, LabelScheme)
        assert isinstance(after, LabelScheme)
        own = journal.begin(self._connection, actor=self.actor, lane=Lane.SYSTEM, text="Names follow the label scheme")
        aside = Transaction(self._connection, own, self.actor, self._documents)
        following.follow(self._connection, step_id, (before, after), aside, moment=moment, back=back)
        if aside.changes:
            journal.record(self._connection, own, 0, aside.changes, [])
        else:
            journal.forget(self._connection, own)
        return aside.changes

    def take_out(self, entry: Bulk, *, but_for_step: int) -> None:
        """Remove the documents or the sets that a step brought in whole; refused if a later step worked on one and was not undone.

        Copies of suggestions stay: they are a person's.
        """
        match entry:
            case BulkInsert():
                self._remove_documents(entry, but_for_step)
            case BulkSets():
                self._remove_sets(entry, but_for_step)
            case BulkCopy():
                pass

    def _remove_documents(self, inserted: BulkInsert, but_for_step: int) -> None:
        touched = self._connection.execute(
            "SELECT 1 FROM annotation_sets a JOIN changes c ON c.set_id = a.id JOIN steps s ON s.id = c.step_id"
            " WHERE a.document_id BETWEEN ? AND ? AND s.id <> ? AND s.lane <> 'system' AND s.state = ? LIMIT 1",
            (inserted.first, inserted.last, but_for_step, journal.DONE),
        ).fetchone()
        if touched:
            raise UndoRefused("These documents have been worked on since; they cannot be taken out with the import.")
        journal.cut_off(self._connection, inserted.first, inserted.last)
        statistics.forget_documents(self._connection, inserted.first, inserted.last)
        self._connection.execute("DELETE FROM relations WHERE set_id IN (" + _SETS_BETWEEN + ")", (inserted.first, inserted.last))
        self._connection.execute("DELETE FROM documents WHERE id BETWEEN ? AND ?", (inserted.first, inserted.last))
        self._documents.clear()
        self.bulk.append(inserted)

    def _remove_sets(self, added: BulkSets, but_for_step: int) -> None:
        touched = self._connection.execute(
            "SELECT 1 FROM changes c JOIN steps s ON s.id = c.step_id"
            " WHERE c.set_id BETWEEN ? AND ? AND s.id <> ? AND s.state = ? LIMIT 1",
            (added.first, added.last, but_for_step, journal.DONE),
        ).fetchone()
        if touched:
            raise UndoRefused(undoing.CHANGED_LATER)
        statistics.forget_sets(self._connection, added.first, added.last)
        self._connection.execute("DELETE FROM relations WHERE set_id BETWEEN ? AND ?", (added.first, added.last))
        self._connection.execute("DELETE FROM annotation_sets WHERE id BETWEEN ? AND ?", (added.first, added.last))
        statistics.count_fullest(self._connection, added.documents)
        self.bulk.append(added)

    # The one place where rows change

    def _read(self, what: What, set_id: int, key: str) -> Value:
        row = self._connection.execute(sql_of(what).read, place_of(what, set_id, key)).fetchone()
        return None if row is None else CODECS[what].from_row(row)

    def _change(self, what: What, set_id: int, key: str, after: Any) -> None:
        before, after = self._read(what, set_id, key), _as_kept(what, after)
        if before == after:
            return
        sql, to_row = sql_of(what), CODECS[what].to_row
        place = place_of(what, set_id, key)
        if after is None:
            self._connection.execute(sql.delete, place)
        elif before is not None:
            self._connection.execute(sql.update, (*to_row(after), *place))
        else:
            self._connection.execute(sql.insert, to_row(after) if what is What.SCHEME else (set_id, *to_row(after)))
        self.changes.append(Change(what, set_id, key, before, after))


def remembered_document(connection: sqlite3.Connection, documents: dict[int, Document], document_id: int) -> Document | None:
    """Return a document, or None, keeping the last few in ``documents``: their text never changes, nor is their number reused."""
    found = documents.get(document_id) or queries.document(connection, document_id)
    if found is not None and document_id not in documents:
        while len(documents) >= _REMEMBERED:
            del documents[next(iter(documents))]
        documents[document_id] = found
    return found


def _as_rows(item: tuple[Document, Iterable[AnnotationSet]] | DocumentRows) -> DocumentRows:
    return item if isinstance(item, DocumentRows) else rows_of(item[0], ((content, -1) for content in item[1]))


def _as_kept(what: What, value: Any) -> Value:
    """Return a value as it will be read back, so that what is announced is what is there; refused if it cannot be kept.

    Attributes lose tuples and gain sorted keys, for one.
    """
    if value is None:
        return None
    codec = CODECS[what]
    try:
        kept = codec.from_row(codec.to_row(value))
        value_to_journal(what, kept)
    except (TypeError, ValueError) as error:  # lone surrogates, numbers beyond 64 bits, a confidence that is no number
        raise Refused(f"This cannot be saved: {error}.") from error
    return kept


_REMEMBERED = 3
_GONE = "This document is not in the project any more."
_SETS_BETWEEN = "SELECT id FROM annotation_sets WHERE document_id BETWEEN ? AND ?"
