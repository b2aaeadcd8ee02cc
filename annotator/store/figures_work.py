"""What the history tells of the work: documents done by day, and how much time documents, days and actions took.

Time is measured in the steps of each actor's ``edit`` lane, in their order, those that were taken back and the taking back included, for
they were work too.  The time between two neighbouring steps counts, for the document of the second, where it is no longer than ``pause``
seconds; a longer one was a break and counts nothing, and so does one before which the clock was put back.  A step that changes several
documents, or none, counts for the day and for its action, but for no document.

Worked on, on a day, are the documents that the steps standing from that day changed, each once: what was taken back is no work to look
at, as with the edits, and a step over many documents was work on each of them, though nobody can say how long.  ``figures_behind``
lists these very documents, so that a figure leads to as many as it says.  What the program took back by itself, of a step that a killed
one had left unfinished, is nobody's work and not here at all.

What this cannot see: reading after the last step of a document counts for the document of the next step, the first step of all
has no time, and steps that were pruned are not there.  Days are ISO dates in the time zone of this computer.

Everything here walks the history and is for a job's reader connection; inside ``search.interruptible`` it can be stopped.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field

import orjson

from annotator.store import figures
from annotator.store.figures import DAY, Day

PAUSE = 300.0
"""Seconds after which the time between two steps is taken for a break."""

UNDO, REDO = "Undo", "Redo"
"""What taking a step back and bringing it again are called among the actions."""


@dataclass(frozen=True, slots=True)
class Done:
    """How many documents more a person was done with at the end of a day than the day before; below 0 where more were reopened.

    The entries of a person add up to the number of documents done now: a running total over the days, in order, is progress.  What the
    history does not tell of, documents that were imported as done or whose steps were pruned, stands under the day "", which comes first.
    """

    day: str
    annotator: str
    documents: int


@dataclass(frozen=True, slots=True)
class DocumentTime:
    """How long one annotator worked on one document, in seconds, and in how many steps; ``done`` where the annotator is done with it."""

    document_id: int
    name: str
    annotator: str
    seconds: float
    edits: int
    done: bool


@dataclass(frozen=True, slots=True)
class ActionTime:
    """How long one kind of step took one annotator ("" for all together), in seconds from the step before.

    ``action`` is the step's text as the history has it ("Label as {}"), UNDO or REDO.  ``count`` are all such steps, ``timed`` those with a
    time; median and ninetieth percentile (nearest rank) are of these, 0 where there are none.
    """

    action: str
    annotator: str
    count: int
    timed: int
    median: float
    ninetieth: float


@dataclass(frozen=True, slots=True)
class DayWork(Day):
    """A day with the time worked in seconds, and the number of documents that edits which stand changed."""

    seconds: float
    documents: int


@dataclass(frozen=True, slots=True)
class Pace:
    """How quick one annotator is: all time worked, in seconds, on how many days; and how many documents that are done have a time.

    Median and ninetieth percentile (nearest rank) are seconds of such a document; ``an_hour`` is how many of them fit into an hour of the
    time spent on them.  All are 0 where there is none.
    """

    annotator: str
    seconds: float
    days: int
    documents: int
    median: float
    ninetieth: float
    an_hour: float


@dataclass(frozen=True, slots=True)
class Times:
    """What took how long; ``together`` are the actions of all annotators as one."""

    documents: list[DocumentTime]
    actions: list[ActionTime]
    together: list[ActionTime]
    paces: list[Pace]


@dataclass(frozen=True, slots=True)
class Work(Times):
    """All that the history tells."""

    done: list[Done]
    days: list[DayWork]


def done_by_day(connection: sqlite3.Connection) -> list[Done]:
    """Return how many documents each person became done with on each day, by day and person."""
    found = [Done(*row) for row in connection.execute(_DONE)]
    now = dict(connection.execute("SELECT annotator, sets FROM set_totals WHERE kind = 'person' AND status = 'done'").fetchall())
    for entry in found:
        now[entry.annotator] = now.get(entry.annotator, 0) - entry.documents
    found += [Done("", annotator, rest) for annotator, rest in now.items() if rest]
    return sorted(found, key=lambda entry: (entry.day, entry.annotator))


def work(connection: sqlite3.Connection, pause: float = PAUSE) -> Work:
    """Return everything that the history tells of the work."""
    tally = _tallied(connection, pause)
    found = _times(connection, tally)
    done, days = done_by_day(connection), _day_work(connection, tally)
    return Work(found.documents, found.actions, found.together, found.paces, done, days)


def times(connection: sqlite3.Connection, pause: float = PAUSE) -> Times:
    """Return what took how long, walking over the history once."""
    return _times(connection, _tallied(connection, pause))


def day_work(connection: sqlite3.Connection, pause: float = PAUSE) -> list[DayWork]:
    """Return what was done on each day and how long it took, the newest first, then by annotator."""
    return _day_work(connection, _tallied(connection, pause))


def percentile(ordered: list[float], percent: int) -> float:
    """Return the value at the nearest rank of rising values, 0 where there are none."""
    return ordered[max(0, -(-len(ordered) * percent // 100) - 1)] if ordered else 0.0


@dataclass(slots=True)
class _Tally:
    """Sums over the steps, by (document, annotator), by (action, annotator) and by (day, annotator)."""

    document_seconds: defaultdict[tuple[int, str], float] = field(default_factory=lambda: defaultdict(float))
    document_steps: defaultdict[tuple[int, str], int] = field(default_factory=lambda: defaultdict(int))
    action_steps: defaultdict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    action_seconds: defaultdict[tuple[str, str], array[float]] = field(default_factory=lambda: defaultdict(_none))
    day_seconds: defaultdict[tuple[str, str], float] = field(default_factory=lambda: defaultdict(float))
    day_edits: defaultdict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))
    day_documents: defaultdict[tuple[str, str], set[int]] = field(default_factory=lambda: defaultdict(set))


def _none() -> array[float]:
    return array("d")


def _tallied(connection: sqlite3.Connection, pause: float) -> _Tally:
    """Walk over the steps of all ``edit`` lanes in order, each with the time since the one before of the same actor."""
    tally = _Tally()
    before: dict[str, int] = {}
    longest = pause * 1000
    for step_id, day, moment, actor, action, stands, document, elsewhere in connection.execute(_STEPS):
        seconds = 0.0
        tally.action_steps[action, actor] += 1
        if moment is not None:
            earlier = before.get(actor)
            if earlier is not None and 0 <= moment - earlier <= longest:
                seconds = (moment - earlier) / 1000
                tally.action_seconds[action, actor].append(seconds)
            before[actor] = moment
        tally.day_seconds[day, actor] += seconds
        tally.day_edits[day, actor] += stands
        if stands:
            alone = document and not elsewhere
            tally.day_documents[day, actor].update((document,) if alone else _documents_of(connection, step_id))
        if document and not elsewhere:
            tally.document_seconds[document, actor] += seconds
            tally.document_steps[document, actor] += 1
    return tally


def _documents_of(connection: sqlite3.Connection, step_id: int) -> Iterator[int]:
    return (row[0] for row in connection.execute(_TOUCHED, (step_id,)))


def _times(connection: sqlite3.Connection, tally: _Tally) -> Times:
    documents = _document_times(connection, tally)
    return Times(documents, _action_times(tally), _action_times(tally, together=True), _paces(tally, documents))


def _document_times(connection: sqlite3.Connection, tally: _Tally) -> list[DocumentTime]:
    numbers = orjson.dumps(sorted({document_id for document_id, _ in tally.document_seconds})).decode()
    names = dict(connection.execute(_NAMES, (numbers,)).fetchall())
    actors = {actor for _, actor in tally.document_seconds}
    finished = {(row[0], actor) for actor in actors for row in connection.execute(_FINISHED, (actor,))}
    found = [
        DocumentTime(key[0], names[key[0]], key[1], seconds, tally.document_steps[key], key in finished)
        for key, seconds in tally.document_seconds.items()
        if key[0] in names
    ]
    return sorted(found, key=lambda entry: (-entry.seconds, entry.document_id, entry.annotator))


def _action_times(tally: _Tally, *, together: bool = False) -> list[ActionTime]:
    counts: Counter[tuple[str, str]] = Counter()
    times: defaultdict[tuple[str, str], array[float]] = defaultdict(_none)
    for (action, actor), count in tally.action_steps.items():
        key = action, "" if together else actor
        counts[key] += count
        times[key].extend(tally.action_seconds[action, actor])
    found: list[ActionTime] = []
    for key, count in counts.items():
        some = sorted(times[key])
        found.append(ActionTime(*key, count, len(some), percentile(some, 50), percentile(some, 90)))
    return sorted(found, key=lambda entry: (-entry.count, entry.action, entry.annotator))


def _day_work(connection: sqlite3.Connection, tally: _Tally) -> list[DayWork]:
    done = figures.done_on_days(connection)
    found = [
        DayWork(*key, tally.day_edits[key], done.get(key, 0), seconds, len(tally.day_documents[key]))
        for key, seconds in tally.day_seconds.items()
    ]
    found.sort(key=lambda entry: entry.annotator)
    return sorted(found, key=lambda entry: entry.day, reverse=True)


def _paces(tally: _Tally, documents: list[DocumentTime]) -> list[Pace]:
    worked: Counter[str] = Counter()
    spent: defaultdict[str, float] = defaultdict(float)
    for (_, annotator), seconds in tally.day_seconds.items():
        worked[annotator] += 1
        spent[annotator] += seconds
    finished: defaultdict[str, list[float]] = defaultdict(list)
    for entry in documents:
        if entry.done and entry.seconds:
            finished[entry.annotator].append(entry.seconds)
    found: list[Pace] = []
    for annotator, seconds in sorted(spent.items()):
        some = sorted(finished[annotator])
        an_hour = len(some) * 3600 / sum(some) if some else 0.0
        found.append(Pace(annotator, seconds, worked[annotator], len(some), percentile(some, 50), percentile(some, 90), an_hour))
    return found


_DOCUMENT = """coalesce((SELECT a.document_id FROM annotation_sets a WHERE a.id = c.set_id),
    CASE c.what WHEN 'set' THEN json_extract(coalesce(c.after, c.before), '$[0]') END)"""
"""The document of a change ``c``, as SQL; that of a set which is gone, as the change itself has it."""

_RECOVERED = """s.undoes IS NOT NULL AND s.actor = 'recovery' AND (SELECT m.actor FROM steps m WHERE m.id = s.undoes) <> s.actor"""
"""Whether a step ``s`` is the program's own (``Project.recover``), as SQL; a person who goes by that name undoes steps of that name."""

