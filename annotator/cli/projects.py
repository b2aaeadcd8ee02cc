"""The verb that makes projects."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.output import say
from annotator.commands.projects import DEFAULT_LANGUAGE, DEFAULT_SCHEME, new_project, shipped_schemes
from annotator.nlp.tokens import LANGUAGES


@click.command("new")
@click.argument("project", type=click.Path(path_type=Path))
@click.option(
    "--labels",
    default=DEFAULT_SCHEME,
    show_default=True,
    metavar="NAME|FILE",
    help="The label scheme: indonesian-news, nergrit, conll, blank, or a JSON file.",
)
@click.option(
    "--lang", default=DEFAULT_LANGUAGE, show_default=True, metavar="CODE", help="Language of the texts, for spaCy's tokenizer."
)
def new(project: Path, labels: str, lang: str) -> None:
    """Make an empty project file PROJECT (.annotator is added to the name)."""
    if labels not in shipped_schemes() and not Path(labels).exists():
        raise click.BadParameter(f"“{labels}” is neither one of {', '.join(shipped_schemes())} nor a file.", param_hint="--labels")
    if lang not in LANGUAGES:
        raise click.BadParameter(
            f"“{lang}” is no language code spaCy knows; id, en or xx (any) are the usual.", param_hint="--lang"
        )
    made = new_project(project, labels=labels, language=lang)
    try:
        say(f"{made.path} is ready, with the label scheme “{made.scheme.name}” ({len(made.scheme.spans)} span labels).")
        say(f"Next:  annotator import {made.path} ARTICLES...")
    finally:
        made.close()
