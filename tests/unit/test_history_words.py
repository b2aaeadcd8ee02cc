"""What a step changed, in words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotator.commands import bulk, documents, relations, spans
from annotator.domain.annotations import Relation, SetInfo, Span, Verdict, category_signature
from annotator.domain.changes import BulkCopy, BulkInsert, Change, What
from annotator.domain.documents import Status
from annotator.domain.labels import SpanLabel, scheme_from_dict
from annotator.store import history
from annotator.ui.models.history_words import Sign, Texts, lines, more_line, origin
from tests.conftest import TEXT

PUTIN = Span("s1", ((0, 5),), "GPE", origin="model", reviewed=False)
RUSIA = Span("s2", ((14, 19),), "GPE")
JOKOWI = Span("s3", ((21, 27),), "PERSON")
THERE = {span.id: span for span in (PUTIN, RUSIA, JOKOWI)}
TEXTS = Texts({1: TEXT}.get, lambda set_id, key: THERE.get(key) if set_id == 1 else None)


def span_change(before: Span | None, after: Span | None) -> Change:
    key = (before or after).id
    return Change(What.SPAN, 1, key, before, after)


def told(*changes) -> list[str]:
    return [line.text for line in lines(changes, TEXTS)]


@pytest.mark.parametrize(
    ("before", "after", "sign", "text"),
    [
        (None, RUSIA, Sign.ADDED, "GPE “Rusia”"),
        (None, PUTIN, Sign.ADDED, "GPE “Putin” (suggestion)"),
        (RUSIA, None, Sign.REMOVED, "GPE “Rusia”"),
        (PUTIN, replace(PUTIN, label="PERSON", reviewed=True), Sign.CHANGED, "“Putin”: GPE → PERSON; accepted"),
        (PUTIN, replace(PUTIN, reviewed=True), Sign.CHANGED, "“Putin”: accepted"),
        (replace(PUTIN, reviewed=True), PUTIN, Sign.CHANGED, "“Putin”: a suggestion again"),
        (RUSIA, replace(RUSIA, fragments=((11, 19),)), Sign.CHANGED, "“Rusia”: now “di Rusia”"),
        (PUTIN, replace(PUTIN, fragments=((36, 41),)), Sign.CHANGED, "“Putin”: now 36–41"),
        (RUSIA, replace(RUSIA, note="besar"), Sign.CHANGED, "“Rusia”: note “besar”"),
        (replace(RUSIA, note="besar"), replace(RUSIA, note="kecil"), Sign.CHANGED, "“Rusia”: note “besar” → “kecil”"),
        (replace(RUSIA, note="besar"), RUSIA, Sign.CHANGED, "“Rusia”: note “besar” removed"),
        (RUSIA, replace(RUSIA, kb_id="Q159"), Sign.CHANGED, "“Rusia”: knowledge base “Q159”"),
        (
            replace(RUSIA, attributes={"sure": "yes"}),
            replace(RUSIA, attributes={"sure": "no", "old": True}),
            Sign.CHANGED,
            "“Rusia”: old “True”; sure “yes” → “no”",
        ),
        (RUSIA, replace(RUSIA, confidence=0.5), Sign.CHANGED, "“Rusia”: details"),
    ],
)
def test_a_span_before_and_after(before, after, sign, text):
    (line,) = lines([span_change(before, after)], TEXTS)
    assert (line.sign, line.text) == (sign, text)
    assert line.label == (after or before).label
    assert line.change == span_change(before, after)


def test_a_relation_names_its_ends_as_they_are_or_were():
    leads = Relation("r1", "leads", "s3", "s2")
    assert told(Change(What.RELATION, 1, "r1", None, leads)) == ["leads from “Jokowi” to “Rusia”"]
    turned = replace(leads, head="s2", tail="s3")
    assert told(Change(What.RELATION, 1, "r1", leads, turned)) == ["from “Jokowi” to “Rusia”: reversed"]
    moved = replace(leads, tail="s1", label="knows")
    text = "from “Jokowi” to “Rusia”: now from “Jokowi” to “Putin”; leads → knows"
    assert told(Change(What.RELATION, 1, "r1", leads, moved)) == [text]
    gone = Span("s9", ((45, 52),), "GPE")
    both = [span_change(gone, None), Change(What.RELATION, 1, "r1", replace(leads, tail="s9"), None)]
    assert told(*both) == ["GPE “Jakarta”", "leads from “Jokowi” to “Jakarta”"]
    assert told(both[1]) == ["leads from “Jokowi” to (missing)"]


def test_a_thing_that_was_touched_several_times_is_told_once_and_one_that_is_as_before_not_at_all():
    first, second = replace(PUTIN, label="ORG"), replace(PUTIN, label="PERSON", reviewed=True)
    assert told(span_change(PUTIN, first), span_change(first, second)) == ["“Putin”: GPE → PERSON; accepted"]
    assert told(span_change(PUTIN, first), span_change(first, PUTIN)) == []


def test_items_come_before_what_follows_from_them():
    verdict = Verdict("GPE@0-5", "model")
    changes = [
        Change(What.SET, 1, "", SetInfo(1, "ani", "person"), SetInfo(1, "ani", "person", Status.IN_PROGRESS)),
        Change(What.VERDICT, 1, verdict.signature, None, verdict),
        span_change(PUTIN, None),
    ]
    assert told(*changes) == ["GPE “Putin” (suggestion)", "Status: New → In progress", "Remembered as rejected: GPE “Putin”"]
    back = Change(What.VERDICT, 1, verdict.signature, verdict, None)
    assert told(back) == ["No longer rejected: GPE “Putin”"]
    relation = Verdict("met_with@21-27>0-5,36-41", "model")
    assert told(Change(What.VERDICT, 1, "x", None, relation)) == ["Remembered as rejected: met_with “Jokowi” → “Putin Putin”"]


def test_a_set_s_state_is_told_part_by_part():
    before = SetInfo(1, "ani", "person", Status.DONE, flagged=True, categories=("sport",))
    after = SetInfo(1, "ani", "person", Status.SKIPPED)
    assert told(Change(What.SET, 1, "", before, after)) == [
        "Status: Done → Skipped",
        "No longer flagged",
        "Categories: sport → none",
    ]
    assert told(Change(What.SET, 1, "", None, after)) == ["Annotation set of ani"]


def test_the_scheme_is_told_label_by_label(scheme):
    after = replace(
        scheme, spans=(*scheme.spans[1:], SpanLabel("EVENT")), relations=(replace(scheme.relations[0], symmetric=True),)
    )
    found = lines([Change(What.SCHEME, 0, "", scheme, after)], TEXTS)
    assert {(line.sign, line.text) for line in found} == {
        (Sign.ADDED, "Label scheme: EVENT"),
        (Sign.REMOVED, "Label scheme: PERSON"),
        (Sign.CHANGED, "Label scheme: leads"),
        (Sign.REMOVED, "Label scheme: met_with"),
        (Sign.REMOVED, "Label scheme: linked"),
    }
    renamed = scheme_from_dict({"name": "b", "spans": ["A"]})
    (line,) = lines([Change(What.SCHEME, 0, "", scheme_from_dict({"name": "a", "spans": ["A"]}), renamed)], TEXTS)
    assert line.text == "Label scheme: order or settings"


def test_what_came_in_bulk_and_what_is_not_listed():
    assert told(BulkInsert(1, 1), BulkInsert(2, 13), BulkCopy(1, 1)) == [
        "1 document came in",
        "12 documents came in",
        "The models' suggestions for the document",
    ]
    assert more_line(123).text == "… and 123 more"


def test_a_document_that_is_gone_has_no_words():
    change = Change(What.SPAN, 7, "s1", None, RUSIA)
    assert told(change) == ["GPE (text gone)"]
    assert told(Change(What.VERDICT, 7, "x", None, Verdict("GPE@0-5"))) == ["Remembered as rejected: GPE 0-5"]
    category = Verdict(category_signature("sport"), "model")
    assert told(Change(What.VERDICT, 7, category.signature, None, category)) == ["Remembered as rejected: Category sport"]


def test_an_item_says_who_made_it():
    assert origin(PUTIN) == "Suggested by model, not reviewed yet."
    assert origin(replace(PUTIN, reviewed=True)) == "Suggested by model, reviewed."
    assert origin(replace(PUTIN, origin="person:ani", reviewed=True)) == "Made by ani."
    assert origin(JOKOWI) == ""


def test_what_commands_really_do_can_all_be_told(session):
    state = session.open_document(1)
    set_id = state.set_id
    for command in (
        spans.relabel_span(set_id, "s1", "PERSON"),
        spans.describe_span(set_id, "s2", note="n", kb_id="Q1", attributes={"sure": "yes"}),
        relations.remove_relation(set_id, "r1"),
        bulk.remove_items(set_id, ["s3", "s4"]),
        documents.toggle_flag(set_id),
        documents.mark_done(set_id),
    ):
        session.execute(command)
    connection = session.project.connection
    texts = Texts(lambda _: state.text, lambda key, span_id: history.span_as_known(connection, key, span_id))
    for entry in history.project_entries(connection):
        found = lines(history.changes_of(connection, entry.step.id, 500), texts)
        assert found, entry.step.title
        assert all(line.text and "(missing)" not in line.text for line in found)
