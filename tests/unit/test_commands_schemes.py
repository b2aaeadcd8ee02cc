"""Changing the label scheme with all that is labelled by it: one step, nothing lost in silence, and undo leads exactly back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotator.commands import bulk, relations, spans
from annotator.commands.command import Command
from annotator.commands.schemes import SchemeStep, change_scheme
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span, Verdict
from annotator.domain.changes import Lane
from annotator.domain.labels import scheme_from_dict
from annotator.domain.progress import Cancelled
from annotator.domain.scheme_draft import Draft, deleted, renamed
from annotator.domain.scheme_edit import GONE, Part, SchemeEdit
from annotator.errors import Refused
from annotator.store import journal, queries, recount, relabelling

SPANS, RELATIONS, ATTRIBUTES, CATEGORIES = Part


def contents(session) -> list[AnnotationSet | None]:
    connection = session.project.connection
    return [queries.annotation_set(connection, row[0]) for row in connection.execute("SELECT id FROM annotation_sets ORDER BY id")]


def labels(session, part: Part = SPANS) -> list[str]:
    kind = "spans" if part is SPANS else "relations"
    return sorted(item.label for found in contents(session) for item in getattr(found, kind).values())


def changed(session, edit: SchemeEdit, **options: object):
    """Change the scheme, and see that it is one step and that undo and redo lead exactly back and forth."""
    before, scheme, steps = contents(session), session.project.scheme, len(list(journal.steps(session.project.connection)))
    did = change_scheme(session, edit, **options)
    after = contents(session)
    assert session.project.scheme == edit.scheme
    assert len(list(journal.steps(session.project.connection))) == steps + 1
    assert recount.differences(session.project.connection) == []
    session.undo()
    assert (contents(session), session.project.scheme) == (before, scheme)
    session.redo()
    assert (contents(session), session.project.scheme) == (after, edit.scheme)
    assert recount.differences(session.project.connection) == []
    return did


def refused(session, edit: SchemeEdit) -> str:
    before, scheme = contents(session), session.project.scheme
    with pytest.raises(Refused) as error:
        change_scheme(session, edit)
    assert (contents(session), session.project.scheme) == (before, scheme)
    assert journal.unfinished(session.project.connection) == []
    assert recount.differences(session.project.connection) == []
    return str(error.value)


def edited(session, **fields: object) -> None:
    """Change fields of the span s1 of the set of "ani", which the session has open."""
    span = replace(session.document.span("s1"), **fields)
    session.execute(Command("x", lambda tx: tx.put(session.document.set_id, span)))


@pytest.fixture
def mine(session):
    """The first document, opened: "ani" has the model's suggestions."""
    return session.open_document(1)


# Renaming


def test_a_renamed_label_has_its_spans_in_every_set(session, mine):
    edit = renamed(session.project.scheme, SPANS, "PERSON", "ORANG")
    assert "PERSON" in labels(session)
    did = changed(session, edit)
    assert did.spans == 5  # three of the models, two copied for ani
    assert set(labels(session)) == {"GPE", "ORANG", "ORG"}
    leads = session.project.scheme.relation("leads")
    assert (leads.head, leads.tail) == (("ORANG",), ("ORG", "GPE"))
    assert not mine.problems()


def test_the_open_document_follows_a_rename_and_its_undo(session, mine):
    change_scheme(session, renamed(session.project.scheme, SPANS, "PERSON", "ORANG"))
    assert mine.span("s3").label == "ORANG"
    assert mine.scheme.span("ORANG") is not None
    session.undo()
    assert mine.span("s3").label == "PERSON"
    assert mine.scheme.span("ORANG") is None


def test_a_renamed_relation_label_keeps_its_rules(session, mine):
    did = changed(session, renamed(session.project.scheme, RELATIONS, "met_with", "bertemu"))
    assert did.relations == 2
    assert labels(session, RELATIONS) == ["bertemu", "bertemu", "leads"]
    assert session.project.scheme.relation("bertemu").symmetric


def test_what_was_rejected_stays_rejected_under_the_new_name(session, mine):
    session.execute(spans.remove_span(mine.set_id, "s1"))
    session.execute(relations.remove_relation(mine.set_id, "r1"))
    draft = Draft(session.project.scheme)
    draft.find(SPANS, "GPE").name = "TEMPAT"
    draft.find(RELATIONS, "met_with").name = "bertemu"
    changed(session, draft.edit())
    stored = queries.annotation_set(session.project.connection, mine.set_id)
    assert sorted(stored.verdicts) == ["TEMPAT@0-5", "bertemu@21-27>36-41"]


