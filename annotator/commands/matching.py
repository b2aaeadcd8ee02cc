"""Searching the texts by a regular expression, in a process of its own, because nothing else stops one that has lost itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import TimeoutError as TooLong
from dataclasses import replace
from itertools import islice

from annotator.domain.text import Range
from annotator.errors import Refused
from annotator.jobs.workers import WorkerProcess
from annotator.store import queries, search
from annotator.store.queries import Connection
from annotator.store.search import Line, SpanQuery

MOST_MATCHES = 10_000
"""Most matches taken from one document."""

PATIENCE = 2.0
"""Seconds that a regular expression may take for one document."""

_BATCH, _BATCH_TEXT = 64, 1_000_000

_SPAN_BATCH = 100
"""Spans that an expression is tried on at a time; all of them are left out where it loses itself in one."""


def regex_lines(
    connection: Connection,
    pattern: str,
    documents: Iterable[int],
    worker: WorkerProcess,
    *,
    ignore_case: bool = True,
    person: str = "",
    given_up: list[str] | None = None,
) -> Iterator[Line]:
    """Yield a line for each match of a regular expression in the texts of some documents; for a job's reader connection.

    The matching is done in ``worker``, since nothing stops an expression that has lost itself but the end of its process.  A document that
    takes longer than ``PATIENCE`` is left out, and its name put into ``given_up``.  Matches of nothing (``x*``) are not hits.  Raises
    ``Refused`` for what is no expression.
    """
    flags = re.IGNORECASE if ignore_case else 0
    _check(pattern, flags)
    for batch in _batches(connection, documents):
        for number, name, text, ranges in _matched(batch, pattern, flags, worker):
            if ranges is None:
                if given_up is not None:
                    given_up.append(name)
                continue
            yield from search.range_lines(connection, number, name, text, ranges, person=person)


def span_regex_lines(
    connection: Connection, query: SpanQuery, worker: WorkerProcess, *, given_up: list[str] | None = None
) -> Iterator[Line]:
    """Yield a line for each span whose whole text ``query.text``, a regular expression, takes; for a job's reader connection.

    It is matched in ``worker``, as the texts are; ``given_up`` takes the names of the documents of spans that took longer than
    ``PATIENCE``.  Raises ``Refused`` for what is no expression.
    """
    _check(query.text, 0)
    lines = search.span_lines(connection, replace(query, text="", how="exact"))
    while batch := list(islice(lines, _SPAN_BATCH)):
        _started(worker)
        try:
            taken = worker.submit(takes_whole, query.text, [line.hit for line in batch]).result(timeout=PATIENCE)
        except TooLong:
            worker.close(kill=True)
            if given_up is not None:
                given_up += dict.fromkeys(line.document for line in batch)
            continue
        yield from (line for line, whole in zip(batch, taken, strict=True) if whole)


def takes_whole(pattern: str, texts: Sequence[str]) -> list[bool]:
    """Tell of each text whether an expression takes all of it; what a worker process does."""
    compiled = re.compile(pattern)
    return [compiled.fullmatch(text) is not None for text in texts]


def matches(pattern: str, flags: int, texts: Sequence[str]) -> list[list[Range]]:
    """Return where an expression matches in each text, in code points; what a worker process does."""
    compiled = re.compile(pattern, flags)
    return [[found.span() for found in islice(compiled.finditer(text), MOST_MATCHES) if found.group()] for text in texts]


_Text = tuple[int, str, str]  # id, name, text


def _batches(connection: Connection, documents: Iterable[int]) -> Iterator[list[_Text]]:
    batch: list[_Text] = []
    length = 0
    for number in documents:
        found = queries.document_text(connection, number)
        if found is not None:
            batch.append((number, *found))
            length += len(found[1])
        if len(batch) >= _BATCH or length >= _BATCH_TEXT:
            yield batch
            batch, length = [], 0
    if batch:
        yield batch


def _matched(
    batch: list[_Text], pattern: str, flags: int, worker: WorkerProcess
) -> Iterator[tuple[int, str, str, list[Range] | None]]:
    try:
        found: Sequence[list[Range] | None] = _in_time(worker, pattern, flags, batch)
    except TooLong:  # one of them is to blame, the others are not
        found = [_alone(worker, pattern, flags, entry) for entry in batch]
    for entry, ranges in zip(batch, found, strict=True):
        yield *entry, ranges


def _alone(worker: WorkerProcess, pattern: str, flags: int, entry: _Text) -> list[Range] | None:
    try:
        return _in_time(worker, pattern, flags, [entry])[0]
    except TooLong:
        return None


def _in_time(worker: WorkerProcess, pattern: str, flags: int, batch: list[_Text]) -> list[list[Range]]:
    _started(worker)
    try:
        return worker.submit(matches, pattern, flags, [text for _, _, text in batch]).result(timeout=PATIENCE)
    except TooLong:
        worker.close(kill=True)
        raise


def _check(pattern: str, flags: int) -> None:
    try:
        re.compile(pattern, flags)
    except (re.error, RecursionError, OverflowError) as error:
        raise Refused(f"This is no regular expression: {error}.") from error


def _started(worker: WorkerProcess) -> None:
    """Wait for the worker's first start, which takes a second and is not the expression's fault."""
    if not worker.started:
        worker.submit(matches, "", 0, ()).result()
