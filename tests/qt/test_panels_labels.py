"""The label palette."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from annotator.domain.labels import LabelScheme
from annotator.ui.models.labels import LabelRole
from annotator.ui.panels.labels import LabelsPanel
from annotator.ui.theme import DARK, LIGHT
from annotator.ui.theme_qt import palette
from tests.qt.panels_support import Heard, scheme


@pytest.fixture
def panel(qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    made = LabelsPanel()
    layout = QVBoxLayout(window)
    layout.addWidget(QLineEdit())
    layout.addWidget(made)
    window.resize(260, 540)
    window.show()
    window.findChild(QLineEdit).setFocus()
    made.set_scheme(scheme())
    yield made
    window.close()


@pytest.fixture
def locale():
    before = QLocale()
    yield QLocale.setDefault
    QLocale.setDefault(before)


def rows(panel):
    return [panel.model.index(row).data() for row in range(panel.model.rowCount())]


def row_of(panel, name):
    return panel.model.index(rows(panel).index(name))


def click(qtbot, panel, name):
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=panel.view.visualRect(row_of(panel, name)).center())


def test_span_labels_then_relation_labels(panel):
    assert rows(panel) == ["Spans", "PERSON", "GPE", "ORG", "Relations", "leads", "visited", "met_with"]


def test_a_click_asks_for_the_label_and_leaves_the_keyboard_alone(qtbot, panel):
    spans, relations = Heard(), Heard()
    panel.spanLabelRequested.connect(spans.hear)
    panel.relationLabelRequested.connect(relations.hear)
    click(qtbot, panel, "GPE")
    click(qtbot, panel, "visited")
    click(qtbot, panel, "Spans")
    assert (spans.got, relations.got) == (["GPE"], ["visited"])
    assert not panel.view.hasFocus()


def test_by_keyboard_headings_are_passed_over(qtbot, panel):
    spans, relations = Heard(), Heard()
    panel.spanLabelRequested.connect(spans.hear)
    panel.relationLabelRequested.connect(relations.hear)
    panel.view.setCurrentIndex(row_of(panel, "ORG"))
    qtbot.keyClick(panel.view, Qt.Key.Key_Return)
    panel.view.setCurrentIndex(row_of(panel, "ORG"))
    qtbot.keyClick(panel.view, Qt.Key.Key_Down)
    qtbot.keyClick(panel.view, Qt.Key.Key_Enter)
    assert (spans.got, relations.got) == (["ORG"], ["leads"])


def test_counts_marks_and_dimming_are_in_what_is_spoken(panel):
    panel.set_counts({"PERSON": 12, "leads": 9, "gone": 5}, {"leads": 1, "PERSON": 7})
    panel.set_legal_relations({"leads"})
    panel.set_last_used("GPE")

    def spoken(name):
        return row_of(panel, name).data(Qt.ItemDataRole.AccessibleTextRole)

    assert spoken("PERSON") == "PERSON, key 1, 12 here, not allowed here"  # with a relation in focus its key means a relation label
    assert spoken("GPE") == "GPE, key 2, 0 here, not allowed here, used last"
    assert spoken("leads") == "leads, key 1, 1 here"
    assert spoken("visited") == "visited, key 2, 0 here, not allowed here"
    panel.set_legal_relations(None)
    assert not row_of(panel, "visited").data(LabelRole.ROW).dimmed
    assert spoken("PERSON") == "PERSON, key 1, 12 here"


def test_a_dimmed_label_can_be_asked_for_because_the_refusal_says_why(qtbot, panel):
    heard = Heard()
    panel.relationLabelRequested.connect(heard.hear)
    panel.set_legal_relations(set())
    click(qtbot, panel, "leads")
    assert heard.got == ["leads"]


def test_the_tool_tip_is_in_the_windows_language_and_never_rich(panel, locale):
    locale(QLocale("en"))
    tip = row_of(panel, "PERSON").data(Qt.ItemDataRole.ToolTipRole)
    assert "People &amp; &lt;i&gt;characters" in tip
    assert "For example: Putin" in tip
    locale(QLocale("id"))
    assert "Orang" in row_of(panel, "PERSON").data(Qt.ItemDataRole.ToolTipRole)
    assert "PERSON to GPE" in row_of(panel, "visited").data(Qt.ItemDataRole.ToolTipRole)


def test_an_empty_scheme_and_no_scheme_say_so(panel):
    panel.set_scheme(LabelScheme())
    assert not panel.view.isVisible()
    assert "empty" in panel._hint.text()
    panel.set_scheme(None)
    assert "Open a document" in panel._hint.text()


def test_it_paints_in_both_themes(qtbot, panel):
    panel.set_legal_relations({"leads"})
    panel.set_last_used("GPE")
    panel.setPalette(palette(LIGHT))
    light = panel.grab().toImage()
    panel.setPalette(palette(DARK))
    dark = panel.grab().toImage()
    assert light.pixelColor(5, panel.height() - 5).lightness() > 200
    assert dark.pixelColor(5, panel.height() - 5).lightness() < 60
