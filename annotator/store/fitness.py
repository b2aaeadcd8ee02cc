"""What is done stays fit to train on, in whatever order steps are taken back or brought again.

Marking a document done is refused while something in it breaks a rule, and each edit of a done document keeps to the rules or takes the
document up again.  Undo could get round both: what a later step had made right is wrong again, and the later “done” stands.  Such a turn
is refused with the reason, as one is that would touch what a later step changed; it cannot take the document up again by itself, since a
turn is the exact inverse of its step and leaves no changes of its own in the history by which it could be taken back in turn.

Going back in order is never refused for this.  It leads to what was there before, and there a done document may well have broken a rule:
an import brings such documents, and narrowing the label scheme makes them; both say so and are allowed.  So only those done sets are
looked at that, or whose label scheme, some other step changed since, and in them only what breaks a rule now and did not before the turn.
"""

from __future__ import annotations

import operator
import sqlite3
from collections import defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence

import orjson

from annotator.domain.annotations import Relation, Span, text_order
from annotator.domain.changes import BulkInsert, What
from annotator.domain.documents import Status
from annotator.domain.labels import LabelScheme
from annotator.domain.rules import Problem, keeping_from_done
from annotator.domain.text import Tokens
from annotator.errors import UndoRefused
from annotator.store import journal, queries
from annotator.store.rows import RELATION_COLUMNS, SET_COLUMNS, SPAN_COLUMNS, row_relation, row_span, text_scheme
from annotator.store.undoing import KeptChange

_JUDGED = {
    What.SPAN: operator.itemgetter(*(SPAN_COLUMNS.index(name) for name in ("start", '"end"', "label", "fragments"))),
    What.RELATION: operator.itemgetter(*(RELATION_COLUMNS.index(name) for name in ("label", "head", "tail"))),
}
"""What of a row the rules look at: a turn that changes nothing of it, or only removes, breaks none."""

_STATUS = SET_COLUMNS.index("status")
_NO_TOKENS = Tokens()  # a cut token keeps nothing from being done


def must_stay_fit(connection: sqlite3.Connection, step_id: int, changes: Sequence[KeptChange], *, moment: int, back: bool) -> None:
    """Raise ``UndoRefused`` where a turn of a step, just written, leaves a document done that breaks a rule by it.

    ``changes`` are those of the turn; ``moment`` is the id of the step that turned it last, or its own.
    """
    others = journal.turned_since(connection, step_id, moment)
    if not others:
        return
    given, finished = _brought(changes)
    now = _scheme(connection)
    schemes = (change.before for change in changes if change.what is What.SCHEME)
    earlier = next((before for before in schemes if isinstance(before, LabelScheme)), now)
    suspects = _done_among(connection, given | finished)
    for what, label in _narrowed(earlier, now):
        suspects.update(connection.execute(_DONE_WITH_LABEL, (str(what), label)))
    if not suspects:
        return
    since = _Since(connection, others)
    of_sets = _by_set(changes, suspects)
    for set_id, document_id in sorted(suspects.items()):
        if not since.touches(set_id, document_id):
            continue
        was_done = set_id not in finished
        found = _first_broken(connection, (set_id, document_id), of_sets[set_id], (earlier, now), was_done=was_done)
        if found is not None:
            raise UndoRefused(_reason(*found, was_done=was_done, back=back))


def _brought(changes: Iterable[KeptChange]) -> tuple[set[int], set[int]]:
    """Return the sets to which a turn brings something that the rules look at, and those that it makes done."""
    given, finished = set[int](), set[int]()
    for change in changes:
        was, then = change.was, change.then
        if then is None:
            continue
        judged = _JUDGED.get(change.what)
        if judged is not None:
            if was is None or judged(was) != judged(then):
                given.add(change.set_id)
        elif change.what is What.SET and then[_STATUS] == Status.DONE and (was is None or was[_STATUS] != Status.DONE):
            finished.add(change.set_id)
    return given, finished


def _done_among(connection: sqlite3.Connection, sets: set[int]) -> dict[int, int]:
    """Return those of some sets that are done, each with its document."""
    if not sets:
        return {}
    sql = "SELECT id, document_id FROM annotation_sets WHERE id IN (SELECT value FROM json_each(?)) AND status = 'done'"
    return dict(connection.execute(sql, (orjson.dumps(list(sets)).decode(),)))


def _by_set(changes: Iterable[KeptChange], wanted: Container[int]) -> defaultdict[int, list[KeptChange]]:
    found: defaultdict[int, list[KeptChange]] = defaultdict(list)
    for change in changes:
        if change.set_id in wanted:
            found[change.set_id].append(change)
    return found


