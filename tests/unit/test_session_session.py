"""The session announces what was committed, once; the open document in memory is what the file says."""

from __future__ import annotations

import random

import pytest

from annotator.commands import documents, relations, spans
from annotator.commands.command import Command
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Document
from annotator.domain.labels import LabelScheme
from annotator.errors import AnnotatorError, ProjectError, Refused
from annotator.session.document import DocumentState
from annotator.session.events import Event
from annotator.session.session import Session
from annotator.store import queries
from annotator.store.project import open_project


def test_one_announcement_after_the_commit(session):
    state = session.open_document(1)
    heard = []

    def listen(changes):
        assert not session.project.connection.in_transaction
        assert (state.relation("r1") is None) is (not heard)  # the open document is up to date already
        heard.append(changes)

    session.changed.connect(listen)
    session.execute(spans.remove_span(state.set_id, "s3"))
    (changes,) = heard
    assert (changes.title, changes.actor, changes.lane, changes.undoes) == ("Remove the span", "ani", Lane.EDIT, 0)
    session.undo()
    assert heard[1].undoes == heard[0].step_id == heard[1].step_id


def test_nothing_is_announced_when_nothing_was_written(session):
    state = session.open_document(1)
    heard = []
    session.changed.connect(heard.append)
    with pytest.raises(Refused):
        session.execute(spans.accept_span(state.set_id, "none"))
    session.execute(spans.relabel_span(state.set_id, "s1", "GPE"))
    session.undo()
    assert session.undo() is None
    assert len(heard) == 2


def test_a_listener_that_fails_spoils_nothing(session):
    state = session.open_document(1)
    failures, heard = [], []
    session.changed.on_failure = failures.append

    def fail(changes):
        raise ZeroDivisionError

    session.changed.connect(fail)
    session.changed.connect(heard.append)
    session.execute(spans.accept_span(state.set_id, "s2"))
    assert [type(failure) for failure in failures] == [ZeroDivisionError]
    assert len(heard) == 1
    session.changed.disconnect(fail)
    session.changed.disconnect(fail)
    session.undo()
    assert len(failures) == 1


@pytest.mark.expected_log("annotator.session.events")
def test_a_failure_nobody_handles_is_logged():
    event: Event[int] = Event()
    heard = []

    def fail(value):
        raise ZeroDivisionError

    event.connect(fail)
    event.connect(heard.append)
    event.emit(5)
    assert heard == [5]


def test_a_listener_may_leave_or_edit_while_it_hears(session):
    state = session.open_document(1)
    heard = []

    def once(changes):
        session.changed.disconnect(once)
        session.execute(spans.accept_span(state.set_id, "s3"))
        heard.append(changes.title)

    session.changed.connect(once)
    session.execute(spans.accept_span(state.set_id, "s2"))
    assert heard == ["Accept the suggestion"]
    assert state.span("s2").reviewed
    assert state.span("s3").reviewed


@pytest.mark.expected_log("annotator.session.session")
def test_a_document_out_of_step_is_read_again(session):
    state = session.open_document(1)
    state.apply = lambda _changes: 1 / 0
    opened, heard = [], []
    session.opened.connect(opened.append)
    session.changed.connect(heard.append)
    session.execute(spans.accept_span(state.set_id, "s2"))
    assert opened == [session.document]
    assert session.document is not state
    assert session.document.span("s2").reviewed
    assert len(heard) == 1


def test_a_document_that_is_gone(session):
    with pytest.raises(ProjectError, match="not in the project"):
        session.open_document(99)
    assert session.document is None


def test_opening_and_closing_a_document_is_announced(session):
    heard = []
    session.opened.connect(heard.append)
    state = session.open_document(1)
    session.close_document()
    assert heard == [state, None]
    assert session.document is None


def test_a_change_in_another_document_is_announced_but_leaves_the_open_one(session):
    first = session.open_document(1)
    session.execute(spans.accept_span(first.set_id, "s2"))
    second = session.open_document(2)
    before = second.spans()
    changes = session.undo()
    assert session.document_of(changes) == 1
    assert second.spans() == before
    assert second.touched(changes) == []
    changes = session.execute(spans.accept_span(second.set_id, "s1")) and session.undo()
    assert session.document_of(changes) == 2


def test_a_read_only_project_shows_ones_own_set_else_the_gold_else_any(session, project):
    mine = session.open_document(1)
    session.execute(spans.relabel_span(mine.set_id, "s1", "PERSON"))
    session.execute(documents.mark_done(mine.set_id))
    budi = Session(project, "budi")
    budi.execute(documents.skip(budi.open_document(1).set_id))
    project.close()
    reader = open_project(project.path, read_only=True)
    shown = {name: Session(reader, name).open_document(1) for name in ("ani", "budi", "cici")}
    assert {name: state.info.annotator for name, state in shown.items()} == {"ani": "ani", "budi": "budi", "cici": "ani"}
    assert Session(reader, "cici").open_document(2).info.kind is Kind.MODEL
    empty = Session(reader, "cici").open_document(3)
    assert (empty.set_id, empty.spans(), empty.read_only) == (0, [], True)
    with pytest.raises(AnnotatorError, match="reading only"):
        Session(reader, "ani").execute(spans.accept_span(mine.set_id, "s2"))
    with pytest.raises(AnnotatorError, match="reading only"):
        Session(reader, "ani").undo()
    reader.close()


