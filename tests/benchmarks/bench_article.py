"""The article view off screen, against a bare ``QTextEdit`` with the same text: short, long and book-length documents."""

from __future__ import annotations

import random
import resource
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QTextEdit, QWidget

from annotator.domain.annotations import AnnotationSet, Kind, SetInfo
from annotator.session.document import DocumentState
from annotator.settings.store import Settings
from annotator.ui import app, errors
from annotator.ui.article.view import ArticleView
from annotator.ui.main_window import MainWindow
from tests.benchmarks.data import SCHEME, big, text_of, tokenized
from tests.benchmarks.measure import Figure, each, median, slowest, took
from tests.benchmarks.projects import filled


@dataclass(frozen=True)
class Size:
    """A document to measure: its name in the table, code points, spans, relations."""

    name: str
    length: int
    spans: int
    relations: int


SIZES = (Size("2.5 KB", 2_500, 40, 10), Size("100 KB", 100_000, 1_500, 400), Size("1 MB", 1_000_000, 15_000, 4_000))
REPEATED = "Budi"


def benchmark(folder: Path, scale: float) -> Iterator[Figure]:
    """Yield opening, scrolling, keys, relation making, propagation and memory for each size."""
    application = app.application()
    rounds = round(120 * scale)
    with errors.watching(lambda: None):  # keeps what Qt says of the off-screen platform out of the table
        for size in SIZES:
            for paragraphs in (True, False) if size is SIZES[-1] else (True,):
                yield from _opening(application, size, paragraphs=paragraphs)
        for size in SIZES:
            yield from _hands(application, folder, size, rounds)
        yield from _propagation(application, folder)


def _opening(application: QApplication, size: Size, *, paragraphs: bool) -> Iterator[Figure]:
    made, content = big(paragraphs=paragraphs, length=size.length, spans=size.spans, relations=size.relations)
    state = DocumentState(made, content, SCHEME)
    how = size.name if size is not SIZES[-1] else f"{size.name}, {'many paragraphs' if paragraphs else 'one paragraph'}"
    bare, view = QTextEdit(), ArticleView()
    bare.setReadOnly(True)
    for widget in (bare, view):
        _show(application, widget)
    yield from _twice(application, how, bare, view, state)
    ways = "wheel", "page"
    ours = {name: _scrolled(application, view, name) for name in ways}
    bare.setPlainText(state.display)  # only now: Qt lays it out in long steps, which would come between our frames
    settle(application)
    for name in ways:
        (frames, pauses), (plain, _) = ours[name], _scrolled(application, bare, name)
        yield Figure(f"  scrolling by {name}, {how}: median frame", median(frames), median(plain))
        yield Figure(f"  scrolling by {name}, {how}: slowest frame", max(frames), max(plain), target="≤ 16 ms")
        yield Figure("  between the frames, layout of the rest: slowest", max(pauses), target="≤ 16 ms")
    for widget in (bare, view):
        widget.close()
        widget.deleteLater()
    settle(application)


def _scrolled(application: QApplication, view: QTextEdit, by: str) -> tuple[list[float], list[float]]:
    """Scroll up to 200 times and back; return the seconds of each frame, and of what timers do before the next."""
    bar = view.verticalScrollBar()
    step = 60 if by == "wheel" else view.viewport().height() - 40

    def scroll(value: int) -> None:
        bar.setValue(value)
        paint(application)

    frames: list[float] = []
    pauses: list[float] = []
    for value in range(step, min(bar.maximum(), step * 200), step):
        frames += each(scroll, [value])
        pauses += each(lambda _: application.processEvents(), [value])
    scroll(0)
    settle(application)
    return frames or [0.0], pauses or [0.0]


def _twice(application: QApplication, how: str, bare: QTextEdit, view: ArticleView, state: DocumentState) -> Iterator[Figure]:
    def plain() -> None:
        bare.setPlainText(state.display)
        settle(application)

    def ours() -> None:
        view.set_article(state)
        settle(application)

    for time_of in ("first", "second"):
        target = "≤ 3 ×, + 50 ms" if time_of == "first" else "≤ 3 ×"
        yield Figure(f"open {how}: {time_of} time", took(ours), took(plain), target)
        bare.clear()
        view.set_article(None)
        settle(application)
    ours()


