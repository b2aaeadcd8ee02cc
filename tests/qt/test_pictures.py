"""What the window looks like, by properties of its pictures; no picture is compared with another machine's."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QLabel

from annotator.domain.colors import luminance
from annotator.ui.theme import DARK, LIGHT, label_colors
from tests.e2e.window_support import Driver, document_of, make_project, program, story_project

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def use(qapp, monkeypatch):
    return program(monkeypatch)


def picture(user: Driver) -> QImage:
    """Return the article as it is painted now."""
    user.settle()
    return user.view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def colors_in(image: QImage, area: QRect) -> Counter[str]:
    """Count the colours of an area, clipped to the picture."""
    piece = image.copy(area.intersected(image.rect())).convertToFormat(QImage.Format.Format_RGB32)  # rows of whole 32-bit pixels
    found: Counter[str] = Counter()
    for pixel, count in Counter(memoryview(piece.constBits()).cast("I")).items():
        found[f"#{pixel & 0xFFFFFF:06x}"] += count
    return found


def near(first: str, second: str) -> bool:
    """Tell whether two colours look the same, but for blending at edges."""
    one, two = QColor(first), QColor(second)
    return max(abs(one.red() - two.red()), abs(one.green() - two.green()), abs(one.blue() - two.blue())) <= 6


def box_of(user: Driver, surface: str, occurrence: int = 0) -> QRect:
    """Return where a piece of text is painted."""
    start, end = user.place(surface, occurrence)
    geometry = user.view.builder.geometry
    line = geometry.line_of(start)
    left, right = geometry.intervals(line, start, end)[0]
    top = line.top - user.view.verticalScrollBar().value()
    return QRect(round(left), round(top), round(right - left), round(line.bottom - line.top))


def set_theme(user: Driver, name: str) -> None:
    user.window.actions_by_id[f"view.theme-{name}"].trigger()
    user.settle()


def base_color(user: Driver, label: str) -> str:
    return user.document.scheme.span(label).color


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_spans_have_their_labels_colour_and_the_rest_has_the_pages(use, tmp_path, theme):
    project = story_project(tmp_path)

    def drive(user):
        set_theme(user, theme.name)
        user.put_caret("Papua")
        user.view.verticalScrollBar().setValue(0)
        image = picture(user)
        whole = colors_in(image, QRect(0, 0, image.width(), image.height()))
        assert whole.most_common(1)[0][0] == theme.page
        assert len(whole) > 50
        for surface, occurrence, label in (
            ("Joko Widodo", 0, "PERSON"),
            ("bertemu", 0, "EVENT"),
            ("Senin", 0, "DATE"),
            ("Putin", 1, "GPE"),
            ("Bank Rakyat Indonesia", 0, "ORG"),
        ):
            [(value, count), *_] = colors_in(image, box_of(user, surface, occurrence)).most_common(1)
            assert value != theme.page, surface
            assert count > 0.3 * colors_in(image, box_of(user, surface, occurrence)).total(), surface
            # a suggestion is paler than its label's fill, and has its hue
            hue, wanted = QColor(value).hslHue(), QColor(label_colors(theme, base_color(user, label)).fill).hslHue()
            assert min(abs(hue - wanted), 360 - abs(hue - wanted)) < 20, (surface, value)
        user.focus("Bank Rakyat Indonesia")
        user.press("3", "Escape")
        found = colors_in(picture(user), box_of(user, "Bank Rakyat Indonesia"))
        fill = label_colors(theme, base_color(user, "ORG")).fill
        assert sum(count for value, count in found.items() if near(value, fill)) > 0.4 * found.total()
        bare = colors_in(image, box_of(user, "Purwokerto"))
        assert bare[theme.page] > 0.5 * bare.total()
        assert any(near(value, theme.text) for value in bare)

    assert use(drive, "open", project) == 0


def test_dark_is_dark_everywhere_and_light_is_light(use, tmp_path):
    project = story_project(tmp_path)

    def drive(user):
        for name, low, high in (("dark", 0.0, 0.12), ("light", 0.75, 1.0)):
            set_theme(user, name)
            image = user.window.grab().toImage()
            step = 7
            values = [
                luminance(QColor(image.pixel(x, y)).name())
                for y in range(0, image.height(), step)
                for x in range(0, image.width(), step)
            ]
            inside = sum(low <= value <= high for value in values)
            assert inside > 0.85 * len(values), name

    assert use(drive, "open", project) == 0


def edge_row(user: Driver, surface: str) -> list[bool]:
    """Return, along the upper edge of a span's highlight, where its outline is painted."""
    box, image = box_of(user, surface), picture(user)
    span = user.span_of(surface)
    piece = user.view.scene().pieces_of(span.id)[0]
    top = user.view.builder.fill_top(piece) - user.view.verticalScrollBar().value()
    look = label_colors(user.view.look.theme, base_color(user, span.label))
    best: list[bool] = []
    for y in range(round(top) - 3, round(top) + 4):
        row = []
        for x in range(box.left() + 5, box.right() - 5):
            value = QColor(image.pixel(x, y)).name()
            far, close = abs(luminance(value) - luminance(look.fill)), abs(luminance(value) - luminance(look.edge))
            row.append(close < far)
        if sum(row) > sum(best):
            best = row
    return best


