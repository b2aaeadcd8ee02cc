"""The label scheme: constraints, keys, colours, codes, and reading one from a file."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.labels import (
    LABEL_KEYS,
    PALETTE,
    AttributeDefinition,
    LabelScheme,
    RelationLabel,
    SpanLabel,
    completed,
    scheme_from_dict,
    scheme_to_dict,
    short_code,
)
from annotator.errors import FormatError

names = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zs", "Zl", "Zp")), min_size=1, max_size=12)


def _scheme():
    return LabelScheme(
        name="news",
        spans=(SpanLabel("PERSON"), SpanLabel("ORG", key="o", color="#123456", code="ORGA"), SpanLabel("GPE")),
        relations=(
            RelationLabel("leads", ("PERSON",), ("ORG", "GPE")),
            RelationLabel("met_with", ("PERSON",), ("PERSON", "ORG"), symmetric=True),
            RelationLabel("any"),
            RelationLabel("only_tail", tail=("GPE",)),
        ),
        attributes=(AttributeDefinition("tense", ("past", "future"), ("PERSON",)), AttributeDefinition("note")),
        categories=("politics", "sport"),
        description={"id": "berita", "en": "news"},
    )


# Constraints


@pytest.mark.parametrize(
    ("label", "head", "tail", "allowed"),
    [
        ("leads", "PERSON", "ORG", True),
        ("leads", "PERSON", "GPE", True),
        ("leads", "ORG", "PERSON", False),
        ("leads", "PERSON", "PERSON", False),
        ("leads", "UNKNOWN", "ORG", False),
        ("met_with", "PERSON", "ORG", True),
        ("met_with", "ORG", "PERSON", True),
        ("met_with", "ORG", "ORG", False),
        ("any", "UNKNOWN", "ORG", True),
        ("only_tail", "ORG", "GPE", True),
        ("only_tail", "GPE", "ORG", False),
    ],
)
def test_which_ends_a_relation_label_allows(label, head, tail, allowed):
    relation = _scheme().relation(label)
    assert relation is not None
    assert relation.allows(head, tail) == allowed


def test_the_relations_between_two_labels_are_those_allowed_in_this_order():
    scheme = _scheme()
    assert [label.name for label in scheme.links("PERSON", "GPE")] == ["leads", "any", "only_tail"]
    assert [label.name for label in scheme.links("ORG", "PERSON")] == ["met_with", "any"]


def test_what_links_two_spans_is_a_matter_of_both_labels_and_of_whether_they_are_one_span():
    scheme = LabelScheme(
        relations=(
            RelationLabel("part_of", ("ORG",), ("ORG",), reflexive=True),
            RelationLabel("owns", ("ORG",), ("ORG", "GPE")),
            RelationLabel("met_with", ("PERSON",), ("ORG",), symmetric=True),
        )
    )
    assert [label.name for label in scheme.links("ORG", "ORG")] == ["part_of", "owns"]
    assert [label.name for label in scheme.links("ORG", "ORG", same_span=True)] == ["part_of"]
    assert [label.name for label in scheme.links("ORG", "PERSON")] == ["met_with"]
    assert scheme.links("GPE", "ORG") == ()


def test_the_roles_of_a_trigger_are_the_labels_marked_so_that_may_start_at_it():
    scheme = LabelScheme(
        relations=(
            RelationLabel("attacker", ("EVENT",), ("PERSON",), role=True),
            RelationLabel("place", ("EVENT",), ("GPE",), role=True),
            RelationLabel("before", ("EVENT",), ("EVENT",)),
            RelationLabel("leads", ("PERSON",), ("ORG",)),
            RelationLabel("met_with", ("PERSON",), ("ORG",), symmetric=True),
        )
    )
    assert [label.name for label in scheme.roles_of("EVENT")] == ["attacker", "place"]
    assert [label.name for label in scheme.roles_of("PERSON")] == ["leads", "met_with"]
    assert [label.name for label in scheme.roles_of("ORG")] == ["met_with"]
    assert scheme.roles_of("GPE") == ()


def test_a_role_for_any_head_is_a_role_of_every_trigger():
    scheme = LabelScheme(relations=(RelationLabel("argument", role=True), RelationLabel("leads", ("PERSON",))))
    assert [label.name for label in scheme.roles_of("PERSON")] == ["argument"]


def test_a_role_is_kept_in_a_file_and_changes_no_rule():
    scheme = scheme_from_dict(
        {"spans": ["EVENT", "GPE"], "relations": [{"name": "place", "head": ["EVENT"], "role": True}, "near"]}
    )
    assert [label.role for label in scheme.relations] == [True, False]
    data = scheme_to_dict(scheme)
    assert data["relations"][0]["role"] is True
    assert "role" not in data["relations"][1]
    assert scheme_from_dict(data) == scheme
    assert [label.name for label in scheme.links("EVENT", "GPE")] == ["place", "near"]


def test_labels_are_found_by_name():
    scheme = _scheme()
    assert scheme.span("ORG") is scheme.spans[1]
    assert scheme.span("leads") is None
    assert scheme.relation("any") is scheme.relations[2]
    assert scheme.relation("ORG") is None


def test_an_attribute_applies_to_the_labels_it_names_or_to_all():
    tense, note = _scheme().attributes
    assert tense.applies_to("PERSON")
    assert not tense.applies_to("ORG")
    assert note.applies_to("ORG")


# Keys, colours, codes


def test_keys_are_no_commands_of_the_article():
    commands = set("fcnkrexgv;.,[]{}")
    assert not commands & set(LABEL_KEYS)
    assert len(set(LABEL_KEYS)) == len(LABEL_KEYS)


def test_the_palette_holds_sixteen_different_colours():
    assert len(set(PALETTE)) == 16
    assert all(re.fullmatch("#[0-9a-f]{6}", color) for color in PALETTE)


def test_completing_fills_what_is_missing_and_keeps_what_is_there():
    done = completed(_scheme())
    assert [label.key for label in done.spans] == ["1", "o", "2"]
    assert done.spans[1] == SpanLabel("ORG", "#123456", "o", "ORGA")
    assert [label.key for label in done.relations] == ["1", "2", "3", "4"]
    assert all(label.color and label.code for label in (*done.spans, *done.relations))
    assert completed(done) == done


def test_labels_beyond_the_keys_get_none():
    done = completed(LabelScheme(spans=tuple(SpanLabel(f"L{number}") for number in range(len(LABEL_KEYS) + 3))))
    assert [label.key for label in done.spans] == [*LABEL_KEYS, "", "", ""]


@settings(deadline=None)
@given(st.lists(names, unique=True, max_size=60))
def test_keys_and_codes_are_unique_for_any_names(labels):
    done = completed(LabelScheme(spans=tuple(SpanLabel(name) for name in labels)))
    keys = [label.key for label in done.spans if label.key]
    codes = [label.code for label in done.spans]
    assert len(set(keys)) == len(keys) == min(len(labels), len(LABEL_KEYS))
    assert len(set(codes)) == len(codes)
    assert all(1 <= len(code) <= 4 for code in codes)


@pytest.mark.parametrize(
    ("name", "taken", "code"),
    [
        ("PER", (), "PER"),
        ("PERSON", (), "PERS"),
        ("PERSON", ("PERS",), "PRSN"),
        ("PER", ("PER",), "PR"),
        ("member_of", ("memb", "mmbr"), "mo_o"),
    ],
)
def test_a_short_code_stands_for_its_name(name, taken, code):
    assert short_code(name, taken) == code


def test_short_codes_stay_short_however_many_are_alike():
    taken: list[str] = []
    for _ in range(300):
        taken.append(short_code("LABEL", taken))
    assert len(set(taken)) == 300
    assert max(map(len, taken)) <= 4


def test_missing_labels_are_added_once_with_free_keys_and_no_constraint():
    scheme = completed(_scheme())
    more = scheme.with_labels(["GPE", "NEW", "NEW", "OTHER"], ["leads", "owns"])
    assert [label.name for label in more.spans] == ["PERSON", "ORG", "GPE", "NEW", "OTHER"]
    assert more.spans[:3] == scheme.spans
    assert [label.key for label in more.spans[3:]] == ["3", "4"]
    assert more.relations[:4] == scheme.relations
    owns = more.relation("owns")
    assert owns is not None
    assert owns.allows("NEW", "PERSON")
    assert owns.key == "5"


def test_adding_nothing_new_gives_the_same_scheme():
    scheme = _scheme()
    assert scheme.with_labels(["ORG"], ["leads"]) is scheme
    assert scheme.with_labels() is scheme


# As plain data


def test_a_scheme_survives_the_way_to_plain_data_and_back():
    scheme = completed(_scheme())
    assert scheme_from_dict(scheme_to_dict(scheme)) == scheme


@settings(deadline=None)
@given(st.lists(names, unique=True, max_size=30), st.data())
def test_any_scheme_survives_the_way_to_plain_data_and_back(labels, data):
    ends = st.lists(st.sampled_from(labels), unique=True, max_size=3).map(tuple) if labels else st.just(())
    relations = tuple(
        RelationLabel(
            name, data.draw(ends), data.draw(ends), *(data.draw(st.booleans()) for _ in ("symmetric", "reflexive", "role"))
        )
        for name in data.draw(st.lists(names, unique=True, max_size=5))
    )
    scheme = completed(LabelScheme(spans=tuple(SpanLabel(name) for name in labels), relations=relations))
    assert scheme_from_dict(scheme_to_dict(scheme)) == scheme


def test_plain_data_leaves_out_what_is_empty():
    data = scheme_to_dict(LabelScheme("x", spans=(SpanLabel("A"),), relations=(RelationLabel("r", head=("A",), symmetric=True),)))
    assert data == {
        "name": "x",
        "spans": [{"name": "A"}],
        "relations": [{"name": "r", "head": ["A"], "symmetric": True}],
        "attributes": [],
        "categories": [],
    }


def test_a_bare_name_is_a_label_and_a_bare_text_is_english():
    scheme = scheme_from_dict({"spans": ["PER", {"name": "ORG", "description": "a company"}], "relations": ["leads"]})
    assert [label.name for label in scheme.spans] == ["PER", "ORG"]
    assert scheme.spans[1].description == {"en": "a company"}
    assert scheme.relation("leads") is not None
    assert scheme.name == "unnamed"


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ([], "A label scheme is a JSON object with the lists “spans” and “relations”."),
        ({"name": 3}, "The “name” of a label scheme is a text."),
        ({"spans": {}}, "“spans” of a label scheme is a list."),
        ({"relations": "leads"}, "“relations” of a label scheme is a list."),
        ({"spans": ["A", {}]}, "spans[1] of the label scheme has no “name”."),
        ({"spans": [3]}, "spans[0] of the label scheme has no “name”."),
        ({"spans": [" "]}, "spans[0] of the label scheme has no “name”."),
        ({"spans": [{"name": 3}]}, "spans[0] of the label scheme has no “name”."),
        ({"spans": [{"name": "A", "colour": "#000000"}]}, "spans[0] of the label scheme has the unknown field “colour”."),
        ({"spans": ["A", "A"]}, "The label scheme names “A” twice in “spans”."),
        ({"spans": [{"name": "A", "color": "red"}]}, "spans[0].color of the label scheme is a colour like “#1f77b4”."),
        ({"spans": [{"name": "A", "color": "#12345g"}]}, "spans[0].color of the label scheme is a colour like “#1f77b4”."),
        ({"spans": [{"name": "A", "code": 1}]}, "spans[0].code of the label scheme is a text."),
        ({"spans": [{"name": "A", "description": 1}]}, "spans[0].description of the label scheme is a text, or texts by language."),
        (
            {"spans": [{"name": "A", "examples": {"id": []}}]},
            "spans[0].examples of the label scheme is a text, or texts by language.",
        ),
        ({"description": None}, "description of the label scheme is a text, or texts by language."),
        ({"categories": "sport"}, "categories of the label scheme is a list of texts."),
        ({"relations": [{"name": "r", "head": "A"}]}, "relations[0].head of the label scheme is a list of texts."),
        ({"relations": [{"name": "r", "symmetric": 1}]}, "relations[0].symmetric of the label scheme is true or false."),
        ({"relations": [{"name": "r", "role": "yes"}]}, "relations[0].role of the label scheme is true or false."),
        (
            {"spans": ["A"], "relations": [{"name": "r", "tail": ["B"]}]},
            "Relation label “r” allows “B”, which is no span label of the scheme.",
        ),
        ({"spans": [{"name": "A", "key": "12"}]}, f"“12” cannot be a label's key; possible are: {' '.join(LABEL_KEYS)}."),
        ({"spans": [{"name": "A", "key": "f"}]}, f"“f” cannot be a label's key; possible are: {' '.join(LABEL_KEYS)}."),
        ({"spans": [{"name": "A", "key": "1"}, {"name": "B", "key": "1"}]}, "The key “1” is given to two labels of the scheme."),
        ({"attributes": [{"name": "a", "values": [1]}]}, "attributes[0].values of the label scheme is a list of texts."),
    ],
)
def test_what_is_wrong_with_a_scheme_is_said_in_a_sentence(data, sentence):
    with pytest.raises(FormatError) as caught:
        scheme_from_dict(data)
    assert str(caught.value) == sentence


def test_a_span_and_a_relation_may_have_the_same_key():
    scheme = scheme_from_dict({"spans": [{"name": "A", "key": "1"}], "relations": [{"name": "r", "key": "1"}]})
    assert scheme.spans[0].key == scheme.relations[0].key == "1"
