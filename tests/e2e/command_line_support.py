"""What the tests of the command line share: running ``main`` as a shell would, and small files."""

from __future__ import annotations

import contextlib
import io
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotator.cli.app import main

ROOT = Path(__file__).resolve().parents[2]
TEXT = "Putin tiba di Rusia. Jokowi bertemu Putin di Jakarta."
"""Putin 0-5, Rusia 14-19, Jokowi 21-27, Putin 36-41, Jakarta 45-52."""


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit status and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run(*arguments: str | Path) -> Outcome:
    """Run ``main`` in this process; both streams are kept apart, and a traceback in either fails at once."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    status = 0
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            main([str(argument) for argument in arguments])
        except SystemExit as ended:
            status = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    printed = [stream.buffer.getvalue().decode("utf-8") for stream in (out, err)]
    assert "Traceback" not in printed[0] + printed[1], printed
    return Outcome(status, *printed)


def shell(*arguments: str | Path, **environment: str) -> Outcome:
    """Run the program in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "annotator", *map(str, arguments)],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        check=False,
        timeout=100,
    )
    printed = [stream.decode(environment.get("PYTHONIOENCODING", "utf-8")) for stream in (done.stdout, done.stderr)]
    assert "Traceback" not in printed[1], printed[1]
    return Outcome(done.returncode, *printed)


def new_project(folder: Path, name: str = "p", labels: str = "conll", language: str = "xx") -> Path:
    """Make an empty project by the command, and return its path."""
    made = run("new", folder / name, "--labels", labels, "--lang", language)
    assert made.status == 0, made.err
    return folder / f"{name}.annotator"


def line(name: str = "first", text: str = TEXT, **fields: Any) -> str:
    """Return one line of the native JSONL."""
    return json.dumps({"name": name, "text": text, **fields}, ensure_ascii=False)


def annotated(name: str = "first", annotator: str = "ani", kind: str = "person", status: str = "done", **fields: Any) -> str:
    """Return a line with a set of two spans and a relation."""
    spans = [{"id": "s1", "start": 0, "end": 5, "label": "PER"}, {"id": "s2", "start": 14, "end": 19, "label": "LOC"}]
    relations = [{"id": "r1", "label": "visited", "head": "s1", "tail": "s2"}]
    return line(name, **{"annotator": annotator, "kind": kind, "status": status, "spans": spans, "relations": relations, **fields})


def write(path: Path, *lines: str) -> Path:
    """Write lines to a file, each ended by a line feed."""
    path.write_text("".join(f"{entry}\n" for entry in lines), encoding="utf-8", newline="")
    return path


def filled(folder: Path, *lines: str, name: str = "p") -> Path:
    """Make a project that holds these lines."""
    project = new_project(folder, name)
    source = write(folder / f"{name}-source.jsonl", *lines)
    brought = run("import", project, source)
    assert brought.status == 0, brought.err
    return project


def names(project: Path) -> list[str]:
    """Return the names of all documents, read by SQLite alone."""
    import sqlite3

    connection = sqlite3.connect(project)
    try:
        return [row[0] for row in connection.execute("SELECT name FROM documents ORDER BY id")]
    finally:
        connection.close()
