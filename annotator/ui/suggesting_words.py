"""What is said of runs of suggesters in the status bar and in messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from annotator.domain.progress import Progress
from annotator.ui.i18n import by_count, number, tr

if TYPE_CHECKING:
    from annotator.commands.suggesting import SuggestReport


def progress_line(progress: Progress, seconds_left: float | None) -> str:
    """Return how far a run is, with the time left where that is known."""
    text = tr("Suggestions: {} of {}").format(number(progress.done), number(progress.total))
    return text if seconds_left is None else tr("{}, {} left").format(text, duration(seconds_left))


def here(report: SuggestReport) -> str:
    """Return what a run over one document did."""
    if not report.put.sets:
        return tr("Nothing new is suggested here.")
    return by_count(report.put.spans, tr("1 span is suggested here."), tr("{} spans are suggested here."))


def stopped(done: int, total: int, *, whole: bool) -> str:
    """Return what became of a run that was cancelled; one over a ``whole`` project goes on there."""
    text = tr("Stopped after {} of {} documents. What was suggested in them is kept.").format(number(done), number(total))
    return text + " " + tr("The next run can go on from there.") if whole else text


def gave_up() -> str:
    """Return why a run ended whose suggesters end their process."""
    return tr("A suggester ended its helper process again and again, so the run stopped. What was suggested before is kept.")


def duration(seconds: float) -> str:
    """Return about how long that is, in words."""
    if seconds < 60:
        return by_count(max(round(seconds), 1), tr("{} second"), tr("{} seconds"))
    if seconds < 5_400:
        return by_count(round(seconds / 60), tr("{} minute"), tr("{} minutes"))
    return by_count(round(seconds / 3_600), tr("{} hour"), tr("{} hours"))
