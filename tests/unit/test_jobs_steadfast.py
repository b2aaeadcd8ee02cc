"""Batches in worker processes that die or hang: everything else still gets its result, in order."""

from __future__ import annotations

import importlib

import pytest

from annotator.errors import FormatError
from annotator.jobs.steadfast import GaveUp, GivenUp, map_steadily
from annotator.jobs.workers import WorkerProcess

ANTICS = """
import os, time
from annotator.errors import FormatError

def doubled(batch):
    for item in batch:
        if item == "die":
            os._exit(9)
        if item == "hang":
            time.sleep(600)
        if item == "refuse":
            raise FormatError("This is refused.")
    return [item * 2 for item in batch]
"""


@pytest.fixture
def doubled(tmp_path, monkeypatch):
    """A function that a worker process can import, because it is given this one's search path."""
    (tmp_path / "antics_of_workers.py").write_text(ANTICS, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("antics_of_workers").doubled
    monkeypatch.delitem(importlib.sys.modules, "antics_of_workers")


@pytest.fixture
def worker():
    made = WorkerProcess()
    yield made
    made.close(kill=True)


def test_each_item_comes_with_its_result_in_order(worker, doubled):
    assert list(map_steadily(worker, doubled, [["a", "b"], ["c"], ["d", "e"]])) == [
        ("a", "aa"), ("b", "bb"), ("c", "cc"), ("d", "dd"), ("e", "ee"),
    ]  # fmt: skip


def test_the_item_that_ends_its_process_is_given_up_and_no_other(worker, doubled):
    found = dict(map_steadily(worker, doubled, [["a", "die", "b"], ["c"], ["d"]]))
    assert list(found) == ["a", "die", "b", "c", "d"]
    assert isinstance(found.pop("die"), GivenUp)
    assert found == {"a": "aa", "b": "bb", "c": "cc", "d": "dd"}


def test_an_item_that_never_ends_is_given_up_after_a_while(worker, doubled):
    found = dict(map_steadily(worker, doubled, [["a"], ["hang"], ["b"]], patience=3))
    assert found["hang"].reason == "It did not end within 3 seconds."
    assert (found["a"], found["b"]) == ("aa", "bb")


def test_two_processes_lose_nothing_that_was_under_way(doubled):
    worker = WorkerProcess(2)
    try:
        found = dict(map_steadily(worker, doubled, [["a"], ["die"], ["b"], ["c"], ["d"]]))
    finally:
        worker.close(kill=True)
    assert isinstance(found.pop("die"), GivenUp)
    assert found == {"a": "aa", "b": "bb", "c": "cc", "d": "dd"}


def test_there_is_no_use_in_going_on_when_every_item_ends_its_process(worker, doubled):
    stream = map_steadily(worker, doubled, [["die", "die"], ["a"]], most_in_a_row=2)
    assert isinstance(next(stream)[1], GivenUp)
    assert isinstance(next(stream)[1], GivenUp)
    with pytest.raises(GaveUp):
        next(stream)


def test_what_the_function_raises_ends_it(worker, doubled):
    stream = map_steadily(worker, doubled, [["a"], ["refuse"], ["b"]])
    assert next(stream) == ("a", "aa")
    with pytest.raises(FormatError, match="refused"):
        next(stream)


def test_no_more_is_read_ahead_than_the_processes_need(worker, doubled):
    read = []

    def batches():
        for number in range(20):
            read.append(number)
            yield [str(number)]

    stream = map_steadily(worker, doubled, batches())
    assert next(stream) == ("0", "00")
    assert len(read) <= 3
    stream.close()