_TOUCHED = """SELECT DISTINCT a.document_id FROM (SELECT DISTINCT c.set_id FROM changes c WHERE c.step_id = ?) t
CROSS JOIN annotation_sets a ON a.id = t.set_id"""

# The last column looks for a change in another document than the first one's, and stops there: a step lists its changes by kind, so
# that its first and its last may be in one document and those between them in all others.
_STEPS = f"""WITH walked AS MATERIALIZED (SELECT s.id, s.at, s.actor, coalesce(s.undoes, s.id) AS made,
    CASE WHEN s.undoes IS NULL THEN s.text
        WHEN (SELECT count(*) FROM steps u WHERE u.undoes = s.undoes AND u.id <= s.id) % 2 THEN '{UNDO}' ELSE '{REDO}' END AS action,
    s.undoes IS NULL AND s.state = 0 AS stands,
    (SELECT {_DOCUMENT} FROM changes c WHERE c.step_id = coalesce(s.undoes, s.id) AND c.set_id > 0 ORDER BY c.number LIMIT 1)
        AS document
    FROM steps s WHERE s.lane = 'edit' AND NOT ({_RECOVERED}))
SELECT s.id, {DAY}, CAST(round((julianday(s.at) - 2440587.5) * 86400000) AS INTEGER), s.actor, s.action, s.stands, s.document,
    EXISTS (SELECT 1 FROM changes c WHERE c.step_id = s.made AND c.set_id > 0 AND {_DOCUMENT} <> s.document)
FROM walked s ORDER BY s.id"""

_NAMES = "SELECT d.id, d.name FROM json_each(?) j CROSS JOIN documents d ON d.id = j.value"
_FINISHED = "SELECT document_id FROM annotation_sets WHERE annotator = ? AND kind = 'person' AND status = 'done'"

_DONE = f"""SELECT {DAY} AS day, json_extract(coalesce(c.after, c.before), '$[1]') AS annotator,
    sum((json_extract(c.after, '$[3]') IS 'done') - (json_extract(c.before, '$[3]') IS 'done')) AS documents
FROM steps s CROSS JOIN changes c ON c.step_id = s.id
WHERE s.undoes IS NULL AND s.state = 0 AND c.what = 'set' AND json_extract(coalesce(c.after, c.before), '$[2]') = 'person'
GROUP BY 1, 2 HAVING documents <> 0"""
