"""The options of ``annotator export`` that say what alone goes out, made into one filter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

import click

from annotator.commands.export_filter import Only, days


def _day(_ctx: click.Context, _parameter: click.Parameter, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise click.BadParameter(f"“{text}” is no day; write it like 2026-05-31.") from error


def _fields(_ctx: click.Context, _parameter: click.Parameter, given: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    pairs = [text.partition("=") for text in given]
    wrong = next((text for text, (name, equals, _) in zip(given, pairs, strict=True) if not name or not equals), None)
    if wrong is not None:
        raise click.BadParameter(f"It takes FIELD=VALUE, not “{wrong}”.")
    return tuple((name, value) for name, _, value in pairs)


_OPTIONS = (
    click.option(
        "--label", "labels", multiple=True, metavar="NAME", help="Only sets with a span of this label (of any, if given twice)."
    ),
    click.option("--relation", "relations", multiple=True, metavar="NAME", help="Only sets with a relation of this label."),
    click.option("--flagged/--not-flagged", "flagged", default=None, help="Only sets that are flagged, or that are not."),
    click.option(
        "--search", "words", default="", metavar="WORDS", help="Only documents with these words, as in the window's search."
    ),
    click.option(
        "--meta",
        "fields",
        multiple=True,
        callback=_fields,
        metavar="FIELD=VALUE",
        help="Only documents with this in their metadata.",
    ),
    click.option("--imported-from", callback=_day, default="", metavar="DAY", help="Only documents imported on this day or later."),
    click.option("--imported-to", callback=_day, default="", metavar="DAY", help="Only documents imported on this day or earlier."),
    click.option("--changed-from", callback=_day, default="", metavar="DAY", help="Only documents worked on on this day or later."),
    click.option("--changed-to", callback=_day, default="", metavar="DAY", help="Only documents worked on on this day or earlier."),
)


def only_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """Give a verb the options of a filter; it gets them as ``only``."""

    @wraps(function)
    def verb(
        *arguments: Any,
        labels: tuple[str, ...],
        relations: tuple[str, ...],
        flagged: bool | None,
        words: str,
        fields: tuple[tuple[str, str], ...],
        imported_from: date | None,
        imported_to: date | None,
        changed_from: date | None,
        changed_to: date | None,
        **others: Any,
    ) -> Any:
        imported, changed = days(imported_from, imported_to), days(changed_from, changed_to)
        for name, first, last in (("imported", imported_from, imported_to), ("changed", changed_from, changed_to)):
            if first and last and first > last:
                raise click.UsageError(f"--{name}-from is after --{name}-to, so no document could be meant.")
        return function(*arguments, only=Only(labels, relations, flagged, words, fields, imported, changed), **others)

    for option in reversed(_OPTIONS):
        verb = option(verb)
    return verb
