"""The fields of one entry of a scheme: which there are depends on the list it stands in."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from annotator.domain.labels import RelationLabel, SpanLabel
from annotator.domain.scheme_draft import Draft, Entry, Fault, Finding
from annotator.domain.scheme_edit import Part
from annotator.ui.dialogs.frame import add_field, form, side_button
from annotator.ui.dialogs.scheme_fields import OWN, SmallText, TickList, fill_colors, fill_keys, on_change
from annotator.ui.dialogs.scheme_preview import LabelPreview, color_remarks
from annotator.ui.dialogs.scheme_values import ValueList
from annotator.ui.i18n import tr
from annotator.ui.panels.parts import CalmComboBox, plain_label, spaced, theme_of
from annotator.ui.theme_qt import color as qt_color

LANGUAGES = ("en", "id")
"""Languages that descriptions, examples and guidelines are edited in; texts in others stay as they are."""

LABELS = (Part.SPANS, Part.RELATIONS)


class EntryForm(QWidget):
    """Shows one entry of a draft and writes into it what the person changes; ``edited`` follows.

    It reads the other entries of its list, too, to say what clashes.
    """

    edited = Signal()

    def __init__(self, part: Part, draft: Draft) -> None:
        super().__init__()
        self._part, self._draft = part, draft
        self._entry: Entry | None = None
        self.name = QLineEdit()
        self.used = plain_label(quiet=True)
        self.color = CalmComboBox(tr("Colour"))
        self.own_color = QLineEdit()
        self.key = CalmComboBox(tr("Key"))
        self.swap = side_button(tr("Swap the keys"))
        self.code = QLineEdit()
        self.descriptions = {language: SmallText(tr("Description")) for language in LANGUAGES}
        self.examples = {language: QLineEdit() for language in LANGUAGES}
        self.head, self.tail = TickList(tr("From")), TickList(tr("To"))
        self.symmetric = QCheckBox(tr("Both ways: from and to mean the same"))
        self.reflexive = QCheckBox(tr("May link a span to itself"))
        self.role = QCheckBox(tr("A role of an event: from is its trigger"))
        self.values = ValueList()
        self.labels = TickList(tr("For labels"))
        self.preview = LabelPreview()
        self.complaints: dict[Fault, QLabel] = {}
        self._lay_out()

    def show_draft(self, draft: Draft) -> None:
        """Take another draft; ``show_entry`` follows."""
        self._draft, self._entry = draft, None

    def show_entry(self, entry: Entry | None, used: str) -> None:
        """Show an entry, and how much of it there is; None shows empty fields that take nothing."""
        self._entry = entry
        self.setEnabled(entry is not None)
        self.used.setText(used)
        self._fill(entry or Entry(""))
        self.judge()

    def judge(self) -> None:
        """Say at its field what is wrong with the entry, and what should be known of its colour."""
        found = {} if self._entry is None else {one.fault: one for one in self._draft.findings() if one.entry is self._entry}
        for fault, label in self.complaints.items():
            told = words(found[fault]) if fault in found else ""
            if fault is Fault.COLOR and not told and self._entry is not None:
                told = "\n".join(color_remarks(self._entry, self._draft.entries[self._part]))
            label.setText(told)
            self._rows.setRowVisible(label, bool(told))
            look = label.palette()
            theme = theme_of(self)
            look.setColor(QPalette.ColorRole.WindowText, qt_color(theme.warning if fault in found else theme.quiet_text))
            label.setPalette(look)
        self.swap.setVisible(Fault.KEY in found)

    # Building

    def _lay_out(self) -> None:
        inner = QWidget()
        column = QVBoxLayout(inner)
        spaced(column, margin=2, spacing=2)
        self._rows = form()
        self._rows.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        column.addLayout(self._rows)
        add_field(self._rows, tr("Name"), self.name)
        self._add_complaint(Fault.NAMELESS, Fault.TWICE)
        self._rows.addRow("", self.used)
        if self._part in LABELS:
            self._add_looks()
        if self._part is Part.RELATIONS:
            self._add_rules()
        if self._part is Part.ATTRIBUTES:
            add_field(self._rows, tr("Values (none: free text)"), self.values, name=tr("Values"))
            self._add_complaint(Fault.VALUE)
            add_field(self._rows, tr("For labels (none: all)"), self.labels)
        if self._part is not Part.CATEGORIES:
            self._add_words()
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        spaced(outer, spacing=2)
        if self._part in LABELS:
            outer.addWidget(self.preview)
        outer.addWidget(area, 1)
        self.setFocusProxy(self.name)
        self._connect()

    def _add_complaint(self, *faults: Fault) -> None:
        """Add the lines that say what is wrong with the field before."""
        for fault in faults:
            label = plain_label()
            self.complaints[fault] = label
            self._rows.addRow("", label)
            self._rows.setRowVisible(label, False)

    def _add_looks(self) -> None:
        self.own_color.setPlaceholderText("#1f77b4")
        self.own_color.setAccessibleName(tr("Colour in figures, like #1f77b4"))
        self.own_color.setMaximumWidth(self.own_color.fontMetrics().horizontalAdvance("#000000") + 40)
        add_field(self._rows, tr("Colour"), _side_by_side(self.color, self.own_color))
        self._add_complaint(Fault.COLOR)
        add_field(self._rows, tr("Key"), _side_by_side(self.key, self.swap))
        self._add_complaint(Fault.KEY)
        self.code.setMaximumWidth(self.code.fontMetrics().horizontalAdvance("MMMMMM") + 20)
        add_field(self._rows, tr("Short"), self.code, name=tr("Short name, four characters at most"))
        self._add_complaint(Fault.CODE)

    def _add_rules(self) -> None:
        ends = QWidget()
        line = QHBoxLayout(ends)
        spaced(line)
        for caption, ticks in ((tr("From"), self.head), (tr("To"), self.tail)):
            column = QVBoxLayout()
            spaced(column, spacing=1)
            label = plain_label(caption, wrap=False)
            label.setBuddy(ticks)
            column.addWidget(label)
            column.addWidget(ticks, 1)
            line.addLayout(column, 1)
        self._rows.addRow(plain_label(tr("Links"), wrap=False), ends)
        self._rows.addRow("", plain_label(tr("Nothing ticked: any label."), quiet=True))
        for box in (self.symmetric, self.reflexive, self.role):
            self._rows.addRow("", box)

    def _add_words(self) -> None:
        names = {"en": tr("English"), "id": tr("Indonesian")}
        for language, field in self.descriptions.items():
            caption = tr("Description ({})").format(names[language])
            field.setAccessibleName(caption)
            add_field(self._rows, caption, field)
        for language, field in self.examples.items() if self._part in LABELS else ():
            add_field(self._rows, tr("Examples ({})").format(names[language]), field)
            field.setPlaceholderText(tr("separated by ;"))

    def _connect(self) -> None:
        written = (self.name, self.own_color, self.code, *self.descriptions.values(), *self.examples.values())
        for field in (*written, self.head, self.tail, self.labels, self.symmetric, self.reflexive, self.role, self.key):
            on_change(field, self._on_edited)
        self.color.currentIndexChanged.connect(self._on_color)
        self.swap.clicked.connect(self._on_swap)
        self.values.edited.connect(self._on_edited)

    # Showing and taking

    def _fill(self, entry: Entry) -> None:
        others = self._draft.entries[self._part]
        _put_text(self.name, entry.name)
        _put_text(self.own_color, entry.color)
        _put_text(self.code, entry.code)
        if self._part in LABELS:
            fill_colors(self.color, entry, others)
            fill_keys(self.key, entry, others)
            self.own_color.setVisible(self.color.currentData() == OWN)
            self.preview.show_entry(self._part, entry)
        for language in LANGUAGES:
            self.descriptions[language].put(entry.description.get(language, ""))
            _put_text(self.examples[language], entry.examples.get(language, ""))
        spans, relations = self._draft.entries[Part.SPANS], self._draft.entries[Part.RELATIONS]
        self.head.show_entries(spans, entry.head)
        self.tail.show_entries(spans, entry.tail)
        self.labels.show_entries([*spans, *relations], entry.labels)
        for box, value in ((self.symmetric, entry.symmetric), (self.reflexive, entry.reflexive), (self.role, entry.role)):
            blocked = box.blockSignals(True)
            box.setChecked(value)
            box.blockSignals(blocked)
        self.values.show_entry(self._draft, entry)

    def _on_edited(self) -> None:
        entry = self._entry
        if entry is None:
            return
        entry.name = self.name.text()
        if self._part in LABELS:
            entry.color = self.own_color.text().strip().lower()
            entry.key = self.key.currentData() or ""
            entry.code = self.code.text().strip()
        for language in LANGUAGES:
            _keep(entry.description, language, self.descriptions[language].toPlainText())
            _keep(entry.examples, language, self.examples[language].text())
        entry.head, entry.tail, entry.labels = (
            _kept(ends, ticks) for ends, ticks in ((entry.head, self.head), (entry.tail, self.tail), (entry.labels, self.labels))
        )
        entry.symmetric, entry.reflexive, entry.role = (box.isChecked() for box in (self.symmetric, self.reflexive, self.role))
        self.preview.show_entry(self._part, entry)
        self.judge()
        self.edited.emit()

    def _on_color(self) -> None:
        chosen = self.color.currentData()
        self.own_color.setVisible(chosen == OWN)
        if chosen == OWN:
            self.own_color.setFocus()
        elif chosen:
            _put_text(self.own_color, chosen)
        self._on_edited()

    def _on_swap(self) -> None:
        """Give the other label that has the key the one that this label had before, or the next free one."""
        entry = self._entry
        if entry is None:
            return
        others = [other for other in self._draft.entries[self._part] if other is not entry and other.key == entry.key]
        before = next((label.key for label in self._labels_before() if label.name in entry.was), "")
        taken = {other.key for other in self._draft.entries[self._part]}
        for other in others:
            other.key = before if before not in taken else ""
        self.key.setFocus()
        fill_keys(self.key, entry, self._draft.entries[self._part])
        self.judge()
        self.edited.emit()

    def _labels_before(self) -> tuple[SpanLabel | RelationLabel, ...]:
        before = self._draft.before
        return before.spans if self._part is Part.SPANS else before.relations


def words(found: Finding) -> str:
    """Say a fault of a draft in one sentence."""
    name = found.entry.name.strip()
    texts = {
        Fault.NAMELESS: tr("Give it a name."),
        Fault.TWICE: tr("There is another one called {}.").format(found.other),
        Fault.VALUE: tr("The value {} is there twice.").format(found.other) if found.other else tr("A value has no name."),
        Fault.KEY: tr("{} is the key of {}, too.").format(found.entry.key, found.other),
        Fault.CODE: tr("The short name of {} has more than four characters.").format(name),
        Fault.COLOR: tr("The colour of {} is written like #1f77b4.").format(name),
    }
    return texts[found.fault]


def _put_text(field: QLineEdit, text: str) -> None:
    if field.text() != text:
        field.setText(text)


def _keep(texts: dict[str, str], language: str, text: str) -> None:
    if text.strip():
        texts[language] = text
    else:
        texts.pop(language, None)


def _kept(before: list[Entry], ticks: TickList) -> list[Entry]:
    """Return what is ticked, and what the list does not show: names that the scheme does not have."""
    shown = ticks.shown()
    return [*ticks.ticked(), *(entry for entry in before if entry not in shown)]


def _side_by_side(first: QWidget, second: QWidget) -> QWidget:
    row = QWidget()
    line = QHBoxLayout(row)
    spaced(line)
    line.addWidget(first, 1)
    line.addWidget(second)
    row.setFocusProxy(first)
    return row
