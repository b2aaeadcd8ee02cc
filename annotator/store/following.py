"""Names that came since follow the label scheme when a step that changed it is taken back or brought again.

A step of the scheme changes all annotations that are there, and its turn just those.  What came in between has the names of then: a
person's work, and the suggestions that were copied when an article was opened.  Under names that the scheme lacks it would drop out of an
export, or stand beside the same thing under another name; so it gets the names that the scheme's own record (``domain.renamings``) says.
Where that says nothing, because a name goes that came with the step, the turn is refused with the number.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from annotator.domain.annotations import WHOLE_DOCUMENT, Relation, SetInfo, Span, Verdict
from annotator.domain.changes import BulkCopy, BulkInsert, BulkSets, What
from annotator.domain.labels import LabelScheme
from annotator.domain.renamings import Renaming
from annotator.domain.rules import amount, quoted
from annotator.domain.scheme_edit import Part, names_of
from annotator.domain.scheme_values import value_made, value_texts
from annotator.errors import UndoRefused
from annotator.store import journal, queries, relabelling


class Writer(Protocol):
    """What writes, and records what it wrote: a transaction."""

    def put(self, set_id: int, item: Span | Relation | Verdict) -> None:
        """Put an item in the place of the one with its key."""

    def remove(self, set_id: int, item: Span | Relation | Verdict) -> None:
        """Remove an item."""

    def put_set(self, set_id: int, info: SetInfo) -> None:
        """Change what is said of a whole set."""


_PAGE = 2_000
_KINDS = ((Part.RELATIONS, What.RELATION), (Part.SPANS, What.SPAN))
_SAME_SPAN = 'SELECT 1 FROM spans WHERE set_id = ? AND label = ? AND start = ? AND "end" = ? AND fragments IS'
_SAME_SPAN += " (SELECT fragments FROM spans WHERE set_id = ? AND id = ?)"
_SAME_RELATION = "SELECT 1 FROM relations WHERE set_id = ? AND label = ? AND head = ? AND tail = ?"


def follow(
    connection: sqlite3.Connection,
    step_id: int,
    schemes: tuple[LabelScheme, LabelScheme],
    writer: Writer,
    *,
    moment: int,
    back: bool,
) -> None:
    """Have what came since ``moment`` follow a step that was just turned and led from the first of ``schemes`` to the second.

    ``moment`` is the id of the step that turned it last, or its own.  Raises ``UndoRefused`` where a name has no successor.
    """
    strays = _Strays(connection, step_id, schemes, moment)
    for part, what in _KINDS:
        for set_id, item in strays.labelled(part, what):
            strays.relabel(set_id, item, part, writer)
    rejected = list(strays.rejected())
    for set_id, verdict in rejected:  # all of them first: two labels may have swapped their names
        writer.remove(set_id, verdict)
    for set_id, verdict in rejected:
        writer.put(set_id, strays.moved(verdict))
    for set_id, item in strays.described():
        strays.describe(set_id, item, writer)
    for set_id, info in strays.categorised():
        strays.categorise(set_id, info, writer)
    if strays.left:
        ((part, name), count) = max(strays.left.items(), key=lambda entry: entry[1])
        raise UndoRefused(_reason(_WORDS[part], name, count, back=back))


class _Strays:
    """What came after a moment, and has names that the turn took from the scheme or that mean something else since.

    ``left`` counts what cannot follow, by the name that is lacking.
    """

    def __init__(self, connection: sqlite3.Connection, step_id: int, schemes: tuple[LabelScheme, LabelScheme], moment: int) -> None:
        before, self._after = schemes
        self._connection = connection
        self._since = _Since(connection, step_id, moment)
        self._named = _between(before.renamings, self._after.renamings)
        self._moved = {
            part: _moved(names_of(before, part), names_of(self._after, part), getattr(self._named, part)) for part in Part
        }
        self._moved_values = self._values_moved(before)
        self.left: Counter[tuple[Part, str]] = Counter()

    def labelled(self, part: Part, what: What) -> Iterator[tuple[int, Span | Relation]]:
        """Yield the spans or relations whose label is lost, or called otherwise now."""
        there = relabelling.label_uses(self._connection) if self._moved[part] else {}
        names = sorted(name for name in self._moved[part] if (part, name) in there)
        for page in relabelling.labelled(self._connection, what, names, lambda: _PAGE) if names else ():
            yield from ((set_id, item) for set_id, item in page if self._since.brought(set_id, what, item.id))

    def relabel(self, set_id: int, item: Span | Relation, part: Part, writer: Writer) -> None:
        """Give an item the label that its own is called now; two that say the same are not made of it."""
        new = self._successor(part, item.label)
        if not new or self._is_there(set_id, item, new):
            self.left[part, item.label] += 1
        else:
            writer.put(set_id, replace(item, label=new))

    def rejected(self) -> Iterator[tuple[int, Verdict]]:
        """Yield the remembered rejections of something whose label is called otherwise now."""
        names = sorted(self._moved[Part.SPANS] | self._moved[Part.RELATIONS] | self._moved[Part.CATEGORIES])
        for page in relabelling.rejected(self._connection, names) if names else ():
            for set_id, verdict in page:
                if self.moved(verdict) != verdict and self._since.brought(set_id, What.VERDICT, verdict.signature):
                    yield set_id, verdict

    def moved(self, verdict: Verdict) -> Verdict:
        """Return a rejection under the name of now; one of a label that has none is of no use, and of no harm."""
        label, _, place = verdict.signature.rpartition("@")
        part = Part.CATEGORIES if place == WHOLE_DOCUMENT else Part.RELATIONS if ">" in place else Part.SPANS
        new = self._successor(part, label)
        return replace(verdict, signature=f"{new}@{place}") if new else verdict

    def described(self) -> Iterator[tuple[int, Span | Relation]]:
        """Yield the spans and relations with such an attribute, or one of which a value is such."""
        names = sorted(self._moved[Part.ATTRIBUTES] | self._moved_values.keys())
        for _, what in _KINDS if names else ():
            for page in relabelling.with_attributes(self._connection, what, names):
                yield from ((set_id, item) for set_id, item in page if self._since.brought(set_id, what, item.id))

    def describe(self, set_id: int, item: Span | Relation, writer: Writer) -> None:
        """Give an item's attributes and their values the names of now."""
        made = dict[str, object]()
        for name, value in item.attributes.items():
            lost = self._moved_values.get(name, frozenset())
            told = {old: new for old, new in self._named.values.get(name, {}).items() if old in lost and new}
            if any(text in lost and text not in told for text in value_texts(value)):
                self.left[Part.ATTRIBUTES, name] += 1
                return
            new = self._successor(Part.ATTRIBUTES, name)
            if not new or new in made:
                self.left[Part.ATTRIBUTES, name] += 1
                return
            made[new] = value_made(value, told)
        if made != item.attributes:
            writer.put(set_id, replace(item, attributes=made))

    def categorised(self) -> Iterator[tuple[int, SetInfo]]:
        """Yield the annotation sets with such a category."""
        names = sorted(self._moved[Part.CATEGORIES])
        for page in relabelling.with_categories(self._connection, names) if names else ():
            yield from ((set_id, info) for set_id, info in page if self._since.brought(set_id, What.SET, ""))

    def categorise(self, set_id: int, info: SetInfo, writer: Writer) -> None:
        """Give the categories of a set the names of now."""
        named = {name: self._successor(Part.CATEGORIES, name) for name in info.categories}
        unknown = [name for name, new in named.items() if not new]
        if unknown:
            self.left[Part.CATEGORIES, unknown[0]] += 1
        else:
            writer.put_set(set_id, replace(info, categories=tuple(dict.fromkeys(named.values()))))

    def _successor(self, part: Part, name: str) -> str:
        """Return what a name is called now, and nothing where nobody can tell."""
        if name not in self._moved[part]:
            return name
        names: Mapping[str, str] = getattr(self._named, part)
        return names.get(name, "") if names.get(name, "") in names_of(self._after, part) else ""

    def _values_moved(self, before: LabelScheme) -> dict[str, frozenset[str]]:
        """Return, by attribute, the values that its list lost, or that are called otherwise; one without a list takes any text."""
        lists = {attribute.name: attribute.values for attribute in self._after.attributes}
        found: dict[str, frozenset[str]] = {}
        for attribute in before.attributes:
            now = lists.get(self._named.attributes.get(attribute.name, attribute.name), ())
            names = self._named.values.get(attribute.name, {})
            moved = _moved(attribute.values if now else (), now, names)
            if moved:
                found[attribute.name] = moved
        return found

    def _is_there(self, set_id: int, item: Span | Relation, label: str) -> bool:
        if isinstance(item, Span):
            values = (set_id, label, item.start, item.end, set_id, item.id)
            return self._connection.execute(_SAME_SPAN, values).fetchone() is not None
        return self._connection.execute(_SAME_RELATION, (set_id, label, item.head, item.tail)).fetchone() is not None


