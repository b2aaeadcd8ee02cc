"""What the settings let go of the history: never without a yes while it can still be undone, and then without further questions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from PySide6.QtTest import QTest

from annotator.commands import documents
from annotator.store import history, journal
from annotator.ui import pruning
from annotator.ui.dialogs.history_keeping import HistoryKeepingDialog
from tests.qt.window_support import Seat


@pytest.fixture
def old(seat: Seat) -> Seat:
    """Twelve edits, and all steps but the last two are a year old."""
    for _ in range(12):
        seat.bench.run(documents.toggle_flag(seat.document.set_id))
    connection = seat.project.connection
    at = (datetime.now(UTC) - timedelta(days=365)).isoformat(timespec="milliseconds")
    connection.execute("UPDATE steps SET at = ? WHERE id < (SELECT max(id) - 1 FROM steps)", (at,))
    return seat


def reopened(seat: Seat) -> None:
    path = seat.project.path
    seat.trigger("project.close")
    assert seat.hands.projects.open(path)


def hands_of(seat: Seat) -> pruning.Pruning:
    found = seat.bench.findChild(pruning.Pruning)
    assert found is not None
    return found


def steps(seat: Seat) -> int:
    return len(history.project_entries(seat.project.connection))


def offered(qtbot, seat: Seat) -> None:
    """Look as after an opening, until the bar says what would go."""
    seat.bench.messages.clear()
    hands_of(seat)._later.start(1)
    qtbot.waitUntil(lambda: "Nothing has been removed yet." in seat.message, timeout=10_000)


def test_old_steps_wait_for_a_yes_after_the_opening_and_it_is_said_when_they_go(qtbot, old, monkeypatch):
    monkeypatch.setattr(
        "annotator.commands.pruning.prune_some", lambda project, found: journal.prune(project.connection, found.last, most=2)
    )
    old.bench.settings.set("history.keep_days", 30)
    old.show()
    panel = old.window.panels.history
    old.window.show_history_of_item()
    reopened(old)
    panel.set_scope(panel.model.subject.scope.PROJECT)
    before = panel.model.rowCount()
    content = old.content()
    offered(qtbot, old)
    assert steps(old) > 2
    assert old.ask.asked == [], "who has just opened a project is not stopped"
    old.ask.agrees = True
    old.bench.messages.action_button.click()
    qtbot.waitUntil(lambda: any("no longer be undone" in told for told in [old.message]), timeout=10_000)
    assert steps(old) == 2
    assert before > 2
    assert panel.model.rowCount() == 2
    assert old.content() == content
    old.trigger("edit.undo")
    old.trigger("edit.undo")
    assert old.bench.session.next_undo() is None


def test_what_was_agreed_to_goes_on_without_a_word_until_the_setting_changes(qtbot, old):
    old.bench.settings.set("history.keep_days", 30)
    old.ask.agrees = True
    offered(qtbot, old)
    old.bench.messages.action_button.click()
    qtbot.waitUntil(lambda: steps(old) == 2, timeout=10_000)
    assert len(old.ask.asked) == 1
    for _ in range(3):
        old.bench.run(documents.toggle_flag(old.document.set_id))
    at = (datetime.now(UTC) - timedelta(days=100)).isoformat(timespec="milliseconds")
    old.project.connection.execute("UPDATE steps SET at = ? WHERE id < (SELECT max(id) FROM steps)", (at,))
    reopened(old)
    hands_of(old)._later.start(1)
    qtbot.waitUntil(lambda: steps(old) == 1, timeout=10_000)
    assert len(old.ask.asked) == 1
    old.bench.run(documents.toggle_flag(old.document.set_id))
    old.bench.run(documents.toggle_flag(old.document.set_id))
    old.project.connection.execute("UPDATE steps SET at = ?", (at,))
    old.bench.settings.set("history.keep_days", 20)
    offered(qtbot, old)
    assert steps(old) == 3


def test_what_was_agreed_to_in_one_project_is_asked_anew_in_another(qtbot, old, tmp_path):
    old.bench.settings.set("history.keep_days", 30)
    hands = hands_of(old)
    hands._session, hands._wanted = old.bench.session, (30, 0)
    here = hands._agreed_to()
    old.bench.settings.set(pruning.AGREED, {here.replace(old.project.path.name, "other.annotator"): 3})
    offered(qtbot, old)
    assert steps(old) > 2


def test_a_no_after_the_opening_leaves_everything_and_says_when_it_comes_again(qtbot, old):
    count = steps(old)
    old.bench.settings.set("history.keep_days", 30)
    offered(qtbot, old)
    old.bench.messages.action_button.click()
    assert len(old.ask.asked) == 1
    assert "asked again when the project is opened" in old.message
    assert old.bench.settings.get("history.keep_days") == 30
    assert steps(old) == count
    reopened(old)
    offered(qtbot, old)


def test_everything_stays_without_a_setting(qtbot, old):
    count = steps(old)
    reopened(old)
    hands_of(old).look()
    QTest.qWait(50)
    assert steps(old) == count
    assert old.message == ""


def keep_thirty_days(old: Seat) -> None:
    old.window.panels.history.keeping.click()
    dialog = old.dialog(HistoryKeepingDialog)
    dialog.fields["history.keep_days"].show_value(30)
    dialog.keep.click()


def test_how_much_is_kept_is_asked_in_the_history_and_once_more_in_numbers(qtbot, old):
    old.show()
    old.ask.agrees = True
    first = pruning._day(history.project_entries(old.project.connection)[-1].step.at)
    gone = steps(old) - 2
    (undoable,) = old.project.connection.execute(
        "SELECT count(*) FROM steps WHERE id < (SELECT max(id) - 1 FROM steps) AND state = 0 AND undoes IS NULL AND lane <> 'system'"
    ).fetchone()
    keep_thirty_days(old)
    qtbot.waitUntil(lambda: steps(old) == 2, timeout=10_000)
    assert old.bench.settings.get("history.keep_days") == 30
    (asked,) = old.ask.asked
    assert f"{gone} old steps of the history are to go, made from {first} to {first}." in asked
    assert f"{undoable} of them can still be undone, and then no longer." in asked


def test_a_no_in_the_history_puts_the_settings_back(qtbot, old):
    old.show()
    count = steps(old)
    old.bench.settings.set("history.keep_days", 400)
    keep_thirty_days(old)
    qtbot.waitUntil(lambda: old.ask.asked != [], timeout=10_000)
    assert old.bench.settings.get("history.keep_days") == 400
    assert old.message == "Nothing was removed, and as much is kept as before."
    QTest.qWait(50)
    assert steps(old) == count


def test_nothing_goes_while_a_backup_is_made(qtbot, old, monkeypatch):
    hands = hands_of(old)
    old.bench.settings.set("history.keep_days", 30)
    old.ask.agrees = True
    busy = [True]
    monkeypatch.setattr(hands, "_busy", lambda: busy[0])
    hands.look()
    QTest.qWait(30)
    assert steps(old) > 2
    assert hands._later.isActive()
    busy[0] = False
    offered(qtbot, old)
    busy[0] = True  # it begins while the question is asked
    old.bench.messages.action_button.click()
    assert len(old.ask.asked) == 1
    QTest.qWait(30)
    assert steps(old) > 2
    busy[0] = False
    hands.look()
    qtbot.waitUntil(lambda: steps(old) == 2, timeout=10_000)
