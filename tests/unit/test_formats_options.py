"""Every option of the table of formats with each of its values: each is taken, the first is the default, others are refused, and each
makes the difference it is there for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, completed
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats.table import FORMATS

SCHEME = completed(LabelScheme(spans=(SpanLabel("PER"), SpanLabel("ORG")), relations=(RelationLabel("WORKS"),)))
TEXT = "\U0001f600 Ani e\u0301 PT Maju Jaya"
TOKENS = Tokens([(0, 1), (2, 5), (6, 8), (9, 11), (12, 16), (17, 21)])
INNER, OUTER = Span("T1", ((9, 11),), "PER"), Span("T2", ((9, 21),), "ORG")
FIRST, LONG = Span("T1", ((2, 8),), "PER"), Span("T2", ((6, 21),), "ORG")
JAYA = Span("T2", ((17, 21),), "ORG")
RECORD = Record("n", TEXT, {}, TOKENS, "ani", Kind.PERSON, Status.IN_PROGRESS, spans=(INNER, OUTER))


def path_of(name: str, folder: Path) -> Path:
    return folder / f"out{'' if name == 'brat' else FORMATS[name].suffixes[0]}"


def write(name: str, folder: Path, record: Record = RECORD, options: Mapping[str, str] | None = None) -> LossReport:
    writer = FORMATS[name].write
    assert writer is not None
    return writer(lambda: iter([record]), path_of(name, folder), SCHEME, options=options or {}, progress=Progress())


def read(name: str, folder: Path, **options: str) -> Record:
    reader = FORMATS[name].read
    assert reader is not None
    (back,) = [item for item in reader(path_of(name, folder), ReadDefaults("other"), **options) if isinstance(item, Record)]
    return back


def places(record: Record) -> set[tuple[str, int, int]]:
    return {(span.label, span.start, span.end) for span in record.spans}


def files(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


WRITE_OPTIONS = [(name, option) for name, entry in FORMATS.items() for option in entry.write_options or ()]
WRITE_VALUES = [(name, option, value) for name, option in WRITE_OPTIONS for value in (FORMATS[name].write_options or {})[option]]
READ_OPTIONS = [(name, option) for name, entry in FORMATS.items() for option in entry.read_options or ()]
WRITTEN_TOO = [(name, option) for name, option in READ_OPTIONS if FORMATS[name].write]
"""What is only read, as articles are, has its options tested with files of its own."""
READ_VALUES = [(name, option, value) for name, option in WRITTEN_TOO for value in (FORMATS[name].read_options or {})[option]]


@pytest.mark.parametrize(("name", "option", "value"), WRITE_VALUES)
def test_each_value_is_taken_by_the_writer_and_the_first_is_the_default(tmp_path, name, option, value):
    (tmp_path / "named").mkdir()
    (tmp_path / "default").mkdir()
    report = write(name, tmp_path / "named", options={option: value})
    assert report.documents == 1
    assert not [loss for loss in report.losses if "came back" in loss.reason or "come back" in loss.reason]
    if value == (FORMATS[name].write_options or {})[option][0]:
        plain = write(name, tmp_path / "default")
        assert files(tmp_path / "named") == files(tmp_path / "default")
        assert report.losses == plain.losses


@pytest.mark.parametrize(("name", "option"), WRITE_OPTIONS)
@pytest.mark.parametrize("value", ["", "none such", "LONGEST", "\0", "0"])
def test_another_value_is_refused_and_nothing_is_written(tmp_path, name, option, value):
    with pytest.raises(FormatError) as refused:
        write(name, tmp_path, options={option: value})
    assert option in str(refused.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [name for name, entry in FORMATS.items() if entry.write and name != "jsonl"])
@pytest.mark.parametrize("option", ["none such", "encoding", ""])
def test_another_option_is_refused_and_nothing_is_written(tmp_path, name, option):
    with pytest.raises(FormatError, match="option"):
        write(name, tmp_path, options={option: "x"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("name", "option", "value"), READ_VALUES)
def test_each_value_is_taken_by_the_reader_and_the_first_is_the_default(tmp_path, name, option, value):
    record = replace(RECORD, text=TEXT.replace("\U0001f600", "*").replace("e\u0301", "ed"), spans=(OUTER,))
    write(name, tmp_path, record)
    back = read(name, tmp_path, **{option: value})
    assert {label for label, *_ in places(back)} == {"ORG"} or (name, option, value) == ("conll", "tags", "plain")
    if value == (FORMATS[name].read_options or {})[option][0]:
        plain = read(name, tmp_path)
        assert (back.text, back.spans, back.status) == (plain.text, plain.spans, plain.status)


@pytest.mark.parametrize(
    "name", ["text", *(name for name, option in WRITTEN_TOO if option == "encoding" and name != "webanno-tsv")]
)
def test_each_reader_that_knows_encodings_reads_and_refuses_them(tmp_path, name):
    record = replace(RECORD, spans=(OUTER,))
    if name == "text":
        path_of(name, tmp_path).write_bytes(TEXT.encode())
    else:
        write(name, tmp_path, record)
    wanted = (TEXT, places(read(name, tmp_path)))
    assert wanted[1] == (set() if name == "text" else {("ORG", 9, 21)})
    for file in tmp_path.rglob("*"):
        # what is beside a CoNLL file is this program's own, always in UTF-8
        if file.is_file() and "documents" not in file.name:
            file.write_bytes(file.read_bytes().decode().encode("utf-16"))
    back = read(name, tmp_path, encoding="utf-16")
    assert (back.text, places(back)) == wanted


@pytest.mark.parametrize("name", [name for name, option in READ_OPTIONS if option == "encoding" and name != "brat"])
def test_an_encoding_that_does_not_exist_is_refused(tmp_path, name):
    path = path_of(name, tmp_path)
    path.write_bytes(b'{"text": "x"}\n')
    reader = FORMATS[name].read
    assert reader is not None
    with pytest.raises(FormatError, match="none-such"):
        list(reader(path, ReadDefaults("other"), encoding="none-such"))


@pytest.mark.parametrize(("name", "option"), [(name, option) for name, option in READ_OPTIONS if option in ("offsets", "status")])
def test_another_value_is_refused_by_the_reader_at_once(tmp_path, name, option):
    write(name, tmp_path)
    reader = FORMATS[name].read
    assert reader is not None
    with pytest.raises(FormatError, match=f"“{option}” is one of"):
        reader(path_of(name, tmp_path), ReadDefaults("other"), **{option: "none such"})


@pytest.mark.parametrize(
    ("misaligned", "place", "arrived"),
    [
        ("missing", (9, 14), None),
        ("expand", (9, 14), (9, 16)),
        ("contract", (9, 14), (9, 11)),
        ("missing", (13, 15), None),
        ("expand", (13, 15), (12, 16)),
        ("contract", (13, 15), None),
        ("missing", (8, 12), None),
        ("expand", (8, 12), (9, 11)),
        ("contract", (8, 12), (9, 11)),
        ("expand", (8, 9), None),
        ("expand", (5, 6), None),
    ],
)
@pytest.mark.parametrize("name", [name for name, option in WRITE_OPTIONS if option == "misaligned"])
def test_spans_that_cut_tokens_go_where_the_option_says(tmp_path, name, misaligned, place, arrived):
    report = write(name, tmp_path, replace(RECORD, spans=(Span("T1", (place,), "PER"), JAYA)), {"misaligned": misaligned})
    (loss,) = report.losses
    assert (str(loss.fate), report.spans) == (("moved", 2) if arrived else ("dropped", 1))
    if name == "spacy":
        twin = json.loads((tmp_path / "out.spacy.relations.json").read_bytes())
        found = {(span["label"], span["start"], span["end"]) for span in twin["documents"][0]["spans"]}
    else:
        found = places(read(name, tmp_path))
    assert found == {("ORG", 17, 21), *([("PER", *arrived)] if arrived else [])}


@pytest.mark.parametrize(
    ("overlap", "spans", "kept"),
    [
        ("longest", (INNER, OUTER), "ORG"),
        ("longest", (FIRST, LONG), "ORG"),
        ("first", (FIRST, LONG), "PER"),
        ("longest", (replace(INNER, fragments=((6, 11),)), replace(OUTER, fragments=((9, 16),))), "PER"),
    ],
)
@pytest.mark.parametrize("name", [name for name, option in WRITE_OPTIONS if option == "overlap"])
def test_of_spans_that_share_a_token_the_option_says_which_is_kept(tmp_path, name, overlap, spans, kept):
    options = {"overlap": overlap} | ({"entities": "ne"} if name == "conllu" else {})
    report = write(name, tmp_path, replace(RECORD, spans=spans), options)
    assert [loss.label for loss in report.losses] == ["PER" if kept == "ORG" else "ORG"]
    if name == "spacy":
        twin = json.loads((tmp_path / "out.spacy.relations.json").read_bytes())
        assert [span["label"] for span in twin["documents"][0]["spans"] if span["ent"]] == [kept]
    else:
        assert {label for label, *_ in places(read(name, tmp_path))} == {kept}


@pytest.mark.parametrize(
    ("tags", "last", "single"), [("iob2", "I-ORG", "B-PER"), ("biluo", "L-ORG", "U-PER"), ("bioes", "E-ORG", "S-PER")]
)
@pytest.mark.parametrize("width", ["2", "4"])
def test_tags_and_columns_stand_as_they_were_asked_for(tmp_path, tags, last, single, width):
    record = replace(RECORD, spans=(Span("T1", ((2, 5),), "PER"), Span("T2", ((9, 21),), "ORG")))
    write("conll", tmp_path, record, {"tags": tags, "columns": width})
    rows = [line.split(" ") for line in path_of("conll", tmp_path).read_text(encoding="utf-8").splitlines()[2:] if line]
    assert {len(row) for row in rows} == {int(width)}
    assert [row[-1] for row in rows] == ["O", single, "O", "B-ORG", "I-ORG", last]
    assert places(read("conll", tmp_path)) == places(record)


@pytest.mark.parametrize(("offsets", "start"), [("utf-16", 10), ("code-points", 9), ("graphemes", 8)])
def test_doccano_counts_what_it_is_told_to(tmp_path, offsets, start):
    write("doccano", tmp_path, options={"offsets": offsets, "layout": "spans"})
    data = json.loads(path_of("doccano", tmp_path).read_bytes())
    assert sorted(data["label"]) == [[start, start + 2, "PER"], [start, start + 12, "ORG"]]
    assert places(read("doccano", tmp_path, offsets=offsets)) == places(RECORD)


@pytest.mark.parametrize(("offsets", "start"), [("utf-16", 10), ("code-points", 9)])
def test_label_studio_counts_what_it_is_told_to(tmp_path, offsets, start):
    write("label-studio", tmp_path, options={"offsets": offsets})
    (task,) = json.loads(path_of("label-studio", tmp_path).read_bytes())
    assert {result["value"]["start"] for result in task["annotations"][0]["result"]} == {start}
    assert places(read("label-studio", tmp_path, offsets=offsets)) == places(RECORD)
    assert places(read("label-studio", tmp_path, offsets="auto")) == places(RECORD)


@pytest.mark.parametrize(("layout", "relations"), [("auto", True), ("spans", False), ("relations", True)])
def test_doccanos_layouts(tmp_path, layout, relations):
    record = replace(RECORD, relations=(Relation("R1", "WORKS", "T1", "T2"),))
    report = write("doccano", tmp_path, record, {"layout": layout})
    data = json.loads(path_of("doccano", tmp_path).read_bytes())
    assert ("entities" in data, "relations" in data, "label" in data) == (relations, relations, not relations)
    assert [loss.item for loss in report.losses] == ([] if relations else ["relation"])
    assert report.relations == relations


@pytest.mark.parametrize(("status", "wanted"), [("in progress", Status.IN_PROGRESS), ("done", Status.DONE)])
def test_doccanos_status_is_told_by_the_user(tmp_path, status, wanted):
    write("doccano", tmp_path)
    assert read("doccano", tmp_path, status=status).status is wanted


def test_conllus_entities_nest_and_its_tags_do_not(tmp_path):
    assert write("conllu", tmp_path, options={"entities": "entity"}).losses == []
    assert places(read("conllu", tmp_path)) == places(RECORD)
    assert [loss.label for loss in write("conllu", tmp_path, options={"entities": "ne"}).losses] == ["PER"]
    assert places(read("conllu", tmp_path)) == places(replace(RECORD, spans=(OUTER,)))


def test_brats_details_are_notes_or_losses(tmp_path):
    record = replace(RECORD, spans=(replace(INNER, kb_id="no reference"),), categories=("news",))
    for details in ("notes", "none"):
        (tmp_path / details).mkdir()
    assert write("brat", tmp_path / "notes", record, {"details": "notes"}).losses == []
    assert {(loss.item, str(loss.fate)) for loss in write("brat", tmp_path / "none", record, {"details": "none"}).losses} == {
        ("document", "changed"),
        ("span", "changed"),
    }
    assert b"Annotator" in (tmp_path / "notes" / "out" / "n.ann").read_bytes()
    assert b"Annotator" not in (tmp_path / "none" / "out" / "n.ann").read_bytes()


ROWS = "a B-X X\nb I-X X\nc O O\n\nd B-Y Y\n"


def conll(folder: Path, rows: str, **options: str) -> list[Record]:
    path_of("conll", folder).write_text(rows, encoding="utf-8", newline="\n")
    reader = FORMATS["conll"].read
    assert reader is not None
    return [item for item in reader(path_of("conll", folder), ReadDefaults("other"), **options) if isinstance(item, Record)]


@pytest.mark.parametrize(
    ("options", "spans"),
    [
        ({}, {("X", 0, 3), ("Y", 6, 7)}),
        ({"column": "2"}, {("X", 0, 3), ("Y", 6, 7)}),
        ({"column": "-2"}, {("X", 0, 3), ("Y", 6, 7)}),
        ({"column": "3", "tags": "plain"}, {("X", 0, 3), ("Y", 6, 7)}),
        ({"column": "2", "tags": "plain"}, {("B-X", 0, 1), ("I-X", 2, 3), ("B-Y", 6, 7)}),
    ],
)
def test_columns_of_tags_are_found_or_named(tmp_path, options, spans):
    (record,) = conll(tmp_path, ROWS, **options)
    assert (record.text.rstrip("\n"), places(record)) == ("a b c\nd", spans)


@pytest.mark.parametrize("column", ["0", "4", "-4", "x", "1.0", "9" * 30])
def test_a_column_that_is_not_there_is_refused(tmp_path, column):
    for option in ("column", "token_column"):
        with pytest.raises(FormatError, match="choose one from 1 to 3"):
            conll(tmp_path, ROWS, **{option: column})


def test_tokens_and_tags_are_never_one_column(tmp_path):
    with pytest.raises(FormatError, match="cannot both stand in column 2"):
        conll(tmp_path, ROWS, column="2", token_column="-2")


def test_tags_that_are_letters_alone_need_a_name(tmp_path):
    with pytest.raises(FormatError, match="label=NAME"):
        conll(tmp_path, "a B\nb I\nc O\n")
    (record,) = conll(tmp_path, "a B\nb I\nc O\n", label="KEY")
    assert places(record) == {("KEY", 0, 3)}


def test_each_sentence_may_be_a_document(tmp_path):
    assert [record.text.rstrip("\n") for record in conll(tmp_path, ROWS, documents="sentence")] == ["a b c", "d"]
    assert len(conll(tmp_path, ROWS, documents="auto")) == 1


@pytest.mark.parametrize(("spacing", "text"), [("blank", "( Ani ) , Budi ."), ("punctuation", "(Ani), Budi.")])
def test_blanks_before_punctuation_are_a_choice(tmp_path, spacing, text):
    (record,) = conll(tmp_path, "( O\nAni B-PER\n) O\n, O\nBudi B-PER\n. O\n", spacing=spacing)
    assert record.text.rstrip("\n") == text
    assert [span.surface(record.text) for span in record.spans] == ["Ani", "Budi"]


@pytest.mark.parametrize(
    ("tags", "spans"),
    [
        ("iob1", {("X", 0, 3), ("X", 4, 5)}),
        ("iob2", {("X", 0, 3), ("X", 4, 5)}),
        ("biluo", {("X", 0, 3), ("X", 4, 5)}),
        ("ioe", {("X", 0, 3), ("X", 4, 5)}),
    ],
)
def test_every_kind_of_tags_reads_what_all_have_in_common(tmp_path, tags, spans):
    (record,) = conll(tmp_path, "a I-X\nb I-X\nc B-X\nd O\n", tags=tags)
    assert places(record) == spans
