"""The export dialog's fields for the options of a format, made from the table."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLineEdit

from annotator.formats.table import FORMATS
from annotator.ui.dialogs.export_options import OptionFields


@pytest.fixture
def fields(qtbot) -> OptionFields:
    made = OptionFields()
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize("name", [name for name, entry in FORMATS.items() if entry.write])
def test_every_option_of_the_table_has_a_field_that_begins_at_its_default(fields, name):
    entry = FORMATS[name]
    known = {**(entry.write_options or {}), **(entry.export_options or {})}
    known.pop("misaligned", None)
    assert fields.show_for(entry) is bool(known)
    assert set(fields.fields) == set(known)
    assert fields.values() == {}
    for option, values in known.items():
        field = fields.fields[option]
        assert field.accessibleName()
        if isinstance(field, QLineEdit):
            assert values == ()
        else:
            assert tuple(field.itemData(row) for row in range(field.count())) == values


def test_what_is_chosen_is_what_goes_out_and_another_format_begins_anew(fields):
    fields.show_for(FORMATS["spacy"])
    split, overlap = fields.fields["split"], fields.fields["overlap"]
    assert isinstance(split, QLineEdit)
    split.setText(" 80/10/10 ")
    assert not isinstance(overlap, QLineEdit)
    overlap.setCurrentIndex(overlap.findData("group"))
    assert fields.values() == {"split": "80/10/10", "overlap": "group"}
    fields.show_for(FORMATS["jsonl"])
    assert fields.values() == {}
    fields.show_for(FORMATS["spacy"])
    assert fields.values() == {}
