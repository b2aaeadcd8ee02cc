"""The consistency inbox in the window: counting, looking at the places, deciding once for all, dismissing with a reason."""

from __future__ import annotations

import re

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest

from annotator.commands import spans
from annotator.commands.inbox import Entry, Inbox
from annotator.domain.annotations import AnnotationSet, Kind, SetInfo, Span
from annotator.domain.context import Doubt, Why
from annotator.domain.documents import Status
from annotator.store import suggesters
from annotator.store.suggesters import Dismissal
from annotator.ui import inbox as inbox_hands
from annotator.ui.choice import ChoicePopup
from annotator.ui.models.inbox import InboxModel, InboxRole
from annotator.ui.models.search import Column
from annotator.ui.models.search_words import doubt_words
from annotator.ui.panels.inbox import InboxPanel
from tests.qt.window_support import Seat, document, full_disk, make_project, read_only, settle

PLAIN, NAME = "Kata Bank Indonesia di Jakarta kemarin.", "Dari Universitas Jakarta dan Bank Indonesia saja."


def labelled(text: str, *found: tuple[str, str]) -> AnnotationSet:
    made = {}
    for surface, label in found:
        for match in re.finditer(re.escape(surface), text):
            made[f"s{len(made)}"] = Span(f"s{len(made)}", (match.span(),), label)
    return AnnotationSet(SetInfo(0, "ani", Kind.PERSON, Status.DONE), made)


ORG, GPE = ("Bank Indonesia", "ORG"), ("Jakarta", "GPE")
CONTENT = (
    *[(PLAIN, (ORG, GPE))] * 3,
    (PLAIN, (("Bank Indonesia", "PERSON"), GPE)),
    (PLAIN, (GPE,)),
    (NAME, (ORG,)),
)
"""Bank Indonesia: ORG 4, PERSON 1, nothing 1; Jakarta: GPE 5, nothing 1, which is a part of Universitas Jakarta."""


@pytest.fixture(scope="module")
def template(tmp_path_factory):
    content = [(document(f"d{n}", text), [labelled(text, *found)]) for n, (text, found) in enumerate(CONTENT, 1)]
    return make_project(tmp_path_factory.mktemp("inbox") / "template.annotator", content)


class Desk:
    """Hands on the inbox of a window."""

    def __init__(self, seat: Seat) -> None:
        self.seat = seat
        self.hands, self.searching = seat.window.panels.inbox, seat.window.panels.searching
        self.panel, self.lines = self.hands.panel, self.searching.panel

    def wait(self) -> None:
        for _ in range(2000):
            QTest.qWait(5)
            if not self.hands.busy and not self.searching.busy:
                break
        assert not self.hands.busy
        settle()

    @property
    def rows(self) -> list[str]:
        return [self.panel.model.index(row, 0).data() for row in range(self.panel.model.rowCount())]

    def press(self, key: str) -> None:
        self.panel.view.setFocus()
        self.seat.press(key)
        self.wait()

    def column(self, which: Column) -> list[str]:
        model = self.lines.model
        return [model.index(row, which).data() for row in range(model.rowCount())]

    def go_to(self, text: str) -> None:
        row = next(row for row, told in enumerate(self.rows) if told.startswith(text))
        self.panel.view.setCurrentIndex(self.panel.model.index(row, 0))


@pytest.fixture
def desk(make_seat, project_file):
    made = Desk(make_seat(project_file))
    made.seat.window.resize(1280, 800)
    made.seat.show()
    made.seat.trigger("find.inbox")
    made.wait()
    return made


BI, JAKARTA = "Bank Indonesia — ORG 4 · PERSON 1 · nothing 1", "Jakarta — GPE 5 · nothing 1"


def test_opening_counts_and_puts_the_keyboard_into_the_list(desk):
    assert desk.rows == [BI, JAKARTA]
    assert desk.panel.count.text() == "2 texts"
    assert desk.seat.window.focusWidget() is desk.panel.view
    assert desk.panel.current.key == "Bank Indonesia"
    assert not desk.panel.bar.isVisible()
    desk.press("Escape")
    assert desk.seat.window.focusWidget() is desk.seat.view


def test_nothing_is_counted_before_the_panel_is_seen(make_seat, project_file):
    made = Desk(make_seat(project_file))
    made.seat.show()
    assert not made.hands.busy
    assert not made.panel.isVisible()
    made.hands.open()
    assert made.hands.busy
    assert made.panel.hint.text() == "Counting…"
    made.wait()
    assert len(made.rows) == 2


