"""The window: docks, title, full screen, what is kept for the next time, and closing without loss."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QApplication, QDockWidget, QMainWindow, QTabBar, QToolBar

from annotator.errors import AnnotatorError
from annotator.settings.store import Settings
from annotator.store.project import open_project
from annotator.ui import app
from annotator.ui.theme import DARK
from tests.qt.window_support import Seat, document, full_disk, make_project, read_only, settle

ALL = {"dock-documents", "dock-labels", "dock-inspector", "dock-outline", "dock-history"}


def shown(seat: Seat) -> set[str]:
    return {dock.objectName() for dock in seat.window.findChildren(QDockWidget) if not dock.isHidden()}


def dock(seat: Seat, name: str) -> QDockWidget:
    return seat.window.findChild(QDockWidget, f"dock-{name}")


def again(make_seat, seat: Seat, project=None) -> Seat:
    """The next start of the program."""
    seat.leave()
    made = make_seat(project, settings=Settings(seat.settings.path))
    made.window.show()
    settle()
    return made


# --- docks ---------------------------------------------------------------------------------------------------------------------


def test_on_the_welcome_page_there_are_no_docks(make_seat, project_file):
    seat = make_seat()
    seat.window.show()
    assert shown(seat) == set()
    assert not any(d.toggleViewAction().isEnabled() for d in seat.window.findChildren(QDockWidget))
    seat.hands.projects.open(project_file)
    assert shown(seat) == ALL
    assert all(d.toggleViewAction().isEnabled() for d in seat.window.findChildren(QDockWidget))
    seat.hands.projects.close()
    assert shown(seat) == set()


def test_on_the_welcome_page_of_a_later_start_there_are_none_either(make_seat, project_file):
    seat = make_seat(project_file)
    seat.window.show()
    assert shown(again(make_seat, seat)) == set()


def test_a_dock_that_was_closed_stays_closed_at_every_later_opening(make_seat, project_file, tmp_path):
    seat = make_seat(project_file)
    seat.window.show()
    dock(seat, "outline").close()
    seat.hands.projects.open(make_project(tmp_path / "lain.annotator"))
    assert shown(seat) == ALL - {"dock-outline"}
    seat.hands.projects.close()
    seat.hands.projects.open(project_file)
    assert shown(seat) == ALL - {"dock-outline"}
    later = again(make_seat, seat, project_file)
    assert shown(later) == ALL - {"dock-outline"}
    dock(later, "outline").toggleViewAction().trigger()
    assert shown(again(make_seat, later, project_file)) == ALL


def test_closing_on_the_welcome_page_keeps_the_arrangement_of_the_docks(make_seat, project_file):
    seat = make_seat(project_file)
    seat.window.show()
    dock(seat, "labels").close()
    seat.hands.projects.close()
    assert shown(again(make_seat, seat, project_file)) == ALL - {"dock-labels"}


def test_where_docks_were_put_is_where_they_are(make_seat, project_file):
    seat = make_seat(project_file)
    seat.window.show()
    seat.window.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, dock(seat, "labels"))
    later = again(make_seat, seat, project_file)
    assert later.window.dockWidgetArea(dock(later, "labels")) == Qt.DockWidgetArea.LeftDockWidgetArea


def test_the_size_is_kept(make_seat, project_file):
    seat = make_seat(project_file)
    seat.window.show()
    assert (seat.window.width(), seat.window.height()) == (1280, 800) or seat.window.width() < 1280, "small screens are smaller"
    seat.window.resize(760, 560)
    settle()
    later = again(make_seat, seat, project_file)
    assert (later.window.width(), later.window.height()) == (760, 560)


@pytest.mark.parametrize("kept", ["", "no hex", "00ff"])
def test_an_arrangement_that_cannot_be_read_is_as_none(make_seat, project_file, tmp_path, kept):
    settings = Settings(tmp_path / "settings.json")
    settings.set("window.state", kept)
    settings.set("window.geometry", kept)
    seat = make_seat(project_file, settings=settings)
    seat.window.show()
    assert shown(seat) == ALL


# --- room for the article ------------------------------------------------------------------------------------------------------


def share(seat: Seat) -> float:
    settle()
    return seat.view.width() / seat.window.width()


def test_in_a_narrow_window_the_docks_give_way_and_get_their_width_back(make_seat, project_file):
    seat = make_seat(project_file)
    seat.show()
    seat.window.resize(1280, 800)
    settle()
    usual = [dock(seat, name).width() for name in ("documents", "labels")]
    for width in (1000, 900, 760):
        seat.window.resize(width, 600)
        assert share(seat) >= (0.55 if width >= 900 else 0.53)  # tabs have a least width
    assert dock(seat, "documents").width() < usual[0]
    assert dock(seat, "labels").width() < usual[1]
    seat.window.resize(1280, 800)
    settle()
    back = [dock(seat, name).width() for name in ("documents", "labels")]
    assert all(abs(now - before) <= 3 for now, before in zip(back, usual, strict=True))


def test_a_small_window_begins_with_room_for_the_article(make_seat, project_file):
    seat = make_seat()
    seat.window.resize(900, 600)
    seat.show()
    seat.hands.projects.open(project_file)
    assert share(seat) >= 0.55


def test_docks_that_were_made_wide_in_a_small_window_stay_so(make_seat, project_file):
    seat = make_seat(project_file)
    seat.show()
    seat.window.resize(900, 600)
    settle()
    seat.window.resizeDocks([dock(seat, "labels")], [400], Qt.Orientation.Horizontal)
    settle()
    wide = dock(seat, "labels").width()
    assert wide > 350
    later = again(make_seat, seat, project_file)
    settle()
    assert abs(dock(later, "labels").width() - wide) <= 3
    later.window.resize(1200, 600)
    settle()
    assert abs(dock(later, "labels").width() - wide) <= 3


def test_without_docks_at_the_sides_there_is_nothing_to_narrow(seat):
    seat.show()
    for each in seat.window.findChildren(QDockWidget):
        each.close()
    seat.window.resize(700, 500)
    settle()
    assert share(seat) > 0.95


def test_the_relation_grid_stands_below_and_comes_back_if_it_was_open(make_seat, project_file):
    seat = make_seat(project_file)
    seat.show()
    assert dock(seat, "grid").isHidden()
    seat.press("Ctrl+R")
    assert seat.window.dockWidgetArea(dock(seat, "grid")) == Qt.DockWidgetArea.BottomDockWidgetArea
    assert 100 < dock(seat, "grid").height() < seat.window.height() / 2
    assert dock(seat, "labels").geometry().bottom() < dock(seat, "inspector").geometry().bottom()
    assert dock(seat, "grid").geometry().right() < dock(seat, "labels").geometry().left(), "the palette is whole beside it"
    later = again(make_seat, seat, project_file)
    assert shown(later) == {*ALL, "dock-grid"}
    later.view.setFocus()
    later.press("Ctrl+R", "Ctrl+R")
    assert shown(again(make_seat, later, project_file)) == ALL


def test_an_arrangement_of_a_version_without_the_grid_is_not_forced_on_the_window(make_seat, project_file):
    seat = make_seat(project_file)
    seat.window.show()
    dock(seat, "labels").close()
    kept = seat.window.saveState(1).toHex().toStdString()
    seat.leave()
    settings = Settings(seat.settings.path)
    settings.set("window.state", kept)
    later = make_seat(project_file, settings=settings)
    later.window.show()
    assert shown(later) == ALL


# --- full screen ---------------------------------------------------------------------------------------------------------------


def test_article_only_hides_what_is_around_it_and_brings_it_back(seat):
    seat.show()
    dock(seat, "outline").close()
    bar = seat.window.findChild(QToolBar)
    seat.press("F11")
    assert seat.window.isFullScreen()
    assert shown(seat) == set()
    assert bar.isHidden()
    assert seat.view.isVisible()
    seat.press("Tab", "2")
    assert seat.document.span("s1").label == "GPE"
    seat.press("F11")
    assert not seat.window.isFullScreen()
    assert shown(seat) == ALL - {"dock-outline"}
    assert not bar.isHidden()


def test_a_window_that_was_maximized_is_so_again(seat):
    seat.window.showMaximized()
    settle()
    seat.trigger("view.full-screen")
    assert seat.window.isFullScreen()
    seat.trigger("view.full-screen")
    assert seat.window.isMaximized()


def test_with_all_docks_closed_it_works_too(seat):
    seat.show()
    for each in seat.window.findChildren(QDockWidget):
        each.close()
    seat.trigger("view.full-screen")
    seat.trigger("view.full-screen")
    assert shown(seat) == set()
    assert not seat.window.isFullScreen()


def test_closing_the_project_ends_it(seat, project_file):
    seat.show()
    seat.trigger("view.full-screen")
    seat.hands.projects.close()
    assert not seat.window.isFullScreen()
    assert shown(seat) == set()
    seat.hands.projects.open(project_file)
    assert shown(seat) == ALL


def test_closing_the_window_in_full_screen_keeps_the_docks(make_seat, project_file):
    seat = make_seat(project_file)
    seat.show()
    seat.trigger("view.full-screen")
    later = again(make_seat, seat, project_file)
    assert shown(later) == ALL
    assert not later.window.findChild(QToolBar).isHidden()


# --- pages, title, messages ----------------------------------------------------------------------------------------------------


def test_the_title_names_document_and_project(seat):
    assert seat.window.windowTitle() == "satu · kabar"
    seat.hands.documents.step(1)
    assert seat.window.windowTitle() == "dua · kabar"
    seat.hands.projects.close()
    assert seat.window.windowTitle() == QApplication.applicationName()


def test_the_title_says_read_only(make_seat, project_file):
    with read_only(project_file):
        assert make_seat(project_file).window.windowTitle().endswith("kabar (read only)")


def test_a_name_that_holds_qts_own_mark_is_shown_as_it_is(make_seat, tmp_path):
    seat = make_seat(make_project(tmp_path / "p.annotator", [(document("a[*]b", "Teks."), [])]))
    assert seat.window.windowTitle() == "a[*][*]b · p", "Qt shows the doubled mark as one"


def test_messages_are_seen_on_both_pages(seat):
    seat.show()
    for act in (lambda: None, seat.hands.projects.close):
        act()
        seat.bench.messages.show_message("Something.", "warning")
        assert seat.bench.messages.isVisible()


def test_the_article_has_the_keys_when_a_document_opens(seat):
    seat.show()
    seat.window.panels.documents.view.setFocus()
    seat.hands.documents.step(1)
    assert seat.view.hasFocus()


def test_a_change_of_the_systems_colours_is_followed(seat):
    seat.settings.set("ui.theme", "dark")
    QApplication.sendEvent(seat.window, QEvent(QEvent.Type.ThemeChange))
    assert seat.view.look.theme is DARK


# --- closing -------------------------------------------------------------------------------------------------------------------


def test_closing_saves_what_is_half_typed_and_lets_the_file_go(seat, project_file):
    seat.show()
    seat.view.focus_span("s2")
    seat.window.panels.inspector.fields.note.setPlainText("half typed")
    assert seat.window.close()
    beside = sorted(path.name for path in project_file.parent.iterdir() if path.name.startswith(("kabar", ".kabar")))
    assert [name for name in beside if name.endswith(("-wal", "-shm", ".holder"))] == []
    project = open_project(project_file)
    assert not project.read_only
    assert project.connection.execute("SELECT note FROM spans WHERE note <> ''").fetchall() == [("half typed",)]
    project.close()


def test_closing_twice_is_harmless(make_seat, project_file):
    seat = make_seat(project_file)
    seat.window.show()
    dock(seat, "labels").close()
    assert seat.window.close()
    QApplication.sendEvent(seat.window, QCloseEvent())
    assert shown(again(make_seat, seat, project_file)) == ALL - {"dock-labels"}


def test_settings_that_cannot_be_written_do_not_keep_the_window_open(make_seat, project_file, tmp_path):
    (tmp_path / "nowhere").write_text("a file where a folder should be")
    seat = make_seat(project_file, settings=Settings(tmp_path / "nowhere" / "settings.json"))
    seat.window.show()
    assert seat.window.close()
    assert seat.bench.session is None


@pytest.mark.parametrize("agrees", [False, True])
def test_a_note_that_cannot_be_saved_is_not_thrown_away_unasked(make_seat, project_file, agrees):
    seat = make_seat(project_file)
    seat.show()
    seat.view.focus_span("s2")
    seat.window.panels.inspector.fields.note.setPlainText(("x" * 99 + "\n") * 1000)
    with full_disk(seat.project):
        seat.ask.agrees = agrees
        assert seat.window.close() is agrees
        assert "could not be saved" in seat.ask.asked[-1]
        if agrees:
            return
    assert seat.bench.session is not None
    assert "is full" in seat.message
    seat.hands.editing.accept()
    assert seat.document.span("s2").reviewed
    assert seat.window.close(), "there is room again: nothing is asked"
    assert len(seat.ask.asked) == 1
    project = open_project(project_file)
    assert project.connection.execute("SELECT max(length(note)) FROM spans").fetchone() == (100_000,)
    project.close()


def test_a_full_disk_during_an_edit_keeps_the_window_and_everything_before_it(seat, project_file):
    seat.show()
    seat.view.focus_span("s2")
    seat.hands.editing.label("DATE")
    with full_disk(seat.project):
        seat.hands.editing.describe({"kind": "span", "id": "s1", "note": "x" * 400_000})
        assert "The disk with" in seat.message
        assert "was not saved" in seat.message
        assert seat.bench.messages.level == "error"
        assert seat.window.isVisible()
        assert seat.document.span("s1").note == ""
        seat.bench.messages.clear()
    seat.view.focus_span("s3")
    seat.hands.editing.accept()
    seat.leave()
    project = open_project(project_file)
    rows = project.connection.execute("SELECT id, label, reviewed FROM spans WHERE reviewed AND id IN ('s2', 's3')").fetchall()
    assert sorted(rows) == [("s2", "DATE", 1), ("s3", "PERSON", 1)]
    project.close()


# --- the program around it -----------------------------------------------------------------------------------------------------


def run(monkeypatch, project, settings: Settings, user) -> int:
    """``app.run`` with a function in place of the person; the window is closed afterwards."""

    def drive() -> int:
        window = next(each for each in QApplication.topLevelWidgets() if isinstance(each, QMainWindow) and each.isVisible())
        try:
            user(window)
        finally:
            window.close()
            window.deleteLater()
            settle()
        return 7

    monkeypatch.setattr(QApplication, "exec", staticmethod(drive))
    return app.run(project, settings, "ani")


def test_the_program_shows_the_window_on_its_project_and_returns_the_status(qapp, monkeypatch, project_file, tmp_path):
    seen: list[str] = []
    status = run(monkeypatch, project_file, Settings(tmp_path / "s.json"), lambda window: seen.append(window.windowTitle()))
    assert (status, seen) == (7, ["satu · kabar"])


def test_a_project_that_cannot_be_opened_is_said_on_the_welcome_page(qapp, monkeypatch, tmp_path):
    seen: list[tuple[bool, str]] = []

    def look(window) -> None:
        seen.append((window.bench.messages.isVisible(), window.bench.messages.text.text()))

    run(monkeypatch, tmp_path / "missing.annotator", Settings(tmp_path / "s.json"), look)
    assert seen[0][0]
    assert "There is no project at" in seen[0][1]


def test_a_damaged_settings_file_is_said(qapp, monkeypatch, tmp_path):
    (tmp_path / "s.json").write_text("{")
    seen: list[str] = []
    run(monkeypatch, None, Settings(tmp_path / "s.json"), lambda window: seen.append(window.bench.messages.text.text()))
    assert "The settings file was damaged" in seen[0]


def test_an_error_of_the_file_at_the_first_look_leaves_the_window_and_says_it(make_seat, project_file, monkeypatch):
    from annotator.ui import projects as module

    def refuse(*_: object) -> None:
        raise AnnotatorError("The document cannot be read.")

    monkeypatch.setattr(module.queries, "open_document_after", refuse)
    seat = make_seat()
    assert seat.hands.projects.open(project_file)
    assert seat.message == "The document cannot be read."
    assert seat.bench.session is not None


def bars(seat) -> list[set[str]]:
    """The tabs that show in the window, bar by bar."""
    settle()
    inside = seat.window.rect()
    found = [bar for bar in seat.window.findChildren(QTabBar) if bar.isVisible() and inside.intersects(bar.geometry())]
    return [{bar.tabText(number) for number in range(bar.count())} for bar in found]


def test_panels_below_the_article_are_tabs_only_where_both_are_there(seat):
    seat.show()
    right = bars(seat)
    assert len(right) == 1
    seat.hands.shell.search_project()
    assert bars(seat) == right, "a bar for two panels of which one is hidden lies over the window"
    seat.window.show_relation_grid()
    assert {"Search", "Relation grid"} in bars(seat)
    seat.window._search_dock.hide()
    assert bars(seat) == right
