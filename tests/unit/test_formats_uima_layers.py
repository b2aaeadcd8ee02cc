"""UIMA CAS: what types and features of every kind become, with files made by another program, and what goes out of ours."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.mending import Mender
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats import uima_json, uima_xmi
from annotator.formats.table import FORMATS
from annotator.formats.uima_details import DETAILS, detailed, json_text
from annotator.formats.uima_fit import words_of
from annotator.formats.uima_layers import LAYER, LEMMA, NAMED_ENTITY, TOKEN, TOKEN_ENDS, Choice, divides, reserved
from annotator.formats.uima_schema import link_type, schema_of, usable

cassis = pytest.importorskip("cassis")

NAMES = ("uima-xmi", "uima-json")
TEXT = "Ani 😀 di rumah. Ia pergi."
STRING, INTEGER, ARRAY = "uima.cas.String", "uima.cas.Integer", "uima.cas.FSArray"
ANNOTATION, TOP = "uima.tcas.Annotation", "uima.cas.TOP"


def read(name: str, path: Path, defaults: ReadDefaults | None = None, **options: str) -> list[Record | Complaint]:
    reader = FORMATS[name].read
    assert reader is not None
    return list(reader(path, defaults or ReadDefaults("other"), **options))


def write(name: str, path: Path, *records: Record) -> LossReport:
    writer = FORMATS[name].write
    assert writer is not None
    return writer(lambda: iter(records), path, LabelScheme(), options={}, progress=Progress())


def one(found: list[Record | Complaint]) -> Record:
    (record,) = [item for item in found if isinstance(item, Record)]
    return record


def complaints(found: list[Record | Complaint]) -> list[str]:
    return [item.message for item in found if isinstance(item, Complaint) and item.lost]


def made(
    name: str, folder: Path, types: dict[str, tuple[str, dict[str, str]]], fill: Callable[[Any, Callable[..., Any]], None]
) -> Path:
    """Write a CAS with another program; ``fill`` is given the CAS and a way to make structures of a type."""
    system = cassis.TypeSystem()
    for kind, (base, features) in types.items():
        system.create_type(kind, base)
        for feature, span in features.items():
            system.create_feature(kind, feature, span)
    cas = cassis.Cas(typesystem=system)
    cas.sofa_string, cas.sofa_mime = TEXT, "text/plain"

    def make(type_name: str, begin: int | None = None, end: int | None = None, **values: Any) -> Any:
        structure = system.get_type(type_name)(**({} if begin is None else {"begin": begin, "end": end}), **values)
        if begin is not None:
            cas.add(structure)
        return structure

    fill(cas, make)
    path = folder / ("x.xmi" if name == "uima-xmi" else "x.json")
    if name == "uima-xmi":
        cas.to_xmi(path)
        system.to_xml(folder / "TypeSystem.xml")
    else:
        cas.to_json(path)
    return path


def links(record: Record) -> list[tuple[str, str, str]]:
    surfaces = {span.id: span.surface(record.text) for span in record.spans}
    return [(item.label, surfaces[item.head], surfaces[item.tail]) for item in record.relations]


@pytest.mark.parametrize("name", NAMES)
def test_values_of_every_kind_are_attributes(tmp_path, name):
    kinds = ["Boolean", "Integer", "Long", "Double", "Float", "Short", "Byte", "StringArray", "IntegerArray", "DoubleArray"]
    features = {f"f{kind}": f"uima.cas.{kind}" for kind in kinds}

    def fill(cas: Any, make: Callable[..., Any]) -> None:
        arrays = {kind: make(f"uima.cas.{kind}Array", elements=held) for kind, held in lists.items()}
        plain = {"fBoolean": True, "fInteger": 3, "fLong": 1 << 40, "fDouble": 0.25, "fFloat": 0.5, "fShort": -2, "fByte": 7}
        make("a.Thing", 0, 3, label="X", **plain, **{f"f{kind}Array": array for kind, array in arrays.items()})
        make("a.Thing", 9, 14)

    lists = {"String": ["é", "b c"], "Integer": [1, 2], "Double": [0.5]}
    found = read(name, made(name, tmp_path, {"a.Thing": (ANNOTATION, {**features, "label": STRING})}, fill))
    first, second = one(found).spans
    assert complaints(found) == []
    assert (first.label, second.label) == ("X", "Thing")
    values = {key.removeprefix("f"): value for key, value in first.attributes.items() if key != LAYER}
    assert {key: value for key, value in values.items() if not isinstance(value, list)} == {
        "Boolean": True,
        "Integer": 3,
        "Long": 1 << 40,
        "Double": 0.25,
        "Float": 0.5,
        "Short": -2,
        "Byte": 7,
    }
    assert [list(values[f"{kind}Array"]) for kind in lists] == list(lists.values())
    assert second.attributes[LAYER] == "a.Thing|label"


@pytest.mark.parametrize("name", NAMES)
def test_numbers_that_json_cannot_hold_are_texts(tmp_path, name):
    def fill(_: Any, make: Callable[..., Any]) -> None:
        make("a.Thing", 0, 3, label="X", score=math.inf)
        make("a.Thing", 9, 14, label="Y", score=-math.inf)

    path = made(name, tmp_path, {"a.Thing": (ANNOTATION, {"score": "uima.cas.Double", "label": STRING})}, fill)
    record = one(read(name, path))
    assert [span.attributes["score"] for span in record.spans] == ["inf", "-inf"]
    assert write("uima-json", tmp_path / "out.json", record).losses == []


@pytest.mark.parametrize("name", NAMES)
def test_a_knowledge_base_id_that_is_a_number_is_kept(tmp_path, name):
    def fill(_: Any, make: Callable[..., Any]) -> None:
        make("a.Thing", 0, 3, label="X", identifier=42)
        make("a.Thing", 9, 14, label="Y")

    path = made(name, tmp_path, {"a.Thing": (ANNOTATION, {"identifier": INTEGER, "label": STRING})}, fill)
    assert [span.kb_id for span in one(read(name, path)).spans] == ["42", ""]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("ends", [("Governor", "Dependent"), ("source", "target"), ("head", "tail"), ("governor", "dependent")])
def test_the_ends_of_a_relation_have_many_names(tmp_path, name, ends):
    def fill(_: Any, make: Callable[..., Any]) -> None:
        first, second = make("a.Thing", 0, 3, label="X"), make("a.Thing", 9, 14, label="Y")
        make("a.Rel", 9, 14, kind="of", weight=2, **dict(zip(ends, (first, second), strict=True)))
        make("a.Rel", 9, 14, **dict(zip(ends, (second, None), strict=True)))

    types = {
        "a.Thing": (ANNOTATION, {"label": STRING}),
        "a.Rel": (ANNOTATION, {**dict.fromkeys(ends, "a.Thing"), "kind": STRING, "weight": INTEGER}),
    }
    found = read(name, made(name, tmp_path, types, fill))
    record = one(found)
    assert links(record) == [("of", "Ani", "rumah")]
    assert dict(record.relations[0].attributes) == {"weight": 2, LAYER: "a.Rel|kind"}
    assert complaints(found) == ["An end of a relation Rel is no span that was taken over; it was left out."]


@pytest.mark.parametrize("name", NAMES)
def test_slots_of_links_of_spans_and_of_one_span(tmp_path, name):
    def fill(_: Any, make: Callable[..., Any]) -> None:
        first, second = make("a.Thing", 0, 3, label="X"), make("a.Thing", 9, 14, label="Y")
        linked = [make("a.Link", role="agent", target=first), make("a.Link", target=second), make("a.Link", role="lost")]
        make(
            "a.Event",
            19,
            24,
            label="go",
            roles=make(ARRAY, elements=linked),
            parts=make(ARRAY, elements=[second]),
            place=first,
        )

    types = {
        "a.Thing": (ANNOTATION, {"label": STRING}),
        "a.Link": (TOP, {"role": STRING, "target": ANNOTATION}),
        "a.Event": (ANNOTATION, {"label": STRING, "roles": ARRAY, "parts": ARRAY, "place": "a.Thing"}),
    }
    found = read(name, made(name, tmp_path, types, fill))
    record = one(found)
    assert sorted(links(record)) == [
        ("agent", "pergi", "Ani"),
        ("parts", "pergi", "rumah"),
        ("place", "pergi", "Ani"),
        ("roles", "pergi", "rumah"),
    ]
    assert complaints(found) == ["The roles of a span of Event holds what is no piece of text; it was left out."]
    report = write(name, tmp_path / f"out{path_suffix(name)}", record)
    assert report.losses == []
    assert report.relations == 4


def path_suffix(name: str) -> str:
    return ".xmi" if name == "uima-xmi" else ".json"


@pytest.mark.parametrize("name", NAMES)
def test_a_slot_that_is_a_list_of_uima(tmp_path, name):
    def fill(_: Any, make: Callable[..., Any]) -> None:
        first, second = make("a.Thing", 0, 3, label="X"), make("a.Thing", 9, 14, label="Y")
        rest = make("uima.cas.NonEmptyFSList", head=second, tail=make("uima.cas.EmptyFSList"))
        make("a.Event", 19, 24, label="go", parts=make("uima.cas.NonEmptyFSList", head=first, tail=rest))

    types = {
        "a.Thing": (ANNOTATION, {"label": STRING}),
        "a.Event": (ANNOTATION, {"label": STRING, "parts": "uima.cas.FSList"}),
    }
    record = one(read(name, made(name, tmp_path, types, fill)))
    assert links(record) == [("parts", "pergi", "Ani"), ("parts", "pergi", "rumah")]


@pytest.mark.parametrize("name", NAMES)
def test_chains_of_the_older_kind_link_each_to_the_next(tmp_path, name):
    def fill(_: Any, make: Callable[..., Any]) -> None:
        last = make("a.CorefLink", 16, 18, referenceType="pron")
        first = make("a.CorefLink", 0, 3, referenceType="name", referenceRelation="same", next=last)
        make("a.CorefChain", first=first)

    types = {
        "a.CorefLink": (
            ANNOTATION,
            {"referenceType": STRING, "referenceRelation": STRING, "next": "a.CorefLink"},
        ),
        "a.CorefChain": (TOP, {"first": "a.CorefLink"}),
    }
    record = one(read(name, made(name, tmp_path, types, fill)))
    assert [(span.label, span.surface(record.text)) for span in record.spans] == [("name", "Ani"), ("pron", "Ia")]
    assert links(record) == [("same", "Ani", "Ia")]
    assert record.relations[0].attributes[LAYER] == "a.CorefChain|referenceRelation"
    report = write(name, tmp_path / f"out{path_suffix(name)}", record)
    assert report.losses == []


@pytest.mark.parametrize("name", NAMES)
def test_a_relation_between_tokens_makes_spans_of_them_once(tmp_path, name):
    def fill(_: Any, make: Callable[..., Any]) -> None:
        first, second = make("x.Token", 0, 3), make("x.Token", 4, 5)
        for label in ("subj", "mod"):
            make("a.Dep", 0, 3, kind=label, Governor=first, Dependent=second)

    types = {"x.Token": (ANNOTATION, {}), "a.Dep": (ANNOTATION, {"Governor": TOP, "Dependent": TOP, "kind": STRING})}
    record = one(read(name, made(name, tmp_path, types, fill)))
    assert [(span.label, span.surface(record.text), dict(span.attributes)) for span in record.spans] == [
        ("Token", "Ani", {LAYER: TOKEN_ENDS}),
        ("Token", "😀", {LAYER: TOKEN_ENDS}),
    ]
    assert links(record) == [("subj", "Ani", "😀"), ("mod", "Ani", "😀")]


@pytest.mark.parametrize("mend", [True, False])
def test_a_token_turned_round_at_the_end_of_a_relation(tmp_path, mend):
    def fill(_: Any, make: Callable[..., Any]) -> None:
        first, second = make("x.Token", 3, 0), make("x.Token", 9, 14)
        make("a.Dep", 0, 3, kind="subj", Governor=first, Dependent=second)

    types = {"x.Token": (ANNOTATION, {}), "a.Dep": (ANNOTATION, {"Governor": TOP, "Dependent": TOP, "kind": STRING})}
    path = made("uima-json", tmp_path, types, fill)
    record = one(read("uima-json", path, ReadDefaults("o", mender=Mender() if mend else None)))
    assert links(record) == ([("subj", "Ani", "rumah")] if mend else [])
    assert all(span.start < span.end for span in record.spans)


@pytest.mark.parametrize("name", NAMES)
def test_types_below_others_have_their_features_and_their_own_layer(tmp_path, name):
    def fill(_: Any, make: Callable[..., Any]) -> None:
        make("a.Base", 0, 3, value="B")
        make("a.Person", 9, 14, value="P", age="9")
        make(ANNOTATION, 4, 5)

    types = {"a.Base": (ANNOTATION, {"value": STRING}), "a.Person": ("a.Base", {"age": STRING})}
    record = one(read(name, made(name, tmp_path, types, fill)))
    assert [(span.label, dict(span.attributes)) for span in record.spans] == [
        ("B", {LAYER: "a.Base|value"}),
        ("Annotation", {}),
        ("P", {"age": "9", LAYER: "a.Person|value"}),
    ]


@pytest.mark.parametrize("name", NAMES)
def test_what_speaks_of_the_document_is_no_span(tmp_path, name):
    def fill(_: Any, make: Callable[..., Any]) -> None:
        make("a.Meta", 0, 25, language="id")
        make("x.Sentence", 0, 15)
        make("de.tudarmstadt.ukp.clarin.webanno.api.type.LayerDefinition", 0, 3)
        make("a.Thing", 0, 3, label="X")

    types = {
        "a.Meta": ("uima.tcas.DocumentAnnotation", {}),
        "x.Sentence": (ANNOTATION, {}),
        "de.tudarmstadt.ukp.clarin.webanno.api.type.LayerDefinition": (ANNOTATION, {}),
        "a.Thing": (ANNOTATION, {"label": STRING}),
    }
    found = read(name, made(name, tmp_path, types, fill))
    assert [span.label for span in one(found).spans] == ["X"]
    assert complaints(found) == []


@pytest.mark.parametrize("name", NAMES)
def test_spans_that_cover_nothing_are_named_and_counted_beyond_the_first(tmp_path, name):
    def fill(_: Any, make: Callable[..., Any]) -> None:
        for place in range(23):
            make("a.Thing", place, place, label="X")
        make("a.Thing", 0, 3, label="Y")

    found = read(name, made(name, tmp_path, {"a.Thing": (ANNOTATION, {"label": STRING})}, fill))
    assert [span.label for span in one(found).spans] == ["Y"]
    assert len(complaints(found)) == 21
    assert complaints(found)[-1] == "3 more of that kind were left out."


BAD = ["xmiID", "type", "self", "type_", "self_", "get", "set", "get_covered_text", "class", "None", "begin", "x y", "é", "_x"]
GOOD = ["elements", "head", "tail", "source", "members", "id", "sofaString", "value_", "BT_x", "language", "x" * 300]


@pytest.mark.parametrize("feature", [*BAD, *GOOD, "referenceRelation", "identifier", "next", "role"])
@pytest.mark.parametrize("name", NAMES)
def test_an_attribute_of_any_name_comes_back(tmp_path, name, feature):
    spans = (Span("T1", ((0, 3),), "X", {feature: "7"}), Span("T2", ((9, 14),), "Y", {feature: "v"}))
    relations = (Relation("R1", "of", "T1", "T2", {feature: "w"}),)
    record = Record("n", TEXT, annotator="a", spans=spans, relations=relations)
    path = tmp_path / f"x{path_suffix(name)}"
    assert write(name, path, record).losses == []
    back = one(read(name, path))
    assert [dict(span.attributes) for span in back.spans] == [{feature: "7"}, {feature: "v"}]
    assert [dict(item.attributes) for item in back.relations] == [{feature: "w"}]
    assert usable(feature) is (feature not in {*BAD} - {"begin"})


LAYERS = [
    "a.B|class",
    "a.B|xmiID",
    "a.B|BT_x",
    "a.class|x",
    "a.B",
    "NoPackage|x",
    f"{DETAILS}|json",
    f"{LEMMA}|value",
    "x.Token|v",
    "x.Sentence|v",
    f"{TOKEN}|order",
    "uima.tcas.Annotation|x",
    "webanno.custom.Relation|label",
    "de.tudarmstadt.ukp.dkpro.core.api.metadata.type.X|v",
    f"{NAMED_ENTITY}|other",
    "no layer",
]


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("name", NAMES)
def test_a_layer_of_any_name_comes_back(tmp_path, name, layer):
    spans = (Span("T1", ((0, 3),), "X", {LAYER: layer}), Span("T2", ((9, 14),), "Y"))
    relations = (Relation("R1", "of", "T1", "T2", {LAYER: layer}), Relation("R2", "of", "T2", "T1"))
    for number, record in enumerate(
        [Record("n", TEXT, annotator="a", spans=spans), Record("n", TEXT, annotator="a", spans=spans, relations=relations)]
    ):
        path = tmp_path / f"x{number}{path_suffix(name)}"
        assert write(name, path, record).losses == []
        back = one(read(name, path))
        assert [dict(span.attributes) for span in back.spans] == [{LAYER: layer}, {}]
        assert sorted(item.label for item in back.relations) == ["of"] * len(record.relations)


@pytest.mark.parametrize("slot", ["parts", "class", "xmiID", "value", "kind", "elements", "head", "get", "next", "attr"])
@pytest.mark.parametrize("name", NAMES)
def test_a_slot_of_any_name_comes_back(tmp_path, name, slot):
    layer = {LAYER: "a.B|kind"}
    spans = (Span("T1", ((0, 3),), "X", {**layer, "attr": "1"}), Span("T2", ((9, 14),), "Y"))
    relations = tuple(
        Relation(f"R{number}", role, "T1", tail, {LAYER: f"a.B:{slot}", **more}, note)
        for number, (role, tail, more, note) in enumerate(
            [("r;|", "T2", {}, ""), (slot, "T2", {"k": "v"}, ""), ("z", "T1", {}, "a note")]
        )
    )
    record = Record("n", TEXT, annotator="a", spans=spans, relations=relations)
    assert write(name, tmp_path / f"x{path_suffix(name)}", record).losses == []
    back = one(read(name, tmp_path / f"x{path_suffix(name)}"))
    assert sorted(links(back)) == sorted(links(record))
    assert {item.note for item in back.relations} == {"", "a note"}
    assert [dict(span.attributes) for span in back.spans] == [{"attr": "1", **layer}, {}]


def test_the_schema_of_many_records_has_one_range_for_a_feature_or_none():
    spans = [
        Span("T1", ((0, 1),), "X", {"a": 1, "b": "x", "c": True, "value": "v"}),
        Span("T2", ((0, 1),), "Foo", {LAYER: "p.Foo"}),
        Span("T3", ((0, 1),), "Bar", {LAYER: "p.Foo", "big": 1 << 70, "nan": math.nan, "f": 0.5}),
    ]
    other = Span("T1", ((0, 1),), "X", {"a": "text", "b": "y"})
    relations = (Relation("R1", "has", "T1", "T9"), Relation("R2", "has", "T1", "T2", {"k": "v"}))
    schema = schema_of([Record("m", "ab", spans=tuple(spans), relations=relations), Record("n", "ab", spans=(other,))])
    assert sorted(schema.spans) == [NAMED_ENTITY, "p.Foo"]
    assert (schema.spans[NAMED_ENTITY].label, schema.spans["p.Foo"].label) == ("value", "value")
    assert schema.spans[NAMED_ENTITY].features == {"a": "", "b": STRING, "c": "uima.cas.Boolean"}
    assert schema.spans["p.Foo"].features == {"big": "", "nan": "", "f": "uima.cas.Double"}
    assert schema.relations["webanno.custom.Relation"].ends == {NAMED_ENTITY, "p.Foo"}
    assert link_type("a.B", "parts") == "a.BPartsLink"


def test_which_layers_are_taken():
    assert (divides("x.Token"), divides("x.Sentence"), divides(TOKEN_ENDS), divides("x.Word")) == (True, True, False, False)
    assert [reserved(name) for name in ("sofa", "BT_x", "identifier", "value", "BTx", "Governor")] == [
        True,
        True,
        True,
        False,
        False,
        True,
    ]
    choice = Choice("")
    assert not choice.takes(LEMMA)
    choice.add_known([LEMMA])
    assert choice.takes(LEMMA)
    assert choice.left == {LEMMA: 1}
    named = Choice("Other")
    named.add_known([LEMMA])
    assert not named.takes(LEMMA)


SPAN, RELATION = Span("T1", ((0, 1),), "X", {"a": 1}, kb_id="Q"), Relation("R1", "x", "T1", "T2")


@pytest.mark.parametrize(
    ("details", "changes"),
    [
        ({}, {}),
        ({"note": "n", "origin": "o"}, {"note": "n", "origin": "o"}),
        ({"derived_from": "d", "reviewed": False}, {"derived_from": "d", "reviewed": False}),
        ({"note": 1, "origin": [], "reviewed": "x"}, {}),
        ({"confidence": 1}, {"confidence": 1.0}),
        ({"confidence": True}, {}),
        ({"confidence": 1.5}, {}),
        ({"confidence": -0.1}, {}),
        ({"label": "Y", "kb_id": "other"}, {}),
        ({"label": "\x01", "kb_id": " "}, {}),
        ({"attributes": {"b": [1]}}, {"attributes": {"a": 1, "b": [1]}}),
        ({"attributes": [1]}, {}),
    ],
)
def test_details_that_make_no_sense_or_are_out_of_date_change_nothing(details, changes):
    assert detailed(SPAN, details) == replace(SPAN, **changes)
    if "attributes" not in changes:
        assert detailed(RELATION, details) == replace(RELATION, **changes)


@pytest.mark.parametrize("data", [{"a": math.nan}, {"a": "\ud800"}, {"a": {1, 2}}])
def test_details_that_json_cannot_say_are_refused(data):
    with pytest.raises((ValueError, TypeError)):
        json_text(data)


@pytest.mark.parametrize("name", NAMES)
def test_fragments_stay_together_and_broken_ones_are_passed_over(tmp_path, name):
    spans = (Span("T1", ((0, 3), (4, 5), (9, 14)), "X"), Span("T2", ((9, 14),), "Y"))
    record = Record("n", TEXT, annotator="a", spans=spans)
    path = tmp_path / f"x{path_suffix(name)}"
    assert write(name, path, record).losses == []
    assert [span.fragments for span in one(read(name, path)).spans] == [span.fragments for span in spans]
    if name == "uima-json":
        data = json.loads(path.read_text(encoding="utf-8"))
        for entry in data["%FEATURE_STRUCTURES"]:
            if entry.get("begin") == 4 and entry["%TYPE"] == NAMED_ENTITY:
                entry["begin"] = 2  # now lies over the first
        path.write_text(json.dumps(data), encoding="utf-8")
        assert [span.fragments for span in one(read(name, path)).spans] == [((0, 3),), ((9, 14),)]


@pytest.mark.parametrize("name", NAMES)
def test_half_a_character_and_an_empty_text_cannot_be_written_and_the_rest_can(tmp_path, name):
    good = Record("good", TEXT, annotator="a")
    bad = [Record("empty", ""), Record("half", "a\ud800"), Record("label", "ab", spans=(Span("T1", ((0, 1),), "\ud800"),))]
    report = write(name, tmp_path / "out.zip", good, *bad)
    assert [loss.document for loss in report.losses] == ["empty", "half", "label"]
    assert report.documents == 1
    assert [item.name for item in read(name, tmp_path / "out.zip") if isinstance(item, Record)] == ["good"]
    with pytest.raises(FormatError, match="has no text"):
        write(name, tmp_path / "two.zip", bad[0])
    assert not (tmp_path / "two.zip").exists()


@pytest.mark.parametrize("name", NAMES)
def test_spans_outside_the_text_are_dropped_with_what_hangs_on_them(tmp_path, name):
    spans = (Span("T1", ((0, 3),), "X"), Span("T2", ((20, 99),), "Y"))
    record = Record("n", TEXT, annotator="a", spans=spans, relations=(Relation("R1", "of", "T1", "T2"),))
    report = write(name, tmp_path / f"x{path_suffix(name)}", record)
    assert [(loss.item, loss.item_id) for loss in report.losses] == [("span", "T2"), ("relation", "R1")]
    assert [span.label for span in one(read(name, tmp_path / f"x{path_suffix(name)}")).spans] == ["X"]


@pytest.mark.parametrize("name", NAMES)
def test_tokens_come_back_unless_they_are_not_sound(tmp_path, name):
    for tokens in (Tokens([(0, 3), (4, 5), (6, 8), (9, 15), (16, 18), (19, 25)]), Tokens([(0, 2)]), None):
        path = tmp_path / f"x{path_suffix(name)}"
        record = Record("n", TEXT[:25], tokens=tokens, annotator="a", kind=Kind.PERSON)
        write(name, path, record)
        assert one(read(name, path)).tokens == (tokens if tokens is not None and len(tokens) > 1 else None)


@pytest.mark.parametrize("module", [uima_xmi, uima_json])
def test_an_option_that_does_not_exist_is_refused(tmp_path, module):
    with pytest.raises(FormatError, match="no option “nonsense”"):
        module.write(lambda: iter(()), tmp_path / "x", LabelScheme(), options={"nonsense": "1"}, progress=Progress())


def test_words_are_asked_of_each_text_and_its_tokens_anew():
    """The last answer is kept; neither the same tokens with another text nor other tokens of the same text may get it."""
    tokens = Tokens([(0, 3), (4, 8)])
    right, wrong = "Ani Budi", "Ani  Budi"
    for _ in range(2):
        assert words_of(Record("n", right, tokens=tokens)) is tokens
        assert list(words_of(Record("n", wrong, tokens=tokens))) == [(0, 3), (5, 9)]
        assert list(words_of(Record("n", right, tokens=Tokens([(0, 3)])))) == [(0, 3), (4, 8)]
        assert list(words_of(Record("n", right))) == [(0, 3), (4, 8)]