def test_two_labels_may_swap_their_names(session, mine):
    draft = Draft(session.project.scheme)
    first, second = draft.find(SPANS, "PERSON"), draft.find(SPANS, "GPE")
    first.name, second.name = second.name, first.name
    session.execute(spans.remove_span(mine.set_id, "s1"))
    before = {span.id: span.label for span in mine.spans()}
    changed(session, draft.edit())
    swapped = {"PERSON": "GPE", "GPE": "PERSON"}
    assert {span.id: span.label for span in mine.spans()} == {key: swapped[label] for key, label in before.items()}
    stored = queries.annotation_set(session.project.connection, mine.set_id)
    assert sorted(stored.verdicts) == ["PERSON@0-5"]


@pytest.mark.parametrize("size", [1, 2, 7])
def test_it_does_not_matter_how_large_the_pieces_are(session, mine, size):
    draft = Draft(session.project.scheme)
    for old, new in (("PERSON", "GPE"), ("GPE", "ORG"), ("ORG", "PERSON")):
        next(entry for entry in draft.entries[SPANS] if entry.was == (old,)).name = new
    before = contents(session)
    turned = {"PERSON": "GPE", "GPE": "ORG", "ORG": "PERSON"}
    with SchemeStep(session, draft.edit()) as step:
        step.size = size
        while step.go_on():
            assert step.done <= step.total
    assert step.done == step.total == 10
    after = contents(session)
    for old, new in zip(before, after, strict=True):
        assert {key: span.label for key, span in new.spans.items()} == {key: turned[span.label] for key, span in old.spans.items()}


def test_a_heading_of_the_guidelines_follows_the_name(session):
    text = "# Rules\n\n## PERSON\nNo titles.\n\n### PERSON ###\n## PERSONAL\nPERSON"
    draft = Draft(replace(session.project.scheme, guidelines={"en": text}))
    draft.find(SPANS, "PERSON").name = "ORANG"
    assert draft.edit().scheme.guidelines["en"] == text.replace("## PERSON\nNo", "## ORANG\nNo").replace(
        "### PERSON ###", "### ORANG ###"
    )


# Merging


def test_merged_labels_widen_nothing_but_what_was_legal(session, mine):
    did = changed(session, renamed(session.project.scheme, SPANS, "ORG", "GPE"))
    assert (did.spans, did.joined) == (1, 0)
    assert session.project.scheme.relation("leads").tail == ("GPE",)
    assert session.project.scheme.span("ORG") is None


def test_two_spans_that_become_the_same_become_one_with_all_they_had(session, mine):
    edited(session, label="GPE", reviewed=True, note="one", attributes={"sure": "yes"}, kb_id="Q1")
    twin = Span("t1", ((0, 5),), "ORG", {"sure": "no", "tense": "past"}, "two", "Q2", origin="person:ani")
    session.execute(Command("x", lambda tx: tx.put(mine.set_id, twin)))
    session.execute(relations.add_relation(mine.set_id, "s3", "t1", "leads"))
    did = changed(session, renamed(session.project.scheme, SPANS, "ORG", "GPE"))
    assert did.joined == 1
    (kept,) = [span for span in mine.spans() if span.start == 0]
    assert (kept.id, kept.label, kept.kb_id) == ("s1", "GPE", "Q1")
    assert dict(kept.attributes) == {"sure": "yes", "tense": "past"}
    assert kept.note.split("\n") == ["one", "two", "sure: no", "Q2"]
    assert [(link.head, link.tail) for link in mine.relations() if link.label == "leads"] == [("s3", "s1")]
    assert not mine.problems()


def test_of_two_spans_the_reviewed_one_stays(session, mine):
    reviewed = Span("t1", ((0, 5),), "ORG", origin="person:ani")
    session.execute(Command("x", lambda tx: tx.put(mine.set_id, reviewed)))
    assert not mine.span("s1").reviewed
    changed(session, renamed(session.project.scheme, SPANS, "ORG", "GPE"))
    (kept,) = [span for span in mine.spans() if span.start == 0]
    assert (kept.id, kept.reviewed, kept.label) == ("t1", True, "GPE")


def test_fragments_that_differ_are_no_twins(session, mine):
    session.execute(Command("x", lambda tx: tx.put(mine.set_id, Span("t1", ((0, 5), (14, 19)), "ORG"))))
    did = changed(session, renamed(session.project.scheme, SPANS, "ORG", "GPE"))
    assert not did.joined
    assert len([span for span in mine.spans() if span.start == 0]) == 2


def test_a_relation_between_two_that_become_one_goes_and_is_counted(session, mine):
    session.execute(Command("x", lambda tx: tx.put(mine.set_id, Span("t1", ((21, 27),), "ORG"))))
    session.execute(relations.add_relation(mine.set_id, "s3", "t1", "leads"))
    did = changed(session, renamed(session.project.scheme, SPANS, "ORG", "PERSON"))
    assert (did.joined, did.removed_relations) == (1, 1)
    assert [link.label for link in mine.relations()] == ["met_with"]


