"""Running suggesters over a project: what is shown to them, what became of a run, and where it goes on.

The work itself is done in worker processes.  A run reads on a connection of its own and gives ``Entry`` by ``Entry``, which
``SuggestStep`` puts into the project in chunks: the command line in one go, a window between its own events.
"""

from __future__ import annotations

import threading
from array import array
from bisect import bisect_right
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import partial
from itertools import islice
from typing import Any, Protocol

from annotator.commands.command import Command
from annotator.commands.refreshing import Entry, Put, put_suggestions
from annotator.commands.suggester_setups import learned, plan, words_of
from annotator.domain.agreement import exact_spans, micro
from annotator.domain.annotations import Kind, Span
from annotator.domain.documents import Document
from annotator.domain.exchange import Complaint
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.suggesting import SuggesterSetup
from annotator.domain.taken import Taken
from annotator.jobs.steadfast import PATIENCE, GivenUp, map_steadily
from annotator.jobs.workers import WorkerProcess
from annotator.nlp.suggesters import SUGGESTERS
from annotator.nlp.suggesting import Found, Orders, Shown, packed, suggest_batch
from annotator.store import queries, suggesters
from annotator.store.project import Project
from annotator.store.queries import Connection
from annotator.store.suggesters import KnownSuggester, Worth

BATCH, BATCH_TEXT = 32, 200_000
"""Most documents, and about how many characters of text, that go to a worker at once."""

_CHUNK = 256
"""Documents that are put at once where no window waits."""

MOST_NAMED = 200
"""So many documents on which a suggester failed are named; the rest is counted."""


class Host(Protocol):
    """What a run needs of a session."""

    project: Project
    annotator: str

    def execute(self, command: Command, *, step_id: int = 0) -> Any:
        """Run a command."""
        ...


@dataclass(slots=True)
class SuggestReport:
    """What a run did.  ``left_out`` counts suggestions by (suggester, reason, label); ``failed`` names documents, with the reason."""

    documents: int = 0
    put: Put = field(default_factory=Put)
    left_out: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    failed: list[Complaint] = field(default_factory=list)
    more_failed: int = 0

    def take(self, answer: Answer) -> None:
        """Count what a run had to say about one document."""
        self.documents += 1
        self.left_out.update(answer.left_out)
        for error in answer.errors:
            if len(self.failed) < MOST_NAMED:
                self.failed.append(Complaint(answer.name, error))
            else:
                self.more_failed += 1

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON data."""
        return {
            "documents": self.documents,
            **asdict(self.put),
            "left_out": [
                {"suggester": suggester, "reason": reason, "label": label, "count": count}
                for (suggester, reason, label), count in sorted(self.left_out.items())
            ],
            "failed": [{"place": one.place, "message": one.message} for one in self.failed],
            "more_failed": self.more_failed,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What a run has to say about one document: what each suggester found, or why not, and what that makes it worth.

    ``put_first`` says that it was taken out of its turn.
    """

    document_id: int
    name: str
    entries: tuple[Entry, ...] = ()
    worth: Worth | None = None
    left_out: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    errors: tuple[str, ...] = ()
    put_first: bool = False


class Order:
    """The documents of a run, one after the other; others can be put first while it runs, from any thread."""

    def __init__(self, document_ids: Iterable[int]) -> None:
        self._rest = iter(document_ids)
        self._first: deque[int] = deque()
        self._had: set[int] = set()
        self._lock = threading.Lock()

    def put_first(self, document_id: int) -> None:
        """Have a document taken next, unless it was put first before."""
        with self._lock:
            if document_id not in self._had:
                self._had.add(document_id)
                self._first.append(document_id)

    def was_put_first(self, document_id: int) -> bool:
        """Tell whether a document was taken, or is to be, out of its turn."""
        return document_id in self._had

    def __iter__(self) -> Iterator[int]:
        return self

    def __next__(self) -> int:
        with self._lock:
            if self._first:
                return self._first.popleft()
            return next(number for number in self._rest if number not in self._had)


