"""Everything that is read stands out from what is behind it (WCAG 2.2 AA), in both themes, for every colour a label may have."""

from __future__ import annotations

import re
from itertools import pairwise, product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage, QPalette
from PySide6.QtWidgets import QApplication

from annotator import ui
from annotator.domain.color_choice import proposed
from annotator.domain.labels import PALETTE
from annotator.ui.panels.message import Level, _ground
from annotator.ui.theme import DARK, LIGHT, OUTLINE_CONTRAST, TEXT_CONTRAST, Theme, contrast, label_colors, mix
from annotator.ui.theme_qt import palette
from tests.qt.article_support import MemoryModel, show

THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
_ROLE, _GROUP = QPalette.ColorRole, QPalette.ColorGroup
READ = [
    (_ROLE.WindowText, _ROLE.Window), (_ROLE.Text, _ROLE.Base), (_ROLE.Text, _ROLE.AlternateBase), (_ROLE.ButtonText, _ROLE.Button),
    (_ROLE.HighlightedText, _ROLE.Highlight), (_ROLE.ToolTipText, _ROLE.ToolTipBase), (_ROLE.Link, _ROLE.Base),
    (_ROLE.LinkVisited, _ROLE.Base), (_ROLE.Link, _ROLE.Window), (_ROLE.PlaceholderText, _ROLE.Base),
    (_ROLE.PlaceholderText, _ROLE.Window), (_ROLE.PlaceholderText, _ROLE.AlternateBase), (_ROLE.PlaceholderText, _ROLE.Button),
    (_ROLE.BrightText, _ROLE.Window), (_ROLE.BrightText, _ROLE.Base),
]  # fmt: skip
"""What is written on what, in the window and its dialogs."""


@THEMES
@pytest.mark.parametrize("group", [_GROUP.Active, _GROUP.Inactive], ids=["in front", "behind"])
def test_every_text_of_the_palette_is_legible(qapp: QApplication, theme: Theme, group: QPalette.ColorGroup) -> None:
    look = palette(theme)
    low = {
        (ink.name, ground.name): round(contrast(look.color(group, ink).name(), look.color(group, ground).name()), 2)
        for ink, ground in READ
    }
    assert {pair: value for pair, value in low.items() if value < TEXT_CONTRAST} == {}


@THEMES
def test_what_is_disabled_can_still_be_made_out(qapp: QApplication, theme: Theme) -> None:
    """WCAG asks nothing of it; whoever wonders why it is grey must be able to read what it is."""
    look = palette(theme)
    for ink, ground in ((_ROLE.WindowText, _ROLE.Window), (_ROLE.Text, _ROLE.Base), (_ROLE.ButtonText, _ROLE.Button)):
        value = contrast(look.color(_GROUP.Disabled, ink).name(), look.color(_GROUP.Disabled, ground).name())
        assert OUTLINE_CONTRAST <= value < contrast(theme.text, theme.window), ink  # and it must differ from what can be used


@THEMES
def test_messages_of_every_level_are_legible(theme: Theme) -> None:
    for level in Level:
        assert contrast(theme.text, _ground(theme, level)) >= TEXT_CONTRAST, level


def faults(theme: Theme, base: str) -> list[str]:
    """Return what of a label of this colour does not stand out enough."""
    look = label_colors(theme, base)
    faint = mix(look.fill, theme.page, 0.45)  # a suggestion's
    texts = {
        "text on a span": (theme.text, look.fill), "text on a suggestion": (theme.text, faint),
        "chip": (look.chip_text, look.chip), "chip with the focus": (look.strong_text, look.strong),
    }  # fmt: skip
    shapes = {"outline": (look.edge, theme.page), "focused chip": (look.strong, theme.page)}
    return [
        f"{what}: {contrast(*pair):.2f}"
        for least, pairs in ((TEXT_CONTRAST, texts), (OUTLINE_CONTRAST, shapes))
        for what, pair in pairs.items()
        if contrast(*pair) < least
    ]


@THEMES
@pytest.mark.parametrize("base", [*PALETTE, ""])
def test_a_label_of_every_colour_of_the_palette_is_legible(theme: Theme, base: str) -> None:
    assert faults(theme, base) == []


@THEMES
@given(red=st.integers(0, 255), green=st.integers(0, 255), blue=st.integers(0, 255))
def test_a_label_of_any_colour_a_person_picks_is_legible(theme: Theme, red: int, green: int, blue: int) -> None:
    assert faults(theme, f"#{red:02x}{green:02x}{blue:02x}") == []


