"""Which documents the list shows, and in which order: what a person chose, put into words and into ids."""

from __future__ import annotations

import logging
from array import array
from collections.abc import Generator
from dataclasses import dataclass, field, replace
from itertools import islice

from annotator.domain.documents import Status
from annotator.domain.progress import Progress
from annotator.errors import ProjectError
from annotator.store import listing, search, statistics
from annotator.store.listing import Filter, Order
from annotator.store.project import Project
from annotator.store.queries import Connection
from annotator.ui.i18n import by_count, number, tr

_log = logging.getLogger(__name__)

_SLICE = 1000
"""Sets whose problems are written down in one go: some milliseconds."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter, a piece of the name whatever the case of its letters, and an order; the plain one shows all as they are in the project."""

    wanted: Filter = field(default_factory=Filter)
    name: str = ""
    order: Order = Order.POSITION
    descending: bool = False

    @property
    def narrow(self) -> bool:
        """Whether documents are left out."""
        return bool(self.wanted) or bool(self.name)

    @property
    def plain(self) -> bool:
        """Whether all documents are shown in the project's order."""
        return not self.narrow and self.order is Order.POSITION and not self.descending

    @property
    def by_status_alone(self) -> bool:
        """Whether nothing but the status narrows the list."""
        return self.narrow and not replace(self, wanted=replace(self.wanted, statuses=())).narrow


def order_name(order: Order) -> str:
    """Return an order in the window's language."""
    names = {
        Order.POSITION: tr("Project order"),
        Order.NAME: tr("Name"),
        Order.STATUS: tr("Status"),
        Order.LENGTH: tr("Length"),
        Order.SPANS: tr("Spans"),
        Order.DISAGREEMENT: tr("Disagreement"),
        Order.DOUBT: tr("Doubt"),
        Order.NOVELTY: tr("New words"),
    }
    return names[order]


def chips(choice: Choice) -> list[tuple[str, str, Choice]]:
    """Return what narrows or sorts a list beside status and name: a short text, a whole sentence, and the choice without it."""
    wanted = choice.wanted
    found: list[tuple[str, str, Choice]] = []

    def add(text: str, sentence: str, **without: object) -> None:
        found.append((text, sentence, replace(choice, wanted=replace(wanted, **without))))  # type: ignore[arg-type]

    if wanted.only is not None:
        count = by_count(len(wanted.only.ids), tr("{} document from Statistics"), tr("{} documents from Statistics"))
        add(tr("{} from Statistics").format(number(len(wanted.only.ids))), f"{count}: {wanted.only.said}", only=None)
    if wanted.flagged:
        add(tr("flagged"), tr("Only documents you have flagged"), flagged=False)
    if wanted.unreviewed:
        add(tr("to review"), tr("Only documents of yours in which suggestions wait"), unreviewed=False)
    if wanted.problems:
        add(tr("problems"), tr("Only documents in which something breaks a rule"), problems=False)
    if wanted.label:
        add(wanted.label, tr("Only documents with a span labelled {}").format(wanted.label), label="")
    if wanted.relation:
        add(f"→ {wanted.relation}", tr("Only documents with a relation labelled {}").format(wanted.relation), relation="")
    if wanted.annotator:
        add(f"@{wanted.annotator}", tr("Only documents that {} has a set on").format(wanted.annotator), annotator="")
    if wanted.field:
        pair = f"{wanted.field} = {wanted.value}"
        add(pair, tr("Only documents with {}").format(pair), field="", value="")
    if choice.order is not Order.POSITION or choice.descending:
        arrow, way = ("↓", tr("descending")) if choice.descending else ("↑", tr("ascending"))
        name = order_name(choice.order)
        sentence = tr("Sorted by {}, {}").format(name, way)
        found.append((f"{arrow} {name}", sentence, replace(choice, order=Order.POSITION, descending=False)))
    return found


def with_status(choice: Choice, statuses: tuple[Status, ...]) -> Choice:
    """Return a choice with other statuses."""
    return replace(choice, wanted=replace(choice.wanted, statuses=statuses))


def typed_field(text: str, fields: list[str]) -> tuple[str, str] | None:
    """Return field and value of a typed ``field=value``, where there is such a field of metadata."""
    name, equals, value = (part.strip() for part in text.partition("="))
    return (name, value) if equals and value and name in fields else None


@dataclass(slots=True)
class Checked:
    """What looking for problems found out on the way, to be remembered: how many each set has, as of a step."""

    found: dict[int, int]
    at_step: int = -1


def id_pages(connection: Connection, choice: Choice, person: str, progress: Progress, checked: Checked) -> Generator[array[int]]:
    """Yield the ids of a choice in pages, a short one first; for a job's reader connection.  A page may be empty."""
    checked.at_step = statistics.last_step(connection)
    wanted = replace(choice.wanted, person=person, name=choice.name)
    with search.interruptible(connection, progress):
        yield from listing.stream(
            connection, wanted, choice.order, descending=choice.descending, progress=progress, checked=checked.found
        )


def remember(project: Project, checked: Checked) -> bool:
    """Write down a slice of what was found out about problems; False when nothing is left, or nothing more can be kept."""
    some = dict(islice(checked.found.items(), _SLICE))
    if not some or project.read_only:
        return False
    try:
        with project.reading():
            kept = statistics.remember_checked(project.connection, some, at_step=checked.at_step)
    except ProjectError as error:
        _log.info("what was found about problems was not kept: %s", error)  # it will be found again
        return False
    for key in some:
        del checked.found[key]
    return kept and bool(checked.found)
