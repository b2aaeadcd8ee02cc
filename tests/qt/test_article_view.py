"""What the article view shows: offsets proven against the model, room that stays, work for visible lines only, looks, and access."""

from __future__ import annotations

import itertools
import random

import pytest
from PySide6.QtGui import QAccessible, QTextLayout, QTextOption
from PySide6.QtWidgets import QApplication

from annotator.domain.annotations import Span
from annotator.domain.colors import luminance
from annotator.domain.labels import PALETTE
from annotator.domain.text import utf16_length
from annotator.ui.article import paint, scene
from annotator.ui.article.hit import Part
from annotator.ui.theme import DARK, LIGHT, THEMES, contrast, label_colors, legible, mix
from annotator.ui.theme_qt import palette
from tests.qt.article_support import MemoryModel, point_of, show

TEXTS = {
    "plain": "Presiden tiba di Jakarta.\nBudi pulang ke Bogor.",
    "crlf": "satu dua\r\ntiga\r\n\r\nempat lima",
    "emoji": "a \U0001f44d\U0001f3fd b \U0001f468\u200d\U0001f469\u200d\U0001f467 c \U0001f1ee\U0001f1e9 d",
    "combining": "cafe\u0301 e\u0301clair nai\u0308ve akhir",
    "arabic": "زار الرئيس فلاديمير بوتين باريس يوم 26 نوفمبر ABC وعاد",
    "mixed": "Mixed text with עברית inside, \U0001f600 and العربية at 12:30 end",
    "cjk": "東京で会議が開かれた。首相は北京を訪問した。",
    "odd": "nul\x00 tab\there nbsp\xa0end \ufdd0 \ud800 bell\x07 ls\u2028x",
}


@pytest.mark.parametrize("name", TEXTS)
def test_every_character_is_found_again_where_it_is_drawn(qtbot, name):
    model = MemoryModel(TEXTS[name])
    view = show(qtbot, model)
    geometry = view.builder.geometry
    assert view.document().characterCount() - 1 == utf16_length(model.display)
    found = 0
    for offset, character in enumerate(model.text):
        line = geometry.line_of(offset)
        boxes = geometry.intervals(line, offset, offset + 1)
        if not boxes or boxes[0][1] - boxes[0][0] < 1:
            continue
        (left, right) = boxes[0]
        hit = geometry.offset_at((left + right) / 2, (line.top + line.bottom) / 2)
        # Marks, joined emoji and the halves of ligatures share one place; all others stand alone.
        same = geometry.intervals(line, hit, hit + 1)
        assert hit == offset or same[0][0] - 1 <= (left + right) / 2 <= same[0][1] + 1, (offset, character, hit)
        found += hit == offset
    assert found >= 0.6 * sum(not character.isspace() for character in model.text)


@pytest.mark.parametrize("name", ["plain", "crlf", "emoji", "mixed", "arabic"])
def test_what_is_selected_in_the_widget_is_what_the_model_says(qtbot, name):
    model = MemoryModel(TEXTS[name])
    view = show(qtbot, model)
    for start, end in model.tokens:
        view.select(start, end)
        cursor = view.textCursor()
        assert cursor.selectedText() == model.display[start:end]
        assert view.selection == (start, end)
        assert view.createMimeDataFromSelection().text() == model.text[start:end]


def test_a_word_of_the_other_direction_is_covered_whole(qtbot):
    text = "Mixed text with עברית inside"
    model = MemoryModel(text)
    span = model.add("עברית", "ORG")
    view = show(qtbot, model)
    (piece,) = view.scene().pieces_of(span.id)
    whole = QTextLayout("עברית", view.look.metrics.article_font)
    option = QTextOption()
    whole.setTextOption(option)
    whole.beginLayout()
    line = whole.createLine()
    line.setLineWidth(1000)
    whole.endLayout()
    assert len(piece.intervals) == 1
    assert piece.right - piece.left == pytest.approx(line.naturalTextWidth(), abs=1.5)
    assert view.builder.geometry.leftward(piece.line, span.start)


