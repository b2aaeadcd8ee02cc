"""Rows and ids of a list: plain arithmetic over runs with gaps, as large as any, against the same ids written out."""

from __future__ import annotations

from array import array
from itertools import chain

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.store import listing
from annotator.store.listing import Listing, Order

runs = st.lists(st.tuples(st.integers(1, 4), st.integers(1, 6)), min_size=1, max_size=8)


def _placed(steps):
    """Return runs (first, last) from gaps and lengths; no run touches the next."""
    found, last = [], 0
    for gap, length in steps:
        found.append((last + gap + bool(found), last + gap + bool(found) + length - 1))
        last = found[-1][1]
    return found


@given(runs)
def test_rows_and_ids_are_each_other_s_inverse(steps):
    placed = _placed(steps)
    ids = list(chain.from_iterable(range(first, last + 1) for first, last in placed))
    found = Listing(placed)
    assert len(found) == len(ids)
    assert [found.id_at(row) for row in range(len(ids))] == ids
    assert {number: found.row_of(number) for number in range(-2, ids[-1] + 3)} == {
        number: ids.index(number) if number in ids else -1 for number in range(-2, ids[-1] + 3)
    }
    for row in (-1, -len(ids), len(ids), len(ids) + 9):
        with pytest.raises(IndexError):
            found.id_at(row)


@given(runs, st.integers(-5, 60), st.integers(0, 60))
def test_a_window_of_rows(steps, first, stop):
    placed = _placed(steps)
    ids = list(chain.from_iterable(range(low, high + 1) for low, high in placed))
    filled = listing.empty(Order.POSITION, descending=False)
    filled.extend(array("q", ids))
    for found in (Listing(placed), filled):
        assert list(found.ids(first, stop)) == ids[max(0, first) : stop]


@given(st.lists(st.integers(1, 10**15), unique=True, max_size=60), st.sampled_from(list(Order)), st.booleans(), st.data())
def test_a_list_that_grows_page_by_page_knows_what_it_has_so_far(ids, order, descending, data):
    if order is Order.POSITION:
        ids = sorted(ids, reverse=descending)
    found = listing.empty(order, descending=descending)
    cut = data.draw(st.integers(0, len(ids)))
    found.extend(array("q", ids[:cut]))
    assert [found.row_of(number) for number in ids] == [*range(cut), *[-1] * (len(ids) - cut)]
    found.extend(array("q", ids[cut:]))
    assert [found.row_of(number) for number in ids] == list(range(len(ids)))
    assert [found.id_at(row) for row in range(len(found))] == ids
    with pytest.raises(IndexError):
        found.id_at(len(ids))


def test_a_list_of_any_size_is_never_written_out():
    """Three runs of a million million documents; walking any of them would not come back."""
    size = 10**12
    found = Listing([(1, size), (size + 2, 2 * size), (4 * size, 5 * size)])
    assert found._before[-1] == size + (size - 1) + (size + 1)
    assert (found.id_at(size - 1), found.id_at(size)) == (size, size + 2)
    assert (found.row_of(size + 1), found.row_of(3 * size), found.row_of(5 * size + 1)) == (-1, -1, -1)
    last = found._before[-1] - 1
    assert (found.id_at(last), found.row_of(5 * size)) == (5 * size, last)
    assert list(found.ids(2 * size - 3, 2 * size + 1)) == [2 * size - 1, 2 * size, 4 * size, 4 * size + 1]
    assert list(found.ids(last, last + 10**6)) == [5 * size]
    with pytest.raises(IndexError):
        found.id_at(last + 1)


def test_only_what_is_known_from_the_start_is_complete():
    assert Listing([(3, 4)]).complete
    assert not listing.empty(Order.POSITION, descending=False).complete
