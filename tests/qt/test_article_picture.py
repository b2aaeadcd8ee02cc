"""The article as a picture: real pixels, and real SVG, PNG and PDF files read back."""

from __future__ import annotations

import re
import zlib
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize
from PySide6.QtGui import QColor, QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtSvg import QSvgGenerator, QSvgRenderer

from annotator.errors import AnnotatorError
from annotator.ui.article.picture import (
    MARGIN,
    PAPER,
    Picture,
    PictureLook,
    draw,
    font_for,
    lay_out,
    layout_resolution,
    paint_ground,
)
from annotator.ui.article.picture_pages import Page, Strip, page_of, pages, strips_in
from annotator.ui.printing import HIGHEST, Subject, pdf_of, png_of, print_article, save_picture, svg_of
from annotator.ui.theme import DARK, LIGHT, TextStyle, label_colors
from tests.qt.article_support import MemoryModel, show

TEXT = (
    "Presiden Vladimir Putin memimpin Rusia dan bertemu Joko Widodo di Jakarta.\n"
    "Keduanya membicarakan perdagangan, pertanian dan pertahanan selama dua jam penuh di Istana Merdeka.\n"
    "Rusia membeli kopi dari Indonesia."
)


@pytest.fixture
def model() -> MemoryModel:
    made = MemoryModel(TEXT)
    made.add("Vladimir Putin", "PERSON")
    made.add("Rusia", "GPE")
    made.add("Joko Widodo", "PERSON", reviewed=False)
    made.add("Jakarta", "GPE")
    made.add("Rusia", "GPE", nth=1, span_id="Rusia 2")
    made.link("r1", "leads", "Vladimir Putin", "Rusia")
    made.link("r2", "met_with", "Vladimir Putin", "Joko Widodo")
    made.link("r3", "opposes", "Joko Widodo", "Rusia 2")
    return made


@pytest.fixture
def long_model() -> MemoryModel:
    """Some pages, with a relation on each paragraph and one from the first to the last."""
    made = MemoryModel("\n".join(f"Putin{number} memimpin Rusia{number} sejak tahun {1900 + number}." for number in range(80)))
    for number in range(80):
        made.add(f"Putin{number} ".strip(), "PERSON", span_id=f"p{number}", nth=0)
        made.add(f"Rusia{number} ".strip(), "GPE", span_id=f"g{number}", nth=0)
        made.link(f"r{number}", "leads", f"p{number}", f"g{number}")
    made.link("far", "opposes", "g0", "g79")
    return made


def of(model: MemoryModel, title: str = "Berita", part: tuple[int, int] | None = None) -> Subject:
    return Subject(model, title, part)


def painted(picture: Picture, page: Page, *, border: int = 0, among: list[Page] | None = None) -> QImage:
    """One page on an image that has ``border`` more pixels above and below."""
    image = QImage(round(picture.width), round(page.bottom - page.top) + 2 * border, QImage.Format.Format_RGB32)
    image.fill(QColor(picture.style.theme.page))
    painter = QPainter(image)
    painter.translate(0, border)
    draw(painter, picture, page, among=among or ())
    painter.end()
    return image


def color_at(image: QImage, x: float, y: float) -> str:
    return image.pixelColor(round(x), round(y)).name()


def svg_texts(content: bytes) -> list[str]:
    return ["".join(element.itertext()) for element in ET.fromstring(content).iter("{http://www.w3.org/2000/svg}text")]


def page_count(pdf: bytes) -> int:
    return len(re.findall(rb"/Type /Page\b", pdf))


# Laying out and painting


def test_the_lines_break_where_they_break_in_the_window(qtbot, model):
    view = show(qtbot, model, width=700)
    assert view.builder is not None
    width = view.builder._width
    picture = lay_out(model, PictureLook(), widest=width)
    assert picture.width == width
    shown = [line.start for line in view.builder.geometry.lines_between(0, 1e6)]
    assert [strip.start for strip in picture.strips] == shown
    assert len(shown) > 3


