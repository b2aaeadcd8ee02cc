"""Putting what suggesters found into a project: into the models' sets, and as suggestions before the people who are at work.

What a person has reviewed is never touched, nor is a suggestion on which a person wrote something, and what was rejected does not come
back.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from annotator.commands.command import Command
from annotator.domain.annotations import AnnotationSet, Item, Kind, Relation, SetInfo, Span
from annotator.domain.believing import Candidate, Ground, believed
from annotator.domain.changes import Lane, What
from annotator.domain.documents import Status
from annotator.store.filling import SetRows, set_rows
from annotator.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Entry:
    """What one suggester found in one document.  With ``learned`` it may have learned from the document itself, once that is finished."""

    document_id: int
    suggester: str
    spans: tuple[Span, ...]
    relations: tuple[Relation, ...]
    learned: bool = False


@dataclass(slots=True)
class Put:
    """What was put: sets made or changed, with so many spans and relations in them; ``finished`` counts those left alone as finished."""

    sets: int = 0
    spans: int = 0
    relations: int = 0
    unchanged: int = 0
    finished: int = 0

    def add(self, other: Put) -> None:
        """Add the figures of a further chunk."""
        self.sets += other.sets
        self.spans += other.spans
        self.relations += other.relations
        self.unchanged += other.unchanged
        self.finished += other.finished


def put_suggestions(entries: Sequence[Entry], order: Sequence[str] = ()) -> Command:
    """Put what suggesters found in some documents; returns ``Put``.  ``order`` names suggesters in the order in which they are believed.

    A suggester's set that is there already becomes what was found now, and keeps the ids of what stays.  On a finished document (a person
    is done with it, or it has gold) an old set is left as it is, for it is what the suggester is scored by, and a suggester that learns
    from finished documents gets none.  People who have the document open or in progress get the difference as suggestions; a suggestion
    that somebody described, or put elsewhere, stays as that person left it.
    """

    def run(tx: Transaction) -> Put:
        put = Put()
        new: list[tuple[int, SetRows]] = []
        refreshed: dict[int, dict[str, AnnotationSet]] = {}
        for entry in entries:
            if tx.document(entry.document_id) is None:
                continue  # removed while the suggester was at it
            sets = tx.sets_of(entry.document_id)
            infos = [info for _, info in sets.values()]
            finished = any(info.kind is Kind.GOLD or (info.kind is Kind.PERSON and info.status is Status.DONE) for info in infos)
            there = sets.get((entry.suggester, Kind.MODEL))
            if finished and (there is not None or entry.learned):
                put.finished += 1
                continue
            before = tx.annotation_set(there[0]) if there is not None else AnnotationSet(_info(entry))
            if there is None:
                new.append((entry.document_id, set_rows(_content(entry), 0)))
            elif not _replace(tx, before, entry):
                put.unchanged += 1
                continue
            put.sets += 1
            put.spans += len(entry.spans)
            put.relations += len(entry.relations)
            if any(info.kind is Kind.PERSON for info in infos):
                refreshed.setdefault(entry.document_id, {}).setdefault(entry.suggester, before)
        tx.add_sets(new)
        for document_id, models in refreshed.items():
            _refresh_people(tx, document_id, models, order)
        return put

    return Command("Suggestions by {}", run, ", ".join(sorted({entry.suggester for entry in entries})), Lane.JOB)


def _info(entry: Entry) -> SetInfo:
    return SetInfo(entry.document_id, entry.suggester, Kind.MODEL)


def suggest_again(document_ids: Iterable[int], order: Sequence[str] = ()) -> Command:
    """Bring the unfinished sets of all people on some documents in step with the models' sets, which were changed behind them."""

    def run(tx: Transaction) -> None:
        for document_id in document_ids:
            models = [key for key, info in tx.sets_of(document_id).values() if info.kind is Kind.MODEL]
            contents = [tx.annotation_set(key) for key in models]
            _refresh_people(tx, document_id, {one.info.annotator: one for one in contents}, order)

    return Command("Suggestions follow the label scheme", run, lane=Lane.SYSTEM)


