"""The article view with 1 MB, 15,000 spans and 4,000 relations, off screen, against a bare ``QTextEdit`` with the same text."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QTextEdit, QWidget

from annotator.domain.annotations import Kind
from annotator.session.document import DocumentState
from annotator.settings.store import Settings
from annotator.ui import app, errors
from annotator.ui.article.view import ArticleView
from tests.benchmarks.data import SCHEME, big
from tests.benchmarks.measure import Figure, each, median, slowest, took
from tests.benchmarks.projects import filled


def benchmark(folder: Path, scale: float) -> Iterator[Figure]:
    """Yield opening as many paragraphs and as one, scrolling, and a key press that labels."""
    application = app.application()
    with errors.watching(lambda: None):  # keeps what Qt says of the off-screen platform out of the table
        for paragraphs in (True, False):
            yield from _opening(application, paragraphs=paragraphs)
        yield from _keys(application, folder, round(120 * scale))


def _opening(application: QApplication, *, paragraphs: bool) -> Iterator[Figure]:
    document, content = big(paragraphs=paragraphs)
    state = DocumentState(document, content, SCHEME)
    how = "many paragraphs" if paragraphs else "one paragraph"
    bare, view = QTextEdit(), ArticleView()
    bare.setReadOnly(True)
    for widget in (bare, view):
        _show(application, widget)
    yield from _twice(application, how, bare, view, state)
    bar = view.verticalScrollBar()

    def scroll(number: int) -> None:
        bar.setValue(number * bar.maximum() // 200)
        settle(application)

    frames = each(scroll, range(1, 201))
    yield Figure(f"  scrolling, {how}: median frame", median(frames))
    yield Figure(f"  scrolling, {how}: slowest frame", max(frames), target="≤ 16 ms")
    for widget in (bare, view):
        widget.close()
        widget.deleteLater()
    settle(application)


def _twice(application: QApplication, how: str, bare: QTextEdit, view: ArticleView, state: DocumentState) -> Iterator[Figure]:
    def plain() -> None:
        bare.setPlainText(state.display)
        settle(application)

    def ours() -> None:
        view.set_article(state)
        settle(application)

    for time_of in ("first", "second"):
        target = "≤ 3 ×, + 50 ms" if time_of == "first" else "≤ 3 ×"
        yield Figure(f"open 1 MB, 15,000 spans, {how}: {time_of} time", took(ours), took(plain), target)
        bare.clear()
        view.set_article(None)
        settle(application)
    ours()


def _keys(application: QApplication, folder: Path, rounds: int) -> Iterator[Figure]:
    filled(folder / "keys.annotator", [big(annotator="tagger", kind=Kind.MODEL)]).close()
    window = app.build(Settings(), "ani")
    _show(application, window)
    assert window.hands is not None
    window.hands.projects.open(folder / "keys.annotator")
    settle(application)
    view, document = window.bench.view, window.bench.document
    assert document is not None
    label = document.scheme.spans[0]
    middle = len(document.text) // 2
    free = [word for word in document.tokens if word[0] > middle and not document.spans_in(*word)][:rounds]
    before = len(document.spans())
    times: list[float] = []
    for word in free:
        view.select(*word)
        settle(application)
        times += each(lambda key: _press(application, view, key), [label.key])
    assert len(document.spans()) == before + len(free)
    yield Figure("key press to saved and painted: median", median(times), target="≤ 8 ms")
    yield Figure("key press to saved and painted: 99th percentile", slowest(times), target="≤ 16 ms")
    moving = each(lambda _: _press(application, view, "", Qt.Key.Key_Right), range(rounds))
    yield Figure("caret to the next word, painted: median", median(moving))
    tabbing = each(lambda _: _press(application, view, "\t", Qt.Key.Key_Tab), range(rounds))
    yield Figure("next span, painted: median", median(tabbing))
    yield Figure("next span, painted: 99th percentile", slowest(tabbing), target="≤ 16 ms")
    window.hands.projects.close()
    window.close()
    window.deleteLater()
    settle(application)


def settle(application: QApplication) -> None:
    """Handle all events until everything is painted: what changed is compared in one round of the loop and painted in the next."""
    for _ in range(3):
        application.processEvents()


def _show(application: QApplication, widget: QWidget) -> None:
    widget.resize(1280, 800)
    widget.show()
    settle(application)


def _press(application: QApplication, view: ArticleView, text: str, key: Qt.Key | None = None) -> None:
    code = key if key is not None else Qt.Key(ord(text.upper()))
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        application.sendEvent(view, QKeyEvent(kind, code, Qt.KeyboardModifier.NoModifier, text))
    settle(application)
