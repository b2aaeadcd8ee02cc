"""Values of attributes renamed, merged and taken out with everything that has them: in every set, and back again exactly."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotator.commands.command import Command
from annotator.commands.schemes import change_scheme
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.labels import AttributeDefinition, LabelScheme
from annotator.domain.scheme_draft import Draft, Fault, find_value, rename_value, renamed
from annotator.domain.scheme_edit import GONE, Part, SchemeEdit
from annotator.domain.scheme_values import LOST, value_made, value_texts
from annotator.errors import Refused
from annotator.session.session import Session
from annotator.store import queries, recount, relabelling
from annotator.store.relabelling import Use

ATTRIBUTES = Part.ATTRIBUTES
SCHEME_ATTRIBUTES = (AttributeDefinition("sure", ("yes", "no", "1", "true")), AttributeDefinition("tense"))


def value_renamed(scheme, attribute, old, new):
    draft = Draft(scheme)
    rename_value(draft, *find_value(draft, attribute, old), new)
    return draft.edit()


@pytest.mark.parametrize(
    ("value", "texts", "made"),
    [
        ("yes", ("yes",), "ya"),
        ("no", ("no",), LOST),
        ("other", ("other",), "other"),
        ("", ("",), ""),
        (1, ("1",), "satu"),
        (True, ("true",), "benar"),
        (2.5, ("2.5",), 2.5),
        (None, (), None),
        (["yes", "no", "x"], ("yes", "no", "x"), ["ya", "x"]),
        (["no"], ("no",), LOST),
        (["yes", "ya"], ("yes", "ya"), ["ya"]),
        (["x", "x"], ("x", "x"), ["x", "x"]),
        ({"yes": "no"}, (), {"yes": "no"}),
        ("kept", ("kept",), "kept"),
    ],
)
def test_what_becomes_of_a_value(value, texts, made):
    told = {"yes": "ya", "no": GONE, "1": "satu", "true": "benar", "kept": "kept"}
    assert value_texts(value) == texts
    assert value_made(value, told) == made


# The draft


def scheme_with(*attributes: AttributeDefinition) -> LabelScheme:
    return LabelScheme("s", attributes=attributes)


SURE = scheme_with(AttributeDefinition("sure", ("yes", "no")))


def test_a_renamed_value_is_followed_under_the_new_name_of_its_attribute():
    draft = Draft(SURE)
    entry, value = find_value(draft, "sure", "yes")
    rename_value(draft, entry, value, "ya")
    entry.name = "yakin"
    edit = draft.edit()
    assert edit.values == {"sure": {"yes": "ya"}}
    assert edit.renamed(ATTRIBUTES) == {"sure": "yakin"}
    assert edit.scheme.attributes == (AttributeDefinition("yakin", ("ya", "no")),)
    assert edit.values_left_open() == {}


def test_values_swap_and_become_one():
    draft = Draft(SURE)
    (_, yes), (entry, no) = find_value(draft, "sure", "yes"), find_value(draft, "sure", "no")
    yes.name, no.name = "no", "yes"
    assert draft.edit().values == {"sure": {"yes": "no", "no": "yes"}}
    rename_value(draft, entry, yes, "yes")
    edit = draft.edit()
    assert (edit.values, edit.scheme.attributes[0].values) == ({"sure": {"no": "yes"}}, ("yes",))
    assert value_renamed(SURE, "sure", "yes", "no").values == {"sure": {"yes": "no"}}


def test_values_of_merged_attributes_keep_whose_they_were():
    draft = Draft(scheme_with(AttributeDefinition("a", ("x", "y")), AttributeDefinition("b", ("x", "z"))))
    first, second = draft.find(ATTRIBUTES, "a"), draft.find(ATTRIBUTES, "b")
    find_value(draft, "a", "x")[1].name = "x2"
    draft.merge(first, second)
    edit = draft.edit()
    assert edit.scheme.attributes == (AttributeDefinition("b", ("x", "z", "x2", "y")),)
    assert (edit.values, edit.renamed(ATTRIBUTES)) == ({"a": {"x": "x2"}}, {"a": "b"})
    same = Draft(scheme_with(AttributeDefinition("a", ("x", "y")), AttributeDefinition("b", ("x", "z"))))
    same.merge(same.find(ATTRIBUTES, "a"), same.find(ATTRIBUTES, "b"))
    same.find(ATTRIBUTES, "b").values[0].name = "w"
    assert same.edit().values == {"a": {"x": "w"}, "b": {"x": "w"}}


@pytest.mark.parametrize("freely", ["a", "b"])
def test_a_value_renamed_before_its_attribute_takes_any_text_has_its_new_name_all_the_same(freely):
    listed = "b" if freely == "a" else "a"
    draft = Draft(scheme_with(AttributeDefinition(listed, ("x", "y")), AttributeDefinition(freely)))
    find_value(draft, listed, "x")[1].name = " x2 "
    draft.merge(draft.find(ATTRIBUTES, "a"), draft.find(ATTRIBUTES, "b"))
    edit = draft.edit()
    assert edit.scheme.attributes == (AttributeDefinition("b"),)
    assert {old: new for old, new in edit.values[listed].items() if old != new} == {"x": "x2"}


def test_what_was_said_of_values_goes_with_their_attribute():
    draft = Draft(scheme_with(*SURE.attributes, AttributeDefinition("other", ("1",))))
    draft.delete_value(*find_value(draft, "sure", "no"), with_annotations=True)
    draft.delete(draft.find(ATTRIBUTES, "sure"), with_annotations=True)
    assert draft.edit().values == {}


@pytest.mark.parametrize(
    ("fate", "told", "opened"), [(True, {"no": GONE}, {}), (None, {"no": "no"}, {}), (False, {}, {"sure": {"no"}})]
)
def test_a_value_taken_out(fate, told, opened):
    draft = Draft(SURE)
    draft.delete_value(*find_value(draft, "sure", "no"), with_annotations=fate)
    edit = draft.edit()
    assert edit.scheme.attributes[0].values == ("yes",)
    assert edit.values == ({"sure": told} if told else {})
    assert edit.values_left_open() == opened


def test_nothing_is_open_where_any_text_goes_or_the_attribute_went():
    assert SchemeEdit(SURE, scheme_with(AttributeDefinition("sure"))).values_left_open() == {}
    assert SchemeEdit(SURE, scheme_with(), {ATTRIBUTES: {"sure": GONE}}).values_left_open() == {}
    moved = SchemeEdit(SURE, scheme_with(AttributeDefinition("b", ("yes",))), {ATTRIBUTES: {"sure": "b"}})
    assert moved.values_left_open() == {"sure": {"no"}}


@pytest.mark.parametrize(("name", "other"), [("no", "no"), (" no ", "no"), ("", "")])
def test_two_values_of_one_name_and_one_of_none_are_found(name, other):
    draft = Draft(SURE)
    find_value(draft, "sure", "yes")[1].name = name
    assert [(found.fault, found.other) for found in draft.findings()] == [(Fault.VALUE, other)]


def test_taking_a_scheme_from_a_file_takes_no_value_away():
    draft = Draft(SURE)
    draft.take(scheme_with(AttributeDefinition("sure", ("maybe", "no")), AttributeDefinition("new", ("1",))))
    edit = draft.edit()
    assert [one.values for one in edit.scheme.attributes] == [("maybe", "no", "yes"), ("1",)]
    assert (edit.values, edit.values_left_open()) == ({}, {})
    draft.take(scheme_with(AttributeDefinition("sure")))
    assert draft.edit().scheme.attributes[0].values == ()
    draft = Draft(scheme_with(AttributeDefinition("sure")))
    draft.take(SURE)
    assert draft.edit().scheme.attributes[0].values == (), "where any text went, any text goes"


@pytest.mark.parametrize(("attribute", "value"), [("none", "yes"), ("sure", "none")])
def test_what_is_not_there_is_a_key_error(attribute, value):
    with pytest.raises(KeyError):
        value_renamed(SURE, attribute, value, "x")


# The project

TABLES = ("spans", "relations", "verdicts", "annotation_sets", "set_labels", "label_totals", "set_totals")


def rows(session: Session) -> dict[str, list[tuple]]:
    """Return all rows as they are in the file, but for when a set was checked."""
    connection = session.project.connection
    found = {table: connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2, 3, 4").fetchall() for table in TABLES}
    names = [row[1] for row in connection.execute("PRAGMA table_info(annotation_sets)")]
    dropped = {names.index("checked"), names.index("problems")}
    found["annotation_sets"] = [
        tuple(value for at, value in enumerate(row) if at not in dropped) for row in found["annotation_sets"]
    ]
    return found


@pytest.fixture
def session(project):
    """The small project with attributes in gold, model and person sets, of spans and relations."""
    made = Session(project, "ani")
    made.execute(Command("x", lambda tx: tx.put_scheme(replace(project.scheme, attributes=SCHEME_ATTRIBUTES))))
    spans = {
        "a": Span("a", ((0, 5),), "PERSON", {"sure": "yes", "tense": "yes"}, confidence=0.1 + 0.2),
        "b": Span("b", ((6, 9),), "PERSON", {"sure": "no"}, "bell\x07", reviewed=False),
        "c": Span("c", ((6, 9),), "GPE", {"sure": ["no", "yes"], "tense": "no\x00thing"}),
        "d": Span("d", ((0, 2),), "GPE", {"sure": 1}),
        "e": Span("e", ((0, 3),), "GPE", {"sure": True}),
    }
    links = {"r": Relation("r", "leads", "a", "c", {"sure": "no"}, reviewed=False)}
    kinds = (("m", Kind.MODEL), ("gold", Kind.GOLD), ("ani", Kind.PERSON))
    with project.transaction("Import {}", "it", actor="x", lane=Lane.JOB) as tx:
        document = project.document(1)
        sets = [AnnotationSet(SetInfo(0, name, kind), spans, links) for name, kind in kinds]
        tx.add_documents([(replace(document, name="more", id=0), sets)])
    return made


def attributes(session: Session) -> list[dict[str, dict]]:
    connection = session.project.connection
    ids = [
        row[0] for row in connection.execute("SELECT id FROM annotation_sets WHERE document_id = (SELECT max(id) FROM documents)")
    ]
    contents = (queries.annotation_set(connection, set_id) for set_id in ids)
    return [{item.id: dict(item.attributes) for item in (*one.spans.values(), *one.relations.values())} for one in contents if one]


def changed(session: Session, edit: SchemeEdit):
    """Change the scheme; every set is changed alike, it is one step, and undo and redo lead exactly back and forth."""
    before = rows(session)
    generation = queries.project_value(session.project.connection, "scheme_generation")
    did = change_scheme(session, edit)
    after = rows(session)
    assert recount.differences(session.project.connection) == []
    session.undo()
    assert rows(session) == before
    session.redo()
    assert rows(session) == after
    assert recount.differences(session.project.connection) == []
    assert queries.project_value(session.project.connection, "scheme_generation") == generation, "no rule is about values"
    first, *others = attributes(session)
    assert all(other == first for other in others)
    return did, first


def test_a_renamed_value_is_renamed_everywhere(session):
    did, found = changed(session, value_renamed(session.project.scheme, "sure", "no", "tidak"))
    assert did.attributes == 9
    assert found["b"] == {"sure": "tidak"}
    assert found["c"] == {"sure": ["tidak", "yes"], "tense": "no\x00thing"}
    assert found["r"] == {"sure": "tidak"}
    assert found["a"] == {"sure": "yes", "tense": "yes"}, "another attribute's value of that name stays"
    assert session.next_undo().title == "Rename or merge sure=no → tidak"


def test_values_become_one(session):
    did, found = changed(session, value_renamed(session.project.scheme, "sure", "no", "yes"))
    assert (did.attributes, found["c"]["sure"], found["r"]["sure"]) == (9, ["yes"], "yes")


def test_numbers_and_true_are_values_too(session):
    assert changed(session, value_renamed(session.project.scheme, "sure", "1", "satu"))[1]["d"] == {"sure": "satu"}
    assert changed(session, value_renamed(session.project.scheme, "sure", "true", "benar"))[1]["e"] == {"sure": "benar"}


def test_a_value_in_use_goes_only_when_told(session):
    before = rows(session)
    draft = Draft(session.project.scheme)
    draft.delete_value(*find_value(draft, "sure", "no"))
    with pytest.raises(Refused, match="The value “sure=no” is in use"):
        change_scheme(session, draft.edit())
    assert rows(session) == before
    draft = Draft(session.project.scheme)
    draft.delete_value(*find_value(draft, "sure", "no"), with_annotations=True)
    did, found = changed(session, draft.edit())
    assert did.attributes == 9
    assert (found["b"], found["c"]["sure"], found["r"]) == ({}, ["yes"], {})
    assert session.next_undo().title == "Delete the value sure=no"


def test_a_value_may_be_kept_though_it_is_no_longer_offered(session):
    draft = Draft(session.project.scheme)
    draft.delete_value(*find_value(draft, "sure", "no"), with_annotations=None)
    did, found = changed(session, draft.edit())
    assert did.attributes == 0
    assert found["b"] == {"sure": "no"}


def test_an_attribute_and_its_values_in_one_step(session):
    draft = Draft(session.project.scheme)
    entry, value = find_value(draft, "sure", "yes")
    value.name, entry.name = "ya", "tense2"
    draft.merge(entry, draft.find(ATTRIBUTES, "tense"))
    did, found = changed(session, draft.edit())
    assert did.attributes == 18
    assert found["a"] == {"tense": "yes"}
    assert found["b"] == {"tense": "no"}
    content = queries.annotation_set(
        session.project.connection, session.project.connection.execute("SELECT max(id) FROM annotation_sets").fetchone()[0]
    )
    assert content.spans["a"].note == "tense: ya"


def test_an_empty_value_goes_along_when_the_attribute_is_renamed(session):
    set_id = session.project.connection.execute("SELECT max(id) FROM annotation_sets").fetchone()[0]
    session.execute(Command("x", lambda tx: tx.put(set_id, replace(tx.span(set_id, "d"), attributes={"sure": ""}))))
    change_scheme(session, renamed(session.project.scheme, ATTRIBUTES, "sure", "yakin"))
    assert attributes(session)[-1]["d"] == {"yakin": ""}


def test_what_has_each_value_is_counted(session):
    found = relabelling.value_uses(session.project.connection, ["sure"])
    assert found == {
        ("sure", "yes"): Use(6, 1, 0),
        ("sure", "no"): Use(9, 1, 6),
        ("sure", "1"): Use(3, 1, 0),
        ("sure", "true"): Use(3, 1, 0),
    }
    assert relabelling.value_uses(session.project.connection, []) == {}
