"""Spans by keyboard alone: every row of the table of keys, seen in the window and read from the file by ``sqlite3``."""

from __future__ import annotations

import sqlite3

import pytest

from tests.e2e.window_support import stored


def verdicts(user) -> int:
    connection = sqlite3.connect(user.session.project.path)
    try:
        return connection.execute("SELECT count(*) FROM verdicts").fetchone()[0]
    finally:
        connection.close()


# Caret and selection


def test_the_caret_goes_by_token_line_sentence_and_character(at_work):
    def drive(user):
        view = user.view
        assert view.caret == 0
        for word in ("Joko", "Widodo", "bertemu"):
            user.press("Right")
            assert view.caret == user.place(word)[0]
        user.press("Left")
        assert view.caret == user.place("Widodo")[0]
        user.press("Ctrl+Down")
        assert view.caret == user.place("Widodo", 1)[0]
        user.press("Ctrl+Down")
        assert view.caret == user.place("Putin memimpin")[0]
        user.press("Ctrl+Up", "Ctrl+Up")
        assert view.caret == 0
        user.press("Down")
        geometry = view.builder.geometry
        assert geometry.line_of(view.caret).start == geometry.line_of(0).end
        user.press("Up")
        assert view.caret == 0
        user.press("Alt+Right", "Alt+Right")
        assert view.caret == 2
        user.press("Alt+Left")
        assert view.caret == 1
        user.press("Ctrl+End")
        assert view.caret == len(user.text) - 1
        assert view.verticalScrollBar().value() > 0
        user.press("Ctrl+Home", "End")
        line = geometry.line_of(0)
        assert user.document.tokens.covered(line.start, line.end)[-1] == user.document.tokens.at(view.caret)
        user.press("Home")
        assert view.caret == 0

    at_work(drive)


def test_a_selection_grows_and_shrinks_by_token_and_by_character(at_work):
    def drive(user):
        user.put_caret("Joko")
        user.press("Shift+Right", "Shift+Right")
        assert user.selected == "Joko Widodo"
        user.press("Shift+Left")
        assert user.selected == "Joko"
        user.press("Alt+Shift+Right", "Alt+Shift+Right")
        assert user.selected == "Joko W"
        user.press("Alt+Shift+Left", "Alt+Shift+Left")
        assert user.selected == "Joko"
        user.press("Escape")
        assert user.view.selection is None
        user.put_caret("bertemu")
        user.press("Shift+Left", "Shift+Left")
        assert user.selected == "Joko Widodo"
        user.put_caret("Widodo", 1)
        user.press("Ctrl+Shift+Down")
        assert user.selected == "Widodo memimpin Indonesia sejak 2014."
        user.put_caret("Bank")
        user.press("Shift+Down")
        assert user.selected.startswith("Bank Rakyat Indonesia")
        assert len(user.selected) > len("Bank Rakyat Indonesia berdiri di Purwokerto.")

    at_work(drive)


def test_the_standing_unit_can_be_the_character(at_work):
    def drive(user):
        user.put_caret("Sunarso")
        user.press(";")
        assert "haracter" in user.said
        user.press("Right", "Shift+Right", "Shift+Right")
        assert user.selected == "un"
        user.press("Escape", ";", "Right")
        assert "oken" in user.said
        assert user.view.caret == user.place("memimpin bank")[0]

    at_work(drive)


def test_a_jump_goes_to_any_token_in_view_and_shift_selects_up_to_it(at_work):
    def drive(user):
        user.press("f")
        wanted = user.place("Rusia")[0]
        assert len(user.hints()) > 40
        assert not any(a != b and b.startswith(a) for a in user.hints() for b in user.hints())
        user.type(user.letters_for(wanted))
        assert user.view.caret == wanted
        assert not user.view.cancel_mode()
        user.put_caret("Bank")
        user.press("f")
        *first, last = user.letters_for(user.place("Indonesia berdiri")[0])
        user.press(*first, f"Shift+{last.upper()}")
        assert user.selected == "Bank Rakyat Indonesia"
        user.press("f", "Escape")
        assert user.selected == "Bank Rakyat Indonesia"
        user.press("Escape")
        assert user.view.selection is None

    at_work(drive)


