"""A ``.ann`` file and its text as a record: spans, relations, and what has no place in them.

How brat's kinds of lines are understood:

T
    a span.  Fragments with nothing but a line break or a tab between them are one: brat cannot state a text across them.
R
    a relation from the first to the second argument.
E
    the trigger's span, and a relation labelled with the role from it to each argument; an argument that is an event means that event's
    trigger.  A further event of the same trigger gets a second span of its own.  ``Role2`` beside ``Role`` is the same role again.
``*``
    a chain of relations from each member to the next.
A, M
    an attribute, true where it has no value.
N
    the knowledge-base id; further ones of the same span stand in its attribute ``kb_ids``.
#
    ``AnnotatorNotes`` is a note; ``AnnotatorDetails`` and ``AnnotatorDocument`` hold as JSON what this program wrote beyond brat.

What a brat export must know again stands in the document's metadata under ``brat``: ``events``, ``roles`` and ``equivalences`` (labels),
``arguments`` (label to the names of its two arguments), ``references`` (knowledge-base id to name) and ``lines`` of unknown kind.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import orjson

from annotator.domain.annotations import Relation, Span
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.mending import Mender
from annotator.domain.rules import quoted
from annotator.formats.brat_details import DETAILS, DOCUMENT, NOTES, brat_name, detailed, one_piece
from annotator.formats.brat_lines import Complain, Lines, Link, Remark, parse
from annotator.formats.brat_units import Convert, fragments_of, mended, unit
from annotator.formats.jsonl_canonical import reviewed_by_default
from annotator.formats.set_data import fill

FIRST, SECOND = "Arg1", "Arg2"

_NUMBERED = re.compile(r"(.*?\D)(\d+)")


def record_of(
    name: str, text: str, lines: list[str], place: str, defaults: ReadDefaults, *, marked: bool = False
) -> tuple[Record, list[Complaint]]:
    """Return the record of a text and the lines of its ``.ann`` file, and what is to be said about them.

    ``place`` is that of the ``.ann`` file; ``marked`` says that the text began with a byte-order mark, now removed.  Without any
    line the record has no annotation set.
    """
    complaints: list[Complaint] = []

    def complain(number: int, message: str, *, lost: bool = True) -> None:
        complaints.append(Complaint(f"{place}:{number}", message, lost))

    parsed = parse(lines, complain)
    record = Record(name=name, text=text, place=place)
    if not any(line.strip() for line in lines):
        return record, complaints
    builder = _Builder(text, parsed, complain)
    document = builder.document()
    told = document.get("name")
    record.name = told if isinstance(told, str) and told else record.name
    fill(record, document, defaults)
    convert, counted = unit(text, parsed.bounds.values(), marked=marked)
    if counted:
        complaints.append(
            Complaint(place, f"The offsets count {counted}, as the stated texts show; they were converted.", lost=False)
        )
    builder.reviewed, builder.mender = reviewed_by_default(record.kind), defaults.mender
    builder.add_spans(convert)
    builder.add_events()
    builder.add_relations()
    builder.add_equivalences()
    builder.add_remarks()
    spans, relations = builder.finished(document)
    if document and not spans and "annotator" not in document:
        record.annotator = ""
    record.spans, record.relations = tuple(spans), tuple(relations)
    if builder.meta:
        record.meta = {**record.meta, "brat": {key: builder.meta[key] for key in sorted(builder.meta)}}
    return record, complaints


class _Builder:
    """Collects spans and relations by brat's ids; ``meta`` becomes the metadata under ``brat``."""

    def __init__(self, text: str, lines: Lines, complain: Complain) -> None:
        self.text, self.lines, self.complain = text, lines, complain
        self.reviewed = False
        self.mender: Mender | None = None
        self.meta: dict[str, Any] = {"lines": lines.kept} if lines.kept else {}
        self._spans: dict[str, Span] = {}
        self._relations: dict[str, Relation] = {}
        self._items: dict[str, str] = {}  # ids of lines to ids of spans or relations
        self._details: dict[str, Mapping[str, Any]] = {}
        self._details_at: dict[str, int] = {}

    def document(self) -> Mapping[str, Any]:
        """Take the notes that hold JSON out of the others, and return what they say of the document."""
        document: Mapping[str, Any] = {}
        plain: list[Remark] = []
        for note in self.lines.notes:
            if note.label not in (DETAILS, DOCUMENT):
                plain.append(note)
                continue
            try:
                data = orjson.loads(note.value)
            except orjson.JSONDecodeError:
                data = None
            if not isinstance(data, dict):
                self.complain(note.number, f"The note “{note.label}” holds no JSON object, so it was left out.")
            elif note.label == DOCUMENT:
                document = data
            else:
                self._details[note.target], self._details_at[note.target] = data, note.number
        self.lines.notes = plain
        return document

    def add_spans(self, convert: Convert) -> None:
        """Make a span of each T line whose offsets make sense."""
        for bound in self.lines.bounds.values():
            fragments = mended(self.text, bound, convert, self.mender, self.complain)
            fragments = fragments or fragments_of(self.text, bound, convert, self.complain)
            if fragments:
                fragments = one_piece(self.text, fragments)
                self._add(bound.id, Span(bound.id, fragments, bound.label, reviewed=self.reviewed))

    def _add(self, line: str, item: Span | Relation) -> None:
        self._items[line] = item.id
        if isinstance(item, Span):
            self._spans[item.id] = item
        else:
            self._relations[item.id] = item

    def add_events(self) -> None:
        """Name the trigger of each event, then relate it to its arguments, which may be events that come later."""
        taken: set[str] = set()
        sound: list[Link] = []
        for event in self.lines.events.values():
            trigger = self._span(event.arguments[0][1])
            if trigger is None or event.arguments[0][1] not in self.lines.bounds:
                self.complain(event.number, f"The event {event.id} was left out, because its trigger is no span of the file.")
                continue
            if event.label != trigger.label:
                message = f"The event {event.id} is called {event.label}, but its trigger {trigger.label}; the latter was kept."
                self.complain(event.number, message)
            if trigger.id in taken:
                message = (
                    f"{event.id} is a further event of the trigger {trigger.id}; it was given a span of its own at the same place."
                )
                self.complain(event.number, message, lost=False)
                self._add(event.id, replace(trigger, id=event.id))
            else:
                taken.add(trigger.id)
                self._items[event.id] = trigger.id
            self._know("events", trigger.label)
            sound.append(event)
        for event in sound:
            self._relate(event)

    def _relate(self, event: Link) -> None:
        roles = [role for role, _ in event.arguments[1:]]
        said = self._details.get(event.id, {}).get("roles")
        details = said if isinstance(said, list) and len(said) == len(roles) else [{}] * len(roles)
        for number, ((role, target), extra) in enumerate(zip(event.arguments[1:], details, strict=True), 1):
            tail = self._span(target)
            if tail is None:
                self._gone(event, target)
                continue
            match = _NUMBERED.fullmatch(role)
            base = match[1] if match and int(match[2]) > 1 and match[1] in roles else role
            more: Mapping[str, Any] = extra if isinstance(extra, dict) else {}
            label = more.get("label")
            label = label if isinstance(label, str) and brat_name(label) in (role, base) else base
            self._know("roles", label)
            relation = Relation(f"{event.id}.{number}", label, self._items[event.id], tail.id, reviewed=self.reviewed)
            self._add(relation.id, detailed(relation, more, self.text, lone=True))

    def add_relations(self) -> None:
        """Make a relation of each R line."""
        for line in self.lines.relations:
            roles = [role for role, _ in line.arguments]
            if len(roles) != 2 or roles[0] == roles[1]:
                message = f"The relation {line.id} was left out, because a relation has two arguments of different names."
                self.complain(line.number, message)
                continue
            arguments = sorted(line.arguments) if set(roles) == {FIRST, SECOND} else line.arguments
            ends = [self._span(target) for _, target in arguments]
            head, tail = ends
            if head is None or tail is None:
                self._gone(line, arguments[ends.index(None)][1])
                continue
            self._add(line.id, Relation(line.id, line.label, head.id, tail.id, reviewed=self.reviewed))
            if set(roles) != {FIRST, SECOND}:
                self.meta.setdefault("arguments", {}).setdefault(line.label, roles)

    def add_equivalences(self) -> None:
        """Make a chain of relations of each * line."""
        made = 0
        for line in self.lines.equivalences:
            members = [self._span(target) for _, target in line.arguments]
            for (_, target), member in zip(line.arguments, members, strict=True):
                if member is None:
                    self._gone(line, target)
            known = [member for member in members if member is not None]
            if len(known) < 2:
                self.complain(line.number, f"“{line.label}” was left out, because it holds fewer than two spans.")
            for head, tail in itertools.pairwise(known):
                made += 1
                self._know("equivalences", line.label)
                relation = Relation(f"*{made}", line.label, head.id, tail.id, reviewed=self.reviewed)
                self._add(relation.id, relation)

    def add_remarks(self) -> None:
        """Put attributes, knowledge-base ids and notes on what they speak of."""
        for remark in self.lines.attributes:
            item = self._item(remark.target)
            if item is None:
                self._left_out(remark, "attribute")
                continue
            value = remark.value or True
            if item.attributes.get(remark.label, value) != value:
                message = f"{remark.target} has another value of “{remark.label}” already; {quoted(str(value))} was left out."
                self.complain(remark.number, message)
                continue
            self._put(replace(item, attributes={**item.attributes, remark.label: value}))
        for remark in self.lines.references:
            item = self._item(remark.target)
            if not isinstance(item, Span):
                self._left_out(remark, "reference")
                continue
            kb_id, _, name = remark.value.partition("\t")
            if name:
                self.meta.setdefault("references", {}).setdefault(kb_id, name)
            if not item.kb_id:
                self._put(replace(item, kb_id=kb_id))
            else:
                further = [*item.attributes.get("kb_ids", ()), kb_id]
                self._put(replace(item, attributes={**item.attributes, "kb_ids": further}))
        for remark in self.lines.notes:
            item = self._item(remark.target)
            if remark.label != NOTES:
                self.meta.setdefault("lines", []).append(f"{remark.id}\t{remark.label} {remark.target}\t{remark.value}")
                message = f"“{remark.label}” is no note of an annotator; its line is kept and written back as it is."
                self.complain(remark.number, message, lost=False)
            elif item is None:
                self._left_out(remark, "note")
            else:
                self._put(replace(item, note=f"{item.note}\n{remark.value}" if item.note else remark.value))

    def finished(self, document: Mapping[str, Any]) -> tuple[list[Span], list[Relation]]:
        """Return all items with their details, under the labels they had before brat's letters were imposed."""
        for target, details in self._details.items():
            item = self._item(target)
            if item is None:
                self.complain(self._details_at[target], f"Details of {target} were left out, because no such line came in.")
            else:
                self._put(detailed(item, details, self.text))
        told = document.get("labels")
        pairs = told.items() if isinstance(told, dict) else ()
        names: dict[str, str] = {name: label for name, label in pairs if isinstance(label, str) and label.strip()}
        for key in ("events", "roles", "equivalences"):
            if key in self.meta:
                labels: list[str] = self.meta[key]
                self.meta[key] = sorted(names.get(label, label) for label in labels)
        if "arguments" in self.meta:
            self.meta["arguments"] = {names.get(label, label): roles for label, roles in self.meta["arguments"].items()}
        spans = [replace(item, label=names.get(item.label, item.label)) for item in self._spans.values()]
        return spans, [replace(item, label=names.get(item.label, item.label)) for item in self._relations.values()]

    def _know(self, key: str, label: str) -> None:
        labels = self.meta.setdefault(key, [])
        if label not in labels:
            labels.append(label)

    def _item(self, line: str) -> Span | Relation | None:
        name = self._items.get(line, "")
        return self._spans.get(name) or self._relations.get(name)

    def _span(self, line: str) -> Span | None:
        return self._spans.get(self._items.get(line, ""))

    def _put(self, item: Span | Relation) -> None:
        if isinstance(item, Span):
            self._spans[item.id] = item
        else:
            self._relations[item.id] = item

    def _gone(self, line: Link, target: str) -> None:
        self.complain(
            line.number, f"{line.id} ({line.label}) names {target}, which is no sound span of the file; that was left out."
        )

    def _left_out(self, remark: Remark, what: str) -> None:
        message = f"The {what} {remark.id} was left out, because {remark.target} is nothing in the file that could have it."
        self.complain(remark.number, message)
