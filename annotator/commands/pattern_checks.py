"""What a pattern file that is being written says: its broken lines, and how often its patterns match in a project."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from annotator.commands.suggesting import standing_spans
from annotator.domain.suggesting import Passage, SuggesterSetup
from annotator.errors import SuggesterError
from annotator.nlp import relation_patterns
from annotator.nlp.patterns import MatchCounts, count_matches
from annotator.nlp.patterns_files import PatternProblem, parse_patterns
from annotator.nlp.relation_patterns_files import read_relation_patterns
from annotator.nlp.suggesters import SUGGESTERS
from annotator.store import queries
from annotator.store.project import open_project
from annotator.store.queries import Connection

SAMPLE = 50
"""Documents of the project, as far apart as can be, in which matches are counted."""


@dataclass(frozen=True, slots=True)
class PatternCheck:
    """``here`` are the matches in the open document, ``sample`` those in ``sampled`` documents of the project, that one not counted.

    With ``too_slow`` nobody waited for the end of the count.
    """

    patterns: int = 0
    problems: tuple[PatternProblem, ...] = ()
    here: MatchCounts = field(default_factory=lambda: MatchCounts({}, 0))
    sample: MatchCounts = field(default_factory=lambda: MatchCounts({}, 0))
    sampled: int = 0
    too_slow: bool = False


def check_patterns(project: str, text: str, name: str, kind: str, document_id: int) -> PatternCheck:
    """Return what the text of a file called ``name`` says to the suggester ``kind``; ``document_id`` is the open document, 0 for none.

    For a worker process that can be ended: a regular expression may lose itself.
    """
    found = open_project(Path(project), read_only=True)
    try:
        if kind == "relations":
            count, problems, matches = _relations(text, name, found.language)
        else:
            patterns = parse_patterns(text, name)
            count, problems = len(patterns.patterns), patterns.problems
            matches = partial(count_matches, patterns, language=found.language)
        ids = sample_of(queries.document_ids(found.connection), but=document_id)
        here = matches(_passages(found.connection, [document_id] if document_id else [], kind))
        sample = matches(_passages(found.connection, ids, kind))
    finally:
        found.close()
    return PatternCheck(count, problems, here, sample, len(ids))


_Counter = Callable[[Iterable[Passage]], MatchCounts]


def _relations(text: str, name: str, language: str) -> tuple[int, tuple[PatternProblem, ...], _Counter]:
    """Return how many relation patterns a text holds, its broken lines, and what counts their matches, none where a line is broken."""
    with TemporaryDirectory(prefix="annotator-", ignore_cleanup_errors=True) as scratch:
        path = Path(scratch) / (name or "patterns.jsonl")
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        try:
            patterns = read_relation_patterns(path).patterns
        except SuggesterError as error:
            told = [found for line in str(error).split("\n") if (found := _BROKEN.fullmatch(line))]
            problems = tuple(PatternProblem(int(found[1]), found[2]) for found in told)
            return 0, problems or (PatternProblem(1, str(error)),), lambda _: MatchCounts({}, 0)
        suggest = relation_patterns.load(SuggesterSetup("relations", "relations", str(path), language))

    def count(passages: Iterable[Passage]) -> MatchCounts:
        return MatchCounts({}, sum(len(found.relations) for passage in passages for found in suggest([passage])))

    return len(patterns), (), count


_BROKEN = re.compile(r"Line (\d+): (.*)")


def sample_of(ids: Sequence[int], *, but: int = 0, most: int = SAMPLE) -> list[int]:
    """Return some of these ids, evenly spread, without ``but``."""
    step = max(1, -(-len(ids) // most))
    return [key for key in ids[::step] if key != but]


def _passages(connection: Connection, ids: Sequence[int], kind: str) -> Iterator[Passage]:
    for key in ids:
        document = queries.document(connection, key)
        if document is not None:
            spans = standing_spans(connection, key, set()) if SUGGESTERS[kind].reads_spans else ()
            yield Passage(document.text, document.tokens, document.sentences, spans)
