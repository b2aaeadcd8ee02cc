"""The shapes in which people publish data sets: names of tags in cards of every kind, tags of every scheme, Arrow's types, gaps."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from annotator.domain.annotations import Kind
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.errors import FormatError
from annotator.formats import huggingface
from annotator.formats.huggingface_card import card_names

WORDS = ["Joko", "Widodo", "di", "Solo"]
TEXT = "Joko Widodo di Solo"
SPANS = [("PER", "Joko Widodo"), ("LOC", "Solo")]
NAMES = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]


def read(path: Path, **options: str) -> tuple[list[Record], list[Complaint]]:
    found = list(huggingface.read(path, ReadDefaults("other", Kind.PERSON), **options))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def lines(path: Path, *rows: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def table(
    path: Path, rows: list[dict[str, object]], *, group: int = 1_000, info: object = None, schema: pa.Schema | None = None
) -> Path:
    made = pa.Table.from_pylist(rows, schema=schema)
    if info is not None:
        made = made.replace_schema_metadata({"huggingface": json.dumps(info)})
    parquet.write_table(made, path, row_group_size=group)
    return path


def spans(record: Record) -> list[tuple[str, str]]:
    return [(span.label, span.surface(record.text)) for span in record.spans]


# --- cards ------------------------------------------------------------------------------------------------------------------------

FEATURE = "dataset_info:\n  features:\n"
CARDS = {
    "numbers as texts": FEATURE + "  - name: ner_tags\n    sequence:\n      class_label:\n        names:\n"
    + "".join(f"          '{number}': {name}\n" for number, name in enumerate(NAMES)),
    "numbers as numbers": FEATURE + "  - name: ner_tags\n    sequence:\n      class_label:\n        names:\n"
    + "".join(f"          {number}: {name}\n" for number, name in enumerate(NAMES)),
    "numbers in another order": FEATURE + "  - name: ner_tags\n    sequence:\n      class_label:\n        names:\n"
    + "".join(f"          '{number}': {NAMES[number]}\n" for number in (3, 0, 4, 2, 1)),
    "a list": FEATURE + "  - name: ner_tags\n    sequence:\n      class_label:\n        names:\n"
    + "".join(f"        - {name}\n" for name in NAMES),
    "a list in brackets": FEATURE + f"  - name: ner_tags\n    sequence:\n      class_label:\n        names: [{', '.join(NAMES)}]\n",
    "a list type": FEATURE + "  - name: ner_tags\n    list:\n      class_label:\n        names:\n"
    + "".join(f"          '{number}': {name}\n" for number, name in enumerate(NAMES)),
    "a nested column": FEATURE + "  - name: ner_tags\n    sequence:\n      sequence:\n        class_label:\n          names:\n"
    + "".join(f"            '{number}': {name}\n" for number, name in enumerate(NAMES)),
    "beside other columns": FEATURE + "  - name: tokens\n    sequence: string\n  - name: pos_tags\n    sequence:\n      class_label:\n"
    + "        names:\n          '0': NN\n          '1': VB\n  - name: ner_tags\n    sequence:\n      class_label:\n        names:\n"
    + "".join(f"          '{number}': {name}\n" for number, name in enumerate(NAMES)),
    "after a long plain text": "pretty_name: Sebuah kumpulan yang\n  namanya panjang sekali\nlicense: mit\n" + FEATURE
    + "  - name: ner_tags\n    sequence:\n      class_label:\n        names:\n" + "".join(f"        - {name}\n" for name in NAMES),
    "after a long quoted text": 'extra_gated_prompt: "Setuju: ya,\n  atau tidak?"\n' + FEATURE
    + "  - name: ner_tags\n    sequence:\n      class_label:\n        names:\n" + "".join(f"        - {name}\n" for name in NAMES),
}  # fmt: skip


@pytest.mark.parametrize("content", CARDS.values(), ids=CARDS)
def test_the_card_beside_a_file_names_its_tags(tmp_path, content):
    (tmp_path / "README.md").write_text(f"---\n{content}---\n\n# Kumpulan\n", encoding="utf-8")
    (record,), complaints = read(lines(tmp_path / "train.jsonl", {"tokens": WORDS, "ner_tags": [1, 2, 0, 3]}))
    assert (record.text, spans(record), complaints) == (TEXT, SPANS, [])


@pytest.mark.parametrize(
    "names",
    [{"0": "O", "2": "B-PER"}, {"0": "O", "x": "B-PER"}, {"1": "O", "2": "B-PER"}, [], ["O", 1], "O", {"0": "O", "00": "B-PER"}],
    ids=["a gap", "no number", "from one", "nothing", "a number", "a text", "twice"],
)
def test_names_that_cannot_be_numbered_are_none(tmp_path, names):
    infos = {"default": {"features": {"ner_tags": {"feature": {"names": names, "_type": "ClassLabel"}, "_type": "Sequence"}}}}
    (tmp_path / "dataset_infos.json").write_text(json.dumps(infos), encoding="utf-8")
    (record,), (complaint,) = read(lines(tmp_path / "train.jsonl", {"tokens": WORDS, "ner_tags": [1, 2, 0, 3]}))
    assert (record.text, record.spans) == (TEXT, ())
    assert "holds numbers; say which labels they mean" in complaint.message


def two_sets(coarse: list[str], fine: list[str]) -> str:
    listed = ["---", "dataset_info:"]
    for name, names in (("coarse", coarse), ("fine", fine)):
        listed += [
            f"- config_name: {name}",
            "  features:",
            "  - name: ner_tags",
            "    sequence:",
            "      class_label:",
            "        names:",
        ]
        listed += [f"        - {each}" for each in names]
    return "\n".join([*listed, "---", ""])


def test_where_configurations_disagree_the_file_says_by_its_folder_which_it_is_of(tmp_path):
    """The names of one configuration on the numbers of another would be wrong labels that nobody notices."""
    fine = ["O", "B-politikus", "I-politikus", "B-kota", "I-kota"]
    (tmp_path / "README.md").write_text(two_sets(NAMES, fine), encoding="utf-8")
    row = {"tokens": WORDS, "ner_tags": [1, 2, 0, 3]}
    assert spans(read(lines(tmp_path / "coarse" / "train.jsonl", row))[0][0]) == SPANS
    assert spans(read(lines(tmp_path / "fine" / "train.jsonl", row))[0][0]) == [("politikus", "Joko Widodo"), ("kota", "Solo")]
    (record,), (complaint,) = read(lines(tmp_path / "train.jsonl", row))
    assert record.spans == ()
    assert "holds numbers; say which labels they mean" in complaint.message
    assert spans(read(tmp_path / "train.jsonl", names=",".join(fine))[0][0])[1] == ("kota", "Solo")


def test_configurations_that_agree_need_no_folder(tmp_path):
    (tmp_path / "README.md").write_text(two_sets(NAMES, NAMES), encoding="utf-8")
    assert spans(read(lines(tmp_path / "train.jsonl", {"tokens": WORDS, "ner_tags": [1, 2, 0, 3]}))[0][0]) == SPANS


def test_infos_of_several_configurations_count_in_the_same_way(tmp_path):
    def info(names: list[str]) -> dict[str, object]:
        return {"features": {"tags": {"feature": {"names": names, "_type": "ClassLabel"}, "_type": "Sequence"}}}

    row = {"tokens": WORDS, "tags": [1, 2, 0, 3]}
    (tmp_path / "dataset_infos.json").write_text(json.dumps({"a": info(NAMES), "b": info(NAMES[::-1])}), encoding="utf-8")
    assert read(lines(tmp_path / "train.jsonl", row))[0][0].spans == ()
    (tmp_path / "dataset_infos.json").write_text(json.dumps({"a": info(NAMES), "b": info(NAMES)}), encoding="utf-8")
    assert spans(read(tmp_path / "train.jsonl")[0][0]) == SPANS


def test_the_metadata_of_a_parquet_file_counts_more_than_a_card(tmp_path):
    (tmp_path / "README.md").write_text(f"---\n{CARDS['a list']}---\n", encoding="utf-8")
    names = ["O", "B-X", "I-X", "B-Y"]
    info = {"info": {"features": {"ner_tags": {"feature": {"names": names, "_type": "ClassLabel"}, "_type": "List"}}}}
    path = table(tmp_path / "a.parquet", [{"tokens": WORDS, "ner_tags": [1, 2, 0, 3]}], info=info)
    assert spans(read(path)[0][0]) == [("X", "Joko Widodo"), ("Y", "Solo")]


@pytest.mark.parametrize("info", [[], {"info": None}, {"info": {"features": []}}, {"info": {"features": {"ner_tags": 3}}}])
def test_metadata_of_another_shape_names_nothing_and_breaks_nothing(tmp_path, info):
    path = table(tmp_path / "a.parquet", [{"tokens": WORDS, "ner_tags": [1, 2, 0, 3]}], info=info)
    (record,), (complaint,) = read(path)
    assert (record.text, record.spans) == (TEXT, ())
    assert "holds numbers" in complaint.message


def test_a_card_without_class_labels_or_with_odd_lines_names_nothing():
    assert card_names("---\ndataset_info:\n  features:\n  - name: text\n    dtype: string\n---\n") == {}
    assert card_names("---\n!!python/object: x\n---\n") == {}
    assert card_names("---\ndataset_info: [a, b]\n---\n") == {}


# --- tags -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("column", ["ner", "labels", "tags", "ner_tags"])
@pytest.mark.parametrize("words", ["tokens", "words"])
@pytest.mark.parametrize(
    "tags",
    [
        ["B-PER", "I-PER", "O", "B-LOC"],
        ["I-PER", "I-PER", "O", "I-LOC"],
        ["B-PER", "E-PER", "O", "S-LOC"],
        ["B-PER", "L-PER", "O", "U-LOC"],
        ["PER", "PER", "O", "LOC"],
        ["B-PER", "I-PER", "_", "B-LOC"],
        ["B-PER", "I-PER", "", "B-LOC"],
    ],
    ids=["IOB2", "IOB1", "BIOES", "BILUO", "labels alone", "underscore", "empty"],
)
def test_tags_of_every_scheme_in_every_column(tmp_path, column, words, tags):
    (record,), complaints = read(lines(tmp_path / "a.jsonl", {words: WORDS, column: tags}))
    assert (record.text, spans(record), record.meta, complaints) == (TEXT, SPANS, {}, [])
    assert [TEXT[start:end] for start, end in record.tokens or ()] == WORDS


@pytest.mark.parametrize(
    ("tags", "wanted"),
    [
        (["I-PER", "B-PER", "O", "O"], [("PER", "Joko"), ("PER", "Widodo")]),
        (["I-PER", "I-LOC", "I-LOC", "O"], [("PER", "Joko"), ("LOC", "Widodo di")]),
        (["O", "O", "O", "O"], []),
        (["B-PER", "I-PER", "I-PER", "I-PER"], [("PER", TEXT)]),
    ],
    ids=["neighbours in IOB1", "another label", "nothing", "no O at all"],
)
def test_borders_between_spans(tmp_path, tags, wanted):
    (record,), complaints = read(lines(tmp_path / "a.jsonl", {"tokens": WORDS, "ner_tags": tags}))
    assert (spans(record), record.annotator, complaints) == (wanted, "other", [])


def test_numbers_below_zero_are_outside(tmp_path):
    (record,), complaints = read(lines(tmp_path / "a.jsonl", {"tokens": WORDS, "labels": [1, 2, -100, 3]}), names=",".join(NAMES))
    assert (spans(record), complaints) == (SPANS, [])


def test_a_tag_that_is_none_is_named_and_the_others_count(tmp_path):
    (record,), (complaint,) = read(lines(tmp_path / "a.jsonl", {"tokens": WORDS, "ner_tags": ["B-PER", "I-PER", "???", "B-LOC"]}))
    assert spans(record) == SPANS
    assert complaint.message == "“???” is no tag like B-PER; it was taken as outside."


def test_tags_too_few_are_named_and_the_text_comes(tmp_path):
    (record,), (complaint,) = read(lines(tmp_path / "a.jsonl", {"tokens": WORDS, "ner_tags": ["B-PER", "I-PER", "O"]}))
    assert (record.text, record.spans) == (TEXT, ())
    assert complaint.message == "“ner_tags” has 3 tags for 4 tokens; they were left out."


def test_a_label_of_the_whole_document_is_no_tag(tmp_path):
    (record,), complaints = read(lines(tmp_path / "a.jsonl", {"text": TEXT, "label": 1, "labels": "politik"}))
    assert (record.spans, record.meta, record.annotator, complaints) == ((), {"label": 1, "labels": "politik"}, "", [])


def test_tokens_of_white_space_take_their_tags_with_them(tmp_path):
    row = {"tokens": ["Joko", " ", "Widodo", "", "di", "Solo"], "ner_tags": ["B-PER", "I-PER", "I-PER", "O", "O", "B-LOC"]}
    (record,), complaints = read(lines(tmp_path / "a.jsonl", row))
    assert (record.text, spans(record), complaints) == (TEXT, SPANS, [])


def test_tokens_that_the_text_does_not_hold_are_named_and_the_text_comes(tmp_path):
    row = {"text": "Lain sama sekali.", "tokens": WORDS, "ner_tags": ["B-PER", "I-PER", "O", "B-LOC"]}
    (record,), (complaint,) = read(lines(tmp_path / "a.jsonl", row))
    assert (record.text, record.tokens, record.spans) == ("Lain sama sekali.", None, ())
    assert "neither they nor their tags were used" in complaint.message


# --- files ------------------------------------------------------------------------------------------------------------------------


def test_row_groups_and_batches_are_one_stream_with_running_places(tmp_path):
    count = 150
    rows: list[dict[str, object]] = [
        {"id": str(number), "tokens": [f"kata{number}", "Solo"], "ner": ["O", "B-LOC"]} for number in range(count)
    ]
    path = table(tmp_path / "a.parquet", rows, group=7)
    assert parquet.ParquetFile(path).metadata.num_row_groups == 22
    records, complaints = read(path)
    assert complaints == []
    assert [record.name for record in records] == [str(number) for number in range(count)]
    assert [record.place for record in records] == [f"{path}:{number}" for number in range(1, count + 1)]
    assert {tuple(spans(record)) for record in records} == {(("LOC", "Solo"),)}


def test_a_damaged_row_group_ends_the_file_with_a_sentence_after_what_came_before(tmp_path):
    rows: list[dict[str, object]] = [{"text": f"Berita {number} " + "x" * 500} for number in range(6)]
    path = table(tmp_path / "a.parquet", rows, group=2)
    content = bytearray(path.read_bytes())
    start = parquet.ParquetFile(path).metadata.row_group(1).column(0).data_page_offset
    content[start : start + 12] = b"\xff" * 12
    path.write_bytes(content)
    records, complaints = read(path)
    assert [record.text[:8] for record in records] in ([], ["Berita 0", "Berita 1"])
    assert len(complaints) == 1
    assert complaints[0].lost
    assert "damaged" in complaints[0].message


@pytest.mark.parametrize("name", ["a.parquet", "a.jsonl"])
def test_a_set_without_rows_is_nothing_and_no_error(tmp_path, name):
    path = tmp_path / name
    if name == "a.parquet":
        table(path, [], schema=pa.schema([("tokens", pa.list_(pa.string())), ("ner_tags", pa.list_(pa.int64()))]))
    else:
        path.write_bytes(b"\n\n")
    assert read(path)[0] == []


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1PAR1", b"no parquet at all"])
def test_a_file_that_is_no_parquet_is_refused_at_once(tmp_path, content):
    path = tmp_path / "a.parquet"
    path.write_bytes(content)
    with pytest.raises(FormatError, match="is no sound Parquet file"):
        read(path)


def test_every_null_in_a_row_is_as_if_it_were_not_there(tmp_path):
    row = {"id": None, "text": TEXT, "tokens": None, "ner_tags": None, "spans": None, "relations": None, "meta": None, "kota": None}
    (record,), complaints = read(lines(tmp_path / "a.jsonl", row))
    assert (record.name, record.text, record.meta, record.annotator, complaints) == ("a:1", TEXT, {}, "", [])


@pytest.mark.parametrize("bad", ["null", "[]", "3", '"kata"', "true"])
def test_a_line_that_is_no_object_is_named_and_its_neighbours_come(tmp_path, bad):
    path = tmp_path / "a.jsonl"
    path.write_text(f'{{"text": "satu"}}\n{bad}\n{{"text": "dua"}}\n', encoding="utf-8")
    records, (complaint,) = read(path)
    assert [record.text for record in records] == ["satu", "dua"]
    assert "is no object" in complaint.message
    assert complaint.place.endswith(":2")


def test_nulls_in_lists_are_named_not_guessed(tmp_path):
    records, complaints = read(lines(tmp_path / "a.jsonl", {"text": TEXT, "tokens": ["Joko", None], "ner_tags": ["B-PER", "O"]}))
    assert [(record.text, record.spans) for record in records] == [(TEXT, ())]
    again, more = read(lines(tmp_path / "b.jsonl", {"tokens": WORDS, "ner_tags": ["B-PER", None, "O", "O"]}))
    assert [(record.text, record.spans) for record in again] == [(TEXT, ())]
    assert all(not complaint.lost or complaint.message for complaint in (*complaints, *more))
    assert again[0].meta == {"ner_tags": ["B-PER", None, "O", "O"]}, "kept where it can be seen"


# --- spans and relations ----------------------------------------------------------------------------------------------------------


def test_spans_with_numbers_for_labels_are_named_by_the_card(tmp_path):
    features = "  - name: entities\n    list:\n    - name: start\n      dtype: int32\n    - name: label\n      dtype:\n"
    content = FEATURE + features + "        class_label:\n          names:\n            '0': PER\n            '1': LOC\n"
    (tmp_path / "README.md").write_text(f"---\n{content}---\n", encoding="utf-8")
    entities = [{"start": 0, "end": 11, "label": 0}, {"start": 15, "end": 19, "label": 1}]
    path = table(tmp_path / "a.parquet", [{"text": TEXT, "entities": entities}])
    (record,), complaints = read(path)
    assert (spans(record), complaints) == (SPANS, [])


def test_spans_as_an_object_of_lists_are_turned_round(tmp_path):
    entities = {"start": [0, 15], "end": [11, 19], "type": ["PER", "LOC"], "text": ["Joko Widodo", "Solo"]}
    (record,), complaints = read(table(tmp_path / "a.parquet", [{"text": TEXT, "entities": entities}]))
    assert (spans(record), complaints) == (SPANS, [])


@pytest.mark.parametrize(("unit", "factor"), [("code points", 1), ("UTF-16", 2), ("bytes", 4)])
def test_the_unit_of_offsets_is_found_by_the_texts(tmp_path, unit, factor):
    start = 2 * factor + 1
    entities = [{"start": start, "end": start + 4, "label": "PER", "text": "Joko"}]
    (record,), complaints = read(lines(tmp_path / "a.jsonl", {"text": "😊😊 Joko pulang", "spans": entities}))
    assert (spans(record), [complaint for complaint in complaints if complaint.lost]) == ([("PER", "Joko")], []), unit


def mention(sentence: object, *pos: object, label: object = "PER") -> dict[str, object]:
    return {"name": "x", "sent_id": sentence, "pos": list(pos), "type": label}


DOCRED: dict[str, object] = {
    "title": "Jokowi",
    "sents": [["Joko", "Widodo", "lahir", "di", "Solo", "."], ["Ia", "presiden", "."]],
    "vertexSet": [[mention(0, 0, 2), mention(1, 0, 1)], [mention(0, 4, 5, label="LOC")]],
    "labels": [{"h": 0, "t": 1, "r": "P19", "evidence": [0]}],
}


def test_docred_links_first_mentions_and_keeps_evidence(tmp_path):
    (record,), complaints = read(lines(tmp_path / "a.jsonl", DOCRED))
    assert complaints == []
    assert record.text == "Joko Widodo lahir di Solo .\nIa presiden ."
    assert spans(record) == [("PER", "Joko Widodo"), ("PER", "Ia"), ("LOC", "Solo")]
    assert [span.attributes for span in record.spans] == [{"entity": 0}, {"entity": 0}, {"entity": 1}]
    (relation,) = record.relations
    ends = {span.id: span.surface(record.text) for span in record.spans}
    assert (relation.label, ends[relation.head], ends[relation.tail]) == ("P19", "Joko Widodo", "Solo")
    assert relation.attributes == {"evidence": [0]}
    assert record.name == "Jokowi"


@pytest.mark.parametrize(
    "wrong",
    [mention(2, 0, 1), mention(-1, 0, 1), mention(0, 5, 7), mention(0, 2, 2), mention(0, 3, 1), mention(0, 0), mention("0", 0, 1),
     mention(0, True, 2), mention(0, 0, 1, label=None), "Joko", None],
)  # fmt: skip
def test_a_mention_without_a_place_is_left_out_and_takes_its_relation_along(tmp_path, wrong):
    (record,), complaints = read(lines(tmp_path / "a.jsonl", {**DOCRED, "vertexSet": [[mention(0, 0, 2)], [wrong]]}))
    assert (spans(record), record.relations) == ([("PER", "Joko Widodo")], ())
    assert [complaint.message.partition(" ")[2][:12] for complaint in complaints] == ["mention of e", "relation has"]


def test_docred_of_the_hub_has_its_labels_as_lists(tmp_path):
    labels = {"head": [0], "tail": [1], "relation_id": ["P19"], "relation_text": ["place of birth"], "evidence": [[0]]}
    (record,), complaints = read(table(tmp_path / "a.parquet", [{**DOCRED, "labels": labels}]))
    (relation,) = record.relations
    assert (relation.label, relation.attributes, complaints) == ("place of birth", {"relation_id": "P19", "evidence": [0]}, [])
