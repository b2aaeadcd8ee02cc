"""Keys in the article: caret, selection, focus, bindings, and the hint modes, with real key events."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAction, QGuiApplication, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from annotator.ui.article.view import ArticleView
from tests.qt.article_support import MemoryModel, show

TEXT = "Presiden Joko Widodo tiba di Jakarta pada Senin. Ia bertemu Budi di Bogor.\nBudi pulang."
SHIFT, CONTROL, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def model():
    made = MemoryModel(TEXT)
    made.add("Joko Widodo", "PERSON")
    made.add("Presiden Joko Widodo", "PERSON", span_id="title", reviewed=False)
    made.add("Jakarta", "GPE")
    made.add("Senin", "DATE", reviewed=False)
    made.add("Budi", "PERSON")
    made.add("Bogor", "GPE")
    return made


@pytest.fixture
def view(qtbot, model):
    return show(qtbot, model)


def press(view, key, modifiers=NONE):
    QTest.keyClick(view, key, modifiers)


def type_text(view, text, modifiers=NONE):
    """Send one key press that types ``text`` whatever the layout: Qt gives it key 0, as some layouts do."""
    for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
        QGuiApplication.sendEvent(view, QKeyEvent(kind, 0, modifiers, text))


def selected(view):
    return TEXT[slice(*view.selection)] if view.selection else None


def test_the_arrows_walk_tokens_and_shift_selects_them(view):
    assert view.caret == 0
    press(view, Qt.Key.Key_Right)
    assert view.caret == TEXT.index("Joko")
    assert view.token_at_caret() == (9, 13)
    press(view, Qt.Key.Key_Right, SHIFT)
    press(view, Qt.Key.Key_Right, SHIFT)
    assert selected(view) == "Joko Widodo"
    press(view, Qt.Key.Key_Left, SHIFT)
    assert selected(view) == "Joko"
    press(view, Qt.Key.Key_Right, SHIFT | ALT)
    press(view, Qt.Key.Key_Right, SHIFT | ALT)
    assert selected(view) == "Joko W"


def test_lines_and_sentences(view):
    press(view, Qt.Key.Key_Down, CONTROL)
    assert view.caret == TEXT.index("Ia")
    press(view, Qt.Key.Key_Up, CONTROL)
    assert view.caret == 0
    press(view, Qt.Key.Key_End, CONTROL)
    assert TEXT[view.caret] == "."
    press(view, Qt.Key.Key_Home)
    assert view.caret == TEXT.rindex("Budi")
    press(view, Qt.Key.Key_Up)
    assert view.caret == 0
    press(view, Qt.Key.Key_Down)
    assert view.caret == TEXT.rindex("Budi")


def test_up_and_down_keep_their_column_over_a_short_line(qtbot):
    text = "satu dua tiga empat lima\nya\nsatu dua tiga empat lima"
    view = show(qtbot, MemoryModel(text))
    view.place_caret(text.index("empat"))
    press(view, Qt.Key.Key_Down)
    assert view.caret == text.index("ya")
    press(view, Qt.Key.Key_Down)
    assert view.caret == text.rindex("empat")


def test_a_plain_move_clears_the_focus_and_extending_keeps_it(view):
    view.focus_span("Jakarta")
    press(view, Qt.Key.Key_Right, SHIFT)
    assert view.focused_span == "Jakarta"
    assert selected(view) == "Jakarta"
    press(view, Qt.Key.Key_Right)
    assert view.focused_span is None


def test_the_new_focus_empties_the_selection_and_signals_once(qtbot, view):
    view.select(0, 8)
    with qtbot.waitSignals([view.focusChanged, view.selectionMoved], raising=True):
        view.focus_span("Bogor")
    assert view.selection is None
    assert view.caret == TEXT.index("Bogor")
    assert view.focused_relation is None


def test_escape_first_takes_the_selection_then_the_focus(view):
    view.focus_span("Jakarta")
    press(view, Qt.Key.Key_Right, SHIFT)
    press(view, Qt.Key.Key_Escape)
    assert (view.selection, view.focused_span) == (None, "Jakarta")
    press(view, Qt.Key.Key_Escape)
    assert view.focused_span is None


def test_stepping_through_spans_in_text_order(view):
    seen = []
    while view.step_span(1):
        seen.append(view.focused_span)
    assert seen == ["title", "Joko Widodo", "Jakarta", "Senin", "Budi", "Bogor"]
    view.step_span(-1)
    assert view.focused_span == "Budi"
    view.place_caret(TEXT.index("bertemu"))
    assert view.step_span(1)
    assert view.focused_span == "Budi"


def test_stepping_through_the_unreviewed(view):
    assert view.step_unreviewed(1)
    assert view.focused_span == "title"
    assert view.step_unreviewed(1)
    assert view.focused_span == "Senin"
    assert not view.step_unreviewed(1)
    assert view.focused_span == "Senin"
    assert view.step_unreviewed(-1)
    assert view.focused_span == "title"


def test_stepping_back_finds_the_nearest_even_under_a_span_over_everything(qtbot):
    text = "a b c " * 2000
    model = MemoryModel(text)
    model.add(text.strip(), "ORG", span_id="all")
    for nth in (1, 2):
        model.add("a", "GPE", nth=nth, span_id=f"a{nth}")
    view = show(qtbot, model)
    view.place_caret(11_000)
    view.step_span(-1)
    assert view.focused_span == "a2"


def test_cycling_goes_through_the_spans_under_the_caret(view):
    view.place_caret(TEXT.index("Joko"))
    seen = []
    for _ in range(3):
        view.cycle_spans()
        seen.append(view.focused_span)
    assert seen == ["Joko Widodo", "title", "Joko Widodo"]
    view.place_caret(TEXT.index("tiba"))
    assert not view.cycle_spans()


def test_relations_of_the_focused_span_are_walked(view, model):
    model.link("r1", "met_with", "Joko Widodo", "Budi")
    model.link("r2", "leads", "Joko Widodo", "Jakarta")
    view.refresh(None)
    view.focus_span("Joko Widodo")
    seen = []
    for _ in range(3):
        view.step_relation(1)
        seen.append(view.focused_relation)
    assert seen == ["r2", "r1", "r2"]
    assert view.focused_span is None
    view.step_relation(-1)
    assert view.focused_relation == "r1"


@pytest.mark.parametrize("name", ["{", "[", "1", "n", " ", "ç", "/"])
def test_printable_bindings_go_by_the_text_they_type(view, name):
    pressed = []
    view.set_bindings({name: lambda: pressed.append(name)})
    type_text(view, name)
    assert pressed == [name]
    assert view.caret == 0


@pytest.mark.parametrize(
    ("name", "key", "modifiers"),
    [
        ("Return", Qt.Key.Key_Return, NONE),
        ("Return", Qt.Key.Key_Enter, Qt.KeyboardModifier.KeypadModifier),
        ("Tab", Qt.Key.Key_Tab, NONE),
        ("Shift+Tab", Qt.Key.Key_Backtab, SHIFT),
        ("F7", Qt.Key.Key_F7, NONE),
        ("Shift+F8", Qt.Key.Key_F8, SHIFT),
        ("Ctrl+Shift+J", Qt.Key.Key_J, CONTROL | SHIFT),
        ("Ctrl+Right", Qt.Key.Key_Right, CONTROL),
        ("Backspace", Qt.Key.Key_Backspace, NONE),
        ("Shift+Space", Qt.Key.Key_Space, SHIFT),
        ("Alt+[", Qt.Key.Key_BracketLeft, ALT),
        (" ", Qt.Key.Key_Space, NONE),
        ("7", Qt.Key.Key_7, Qt.KeyboardModifier.KeypadModifier),
    ],
)
def test_other_bindings_go_by_their_portable_name(view, name, key, modifiers):
    pressed = []
    view.set_bindings({name: lambda: pressed.append(name)})
    press(view, key, modifiers)
    assert pressed == [name]


def test_tab_and_space_unbound_neither_leave_nor_page(qtbot, model):
    window = QWidget()
    qtbot.addWidget(window)
    view, other = ArticleView(), QLineEdit()
    layout = QVBoxLayout(window)
    layout.addWidget(view)
    layout.addWidget(other)
    window.resize(400, 200)
    window.show()
    window.activateWindow()
    view.setFocus()
    view.set_article(model)
    qtbot.waitUntil(view.hasFocus)
    bar = view.verticalScrollBar()
    assert bar.maximum() > 0
    for key, modifiers in ((Qt.Key.Key_Tab, NONE), (Qt.Key.Key_Backtab, SHIFT), (Qt.Key.Key_Space, NONE)):
        press(view, key, modifiers)
        assert view.hasFocus()
        assert bar.value() == 0


def test_paging_scrolls_and_leaves_the_caret(qtbot):
    view = show(qtbot, MemoryModel("kata " * 3000), height=300)
    press(view, Qt.Key.Key_PageDown)
    assert view.verticalScrollBar().value() > 100
    assert view.caret == 0


def test_a_bound_key_wins_over_a_shortcut_of_the_window_and_others_do_not(qtbot, model):
    window = QWidget()
    qtbot.addWidget(window)
    view = ArticleView()
    QVBoxLayout(window).addWidget(view)
    stolen, mine = [], []
    for sequence in ("F7", "Ctrl+J", "Right"):
        action = QAction(window)
        action.setShortcut(sequence)
        action.triggered.connect(lambda _checked=False, name=sequence: stolen.append(name))
        window.addAction(action)
    window.show()
    window.activateWindow()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    view.set_article(model)
    view.set_bindings({"F7": lambda: mine.append("F7")})
    press(view, Qt.Key.Key_F7)
    press(view, Qt.Key.Key_J, CONTROL)
    assert (mine, stolen) == (["F7"], ["Ctrl+J"])


def test_jumping_by_hint_letters(qtbot, view):
    with qtbot.waitSignal(view.modeChanged) as told:
        view.start_jump()
    assert told.args == ["jump"]
    mode = view._modes._mode
    assert [value for _offset, value in mode.offered] == list(view.model.tokens.starts)
    target = TEXT.index("Bogor")
    code = mode.codes[[value for _offset, value in mode.offered].index(target)]
    with qtbot.waitSignal(view.modeChanged) as told:
        for letter in code:
            press(view, letter)
    assert told.args == [""]
    assert (view.caret, view.selection) == (target, None)


def test_a_jump_with_shift_selects_to_the_end_of_that_token(view):
    view.place_caret(TEXT.index("Joko"))
    view.start_jump()
    mode = view._modes._mode
    code = mode.codes[[value for _offset, value in mode.offered].index(TEXT.index("Widodo"))]
    for letter in code[:-1]:
        press(view, letter)
    press(view, code[-1].upper(), SHIFT)
    assert selected(view) == "Joko Widodo"


def test_the_jump_letter_of_the_next_token_is_single(view):
    view.start_jump()
    mode = view._modes._mode
    assert len(mode.codes[1]) == 1


def test_in_a_mode_only_letters_backspace_and_escape_are_taken(view):
    pressed = []
    view.set_bindings(
        {"a": lambda: pressed.append("a"), "Ctrl+S": lambda: pressed.append("s"), "Return": lambda: pressed.append("r")}
    )
    view.start_jump()
    mode = view._modes._mode
    long = next(code for code in mode.codes if len(code) == 2) if any(len(code) == 2 for code in mode.codes) else ""
    if long:
        press(view, long[0])
        assert mode.typed == long[0]
        press(view, Qt.Key.Key_Backspace)
        assert mode.typed == ""
    press(view, Qt.Key.Key_S, CONTROL)
    assert pressed == ["s"]
    press(view, Qt.Key.Key_Escape)
    assert not view.cancel_mode()
    assert pressed == ["s"]


def test_relation_hints_stand_on_legal_targets_only(qtbot, view):
    view.focus_span("Joko Widodo")
    view.start_relation(lambda span: span.label == "GPE")
    mode = view._modes._mode
    assert [value for _offset, value in mode.offered] == ["Jakarta", "Bogor"]
    assert view.look.legal == {"Jakarta": True, "Bogor": True}
    with qtbot.waitSignal(view.relationRequested) as asked:
        press(view, mode.codes[1])
    assert asked.args == [("Joko Widodo", "Bogor")]
    assert view.look.legal is None
    assert view.focused_span == "Joko Widodo"


def test_relation_making_without_source_or_target_says_so(qtbot, view):
    with qtbot.waitSignal(view.announced):
        view.start_relation(lambda _span: True)
    view.focus_span("Budi")
    with qtbot.waitSignal(view.announced), qtbot.assertNotEmitted(view.modeChanged):
        view.start_relation(lambda span: span.label == "EVENT")


def test_relation_hints_follow_scrolling(qtbot):
    model = MemoryModel("Awal di sini. " + "kata lain " * 900 + "Jakarta.\n" + "x " * 40)
    model.add("Awal", "PERSON")
    model.add("Jakarta", "GPE")
    view = show(qtbot, model, height=400)
    view.focus_span("Awal")
    with qtbot.waitSignal(view.announced):
        view.start_relation(lambda span: span.label == "GPE")
    assert view._modes._mode.codes == []
    for _ in range(60):
        press(view, Qt.Key.Key_PageDown)
    view.grab()
    with qtbot.waitSignal(view.relationRequested) as asked:
        press(view, view._modes._mode.codes[0])
    assert asked.args == [("Awal", "Jakarta")]


def test_copying_gives_the_original_text(qtbot):
    text = "satu\r\ndua\xa0tiga \x00 empat"
    view = show(qtbot, MemoryModel(text))
    press(view, Qt.Key.Key_A, CONTROL)
    press(view, Qt.Key.Key_C, CONTROL)
    mime = view.createMimeDataFromSelection()
    assert mime.text() == text
    assert QGuiApplication.clipboard().text().replace("\x00", "") == text.replace("\x00", "")


def test_an_empty_view_takes_every_key(qtbot):
    for model in (None, MemoryModel("")):
        view = show(qtbot, model)
        for key in (Qt.Key.Key_Left, Qt.Key.Key_Down, Qt.Key.Key_Home, Qt.Key.Key_PageDown, Qt.Key.Key_Escape, Qt.Key.Key_Space):
            press(view, key)
            press(view, key, SHIFT)
        view.start_jump()
        view.cancel_mode()
        view.grab()
        assert (view.caret, view.selection, view.token_at_caret()) == (0, None, None)
        assert not view.step_span(1)


def test_left_goes_on_through_foreign_words_of_a_right_to_left_paragraph(qtbot):
    model = MemoryModel("قالت وكالة REUTERS إن الرئيس سافر.\nKata lain.")
    view = show(qtbot, model)
    places = [view.caret]
    for _ in range(6):
        QTest.keyClick(view, Qt.Key.Key_Left)
        places.append(view.caret)
    assert places == sorted(places)
    assert len(set(places)) == len(places), "no word holds the caret back"
    for _ in range(6):
        QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.caret == places[0]
    view.place_caret(0)
    for _ in range(4):
        QTest.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert view.selection == (0, model.tokens.ends[3])


def test_the_strip_hides_no_target_and_paging_keeps_a_line_in_view(qtbot):
    model = MemoryModel("".join(f"Budi{number} pergi ke Jakarta lalu pulang lagi ke rumah di desa. " for number in range(120)))
    for number in range(120):
        model.add(f"Budi{number} ".strip(), "PERSON", span_id=f"b{number}") if number not in (1, 11, 2) else None
    view = show(qtbot, model, 700, 400)
    view.focus_span("b0")
    view.start_relation(lambda span: span.id != "b0")
    last = max(plan.line.start for plan in view.scene().plans)
    QTest.keyClick(view, Qt.Key.Key_PageDown)
    modes = view._modes
    assert modes is not None
    assert modes.strip > 0, "the source is out of view"
    top = view.verticalScrollBar().value() + modes.strip
    modes.offer()
    builder = view.builder
    assert builder is not None
    offered = [offset for offset, _value in modes._mode.offered]
    assert offered
    assert all(builder.geometry.line_of(offset).top >= top - 1 for offset in offered)
    assert any(plan.line.start <= last and plan.line.top >= top - 1 for plan in view.scene().plans), "a line is the bridge"
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(40, 4))
    assert modes.active, "a click on the strip goes to the source and drops nothing"
    assert modes.strip == 0
