"""Who suggested something, how sure it was, and what it was copied from stays to be seen, whatever a person decides."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtWidgets import QLabel

from annotator.commands import documents, relations, spans
from annotator.domain.annotations import Kind, SetInfo
from tests.qt.window_support import TEXT, Seat, document, make_project, settle, suggestions


@pytest.fixture
def suggested(make_seat, tmp_path) -> Seat:
    """A document with suggestions of "indonesian-news", each with a confidence."""
    found = suggestions([("s1", 0, 5, "GPE"), ("s3", 21, 27, "PERSON"), ("s4", 36, 41, "PERSON")], [("r1", "met_with", "s3", "s4")])
    found.info = SetInfo(0, "indonesian-news", Kind.MODEL)
    found.spans = {key: replace(span, origin="indonesian-news", confidence=0.75) for key, span in found.spans.items()}
    found.relations = {key: replace(link, origin="indonesian-news", confidence=0.5) for key, link in found.relations.items()}
    seat = make_seat(make_project(tmp_path / "p.annotator", [(document("satu", TEXT), [found])]))
    seat.show()
    return seat


def told(seat: Seat) -> dict[str, str]:
    """What the inspector says of the focused item beside the names of facts."""
    settle()
    labels = [label.text() for label in seat.window.panels.inspector.findChildren(QLabel) if label.isVisible()]
    names = ("Made by", "Reviewed", "Copied from", "Confidence")
    return {name: labels[labels.index(name) + 1] for name in names if name in labels}


def test_it_is_told_of_a_suggestion_and_after_each_decision(suggested):
    key = suggested.document.set_id
    source = {"Made by": "indonesian-news", "Copied from": "s1 of indonesian-news", "Confidence": "75%"}
    suggested.view.focus_span("s1")
    assert told(suggested) == {**source, "Reviewed": "not yet"}
    suggested.bench.run(spans.accept_span(key, "s1"))
    assert told(suggested) == {**source, "Reviewed": "yes"}
    suggested.bench.run(spans.relabel_span(key, "s1", "PERSON"))
    suggested.bench.run(spans.move_span(key, "s1", 0, 10))
    assert told(suggested) == {**source, "Reviewed": "yes"}
    suggested.bench.run(documents.mark_done(key))
    suggested.view.focus_span("s4")
    assert told(suggested) == {**source, "Copied from": "s4 of indonesian-news", "Reviewed": "yes"}


def test_it_is_told_of_relations(suggested):
    source = {"Made by": "indonesian-news", "Copied from": "r1 of indonesian-news", "Confidence": "50%"}
    suggested.view.focus_relation("r1")
    assert told(suggested) == {**source, "Reviewed": "not yet"}
    suggested.bench.run(relations.accept_relation(suggested.document.set_id, "r1"))
    assert told(suggested) == {**source, "Reviewed": "yes"}


def test_what_a_person_made_has_no_such_thing(suggested):
    made = suggested.bench.run(spans.add_span(suggested.document.set_id, ((45, 52),), "GPE"))
    suggested.view.focus_span(made)
    assert told(suggested) == {"Made by": "ani (person)", "Reviewed": "yes"}


def test_the_confidence_speaks_the_window_s_language(suggested):
    before = QLocale()
    QLocale.setDefault(QLocale("ar"))
    try:
        suggested.view.focus_span("s1")
        assert told(suggested)["Confidence"] == "٧٥٪\u061c"
    finally:
        QLocale.setDefault(before)