def _content(entry: Entry) -> AnnotationSet:
    return AnnotationSet(_info(entry), {span.id: span for span in entry.spans}, {item.id: item for item in entry.relations})


def _replace(tx: Transaction, old: AnnotationSet, entry: Entry) -> bool:
    """Make a model's set hold what was found now; False where it does already.  What stays keeps its id."""
    set_id = old.id
    spans = _numbered(entry.spans, {span.signature: span.id for span in old.spans.values()}, "s")
    links = {_link(item, old.spans): item.id for item in old.relations.values()}
    ends = {before.id: after for before, after in zip(entry.spans, spans, strict=True)}
    moved = [replace(item, head=ends[item.head].id, tail=ends[item.tail].id) for item in entry.relations]
    by_id = {span.id: span for span in spans}
    relations = _renamed(moved, [links.get(_link(item, by_id), "") for item in moved], "r", old.relations)
    if by_id == old.spans and {item.id: item for item in relations} == old.relations:
        return False
    kept_links, kept = {item.id for item in relations}, set(by_id)
    for item in old.relations.values():
        if item.id not in kept_links or item.head not in kept or item.tail not in kept:
            tx.remove(set_id, item)
    for span in old.spans.values():
        if span.id not in kept:
            tx.remove(set_id, span)
    for item in (*spans, *relations):
        tx.put(set_id, item)
    return True


def _numbered(spans: Sequence[Span], known: dict[str, str], letter: str) -> list[Span]:
    return _renamed(spans, [known.get(span.signature, "") for span in spans], letter, set(known.values()))


def _renamed(items: Sequence[Span] | Sequence[Relation], ids: Sequence[str], letter: str, taken: Collection[str]) -> list:
    """Return the items under these ids; where there is none, under a free one."""
    used = {*ids, *taken}
    free = (key for number in range(1, len(used) + len(items) + 2) if (key := f"{letter}{number}") not in used)
    return [replace(item, id=key or next(free)) for item, key in zip(items, ids, strict=True)]


def _link(item: Relation, spans: dict[str, Span]) -> str:
    return item.signature(spans[item.head], spans[item.tail])


def _refresh_people(tx: Transaction, document_id: int, before: Mapping[str, AnnotationSet], order: Sequence[str]) -> None:
    """Bring the unfinished sets of all people on a document in step with what some suggesters suggest now.

    ``before`` has their sets as they were, by name.
    """
    sets = tx.sets_of(document_id).values()
    place = {name: number for number, name in enumerate(order)}
    models = [(info.annotator, key) for key, info in sets if info.kind is Kind.MODEL and info.annotator in before]
    models.sort(key=lambda entry: (place.get(entry[0], len(place)), entry[1]))
    contents = [(annotator, tx.annotation_set(key)) for annotator, key in models]
    for key, info in sets:
        if info.kind is Kind.PERSON and info.status not in (Status.DONE, Status.SKIPPED):
            _refresh(tx, key, contents, before)


def _refresh(
    tx: Transaction, set_id: int, models: Sequence[tuple[str, AnnotationSet]], before: Mapping[str, AnnotationSet]
) -> None:
    """Replace what these models had suggested in a person's set by what they suggest now, as far as nobody reviewed or changed it."""
    content = tx.annotation_set(set_id)
    names = tuple(f"{annotator}/" for annotator, _ in models)

    def replaceable(item: Item) -> bool:
        return not item.reviewed and item.derived_from.startswith(names) and not _is_changed(item, content, before)

    links = [item for item in content.relations.values() if replaceable(item)]
    held = {end for item in content.relations.values() if not replaceable(item) for end in (item.head, item.tail)}
    old = [span for span in content.spans.values() if replaceable(span) and span.id not in held]
    gone = {item.id for item in old}
    standing = [span for span in content.spans.values() if span.id not in gone]
    spans = _suggested_spans(tx, content, models, standing, {span.signature: span.id for span in old})
    relations = _suggested_relations(tx, content, models, (*standing, *spans), {item.id for item in links})
    kept = {item.id for item in (*spans, *relations)}
    for item in (*links, *old):  # relations before the spans they link
        if item.id not in kept:
            tx.remove(set_id, item)
    for item in (*spans, *relations):
        tx.put(set_id, item)