def answers(
    connection: Connection,
    scheme: LabelScheme,
    setups: Sequence[SuggesterSetup],
    order: Order,
    worker: WorkerProcess,
    *,
    known_words: frozenset[str] | None = None,
    orders: bytes = b"",
    patience: float = PATIENCE,
    progress: Progress | None = None,
) -> Iterator[Answer]:
    """Yield what the suggesters find, document by document in the order given; documents that went away are passed over.

    ``connection`` is the caller's own.  ``known_words`` are the words of finished documents, for the novelty of the others.  ``orders``
    are those of the setups, where they are packed already.  A cancel of ``progress`` ends it and the processes.
    Raises ``SuggesterError`` when a suggester cannot work at all, ``GaveUp`` when it ends its process again and again.
    """
    orders = orders or packed(Orders(tuple(setups), scheme))
    names = [setup.name for setup in setups]
    shown = (one for number in order if (one := _shown(connection, number, setups)) is not None)
    todo: deque[Document] = deque()

    def batches() -> Iterator[list[Shown]]:
        batch: list[Shown] = []
        length = 0
        for document, one in shown:
            todo.append(document)
            batch.append(one)
            length += len(one.text)
            if len(batch) >= BATCH or length >= BATCH_TEXT:
                yield batch
                batch, length = [], 0
        if batch:
            yield batch

    results = map_steadily(worker, partial(suggest_batch, orders), batches(), patience=patience, progress=progress)
    for _, result in results:
        document = todo.popleft()
        if isinstance(result, GivenUp):
            answer = Answer(document.id, document.name, errors=(result.reason,))
        else:
            answer = _answer(document, setups, names, result, known_words)
        yield replace(answer, put_first=order.was_put_first(document.id))


def _answer(
    document: Document,
    setups: Sequence[SuggesterSetup],
    names: Sequence[str],
    result: Sequence[Found],
    known_words: frozenset[str] | None,
) -> Answer:
    sound = [(setup, found) for setup, found in zip(setups, result, strict=True) if not found.error]
    return Answer(
        document.id,
        document.name,
        tuple(Entry(document.id, s.name, f.spans, f.relations, SUGGESTERS[s.kind].learns) for s, f in sound),
        _worth(document, [found for setup, found in sound if SUGGESTERS[setup.kind].finds_spans], known_words),
        Counter({(name, *key): count for name, found in zip(names, result, strict=True) for key, count in found.left_out.items()}),
        tuple(f"{name}: {found.error}" for name, found in zip(names, result, strict=True) if found.error),
    )


def _shown(connection: Connection, document_id: int, setups: Sequence[SuggesterSetup]) -> tuple[Document, Shown] | None:
    document = queries.document(connection, document_id)
    if document is None:
        return None
    flat = tuple(offset for token in document.tokens for offset in token)
    reads = any(SUGGESTERS[setup.kind].reads_spans for setup in setups)
    spans = standing_spans(connection, document_id, {setup.name for setup in setups}) if reads else ()
    return document, Shown(document.text, flat, document.sentences, spans)


def standing_spans(connection: Connection, document_id: int, but: set[str]) -> tuple[Span, ...]:
    """Return what a suggester that reads spans sees: the gold, or what a person has, or what the models suggest together.

    Nothing that the suggesters ``but`` made is among it, unless a person has reviewed it.
    """
    sets = queries.set_ids(connection, document_id)
    people = [entry for entry in sets if entry[1].kind is not Kind.MODEL]
    order = {one.name: place for place, one in enumerate(suggesters.known(connection))}
    models = [entry for entry in sets if entry[1].kind is Kind.MODEL and entry[1].annotator not in but]
    models.sort(key=lambda entry: order.get(entry[1].annotator, len(order)))
    gold = [entry for entry in people if entry[1].kind is Kind.GOLD]
    names = tuple(f"{name}/" for name in but)
    standing: list[Span] = []
    for set_id, info in (gold or people)[:1] + models:
        taken = Taken(standing)
        stands = info.kind is Kind.MODEL
        spans = queries.spans(connection, set_id)
        mine = (span for span in spans if stands or span.reviewed or not span.derived_from.startswith(names))
        standing += [replace(span, id=f"{set_id}:{span.id}") for span in mine if not taken.meets(span)]
    return tuple(standing)


