"""The options of a format as fields, made from the table of formats: a choice where values are named, a line where any text will do."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFormLayout, QLineEdit, QVBoxLayout, QWidget

from annotator.formats.table import Format
from annotator.ui.dialogs.frame import add_field, form
from annotator.ui.i18n import number, tr
from annotator.ui.panels.parts import CalmComboBox, spaced

_ELSEWHERE = frozenset(("misaligned",))
"""Options that the dialog has a field of its own for."""


class OptionFields(QWidget):
    """Shows the fields of one format at a time; ``values`` are those that are not the default, by the options' names."""

    edited = Signal()
    """Something in the fields is another."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: dict[str, CalmComboBox | QLineEdit] = {}
        self._column = QVBoxLayout(self)
        spaced(self._column)
        self._rows: QWidget | None = None

    def show_for(self, chosen: Format) -> bool:
        """Make the fields of a format; False if it has none."""
        if self._rows is not None:
            self._rows.deleteLater()
        self._rows = QWidget()
        layout = form()
        self._rows.setLayout(layout)
        self.fields = {}
        for name, values in {**(chosen.write_options or {}), **(chosen.export_options or {})}.items():
            if name not in _ELSEWHERE:
                self._add(layout, name, values)
        self._column.addWidget(self._rows)
        return bool(self.fields)

    def values(self) -> Mapping[str, str]:
        """Return what is chosen, without what would hold anyway."""
        found = {
            name: field.text().strip() if isinstance(field, QLineEdit) else field.currentData()
            for name, field in self.fields.items()
        }
        first = {name: "" if isinstance(field, QLineEdit) else field.itemData(0) for name, field in self.fields.items()}
        return {name: value for name, value in found.items() if value != first[name]}

    def show_costs(self, costs: Mapping[str, int] | None) -> None:
        """Write behind each way of dealing with overlaps how many spans it would leave out; None writes nothing."""
        field = self.fields.get("overlap")
        if not isinstance(field, CalmComboBox):
            return
        for row in range(field.count()):
            value = str(field.itemData(row))
            plain = tr(_VALUES.get(f"overlap={value}", value))
            told = tr("{} (leaves out {})").format(plain, number(costs.get(value, 0))) if costs else plain
            field.setItemText(row, told)

    def choose(self, name: str, value: str) -> None:
        """Choose a value of an option that names its values."""
        field = self.fields.get(name)
        if isinstance(field, CalmComboBox):
            field.setCurrentIndex(field.findData(value))

    def _add(self, layout: QFormLayout, name: str, values: tuple[str, ...]) -> None:
        caption = tr(_CAPTIONS.get(name, name))
        if values:
            field: CalmComboBox | QLineEdit = CalmComboBox(caption)
            for value in values:
                field.addItem(tr(_VALUES.get(f"{name}={value}", value)), value)
            field.currentIndexChanged.connect(self.edited)
        else:
            field = QLineEdit()
            field.textChanged.connect(self.edited)
            field.setPlaceholderText(_EXAMPLES.get(name, ""))
        field.setToolTip(f"{name}=")
        self.fields[name] = field
        add_field(layout, caption, field)


_CAPTIONS = {
    "overlap": "Spans that overlap",
    "unexamined": "Text nobody looked at",
    "rel_max_length": "Relation data, pairs up to (tokens)",
    "split": "Divide into train, dev, test",
    "tokenizer": "Tokens that cut spans",
    "training": "Files to train with",
    "debug_data": "Check by spacy debug data",
}
_VALUES = {
    "overlap=longest": "The longest",
    "overlap=first": "The first in the text",
    "overlap=label": "By the order of the labels",
    "overlap=group": "None: to the span group",
    "unexamined=outside": "Counts as outside",
    "unexamined=missing": "Counts as missing",
    "tokenizer=keep": "Keep",
    "tokenizer=repair": "Take apart, and save the tokenizer",
    "training=none": "None",
    "training=auto": "What the data are for",
    "debug_data=no": "No",
    "debug_data=yes": "Yes",
}
_EXAMPLES = {"split": "80/10/10", "rel_max_length": "100"}
