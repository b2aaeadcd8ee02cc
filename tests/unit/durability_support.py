"""Processes that edit a project until they are killed, and what their acknowledgements promise.

A *nursery* is one process that has imported everything; it forks an editor for each round, so that hundreds of rounds take seconds.  An
editor prints one line after each commit: how many edits it made, the number of the last step, and a digest of everything it shows.
"""

from __future__ import annotations

import hashlib
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from annotator.commands import relations, spans
from annotator.domain.annotations import text_order
from annotator.errors import AnnotatorError, Refused
from annotator.session.document import DocumentState
from annotator.session.session import Session
from annotator.store import queries
from annotator.store.project import open_project
from tests.unit import durability_troubles

NOBODY = 65534
ROOT = Path(__file__).resolve().parents[2]

NURSERY = """
import os, sys
from tests.unit import durability_support
for line in sys.stdin:
    path, seed, trouble = line.rstrip("\\n").split("\\t")
    child = os.fork()
    if child == 0:
        durability_support.edit_for_ever(path, int(seed), trouble)
        os._exit(3)
    print("born", child, flush=True)
    status = os.waitpid(child, 0)[1]
    print("dead", status, flush=True)
"""


@dataclass
class Acknowledged:
    """The last thing an editor said: edits made, the last step, the digest of what it showed, and why it stopped by itself, if it did."""

    edits: int = 0
    step: int = 0
    digest: str = ""
    said: str = ""


class Nursery:
    """Starts editors one after another and listens to what they acknowledge."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-c", NURSERY],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *exception: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def run(self, path: Path, seed: int, *, after: int = 1, seconds: float = 0, trouble: str = "") -> Acknowledged:
        """Let an editor work, kill it a while after so many edits (0: let it end by itself), and return what it acknowledged last."""
        process = self._process
        process.stdin.write(f"{path}\t{seed}\t{trouble}\n")
        process.stdin.flush()
        last = Acknowledged()
        child = 0
        killed = False
        while True:
            word, *rest = process.stdout.readline().split(maxsplit=3)
            if word == "born":
                child = int(rest[0])
            elif word == "dead":
                return last
            elif word == "done":
                last = Acknowledged(int(rest[0]), int(rest[1]), rest[2].strip(), last.said)
                if not killed and child and 0 < after <= last.edits:
                    killed = True
                    time.sleep(seconds)
                    os.kill(child, signal.SIGKILL)
            else:
                last.said = " ".join((word, *rest)).strip()


def edit_for_ever(path: str, seed: int, trouble: str) -> None:
    """Edit as fast as possible and acknowledge each commit; ends only by a kill, or where ``trouble`` stops it."""
    if trouble == "read-only" and os.geteuid() == 0:  # who may write everything: the editor must be somebody else
        os.setgid(NOBODY)
        os.setuid(NOBODY)
    chance = random.Random(seed)
    count = 0
    try:
        session = Session(open_project(Path(path)), "ani")
        state = session.open_document(1)
        meet = durability_troubles.TROUBLES[trouble]
        acknowledge(session, state, count)
        while True:
            meet(session, count, chance)
            try:
                edited = edit(session, state, chance)
            except AnnotatorError as error:
                os.write(1, f"refused {type(error).__name__}: {error}\n".encode())
                if not durability_troubles.goes_on(trouble, count):
                    os._exit(0)
                count += 1  # tried, not made
                continue
            count += 1
            if edited:
                acknowledge(session, state, count)
    except BaseException as error:
        os.write(1, f"fault {type(error).__name__}: {error}\n".replace("\n", " ").encode() + b"\n")
        raise


def acknowledge(session: Session, state: DocumentState, count: int) -> None:
    step = session.project.connection.execute("SELECT max(id) FROM steps").fetchone()[0]
    os.write(1, f"done {count} {step} {digest(state.spans(), state.relations(), state.info)}\n".encode())


def digest(spans: object, relations: object, info: object) -> str:
    return hashlib.sha256(repr((spans, sorted(map(repr, relations)), info)).encode()).hexdigest()[:16]


def edit(session: Session, state: DocumentState, chance: random.Random) -> bool:
    """Make one edit of a random kind; False if there was nothing to do."""
    ids = [span.id for span in state.spans()]
    kind = chance.choice(("add", "note", "label", "link", "remove", "undo", "redo", "note", "add"))
    try:
        if kind == "undo":
            return session.undo() is not None
        if kind == "redo":
            return session.redo() is not None
        if kind == "add" or len(ids) < 2:
            token = chance.choice(list(state.tokens))
            session.execute(spans.add_span(state.set_id, (tuple(token),), chance.choice(("PERSON", "GPE", "ORG"))))
        elif kind == "note":
            session.execute(spans.describe_span(state.set_id, chance.choice(ids), note="x" * chance.randrange(3000)))
        elif kind == "label":
            session.execute(spans.relabel_span(state.set_id, chance.choice(ids), chance.choice(("PERSON", "ORG", "DATE"))))
        elif kind == "link":
            session.execute(relations.add_relation(state.set_id, *chance.sample(ids, 2), "linked"))
        else:
            session.execute(spans.remove_span(state.set_id, chance.choice(ids)))
    except Refused:
        return False
    return True


def shown(connection: queries.Connection, set_id: int) -> str:
    """Return the digest an editor would have said of what the file holds."""
    content = queries.annotation_set(connection, set_id)
    assert content is not None
    return digest(sorted(content.spans.values(), key=text_order), content.relations_in_order(), content.info)