def _worth(document: Document, found: Sequence[Found], known_words: frozenset[str] | None) -> Worth:
    pairs = [(one, other) for place, one in enumerate(found) for other in found[:place]]
    apart = [1 - micro(exact_spans(one.spans, other.spans)).f1 for one, other in pairs]
    sure = [span.confidence for one in found for span in one.spans if span.confidence is not None]
    words = set(words_of(document))
    new = len(words - known_words) / len(words) if words and known_words is not None else 0.0
    return Worth(sum(apart) / len(apart) if apart else 0.0, 1 - min(sure, default=1.0), new)


class SuggestStep:
    """The step of one run, as a context: what it put stays when it is left by a cancel or an error, for every document is whole.

    The next run goes on from there.  A long run makes a step of every ``part`` documents, because a killed program's unfinished step is
    taken back at the next opening.  ``report`` says what was done so far.
    """

    def __init__(
        self, host: Host, setups: Sequence[SuggesterSetup], kept: Sequence[KnownSuggester], *, whole: bool, part: int = 10_000
    ) -> None:
        self._host, self._names = host, ", ".join(setup.name for setup in setups)
        self._kept, self._whole, self._part = list(kept), whole, part
        self._order: list[str] = []
        self._step_id = self._in_step = self._through = 0
        self.report = SuggestReport()

    def __enter__(self) -> SuggestStep:
        connection = self._host.project.connection
        known = {one.name: one for one in suggesters.known(connection)}
        new = [one for one in self._kept if known.get(one.name) != one]
        if new:
            suggesters.remember(connection, new)
        self._order = [one.name for one in suggesters.known(connection)]
        self._begin()
        return self

    def add(self, some: Sequence[Answer]) -> None:
        """Put what was found in some documents."""
        if self._in_step >= self._part:
            self._end(self._through)
            self._begin()
        entries = [entry for answer in some for entry in answer.entries]
        self.report.put.add(self._host.execute(put_suggestions(entries, self._order), step_id=self._step_id))
        worth = {answer.document_id: answer.worth for answer in some if answer.worth is not None}
        suggesters.put_worth(self._host.project.connection, worth)
        self._in_step += len(some)
        self._through = max((self._through, *(answer.document_id for answer in some if not answer.put_first)))
        for answer in some:
            self.report.take(answer)

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        self._end(0 if kind is None else self._through or None)

    def _begin(self) -> None:
        self._step_id = self._host.project.begin_step("Suggestions by {}", self._names, actor=self._host.annotator)
        self._in_step = 0

    def _end(self, through: int | None) -> None:
        self._host.project.finish_step(self._step_id)
        if self._whole and through is not None:
            self._kept = [replace(one, through=through) for one in self._kept]
            suggesters.remember(self._host.project.connection, self._kept)


def _after(document_ids: array[int], after: int) -> array[int]:
    """Return the ids that come after one, of ids that rise."""
    return document_ids[bisect_right(document_ids, after) :]


def suggest(
    host: Host,
    setups: Sequence[SuggesterSetup],
    *,
    documents: Sequence[int] | None = None,
    again: bool = False,
    processes: int = 1,
    progress: Progress | None = None,
    worker: WorkerProcess | None = None,
) -> SuggestReport:
    """Run suggesters over some documents, or over the project, going on where an unfinished run stopped; one step of the history.

    Raises ``SuggesterError`` when a suggester cannot work; what was put before stays.
    """
    progress = progress or Progress()
    connection = host.project.connection
    told, words = learned(connection, setups, progress)
    after, kept = plan(connection, setups, again=again)
    whole = documents is None
    ids = documents if documents is not None else _after(queries.document_ids(connection), after)
    progress.start("Suggesting", len(ids))
    own = worker or WorkerProcess(processes)
    try:
        with SuggestStep(host, setups, kept, whole=whole) as step:
            stream = answers(connection, host.project.scheme, told, Order(ids), own, known_words=words)
            while some := list(islice(stream, _CHUNK)):
                step.add(some)
                progress.advance(len(some))
    finally:
        if worker is None:
            own.close(kill=True)
    return step.report
