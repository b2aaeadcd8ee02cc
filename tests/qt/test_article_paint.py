"""What reaches the eye, checked by pixels and by the plain geometry behind them: outlines, dimming, plates, dots, long words."""

from __future__ import annotations

from itertools import combinations, pairwise

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QImage, QKeyEvent, QPalette, QTextDocument
from PySide6.QtWidgets import QApplication, QLineEdit

from annotator.domain.annotations import Span
from annotator.ui.article import layout
from annotator.ui.article.fill import insert_display, rooms_of
from annotator.ui.article.hit import Part, handle_at
from annotator.ui.article.keys import key_names
from annotator.ui.article.metrics import Metrics
from annotator.ui.article.view import ArticleView
from annotator.ui.theme import DARK, LIGHT, USUAL_TEXT, contrast, label_colors
from annotator.ui.theme_qt import article_font, color, palette, system_theme, theme_named
from tests.qt.article_support import SCHEME, MemoryModel, point_of, show

NONE = Qt.KeyboardModifier.NoModifier


def picture(view: ArticleView) -> QImage:
    """Paint the viewport alone: window coordinates are then those of the viewport."""
    return view.viewport().grab().toImage()


def colors_in(image: QImage, left: float, top: float, right: float, bottom: float) -> set[str]:
    ratio = image.devicePixelRatio()
    return {
        image.pixelColor(x, y).name()
        for x in range(max(0, int(left * ratio)), min(image.width(), int(right * ratio)))
        for y in range(max(0, int(top * ratio)), min(image.height(), int(bottom * ratio)))
    }


def around(view: ArticleView, span_id: str) -> tuple[float, float, float, float]:
    (piece,) = view.scene().pieces_of(span_id)
    assert view.builder is not None
    return piece.left - 2, view.builder.fill_top(piece) - 1, piece.right + 2, view.builder.fill_bottom(piece) + 1


def shades(label: str, theme=LIGHT):
    found = SCHEME.span(label)
    assert found is not None
    return label_colors(theme, found.color)


def test_a_highlight_has_its_labels_fill_and_a_bar_below(qtbot):
    model = MemoryModel("Budi pergi ke Jakarta")
    model.add("Jakarta", "GPE")
    view = show(qtbot, model)
    seen = colors_in(picture(view), *around(view, "Jakarta"))
    assert shades("GPE").fill in seen
    (piece,) = view.scene().pieces_of("Jakarta")
    bar = view.builder.row_top(piece.line, 0)
    assert shades("GPE").edge in colors_in(picture(view), piece.left + 1, bar, piece.right - 1, bar + 2)


def test_a_suggestion_is_dashed_until_reviewed_and_the_focus_is_solid(qtbot):
    model = MemoryModel("Budi pergi ke Jakarta")
    model.add("Jakarta", "GPE", reviewed=False)
    view = show(qtbot, model)

    def inked_share() -> float:
        left, _top, right, _bottom = around(view, "Jakarta")
        (piece,) = view.scene().pieces_of("Jakarta")
        row = view.builder.fill_top(piece)
        image = picture(view)
        edge = color(shades("GPE").edge)
        near = [
            min(
                abs(image.pixelColor(x, y).red() - edge.red()) + abs(image.pixelColor(x, y).blue() - edge.blue())
                for y in range(int(row) - 1, int(row) + 3)
            )
            < 60
            for x in range(int(left) + 8, int(right) - 12)
        ]
        return sum(near) / len(near)

    assert 0.2 < inked_share() < 0.85
    view.focus_span("Jakarta")
    assert inked_share() > 0.95
    view.clear_focus()
    model.spans["Jakarta"] = Span("Jakarta", model.spans["Jakarta"].fragments, "GPE", reviewed=True)
    view.refresh([(14, 21)])
    assert inked_share() < 0.1


def test_illegal_targets_stand_back_while_a_relation_is_made(qtbot):
    model = MemoryModel("Budi pergi ke Jakarta pada Senin")
    for surface, label in (("Budi", "PERSON"), ("Jakarta", "GPE"), ("Senin", "DATE")):
        model.add(surface, label)
    view = show(qtbot, model)
    view.focus_span("Budi")
    view.start_relation(lambda span: span.label == "GPE")
    image = picture(view)
    assert shades("GPE").fill in colors_in(image, *around(view, "Jakarta"))
    assert shades("DATE").fill not in colors_in(image, *around(view, "Senin"))
    view.cancel_mode()
    assert shades("DATE").fill in colors_in(picture(view), *around(view, "Senin"))


