"""Lists of documents that were chosen one by one, alone and together with everything else a filter says."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from pathlib import Path

import pytest

from annotator.commands import documents
from annotator.domain.annotations import AnnotationSet, Kind, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Document, Status
from annotator.domain.labels import scheme_from_dict
from annotator.session.session import Session
from annotator.store import listing
from annotator.store.listing import Filter, Only, Order
from annotator.store.project import Project, create


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Twenty documents: every second has a PERSON, every fifth is done."""
    made = create(tmp_path / "p.annotator", scheme=scheme_from_dict({"name": "s", "spans": ["PERSON", "GPE"]}), language="id")
    content = []
    for number in range(1, 21):
        label = "PERSON" if number % 2 == 0 else "GPE"
        info = SetInfo(0, "model", Kind.MODEL)
        content.append(
            (Document(f"name {21 - number:02}", f"kata {number}"), [AnnotationSet(info, {"s1": Span("s1", ((0, 4),), label)})])
        )
    with made.transaction("Import {}", "it", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents(content)
    session = Session(made, "ani")
    for number in range(5, 21, 5):
        session.execute(documents.mark_done(session.open_document(number).set_id))
    yield made
    made.close()


def listed(project: Project, wanted: Filter, order: Order = Order.POSITION, *, descending: bool = False) -> list[int]:
    pages = listing.stream(project.connection, wanted, order, descending=descending)
    return [number for page in pages for number in page]


def only(*ids: int) -> Only:
    return Only(array("q", ids), "these")


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(only=only(2, 5, 10, 11)), [2, 5, 10, 11]),
        (Filter(only=only()), []),
        (Filter(only=only(3, 99)), [3]),  # one is gone meanwhile
        (Filter(only=only(2, 5, 10, 11), label="PERSON"), [2, 10]),
        (Filter(person="ani", only=only(2, 5, 10, 11), statuses=(Status.DONE,)), [5, 10]),
        (Filter(person="ani", only=only(2, 5, 10, 11), statuses=(Status.NEW,)), [2, 11]),
        (Filter(only=only(2, 5, 10, 11), words="10"), [10, 11]),  # "name 10" and "kata 10"
        (Filter(only=only(2, 5, 10, 11), annotator="ani"), [5, 10]),
    ],
)
def test_a_chosen_set_goes_with_everything_else(project, wanted, expected):
    assert bool(wanted)
    assert listed(project, wanted) == expected
    assert listed(project, wanted, descending=True) == expected[::-1]
    assert listed(project, wanted, Order.NAME) == expected[::-1]  # the names run backwards
    assert sorted(listed(project, wanted, Order.STATUS)) == expected


def test_pieces_of_names_go_with_it(project):
    assert listed(project, Filter(only=only(2, 5, 10, 11), name="NAME 1")) == [2, 5, 10, 11]
    assert listed(project, Filter(only=only(1, 5, 20), name="name 2")) == [1]


def test_its_number_is_known_at_once_where_nothing_else_is_said(project):
    assert listing.known_count(project.connection, Filter(person="ani", only=only(2, 5))) == 2
    assert listing.known_count(project.connection, Filter(only=only(2, 5), label="PERSON")) is None


def test_a_longer_set_comes_in_pages_in_order(project, monkeypatch):
    monkeypatch.setattr(listing, "FIRST_PAGE", 3)
    monkeypatch.setattr(listing, "PAGE", 4)
    ids = [number for number in range(1, 21) if number not in (4, 5, 6)]
    wanted = Filter(only=only(*ids, *range(50, 60)), label="PERSON")
    pages = [list(page) for page in listing.stream(project.connection, wanted)]
    assert [number for page in pages for number in page] == [number for number in ids if number % 2 == 0]
    assert len(pages[0]) == 3


def test_two_sets_are_the_same_only_as_one_object():
    first = only(1, 2)
    assert Filter(only=first) == Filter(only=first)
    assert Filter(only=first) != Filter(only=only(1, 2))
    assert Filter(only=only()) != Filter()
    assert bool(Filter(only=only()))  # none of them is not all of them
