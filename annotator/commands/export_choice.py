"""Choosing what is exported: for each document the gold set or the best there is, and what stays behind with its reason."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import ne

from annotator.commands.export_filter import Only, Tests, tests_of
from annotator.commands.sharding import MOST_LOSSES
from annotator.domain.annotations import Kind, SetInfo
from annotator.domain.documents import Status
from annotator.domain.exchange import Fate, Loss
from annotator.store import queries
from annotator.store.queries import Connection

STATUSES = {"new": Status.NEW, "in-progress": Status.IN_PROGRESS, "skipped": Status.SKIPPED}
"""What ``ExportOptions.status`` can be beside "done" and "any"."""


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What is exported and how.

    ``status`` is "done" (gold alone), "any", or one of ``STATUSES``: then the sets of persons that are as far as this, "new" being what
    no person has begun.  ``only`` leaves out whatever else it does not take.  ``annotator`` picks one annotator's sets; ``sets`` is
    "chosen" (one set a document) or "all" (every one, for formats that can tell them apart).  ``format_options`` go to the writer.
    ``shard`` is the most documents that one file holds; None is 20,000 for formats that are built in memory, and no limit for those that
    stream; 0 is no limit for any.
    """

    format: str = "spacy"
    status: str = "done"
    annotator: str = ""
    sets: str = "chosen"
    shard: int | None = None
    format_options: Mapping[str, str] = field(default_factory=dict)
    only: Only = field(default_factory=Only)


@dataclass(slots=True)
class Choice:
    """What an export will hold, and what it leaves out, with the reason.

    ``documents`` and ``sets`` belong together by position: ids of documents in order, each with the id of a set (0 for none).  Plain
    numbers, so that a million documents take 16 MB.  ``left_out`` names the first ``MOST_LOSSES``, ``more`` counts those after them;
    ``filtered`` counts the documents that the filter does not take.
    """

    documents: array[int] = field(default_factory=lambda: array("q"))
    sets: array[int] = field(default_factory=lambda: array("q"))
    left_out: list[Loss] = field(default_factory=list)
    more: int = 0
    filtered: int = 0

    def part(self, first: int, stop: int) -> Choice:
        """Return some of it, by position."""
        return Choice(self.documents[first:stop], self.sets[first:stop])

    def document_count(self) -> int:
        """Return how many documents there are; the sets of one follow each other."""
        return bool(self.documents) + sum(map(ne, self.documents, self.documents[1:]))

    def add(self, document_id: int, set_id: int) -> None:
        """Take one more set, or, with 0, the bare document."""
        self.documents.append(document_id)
        self.sets.append(set_id)


_Sets = list[tuple[int, SetInfo]]


def choose(connection: Connection, options: ExportOptions) -> Choice:
    """Choose the annotation sets to export.

    For each document the gold set (see the glossary in ``annotator.domain``); with status "any" else a person's, else a model's.  A
    document that several persons have done differently is left out and named, unless ``annotator`` picks one.  With ``sets`` "all"
    every set of each document that qualifies.
    """
    choice = Choice()
    disputed = queries.disputed(connection)
    tests = tests_of(connection, options.only)
    for document_id, every in queries.all_sets(connection):
        if not tests.document(document_id):
            choice.filtered += 1
            continue
        sets = [entry for entry in every if entry[1].annotator == options.annotator] if options.annotator else every
        if options.sets == "all":
            _choose_all(choice, document_id, sets, options, tests)
        elif options.status in STATUSES:
            _choose_status(connection, choice, document_id, sets, options, tests=tests)
        elif document_id in disputed and not options.annotator:
            names = _names(entry for entry in sets if entry[1].kind is Kind.PERSON and entry[1].status is Status.DONE)
            reason = f"{names} have done it differently; adjudicate it, or pick one with --annotator"
            _leave_out(connection, choice, document_id, reason)
        else:
            _choose_one(connection, choice, document_id, sets, options, tests=tests)
    return choice


def _choose_all(choice: Choice, document_id: int, sets: _Sets, options: ExportOptions, tests: Tests) -> None:
    if options.status == "done" and not any(_finished(info) for _, info in sets):
        return
    if options.status in STATUSES:
        sets = _with_status(sets, STATUSES[options.status])
    elif not sets and not options.annotator:
        _take(choice, document_id, None, tests)
    taken = [entry for entry in sets if tests.chosen(*entry)]
    for set_id, _ in taken:
        choice.add(document_id, set_id)
    choice.filtered += bool(sets) and not taken


def _choose_status(
    connection: Connection, choice: Choice, document_id: int, sets: _Sets, options: ExportOptions, *, tests: Tests
) -> None:
    found = _with_status(sets, STATUSES[options.status])
    if len(found) > 1:
        _leave_out(connection, choice, document_id, f"{_names(found)} have it as {options.status}; pick one with --annotator")
    elif found:
        _take(choice, document_id, found[0], tests)


def _with_status(sets: _Sets, status: Status) -> _Sets:
    """Return the sets of persons with a status; of "new", where no person has begun, those of models if no person has a set."""
    persons = [entry for entry in sets if entry[1].kind is Kind.PERSON]
    if status is not Status.NEW:
        return [entry for entry in persons if entry[1].status is status]
    if any(entry[1].status is not Status.NEW for entry in persons):
        return []
    return persons or [entry for entry in sets if entry[1].kind is Kind.MODEL]


def _choose_one(
    connection: Connection, choice: Choice, document_id: int, sets: _Sets, options: ExportOptions, *, tests: Tests
) -> None:
    finished = [entry for entry in sets if _finished(entry[1])]
    adjudicated = [entry for entry in finished if entry[1].kind is Kind.GOLD]
    # Several that are done say the same, or the document would be disputed: the oldest stands for them, as in the view gold_sets.
    ranked = sorted(adjudicated or finished, key=lambda entry: entry[0])
    if not ranked and options.status == "any":
        persons = [entry for entry in sets if entry[1].kind is Kind.PERSON and entry[1].status is not Status.SKIPPED]
        models = [entry for entry in sets if entry[1].kind is Kind.MODEL]
        started = [entry for entry in persons if entry[1].status is Status.IN_PROGRESS]
        if len(started) > 1:
            _leave_out(connection, choice, document_id, f"{_names(started)} are at work on it; pick one with --annotator")
            return
        ranked = started or persons[:1] or models
        if len(models) > 1 and not persons:
            reason = f"several models labelled it ({_names(models)}); pick one with --annotator"
            _leave_out(connection, choice, document_id, reason)
            return
    if ranked:
        _take(choice, document_id, ranked[0], tests)


def _take(choice: Choice, document_id: int, entry: tuple[int, SetInfo] | None, tests: Tests) -> None:
    """Choose a set, or with None the bare document, if the filter takes it."""
    set_id, info = entry or (0, None)
    if tests.chosen(set_id, info):
        choice.add(document_id, set_id)
    else:
        choice.filtered += 1


def _names(sets: Iterable[tuple[int, SetInfo]]) -> str:
    return ", ".join(info.annotator for _, info in sets)


def _finished(info: SetInfo) -> bool:
    return info.kind is Kind.GOLD or (info.kind is Kind.PERSON and info.status is Status.DONE)


def _leave_out(connection: Connection, choice: Choice, document_id: int, reason: str) -> None:
    if len(choice.left_out) >= MOST_LOSSES:
        choice.more += 1
        return
    found = queries.document(connection, document_id)
    if found is not None:
        choice.left_out.append(Loss(found.name, "document", "", "", found.text[:60], Fate.DROPPED, reason, document_id=document_id))
