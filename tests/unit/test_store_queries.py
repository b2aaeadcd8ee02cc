"""What the window and the formats read."""

from __future__ import annotations

import threading

import pytest

from annotator.commands import documents, spans
from annotator.domain.annotations import Kind
from annotator.domain.documents import Status
from annotator.session.session import Session
from annotator.store import queries


@pytest.fixture
def worked(session):
    """The first document done, the second skipped and flagged, the third never opened, by "ani"."""
    first = session.open_document(1)
    session.execute(spans.relabel_span(first.set_id, "s1", "PERSON"))
    session.execute(documents.mark_done(first.set_id))
    second = session.open_document(2)
    session.execute(documents.skip(second.set_id))
    session.execute(documents.toggle_flag(second.set_id))
    return session.project.connection


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([], [1, 2, 3]),
        ([Status.DONE], [1]),
        ([Status.NEW], [3]),
        ([Status.NEW, Status.SKIPPED], [2, 3]),
        ([Status.IN_PROGRESS], []),
        (list(Status), [1, 2, 3]),
    ],
)
def test_documents_by_status(worked, statuses, expected):
    assert list(queries.document_ids(worked, "ani", statuses)) == expected


def test_another_person_has_everything_before_them(worked):
    assert list(queries.document_ids(worked, "budi", [Status.NEW])) == [1, 2, 3]
    assert list(queries.document_ids(worked, "budi", [Status.DONE])) == []


def test_cards(worked):
    cards = queries.document_cards(worked, [3, 1, 2, 99], "ani")
    assert {key: (card.name, card.status, card.flagged) for key, card in cards.items()} == {
        1: ("first", Status.DONE, False),
        2: ("second", Status.SKIPPED, True),
        3: ("third", Status.NEW, False),
    }
    assert queries.document_cards(worked, [1], "budi")[1].status is Status.NEW
    assert len(queries.document_cards(worked, range(1, 100_000), "ani")) == 3


def test_the_next_open_document_goes_round_the_end(worked):
    assert queries.open_document_after(worked, 1, "ani") == 3
    assert queries.open_document_after(worked, 3, "ani") is None
    assert queries.open_document_after(worked, 3, "budi") == 1


def test_neighbours(worked):
    assert queries.neighbour_document(worked, 2, 1) == 3
    assert queries.neighbour_document(worked, 2, -1) == 1
    assert queries.neighbour_document(worked, 3, 1) is None
    assert queries.neighbour_document(worked, 1, -1) is None


def test_sets_come_with_persons_first(worked):
    assert [(info.annotator, info.kind) for _, info in queries.set_ids(worked, 1)] == [("ani", Kind.PERSON), ("model", Kind.MODEL)]


def test_spans_by_start(worked):
    (model,) = (key for key, info in queries.set_ids(worked, 1) if info.kind is Kind.MODEL)
    assert [span.id for span in queries.spans_between(worked, model, 14, 36)] == ["s2", "s3"]
    assert [span.id for span in queries.spans(worked, model)] == ["s1", "s2", "s3", "s4"]


def test_what_is_not_there(worked):
    assert queries.document(worked, 99) is None
    assert queries.set_info(worked, 99) is None
    assert queries.annotation_set(worked, 99) is None
    assert queries.span(worked, 1, "none") is None
    assert queries.relation(worked, 1, "none") is None
    assert queries.project_value(worked, "none") is None
    assert queries.meta_of(worked, 99) == {}


def test_a_record_is_a_document_with_one_set(worked):
    document = queries.document(worked, 1)
    (mine, _), *_ = queries.set_ids(worked, 1)
    record = queries.record(worked, document, mine)
    assert (record.name, record.annotator, record.kind, record.status) == ("first", "ani", Kind.PERSON, Status.DONE)
    assert [span.id for span in record.spans] == ["s1", "s2", "s3", "s4"]
    assert [verdict.signature for verdict in record.verdicts] == ["GPE@0-5"]
    bare = queries.record(worked, document, None)
    assert (bare.annotator, bare.spans, bare.text) == ("", (), document.text)


def test_another_thread_reads_by_a_connection_of_its_own(project):
    found: list[object] = []

    def read() -> None:
        reader = project.reader()
        found.append(queries.document_count(reader))
        reader.close()

    thread = threading.Thread(target=read)
    thread.start()
    thread.join()
    assert found == [3]


def test_a_text_comes_back_code_point_for_code_point(project, make_document):
    text = "\0a\r\nb\u2028\U0001f600\u0301 שלום \ufeff\x85end"
    with project.transaction("Import", actor="x") as tx:
        tx.add_documents([(make_document(text, "odd", kötü="ü"), [])])
        assert tx.find_documents([("odd", text), ("odd", text + "x"), ("none", text)]) == {("odd", text): 4}
    found = project.document(4)
    assert (found.text, dict(found.meta)) == (text, {"kötü": "ü"})
    assert Session(project, "ani").open_document(4).text == text


def test_a_document_remembered_is_the_same_object(project):
    assert project.document(1) is project.document(1)
    first = project.document(1)
    for number in (2, 3, 1, 2, 3):
        assert project.document(number).id == number
    assert project.document(1) == first