def test_a_span_is_filled_with_its_labels_colour_and_its_chip_hangs_below(qapp, model):
    picture = lay_out(model, PictureLook(LIGHT))
    image = painted(picture, picture.page())
    line = picture.builder.geometry.line_of(model.text.index("Jakarta"))
    span = model.span("Jakarta")
    left, right = picture.builder.geometry.intervals(line, span.start, span.end)[0]
    colors = label_colors(LIGHT, next(label.color for label in model.scheme.spans if label.name == "GPE"))
    assert color_at(image, (left + right) / 2, line.top - 0.5) == colors.fill
    bar = picture.builder.row_top(line, 0) + 1
    assert color_at(image, (left + right) / 2, bar) == colors.edge
    chip = picture.builder.plan(line).chips[-1]
    assert chip.text == "GPE"
    assert color_at(image, chip.box.left + 2, chip.box.top + 2) == colors.chip


def test_all_arcs_are_whole_when_everything_is_in_view(qapp, model):
    picture = lay_out(model, PictureLook())
    page = picture.page()
    scene = picture.builder.scene(page.top, page.bottom)
    assert sorted(arc.id for arc in scene.arcs) == ["r1", "r2", "r3"]
    assert [arc.far for arc in scene.arcs] == [None, None, None]


def test_arcs_can_be_left_out(qapp, model):
    with_arcs = lay_out(model, PictureLook())
    without = lay_out(model, PictureLook(arcs=False))
    line = with_arcs.builder.geometry.line_of(0)
    arc = next(arc for arc in with_arcs.builder.scene(0, 1e5).arcs if arc.id == "r2")
    x, y = (arc.points[1][0] * 3 + arc.points[2][0]) / 4, arc.points[1][1]
    assert y < line.top
    around = [(round(x) + dx, round(y) + dy) for dx in range(8) for dy in (-1, 0, 1)]
    drawn, bare = painted(with_arcs, with_arcs.page()), painted(without, without.page())
    assert any(drawn.pixelColor(*place).name() != LIGHT.page for place in around)
    assert all(bare.pixelColor(*place).name() == LIGHT.page for place in around)


def test_a_part_keeps_the_lines_that_show_any_of_it(qapp, model):
    start = model.text.index("Keduanya")
    picture = lay_out(model, PictureLook(), part=(start, start + 5))
    assert len(picture.strips) == 1
    assert picture.strips[0].start == start
    shown = svg_texts(svg_of(of(model, part=(start, start + 5)), PictureLook()))
    assert "Keduanya " in shown
    assert "Presiden " not in shown


@pytest.mark.parametrize("zoom", [0.5, 1.0, 3.0])
def test_zoom_makes_everything_larger_alike(qapp, model, zoom):
    usual, zoomed = lay_out(model, PictureLook()), lay_out(model, PictureLook(zoom=zoom))
    column, usual_column = (one.width - 2 * one.style.metrics.gutter for one in (zoomed, usual))
    assert column / usual_column == pytest.approx(zoom, rel=0.1)  # Qt rounds the width of a character
    assert zoomed.style.metrics.line / usual.style.metrics.line == pytest.approx(zoom, rel=0.1)


def test_the_width_in_characters_bounds_the_lines(qapp, model):
    picture = lay_out(model, PictureLook(text=TextStyle(columns=30)))
    assert max(strip.end - strip.start for strip in picture.strips) <= 45
    assert len(picture.strips) > len(lay_out(model, PictureLook()).strips)


def test_a_text_as_wide_as_the_window_has_the_usual_width_in_a_picture(qapp, model):
    assert lay_out(model, PictureLook(text=TextStyle(columns=0))).width == lay_out(model, PictureLook()).width
    assert lay_out(model, PictureLook(text=TextStyle(columns=0)), widest=500.0).width == 500.0


def test_nothing_of_a_page_stands_outside_it(qapp, long_model):
    picture = lay_out(long_model, PictureLook())
    for page in picture.pages(700.0)[:3]:
        image = painted(picture, page, border=60)
        height = image.height()
        rows = [*range(59), *range(height - 59, height)]
        assert {image.pixelColor(x, y).name() for y in rows for x in range(0, image.width(), 3)} == {LIGHT.page}


def test_every_line_stands_on_one_page_and_pages_keep_to_their_height(qapp, long_model):
    picture = lay_out(long_model, PictureLook())
    found = picture.pages(700.0)
    assert len(found) > 3
    assert all(page.bottom - page.top <= 700 for page in found)
    for strip in picture.strips:
        assert sum(page.top <= strip.top and strip.bottom <= page.bottom for page in found) == 1
    assert all(before.end <= after.start for before, after in pairwise(found))