def test_a_span_over_two_lines_leaves_the_blank_at_the_break_bare(qtbot):
    text = "kata " * 60
    model = MemoryModel(text.strip())
    model.spans["s"] = Span("s", ((0, len(model.text)),), "ORG")
    view = show(qtbot, model, width=500)
    pieces = view.scene().pieces_of("s")
    assert len(pieces) > 2
    assert [piece.begins for piece in pieces] == [True] + [False] * (len(pieces) - 1)
    for piece in pieces:
        line = piece.line
        last = line.end - 1 if not model.text[line.end - 1].isspace() else line.end - 2
        right = view.builder.geometry.intervals(line, last, last + 1)[0][1]
        assert piece.right == pytest.approx(right, abs=0.6)


def tall_model(paragraphs: int) -> MemoryModel:
    model = MemoryModel("\n".join(f"Kota{number} dan Orang{number} bertemu di sini." for number in range(paragraphs)))
    for number in range(paragraphs):
        model.add(f"Kota{number} ", "GPE", span_id=f"k{number}")
        span = model.spans[f"k{number}"]
        model.spans[span.id] = Span(span.id, ((span.start, span.end - 1),), "GPE")
    return model


def test_only_visible_lines_are_planned_and_painted(qtbot, monkeypatch):
    model = tall_model(400)
    view = show(qtbot, model, height=500)
    view.grab()
    planned, painted = [], []
    plain_plan, plain_chip = scene.SceneBuilder._planned, paint._paint_chip
    monkeypatch.setattr(scene.SceneBuilder, "_planned", lambda self, line: planned.append(line) or plain_plan(self, line))
    monkeypatch.setattr(
        paint, "_paint_chip", lambda painter, chip, *rest: painted.append(chip.span.id) or plain_chip(painter, chip, *rest)
    )
    model.queries.clear()
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum() // 2)
    view.grab()
    assert 0 < len(planned) < 40
    assert 0 < len(set(painted)) < 40
    low, high = view.scene().range
    assert all(low - 200 <= start and end <= high + 200 for start, end in model.queries)


def test_an_edit_plans_only_the_lines_it_names(qtbot, monkeypatch):
    model = tall_model(60)
    view = show(qtbot, model, height=500)
    view.grab()
    planned = []
    plain = scene.SceneBuilder._planned
    monkeypatch.setattr(scene.SceneBuilder, "_planned", lambda self, line: planned.append(line.block) or plain(self, line))
    span = model.add("Orang2", "PERSON")
    view.refresh([(span.start, span.end)])
    view.grab()
    assert set(planned) == {2}
    assert view.scene().pieces_of("Orang2")


def test_labelling_never_moves_the_text(qtbot):
    model = tall_model(30)
    view = show(qtbot, model)
    before = [plan.line for plan in view.scene().plans]
    for number in range(5):
        for copy in range(4):
            model.add(f"Kota{number} dan Orang{number}", "ORG", span_id=f"n{number}-{copy}")
        model.link(f"r{number}", "located_in", f"k{number}", f"k{number + 1}")
    view.refresh(None)
    view.grab()
    assert [plan.line for plan in view.scene().plans] == before
    assert any("+" in chip.text for plan in view.scene().plans for chip in plan.chips), "what finds no row is counted on a chip"


def test_chips_and_bars_stay_clear_of_the_next_line(qtbot):
    rng = random.Random(5)
    text = " ".join(f"kata{number}" for number in range(400))
    model = MemoryModel(text)
    tokens = list(model.tokens)
    for number in range(120):
        first = rng.randrange(len(tokens) - 5)
        last = first + rng.randrange(5)
        model.spans[str(number)] = Span(
            str(number), ((tokens[first][0], tokens[last][1]),), rng.choice(("PERSON", "GPE", "CARDINAL"))
        )
    view = show(qtbot, model, height=900)
    plans = view.scene().plans
    for plan, following in itertools.pairwise(plans):
        boxes = [chip.box for chip in plan.chips]
        assert all(box.bottom <= following.line.top for box in boxes)
        assert all(box.left >= 0 and box.right <= view.viewport().width() for box in boxes)
        for index, box in enumerate(boxes):
            for other in boxes[index + 1 :]:
                assert box.bottom <= other.top or other.bottom <= box.top or box.right <= other.left or other.right <= box.left


