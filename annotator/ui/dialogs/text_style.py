"""How the article is set: font, size, width and spacing of the lines, relation arcs."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QDialog, QFrame, QSizePolicy, QWidget

from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.documents import Document
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, completed
from annotator.domain.text import Tokens
from annotator.errors import AnnotatorError
from annotator.session.document import DocumentState
from annotator.settings.store import Settings
from annotator.settings.table import SETTINGS
from annotator.ui.article.picture import Picture, PictureLook, draw, lay_out, paint_ground
from annotator.ui.dialogs.frame import accept_buttons, complaint_label, form, framed, side_button
from annotator.ui.dialogs.setting_fields import SettingField, add_setting, setting_field
from annotator.ui.i18n import told, tr
from annotator.ui.panels.parts import theme_of
from annotator.ui.theme import TextStyle

KEYS = tuple(
    key for key, setting in SETTINGS.items() if key.startswith("article.") and not setting.private and key != "article.unit"
)
"""The settings shown: all of the article but the unit of selections, which is the hands' and not the eye's."""

SAMPLE = "Presiden Joko Widodo bertemu Perdana Menteri Anwar Ibrahim di Jakarta pada Kamis (26/11). Keduanya membahas kerja sama."
"""The text of the preview: two people, a place, a date, and a relation."""


class TextStyleDialog(QDialog):
    """Every change is applied and kept at once, so that the article behind shows it; Cancel takes all of them back."""

    def __init__(self, settings: Settings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings = settings
        self._before = {key: settings.get(key) for key in KEYS}
        self.fields: dict[str, SettingField] = {}
        self.preview = TextPreview(settings)
        column = framed(self, tr("Text and lines"), width=560)
        rows = form()
        for key in KEYS:
            field = self.fields[key] = setting_field(SETTINGS[key], settings.get(key))
            field.edited.connect(self._on_edited)
            add_setting(rows, field)
        column.addLayout(rows)
        column.addWidget(self.preview, 1)
        self.complaint = complaint_label()
        column.addWidget(self.complaint)
        buttons, self.keep = accept_buttons(self, tr("Keep"))
        self.usual = side_button(tr("Usual values"), tr("Go back to the usual values"))
        buttons.addButton(self.usual, buttons.ButtonRole.ResetRole)
        self.usual.clicked.connect(self._on_usual)
        column.addWidget(buttons)

    def reject(self) -> None:
        """Close, with everything as it was before."""
        for key, value in self._before.items():
            self._apply(key, value)
        super().reject()

    def _on_edited(self, key: str, value: Any) -> None:
        self._apply(key, value)

    def _on_usual(self) -> None:
        for key, field in self.fields.items():
            self._apply(key, SETTINGS[key].default)
            field.show_value(self._settings.get(key))

    def _apply(self, key: str, value: Any) -> None:
        """Set one setting; one that cannot be saved holds all the same, and the reason is said."""
        if self._settings.get(key) == value:
            return
        try:
            self._settings.set(key, value)
            self.complaint.setText("")
        except AnnotatorError as error:
            self.complaint.setText(told(error))
        self.preview.refresh()


class TextPreview(QFrame):
    """A few lines painted as the article would be, in the colours of the window."""

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self._settings = settings
        self._model = _sample()
        self._picture: Picture | None = None
        self._made: tuple[object, ...] = ()
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self.setMinimumHeight(230)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(tr("Preview"))
        self.setAccessibleDescription(tr("A few lines in the chosen font and spacing."))

    def refresh(self) -> None:
        """Show what the settings say now."""
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(520, 240)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        picture = self._picture_now()
        inside = self.contentsRect()
        painter = QPainter(self)
        painter.setClipRect(inside)
        paint_ground(painter, picture.style.theme, inside.toRectF())
        painter.translate(inside.left(), inside.top() + 6)
        draw(painter, picture, picture.page())
        painter.end()

    def _picture_now(self) -> Picture:
        value = self._settings.get
        text = TextStyle(
            value("article.font_family"),
            float(value("article.font_size")),
            value("article.line_width"),
            value("article.density") == "compact",
        )
        look = PictureLook(theme_of(self), text, value("article.zoom") / 100, value("article.arcs") != "none")
        width = float(max(160, self.contentsRect().width()))
        wanted = (look, width, value("article.arcs"))
        if self._picture is None or wanted != self._made:
            self._made = wanted
            self._picture = lay_out(self._model, look, widest=width)
            self._picture.style.arcs = value("article.arcs")
            self._picture.style.focused = "s1"
        return self._picture


def _sample() -> DocumentState:
    def span(key: str, surface: str, label: str, *, reviewed: bool = True) -> Span:
        start = SAMPLE.index(surface)
        return Span(key, ((start, start + len(surface)),), label, reviewed=reviewed)

    spans = (
        span("s1", "Joko Widodo", "PERSON"),
        span("s2", "Anwar Ibrahim", "PERSON"),
        span("s3", "Jakarta", "GPE"),
        span("s4", "Kamis (26/11)", "DATE", reviewed=False),
    )
    relations = (Relation("r1", "met_with", "s1", "s2"), Relation("r2", "visited", "s2", "s3"))
    scheme = completed(
        LabelScheme(
            name="sample",
            spans=tuple(SpanLabel(name) for name in ("PERSON", "GPE", "DATE")),
            relations=(RelationLabel("met_with", symmetric=True), RelationLabel("visited")),
        )
    )
    tokens = Tokens(match.span() for match in re.finditer(r"\w+|[^\w\s]", SAMPLE))
    content = AnnotationSet(SetInfo(0, "", Kind.PERSON), {one.id: one for one in spans}, {one.id: one for one in relations})
    return DocumentState(Document("sample", SAMPLE, {}, tokens, (0,)), content, scheme)