def test_a_stub_at_a_page_break_names_its_far_end_and_the_page(qapp, long_model):
    picture = lay_out(long_model, PictureLook())
    found = picture.pages(700.0)
    buffer = QBuffer()
    buffer.setData(QByteArray())
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setSize(QSize(900, 700))
    painter = QPainter(generator)
    draw(painter, picture, found[0], among=found)
    painter.end()
    assert f"Rusia79, p. {len(found)}" in "".join(svg_texts(bytes(buffer.data().data())))


def test_a_stub_of_a_part_names_its_far_end_without_a_page(qapp, long_model):
    texts = svg_texts(svg_of(of(long_model, part=(0, 10)), PictureLook()))
    assert "Rusia79" in texts
    assert not [text for text in texts if ", p. " in text]


@pytest.mark.parametrize("resolution", [72, 300, 1200])
def test_small_texts_stand_on_their_plates_at_every_resolution_and_every_time(qapp, model, resolution):
    """What is laid out for the screen must not be used on another device, where the same font has another size."""
    for _ in range(2):
        picture = lay_out(model, PictureLook())
        page, scale = picture.page(), resolution / layout_resolution()
        image = QImage(round(picture.width * scale), round((page.bottom - page.top) * scale), QImage.Format.Format_RGB32)
        image.setDotsPerMeterX(round(resolution / 0.0254))
        image.setDotsPerMeterY(round(resolution / 0.0254))
        image.fill(QColor(LIGHT.page))
        painter = QPainter(image)
        painter.scale(scale, scale)
        draw(painter, picture, page)
        painter.end()
        for chip in (chip for plan in picture.builder.scene(page.top, page.bottom).plans for chip in plan.chips):
            box = chip.box
            plate = label_colors(LIGHT, picture.style.base_color(chip.span.label)).chip
            rows = range(round((box.top + 3) * scale), round((box.bottom - 3) * scale))
            inked = [
                x / scale
                for x in range(round((box.left + 2) * scale), round((box.right - 1) * scale))
                if any(image.pixelColor(x, y).lightness() < QColor(plate).lightness() - 60 for y in rows)
            ]
            assert min(inked) - box.left == pytest.approx(box.right - max(inked), abs=3), chip.text
            assert max(inked) - min(inked) > (box.right - box.left) * 0.6
            beyond = range(round((box.right + 2) * scale), round((box.right + 20) * scale))
            assert all(image.pixelColor(x, y).name() == LIGHT.page for x in beyond for y in rows), chip.text


def test_the_model_is_not_changed_by_a_picture(qapp, model):
    before = dict(model.spans), dict(model.relations)
    png_of(of(model), PictureLook())
    assert (model.spans, model.relations) == before


def test_small_labels_keep_their_size_on_a_fine_device(qapp, model, tmp_path):
    picture = lay_out(model, PictureLook())
    writer = QPdfWriter(str(tmp_path / "x.pdf"))
    painter = QPainter(writer)
    scaled = font_for(painter, picture.style.metrics.chip_font)
    painter.end()
    pixels = scaled.pointSizeF() * writer.resolution() / 72
    assert pixels == pytest.approx(picture.style.metrics.chip_font.pointSizeF() * layout_resolution() / 72)


# Pages, as sums


def test_pages_break_between_lines():
    strips = [Strip(number, number + 1, number * 10.0, number * 10.0 + 10) for number in range(7)]
    assert pages(strips, 30.0) == [Page(0.0, 30.0, 0, 3), Page(30.0, 60.0, 3, 6), Page(60.0, 70.0, 6, 7)]


def test_a_line_higher_than_a_page_gets_one_of_its_own():
    strips = [Strip(0, 1, 0.0, 10.0), Strip(1, 2, 10.0, 99.0), Strip(2, 3, 99.0, 110.0)]
    assert [page.start for page in pages(strips, 30.0)] == [0, 1, 2]
    assert pages([], 30.0) == []


def test_the_page_of_a_place():
    some = [Page(0, 1, 0, 10), Page(1, 2, 10, 20)]
    assert [page_of(some, offset) for offset in (0, 9, 10, 19, 20)] == [0, 0, 1, 1, None]


