"""A record as a document of doccano, and what is lost of it; the layouts are told in ``formats.doccano``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from annotator.domain.annotations import NOTHING, AnnotationSet, Item, Kind, SetInfo, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import Fate, Loss, LossReport, Record
from annotator.domain.rules import amount
from annotator.formats.compare import item_loss, span_loss
from annotator.formats.compare_content import Expected
from annotator.formats.doccano_lines import APPROVER, LABEL_KEYS, OFFSETS, TEXT_KEYS, UNIT, says_unit
from annotator.formats.json_export import overlapping, without_fragments
from annotator.formats.offsets import Ruler, Unit, same_as_code_points

_RESERVED = frozenset((*TEXT_KEYS, *LABEL_KEYS, "relations", "cats", "name", "meta", UNIT))
"""Keys of a document that mean something: metadata of these names go into the nested “meta”."""


@dataclass(frozen=True, slots=True)
class Layout:
    """How documents are written: what offsets count, and whether in the layout of relations."""

    unit: Unit = Unit.UTF16
    relations: bool = False


def fitted(record: Record, *, layout: Layout) -> Expected:
    """Return what a record comes back as, and what is lost of it.

    The file says nothing of annotator, kind, status, flag, verdicts, tokens, reviews and provenance, which the report sums up.
    """
    expected = without_fragments(record, "doccano")
    losses = expected.losses
    kept = _within_units(expected.record, layout.unit, losses)
    if kept.relations and not layout.relations:
        reason = "stands in no file of the layout without relations"
        losses += [item_loss(record, relation, Fate.DROPPED, reason) for relation in kept.relations]
        kept = replace(kept, relations=())
    meta = dict(kept.meta)
    comments = _comments(kept, meta, losses)
    if comments:
        meta["Comments"] = comments
    elif meta.get("Comments") == []:
        del meta["Comments"]
    approved = type(meta.get(APPROVER)) is str and bool(meta[APPROVER])
    labelled = bool(kept.spans or kept.categories)
    expected.record = Record(
        name=kept.name,
        text=kept.text,
        meta=meta,
        status=Status.DONE if approved else Status.IN_PROGRESS if labelled else Status.NEW,
        categories=tuple(dict.fromkeys(kept.categories)),
        spans=tuple(_bare(record, span, losses) for span in kept.spans),
        relations=tuple(_bare(record, relation, losses) for relation in kept.relations),
    )
    return expected


def _within_units(record: Record, unit: Unit, losses: list[Loss]) -> Record:
    """Leave out spans whose edges lie within a unit, and their relations: only grapheme clusters are that coarse."""
    if same_as_code_points(record.text, unit) or unit is not Unit.GRAPHEMES:
        return record
    ruler = Ruler(record.text, unit)
    gone = {span.id for span in record.spans if not (ruler.holds(span.start) and ruler.holds(span.end))}
    losses += [
        span_loss(record, span, Fate.DROPPED, "begins or ends within a grapheme cluster")
        for span in record.spans
        if span.id in gone
    ]
    cut = [relation for relation in record.relations if {relation.head, relation.tail} & gone]
    losses += [item_loss(record, relation, Fate.DROPPED, "its head or its tail was left out") for relation in cut]
    return replace(
        record,
        spans=tuple(span for span in record.spans if span.id not in gone),
        relations=tuple(relation for relation in record.relations if relation not in cut),
    )


def _comments(record: Record, meta: dict[str, Any], losses: list[Loss]) -> list[Any]:
    """Return the document's comments with the notes of its spans and relations added to them."""
    added: list[str] = []
    items: tuple[Item, ...] = (*record.spans, *record.relations)
    for item in items:
        if item.note:
            surface = f" “{item.surface(record.text)[:60]}”" if isinstance(item, Span) else ""
            added.append(f"{item.label}{surface}: {item.note}")
            losses.append(item_loss(record, item, Fate.MOVED, "its note became a comment of the document"))
    given = meta.get("Comments")
    return [*(given if type(given) is list else [] if given is None else [given]), *added] if added else []


def _bare(record: Record, item: Any, losses: list[Loss]) -> Any:
    gone = [name for name, there in (("attributes", item.attributes), ("knowledge-base id", getattr(item, "kb_id", ""))) if there]
    if gone:
        losses.append(item_loss(record, item, Fate.CHANGED, f"came without its {' and its '.join(gone)}"))
    bare = replace(item, attributes=NOTHING, note="", confidence=None, origin="", reviewed=False, derived_from="")
    return replace(bare, kb_id="") if isinstance(bare, Span) else bare


def line_of(record: Record, layout: Layout) -> dict[str, Any]:
    """Return the document of a record that ``fitted`` made."""
    meta = dict(record.meta)
    line: dict[str, Any] = {"id": meta.pop("id")} if "id" in meta else {}
    line["text"] = record.text
    content = AnnotationSet(
        SetInfo(0, "", Kind.MODEL),
        {span.id: span for span in record.spans},
        {relation.id: relation for relation in record.relations},
    )
    ruler = Ruler(record.text, layout.unit)
    spans = content.in_text_order()
    if layout.relations:
        numbers = {span.id: number for number, span in enumerate(spans, 1)}
        line["entities"] = [
            {
                "id": numbers[span.id],
                "label": span.label,
                "start_offset": ruler.units(span.start),
                "end_offset": ruler.units(span.end),
            }
            for span in spans
        ]
        line["relations"] = [
            {"id": number, "from_id": numbers[relation.head], "to_id": numbers[relation.tail], "type": relation.label}
            for number, relation in enumerate(content.relations_in_order(), 1)
        ]
    else:
        line["label"] = [[ruler.units(span.start), ruler.units(span.end), span.label] for span in spans]
    if record.categories:
        line["cats"] = list(record.categories)
    line["Comments"] = meta.pop("Comments", [])
    line["name"] = record.name
    if spans and says_unit(record.text):
        line[UNIT] = next(name for name, unit in OFFSETS.items() if unit is layout.unit)
    nested = {key: meta.pop(key) for key in list(meta) if key in _RESERVED}
    return line | meta | ({"meta": nested} if nested else {})


@dataclass(slots=True)
class Tally:
    """Counts, while an export is read back, what to mind when it is imported into doccano."""

    layout: Layout
    overlapping: int = 0
    differing: int = 0

    def see(self, record: Record, written: Record) -> None:
        """Count one document: ``record`` as it is, ``written`` as it stands in the file."""
        self.overlapping += overlapping(written.spans)
        self.differing += bool(written.spans) and not same_as_code_points(record.text, self.layout.unit)

    def tell(self, report: LossReport) -> None:
        """Add the sentences to a report."""
        if self.overlapping:
            told = amount(self.overlapping, "document")
            report.notices.append(
                f"{told} with overlapping spans: allow overlap in the doccano project, or it drops spans and refuses relations."
            )
        if self.differing:
            told = amount(self.differing, "document")
            report.notices.append(f"Offsets count {self.layout.unit}; in {told} that makes a difference to code points.")
