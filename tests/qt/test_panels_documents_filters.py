"""The documents panel over some thousand documents: filters, orders, chips, typing, and lists that arrive beside the window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QMenu

from annotator.commands import documents as document_commands
from annotator.commands import spans
from annotator.domain.documents import Status
from annotator.errors import ProjectDamaged
from annotator.session.session import Session
from annotator.store import listing, queries
from annotator.store.listing import Filter, Order
from annotator.store.project import open_project
from annotator.ui.jobs import WindowJobs
from annotator.ui.models.documents import DocumentRole
from annotator.ui.models.documents_choice import Choice
from annotator.ui.panels.documents import DocumentsPanel
from tests.qt.many_documents import COUNT, many
from tests.qt.panels_support import Heard, changed_by


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return tmp_path_factory.mktemp("many") / "many.annotator"


@pytest.fixture
def session(tmp_path, template):
    made = Session(open_project(many(template, tmp_path / "p.annotator")), "ani")
    yield made
    made.close()


@pytest.fixture
def jobs(qapp):
    made = WindowJobs()
    yield made
    made.close()


@pytest.fixture
def panel(qtbot, session, jobs):
    made = DocumentsPanel(jobs=jobs)
    qtbot.addWidget(made)
    made.resize(240, 500)
    made.show()
    made.set_session(session)
    yield made
    made.set_session(None)


def shown(panel):
    return [panel.model.document_at(row) for row in range(panel.model.rowCount())]


@pytest.fixture
def choose(qtbot, panel):
    def choose(choice):
        panel.choose(choice)
        qtbot.waitUntil(lambda: panel.model.complete, timeout=20_000)
        return shown(panel)

    return choose


def entry(menu: QMenu, *path: str):
    menu.aboutToShow.emit()
    found = next(action for action in menu.actions() if action.text() == path[0])
    return found if len(path) == 1 else entry(found.menu(), *path[1:])


def test_all_documents_are_there_at_once_without_a_job(panel, jobs):
    assert panel.model.rowCount() == COUNT
    assert jobs.runner.running == ()
    assert not panel.shown.isVisible()


def test_the_list_is_a_sound_model_while_it_arrives(qtbot, panel, choose, session):
    choose(Choice(Filter(label="ORG"), "berita-00"))
    tester = QAbstractItemModelTester(panel.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    assert len(choose(Choice(Filter(label="ORG")))) == COUNT // 10, "in two pages"
    state = session.open_document(25)
    panel.refresh(changed_by(session, document_commands.skip(state.set_id)))
    assert choose(Choice(Filter(label="DATE"))) == []
    assert tester.model() is panel.model


def test_filters_narrow_together_and_the_count_is_told(panel, choose):
    assert choose(Choice(Filter(label="ORG"))) == [n for n in range(5, COUNT + 1, 5) if n % 10]
    both = choose(Choice(Filter(label="ORG", field="source", value="s1")))
    assert both == [n for n in range(5, COUNT + 1, 5) if n % 10 and n % 4 == 1]
    assert panel.shown.text() == f"{len(both)} documents shown"
    named = choose(Choice(Filter(label="ORG", field="source", value="s1"), "0005"))
    assert named == [5]
    assert panel.shown.text() == "1 document shown"
    assert choose(Choice(Filter(annotator="model"), name="BERITA-00")) == [n for n in range(1, 100) if n % 10 and n % 100 != 7]


@pytest.mark.parametrize("descending", [False, True])
def test_orders_stand_as_the_figures_do(panel, choose, session, descending):
    ids = choose(Choice(order=Order.LENGTH, descending=descending))
    assert sorted(ids) == list(range(1, COUNT + 1))
    cards = queries.document_cards(session.project.connection, ids, "ani")
    lengths = [cards[key].length for key in ids]
    assert lengths == sorted(lengths, reverse=descending)
    names = [cards[key].name for key in choose(Choice(order=Order.NAME, descending=descending))]
    assert names == sorted(names, reverse=descending)


def test_what_was_shown_stays_until_the_first_page_is_there(qtbot, panel):
    panel.choose(Choice(Filter(label="ORG")))
    assert panel.model.rowCount() == COUNT
    assert not panel.model.complete
    qtbot.waitUntil(lambda: panel.model.complete, timeout=20_000)
    assert panel.model.rowCount() == COUNT // 10


def test_the_last_choice_wins(qtbot, panel):
    for label in ("PERSON", "GPE", "ORG"):
        panel.choose(Choice(Filter(label=label), order=Order.NAME))
    qtbot.waitUntil(lambda: panel.model.complete, timeout=20_000)
    assert panel.model.rowCount() == COUNT // 10
    panel.choose(Choice(Filter(label="PERSON")))
    panel.choose(Choice())
    QTest.qWait(50)
    assert panel.model.rowCount() == COUNT


def test_a_list_that_fits_nothing_says_what_to_do(qtbot, panel, choose):
    assert choose(Choice(Filter(label="DATE"))) == []
    assert panel._hint.isVisible()
    assert "Take something back" in panel._hint.text()
    assert not panel.view.isVisible()
    qtbot.mouseClick(panel.show_all, Qt.MouseButton.LeftButton)
    assert panel.model.rowCount() == COUNT
    assert panel.view.isVisible()
    assert panel.filters.chips.buttons == []


def test_chips_take_back_one_thing_each(qtbot, panel, choose):
    choose(Choice(Filter(label="ORG", field="source", value="s1"), order=Order.SPANS, descending=True))
    texts = [button.text().strip() for button in panel.filters.chips.buttons]
    assert texts == ["ORG", "source = s1", "↓ Spans"]
    assert "ORG" in panel.filters.chips.buttons[0].accessibleName()
    qtbot.mouseClick(panel.filters.chips.buttons[1], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.model.complete, timeout=20_000)
    assert panel.model.choice == Choice(Filter(label="ORG"), order=Order.SPANS, descending=True)
    assert panel.model.rowCount() == COUNT // 10
    for _ in range(2):
        qtbot.mouseClick(panel.filters.chips.buttons[0], Qt.MouseButton.LeftButton)
    assert panel.model.choice.plain
    assert not panel.filters.chips.isVisible()


def test_long_chips_wrap_inside_the_panel(panel, choose):
    choose(Choice(Filter(label="ORG", relation="leads", annotator="model", field="source", value="s1", unreviewed=True)))
    QTest.qWait(20)
    chips = panel.filters.chips
    assert len({button.y() for button in chips.buttons}) > 1
    for button in chips.buttons:
        assert chips.rect().contains(button.geometry())


def test_the_menus_offer_what_the_file_has(qtbot, panel):
    filters = panel.filters
    entry(filters.filter_menu, "Span label", "ORG").trigger()
    assert panel.model.choice == Choice(Filter(label="ORG"))
    assert entry(filters.filter_menu, "Span label", "ORG").isChecked()
    entry(filters.filter_menu, "Relation label", "leads").trigger()
    entry(filters.filter_menu, "Annotator", "model").trigger()
    assert [a.text() for a in entry(filters.filter_menu, "Metadata", "source").menu().actions()] == []
    entry(filters.filter_menu, "Metadata", "source", "s1").trigger()
    entry(filters.filter_menu, "With suggestions to review").trigger()
    entry(filters.order_menu, "Length").trigger()
    entry(filters.order_menu, "Descending").trigger()
    wanted = Filter(label="ORG", relation="leads", annotator="model", field="source", value="s1", unreviewed=True)
    assert panel.model.choice == Choice(wanted, "", Order.LENGTH, True)
    entry(filters.filter_menu, "Span label", "ORG").trigger()
    assert panel.model.choice.wanted.label == "", "what is chosen already is taken back"


def test_many_values_of_a_field_end_with_the_way_to_the_others(qtbot, panel, monkeypatch):
    from annotator.ui.panels import documents_filter

    monkeypatch.setattr(documents_filter, "_MOST_VALUES", 2)
    menu = entry(panel.filters.filter_menu, "Metadata", "source").menu()
    menu.aboutToShow.emit()
    assert [action.text() for action in menu.actions() if action.text()] == ["s0", "s1", "For another value, type source=… above"]
    assert not menu.actions()[-1].isEnabled()


def test_typing_in_the_list_looks_for_a_name(qtbot, panel):
    heard = Heard()
    panel.documentRequested.connect(heard.hear)
    panel.activateWindow()
    panel.view.setFocus()
    qtbot.keyClicks(panel.view, "b")
    assert panel.filters.name.text() == "b"
    assert panel.focusWidget() is panel.filters.name
    qtbot.keyClicks(panel.filters.name, "erita-0042")
    qtbot.keyClick(panel.filters.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.model.complete, timeout=20_000)
    assert shown(panel) == [42]
    assert panel.focusWidget() is panel.view
    qtbot.keyClick(panel.view, Qt.Key.Key_Return)
    assert heard.got == [42]
    panel.filters.name.setFocus()
    qtbot.keyClick(panel.filters.name, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: panel.model.rowCount() == COUNT, timeout=20_000)


def test_a_field_is_chosen_by_typing_it(qtbot, panel):
    qtbot.keyClicks(panel.filters.name, "source=s2")
    qtbot.keyClick(panel.filters.name, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: panel.model.complete, timeout=20_000)
    assert panel.model.choice == Choice(Filter(field="source", value="s2"))
    assert panel.filters.name.text() == ""
    assert panel.model.rowCount() == COUNT // 4


def test_the_choice_comes_back_with_its_project(qtbot, panel, choose, session):
    kept = Choice(Filter(label="ORG"), "berita-00", Order.NAME, True)
    choose(kept)
    panel.set_session(None)
    assert panel.model.rowCount() == 0
    assert "Open a project" in panel._hint.text()
    panel.set_session(session)
    qtbot.waitUntil(lambda: panel.model.complete, timeout=20_000)
    assert panel.model.choice == kept
    assert shown(panel) == [95, 85, 75, 65, 55, 45, 35, 25, 15, 5]
    assert panel.filters.name.text() == "berita-00"


def test_the_open_document_is_marked_when_its_row_arrives(qtbot, panel):
    panel.set_current(2995)
    panel.choose(Choice(Filter(label="ORG"), order=Order.NAME))
    qtbot.waitUntil(lambda: panel.model.complete, timeout=20_000)
    assert panel.view.currentIndex().data(DocumentRole.ID) == 2995


def test_an_edit_touches_its_row_alone_and_moves_nothing(qtbot, panel, choose, session):
    state = session.open_document(25)
    ids = choose(Choice(Filter(label="ORG"), order=Order.SPANS, descending=True))
    row = ids.index(25)
    assert panel.model.index(row).data(DocumentRole.CARD).spans == 2
    touched = Heard()
    panel.model.dataChanged.connect(lambda first, last, _roles: touched.hear(first.row(), last.row()))
    panel.refresh(changed_by(session, spans.add_span(state.set_id, ((7, 11),), "DATE")))
    assert set(touched.got) == {(row, row)}
    assert panel.model.index(row).data(DocumentRole.CARD).spans == 3
    panel.refresh(changed_by(session, document_commands.skip(state.set_id)))
    assert panel.model.index(row).data(DocumentRole.STATUS) == Status.SKIPPED
    assert set(touched.got) == {(row, row)}
    assert shown(panel) == ids


def test_an_edit_reads_one_card_not_a_page(panel, session, monkeypatch):
    state = session.open_document(25)
    asked = []
    real = queries.document_cards

    def counting(connection, ids, annotator):
        asked.append(len(ids))
        return real(connection, ids, annotator)

    assert panel.model.index(24).data()
    monkeypatch.setattr(queries, "document_cards", counting)
    panel.model.refresh(changed_by(session, spans.add_span(state.set_id, ((7, 11),), "DATE")))
    assert panel.model.index(24).data(DocumentRole.CARD).spans == 3
    assert panel.model.index(23).data() == "berita-0024"
    assert asked == [1]


def test_problems_are_found_and_then_remembered(qtbot, panel, choose, session):
    state = session.open_document(30)
    session.execute(spans.add_span(state.set_id, ((0, 3),), "PERSON"))  # it cuts a token
    assert choose(Choice(Filter(problems=True))) == [30]
    qtbot.waitUntil(lambda: not panel.model._remembering.isActive(), timeout=20_000)
    unchecked = session.project.connection.execute("SELECT count(*) FROM annotation_sets WHERE checked = 0").fetchone()[0]
    assert unchecked == 0


def test_what_cannot_be_read_is_said_in_the_panel(qtbot, panel, monkeypatch):
    def damaged(*_args, **_keywords):
        raise ProjectDamaged("The file is damaged.")
        yield

    monkeypatch.setattr(listing, "stream", damaged)
    panel.choose(Choice(Filter(label="ORG")))
    qtbot.waitUntil(lambda: panel.model.complete, timeout=20_000)
    assert panel._hint.isVisible()
    assert panel._hint.text() == "The file is damaged."
    panel.choose(Choice())
    assert panel.model.rowCount() == COUNT


def test_closing_in_the_middle_leaves_nothing_open(qtbot, panel, session, jobs):
    panel.choose(Choice(order=Order.NAME))
    panel.set_session(None)
    assert panel.model.rowCount() == 0
    assert session.project.checkpoint(), "no reader is left that holds the file"
    assert panel.model.index(0).data() is None
    assert not QModelIndex().isValid()