def test_arcs_stay_out_of_the_text(qtbot):
    model = tall_model(12)
    rng = random.Random(2)
    for number in range(25):
        model.link(f"r{number}", "opposes", f"k{rng.randrange(12)}", f"k{rng.randrange(12)}")
    view = show(qtbot, model, height=500)
    view.grab()
    lines = [plan.line for plan in view.scene().plans]
    assert view.scene().arcs
    for arc in view.scene().arcs:
        for (x0, y0), (x1, y1) in zip(arc.points, arc.points[1:], strict=False):
            for line in lines:
                over = max(y0, y1) > line.top + 1 and min(y0, y1) < line.bottom
                assert not over or max(x0, x1) < line.left or min(x0, x1) > line.right


def test_an_arc_out_of_view_ends_in_a_stub(qtbot):
    model = tall_model(80)
    model.link("down", "located_in", "k0", "k70")
    view = show(qtbot, model, height=400)
    (arc,) = view.scene().arcs
    assert arc.far is not None
    assert arc.far[2] == 1
    view.focus_span("k70")
    (arc,) = view.scene().arcs
    assert arc.far is not None
    assert arc.far[2] == -1


def test_arcs_are_shown_in_three_ways(qtbot):
    model = tall_model(5)
    model.link("r", "located_in", "k0", "k1")
    view = show(qtbot, model)
    assert len(view.scene().arcs) == 1
    assert [view.cycle_arcs() for _ in range(3)] == ["all", "none", "focused"]
    view.cycle_arcs()
    view.cycle_arcs()
    assert view.scene().arcs == ()


def test_a_focus_that_is_gone_is_let_go(qtbot):
    model = tall_model(3)
    model.link("r", "located_in", "k0", "k1")
    view = show(qtbot, model)
    view.focus_span("k1")
    del model.relations["r"]
    span = model.spans.pop("k1")
    with qtbot.waitSignal(view.focusChanged):
        view.refresh([(span.start, span.end)])
    assert view.focused_span is None
    view.focus_span("never there")
    assert view.focused_span is None


def test_revealing_a_far_span_scrolls_to_it(qtbot):
    model = tall_model(300)
    view = show(qtbot, model, height=400)
    view.focus_span("k250", reveal=False)
    assert view.verticalScrollBar().value() == 0
    view.focus_span("k250")
    (piece,) = view.scene().pieces_of("k250")
    value = view.verticalScrollBar().value()
    assert value < piece.line.top
    assert piece.line.bottom < value + view.viewport().height()
    value = view.verticalScrollBar().value()
    view.focus_span("k251")
    assert view.verticalScrollBar().value() == value, "what is in view is not scrolled"


def test_zoom_and_theme_keep_caret_focus_and_place(qtbot):
    model = tall_model(200)
    view = show(qtbot, model, height=400)
    view.focus_span("k120")
    first = view.scene().plans[2].line.start
    height = view.look.metrics.line
    view.zoom(3)
    assert view.look.metrics.line > height
    assert (view.focused_span, view.caret) == ("k120", model.spans["k120"].start)
    assert first in {plan.line.start for plan in view.scene().plans}
    view.set_theme(DARK)
    assert view.focused_span == "k120"
    assert first in {plan.line.start for plan in view.scene().plans}
    view.reset_zoom()
    assert view.look.metrics.line == height


def test_resizing_keeps_the_line_at_the_top(qtbot):
    model = MemoryModel("\n".join("kata lain yang panjang sekali " * 12 for _ in range(40)))
    view = show(qtbot, model, width=1000, height=400)
    view.verticalScrollBar().setValue(2000)
    first = view.scene().plans[2].line
    view.resize(600, 400)
    QApplication.processEvents()
    low, high = view.scene().range
    assert low <= first.start <= high


def test_a_wide_window_does_not_lay_out_anew(qtbot):
    view = show(qtbot, tall_model(20), width=1500)
    builder = view.builder
    view.resize(1800, 600)
    QApplication.processEvents()
    assert view.builder is builder
    margins = view.viewportMargins()
    assert margins.left() == margins.right() > 100


def test_search_hits_are_painted(qtbot):
    model = MemoryModel("satu dua tiga dua")
    view = show(qtbot, model)
    before = view.grab().toImage()
    view.set_search_hits([(5, 8), (14, 17)], (14, 17))
    image = view.grab().toImage()
    assert image != before
    point = point_of(view, 15)
    ratio = image.devicePixelRatio()
    below = view.builder.geometry.line_of(15).bottom - 1.5
    shade = image.pixelColor(int((view.viewport().x() + point.x()) * ratio), int(below * ratio)).name()
    assert shade == LIGHT.current_hit


