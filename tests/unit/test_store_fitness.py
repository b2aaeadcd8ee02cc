"""What is done stays fit to train on when steps are taken back, or brought again, before their turn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotator.commands import documents, relations, spans
from annotator.commands.command import Command
from annotator.commands.schemes import change_scheme
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Status
from annotator.domain.scheme_draft import Draft, renamed
from annotator.domain.scheme_edit import Part
from annotator.errors import UndoRefused
from annotator.session.session import Session
from annotator.store import fitness, journal, recount
from annotator.store.project import open_project

SPANS = {
    "p": Span("p", ((0, 3),), "PERSON"),
    "o": Span("o", ((4, 8),), "ORG"),
    "g": Span("g", ((9, 13),), "GPE"),
}
TURNED = Relation("turned", "leads", "o", "p")
"""Illegal: an organisation leads a person."""

LEGAL = Relation("legal", "leads", "p", "g")


def add_documents(project, make_document, count: int = 1, *, status: Status = Status.IN_PROGRESS, links=(), items=SPANS) -> None:
    found = AnnotationSet(SetInfo(0, "ani", Kind.PERSON, status), items, {link.id: link for link in links})
    with project.transaction("Import {}", "it", actor="x", lane=Lane.JOB) as tx:
        tx.add_documents((make_document("Ani Budi Cici Dedi", f"made {number}"), [found]) for number in range(count))


@pytest.fixture
def begin(empty_project, make_document):
    def made(*links: Relation) -> Session:
        add_documents(empty_project, make_document, links=links)
        session = Session(empty_project, "ani")
        session.open_document(1)
        return session

    return made


def everything(session) -> list[list[tuple]]:
    tables = ("annotation_sets", "spans", "relations", "verdicts", "steps", "changes", "set_labels", "project")
    return [session.project.connection.execute(f"SELECT * FROM {table} ORDER BY 1, 2").fetchall() for table in tables]


def refused(session, step_id: int) -> str:
    """Take a step back, which must be refused and change nothing; returns the reason."""
    before = everything(session)
    with pytest.raises(UndoRefused) as refusal:
        session.undo_step(step_id)
    assert everything(session) == before
    return str(refusal.value)


def step_of(session, command) -> int:
    session.execute(command)
    return session.next_undo().id


def wrong(session) -> list[str]:
    session.read_again()
    return [problem.message for problem in session.document.problems()]


def narrowed(scheme):
    """Make a command that has “linked” allow organisations alone, as an edit of the scheme may although something breaks by it."""
    labels = [replace(label, head=("ORG",), tail=("ORG",)) if label.name == "linked" else label for label in scheme.relations]
    return Command("Change the label scheme", lambda tx: tx.put_scheme(replace(tx.scheme, relations=tuple(labels))))


def with_a_new_label(session, name: str) -> int:
    draft = Draft(session.project.scheme)
    draft.add(Part.SPANS, name)
    change_scheme(session, draft.edit())
    return session.next_undo().id


def test_what_was_wrong_does_not_come_back_into_what_is_done(begin):
    session = begin(TURNED)
    removed = step_of(session, relations.remove_relation(1, "turned"))
    session.execute(documents.mark_done(1))
    assert refused(session, removed) == (
        "This step cannot be taken back while “made 0” is done: it would break a rule. "
        "“leads” links PERSON to ORG or GPE, not ORG to PERSON. Take the document up again first."
    )
    session.execute(documents.reopen(1))
    session.undo_step(removed)
    assert session.document.info.status is Status.IN_PROGRESS
    assert wrong(session) == ["“leads” links PERSON to ORG or GPE, not ORG to PERSON."]
    assert recount.differences(session.project.connection) == []


def test_in_order_the_same_is_never_refused(begin):
    session = begin(TURNED)
    session.execute(relations.remove_relation(1, "turned"))
    session.execute(documents.mark_done(1))
    for _ in range(2):
        while session.undo():
            pass
        assert session.document.relation("turned") == TURNED
        while session.redo():
            pass
        assert session.document.info.status is Status.DONE


def test_what_was_made_right_elsewhere_is_not_made_wrong_again(begin):
    session = begin(TURNED)
    first = step_of(session, spans.relabel_span(1, "o", "PERSON"))
    session.execute(spans.relabel_span(1, "p", "ORG"))
    session.execute(documents.mark_done(1))
    assert "not ORG to ORG" in refused(session, first)


def test_the_same_does_not_come_twice(begin):
    session = begin()
    removed = step_of(session, spans.remove_span(1, "g"))
    session.execute(spans.add_span(1, ((9, 13),), "GPE"))
    session.execute(documents.mark_done(1))
    assert "labelled GPE twice" in refused(session, removed)


def test_what_was_taken_up_again_is_not_done_again_with_what_was_made_wrong_since(begin):
    session = begin(LEGAL)
    session.execute(documents.mark_done(1))
    taken_up = step_of(session, documents.reopen(1))
    session.execute(spans.relabel_span(1, "g", "DATE"))
    assert refused(session, taken_up) == (
        "This step cannot be taken back: “made 0” would be done again and break a rule. "
        "“leads” links PERSON to ORG or GPE, not PERSON to DATE. Mend that first."
    )
    session.execute(relations.remove_relation(1, "legal"))
    session.undo_step(taken_up)
    assert session.document.info.status is Status.DONE
    assert wrong(session) == []


def test_a_cut_token_keeps_nothing_from_being_done(begin):
    session = begin()
    moved = step_of(session, spans.move_span(1, "o", 4, 7))
    session.execute(spans.move_span(1, "g", 9, 12))
    session.execute(documents.mark_done(1))
    session.undo_step(moved)
    assert wrong(session) == ["The span “Cic” cuts a token."]


def test_a_label_that_something_done_has_does_not_go(begin):
    session = begin()
    added = with_a_new_label(session, "LAW")
    labelled = step_of(session, spans.add_span(1, ((14, 18),), "LAW"))
    session.execute(documents.mark_done(1))
    assert "the label scheme would lack “LAW”, which 1 span got since" in refused(session, added)
    session.undo_step(labelled)
    session.undo_step(added)
    assert session.project.scheme.span("LAW") is None
    assert session.document.info.status is Status.DONE


def test_what_is_not_done_may_be_left_with_a_broken_rule(begin):
    """It is shown as a problem, and cannot be marked done."""
    session = begin(TURNED)
    removed = step_of(session, relations.remove_relation(1, "turned"))
    session.execute(documents.toggle_flag(1))
    session.undo_step(removed)
    assert len(wrong(session)) == 1


def test_what_follows_the_scheme_to_its_old_name_breaks_no_rule(begin):
    session = begin()
    change_scheme(session, renamed(session.project.scheme, Part.SPANS, "ORG", "FIRM"))
    called = session.next_undo().id
    session.execute(spans.add_span(1, ((14, 18),), "FIRM"))
    session.execute(documents.mark_done(1))
    session.undo_step(called)
    assert wrong(session) == []
    assert session.document.info.status is Status.DONE


def test_what_an_import_brought_as_done_since_counts(begin, make_document, scheme):
    session = begin()
    session.execute(narrowed(scheme))
    widened = step_of(session, Command("Widen", lambda tx: tx.put_scheme(scheme)))
    add_documents(session.project, make_document, 3, status=Status.DONE, links=[Relation("free", "linked", "p", "g")])
    reason = refused(session, widened)
    assert "“made 0” is done" in reason
    assert "“linked” links ORG and ORG, not PERSON and GPE." in reason


def test_a_set_that_no_other_step_changed_goes_back_to_what_it_was(begin, scheme):
    """Narrowing the scheme may leave what is done with a broken rule; widening it again can then be taken back."""
    session = begin(Relation("free", "linked", "p", "g"))
    session.execute(documents.mark_done(1))
    session.execute(narrowed(scheme))
    widened = step_of(session, Command("Widen", lambda tx: tx.put_scheme(scheme)))
    session.execute(Command("Elsewhere", lambda tx: tx.add_set(SetInfo(1, "budi", Kind.PERSON))))
    assert wrong(session) == []
    session.undo_step(widened)
    assert wrong(session) == ["“linked” links ORG and ORG, not PERSON and GPE."]
    assert session.document.info.status is Status.DONE


def test_what_was_wrong_all_along_keeps_no_step(begin, scheme):
    session = begin(Relation("free", "linked", "p", "g"), LEGAL)
    session.execute(documents.mark_done(1))
    session.execute(narrowed(scheme))
    removed = step_of(session, relations.remove_relation(1, "legal"))
    session.execute(spans.describe_span(1, "o", note="later"))
    broken = wrong(session)
    assert broken
    session.undo_step(removed)
    assert wrong(session) == broken
    assert session.document.relation("legal") == LEGAL


def test_nothing_is_brought_again_that_the_scheme_does_not_allow_any_more(begin, scheme):
    session = begin()
    session.execute(documents.mark_done(1))
    session.execute(relations.add_relation(1, "p", "g", "linked"))
    session.undo()
    step = session.next_redo()
    Session(session.project, "budi").execute(narrowed(scheme))
    before = everything(session)
    with pytest.raises(UndoRefused) as refusal:
        session.redo()
    assert str(refusal.value) == (
        "This step cannot be brought again: “made 0” would be done and break a rule. "
        "“linked” links ORG and ORG, not PERSON and GPE. It stays taken back."
    )
    assert everything(session) == before
    assert session.next_redo() == step


def test_an_interrupted_step_stays_where_something_done_needs_it(begin, scheme):
    """The next opening says that it was kept, and opens the project all the same."""
    session = begin()
    project = session.project
    step = project.begin_step("Import {}", "half", actor="x")
    with project.transaction("Import {}", "half", actor="x", lane=Lane.JOB, step_id=step) as tx:
        tx.put_scheme(scheme.with_labels(["LAW"]))
    session.execute(spans.add_span(1, ((14, 18),), "LAW"))
    session.execute(documents.mark_done(1))
    session.close()
    again = open_project(project.path)
    assert again.taken_back == []
    assert again.notices == [
        "“Import half” was interrupted before its end. What it brought was worked on since, so it was kept as it is."
    ]
    assert again.scheme.span("LAW") is not None
    assert journal.unfinished(again.connection) == []
    again.close()


def test_of_a_big_step_only_what_is_done_and_was_changed_since_is_looked_at(empty_project, make_document, monkeypatch):
    add_documents(empty_project, make_document, 30, links=[LEGAL])
    session = Session(empty_project, "ani")

    def remove(tx) -> None:
        for number in range(1, 31):
            tx.remove(number, LEGAL)
            tx.put(number, Span("new", ((14, 18),), "DATE"))

    def describe(tx) -> None:
        for number in range(1, 31):
            tx.put(number, replace(SPANS["p"], note="n"))

    removed, described = step_of(session, Command("Remove", remove)), step_of(session, Command("Describe", describe))
    for number in (3, 5, 7):
        session.execute(documents.mark_done(number))
    session.execute(documents.skip(9))
    session.execute(spans.relabel_span(5, "g", "DATE"))
    looked_at: list[int] = []
    look = fitness._first_broken
    monkeypatch.setattr(
        fitness, "_first_broken", lambda one, place, *rest, **more: looked_at.append(place[0]) or look(one, place, *rest, **more)
    )
    assert "“made 4” is done" in refused(session, removed)
    assert looked_at == [3, 5]
    session.undo()
    session.undo_step(removed)
    assert looked_at == [3, 5, 3, 5, 7]
    looked_at.clear()
    session.undo_step(described)  # it only takes notes away
    assert looked_at == []


def test_the_steps_that_do_not_stand_as_they_stood(begin):
    session = begin()
    connection = session.project.connection
    steps = [step_of(session, spans.describe_span(1, key, note="n")) for key in SPANS]

    def turned() -> list[list[int]]:
        return [journal.turned_since(connection, step, journal.last_turn(connection, step)) for step in steps]

    assert turned() == [steps[1:], steps[2:], []]
    session.undo()
    session.redo()
    assert turned() == [steps[1:], steps[2:], []]  # taken back and brought again
    session.undo_step(steps[0])
    assert turned() == [[], [steps[2], steps[0]], [steps[0]]]
    session.redo()
    assert turned() == [[], steps[2:], []]
