"""What suggesters made of the documents: the list sorted by it, what its rows say, and where done goes on to."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from annotator.domain.documents import Status
from annotator.store import suggesters
from annotator.store.listing import Filter, Order
from annotator.store.suggesters import Worth
from annotator.ui.models.documents_choice import Choice
from tests.qt.test_panels_documents_filters import entry
from tests.qt.window_support import read_only

FIGURES = {1: Worth(0.1, 0.25, 0.0), 2: Worth(0.5, 0.125, 0.0), 3: Worth(0.25, 0.75, 1.0)}


@pytest.fixture
def worthy(seat):
    suggesters.put_worth(seat.project.connection, FIGURES)
    seat.show()
    return seat


def listed(qtbot, seat):
    panel = seat.window.panels.documents
    qtbot.waitUntil(lambda: panel.model.complete, timeout=10_000)
    return [panel.model.document_at(row) for row in range(panel.model.rowCount())]


def test_the_sort_menu_offers_worth_with_the_most_first(qtbot, worthy):
    panel = worthy.window.panels.documents
    menu = panel.filters.order_menu
    entry(menu, "Disagreement").trigger()
    assert panel.model.choice == Choice(order=Order.DISAGREEMENT, descending=True)
    assert listed(qtbot, worthy) == [2, 3, 1]
    entry(menu, "Ascending").trigger()
    assert listed(qtbot, worthy) == [1, 3, 2]
    entry(menu, "Doubt").trigger()
    assert panel.model.choice == Choice(order=Order.DOUBT), "as a person turned it"
    entry(menu, "Name").trigger()
    entry(menu, "New words").trigger()
    assert panel.model.choice == Choice(order=Order.NOVELTY, descending=True)
    assert listed(qtbot, worthy) == [3, 1, 2]
    entry(menu, "Length").trigger()
    assert panel.model.choice == Choice(order=Order.LENGTH)
    assert entry(menu, "Length").isChecked()


def test_a_row_says_what_the_document_is_worth(worthy):
    model = worthy.window.panels.documents.model
    tip = model.data(model.index(2), Qt.ItemDataRole.ToolTipRole)
    assert "suggesters disagree on 25%; 75% doubt about the least sure suggestion; 100% of the words are new" in tip
    assert "new" not in model.data(model.index(0), Qt.ItemDataRole.AccessibleTextRole).lower().replace("new,", "")
    worthy.hands.documents.done()
    assert "disagree" not in model.data(model.index(0), Qt.ItemDataRole.ToolTipRole), "it is finished"


def test_the_figure_of_the_order_stands_in_the_rows(qtbot, worthy):
    panel = worthy.window.panels.documents
    pictures = {}
    for order in (Order.STATUS, Order.DISAGREEMENT, Order.NOVELTY):
        panel.choose(Choice(Filter(statuses=(Status.NEW,)), order=order, descending=True))
        assert listed(qtbot, worthy)[0] in (1, 2, 3)
        pictures[order] = panel.view.grab().toImage()
    assert pictures[Order.STATUS] != pictures[Order.DISAGREEMENT]
    suggesters.put_worth(worthy.project.connection, dict.fromkeys(FIGURES, Worth()))
    panel.choose(Choice(order=Order.NAME))
    panel.choose(Choice(order=Order.DOUBT, descending=True))
    assert listed(qtbot, worthy) == [1, 2, 3]
    assert "0%" not in panel.model.data(panel.model.index(0), Qt.ItemDataRole.ToolTipRole)


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("project", ["satu", "dua", "tiga"]),
        ("disagreement", ["satu", "dua", "tiga"]),
        ("doubt", ["satu", "tiga", "dua"]),
        ("novelty", ["satu", "tiga", "dua"]),
    ],
)
def test_done_goes_on_to_the_most_worthwhile(worthy, order, names):
    worthy.trigger(f"document.order-{order}")
    assert worthy.settings.get("done.order") == order
    found = [worthy.name]
    for _ in range(2):
        worthy.hands.documents.done()
        found.append(worthy.name)
    assert found == names
    worthy.hands.documents.done()
    assert "Every document is done or skipped" in worthy.message


def test_skipping_goes_by_worth_too(worthy):
    worthy.settings.set("done.order", "doubt")
    worthy.hands.documents.skip()
    assert worthy.name == "tiga"
    worthy.hands.documents.skip()
    assert worthy.name == "dua"


def test_what_comes_next_is_marked_in_the_menu_and_said(worthy):
    actions = worthy.window.actions_by_id
    names = [f"document.order-{order}" for order in ("project", "disagreement", "doubt", "novelty")]
    assert [actions[name].isChecked() for name in names] == [True, False, False, False]
    for place, name in enumerate(names):
        worthy.trigger(name)
        assert [actions[other].isChecked() for other in names] == [other == name for other in names]
        worthy.trigger(name)
        assert actions[name].isChecked(), "choosing it again does not take it away"
        assert len(worthy.told) == 2 * (place + 1)
    assert worthy.told[-1] == "The next document is the one with most new words."


def test_nothing_is_finished_where_only_looking_is_possible(worthy, make_seat, project_file):
    worthy.leave()
    with read_only(project_file):
        seat = make_seat(project_file)
        seat.settings.set("done.order", "doubt")
        seat.hands.documents.done()
        assert seat.name == "satu"
