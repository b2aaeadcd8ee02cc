"""What a piece of long work is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from annotator.domain.progress import Progress

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Job(Generic[T]):
    """A title for the person who waits, and the work.

    ``work`` calls ``Progress.advance`` often enough to be stopped (several times a second) and lets ``Cancelled`` through.  It may
    run in any thread, so it opens its own connections and touches no widget.
    """

    title: str
    work: Callable[[Progress], T]
