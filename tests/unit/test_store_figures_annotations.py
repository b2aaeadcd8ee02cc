"""Labels, linked labels and lengths on a small project one can count by eye, and the documents behind each figure."""

from __future__ import annotations

import pytest

from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane, What
from annotator.domain.documents import Status
from annotator.domain.progress import Cancelled, Progress
from annotator.store import figures_annotations, search
from annotator.store.figures_annotations import GOLD, LabelCount, LengthCount, OfCell, OfLabel, OfLengths, RelationCell, Whose
from annotator.store.gold import gold_sets

TEXT = "Putin tiba di Rusia. Jokowi bertemu Putin di Jakarta."
PUTIN, RUSIA, JOKOWI, AGAIN, JAKARTA = ((0, 5),), ((14, 19),), ((21, 27),), ((36, 41),), ((45, 52),)
BOTH = ((0, 5), (36, 41))
"""One span in two pieces: Putin ... Putin."""
ANI, BUDI = Whose("ani", Kind.PERSON), Whose("budi", Kind.PERSON)


def done(name, places, links=(), kind=Kind.PERSON, **info):
    """A set of (fragments, label) and of (relation, head, tail), the ends by their number."""
    spans = {f"s{n}": Span(f"s{n}", place, label, reviewed=kind is not Kind.MODEL) for n, (place, label) in enumerate(places)}
    relations = {f"r{n}": Relation(f"r{n}", label, f"s{head}", f"s{tail}") for n, (label, head, tail) in enumerate(links)}
    return AnnotationSet(SetInfo(0, name, kind, **{"status": Status.DONE, **info}), spans, relations)


@pytest.fixture
def connection(empty_project, make_document):
    """One document that ani alone is done with, one on which ani and budi agree, one on which they do not, one only begun."""
    people = [(PUTIN, "PERSON"), (RUSIA, "GPE"), (JOKOWI, "PERSON")]
    sets = [
        [
            done("ani", people, [("leads", 0, 1), ("met_with", 0, 2)]),
            done("m", [(PUTIN, "GPE"), (RUSIA, "GPE")], [("linked", 0, 1)], Kind.MODEL),
        ],
        [done("ani", people, [("linked", 1, 0)]), done("budi", people, [("linked", 0, 1)])],
        [done("ani", [(BOTH, "PERSON")]), done("budi", [(PUTIN, "PERSON")])],
        [done("ani", [(JAKARTA, "ORG"), (RUSIA, "GPE")], [("leads", 0, 1)], status=Status.IN_PROGRESS)],
    ]
    with empty_project.transaction("Import {}", "4", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents((make_document(TEXT, f"n{number}"), content) for number, content in enumerate(sets))
    return empty_project.connection


def test_whose_sets_there_are_gold_first(connection):
    assert figures_annotations.whose(connection) == [GOLD, ANI, BUDI, Whose("m", Kind.MODEL)]


def test_nothing_is_gold_while_nobody_is_done(empty_project, make_document, model_set):
    assert figures_annotations.whose(empty_project.connection) == []
    with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document(TEXT), [model_set([("s1", 0, 5, "GPE")]), done("ani", [], status=Status.IN_PROGRESS)])])
    assert figures_annotations.whose(empty_project.connection) == [Whose("ani", Kind.PERSON), Whose("model", Kind.MODEL)]
    for count in (figures_annotations.label_counts, figures_annotations.relation_cells, figures_annotations.span_lengths):
        assert count(empty_project.connection, GOLD) == []


def test_who_adjudicated_comes_after_the_persons(empty_project, make_document):
    sets = [done("zoe", []), done("judge", [(PUTIN, "PERSON")], kind=Kind.GOLD), done("a", [], kind=Kind.MODEL)]
    with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document(TEXT), sets)])
    kinds = [(one.annotator, one.kind) for one in figures_annotations.whose(empty_project.connection)]
    assert kinds == [("", None), ("zoe", Kind.PERSON), ("judge", Kind.GOLD), ("a", Kind.MODEL)]
    (label,) = figures_annotations.label_counts(empty_project.connection, GOLD)
    assert label == LabelCount(What.SPAN, "PERSON", 1, 0, 1), "what was adjudicated counts, and zoe's empty set does not"


