"""The overview strip beside the article, kept in step with it."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHBoxLayout, QWidget

from annotator.domain.changes import ChangeSet
from annotator.domain.text import Range
from annotator.ui.article.overview_strip import OverviewStrip
from annotator.ui.workbench import Workbench


class Overviewing(QObject):
    """Owns the strip of one window and tells it what the article shows; a click on the strip scrolls and changes nothing else."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench = bench
        self._view = bench.view
        self.strip = OverviewStrip(bench.view.verticalScrollBar())
        bench.documentOpened.connect(self._on_document_opened)
        bench.following.followed.connect(self._on_followed)
        bench.view.scrolled.connect(self._on_scrolled)
        bench.view.hitsShown.connect(self._on_hits_shown)
        bench.view.themed.connect(self.strip.set_theme)
        self.strip.placeRequested.connect(bench.view.scroll_to)

    def beside_the_article(self) -> QWidget:
        """Return the article with the strip at its right."""
        both = QWidget()
        layout = QHBoxLayout(both)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._view, 1)
        layout.addWidget(self.strip)
        both.setFocusProxy(self._view)
        return both

    def _on_document_opened(self) -> None:
        self.strip.set_article(self._bench.document)

    def _on_followed(self, committed: list[ChangeSet]) -> None:
        document = self._bench.document
        if document is not None:
            for changes in committed:
                self.strip.refresh(document.touched(changes))
        span = self._bench.span
        self.strip.set_focus((span.start, span.end) if span is not None and span.fragments else None)

    def _on_scrolled(self, place: Range) -> None:
        self.strip.set_view(*place)

    def _on_hits_shown(self, shown: tuple[list[Range], Range | None]) -> None:
        self.strip.set_hits(*shown)
