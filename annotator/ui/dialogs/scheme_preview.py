"""A label as the article will show it, in light and in dark, and what is to be said of its colour."""

from __future__ import annotations

import re
from collections.abc import Iterable

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QFrame, QSizePolicy

from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.color_choice import ALIKE, nearest
from annotator.domain.colors import OUTLINE_CONTRAST, contrast
from annotator.domain.documents import Document
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, completed
from annotator.domain.scheme_draft import Entry
from annotator.domain.scheme_edit import Part
from annotator.domain.text import Tokens
from annotator.session.document import DocumentState
from annotator.ui.article.picture import Picture, PictureLook, draw, lay_out, paint_ground
from annotator.ui.i18n import decimal, localized, tr
from annotator.ui.theme import DARK, LIGHT

_WORD = re.compile(r"\w+|[^\w\s]")
_LONGEST_EXAMPLE = 24


class LabelPreview(QFrame):
    """Two panes, light and dark, each with the label on its first example, once suggested and once reviewed."""

    def __init__(self) -> None:
        super().__init__()
        self._model: DocumentState | None = None
        self._pictures: list[Picture] = []
        self._width = 0
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setMinimumHeight(96)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Preview"))
        self.setAccessibleDescription(tr("The label as the article shows it, in light and in dark."))

    def show_entry(self, part: Part, entry: Entry) -> None:
        """Show a label as it is being edited."""
        self._model = _sample(part, entry)
        self._pictures = []
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(420, 104)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._model is None:
            return
        inside = self.contentsRect()
        half = inside.width() / 2
        if not self._pictures or self._width != inside.width():
            self._width = inside.width()
            looks = (PictureLook(theme) for theme in (LIGHT, DARK))
            self._pictures = [lay_out(self._model, look, widest=max(80.0, half)) for look in looks]
        painter = QPainter(self)
        for place, (picture, theme) in enumerate(zip(self._pictures, (LIGHT, DARK), strict=True)):
            pane = QRectF(inside.left() + place * half, inside.top(), half, inside.height())
            painter.save()
            painter.setClipRect(pane)
            paint_ground(painter, theme, pane)
            painter.translate(pane.left(), pane.top() + 4)
            draw(painter, picture, picture.page())
            painter.restore()
        painter.end()


def _sample(part: Part, entry: Entry) -> DocumentState:
    """Return a line of text with the label on it: two spans, or two spans and the relation between them."""
    name = entry.name.strip() or "?"
    color = entry.shown_color
    example = re.split(r"[;\n]", localized(entry.examples))[0].strip()[:_LONGEST_EXAMPLE] or tr("an example")
    if part is Part.RELATIONS:
        first, second = (ends[0].name if ends else "…" for ends in (entry.head, entry.tail or entry.head))
        text = f"{tr('one')} – – – – – {tr('other')}"
        at = text.rindex(" ") + 1
        spans = (Span("s1", ((0, text.index(" ")),), first), Span("s2", ((at, len(text)),), second))
        links = (Relation("r1", name, "s1", "s2"),)
        named = tuple(SpanLabel(label, "#808080") for label in dict.fromkeys((first, second)))
        scheme = LabelScheme("", named, (RelationLabel(name, color=color, symmetric=entry.symmetric),))
    else:
        text = f"{example}, {example}"
        at = len(example) + 2
        spans = (Span("s1", ((0, len(example)),), name), Span("s2", ((at, len(text)),), name, reviewed=False))
        links = ()
        scheme = LabelScheme("", (SpanLabel(name, color, code=entry.code),))
    tokens = Tokens(match.span() for match in _WORD.finditer(text))
    content = AnnotationSet(SetInfo(0, "", Kind.PERSON), {one.id: one for one in spans}, {one.id: one for one in links})
    return DocumentState(Document("", text, {}, tokens, (0,)), content, completed(scheme), read_only=True)


def color_remarks(entry: Entry, others: Iterable[Entry]) -> list[str]:
    """Say what should be known of a label's colour beside those of the other labels of its list; nothing where it is fine."""
    if not entry.shown_color:
        return []
    told: list[str] = []
    for theme, where in ((LIGHT, tr("the light theme")), (DARK, tr("the dark theme"))):
        found = contrast(entry.color, theme.page)
        if found < OUTLINE_CONTRAST:
            text = tr("Contrast {ratio} in {where}: it is shown {how} there, to be legible.")
            how = tr("lighter") if theme.dark else tr("darker")
            told.append(text.format(ratio=decimal(found, 1), where=where, how=how))
    named = {other.color: other.name for other in others if other.shown_color and other is not entry}
    if entry.color in named:
        told.append(tr("⚠ {} has the same colour.").format(named[entry.color]))
    else:
        other, distance = nearest(entry.color, named)
        if distance < ALIKE:
            told.append(tr("⚠ Hard to tell from {} for some eyes.").format(named[other]))
    return told
