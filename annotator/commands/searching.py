"""Acting on what a search found: many documents, one step, nothing passed over in silence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from itertools import islice
from typing import Any, Protocol

from annotator.commands.command import (
    Command,
    approve,
    begin_work,
    find_set,
    refuse_twin,
    reject,
    remove_with_relations,
    reopen_if_illegal,
    replace_span,
)
from annotator.commands.documents import open_for
from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.changes import ChangeSet, Lane, What
from annotator.domain.progress import Progress
from annotator.domain.rules import ALLOWED, quoted, span_problems
from annotator.errors import AnnotatorError, Refused, UndoRefused
from annotator.store.project import Project
from annotator.store.search import Line
from annotator.store.transaction import Transaction

MOST_NAMED = 200
"""So many of what was left alone are named; the rest is counted."""


class Action(StrEnum):
    """What is done with each ticked line: label its place, give its span another label, or remove its span or relation.

    ``DECIDE`` gives the span another label where there is one, and labels the place where there is none.
    """

    LABEL = "label"
    RELABEL = "relabel"
    REMOVE = "remove"
    DECIDE = "decide"


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

    def leave_open(self, step_id: int, error: AnnotatorError) -> str:
        """Remember a step that could not be taken back, to do it before the next edit; returns what its user is to hear."""
        ...


def open_for_all(lines: Sequence[Line], annotator: str) -> Command:
    """Open the documents of some lines for a person, as opening each of them in the window would."""

    def run(tx: Transaction) -> None:
        for document_id in dict.fromkeys(line.document_id for line in lines):
            if tx.document(document_id) is not None:
                open_for(document_id, annotator).run(tx)

    return Command("Open the {}", run, "documents", Lane.SYSTEM)


def act_on(lines: Sequence[Line], action: Action, label: str = "") -> Command:
    """Do one action on some lines, in the sets of the person who acts; returns ``Acted``.

    The documents were opened for the person before (``open_for_all``).  A line that speaks of another annotator's item means the same item
    in the person's own set: the copy that has its label and place.  A line for which the action would break a rule, or whose item is
    gone, is left alone with the reason.
    """

    def run(tx: Transaction) -> Acted:
        acted = Acted()
        for line in lines:
            set_id = find_set(tx, line.document_id, tx.actor, Kind.PERSON)
            try:
                if set_id is None:
                    raise Refused("The document is not in the project any more.")
                did = _ACTIONS[action](tx, set_id, line, label)
            except Refused as refusal:
                acted.leave(line, str(refusal))
            else:
                acted.changed += did
                acted.same += not did
        return acted

    if action is Action.REMOVE:
        return Command("Remove {}", run, "what was found")
    if action is Action.LABEL:
        return Command("Label what was found as {}", run, label)
    if action is Action.RELABEL:
        return Command("Relabel what was found as {}", run, label)
    return Command("Decide what was found as {}", run, label)


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
        """Act on some lines more; documents that the person never opened are opened first, which undo leaves."""
        self._host.execute(open_for_all(lines, self._host.annotator))
        self.acted.add(self._host.execute(act_on(lines, self._action, self._label), step_id=self._step_id))

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if kind is not None:
            try:
                self._host.undo_step(self._step_id)
            except UndoRefused as refusal:
                self.kept = f"The action stopped before its end. What it had done was kept: {refusal}"
            except AnnotatorError as failure:
                self.kept = self._host.leave_open(self._step_id, failure)
                return
        self._host.project.finish_step(self._step_id)


def _label(tx: Transaction, set_id: int, line: Line, label: str) -> bool:
    if line.relation_id:
        raise Refused("A relation cannot be labelled as a span.")
    document, scheme = tx.document_of(set_id), tx.scheme
    span = Span(tx.new_id(set_id, What.SPAN), ((line.start, line.end),), label, origin=f"person:{tx.actor}")
    wrong = [problem for problem in span_problems(span, document.text, document.tokens, scheme) if problem.rule not in ALLOWED]
    if wrong:
        raise Refused(wrong[0].message)
    standing = [found for found in tx.spans(set_id, starting=line.start) if found.fragments == span.fragments]
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
    changed = replace(span, label=label)
    refuse_twin(tx, set_id, changed)
    replace_span(tx, set_id, span, changed)
    reopen_if_illegal(tx, set_id, span.id)
    return True


def _decide(tx: Transaction, set_id: int, line: Line, label: str) -> bool:
    return (_relabel if line.span_id else _label)(tx, set_id, line, label)


def _remove(tx: Transaction, set_id: int, line: Line, label: str) -> bool:
    del label
    if not line.relation_id:
        span = _own_span(tx, set_id, line)
        begin_work(tx, set_id)
        remove_with_relations(tx, set_id, span)
        return True
    found = tx.relation(set_id, line.relation_id) if line.set_id == set_id else _copied_relation(tx, set_id, line)
    if found is None:
        raise Refused("This relation is not there any more.")
    begin_work(tx, set_id)
    reject(tx, set_id, found)
    tx.remove(set_id, found)
    return True


def _copied_relation(tx: Transaction, set_id: int, line: Line) -> Relation | None:
    origin = f"{line.annotator}/{line.relation_id}"
    starting = tx.spans(set_id, starting=line.start)
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
        same = tx.spans(set_id, starting=line.start)
        span = next((found for found in same if theirs is not None and found.signature == theirs.signature), None)
    if span is None:
        raise Refused("This span is not there any more.")
    return span


_ACTIONS: dict[Action, Callable[[Transaction, int, Line, str], bool]] = {
    Action.LABEL: _label,
    Action.RELABEL: _relabel,
    Action.REMOVE: _remove,
    Action.DECIDE: _decide,
}
