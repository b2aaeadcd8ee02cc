"""Searching the texts by a regular expression, in a process of its own, because nothing else stops one that has lost itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import TimeoutError as TooLong
from itertools import islice

from annotator.domain.text import Range
from annotator.errors import Refused
from annotator.jobs.workers import WorkerProcess
from annotator.store import queries, search
from annotator.store.queries import Connection
from annotator.store.search import Line

MOST_MATCHES = 10_000
"""Most matches taken from one document."""

PATIENCE = 2.0
"""Seconds that a regular expression may take for one document."""

_BATCH, _BATCH_TEXT = 64, 1_000_000


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
    try:
        re.compile(pattern, flags)
    except (re.error, RecursionError, OverflowError) as error:
        raise Refused(f"This is no regular expression: {error}.") from error
    for batch in _batches(connection, documents):
        for number, name, text, ranges in _matched(batch, pattern, flags, worker):
            if ranges is None:
                if given_up is not None:
                    given_up.append(name)
                continue
            yield from search.range_lines(connection, number, name, text, ranges, person=person)


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
    if not worker.started:
        worker.submit(matches, "", 0, ()).result()  # the first start takes a second, which is not the expression's fault
    try:
        return worker.submit(matches, pattern, flags, [text for _, _, text in batch]).result(timeout=PATIENCE)
    except TooLong:
        worker.close(kill=True)
        raise
