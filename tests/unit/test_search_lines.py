"""The lines of a search: finding them by mode, ticking, and keeping them in step with edits."""

from __future__ import annotations

from itertools import chain

import pytest

from annotator.commands import documents, matching, relations, spans
from annotator.commands.inbox import Entry
from annotator.commands.same_text import Origin
from annotator.domain.changes import ChangeSet, Lane
from annotator.domain.context import Doubt, Why
from annotator.domain.progress import Progress
from annotator.errors import Refused
from annotator.jobs.workers import WorkerProcess
from annotator.store.search import Line
from annotator.ui.models import search_lines
from annotator.ui.models.search_lines import Concordance, Mode, Wanted, brought_up_to_date, line_pages, runs_leftward


@pytest.fixture(scope="module")
def worker():
    process = WorkerProcess()
    yield process
    process.close()


def found(session, wanted, worker):
    connection = session.project.connection
    pages = line_pages(connection, wanted, session.annotator, Progress(), worker=worker, given_up=[])
    return list(chain.from_iterable(pages))


def compared(session, wanted, worker):
    connection, doubts = session.project.connection, {}
    pages = line_pages(connection, wanted, session.annotator, Progress(), worker=worker, given_up=[], doubts=doubts)
    return list(chain.from_iterable(pages)), doubts


def places(lines):
    return [(line.document_id, line.start, line.hit, line.label) for line in lines]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Wanted(text="putin"), [(1, 0, "Putin", "GPE"), (1, 36, "Putin", "PERSON")]),
        (Wanted(Mode.REGEX, "p[ui]t\\w+|bud."), [(1, 0, "Putin", "GPE"), (1, 36, "Putin", "PERSON"), (2, 2, "Budi", "PERSON")]),
        (Wanted(Mode.REGEX, "p[ui]t\\w+|bud.", match_case=True), []),
        (Wanted(Mode.SPANS, label="PERSON"), [(1, 21, "Jokowi", "PERSON"), (1, 36, "Putin", "PERSON"), (2, 2, "Budi", "PERSON")]),
        (Wanted(Mode.SPANS, "put", label="PERSON", how="prefix"), [(1, 36, "Putin", "PERSON")]),
        (Wanted(Mode.SPANS, "put", how="regex"), []),
        (Wanted(Mode.SPANS, "(?i)pu.*|BUDI", label="PERSON", how="regex"), [(1, 36, "Putin", "PERSON"), (2, 2, "Budi", "PERSON")]),
        (Wanted(Mode.SPANS, "(?x) put in  # the president", how="regex"), []),
        (Wanted(Mode.SPANS, "(?x)(?i) put in  # him", label="PERSON", how="regex"), [(1, 36, "Putin", "PERSON")]),
        (Wanted(Mode.SPANS, "Jok|Jokowi", label="PERSON", how="regex"), [(1, 21, "Jokowi", "PERSON")]),
        (Wanted(Mode.RELATIONS), [(1, 21, "Jokowi → Putin", "met_with"), (2, 2, "Budi → BRI", "leads")]),
        (Wanted(Mode.RELATIONS, head="PERSON", tail="ORG"), [(2, 2, "Budi → BRI", "leads")]),
        (Wanted(Mode.RELATIONS, label="met_with"), [(1, 21, "Jokowi → Putin", "met_with")]),
    ],
)
def test_each_mode_finds_its_places(session, worker, wanted, expected):
    assert wanted.asks
    assert places(found(session, wanted, worker)) == expected


@pytest.mark.parametrize("mode", [Mode.REGEX, Mode.SPANS])
def test_a_broken_expression_is_a_sentence(session, worker, mode):
    with pytest.raises(Refused, match="regular expression"):
        found(session, Wanted(mode, "(", how="regex"), worker)


def test_an_expression_that_loses_itself_in_a_span_is_given_up(empty_project, make_document, model_set, worker, monkeypatch):
    monkeypatch.setattr(matching, "PATIENCE", 0.7)
    monkeypatch.setattr(matching, "_SPAN_BATCH", 1)
    with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents(
            [
                (make_document("a" * 50 + "!", "bad"), [model_set([("s1", 0, 50, "ORG")])]),
                (make_document("aab", "good"), [model_set([("s1", 0, 3, "ORG")])]),
            ]
        )
    given_up = []
    wanted = Wanted(Mode.SPANS, "(a+)+b", how="regex")
    pages = line_pages(empty_project.connection, wanted, "ani", Progress(), worker=worker, given_up=given_up)
    assert [line.document for line in chain.from_iterable(pages)] == ["good"]
    assert given_up == ["bad"]


def test_words_and_expressions_must_ask_for_something():
    assert not Wanted(text="  ").asks
    assert not Wanted(Mode.REGEX).asks
    assert Wanted(Mode.SPANS).asks


def line_of(left, hit, right):
    return Line(1, "d", len(left), len(left) + len(hit), left, hit, right)


