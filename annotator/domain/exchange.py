"""What formats exchange with the project: records in, records out, and an honest report of every loss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from annotator.domain.annotations import Kind, Relation, Span, Verdict
from annotator.domain.documents import Status
from annotator.domain.labels import LabelScheme
from annotator.domain.mending import Mender
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.domain.text import Tokens


@dataclass(slots=True)
class Record:
    """One document with one annotation set, or with none (``annotator`` empty and nothing in it).

    ``tokens`` is None where the source has none.  ``place`` says where it came from, for reports: ``file:line``.  ``document_id`` is
    that of the project's document it was made of, 0 where it comes from a file.
    """

    name: str
    text: str
    meta: Mapping[str, Any] = field(default_factory=dict)
    tokens: Tokens | None = None
    annotator: str = ""
    kind: Kind = Kind.MODEL
    status: Status = Status.NEW
    flagged: bool = False
    categories: tuple[str, ...] = ()
    spans: tuple[Span, ...] = ()
    relations: tuple[Relation, ...] = ()
    verdicts: tuple[Verdict, ...] = ()
    place: str = ""
    document_id: int = 0


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something a reader met: where, and one sentence.  ``lost`` is False for a mere notice (a removed byte-order mark)."""

    place: str
    message: str
    lost: bool = True


class Fate(StrEnum):
    """What became of an item that did not arrive as it was; or did (``KEPT``), but something is to be said of it."""

    MOVED = "moved"
    DROPPED = "dropped"
    CHANGED = "changed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class Loss:
    """One item that an export did not keep as it was.

    ``item`` is "span" or "relation" or "document"; ``start`` and ``end`` are code points in the document, -1 where it has no place.
    """

    document: str
    item: str
    item_id: str
    label: str
    surface: str
    fate: Fate
    reason: str
    start: int = -1
    end: int = -1
    document_id: int = 0


MOST_LISTED = 100_000
"""So many losses a report lists one by one; the rest is counted by reason, so that a million documents fit into memory."""


@dataclass(slots=True)
class LossReport:
    """What an export kept, and every item it did not, found by reading its own output back.

    ``losses`` are told item by item; those beyond ``MOST_LISTED`` are in ``more`` alone, by (item, reason).  ``unsaid`` sums up by
    ("item" or "document", what) the marks that the format has no place for, as origins are in most: they are no losses of an item,
    but nobody should look for them in the file.  ``findings`` are what a check of the written data says of items that arrived whole:
    they are no losses.  ``policies`` counts, in a preview of a format that must choose among overlapping spans, by the value of its
    option ``overlap`` those it would not choose; ``cutting`` counts the tokens, by their text, that reach over an edge of a span.
    """

    format: str
    path: str
    documents: int = 0
    spans: int = 0
    relations: int = 0
    unreviewed: int = 0
    losses: list[Loss] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    unsaid: Counter[tuple[str, str]] = field(default_factory=Counter)
    more: Counter[tuple[str, str]] = field(default_factory=Counter)
    findings: list[Loss] = field(default_factory=list)
    policies: Counter[str] = field(default_factory=Counter)
    cutting: Counter[str] = field(default_factory=Counter)

    @property
    def lossless(self) -> bool:
        """Whether everything arrived as it was, but for the marks in ``unsaid``."""
        return not self.losses and not self.more

    def add(self, losses: Iterable[Loss], most: int = MOST_LISTED) -> None:
        """Take further losses: into the list while it is shorter than ``most``, then as figures."""
        for loss in losses:
            if len(self.losses) < most:
                self.losses.append(loss)
            else:
                self.more[loss.item, loss.reason] += 1

    def loss_count(self) -> int:
        """Return how many items did not arrive as they were."""
        return len(self.losses) + self.more.total()

    def by_reason(self) -> Counter[tuple[str, str]]:
        """Count the losses by (item, reason)."""
        return Counter((loss.item, loss.reason) for loss in self.losses) + self.more

    def told(self) -> list[str]:
        """Return all that is to be said of the whole, a sentence each: the notices, and what the format has no place for."""
        told = list(self.notices)
        if self.unsaid:
            ordered = sorted(self.unsaid.items(), key=lambda entry: (entry[0][0] != "document", -entry[1], entry[0][1]))
            parts = [f"{what} of {amount(count, noun)}" for (noun, what), count in ordered if count]
            told.append(f"Not in the file, because the format has no place for it: {', '.join(parts)}.")
        return told

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON data."""
        return {
            "format": self.format,
            "path": self.path,
            "kept": {"documents": self.documents, "spans": self.spans, "relations": self.relations},
            "unreviewed": self.unreviewed,
            "notices": self.told(),
            "unsaid": [{"of": noun, "what": what, "count": count} for (noun, what), count in sorted(self.unsaid.items())],
            "losses": [_loss_fields(loss) for loss in self.losses],
            "findings": [_loss_fields(loss) for loss in self.findings],
            "more": [{"item": item, "reason": reason, "count": count} for (item, reason), count in sorted(self.more.items())],
        }


def _loss_fields(loss: Loss) -> dict[str, Any]:
    return {
        "document": loss.document,
        "item": loss.item,
        "id": loss.item_id,
        "label": loss.label,
        "text": loss.surface,
        "start": loss.start,
        "end": loss.end,
        "fate": str(loss.fate),
        "reason": loss.reason,
    }


@dataclass(frozen=True, slots=True)
class ReadDefaults:
    """What a reader fills in where a record says nothing.

    ``mender``, where there is one, is shown each place of a span that makes no sense before the span is left out.
    """

    annotator: str = "import"
    kind: Kind = Kind.MODEL
    mender: Mender | None = field(default=None, compare=False)


Reader = Callable[[Path, ReadDefaults], Iterator[Record | Complaint]]
"""Streams the records of one file; never raises for bad content, but yields a ``Complaint`` and goes on where it can.
Raises ``FormatError`` when the file as a whole cannot be read."""


class Writer(Protocol):
    """Writes records to a path and reads them back.

    The records come as a factory, because the output is compared in a second pass and a million documents are not kept in
    memory.  A writer first writes to a temporary file beside the target and replaces it when all is well.  Raises
    ``FormatError`` when nothing can be written.
    """

    def __call__(
        self,
        records: Callable[[], Iterable[Record]],
        path: Path,
        scheme: LabelScheme,
        *,
        options: Mapping[str, str],
        progress: Progress,
    ) -> LossReport: ...
