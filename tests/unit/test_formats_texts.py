"""Texts with everything that upsets offsets, through writing and reading, in each format; and many records in little memory."""

from __future__ import annotations

import gc
import re
import weakref
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, completed
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.formats import docbin_batch
from annotator.formats.conll_text import lines_of
from annotator.formats.table import FORMATS

SCHEME = completed(LabelScheme(spans=(SpanLabel("PER"), SpanLabel("ORG")), relations=(RelationLabel("WORKS"),)))
READ_AND_WRITTEN = tuple(name for name, entry in FORMATS.items() if entry.write and entry.read)
WRITERS = tuple(name for name, entry in FORMATS.items() if entry.write)

TEXTS = {
    "CRLF": "satu dua\r\ntiga\r\n\r\nempat\r\n",
    "lone CR": "satu\rdua\r\rtiga",
    "LF and CRLF": "satu\ndua\r\ntiga\n\rempat",
    "separators": "satu\u2028dua\u2029tiga empat",
    "next line": "satu\x85dua\x0btiga\x0cempat",
    "information separators": "satu\x1cdua\x1dtiga\x1eempat\x1flima",
    "astral": "\U0001f600 satu \U0001f1ee\U0001f1e9 dua\U0001f468\u200d\U0001f469\u200d\U0001f467 tiga",
    "astral and CRLF": "\U00010000satu\r\n\U0010ffff dua\r\n",
    "combining": "e\u0301satu du\u0300a \u0301tiga",
    "no-break blanks": "satu\u00a0dua\u2009tiga\u3000empat",
    "zero width": "sa\u200btu du\u2060a \ufefftiga",
    "tabs and blanks": "\t satu  dua\t\ttiga \t",
    "right to left": "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd satu \u202bdua\u202c",
    "quotes and marks": "\"satu\" 'dua' \\n <b>tiga</b> &amp; {empat} [lima]",
    "columns": "# satu | dua _ -X- O B-PER (e1-PER) 1 -",
    "one character": "x",
    "one astral character": "\U0001f600",
    "not normal": "\u1100\u1161 \ufb01 \u212b \u0041\u030a",
}


def article(text: str, name: str = "n") -> Record:
    """Make a record with a span on each word, and a relation from the first to the last."""
    tokens = Tokens(match.span() for match in re.finditer(r"\S+", text))
    spans = tuple(Span(f"T{number}", (place,), "PER" if number % 2 else "ORG") for number, place in enumerate(tokens, 1))
    relations = (Relation("R1", "WORKS", "T1", spans[-1].id),) if len(spans) > 1 else ()
    return Record(name, text, {}, tokens, "ani", Kind.PERSON, Status.IN_PROGRESS, spans=spans, relations=relations)


def path_of(name: str, folder: Path) -> Path:
    return folder / f"out{'' if name == 'brat' else FORMATS[name].suffixes[0]}"


def write(name: str, folder: Path, *records: Record, **options: str) -> LossReport:
    writer = FORMATS[name].write
    assert writer is not None
    return writer(lambda: iter(records), path_of(name, folder), SCHEME, options=options, progress=Progress())


def read(name: str, folder: Path, **options: str) -> list[Record]:
    reader = FORMATS[name].read
    assert reader is not None
    found = list(reader(path_of(name, folder), ReadDefaults("ani", Kind.PERSON), **options))
    assert not [item for item in found if isinstance(item, Complaint) and item.lost]
    return [item for item in found if isinstance(item, Record)]


def surfaces(record: Record) -> list[tuple[str, int, str]]:
    return sorted((span.label, span.start, span.surface(record.text)) for span in record.spans)


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("name", READ_AND_WRITTEN)
def test_every_text_comes_back_with_each_word_at_its_place(tmp_path, name, text):
    record = article(text)
    report = write(name, tmp_path, record)
    no_relations = name in ("conll", "conllu")
    assert [loss.reason for loss in report.losses if not (no_relations and loss.item == "relation")] == []
    (back,) = read(name, tmp_path)
    assert back.text == text
    assert surfaces(back) == surfaces(record)
    assert len(back.relations) == (0 if no_relations else len(record.relations))
    if name in ("jsonl", "spacy", "prodigy", "conll", "conllu"):
        assert back.tokens == record.tokens


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_every_text_becomes_the_same_in_spacy(tmp_path, text):
    import spacy
    from spacy.tokens import DocBin

    record = article(text)
    report = write("spacy", tmp_path, record)
    assert report.losses == []
    (doc,) = DocBin().from_disk(path_of("spacy", tmp_path)).get_docs(spacy.blank("xx").vocab)
    assert doc.text == text
    assert sorted((span.label_, span.start_char, span.text) for span in doc.spans["sc"]) == surfaces(record)


@pytest.mark.parametrize("name", WRITERS)
def test_two_documents_of_one_name_stay_two(tmp_path, name):
    first, second = article("satu dua"), article("tiga empat lima")
    report = write(name, tmp_path, first, second)
    assert report.documents == 2
    assert [loss for loss in report.losses if loss.item != "relation"] == []
    if FORMATS[name].read is not None:
        back = read(name, tmp_path)
        assert sorted(record.text for record in back) == ["satu dua", "tiga empat lima"]
        assert {record.name for record in back} == {"n"}


