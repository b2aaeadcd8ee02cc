"""Every filter and order gives what looking at each document by hand gives, and a list knows its rows."""

from __future__ import annotations

from array import array
from itertools import islice

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.commands import documents, spans
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Document, Status
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.rules import problems
from annotator.session.session import Session
from annotator.store import listing, queries, statistics, suggesters
from annotator.store.listing import Filter, Listing, Order
from annotator.store.suggesters import Worth

LABELS = ("PERSON", "GPE", "ORG", "odd")


def _document(number):
    text = f"Ani Budi Cici {'kata ' * (number * 7 % 5)}nomor{number % 3}"
    return Document(f"n{number * 7 % 10:02}", text, {"source": f"s{number % 3}", "tags": [number % 2, "x"]} if number % 4 else {})


def _sets(number):
    found = {f"s{n}": Span(f"s{n}", ((0, 3),), LABELS[(number + n) % 4], reviewed=False) for n in range(number % 5)}
    links = {"r0": Relation("r0", "linked", "s0", "s1", reviewed=False)} if len(found) > 1 and number % 2 else {}
    sets = [AnnotationSet(SetInfo(0, f"m{number % 2}", Kind.MODEL), found, links)] if found else []
    if number % 6 == 0:
        sets.append(AnnotationSet(SetInfo(0, "m1", Kind.GOLD, Status.DONE), {"g": Span("g", ((4, 8),), "GPE")}))
    return sets


@pytest.fixture(scope="module")
def filled(tmp_path_factory):
    """Forty documents with gaps among their numbers, some of them worked on by two people."""
    from annotator.domain.labels import scheme_from_dict
    from annotator.store.project import create

    scheme = scheme_from_dict({"name": "small", "spans": ["PERSON", "GPE", "ORG"], "relations": ["linked"]})
    project = create(tmp_path_factory.mktemp("listing") / "p.annotator", scheme=scheme, language="xx")
    gone = []
    for start in (0, 15, 18, 33):
        with project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
            tx.add_documents((_document(n), _sets(n)) for n in range(start, {0: 15, 15: 18, 18: 33, 33: 43}[start]))
            gone += [tx.step_id] if start == 15 else []
    project.undo_step(gone[0], "import")
    for person, every in (("ani", 3), ("budi", 5)):
        session = Session(project, person)
        for number in list(queries.document_ids(project.connection))[::every]:
            state = session.open_document(number)
            if number % 2:
                session.execute(documents.toggle_flag(state.set_id))
            if state.spans() and number % 4 == 1:
                session.execute(spans.accept_span(state.set_id, state.spans()[0].id)) if state.spans()[0].label != "odd" else None
            if number % 7 == 0:
                session.execute(documents.skip(state.set_id))
            elif not state.problems():
                session.execute(documents.mark_done(state.set_id))
        if person == "ani":  # some of these finish documents, some come to documents that are finished
            ids = list(queries.document_ids(project.connection))
            suggesters.put_worth(project.connection, {key: _worth(key) for key in ids if key % 5})
    yield project
    project.close()


def _worth(number):
    return Worth(number * 7 % 11 / 10, number % 3 / 2, 1.0)


def _by_hand(project, wanted):
    """Look at every document with everything in it."""
    connection = project.connection
    for number in [row[0] for row in connection.execute("SELECT id FROM documents ORDER BY id")]:
        document = queries.document(connection, number)
        sets = [queries.annotation_set(connection, key) for key, _ in queries.set_ids(connection, number)]
        mine = next((one for one in sets if one.info.annotator == wanted.person and one.info.kind is Kind.PERSON), None)
        items = [item for one in sets for item in one.spans.values()]
        links = [item for one in sets for item in one.relations.values()]
        waiting = [] if mine is None else [item for item in (*mine.spans.values(), *mine.relations.values()) if not item.reviewed]
        values = document.meta.get(wanted.field, ())
        values = values if isinstance(values, list) else [values]
        if (
            (not wanted.statuses or (mine.info.status if mine else Status.NEW) in wanted.statuses)
            and (not wanted.flagged or (mine is not None and mine.info.flagged))
            and (not wanted.unreviewed or waiting)
            and (not wanted.label or any(item.label == wanted.label for item in items))
            and (not wanted.relation or any(item.label == wanted.relation for item in links))
            and (not wanted.annotator or any(one.info.annotator == wanted.annotator for one in sets))
            and (not wanted.field or wanted.value in map(str, values))
            and wanted.name.casefold() in document.name.casefold()
            and (not wanted.words or wanted.words in document.text.split())
            and (
                not wanted.problems
                or any(problems(document.text, document.tokens, project.scheme, one.spans, one.relations.values()) for one in sets)
            )
        ):
            yield number


