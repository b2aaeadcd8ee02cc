"""The line above a concordance: what to look at, what for, and the button that begins and stops it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QSizePolicy, QToolButton, QWidget

from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel
from annotator.domain.renamings import followed
from annotator.ui.i18n import plain_tip, tr
from annotator.ui.models.search_lines import Mode, Wanted
from annotator.ui.panels.parts import CalmComboBox, searching, spaced, swatch_icon, theme_of

_HOWS = ("exact", "prefix", "regex")


class SearchFields(QWidget):
    """Fields for each mode.  ``asked`` says that a person wants to find what they hold, ``left`` that they are left downwards."""

    asked = Signal()
    stopped = Signal()
    left = Signal()
    escaped = Signal()
    modeChanged = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scheme = LabelScheme()
        self.mode = CalmComboBox(tr("What to search"))
        for mode in Mode:
            self.mode.addItem(mode_name(mode), str(mode))
        self.mode.setMinimumContentsLength(12)
        self.mode.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.text = QLineEdit()
        searching(self.text)
        self.match_case = QToolButton()
        self.match_case.setText("Aa")
        self.match_case.setCheckable(True)
        self.match_case.setAutoRaise(True)
        self.match_case.setAccessibleName(tr("Match case"))
        self.match_case.setToolTip(plain_tip(tr("Match case")))
        self.how = CalmComboBox(tr("How the text of the span is compared"))
        for text, how in zip((tr("is"), tr("begins with"), tr("matches")), _HOWS, strict=True):
            self.how.addItem(text, how)
        self.label, self.head = CalmComboBox(tr("Label")), CalmComboBox(tr("Label of the head"))
        self.relation, self.tail = CalmComboBox(tr("Label of the relation")), CalmComboBox(tr("Label of the tail"))
        self.go = QPushButton(tr("Search"))
        self.go.setAutoDefault(False)
        self._running = False
        layout = QHBoxLayout(self)
        spaced(layout, margin=1, spacing=1)
        shares = (0, 2, 2, 2, 2, 1, 5, 0, 0)
        parts = (self.mode, self.label, self.head, self.relation, self.tail, self.how, self.text, self.match_case, self.go)
        for part, share in zip(parts, shares, strict=True):
            layout.addWidget(part, share)
        self.setFocusProxy(self.text)
        self.mode.activated.connect(self._on_mode_chosen)
        self.text.returnPressed.connect(self.asked)
        self.go.clicked.connect(self._on_go)
        for combo in (self.head, self.relation, self.tail, self.label):
            combo.activated.connect(self.asked)
        self.match_case.toggled.connect(self._on_case_toggled)
        self.set_scheme(LabelScheme())
        self._on_mode_chosen()

    @property
    def wanted(self) -> Wanted:
        """What the fields hold."""
        mode = Mode(self.mode.currentData())
        relations = mode is Mode.RELATIONS
        return Wanted(
            mode,
            "" if relations else self.text.text(),
            match_case=self.match_case.isChecked(),
            label=(self.relation if relations else self.label).currentData() if mode in (Mode.SPANS, Mode.RELATIONS) else "",
            how=self.how.currentData(),
            head=self.head.currentData() if relations else "",
            tail=self.tail.currentData() if relations else "",
        )

    def set_mode(self, mode: Mode) -> None:
        """Show the fields of a mode."""
        self.mode.setCurrentIndex(list(Mode).index(mode))
        self._on_mode_chosen()

    def ask_for(self, mode: Mode, text: str) -> None:
        """Hold a search that somebody asked for elsewhere."""
        self.set_mode(mode)
        self.text.setText(text)

    def set_scheme(self, scheme: LabelScheme) -> None:
        """Offer the labels of a scheme; what is chosen stays so under its new name."""
        before, self._scheme = self._scheme.renamings, scheme
        for combo, text, part in (
            (self.label, tr("Any label"), "spans"),
            (self.head, tr("Any head"), "spans"),
            (self.relation, tr("Any relation"), "relations"),
            (self.tail, tr("Any tail"), "spans"),
        ):
            chosen = followed(combo.currentData() or "", part, before, scheme.renamings)
            self._fill(combo, text, getattr(scheme, part), chosen)

    def set_running(self, running: bool) -> None:
        """Let the button stop the search, or begin one."""
        self._running = running
        self.go.setText(tr("Stop") if running else tr("Search"))

    def take_keyboard(self) -> None:
        """Put the cursor into the first field of the mode."""
        first = self.head if Mode(self.mode.currentData()) is Mode.RELATIONS else self.text
        first.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.text.selectAll()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif event.key() == Qt.Key.Key_Down:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.set_scheme(self._scheme)  # the swatches have the colours of the theme

    def _fill(self, combo: CalmComboBox, text: str, labels: Sequence[SpanLabel | RelationLabel], chosen: str) -> None:
        combo.clear()
        combo.addItem(text, "")
        for label in labels:
            combo.addItem(swatch_icon(theme_of(self), label.color), label.name, label.name)
        combo.setCurrentIndex(max(combo.findData(chosen), 0))

    def _on_mode_chosen(self) -> None:
        mode = Mode(self.mode.currentData())
        for part, modes in (
            (self.text, (Mode.WORDS, Mode.SAME, Mode.REGEX, Mode.SPANS)),
            (self.match_case, (Mode.REGEX,)),
            (self.label, (Mode.SPANS,)),
            (self.how, (Mode.SPANS,)),
            (self.head, (Mode.RELATIONS,)),
            (self.relation, (Mode.RELATIONS,)),
            (self.tail, (Mode.RELATIONS,)),
        ):
            part.setVisible(mode in modes)
        placeholders = {
            Mode.WORDS: tr('Words, "a phrase", begin*, -without, this OR that'),
            Mode.SAME: tr("A name or another text, as it is written"),
            Mode.REGEX: tr(r"A regular expression, such as \bRp\s?[\d.]+"),
            Mode.SPANS: tr("Any text"),
        }
        self.text.setPlaceholderText(placeholders.get(mode, ""))
        self.text.setAccessibleName(placeholders.get(mode, ""))
        self.modeChanged.emit()

    def _on_go(self) -> None:
        (self.stopped if self._running else self.asked).emit()

    def _on_case_toggled(self) -> None:
        if self.text.text():
            self.asked.emit()


def mode_name(mode: Mode) -> str:
    """Return a mode in the window's language."""
    names = {
        Mode.WORDS: tr("Words"),
        Mode.SAME: tr("Same text"),
        Mode.REGEX: tr("Regular expression"),
        Mode.SPANS: tr("Spans"),
        Mode.RELATIONS: tr("Relations"),
    }
    return names[mode]