def test_labels_by_how_often_spans_first(connection):
    def of(whose):
        return [(one.what, one.label, one.items, one.documents) for one in figures_annotations.label_counts(connection, whose)]

    span, relation = What.SPAN, What.RELATION
    assert of(ANI) == [
        (span, "PERSON", 5, 3),
        (span, "GPE", 3, 3),
        (span, "ORG", 1, 1),
        (relation, "leads", 2, 2),
        (relation, "linked", 1, 1),
        (relation, "met_with", 1, 1),
    ]
    assert of(GOLD) == [
        (span, "PERSON", 4, 2),
        (span, "GPE", 2, 2),
        (relation, "leads", 1, 1),
        (relation, "linked", 1, 1),
        (relation, "met_with", 1, 1),
    ]
    assert of(Whose("nobody", Kind.PERSON)) == of(Whose("ani", Kind.MODEL)) == []
    assert [one.unreviewed for one in figures_annotations.label_counts(connection, Whose("m", Kind.MODEL))] == [2, 0]


def test_linked_labels_and_a_symmetric_relation_has_no_order(connection):
    assert figures_annotations.relation_cells(connection, ANI) == [
        RelationCell("leads", "ORG", "GPE", 1, 1),
        RelationCell("leads", "PERSON", "GPE", 1, 1),
        RelationCell("linked", "GPE", "PERSON", 1, 1),
        RelationCell("met_with", "PERSON", "PERSON", 1, 1),
    ]
    assert figures_annotations.relation_cells(connection, BUDI) == [RelationCell("linked", "GPE", "PERSON", 1, 1)]


def test_a_cell_counts_each_relation_and_each_document_once(empty_project, make_document):
    twice = done("ani", [(PUTIN, "PERSON"), (RUSIA, "GPE"), (JOKOWI, "PERSON")], [("leads", 0, 1), ("leads", 2, 1)])
    with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document(TEXT, name), [twice]) for name in "ab"])
    assert figures_annotations.relation_cells(empty_project.connection, ANI) == [RelationCell("leads", "PERSON", "GPE", 4, 2)]


def test_lengths_are_of_the_whole_stretch_in_characters_and_in_tokens(connection):
    assert figures_annotations.span_lengths(connection, ANI) == [
        LengthCount("GPE", 5, 3),
        LengthCount("ORG", 7, 1),
        LengthCount("PERSON", 5, 2),
        LengthCount("PERSON", 6, 2),
        LengthCount("PERSON", 41, 1),
    ]
    progress = Progress()
    assert figures_annotations.token_lengths(connection, ANI, progress) == [
        LengthCount("GPE", 1, 3),
        LengthCount("ORG", 1, 1),
        LengthCount("PERSON", 1, 4),
        LengthCount("PERSON", 8, 1),  # Putin tiba di Rusia . Jokowi bertemu Putin
    ]
    assert (progress.done, progress.total) == (4, 4)


BEHIND = [
    (ANI, OfLabel(What.SPAN, "GPE"), [1, 2, 4]),
    (GOLD, OfLabel(What.SPAN, "GPE"), [1, 2]),
    (ANI, OfLabel(What.RELATION, "GPE"), []),
    (ANI, OfLabel(What.SPAN, "GPE", unreviewed=True), []),
    (Whose("m", Kind.MODEL), OfLabel(What.SPAN, "GPE", unreviewed=True), [1]),
    (ANI, OfCell("leads", "PERSON", "GPE"), [1]),
    (ANI, OfCell("leads", "GPE", "PERSON"), []),
    (ANI, OfCell("linked", "GPE", "PERSON"), [2]),
    (BUDI, OfCell("linked", "PERSON", "GPE"), [2]),
    (BUDI, OfCell("linked", "GPE", "PERSON"), [2]),
    (GOLD, OfCell("leads", "ORG", "GPE"), []),
    (ANI, OfLengths("PERSON", 6, 6), [1, 2]),
    (ANI, OfLengths("", 7, 41), [3, 4]),
    (ANI, OfLengths("GPE", 6, 99), []),
    (ANI, OfLengths("PERSON", 2, 8, in_tokens=True), [3]),
    (GOLD, OfLengths("", 1, 1, in_tokens=True), [1, 2]),
    (ANI, OfLengths("none", 0, 99, in_tokens=True), []),
]


@pytest.mark.parametrize(("whose", "what", "documents"), BEHIND)
def test_the_documents_behind_a_figure(connection, whose, what, documents):
    assert figures_annotations.documents_with(connection, whose, what) == documents
    known = gold_sets(connection)
    assert figures_annotations.documents_with(connection, whose, what, Progress(), known) == documents, "found once, asked often"