def _in_order(project, numbers, wanted, order, *, descending):
    """Sort documents by hand; those of no worth come last, whichever way the others go."""
    if not order.by_worth:
        return sorted(numbers, key=_keys(project, wanted, order), reverse=descending)
    finished = {
        info.document_id
        for _, sets in queries.all_sets(project.connection)
        for _, info in sets
        if info.kind is Kind.GOLD or (info.kind is Kind.PERSON and info.status is Status.DONE)
    }
    figures = {number: getattr(_worth(number), order) for number in numbers if number % 5 and number not in finished}
    first = sorted((number for number in numbers if figures.get(number)), key=figures.__getitem__, reverse=descending)
    return first + [number for number in numbers if not figures.get(number)]


def _keys(project, wanted, order):
    connection = project.connection
    cards = queries.document_cards(connection, queries.document_ids(connection), wanted.person)
    return {
        Order.POSITION: lambda _: 0,
        Order.NAME: lambda number: cards[number].name,
        Order.STATUS: lambda number: list(Status).index(cards[number].status),
        Order.LENGTH: lambda number: cards[number].length,
        Order.SPANS: lambda number: cards[number].spans,
    }[order]


filters = st.builds(
    Filter,
    person=st.sampled_from(["ani", "budi", "nobody"]),
    statuses=st.one_of(st.just(()), st.lists(st.sampled_from(list(Status)), max_size=4, unique=True).map(tuple)),
    flagged=st.sampled_from([False, False, True]),
    unreviewed=st.sampled_from([False, False, True]),
    problems=st.sampled_from([False, False, True]),
    label=st.sampled_from(["", "", "GPE", "odd", "none"]),
    relation=st.sampled_from(["", "", "linked"]),
    annotator=st.sampled_from(["", "", "m1", "ani", "none"]),
    field=st.sampled_from(["", "", "source", "tags"]),
    value=st.sampled_from(["s1", "1", "x"]),
    name=st.sampled_from(["", "", "N0", "7", "none"]),
    words=st.sampled_from(["", "", "nomor1", "kata"]),
)


limits = st.tuples(st.sampled_from([1, 3, 20_000]), st.sampled_from([1, 4, 500]), st.sampled_from([0.02, 9]))


@given(wanted=filters, order=st.sampled_from(list(Order)), descending=st.booleans(), limits=limits)
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_filter_in_any_order(filled, wanted, order, descending, limits):
    before = listing._FEW, listing._PROBED, listing._THIN
    listing._FEW, listing._PROBED, listing._THIN = limits
    try:
        found = [number for page in listing.stream(filled.connection, wanted, order, descending=descending) for number in page]
    finally:
        listing._FEW, listing._PROBED, listing._THIN = before
    expected = list(_by_hand(filled, wanted))
    if order is Order.POSITION:
        assert found == (expected[::-1] if descending else expected)
        return
    assert sorted(found) == expected
    assert found == _in_order(filled, expected, wanted, order, descending=descending)
    count = listing.known_count(filled.connection, wanted)
    assert count is None or count == len(found)


