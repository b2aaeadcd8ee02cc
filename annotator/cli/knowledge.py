"""The verbs for the knowledge base of a project: loaded from a file, searched, listed by what is linked to it, saved, removed."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from annotator.cli.output import FINE, PROBLEMS, opened, remark, say, say_json, shown_progress
from annotator.commands import knowledge as commands
from annotator.commands.knowledge import LoadReport, Mode
from annotator.domain.knowledge import Entry, Match
from annotator.domain.rules import amount
from annotator.errors import FormatError
from annotator.store import knowledge
from annotator.store.project import Project

_PROJECT = click.argument("project", type=click.Path(path_type=Path))
_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
_YES = click.option("--yes", is_flag=True, help="Do it without asking.")
_SHOWN = 50


@click.group("knowledge")
def knowledge_verbs() -> None:
    """Load a knowledge base into a project, and look things up in it.

    It says what the ids mean that spans are linked to, and is kept in the project file.
    """


@knowledge_verbs.command("load")
@_PROJECT
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Let it take the place of what is there; else it comes to that.")
@click.option("--encoding", default="", metavar="NAME", help="What the file is written in, where that is not UTF-8.")
@_YES
@_JSON
@click.pass_context
def load(ctx: click.Context, project: Path, file: Path, replace: bool, encoding: str, yes: bool, as_json: bool) -> None:
    """Load the entries of FILE (CSV, TSV, JSON or JSONL) into PROJECT.

    A table names its columns in the first line: id, name, aliases (parted by |), and any of description, url, label, frequency.
    Interrupted, it leaves the knowledge base that was there.
    """
    with opened(project, to_write=True) as found:
        if replace and not _agreed(found, yes):
            ctx.exit(PROBLEMS)
        mode = Mode.REPLACE if replace else Mode.ADD
        try:
            with shown_progress() as progress:
                report = commands.load(found, file, mode=mode, progress=progress, encoding=encoding)
        except KeyboardInterrupt as interrupt:
            raise FormatError("Interrupted. Nothing was loaded; the knowledge base is as it was.") from interrupt
    if as_json:
        say_json(report.to_dict())
    else:
        _tell(report)
    ctx.exit(PROBLEMS if report.losses else FINE)


def _tell(report: LoadReport) -> None:
    say(report.sentence())
    if report.unnamed:
        said = "span is linked to an id" if report.unnamed == 1 else "spans are linked to ids"
        remark(f"{report.unnamed} {said} that it does not have; “annotator knowledge list --missing” names them.")
    for complaint in report.complaints[:_SHOWN]:
        remark(f"  {complaint.place}: {complaint.message}" if complaint.place else f"  {complaint.message}")
    hidden = len(report.complaints[_SHOWN:]) + report.more_complaints
    if hidden:
        remark(f"  … and {hidden} more")


@knowledge_verbs.command("search")
@_PROJECT
@click.argument("words", nargs=-1, required=True)
@click.option("--label", default="", metavar="NAME", help="Show entries of other labels last.")
@click.option("--span", "as_span", is_flag=True, help="Take WORDS as the text of a span, and show what it may mean.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, metavar="N", help="Most entries shown.")
@_JSON
@click.pass_context
def search(ctx: click.Context, project: Path, words: tuple[str, ...], label: str, as_span: bool, limit: int, as_json: bool) -> None:
    """Show the entries of PROJECT's knowledge base that WORDS may mean, the likeliest first: an id, or beginnings of words."""
    with opened(project) as found:
        look = knowledge.candidates if as_span else knowledge.search
        matches = look(found.connection, " ".join(words), label, limit)
    if as_json:
        say_json([{**asdict(match.entry), "matched": match.name, "why": match.why, "times": match.times} for match in matches])
    else:
        for match in matches:
            say(_match_line(match))
        if not matches:
            remark("Nothing was found.")
    ctx.exit(FINE if matches else PROBLEMS)


@knowledge_verbs.command("list")
@_PROJECT
@click.option("--missing", is_flag=True, help="Only ids that the knowledge base does not have.")
@_JSON
def list_verb(project: Path, missing: bool, as_json: bool) -> None:
    """List the ids that the spans of PROJECT are linked to, with how often and what they mean, and say what is loaded."""
    with opened(project) as found, found.reading():
        state = knowledge.state(found.connection)
        linked = [row for row in knowledge.linked_ids(found.connection) if not missing or row.name is None]
    if as_json:
        say_json({**asdict(state), "linked": [asdict(row) for row in linked]})
        return
    for row in linked:
        say(f"{row.id}  {amount(row.spans, 'span')}  {row.name or '(no entry)'}")
    source = f", loaded from {state.source} at {state.loaded}" if state.source else ""
    remark(f"The knowledge base has {commands.entries_said(state.entries)}{source}.")


@knowledge_verbs.command("export")
@_PROJECT
@click.argument("out", type=click.Path(path_type=Path))
def export(project: Path, out: Path) -> None:
    """Save the knowledge base of PROJECT as OUT, one JSON object a line, as it can be loaded again."""
    with opened(project) as found, found.reading(), shown_progress() as progress:
        count = commands.export(found.connection, out, progress)
    remark(f"{commands.entries_said(count)} saved as {out}.")


@knowledge_verbs.command("remove")
@_PROJECT
@_YES
@click.pass_context
def remove(ctx: click.Context, project: Path, yes: bool) -> None:
    """Remove the knowledge base of PROJECT; the links of the spans stay."""
    with opened(project, to_write=True) as found:
        if not _agreed(found, yes):
            ctx.exit(PROBLEMS)
        with shown_progress() as progress:
            count = commands.remove(found, progress=progress)
    say(f"{commands.entries_said(count)} removed." if count else "There was no knowledge base.")


def _agreed(project: Project, yes: bool) -> bool:
    """Say what going on would take away, and ask, where that is anything."""
    if yes or not knowledge.count(project.connection):
        return True
    remark(commands.removal_sentence(project.connection))
    if click.confirm("Go on?", err=True):
        return True
    remark("Nothing was changed.")
    return False


def _match_line(match: Match) -> str:
    entry: Entry = match.entry
    other = f" = {entry.name}" if match.name != entry.name else ""
    details = "; ".join(text for text in (entry.label, entry.description, f"linked {match.times} ×" if match.times else "") if text)
    return f"{entry.id}  {match.name}{other}  [{match.why}]" + (f"  {details}" if details else "")
