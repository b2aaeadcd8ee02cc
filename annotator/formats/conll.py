"""CoNLL columns: one token a line, its tag in a column, a blank line between sentences, ``-DOCSTART-`` between documents.

Read (``formats.conll_read``): columns between tabs or blanks, IOB1, IOB2, IOE, BILUO and BIOES tags, comments before sentences
(``# newdoc id = NAME`` begins a document, ``# text = ...`` gives the exact text of a sentence).  A file without marks between
documents is one document.  Where no text is given, it is rebuilt: one blank between tokens, a line break between sentences.

Written: four columns as in CoNLL-2003 (token, ``-X-``, ``O``, tag), or two.  ``OUT.documents.jsonl`` beside the file ``OUT`` holds the
exact texts (``formats.conll_text``); with it, reading gives the texts and tokens that were written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from annotator.domain.exchange import LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.formats.column_export import Written, compare_records, write_records
from annotator.formats.conll_layout import DOCSTART, Layout
from annotator.formats.conll_plan import Plan, chosen, plan, without_overlap
from annotator.formats.conll_read import stream
from annotator.formats.conll_tags import tags_of
from annotator.formats.conll_text import side_line, side_path
from annotator.formats.files import replacing_all

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "misaligned": ("missing", "expand", "contract"),
    "overlap": ("longest", "first"),
    "tags": ("iob2", "biluo", "bioes"),
    "columns": ("4", "2"),
}


def write(
    records: Callable[[], Iterable[Record]],
    path: Path,
    scheme: LabelScheme,
    *,
    options: Mapping[str, str],
    progress: Progress,
) -> LossReport:
    """Write the tokens and the exact texts beside them, read both back, and report every loss; see ``exchange.Writer``.

    Options, with the default first: see ``OPTIONS``.  Of spans that share a token one is kept; fragments and relations cannot be written.
    """
    del scheme
    choices = chosen(options, OPTIONS, "CoNLL")
    report = LossReport("conll", str(path))
    with replacing_all(path, side_path(path)) as (temporary, beside):
        written = _write(records, temporary, beside, choices, progress)
        four = choices["columns"] == "4"
        layout = Layout(tabs=False, width=4 if four else 2, token=0, tag=3 if four else 1, kind="iob2")
        back = stream(temporary, None, layout, ReadDefaults(annotator=""), beside)
        planned = partial(_planned, choices=choices)
        split = sum(
            made.split for made in compare_records(records, planned, written, back, report, progress=progress, what="CoNLL")
        )
    if split:
        report.notices.append(f"Tokens with a blank in them were cut there in {amount(split, 'document')}.")
    report.notices.append(f"The tokens stand without their spacing; {side_path(path).name} beside the file holds the exact texts.")
    return report


def _planned(record: Record, choices: Mapping[str, str]) -> Plan | str:
    """Return what becomes of a record, or why it cannot be written."""
    made = plan(record, misaligned=choices["misaligned"], fragments=False, split_blanks=True)
    if made is None:
        return "has no tokens, or they do not cover its text"
    if DOCSTART in record.text and any(record.text[start:end] == DOCSTART for start, end in made.words):
        return f"holds the word {DOCSTART}, which parts documents"
    without_overlap(record, made, choices["overlap"])
    return made


def written_labels(labels: Iterable[str]) -> dict[str, str]:
    """Return for each label the form without white space that a column can hold, no two alike."""
    names: dict[str, str] = {}
    for label in sorted(set(labels), key=lambda label: ("_".join(label.split()) != label, label)):
        wanted = name = "_".join(label.split()) or "_"
        number = 1
        while name in names.values():
            number += 1
            name = f"{wanted}_{number}"
        names[label] = name
    return names


def _write(
    records: Callable[[], Iterable[Record]], path: Path, beside: Path, choices: Mapping[str, str], progress: Progress
) -> Written:
    """Write both files."""
    with path.open("w", encoding="utf-8", newline="\n") as file, beside.open("wb") as texts:

        def put(record: Record, made: Plan) -> None:
            labels = written_labels(entry.span.label for entry in made.spans)
            line = side_line(record, {name: label for label, name in labels.items() if name != label})
            lines = "".join(_lines(record, made, choices)).encode().decode()
            texts.write(line)
            file.write(lines)

        return write_records(records, partial(_planned, choices=choices), put, progress)


def _lines(record: Record, made: Plan, choices: Mapping[str, str]) -> Iterator[str]:
    four = choices["columns"] == "4"
    names = written_labels(entry.span.label for entry in made.spans)
    spans = [(*entry.words[0], names[entry.span.label]) for entry in made.spans]
    tags = tags_of(spans, len(made.words), choices["tags"])
    yield f"{DOCSTART} -X- O O\n" if four else f"{DOCSTART} O\n"
    starts = set(made.sentences) | {0}
    for number, ((start, end), tag) in enumerate(zip(made.words, tags, strict=True)):
        blank = "\n" if number in starts else ""
        yield f"{blank}{record.text[start:end]}{' -X- O ' if four else ' '}{tag}\n"
    yield "\n"
