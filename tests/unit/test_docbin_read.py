"""DocBins of this program and of others read back as documents, with spaCy's own reading as the judge."""

from __future__ import annotations

import struct
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
import spacy
import srsly
from spacy.tokens import Doc, DocBin, Span, SpanGroup

from annotator.domain import annotations
from annotator.domain.annotations import Kind, Relation, Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats import docbin, docbin_inflate, docbin_read

FIXTURE = (
    Path(__file__).resolve().parents[3]
    / "shared/fixtures/formats/prodigy/spacy-projects/tutorials/ner_tweets/assets/demo/demo.spacy"
)
NLP = spacy.blank("xx")
TEXT = "Ani met  Budi in Bandung"
DEFAULTS = ReadDefaults("rina", Kind.GOLD)

if not Doc.has_extension("rel"):
    Doc.set_extension("rel", default={})


def saved(path: Path, *docs: Doc, **more) -> Path:
    DocBin(docs=docs, store_user_data=True, **more).to_disk(path)
    return path


def read(path: Path, **options) -> tuple[list[Record], list[Complaint]]:
    found = list(docbin_read.read(path, DEFAULTS, **options))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def told(record: Record) -> list[tuple[str, str, str]]:
    return [(span.label, span.surface(record.text), span.kb_id) for span in record.spans]


def a_doc() -> Doc:
    doc = NLP.make_doc(TEXT)
    doc.ents = [Span(doc, 0, 1, "PERSON", kb_id="Q1"), Span(doc, 3, 4, "PERSON"), Span(doc, 5, 6, "GPE", span_id="g")]
    return doc


def test_entities_text_and_tokens_are_what_spacy_reads(tmp_path):
    (record,), complaints = read(saved(tmp_path / "some.spacy", a_doc()))
    assert complaints == []
    assert (record.name, record.text) == ("some:1", TEXT)
    assert record.tokens == Tokens([(0, 3), (4, 7), (9, 13), (14, 16), (17, 24)])
    assert told(record) == [("PERSON", "Ani", "Q1"), ("PERSON", "Budi", ""), ("GPE", "Bandung", "")]
    assert record.spans[2].id == "g"
    assert (record.annotator, record.kind, record.status) == ("rina", Kind.GOLD, Status.IN_PROGRESS)
    assert record.place.endswith("some.spacy: document 1")


def test_a_foreign_set_is_done_where_that_is_said(tmp_path):
    path = saved(tmp_path / "a.spacy", a_doc())
    assert read(path, status="done")[0][0].status is Status.DONE
    with pytest.raises(FormatError, match="“status” is one of"):
        docbin_read.read(path, DEFAULTS, status="gold")


@pytest.mark.skipif(not FIXTURE.is_file(), reason="the real files of the other tools are not here")
def test_a_real_file_of_another_project():
    records, complaints = read(FIXTURE)
    docs = list(DocBin().from_disk(FIXTURE).get_docs(spacy.blank("en").vocab))
    assert complaints == []
    assert [record.text for record in records] == [doc.text for doc in docs]
    assert [told(record) for record in records] == [[(ent.label_, ent.text, ent.kb_id_) for ent in doc.ents] for doc in docs]
    assert told(records[0]) == [("PERSON", "Ed Sheeran", "")]


def test_groups_become_spans_and_name_themselves_unless_they_are_usual(tmp_path):
    doc = a_doc()
    doc.spans["sc"] = [Span(doc, 0, 1, "PERSON", kb_id="Q1"), Span(doc, 0, 4, "EVENT")]
    doc.spans["errors"] = [Span(doc, 1, 2, "VERB")]
    doc.spans["more"] = SpanGroup(doc, name="other", spans=[Span(doc, 1, 2, "VERB")])
    (record,), complaints = read(saved(tmp_path / "a.spacy", doc))
    assert complaints == []
    assert told(record) == [
        ("EVENT", "Ani met  Budi", ""),
        ("PERSON", "Ani", "Q1"),
        ("VERB", "met", ""),
        ("PERSON", "Budi", ""),
        ("GPE", "Bandung", ""),
    ]
    assert [dict(span.attributes) for span in record.spans if span.attributes] == [{"span_group": ["errors", "more"]}]


