"""PubAnnotation and TextAE: each part of a document, both ways of fragments, units, and the real files of TextAE."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.annotations import Kind, Relation, Span, Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats import pubannotation
from annotator.formats.detect import detect

FIXTURES = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "formats"
TEXT = "Budi bekerja di BRI cabang Persero sejak 1990."
BUDI = {"id": "T1", "span": {"begin": 0, "end": 4}, "obj": "PER"}
BRI = {"id": "T2", "span": {"begin": 16, "end": 19}, "obj": "ORG"}


def read(folder: Path, *documents: Any, name: str = "a.json", **options: str) -> list[Record | Complaint]:
    path = folder / name
    path.write_text("\n".join(json.dumps(document, ensure_ascii=False) for document in documents), encoding="utf-8")
    return list(pubannotation.read(path, ReadDefaults("other"), **options))


def one(folder: Path, document: Any, **options: str) -> tuple[Record, list[Complaint]]:
    found = read(folder, document, **options)
    (record,) = records(found)
    return record, [item for item in found if isinstance(item, Complaint)]


def records(found: list[Record | Complaint]) -> list[Record]:
    return [item for item in found if isinstance(item, Record)]


def write(folder: Path, *wanted: Record, **options: str) -> tuple[LossReport, list[dict[str, Any]]]:
    path = folder / "out.pubannotation.json"
    report = pubannotation.write(lambda: iter(wanted), path, LabelScheme(), options=options, progress=Progress())
    return report, [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def back(folder: Path, **options: str) -> list[Record]:
    found = list(pubannotation.read(folder / "out.pubannotation.json", ReadDefaults("other"), **options))
    assert [item for item in found if isinstance(item, Complaint) and item.lost] == []
    return records(found)


def places(record: Record) -> list[tuple[str, str, tuple[tuple[int, int], ...]]]:
    return [(span.id, span.label, span.fragments) for span in record.spans]


def lost(complaints: list[Complaint]) -> list[str]:
    return [complaint.message for complaint in complaints if complaint.lost]


def test_denotations_relations_and_attributes(tmp_path):
    document = {
        "sourcedb": "PubMed",
        "sourceid": "123",
        "divid": 2,
        "text": TEXT,
        "project": "berita",
        "denotations": [BUDI, BRI],
        "relations": [{"id": "R1", "subj": "T1", "pred": "WORKS", "obj": "T2"}],
        "attributes": [
            {"id": "A1", "subj": "T1", "pred": "sure", "obj": True},
            {"id": "A2", "subj": "T2", "pred": "place", "obj": "Jakarta"},
            {"id": "A3", "subj": "T2", "pred": "place", "obj": "Bandung"},
            {"id": "A4", "subj": "R1", "pred": "since", "obj": 1990},
        ],
        "modifications": [{"id": "M1", "pred": "Negation", "obj": "R1"}, {"id": "M2", "pred": "Speculation", "obj": "T1"}],
        "namespaces": [{"prefix": "_base", "uri": "x"}],
    }
    record, complaints = one(tmp_path, document)
    assert complaints == []
    assert (record.name, record.annotator, record.kind, record.status) == ("PubMed:123:2", "berita", Kind.MODEL, Status.NEW)
    assert places(record) == [("T1", "PER", ((0, 4),)), ("T2", "ORG", ((16, 19),))]
    assert [dict(span.attributes) for span in record.spans] == [
        {"sure": True, "Speculation": True},
        {"place": ["Jakarta", "Bandung"]},
    ]
    (relation,) = record.relations
    assert (relation.id, relation.label, relation.head, relation.tail) == ("R1", "WORKS", "T1", "T2")
    assert dict(relation.attributes) == {"since": 1990, "Negation": True}
    assert record.meta == {key: document[key] for key in ("sourcedb", "sourceid", "divid", "namespaces")}
    assert not any(span.reviewed for span in record.spans), "the defaults say that a model made them"


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({}, "a"),
        ({"sourcedb": "PMC", "sourceid": 7}, "PMC:7"),
        ({"sourceid": "7"}, "a"),
        ({"sourcedb": "PMC", "sourceid": ""}, "a"),
        ({"sourcedb": "PMC", "sourceid": "7", "name": "mine"}, "mine"),
        ({"name": ""}, "a"),
    ],
)
def test_what_a_document_is_called(tmp_path, more, name):
    assert one(tmp_path, {"text": TEXT, **more})[0].name == name


def test_several_documents_of_a_file_are_numbered_by_their_lines(tmp_path):
    assert [record.name for record in records(read(tmp_path, {"text": "a"}, {"text": "b"}))] == ["a:1", "a:2"]


def test_several_documents_of_one_line_are_told_apart(tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps([{"text": "a"}, {"text": "b"}, {"text": "c"}]), encoding="utf-8")
    assert [record.name for record in records(list(pubannotation.read(path, ReadDefaults())))] == ["a:1", "a:1.2", "a:1.3"]


@pytest.mark.parametrize("layout", ["lines", "list", "pretty", "object"])
def test_every_layout_of_a_file(tmp_path, layout):
    documents = [{"text": TEXT, "denotations": [BUDI]}, {"text": "BRI", "denotations": []}][: 1 if layout == "object" else 2]
    path = tmp_path / "a.json"
    if layout == "lines":
        path.write_text("\n".join(map(json.dumps, documents)), encoding="utf-8")
    else:
        path.write_text(json.dumps(documents if layout == "list" else documents[0], indent=2), encoding="utf-8")
        if layout == "pretty":
            path.write_text("\n".join(json.dumps(document, indent=1) for document in documents), encoding="utf-8")
    found = records(list(pubannotation.read(path, ReadDefaults())))
    assert [record.text for record in found] == [document["text"] for document in documents]
    assert len(found[0].spans) == 1
    assert detect(path).name == "pubannotation"


def test_a_text_without_annotations_brings_no_set_and_an_empty_list_does(tmp_path):
    assert one(tmp_path, {"text": TEXT})[0].annotator == ""
    assert one(tmp_path, {"text": TEXT, "denotations": []})[0].annotator == "other"
    assert one(tmp_path, {"text": TEXT, "project": "p"})[0].annotator == "p"
    assert one(tmp_path, {"text": TEXT, "denotations": None})[0].annotator == ""


def test_each_track_is_a_set(tmp_path):
    tracks = [
        {"project": "ani", "denotations": [BUDI]},
        {"project": "budi", "denotations": [BRI], "attributes": [{"subj": "T2", "pred": "x", "obj": 1}]},
        {"denotations": []},
        {},
    ]
    found = records(read(tmp_path, {"text": TEXT, "tracks": tracks}))
    assert [(record.annotator, len(record.spans)) for record in found] == [("ani", 1), ("budi", 1), ("other", 0)]
    assert {record.name for record in found} == {"a"}
    assert dict(found[1].spans[0].attributes) == {"x": 1}


def test_a_document_may_have_annotations_of_its_own_beside_its_tracks(tmp_path):
    document = {"text": TEXT, "project": "own", "denotations": [BUDI], "tracks": [{"project": "ani", "denotations": [BRI]}]}
    assert [(record.annotator, record.spans[0].label) for record in records(read(tmp_path, document))] == [
        ("own", "PER"),
        ("ani", "ORG"),
    ]


def test_a_track_with_keys_that_mean_nothing_names_them(tmp_path):
    record, complaints = one(tmp_path, {"text": TEXT, "tracks": [{"project": "p", "denotations": [BUDI], "odd": 1}]})
    assert len(record.spans) == 1
    assert lost(complaints) == ["The keys odd of a track mean nothing here; they were left out."]


def test_blocks_are_spans_with_a_mark_and_come_back_as_blocks(tmp_path):
    document = {
        "text": TEXT,
        "denotations": [BUDI],
        "blocks": [{"id": "B1", "span": {"begin": 0, "end": 46}, "obj": "LEAD"}],
        "attributes": [{"id": "A1", "subj": "B1", "pred": "remark", "obj": "x"}],
    }
    record, complaints = one(tmp_path, document)
    assert complaints == []
    assert dict(record.spans[1].attributes) == {"block": True, "remark": "x"}
    report, (written,) = write(tmp_path, record)
    assert report.losses == []
    assert [block["id"] for block in written["blocks"]] == ["B1"]
    assert [denotation["id"] for denotation in written["denotations"]] == ["T1"]
    assert "attributes" not in written["blocks"][0]
    assert back(tmp_path)[0].spans[1].attributes == {"block": True, "remark": "x"}


BAGGED = {"id": "T3", "span": [{"begin": 27, "end": 34}, {"begin": 16, "end": 19}], "obj": "ORG"}
CHAINED = [
    {"id": "T3", "span": {"begin": 27, "end": 34}, "obj": "ORG"},
    {"id": "T9", "span": {"begin": 16, "end": 19}, "obj": "_FRAGMENT"},
]
CHAIN = {"id": "C1", "subj": "T3", "pred": "_lexicallyChainedTo", "obj": "T9"}
TURNED = {"id": "C1", "subj": "T9", "pred": "_lexicallyChainedTo", "obj": "T3"}


@pytest.mark.parametrize(
    ("denotations", "relations"),
    [
        ([BAGGED], []),
        (CHAINED, [CHAIN]),
        (CHAINED, [TURNED]),
        (CHAINED[::-1], [CHAIN]),
        ([{**CHAINED[0], "id": 3}, CHAINED[1]], [{**CHAIN, "subj": 3}]),
    ],
    ids=["bag", "chain", "turned chain", "fragment first", "number as id"],
)
def test_fragments_bagged_or_chained_are_one_span(tmp_path, denotations, relations):
    record, complaints = one(tmp_path, {"text": TEXT, "denotations": denotations, "relations": relations})
    assert complaints == []
    (span,) = record.spans
    assert (span.label, span.fragments, span.surface(TEXT)) == ("ORG", ((16, 19), (27, 34)), "BRI Persero")
    assert record.relations == ()


def test_a_chain_of_many_fragments_and_what_names_one_of_them(tmp_path):
    fragments = [
        {"id": f"F{at}", "span": {"begin": at, "end": at + 1}, "obj": "ORG" if at == 8 else "_FRAGMENT"} for at in (0, 2, 5, 8)
    ]
    chain = [{"subj": f"F{new}", "pred": "_lexicallyChainedTo", "obj": f"F{old}"} for new, old in ((8, 5), (5, 2), (2, 0))]
    links = [{"id": "R1", "subj": "F2", "pred": "OF", "obj": "T2"}]
    attributes = [{"subj": "F0", "pred": "x", "obj": "y"}]
    document = {"text": TEXT, "denotations": [*fragments, BRI], "relations": [*chain, *links], "attributes": attributes}
    record, complaints = one(tmp_path, document)
    assert complaints == []
    assert record.spans[0].fragments == ((0, 1), (2, 3), (5, 6), (8, 9))
    assert record.spans[0].id == "F8"
    assert [(link.label, link.head, link.tail) for link in record.relations] == [("OF", "F8", "T2")]
    assert dict(record.spans[0].attributes) == {"x": "y"}


def test_a_long_chain_in_the_worst_order_is_read_in_time(tmp_path):
    count = 4000
    text = "x " * count
    denotations = [
        {"id": f"F{at}", "span": {"begin": 2 * at, "end": 2 * at + 1}, "obj": "X" if at == count - 1 else "_FRAGMENT"}
        for at in range(count)
    ]
    chain = [{"subj": f"F{at + 1}", "pred": "_lexicallyChainedTo", "obj": f"F{at}"} for at in range(count - 1)]
    record, complaints = one(tmp_path, {"text": text, "denotations": denotations, "relations": chain})
    assert complaints == []
    assert len(record.spans) == 1
    assert len(record.spans[0].fragments) == count


def test_a_chain_between_two_labels_keeps_that_of_its_head_and_says_so(tmp_path):
    denotations = [CHAINED[0], {**CHAINED[1], "obj": "PER"}]
    record, complaints = one(tmp_path, {"text": TEXT, "denotations": denotations, "relations": [CHAIN]})
    assert places(record) == [("T3", "ORG", ((16, 19), (27, 34)))]
    assert lost(complaints) == [
        "The denotation 2 “PER” is tied to “ORG” as a fragment of it; its own label was left out.",
    ]


def test_a_chain_in_a_circle_or_to_nothing_harms_nobody(tmp_path):
    circle = [CHAIN, TURNED, {**CHAIN, "obj": "T3"}]
    record, complaints = one(tmp_path, {"text": TEXT, "denotations": CHAINED, "relations": circle})
    assert places(record) == [("T3", "ORG", ((16, 19), (27, 34)))]
    assert complaints == []
    record, complaints = one(tmp_path, {"text": TEXT, "denotations": CHAINED, "relations": [{**CHAIN, "obj": "T0"}]})
    assert [span.label for span in record.spans] == ["ORG", "_FRAGMENT"]
    assert lost(complaints) == ["The relation 1 ties fragments of which one is not there; it was left out."]


def test_fragments_that_share_text_are_joined_and_those_that_touch_are_not(tmp_path):
    def span(*pairs: tuple[int, int]) -> dict[str, Any]:
        return {"id": "T1", "span": [{"begin": begin, "end": end} for begin, end in pairs], "obj": "X"}

    record, complaints = one(tmp_path, {"text": TEXT, "denotations": [span((0, 4), (2, 6))]})
    assert record.spans[0].fragments == ((0, 6),)
    assert [complaint.message for complaint in complaints] == ["The denotation 1: fragments that share text were joined."]
    record, complaints = one(tmp_path, {"text": TEXT, "denotations": [span((4, 6), (0, 4))]})
    assert record.spans[0].fragments == ((0, 4), (4, 6))
    assert complaints == []


@pytest.mark.parametrize("fragments", ["chain", "bag"])
@pytest.mark.parametrize("text", [TEXT, "😊" + TEXT[1:]], ids=["plain", "astral"])
def test_fragments_are_written_as_the_option_says(tmp_path, fragments, text):
    spans = (Span("T1", ((0, 4), (5, 12), (16, 19)), "X", {"n": 1}), Span("T1-0", ((20, 26),), "Y"))
    record = Record("n", text, annotator="ani", kind=Kind.PERSON, spans=spans, relations=(Relation("C-T1-1", "R", "T1", "T1-0"),))
    report, (written,) = write(tmp_path, record, fragments=fragments)
    assert report.losses == []
    assert (report.spans, report.relations) == (2, 1)
    labels = [entry["obj"] for entry in written["denotations"]]
    assert sorted(labels) == (["X", "Y", "_FRAGMENT", "_FRAGMENT"] if fragments == "chain" else ["X", "Y"])
    ids = [entry["id"] for key in ("denotations", "relations", "attributes") for entry in written[key]]
    assert len(set(ids)) == len(ids), "all that can be named shares one name space"
    if fragments == "chain":
        ties = [link for link in written["relations"] if link["pred"] == "_lexicallyChainedTo"]
        by_id = {entry["id"]: entry["span"]["begin"] for entry in written["denotations"]}
        assert [(by_id[tie["subj"]], by_id[tie["obj"]]) for tie in ties] == [(16, 5), (5, 0)]
    (again,) = back(tmp_path)
    assert {span.signature for span in again.spans} == {span.signature for span in spans}
    assert [(link.label, link.head, link.tail) for link in again.relations] == [("R", "T1", "T1-0")]


def test_a_relation_called_like_the_tie_of_fragments_is_a_loss(tmp_path):
    spans = (Span("T1", ((0, 4),), "PER"), Span("T2", ((16, 19),), "_FRAGMENT"))
    relations = (Relation("R1", "_lexicallyChainedTo", "T1", "T2"), Relation("R2", "WORKS", "T1", "T2"))
    report, _ = write(tmp_path, Record("n", TEXT, annotator="a", spans=spans, relations=relations))
    (loss,) = report.losses
    assert (loss.item, loss.item_id, str(loss.fate)) == ("relation", "R1", "dropped")
    assert loss.reason == "is called _lexicallyChainedTo, which ties fragments in PubAnnotation"
    (again,) = back(tmp_path)
    assert [span.label for span in again.spans] == ["PER", "_FRAGMENT"]
    assert [link.label for link in again.relations] == ["WORKS"]


ASTRAL = "😊 Halo Budi dan 😊 Ani"


@pytest.mark.parametrize(
    ("unit", "begin", "end"),
    [("code-points", 18, 21), ("utf-16", 20, 23), ("bytes", 24, 27)],
    ids=["code-points", "utf-16", "bytes"],
)
@pytest.mark.parametrize("how", ["told", "found"])
def test_units_are_told_or_found_by_the_surface(tmp_path, unit, begin, end, how):
    denotation = {"id": "T1", "span": {"begin": begin, "end": end}, "obj": "PER", "text": "Ani"}
    if how == "told":
        del denotation["text"]
    document = {"text": ASTRAL, "denotations": [denotation]}
    record, complaints = one(tmp_path, document, **({"offsets": unit} if how == "told" else {}))
    start = ASTRAL.index("Ani")
    assert places(record) == [("T1", "PER", ((start, start + 3),))]
    noticed = [complaint.message for complaint in complaints]
    assert bool(noticed) is (how == "found" and unit != "code-points")
    assert lost(complaints) == []


def test_without_surfaces_the_edges_of_words_speak_and_bytes_are_never_guessed(tmp_path):
    utf16 = [{"span": {"begin": 8, "end": 12}, "obj": "PER"}, {"span": {"begin": 20, "end": 23}, "obj": "PER"}]
    record, complaints = one(tmp_path, {"text": ASTRAL, "denotations": utf16})
    assert [span.surface(ASTRAL) for span in record.spans] == ["Budi", "Ani"]
    assert [complaint.message for complaint in complaints] == [
        "The offsets of the document count UTF-16 units; they were turned into code points."
    ]
    plain = {"text": "é Halo", "denotations": [{"span": {"begin": 3, "end": 6}, "obj": "X"}]}
    assert one(tmp_path, plain)[0].spans[0].fragments == ((3, 6),)


def test_surfaces_are_written_where_the_units_differ_and_make_the_file_sure(tmp_path):
    # edges that look wrong under code points and right under UTF-16: without surfaces the file would be misread
    text = "😊 abcde fgh"
    record = Record("n", text, annotator="a", spans=(Span("T1", ((1, 7),), "X"), Span("T2", ((7, 10),), "X")))
    _, (written,) = write(tmp_path, record)
    assert [entry["text"] for entry in written["denotations"]] == [" abcde", " fg"]
    assert [span.fragments for span in back(tmp_path)[0].spans] == [((1, 7),), ((7, 10),)]
    _, (written,) = write(tmp_path, Record("n", "abc é", annotator="a", spans=(Span("T1", ((0, 3),), "X"),)))
    assert "text" not in written["denotations"][0]


def test_a_surface_that_is_not_there_costs_its_denotation(tmp_path):
    record, complaints = one(tmp_path, {"text": TEXT, "denotations": [{**BUDI, "text": "Ani"}, BRI]})
    assert [span.id for span in record.spans] == ["T2"]
    assert lost(complaints) == [
        "The denotation 1 is said to be “Ani”, but at (0, 4) the text has “Budi”; it was left out.",
    ]


@pytest.mark.parametrize(
    ("denotation", "why"),
    [
        ({**BUDI, "obj": None}, "has null as its “obj”, which is its label"),
        ({key: value for key, value in BUDI.items() if key != "obj"}, "has no “obj”, which is its label"),
        ({**BUDI, "obj": " "}, "has no “obj”, which is its label"),
        ({**BUDI, "obj": ["a"]}, "has no “obj”, which is its label"),
        ({**BUDI, "span": None}, "has no whole numbers as its start and end"),
        ({**BUDI, "span": []}, "has an empty list as its “span”"),
        ({**BUDI, "span": "0-4"}, "has no “span” with “begin” and “end”"),
        ({**BUDI, "span": [{"begin": 0, "end": 4}, 7]}, "has no “span” with “begin” and “end”"),
        ({**BUDI, "span": {"begin": "0", "end": 4}}, "has no whole numbers as its start and end"),
        ({**BUDI, "span": {"begin": 0, "end": 4.0}}, "has no whole numbers as its start and end"),
        ({**BUDI, "span": {"begin": True, "end": 4}}, "has no whole numbers as its start and end"),
        ({**BUDI, "span": {"begin": 4, "end": 0}}, "ends before it starts: (4, 0)"),
        ({**BUDI, "span": {"begin": 4, "end": 4}}, "covers no text: (4, 4)"),
        ({**BUDI, "span": {"begin": 0, "end": 99}}, "lies at (0, 99), outside the text of 46 code points"),
    ],
)
def test_a_bad_denotation_is_named_with_what_hangs_on_it(tmp_path, denotation, why):
    document = {
        "text": TEXT,
        "denotations": [denotation, BRI],
        "relations": [{"id": "R1", "subj": "T1", "pred": "X", "obj": "T2"}],
        "attributes": [{"subj": "T1", "pred": "a", "obj": 1}],
    }
    record, complaints = one(tmp_path, document)
    assert [span.id for span in record.spans] == ["T2"]
    assert record.relations == ()
    assert lost(complaints) == [
        f"The denotation 1 {why}; it was left out.",
        "The relation 1 names the denotation “T1” as its “subj”, which was left out; it was left out.",
        "The attribute 1 is about “T1”, which is not there; it was left out.",
    ]


@pytest.mark.parametrize(
    ("relation", "why"),
    [
        ({"subj": "T1", "obj": "T2"}, "has no “pred”, which is its label"),
        ({"subj": "T1", "pred": "", "obj": "T2"}, "has no “pred”, which is its label"),
        ({"subj": "T1", "pred": "X"}, "names no denotation as its “obj”"),
        ({"subj": "T9", "pred": "X", "obj": "T2"}, "names the denotation “T9” as its “subj”, which is not there"),
        ({"subj": ["T1"], "pred": "X", "obj": "T2"}, "names no denotation as its “subj”"),
    ],
)
def test_a_bad_relation_is_named(tmp_path, relation, why):
    record, complaints = one(tmp_path, {"text": TEXT, "denotations": [BUDI, BRI], "relations": [relation]})
    assert (len(record.spans), record.relations) == (2, ())
    assert lost(complaints) == [f"The relation 1 {why}; it was left out."]


@pytest.mark.parametrize(
    ("attribute", "why"),
    [
        ({"subj": "T1", "obj": 1}, "has no “pred”, which is its name; it was left out."),
        ({"subj": "T9", "pred": "x", "obj": 1}, "is about “T9”, which is not there; it was left out."),
        ({"pred": "x", "obj": 1}, "is about nothing."),
    ],
)
def test_a_bad_attribute_is_named(tmp_path, attribute, why):
    record, complaints = one(tmp_path, {"text": TEXT, "denotations": [BUDI], "attributes": [attribute]})
    assert dict(record.spans[0].attributes) == {}
    assert lost(complaints) == [f"The attribute 1 {why}"]


def test_ids_that_are_there_twice_mean_the_first(tmp_path):
    document = {
        "text": TEXT,
        "denotations": [BUDI, {**BRI, "id": "T1"}, {"span": {"begin": 5, "end": 12}, "obj": "X"}],
        "relations": [{"id": "T1", "subj": "T1", "pred": "X", "obj": "T1"}],
        "attributes": [{"subj": "T1", "pred": "a", "obj": 1}],
    }
    record, complaints = one(tmp_path, document)
    assert lost(complaints) == []
    assert [complaint.message for complaint in complaints] == [
        "The denotation 2 has the id “T1” of another; what names that id means the other."
    ]
    first, second, third = record.spans
    assert (first.label, second.label, third.label) == ("PER", "ORG", "X")
    assert len({first.id, second.id, third.id}) == 3
    assert (record.relations[0].head, dict(first.attributes), dict(second.attributes)) == ("T1", {"a": 1}, {})


def test_the_same_value_twice_is_one_and_true_is_not_one(tmp_path):
    said = [{"subj": "T1", "pred": "a", "obj": value} for value in (1, True, 1, "1", 1.0, None, [1], [1])]
    record, _ = one(tmp_path, {"text": TEXT, "denotations": [BUDI], "attributes": said})
    values = record.spans[0].attributes["a"]
    assert [(type(value), value) for value in values] == [
        (int, 1),
        (bool, True),
        (str, "1"),
        (float, 1.0),
        (type(None), None),
        (list, [1]),
        (list, [1]),
    ]


@pytest.mark.parametrize("attribute", [{"subj": "T1", "pred": "sure", "obj": None}, {"subj": "T1", "pred": "sure"}])
def test_an_attribute_without_a_value_is_named_and_kept(tmp_path, attribute):
    record, complaints = one(tmp_path, {"text": TEXT, "denotations": [BUDI], "attributes": [attribute]})
    assert dict(record.spans[0].attributes) == {"sure": None}
    assert [(complaint.message, complaint.lost) for complaint in complaints] == [
        ("The attribute 1 “sure” of “T1” has no “obj”, which is its value; it was kept as null.", False)
    ]


VALUES = {
    "text": "x",
    "empty": "",
    "whole": 3,
    "huge": 2**70,
    "broken": 0.5,
    "true": True,
    "none": None,
    "two": ["a", "b"],
    "mixed": [1, True, 1.0, "1"],
    "repeated": ["a", "a"],
    "single": ["a"],
    "nothing": [],
    "nested": [["a"], ["b"]],
    "object": {"a": [1]},
    " ": "blank name",
    "": "no name",
    "note": "like a field",
    "id": "like a key",
    "block": "no mark",
}


def test_attributes_of_every_kind_come_back_as_they_were(tmp_path):
    spans = (Span("T1", ((0, 4),), "PER", VALUES), Span("T2", ((16, 19),), "ORG", {"block": True, "x": 1}))
    record = Record("n", TEXT, annotator="a", spans=spans, relations=(Relation("T1", "R", "T1", "T2", VALUES),))
    report, (written,) = write(tmp_path, record)
    assert report.losses == []
    plain = {entry["pred"] for entry in written["attributes"]}
    assert plain == {"text", "empty", "whole", "huge", "broken", "true", "two", "mixed", "note", "id", "block", "x"}
    (again,) = back(tmp_path)
    by_id = {span.id: dict(span.attributes) for span in again.spans}
    assert by_id == {"T1": VALUES, "T2": {"block": True, "x": 1}}
    assert dict(again.relations[0].attributes) == VALUES


def test_everything_a_set_and_its_items_say_comes_back(tmp_path):
    span = Span("T1", ((0, 4),), "PER", {}, "catatan", "Q1", 0.25, "model", True, "m/T1")
    record = Record(
        "nama",
        TEXT,
        {"sourcedb": "X", "text": "own", "meta": {"a": 1}, "project": "own", "kind": 3, "none": None},
        Tokens([(0, 4)]),
        "ani",
        Kind.MODEL,
        Status.SKIPPED,
        True,
        ("berita", "politik"),
        (span, Span("T2", ((16, 19),), "ORG", reviewed=False)),
        (Relation("R1", "WORKS", "T1", "T2", {}, "juga", 0.5, "model", True, "m/R1"),),
        (Verdict("PER@5-7", "m"),),
    )
    report, (written,) = write(tmp_path, record)
    assert report.losses == []
    assert written["project"] == "ani"
    assert written["meta"] == {"text": "own", "meta": {"a": 1}, "project": "own", "kind": 3}
    (again,) = back(tmp_path)
    again.place, record.tokens = "", None
    assert again == record


def test_sets_of_one_document_are_tracks_where_they_follow_each_other(tmp_path):
    ani = Record("n", TEXT, annotator="ani", kind=Kind.PERSON, status=Status.DONE, spans=(Span("T1", ((0, 4),), "PER"),))
    model = Record("n", TEXT, annotator="m", kind=Kind.MODEL, spans=(Span("T1", ((16, 19),), "ORG", reviewed=False),))
    report, (first, second) = write(tmp_path, ani, model, Record("bare", "x"))
    assert report.losses == []
    assert (report.documents, report.spans, report.unreviewed) == (2, 2, 1)
    assert [track["project"] for track in first["tracks"]] == ["ani", "m"]
    assert "denotations" not in first
    assert second == {"name": "bare", "text": "x"}
    assert [(record.name, record.annotator) for record in back(tmp_path)] == [("n", "ani"), ("n", "m"), ("bare", "")]


def test_spans_outside_the_text_are_losses_with_their_relations(tmp_path):
    spans = (Span("T1", ((0, 4),), "PER"), Span("T2", ((40, 99),), "ORG"), Span("T3", ((4, 2),), "ORG"))
    record = Record(
        "n", TEXT, annotator="a", spans=spans, relations=(Relation("R1", "X", "T1", "T2"), Relation("R2", "X", "T1", "T1"))
    )
    report, _ = write(tmp_path, record)
    assert [(loss.item_id, loss.reason) for loss in report.losses] == [
        ("T2", "lies outside the text"),
        ("T3", "lies outside the text"),
        ("R1", "its head or its tail was left out"),
    ]
    assert (report.spans, report.relations) == (1, 1)


@pytest.mark.parametrize("options", [{"fragments": "x"}, {"none": "x"}, {"offsets": "code-points"}])
def test_other_options_are_refused(tmp_path, options):
    with pytest.raises(FormatError, match=r"PubAnnotation export|is one of"):
        write(tmp_path, Record("n", TEXT), **options)
    assert list(tmp_path.iterdir()) == []


def test_nothing_to_write_is_refused_and_an_old_file_stays(tmp_path):
    path = tmp_path / "out.pubannotation.json"
    path.write_text("old", encoding="utf-8")
    with pytest.raises(FormatError, match="nothing to export"):
        write(tmp_path)
    assert path.read_text(encoding="utf-8") == "old"


@pytest.mark.parametrize(
    ("value", "known"),
    [
        ({"text": "x", "denotations": []}, True),
        ({"text": "x", "tracks": []}, True),
        ({"text": "x", "sourcedb": "a", "sourceid": "1"}, True),
        ({"text": "x", "sourcedb": "a"}, False),
        ({"text": "x", "denotations": {}}, False),
        ({"text": ["x"], "denotations": []}, False),
        ({"denotations": []}, False),
        ({"text": "x", "label": [[0, 1, "X"]]}, False),
        ([], False),
        (None, False),
    ],
)
def test_what_looks_like_a_document_of_pubannotation(value, known):
    assert pubannotation.recognises(value) is known


def textae() -> list[Path]:
    return sorted((FIXTURES / "pubannotation").rglob("*.json"))


def counted(path: Path) -> dict[str, Any]:
    """Count by itself what of a file is sound, in the plainest way."""
    data = json.loads(path.read_text(encoding="utf-8"))
    text = data.get("text")

    def sound(entry: dict[str, Any]) -> bool:
        begin, end = entry["span"]["begin"], entry["span"]["end"]
        whole = type(begin) is int and type(end) is int
        return whole and 0 <= begin < end <= len(text) and bool(entry["obj"])

    lists = [entry for key in ("denotations", "blocks") for entry in data.get(key, [])]
    known = {entry["id"] for entry in lists if sound(entry) and "id" in entry}
    relations = [link for link in data.get("relations", []) if link.get("pred") and {link["subj"], link["obj"]} <= known]
    named = known | {link["id"] for link in relations if "id" in link}
    attributes = {(one["subj"], one["pred"], str(one["obj"])) for one in data.get("attributes", []) if one["subj"] in named}
    return {
        "text": text,
        "spans": sum(map(sound, lists)),
        "relations": len(relations),
        "attributes": len(attributes),
        "blocks": sum(map(sound, data.get("blocks", []))),
    }


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the real files of the other tools are not here")
@pytest.mark.parametrize("path", textae(), ids=lambda path: path.name)
def test_real_files_of_textae_are_read_as_counted_and_written_again_the_same(tmp_path, path):
    found = list(pubannotation.read(path, ReadDefaults("import")))
    wanted = counted(path)
    if not isinstance(wanted["text"], str):
        (complaint,) = found
        assert isinstance(complaint, Complaint)
        assert complaint.lost
        return
    (record,) = records(found)
    said = [value for item in (*record.spans, *record.relations) for name, value in item.attributes.items() if name != "block"]
    values = sum(len(value) if isinstance(value, list) else 1 for value in said)
    blocks = sum(span.attributes.get("block") is True for span in record.spans)
    assert (record.text, len(record.spans), len(record.relations), values, blocks) == (
        wanted["text"],
        wanted["spans"],
        wanted["relations"],
        wanted["attributes"],
        wanted["blocks"],
    )
    report, (written,) = write(tmp_path, record)
    assert report.losses == []
    original = json.loads(path.read_text(encoding="utf-8"))
    assert {key: written[key] for key in ("config", "typesettings", "sourcedb", "sourceid", "target") if key in original} == {
        key: original[key] for key in ("config", "typesettings", "sourcedb", "sourceid", "target") if key in original
    }
    (again,) = back(tmp_path)
    assert {span.id: span for span in again.spans} == {span.id: span for span in record.spans}
    assert {link.id: link for link in again.relations} == {link.id: link for link in record.relations}
    assert (again.name, again.text, again.meta, again.annotator) == (record.name, record.text, record.meta, record.annotator)


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the real files of the other tools are not here")
def test_the_texts_that_a_search_in_pubannotation_gives(tmp_path):
    folder = FIXTURES / "inception_misc" / "inception-external-search-pubannotation"
    (path,) = folder.rglob("3181839.json")
    original = json.loads(path.read_text(encoding="utf-8"))
    found = records(list(pubannotation.read(path, ReadDefaults())))
    assert [record.name for record in found] == [f"PMC:3181839:{part['divid']}" for part in original]
    assert [record.text for record in found] == [part["text"] for part in original]
    assert all(record.annotator == "" for record in found)
    report, written = write(tmp_path, *found)
    assert report.losses == []
    assert [{key: value for key, value in part.items() if key != "name"} for part in written] == original
