"""Labels of foreign files: what they become in the project, what goes with those left out, and what the scheme gets."""

from __future__ import annotations

from collections import Counter

import pytest

from annotator.domain.annotations import Relation, Span, Verdict
from annotator.domain.exchange import Record
from annotator.domain.labels import (
    AttributeDefinition,
    LabelScheme,
    RelationLabel,
    SpanLabel,
    completed,
    scheme_from_dict,
    scheme_to_dict,
)
from annotator.domain.mapping import LabelMapping, likeliest

SCHEME = completed(
    LabelScheme("news", (SpanLabel("PERSON", key="1"), SpanLabel("PLACE", key="2")), (RelationLabel("visited", key="1"),))
)


def record() -> Record:
    return Record(
        "a",
        "Budi di Jakarta",
        annotator="m",
        spans=(Span("s1", ((0, 4),), "PER"), Span("s2", ((8, 15),), "LOC"), Span("s3", ((5, 7),), "MISC")),
        relations=(Relation("r1", "goes", "s1", "s2"), Relation("r2", "other", "s1", "s3")),
        verdicts=(Verdict("PER@0-4"), Verdict("goes@0-4>8-15"), Verdict("MISC@5-7"), Verdict("strange"), Verdict("PER@document")),
    )


def test_nothing_mapped_is_nothing_changed():
    assert LabelMapping().apply(record()) == record()
    assert not LabelMapping()
    assert LabelMapping({"A": "B"})
    assert LabelMapping(relations={"A": ""})


def test_labels_get_their_names_and_everything_else_stays():
    mapped = LabelMapping({"PER": "PERSON"}, {"goes": "visited"}).apply(record())
    assert [span.label for span in mapped.spans] == ["PERSON", "LOC", "MISC"]
    assert [span.fragments for span in mapped.spans] == [span.fragments for span in record().spans]
    assert [relation.label for relation in mapped.relations] == ["visited", "other"]
    assert [verdict.signature for verdict in mapped.verdicts] == [
        "PERSON@0-4",
        "visited@0-4>8-15",
        "MISC@5-7",
        "strange",
        "PER@document",
    ]


def test_what_is_left_out_takes_its_relations_and_verdicts_along_and_is_counted():
    left: Counter[tuple[str, str]] = Counter()
    mapped = LabelMapping({"MISC": ""}).apply(record(), left)
    assert [span.id for span in mapped.spans] == ["s1", "s2"]
    assert [relation.id for relation in mapped.relations] == ["r1"]
    assert [verdict.signature for verdict in mapped.verdicts] == ["PER@0-4", "goes@0-4>8-15", "strange", "PER@document"]
    assert left == {("span", "MISC"): 1, ("relation", "other"): 1}


def test_a_relation_label_is_left_out_alone():
    left: Counter[tuple[str, str]] = Counter()
    mapped = LabelMapping(relations={"goes": ""}).apply(record(), left)
    assert len(mapped.spans) == 3
    assert [relation.label for relation in mapped.relations] == ["other"]
    assert left == {("relation", "goes"): 1}


def test_a_name_of_a_span_label_says_nothing_of_a_relation_label():
    mapped = LabelMapping({"goes": "PERSON"}).apply(record())
    assert [relation.label for relation in mapped.relations] == ["goes", "other"]


# What the scheme gets


def test_a_scheme_that_lacks_nothing_is_the_same_object():
    assert LabelMapping(added=SCHEME).scheme_with(SCHEME) is SCHEME
    assert LabelMapping().scheme_with(SCHEME) is SCHEME


def test_added_labels_keep_their_looks_unless_these_are_taken():
    added = LabelScheme(spans=(SpanLabel("ORG", "#123456", "3", "ORG"), SpanLabel("DATE", "#654321", "1", "PERS")))
    scheme = LabelMapping(added=added).scheme_with(SCHEME)
    org, date = scheme.span("ORG"), scheme.span("DATE")
    assert (org.color, org.key, org.code) == ("#123456", "3", "ORG")
    assert (date.color, date.key) == ("#654321", "4")
    keys, codes = [label.key for label in scheme.spans], [label.code for label in scheme.spans]
    assert len(set(keys)) == len(keys)
    assert len(set(codes)) == len(codes)


def test_a_label_that_is_there_stays_as_it_is():
    scheme = LabelMapping(added=LabelScheme(spans=(SpanLabel("PERSON", "#ffffff"), SpanLabel("NEW")))).scheme_with(SCHEME)
    assert scheme.span("PERSON") == SCHEME.span("PERSON")
    assert [label.name for label in scheme.spans] == ["PERSON", "PLACE", "NEW"]


def test_attributes_and_categories_come_too_each_once():
    added = LabelScheme(attributes=(AttributeDefinition("Sure"), AttributeDefinition("Old")), categories=("news", "sport"))
    before = LabelScheme(attributes=(AttributeDefinition("Old", ("a",)),), categories=("sport",))
    scheme = LabelMapping(added=added).scheme_with(before)
    assert [attribute.name for attribute in scheme.attributes] == ["Old", "Sure"]
    assert scheme.attributes[0].values == ("a",)
    assert scheme.categories == ("sport", "news")


def test_the_ends_of_an_added_relation_are_called_as_the_mapping_says_and_those_that_are_nowhere_go():
    added = LabelScheme(relations=(RelationLabel("leads", head=("PER", "ORG"), tail=("GPE",)),))
    scheme = LabelMapping({"PER": "PERSON"}, added=added).scheme_with(SCHEME)
    leads = scheme.relation("leads")
    assert (leads.head, leads.tail) == (("PERSON",), ())
    assert scheme_from_dict(scheme_to_dict(scheme)) == scheme  # a project could not be read else


@pytest.mark.parametrize(
    ("name", "known", "meant"),
    [
        ("PER", ["PER", "per"], "PER"),
        ("person", ["PERSON", "PLACE"], "PERSON"),
        ("Work_of-Art", ["WORKOFART"], "WORKOFART"),
        ("per", ["PER", "Per"], ""),
        ("PER", ["PERSON"], ""),
        ("PER", [], ""),
        ("مكان", ["مكان"], "مكان"),
    ],
)
def test_which_label_a_name_means_for_sure(name, known, meant):
    assert likeliest(name, known) == meant