def test_missing_tokens_are_unexamined_ranges_and_go_out_as_missing_again(tmp_path):
    doc = NLP.make_doc(TEXT)
    doc.set_ents([Span(doc, 0, 1, "PERSON")], missing=[doc[1:2], doc[4:6]], default="outside")
    (record,), (notice,) = read(saved(tmp_path / "a.spacy", doc), status="done")
    assert (notice.lost, "2 stretches" in notice.message) == (False, True)
    assert record.meta["unexamined"] == [[4, 7], [14, 24]]
    out = tmp_path / "b.spacy"
    docbin.write(lambda: iter([record]), out, LabelScheme(), options={}, progress=Progress())
    (again,) = DocBin().from_disk(out).get_docs(NLP.vocab)
    assert [token.ent_iob_ for token in again] == [token.ent_iob_ for token in doc]
    assert read(out)[0][0].meta == record.meta


def test_a_document_nobody_labelled_is_no_partial_one(tmp_path):
    (record,), complaints = read(saved(tmp_path / "a.spacy", NLP.make_doc(TEXT)))
    assert (record.spans, dict(record.meta), complaints) == ((), {}, [])


def test_relations_categories_and_extensions_come_in(tmp_path):
    doc = a_doc()
    doc._.rel = {(0, 3): {"met": 1.0, "leads": 0.0}, (3, 5): {"in": 0.7}, (1, 5): {"in": 1.0}}
    doc.cats = {"news": 1.0, "sport": 0.2}
    doc.user_data[("._.", "source", None, None)] = ["desk", 7]
    doc.user_data[("._.", "sure", 0, 3)] = "no"
    doc.user_data[("._.", "sure", 4, 7)] = "no"
    doc.user_data["extra"] = {"a": None}
    (record,), complaints = read(saved(tmp_path / "a.spacy", doc))
    names = {span.id: span.surface(TEXT) for span in record.spans}
    assert [(item.label, names[item.head], names[item.tail]) for item in record.relations] == [
        ("met", "Ani", "Budi"),
        ("in", "Budi", "Bandung"),
    ]
    assert record.categories == ("news",)
    assert record.meta == {"source": ["desk", 7], "extra": {"a": None}}
    assert dict(record.spans[0].attributes) == {"sure": "no"}
    assert [item.message for item in complaints] == [
        "A relation “in” joins tokens 1 and 5, where no span starts; it was left out.",
        "1 of its user data or extensions have no place in a document and were left out: sure.",
    ]


def test_blanks_that_are_unknown_stand_after_each_word_as_in_spacy(tmp_path):
    doc = Doc(NLP.vocab, words=["Ani", "pergi", "."])
    assert doc.has_unknown_spaces
    (record,), _ = read(saved(tmp_path / "a.spacy", doc))
    assert record.text == doc.text == "Ani pergi . "


@pytest.mark.parametrize(
    "attrs", [["ORTH"], ["ORTH", "ENT_TYPE"], ["ORTH", "ENT_IOB", "ENT_TYPE"], ["ENT_KB_ID", "LEMMA", "ENT_TYPE", "TAG"]]
)
def test_files_with_other_attributes_are_read(tmp_path, attrs):
    (record,), complaints = read(saved(tmp_path / "a.spacy", a_doc(), attrs=attrs))
    assert complaints == []
    assert [surface for _, surface, _ in told(record)] == (["Ani", "Budi", "Bandung"] if "ENT_TYPE" in attrs else [])


