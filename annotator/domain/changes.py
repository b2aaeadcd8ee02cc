"""What an edit did: by key, before and after.  The journal stores it, undo inverts it, views repaint by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from annotator.domain.annotations import Relation, SetInfo, Span, Verdict
from annotator.domain.labels import LabelScheme
from annotator.domain.renamings import followed


class Lane(StrEnum):
    """Which road of undo a step belongs to: ``edit`` by Ctrl+Z, ``job`` from the history, ``system`` not at all."""

    EDIT = "edit"
    JOB = "job"
    SYSTEM = "system"


class What(StrEnum):
    """The kinds of things that change."""

    SPAN = "span"
    RELATION = "relation"
    VERDICT = "verdict"
    SET = "set"
    SCHEME = "scheme"


Value = Span | Relation | Verdict | SetInfo | LabelScheme | None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing before and after; None is absence.

    ``set_id`` is the annotation set (0 for the scheme); ``key`` the span's or relation's id, the verdict's signature, or empty.
    """

    what: What
    set_id: int
    key: str
    before: Value
    after: Value

    def inverse(self) -> Change:
        """Return the change that takes this one back."""
        return Change(self.what, self.set_id, self.key, self.after, self.before)


@dataclass(frozen=True, slots=True)
class BulkInsert:
    """Documents with ids ``first`` to ``last`` were added, with their annotation sets; too many to list."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class BulkCopy:
    """Annotation set ``set_id`` of document ``document_id`` was filled with suggestions; too many to list."""

    set_id: int
    document_id: int


@dataclass(frozen=True, slots=True)
class BulkSets:
    """Annotation sets ``first`` to ``last`` were added whole, one to each of ``documents``; what is in them is too much to list."""

    first: int
    last: int
    documents: tuple[int, ...]


Bulk = BulkInsert | BulkCopy | BulkSets


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """Everything one transaction of one step changed, in order.

    ``text`` and ``detail`` name the step for menus and history: a text to translate with a place for the detail ("Label as {}",
    "PERSON").  ``undoes`` is the id of the step that this one takes back or brings again, 0 for an ordinary step.
    """

    step_id: int
    text: str
    detail: str
    actor: str
    lane: Lane
    changes: tuple[Change, ...] = ()
    bulk: tuple[Bulk, ...] = ()
    undoes: int = 0

    def __bool__(self) -> bool:
        return bool(self.changes or self.bulk)

    @property
    def title(self) -> str:
        """The step's name in English, as logs and the command line show it."""
        return self.text.format(self.detail)

    def of_set(self, set_id: int) -> Iterator[Change]:
        """Yield the changes inside one annotation set."""
        return (change for change in self.changes if change.set_id == set_id)

    def label_now(self, name: str, part: str) -> str:
        """Return what a label is called afterwards; ``part`` is “spans” or “relations”.  Empty for one that went."""
        for change in self.changes:
            if change.what is What.SCHEME and isinstance(change.before, LabelScheme) and isinstance(change.after, LabelScheme):
                name = followed(name, part, change.before.renamings, change.after.renamings)
        return name
