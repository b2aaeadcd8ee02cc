"""The list of documents with the person's progress."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, Qt, Signal
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QProgressBar, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView, QVBoxLayout, QWidget

from annotator.domain.changes import ChangeSet
from annotator.domain.documents import Status
from annotator.session.session import Session
from annotator.ui.i18n import number, tr
from annotator.ui.icons import icon
from annotator.ui.models.documents import DocumentListModel, DocumentRole, status_name
from annotator.ui.panels.paint import draw_focus, draw_row, draw_status, draw_text, ink
from annotator.ui.panels.parts import CalmComboBox, LongList, plain_label, spaced, theme_of

_FILTERS: tuple[tuple[Status, ...], ...] = ((), *((status,) for status in Status))


class DocumentsPanel(QWidget):
    """Documents to choose from, a filter by status, and how many are done.

    It asks for a document that is clicked or entered, the current one too.  ``set_current`` announces nothing.
    """

    documentRequested = Signal(object)
    """The id of a document (an int; ``Signal(int)`` would end at 2**31)."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = DocumentListModel(self)
        self._current: int | None = None
        self._opened = False
        self.filter = CalmComboBox(tr("Show documents by status"))
        self.view = LongList(tr("Documents"))
        self.view.setModel(self.model)
        self.view.setItemDelegate(_DocumentDelegate(self.view))
        self._hint = plain_label(quiet=True)
        self._hint.setMargin(12)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._progress = QProgressBar()
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(6)
        self._progress.setAccessibleName(tr("Documents done"))
        self._done = plain_label(quiet=True)
        self._lay_out()
        self.view.chosen.connect(self._on_chosen)
        self.filter.activated.connect(self._on_filter_chosen)
        self.model.countsChanged.connect(self._on_counts_changed)
        self._on_counts_changed()

    def _lay_out(self) -> None:
        foot = QVBoxLayout()
        spaced(foot, margin=2, spacing=1)
        foot.addWidget(self._done)
        foot.addWidget(self._progress)
        head = QVBoxLayout()
        spaced(head, margin=2)
        head.addWidget(self.filter)
        layout = QVBoxLayout(self)
        spaced(layout, spacing=0)
        layout.addLayout(head)
        layout.addWidget(self._hint, 1)
        layout.addWidget(self.view, 1)
        layout.addLayout(foot)
        self.setFocusProxy(self.view)

    def set_session(self, session: Session | None) -> None:
        """Show the documents of another session, or none; the filter goes back to all."""
        self._opened = session is not None
        self._current = None
        self.filter.setCurrentIndex(0)
        self.model.set_session(session)

    def set_current(self, document_id: int | None) -> None:
        """Mark the open document and bring its row into view."""
        self._current = document_id
        row = -1 if document_id is None else self.model.row_of(document_id)
        index = self.model.index(row) if row >= 0 else QModelIndex()
        self.view.setCurrentIndex(index)
        if index.isValid():
            self.view.scrollTo(index, QTableView.ScrollHint.EnsureVisible)

    def set_filter(self, statuses: tuple[Status, ...]) -> None:
        """Show only documents with these statuses (one, or none for all)."""
        self.filter.setCurrentIndex(_FILTERS.index(statuses))
        self._on_filter_chosen()

    def refresh(self, changes: ChangeSet) -> None:
        """Take over what was committed."""
        self.model.refresh(changes)
        if self.view.currentIndex().row() < 0 and self._current is not None:
            self.set_current(self._current)

    def _on_chosen(self, index: QModelIndex) -> None:
        document_id = index.data(DocumentRole.ID)
        if document_id is not None:  # the open one too: the keys then go back to the article
            self.documentRequested.emit(document_id)

    def _on_filter_chosen(self) -> None:
        self.model.set_statuses(_FILTERS[max(self.filter.currentIndex(), 0)])
        self._say_if_empty()
        self.set_current(self._current)

    def _on_counts_changed(self) -> None:
        counts = self.model.counts()
        total, done = sum(counts.values()), counts[Status.DONE]
        chosen = max(self.filter.currentIndex(), 0)
        names = [(tr("All"), total), *((status_name(status), counts[status]) for status in Status)]
        if self.filter.count() == 0:
            self.filter.addItems([name for name, _ in names])
        for row, (name, count) in enumerate(names):
            self.filter.setItemText(row, tr("{} ({})").format(name, number(count)))
            if row:
                self.filter.setItemIcon(row, status_icon(list(Status)[row - 1], self))
        self.filter.setCurrentIndex(chosen)
        self._progress.setMaximum(max(total, 1))
        self._progress.setValue(done)
        self._done.setText(tr("{} of {} done").format(number(done), number(total)) if total else "")
        self._progress.setVisible(total > 0)
        self._say_if_empty()

    def _say_if_empty(self) -> None:
        empty = self.model.rowCount() == 0
        if not self._opened:
            self._hint.setText(tr("Open a project to see its documents."))
        elif self.filter.currentIndex() > 0:
            self._hint.setText(tr("No document has this status. Choose another one above."))
        else:
            self._hint.setText(tr("This project has no documents yet. Bring some in with Project → Import (Ctrl+I)."))
        self._hint.setVisible(empty)
        self.view.setVisible(not empty)
        self.filter.setEnabled(self._opened)


def status_icon(status: Status, widget: QWidget) -> QIcon:
    """Return the mark of a status as an icon in the colours ``widget`` is shown in."""
    pixmap = QPixmap(28, 28)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    draw_status(painter, QRectF(0, 0, 14, 14), status, theme_of(widget))
    painter.end()
    return QIcon(pixmap)


class _DocumentDelegate(QStyledItemDelegate):
    """Paints the mark of the status, the name, and a flag."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        rect, state = option.rect, option.state
        theme = theme_of(option.widget)
        gap = 2 * theme.space
        selected = bool(state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setFont(option.font)
        draw_row(painter, option)
        side = 14
        mark = QRectF(rect.x() + gap, rect.center().y() - side / 2 + 0.5, side, side)
        status = index.data(DocumentRole.STATUS)
        if status is not None:
            draw_status(painter, mark, Status(status), theme, ink(option) if selected else None)
        right = rect.right() - gap
        if index.data(DocumentRole.FLAGGED):
            mode = QIcon.Mode.Selected if selected else QIcon.Mode.Normal
            icon("flag").paint(painter, right - 16, rect.center().y() - 7, 16, 16, Qt.AlignmentFlag.AlignCenter, mode)
            right -= 16 + theme.space
        left = round(mark.right()) + gap
        name = index.data(Qt.ItemDataRole.DisplayRole) or ""
        draw_text(painter, rect.adjusted(left - rect.x(), 0, right - rect.right(), 0), name, ink(option))
        draw_focus(painter, option, theme)
        painter.restore()
