"""Which sets an export takes: gold by the rule of the house, and what stays behind with its reason."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest

from annotator.commands import export_choice
from annotator.commands.export_choice import ExportOptions, choose
from annotator.commands.export_filter import Only, Period
from annotator.commands.exporting import NothingToExport, export, export_project
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Status
from annotator.domain.exchange import ReadDefaults, Record
from annotator.domain.labels import SpanLabel
from annotator.domain.progress import Cancelled, Progress
from annotator.errors import FormatError
from annotator.formats.table import FORMATS
from annotator.jobs.workers import WorkerProcess
from annotator.store import queries

TEXT = "Putin tiba di Rusia."


@pytest.fixture
def put(empty_project, make_document):
    """Add a document with sets given as (annotator, kind, status) and, as a fourth, the label of its one span."""

    def add(name: str, *sets: tuple) -> int:
        contents = []
        for annotator, kind, status, *label in sets:
            span = Span("s1", ((0, 5),), label[0] if label else "PERSON", reviewed=kind is not Kind.MODEL)
            contents.append(AnnotationSet(SetInfo(0, annotator, kind, status), {"s1": span}))
        with empty_project.transaction("Import {}", "x", actor="x", lane=Lane.JOB) as tx:
            return tx.add_documents([(make_document(TEXT, name), contents)]).first

    return add


def chosen(project, **options) -> dict[str, str]:
    """The annotator chosen for each document."""
    connection = project.connection
    choice = choose(connection, ExportOptions(**options))
    pairs = zip(choice.documents, choice.sets, strict=True)
    return {queries.document(connection, key).name: queries.set_info(connection, set_id).annotator for key, set_id in pairs}


PERSON, MODEL, GOLD = Kind.PERSON, Kind.MODEL, Kind.GOLD
NEW, WORK, DONE, SKIPPED = Status.NEW, Status.IN_PROGRESS, Status.DONE, Status.SKIPPED


@pytest.mark.parametrize(
    ("sets", "done", "anything"),
    [
        ([("ani", PERSON, DONE)], "ani", "ani"),
        ([("ani", PERSON, DONE), ("hakim", GOLD, NEW, "GPE")], "hakim", "hakim"),
        ([("ani", PERSON, DONE), ("budi", PERSON, DONE, "GPE"), ("hakim", GOLD, NEW)], "hakim", "hakim"),
        ([("ani", PERSON, DONE), ("budi", PERSON, WORK, "GPE")], "ani", "ani"),
        ([("budi", PERSON, DONE), ("ani", PERSON, DONE)], "budi", "budi"),
        ([("ani", PERSON, DONE), ("budi", PERSON, DONE, "GPE")], None, None),
        ([("ani", PERSON, WORK), ("m", MODEL, NEW)], None, "ani"),
        ([("ani", PERSON, WORK), ("budi", PERSON, WORK)], None, None),
        ([("ani", PERSON, NEW), ("budi", PERSON, WORK)], None, "budi"),
        ([("ani", PERSON, SKIPPED), ("m", MODEL, NEW)], None, "m"),
        ([("m", MODEL, DONE)], None, "m"),
        ([("m", MODEL, NEW), ("n", MODEL, NEW)], None, None),
        ([("m", MODEL, NEW), ("n", MODEL, NEW), ("ani", PERSON, NEW)], None, "ani"),
        ([("zul", GOLD, NEW), ("ani", GOLD, NEW, "GPE")], "zul", "zul"),
        ([], None, None),
    ],
)
def test_one_set_a_document(empty_project, put, sets, done, anything):
    put("a", *sets)
    assert chosen(empty_project).get("a") == done
    assert chosen(empty_project, status="any").get("a") == anything


def test_done_is_what_the_gold_view_says(empty_project, put):
    kinds = [(PERSON, DONE), (PERSON, WORK), (GOLD, NEW), (MODEL, NEW)]
    for number, (first, second) in enumerate((first, second) for first in kinds for second in kinds):
        for label in ("PERSON", "GPE"):
            put(f"{number}{label}", ("zul", *first), ("ani", *second, label))
    connection = empty_project.connection
    choice = choose(connection, ExportOptions())
    view = connection.execute("SELECT document_id, set_id FROM gold_sets ORDER BY document_id").fetchall()
    assert list(zip(choice.documents, choice.sets, strict=True)) == view
    assert {loss.document_id for loss in choice.left_out} == queries.disputed(connection)


def test_what_is_left_out_says_why(empty_project, put):
    put("disputed", ("ani", PERSON, DONE), ("budi", PERSON, DONE, "GPE"), ("cici", PERSON, WORK))
    put("two at work", ("ani", PERSON, WORK), ("budi", PERSON, WORK))
    put("two models", ("m", MODEL, NEW), ("n", MODEL, NEW))
    left = {loss.document: loss.reason for loss in choose(empty_project.connection, ExportOptions(status="any")).left_out}
    assert left == {
        "disputed": "ani, budi have done it differently; adjudicate it, or pick one with --annotator",
        "two at work": "ani, budi are at work on it; pick one with --annotator",
        "two models": "several models labelled it (m, n); pick one with --annotator",
    }


def test_one_annotator_has_no_disputes(empty_project, put):
    put("disputed", ("ani", PERSON, DONE), ("budi", PERSON, DONE, "GPE"))
    put("model", ("m", MODEL, NEW))
    assert chosen(empty_project, annotator="budi") == {"disputed": "budi"}
    assert chosen(empty_project, annotator="m") == {}
    assert chosen(empty_project, annotator="m", status="any") == {"model": "m"}


def test_all_sets(empty_project, put):
    put("done", ("ani", PERSON, DONE), ("budi", PERSON, DONE, "GPE"), ("m", MODEL, NEW))
    put("open", ("ani", PERSON, WORK))
    put("bare")

    def pairs(**options):
        choice = choose(empty_project.connection, ExportOptions(format="jsonl", sets="all", **options))
        assert choice.left_out == []
        return [(key, bool(set_id)) for key, set_id in zip(choice.documents, choice.sets, strict=True)]

    assert pairs() == [(1, True)] * 3
    assert pairs(status="any") == [(1, True)] * 3 + [(2, True), (3, False)]
    assert pairs(status="any", annotator="ani") == [(1, True), (2, True)]


def test_what_was_left_out_is_in_the_report_and_the_rest_in_the_file(empty_project, put, tmp_path):
    put("good", ("ani", PERSON, DONE))
    put("disputed", ("ani", PERSON, DONE), ("budi", PERSON, DONE, "GPE"))
    put("open", ("ani", PERSON, WORK))
    report = export(empty_project.connection, empty_project.scheme, tmp_path / "x.jsonl", ExportOptions("jsonl"))
    assert (report.documents, [loss.document for loss in report.losses]) == (1, ["disputed"])
    assert report.notices == ["1 document is not done and was not exported."]
    assert not report.lossless


def test_nothing_to_export_counts_by_status_and_writes_nothing(empty_project, put, tmp_path):
    put("a", ("ani", PERSON, WORK))
    put("b", ("ani", PERSON, SKIPPED))
    put("c")
    for format_name in ("spacy", "jsonl"):
        with pytest.raises(NothingToExport) as raised:
            export(empty_project.connection, empty_project.scheme, tmp_path / "x.out", ExportOptions(format_name), annotator="ani")
        assert "of 3 documents 1 new, 1 in progress, 1 skipped for ani." in str(raised.value)
    assert list(tmp_path.glob("x.out*")) == []


def test_a_format_that_is_only_read_is_refused(empty_project, put, tmp_path):
    put("a", ("ani", PERSON, DONE))
    with pytest.raises(FormatError, match="can be read but not written"):
        export(empty_project.connection, empty_project.scheme, tmp_path / "x.txt", ExportOptions("text"))


def test_an_export_from_a_worker_process_beside_the_open_project(empty_project, put, tmp_path):
    put("a", ("ani", PERSON, DONE))
    worker = WorkerProcess()
    try:
        options = ExportOptions("jsonl")
        report = worker.submit(export_project, str(empty_project.path), str(tmp_path / "x.jsonl"), options, "ani").result(60)
        refused = worker.submit(export_project, str(empty_project.path), str(tmp_path / "y.annotator"), options, "ani")
        with pytest.raises(FormatError, match="ends like a project"):
            refused.result(60)
    finally:
        worker.close()
    assert (report.documents, report.lossless) == (1, True)
    assert (tmp_path / "x.jsonl").exists()


def test_unreviewed_suggestions_are_counted_with_any_status(empty_project, put, tmp_path):
    put("a", ("m", MODEL, NEW))
    options = ExportOptions("spacy", status="any")
    report = export(empty_project.connection, empty_project.scheme, tmp_path / "x.spacy", options)
    assert (report.documents, report.unreviewed, report.lossless) == (1, 1, True)
    (notice,) = report.notices
    assert notice.startswith("1 document")
    assert replace(options, status="done") == ExportOptions("spacy")


# Several files


@pytest.fixture
def seven(empty_project, make_document):
    """Seven documents that are done, the third by two people alike."""

    def sets(number):
        found = {"s1": Span("s1", ((0, 3),), "PERSON")}
        people = ("ani", "budi") if number == 2 else ("ani",)
        return [AnnotationSet(SetInfo(0, name, Kind.PERSON, Status.DONE), found) for name in people]

    with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents((make_document("Ani Budi", f"n{number}"), sets(number)) for number in range(7))
    return empty_project


@pytest.mark.parametrize(
    ("format_name", "suffix", "beside"), [("spacy", "spacy", ".relations.json"), ("jsonl", "jsonl", ".labels.json")]
)
def test_an_export_in_numbered_files(seven, tmp_path, format_name, suffix, beside):
    folder = tmp_path / "out"
    folder.mkdir()
    told = []
    progress = Progress(listener=lambda found: told.append((found.done, found.total)))
    options = ExportOptions(format_name, shard=3)
    report = export(seven.connection, seven.scheme, folder / f"gold.{suffix}", options, progress=progress)
    names = [f"gold-{number:05}-of-00003.{suffix}" for number in (1, 2, 3)]
    assert sorted(path.name for path in folder.iterdir()) == sorted(name + end for name in names for end in ("", beside))
    assert (report.documents, report.spans, report.losses) == (7, 7, [])
    assert report.path == str(folder / names[0])
    assert report.notices[0] == f"The documents are in 3 files, {names[0]} to {names[-1]}."
    assert told[-1] == (14, 14)
    assert all(left[0] <= right[0] for left, right in itertools.pairwise(told))
    if format_name == "jsonl":
        lines = [len((folder / name).read_bytes().splitlines()) for name in names]
        assert lines == [3, 3, 1]


def test_a_document_with_several_sets_is_not_parted(seven, tmp_path):
    options = ExportOptions("jsonl", sets="all", shard=3)
    export(seven.connection, seven.scheme, tmp_path / "all.jsonl", options)
    lines = [len((tmp_path / f"all-{number:05}-of-00003.jsonl").read_bytes().splitlines()) for number in (1, 2, 3)]
    assert lines == [4, 3, 1]


@pytest.mark.parametrize("shard", [7, 0, None])
def test_what_fits_goes_into_one_file(seven, tmp_path, shard):
    folder = tmp_path / "out"
    folder.mkdir()
    export(seven.connection, seven.scheme, folder / "gold.spacy", ExportOptions("spacy", shard=shard))
    assert (folder / "gold.spacy").exists()
    assert len(list(folder.iterdir())) == 2


def test_a_cancelled_export_leaves_no_file_and_what_was_there(seven, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    options = ExportOptions("jsonl", shard=2)
    export(seven.connection, seven.scheme, folder / "gold.jsonl", options)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    progress = Progress(listener=lambda found: found.cancel() if found.done > 5 else None)
    with pytest.raises(Cancelled):
        export(seven.connection, seven.scheme, folder / "gold.jsonl", options, progress=progress)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_files_of_an_earlier_export_of_another_size_are_not_mixed_with_new_ones(seven, tmp_path):
    export(seven.connection, seven.scheme, tmp_path / "gold.jsonl", ExportOptions("jsonl", shard=2))
    with pytest.raises(FormatError, match="earlier export"):
        export(seven.connection, seven.scheme, tmp_path / "gold.jsonl", ExportOptions("jsonl", shard=3))


def test_so_many_left_out_are_named_and_the_rest_counted(seven, tmp_path, monkeypatch):
    monkeypatch.setattr(export_choice, "MOST_LOSSES", 0)
    with seven.transaction("Differ", actor="budi") as tx:
        tx.put(tx.sets_of(3)["budi", Kind.PERSON][0], Span("s2", ((4, 8),), "PERSON"))
    report = export(seven.connection, seven.scheme, tmp_path / "gold.jsonl", ExportOptions("jsonl"))
    assert report.losses == []
    assert report.more == {("document", "left out and not named"): 1}
    assert not report.lossless


# Filters


def only(project, status="any", **wanted) -> str:
    """The names of the documents that a filter leaves."""
    return "".join(chosen(project, status=status, only=Only(**wanted)))


@pytest.fixture
def four(empty_project, put):
    """a, b and c done by ani, b labelled GPE, c flagged; d begun by budi."""
    for name, status, label in (("a", DONE, "PERSON"), ("b", DONE, "GPE"), ("c", DONE, "PERSON")):
        put(name, ("ani", PERSON, status, label))
    put("d", ("budi", PERSON, WORK, "GPE"))
    with empty_project.transaction("Flag", actor="ani") as tx:
        number = tx.sets_of(3)["ani", Kind.PERSON][0]
        tx.put_set(number, replace(tx.set_info(number), flagged=True))
    return empty_project


def test_a_filter_looks_at_the_set_that_goes_out(four):
    assert only(four) == "abcd"
    assert only(four, labels=("GPE",)) == "bd"
    assert only(four, "done", labels=("GPE", "PERSON")) == "abc"
    assert only(four, labels=("NONE",)) == ""
    assert only(four, flagged=True) == "c"
    assert only(four, flagged=False) == "abd"
    assert only(four, relations=("x",)) == ""


def test_times_are_those_of_the_history(four):
    steps = [row[0] for row in four.connection.execute("SELECT at FROM steps ORDER BY id")]
    assert only(four, imported=Period(since=steps[0])) == "abcd"
    assert only(four, imported=Period(until=steps[0])) == ""
    four.connection.execute("UPDATE steps SET at = '2020-01-0' || id || 'T12:00:00.000+00:00'")
    assert only(four, imported=Period("2020-01-02", "2020-01-04")) == "bc"
    assert only(four, imported=Period(until="2020-01-02T12:00:00.000+00:00")) == "a"
    assert only(four, changed=Period("2020-01-05")) == "c"
    assert only(four, changed=Period(until="2020-01-05")) == ""


def test_what_is_filtered_out_is_counted_and_not_called_unfinished(four, tmp_path):
    options = ExportOptions("jsonl", only=Only(labels=("GPE",)))
    report = export(four.connection, four.scheme, tmp_path / "x.jsonl", options)
    assert report.documents == 1
    assert report.notices == [
        "2 documents are not what was asked for and were not exported.",
        "1 document is not done and was not exported.",
    ]
    assert report.lossless


def test_statuses_of_persons(empty_project, put):
    put("a", ("ani", PERSON, WORK), ("m", MODEL, NEW))
    put("b", ("ani", PERSON, SKIPPED))
    put("c", ("ani", PERSON, SKIPPED), ("budi", PERSON, SKIPPED))
    put("d", ("m", MODEL, NEW))
    put("e")
    assert chosen(empty_project, status="in-progress") == {"a": "ani"}
    assert chosen(empty_project, status="skipped") == {"b": "ani"}
    assert chosen(empty_project, status="skipped", annotator="budi") == {"c": "budi"}
    assert chosen(empty_project, status="new") == {"d": "m"}
    left = choose(empty_project.connection, ExportOptions(status="skipped")).left_out
    assert [(loss.document, loss.reason) for loss in left] == [("c", "ani, budi have it as skipped; pick one with --annotator")]


SEVERAL = [name for name, entry in FORMATS.items() if entry.write and entry.several_sets]


@pytest.mark.parametrize("name", SEVERAL)
def test_every_set_of_a_document_comes_back_where_the_format_says_so(empty_project, put, tmp_path, name):
    put("a", ("ani", PERSON, DONE), ("budi", PERSON, DONE, "GPE"), ("m", MODEL, NEW))
    put("b", ("ani", PERSON, WORK))
    target = tmp_path / ("out" if name == "brat" else f"out{FORMATS[name].suffixes[0]}")
    options = ExportOptions(name, status="any", sets="all")
    report = export(empty_project.connection, empty_project.scheme, target, options)
    assert report.losses == []
    back = [item for item in FORMATS[name].read(target, ReadDefaults("x")) if isinstance(item, Record)]
    told = {(item.name, item.annotator, item.kind, item.spans[0].label) for item in back}
    assert told == {
        ("a", "ani", PERSON, "PERSON"),
        ("a", "budi", PERSON, "GPE"),
        ("a", "m", MODEL, "PERSON"),
        ("b", "ani", PERSON, "PERSON"),
    }
    assert {item.text for item in back} == {TEXT}


@pytest.mark.parametrize("name", [name for name, entry in FORMATS.items() if entry.write and not entry.several_sets])
def test_where_it_cannot_every_set_is_refused_with_the_formats_that_can(empty_project, put, tmp_path, name):
    put("a", ("ani", PERSON, DONE))
    options = ExportOptions(name, sets="all")
    with pytest.raises(FormatError, match=r"cannot tell several annotation sets .* jsonl, prodigy"):
        export(empty_project.connection, empty_project.scheme, tmp_path / "out.x", options)
    assert [path.name for path in tmp_path.glob("out*")] == []


def test_a_loss_names_the_document_by_its_number(empty_project, put, tmp_path):
    """Two documents of one name: the window must open the right one."""
    for _ in range(2):
        put("same", ("ani", PERSON, DONE))
    with empty_project.transaction("Cut", actor="ani") as tx:
        tx.put(tx.sets_of(2)["ani", Kind.PERSON][0], Span("cut", ((1, 3),), "PERSON"))
    report = export(empty_project.connection, empty_project.scheme, tmp_path / "x.conll", ExportOptions("conll"))
    assert [(loss.document, loss.document_id, loss.item_id) for loss in report.losses] == [("same", 2, "cut")]


def test_what_the_label_scheme_does_not_allow_is_told(empty_project, make_document, tmp_path):
    items = {"p": Span("p", ((0, 5),), "PERSON"), "g": Span("g", ((14, 19),), "GPE"), "x": Span("x", ((6, 10),), "LAW")}
    links = {"r": Relation("r", "linked", "p", "g"), "q": Relation("q", "linked", "g", "p")}
    with empty_project.transaction("Import {}", "x", actor="x", lane=Lane.JOB) as tx:
        done, begun = (AnnotationSet(SetInfo(0, "ani", PERSON, status), items, links) for status in (DONE, WORK))
        tx.add_documents([(make_document(TEXT, "a"), [done]), (make_document(TEXT, "b"), [begun])])
    connection, scheme = empty_project.connection, empty_project.scheme
    lacking = "Labels that are not in the label scheme were exported as they are: LAW (1)."
    target = tmp_path / "o.jsonl"
    assert export(connection, scheme, target, ExportOptions(format="jsonl")).notices[-1:] == [lacking]
    narrow = replace(scheme, relations=tuple(replace(one, head=("GPE",), tail=("GPE",)) for one in scheme.relations))
    told = export(connection, narrow, target, ExportOptions(format="jsonl")).notices
    assert told[-2:] == [
        lacking,
        "Relations that the label scheme does not allow were exported as they are: linked GPE → PERSON (1), linked PERSON → GPE (1).",
    ]
    wide = replace(scheme, spans=(*scheme.spans, SpanLabel("LAW")))
    assert not any("as they are" in notice for notice in export(connection, wide, target, ExportOptions(format="jsonl")).notices)
