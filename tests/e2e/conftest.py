"""The real program: ``main()`` with a temporary profile, its window driven by real keys and the pointer."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.cli.app import main
from annotator.ui.main_window import MainWindow


class Driver:
    """The hands in front of one window."""

    def __init__(self, window: MainWindow) -> None:
        self.window = window
        self.view = window.bench.view
        self.session = window.bench.session
        QTest.qWaitForWindowExposed(window)
        self.settle()

    @property
    def document(self):
        return self.window.bench.document

    @property
    def span(self):
        return self.window.bench.span

    @property
    def relation(self):
        return self.window.bench.relation

    @property
    def message(self) -> str:
        bar = self.window.bench.messages
        return bar.text.text() if bar.isVisible() else ""

    def press(self, *keys: str) -> None:
        """Press keys by their portable names, one after the other, into whatever has the focus of the window."""
        for key in keys:
            target = self.window.focusWidget() or self.view
            if len(key) == 1:
                QTest.keyClicks(target, key)
            else:
                *modifiers, last = key.split("+")
                combined = Qt.KeyboardModifier.NoModifier
                for modifier in modifiers:
                    combined |= _MODIFIERS[modifier]
                QTest.keyClick(target, getattr(Qt.Key, f"Key_{last}"), combined)
            self.settle()

    def hints(self) -> dict[str, object]:
        """Return the letters shown now, with what each would choose."""
        mode = self.view._modes._mode
        return {letters: value for letters, (_, value) in zip(mode.codes, mode.offered, strict=True)}

    def point(self, start: int, end: int) -> QPoint:
        """Return the middle of a range's first line, in the viewport of the article."""
        geometry = self.view.builder.geometry
        line = geometry.line_of(start)
        left, right = geometry.intervals(line, start, end)[0]
        return QPoint(round((left + right) / 2), round((line.top + line.bottom) / 2 - self.view.verticalScrollBar().value()))

    def settle(self) -> None:
        """Let everything that was posted happen."""
        for _ in range(3):
            QApplication.processEvents()

    def focus(self, surface: str, occurrence: int = 0):
        """Walk with Tab until the span with this text is focused, and return it."""
        wanted = [span for span in self.document.spans() if span.surface(self.document.text) == surface][occurrence]
        self.view.setFocus()
        self.press("Escape", "Escape")
        self.view.place_caret(0)
        for _ in range(len(self.document.spans()) + 1):
            self.press("Tab")
            if self.span is not None and self.span.id == wanted.id:
                return self.span
        raise AssertionError(f"Tab never reached {surface}")


_MODIFIERS = {
    "Ctrl": Qt.KeyboardModifier.ControlModifier,
    "Shift": Qt.KeyboardModifier.ShiftModifier,
    "Alt": Qt.KeyboardModifier.AltModifier,
}


@pytest.fixture
def use(qapp, monkeypatch: pytest.MonkeyPatch) -> Callable[..., int]:
    """Run ``main`` with arguments; when its window waits for the user, the given function is the user.  Returns the exit status."""

    def run(drive: Callable[[Driver], None], *arguments: str | Path) -> int:
        failures: list[BaseException] = []

        def user() -> int:
            window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow) and w.isVisible())
            try:
                drive(Driver(window))
            except (Exception, pytest.fail.Exception) as failure:  # the program would take it for its own
                failures.append(failure)
            finally:
                window.close()
                window.deleteLater()
                QApplication.processEvents()
            return 0

        monkeypatch.setattr(QApplication, "exec", staticmethod(user))
        with pytest.raises(SystemExit) as ended:
            main([str(argument) for argument in arguments])
        if failures:
            raise failures[0]
        return int(ended.value.code or 0)

    return run
