"""Finding what has a name: every item once, in pages of any size, also while what was found is being changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span, Verdict
from annotator.domain.changes import Lane, What
from annotator.domain.scheme_edit import Part
from annotator.store import relabelling
from annotator.store.relabelling import Use


def content(annotator: str, count: int, kind: Kind = Kind.PERSON) -> AnnotationSet:
    spans = {
        f"s{number}": Span(
            f"s{number}",
            ((number, number + 1),),
            "AB"[number % 2],
            {"x": number} if number % 3 == 0 else {},
            reviewed=number % 4 > 0,
        )
        for number in range(count)
    }
    links = {f"r{number}": Relation(f"r{number}", "to", f"s{number}", "s0", {"x": 1, "y": 2}) for number in range(1, count, 5)}
    verdicts = {key: Verdict(key) for key in ("A@0-1", "B@0-1", "to@0-1>2-3", "AA@0-1", "odd")}
    return AnnotationSet(SetInfo(0, annotator, kind, categories=("p", "q") if kind is Kind.PERSON else ()), spans, links, verdicts)


@pytest.fixture
def filled(empty_project, make_document):
    """Five documents: 0, 7, 14, 21 and 28 spans by "ani", and as many of a model."""
    with empty_project.transaction("Import {}", "it", actor="x", lane=Lane.JOB) as tx:
        tx.add_documents(
            (make_document("a " * 40, f"d{number}"), [content("ani", 7 * number), content("m", 7 * number, Kind.MODEL)])
            for number in range(5)
        )
    return empty_project


def pages(project, what: What, labels: list[str], size: int) -> list[relabelling.Found]:
    return list(relabelling.labelled(project.connection, what, labels, lambda: size))


@pytest.mark.parametrize("size", [1, 3, 10, 1000])
@pytest.mark.parametrize("labels", [["A"], ["B", "A"], ["none"], ["A", "none"]])
def test_every_item_is_found_once(filled, size, labels):
    found = pages(filled, What.SPAN, labels, size)
    places = [(set_id, item.id) for page in found for set_id, item in page]
    sql = f"SELECT set_id, id FROM spans WHERE label IN ({', '.join('?' * len(labels))}) ORDER BY set_id, id"
    assert places == filled.connection.execute(sql, labels).fetchall()
    assert all(page for page in found)
    assert all(len(page) <= size for page in found)


def test_relations_are_found_too(filled):
    found = [item for page in pages(filled, What.RELATION, ["to"], 4) for _, item in page]
    assert len(found) == filled.connection.execute("SELECT count(*) FROM relations").fetchone()[0]
    assert all(isinstance(item, Relation) for item in found)


def test_what_gets_another_of_the_names_meanwhile_is_not_found_again(filled):
    count = filled.connection.execute("SELECT count(*) FROM spans").fetchone()[0]
    seen = 0
    for page in relabelling.labelled(filled.connection, What.SPAN, ["A", "B"], lambda: 5):
        seen += len(page)
        with filled.transaction("x", actor="ani") as tx:
            for set_id, item in page:
                assert isinstance(item, Span)
                tx.put(set_id, replace(item, label="B" if item.label == "A" else "A"))
    assert seen == count


def test_the_size_may_change_on_the_way(filled):
    sizes = iter([1, 2, 4, *[8] * 100])
    found = list(relabelling.labelled(filled.connection, What.SPAN, ["A", "B"], lambda: next(sizes)))
    assert sum(map(len, found)) == 140


def test_attributes_are_found_by_their_whole_name(filled):
    found = [item for page in relabelling.with_attributes(filled.connection, What.SPAN, ["x"]) for _, item in page]
    assert len(found) == filled.connection.execute("SELECT count(*) FROM spans WHERE attributes IS NOT NULL").fetchone()[0]
    with filled.transaction("x", actor="ani") as tx:
        tx.put(3, replace(found[0], id="n1", attributes={"xx": 1, "value": "x", 'q"': {"x": 1}}))
    again = [item.id for page in relabelling.with_attributes(filled.connection, What.SPAN, ["x"]) for _, item in page]
    assert "n1" not in again, "a value and a name inside a value are no attribute"
    odd = [item.id for page in relabelling.with_attributes(filled.connection, What.SPAN, ['q"', "none"]) for _, item in page]
    assert odd == ["n1"]


def test_sets_are_found_by_their_categories(filled):
    found = [(key, info.categories) for page in relabelling.with_categories(filled.connection, ["q", "z"]) for key, info in page]
    assert [key for key, _ in found] == [1, 3, 5, 7, 9]
    assert not any(page for page in relabelling.with_categories(filled.connection, ["z"]))


def test_rejections_are_found_by_the_label_of_their_signature(filled):
    found = [(key, verdict.signature) for page in relabelling.rejected(filled.connection, ["A", "to"]) for key, verdict in page]
    assert found == [(key, signature) for key in range(1, 11) for signature in ("A@0-1", "to@0-1>2-3")]


def test_slices_reach_the_last_set(filled, monkeypatch):
    whole = [page for page in relabelling.with_attributes(filled.connection, What.RELATION, ["y"]) if page]
    monkeypatch.setattr(relabelling, "_SETS_AT_ONCE", 3)
    sliced = list(relabelling.with_attributes(filled.connection, What.RELATION, ["y"]))
    assert len(sliced) == 4
    assert [entry for page in sliced for entry in page] == [entry for page in whole for entry in page]


def test_an_empty_project_has_nothing(empty_project):
    connection = empty_project.connection
    assert relabelling.uses(connection) == relabelling.label_uses(connection) == relabelling.linked(connection) == {}
    assert pages(empty_project, What.SPAN, ["A"], 5) == []
    assert not any(relabelling.with_categories(connection, ["x"]))


def test_uses_are_those_of_all_annotators(filled):
    found = relabelling.uses(filled.connection)
    (waiting,) = filled.connection.execute("SELECT count(*) FROM spans WHERE label = 'A' AND reviewed = 0").fetchone()
    assert found[Part.SPANS, "A"] == Use(72, 4, waiting)
    assert found[Part.CATEGORIES, "p"] == Use(5, 5)
    assert found[Part.ATTRIBUTES, "y"].documents == 4
    quick = relabelling.label_uses(filled.connection)
    assert {key: use.items for key, use in quick.items()} == {
        key: use.items for key, use in found.items() if key[0] in (Part.SPANS, Part.RELATIONS)
    }


def test_links_are_counted_by_label_and_ends(filled):
    found = relabelling.linked(filled.connection)
    assert sum(found.values()) == filled.connection.execute("SELECT count(*) FROM relations").fetchone()[0]
    assert set(found) == {("to", "A", "A"), ("to", "B", "A")}
