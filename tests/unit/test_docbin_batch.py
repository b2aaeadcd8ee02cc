"""The spaCy export in other processes: the same bytes and the same report as in one, and nothing left of one that fails."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from annotator.commands import exporting
from annotator.commands.exporting import ExportOptions, export
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span, Verdict
from annotator.domain.changes import Lane
from annotator.domain.documents import Document, Status
from annotator.domain.exchange import LossReport, Record
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, completed
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.text import Tokens
from annotator.formats import docbin, docbin_batch
from annotator.formats.docbin_batch import made, made_of_plain, plain
from annotator.formats.docbin_parts import Choices
from annotator.jobs.workers import WorkerEnded, WorkerProcess
from annotator.store.project import create

TEXT = "Ani met Budi in Bandung  \ntoday"
TOKENS = Tokens([(0, 3), (4, 7), (8, 12), (13, 15), (16, 23), (26, 31)])
SPANS = (
    Span("a", ((0, 3),), "PERSON", {"age": 30, "seen": ["x", "y"]}, "a note", "Q1", 0.5, "model", False, "model/7"),
    Span("b", ((8, 12),), "PERSON"),
    Span("c", ((16, 23),), "GPE", MappingProxyType({"old": True})),
    Span("wide", ((8, 23),), "GPE"),
    Span("cut", ((9, 12),), "PERSON"),
    Span("two", ((0, 3), (8, 12)), "PERSON"),
)
RELATIONS = (
    Relation("r1", "met", "a", "b", {"how": "twice"}, "said so", 0.25, "model", False, "model/r"),
    Relation("r2", "in", "b", "c"),
)
SCHEME = completed(
    LabelScheme(
        spans=(SpanLabel("PERSON"), SpanLabel("GPE")), relations=(RelationLabel("met", symmetric=True), RelationLabel("in"))
    )
)
FULL = Record(
    *("full", TEXT, {"source": "desk", "deep": {"list": [1, None]}}, TOKENS, "rina", Kind.PERSON, Status.IN_PROGRESS, True),
    *(("news",), SPANS, RELATIONS, (Verdict("PERSON@4-7", "model"),), "file:7", 42),
)


def varied(count: int) -> list[Record]:
    """Return records of all sorts: whole ones, some that cannot be written, and some without anything."""
    kinds = (
        FULL,
        replace(FULL, text="no tokens", tokens=None, spans=(), relations=()),
        replace(FULL, spans=(), relations=(), categories=(), status=Status.DONE),
        replace(FULL, text="\ud800 x", tokens=Tokens([(0, 1), (2, 3)]), spans=(), relations=()),
        replace(FULL, spans=(replace(SPANS[1], attributes={"n": 2**64}),), relations=()),
    )
    return [replace(kinds[number % len(kinds)], name=f"n{number}", document_id=number + 1) for number in range(count)]


def in_bytes(function, values):
    """Call a function as another process would be: with what comes out of a pickle, one value after the other."""
    for value in values:
        yield pickle.loads(pickle.dumps(function(pickle.loads(pickle.dumps(value)))))


def write(path: Path, records: list[Record], parallel=None, progress: Progress | None = None, **options: str) -> LossReport:
    return docbin.write(lambda: iter(records), path, SCHEME, options=options, progress=progress or Progress(), parallel=parallel)


def told(report: LossReport) -> dict:
    return {**report.to_dict(), "path": "", "ids": [loss.document_id for loss in report.losses]}


@pytest.fixture
def workers() -> Iterator[WorkerProcess]:
    found = WorkerProcess(2)
    yield found
    found.close(kill=True)


def test_a_record_is_the_same_after_its_way_to_another_process():
    sent = pickle.loads(pickle.dumps((Choices(), [plain(record) for record in varied(5)])))
    back = [docbin_batch._record(values) for values in sent[1]]
    assert back == varied(5)
    assert back[0].tokens == TOKENS


def test_a_batch_made_elsewhere_is_the_same_batch():
    records, choices = varied(7), Choices(symmetric=frozenset({"met"}))
    here, there = made(records, choices), made_of_plain((choices, list(map(plain, records))))
    assert (here.strings, here.lines, here.left_out, here.report, here.tally) == (
        there.strings,
        there.lines,
        there.left_out,
        there.report,
        there.tally,
    )
    assert [bool(why) for why in here.left_out] == [False, True, False, True, False, False, True]
    assert all(map(len, here.lists.values()))


@pytest.mark.parametrize("options", [{}, {"overlap": "group", "unexamined": "missing"}, {"rel_max_length": "20"}])
@pytest.mark.parametrize("count", [1, docbin_batch.SIZE - 1, docbin_batch.SIZE, docbin_batch.SIZE + 1, 120])
def test_bytes_and_report_do_not_depend_on_how_the_work_was_shared(tmp_path, monkeypatch, count, options):
    records = varied(count)
    (tmp_path / "one").mkdir()
    (tmp_path / "other").mkdir()
    alone = write(tmp_path / "one" / "a.spacy", records, **options)
    monkeypatch.setattr(docbin, "SIZE", 7)
    shared = write(tmp_path / "other" / "a.spacy", records, in_bytes, **options)
    assert told(alone) == told(shared)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "other").iterdir())
    for name in names:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes()


def test_two_processes_write_the_bytes_of_one(tmp_path, workers):
    records = varied(230)
    alone = write(tmp_path / "one.spacy", records)
    shared = write(tmp_path / "two.spacy", records, workers.map_ordered)
    assert workers.started
    assert told(alone) == told(shared)
    assert (tmp_path / "one.spacy").read_bytes() == (tmp_path / "two.spacy").read_bytes()
    assert docbin.relations_path(tmp_path / "one.spacy").read_bytes() == docbin.relations_path(tmp_path / "two.spacy").read_bytes()


def test_progress_counts_every_document_in_both_steps(tmp_path):
    seen: dict[str, int] = {}

    def listen(progress: Progress) -> None:
        seen[progress.what] = max(seen.get(progress.what, 0), progress.done)

    write(tmp_path / "a.spacy", varied(120), in_bytes, Progress(listener=listen))
    assert seen == {"Writing": 120, "Comparing": 120}


def test_a_cancel_is_heard_between_batches_and_reads_no_further(tmp_path):
    (tmp_path / "a.spacy").write_text("older", encoding="utf-8")
    progress = Progress(listener=lambda told: told.cancel() if told.done >= 100 else None)
    asked: list[str] = []

    def records() -> Iterator[Record]:
        for record in varied(5_000):
            asked.append(record.name)
            yield record

    with pytest.raises(Cancelled):
        docbin.write(records, tmp_path / "a.spacy", SCHEME, options={}, progress=progress, parallel=in_bytes)
    assert len(asked) <= 100 + 3 * docbin_batch.SIZE
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["older"]


def test_a_process_that_dies_leaves_the_older_file(tmp_path, workers):
    (tmp_path / "a.spacy").write_text("older", encoding="utf-8")

    def dying(_, values):
        return workers.map_ordered(_exit, values)

    with pytest.raises(WorkerEnded, match="helper process ended"):
        write(tmp_path / "a.spacy", varied(3), dying)
    assert [path.read_text(encoding="utf-8") for path in tmp_path.iterdir()] == ["older"]


def _exit(_: object) -> None:
    os._exit(3)


# --- from a project ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def project(tmp_path):
    found = create(tmp_path / "p.annotator", scheme=SCHEME, language="xx")
    info = SetInfo(0, "rina", Kind.PERSON, Status.DONE)
    items = [
        (
            Document(f"n{number}", TEXT, {}, TOKENS, (0,)),
            [AnnotationSet(info, {span.id: span for span in SPANS[:3]}, {relation.id: relation for relation in RELATIONS})],
        )
        for number in range(12)
    ]
    with found.transaction("Import {}", "test", actor="test", lane=Lane.JOB) as tx:
        tx.add_documents(items)
    (tmp_path / "out").mkdir()
    yield found
    found.close()


class _Noted(WorkerProcess):
    """Worker processes that tell whether they were used, and how they ended."""

    made: list[_Noted] = []  # noqa: RUF012 - emptied by the tests
    killed: bool | None = None

    def __init__(self, processes: int = 1) -> None:
        super().__init__(processes)
        self.made.append(self)

    def close(self, *, kill: bool = False) -> None:
        self.killed = kill
        super().close(kill=kill)


@pytest.fixture
def noted(monkeypatch) -> list[_Noted]:
    _Noted.made.clear()
    monkeypatch.setattr(exporting, "WorkerProcess", _Noted)
    monkeypatch.setattr(exporting.os, "cpu_count", lambda: 2)
    return _Noted.made


def run(project, target: Path, progress: Progress | None = None, **options: str) -> LossReport:
    chosen = ExportOptions("spacy", format_options=options)
    return export(project.connection, SCHEME, target, chosen, annotator="rina", progress=progress)


def test_many_documents_go_to_other_processes_and_few_do_not(project, tmp_path, noted, monkeypatch):
    few = run(project, tmp_path / "out" / "few.spacy")
    assert noted == []
    monkeypatch.setattr(exporting, "FEW", 11)
    many = run(project, tmp_path / "out" / "many.spacy")
    assert [(each.processes, each.killed, each.started) for each in noted] == [(2, False, False)]
    assert told(few) == told(many)
    assert (tmp_path / "out" / "few.spacy").read_bytes() == (tmp_path / "out" / "many.spacy").read_bytes()


def test_one_processor_and_other_formats_get_no_processes(project, tmp_path, noted, monkeypatch):
    monkeypatch.setattr(exporting, "FEW", 0)
    export(project.connection, SCHEME, tmp_path / "out" / "a.jsonl", ExportOptions("jsonl"), annotator="rina")
    monkeypatch.setattr(exporting.os, "cpu_count", lambda: None)
    run(project, tmp_path / "out" / "a.spacy")
    assert noted == []


def test_a_divided_export_in_other_processes_is_that_of_one(project, tmp_path, noted, monkeypatch):
    (tmp_path / "one").mkdir()
    run(project, tmp_path / "one" / "a.spacy", split="50/50", training="ner")
    monkeypatch.setattr(exporting, "FEW", 0)
    run(project, tmp_path / "out" / "a.spacy", split="50/50", training="ner")
    assert len(noted) == 1
    files = sorted(path.relative_to(tmp_path / "one") for path in (tmp_path / "one").rglob("*") if path.is_file())
    assert files
    for name in files:
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "out" / name).read_bytes(), name


def test_a_cancelled_export_ends_its_processes_at_once(project, tmp_path, noted, monkeypatch):
    monkeypatch.setattr(exporting, "FEW", 0)
    progress = Progress(listener=lambda told: told.cancel() if told.what == "Comparing" else None)
    with pytest.raises(Cancelled):
        run(project, tmp_path / "out" / "a.spacy", progress)
    assert [each.killed for each in noted] == [True]
    assert list((tmp_path / "out").iterdir()) == []


def _export_elsewhere(project: str, target: str) -> tuple[int, bool]:
    """Do in a worker process what the window has done there; return how many documents and whether processes of its own were used."""
    exporting.FEW = 0
    used: list[WorkerProcess] = []
    real = exporting.WorkerProcess

    def noted(processes: int) -> WorkerProcess:
        used.append(real(processes))
        return used[-1]

    exporting.WorkerProcess = noted  # type: ignore[assignment,misc]
    exporting.os.cpu_count = lambda: 2  # type: ignore[assignment]
    report = exporting.export_project(project, target, ExportOptions("spacy"), "rina")
    return report.documents, bool(used)


def test_the_windows_own_process_may_have_processes(project, tmp_path, workers):
    run(project, tmp_path / "out" / "here.spacy")
    target = tmp_path / "out" / "there.spacy"
    found = workers.submit(_export_elsewhere, str(project.path), str(target)).result(120)
    assert found == (12, True)
    assert target.read_bytes() == (tmp_path / "out" / "here.spacy").read_bytes()
