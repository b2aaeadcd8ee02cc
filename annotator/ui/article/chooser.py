"""The storey over the navigator: walking from span to span, the multi-selection, and the span that had the focus last.

The multi-selection is a set of spans beside the focus: one action is done to all of them.  Walking from span to span keeps it, so that
it can be gathered by Tab and the toggle key; a plain caret move, a plain click and Esc give it up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from annotator.domain.annotations import Span, text_order
from annotator.domain.text import Range
from annotator.ui.article.hit import next_in_cycle
from annotator.ui.article.model import ArticleModel
from annotator.ui.article.navigator import ArticleNavigator
from annotator.ui.article.walk import neighbour, spans_under, unreviewed_neighbour


class ArticleChooser(ArticleNavigator):
    """Adds steps to other spans, several chosen spans, and the pinned one.

    ``chosenChanged`` comes once after each change of ``chosen``.  Spans that an edit removes drop out of it by themselves.
    """

    chosenChanged = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        self._pinned: str | None = None
        super().__init__(parent)

    @property
    def chosen(self) -> tuple[str, ...]:
        """Ids of the spans of the multi-selection, in text order."""
        found = [span for key in self._style.chosen if (span := self._span(key)) is not None]
        return tuple(span.id for span in sorted(found, key=text_order))

    @property
    def pinned_span(self) -> str | None:
        """Id of the span that has the focus, or had it last; a relation in focus and another document unpin it.

        With its help a selection far away can be added to a span by keyboard alone, although moving the caret clears the focus.
        """
        return self._pinned

    def step_span(self, direction: int) -> bool:
        """Focus the next (1) or previous (-1) span in text order, seen from the focused one or the caret; False if there is none."""
        return self._step(direction, lambda _span: True)

    def step_unreviewed(self, direction: int) -> bool:
        """Focus the next or previous unreviewed span; False if there is none that way."""
        if self._model is None:
            return False
        span = unreviewed_neighbour(self._model, caret=self.caret, focused=self.focused_span, direction=direction)
        if span is not None:
            self.focus_span(span.id)
        return span is not None

    def cycle_spans(self) -> bool:
        """Focus the next of the spans under the caret, innermost first, round and round; False if there is none."""
        under = spans_under(self._model, self.caret) if self._model is not None else []
        following = next_in_cycle(ids=under, current=self.focused_span)
        if following is not None:
            self.focus_span(following, at=self.caret)
        return following is not None

    def choose(self, span_ids: Iterable[str]) -> None:
        """Make these spans the multi-selection; unknown ids are left out."""
        chosen = frozenset(key for key in span_ids if self._span(key) is not None)
        if chosen == self._style.chosen:
            return
        self._style.chosen = chosen
        self.touch()
        self.chosenChanged.emit()

    def toggle_chosen(self, span_id: str) -> None:
        """Take a span into the multi-selection, or out of it, and say how many there are now."""
        self.choose(self._style.chosen ^ {span_id})
        count = len(self._style.chosen)
        if not count:
            self.announced.emit(self.tr("No span is chosen any more."))
        elif count == 1:
            self.announced.emit(self.tr("1 span is chosen: choose more, or press a key for it."))
        else:
            self.announced.emit(self.tr("{0} spans are chosen: the next key is for all of them.").format(count))

    def click_chosen(self, span_id: str) -> None:
        """Toggle a span by pointer and give it the focus; the span that had the focus joins the first such click."""
        before = self.focused_span
        if not self._style.chosen and before is not None and before != span_id:
            self.choose((before,))
        self.focus_span(span_id, reveal=False)
        self.toggle_chosen(span_id)

    def clear_chosen(self) -> bool:
        """Give up the multi-selection; False if there was none.  What was said of it last is said no longer."""
        had = bool(self._style.chosen)
        self.choose(())
        if had:
            self.announced.emit("")
        return had

    def set_article(self, model: ArticleModel | None) -> None:
        """Show a document with nothing chosen and nothing pinned."""
        self._style.chosen, had, self._pinned = frozenset(), bool(self._style.chosen), None
        super().set_article(model)
        if had:
            self.chosenChanged.emit()

    def refresh(self, ranges: Iterable[Range] | None = None) -> None:
        """Repaint after an edit; chosen spans that are gone are chosen no longer."""
        super().refresh(ranges)
        self.choose(self._style.chosen)
        if self._pinned is not None and self._span(self._pinned) is None:
            self._pinned = None

    def focus_relation(self, relation_id: str, reveal: bool = True) -> None:
        """Give a relation the focus; no spans are chosen then."""
        self.clear_chosen()
        self._pinned = None
        super().focus_relation(relation_id, reveal)

    def _step(self, direction: int, wanted: Callable[[Span], bool]) -> bool:
        if self._model is None:
            return False
        span = neighbour(self._model, caret=self.caret, focused=self.focused_span, direction=direction, wanted=wanted)
        if span is not None:
            self.focus_span(span.id)
        return span is not None

    def _moved(self, *, keep_focus: bool, reveal: bool = True) -> None:
        if not keep_focus:
            self.clear_chosen()
        super()._moved(keep_focus=keep_focus, reveal=reveal)

    def _take_focus(self, span: Span) -> None:
        self._pinned = span.id
        super()._take_focus(span)

    def _span(self, span_id: str) -> Span | None:
        return self._model.span(span_id) if self._model is not None else None
