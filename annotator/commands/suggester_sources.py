"""What a suggester works from, told before it runs: its labels, what it is, what is wrong with it, what it wants to be trusted with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from annotator.commands.projects import load_scheme
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel
from annotator.domain.mapping import closest, likeliest
from annotator.domain.renamings import Renaming, former_names, meant_by
from annotator.domain.rules import amount
from annotator.domain.suggesting import SuggesterSetup
from annotator.errors import AnnotatorError, SuggesterError
from annotator.nlp.suggesters import SUGGESTERS, Source

_SHIPPED = "indonesian-news"
"""The shipped scheme whose labels the built-in suggesters give."""


@dataclass(frozen=True, slots=True)
class Described:
    """``spans`` and ``relations`` are the labels it gives, none where these are the project's own or cannot be told.

    ``told`` says what it is; ``problem`` why it cannot work; ``own_code`` what in it is code that runs when it is loaded, in words.
    """

    spans: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    told: str = ""
    problem: str = ""
    own_code: tuple[str, ...] = ()


def described(setup: SuggesterSetup) -> Described:
    """Return what can be told of a suggester without running it.

    For a worker process where it has a source: to read patterns may take spaCy.  What is wrong is told, not raised.
    """
    try:
        return _described(setup)
    except AnnotatorError as error:
        return Described(problem=str(error))


def has_place(kind: str, scheme: LabelScheme) -> bool:
    """Tell whether a run could keep anything that a suggester gives by what ships with it: whether a label of it means one of the scheme.

    True, too, for one whose labels come from elsewhere.  Goes by the shipped scheme, not by the shipped patterns of relations: to read
    those takes spaCy, and a window asks this at each choice of labels.
    """
    given = load_scheme(_SHIPPED)
    if kind == "relations":
        return _any_means(given.relations, "relations", scheme.relations, scheme.renamings, likeliest)
    return kind != _SHIPPED or _any_means(given.spans, "spans", scheme.spans, scheme.renamings, closest)


def _any_means(
    given: Sequence[SpanLabel | RelationLabel],
    part: str,
    labels: Sequence[SpanLabel | RelationLabel],
    renamings: Sequence[Renaming],
    guess: Callable[[str, Sequence[str]], str],
) -> bool:
    known = [label.name for label in labels]
    former = former_names(part, renamings, known)
    return any(meant_by(label.name, known, former, guess) for label in given)


def _described(setup: SuggesterSetup) -> Described:
    row = SUGGESTERS[setup.kind]
    if row.learns or (row.source in (Source.FILE, Source.PIPELINE) and not setup.source):
        return Described()
    if setup.kind == "patterns":
        from annotator.nlp.patterns_files import read_patterns

        found = read_patterns(Path(setup.source))
        return Described(found.labels, told=f"{amount(len(found.patterns), 'pattern')}.")
    if setup.kind == "pipeline":
        return _pipeline(setup.source)
    if setup.kind == "relations":
        from annotator.nlp.relation_patterns import shipped_patterns
        from annotator.nlp.relation_patterns_files import read_relation_patterns

        patterns = read_relation_patterns(Path(setup.source) if setup.source else shipped_patterns()).patterns
        names = tuple(dict.fromkeys(pattern.relation for pattern in patterns))
        return Described(relations=names, told=f"{amount(len(patterns), 'pattern')}.")
    return Described(tuple(label.name for label in load_scheme(_SHIPPED).spans))


def _pipeline(source: str) -> Described:
    from annotator.nlp.pipelines_info import inspect

    info = inspect(source)
    made_for = f"made for spaCy {info.spacy_version}" if info.spacy_version else "made for no known version of spaCy"
    told = f"{info.name} {info.version}, language “{info.language}”, {made_for}."
    if not info.compatible:
        told += " The one installed is another: it may find less."
    labels = tuple(dict.fromkeys(label for found in info.labels.values() for label in found if label))
    if not labels and not info.own_code:
        raise SuggesterError(f"The pipeline “{source}” has no component that labels spans. Choose another.")
    return Described(labels, told=told, own_code=info.own_code)