def test_a_piece_of_the_name_is_found_whatever_its_letters(empty_project):
    names = ("Straße 1", "STRASSE 2", "ЛОНДОН", "100%_a", "x\0y")
    with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents((Document(name, "x"), []) for name in names)
    connection = empty_project.connection

    def found(piece, **more):
        return [names[number - 1] for page in listing.stream(connection, Filter(name=piece, **more)) for number in page]

    assert found("strasse") == ["Straße 1", "STRASSE 2"]
    assert found("лонд") == ["ЛОНДОН"]
    assert found("%_") == ["100%_a"]
    assert found("'") == []
    assert found("a", words="x") == ["Straße 1", "STRASSE 2", "100%_a"]
    assert not any(
        row[3] == "SCAN documents"
        for row in connection.execute("EXPLAIN QUERY PLAN " + listing._leading(connection, Filter(name="a"))[0], ("a",))
    )


def test_the_kept_figures_tell_the_count_where_they_can(filled):
    for wanted in (Filter(), Filter(person="ani", statuses=(Status.NEW, Status.DONE)), Filter(person="budi", flagged=True)):
        assert listing.known_count(filled.connection, wanted) == len(list(_by_hand(filled, wanted)))
    assert listing.known_count(filled.connection, Filter(label="GPE")) is None


def test_all_documents_are_runs_and_rows_are_arithmetic(filled):
    ids = [row[0] for row in filled.connection.execute("SELECT id FROM documents ORDER BY id")]
    found = listing.everything(filled.connection)
    assert found.complete
    assert len(found._runs) == 2
    assert [found.id_at(row) for row in range(len(found))] == ids
    assert [found.row_of(number) for number in ids] == list(range(len(ids)))
    assert [found.row_of(number) for number in (0, 16, 17, 10_000)] == [-1] * 4
    assert list(found.ids(10, 18)) == ids[10:18]
    assert list(found.ids(len(ids) - 1, len(ids) + 50)) == ids[-1:]
    for row in (-1, len(ids)):
        with pytest.raises(IndexError):
            found.id_at(row)


@pytest.mark.parametrize(("order", "descending"), [(Order.POSITION, False), (Order.POSITION, True), (Order.NAME, False)])
def test_a_list_that_is_filled_by_pages(filled, order, descending):
    found = listing.empty(order, descending=descending)
    assert (len(found), found.row_of(1), found.complete) == (0, -1, False)
    for page in listing.stream(filled.connection, Filter(label="GPE"), order, descending=descending):
        found.extend(page)
    assert len(found) == len(list(_by_hand(filled, Filter(label="GPE"))))
    assert [found.row_of(found.id_at(row)) for row in range(len(found))] == list(range(len(found)))
    assert [found.row_of(key) for key in (99, 0, -1, 1 << 62)] == [-1] * 4


@pytest.mark.parametrize("ids", [[5, 3, 9, 1], [5, 1 << 40, 3], [7, -4, 2]])
def test_the_row_of_any_id_is_known_however_far_apart_they_are(ids):
    found = listing.empty(Order.NAME, descending=False)
    for page in (ids[:2], ids[2:]):
        found.extend(array("q", page))
    assert [found.row_of(key) for key in ids] == list(range(len(ids)))
    assert [found.row_of(key) for key in (4, -1, 1 << 41)] == [-1, -1, -1]


def test_a_missing_id_is_not_looked_for_in_the_whole_list():
    class Unlooked(array):
        def index(self, *_):
            raise AssertionError("walked over")

    found = listing.empty(Order.NAME, descending=False)
    found._ids = Unlooked("q")
    found.extend(array("q", (4, 2, 8)))
    assert [found.row_of(key) for key in (8, 3, 99)] == [2, -1, -1]


def test_no_documents(empty_project):
    found = listing.everything(empty_project.connection)
    assert (len(found), found.row_of(1), list(found.ids(0, 9))) == (0, -1, [])
    assert list(listing.stream(empty_project.connection, Filter(statuses=(Status.NEW,)))) == []


