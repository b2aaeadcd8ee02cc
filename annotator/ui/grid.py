"""What hands do in the relation grid: which spans it shows, what its cells light in the article, and what its keys change."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtWidgets import QListWidget

from annotator.domain.annotations import Relation
from annotator.domain.changes import ChangeSet
from annotator.domain.rules import quoted
from annotator.ui.choice import ChoicePopup, Option
from annotator.ui.editing import Editing
from annotator.ui.i18n import tr
from annotator.ui.models.grid_cells import Cell, excerpt_of
from annotator.ui.panels.grid import GridPanel
from annotator.ui.panels.parts import theme_of
from annotator.ui.relating import Relating
from annotator.ui.workbench import Workbench


class GridHands(QObject):
    """Keeps the grid in step with the article, and does what is asked in it through ``Editing`` and ``Relating``.

    While the grid has the keyboard it stays on its spans, and the article follows its cells; else it follows the caret.  A selection
    is taken when the grid is entered, and kept until the caret leaves it.  ``legalChanged`` brings the names of the relation labels
    that the current cell may have, or None when the keyboard is elsewhere.
    """

    legalChanged = Signal(object)

    def __init__(self, bench: Workbench, editing: Editing, relating: Relating, panel: GridPanel) -> None:
        super().__init__(panel)
        self._bench, self._editing, self._relating, self._panel = bench, editing, relating, panel
        self._view = bench.view
        self._working = False  # the grid itself is moving the article's focus
        self._stale = True
        self._lit: frozenset[str] = frozenset()
        table = panel.table
        table.cellEntered.connect(self._on_cell_entered)
        table.typed.connect(self._on_typed)
        table.lettered.connect(self._on_lettered)
        table.focusMoved.connect(self._on_keyboard_moved)
        panel.seen.connect(self._on_seen)
        bench.view.focusChanged.connect(self._on_article_focus_changed)
        bench.view.selectionMoved.connect(self._on_caret_moved)

    @property
    def has_keyboard(self) -> bool:
        """Whether what is typed goes into the grid."""
        return self._panel.isVisible() and (self._panel.hasFocus() or self._panel.table.hasFocus())

    # What is shown

    def enter(self) -> None:
        """Take the keyboard, on the spans of the selection, or of the paragraph with the focused span or the caret."""
        self._show(take_selection=True)
        self._panel.take_keyboard()

    def document_opened(self) -> None:
        """Show another document's spans, or none."""
        self._panel.show_excerpt(None, None)
        self._stale = True
        self._follow()

    def refresh(self, changes: ChangeSet) -> None:
        """Take over what was committed; the document must have applied it."""
        if not self._panel.isVisible():
            self._stale = True
            return
        if self._stale:
            return
        before = self._panel.cell
        self._panel.refresh(changes)
        if self._panel.cell is None:
            cells = self._panel.model.cells
            row = cells.heads.index(before.head) if cells is not None and before is not None and before.head in cells.heads else 0
            self._panel.enter(cells.first(row) if cells is not None and len(cells) else None)
        self._say_cell()

    def _follow(self) -> None:
        """Show the paragraph of the caret, unless the person is at work in the grid."""
        if not self._panel.isVisible():
            self._stale = True
        elif self._stale or not self.has_keyboard:
            self._show(take_selection=False)

    def _show(self, *, take_selection: bool) -> None:
        document, span = self._bench.document, self._bench.span
        if document is None:
            self._panel.show_excerpt(None, None)
            return
        place = span.start if span is not None else self._view.caret
        selection = self._view.selection if take_selection else None
        shown = self._panel.excerpt
        if self._stale or shown is None or take_selection or not shown.holds(place):
            stale, self._stale = self._stale, False  # an edit while nobody looked may have changed what links the same spans
            excerpt = excerpt_of(document, place, selection)
            if stale or shown is None or excerpt != shown or self._panel.model.rowCount() != len(excerpt.ids):
                self._panel.show_excerpt(document, excerpt)
        self._go_to_focus()

    def _go_to_focus(self) -> None:
        """Make the cell of the focused relation, or the first in the row of the focused span, the current one."""
        span, relation, panel = self._bench.span, self._bench.relation, self._panel
        cells = panel.model.cells
        if cells is None:
            return
        here = panel.cell
        if relation is not None:
            if here is None or relation.id not in {other.id for other in here.relations}:
                panel.enter(panel.model.place_of(relation) or panel.table.place)
        elif span is not None and span.id in cells.heads and (here is None or here.head != span.id):
            row = cells.heads.index(span.id)
            columns = cells.open_columns(row)
            panel.enter((row, columns[0]) if columns else panel.table.place)
        elif here is None:
            panel.enter(None)
        self._say_cell()

    # What the article shows of it

    def _on_cell_entered(self) -> None:
        cell = self._panel.cell
        if cell is None:
            return
        self._light(cell, cell.relation(self._view.focused_relation))

    def _light(self, cell: Cell, relation: Relation | None) -> None:
        """Focus the cell's relation in the article, or light its two spans there; the keyboard stays where it is."""
        document, view = self._bench.document, self._view
        head = document.span(cell.head) if document is not None else None
        if head is None:
            return
        self._working = True
        try:
            if relation is not None:
                view.focus_relation(relation.id)
            else:
                view.clear_focus()
                start, end = view.scene().range
                if not start <= head.start < end:
                    view.place_caret(head.start)  # nothing else scrolls there
                self._lit = view.look.linked = frozenset((cell.head, cell.tail))
                view.touch()
        finally:
            self._working = False
        self._say_cell()

    def _say_cell(self) -> None:
        cell = self._panel.cell
        self._panel.show_cell(self._view.focused_relation)
        if self.has_keyboard:
            self.legalChanged.emit({label.name for label in cell.legal} if cell is not None else set())

    def _on_article_focus_changed(self) -> None:
        if self._working:
            return
        if self.has_keyboard and not self._stale:
            if self._bench.relation is not None:
                self._go_to_focus()
        else:
            self._follow()

    def _on_caret_moved(self) -> None:
        if not self._working and not self.has_keyboard:
            self._put_lights_out()
            self._follow()

    def _put_lights_out(self) -> None:
        if self._lit and self._view.look.linked == self._lit and self._view.focused_relation is None:
            self._view.look.linked = frozenset()
            self._view.touch()
        self._lit = frozenset()

    def _on_seen(self) -> None:
        if self._stale:
            self._show(take_selection=False)

    def _on_keyboard_moved(self, arrived: bool) -> None:
        if arrived:
            self._on_cell_entered()
        elif not isinstance(self._panel.window().focusWidget(), QListWidget):  # which asks for the label of the cell
            self._put_lights_out()
            if self._view.focused_relation is None:
                self.legalChanged.emit(None)

    # What is asked

    def label(self, name: str) -> bool:
        """Link the current cell by a label, or undo that; False where the keyboard is not in a cell of the grid."""
        cell = self._panel.cell if self.has_keyboard else None
        if cell is None:
            return False
        if not self._bench.refuses_edits():
            self._toggle(cell, name)
        return True

    def _on_typed(self, what: str) -> None:
        if what == "leave":
            self._view.setFocus()
            return
        cells, place = self._panel.model.cells, self._panel.table.place
        if what in ("next", "previous") and cells is not None and place is not None:
            found = cells.next_unreviewed(place, 1 if what == "next" else -1)
            self._panel.table.go(found or place)
            if found is None:
                self._bench.tell(tr("There is no suggestion that way."))
            return
        cell = self._panel.cell
        if cell is None:
            return
        relation = cell.relation(self._view.focused_relation)
        if what == "cycle":
            self._cycle(cell, relation)
        elif self._bench.refuses_edits():
            return
        elif what == "enter":
            self._link(cell)
        elif relation is None:
            self._bench.tell(tr("There is no relation in this cell."))
        else:
            self._change(cell, relation, what)

    def _change(self, cell: Cell, relation: Relation, what: str) -> None:
        if what == "accept" and relation.reviewed:
            relation = next((other for other in cell.relations if not other.reviewed), relation)
            if relation.reviewed:
                self._bench.tell(tr("This relation is reviewed already."))
                return
        self._light(cell, relation)  # what is changed is what has the focus
        if what == "accept":
            self._editing.accept()
        elif what == "remove":
            self._editing.remove()
        elif what == "reverse":
            self._relating.reverse()
        self._light_again()

    def _light_again(self) -> None:
        """After an edit, show what the current cell is now; a relation that moved to another cell is followed there."""
        focused = self._bench.relation
        cell = self._panel.cell
        if focused is not None and (cell is None or focused.id not in {relation.id for relation in cell.relations}):
            self._panel.enter(self._panel.model.place_of(focused) or self._panel.table.place)
        self._on_cell_entered()

    def _cycle(self, cell: Cell, relation: Relation | None) -> None:
        if relation is not None and len(cell.relations) > 1:
            at = next(number for number, other in enumerate(cell.relations) if other.id == relation.id)
            self._light(cell, cell.relations[(at + 1) % len(cell.relations)])

    def _on_lettered(self, key: str) -> None:
        document, cell = self._bench.document, self._panel.cell
        if document is None or cell is None or self._bench.refuses_edits():
            return
        label = next((label.name for label in document.scheme.relations if label.key == key), "")
        if label:
            self._toggle(cell, label)
        else:
            self._bench.tell(tr("No relation label has the key {}.").format(key))

    def _toggle(self, cell: Cell, label: str) -> None:
        """Make the relation; one that is there is removed, a suggestion of it is accepted."""
        there = next((relation for relation in cell.relations if relation.label == label), None)
        if there is not None and there.reviewed:
            self._change(cell, there, "remove")
        elif there is not None:
            self._change(cell, there, "accept")
        else:
            self._relating.add(cell.head, cell.tail, label)
            self._light_again()

    def _link(self, cell: Cell) -> None:
        """Make the relation that is possible, or ask which of several."""
        there = {relation.label for relation in cell.relations if relation.reviewed}
        free = [label for label in cell.legal if label.name not in there]
        if not free:
            self._bench.tell(tr("Every relation that is possible here is there."))
        elif len(free) == 1:
            self._toggle(cell, free[0].name)
        else:
            options = [Option(label.name, label.key, label.color) for label in free]
            names = " → ".join(quoted(text, 24) for text in self._panel.model.ends(cell))
            table, window = self._panel.table, self._panel.window()
            popup = ChoicePopup(names, options, theme_of(table), by_key=True, parent=window)
            popup.chosen.connect(self._on_chosen)
            corner = table.visualRect(table.currentIndex()).bottomLeft() + QPoint(0, 2)
            popup.pop_up(table.viewport().mapToGlobal(corner))

    def _on_chosen(self, label: str) -> None:
        cell = self._panel.cell
        if cell is not None:
            self._toggle(cell, label)
