"""The verbs that look: check and stats."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from annotator.cli.output import FINE, PROBLEMS, opened, person, remark, say, say_json, shown_progress
from annotator.commands.checking import check, inconsistencies
from annotator.commands.outcomes import Outcome
from annotator.commands.repairing import RepairReport, repair
from annotator.commands.scoring import Scores, f1, precision, recall, scores
from annotator.domain.agreement import Counts
from annotator.domain.rules import amount
from annotator.session.session import Session
from annotator.settings.store import Settings
from annotator.store import queries
from annotator.store.figures import days

_PROJECT = click.argument("project", type=click.Path(path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")


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
    if as_json:
        plain = {"damage": damage, "inconsistencies": [entry.to_dict() for entry in inconsistent], "problems": listed}
        say_json({**plain, "repaired": asdict(report)} if to_repair else plain)
    else:
        remark(f"{amount(count, 'problem')}." if count else "No problems.")
    ctx.exit(PROBLEMS if count else FINE)


def _tell_repair(report: RepairReport) -> None:
    for entry in report.mended:
        remark(f"mended: {entry.document} ({entry.annotator}): {entry.message}")
    if report.rebuilt:
        remark(f"made anew: {', '.join(report.rebuilt)}")


@click.command("stats")
@_PROJECT
@_JSON
def stats(project: Path, as_json: bool) -> None:
    """Count documents, annotators and labels in PROJECT, score its suggesters, and tell what was done on which day.

    Suggesters are compared with the finished documents: those with gold, else with a person who is done. A pipeline that was trained on
    these very documents looks better than it is.
    """
    with opened(project) as found, found.reading(), shown_progress() as progress:
        figures = queries.statistics(found.connection)
        by_day = days(found.connection)
        scored = scores(found.connection, progress)
    if as_json:
        compared = {"documents": scored.documents, "suggesters": [one.to_dict() for one in scored.suggesters]}
        say_json({**figures, "days": [asdict(day) for day in by_day], "scores": compared})
        return
    say(f"{amount(figures['documents'], 'document')}, {figures['gold']} of them gold, {figures['disputed']} disputed")
    for annotator in figures["annotators"]:
        status = ", ".join(f"{count} {name}" for name, count in annotator["status"].items())
        say(f"\n{annotator['annotator']} ({annotator['kind']}): {status}; {annotator.get('unreviewed', 0)} unreviewed")
        for table in ("spans", "relations"):
            for label, count in annotator.get(table, {}).items():
                say(f"  {count:8}  {label}")
    _tell_scores(scored)
    if by_day:
        say("\nby day:")
    for day in by_day:
        say(f"  {day.day}  {day.annotator}: {amount(day.edits, 'edit')}, {amount(day.done, 'document')} done")


def _tell_scores(scored: Scores) -> None:
    if not scored.suggesters:
        return
    compared = f"compared with {amount(scored.documents, 'finished document')}, exactly and where they overlap"
    say(f"\nsuggesters, {compared if scored.documents else 'compared with nothing yet: no document is finished'}:")
    names = ("precision", "recall", "F1", "overlap P", "overlap R", "overlap F1", *Outcome)
    width = max(len(label) for one in scored.suggesters for label in (*one.spans, *one.relations, "all relations")) + 2
    say(f"  {'':{width}}" + "".join(f"{name:>11}" for name in names))
    for one in scored.suggesters:
        say(f"  {one.suggester} ({amount(one.documents, 'document')})")
        for kind, by_label in (("all spans", one.spans), ("all relations", one.relations)):
            for label, score in by_label.items():
                overlapping = score.overlapping if by_label is one.spans else Counts()
                shares = [share(counts) for counts in (score.exact, overlapping) for share in (precision, recall, f1)]
                told = ["-" if value is None else f"{value:.3f}" for value in shares]
                counted = [str(getattr(score, outcome)) for outcome in Outcome]
                say(f"    {label or kind:{width - 2}}" + "".join(f"{cell:>11}" for cell in (*told, *counted)))
