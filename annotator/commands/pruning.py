"""Keeping the history as long, or as large, as the settings say: what is older goes, and can then no longer be taken back."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass

from annotator.domain.progress import Progress
from annotator.jobs.job import Job
from annotator.store import journal, search
from annotator.store.journal import Prunable
from annotator.store.project import Project

_MEGABYTE = 1_000_000

SLICE = 100
"""Steps that one transaction removes: a window writes so many between two of its own events."""


@dataclass(frozen=True, slots=True)
class Keep:
    """How much of the history stays: ``days`` days, and ``megabytes`` of its newest part; 0 sets no limit."""

    days: int = 0
    megabytes: int = 0

    def __bool__(self) -> bool:
        return bool(self.days or self.megabytes)


def prunable_job(project: Project, keep: Keep) -> Job[Prunable]:
    """Return the job that finds what goes; it walks the whole history with a connection of its own."""

    def work(progress: Progress) -> Prunable:
        progress.start("Looking through the history")
        with project.reading(), closing(project.reader()) as connection, search.interruptible(connection, progress):
            return journal.prunable(connection, keep_days=keep.days, keep_bytes=keep.megabytes * _MEGABYTE)

    return Job("Looking through the history", work)


def prune_some(project: Project, found: Prunable, most: int = SLICE) -> bool:
    """Remove some of what was found, the oldest first; True while there is more.  Raises ``ProjectError`` with the reason."""
    with project.reading():
        return journal.prune(project.connection, found.last, most=most)
