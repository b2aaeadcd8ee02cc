"""Regular expressions in a process of their own, and bulk actions on what a search found: one step, and nothing passed over in silence."""

from __future__ import annotations

import pytest

from annotator.commands import matching, searching, spans
from annotator.commands.matching import regex_lines
from annotator.commands.searching import Action, SearchStep, act_on_all
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Document, Status
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.text import Tokens
from annotator.errors import Refused
from annotator.jobs.workers import WorkerProcess
from annotator.session.session import Session
from annotator.store import journal, queries, recount, search
from annotator.store.project import open_project
from annotator.store.search import RelationQuery, SpanQuery

TEXT = "Luhut bertemu Budi di Bali; Luhut pergi."
TOKENS = Tokens([(0, 5), (6, 13), (14, 18), (19, 21), (22, 26), (26, 27), (28, 33), (34, 39), (39, 40)])


@pytest.fixture
def session(empty_project):
    def model(number):
        found = {"s1": Span("s1", ((0, 5),), "PERSON", reviewed=False), "s2": Span("s2", ((14, 18),), "PERSON", reviewed=False)}
        links = {"r1": Relation("r1", "met_with", "s1", "s2", reviewed=False)}
        return [AnnotationSet(SetInfo(0, "model/1", Kind.MODEL), found, links)] if number else []

    with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents((Document(f"n{number}", TEXT, {}, TOKENS, (0,)), model(number)) for number in range(4))
    return Session(empty_project, "ani")


def contents(session):
    connection = session.project.connection
    ids = [row[0] for row in connection.execute("SELECT id FROM annotation_sets WHERE kind = 'person' ORDER BY id")]
    return [queries.annotation_set(connection, key) for key in ids]


def lines_of(session, query):
    return list(search.text_lines(session.project.connection, query, person="ani"))


def labels(session):
    return [sorted((span.start, span.label, span.reviewed) for span in one.spans.values()) for one in contents(session)]


def test_label_all_that_was_found_is_one_step(session):
    acted = act_on_all(session, lines_of(session, "luhut"), Action.LABEL, "PERSON", chunk=3)
    assert (acted.changed, acted.same, acted.left_alone) == (8, 0, 0)
    assert labels(session) == [
        [(0, "PERSON", True), (28, "PERSON", True)],
        *[[(0, "PERSON", True), (14, "PERSON", False), (28, "PERSON", True)]] * 3,
    ]
    assert {one.info.status for one in contents(session)} == {Status.IN_PROGRESS}
    after = contents(session)
    assert session.next_undo().title == "Label what was found as PERSON"
    assert session.undo()
    assert session.next_undo() is None
    assert labels(session) == [[], *[[(0, "PERSON", False), (14, "PERSON", False)]] * 3]
    assert {one.info.status for one in contents(session)} == {Status.NEW}
    assert session.redo()
    assert contents(session) == after
    assert recount.differences(session.project.connection) == []


def test_a_place_with_another_label_is_left_alone_and_named(session):
    state = session.open_document(2)
    session.execute(spans.relabel_span(state.set_id, "s1", "ORG"))
    acted = act_on_all(session, lines_of(session, "luhut"), Action.LABEL, "PERSON")
    assert (acted.changed, acted.same) == (7, 0)
    assert [(line.document_id, line.start, reason) for line, reason in acted.left] == [(2, 0, "“Luhut” is labelled ORG there.")]
    assert dict(acted.reasons) == {"“Luhut” is labelled ORG there.": 1}
    again = act_on_all(session, lines_of(session, "luhut"), Action.LABEL, "PERSON")
    assert (again.changed, again.same, again.left_alone) == (0, 7, 1)
    assert session.next_undo().title == "Label what was found as PERSON"
    session.undo()
    assert session.next_undo().title == "Relabel as ORG"


def test_a_suggestion_with_another_label_is_relabelled_and_remembered_as_rejected(session):
    acted = act_on_all(session, lines_of(session, "budi"), Action.LABEL, "ORG")
    assert acted.changed == 4
    assert [set(one.verdicts) for one in contents(session)] == [set(), *[{"PERSON@14-18"}] * 3]


def test_an_unknown_label_is_refused_for_every_line(session):
    acted = act_on_all(session, lines_of(session, "bali"), Action.LABEL, "nothing")
    assert (acted.changed, acted.left_alone) == (0, 4)
    assert "not in the label scheme" in acted.left[0][1]
    assert session.next_undo() is None
    assert {one.info.status for one in contents(session)} == {Status.NEW}


def test_relabel_means_the_copy_in_the_persons_own_set(session):
    connection = session.project.connection
    lines = list(search.span_lines(connection, SpanQuery("PERSON", "luhut", person="ani")))
    assert {line.annotator for line in lines} == {"model/1"}
    acted = act_on_all(session, lines, Action.RELABEL, "ORG")
    assert acted.changed == 3
    assert [label for one in labels(session) for _, label, _ in one] == ["ORG", "PERSON"] * 3
    assert queries.annotation_set(connection, lines[0].set_id).spans["s1"].label == "PERSON", "the model's own set stays"
    assert list(search.span_lines(connection, SpanQuery("PERSON", "luhut", person="ani"))) == []
    acted = act_on_all(session, lines, Action.RELABEL, "ORG")
    assert (acted.changed, acted.left_alone) == (0, 3)


def test_a_line_without_a_span_cannot_be_relabelled(session):
    acted = act_on_all(session, lines_of(session, "bali"), Action.RELABEL, "ORG")
    assert (acted.changed, acted.left_alone) == (0, 4)
    assert set(acted.reasons) == {"“Bali” has no span there."}


