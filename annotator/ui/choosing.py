"""Small lists that pop up in the window: labels by name, the label of a relation just drawn, and everything by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint

from annotator.domain.rules import quoted
from annotator.ui.choice import ChoicePopup, Option
from annotator.ui.editing import Editing
from annotator.ui.i18n import tr
from annotator.ui.main_window import MainWindow
from annotator.ui.panels.inspector_facts import legal_labels
from annotator.ui.relating import Choice, Relating
from annotator.ui.theme import Theme
from annotator.ui.workbench import Workbench

if TYPE_CHECKING:
    from annotator.ui.palette import Palette


class Choosing(QObject):
    """Asks by lists inside the window; the answers go to the controllers."""

    def __init__(self, window: MainWindow, bench: Workbench, editing: Editing, relating: Relating) -> None:
        super().__init__(window)
        self._window, self._bench, self._editing, self._relating = window, bench, editing, relating
        self._pending: Choice | None = None
        self._palette: Palette | None = None
        bench.documentOpened.connect(self._on_document_opened)
        relating.choice_needed.connect(self._on_choice_needed)

    @property
    def _theme(self) -> Theme:
        return self._bench.view.look.theme

    def choose_label(self) -> None:
        """Offer labels by name: for the focused relation those its ends allow, else the span labels."""
        document, relation = self._bench.document, self._bench.relation
        if document is None or self._bench.refuses_edits():
            return
        on_relation = relation is not None and self._bench.view.selection is None
        labels = legal_labels(document, relation) if on_relation and relation is not None else document.scheme.spans
        options = [Option(label.name, label.key, label.color) for label in labels]
        title = tr("Relation") if on_relation else tr("Label")
        popup = ChoicePopup(title, options, self._theme, by_key=False, parent=self._window)
        popup.chosen.connect(self._relating.relabel if on_relation else self._editing.label)
        popup.pop_up(self._below_caret())

    def ask_command(self) -> None:
        """Offer everything that can be done now, by name."""
        from annotator.ui.palette import Palette

        self._palette = self._palette or Palette(self._window, self._bench, self._editing)
        self._palette.ask()

    def _on_document_opened(self) -> None:
        self._pending = None  # it names spans of the document that was left

    def _on_choice_needed(self, choice: Choice) -> None:
        self._pending = choice
        options = [Option(label.name, label.key, label.color) for label in choice.labels]
        document = self._bench.document
        ends = [document.span(key) for key in (choice.head, choice.tail)] if document else []
        names = [quoted(span.surface(document.text), 24) for span in ends if document is not None and span is not None]
        title = " → ".join(names) if choice.tail else tr("Role of {}").format(names[0] if names else "")
        popup = ChoicePopup(title, options, self._theme, by_key=True, parent=self._window)
        popup.chosen.connect(self._on_relation_chosen)
        last = document.span(choice.tail or choice.head) if document is not None else None
        view, place = self._bench.view, self._below(last.start if last is not None else self._bench.view.caret)
        # the tour, whose strip stands below the article, says there what to choose
        popup.pop_up(place, clear=round(view.look.metrics.line) + 2 * self._theme.space, within=view.viewport())

    def _on_relation_chosen(self, label: str) -> None:
        if self._pending is not None:
            self._relating.add(self._pending.head, self._pending.tail, label)
            self._pending = None

    def _below_caret(self) -> QPoint:
        return self._below(self._bench.view.caret)

    def _below(self, offset: int) -> QPoint:
        """Return the global point below a place of the text, inside the article even where the place is out of view."""
        view = self._bench.view
        found = view.place_of(offset)
        inside = QPoint(found.x(), max(0, min(found.y(), view.viewport().height() - 40)))
        return view.viewport().mapToGlobal(inside + QPoint(0, 2 * self._theme.space))
