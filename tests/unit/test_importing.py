"""Importing as the window does it: chunk by chunk, as one step, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.commands.importing import CHUNK, CHUNK_TEXT, ImportOptions, ImportStep, NotSound, import_files, prepared, read_files
from annotator.commands.merging import Brought, Chunk, ImportReport, add_chunk
from annotator.commands.spans import add_span
from annotator.domain.annotations import Kind, Span
from annotator.domain.changes import Lane
from annotator.domain.exchange import Complaint, Record
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.text import Tokens
from annotator.errors import DiskFull
from annotator.session.session import Session
from annotator.store import journal, queries
from annotator.store.project import open_project


def words(texts: list[str]) -> list[Tokens]:
    """One token a text: enough where tokens do not matter."""
    return [Tokens([(0, len(text))]) for text in texts]


def record(name: str, text: str = "Putin tiba", annotator: str = "tagger", **fields) -> Record:
    spans = fields.pop("spans", (Span("s1", ((0, 5),), "PERSON", reviewed=False),))
    return Record(name, text, annotator=annotator, spans=spans, place=f"in.jsonl:{name}", **fields)


def chunk(*records: Record) -> Chunk:
    (made,) = prepared(records, words, most=1000, most_text=1 << 30)
    return made


def names(session: Session) -> list[str]:
    connection = session.project.connection
    return [queries.document(connection, key).name for key in queries.document_ids(connection)]


@pytest.fixture
def session(empty_project) -> Session:
    return Session(empty_project, "ani")


# Chunks


def test_a_chunk_ends_at_so_many_records_or_so_much_text():
    many = [record(f"a{number}") for number in range(2 * CHUNK + 5)]
    assert [len(made.entries) for made in prepared(many, words)] == [CHUNK, CHUNK, 5]
    long = [record(f"b{number}", "x" * (CHUNK_TEXT // 2)) for number in range(5)]
    assert [len(made.entries) for made in prepared(long, words)] == [2, 2, 1]
    assert list(prepared([], words)) == []


def test_complaints_stay_with_the_chunk_they_were_met_in_and_come_even_alone():
    stream = [Complaint("a", "one"), record("x"), Complaint("b", "two"), record("y"), Complaint("c", "three")]
    made = list(prepared(stream, words, most=1))
    assert [[complaint.place for complaint in part.complaints] for part in made] == [["a"], ["b"], ["c"]]
    assert [len(part.entries) for part in made] == [1, 1, 0]


def test_lines_of_one_document_are_joined_and_only_missing_tokens_are_made():
    asked: list[str] = []

    def counted(texts: list[str]) -> list[Tokens]:
        asked.extend(texts)
        return words(texts)

    own = Tokens([(0, 5), (6, 10)])
    stream = [record("a"), record("b", "Tiba"), record("a", annotator="budi", tokens=own), record("a", "Lain")]
    (made,) = prepared(stream, counted)
    assert [(document.name, document.text, len(group)) for document, group in made.entries] == [
        ("a", "Putin tiba", 2),
        ("b", "Tiba", 1),
        ("a", "Lain", 1),
    ]
    assert asked == ["Tiba", "Lain"]
    assert made.entries[0][0].tokens == own


def test_files_that_cannot_be_read_are_complaints_and_the_next_one_follows(tmp_path):
    (tmp_path / "a.txt").write_text("Isi.", encoding="utf-8")
    found = list(read_files([tmp_path / "no.txt", tmp_path / "a.txt"], ImportOptions()))
    assert isinstance(found[0], Complaint)
    assert found[0].lost
    assert isinstance(found[1], Record)
    assert found[1].text == "Isi."


# One step


def test_an_import_is_one_step_of_the_history_that_can_be_taken_back(session):
    with ImportStep(session, "two files") as step:
        first = step.add(chunk(record("a")))
        second = step.add(chunk(record("b"), record("c", spans=(Span("s", ((0, 5),), "BARU"),))))
    assert (first.documents, second.documents, second.labels) == (1, 2, ["BARU"])
    (made,) = journal.steps(session.project.connection)
    assert (made.lane, made.title, made.actor) == (Lane.JOB, "Import two files", "ani")
    assert session.next_undo() is None  # Ctrl+Z is for one's own edits
    before = session.project.scheme
    session.undo_step(made.id)
    assert names(session) == []
    assert session.project.scheme != before
    assert session.project.scheme.span("BARU") is None


def test_an_import_of_nothing_leaves_no_step(session):
    with ImportStep(session, "nothing"):
        pass
    assert list(journal.steps(session.project.connection)) == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, Cancelled, RuntimeError, DiskFull("full")])
def test_a_step_left_by_an_exception_is_taken_back(session, error):
    with pytest.raises(type(error) if isinstance(error, Exception) else error), ImportStep(session, "x") as step:  # noqa: PT012
        step.add(chunk(record("a")))
        assert names(session) == ["a"]
        raise error
    assert names(session) == []
    assert journal.unfinished(session.project.connection) == []
    assert step.kept == ""


def test_what_was_worked_on_meanwhile_is_kept_and_said(session):
    step = ImportStep(session, "x")
    with pytest.raises(Cancelled), step:  # noqa: PT012
        step.add(chunk(record("a")))
        document = session.open_document(1)
        session.execute(add_span(document.set_id, ((6, 10),), "GPE"))
        raise Cancelled
    assert "was kept" in step.kept
    assert names(session) == ["a"]
    assert journal.unfinished(session.project.connection) == []


def test_what_could_not_be_taken_back_on_a_full_disk_is_taken_back_at_the_next_opening(session):
    connection = session.project.connection
    with pytest.raises(DiskFull), ImportStep(session, "x") as step:  # noqa: PT012
        step.add(chunk(record("a")))
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        step.add(chunk(*(record(f"b{number}", "kata " * 2000) for number in range(5))))
    session.project.close()
    again = open_project(session.project.path)
    try:
        assert queries.document_count(again.connection) == 0
        assert journal.unfinished(again.connection) == []
    finally:
        again.close()


def test_a_strict_step_stops_at_the_first_loss(session):
    with pytest.raises(NotSound) as raised, ImportStep(session, "x", strict=True) as step:  # noqa: PT012
        step.add(Chunk(chunk(record("a")).entries, [Complaint("f:1", "A mark was removed.", lost=False)]))
        step.add(Chunk([], [Complaint("f:2", "The line is broken.")]))
    assert str(raised.value) == "Nothing was imported, because everything had to be sound: f:2: The line is broken."
    assert names(session) == []


def test_cancelling_by_the_progress_leaves_everything_as_it_was(session, tmp_path):
    for name in ("a", "b"):
        (tmp_path / f"{name}.txt").write_text(name, encoding="utf-8")
    progress = Progress(listener=lambda state: state.cancel() if state.done else None)
    with pytest.raises(Cancelled):
        import_files(session, [tmp_path / "a.txt", tmp_path / "b.txt"], ImportOptions(), tokenize=words, progress=_twice(progress))
    assert names(session) == []


def _twice(progress: Progress) -> Progress:
    """A progress that notices at its next advance that it was cancelled at this one, as long work does."""
    advance = progress.advance

    def again(units: int = 1) -> None:
        advance(units)
        advance(0)

    progress.advance = again  # type: ignore[method-assign]
    return progress


# Merging


def test_an_import_never_replaces_what_it_brought_itself(session):
    brought = Brought()
    session.execute(add_chunk(chunk(record("a")), brought))
    other = record("a", spans=(Span("s1", ((0, 5),), "GPE"),))
    report = session.execute(add_chunk(chunk(other), brought))
    assert [complaint.lost for complaint in report.complaints] == [True]
    assert "came before with other content" in report.complaints[0].message
    assert next(queries.spans(session.project.connection, 1)).label == "PERSON"
    replaced = session.execute(add_chunk(chunk(other), Brought()))
    assert (replaced.complaints, replaced.sets) == ([], 1)
    assert next(queries.spans(session.project.connection, 1)).label == "GPE"


def test_a_replaced_set_of_a_model_leaves_the_persons_copy_alone(session):
    session.execute(add_chunk(chunk(record("a"))))
    document = session.open_document(1)
    assert [span.label for span in document.spans()] == ["PERSON"]
    session.execute(add_chunk(chunk(record("a", spans=()))))
    assert [span.label for span in session.open_document(1).spans()] == ["PERSON"]


def test_sets_of_further_annotators_join_the_document_that_is_there(session):
    session.execute(add_chunk(chunk(record("a"))))
    report = session.execute(add_chunk(chunk(record("a", annotator="budi", kind=Kind.PERSON), record("b"))))
    assert (report.documents, report.sets, report.spans) == (1, 2, 2)
    infos = [info for _, info in queries.set_ids(session.project.connection, 1)]
    assert [(info.annotator, info.kind) for info in infos] == [("budi", Kind.PERSON), ("tagger", Kind.MODEL)]


def test_rules_are_judged_by_the_tokens_that_are_stored(session):
    session.execute(add_chunk(chunk(record("a", tokens=Tokens([(0, 5), (6, 10)])))))
    report = session.execute(add_chunk(chunk(record("a", annotator="b", tokens=Tokens([(0, 2), (2, 5), (6, 10)])))))
    assert not report.broken_rules
    assert [complaint.lost for complaint in report.complaints] == [False]
    cut = Span("s1", ((0, 3),), "PERSON")
    report = session.execute(add_chunk(chunk(record("a", annotator="c", spans=(cut,)))))
    assert dict(report.broken_rules) == {"span-misaligned": 1}


def test_what_no_project_can_keep_is_named_and_the_rest_comes_in(session):
    deep: dict = {}
    for _ in range(400):
        deep = {"x": deep}
    odd = Span("s1", ((0, 5),), "PERSON", attributes={"big": 1 << 70, "deep": deep, "fine": 1})
    report = session.execute(add_chunk(chunk(record("a", meta={"n": 1 << 70, "source": "x"}, spans=(odd,)))))
    assert sorted(complaint.message.rpartition(": ")[2] for complaint in report.complaints) == ["big, deep.", "n."]
    connection = session.project.connection
    assert queries.meta_of(connection, 1) == {"source": "x"}
    assert next(queries.spans(connection, 1)).attributes == {"fine": 1}


def test_reports_add_up():
    total = ImportReport(1, 2, 3, 4, 5, ["A"], [Complaint("p", "m")], known=6)
    total.add(ImportReport(10, 20, 30, 40, 50, ["A", "B"], [Complaint("q", "n", lost=False)], known=60))
    assert (total.documents, total.known, total.sets, total.unchanged, total.spans, total.relations) == (11, 66, 22, 33, 44, 55)
    assert total.labels == ["A", "B"]
    assert [loss.place for loss in total.losses] == ["p"]
    assert total.to_dict()["complaints"][1] == {"place": "q", "message": "n", "lost": False}


def test_a_path_is_not_said_twice(session, tmp_path):
    report = import_files(session, [Path(tmp_path / "no.txt")], ImportOptions(), tokenize=words)
    (complaint,) = report.complaints
    assert (complaint.place, complaint.message) == (str(tmp_path / "no.txt"), "does not exist.")
