"""Taking times, and a figure with its baseline."""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement in seconds, with that of the baseline (0 where there is none) and the target in words.

    ``amount`` is for what is no time, in the unit that ``what`` names.
    """

    what: str
    ours: float
    bare: float = 0.0
    target: str = ""
    amount: float | None = None

    @property
    def ratio(self) -> float:
        """How many times as long ours took."""
        return self.ours / self.bare if self.bare else 0.0


def took(work: Callable[[], Any]) -> float:
    """Return the seconds that one call takes."""
    with _without_collecting():
        started = time.perf_counter()
        work()
        return time.perf_counter() - started


def best(work: Callable[[], Any], rounds: int = 3) -> float:
    """Return the seconds of the quickest of some calls: the one least disturbed."""
    return min(took(work) for _ in range(rounds))


def each(work: Callable[[Any], Any], items: Iterable[Any]) -> list[float]:
    """Return the seconds of each call, garbage collection included: that is part of what a person feels."""
    times: list[float] = []
    for item in items:
        started = time.perf_counter()
        work(item)
        times.append(time.perf_counter() - started)
    return times


def median(times: list[float]) -> float:
    """Return the middle of some times."""
    return statistics.median(times)


def slowest(times: list[float], share: float = 0.99) -> float:
    """Return the time that this share of the calls did not exceed."""
    return sorted(times)[min(len(times) - 1, int(len(times) * share))]


@contextmanager
def _without_collecting() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def shown(seconds: float) -> str:
    """Return a time in the unit that suits it."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    return f"{seconds * 1000:.1f} ms" if seconds >= 0.001 else f"{seconds * 1e6:.0f} µs"
