"""Done, skipped, flagged, reopened, categorised: the state of one person's work on one document."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotator.commands import documents, spans
from annotator.commands.outcomes import Outcome, outcomes
from annotator.commands.schemes import change_scheme
from annotator.domain.annotations import Kind, SetInfo, Verdict
from annotator.domain.documents import Status
from annotator.domain.scheme_draft import renamed
from annotator.domain.scheme_edit import Part
from annotator.errors import Refused
from annotator.session.session import Session
from annotator.store import queries


@pytest.fixture
def state(session):
    return session.open_document(1)


def test_status_belongs_to_the_person(session, state):
    session.execute(documents.mark_done(state.set_id))
    other = Session(session.project, "budi").open_document(1)
    assert state.info.status is Status.DONE
    assert other.info.status is Status.NEW
    assert not other.span("s1").reviewed


def test_done_is_refused_while_a_rule_is_broken(session, project, make_document, model_set):
    with project.transaction("x", actor="x") as tx:
        content = model_set([("s1", 0, 4, "ORG"), ("s2", 0, 3, "LAW"), ("s3", 1, 3, "ORG")])
        tx.add_documents([(make_document("Ani tiba"), [content])])
    state = session.open_document(4)
    with pytest.raises(Refused, match=r"^Not done yet: .* \(1 more\)$"):
        session.execute(documents.mark_done(state.set_id))
    assert state.unreviewed_count() == 3
    session.execute(spans.remove_span(state.set_id, "s1"))
    session.execute(spans.relabel_span(state.set_id, "s2", "PERSON"))
    session.execute(documents.mark_done(state.set_id))  # a span inside a token is allowed
    assert state.info.status is Status.DONE


def test_an_empty_document_can_be_done(session):
    state = session.open_document(3)
    session.execute(documents.mark_done(state.set_id))
    assert queries.gold_set(session.project.connection, 3) == state.set_id


def test_skip_reopen_and_flag(session, state):
    session.execute(documents.skip(state.set_id))
    assert state.info.status is Status.SKIPPED
    assert session.execute(documents.toggle_flag(state.set_id)) is True
    session.execute(documents.reopen(state.set_id))
    assert (state.info.status, state.info.flagged) == (Status.IN_PROGRESS, True)
    assert session.execute(documents.toggle_flag(state.set_id)) is False
    for _ in range(4):
        session.undo()
    assert (state.info.status, state.info.flagged) == (Status.NEW, False)


def test_doing_twice_what_is_done_is_one_step(session, state):
    session.execute(documents.mark_done(state.set_id))
    step = session.next_undo()
    session.execute(documents.mark_done(state.set_id))
    assert session.next_undo() == step


def test_categories_are_kept_in_the_schemes_order_once(session, state):
    session.execute(documents.set_categories(state.set_id, ("sport", "politics", "sport")))
    assert state.info.categories == ("politics", "sport")
    assert state.info.status is Status.IN_PROGRESS
    with pytest.raises(Refused, match="“weather” is not in the label scheme"):
        session.execute(documents.set_categories(state.set_id, ("weather",)))
    session.execute(documents.set_categories(state.set_id, ()))
    assert state.info.categories == ()


def test_a_category_an_import_brought_may_stay(session, project, make_document, model_set):
    content = model_set([])
    content.info = queries.SetInfo(0, "ani", Kind.PERSON, categories=("weather",))
    with project.transaction("x", actor="x") as tx:
        tx.add_documents([(make_document("Ani"), [content])])
    state = session.open_document(4)
    session.execute(documents.set_categories(state.set_id, ("weather", "sport")))
    assert state.info.categories == ("sport", "weather")


def test_a_set_that_is_gone(session):
    for make in (documents.mark_done, documents.skip, documents.reopen, documents.toggle_flag):
        with pytest.raises(Refused, match="not in the project"):
            session.execute(make(4711))


def test_opening_for_somebody_twice_gives_the_same_set(session):
    first = session.execute(documents.open_for(1, "cici"))
    assert session.execute(documents.open_for(1, "cici")) == first


# Suggested categories


@pytest.fixture
def named(session, project, make_document, model_set):
    """Somebody's set of a document of which two models say what it is about; "weather" is not in the scheme."""
    sets = []
    for name, categories in (("first", ("weather", "politics")), ("second", ("politics", "sport"))):
        content = model_set([("s1", 0, 3, "PERSON")] if name == "first" else [])
        content.info = SetInfo(0, name, Kind.MODEL, categories=categories)
        sets.append(content)
    with project.transaction("x", actor="x") as tx:
        tx.add_documents([(make_document("Ani"), sets)])
    return session.open_document(4)


