"""How well each suggester does: its sets compared with those of finished documents, and what people made of what it suggested.

It only reads.  A document is finished when it has gold, or a person is done with it (of several, the first by name counts, as it does for
learning).  A suggester that learns from finished documents is
compared fairly all the same, for ``refreshing.put_suggestions`` gives it no set on a document that was finished before, nor changes one
there.  A pipeline that somebody trained on an export of these very documents cannot be told from another; its scores mean nothing.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any

from annotator.commands.outcomes import Outcome, outcomes
from annotator.commands.suggester_setups import finished_set
from annotator.domain.agreement import Counts, exact_relations, exact_spans, overlapping_spans
from annotator.domain.annotations import AnnotationSet, Kind, SetInfo
from annotator.domain.changes import BulkCopy, BulkInsert, BulkSets, ChangeSet, What
from annotator.domain.progress import Progress
from annotator.store import queries, scoring
from annotator.store.queries import Connection

GROUP = 16
"""So many documents that follow each other are counted together: a million finished ones then take some ten megabytes."""

_EXACT, _OVERLAPPING, _MADE_OF_IT = 0, 3, 6
"""Where a row of a tally has what: twice three counts, then a count for each outcome."""

_SUGGESTED = 2
"""Of three counts the one that the suggester has."""

_PLACES = {outcome: place for place, outcome in enumerate(Outcome, _MADE_OF_IT)}
_WIDTH = _MADE_OF_IT + len(Outcome)
_NONE = Counts()

_Key = tuple[str, What, str]  # suggester, span or relation, label


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of one suggester for one label.

    ``exact`` and ``overlapping`` count matches in the finished documents that it has a set on, what is right being the reference; relations
    are compared exactly alone.  The others count what it suggested to people, in whatever documents: taken as it was, taken with another
    label or place, removed, and not decided on yet.
    """

    exact: Counts = _NONE
    overlapping: Counts = _NONE
    accepted: int = 0
    changed: int = 0
    rejected: int = 0
    waiting: int = 0

    def to_dict(self, *, relations: bool = False) -> dict[str, Any]:
        """Return the figures as plain JSON data; a share of nothing is None."""
        shares = {"exact": self.exact} if relations else {"exact": self.exact, "overlapping": self.overlapping}
        return {
            "to_find": self.exact.reference,
            "suggested": self.exact.candidate,
            **{
                name: {"matched": counts.matched, "precision": precision(counts), "recall": recall(counts), "f1": f1(counts)}
                for name, counts in shares.items()
            },
            "accepted": self.accepted,
            "changed": self.changed,
            "rejected": self.rejected,
            "waiting": self.waiting,
        }


@dataclass(slots=True)
class SuggesterScores:
    """The scores of one suggester by label, and of all labels together under ""; ``documents`` of its are finished."""

    suggester: str
    documents: int = 0
    spans: dict[str, Score] = field(default_factory=dict)
    relations: dict[str, Score] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the scores as plain JSON data; all labels together stand under "all"."""
        found: dict[str, Any] = {"suggester": self.suggester, "documents": self.documents}
        for name, scores in (("spans", self.spans), ("relations", self.relations)):
            plain = {label: score.to_dict(relations=scores is self.relations) for label, score in scores.items()}
            found[name] = {"all": plain.pop("", None), "labels": plain}
        return found


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of all suggesters of a project; ``documents`` are finished and have the set of a suggester."""

    documents: int = 0
    suggesters: tuple[SuggesterScores, ...] = ()


def precision(counts: Counts) -> float | None:
    """Return the precision, None where nothing was suggested."""
    return counts.precision if counts.candidate else None


def recall(counts: Counts) -> float | None:
    """Return the recall, None where there was nothing to find."""
    return counts.recall if counts.reference else None


def f1(counts: Counts) -> float | None:
    """Return the F1, None where there was nothing to find and nothing was suggested."""
    return counts.f1 if counts.reference or counts.candidate else None


@dataclass(slots=True)
class _Tally:
    documents: int = 0
    looked_at: Counter[str] = field(default_factory=Counter)
    rows: dict[_Key, list[int]] = field(default_factory=dict)

    def row(self, key: _Key) -> list[int]:
        return self.rows.setdefault(key, [0] * _WIDTH)

    def add(self, other: _Tally, sign: int = 1) -> None:
        self.documents += sign * other.documents
        for name, count in other.looked_at.items():
            self.looked_at[name] += sign * count
        for key, figures in other.rows.items():
            row = self.row(key)
            for place, figure in enumerate(figures):
                row[place] += sign * figure