class _Since:
    """What was made, changed or brought since a moment, but for what one step did."""

    def __init__(self, connection: sqlite3.Connection, step_id: int, moment: int) -> None:
        self._connection = connection
        self._step_id = step_id
        self._moment = moment
        turned = connection.execute("SELECT undoes FROM steps WHERE id > ? AND undoes <> ?", (moment, step_id))
        self._turned = {row[0] for row in turned}
        self._copied = set[int]()
        self._ranges: list[BulkInsert | BulkSets] = []
        sql = "SELECT what, set_id, key, before, after FROM changes WHERE step_id > ? AND what LIKE 'bulk-%'"
        for row in connection.execute(sql, (moment,)):
            match journal.entry_of(*row):
                case BulkCopy(set_id, _):
                    self._copied.add(set_id)
                case BulkInsert() | BulkSets() as entry:
                    self._ranges.append(entry)
        self._set_id = 0
        self._keys = set[tuple[str, str]]()
        self._own = set[tuple[str, str]]()
        self._whole = False

    def brought(self, set_id: int, what: What, key: str) -> bool:
        """Tell whether something came, or was changed, since then."""
        if set_id != self._set_id:
            self._look_at(set_id)
        place = str(what), key
        return place not in self._own and (self._whole or place in self._keys)

    def _look_at(self, set_id: int) -> None:
        self._set_id = set_id
        sql = "SELECT step_id, what, key FROM changes WHERE set_id = ?"
        rows = self._connection.execute(sql, (set_id,)).fetchall()
        self._keys = {(what, key) for step, what, key in rows if step > self._moment or step in self._turned}
        self._own = {(what, key) for step, what, key in rows if step == self._step_id}
        info = queries.set_info(self._connection, set_id) if self._ranges else None
        document_id = 0 if info is None else info.document_id
        self._whole = set_id in self._copied or any(
            entry.first <= (document_id if isinstance(entry, BulkInsert) else set_id) <= entry.last for entry in self._ranges
        )


def _between(before: Sequence[Renaming], after: Sequence[Renaming]) -> Renaming:
    """Return the change of names that leads from one record to another, which has one change more or less; an empty one else."""
    if len(after) == len(before) + 1 and tuple(after[:-1]) == tuple(before):
        return after[-1]
    if len(before) == len(after) + 1 and tuple(before[:-1]) == tuple(after):
        return before[-1].inverse()
    return Renaming("")


def _moved(before: Iterable[str], after: Iterable[str], names: Mapping[str, str]) -> frozenset[str]:
    """Return the names that are lost, and those that stand for something else than before."""
    return frozenset(before).difference(after) | {old for old, new in names.items() if new and new != old}


def _reason(word: str, name: str, count: int, *, back: bool) -> str:
    lacking, those = quoted(name), amount(count, word)
    if back:
        return (
            f"This step cannot be taken back: the label scheme would lack {lacking}, which {those} got since. "
            "Give it another name in the label scheme instead, or take it from them first."
        )
    return f"This step cannot be brought again: the label scheme would lack {lacking}, which {those} got since. Take it from them first."


_WORDS = {Part.SPANS: "span", Part.RELATIONS: "relation", Part.ATTRIBUTES: "annotation", Part.CATEGORIES: "annotation set"}
