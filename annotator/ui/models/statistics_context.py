"""What a page of the statistics is read with, and what it is drawn with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.store.figures_annotations import GOLD, Whose
from annotator.store.queries import Connection

if TYPE_CHECKING:
    from annotator.commands.scoring import Scoreboard


@dataclass(frozen=True, slots=True)
class Reading:
    """Everything a page reads with, in a job: ``options`` are what is chosen above the page."""

    connection: Connection
    progress: Progress
    board: Scoreboard
    chosen: Whose = GOLD
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Found:
    """A page as it was read: whose sets there are, whose were counted, what was chosen, and the page's own data."""

    names: list[Whose]
    chosen: Whose
    documents: int
    options: dict[str, str]
    data: Any
    stale: bool = False


@dataclass(frozen=True, slots=True)
class Context:
    """Whose sets were counted, and the colours of the project's labels."""

    chosen: Whose = GOLD
    spans: Mapping[str, str] = field(default_factory=dict)
    relations: Mapping[str, str] = field(default_factory=dict)


def context_of(scheme: LabelScheme, chosen: Whose) -> Context:
    """Return the context of a project with this scheme."""
    colors = ({label.name: label.color for label in labels} for labels in (scheme.spans, scheme.relations))
    return Context(chosen, *colors)