def _hands(application: QApplication, folder: Path, size: Size, rounds: int) -> Iterator[Figure]:
    path = folder / f"hands-{size.length}.annotator"
    content = big(annotator="tagger", kind=Kind.MODEL, length=size.length, spans=size.spans, relations=size.relations)
    filled(path, [content]).close()
    window = _window(application)
    before = _resident()
    assert window.hands is not None
    window.hands.projects.open(path)
    settle(application)
    yield Figure(f"{size.name}: memory for the open document, MB", 0.0, amount=max(0.0, _resident() - before))
    view, state = window.bench.view, window.bench.document
    assert state is not None
    middle = len(state.text) // 2 if size.spans > 100 else 0
    free = [word for word in state.tokens if word[0] > middle and not state.spans_in(*word)][:rounds]
    key, count = state.scheme.spans[0].key, len(state.spans())
    times: list[float] = []
    for word in free:
        view.select(*word)
        settle(application)
        times += each(lambda text: _press(application, view, text), [key])
    assert len(state.spans()) == count + len(free)
    yield Figure(f"{size.name}: key press to saved and painted: median", median(times), target="≤ 8 ms")
    yield Figure(f"{size.name}: key press to saved and painted: 99th percentile", slowest(times), target="≤ 16 ms")
    yield Figure(
        f"{size.name}: caret to the next word, painted: median", median(_presses(application, view, "", Qt.Key.Key_Right, rounds))
    )
    tabbing = _presses(application, view, "\t", Qt.Key.Key_Tab, rounds)
    yield Figure(f"{size.name}: next span, painted: median", median(tabbing))
    yield Figure(f"{size.name}: next span, painted: 99th percentile", slowest(tabbing), target="≤ 16 ms")
    yield from _relating(application, window, size, round(rounds / 4))
    _close(application, window)


def _relating(application: QApplication, window: MainWindow, size: Size, rounds: int) -> Iterator[Figure]:
    """From one head after another to the nearest target: ``r``, its hint letter, and the label's key where there are several."""
    view, state = window.bench.view, window.bench.document
    assert state is not None
    offering: list[float] = []
    linking: list[float] = []
    count, done = len(state.relations()), 0
    for head in state.spans()[len(state.spans()) // 2 :][:rounds]:
        view.focus_span(head.id)
        settle(application)
        offering += each(lambda text: _press(application, view, text), ["r"])
        tail = next(span for span in view.scene().spans() if span.id != head.id)
        linking += each(lambda ends: _link(application, window, *ends), [(head.id, tail.id)])
        done += 1
    assert len(state.relations()) > count + done // 2, "pairs that are linked already are refused"
    yield Figure(f"{size.name}: relation, hints offered and painted: median", median(offering))
    yield Figure(f"{size.name}: relation, made and painted: median", median(linking))
    yield Figure(f"{size.name}: relation, made and painted: 99th percentile", slowest(linking))


def _link(application: QApplication, window: MainWindow, head: str, tail: str) -> None:
    assert window.hands is not None
    window.bench.view.cancel_mode()
    window.hands.relating.add(head, tail, "linked")
    paint(application)


def _propagation(application: QApplication, folder: Path) -> Iterator[Figure]:
    """Label one of 1,000 equal names in 100 KB, propagate, undo, redo."""
    words = text_of(random.Random(3), 100_000).split(" ")
    step = len(words) // 1000
    for number in range(0, 1000 * step, step):
        words[number] = REPEATED
    made = tokenized("propagation", " ".join(words))
    filled(folder / "propagation.annotator", [(made, AnnotationSet(SetInfo(0, "bench", Kind.PERSON)))]).close()
    window = _window(application)
    assert window.hands is not None
    window.hands.projects.open(folder / "propagation.annotator")
    settle(application)
    view, state = window.bench.view, window.bench.document
    assert state is not None
    view.select(0, len(REPEATED))
    _press(application, view, state.scheme.spans[0].key)

    def propagate() -> None:
        window.actions_by_id["span.propagate"].trigger()
        settle(application)

    def undo() -> None:
        window.actions_by_id["edit.undo"].trigger()
        settle(application)

    yield Figure("propagate to 1,000 places, saved and painted", took(propagate))
    assert len(state.spans()) >= 1000
    yield Figure("undo of that, saved and painted", took(undo))
    assert len(state.spans()) == 1
    _close(application, window)


def paint(application: QApplication) -> None:
    """Handle what was posted until it is painted, and leave what timers do for later, as the window does."""
    application.sendPostedEvents()


def settle(application: QApplication) -> None:
    """Handle all events until everything is painted: what changed is compared in one round of the loop and painted in the next."""
    for _ in range(3):
        application.processEvents()
    application.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # a loop that runs does so by itself


def _window(application: QApplication) -> MainWindow:
    window = app.build(Settings(), "ani")
    _show(application, window)
    return window


def _close(application: QApplication, window: MainWindow) -> None:
    assert window.hands is not None
    window.hands.projects.close()
    window.close()
    window.deleteLater()
    settle(application)


def _show(application: QApplication, widget: QWidget) -> None:
    widget.resize(1280, 800)
    widget.show()
    settle(application)


def _presses(application: QApplication, view: ArticleView, text: str, key: Qt.Key, rounds: int) -> list[float]:
    times: list[float] = []
    for _ in range(rounds):
        times += each(lambda _: _press(application, view, text, key), [None])
        settle(application)
    return times


def _press(application: QApplication, view: ArticleView, text: str, key: Qt.Key | None = None) -> None:
    code = key if key is not None else Qt.Key(ord(text.upper()))
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        application.sendEvent(view, QKeyEvent(kind, code, Qt.KeyboardModifier.NoModifier, text))
    paint(application)


def _resident() -> float:
    """Return the most memory this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
