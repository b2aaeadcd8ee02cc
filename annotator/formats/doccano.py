"""doccano's JSON: sequence labelling, and the layout of projects with relations.

The two layouts
    ``{"id", "text", "label": [[start, end, label], ...], "Comments": [...]}``, and
    ``{"id", "text", "entities": [{"id", "label", "start_offset", "end_offset"}], "relations": [{"id", "from_id", "to_id", "type"}]}``.
    Read are also the older names ``data``, ``labels`` and ``annotations`` (with a ``user`` each: one set a user), the intent layout
    with ``cats``, and text classification, whose labels are categories.  A file has an object a line, or is one list.
Archives
    doccano exports a zip with a file for each annotator where they work apart: the member's name is the annotator.
Offsets
    doccano counts UTF-16 units, in its grapheme mode grapheme clusters (CRLF is one), and scripts that feed it often code points.  No
    surface is stored to test against, so the unit is the one under which most edges are those of words, over all documents in which it
    makes a difference.  Our own documents say it where it does, as ``annotator_offsets``, because a span may well begin within a word.
Metadata
    Every key that means nothing else is metadata, ``id`` included; doccano does the same.  ``name`` is the document's.
Status
    The file does not say what was approved, except the old ``annotation_approver``: a labelled document is in progress unless the option
    ``status`` says that the export held approved ones alone.

Written are spans, relations (in their own layout), categories (``cats``), metadata and comments; notes of spans become comments of the
document.  Beside the file ``OUT`` stand ``OUT.span_types.json`` and, with relations, ``OUT.relation_types.json`` for doccano's import of
labels.
"""

from __future__ import annotations

import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from annotator.domain.annotations import Kind
from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.errors import FormatError
from annotator.formats.doccano_archive import members
from annotator.formats.doccano_labels import types_of
from annotator.formats.doccano_lines import OFFSETS, Reading, differing_scores, parse_item
from annotator.formats.doccano_records import Layout, Tally, fitted, line_of
from annotator.formats.files import replacing_all, safe_stem
from annotator.formats.json_export import Shape, dumps, export
from annotator.formats.json_items import JsonItem, json_items
from annotator.formats.offsets import Unit

_LOOKED_AT, _TELLING = 20_000, 500
"""How many documents are looked at to find the unit of a file, and how many in which it makes a difference are enough."""

Items = Iterator[JsonItem | Complaint]


def read(
    path: Path, defaults: ReadDefaults, *, encoding: str = "", offsets: str = "auto", status: str = "in progress"
) -> Iterator[Record | Complaint]:
    """Stream the records of a file or of an archive of them.

    ``offsets`` is auto or a name of ``OFFSETS``, ``status`` "in progress" or "done".  Raises ``FormatError`` at once if the file cannot
    be opened or is not in its encoding.
    """
    chosen = _option("offsets", offsets, {"auto": None, **OFFSETS})
    done = _option("status", status, {"in progress": False, "done": True})
    if zipfile.is_zipfile(path):
        return _read_archive(path, defaults, encoding, chosen, done=done)
    reading = Reading(safe_stem(path), defaults, done)
    return _stream(partial(json_items, path, encoding=encoding), reading, str(path), chosen)


def recognises(value: Any) -> bool:
    """Tell whether the first value of a JSON file looks like a document of doccano."""
    if type(value) is not dict or not any(type(value.get(key)) is str for key in ("text", "data")):
        return False
    if type(value.get("entities")) is list:
        return "relations" in value or "cats" in value or "Comments" in value
    labels = value.get("label", value.get("labels"))
    return type(labels) is list and all(type(label) is list and len(label) == 3 for label in labels)


def _option(name: str, value: str, choices: Mapping[str, Any]) -> Any:
    if value not in choices:
        raise FormatError(f"“{name}” is one of {', '.join(choices)}, not “{value}”.")
    return choices[value]


def _read_archive(
    path: Path, defaults: ReadDefaults, encoding: str, unit: Unit | None, *, done: bool
) -> Iterator[Record | Complaint]:
    for name, annotator, items in members(path, encoding):
        if isinstance(items, Complaint):
            yield items
            continue
        own = ReadDefaults(annotator, Kind.PERSON) if annotator else defaults
        yield from _stream(items, Reading(safe_stem(path), own, done), name, unit)


def _stream(items: Callable[[], Items], reading: Reading, file: str, unit: Unit | None) -> Iterator[Record | Complaint]:
    # opened here and not in the generator, so that a file that is not there is refused at once
    return _records(items(), items, reading, file, unit)


def _records(
    stream: Items, again: Callable[[], Items], reading: Reading, file: str, unit: Unit | None
) -> Iterator[Record | Complaint]:
    differing = 0
    if unit is None:
        scores: Counter[Unit] = Counter()
        telling = (
            found for item in islice(again(), _LOOKED_AT) if isinstance(item, JsonItem) and (found := differing_scores(item))
        )
        for found in islice(telling, _TELLING):
            scores.update(found)
            differing += 1
        # UTF-16 first: it is what doccano itself counts where nothing speaks against it
        reading.unit = max(OFFSETS.values(), key=lambda candidate: scores[candidate])
    else:
        reading.unit, reading.asked = unit, True
    for item in stream:
        if isinstance(item, Complaint):
            yield item
        else:
            yield from parse_item(item, reading)
    if differing:
        message = (
            f"The offsets were taken for {reading.unit}, because so most spans begin and end at words; it matters in at least "
            f"{differing} of the documents. If labels stand a little beside their words, name the unit (offsets)."
        )
        yield Complaint(file, message, lost=False)


def write(
    records: Callable[[], Iterable[Record]],
    path: Path,
    scheme: LabelScheme,
    *,
    options: Mapping[str, str],
    progress: Progress,
) -> LossReport:
    """Write all records and the label types, read the records back, and report every loss; see ``exchange.Writer``.

    Options: ``layout`` is auto (that of relations if the scheme has any), spans or relations; ``offsets`` is utf-16, code-points or
    graphemes.
    """
    for name in options:
        if name not in ("layout", "offsets"):
            raise FormatError(f"The doccano export has no option “{name}”; it knows layout and offsets.")
    unit = _option("offsets", options.get("offsets", "utf-16"), OFFSETS)
    with_relations = _option(
        "layout", options.get("layout", "auto"), {"auto": bool(scheme.relations), "spans": False, "relations": True}
    )
    layout = Layout(unit, with_relations)
    report = LossReport("doccano", str(path))

    def back(written: Path) -> Iterator[Record | Complaint]:
        reading = Reading("", ReadDefaults(annotator=""), unit=unit, asked=True)
        return (found for item in json_items(written) if isinstance(item, JsonItem) for found in parse_item(item, reading))

    tally = Tally(layout)
    types = types_of(scheme, with_relations)
    with replacing_all(path, *(path.with_name(f"{path.name}.{kind}_types.json") for kind in types)) as (temporary, *beside):
        for file, listed in zip(beside, types.values(), strict=True):
            file.write_bytes(dumps(listed) + b"\n")
        shape = Shape(partial(fitted, layout=layout), lambda group: line_of(group[0], layout), back, seen=tally.see)
        export(records, temporary, shape, report, progress)
    tally.tell(report)
    return report
