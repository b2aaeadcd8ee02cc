"""Every format against every part of a record: what is kept says nothing, what is not is named, item by item.

One record for each part, small enough that a loss of it can be of nothing else.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Relation, Span, Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, completed
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats.table import FORMATS

SCHEME = completed(
    LabelScheme(spans=(SpanLabel("PER"), SpanLabel("ORG")), relations=(RelationLabel("WORKS"),), categories=("news",))
)
WRITERS = tuple(name for name, entry in FORMATS.items() if entry.write)
SUFFIX = {"brat": "", **{name: FORMATS[name].suffixes[0] for name in WRITERS if name != "brat"}}

TEXT = "Ani at PT Maju now"
PER = Span("T1", ((0, 3),), "PER")
ORG = Span("T2", ((7, 14),), "ORG")
WORKS = Relation("R1", "WORKS", "T1", "T2")
PLAIN = Record(
    "n",
    TEXT,
    tokens=Tokens([(0, 3), (4, 6), (7, 9), (10, 14), (15, 18)]),
    annotator="ani",
    kind=Kind.PERSON,
    status=Status.IN_PROGRESS,
    spans=(PER, ORG),
)


def with_span(**more) -> Record:
    return replace(PLAIN, spans=(replace(PER, **more), ORG))


def with_relation(**more) -> Record:
    return replace(PLAIN, relations=(replace(WORKS, **more),))


FEATURES: dict[str, Record] = {
    "nothing odd": PLAIN,
    "note": with_span(note="sure?"),
    "attribute": with_span(attributes={"sure": "no"}),
    "attribute of two lines": with_span(attributes={"a b": ["x", {"y": 1}]}),
    "kb_id": with_span(kb_id="Wikidata:Q1"),
    "confidence": with_span(confidence=0.5),
    "origin": with_span(origin="model"),
    "derived_from": with_span(derived_from="model/T9"),
    "unreviewed": with_span(reviewed=False),
    "fragments": with_span(fragments=((0, 3), (15, 18))),
    "nested": replace(PLAIN, spans=(ORG, replace(PER, fragments=((7, 9),)))),
    "twins": replace(PLAIN, spans=(ORG, replace(ORG, id="T3", label="PER"))),
    "cut token": with_span(fragments=((0, 2),)),
    "blank edge": with_span(fragments=((0, 4),)),
    "label with a blank": with_span(label="Nama Orang"),
    "relation": with_relation(),
    "relation with a note": with_relation(note="since 1990"),
    "relation with an attribute": with_relation(attributes={"since": "1990"}),
    "unreviewed relation": with_relation(reviewed=False),
    "relation of a cut span": replace(with_relation(), spans=(replace(PER, fragments=((0, 2),)), ORG)),
    "relation of fragments": replace(with_relation(), spans=(replace(PER, fragments=((0, 3), (15, 18))), ORG)),
    "categories": replace(PLAIN, categories=("news",)),
    "meta": replace(PLAIN, meta={"source": "desk"}),
    "flag": replace(PLAIN, flagged=True),
    "done": replace(PLAIN, status=Status.DONE),
    "skipped": replace(PLAIN, status=Status.SKIPPED),
    "gold": replace(PLAIN, kind=Kind.GOLD),
    "model": replace(PLAIN, kind=Kind.MODEL, spans=(replace(PER, reviewed=False), replace(ORG, reviewed=False))),
    "verdict": replace(PLAIN, verdicts=(Verdict("PER@4-6", "model"),)),
    "no tokens": replace(PLAIN, tokens=None),
    "odd name": replace(PLAIN, name="a/b: c?"),
}


def export(name: str, folder: Path, *records: Record, **options: str) -> LossReport:
    writer = FORMATS[name].write
    assert writer is not None
    folder.mkdir(exist_ok=True)
    return writer(lambda: iter(records), folder / f"out{SUFFIX[name]}", SCHEME, options=options, progress=Progress())


FRAGMENTS = "has several fragments, which {} cannot hold"
END_GONE = ("relation", "dropped", "its head or its tail was left out")
CUT = ("span", "dropped", "cuts a token")
BLANK = ("span", "dropped", "begins or ends with white space")
IN_GROUP = ("span", "changed", 'overlaps a span that was preferred: it is in doc.spans["sc"] but not in doc.ents')
OVERLAP = ("span", "dropped", "overlaps a span that was preferred")
NO_TOKENS = ("document", "changed", "a span cuts a token, so the tokens were left out; open it in Prodigy with --highlight-chars")

RELATIONS = tuple(name for name, record in FEATURES.items() if record.relations)


def of_json(title: str) -> dict[str, list[tuple[str, str, str]]]:
    gone = ("span", "dropped", FRAGMENTS.format(title))
    return {"fragments": [gone], "relation of fragments": [gone, END_GONE]}


def of_columns(title: str) -> dict[str, list[tuple[str, str, str]]]:
    no_relation = ("relation", "dropped", f"{title} holds no relations")
    said = {"note": "note", "attribute": "attributes", "attribute of two lines": "attributes"}
    return {
        **{name: [("span", "changed", f"{title} cannot state its {what}")] for name, what in said.items()},
        **{name: [no_relation] for name in RELATIONS},
        "cut token": [CUT],
        "blank edge": [BLANK],
        "relation of a cut span": [CUT, no_relation],
    }


def not_in_tags(loss: tuple[str, str, str]) -> tuple[str, str, str]:
    return loss[0], "changed", f"{loss[2]}: it is in spans but not in ner_tags"


CONLL = of_columns("CoNLL")
IN_COLUMN = ("span", "dropped", FRAGMENTS.format("the format"))
LOSSES: dict[str, dict[str, list[tuple[str, str, str]]]] = {
    "jsonl": {},
    "spacy": {
        **of_json("spaCy"),
        "nested": [IN_GROUP],
        "twins": [IN_GROUP],
        "cut token": [CUT],
        "blank edge": [BLANK],
        "relation of a cut span": [CUT, END_GONE],
    },
    "prodigy": {
        **of_json("Prodigy"),
        **{key: [NO_TOKENS] for key in ("cut token", "blank edge", "relation of a cut span")},
    },
    "brat": {},
    "doccano": {
        **of_json("doccano"),
        "note": [("span", "moved", "its note became a comment of the document")],
        "attribute": [("span", "changed", "came without its attributes")],
        "attribute of two lines": [("span", "changed", "came without its attributes")],
        "kb_id": [("span", "changed", "came without its knowledge-base id")],
        "relation with a note": [("relation", "moved", "its note became a comment of the document")],
        "relation with an attribute": [("relation", "changed", "came without its attributes")],
    },
    "conll": {
        **CONLL,
        "kb_id": [("span", "changed", "CoNLL cannot state its kb_id")],
        "fragments": [IN_COLUMN],
        "relation of fragments": [IN_COLUMN, *CONLL["relation"]],
        "nested": [OVERLAP],
        "twins": [OVERLAP],
    },
    "label-studio": of_json("Label Studio"),
    "conllu": of_columns("CoNLL-U"),
    "huggingface": {
        "cut token": [not_in_tags(CUT)],
        "blank edge": [not_in_tags(BLANK)],
        "relation of a cut span": [not_in_tags(CUT)],
        "nested": [not_in_tags(OVERLAP)],
        "twins": [not_in_tags(OVERLAP)],
        "fragments": [not_in_tags(IN_COLUMN)],
        "relation of fragments": [not_in_tags(IN_COLUMN)],
    },
    "csv": {},
    "xlsx": {},
    "html": {"verdict": [("document", "changed", "a page does not show rejected suggestions")]},
    "pubannotation": {},
    "gate": {},
    "webanno-tsv": {
        **of_json("WebAnno TSV"),
        "note": [("span", "changed", "WebAnno TSV cannot state its note")],
        "attribute of two lines": [("span", "changed", "WebAnno TSV cannot state its attributes")],
        "blank edge": [("span", "moved", "begins or ends with white space; its white space was left out")],
        "relation with a note": [("relation", "changed", "WebAnno TSV cannot state its note")],
    },
    "uima-xmi": {},
    "uima-json": {},
}
"""What each format loses of each part of a record; nothing where it is not named."""

REFUSED = {(name, "no tokens") for name in ("spacy", "conll", "conllu")}


def told(report: LossReport) -> list[tuple[str, str, str]]:
    return [(loss.item, str(loss.fate), loss.reason) for loss in report.losses]


def test_the_table_names_every_format_and_only_known_parts():
    assert set(LOSSES) == set(WRITERS)
    assert {name for losses in LOSSES.values() for name in losses} <= set(FEATURES)


@pytest.mark.parametrize("feature", FEATURES)
@pytest.mark.parametrize("name", WRITERS)
def test_each_format_names_what_it_loses_of_each_part(tmp_path, name, feature):
    record = FEATURES[feature]
    if (name, feature) in REFUSED:
        with pytest.raises(FormatError, match="has no tokens"):
            export(name, tmp_path, record)
        assert list(tmp_path.iterdir()) == []
        return
    report = export(name, tmp_path, record)
    wanted = LOSSES[name].get(feature, [])
    assert told(report) == wanted
    gone = [item for item, fate, _ in wanted if fate == "dropped"]
    kept = (len(record.spans) - gone.count("span"), len(record.relations) - gone.count("relation"))
    assert report.documents == 1
    if wanted != [IN_GROUP]:
        assert (report.spans, report.relations) == kept
    assert {loss.document for loss in report.losses} <= {record.name}


@pytest.mark.parametrize("feature", FEATURES)
@pytest.mark.parametrize("name", WRITERS)
def test_a_loss_costs_the_sound_document_beside_it_nothing(tmp_path, name, feature):
    neighbour = replace(PLAIN, name="neighbour")
    report = export(name, tmp_path, neighbour, FEATURES[feature], replace(neighbour, name="after"))
    assert not {loss.document for loss in report.losses} & {"neighbour", "after"}
    assert report.documents == (2 if (name, feature) in REFUSED else 3)
    reader = FORMATS[name].read
    if reader is not None:
        back = [item for item in reader(path_of(name, tmp_path), ReadDefaults("other")) if isinstance(item, Record)]
        found = {item.name: item for item in back}
        for each in ("neighbour", "after"):
            assert {(span.label, span.fragments) for span in found[each].spans} == {("PER", ((0, 3),)), ("ORG", ((7, 14),))}


def path_of(name: str, folder: Path) -> Path:
    return folder / f"out{SUFFIX[name]}"


LOSSLESS = [
    (name, feature)
    for name in (
        *("jsonl", "spacy", "prodigy", "brat", "label-studio", "pubannotation", "gate"),
        *("huggingface", "csv", "xlsx", "html", "uima-xmi", "uima-json"),
    )
    for feature in FEATURES
    if feature not in LOSSES[name] and (name, feature) not in REFUSED
]


def shape(record: Record) -> tuple:
    """Everything a record says, but for the ids of its items and the tokens that some formats leave to the import."""
    places = {span.id: span.signature for span in record.spans}
    spans = [replace(span, id="", attributes={}) for span in record.spans]
    relations = [replace(item, id="", head=places[item.head], tail=places[item.tail], attributes={}) for item in record.relations]
    attributes = [(item.label, dict(item.attributes)) for item in (*record.spans, *record.relations) if item.attributes]
    head = (record.name, record.text, dict(record.meta), record.annotator, record.kind, record.status, record.flagged)
    return (
        *head,
        record.categories,
        record.verdicts,
        sorted(map(repr, spans)),
        sorted(map(repr, relations)),
        sorted(map(repr, attributes)),
    )


@pytest.mark.parametrize(("name", "feature"), LOSSLESS)
def test_what_is_named_nowhere_comes_back_to_a_stranger_just_as_it_was(tmp_path, name, feature):
    # the defaults are those of nobody in the record: what comes back was said by the file
    record = FEATURES[feature]
    export(name, tmp_path, record)
    reader = FORMATS[name].read
    assert reader is not None
    found = list(reader(path_of(name, tmp_path), ReadDefaults("other", Kind.MODEL)))
    (back,) = [item for item in found if isinstance(item, Record)]
    back.meta = {key: value for key, value in back.meta.items() if key != "brat"}
    assert shape(back) == shape(record)
    assert [item for item in found if not isinstance(item, Record) and item.lost] == []
    if name in ("jsonl", "spacy", "prodigy"):
        assert back.tokens == record.tokens


@pytest.mark.parametrize(
    "feature", ["meta", "categories", "flag", "done", "skipped", "gold", "verdict", "odd name", "kb_id", "fragments"]
)
@pytest.mark.parametrize("name", ["conll", "conllu"])
def test_formats_of_tokens_keep_what_belongs_to_the_document(tmp_path, name, feature):
    record = FEATURES[feature]
    export(name, tmp_path, record)
    reader = FORMATS[name].read
    assert reader is not None
    (back,) = [item for item in reader(path_of(name, tmp_path), ReadDefaults("other")) if isinstance(item, Record)]
    head = (
        record.text,
        record.meta,
        record.annotator,
        record.kind,
        record.status,
        record.flagged,
        record.categories,
        record.verdicts,
    )
    assert (back.text, back.meta, back.annotator, back.kind, back.status, back.flagged, back.categories, back.verdicts) == head
    assert (back.name, back.tokens) == (record.name, record.tokens)
    kept = {span.signature for span in record.spans if name == "conllu" or not span.discontinuous}
    assert {span.signature for span in back.spans} == kept
    assert {span.kb_id for span in back.spans} - {""} == ({"Wikidata:Q1"} if (name, feature) == ("conllu", "kb_id") else set())


@pytest.mark.parametrize(
    ("name", "feature", "sentence"),
    [
        ("doccano", "nested", "1 document with overlapping spans: allow overlap in the doccano project"),
        ("label-studio", "nothing odd", "1 set not done: Label Studio counts every annotation as submitted."),
        ("prodigy", "nothing odd", "1 document is not done and carries no answer"),
        (
            "brat",
            "label with a blank",
            "brat allows only ASCII letters, digits, _ and - in labels: it shows “Nama Orang” as Nama_Orang.",
        ),
        ("spacy", "skipped", "1 document is not done"),
    ],
)
def test_what_is_summed_up_is_said_where_it_holds_and_nowhere_else(tmp_path, name, feature, sentence):
    (tmp_path / "other").mkdir()
    said = export(name, tmp_path, FEATURES[feature]).notices
    assert sum(notice.startswith(sentence) for notice in said) == 1
    silent = {"nothing odd": "no tokens" if sentence.endswith("tokens") else "done", "done": "no tokens", "skipped": "done"}
    other = FEATURES[silent.get(feature, "nothing odd")]
    assert not any(notice.startswith(sentence) for notice in export(name, tmp_path / "other", other).notices)


OTHER = replace(PLAIN, annotator="budi", spans=(replace(PER, label="ORG"),), status=Status.DONE)
OF_MODEL = replace(PLAIN, annotator="m", kind=Kind.MODEL, spans=(replace(ORG, id="T1", reviewed=False),), status=Status.NEW)


@pytest.mark.parametrize("name", [name for name in WRITERS if FORMATS[name].several_sets])
def test_formats_that_say_so_tell_several_sets_of_a_document_apart(tmp_path, name):
    sets = (PLAIN, OTHER, OF_MODEL)
    assert told(export(name, tmp_path, *sets)) == []
    reader = FORMATS[name].read
    assert reader is not None
    back = [item for item in reader(path_of(name, tmp_path), ReadDefaults("other")) if isinstance(item, Record)]
    found = {(item.annotator, item.kind, item.status): [(span.label, span.fragments) for span in item.spans] for item in back}
    assert found == {
        (item.annotator, item.kind, item.status): [(span.label, span.fragments) for span in item.spans] for item in sets
    }
    assert {item.text for item in back} == {TEXT}
    assert len(back) == 3


OF_SET = {("document", "annotator"): 1, ("document", "kind of annotator"): 1}
NO_TOKENS_KEPT = {("document", "tokens"): 1}
OF_DOCCANO = {**OF_SET, **NO_TOKENS_KEPT}


@pytest.mark.parametrize(
    ("name", "feature", "unsaid"),
    [
        ("doccano", "nothing odd", {**OF_DOCCANO, ("item", "mark of the review"): 2}),
        ("doccano", "unreviewed", {**OF_DOCCANO, ("item", "mark of the review"): 1}),
        ("doccano", "done", {**OF_DOCCANO, ("item", "mark of the review"): 2, ("document", "status"): 1}),
        ("doccano", "flag", {**OF_DOCCANO, ("item", "mark of the review"): 2, ("document", "flag"): 1}),
        ("doccano", "verdict", {**OF_DOCCANO, ("item", "mark of the review"): 2, ("document", "rejected suggestions"): 1}),
        ("doccano", "confidence", {**OF_DOCCANO, ("item", "mark of the review"): 2, ("item", "confidence"): 1}),
        ("doccano", "model", {("document", "annotator"): 1, **NO_TOKENS_KEPT}),
        ("conll", "nothing odd", {}),
        ("conll", "unreviewed", {("item", "mark of the review"): 1}),
        ("conll", "confidence", {("item", "confidence"): 1}),
        ("conll", "derived_from", {("item", "suggestion it came from"): 1}),
        ("conll", "flag", {}),
        ("conllu", "origin", {("item", "origin"): 1}),
        ("conllu", "unreviewed", {("item", "mark of the review"): 1}),
        ("conllu", "verdict", {}),
        ("label-studio", "nothing odd", NO_TOKENS_KEPT),
        ("label-studio", "unreviewed", NO_TOKENS_KEPT),
        ("brat", "nothing odd", NO_TOKENS_KEPT),
        ("prodigy", "nothing odd", {}),
        ("prodigy", "unreviewed", {}),
        ("jsonl", "unreviewed", {}),
    ],
)
def test_marks_that_a_format_has_no_place_for_are_summed_up(tmp_path, name, feature, unsaid):
    report = export(name, tmp_path, FEATURES[feature])
    assert report.unsaid == unsaid
    assert ("Not in the file" in " ".join(report.told())) is bool(unsaid)


@pytest.mark.parametrize("name", WRITERS)
def test_unreviewed_items_are_counted_and_never_lost_for_it(tmp_path, name):
    record = replace(FEATURES["relation"], spans=(replace(PER, reviewed=False), ORG), relations=(replace(WORKS, reviewed=False),))
    report = export(name, tmp_path, record, FEATURES["unreviewed"])
    assert report.unreviewed == 3
    assert report.spans == 4


@pytest.mark.parametrize("name", WRITERS)
def test_a_report_can_be_told_as_plain_data(tmp_path, name):
    report = export(name, tmp_path, FEATURES["relation of fragments"])
    data = report.to_dict()
    assert (data["format"], data["path"]) == (name, str(path_of(name, tmp_path)))
    assert data["kept"] == {"documents": 1, "spans": report.spans, "relations": report.relations}
    assert [(loss["item"], loss["fate"], loss["reason"]) for loss in data["losses"]] == told(report)
    for loss in data["losses"]:
        text = {"span": "Ani now", "relation": "Ani now → PT Maju"}[loss["item"]]
        assert (loss["text"], loss["start"], loss["end"]) == (text, 0, 18)
    assert report.lossless is (not report.losses)
    assert sum(report.by_reason().values()) == len(report.losses)
