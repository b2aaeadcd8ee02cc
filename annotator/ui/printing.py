"""The article as a file (SVG, PNG, PDF) and on paper.

A picture is made in memory and written whole, so that a failure leaves the file that was there.  Paper is always white with the light
theme unless asked otherwise; sizes on paper are those of the screen: text of 13 points at 100 % is as large on the page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QMarginsF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import (
    QFontMetricsF,
    QImage,
    QImageWriter,
    QPageLayout,
    QPageSize,
    QPaintDevice,
    QPainter,
    QPdfWriter,
    QPen,
)
from PySide6.QtSvg import QSvgGenerator

from annotator.domain.text import Range
from annotator.errors import AnnotatorError
from annotator.ui.article.model import ArticleModel
from annotator.ui.article.picture import (
    MARGIN,
    Picture,
    PictureLook,
    draw,
    font_for,
    lay_out,
    layout_resolution,
    paint_ground,
)
from annotator.ui.article.picture_pages import Page
from annotator.ui.i18n import tr
from annotator.ui.svg_text import with_lengths
from annotator.ui.theme import TextStyle
from annotator.ui.theme_qt import article_font, color

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

SUFFIXES = (".svg", ".png", ".pdf")
"""What ``save_picture`` writes."""

HIGHEST = 32_767
"""Most pixels of an image in either direction: beyond, Qt's painter and many viewers give up."""

PAPER_MARGIN = 15.0
"""Margins of a PDF page, in millimetres."""

Told = Callable[[int, int], None]
"""Called after each page with its number, counted from 1, and how many there are."""

HEADER_POINTS = 9.0

_POINTS = 72.0


@dataclass(frozen=True, slots=True)
class Subject:
    """What is to be shown: a document, its title, and the part of it (code points; None for all)."""

    model: ArticleModel
    title: str
    part: Range | None = None


def save_picture(
    path: Path,
    subject: Subject,
    look: PictureLook,
    *,
    scale: float = 1.0,
    page: QPageSize.PageSizeId = QPageSize.PageSizeId.A4,
    told: Told | None = None,
) -> int:
    """Write a picture in the format that the file's suffix names, and return how many pages it has (1 for SVG and PNG).

    ``scale`` is how many pixels of a PNG stand for one of the layout; ``page`` is the paper of a PDF.  Raises ``AnnotatorError`` for
    another suffix, a picture too large for a PNG, and what the operating system refuses.
    """
    from annotator.formats.files import replacing

    suffix, count = path.suffix.lower(), 1
    if suffix == ".svg":
        content = svg_of(subject, look)
    elif suffix == ".png":
        content = png_of(subject, look, scale)
    elif suffix == ".pdf":
        content, count = pdf_of(subject, look, page, told=told)
    else:
        raise AnnotatorError(tr("A picture is written as {}: give the file one of these endings.").format(", ".join(SUFFIXES)))
    with replacing(path) as temporary:
        temporary.write_bytes(content)
    return count


def svg_of(subject: Subject, look: PictureLook) -> bytes:
    """Return an SVG image; its text is text, in the article's font if the viewer has it."""
    picture = lay_out(subject.model, look, part=subject.part)
    size = _size(picture)
    buffer = _buffer()
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(layout_resolution())
    generator.setTitle(subject.title)
    generator.setSize(size.toSize())
    generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
    _paint_image(generator, picture, size, words=True)
    return with_lengths(bytes(buffer.data().data()).decode(), layout_resolution()).encode()


def png_of(subject: Subject, look: PictureLook, scale: float = 1.0) -> bytes:
    """Return a PNG image; raises ``AnnotatorError`` where it would be too large."""
    picture = lay_out(subject.model, look, part=subject.part)
    size = _size(picture)
    width, height = round(size.width() * scale), round(size.height() * scale)
    if max(width, height) > HIGHEST:
        raise AnnotatorError(
            tr("The picture would be {} pixels high, and a PNG holds {} at most: choose PDF, or show less of the article.").format(
                height, HIGHEST
            )
        )
    image = QImage(width, height, QImage.Format.Format_RGB32)
    if image.isNull():
        raise AnnotatorError(tr("There is not enough memory for a picture of {} × {} pixels: choose PDF.").format(width, height))
    _paint_image(image, picture, size, scale=scale)
    buffer = _buffer()
    writer = QImageWriter(buffer, QByteArray(b"png"))
    if subject.title:
        writer.setText("Title", subject.title)
    if not writer.write(image):
        raise AnnotatorError(tr("The picture cannot be made ({}): choose another size, or PDF.").format(writer.errorString()))
    return bytes(buffer.data().data())


def pdf_of(
    subject: Subject, look: PictureLook, page: QPageSize.PageSizeId = QPageSize.PageSizeId.A4, *, told: Told | None = None
) -> tuple[bytes, int]:
    """Return a PDF file with its fonts inside, and its number of pages."""
    buffer = _buffer()
    writer = QPdfWriter(buffer)
    writer.setTitle(subject.title)
    writer.setCreator("Annotator")
    margins = QMarginsF(PAPER_MARGIN, PAPER_MARGIN, PAPER_MARGIN, PAPER_MARGIN)
    writer.setPageLayout(QPageLayout(QPageSize(page), QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter))
    count = _paint_sheets(writer, subject, look, told=told)
    return bytes(buffer.data().data()), count