def test_the_caret_shows_only_while_the_article_has_the_keyboard(qtbot):
    view = show(qtbot, MemoryModel("satu dua"))
    qtbot.waitUntil(view.hasFocus)
    box = (point_of(view, 0).x() - 10, 0, point_of(view, 4).x(), 100)
    assert LIGHT.caret_token in colors_in(picture(view), *box)
    other = QLineEdit()
    qtbot.addWidget(other)
    other.show()
    other.activateWindow()
    other.setFocus()
    qtbot.waitUntil(lambda: not view.hasFocus())
    assert LIGHT.caret_token not in colors_in(picture(view), *box)


def test_the_selection_is_as_high_as_the_text_only(qtbot):
    view = show(qtbot, MemoryModel("satu dua tiga " * 40))
    view.select(5, 300)
    image = picture(view)
    lines = [plan.line for plan in view.scene().plans]
    assert len(lines) > 2
    for line, following in pairwise(lines[:3]):
        assert LIGHT.selection in colors_in(image, 60, line.top, 300, line.bottom)
        assert LIGHT.selection not in colors_in(image, 60, line.bottom + 4, 300, following.top - 4)


def test_dark_and_light_paint_their_own_page(qtbot):
    view = show(qtbot, MemoryModel("satu"))
    for theme in (DARK, LIGHT):
        view.set_theme(theme)
        image = view.grab().toImage()
        assert image.pixelColor(2, image.height() - 4).name() == theme.page
        assert image.pixelColor(image.width() // 2, image.height() - 4).name() == theme.page
        assert view.look.theme is theme


def test_crowded_chips_become_codes_and_dots_and_the_focused_one_its_name(qtbot):
    text = "a b c d e f ANGKA panjang sekali"
    model = MemoryModel(text)
    for letter in "abcdef":
        model.add(letter, "CARDINAL")
    model.add("ANGKA", "CARDINAL")
    view = show(qtbot, model)
    shown = {chip.span.id: chip.text for plan in view.scene().plans for chip in plan.chips}
    code = SCHEME.span("CARDINAL").code
    assert shown["ANGKA"] == "CARDINAL"
    assert shown["a"] == ""
    assert set(shown.values()) <= {"CARDINAL", code, ""}
    plain = picture(view)
    view.focus_span("a")
    assert picture(view) != plain


def test_hint_plates_never_cover_each_other(qtbot):
    view = show(qtbot, MemoryModel("a, b. (c) d: e; f! g? h - i / j " * 12))
    view.start_jump()
    mode = view._modes._mode
    hints = mode.hints(view.builder, view.scene())
    assert len(hints) == len(mode.offered) > 100
    metrics = view.look.metrics
    boxes = [(hint.x, hint.y - metrics.chip, hint.x + metrics.width(hint.code) - metrics.padding, hint.y) for hint in hints]
    for one, other in combinations(boxes, 2):
        beside = one[2] <= other[0] + 0.01 or other[2] <= one[0] + 0.01
        apart = one[3] <= other[1] + 0.01 or other[3] <= one[1] + 0.01
        assert beside or apart
    typed = next(code for code in mode.codes if len(code) == 2)
    mode.type(typed[0])
    left = mode.hints(view.builder, view.scene())
    assert left
    assert all(hint.code.startswith(typed[0].upper()) and hint.typed == 1 for hint in left)
    view.grab()


def test_the_pinned_strip_comes_when_the_source_is_out_of_view(qtbot):
    model = MemoryModel("Budi di sini. " + "kata lain " * 800)
    model.add("Budi", "PERSON")
    model.add("kata", "GPE", nth=700)
    view = show(qtbot, model, height=400)
    view.focus_span("Budi")
    view.start_relation(lambda span: span.label == "GPE")
    assert LIGHT.raised not in colors_in(picture(view), 0, 0, 300, 12)
    view.verticalScrollBar().setValue(3000)
    assert LIGHT.raised in colors_in(picture(view), 0, 0, 300, 12)
    assert shades("PERSON").strong in colors_in(picture(view), 0, 0, 100, 26)


@pytest.mark.parametrize("text", ["x" * 30_000, "kolom\tsatu\tdua", "👍" * 3000, "a" + "\u0301" * 200 + " b"])
def test_long_words_tabs_and_piled_marks_are_drawn_within_the_column(qtbot, text):
    model = MemoryModel(text)
    model.spans["s"] = Span("s", ((0, len(text)),), "ORG")
    view = show(qtbot, model, width=500, height=300)
    view.grab()
    width = view.viewport().width()
    assert view.horizontalScrollBar().maximum() == 0
    for plan in view.scene().plans:
        for piece in plan.pieces:
            assert piece.left >= 0
            assert piece.right <= width + 1
    view.select(0, len(text))
    assert view.selection == (0, len(text))


def test_a_discontinuous_span_shows_each_fragment_and_one_chip(qtbot):
    text = "kanker payudara dan paru"
    model = MemoryModel(text)
    model.spans["s"] = Span("s", ((0, 6), (20, 24)), "EVENT")
    view = show(qtbot, model)
    (piece,) = view.scene().pieces_of("s")
    assert len(piece.intervals) == 2
    assert [chip.span.id for plan in view.scene().plans for chip in plan.chips] == ["s"]
    image = picture(view)
    middle = point_of(view, text.index("dan"))
    assert shades("EVENT").fill not in colors_in(image, middle.x() - 3, middle.y() - 6, middle.x() + 3, middle.y() + 6)
    assert shades("EVENT").fill in colors_in(image, *around(view, "s"))


def test_a_span_that_cuts_a_token_has_a_torn_edge_there(qtbot):
    model = MemoryModel("Budi pergi ke Jakarta. قال الرئيس")
    model.spans = {
        "whole": Span("whole", ((0, 4),), "PERSON"),
        "end": Span("end", ((5, 8),), "EVENT"),
        "both": Span("both", ((15, 18),), "GPE"),
        "left": Span("left", ((28, 30),), "ORG"),
    }
    view = show(qtbot, model)
    geometry = view.builder.geometry

    def cuts(span_id: str) -> tuple[float, ...]:
        (piece,) = view.scene().pieces_of(span_id)
        return piece.cuts

    (piece,) = view.scene().pieces_of("both")
    assert cuts("whole") == ()
    assert cuts("end") == (view.scene().pieces_of("end")[0].right,)
    assert cuts("both") == (piece.left, piece.right)
    (leftwards,) = view.scene().pieces_of("left")
    assert geometry.leftward(leftwards.line, 28)
    assert cuts("left") == (leftwards.right, leftwards.left)
    image = picture(view)
    edge, middle = shades("GPE").edge, (piece.line.top + piece.line.bottom) / 2
    assert edge in colors_in(image, piece.left - 4, middle - 8, piece.left + 4, middle + 8)
    (whole,) = view.scene().pieces_of("whole")
    assert shades("PERSON").edge not in colors_in(image, whole.left - 4, middle - 8, whole.left + 4, middle + 8)


def test_handles_of_a_short_span_leave_its_letters_bare_and_can_be_told_apart(qtbot):
    model = MemoryModel("a I b Jakarta")
    model.add("I", "PERSON")
    model.add("Jakarta", "GPE")
    view = show(qtbot, model)
    for span_id, narrow in (("I", True), ("Jakarta", False)):
        view.focus_span(span_id)
        (piece,) = view.scene().pieces_of(span_id)
        handles = {handle.part: handle for handle in view.handles()}
        assert (handles[Part.START].x + 4 <= piece.left) == narrow
        assert (handles[Part.END].x - 4 >= piece.right) == narrow
        for handle in handles.values():
            assert handle_at(x=handle.x, y=handle.y, handles=view.handles()) == handle


@pytest.mark.parametrize("theme", [LIGHT, DARK])
def test_arcs_without_the_eye_are_quiet_but_there_and_all_are_strong_when_all_are_shown(qtbot, theme):
    model = MemoryModel("Budi pergi ke Jakarta")
    model.add("Budi", "PERSON")
    model.add("Jakarta", "GPE")
    model.link("r", "leads", "Budi", "Jakarta")
    view = show(qtbot, model)
    view.set_theme(theme)

    def strongest() -> float:
        (arc,) = view.scene().arcs
        run = arc.run
        assert arc.label is not None
        seen = colors_in(picture(view), run.low + 8, run.y - 2, arc.label.left - 3, run.y + 2)
        return max(contrast(value, theme.page) for value in seen)

    quiet = strongest()
    assert 1.3 < quiet < 2.6
    view.set_arcs("all")
    assert strongest() > 1.3 * quiet


def test_a_stub_points_at_no_word(qtbot):
    model = MemoryModel("Budi pergi ke Jakarta. " + "kata lain " * 800)
    model.add("Budi", "PERSON")
    model.add("kata", "GPE", nth=700)
    model.link("r", "leads", "Budi", "kata")
    view = show(qtbot, model, height=400)
    (arc,) = view.scene().arcs
    assert arc.words is not None
    assert arc.words.text == "kata"
    assert arc.outward
    assert arc.far is not None
    (piece,) = view.scene().pieces_of("Budi")
    clear = colors_in(picture(view), arc.far[0] - 6, arc.far[1] + 7, arc.words.right + 16, piece.line.top)
    assert clear == {LIGHT.page}


def test_an_unknown_label_is_still_shown(qtbot):
    model = MemoryModel("Budi pergi")
    model.add("Budi", "NOT_IN_SCHEME")
    model.link("r", "not_in_scheme", "Budi", "Budi")
    view = show(qtbot, model)
    view.focus_span("Budi")
    view.grab()
    assert [chip.text for plan in view.scene().plans for chip in plan.chips] == ["NOT_IN_SCHEME"]


def test_broken_spans_do_not_stop_the_view(qtbot):
    model = MemoryModel("Budi pergi")
    model.spans["far"] = Span("far", ((5, 900),), "ORG")
    model.spans["none"] = Span("none", (), "ORG")
    model.link("r", "opposes", "far", "gone")
    view = show(qtbot, model)
    view.grab()
    view.focus_span("far")
    view.grab()
    assert view.scene().arcs == ()
    (piece,) = view.scene().pieces_of("far")
    assert piece.right > piece.left


def test_paragraphs_get_their_room_with_their_text(qtbot):
    model = MemoryModel("satu dua tiga\nempat lima\nenam")
    model.add("satu dua", "ORG")
    model.add("dua tiga", "ORG")
    model.add("satu", "ORG")
    model.link("r", "opposes", "satu", "dua tiga")
    rooms = rooms_of(model)
    assert [(room.rows, room.lanes) for room in rooms] == [(2, 1), (1, 0), (1, 0)]
    document, metrics = QTextDocument(), Metrics(1.0)
    insert_display(document, model.display, rooms, metrics)
    assert document.blockCount() == 3
    assert document.toPlainText() == model.text
    heights = []
    block = document.begin()
    while block.isValid():
        heights.append(block.blockFormat().lineHeight())
        block = block.next()
    assert heights == [metrics.distance(room) for room in rooms]
    assert heights[0] > heights[1] == metrics.distance(layout.NO_ROOM)


def test_metrics_grow_with_the_zoom(qtbot):
    small, large = Metrics(1.0), Metrics(2.0)
    assert large.row > 1.5 * small.row
    assert large.line > 1.5 * small.line
    assert large.width("PERSON") > 1.5 * small.width("PERSON")
    assert article_font(zoom=2.0).pointSizeF() == 2 * USUAL_TEXT.points


def test_ctrl_and_the_wheel_zoom(qtbot):
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent

    view = show(qtbot, MemoryModel("satu dua"))
    height = view.look.metrics.line
    for angle, modifiers in ((120, Qt.KeyboardModifier.ControlModifier), (-120, Qt.KeyboardModifier.ControlModifier)):
        event = QWheelEvent(
            QPointF(50, 50),
            QPointF(50, 50),
            QPoint(),
            QPoint(0, angle),
            Qt.MouseButton.NoButton,
            modifiers,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(view.viewport(), event)
        assert (view.look.metrics.line > height) == (angle > 0)


@pytest.mark.parametrize(
    ("key", "modifiers", "text", "expected"),
    [
        (Qt.Key.Key_BraceLeft, Qt.KeyboardModifier.ShiftModifier, "{", "{"),
        (Qt.Key.Key_BraceLeft, Qt.KeyboardModifier.GroupSwitchModifier, "{", "{"),
        (Qt.Key.Key_N, NONE, "n", "n"),
        (Qt.Key.Key_N, Qt.KeyboardModifier.ShiftModifier, "N", "N"),
        (Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier, "\n", "Ctrl+J"),
        (Qt.Key.Key_Delete, NONE, "\x7f", "Del"),
        (Qt.Key.Key_Escape, NONE, "\x1b", "Esc"),
        (Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier, "", "Shift+Tab"),
        (Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ControlModifier, "\r", "Ctrl+Return"),
        (Qt.Key.Key_Space, NONE, " ", " "),
        (Qt.Key.Key_Right, Qt.KeyboardModifier.ControlModifier, "", "Ctrl+Right"),
    ],
)
def test_the_first_name_of_a_key(qtbot, key, modifiers, text, expected):
    assert key_names(QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text))[0] == expected


def test_altgr_reported_as_ctrl_alt_still_finds_the_text(qtbot):
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    assert "{" in key_names(QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_BraceLeft, both, "{"))
    assert "n" not in key_names(QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_N, both, "n"))


@pytest.mark.parametrize("key", [Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr])
def test_modifiers_alone_have_no_name(qtbot, key):
    assert key_names(QKeyEvent(QEvent.Type.KeyPress, key, NONE, "")) == []


def test_themes_by_name_and_their_palettes(qtbot):
    assert theme_named("dark") is DARK
    assert theme_named("light") is LIGHT
    assert theme_named("system") is system_theme()
    made = palette(DARK)
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
        assert made.color(group, QPalette.ColorRole.Window).name() == DARK.window
    assert made.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Text) != made.color(
        QPalette.ColorGroup.Active, QPalette.ColorRole.Text
    )
