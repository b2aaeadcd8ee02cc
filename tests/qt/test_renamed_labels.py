"""What the window remembers of a label goes on under its new name: the label used last, what lists are narrowed to, what is sought."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotator.commands.schemes import change_scheme
from annotator.domain.scheme_draft import deleted, renamed
from annotator.domain.scheme_edit import Part
from annotator.ui.models.search_lines import Mode
from tests.qt.window_support import settle


@pytest.fixture
def open_seat(seat):
    settle()
    return seat


def test_a_label_is_followed_everywhere(open_seat):
    seat = open_seat
    session, panels = seat.bench.session, seat.window.panels
    editing, documents, fields = seat.hands.editing, panels.documents, panels.searching.panel.fields
    editing.last_label = "PERSON"
    documents.choose(replace(documents.model.choice, wanted=replace(documents.model.choice.wanted, label="PERSON")))
    fields.set_mode(Mode.SPANS)
    fields.label.setCurrentIndex(fields.label.findData("PERSON"))
    fields.tail.setCurrentIndex(fields.tail.findData("GPE"))
    settle()

    def remembered() -> tuple[str, str, str, str]:
        settle()
        return editing.last_label, documents.model.choice.wanted.label, fields.label.currentData(), fields.tail.currentData()

    change_scheme(session, renamed(session.project.scheme, Part.SPANS, "PERSON", "ORANG"))
    assert remembered() == ("ORANG", "ORANG", "ORANG", "GPE")
    seat.trigger("edit.undo")
    assert remembered() == ("PERSON", "PERSON", "PERSON", "GPE")
    seat.trigger("edit.redo")
    change_scheme(session, renamed(session.project.scheme, Part.SPANS, "ORANG", "GPE"))
    assert remembered() == ("GPE", "GPE", "GPE", "GPE")
    change_scheme(session, deleted(session.project.scheme, Part.SPANS, "GPE", with_annotations=True))
    assert remembered() == ("", "", "", "")