def print_article(printer: QPrinter, subject: Subject, look: PictureLook, *, told: Told | None = None) -> int:
    """Print on the paper and the pages that the printer is set to, and return how many pages were printed.

    Raises ``AnnotatorError`` where the printer takes nothing.
    """
    wanted = (printer.fromPage(), printer.toPage()) if printer.fromPage() else None
    printer.setDocName(subject.title)
    return _paint_sheets(printer, subject, look, wanted, told=told)


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.setData(QByteArray())
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer


def _size(picture: Picture) -> QSizeF:
    page = picture.page()
    return QSizeF(ceil(picture.width), ceil(page.bottom - page.top + 2 * MARGIN))


def _paint_image(device: QPaintDevice, picture: Picture, size: QSizeF, *, scale: float = 1.0, words: bool = False) -> None:
    painter = QPainter(device)
    try:
        painter.scale(scale, scale)
        paint_ground(painter, picture.style.theme, QRectF(QPointF(), size))
        painter.translate(0.0, MARGIN)
        draw(painter, picture, picture.page(), words=words)
    finally:
        painter.end()


@dataclass(slots=True)
class _Sheets:
    """A picture cut into sheets of paper, which are ``width`` × ``height`` pixels of the layout, header and all."""

    title: str
    picture: Picture
    pages: list[Page]
    width: float
    height: float


def _paint_sheets(
    device: QPdfWriter | QPrinter,
    subject: Subject,
    look: PictureLook,
    wanted: tuple[int, int] | None = None,
    *,
    told: Told | None = None,
) -> int:
    """Paint page after page; ``wanted`` are the first and the last to print, counted from 1."""
    room = device.pageLayout().paintRect(QPageLayout.Unit.Point)
    factor = layout_resolution() / _POINTS
    width, height = room.width() * factor, room.height() * factor
    picture = lay_out(subject.model, look, widest=width, part=subject.part)
    sheets = _Sheets(subject.title, picture, picture.pages(height - _header_height(picture)), width, height)
    first, last = wanted or (1, len(sheets.pages))
    numbers = range(max(1, first), min(last, len(sheets.pages)) + 1)
    if not numbers:
        raise AnnotatorError(tr("The article has {} pages: choose some of them to print.").format(len(sheets.pages)))
    fine = device.resolution() / layout_resolution()
    painter = QPainter()
    if not painter.begin(device):
        raise AnnotatorError(tr("The printer takes nothing: see whether it is on and has paper, or save a PDF."))
    try:
        for number in numbers:
            if number != numbers.start and not device.newPage():
                raise AnnotatorError(tr("The printer stopped at page {}.").format(number))
            painter.save()
            painter.scale(fine, fine)
            _paint_sheet(painter, sheets, number)
            painter.restore()
            if told is not None:
                told(number, len(sheets.pages))
    finally:
        painter.end()
    return len(numbers)


def _header_height(picture: Picture) -> float:
    return picture.style.metrics.line * 0.5 + 26.0


def _paint_sheet(painter: QPainter, sheets: _Sheets, number: int) -> None:
    picture, theme = sheets.picture, sheets.picture.style.theme
    if theme.dark:  # to the edge of the paper, or the text would stand in a box
        far = max(sheets.width, sheets.height)
        paint_ground(painter, theme, QRectF(-far, -far, 3 * far, 3 * far))
    _paint_header(painter, sheets, number)
    painter.save()
    # In the middle of the paper, as the column stands in the window.
    painter.translate(max(0.0, (sheets.width - picture.width) / 2), _header_height(picture))
    draw(painter, picture, sheets.pages[number - 1], among=sheets.pages)
    painter.restore()


def _paint_header(painter: QPainter, sheets: _Sheets, number: int) -> None:
    """Paint the title and the page number over a thin line."""
    theme = sheets.picture.style.theme
    font = article_font(TextStyle(points=HEADER_POINTS))
    measure = QFontMetricsF(font)
    count = tr("{} of {}").format(number, len(sheets.pages))
    row = QRectF(0, 0, sheets.width, 16.0)
    painter.setFont(font_for(painter, font))
    painter.setPen(color(theme.quiet_text))
    room = sheets.width - measure.horizontalAdvance(count) - 24
    title = measure.elidedText(" ".join(sheets.title.split()), Qt.TextElideMode.ElideMiddle, room)
    flags = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextDontClip
    painter.drawText(row, int(Qt.AlignmentFlag.AlignLeft | flags), title)
    painter.drawText(row, int(Qt.AlignmentFlag.AlignRight | flags), count)
    painter.setPen(QPen(color(theme.border), 0.8))
    painter.drawLine(QPointF(0, 19), QPointF(sheets.width, 19))
