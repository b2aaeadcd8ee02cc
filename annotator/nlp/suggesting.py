"""Running suggesters over batches of documents, in a worker process: loaded once, what they give made fit for the project.

What goes to a worker and comes back is plain or frozen values; the setups, with all that a suggester has learned, go along pickled by
ourselves, so that a worker reads them once and not with every batch.
"""

from __future__ import annotations

import hashlib
import pickle
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from annotator.domain.annotations import Item, Relation, Span
from annotator.domain.labels import LabelScheme
from annotator.domain.mapping import closest, likeliest
from annotator.domain.renamings import former_names, meant_by
from annotator.domain.rules import relation_problems
from annotator.domain.suggesting import Passage, Suggester, SuggesterSetup, Suggestions
from annotator.domain.taken import Taken
from annotator.domain.text import Tokens, trim
from annotator.errors import SuggesterError
from annotator.nlp.suggesters import SUGGESTERS, load


@dataclass(frozen=True, slots=True)
class Shown:
    """A document as it travels to a worker: its tokens flat (``start, end, start, end, ...``, code points), ``spans`` those that stand."""

    text: str
    tokens: tuple[int, ...]
    sentences: tuple[int, ...] = ()
    spans: tuple[Span, ...] = ()


@dataclass(slots=True)
class Found:
    """What one suggester found in one document, fit for the project.

    ``left_out`` counts what is not among it by (reason, label of the suggester); ``error`` is a sentence where it failed.
    """

    spans: tuple[Span, ...] = ()
    relations: tuple[Relation, ...] = ()
    left_out: Counter[tuple[str, str]] = field(default_factory=Counter)
    error: str = ""


CHOSEN = "left out as chosen"
NO_LABEL = "the label scheme has no such label"
UNSURE = "the confidence is below the threshold"
MISPLACED = "the place is not in the text"
NOT_ALLOWED = "the label scheme does not allow this relation between these spans"


@dataclass(frozen=True, slots=True)
class Orders:
    """What a worker is told once: the suggesters in their order, and the scheme their suggestions must fit."""

    setups: tuple[SuggesterSetup, ...]
    scheme: LabelScheme


def packed(orders: Orders) -> bytes:
    """Return orders as they travel; raises ``SuggesterError`` if something a suggester has learned cannot."""
    try:
        return pickle.dumps(orders, protocol=pickle.HIGHEST_PROTOCOL)
    except (pickle.PicklingError, TypeError, AttributeError) as error:
        raise SuggesterError(f"The suggesters cannot be handed to a helper process: {error}.") from error


def suggest_batch(orders: bytes, batch: Sequence[Shown]) -> list[list[Found]]:
    """Return for each document what each suggester found, in the order of the setups.

    A suggester that reads spans sees those that stand and those that the suggesters before it found.  Raises ``SuggesterError`` when one
    cannot work at all; what goes wrong in one document is told with that document.
    """
    setups, scheme, suggesters = _ready(orders)
    passages = [Passage(one.text, Tokens.from_flat(list(one.tokens)), one.sentences, one.spans) for one in batch]
    results: list[list[Found]] = [[] for _ in batch]
    for setup, suggester in zip(setups, suggesters, strict=True):
        reads = SUGGESTERS[setup.kind].reads_spans
        shown = [_with_found(passage, before) for passage, before in zip(passages, results, strict=True)] if reads else passages
        for passage, given, of_document in zip(passages, _each(suggester, shown), results, strict=True):
            of_document.append(fitted(given, setup, passage.text, scheme))
    return results


def _each(suggester: Suggester, passages: Sequence[Passage]) -> list[Suggestions]:
    """Return what a suggester gives for each passage; one that raises on a batch is asked passage by passage."""
    try:
        given = list(suggester(passages))
    except SuggesterError:
        raise
    except Exception as error:  # whatever foreign code raises is about the passage, and said with it
        if len(passages) > 1:
            return [_each(suggester, [passage])[0] for passage in passages]
        return [Suggestions(error=f"The suggester failed: {type(error).__name__}: {error}")]
    if len(given) != len(passages):
        raise SuggesterError(f"The suggester gave {len(given)} answers for {len(passages)} texts.")
    return given


def _with_found(passage: Passage, before: list[Found]) -> Passage:
    """Return a passage whose spans are those that stand and, where they share no text with these, those just found."""
    spans = list(passage.spans)
    for found in before:
        taken = Taken(spans)
        spans += (span for span in found.spans if not taken.meets(span))
    numbered = tuple(replace(span, id=f"p{number}") for number, span in enumerate(sorted(spans, key=lambda span: span.start)))
    return replace(passage, spans=numbered)


