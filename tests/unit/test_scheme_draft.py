"""A scheme under edit: what may be wrong meanwhile, what follows a rename, and that nothing changes by looking."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.labels import (
    AttributeDefinition,
    LabelScheme,
    RelationLabel,
    SpanLabel,
    completed,
    scheme_from_dict,
    scheme_to_dict,
)
from annotator.domain.scheme_draft import Draft, Fault, deleted, free_key, renamed
from annotator.domain.scheme_edit import Part, names_of, unfit

SPANS, RELATIONS, ATTRIBUTES, CATEGORIES = Part


@pytest.mark.parametrize("name", ["indonesian-news", "conll", "nergrit", "blank"])
def test_looking_changes_nothing(shipped_scheme, name):
    scheme = shipped_scheme(name)
    edit = Draft(scheme).edit()
    assert scheme_to_dict(edit.scheme) == scheme_to_dict(scheme)
    assert not edit.names


def test_names_in_another_order_and_unknown_ones_stay_as_they_are():
    scheme = completed(
        LabelScheme(
            "s",
            (SpanLabel("A"), SpanLabel("B")),
            (RelationLabel("r", ("B", "A"), ("A",)),),
            (AttributeDefinition("x", labels=("gone", "r", "B")),),
        )
    )
    assert Draft(scheme).edit().scheme == scheme


def test_a_new_name_is_followed_wherever_it_is_allowed(shipped_scheme):
    draft = Draft(shipped_scheme("indonesian-news"))
    entry = draft.find(SPANS, "PERSON")
    entry.name = "GPE"  # for a moment it is another's
    assert draft.findings()
    entry.name = " ORANG "
    edit = draft.edit()
    assert edit.names == {SPANS: {"PERSON": "ORANG"}}
    told = str(scheme_to_dict(edit.scheme))
    assert "'PERSON'" not in told
    assert "ORANG" in edit.scheme.relation("leads").head
    assert scheme_from_dict(scheme_to_dict(edit.scheme)) == edit.scheme


def test_clashes_are_found_at_both(scheme):
    draft = Draft(scheme)
    person, gpe = draft.find(SPANS, "PERSON"), draft.find(SPANS, "GPE")
    person.key = gpe.key
    person.name, gpe.name = "X", " X"
    faults = {(found.entry, found.fault) for found in draft.findings()}
    assert faults == {(entry, fault) for entry in (person, gpe) for fault in (Fault.KEY, Fault.TWICE)}


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        ("name", "  ", Fault.NAMELESS),
        ("code", "abcde", Fault.CODE),
        ("color", "red", Fault.COLOR),
        ("color", "#12345g", Fault.COLOR),
    ],
)
def test_what_an_entry_cannot_be(scheme, field, value, fault):
    draft = Draft(scheme)
    entry = draft.entries[SPANS][1]
    setattr(entry, field, value)
    assert [(found.fault, found.entry) for found in draft.findings()] == [(fault, entry)]


def test_span_and_relation_labels_may_have_the_same_name_and_key(scheme):
    draft = Draft(scheme)
    draft.find(RELATIONS, "leads").name = "PERSON"
    assert not draft.findings()


def test_order_is_kept_and_ends_at_the_ends(scheme):
    draft = Draft(scheme)
    date = draft.find(SPANS, "DATE")
    assert draft.move(date, -1)
    assert names_of(draft.edit().scheme, SPANS) == ("PERSON", "GPE", "DATE", "ORG")
    assert draft.move(date, -9)
    assert not draft.move(date, -1)
    assert names_of(draft.edit().scheme, SPANS)[0] == "DATE"
    assert not draft.edit().names


def test_a_scheme_that_is_taken_changes_what_it_names_and_adds_the_rest(scheme):
    other = scheme_from_dict(
        {
            "name": "other",
            "spans": [{"name": "PERSON", "color": "#123456", "description": {"en": "people"}}, {"name": "LAW", "key": "2"}],
            "relations": [{"name": "leads", "head": ["LAW"], "tail": ["PERSON"]}],
            "attributes": [{"name": "sure", "values": ["a"], "labels": ["LAW"]}],
            "categories": ["crime"],
            "guidelines": {"en": "# Rules"},
        }
    )
    draft = Draft(scheme)
    draft.take(other)
    assert not draft.findings()
    edit = draft.edit()
    new = edit.scheme
    assert not edit.names
    assert names_of(new, SPANS) == ("PERSON", "GPE", "ORG", "DATE", "LAW")
    assert (new.span("PERSON").color, new.span("PERSON").description) == ("#123456", {"en": "people"})
    assert new.span("LAW").key not in ("", "2")  # GPE has that one
    assert (new.relation("leads").head, new.relation("leads").tail) == (("LAW",), ("PERSON",))
    assert new.attributes == (AttributeDefinition("sure", ("a", "yes", "no"), ("LAW",)),)
    assert new.categories == ("politics", "sport", "crime")
    assert new.guidelines == {"en": "# Rules"}
    assert new.name == "small"


def test_relations_that_no_longer_fit_are_counted_under_their_new_name(scheme):
    linked = {
        ("leads", "PERSON", "ORG"): 3,
        ("leads", "ORG", "PERSON"): 5,
        ("met_with", "PERSON", "PERSON"): 2,
        ("none", "A", "B"): 1,
    }
    draft = Draft(scheme)
    assert unfit(draft.edit(), linked) == {}
    leads = draft.find(RELATIONS, "leads")
    leads.name, leads.tail = "memimpin", [draft.find(SPANS, "GPE")]
    draft.find(SPANS, "PERSON").name = "ORANG"
    assert unfit(draft.edit(), linked) == {"memimpin": 3}
    leads.symmetric, leads.tail = True, []
    assert unfit(draft.edit(), linked) == {}


def test_names_in_no_list_are_refused(scheme):
    with pytest.raises(KeyError):
        renamed(scheme, SPANS, "NONE", "X")
    with pytest.raises(KeyError):
        deleted(scheme, CATEGORIES, "NONE")


def test_merging_attributes_allows_what_either_did(scheme):
    draft = Draft(
        replace(scheme, attributes=(AttributeDefinition("a", ("1",), ("PERSON",)), AttributeDefinition("b", ("2",), ("ORG",))))
    )
    draft.merge(draft.find(ATTRIBUTES, "a"), draft.find(ATTRIBUTES, "b"))
    (merged,) = draft.edit().scheme.attributes
    assert (merged.name, set(merged.values), set(merged.labels)) == ("b", {"1", "2"}, {"PERSON", "ORG"})
    free = Draft(replace(scheme, attributes=(AttributeDefinition("a"), AttributeDefinition("b", ("2",), ("ORG",)))))
    free.merge(free.find(ATTRIBUTES, "a"), free.find(ATTRIBUTES, "b"))
    assert free.edit().scheme.attributes == (AttributeDefinition("b"),)


def test_a_relation_without_direction_may_come_in_either_after_a_merge(scheme):
    relations = (RelationLabel("both", ("PERSON",), ("ORG",), symmetric=True), RelationLabel("one", ("GPE",), ("DATE",)))
    draft = Draft(replace(scheme, relations=relations))
    draft.merge(draft.find(RELATIONS, "both"), draft.find(RELATIONS, "one"))
    (label,) = draft.edit().scheme.relations
    assert label.allows("PERSON", "ORG")
    assert label.allows("ORG", "PERSON")
    assert label.allows("GPE", "DATE")
    assert not label.allows("DATE", "GPE")


@pytest.mark.parametrize(("first", "second"), [(True, False), (False, True), (False, False)])
def test_a_relation_may_link_a_span_to_itself_after_a_merge_where_either_might(scheme, first, second):
    relations = (RelationLabel("one", reflexive=first), RelationLabel("two", reflexive=second))
    draft = Draft(replace(scheme, relations=relations))
    draft.merge(draft.find(RELATIONS, "one"), draft.find(RELATIONS, "two"))
    assert draft.edit().scheme.relation("two").reflexive is (first or second)


def test_free_keys_are_given_until_there_are_none(scheme):
    draft = Draft(scheme)
    assert free_key(draft, SPANS) == "5"
    for number in range(30):
        draft.add(SPANS, f"L{number}").key = free_key(draft, SPANS)
    assert free_key(draft, SPANS) == ""
    assert not draft.findings()


def test_texts_in_other_languages_and_empty_ones():
    scheme = scheme_from_dict({"spans": [{"name": "A", "description": {"ms": "orang", "en": "a"}}], "guidelines": {"ms": "x"}})
    draft = Draft(scheme)
    draft.find(SPANS, "A").description["en"] = " "
    draft.guidelines["en"] = ""
    assert draft.edit().scheme.span("A").description == {"ms": "orang"}
    assert draft.edit().scheme.guidelines == {"ms": "x"}


names = st.sampled_from(["A", "B", "C", "D"])


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["rename", "merge", "delete", "add", "move"]), names, names), max_size=8))
def test_whatever_is_done_every_old_name_has_one_fate(steps):
    scheme = scheme_from_dict(
        {
            "spans": ["A", "B", "C"],
            "relations": [{"name": "r", "head": ["A", "B"], "tail": ["B", "C"]}, {"name": "q", "head": ["A"]}],
        }
    )
    draft = Draft(scheme)
    removed: set[str] = set()
    for what, first, second in steps:
        entry, other = draft.find(SPANS, first), draft.find(SPANS, second)
        if entry is None:
            continue
        if what == "rename":
            entry.name = second if other is None else first
        elif what == "merge" and other not in (None, entry):
            draft.merge(entry, other)
        elif what == "delete" and not draft.holders(entry):
            removed |= set(entry.was)
            draft.delete(entry, with_annotations=True)
        elif what == "add" and other is None:
            draft.add(SPANS, second)
        elif what == "move":
            draft.move(entry, 1)
    assert not draft.findings()
    edit = draft.edit()
    told = edit.renamed(SPANS)
    assert {old for old, new in told.items() if not new} == removed
    for old in names_of(scheme, SPANS):
        assert told.get(old, old) in (*names_of(edit.scheme, SPANS), "")
    for link in edit.scheme.relations:
        assert set(link.head) | set(link.tail) <= set(names_of(edit.scheme, SPANS))
        before = scheme.relation(link.name)
        for end in ("head", "tail"):
            assert bool(getattr(before, end)) == bool(getattr(link, end)), "what was bound stays bound"
            kept = {told.get(name, name) for name in getattr(before, end)} - {""}
            assert kept <= set(getattr(link, end))
    assert scheme_from_dict(scheme_to_dict(edit.scheme)) == edit.scheme
