"""The verbs that bring data in and out: import, export, formats."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from annotator.cli.output import FINE, PROBLEMS, json_bytes, opened, person, remark, say, say_json, shown_progress
from annotator.commands.exporting import ExportOptions, export
from annotator.commands.importing import ImportOptions, ImportReport, import_files
from annotator.domain.annotations import Kind
from annotator.domain.exchange import LossReport
from annotator.domain.rules import amount
from annotator.domain.text import Tokens
from annotator.errors import AnnotatorError, FormatError
from annotator.formats.table import FORMATS
from annotator.nlp.tokens import tokenize
from annotator.paths import PROJECT_SUFFIX
from annotator.session.session import Session
from annotator.settings.store import Settings

_SHOWN_LOSSES = 20
_SHOWN_COMPLAINTS = 200

_READABLE = [name for name, entry in FORMATS.items() if entry.read is not None]
_WRITABLE = [name for name, entry in FORMATS.items() if entry.write is not None]


def _encoding(_ctx: click.Context, _parameter: click.Parameter, name: str) -> str:
    try:
        b" ".decode(name or "utf-8")
    except LookupError as error:
        raise click.BadParameter(f"There is no encoding called “{name}”; write for example utf-16 or cp1252.") from error
    except (UnicodeError, ValueError):
        pass  # an encoding of another unit than a byte
    return name


def _named(_ctx: click.Context, _parameter: click.Parameter, name: str) -> str:
    if not name.strip():
        raise click.BadParameter("An annotator has a name.")
    return name


@click.command("import")
@click.argument("project", type=click.Path(path_type=Path))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--format",
    "format_name",
    type=click.Choice(["auto", *_READABLE]),
    default="auto",
    show_default=True,
    help="auto goes by the file's name.",
)
@click.option(
    "--annotator",
    default="import",
    show_default=True,
    callback=_named,
    help="Whose the annotations are, where the file does not say.",
)
@click.option(
    "--kind",
    type=click.Choice([str(kind) for kind in Kind]),
    default=str(Kind.MODEL),
    show_default=True,
    help="What that annotator is, where the file does not say.",
)
@click.option(
    "--encoding", default="", metavar="NAME", callback=_encoding, help="Encoding of plain texts that are not UTF-8, e.g. cp1252."
)
@click.option(
    "--option", "given", multiple=True, metavar="NAME=VALUE", help="An option of the format; annotator formats lists them."
)
@click.option("--strict", is_flag=True, help="Bring in nothing unless everything is sound.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def import_verb(
    ctx: click.Context,
    project: Path,
    files: tuple[Path, ...],
    format_name: str,
    annotator: str,
    kind: str,
    encoding: str,
    given: tuple[str, ...],
    strict: bool,
    as_json: bool,
) -> None:
    """Import articles (.txt) or annotations (.jsonl) into PROJECT.

    What is sound comes in; the rest is named by file, line and reason.
    """
    known = FORMATS[format_name].read_options if format_name != "auto" else None
    options = ImportOptions(format_name, annotator, Kind(kind), strict, encoding, _format_options(given, known, format_name))
    with opened(project, to_write=True) as found, shown_progress() as progress:
        language = found.language

        def tokens_of(texts: list[str]) -> Sequence[Tokens]:
            return list(tokenize(texts, language))

        session = Session(found, person(Settings()))
        try:
            report = import_files(session, files, options, tokenize=tokens_of, progress=progress)
        except KeyboardInterrupt as interrupt:
            raise AnnotatorError("The import was interrupted. Nothing was imported.") from interrupt
    if as_json:
        say_json(report.to_dict())
    else:
        _tell_import(report, strict)
    ctx.exit(PROBLEMS if report.losses else FINE)


def _tell_import(report: ImportReport, strict: bool) -> None:
    for complaint in report.complaints[:_SHOWN_COMPLAINTS]:
        remark(f"{complaint.place}: {complaint.message}")
    if len(report.complaints) > _SHOWN_COMPLAINTS:
        remark(f"... and {len(report.complaints) - _SHOWN_COMPLAINTS} more; --json lists them all.")
    for rule, count in report.broken_rules.items():
        remark(
            f"{amount(count, 'imported item')} {'breaks' if count == 1 else 'break'} a rule ({rule}): annotator check says where."
        )
    if report.labels:
        remark(f"Added to the label scheme: {', '.join(report.labels)}.")
    if strict and report.losses:
        say(f"Nothing was imported: {amount(len(report.losses), 'problem')}, and --strict was given.")
        return
    say(
        f"{amount(report.documents, 'document')}, {amount(report.sets, 'annotation set')}, {amount(report.spans, 'span')} and "
        f"{amount(report.relations, 'relation')} imported; {amount(report.known, 'document')} and "
        f"{amount(report.unchanged, 'set')} there already; "
        f"{amount(len(report.losses), 'problem')}."
    )


@click.command("export")
@click.argument("project", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--format", "format_name", type=click.Choice(_WRITABLE), required=True, help="What to write.")
@click.option(
    "--status", type=click.Choice(["done", "any"]), default="done", show_default=True, help="Only finished documents, or all."
)
@click.option("--annotator", default="", help="Take this annotator's sets instead of the gold.")
@click.option(
    "--sets",
    type=click.Choice(["chosen", "all"]),
    default="chosen",
    show_default=True,
    help="One set a document, or every one (jsonl: lossless).",
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
    shard: int | None,
    report: Path | None,
    allow_loss: bool,
    as_json: bool,
) -> None:
    """Export gold-standard data from PROJECT to the file OUT, read it back, and report every loss."""
    writes = FORMATS[format_name].write_options or {}
    chosen_by_user = ctx.get_parameter_source("misaligned") is click.core.ParameterSource.COMMANDLINE
    if chosen_by_user and "misaligned" not in writes:
        raise click.UsageError(f"--misaligned has no meaning for the format {format_name}.")
    if sets == "all" and format_name != "jsonl":
        raise click.UsageError(f"--sets all needs --format jsonl; {format_name} holds one set a document.")
    _keep_apart(project, out, report)
    extra = {"misaligned": misaligned} if "misaligned" in writes else {}
    extra |= _format_options(given, writes, format_name)
    options = ExportOptions(format_name, status, annotator, sets, shard, extra)
    with opened(project) as found, shown_progress() as progress:
        who = person(Settings(), annotator or None)
        result = export(found.connection, found.scheme, out, options, annotator=who, progress=progress)
    if report is not None:
        _write_report(result, report)
    if as_json:
        say_json(result.to_dict())
    else:
        _tell_export(result, report)
    ctx.exit(FINE if result.lossless or allow_loss else PROBLEMS)


def _format_options(given: Iterable[str], known: Mapping[str, tuple[str, ...]] | None, format_name: str) -> dict[str, str]:
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


def _tell_export(result: LossReport, report: Path | None) -> None:
    kept = (amount(result.documents, "document"), amount(result.spans, "span"), amount(result.relations, "relation"))
    say(f"{result.path}: {', '.join(kept)}, read back and compared.")
    if result.unreviewed:
        remark(f"{result.unreviewed} of them are suggestions nobody reviewed.")
    for notice in result.notices:
        remark(notice)
    if result.lossless:
        say("Nothing was lost.")
        return
    say(f"{amount(len(result.losses), 'item')} did not arrive unchanged:")
    for (item, reason), count in result.by_reason().most_common():
        say(f"  {count:6}  {item}: {reason}")
    for loss in result.losses[:_SHOWN_LOSSES]:
        place = f" at {loss.start}" if loss.start >= 0 else ""
        remark(f"{loss.document}{place}: {loss.label} “{loss.surface}” {loss.fate}: {loss.reason}")
    if len(result.losses) > _SHOWN_LOSSES and report is None:
        remark(f"... and {len(result.losses) - _SHOWN_LOSSES} more; --report FILE lists them all.")


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
        }
        for entry in FORMATS.values()
    ]
    if as_json:
        say_json(rows)
        return
    for row in rows:
        ways = " and ".join(way for way, able in (("read", row["reads"]), ("write", row["writes"])) if able)
        say(f"{row['name']:10} {ways:14} {row['title']} ({', '.join(row['suffixes'])})")
        say(f"{'':25} carries {row['carries']}")