def test_a_line_runs_the_way_most_of_its_letters_do():
    assert runs_leftward(line_of("التقى ", "Jakarta", " في بين"))
    assert not runs_leftward(line_of("Presiden ", "بين", " bertemu"))
    assert not runs_leftward(line_of("12 ", "😊", "!"))


def test_a_line_follows_the_persons_own_set(session, worker):
    connection = session.project.connection
    wrong, right = found(session, Wanted(text="putin"), worker)
    assert wrong.annotator == "model"
    assert brought_up_to_date(connection, wrong, "ani") == wrong, "nobody opened the document"
    state = session.open_document(1)
    mine = brought_up_to_date(connection, wrong, "ani")
    assert (mine.set_id, mine.annotator, mine.span_id, mine.label) == (state.set_id, "ani", "s1", "GPE")
    session.execute(spans.relabel_span(state.set_id, "s1", "PERSON"))
    session.execute(spans.remove_span(state.set_id, "s4"))
    assert brought_up_to_date(connection, mine, "ani").label == "PERSON"
    assert brought_up_to_date(connection, wrong, "ani").label == "PERSON", "also from the model's line"
    gone = brought_up_to_date(connection, right, "ani")
    assert (gone.span_id, gone.label) == ("", "")
    session.undo()
    assert brought_up_to_date(connection, gone, "ani").label == "PERSON"


def test_a_relation_follows_its_copy(session, worker):
    connection = session.project.connection
    (line,) = found(session, Wanted(Mode.RELATIONS, label="leads"), worker)
    state = session.open_document(2)
    mine = brought_up_to_date(connection, line, "ani")
    assert (mine.set_id, mine.relation_id, mine.label) == (state.set_id, "r1", "leads")
    session.execute(relations.remove_relation(state.set_id, "r1"))
    gone = brought_up_to_date(connection, mine, "ani")
    assert (gone.relation_id, gone.label) == ("r1", ""), "a relation that is gone is no place to label"


def test_lines_are_read_again_only_after_something_changed(session, worker, monkeypatch):
    connection = session.project.connection
    session.open_document(1)
    lines = Concordance("ani")
    lines.extend(found(session, Wanted(text="putin OR budi"), worker))
    asked = []

    def counting(connection, line, person):
        asked.append(line.document_id)
        return brought_up_to_date(connection, line, person)

    monkeypatch.setattr(search_lines, "brought_up_to_date", counting)
    heard = []
    session.changed.connect(heard.append)
    assert [lines.line(row, connection).label for row in range(3)] == ["GPE", "PERSON", "PERSON"]
    session.execute(spans.relabel_span(session.document.set_id, "s1", "ORG"))
    assert asked == []
    assert lines.note(heard[-1], 1)
    for _ in range(2):
        assert [lines.line(row, connection).label for row in range(3)] == ["ORG", "PERSON", "PERSON"]
    assert asked == [1, 1], "each line once, and only those of the document"
    assert lines.note(heard[-1], None)
    assert [lines.line(row, connection).label for row in range(3)] == ["ORG", "PERSON", "PERSON"]
    assert asked == [1, 1, 1, 1, 2]
    assert not lines.note(ChangeSet(1, "", "", "ani", Lane.EDIT), 1)


def test_documents_are_counted_and_long_hits_cut():
    lines = Concordance()
    lines.extend([line_of("", "x" * 10_000, ""), line_of("", "y", "")])
    lines.extend([line_of("", "z", "")])
    assert (len(lines), lines.documents) == (3, 1)
    assert len(lines.lines[0].hit) < 1000
    assert lines.lines[0].end == 10_000, "the place stays whole"
    lines.ticked = {2, 0}
    assert list(lines.in_order()) == [0, 2]


def test_the_same_text_is_compared_only_where_it_is_to_get_a_label(session, worker):
    plain, doubts = compared(session, Wanted(Mode.SAME, "Putin"), worker)
    assert places(plain) == [(1, 0, "Putin", "GPE"), (1, 36, "Putin", "PERSON")]
    assert doubts == {}
    lines, doubts = compared(session, Wanted(Mode.SAME, "Putin", label="PERSON", origin=Origin(1, 36, 41)), worker)
    assert lines == plain
    assert doubts == {0: Doubt(Why.LABELLED, label="GPE")}


def test_an_entry_of_the_inbox_lists_what_disagrees_or_all(session, worker):
    session.execute(documents.mark_done(session.open_document(1).set_id))
    entry = Entry("Putin", "Putin", {"PERSON": 2, "GPE": 1})
    lines, doubts = compared(session, Wanted(Mode.SAME, "Putin", entry=entry), worker)
    assert places(lines) == [(1, 0, "Putin", "GPE")]
    lines, doubts = compared(session, Wanted(Mode.SAME, "Putin", entry=entry, all_places=True), worker)
    assert places(lines) == [(1, 0, "Putin", "GPE"), (1, 36, "Putin", "PERSON")]
    assert doubts == {}
