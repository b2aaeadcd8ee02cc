"""One step of the history in full: what it changed, and what can be done about it."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QModelIndex, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from annotator.domain.changes import Change
from annotator.domain.labels import LabelScheme
from annotator.session.session import Session
from annotator.store import history, queries
from annotator.store.history import Entry
from annotator.ui.i18n import tr
from annotator.ui.models.history import HistoryRole, LinesModel, long_time, place_words, step_title
from annotator.ui.models.history_words import Line, Sign, Texts, lines, more_line
from annotator.ui.panels.history_paint import LineDelegate
from annotator.ui.panels.parts import LongList, heading, plain_label, spaced

MOST_LINES = 200
"""Changes of one step that are listed; of more, the number is said."""

_TURNS = 3


class StepDetail(QWidget):
    """The chosen step.  The buttons ask by ``undoRequested`` and ``returnRequested`` (the ``Entry``), and ``stopRequested``."""

    undoRequested = Signal(object)
    returnRequested = Signal(object)
    stopRequested = Signal()
    changeRequested = Signal(object)
    """The ``Change`` whose place is to be shown."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = LinesModel(self)
        self._entry: Entry | None = None
        self._walking = False
        self.title, self.facts = heading(""), plain_label(quiet=True)
        self.changes = LongList(tr("What the step changed"))
        self.changes.setModel(self.model)
        self.changes.setItemDelegate(LineDelegate(self.changes))
        self.undo, self.back = _button(tr("Undo this step")), _button(tr("Go back to here"))
        column, buttons = QVBoxLayout(self), QHBoxLayout()
        spaced(column, margin=2)
        spaced(buttons)
        for widget in (self.title, self.facts):
            column.addWidget(widget)
        column.addWidget(self.changes, 1)
        for button in (self.undo, self.back):
            buttons.addWidget(button)
        column.addLayout(buttons)
        self.changes.chosen.connect(self._on_change_chosen)
        self.undo.clicked.connect(self._on_undo)
        self.back.clicked.connect(self._on_back)

    def show_step(self, session: Session | None, entry: Entry | None, *, walking: bool) -> None:
        """Show another step, or none; while steps are being taken back one after the other (``walking``) that can be stopped."""
        self._entry, self._walking = entry, walking
        self.title.setText(step_title(entry.step) if entry else tr("No step is chosen"))
        if entry is None or session is None:
            self.facts.setText(tr("Choose one to see what it changed."))
            self.model.show((), LabelScheme())
        else:
            with session.project.reading():
                self.facts.setText("\n".join(_facts(session, entry)))
                self.model.show(step_lines(session, entry), session.project.scheme)
        writable = session is not None and not session.project.read_only
        self.undo.setEnabled(writable and not walking and entry is not None and entry.undoable)
        again = entry is not None and session is not None and entry.redoable and entry.step.actor == session.annotator
        self.back.setText(tr("Stop") if walking else tr("Bring back to here") if again else tr("Go back to here"))
        self.back.setEnabled(walking or (writable and entry is not None and (entry.done or again)))

    def show_place(self) -> None:
        """Ask for the place of what the step is about: what it made or removed, else the first thing that it changed."""
        found = [self.model.index(row).data(HistoryRole.LINE) for row in range(self.model.rowCount())]
        placed = [line for line in found if isinstance(line, Line) and line.change is not None]
        first = next((line for line in placed if line.sign in (Sign.ADDED, Sign.REMOVED)), placed[0] if placed else None)
        if first is not None:
            self.changeRequested.emit(first.change)

    def _on_change_chosen(self, index: QModelIndex) -> None:
        line = index.data(HistoryRole.LINE)
        if isinstance(line, Line) and isinstance(line.change, Change):
            self.changeRequested.emit(line.change)

    def _on_undo(self) -> None:
        if self._entry is not None:
            self.undoRequested.emit(self._entry)

    def _on_back(self) -> None:
        if self._walking:
            self.stopRequested.emit()
        elif self._entry is not None:
            self.returnRequested.emit(self._entry)


def step_lines(session: Session, entry: Entry) -> list[Line]:
    """Return what a step changed, in words, and how much more there is."""
    connection = session.project.connection
    changes = history.changes_of(connection, entry.step.id, MOST_LINES)

    @lru_cache(maxsize=4)
    def text_of_document(document_id: int) -> str | None:
        if session.document is not None and session.document.document.id == document_id:
            return session.document.text
        found = queries.document_text(connection, document_id)
        return found[1] if found else None

    @lru_cache
    def text_of(set_id: int) -> str | None:
        info = queries.set_info(connection, set_id)
        return None if info is None else text_of_document(info.document_id)

    found = lines(changes, Texts(text_of, lambda set_id, key: history.span_as_known(connection, set_id, key)))
    return [*found, more_line(entry.changes - MOST_LINES)] if entry.changes > MOST_LINES else found


def _facts(session: Session, entry: Entry) -> list[str]:
    """Return who did it, when, where, and how often it was taken back and brought again since."""
    step = entry.step
    found = [tr("{who}, {when}").format(who=step.actor, when=long_time(step.at))]
    if entry.document:
        found.append(tr("In {}").format(place_words(entry)))
    if not entry.finished:
        found.append(tr("Still under way"))
    for turn in history.turns(session.project.connection, step.id, _TURNS):
        text = tr("Undone by {who}, {when}") if turn.back else tr("Brought back by {who}, {when}")
        found.append(text.format(who=turn.step.actor, when=long_time(turn.step.at)))
    return found


def _button(text: str) -> QPushButton:
    """Return a button that gives way in a narrow panel."""
    button = QPushButton(text)
    button.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
    return button