@dataclass(slots=True)
class _Stale:
    """What was committed since the last look."""

    sets: set[int] = field(default_factory=set)
    documents: set[int] = field(default_factory=set)
    ranges: list[tuple[int, int]] = field(default_factory=list)
    everything: bool = False

    def take(self, changes: ChangeSet) -> None:
        for change in changes.changes:
            if change.what is What.SCHEME:
                self.everything = True
            elif change.what is What.SET:
                infos = (value for value in (change.before, change.after) if isinstance(value, SetInfo))
                self.documents.update(info.document_id for info in infos)
            else:
                self.sets.add(change.set_id)
        for entry in changes.bulk:
            match entry:
                case BulkInsert(first, last):
                    self.ranges.append((first, last))
                case BulkCopy(_, document_id):
                    self.documents.add(document_id)
                case BulkSets(_, _, documents):
                    self.documents.update(documents)

    def groups(self, connection: Connection, among: Collection[int]) -> list[int]:
        if self.everything:
            return list(among)
        touched = {number // GROUP for number in self.documents | scoring.documents_of_sets(connection, self.sets)}
        ranges = [(first // GROUP, last // GROUP) for first, last in self.ranges]
        return [group for group in among if group in touched or any(first <= group <= last for first, last in ranges)]


class Scoreboard:
    """The scores of one project, kept: after an edit only the documents around it are compared again.

    ``forget`` may be called from any thread; of two ``update`` at a time the second waits.
    """

    def __init__(self) -> None:
        self._updating, self._lock = threading.Lock(), threading.Lock()
        self._groups: dict[int, _Tally] = {}
        self._total = _Tally()
        self._stale: list[_Stale] = []
        """None, until there is something that may become stale; then the one that takes what is committed is the last."""

    def forget(self, changes: ChangeSet) -> None:
        """Have what was committed counted anew at the next ``update``."""
        with self._lock:
            if self._stale:
                self._stale[-1].take(changes)

    def update(self, connection: Connection, progress: Progress | None = None) -> Scores:
        """Return the scores as of now.  Walks what people worked on, the first time; raises ``Cancelled`` and keeps what it has."""
        progress = progress or Progress()
        with self._updating:
            self._drop_stale(connection)
            symmetric = scoring.symmetric_labels(connection)
            names = scoring.suggester_names(connection)
            wanted = scoring.groups_worked_on(connection, GROUP) if names else set()
            for group in self._groups.keys() - wanted:
                self._drop(group)
            todo = sorted(wanted - self._groups.keys())
            progress.start("Comparing suggesters", len(todo))
            for group in todo:
                self._groups[group] = _compared(connection, group, symmetric)
                self._total.add(self._groups[group])
                progress.advance()
            return _scores(self._total, names)

    def _drop_stale(self, connection: Connection) -> None:
        """Drop what was committed until now; what cannot be found out because somebody cancelled is left for the next time."""
        with self._lock:
            stale = list(self._stale)
            self._stale.append(_Stale())
        for group in {group for one in stale for group in one.groups(connection, self._groups)}:
            self._drop(group)
        with self._lock:
            del self._stale[: len(stale)]

    def _drop(self, group: int) -> None:
        self._total.add(self._groups.pop(group), -1)


def scores(connection: Connection, progress: Progress | None = None) -> Scores:
    """Return the scores of all suggesters of a project; walks what people worked on, so it is for a job."""
    return Scoreboard().update(connection, progress)


def _compared(connection: Connection, group: int, symmetric: frozenset[str]) -> _Tally:
    tally = _Tally()
    for _, sets in scoring.sets_between(connection, group * GROUP, (group + 1) * GROUP - 1):
        chosen = finished_set(sets)
        contents = {key: content for key, _ in sets if (content := queries.annotation_set(connection, key)) is not None}
        models = {one.info.annotator: one for one in contents.values() if one.info.kind is Kind.MODEL}
        if chosen in contents and models:
            tally.documents += 1
            for name, model in models.items():
                tally.looked_at[name] += 1
                _compare(tally, name, contents[chosen], model, symmetric)
        for content in contents.values():
            if content.info.kind is Kind.PERSON:
                for name, what, label, outcome in outcomes(content, models):
                    tally.row((name, what, label))[_PLACES[outcome]] += 1
    return tally


def _compare(tally: _Tally, name: str, right: AnnotationSet, model: AnnotationSet, symmetric: frozenset[str]) -> None:
    spans = list(right.spans.values()), list(model.spans.values())
    for what, place, by_label in (
        (What.SPAN, _EXACT, exact_spans(*spans)),
        (What.SPAN, _OVERLAPPING, overlapping_spans(*spans)),
        (What.RELATION, _EXACT, exact_relations(right, model, symmetric)),
    ):
        for label, counts in by_label.items():
            row = tally.row((name, what, label))
            for offset, figure in enumerate((counts.matched, counts.reference, counts.candidate)):
                row[place + offset] += figure


def _scores(total: _Tally, names: Sequence[str]) -> Scores:
    found = []
    for name in names:
        one = SuggesterScores(name, total.looked_at[name])
        for what, scores_by_label in ((What.SPAN, one.spans), (What.RELATION, one.relations)):
            rows = {label: row for (maker, kind, label), row in total.rows.items() if maker == name and kind is what and any(row)}
            if what is What.RELATION and not any(any(row[_SUGGESTED:_OVERLAPPING] + row[_MADE_OF_IT:]) for row in rows.values()):
                continue  # it suggests no relations, so that there is nothing to judge
            if rows:
                scores_by_label[""] = _score([sum(column) for column in zip(*rows.values(), strict=True)])
            scores_by_label.update({label: _score(rows[label]) for label in sorted(rows)})
        found.append(one)
    return Scores(total.documents, tuple(found))


def _score(row: Sequence[int]) -> Score:
    return Score(Counts(*row[_EXACT:_OVERLAPPING]), Counts(*row[_OVERLAPPING:_MADE_OF_IT]), *row[_MADE_OF_IT:])
