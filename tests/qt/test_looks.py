"""What the article looks like in its main states, by what any machine's fonts must hold to: grounds, chips apart, no label cut."""

from __future__ import annotations

from itertools import combinations

import pytest
from PySide6.QtGui import QFontMetricsF, QImage

from annotator.domain.colors import luminance
from annotator.ui.article.view import ArticleView
from annotator.ui.theme import DARK, LIGHT, Theme, contrast
from annotator.ui.theme_qt import chip_font
from tests.qt.article_support import MemoryModel, show

ARTICLES = {
    "news": ("Presiden Joko Widodo tiba di Bogor, Jawa Barat. ", ("Joko Widodo", "Bogor", "Jawa Barat")),
    "arabic": ("التقى الرئيس جوكو ويدودو في بوغور مع بوتين. ", ("جوكو ويدودو", "بوغور", "بوتين")),
    "emoji": ("😊 Budi 👨‍👩‍👧 Santoso tiba di Bogor 🇮🇩 hari ini. ", ("Budi", "Santoso", "Bogor")),
}


def article(kind: str, times: int = 6) -> MemoryModel:
    text, surfaces = ARTICLES[kind]
    model = MemoryModel(text * times)
    for number in range(times):
        for surface in surfaces:
            model.add(surface, "PERSON", nth=number, span_id=f"{surface}{number}", reviewed=number % 2 == 0)
    return model


def common(image: QImage) -> str:
    """Return the colour that most of a picture has."""
    seen: dict[str, int] = {}
    for x in range(0, image.width(), 3):
        for y in range(0, image.height(), 3):
            name = image.pixelColor(x, y).name()
            seen[name] = seen.get(name, 0) + 1
    return max(seen, key=lambda name: seen[name])


def placed(view: ArticleView) -> list[tuple[str, float, float, float, float]]:
    return [
        (chip.text, chip.box.left, chip.box.top, chip.box.right, chip.box.bottom)
        for plan in view.scene().plans
        for chip in plan.chips
    ]


@pytest.mark.parametrize("zoom", [0, 8], ids=["100 %", "larger"])
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
@pytest.mark.parametrize("kind", list(ARTICLES))
def test_an_article_looks_as_it_should(qtbot, kind: str, theme: Theme, zoom: int) -> None:
    view = show(qtbot, article(kind))
    view.set_theme(theme)
    for _ in range(zoom):
        view.zoom(1)
    image = view.viewport().grab().toImage()
    ground = common(image)
    assert ground == theme.page
    assert (luminance(ground) < 0.1) is theme.dark
    best = max(
        contrast(image.pixelColor(x, y).name(), ground) for x in range(0, image.width(), 3) for y in range(0, image.height(), 3)
    )
    assert best > 7  # there is ink, and it stands out
    chips = placed(view)
    assert len(chips) >= 3
    for one, other in combinations(chips, 2):
        apart = one[3] <= other[1] or other[3] <= one[1] or one[4] <= other[2] or other[4] <= one[2]
        assert apart, (one, other)


@pytest.mark.parametrize("zoom", [0, 4, 8])
def test_no_label_is_cut(qtbot, zoom: int) -> None:
    view = show(qtbot, article("news"))
    for _ in range(zoom):
        view.zoom(1)
    widths = QFontMetricsF(chip_font(zoom=view._zoom))
    for text, left, _, right, _ in placed(view):
        assert not text or widths.horizontalAdvance(text) <= right - left + 1, text
        assert text in ("PERSON", "PER", "P", "") or "PERSON".startswith(text)
