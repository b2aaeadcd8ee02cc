"""The table of suggesters: what each is, what it needs, and the module in ``annotator.nlp`` that has its ``load``."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module

from annotator.domain.suggesting import Suggester, SuggesterSetup
from annotator.errors import SuggesterError


class Source(StrEnum):
    """What a suggester works from, besides its own rules."""

    NONE = "none"
    FILE = "file"
    PIPELINE = "pipeline"
    OPTIONAL_FILE = "optional file"


@dataclass(frozen=True, slots=True)
class SuggesterKind:
    """One row: ``title`` and ``description`` are for people, in English, to be translated where they are shown.

    ``reads_spans`` says that it looks at the spans that stand already, ``finds_spans`` that it has some of its own; ``learns`` that its
    setup needs what the project's people have labelled; ``languages`` are the only ones it is for, empty for any.
    """

    name: str
    title: str
    description: str
    module: str
    source: Source = Source.NONE
    reads_spans: bool = False
    finds_spans: bool = True
    learns: bool = False
    languages: tuple[str, ...] = ()


SUGGESTERS: dict[str, SuggesterKind] = {
    row.name: row
    for row in (
        SuggesterKind(
            "memory",
            "Memory of the project",
            "What was labelled before, by text and context; learns from every finished document.",
            "memory",
            learns=True,
        ),
        SuggesterKind(
            "indonesian-news",
            "Indonesian news",
            "Names, places, institutions, dates, numbers and money by rules and gazetteers; needs no training.",
            "indonesian_news",
            languages=("id", "ms"),
        ),
        SuggesterKind(
            "patterns",
            "Patterns",
            "Word lists, regular expressions and spaCy entity-ruler patterns from a file.",
            "patterns",
            Source.FILE,
        ),
        SuggesterKind(
            "pipeline",
            "spaCy pipeline",
            "Any trained pipeline: an installed package or a folder.",
            "pipelines",
            Source.PIPELINE,
            reads_spans=True,
        ),
        SuggesterKind(
            "relations",
            "Relation patterns",
            "Relations between spans by cue words; the shipped patterns are for Indonesian news.",
            "relation_patterns",
            Source.OPTIONAL_FILE,
            reads_spans=True,
            finds_spans=False,
        ),
    )
}
"""By name; in the order in which they are best believed."""


def load(setup: SuggesterSetup) -> Suggester:
    """Make a suggester ready to work; for a worker process, since it may import spaCy.  Raises ``SuggesterError``."""
    row = SUGGESTERS.get(setup.kind)
    if row is None:
        raise SuggesterError(f"There is no suggester “{setup.kind}”. There are: {', '.join(SUGGESTERS)}.")
    return import_module(f"annotator.nlp.{row.module}").load(setup)
