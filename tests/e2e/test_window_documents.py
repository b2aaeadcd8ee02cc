"""From document to document, finding, looking closer, leaving and entering the article, and the dialogs, all by keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QDialog, QDockWidget, QMenu, QWhatsThis, QWidget

from annotator.domain.documents import Status
from annotator.ui.actions import ACTIONS
from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.dialogs.import_files import ImportDialog
from annotator.ui.dialogs.keys import KeysDialog
from annotator.ui.dialogs.new_project import NewProjectDialog
from annotator.ui.main_window import MainWindow
from tests.e2e.window_support import stored, story_project


def name(user) -> str:
    return user.document.document.name


# Documents


def test_done_and_next_until_all_are_done(use, tmp_path):
    project = story_project(tmp_path, 3)

    def drive(user):
        assert name(user) == "cerita 1"
        user.press("Ctrl+Return")
        assert (name(user), user.document.info.status) == ("cerita 2", Status.NEW)
        assert user.window.windowTitle().startswith("cerita 2")
        user.press("Ctrl+Return")
        assert name(user) == "cerita 3"
        user.wait(lambda: user.window.status.done.text() == "2 of 3 done", "the status bar counts")
        user.press("Ctrl+Return")
        assert name(user) == "cerita 3"
        assert "Every document is done or skipped" in user.message
        user.wait(lambda: user.window.status.done.text() == "3 of 3 done", "the status bar counts")
        assert user.in_article

    assert use(drive, "open", project) == 0
    for number in (1, 2, 3):
        found = stored(project, number)
        assert found.status == "done"
        assert len(found.spans) == 12
        assert all(reviewed for *_, reviewed in (*found.spans, *found.relations))


def test_skip_goes_on_and_the_first_open_document_comes_after_the_last(use, tmp_path):
    project = story_project(tmp_path, 3)

    def drive(user):
        user.press("Ctrl+PgDown", "Ctrl+PgDown")
        assert name(user) == "cerita 3"
        user.press("Ctrl+Shift+Return")
        assert name(user) == "cerita 1"
        assert stored(project, 3).status == "skipped"
        user.press("Ctrl+Z")
        assert name(user) == "cerita 3"
        assert user.check().status == "new"

    assert use(drive, "open", project) == 0


def test_previous_and_next_stop_at_the_ends(use, tmp_path):
    project = story_project(tmp_path, 2)

    def drive(user):
        user.press("Ctrl+PgUp")
        assert name(user) == "cerita 1"
        assert "first document" in user.said
        user.press("Ctrl+PgDown")
        assert name(user) == "cerita 2"
        user.press("Ctrl+PgDown")
        assert "last document" in user.said
        user.press("Ctrl+PgUp")
        assert name(user) == "cerita 1"
        assert user.in_article

    assert use(drive, "open", project) == 0


def test_a_flag_comes_and_goes_and_is_undone(at_work):
    def drive(user):
        user.press("Ctrl+L")
        assert user.check().flagged
        user.press("Ctrl+L")
        assert not user.check().flagged
        user.press("Ctrl+Z")
        assert user.check().flagged

    at_work(drive)


def test_what_was_done_is_undone_with_what_it_accepted(use, tmp_path):
    project = story_project(tmp_path, 2)

    def drive(user):
        start = user.check()
        user.press("Ctrl+Return")
        assert name(user) == "cerita 2"
        user.press("Ctrl+Z")
        assert name(user) == "cerita 1"
        assert user.check() == start
        user.press("Ctrl+Y")
        assert user.check().status == "done"

    assert use(drive, "open", project) == 0


def test_the_document_list_opens_a_document_by_key(use, tmp_path):
    project = story_project(tmp_path, 3)

    def drive(user):
        view = user.window.panels.documents.view
        view.setFocus()
        user.press("Down", "Down", "Return")
        assert name(user) == "cerita 3"
        assert user.in_article

    assert use(drive, "open", project) == 0


# Finding


def test_find_goes_round_in_both_directions(at_work):
    def drive(user):
        user.press("Ctrl+F")
        user.type("memimpin")
        places = [user.place("memimpin", number) for number in range(3)]
        assert user.view.selection == places[0]
        for wanted in (places[1], places[2], places[0]):
            user.press("F3")
            assert user.view.selection == wanted
        user.press("Shift+F3")
        assert user.view.selection == places[2]
        user.press("Return")
        assert user.view.selection == places[0]
        user.press("Escape")
        assert user.in_article
        assert user.selected == "memimpin"
        user.press("8")
        assert user.has("memimpin", "EVENT")

    at_work(drive)


def test_find_says_when_there_is_nothing_and_typing_labels_nothing(at_work):
    def drive(user):
        before = user.check()
        user.press("Ctrl+F")
        user.type("xyz123")
        assert "Not found" in [label.text() for label in user.window.findChildren(type(user.window.status.saved))]
        user.press("Return", "F3", "Escape")
        assert user.check() == before

    at_work(drive)


def test_find_begins_with_what_is_selected(at_work):
    def drive(user):
        user.select("Sunarso")
        user.press("Ctrl+F", "Return")
        assert user.selected == "Sunarso"
        assert user.window.focusWidget().text() == "Sunarso"

    at_work(drive)


# Looking


def test_zoom_keys_and_the_place_stays(at_work):
    def drive(user):
        user.press("Ctrl+End")
        caret, usual = user.view.caret, user.view.look.metrics.article_font.pointSizeF()
        user.press("Ctrl++", "Ctrl+=")
        assert user.view.look.metrics.article_font.pointSizeF() > 1.15 * usual
        assert user.view.caret == caret
        user.press("Ctrl+0")
        assert user.view.look.metrics.article_font.pointSizeF() == usual
        user.press("Ctrl+-")
        assert user.view.look.metrics.article_font.pointSizeF() < usual
        point = user.point(caret, caret + 1)
        assert 0 < point.y() < user.view.viewport().height()

    at_work(drive)


def test_f6_leaves_the_article_and_shift_f6_enters_it(at_work):
    def drive(user):
        user.press("F6")
        assert not user.in_article
        left = QApplication.focusWidget()
        assert left is not None
        assert user.window.isAncestorOf(left)
        user.press("Shift+F6")
        assert user.in_article
        before = user.check()
        user.press("F6", "1", "Space")
        user.press("Shift+F6")
        assert user.check() == before  # keys of labels are the article's alone

    at_work(drive)


def test_f11_shows_the_article_alone_and_everything_again(at_work):
    def drive(user):
        docks = {dock for dock in user.window.findChildren(QDockWidget) if not dock.isHidden()}
        assert docks
        user.press("F11")
        assert not any(dock.isVisible() for dock in user.window.findChildren(QDockWidget))
        user.press("Tab")
        assert user.span is not None
        user.press("F11")
        assert {dock for dock in user.window.findChildren(QDockWidget) if not dock.isHidden()} == docks

    at_work(drive)


def test_f1_shows_every_key_and_search_narrows_the_sheet(at_work):
    def drive(user):
        user.press("F1")
        dialog = user.dialog
        assert isinstance(dialog, KeysDialog)
        told = {text for text, _ in dialog.shown_rows()}
        assert told == {action.text.rstrip("…") for action in ACTIONS if action.keys}
        user.type("reverse")
        assert [text for text, _ in dialog.shown_rows()] == ["Reverse"]
        user.press("Escape")
        assert user.dialog is None
        assert user.in_article

    at_work(drive)


# Windows


class _Shown(QObject):
    """Notes every widget that is shown as a window of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.windows: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        usual = (MainWindow, QDialog, QMenu)
        if (
            event.type() == QEvent.Type.Show
            and isinstance(watched, QWidget)
            and watched.isWindow()
            and not isinstance(watched, usual)
        ):
            self.windows.append(f"{type(watched).__name__} {watched.accessibleName()}")
        return False


