"""What is told to the panels a moment after the article: everything, in order, and even while changes never pause."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer

from annotator.domain.changes import ChangeSet, Lane
from annotator.ui.following import Following


def change(number: int) -> ChangeSet:
    return ChangeSet(number, "", "", "ani", Lane.EDIT)


def watched(delay: int) -> tuple[Following, list[list[int]], QObject]:
    owner = QObject()
    following = Following(owner)
    following.delay = delay
    told: list[list[int]] = []
    following.followed.connect(lambda changes: told.append([one.step_id for one in changes]))
    return following, told, owner


def test_all_that_was_committed_comes_once_and_in_order(qtbot):
    following, told, _owner = watched(5)
    for number in (1, 2, 3):
        following.add(change(number))
    assert told == []
    qtbot.waitUntil(lambda: told == [[1, 2, 3]])
    following.wait()
    qtbot.waitUntil(lambda: told == [[1, 2, 3], []])


def test_without_a_delay_it_comes_at_once(qtbot):
    following, told, _owner = watched(0)
    following.add(change(1))
    following.wait()
    assert told == [[1], []]


def test_now_tells_what_waits_and_nothing_twice(qtbot):
    following, told, _owner = watched(20)
    following.add(change(1))
    following.now()
    following.now()
    qtbot.wait(60)
    assert told == [[1]]


def test_what_belongs_to_a_closed_project_is_not_told(qtbot):
    following, told, _owner = watched(5)
    following.add(change(1))
    following.forget()
    qtbot.wait(30)
    following.now()
    assert told == []


def test_changes_that_never_pause_do_not_put_it_off(qtbot):
    following, told, owner = watched(30)
    stream = QTimer(owner)
    numbers = iter(range(1, 1_000_000))
    stream.timeout.connect(lambda: following.add(change(next(numbers))))
    stream.start(1)
    qtbot.waitUntil(lambda: len(told) >= 3)
    stream.stop()
    assert [number for part in told for number in part] == list(range(1, sum(map(len, told)) + 1))


def test_another_document_finds_the_panels_up_to_date(seat):
    following = seat.bench.following
    following.delay = 10_000
    seat.view.focus_span("s1")
    seat.hands.editing.remove()
    told: list[int] = []
    following.followed.connect(lambda changes: told.append(len(changes)))
    seat.bench.documentOpened.emit()
    assert told == [1]
