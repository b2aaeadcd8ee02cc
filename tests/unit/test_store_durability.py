"""Whatever happens to the program, what it acknowledged is there: killed, out of room, failing writes, a clock that runs back.

A kill leaves the system's own cache standing, so this proves the order of the program's own doing, not that a disk keeps what it took:
that is SQLite's ``synchronous=FULL``, which is asserted for every way of opening a project.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind
from annotator.session.session import Session
from annotator.store import consistency, journal, queries
from annotator.store.project import open_project

if sys.platform == "win32":
    pytest.skip("processes cannot be forked here", allow_module_level=True)

from tests.unit.durability_support import NOBODY, Acknowledged, Nursery, shown

KILLS = 200


@pytest.fixture(scope="module")
def nursery():
    with Nursery() as made:
        yield made


def holds_what_was_acknowledged(path: Path, last: Acknowledged, folder: Path) -> int:
    """Look at a project after its editor is gone; returns how many steps it holds beyond the last acknowledged one (0 or 1)."""
    again = open_project(path)
    try:
        assert again.notices == []
        assert queries.integrity(again.connection) == []
        assert list(consistency.history_disagreements(again.connection)) == []
        assert consistency.derived_faults(again.connection) == []
        assert journal.unfinished(again.connection) == []
        set_id = queries.find_set(again.connection, 1, "ani", Kind.PERSON)
        newest = again.connection.execute("SELECT max(id) FROM steps").fetchone()[0]
        beyond = newest - last.step
        assert beyond in (0, 1), "a commit nobody heard of can only be the very last"
        if not beyond:
            assert shown(again.connection, set_id) == last.digest
            return 0
    finally:
        again.close()
    # The kill fell between a commit and its acknowledgement: without that one step everything is as acknowledged.
    copy = folder / "copy.annotator"
    shutil.copyfile(path, copy)
    session = Session(open_project(copy), "ani")
    step = journal.step(session.project.connection, newest)
    if step.undoes is None:
        session.undo_step(newest)
    elif journal.step(session.project.connection, step.undoes).state == journal.DONE:
        session.undo_step(step.undoes)
    else:
        session.redo()
    assert shown(session.project.connection, set_id) == last.digest
    session.close()
    copy.unlink()
    return 1


@pytest.mark.timeout(300)
def test_every_acknowledged_edit_outlives_a_kill_at_any_moment(project, nursery, tmp_path):
    project.close()
    chance = random.Random(2026)
    edits = beyond = 0
    for seed in range(KILLS):
        last = nursery.run(project.path, seed, after=chance.randrange(1, 8), seconds=chance.uniform(0, 0.005))
        assert last.digest, last.said
        edits += last.edits
        beyond += holds_what_was_acknowledged(project.path, last, tmp_path)
    assert edits > KILLS  # the kills fell among edits, not before them
    assert beyond  # and some of them between a commit and its acknowledgement


def test_a_clock_that_runs_back_changes_nothing(project, nursery, tmp_path):
    project.close()
    for seed in range(5):
        last = nursery.run(project.path, seed, after=8, trouble="clock")
        assert last.digest, last.said
        holds_what_was_acknowledged(project.path, last, tmp_path)
    again = open_project(project.path)
    times = [step.at for step in journal.steps(again.connection)]
    assert times != sorted(times)
    again.close()


@pytest.mark.parametrize("trouble", ["writes", "log"])
def test_writes_that_fail_are_said_and_lose_nothing_before_them(project, nursery, tmp_path, trouble):
    if trouble == "log" and not Path("/proc/self/fd").exists():
        pytest.skip("the handles of a process cannot be found here")
    project.close()
    for seed in range(3):
        last = nursery.run(project.path, seed, after=30 if trouble == "writes" else 0, trouble=trouble)
        assert last.said.startswith("refused "), last
        assert "Traceback" not in last.said
        assert project.path.name in last.said
        if trouble == "writes":
            assert last.edits > 20, "edits went on when the disk did again"
        holds_what_was_acknowledged(project.path, last, tmp_path)


def test_a_project_that_becomes_read_only_while_it_is_open_loses_nothing(project, nursery):
    project.close()
    with tempfile.TemporaryDirectory() as name:
        path = Path(shutil.copy(project.path, name))
        if os.geteuid() == 0:
            os.chown(name, NOBODY, NOBODY)
            os.chown(path, NOBODY, NOBODY)
        try:
            last = nursery.run(path, 1, after=30, trouble="read-only")
        finally:
            Path(name).chmod(0o755)
            for entry in Path(name).glob("project.annotator*"):
                entry.chmod(0o644)
        assert last.digest, last.said
        assert last.edits > 10 or last.said.startswith("refused ")
        holds_what_was_acknowledged(path, last, Path(name))


SMALL_DISK = """
import subprocess, sys
from pathlib import Path
subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", sys.argv[2]], check=True)
from tests.unit import durability_support, test_store_durability
import shutil
there = Path(sys.argv[2]) / "p.annotator"
shutil.copyfile(sys.argv[1], there)
with durability_support.Nursery() as nursery:
    last = nursery.run(there, 7, after=0, trouble="full")
assert last.said.startswith("refused DiskFull"), last
for ballast in Path(sys.argv[2]).glob("ballast*"):
    ballast.unlink()
test_store_durability.holds_what_was_acknowledged(there, last, Path(sys.argv[3]))
print("full after", last.edits, "edits")
"""


def test_a_full_disk_is_said_and_loses_nothing(project, tmp_path):
    """A real one: a file system of one megabyte, in a name space of its own."""
    project.close()
    disk = tmp_path / "disk"
    disk.mkdir()
    apart = ["unshare", "-rm"]
    mount = [*apart, "mount", "-t", "tmpfs", "none", str(disk)]
    if not shutil.which("unshare") or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    root = Path(__file__).resolve().parents[2]
    command = [*apart, sys.executable, "-c", SMALL_DISK, project.path, disk, tmp_path]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    done = subprocess.run(command, capture_output=True, text=True, cwd=root, env=environment, timeout=100, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "full after" in done.stdout
    with suppress(OSError):
        disk.rmdir()


def test_every_way_of_opening_waits_for_the_disk(project, new_project, tmp_path):
    for opened in (project, new_project("other.annotator")):
        assert opened.connection.execute("PRAGMA synchronous").fetchone()[0] == 2
        opened.close()
        again = open_project(opened.path)
        assert again.connection.execute("PRAGMA synchronous").fetchone()[0] == 2
        again.close()