@THEMES
def test_the_extremes_are_legible_too(theme: Theme) -> None:
    for channels in product((0, 64, 128, 192, 255), repeat=3):
        assert faults(theme, "#" + "".join(f"{channel:02x}" for channel in channels)) == []


@THEMES
@pytest.mark.parametrize("base", PALETTE)
def test_text_on_a_span_that_is_selected_or_found_is_legible(theme: Theme, base: str) -> None:
    """The marks of selection and search lie over the label's own colour; whichever is seen, the text stands out."""
    look = label_colors(theme, base)
    for mark in (theme.selection, theme.hit, theme.current_hit, theme.caret_token):
        for share in (0.0, 0.5, 1.0):
            assert contrast(theme.text, mix(look.fill, mark, share)) >= TEXT_CONTRAST, (mark, share)
    assert contrast(theme.hint_text, theme.hint) >= TEXT_CONTRAST


def test_the_proposed_colours_differ_from_each_other() -> None:
    taken: list[str] = []
    for _ in PALETTE:
        taken.append(proposed(taken))
    assert sorted(taken) == sorted(PALETTE)


# Colour is never alone


def _changes(image: QImage, y: int, left: int, right: int) -> int:
    """Count how often a row goes from dark to light and back, as seen without colours."""
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    row = [grey.pixelColor(x, y).red() for x in range(left, right)]
    middle = (min(row) + max(row)) / 2
    dark = [value < middle for value in row] if max(row) - min(row) > 24 else [False] * len(row)
    return sum(before != after for before, after in pairwise(dark))


@THEMES
@pytest.mark.parametrize("base", PALETTE[:4])
def test_a_suggestion_is_told_from_a_decision_without_colours(qtbot, theme: Theme, base: str) -> None:
    seen = {}
    for reviewed in (False, True):
        model = MemoryModel("Budi pergi ke Jakarta")
        model.add("Jakarta", "GPE", reviewed=reviewed)
        view = show(qtbot, model)
        view.set_theme(theme)
        (piece,) = view.scene().pieces_of("Jakarta")
        y = round(view.builder.row_top(piece.line, 0) + view.builder.metrics.bar / 2)
        seen[reviewed] = _changes(view.viewport().grab().toImage(), y, round(piece.left) + 3, round(piece.right) - 3)
    assert seen[True] <= 1  # a bar in one piece
    assert seen[False] >= 4  # dashes


@THEMES
def test_what_has_the_focus_is_told_without_colours(qtbot, theme: Theme) -> None:
    model = MemoryModel("Budi pergi ke Jakarta")
    model.add("Jakarta", "GPE", reviewed=True)
    view = show(qtbot, model)
    view.set_theme(theme)
    (piece,) = view.scene().pieces_of("Jakarta")
    area = QRect(round(piece.left) - 6, round(view.builder.fill_top(piece)) - 4, round(piece.right - piece.left) + 12, 40)

    def grey() -> list[int]:
        image = view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
        return [image.pixelColor(x, y).red() for y in range(area.top(), area.bottom()) for x in range(area.left(), area.right())]

    before = grey()
    view.focus_span("Jakarta")
    after = grey()
    strong = [1 for first, second in zip(before, after, strict=True) if abs(first - second) > 40]
    assert len(strong) > 60  # a frame, not a shade


def test_a_label_is_named_where_it_is_shown(qtbot) -> None:
    model = MemoryModel("Budi pergi ke Jakarta")
    model.add("Budi", "PERSON")
    model.add("Jakarta", "GPE")
    view = show(qtbot, model)
    chips = {chip.box.span: chip.text for plan in view.scene().plans for chip in plan.chips}
    assert chips == {"Budi": "PERSON", "Jakarta": "GPE"}


# Nothing moves by itself


def test_nothing_is_animated(seat) -> None:
    assert not seat.window.isAnimated()
    for effect in (Qt.UIEffect.UI_AnimateMenu, Qt.UIEffect.UI_FadeMenu, Qt.UIEffect.UI_AnimateCombo, Qt.UIEffect.UI_AnimateTooltip):
        assert not QApplication.isEffectEnabled(effect)
    for path in Path(ui.__path__[0]).rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"QPropertyAnimation|QVariantAnimation|QTimeLine|QMovie|setAnimated\(True", text), path.name
