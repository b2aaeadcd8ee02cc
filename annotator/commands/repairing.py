"""Mending what can be mended without guessing: what a person would do who looks at nothing but the finding itself.

Trimmed edges, joined fragments, twins that say the same and relations without an end are mended in steps that can be taken back from the
history; indexes and figures are counted anew, which changes nothing a person made.  The rest (labels the scheme lacks, places outside
the text, relations the scheme forbids) needs somebody who decides.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from annotator.commands.command import Command
from annotator.commands.importing import Host
from annotator.domain.annotations import Relation
from annotator.domain.changes import Lane
from annotator.domain.labels import LabelScheme
from annotator.domain.mending import trimmed, twins
from annotator.domain.progress import Progress
from annotator.domain.rules import relation_ends
from annotator.errors import ProjectDamaged, ProjectError
from annotator.store import consistency, queries
from annotator.store.transaction import Transaction


@dataclass(frozen=True, slots=True)
class Mended:
    """One thing that was mended: where, and what was done, as a sentence."""

    document: str
    annotator: str
    message: str


@dataclass(slots=True)
class RepairReport:
    """What a repair did.  ``steps`` are the steps of the history that take it back; ``rebuilt`` the indexes and figures made anew."""

    mended: list[Mended] = field(default_factory=list)
    rebuilt: list[str] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)


def repair(host: Host, progress: Progress | None = None) -> RepairReport:
    """Mend a whole project.  Raises ``ProjectDamaged`` where the file itself is broken: that takes a rescue or a backup."""
    progress = progress or Progress()
    report = RepairReport()
    _mend_derived(host, report)
    loose: defaultdict[int, list[str]] = defaultdict(list)
    with host.project.reading():
        for set_id, key in consistency.loose_relations(host.project.connection):
            loose[set_id].append(key)
    # A step of its own: where the span of an end is gone for good, taking this one back is refused, and must not hold up the other.
    _in_one_step("Remove relations without an end", host, report, [_without_relations(key, names) for key, names in loose.items()])
    with host.project.reading():
        ids = queries.document_ids(host.project.connection)
    progress.start("Repairing", len(ids))
    _in_one_step("Repair the annotations", host, report, _set_repairs(host, ids, progress))
    return report


def _mend_derived(host: Host, report: RepairReport) -> None:
    project = host.project
    with project.reading():
        damage = queries.integrity(project.connection)
    indexes = [line for line in damage if "index" in line]
    if [line for line in damage if line not in indexes and "points to a missing" not in line]:
        raise ProjectDamaged(
            f"“{project.path}” is damaged and cannot be repaired in place. Restore a backup, or bring what can be read into a new file "
            "with: annotator rescue"
        )
    with project.reading():
        wrong = [] if indexes else consistency.derived_faults(project.connection)
    if indexes or wrong:
        project.mend_derived(indexes=bool(indexes))
        report.rebuilt = [*wrong, *(["indexes"] if indexes else [])]


def _in_one_step(text: str, host: Host, report: RepairReport, commands: Sequence[Command] | Iterator[Command]) -> None:
    step_id = host.project.begin_step(text, actor=host.annotator, lane=Lane.JOB)
    before, left_open = len(report.mended), False
    try:
        for command in commands:
            report.mended += host.execute(command, step_id=step_id)
    except ProjectError:
        try:
            host.undo_step(step_id)
        except ProjectError as failure:
            left_open = True
            host.leave_open(step_id, failure)
        raise
    finally:
        if not left_open:
            host.project.finish_step(step_id)
    if len(report.mended) > before:
        report.steps.append(step_id)


def _set_repairs(host: Host, ids: Sequence[int], progress: Progress) -> Iterator[Command]:
    connection = host.project.connection
    for document_id in ids:
        document = host.project.document(document_id)
        for set_id, _ in queries.set_ids(connection, document_id) if document is not None else ():
            content = queries.annotation_set(connection, set_id)
            if document is not None and content is not None:
                spans = [*content.spans.values()]
                if trimmed(document.text, spans) or twins(spans) or _same(content.relations.values(), host.project.scheme):
                    yield repair_set(set_id)
        progress.advance()


def repair_set(set_id: int) -> Command:
    """Mend one annotation set; returns a list of ``Mended``."""

    def run(tx: Transaction) -> list[Mended]:
        document, who = tx.document_of(set_id), tx.set_info(set_id).annotator
        done: list[Mended] = []

        def told(message: str) -> None:
            done.append(Mended(document.name, who, message))

        for old, new in trimmed(document.text, tx.spans(set_id)):
            tx.put(set_id, new)
            told(f"The span at {old.start} was trimmed to the text it means.")
        for kept, twin in twins(tx.spans(set_id)):
            for relation in tx.relations_of(set_id, twin.id):
                ends = {"head": relation.head, "tail": relation.tail}
                tx.put(set_id, replace(relation, **{end: kept.id for end, key in ends.items() if key == twin.id}))
            tx.remove(set_id, twin)
            told(f"Of two spans {kept.label} at {kept.start} that say the same, one was removed.")
        for relation in _same(tx.annotation_set(set_id).relations.values(), tx.scheme):
            tx.remove(set_id, relation)
            told(f"Of two relations “{relation.label}” that say the same, one was removed.")
        return done

    return Command("Repair the annotations", run, lane=Lane.JOB)


def _without_relations(set_id: int, names: Sequence[str]) -> Command:
    def run(tx: Transaction) -> list[Mended]:
        document, who = tx.document_of(set_id), tx.set_info(set_id).annotator
        done: list[Mended] = []
        for name in names:
            relation = tx.relation(set_id, name)
            if relation is not None:
                tx.remove(set_id, relation)
                done.append(
                    Mended(document.name, who, f"The relation “{relation.label}” named a span that is not there; it was removed.")
                )
        return done

    return Command("Remove relations without an end", run, lane=Lane.JOB)


def _same(relations: Iterable[Relation], scheme: LabelScheme) -> list[Relation]:
    """Return the relations that say what an earlier one says, reviewed ones being the earlier."""
    seen: set[tuple[object, ...]] = set()
    found: list[Relation] = []
    for relation in sorted(relations, key=lambda relation: not relation.reviewed):
        name = (*relation_ends(relation, scheme), repr(sorted(relation.attributes.items())), relation.note)
        if name in seen:
            found.append(relation)
        seen.add(name)
    return found
