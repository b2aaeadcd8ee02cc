"""Relation data in dense form, ``OUT.rel.spacy``: what a relation component trains on without any further work.

``doc._.rel`` holds every ordered pair of entities, each with itself too, whose start tokens are at most ``rel_max_length`` apart, and in
each pair every relation label of the scheme: 1.0 where the relation is there, 0.0 where not.  Only documents with a positive are in
it.  ``Doc.set_extension("rel", default={})`` must have run in the program that reads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from annotator.domain.exchange import Fate, Loss, LossReport, Record
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.domain.text import Range
from annotator.formats.compare import document_loss, item_loss
from annotator.formats.docbin_batch import changed
from annotator.formats.docbin_fill import ATTRIBUTES, REL, Filler, docs_of
from annotator.formats.docbin_parts import Choices, Plan
from annotator.formats.docbin_plan import plan

Dense = dict[Range, dict[str, float]]


def dense_path(path: Path) -> Path:
    """Return where the relation data stand: ``gold.rel.spacy`` beside ``gold.spacy``."""
    return path.with_name(f"{path.stem}.rel{path.suffix or '.spacy'}")


def dense(made: Plan, labels: Iterable[str], longest: int) -> Dense:
    """Return ``doc._.rel`` of every pair within ``longest`` tokens; empty where no relation is among them."""
    starts = [entity.first for entity in made.ents]
    positive = {pair: found for pair, found in made.rel.items() if abs(pair[0] - pair[1]) <= longest}
    if not positive:
        return {}
    nothing = dict.fromkeys(labels, 0.0)
    return {(head, tail): {**nothing, **positive.get((head, tail), {})} for head, tail in _pairs(starts, longest)}


def _pairs(starts: list[int], longest: int) -> Iterator[Range]:
    low = 0
    for head in starts:  # in text order, so the partners of one are a stretch that only moves on
        while starts[low] < head - longest:
            low += 1
        for tail in starts[low:]:
            if tail > head + longest:
                break
            yield head, tail


def write_dense(
    records: Callable[[], Iterable[Record]],
    path: Path,
    choices: Choices,
    skipped: list[bool],
    report: LossReport,
    *,
    progress: Progress,
) -> None:
    """Write the relation data to ``path`` and read them back; ``skipped`` tells which records are not in the DocBin itself.

    Relations too long for it are added to the losses, the rest is said in a notice.
    """
    from spacy.tokens import DocBin

    filler = Filler(DocBin(attrs=ATTRIBUTES, store_user_data=True))
    names: list[Record] = []
    hashes: list[int] = []
    pairs = none = 0
    progress.start("Relations", progress.total)
    for record, skip in zip_longest(records(), skipped):
        if record is None or skip is None:
            raise changed()
        progress.advance()
        made = None if skip else plan(record, choices)
        if made is None:
            continue
        report.add(too_long(record, made, choices.rel_max_length))
        labels = dict.fromkeys((*choices.relations, *(label for found in made.rel.values() for label in found)))
        made.rel = dense(made, labels, choices.rel_max_length)
        if not made.rel:
            none += 1
            continue
        filler.add(made)
        names.append(Record(record.name, record.text[:60], annotator=record.annotator))
        hashes.append(_hash(made.rel))
        pairs += len(made.rel)
    filler.bin.to_disk(path)
    back = (_hash(read.user_data.get(REL, {})) for read in docs_of(path))
    for record, wanted in zip(names, hashes, strict=True):
        if next(back, 0) != wanted:
            report.add([document_loss(record, Fate.CHANGED, "came back different: the dense relation data")])
    without = f" {amount(none, 'document')} without a relation that short {'is' if none == 1 else 'are'} not in it." if none else ""
    report.notices.append(
        f"{amount(len(names), 'document')} and {amount(pairs, 'pair')} of entities within {choices.rel_max_length} tokens are in the"
        f" relation data.{without}"
    )


def _hash(found: Any) -> int:
    return hash(frozenset((pair, frozenset(labels.items())) for pair, labels in found.items()))


def too_long(record: Record, made: Plan, longest: int) -> Iterator[Loss]:
    """Yield the relations that are in ``doc._.rel`` but too long for the dense form."""
    ids = {entry["id"] for entry in made.relations if entry["rel"] and abs(entry["head_token"] - entry["tail_token"]) > longest}
    for relation in record.relations:
        if relation.id in ids:
            reason = f"its ends begin more than {longest} tokens apart, so it is not in the relation data"
            yield item_loss(record, relation, Fate.CHANGED, reason)
