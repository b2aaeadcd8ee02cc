"""Runs of suggesters over a project: order, going on, cancelling, failing, and what the next run sees."""

from __future__ import annotations

import sys
import types
from concurrent.futures import Future
from dataclasses import replace

import pytest

from annotator.commands import documents, spans
from annotator.commands.suggester_setups import fingerprint, finished_sets, learned, plan, setup_for, setup_of, setup_values
from annotator.commands.suggesting import Order, SuggestStep, answers, standing_spans, suggest
from annotator.domain.annotations import Kind, Span
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.suggesting import SuggesterSetup, Suggestions
from annotator.errors import SuggesterError
from annotator.jobs.workers import WorkerProcess
from annotator.nlp import suggesters as table
from annotator.nlp import suggesting
from annotator.nlp.suggesters import SuggesterKind
from annotator.store import queries, recount, suggesters


class HereWorker:
    """Does at once, in this process, what a worker process would do, so that a test can say what a suggester does."""

    processes = 1

    def submit(self, function, *arguments):
        future = Future()
        try:
            future.set_result(function(*arguments))
        except Exception as error:
            future.set_exception(error)
        return future

    def close(self, *, kill=False):
        del kill


@pytest.fixture
def fake(monkeypatch):
    """Put suggesters of ours into the table; ``of(text)`` gives the places that one labels."""

    def install(of, name="fake", **fields):
        def behave(passages):
            seen.extend(passages)
            return [Suggestions(tuple(made(passage.text))) for passage in passages]

        def made(text):
            for number, (start, end, label, *confidence) in enumerate(of(text)):
                yield Span(f"x{number}", ((start, end),), label, confidence=confidence[0] if confidence else None)

        seen = []
        module = types.ModuleType(f"annotator.nlp.{name}")
        module.load = lambda _: behave
        monkeypatch.setitem(sys.modules, f"annotator.nlp.{name}", module)
        monkeypatch.setitem(table.SUGGESTERS, name, SuggesterKind(name, name, "", name, **fields))
        monkeypatch.setattr(suggesting, "_loaded", None)
        return seen

    return install


def setup(name="fake", **fields):
    return SuggesterSetup(name, name, **fields)


def names(text):
    """Label every word with a capital as a person."""
    place = 0
    for word in text.split(" "):
        if word[:1].isupper():
            yield place, place + len(word.rstrip(".")), "PERSON", 0.5
        place += len(word) + 1


def sets(session, name="fake"):
    sql = "SELECT document_id, span_count FROM annotation_sets WHERE annotator = ? ORDER BY document_id"
    return dict(session.project.connection.execute(sql, (name,)).fetchall())


def run(session, *setups, **fields):
    return suggest(session, setups or (setup(),), worker=HereWorker(), **fields)


# A whole run


def test_every_document_gets_a_set_even_an_empty_one(session, fake):
    fake(lambda text: names(text) if "Budi" in text else ())
    report = run(session)
    assert sets(session) == {1: 0, 2: 2, 3: 0}
    assert (report.documents, report.put.sets, report.put.spans, report.failed) == (3, 3, 2, [])
    assert recount.differences(session.project.connection) == []
    (known,) = suggesters.known(session.project.connection)
    assert (known.name, known.through, known.fingerprint) == ("fake", 0, fingerprint(setup()))


def test_a_run_is_one_step_of_the_history_and_no_edit(session, fake):
    fake(names)
    run(session)
    row = session.project.connection.execute("SELECT text, detail, lane, finished FROM steps ORDER BY id DESC LIMIT 1").fetchone()
    assert row == ("Suggestions by {}", "fake", "job", 1)
    assert session.next_undo() is None


def test_only_the_documents_asked_for(session, fake):
    fake(names)
    run(session, documents=[2, 99])
    assert list(sets(session)) == [2]


def test_what_is_left_out_and_what_failed_is_told(session, fake):
    def of(text):
        if "Budi" in text:
            raise ValueError("no")
        return [(0, 5, "COLOUR")]

    fake(of)
    report = run(session)
    assert report.to_dict() == {
        "documents": 3, "sets": 2, "spans": 0, "relations": 0, "unchanged": 0, "finished": 0,
        "left_out": [{"suggester": "fake", "reason": "the label scheme has no such label", "label": "COLOUR", "count": 2}],
        "failed": [{"place": "second", "message": "fake: The suggester failed: ValueError: no"}],
        "more_failed": 0,
    }  # fmt: skip
    assert list(sets(session)) == [1, 3]


