"""Searching some thousand documents from the window: the concordance, jumping, and acting on many places as one step."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QDockWidget

from annotator.commands.same_text import Origin
from annotator.commands.searching import Acted, Action
from annotator.domain.documents import Status
from annotator.domain.labels import scheme_from_dict
from annotator.errors import Refused
from annotator.store import queries
from annotator.ui import searching
from annotator.ui.choice import ChoicePopup
from annotator.ui.jobs import WindowJobs
from annotator.ui.models.search import Column, LineRole
from annotator.ui.models.search_lines import Mode, Wanted
from annotator.ui.searching import report
from tests.qt.many_documents import COUNT, many
from tests.qt.window_support import Seat, document, full_disk, make_project, read_only, settle, suggestions

CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    return tmp_path_factory.mktemp("many") / "many.annotator"


class Desk:
    """A window with a search in a dock of its own, and hands that use it."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.jobs = WindowJobs(seat.bench)
        self.searching = searching.make(seat.bench, self.jobs, seat.hands.documents)
        self.panel = self.searching.panel
        self.table, self.fields, self.model = self.panel.table, self.panel.fields, self.panel.model
        self.dock = QDockWidget("Search", seat.window)
        self.dock.setObjectName("dock-search-under-test")
        self.dock.setWidget(self.panel)
        self.dock.hide()
        seat.window.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self.dock)

    def wait(self) -> None:
        for _ in range(6000):
            if not self.searching.busy:
                break
            QTest.qWait(5)
        assert not self.searching.busy
        settle()

    def find(self, mode: Mode, text: str = "", **labels: str) -> None:
        self.fields.set_mode(mode)
        self.fields.text.setText(text)
        for name, label in labels.items():
            combo = getattr(self.fields, name)
            combo.setCurrentIndex(combo.findData(label))
        QTest.mouseClick(self.fields.go, Qt.MouseButton.LeftButton)
        self.wait()

    def act(self, action: Action, label: str = "") -> None:
        self.searching.act(action, label)
        self.wait()

    def column(self, which: Column) -> list[str]:
        return [self.model.index(row, which).data() for row in range(self.model.rowCount())]

    @property
    def told(self) -> str:
        return self.panel.told.text() if self.panel.told.isVisible() else ""


@pytest.fixture
def desk(make_seat, tmp_path, template):
    seat = make_seat(many(template, tmp_path / "many.annotator"))
    seat.window.resize(1280, 800)
    seat.show()
    made = Desk(seat)
    made.searching.open()
    settle()
    yield made
    seat.bench.set_session(None)
    made.jobs.close()


def test_opening_shows_the_dock_with_the_selection_in_the_field(desk):
    assert desk.dock.isVisible()
    assert desk.seat.window.focusWidget() is desk.fields.text
    desk.fields.set_mode(Mode.REGEX)
    desk.seat.view.select(0, len("Jokowi"))
    desk.searching.open()
    assert desk.fields.wanted == Wanted(text="Jokowi")
    assert desk.fields.text.selectedText() == "Jokowi"


def test_words_are_found_in_all_documents_page_by_page(desk):
    counts = []
    desk.model.rowsInserted.connect(lambda *_: counts.append(desk.model.rowCount()))
    QTest.keyClicks(desk.fields.text, "jakarta")
    QTest.keyClick(desk.fields.text, Qt.Key.Key_Return)
    assert desk.searching.busy
    assert desk.fields.go.text() == "Stop"
    assert desk.panel.hint.text() == "Searching…"
    desk.wait()
    assert desk.model.rowCount() == COUNT
    assert counts[0] == 50, "the first lines do not wait for the others"
    assert desk.panel.count.text() == f"{COUNT} places in {COUNT} documents"
    assert desk.fields.go.text() == "Search"
    assert desk.column(Column.DOCUMENT)[:2] == ["berita-0001", "berita-0002"]


