"""A DocBin's lists filled directly, and read back, without a ``Doc`` for each document written."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotator.formats.docbin_parts import Placed, Plan

ATTRIBUTES = ("ORTH", "ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "ENT_ID")
SPAN = struct.Struct(">QQQllll")
"""A span of a group as spaCy stores it: id, kb_id, label, first and stop token, first and last character."""

REL = ("._.", "rel", None, None)
"""The key of ``doc._.rel`` in a document's user data."""


class Filler:
    """Fills a DocBin's lists with what ``DocBin.add`` would put there for the Doc of a plan."""

    def __init__(self, docbin: Any) -> None:
        from spacy.attrs import intify_attr
        from spacy.strings import StringStore
        from srsly.msgpack import Packer

        self.bin = docbin
        self._columns = {name: docbin.attrs.index(intify_attr(name)) for name in ATTRIBUTES}
        self._hashes = _Hashes(StringStore(), docbin.strings)
        # one packer for all: srsly's functions make a new one at each call and search the installed packages for plug-ins first
        self._pack: Callable[[Any], bytes] = Packer(use_bin_type=True).pack

    def add(self, made: Plan) -> None:
        """Add one document whole, or raise ``UnicodeEncodeError`` for a lone surrogate and add nothing."""
        import numpy as np

        column = self._columns
        array = np.zeros((len(made.tokens.words), len(ATTRIBUTES)), dtype="uint64")
        array[:, column["ORTH"]] = list(map(self._hashes.__getitem__, made.tokens.words))
        array[:, column["ENT_IOB"]] = made.iob
        for entity in made.ents:
            place = slice(entity.first, entity.stop)
            array[place, column["ENT_TYPE"]] = self._hashes[entity.span.label]
            array[place, column["ENT_KB_ID"]] = self._hashes[entity.span.kb_id]
            array[place, column["ENT_ID"]] = self._hashes[entity.span.id]
        group = self._pack({"name": "sc", "attrs": {}, "spans": [self._packed(entry) for entry in made.spans]})
        user_data = self._user_data(made)
        self.bin.span_groups.append(self._pack({group: ["sc"]}))
        self.bin.user_data.append(user_data)
        self.bin.cats.append(made.cats)
        self.bin.flags.append({"has_unknown_spaces": False})
        self.bin.spaces.append(np.asarray(made.tokens.spaces, dtype=bool).reshape(-1, 1))
        self.bin.tokens.append(array)

    def _packed(self, entry: Placed) -> bytes:
        numbers = (entry.first, entry.stop, entry.start, entry.end)
        span = entry.span
        return SPAN.pack(self._hashes[span.id], self._hashes[span.kb_id], self._hashes[span.label], *numbers)

    def _user_data(self, made: Plan) -> bytes:
        rel = {REL: made.rel} if made.rel else {}
        try:
            return self._pack({"annotator": made.extras, **rel})
        except (OverflowError, TypeError, ValueError):
            # a whole number beyond 64 bits, say: the comparison finds the user data different and reports it
            return self._pack(rel)


class _Hashes(dict[str, int]):
    """The numbers of strings, each worked out once; every string asked for is put among those of the DocBin, too."""

    def __init__(self, store: Any, strings: set[str]) -> None:
        super().__init__({"": 0})
        self._store, self._strings = store, strings

    def __missing__(self, string: str) -> int:
        number = self[string] = self._store.add(string)
        self._strings.add(string)
        return number


@dataclass(frozen=True, slots=True)
class Read:
    """A document as it came back: spaCy's ``doc``, its words, the spans of the group and the user data."""

    doc: Any
    words: list[str]
    group: set[tuple[Any, ...]]
    user_data: Mapping[Any, Any]


def docs_of(source: Any) -> Iterator[Read]:
    """Read a DocBin with a new vocabulary: ``source`` is the path of one on the disk, or one in memory, which stays as it is.

    spaCy unpacks span groups and user data at 2 ms a call, three calls a document, most of it a search for plug-ins; so these are
    unpacked here, with srsly's own unpacker made once.  Every hundredth document, the first among them, goes through spaCy alone,
    lest one wrong idea of the layout be both written and read.
    """
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab
    from srsly.msgpack import Unpacker

    docbin, vocab = DocBin(), Vocab()
    if isinstance(source, Path):
        docbin.from_disk(source)
    else:
        vars(docbin).update(vars(source))
    groups, user_data = docbin.span_groups, docbin.user_data
    docbin.span_groups = [raw if number % 100 == 0 else b"" for number, raw in enumerate(groups)]
    docbin.user_data = [raw if number % 100 == 0 else None for number, raw in enumerate(user_data)]
    unpacker = Unpacker(raw=False, use_list=False)

    def unpacked(raw: bytes) -> Any:
        unpacker.feed(raw)
        return unpacker.unpack()

    strings = _Strings(vocab.strings)
    for number, doc in enumerate(docbin.get_docs(vocab)):
        group = {
            _unpacked_span(packed, strings)
            for raw, keys in unpacked(groups[number]).items()
            if "sc" in keys
            for packed in unpacked(raw)["spans"]
        }
        data = unpacked(user_data[number] or b"\x80")
        if number % 100 == 0:
            group, data = set(map(told, doc.spans.get("sc", ()))), dict(doc.user_data)
        yield Read(doc, list(map(strings.__getitem__, doc.to_array(["ORTH"]).tolist())), group, data)


class _Strings(dict[int, str]):
    """A vocabulary's strings by their numbers, each looked up once."""

    def __init__(self, store: Any) -> None:
        super().__init__({0: ""})
        self._store = store

    def __missing__(self, number: int) -> str:
        string = self[number] = self._store[number]
        return string


def _unpacked_span(packed: bytes, strings: Mapping[int, str]) -> tuple[Any, ...]:
    span_id, kb_id, label, *place = SPAN.unpack(packed)
    return strings[span_id], strings[label], strings[kb_id], *place


def told(span: Any) -> tuple[Any, ...]:
    return span.id_, span.label_, span.kb_id_, span.start, span.end, span.start_char, span.end_char
