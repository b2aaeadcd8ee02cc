"""The verb that brings data in, with everything the window's dialog can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from annotator.cli.exchange import format_options
from annotator.cli.output import FINE, PROBLEMS, opened, person, remark, say, say_json, shown_progress
from annotator.commands.import_reports import ReportFile, head_of, report_path
from annotator.commands.importing import ImportOptions, import_files
from annotator.commands.mending import REPAIR_WORDS
from annotator.commands.merging import ImportReport
from annotator.commands.previewing import Survey, label_rows, survey
from annotator.commands.previewing_labels import read_scheme, schemes_beside, with_scheme
from annotator.domain.annotations import Kind
from annotator.domain.mapping import LabelMapping
from annotator.domain.mending import ALL, Repair
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.domain.text import Tokens
from annotator.errors import AnnotatorError
from annotator.formats.plugins import known_formats
from annotator.nlp.tokens import tokenize
from annotator.paths import PROJECT_SUFFIX
from annotator.session.session import Session
from annotator.settings.store import Settings
from annotator.store.project import Project

_SHOWN_COMPLAINTS = 200
_SHOWN_FILES = 20
_SHOWN_LABELS = 60


def _readable(ctx: click.Context, parameter: click.Parameter, name: str) -> str:
    """Check the name of a format; only here, when a format is really needed, are those of other packages looked for."""
    names = [entry.name for entry in known_formats().values() if entry.read is not None]
    return click.Choice(["auto", *names]).convert(name, parameter, ctx)


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


def _pairs(_ctx: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for text in given:
        old, equals, new = text.rpartition("=")
        if not equals or not old:
            raise click.BadParameter(f"Write OLD=NEW, or OLD= to leave a label out, not “{text}”.")
        pairs[old] = new.strip()
    return pairs


@click.command("import")
@click.argument("project", type=click.Path(path_type=Path))
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE...")
@click.option(
    "--format",
    "format_name",
    callback=_readable,
    metavar="NAME",
    default="auto",
    show_default=True,
    help="auto goes by the file's name, else by how it begins; annotator formats lists the names.",
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
    "--encoding", default="", metavar="NAME", callback=_encoding, help="Encoding of files that are not UTF-8, e.g. cp1252."
)
@click.option(
    "--option", "given", multiple=True, metavar="NAME=VALUE", help="An option of the format; annotator formats lists them."
)
@click.option(
    "--map", "spans", multiple=True, metavar="OLD=NEW", callback=_pairs, help="Call a span label NEW; OLD= leaves it out."
)
@click.option(
    "--map-relation", "relations", multiple=True, metavar="OLD=NEW", callback=_pairs, help="The same for a relation label."
)
@click.option(
    "--labels",
    multiple=True,
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Add the labels of FILE: annotation.conf, a Label Studio configuration, doccano's labels, or a scheme.",
)
@click.option("--repair", is_flag=True, help="Mend places of spans that follow from the damage itself; each is reported.")
@click.option(
    "--repair-only", multiple=True, type=click.Choice([str(kind) for kind in Repair]), help="Mend only this kind of damage."
)
@click.option(
    "--reworded",
    type=click.Choice(["carry", "new"]),
    default="carry",
    show_default=True,
    help="What a changed text is: the old one, whose annotations are carried over, or a new document.",
)
@click.option("--strict", is_flag=True, help="Bring in nothing unless everything is sound.")
@click.option("--dry-run", is_flag=True, help="Say what would come in and what not; write nothing to the project.")
@click.option("--report", type=click.Path(path_type=Path), metavar="FILE", help="Write the report here, not beside the project.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def import_verb(ctx: click.Context, project: Path, files: tuple[Path, ...], **chosen: Any) -> None:
    """Import articles or annotations into PROJECT: files, or folders with all the files below them.

    What is sound comes in; the rest is named by file, line and reason, on the screen and in PROJECT.import-report.txt.
    """
    options = _options(chosen)
    _keep_apart(chosen["report"], project, files)
    if chosen["dry_run"]:
        with opened(project) as found, shown_progress() as progress:
            seen = survey(found.connection, found.scheme, files, options, progress)
        _report_survey(chosen["report"], seen, files)
        if chosen["as_json"]:
            say_json(seen.to_dict())
        else:
            _tell_survey(seen, files, options)
        ctx.exit(PROBLEMS if seen.lost else FINE)
    with opened(project, to_write=True) as found, shown_progress() as progress:
        report = _import(found, files, options, chosen["report"] or report_path(found.path), progress)
    if chosen["as_json"]:
        say_json(report.to_dict())
    else:
        _tell_import(report, options.strict)
    ctx.exit(PROBLEMS if report.losses else FINE)


def _options(chosen: Mapping[str, Any]) -> ImportOptions:
    name = chosen["format_name"]
    known = known_formats()[name].read_options if name != "auto" else None
    mapping = with_scheme(LabelMapping(chosen["spans"], chosen["relations"]), map(read_scheme, chosen["labels"]))
    repair = ALL if chosen["repair"] else frozenset(map(Repair, chosen["repair_only"]))
    return ImportOptions(
        name,
        chosen["annotator"],
        Kind(chosen["kind"]),
        chosen["strict"],
        chosen["encoding"],
        format_options(chosen["given"], known, name),
        mapping,
        repair,
        chosen["reworded"] == "carry",
    )


def _keep_apart(report: Path | None, project: Path, files: Sequence[Path]) -> None:
    """Refuse to write the report over the project or over what is imported."""
    if report is None:
        return
    if report.suffix == PROJECT_SUFFIX or report.resolve() in {project.resolve(), *(path.resolve() for path in files)}:
        raise click.UsageError("--report names the project or a file to import; give the report a file of its own.")
    if not report.parent.is_dir():
        raise click.UsageError(f"--report: the folder “{report.parent}” does not exist.")


def _import(project: Project, files: Sequence[Path], options: ImportOptions, report: Path, progress: Progress) -> ImportReport:
    language = project.language

    def tokens_of(texts: list[str]) -> Sequence[Tokens]:
        return list(tokenize(texts, language))

    session = Session(project, person(Settings()))
    try:
        return import_files(session, files, options, tokenize=tokens_of, progress=progress, report_to=report)
    except KeyboardInterrupt as interrupt:
        raise AnnotatorError("The import was interrupted. Nothing was imported.") from interrupt


def _tell_import(report: ImportReport, strict: bool) -> None:
    for complaint in report.complaints[:_SHOWN_COMPLAINTS]:
        remark(f"{complaint.place}: {complaint.message}")
    if len(report.complaints) > _SHOWN_COMPLAINTS:
        remark(f"... and {len(report.complaints) - _SHOWN_COMPLAINTS + report.more} more; the report lists them all.")
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
        f"{amount(len(report.losses) + report.more_lost, 'problem')}."
    )
    if report.written:
        say(report.written)


# Dry run


def _report_survey(path: Path | None, seen: Survey, files: Sequence[Path]) -> None:
    if path is not None:
        with ReportFile(path) as file:
            file.add(seen.complaints())
            file.finish(["Nothing was imported: this was a dry run.", *head_of(seen.as_report(), files)])


def _tell_survey(seen: Survey, files: Sequence[Path], options: ImportOptions) -> None:
    complaints = list(seen.complaints())
    for complaint in complaints[:_SHOWN_COMPLAINTS]:
        remark(f"{complaint.place}: {complaint.message}")
    hidden = len(complaints) - _SHOWN_COMPLAINTS + seen.report.more + seen.broken.more
    if hidden > 0 and len(complaints) >= _SHOWN_COMPLAINTS:
        remark(f"... and {hidden} more.")
    for facts in seen.files[:_SHOWN_FILES]:
        title = known_formats()[facts.format].title if facts.format else facts.problem
        encoding = f", {facts.encoding}{' (a guess)' if facts.guessed else ''}" if facts.encoding else ""
        say(f"{facts.path}: {title}{encoding}")
    if len(seen.files) > _SHOWN_FILES:
        say(f"... and {len(seen.files) - _SHOWN_FILES} more files")
    say(
        f"{amount(seen.documents, 'new document')}, {seen.known} there already, {seen.reworded} with another text; "
        f"{amount(seen.sets, 'annotation set')}, {amount(seen.spans, 'span')}, {amount(seen.relations, 'relation')}."
    )
    for unit, count in seen.units.most_common():
        say(f"Offsets count {unit} in {amount(count, 'document')}.")
    _tell_labels(seen, options.mapping)
    for kind, count in sorted(seen.repairs.items()):
        state = "are repaired" if kind in options.repair else "could be repaired (--repair)"
        say(f"{count:6}  {REPAIR_WORDS[kind]} {state}")
    for path in [other for place in files for other in schemes_beside(place)][:3]:
        say(f"There are labels in {path}: --labels {path}")
    say(f"{amount(seen.lost, 'problem')}. Nothing was written, because --dry-run was given.")


def _tell_labels(seen: Survey, mapping: LabelMapping) -> None:
    rows = label_rows(seen)
    for what, label, count in rows[:_SHOWN_LABELS]:
        names = mapping.spans if what == "span" else mapping.relations
        becomes = "" if label not in names else f" -> {names[label]}" if names[label] else " is left out"
        say(f"{count:6}  {what} {label}{becomes}")
    if len(rows) > _SHOWN_LABELS:
        say(f"... and {len(rows) - _SHOWN_LABELS} more labels")
