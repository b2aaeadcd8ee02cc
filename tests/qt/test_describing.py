"""Attributes and document categories by keyboard, and the strip of categories over the article."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QListWidget, QToolButton

from annotator.commands import documents
from annotator.commands.command import Command
from annotator.commands.schemes import change_scheme
from annotator.domain.annotations import AnnotationSet, Kind, SetInfo
from annotator.domain.changes import Lane
from annotator.domain.documents import Status
from annotator.domain.labels import AttributeDefinition
from annotator.domain.scheme_draft import renamed
from annotator.domain.scheme_edit import Part
from annotator.store.filling import set_rows
from annotator.store.project import open_project
from annotator.ui.choice_search import SearchPopup
from annotator.ui.context_menu import ArticleMenu
from annotator.ui.panels.categories import CategoryStrip
from annotator.ui.theme import LIGHT
from tests.qt.window_support import MakeSeat, Seat, read_only, settle, written_elsewhere

CATEGORIES = ("politik", "ekonomi & bisnis", "olahraga")


def with_more(path: Path) -> Path:
    """Give the project's scheme categories, and attributes for persons, for one relation, and without values."""
    project = open_project(path)
    with project.transaction("Change the {}", "scheme", actor="ani", lane=Lane.JOB) as tx:
        attributes = (
            AttributeDefinition("role", (), ("PERSON",)),  # any text fits it: it must not take what is meant for those below
            AttributeDefinition("sure", ("yes", "no")),
            AttributeDefinition("mention", ("name", "pronoun"), ("PERSON",)),
            AttributeDefinition("when", ("now", "before"), ("met_with",)),
        )
        tx.put_scheme(replace(tx.scheme, categories=CATEGORIES, attributes=attributes))
    project.close()
    return path


@pytest.fixture
def desk(make_seat: MakeSeat, project_file: Path) -> Seat:
    """A window over a project with categories and attributes, the keyboard in the article."""
    seat = make_seat(with_more(project_file))
    seat.show()
    return seat


def popup(seat: Seat) -> SearchPopup:
    (found,) = [child for child in seat.window.findChildren(SearchPopup) if child.isVisible()]
    return found


def is_open(seat: Seat) -> bool:
    return any(child.isVisible() for child in seat.window.findChildren(SearchPopup))


