"""The verbs that open the window; the only part of the command line that reaches Qt, and only when one of them runs."""

from __future__ import annotations

import gc
import shlex
from pathlib import Path

import click

from annotator.cli.output import PROBLEMS, person, remark
from annotator.errors import ProjectDamaged
from annotator.settings.store import Settings


def open_last() -> int:
    """Open the window on the last project, or on the welcome page; returns the exit status."""
    settings = Settings()
    last = settings.get("project.last")
    return show(Path(last) if last and Path(last).exists() else None, settings)


@click.command("open")
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--annotator", help="Work under this name instead of the one in the settings.")
@click.pass_context
def open_verb(ctx: click.Context, project: Path, annotator: str | None) -> None:
    """Open PROJECT in the window."""
    from annotator.store.project import open_project

    try:
        open_project(project, read_only=True).close()  # what is wrong with the file is said here, before any window
    except ProjectDamaged as error:
        command = f"annotator rescue {shlex.quote(str(project))}"
        raise ProjectDamaged(f"{error} What can be read of it comes into a new project by: {command}") from error
    ctx.exit(show(project, Settings(), annotator))


@click.command("show", hidden=True)
@click.argument("project", required=False, type=click.Path(path_type=Path))
@click.pass_context
def show_verb(ctx: click.Context, project: Path | None) -> None:
    """Open the window on PROJECT, or on the last one.

    For file managers: whoever double-clicks sees no terminal, so what is wrong with the file is said in the window.
    """
    ctx.exit(show(project, Settings()) if project is not None else open_last())


@click.command("demo")
@click.option("--at", type=click.Path(path_type=Path), metavar="PATH", help="Where the demo project is, or is to be made.")
@click.pass_context
def demo(ctx: click.Context, at: Path | None) -> None:
    """Open the demo project: one article with suggestions to correct.  It is made the first time and kept."""
    from annotator.commands.projects import build_demo

    project = build_demo(at)
    remark(f"The demo project is {project}")
    ctx.exit(show(project, Settings()))


def show(project: Path | None, settings: Settings, annotator: str | None = None) -> int:
    """Run the window until it is closed; a machine that cannot show one is told what it lacks."""
    from annotator import preflight

    complaint = preflight.complaint()
    if complaint:
        remark(complaint)
        return PROBLEMS
    gc.disable()  # nearly everything that a start makes stays: to search it for garbage again and again takes a tenth of the start
    try:
        from annotator.ui.app import run

        return run(project, settings, person(settings, annotator), ready=gc.enable)
    finally:
        gc.enable()