def test_the_first_page_is_short_and_a_cancelled_list_stops(filled, monkeypatch):
    monkeypatch.setattr(listing, "FIRST_PAGE", 3)
    monkeypatch.setattr(listing, "PAGE", 5)
    progress = Progress()
    pages = listing.stream(filled.connection, Filter(), progress=progress)
    assert [len(page) for page in islice(pages, 3)] == [3, 5, 5]
    progress.cancel()
    with pytest.raises(Cancelled):
        next(pages)


def test_what_was_checked_is_not_checked_again_until_it_changes(filled):
    connection = filled.connection
    checked: dict[int, int] = {}
    step = statistics.last_step(connection)
    wanted = Filter(problems=True)
    first = [page.tolist() for page in listing.stream(connection, wanted, checked=checked)]
    assert checked
    assert sum(map(bool, checked.values())) == len({key for key, count in checked.items() if count})
    assert not statistics.remember_checked(connection, checked, at_step=step - 1)
    assert statistics.remember_checked(connection, checked, at_step=step)
    again: dict[int, int] = {}
    assert [page.tolist() for page in listing.stream(connection, wanted, checked=again)] == first
    assert set(again) == {key for key, count in checked.items() if count}
    clean = next(key for key, count in checked.items() if not count)
    session = Session(filled, "ani")
    session.execute(documents.toggle_flag(clean))
    assert list(listing.stream(connection, wanted, checked={})) == [array("q", page) for page in first]
    Session(filled, "ani").execute(spans.add_span(clean, ((4, 8),), "ORG"))
    third: dict[int, int] = {}
    list(listing.stream(connection, wanted, checked=third))
    assert clean in third
    with filled.transaction("Scheme", actor="ani", lane=Lane.JOB) as tx:
        tx.put_scheme(tx.scheme.with_labels(["further"]))
    fourth: dict[int, int] = {}
    list(listing.stream(connection, wanted, checked=fourth))
    assert set(fourth) == set(third)


EXPLAINED = [
    Filter(),
    Filter(person="ani", statuses=(Status.DONE, Status.SKIPPED)),
    Filter(person="ani", flagged=True),
    Filter(person="ani", unreviewed=True),
    Filter(label="GPE"),
    Filter(relation="linked"),
    Filter(annotator="m1"),
    Filter(field="source", value="s1"),
    Filter(words="kata"),
    Filter(person="ani", label="GPE", statuses=(Status.NEW,), annotator="m1", field="source", value="s1"),
]


@pytest.mark.parametrize("wanted", EXPLAINED)
@pytest.mark.parametrize(
    ("order", "descending"), [(Order.POSITION, False), (Order.NAME, False), (Order.LENGTH, False), (Order.DOUBT, True)]
)
def test_no_list_sorts_or_walks_a_table(filled, wanted, order, descending, monkeypatch):
    """By SQLite's own plans: only indexes are walked, and in the order that is asked for; of worth, that is the most first."""
    plans: list[str] = []
    monkeypatch.setattr(listing, "_FEW", 0)

    class Explaining:
        def execute(self, sql, values=()):
            plans.extend(row[3] for row in filled.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values))
            return filled.connection.execute(sql, values)

    list(listing.stream(Explaining(), wanted, order, descending=descending))
    walked = ("SCAN d", "SCAN documents", "SCAN annotation_sets", "SCAN set_labels", "SCAN document_meta")
    assert not [plan for plan in plans if "TEMP B-TREE" in plan or plan in walked], plans


def test_metadata_fields_and_values_to_choose_from(filled):
    connection = filled.connection
    assert queries.meta_fields(connection) == ["source", "tags"]
    assert queries.meta_values(connection, "source") == ["s0", "s1", "s2"]
    assert queries.meta_values(connection, "tags", limit=2) == ["0", "1"]
    assert queries.meta_values(connection, "none") == []


def test_a_list_without_a_number_of_its_own_says_nothing_of_others():
    found = Listing([(5, 5)])
    assert (found.id_at(0), found.row_of(5), found.row_of(4), found.row_of(6)) == (5, 0, -1, -1)