def test_the_lines_of_a_part():
    strips = [Strip(0, 10, 0, 1), Strip(10, 20, 1, 2), Strip(20, 30, 2, 3)]
    assert strips_in(strips, None) == strips
    assert strips_in(strips, (12, 21)) == strips[1:]
    assert strips_in(strips, (99, 99)) == strips[:1]


# Files


def test_a_png_has_the_size_of_the_layout_times_its_scale(qapp, model, tmp_path):
    picture = lay_out(model, PictureLook())
    width, height = picture.width, picture.page().bottom - picture.page().top + 2 * MARGIN
    for scale in (1.0, 2.0):
        assert save_picture(tmp_path / "a.png", of(model), PictureLook(), scale=scale) == 1
        image = QImage(str(tmp_path / "a.png"))
        assert abs(image.width() - width * scale) <= 2
        assert abs(image.height() - height * scale) <= 2
        assert image.text("Title") == "Berita"


def test_a_dark_picture_has_a_dark_ground(qapp, model, tmp_path):
    save_picture(tmp_path / "a.png", of(model), PictureLook(DARK))
    image = QImage(str(tmp_path / "a.png"))
    assert {color_at(image, 1, 1), color_at(image, image.width() - 2, image.height() - 2)} == {DARK.page}


def test_the_text_of_an_svg_is_text(qapp, model, tmp_path):
    save_picture(tmp_path / "a.svg", of(model, "Kabar <b> & kopi"), PictureLook())
    content = (tmp_path / "a.svg").read_bytes()
    texts = svg_texts(content)
    joined = "".join(texts)
    for word in TEXT.split():
        assert word in joined
    assert {"PERSON", "GPE", "met_with"} <= set(texts)
    root = ET.fromstring(content)
    assert root.findtext("{http://www.w3.org/2000/svg}title") == "Kabar <b> & kopi"
    assert QSvgRenderer(str(tmp_path / "a.svg")).isValid()


def test_an_svg_says_where_each_word_is_and_how_long(qapp, model):
    picture = lay_out(model, PictureLook())
    geometry = picture.builder.geometry
    found = {}
    for element in ET.fromstring(svg_of(of(model), PictureLook())).iter("{http://www.w3.org/2000/svg}text"):
        found.setdefault("".join(element.itertext()), (float(element.get("x")), float(element.get("textLength"))))
    for word in ("Presiden ", "Jakarta.", "Keduanya "):
        start = model.text.index(word)
        left, right = geometry.intervals(geometry.line_of(start), start, start + len(word))[0]
        assert found[word][0] == pytest.approx(left, abs=0.6)
        assert found[word][1] == pytest.approx(right - left, abs=0.6)


def test_text_of_several_directions_is_in_an_svg_whole(qapp):
    model = MemoryModel("Putin (موسكو) bertemu 東京都知事 😊 di Jakarta.\nقال بوتين (64 عاما) في موسكو إن Gazprom شركة كبيرة.")
    model.add("موسكو", "GPE")
    model.add("東京都知事", "PERSON")
    content = svg_of(of(model), PictureLook())
    joined = "".join(svg_texts(content))
    for word in ("Putin", "موسكو", "東京都知事", "😊", "Jakarta", "بوتين", "64", "Gazprom", "كبيرة"):
        assert word in joined


def test_a_pdf_has_pages_with_fonts_inside_and_the_title(qapp, long_model, tmp_path):
    told: list[tuple[int, int]] = []
    count = save_picture(tmp_path / "a.pdf", of(long_model), PictureLook(PAPER), told=lambda *page: told.append(page))
    content = (tmp_path / "a.pdf").read_bytes()
    assert content.startswith(b"%PDF")
    assert page_count(content) == count > 2
    assert told == [(number, count) for number in range(1, count + 1)]
    assert b"/FontFile2" in content
    assert "Berita".encode("utf-16-be") in content


def test_a_pdf_at_half_the_size_has_fewer_pages(qapp, long_model):
    _, usual = pdf_of(of(long_model), PictureLook(PAPER))
    _, half = pdf_of(of(long_model), PictureLook(PAPER, zoom=0.5))
    assert half < usual


