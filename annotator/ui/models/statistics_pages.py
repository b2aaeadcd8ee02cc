"""The table of the pages of the statistics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from annotator.ui.i18n import tr
from annotator.ui.models import statistics_labels, statistics_progress, statistics_suggesters, statistics_times, statistics_work
from annotator.ui.models.statistics import Figure
from annotator.ui.models.statistics_context import Context, Reading


@dataclass(frozen=True, slots=True)
class Page:
    """One page: ``read`` runs in a job and brings what ``figure`` makes a chart and a table of, in the window's thread.

    ``by_sets`` says that it counts the sets which are chosen above all pages; ``rereads`` are
    the selectors after which it must be read again.
    """

    key: str
    read: Callable[[Reading], Any]
    figure: Callable[[Any, Mapping[str, str], Context], Figure]
    by_sets: bool = False
    rereads: tuple[str, ...] = ()


def page_title(key: str) -> str:
    """Return what a page is called."""
    return {
        "progress": tr("Progress"),
        "labels": tr("Labels"),
        "relations": tr("Relations"),
        "lengths": tr("Span lengths"),
        "days": tr("People and days"),
        "time": tr("Time"),
        "suggesters": tr("Suggesters"),
    }[key]


PAGES = (
    Page("progress", statistics_progress.read, statistics_progress.figure, rereads=("view",)),
    Page("labels", statistics_labels.read_labels, statistics_labels.label_figure, by_sets=True),
    Page("relations", statistics_labels.read_relations, statistics_labels.relation_figure, by_sets=True),
    Page("lengths", statistics_labels.read_lengths, statistics_labels.length_figure, True, ("unit",)),
    Page("days", statistics_work.read_days, statistics_work.day_figure),
    Page("time", statistics_times.read_times, statistics_times.time_figure),
    Page("suggesters", statistics_suggesters.read, statistics_suggesters.figure),
)
