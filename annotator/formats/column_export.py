"""Writing records as lines of tokens and laying what comes back beside them: what the formats of columns have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from annotator.domain.exchange import Complaint, Fate, LossReport, Record
from annotator.domain.progress import Progress
from annotator.errors import FormatError
from annotator.formats.compare import document_loss, none_can_be
from annotator.formats.compare_content import content_losses, count
from annotator.formats.conll_plan import Plan, expected

Records = Callable[[], Iterable[Record]]
Planned = Callable[[Record], Plan | str]
"""Says what becomes of a record, or, as the rest of a sentence, why it cannot be written."""


@dataclass(slots=True)
class Written:
    """How many records went by, and why some of them (by number) are not in the file."""

    total: int = 0
    problems: dict[int, str] = field(default_factory=dict)


def write_records(records: Records, planned: Planned, put: Callable[[Record, Plan], None], progress: Progress) -> Written:
    """Have ``put`` write what can be; it raises ``TypeError`` or ``ValueError`` before it has written anything of a record.

    Raises ``FormatError`` if nothing is left to write.
    """
    progress.start("Writing", progress.total)
    written = Written()
    first = ""
    for record in records():
        progress.advance()
        made = planned(record)
        problem = made if isinstance(made, str) else ""
        if not isinstance(made, str):
            try:
                put(record, made)
            except (TypeError, ValueError) as error:
                problem = f"holds what cannot be written: {error}"
        if problem:
            first = first or problem
            written.problems[written.total] = problem
        written.total += 1
    if not written.total:
        raise FormatError("There is nothing to export, so no file was written.")
    if len(written.problems) == written.total:
        raise none_can_be(written.total, "exported", first)
    return written


def compare_records(
    records: Records,
    planned: Planned,
    written: Written,
    back: Iterator[Record | Complaint],
    report: LossReport,
    *,
    progress: Progress,
    what: str,
    holds: tuple[str, ...] = (),
) -> Iterator[Plan]:
    """Lay each document beside the record it was made of; yield the plans of those that came back.

    ``what`` is the format in the sentences of losses, ``holds`` names the fields of a span that it can state beside place and label.
    """
    progress.start("Comparing", progress.done)
    found = (item for item in back if isinstance(item, Record))
    total = 0
    for number, record in enumerate(records()):
        progress.advance()
        total += 1
        made = written.problems.get(number) or planned(record)
        again = None if isinstance(made, str) else next(found, None)
        if isinstance(made, str) or again is None:
            reason = made if isinstance(made, str) else "did not come back from the file"
            report.add([document_loss(record, Fate.DROPPED, reason)])
            continue
        meant = expected(record, made, holds=holds, what=what)
        count(report, record, [*made.losses, *content_losses(record, meant, again)], meant)
        yield made
    if total != written.total:
        raise FormatError("The project changed while it was exported, so no file was written. Export it again.")
