"""Hugging Face data sets: what is written can be trained on and comes back, and the usual rows of others are read."""

from __future__ import annotations

import builtins
import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from annotator.domain.annotations import Kind, Relation, Span, Verdict, text_order
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, completed
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats import huggingface, huggingface_files
from annotator.formats.conll_read import read as read_conll
from annotator.formats.detect import detect

FIXTURES = Path(__file__).resolve().parents[3] / "shared" / "fixtures"
SCHEME = completed(LabelScheme(spans=(SpanLabel("PER"), SpanLabel("ORG")), relations=(RelationLabel("WORKS"),)))
TEXT = "Ani 😊 di\r\nPT é Maju."
RECORD = Record(
    "n",
    TEXT,
    {"source": "desk", "n": [1, {"x": None}]},
    Tokens([(0, 3), (4, 5), (6, 8), (10, 12), (13, 14), (15, 19), (19, 20)]),
    "ani",
    Kind.PERSON,
    Status.DONE,
    True,
    ("news",),
    (
        Span("T1", ((0, 3),), "PER", {"sure": "no"}, "a note", "Wiki:Q1", 0.5, "m", False, "m/T9"),
        Span("T2", ((10, 19),), "ORG"),
        Span("T3", ((0, 3), (10, 12)), "ORG"),
    ),
    (Relation("R1", "WORKS", "T1", "T2", {"since": "1990"}, "another", 0.25, "m", False, "m/R9"),),
    (Verdict("PER@4-5", "m"),),
)


def write(path: Path, *records: Record, **options: str) -> LossReport:
    return huggingface.write(lambda: iter(records), path, SCHEME, options=options, progress=Progress())


def read(path: Path, **options: str) -> tuple[list[Record], list[Complaint]]:
    found = list(huggingface.read(path, ReadDefaults("other", Kind.PERSON), **options))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def rows_file(folder: Path, *rows: dict, name: str = "rows.jsonl") -> Path:
    path = folder / name
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n", encoding="utf-8")
    return path


def places(record: Record) -> list[tuple[str, int, int, str]]:
    return [(span.label, span.start, span.end, span.surface(record.text)) for span in record.spans]


@pytest.mark.parametrize("name", ["a.parquet", "a.jsonl", "folder"])
@pytest.mark.parametrize("files", ["parquet", "jsonl"])
def test_everything_of_a_record_comes_back_from_every_container(tmp_path, name, files):
    bare = Record("bare", "tanpa apa pun")
    report = write(tmp_path / name, RECORD, bare, files=files)
    assert [loss.reason for loss in report.losses] == [
        "has several fragments, which the format cannot hold: it is in spans but not in ner_tags"
    ]
    records, complaints = read(tmp_path / name)
    assert complaints == []
    in_order = tuple(sorted(RECORD.spans, key=text_order))
    assert [replace(record, place="") for record in records] == [replace(RECORD, spans=in_order), bare]
    assert (report.documents, report.spans, report.relations, report.unreviewed) == (2, 3, 1, 2)
    written = (
        {file.name for file in (tmp_path / name).iterdir()} if name == "folder" else {file.name for file in tmp_path.iterdir()}
    )
    assert written == ({f"train.{files}", "README.md"} if name == "folder" else {name, f"{name}.README.md"})


def test_the_token_view_is_what_a_trainer_needs(tmp_path):
    write(tmp_path / "a.parquet", RECORD)
    table = parquet.read_table(tmp_path / "a.parquet")
    (row,) = table.to_pylist()
    assert row["tokens"] == ["Ani", "😊", "di", "PT", "é", "Maju", "."]
    assert [row["text"][start:end] for start, end in row["offsets"]] == row["tokens"]
    features = json.loads(table.schema.metadata[b"huggingface"])["info"]["features"]
    names = features["ner_tags"]["feature"]["names"]
    assert features["ner_tags"] == {"feature": {"names": names, "_type": "ClassLabel"}, "_type": "Sequence"}
    assert names == ["O", "B-PER", "I-PER", "B-ORG", "I-ORG"]
    assert [names[tag] for tag in row["ner_tags"]] == ["B-PER", "O", "O", "B-ORG", "I-ORG", "I-ORG", "O"]
    assert list(features) == table.column_names
    assert table.schema.field("offsets").type == pa.list_(pa.list_(pa.int64()))