# Who has the focus


def test_tab_walks_all_spans_in_text_order_and_shift_tab_back(at_work):
    def drive(user):
        seen = []
        for _ in user.document.spans():
            user.press("Tab")
            seen.append(user.span.id)
        assert seen == [span.id for span in user.document.spans()]
        assert user.surface == "Papua"
        point = user.point(user.span.start, user.span.end)
        assert 0 < point.y() < user.view.viewport().height()
        user.press("Tab")
        assert user.surface == "Papua"
        for wanted in reversed(seen[:-1]):
            user.press("Shift+Tab")
            assert user.span.id == wanted
        assert user.in_article

    at_work(drive)


def test_full_stop_and_comma_walk_what_is_not_reviewed(at_work):
    def drive(user):
        user.focus("bertemu")
        user.press("8")
        user.focus("Joko Widodo")
        user.press(".")
        assert user.surface == "Vladimir Putin"
        user.press(",")
        assert user.surface == "Joko Widodo"
        user.press(",")
        assert user.surface == "Joko Widodo"

    at_work(drive)


def test_c_cycles_through_nested_spans_and_escape_lets_go(at_work):
    def drive(user):
        user.put_caret("Bogor")
        user.press("c")
        assert user.surface == "Bogor"
        user.press("c")
        assert user.surface == "Istana Bogor"
        user.press("c")
        assert user.surface == "Bogor"
        user.put_caret("Purwokerto")
        user.press("c")
        assert user.span is None

    at_work(drive)


def test_escape_leaves_the_mode_then_the_selection_then_the_focus(at_work):
    def drive(user):
        user.focus("Joko Widodo")
        user.press("Shift+Right")
        assert user.selected
        assert user.surface == "Joko Widodo"
        user.press("f", "Escape")
        assert user.selected
        user.press("Escape")
        assert not user.selected
        assert user.surface == "Joko Widodo"
        user.press("Escape")
        assert user.span is None
        user.focus("Joko Widodo")
        user.press("Right")
        assert user.span is None

    at_work(drive)


# Labelling


def test_a_label_key_takes_the_selection_then_the_focus_then_the_token_at_the_caret(at_work):
    def drive(user):
        user.select("Purwokerto")
        user.press("2")
        assert (user.surface, user.span.label, user.view.selection) == ("Purwokerto", "GPE", None)
        user.press("6")
        assert user.has("Purwokerto", "LOC")
        assert not user.has("Purwokerto", "GPE")
        user.put_caret("Sunarso")
        user.press("1")
        assert (user.surface, user.span.label) == ("Sunarso", "PERSON")
        user.press("Shift+Right", "Shift+Right")  # extending keeps the focus, and the selection wins
        assert user.surface == "Sunarso"
        user.press("3")
        assert user.has("Sunarso", "PERSON")
        assert (user.surface, user.span.label) == ("Sunarso memimpin", "ORG")
        user.press("h")  # no label has this key
        assert user.span.label == "ORG"
        assert "h" in user.said
        assert (*user.place("Sunarso"), "PERSON", True) in user.check().spans

    at_work(drive)


def test_what_is_labelled_already_is_refused_with_a_sentence(at_work):
    def drive(user):
        user.select("Purwokerto")
        user.press("2", "Escape")
        before = user.check()
        user.select("Purwokerto")
        user.press("2")
        assert user.message == "“Purwokerto” is labelled GPE already."
        assert user.check() == before
        user.select("Purwokerto")
        user.press("3")  # another label on the same text is no duplicate
        assert user.message == ""
        assert user.has("Purwokerto", "GPE")
        assert user.has("Purwokerto", "ORG")

    at_work(drive)


def test_enter_gives_the_likeliest_label(at_work):
    def drive(user):
        user.select("Sunarso")
        user.press("Return")
        assert "No label was used yet" in user.said
        user.press("3", "Escape")
        user.select("Widodo", 1)
        user.press("Return")
        assert (user.surface, user.span.label) == ("Widodo", "ORG")  # the label used last
        user.press("1")
        user.select("Putin", 1)
        user.press("Return")
        assert user.has("Putin", "GPE")  # what this text is called: its suggestion is accepted
        assert user.span_of("Putin").reviewed

    at_work(drive)