def test_two_suggesters_are_believed_in_the_order_of_the_run(session, fake):
    fake(lambda _: [(0, 5, "PERSON")], "one")
    fake(lambda _: [(0, 8, "ORG"), (10, 12, "GPE")], "two")
    run(session, setup("one"), setup("two"))
    state = session.open_document(3)
    assert [(span.label, span.start) for span in state.spans()] == [("PERSON", 0), ("GPE", 10)]
    worth = suggesters.worth_of(session.project.connection, 3)
    assert worth.disagreement == 1.0
    assert (worth.doubt, worth.novelty) == (0.0, 1.0)


def test_worth_speaks_of_confidence_and_of_words_nobody_has_finished(session, fake):
    fake(names)
    state = session.open_document(3)  # Tidak ada apa-apa.
    session.execute(documents.mark_done(state.set_id))
    run(session, documents=[1, 3])
    assert suggesters.worth_of(session.project.connection, 3).novelty == 0.0
    first = suggesters.worth_of(session.project.connection, 1)
    assert (first.doubt, first.novelty, first.disagreement) == (0.5, 1.0, 0.0)


# Stopping and going on


def stopping_after(count):
    def listen(progress):
        if progress.what == "Suggesting" and progress.done >= count:
            progress.cancel()

    return Progress(listener=listen)


def test_a_cancelled_run_keeps_what_it_did_and_the_next_goes_on(session, fake, monkeypatch):
    monkeypatch.setattr("annotator.commands.suggesting._CHUNK", 1)
    seen = fake(names)
    with pytest.raises(Cancelled):
        run(session, progress=stopping_after(1))
    done = list(sets(session))
    assert done[0] == 1
    assert 3 not in done
    (known,) = suggesters.known(session.project.connection)
    assert known.through == done[-1]
    seen.clear()
    run(session)
    assert list(sets(session)) == [1, 2, 3]
    assert len(seen) == 3 - len(done)
    assert suggesters.known(session.project.connection)[0].through == 0


def test_another_setup_begins_at_the_first_document(session, fake):
    fake(names)
    connection = session.project.connection
    _, kept = plan(connection, [setup()])
    suggesters.remember(connection, [replace(kept[0], through=2)])
    assert plan(connection, [setup()])[0] == 2
    assert plan(connection, [setup()], again=True)[0] == 0
    assert plan(connection, [setup(threshold=0.5)])[0] == 0
    assert plan(connection, [setup(), setup("other")])[0] == 0


def test_going_on_where_nothing_is_left_ends_the_run(session, fake):
    fake(names)
    connection = session.project.connection
    _, kept = plan(connection, [setup()])
    suggesters.remember(connection, [replace(kept[0], through=3)])
    assert run(session).documents == 0
    assert suggesters.known(connection)[0].through == 0


def test_a_long_run_is_several_finished_steps_so_that_a_kill_costs_little(session, fake):
    fake(names)
    connection = session.project.connection
    _, kept = plan(connection, [setup()])
    step = SuggestStep(session, [setup()], kept, whole=True, part=1)
    step.__enter__()
    for answer in answers(connection, session.project.scheme, [setup()], Order([1, 2, 3]), HereWorker()):
        step.add([answer])
    # killed here: the third is in a step that nobody finished
    session.project.recover()
    assert list(sets(session)) == [1, 2]
    assert suggesters.known(connection)[0].through == 2
    assert run(session).documents == 1
    assert list(sets(session)) == [1, 2, 3]
    assert recount.differences(connection) == []


def test_an_opened_document_gets_its_turn_first(session, fake):
    fake(names)
    order = Order([1, 2, 3])
    connection = session.project.connection
    stream = answers(connection, session.project.scheme, [setup()], order, HereWorker())
    order.put_first(3)
    order.put_first(3)
    found = [(answer.document_id, answer.put_first) for answer in stream]
    assert found == [(3, True), (1, False), (2, False)]


def test_a_document_out_of_its_turn_does_not_hide_those_before_it_from_the_next_run(session, fake):
    fake(names)
    connection = session.project.connection
    _, kept = plan(connection, [setup()])
    order = Order([1, 2, 3])
    order.put_first(3)
    step = SuggestStep(session, [setup()], kept, whole=True)
    stream = answers(connection, session.project.scheme, [setup()], order, HereWorker())
    step.__enter__()
    step.add([next(stream), next(stream)])  # the third and the first
    step.__exit__(KeyboardInterrupt, None, None)
    assert suggesters.known(connection)[0].through == 1


# Learning


def test_what_is_learned_comes_from_finished_documents_alone(session):
    connection = session.project.connection
    assert list(finished_sets(connection)) == []
    state = session.open_document(1)
    session.execute(spans.relabel_span(state.set_id, "s1", "PERSON"))
    assert list(finished_sets(connection)) == []
    session.execute(documents.mark_done(state.set_id))
    ((document, set_id),) = finished_sets(connection)
    assert (document.id, set_id) == (1, state.set_id)
    (told,), words = learned(connection, [SuggesterSetup("memory", "memory")], Progress())
    assert told.data is not None
    assert "putin" in words
    (plain,), _ = learned(connection, [setup_for("indonesian-news", "id")], Progress())
    assert plain.data is None


