"""Hint modes: letters to type over places in view, for the caret to jump to, for a relation to end at, or for a span to be cut at.

While a mode is on, only letters, Backspace and Esc are its; scrolling and paging pass through, and the letters are given out anew for
what is then in view.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractSlider

from annotator.domain.annotations import Span
from annotator.domain.text import Range
from annotator.ui.article.asks import ArticleAsker
from annotator.ui.article.hints import hints_by_nearness, matching
from annotator.ui.article.keys import printable, sequence_name
from annotator.ui.article.paint_marks import Hint, paint_hints, paint_strip, strip_height
from annotator.ui.article.scene import Scene, SceneBuilder

JUMP, RELATION, SPLIT = "jump", "relation", "split"

PAGES = {"PgUp": -1, "PgDown": 1}
_SCROLLS = {
    "Up": QAbstractSlider.SliderAction.SliderSingleStepSub,
    "Down": QAbstractSlider.SliderAction.SliderSingleStepAdd,
    "Home": QAbstractSlider.SliderAction.SliderToMinimum,
    "End": QAbstractSlider.SliderAction.SliderToMaximum,
    "Ctrl+Home": QAbstractSlider.SliderAction.SliderToMinimum,
    "Ctrl+End": QAbstractSlider.SliderAction.SliderToMaximum,
}


@dataclass(slots=True)
class HintMode:
    """A mode in progress.

    ``places`` gives what can be chosen in a scene: an offset to put the letters at, and the value that is chosen (an offset for a
    jump or a split, a span id for a relation).  ``origin`` is the offset whose neighbours get the shortest codes; ``source`` the span
    a relation starts from or that is split; ``role`` the label that is settled already, if the relation fills a role.
    """

    name: str
    origin: int
    places: Callable[[Scene], Sequence[tuple[int, int | str]]]
    source: str | None = None
    role: str = ""
    typed: str = ""
    codes: list[str] = field(default_factory=list)
    offered: list[tuple[int, int | str]] = field(default_factory=list)
    _shown: Range = (-1, -1)

    def offer(self, scene: Scene) -> None:
        """Give out letters for what is in view now; what is typed so far stays valid only while nothing scrolls."""
        if scene.range != self._shown:
            self._shown = scene.range
            self.offered = list(self.places(scene))
            self.codes = hints_by_nearness([offset for offset, _value in self.offered], self.origin)
            self.typed = ""

    def renew(self) -> None:
        """Give out letters anew at the next offer, because what can be chosen may be otherwise."""
        self._shown = (-1, -1)

    def type(self, letter: str) -> int | str | None:
        """Take one letter; return the value once its code is complete.  A letter that leads nowhere changes nothing."""
        typed = self.typed + letter.lower()
        fitting = matching(self.codes, typed)
        if not fitting:
            return None
        self.typed = typed
        if self.codes[fitting[0]] == typed:
            return self.offered[fitting[0]][1]
        return None

    def erase(self) -> None:
        """Take back the last letter."""
        self.typed = self.typed[:-1]

    def hints(self, builder: SceneBuilder, scene: Scene) -> list[Hint]:
        """Return the plates to paint: those that still fit what is typed, none over another."""
        found: list[Hint] = []
        height = builder.metrics.chip
        lowest: dict[tuple[int, int], list[tuple[float, float]]] = {}
        lines = {plan.line.start: plan.line for plan in scene.plans}
        for index in matching(self.codes, self.typed):
            offset = self.offered[index][0]
            line = next((line for line in lines.values() if line.start <= offset < line.end), None)
            if line is None:
                continue
            shown = self.codes[index].upper()  # typed in either case; small g and q look alike
            width = builder.metrics.width(shown) - builder.metrics.padding
            x = builder.geometry.x_of(line, offset)
            if builder.geometry.leftward(line, offset):
                x -= width
            level = 0
            while any(left < x + width and x < right for left, right in lowest.get((line.start, level), ())):
                level += 1
            lowest.setdefault((line.start, level), []).append((x, x + width))
            found.append(Hint(shown, len(self.typed), x, line.top + 3 - level * (height + 1)))
        return found


def jump_places(token_starts: Callable[[int, int], Sequence[int]]) -> Callable[[Scene], list[tuple[int, int | str]]]:
    """Return what a jump offers: every token start of the lines in view."""

    def places(scene: Scene) -> list[tuple[int, int | str]]:
        return [(offset, offset) for offset in token_starts(*scene.range)]

    return places


def split_places(offsets: Sequence[int]) -> Callable[[Scene], list[tuple[int, int | str]]]:
    """Return what splitting offers: those of ``offsets`` that are in view."""

    def places(scene: Scene) -> list[tuple[int, int | str]]:
        start, end = scene.range
        return [(offset, offset) for offset in offsets if start <= offset < end]

    return places


def target_places(legal: Callable[[Span], bool]) -> Callable[[Scene], list[tuple[int, int | str]]]:
    """Return what relation making offers: the legal targets in view, each where it first shows."""

    def places(scene: Scene) -> list[tuple[int, int | str]]:
        start = scene.range[0]
        return [(max(span.start, start), span.id) for span in scene.spans() if legal(span)]

    return places


class Modes(QObject):
    """Runs the hint mode of one view: its letters, its clicks and its painting."""

    def __init__(self, view: ArticleAsker) -> None:
        super().__init__(view)
        self._view = view
        self._mode: HintMode | None = None

    @property
    def active(self) -> bool:
        """Whether a mode is on."""
        return self._mode is not None

    def start_jump(self) -> None:
        """Offer every token start in view."""
        view = self._view
        if view.model is None:
            return
        tokens = view.model.tokens
        places = jump_places(lambda low, high: [tokens.starts[index] for index in tokens.covered(low, high)])
        self._start(HintMode(JUMP, view.caret, places))

    @property
    def source(self) -> str | None:
        """Id of the span that a relation is being made from; None outside that mode."""
        return self._mode.source if self._mode is not None and self._mode.name == RELATION else None

    def start_relation(self, is_legal: Callable[[Span], bool], role: str = "") -> None:
        """Offer the legal targets in view to the focused span; says why if there is nothing to offer anywhere."""
        view = self._view
        source, model = view.focused_span, view.model
        if source is None or model is None:
            view.announced.emit(self.tr("Focus the span that the relation starts from first."))
            return
        mode = HintMode(RELATION, view.caret, target_places(is_legal), source, role)
        mode.offer(self._readable())
        # The whole text is looked through only where nothing in view will do.
        if not mode.codes and not any(is_legal(span) for span in model.spans_in(0, len(model.text))):
            view.announced.emit(self.tr("No span of this document can be the target of a relation from here."))
        else:
            view.look.linked = frozenset((source,))
            self._start(mode)

    def start_split(self, span_id: str, offsets: Sequence[int]) -> None:
        """Offer the places where a span may be cut in two."""
        view = self._view
        view.look.linked = frozenset((span_id,))
        self._start(HintMode(SPLIT, view.caret, split_places(offsets), span_id))

    def cancel(self) -> bool:
        """Leave the mode; False if there was none."""
        if self._mode is None:
            return False
        self._mode = None
        self._view.put_lights_back()
        self._view.touch()
        self._view.modeChanged.emit("")
        return True

    @property
    def strip(self) -> float:
        """Height of the strip that names the source of a relation while that is out of view; 0 while there is no strip."""
        mode, model, view = self._mode, self._view.model, self._view
        source = model.span(mode.source) if model is not None and mode is not None and mode.source is not None else None
        if source is None or mode is None or mode.name != RELATION:
            return 0.0
        top = view.verticalScrollBar().value()
        shown = (plan.line for plan in view.scene().plans if plan.line.top >= top)
        return 0.0 if any(line.start <= source.start < line.end for line in shown) else strip_height(view.look)

    def go_to_source(self) -> None:
        """Show the span that the relation starts from; the mode goes on."""
        model = self._view.model
        source = model.span(self._mode.source) if model is not None and self._mode is not None and self._mode.source else None
        if source is not None:
            self._view.scroll_to(source.start)

    def offer(self) -> None:
        """Give out letters anew if other lines are in view; lines whose text is cut off or under the strip get none."""
        if self._mode is not None:
            self._mode.offer(self._readable())
            if self._mode.name == RELATION:
                self._view.look.legal = dict.fromkeys((str(value) for _offset, value in self._mode.offered), True)

    def _readable(self) -> Scene:
        scene, view = self._view.scene(), self._view
        top = view.verticalScrollBar().value() + self.strip
        bottom = view.verticalScrollBar().value() + view.viewport().height()
        plans = tuple(plan for plan in scene.plans if plan.line.top >= top - 1 and plan.line.bottom <= bottom + 1)
        return replace(scene, plans=plans)

    def follow_edit(self) -> None:
        """Offer what there is after an edit; leave the mode if the span that it is about is gone."""
        model, mode = self._view.model, self._mode
        if mode is None or model is None:
            return
        mode.renew()
        if mode.source is not None and model.span(mode.source) is None:
            self.cancel()

    def takes(self, event: QKeyEvent) -> bool:
        """Tell whether a key belongs to the mode before any shortcut of the window."""
        return self._mode is not None and (bool(printable(event)) or event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_Backspace))

    def key(self, event: QKeyEvent) -> bool:
        """Do what a key means in the mode; False if it means nothing here."""
        mode = self._mode
        if mode is None:
            return False
        text, name = printable(event), sequence_name(event)
        if event.key() == Qt.Key.Key_Escape:
            self.cancel()
        elif event.key() == Qt.Key.Key_Backspace:
            mode.erase()
        elif name in PAGES:
            self._view.page(PAGES[name], self.strip)
        elif name in _SCROLLS:
            self._view.verticalScrollBar().triggerAction(_SCROLLS[name])
        elif text:
            self.offer()
            chosen = mode.type(text)
            if chosen is not None:
                self._choose(mode, chosen, shift=bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        else:
            return False
        self._view.touch()
        return True

    def click(self, span_id: str | None) -> None:
        """Choose a legal target by pointer; a click on anything else leaves the mode."""
        if self._mode is not None and self._mode.name == RELATION and span_id is not None and self._view.is_legal(span_id):
            self._choose(self._mode, span_id, shift=False)
        else:
            self.cancel()

    def paint(self, painter: QPainter, builder: SceneBuilder, scene: Scene) -> None:
        """Paint the letters, and the strip that names the source once it is out of view."""
        mode, model, look = self._mode, self._view.model, self._view.look
        if mode is None or model is None:
            return
        paint_hints(painter, mode.hints(builder, scene), look)
        source = model.span(mode.source) if mode.source is not None else None
        if source is None or not self.strip:
            return
        painter.resetTransform()
        surface = " ".join(source.surface(model.text).split())
        advice = self.tr("type the letters of its {0}").format(mode.role) if mode.role else self.tr("type the target's letters")
        paint_strip(painter, look, self._view.viewport().width(), label=source.label, surface=surface, advice=advice)

    def _start(self, mode: HintMode) -> None:
        self._mode = mode
        self.offer()
        if not mode.codes and mode.name == RELATION:
            self._view.announced.emit(self.tr("No legal target in view: scroll to it, or press Esc."))
        self._view.touch()
        self._view.modeChanged.emit(mode.name)

    def _choose(self, mode: HintMode, value: int | str, *, shift: bool) -> None:
        self.cancel()
        view = self._view
        if isinstance(value, str):
            if mode.role:
                view.roleRequested.emit((mode.source, value, mode.role))
            else:
                view.relationRequested.emit((mode.source, value))
        elif mode.name == SPLIT:
            view.splitRequested.emit((mode.source, value))
        elif not shift:
            view.place_caret(value)
        else:
            here = view.token_at_caret()
            start = here[0] if here is not None and not view.by_characters else view.caret
            view.drag_selection(start, value + 1 if value >= start else value, exact=False)
