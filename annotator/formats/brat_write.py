"""A record as the lines of a ``.ann`` file, and as the record these lines mean."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from annotator.domain.annotations import Item, Relation, Span, text_order
from annotator.domain.documents import Status
from annotator.domain.exchange import Fate, Loss, Record
from annotator.domain.labels import LabelScheme
from annotator.formats.brat_details import (
    DETAILS,
    DOCUMENT,
    KB_ID,
    NOTES,
    details_of,
    document_of,
    flat,
    json_text,
    one_piece,
    other_meta,
    pieces,
)
from annotator.formats.brat_known import argument_names, is_foreign, stated_of, texts_of
from annotator.formats.brat_names import Names, ids, natural, numbered
from annotator.formats.brat_units import collapsed
from annotator.formats.compare import document_loss, item_loss
from annotator.formats.compare_content import Expected
from annotator.formats.jsonl_canonical import reviewed_by_default

NO_PIECE = "covers nothing but line breaks and tabs, which brat cannot state"
NO_END = "its head or its tail was left out"


@dataclass(slots=True)
class Manner:
    """How an export writes: the scheme, the names of labels, and whether details beyond brat stand in notes.

    ``single`` says that there is one pair, whose name is the user's choice and no loss.
    """

    scheme: LabelScheme
    names: Names
    details: bool = True
    single: bool = False


@dataclass(slots=True)
class Written:
    """The lines of a file and what they mean; ``record`` in ``expected`` is what reading them must give."""

    lines: list[str]
    expected: Expected


def event_labels(scheme: LabelScheme) -> frozenset[str]:
    """Return the span labels that are triggers: those a role may start at."""
    return frozenset(head for label in scheme.relations if label.role for head in label.head)


def written(record: Record, manner: Manner, name: str) -> Written:
    """Return the lines of a record whose file is called ``name``; raises ``ValueError`` or ``TypeError`` for metadata that is no JSON."""
    return _Writer(record, manner).written(name)


@dataclass(slots=True)
class _Writer:
    """Gives ids to everything and collects the lines by kind."""

    record: Record
    manner: Manner
    lines: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    attributes: list[str] = field(default_factory=list)
    references: list[str] = field(default_factory=list)
    losses: list[Loss] = field(default_factory=list)
    spans: dict[str, Span] = field(default_factory=dict)
    relations: list[Relation] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    events: dict[str, str] = field(default_factory=dict)

    def written(self, name: str) -> Written:
        """Write everything."""
        record = self.record
        meta = record.meta.get("brat")
        known: Mapping[str, Any] = meta if isinstance(meta, Mapping) else {}
        kept = [line for line in texts_of(known, "lines") if is_foreign(line)]
        self._number_spans(record.spans)
        roles, others = self._parted(record.relations, known)
        self._number_events(roles, known)
        self._write_spans()
        details = self._write_events(roles)
        others = self._write_chains(others, set(texts_of(known, "equivalences")))
        self._write_relations(others, known)
        for span in self._in_order():
            self._remark(span, self.events.get(span.id) or self.ids[span.id], known, details.get(span.id, {}))
        self._write_document(name)
        taken = {line.partition("\t")[0] for line in kept}
        notes = (f"#{number}" for number in range(1, len(self.notes) + len(kept) + 1) if f"#{number}" not in taken)
        lines = [*self.lines, *numbered("A", self.attributes), *numbered("N", self.references)]
        lines += [f"{number}\t{note}" for number, note in zip(notes, self.notes, strict=False)]
        return Written([*lines, *kept], Expected(self._expected(name), self.losses))

    def _number_spans(self, spans: Iterable[Span]) -> None:
        for span in sorted(spans, key=text_order):
            if not pieces(self.record.text, span.fragments):
                self.losses.append(item_loss(self.record, span, Fate.DROPPED, NO_PIECE))
            else:
                self.spans[span.id] = span
        self.ids = ids("T", self.spans)

    def _parted(self, relations: Iterable[Relation], known: Mapping[str, Any]) -> tuple[dict[str, list[Relation]], list[Relation]]:
        """Sort relations into the roles of each trigger and all others."""
        triggers, names = set(texts_of(known, "events")), set(texts_of(known, "roles"))
        roles: dict[str, list[Relation]] = {}
        others: list[Relation] = []
        for relation in sorted(relations, key=lambda relation: natural(relation.id)):
            head = self.spans.get(relation.head)
            if head is None or relation.tail not in self.spans:
                self.losses.append(item_loss(self.record, relation, Fate.DROPPED, NO_END))
                continue
            label = self.manner.scheme.relation(relation.label)
            known_role = relation.label in names and head.label in triggers
            if known_role or (label is not None and label.role and (not label.head or head.label in label.head)):
                roles.setdefault(head.id, []).append(relation)
            else:
                others.append(relation)
        return roles, others

    def _number_events(self, roles: Mapping[str, list[Relation]], known: Mapping[str, Any]) -> None:
        triggers = event_labels(self.manner.scheme) | set(texts_of(known, "events"))
        for span in self._in_order():
            if span.id in roles or span.label in triggers:
                self.events[span.id] = f"E{len(self.events) + 1}"

    def _in_order(self) -> list[Span]:
        return sorted(self.spans.values(), key=lambda span: (natural(self.ids[span.id]), text_order(span)))

    def _write_spans(self) -> None:
        text, convert = self.record.text, collapsed(self.record.text)
        for span in self._in_order():
            places = pieces(text, span.fragments)
            offsets = ";".join(f"{convert(start)} {convert(end)}" for start, end in places)
            surface = " ".join(text[start:end] for start, end in places)
            self.lines.append(f"{self.ids[span.id]}\t{self._name(span)} {offsets}\t{surface}")

    def _name(self, item: Item) -> str:
        return self.manner.names.of(item.label)

    def _target(self, span_id: str) -> str:
        return self.events.get(span_id) or self.ids[span_id]

    def _write_events(self, roles: Mapping[str, list[Relation]]) -> dict[str, dict[str, Any]]:
        """Write the E lines; return by trigger what is to be noted of their roles."""
        details: dict[str, dict[str, Any]] = {}
        for span_id, event in self.events.items():
            arguments = roles.get(span_id, [])
            names = [self._name(relation) for relation in arguments]
            taken = set(names)
            extras: list[dict[str, Any]] = []
            body = [f"{self.manner.names.of(self.spans[span_id].label)}:{self.ids[span_id]}"]
            used: set[str] = set()
            for relation, name in zip(arguments, names, strict=True):
                role, number = name, 1
                while role in used or (number > 1 and role in taken):
                    number += 1
                    role = f"{name}{number}"
                used.add(role)
                body.append(f"{role}:{self._target(relation.tail)}")
                extra = self._details(relation, {}, role=True)
                base = re.fullmatch(r"(.*?\D)\d+", name)
                if base and base[1] in taken:
                    extra["label"] = relation.label
                extras.append(extra)
                self.relations.append(self._meant(relation, {}, role=True))
            self.lines.append(f"{event}\t{' '.join(body)}")
            if any(extras) and self.manner.details:
                details[span_id] = {"roles": extras}
        return details

    def _write_chains(self, relations: list[Relation], labels: set[str]) -> list[Relation]:
        """Write as * lines what reading them gives again: chains without anything said of a link; return the rest."""
        plain: dict[tuple[str, str], list[Relation]] = {}
        into: dict[tuple[str, str], int] = {}
        for relation in relations:
            if relation.label in labels and not relation.note and not relation.attributes and not self._details(relation, {}):
                plain.setdefault((relation.label, relation.head), []).append(relation)
                into[relation.label, relation.tail] = into.get((relation.label, relation.tail), 0) + 1
        chained: set[str] = set()
        for label, head in plain:
            if (label, head) in into:
                continue
            chain = [head]
            links: list[Relation] = []
            while len(plain.get((label, chain[-1]), ())) == 1 and into[label, plain[label, chain[-1]][0].tail] == 1:
                links += plain[label, chain[-1]]
                chain.append(links[-1].tail)
            if links:
                name = self._name(links[0])
                self.lines.append(f"*\t{name} {' '.join(map(self._target, chain))}")
                self.relations += [self._meant(link, {}) for link in links]
                chained |= {link.id for link in links}
        return [relation for relation in relations if relation.id not in chained]

    def _write_relations(self, relations: list[Relation], known: Mapping[str, Any]) -> None:
        arguments = known.get("arguments")
        names = ids("R", [relation.id for relation in relations])
        for relation in relations:
            given = arguments.get(relation.label) if isinstance(arguments, Mapping) else None
            first, second = argument_names(given)
            ends = f"{first}:{self._target(relation.head)} {second}:{self._target(relation.tail)}"
            self.lines.append(f"{names[relation.id]}\t{self._name(relation)} {ends}")
            self._remark(relation, names[relation.id], known, {})

    def _remark(self, item: Item, target: str, known: Mapping[str, Any], more: Mapping[str, Any]) -> None:
        """Write the A, N and # lines of an item."""
        stated = stated_of(item)
        for name, value in stated.items():
            if name != "kb_ids":
                self.attributes.append(f"{name} {target}" if value is True else f"{name} {target} {value}")
        if isinstance(item, Span):
            names = known.get("references")
            for kb_id in (item.kb_id, *stated.get("kb_ids", ())):
                if KB_ID.fullmatch(kb_id):
                    told = names.get(kb_id) if isinstance(names, Mapping) else None
                    name = flat(told) if isinstance(told, str) else flat(item.surface(self.record.text))
                    self.references.append(f"Reference {self.ids[item.id]} {kb_id}\t{name}")
        if flat(item.note):
            self.notes.append(f"{NOTES} {target}\t{flat(item.note)}")
        details = {**self._details(item, stated), **more}
        if details and self.manner.details:
            self.notes.append(f"{DETAILS} {target}\t{json_text(details)}")
        meant = self._meant(item, stated)
        if isinstance(meant, Span):
            self.spans[item.id] = meant
        else:
            self.relations.append(meant)

    def _details(self, item: Item, stated: Mapping[str, Any], *, role: bool = False) -> dict[str, Any]:
        details = details_of(item, self.record.text, reviewed_by_default(self.record.kind), stated)
        return {**details, "note": item.note} if role and item.note else details

    def _meant(self, item: Any, stated: Mapping[str, Any], *, role: bool = False) -> Any:
        """Return the item as its lines mean it; where that is less than it says, note the loss."""
        if self.manner.details:
            return item
        unsaid = self._details(item, stated, role=role)
        changes: dict[str, Any] = {"confidence": None, "origin": "", "derived_from": "", "label": self._name(item)}
        changes["reviewed"] = reviewed_by_default(self.record.kind)
        lost = [name for name in ("note", "kb_id", "attributes", "fragments") if name in unsaid]
        if "note" in lost:
            changes["note"] = "" if role else flat(item.note)
        if "kb_id" in lost:
            changes["kb_id"] = ""
        if "attributes" in lost:
            changes["attributes"] = {name: value for name, value in item.attributes.items() if name in stated}
        if isinstance(item, Span):
            changes["fragments"] = one_piece(self.record.text, pieces(self.record.text, item.fragments))
        if lost:
            reason = f"brat cannot state its {', '.join(lost)} in full"
            self.losses.append(item_loss(self.record, item, Fate.CHANGED, reason))
        if changes["label"] != item.label:
            reason = f"its label is written “{changes['label']}” in brat's letters"
            self.losses.append(item_loss(self.record, item, Fate.CHANGED, reason))
        return replace(item, **changes)

    def _write_document(self, name: str) -> None:
        """Write the note on the document, or note as lost what would stand in it."""
        record, names = self.record, self.manner.names
        labels = sorted({item.label for item in (*record.spans, *record.relations)})
        document = document_of(record, {names.of(label): label for label in labels if names.of(label) != label})
        if record.name != name:
            document["name"] = record.name
        if self.manner.details and document:
            self.notes.insert(0, f"{DOCUMENT} document\t{json_text(document)}")
        elif document:
            if self.manner.single:
                document.pop("name", None)
            lost = [key for key in ("name", "meta", "categories") if key in document]
            if lost:
                self.losses.append(document_loss(record, Fate.CHANGED, f"brat cannot hold its {', '.join(lost)}"))

    def _expected(self, name: str) -> Record:
        record = replace(self.record, spans=tuple(self.spans.values()), relations=tuple(self.relations), tokens=None)
        record.meta = other_meta(record.meta)
        if self.manner.details:
            return record
        return replace(record, name=name, meta={}, status=Status.NEW, flagged=False, categories=(), verdicts=())
