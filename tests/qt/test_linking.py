"""Linking spans by keyboard: the list under the span, what stands in it, and what is said of links elsewhere in the window."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListWidget, QPushButton

from annotator.commands import linking, spans
from annotator.ui.choice_search import SearchPopup
from annotator.ui.models.outline import OutlineRole
from tests.qt.knowledge_support import ENTRIES, JAKARTA, PUTIN, PUTINA, RUSSIA, put_knowledge
from tests.qt.window_support import Seat, read_only, settle


@pytest.fixture
def known(seat) -> Seat:
    """A window over a project with a knowledge base, the keyboard in the article."""
    put_knowledge(seat.project)
    seat.show()
    return seat


def popup(seat: Seat) -> SearchPopup:
    (found,) = [child for child in seat.window.findChildren(SearchPopup) if child.isVisible()]
    return found


def is_open(seat: Seat) -> bool:
    return any(child.isVisible() for child in seat.window.findChildren(SearchPopup))


def listed(seat: Seat) -> list[str]:
    """What choosing each row would bring."""
    rows = popup(seat).findChild(QListWidget)
    return [rows.item(row).data(Qt.ItemDataRole.UserRole) for row in range(rows.count())]


def spoken(seat: Seat) -> list[str]:
    rows = popup(seat).findChild(QListWidget)
    return [rows.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(rows.count())]


def current(seat: Seat) -> int:
    return popup(seat).findChild(QListWidget).currentRow()


def links(seat: Seat) -> dict[str, str]:
    return {span.id: span.kb_id for span in seat.document.spans() if span.kb_id}


# --- one span ------------------------------------------------------------------------------------------------------------------


def test_k_and_enter_link_the_span_to_the_likeliest_entry(known):
    known.view.focus_span("s2")
    known.press("k")
    assert listed(known)[0] == RUSSIA.id
    assert current(known) == 0
    known.press("Return")
    assert links(known) == {"s2": RUSSIA.id}
    assert known.view.hasFocus()
    assert known.bench.span.id == "s2"
    assert known.told[-1] == "Linked to Rusia."
    inspector = known.window.panels.inspector
    assert inspector.link.button.text() == "Rusia"
    assert inspector.link.told.text() == "Q159 · negara & <b>benua</b>"
    known.press("Ctrl+Z")
    assert links(known) == {}
    assert inspector.link.button.text() == "Choose an entry…"


def test_esc_leaves_everything_as_it_was(known):
    before = known.content()
    known.view.focus_span("s2")
    known.press("k", *"jak", "Escape")
    assert known.content() == before
    assert known.view.hasFocus()
    assert not is_open(known)


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("jak", JAKARTA),
        ("ibu k", JAKARTA),
        ("federasi", RUSSIA),
        ("Q3630", JAKARTA),
        ("q7747", PUTIN),
        ("ludm", PUTINA),
        ("PUTIN", PUTIN),
    ],
)
def test_typing_searches_by_name_alias_and_id(known, typed, first):
    known.view.focus_span("s2")
    known.press("k", *typed)
    assert listed(known)[0] == first.id
    known.press("Return")
    assert links(known) == {"s2": first.id}


def test_rows_say_id_other_name_and_description(known):
    known.view.focus_span("s4")
    known.press("k")
    assert spoken(known)[0] == "Vladimir Putin, Q7747 · “Putin” · presiden Rusia"
    known.press(*"q99")
    assert spoken(known)[0] == "Ludmila Putina, Q99 · mantan istri Vladimir Putin"


def test_what_this_text_was_linked_to_before_is_told(known):
    set_id = known.document.set_id
    known.bench.run(linking.link_spans(set_id, ["s4"], PUTINA.id))
    known.view.focus_span("s1")
    known.press("k")
    offered = dict(zip(listed(known), spoken(known), strict=True))
    assert "linked 1 time" in offered[PUTINA.id]
    assert "linked" not in offered[PUTIN.id]


def test_the_link_there_is_stands_chosen_and_can_be_taken_away(known):
    known.bench.run(linking.link_spans(known.document.set_id, ["s2"], PUTINA.id))
    known.view.focus_span("s2")
    known.press("k")
    assert listed(known)[current(known)] == PUTINA.id
    assert "linked now" in spoken(known)[current(known)]
    assert listed(known)[-1] == ""
    before = known.content()
    known.press("Return")
    assert known.content() == before  # Enter alone changes no link
    known.press("k")
    steps = len(listed(known)) - 1 - current(known)
    known.press(*["Down"] * steps, "Return")
    assert links(known) == {}
    assert known.told[-1] == "The span is no longer linked."


def test_the_arrows_go_round_the_list(known):
    known.view.focus_span("s2")
    known.press("k", *"a")
    assert len(listed(known)) > 2
    known.press("Up")
    assert current(known) == len(listed(known)) - 1
    known.press("Down")
    assert current(known) == 0
    known.press("PageDown")
    assert current(known) == len(listed(known)) - 1
    known.press("PageUp")
    assert current(known) == 0
    known.press("Escape")


# --- ids that the knowledge base does not have ---------------------------------------------------------------------------------


def test_an_id_that_is_not_there_is_set_as_it_is(known):
    known.view.focus_span("s2")
    known.press("k", *"Q555")
    assert listed(known) == ["Q555"]
    assert spoken(known) == ["Link to “Q555” (not in the knowledge base)"]
    known.press("Return")
    assert links(known) == {"s2": "Q555"}
    assert known.window.panels.inspector.link.told.text() == "Not in the knowledge base"


def test_a_name_that_is_not_found_is_not_taken_for_an_id_by_enter_alone(known):
    known.view.focus_span("s2")
    known.press("k", *"nirgends")
    assert current(known) == -1
    known.press("Return")
    assert is_open(known)
    assert links(known) == {}
    known.press("Down", "Return")
    assert links(known) == {"s2": "nirgends"}


def test_an_id_that_is_in_the_knowledge_base_is_offered_once(known):
    known.view.focus_span("s2")
    known.press("k", *"Q3630")
    assert listed(known) == ["Q3630"]
    known.press("Escape")


def test_without_a_knowledge_base_an_id_is_typed_and_what_was_used_before_is_offered(seat):
    seat.show()
    seat.view.focus_span("s4")
    seat.press("k")
    assert listed(seat) == []
    assert "Project → Knowledge base…" in popup(seat)._hint.text()
    seat.press(*"Q7747")
    assert spoken(seat) == ["Link to the id “Q7747”"]
    seat.press("Return")
    assert links(seat) == {"s4": "Q7747"}
    assert seat.window.panels.inspector.link.told.text() == ""  # there is nothing it could be missing from
    seat.view.focus_span("s1")
    seat.press("k")
    assert spoken(seat) == ["Q7747, linked 1 time"]
    seat.press("Return")
    assert links(seat) == {"s1": "Q7747", "s4": "Q7747"}


# --- several spans -------------------------------------------------------------------------------------------------------------


def test_all_chosen_spans_get_the_link_in_one_step(known):
    known.view.choose(("s1", "s3", "s4"))
    known.view.focus_span("s3")
    known.press("k", *"ludm", "Return")
    assert links(known) == dict.fromkeys(("s1", "s3", "s4"), PUTINA.id)
    assert known.told[-1] == "3 spans are linked to Ludmila Putina now."
    known.press("Ctrl+Z")
    assert links(known) == {}


def test_the_links_that_chosen_spans_have_are_listed_and_taken_away_together(known):
    set_id = known.document.set_id
    known.bench.run(linking.link_spans(set_id, ["s3"], "Q404"))
    known.bench.run(linking.link_spans(set_id, ["s4"], JAKARTA.id))
    known.view.choose(("s2", "s3", "s4"))
    known.view.focus_span("s2")
    known.press("k")
    offered = dict(zip(listed(known), spoken(known), strict=True))
    assert offered["Q404"] == "Q404, linked now"
    assert offered[JAKARTA.id].startswith("Jakarta, linked now")
    assert "linked" not in offered[RUSSIA.id]
    assert listed(known)[-1] == ""
    known.press(*["Down"] * (len(listed(known)) - 1 - current(known)), "Return")
    assert links(known) == {}
    assert known.told[-1] == "3 spans are no longer linked."


@pytest.mark.parametrize("typed", ["", "rus"])
@pytest.mark.parametrize(("label", "first"), [("GPE", "Q159"), ("ORG", "Q10")])
def test_entries_of_the_span_s_label_come_first(seat, typed, label, first):
    put_knowledge(seat.project, [RUSSIA, replace(RUSSIA, id="Q10", label="ORG", aliases=())])
    seat.show()
    seat.bench.run(spans.relabel_span(seat.document.set_id, "s2", label))
    seat.view.focus_span("s2")
    seat.press("k", *typed)
    assert sorted(listed(seat)[:2]) == ["Q10", "Q159"]
    assert listed(seat)[0] == first
    seat.press("Escape")


def test_chosen_spans_are_linked_with_no_span_in_focus(known):
    known.view.choose(("s1", "s4"))
    known.view.clear_focus()
    known.hands.linking.choose()
    settle()
    assert listed(known)[0] == PUTIN.id  # by the text of the first
    known.press("Return")
    assert set(links(known)) == {"s1", "s4"}


def test_ctrl_and_enter_take_the_same_text_of_the_document_along(known):
    set_id = known.document.set_id
    known.bench.run(spans.relabel_span(set_id, "s1", "PERSON"))
    known.view.focus_span("s4")
    name = known.name
    known.press("k", "Ctrl+Return")
    assert links(known) == {"s1": PUTIN.id, "s4": PUTIN.id}
    assert known.name == name  # Ctrl+Enter is the window's key for a document that is done
    known.press("Ctrl+Z")
    assert links(known) == {}


# --- where there is nothing to link --------------------------------------------------------------------------------------------


def test_nothing_is_asked_without_a_span_or_of_a_relation(known):
    known.press("k")
    assert not is_open(known)
    known.view.focus_relation("r1")
    known.press("k")
    assert not is_open(known)


def test_what_is_only_read_is_not_linked(make_seat, project_file):
    make_seat(project_file).leave()
    with read_only(project_file):
        seat = make_seat(project_file)
        seat.show()
        seat.view.focus_span("s2")
        seat.hands.linking.choose()
        assert not is_open(seat)
        assert not seat.window.panels.inspector.link.button.isEnabled()


def test_the_list_goes_with_the_document_it_is_about(known):
    known.view.focus_span("s2")
    known.press("k")
    known.hands.documents.step(1)
    settle()
    assert not is_open(known)
    assert links(known) == {}


# --- elsewhere -----------------------------------------------------------------------------------------------------------------


def test_the_button_of_the_inspector_opens_the_same_list(known):
    known.view.focus_span("s2")
    button = known.window.panels.inspector.link.button
    assert isinstance(button, QPushButton)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    settle()
    assert listed(known)[0] == RUSSIA.id
    known.press("Return")
    assert links(known) == {"s2": RUSSIA.id}


def test_the_address_is_copied(known):
    known.bench.run(linking.link_spans(known.document.set_id, ["s2"], RUSSIA.id))
    known.view.focus_span("s2")
    link = known.window.panels.inspector.link
    assert link.copy.isVisible()
    QTest.mouseClick(link.copy, Qt.MouseButton.LeftButton)
    assert QApplication.clipboard().text() == RUSSIA.url


@pytest.mark.parametrize(
    ("kb_id", "tip"),
    [("", "GPE (suggestion)"), (RUSSIA.id, "GPE<br>Rusia (Q159)"), ("<Q1>", "GPE<br>&lt;Q1&gt;")],
)
def test_the_tip_of_a_span_names_what_it_means(known, kb_id, tip):
    known.bench.run(linking.link_spans(known.document.set_id, ["s2"], kb_id))
    assert known.view.tip_at("s2", None) == tip


def test_the_tip_of_a_span_tells_attributes_and_note_as_plain_text(known):
    described = {"note": "  lihat <b>ini</b>\nlagi " + "x" * 900, "attributes": {"sure": "yes", "seen": 3}}
    known.bench.run(spans.describe_span(known.document.set_id, "s2", **described))
    tip = known.view.tip_at("s2", None)
    assert tip.startswith("GPE (suggestion)<br>seen: 3, sure: yes<br>lihat &lt;b&gt;ini&lt;/b&gt;<br>lagi xxx")
    assert len(tip) < 500


def test_the_outline_names_what_spans_mean(known):
    outline = known.window.panels.outline
    outline.show()
    known.bench.run(linking.link_spans(known.document.set_id, ["s2"], RUSSIA.id))
    known.bench.run(linking.link_spans(known.document.set_id, ["s3"], "Q404"))
    settle()
    said = {}
    for key in ("s1", "s2", "s3"):
        index = outline.model.index(outline.model.row_of(key))
        said[key] = index.data(OutlineRole.LINK), index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == {
        "s1": ("", "Putin, GPE, at 0, suggestion"),
        "s2": ("Rusia", "Rusia, GPE, at 14, linked to Rusia"),
        "s3": ("Q404", "Jokowi, PERSON, at 21, linked to Q404"),
    }
    put_knowledge(known.project, [PUTIN, replace(RUSSIA, name="Uni Soviet"), replace(JAKARTA, id="Q404")])
    known.hands.linking._knowing.forget()
    assert outline.model.index(outline.model.row_of("s2")).data(OutlineRole.LINK) == "Uni Soviet"
    assert outline.model.index(outline.model.row_of("s3")).data(OutlineRole.LINK) == "Jakarta"
    relation = outline.model.index(outline.model.row_of("r1", relation=True))
    assert relation.data(OutlineRole.LINK) == ""


def test_the_list_does_not_cover_the_span_it_is_about(known):
    known.window.resize(1000, 520)
    settle()
    for key in ("s1", "s2", "s4"):
        known.view.focus_span(key)
        known.press("k")
        span = known.document.span(key)
        line = known.view.viewport().mapTo(known.window, known.view.place_of(span.start))
        middle = line - QPoint(0, round(known.view.look.metrics.line / 2))
        assert not popup(known).geometry().contains(middle)
        known.press("Escape")


def test_every_entry_can_be_found_by_its_whole_name(known):
    known.view.focus_span("s2")
    known.press("k")
    field = popup(known)
    for one in ENTRIES:
        field._filter.setText(one.name)
        assert listed(known)[0] == one.id
        assert field.typed == one.name
    known.press("Escape")
