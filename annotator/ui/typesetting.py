"""Keeps the article view set as the settings say: font, size, line width, density, zoom, arcs and unit."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QObject

from annotator.errors import AnnotatorError
from annotator.settings.store import Settings
from annotator.ui.article.view import ArticleView
from annotator.ui.i18n import told, tr
from annotator.ui.theme import TextStyle


class Typesetting(QObject):
    """Belongs to one view: what is set anywhere shows at once, and a zoom by wheel or key is remembered."""

    def __init__(self, settings: Settings, view: ArticleView) -> None:
        super().__init__(view)
        self._settings = settings
        self._view = view
        view.zoomed.connect(self._on_zoomed)
        view.arcsCycled.connect(self._on_arcs_cycled)
        view.destroyed.connect(settings.subscribe(self._on_set))  # settings live longer than a window
        self._apply()

    def toggle_density(self) -> None:
        """Set the lines denser, or airier again; either way from what the document holds now."""
        dense = self._settings.get("article.density") == "compact"
        self._keep("article.density", "comfortable" if dense else "compact")

    def _apply(self) -> None:
        value = self._settings.get
        self._view.set_zoom(value("article.zoom") / 100)
        self._view.set_text_style(text_style(self._settings))
        self._view.set_arcs(value("article.arcs"))
        self._view.set_unit_characters(value("article.unit") == "characters")

    def _keep(self, key: str, value: Any) -> None:
        try:
            self._settings.set(key, value)
        except AnnotatorError as error:
            self._view.announced.emit(told(error))  # it holds until the program ends

    def _on_zoomed(self, percent: int) -> None:
        self._keep("article.zoom", percent)

    def _on_arcs_cycled(self, mode: str) -> None:
        told = {"focused": tr("Arcs: those of the focused span strongly"), "all": tr("Arcs: all"), "none": tr("Arcs: none")}
        self._view.announced.emit(told[mode])
        self._keep("article.arcs", mode)

    def _on_set(self, key: str, _value: Any) -> None:
        if key.startswith("article."):
            self._apply()


def text_style(settings: Settings) -> TextStyle:
    """Return how the settings say the text is to be set."""
    return TextStyle(
        family=settings.get("article.font_family"),
        points=float(settings.get("article.font_size")),
        columns=settings.get("article.line_width"),
        dense=settings.get("article.density") == "compact",
    )
