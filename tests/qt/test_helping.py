"""The help beside the work: pages, the search over them, the way back, and what each part of the window is for."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import QLocale, Qt, QUrl
from PySide6.QtGui import QPalette, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWhatsThis

from annotator.errors import AnnotatorError
from annotator.ui import helping
from annotator.ui.actions import ACTIONS
from annotator.ui.dialogs.help import HelpDialog
from annotator.ui.help_pages import PAGES, command_help
from annotator.ui.helping import STATE, panel_texts
from annotator.ui.theme import DARK
from annotator.ui.theme_qt import color
from tests.qt.window_support import Seat, settle


@pytest.fixture
def helped(seat: Seat) -> HelpDialog:
    seat.show()
    seat.trigger("help.pages")
    found = seat.dialog(HelpDialog)
    assert isinstance(found, HelpDialog)
    return found


def shown(dialog: HelpDialog) -> list[str]:
    """The list at the left, lines that were found indented."""
    rows: list[str] = []
    for number in range(dialog.contents.topLevelItemCount()):
        top = dialog.contents.topLevelItem(number)
        assert top is not None
        rows.append(top.text(0))
        rows += [f"  {child.text(0)}" for number in range(top.childCount()) if (child := top.child(number))]
    return rows


def look_for(dialog: HelpDialog, wanted: str) -> None:
    dialog.search.setText(wanted)
    dialog.fill()
    settle()


def marked(dialog: HelpDialog) -> list[str]:
    return [selection.cursor.selectedText() for selection in dialog.browser.extraSelections()]


def test_the_help_opens_on_its_first_page_and_does_not_stop_the_work(seat, helped):
    assert helped.page == PAGES[0]
    assert not helped.isModal()
    assert len(shown(helped)) == len(PAGES)
    assert "Nothing leaves this computer" in helped.browser.toPlainText()
    seat.view.setFocus()
    seat.press(".")
    assert seat.bench.span is not None


def test_asked_for_again_the_same_window_comes_to_the_front(seat, helped):
    helped.show_page("export")
    seat.trigger("help.pages")
    assert seat.dialog(HelpDialog) is helped
    assert helped.page == "export"
    seat.hands.helping.show("import")
    assert helped.page == "import"


def test_a_page_is_chosen_in_the_list_by_pointer_and_by_keys(helped):
    item = helped.contents.topLevelItem(1)
    assert item is not None
    QTest.mouseClick(helped.contents.viewport(), Qt.MouseButton.LeftButton, pos=helped.contents.visualItemRect(item).center())
    assert helped.page == PAGES[1]
    helped.contents.setFocus()
    QTest.keyClick(helped.contents, Qt.Key.Key_Down)
    assert helped.page == PAGES[2]


def test_the_search_finds_lines_of_all_pages_and_enter_goes_to_the_first(helped):
    QTest.keyClicks(helped.search, "suggest REJECT")
    QTest.keyClick(helped.search, Qt.Key.Key_Return)
    rows = shown(helped)
    assert sum(not row.startswith("  ") for row in rows) < len(PAGES)
    assert helped.page == "article"
    assert helped.contents.hasFocus()
    line = helped.browser.textCursor().block().text()
    assert "rejects it" in line
    assert {"reject", "suggest"} <= {word.casefold() for word in marked(helped)}
    for hit in helped.hits():
        assert "suggest" in hit.line.casefold()
        assert "reject" in hit.line.casefold()


def test_every_line_that_is_found_is_where_it_says(helped):
    look_for(helped, "ctrl")
    hits = helped.hits()
    assert len({hit.page.name for hit in hits}) >= 3
    for hit in hits:
        helped.show_page(hit.page.name, block=hit.block)
        assert helped.browser.textCursor().block().text() == hit.line


def test_a_hit_far_down_is_scrolled_to(helped):
    look_for(helped, "sqlite_sequence")
    helped.contents.setFocus()
    top = helped.contents.topLevelItem(0)
    assert top is not None
    helped.contents.setCurrentItem(top.child(0))
    assert helped.page == "project-file"
    bar = helped.browser.verticalScrollBar()
    assert 0 < bar.value() <= bar.maximum()
    place = helped.browser.cursorRect()
    assert 0 <= place.top() < helped.browser.viewport().height()


def test_nothing_found_is_said_and_esc_empties_the_search_before_it_closes(helped):
    look_for(helped, "zzyzx")
    assert shown(helped) == []
    assert helped.nothing.isVisible()
    QTest.keyClick(helped.search, Qt.Key.Key_Return)
    assert helped.page == PAGES[0]
    QTest.keyClick(helped.search, Qt.Key.Key_Escape)
    settle()
    assert helped.search.text() == ""
    helped.fill()
    assert not helped.nothing.isVisible()
    assert len(shown(helped)) == len(PAGES)
    assert marked(helped) == []
    QTest.keyClick(helped.search, Qt.Key.Key_Escape)
    assert not helped.isVisible()


def test_links_lead_from_page_to_page_and_back_to_the_same_place(helped):
    helped.show_page("project-file")
    helped.browser.verticalScrollBar().setValue(300)
    helped.browser.anchorClicked.emit(QUrl("export.md"))
    assert helped.page == "export"
    assert not helped.forward.isEnabled()
    helped.back.click()
    assert (helped.page, helped.browser.verticalScrollBar().value()) == ("project-file", 300)
    helped.forward.click()
    assert helped.page == "export"
    helped.go_back()
    helped.go_back()
    assert helped.page == PAGES[0]
    assert not helped.back.isEnabled()
    helped.go_back()
    assert helped.page == PAGES[0]


def test_what_is_no_page_is_neither_shown_nor_fetched(helped):
    before = helped.browser.toPlainText()
    helped.browser.anchorClicked.emit(QUrl("https://example.org/elsewhere.md"))
    helped.browser.anchorClicked.emit(QUrl("file:///etc/passwd"))
    assert (helped.page, helped.browser.toPlainText()) == (PAGES[0], before)
    kind = QTextDocument.ResourceType.ImageResource.value
    assert helped.browser.loadResource(kind, QUrl("https://example.org/a.png")) is None


def test_the_size_and_the_page_are_remembered(seat, helped):
    helped.show_page("relations")
    before = helped.browser.document().defaultFont().pointSizeF()
    helped.larger.click()
    helped.larger.click()
    assert helped.browser.document().defaultFont().pointSizeF() == pytest.approx(before * 1.2, rel=0.02)
    assert json.loads(seat.settings.get(STATE)) == {"page": "relations", "zoom": 120}
    helped.close()
    settle()
    seat.trigger("help.pages")
    again = seat.dialog(HelpDialog)
    assert isinstance(again, HelpDialog)
    assert again.state() == {"page": "relations", "zoom": 120}
    again.zoom(100_000)
    assert again.browser.zoom_percent == 300
    again.zoom(0)
    assert again.browser.zoom_percent == 70


@pytest.mark.parametrize("kept", ["nonsense", "[]", '{"page": "gone", "zoom": "big"}', '{"page": 3, "zoom": 9}'])
def test_a_state_that_makes_no_sense_does_no_harm(seat, kept):
    seat.settings.set(STATE, kept)
    seat.trigger("help.pages")
    found = seat.dialog(HelpDialog)
    assert isinstance(found, HelpDialog)
    assert found.state() == {"page": PAGES[0], "zoom": 100}


def test_other_keys_are_in_the_page_at_once(seat, helped):
    helped.show_page("commands")
    assert "Ctrl+Z" in helped.browser.toPlainText()
    seat.settings.set("keys.overrides", {"edit.undo": ["Ctrl+U"]})
    text = helped.browser.toPlainText()
    assert "Ctrl+U" in text
    assert "Ctrl+Z)" not in text
    assert helped.page == "commands"


def test_the_help_speaks_the_language_of_the_window(seat, monkeypatch):
    before = QLocale()
    QLocale.setDefault(QLocale("id_ID"))
    try:
        seat.trigger("help.pages")
        found = seat.dialog(HelpDialog)
        assert isinstance(found, HelpDialog)
        assert shown(found)[0] == "Langkah pertama"
        QLocale.setDefault(QLocale("de_DE"))
        found.again()
        assert shown(found)[0] == "First steps"
    finally:
        QLocale.setDefault(before)


def test_another_theme_holds_for_marks_and_tables_at_once(seat, helped):
    helped.show_page("suggestions")
    look_for(helped, "pipeline")
    seat.hands.shell.set_theme("dark")
    settle()
    assert helped.page == "suggestions"
    assert QApplication.palette().color(QPalette.ColorRole.Window).name() == DARK.window
    assert {selection.format.background().color().name() for selection in helped.browser.extraSelections()} == {
        color(DARK.hit).name()
    }


def test_missing_pages_are_told_in_the_window(seat, monkeypatch):
    def gone(*_: object) -> None:
        raise AnnotatorError("The help page cannot be read. Please install the program again.")

    monkeypatch.setattr(helping, "read_page", gone)
    seat.trigger("help.pages")
    assert seat.message.endswith("install the program again.")
    assert not seat.window.findChildren(HelpDialog)


# --- what's this ---------------------------------------------------------------------------------------------------------------


def test_every_part_of_the_window_says_what_it_is_for(seat):
    parts = {name: panel for name, _, panel in seat.window.panels.all()} | {"article": seat.view}
    assert set(parts) == set(panel_texts())
    for name, part in parts.items():
        assert part.whatsThis(), name
        assert part.whatsThis().startswith("<qt>")


def test_every_command_says_what_it_is_for(seat):
    explained = command_help("en")
    for action in ACTIONS:
        assert explained[action.id][:12] in seat.window.actions_by_id[action.id].whatsThis(), action.id


def test_in_the_mode_a_click_explains_and_does_nothing(seat):
    seat.show()
    seat.trigger("help.whats-this")
    assert QWhatsThis.inWhatsThisMode()
    QTest.mouseClick(seat.window.panels.documents, Qt.MouseButton.LeftButton)
    settle()
    assert not QWhatsThis.inWhatsThisMode()
    seat.trigger("help.whats-this")
    QWhatsThis.leaveWhatsThisMode()
    assert seat.name == "satu"