def test_a_suggestion_has_a_dashed_outline_and_what_has_the_focus_a_solid_one(use, tmp_path):
    project = story_project(tmp_path)

    def drive(user):
        surface = "Bank Rakyat Indonesia"
        suggested = edge_row(user, surface)
        assert 0.25 < sum(suggested) / len(suggested) < 0.9
        changes = sum(a != b for a, b in pairwise(suggested))
        assert changes > 12  # dash by dash
        user.focus(surface)
        user.press("3")  # its own label accepts it
        assert user.span.reviewed
        focused = edge_row(user, surface)
        assert sum(focused) > 0.95 * len(focused)
        user.press("Escape")
        reviewed = edge_row(user, surface)
        assert sum(reviewed) < 0.2 * len(reviewed) or sum(reviewed) > 0.95 * len(reviewed)
        assert reviewed != suggested

    assert use(drive, "open", project) == 0


@pytest.mark.parametrize("width", [700, 1000, 1280, 1900])
def test_no_text_leaves_the_column_at_any_width_or_zoom(use, tmp_path, width):
    project = make_project(
        tmp_path / "p.annotator", (document_of("W" * 400 + " dan kata biasa. " * 30 + "\n" + "التقى الرئيس جوكو. " * 12), [])
    )

    def drive(user):
        user.window.resize(width, 760)
        for zoom in ("Ctrl+0", "Ctrl++", "Ctrl+-"):
            user.press(*[zoom] * (1 if zoom == "Ctrl+0" else 4))
            image = picture(user)
            page = user.view.look.theme.page
            for x in (0, 1, image.width() - 2, image.width() - 1):
                assert colors_in(image, QRect(x, 0, 1, image.height())) == {page: image.height()}, (zoom, x)
            geometry = user.view.builder.geometry
            line = geometry.line_of(0)
            while line is not None:
                assert line.left >= 0
                assert line.right <= user.view.viewport().width(), zoom
                line = geometry.next_line(line, 1)
        assert user.view.horizontalScrollBar().maximum() == 0

    assert use(drive, "open", project) == 0


def test_labelling_never_moves_the_text(use, tmp_path):
    project = story_project(tmp_path)

    def drive(user):
        def lines() -> list[tuple[float, float]]:
            geometry = user.view.builder.geometry
            return [(line.top, line.bottom) for line in geometry.lines_between(0, 100_000)]

        before, scroll = lines(), user.view.verticalScrollBar().value()
        for word, key in (("Purwokerto", "2"), ("Sunarso", "1"), ("Presiden", "3"), ("pengisi", "5"), ("Indonesia", "2")):
            user.put_caret(word)
            user.press(key, "]", "]")
            assert lines() == before
        assert user.view.verticalScrollBar().value() == scroll
        user.focus("Joko Widodo")
        user.press("Del", "Ctrl+Z", "v", "v")
        assert lines() == before

    assert use(drive, "open", project) == 0


def test_hints_and_hits_are_painted_where_they_belong(use, tmp_path):
    project = story_project(tmp_path)

    def drive(user):
        theme = user.view.look.theme
        assert picture(user).allGray() is False
        user.press("f")
        image = picture(user)
        plates = colors_in(image, QRect(0, 0, image.width(), image.height()))[theme.hint]
        assert plates > 1500
        user.press("Escape")
        image = picture(user)
        assert colors_in(image, QRect(0, 0, image.width(), image.height()))[theme.hint] == 0
        user.press("Ctrl+F")
        user.type("memimpin")
        found = colors_in(picture(user), box_of(user, "memimpin", 1))
        assert found[theme.hit] > 0.5 * found.total()

    assert use(drive, "open", project) == 0


def test_no_label_in_the_window_is_cut(use, tmp_path):
    """A plain label that does not wrap is as wide as its words, in both themes' fonts."""
    project = story_project(tmp_path)

    def drive(user):
        user.view.focus_span("s1")
        user.settle()
        for label in user.window.findChildren(QLabel):
            text = label.text()
            if not label.isVisible() or not text or label.wordWrap() or label.pixmap():
                continue
            needed = max(label.fontMetrics().horizontalAdvance(line) for line in text.splitlines())
            assert needed <= label.contentsRect().width() + 1, text

    assert use(drive, "open", project) == 0


SCALED = """
import sys
from pathlib import Path
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from annotator.settings.store import Settings
from annotator.ui.app import application, build

app = application()
window = build(Settings(), "ani")
window.resize(1000, 640)
window.show()
assert window.hands.projects.open(Path(sys.argv[1]))
window.bench.view.focus_span("s1")
for _ in range(5):
    app.processEvents()
for name in ("light", "dark"):
    window.hands.shell.set_theme(name)
    app.processEvents()
    window.grab().save(f"{sys.argv[2]}-{name}.png")
print(window.width(), window.height(), window.devicePixelRatio())
window.close()
"""


def test_at_twice_the_scale_everything_is_twice_as_fine(tmp_path):
    project = story_project(tmp_path)
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCALED, str(project), str(tmp_path / "picture")],
        env={**os.environ, "QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen", "ANNOTATOR_PROFILE": str(tmp_path)},
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    # what a platform without a window manager says at every window
    complaints = [line for line in done.stderr.splitlines() if not line.startswith("This plugin does not support")]
    assert (done.returncode, complaints) == (0, [])
    width, height, ratio = done.stdout.split()
    assert float(ratio) == 2.0
    for theme in (LIGHT, DARK):
        image = QImage(str(tmp_path / f"picture-{theme.name}.png"))
        assert (image.width(), image.height()) == (2 * int(width), 2 * int(height))
        middle = QRect(image.width() // 3, image.height() // 4, image.width() // 4, image.height() // 4)
        found = colors_in(image, middle)
        assert found.most_common(1)[0][0] == theme.page
        assert len(found) > 20
