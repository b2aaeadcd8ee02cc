"""What the options of the spaCy export change: overlap policies, unexamined text, dense relation data, and what is told beforehand."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import spacy
from spacy.tokens import Doc, DocBin

from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import Fate, LossReport, Record
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats import docbin
from annotator.formats.docbin_dense import dense_path
from annotator.formats.docbin_parts import UNREVIEWED, Choices, choices_of
from annotator.formats.docbin_plan import plan, unexamined_ranges
from annotator.formats.docbin_tally import cutting_words

SCHEME = LabelScheme(
    spans=(SpanLabel("GPE"), SpanLabel("ORG"), SpanLabel("EVENT")),
    relations=(RelationLabel("met", symmetric=True), RelationLabel("in")),
)
TEXT = "Rektor Universitas Indonesia di Depok bicara"
TOKENS = Tokens([(0, 6), (7, 18), (19, 28), (29, 31), (32, 37), (38, 44)])
OUTER, INNER, CROSSING, FREE = (
    Span("outer", ((7, 28),), "ORG"),
    Span("inner", ((19, 28),), "GPE"),
    Span("crossing", ((19, 37),), "EVENT"),
    Span("free", ((0, 6),), "ORG"),
)
NLP = spacy.blank("xx")

if not Doc.has_extension("rel"):
    Doc.set_extension("rel", default={})


def record(*spans: Span, **more) -> Record:
    fields = {"kind": Kind.PERSON, "status": Status.DONE, **more}
    return Record("n", TEXT, tokens=TOKENS, annotator="a", spans=spans, **fields)


def write(path: Path, *records: Record, **options: str) -> LossReport:
    return docbin.write(lambda: iter(records), path, SCHEME, options=options, progress=Progress())


def load(path: Path) -> list[Doc]:
    return list(DocBin().from_disk(path).get_docs(NLP.vocab))


@pytest.mark.parametrize(
    ("overlap", "ents", "lost"),
    [
        ("longest", ["free", "crossing"], {"outer", "inner"}),
        ("first", ["free", "outer"], {"crossing", "inner"}),
        ("label", ["free", "inner"], {"crossing", "outer"}),
        ("group", ["free"], set()),
    ],
)
def test_each_policy_prefers_its_spans_and_the_group_holds_all(tmp_path, overlap, ents, lost):
    out = tmp_path / "a.spacy"
    report = write(out, record(OUTER, INNER, CROSSING, FREE), overlap=overlap)
    (doc,) = load(out)
    assert [span.id_ for span in doc.ents] == ents
    assert {span.id_ for span in doc.spans["sc"]} == {"outer", "inner", "crossing", "free"}
    assert {loss.item_id for loss in report.losses} == lost
    covered = {token.i for span in doc.ents for token in span}
    assert {token.i for token in doc if token.ent_iob_ == ""} == {1, 2, 3, 4} - covered
    said = '3 spans overlap others and stand in doc.spans["sc"] alone; their tokens count as missing.'
    assert (said in report.notices) is (overlap == "group")


def test_labels_outside_the_scheme_come_last_and_the_longer_of_two_equals_first():
    spans = (replace(OUTER, label="ORG"), replace(CROSSING, label="ORG"), replace(INNER, label="odd"))
    made = plan(record(*spans), choices_of({"overlap": "label"}, SCHEME))
    assert made is not None
    assert [entry.span.id for entry in made.ents] == ["crossing"]


def test_two_spans_at_one_place_both_stand_in_the_group_alone():
    made = plan(record(OUTER, replace(OUTER, id="twin", label="GPE"), FREE), Choices(overlap="group"))
    assert made is not None
    assert [entry.span.id for entry in made.ents] == ["free"]
    assert made.aside == 2


def test_spans_that_touch_do_not_overlap():
    made = plan(record(FREE, OUTER, Span("next", ((29, 31),), "GPE")), Choices(overlap="group"))
    assert made is not None
    assert len(made.ents) == 3


def test_a_span_widened_into_its_neighbour_overlaps_it(tmp_path):
    cut = Span("cut", ((25, 31),), "EVENT")  # widened, it begins with the token that the first one ends with
    report = write(tmp_path / "a.spacy", record(OUTER, cut), overlap="group", misaligned="expand")
    (doc,) = load(tmp_path / "a.spacy")
    assert (len(doc.ents), len(doc.spans["sc"])) == (0, 2)
    assert [(loss.item_id, loss.fate) for loss in report.losses] == [("cut", Fate.MOVED)]


# --- partial annotation ---------------------------------------------------------------------------------------------------------


def tags(path: Path) -> list[str]:
    return [token.ent_iob_ for token in load(path)[0]]


def test_a_document_in_progress_is_missing_where_nobody_has_been(tmp_path):
    begun = record(FREE, replace(INNER, reviewed=False), status=Status.IN_PROGRESS)
    report = write(tmp_path / "a.spacy", begun, unexamined="missing")
    assert tags(tmp_path / "a.spacy") == ["B", "", "", "", "", ""]
    assert [(loss.item_id, loss.reason) for loss in report.losses] == [("inner", UNREVIEWED)]
    assert report.notices == ["1 document is not done; its tokens without a span count as missing."]
    report = write(tmp_path / "a.spacy", begun)
    assert tags(tmp_path / "a.spacy") == ["B", "O", "B", "O", "O", "O"]
    assert report.losses == []


@pytest.mark.parametrize("more", [{"status": Status.DONE}, {"status": Status.NEW, "kind": Kind.MODEL}])
def test_what_is_done_or_a_models_keeps_its_suggestions(tmp_path, more):
    report = write(tmp_path / "a.spacy", record(replace(INNER, reviewed=False), **more), unexamined="missing")
    assert report.losses == []
    done = more["status"] is Status.DONE
    assert tags(tmp_path / "a.spacy") == (["O", "O", "B", "O", "O", "O"] if done else ["", "", "B", "", "", ""])


@pytest.mark.parametrize("unexamined", ["outside", "missing"])
def test_ranges_that_nobody_examined_are_always_missing(tmp_path, unexamined):
    meta = {"unexamined": [[19, 31], [38, 44], [40, 99], [3], "x", [5, 2], [True, 2]]}
    write(tmp_path / "a.spacy", record(FREE, INNER, meta=meta), unexamined=unexamined)
    assert tags(tmp_path / "a.spacy") == ["B", "O", "B", "", "O", ""]


@pytest.mark.parametrize("value", [None, 3, "19-31", {"a": 1}, [[0, -1], [0.0, 1]]])
def test_ranges_that_make_no_sense_are_none(value):
    assert list(unexamined_ranges(record(meta={"unexamined": value}))) == []


def test_training_learns_nothing_from_missing_tokens(tmp_path):
    from spacy.training import Corpus

    write(tmp_path / "a.spacy", record(FREE, status=Status.IN_PROGRESS), unexamined="missing")
    (example,) = Corpus(tmp_path / "a.spacy")(NLP)
    assert example.get_aligned_ner() == ["U-ORG", None, None, None, None, None]


# --- flags and verdicts ---------------------------------------------------------------------------------------------------------


def test_flag_verdicts_and_all_relations_stand_in_the_user_data(tmp_path):
    from annotator.domain.annotations import Verdict

    full = record(
        OUTER, INNER, flagged=True, verdicts=(Verdict("ORG@0-6", "m1"),), relations=(Relation("r", "in", "inner", "outer"),)
    )
    write(tmp_path / "a.spacy", full)
    (doc,) = load(tmp_path / "a.spacy")
    own = doc.user_data["annotator"]
    assert own["flagged"] is True
    assert own["verdicts"] == ({"signature": "ORG@0-6", "origin": "m1", "verdict": "rejected"},)
    assert own["links"] == (("r", "in", "inner", "outer"),)


# --- dense relation data --------------------------------------------------------------------------------------------------------

A, B, C = Span("a", ((0, 6),), "ORG"), Span("b", ((19, 28),), "GPE"), Span("c", ((38, 44),), "GPE")


def test_every_pair_within_reach_is_there_with_every_label(tmp_path):
    out = tmp_path / "a.spacy"
    related = record(A, B, C, relations=(Relation("r1", "met", "a", "b"), Relation("r2", "in", "a", "c")))
    bare = record(A, B, relations=())
    report = write(out, related, bare, rel_max_length="3")
    (doc,) = load(dense_path(out))
    nothing = {"met": 0.0, "in": 0.0}
    assert doc._.rel == {
        (0, 0): nothing,
        (0, 2): {"met": 1.0, "in": 0.0},
        (2, 0): {"met": 1.0, "in": 0.0},
        (2, 2): nothing,
        (2, 5): nothing,
        (5, 2): nothing,
        (5, 5): nothing,
    }
    assert [(loss.item_id, loss.reason) for loss in report.losses] == [
        ("r2", "its ends begin more than 3 tokens apart, so it is not in the relation data")
    ]
    assert report.notices[-1].startswith("1 document and 7 pairs of entities within 3 tokens")
    assert report.notices[-1].endswith("1 document without a relation that short is not in it.")
    assert len(load(out)) == 2


def test_the_dense_pairs_are_those_that_the_customary_component_makes(tmp_path):
    """Its instances are the ordered pairs of ``doc.ents`` whose starts are at most the limit apart; each needs an entry."""
    words = 60
    text = "x " * words
    tokens = Tokens((2 * number, 2 * number + 1) for number in range(words))
    spans = tuple(Span(f"s{at}", ((2 * at, 2 * at + 1),), "GPE") for at in (0, 1, 5, 9, 20, 21, 40, 59))
    relations = (Relation("r", "in", "s0", "s1"),)
    out = tmp_path / "a.spacy"
    write(out, Record("n", text, tokens=tokens, annotator="a", spans=spans, relations=relations), rel_max_length="12")
    (doc,) = load(dense_path(out))
    wanted = {(one.start, two.start) for one in doc.ents for two in doc.ents if abs(one.start - two.start) <= 12}
    assert set(doc._.rel) == wanted
    assert sum(sum(labels.values()) for labels in doc._.rel.values()) == 1.0


def test_labels_outside_the_scheme_are_labels_too(tmp_path):
    out = tmp_path / "a.spacy"
    write(out, record(A, B, relations=(Relation("r1", "odd", "a", "b"),)), rel_max_length="9")
    assert load(dense_path(out))[0]._.rel[0, 2] == {"met": 0.0, "in": 0.0, "odd": 1.0}


def test_start_token_collisions_are_losses(tmp_path):
    relations = (Relation("r1", "in", "short", "c"),)
    wide = Span("wide", ((0, 18),), "ORG")
    report = write(tmp_path / "a.spacy", record(wide, replace(A, id="short"), C, relations=relations), rel_max_length="9")
    (loss,) = [loss for loss in report.losses if loss.item == "relation"]
    assert "starts at the same token" in loss.reason


@pytest.mark.parametrize("value", ["", "0", "-1", "x", "1.5", "²", "9" * 30])
def test_a_length_that_is_none_is_refused(tmp_path, value):
    with pytest.raises(FormatError, match="rel_max_length"):
        write(tmp_path / "a.spacy", record(A), rel_max_length=value)
    assert list(tmp_path.iterdir()) == []


def test_relation_data_that_come_back_different_are_reported(tmp_path, monkeypatch):
    keep = DocBin.to_disk

    def spoil(self, path):
        if "rel" in path.name.split("."):
            self.user_data[0] = b"\x80"
        keep(self, path)

    monkeypatch.setattr(DocBin, "to_disk", spoil)
    report = write(tmp_path / "a.spacy", record(A, B, relations=(Relation("r1", "in", "a", "b"),)), rel_max_length="9")
    assert [loss.reason for loss in report.losses] == ["came back different: the dense relation data"]


# --- told beforehand ------------------------------------------------------------------------------------------------------------


def test_a_preview_says_what_the_export_will_and_what_each_policy_costs(tmp_path):
    records = (
        record(OUTER, INNER, CROSSING, FREE),
        record(Span("cut", ((8, 18),), "ORG"), relations=(Relation("r", "in", "cut", "cut"),)),
    )
    out = tmp_path / "a.spacy"
    told = docbin.preview(lambda: iter(records), out, SCHEME, options={"rel_max_length": "5"}, progress=Progress())
    assert list(tmp_path.iterdir()) == []
    done = write(out, *records, rel_max_length="5")
    assert told.losses == done.losses
    assert (told.documents, told.spans, told.relations) == (done.documents, done.spans, done.relations)
    assert told.notices[-1] == (
        "Spans that overlap and would not be in doc.ents, by overlap policy: longest 2, first 2, label 2, group 3."
    )


def test_a_preview_of_what_cannot_be_written(tmp_path):
    told = docbin.preview(lambda: iter([replace(record(), tokens=None)]), tmp_path / "a", SCHEME, options={}, progress=Progress())
    assert [(loss.item, loss.fate) for loss in told.losses] == [("document", Fate.DROPPED)]


def test_tokens_that_cut_spans_are_named_and_counted(tmp_path):
    cut, other = Span("cut", ((8, 18),), "ORG"), Span("other", ((20, 40),), "GPE")
    report = write(tmp_path / "a.spacy", record(cut, other), record(cut))
    (notice,) = [notice for notice in report.notices if "cut spans" in notice]
    assert notice.startswith("Tokens that cut spans: “Universitas” (2), “Indonesia”, “bicara”.")
    assert cutting_words(record(), 8, 18) == ["Universitas"]
    assert cutting_words(record(), 20, 40) == ["Indonesia", "bicara"]
    assert cutting_words(record(), 0, 28) == []