def test_enter_accepts_suggestions_one_after_the_other(at_work):
    def drive(user):
        user.focus("Joko Widodo")
        for _ in (*user.document.spans(), *user.document.relations()):
            assert user.document.unreviewed_count()
            user.press("Return")
        assert user.document.unreviewed_count() == 0
        user.press("Return")
        assert "review" in user.said
        assert all(reviewed for *_, reviewed in user.check().spans)

    at_work(drive)


def test_space_opens_the_labels_and_typing_finds_one(at_work):
    def drive(user):
        user.focus("Putin", 0)
        assert user.span.label == "GPE"
        user.press("Space")
        assert user.menu is not None
        user.type("pers")
        assert [user.menu._list.item(row).text().split()[-1] for row in range(user.menu._list.count())] == ["PERSON"]
        user.press("Return")
        assert user.menu is None
        assert user.span.label == "PERSON"
        assert user.in_article
        user.select("Sunarso")
        user.press("Space", "Escape")
        assert user.menu is None
        assert user.selected == "Sunarso"
        assert user.in_article
        user.press("Space")
        user.type("PER")
        user.press("Down", "Return")
        assert user.span.label == "PERCENT"
        user.press("Space")
        user.type("nothing is called so")
        user.press("Return")
        assert user.menu is not None
        user.press("Escape")
        assert user.span.label == "PERCENT"

    at_work(drive)


# Edges


@pytest.mark.parametrize("twin", [False, True], ids=["brackets", "function keys"])
def test_the_edges_move_by_token(at_work, twin):
    start_out, start_in, end_out, end_in = ("F7", "Shift+F7", "F8", "Shift+F8") if twin else ("[", "{", "]", "}")

    def drive(user):
        user.focus("Joko Widodo")
        for key, surface in (
            (end_out, "Joko Widodo bertemu"),
            (start_out, "Presiden Joko Widodo bertemu"),
            (start_in, "Joko Widodo bertemu"),
            (end_in, "Joko Widodo"),
            (start_in, "Widodo"),
            (start_out, "Joko Widodo"),
        ):
            user.press(key)
            assert user.surface == surface
            assert user.span.id == user.document.spans()[0].id
            user.check()
        assert user.span.reviewed

    at_work(drive)


@pytest.mark.parametrize("twin", [False, True], ids=["brackets", "function keys"])
def test_the_edges_move_by_character_with_alt(at_work, twin):
    keys = ("Alt+F8", "Alt+Shift+F8", "Alt+F7", "Alt+Shift+F7") if twin else ("Alt+]", "Alt+}", "Alt+[", "Alt+{")
    end_out, end_in, start_out, start_in = keys

    def drive(user):
        user.put_caret("Sunarso")
        user.press("1", end_in)
        assert user.surface == "Sunars"
        user.wait(lambda: user.window.status.alignment.text() == "Cuts a token", "the status bar says so")
        user.press(start_in)
        assert user.surface == "unars"
        user.press(start_out, end_out)
        assert user.surface == "Sunarso"
        user.wait(lambda: user.window.status.alignment.text() == "On token borders", "the status bar says so")

    at_work(drive)


def test_an_edge_stops_where_the_span_would_be_empty_or_the_text_ends(at_work):
    def drive(user):
        user.put_caret("Presiden")
        user.press("1")
        before = user.check()
        user.press("[")
        assert "edge of the text" in user.said
        assert user.check() == before
        user.press("}")
        assert user.surface == "Presiden"
        assert user.said.strip()
        assert user.check() == before

    at_work(drive)


def test_an_edge_by_character_beside_a_blank_goes_on_to_the_next_word(at_work):
    def drive(user):
        user.focus("Rusia")
        user.press("Alt+[")
        # White space at the edge of a span is no part of it: the step either reaches the word before, or is refused with a reason.
        assert user.surface == "n Rusia" or (user.surface == "Rusia" and user.message)

    at_work(drive)