def test_the_memory_finds_again_what_was_labelled(session):
    state = session.open_document(1)
    session.execute(spans.relabel_span(state.set_id, "s1", "PERSON"))
    session.execute(documents.mark_done(state.set_id))
    from annotator.domain.changes import Lane
    from annotator.domain.documents import Document
    from annotator.domain.text import Tokens

    text = "Kemarin Putin pulang ke Rusia."
    with session.project.transaction("Import {}", "x", actor="x", lane=Lane.JOB) as tx:
        tx.add_documents(
            [(Document("fourth", text, {}, Tokens([(0, 7), (8, 13), (14, 20), (21, 23), (24, 29), (29, 30)]), (0,)), [])]
        )
    report = run(session, setup_for("memory", "id"))
    assert report.failed == []
    found = session.open_document(4).spans()
    assert [(span.label, span.surface(text)) for span in found] == [("PERSON", "Putin"), ("GPE", "Rusia")]
    assert all(span.origin == "memory" and 0 < span.confidence <= 1 for span in found)
    assert queries.find_set(session.project.connection, 1, "memory", Kind.MODEL) is None  # learned from: no test of it


# Setups


def test_a_setup_comes_back_from_the_project_as_it_was(session):
    made = setup_for("indonesian-news", "id", labels=(("PERSON", "ORG"), ("X", "")), threshold=0.25, thresholds=(("ORG", 0.5),))
    connection = session.project.connection
    suggesters.remember(connection, plan(connection, [made])[1])
    assert setup_of(suggesters.known(connection)[0]) == made
    suggesters.remember(connection, [replace(suggesters.known(connection)[0], setup={"king": "x"})])
    with pytest.raises(SuggesterError, match="set it up anew"):
        setup_of(suggesters.known(connection)[0])


def test_the_fingerprint_does_not_follow_what_is_learned(tmp_path):
    assert fingerprint(setup()) == fingerprint(setup(data=object()))
    assert fingerprint(setup()) != fingerprint(setup(language="en"))
    assert "data" not in setup_values(setup(data=object()))


def test_a_changed_pattern_file_is_another_way_of_working(tmp_path):
    path = tmp_path / "kota.txt"
    path.write_text("GPE\tBogor\n", encoding="utf-8")
    made = setup_for("patterns", "id", source=str(path))
    before = fingerprint(made)
    assert fingerprint(made) == before
    path.write_text("GPE\tDepok\n", encoding="utf-8")
    assert fingerprint(made) != before


@pytest.mark.parametrize(
    ("kind", "source", "message"),
    [
        ("oracle", "", "There is no suggester “oracle”"),
        ("memory", "x.txt", "works from no file"),
        ("patterns", "", "needs a pattern file"),
        ("pipeline", "", "needs an installed package or a folder"),
        ("patterns", "/nowhere/at-all.txt", "There is no file"),
    ],
)
def test_a_setup_that_cannot_work_is_refused(kind, source, message):
    with pytest.raises(SuggesterError, match=message):
        setup_for(kind, "id", source=source)


def test_the_name_tells_the_source(tmp_path):
    (tmp_path / "kota.txt").write_text("Jakarta\n", encoding="utf-8")
    made = setup_for("patterns", "id", source=str(tmp_path / "kota.txt"))
    assert made.name == "patterns:kota"
    assert setup_for("pipeline", "id", source="en_core_web_sm").name == "pipeline:en_core_web_sm"


# What stands


def test_a_reader_of_spans_sees_the_persons_and_not_its_own(session, fake):
    connection = session.project.connection
    assert {span.label for span in standing_spans(connection, 1, set())} == {"GPE", "PERSON"}
    state = session.open_document(1)
    session.execute(spans.add_span(state.set_id, ((6, 10),), "ORG"))
    assert [span.label for span in standing_spans(connection, 1, {"model"})] == ["ORG"]
    assert len(standing_spans(connection, 1, set())) == 5
    seen = fake(lambda _: [], reads_spans=True)
    run(session, documents=[1])
    assert len(seen[0].spans) == 5


# Real processes


def test_a_run_with_real_processes(session, tmp_path):
    (tmp_path / "nama.txt").write_text("PERSON\tBudi\nPERSON\tPutin\n", encoding="utf-8")
    worker = WorkerProcess(2)
    try:
        report = suggest(session, [setup_for("patterns", "id", source=str(tmp_path / "nama.txt"))], worker=worker)
    finally:
        worker.close(kill=True)
    assert report.failed == []
    assert sets(session, "patterns:nama") == {1: 2, 2: 1, 3: 0}
