"""Backups: made beside the writer, verified, thinned out by what their names say, and skipped with a sentence."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections import namedtuple
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from annotator.commands import knowledge, spans
from annotator.domain.changes import Lane
from annotator.domain.documents import Document
from annotator.domain.progress import Cancelled, Progress
from annotator.errors import ProjectError
from annotator.store import backup, files, queries, suggesters
from annotator.store.backup import Backup, Reason, back_up, backups, find_backup, is_due, kept, verify
from annotator.store.project import open_project

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


def entry(number: int, made: datetime = NOW, reason: Reason = Reason.AUTO, *, sound: bool = True) -> Backup:
    return Backup(Path(f"{number}"), number, made, reason, 1, sound=sound)


# Making


def test_a_backup_is_an_ordinary_project_with_what_was_there(session):
    state = session.open_document(1)
    session.execute(spans.accept_span(state.set_id, "s2"))
    outcome = back_up(session.project.path)
    session.execute(spans.accept_span(state.set_id, "s3"))
    assert outcome.notice == ""
    assert outcome.made.path.parent == session.project.path.with_name("project.annotator.backups")
    assert outcome.made.sound
    assert outcome.made.counts == {"documents": 3, "annotation_sets": 3, "spans": 10, "relations": 3, "steps": 3}
    copy = open_project(outcome.made.path)
    assert queries.span(copy.connection, state.set_id, "s2").reviewed
    assert not queries.span(copy.connection, state.set_id, "s3").reviewed
    copy.close()


def test_only_a_change_calls_for_another(session):
    path = session.project.path
    assert is_due(path)
    first = back_up(path).made
    assert not is_due(path)
    assert back_up(path) == backup.Outcome()
    state = session.open_document(1)
    assert is_due(path)
    second = back_up(path).made
    session.execute(spans.accept_span(state.set_id, "s2"))
    session.undo()
    assert is_due(path)  # what was undone can be redone from here
    third = back_up(path).made
    session.project.close()
    open_project(path).close()
    assert not is_due(path)
    assert [made.number for made in (first, second, third)] == [1, 2, 3]
    assert [made.number for made in backups(path)] == [3, 2, 1]


def test_a_knowledge_base_that_is_loaded_replaced_or_removed_calls_for_another(project, tmp_path):
    path = tmp_path / "kb.csv"
    path.write_text("id,name\nQ3630,Jakarta\n", encoding="utf-8")
    steps = project.connection.execute("SELECT count(*) FROM steps").fetchone()
    back_up(project.path)
    for change in (
        lambda: knowledge.load(project, path),
        lambda: knowledge.load(project, path, mode=knowledge.Mode.REPLACE),
        lambda: knowledge.remove(project),
    ):
        assert not is_due(project.path)
        change()
        assert is_due(project.path)
        assert back_up(project.path).made.sound
    assert project.connection.execute("SELECT count(*) FROM steps").fetchone() == steps
    assert not is_due(project.path)


def test_what_was_dismissed_and_another_suggester_call_for_another(project):
    back_up(project.path)
    for change in (
        lambda: suggesters.dismiss(project.connection, "putin", "as it is", {"PERSON": 1}, actor="ani"),
        lambda: suggesters.dismiss(project.connection, "rusia", "as it is", {"GPE": 1}, actor="ani"),
        lambda: suggesters.take_up_again(project.connection, "putin"),
        lambda: suggesters.remember(project.connection, [suggesters.KnownSuggester("m", 0, {"kind": "memory"})]),
    ):
        assert not is_due(project.path)
        change()
        assert is_due(project.path)
        assert back_up(project.path).made.sound


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_backup_from_before_there_were_knowledge_bases_is_sound(project, version):
    made = back_up(project.path, Reason.MIGRATION).made
    shutil.copy(Path(__file__).resolve().parents[1] / "golden" / "projects" / f"version-{version}.project", made.path)
    found = verify(made)
    assert found.sound
    assert found.mark


def test_a_further_part_of_an_unfinished_step_calls_for_another(project):
    step = project.begin_step("Import {}", "x", actor="ani")
    for number in range(2):
        with project.transaction("Import {}", actor="ani", step_id=step, lane=Lane.JOB) as tx:
            tx.add_documents([(Document(f"d{number}", "text"), [])])
        assert back_up(project.path).made is not None
    project.finish_step(step)
    assert back_up(project.path).made is not None
    assert back_up(project.path).made is None


def test_one_asked_for_is_made_whatever_changed(project):
    for number in (1, 2):
        assert back_up(project.path, Reason.MANUAL).made.number == number


def test_a_big_file_is_backed_up_once_a_day(session, monkeypatch):
    path = session.project.path
    back_up(path)
    session.open_document(1)
    monkeypatch.setattr(backup, "BIG", 1)
    made = backups(path)[0].made
    assert not is_due(path, made + timedelta(hours=23))
    assert is_due(path, made + timedelta(hours=25))
    assert is_due(path, made - timedelta(days=400)), "a clock set back keeps no backup from being made"


def test_a_clock_set_back_does_not_mix_up_the_order(session, monkeypatch):
    path = session.project.path
    moments = [NOW, NOW - timedelta(days=30), NOW - timedelta(days=400)]
    waiting = iter(moments * 2)  # asked for once for each name

    class Clock(datetime):
        @classmethod
        def now(cls, _zone):
            return next(waiting)

    monkeypatch.setattr(backup, "datetime", Clock)
    assert [back_up(path, Reason.MANUAL).made.made for _ in moments] == moments
    assert [made.number for made in backups(path)] == [3, 2, 1]
    assert find_backup(path, "latest").number == 3


def test_edits_go_on_while_a_backup_is_made_and_it_holds_one_moment(session, make_document, monkeypatch):
    project = session.project
    with project.transaction("Import", actor="x", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document(f"Artikel {n}. " * 200, f"big{n}"), []) for n in range(60)])
    state = session.open_document(1)
    monkeypatch.setattr(backup, "_PAGES", 1)
    began, go_on = threading.Event(), threading.Event()
    rounds: list[int] = []

    def listen(progress: Progress) -> None:
        if progress.what == "Backing up" and progress.done > 3 and not go_on.is_set():
            began.set()
            assert go_on.wait(30)
        rounds.append(progress.done)

    made: list[backup.Outcome] = []
    thread = threading.Thread(target=lambda: made.append(back_up(project.path, progress=Progress(listener=listen))))
    thread.start()
    assert began.wait(30)
    for key in ("s2", "s3", "s4"):
        session.execute(spans.accept_span(state.set_id, key))
    go_on.set()
    thread.join(30)
    assert made[0].made is not None
    assert rounds == sorted(rounds), "the copy began anew"
    copy = open_project(made[0].made.path, read_only=True)
    assert [queries.span(copy.connection, state.set_id, key).reviewed for key in ("s2", "s3", "s4")] == [False] * 3
    copy.close()
    assert is_due(project.path)


def test_a_cancelled_backup_leaves_nothing(project):
    progress = Progress(listener=lambda progress: progress.cancel())
    with pytest.raises(Cancelled):
        back_up(project.path, progress=progress)
    assert [left.name for left in backup.backup_folder(project.path).iterdir()] == [".lock"]


def test_without_write_ahead_log_it_is_made_too(project):
    project.connection.execute("PRAGMA journal_mode = TRUNCATE")
    assert back_up(project.path).made.counts["documents"] == 3


# What hinders one


def test_without_room_none_is_made_and_it_is_said(project, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 9, 1000))
    outcome = back_up(project.path)
    assert outcome.made is None
    assert "the disk has 0 MB left" in outcome.notice
    assert backups(project.path) == []


def test_a_disk_that_fills_up_under_it_is_said(project, monkeypatch):
    def full(*arguments, **options):
        error = sqlite3.OperationalError("database or disk is full")
        error.sqlite_errorcode = sqlite3.SQLITE_FULL
        raise error

    monkeypatch.setattr(files, "copy_pages", full)
    assert "is full" in back_up(project.path).notice
    assert [left.name for left in backup.backup_folder(project.path).iterdir()] == [".lock"]


def test_a_damaged_project_is_not_backed_up_and_nothing_is_removed(session, make_document):
    project = session.project
    with project.transaction("Import", actor="x", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document(f"Artikel {n}. " * 200, f"big{n}"), []) for n in range(60)])
    earlier = [back_up(project.path, Reason.MANUAL).made for _ in range(3)]
    project.close()
    content = bytearray(project.path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 3 * 4096] = bytes(3 * 4096)
    project.path.write_bytes(content)
    outcome = back_up(project.path, Reason.MANUAL)
    assert outcome.damaged
    assert outcome.made is None
    assert "is damaged" in outcome.notice
    assert [made.number for made in backups(project.path)] == [made.number for made in reversed(earlier)]


def test_a_second_one_at_the_same_time_says_so(project):
    lock = backup.FileLock(backup.backup_folder(project.path) / ".lock")
    with lock:
        assert "is being made already" in back_up(project.path).notice
    assert back_up(project.path).made is not None


def test_where_the_folder_cannot_be_written_they_go_to_the_users_own(project, monkeypatch, profile_folder):
    beside = project.path.with_name("project.annotator.backups")
    mkdir = Path.mkdir

    def refuse(self, *arguments, **options):
        if self == beside:
            raise PermissionError(13, "Permission denied")
        mkdir(self, *arguments, **options)

    monkeypatch.setattr(Path, "mkdir", refuse)
    made = back_up(project.path).made
    assert made.path.is_relative_to(profile_folder / "backups")
    monkeypatch.undo()
    monkeypatch.setenv("ANNOTATOR_PROFILE", str(profile_folder))
    assert back_up(project.path, Reason.MANUAL).made.number == 2
    assert [found.number for found in backups(project.path)] == [2, 1]


# Looking at them


def test_one_that_changed_since_does_not_count_and_can_be_verified_again(project):
    made = back_up(project.path).made
    content = made.path.read_bytes()
    made.path.write_bytes(content[: len(content) // 2 // 4096 * 4096])
    (found,) = backups(project.path)
    assert not found.sound
    assert is_due(project.path)
    assert not verify(found).sound
    made.path.write_bytes(content)
    assert not backups(project.path)[0].sound
    assert verify(found).counts == made.counts
    assert backups(project.path)[0].sound


def test_files_that_are_no_backups_are_passed_over(project):
    folder = backup.backup_folder(project.path)
    for name in ("notes.txt", "000009-20261340T999999Z-auto.annotator", "000009-20261123T010101Z-other.annotator", "x.annotator"):
        (folder / name).write_bytes(b"mine")
    assert backups(project.path) == []
    assert back_up(project.path).made.number == 1
    assert len(list(folder.iterdir())) == 4 + 3


def test_a_backup_is_found_by_number_name_and_path(project):
    made = back_up(project.path).made
    for name in ("1", made.path.name, str(made.path), "latest"):
        assert find_backup(project.path, name) == made
    with pytest.raises(ProjectError, match=r"no backup “7”\. It has: 1\."):
        find_backup(project.path, "7")


# Thinning out


def test_the_newest_then_one_a_day_then_one_a_week_stay():
    hourly = [entry(1000 - hours, NOW - timedelta(hours=hours)) for hours in range(24 * 60)]
    stay = kept(hourly)
    assert stay[:5] == hourly[:5]
    rest = stay[5:]
    days = {made.made.date() for made in rest}
    assert len(rest) <= 7 + 4
    assert {NOW.date() - timedelta(days=back) for back in range(7)} <= days
    assert len({made.made.isocalendar()[:2] for made in rest}) >= 4
    assert kept(stay) == stay, "thinning out twice removes no more"


def test_a_clock_that_is_wrong_today_removes_nothing_more():
    there = [entry(number, NOW - timedelta(days=20 - number)) for number in range(20, 0, -1)]
    stay = kept(there)
    for wrong in (NOW - timedelta(days=4000), NOW + timedelta(days=4000)):
        with_one_more = kept([entry(21, wrong), *stay])
        gone = [made for made in stay if made not in with_one_more]
        assert len(gone) <= 1


def test_special_ones_are_thinned_out_apart_and_the_last_sound_one_always_stays():
    special = [entry(100 - number, reason=Reason.RESTORE) for number in range(6)]
    assert kept(special) == special[:3]
    unsound = [entry(50 - number, sound=False) for number in range(30)]
    last = entry(3)
    assert last in kept([*unsound, last])
    assert replace(last, number=2) not in kept([*unsound, last, replace(last, number=2)])


def test_old_ones_are_removed_with_their_notes(session):
    state = session.open_document(1)
    for number in range(9):
        session.execute(spans.describe_span(state.set_id, "s1", note=str(number)))
        outcome = back_up(session.project.path)
    folder = backup.backup_folder(session.project.path)
    left = sorted(name.name.split("-")[0] for name in folder.iterdir() if name.name != ".lock")
    # the newest five, and of the three others of this day and week one
    assert left == [f"{number:06}" for number in (4, 5, 6, 7, 8, 9) for _ in range(2)]
    assert [made.number for made in outcome.removed] == [3]
