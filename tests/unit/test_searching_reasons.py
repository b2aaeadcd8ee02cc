"""What a bulk action leaves alone, and why: one line each, while the lines around it are done, in one step that can be taken back."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotator.commands import documents, relations, spans
from annotator.commands.searching import Acted, Action, SearchStep, act_on, act_on_all, open_for_all
from annotator.domain.annotations import Kind
from annotator.domain.documents import Status
from annotator.errors import Refused, UndoRefused
from annotator.session.session import Session
from annotator.store import queries, recount, search
from annotator.store.consistency import history_disagreements
from annotator.store.search import Line, RelationQuery, SpanQuery

# "first": Putin 0-5 (s1 GPE), Rusia 14-19 (s2 GPE), Jokowi 21-27 (s3 PERSON), Putin 36-41 (s4 PERSON), Jakarta 45-52; r1 s3 -> s4


def line(session, start, end, **more):
    name, text = queries.document_text(session.project.connection, more.pop("document_id", 1))
    return Line(1, name, start, end, "", text[start:end], "", **more)


def content(session, number=1):
    connection = session.project.connection
    return queries.annotation_set(connection, queries.find_set(connection, number, session.annotator, Kind.PERSON))


def places(session, number=1):
    return sorted((span.start, span.end, span.label, span.reviewed) for span in content(session, number).spans.values())


def span_lines(session, **more):
    return list(search.span_lines(session.project.connection, SpanQuery(person=session.annotator, **more)))


@pytest.mark.parametrize(("start", "end", "reason"), [(44, 52, "white space"), (45, 99, "outside"), (20, 21, "white space")])
def test_a_place_that_may_not_be_labelled_is_left_and_the_others_are_done(session, start, end, reason):
    good, bad = line(session, 45, 52), line(session, start, end)
    acted = act_on_all(session, [bad, good, bad], Action.LABEL, "GPE", chunk=1)
    (told,) = acted.reasons
    assert reason in told
    assert (acted.changed, acted.reasons[told], acted.left) == (1, 2, [(bad, told)] * 2)
    assert (45, 52, "GPE", True) in places(session)
    assert len(places(session)) == 5


def test_the_same_line_twice_is_done_once(session):
    acted = act_on_all(session, [line(session, 45, 52)] * 3, Action.LABEL, "GPE")
    assert (acted.changed, acted.same, acted.left_alone) == (1, 2, 0)
    found = span_lines(session, label="GPE")
    acted = act_on_all(session, [*found, *found], Action.REMOVE, chunk=2)
    assert (acted.changed, acted.left_alone) == (len(found), len(found))
    assert set(acted.reasons) == {"This span is not there any more."}
    session.undo()
    session.undo()
    assert (45, 52, "GPE", True) not in places(session)
    assert recount.differences(session.project.connection) == []


def test_a_relation_that_went_with_its_span_is_named_as_gone(session):
    session.open_document(1)
    links = list(search.relation_lines(session.project.connection, RelationQuery("met_with", person="ani")))
    ends = [found for found in span_lines(session, label="PERSON") if found.document_id == 1]
    acted = act_on_all(session, [*ends, *links], Action.REMOVE)
    assert (acted.changed, dict(acted.reasons)) == (2, {"This relation is not there any more.": 1})
    assert acted.left[0][0] == links[0]
    assert content(session).relations == {}
    session.undo()
    assert set(content(session).relations) == {"r1"}
    assert content(session).verdicts == {}
    assert list(history_disagreements(session.project.connection)) == []


def test_a_relation_is_no_place_for_a_label(session):
    links = list(search.relation_lines(session.project.connection, RelationQuery()))
    acted = act_on_all(session, links, Action.LABEL, "GPE")
    assert dict(acted.reasons) == {"A relation cannot be labelled as a span.": len(links)}
    acted = act_on_all(session, links, Action.RELABEL, "GPE")
    assert (acted.changed, acted.left_alone) == (0, len(links))
    assert session.next_undo() is None


def test_a_place_with_two_spans_takes_a_label_only_where_none_was_decided(session):
    state = session.open_document(1)
    session.execute(spans.add_span(state.set_id, ((0, 5),), "ORG"))
    acted = act_on_all(session, [line(session, 0, 5)], Action.LABEL, "GPE")
    assert dict(acted.reasons) == {"“Putin” is labelled ORG there.": 1}, "the suggestion GPE there was not decided on, ORG was"
    session.execute(spans.accept_span(state.set_id, "s1"))
    acted = act_on_all(session, [line(session, 0, 5)], Action.LABEL, "GPE")
    assert (acted.changed, acted.same, acted.left_alone) == (0, 1, 0)


def test_relabelling_into_a_twin_is_left_with_the_reason(session):
    state = session.open_document(1)
    session.execute(spans.add_span(state.set_id, ((0, 5),), "PERSON"))
    found = [entry for entry in span_lines(session, label="GPE") if entry.document_id == 1]
    acted = act_on_all(session, found, Action.RELABEL, "PERSON")
    assert [(entry.start, reason) for entry, reason in acted.left] == [(0, "“Putin” is labelled PERSON already.")]
    assert acted.changed == 1
    assert (0, 5, "GPE", False) in places(session), "what was left alone is as it was, to be reviewed"


def test_a_document_that_was_done_is_taken_up_where_a_relation_became_illegal(session):
    state = session.open_document(1)
    for key in ("s1", "s2", "s3", "s4"):
        session.execute(spans.accept_span(state.set_id, key))
    session.execute(relations.accept_relation(state.set_id, "r1"))
    session.execute(documents.mark_done(state.set_id))
    found = [entry for entry in span_lines(session, text="jokowi") if entry.document_id == 1]
    assert act_on_all(session, found, Action.RELABEL, "ORG").changed == 1
    assert content(session).info.status is Status.IN_PROGRESS
    session.undo()
    assert content(session).info.status is Status.DONE


def test_another_person_s_item_means_the_same_place_in_one_s_own_set(session):
    budi = Session(session.project, "budi")
    theirs = budi.open_document(1)
    budi.execute(spans.add_span(theirs.set_id, ((45, 52),), "GPE"))
    found = list(search.span_lines(session.project.connection, SpanQuery("GPE", annotator="budi")))
    assert [entry.hit for entry in found] == ["Putin", "Rusia", "Jakarta"]
    session.open_document(1)
    acted = act_on_all(session, found, Action.RELABEL, "ORG")
    assert (acted.changed, [entry.hit for entry, _ in acted.left]) == (2, ["Jakarta"])
    assert queries.annotation_set(session.project.connection, theirs.set_id).spans["s1"].label == "GPE"
    assert [label for *_, label, _ in places(session)] == ["ORG", "ORG", "PERSON", "PERSON"]


def test_undoing_leaves_the_documents_open_that_the_action_opened(session):
    acted = act_on_all(session, [line(session, 45, 52)], Action.LABEL, "GPE")
    assert acted.changed == 1
    session.undo()
    assert content(session).info.status is Status.NEW
    assert len(content(session).spans) == 4
    assert session.redo()
    assert content(session).info.status is Status.IN_PROGRESS


def test_an_action_that_did_nothing_leaves_no_step(session):
    session.open_document(1)
    before = [row[0] for row in session.project.connection.execute("SELECT id FROM steps")]
    assert act_on_all(session, [], Action.LABEL, "GPE").changed == 0
    assert act_on_all(session, [line(session, 45, 52)], Action.REMOVE).left_alone == 1
    assert [row[0] for row in session.project.connection.execute("SELECT id FROM steps")] == before


def test_what_a_later_edit_stands_on_is_kept_and_said(session):
    step = SearchStep(session, Action.LABEL, "GPE")

    def stopped():
        with step:
            step.add([line(session, 45, 52)])
            made = next(key for key, span in content(session).spans.items() if span.start == 45)
            one = queries.find_set(session.project.connection, 1, "ani", Kind.PERSON)
            session.execute(spans.relabel_span(one, made, "ORG"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stopped()
    assert "was kept" in step.kept
    assert (45, 52, "ORG", True) in places(session)
    session.undo()
    session.undo()
    assert (45, 52) not in [entry[:2] for entry in places(session)]


def test_opening_for_all_is_once_for_each_document_and_no_edit(session):
    here = [
        line(session, 0, 5),
        replace(line(session, 0, 5), document_id=3),
        line(session, 36, 41),
        replace(line(session, 0, 5), document_id=99),
    ]
    session.execute(open_for_all(here, "ani"))
    session.execute(open_for_all(here, "ani"))
    rows = session.project.connection.execute(
        "SELECT document_id FROM annotation_sets WHERE annotator = 'ani' ORDER BY 1"
    ).fetchall()
    assert rows == [(1,), (3,)]
    assert session.next_undo() is None


def test_counts_of_chunks_add_up_and_names_are_bounded(monkeypatch):
    monkeypatch.setattr("annotator.commands.searching.MOST_NAMED", 3)
    lines = [Line(number, f"n{number}", 0, 1, "", "", "") for number in range(5)]
    first, second = Acted(changed=1, same=2), Acted(changed=3)
    for entry in lines[:2]:
        first.leave(entry, "a")
    for entry in lines[2:]:
        second.leave(entry, "b")
    first.add(second)
    assert (first.changed, first.same, first.left_alone, dict(first.reasons)) == (4, 2, 5, {"a": 2, "b": 3})
    assert [(entry.document_id, reason) for entry, reason in first.left] == [(0, "a"), (1, "a"), (2, "b")]


def test_a_command_names_itself_for_the_history():
    titles = [(command.text, command.detail) for command in (act_on((), action, "GPE") for action in Action)]
    assert [text.format(detail) for text, detail in titles] == [
        "Label what was found as GPE", "Relabel what was found as GPE", "Remove what was found", "Decide what was found as GPE",
    ]  # fmt: skip


def test_undo_of_an_action_is_refused_while_a_later_edit_stands_on_it(session):
    act_on_all(session, [line(session, 45, 52)], Action.LABEL, "GPE")
    step = session.next_undo().id
    one = queries.find_set(session.project.connection, 1, "ani", Kind.PERSON)
    made = next(key for key, span in content(session).spans.items() if span.start == 45)
    session.execute(relations.add_relation(one, "s3", made, "linked"))
    before = content(session)
    with pytest.raises((UndoRefused, Refused)):
        session.undo_step(step)
    assert content(session) == before
    assert recount.differences(session.project.connection) == []
