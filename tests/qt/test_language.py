"""The window in Indonesian, and switched from one language to the other while it stands."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractListModel, QCoreApplication, QLocale, QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QGroupBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QTabBar,
    QWidget,
)

from annotator.commands.importing import ImportReport
from annotator.commands.projects import shipped_schemes
from annotator.domain.exchange import Complaint, Fate, Loss, LossReport
from annotator.settings.store import Settings
from annotator.store.salvage_report import Missing, Salvage
from annotator.ui import language
from annotator.ui.app import build
from annotator.ui.catalogue import Catalogue, read_catalogue
from annotator.ui.dialogs.import_report import ImportReportDialog
from annotator.ui.dialogs.recovered import RecoveredDialog
from annotator.ui.dialogs.report import LossReportDialog
from annotator.ui.i18n import by_count, number, share, step_words, told, tr
from annotator.ui.models.history import long_time, short_time
from annotator.ui.standing import Standing
from tests.qt.dialogs_support import DIALOGS, close_all, opened
from tests.qt.window_support import MakeSeat, settle


@pytest.fixture(autouse=True)
def _english_again() -> Iterator[None]:
    before = QLocale()
    yield
    language.speak("en")
    QLocale.setDefault(before)


@pytest.fixture
def indonesian(tmp_path: Path) -> Settings:
    settings = Settings(tmp_path / "settings.json")
    settings.set("ui.language", "id")
    return settings


@pytest.fixture
def catalogue() -> Catalogue:
    found = read_catalogue("id")
    assert found is not None
    return found


# Words


def test_texts_speak_the_language_that_was_chosen(qapp):
    language.speak("id")
    assert tr("Undo") == "Urungkan"
    assert by_count(2, tr("{} document"), tr("{} documents")) == "2 dokumen"
    assert number(1234567) == "1.234.567"
    assert share(0.125, 1) == "12,5%"
    language.speak("en")
    assert tr("Undo") == "Undo"
    assert number(1234567) == "1,234,567"


def test_a_text_without_translation_stays_as_it_is(qapp):
    language.speak("id")
    assert tr("No such text is anywhere") == "No such text is anywhere"
    assert QCoreApplication.translate("QSomething", "No such text of Qt") == "No such text of Qt"


def test_qt_s_own_words_are_ours(qtbot):
    language.speak("id")
    line = QLineEdit("kata")
    qtbot.addWidget(line)
    words = [action.text().partition("\t")[0].replace("&", "") for action in line.createStandardContextMenu().actions()]
    assert [word for word in words if word] == ["Urungkan", "Ulangi", "Potong", "Salin", "Tempel", "Hapus", "Pilih Semua"]


def test_the_system_s_language_is_taken_where_it_is_the_chosen_one(qapp, monkeypatch):
    class System(QLocale):
        @staticmethod
        def system() -> QLocale:
            return QLocale("id_ID")

    monkeypatch.setattr(language, "QLocale", System)
    assert language.locale_of("system").name() == "id_ID"
    assert language.locale_of("id").name() == "id_ID"
    assert language.locale_of("en").language() == QLocale.Language.English


def test_only_one_translator_is_ever_installed(qapp):
    for choice in ("id", "id", "en", "id"):
        language.speak(choice)
        settle()
    assert len(qapp.findChildren(language.CatalogueTranslator)) == 1
    language.speak("en")
    assert not qapp.findChildren(language.CatalogueTranslator)


def test_a_step_is_named_as_one(qapp):
    language.speak("id")
    assert step_words("Mark the {} done", "document") == "Tandai dokumen selesai"
    assert step_words("Label as {}", "PERSON") == "Beri label PERSON"
    assert step_words("Import {}", "kabar \udce9.txt") == "Impor kabar \udce9.txt"  # a file's name that is no text
    with pytest.raises(IndexError):
        step_words("{} and {}", "one")


def test_sentences_from_below_are_recognised_with_their_values(qapp):
    language.speak("id")
    assert told(ValueError("Nothing is selected.")) == "Tidak ada yang dipilih."
    assert told("The label “GPE” is not in the label scheme.") == "Label “GPE” tidak ada dalam skema label."
    assert told("Not done yet: The span covers no text. (3 more)") == "Belum selesai: Rentang itu tidak mencakup teks. (3 lagi)"
    assert (
        told("“leads” links PERSON to any span, not GPE to ORG.")
        == "“leads” menghubungkan PERSON ke rentang apa pun, bukan GPE ke ORG."
    )
    assert told("What nobody ever said of “x”.") == "What nobody ever said of “x”."
    for odd in ("Half \ud83d a character.", "A \0 in it."):
        assert told(odd) == odd


def test_a_value_is_never_taken_for_a_text_of_ours(qapp):
    language.speak("id")
    assert told("The label “Undo” is not in the label scheme.") == "Label “Undo” tidak ada dalam skema label."


def test_dates_go_by_the_locale(qapp):
    noon = "2021-05-03T12:00:00+00:00"
    language.speak("id")
    assert re.search(r"\b3 Mei\b", short_time(noon))
    assert re.match(r"Sen 3 Mei", long_time(noon))
    language.speak("en")
    assert re.search(r"\b3 May\b", short_time(noon))


# The window


def words_of(root: QWidget) -> Iterator[tuple[QWidget | QAction, str]]:
    """Yield every text that stands in a window and its children, with who shows it."""
    yield root, root.windowTitle()
    for widget in [root, *root.findChildren(QWidget)]:
        yield from ((widget, text) for text in (widget.toolTip(), widget.accessibleName(), widget.whatsThis()))
        match widget:
            case QLabel() | QAbstractButton():
                yield widget, widget.text()
            case QGroupBox():
                yield widget, widget.title()
            case QComboBox():
                yield from ((widget, widget.itemText(row)) for row in range(widget.count()))
            case QLineEdit() | QPlainTextEdit():
                yield widget, widget.placeholderText()
            case QTabBar():
                yield from ((widget, widget.tabText(row)) for row in range(widget.count()))
            case QAbstractItemView() if widget.model() is not None:
                yield from ((widget, text) for text in cells_of(widget))
        yield from ((action, action.text()) for action in widget.actions())


def cells_of(view: QAbstractItemView) -> Iterator[str]:
    """Yield the headers of a table or tree and the texts of its first rows, two levels deep."""
    model, top = view.model(), QModelIndex()
    columns = 1 if isinstance(model, QAbstractListModel) else model.columnCount(top)
    yield from (str(model.headerData(column, Qt.Orientation.Horizontal) or "") for column in range(columns))
    for row in range(min(model.rowCount(top), 200)):
        first = model.index(row, 0, top)
        yield from (str(model.data(model.index(row, column, top)) or "") for column in range(columns))
        yield from (str(model.data(model.index(inner, 0, first)) or "") for inner in range(min(model.rowCount(first), 50)))


def plain(text: str) -> str:
    """Return a text without mnemonics, keys and the frame of a tool tip."""
    inner = re.sub(r"^<qt>|</qt>$", "", text).replace("&amp;", "\1").replace("&", "").replace("\1", "&")
    return re.sub(r"\s*\([^()]*\)$", "", inner.partition("\t")[0]).strip().rstrip("…")


def english(root: QWidget, catalogue: Catalogue) -> list[str]:
    """Return the texts of a window that stand there in English although there is a translation."""
    known = {plain(source) for source, there in catalogue.texts.items() if plain(source) != plain(there)}
    known -= {plain(there) for there in catalogue.texts.values()} | {*shipped_schemes(), "Annotator"}  # names of schemes are names
    return sorted({f"{type(who).__name__}: {text!r}" for who, text in words_of(root) if plain(text) in known})


def test_the_window_shows_no_english(make_seat: MakeSeat, indonesian: Settings, project_file: Path, catalogue: Catalogue):
    seat = make_seat(project_file, settings=indonesian)
    seat.show()
    assert [action.text() for action in seat.window.menuBar().actions()] == [
        "&Proyek", "&Sunting", "&Rentang", "R&elasi", "&Dokumen", "&Tampilan", "Pi&ndah", "&Bantuan",
    ]  # fmt: skip
    assert english(seat.window, catalogue) == []


def test_what_looks_for_english_finds_it(make_seat: MakeSeat, project_file: Path, catalogue: Catalogue):
    """The test above would pass for ever if it looked in the wrong places."""
    found = " ".join(english(make_seat(project_file).window, catalogue))
    for kind in ("QLabel", "QAction", "QToolButton", "QTabBar", "QLineEdit"):
        assert f"{kind}: " in found, kind


def test_the_welcome_page_shows_no_english(make_seat: MakeSeat, indonesian: Settings, catalogue: Catalogue):
    assert english(make_seat(settings=indonesian).window, catalogue) == []


@pytest.mark.parametrize("name", DIALOGS)
def test_a_dialog_shows_no_english_and_cuts_no_button(
    name: str, make_seat: MakeSeat, indonesian: Settings, project_file: Path, catalogue: Catalogue
):
    seat = make_seat(project_file, settings=indonesian)
    seat.show()
    DIALOGS[name].open(seat.window, project_file.parent)
    settle()
    values = {str(value) for attribute in seat.project.scheme.attributes for value in attribute.values}
    data = {f"{kind}: {value!r}" for kind in ("_Values", "QHeaderView") for value in values}  # the project's own words, as they are
    for dialog in opened():
        assert set(english(dialog, catalogue)) <= data
        cut = [
            button.text()
            for button in dialog.findChildren(QPushButton)
            if button.isVisible() and button.width() < button.minimumSizeHint().width()
        ]
        assert cut == []
    close_all()


# Reports

SAID = Complaint("/x/berita.jsonl:3", "The span “s1” ends before it starts: (5, 2); it was left out.")
TOLD = "Rentang “s1” berakhir sebelum berawal: (5, 2); rentang itu ditinggalkan."


def test_the_report_of_an_import_speaks_the_window_s_language(qtbot):
    language.speak("id")
    report = ImportReport(documents=1, sets=1, complaints=[SAID], written="The report is in /x/laporan.txt.")
    dialog = ImportReportDialog(report)
    qtbot.addWidget(dialog)
    row = dialog.table.topLevelItem(0)
    assert row is not None
    assert row.text(2) == dialog.detail.text() == TOLD
    assert TOLD in row.toolTip(2)
    assert dialog.written.text() == "Laporannya ada di /x/laporan.txt."
    dialog.copy.click()
    assert QApplication.clipboard().text() == f"/x/berita.jsonl:3: {TOLD}"
    assert report.complaints == [SAID]


def test_the_report_of_an_export_speaks_it_and_its_json_does_not(qtbot):
    language.speak("id")
    loss = Loss("satu", "span", "s1", "cuts a token", "was left out", Fate.DROPPED, "cuts a token; no whole token is left of it")
    report = LossReport("conll", "/x/out.conll", losses=[loss], unsaid=Counter({("item", "mark of the review"): 3}))
    dialog = LossReportDialog(report)
    qtbot.addWidget(dialog)
    group = dialog.model.index(0, 0)
    assert group.data() == "Rentang (1): memotong token; tidak ada token utuh yang tersisa"
    item = dialog.model.index(0, 0, group)
    assert [item.siblingAtColumn(column).data() for column in (1, 2)] == ["was left out", "cuts a token"]  # words of the article
    assert "memotong token" in item.data(Qt.ItemDataRole.ToolTipRole)
    assert dialog.counts.text().endswith("karena formatnya tidak punya tempat untuknya: tanda peninjauan dari 3 butir.")
    dialog.copy.click()
    assert json.loads(QApplication.clipboard().text()) == report.to_dict()


def test_the_report_of_a_rescue_speaks_the_window_s_language(qtbot):
    language.speak("id")
    lost = Missing("spans", 3, "in “berita” (number 4) (ani)", "it lies on a part of the file that cannot be read")
    report = Salvage(Path("/x/a.annotator"), Path("/x/b.annotator"), missing=[lost])
    dialog = RecoveredDialog(report)
    qtbot.addWidget(dialog)
    row = dialog.table.topLevelItem(0)
    assert row is not None
    assert row.text(2) == "dalam “berita” (nomor 4) (ani)"
    assert dialog.detail.text() == (
        "Hilang: 3 rentang dalam “berita” (nomor 4) (ani); letaknya di bagian berkas yang tidak dapat dibaca."
    )


def test_a_message_whose_file_stands_beside_it_is_recognised(qapp):
    language.speak("id")
    assert told("is no PDF file, or a broken one.") == "bukan berkas PDF, atau rusak."
    assert told("/x/a b.txt does not exist.") == "/x/a b.txt tidak ada."
    assert told("one of them") == "one of them"


# Switching


@pytest.fixture
def standing(qtbot, tmp_path: Path) -> Iterator[Standing]:
    settings = Settings(tmp_path / "settings.json")
    settings.set("ui.language", "en")
    made = Standing(settings, lambda: build(settings, "ani"))
    yield made
    made.window.close()
    made.deleteLater()
    settle()


def test_switching_keeps_project_document_caret_and_an_unsaved_note(standing: Standing, qtbot, project_file: Path):
    window, settings = standing.window, standing.window.bench.settings
    window.show()
    assert window.hands is not None
    window.hands.projects.open(project_file)
    window.hands.documents.open(1)
    window.bench.following.delay = 0
    window.bench.view.place_caret(21)
    window.bench.view.focus_span("s3")
    settle()
    window.hands.shell.edit_note()
    settle()
    field = QApplication.focusWidget() or window.focusWidget()
    assert isinstance(field, QPlainTextEdit | QLineEdit), field
    field.insertPlainText("belum disimpan") if isinstance(field, QPlainTextEdit) else field.insert("belum disimpan")
    hidden = next(dock for dock in window._docks if dock.objectName() == "dock-outline")
    hidden.hide()
    place = window.geometry()

    with qtbot.waitSignal(standing.renewed):
        settings.set("ui.language", "id")

    window = standing.window
    assert window.isVisible()
    assert window.hands is not None
    assert window.menuBar().actions()[0].text() == "&Proyek"
    bench = window.bench
    assert bench.session is not None
    assert bench.session.project.path == project_file
    assert not bench.session.project.read_only
    assert bench.document is not None
    assert bench.document.document.name == "satu"
    assert bench.view.caret == 21
    span = bench.document.span("s3")
    assert span is not None
    assert span.note == "belum disimpan"
    assert next(dock for dock in window._docks if dock.objectName() == "dock-outline").isHidden()
    assert window.geometry() == place
    window.hands.history.undo()  # the step that saved the note is still there to be taken back
    span = bench.document.span("s3")
    assert span is not None
    assert span.note == ""


def test_switching_back_and_forth_leaves_one_window_and_the_preferences(standing: Standing, qtbot):
    settings = standing.window.bench.settings
    standing.window.show()
    assert standing.window.hands is not None
    standing.window.hands.preferring.ask()
    for choice, title in (("id", "Preferensi"), ("en", "Preferences"), ("id", "Preferensi")):
        with qtbot.waitSignal(standing.renewed):
            settings.set("ui.language", choice)
        settle()
        titles = [dialog.windowTitle() for dialog in standing.window.findChildren(QDialog) if dialog.isVisible()]
        assert titles == [title]
    windows = [widget for widget in QApplication.topLevelWidgets() if widget.objectName() == "window" and widget.isVisible()]
    assert windows == [standing.window]
    assert QApplication.quitOnLastWindowClosed()


def test_a_window_that_may_not_close_keeps_its_language(standing: Standing, qtbot, monkeypatch: pytest.MonkeyPatch):
    window = standing.window
    window.show()
    monkeypatch.setattr(window, "_closing", lambda: False)
    standing.window.bench.settings.set("ui.language", "id")
    settle()
    assert standing.window is window
    assert window.isVisible()
    assert window.menuBar().actions()[0].text() == "&Project"
    monkeypatch.undo()


def test_the_switch_waits_for_work_beside_the_window(standing: Standing, qtbot, monkeypatch: pytest.MonkeyPatch):
    window = standing.window
    window.show()
    assert window.hands is not None
    working = [True]
    monkeypatch.setattr(type(window.hands.projects), "busy", property(lambda _: working[0]))
    standing.window.bench.settings.set("ui.language", "id")
    settle()
    assert standing.window is window
    with qtbot.waitSignal(standing.renewed):
        working[0] = False
    assert standing.window is not window


def test_a_setting_that_is_not_the_language_builds_nothing_anew(standing: Standing, qtbot):
    window = standing.window
    standing.window.bench.settings.set("ui.theme", "dark")
    settle()
    assert standing.window is window
