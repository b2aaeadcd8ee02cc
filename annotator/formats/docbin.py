"""spaCy training data: a DocBin built from the stored tokens, read back from the disk and compared.

What stands in the file, for each document:

``doc.ents``
    the spans that do not overlap (``overlap=longest``: the longest first; ``first``: in text order), with ``kb_id`` and the span's
    id as ``span_id``.  Tokens that a left-out span touches are *missing*, all others outside an entity are O.
``doc.spans["sc"]``
    all spans whose edges are token borders, nested and crossing ones included; there even if empty.
``doc._.rel``
    ``{(start token of the head, start token of the tail): {label: 1.0}}``, positive pairs only, symmetric labels both ways, between
    spans in ``doc.ents``.  Needs ``Doc.set_extension("rel", default={})`` in the reading program.
``doc.cats``
    1.0 or 0.0 for every category of the scheme.
``doc.user_data["annotator"]``
    name, annotator, kind, status, meta, and by id the attributes, notes, confidences and origins of spans and relations.

No sentence starts are written.  Only the five token attributes that say something are stored (ORTH and the four of entities), which
``Corpus`` and ``DocBin.get_docs`` read like any other file; ``DocBin.merge`` wants a partner with the same ``attrs``.

Beside the file ``OUT`` stands ``OUT.relations.json``: ``{"documents": [...]}``, one document a line, with ``name``, ``text``,
``tokens`` (``[start, end]`` of spaCy's tokens), ``spans`` (``id``, ``label``, ``start``, ``end`` in code points, ``start_token``,
``end_token`` half-open, ``ent``: whether it is in ``doc.ents``) and ``relations`` (``id``, ``label``, ``head`` and ``tail`` as span
ids, ``head_token``, ``tail_token``, ``symmetric``, ``rel``: whether it is in ``doc._.rel``).

The DocBin's arrays are filled directly, without a ``Doc`` for each document: the reading back shows that they are right.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

import orjson

from annotator.domain.documents import Status
from annotator.domain.exchange import Fate, Loss, LossReport, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.errors import FormatError
from annotator.formats.compare import document_loss, item_loss, span_loss
from annotator.formats.docbin_plan import FAR, Choices, Placed, Plan, plan, twin
from annotator.formats.files import replacing

_ATTRIBUTES = ("ORTH", "ENT_IOB", "ENT_TYPE", "ENT_KB_ID", "ENT_ID")
_SPAN = struct.Struct(">QQQllll")
"""A span of a group as spaCy stores it: id, kb_id, label, first and stop token, first and last character."""

_REL = ("._.", "rel", None, None)


def write(
    records: Callable[[], Iterable[Record]],
    path: Path,
    scheme: LabelScheme,
    *,
    options: Mapping[str, str],
    progress: Progress,
) -> LossReport:
    """Write the DocBin and its JSON twin, read both back, and report every loss; see ``exchange.Writer``.

    Options: ``misaligned`` is missing (the default: spans that cut tokens are left out), expand or contract; ``overlap`` is longest
    or first.
    """
    choices = _choices(options, scheme)
    report = LossReport("spacy", str(path))
    with replacing(path) as temporary, replacing(relations_path(path)) as temporary_twin:
        written = _write(records, (temporary, temporary_twin), choices, progress)
        _compare(records, (temporary, temporary_twin), choices, written, report, progress=progress)
    return report


def relations_path(path: Path) -> Path:
    """Return where the JSON twin stands: beside the DocBin, its whole name followed by ``.relations.json``."""
    return path.with_name(path.name + ".relations.json")


def _choices(options: Mapping[str, str], scheme: LabelScheme) -> Choices:
    allowed = {"misaligned": ("missing", "expand", "contract"), "overlap": ("longest", "first")}
    for name, value in options.items():
        if name not in allowed:
            raise FormatError(f"The spaCy export has no option “{name}”; it knows {' and '.join(allowed)}.")
        if value not in allowed[name]:
            raise FormatError(f"“{name}” is one of {', '.join(allowed[name])}, not “{value}”.")
    symmetric = frozenset(label.name for label in scheme.relations if label.symmetric)
    return Choices(symmetric=symmetric, categories=scheme.categories, **options)


def _write(
    records: Callable[[], Iterable[Record]], paths: tuple[Path, Path], choices: Choices, progress: Progress
) -> list[str | int]:
    """Write both files; return for each record the hash of its line in the JSON file, or why it is in neither."""
    from spacy.tokens import DocBin

    progress.start("Writing", progress.total)
    filler = _Filler(DocBin(attrs=_ATTRIBUTES, store_user_data=True))
    written: list[str | int] = []
    with paths[1].open("wb") as file:
        file.write(b'{"documents": [')
        for record in records():
            progress.advance()
            made = plan(record, choices)
            if made is None:
                written.append("has no tokens, or they do not cover its text")
                continue
            try:
                line = orjson.dumps(twin(record, made))
                filler.add(made)
            except (TypeError, UnicodeEncodeError) as error:
                written.append(f"holds characters that cannot be written: {error}")
            else:
                file.write((b",\n" if len(filler.bin) > 1 else b"\n") + line)
                written.append(hash(line))
        file.write(b"\n]}\n")
    if not written:
        raise FormatError("There is nothing to export, so no file was written.")
    if not len(filler.bin):
        raise FormatError(f"None of the {len(written)} documents can be exported: the first {written[0]}. No file was written.")
    filler.bin.to_disk(paths[0])
    return written


class _Filler:
    """Fills a DocBin's lists with what ``DocBin.add`` would put there for the Doc of a plan."""

    def __init__(self, docbin: Any) -> None:
        from spacy.attrs import intify_attr
        from spacy.strings import StringStore
        from srsly.msgpack import Packer

        self.bin = docbin
        self._columns = {name: docbin.attrs.index(intify_attr(name)) for name in _ATTRIBUTES}
        self._strings = StringStore()
        self._hashes: dict[str, int] = {"": 0}
        # one packer for all: srsly's functions make a new one at each call and search the installed packages for plug-ins first
        self._pack: Callable[[Any], bytes] = Packer(use_bin_type=True).pack

    def _hash(self, string: str) -> int:
        found = self._hashes.get(string)
        if found is None:
            found = self._hashes[string] = self._strings.add(string)
            self.bin.strings.add(string)
        return found

    def add(self, made: Plan) -> None:
        """Add one document whole, or raise ``UnicodeEncodeError`` for a lone surrogate and add nothing."""
        import numpy as np

        column = self._columns
        array = np.zeros((len(made.tokens.words), len(_ATTRIBUTES)), dtype="uint64")
        array[:, column["ORTH"]] = [self._hash(word) for word in made.tokens.words]
        array[:, column["ENT_IOB"]] = made.iob
        for entity in made.ents:
            place = slice(entity.first, entity.stop)
            array[place, column["ENT_TYPE"]] = self._hash(entity.span.label)
            array[place, column["ENT_KB_ID"]] = self._hash(entity.span.kb_id)
            array[place, column["ENT_ID"]] = self._hash(entity.span.id)
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
        return _SPAN.pack(self._hash(span.id), self._hash(span.kb_id), self._hash(span.label), *numbers)

    def _user_data(self, made: Plan) -> bytes:
        rel = {_REL: made.rel} if made.rel else {}
        try:
            return self._pack({"annotator": made.extras, **rel})
        except (OverflowError, TypeError, ValueError):
            # a whole number beyond 64 bits, say: the comparison finds the user data different and reports it
            return self._pack(rel)


