"""A row of a Hugging Face data set to a record, ours and the usual ones of others.

Tokens with tags
    ``tokens`` (or ``words``) and a column of as many tags: ``ner_tags``, ``tags``, ``labels`` or ``ner``, as texts or as numbers of
    class labels.  -100 and other negative numbers are outside.  The text is ``text`` or ``sentence`` where the tokens stand in it, else it
    is rebuilt with one blank between tokens.
Spans
    ``spans``, ``entities`` or ``annotations``: objects with a start, an end and a label under any of their usual names, or lists of the
    three, or one object of lists (as Arrow stores a list of objects), or with ``offsets`` of several fragments.  They count more than tags.
DocRED
    See ``formats.huggingface_docred``.

Columns nobody knows are metadata.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

from annotator.domain.annotations import Kind, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.text import Range, sound_tokens, tokens_problem
from annotator.formats.conll_tags import parts, spans_of
from annotator.formats.conll_text import placed
from annotator.formats.huggingface_docred import as_spans, is_docred, rebuilt
from annotator.formats.huggingface_spans import add_relations, add_spans
from annotator.formats.json_fields import Complaints, Found, objects, take, texts, verdicts
from annotator.formats.jsonl_canonical import reviewed_by_default
from annotator.formats.offsets import Ruler, Unit

Names = Mapping[str, Sequence[str]]
"""The class labels of a column by its name."""

TAGS = ("ner_tags", "tags", "labels", "ner")
SPANS = ("spans", "entities", "annotations")
_TEXT = ("text", "sentence", "content", "document")
_TOKENS = ("tokens", "words")
_NAMES = ("name", "title", "id", "guid", "doc_id", "document_id")


def record_of(
    row: dict[str, Any], names: Names, place: str, name: str, defaults: ReadDefaults
) -> tuple[Record | None, list[Complaint]]:
    """Return the record of a row, or None if it holds no text, and what is to be said about it; never raises.

    ``name`` is the document's where the row gives none.
    """
    complain = Complaints(place)
    data = {key: _plain(value, key, complain) for key, value in row.items()}
    if is_docred(data):
        data = as_spans(data, complain)
    record = _Row(data, names, complain, defaults).record(name)
    return record, complain.found


def _plain(value: Any, key: str, complain: Complaints) -> Any:
    """Return a value of Arrow as JSON has them."""
    if value is None or isinstance(value, str | bool | int):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(name): _plain(part, key, complain) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part, key, complain) for part in value]
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Decimal | timedelta):
        return str(value)
    complain(f"“{key}” holds data that are no text ({type(value).__name__}); they were left out.")
    return None


class _Row:
    """One row while it is taken apart; what is left of ``data`` in the end is metadata."""

    def __init__(self, data: dict[str, Any], names: Names, complain: Complaints, defaults: ReadDefaults) -> None:
        self.data = data
        self.names = names
        self.complain = complain
        self.defaults = defaults

    def record(self, name: str) -> Record | None:
        """Make the record, or say why there is none."""
        words, tags = self._words()
        text = next((self.data.pop(key) for key in _TEXT if type(self.data.get(key)) is str and self.data[key]), "")
        places = self._offsets(text)
        if words is not None and places is None:
            if text:
                places = placed(words, text)
            else:
                text, places = rebuilt([words])
            if places is None:
                self.complain("The tokens do not stand in the text, so neither they nor their tags were used.")
        if not text:
            self.complain("The row has no text and no tokens, so it holds no document.")
            return None
        record = Record(name="", text=text, place=self.complain.place)
        if places and not tokens_problem(places, text):
            record.tokens = sound_tokens(places, text)
        self._fill(record, tags, places if places and tags and len(places) == len(tags) else None)
        record.name = self._name() or name
        record.meta = self._meta()
        return record

    def _words(self) -> tuple[list[str] | None, list[tuple[str, str]] | None]:
        """Take out the tokens and their tags; tokens of nothing but white space are left out with theirs."""
        for key in _TOKENS:
            words = self.data.get(key)
            if type(words) is not list or not words or not all(type(word) is str for word in words):
                continue
            del self.data[key]
            tags = self._tags(len(words))
            kept = [number for number, word in enumerate(words) if word.strip()]
            return [words[number] for number in kept] or None, [tags[number] for number in kept] if tags else None
        for key in ("tokens", "ner_tags"):
            if not self.data.get(key):
                self.data.pop(key, None)
        return None, None

    def _tags(self, count: int) -> list[tuple[str, str]] | None:
        for key in TAGS:
            found = self.data.get(key)
            if type(found) is not list or not found or not all(type(tag) in (str, int) for tag in found):
                if found is None:
                    self.data.pop(key, None)
                continue
            del self.data[key]
            if any(type(self.data.get(name)) in (list, dict) for name in SPANS):
                return None
            if len(found) != count:
                self.complain(f"“{key}” has {len(found)} tags for {count} tokens; they were left out.")
                return None
            names = list(self.names.get(key, ()))
            if any(type(tag) is int and tag >= len(names) for tag in found):
                what = "holds numbers" if not names else "holds a number without a name"
                self.complain(f"“{key}” {what}; say which labels they mean with the option names=O,B-PER,I-PER,… .")
                return None
            return self._parsed([str(tag) if type(tag) is str else names[tag] if tag >= 0 else "O" for tag in found])
        return None

    def _parsed(self, tags: Sequence[str]) -> list[tuple[str, str]]:
        plain = not any(parts(tag) for tag in tags if tag not in ("O", "_"))
        found = [parts(tag, plain=plain) if tag.strip() else ("O", "") for tag in tags]
        wrong = next((tag for tag, pair in zip(tags, found, strict=True) if pair is None), None)
        if wrong is not None:
            self.complain(f"“{wrong[:40]}” is no tag like B-PER; it was taken as outside.")
        return [pair or ("O", "") for pair in found]

    def _offsets(self, text: str) -> list[Range] | None:
        offsets = self.data.get("offsets")
        if offsets is None or (type(offsets) is list and offsets and tokens_problem(offsets, text) is None):
            self.data.pop("offsets", None)
            return [(start, end) for start, end in offsets] if offsets else None
        return None

    def _fill(self, record: Record, tags: list[tuple[str, str]] | None, places: list[Range] | None) -> None:
        """Set what belongs to the annotation set, if the row has one."""
        data, complain = self.data, self.complain
        key = next((key for key in SPANS if type(data.get(key)) in (list, dict)), None)
        annotator, kind, status = (take(data, name, str, complain) for name in ("annotator", "kind", "status"))
        record.flagged = take(data, "flagged", bool, complain) or False
        record.categories = texts(take(data, "categories", list, complain) or (), "“categories”", complain)
        record.verdicts = verdicts(objects(data, "verdicts", complain), complain)
        if key is None and tags is None and annotator is None and kind is None and not record.categories:
            for name in (*SPANS, "relations"):
                if data.get(name) is None:
                    data.pop(name, None)
            return
        record.annotator = self.defaults.annotator if annotator is None else annotator
        record.kind = Kind(kind) if kind in set(Kind) else self.defaults.kind
        record.status = Status(status) if status in set(Status) else Status.NEW
        found = Found(record.text, Ruler(record.text, Unit.CODE_POINTS), complain)
        reviewed = reviewed_by_default(record.kind)
        if key is not None:
            add_spans(data.pop(key), found, complain, reviewed=reviewed, names=self.names.get(key, ()))
            add_relations(data.pop("relations", None), found, complain, reviewed=reviewed)
        elif tags is not None and places is not None:
            for low, high, label in spans_of(tags):
                place = (places[low][0], places[high - 1][1])
                found.add_span(Span(found.free_id(None), (place,), label, reviewed=reviewed))
        record.spans, record.relations = tuple(found.spans.values()), tuple(found.relations)

    def _name(self) -> str:
        """Take out the document's name; the running number beside a name says nothing."""
        for key in _NAMES:
            value = self.data.get(key)
            if type(value) in (str, int) and str(value).strip():
                del self.data[key]
                if key == "name":
                    self.data.pop("id", None)
                return str(value)
        return ""

    def _meta(self) -> dict[str, Any]:
        meta = self.data.pop("meta", None)
        if type(meta) is str:
            with suppress(ValueError, RecursionError):
                meta = json.loads(meta)
        if type(meta) is not dict:
            meta = {} if meta is None else {"meta": meta}
        return meta | {key: value for key, value in self.data.items() if value is not None and key not in meta}
