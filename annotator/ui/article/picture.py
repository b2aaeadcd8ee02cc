"""The article as a picture: laid out whole, at any width and zoom, without a window, and painted by the view's own painters.

``lay_out`` makes the picture, ``draw`` paints one page of it on any ``QPainter``; files and printers are ``ui.printing``'s.  Pixels are
those of the layout, which is made at the screen's resolution; a painter for a finer device is scaled by its caller.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication, QPointF, QRectF
from PySide6.QtGui import QFont, QFontInfo, QImage, QPainter, QTextDocument, QTextOption

from annotator.domain.annotations import Span
from annotator.domain.text import Range
from annotator.ui.article.fill import insert_display, rooms_of
from annotator.ui.article.geometry import Geometry
from annotator.ui.article.layout import NO_ROOM, Room
from annotator.ui.article.metrics import Metrics
from annotator.ui.article.model import ArticleModel
from annotator.ui.article.paint import Style, paint_fills, paint_outlines, paint_rows
from annotator.ui.article.paint_marks import paint_arcs
from annotator.ui.article.picture_pages import Page, Strip, page_of, pages, strips_in
from annotator.ui.article.scene import Scene, SceneBuilder, label_finder
from annotator.ui.theme import LIGHT, USUAL_TEXT, TextStyle, Theme
from annotator.ui.theme_qt import color

PAPER = replace(LIGHT, name="paper", page="#ffffff")
"""The light theme on white paper, which is not printed on where nothing stands."""

RIGHT_TO_LEFT = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"

MARGIN = 12.0
"""Free room above and below the text of a picture."""

_WORD = re.compile(r"\S+\s?")
"""A word and the blank behind it, so that words copied from a picture do not stick together."""

_ONE_WAY = re.compile(f"[{RIGHT_TO_LEFT}\u0300-\u036f]+|[0-9][0-9.,:/]*|[^\\W\\d_{RIGHT_TO_LEFT}]+|[^\\s]", re.UNICODE)
"""Pieces of a line of mixed directions, each of one direction for sure."""

_MIRRORED = str.maketrans("()[]{}<>«»‹›", ")(][}{><»«›‹")


@dataclass(frozen=True, slots=True)
class PictureLook:
    """How a picture is to look: ``zoom`` 1.0 is 100 %, ``arcs`` says whether relations are drawn.

    A text that fills the window (``columns`` 0) fills the paper, and has the usual width in an image.
    """

    theme: Theme = LIGHT
    text: TextStyle = USUAL_TEXT
    zoom: float = 1.0
    arcs: bool = True


@dataclass(slots=True)
class Picture:
    """A laid-out article, whole or a part of it.  ``width`` is in pixels of the layout; ``strips`` are its lines.

    The text belongs to ``document``, which lives as long as the picture.
    """

    model: ArticleModel
    document: QTextDocument
    builder: SceneBuilder
    style: Style
    width: float
    strips: Sequence[Strip]

    def pages(self, height: float) -> list[Page]:
        """Cut the picture into pages at most ``height`` high."""
        return pages(self.strips, height)

    def page(self) -> Page:
        """Return all of the picture as one page; an empty text still has a line."""
        return Page(self.strips[0].top, self.strips[-1].bottom, self.strips[0].start, self.strips[-1].end)


def lay_out(model: ArticleModel, look: PictureLook, *, widest: float | None = None, part: Range | None = None) -> Picture:
    """Lay out an article; ``widest`` bounds its width in pixels, ``part`` (code points) keeps the lines that show any of it."""
    text = look.text if look.text.columns or widest is not None else replace(look.text, columns=USUAL_TEXT.columns)
    metrics = Metrics(look.zoom, text)
    width = metrics.column + 2 * metrics.gutter
    if widest is not None and width > widest:
        width = widest
    metrics.gutter = max(22.0, min(metrics.gutter, width * 0.07))
    rooms = rooms_of(model)
    document = _document(model, rooms, metrics, width)
    builder = SceneBuilder(model, Geometry(document, model.display, model.offsets), metrics, rooms, width=width)
    style = Style(look.theme, metrics, label_finder(model), _relation_colors(model), arcs="all" if look.arcs else "none")
    return Picture(model, document, builder, style, width, strips_in(_strips(builder), part))


def _document(model: ArticleModel, rooms: list[Room], metrics: Metrics, width: float) -> QTextDocument:
    document = QTextDocument()
    document.setUndoRedoEnabled(False)
    document.setDefaultFont(metrics.article_font)
    option = QTextOption(document.defaultTextOption())
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)  # as in the window
    document.setDefaultTextOption(option)
    frame = document.rootFrame().frameFormat()
    frame.setLeftMargin(metrics.gutter)
    frame.setRightMargin(metrics.gutter)
    first = rooms[0] if rooms else NO_ROOM
    frame.setTopMargin(metrics.pad + first.lanes * metrics.lane + metrics.spare)
    frame.setBottomMargin(0)
    document.rootFrame().setFrameFormat(frame)
    document.setTextWidth(width)
    insert_display(document, model.display, rooms, metrics)
    return document


def _strips(builder: SceneBuilder) -> list[Strip]:
    """Return the lines from top to bottom.  The room between two lines belongs to the lower one, down from the upper one's chips."""
    found: list[Strip] = []
    top = 0.0
    for line in builder.geometry.lines_between(0.0, 1e12):
        plan = builder.plan(line)
        bottom = builder.row_top(line, plan.rows) + 1 if plan.pieces else line.bottom + 1
        found.append(Strip(line.start, line.end, top, bottom))
        top = bottom
    return found


