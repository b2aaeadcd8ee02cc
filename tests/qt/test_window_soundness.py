"""A document whose stored spans cannot be opens, says so, and can be cleaned."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from PySide6.QtTest import QTest

from tests.qt.window_support import read_only


def spoil(path: Path, *changes: str) -> None:
    """Change rows of the person's set without asking the file whether they may be so."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    with connection:
        for change in changes:
            connection.execute(f"UPDATE {change} AND set_id = (SELECT id FROM annotation_sets WHERE kind = 'person')")
    connection.close()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("spans SET [end] = 999 WHERE id = 's2'", "lies outside the text"),
        ("spans SET [end] = start WHERE id = 's2'", "covers no text"),
        ("spans SET [end] = 3 WHERE id = 's2'", "ends before it starts"),
        ("spans SET fragments = '[[14, 19], [2, 4]]' WHERE id = 's2'", "not in text order"),
    ],
)
def test_a_span_that_cannot_be_is_named_and_can_be_removed(make_seat, project_file, change, told):
    make_seat(project_file).leave()
    spoil(project_file, change)
    seat = make_seat(project_file)
    seat.show()
    QTest.qWait(60)
    assert seat.message.startswith("1 item of this document cannot be shown.")
    assert told in seat.message
    seat.view.grab()
    seat.bench.messages.action_button.click()
    assert told in seat.ask.asked[-1]
    assert seat.ask.asked[-1].startswith("Remove 1 item that cannot be shown? This cannot be undone.")
    assert seat.document.span("s2") is not None, "nothing goes unasked"
    seat.ask.agrees = True
    seat.bench.messages.action_button.click()
    assert seat.document.span("s2") is None
    assert seat.told[-1] == "Removed."
    assert seat.message == ""
    seat.hands.history.undo()  # the file could not hold it again
    assert seat.told[-1] == "Nothing to undo."


def test_in_a_read_only_project_what_cannot_be_is_only_named(make_seat, project_file):
    make_seat(project_file).leave()
    spoil(project_file, "spans SET [end] = 999 WHERE id = 's2'", "spans SET [end] = 998 WHERE id = 's4'")
    with read_only(project_file):
        seat = make_seat(project_file)
        seat.show()
        QTest.qWait(60)
        assert seat.message.startswith("2 items of this document cannot be shown; the first: The span (14, 999)")
        assert not seat.bench.messages.action_button.isVisible()


def test_a_sound_document_is_opened_without_a_word(seat):
    seat.show()
    QTest.qWait(60)
    assert seat.message == ""


@pytest.mark.parametrize("end", ["head", "tail"])
def test_a_relation_without_an_end_is_named_and_can_be_removed(make_seat, project_file, end):
    make_seat(project_file).leave()
    spoil(project_file, f"relations SET {end} = 'gone' WHERE id = 'r1'")
    seat = make_seat(project_file)
    seat.show()
    QTest.qWait(60)
    assert seat.message.startswith("1 item of this document cannot be shown.")
    assert "The relation “met_with” names the span" in seat.message
    seat.view.grab()
    seat.ask.agrees = True
    seat.bench.messages.action_button.click()
    assert seat.document.relations() == []
    assert [span.id for span in seat.document.spans()] == ["s1", "s2", "s3", "s4"]
    assert seat.told[-1] == "Removed."
    seat.hands.history.undo()
    assert seat.told[-1] == "Nothing to undo."
    seat.leave()
    again = make_seat(project_file)
    again.show()
    QTest.qWait(60)
    assert again.message == ""