def test_handles_stand_at_both_edges_of_the_focused_span(qtbot):
    model = MemoryModel(TEXTS["arabic"])
    span = model.add("فلاديمير بوتين", "PERSON")
    view = show(qtbot, model)
    view.focus_span(span.id)
    at = {handle.part: handle.x for handle in view.handles()}
    assert set(at) == {Part.START, Part.END, Part.LINK}
    assert at[Part.START] > at[Part.END], "right to left: the span starts at its right edge"


def test_screen_readers_get_the_text_and_the_focus(qtbot):
    model = tall_model(3)
    view = show(qtbot, model)
    view.focus_span("k1")
    interface = QAccessible.queryAccessibleInterface(view)
    assert interface.role() == QAccessible.Role.EditableText
    assert interface.text(QAccessible.Text.Name) == "Article"
    assert interface.text(QAccessible.Text.Description) == "GPE: Kota1"
    text = interface.textInterface()
    assert text.text(0, 5) == "Kota0"
    assert text.cursorPosition() == model.spans["k1"].start
    view.clear_focus()
    assert interface.text(QAccessible.Text.Description) == ""


def test_the_signals_of_a_new_document_come_after_it_is_there(qtbot):
    view = show(qtbot, tall_model(3))
    view.focus_span("k1")
    seen = []
    view.focusChanged.connect(lambda: seen.append((view.focused_span, view.model.text if view.model else None)))
    view.set_article(MemoryModel("lain"))
    assert seen == [(None, "lain")]
    view.set_article(None)
    assert (view.caret, view.selection, view.scene().plans) == (0, None, ())


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_text_keeps_its_contrast_on_every_colour(theme):
    for base in (*PALETTE, "#000000", "#ffffff", "#ffff00", "#0000ff", ""):
        colors = label_colors(theme, base)
        assert contrast(theme.text, colors.fill) >= 4.5
        assert contrast(colors.chip_text, colors.chip) >= 4.5
        assert contrast(colors.strong_text, colors.strong) >= 4.5
        assert contrast(colors.edge, theme.page) >= 3.0
    for shade in (theme.page, theme.window, theme.raised, theme.selection, theme.hit, theme.current_hit, theme.caret_token):
        assert contrast(theme.text, shade) >= 4.5
    assert contrast(theme.quiet_text, theme.page) >= 4.5
    assert contrast(theme.hint_text, theme.hint) >= 4.5
    assert contrast(theme.accent_text, theme.accent) >= 4.5
    made = palette(theme)
    assert contrast(made.text().color().name(), made.base().color().name()) >= 7


def test_the_sums_of_contrast_are_those_of_the_standard():
    assert luminance("#000000") == 0
    assert luminance("#ffffff") == pytest.approx(1)
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert mix("#000000", "#ffffff", 0.5) == "#808080"
    assert contrast(legible("#ffff00", "#ffffff", 4.5), "#ffffff") >= 4.5
    assert legible("#000000", "#ffffff", 4.5) == "#000000"


def test_a_point_beside_the_text_finds_the_nearest_character(qtbot):
    model = MemoryModel("satu\n\ndua")
    view = show(qtbot, model)
    geometry = view.builder.geometry
    line = geometry.line_of(0)
    assert view.offset_at(-50, line.top + 2) == 0
    assert view.offset_at(5000, line.top + 2) == 3
    assert view.offset_at(5000, line.top + 2, between=True) == 4
    assert view.offset_at(20, -100) == 0
    assert view.offset_at(5000, 100_000) == len(model.text) - 1
    empty = geometry.line_of(5)
    assert view.offset_at(30, empty.top + 1) == 5


def test_a_span_without_width_has_a_place_in_a_line_of_mixed_directions(qtbot):
    model = MemoryModel("كتاب \u200b Budi")
    model.spans["zero"] = Span("zero", ((5, 6),), "GPE")
    model.add("Budi", "GPE")
    view = show(qtbot, model)
    (piece,) = view.scene().pieces_of("zero")
    (budi,) = view.scene().pieces_of("Budi")
    assert piece.left == piece.right != budi.left
    assert {span.id for span in view.scene().spans()} == {"zero", "Budi"}