FULL = Record(
    "artikel",
    TEXT,
    {"source": "desk", "list": [1, [2, None]], "deep": {"a": [True, 0.5]}},
    Tokens([(0, 3), (4, 7), (9, 13), (14, 16), (17, 24)]),
    "ani",
    Kind.PERSON,
    Status.DONE,
    True,
    ("sport", "news"),
    (
        annotations.Span("wide", ((0, 13),), "EVENT", {"sure": ["no", "x"]}, "cek", "Q2", 0.5, "m1", False, "m1/7"),
        annotations.Span("a", ((0, 3),), "PERSON"),
        annotations.Span("b", ((9, 13),), "PERSON", kb_id="Q1"),
        annotations.Span("c", ((17, 24),), "GPE", note="kota"),
    ),
    (
        Relation("r1", "met", "a", "b", {"when": "kemarin"}, "?", 0.25, "m", False),
        Relation("r2", "in", "b", "c"),
        Relation("r3", "in", "b", "c"),
        Relation("r4", "in", "wide", "c"),
    ),
    (Verdict("PER@4-7", "m1"), Verdict("X@0-3>4-7", "m2", "rejected")),
)


@pytest.mark.parametrize("overlap", ["longest", "first", "label", "group"])
def test_our_own_file_brings_everything_back_whatever_the_policy(tmp_path, overlap):
    path = tmp_path / "a.spacy"
    scheme = LabelScheme(categories=("news", "sport"))
    report = docbin.write(lambda: iter([FULL]), path, scheme, options={"overlap": overlap}, progress=Progress())
    assert not [loss for loss in report.losses if "came back" in loss.reason]
    (back,), complaints = read(path)
    assert complaints == []
    back.place = ""
    assert sorted(back.spans, key=lambda span: span.id) == sorted(FULL.spans, key=lambda span: span.id)
    assert sorted(back.relations, key=lambda item: item.id) == list(FULL.relations)
    assert replace(back, spans=(), relations=(), meta={}) == replace(FULL, spans=(), relations=(), meta={})
    assert dict(back.meta) == dict(FULL.meta)


# --- hostile -------------------------------------------------------------------------------------------------------------------


def repacked(path: Path, **parts) -> Path:
    """Write a sound file again with some of its parts replaced; None takes one away."""
    data = srsly.msgpack_loads(zlib.decompress(saved(path, a_doc()).read_bytes()))
    data = {name: value for name, value in {**data, **parts}.items() if value is not None}
    path.write_bytes(zlib.compress(srsly.msgpack_dumps(data)))
    return path


@pytest.mark.parametrize(
    "parts",
    [
        {"tokens": None},
        {"tokens": b"1234567"},
        {"tokens": "text"},
        {"attrs": []},
        {"attrs": ["ORTH"]},
        {"attrs": [64]},
        {"lengths": b"\xff\xff\xff\xff"},
        {"lengths": b"\x00"},
        {"lengths": struct.pack("<i", 2**31 - 1)},
        {"spaces": b""},
        {"strings": [1]},
        {"strings": None},
        {"cats": [{}, {}]},
        {"user_data": 5},
        {"flags": {"a": 1}},
    ],
    ids=repr,
)
def test_a_part_that_does_not_fit_refuses_the_file_in_a_sentence(tmp_path, parts):
    records, (complaint,) = read(repacked(tmp_path / "a.spacy", **parts))
    assert records == []
    assert complaint.lost
    assert complaint.message.startswith("The file ")


@pytest.mark.parametrize(
    "parts",
    [
        {"strings": ["Ani"]},
        {"cats": [{"news": "x"}]},
        {"cats": [[1]]},
        {"flags": [7]},
        {"span_groups": [b"\xc1"]},
        {"span_groups": [b"\x81\x91\x01\x02"]},
        {"span_groups": [srsly.msgpack_dumps({b"x": ["sc"]})]},
        {
            "span_groups": [
                srsly.msgpack_dumps([srsly.msgpack_dumps({"name": "sc", "attrs": {}, "spans": [b"short", b"\xff" * 40]})])
            ]
        },
        {"user_data": [b"\xdd\xff\xff\xff\xff"]},
        {"user_data": [b"\x91" * 400 + b"\xc0"]},
        {"user_data": [srsly.msgpack_dumps([1])]},
        {"user_data": [srsly.msgpack_dumps({"annotator": {"name": 1, "kind": "x", "spans": [], "links": [[1], "x"], "meta": 3}})]},
        {"user_data": [srsly.msgpack_dumps({"annotator": {"verdicts": [1], "relations": {"r": 1}, "categories": {"a": 1}}})]},
        {
            "user_data": [
                srsly.msgpack_dumps({("._.", "rel", None, None): {"x": 1, (1, 2): 3, (0, 1, 2): {}, ("a", 3): {"x": 1.0}}})
            ]
        },
        {"user_data": [srsly.msgpack_dumps({7: 1, ("a",): 2, b"x": 3, ("._.", 3, None, None): 1})]},
    ],
    ids=lambda parts: repr(parts)[:60],
)
def test_a_bad_part_of_a_document_costs_no_more_than_that_part(tmp_path, parts):
    records, complaints = read(repacked(tmp_path / "a.spacy", **parts))
    if "flags" in parts:
        assert len(records) == 1
    elif "strings" in parts:
        assert (records, len(complaints)) == ([], 1)
    else:
        assert len(told(records[0])) == 3
        assert complaints


