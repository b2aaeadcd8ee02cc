"""Long texts are laid out in slices, all of them in the end, and Qt's own long steps never run."""

from __future__ import annotations

from PySide6.QtCore import QTimerEvent
from PySide6.QtWidgets import QApplication

from annotator.domain.text import BLOCK_SEPARATOR
from annotator.ui.article import pace
from tests.qt.article_support import MemoryModel, show

PARAGRAPH = "Presiden bertemu menteri di Jakarta pada hari Senin. " * 8


def test_a_slice_is_as_short_as_it_is_told(qtbot, monkeypatch):
    monkeypatch.setattr(pace, "SLICE", 0.0)
    monkeypatch.setattr(pace, "_STEP", 500)
    laid: list[int] = []
    usual = pace.Pace.lay_out_slice

    def noting(self: pace.Pace) -> bool:
        before, more = self.laid, usual(self)
        laid.append(self.laid - before)
        return more

    monkeypatch.setattr(pace.Pace, "lay_out_slice", noting)
    view = show(qtbot, MemoryModel(BLOCK_SEPARATOR.join([PARAGRAPH] * 300)))
    qtbot.waitUntil(lambda: len(laid) > 20)
    assert max(laid) < 2 * len(PARAGRAPH) + 500, "not the steps that double up to 200,000"
    assert view.document().blockCount() == 300


def test_everything_is_laid_out_in_the_end(qtbot):
    model = MemoryModel(BLOCK_SEPARATOR.join([PARAGRAPH] * 400))
    view = show(qtbot, model)
    found = view.document().findChild(pace.Pace)
    assert found is not None
    # Where a slice ends with the last block, Qt asks for no further one, by which this would be -1.
    qtbot.waitUntil(lambda: not 0 <= found.laid <= len(model.text), timeout=20_000)
    for _ in range(20):
        QApplication.processEvents()
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    assert view.scene().plans[-1].line.end == len(model.text)


def test_the_timer_that_goes_off_at_once_is_left_to_qt(qtbot):
    """By it the layout reports a new height: swallowed, the scroll bar would not know of it."""
    view = show(qtbot, MemoryModel(BLOCK_SEPARATOR.join([PARAGRAPH] * 400)))
    found = view.document().findChild(pace.Pace)
    assert found is not None
    layout = view.document().documentLayout()
    for interval, swallowed in ((0, False), (10_000, True)):
        timer, laid = layout.startTimer(interval), found.laid
        assert found.eventFilter(layout, QTimerEvent(timer)) is swallowed
        assert (found.laid > laid) is swallowed
        layout.killTimer(timer)