def _compare(
    records: Callable[[], Iterable[Record]],
    paths: tuple[Path, Path],
    choices: Choices,
    written: list[str | int],
    report: LossReport,
    *,
    progress: Progress,
) -> None:
    """Read both files and lay each document beside the record it was made of."""
    progress.start("Comparing", progress.done)
    docs = _docs(paths[0])
    unfinished = far = 0
    with paths[1].open("rb") as twin_file:
        lines = (line.rstrip(b",\n") for line in twin_file if line.startswith(b'{"name"'))
        for record, kept in zip_longest(records(), written):
            if record is None or kept is None:
                raise FormatError("The project changed while it was exported, so no file was written. Export it again.")
            progress.advance()
            made = None if isinstance(kept, str) else plan(record, choices)
            if made is None:
                report.losses.append(document_loss(record, Fate.DROPPED, str(kept)))
                continue
            report.losses += made.losses
            report.losses += _differences(record, made, next(docs, None), hash(next(lines, b"")) == kept)
            report.documents += 1
            report.spans += len(made.spans)
            report.relations += made.kept_relations
            report.unreviewed += sum(not item.reviewed for item in (*record.spans, *record.relations))
            unfinished += record.status is not Status.DONE
            far += made.far
    _notice(report, unfinished, far)


def _notice(report: LossReport, unfinished: int, far: int) -> None:
    if unfinished:
        told = "document is not done; its" if unfinished == 1 else "documents are not done; their"
        report.notices.append(f"{unfinished} {told} tokens without a span count as outside all the same.")
    if far:
        told = "relation reaches" if far == 1 else "relations reach"
        report.notices.append(f"{far} {told} over more than {FAR} tokens; relation components commonly train none that long.")


