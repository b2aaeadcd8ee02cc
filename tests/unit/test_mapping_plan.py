"""The plan of a mapping, as the dialog makes it: proposals, free colours and keys, scheme files, and what is remembered."""

from __future__ import annotations

import pytest

from annotator.domain.labels import LABEL_KEYS, PALETTE, LabelScheme, RelationLabel, SpanLabel, completed
from annotator.domain.mapping import LEAVE_OUT
from annotator.domain.mapping_plan import Fate, MappingPlan, renamed

SCHEME = completed(LabelScheme("news", (SpanLabel("PERSON"), SpanLabel("PLACE")), (RelationLabel("visited"),)))
PER, LOC, GOES = ("span", "PER"), ("span", "place"), ("relation", "goes")


@pytest.fixture
def plan() -> MappingPlan:
    made = MappingPlan(SCHEME)
    made.propose([PER, LOC, GOES], {})
    return made


def test_what_is_known_is_proposed_and_the_rest_is_new(plan):
    assert plan.fates[LOC] == Fate("PLACE")
    assert plan.fates[PER].new
    assert plan.fates[PER].name == "PER"
    assert plan.fates[GOES].new


def test_a_new_label_gets_a_colour_and_a_key_nobody_has(plan):
    fate = plan.fates[PER]
    assert fate.color in PALETTE
    assert fate.color not in {label.color for label in SCHEME.spans}
    assert fate.key == "3"
    assert plan.fates[GOES].key == "2"  # relations have keys of their own


def test_many_new_labels_have_different_keys_while_there_are_any():
    plan = MappingPlan(SCHEME)
    plan.propose([("span", f"L{number}") for number in range(40)], {})
    keys = [fate.key for fate in plan.fates.values()]
    given = [key for key in keys if key]
    assert len(set(given)) == len(given) == len(LABEL_KEYS) - 2
    assert keys[-1] == ""
    scheme = plan.mapping().scheme_with(SCHEME)
    assert len(scheme.spans) == 42


def test_what_was_chosen_before_is_proposed_again(plan):
    plan.fates[PER] = plan.as_known("PERSON")
    plan.fates[GOES] = Fate(LEAVE_OUT)
    kept = plan.remember()
    assert kept == {"span:PER": "PERSON", "span:place": "PLACE", "relation:goes": ""}
    again = MappingPlan(SCHEME)
    again.propose([PER, LOC, GOES], kept)
    assert again.fates[PER] == Fate("PERSON")
    assert again.fates[GOES] == Fate(LEAVE_OUT)


def test_a_name_remembered_that_no_label_has_now_becomes_a_new_label():
    plan = MappingPlan(SCHEME)
    plan.propose([PER], {"span:PER": "HUMAN"})
    assert (plan.fates[PER].name, plan.fates[PER].new) == ("HUMAN", True)


def test_decisions_outlive_another_look_and_labels_that_went_are_forgotten(plan):
    plan.fates[PER] = Fate("PERSON")
    plan.propose([PER, ("span", "ORG")], {})
    assert plan.fates.keys() == {PER, ("span", "ORG")}
    assert plan.fates[PER] == Fate("PERSON")


def test_the_mapping_names_what_changes_and_adds_what_is_new(plan):
    plan.fates[PER] = renamed(plan.fates[PER], name="HUMAN", color="#010203", key="z")
    mapping = plan.mapping()
    assert mapping.spans == {"PER": "HUMAN", "place": "PLACE"}
    assert mapping.relations == {}
    scheme = mapping.scheme_with(SCHEME)
    human = scheme.span("HUMAN")
    assert (human.color, human.key) == ("#010203", "z")
    assert scheme.relation("goes") is not None
    assert scheme.span("PER") is None


def test_two_labels_may_become_one_new_label(plan):
    plan.fates[PER] = renamed(plan.fates[PER], name="X")
    plan.fates[LOC] = plan.as_new(LOC, "X")
    assert [label.name for label in plan.mapping().added.spans] == ["X"]


def test_a_label_that_is_left_out_is_not_added(plan):
    plan.fates[PER] = Fate(LEAVE_OUT)
    mapping = plan.mapping()
    assert mapping.spans["PER"] == LEAVE_OUT
    assert mapping.added.spans == ()


def test_a_scheme_file_gives_its_labels_and_their_looks(plan):
    offered = completed(
        LabelScheme("brat", (SpanLabel("Per", "#00ff00"), SpanLabel("Org")), (RelationLabel("GOES", ("Per",), ("Org",)),))
    )
    plan.offer(offered)
    assert plan.fates[PER] == Fate("Per")
    assert plan.fates[GOES] == Fate("GOES")
    assert plan.names("span") == ["PERSON", "PLACE", "Per", "Org"]
    assert plan.colors("span")["Per"] == "#00ff00"
    scheme = plan.mapping().scheme_with(SCHEME)
    assert scheme.relation("GOES").head == ("Per",)
    assert scheme.span("Org") is not None


def test_a_key_that_a_scheme_file_brings_is_not_offered(plan):
    plan.offer(LabelScheme(spans=(SpanLabel("Org", key="9"),)))
    assert "9" not in plan.free_keys(PER)
    assert plan.fates[PER].key in plan.free_keys(PER)
