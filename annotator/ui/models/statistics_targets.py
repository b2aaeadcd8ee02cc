"""What lies behind a figure of the statistics: how its documents are found, and how the list of documents is told to show them.

What a filter can say becomes that filter, which the person can go on with; anything else is looked up in a job and becomes a chosen set.
"""

from __future__ import annotations

from array import array
from dataclasses import dataclass

from annotator.domain.annotations import Kind
from annotator.domain.changes import What
from annotator.domain.documents import Status
from annotator.domain.progress import Progress
from annotator.store import figures_annotations, figures_behind
from annotator.store.figures_annotations import Behind, Whose
from annotator.store.listing import Filter, Only
from annotator.store.queries import Connection


@dataclass(frozen=True, slots=True)
class Annotated:
    """Documents with any of such annotations in the sets that are counted."""

    chosen: Whose
    whats: tuple[Behind, ...]


@dataclass(frozen=True, slots=True)
class WithStatus:
    """Documents whose set of this annotator has a status."""

    annotator: str
    kind: Kind
    status: Status


@dataclass(frozen=True, slots=True)
class OnDays:
    """Documents that an annotator ("" for any) worked on from one day to another (ISO), or became done with."""

    annotator: str
    first: str
    last: str
    done: bool = False


@dataclass(frozen=True, slots=True)
class WithAction:
    """Documents on which an annotator ("" for any) took such steps."""

    annotator: str
    action: str


@dataclass(frozen=True, slots=True)
class These:
    """Documents that are known already."""

    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class WithOutcome:
    """Documents in which this became of suggestions.

    ``outcome`` is the value of an ``Outcome``, "" for any; ``label`` None for any, one with an empty name for all spans or relations.
    """

    suggester: str
    outcome: str
    label: tuple[What, str] | None = None


Asked = Filter | Annotated | WithStatus | OnDays | WithAction | These | WithOutcome


@dataclass(frozen=True, slots=True)
class Target:
    """The documents behind a figure; ``said`` is what they have in common."""

    asked: Asked
    said: str


def filter_of(target: Target, person: str) -> Filter | None:
    """Return the filter of the documents' list that says it, for ``person`` at the window; None where it must be looked up."""
    match target.asked:
        case Filter():
            return target.asked
        case WithStatus(annotator, Kind.PERSON, status) if annotator == person:
            return Filter(statuses=(status,))
        case These(ids):
            return Filter(only=Only(array("q", sorted(set(ids))), target.said))
    return None


def documents_behind(connection: Connection, target: Target, progress: Progress) -> Filter:
    """Look up the documents of a target that no filter says; for a job's reader connection."""
    match target.asked:
        case Annotated(chosen, whats):
            gold = figures_annotations.gold_sets(connection) if chosen.kind is None else None
            found = (figures_annotations.documents_with(connection, chosen, what, progress, gold) for what in whats)
            ids = sorted({number for numbers in found for number in numbers})
        case WithStatus(annotator, kind, status):
            ids = figures_behind.with_status(connection, annotator, kind, status)
        case OnDays(annotator, first, last, done):
            look = figures_behind.done_on if done else figures_behind.worked_on
            ids = look(connection, annotator, first, last)
        case WithAction(annotator, action):
            ids = figures_behind.acted_on(connection, annotator, action)
        case WithOutcome(suggester, outcome, label):
            from annotator.commands.outcome_documents import documents_with_outcome
            from annotator.commands.outcomes import Outcome

            became = Outcome(outcome) if outcome else None
            ids = documents_with_outcome(connection, suggester, became, label=label, progress=progress)
        case These(known):
            ids = list(known)
        case Filter():
            return target.asked
    return Filter(only=Only(array("q", ids), target.said))