def test_the_lines_are_a_sound_model_while_they_arrive_and_change(desk, monkeypatch):
    monkeypatch.setattr(searching, "MOST_LINES", 80)  # the tester looks at every cell after every change
    tester = QAbstractItemModelTester(desk.model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    desk.find(Mode.WORDS, "jakarta")
    desk.model.toggle(range(5))
    desk.act(Action.LABEL, "GPE")
    assert desk.column(Column.LABEL)[:6] == ["GPE"] * 5 + [""]
    assert tester.model() is desk.model


def test_what_is_not_there_is_said(desk):
    desk.find(Mode.WORDS, "tidakada")
    assert desk.panel.hint.isVisible()
    assert desk.panel.hint.text() == "Nothing was found."
    desk.find(Mode.WORDS, "  ")
    assert "Type what to look for" in desk.told


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_broken_expression_is_one_sentence_in_the_panel(desk, theme):
    desk.seat.hands.shell.set_theme(theme)
    desk.find(Mode.REGEX, "(jak")
    assert desk.told.startswith("This is no regular expression")
    assert desk.told.endswith(".")
    assert desk.seat.message == ""
    assert desk.panel.hint.text() != "Nothing was found."
    desk.find(Mode.REGEX, r"berSAMA\s+b\w+")
    assert desk.told == ""
    assert desk.model.rowCount() == COUNT // 5
    desk.fields.match_case.setChecked(True)
    desk.wait()
    assert desk.model.rowCount() == 0


def test_spans_and_relations(desk):
    desk.find(Mode.SPANS, "jok", label="PERSON", how="prefix")
    assert set(desk.column(Column.LABEL)) == {"PERSON"}
    jokowis = [n for n in range(1, COUNT + 1) if n % 3 == 1 and n % 10 and n % 100 != 7]
    assert desk.column(Column.DOCUMENT) == [f"berita-{n:04}" for n in jokowis]
    desk.find(Mode.RELATIONS, relation="leads", head="PERSON")
    assert desk.model.rowCount() == COUNT // 10
    assert desk.model.line(0).hit == "Budi → BRI"
    assert not desk.panel.label.isEnabled()
    assert desk.panel.remove.isEnabled()
    desk.find(Mode.RELATIONS, relation="met_with")
    assert desk.model.rowCount() == 0


def test_a_search_can_be_stopped_and_another_takes_its_place(desk):
    desk.searching.search(Wanted(Mode.REGEX, "kata"))
    desk.searching.search(Wanted(text="bri"))
    desk.wait()
    assert desk.model.rowCount() == COUNT // 5
    desk.searching.search(Wanted(Mode.REGEX, "kata"))
    assert desk.searching.busy
    QTest.mouseClick(desk.fields.go, Qt.MouseButton.LeftButton)
    assert not desk.searching.busy
    rows = desk.model.rowCount()
    assert desk.told.startswith("Stopped")
    QTest.qWait(100)
    assert desk.model.rowCount() == rows


def test_too_many_lines_end_the_search(desk, monkeypatch):
    monkeypatch.setattr(searching, "MOST_LINES", 60)
    desk.find(Mode.WORDS, "jakarta")
    assert desk.model.rowCount() == 60
    assert "first 60" in desk.told


def test_an_expression_that_loses_itself_names_the_document(desk, monkeypatch):
    def lost(*_args, given_up, **_keywords):
        given_up += ["berita-0001", "berita-0002"]
        yield from ()

    monkeypatch.setattr(searching, "line_pages", lost)
    desk.find(Mode.REGEX, "(a+)+b")
    assert desk.told.startswith("2 documents were left out")
    assert "berita-0001, berita-0002" in desk.told


# Going there


def test_enter_goes_to_the_span_in_its_document(desk):
    desk.find(Mode.SPANS, "bri", label="ORG")
    QTest.keyClick(desk.fields.text, Qt.Key.Key_Down)
    assert desk.seat.window.focusWidget() is desk.table
    QTest.keyClick(desk.table, Qt.Key.Key_Down)
    QTest.keyClick(desk.table, Qt.Key.Key_Return)
    settle()
    assert desk.seat.name == "berita-0015"
    assert desk.seat.text_of(desk.seat.view.focused_span) == "BRI"
    assert desk.seat.window.focusWidget() is desk.seat.view


def test_a_double_click_selects_a_place_without_a_span(desk):
    desk.find(Mode.WORDS, "jakarta")
    rect = desk.table.visualRect(desk.model.index(3, Column.LINE))
    QTest.mouseClick(desk.table.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    QTest.mouseDClick(desk.table.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    settle()
    assert desk.seat.name == "berita-0004"
    start, end = desk.seat.view.selection
    assert desk.seat.document.text[start:end] == "Jakarta"
    assert desk.seat.view.focused_span is None


def test_a_relation_gets_the_focus(desk):
    desk.find(Mode.RELATIONS, relation="leads")
    desk.panel.enter_lines()
    QTest.keyClick(desk.table, Qt.Key.Key_Return)
    settle()
    assert desk.seat.name == "berita-0005"
    assert desk.seat.view.focused_relation is not None


def test_escape_gives_the_keyboard_back_to_the_article(desk):
    QTest.keyClick(desk.fields.text, Qt.Key.Key_Escape)
    assert desk.seat.window.focusWidget() is desk.seat.view
    desk.find(Mode.WORDS, "jakarta")
    desk.panel.enter_lines()
    QTest.keyClick(desk.table, Qt.Key.Key_Escape)
    assert desk.seat.window.focusWidget() is desk.seat.view
    desk.panel.enter_lines()
    QTest.keyClick(desk.table, Qt.Key.Key_Up)
    assert desk.seat.window.focusWidget() is desk.fields.text


# Ticking and acting


def test_ticks_by_space_click_and_all(desk):
    desk.find(Mode.WORDS, "bri")
    desk.panel.enter_lines()
    QTest.keyClick(desk.table, Qt.Key.Key_Space)
    QTest.keyClick(desk.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(desk.table, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(desk.table, Qt.Key.Key_Space)
    assert desk.model.ticked == [0, 1, 2]
    box = desk.table.visualRect(desk.model.index(4, Column.TICK))
    QTest.mouseClick(desk.table.viewport(), Qt.MouseButton.LeftButton, pos=box.center())
    assert desk.model.ticked == [0, 1, 2, 4]
    assert desk.panel.all.checkState() == Qt.CheckState.PartiallyChecked
    assert desk.panel.count.text().endswith("4 ticked")
    QTest.keyClick(desk.table, Qt.Key.Key_A, CTRL)
    assert desk.model.tick_count == COUNT // 5
    QTest.keyClick(desk.table, Qt.Key.Key_A, CTRL)
    assert desk.model.tick_count == 0
    QTest.mouseClick(desk.panel.all, Qt.MouseButton.LeftButton, pos=QPoint(6, desk.panel.all.height() // 2))
    assert desk.model.tick_count == COUNT // 5


def label_by_name(desk: Desk, key: str, name: str) -> None:
    QTest.keyClicks(desk.table, key)
    (popup,) = [found for found in desk.seat.window.findChildren(ChoicePopup) if found.isVisible()]
    QTest.keyClicks(popup._filter, name)
    QTest.keyClick(popup._filter, Qt.Key.Key_Return)
    desk.wait()


def spans_labelled(desk: Desk, label: str) -> int:
    rows = queries.label_totals(desk.seat.project.connection)
    return sum(total.items for total in rows if total.label == label and total.annotator == "ani")


def test_label_all_ticked_is_one_step_that_undo_takes_back(desk):
    desk.find(Mode.WORDS, "jakarta")
    desk.panel.enter_lines()
    desk.model.toggle(range(120))
    label_by_name(desk, "l", "gpe")
    assert spans_labelled(desk, "GPE") == 120
    assert desk.told == "120 places are GPE now."
    assert desk.column(Column.LABEL)[:121] == ["GPE"] * 120 + [""]
    assert desk.model.ticked == []
    assert desk.seat.bench.session.next_undo().title == "Label what was found as GPE"
    QTest.keyClick(desk.table, Qt.Key.Key_Z, CTRL)
    settle()
    desk.seat.hands.history.undo() if spans_labelled(desk, "GPE") else None
    assert spans_labelled(desk, "GPE") == 0
    assert desk.column(Column.LABEL)[:121] == [""] * 121


def test_what_was_left_alone_stays_ticked_with_the_reason(desk):
    desk.find(Mode.WORDS, "jakarta")
    desk.model.toggle(range(4))
    desk.act(Action.LABEL, "GPE")
    desk.model.toggle(range(2, 6))
    desk.act(Action.LABEL, "ORG")
    assert desk.told == "2 places are ORG now. 2 were left alone: “Jakarta” is labelled GPE there (2)."
    assert desk.model.ticked == [2, 3]
    assert desk.model.index(2, 0).data(LineRole.REASON) == "“Jakarta” is labelled GPE there."
    assert desk.column(Column.LABEL)[:6] == ["GPE"] * 4 + ["ORG"] * 2
    desk.panel.enter_lines()
    label_by_name(desk, "r", "org")
    assert desk.told == "2 places are ORG now."
    assert spans_labelled(desk, "GPE") == 2


def test_remove_takes_the_current_line_where_none_is_ticked(desk):
    desk.find(Mode.SPANS, "", label="ORG")
    desk.panel.enter_lines()
    before = desk.model.line(0)
    QTest.keyClick(desk.table, Qt.Key.Key_Delete)
    desk.wait()
    assert desk.told == "1 removed."
    assert desk.column(Column.LABEL)[:2] == ["", "ORG"]
    state = desk.seat.bench.session.open_document(before.document_id)
    assert not [span for span in state.spans() if span.label == "ORG"]
    desk.model.begin()
    desk.searching.act(Action.REMOVE)
    assert "Tick some lines" in desk.told


def test_relations_are_removed_and_their_spans_stay(desk):
    desk.find(Mode.RELATIONS, relation="leads")
    desk.model.toggle([0, 1])
    desk.act(Action.REMOVE)
    assert desk.told == "2 removed."
    state = desk.seat.bench.session.open_document(5)
    assert (len(state.spans()), len(state.relations())) == (2, 0)


def test_stopping_an_action_takes_it_back(desk):
    desk.find(Mode.WORDS, "jakarta")
    desk.model.tick_all(True)
    desk.searching.act(Action.LABEL, "GPE")
    for _ in range(200):
        if spans_labelled(desk, "GPE") > 20:
            break
        QTest.qWait(5)
    assert desk.searching.busy
    assert "done…" in desk.panel.count.text()
    desk.searching.search(Wanted(text="bri"))
    assert desk.model.rowCount() == COUNT, "no search beside an action"
    QTest.mouseClick(desk.fields.go, Qt.MouseButton.LeftButton)
    assert not desk.searching.busy
    assert desk.told == "Stopped; what had been done was taken back."
    assert spans_labelled(desk, "GPE") == 0
    assert desk.seat.bench.session.next_undo() is None


def test_closing_the_project_in_the_middle_of_an_action_takes_it_back(desk):
    desk.find(Mode.WORDS, "jakarta")
    desk.model.tick_all(True)
    desk.searching.act(Action.LABEL, "GPE")
    path = desk.seat.project.path
    assert spans_labelled(desk, "GPE") > 0
    desk.seat.bench.set_session(None)
    assert not desk.searching.busy
    assert not desk.panel.isEnabled()
    assert desk.model.rowCount() == 0
    assert desk.seat.hands.projects.open(path)
    assert spans_labelled(desk, "GPE") == 0
    assert desk.seat.bench.session.next_undo() is None


@pytest.mark.expected_log("annotator")
def test_a_full_disk_leaves_nothing_half_done(desk):
    desk.find(Mode.WORDS, "jakarta")
    desk.model.tick_all(True)
    with full_disk(desk.seat.project):
        desk.act(Action.LABEL, "GPE")
        assert "disk" in desk.seat.message.lower() or "disk" in desk.told.lower()
    path = desk.seat.project.path
    desk.seat.bench.set_session(None)
    assert desk.seat.hands.projects.open(path)
    assert spans_labelled(desk, "GPE") == 0


def test_a_read_only_project_is_searched_but_not_changed(make_seat, tmp_path, template):
    path = many(template, tmp_path / "ro.annotator")
    with read_only(path):
        desk = Desk(make_seat(path))
        desk.seat.show()
        desk.searching.open()
        desk.find(Mode.WORDS, "bri")
        assert desk.model.rowCount() == COUNT // 5
        desk.model.toggle([0])
        desk.act(Action.LABEL, "GPE")
        assert desk.seat.message
        assert desk.column(Column.LABEL)[0] == "ORG"
        desk.seat.bench.set_session(None)
        desk.jobs.close()


def test_acting_marks_documents_as_begun_in_the_list(desk):
    desk.find(Mode.WORDS, "jakarta")
    desk.model.toggle([0, 1])
    desk.act(Action.LABEL, "GPE")
    counts = queries.status_counts(desk.seat.project.connection, "ani")
    assert counts[Status.IN_PROGRESS] == 2
    assert desk.seat.window.panels.documents.model.counts() == counts


def test_an_edit_in_the_article_shows_in_the_lines(desk):
    desk.find(Mode.WORDS, "jakarta")
    desk.panel.enter_lines()
    QTest.keyClick(desk.table, Qt.Key.Key_Return)
    settle()
    desk.seat.press("2")
    assert desk.column(Column.LABEL)[:2] == ["GPE", ""]
    desk.seat.press("Ctrl+Z")
    assert desk.column(Column.LABEL)[:2] == ["", ""]


def test_lines_of_both_directions_are_painted(desk):
    desk.find(Mode.WORDS, "jakarta")
    desk.table.go_to(6)
    settle()
    leftward = desk.model.line(6)
    assert leftward.document == "berita-0007"
    rect = desk.table.visualRect(desk.model.index(6, Column.LINE))
    picture = desk.table.viewport().grab(rect).toImage()
    shades = {picture.pixel(x, y) for x in range(0, picture.width(), 2) for y in range(0, picture.height(), 2)}
    assert len(shades) > 8, "there is text in it"


def test_another_scheme_is_offered(desk):
    assert desk.fields.label.count() == 5
    desk.panel.set_scheme(scheme_from_dict({"spans": ["A", "B"], "relations": ["r"]}))
    assert [desk.fields.label.itemText(row) for row in range(desk.fields.label.count())] == ["Any label", "A", "B"]
    assert desk.fields.relation.count() == 2


def test_the_report_names_the_commonest_reasons():
    acted = Acted(changed=1200, same=1)
    for number, times in enumerate((1, 5, 3, 2), 1):
        for _ in range(times):
            acted.reasons[f"Reason {number}."] += 1
    assert report(acted, Action.LABEL, "GPE") == (
        "1200 places are GPE now. 1 was so already. "
        "11 were left alone: Reason 2 (5); Reason 3 (3); Reason 4 (2); and 1 other reason."
    )
    assert report(Acted(changed=1), Action.REMOVE, "") == "1 removed."
    assert isinstance(Refused("x"), Exception)


# The same text, asked from the article


class Article:
    """The window's own search, asked from the article by its key."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.searching = seat.window.panels.searching
        self.panel, self.model = self.searching.panel, self.searching.panel.model

    def ask(self, surface: str, key: str) -> None:
        start = self.seat.document.text.index(surface)
        self.seat.view.select(start, start + len(surface))
        self.seat.press(key, "Ctrl+Shift+D")
        self.wait()

    def wait(self) -> None:
        for _ in range(2000):
            if not self.searching.busy:
                break
            QTest.qWait(5)
        settle()

    def rows(self, column: Column) -> list[str]:
        return [self.model.index(row, column).data() for row in range(self.model.rowCount())]


@pytest.fixture
def article(make_seat, tmp_path):
    texts = ("Ia tiba di Jakarta kemarin.", "Kata Universitas Jakarta begitu.", "Warga di Jakarta.", "Di kota Jakarta saja.")
    whole = [suggestions([("s1", 3, 15, "ORG")])]
    path = make_project(
        tmp_path / "d.annotator", [(document(f"d{n}", text), whole if n == 3 else []) for n, text in enumerate(texts)]
    )
    made = Article(make_seat(path))
    made.seat.window.resize(1280, 800)
    made.seat.show()
    return made


def test_the_same_text_everywhere_is_ticked_where_its_context_agrees(article):
    article.ask("Jakarta", "2")
    assert article.rows(Column.DOCUMENT) == ["d0", "d1", "d2", "d3"]
    assert article.rows(Column.NOTE) == ["", "part of “Universitas Jakarta”", "", "part of “kota Jakarta” (ORG)"]
    assert article.model.ticked == [0, 2]
    assert article.panel.label.text() == "Label as GPE"
    assert article.panel.told.text().endswith("2 are not ticked: see why.")
    assert article.seat.window.focusWidget() is article.panel.table
    article.seat.press("l")
    article.wait()
    assert article.rows(Column.LABEL) == ["GPE", "", "GPE", ""]
    assert article.panel.told.text() == "1 place is GPE now. 1 was so already."
    article.seat.view.setFocus()
    article.seat.press("Ctrl+Z")
    assert article.rows(Column.LABEL) == ["GPE", "", "", ""], "one step"


def test_a_place_is_ticked_by_hand_all_the_same(article):
    article.ask("Jakarta", "2")
    QTest.keyClick(article.panel.table, Qt.Key.Key_Down)
    QTest.keyClick(article.panel.table, Qt.Key.Key_Space)
    assert article.model.ticked == [0, 1, 2]
    article.seat.press("l")
    article.wait()
    assert article.rows(Column.LABEL) == ["GPE", "GPE", "GPE", ""]


def test_another_search_forgets_the_doubts(article):
    article.ask("Jakarta", "2")
    assert article.panel.table.columnWidth(Column.NOTE) > 0
    article.searching.search(Wanted(text="jakarta"))
    article.wait()
    assert article.rows(Column.NOTE) == [""] * 4
    assert article.panel.table.columnWidth(Column.NOTE) == 0
    assert article.panel.label.text() == "Label as…"


def test_a_stopped_comparison_ticks_nothing(article):
    article.ask("Jakarta", "2")
    article.searching.list_same_text("Jakarta", "GPE", Origin(1, 11, 18))
    article.searching.stop()
    assert article.model.ticked == []
    assert article.panel.told.text().startswith("Stopped")


def test_an_end_that_came_too_early_ticks_nothing(article, monkeypatch):
    monkeypatch.setattr(searching, "MOST_LINES", 2)
    article.ask("Jakarta", "2")
    assert article.model.rowCount() == 2
    assert article.model.ticked == [], "not all places were seen, so none was judged"
