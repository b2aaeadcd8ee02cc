"""The verb that has suggesters pre-annotate a project."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from annotator.cli.output import FINE, PROBLEMS, opened, person, remark, say, say_json, shown_progress
from annotator.commands.suggester_setups import setup_for
from annotator.commands.suggesting import SuggestReport, suggest
from annotator.domain.labels import LabelScheme
from annotator.domain.rules import amount
from annotator.domain.suggesting import SuggesterSetup
from annotator.errors import SuggesterError
from annotator.nlp.suggesters import SUGGESTERS
from annotator.session.session import Session
from annotator.settings.store import Settings
from annotator.store import queries

_SHOWN = 50


def _share(text: str, given: str) -> float:
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise click.BadParameter(f"A threshold is a number from 0 to 1, not “{text}” in “{given}”.")
    return share


def _thresholds(_ctx: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> tuple[float, dict[str, float]]:
    general, by_label = 0.0, dict[str, float]()
    for text in given:
        label, equals, number = text.rpartition("=")
        if equals:
            by_label[label] = _share(number, text)
        else:
            general = _share(text, text)
    return general, by_label


def _pairs(_ctx: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    pairs = []
    for text in given:
        old, equals, new = text.rpartition("=")
        if not equals or not old:
            raise click.BadParameter(f"Write OLD=NEW, or OLD= to leave a label out, not “{text}”.")
        pairs.append((old, new.strip()))
    return tuple(pairs)


@click.command("suggest")
@click.argument("project", type=click.Path(path_type=Path))
@click.option(
    "--with",
    "wanted",
    multiple=True,
    metavar="NAME[=SOURCE]",
    help=f"A suggester: {', '.join(SUGGESTERS)}; patterns and pipeline need a SOURCE. Where several differ, the "
    "surest is believed, then the one named first.  [default: memory, and indonesian-news where the language is Indonesian]",
)
@click.option("--document", "documents", multiple=True, metavar="NAME", help="Only this document; may be given several times.")
@click.option(
    "--map",
    "labels",
    multiple=True,
    metavar="OLD=NEW",
    callback=_pairs,
    help="Call a label of the suggesters NEW; OLD= leaves it out.",
)
@click.option(
    "--threshold",
    "thresholds",
    multiple=True,
    metavar="[LABEL=]SHARE",
    callback=_thresholds,
    help="Leave out what is less sure than SHARE (0 to 1), in general or of a label of the project.",
)
@click.option("--trust", is_flag=True, help="Run the code that a pipeline brings along. Only for pipelines from people you trust.")
@click.option("--again", is_flag=True, help="Begin at the first document, even where an earlier run stopped half-way.")
@click.option(
    "--processes",
    type=click.IntRange(1, 64),
    default=os.cpu_count() or 1,
    metavar="N",
    help="Helper processes.  [default: one for each core]",
)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
@click.pass_context
def suggest_verb(ctx: click.Context, project: Path, **chosen: Any) -> None:
    """Have suggesters pre-annotate the articles of PROJECT.

    Reviewed work is never touched, and what was rejected is not suggested again. Interrupted, the next run goes on where this one stopped.
    """
    with opened(project, to_write=True) as found, shown_progress() as progress:
        session = Session(found, person(Settings()))
        setups = _setups(chosen, found.language, found.scheme)
        documents = _named_documents(found.connection, chosen["documents"])
        try:
            report = suggest(
                session, setups, documents=documents, again=chosen["again"], processes=chosen["processes"], progress=progress
            )
        except KeyboardInterrupt as interrupt:
            raise SuggesterError("Interrupted. What was suggested so far is kept; the next run goes on from there.") from interrupt
    if chosen["as_json"]:
        say_json(report.to_dict())
    else:
        _tell(report)
    ctx.exit(PROBLEMS if report.failed else FINE)


def _setups(chosen: dict[str, Any], language: str, scheme: LabelScheme) -> list[SuggesterSetup]:
    wanted = chosen["wanted"] or ("memory", *(name for name, row in SUGGESTERS.items() if language in row.languages))
    general, by_label = chosen["thresholds"]
    unknown = [label for label in by_label if scheme.span(label) is None and scheme.relation(label) is None]
    if unknown:
        raise SuggesterError(f"The label scheme has no label “{unknown[0]}”, for which there is a threshold.")
    common = {"labels": chosen["labels"], "threshold": general, "thresholds": tuple(by_label.items()), "trusted": chosen["trust"]}
    setups = [setup_for(kind, language, source=source, **common) for kind, _, source in (one.partition("=") for one in wanted)]
    for setup in setups:
        languages = SUGGESTERS[setup.kind].languages
        if languages and language not in languages:
            remark(f"The suggester “{setup.kind}” is made for {', '.join(languages)}; this project's language is {language}.")
    if len({setup.name for setup in setups}) < len(setups):
        raise SuggesterError("A suggester is named twice.")
    return setups


def _named_documents(connection: queries.Connection, names: Sequence[str]) -> list[int] | None:
    if not names:
        return None
    found: list[int] = []
    for name in names:
        ids = [key for key, _ in queries.documents_named(connection, name)]
        if not ids:
            raise SuggesterError(f"There is no document “{name}” in this project.")
        found += ids
    return found


def _tell(report: SuggestReport) -> None:
    put = report.put
    say(
        f"{amount(report.documents, 'document')} looked at: {amount(put.sets, 'annotation set')} made or renewed with "
        f"{amount(put.spans, 'span')} and {amount(put.relations, 'relation')}; {put.unchanged} unchanged, {put.finished} finished before."
    )
    for (suggester, reason, label), count in report.left_out.most_common(_SHOWN):
        remark(f"  {suggester}: {count} × {label} left out, because {reason}")
    for complaint in report.failed[:_SHOWN]:
        remark(f"  {complaint.place}: {complaint.message}")
    hidden = len(report.failed) - _SHOWN + report.more_failed
    if hidden > 0:
        remark(f"  … and {amount(hidden, 'document')} more on which a suggester failed")
