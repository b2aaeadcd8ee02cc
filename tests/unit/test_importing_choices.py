"""Imports with choices: labels mapped, damage mended, texts that were reworded, the same file again, and the report beside it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotator.commands.import_reports import ReportFile, report_path
from annotator.commands.importing import ImportOptions, import_files
from annotator.commands.merging import ImportReport
from annotator.commands.spans import add_span
from annotator.domain.annotations import Kind
from annotator.domain.changes import Lane
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint
from annotator.domain.labels import LabelScheme, SpanLabel
from annotator.domain.mapping import LabelMapping
from annotator.domain.mending import ALL, Repair
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.session.session import Session
from annotator.store import journal, queries

OLD = "Putin tiba di Rusia. Jokowi bertemu Putin di Jakarta. Mereka lalu pulang."
NEW = "Kabar terbaru: Putin tiba di Rusia. Jokowi menemui Putin di Bandung. Mereka lalu pulang."
"""Putin 15-20 and 51-56, Rusia 29-34, Jokowi 36-42; Jakarta is gone."""

SPANS = [
    {"id": "p", "start": 0, "end": 5, "label": "PERSON"},
    {"id": "r", "start": 14, "end": 19, "label": "PLACE"},
    {"id": "j", "start": 45, "end": 52, "label": "PLACE"},
]
LINKS = [{"id": "a", "label": "visited", "head": "p", "tail": "r"}, {"id": "b", "label": "visited", "head": "p", "tail": "j"}]


def words(texts: list[str]) -> list[Tokens]:
    return [Tokens([(0, len(text))]) for text in texts]


@pytest.fixture
def session(empty_project) -> Session:
    return Session(empty_project, "ani")


def line(name: str = "a", text: str = OLD, **fields) -> str:
    return json.dumps({"name": name, "text": text, **fields}, ensure_ascii=False)


def write(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{one}\n" for one in lines), encoding="utf-8")
    return path


def bring(session: Session, *paths: Path, report_to: Path | None = None, **options) -> ImportReport:
    return import_files(session, paths, ImportOptions(**options), tokenize=words, report_to=report_to)


def contents(session: Session) -> dict[tuple[int, str, str], dict[str, tuple[str, int, int]]]:
    """Every annotation set: its spans as (label, start, end)."""
    connection = session.project.connection
    found = {}
    for document_id in queries.document_ids(connection):
        for set_id, info in queries.set_ids(connection, document_id):
            spans = queries.spans(connection, set_id)
            found[document_id, info.annotator, str(info.kind)] = {span.id: (span.label, span.start, span.end) for span in spans}
    return found


def undo_last(session: Session) -> None:
    last = [step for step in journal.steps(session.project.connection) if step.undoes is None][-1]
    assert last.lane is Lane.JOB
    session.undo_step(last.id)


# Labels


def test_labels_are_mapped_and_what_is_left_out_is_counted(session, tmp_path):
    path = write(tmp_path / "in.jsonl", line(spans=SPANS, relations=LINKS))
    report = bring(session, path, mapping=LabelMapping({"PERSON": "TOKOH", "PLACE": ""}))
    assert contents(session)[1, "import", "model"] == {"p": ("TOKOH", 0, 5)}
    assert report.relations == 0
    assert report.losses == []  # it was chosen
    told = [complaint.message for complaint in report.complaints]
    assert told == ["2 relations labelled “visited” left out, as chosen.", "2 spans labelled “PLACE” left out, as chosen."]


def test_the_scheme_gets_the_labels_of_the_mapping_with_their_looks_in_the_same_step(session, tmp_path):
    before = session.project.scheme
    added = LabelScheme(spans=(SpanLabel("TOKOH", "#010203", "z"), SpanLabel("UNUSED")))
    path = write(tmp_path / "in.jsonl", line(spans=SPANS))
    report = bring(session, path, mapping=LabelMapping({"PERSON": "TOKOH"}, added=added))
    assert report.labels[:2] == ["TOKOH", "UNUSED"]
    label = session.project.scheme.span("TOKOH")
    assert (label.color, label.key) == ("#010203", "z")
    undo_last(session)
    assert session.project.scheme == before
    assert contents(session) == {}


# Damage


def test_repairs_are_made_told_and_taken_back_with_the_import(session, tmp_path):
    damaged = [
        {"id": "p", "start": 5, "end": 0, "label": "PERSON"},
        {"id": "r", "start": 13, "end": 20, "label": "PLACE"},
        {"id": "j", "start": 44, "end": 52, "label": "PLACE"},
        {"id": "k", "start": 45, "end": 52, "label": "PLACE"},
    ]
    path = write(tmp_path / "in.jsonl", line(spans=damaged, relations=LINKS))
    report = bring(session, path, repair=ALL)
    assert contents(session)[1, "import", "model"] == {"p": ("PERSON", 0, 5), "r": ("PLACE", 14, 20), "j": ("PLACE", 45, 52)}
    assert report.relations == 2
    assert report.losses == []
    assert [complaint.message.startswith("Repaired: ") for complaint in report.complaints] == [True, True, True, True]
    undo_last(session)
    assert contents(session) == {}


def test_without_repairs_the_same_file_loses_what_is_damaged(session, tmp_path):
    path = write(
        tmp_path / "in.jsonl", line(spans=[{"id": "p", "start": 5, "end": 0, "label": "P"}, SPANS[1]], relations=LINKS[:1])
    )
    report = bring(session, path)
    assert [complaint.message for complaint in report.losses] == [
        "The span “p” ends before it starts: (5, 0); it was left out.",
        "The relation “a” names the span “p”, which was left out; it was left out.",
    ]


def test_offsets_beyond_the_end_are_mended_if_all_are_shifted(session, tmp_path):
    text = "Budi bertemu Siti di Bandung"
    places = [(0, 4), (13, 17), (21, 28)]
    moved = [{"id": f"s{start}", "start": start + 3, "end": end + 3, "label": "X"} for start, end in places]
    report = bring(session, write(tmp_path / "in.jsonl", line(text=text, spans=moved)), repair=frozenset([Repair.SHIFTED]))
    assert [place[1:] for place in contents(session)[1, "import", "model"].values()] == places
    assert report.complaints[0].message == "Repaired: 3 spans stood beside the words and were moved by -3."


FOREIGN = {
    "brat": ("a.ann", "T1\tPER 5 0\tPutin\nT2\tLOC 16 21\tRusia\nR1\tin Arg1:T1 Arg2:T2\n"),
    "prodigy": (
        "a.prodigy.jsonl",
        json.dumps(
            {
                "text": OLD,
                "spans": [
                    {"start": 5, "end": 0, "label": "PER"},
                    {"start": 16, "end": 21, "text": "Rusia", "label": "LOC"},
                ],
                "answer": "accept",
            }
        ),
    ),
    "doccano": (
        "a.doccano.jsonl",
        json.dumps({"id": 1, "text": OLD, "entities": [
            {"id": 1, "start_offset": 5, "end_offset": 0, "label": "PER"},
            {"id": 2, "start_offset": 14, "end_offset": 19, "label": "LOC"},
        ], "relations": [{"id": 3, "from_id": 1, "to_id": 2, "type": "in"}]}),
    ),
    "label-studio": (
        "a.json",
        json.dumps([{"id": 1, "data": {"text": OLD}, "annotations": [{"id": 2, "result": [
            {"id": "x", "from_name": "l", "to_name": "t", "type": "labels",
             "value": {"start": 5, "end": 0, "text": "Putin", "labels": ["PER"]}},
            {"id": "y", "from_name": "l", "to_name": "t", "type": "labels",
             "value": {"start": 16, "end": 21, "text": "Rusia", "labels": ["LOC"]}},
            {"from_id": "x", "to_id": "y", "type": "relation", "direction": "right", "labels": ["in"]},
        ]}]}]),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", FOREIGN)
def test_readers_show_the_mender_what_makes_no_sense(session, tmp_path, name):
    file, text = FOREIGN[name]
    (tmp_path / "a.txt").write_text(OLD, encoding="utf-8")
    (tmp_path / file).write_text(text, encoding="utf-8")
    options = {"format": name, "kind": Kind.PERSON}
    assert bring(session, tmp_path / file, **options, annotator="plain").losses != []
    report = bring(session, tmp_path / file, **options, annotator="mended", repair=ALL)
    assert [complaint.message for complaint in report.losses] == []
    assert sum("Repaired" in complaint.message for complaint in report.complaints) >= 1
    found = [spans for key, spans in contents(session).items() if "mended" in key or name == "label-studio"]
    assert sorted(place for spans in found for place in spans.values())[-2:] == [("LOC", 14, 19), ("PER", 0, 5)]


# Another wording


def document_named(session: Session, name: str = "a") -> list[tuple[int, str]]:
    return queries.documents_named(session.project.connection, name)


def status_of(session: Session, document_id: int, annotator: str = "ani") -> Status | None:
    found = queries.find_set(session.project.connection, document_id, annotator, Kind.PERSON)
    info = queries.set_info(session.project.connection, found) if found else None
    return info.status if info else None


def reviewed(session: Session, tmp_path: Path) -> int:
    """Import the old wording, and have ani add a span to it; returns her set."""
    bring(session, write(tmp_path / "in.jsonl", line(spans=SPANS, relations=LINKS, annotator="tagger")))
    state = session.open_document(1)
    session.execute(add_span(state.set_id, ((21, 27),), "PERSON"))
    return state.set_id


def test_a_reworded_text_keeps_its_annotations_as_far_as_they_are_there(session, tmp_path):
    reviewed(session, tmp_path)
    before = contents(session)
    report = bring(session, write(tmp_path / "in.jsonl", line(text=NEW)))
    (old, _), (new, text) = document_named(session)
    assert text == NEW
    found = contents(session)
    assert set(found[new, "tagger", "model"].values()) == {("PERSON", 15, 20), ("PLACE", 29, 34)}
    assert ("PERSON", 36, 42) in found[new, "ani", "person"].values()
    assert NEW[36:42] == "Jokowi"
    assert {key: spans for key, spans in found.items() if key[0] == old} == before
    told = [complaint.message for complaint in report.complaints]
    assert any("PLACE “Jakarta” of tagger is not in the new text" in message for message in told)
    assert any("another wording" in message and "stays in the project as a second document" in message for message in told)


def test_the_earlier_wording_is_set_aside_and_all_of_it_is_one_step(session, tmp_path):
    reviewed(session, tmp_path)
    before = contents(session)
    bring(session, write(tmp_path / "in.jsonl", line(text=NEW)))
    (old, _), (new, _) = document_named(session)
    assert status_of(session, old) is Status.SKIPPED
    assert status_of(session, new) is not Status.SKIPPED
    undo_last(session)
    assert contents(session) == before
    assert status_of(session, old) is Status.IN_PROGRESS


def test_a_set_that_was_done_is_done_no_more_if_it_lost_something(session, tmp_path):
    done = {"annotator": "budi", "kind": "person", "status": "done"}
    bring(session, write(tmp_path / "in.jsonl", line(spans=SPANS, **done), line("b", spans=SPANS[:2], **done)))
    bring(session, write(tmp_path / "new.jsonl", line(text=NEW), line("b", text=NEW)))
    assert status_of(session, 3, "budi") is Status.IN_PROGRESS
    assert status_of(session, 4, "budi") is Status.DONE
    assert status_of(session, 1, "budi") is Status.SKIPPED


def test_the_set_of_the_file_takes_the_place_of_a_models_but_not_of_a_persons(session, tmp_path):
    bring(session, write(tmp_path / "in.jsonl", line(spans=SPANS, annotator="tagger")))
    state = session.open_document(1)
    session.execute(add_span(state.set_id, ((21, 27),), "PERSON"))
    place = [{"id": "n", "start": 60, "end": 67, "label": "PLACE"}]
    report = bring(
        session,
        write(
            tmp_path / "in.jsonl",
            line(text=NEW, spans=place, annotator="tagger"),
            line(text=NEW, spans=place, annotator="ani", kind="person"),
        ),
    )
    found = contents(session)
    assert list(found[2, "tagger", "model"].values()) == [("PLACE", 60, 67)]
    assert ("PLACE", 60, 67) not in found[2, "ani", "person"].values()
    assert any("ani has worked on this document" in complaint.message for complaint in report.losses)


@pytest.mark.parametrize("text", ["Harga beras naik lagi di pasar induk kemarin siang.", "Putin."])
def test_quite_another_text_of_the_same_name_is_another_document(session, tmp_path, text):
    reviewed(session, tmp_path)
    report = bring(session, write(tmp_path / "in.jsonl", line(text=text)))
    assert report.documents == 1
    assert report.complaints == []
    assert status_of(session, 1) is Status.IN_PROGRESS


def test_nothing_is_carried_if_that_was_chosen(session, tmp_path):
    reviewed(session, tmp_path)
    bring(session, write(tmp_path / "in.jsonl", line(text=NEW)), carry=False)
    assert status_of(session, 1) is Status.IN_PROGRESS
    assert not any(key[0] == 2 for key in contents(session))


def test_several_texts_of_one_name_in_one_file_are_several_articles(session, tmp_path):
    bring(session, write(tmp_path / "in.jsonl", line(spans=SPANS), line(text=NEW), line(text=NEW + " Lagi.")))
    assert len(document_named(session)) == 3
    assert all(key[0] == 1 for key in contents(session))
    again = bring(session, tmp_path / "in.jsonl")
    assert (again.documents, again.known, again.unchanged) == (0, 3, 1)


def test_a_file_with_both_wordings_sets_none_aside(session, tmp_path):
    reviewed(session, tmp_path)
    bring(session, write(tmp_path / "in.jsonl", line(), line(text=NEW)))
    assert status_of(session, 1) is Status.IN_PROGRESS


# The same file again


PERSON = {"annotator": "budi", "kind": "person"}


def test_the_same_file_again_changes_nothing(session, tmp_path):
    path = write(tmp_path / "in.jsonl", line(spans=SPANS, relations=LINKS, **PERSON))
    bring(session, path)
    before = contents(session)
    report = bring(session, path)
    assert (report.documents, report.sets, report.unchanged) == (0, 0, 1)
    assert contents(session) == before


def test_the_same_file_with_other_annotations_updates_what_nobody_touched(session, tmp_path):
    path = write(tmp_path / "in.jsonl", line(spans=SPANS, **PERSON))
    bring(session, path)
    report = bring(session, write(path, line(spans=SPANS[:1], **PERSON)))
    assert contents(session)[1, "budi", "person"] == {"p": ("PERSON", 0, 5)}
    assert report.losses == []
    assert "it was updated" in report.complaints[0].message
    undo_last(session)
    assert len(contents(session)[1, "budi", "person"]) == 3
    again = bring(session, write(path, line(spans=SPANS[:2], **PERSON)))
    assert again.losses == []


def test_a_set_that_somebody_worked_on_is_left_alone_and_named(session, tmp_path):
    path = write(tmp_path / "in.jsonl", line(spans=SPANS, annotator="ani", kind="person"))
    bring(session, path)
    state = session.open_document(1)
    session.execute(add_span(state.set_id, ((21, 27),), "PERSON"))
    report = bring(session, write(path, line(spans=SPANS[:1], annotator="ani", kind="person")))
    assert len(contents(session)[1, "ani", "person"]) == 4
    assert "it was left as it is" in report.losses[0].message


def test_another_file_does_not_update_a_persons_set(session, tmp_path):
    bring(session, write(tmp_path / "in.jsonl", line(spans=SPANS, **PERSON)))
    report = bring(session, write(tmp_path / "other.jsonl", line(spans=SPANS[:1], **PERSON)))
    assert len(contents(session)[1, "budi", "person"]) == 3
    assert len(report.losses) == 1


# The report


def test_the_report_lists_everything_by_place_and_reason(session, tmp_path):
    path = write(tmp_path / "in.jsonl", line(spans=SPANS), "{broken", line("b", text=""))
    target = report_path(session.project.path)
    report = bring(session, path, report_to=target)
    assert report.written == f"The report is in {target}."
    told = target.read_text(encoding="utf-8").splitlines()
    assert told[0] == f"Imported from: {path}"
    assert any(one.startswith("New: 1 document, 1 annotation set, 3 spans") for one in told)
    assert [one for one in told if one.startswith("left out")] == [
        f"left out  {complaint.place}: {complaint.message}" for complaint in report.losses
    ]
    assert list(target.parent.glob(".*part*")) == []


def test_more_complaints_than_are_kept_are_all_in_the_file(session, tmp_path):
    path = write(
        tmp_path / "in.jsonl", *[line(f"d{number}", spans=[{"start": 9, "end": 9, "label": "X"}]) for number in range(1500)]
    )
    target = tmp_path / "report.txt"
    report = bring(session, path, report_to=target)
    assert len(report.complaints) == 1000
    assert report.more == 500
    assert target.read_text(encoding="utf-8").count("left out  ") == 1500


def test_nothing_is_written_where_there_is_nothing_to_say(session, tmp_path):
    target = tmp_path / "report.txt"
    report = bring(session, write(tmp_path / "in.jsonl", line()), report_to=target)
    assert (report.written, target.exists()) == ("", False)


def test_an_import_that_fails_leaves_an_earlier_report_as_it_was(session, tmp_path):
    target = tmp_path / "report.txt"
    target.write_text("earlier")

    def broken(_texts):
        raise RuntimeError("no tokens")

    path = write(tmp_path / "in.jsonl", "{broken", line())
    with pytest.raises(RuntimeError, match="no tokens"):
        import_files(session, [path], ImportOptions(), tokenize=broken, report_to=target)
    assert target.read_text() == "earlier"
    assert list(tmp_path.glob(".*part*")) == []


def test_a_report_that_cannot_be_written_spoils_no_import(session, tmp_path):
    report = bring(session, write(tmp_path / "in.jsonl", line(), "{broken"), report_to=tmp_path / "no" / "where.txt")
    assert report.documents == 1
    assert report.written.startswith("The report could not be written: ")


def test_a_report_file_is_one_line_a_finding_whatever_the_message_holds(tmp_path):
    with ReportFile(tmp_path / "r.txt") as file:
        file.add([Complaint("a\nb:1", "two\nlines\udcff"), Complaint("c", "notice", lost=False)])
        file.finish(["head"])
    assert (tmp_path / "r.txt").read_text(encoding="utf-8").splitlines() == [
        "head",
        "",
        "left out  a b:1: two lines?",
        "notice    c: notice",
    ]
    with ReportFile(tmp_path / "gone" / "r.txt") as file, pytest.raises(FormatError, match="does not exist"):
        file.finish([])
