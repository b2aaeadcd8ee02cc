"""WebAnno TSV: slots, chains, relations by number, and how a header says which columns those are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.exchange import Complaint, Fate, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.formats import webanno
from annotator.formats.uima_layers import DEPENDENCY, LAYER, LEMMA, NAMED_ENTITY, POS, TOKEN, TOKEN_ENDS
from annotator.formats.webanno_cells import Holds, Sort, table_of

FORMAT = "#FORMAT=WebAnno TSV 3.3"
PRED, LINK = "webanno.custom.Pred", "webanno.custom.PredRolesLink"
SLOTS = f"#T_SP={PRED}|value|ROLE_{PRED}:roles_{LINK}|{NAMED_ENTITY}"
COREF = "de.tudarmstadt.ukp.dkpro.core.api.coref.type.CoreferenceLink"
TEXT = "Ani beli rumah besar. Ia senang."


def read(path: Path, **options: str) -> list[Record | Complaint]:
    return list(webanno.read(path, ReadDefaults("other"), **options))


def parsed(folder: Path, header: list[str], rows: list[str], **options: str) -> tuple[Record, list[Complaint]]:
    path = folder / "x.tsv"
    path.write_text("\n".join([FORMAT, *header, "", "", *rows, ""]), encoding="utf-8", newline="\n")
    found = read(path, **options)
    (record,) = [item for item in found if isinstance(item, Record)]
    return record, [item for item in found if isinstance(item, Complaint)]


def written(path: Path, spans: list[Span], relations: list[Relation], text: str = TEXT) -> tuple[LossReport, Record]:
    record = Record("n", text, annotator="ani", kind=Kind.PERSON, spans=tuple(spans), relations=tuple(relations))
    report = webanno.write(lambda: iter([record]), path, LabelScheme(), options={}, progress=Progress())
    (back,) = read(path)
    assert isinstance(back, Record)
    return report, back


def links(record: Record) -> list[tuple[str, str, str]]:
    """Return the relations as label and the texts of their ends."""
    surfaces = {span.id: span.surface(record.text) for span in record.spans}
    return [(item.label, surfaces[item.head], surfaces[item.tail]) for item in record.relations]


@pytest.mark.parametrize(
    ("text", "feature", "kind"),
    [
        ("ROLE_a.Host:links_a.LinkType", "links", "a.LinkType"),
        ("ROLE_a.Host:two_words_a.HostTwo_wordsLink", "two_words", "a.HostTwo_wordsLink"),
        ("ROLE_x_y.Host:a_b_x_y.HostA_bLink", "a_b", "x_y.HostA_bLink"),
        ("ROLE_Host:links_HostLinksLink", "links", "HostLinksLink"),
        ("ROLE_other.Host:links_other.Link", "links", "other.Link"),
    ],
)
def test_feature_and_links_of_a_slot_are_parted_whatever_underscores_they_have(text, feature, kind):
    host = text.partition(":")[0].removeprefix("ROLE_")
    table = table_of(f"#T_SP={'a.B' if host == 'other.Host' else host}|{text}|a.Target", 0)
    assert table is not None
    assert [(column.holds, column.feature, column.type) for column in table.columns] == [
        (Holds.ROLE, feature, kind),
        (Holds.TARGET, feature, "a.Target"),
    ]


def test_only_spans_have_slots_and_only_relations_have_a_base():
    relation = table_of("#T_RL=a.Rel|ROLE_a.Rel:x_a.Link|BT_a.B", 0)
    span = table_of("#T_SP=a.B|BT_a.C", 0)
    chain = table_of("#T_CH=a.Link|referenceRelation|referenceType", 0)
    assert relation is not None and span is not None and chain is not None  # noqa: PT018
    assert [column.holds for column in relation.columns] == [Holds.FEATURE, Holds.SOURCE]
    assert [column.holds for column in span.columns] == [Holds.FEATURE]
    assert (chain.sort, [column.holds for column in chain.columns]) == (Sort.CHAIN, [Holds.LINK, Holds.ELEMENT])


def test_fillers_have_a_role_each_and_may_have_none(tmp_path):
    rows = [
        "#Text=a b c d",
        "1-1\t0-1\ta\tbuy\tagent;\\;x;*\t1-2;1-3[4];1-4\t_\t",
        "1-2\t2-3\tb\t_\t_\t_\tPER\t",
        "1-3\t4-5\tc\t_\t_\t_\tLOC[3]|ORG[4]\t",
        "1-4\t6-7\td\t_\t_\t_\t*\t",
    ]
    record, complaints = parsed(tmp_path, [SLOTS, f"#T_SP={NAMED_ENTITY}|value"], rows)
    assert complaints == []
    assert links(record) == [("agent", "a", "b"), (";x", "a", "c"), ("roles", "a", "d")]
    tails = {span.id: span.label for span in record.spans}
    assert [tails[item.tail] for item in record.relations] == ["PER", "ORG", "NamedEntity"]
    assert {item.attributes[LAYER] for item in record.relations} == {f"{PRED}:roles"}


def test_the_fillers_of_a_span_of_several_tokens_are_said_in_each_row_and_read_once(tmp_path):
    rows = [
        "#Text=a b c",
        "1-1\t0-1\ta\tbuy[1]\tagent[1]\t1-3\t_\t",
        "1-2\t2-3\tb\tbuy[1]\tagent[1]\t1-3\t_\t",
        "1-3\t4-5\tc\t_\t_\t_\tPER\t",
    ]
    record, complaints = parsed(tmp_path, [SLOTS, f"#T_SP={NAMED_ENTITY}|value"], rows)
    assert complaints == []
    assert links(record) == [("agent", "a b", "c")]


def test_a_filler_that_is_named_only_in_a_later_row_is_found(tmp_path):
    rows = [
        "#Text=a b c",
        "1-1\t0-1\ta\tbuy[1]\t_[1]\t_\t_\t",
        "1-2\t2-3\tb\tbuy[1]\tagent[1]\t1-3\t_\t",
        "1-3\t4-5\tc\t_\t_\t_\tPER\t",
    ]
    record, _ = parsed(tmp_path, [SLOTS, f"#T_SP={NAMED_ENTITY}|value"], rows)
    assert links(record) == [("agent", "a b", "c")]


def test_two_like_stacked_predicates_keep_their_own_fillers(tmp_path):
    rows = [
        "#Text=a b c",
        "1-1\t0-1\ta\tbuy[1]|buy[2]\tx[1]|y[2]\t1-2|1-3\t_\t",
        "1-2\t2-3\tb\t_\t_\t_\tPER\t",
        "1-3\t4-5\tc\t_\t_\t_\tORG\t",
    ]
    record, _ = parsed(tmp_path, [SLOTS, f"#T_SP={NAMED_ENTITY}|value"], rows)
    assert links(record) == [("x", "a", "b"), ("y", "a", "c")]
    assert len({item.head for item in record.relations}) == 2


@pytest.mark.parametrize("target", ["x", "1-", "1-2[", "1-9", "1-2[7]", "1-1"])
def test_a_filler_that_is_not_there_costs_itself_alone(tmp_path, target):
    rows = [
        "#Text=a b c",
        f"1-1\t0-1\ta\tbuy\tbad;good\t{target};1-3\t_\t",
        "1-2\t2-3\tb\t_\t_\t_\tPER\t",
        "1-3\t4-5\tc\t_\t_\t_\tORG\t",
    ]
    record, complaints = parsed(tmp_path, [SLOTS, f"#T_SP={NAMED_ENTITY}|value"], rows)
    assert links(record) == [("good", "a", "c")]
    assert [item.lost for item in complaints] == [True]
    assert "Line 7" in complaints[0].message


@pytest.mark.parametrize("slot", ["roles", "two_words", "class", "value", "xmiID"])
def test_slots_come_back_with_roles_of_any_kind(tmp_path, slot):
    spans = [
        Span("T1", ((0, 3),), "PER"),
        Span("T2", ((4, 14),), "buy", {LAYER: f"{PRED}|kind"}),
        Span("T3", ((9, 20),), "THING"),
        Span("T4", ((22, 24),), "see", {LAYER: f"{PRED}|kind"}),
    ]
    layer: Mapping[str, str] = {LAYER: f"{PRED}:{slot}"}
    roles = ["agent", "a;b|c", slot, "*", "_", "1-2[3]"]
    tails = ["T1", "T3", "T3", "T1", "T2", "T4"]
    relations = [Relation(f"R{n}", role, "T2", tail, layer) for n, (role, tail) in enumerate(zip(roles, tails, strict=True), 1)]
    relations.append(Relation("R9", "of", "T4", "T1", layer))
    report, back = written(tmp_path / "x.tsv", spans, relations)
    assert report.losses == []
    assert (report.spans, report.relations) == (4, 7)
    surfaces = {span.id: span.surface(TEXT) for span in spans}
    assert sorted(links(back)) == sorted((item.label, surfaces[item.head], surfaces[item.tail]) for item in relations)


def test_a_slot_of_another_layer_becomes_a_relation_and_that_is_told(tmp_path):
    spans = [Span("T1", ((0, 3),), "PER"), Span("T2", ((9, 14),), "THING")]
    report, back = written(tmp_path / "x.tsv", spans, [Relation("R1", "agent", "T1", "T2", {LAYER: f"{PRED}:roles"})])
    assert links(back) == [("agent", "Ani", "rumah")]
    assert dict(back.relations[0].attributes) == {}
    assert [(loss.fate, loss.item_id) for loss in report.losses] == [(Fate.CHANGED, "R1")]


def test_a_relation_between_two_layers_is_dropped_and_named(tmp_path):
    spans = [Span("T1", ((0, 3),), "PER"), Span("T2", ((9, 14),), "thing", {LAYER: "webanno.custom.Thing|kind"})]
    relations = [Relation("R1", "has", "T1", "T2"), Relation("R2", "is", "T1", "T1")]
    report, back = written(tmp_path / "x.tsv", spans, relations)
    assert links(back) == [("is", "Ani", "Ani")]
    assert [(loss.fate, loss.item, loss.item_id) for loss in report.losses] == [(Fate.DROPPED, "relation", "R1")]
    assert "two layers" in report.losses[0].reason


def test_one_kind_of_relation_over_two_layers_of_ends_gets_a_column_for_each(tmp_path):
    thing = {LAYER: "webanno.custom.Thing|kind"}
    spans = [
        Span("T1", ((0, 3),), "PER"),
        Span("T2", ((22, 24),), "PER"),
        Span("T3", ((9, 14),), "house", thing),
        Span("T4", ((15, 20),), "size", thing),
    ]
    relations = [Relation("R1", "same", "T1", "T2"), Relation("R2", "of", "T4", "T3")]
    report, back = written(tmp_path / "x.tsv", spans, relations)
    assert report.losses == []
    assert sorted(links(back)) == [("of", "besar", "rumah"), ("same", "Ani", "Ia")]
    header = [line for line in (tmp_path / "x.tsv").read_text(encoding="utf-8").split("\n") if line.startswith("#T_RL=")]
    assert [line.rpartition("|")[2] for line in header] == [f"BT_{NAMED_ENTITY}", "BT_webanno.custom.Thing"]


@pytest.mark.parametrize("name", ["BT_x", "BT_", "ROLE_x", "T_SP", "referenceRelation", "referenceType", "PosValue"])
def test_attributes_that_look_like_columns_lose_at_most_themselves(tmp_path, name):
    spans = [Span("T1", ((0, 3),), "PER", {name: "v"}), Span("T2", ((9, 20),), "ORG")]
    report, back = written(tmp_path / "x.tsv", spans, [Relation("R1", "has", "T1", "T2", {name: "w"})])
    assert links(back) == [("has", "Ani", "rumah besar")]
    assert [span.label for span in back.spans] == ["PER", "ORG"]
    kept = {} if name.startswith("BT_") else {name: "v"}
    assert dict(back.spans[0].attributes) == kept
    assert {loss.item_id for loss in report.losses} == (set() if kept else {"T1", "R1"})


def test_several_relations_end_at_one_token_and_some_have_no_label(tmp_path):
    relation = "#T_RL=webanno.custom.Relation|label|note|BT_" + NAMED_ENTITY
    rows = [
        "#Text=a b c",
        "1-1\t0-1\ta\tX\tr\\|1|*|_\tp|_|*\t1-2|1-3[2_0]|1-1\t",
        "1-2\t2-3\tb\tY\t_\t_\t_\t",
        "1-3\t4-5\tc\tZ[1]|W[2]\t_\t_\t_\t",
    ]
    record, complaints = parsed(tmp_path, [f"#T_SP={NAMED_ENTITY}|value", relation], rows)
    assert complaints == []
    assert links(record) == [("r|1", "b", "a"), ("Relation", "c", "a"), ("Relation", "a", "a")]
    assert [dict(item.attributes) for item in record.relations] == [{"note": "p"}, {}, {}]
    heads = {span.id: span.label for span in record.spans}
    assert [heads[item.head] for item in record.relations] == ["Y", "W", "X"]


def test_a_relation_without_features_of_its_own_is_named_by_its_layer(tmp_path):
    rows = ["#Text=a b", "1-1\t0-1\ta\tX\t1-2\t", "1-2\t2-3\tb\tY\t_\t"]
    record, complaints = parsed(tmp_path, [f"#T_SP={NAMED_ENTITY}|value", f"#T_RL=my.Link|BT_{NAMED_ENTITY}"], rows)
    assert complaints == []
    assert links(record) == [("Link", "b", "a")]


@pytest.mark.parametrize("base", [TOKEN, POS])
def test_relations_between_tokens_make_one_span_of_each(tmp_path, base):
    header = [f"#T_RL={DEPENDENCY}|DependencyType|flavor|BT_{base}"]
    rows = [
        "#Text=a b c",
        "1-1\t0-1\ta\tsubj\tbasic\t1-2\t",
        "1-2\t2-3\tb\troot\tbasic\t1-2\t",
        "1-3\t4-5\tc\tobj\t*\t1-2\t",
    ]
    record, complaints = parsed(tmp_path, header, rows)
    assert complaints == []
    assert [(span.label, span.surface(record.text), span.attributes[LAYER]) for span in record.spans] == [
        ("Token", "a", TOKEN_ENDS),
        ("Token", "b", TOKEN_ENDS),
        ("Token", "c", TOKEN_ENDS),
    ]
    assert links(record) == [("subj", "b", "a"), ("root", "b", "b"), ("obj", "b", "c")]
    record, _ = parsed(tmp_path, [f"#T_RL={DEPENDENCY}|DependencyType|flavor|BT_other.Layer"], rows)
    assert (record.spans, record.relations) == ((), ())


def test_links_of_a_layer_that_was_not_asked_for_are_named(tmp_path):
    header = [f"#T_SP={NAMED_ENTITY}|value", f"#T_RL=my.Link|label|BT_{NAMED_ENTITY}"]
    rows = ["#Text=a b", "1-1\t0-1\ta\tX\tr\t1-2\t", "1-2\t2-3\tb\tY\t_\t_\t"]
    record, (complaint, notice) = parsed(tmp_path, header, rows, layers="my.Link")
    assert (record.spans, record.relations) == ((), ())
    assert complaint.lost
    assert "not taken over" in complaint.message
    assert "NamedEntity (2)" in notice.message
    record, _ = parsed(tmp_path, header, rows, layers="Link, NamedEntity")
    assert links(record) == [("r", "b", "a")]


def test_chains_are_relations_from_link_to_link_in_the_order_of_their_numbers(tmp_path):
    rows = [
        "#Text=a b c d e",
        "1-1\t0-1\ta\tsame\\->x->1-2|*->2-1\tP[3]|_\t",
        "1-2\t2-3\tb\t*->1-1\tQ\t",
        "1-3\t4-5\tc\tlike->1-3\t*\t",
        "1-4\t6-7\td\tlike->1-3\t*\t",
        "1-5\t8-9\te\t_\t_\t",
    ]
    record, complaints = parsed(tmp_path, [f"#T_CH={COREF}|referenceRelation|referenceType"], rows)
    assert complaints == []
    assert [(span.label, span.surface(record.text)) for span in record.spans] == [
        ("CoreferenceLink", "a"),
        ("P", "a"),
        ("Q", "b"),
        ("CoreferenceLink", "c d"),
    ]
    assert sorted(links(record)) == [("CoreferenceChain", "b", "a"), ("same->x", "a", "c d")]


@pytest.mark.parametrize("cell", ["x", "->1", "*->1-", "*-1-1", "->", "1-1", "*->1-9999999999"])
def test_a_link_without_a_place_in_its_chain_is_left_out_and_named(tmp_path, cell):
    rows = ["#Text=a b", f"1-1\t0-1\ta\t{cell}\tP\t", "1-2\t2-3\tb\t*->1-1\tQ\t"]
    record, (complaint,) = parsed(tmp_path, [f"#T_CH={COREF}|referenceRelation|referenceType"], rows)
    assert [span.label for span in record.spans] == ["Q"]
    assert complaint.lost
    assert "Line 6" in complaint.message


def test_the_spans_and_links_of_a_chain_go_out_again(tmp_path):
    rows = ["#Text=a b c", "1-1\t0-1\ta\tsame->1-1\tP\t", "1-2\t2-3\tb\t*->1-2\t*\t", "1-3\t4-5\tc\tlike->1-3\tQ\t"]
    record, _ = parsed(tmp_path, [f"#T_CH={COREF}|referenceRelation|referenceType"], rows)
    report, back = written(tmp_path / "y.tsv", list(record.spans), list(record.relations), record.text)
    assert report.losses == []
    assert links(back) == links(record) == [("same", "a", "b"), ("CoreferenceChain", "b", "c")]


def test_lemmas_that_were_exported_are_read_without_asking(tmp_path):
    lemma = {LAYER: f"{LEMMA}|value"}
    report, back = written(tmp_path / "x.tsv", [Span("T1", ((4, 8),), "membeli", lemma), Span("T2", ((0, 3),), "PER")], [])
    assert report.losses == []
    assert [(span.label, dict(span.attributes)) for span in back.spans] == [("PER", {}), ("membeli", lemma)]