def test_a_decision_labels_what_has_no_span_and_relabels_what_has_one(session):
    state = session.open_document(1)
    session.execute(spans.add_span(state.set_id, ((0, 5),), "ORG"))
    lines = lines_of(session, "luhut")
    assert [line.label for line in lines][:3] == ["ORG", "", "PERSON"]
    acted = act_on_all(session, lines, Action.DECIDE, "GPE")
    assert (acted.changed, acted.same, acted.left_alone) == (8, 0, 0)
    assert [(start, label) for one in labels(session) for start, label, reviewed in one if reviewed] == [
        (0, "GPE"),
        (28, "GPE"),
    ] * 4
    assert session.next_undo().title == "Decide what was found as GPE"
    again = act_on_all(session, lines_of(session, "luhut"), Action.DECIDE, "GPE")
    assert (again.changed, again.same) == (0, 8)
    session.undo()
    assert [found for found in labels(session)[0] if found[2]] == [(0, "ORG", True)]


def test_a_decision_with_an_unknown_label_is_refused_for_both(session):
    acted = act_on_all(session, lines_of(session, "luhut"), Action.DECIDE, "nothing")
    assert (acted.changed, acted.left_alone) == (0, 8)


@pytest.mark.parametrize("opened", [False, True])
def test_remove_spans_and_relations(session, opened):
    connection = session.project.connection
    if opened:
        for number in (2, 3, 4):
            session.open_document(number)
    links = list(search.relation_lines(connection, RelationQuery("met_with", person="ani")))
    assert act_on_all(session, links, Action.REMOVE).changed == 3
    assert [len(one.relations) for one in contents(session)] == [0] * 3
    assert all("met_with@0-5>14-18" in one.verdicts for one in contents(session))
    found = list(search.span_lines(connection, SpanQuery("PERSON", person="ani")))
    assert act_on_all(session, found, Action.REMOVE).changed == 6
    assert labels(session) == [[]] * 3
    session.undo()
    session.undo()
    assert [len(one.relations) for one in contents(session)] == [1] * 3
    assert recount.differences(connection) == []


def test_a_document_that_is_gone_is_named(session):
    lines = lines_of(session, "bali")
    session.undo_step(1)
    acted = act_on_all(session, lines, Action.LABEL, "GPE")
    assert set(acted.reasons) == {"The document is not in the project any more."}
    assert acted.left_alone == 4


def test_so_many_are_named_and_the_rest_counted(session, monkeypatch):
    monkeypatch.setattr(searching, "MOST_NAMED", 2)
    acted = act_on_all(session, lines_of(session, "bali"), Action.RELABEL, "ORG", chunk=1)
    assert (len(acted.left), acted.left_alone) == (2, 4)


def test_a_cancelled_action_leaves_nothing(session):
    lines = lines_of(session, "luhut")
    before = labels(session)
    progress = Progress(listener=lambda found: found.cancel() if found.done >= 4 else None)
    with pytest.raises(Cancelled):
        act_on_all(session, lines, Action.LABEL, "PERSON", chunk=2, progress=progress)
    assert [one for one in labels(session) if any(reviewed for _, _, reviewed in one)] == before == []
    assert session.next_undo() is None
    assert session.next_redo() is None
    assert recount.differences(session.project.connection) == []


def test_a_killed_action_is_taken_back_at_the_next_opening(session):
    lines = lines_of(session, "luhut")
    step = SearchStep(session, Action.LABEL, "PERSON")
    step.__enter__()
    step.add(lines[:4])
    path = session.project.path
    session.project.connection.close()
    session.project._lock.release()
    again = open_project(path)
    assert again.notices == []
    assert journal.unfinished(again.connection) == []
    assert not again.connection.execute("SELECT 1 FROM spans WHERE reviewed = 1").fetchone()
    assert recount.differences(again.connection) == []
    again.close()


# Regular expressions


@pytest.fixture(scope="module")
def worker():
    process = WorkerProcess()
    yield process
    process.close()


def test_a_regular_expression_over_texts(session, worker):
    connection = session.project.connection
    found = list(regex_lines(connection, r"\b[lb]u\w+", queries.document_ids(connection), worker))
    assert [(line.document_id, line.hit) for line in found] == [
        (number, hit) for number in (1, 2, 3, 4) for hit in ("Luhut", "Budi", "Luhut")
    ]
    assert [line.label for line in found][:6] == ["", "", "", "PERSON", "PERSON", ""]
    assert list(regex_lines(connection, r"\b[lb]u\w+", [1], worker, ignore_case=False)) == []
    assert list(regex_lines(connection, "x*", [1, 99], worker)) == []


def test_an_expression_that_loses_itself_is_given_up_for_that_document_alone(session, worker, monkeypatch):
    monkeypatch.setattr(matching, "PATIENCE", 0.7)
    with session.project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents([(Document("bad", "a" * 60 + "!"), []), (Document("good", "aab"), [])])
    given_up: list[str] = []
    found = list(regex_lines(session.project.connection, "(a+)+b", [5, 6, 1], worker, given_up=given_up))
    assert [(line.document, line.hit) for line in found] == [("good", "aab")]
    assert given_up == ["bad"]


@pytest.mark.parametrize("pattern", ["(", "[", "a{2,1}", "(?P<a>x)(?P<a>y)"])
def test_a_broken_expression_is_refused_in_a_sentence(session, worker, pattern):
    with pytest.raises(Refused, match="no regular expression"):
        list(regex_lines(session.project.connection, pattern, [1], worker))
