"""Changes and their inverses."""

import dataclasses

from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.annotations import Span
from annotator.domain.changes import BulkCopy, BulkInsert, Change, ChangeSet, Lane, What

OLD, NEW = Span("s1", ((0, 4),), "PERSON"), Span("s1", ((0, 4),), "ORG")


def _change(before, after, key="s1", set_id=1):
    return Change(What.SPAN, set_id, key, before, after)


def test_the_inverse_swaps_before_and_after():
    change = _change(OLD, NEW)
    assert change.inverse() == _change(NEW, OLD)
    assert change.inverse().inverse() == change
    assert _change(None, NEW).inverse() == _change(NEW, None)


def _taken_back(changes):
    return [change.inverse() for change in reversed(changes)]


def _apply(state, changes):
    for change in changes:
        assert state.get(change.key) == change.before
        if change.after is None:
            state.pop(change.key, None)
        else:
            state[change.key] = change.after
    return state


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from([None, "X", "Y", "Z"])), max_size=12))
def test_applying_changes_and_their_inverse_changes_nothing(edits):
    state: dict[str, Span] = {}
    changes = []
    for key, label in edits:
        after = Span(key, ((0, 1),), label) if label else None
        changes.append(_change(state.get(key), after, key))
        _apply(state, changes[-1:])
    end = dict(state)
    assert _apply(state, _taken_back(changes)) == {}
    assert _apply({}, _taken_back(_taken_back(changes))) == end


def test_a_change_set_is_true_when_something_changed():
    empty = ChangeSet(1, "Open", "", "sri", Lane.SYSTEM)
    assert not empty
    assert dataclasses.replace(empty, changes=(_change(None, NEW),))
    assert dataclasses.replace(empty, bulk=(BulkInsert(1, 9),))
    assert dataclasses.replace(empty, bulk=(BulkCopy(1, 9),))


def test_a_change_set_names_its_step_with_the_detail_in_its_place():
    assert ChangeSet(1, "Label as {}", "PERSON", "sri", Lane.EDIT).title == "Label as PERSON"
    assert ChangeSet(1, "Remove span", "", "sri", Lane.EDIT).title == "Remove span"
    assert ChangeSet(1, "Label as {}", "{x}", "sri", Lane.EDIT).title == "Label as {x}"


def test_the_changes_of_one_set_are_those_and_in_order():
    first, other, last = _change(None, OLD), _change(None, OLD, set_id=2), _change(OLD, NEW)
    change_set = ChangeSet(1, "Label", "", "sri", Lane.EDIT, (first, other, last))
    assert list(change_set.of_set(1)) == [first, last]
    assert list(change_set.of_set(3)) == []
