"""Label Studio's JSON: tasks with annotations, predictions and relations; JSON_MIN is read as well.

What a task means
    An annotation is the set of the person in ``completed_by``, done; ``was_cancelled`` makes it skipped, ``ground_truth`` gold.  A
    prediction is the set of a model called by its ``model_version``; where its regions have no ``score``, they get the prediction's as
    confidence.  A draft is a set in progress.  The document is called by the name in the task's ``meta``, else by its id; the other fields
    of ``data`` and ``meta`` are metadata.
Results
    A region is a span for each of its labels.  What choices, text areas and the like say of a region becomes an attribute; choices for
    the whole document are categories.  The ``meta.text`` of a region is its note.  A relation with ``direction`` left is turned round;
    bi is kept as the attribute ``direction``.  A relation without a label is called “relation”.
The text
    Which field is annotated says the configuration (option ``config``, or a file OUT.config.xml, config.xml or label_config.xml beside
    OUT), the option ``text``, the ``source`` of the regions, or the only text there is.  HTML is refused, as are tasks that hold only the
    address of their text.
Offsets
    UTF-16 units as a browser counts them, unless the stored texts of the regions are found under code points or bytes alone.  A region
    whose text is not where it says is left out and named.
JSON_MIN
    One object for each annotation, its results under the names of their controls; relations are not in it.

Written are all sets of a document as one task, a task a line.  Label Studio ignores what it does not know, so the rest goes into keys of
our own: ``annotator``, ``kind``, ``status``, ``flagged`` and ``verdicts`` of an annotation, ``relations`` of a relation (id, note and
attributes of each of its labels), and the ``meta`` of regions.  ``completed_by`` is not written: an import refuses users it does not know.
Fragments are what it cannot hold.  The labelling configuration stands in ``OUT.config.xml``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from annotator.domain.annotations import Kind
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.errors import FormatError
from annotator.formats.files import replacing_all, safe_stem
from annotator.formats.json_export import Shape, export
from annotator.formats.json_items import JsonItem, json_items
from annotator.formats.label_studio_config import Config, config_text, read_config
from annotator.formats.label_studio_records import Manner, fitted, task_of
from annotator.formats.label_studio_tasks import UNITS, Reading, parse_item
from annotator.formats.offsets import Unit, same_as_code_points


def read(
    path: Path, defaults: ReadDefaults, *, encoding: str = "", config: str = "", text: str = "", offsets: str = "auto"
) -> Iterator[Record | Complaint]:
    """Stream the records of a file.

    ``config`` is the path of the labelling configuration, ``text`` the field of the data that was annotated, ``offsets`` auto or a name
    of ``label_studio_tasks.UNITS``.  Raises ``FormatError`` at once if the file cannot be opened or is not in its encoding, or the
    configuration named is none.
    """
    unit = _unit(offsets, {"auto": None, **UNITS})
    found = read_config(Path(config)) if config else _config_beside(path)
    reading = Reading(safe_stem(path), defaults, found, text, unit)
    return _stream(json_items(path, encoding=encoding), reading, str(path))


def recognises(value: Any) -> bool:
    """Tell whether the first value of a JSON file looks like a task of Label Studio."""
    if type(value) is not dict:
        return False
    parts = {"annotations", "predictions", "completions", "drafts"}
    full = type(value.get("data")) is dict and not parts.isdisjoint(value)
    return full or {"annotation_id", "annotator"} <= value.keys()


def read_scheme(path: Path) -> LabelScheme:
    """Return the label scheme that a labelling configuration describes; raises ``FormatError`` if it is none."""
    return read_config(path).scheme


def _unit(name: str, choices: Mapping[str, Any]) -> Any:
    if name not in choices:
        raise FormatError(f"“offsets” is one of {', '.join(choices)}, not “{name}”.")
    return choices[name]


def _config_beside(path: Path) -> Config | None:
    for name in (f"{path.name}.config.xml", "config.xml", "label_config.xml"):
        try:
            return read_config(path.with_name(name))
        except FormatError:
            continue  # there is none, or it belongs to something else
    return None


def _stream(items: Iterator[JsonItem | Complaint], reading: Reading, file: str) -> Iterator[Record | Complaint]:
    for item in items:
        if isinstance(item, Complaint):
            yield item
            continue
        records, complaints = parse_item(item, reading)
        yield from complaints
        yield from records
    if reading.minimal:
        yield Complaint(file, "The file is JSON_MIN, which holds no relations.", lost=False)
    if reading.left:
        message = f"Label Studio's own notes ({', '.join(sorted(reading.left))}) were not taken over."
        yield Complaint(file, message, lost=False)


def write(
    records: Callable[[], Iterable[Record]],
    path: Path,
    scheme: LabelScheme,
    *,
    options: Mapping[str, str],
    progress: Progress,
) -> LossReport:
    """Write all records as tasks and the labelling configuration, read the tasks back, and report every loss.

    See ``exchange.Writer``.  Sets of one document become one task where they follow each other.  Option: ``offsets`` is utf-16 or
    code-points.
    """
    if set(options) - {"offsets"}:
        raise FormatError(f"The Label Studio export has no option “{min(set(options) - {'offsets'})}”; it knows offsets.")
    unit = _unit(options.get("offsets", "utf-16"), {"utf-16": Unit.UTF16, "code-points": Unit.CODE_POINTS})
    manner = Manner.of(scheme, unit)
    report = LossReport("label-studio", str(path))
    config, unsayable = config_text(scheme)

    def back(written: Path) -> Iterator[Record | Complaint]:
        # what a task does not say must not be filled in here, or a record without an annotator would seem to have changed
        reading = Reading("", ReadDefaults(annotator=""), unit=unit, text="text")
        return _stream(json_items(written), reading, str(written))

    counts: Counter[str] = Counter()

    def seen(record: Record, written: Record) -> None:
        own = record.kind is not Kind.MODEL and bool(record.annotator)
        counts["open"] += own and record.status in (Status.NEW, Status.IN_PROGRESS)
        counts["unit"] += bool(written.spans) and not same_as_code_points(record.text, unit)

    with replacing_all(path, path.with_name(f"{path.name}.config.xml")) as (temporary, temporary_config):
        temporary_config.write_text(config, encoding="utf-8", newline="\n")
        shape = Shape(fitted, lambda group: task_of(group, manner), back, grouped=True, array=True, seen=seen)
        export(records, temporary, shape, report, progress)
    _tell(counts, unit, unsayable, report)
    return report


def _tell(counts: Counter[str], unit: Unit, unsayable: list[str], report: LossReport) -> None:
    if counts["open"]:
        report.notices.append(f"{amount(counts['open'], 'set')} not done: Label Studio counts every annotation as submitted.")
    if counts["unit"]:
        report.notices.append(
            f"Offsets count {unit}; in {amount(counts['unit'], 'document')} that makes a difference to code points."
        )
    if unsayable:
        report.notices.append(f"The configuration leaves out names that XML cannot say: {', '.join(map(ascii, unsayable))}.")