def test_nothing_flashes_up_as_a_window_of_its_own(use, story, qapp):
    from annotator.commands.importing import ImportReport
    from annotator.domain.exchange import Complaint, Fate, Loss, LossReport
    from annotator.ui.dialogs.import_report import ImportReportDialog
    from annotator.ui.dialogs.report import LossReportDialog

    def drive(user):
        watch = _Shown()
        qapp.installEventFilter(watch)
        try:
            user.press("Tab", "Space", "Escape")
            for key in ("F1", "Ctrl+E", "Ctrl+I", "Ctrl+N"):
                user.press(key)
                assert user.dialog is not None
                user.press("Escape")
            for report in (
                ImportReportDialog(ImportReport(complaints=[Complaint("a.txt", "broken")]), user.window),
                LossReportDialog(
                    LossReport("spacy", "x.spacy", losses=[Loss("cerita", "span", "s1", "PERSON", "Joko", Fate.DROPPED, "cut")]),
                    user.window,
                ),
            ):
                report.open()
                user.settle()
                report.close()
            assert watch.windows == []
        finally:
            qapp.removeEventFilter(watch)

    assert use(drive, "open", story) == 0


def test_every_dialog_opens_by_its_key_and_leaves_by_escape_with_nothing_done(at_work):
    def drive(user):
        before = user.check()
        for key, kind in (("Ctrl+E", ExportDialog), ("Ctrl+I", ImportDialog), ("Ctrl+N", NewProjectDialog), ("F1", KeysDialog)):
            user.press(key)
            assert isinstance(user.dialog, kind)
            user.press("Escape")
            assert user.dialog is None
        assert user.in_article
        assert user.check() == before

    at_work(drive)


def test_every_menu_entry_is_in_the_window_and_runs_without_a_fault(at_work):
    """Each action is run once, on a focused suggestion; those that ask, open, close or quit are left out."""

    def drive(user):
        left_out = ("project.open", "project.demo", "help.tour", "project.copy", "project.close", "window.quit")
        for action in ACTIONS:
            if action.id in left_out:
                continue
            user.view.setFocus()
            user.view.focus_span(user.document.spans()[0].id)
            user.window.actions_by_id[action.id].trigger()
            user.settle()
            for dialog in user.window.findChildren(QDialog):
                dialog.close()
            if user.menu is not None:
                user.menu.close()
            QWhatsThis.leaveWhatsThisMode()  # the program's one mode: it would take the next key, of another test too
            user.settle()
            user.check()

    at_work(drive)