def _is_changed(item: Item, content: AnnotationSet, before: Mapping[str, AnnotationSet]) -> bool:
    """Tell whether a suggestion in a person's set is no longer what its model had said: the person described it, or moved its ends.

    A note, attributes and a link to a knowledge base can be written without a decision on the suggestion, and a relation follows a span
    that is merged or moved.  Where the model's own item is gone, nobody can tell who wrote what: then whatever is written counts as the
    person's.
    """
    maker, _, key = item.derived_from.rpartition("/")
    model = before.get(maker)
    if isinstance(item, Span):
        span = model.spans.get(key) if model else None
        if span is None or span.signature != item.signature:
            return bool(item.attributes or item.note or item.kb_id)
        return (item.attributes, item.note, item.kb_id) != (span.attributes, span.note, span.kb_id)
    relation = model.relations.get(key) if model else None
    if model is None or relation is None:
        return bool(item.attributes or item.note)
    is_elsewhere = _link(item, content.spans) != _link(relation, model.spans)
    return is_elsewhere or (item.attributes, item.note) != (relation.attributes, relation.note)


def _suggested_spans(
    tx: Transaction,
    content: AnnotationSet,
    models: Sequence[tuple[str, AnnotationSet]],
    standing: Sequence[Span],
    old: Mapping[str, str],
) -> list[Span]:
    """Return the suggestions beside what stands, under the ids they had (``old``, by signature) or new ones."""
    known = {span.signature for span in standing} | content.verdicts.keys()
    ground = Ground()
    for span in standing:
        ground.add(span.fragments, None)
    new: list[tuple[Span, Candidate]] = []
    for place, (annotator, model) in enumerate(models):
        for span in model.in_text_order():
            if span.signature not in known:
                known.add(span.signature)
                suggested = replace(span, reviewed=False, derived_from=f"{annotator}/{span.id}")
                new.append((suggested, Candidate(span.fragments, span.confidence, place)))
    shown = believed([candidate for _, candidate in new], ground)
    found = [span for (span, _), is_shown in zip(new, shown, strict=True) if is_shown]
    return [replace(span, id=old.get(span.signature) or tx.new_id(content.id, What.SPAN)) for span in found]


def _suggested_relations(
    tx: Transaction,
    content: AnnotationSet,
    models: Sequence[tuple[str, AnnotationSet]],
    spans: Iterable[Span],
    replaceable: Collection[str],
) -> list[Relation]:
    """Return the relations that the models suggest between these spans and nobody decided on, under the ids they have or new ones."""
    by_id = {span.id: span for span in spans}
    at = {span.signature: span.id for span in by_id.values()}
    there = {_link(item, content.spans): item.id for item in content.relations.values()}
    symmetric = {label.name for label in tx.scheme.relations if label.symmetric}
    known = content.verdicts.keys() | {signature for signature, key in there.items() if key not in replaceable}
    found: list[Relation] = []
    for annotator, model in models:
        for item in model.relations_in_order():
            head, tail = (at.get(model.spans[end].signature) for end in (item.head, item.tail))
            if head is None or tail is None:
                continue
            made = replace(item, head=head, tail=tail, reviewed=False, derived_from=f"{annotator}/{item.id}")
            signature = _link(made, by_id)
            same = {signature, made.signature(by_id[tail], by_id[head])} if made.label in symmetric else {signature}
            if not known & same:
                known |= same
                found.append(replace(made, id=there.get(signature) or tx.new_id(content.id, What.RELATION)))
    return found