def rows(seat: Seat) -> list[str]:
    shown = popup(seat).findChild(QListWidget)
    return [shown.item(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(shown.count())]


def attributes(seat: Seat, name: str) -> dict[str, str]:
    items = [*seat.document.spans(), *seat.document.relations()]
    return {item.id: item.attributes[name] for item in items if name in item.attributes}


def pressed(seat: Seat) -> list[str]:
    return [button.objectName() for button in strip(seat).buttons if button.isChecked()]


def strip(seat: Seat) -> CategoryStrip:
    return seat.hands.describing.strip


# --- attributes ----------------------------------------------------------------------------------------------------------------


def test_the_values_there_may_be_are_listed_by_label(desk):
    desk.view.focus_span("s2")
    desk.press("b")
    assert rows(desk) == ["yes, sure", "no, sure"]
    desk.press("Escape")
    desk.view.focus_span("s3")
    desk.press("b")
    assert rows(desk) == ["yes, sure", "no, sure", "name, mention", "pronoun, mention", "Type a text, role"]
    desk.press("Escape")
    assert desk.view.hasFocus()
    desk.view.focus_relation("r1")
    desk.press("b")
    assert rows(desk) == ["yes, sure", "no, sure", "now, when", "before, when"]
    desk.press("Down", "Down", "Return")
    assert attributes(desk, "when") == {"r1": "now"}


def test_typing_a_part_of_value_or_name_and_enter_set_it_in_one_step(desk):
    desk.view.focus_span("s3")
    desk.press("b", *"pron", "Return")
    assert attributes(desk, "mention") == {"s3": "pronoun"}
    assert desk.told[-1] == "mention: pronoun"
    assert desk.view.hasFocus()
    desk.press("b", *"sure n")
    assert rows(desk)[0] == "no, sure"
    desk.press("Return")
    assert attributes(desk, "sure") == {"s3": "no"}
    desk.press("Ctrl+Z")
    assert attributes(desk, "sure") == {}
    assert attributes(desk, "mention") == {"s3": "pronoun"}


def test_what_is_set_is_marked_and_taken_away_by_choosing_it(desk):
    desk.view.focus_span("s2")
    desk.press("b", "Return")
    assert attributes(desk, "sure") == {"s2": "yes"}
    desk.press("b")
    assert rows(desk) == ["yes, sure · set now", "no, sure"]
    desk.press("Return")
    assert attributes(desk, "sure") == {}
    assert desk.told[-1] == "sure is not set any more."


def test_a_free_text_is_what_was_typed(desk):
    desk.view.focus_span("s3")
    desk.press("b", *"raja")
    assert rows(desk) == ["“raja”, role"]
    desk.press("Return")
    assert attributes(desk, "role") == {"s3": "raja"}
    desk.press("b")
    assert "raja, role" in rows(desk)
    desk.press("Escape")


def test_all_chosen_spans_get_the_value_of_what_fits_all_of_them(desk):
    desk.view.choose(("s2", "s3", "s4"))
    desk.view.focus_span("s3")
    desk.press("b")
    assert rows(desk) == ["yes, sure", "no, sure"]
    desk.press("Down", "Return")
    assert attributes(desk, "sure") == dict.fromkeys(("s2", "s3", "s4"), "no")
    desk.press("Ctrl+Z")
    assert attributes(desk, "sure") == {}


def test_what_only_some_have_is_not_taken_for_set(desk):
    desk.view.focus_span("s3")
    desk.press("b", *"name", "Return")
    desk.view.choose(("s3", "s4"))
    desk.press("b", *"name")
    assert rows(desk)[0] == "name, mention"
    desk.press("Return")
    assert attributes(desk, "mention") == dict.fromkeys(("s3", "s4"), "name")


def test_texts_that_differ_are_not_shown_as_one(desk):
    for key, text in (("s3", "raja"), ("s4", "ratu")):
        desk.view.focus_span(key)
        desk.press("b", *text, "Return")
    desk.view.choose(("s3", "s4"))
    desk.press("b")
    assert rows(desk)[-1] == "Type a text, role"
    desk.press("Escape")
    assert attributes(desk, "role") == {"s3": "raja", "s4": "ratu"}


def test_where_there_are_no_attributes_that_is_said(seat):
    seat.show()
    seat.document.scheme = replace(seat.document.scheme, attributes=())
    seat.view.focus_span("s2")
    seat.press("b")
    assert not is_open(seat)
    assert seat.told[-1] == "The label scheme has no attribute for GPE."


@pytest.mark.parametrize("chosen", [(), ("s2",), ("s2", "s3")])
@pytest.mark.parametrize("offered", [True, False])
def test_the_menu_of_the_article_offers_link_and_attributes_if_there_are_any(desk, chosen, offered):
    if not offered:
        desk.document.scheme = replace(desk.document.scheme, attributes=())
    desk.view.choose(chosen)
    desk.view.focus_span("s2")
    menu = ArticleMenu(desk.hands, desk.window.actions_by_id, LIGHT, desk.window)
    names = {action.objectName() for action in menu.actions()}
    assert "item.kb-id" in names
    assert ("item.attribute" in names) is offered
    menu.deleteLater()


# --- categories ----------------------------------------------------------------------------------------------------------------


def test_categories_are_chosen_by_name(desk):
    name = desk.name
    desk.press("Ctrl+T")
    assert rows(desk) == list(CATEGORIES)
    desk.press(*"ola", "Return")
    assert desk.document.info.categories == ("olahraga",)
    assert desk.document.info.status is Status.IN_PROGRESS
    assert pressed(desk) == ["olahraga"]
    assert desk.view.hasFocus()
    desk.press("Ctrl+T", *"ola")
    assert rows(desk) == ["olahraga, set now"]
    desk.press("Return")
    assert desk.document.info.categories == ()
    desk.press("Ctrl+Z")
    assert desk.document.info.categories == ("olahraga",)
    assert pressed(desk) == ["olahraga"]
    assert desk.name == name


def test_several_one_after_the_other_each_a_step(desk):
    desk.press("Ctrl+T", *"ola", "Ctrl+Return")
    assert is_open(desk)
    desk.press(*"pol")  # in place of what was typed
    assert rows(desk) == ["politik"]
    desk.press("Ctrl+Return", "Escape")
    assert desk.document.info.categories == ("politik", "olahraga")  # in the scheme's order
    desk.press("Ctrl+Z")
    assert desk.document.info.categories == ("olahraga",)


def test_names_that_begin_with_what_was_typed_come_first(desk):
    desk.press("Ctrl+T", *"ol")
    assert rows(desk) == ["olahraga", "politik"]
    desk.press(*"zz")
    assert rows(desk) == []
    desk.press("Return")
    assert desk.document.info.categories == ()
    desk.press("Escape")


def test_a_click_on_the_strip_sets_and_takes_away(desk):
    button = strip(desk).buttons[1]
    assert isinstance(button, QToolButton)
    assert button.text() == "ekonomi && bisnis"
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    settle()
    assert desk.document.info.categories == ("ekonomi & bisnis",)
    assert not button.icon().isNull()  # not by colour alone
    assert desk.view.hasFocus()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    settle()
    assert desk.document.info.categories == ()
    assert button.icon().isNull()


def test_a_category_that_could_not_be_set_does_not_look_as_if_it_held(desk):
    with written_elsewhere(desk.project):
        QTest.mouseClick(strip(desk).buttons[1], Qt.MouseButton.LeftButton)
        settle()
        assert desk.document.info.categories == ()
        assert pressed(desk) == []


def test_the_strip_follows_the_scheme(desk):
    change_scheme(desk.bench.session, renamed(desk.project.scheme, Part.CATEGORIES, "politik", "politics"))
    settle()
    assert [button.objectName() for button in strip(desk).buttons] == ["politics", *CATEGORIES[1:]]


def test_a_category_that_only_the_document_has_is_shown_and_can_be_taken_away(make_seat, project_file):
    project = open_project(with_more(project_file))
    with project.transaction("Import {}", "it", actor="import", lane=Lane.JOB) as tx:
        tx.add_set(SetInfo(1, "ani", Kind.PERSON, categories=("kriminal",)))
    project.close()
    seat = make_seat(project_file)
    seat.show()
    assert seat.name == "satu"
    assert pressed(seat) == ["kriminal"]
    seat.press("Ctrl+T", *"krim", "Return")
    assert seat.document.info.categories == ()


def test_the_strip_follows_the_document(desk):
    desk.hands.describing.toggle_category("politik")
    assert pressed(desk) == ["politik"]
    desk.hands.documents.step(1)
    assert pressed(desk) == []
    desk.hands.documents.step(-1)
    assert pressed(desk) == ["politik"]
    desk.bench.run(documents.set_categories(desk.document.set_id, ("olahraga",)))
    assert pressed(desk) == ["olahraga"]
    desk.hands.projects.close()
    assert strip(desk).isHidden()


def test_what_a_model_says_of_the_document_is_shown_as_a_suggestion(make_seat, project_file):
    project = open_project(with_more(project_file))
    with project.transaction("Import {}", "it", actor="ani", lane=Lane.JOB) as tx:
        (key, info) = tx.sets_of(1)["model", Kind.MODEL]
        tx.put_set(key, replace(info, categories=("olahraga", "unbekannt")))
    project.close()
    seat = make_seat(project_file)
    seat.show()
    assert pressed(seat) == []
    plain, _, suggested = strip(seat).buttons
    assert plain.icon().isNull()
    assert not suggested.icon().isNull()
    assert "Suggested by model: a click accepts it" in suggested.toolTip()
    seat.press("Ctrl+T")
    assert rows(seat) == ["politik", "ekonomi & bisnis", "olahraga, Suggested by model"]
    seat.press(*"olah", "Return")
    assert seat.document.info.categories == ("olahraga",)
    assert pressed(seat) == ["olahraga"]
    assert suggested.toolTip() == ""
    seat.hands.documents.step(1)
    assert all(button.icon().isNull() for button in strip(seat).buttons)


def test_what_another_person_says_of_the_document_is_not_shown_to_whoever_judges_it_now(make_seat, project_file):
    project = open_project(with_more(project_file))
    with project.transaction("Import {}", "it", actor="budi", lane=Lane.JOB) as tx:
        tx.add_set(SetInfo(1, "budi", Kind.PERSON, categories=("olahraga",)))
    project.close()
    seat = make_seat(project_file)
    seat.show()
    assert seat.name == "satu"
    assert all(button.icon().isNull() and button.toolTip() == "" for button in strip(seat).buttons)
    seat.press("Ctrl+T")
    assert rows(seat) == list(CATEGORIES)


def test_where_there_are_no_categories_there_is_no_strip(seat):
    seat.show()
    assert strip(seat).isHidden()
    seat.press("Ctrl+T")
    assert not is_open(seat)
    assert seat.told[-1] == "The label scheme has no document categories."


def test_what_is_only_read_is_shown_and_not_changed(make_seat, project_file):
    first = make_seat(with_more(project_file))
    first.hands.describing.toggle_category("politik")
    first.leave()
    with read_only(project_file):
        seat = make_seat(project_file)
        seat.show()
        assert pressed(seat) == ["politik"]
        assert not any(button.isEnabled() for button in strip(seat).buttons)
        seat.hands.describing.toggle_category("olahraga")
        seat.hands.describing.choose_categories()
        assert not is_open(seat)
        assert pressed(seat) == ["politik"]


# --- the strip by itself -------------------------------------------------------------------------------------------------------


def test_what_does_not_fit_is_behind_the_last_button_and_counted(qtbot):
    made = CategoryStrip()
    qtbot.addWidget(made)
    names = [f"kategori {number}" for number in range(12)]
    made.show_categories(names, names[:1] + names[-2:], editable=True)
    made.resize(400, made.sizeHint().height())
    made.show()
    qtbot.waitExposed(made)
    seen = [button.objectName() for button in made.buttons if button.isVisible()]
    assert 1 <= len(seen) < 12
    assert seen == names[: len(seen)]
    assert made.more.text() == "… +2"
    assert all(button.geometry().right() <= made._row.width() for button in made.buttons if button.isVisible())
    height = made.height()
    made.resize(3000, height)
    settle()
    assert all(button.isVisible() for button in made.buttons)
    assert made.more.text() == "…"
    assert made.sizeHint().height() == height  # the text below must not move
    asked = []
    made.moreRequested.connect(lambda: asked.append("more"))
    made.toggled.connect(asked.append)
    QTest.mouseClick(made.more, Qt.MouseButton.LeftButton)
    QTest.mouseClick(made.buttons[3], Qt.MouseButton.LeftButton)
    assert asked == ["more", "kategori 3"]


def test_it_runs_from_the_right_where_the_window_does(qtbot):
    made = CategoryStrip()
    qtbot.addWidget(made)
    made.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    made.show_categories(["a", "b"], [], editable=True)
    made.resize(400, 30)
    made.show()
    qtbot.waitExposed(made)
    first, second = made.buttons
    assert first.x() > second.x()
    assert first.geometry().right() == made._row.width() - 1


def test_other_names_take_the_place_of_the_old_ones(qtbot):
    made = CategoryStrip()
    qtbot.addWidget(made)
    made.show_categories(["a", "b"], ["a"], editable=True)
    made.show_categories(["b", "c"], ["c"], editable=False)
    settle()
    assert [(button.objectName(), button.isChecked(), button.isEnabled()) for button in made.buttons] == [
        ("b", False, False),
        ("c", True, False),
    ]
    assert len(made._row.findChildren(QToolButton)) == 2


@pytest.fixture
def advised(make_seat: MakeSeat, project_file: Path) -> Seat:
    """A window on a document of which a model says what it is about."""
    project = open_project(with_more(project_file))
    with project.transaction("Import {}", "it", actor="ani", lane=Lane.JOB) as tx:
        (key, info) = tx.sets_of(1)["model", Kind.MODEL]
        tx.put_set(key, replace(info, categories=("politik", "olahraga")))
    project.close()
    seat = make_seat(project_file)
    seat.settings.set("done.next", False)
    seat.show()
    return seat


def signed(seat: Seat) -> list[str]:
    return [button.objectName() for button in strip(seat).buttons if button.toolTip()]


def test_done_accepts_the_categories_that_have_the_sign_and_counts_them(advised):
    assert signed(advised) == ["politik", "olahraga"]
    advised.trigger("document.done")
    assert advised.told[-1] == "Done; 7 suggestions accepted.", "four spans, a relation and two categories"
    assert pressed(advised) == ["politik", "olahraga"]
    assert signed(advised) == []
    advised.trigger("edit.undo")
    assert advised.document.info.status is Status.NEW
    assert pressed(advised) == []
    assert signed(advised) == ["politik", "olahraga"]


def test_a_suggested_category_that_was_taken_away_has_no_sign_and_stays_away(advised):
    for _ in range(2):
        QTest.mouseClick(strip(advised).buttons[0], Qt.MouseButton.LeftButton)
        settle()
    assert signed(advised) == ["olahraga"]
    advised.hands.documents.step(1)
    advised.hands.documents.step(-1)
    assert signed(advised) == ["olahraga"]
    advised.trigger("document.done")
    assert advised.told[-1] == "Done; 6 suggestions accepted."
    assert pressed(advised) == ["olahraga"]


def test_what_a_run_says_of_the_open_document_is_shown_at_once(desk):
    assert signed(desk) == []
    assert desk.bench.session is not None
    said = set_rows(AnnotationSet(SetInfo(1, "second", Kind.MODEL, categories=("politik",))))
    desk.bench.session.execute(Command("Suggest with {}", lambda tx: tx.add_sets([(1, said)]), "second", Lane.JOB))
    settle()
    assert signed(desk) == ["politik"]