def test_a_project_that_opens_under_the_panel_is_counted(desk, tmp_path):
    text = "Bogor hujan."
    other = make_project(
        tmp_path / "lain.annotator",
        [(document(f"x{n}", text), [labelled(text, ("Bogor", label))]) for n, label in enumerate(("GPE", "ORG"))],
    )
    assert desk.seat.hands.projects.open(other)
    desk.wait()
    assert desk.rows == ["Bogor — GPE 1 · ORG 1"]
    desk.seat.bench.set_session(None)
    assert desk.rows == []
    assert not desk.panel.isEnabled()
    desk.hands.open()
    desk.hands.refresh()
    assert not desk.hands.busy


def test_enter_lists_the_places_that_disagree(desk):
    desk.press("Return")
    assert desk.column(Column.LABEL) == ["PERSON", ""]
    assert desk.column(Column.DOCUMENT) == ["d4", "d5"]
    assert desk.lines.model.ticked == [0, 1]
    assert desk.lines.label.text() == "Decide as ORG"
    assert desk.lines.told.text() == "L makes the ticked places ORG, R something else; Del removes their spans."
    assert desk.seat.window.focusWidget() is desk.lines.table


def test_a_click_goes_to_an_entry_and_a_double_click_opens_it(desk):
    rect = desk.panel.view.visualRect(desk.panel.model.index(1, 0))
    QTest.mouseClick(desk.panel.view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    desk.wait()
    assert desk.panel.current.key == "Jakarta"
    assert desk.lines.model.rowCount() == 0
    QTest.mouseDClick(desk.panel.view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    desk.wait()
    assert desk.lines.model.rowCount() == 1


def test_a_place_that_is_part_of_a_longer_name_is_listed_with_the_reason_and_not_ticked(desk):
    desk.go_to("Jakarta")
    desk.press("Return")
    assert desk.column(Column.NOTE) == ["part of “Universitas Jakarta”"]
    assert desk.lines.model.ticked == []
    assert desk.lines.table.columnWidth(Column.NOTE) > 100
    assert "1 is not ticked: see why." in desk.lines.told.text()
    tip = desk.lines.model.index(0, Column.LINE).data(Qt.ItemDataRole.ToolTipRole)
    assert "Not ticked: part of “Universitas Jakarta”" in tip
    assert desk.lines.model.index(0, Column.NOTE).data(Qt.ItemDataRole.AccessibleTextRole) == "part of “Universitas Jakarta”"
    desk.go_to("Bank")
    desk.press("Return")
    assert desk.lines.table.columnWidth(Column.NOTE) == 0


def test_all_places_on_demand_with_the_majority_unticked(desk):
    desk.press("a")
    assert desk.column(Column.LABEL) == ["ORG", "ORG", "ORG", "PERSON", "", "ORG"]
    assert desk.lines.model.ticked == [3, 4]
    QTest.mouseClick(desk.panel.places, Qt.MouseButton.LeftButton)
    desk.wait()
    assert desk.lines.model.rowCount() == 2
    QTest.mouseClick(desk.panel.all_places, Qt.MouseButton.LeftButton)
    desk.wait()
    assert desk.lines.model.rowCount() == 6


def test_one_key_decides_all_and_undo_brings_the_entry_back(desk):
    desk.press("Return")
    desk.seat.press("l")
    desk.wait()
    assert desk.lines.told.text() == "2 places are ORG now."
    assert desk.column(Column.LABEL) == ["ORG", "ORG"]
    assert desk.rows == [JAKARTA], "it is settled"
    assert desk.panel.current.key == "Jakarta"
    desk.seat.view.setFocus()
    desk.seat.press("Ctrl+Z")
    desk.wait()
    assert desk.rows[0] == BI
    assert desk.column(Column.LABEL) == ["PERSON", ""]
    desk.seat.press("Ctrl+Shift+Z")
    desk.wait()
    assert desk.rows == [JAKARTA]


def test_another_label_for_all(desk):
    desk.press("Return")
    assert desk.lines.relabel.text() == "Decide otherwise…"
    desk.seat.press("r")
    (popup,) = desk.seat.window.findChildren(ChoicePopup)
    popup.chosen.emit("GPE")
    popup.close()
    desk.wait()
    assert desk.column(Column.LABEL) == ["GPE", "GPE"]
    assert desk.rows[0] == "Bank Indonesia — ORG 4 · GPE 2"


def test_spans_are_removed_where_most_have_none(desk, make_seat, tmp_path):
    text = "Kata ia."
    path = make_project(
        tmp_path / "ia.annotator",
        [(document(f"x{n}", text), [labelled(text, *([("ia", "PERSON")] if not n else []))]) for n in range(3)],
    )
    assert desk.seat.hands.projects.open(path)
    desk.wait()
    assert desk.rows == ["ia — nothing 2 · PERSON 1"]
    desk.press("Return")
    assert desk.lines.label.text() == "Decide as…"
    assert desk.lines.told.text().startswith("Most places have no span.")
    desk.seat.press("Delete")
    desk.wait()
    assert desk.rows == []
    assert desk.panel.hint.text() == "All texts are labelled alike."


def test_a_search_of_ones_own_is_not_a_decision(desk):
    desk.press("Return")
    desk.lines.fields.text.setFocus()
    desk.seat.press("Return")
    desk.wait()
    assert desk.lines.model.rowCount() == 6
    assert desk.lines.label.text() == "Label as…"
    assert desk.lines.relabel.text() == "Relabel…"
    assert desk.lines.model.ticked == []


def test_dismissing_asks_for_a_reason_and_remembers_it(desk):
    desk.press("d")
    assert desk.panel.asked.text() == "Why may “Bank Indonesia” stay as it is?"
    assert desk.seat.window.focusWidget() is desk.panel.reason
    assert not desk.panel.keep.isEnabled()
    desk.seat.press("Return")
    assert len(desk.rows) == 2, "no reason, no dismissal"
    QTest.keyClicks(desk.panel.reason, "bank dan orang <b>")
    desk.seat.press("Return")
    assert desk.rows == [JAKARTA]
    assert desk.seat.window.focusWidget() is desk.panel.view
    (kept,) = suggesters.dismissals(desk.seat.project.connection).values()
    assert (kept.surface, kept.reason, kept.actor) == ("Bank Indonesia", "bank dan orang <b>", "ani")
    assert kept.told == {"ORG": 4, "PERSON": 1, "": 1}
    desk.hands.refresh()
    desk.wait()
    assert desk.rows == [JAKARTA]
    desk.panel.dismissed.click()
    assert desk.rows == [BI]
    tip = desk.panel.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "Dismissed by ani: bank dan orang &lt;b&gt;" in tip
    desk.press("Return")
    assert desk.lines.model.rowCount() == 6
    desk.press("d")
    assert desk.rows == []
    assert desk.panel.hint.text() == "Nothing was dismissed."
    desk.panel.dismissed.click()
    assert desk.rows == [BI, JAKARTA]


def test_a_dismissal_comes_back_with_a_new_label(desk):
    desk.hands.dismiss(desk.panel.current, "so")
    desk.seat.open_named("d1")
    desk.seat.bench.run(spans.relabel_span(desk.seat.document.set_id, "s0", "GPE"))
    assert desk.panel.count.text() == "1 text · edited since"
    QTest.mouseClick(desk.panel.refresh, Qt.MouseButton.LeftButton)
    desk.wait()
    assert desk.panel.count.text() == "2 texts"
    assert desk.rows[0] == "Bank Indonesia — ORG 3 · GPE 1 · PERSON 1 · nothing 1"
    tip = desk.panel.model.index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "New since then: GPE" in tip
    desk.seat.window.grab()
    desk.press("d")
    assert desk.panel.reason.text() == "so", "the reason of then is offered"


def test_escape_leaves_the_question_and_so_does_another_entry(desk):
    desk.press("d")
    desk.seat.press("Escape")
    assert desk.panel.reason.isHidden() or not desk.panel.reason.isVisible()
    assert desk.seat.window.focusWidget() is desk.panel.view
    assert desk.panel.dismiss.isVisible()
    desk.press("d")
    QTest.mouseClick(desk.panel.cancel, Qt.MouseButton.LeftButton)
    assert desk.panel.dismiss.isVisible()
    desk.press("d")
    desk.go_to("Jakarta")
    assert desk.panel.dismiss.isVisible()
    assert len(desk.rows) == 2


def test_what_is_no_work_does_not_make_the_counts_old(desk):
    desk.seat.trigger("document.flag")
    desk.seat.open_named("d2")
    assert desk.panel.count.text() in ("2 texts", "2 texts · edited since")
    desk.seat.bench.run(spans.remove_span(desk.seat.document.set_id, "s1"))
    assert desk.panel.count.text() == "2 texts · edited since"


def test_counting_shows_how_far_it_is_and_can_be_stopped(desk, monkeypatch):
    desk.hands.refresh()
    desk.panel.set_counting(3, 12)
    assert desk.panel.bar.isVisible()
    assert (desk.panel.bar.value(), desk.panel.bar.maximum()) == (3, 12)
    assert desk.panel.refresh.accessibleName() == "Stop"
    QTest.mouseClick(desk.panel.refresh, Qt.MouseButton.LeftButton)
    assert not desk.hands.busy
    assert not desk.panel.bar.isVisible()
    assert desk.rows == [BI, JAKARTA], "what was counted before stays"


def test_a_failure_is_one_sentence_and_the_rest_stays(desk, monkeypatch):
    def broken(*_):
        raise inbox_hands.AnnotatorError("The file cannot be read.")
        yield

    monkeypatch.setattr("annotator.commands.inbox.count", broken)
    desk.hands.refresh()
    desk.wait()
    assert desk.rows == [BI, JAKARTA]
    desk.panel.model.set_entries([])
    desk.hands.refresh()
    desk.wait()
    assert desk.panel.hint.text() == "The file cannot be read."


def test_a_full_disk_keeps_the_entry(desk):
    entry = desk.panel.current
    with full_disk(desk.seat.project):
        desk.hands.dismiss(entry, "x" * 2_000_000)
    assert desk.seat.message
    assert desk.rows == [BI, JAKARTA]
    assert suggesters.dismissals(desk.seat.project.connection) == {}


def test_in_a_project_that_can_only_be_read_nothing_is_dismissed(make_seat, project_file):
    with read_only(project_file):
        made = Desk(make_seat(project_file))
        made.seat.show()
        made.hands.open()
        made.wait()
        assert len(made.rows) == 2
        made.hands.dismiss(made.panel.current, "so")
        made.hands.take_up_again(made.panel.current)
        assert made.seat.message
        assert len(made.rows) == 2


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_is_drawn_in_both_themes(desk, theme):
    desk.seat.hands.shell.set_theme(theme)
    told = Dismissal("Jakarta", "so", {"GPE": 1}, "ani", "")
    many = {f"LABEL{n}": 50 - n for n in range(20)}
    desk.panel.model.set_entries([Entry("Jakarta", "Jakarta", {"GPE": 5, "": 1}, dismissal=told), Entry("x", "x " * 50, many)])
    picture = desk.panel.grab().toImage()
    assert len({picture.pixel(x, y) for x in range(0, picture.width(), 3) for y in range(0, picture.height(), 3)}) > 4


def test_the_entries_are_a_sound_model(qapp):
    model = InboxModel()
    QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    first, second = Entry("a", "a", {"X": 2, "": 1}), Entry("b", "b", {"X": 1, "Y": 1})
    model.set_entries([first, second])
    model.replace(Entry("b", "b", {"X": 3, "Y": 1}))
    model.replace(Entry("c", "c", {"X": 3}))
    assert [model.index(row, 0).data() for row in range(model.rowCount())] == ["a — X 2 · nothing 1", "b — X 3 · Y 1"]
    assert model.index(0, 0).data(InboxRole.ENTRY) == first
    model.drop("a")
    model.drop("z")
    assert model.rowCount() == 1
    assert model.row_of("a") == -1
    assert model.entry(5) is None


def test_what_was_not_kept_is_counted_in_the_head(qtbot):
    panel = InboxPanel()
    qtbot.addWidget(panel)
    panel.show_inbox(Inbox((Entry("a", "a", {"X": 2, "": 1}),), more=120))
    assert panel.count.text() == "1 text · 120 more of less weight"


@pytest.mark.parametrize(
    ("doubt", "hit", "words"),
    [
        (Doubt(Why.LABELLED, label="ORG"), "Jakarta", "is ORG"),
        (Doubt(Why.OVERLAPS, "kota Jakarta", "GPE"), "Jakarta", "part of “kota Jakarta” (GPE)"),
        (Doubt(Why.OVERLAPS, "kota", "GPE"), "kota Jakarta", "overlaps “kota” (GPE)"),
        (Doubt(Why.LONGER_NAME, "DKI\nJakarta"), "Jakarta", "part of “DKI Jakarta”"),
        (Doubt(Why.AFTER, "kantor", "ORG", 12), "Jakarta", "12× ORG after “kantor”"),
        (Doubt(Why.BEFORE, "raya", "", 2), "Jakarta", "2× blank before “raya”"),
        (Doubt(Why.CAPITAL), "Bank", "a capital inside a sentence"),
        (Doubt(Why.ORDINARY), "Baru", "an ordinary word, perhaps"),
    ],
)
def test_doubts_in_a_few_words(qapp, doubt, hit, words):
    assert doubt_words(doubt, hit) == words
