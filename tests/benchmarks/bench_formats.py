"""Each reader and writer of the table beside the bare library call it rests on.

Ours checks everything, and the writers read their output back and compare it; the bare calls do neither.  What rests on no library
stands alone.  By itself, ``python tests/benchmarks/bench_formats.py`` takes 10,000 articles,
with ``--small`` 300, and the formats that are named.
"""

from __future__ import annotations

import csv
import os
import shutil
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from io import BytesIO
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import orjson

from annotator.commands.exporting import SPREADING
from annotator.domain.exchange import ReadDefaults, Record
from annotator.domain.progress import Progress
from annotator.formats.table import FORMATS, Format
from annotator.jobs.workers import WorkerProcess
from tests.benchmarks.data import SCHEME, articles, record
from tests.benchmarks.measure import Figure, best, took

SLOW = frozenset(("docx", "uima-xmi", "uima-json", "web-page", "xlsx"))
"""Formats whose library handles few documents a second: a tenth of the articles is enough to see it."""

Work = Callable[[], Any]

_MANY = 1_000
"""Beyond so many articles a bare call is measured once: it takes minutes, and what it does for the first time is nothing to that."""


def benchmark(folder: Path, scale: float, names: Iterable[str] = FORMATS) -> Iterator[Figure]:
    """Yield the figures of each format, in the order of the table: 1,000 articles at scale 1."""
    every = [record(*item) for item in articles(round(1000 * scale), relations=10)]
    for name in names:
        entry = FORMATS[name]
        records = every[: max(1, len(every) // 10)] if name in SLOW else every
        place = folder / name
        place.mkdir()
        if entry.write is not None:
            yield from _writing(entry, records, place)
        elif name not in ARTICLES:
            continue
        if entry.read is not None:
            yield from _reading(entry, records, place)
        shutil.rmtree(place)


def _out(entry: Format, place: Path) -> Path:
    """Return where an export goes: a folder for brat, whose single files hold one document."""
    return place / ("out" if entry.name == "brat" else f"out{entry.suffixes[0]}")


def _figure(way: str, name: str, count: int, ours: float, bare: Work | None) -> Figure:
    rate = f"{count / ours:,.0f} documents/s"
    if bare is None:
        return Figure(f"{way} {count} articles as {name}", ours, 0.0, rate)
    seconds = best(bare, 2 if count <= _MANY else 1)
    return Figure(f"{way} {count} articles as {name}", ours, seconds, f"{rate}, bare {count / seconds:,.0f}")


def _writing(entry: Format, records: list[Record], place: Path) -> Iterator[Figure]:
    out = _out(entry, place)
    write = entry.write
    assert write is not None

    def ours() -> None:
        if out.is_dir():
            shutil.rmtree(out)
        report = write(lambda: iter(records), out, SCHEME, options={}, progress=Progress())
        assert report.documents == len(records), report.documents

    seconds = took(ours)
    bare = _figure("write", entry.name, len(records), seconds, _bare_write(entry.name, out, records))
    yield bare
    if entry.name in SPREADING:
        yield _spread(entry.name, out, records, bare)


def _spread(name: str, out: Path, records: list[Record], alone: Figure) -> Figure:
    """Measure the writer with a process for each processor, their start included; the file must be the same."""
    before = out.read_bytes()
    workers = WorkerProcess(os.cpu_count() or 1)

    def ours() -> None:
        write = SPREADING[name]
        write(lambda: iter(records), out, SCHEME, options={}, progress=Progress(), parallel=workers.map_ordered)

    try:
        seconds = took(ours)
    finally:
        workers.close(kill=True)
    assert out.read_bytes() == before
    rate = f"{len(records) / seconds:,.0f} documents/s, {alone.ours / seconds:.1f} times that of one process"
    return Figure(f"the same by {workers.processes} processes", seconds, alone.bare, rate)


def _reading(entry: Format, records: list[Record], place: Path) -> Iterator[Figure]:
    read = entry.read
    assert read is not None
    made = ARTICLES.get(entry.name)
    if made is None:
        paths = [_out(entry, place)]
    else:
        paths = [place / f"{number}{entry.suffixes[0]}" for number in range(len(records))]
        for path, one in zip(paths, records, strict=True):
            made(path, one.text)

    def ours() -> None:
        count = sum(isinstance(item, Record) for path in paths for item in read(path, ReadDefaults()))
        assert count == len(records), count

    seconds = took(ours)
    yield _figure("read", entry.name, len(records), seconds, _bare_read(entry.name, paths))


# The articles of formats that are only read


def _html(path: Path, text: str) -> None:
    body = "".join(f"<p>{line}</p>" for line in text.splitlines())
    menu = "<nav><ul><li><a href='/'>Beranda</a></li><li><a href='/x'>Politik</a></li></ul></nav>"
    path.write_text(f"<!DOCTYPE html><html><body>{menu}<article>{body}</article></body></html>", encoding="utf-8")


def _docx(path: Path, text: str) -> None:
    import docx

    document = docx.Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    document.save(str(path))


def _pdf(path: Path, text: str) -> None:
    from textwrap import wrap

    from tests.unit.articles_support import column, pdf

    path.write_bytes(pdf([column(*(part for line in text.splitlines() for part in wrap(line, 90)))]))


def _epub(path: Path, text: str) -> None:
    from tests.unit.articles_support import chapter, epub

    epub(path, {"a.xhtml": chapter("Bab", *text.splitlines())})


def _tagged(path: Path, text: str) -> None:
    words = [f"<PERSON>{word}</PERSON>" if not place % 10 else word for place, word in enumerate(text.split(" "))]
    path.write_text(" ".join(words), encoding="utf-8")


ARTICLES: dict[str, Callable[[Path, str], Any]] = {
    "text": lambda path, text: path.write_text(text, encoding="utf-8"),
    "web-page": _html,
    "docx": _docx,
    "pdf": _pdf,
    "epub": _epub,
    "inline-tags": _tagged,
}


# The bare calls


def _bare_write(name: str, out: Path, records: list[Record]) -> Work | None:
    other = out.with_name("bare")
    match name:
        case "spacy":
            return partial(_docbin_script, records, other)
        case "csv":
            rows = _csv_rows(out)
            return partial(_write_csv, rows, other)
        case "xlsx":
            rows = _sheet_rows(out)
            return partial(_write_sheet, rows, other)
        case "huggingface":
            from pyarrow import parquet

            table = parquet.read_table(_parquet(out))
            return lambda: parquet.write_table(table, other)
        case "uima-xmi" | "uima-json":
            kind = "xmi" if name == "uima-xmi" else "json"
            found = [load() for load in _cas_loaders(out, kind)]
            return lambda: [getattr(cas, f"to_{kind}")() for cas in found]
    values = _json_values(out)
    return None if values is None else lambda: other.write_bytes(b"\n".join(map(orjson.dumps, values)))


def _bare_read(name: str, paths: list[Path]) -> Work | None:
    first = paths[0]
    match name:
        case "spacy":
            return partial(_docbin_read, first)
        case "conllu":
            import conllu

            return lambda: conllu.parse(first.read_text(encoding="utf-8"))
        case "csv":
            return partial(_csv_rows, first)
        case "xlsx":
            return lambda: _sheet_rows(first)
        case "huggingface":
            from pyarrow import parquet

            return lambda: parquet.read_table(_parquet(first)).to_pylist()
        case "uima-xmi" | "uima-json":
            return lambda: [load() for load in _cas_loaders(first, "xmi" if name == "uima-xmi" else "json")]
        case "web-page":
            import trafilatura

            return lambda: [trafilatura.extract(path.read_bytes()) for path in paths]
        case "docx":
            import docx

            return lambda: ["\n".join(part.text for part in docx.Document(str(path)).paragraphs) for path in paths]
        case "pdf":
            import pypdfium2

            return lambda: [pypdfium2.PdfDocument(path)[0].get_textpage().get_text_range() for path in paths]
        case "epub":
            return partial(_epub_texts, paths)
        case "text":
            return lambda: [path.read_bytes().decode() for path in paths]
    return None if _json_values(first) is None else lambda: _json_values(first)


def _files(path: Path) -> list[Path]:
    """Return what an export wrote: a folder's files, else the file and what stands beside it."""
    found = path.rglob("*") if path.is_dir() else path.parent.glob(f"{path.name}*")
    return sorted(file for file in found if file.is_file())


def _json_values(path: Path) -> list[Any] | None:
    """Return the values of a file that is JSON, or JSON a line; None for others."""
    if not path.is_file() or path.suffix not in (".jsonl", ".json", ".bdocjs"):
        return None
    data = path.read_bytes()
    if data[:2] in (b"PK", b"\x1f\x8b"):
        return None
    try:
        return [orjson.loads(data)]
    except orjson.JSONDecodeError:
        return [orjson.loads(line) for line in data.splitlines() if line.strip()]


@cache
def _blank() -> Any:
    """Return the bare pipeline; the first of two rounds pays for it, and the best of them counts."""
    import spacy

    return spacy.blank("id")


def _docbin_script(records: list[Record], other: Path) -> None:
    from spacy.tokens import DocBin

    nlp = _blank()
    docbin = DocBin(store_user_data=True)
    for one in records:
        doc = nlp.make_doc(one.text)
        spans = [doc.char_span(span.start, span.end, span.label) for span in one.spans]
        doc.ents = [span for span in spans if span is not None]
        docbin.add(doc)
    docbin.to_disk(other)


def _docbin_read(path: Path) -> None:
    from spacy.tokens import Doc, DocBin

    if not Doc.has_extension("rel"):
        Doc.set_extension("rel", default={})
    docs = DocBin().from_disk(path).get_docs(_blank().vocab)
    assert sum(len(doc.ents) for doc in docs)


def _csv_rows(out: Path) -> list[list[str]]:
    rows: list[list[str]] = []
    for path in _files(out):
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows += csv.reader(file)
    return rows


def _write_csv(rows: list[list[str]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


def _sheet_rows(path: Path) -> list[list[Any]]:
    import openpyxl

    book = openpyxl.load_workbook(path, read_only=True)
    rows = [list(row) for sheet in book.worksheets for row in sheet.iter_rows(values_only=True)]
    book.close()
    return rows


def _write_sheet(rows: list[list[Any]], path: Path) -> None:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in rows:
        sheet.append(row)
    book.save(path)


def _parquet(path: Path) -> Path:
    return path if path.is_file() else next(path.rglob("*.parquet"))


def _cas_loaders(path: Path, kind: str) -> Iterator[Work]:
    """Yield for each document of an archive how cassis loads it."""
    import cassis

    with zipfile.ZipFile(path) as archive:
        system = next((name for name in archive.namelist() if name.lower().endswith("typesystem.xml")), None)
        types = cassis.load_typesystem(BytesIO(archive.read(system))) if system else None
        for name in archive.namelist():
            if name.endswith(f".{kind}") and kind == "xmi":
                yield partial(cassis.load_cas_from_xmi, archive.read(name).decode(), typesystem=types)
            elif name.endswith(".json"):
                yield partial(cassis.load_cas_from_json, archive.read(name).decode())


def _epub_texts(paths: list[Path]) -> list[str]:
    from lxml import etree

    found: list[str] = []
    for path in paths:
        with zipfile.ZipFile(path) as archive:
            pages = [archive.read(name) for name in archive.namelist() if name.endswith(".xhtml")]
        found += ["".join(etree.fromstring(page).itertext()) for page in pages]
    return found


def main() -> None:
    """Measure 10,000 articles, or with ``--small`` 300, in the formats that are named or in all."""
    from tests.benchmarks.measure import shown

    names = [word for word in sys.argv[1:] if not word.startswith("-")] or list(FORMATS)
    scale = 0.3 if "--small" in sys.argv else 10.0
    with tempfile.TemporaryDirectory(prefix="annotator-bench-") as folder:
        for figure in benchmark(Path(folder), scale, names):
            bare = f"{shown(figure.bare)}{figure.ratio:8.2f} ×" if figure.bare else ""
            print(f"{figure.what:45}{shown(figure.ours):>10}{bare:>20}   {figure.target}", flush=True)


if __name__ == "__main__":
    main()
