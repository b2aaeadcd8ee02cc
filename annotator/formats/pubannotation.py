"""PubAnnotation's JSON, which TextAE edits: denotations, relations and attributes beside their text.

Layout
    ``{"sourcedb", "sourceid", "text", "project", "denotations": [{"id", "span": {"begin", "end"}, "obj"}], "relations": [{"id", "subj",
    "pred", "obj"}], "attributes": [{"id", "subj", "pred", "obj"}]}``.  A file holds one such object, several one after another or one a
    line, or a list of them; a .tgz, .tar or .zip holds such files.  ``tracks`` are the annotations of several projects on one text.
    Written is one document a line or, where the target is called .tgz, one a member.
Sets
    A project is an annotation set, and its name the annotator.
Spans
    A denotation is a span and its ``obj`` the label; one without ``obj`` is left out and named.  ``blocks``, TextAE's denotations of
    whole passages, are spans with the attribute ``block``.
Fragments
    Both ways of PubAnnotation are read: a ``span`` that is a list (bagging), and denotations called ``_FRAGMENT`` that the relation
    ``_lexicallyChainedTo`` ties to the one with the label (chaining).  Chaining is written unless the option ``fragments`` says bag.
Attributes
    Several values under one name are a list.  ``modifications``, their older form, are attributes that are true.
Offsets
    The server counts code points, but a browser that feeds it may count UTF-16 units.  The unit is tested against the surfaces
    (``text`` of a denotation) where there are any, else against the edges of words; without any difference it is code points.  Written
    are code points, with the surfaces where the two units differ.
Metadata
    Every other key of a document (``config``, ``typesettings``, ``namespaces``, ``divid`` ...) is metadata.  A document is called by its
    ``name``, else by ``sourcedb`` and ``sourceid``, else by its file.

The tools look only at the keys they know, so the rest goes into keys of our own: ``name`` and ``meta`` of a document; those of
``json_sets`` of a set; ``attributes`` (values that are no plain ones), ``note``, ``kb_id``, ``confidence``, ``origin``, ``reviewed`` and
``derived_from`` of denotations and relations.  Tokens are not written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.formats.conll_plan import chosen
from annotator.formats.files import replacing, safe_stem
from annotator.formats.json_export import Shape, export
from annotator.formats.json_items import JsonItem, json_items
from annotator.formats.json_sets import Names
from annotator.formats.offsets import Unit
from annotator.formats.pubannotation_archive import kind_of, members, pack
from annotator.formats.pubannotation_documents import Reading, parse_document
from annotator.formats.pubannotation_write import document_of, fitted

UNITS = {"auto": None, "code-points": Unit.CODE_POINTS, "utf-16": Unit.UTF16, "bytes": Unit.BYTES}
PACKED = (".tgz", ".tar.gz")
OPTIONS = {"fragments": ("chain", "bag")}


def read(path: Path, defaults: ReadDefaults, *, encoding: str = "", offsets: str = "auto") -> Iterator[Record | Complaint]:
    """Stream the records of a file or of an archive of them: one for each project of a document.

    ``offsets`` is a name of ``UNITS``.  Raises ``FormatError`` at once if the file cannot be opened or is not in its encoding.
    """
    unit = UNITS[chosen({"offsets": offsets}, {"offsets": tuple(UNITS)}, "PubAnnotation")["offsets"]]
    kind = kind_of(path)
    if kind:
        return _read_archive(path, kind, Reading(Names(safe_stem(path)), defaults, unit), encoding)
    return _stream(json_items(path, encoding=encoding), Reading(Names(safe_stem(path)), defaults, unit))


def recognises(value: Any) -> bool:
    """Tell whether the first value of a JSON file looks like a document of PubAnnotation."""
    if type(value) is not dict or type(value.get("text")) is not str:
        return False
    return any(type(value.get(key)) is list for key in ("denotations", "tracks")) or {"sourcedb", "sourceid"} <= value.keys()


def _read_archive(path: Path, kind: str, reading: Reading, encoding: str) -> Iterator[Record | Complaint]:
    for stem, items in members(path, kind, encoding):
        if isinstance(items, Complaint):
            yield items
        else:
            reading.names = Names(stem)
            yield from _stream(items, reading)


def _stream(items: Iterator[JsonItem | Complaint], reading: Reading) -> Iterator[Record | Complaint]:
    for item in reading.names.watching(items):
        if isinstance(item, Complaint):
            yield item
        else:
            yield from parse_document(item, reading)


def write(
    records: Callable[[], Iterable[Record]],
    path: Path,
    scheme: LabelScheme,
    *,
    options: Mapping[str, str],
    progress: Progress,
) -> LossReport:
    """Write all records, one document a line, or one a member if ``path`` ends in .tgz; read them back, and report every loss.

    See ``exchange.Writer``.  Sets of one document become its tracks where they follow each other.  Option: ``fragments`` is chain or bag.
    """
    del scheme
    choices = chosen(options, OPTIONS, "PubAnnotation")
    report = LossReport("pubannotation", str(path))

    def back(written: Path) -> Iterator[Record | Complaint]:
        # what the file does not say must not be filled in here, or a set without an annotator would seem to have changed
        return _stream(json_items(written), Reading(Names(""), ReadDefaults(annotator=""), Unit.CODE_POINTS))

    with replacing(path) as temporary:
        packed = path.name.lower().endswith(PACKED)
        plain = temporary.with_name(f"{temporary.name}.plain") if packed else temporary
        encode = partial(document_of, chained=choices["fragments"] == "chain")
        try:
            export(records, plain, Shape(fitted, encode, back, grouped=True), report, progress)
            if packed:
                pack(plain, temporary)
        finally:
            if packed:
                plain.unlink(missing_ok=True)
    return report