# The document in memory


def random_state(seed: int) -> tuple[DocumentState, AnnotationSet]:
    chance = random.Random(seed)
    text = "kata " * 1000
    spans_ = {}
    for number in range(300):
        start = chance.randrange(len(text) - 2)
        end = min(len(text), start + chance.choice([1, 4, 9, 600, 3000]))
        fragments = ((start, end),)
        if end - start > 8:
            fragments = ((start, start + 2), (start + 4, end))
        spans_[f"s{number}"] = Span(f"s{number}", fragments, chance.choice("ABC"), reviewed=chance.random() < 0.5)
    keys = list(spans_)
    links = {
        f"r{number}": Relation(f"r{number}", chance.choice("XY"), chance.choice(keys), chance.choice(keys)) for number in range(100)
    }
    content = AnnotationSet(SetInfo(1, "ani", Kind.PERSON), spans_, links, id=1)
    return DocumentState(Document("a", text), content, LabelScheme()), content


@pytest.mark.parametrize("seed", range(3))
def test_the_index_finds_what_a_scan_finds(seed):
    state, content = random_state(seed)
    chance = random.Random(seed)
    ordered = content.in_text_order()
    assert state.spans() == ordered
    assert state.relations() == content.relations_in_order()
    for _ in range(200):
        start = chance.randrange(len(state.text))
        end = start + chance.choice([1, 80, 511, 512, 513, 4000])
        expected = [span for span in ordered if span.start < end and span.end > start]
        assert state.spans_in(start, end) == expected
        touching = {span.id for span in expected}
        links = {found.id for found in content.relations.values() if found.head in touching or found.tail in touching}
        assert {found.id for found in state.relations_in(start, end)} == links


def test_outgoing_relations_come_first(session):
    state = session.open_document(1)
    session.execute(relations.add_relation(state.set_id, "s2", "s3", "linked"))
    session.execute(relations.add_relation(state.set_id, "s3", "s1", "linked"))
    assert [(found.head, found.tail) for found in state.relations_of("s3")] == [("s3", "s1"), ("s3", "s4"), ("s2", "s3")]


def test_touched_names_the_places_that_look_different(session):
    state = session.open_document(1)
    heard = []
    session.changed.connect(lambda changes: heard.append(state.touched(changes)))
    session.execute(spans.move_span(state.set_id, "s1", 0, 10))
    assert set(heard[-1]) == {(0, 5), (0, 10)}
    session.execute(relations.remove_relation(state.set_id, "r1"))
    assert set(heard[-1]) == {(21, 27), (36, 41)}
    session.execute(documents.toggle_flag(state.set_id))
    assert heard[-1] == []
    bigger = state.scheme.with_labels(["LAW"])
    session.execute(Command("Change the {}", lambda tx: tx.put_scheme(bigger), "labels"))
    assert heard[-1] == [(0, len(state.text))]
    assert state.scheme == bigger


def test_the_text_is_shown_code_point_for_code_point(session):
    state = session.open_document(2)
    assert len(state.display) == len(state.text)
    assert state.offsets.to_qt(2) == 3
    assert state.tokens.aligned(2, 6)
    assert queries.document(session.project.connection, 2) == state.document


def test_a_span_stored_far_beyond_the_text_stands_nowhere_and_costs_nothing(make_document):
    from annotator.domain.annotations import AnnotationSet, Kind, SetInfo, Span
    from annotator.domain.labels import LabelScheme
    from annotator.session.document import DocumentState

    spans = {
        "far": Span("far", ((3, 10**12),), "ORG"),
        "back": Span("back", ((5, 2),), "ORG"),
        "fine": Span("fine", ((0, 3),), "ORG"),
    }
    state = DocumentState(make_document("Ani Budi"), AnnotationSet(SetInfo(1, "ani", Kind.PERSON), spans), LabelScheme())
    assert [span.id for span in state.spans_in(0, 8)] == ["fine"]
    assert [span.id for span in state.spans_in(3, 5)] == []
    assert {span.id for span in state.spans()} == {"far", "back", "fine"}, "they are listed, so that they can be removed"


def test_reading_again_shows_what_another_program_did_meanwhile(session):
    state = session.open_document(1)
    other = state.set_id
    session.project.connection.execute("UPDATE spans SET label = 'ORG' WHERE set_id = ? AND id = 's2'", (other,))
    assert state.span("s2").label == "GPE"
    opened = []
    session.opened.connect(opened.append)
    session.read_again()
    assert session.document.span("s2").label == "ORG"
    assert opened == [session.document]


def test_reading_again_a_document_that_is_gone_leaves_none_open(session):
    session.read_again()  # nothing is open
    session.open_document(3)
    set_id = session.document.set_id
    session.project.connection.execute("DELETE FROM annotation_sets WHERE id = ?", (set_id,))
    session.project.connection.execute("DELETE FROM documents WHERE id = 3")
    session.project._documents.clear()
    opened = []
    session.opened.connect(opened.append)
    session.read_again()
    assert session.document is None
    assert opened == [None]
