"""Changing the scheme when something goes wrong: a kill, a full disk, an edit in between, damaged values; and the guidelines in files."""

from __future__ import annotations

import shutil

import pytest

from annotator.commands.command import Command
from annotator.commands.documents import toggle_flag
from annotator.commands.export_choice import ExportOptions
from annotator.commands.exporting import export
from annotator.commands.schemes import Relabelled, SchemeStep, change_scheme
from annotator.commands.spans import add_span, describe_span
from annotator.domain.annotations import Span
from annotator.domain.labels import LabelScheme, SpanLabel, scheme_from_dict, scheme_to_dict
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.scheme_draft import Draft, deleted, renamed
from annotator.domain.scheme_edit import Part
from annotator.errors import DiskFull, FormatError, ProjectReadOnly, Refused
from annotator.session.session import Session
from annotator.store import journal, queries, recount
from annotator.store.project import open_project

SPANS, RELATIONS, ATTRIBUTES, CATEGORIES = Part


def labels(project) -> list[str]:
    return [row[0] for row in project.connection.execute("SELECT label FROM spans ORDER BY set_id, id")]


# A step that does not come to its end


def test_what_a_kill_left_half_done_is_taken_back_at_the_next_opening(session, tmp_path):
    before, scheme = labels(session.project), session.project.scheme
    step = SchemeStep(session, renamed(scheme, SPANS, "PERSON", "ORANG")).__enter__()
    step.size = 1
    assert step.go_on()
    assert labels(session.project) != before
    session.project.checkpoint()
    killed = shutil.copy(session.project.path, tmp_path / "killed.annotator")
    step.__exit__(None, None, None)
    again = open_project(killed)
    try:
        assert (labels(again), again.scheme) == (before, scheme)
        assert recount.differences(again.connection) == []
        assert again.notices == []
    finally:
        again.close()


def test_an_edit_in_between_keeps_the_change_and_says_so(session):
    state = session.open_document(1)
    step = SchemeStep(session, renamed(session.project.scheme, SPANS, "PERSON", "ORANG"))

    def some_of_it() -> None:
        with step:
            while step.go_on():
                pass
            span = state.span("s3")
            assert span is not None
            session.execute(Command("x", lambda tx: tx.put(state.set_id, Span("s3", span.fragments, "GPE"))))
            raise Cancelled

    with pytest.raises(Cancelled):
        some_of_it()
    assert step.kept.startswith("The change stopped before its end. What it had done was kept:")
    assert session.project.scheme.span("ORANG") is not None
    assert journal.unfinished(session.project.connection) == []
    assert recount.differences(session.project.connection) == []


def test_a_listener_that_fails_stops_nothing(session):
    session.open_document(1)
    failures: list[Exception] = []
    session.changed.on_failure = failures.append
    session.changed.connect(lambda _: 1 / 0)
    did = change_scheme(session, renamed(session.project.scheme, SPANS, "PERSON", "ORANG"))
    assert did.spans == 5
    assert failures


def test_progress_goes_from_nothing_to_all(session):
    seen: list[tuple[int, int]] = []
    progress = Progress(listener=lambda now: seen.append((now.done, now.total)))
    change_scheme(session, renamed(session.project.scheme, SPANS, "PERSON", "ORANG"), progress)
    assert seen[0] == (0, 3)
    assert seen[-1] == (3, 3)
    assert seen == sorted(seen)


def test_a_cancel_from_elsewhere_takes_all_of_it_back(session):
    before, scheme = labels(session.project), session.project.scheme
    progress = Progress(listener=lambda now: now.cancel())
    with pytest.raises(Cancelled):
        change_scheme(session, renamed(scheme, SPANS, "PERSON", "ORANG"), progress)
    assert (labels(session.project), session.project.scheme) == (before, scheme)
    assert session.next_redo() is None, "what never came to its end is not brought again"


def test_what_cannot_be_taken_back_yet_is_taken_back_before_the_next_edit(session, tmp_path, monkeypatch):
    state, before, scheme = session.open_document(1), labels(session.project), session.project.scheme
    real, full = session.project.undo_step, DiskFull("The disk is full.")

    def fails(*_: object) -> None:
        raise full

    monkeypatch.setattr(session.project, "undo_step", fails)
    step = SchemeStep(session, renamed(scheme, SPANS, "PERSON", "ORANG"))
    step.size = 1

    def some_of_it() -> None:
        with step:
            assert step.go_on()
            raise full

    with pytest.raises(DiskFull):
        some_of_it()
    assert step.kept.startswith("It stopped before its end, and what it had done could not be taken back yet: The disk is full.")
    assert session.project.scheme.span("ORANG") is not None
    connection = session.project.connection
    with pytest.raises(Refused, match="“Rename or merge PERSON → ORANG” is under way, or was interrupted"):
        export(connection, session.project.scheme, tmp_path / "o.jsonl", ExportOptions(format="jsonl", status="any"))
    with pytest.raises(DiskFull):
        session.execute(add_span(state.set_id, ((21, 27),), "GPE"))
    monkeypatch.setattr(session.project, "undo_step", real)
    session.execute(toggle_flag(state.set_id))
    assert (labels(session.project), session.project.scheme) == (before, scheme)
    assert session.document.scheme == scheme
    assert journal.unfinished(connection) == []
    assert export(connection, scheme, tmp_path / "o.jsonl", ExportOptions(format="jsonl", status="any")).documents


