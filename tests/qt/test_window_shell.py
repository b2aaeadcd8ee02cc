"""What actions ask of the window itself: dialogs, reports, theme, the key sheet, the article's menu."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListWidget

from annotator.commands.merging import ImportReport
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, Fate, Loss, LossReport
from annotator.paths import demo_project
from annotator.settings.store import Settings
from annotator.ui.actions import ACTIONS
from annotator.ui.choice import ChoicePopup
from annotator.ui.context_menu import ArticleMenu
from annotator.ui.dialogs.about import AboutDialog
from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.dialogs.import_files import ImportDialog
from annotator.ui.dialogs.import_report import ImportReportDialog
from annotator.ui.dialogs.keys import KeysDialog
from annotator.ui.dialogs.new_project import NewProjectDialog
from annotator.ui.dialogs.report import LossReportDialog
from annotator.ui.key_text import key_text
from annotator.ui.theme import DARK, LIGHT
from annotator.ui.theme_qt import color
from tests.qt.window_support import Seat, make_project, read_only, settle


def ground() -> str:
    return QApplication.palette().color(QPalette.ColorRole.Window).name()


def menu(seat: Seat) -> ArticleMenu:
    found = [child for child in seat.window.findChildren(ArticleMenu) if child.isVisible()]
    assert len(found) == 1
    return found[0]


def words(shown: ArticleMenu) -> list[str]:
    return [entry.text().partition("\t")[0] for entry in shown.actions() if entry.text()]


def choose(popup_or_menu, name: str) -> None:
    (entry,) = [entry for entry in popup_or_menu.actions() if entry.data() == name or entry.text().partition("\t")[0] == name]
    entry.trigger()


# --- dialogs -------------------------------------------------------------------------------------------------------------------


def test_a_new_project_is_made_as_the_dialog_says(seat, tmp_path):
    seat.trigger("project.new")
    dialog = seat.dialog(NewProjectDialog)
    dialog.name.setText("baru")
    dialog.labels.setCurrentIndex(dialog.labels.findData("conll"))
    dialog.language.setEditText("en")
    dialog.accept()
    assert seat.project.path == tmp_path / "baru.annotator"
    assert seat.project.language == "en"
    assert len(seat.project.scheme.spans) == 4


def test_a_new_project_is_not_proposed_where_the_demo_lies(make_seat):
    seat = make_seat(make_project(demo_project()))
    seat.trigger("project.new")
    assert Path(seat.dialog(NewProjectDialog).folder.text()) == Path.home()


def test_a_dialog_that_is_left_changes_nothing(seat):
    for action, kind in (("project.new", NewProjectDialog), ("project.import", ImportDialog), ("project.export", ExportDialog)):
        session = seat.bench.session
        seat.trigger(action)
        seat.dialog(kind).reject()
        settle()
        assert seat.bench.session is session
        assert not seat.hands.projects.busy


def test_a_project_is_opened_from_the_files_dialog(seat, tmp_path):
    seat.trigger("project.open")
    assert seat.name == "satu"
    seat.ask.path = make_project(tmp_path / "lain.annotator")
    seat.trigger("project.open")
    assert seat.project.name == "lain"
    assert seat.ask.asked == ["Open project"] * 2


def test_the_welcome_page_leads_everywhere(make_seat, project_file):
    seat = make_seat()
    seat.window.welcome.recentRequested.emit(str(project_file))
    assert seat.name == "satu"
    seat.hands.projects.close()
    seat.window.welcome.newRequested.emit()
    seat.dialog(NewProjectDialog).reject()
    seat.ask.path = project_file
    seat.window.welcome.openRequested.emit()
    assert seat.name == "satu"
    seat.hands.projects.close()
    seat.window.welcome.demoRequested.emit()
    assert len(seat.document.spans()) > 40


def test_an_import_runs_as_the_dialog_says_and_its_report_is_shown(seat, tmp_path):
    path = tmp_path / "b.jsonl"
    tokens = [[0, 4]]
    rows = [{"name": "b", "text": "Budi", "tokens": tokens, "spans": [{"id": "s", "start": 0, "end": 4, "label": "PERSON"}]}]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    seat.trigger("project.import")
    dialog = seat.dialog(ImportDialog)
    seat.ask.paths = [path]
    dialog.add.click()
    dialog.annotator.setText("citra")
    dialog.kind.setCurrentIndex(1)
    dialog.accept()
    seat.wait_for_job()
    report = seat.dialog(ImportReportDialog)
    assert report.title.text() == "Everything was imported."
    found = seat.project.connection.execute("SELECT annotator, kind FROM annotation_sets WHERE document_id = 4").fetchall()
    assert found == [("citra", "person")]
    report.reject()


def test_a_report_of_an_import_names_what_was_left_out(seat):
    seat.hands.projects.imported.emit(ImportReport(complaints=[Complaint("b.jsonl:3", "Broken.")]))
    report = seat.dialog(ImportReportDialog)
    assert report.table.topLevelItem(0).text(2) == "Broken."
    report.reject()


def test_an_export_runs_as_the_dialog_says_and_its_report_is_shown(seat, tmp_path):
    seat.hands.documents.done()
    seat.trigger("project.export")
    dialog = seat.dialog(ExportDialog)
    assert [dialog.annotator.itemText(row) for row in range(dialog.annotator.count())] == ["", "ani", "model"]
    dialog.format.setCurrentIndex(dialog.format.findData("jsonl"))
    dialog.path.setText(str(tmp_path / "gold.jsonl"))
    dialog.accept()
    seat.wait_for_job()
    report = seat.dialog(LossReportDialog)
    assert "nothing was lost" in report.title.text()
    assert (tmp_path / "gold.jsonl").exists()
    report.reject()


def test_a_name_that_has_sets_of_two_kinds_is_offered_once(seat):
    for table in ("annotation_sets", "set_totals"):
        seat.project.connection.execute(f"UPDATE {table} SET annotator = 'ani'")
    seat.trigger("project.export")
    dialog = seat.dialog(ExportDialog)
    assert [dialog.annotator.itemText(row) for row in range(dialog.annotator.count())] == ["", "ani"]
    dialog.reject()


def loss(item: str, item_id: str, *, document: str = "dua", document_id: int = 2, start: int = -1, label: str = "PERSON") -> Loss:
    return Loss(document, item, item_id, label, "Budi", Fate.DROPPED, "a reason", start, start, document_id)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        (loss("span", "s1"), ("dua", "s1", None, 2)),
        (loss("span", "s1", start=2), ("dua", "s1", None, 2)),
        (loss("relation", "r1", label="leads"), ("dua", None, "r1", 2)),
        (loss("relation", "r1", label="leads", start=2), ("dua", None, "r1", 2)),
        # ids of another annotator's set: what they mean here is not what was lost
        (loss("span", "s1", start=5), ("dua", None, None, 5)),
        (loss("span", "s1", start=2, label="ORG"), ("dua", None, None, 2)),
        (loss("relation", "r1", start=4, label="leads"), ("dua", None, None, 4)),
        (loss("span", "gone", start=7), ("dua", None, None, 7)),
        (loss("document", "", document_id=0), ("dua", None, None, 0)),
        (loss("span", "s1", document="satu", document_id=1, label="GPE"), ("satu", "s1", None, 0)),
        (loss("span", "s1", document="unknown", document_id=0), ("satu", "s3", None, 21)),
    ],
)
def test_a_loss_that_is_entered_is_shown_in_the_article(seat, entry, expected):
    seat.view.focus_span("s3")
    seat.hands.projects.exported.emit(LossReport("jsonl", "x.jsonl", losses=[entry]))
    report = seat.dialog(LossReportDialog)
    report.lossActivated.emit(entry)
    assert (seat.name, seat.view.focused_span, seat.view.focused_relation, seat.view.caret) == expected
    report.reject()


def test_going_to_a_loss_saves_what_is_half_typed(seat):
    seat.view.focus_span("s2")
    seat.window.panels.inspector.fields.note.setPlainText("half typed")
    seat.hands.projects.exported.emit(LossReport("jsonl", "x.jsonl", losses=[loss("span", "s1")]))
    seat.dialog(LossReportDialog).lossActivated.emit(loss("span", "s1"))
    seat.open_named("satu")
    assert seat.document.span("s2").note == "half typed"


def test_the_key_sheet_lists_every_action_that_has_keys(seat):
    seat.trigger("help.keys")
    sheet = seat.dialog(KeysDialog)
    rows = dict(sheet.shown_rows())
    for action in ACTIONS:
        if action.keys:
            assert rows[action.text.rstrip("…")] == " / ".join(map(key_text, action.keys))
    sheet.reject()


def test_about_shows_what_a_report_needs(seat):
    seat.trigger("help.about")
    about = seat.dialog(AboutDialog)
    assert about.windowTitle()
    about.reject()


def test_quit_closes_the_window_and_the_project(seat):
    seat.window.show()
    seat.trigger("window.quit")
    assert not seat.window.isVisible()
    assert seat.bench.session is None


# --- theme ---------------------------------------------------------------------------------------------------------------------


def test_a_theme_reaches_palette_article_and_setting(seat):
    for action, theme in (("view.theme-dark", DARK), ("view.theme-light", LIGHT)):
        seat.trigger(action)
        assert ground() == color(theme.window).name()
        assert seat.view.look.theme is theme
        assert seat.hands.shell.theme is theme
        assert seat.settings.get("ui.theme") == ("dark" if theme.dark else "light")


def test_the_theme_is_there_at_the_next_start(make_seat, project_file):
    first = make_seat(project_file)
    first.trigger("view.theme-dark")
    first.leave()
    assert make_seat(project_file, settings=Settings(first.settings.path)).view.look.theme is DARK


def test_following_the_system_takes_its_theme(seat):
    seat.trigger("view.theme-dark")
    seat.trigger("view.theme-system")
    assert seat.settings.get("ui.theme") == "system"
    assert seat.view.look.theme is LIGHT, "the off-screen platform is light"


def test_a_theme_that_cannot_be_kept_is_used_all_the_same(make_seat, project_file, tmp_path):
    (tmp_path / "nowhere").write_text("a file where a folder should be")
    seat = make_seat(project_file, settings=Settings(tmp_path / "nowhere" / "settings.json"))
    seat.trigger("view.theme-dark")
    assert ground() == color(DARK.window).name()
    assert "settings cannot be saved" in seat.told[-1]


def test_a_change_of_theme_keeps_focus_and_what_is_half_typed(seat):
    seat.view.focus_span("s2")
    seat.window.panels.inspector.fields.note.setPlainText("half typed")
    seat.trigger("view.theme-dark")
    assert seat.bench.span.id == "s2"
    assert seat.window.panels.inspector.fields.note.toPlainText() == "half typed"


# --- where the keys go ---------------------------------------------------------------------------------------------------------


def test_the_article_can_be_left_and_entered_by_key(seat):
    seat.show()
    seat.press("F6")
    assert not seat.view.hasFocus()
    assert seat.window.panels.labels.isAncestorOf(seat.window.focusWidget())
    seat.press("Shift+F6")
    assert seat.view.hasFocus()


def test_note_and_link_get_the_cursor(seat):
    seat.show()
    seat.press("Tab", "n")
    fields = seat.window.panels.inspector.fields
    assert fields.note.hasFocus()
    seat.press(*"hm", "Shift+F6")
    assert seat.document.span("s1").note == "hm"
    seat.press("k", *"Q1", "Return")
    assert seat.document.span("s1").kb_id == "Q1"


def test_closing_a_message_goes_back_to_the_article(seat):
    seat.show()
    seat.bench.messages.show_message("Something.", "warning")
    seat.bench.messages.close_button.setFocus()
    seat.bench.messages.close_button.click()
    assert seat.view.hasFocus()


# --- labels by name ------------------------------------------------------------------------------------------------------------


def test_space_offers_span_labels_by_name(seat):
    seat.show()
    seat.view.select(45, 52)
    seat.press(" ", *"or", "Return")
    assert seat.bench.span.label == "ORG"
    assert seat.bench.span.fragments == ((45, 52),)
    assert seat.view.hasFocus()


def test_on_a_relation_space_offers_what_its_ends_allow(seat):
    seat.show()
    seat.hands.relating.add("s4", "s2", "leads")
    seat.press(" ")
    (popup,) = [child for child in seat.window.findChildren(ChoicePopup) if child.isVisible()]
    listed = popup.findChild(QListWidget)
    assert [listed.item(row).text().split()[-1] for row in range(listed.count())] == ["leads", "visited"]
    seat.press(*"vis", "Return")
    assert seat.bench.relation.label == "visited"


# --- the article's menu --------------------------------------------------------------------------------------------------------


def test_the_menu_of_a_suggested_span(seat):
    seat.show()
    seat.view.focus_span("s3")
    seat.view.menuRequested.emit(seat.view.mapToGlobal(QPoint(20, 20)))
    shown = menu(seat)
    assert shown.parent() is seat.window
    assert words(shown) == [
        "Relabel as", "Accept", "Accept all of this label", "Same text, same label, in the whole document",
        "Relate the focused span to…", "Go to the other end", "Merge with the neighbour, or the chosen spans", "Split at the caret",
        "Choose the span, too, or no longer", "Note", "Attributes…", "Knowledge-base link…", "Remove or reject",
    ]  # fmt: skip
    assert [entry.data() for entry in shown.labels.actions() if entry.isChecked()] == ["PERSON"]
    choose(shown, "Accept")
    assert seat.document.span("s3").reviewed
    shown.close()
    settle()
    assert seat.window.findChildren(ArticleMenu) == []


def test_labels_of_the_menu_relabel_the_focused_span(seat):
    seat.show()
    seat.view.focus_span("s3")
    seat.view.menuRequested.emit(QPoint(20, 20))
    choose(menu(seat).labels, "ORG")
    assert seat.document.span("s3").label == "ORG"


def test_a_reviewed_span_without_relations_offers_neither_accept_nor_the_other_end(seat):
    seat.show()
    seat.view.focus_span("s2")
    seat.hands.editing.accept()
    seat.view.menuRequested.emit(QPoint(20, 20))
    assert "Accept" not in words(menu(seat))
    assert "Go to the other end" not in words(menu(seat))


def test_the_menu_of_a_selection_labels_it_and_copies_it(seat):
    seat.show()
    seat.view.focus_span("s3")
    seat.view.select(45, 52)
    seat.view.menuRequested.emit(QPoint(20, 20))
    everywhere, fragment = "Same text, same label, in the whole document", "Add the selection as a further fragment"
    assert words(menu(seat)) == ["Label as", everywhere, fragment, "Copy"]
    choose(menu(seat), "Copy")
    assert QApplication.clipboard().text() == "Jakarta"
    choose(menu(seat).labels, "GPE")
    assert seat.bench.span.fragments == ((45, 52),)
    assert seat.document.span("s3").label == "PERSON"


def test_the_menu_of_several_chosen_spans_is_about_all_of_them(seat):
    seat.show()
    seat.view.choose(("s2", "s3"))
    seat.view.focus_span("s3")
    seat.view.menuRequested.emit(QPoint(20, 20))
    shown = menu(seat)
    assert words(shown) == [
        "Relabel 2 spans as", "Accept 2 suggestions", "Merge with the neighbour, or the chosen spans", "Attributes…",
        "Knowledge-base link…", "Remove or reject", "Clear selection and focus",
    ]  # fmt: skip
    choose(shown, "Accept 2 suggestions")
    assert {span.id for span in seat.document.spans() if span.reviewed} == {"s2", "s3"}
    shown.close()
    settle()
    seat.view.choose(("s2", "s4"))
    seat.view.menuRequested.emit(QPoint(20, 20))
    choose(menu(seat).labels, "ORG")
    assert [seat.document.span(key).label for key in ("s2", "s4")] == ["ORG", "ORG"]


def test_the_menu_of_a_relation_offers_what_its_ends_allow(seat):
    seat.show()
    seat.hands.relating.add("s4", "s2", "leads")
    seat.view.menuRequested.emit(QPoint(20, 20))
    shown = menu(seat)
    assert [entry.data() for entry in shown.labels.actions()] == ["leads", "visited"]
    assert "Reverse" in words(shown)
    assert "Accept" not in words(shown)
    choose(shown.labels, "visited")
    assert seat.bench.relation.label == "visited"


def test_a_symmetric_relation_has_nothing_to_reverse_and_can_be_accepted_or_removed(seat):
    seat.show()
    seat.view.focus_relation("r1")
    seat.view.menuRequested.emit(QPoint(20, 20))
    assert "Reverse" not in words(menu(seat))
    choose(menu(seat), "Accept")
    assert seat.document.relation("r1").reviewed
    choose(menu(seat), "Remove or reject")
    assert seat.document.relations() == []


def test_on_bare_text_the_token_at_the_caret_is_labelled(seat):
    seat.show()
    seat.view.place_caret(6)
    seat.view.menuRequested.emit(QPoint(20, 20))
    assert words(menu(seat)) == ["Label as"]
    choose(menu(seat).labels, "DATE")
    assert seat.bench.span.fragments == ((6, 10),)


def test_the_right_button_opens_the_menu_of_the_span_under_it(seat):
    seat.show()
    builder = seat.view.builder
    line = builder.geometry.line_of(14)
    left, right = builder.geometry.intervals(line, 14, 19)[0]
    place = QPoint(round((left + right) / 2), round((line.top + line.bottom) / 2))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, seat.view.viewport().mapToGlobal(place))
    QApplication.sendEvent(seat.view.viewport(), event)
    assert seat.bench.span.id == "s2"
    choose(menu(seat).labels, "ORG")
    assert seat.document.span("s2").label == "ORG"


def test_an_ampersand_in_a_label_is_shown_as_one(make_seat, tmp_path):
    from annotator.domain.labels import scheme_from_dict
    from annotator.store.project import create
    from tests.qt.window_support import document

    path = tmp_path / "amp.annotator"
    project = create(path, scheme=scheme_from_dict({"name": "x", "spans": ["R&D"]}), language="id")
    with project.transaction("Import {}", actor="import") as tx:
        tx.add_documents([(document("d", "Budi"), [])])
    project.close()
    seat = make_seat(path)
    seat.show()
    seat.view.menuRequested.emit(QPoint(20, 20))
    (entry,) = menu(seat).labels.actions()
    assert entry.text().startswith("R&&D")
    entry.trigger()
    assert seat.bench.span.label == "R&D"


def test_in_a_read_only_project_the_menu_only_looks(make_seat, project_file):
    make_seat(project_file).leave()
    with read_only(project_file):
        seat = make_seat(project_file)
        seat.show()
        seat.view.focus_span("s1")
        seat.bench.messages.clear()
        seat.view.menuRequested.emit(QPoint(20, 20))
        assert not [child for child in seat.window.findChildren(ArticleMenu) if child.isVisible()]
        assert "open elsewhere" in seat.message
        seat.view.select(0, 5)
        seat.view.menuRequested.emit(QPoint(20, 20))
        assert words(menu(seat)) == ["Copy"]


def test_esc_leaves_the_menu_and_nothing_changes(seat):
    seat.show()
    seat.view.focus_span("s1")
    before = seat.content()
    seat.view.menuRequested.emit(QPoint(20, 20))
    QTest.keyClick(menu(seat), Qt.Key.Key_Escape)
    settle()
    assert seat.window.findChildren(ArticleMenu) == []
    assert seat.content() == before
    assert seat.document.info.status is Status.NEW


def test_everything_can_be_run_by_name(seat):
    seat.show()
    seat.hands.shell.ask_command()
    popup = seat.window.findChild(ChoicePopup)
    assert popup is not None
    rows = [popup._list.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(popup._list.count())]
    assert any("Flag for later, Document" in row and "Ctrl+L" in row for row in rows)
    assert not any("Reverse" in row for row in rows), "what cannot be done now is not offered"
    QTest.keyClicks(popup._filter, "flag for")
    QTest.keyClick(popup._filter, Qt.Key.Key_Return)
    assert seat.document.info.flagged


def test_f10_opens_the_menu(seat):
    seat.show()
    seat.hands.shell.open_menu()
    assert seat.window.menuBar().activeAction() is not None
