"""How the command line speaks: results on standard output, everything else on standard error, and one exit status for each end."""

from __future__ import annotations

import io
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import orjson

from annotator.domain.progress import Progress
from annotator.settings.store import Settings
from annotator.settings.table import login_name
from annotator.store.project import Project, open_project

FINE, PROBLEMS = 0, 1  # wrong use is 2, by click


def print_anything() -> None:
    """Let both streams show a question mark for what their encoding lacks, instead of failing in the midst of a report."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def say(text: str = "") -> None:
    """Print a line of the result."""
    click.echo(text)


def remark(text: str) -> None:
    """Print a line about the result, out of the way of what a script reads."""
    click.echo(text, err=True)


def say_json(value: Any) -> None:
    """Print a result for a script, in UTF-8 whatever the terminal speaks."""
    click.echo(json_bytes(value))


def json_bytes(value: Any) -> bytes:
    """Return indented JSON; file names that are no UTF-8 come with a mark in place of the odd bytes."""
    try:
        return orjson.dumps(value, option=orjson.OPT_INDENT_2)
    except TypeError:
        return json.dumps(value, ensure_ascii=False, indent=2).encode("utf-8", "replace")


@contextmanager
def shown_progress() -> Iterator[Progress]:
    """Yield a progress whose state stands on one line of the terminal; silent where standard error is no terminal."""
    terminal = sys.stderr if sys.stderr is not None and sys.stderr.isatty() else None  # a program without a console has none
    last = 0.0
    started = time.monotonic()
    what = ""

    def show(progress: Progress) -> None:
        nonlocal last, started, what
        now = time.monotonic()
        if progress.what != what:  # each stretch of work has a speed of its own
            started, what = now, progress.what
        if terminal is None or now - last < 0.1:
            return
        last = now
        terminal.write("\r\033[K" + progress_line(progress, now - started))
        terminal.flush()

    try:
        yield Progress(listener=show)
    finally:
        if terminal is not None and last:
            terminal.write("\r\033[K")
            terminal.flush()


def progress_line(progress: Progress, seconds: float) -> str:
    """Return one line that tells how far work is after ``seconds``: a bar and the time left where the total is known."""
    rate = progress.done / seconds if seconds > 0 else 0.0
    if not progress.total:
        return f"{progress.what} {progress.done} ({rate:.0f}/s)"
    share = min(progress.done / progress.total, 1.0)
    bar = "#" * round(share * 30)
    left = f", {(progress.total - progress.done) / rate:.0f} s left" if rate else ""
    return f"{progress.what} [{bar:<30}] {progress.done} of {progress.total}{left}"


def person(settings: Settings, name: str | None = None) -> str:
    """Return who is at work: the name given, else the setting, else the login name."""
    return name or settings.get("annotator.name") or login_name()


@contextmanager
def opened(path: Path, *, to_write: bool = False) -> Iterator[Project]:
    """Open a project for a verb and close it again; with ``to_write`` a read-only project is an error with its reason."""
    from annotator.errors import ProjectReadOnly

    project = open_project(path, read_only=not to_write)
    try:
        if to_write and project.read_only:
            raise ProjectReadOnly(project.read_only_reason)
        for notice in project.notices:
            remark(notice)
        with project.reading():
            yield project
    finally:
        project.close()
