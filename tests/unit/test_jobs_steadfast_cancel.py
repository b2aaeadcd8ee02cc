"""Batches in worker processes that nobody wants any more: whatever a process is at, it ends soon."""

from __future__ import annotations

import importlib
import threading

import pytest

from annotator.domain.progress import Cancelled, Progress
from annotator.jobs.steadfast import GivenUp, map_steadily
from annotator.jobs.workers import WorkerProcess

ANTICS = """
import os, time

def tripled(batch):
    for item in batch:
        if item == "hang":
            time.sleep(600)
        if item == "die":
            os._exit(9)
        if item == "late":
            raise TimeoutError("the item's own")
    return [item * 3 for item in batch]
"""


@pytest.fixture
def tripled(tmp_path, monkeypatch):
    (tmp_path / "antics_cancelled.py").write_text(ANTICS, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    yield importlib.import_module("antics_cancelled").tripled
    monkeypatch.delitem(importlib.sys.modules, "antics_cancelled")


@pytest.fixture
def worker():
    made = WorkerProcess()
    yield made
    made.close(kill=True)


def test_with_a_progress_that_nobody_cancels_all_is_as_without(worker, tripled):
    found = dict(map_steadily(worker, tripled, [["a"], ["b", "die"], ["c"]], progress=Progress()))
    assert isinstance(found.pop("die"), GivenUp)
    assert found == {"a": "aaa", "b": "bbb", "c": "ccc"}


def test_a_cancel_ends_a_batch_that_hangs_and_its_process(worker, tripled):
    progress = Progress()
    stream = map_steadily(worker, tripled, [["a"], ["hang"]], progress=progress)
    assert next(stream) == ("a", "aaa")
    timer = threading.Timer(0.3, progress.cancel)
    timer.start()
    with pytest.raises(Cancelled):
        next(stream)
    timer.join()
    assert not worker.started


def test_a_cancel_before_the_first_batch_counts_at_the_next_wait(worker, tripled):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        list(map_steadily(worker, tripled, [["hang"]], progress=progress))


def test_patience_ends_with_a_progress_too(worker, tripled):
    found = dict(map_steadily(worker, tripled, [["hang"], ["b"]], patience=3, progress=Progress()))
    assert isinstance(found["hang"], GivenUp)
    assert found["b"] == "bbb"
