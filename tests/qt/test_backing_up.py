"""Backups from the window: made by themselves, compared, gone back to; files that are damaged."""

from __future__ import annotations

import random
import shutil
from collections import namedtuple

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.errors import NotAProject, ProjectDamaged, ProjectError
from annotator.store import backup as store_backup
from annotator.store import suggesters
from annotator.store.backup import Reason, back_up, backups
from annotator.store.project import open_project
from annotator.store.suggesters import KnownSuggester
from annotator.ui import backing_up
from annotator.ui.backing_up import BackingUp
from annotator.ui.dialogs.backups import BackupsDialog
from annotator.ui.dialogs.recovered import RecoveredDialog
from annotator.ui.dialogs.restore import DamagedDialog
from annotator.ui.dialogs.restore_waiting import WaitingDialog
from tests.qt.window_support import Seat, make_project, read_only, settle


class Keeper:
    """The backups of one window."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.backing = BackingUp(seat.bench, seat.hands.projects, seat.hands.projects._jobs, seat.window)
        self.path = seat.project.path if seat.bench.session else None

    def wait(self) -> None:
        """Until nothing is under way."""
        settle()
        while self.backing.busy or self.backing._comparison is not None:
            QTest.qWait(5)
        settle()

    @property
    def dialog(self) -> BackupsDialog:
        dialog = self.seat.dialog(BackupsDialog)
        assert isinstance(dialog, BackupsDialog)
        return dialog

    def choose(self, row: int) -> None:
        self.dialog.table.setCurrentItem(self.dialog.table.topLevelItem(row))
        self.wait()

    def cells(self, row: int) -> list[str]:
        item = self.dialog.table.topLevelItem(row)
        return [item.text(column) for column in range(6)]


@pytest.fixture
def keeper(seat: Seat) -> Keeper:
    seat.show()
    return Keeper(seat)


@pytest.fixture
def worked(keeper: Keeper) -> Keeper:
    """A backup was made, then s2 became ORG, and the dialog is open on that backup."""
    back_up(keeper.path)
    keeper.seat.view.focus_span("s2")
    keeper.seat.hands.editing.label("ORG")
    keeper.backing.show_backups()
    keeper.choose(0)
    return keeper


def damage(path) -> None:
    """Overwrite a part of a closed file, past its first pages."""
    data = bytearray(path.read_bytes())
    data[4096 * 4 : 4096 * 12] = random.Random(7).randbytes(4096 * 8)
    path.write_bytes(data)


# By itself


def test_a_backup_is_made_a_while_after_the_opening_and_said(seat, monkeypatch):
    monkeypatch.setattr(backing_up, "AFTER_OPENING", 1)
    path = seat.project.path
    keeper = Keeper(seat)
    keeper.seat.bench.set_session(None)
    assert not backups(path)
    seat.hands.projects.open(path)
    while not seat.told:
        QTest.qWait(5)
    assert seat.told == ["A backup was made."]
    (made,) = backups(path)
    assert made.sound
    assert made.reason is Reason.AUTO
    seat.bench.set_session(None)
    seat.hands.projects.open(path)
    QTest.qWait(100)
    keeper.wait()
    assert len(backups(path)) == 1  # nothing has changed since


def test_no_room_is_said_and_nothing_made(keeper, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(store_backup.shutil, "disk_usage", lambda _: usage(1, 1, 1000))
    keeper.backing._on_opened_a_while()
    keeper.wait()
    assert "Free some space" in keeper.seat.told[-1]
    assert "Free some space" in keeper.seat.message
    assert backups(keeper.path) == []


def test_the_notice_of_one_made_by_itself_takes_no_message_s_place(keeper, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(store_backup.shutil, "disk_usage", lambda _: usage(1, 1, 1000))
    keeper.seat.bench.messages.show_message("Something to read.", "warning")
    keeper.backing._on_opened_a_while()
    keeper.wait()
    assert keeper.seat.message == "Something to read."
    assert "Free some space" in keeper.seat.told[-1]


def test_a_read_only_project_is_left_to_whoever_writes_it(make_seat, project_file):
    with read_only(project_file):
        seat = make_seat(project_file)
        keeper = Keeper(seat)
        keeper.backing._on_session_changed()
        assert not keeper.backing._after_opening.isActive()
        keeper.backing._on_opened_a_while()
        assert not keeper.backing.busy
        keeper.backing.show_backups()
        assert not keeper.dialog.make.isEnabled()


def test_closing_the_project_stops_its_backup(keeper):
    keeper.backing._on_opened_a_while()
    keeper.seat.bench.set_session(None)
    keeper.wait()
    assert not list(keeper.path.parent.glob("**/*.partial"))
    project = open_project(keeper.path)
    assert not project.read_only
    project.close()


# The dialog


def test_the_dialog_lists_the_backups_and_makes_one_on_demand(keeper):
    back_up(keeper.path)
    keeper.backing.show_backups()
    assert keeper.dialog.table.topLevelItemCount() == 1
    assert keeper.cells(0)[1] == "Automatic"
    assert keeper.cells(0)[3:] == ["3", "10", "Sound"]
    QTest.mouseClick(keeper.dialog.make, Qt.MouseButton.LeftButton)
    assert not keeper.dialog.make.isEnabled()
    keeper.wait()
    assert keeper.dialog.table.topLevelItemCount() == 2
    assert keeper.cells(0)[1] == "By hand"
    assert keeper.dialog.told.text() == "A backup was made."
    assert keeper.dialog.make.isEnabled()


def test_without_backups_the_dialog_says_so(keeper):
    keeper.backing.show_backups()
    assert not keeper.dialog.table.isVisible()
    assert keeper.dialog.hint.isVisible()
    assert not keeper.dialog.restore.isEnabled()


def test_there_is_one_dialog_and_it_goes_with_the_project(keeper):
    keeper.backing.show_backups()
    keeper.backing.show_backups()
    first = keeper.dialog
    keeper.seat.bench.set_session(None)
    settle()
    assert first not in QApplication.topLevelWidgets()
    keeper.backing.show_backups()  # there is nothing to show
    assert keeper.backing._dialog is None


def test_the_preview_says_what_going_back_would_change(worked):
    assert worked.dialog.summary.text().splitlines() == [
        "1 step was made since then.",
        "1 document would change.",
        "1 span would change.",
        "1 rejection would go.",
    ]
    (row,) = [worked.dialog.documents.topLevelItem(0)]
    assert [row.text(column) for column in range(4)] == ["satu", "~1", "", "status, flag or categories, rejections"]
    assert worked.dialog.restore.isEnabled()


def test_the_preview_names_what_no_step_of_the_history_tells(keeper):
    connection = keeper.seat.project.connection
    suggesters.remember(connection, [KnownSuggester("nama", 0, {"file": "nama.tsv"})])
    back_up(keeper.path)
    suggesters.dismiss(connection, "bri", "kantor atau perusahaan", {"ORG": 3, "GPE": 2}, actor="ani")
    suggesters.dismiss(connection, "bni", "keduanya benar", {"ORG": 3, "GPE": 2}, actor="ani")
    suggesters.remember(connection, [KnownSuggester("nama", 0, {"file": "lain.tsv"})])
    keeper.backing.show_backups()
    keeper.choose(0)
    assert keeper.dialog.summary.text().splitlines() == [
        "2 dismissed texts of the inbox would go.",
        "1 suggester's setup would change.",
    ]
    assert not keeper.dialog.documents.isVisible()


def test_where_nothing_differs_the_preview_says_so(keeper):
    back_up(keeper.path)
    keeper.backing.show_backups()
    keeper.choose(0)
    assert keeper.dialog.summary.text() == "Going back would change nothing."
    assert not keeper.dialog.documents.isVisible()


def test_the_preview_follows_an_edit(worked):
    worked.seat.open_named("dua")
    worked.seat.hands.documents.flag()
    while "2 documents" not in worked.dialog.summary.text():
        QTest.qWait(20)
    worked.wait()
    assert worked.dialog.documents.topLevelItemCount() == 2


def test_a_document_of_the_preview_can_be_looked_at(worked):
    worked.seat.open_named("tiga")
    worked.dialog.documents.itemActivated.emit(worked.dialog.documents.topLevelItem(0), 0)
    assert worked.seat.name == "satu"
    assert worked.dialog.isVisible()


def test_a_backup_that_was_never_checked_is_checked_when_it_is_chosen(keeper):
    made = back_up(keeper.path).made
    made.path.with_name(made.path.name + ".json").unlink()
    keeper.backing.show_backups()
    assert keeper.cells(0)[3:] == ["", "", "Not checked"]
    keeper.choose(0)
    keeper.wait()
    assert keeper.cells(0)[3:] == ["3", "10", "Sound"]
    while keeper.dialog.summary.text() == "Comparing…":
        QTest.qWait(5)
    assert keeper.dialog.summary.text() == "Going back would change nothing."


def test_a_damaged_backup_is_told_and_cannot_be_chosen(keeper):
    damage(back_up(keeper.path).made.path)
    keeper.backing.show_backups()
    keeper.choose(0)
    while keeper.dialog.summary.text() == "Comparing…":
        QTest.qWait(5)
    assert keeper.cells(0)[5] == "Damaged"
    assert "damaged" in keeper.dialog.summary.text()
    assert not keeper.dialog.restore.isEnabled()


# Going back


def test_going_back_asks_keeps_what_is_there_and_shows_the_document_again(worked):
    worked.seat.ask.agrees = True
    worked.dialog.restore.click()
    assert worked.seat.bench.session is None
    assert worked.seat.dialog(WaitingDialog).isVisible()
    worked.wait()
    assert "kept as a backup" in worked.seat.ask.asked[-1]
    assert worked.seat.name == "satu"
    assert worked.seat.document.span("s2").label == "GPE"
    assert "The project is what it was on" in worked.seat.message
    assert [made.reason for made in backups(worked.path)] == [Reason.RESTORE, Reason.AUTO]
    assert not worked.seat.project.read_only
    assert not worked.seat.window.findChildren(WaitingDialog)


def test_what_was_kept_can_be_gone_back_to(worked):
    worked.seat.ask.agrees = True
    worked.dialog.restore.click()
    worked.wait()
    worked.backing.show_backups()
    worked.choose(0)
    worked.dialog.restore.click()
    worked.wait()
    assert worked.seat.document.span("s2").label == "ORG"


def test_going_back_is_not_done_without_a_yes(worked):
    worked.dialog.restore.click()
    assert worked.seat.ask.asked
    assert worked.seat.document.span("s2").label == "ORG"
    assert not worked.backing.busy


def test_going_back_waits_for_an_import_and_offers_to_cancel_it(worked, monkeypatch):
    cancelled = []
    monkeypatch.setattr(type(worked.seat.hands.projects), "busy", property(lambda _: True))
    monkeypatch.setattr(worked.seat.hands.projects, "cancel", lambda: cancelled.append(True))
    worked.backing._on_restore_requested(backups(worked.path)[0])
    assert "An import or export is under way" in worked.seat.message
    assert worked.seat.ask.asked == []
    worked.seat.bench.messages.action_button.click()
    assert cancelled == [True]


def test_going_back_can_be_stopped_and_the_project_opens_as_it_was(worked):
    worked.seat.ask.agrees = True
    worked.dialog.restore.click()
    worked.seat.dialog(WaitingDialog).reject()
    worked.wait()
    assert worked.seat.document.span("s2").label == "ORG"
    assert worked.seat.told[-1] == "Cancelled; nothing was changed."


def test_going_back_where_there_is_no_room_leaves_the_project_as_it_was(worked, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(store_backup.shutil, "disk_usage", lambda _: usage(1, 1, 1000))
    worked.seat.ask.agrees = True
    worked.dialog.restore.click()
    worked.wait()
    assert "Nothing was restored" in worked.seat.message
    assert worked.seat.document.span("s2").label == "ORG"
    assert not worked.seat.project.read_only


def test_going_back_waits_for_the_backup_that_is_being_made(worked):
    worked.seat.ask.agrees = True
    worked.backing._on_opened_a_while()
    worked.dialog.restore.click()
    worked.wait()
    assert worked.seat.document.span("s2").label == "GPE"


# Damaged files


@pytest.fixture
def broken(make_seat, tmp_path) -> Keeper:
    """A window without a project, and a project file with a sound backup that was damaged since."""
    path = make_project(tmp_path / "rusak.annotator")
    back_up(path)
    damage(path)
    seat = make_seat()
    seat.show()
    keeper = Keeper(seat)
    keeper.path = path
    return keeper


def offered(keeper: Keeper, error: ProjectError) -> DamagedDialog:
    keeper.backing.rescue.offer((keeper.path, error))
    assert str(error) in keeper.seat.message
    QTest.mouseClick(keeper.seat.bench.messages.action_button, Qt.MouseButton.LeftButton)
    dialog = keeper.seat.dialog(DamagedDialog)
    assert isinstance(dialog, DamagedDialog)
    return dialog


def test_a_damaged_file_goes_back_to_its_backup(broken):
    dialog = offered(broken, ProjectDamaged("It is damaged."))
    before = broken.path.read_bytes()
    dialog.restore.click()
    broken.wait()
    assert broken.seat.project.path == broken.path
    assert broken.seat.name == "satu"
    assert "is kept as" in broken.seat.message
    (aside,) = broken.path.with_name("rusak.annotator.backups").glob("*damaged.annotator")
    assert aside.read_bytes() == before


def test_what_can_be_read_of_a_damaged_file_is_put_into_a_new_project(broken, tmp_path):
    dialog = offered(broken, ProjectDamaged("It is damaged."))
    before = broken.path.read_bytes()
    broken.seat.ask.path = tmp_path / "baru.annotator"
    dialog.rescue.click()
    broken.wait()
    assert broken.seat.ask.asked[-1] == "Rescue what can be read: rusak rescued.annotator"
    report = broken.seat.dialog(RecoveredDialog)
    assert isinstance(report, RecoveredDialog)
    assert "some of it is missing" in report.title.text()
    assert report.table.topLevelItemCount() > 0
    assert report.detail.text().startswith(("Missing: ", "Doubtful: "))
    assert broken.path.read_bytes() == before
    report.copy.click()
    assert '"missing"' in QApplication.clipboard().text()
    report.open_it.click()
    settle()
    assert broken.seat.project.path == tmp_path / "baru.annotator"


def test_a_rescue_can_be_left_out_or_stopped(broken, tmp_path):
    offered(broken, ProjectDamaged("It is damaged.")).rescue.click()
    settle()
    assert not broken.backing.busy  # no name was given
    broken.seat.ask.path = tmp_path / "baru.annotator"
    offered(broken, ProjectDamaged("It is damaged.")).rescue.click()
    broken.seat.dialog(WaitingDialog).reject()
    broken.wait()
    assert broken.seat.told[-1] == "Cancelled; nothing was written."
    assert not (tmp_path / "baru.annotator").exists()


def test_a_rescue_over_something_is_refused_with_the_reason(broken):
    broken.seat.ask.path = broken.path
    offered(broken, ProjectDamaged("It is damaged.")).rescue.click()
    broken.wait()
    assert "exists already" in broken.seat.message


def test_a_file_that_turns_out_damaged_while_it_is_open_is_closed_first(keeper):
    back_up(keeper.path)
    keeper.seat.view.focus_span("s2")
    keeper.seat.hands.editing.label("ORG")
    dialog = offered(keeper, ProjectDamaged("It is damaged."))
    dialog.restore.click()
    assert keeper.seat.bench.session is None
    keeper.wait()
    assert keeper.seat.document.span("s2").label == "GPE"


def test_a_project_that_is_gone_is_brought_back_from_its_backup(broken):
    broken.path.unlink()
    dialog = offered(broken, ProjectError("There is no project."))
    assert not dialog.rescue.isVisible()
    dialog.restore.click()
    broken.wait()
    assert broken.seat.name == "satu"


def test_without_backups_only_the_rescue_is_offered(broken):
    shutil.rmtree(broken.path.with_name("rusak.annotator.backups"))
    dialog = offered(broken, NotAProject("It is no project."))
    assert not dialog.restore.isVisible()
    assert not dialog.table.isVisible()
    assert dialog.rescue.isVisible()


def test_where_nothing_can_be_done_the_reason_stands_alone(broken, tmp_path):
    broken.backing.rescue.offer((tmp_path / "none.annotator", ProjectError("There is no project.")))
    assert broken.seat.message == "There is no project."
    assert not broken.seat.bench.messages.action_button.isVisible()
