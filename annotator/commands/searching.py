"""Searching by a regular expression, and acting on what a search found: many documents, one step, nothing passed over in silence."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import TimeoutError as TooLong
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import islice
from typing import Any, Protocol

from annotator.commands.command import (
    Command,
    approve,
    begin_work,
    reject,
    remove_with_relations,
    reopen_if_illegal,
    replace_span,
)
from annotator.commands.documents import open_for
from annotator.domain.annotations import Relation, Span
from annotator.domain.changes import ChangeSet, Lane, What
from annotator.domain.progress import Progress
from annotator.domain.rules import ALLOWED, quoted, span_problems
from annotator.domain.text import Range
from annotator.errors import AnnotatorError, Refused, UndoRefused
from annotator.jobs.workers import WorkerProcess
from annotator.store import queries, search
from annotator.store.project import Project
from annotator.store.queries import Connection
from annotator.store.search import Line
from annotator.store.transaction import Transaction

MOST_NAMED = 200
"""So many of what was left alone are named; the rest is counted."""

MOST_MATCHES = 10_000
"""Most matches taken from one document."""

PATIENCE = 2.0
"""Seconds that a regular expression may take for one document."""

_BATCH, _BATCH_TEXT = 64, 1_000_000


# Regular expressions


def regex_lines(
    connection: Connection,
    pattern: str,
    documents: Iterable[int],
    worker: WorkerProcess,
    *,
    ignore_case: bool = True,
    person: str = "",
    given_up: list[str] | None = None,
) -> Iterator[Line]:
    """Yield a line for each match of a regular expression in the texts of some documents; for a job's reader connection.

    The matching is done in ``worker``, since nothing stops an expression that has lost itself but the end of its process.  A document that
    takes longer than ``PATIENCE`` is left out, and its name put into ``given_up``.  Matches of nothing (``x*``) are not hits.  Raises
    ``Refused`` for what is no expression.
    """
    flags = re.IGNORECASE if ignore_case else 0
    try:
        re.compile(pattern, flags)
    except (re.error, RecursionError, OverflowError) as error:
        raise Refused(f"This is no regular expression: {error}.") from error
    for batch in _batches(connection, documents):
        for number, name, text, ranges in _matched(batch, pattern, flags, worker):
            if ranges is None:
                if given_up is not None:
                    given_up.append(name)
                continue
            yield from search.range_lines(connection, number, name, text, ranges, person=person)


def matches(pattern: str, flags: int, texts: Sequence[str]) -> list[list[Range]]:
    """Return where an expression matches in each text, in code points; what a worker process does."""
    compiled = re.compile(pattern, flags)
    return [[found.span() for found in islice(compiled.finditer(text), MOST_MATCHES) if found.group()] for text in texts]


_Text = tuple[int, str, str]  # id, name, text


def _batches(connection: Connection, documents: Iterable[int]) -> Iterator[list[_Text]]:
    batch: list[_Text] = []
    length = 0
    for number in documents:
        found = queries.document_text(connection, number)
        if found is not None:
            batch.append((number, *found))
            length += len(found[1])
        if len(batch) >= _BATCH or length >= _BATCH_TEXT:
            yield batch
            batch, length = [], 0
    if batch:
        yield batch


def _matched(
    batch: list[_Text], pattern: str, flags: int, worker: WorkerProcess
) -> Iterator[tuple[int, str, str, list[Range] | None]]:
    try:
        found: Sequence[list[Range] | None] = _in_time(worker, pattern, flags, batch)
    except TooLong:  # one of them is to blame, the others are not
        found = [_alone(worker, pattern, flags, entry) for entry in batch]
    for entry, ranges in zip(batch, found, strict=True):
        yield *entry, ranges


def _alone(worker: WorkerProcess, pattern: str, flags: int, entry: _Text) -> list[Range] | None:
    try:
        return _in_time(worker, pattern, flags, [entry])[0]
    except TooLong:
        return None


def _in_time(worker: WorkerProcess, pattern: str, flags: int, batch: list[_Text]) -> list[list[Range]]:
    if not worker.started:
        worker.submit(matches, "", 0, ()).result()  # the first start takes a second, which is not the expression's fault
    try:
        return worker.submit(matches, pattern, flags, [text for _, _, text in batch]).result(timeout=PATIENCE)
    except TooLong:
        worker.close(kill=True)
        raise


# Acting on what was found


class Action(StrEnum):
    """What is done with each ticked line: label its place, give its span another label, or remove its span or relation."""

    LABEL = "label"
    RELABEL = "relabel"
    REMOVE = "remove"


@dataclass(slots=True)
class Acted:
    """What a bulk action did.

    ``changed`` counts items made, changed, accepted or removed; ``same`` those that were so already.  ``left`` names the first lines left
    alone, each with the reason, and ``reasons`` counts all of them by reason.
    """

    changed: int = 0
    same: int = 0
    left: list[tuple[Line, str]] = field(default_factory=list)
    reasons: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    @property
    def left_alone(self) -> int:
        """How many lines were left alone."""
        return sum(self.reasons.values())

    def leave(self, line: Line, reason: str) -> None:
        """Count a line that was left alone."""
        self.reasons[reason] += 1
        if len(self.left) < MOST_NAMED:
            self.left.append((line, reason))

    def add(self, other: Acted) -> None:
        """Add what a further chunk did."""
        self.changed += other.changed
        self.same += other.same
        self.left += other.left[: MOST_NAMED - len(self.left)]
        for reason, count in other.reasons.items():
            self.reasons[reason] += count


class Host(Protocol):
    """What a bulk action needs of a session."""

    project: Project
    annotator: str

    def execute(self, command: Command, *, step_id: int = 0) -> Any:
        """Run a command."""
        ...

    def undo_step(self, step_id: int) -> ChangeSet | None:
        """Take back one step."""
        ...


def act_on(lines: Sequence[Line], action: Action, label: str = "") -> Command:
    """Do one action on some lines, in the sets of the person who acts; returns ``Acted``.

    A document is opened for the person where it was not.  A line that speaks of another annotator's item means the same item in the
    person's own set: the copy that has its label and place.  A line for which the action would break a rule, or whose item is gone, is left
    alone with the reason.
    """

    def run(tx: Transaction) -> Acted:
        acted = Acted()
        by_document: defaultdict[int, list[Line]] = defaultdict(list)
        for line in lines:
            by_document[line.document_id].append(line)
        for document_id, some in by_document.items():
            if tx.document(document_id) is None:
                for line in some:
                    acted.leave(line, "The document is not in the project any more.")
                continue
            set_id = open_for(document_id, tx.actor).run(tx)
            for line in some:
                try:
                    did = _ACTIONS[action](tx, set_id, line, label)
                except Refused as refusal:
                    acted.leave(line, str(refusal))
                else:
                    acted.changed += did
                    acted.same += not did
        return acted

    texts = {Action.LABEL: "Label what was found as {}", Action.RELABEL: "Relabel what was found as {}"}
    return Command(texts.get(action, "Remove {}"), run, label if action is not Action.REMOVE else "what was found")


def act_on_all(
    host: Host, lines: Iterable[Line], action: Action, label: str = "", *, chunk: int = 500, progress: Progress | None = None
) -> Acted:
    """Do one action on any number of lines as one step, in chunks; an error or a cancel takes all of it back.

    ``SearchStep`` is the same for a window, which runs the chunks between its own events.
    """
    progress = progress or Progress()
    stream = iter(lines)
    with SearchStep(host, action, label) as step:
        while some := list(islice(stream, chunk)):
            step.add(some)
            progress.advance(len(some))
    return step.acted


class SearchStep:
    """The step of one bulk action, as a context: left normally it is finished, left by an exception it is taken back.

    It is an edit like any other: undo takes all of it back at once.  ``acted`` says what was done so far, ``kept`` why, after an
    exception, it could not be taken back; else that is empty.
    """

    def __init__(self, host: Host, action: Action, label: str = "") -> None:
        self._host = host
        self._action, self._label = action, label
        self._step_id = 0
        self.acted = Acted()
        self.kept = ""

    def __enter__(self) -> SearchStep:
        command = act_on((), self._action, self._label)
        project = self._host.project
        self._step_id = project.begin_step(command.text, command.detail, actor=self._host.annotator, lane=Lane.EDIT)
        return self

    def add(self, lines: Sequence[Line]) -> None:
        """Act on some lines more."""
        self.acted.add(self._host.execute(act_on(lines, self._action, self._label), step_id=self._step_id))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if kind is not None:
            try:
                self._host.undo_step(self._step_id)
            except UndoRefused as refusal:
                self.kept = f"The action stopped before its end. What it had done was kept: {refusal}"
            except AnnotatorError:
                return  # the disk that refused the edit refuses this too: the next opening takes the step back
        self._host.project.finish_step(self._step_id)


def _label(tx: Transaction, set_id: int, line: Line, label: str) -> bool:
    if line.relation_id:
        raise Refused("A relation cannot be labelled as a span.")
    document, scheme = tx.document_of(set_id), tx.scheme
    span = Span(tx.new_id(set_id, What.SPAN), ((line.start, line.end),), label, origin=f"person:{tx.actor}")
    wrong = [problem for problem in span_problems(span, document.text, document.tokens, scheme) if problem.rule not in ALLOWED]
    if wrong:
        raise Refused(wrong[0].message)
    standing = [found for found in tx.spans_starting(set_id, line.start) if found.fragments == span.fragments]
    same = next((found for found in standing if found.label == label), None)
    if same is not None and same.reviewed:
        return False
    other = next((found for found in standing if found.reviewed), None)
    if other is not None:
        raise Refused(f"{quoted(line.hit)} is labelled {other.label} there.")
    begin_work(tx, set_id)
    if same is None and standing:
        replace_span(tx, set_id, standing[0], replace(standing[0], label=label))
    else:
        approve(tx, set_id, same or span)
    return True


def _relabel(tx: Transaction, set_id: int, line: Line, label: str) -> bool:
    span = _own_span(tx, set_id, line)
    if span.label == label and span.reviewed:
        return False
    replace_span(tx, set_id, span, replace(span, label=label))
    reopen_if_illegal(tx, set_id, span.id)
    return True


def _remove(tx: Transaction, set_id: int, line: Line, label: str) -> bool:
    del label
    begin_work(tx, set_id)
    if not line.relation_id:
        remove_with_relations(tx, set_id, _own_span(tx, set_id, line))
        return True
    found = tx.relation(set_id, line.relation_id) if line.set_id == set_id else _copied_relation(tx, set_id, line)
    if found is None:
        raise Refused("This relation is not there any more.")
    reject(tx, set_id, found)
    tx.remove(set_id, found)
    return True


def _copied_relation(tx: Transaction, set_id: int, line: Line) -> Relation | None:
    origin = f"{line.annotator}/{line.relation_id}"
    starting = tx.spans_starting(set_id, line.start)
    linked = (relation for span in starting for relation in tx.relations_of(set_id, span.id))
    return next((relation for relation in linked if relation.derived_from == origin), None)


def _own_span(tx: Transaction, set_id: int, line: Line) -> Span:
    """Return the span a line means: itself in the person's set, or what has its label and place there."""
    if not line.span_id:
        raise Refused(f"{quoted(line.hit)} has no span there.")
    if line.set_id == set_id:
        span = tx.span(set_id, line.span_id)
    else:
        theirs = tx.span(line.set_id, line.span_id)
        same = tx.spans_starting(set_id, line.start)
        span = next((found for found in same if theirs is not None and found.signature == theirs.signature), None)
    if span is None:
        raise Refused("This span is not there any more.")
    return span


_ACTIONS: dict[Action, Callable[[Transaction, int, Line, str], bool]] = {
    Action.LABEL: _label,
    Action.RELABEL: _relabel,
    Action.REMOVE: _remove,
}
