"""The dialog for pictures, and the controller that saves and prints what it asks for, in a real window."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo
from PySide6.QtTest import QTest

from annotator.ui.dialogs.picture import PAPER_PERCENT, PictureChoice, PictureDialog
from annotator.ui.pictures import Pictures
from annotator.ui.theme import DARK, USUAL_TEXT
from annotator.ui.typesetting import text_style
from tests.qt.panels_support import Heard, opened
from tests.qt.window_support import Answers, Seat, settle

# The dialog


@pytest.fixture
def ask() -> Answers:
    return Answers()


@pytest.fixture
def dialog(qtbot, tmp_path, ask) -> PictureDialog:
    made = PictureDialog(tmp_path / "berita.pdf", 80, ask)
    opened(qtbot, made)
    return made


def choose(combo, data: object) -> None:
    combo.setCurrentIndex(combo.findData(data))


def test_a_pdf_of_the_whole_article_is_the_first_choice(dialog, tmp_path):
    assert dialog.values() == PictureChoice(tmp_path / "berita.pdf", PAPER_PERCENT / 100, 80, "light", True, False, 2.0)
    assert dialog.save.isEnabled()


def test_enter_saves_and_escape_does_not(qtbot, dialog):
    heard = Heard()
    dialog.accepted.connect(lambda: heard.hear("saved"))
    QTest.keyClick(dialog, Qt.Key.Key_Return)
    assert heard.got == ["saved"]
    dialog.open()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert heard.got == ["saved"]
    assert not dialog.isVisible()


def test_the_format_changes_the_suffix_the_zoom_and_what_can_be_set(dialog, tmp_path):
    assert not dialog.scale.isVisible()
    assert dialog.about_width.isVisible()
    dialog.choose_format(".png")
    assert dialog.values().path == tmp_path / "berita.png"
    assert dialog.values().zoom == 1.0
    assert dialog.scale.isVisible()
    assert not dialog.about_width.isVisible()
    dialog.choose_format(".svg")
    assert dialog.values().path == tmp_path / "berita.svg"
    assert not dialog.scale.isVisible()


def test_a_zoom_that_was_chosen_stays(dialog):
    dialog.zoom.setValue(150)
    dialog.choose_format(".png")
    assert dialog.values().zoom == 1.5
    assert (dialog.zoom.minimum(), dialog.zoom.maximum()) == (50, 300)


def test_everything_chosen_arrives(dialog, tmp_path):
    dialog.choose_format(".png")
    dialog.zoom.setValue(200)
    dialog.columns.setValue(60)
    choose(dialog.colors, "dark")
    choose(dialog.part, True)
    choose(dialog.scale, 3.0)
    dialog.arcs.click()
    assert dialog.values() == PictureChoice(tmp_path / "berita.png", 2.0, 60, "dark", False, True, 3.0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "Name the file"),
        ("{}", "is a folder"),
        ("{}/berita.txt", "must end in .pdf"),
        ("{}/nowhere/berita.pdf", "is not there"),
    ],
)
def test_what_is_wrong_is_said_and_save_waits(dialog, tmp_path, text, said):
    dialog.path.setText(text.format(tmp_path))
    assert said in dialog.complaint.text()
    assert not dialog.save.isEnabled()
    dialog.path.setText(str(tmp_path / "lain.pdf"))
    assert dialog.complaint.text() == ""
    assert dialog.save.isEnabled()


def test_a_file_that_is_there_is_replaced_only_after_a_question(dialog, ask, tmp_path):
    (tmp_path / "berita.pdf").write_bytes(b"old")
    dialog.save.click()
    assert "is there already" in ask.asked[0]
    assert dialog.isVisible()
    ask.agrees = True
    dialog.save.click()
    assert not dialog.isVisible()


def test_a_file_chosen_in_the_systems_dialog_is_not_asked_about_again(dialog, ask, tmp_path):
    ask.path = tmp_path / "dipilih.pdf"
    ask.path.write_bytes(b"old")
    dialog.browse.click()
    assert dialog.values().path == ask.path
    dialog.save.click()
    assert not dialog.isVisible()
    assert ask.asked == ["Save a picture: berita.pdf"]


def test_a_chosen_name_without_the_suffix_gets_it(dialog, ask, tmp_path):
    ask.path = tmp_path / "tanpa"
    dialog.browse.click()
    assert dialog.values().path == tmp_path / "tanpa.pdf"
    ask.path = None
    dialog.browse.click()
    assert dialog.values().path == tmp_path / "tanpa.pdf"


def test_every_field_has_a_name_for_assistive_technology(dialog):
    fields = [dialog.format, dialog.part, dialog.zoom, dialog.columns, dialog.scale, dialog.colors, dialog.path, dialog.browse]
    assert all(field.accessibleName() for field in fields)


# The controller


@pytest.fixture
def pictures(seat: Seat, tmp_path: Path) -> Pictures:
    return Pictures(seat.bench, seat.window, lambda: tmp_path)


def choice(path: Path, **changes: object) -> PictureChoice:
    values = {"zoom": 1.0, "columns": 90, "theme": "light", "arcs": True, "in_view": False, "scale": 1.0, **changes}
    return PictureChoice(path, **values)  # type: ignore[arg-type]


def test_asking_and_accepting_saves_the_article(seat, pictures, tmp_path):
    pictures.ask_picture()
    dialog = seat.dialog(PictureDialog)
    assert dialog.values().path == tmp_path / "satu.pdf"
    dialog.choose_format(".svg")
    dialog.save.click()
    settle()
    assert "Jokowi" in (tmp_path / "satu.svg").read_text(encoding="utf-8")
    assert seat.message == f"The picture is at {tmp_path / 'satu.svg'}."


def test_cancel_writes_nothing(seat, pictures, tmp_path):
    pictures.ask_picture()
    seat.dialog(PictureDialog).reject()
    assert not (tmp_path / "satu.pdf").exists()
    assert seat.message == ""


def test_a_pdf_says_how_many_pages_it_has(seat, pictures, tmp_path):
    assert pictures.save(choice(tmp_path / "a.pdf"))
    assert seat.message.endswith("a.pdf. It has 1 page.")


def test_the_colours_the_width_and_the_sharpness_are_those_chosen(seat, pictures, tmp_path):
    for name, changes in {"usual": {}, "dark": {"theme": "dark"}, "narrow": {"columns": 30}, "sharp": {"scale": 2.0}}.items():
        assert pictures.save(choice(tmp_path / f"{name}.png", **changes))
    usual, dark, narrow, sharp = (QImage(str(tmp_path / f"{name}.png")) for name in ("usual", "dark", "narrow", "sharp"))
    assert dark.pixelColor(1, 1).name() == DARK.page
    assert dark.size() == usual.size()
    assert narrow.width() < usual.width() / 2
    assert narrow.height() > usual.height()
    assert abs(sharp.width() - 2 * usual.width()) <= 2


def test_the_font_of_the_settings_is_the_pictures(seat, pictures, tmp_path):
    assert text_style(seat.settings) == USUAL_TEXT
    assert pictures.save(choice(tmp_path / "a.svg"))
    seat.settings.set("article.font_family", "DejaVu Serif")
    seat.settings.set("article.font_size", 26)
    assert pictures.save(choice(tmp_path / "b.svg"))
    before, after = ((tmp_path / name).read_text(encoding="utf-8") for name in ("a.svg", "b.svg"))
    assert "DejaVu Serif" not in before
    assert "DejaVu Serif" in after
    sizes = [max(float(size) for size in re.findall(r'font-size="([\d.]+)"', text)) for text in (before, after)]
    assert sizes[1] == pytest.approx(2 * sizes[0], rel=0.01)


def test_what_is_in_view_alone(make_seat, tmp_path):
    from tests.qt.window_support import document, make_project

    long = document("panjang", "\n".join(f"Kalimat nomor{number} ini." for number in range(200)))
    seat = make_seat(make_project(tmp_path / "long.annotator", [(long, [])]))
    seat.show()
    pictures = Pictures(seat.bench, seat.window, lambda: tmp_path)
    seat.view.place_caret(seat.document.text.index("nomor120"))
    settle()
    assert pictures.save(choice(tmp_path / "a.svg", in_view=True))
    text = (tmp_path / "a.svg").read_text(encoding="utf-8")
    assert "nomor120 " in text
    assert "nomor0 " not in text
    assert "nomor199 " not in text


def test_what_cannot_be_saved_is_said_in_the_window(seat, pictures, tmp_path):
    assert not pictures.save(choice(tmp_path / "nowhere" / "a.svg"))
    assert "does not exist" in seat.message


def test_without_a_document_nothing_is_asked(make_seat, tmp_path):
    seat = make_seat()
    pictures = Pictures(seat.bench, seat.window, lambda: tmp_path)
    pictures.ask_picture()
    pictures.print()
    assert not seat.window.findChildren(PictureDialog)
    assert not pictures.save(choice(tmp_path / "a.svg"))
    assert seat.message == ""


def test_a_name_that_no_file_may_have_is_mended(make_seat, tmp_path):
    from tests.qt.window_support import document, make_project

    seat = make_seat(make_project(tmp_path / "odd.annotator", [(document("a/b: c?.", "Satu kata."), [])]))
    Pictures(seat.bench, seat.window, lambda: tmp_path).ask_picture()
    assert seat.dialog(PictureDialog).values().path == tmp_path / "a b c.pdf"


# Printing


def test_without_a_printer_a_pdf_is_offered(seat, pictures, monkeypatch):
    monkeypatch.setattr(QPrinterInfo, "availablePrinterNames", staticmethod(list))
    pictures.print()
    assert "knows no printer" in seat.message
    seat.bench.messages.action_button.click()
    assert seat.dialog(PictureDialog).values().path.suffix == ".pdf"


def test_the_article_is_printed_as_the_printer_is_set(seat, pictures, tmp_path):
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "printed.pdf"))
    assert pictures.print_on(printer) == 1
    assert (tmp_path / "printed.pdf").read_bytes().startswith(b"%PDF")
    assert seat.told[-1] == "1 page printed"


@pytest.mark.qt_log_ignore("QPainter::begin")
def test_a_printer_that_fails_is_said(seat, pictures, tmp_path):
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "nowhere" / "printed.pdf"))
    assert pictures.print_on(printer) == 0
    assert "takes nothing" in seat.message


def test_the_print_dialog_does_not_block_and_cancel_prints_nothing(seat, pictures, monkeypatch):
    monkeypatch.setattr(QPrinterInfo, "availablePrinterNames", staticmethod(lambda: ["kantor"]))
    pictures.print()
    dialog = seat.dialog(QPrintDialog)
    dialog.reject()
    settle()
    assert not [text for text in seat.told if "printed" in text]
    assert seat.message == ""
