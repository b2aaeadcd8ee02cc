"""The relation grid in the real window: Ctrl+R, keys in its cells, what the article shows of it, and keeping in step."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible, QImage
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QListWidget

from annotator.commands import relations, spans
from annotator.commands.command import Command
from annotator.domain.annotations import Span
from annotator.domain.labels import scheme_from_dict, scheme_to_dict
from annotator.ui.choice import ChoicePopup
from annotator.ui.models.grid import GridModel, GridRole
from annotator.ui.models.grid_cells import excerpt_of
from annotator.ui.models.labels import LabelRole
from tests.qt.window_support import TEXT, Seat, document, make_project, read_only, settle, suggestions

ACROSS, DOWN = Qt.Orientation.Horizontal, Qt.Orientation.Vertical


@pytest.fixture
def seat(seat: Seat) -> Seat:
    """ "satu": s1 Putin and s2 Rusia are GPE, s3 Jokowi and s4 Putin are PERSON; a met_with of s3 and s4 is suggested."""
    seat.show()
    return seat


def table(seat: Seat):
    return seat.window.panels.grid.table


def dock(seat: Seat):
    return seat.window._grid_dock


def here(seat: Seat) -> tuple[str, str]:
    cell = seat.window.panels.grid.cell
    assert cell is not None
    return cell.head, cell.tail


def linked(seat: Seat) -> set[tuple[str, str, str, bool]]:
    return {(link.label, link.head, link.tail, link.reviewed) for link in seat.document.relations()}


def enter(seat: Seat, head: str, tail: str) -> None:
    """Ctrl+R, then to a cell."""
    if not table(seat).hasFocus():
        seat.press("Ctrl+R")
    table(seat).go(seat.window.panels.grid.model.cells.place_of(head, tail))
    settle()
    assert here(seat) == (head, tail)


SUGGESTED = ("met_with", "s3", "s4", False)


# --- coming and going ----------------------------------------------------------------------------------------------------------


def test_it_is_away_until_it_is_asked_for(seat):
    assert dock(seat).isHidden()
    seat.press("Ctrl+R")
    settle()
    assert dock(seat).isVisible()
    assert table(seat).hasFocus()
    assert here(seat) == ("s3", "s1"), "the first cell that may hold something"
    seat.press("Escape")
    assert seat.view.hasFocus()
    assert dock(seat).isVisible()
    seat.press("Ctrl+R")
    assert table(seat).hasFocus()
    seat.press("Ctrl+R")
    settle()
    assert dock(seat).isHidden()
    assert seat.view.hasFocus()


def test_without_a_project_it_stays_away(make_seat):
    seat = make_seat()
    seat.show()
    seat.press("Ctrl+R")
    seat.window.show_relation_grid()
    assert dock(seat).isHidden()


def test_it_begins_at_what_has_the_focus(seat):
    seat.view.focus_span("s4")
    seat.press("Ctrl+R")
    assert here(seat)[0] == "s4"
    seat.press("Escape")
    seat.view.focus_relation("r1")
    seat.press("Ctrl+R")
    assert here(seat) == ("s3", "s4")
    assert seat.bench.relation.id == "r1"


def test_the_next_document_brings_its_own_spans(seat):
    seat.press("Ctrl+R")
    seat.press("Ctrl+PageDown")
    assert seat.name == "dua"
    assert seat.window.panels.grid.excerpt.ids == ("s1", "s2")
    seat.press("Ctrl+PageDown")
    panel = seat.window.panels.grid
    assert (panel.table.isVisible(), panel._hint.text()) == (False, "There are no spans in this paragraph.")
    seat.press("Ctrl+R")
    assert panel.hasFocus()
    seat.press("a", "Escape")
    assert seat.view.hasFocus()


def test_where_the_scheme_links_nothing_it_says_so(make_seat, tmp_path):
    content = [(document("a", "Senin dan Selasa."), [suggestions([("s1", 0, 5, "DATE"), ("s2", 10, 16, "DATE")])])]
    seat = make_seat(make_project(tmp_path / "p.annotator", content))
    seat.show()
    seat.press("Ctrl+R")
    assert "No relation label of the scheme links any of the spans" in seat.window.panels.grid._hint.text()
    seat.view.focus_span("s1")
    seat.hands.editing.label("PERSON")
    seat.view.focus_span("s2")
    seat.hands.editing.label("PERSON")
    assert table(seat).isVisible()
    assert here(seat) == ("s1", "s2")


# --- which spans ---------------------------------------------------------------------------------------------------------------


@pytest.fixture
def pages(make_seat, tmp_path) -> Seat:
    """A document of two paragraphs, with the same spans in each."""
    both = [
        ("s1", 0, 5, "PERSON"),
        ("s2", 14, 19, "GPE"),
        ("s3", 54, 59, "PERSON"),
        ("s4", 68, 73, "GPE"),
        ("s5", 75, 81, "PERSON"),
    ]
    seat = make_seat(make_project(tmp_path / "p.annotator", [(document("a", f"{TEXT}\n{TEXT}"), [suggestions(both)])]))
    seat.show()
    return seat


def test_it_follows_the_caret_from_paragraph_to_paragraph_while_the_article_has_the_keyboard(pages):
    pages.press("Ctrl+R")
    panel = pages.window.panels.grid
    assert panel.excerpt.ids == ("s1", "s2")
    pages.press("Escape", "Ctrl+End")
    assert panel.excerpt.ids == ("s3", "s4", "s5")
    pages.press("Ctrl+Home")
    assert panel.excerpt.ids == ("s1", "s2")


def test_a_selection_is_taken_and_kept_until_the_caret_leaves_it(pages):
    panel = pages.window.panels.grid
    pages.view.select(14, 74)
    pages.press("Ctrl+R")
    assert panel.excerpt.ids == ("s2", "s3", "s4")
    assert panel._line.accessibleName().endswith("3 spans of the selection")
    enter(pages, "s3", "s2")
    pages.press("1")
    assert ("leads", "s3", "s2", True) in linked(pages)
    assert panel.excerpt.ids == ("s2", "s3", "s4"), "the selection itself is gone by now"
    pages.press("Escape")
    assert panel.excerpt.ids == ("s2", "s3", "s4")
    pages.press("Ctrl+End")
    assert panel.excerpt.ids == ("s3", "s4", "s5")


def test_of_too_many_spans_it_says_that_they_are_the_nearest(make_seat, tmp_path):
    text = "ab " * 100
    content = [(document("a", text), [suggestions([(f"s{n}", 3 * n, 3 * n + 2, "ORG") for n in range(100)])])]
    seat = make_seat(make_project(tmp_path / "p.annotator", content))
    seat.show()
    seat.press("Ctrl+R")
    assert "the nearest 60 spans" in seat.window.panels.grid._line.accessibleName()
    seat.press("Escape", "Ctrl+End")
    assert seat.window.panels.grid.excerpt.ids[-1] == "s99"


# --- walking -------------------------------------------------------------------------------------------------------------------


def test_arrows_walk_over_open_cells_alone(seat):
    seat.press("Ctrl+R")
    walked = [here(seat)]
    for key in ("Right", "Right", "Right", "Down", "Up", "Home", "End", "Ctrl+End", "Ctrl+Home", "PageDown", "PageUp", "Left"):
        seat.press(key)
        walked.append(here(seat))
    assert walked == [
        ("s3", "s1"), ("s3", "s2"), ("s3", "s4"), ("s3", "s4"), ("s4", "s3"), ("s3", "s4"), ("s3", "s1"), ("s3", "s4"),
        ("s4", "s3"), ("s3", "s1"), ("s4", "s1"), ("s3", "s1"), ("s3", "s1"),
    ]  # fmt: skip


def test_a_click_enters_an_open_cell_and_no_other(seat):
    seat.press("Ctrl+R")
    settle()
    view, model = table(seat), seat.window.panels.grid.model

    def click(row: int, column: int) -> None:
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(model.index(row, column)).center())

    click(3, 1)
    assert here(seat) == ("s4", "s2")
    click(0, 1)
    assert here(seat) == ("s4", "s2")
    click(2, 3)
    assert seat.bench.relation.id == "r1"
    assert view.hasFocus()


def test_a_double_click_links(seat):
    seat.press("Ctrl+R")
    settle()
    view = table(seat)
    place = view.visualRect(seat.window.panels.grid.model.index(2, 3)).center()
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    settle()
    assert linked(seat) == {("met_with", "s3", "s4", True)}


def test_suggestions_by_full_stop_and_comma(seat):
    enter(seat, "s3", "s1")
    seat.press(".")
    assert here(seat) == ("s3", "s4")
    seat.press(".")
    assert seat.told[-1] == "There is no suggestion that way."
    seat.press("End", "Down", ",")
    assert here(seat) == ("s3", "s4")


# --- what its keys change ------------------------------------------------------------------------------------------------------


def test_a_labels_key_links_and_unlinks_in_one_step_each(seat):
    enter(seat, "s3", "s1")
    seat.press("1")
    assert linked(seat) == {SUGGESTED, ("leads", "s3", "s1", True)}
    assert table(seat).hasFocus()
    seat.press("2")
    assert ("visited", "s3", "s1", True) in linked(seat)
    seat.press("1")
    assert linked(seat) == {SUGGESTED, ("visited", "s3", "s1", True)}
    seat.press("Ctrl+Z")
    assert ("leads", "s3", "s1", True) in linked(seat)
    seat.press("Ctrl+Z", "Ctrl+Z")
    assert linked(seat) == {SUGGESTED}
    assert here(seat) == ("s3", "s1")


def test_its_key_accepts_a_suggestion(seat):
    enter(seat, "s4", "s3")
    seat.press("3")
    assert linked(seat) == {("met_with", "s3", "s4", True)}, "from the other side of the symmetric relation, too"


def test_space_accepts_and_delete_rejects(seat):
    enter(seat, "s3", "s4")
    seat.press("Space")
    assert linked(seat) == {("met_with", "s3", "s4", True)}
    seat.press("Space")
    assert seat.told[-1] == "This relation is reviewed already."
    seat.press("Ctrl+Z", "Delete")
    assert linked(seat) == set()
    assert here(seat) == ("s3", "s4")
    assert table(seat).hasFocus()
    count = seat.project.connection.execute("SELECT count(*) FROM verdicts WHERE verdict = 'rejected'").fetchone()
    assert count == (1,)
    seat.press("Delete")
    assert seat.told[-1] == "There is no relation in this cell."


def test_enter_makes_the_one_that_is_possible(seat):
    enter(seat, "s3", "s4")
    seat.press("Delete", "Return")
    assert linked(seat) == {("met_with", "s3", "s4", True)}
    seat.press("Return")
    assert seat.told[-1] == "Every relation that is possible here is there."


def test_enter_asks_which_of_several_and_the_keyboard_comes_back(seat):
    enter(seat, "s4", "s2")
    seat.press("Return")
    popup = seat.window.findChild(ChoicePopup)
    assert popup.accessibleName() == "“Putin” → “Rusia”"
    assert isinstance(seat.window.focusWidget(), QListWidget)
    assert seat.view.look.linked == {"s4", "s2"}, "they stay lit while the label is chosen"
    seat.press("2")
    assert ("visited", "s4", "s2", True) in linked(seat)
    assert table(seat).hasFocus()
    assert here(seat) == ("s4", "s2")
    seat.press("Return")
    assert ("leads", "s4", "s2", True) in linked(seat), "one is left"


def test_a_question_that_is_not_answered_changes_nothing(seat):
    enter(seat, "s4", "s2")
    seat.press("Return", "Escape")
    assert linked(seat) == {SUGGESTED}
    assert table(seat).hasFocus()


def test_what_the_scheme_forbids_is_refused_in_a_sentence(seat):
    enter(seat, "s3", "s1")
    seat.press("3")
    assert "“met_with” links PERSON and PERSON" in seat.message
    seat.press("z")
    assert seat.told[-1] == "No relation label has the key z."
    enter(seat, "s3", "s4")
    seat.press("x")
    assert "has no direction" in seat.message
    assert linked(seat) == {SUGGESTED}


def test_a_reversed_relation_is_followed_to_its_cell(make_seat, tmp_path):
    found = suggestions([("s1", 0, 3, "ORG"), ("s2", 8, 11, "ORG")], [("r1", "part_of", "s1", "s2")])
    seat = make_seat(make_project(tmp_path / "p.annotator", [(document("a", "BRI dan BNI."), [found])]))
    seat.show()
    enter(seat, "s1", "s2")
    seat.press("x")
    assert linked(seat) == {("part_of", "s2", "s1", True)}
    assert here(seat) == ("s2", "s1")
    enter(seat, "s1", "s1")
    seat.press("Return")
    assert ("part_of", "s1", "s1", True) in linked(seat), "a reflexive label may link a span to itself"


def test_of_several_in_one_cell_the_keys_act_on_the_one_that_has_the_focus(seat):
    enter(seat, "s3", "s2")
    seat.press("1", "2")
    assert seat.bench.relation.label == "visited"
    seat.press("c")
    assert seat.bench.relation.label == "leads"
    seat.press("Delete")
    assert linked(seat) == {SUGGESTED, ("visited", "s3", "s2", True)}
    assert seat.bench.relation.label == "visited", "what is left has the focus"


def test_in_a_read_only_project_every_key_says_why_nothing_happens(make_seat, project_file):
    make_seat(project_file).leave()
    with read_only(project_file):
        seat = make_seat(project_file)
        seat.show()
        before = seat.content()
        enter(seat, "s3", "s4")
        for key in ("3", "Return", "Space", "Delete", "x"):
            seat.bench.messages.clear()
            seat.press(key)
            assert "open elsewhere" in seat.message, key
        assert seat.content() == before
        assert seat.window.findChild(ChoicePopup) is None


# --- what the article and the palette show -------------------------------------------------------------------------------------


def test_a_cell_lights_its_ends_in_the_article_or_focuses_its_relation(seat):
    enter(seat, "s4", "s1")
    assert seat.view.look.linked == {"s4", "s1"}
    assert seat.view.focused_span is seat.view.focused_relation is None
    seat.press("Up", "End")
    assert seat.bench.relation.id == "r1"
    assert table(seat).hasFocus()
    seat.press("Home")
    assert seat.bench.relation is None
    assert seat.view.look.linked == {"s3", "s1"}
    seat.press("Escape")
    assert seat.view.look.linked == set()


def test_ends_out_of_sight_are_brought_into_view(make_seat, tmp_path):
    text = f"Budi {'kata ' * 4000} Solo."
    at = len(text) - 5
    content = [(document("a", text), [suggestions([("s1", 0, 4, "GPE"), ("s2", at, at + 4, "PERSON")])])]
    seat = make_seat(make_project(tmp_path / "p.annotator", content))
    seat.show()
    seat.view.select(0, len(text))
    seat.press("Ctrl+R")
    enter(seat, "s2", "s1")
    start, end = seat.view.scene().range
    assert start <= at <= end


def test_the_palette_shows_what_the_cell_may_have_and_links_it(seat):
    def allowed() -> set[str]:
        model = seat.window.panels.labels.model
        rows = [model.index(row).data(LabelRole.ROW) for row in range(model.rowCount())]
        return {row.title for row in rows if row.kind == "relation" and row.label is not None and not row.dimmed}

    enter(seat, "s3", "s1")
    assert allowed() == {"leads", "visited"}
    seat.press("End")
    assert allowed() == {"met_with"}
    enter(seat, "s4", "s2")
    seat.window.panels.labels.relationLabelRequested.emit("leads")
    assert ("leads", "s4", "s2", True) in linked(seat)
    assert table(seat).hasFocus()
    seat.press("Delete", "Escape")
    assert allowed() == {"leads", "visited", "met_with", "part_of"}


def test_the_article_leads_to_the_cell(seat):
    seat.press("Ctrl+R")
    seat.press("Escape")
    seat.view.focus_relation("r1")
    assert here(seat) == ("s3", "s4")
    seat.view.focus_span("s4")
    assert here(seat)[0] == "s4"
    assert seat.view.hasFocus()


# --- in step -------------------------------------------------------------------------------------------------------------------


def image_of(model: GridModel) -> list[object]:
    size = range(model.rowCount())
    cells = [[(model.index(row, column).data(GridRole.CHIPS), model.index(row, column).data()) for column in size] for row in size]
    heads = [(model.headerData(n, way), model.headerData(n, way, GridRole.COLOR)) for n in size for way in (ACROSS, DOWN)]
    return [cells, heads]


def test_it_follows_every_edit_and_its_undo(seat):
    seat.press("Ctrl+R")
    model = seat.window.panels.grid.model
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    set_id = seat.document.set_id
    resets: list[int] = []
    model.modelReset.connect(lambda: resets.append(1))
    steps = (
        spans.relabel_span(set_id, "s1", "PERSON"),
        spans.add_span(set_id, ((45, 52),), "GPE"),
        relations.add_relation(set_id, "s1", "s2", "visited"),
        relations.add_relation(set_id, "s3", "s1", "met_with"),
        spans.add_span(set_id, ((6, 10),), "ORG"),
        spans.move_span(set_id, "s2", 14, 20),
        relations.accept_relation(set_id, "r1"),
        spans.relabel_span(set_id, "s4", "DATE"),
        spans.remove_span(set_id, "s3"),
    )

    def in_step() -> None:
        fresh = GridModel()
        fresh.set_excerpt(seat.document, excerpt_of(seat.document, 0))
        assert model.excerpt.ids == fresh.excerpt.ids
        assert image_of(model) == image_of(fresh)

    for step in steps:
        seat.bench.run(step)
        in_step()
    while seat.bench.session.undo() is not None:
        in_step()
    for _ in steps:
        seat.bench.session.redo()
        in_step()
    assert resets == [], "single rows, columns and cells"
    seat.bench.run(spans.move_span(set_id, "s4", 21, 41))
    in_step()
    tester.deleteLater()


@pytest.mark.parametrize("seed", range(3))
def test_it_follows_whatever_is_done(seat, seed):
    seat.press("Ctrl+R")
    model, dice, set_id = seat.window.panels.grid.model, random.Random(seed), seat.document.set_id
    tokens = list(seat.document.tokens)
    for _ in range(60):
        there = [span.id for span in seat.document.spans()]
        links = [link.id for link in seat.document.relations()]
        label = dice.choice(("PERSON", "GPE", "ORG"))
        kind = dice.randrange(6)
        first, second = sorted(dice.sample(range(len(tokens)), 2))
        if kind == 0:
            seat.bench.run(spans.add_span(set_id, ((tokens[first][0], tokens[second][1]),), label))
        elif kind == 1 and there:
            seat.bench.run(spans.remove_span(set_id, dice.choice(there)))
        elif kind == 2 and there:
            seat.bench.run(spans.relabel_span(set_id, dice.choice(there), label))
        elif kind == 3 and there:
            name = dice.choice(("leads", "visited", "met_with", "part_of"))
            seat.bench.run(relations.add_relation(set_id, dice.choice(there), dice.choice(there), name))
        elif kind == 4 and links:
            seat.bench.run(relations.remove_relation(set_id, dice.choice(links)))
        else:
            seat.hands.history.undo()
        fresh = GridModel()
        fresh.set_excerpt(seat.document, model.excerpt)
        assert image_of(model) == image_of(fresh)
        assert set(model.excerpt.ids) == {span.id for span in seat.document.spans()}
        assert (seat.window.panels.grid.cell is None) == (model.cells.first() is None)


def test_after_the_row_of_the_cell_is_gone_the_keys_are_in_another(seat):
    enter(seat, "s3", "s1")
    seat.bench.run(spans.remove_span(seat.document.set_id, "s3"))
    assert here(seat)[0] == "s4"
    assert table(seat).hasFocus()
    seat.bench.run(spans.remove_span(seat.document.set_id, "s4"))
    assert table(seat).isHidden(), "no two spans are left that may be linked"
    seat.press("Ctrl+Z")
    assert here(seat)[0] == "s4"
    assert table(seat).hasFocus()


def test_unseen_it_reads_nothing_and_is_up_to_date_when_it_is_seen(seat):
    seat.press("Ctrl+R")
    seat.press("Ctrl+R")
    model = seat.window.panels.grid.model
    before = model.cells
    seat.bench.run(spans.add_span(seat.document.set_id, ((45, 52),), "GPE"))
    assert model.cells is before
    assert len(model.cells) == 4
    seat.press("Ctrl+R")
    assert len(model.cells) == 5
    assert seat.document.span(model.excerpt.ids[-1]).fragments == ((45, 52),)


def test_a_relation_that_the_scheme_forbids_by_now_is_shown_and_can_be_removed(seat):
    seat.bench.run(spans.relabel_span(seat.document.set_id, "s4", "DATE"))
    enter(seat, "s3", "s4")
    chip = table(seat).currentIndex().data(GridRole.CHIPS)[0]
    assert (chip.name, chip.wrong, chip.reviewed) == ("met_with", True, False)
    seat.press("Delete")
    assert linked(seat) == set()
    assert here(seat)[0] == "s3", "to the nearest cell that is open"


def test_a_long_and_discontinuous_text_is_shortened_in_the_headers(seat):
    model = seat.window.panels.grid.model
    model.set_excerpt(seat.document, excerpt_of(seat.document, 0))
    far = Span("x", ((0, 5), (21, 27)), "GPE")
    assert model.surface(far) == "Putin Jokowi"
    assert len(model.surface(Span("y", ((0, len(TEXT)),), "GPE"))) == 40


# --- what it says and how it looks ---------------------------------------------------------------------------------------------


def test_a_screen_reader_gets_names_of_table_headers_and_cells(seat):
    enter(seat, "s3", "s4")
    grid = QAccessible.queryAccessibleInterface(table(seat))
    assert grid.role() == QAccessible.Role.Table
    assert grid.text(QAccessible.Text.Name) == "Relation grid: heads in rows, tails in columns"
    model = seat.window.panels.grid.model

    def spoken(row: int, column: int) -> str:
        return model.index(row, column).data(Qt.ItemDataRole.AccessibleTextRole)

    assert spoken(2, 3) == "Jokowi to Putin: met_with, suggestion"
    assert spoken(2, 1) == "Jokowi to Rusia: empty; possible: leads, visited"
    assert spoken(0, 1) == "Putin to Rusia: no relation label links these"
    assert model.headerData(2, DOWN, Qt.ItemDataRole.AccessibleTextRole) == "from Jokowi, PERSON"
    assert model.headerData(1, ACROSS, Qt.ItemDataRole.AccessibleTextRole) == "to Rusia, GPE"
    names = [grid.child(number).text(QAccessible.Text.Name) for number in range(grid.childCount())]
    assert "Jokowi to Putin: met_with, suggestion" in names
    assert {"from Jokowi, PERSON", "to Rusia, GPE"} <= set(names)
    line = seat.window.panels.grid._line.accessibleName()
    assert line == "Jokowi → Putin. met_with (3). 4 spans of the paragraph"


def test_all_keys_are_in_the_tool_tip(seat):
    tip = seat.window.panels.grid._keys.toolTip()
    for word in ("Arrows", "Enter", "Space", "Del", "x: reverse", "Esc"):
        assert word in tip


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_it_paints_cells_by_what_they_are(seat, theme):
    seat.hands.shell.set_theme(theme)
    enter(seat, "s3", "s1")
    settle()
    view, model = table(seat), seat.window.panels.grid.model
    picture = view.viewport().grab().toImage()

    def shades(row: int, column: int) -> set[str]:
        box = view.visualRect(model.index(row, column)).adjusted(5, 5, -5, -5)
        return {picture.pixelColor(x, y).name() for x in range(box.left(), box.right()) for y in range(box.top(), box.bottom())}

    assert len(shades(3, 1)) == 1, "open and empty"
    assert len(shades(0, 1)) > 1, "closed: hatched"
    assert len(shades(2, 3)) > 5, "a relation"
    assert (picture.pixelColor(view.visualRect(model.index(3, 1)).center()).lightness() < 128) == (theme == "dark")


def test_many_columns_fit_with_their_headings_on_end(make_seat, tmp_path):
    text = " ".join(f"organisasi{n:02}" for n in range(20))
    found = suggestions([(f"s{n:02}", 13 * n, 13 * n + 12, "ORG") for n in range(20)], [("r1", "part_of", "s00", "s01")])
    seat = make_seat(make_project(tmp_path / "p.annotator", [(document("a", text), [found])]))
    seat.show()
    seat.window.resize(1400, 800)
    seat.press("Ctrl+R")
    settle()
    view = table(seat)
    assert view.horizontalHeader().upright
    assert view.columnViewportPosition(19) + view.columnWidth(19) <= view.viewport().width()
    assert view.horizontalHeader().height() > 60
    assert view.viewport().grab().toImage().pixelColor(QPoint(view.columnWidth(0) * 3 // 2, 12)).isValid()
    seat.hands.documents.step(1)
    view.fit()
    assert view.columnWidth(0) >= 42


# --- what stays behind ---------------------------------------------------------------------------------------------------------


def on_screen(seat: Seat) -> QImage:
    """The text as the window shows it, which was painted bit by bit."""
    settle()
    viewport = seat.view.viewport()
    picture = seat.window.screen().grabWindow(seat.window.winId()).toImage().convertToFormat(QImage.Format.Format_RGB32)
    return picture.copy(QRect(viewport.mapTo(seat.window, QPoint()), viewport.size()))


def painted_anew(seat: Seat) -> QImage:
    return seat.view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


@pytest.mark.parametrize("way", ["Esc", "pointer"])
def test_the_lights_of_a_cell_are_out_when_the_grid_is_left(seat, way):
    enter(seat, "s4", "s1")
    lit = on_screen(seat)
    assert lit == painted_anew(seat)
    if way == "Esc":
        seat.press("Escape")
    else:
        seat.window.panels.documents.view.setFocus()
    assert not table(seat).hasFocus()
    assert seat.view.look.linked == set()
    dark = on_screen(seat)
    assert dark == painted_anew(seat)
    assert dark != lit


def test_spans_that_change_places_change_them_in_the_headers_too(seat):
    seat.press("Ctrl+R")
    panel, set_id = seat.window.panels.grid, seat.document.set_id

    def headings() -> list[str]:
        return [panel.model.headerData(n, way) for way in (ACROSS, DOWN) for n in range(4)]

    def in_step() -> None:
        fresh = GridModel()
        fresh.set_excerpt(seat.document, excerpt_of(seat.document, 0))
        assert panel.excerpt.ids == fresh.excerpt.ids
        assert image_of(panel.model) == image_of(fresh)

    enter(seat, "s3", "s4")
    before = headings()
    for start in (11, 19):  # before s2, and between s2 and s3
        seat.view.focus_span("s4")
        assert seat.bench.run(spans.move_span(set_id, "s4", start, 41))
        in_step()
        assert headings() != before
        assert table(seat).hasFocus()
        assert seat.window.panels.grid.cell is not None
        seat.hands.history.undo()
        in_step()
        assert headings() == before


def test_a_label_that_loses_its_direction_shows_its_relations_from_both_ends(seat):
    assert seat.bench.run(relations.add_relation(seat.document.set_id, "s3", "s1", "visited"))
    seat.press("Ctrl+R")
    model = seat.window.panels.grid.model

    def chips(head: str, tail: str) -> list[str]:
        found = model.index(*model.cells.place_of(head, tail)).data(GridRole.CHIPS)
        return [chip.name for chip in found or ()]

    assert (chips("s3", "s1"), chips("s1", "s3")) == (["visited"], [])
    assert not model.cells.at(*model.cells.place_of("s1", "s3")).open
    data = scheme_to_dict(seat.document.scheme)
    for label in data["relations"]:
        if label["name"] == "visited":
            label["symmetric"] = True
    scheme = scheme_from_dict(data)
    announced: list[tuple[int, int]] = []
    model.dataChanged.connect(lambda first, last: announced.append((first.row(), last.row())))
    seat.bench.session.execute(Command("Change the {}", lambda tx: tx.put_scheme(scheme), "labels"))
    assert (chips("s3", "s1"), chips("s1", "s3")) == (["visited"], ["visited"])
    assert any(first <= 0 <= last for first, last in announced), "so that it is painted"
    seat.hands.history.undo()
    assert (chips("s3", "s1"), chips("s1", "s3")) == (["visited"], [])


def test_a_relation_made_while_the_grid_is_away_is_there_when_it_comes_back(seat):
    enter(seat, "s3", "s1")
    seat.press("Ctrl+R")
    assert dock(seat).isHidden()
    assert seat.bench.run(relations.add_relation(seat.document.set_id, "s3", "s1", "visited"))
    assert seat.bench.run(spans.relabel_span(seat.document.set_id, "s2", "DATE"))
    seat.press("Ctrl+R")
    fresh = GridModel()
    fresh.set_excerpt(seat.document, excerpt_of(seat.document, 0))
    assert image_of(seat.window.panels.grid.model) == image_of(fresh)
