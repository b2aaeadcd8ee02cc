"""The verb that looks for what is wrong: check."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from annotator.cli.output import FINE, PROBLEMS, opened, person, remark, say, say_json, shown_progress
from annotator.commands.checking import check, inconsistencies, unnamed_links
from annotator.commands.repairing import RepairReport, repair
from annotator.domain.rules import amount
from annotator.session.session import Session
from annotator.settings.store import Settings
from annotator.store import queries

_PROJECT = click.argument("project", type=click.Path(path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
_WARNED = 20


@click.command("check")
@_PROJECT
@_JSON
@click.option("--repair", "to_repair", is_flag=True, help="Mend what can be mended without guessing; the history takes it back.")
@click.pass_context
def check_verb(ctx: click.Context, project: Path, as_json: bool, to_repair: bool) -> None:
    """Check PROJECT: the file, its history and indexes, and every annotation against the rules."""
    with opened(project, to_write=to_repair) as found, shown_progress() as progress:
        report = repair(Session(found, person(Settings())), progress) if to_repair else RepairReport()
        if not as_json:
            _tell_repair(report)
        damage = queries.integrity(found.connection)
        inconsistent = [] if damage else list(inconsistencies(found.connection))
        for line in () if as_json else damage:
            say(f"{project}: damaged: {line}")
        for entry in () if as_json else inconsistent:
            place = f"{entry.document} ({entry.annotator})" if entry.document else str(project)
            say(f"{place}: {entry.message} [{entry.kind}]")
        listed: list[dict[str, Any]] = []
        count = len(damage) + len(inconsistent)
        for finding in check(found.connection, found.scheme, progress):
            count += 1
            if as_json:
                listed.append(finding.to_dict())
            else:
                say(f"{finding.document} ({finding.annotator}): {finding.problem.message} [{finding.problem.rule}]")
        unnamed = [] if damage else unnamed_links(found.connection)
    if as_json:
        plain: dict[str, Any] = {
            "damage": damage,
            "inconsistencies": [entry.to_dict() for entry in inconsistent],
            "problems": listed,
            "warnings": [{"id": key, "spans": spans} for key, spans in unnamed],
        }
        say_json({**plain, "repaired": asdict(report)} if to_repair else plain)
    else:
        _warn(unnamed)
        remark(f"{amount(count, 'problem')}." if count else "No problems.")
    ctx.exit(PROBLEMS if count else FINE)


def _warn(unnamed: list[tuple[str, int]]) -> None:
    """Name the ids that mean nothing here; they break no rule."""
    for key, spans in unnamed[:_WARNED]:
        remark(f"warning: {amount(spans, 'span')} linked to “{key}”, which the knowledge base does not have.")
    if len(unnamed) > _WARNED:
        remark(f"warning: {len(unnamed) - _WARNED} more such ids; “annotator knowledge list --missing” names them.")


def _tell_repair(report: RepairReport) -> None:
    for entry in report.mended:
        remark(f"mended: {entry.document} ({entry.annotator}): {entry.message}")
    if report.rebuilt:
        remark(f"made anew: {', '.join(report.rebuilt)}")