@pytest.mark.parametrize("name", WRITERS)
def test_two_sets_of_one_document_stay_two(tmp_path, name):
    ani, model = article("satu dua"), replace(article("satu dua"), annotator="m1", kind=Kind.MODEL, status=Status.NEW)
    model.spans = tuple(replace(span, reviewed=False) for span in model.spans[:1])
    model.relations = ()
    report = write(name, tmp_path, ani, model)
    assert [loss for loss in report.losses if loss.item != "relation"] == []
    if name != "doccano" and FORMATS[name].read is not None:
        found = {(record.annotator, record.kind, len(record.spans)) for record in read(name, tmp_path)}
        assert found == {("ani", Kind.PERSON, 2), ("m1", Kind.MODEL, 1)}


@pytest.mark.parametrize("name", WRITERS)
def test_a_document_without_any_span_stands_among_the_others(tmp_path, name):
    bare = Record("bare", "tiga empat", tokens=Tokens([(0, 4), (5, 10)]))
    begun = Record(
        "begun", "lima enam", tokens=Tokens([(0, 4), (5, 9)]), annotator="ani", kind=Kind.PERSON, status=Status.IN_PROGRESS
    )
    report = write(name, tmp_path, article("satu dua"), bare, begun, article("tujuh", "last"))
    assert (report.documents, report.spans) == (4, 3)
    assert [loss for loss in report.losses if loss.item != "relation"] == []
    back = {record.name: record for record in read(name, tmp_path)} if FORMATS[name].read else {}
    assert not back or {key: len(record.spans) for key, record in back.items()} == {"n": 2, "bare": 0, "begun": 0, "last": 1}
    if name in ("jsonl", "spacy", "prodigy", "label-studio", "brat", "conll", "conllu", "pubannotation", "gate"):
        assert (back["bare"].annotator, back["bare"].status) == ("", Status.NEW)
        assert (back["begun"].annotator, back["begun"].status) == ("ani", Status.IN_PROGRESS)


@pytest.mark.parametrize("name", WRITERS)
def test_half_a_character_costs_its_document_alone(tmp_path, name):
    half = article("satu \ud800 dua", "half")
    report = write(name, tmp_path, article("satu dua", "one"), half, article("tiga", "two"))
    assert report.documents == 2
    assert [(loss.document, loss.item, str(loss.fate)) for loss in report.losses if loss.item != "relation"] == [
        ("half", "document", "dropped")
    ]
    if FORMATS[name].read is not None:
        assert [record.name for record in sorted(read(name, tmp_path), key=lambda record: record.name)] == ["one", "two"]


@pytest.mark.parametrize("name", WRITERS)
def test_the_same_records_give_the_same_bytes_in_every_file(tmp_path, name):
    records = [article(text, f"n{number}") for number, text in enumerate(TEXTS.values())]
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        write(name, tmp_path / folder, *records)
    files = [
        {file.relative_to(tmp_path / folder): file.read_bytes() for file in (tmp_path / folder).rglob("*") if file.is_file()}
        for folder in ("one", "two")
    ]
    assert files[0] == files[1]
    assert files[0]
    assert not [path for path in files[0] if path.name.startswith(".") or path.suffix == ".tmp"]


@dataclass(slots=True, weakref_slot=True)
class _Counted(Record):
    """A record that a weak reference can watch."""


class _Stream:
    """Hands out records and counts how many of them are alive at once."""

    def __init__(self, number: int) -> None:
        self.number, self.most = number, 0

    def __call__(self) -> Iterator[Record]:
        alive = 0

        def gone() -> None:
            nonlocal alive
            alive -= 1

        for number in range(self.number):
            base = article("satu dua", f"n{number}")
            record = _Counted(**{name: getattr(base, name) for name in Record.__slots__})
            weakref.finalize(record, gone).atexit = False
            alive += 1
            self.most = max(self.most, alive)
            yield record
            del record, base


@pytest.mark.parametrize("name", WRITERS)
def test_a_writer_holds_few_of_the_records_at_once(tmp_path, name):
    stream = _Stream(400)
    writer = FORMATS[name].write
    assert writer is not None
    report = writer(stream, path_of(name, tmp_path), SCHEME, options={}, progress=Progress())
    assert report.documents == 400
    assert stream.most <= (2 * docbin_batch.SIZE if name == "spacy" else 10)  # that one goes on batch by batch


@pytest.mark.parametrize("name", READ_AND_WRITTEN)
def test_a_reader_holds_few_of_the_records_at_once(tmp_path, name):
    write(name, tmp_path, *(article("satu dua tiga", f"n{number}") for number in range(400)))
    reader = FORMATS[name].read
    assert reader is not None
    gc.collect()
    before = sum(type(item) is Record for item in gc.get_objects())
    most = made = 0
    for item in reader(path_of(name, tmp_path), ReadDefaults("other")):
        made += isinstance(item, Record)
        if made % 100 == 99:
            most = max(most, sum(type(item) is Record for item in gc.get_objects()) - before)
    assert made == 400
    assert 0 < most <= 10


def test_a_line_of_columns_ends_at_a_line_feed_alone(tmp_path):
    path = tmp_path / "out.conll"
    path.write_bytes("a\rb\r\nc\u2028d\x85e\nf".encode())
    assert [(line.number, line.text) for line in lines_of(path, None)] == [(1, "a\rb"), (2, "c\u2028d\x85e"), (3, "f")]
