"""Records of one document as a task of Label Studio; the layout is told in ``formats.label_studio``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import groupby
from math import fsum
from typing import Any

from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import Record
from annotator.domain.labels import LabelScheme
from annotator.formats.compare import has_set
from annotator.formats.compare_content import Expected
from annotator.formats.json_export import without_fragments
from annotator.formats.json_fields import verdict_fields
from annotator.formats.jsonl_canonical import present, reviewed_by_default
from annotator.formats.label_studio_config import CATEGORIES, LABELS, TEXT
from annotator.formats.offsets import Ruler, Unit

_OWN_ORIGINS = ("prediction", "prediction-changed")


@dataclass(frozen=True, slots=True)
class Manner:
    """How tasks are written: what offsets count, which relation labels are symmetric, and the attributes Label Studio can show."""

    unit: Unit
    symmetric: frozenset[str]
    shown: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, scheme: LabelScheme, unit: Unit) -> Manner:
        """Take from a scheme what matters."""
        symmetric = frozenset(label.name for label in scheme.relations if label.symmetric)
        shown = {one.name: one.values for one in scheme.attributes if one.name not in (LABELS, TEXT, CATEGORIES)}
        return cls(unit, symmetric, shown)


def fitted(record: Record) -> Expected:
    """Return what a record comes back as, and what is lost of it: fragments; tokens are no loss, an import makes them again."""
    expected = without_fragments(record, "Label Studio")
    expected.record = replace(expected.record, tokens=None)
    return expected


def task_of(records: list[Record], manner: Manner) -> dict[str, Any]:
    """Return the task of all sets of one document, which ``fitted`` made."""
    first = records[0]
    meta = next((record.meta for record in records if record.meta), first.meta)
    aside = {key: value for key, value in meta.items() if key == TEXT}
    task: dict[str, Any] = {
        "data": {TEXT: first.text, **{key: value for key, value in meta.items() if key != TEXT}},
        "meta": {"name": first.name, **aside},
    }
    ruler = Ruler(first.text, manner.unit)
    sets = [record for record in records if has_set(record)]
    task["annotations"] = [_annotation(record, ruler, manner) for record in sets if record.kind is not Kind.MODEL]
    task["predictions"] = [_prediction(record, ruler, manner) for record in sets if record.kind is Kind.MODEL]
    return task


def _annotation(record: Record, ruler: Ruler, manner: Manner) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "result": _results(record, ruler, manner),
        "was_cancelled": record.status is Status.SKIPPED,
        "ground_truth": record.kind is Kind.GOLD,
        "annotator": record.annotator,
        "kind": record.kind,
    }
    if record.status not in (Status.DONE, Status.SKIPPED):
        fields["status"] = record.status
    return fields | _marks(record)


def _prediction(record: Record, ruler: Ruler, manner: Manner) -> dict[str, Any]:
    fields: dict[str, Any] = {"model_version": record.annotator, "result": _results(record, ruler, manner)}
    scores = [item.confidence for item in (*record.spans, *record.relations) if item.confidence is not None]
    if record.spans and len(scores) == len(record.spans) + len(record.relations):
        # only where no item is without one: the reader gives it to those; fsum does not mind the order
        fields["score"] = fsum(scores) / len(scores)
    if record.status is not Status.NEW:
        fields["status"] = record.status
    return fields | _marks(record)


def _marks(record: Record) -> dict[str, Any]:
    marks: dict[str, Any] = {"flagged": True} if record.flagged else {}
    return marks | ({"verdicts": verdict_fields(record.verdicts)} if record.verdicts else {})


def _results(record: Record, ruler: Ruler, manner: Manner) -> list[dict[str, Any]]:
    content = AnnotationSet(
        SetInfo(0, record.annotator, record.kind),
        {span.id: span for span in record.spans},
        {relation.id: relation for relation in record.relations},
    )
    reviewed = reviewed_by_default(record.kind)
    results: list[dict[str, Any]] = []
    for span in content.in_text_order():
        results += _region(span, record.text, ruler, manner, reviewed=reviewed)
    if record.categories:
        chosen = {"choices": list(dict.fromkeys(record.categories))}
        # an id that is no span's, or the choice would be about that region
        free = next(name for number in range(len(content.spans) + 1) if (name := f"c{number}") not in content.spans)
        results.append({"id": free, "from_name": CATEGORIES, "to_name": TEXT, "type": "choices", "value": chosen})
    # one object for each ordered pair: Label Studio ignores a second one without a word
    for ends, group in groupby(
        sorted(content.relations_in_order(), key=lambda one: (one.head, one.tail)), key=lambda one: (one.head, one.tail)
    ):
        results.append(_link(ends, list(group), manner, reviewed))
    return results


def _region(span: Span, text: str, ruler: Ruler, manner: Manner, *, reviewed: bool) -> Iterable[dict[str, Any]]:
    """Return the result of a span, and one for each attribute that Label Studio can show."""
    place = {"start": ruler.units(span.start), "end": ruler.units(span.end), "text": text[span.start : span.end]}
    asked = {name: value for name, value in span.attributes.items() if _is_shown(name, value, manner)}
    rest = {name: value for name, value in span.attributes.items() if name not in asked}
    kept = dict(present(replace(span, attributes=rest), reviewed, ("attributes", "kb_id", "origin", "reviewed")))
    own_origin = kept.get("origin") in _OWN_ORIGINS
    origin = kept.pop("origin") if own_origin else "manual"
    meta = ({"text": [span.note]} if span.note else {}) | kept
    common = {"id": span.id, "to_name": TEXT}
    region = {**common, "from_name": LABELS, "type": "labels", "value": {**place, "labels": [span.label]}, "origin": origin}
    if span.confidence is not None:
        region["score"] = span.confidence
    if meta:
        region["meta"] = meta
    yield region
    for name, value in asked.items():
        kind, said = ("choices", "choices") if manner.shown[name] else ("textarea", "text")
        yield {**common, "from_name": name, "type": kind, "value": {**place, said: [value]}}


def _is_shown(name: str, value: Any, manner: Manner) -> bool:
    values = manner.shown.get(name)
    return values is not None and type(value) is str and (not values or value in values)


def _link(ends: tuple[str, str], relations: list[Relation], manner: Manner, reviewed: bool) -> dict[str, Any]:
    both_ways = all(one.label in manner.symmetric or one.attributes.get("direction") == "bi" for one in relations)
    keys = ("attributes", "note", "confidence", "origin", "reviewed")
    return {
        "type": "relation",
        "from_id": ends[0],
        "to_id": ends[1],
        "direction": "bi" if both_ways else "right",
        "labels": [one.label for one in relations],
        "relations": [{"id": one.id, **dict(present(one, reviewed, keys))} for one in relations],
    }
