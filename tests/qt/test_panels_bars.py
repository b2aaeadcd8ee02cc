"""The find bar, the message bar, the welcome page and the outline panel."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QApplication

from annotator.commands import spans
from annotator.ui.panels import message
from annotator.ui.panels.find import FindBar
from annotator.ui.panels.message import Level, MessageBar
from annotator.ui.panels.outline import OutlinePanel
from annotator.ui.panels.parts import theme_of
from annotator.ui.panels.welcome import WelcomePage
from annotator.ui.theme import DARK, LIGHT, contrast
from annotator.ui.theme_qt import palette
from tests.qt.panels_support import Heard, changed_by, make_session

# Find


@pytest.fixture
def find(qtbot):
    bar = FindBar()
    qtbot.addWidget(bar)
    bar.show()
    return bar


def test_typing_searches_and_case_matters_on_request(qtbot, find):
    heard = Heard()
    find.searchChanged.connect(heard.hear)
    qtbot.keyClicks(find.field, "Pu")
    find.match_case.click()
    assert heard.got == [("P", False), ("Pu", False), ("Pu", True)]


def test_steps_by_keys_and_buttons(qtbot, find):
    heard = Heard()
    find.stepRequested.connect(heard.hear)
    find.field.setText("Putin")
    find.set_hits(1, 12)
    qtbot.keyClick(find.field, Qt.Key.Key_Return)
    qtbot.keyClick(find.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    find.next.click()
    find.previous.click()
    assert heard.got == [1, -1, 1, -1]


def test_it_says_where_one_is(find):
    find.field.setText("x")
    find.set_hits(3, 12)
    assert find.count.text() == "3 of 12"
    find.set_hits(0, 0)
    assert find.count.text() == "Not found"
    assert not find.next.isEnabled()
    find.field.clear()
    find.set_hits(0, 0)
    assert find.count.text() == ""


def test_opening_takes_the_selection_and_closing_says_so(qtbot, find):
    searched, closed = Heard(), Heard()
    find.searchChanged.connect(searched.hear)
    find.closed.connect(lambda: closed.hear(1))
    find.hide()
    find.open_bar("Rusia")
    assert find.isVisible()
    assert find.field.selectedText() == "Rusia"
    assert searched.last == ("Rusia", False)
    qtbot.keyClick(find.field, Qt.Key.Key_Escape)
    assert not find.isVisible()
    assert closed.got == [1]
    find.open_bar()
    assert find.field.text() == "Rusia"


# Messages


@pytest.fixture
def bar(qtbot):
    made = MessageBar()
    qtbot.addWidget(made)
    return made


def test_a_message_is_plain_and_stays_until_closed(qtbot, bar):
    heard = Heard()
    bar.dismissed.connect(lambda: heard.hear(1))
    bar.show_message("<b>Penuh</b>", "error")
    assert bar.isVisible()
    assert bar.text.text() == "<b>Penuh</b>"
    assert bar.text.textFormat() == Qt.TextFormat.PlainText
    assert not bar._timer.isActive()
    assert bar.level is Level.ERROR
    bar.close_button.click()
    assert not bar.isVisible()
    assert heard.got == [1]


def test_escape_closes(qtbot, bar):
    bar.show_message("Something.", "warning")
    qtbot.keyClick(bar.close_button, Qt.Key.Key_Escape)
    assert not bar.isVisible()


def test_an_information_goes_away_by_itself_and_an_error_after_it_stays(qtbot, bar, monkeypatch):
    monkeypatch.setattr(message, "INFO_SECONDS", 0)
    bar.show_message("Ok.")
    qtbot.waitUntil(lambda: not bar.isVisible())
    bar.show_message("Ok.")
    bar.show_message("Failed.", Level.ERROR)
    qtbot.wait(150)
    assert bar.isVisible()
    assert bar.text.text() == "Failed."


def test_the_action_is_done_once_and_let_go(bar):
    heard = Heard()
    bar.show_message("The disk is full.", "error", "Try & see", heard.hear_again)
    assert bar.action_button.text() == "Try && see"
    bar.action_button.click()
    assert heard.got == ["again"]
    assert not bar.isVisible()
    assert bar._action is None
    bar.show_message("Next.", "error")
    assert not bar.action_button.isVisible()


def test_an_action_may_show_another_message(bar):
    class Retry:
        def run(self):
            bar.show_message("Failed again.", "error")

    retry = Retry()
    bar.show_message("Failed.", "error", "Try again", retry.run)
    bar.action_button.click()
    assert bar.isVisible()
    assert bar.text.text() == "Failed again."


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_messages_can_be_read_in_both_themes(theme):
    for level in Level:
        assert contrast(theme.text, message._ground(theme, level)) >= 4.5


def test_a_message_is_announced(bar, monkeypatch):
    events = Heard()
    monkeypatch.setattr(QAccessible, "isActive", staticmethod(lambda: True))
    monkeypatch.setattr(QAccessible, "updateAccessibility", staticmethod(lambda event: events.hear(event.message(), event.type())))
    bar.show_message("Saved nothing.", "error")
    assert events.got == [("Saved nothing.", QAccessible.Event.Announcement)]


# Welcome


@pytest.fixture
def welcome(qtbot):
    page = WelcomePage()
    qtbot.addWidget(page)
    page.resize(700, 620)
    page.show()
    return page


def test_three_ways_to_begin(qtbot, welcome):
    heard = Heard()
    welcome.demoRequested.connect(lambda: heard.hear("demo"))
    welcome.newRequested.connect(lambda: heard.hear("new"))
    welcome.openRequested.connect(lambda: heard.hear("open"))
    qtbot.mouseClick(welcome.demo, Qt.MouseButton.LeftButton)
    qtbot.keyClick(welcome.new, Qt.Key.Key_Return)
    qtbot.keyClick(welcome.open, Qt.Key.Key_Space)
    assert heard.got == ["demo", "new", "open"]
    assert [card.accessibleName() for card in (welcome.demo, welcome.new, welcome.open)] == [
        "Try the demo",
        "New project",
        "Open a project",
    ]


def test_recent_projects_by_pointer_and_keyboard_and_missing_ones_not(qtbot, welcome, tmp_path):
    heard = Heard()
    welcome.recentRequested.connect(heard.hear)
    assert not welcome.recent.isVisible()
    assert welcome._no_recent.isVisible()
    there, gone = tmp_path / "ada.annotator", tmp_path / "hilang.annotator"
    there.touch()
    welcome.set_recent([str(there), gone])
    first, second = welcome.recent.item(0), welcome.recent.item(1)
    qtbot.mouseClick(welcome.recent.viewport(), Qt.MouseButton.LeftButton, pos=welcome.recent.visualItemRect(first).center())
    qtbot.mouseClick(welcome.recent.viewport(), Qt.MouseButton.LeftButton, pos=welcome.recent.visualItemRect(second).center())
    welcome.recent.setCurrentItem(first)
    qtbot.keyClick(welcome.recent, Qt.Key.Key_Return)
    assert heard.got == [str(there), str(there)]
    assert second.data(Qt.ItemDataRole.AccessibleTextRole).endswith("not found")
    welcome.set_recent(())
    assert welcome._no_recent.isVisible()


# Outline


@pytest.fixture
def outline(qtbot, tmp_path):
    session = make_session(tmp_path)
    session.open_document(1)
    panel = OutlinePanel()
    qtbot.addWidget(panel)
    panel.resize(300, 400)
    panel.session = session
    yield panel
    session.close()


def test_a_hidden_outline_reads_nothing_until_it_is_shown(outline):
    outline.set_document(outline.session.document)
    outline.set_current("s3")
    assert outline.model.rowCount() == 0
    outline.refresh(changed_by(outline.session, spans.remove_span(outline.session.document.set_id, "s4")))
    outline.show()
    assert outline.model.index(0).data() == "3 spans"
    assert outline.view.currentIndex().row() == 3


def test_a_click_and_enter_ask_for_the_item(qtbot, outline):
    wanted = Heard()
    outline.spanRequested.connect(lambda key: wanted.hear("span", key))
    outline.relationRequested.connect(lambda key: wanted.hear("relation", key))
    outline.show()
    outline.set_document(outline.session.document)
    rect = outline.view.visualRect(outline.model.index(2))
    qtbot.mouseClick(outline.view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    outline.set_current("r2", relation=True)
    qtbot.keyClick(outline.view, Qt.Key.Key_Return)
    heading = outline.view.visualRect(outline.model.index(0))
    qtbot.mouseClick(outline.view.viewport(), Qt.MouseButton.LeftButton, pos=heading.center())
    assert wanted.got == [("span", "s2"), ("relation", "r2")]


def test_it_follows_edits_while_shown_and_empties(outline):
    outline.show()
    outline.set_document(outline.session.document)
    outline.refresh(changed_by(outline.session, spans.accept_span(outline.session.document.set_id, "s1")))
    assert "suggestion" not in outline.model.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    outline.set_document(None)
    assert outline.model.rowCount() == 0
    assert outline._hint.isVisible()


def test_the_theme_is_told_by_the_palette(outline):
    outline.setPalette(palette(DARK))
    assert theme_of(outline) is DARK
    outline.setPalette(palette(LIGHT))
    assert theme_of(outline) is LIGHT
    assert theme_of(None) in (LIGHT, DARK)
    QApplication.processEvents()
