"""Putting what suggesters found into a project: into the models' sets, and as suggestions before the people who are at work.

What a person has reviewed is never touched, and what was rejected does not come back.
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
    from finished documents gets none.  People who have the document open or in progress get the difference as suggestions.
    """

    def run(tx: Transaction) -> Put:
        put = Put()
        new: list[tuple[int, SetRows]] = []
        refreshed: dict[int, set[str]] = {}
        for entry in entries:
            if tx.document(entry.document_id) is None:
                continue  # removed while the suggester was at it
            sets = tx.sets_of(entry.document_id)
            infos = [info for _, info in sets.values()]
            finished = any(info.kind is Kind.GOLD or (info.kind is Kind.PERSON and info.status is Status.DONE) for info in infos)
            there, _ = sets.get((entry.suggester, Kind.MODEL), (None, None))
            if finished and (there is not None or entry.learned):
                put.finished += 1
                continue
            if there is None:
                new.append((entry.document_id, set_rows(_content(entry), 0)))
            elif not _replace(tx, there, entry):
                put.unchanged += 1
                continue
            put.sets += 1
            put.spans += len(entry.spans)
            put.relations += len(entry.relations)
            if any(info.kind is Kind.PERSON for info in infos):
                refreshed.setdefault(entry.document_id, set()).add(entry.suggester)
        tx.add_sets(new)
        for document_id, names in refreshed.items():
            _refresh_people(tx, document_id, names, order)
        return put

    return Command("Suggestions by {}", run, ", ".join(sorted({entry.suggester for entry in entries})), Lane.JOB)


def _content(entry: Entry) -> AnnotationSet:
    info = SetInfo(entry.document_id, entry.suggester, Kind.MODEL)
    return AnnotationSet(info, {span.id: span for span in entry.spans}, {item.id: item for item in entry.relations})


def _replace(tx: Transaction, set_id: int, entry: Entry) -> bool:
    """Make a model's set hold what was found now; False where it does already.  What stays keeps its id."""
    old = tx.annotation_set(set_id)
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


def _refresh_people(tx: Transaction, document_id: int, names: Collection[str], order: Sequence[str]) -> None:
    """Bring the unfinished sets of all people on a document in step with what these suggesters suggest now."""
    sets = tx.sets_of(document_id).values()
    place = {name: number for number, name in enumerate(order)}
    models = [(info.annotator, key) for key, info in sets if info.kind is Kind.MODEL and info.annotator in names]
    models.sort(key=lambda entry: (place.get(entry[0], len(place)), entry[1]))
    contents = [(annotator, tx.annotation_set(key)) for annotator, key in models]
    for key, info in sets:
        if info.kind is Kind.PERSON and info.status not in (Status.DONE, Status.SKIPPED):
            _refresh(tx, key, contents)


def _refresh(tx: Transaction, set_id: int, models: Sequence[tuple[str, AnnotationSet]]) -> None:
    """Replace what these models had suggested in a person's set, as far as nobody reviewed it, by what they suggest now."""
    content = tx.annotation_set(set_id)
    names = tuple(f"{annotator}/" for annotator, _ in models)

    def replaceable(item: Item) -> bool:
        return not item.reviewed and item.derived_from.startswith(names)

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