def test_a_change_that_was_refused_half_way_leaves_redo_as_it_was(session):
    state = session.open_document(1)
    edited = Draft(session.project.scheme)
    edited.add(ATTRIBUTES, "tense")
    change_scheme(session, edited.edit())
    session.execute(describe_span(state.set_id, "s1", attributes={"tense": "past"}))
    session.execute(toggle_flag(state.set_id))
    session.undo()
    waiting = session.next_redo()
    assert waiting is not None
    with pytest.raises(Refused, match="is in use"):
        change_scheme(session, deleted(session.project.scheme, ATTRIBUTES, "tense"))
    assert session.next_redo() == waiting
    change_scheme(session, renamed(session.project.scheme, SPANS, "PERSON", "ORANG"))
    assert session.next_redo() is None, "one that came to its end cuts it off"


def test_a_read_only_project_is_refused(session):
    path = session.project.path
    other = open_project(path)
    try:
        assert other.read_only
        with pytest.raises(ProjectReadOnly):
            change_scheme(Session(other, "budi"), renamed(other.scheme, SPANS, "PERSON", "ORANG"))
    finally:
        other.close()


def test_a_name_that_cannot_be_kept_leaves_everything(session):
    before, scheme = labels(session.project), session.project.scheme
    with pytest.raises(Refused, match="cannot be saved"):
        change_scheme(session, renamed(scheme, SPANS, "PERSON", "\ud800"))
    assert (labels(session.project), session.project.scheme) == (before, scheme)
    assert journal.unfinished(session.project.connection) == []


def test_a_very_long_name_is_a_name(session):
    before, name = labels(session.project), "x" * 100_000
    change_scheme(session, renamed(session.project.scheme, SPANS, "PERSON", name))
    assert name in labels(session.project)
    session.undo()
    assert labels(session.project) == before


def test_a_scheme_that_would_not_read_back_is_refused(session):
    draft = Draft(session.project.scheme)
    draft.find(SPANS, "PERSON").key = "ß"  # no key a label may have
    with pytest.raises(FormatError, match="“ß” cannot be a label's key"):
        change_scheme(session, draft.edit())
    assert session.project.scheme == draft.before
    assert journal.unfinished(session.project.connection) == []


def test_labels_that_were_never_in_the_scheme_are_left_alone(session):
    state = session.open_document(1)
    session.execute(Command("x", lambda tx: tx.put(state.set_id, Span("u", ((6, 10),), "UNKNOWN"))))
    change_scheme(session, deleted(session.project.scheme, SPANS, "DATE"))
    assert "UNKNOWN" in labels(session.project)
    draft = Draft(session.project.scheme)
    draft.add(SPANS, "UNKNOWN")
    change_scheme(session, draft.edit())
    assert not state.problems()


def test_two_people_and_a_model_all_have_the_new_name(session):
    session.open_document(1)
    budi = Session(session.project, "budi")
    budi.open_document(1)
    budi.open_document(2)
    did = change_scheme(session, renamed(session.project.scheme, SPANS, "PERSON", "ORANG"))
    assert did.spans == 3 + 2 + 3
    totals = queries.label_totals(session.project.connection)
    assert {(row.annotator, row.label) for row in totals if row.label == "ORANG"} == {
        ("model", "ORANG"),
        ("ani", "ORANG"),
        ("budi", "ORANG"),
    }


def test_who_opens_a_document_later_gets_suggestions_under_the_new_name(session):
    change_scheme(session, renamed(session.project.scheme, SPANS, "PERSON", "ORANG"))
    state = session.open_document(2)
    assert [span.label for span in state.spans()] == ["ORANG", "ORG"]
    assert not state.problems()


def test_counts_are_said_in_one_sentence():
    did = Relabelled(1, 2, 3, 4, 5, 1, 7)
    assert did.sentence() == (
        "The label scheme was changed: 1 span changed, 2 relations changed, 3 attributes changed,"
        " categories of 4 annotation sets changed, 5 spans removed, 1 relation removed, 7 joined with others that say the same."
    )
    did.add(Relabelled(spans=1, joined=1))
    assert (did.spans, did.joined) == (2, 8)


# Guidelines in files


def test_guidelines_are_written_and_read():
    scheme = LabelScheme("s", (SpanLabel("A"),), guidelines={"id": "# Pedoman\n", "en": "# Rules\n"})
    data = scheme_to_dict(scheme)
    assert data["guidelines"] == {"id": "# Pedoman\n", "en": "# Rules\n"}
    assert scheme_from_dict(data).guidelines == scheme.guidelines


def test_files_of_earlier_versions_have_none():
    data = scheme_to_dict(LabelScheme("s", (SpanLabel("A"),)))
    assert "guidelines" not in data
    assert scheme_from_dict(data).guidelines == {}


def test_guidelines_in_one_language_may_be_plain_text():
    assert scheme_from_dict({"guidelines": "# Rules"}).guidelines == {"en": "# Rules"}


@pytest.mark.parametrize("wrong", [1, ["x"], {"en": 1}])
def test_guidelines_that_are_no_text_are_named(wrong):
    with pytest.raises(FormatError, match="guidelines of the label scheme is a text"):
        scheme_from_dict({"guidelines": wrong})


def test_guidelines_are_kept_in_the_project_and_come_back_by_undo(session):
    draft = Draft(session.project.scheme)
    draft.guidelines["id"] = "# Pedoman\n\nTeks \0 dengan 😊\n"
    change_scheme(session, draft.edit())
    assert session.project.scheme.guidelines == {"id": "# Pedoman\n\nTeks \0 dengan 😊\n"}
    assert session.next_undo().title == "Change the label scheme"
    session.undo()
    assert session.project.scheme.guidelines == {}