def test_merged_relation_labels_join_what_says_the_same(session, mine):
    session.execute(relations.add_relation(mine.set_id, "s4", "s3", "linked"))
    edit = renamed(session.project.scheme, RELATIONS, "met_with", "linked")
    did = changed(session, edit)
    assert (did.relations, did.joined) == (2, 1)  # the model's own has no twin
    (link,) = mine.relations()
    assert (link.label, link.reviewed) == ("linked", True)
    assert edit.scheme.relation("linked").head == ()


def test_a_merged_relation_label_allows_what_either_did(scheme):
    draft = Draft(scheme)
    draft.merge(draft.find(RELATIONS, "met_with"), draft.find(RELATIONS, "leads"))
    leads = draft.edit().scheme.relation("leads")
    assert (set(leads.head), set(leads.tail)) == ({"PERSON"}, {"ORG", "GPE", "PERSON"})


# Deleting


def test_a_label_that_spans_have_is_not_deleted_and_the_number_is_said(session):
    sentence = refused(session, deleted(session.project.scheme, SPANS, "ORG"))
    assert sentence == "The label “ORG” has 1 span. Say what becomes of them: another label, or nothing."


def test_an_unused_label_is_deleted_alone(session):
    did = changed(session, deleted(session.project.scheme, SPANS, "DATE"))
    assert session.project.scheme.span("DATE") is None
    assert did.sentence() == "The label scheme was changed; no annotation had to be."


def test_a_label_goes_with_its_spans_and_their_relations_only_when_asked(session, mine):
    did = changed(session, deleted(session.project.scheme, SPANS, "ORG", with_annotations=True))
    assert (did.removed_spans, did.removed_relations) == (1, 1)
    assert labels(session, RELATIONS) == ["met_with", "met_with"]
    assert did.sentence() == "The label scheme was changed: 1 span removed, 1 relation removed."


def test_a_name_that_is_given_away_and_given_anew_means_the_new_one(session, mine):
    draft = Draft(session.project.scheme)
    org, gpe = draft.find(SPANS, "ORG"), draft.find(SPANS, "GPE")
    draft.delete(org, with_annotations=True)
    gpe.name = "ORG"
    count = labels(session).count("GPE")
    changed(session, draft.edit())
    assert labels(session).count("ORG") == count


def test_a_label_that_alone_is_allowed_somewhere_says_so(scheme):
    draft = Draft(scheme)
    holders = draft.holders(draft.find(SPANS, "PERSON"))
    assert [entry.name for entry in holders] == ["leads", "met_with"]
    assert draft.holders(draft.find(SPANS, "ORG")) == []


# Attributes and categories


def test_a_renamed_attribute_keeps_its_values(session, mine):
    edited(session, attributes={"sure": "yes", "other": 1})
    did = changed(session, renamed(session.project.scheme, ATTRIBUTES, "sure", "yakin"))
    assert did.attributes == 1
    assert dict(mine.span("s1").attributes) == {"yakin": "yes", "other": 1}


def test_merged_attributes_that_differ_leave_a_note(session, mine):
    draft = Draft(session.project.scheme)
    draft.add(ATTRIBUTES, "certain")
    change_scheme(session, draft.edit())
    edited(session, attributes={"certain": "no", "sure": "yes"}, note="n")
    changed(session, renamed(session.project.scheme, ATTRIBUTES, "sure", "certain"))
    span = mine.span("s1")
    assert (dict(span.attributes), span.note) == ({"certain": "no"}, "n\ncertain: yes")


def test_an_attribute_in_use_is_not_deleted_unless_asked(session, mine):
    edited(session, attributes={"sure": "yes"})
    assert "“sure” is in use" in refused(session, deleted(session.project.scheme, ATTRIBUTES, "sure"))
    changed(session, deleted(session.project.scheme, ATTRIBUTES, "sure", with_annotations=True))
    assert not mine.span("s1").attributes


def test_categories_are_renamed_merged_and_deleted(session, mine):
    both = ("politics", "sport")
    session.execute(Command("x", lambda tx: tx.put_set(mine.set_id, replace(mine.info, categories=both))))
    changed(session, renamed(session.project.scheme, CATEGORIES, "politics", "politik"))
    assert mine.info.categories == ("politik", "sport")
    assert "“sport” is in use" in refused(session, deleted(session.project.scheme, CATEGORIES, "sport"))
    changed(session, renamed(session.project.scheme, CATEGORIES, "sport", "politik"))
    assert mine.info.categories == ("politik",)
    did = changed(session, deleted(session.project.scheme, CATEGORIES, "politik", with_annotations=True))
    assert (mine.info.categories, did.categories) == ((), 1)


# The step


