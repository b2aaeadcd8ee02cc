"""What stands behind runs: the helper process that keeps suggesters loaded, and the reading of what they work from."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from annotator.commands.suggesting import Order
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.suggesting import SuggesterSetup
from annotator.ui.dialogs.suggest_list import SuggesterList
from annotator.ui.suggesting_choice import Row
from annotator.ui.suggesting_run import Helper, Wanted
from annotator.ui.suggesting_sources import SourceReader
from annotator.ui.theme import DARK, LIGHT
from annotator.ui.theme_qt import palette
from tests.qt.panels_support import Heard, make_session
from tests.qt.suggesting_support import pattern_file, without_processes


@pytest.fixture
def wanted(tmp_path):
    session = make_session(tmp_path)
    setup = SuggesterSetup("patterns", "patterns:nama", str(pattern_file(tmp_path)), "id")
    yield Wanted(session, session.project.scheme, (setup,), Order(()), 0, whole=False)
    session.close()


@pytest.fixture
def helper(monkeypatch):
    without_processes(monkeypatch)
    return Helper()


# --- the helper --------------------------------------------------------------------------------------------------------------------


def test_what_was_learned_is_asked_for_once_until_it_is_forgotten(helper, wanted):
    first = helper.orders(wanted, Progress())
    assert helper.orders(wanted, Progress()) is not None
    assert helper.orders(wanted, Progress())[0] is first[0]
    helper.forget()
    assert helper.orders(wanted, Progress())[0] is not first[0]


def test_other_suggesters_are_other_orders(helper, wanted):
    first = helper.orders(wanted, Progress())[0]
    (setup,) = wanted.setups
    other = SuggesterSetup(setup.kind, "patterns:lain", setup.source, "id")
    second = helper.orders(Wanted(wanted.session, wanted.scheme, (other,), Order(()), 0, whole=False), Progress())[0]
    assert first != second


def test_a_file_that_changed_ends_the_process_that_read_it(helper, wanted, tmp_path):
    helper.orders(wanted, Progress())
    closed = helper.worker.closed
    helper.orders(wanted, Progress())
    assert helper.worker.closed == closed
    pattern_file(tmp_path, "GPE\tSurabaya\nORG\tBRI\n")
    helper.orders(wanted, Progress())
    assert helper.worker.closed == closed + 1


def test_one_at_a_time_has_the_process_and_a_cancel_ends_the_wait(helper):
    progress, outcome = Progress(), []

    def wait() -> None:
        try:
            with helper.held(progress):
                outcome.append("held")
        except Cancelled:
            outcome.append("cancelled")

    with helper.held(Progress()):
        waiting = threading.Thread(target=wait)
        waiting.start()
        progress.cancel()
        waiting.join(5)
    assert outcome == ["cancelled"]
    with helper.held(Progress()):
        outcome.append("free again")
    assert outcome[-1] == "free again"


# --- sources -----------------------------------------------------------------------------------------------------------------------


def test_sources_are_read_beside_the_window_and_only_the_last_one_asked_for_is_told(monkeypatch, seat, tmp_path, qtbot):
    without_processes(monkeypatch)
    reader = SourceReader(seat.hands.projects.jobs)
    heard = Heard()
    for name in ("satu.txt", "dua.txt"):
        path = pattern_file(tmp_path, "GPE\tSolo\n" * len(name), name)
        reader.start(SuggesterSetup("patterns", name, str(path)), heard.hear)
    qtbot.waitUntil(lambda: bool(heard.got), timeout=10_000)
    QTest.qWait(50)
    assert [found.told for found in heard.got] == ["7 patterns."]
    reader.stop()


def test_what_needs_no_reading_is_told_at_once(seat):
    heard = Heard()
    SourceReader(seat.hands.projects.jobs).start(SuggesterSetup("indonesian-news", "indonesian-news"), heard.hear)
    assert "PERSON" in heard.last.spans


# --- the list in every theme --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_a_box_that_is_not_ticked_can_be_seen(qtbot, theme):
    listed = SuggesterList([Row(SuggesterSetup("memory", "memory"), on=True), Row(SuggesterSetup("relations", "relations"))])
    listed.setPalette(palette(theme))
    qtbot.addWidget(listed)
    listed.resize(400, 120)
    listed.show()
    rect = listed.visualItemRect(listed.topLevelItem(1))
    image: QImage = listed.viewport().grab(rect.adjusted(0, 0, 24 - rect.width(), 0)).toImage()
    lights = [image.pixelColor(x, y).lightness() for x in range(image.width()) for y in range(image.height())]
    assert max(lights) - min(lights) > 60


def test_rows_can_be_dragged_but_not_into_one_another(qtbot):
    listed = SuggesterList([Row(SuggesterSetup("memory", "memory"))])
    qtbot.addWidget(listed)
    flags = listed.topLevelItem(0).flags()
    assert flags & Qt.ItemFlag.ItemIsDragEnabled
    assert not flags & Qt.ItemFlag.ItemIsDropEnabled
    assert listed.invisibleRootItem().flags() & Qt.ItemFlag.ItemIsDropEnabled
