"""Writing records one after the other and laying what comes back beside them, for formats that keep the ids of spans and relations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from annotator.domain.exchange import Complaint, Fate, LossReport, Record
from annotator.domain.progress import Progress
from annotator.errors import FormatError
from annotator.formats.compare import document_loss, none_can_be, record_losses
from annotator.formats.compare_content import Expected, unsaid_marks, untold

Records = Callable[[], Iterable[Record]]


def write_each(records: Records, put: Callable[[Record], None], progress: Progress) -> dict[int, str]:
    """Hand every record to ``put``, and return why some of them, by position, could not be written.

    ``put`` raises ``ValueError`` or ``TypeError`` for a record the format cannot hold (a lone surrogate), before it wrote any of it.
    Raises ``FormatError`` if there is no record at all, or none that can be written.
    """
    progress.start("Writing", progress.total)
    unwritable: dict[int, str] = {}
    number = -1
    for number, record in enumerate(records()):
        progress.advance()
        try:
            if not record.text:
                unwritable[number] = "has no text"
                continue
            put(record)
        except (TypeError, ValueError, RecursionError) as error:
            unwritable[number] = f"holds what cannot be written: {error}"
    if number < 0:
        raise FormatError("There is nothing to export, so no file was written.")
    if len(unwritable) == number + 1:
        raise none_can_be(number + 1, "exported", unwritable[0])
    return unwritable


def compare_each(
    records: Records,
    back: Iterator[Record | Complaint],
    fit: Callable[[Record], Expected],
    unwritable: Mapping[int, str],
    report: LossReport,
    *,
    progress: Progress,
) -> None:
    """Lay what ``back`` yields beside what ``fit`` makes of each record, in order, and add every difference to the report."""
    progress.start("Comparing", progress.done)
    found = (item for item in back if isinstance(item, Record))
    last = 0
    for number, record in enumerate(records()):
        progress.advance()
        if number in unwritable:
            report.add([document_loss(record, Fate.DROPPED, unwritable[number])])
            continue
        again = next(found, None)
        if again is None:
            report.add([document_loss(record, Fate.DROPPED, "did not come back from the file")])
            continue
        expected = fit(record)
        losses = [*expected.losses, *record_losses(expected.record, again)]
        losses += untold(record, expected.record, losses)
        gone = [loss.item for loss in losses if loss.fate is Fate.DROPPED]
        report.add(losses)
        report.unsaid += unsaid_marks(record, expected.record)
        this = hash((record.name, record.text))
        report.documents += this != last  # the sets of one document follow each other
        last = this
        report.spans += len(record.spans) - gone.count("span")
        report.relations += len(record.relations) - gone.count("relation")
        report.unreviewed += sum(not item.reviewed for item in (*record.spans, *record.relations))
    stranger = next(found, None)
    if stranger is not None:
        report.add([document_loss(stranger, Fate.CHANGED, "came back, but is not in the project")])