def test_a_cancel_takes_everything_back(session, mine):
    edit = renamed(session.project.scheme, SPANS, "PERSON", "ORANG")
    before, scheme = contents(session), session.project.scheme
    step = SchemeStep(session, edit)

    def some_of_it() -> None:
        with step:
            step.size = 1
            assert step.go_on()
            assert contents(session) != before
            raise Cancelled

    with pytest.raises(Cancelled):
        some_of_it()
    assert (contents(session), session.project.scheme, step.kept) == (before, scheme, "")
    assert journal.unfinished(session.project.connection) == []


def test_an_edit_of_another_scheme_is_refused(session):
    edit = renamed(session.project.scheme, SPANS, "PERSON", "ORANG")
    change_scheme(session, renamed(session.project.scheme, SPANS, "DATE", "TANGGAL"))
    with pytest.raises(Refused, match="changed meanwhile"):
        change_scheme(session, edit)


def test_nothing_to_change_leaves_no_step(session):
    steps = len(list(journal.steps(session.project.connection)))
    change_scheme(session, Draft(session.project.scheme).edit())
    assert len(list(journal.steps(session.project.connection))) == steps


def test_the_history_names_what_was_done(session):
    change_scheme(session, renamed(session.project.scheme, SPANS, "DATE", "TANGGAL"))
    assert session.next_undo().title == "Rename or merge DATE → TANGGAL"
    change_scheme(session, deleted(session.project.scheme, SPANS, "ORG", with_annotations=True))
    assert session.next_undo().title == "Delete ORG with all annotations"


def test_a_later_edit_keeps_the_step_from_being_taken_back(session, mine):
    change_scheme(session, renamed(session.project.scheme, SPANS, "PERSON", "ORANG"))
    step = session.next_undo()
    session.execute(bulk.relabel_spans(mine.set_id, ["s3"], "GPE"))
    with pytest.raises(Exception, match="later step"):
        session.undo_step(step.id)
    session.undo()
    session.undo()
    assert mine.span("s3").label == "PERSON"


def test_many_spans_of_many_documents(new_project, make_document, session):
    project = new_project("many.annotator")
    place = tuple(((number, number + 1),) for number in range(0, 400, 2))

    def content(number: int) -> AnnotationSet:
        found = {f"s{at}": Span(f"s{at}", fragments, "PERSON" if at % 2 else "GPE") for at, fragments in enumerate(place)}
        return AnnotationSet(SetInfo(0, "ani", Kind.PERSON), found)

    with project.transaction("Import {}", "it", actor="x", lane=Lane.JOB) as tx:
        tx.add_documents((make_document("a " * 200, f"d{number}"), [content(number)]) for number in range(30))
    session.project.close()
    session.project = project
    did = changed(session, renamed(project.scheme, SPANS, "PERSON", "GPE"))
    assert (did.spans, did.joined) == (3000, 0)
    assert set(labels(session)) == {"GPE"}


# What is counted


def test_uses_count_labels_attributes_and_categories(session, mine):
    edited(session, attributes={"sure": "yes"})
    session.execute(Command("x", lambda tx: tx.put_set(mine.set_id, replace(mine.info, categories=("sport",)))))
    found = relabelling.uses(session.project.connection)
    assert (found[SPANS, "PERSON"].items, found[SPANS, "PERSON"].documents) == (5, 2)
    assert found[RELATIONS, "met_with"] == relabelling.Use(2, 1, 2)
    assert found[ATTRIBUTES, "sure"].items == 1
    assert found[CATEGORIES, "sport"] == relabelling.Use(1, 1)
    quick = relabelling.label_uses(session.project.connection)
    assert quick[SPANS, "PERSON"].items == 5
    assert (SPANS, "DATE") not in quick


def test_linked_counts_relations_by_what_they_link(session, mine):
    assert relabelling.linked(session.project.connection) == {
        ("met_with", "PERSON", "PERSON"): 2,
        ("leads", "PERSON", "ORG"): 1,
    }


def test_odd_names_are_found_as_they_are(session, mine):
    name = 'a "quoted"\\ %_\n'
    draft = Draft(scheme_from_dict({"spans": ["PERSON"], "attributes": ["x"]}))
    assert draft.findings() == []
    edited(session, attributes={name: "1", "sure": "no"})
    session.execute(
        Command("x", lambda tx: tx.put(mine.set_id, Verdict("A%@0-5")) or tx.put(mine.set_id, Relation("r9", "odd%", "s1", "s2")))
    )
    page = [found for found in relabelling.with_attributes(session.project.connection, "span", [name]) if found]
    assert [item.id for found in page for _, item in found] == ["s1"]
    assert [v.signature for p in relabelling.rejected(session.project.connection, ["A%"]) for _, v in p] == ["A%@0-5"]
    assert GONE == ""
