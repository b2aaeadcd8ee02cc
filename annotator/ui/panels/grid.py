"""The relation grid: heads down, tails across, and in each cell that the scheme allows the relations that are there."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from annotator.domain.changes import ChangeSet
from annotator.session.document import DocumentState
from annotator.ui.i18n import by_count, plain_tip, tr
from annotator.ui.models.grid import GridModel
from annotator.ui.models.grid_cells import Cell, Excerpt, Place
from annotator.ui.panels.grid_paint import CellLine
from annotator.ui.panels.grid_table import GridTable
from annotator.ui.panels.parts import plain_label, spaced


class GridPanel(QWidget):
    """The table with a line that says what the current cell is and may become, and one that says the keys.

    It shows what it is given and writes nothing.  ``seen`` says that it has come into view: unseen it is not kept up to date.
    """

    seen = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = GridModel(self)
        self.table = GridTable(self.model)
        self._line = CellLine()
        self._keys = plain_label(_keys_in_short(), quiet=True, wrap=False)
        self._keys.setMinimumWidth(1)
        self._keys.setContentsMargins(8, 2, 8, 3)
        font = self._keys.font()
        font.setPointSizeF(font.pointSizeF() * 0.88)
        self._keys.setFont(font)
        self._hint = plain_label(quiet=True)
        self._hint.setMargin(12)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        spaced(layout, spacing=0)
        for widget, share in ((self._line, 0), (self.table, 1), (self._keys, 0), (self._hint, 1)):
            layout.addWidget(widget, share)
        self._line.setToolTip(plain_tip(_keys_at_length()))
        self._keys.setToolTip(plain_tip(_keys_at_length()))
        self.show_excerpt(None, None)

    @property
    def excerpt(self) -> Excerpt | None:
        """The piece of text whose spans are shown."""
        return self.model.excerpt

    @property
    def cell(self) -> Cell | None:
        """The current cell, if it can be entered."""
        return self.model.cell(self.table.currentIndex()) if self.table.place is not None else None

    def show_excerpt(self, state: DocumentState | None, excerpt: Excerpt | None) -> None:
        """Show the pairs of another piece of text, or why there are none."""
        self.model.set_excerpt(state, excerpt)
        self._show_parts()

    def refresh(self, changes: ChangeSet) -> None:
        """Take over what was committed; the document must have applied it."""
        rows = self.model.rowCount()
        self.model.refresh(changes)
        if self.model.rowCount() != rows or self.table.place is None:
            self._show_parts()

    def enter(self, place: Place | None) -> None:
        """Make a cell the current one without announcing it; None takes the first that is open."""
        cells = self.model.cells
        self.table.go(place or (cells.first() if cells is not None else None), by_person=False)

    def show_cell(self, current: str | None) -> None:
        """Say what the current cell is; ``current`` is the id of the relation that its keys act on."""
        cell = self.cell
        if cell is None:
            self._line.show_parts("", (), self._amount())
            return
        head, tail = self.model.ends(cell)
        relation = cell.relation(current)
        chosen = relation.label if relation is not None and len(cell.relations) > 1 else ""
        labels = tuple((label.key, label.name, label.name == chosen) for label in cell.legal)
        self._line.show_parts(f"{head} → {tail}", labels, self._amount())

    def take_keyboard(self) -> None:
        """Let keys go into the cells, or where there are none to the panel, which then knows Esc alone."""
        (self if self.table.isHidden() else self.table).setFocus()

    def _amount(self) -> str:
        excerpt = self.excerpt
        if excerpt is None:
            return ""
        count = by_count(len(excerpt.ids), tr("{} span"), tr("{} spans"))
        if excerpt.cut:
            return tr("the nearest {}").format(count)
        return (tr("{} of the selection") if excerpt.selected else tr("{} of the paragraph")).format(count)

    def _show_parts(self) -> None:
        cells, excerpt = self.model.cells, self.excerpt
        some = cells is not None and cells.first() is not None
        hint = tr("Open a document to relate its spans here.")
        if excerpt is not None and not excerpt.ids:
            hint = tr("There are no spans in the selection.") if excerpt.selected else tr("There are no spans in this paragraph.")
        elif excerpt is not None:
            hint = tr("No relation label of the scheme links any of the spans here.")
        self._hint.setText(hint)
        had_focus = self.table.hasFocus() or self.hasFocus()
        self._hint.setVisible(not some)
        for part in (self.table, self._line, self._keys):
            part.setVisible(some)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus if some else Qt.FocusPolicy.StrongFocus)
        if had_focus:
            self.take_keyboard()
        self.table.fit()
        self.show_cell(None)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Without cells only Esc means something."""
        if event.key() == Qt.Key.Key_Escape:
            self.table.typed.emit("leave")
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.seen.emit()

    def sizeHint(self) -> QSize:
        return QSize(600, 260)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 120)


def _keys_in_short() -> str:
    return tr("Label key: link or unlink   Enter: link   Space: accept   Del: remove   x: reverse   Esc: article")


def _keys_at_length() -> str:
    return "\n".join(
        (
            tr("Arrows, Home, End: the cells that may hold a relation"),
            tr("A label's key: link with it; again: remove it; on its suggestion: accept it"),
            tr("Enter: link; with several labels, choose one"),
            tr("Space: accept the suggestion; Del: remove the relation, reject the suggestion"),
            tr("x: reverse; c: the next relation of the cell; . and ,: next and previous suggestion"),
            tr("Esc: back to the article"),
        )
    )