@pytest.mark.parametrize(("tags", "wanted"), [("bioes", ["S-PER", "B-ORG", "I-ORG", "E-ORG"]), ("none", None)])
def test_the_option_says_which_tags(tmp_path, tags, wanted):
    report = write(tmp_path / "a.jsonl", RECORD, tags=tags)
    row = json.loads((tmp_path / "a.jsonl").read_bytes())
    card = (tmp_path / "a.jsonl.README.md").read_text(encoding="utf-8")
    if wanted is None:
        assert "ner_tags" not in row
        assert "ner_tags" not in card
        assert report.losses == []
    else:
        names = [line.split('"')[1] for line in card.splitlines() if line.lstrip().startswith("'")]
        assert [names[tag] for tag in row["ner_tags"] if tag] == wanted
        assert "(BIOES)" in card


def test_a_label_the_scheme_lacks_gets_a_number_too(tmp_path):
    record = replace(RECORD, spans=(Span("x", ((6, 8),), 'Tempat: "di"'),), relations=())
    write(tmp_path / "out", record)
    (back,), _ = read(tmp_path / "out")
    assert back.spans == record.spans
    (row,) = parquet.read_table(tmp_path / "out" / "train.parquet").to_pylist()
    assert row["ner_tags"] == [0, 0, 5, 0, 0, 0, 0]
    assert '\'5\': "B-Tempat: \\"di\\""' in (tmp_path / "out" / "README.md").read_text(encoding="utf-8")


def test_tokens_that_do_not_fit_and_none_at_all_are_said(tmp_path):
    wrong = replace(RECORD, name="wrong", tokens=Tokens([(0, 2)]), spans=(), relations=())
    report = write(tmp_path / "a.parquet", wrong, replace(RECORD, tokens=None))
    assert [(loss.document, loss.reason.partition(":")[0]) for loss in report.losses] == [
        ("wrong", "its tokens do not fit its text and were left out")
    ]
    assert report.notices == ["2 documents have no tokens, and so no tags: text and spans alone."]


def test_a_folder_with_other_data_is_refused_and_an_own_one_replaced(tmp_path):
    write(tmp_path / "out", RECORD)
    assert write(tmp_path / "out", replace(RECORD, name="again")).documents == 1
    (tmp_path / "out" / "test.jsonl").write_text("{}", encoding="utf-8")
    with pytest.raises(FormatError, match=r"other data files \(test\.jsonl\)"):
        write(tmp_path / "out", RECORD)
    (back, *more), _ = read(tmp_path / "out" / "train.parquet")
    assert (back.name, more) == ("again", [])


def test_a_cancel_or_a_failure_leaves_nothing(tmp_path):
    progress = Progress()
    progress.cancel()
    for name in ("out", "out.parquet", "out.jsonl"):
        with pytest.raises(Cancelled):
            huggingface.write(lambda: iter([RECORD]), tmp_path / name, SCHEME, options={}, progress=progress)
        with pytest.raises(FormatError, match="nothing to export"):
            write(tmp_path / name)
        with pytest.raises(FormatError, match="cannot be exported: it holds what cannot be written"):
            write(tmp_path / name, replace(RECORD, text="\ud800"))
    assert list(tmp_path.iterdir()) == []


def test_row_groups_end_where_they_should(tmp_path, monkeypatch):
    monkeypatch.setattr(huggingface_files, "ROWS", 10)
    records = [replace(RECORD, name=f"n{number}") for number in range(35)]
    assert write(tmp_path / "a.parquet", *records).documents == 35
    opened = parquet.ParquetFile(tmp_path / "a.parquet")
    assert [opened.metadata.row_group(number).num_rows for number in range(opened.num_row_groups)] == [10, 10, 10, 5]
    opened.close()
    assert [record.name for record in read(tmp_path / "a.parquet")[0]] == [record.name for record in records]


