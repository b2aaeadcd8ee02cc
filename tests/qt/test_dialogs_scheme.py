"""The editor of the label scheme as hands use it: fields, clashes at the field, moving, merging and deleting with the numbers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit

from annotator.domain.color_choice import nearest
from annotator.domain.labels import PALETTE, LabelScheme, scheme_from_dict
from annotator.domain.scheme_draft import Entry, Fault
from annotator.domain.scheme_edit import GONE, Part, names_of
from annotator.store.relabelling import Use
from annotator.ui.dialogs.scheme import SchemeDialog
from annotator.ui.dialogs.scheme_fate import FateDialog, use_words
from annotator.ui.dialogs.scheme_preview import LabelPreview, color_remarks
from annotator.ui.theme import DARK, LIGHT
from annotator.ui.theme_qt import palette
from tests.qt.test_accessibility import left_out, unnamed, walked, wrong_roles
from tests.qt.window_support import Answers, settle, small_scheme

SPANS, RELATIONS, ATTRIBUTES, CATEGORIES = Part
USES = {
    (SPANS, "PERSON"): Use(12, 3, 2),
    (SPANS, "GPE"): Use(1, 1, 0),
    (RELATIONS, "leads"): Use(4, 2, 0),
    (ATTRIBUTES, "sure"): Use(5, 1, 0),
}


@pytest.fixture
def make_dialog(qtbot):
    def make(scheme: LabelScheme | None = None) -> SchemeDialog:
        dialog = SchemeDialog(scheme or small_scheme(), ask=Answers())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
        qtbot.addWidget(dialog)
        dialog.asked: list = []
        dialog.applyRequested.connect(dialog.asked.append)
        dialog.show_uses(USES)
        dialog.show()
        settle()
        return dialog

    return make


@pytest.fixture
def dialog(make_dialog):
    return make_dialog()


def page(dialog, part=SPANS):
    dialog.tabs.setCurrentWidget(dialog.pages[part])
    settle()
    return dialog.pages[part]


def choose(dialog, name: str, part=SPANS):
    found = page(dialog, part)
    found.choose(dialog.draft.find(part, name))
    return found


def type_into(field, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)


def fate(dialog) -> FateDialog:
    settle()
    (found,) = [child for child in dialog.findChildren(FateDialog) if child.isVisible()]
    return found


def column(page, number: int) -> list[str]:
    return [page.list.topLevelItem(row).text(number) for row in range(page.list.topLevelItemCount())]


# Fields


def test_every_list_is_shown_with_its_counts(dialog):
    assert [dialog.tabs.tabText(place) for place in range(5)] == [
        "Spans (4)",
        "Relations (4)",
        "Attributes (1)",
        "Categories (0)",
        "Guidelines",
    ]
    assert column(page(dialog), 0) == ["PERSON", "GPE", "ORG", "DATE"]
    assert column(page(dialog), 1) == ["1", "2", "3", "4"]
    assert column(page(dialog), 2) == ["12", "1", "", ""]
    assert page(dialog).form.used.text() == "12 spans in 3 documents (2 of them suggestions)"


def test_looking_at_everything_changes_nothing(dialog):
    for part in Part:
        found = page(dialog, part)
        for entry in dialog.draft.entries[part]:
            found.choose(entry)
    dialog.tabs.setCurrentWidget(dialog.guidelines)
    assert not dialog.changed
    dialog.apply.click()
    assert dialog.asked == []
    assert dialog.isHidden()


def test_a_name_is_typed_and_what_follows_is_said(dialog):
    form = choose(dialog, "PERSON").form
    type_into(form.name, "ORANG")
    assert column(page(dialog), 0)[0] == "ORANG"
    assert form.used.text().endswith("· was PERSON")
    assert dialog.told.text() == "PERSON becomes ORANG: 12 spans in 3 documents (2 of them suggestions)."
    dialog.apply.click()
    (edit,) = dialog.asked
    assert edit.names == {SPANS: {"PERSON": "ORANG"}}
    assert edit.scheme.relation("leads").head == ("ORANG",)
    assert dialog.isVisible(), "it stays until the change is done"


def test_a_key_that_another_label_has_is_said_at_the_field_and_can_be_swapped(dialog):
    form = choose(dialog, "PERSON").form
    form.key.setCurrentIndex(form.key.findData("2"))
    assert form.key.currentText() == "2 – GPE"
    assert form.complaints[Fault.KEY].text() == "2 is the key of GPE, too."
    assert form.complaints[Fault.KEY].isVisible()
    assert not dialog.apply.isEnabled()
    assert "⚠" in dialog.tabs.tabText(0)
    form.swap.click()
    assert not form.complaints[Fault.KEY].isVisible()
    assert dialog.apply.isEnabled()
    scheme = dialog.draft.edit().scheme
    assert (scheme.span("PERSON").key, scheme.span("GPE").key) == ("2", "1")


def test_two_of_one_name_are_said_at_both_fields(dialog):
    form = choose(dialog, "PERSON").form
    type_into(form.name, "GPE")
    assert form.complaints[Fault.TWICE].text() == "There is another one called GPE."
    found = page(dialog)
    found.choose(dialog.draft.entries[SPANS][1])
    assert found.form.complaints[Fault.TWICE].isVisible()
    type_into(form.name, "")
    QTest.keyClick(form.name, Qt.Key.Key_Backspace)
    assert form.complaints[Fault.NAMELESS].text() == "Give it a name."


def test_colours_are_of_the_palette_or_written(dialog):
    form = choose(dialog, "PERSON").form
    assert form.own_color.isHidden()
    form.color.setCurrentIndex(form.color.findData("#882255"))
    assert dialog.draft.find(SPANS, "PERSON").color == "#882255"
    form.color.setCurrentIndex(form.color.count() - 1)
    assert form.own_color.isVisible()
    type_into(form.own_color, "#12345")
    page(dialog).add.click()  # half typed, it troubles nobody
    settle()
    page(dialog).choose(dialog.draft.find(SPANS, "PERSON"))
    assert form.complaints[Fault.COLOR].text() == "The colour of PERSON is written like #1f77b4."
    page(dialog).choose(dialog.draft.find(SPANS, ""))
    page(dialog).delete.click()
    page(dialog).choose(dialog.draft.find(SPANS, "PERSON"))
    form.own_color.setFocus()
    form.own_color.end(False)
    QTest.keyClicks(form.own_color, "6")
    assert dialog.draft.edit().scheme.span("PERSON").color == "#123456"
    assert "dark theme" in form.complaints[Fault.COLOR].text()


def test_what_a_colour_may_do_is_said(dialog):
    person, *others = dialog.draft.entries[SPANS]
    person.color = others[0].color
    assert color_remarks(person, others)[-1] == "⚠ GPE has the same colour."
    for other in others:
        other.color = "#d55e00"
    person.color, others[0].color = "#cc79a7", "#44aa99"
    assert color_remarks(person, others)[-1] == "⚠ Hard to tell from GPE for some eyes."
    person.color = "#ffffff"
    assert "the light theme: it is shown darker" in color_remarks(person, [])[0]
    person.color = "#808080"
    assert color_remarks(person, []) == []
    person.color = "no"
    assert color_remarks(person, others) == []


def test_words_in_both_languages_are_kept(dialog):
    form = choose(dialog, "ORG").form
    type_into(form.examples["id"], "KPK; BRI")
    form.descriptions["en"].setPlainText("companies")
    form.descriptions["id"].setPlainText("lembaga")
    label = dialog.draft.edit().scheme.span("ORG")
    assert dict(label.description) == {"en": "companies", "id": "lembaga"}
    assert dict(label.examples) == {"id": "KPK; BRI"}


def test_what_a_relation_may_link_is_ticked(dialog):
    form = choose(dialog, "visited", RELATIONS).form
    assert [entry.name for entry in form.head.ticked()] == ["PERSON"]
    form.head.setFocus()
    form.head.setCurrentRow(2)
    QTest.keyClick(form.head, Qt.Key.Key_Space)
    form.tail.item(1).setCheckState(Qt.CheckState.Unchecked)
    form.symmetric.click()
    form.role.click()
    label = dialog.draft.edit().scheme.relation("visited")
    assert (label.head, label.tail, label.symmetric, label.role, label.reflexive) == (("PERSON", "ORG"), (), True, True, False)


def test_a_new_name_of_a_span_label_stands_in_the_lists_of_the_relations(dialog):
    type_into(choose(dialog, "PERSON").form.name, "ORANG")
    form = choose(dialog, "leads", RELATIONS).form
    assert form.head.item(0).text() == "ORANG"


def test_relations_that_would_no_longer_fit_are_counted(dialog):
    dialog.show_uses(USES, {("leads", "PERSON", "ORG"): 3, ("leads", "PERSON", "GPE"): 2, ("leads", "DATE", "DATE"): 7})
    assert dialog.told.text() == ""
    form = choose(dialog, "leads", RELATIONS).form
    form.tail.item(1).setCheckState(Qt.CheckState.Unchecked)
    assert dialog.told.text() == "⚠ 2 relations leads no longer fit their ends: they stay, and are shown as problems."
    form.tail.item(1).setCheckState(Qt.CheckState.Checked)
    type_into(choose(dialog, "GPE").form.name, "TEMPAT")
    assert "⚠" not in dialog.told.text()


def values_of(dialog) -> tuple[str, ...]:
    return tuple(value.name for value in dialog.draft.find(ATTRIBUTES, "sure").values)


def edit_value(values, text: str) -> None:
    """Type into the field that the list has opened, and press Enter."""
    field = values.list.findChild(QLineEdit)
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)
    settle()


def test_values_of_an_attribute_are_typed_into_their_list(dialog):
    form = choose(dialog, "sure", ATTRIBUTES).form
    for text in (" maybe ", "perhaps"):
        QTest.keyClick(form.values.list, Qt.Key.Key_Insert)
        edit_value(form.values, text)
    form.labels.item(0).setCheckState(Qt.CheckState.Checked)
    (attribute,) = dialog.draft.edit().scheme.attributes
    assert (attribute.values, attribute.labels) == (("yes", "no", "maybe", "perhaps"), ("PERSON",))
    QTest.keyClick(form.values.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert values_of(dialog) == ("yes", "no", "perhaps", "maybe")
    QTest.keyClick(form.values.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    QTest.keyClick(form.values.list, Qt.Key.Key_Delete)
    assert values_of(dialog) == ("yes", "no", "maybe")
    assert dialog.draft.edit().values == {}


def test_a_value_typed_anew_takes_its_annotations_along(dialog):
    dialog.show_uses(USES, {}, {("sure", "no"): Use(4, 2, 1)})
    values = choose(dialog, "sure", ATTRIBUTES).form.values
    assert [values.list.topLevelItem(row).text(1) for row in range(2)] == ["", "4"]
    values.list.setCurrentItem(values.list.topLevelItem(1))
    QTest.keyClick(values.list, Qt.Key.Key_Return)
    edit_value(values, "tidak")
    assert dialog.draft.edit().values == {"sure": {"no": "tidak"}}
    told = "sure=no becomes sure=tidak: 4 spans and relations in 2 documents (1 of them suggestions)."
    assert dialog.told.text() == told
    assert dialog.changed
    QTest.keyClick(values.list, Qt.Key.Key_Return)
    edit_value(values, "yes")
    assert not dialog.apply.isEnabled()
    assert "The value yes is there twice." in dialog.told.text()
    QTest.keyClick(values.list, Qt.Key.Key_Return)
    edit_value(values, " ")
    assert "A value has no name." in dialog.told.text()


def test_a_value_being_typed_stays_when_the_numbers_arrive(dialog):
    values = choose(dialog, "sure", ATTRIBUTES).form.values
    values.list.setCurrentItem(values.list.topLevelItem(1))
    QTest.keyClick(values.list, Qt.Key.Key_Return)
    field = values.list.findChild(QLineEdit)
    field.selectAll()
    QTest.keyClicks(field, "tid")
    dialog.show_uses(USES, {}, {("sure", "no"): Use(4, 2, 1)})
    settle()
    assert field.isVisible()
    QTest.keyClicks(field, "ak")
    QTest.keyClick(field, Qt.Key.Key_Return)
    settle()
    assert values_of(dialog) == ("yes", "tidak")
    assert [values.list.topLevelItem(row).text(1) for row in range(2)] == ["", "4"]


@pytest.mark.parametrize(
    ("button", "told"),
    [("become", {"no": "yes"}), ("remove", {"no": GONE}), ("keep", {"no": "no"})],
)
def test_what_becomes_of_a_used_value_is_asked_with_its_number(dialog, button, told):
    dialog.show_uses(USES, {}, {("sure", "no"): Use(4, 2, 0)})
    values = choose(dialog, "sure", ATTRIBUTES).form.values
    values.list.setCurrentItem(values.list.topLevelItem(1))
    QTest.keyClick(values.list, Qt.Key.Key_Delete)
    asked = fate(dialog)
    assert asked.remove.text() == "4 spans and relations lose it"
    getattr(asked, button).click()
    asked.go.click()
    settle()
    assert values_of(dialog) == ("yes",)
    assert dialog.draft.edit().values == {"sure": told}


def test_values_are_merged_by_their_button(dialog):
    values = choose(dialog, "sure", ATTRIBUTES).form.values
    assert values.merge.isEnabled()
    values.merge.click()
    asked = fate(dialog)
    assert not asked.keep.isVisible()
    asked.go.click()
    settle()
    assert (values_of(dialog), dialog.draft.edit().values) == (("no",), {"sure": {"yes": "no"}})
    assert not values.merge.isEnabled()


def test_guidelines_by_language_with_a_preview(dialog, qtbot):
    dialog.show_guidelines()
    found = dialog.guidelines
    QTest.keyClicks(found.text, "# Rules")
    qtbot.waitUntil(lambda: "Rules" in found.preview.headings(), timeout=3000)
    found.language.setCurrentIndex(1)
    assert found.text.toPlainText() == ""
    QTest.keyClicks(found.text, "Aturan")
    found.sections.click()
    found.sections.click()  # no second time
    scheme = dialog.draft.edit().scheme
    assert scheme.guidelines["en"] == "# Rules"
    assert scheme.guidelines["id"].count("## PERSON") == 1
    assert scheme.guidelines["id"].startswith("Aturan")


# The list


def test_a_label_is_added_by_keys_alone(dialog):
    found = page(dialog)
    found.list.setFocus()
    QTest.keyClick(found.list, Qt.Key.Key_Insert)
    settle()
    assert found.form.name.hasFocus()
    assert not dialog.apply.isEnabled()
    QTest.keyClicks(found.form.name, "LAW")
    QTest.keyClick(found.form.name, Qt.Key.Key_Return)
    assert dialog.isVisible(), "Enter in a field ends nothing"
    label = dialog.draft.edit().scheme.span("LAW")
    others = [other.color for other in dialog.draft.before.spans]
    assert label.color in PALETTE
    assert nearest(label.color, others)[1] == max(nearest(color, others)[1] for color in PALETTE)
    assert label.key == "5"
    QTest.keyClick(found.form.name, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert names_of(dialog.asked[0].scheme, SPANS)[-1] == "LAW"


def test_entries_are_moved_by_keys(dialog):
    found = choose(dialog, "DATE")
    found.list.setFocus()
    for _ in range(2):
        QTest.keyClick(found.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert column(found, 0) == ["PERSON", "DATE", "GPE", "ORG"]
    QTest.keyClick(found.list, Qt.Key.Key_Down, Qt.KeyboardModifier.AltModifier)
    assert column(found, 0) == ["PERSON", "GPE", "DATE", "ORG"]
    assert found.entry.name == "DATE"
    found.up.click()
    assert column(found, 0) == ["PERSON", "DATE", "GPE", "ORG"]
    assert not dialog.draft.edit().names


def test_an_unused_label_goes_at_once(dialog):
    found = choose(dialog, "DATE")
    found.list.setFocus()
    QTest.keyClick(found.list, Qt.Key.Key_Delete)
    assert column(found, 0) == ["PERSON", "GPE", "ORG"]
    assert not dialog.draft.edit().names
    assert found.entry.name == "ORG"


def test_a_used_label_is_asked_about_with_its_numbers_and_given_another(dialog):
    found = choose(dialog, "GPE")
    found.delete.click()
    asked = fate(dialog)
    texts = [label.text() for label in asked.findChildren(type(found.told))]
    assert "GPE has 1 span in 1 document, of all annotators and models." in texts
    assert asked.remove.text() == "The 1 span is removed, with its relations"
    assert asked.become.isChecked()
    asked.other.setCurrentIndex(asked.other.findText("ORG"))
    asked.go.click()
    settle()
    assert column(found, 0) == ["PERSON", "ORG", "DATE"]
    assert found.entry.name == "ORG"
    edit = dialog.draft.edit()
    assert edit.names == {SPANS: {"GPE": "ORG"}}
    assert edit.scheme.relation("leads").tail == ("ORG",)
    assert dialog.told.text() == "GPE becomes ORG: 1 span in 1 document."


def test_annotations_go_with_a_label_only_when_that_is_chosen(dialog):
    found = choose(dialog, "leads", RELATIONS)
    found.delete.click()
    asked = fate(dialog)
    assert asked.remove.text() == "The 4 relations are removed"
    asked.remove.click()
    asked.go.click()
    settle()
    assert dialog.draft.edit().names == {RELATIONS: {"leads": GONE}}
    assert dialog.told.text() == "leads goes, and is taken from 4 relations in 2 documents."


def test_a_label_that_bounds_a_relation_alone_stays_and_why_is_said(dialog):
    found = choose(dialog, "PERSON")
    found.delete.click()
    asked = fate(dialog)
    asked.remove.click()
    asked.go.click()
    settle()
    assert column(found, 0)[0] == "PERSON"
    assert (
        found.told.text()
        == "Only PERSON is allowed in leads, visited, met_with: without it everything would be. Change that first."
    )


def test_a_change_of_mind_changes_nothing(dialog):
    found = choose(dialog, "GPE")
    found.merge.click()
    asked = fate(dialog)
    assert asked.remove.isHidden()
    QTest.keyClick(asked, Qt.Key.Key_Escape)
    settle()
    assert not dialog.changed


def test_the_last_entry_of_a_list_can_only_be_removed(dialog):
    found = choose(dialog, "sure", ATTRIBUTES)
    assert not found.merge.isEnabled()
    found.delete.click()
    asked = fate(dialog)
    assert not asked.go.isEnabled()
    asked.remove.click()
    assert asked.go.isEnabled()
    asked.go.click()
    settle()
    assert found.entry is None
    assert not found.form.isEnabled()
    assert not found.delete.isEnabled()
    assert dialog.draft.edit().names == {ATTRIBUTES: {"sure": GONE}}


# The dialog


def test_closing_asks_where_something_would_be_lost(dialog):
    type_into(choose(dialog, "PERSON").form.name, "ORANG")
    dialog.reject()
    assert dialog.isVisible()
    assert "would be lost" in dialog._ask.asked[0]
    dialog._ask.agrees = True
    dialog.reject()
    assert dialog.isHidden()


@pytest.mark.parametrize("part", [CATEGORIES, ATTRIBUTES])
def test_names_swapped_where_they_stand_are_a_change_too(make_dialog, part):
    """The lists look as before, and yet every annotation would change."""
    dialog = make_dialog(replace(small_scheme(), categories=("politik", "olahraga")))
    names = dialog.draft.entries[CATEGORIES] if part is CATEGORIES else dialog.draft.find(ATTRIBUTES, "sure").values
    first, second = names
    first.name, second.name = second.name, first.name
    names.reverse()
    assert dialog.draft.edit().scheme == dialog.draft.before
    dialog.reject()
    assert dialog.isVisible()
    assert "would be lost" in dialog._ask.asked[0]


def test_closing_without_a_change_asks_nothing(dialog):
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isHidden()
    assert dialog._ask.asked == []


def test_while_it_works_it_can_only_be_stopped(dialog, qtbot):
    type_into(choose(dialog, "PERSON").form.name, "ORANG")
    dialog.set_working("3 of 12 done…")
    assert not dialog.tabs.isEnabled()
    assert not dialog.apply.isEnabled()
    assert dialog.told.text() == "3 of 12 done…"
    with qtbot.waitSignal(dialog.stopRequested, timeout=1000):
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    dialog.set_working("")
    assert dialog.tabs.isEnabled()
    assert dialog.apply.isEnabled()


def test_many_fates_are_counted_not_listed(make_dialog):
    scheme = scheme_from_dict({"spans": [f"L{number}" for number in range(9)]})
    dialog = make_dialog(scheme)
    for entry in dialog.draft.entries[SPANS]:
        entry.name += "x"
    dialog.show_uses({})
    lines = dialog.told.text().split("\n")
    assert (len(lines), lines[0], lines[-1]) == (4, "L0 becomes L0x.", "… and 6 more")


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("name", ["x" * 80, "شخص طبيعي", "a\nb", "😊" * 9])
def test_odd_names_are_painted_whatever_the_theme(make_dialog, name, theme):
    scheme = scheme_from_dict(
        {"spans": [name, *(f"L{number}" for number in range(60))], "relations": [{"name": name, "head": [name]}]}
    )
    dialog = make_dialog(scheme)
    dialog.setPalette(palette(theme))
    for part in (SPANS, RELATIONS):
        choose(dialog, name, part)
        assert not dialog.grab().isNull()
        preview = page(dialog, part).form.findChild(LabelPreview)
        image = preview.grab().toImage()
        left, right = image.pixelColor(3, image.height() - 4), image.pixelColor(image.width() - 4, image.height() - 4)
        assert (left.name(), right.name()) == (LIGHT.page, DARK.page)


@pytest.mark.parametrize("place", range(5))
def test_everything_on_each_page_has_a_name_and_is_reached_by_tab(dialog, place):
    dialog.draft.add(CATEGORIES, "sport")
    dialog.pages[CATEGORIES].show_draft(dialog.draft)
    dialog.activateWindow()
    dialog.tabs.setCurrentIndex(place)
    if place == 0:  # also what shows only at times
        form = choose(dialog, "PERSON").form
        form.color.setCurrentIndex(form.color.count() - 1)
        form.key.setCurrentIndex(form.key.findData("2"))
        assert form.swap.isVisible()
    dialog.tabs.tabBar().setFocus()
    settle()
    assert unnamed(dialog) == []
    assert wrong_roles(dialog) == []
    assert left_out(dialog, walked(Qt.Key.Key_Tab)) == []


@pytest.mark.parametrize("merging", [False, True])
def test_the_question_about_annotations_is_answered_by_keys(dialog, merging):
    found = choose(dialog, "GPE")
    found.list.setFocus()
    if merging:
        found.merge.click()
    else:
        QTest.keyClick(found.list, Qt.Key.Key_Delete)
    asked = fate(dialog)
    assert asked.other.hasFocus()
    assert unnamed(asked) == []
    assert left_out(asked, walked(Qt.Key.Key_Tab)) == []
    QTest.keyClick(asked.other, Qt.Key.Key_Return)
    settle()
    assert dialog.draft.edit().names == {SPANS: {"GPE": "PERSON"}}


@pytest.mark.parametrize(
    ("part", "use", "words", "removal"),
    [
        (SPANS, Use(1, 0, 0), "1 span", "The 1 span is removed, with its relations"),
        (SPANS, Use(120, 3, 0), "120 spans in 3 documents", "The 120 spans are removed, with their relations"),
        (RELATIONS, Use(2, 1, 1), "2 relations in 1 document (1 of them suggestions)", "The 2 relations are removed"),
        (ATTRIBUTES, Use(1, 1, 0), "1 span or relation in 1 document", "1 span or relation loses it"),
        (CATEGORIES, Use(3, 2, 0), "3 annotation sets in 2 documents", "3 annotation sets lose it"),
    ],
)
def test_numbers_are_said_in_words(qtbot, part, use, words, removal):
    assert use_words(part, use) == words
    entries = [Entry("a", ("a",)), Entry("b", ("b",))]
    asked = FateDialog(part, entries[0], entries, use, merging=False)
    asked.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(asked)
    assert asked.remove.text() == removal
    assert asked.into is entries[1]
    asked.remove.setChecked(True)
    assert asked.into is None
    assert not asked.other.isEnabled()


def test_the_uses_of_what_was_merged_are_added_up(dialog):
    found = choose(dialog, "PERSON")
    dialog.draft.merge(dialog.draft.find(SPANS, "GPE"), dialog.draft.find(SPANS, "PERSON"))
    found.show_draft(dialog.draft)
    assert found.use_of(found.entry) == Use(13, 3, 2)
    assert column(found, 2)[0] == "13"
    assert found.form.used.text() == "13 spans in 3 documents (2 of them suggestions) · was GPE"


def test_a_scheme_taken_into_the_draft_is_shown_and_can_be_applied(dialog):
    dialog.take(scheme_from_dict({"name": "o", "spans": ["LAW"], "categories": ["sport"], "guidelines": {"en": "# Rules"}}))
    assert column(page(dialog), 0)[-1] == "LAW"
    assert dialog.tabs.tabText(3) == "Categories (1)"
    assert dialog.guidelines.text.toPlainText() == "# Rules"
    dialog.apply.click()
    assert dialog.asked[0].scheme.categories == ("sport",)
    assert not dialog.asked[0].names


def test_names_are_kept_without_the_blanks_around_them(dialog):
    type_into(choose(dialog, "DATE").form.name, "  HARI ")
    dialog.apply.click()
    assert dialog.asked[0].names == {SPANS: {"DATE": "HARI"}}


def test_keys_and_colours_of_others_are_named_in_the_boxes(dialog):
    form = choose(dialog, "ORG").form
    keys = [form.key.itemText(row) for row in range(form.key.count())]
    assert "1 – PERSON" in keys
    assert "5" in keys
    colors = [form.color.itemText(row) for row in range(form.color.count())]
    assert len(colors) == len(PALETTE) + 1
    assert "blue – PERSON" in colors
    free = [text for text in colors if "–" not in text]
    assert colors[: len(free) - 1] == free[:-1], "free ones come first, another one last"
