"""Which suggesters a run has and how they are set, what they learn from the project, and where an unfinished run goes on."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import orjson

from annotator._version import __version__
from annotator.domain.annotations import Kind, SetInfo
from annotator.domain.documents import Document, Status
from annotator.domain.progress import Progress
from annotator.domain.renamings import Renaming, followed, renamings_from_list, renamings_to_list
from annotator.domain.scheme_edit import Part
from annotator.domain.suggesting import SuggesterSetup
from annotator.errors import SuggesterError
from annotator.nlp.suggesters import SUGGESTERS, Source
from annotator.store import queries, suggesters
from annotator.store.queries import Connection
from annotator.store.rows import text_scheme
from annotator.store.suggesters import KnownSuggester


def setup_for(kind: str, language: str, *, source: str = "", **fields: Any) -> SuggesterSetup:
    """Return the setup of a suggester of the table; its name is the kind, with that of the source where there is one.

    Raises ``SuggesterError`` for a kind there is not, a source that is missing, and one that it has no use for.
    """
    row = SUGGESTERS.get(kind)
    if row is None:
        raise SuggesterError(f"There is no suggester “{kind}”. There are: {', '.join(SUGGESTERS)}.")
    if row.source is Source.NONE and source:
        raise SuggesterError(f"The suggester “{kind}” works from no file; leave out “={source}”.")
    if row.source in (Source.FILE, Source.PIPELINE) and not source:
        what = "a pattern file" if row.source is Source.FILE else "an installed package or a folder"
        raise SuggesterError(f"The suggester “{kind}” needs {what}: {kind}=…")
    if row.source in (Source.FILE, Source.OPTIONAL_FILE) and source:
        path = Path(source).expanduser().resolve()
        if not path.is_file():
            raise SuggesterError(f"There is no file “{source}” for the suggester “{kind}”.")
        source = str(path)
    name = f"{kind}:{Path(source).stem if row.source is not Source.PIPELINE else Path(source).name}" if source else kind
    return SuggesterSetup(kind, name, source=source, language=language, **fields)


def fingerprint(setup: SuggesterSetup) -> str:
    """Return what tells this way of working from another: the same setup of the same program, with the same file where there is one."""
    told: list[Any] = [__version__, *setup_values(setup).items()]
    row = SUGGESTERS.get(setup.kind)
    if setup.source and row is not None and row.source in (Source.FILE, Source.OPTIONAL_FILE):
        with contextlib.suppress(OSError):  # a file that is gone is said when the suggester is loaded
            told.append(hashlib.sha256(Path(setup.source).read_bytes()).hexdigest())
    return hashlib.sha256(orjson.dumps(told)).hexdigest()[:16]


def setup_values(setup: SuggesterSetup) -> dict[str, Any]:
    """Return a setup, without what it has learned, as plain JSON data."""
    return {
        "kind": setup.kind,
        "source": setup.source,
        "language": setup.language,
        "labels": [list(pair) for pair in setup.labels],
        "threshold": setup.threshold,
        "thresholds": [list(pair) for pair in setup.thresholds],
    }


def setup_of(known: KnownSuggester, renamings: Sequence[Renaming] = ()) -> SuggesterSetup:
    """Return the setup that a project keeps, with the labels as its scheme, with these renamings, calls them now.

    What it was told to call by a label that went since, it leaves out.  Raises ``SuggesterError`` where it is no setup.
    """
    try:
        values = dict(known.setup)
        then = renamings_from_list(values.pop("renamings", ()))
        labels, thresholds = ([(first, second) for first, second in values.get(key, ())] for key in ("labels", "thresholds"))
        values["labels"] = tuple((own, _now(name, then, renamings)) for own, name in labels)
        limits = {now: limit for name, limit in thresholds if (now := _now(name, then, renamings))}
        limits |= {name: limit for name, limit in thresholds if name == _now(name, then, renamings)}  # what others became part of
        values["thresholds"] = tuple(limits.items())
        return SuggesterSetup(name=known.name, **values)
    except (KeyError, TypeError, ValueError) as error:
        raise SuggesterError(
            f"The setup of the suggester “{known.name}” in this project cannot be read; set it up anew."
        ) from error


def _now(label: str, then: Sequence[Renaming], now: Sequence[Renaming]) -> str:
    """Return what a label of the project is called now; a setup does not say whether of spans or of relations."""
    found = (followed(label, part, then, now) for part in (Part.SPANS, Part.RELATIONS))
    return next((name for name in found if name != label), label)


def renamings_of(connection: Connection) -> tuple[Renaming, ...]:
    """Return what the labels of a project were called before."""
    return text_scheme(queries.project_value(connection, "scheme") or '{"name": "blank"}').renamings


def words_of(document: Document) -> Iterator[str]:
    """Yield the words of a document, without the difference of capitals; numbers and signs are none."""
    text = document.text
    return (word.casefold() for start, end in document.tokens if (word := text[start:end]).isalpha())


def finished_sets(connection: Connection) -> Iterator[tuple[Document, int]]:
    """Yield every finished document with the set that a learning suggester learns from."""
    for number, sets in queries.all_sets(connection):
        chosen = finished_set(sets)
        document = queries.document(connection, number) if chosen is not None else None
        if document is not None and chosen is not None:
            yield document, chosen


def finished_set(sets: Sequence[tuple[int, SetInfo]]) -> int | None:
    """Return the set that says what is right in a document: the gold, else that of a person who is done; None while it is not finished."""
    gold = [key for key, info in sets if info.kind is Kind.GOLD]
    done = [key for key, info in sets if info.kind is Kind.PERSON and info.status is Status.DONE]
    return next(iter((*gold, *done)), None)


def learned(
    connection: Connection, setups: Sequence[SuggesterSetup], progress: Progress
) -> tuple[list[SuggesterSetup], frozenset[str]]:
    """Return the setups, with the memory of the project's finished documents where they learn, and the words of these documents.

    Walks all finished documents, so it is for a job.
    """
    memory = None
    if any(SUGGESTERS[setup.kind].learns for setup in setups):
        from annotator.nlp.memory import Memory

        memory = Memory()
    words: set[str] = set()
    for document, set_id in finished_sets(connection):
        if memory is not None:
            memory.learn(str(document.id), document.text, document.tokens, tuple(queries.spans(connection, set_id)))
        words.update(words_of(document))
        progress.advance(0)
    data = memory.lean() if memory is not None else None
    told = [replace(setup, data=data) if SUGGESTERS[setup.kind].learns else setup for setup in setups]
    return told, frozenset(words)


def plan(connection: Connection, setups: Sequence[SuggesterSetup], *, again: bool = False) -> tuple[int, list[KnownSuggester]]:
    """Return after which document a run over the project goes on, and the suggesters as they are to be kept meanwhile.

    It goes on where an unfinished run of the very same suggesters stopped, unless it is to be done ``again`` from the start.  Suggesters
    that the project has already keep their places in the order.
    """
    there = {one.name: one for one in suggesters.known(connection)}
    renamings = renamings_of(connection)
    told = {"renamings": renamings_to_list(renamings)} if renamings else {}
    last = max((one.position for one in there.values()), default=-1)
    kept = []
    for number, setup in enumerate(setups, last + 1):
        old, mark = there.get(setup.name), fingerprint(setup)
        through = old.through if old is not None and old.fingerprint == mark and not again else 0
        kept.append(KnownSuggester(setup.name, old.position if old else number, setup_values(setup) | told, mark, through))
    return min((one.through for one in kept), default=0), kept