def test_without_pyarrow_the_sentence_says_what_to_install(tmp_path, monkeypatch):
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("pyarrow"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    path = tmp_path / "a.parquet"
    write(path, RECORD)
    monkeypatch.setattr(builtins, "__import__", without)
    for call in (lambda: huggingface.read(path, ReadDefaults()), lambda: write(path, RECORD)):
        with pytest.raises(FormatError, match=r"pyarrow.*pip install 'annotator\[formats\]'"):
            call()


# --- rows of others ------------------------------------------------------------------------------------------------------------


TOKENS = ["Budi", "di", "Bank", "Indonesia", "."]
WANTED = [("PER", 0, 4, "Budi"), ("ORG", 8, 22, "Bank Indonesia")]


@pytest.mark.parametrize("column", ["ner_tags", "tags", "labels", "ner"])
@pytest.mark.parametrize(
    "tags", [["B-PER", "O", "B-ORG", "I-ORG", "O"], ["I-PER", "O", "I-ORG", "I-ORG", "O"], ["PER", "O", "ORG", "ORG", "O"]]
)
def test_tokens_with_tags_as_texts(tmp_path, column, tags):
    (record,), complaints = read(rows_file(tmp_path, {"id": "7", "tokens": TOKENS, column: tags}))
    assert (record.name, record.text, record.annotator) == ("7", "Budi di Bank Indonesia .", "other")
    assert places(record) == WANTED
    assert [record.text[start:end] for start, end in record.tokens or ()] == TOKENS
    assert (complaints, record.meta) == ([], {})


@pytest.mark.parametrize("where", ["option", "README.md", "dataset_infos.json", "rows.jsonl.README.md"])
def test_numbers_of_tags_are_named_by_the_card_or_the_user(tmp_path, where):
    path = rows_file(tmp_path, {"tokens": TOKENS, "ner_tags": [1, 0, 3, 4, -100]})
    names = ["O", "B-PER", "I-PER", "B-ORG", "I-ORG"]
    if where == "dataset_infos.json":
        feature = {"feature": {"num_classes": 5, "names": names, "_type": "ClassLabel"}, "_type": "Sequence"}
        (tmp_path / where).write_text(json.dumps({"default": {"features": {"ner_tags": feature}}}), encoding="utf-8")
    elif where != "option":
        card = "---\ndataset_info:\n  features:\n  - name: ner_tags\n    sequence:\n      class_label:\n        names:\n"
        card += "".join(f"          '{number}': {name}\n" for number, name in enumerate(names)) + "---\n# Kartu\n"
        (tmp_path / where).write_text(card, encoding="utf-8")
    (record,), complaints = read(path, **({"names": " O, B-PER,I-PER,B-ORG,I-ORG"} if where == "option" else {}))
    assert places(record) == WANTED
    assert complaints == []


@pytest.mark.parametrize(("names", "told"), [("", "holds numbers"), ("O,B-PER", "holds a number without a name")])
def test_numbers_nobody_names_are_complained_of_and_the_text_comes(tmp_path, names, told):
    (record,), (complaint,) = read(rows_file(tmp_path, {"tokens": TOKENS, "ner_tags": [1, 0, 3, 4, 0]}), names=names)
    assert (record.text, record.spans) == ("Budi di Bank Indonesia .", ())
    assert told in complaint.message
    assert "names=O,B-PER" in complaint.message


def test_tokens_are_placed_in_a_text_that_holds_them(tmp_path):
    row = {"tokens": TOKENS, "tags": ["B-PER", "O", "B-ORG", "I-ORG", "O"], "sentence": "Budi  di\tBank Indonesia.", "split": "a"}
    (record,), _ = read(rows_file(tmp_path, row))
    assert record.text == "Budi  di\tBank Indonesia."
    assert places(record) == [("PER", 0, 4, "Budi"), ("ORG", 9, 23, "Bank Indonesia")]
    assert record.meta == {"split": "a"}
    (record,), (complaint,) = read(rows_file(tmp_path, {**row, "sentence": "Lain sekali"}))
    assert (record.text, record.spans, record.tokens) == ("Lain sekali", (), None)
    assert "do not stand in the text" in complaint.message


ASTRAL = "😊 Budi di BI"
SPANS_OF_OTHERS = {
    "objects": {"spans": [{"start": 2, "end": 6, "label": "PER"}, {"start": 10, "end": 12, "label": "ORG"}]},
    "object of lists": {"spans": {"start": [2, 10], "end": [6, 12], "label": ["PER", "ORG"]}},
    "lists": {"entities": [[2, 6, "PER"], [10, 12, "ORG"]]},
    "other names": {
        "entities": [{"start_offset": 2, "end_offset": 6, "type": "PER"}, {"begin": 10, "stop": 12, "entity_group": "ORG"}]
    },
    "fragments": {"entities": [{"offsets": [[2, 6]], "text": ["Budi"], "type": "PER"}, {"offsets": [[10, 12]], "type": "ORG"}]},
    "UTF-16": {
        "annotations": [
            {"start": 3, "end": 7, "label": "PER", "text": "Budi"},
            {"start": 11, "end": 13, "label": "ORG", "text": "BI"},
        ]
    },
    "bytes": {
        "spans": [{"start": 5, "end": 9, "label": "PER", "text": "Budi"}, {"start": 13, "end": 15, "label": "ORG", "text": "BI"}]
    },
}


@pytest.mark.parametrize("spans", SPANS_OF_OTHERS.values(), ids=SPANS_OF_OTHERS)
@pytest.mark.parametrize("container", ["jsonl", "parquet"])
def test_spans_of_others(tmp_path, spans, container):
    row = {"text": ASTRAL, **spans}
    if container == "jsonl":
        path = rows_file(tmp_path, row)
    elif isinstance(row.get("entities", [{}])[0], list):
        pytest.skip("Arrow has no lists of several types")
    else:
        path = tmp_path / "rows.parquet"
        parquet.write_table(pa.Table.from_pylist([row]), path)
    (record,), complaints = read(path)
    assert complaints == []
    assert places(record) == [("PER", 2, 6, "Budi"), ("ORG", 10, 12, "BI")]


def test_relations_by_id_and_by_number(tmp_path):
    spans = [{"id": "a", "start": 2, "end": 6, "label": "PER"}, {"id": "b", "start": 10, "end": 12, "label": "ORG"}]
    links = [
        {"label": "AT", "head": "a", "tail": "b", "since": 1990},
        {"type": "IN", "arg1_id": "b", "arg2_id": "a"},
        {"label": "OF", "head": 1, "tail": 0},
        {"label": "X", "head": "a", "tail": "z"},
        {"label": "X", "head": 2, "tail": 0},
        {"label": " ", "head": 1, "tail": 0},
        7,
    ]
    (record,), complaints = read(rows_file(tmp_path, {"text": ASTRAL, "spans": spans, "relations": links}))
    assert [(one.label, one.head, one.tail, dict(one.attributes)) for one in record.relations] == [
        ("AT", "a", "b", {"since": 1990}),
        ("IN", "b", "a", {}),
        ("OF", "b", "a", {}),
    ]
    assert len(complaints) == 4
    assert all(complaint.lost for complaint in complaints)


@pytest.mark.parametrize(
    ("span", "told"),
    [
        ({"start": 2, "end": 6}, "has no label"),
        ({"start": 6, "end": 2, "label": "A"}, "ends before it starts"),
        ({"start": 2, "end": 99, "label": "A"}, "outside the text"),
        ({"start": "2", "end": 6, "label": "A"}, "no whole numbers"),
        ({"start": 2, "end": 6, "label": "A", "text": "lain"}, "is said to be “lain”"),
        ({"fragments": [[0, 4], [2, 6]], "label": "A"}, "overlap"),
        ({"fragments": [0, 4], "label": "A"}, "no list of [start, end]"),
        ({"start": 2, "end": 6, "label": 3}, "has no label"),
        ("x", "neither an object nor a list"),
    ],
)
def test_a_span_that_is_wrong_is_named_and_the_sound_one_kept(tmp_path, span, told):
    (record,), (complaint,) = read(rows_file(tmp_path, {"text": ASTRAL, "spans": [span, [10, 12, "ORG"]]}))
    assert places(record) == [("ORG", 10, 12, "BI")]
    assert told in complaint.message
    assert complaint.place.endswith(":1")


DOCRED = {
    "title": "Kota",
    "sents": [["Budi", "tinggal", "di", "Bandung", "."], ["Ia", "lahir", "di", "Kota", "Bogor", "."]],
    "vertexSet": [
        [{"name": "Budi", "pos": [0, 1], "sent_id": 0, "type": "PER"}, {"name": "Ia", "pos": [0, 1], "sent_id": 1, "type": "PER"}],
        [{"name": "Kota Bogor", "pos": [3, 5], "sent_id": 1, "type": "LOC"}],
        [{"name": "?", "pos": [9, 10], "sent_id": 1, "type": "LOC"}],
    ],
}


@pytest.mark.parametrize(
    "labels",
    [
        [{"h": 0, "t": 1, "r": "P19", "evidence": [1]}, {"h": 0, "t": 2, "r": "P19"}],
        {"head": [0, 0], "tail": [1, 9], "relation_id": ["P19", "X"]},
    ],
)
def test_docred(tmp_path, labels):
    (record,), complaints = read(rows_file(tmp_path, {**DOCRED, "labels": labels}))
    assert (record.name, record.text) == ("Kota", "Budi tinggal di Bandung .\nIa lahir di Kota Bogor .")
    assert places(record) == [("PER", 0, 4, "Budi"), ("PER", 26, 28, "Ia"), ("LOC", 38, 48, "Kota Bogor")]
    assert [dict(span.attributes) for span in record.spans] == [{"entity": 0}, {"entity": 0}, {"entity": 1}]
    assert [(link.label, link.head, link.tail) for link in record.relations] == [("P19", "s1", "s3")]
    assert sorted(complaint.message.split(" ")[1] for complaint in complaints) == ["mention", "relation"]


def test_columns_nobody_knows_are_metadata_whatever_arrow_holds(tmp_path):
    row = {
        "text": "Budi",
        "day": dt.date(2024, 5, 1),
        "when": dt.datetime(2024, 5, 1, 12, tzinfo=dt.UTC),
        "price": Decimal("1.50"),
        "score": float("nan"),
        "picture": b"\x89PNG",
        "nested": {"a": [1, None]},
        "id": 12,
    }
    parquet.write_table(pa.Table.from_pylist([row]), tmp_path / "a.parquet")
    (record,), (complaint,) = read(tmp_path / "a.parquet")
    assert record.name == "12"
    assert record.meta == {"day": "2024-05-01", "when": "2024-05-01T12:00:00+00:00", "price": "1.50", "nested": {"a": [1, None]}}
    assert record.annotator == ""
    assert "picture" in complaint.message


@pytest.mark.parametrize(
    "row", [{}, {"text": ""}, {"text": 5}, {"tokens": []}, {"tokens": [1]}, {"tokens": [" ", ""]}, {"label": 3}]
)
def test_a_row_without_text_is_a_complaint(tmp_path, row):
    records, complaints = read(rows_file(tmp_path, row, {"text": "ada"}))
    assert [record.text for record in records] == ["ada"]
    assert [complaint.lost for complaint in complaints] == [True]


def test_a_file_of_rows_without_text_is_given_up(tmp_path):
    parquet.write_table(pa.table({"x": pa.array([1] * 5000)}), tmp_path / "a.parquet")
    records, complaints = read(tmp_path / "a.parquet")
    assert records == []
    assert len(complaints) == 1001
    assert "was not read on" in complaints[-1].message


def test_the_files_of_a_folder_are_read_in_order_and_a_broken_one_is_named(tmp_path):
    for number, name in enumerate(["data/test.parquet", "data/train.parquet"]):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        parquet.write_table(pa.table({"text": [f"artikel {number}"]}), tmp_path / name)
    (tmp_path / "data" / "bad.parquet").write_bytes(b"PAR1 nothing")
    (tmp_path / "dataset_infos.json").write_text("{}", encoding="utf-8")
    records, (complaint,) = read(tmp_path)
    assert [record.text for record in records] == ["artikel 0", "artikel 1"]
    assert complaint.place.endswith("bad.parquet")
    assert "no sound Parquet file" in complaint.message
    assert detect(tmp_path).name == "huggingface"


def test_a_row_group_that_would_burst_memory_is_refused(tmp_path, monkeypatch):
    path = tmp_path / "a.parquet"
    write(path, RECORD)
    monkeypatch.setattr(huggingface_files, "MOST", 100)
    with pytest.raises(FormatError, match="more than 4 GB"):
        read(path)


@pytest.mark.parametrize(
    ("value", "known"),
    [
        ({"tokens": ["a"], "ner_tags": [0]}, True),
        ({"tokens": ["a"], "tags": ["O"]}, True),
        ({"tokens": ["a", "b"], "ner_tags": [0]}, False),
        ({"tokens": [{"text": "a"}], "ner_tags": [0]}, False),
        ({"text": "a"}, False),
        ([], False),
    ],
)
def test_rows_are_known_by_their_tokens(value, known):
    assert huggingface.recognises(value) is known


def test_what_was_written_as_json_is_detected(tmp_path):
    write(tmp_path / "a.jsonl", RECORD)
    assert detect(tmp_path / "a.jsonl").name == "huggingface"


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the real files of other tools are not here")
def test_a_real_corpus_goes_through_and_keeps_its_spans(tmp_path):
    path = next(iter(sorted((FIXTURES / "indonesian-ner" / "idner-news-2k").rglob("*dev*"))))
    sentences = [
        item for item in read_conll(path, ReadDefaults("corpus", Kind.GOLD), documents="sentence") if isinstance(item, Record)
    ][:100]
    assert len(sentences) == 100
    report = write(tmp_path / "idner", *sentences)
    assert report.losses == []
    table = parquet.read_table(tmp_path / "idner" / "train.parquet")
    names = json.loads(table.schema.metadata[b"huggingface"])["info"]["features"]["ner_tags"]["feature"]["names"]
    begins = sum(names[tag].startswith("B-") for row in table.to_pylist() for tag in row["ner_tags"])
    assert begins == sum(len(record.spans) for record in sentences) == report.spans
    # the token view alone gives the same spans
    bare = table.select(["name", "tokens", "ner_tags"])
    parquet.write_table(bare, tmp_path / "tokens.parquet")
    again, _ = read(tmp_path / "tokens.parquet", names=",".join(names))
    assert [[(span.label, span.surface(record.text)) for span in record.spans] for record in again] == [
        [(span.label, " ".join(span.surface(record.text).split())) for span in record.spans] for record in sentences
    ]
