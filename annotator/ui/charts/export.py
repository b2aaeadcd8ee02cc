"""A chart as a picture for a report: PNG and SVG, with its title, on the ground of the theme it is shown in."""

from __future__ import annotations

from math import ceil

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSizeF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QImageWriter, QPaintDevice, QPainter
from PySide6.QtSvg import QSvgGenerator

from annotator.errors import AnnotatorError
from annotator.ui.article.picture import font_for, layout_resolution
from annotator.ui.charts.layout import lay_out, natural_size
from annotator.ui.charts.model import Chart
from annotator.ui.charts.paint import paint
from annotator.ui.charts.shapes import Layout, Measure
from annotator.ui.i18n import tr
from annotator.ui.svg_text import with_lengths
from annotator.ui.theme import Theme
from annotator.ui.theme_qt import color

SHARPNESS = 2.0
"""Pixels of a PNG for one of the layout."""

MOST = 16_000
"""Most pixels of a layout in either direction: beyond, twice as many are more than an image holds."""


def picture(chart: Chart, size: QSizeF, font: QFont, theme: Theme, *, right_to_left: bool = False) -> ChartPicture:
    """Lay out a chart with its title in a picture of about this size, larger where it needs more."""
    # measured as an image does, whose resolution is not that of the screen
    font = QFont(font)
    metrics = QFontMetricsF(font, QImage(1, 1, QImage.Format.Format_RGB32))
    measure = Measure(metrics.height(), metrics.horizontalAdvance)
    width, height = natural_size(chart, size.width(), size.height(), measure)
    height += 1.5 * measure.line
    if max(width, height) > MOST:
        raise AnnotatorError(tr("The chart is too large for a picture: save it as CSV, or choose less of it."))
    made = lay_out(chart, ceil(width), ceil(height), measure, titled=True, right_to_left=right_to_left)
    return ChartPicture(chart, made, font, theme)


class ChartPicture:
    """A chart laid out for saving."""

    def __init__(self, chart: Chart, made: Layout, font: QFont, theme: Theme) -> None:
        self._chart, self._made, self._font, self._theme = chart, made, font, theme

    def image(self) -> QImage:
        """Return it as an image, twice as sharp as a plain screen; raises ``AnnotatorError`` where memory does not suffice."""
        image = QImage(int(self._made.width * SHARPNESS), int(self._made.height * SHARPNESS), QImage.Format.Format_RGB32)
        if image.isNull():
            raise AnnotatorError(tr("There is not enough memory for the picture: choose less of the chart."))
        self._paint(image, SHARPNESS)
        return image

    def png(self) -> bytes:
        """Return it as a PNG file, its title among the file's texts."""
        buffer = _buffer()
        writer = QImageWriter(buffer, QByteArray(b"png"))
        writer.setText("Title", self._chart.title)
        if not writer.write(self.image()):
            raise AnnotatorError(tr("The picture cannot be made ({}): save an SVG instead.").format(writer.errorString()))
        return bytes(buffer.data().data())

    def svg(self) -> bytes:
        """Return it as an SVG file, in which text is text."""
        buffer = _buffer()
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setResolution(layout_resolution())
        generator.setTitle(self._chart.title)
        size = QSizeF(self._made.width, self._made.height)
        generator.setSize(size.toSize())
        generator.setViewBox(QRectF(0, 0, size.width(), size.height()))
        self._paint(generator, 1.0)
        return with_lengths(bytes(buffer.data().data()).decode(), layout_resolution()).encode()

    def _paint(self, device: QPaintDevice, scale: float) -> None:
        painter = QPainter(device)
        try:
            painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
            painter.scale(scale, scale)
            painter.fillRect(QRectF(0, 0, self._made.width, self._made.height), color(self._theme.page))
            paint(painter, self._chart, self._made, self._theme, font_for(painter, self._font))
        finally:
            painter.end()


def _buffer() -> QBuffer:
    buffer = QBuffer()
    buffer.setData(QByteArray())
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    return buffer
