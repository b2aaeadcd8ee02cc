"""Exports are steady: the same bytes each time and everywhere, nothing left of one that was cancelled, memory that does not grow."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import Record
from annotator.domain.progress import Cancelled, Progress
from annotator.errors import FormatError
from annotator.formats.table import FORMATS
from tests.property.formats_rich import RICH, SCHEME, tokens_of

ROOT = Path(__file__).parents[2]
WRITERS = tuple(name for name, entry in FORMATS.items() if entry.write)
WHOLE = {"spacy", "huggingface", "xlsx"}
"""Formats whose libraries hold a whole file in memory."""


def target_of(name: str, folder: Path) -> Path:
    return folder / ("out" if name == "brat" else f"out{FORMATS[name].suffixes[0]}")


def export(name: str, folder: Path, records: Callable[[], Iterator[Record]], progress: Progress | None = None) -> None:
    writer = FORMATS[name].write
    assert writer is not None
    writer(records, target_of(name, folder), SCHEME, options={}, progress=progress or Progress())


def bytes_in(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def several() -> list[Record]:
    other = replace(RICH, name="dua", kind=Kind.PERSON, status=Status.DONE)
    return [
        RICH,
        other,
        replace(other, name="tiga", spans=RICH.spans[:1], relations=()),
        Record("empat", "Tanpa apa-apa.", tokens=tokens_of("Tanpa apa-apa.")),
    ]


def write_all(folder: str) -> None:
    """Write every format into a folder of its own; the sets of the records come in whatever order this process gives them."""
    records = [replace(record, verdicts=tuple({*record.verdicts})) for record in several()]
    for name in WRITERS:
        place = Path(folder) / name
        place.mkdir()
        export(name, place, lambda: iter(records))


@pytest.mark.timeout(300)
def test_the_same_project_gives_the_same_bytes_wherever_and_whenever(tmp_path):
    """Two processes with other hash seeds, time zones, languages and moments."""
    places = [("0", "UTC", "C.UTF-8"), ("4711", "Pacific/Kiritimati", "C")]
    for seed, zone, language in places:
        folder = tmp_path / seed
        folder.mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": language, "PYTHONUTF8": "1"}
        code = "import sys; from tests.property.test_formats_steady import write_all; write_all(sys.argv[1])"
        subprocess.run([sys.executable, "-c", code, str(folder)], cwd=ROOT, env=environment, check=True, timeout=240)
    first, second = (bytes_in(tmp_path / seed) for seed, _, _ in places)
    assert list(first) == list(second)
    assert {name.partition("/")[0] for name in first} == set(WRITERS)
    assert [name for name in first if first[name] != second[name]] == []


@pytest.mark.parametrize("name", WRITERS)
def test_a_cancelled_export_leaves_nothing_and_what_was_there_stays(tmp_path, name):
    target = target_of(name, tmp_path)
    steps = [0]

    def count(progress: Progress) -> None:
        steps[0] += 1

    total = Progress(listener=count)
    export(name, tmp_path, lambda: iter(several()), total)
    assert steps[0] >= 2 * len(several()), "a person must be able to see it go on, and to stop it"
    old = bytes_in(tmp_path)
    if target.is_dir():  # never written over, so another place is asked for
        old = {}
        tmp_path = tmp_path / "new"
        tmp_path.mkdir()
    for stop in sorted({1, steps[0] // 2, steps[0] - 1}):
        seen = [0]

        def listen(progress: Progress, stop: int = stop, seen: list[int] = seen) -> None:
            seen[0] += 1
            if seen[0] == stop:
                progress.cancel()

        with pytest.raises(Cancelled):
            export(name, tmp_path, lambda: iter(several()), Progress(listener=listen))
        assert bytes_in(tmp_path) == old, f"cancelled at step {stop}"


@pytest.mark.parametrize("name", WRITERS)
def test_an_export_that_fails_half_way_leaves_nothing(tmp_path, name):
    target_of(name, tmp_path).parent.mkdir(exist_ok=True)
    calls = [0]

    def broken() -> Iterator[Record]:
        calls[0] += 1
        yield several()[0]
        if calls[0] == (1 if name == "spacy" else 2):  # that one asks for the records once
            raise FormatError("The disk went away.")
        yield several()[1]

    with pytest.raises(FormatError, match="went away"):
        export(name, tmp_path, broken)
    assert bytes_in(tmp_path) == {}
    assert [path for path in tmp_path.iterdir() if path.name.startswith(".")] == []


TEXT = "Presiden Joko Widodo tiba di Jakarta."
TOKENS = tokens_of(TEXT)
FILLER = {"source": "x" * 3000}
"""Makes files longer than any buffer with few documents."""


def many(count: int) -> Callable[[], Iterator[Record]]:
    def records() -> Iterator[Record]:
        span = Span("s1", ((9, 20),), "PER")
        for number in range(count):
            meta = {**FILLER, "page": f"{number:04}" * 1000}  # of each document's own, so that keeping it costs memory
            yield Record(f"berita-{number:06}", TEXT, meta, TOKENS, "ani", Kind.PERSON, Status.DONE, spans=(span,))

    return records


def peak(name: str, folder: Path, count: int) -> int:
    folder.mkdir()
    gc.collect()
    tracemalloc.start()
    try:
        export(name, folder, many(count))
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


FEW, MANY = 100, 400


@pytest.mark.timeout(300)
@pytest.mark.parametrize("name", [name for name in WRITERS if name not in WHOLE])
def test_four_times_the_documents_take_hardly_more_memory(tmp_path, name):
    export(name, tmp_path, many(3))  # whatever is loaded once is loaded now
    grown: list[float] = []
    for attempt in ("first", "again"):  # what another thread takes meanwhile is counted, too, but hardly twice
        few, more = (peak(name, tmp_path / f"{attempt}-{count}", count) for count in (FEW, MANY))
        grown.append((more - few) / (MANY - FEW))
        if grown[-1] < A_DOCUMENT:
            break
    assert min(grown) < A_DOCUMENT, f"bytes a document: {grown}"


A_DOCUMENT = 1500
"""Bytes that each further document may take: names that are taken and places in a file, never the 4,000 and more of a document."""


def test_the_report_itself_is_the_same_each_time(tmp_path):
    told = []
    for number in range(2):
        folder = tmp_path / str(number)
        folder.mkdir()
        writer = FORMATS["conll"].write
        assert writer is not None
        report = writer(lambda: iter(several()), target_of("conll", folder), SCHEME, options={}, progress=Progress())
        told.append(json.dumps(report.to_dict()).replace(str(folder), ""))
    assert told[0] == told[1]
