"""What all fuzzing of readers shares: real files to begin with, reading one to its end, and what has to hold of what comes out."""

from __future__ import annotations

import shutil
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from itertools import islice
from pathlib import Path

from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, completed
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats.detect import detect
from annotator.formats.table import FORMATS
from tests.unit.articles_support import chapter, column, epub, pdf

FIXTURES = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "formats"
READERS = tuple(name for name, entry in FORMATS.items() if entry.read is not None)
MOST_ITEMS = 20_000
"""No file of some kilobytes may yield more than this, and a larger one no more than one item a byte."""

LARGEST_SEED = 20_000
SCHEME = completed(LabelScheme(spans=(SpanLabel("PER"), SpanLabel("ORG")), relations=(RelationLabel("WORKS"),)))
RECORDS = (
    Record(
        "satu",
        "Ani \U0001f600 di PT é Maju.\nLalu pulang.",
        {"source": "desk"},
        Tokens([(0, 3), (4, 5), (6, 8), (9, 11), (12, 13), (14, 18), (18, 19), (20, 24), (25, 31), (31, 32)]),
        "ani",
        Kind.PERSON,
        Status.DONE,
        categories=("news",),
        spans=(Span("T1", ((0, 3),), "PER", note="x", kb_id="Q1"), Span("T2", ((9, 18),), "ORG", {"sure": "no"})),
        relations=(Relation("R1", "WORKS", "T1", "T2"),),
    ),
    Record("dua", "Budi pergi.", {}, Tokens([(0, 4), (5, 10), (10, 11)]), "ani", Kind.PERSON, Status.DONE),
)
PAGE = (
    '<!DOCTYPE html><html lang="id"><head><meta charset="utf-8"><title>Judul</title><meta name="author" content="Siti"></head><body>'
    "<nav><a href='/'>Beranda</a></nav><article><h1>Judul</h1><p>Ani di <b>PT</b> Maju&nbsp;hari ini &amp; besok.</p>"
    "<table><tr><td>a</td><td>b</td></tr></table><pre>x\n y</pre><ul><li>satu<li>dua</ul></article></body></html>"
)
TAGGED = "<doc><ENAMEX TYPE='PERSON'>Ani</ENAMEX> di <PERSON>PT <b>Maju</b></PERSON>.</doc>\n"


def seeds(name: str, folder: Path) -> list[Path]:
    """Write sound files of a format into a folder of their own, and bring some that other tools wrote; return them."""
    folder.mkdir(parents=True, exist_ok=True)
    entry = FORMATS[name]
    made = folder / f"seed{entry.suffixes[0]}"
    if entry.write is not None:
        records = RECORDS[:1] if name == "brat" else RECORDS  # a single .ann holds one
        entry.write(lambda: iter(records), made, SCHEME, options={}, progress=Progress())
    elif name == "docx":
        _word(made)
    elif name == "epub":
        epub(
            made,
            {"a.xhtml": chapter("Bab 1", "Satu &nbsp;dua."), "b.xhtml": chapter("Bab 2", "Tiga.")},
            metadata="<title>B</title>",
        )
    else:
        content = {
            "pdf": pdf([column("Kebakaran di Bogor mem-", "buat panik."), column("Dua.")], info={"Title": "x"}),
            "web-page": PAGE.encode(),
        }
        made.write_bytes(content.get(name, TAGGED.encode()))
    return [made, *_foreign(name, folder)]


def _word(path: Path) -> None:
    import docx

    document = docx.Document()
    document.add_heading("Judul", 0)
    document.add_paragraph("Satu\tdua.")
    document.add_table(1, 2).cell(0, 1).text = "sel"
    document.save(str(path))


def _foreign(name: str, folder: Path) -> Iterator[Path]:
    for number, path in enumerate(islice(_fixtures().get(name, ()), 3)):
        target = folder / f"{number}" / path.name
        target.parent.mkdir(exist_ok=True)
        shutil.copyfile(path, target)
        beside = path.with_suffix(".txt")
        if name == "brat" and beside.is_file():
            shutil.copyfile(beside, target.with_suffix(".txt"))
        yield target


@cache
def _fixtures() -> dict[str, list[Path]]:
    """Return small files of other tools by the format they are told to be in, at most three a format and suffix."""
    found: dict[str, list[Path]] = {}
    counts: dict[tuple[str, str], int] = {}
    for path in sorted(FIXTURES.rglob("*")) if FIXTURES.is_dir() else ():
        if path.is_file() and 100 < path.stat().st_size < LARGEST_SEED:
            with suppress(FormatError):
                name = detect(path).name
                kind = (name, path.suffix)
                counts[kind] = counts.get(kind, 0) + 1
                if counts[kind] == 1:
                    found.setdefault(name, []).append(path)
    return found


def read_all(name: str, path: Path) -> list[Record | Complaint]:
    """Read a file to its end; a refusal of the whole is one complaint, and any other exception is what the fuzzing looks for."""
    reader = FORMATS[name].read
    assert reader is not None
    most = max(MOST_ITEMS, path.stat().st_size)
    try:
        found = list(islice(reader(path, ReadDefaults("other")), most))
    except FormatError as error:
        found = [Complaint(str(path), str(error))]
    assert len(found) < most, "the reader goes on and on"
    for item in found:
        if isinstance(item, Record):
            assert_sound(item)
        else:
            assert isinstance(item, Complaint)
            assert item.message.strip()
            assert "Traceback" not in item.message
            assert len(item.message) < 2000, "a sentence, not a listing"
    return found


def assert_sound(record: Record) -> None:
    """Check what a project takes for granted of a record."""
    record.text.encode()
    record.name.encode()
    assert record.name
    assert isinstance(record.text, str)
    ids = [span.id for span in record.spans]
    assert len(set(ids)) == len(ids)
    for span in record.spans:
        assert span.label.strip()
        last = 0
        for start, end in span.fragments:
            assert last <= start < end <= len(record.text)
            last = end
        assert span.confidence is None or 0 <= span.confidence <= 1
    assert len({relation.id for relation in record.relations}) == len(record.relations)
    for relation in record.relations:
        assert {relation.head, relation.tail} <= set(ids)
    for start, end in record.tokens or ():
        assert 0 <= start < end <= len(record.text)


def files_below(folder: Path) -> set[str]:
    """Return what lies in a folder and below."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def with_members(archive: Path, target: Path, change: dict[str, bytes] | None = None, **every: bytes) -> Path:
    """Copy a zip archive with members added or replaced; ``every="..."`` replaces the content of all."""
    with zipfile.ZipFile(archive) as old:
        members = {info.filename: every.get("every", old.read(info)) for info in old.infolist()}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for member, content in (members | (change or {})).items():
            new.writestr(member, content)
    return target