class _Since:
    """What some steps changed or brought.  Each set is looked up by itself: such a step may have changed a million others."""

    def __init__(self, connection: sqlite3.Connection, steps: Iterable[int]) -> None:
        self._connection = connection
        self._steps = set(steps)
        self._first = min(self._steps)
        self._runs: list[BulkInsert] = []
        self._all = False
        sql = "SELECT step_id, what, after FROM changes WHERE set_id = 0 AND step_id >= ?"
        for step_id, what, after in connection.execute(sql, (self._first,)):
            if step_id not in self._steps:
                continue
            if what == str(What.SCHEME):
                self._all = True
                return
            entry = journal.entry_of(what, 0, "", None, after)
            self._runs += [entry] if isinstance(entry, BulkInsert) else []

    def touches(self, set_id: int, document_id: int) -> bool:
        """Tell whether they changed a set, or the label scheme it is judged by, or brought its document."""
        if self._all or any(run.first <= document_id <= run.last for run in self._runs):
            return True
        sql = "SELECT step_id FROM changes WHERE set_id = ? AND step_id >= ?"
        return any(step_id in self._steps for (step_id,) in self._connection.execute(sql, (set_id, self._first)))


def _narrowed(before: LabelScheme, after: LabelScheme) -> list[tuple[What, str]]:
    """Return the labels of which something may break a rule that broke none: those that go, and relation labels with other rules."""
    gone = {label.name for label in before.spans} - {label.name for label in after.spans}
    rules = {(one.name, frozenset(one.head), frozenset(one.tail), one.symmetric, one.reflexive) for one in before.relations}
    rules -= {(one.name, frozenset(one.head), frozenset(one.tail), one.symmetric, one.reflexive) for one in after.relations}
    return [*((What.SPAN, name) for name in sorted(gone)), *((What.RELATION, name) for name in sorted({one[0] for one in rules}))]


def _first_broken(
    connection: sqlite3.Connection,
    place: tuple[int, int],
    changes: Iterable[KeptChange],
    schemes: tuple[LabelScheme, LabelScheme],
    *,
    was_done: bool,
) -> tuple[str, Problem] | None:
    """Return the document's name and the first problem that the turn makes; where it makes the document done, any that is there."""
    set_id, document_id = place
    named = queries.document_text(connection, document_id)
    assert named is not None  # a foreign key holds it
    name, text = named
    spans = {span.id: span for span in queries.spans(connection, set_id)}
    relations = {relation.id: relation for relation in queries.relations(connection, set_id)}
    wrong = keeping_from_done(text, _NO_TOKENS, schemes[1], spans, relations.values())
    if wrong and was_done:
        wrong = _judged(text, schemes[1], spans, relations)
        for change in changes:  # what was there, from what is
            if change.what is What.SPAN:
                spans.pop(change.key, None)
                spans.update({} if change.was is None else {change.key: row_span(change.was)})
            elif change.what is What.RELATION:
                relations.pop(change.key, None)
                relations.update({} if change.was is None else {change.key: row_relation(change.was)})
        known = {(problem.rule, problem.item) for problem in _judged(text, schemes[0], spans, relations)}
        wrong = [problem for problem in wrong if (problem.rule, problem.item) not in known]
    return (name, wrong[0]) if wrong else None


def _judged(text: str, scheme: LabelScheme, spans: Mapping[str, Span], relations: Mapping[str, Relation]) -> list[Problem]:
    """Return what keeps a set from being done; always in one order, or of two that say the same now this one is wrong and now that."""
    in_order = {span.id: span for span in sorted(spans.values(), key=text_order)}
    return keeping_from_done(text, _NO_TOKENS, scheme, in_order, [relations[key] for key in sorted(relations)])


def _reason(name: str, problem: Problem, *, was_done: bool, back: bool) -> str:
    if not back:
        return f"This step cannot be brought again: “{name}” would be done and break a rule. {problem.message} It stays taken back."
    if was_done:
        return (
            f"This step cannot be taken back while “{name}” is done: it would break a rule. {problem.message} "
            "Take the document up again first."
        )
    return f"This step cannot be taken back: “{name}” would be done again and break a rule. {problem.message} Mend that first."


def _scheme(connection: sqlite3.Connection) -> LabelScheme:
    text = queries.project_value(connection, "scheme")
    return text_scheme(text) if text else LabelScheme()


# Only what is done is looked at, however often the label is in models' sets.
_DONE_WITH_LABEL = """SELECT a.id, a.document_id FROM set_totals t
CROSS JOIN annotation_sets a ON a.annotator = t.annotator AND a.kind = t.kind AND a.status = t.status
CROSS JOIN set_labels l ON l.what = ? AND l.label = ? AND l.document_id = a.document_id AND l.set_id = a.id WHERE t.status = 'done'"""