# Removing


@pytest.mark.parametrize("key", ["Del", "Backspace"])
def test_delete_removes_a_span_and_rejects_a_suggestion(at_work, key):
    def drive(user):
        user.put_caret("Sunarso")
        user.press("1", key)
        assert user.span is None
        assert not user.has("Sunarso", "PERSON")
        assert verdicts(user) == 0
        user.focus("Joko Widodo")
        relations = len(user.document.relations())
        user.press(key)
        assert not user.has("Joko Widodo", "PERSON")
        assert len(user.document.relations()) == relations - 2  # those it was an end of went with it
        assert verdicts(user) == 3
        user.press("Ctrl+Z")
        assert user.has("Joko Widodo", "PERSON")
        assert len(user.document.relations()) == relations
        assert verdicts(user) == 0

    at_work(drive)


def test_delete_without_a_focus_does_nothing(at_work):
    def drive(user):
        before = user.check()
        user.put_caret("Sunarso")
        user.press("Del", "Backspace")
        user.select("Sunarso")
        user.press("Del")
        assert user.check() == before

    at_work(drive)


# Undo and redo


def test_undo_goes_back_to_the_start_and_redo_to_the_end(use, story):
    def drive(user):
        start = user.check()
        user.put_caret("Sunarso")
        user.press("1", "]", "3")
        user.focus("Istana Bogor")
        user.press("Del")
        user.press("Ctrl+L")
        end = user.check()
        for _ in range(5):
            user.press("Ctrl+Z")
        assert user.check() == start
        user.press("Ctrl+Z")
        assert "Nothing to undo" in user.said
        for key in ("Ctrl+Y", "Ctrl+Shift+Z", "Ctrl+Y", "Ctrl+Shift+Z", "Ctrl+Y"):
            user.press(key)
        assert user.check() == end
        user.press("Ctrl+Y")
        assert "Nothing to redo" in user.said
        user.press("Ctrl+Z")
        user.put_caret("Purwokerto")
        user.press("2", "Ctrl+Y")  # a new edit cuts what could be redone
        assert "Nothing to redo" in user.said

    assert use(drive, "open", story) == 0


def test_undo_shows_where_it_happened(at_work):
    def drive(user):
        user.put_caret("Papua")
        user.press("6")
        user.press("Ctrl+Home")
        assert user.view.verticalScrollBar().value() == 0
        user.press("Ctrl+Z")
        point = user.point_at("Papua")
        assert 0 < point.y() < user.view.viewport().height()
        assert "Undone" in user.said

    at_work(drive)


# Note and knowledge base


def test_n_and_k_go_into_the_inspector_and_what_is_typed_is_saved(at_work):
    def drive(user):
        span = user.focus("Rusia")
        user.press("n")
        assert not user.in_article
        user.type("negara 1")
        user.press("Shift+F6")
        assert user.in_article
        assert user.document.span(span.id).note == "negara 1"
        user.press("k")
        user.type("Q159")
        user.press("Return")
        assert user.document.span(span.id).kb_id == "Q159"
        assert user.document.span(span.id).label == "GPE"
        user.view.setFocus()
        user.press("n")
        user.type(" dua")
        user.press("Ctrl+Z")  # belongs to the field first
        assert user.document.span(span.id).kb_id == "Q159"
        connection = sqlite3.connect(user.session.project.path)
        try:
            found = connection.execute("SELECT note, kb_id FROM spans WHERE id = ? AND set_id = ?", (span.id, user.document.set_id))
            assert found.fetchall() == [("negara 1", "Q159")]
        finally:
            connection.close()

    at_work(drive)


def test_what_is_half_typed_in_a_note_is_saved_by_closing_the_window(use, story):
    def drive(user):
        user.focus("Rusia")
        user.press("n")
        user.type("setengah")

    def again(user):
        assert user.span_of("Rusia").note == "setengah"

    assert use(drive, "open", story) == 0
    assert use(again, "open", story) == 0
    assert stored(story).status == "in progress"
