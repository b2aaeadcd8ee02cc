"""Asks what alone is exported: labels, flags, words, metadata, days."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QLineEdit, QSizePolicy, QWidget

from annotator.commands.export_filter import Only, Period, days
from annotator.ui.dialogs.frame import add_field, beside, form
from annotator.ui.i18n import tr
from annotator.ui.panels.parts import CalmComboBox, spaced

_ANY = "any"


@dataclass(frozen=True, slots=True)
class Offers:
    """What a project has to choose from: labels of spans and of relations, and fields of metadata."""

    labels: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


class OnlyFields(QWidget):
    """The fields of a filter, empty at first; what is hidden filters nothing."""

    edited = Signal()
    """Something in the fields is another."""

    def __init__(self, offers: Offers, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.label = _offering(("", *offers.labels), tr("all labels"))
        self.relation = _offering(("", *offers.relations), tr("all labels"))
        self.flag = CalmComboBox(tr("Flag"))
        for title, value in ((tr("Flagged or not"), None), (tr("Flagged"), True), (tr("Not flagged"), False)):
            self.flag.addItem(title, value)
        self.words = QLineEdit()
        self.words.setPlaceholderText(tr("words of the name or the text"))
        self.field = _offering(("", *offers.fields), tr("no field"))
        self.value = QLineEdit()
        self.value.setAccessibleName(tr("Value of the metadata"))
        self.value.setPlaceholderText(tr("value"))
        self.when = CalmComboBox(tr("Days of what"))
        for title, value in ((tr("At any time"), _ANY), (tr("Imported"), "imported"), (tr("Worked on"), "changed")):
            self.when.addItem(title, value)
        self.first, self.last = QLineEdit(), QLineEdit()
        for field, name in ((self.first, tr("First day")), (self.last, tr("Last day"))):
            field.setAccessibleName(name)
            field.setPlaceholderText(tr("2026-05-31"))
        self._lay_out()
        for line in (self.words, self.value, self.first, self.last):
            line.textChanged.connect(self.edited)
        for combo in (self.label, self.relation, self.field):
            combo.editTextChanged.connect(self.edited)
        for combo in (self.flag, self.when):
            combo.currentIndexChanged.connect(self._on_chosen)
        self._on_chosen()

    def only(self) -> Only:
        """Return the filter that the fields say; days that are none count as not said."""
        if self.isHidden():
            return Only()
        label, relation, field = (combo.currentText().strip() for combo in (self.label, self.relation, self.field))
        when = self.when.currentData()
        period = days(_day(self.first.text()), _day(self.last.text())) if when != _ANY else Period()
        return Only(
            labels=(label,) if label else (),
            relations=(relation,) if relation else (),
            flagged=self.flag.currentData(),
            words=self.words.text().strip(),
            fields=((field, self.value.text()),) if field else (),
            imported=period if when == "imported" else Period(),
            changed=period if when == "changed" else Period(),
        )

    def problem(self) -> str:
        """Say why the fields make no sense; an empty text if they do."""
        if self.isHidden():
            return ""
        if self.when.currentData() != _ANY:
            texts = [field.text().strip() for field in (self.first, self.last)]
            wrong = next((text for text in texts if text and _day(text) is None), "")
            if wrong:
                return tr("{} is no day: write it like 2026-05-31.").format(wrong)
            first, last = map(_day, texts)
            if first and last and first > last:
                return tr("The first day is after the last one.")
            if not first and not last:
                return tr("Name a first or a last day, or take any time.")
        if self.value.text() and not self.field.currentText().strip():
            return tr("Name the field of the metadata that has this value.")
        return ""

    def _lay_out(self) -> None:
        rows = form()
        rows.setContentsMargins(0, 0, 0, 0)
        self.setLayout(rows)
        add_field(rows, tr("With a span"), self.label)
        add_field(rows, tr("With a relation"), self.relation)
        add_field(rows, tr("Flag"), self.flag)
        add_field(rows, tr("With the words"), self.words)
        add_field(rows, tr("Metadata"), _halves(self.field, self.value), name=tr("Field of the metadata"))
        self.field.setAccessibleName(tr("Field of the metadata"))
        add_field(rows, tr("Days"), beside(self.when, self.first, self.last))
        for line in (self.first, self.last):
            line.setFixedWidth(line.fontMetrics().averageCharWidth() * 13)

    def _on_chosen(self) -> None:
        for line in (self.first, self.last):
            line.setEnabled(self.when.currentData() != _ANY)
        self.edited.emit()


def _offering(entries: Sequence[str], empty: str) -> QComboBox:
    """Return a combo box that offers texts and takes any other."""
    combo = QComboBox()
    combo.setEditable(True)
    combo.addItems(list(entries))
    combo.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    line = combo.lineEdit()
    if line is not None:
        line.setPlaceholderText(empty)
    return combo


def _halves(first: QWidget, second: QWidget) -> QWidget:
    row = beside(first, second)
    for widget in (first, second):
        widget.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    layout = row.layout()
    if layout is not None:
        spaced(layout)
    return row


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None
