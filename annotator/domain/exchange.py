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
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens


@dataclass(slots=True)
class Record:
    """One document with one annotation set, or with none (``annotator`` empty and nothing in it).

    ``tokens`` is None where the source has none.  ``place`` says where it came from, for reports: ``file:line``.
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


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something a reader met: where, and one sentence.  ``lost`` is False for a mere notice (a removed byte-order mark)."""

    place: str
    message: str
    lost: bool = True


class Fate(StrEnum):
    """What became of an item that did not arrive as it was."""

    MOVED = "moved"
    DROPPED = "dropped"
    CHANGED = "changed"


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


@dataclass(slots=True)
class LossReport:
    """What an export kept, and every item it did not, found by reading its own output back."""

    format: str
    path: str
    documents: int = 0
    spans: int = 0
    relations: int = 0
    unreviewed: int = 0
    losses: list[Loss] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def lossless(self) -> bool:
        """Whether everything arrived as it was."""
        return not self.losses

    def by_reason(self) -> Counter[tuple[str, str]]:
        """Count the losses by (item, reason)."""
        return Counter((loss.item, loss.reason) for loss in self.losses)

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON data."""
        return {
            "format": self.format,
            "path": self.path,
            "kept": {"documents": self.documents, "spans": self.spans, "relations": self.relations},
            "unreviewed": self.unreviewed,
            "notices": list(self.notices),
            "losses": [
                {
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
                for loss in self.losses
            ],
        }


@dataclass(frozen=True, slots=True)
class ReadDefaults:
    """What a reader fills in where a record says nothing."""

    annotator: str = "import"
    kind: Kind = Kind.MODEL


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
