"""CoNLL-U and CoNLL-U Plus: ten columns, or those that ``# global.columns`` names; spans in MISC or in a column of their own.

Read: ``Entity=`` (``formats.conllu_entities``), else ``NE=``, ``NER=`` or ``name=`` with an IOB or BILUO tag, else a column of tags
whose name ends in NE, NER or ENTITY.  ``# text`` is the text of a sentence, where its words stand in it; sentences follow each other on
new lines unless ``SpacesAfter`` of the last word says otherwise.  A multi-word token is one token of the text; empty nodes are no
text.  ``# newdoc`` begins a document; a file without is one.  Lemmas, parts of speech and dependencies are not kept.

Written: ID, FORM and MISC, all else ``_``; the exact text by ``SpaceAfter``, ``SpacesBefore`` and ``SpacesAfter`` (as UDPipe escapes
them), what belongs to a document as a whole in ``# annotator = JSON``.  Option ``entities``: ``entity`` (nested, crossing and
discontinuous spans and knowledge-base ids) or ``ne`` (``NE=B-PER`` as spaCy reads it, no two spans on one token).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson

from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.formats.column_export import Written, compare_records, write_records
from annotator.formats.conll import written_labels
from annotator.formats.conll_plan import Plan, chosen, plan, without_overlap
from annotator.formats.conll_tags import tags_of
from annotator.formats.conll_text import side_line
from annotator.formats.conllu_entities import PARTS, Mention, values
from annotator.formats.conllu_read import stream
from annotator.formats.conllu_spaces import escaped
from annotator.formats.files import refusal, replacing

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "misaligned": ("missing", "expand", "contract"),
    "entities": ("entity", "ne"),
    "overlap": ("longest", "first"),
}


_BREAKS = frozenset("\t\n\r")


def read(path: Path, defaults: ReadDefaults, *, encoding: str | None = None) -> Iterator[Record | Complaint]:
    """Stream the documents of a file; raises ``FormatError`` at once if it cannot be opened or is not in its encoding."""
    try:
        path.open("rb").close()
    except OSError as error:
        raise refusal(path, error) from error
    return stream(path, encoding, defaults)


def write(
    records: Callable[[], Iterable[Record]],
    path: Path,
    scheme: LabelScheme,
    *,
    options: Mapping[str, str],
    progress: Progress,
) -> LossReport:
    """Write CoNLL-U, read it back, and report every loss; see ``exchange.Writer``.  Options, the default first: ``OPTIONS``."""
    del scheme
    choices = chosen(options, OPTIONS, "CoNLL-U")
    report = LossReport("conllu", str(path))
    with replacing(path) as temporary:
        written = _write(records, temporary, choices, progress)
        flat = choices["entities"] == "ne"
        back = stream(temporary, None, ReadDefaults(annotator=""))
        plans = compare_records(
            records,
            partial(_planned, choices=choices),
            written,
            back,
            report,
            progress=progress,
            what="CoNLL-U",
            holds=() if flat else ("kb_id",),
        )
        labels = {entry.span.label for made in plans for entry in made.spans}
    foreign = sorted(label for label in labels if flat and not re.fullmatch("[A-Z_]+", label))
    if foreign:
        told = ", ".join(f"“{label}”" for label in foreign)
        report.notices.append(f"spaCy reads only labels of capital letters and _ from this file, so not {told}.")
    return report


def _planned(record: Record, choices: Mapping[str, str]) -> Plan | str:
    """Return what becomes of a record, or why it cannot be written."""
    flat = choices["entities"] == "ne"
    made = plan(record, misaligned=choices["misaligned"], fragments=not flat, split_blanks=False)
    if made is None:
        return "has no tokens, or they do not cover its text"
    if not made.words:
        return "has no tokens, and CoNLL-U holds nothing else"
    if not _BREAKS.isdisjoint("".join([record.text[start:end] for start, end in made.words])):
        return "has tokens with tabs or line breaks in them"
    if flat:
        without_overlap(record, made, choices["overlap"])
    return made


def _write(records: Callable[[], Iterable[Record]], path: Path, choices: Mapping[str, str], progress: Progress) -> Written:
    with path.open("w", encoding="utf-8", newline="\n") as file:
        if choices["entities"] == "entity":
            file.write(f"# global.Entity = {'-'.join(PARTS)}\n")

        def put(record: Record, made: Plan) -> None:
            file.write("".join(_lines(record, made, choices)).encode().decode())

        return write_records(records, partial(_planned, choices=choices), put, progress)


def _lines(record: Record, made: Plan, choices: Mapping[str, str]) -> Iterator[str]:
    names = written_labels(entry.span.label for entry in made.spans) if choices["entities"] == "ne" else {}
    yield f"# newdoc id = {' '.join(record.name.split())}\n"
    yield f"# annotator = {_about(record, {name: label for label, name in names.items() if name != label})}\n"
    notes = _notes(made, names, choices)
    borders = [*dict.fromkeys([0, *made.sentences]), len(made.words)]
    for number, (first, stop) in enumerate(pairwise(borders), 1):
        text = record.text[made.words[first][0] : made.words[stop - 1][1]]
        yield f"# sent_id = {number}\n"
        if not set(text) & set("\n\r"):
            yield f"# text = {text}\n"
        for word in range(first, stop):
            start, end = made.words[word]
            said = notes.get(word, ())
            # between words of a sentence one blank nearly always, of which nothing is said
            plain = first < word < stop - 1 and made.words[word + 1][0] == end + 1 and record.text[end] == " "
            misc = "|".join(said if plain else [*said, *_spaces(record.text, made, word, last=word == stop - 1)])
            yield f"{word - first + 1}\t{record.text[start:end]}\t_\t_\t_\t_\t_\t_\t_\t{misc or '_'}\n"
        yield "\n"


def _about(record: Record, labels: Mapping[str, str]) -> str:
    """Return what belongs to the document and its set as a whole, as JSON on one line, without the text."""
    data: dict[str, Any] = orjson.loads(side_line(record, labels))
    del data["text"]
    return orjson.dumps(data).decode()


def _notes(made: Plan, names: Mapping[str, str], choices: Mapping[str, str]) -> dict[int, list[str]]:
    """Return what MISC says of spans, by word."""
    if choices["entities"] == "ne":
        spans = [(*entry.words[0], names[entry.span.label]) for entry in made.spans]
        tags = tags_of(spans, len(made.words), "biluo")
        return {number: [f"NE={tag.replace('|', '%7C')}"] for number, tag in enumerate(tags) if tag != "O"}
    mentions = [
        Mention(f"e{number}", entry.span.label, entry.span.kb_id, entry.words) for number, entry in enumerate(made.spans, 1)
    ]
    return {word: [f"Entity={value}"] for word, value in values(mentions).items()}


def _spaces(text: str, made: Plan, word: int, *, last: bool) -> Iterator[str]:
    """Yield what MISC says of the white space around a word."""
    start, end = made.words[word]
    if word == 0 and start:
        yield f"SpacesBefore={escaped(text[:start])}"
    final = word == len(made.words) - 1
    gap = text[end:] if final else text[end : made.words[word + 1][0]]
    if gap == ("" if final else "\n" if last else " "):
        return
    yield f"SpacesAfter={escaped(gap)}" if gap else "SpaceAfter=No"
