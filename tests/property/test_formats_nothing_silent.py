"""Nothing silently wrong: every difference between a record and what a stranger reads of its export stands in the report.

The stranger reads with other defaults than the writer's own comparison, so that what comes back was said by the file.  Ids are no content:
spans answer to each other by label and place, and relations by label and ends.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.domain.annotations import Kind, Relation, Span, Verdict
from annotator.domain.exchange import Fate, LossReport, ReadDefaults, Record
from annotator.domain.progress import Progress
from annotator.errors import FormatError
from annotator.formats.compare_twins import pairs_of, unlike
from annotator.formats.table import FORMATS
from tests.property.formats_rich import RICH, SCHEME, TEXT, records, tokens_of

WRITERS = tuple(name for name, entry in FORMATS.items() if entry.write)
READABLE = tuple(name for name in WRITERS if FORMATS[name].read)
STRANGER = ReadDefaults("a stranger", Kind.MODEL)
MARKS = {
    "annotator": "annotator",
    "kind": "kind of annotator",
    "status": "status",
    "flagged": "flag",
    "verdicts": "rejected suggestions",
    "tokens": "tokens",
    "confidence": "confidence",
    "origin": "origin",
    "derived_from": "suggestion it came from",
    "reviewed": "mark of the review",
}


def target_of(name: str, folder: Path) -> Path:
    return folder / ("out" if name == "brat" else f"out{FORMATS[name].suffixes[0]}")


def export(name: str, folder: Path, some: Sequence[Record], **options: str) -> LossReport:
    writer = FORMATS[name].write
    assert writer is not None
    return writer(lambda: iter(some), target_of(name, folder), SCHEME, options=options, progress=Progress())


def read_back(name: str, folder: Path) -> tuple[list[Record], list[str]]:
    reader = FORMATS[name].read
    assert reader is not None
    items = list(reader(target_of(name, folder), STRANGER))
    found = [item for item in items if isinstance(item, Record)]
    complaints = [item.message for item in items if not isinstance(item, Record) and item.lost]
    for each in found:  # brat's own keeping place
        each.meta = {key: value for key, value in each.meta.items() if key != "brat" or isinstance(value, str)}
    return found, complaints


def silent(record: Record, back: Record, report: LossReport) -> Iterator[str]:
    """Yield every difference that the report does not tell of."""
    losses = [loss for loss in report.losses if loss.document == record.name]
    told = {(loss.item, loss.item_id) for loss in losses}
    said = {what for (_, what), count in report.unsaid.items() if count}
    if ("document", "") not in told:
        differing = [name for name in ("name", "text") if getattr(record, name) != getattr(back, name)]
        differing += ["categories"] if set(record.categories) != set(back.categories) else []
        differing += [f"meta {key}" for key, value in record.meta.items() if not _kept(value, back.meta.get(key, ...))]
        yield from differing
        for name in ("annotator", "kind", "status", "flagged", "verdicts", "tokens"):
            mine, other = getattr(record, name) or None, getattr(back, name) or None
            same = set(mine or ()) == set(other or ()) if name == "verdicts" else mine == other
            if not same and MARKS[name] not in said:
                yield f"{name}: {mine!r} came as {other!r}"
    yield from _items(record, back, told, said, losses)


def _kept(value: Any, found: Any) -> bool:
    if isinstance(value, list) and isinstance(found, list):
        return found[: len(value)] == value
    return value == found


def _items(record: Record, back: Record, told: set[tuple[str, str]], said: set[str], losses: list[Any]) -> Iterator[str]:
    moved = {loss.item_id for loss in losses if loss.item == "span" and loss.fate in (Fate.MOVED, Fate.CHANGED)}
    sure = {span.id for span in record.spans if ("span", span.id) not in told}
    plain = replace(
        record,
        spans=tuple(span for span in record.spans if span.id in sure),
        relations=tuple(one for one in record.relations if ("relation", one.id) not in told and {one.head, one.tail} <= sure),
    )
    strangers: Counter[str] = Counter()
    for item, other in pairs_of(plain, back):
        if item is None:
            strangers["span" if isinstance(other, Span) else "relation"] += 1
        elif other is None:
            yield f"{item!r} is gone"
        else:
            yield from (
                f"{name} of {item!r} came as {getattr(other, name)!r}"
                for name in unlike(item, other)
                if MARKS.get(name) not in said
            )
    changed = [one for one in record.relations if one not in plain.relations and ("relation", one.id) not in told]
    known = len(changed) + sum(loss.item == "relation" and loss.fate is not Fate.DROPPED for loss in losses)
    if strangers["span"] > len(moved) or strangers["relation"] > known:
        yield f"strangers came: {dict(strangers)}, and {len(moved)} spans and {known} relations were told to be different"


def findings(name: str, folder: Path, record: Record, **options: str) -> list[str]:
    """Return what is silently wrong with the export of one record."""
    try:
        report = export(name, folder, [record], **options)
    except FormatError as error:
        return [] if str(error).startswith("The document cannot be") else [f"refused: {error}"]
    found, complaints = read_back(name, folder)
    if len(found) != 1:
        return [f"{len(found)} records came back", *complaints]
    return [*silent(record, found[0], report), *(f"complaint: {message}" for message in complaints)]


def test_the_rich_record_says_something_in_every_field():
    """A field that is added to the domain must be added to the record of these tests."""
    for value, bare in (
        (RICH, Record("", "")),
        (RICH.spans[0], Span("", ((0, 1),), "")),
        (RICH.relations[0], Relation("", "", "", "")),
        (RICH.verdicts[0], Verdict("", "")),
    ):
        same = [entry.name for entry in fields(value) if getattr(value, entry.name) == getattr(bare, entry.name)]
        assert same in ([], ["verdict"]), type(value)


@pytest.mark.parametrize("name", READABLE)
def test_of_a_record_with_everything_nothing_is_lost_in_silence(tmp_path, name):
    assert findings(name, tmp_path, RICH) == []


VARIANTS = [
    (name, option, value)
    for name in READABLE
    for option, values in (FORMATS[name].write_options or {}).items()
    for value in values[1:]
]


@pytest.mark.parametrize(("name", "option", "value"), VARIANTS)
def test_nor_with_any_option(tmp_path, name, option, value):
    assert findings(name, tmp_path, RICH, **{option: value}) == []


BARE = {
    "no spans": replace(RICH, spans=(), relations=()),
    "no set": Record("bare", TEXT, {"a": "b"}, tokens_of(TEXT)),
    "no set and no metadata": Record("bare", TEXT, tokens=tokens_of(TEXT)),
    "a set that is new and empty": Record("empty", TEXT, tokens=tokens_of(TEXT), annotator="ani", kind=Kind.PERSON),
    "only categories": Record("cats", TEXT, tokens=tokens_of(TEXT), annotator="ani", kind=Kind.PERSON, categories=("news",)),
    "one character": Record("a", "x", tokens=tokens_of("x"), annotator="ani", spans=(Span("s", ((0, 1),), "PER"),)),
}


@pytest.mark.parametrize("case", BARE)
@pytest.mark.parametrize("name", READABLE)
def test_nor_of_a_record_with_next_to_nothing(tmp_path, name, case):
    record = BARE[case]
    found = findings(name, tmp_path, record)
    if not record.annotator:  # a format may give whoever reads it an empty set
        found = [one for one in found if not one.startswith(("annotator: None came as", "kind:"))]
    assert found == []


@pytest.mark.parametrize("name", READABLE)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_nor_of_any_record(name, data):
    record = data.draw(records())
    with tempfile.TemporaryDirectory() as folder:
        assert findings(name, Path(folder), record) == []