def test_nothing_is_unpickled(tmp_path, monkeypatch):
    """spaCy's own unpacking calls ``pickle`` for what calls itself an array of objects; ours leaves it packed."""
    bomb = {b"nd": True, b"kind": b"O", b"type": "O", b"shape": (1,), b"data": b"cos\nsystem\n(S'exit 1'\ntR."}
    monkeypatch.setattr("pickle.loads", lambda *_: pytest.fail("unpickled"))
    packed = srsly.msgpack.packb({"annotator": {"meta": bomb}, "x": bomb}, use_bin_type=True)
    (record,), complaints = read(repacked(tmp_path / "a.spacy", user_data=[packed]))
    assert (len(record.spans), dict(record.meta)) == (3, {})
    assert complaints


def test_a_bomb_is_not_inflated(tmp_path, monkeypatch):
    monkeypatch.setattr(docbin_inflate, "FREE", 1 << 20)
    path = tmp_path / "a.spacy"
    path.write_bytes(zlib.compress(b"\x81\xa6tokens\xc6" + struct.pack(">I", 8 << 20) + bytes(8 << 20)))
    _, (complaint,) = read(path)
    assert "more than" in complaint.message
    path.write_bytes(zlib.compress(b"\x81\xa4cats\xdd" + struct.pack(">I", 1 << 30) + b"\x80" * (4 << 20)))
    _, (complaint,) = read(path)
    assert "more than" in complaint.message


def test_more_single_values_than_can_be_read_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(docbin_inflate, "MOST_OBJECTS", 1000)
    path = tmp_path / "a.spacy"
    path.write_bytes(zlib.compress(b"\x81\xa4cats\xdc" + struct.pack(">H", 5000) + b"\x80" * 5000))
    _, (complaint,) = read(path)
    assert "more single values" in complaint.message
    path.write_bytes(zlib.compress(b"\x91" * 500))
    _, (complaint,) = read(path)
    assert "more single values" in complaint.message


@pytest.mark.parametrize("data", [b"", b"x", b"PK\x03\x04"])
def test_what_is_not_compressed_is_refused_at_once(tmp_path, data):
    path = tmp_path / "a.spacy"
    path.write_bytes(data)
    with pytest.raises(FormatError, match="no DocBin"):
        docbin_read.read(path, DEFAULTS)


def test_the_documents_of_a_file_are_read_one_by_one(tmp_path):
    stream = docbin_read.read(saved(tmp_path / "a.spacy", *(a_doc() for _ in range(3))), DEFAULTS)
    assert [next(stream).name for _ in range(3)] == ["a:1", "a:2", "a:3"]


def test_a_part_that_is_unsound_or_too_long_does_not_spoil_the_next():
    """Unpackers are used again, but never one with something left in it."""
    packed = srsly.msgpack_dumps({"a": [1, "x"]})
    for _ in range(3):
        assert docbin_inflate.unpacked(packed) == {"a": (1, "x")}
        assert docbin_inflate.unpacked(packed + srsly.msgpack_dumps("left over")) == {"a": (1, "x")}
        for broken in (packed[:-1], b"\xc1", b""):
            with pytest.raises(docbin_inflate.Unsound, match="cannot be unpacked"):
                docbin_inflate.unpacked(broken)
    assert docbin_inflate.unpacked(packed) == {"a": (1, "x")}
