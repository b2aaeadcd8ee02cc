"""The table of what a user can do, and what the menus, the tool bar and the article's keys make of it."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import QTranslator
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication, QMenu, QToolBar, QWhatsThis

from annotator.domain.labels import LABEL_KEYS
from annotator.settings.store import Settings
from annotator.ui.actions import ACTIONS, Scope, Section, article_bindings, keys_of
from annotator.ui.icons import icon_names
from annotator.ui.key_text import key_text
from tests.qt.window_support import Seat, read_only

BY_ID = {action.id: action for action in ACTIONS}

INTERACTION = {
    # from the tables of keys in the design; the arrows and paging are the article view's own
    "move.jump": {"f"},
    "move.next-span": {"Tab"},
    "move.previous-span": {"Shift+Tab"},
    "move.next-unreviewed": {"."},
    "move.previous-unreviewed": {","},
    "move.cycle": {"c"},
    "move.leave": {"F6"},
    "move.enter": {"Shift+F6"},
    "move.unit": {";"},
    "move.clear": {"Esc"},
    "span.enter": {"Return"},
    "span.choose": {" "},
    "span.remove": {"Del", "Backspace"},
    "span.start-out": {"[", "F7"},
    "span.start-in": {"{", "Shift+F7"},
    "span.end-out": {"]", "F8"},
    "span.end-in": {"}", "Shift+F8"},
    "span.start-out-character": {"Alt+[", "Alt+F7"},
    "span.start-in-character": {"Alt+{", "Alt+Shift+F7"},
    "span.end-out-character": {"Alt+]", "Alt+F8"},
    "span.end-in-character": {"Alt+}", "Alt+Shift+F8"},
    "item.note": {"n"},
    "item.attribute": {"b"},
    "item.kb-id": {"k"},
    "relation.start": {"r"},
    "relation.next": {"Ctrl+Right"},
    "relation.previous": {"Ctrl+Left"},
    "relation.reverse": {"x"},
    "relation.other-end": {"g"},
    "view.arcs": {"v"},
    "document.done": {"Ctrl+Return"},
    "document.skip": {"Ctrl+Shift+Return"},
    "document.flag": {"Ctrl+L"},
    "document.previous": {"Ctrl+PgUp"},
    "document.next": {"Ctrl+PgDown"},
    "edit.undo": {"Ctrl+Z"},
    "edit.redo": {"Ctrl+Shift+Z", "Ctrl+Y"},
    "find.open": {"Ctrl+F"},
    "find.next": {"F3"},
    "find.previous": {"Shift+F3"},
    "help.keys": {"F1"},
    "view.full-screen": {"F11"},
    "view.zoom-in": {"Ctrl++", "Ctrl+="},
    "view.zoom-out": {"Ctrl+-"},
    "view.zoom-reset": {"Ctrl+0"},
    "project.open": {"Ctrl+O"},
    "project.new": {"Ctrl+N"},
    "project.import": {"Ctrl+I"},
    "project.export": {"Ctrl+E"},
    "project.print": {"Ctrl+P"},
    "view.grid": {"Ctrl+R"},
    "move.choose": {"Shift+Space"},
    "span.accept-label": {"Ctrl+Alt+Return"},
    "span.add-fragment": {"Ctrl+Shift+J"},
    "span.merge": {"Ctrl+J"},
    "span.split": {"Ctrl+B"},
    "span.propagate": {"Ctrl+D"},
    "span.propagate-project": {"Ctrl+Shift+D"},
    "relation.role": {"e"},
}


def enabled(seat: Seat) -> set[str]:
    return {key for key, action in seat.window.actions_by_id.items() if action.isEnabled()}


# --- the table itself ----------------------------------------------------------------------------------------------------------


def test_ids_are_unique():
    assert [key for key, count in Counter(action.id for action in ACTIONS).items() if count > 1] == []


def test_every_action_has_words_that_differ_within_its_menu():
    words = Counter((action.section, action.text) for action in ACTIONS)
    assert all(action.text.strip() for action in ACTIONS)
    assert [entry for entry, count in words.items() if count > 1] == []


def test_icons_are_there():
    assert {action.icon for action in ACTIONS if action.icon} <= set(icon_names())


def test_what_stands_in_the_tool_bar_has_an_icon():
    assert [action.id for action in ACTIONS if action.toolbar and not action.icon] == []


def test_no_key_has_two_meanings_anywhere_in_the_window():
    used = Counter(key for action in ACTIONS for key in action.keys)
    assert [key for key, count in used.items() if count > 1] == []
    sequences = Counter(QKeySequence(key).toString() for action in ACTIONS for key in action.keys if len(key) > 1)
    assert [key for key, count in sequences.items() if count > 1] == []


def test_label_keys_clash_with_no_command():
    taken = {key for action in ACTIONS for key in action.keys}
    assert set(LABEL_KEYS) & taken == set()
    assert len(set(LABEL_KEYS)) == len(LABEL_KEYS)


def test_printable_keys_act_in_the_article_alone():
    assert [action.id for action in ACTIONS for key in action.keys if len(key) == 1 and action.scope is not Scope.ARTICLE] == []


def test_bracket_keys_have_function_key_twins():
    for action in ACTIONS:
        if any(key[-1] in "[]{}" for key in action.keys):
            assert any(key.rpartition("+")[2].startswith("F") for key in action.keys), action.id


@pytest.mark.parametrize("action_id", sorted(INTERACTION))
def test_the_keys_are_those_of_the_design(action_id):
    assert set(BY_ID[action_id].keys) == INTERACTION[action_id]


# --- when an action can be taken -----------------------------------------------------------------------------------------------


ALWAYS = {
    *("project.new", "project.open", "project.demo", "window.quit", "view.zoom-in", "view.zoom-out", "view.zoom-reset"),
    *("view.full-screen", "view.theme-light", "view.theme-dark", "view.theme-system", "move.leave", "move.enter", "move.clear"),
    *("help.commands", "window.menu", "help.keys", "help.about", "view.text", "edit.preferences", "edit.keys"),
    *("help.pages", "help.whats-this", "help.tour"),
    *("document.order-project", "document.order-disagreement", "document.order-doubt", "document.order-novelty"),
}
LOOKING = {
    *ALWAYS,
    *("project.export", "project.copy", "project.close", "edit.undo", "edit.redo", "find.open", "find.next", "find.previous"),
    *("relation.next", "relation.previous", "document.done", "document.previous", "document.next", "view.arcs"),
    *("move.next-span", "move.previous-span", "move.next-unreviewed", "move.previous-unreviewed", "move.cycle", "move.jump"),
    *(
        "find.inbox",
        "find.project",
        "project.backups",
        "project.knowledge",
        "project.statistics",
        "item.history",
        "move.unit",
        "view.grid",
        "view.density",
        "project.picture",
        "project.print",
    ),
}
WRITING = {
    *LOOKING,
    *(
        "project.import",
        "project.scheme",
        "project.suggest",
        "document.suggest",
        "span.choose",
        "span.enter",
        "span.propagate",
        "span.propagate-project",
        "span.add-fragment",
        "span.split",
        "document.skip",
    ),
    "document.flag",
    "document.categories",
}
EDGES = {f"span.{edge}-{way}{unit}" for edge in ("start", "end") for way in ("out", "in") for unit in ("", "-character")}
ON_ITEM = {*WRITING, "span.remove", "span.accept-label", "item.note", "item.attribute", "relation.other-end", "relation.start"}
ON_SPAN = {*ON_ITEM, *EDGES, "item.kb-id", "relation.role", "span.merge", "move.choose"}
ON_RELATION = {*ON_ITEM, "relation.reverse"}


def test_without_a_project(make_seat):
    assert enabled(make_seat()) == ALWAYS


def test_with_a_document_a_span_or_a_relation(seat):
    assert enabled(seat) == WRITING
    seat.view.focus_span("s1")
    assert enabled(seat) == ON_SPAN
    seat.view.focus_relation("r1")
    assert enabled(seat) == ON_RELATION
    seat.view.place_caret(6)
    assert enabled(seat) == WRITING
    seat.view.choose(("s1", "s2"))
    seat.view.focus_span("s3")
    assert enabled(seat) == ON_SPAN
    seat.view.place_caret(6)
    assert enabled(seat) == WRITING
    seat.hands.projects.close()
    assert enabled(seat) == ALWAYS


def test_in_an_empty_project(make_seat, tmp_path):
    seat = make_seat()
    seat.hands.projects.new(tmp_path / "neu", "conll", "id")
    expected = {"project.suggest", "project.import", "project.export", "project.copy", "project.close", "edit.undo", "edit.redo"}
    expected |= {"find.inbox", "find.project", "project.backups", "project.scheme", "project.statistics", "project.knowledge"}
    assert enabled(seat) == ALWAYS | expected


def test_only_what_is_finished_can_be_taken_up_again(seat):
    seat.settings.set("done.next", False)
    seat.hands.documents.done()
    assert enabled(seat) == WRITING | {"document.reopen"}
    seat.trigger("document.reopen")
    assert enabled(seat) == WRITING


def test_in_a_read_only_project_one_can_look(make_seat, project_file):
    make_seat(project_file).leave()
    with read_only(project_file):
        seat = make_seat(project_file)
        assert enabled(seat) == LOOKING
        seat.view.focus_span("s1")
        assert enabled(seat) == LOOKING


# --- menus, tool bar, keys -----------------------------------------------------------------------------------------------------


def test_every_action_stands_in_the_menu_of_its_section(seat):
    menus = [entry.menu() for entry in seat.window.menuBar().actions()]
    assert [menu.title() for menu in menus] == [f"&{section}" for section in Section]
    assert len({menu.title()[1] for menu in menus}) == len(menus), "each has a letter of its own"
    for menu, section in zip(menus, Section, strict=True):
        there = [entry.objectName() for entry in menu.actions() if entry.objectName() in BY_ID]
        assert there == [action.id for action in ACTIONS if action.section is section]


def test_the_tool_bar_holds_what_the_table_says(seat):
    bar = seat.window.findChild(QToolBar)
    assert [entry.objectName() for entry in bar.actions() if entry.objectName()] == [a.id for a in ACTIONS if a.toolbar]


def test_menus_and_tool_tips_show_every_key(seat):
    for action in ACTIONS:
        made = seat.window.actions_by_id[action.id]
        shown = [key_text(key) for key in action.keys]
        assert all(text in made.toolTip() for text in shown), action.id
        if action.scope is Scope.ARTICLE:
            assert all(text in made.text().partition("\t")[2] for text in shown), action.id
            assert made.shortcuts() == []
        else:
            assert [key.toString() for key in made.shortcuts()] == list(action.keys)


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        (" ", "Space"),
        ("[", "["),
        ("Alt+{", "Alt+{"),
        ("Ctrl++", "Ctrl++"),
        ("Ctrl+PgUp", "Ctrl+PgUp"),
        ("Del", "Del"),
        ("r", "r"),
        ("Return", "Enter"),
        ("Ctrl+Return", "Ctrl+Enter"),
    ],
)
def test_keys_are_shown_as_people_know_them(qapp, key, shown):
    assert key_text(key) == shown


def test_the_article_is_bound_to_its_actions_and_to_label_keys(seat):
    bindings = article_bindings(seat.hands, {}, LABEL_KEYS)
    expected = {key for action in ACTIONS if action.scope is Scope.ARTICLE for key in action.keys}
    assert set(bindings) == expected | set(LABEL_KEYS)


def test_a_binding_does_nothing_while_its_action_is_not_enabled(seat):
    before = seat.content()
    bindings = article_bindings(seat.hands, {}, LABEL_KEYS)
    bindings["Del"]()
    bindings["x"]()
    assert seat.content() == before
    assert seat.message == ""
    seat.view.focus_span("s1")
    bindings["Del"]()
    assert seat.document.span("s1") is None


def test_other_keys_of_the_users_choice_are_used_everywhere(make_seat, project_file, tmp_path):
    settings = Settings(tmp_path / "settings.json")
    settings.set("keys.overrides", {"document.flag": ["Ctrl+M"], "move.cycle": ["o"], "item.kb-id": []})
    seat = make_seat(project_file, settings=settings)
    seat.show()
    actions = seat.window.actions_by_id
    assert [key.toString() for key in actions["document.flag"].shortcuts()] == ["Ctrl+M"]
    assert actions["move.cycle"].text().endswith("\to")
    assert "\t" not in actions["item.kb-id"].text()
    assert actions["item.kb-id"].toolTip() == "Knowledge-base link"
    seat.press("Ctrl+L")
    assert not seat.document.info.flagged
    seat.press("Ctrl+M")
    assert seat.document.info.flagged
    seat.press("o")
    assert seat.bench.span.id == "s1"
    assert keys_of(BY_ID["move.cycle"], settings.get("keys.overrides")) == ("o",)


def test_a_key_that_a_command_takes_labels_nothing(make_seat, project_file, tmp_path):
    settings = Settings(tmp_path / "settings.json")
    settings.set("keys.overrides", {"move.cycle": ["1"]})
    seat = make_seat(project_file, settings=settings)
    seat.show()
    seat.press("1")
    assert seat.bench.span.id == "s1"
    assert seat.document.span("s1").label == "GPE"


ASKING = (
    *("ask_new_project", "ask_open_project", "ask_import", "ask_export", "quit", "show_keys", "show_about"),
    *("ask_text_style", "ask_picture", "print_article"),
)
"""What opens a dialog, or asks the system."""


def test_every_action_of_an_open_document_runs(seat, monkeypatch):
    """A row of the table that names what is not there fails here."""
    shell = seat.hands.shell
    asked: list[str] = []
    for name in ASKING:
        monkeypatch.setattr(shell, name, lambda name=name: asked.append(name), raising=True)
    seat.show()
    leaving = ("help.tour", "project.close", "project.demo")
    for action in ACTIONS:
        if action.id not in leaving:
            seat.open_named("satu")
            seat.view.focus_span(seat.document.spans()[-1].id)
            action.run(seat.hands)
            seat.view.cancel_mode()
            QWhatsThis.leaveWhatsThisMode()
    assert sorted(asked) == sorted(ASKING)
    for key in leaving:
        BY_ID[key].run(seat.hands)
    assert seat.name == "000_445bde8beb3af8fb" or seat.document.spans()


class _Marked(QTranslator):
    """Puts every word of ours between angle quotes."""

    def translate(self, context: str, text: str, *_: object) -> str:
        return f"«{text}»" if context == "annotator" else text


def test_all_words_of_menus_tips_docks_and_messages_go_through_translation(make_seat, project_file):
    translator = _Marked()
    QApplication.installTranslator(translator)
    try:
        seat = make_seat(project_file)
        for menu in seat.window.menuBar().findChildren(QMenu):
            if menu.title():
                assert menu.title().startswith("«"), menu.title()
        for made in seat.window.actions_by_id.values():
            assert made.text().startswith("«")
            assert made.toolTip().startswith("«")
        assert all(title.startswith("«") for _, title, _ in seat.window.panels.all())
        seat.hands.history.undo()
        seat.trigger("move.unit")
        seat.hands.documents.step(-1)
        assert all(text.startswith("«") for text in seat.told), seat.told
        for _ in range(3):
            seat.hands.documents.done()
        assert seat.message.startswith("«")
    finally:
        QApplication.removeTranslator(translator)


def test_the_unit_is_switched_said_and_kept(seat):
    seat.trigger("move.unit")
    assert seat.view.by_characters
    assert seat.settings.get("article.unit") == "characters"
    seat.trigger("move.unit")
    assert not seat.view.by_characters
    assert seat.settings.get("article.unit") == "tokens"
    assert seat.told == ["The unit is the character.", "The unit is the token."]


def test_the_unit_is_switched_also_when_it_cannot_be_kept(make_seat, project_file, tmp_path):
    (tmp_path / "nowhere").write_text("a file where a folder should be")
    seat = make_seat(project_file, settings=Settings(tmp_path / "nowhere" / "settings.json"))
    seat.trigger("move.unit")
    assert seat.view.by_characters
    assert "settings cannot be saved" in seat.message
    seat.view.focus_span("s2")
    seat.hands.editing.move_edge("end", -1)
    assert seat.text_of("s2") == "Rusi"
