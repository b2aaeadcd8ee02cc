"""The verbs that bring data out and say what can be read: export, formats; ``cli.imports`` has the other way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from annotator.cli.only import only_options
from annotator.cli.output import FINE, PROBLEMS, json_bytes, opened, person, remark, say, say_json, shown_progress
from annotator.commands.export_choice import STATUSES, ExportOptions
from annotator.commands.export_filter import Only
from annotator.commands.exporting import export, no_several_sets, preview
from annotator.domain.exchange import LossReport
from annotator.domain.rules import amount
from annotator.errors import FormatError
from annotator.formats.plugins import found, known_formats
from annotator.paths import PROJECT_SUFFIX
from annotator.settings.store import Settings

_SHOWN_LOSSES = 20
_SHOWN_COMPLAINTS = 200


def _writable(ctx: click.Context, parameter: click.Parameter, name: str) -> str:
    names = [entry.name for entry in known_formats().values() if entry.write is not None]
    return click.Choice(names).convert(name, parameter, ctx)


@click.command("export")
@click.argument("project", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--format", "format_name", callback=_writable, metavar="NAME", required=True, help="What to write; annotator formats lists it."
)
@click.option(
    "--status",
    type=click.Choice(["done", "any", *STATUSES]),
    default="done",
    show_default=True,
    help="Only finished documents, all, or those a person has as far as this.",
)
@click.option("--annotator", default="", help="Take this annotator's sets instead of the gold.")
@click.option(
    "--sets",
    type=click.Choice(["chosen", "all"]),
    default="chosen",
    show_default=True,
    help="One set a document, or every one, for formats that can tell them apart.",
)
@click.option(
    "--misaligned",
    type=click.Choice(["missing", "expand", "contract"]),
    default="missing",
    show_default=True,
    help="What becomes of spans that cut a token (spacy).",
)
@click.option(
    "--option", "given", multiple=True, metavar="NAME=VALUE", help="An option of the format; annotator formats lists them."
)
@click.option(
    "--split", default="", metavar="80/10/10", help="Divide into train, dev and test: the same texts always alike (spacy)."
)
@click.option(
    "--rel-max-length",
    type=click.IntRange(min=1),
    help="Write relation data of all pairs within so many tokens to OUT.rel.spacy (spacy).",
)
@click.option("--dry-run", is_flag=True, help="Tell what would be lost, and write nothing.")
@only_options
@click.option("--shard", type=click.IntRange(min=0), help="Most documents in one file, numbered beyond that; 0 for no limit.")
@click.option("--report", type=click.Path(path_type=Path), help="Write the report as JSON to this file.")
@click.option("--allow-loss", is_flag=True, help="Exit with 0 although something was lost.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def export_verb(
    ctx: click.Context,
    project: Path,
    out: Path,
    format_name: str,
    status: str,
    annotator: str,
    sets: str,
    misaligned: str,
    given: tuple[str, ...],
    split: str,
    rel_max_length: int | None,
    dry_run: bool,
    only: Only,
    shard: int | None,
    report: Path | None,
    allow_loss: bool,
    as_json: bool,
) -> None:
    """Export gold-standard data from PROJECT to the file OUT, read it back, and report every loss."""
    entry = known_formats()[format_name]
    writes = {**(entry.write_options or {}), **(entry.export_options or {})}
    chosen_by_user = ctx.get_parameter_source("misaligned") is click.core.ParameterSource.COMMANDLINE
    if chosen_by_user and "misaligned" not in writes:
        raise click.UsageError(f"--misaligned has no meaning for the format {format_name}.")
    if sets == "all" and not known_formats()[format_name].several_sets:
        raise click.UsageError(f"--sets all: {no_several_sets(format_name)}")
    _keep_apart(project, out, report)
    extra = {"misaligned": misaligned} if "misaligned" in writes else {}
    named = {"split": split, "rel_max_length": str(rel_max_length or "")}
    extra |= format_options([*given, *(f"{name}={value}" for name, value in named.items() if value)], writes, format_name)
    options = ExportOptions(format_name, status, annotator, sets, shard, extra, only)
    with opened(project) as found, shown_progress() as progress:
        who = person(Settings(), annotator or None)
        run = preview if dry_run else export
        result = run(found.connection, found.scheme, out, options, annotator=who, progress=progress)
    if report is not None:
        _write_report(result, report)
    if as_json:
        say_json(result.to_dict())
    else:
        _tell_export(result, report, dry_run=dry_run)
    ctx.exit(FINE if result.lossless or allow_loss else PROBLEMS)


def format_options(given: Iterable[str], known: Mapping[str, tuple[str, ...]] | None, format_name: str) -> dict[str, str]:
    """Return the options given as ``NAME=VALUE``; one that the format does not know, or a value it does not have, is wrong use."""
    chosen: dict[str, str] = {}
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise click.UsageError(f"--option takes NAME=VALUE, not “{text}”.")
        if known is not None and name not in known:
            raise click.UsageError(f"The format {format_name} has no option “{name}”; it has: {', '.join(known) or 'none'}.")
        if known is not None and known[name] and value not in known[name]:
            raise click.UsageError(f"The option “{name}” of {format_name} is one of: {', '.join(known[name])}.")
        chosen[name] = value
    return chosen


def _keep_apart(project: Path, out: Path, report: Path | None) -> None:
    """Refuse to write over the project, or over the export with its own report."""
    if out.resolve() == project.resolve():
        raise click.UsageError("OUT is the project itself; name another file.")
    if out.suffix == PROJECT_SUFFIX:
        raise click.UsageError(f"OUT ends in {PROJECT_SUFFIX} like a project; give it another ending.")
    if report is None:
        return
    if report.resolve() in (project.resolve(), out.resolve()) or report.suffix == PROJECT_SUFFIX:
        raise click.UsageError("--report names the project or OUT; give the report a file of its own.")
    if not report.parent.is_dir():
        raise click.UsageError(f"--report: the folder “{report.parent}” does not exist.")


def _write_report(result: LossReport, path: Path) -> None:
    try:
        path.write_bytes(json_bytes(result.to_dict()))
    except OSError as error:
        raise FormatError(f"The report “{path}” could not be written: {error.strerror}. The export itself is complete.") from error


def _tell_export(result: LossReport, report: Path | None, *, dry_run: bool) -> None:
    kept = (amount(result.documents, "document"), amount(result.spans, "span"), amount(result.relations, "relation"))
    done = "would be in it; nothing was written" if dry_run else "read back and compared"
    say(f"{result.path}: {', '.join(kept)}, {done}.")
    if result.unreviewed:
        remark(f"{result.unreviewed} of them are suggestions nobody reviewed.")
    for notice in result.told():
        remark(notice)
    if result.lossless:
        say("Nothing else was lost." if result.unsaid else "Nothing was lost.")
        return
    say(f"{amount(result.loss_count(), 'item')} did not arrive unchanged:")
    for (item, reason), count in result.by_reason().most_common():
        say(f"  {count:6}  {item}: {reason}")
    for loss in result.losses[:_SHOWN_LOSSES]:
        place = f" at {loss.start}" if loss.start >= 0 else ""
        remark(f"{loss.document}{place}: {loss.label} “{loss.surface}” {loss.fate}: {loss.reason}")
    if len(result.losses) > _SHOWN_LOSSES and report is None:
        remark(f"... and {len(result.losses) - _SHOWN_LOSSES} more; --report FILE lists them all.")
    if result.more:
        remark(f"{result.more.total()} further losses are counted above and listed nowhere.")


@click.command("formats")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
def formats(as_json: bool) -> None:
    """List the formats that can be read and written."""
    rows: list[dict[str, Any]] = [
        {
            "name": entry.name,
            "title": entry.title,
            "suffixes": list(entry.suffixes),
            "reads": entry.read is not None,
            "writes": entry.write is not None,
            "carries": entry.carries,
            "read_options": {name: list(values) for name, values in (entry.read_options or {}).items()},
            "write_options": {
                name: list(values) for name, values in {**(entry.write_options or {}), **(entry.export_options or {})}.items()
            },
            "package": found().packages.get(entry.name, ""),
        }
        for entry in known_formats().values()
    ]
    for sentence in found().left_out:
        remark(sentence)
    if as_json:
        say_json(rows)
        return
    for row in rows:
        ways = " and ".join(way for way, able in (("read", row["reads"]), ("write", row["writes"])) if able)
        say(f"{row['name']:14} {ways:14} {row['title']} ({', '.join(row['suffixes'])})")
        say(f"{'':29} carries {row['carries']}")
        for way in ("read", "write"):
            for name, values in row[f"{way}_options"].items():
                say(f"{'':29} --option {name}={'|'.join(values) or 'TEXT'} ({way})")
        if row["package"]:
            say(f"{'':29} from {row['package']}")
