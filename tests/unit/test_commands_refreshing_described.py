"""What a person wrote on a suggestion without deciding on it: no run of the suggester takes it away, or puts its own in its place."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from typing import Any

import pytest

from annotator.commands import describing, documents, linking, relations, shaping, spans
from annotator.commands.refreshing import Entry, put_suggestions
from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.documents import Document
from annotator.domain.labels import scheme_from_dict
from annotator.domain.text import Tokens
from annotator.session.session import Session
from annotator.store import queries, recount
from annotator.store.project import create

TEXT = "Budi bekerja di BRI. Ani juga di BRI."
BUDI, BRI, ANI, BRI_2 = (0, 4), (16, 19), (21, 24), (33, 36)
SCHEME = {
    "name": "small",
    "spans": ["PER", "ORG", "LOC"],
    "relations": ["works", {"name": "kin", "symmetric": True}],
    "attributes": [{"name": "sure"}],
    "categories": ["news"],
}
SAID = (
    Span("s1", (BUDI,), "PER", {"sure": "m"}, "by m", "M1", 0.5, "m", reviewed=False),
    Span("s2", (BRI,), "ORG", confidence=0.5, origin="m", reviewed=False),
    Span("s3", (ANI,), "PER", confidence=0.5, origin="m", reviewed=False),
    Span("s4", (BRI_2,), "ORG", confidence=0.5, origin="m", reviewed=False),
)
LINKED = (
    Relation("r1", "works", "s1", "s2", {"sure": "m"}, "by m", 0.5, "m", reviewed=False),
    Relation("r2", "works", "s3", "s4", confidence=0.5, origin="m", reviewed=False),
)
NOTHING = Entry(1, "m", (), ())
SURER = Entry(1, "m", tuple(replace(span, confidence=0.9) for span in SAID), tuple(replace(one, confidence=0.9) for one in LINKED))
OTHERWISE = Entry(
    1,
    "m",
    tuple(replace(span, label="LOC", kb_id="M2", attributes={"sure": "n"}, note="now") for span in SAID),
    tuple(replace(one, label="kin", head=one.tail, tail=one.head) for one in LINKED),
)
DIFFERENTLY = Entry(
    1,
    "m",
    tuple(replace(span, kb_id="M2", attributes={"sure": "n"}, note="now") for span in SAID),
    tuple(replace(one, attributes={"sure": "n"}, note="now") for one in LINKED),
)
NEXT = pytest.mark.parametrize("then", [NOTHING, SURER, OTHERWISE, DIFFERENTLY], ids=["gone", "surer", "otherwise", "differently"])


@pytest.fixture
def session(tmp_path):
    project = create(tmp_path / "p.annotator", scheme=scheme_from_dict(SCHEME), language="id")
    tokens = Tokens(match.span() for match in re.finditer(r"\w+|[^\w\s]", TEXT))
    with project.transaction("Import {}", "it", actor="import") as tx:
        tx.add_documents([(Document("d", TEXT, {}, tokens, (0,)), [])])
    made = Session(project, "ani")
    run(made, Entry(1, "m", SAID, LINKED))
    made.open_document(1)
    yield made
    made.close()


def run(session, *entries):
    done = session.execute(put_suggestions(entries))
    assert recount.differences(session.project.connection) == []
    assert queries.integrity(session.project.connection) == []
    return done


def last_step(session) -> int:
    (last,) = session.project.connection.execute("SELECT max(id) FROM steps").fetchone()
    return last


def there(session):
    document = session.open_document(1)
    return {item.id: item for item in (*document.spans(), *document.relations())}


WRITINGS = {
    "note": ("s2", lambda at: spans.describe_span(at, "s2", note="ask the editor")),
    "kb id": ("s2", lambda at: spans.describe_span(at, "s2", kb_id="Q1")),
    "attributes": ("s2", lambda at: spans.describe_span(at, "s2", attributes={"sure": "y"})),
    "attribute": ("s2", lambda at: describing.set_attribute(at, ["s2"], [], "sure", "y")),
    "other note": ("s1", lambda at: spans.describe_span(at, "s1", note="ask the editor")),
    "no note": ("s1", lambda at: spans.describe_span(at, "s1", note="")),
    "other attribute": ("s1", lambda at: describing.set_attribute(at, ["s1"], [], "sure", "y")),
    "no attribute": ("s1", lambda at: describing.set_attribute(at, ["s1"], [], "sure", "")),
    "no link": ("s1", lambda at: linking.link_spans(at, ["s1"], "")),
    "relation's note": ("r2", lambda at: relations.describe_relation(at, "r2", note="says who?")),
    "relation's attributes": ("r2", lambda at: relations.describe_relation(at, "r2", attributes={"sure": "y"})),
    "relation's attribute": ("r2", lambda at: describing.set_attribute(at, [], ["r2"], "sure", "y")),
    "relation's other note": ("r1", lambda at: relations.describe_relation(at, "r1", note="says who?")),
    "relation's no attribute": ("r1", lambda at: describing.set_attribute(at, [], ["r1"], "sure", "")),
}


@NEXT
@pytest.mark.parametrize("writing", WRITINGS)
def test_what_a_person_wrote_on_a_suggestion_stays_as_it_is(session, writing, then):
    key, command = WRITINGS[writing]
    session.execute(command(session.document.set_id))
    before = there(session)
    run(session, then)
    after = there(session)
    assert after[key] == before[key]
    assert not after[key].reviewed
    if isinstance(before[key], Relation):
        assert {after[end].fragments for end in (after[key].head, after[key].tail)} == {
            before[end].fragments for end in (before[key].head, before[key].tail)
        }
    run(session, SURER)  # not the next run alone
    run(session, NOTHING)
    assert there(session)[key] == before[key]
    assert [item.id for item in there(session).values() if isinstance(item, type(before[key]))] == [key] or key.startswith("r")


@NEXT
def test_a_suggestion_that_nobody_wrote_on_follows_its_suggester(session, then):
    session.execute(spans.describe_span(session.document.set_id, "s2", note="only this one"))
    run(session, then)
    after = there(session)
    shown = {
        (item.fragments, item.label, item.note, item.kb_id, item.confidence) for item in after.values() if isinstance(item, Span)
    }
    wanted = {(item.fragments, item.label, item.note, item.kb_id, item.confidence) for item in then.spans if item.id != "s2"}
    assert shown == wanted | {((BRI,), "ORG", "only this one", "", 0.5)}


def test_what_was_written_can_be_taken_back_after_a_run_and_then_follows_it(session):
    session.execute(spans.describe_span(session.document.set_id, "s2", note="ask the editor"))
    step = last_step(session)
    run(session, SURER)
    session.undo_step(step)
    assert there(session)["s2"].note == ""
    run(session, NOTHING)
    assert there(session) == {}


def test_a_run_that_is_taken_back_leaves_what_was_written_and_so_does_the_next(session):
    first = last_step(session) - 1
    session.execute(spans.describe_span(session.document.set_id, "s2", note="ask the editor"))
    written = there(session)["s2"]
    run(session, SURER)
    session.undo_step(last_step(session))
    assert there(session)["s2"] == written
    session.undo_step(first)  # the model's set is gone, and nothing to compare with is left
    assert queries.find_set(session.project.connection, 1, "m", Kind.MODEL) is None
    run(session, OTHERWISE)
    assert there(session)["s2"] == written
    assert [item.label for item in there(session).values() if isinstance(item, Span) and item.fragments == (ANI,)] == ["LOC"]


def test_what_was_written_is_not_crossed_and_not_suggested_twice(session):
    session.execute(spans.describe_span(session.document.set_id, "s2", note="ask the editor"))
    wide = Span("o1", ((13, 19),), "LOC", origin="o", reviewed=False)
    same = Span("o2", (BRI,), "ORG", origin="o", reviewed=False)
    run(session, NOTHING, Entry(1, "o", (wide, same), ()))
    assert [(span.fragments, span.label, span.note) for span in there(session).values()] == [((BRI,), "ORG", "ask the editor")]


def test_what_is_said_of_the_document_stays(session):
    set_id = session.document.set_id
    session.execute(documents.set_categories(set_id, ("news",)))
    session.execute(documents.toggle_flag(set_id))
    info = queries.set_info(session.project.connection, set_id)
    run(session, OTHERWISE)
    assert queries.set_info(session.project.connection, set_id) == info


@pytest.mark.parametrize("then", [SURER, NOTHING], ids=["surer", "gone"])
@pytest.mark.parametrize(
    "move",
    [lambda at: shaping.merge_spans(at, ["s1", "s3"]), lambda at: spans.move_span(at, "s3", 21, 29)],
    ids=["merged", "moved"],
)
def test_a_suggested_relation_that_went_along_with_its_span_stays(session, move, then):
    session.execute(move(session.document.set_id))
    before = there(session)["r2"]
    run(session, then)
    after = there(session)
    assert after["r2"] == before
    assert not after["r2"].reviewed
    assert {"s4", before.head} <= after.keys()


def test_where_nobody_can_tell_who_wrote_it_what_is_written_stays_and_the_rest_goes(session):
    set_id = session.document.set_id
    session.execute(documents.skip(set_id))  # a skipped set follows no run: afterwards it is behind its model's
    run(session, NOTHING)
    run(session, Entry(1, "m", (replace(SAID[2], id="s1"),), ()))  # the number of what stood elsewhere
    session.execute(documents.reopen(set_id))
    before = there(session)
    run(session, NOTHING)
    assert there(session) == {key: before[key] for key in ("s1", "s2", "r1")}  # s2 is an end of r1, and all of r2 is gone


@pytest.mark.parametrize("seed", range(8))
def test_whatever_is_written_and_whatever_is_found_nothing_written_is_lost(session, seed):
    chance = random.Random(seed)
    set_id, wrote = session.document.set_id, {}
    for turn in range(12):
        for key, item in there(session).items():
            if chance.random() < 0.3:
                text = f"{key} {turn}"
                command = relations.describe_relation if isinstance(item, Relation) else spans.describe_span
                given: dict[str, Any] = chance.choice([{"note": text}, {"attributes": {"sure": text}}])
                if isinstance(item, Span) and chance.random() < 0.3:
                    given = {"kb_id": text}
                session.execute(command(set_id, key, **given))
                wrote.setdefault(key, {}).update(given)
        entry = chance.choice([NOTHING, SURER, OTHERWISE, DIFFERENTLY])
        some = tuple(span for span in entry.spans if chance.random() < 0.7)
        ids = {span.id for span in some}
        run(session, Entry(1, "m", some, tuple(one for one in entry.relations if {one.head, one.tail} <= ids)))
        now = there(session)
        for key, given in wrote.items():
            assert {name: getattr(now[key], name) for name in given} == given
