"""Records as a document of PubAnnotation, and what is lost of them; the layout is told in ``formats.pubannotation``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import count
from typing import Any

from annotator.domain.annotations import AnnotationSet, Item, Kind, Relation, SetInfo, Span
from annotator.domain.exchange import Record
from annotator.formats.compare import has_set
from annotator.formats.compare_content import Expected
from annotator.formats.json_sets import marks_of, sifted
from annotator.formats.jsonl_canonical import present, reviewed_by_default
from annotator.formats.offsets import Unit, same_as_code_points
from annotator.formats.pubannotation_documents import RESERVED
from annotator.formats.pubannotation_items import BLOCK, CHAINED, FRAGMENT

_DETAILS = ("attributes", "note", "kb_id", "confidence", "origin", "reviewed")
_PLAIN = (str, int, float, bool)


def fitted(record: Record) -> Expected:
    """Return what a record comes back as, and what is lost of it."""

    def refused(item: Item) -> str:
        told = isinstance(item, Relation) and item.label == CHAINED
        return f"is called {CHAINED}, which ties fragments in PubAnnotation" if told else ""

    return sifted(record, refused)


def document_of(records: list[Record], *, chained: bool) -> dict[str, Any]:
    """Return the document of records that ``fitted`` made, all of one text; several sets become its tracks."""
    first = records[0]
    meta = dict(first.meta)
    nested = {key: meta.pop(key) for key in list(meta) if key in RESERVED}
    document: dict[str, Any] = {"name": first.name, **meta, "text": first.text}
    sets = [_Writer(record, chained=chained).fields() for record in records if has_set(record)]
    if len(sets) == 1:
        document |= sets[0]
    elif sets:
        document["tracks"] = sets
    return document | ({"meta": nested} if nested else {})


class _Writer:
    """The set of one record while it is written: ids are one name space for all that can be named."""

    def __init__(self, record: Record, *, chained: bool) -> None:
        self.record = record
        self.chained = chained
        self._told = not same_as_code_points(record.text, Unit.UTF16)
        self._taken = {span.id for span in record.spans}
        self._attributes: list[tuple[str, str, Any]] = []

    def fields(self) -> dict[str, Any]:
        """Return the keys of the set."""
        record = self.record
        content = AnnotationSet(
            SetInfo(0, "", Kind.MODEL),
            {span.id: span for span in record.spans},
            {relation.id: relation for relation in record.relations},
        )
        found: dict[str, list[dict[str, Any]]] = {"denotations": [], "blocks": [], "relations": []}
        for span in content.in_text_order():
            self._add_span(span, found)
        for relation in content.relations_in_order():
            link = {"id": self._free(relation.id), "subj": relation.head, "pred": relation.label, "obj": relation.tail}
            found["relations"].append(link | self._details(link["id"], relation, relation.attributes))
        fields: dict[str, Any] = {"project": record.annotator} if record.annotator else {}
        fields |= {key: entries for key, entries in found.items() if entries or key == "denotations"}
        if self._attributes:
            numbers = (name for number in count(1) if (name := f"A{number}") not in self._taken)
            named = zip(numbers, self._attributes, strict=False)
            fields["attributes"] = [{"id": name, "subj": of, "pred": what, "obj": value} for name, (of, what, value) in named]
        return fields | marks_of(record)

    def _free(self, wanted: str) -> str:
        free = wanted
        numbers = count(2)
        while free in self._taken:
            free = f"{wanted}-{next(numbers)}"
        self._taken.add(free)
        return free

    def _add_span(self, span: Span, found: dict[str, list[dict[str, Any]]]) -> None:
        attributes = dict(span.attributes)
        block = attributes.get(BLOCK) is True
        if block:
            del attributes[BLOCK]
        entries = found["blocks" if block else "denotations"]
        *earlier, last = span.fragments
        if earlier and not self.chained:
            place: dict[str, Any] = {"span": [self._part(fragment, inner=True) for fragment in span.fragments]}
            earlier = []
        else:
            place = self._place(last)
        names = [self._free(f"{span.id}-{number}") for number in range(len(earlier))]
        for name, fragment in zip(names, earlier, strict=True):
            entries.append({"id": name, **self._place(fragment), "obj": FRAGMENT})
        entries.append({"id": span.id, **place, "obj": span.label} | self._details(span.id, span, attributes))
        # each fragment is tied to the one before it, beginning with the one that has the label
        chain = [*names, span.id] if names else []
        for before, after in zip(chain[-2::-1], chain[:0:-1], strict=True):
            found["relations"].append({"id": self._free(f"C-{before}"), "subj": after, "pred": CHAINED, "obj": before})

    def _place(self, fragment: tuple[int, int]) -> dict[str, Any]:
        place: dict[str, Any] = {"span": self._part(fragment)}
        return place | ({"text": self.record.text[slice(*fragment)]} if self._told else {})

    def _part(self, fragment: tuple[int, int], *, inner: bool = False) -> dict[str, Any]:
        part: dict[str, Any] = {"begin": fragment[0], "end": fragment[1]}
        return part | ({"text": self.record.text[slice(*fragment)]} if self._told and inner else {})

    def _details(self, name: str, item: Item, attributes: Mapping[str, Any]) -> dict[str, Any]:
        """Return the keys of our own, and note the attributes that PubAnnotation can hold."""
        rest: dict[str, Any] = {}
        for key, value in attributes.items():
            values = list(_values(value)) if key.strip() else []
            self._attributes += [(name, key, one) for one in values]
            if not values:
                rest[key] = value
        reviewed = reviewed_by_default(self.record.kind)
        keys = _DETAILS if isinstance(item, Span) else tuple(key for key in _DETAILS if key != "kb_id")
        found = dict(present(item, reviewed, keys))
        found.pop("attributes", None)
        return found | ({"attributes": rest} if rest else {})


def _values(value: Any) -> Iterator[Any]:
    """Yield what stands as attributes one by one: a plain value, or several that are all different; nothing for other values."""
    if type(value) in _PLAIN:
        yield value
    elif type(value) is list and len(value) > 1 and all(type(one) in _PLAIN for one in value):
        yield from value if len({(type(one), one) for one in value}) == len(value) else ()
