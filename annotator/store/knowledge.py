"""Looking things up in the knowledge base of a project: by id, as one types, and for the text of a span.

Every function is for any connection and, but for those that say so, takes a few milliseconds with a million entries: the index gives
names from the frequent to the rare, and of a beginning that very many names have only the first are looked at.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from annotator.domain.knowledge import Entry, Hit, Match, Why, best, fold_name, forms_of, initials_of, is_abbreviation, parts_of
from annotator.domain.renamings import followed
from annotator.errors import ProjectError
from annotator.store import queries
from annotator.store.rows import text_scheme

COLUMNS = "id, name, aliases, description, url, label, frequency"
LOOKED_AT, LINKS_LOOKED_AT = 200, 400
"""Most names that are fetched for one reason, and most linked spans of one length."""

TEXT_LOOKED_AT = 8_000_000
"""After so many characters of documents nothing more is read for the links of a text: some ten milliseconds."""

SCANNED = 20_000
"""Up to so many names, what was typed is looked for inside them too: there is no index for that."""

_INDEXED = 4
"""Characters of the longest beginning of a word that has an index of its own (``schema``)."""

_TRIED = 1_000
_MOST_WORDS = 12
_LAST = "\U0010ffff"
_BATCH = 500


@dataclass(frozen=True, slots=True)
class State:
    """How much a knowledge base holds, the file that was loaded last, and when (ISO, UTC); zeros and empty where there is none."""

    entries: int = 0
    names: int = 0
    source: str = ""
    loaded: str = ""


def state(connection: sqlite3.Connection) -> State:
    """Return how much is loaded."""
    return State(*connection.execute("SELECT entries, names, source, loaded FROM knowledge").fetchone())


def count(connection: sqlite3.Connection) -> int:
    """Return the number of entries."""
    return connection.execute("SELECT entries FROM knowledge").fetchone()[0]


def place_in_use(connection: sqlite3.Connection) -> int:
    """Return which of the two places holds the knowledge base."""
    return connection.execute("SELECT place FROM knowledge").fetchone()[0]


def entry(connection: sqlite3.Connection, entry_id: str) -> Entry | None:
    """Return the entry with an id, or None."""
    return entries(connection, (entry_id,)).get(entry_id)


def entries(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, Entry]:
    """Return the entries that some ids have, by id; ids that have none are left out."""
    return {row[0]: row_entry(row) for row in _Names(connection).rows(COLUMNS, "id", ids)}


def all_entries(connection: sqlite3.Connection) -> Iterator[Entry]:
    """Yield all entries in the order in which they were loaded, a few at a time; walks the whole knowledge base."""
    sql = f"SELECT number, {COLUMNS} FROM knowledge_{place_in_use(connection)} WHERE number > ? ORDER BY number LIMIT {_BATCH}"
    last = 0
    while rows := connection.execute(sql, (last,)).fetchall():  # no statement stays open: whoever reads here may be slow
        yield from (row_entry(row[1:]) for row in rows)
        last = rows[-1][0]


def entries_of_one_moment(connection: sqlite3.Connection) -> Generator[Entry, None, None]:
    """Yield all entries as they are when the first is asked for, whatever another program loads meanwhile.

    Raises ``ProjectError`` after the last where these are not all.  Whoever stops before closes the iterator: it may hold a transaction.
    """
    # Outside WAL a transaction would keep the writer out; there a load that comes between is found at the end instead.
    view = not connection.in_transaction and connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    if view:
        connection.execute("BEGIN")
    try:
        before, number = state(connection), 0
        for one in all_entries(connection):
            number += 1
            yield one
        if state(connection) != before:
            raise ProjectError("The knowledge base was changed while it was being saved, so nothing was saved; save it again.")
        if number != before.entries:
            told = f"The knowledge base has {number} entries but should have {before.entries}, so nothing was saved; check the project."
            raise ProjectError(told)
    finally:
        if view:
            connection.execute("ROLLBACK")


def row_entry(row: Sequence[Any]) -> Entry:
    """Return an entry of a row of ``COLUMNS``."""
    entry_id, name, aliases, *rest = row
    return Entry(entry_id, name, tuple(aliases.split("\n")) if aliases else (), *rest)


def search(connection: sqlite3.Connection, typed: str, label: str = "", limit: int = 50) -> list[Match]:
    """Return the entries that are meant by what was typed, the best first: an id, or the beginning of every word of a name.

    Entries of another label than ``label`` come after the others, whatever the labels of both were called before.  A small knowledge base
    is searched inside of words too.
    """
    folded = fold_name(typed)
    if not folded:
        return []
    names = _Names(connection)
    typed = typed.strip()
    hits = [Hit(number, "", Why.ID) for number in names.numbers((typed, typed.upper(), typed.lower())).values()]
    hits += names.equal(folded, Why.EXACT)
    below = f"{folded}{_LAST}"
    hits += names.where("folded > ? AND folded < ? ORDER BY folded", (folded, below), Why.BEGINNING)
    for hit in names.having(folded.split(), star=True):
        hits.append(hit._replace(why=Why.BEGINNING) if hit.folded.startswith(folded) else hit)
    if len({hit.entry for hit in hits}) < limit and state(connection).names <= SCANNED:
        hits += names.where("instr(folded, ?) ORDER BY number", (folded,), Why.INSIDE)
    return names.matches(best(names.labelled(hits, label), limit))


def candidates(connection: sqlite3.Connection, surface: str, label: str = "", limit: int = 10) -> list[Match]:
    """Return the entries that a span with this text may mean, the likeliest first.

    What the project links the same text to is among them even where the knowledge base does not have it; its name is then the text.
    """
    forms = forms_of(surface)
    if not forms:
        return []
    names = _Names(connection)
    linked = linked_before(connection, surface)
    numbers = names.numbers(linked)
    missing = dict(enumerate((key for key in linked if key not in numbers), 1))
    hits = [Hit(numbers[key], forms[0], Why.LINKED) for key in numbers]
    hits += [Hit(-number, forms[0], Why.LINKED, times=linked[key]) for number, key in missing.items()]
    hits += [hit for form in forms for hit in names.equal(form, Why.EXACT)]
    hits += [hit for form in forms for part in parts_of(form) for hit in names.equal(part, Why.PART)]
    hits += names.having(forms[0].split(), star=False)
    if is_abbreviation(surface.strip()):
        hits += names.where("initials = ? ORDER BY number", (fold_name(surface.replace(".", "")),), Why.INITIALS)
    if initials := initials_of(surface):
        hits += names.equal(initials, Why.INITIALS)
    times = {number: linked[key] for key, number in numbers.items()}
    hits = [hit._replace(times=times[hit.entry]) if hit.entry in times else hit for hit in hits]
    flat = " ".join(surface.split())
    return names.matches(best(names.labelled(hits, label), limit), {-number: Entry(key, flat) for number, key in missing.items()})


def linked_before(connection: sqlite3.Connection, surface: str) -> dict[str, int]:
    """Return the ids that reviewed spans with this text have, with how often, the most frequent first.

    Of very many, and of those in very long documents, the latest count.  Capitals and diacritics make no difference, but the length in
    code points does.
    """
    folded, length = fold_name(surface), len(surface)
    rows = connection.execute(
        "SELECT a.document_id, s.start, s.kb_id FROM spans s INDEXED BY spans_linked_by_length JOIN annotation_sets a ON a.id = s.set_id"
        " WHERE s.\"end\" - s.start = ? AND s.kb_id <> '' AND s.fragments IS NULL AND s.reviewed = 1 ORDER BY s.set_id DESC LIMIT ?",
        (length, LINKS_LOOKED_AT),
    ).fetchall()
    links: dict[int, list[tuple[int, str]]] = {}  # by document, since SQLite would read all of its text anew for each link
    for document, start, kb_id in rows:
        links.setdefault(document, []).append((start, kb_id))
    found: Counter[str] = Counter()
    read = 0
    for document, there in links.items():
        row = connection.execute("SELECT text FROM documents WHERE id = ?", (document,)).fetchone()
        text = row[0] if row else ""  # removed a moment ago by whoever writes
        found.update(kb_id for start, kb_id in there if fold_name(text[start : start + length]) == folded)
        read += len(text)
        if read >= TEXT_LOOKED_AT:
            break
    return dict(found.most_common())


@dataclass(frozen=True, slots=True)
class Linked:
    """An id that spans are linked to: how many, and the name of its entry, None where there is none."""

    id: str
    spans: int
    name: str | None


def linked_ids(connection: sqlite3.Connection, place: int | None = None) -> list[Linked]:
    """Return the ids that spans are linked to, the most frequent first, and what they mean in a place, else in that in use.

    Walks all links.
    """
    place = place_in_use(connection) if place is None else place
    rows = connection.execute(
        f"""SELECT l.kb_id, l.spans, k.name FROM (SELECT kb_id, count(*) AS spans FROM spans WHERE kb_id <> '' GROUP BY kb_id) l
        LEFT JOIN knowledge_{place} k ON k.id = l.kb_id ORDER BY l.spans DESC, l.kb_id"""
    )
    return [Linked(*row) for row in rows]


def linked_ids_without_entry(connection: sqlite3.Connection, place: int | None = None) -> list[tuple[str, int]]:
    """Return the ids that a place, else that in use, does not have, though spans are linked to them, with the number of spans.

    Walks all links.
    """
    return [(row.id, row.spans) for row in linked_ids(connection, place) if row.name is None]


def linked_span_count(connection: sqlite3.Connection) -> int:
    """Return how many spans are linked to an entry, and would lose its name without the knowledge base; walks all links."""
    return connection.execute(
        f"SELECT count(*) FROM spans WHERE kb_id <> '' AND kb_id IN (SELECT id FROM knowledge_{place_in_use(connection)})"
    ).fetchone()[0]


class _Names:
    """The names in use, and the way from them to their entries."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._place = place_in_use(connection)

    def equal(self, folded: str, why: Why) -> list[Hit]:
        """Return the names that are this one."""
        return self.where("folded = ? ORDER BY number", (folded,), why)

    def where(self, condition: str, values: tuple[Any, ...], why: Why) -> list[Hit]:
        """Return the first of the names that fulfil a condition in SQL."""
        sql = f"SELECT entry, folded, number FROM knowledge_names_{self._place} WHERE {condition} LIMIT {LOOKED_AT}"
        return [Hit(entry, folded, why, number) for entry, folded, number in self._connection.execute(sql, values)]

    def having(self, words: Iterable[str], *, star: bool) -> list[Hit]:
        """Return the most frequent of the names that have all words, or with ``star`` for each a word that begins so."""
        wanted = [word for word in dict.fromkeys(words) if any(map(str.isalnum, word))][:_MOST_WORDS]
        if not wanted:
            return []
        if star and any(len(word) > _INDEXED for word in wanted):
            # Of beginnings that have an index of their own the first names come at once; longer ones are gathered from all words
            # that begin so, which takes long where these are frequent.  Where they are not, few of the first names have them.
            found: list[Hit] = []
            for tried, hit in enumerate(self._matching(f'"{word[:_INDEXED]}"*' for word in wanted)):
                if _has_all(hit.folded, wanted):
                    found.append(hit)
                if len(found) == LOOKED_AT or tried == _TRIED:
                    break
            else:
                return found  # there are no more
            if len(found) == LOOKED_AT:
                return found
        return list(islice(self._matching(f'"{word}"*' if star else f'"{word}"' for word in wanted), LOOKED_AT))

    def _matching(self, terms: Iterable[str]) -> Iterator[Hit]:
        index, names = f"knowledge_index_{self._place}", f"knowledge_names_{self._place}"
        sql = f"SELECT n.entry, n.folded, n.number FROM {index} i JOIN {names} n ON n.number = i.rowid WHERE i.{index} MATCH ?"
        rows = self._connection.execute(f"{sql} ORDER BY i.rowid", (" AND ".join(terms),))
        return (Hit(entry, folded, Why.WORDS, number) for entry, folded, number in rows)

    def numbers(self, ids: Iterable[str]) -> dict[str, int]:
        """Return the numbers of the entries that some ids have, by id."""
        return dict(self.rows("id, number", "id", ids))

    def labelled(self, hits: list[Hit], label: str) -> list[Hit]:
        """Return hits that know whether their entries have another label than the wanted one."""
        if not label:
            return hits
        labels: dict[int, str] = dict(self.rows("number, label", "number", (hit.entry for hit in hits)))
        now = self._now(set(labels.values()) - {""})
        other = {name for name, called in now.items() if called != label}
        return [hit._replace(other=True) if labels.get(hit.entry) in other else hit for hit in hits]

    def _now(self, labels: Iterable[str]) -> dict[str, str]:
        """Return what labels of entries are called now, by the names that the entries have.

        A scheme's renaming leaves the entries as they are, for the file they came from is not the project's.  A name of an entry is that
        of the moment when the file was loaded; one that was no label then either, because the file is older, is a former name.
        """
        kept = queries.project_value(self._connection, "scheme")
        scheme = text_scheme(kept) if kept else None
        if scheme is None or not scheme.renamings:
            return {name: name for name in labels}
        known = {one.name for one in scheme.spans}
        loaded = state(self._connection).loaded
        then = [renaming for renaming in scheme.renamings if renaming.at < loaded]
        found: dict[str, str] = {}
        for name in labels:
            called = followed(name, "spans", then, scheme.renamings)
            # The place where it was given up last: all former names of a long history would take longer than the looking up itself.
            given_up = [place for place, renaming in enumerate(scheme.renamings) if name in renaming.spans]
            if called not in known and given_up:
                called = followed(name, "spans", scheme.renamings[: given_up[-1]], scheme.renamings)
            found[name] = called or name
        return found

    def matches(self, hits: Sequence[Hit], others: Mapping[int, Entry] | None = None) -> list[Match]:
        """Return what is offered for some hits; ``others`` are entries that are not in the knowledge base."""
        there = dict(others or {})
        there.update((row[0], row_entry(row[1:])) for row in self.rows(f"number, {COLUMNS}", "number", (hit.entry for hit in hits)))
        found = ((there[hit.entry], hit) for hit in hits if hit.entry in there)
        return [Match(one, _name_of(one, hit.folded), hit.why, hit.times) for one, hit in found]

    def rows(self, columns: str, key: str, values: Iterable[str] | Iterable[int]) -> Iterator[Any]:
        """Yield columns of the entries that have one of some values in the column ``key``."""
        distinct = list(dict.fromkeys(values))
        sql = f"SELECT {columns} FROM knowledge_{self._place} WHERE {key} IN ({{}})"
        for start in range(0, len(distinct), _BATCH):
            some = distinct[start : start + _BATCH]
            yield from self._connection.execute(sql.format(", ".join("?" * len(some))), some)


def _has_all(folded: str, beginnings: Iterable[str]) -> bool:
    words = folded.split()
    return all(any(word.startswith(beginning) for word in words) for beginning in beginnings)


def _name_of(one: Entry, folded: str) -> str:
    """Return the name of an entry that is this one folded."""
    return next((name for name in one.names if fold_name(name) == folded), one.name)
