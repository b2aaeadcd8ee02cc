"""The search panel: what to look for in the whole project, the concordance of what was found, and what to do with the ticked lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtWidgets import QCheckBox, QDockWidget, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from annotator.commands.searching import Action
from annotator.domain.context import Doubt
from annotator.domain.labels import LabelScheme
from annotator.session.session import Session
from annotator.store.search import Line
from annotator.ui.choice import ChoicePopup, Option
from annotator.ui.i18n import by_count, number, plain_tip, tr
from annotator.ui.icons import icon
from annotator.ui.models.search import ConcordanceModel
from annotator.ui.models.search_lines import Mode
from annotator.ui.panels.parts import plain_label, push_button, spaced, theme_of
from annotator.ui.panels.search_fields import SearchFields
from annotator.ui.panels.search_paint import BOX
from annotator.ui.panels.search_table import ConcordanceTable


class SearchPanel(QWidget):
    """Asks and shows; who searches and acts answers with ``show_lines``, ``finish`` and ``say``.

    Everything that is asked for is a signal: a search (``searchRequested``), a place (``lineRequested``, with the row), an action on the
    ticked lines, or where none is ticked on the current one (``actionRequested``), and the article (``leaveRequested``).
    """

    searchRequested = Signal(object)
    """A ``Wanted``."""
    stopRequested = Signal()
    lineRequested = Signal(int)
    actionRequested = Signal(object, str)
    """An ``Action`` and a label, empty for removing."""
    leaveRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scheme = LabelScheme()
        self._searched = False
        self._proposed, self._decides = "", False
        self._running = False
        self._working = False
        self.model = ConcordanceModel(self)
        self.fields = SearchFields()
        self.table = ConcordanceTable(self.model)
        self.hint = plain_label(quiet=True)
        self.hint.setMargin(12)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.mark = QLabel()
        self.told = plain_label()
        self.all = QCheckBox()
        self.all.setFixedWidth(BOX + 4)
        self.all.setAccessibleName(tr("Tick all lines"))
        self.all.setToolTip(plain_tip(tr("Tick all lines (Ctrl+A)")))
        self.all.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.count = plain_label(quiet=True, wrap=False)
        self.count.setMinimumWidth(1)
        self.label = push_button(tr("Label as…"), tr("Label the places of the ticked lines (L)"))
        self.relabel = push_button(tr("Relabel…"), tr("Give the spans of the ticked lines another label (R)"))
        self.remove = push_button(tr("Remove"), tr("Remove the spans or relations of the ticked lines (Del)"))
        self._lay_out()
        self._connect()
        self.set_session(None, LabelScheme())

    def _lay_out(self) -> None:
        message = self._message = QWidget()
        row = QHBoxLayout(message)
        spaced(row, margin=1, spacing=2)
        row.setContentsMargins(8, 2, 8, 2)
        row.addWidget(self.mark)
        row.addWidget(self.told, 1)
        foot = self._foot = QWidget()
        row = QHBoxLayout(foot)
        spaced(row, margin=1, spacing=1)
        row.setContentsMargins(8, 2, 4, 2)
        row.addWidget(self.all)
        row.addWidget(self.count, 1)
        for button in (self.label, self.relabel, self.remove):
            row.addWidget(button)
        layout = QVBoxLayout(self)
        spaced(layout, spacing=0)
        for part, share in ((self.fields, 0), (self.hint, 1), (self.table, 1), (message, 0), (foot, 0)):
            layout.addWidget(part, share)
        self.setFocusProxy(self.fields.text)

    def _connect(self) -> None:
        self.fields.asked.connect(self._on_search_asked)
        self.fields.stopped.connect(self.stopRequested)
        self.fields.escaped.connect(self.leaveRequested)
        self.fields.left.connect(self.enter_lines)
        self.fields.modeChanged.connect(self._on_mode_changed)
        self.table.asked.connect(self._on_asked)
        self.all.clicked.connect(self._on_all_clicked)
        self.label.clicked.connect(partial(self._on_asked, "label"))
        self.relabel.clicked.connect(partial(self._on_asked, "relabel"))
        self.remove.clicked.connect(partial(self._on_asked, "remove"))
        self.model.ticksChanged.connect(self._say_counts)

    # What is told to it

    def set_session(self, session: Session | None, scheme: LabelScheme) -> None:
        """Search another project from now on, or none."""
        self.model.set_session(session)
        self.setEnabled(session is not None)
        self._searched = self._running = self._working = False
        self.set_scheme(scheme)
        self.say("")
        self._show_parts()

    def set_scheme(self, scheme: LabelScheme) -> None:
        """Offer these labels."""
        self._scheme = scheme
        self.fields.set_scheme(scheme)
        spans = {(False, label.name): label.color for label in scheme.spans}
        self.model.set_colors(spans | {(True, label.name): label.color for label in scheme.relations})

    def open_panel(self, text: str = "") -> None:
        """Come into view with the keyboard in the field; ``text``, the selection for instance, replaces what it had."""
        dock = self.parentWidget()
        if isinstance(dock, QDockWidget):
            dock.show()
            dock.raise_()
        self.show()
        if text:
            if self.fields.wanted.mode is not Mode.SPANS:
                self.fields.set_mode(Mode.WORDS)
            self.fields.text.setText(text)
        self.fields.take_keyboard()

    def begin(self) -> None:
        """Forget the lines: another search begins."""
        self.model.begin()
        self.say("")
        self._set_proposal("", decides=False)
        self._searched = self._running = True
        self._show_parts()

    def propose(self, label: str, doubts: Mapping[int, Doubt], *, decides: bool = False) -> None:
        """Tick the places against which nothing speaks, and have them labelled so at a press, without a question.

        With ``decides`` a place may have another label, which is changed; ``label`` may be empty then: most places have no span.
        """
        self._set_proposal(label, decides=decides)
        if not self.model.rowCount():
            return
        self.model.tick_agreeing(doubts, but=label if decides else None)
        if not decides:
            text = tr("L labels the ticked places as {}; Space ticks a place or leaves it out.").format(label)
        elif label:
            text = tr("L makes the ticked places {}, R something else; Del removes their spans.").format(label)
        else:
            text = tr("Most places have no span. Del removes those of the ticked places; L labels them instead.")
        if doubts:
            text += " " + by_count(len(doubts), tr("{} is not ticked: see why."), tr("{} are not ticked: see why."))
        self.say(text)
        self.enter_lines()

    def _set_proposal(self, label: str, *, decides: bool) -> None:
        self._proposed, self._decides = label, decides
        asking, known = (tr("Decide as…"), tr("Decide as {}")) if decides else (tr("Label as…"), tr("Label as {}"))
        self.label.setText(known.format(label) if label else asking)
        self.relabel.setText(tr("Decide otherwise…") if decides else tr("Relabel…"))

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show further lines at the end."""
        self.model.extend(lines)
        self._show_parts()

    def finish(self, *, searched: bool = True) -> None:
        """No more lines come; ``searched`` is false where nothing could be looked for."""
        self._running, self._searched = False, searched
        self._show_parts()

    def set_working(self, text: str) -> None:
        """Say that an action is under way and how far it is; empty: no more."""
        self._working = bool(text)
        self._show_parts()
        if text:
            self.count.setText(text)

    def say(self, text: str, *, warning: bool = False) -> None:
        """Say a sentence under the lines; empty takes it away."""
        self.told.setText(text)
        self.mark.setPixmap(icon("alert-triangle" if warning else "info-circle").pixmap(16, 16))
        self._message.setVisible(bool(text))

    def enter_lines(self) -> None:
        """Give the keyboard to the lines, if there are any."""
        if self.model.rowCount():
            self.table.setFocus()
            self.table.go_to(max(self.table.row, 0))

    @property
    def rows(self) -> list[int]:
        """What an action is for: the ticked rows, else the current one."""
        return self.model.ticked or ([self.table.row] if self.table.row >= 0 else [])

    # What is asked in it

    def _on_search_asked(self) -> None:
        self.searchRequested.emit(self.fields.wanted)

    def _on_mode_changed(self) -> None:
        self._say_hint()

    def _on_all_clicked(self) -> None:
        self.model.tick_all(self.model.tick_count < self.model.rowCount())

    def _on_asked(self, what: str) -> None:
        match what:
            case "leave":
                self.leaveRequested.emit()
            case "field":
                self.fields.take_keyboard()
            case "go" if self.table.row >= 0:
                self.lineRequested.emit(self.table.row)
            case "remove" if self.remove.isEnabled():
                self.actionRequested.emit(Action.REMOVE, "")
            case "label" | "relabel" if self.label.isEnabled():
                self._ask_label(Action(what))

    def _ask_label(self, asked: Action) -> None:
        count = len(self.rows)
        action = Action.DECIDE if self._decides else asked
        if not count or (asked is Action.LABEL and self._proposed):
            self.actionRequested.emit(action, self._proposed)  # nothing to label is answered with a sentence
            return
        places = by_count(count, tr("{} place"), tr("{} places"))
        titles = {Action.LABEL: tr("Label {}"), Action.RELABEL: tr("Relabel {}"), Action.DECIDE: tr("Decide {}")}
        title = titles[action].format(places)
        options = [Option(label.name, label.key, label.color) for label in self._scheme.spans]
        popup = ChoicePopup(title, options, theme_of(self), by_key=False, parent=self.window())
        popup.chosen.connect(partial(self.actionRequested.emit, action))
        button = self.label if asked is Action.LABEL else self.relabel
        popup.pop_up(button.mapToGlobal(QPoint(0, -popup.sizeHint().height())))

    # What is shown

    def _show_parts(self) -> None:
        some = self.model.rowCount() > 0
        self.fields.set_running(self._running or self._working)
        self.hint.setVisible(not some)
        self.table.setVisible(some)
        self._foot.setVisible(some)
        self._say_hint()
        self._say_counts()

    def _say_hint(self) -> None:
        hints = {
            Mode.WORDS: tr("Type words to find in all documents and press Enter. Case and accents do not matter."),
            Mode.SAME: tr(
                "Type a text to find wherever it stands as whole words, in capitals or with -nya, -ku, -mu, -lah, -kah, too."
            ),
            Mode.REGEX: tr(
                "Type a regular expression and press Enter. Every document is read, which takes a while in a large project."
            ),
            Mode.SPANS: tr("Choose a label, or type the text of spans, and press Enter. Both may be left open."),
            Mode.RELATIONS: tr("Choose the labels of a relation and its ends. What is left open may be anything."),
        }
        if self._running:
            self.hint.setText(tr("Searching…"))
        elif self._searched:
            self.hint.setText(tr("Nothing was found."))
        else:
            self.hint.setText(hints[self.fields.wanted.mode])

    def _say_counts(self) -> None:
        if self._working:
            for button in (self.label, self.relabel, self.remove):
                button.setEnabled(False)
            return
        count, ticked = self.model.rowCount(), self.model.tick_count
        relations = count > 0 and bool(self.model.line(0).relation_id)
        parts = [tr("{} in {}").format(
            by_count(count, tr("{} place"), tr("{} places")),
            by_count(self.model.documents, tr("{} document"), tr("{} documents")),
        )]  # fmt: skip
        if self._running:
            parts[0] = tr("{} so far…").format(parts[0])
        if ticked:
            parts.append(tr("{} ticked").format(number(ticked)))
        self.count.setText("  ·  ".join(parts))
        self.all.setCheckState(
            Qt.CheckState.Unchecked if not ticked else Qt.CheckState.Checked if ticked == count else Qt.CheckState.PartiallyChecked
        )
        for button, possible in ((self.label, not relations), (self.relabel, not relations), (self.remove, True)):
            button.setEnabled(possible and count > 0)

    def sizeHint(self) -> QSize:
        return QSize(600, 260)

    def minimumSizeHint(self) -> QSize:
        return QSize(200, 120)
