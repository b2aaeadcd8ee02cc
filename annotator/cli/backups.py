"""The verbs against loss: backups, restore, rescue."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.output import FINE, PROBLEMS, person, remark, say, say_json, shown_progress
from annotator.commands.backups import difference_lines, must_be_sound, rescue_name, restore_closed
from annotator.domain.rules import amount
from annotator.errors import NotAProject, ProjectDamaged
from annotator.settings.store import Settings
from annotator.store.backup import Backup, Reason, back_up, backups, find_backup, verify
from annotator.store.restore import compare
from annotator.store.salvage import salvage

_PROJECT = click.argument("project", type=click.Path(path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")


@click.command("backups")
@_PROJECT
@click.option("--make", is_flag=True, help="Make one now.")
@click.option("--verify", "to_verify", is_flag=True, help="Read every backup through and say which can be relied on.")
@_JSON
@click.pass_context
def backups_verb(ctx: click.Context, project: Path, make: bool, to_verify: bool, as_json: bool) -> None:
    """List the backups of PROJECT, the newest first."""
    notice = ""
    with shown_progress() as progress:
        if make:
            notice = back_up(project, Reason.MANUAL, progress).notice
        found = backups(project)
        if to_verify:
            found = [verify(backup, progress) for backup in found]
    if as_json:
        say_json([backup.to_dict() for backup in found])
    else:
        for backup in found:
            say(_line(backup))
        remark(f"{amount(len(found), 'backup')}." if found else f"“{project}” has no backups yet.")
    if notice:
        remark(notice)
    bad = to_verify and not all(backup.sound for backup in found)
    ctx.exit(PROBLEMS if notice or bad else FINE)


@click.command("restore")
@_PROJECT
@click.argument("backup")
@click.option("--yes", is_flag=True, help="Do it without asking.")
@click.pass_context
def restore_verb(ctx: click.Context, project: Path, backup: str, yes: bool) -> None:
    """Make PROJECT what BACKUP holds (a number of the list, or “latest”).

    What would change is shown first.  What PROJECT is now is kept as a backup.
    """
    with shown_progress() as progress:
        chosen = must_be_sound(find_backup(project, backup))
        try:
            lines = difference_lines(compare(project, chosen.path, progress)) if project.exists() else ["The project file is gone."]
        except (ProjectDamaged, NotAProject) as error:
            lines = [str(error)]
    for line in lines:
        say(line)
    if not yes and not click.confirm(f"Go back to backup {chosen.number} of {chosen.made:%Y-%m-%d %H:%M} UTC?", err=True):
        remark("Nothing was changed.")
        ctx.exit(PROBLEMS)
    with shown_progress() as progress:
        done = restore_closed(project, chosen, actor=person(Settings()), progress=progress)
    say(f"{project} is now what backup {chosen.number} holds.")
    if done.kept is not None:
        say(f"What it was is kept at {done.kept}")


@click.command("rescue")
@_PROJECT
@click.argument("out", type=click.Path(path_type=Path), required=False)
@_JSON
@click.pass_context
def rescue(ctx: click.Context, project: Path, out: Path | None, as_json: bool) -> None:
    """Bring what can be read of a damaged PROJECT into a new one, OUT, and say what is missing."""
    with shown_progress() as progress:
        report = salvage(project, out or rescue_name(project), progress)
    if as_json:
        say_json(report.to_dict())
    else:
        for line in report.lines():
            say(line)
    ctx.exit(FINE if report.whole else PROBLEMS)


def _line(backup: Backup) -> str:
    counts = (
        f"{amount(backup.counts['documents'], 'document')}, {amount(backup.counts['spans'], 'span')}"
        if backup.sound
        else "not verified"
    )
    return f"{backup.number:6}  {backup.made:%Y-%m-%d %H:%M} UTC  {backup.reason:9}  {backup.size / 2**20:9.1f} MB  {counts}"