def test_gold_that_is_known_is_not_found_again(connection):
    assert list(gold_sets(connection)) == [1, 3]
    assert figures_annotations.span_lengths(connection, GOLD, [5]) == [LengthCount("PERSON", 41, 1)], (
        "the sets given are those counted"
    )
    assert figures_annotations.relation_cells(connection, GOLD, []) == []


def test_counting_tokens_stops_when_it_is_cancelled(connection):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        figures_annotations.token_lengths(connection, ANI, progress)


def test_a_statement_stops_when_it_is_cancelled(empty_project, make_document):
    many = done("ani", [(((n, n + 1),), "PERSON") for n in range(400)])
    with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document("a" * 500, str(number)), [many]) for number in range(20)])
    progress = Progress()
    with search.interruptible(empty_project.connection, progress):
        assert sum(one.count for one in figures_annotations.span_lengths(empty_project.connection, ANI)) == 8_000
    progress.cancel()
    with pytest.raises(Cancelled), search.interruptible(empty_project.connection, progress):
        figures_annotations.span_lengths(empty_project.connection, ANI)


# Gold


def by_the_view(connection):
    return [row[0] for row in connection.execute("SELECT set_id FROM gold_sets ORDER BY document_id")]


PAIRS = {
    "alike": (done("ani", [(PUTIN, "PERSON")]), done("budi", [(PUTIN, "PERSON")]), True),
    "label": (done("ani", [(PUTIN, "PERSON")]), done("budi", [(PUTIN, "ORG")]), False),
    "place": (done("ani", [(PUTIN, "PERSON")]), done("budi", [(AGAIN, "PERSON")]), False),
    "fragments": (done("ani", [(BOTH, "PERSON")]), done("budi", [(((0, 41),), "PERSON")]), False),
    "one more": (done("ani", [(PUTIN, "PERSON")]), done("budi", [(PUTIN, "PERSON"), (RUSIA, "GPE")]), False),
    "twice the same": (done("ani", [(PUTIN, "PERSON")]), done("budi", [(PUTIN, "PERSON"), (PUTIN, "PERSON")]), True),
    "category": (done("ani", [], categories=("sport",)), done("budi", []), False),
    "order of categories": (
        done("ani", [], categories=("sport", "politics")),
        done("budi", [], categories=("politics", "sport")),
        True,
    ),
    "direction": (
        done("ani", [(PUTIN, "PERSON"), (RUSIA, "GPE")], [("leads", 0, 1)]),
        done("budi", [(PUTIN, "PERSON"), (RUSIA, "GPE")], [("leads", 1, 0)]),
        False,
    ),
    "no direction": (
        done("ani", [(PUTIN, "PERSON"), (RUSIA, "GPE")], [("linked", 0, 1)]),
        done("budi", [(RUSIA, "GPE"), (PUTIN, "PERSON")], [("linked", 0, 1)]),
        True,
    ),
    "skipped does not count": (done("ani", [(PUTIN, "PERSON")]), done("budi", [], status=Status.SKIPPED), True),
    "a model does not count": (done("ani", [(PUTIN, "PERSON")]), done("budi", [], kind=Kind.MODEL), True),
    "adjudicated": (done("ani", [(PUTIN, "PERSON")]), done("budi", [], kind=Kind.GOLD), True),
}


@pytest.mark.parametrize("name", PAIRS)
def test_gold_is_what_the_view_says(empty_project, make_document, name):
    *sets, is_gold = PAIRS[name]
    connection = empty_project.connection
    with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document(TEXT, "a"), sets), (make_document(TEXT, "b"), list(reversed(sets)))])
    assert (len(gold_sets(connection)) == 2) is is_gold
    assert list(gold_sets(connection)) == by_the_view(connection)


def test_attributes_and_knowledge_base_ids_make_a_difference(empty_project, make_document):
    plain = done("ani", [(PUTIN, "PERSON")])
    others = [done("budi", [(PUTIN, "PERSON")]) for _ in range(3)]
    others[0].spans["s0"] = Span("s0", PUTIN, "PERSON", {"sure": "yes"})
    others[1].spans["s0"] = Span("s0", PUTIN, "PERSON", kb_id="Q7747")
    others[2].spans["s0"] = Span("x9", PUTIN, "PERSON", note="differs", origin="m", confidence=0.5)
    others[2].spans = {"x9": others[2].spans["s0"]}
    with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents((make_document(TEXT, str(number)), [plain, other]) for number, other in enumerate(others))
    assert list(gold_sets(empty_project.connection)) == by_the_view(empty_project.connection) == [5], "notes and origins make none"