def draw(painter: QPainter, picture: Picture, page: Page, *, among: Sequence[Page] = (), words: bool = False) -> None:
    """Paint the text, spans and relations of one page, its top at the painter's y 0.

    ``among`` are all pages, where there are several: a stub then names the page of its far end as well.
    With ``words`` the text is painted word by word, for formats that keep text as text and may be shown in another font.
    """
    picture.builder.name_far_ends(_far_words(picture, among))
    scene = _of_page(picture.builder.scene(page.top, page.bottom, with_arcs=picture.style.arcs != "none"), page)
    style = _style_for(painter, picture.style)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(0.0, -page.top)
    paint_fills(painter, picture.builder, scene, style)
    painter.setPen(color(style.theme.text))
    (_paint_words if words else _paint_lines)(painter, picture, scene)
    paint_outlines(painter, picture.builder, scene, style)
    paint_rows(painter, picture.builder, scene, style)
    if style.arcs != "none":
        paint_arcs(painter, scene, style)
    painter.restore()


def paint_ground(painter: QPainter, theme: Theme, rect: QRectF) -> None:
    """Fill a picture's background."""
    painter.fillRect(rect, color(theme.page))


def font_for(painter: QPainter, font: QFont) -> QFont:
    """Return a font of the layout's size in pixels for a painter whose device has another resolution than the screen."""
    scaled = QFont(font)
    scaled.setPointSizeF(font.pointSizeF() * layout_resolution() / max(1, painter.device().logicalDpiY()))
    return scaled


def layout_resolution() -> int:
    """Return the dots per inch at which Qt makes points into the pixels of a layout."""
    return QImage(1, 1, QImage.Format.Format_Mono).logicalDpiY()


def _of_page(scene: Scene, page: Page) -> Scene:
    """Leave out the neighbours whose gaps reach into the page."""
    return replace(scene, plans=tuple(plan for plan in scene.plans if plan.line.bottom > page.top and plan.line.top < page.bottom))


def _style_for(painter: QPainter, style: Style) -> Style:
    metrics = copy.copy(style.metrics)
    metrics.chip_font = font_for(painter, metrics.chip_font)
    metrics.note_font = font_for(painter, metrics.note_font)
    return replace(style, metrics=metrics, exact=True)


def _paint_lines(painter: QPainter, picture: Picture, scene: Scene) -> None:
    """Paint line by line: Qt's own drawing of a region also shows lines whose gaps reach into it, above the page."""
    for plan in scene.plans:
        layout = picture.document.findBlockByNumber(plan.line.block).layout()
        layout.lineAt(plan.line.number).draw(painter, layout.position())


def _paint_words(painter: QPainter, picture: Picture, scene: Scene) -> None:
    """Paint word by word, each at its place, so that highlights fit their words in whatever font a viewer has."""
    font = QFont(picture.style.metrics.article_font)
    font.setFamilies([QFontInfo(font).family(), *font.families(), "sans-serif"])
    painter.setFont(font_for(painter, font))
    geometry, display = picture.builder.geometry, picture.model.display
    for plan in scene.plans:
        line = plan.line
        qt_line = picture.document.findBlockByNumber(line.block).layout().lineAt(line.number)
        for word in (_ONE_WAY if line.mixed else _WORD).finditer(display, line.start, line.end):
            shown = word.group()
            if line.mixed and geometry.leftward(line, word.start()):
                shown = shown.translate(_MIRRORED) if not any(map(str.isalnum, shown)) else shown
            places = geometry.intervals(line, *word.span())
            if places and not shown.isspace():
                painter.drawText(QPointF(places[0][0], line.top + qt_line.ascent()), shown)


def _far_words(picture: Picture, among: Sequence[Page]) -> Callable[[Span], str]:
    """Return what to say of a far end: its text, and the page it is on where there are several."""

    def words(span: Span) -> str:
        text, number = picture.builder.far_text(span), page_of(among, span.start) if len(among) > 1 else None
        if number is None:
            return text
        return QCoreApplication.translate("ArticleView", "{text}, p. {page}").format(text=text, page=number + 1)

    return words


def _relation_colors(model: ArticleModel) -> Callable[[str], str]:
    known = {label.name: label.color for label in model.scheme.relations}
    return lambda name: known.get(name, "")