@dataclass(frozen=True, slots=True)
class _Read:
    """A document as it came back: spaCy's ``doc``, its words, the spans of the group and the user data."""

    doc: Any
    words: list[str]
    group: set[tuple[Any, ...]]
    user_data: Mapping[Any, Any]


def _docs(path: Path) -> Iterator[_Read]:
    """Read a DocBin from the disk with a new vocabulary.

    spaCy unpacks span groups and user data at 2 ms a call, three calls a document, most of it a search for plug-ins; so these are
    unpacked here, with srsly's own unpacker made once.  Every hundredth document, the first among them, goes through spaCy alone,
    lest one wrong idea of the layout be both written and read.
    """
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab
    from srsly.msgpack import Unpacker

    docbin, vocab = DocBin().from_disk(path), Vocab()
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
            group, data = set(map(_told, doc.spans.get("sc", ()))), dict(doc.user_data)
        yield _Read(doc, [strings[orth] for orth in doc.to_array(["ORTH"]).tolist()], group, data)


class _Strings(dict[int, str]):
    """A vocabulary's strings by their numbers, each looked up once."""

    def __init__(self, store: Any) -> None:
        super().__init__({0: ""})
        self._store = store

    def __missing__(self, number: int) -> str:
        string = self[number] = self._store[number]
        return string


def _unpacked_span(packed: bytes, strings: Mapping[int, str]) -> tuple[Any, ...]:
    span_id, kb_id, label, *place = _SPAN.unpack(packed)
    return strings[span_id], strings[label], strings[kb_id], *place


def _differences(record: Record, made: Plan, read: _Read | None, same_line: bool) -> Iterator[Loss]:
    """Find what came back from the disk otherwise than planned."""
    import numpy as np

    if read is None:
        yield document_loss(record, Fate.DROPPED, "did not come back from the file")
        return
    doc = read.doc
    wrong = [
        name
        for name, same in (
            ("text", read.words == made.tokens.words and doc.to_array(["SPACY"]).tolist() == made.tokens.spaces),
            ("tokens", np.array_equal(doc.to_array(["IDX"]), np.asarray(made.tokens.starts, dtype="uint64"))),
            ("entity tags", np.array_equal(doc.to_array(["ENT_IOB"]), np.asarray(made.iob, dtype="uint64"))),
            ("categories", doc.cats == made.cats),
            ("user data", read.user_data.get("annotator") == _as_tuples(made.extras)),
            ("the JSON file", same_line),
        )
        if not same
    ]
    if wrong:
        yield document_loss(record, Fate.CHANGED, f"came back different: {', '.join(wrong)}")
    ents = set(map(_told, doc.ents))
    for place, planned, there in (("doc.ents", made.ents, ents), ('doc.spans["sc"]', made.spans, read.group)):
        for entry in planned:
            if _expected(entry) not in there:
                yield span_loss(record, entry.span, Fate.CHANGED, f"came back different in {place}")
        if len(there) > len(planned):
            yield document_loss(record, Fate.CHANGED, f"came back with more spans in {place}")
    if read.user_data.get(_REL, {}) != made.rel:
        for relation in record.relations:
            yield item_loss(record, relation, Fate.CHANGED, "came back different in doc._.rel")


def _told(span: Any) -> tuple[Any, ...]:
    return span.id_, span.label_, span.kb_id_, span.start, span.end, span.start_char, span.end_char


def _expected(entry: Placed) -> tuple[Any, ...]:
    span = entry.span
    return span.id, span.label, span.kb_id, entry.first, entry.stop, entry.start, entry.end


def _as_tuples(value: Any) -> Any:
    """Return ``value`` as it comes back from spaCy, where lists in user data have become tuples."""
    if isinstance(value, dict):
        return {key: _as_tuples(entry) for key, entry in value.items()}
    return tuple(map(_as_tuples, value)) if isinstance(value, list | tuple) else value
