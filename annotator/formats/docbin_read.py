"""Reading spaCy's DocBin back as documents; what this program wrote comes back as it was.

``doc.ents`` and all span groups become spans: one in both is one span; a group other than "sc" is told in the attribute
``span_group``.  ``doc._.rel`` becomes relations between the spans that start at its tokens, values from 0.5 on; categories likewise.
Tokens that are *missing* in a document that has entities stand as ranges in the metadata's ``unexamined``, and an export makes them
missing again.  Extensions of documents go to the metadata, those of spans to their attributes.  Nothing is unpickled
(``docbin_inflate``).
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from annotator.domain.annotations import Kind
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.text import sound_tokens, tokens_problem
from annotator.errors import FormatError
from annotator.formats import json_fields
from annotator.formats.docbin_inflate import Parts, Unsound, must_be_zlib, parts, unpacked
from annotator.formats.docbin_items import Doc, Items, as_lists, is_plain, spans_of
from annotator.formats.docbin_parts import INSIDE, MISSING, OUTSIDE, UNEXAMINED
from annotator.formats.files import safe_stem
from annotator.formats.json_fields import Complaints
from annotator.formats.jsonl_canonical import reviewed_by_default

_STATUS = {"in progress": Status.IN_PROGRESS, "done": Status.DONE}
_ENOUGH = 0.5
"""A category or relation whose value is at least this holds."""


def read(path: Path, defaults: ReadDefaults, *, status: str = "in progress") -> Iterator[Record | Complaint]:
    """Stream the documents of a file; ``status`` is that of sets about which the file says nothing.

    Raises ``FormatError`` at once if the file cannot be opened or is not compressed as a DocBin is.
    """
    if status not in _STATUS:
        raise FormatError(f"“status” is one of {', '.join(_STATUS)}, not “{status}”.")
    must_be_zlib(path)
    return _stream(path, defaults, _STATUS[status])


def _stream(path: Path, defaults: ReadDefaults, status: Status) -> Iterator[Record | Complaint]:
    try:
        found = parts(path)
        reading = _Reading(found, defaults, status, safe_stem(path))
    except Unsound as error:
        yield Complaint(str(path), f"The file {error}.")
        return
    start = 0
    for number, length in enumerate(found.lengths):
        complain = Complaints(f"{path}: document {number + 1}")
        record = reading.record(number, range(start, start + length), complain)
        start += length
        yield from complain.found
        if record is not None:
            record.place = complain.place
            yield record


class _Reading:
    """What all documents of a file share: the strings by their numbers, and the columns of its attributes."""

    def __init__(self, found: Parts, defaults: ReadDefaults, status: Status, stem: str) -> None:
        from spacy.attrs import intify_attr
        from spacy.strings import StringStore

        self._parts, self._defaults, self._status, self._stem = found, defaults, status, stem
        store = StringStore()
        self._names = {store.add(text): text for text in found.strings} | {0: ""}
        self._store = store
        numbers = {name: intify_attr(name) for name in ("ORTH", "ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "ENT_ID")}
        self._columns = {name: found.attrs.index(number) for name, number in numbers.items() if number in found.attrs}
        if "ORTH" not in self._columns:
            raise Unsound("holds no words")

    def text_of(self, number: int) -> str | None:
        """Return a string by its number; None if the file does not hold it."""
        if number not in self._names:
            try:
                self._names[number] = self._store[number]  # one of spaCy's own symbols
            except (KeyError, OverflowError):
                return None
        return self._names[number]

    def record(self, number: int, where: range, complain: Complaints) -> Record | None:
        """Return one document, or None with a complaint."""
        doc = self._doc(number, where)
        if doc is None or not doc.text:
            complain(
                "The document has no words." if doc else "The document has words that the file does not name; it was left out."
            )
            return None
        data = self._data(number, complain)
        own = data.pop("annotator", None)
        own = as_lists(own) if isinstance(own, dict) else {}
        record = Record(name=json_fields.take(own, "name", str, complain) or f"{self._stem}:{number + 1}", text=doc.text)
        ranges = list(zip(doc.starts, doc.ends, strict=True))
        problem = tokens_problem(ranges, doc.text)
        if problem is None:
            record.tokens = sound_tokens(ranges, doc.text)
        else:
            complain(f"Its tokens were left out: {problem}.", lost=False)
        self._describe(record, own, number, complain)
        items = Items(doc, own, reviewed_by_default(record.kind), complain)
        groups = self._groups(number, complain)
        items.add_spans(spans_of(doc, groups, self.text_of, complain))
        self._relate(items, own, data)
        self._place_rest(record, items, data, complain)
        record.spans, record.relations = tuple(items.spans.values()), tuple(items.relations)
        return record

    def _doc(self, number: int, where: range) -> Doc | None:
        """Return the words of one document and what its columns say of them; None if a word is in no string."""
        rows = self._parts.tokens[where.start : where.stop]
        known = self._names.get
        words = [known(orth) or self.text_of(orth) for orth in rows[:, self._columns["ORTH"]].tolist()]
        flags = self._parts.flags[number] if self._parts.flags else {}
        unknown = isinstance(flags, dict) and bool(flags.get("has_unknown_spaces"))
        spaces = [True] * len(words) if unknown else (self._parts.spaces[where.start : where.stop] != 0).tolist()
        doc = Doc([], [], [], unknown)
        pieces: list[str] = []
        at = 0
        for word, space in zip(words, spaces, strict=True):
            if word is None:
                return None
            doc.starts.append(at)
            doc.ends.append(at + len(word))
            pieces.append(word + " " if space else word)
            at += len(word) + space
        doc.text = "".join(pieces)
        for name in ("ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "ENT_ID"):
            if name in self._columns:
                doc.columns[name] = rows[:, self._columns[name]].tolist()
        return doc

    def _data(self, number: int, complain: Complaints) -> dict[Any, Any]:
        packed = self._parts.user_data[number] if self._parts.user_data else None
        if packed is None:
            return {}
        try:
            found = unpacked(packed)
        except Unsound as error:
            complain(f"Its user data {error}; they were left out.")
            return {}
        if not isinstance(found, dict):
            complain("Its user data are no map; they were left out.")
            return {}
        return dict(found)

    def _groups(self, number: int, complain: Complaints) -> list[tuple[str, Any]]:
        """Return the packed spans of each group with the group's key."""
        packed = self._parts.span_groups[number] if self._parts.span_groups else b""
        found: list[tuple[str, Any]] = []
        try:
            groups = unpacked(packed) if packed else ()
            pairs = groups.items() if isinstance(groups, dict) else [(raw, None) for raw in groups]
            for raw, keys in pairs:
                group = unpacked(raw)
                found += [(str(key), entry) for key in keys or (group["name"],) for entry in group["spans"]]
        except (Unsound, TypeError, KeyError, AttributeError):
            complain("Its span groups cannot be unpacked; they were left out.")
        return found

    def _describe(self, record: Record, own: dict[str, Any], number: int, complain: Complaints) -> None:
        """Fill in what the document and its set are, from our own user data or the defaults."""
        meta = json_fields.take(own, "meta", dict, complain) or {}
        record.meta = meta if is_plain(meta) else {}
        if meta and not record.meta:
            complain("Its metadata hold what is no JSON; they were left out.")
        record.annotator = json_fields.take(own, "annotator", str, complain) or ("" if own else self._defaults.annotator)
        record.kind = self._defaults.kind
        record.status = Status.NEW if own else self._status
        kind, status = json_fields.take(own, "kind", str, complain), json_fields.take(own, "status", str, complain)
        if kind is not None and kind in list(Kind):
            record.kind = Kind(kind)
        if status is not None and status in list(Status):
            record.status = Status(status)
        record.flagged = json_fields.take(own, "flagged", bool, complain) or False
        record.verdicts = json_fields.verdicts(json_fields.objects(own, "verdicts", complain), complain)
        cats = self._parts.cats[number] if self._parts.cats else {}
        if not isinstance(cats, dict) or not all(type(key) is str and type(value) in (int, float) for key, value in cats.items()):
            complain("Its categories are no numbers by name; they were left out.")
            cats = {}
        holding = [name for name, value in cats.items() if value >= _ENOUGH and name.strip()]
        ordered = own.pop("categories", None)  # there if their order is not that of the scheme
        same = isinstance(ordered, list) and sorted(map(str, ordered)) == sorted(holding)
        record.categories = tuple(ordered if isinstance(ordered, list) and same else holding)

    def _relate(self, items: Items, own: dict[str, Any], data: dict[Any, Any]) -> None:
        rel = data.pop(("._.", "rel", None, None), None)
        links = own.pop("links", None)
        if isinstance(links, list):
            items.add_links(links)
        elif rel:
            items.add_rel(rel, _ENOUGH)

    def _place_rest(self, record: Record, items: Items, data: dict[Any, Any], complain: Complaints) -> None:
        """Put extensions and other user data where they can be kept, and say what cannot."""
        meta = dict(record.meta)
        lost: list[str] = []
        for key, value in data.items():
            name = key if type(key) is str else key[1] if isinstance(key, tuple) and len(key) == 4 and key[0] == "._." else None
            kept = as_lists(value)
            if type(name) is not str or not is_plain(kept):
                lost.append(str(name or key)[:40])
            elif type(key) is str or key[2] is None:
                meta.setdefault(name, kept)
            elif not items.attribute(name, kept, key[2], key[3]):
                lost.append(name)
        if lost:
            told = ", ".join(sorted(set(lost))[:5])
            complain(f"{len(lost)} of its user data or extensions have no place in a document and were left out: {told}.")
        unexamined = self._unexamined(items, record)
        if unexamined and UNEXAMINED not in meta:
            meta[UNEXAMINED] = unexamined
            complain(f"{len(unexamined)} stretches are not examined; the metadata name them as “{UNEXAMINED}”.", lost=False)
        record.meta = meta

    def _unexamined(self, items: Items, record: Record) -> list[list[int]]:
        """Return the stretches of missing tokens that no span explains."""
        doc = items.doc
        iob = doc.columns.get("ENT_IOB", [])
        partly = items.own and record.status is not Status.DONE
        if partly or not any(tag in (INSIDE, OUTSIDE, 3) for tag in iob):
            return []
        explained = [False] * len(iob)
        for span in items.spans.values():
            first = bisect_left(doc.ends, span.start + 1)
            for token in range(first, bisect_left(doc.starts, span.end)):
                explained[token] = True
        found: list[list[int]] = []
        for token, tag in enumerate(iob):
            if tag != MISSING or explained[token]:
                continue
            if found and found[-1][1] >= doc.starts[token] - 1 and iob[token - 1] == MISSING and not explained[token - 1]:
                found[-1][1] = doc.ends[token]
            else:
                found.append([doc.starts[token], doc.ends[token]])
        return found