def test_done_accepts_the_suggested_categories_in_one_step(session, named):
    assert session.execute(documents.mark_done(named.set_id)) == 3, "a span, and two categories that are in the scheme"
    assert named.info.categories == ("politics", "sport"), "in the order of the scheme"
    session.undo()
    assert (named.info.status, named.info.categories, named.unreviewed_count()) == (Status.NEW, (), 1)
    session.redo()
    assert named.info.categories == ("politics", "sport")
    assert session.execute(documents.mark_done(named.set_id)) == 0


def test_a_category_that_was_chosen_stays_beside_the_suggested_ones(session, named):
    session.execute(documents.set_categories(named.set_id, ("sport",)))
    assert session.execute(documents.mark_done(named.set_id)) == 2
    assert named.info.categories == ("politics", "sport")


def test_a_rejected_category_does_not_come_back(session, named):
    session.execute(documents.set_categories(named.set_id, ("politics",)))
    session.execute(documents.set_categories(named.set_id, ()))
    assert list(queries.verdicts(session.project.connection, named.set_id)) == [Verdict("politics@document", "first")]
    assert session.execute(documents.mark_done(named.set_id)) == 2
    assert named.info.categories == ("sport",)
    session.undo()
    session.undo()
    assert named.info.categories == ("politics",)
    assert not list(queries.verdicts(session.project.connection, named.set_id)), "what is undone was not rejected"


def test_a_category_taken_up_again_is_rejected_no_more(session, named):
    for chosen in (("politics",), (), ("politics",)):
        session.execute(documents.set_categories(named.set_id, chosen))
    assert not list(queries.verdicts(session.project.connection, named.set_id))


def test_each_person_decides_about_a_suggested_category_alone(session, named):
    session.execute(documents.set_categories(named.set_id, ("politics", "sport")))
    session.execute(documents.set_categories(named.set_id, ()))
    other = Session(session.project, "budi")
    theirs = other.open_document(4)
    other.execute(documents.mark_done(theirs.set_id))
    assert theirs.info.categories == ("politics", "sport")
    session.execute(documents.mark_done(named.set_id))
    assert named.info.categories == ()


def test_what_another_person_says_is_no_suggestion(session, named):
    other = Session(session.project, "budi")
    other.execute(documents.set_categories(other.open_document(4).set_id, ("sport",)))
    with session.project.transaction("x", actor="x") as tx:
        for key, info in tx.sets_of(4).values():
            if info.kind is Kind.MODEL:
                tx.put_set(key, replace(info, categories=()))
    session.execute(documents.mark_done(named.set_id))
    assert named.info.categories == ()


def test_a_rejected_category_stays_so_under_another_name(session, named):
    session.execute(documents.set_categories(named.set_id, ("politics",)))
    session.execute(documents.set_categories(named.set_id, ()))
    change_scheme(session, renamed(session.project.scheme, Part.CATEGORIES, "politics", "politik"))
    assert [one.signature for one in queries.verdicts(session.project.connection, named.set_id)] == ["politik@document"]
    session.execute(documents.mark_done(named.set_id))
    assert named.info.categories == ("sport",)


def test_a_rejected_category_is_no_rejected_span(session, named):
    session.execute(documents.set_categories(named.set_id, ("politics",)))
    session.execute(documents.set_categories(named.set_id, ()))
    content = queries.annotation_set(session.project.connection, named.set_id)
    assert content is not None
    assert [outcome for *_, outcome in outcomes(content, {})] == [Outcome.WAITING]