def test_a_pdf_takes_the_paper_it_is_told(qapp, model):
    content, _ = pdf_of(of(model), PictureLook(PAPER), QPageSize.PageSizeId.A5)
    (box,) = set(re.findall(rb"/MediaBox \[([0-9. ]+)\]", content))
    width, height = (float(number) for number in box.split()[2:])
    assert (round(width), round(height)) == (420, 595)


def filled(pdf: bytes, value: str) -> bool:
    """Whether a page sets this colour."""
    wanted = [int(value[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", pdf, re.DOTALL):
        try:
            plain = zlib.decompress(stream)
        except zlib.error:
            continue
        for found in re.findall(rb"([\d.]+) ([\d.]+) ([\d.]+) scn?\b", plain):
            if all(abs(float(one) - other) < 0.004 for one, other in zip(found, wanted, strict=True)):
                return True
    return False


def test_white_paper_is_not_printed_on_where_nothing_stands_and_dark_is(qapp, model):
    light, _ = pdf_of(of(model), PictureLook(PAPER, arcs=False))
    dark, _ = pdf_of(of(model), PictureLook(DARK, arcs=False))
    assert filled(dark, DARK.page)
    assert not filled(light, DARK.page)
    assert filled(light, PAPER.text)


@pytest.mark.parametrize("suffix", ["svg", "png", "pdf"])
def test_an_empty_article_can_be_saved(qapp, tmp_path, suffix):
    assert save_picture(tmp_path / f"a.{suffix}", of(MemoryModel("")), PictureLook()) == 1
    assert (tmp_path / f"a.{suffix}").stat().st_size > 100


def test_too_high_for_a_png_is_refused_and_the_old_file_stays(qapp, tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    book = MemoryModel("satu kalimat\n" * 1200)
    with pytest.raises(AnnotatorError, match=rf"{HIGHEST} at most: choose PDF"):
        save_picture(path, of(book), PictureLook())
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["a.png"]


def test_another_suffix_is_refused(qapp, model, tmp_path):
    with pytest.raises(AnnotatorError, match=r"\.svg, \.png, \.pdf"):
        save_picture(tmp_path / "a.gif", of(model), PictureLook())


def test_what_the_system_refuses_is_one_sentence(qapp, model, tmp_path):
    with pytest.raises(AnnotatorError, match="does not exist"):
        save_picture(tmp_path / "nowhere" / "a.svg", of(model), PictureLook())
    (tmp_path / "b.svg").mkdir()
    (tmp_path / "b.svg" / "inside").touch()
    with pytest.raises(AnnotatorError, match=r"b\.svg"):
        save_picture(tmp_path / "b.svg", of(model), PictureLook())
    assert [path.name for path in tmp_path.iterdir()] == ["b.svg"]


# Paper


@pytest.fixture
def printer(qapp, tmp_path) -> QPrinter:
    """A printer that prints into a file."""
    made = QPrinter(QPrinter.PrinterMode.HighResolution)
    made.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    made.setOutputFileName(str(tmp_path / "printed.pdf"))
    made.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    return made


def test_an_article_is_printed_page_by_page(printer, long_model, tmp_path):
    count = print_article(printer, of(long_model), PictureLook(PAPER))
    assert page_count((tmp_path / "printed.pdf").read_bytes()) == count > 2
    assert printer.docName() == "Berita"


def test_only_the_pages_asked_for_are_printed(printer, long_model, tmp_path):
    printer.setFromTo(2, 3)
    assert print_article(printer, of(long_model), PictureLook(PAPER)) == 2
    assert page_count((tmp_path / "printed.pdf").read_bytes()) == 2


def test_pages_that_are_not_there_are_refused(printer, model):
    printer.setFromTo(7, 9)
    with pytest.raises(AnnotatorError, match="1 pages"):
        print_article(printer, of(model), PictureLook(PAPER))


@pytest.mark.qt_log_ignore("QPainter::begin")
def test_a_printer_that_takes_nothing_is_said(printer, model, tmp_path):
    printer.setOutputFileName(str(tmp_path / "nowhere" / "printed.pdf"))
    with pytest.raises(AnnotatorError, match="takes nothing"):
        print_article(printer, of(model), PictureLook(PAPER))


def test_the_ground_is_the_themes_page(qapp):
    image = QImage(4, 4, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    paint_ground(painter, DARK, image.rect().toRectF())
    painter.end()
    assert color_at(image, 2, 2) == DARK.page