def fitted(given: Suggestions, setup: SuggesterSetup, text: str, scheme: LabelScheme) -> Found:
    """Return suggestions with the project's labels, inside the text, without white-space edges, each place and label once.

    They come unreviewed, with the setup's name as their origin and ids by their order in the text.
    """
    fitting = _Fitting(setup, scheme, Found(error=given.error))
    for span in sorted(given.spans, key=lambda span: (span.start, -span.end, span.label)):
        fitting.take_span(span, text)
    for relation in given.relations:
        fitting.take_relation(relation)
    fitting.found.spans = tuple(fitting.spans.values())
    fitting.found.relations = tuple(fitting.relations.values())
    return fitting.found


class _Fitting:
    """The suggestions of one suggester on one document, as they are taken one by one."""

    def __init__(self, setup: SuggesterSetup, scheme: LabelScheme, found: Found) -> None:
        self._setup, self._scheme, self.found = setup, scheme, found
        self._names, self._thresholds = dict(setup.labels), dict(setup.thresholds)
        self._span_labels = [label.name for label in scheme.spans]
        self._relation_labels = [label.name for label in scheme.relations]
        self._former_spans = former_names("spans", scheme.renamings, self._span_labels)
        self._former_relations = former_names("relations", scheme.renamings, self._relation_labels)
        self._symmetric = {label.name for label in scheme.relations if label.symmetric}
        self._ids: dict[str, str] = {}  # what a span was called by the suggester -> the id it has here
        self._by_signature: dict[str, str] = {}
        self.spans: dict[str, Span] = {}
        self.relations: dict[tuple[str, ...], Relation] = {}

    def take_span(self, span: Span, text: str) -> None:
        label = self._label(span, self._span_labels, self._former_spans, closest)
        if not label:
            return
        fragments = tuple(trim(text, max(start, 0), min(end, len(text))) for start, end in span.fragments)
        if any(end <= start for start, end in fragments) or span.start < 0 or span.end > len(text):
            self.found.left_out[MISPLACED, span.label] += 1
            return
        made = replace(span, label=label, fragments=fragments, reviewed=False, origin=self._setup.name, derived_from="")
        self._ids[span.id] = key = self._by_signature.setdefault(made.signature, f"s{len(self.spans) + 1}")
        self.spans.setdefault(key, replace(made, id=key))

    def take_relation(self, relation: Relation) -> None:
        head, tail = self._ids.get(relation.head), self._ids.get(relation.tail)
        if head is None or tail is None:
            return  # its span was left out, and counted there
        label = self._label(relation, self._relation_labels, self._former_relations, likeliest)
        if not label:
            return
        made = replace(relation, label=label, head=head, tail=tail, reviewed=False, origin=self._setup.name, derived_from="")
        if any(relation_problems(made, self.spans, self._scheme)):
            self.found.left_out[NOT_ALLOWED, relation.label] += 1
            return
        place = (label, *(sorted((head, tail)) if label in self._symmetric else (head, tail)))
        self.relations.setdefault(place, replace(made, id=f"r{len(self.relations) + 1}"))

    def _label(
        self, item: Item, known: Sequence[str], former: Mapping[str, str], guess: Callable[[str, Sequence[str]], str]
    ) -> str:
        """Return the project's label for an item; empty, and counted, where it is left out."""
        label = self._names[item.label] if item.label in self._names else meant_by(item.label, known, former, guess)
        reason = ""
        if label not in known:
            reason = CHOSEN if item.label in self._names and not label else NO_LABEL
        elif item.confidence is not None and item.confidence < self._thresholds.get(label, self._setup.threshold):
            reason = UNSURE
        if reason:
            self.found.left_out[reason, item.label] += 1
        return "" if reason else label


_loaded: tuple[bytes, tuple[SuggesterSetup, ...], LabelScheme, list[Suggester]] | None = None


def _ready(orders: bytes) -> tuple[tuple[SuggesterSetup, ...], LabelScheme, list[Suggester]]:
    """Return the suggesters of these orders, loaded at their first batch; a process keeps one set of them."""
    global _loaded  # noqa: PLW0603  # the worker's own memory from batch to batch
    digest = hashlib.sha256(orders).digest()
    if _loaded is None or _loaded[0] != digest:
        told: Orders = pickle.loads(orders)  # made by packed() in our own parent process, never read from a file
        _loaded = digest, told.setups, told.scheme, [load(setup) for setup in told.setups]
    return _loaded[1:]
