"""Which suggesters a project has and which of them are to run: what the project and the settings remember, as plain values."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from annotator.domain.suggesting import SuggesterSetup
from annotator.errors import AnnotatorError, SuggesterError
from annotator.settings.store import Settings
from annotator.store import suggesters
from annotator.store.queries import Connection
from annotator.store.suggesters import KnownSuggester
from annotator.ui.i18n import tr

CHOICES = "suggest.choices"
"""The private setting that keeps, as JSON, the names of the suggesters that ran last, by project."""

_MOST_PROJECTS = 50


@dataclass(frozen=True, slots=True)
class Row:
    """One suggester of the list, in its place; ``on`` says that it is to run.  The name of ``setup`` is empty until it has its source."""

    setup: SuggesterSetup
    on: bool = False

    @property
    def named(self) -> str:
        """The name it has, or will have, as the annotator of its sets; empty while it lacks its source."""
        from annotator.commands.suggester_setups import setup_for

        with suppress(SuggesterError):
            return setup_for(self.setup.kind, self.setup.language, source=self.setup.source).name
        return self.setup.name


def rows_of(connection: Connection, language: str, last: Sequence[str] | None) -> list[Row]:
    """Return the suggesters a project knows, in the order in which they are believed, and behind them the kinds it does not.

    ``last`` are the names of those that ran last.  Where the project knows none of them, all run that it knows, or, where there are none,
    those that need nothing and are made for its language.  A setup that cannot be read is passed over.
    """
    from annotator.commands.suggester_setups import renamings_of, setup_of
    from annotator.nlp.suggesters import SUGGESTERS, Source

    known: list[SuggesterSetup] = []
    renamings = renamings_of(connection)
    for one in suggesters.known(connection):
        try:
            setup = setup_of(one, renamings)
        except SuggesterError:
            continue
        if setup.kind in SUGGESTERS:
            known.append(setup)
    ran = {setup.name for setup in known} & set(last or ())
    rows = [Row(setup, setup.name in ran if ran else True) for setup in known]
    there = {setup.kind for setup in known}
    for kind, row in SUGGESTERS.items():
        if kind not in there:
            fits = row.source is Source.NONE and (not row.languages or language in row.languages)
            name = "" if row.source in (Source.FILE, Source.PIPELINE) else kind
            rows.append(Row(SuggesterSetup(kind, name, language=language), fits and not known))
    return rows


def ready(rows: Iterable[Row], language: str) -> list[SuggesterSetup]:
    """Return the setups of the rows that are to run, each with its name; raises ``SuggesterError`` with what is missing."""
    from annotator.commands.suggester_setups import setup_for

    setups: list[SuggesterSetup] = []
    for row in rows:
        if row.on:
            made = setup_for(row.setup.kind, language, source=row.setup.source)
            setups.append(replace(row.setup, name=made.name, source=made.source, language=language))
    names = [setup.name for setup in setups]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise SuggesterError(tr("“{}” is ticked twice: untick one, or give its file another name.").format(twice))
    if not setups:
        raise SuggesterError(tr("Tick at least one suggester."))
    return setups


def placed(rows: Sequence[Row], kept: Sequence[KnownSuggester], known: Sequence[KnownSuggester]) -> list[KnownSuggester]:
    """Return what the project is to know of suggesters: ``kept`` of those that run, in the places that the list gives them.

    The others that it knows already (``known``) come along where their place changes.
    """
    order = {name: place for place, row in enumerate(rows) if (name := row.named)}
    there = {one.name: one for one in known} | {one.name: one for one in kept}
    last = len(rows)
    return [replace(one, position=order.get(name, last + number)) for number, (name, one) in enumerate(there.items())]


def last_run(settings: Settings, project: str) -> list[str] | None:
    """Return the names of the suggesters that ran last in a project; None where none is remembered."""
    names = _all(settings).get(project)
    return names if isinstance(names, list) else None


def remember_run(settings: Settings, project: str, names: Sequence[str]) -> None:
    """Keep which suggesters ran last in a project; raises ``AnnotatorError`` where the settings cannot be saved."""
    if last_run(settings, project) == list(names):
        return
    kept = {other: found for other, found in _all(settings).items() if other != project}
    kept[project] = list(names)
    settings.set(CHOICES, json.dumps(dict(list(kept.items())[-_MOST_PROJECTS:]), ensure_ascii=False))


def _all(settings: Settings) -> dict[str, object]:
    try:
        found = json.loads(settings.get(CHOICES) or "{}")
    except (ValueError, AnnotatorError):
        return {}
    return found if isinstance(found, dict) else {}
