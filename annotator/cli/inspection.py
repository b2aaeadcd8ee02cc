"""The verbs that look: check and stats."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from annotator.cli.output import FINE, PROBLEMS, opened, remark, say, say_json, shown_progress
from annotator.commands.checking import check
from annotator.domain.rules import amount
from annotator.store import queries

_PROJECT = click.argument("project", type=click.Path(path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")


@click.command("check")
@_PROJECT
@_JSON
@click.pass_context
def check_verb(ctx: click.Context, project: Path, as_json: bool) -> None:
    """Check the file and every annotation in PROJECT against the rules."""
    with opened(project) as found, shown_progress() as progress:
        damage = queries.integrity(found.connection)
        for line in () if as_json else damage:
            say(f"{project}: damaged: {line}")
        listed: list[dict[str, Any]] = []
        count = len(damage)
        for finding in check(found.connection, found.scheme, progress):
            count += 1
            if as_json:
                listed.append(finding.to_dict())
            else:
                say(f"{finding.document} ({finding.annotator}): {finding.problem.message} [{finding.problem.rule}]")
    if as_json:
        say_json({"damage": damage, "problems": listed})
    else:
        remark(f"{amount(count, 'problem')}." if count else "No problems.")
    ctx.exit(PROBLEMS if count else FINE)


@click.command("stats")
@_PROJECT
@_JSON
def stats(project: Path, as_json: bool) -> None:
    """Count documents, annotators and labels in PROJECT."""
    with opened(project) as found:
        figures = queries.statistics(found.connection)
    if as_json:
        say_json(figures)
        return
    say(f"{amount(figures['documents'], 'document')}, {figures['gold']} of them gold, {figures['disputed']} disputed")
    for annotator in figures["annotators"]:
        status = ", ".join(f"{count} {name}" for name, count in annotator["status"].items())
        say(f"\n{annotator['annotator']} ({annotator['kind']}): {status}; {annotator.get('unreviewed', 0)} unreviewed")
        for table in ("spans", "relations"):
            for label, count in annotator.get(table, {}).items():
                say(f"  {count:8}  {label}")
