"""A draft of a label scheme outlasts the program as plain JSON, whatever was typed half."""

from __future__ import annotations

import json

import pytest

from annotator.domain.labels import AttributeDefinition, LabelScheme, RelationLabel, SpanLabel, completed, scheme_from_dict
from annotator.domain.scheme_draft import Draft, find_value, rename_value
from annotator.domain.scheme_draft_plain import draft_from_dict, draft_to_dict, fits
from annotator.domain.scheme_edit import GONE, Part
from annotator.errors import FormatError

SPANS, RELATIONS, ATTRIBUTES, CATEGORIES = Part


def again(draft: Draft) -> Draft:
    """The draft as another start of the program finds it."""
    return draft_from_dict(json.loads(json.dumps(draft_to_dict(draft))), draft.before)


def entry(draft: Draft, part: Part, name: str):
    found = draft.find(part, name)
    assert found is not None
    return found


def much_changed(scheme: LabelScheme) -> Draft:
    draft = Draft(scheme)
    draft.name, draft.guidelines = "lain", {"id": "## PERSON\n\nOrang.", "en": ""}
    entry(draft, SPANS, "PERSON").name = "ORANG"
    entry(draft, SPANS, "ORANG").description = {"id": "orang \ud800 \u00a0"}  # nothing that can be typed is lost
    draft.merge(entry(draft, SPANS, "DATE"), entry(draft, SPANS, "ORG"))
    draft.delete(entry(draft, CATEGORIES, "sport"), with_annotations=True)
    draft.delete(entry(draft, RELATIONS, "linked"), with_annotations=True)
    draft.add(SPANS, "BARU", color="#123456", key="q", code="BR")
    draft.move(entry(draft, SPANS, "BARU"), -1)
    entry(draft, RELATIONS, "met_with").role = True
    attribute, value = find_value(draft, "sure", "yes")
    rename_value(draft, attribute, value, "ya")
    draft.delete_value(*find_value(draft, "sure", "no"), with_annotations=True)
    return draft


def test_a_draft_that_was_kept_is_the_same_change(scheme):
    draft = much_changed(scheme)
    back = again(draft)
    assert back.edit() == draft.edit()
    assert back.edit().names[SPANS] == {"PERSON": "ORANG", "DATE": "ORG"}
    assert back.edit().names[CATEGORIES] == {"sport": GONE}
    assert back.edit().values == {"sure": {"yes": "ya", "no": GONE}}
    assert back.edit().scheme.relation("leads").head == ("ORANG",)
    assert draft_to_dict(back) == draft_to_dict(draft)


def test_after_it_is_kept_a_new_name_is_still_followed(scheme):
    back = again(much_changed(scheme))
    entry(back, SPANS, "ORANG").name = "ORG 2"
    assert back.edit().scheme.relation("leads").head == ("ORG 2",)
    assert back.edit().names[SPANS]["PERSON"] == "ORG 2"


def test_names_that_are_half_typed_stay_apart(scheme):
    draft = Draft(scheme)
    for name in ("PERSON", "ORG"):
        entry(draft, SPANS, name).name = ""
    draft.add(SPANS, "", color="#12")
    back = again(draft)
    assert [one.fault for one in back.findings()] == [one.fault for one in draft.findings()]
    first, _, second, *_ = back.entries[SPANS]
    first.name, second.name = "A", "B"
    assert entry(back, RELATIONS, "leads").head == [first]
    assert entry(back, RELATIONS, "leads").tail == [second, entry(back, SPANS, "GPE")]


def test_a_name_that_the_scheme_allows_and_lacks_stays():
    scheme = completed(
        LabelScheme("s", (SpanLabel("A"),), (RelationLabel("r", ("A",)),), (AttributeDefinition("x", labels=("gone", "r", "A")),))
    )
    assert again(Draft(scheme)).edit().scheme == scheme


@pytest.mark.parametrize("name", ["indonesian-news", "conll", "blank"])
def test_what_is_not_changed_stays_so(shipped_scheme, name):
    scheme = shipped_scheme(name)
    edit = again(Draft(scheme)).edit()
    assert edit.scheme == scheme
    assert not edit.names
    assert not edit.values


def test_a_draft_fits_the_scheme_that_it_began_from_and_no_other(scheme, shipped_scheme):
    data = json.loads(json.dumps(draft_to_dict(much_changed(scheme))))
    assert fits(data, scheme)
    assert not fits(data, shipped_scheme("conll"))
    assert not fits(data, much_changed(scheme).edit().scheme)
    assert not fits({}, scheme)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda data: data.pop("entries"),
        lambda data: data["entries"]["relations"][0].update(head=[["spans", 99]]),
        lambda data: data["entries"]["relations"][0].update(head=[["nowhere", 0]]),
        lambda data: data["entries"]["spans"].append("PERSON"),
        lambda data: data.update(told_values=[["sure"]]),
        lambda data: data.update(guidelines="text"),
    ],
)
def test_what_is_no_draft_is_refused(scheme, spoil):
    data = draft_to_dict(much_changed(scheme))
    spoil(data)
    with pytest.raises(FormatError, match="no draft"):
        draft_from_dict(data, scheme)


def test_the_scheme_s_own_format_is_not_what_a_draft_is(scheme):
    with pytest.raises(FormatError, match=r"unknown field|no field"):
        scheme_from_dict(draft_to_dict(Draft(scheme)))
