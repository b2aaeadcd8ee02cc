"""The inspector: what it shows, what it says, and that nothing typed is ever lost or saved to the wrong item."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from annotator.commands import documents as document_commands
from annotator.commands import relations, spans
from annotator.domain.knowledge import Entry
from annotator.errors import AnnotatorError, DiskFull
from annotator.ui.panels.inspector import InspectorPanel
from annotator.ui.panels.inspector_facts import AttributeRow, attribute_rows, item_problems, person, place
from annotator.ui.panels.inspector_link import LinkField
from annotator.ui.theme import DARK, LIGHT, TEXT_CONTRAST, contrast
from annotator.ui.theme_qt import palette
from tests.qt.panels_support import Heard, make_session


class Controller:
    """What the window does with the signals, in small: executes, and shows the focused item after every change."""

    def __init__(self, session, panel):
        self.session, self.panel = session, panel
        self.focus = ("span", "s1")
        self.fail: AnnotatorError | None = None
        self.heard = Heard()
        panel.described.connect(self.describe)
        panel.itemRequested.connect(self.go)
        session.changed.connect(self.show)

    def go(self, kind, item_id):
        self.focus = (kind, item_id)
        self.show()

    def show(self, _changes=None):
        kind, item_id = self.focus
        state = self.session.document
        item = state.span(item_id) if kind == "span" else state.relation(item_id)
        if item is None:
            self.panel.show_nothing()
        elif kind == "span":
            self.panel.show_span(state, item)
        else:
            self.panel.show_relation(state, item)

    def describe(self, said):
        self.heard.hear(dict(said))
        if self.fail is not None:
            return
        given = {key: said[key] for key in ("note", "attributes") if key in said}
        command = spans.describe_span if said["kind"] == "span" else relations.describe_relation
        self.session.execute(command(said["set_id"], said["id"], **given))


@pytest.fixture
def session(tmp_path):
    made = make_session(tmp_path)
    made.open_document(1)
    yield made
    made.close()


@pytest.fixture
def panel(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    layout = QVBoxLayout(window)
    window.elsewhere = QLineEdit()
    made = InspectorPanel()
    layout.addWidget(window.elsewhere)
    layout.addWidget(made)
    window.resize(320, 720)
    window.show()
    window.activateWindow()
    made.elsewhere = window.elsewhere
    yield made
    window.close()


@pytest.fixture
def controller(session, panel):
    made = Controller(session, panel)
    made.show()
    return made


def leave(panel):
    panel.elsewhere.setFocus()
    QApplication.processEvents()


def type_into(qtbot, field, text):
    field.setFocus()
    QApplication.processEvents()
    field.selectAll()
    qtbot.keyClicks(field, text)


def attribute(panel, name):
    return panel.fields._fields["attribute:" + name]


# What it shows


def test_a_suggested_span(panel, controller):
    assert panel.title.text() == "Putin"
    assert panel.suggestion.isVisible()
    assert panel.suggested_by.text() == "Suggested by ner"
    assert not panel.remove.isVisible()
    assert panel.label.currentText() == "PERSON"
    assert panel.links.topLevelItemCount() == 2
    assert [panel.links.topLevelItem(row).text(0) for row in range(2)] == ["↔ met_with", "→ visited"]
    assert panel.links.topLevelItem(1).text(1) == "Rusia"
    shown = {label.text() for label in panel.findChildren(QLabel) if label.isVisible()}
    assert {"0–5 · 5 characters", "93%", "s1 of ner", "not yet"} <= shown


def test_a_reviewed_span_can_be_removed_and_not_accepted(panel, controller, session):
    heard = Heard()
    panel.removeRequested.connect(lambda: heard.hear("remove"))
    session.execute(spans.accept_span(session.document.set_id, "s1"))
    assert not panel.suggestion.isVisible()
    panel.remove.click()
    assert heard.got == ["remove"]


def test_a_relation_shows_its_ends_and_goes_to_them(qtbot, panel, controller):
    controller.go("relation", "r1")
    assert panel.title.text() == "Putin → Rusia"
    assert panel.reverse.isVisible()
    assert panel.head.text() == "Putin"
    assert not panel.link.isVisible()
    assert [panel.label.itemText(row) for row in range(panel.label.count())] == ["leads", "visited"]
    qtbot.mouseClick(panel.tail, Qt.MouseButton.LeftButton)
    assert controller.focus == ("span", "s2")
    assert panel.title.text() == "Rusia"


def test_a_symmetric_relation_has_no_direction_to_reverse(panel, controller):
    controller.go("relation", "r2")
    assert panel.title.text() == "Putin ↔ Joko Widodo"
    assert not panel.reverse.isVisible()
    assert panel.head.caption.text() == "Between"


def test_links_jump_to_relation_and_other_end(qtbot, panel, controller):
    row = panel.links.topLevelItem(1)
    panel.links.setCurrentItem(row, 0)
    qtbot.keyClick(panel.links, Qt.Key.Key_Return)
    assert controller.focus == ("relation", "r1")
    controller.go("span", "s1")
    rect = panel.links.visualItemRect(panel.links.topLevelItem(1))
    second = QPoint(panel.links.columnViewportPosition(1) + 8, rect.center().y())
    qtbot.mouseClick(panel.links.viewport(), Qt.MouseButton.LeftButton, pos=second)
    assert controller.focus == ("span", "s2")


def test_text_of_the_article_is_never_rich(panel, session):
    state = session.document
    start = state.text.index("<b>")
    bold = replace(state.span("s1"), id="bold", fragments=((start, start + 11),))
    panel.show_span(state, bold)
    assert panel.title.text() == "<b>tadi</b>"
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in panel.findChildren(QLabel) if label.text())


def test_problems_are_named(panel, session):
    state = session.document
    panel.show_span(state, replace(state.span("s1"), fragments=((0, 4),), label="ANIMAL"))
    assert "“ANIMAL” is not in the label scheme" in panel.problems.text()
    assert "cuts a token" in panel.problems.text()
    panel.show_relation(state, replace(state.relation("r1"), label="met_with"))
    assert "not PERSON and GPE" in panel.problems.text()
    panel.show_span(state, state.span("s1"))
    assert not panel.problems.isVisible()


def test_a_double_is_a_problem_of_the_second(session):
    state = session.document
    twin = replace(state.span("s1"), id="twin")
    assert [problem.rule.value for problem in item_problems(state, twin)] == ["span-duplicate"]
    other = replace(state.relation("r2"), id="other", head="s3", tail="s1")
    assert [problem.rule.value for problem in item_problems(state, other)] == ["relation-duplicate"]


@pytest.mark.parametrize("item", [("span", "s1"), ("relation", "r1")])
def test_as_narrow_as_it_may_be_nothing_is_cut_off(panel, controller, item):
    controller.go(*item)
    window, empty = panel.window(), panel.minimumSizeHint().width()
    window.resize(window.minimumSizeHint().width(), 300)
    QApplication.processEvents()
    shown = panel._scroll
    assert shown.widget().width() <= shown.viewport().width()
    panel.show_nothing()
    assert panel.minimumSizeHint().width() == empty, "a panel that widened with the focus would move the article's text"


def test_nothing_shows_a_hint(panel, controller):
    panel.show_nothing("Choose something.")
    assert panel._pages.currentIndex() == 0
    assert panel._hint.text() == "Choose something."
    panel.edit_note()  # harmless
    assert not panel.fields.note.hasFocus()


def test_facts_in_words():
    assert person("model:ner") == "ner (model)"
    assert person("handmade") == "handmade"
    from annotator.domain.annotations import Span

    assert place(Span("x", ((1, 2), (5, 9)), "GPE")) == "1–2, 5–9 · 5 characters"


def test_attributes_that_apply_come_first_then_what_an_import_brought(session):
    state = session.document
    assert attribute_rows(state, state.span("s3")) == [
        AttributeRow("mention", "", ("name", "pronoun")),
        AttributeRow("role", "presiden"),
        AttributeRow("seen", "3", (), False, "This attribute is not in the label scheme; it came with an import."),
    ]
    assert [row.name for row in attribute_rows(state, state.span("s2"))] == ["mention"]
    assert [row.name for row in attribute_rows(state, state.relation("r1"))] == ["certainty"]


# What it says


def test_choosing_a_label_asks_and_a_refused_one_does_not_stay(panel, controller):
    heard = Heard()
    panel.labelRequested.connect(heard.hear)
    panel.label.activated.emit(panel.label.findText("ORG"))
    panel.label.setCurrentIndex(panel.label.findText("ORG"))
    panel.label.activated.emit(panel.label.currentIndex())
    assert heard.got == ["ORG", "ORG"]
    assert panel.label.currentText() == "PERSON"
    panel.label.activated.emit(panel.label.findText("PERSON"))
    assert len(heard.got) == 2


def test_a_wheel_over_the_label_changes_nothing(qtbot, panel, controller):
    heard = Heard()
    panel.labelRequested.connect(heard.hear)
    where = QPointF(panel.label.rect().center())
    turn = QWheelEvent(
        where,
        panel.label.mapToGlobal(where),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(panel.label, turn)
    panel.label.setFocus()
    qtbot.keyClick(panel.label, Qt.Key.Key_End)
    qtbot.keyClick(panel.label, "g")
    assert heard.got == []
    assert panel.label.currentText() == "PERSON"


def test_the_label_is_chosen_by_keyboard(qtbot, panel, controller):
    heard = Heard()
    panel.labelRequested.connect(heard.hear)
    panel.label.setFocus()
    qtbot.keyClick(panel.label, Qt.Key.Key_Down)
    view = panel.label.view()
    assert view.isVisible()
    qtbot.keyClick(view, Qt.Key.Key_Down)
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert heard.got == ["GPE"]


def test_accept_reject_and_reverse(panel, controller):
    heard = Heard()
    panel.acceptRequested.connect(lambda: heard.hear("accept"))
    panel.removeRequested.connect(lambda: heard.hear("remove"))
    panel.reverseRequested.connect(lambda: heard.hear("reverse"))
    panel.accept.click()
    panel.reject.click()
    controller.go("relation", "r1")
    panel.reverse.click()
    assert heard.got == ["accept", "remove", "reverse"]


# What is typed


def test_a_note_is_announced_once_when_the_field_is_left(qtbot, panel, controller, session):
    type_into(qtbot, panel.fields.note, "cek lagi")
    assert controller.heard.got == []
    leave(panel)
    assert controller.heard.got == [{"kind": "span", "set_id": session.document.set_id, "id": "s1", "note": "cek lagi"}]
    assert session.document.span("s1").note == "cek lagi"
    panel.fields.note.setFocus()
    leave(panel)
    panel.flush()
    assert len(controller.heard.got) == 1


RUSSIA = Entry("Q159", "Rusia & <b>kawan</b>", (), "negara di Eropa Timur dan Asia Utara", "https://example.org/Q159")


def test_tab_goes_from_the_note_over_the_link_to_the_attributes(qtbot, panel, controller, session):
    panel.set_knowledge({"Q159": RUSSIA}.get, lambda: True)
    session.execute(spans.describe_span(session.document.set_id, "s1", kb_id="Q159"))
    asked = Heard()
    panel.linkRequested.connect(lambda: asked.hear("link"))
    type_into(qtbot, panel.fields.note, "orang")
    qtbot.keyClick(panel.fields.note, Qt.Key.Key_Tab)
    assert panel.link.button.hasFocus()
    qtbot.keyClick(panel.link.button, Qt.Key.Key_Space)
    assert asked.got == ["link"]
    qtbot.keyClick(panel.link.button, Qt.Key.Key_Tab)
    assert panel.link.copy.hasFocus()
    qtbot.keyClick(panel.link.copy, Qt.Key.Key_Tab)
    assert attribute(panel, "mention").hasFocus()
    assert session.document.span("s1").note == "orang"


@pytest.mark.parametrize(
    ("kb_id", "entry", "known", "words"),
    [
        ("", None, True, ("Choose an entry…", "")),
        ("", None, False, ("Choose an entry…", "")),
        ("Q1", None, False, ("Q1", "")),
        ("Q1", None, True, ("Q1", "Not in the knowledge base")),
        ("Q159", RUSSIA, True, (RUSSIA.name, "Q159 · negara di Eropa Timur dan Asia Utara")),
        ("Q2", Entry("Q2", "Bumi"), True, ("Bumi", "Q2")),
    ],
)
def test_the_link_in_words(qtbot, kb_id, entry, known, words):
    field = LinkField()
    qtbot.addWidget(field)
    field.show_link(kb_id, entry, known=known, editable=True)
    field.show()
    assert (field.button.text().replace("&&", "&"), field.told.text()) == words
    assert field.told.textFormat() is Qt.TextFormat.PlainText
    assert (entry.name if entry else kb_id or "none") in field.button.accessibleName()
    address = entry.url if entry else ""
    assert field.copy.isVisible() == bool(address)
    if address:
        QApplication.clipboard().clear()
        qtbot.mouseClick(field.copy, Qt.MouseButton.LeftButton)
        assert QApplication.clipboard().text() == address


def test_a_link_of_a_document_that_is_only_read_cannot_be_changed(qtbot):
    field = LinkField()
    qtbot.addWidget(field)
    field.show_link("Q159", RUSSIA, known=True, editable=False)
    field.show()
    assert not field.button.isEnabled()
    assert field.copy.isEnabled()


def test_the_name_of_an_entry_is_painted_as_far_as_there_is_room(qtbot):
    field = LinkField()
    qtbot.addWidget(field)
    field.show_link("Q1", Entry("Q1", "Perserikatan " * 30), known=True, editable=True)
    field.resize(160, 60)
    field.show()
    qtbot.waitExposed(field)
    assert field.width() == 160  # a long name takes no more room than a short one
    field.grab()
    assert field.button.toolTip().count("Perserikatan") == 30


def test_what_the_knowledge_base_says_comes_from_whoever_was_named(panel, controller, session):
    panel.set_knowledge({"Q159": RUSSIA}.get, lambda: True)
    session.execute(spans.describe_span(session.document.set_id, "s2", kb_id="Q159"))
    controller.go("span", "s2")
    assert panel.link.button.text() == RUSSIA.name.replace("&", "&&")
    controller.go("span", "s1")
    assert panel.link.button.text() == "Choose an entry…"


def test_attributes_keep_what_was_not_touched(qtbot, panel, controller, session):
    controller.go("span", "s3")
    combo = attribute(panel, "mention")
    assert isinstance(combo, QComboBox)
    combo.setCurrentIndex(combo.findData("name"))
    combo.activated.emit(combo.currentIndex())
    assert session.document.span("s3").attributes == {"role": "presiden", "seen": 3, "mention": "name"}
    type_into(qtbot, attribute(panel, "role"), "mantan presiden")
    leave(panel)
    assert session.document.span("s3").attributes == {"role": "mantan presiden", "seen": 3, "mention": "name"}
    combo.setCurrentIndex(0)
    combo.activated.emit(0)
    assert session.document.span("s3").attributes == {"role": "mantan presiden", "seen": 3}
    assert attribute(panel, "seen").isReadOnly()


def test_a_refresh_of_the_same_item_keeps_what_is_being_typed(qtbot, panel, controller, session):
    type_into(qtbot, panel.fields.note, "setengah")
    session.execute(spans.accept_span(session.document.set_id, "s1"))
    session.execute(document_commands.toggle_flag(session.document.set_id))
    assert panel.fields.note.toPlainText() == "setengah"
    assert controller.heard.got == []
    leave(panel)
    assert session.document.span("s1").note == "setengah"


def test_a_refresh_brings_what_is_not_being_typed(panel, controller, session):
    session.execute(spans.describe_span(session.document.set_id, "s1", note="dari sejarah"))
    assert panel.fields.note.toPlainText() == "dari sejarah"
    session.undo()
    assert panel.fields.note.toPlainText() == ""


def test_typing_for_one_span_is_never_saved_to_another(qtbot, panel, controller, session):
    type_into(qtbot, panel.fields.note, "milik Putin")
    controller.go("span", "s2")
    assert controller.heard.got == [{"kind": "span", "set_id": session.document.set_id, "id": "s1", "note": "milik Putin"}]
    assert panel.title.text() == "Rusia"
    assert panel.fields.note.toPlainText() == ""
    assert session.document.span("s1").note == "milik Putin"
    assert session.document.span("s2").note == ""
    leave(panel)
    assert len(controller.heard.got) == 1


def test_two_spans_with_the_same_fields_are_kept_apart(qtbot, panel, controller, session):
    controller.go("span", "s2")
    type_into(qtbot, panel.fields.note, "negara")
    controller.go("span", "s4")
    assert panel.fields.note.toPlainText() == ""
    qtbot.keyClicks(panel.fields.note, "kota")
    leave(panel)
    assert [session.document.span(key).note for key in ("s2", "s4")] == ["negara", "kota"]
    assert len(controller.heard.got) == 2


def test_from_a_span_to_a_relation_and_to_nothing(qtbot, panel, controller, session):
    type_into(qtbot, panel.fields.note, "satu")
    controller.go("relation", "r1")
    type_into(qtbot, panel.fields.note, "dua")
    panel.show_nothing()
    assert session.document.span("s1").note == "satu"
    assert session.document.relation("r1").note == "dua"


def test_typing_for_a_removed_span_is_dropped(qtbot, panel, controller, session):
    type_into(qtbot, panel.fields.note, "percuma")
    session.execute(spans.remove_span(session.document.set_id, "s1"))
    assert controller.heard.got == []
    assert panel._pages.currentIndex() == 0


def test_flush_announces_at_once(qtbot, panel, controller, session):
    type_into(qtbot, attribute(panel, "role"), "kepala negara")
    panel.flush()
    assert session.document.span("s1").attributes["role"] == "kepala negara"


def test_a_save_that_failed_keeps_the_text_and_tries_again(qtbot, panel, controller, session):
    controller.fail = DiskFull("The disk is full.")
    type_into(qtbot, panel.fields.note, "jangan hilang")
    leave(panel)
    assert session.document.span("s1").note == ""
    assert panel.fields.note.toPlainText() == "jangan hilang"
    controller.fail = None
    panel.flush()
    assert session.document.span("s1").note == "jangan hilang"


def test_escape_brings_back_what_was_there(qtbot, panel, controller, session):
    session.execute(spans.describe_span(session.document.set_id, "s1", note="asli", attributes={"role": "raja"}))
    for field, before in ((panel.fields.note, "asli"), (attribute(panel, "role"), "raja")):
        type_into(qtbot, field, "salah")
        qtbot.keyClick(field, Qt.Key.Key_Escape)
        assert (field.text() if isinstance(field, QLineEdit) else field.toPlainText()) == before
    leave(panel)
    assert controller.heard.got == []


def test_undo_in_a_field_belongs_to_the_field(qtbot, panel, controller, session):
    field = attribute(panel, "role")
    type_into(qtbot, field, "raja")
    qtbot.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert field.text() == ""


def test_a_note_with_odd_blanks_is_not_changed_by_being_looked_at(panel, controller, session):
    note = "baris satu\nbaris\u00a0dua"
    session.execute(spans.describe_span(session.document.set_id, "s1", note=note, kb_id="a b"))
    controller.go("span", "s2")
    controller.go("span", "s1")
    panel.flush()
    assert controller.heard.got == []
    panel.fields.note.appendPlainText("tiga")
    panel.flush()
    assert session.document.span("s1").note == note + "\ntiga"


def test_relabelling_changes_the_attributes_offered_and_saves_what_was_typed(qtbot, panel, controller, session):
    type_into(qtbot, attribute(panel, "role"), "presiden")
    session.execute(spans.relabel_span(session.document.set_id, "s1", "GPE"))
    assert session.document.span("s1").attributes == {"role": "presiden"}
    assert attribute(panel, "role").text() == "presiden"  # not one of GPE's, but the span has it
    session.execute(spans.describe_span(session.document.set_id, "s1", attributes={}))
    assert "attribute:role" not in panel.fields._fields


def test_read_only_documents_are_shown_and_not_edited(panel, session):
    session.document.read_only = True
    panel.show_span(session.document, session.document.span("s1"))
    assert panel.fields.note.isReadOnly()
    assert not panel.label.isEnabled()
    assert not panel.accept.isVisible()
    assert not panel.remove.isVisible()


def test_the_shortcuts_reach_the_fields(panel, controller):
    panel.edit_note()
    assert panel.fields.note.hasFocus()
    panel.elsewhere.setFocus()
    panel.show_nothing()
    panel.edit_note()  # there is none
    assert panel.elsewhere.hasFocus()


def test_every_control_has_a_name(panel, controller):
    from PySide6.QtWidgets import QAbstractButton, QPlainTextEdit

    for shown in (("span", "s3"), ("relation", "r1")):
        controller.go(*shown)
        for kind in (QAbstractButton, QComboBox, QLineEdit, QPlainTextEdit):
            for control in panel.findChildren(kind):
                if control.isVisible():
                    assert control.accessibleName() or getattr(control, "text", str)(), control


def test_the_ends_of_a_relation_stay_readable_when_the_theme_changes(session, panel):
    relation = session.document.relations()[0]
    app = QApplication.instance()
    before = app.palette()
    try:
        for theme in (LIGHT, DARK, LIGHT, DARK):
            app.setPalette(palette(theme))
            panel.show_relation(session.document, relation, theme)
            button = next(b for b in panel.findChildren(QPushButton) if b.text() and b.styleSheet())
            ink = re.search(r" color: (#[0-9a-f]{6})", button.styleSheet())[1]
            assert contrast(ink, theme.window) >= TEXT_CONTRAST
    finally:
        app.setPalette(before)
