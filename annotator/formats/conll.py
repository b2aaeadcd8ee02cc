"""CoNLL columns: one token a line, its tag in a column, a blank line between sentences, ``-DOCSTART-`` between documents.

Read: columns between tabs or blanks, IOB1, IOB2, IOE, BILUO and BIOES tags, comments before sentences (``# newdoc id = NAME`` begins a
document, ``# text = ...`` gives the exact text of a sentence).  A file without marks between documents is one document.  Where no
text is given, it is rebuilt: one blank between tokens, a line break between sentences.

Written: four columns as in CoNLL-2003 (token, ``-X-``, ``O``, tag), or two.  ``OUT.documents.jsonl`` beside the file ``OUT`` holds the exact
texts (``formats.conll_text``); with it, reading gives the texts and tokens that were written.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

from annotator.domain.annotations import Span
from annotator.domain.exchange import Complaint, Fate, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.domain.text import Range, Tokens
from annotator.errors import FormatError
from annotator.formats.compare import document_loss
from annotator.formats.compare_content import content_losses, count, provenance
from annotator.formats.conll_layout import DOCSTART, Layout, is_docstart, layout_of
from annotator.formats.conll_plan import Plan, chosen, expected, plan, without_overlap
from annotator.formats.conll_tags import parts, spans_of, tags_of
from annotator.formats.conll_text import (
    Line,
    bare,
    complaint,
    fill,
    labels_of,
    lines_of,
    placed,
    side_line,
    side_lines,
    side_path,
    spaced,
    told_spacing,
)
from annotator.formats.files import replacing, safe_stem
from annotator.formats.jsonl_canonical import reviewed_by_default

OPTIONS: Mapping[str, tuple[str, ...]] = {
    "misaligned": ("missing", "expand", "contract"),
    "overlap": ("longest", "first"),
    "tags": ("iob2", "biluo", "bioes"),
    "columns": ("4", "2"),
}

_TEXT = re.compile(r"#\s*text\s*=\s?(.*)")
_NEWDOC = re.compile(r"#\s*newdoc(?:\s+id\s*=\s*(.*\S))?\s*")
_MOST_SLIPS = 50


def read(path: Path, defaults: ReadDefaults, **options: str) -> Iterator[Record | Complaint]:
    """Stream the documents of a file.

    Options: ``encoding``; ``column`` and ``token_column`` (from 1, or with a minus sign from the last); ``tags`` (auto, or a key of
    ``conll_tags.NAMES``); ``label`` for tags that are letters alone; ``documents`` (auto or sentence: each sentence is one);
    ``spacing`` (blank or punctuation).  Raises ``FormatError`` at once for a file without spans to read.
    """
    encoding = options.pop("encoding", "") or None
    by_sentence, spacing = options.pop("documents", "auto") == "sentence", options.pop("spacing", "blank")
    layout = layout_of(path, encoding, **options)
    return _stream(path, encoding, layout, defaults, side_path(path), by_sentence=by_sentence, spacing=spacing)


@dataclass(slots=True)
class _Sentence:
    """The words and tags of a sentence, and its text where the file states it."""

    words: list[str] = field(default_factory=list)
    tags: list[tuple[str, str]] = field(default_factory=list)
    text: str | None = None
    number: int = 0


@dataclass(slots=True)
class _Found:
    """A document as its lines give it; ``number`` is that of its first line."""

    name: str = ""
    sentences: list[_Sentence] = field(default_factory=list)
    number: int = 1


def _stream(
    path: Path,
    encoding: str | None,
    layout: Layout,
    defaults: ReadDefaults,
    beside: Path | None,
    *,
    by_sentence: bool = False,
    spacing: str = "blank",
) -> Iterator[Record | Complaint]:
    stem = safe_stem(path)
    entries = side_lines(beside)
    exact = beside is not None and beside.is_file()
    how = "texts are those of the file beside it" if exact else f"text was rebuilt with {told_spacing(spacing)}"
    yield Complaint(str(path), f"Read with {layout.told()}; where no text is stated, {how}.", lost=False)
    made = 0
    for item in _documents(path, encoding, layout, by_sentence=by_sentence):
        if isinstance(item, Complaint):
            yield item
            continue
        data = next(entries, None) if exact else None
        if data is None and not item.sentences:
            continue
        made += 1
        name = item.name or (stem if item.number <= 1 and not by_sentence else f"{stem}:{item.number}")
        record, told = _record(path, item, data, name, defaults, spacing)
        if exact and told is None and data is None:
            told = "The file beside it says nothing of this document."
        if told:
            yield complaint(path, item.number, f"{told} Its text was rebuilt with {told_spacing(spacing)}.", lost=False)
        yield record
    if not made:
        yield Complaint(str(path), "The file holds no document.")


def _documents(path: Path, encoding: str | None, layout: Layout, *, by_sentence: bool) -> Iterator[_Found | Complaint]:
    """Part the lines of a file into documents; complain of lines that are no tokens."""
    found: _Found | None = None
    sentence = _Sentence()
    slips = 0
    for line in lines_of(path, encoding):
        text = line.text
        if line.problem:
            yield complaint(path, line.number, line.problem)
        if not text.strip(" \t"):
            if sentence.words and found is not None:
                found.sentences.append(sentence)
                if by_sentence:
                    yield found
                    found = None
            sentence = _Sentence() if sentence.words else sentence
            continue
        newdoc = _NEWDOC.fullmatch(text) if not sentence.words else None
        if is_docstart(text) or newdoc:
            if sentence.words and found is not None:
                found.sentences.append(sentence)
            if found is not None:
                yield found
            found, sentence = _Found(newdoc[1] or "" if newdoc else "", number=line.number), _Sentence()
            continue
        cells = layout.split(text)
        if not sentence.words and text.startswith("#") and not _is_token(cells, layout):
            stated = _TEXT.fullmatch(text)
            sentence.text = stated[1] if stated else sentence.text
            continue
        found = found or _Found(number=line.number)
        problem = _add(sentence, cells, layout, line)
        slips += problem is not None
        if problem and slips <= _MOST_SLIPS:
            yield complaint(path, line.number, problem)
    if slips > _MOST_SLIPS:
        yield Complaint(str(path), f"{amount(slips - _MOST_SLIPS, 'more line')} had the like; none of them is listed.")
    if sentence.words and found is not None:
        found.sentences.append(sentence)
    if found is not None:
        yield found


def _is_token(cells: Sequence[str], layout: Layout) -> bool:
    return len(cells) == layout.width and parts(cells[layout.tag], layout.label) is not None and not layout.plain


def _add(sentence: _Sentence, cells: Sequence[str], layout: Layout, line: Line) -> str | None:
    """Add a token; return what is wrong with its line, if anything."""
    word = cells[layout.token] if layout.token < len(cells) else ""
    if not word:
        return "The line has no token, so it was left out."
    sentence.number = sentence.number or line.number
    sentence.words.append(word)
    tag = cells[layout.tag] if layout.tag < len(cells) else ""
    part = parts(tag, layout.label, plain=layout.plain) if tag else None
    sentence.tags.append(part or ("O", ""))
    if not tag:
        return f"The token “{word[:40]}” has no tag in column {layout.tag + 1}; it is in no span."
    return None if part else f"“{tag[:40]}” is no tag of a span; the token “{word[:40]}” is in none."


def _record(
    path: Path, found: _Found, data: dict[str, Any] | None, name: str, defaults: ReadDefaults, spacing: str
) -> tuple[Record, str | None]:
    """Return the record of a document, and why its exact text was not used where one was given."""
    words = [word for sentence in found.sentences for word in sentence.words]
    told: str | None = None
    places: list[Range] | None = None
    text = ""
    if data is not None:
        text = data["text"]
        places = placed(words, text)
        if places is None:
            told, data = "The text in the file beside it does not hold these tokens in their order, so it was not used.", None
    if places is None:
        text, places, unused = _rebuilt(found.sentences, spacing)
        told = told or (f"The stated text of {amount(unused, 'sentence')} does not hold its tokens." if unused else None)
    record = Record(name=data["name"] if data else name, text=text, place=f"{path}:{found.number}")
    fill(record, data or {}, defaults)
    record.tokens = Tokens(place for place in places if not text[place[0] : place[1]].isspace())
    record.spans = tuple(_spans(found.sentences, places, text, labels_of(data or {}), reviewed=reviewed_by_default(record.kind)))
    return bare(record, data or {}), told


def _rebuilt(sentences: Sequence[_Sentence], spacing: str) -> tuple[str, list[Range], int]:
    """Put the text of a document together; count the sentences whose stated text could not be used."""
    texts: list[str] = []
    places: list[Range] = []
    position = unused = 0
    for sentence in sentences:
        text = sentence.text if sentence.text is not None else spaced(sentence.words, spacing)
        found = placed(sentence.words, text)
        if found is None:
            unused += 1
            text = spaced(sentence.words, spacing)
            found = placed(sentence.words, text) or []
        texts.append(text)
        places += [(position + start, position + end) for start, end in found]
        position += len(text) + 1
    return "\n".join(texts), places, unused


def _spans(
    sentences: Iterable[_Sentence], places: Sequence[Range], text: str, labels: Mapping[str, str], *, reviewed: bool
) -> Iterator[Span]:
    first = number = 0
    for sentence in sentences:
        for start, stop, label in spans_of(sentence.tags):
            inner = [place for place in places[first + start : first + stop] if not text[place[0] : place[1]].isspace()]
            if inner:
                number += 1
                yield Span(f"s{number}", ((inner[0][0], inner[-1][1]),), labels.get(label, label), reviewed=reviewed)
        first += len(sentence.words)


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
    with replacing(path) as temporary, replacing(side_path(path)) as beside:
        written = _write(records, temporary, beside, choices, progress)
        _compare(records, temporary, beside, choices, written, report, progress=progress)
    report.notices.append(f"The tokens stand without their spacing; {side_path(path).name} beside the file holds the exact texts.")
    return report


def _planned(record: Record, choices: Mapping[str, str]) -> Plan | str:
    """Return what becomes of a record, or why it cannot be written."""
    made = plan(record, misaligned=choices["misaligned"], fragments=False, split_blanks=True)
    if made is None:
        return "has no tokens, or they do not cover its text"
    if any(record.text[start:end] == DOCSTART for start, end in made.words):
        return f"holds the word {DOCSTART}, which parts documents"
    without_overlap(record, made, choices["overlap"])
    return made


def written_label(label: str) -> str:
    """Return a label without white space, as a column can hold it."""
    return "_".join(label.split()) or "_"


def _write(
    records: Callable[[], Iterable[Record]], path: Path, beside: Path, choices: Mapping[str, str], progress: Progress
) -> list[str]:
    """Write both files; return for each record why it is in neither, or an empty text."""
    progress.start("Writing", progress.total)
    written: list[str] = []
    with path.open("w", encoding="utf-8", newline="\n") as file, beside.open("wb") as texts:
        for record in records():
            progress.advance()
            made = _planned(record, choices)
            problem = made if isinstance(made, str) else ""
            if not isinstance(made, str):
                labels = {written_label(entry.span.label): entry.span.label for entry in made.spans}
                try:
                    line = side_line(record, {name: label for name, label in labels.items() if name != label})
                    lines = "".join(_lines(record, made, choices)).encode().decode()
                except (TypeError, ValueError) as error:
                    problem = f"holds what cannot be written: {error}"
                else:
                    texts.write(line)
                    file.write(lines)
            written.append(problem)
    if not written:
        raise FormatError("There is nothing to export, so no file was written.")
    if all(written):
        raise FormatError(f"None of the {len(written)} documents can be exported: the first {written[0]}. No file was written.")
    return written


def _lines(record: Record, made: Plan, choices: Mapping[str, str]) -> Iterator[str]:
    four = choices["columns"] == "4"
    spans = [(*entry.words[0], written_label(entry.span.label)) for entry in made.spans]
    tags = tags_of(spans, len(made.words), choices["tags"])
    yield f"{DOCSTART} -X- O O\n" if four else f"{DOCSTART} O\n"
    starts = set(made.sentences) | {0}
    for number, ((start, end), tag) in enumerate(zip(made.words, tags, strict=True)):
        blank = "\n" if number in starts else ""
        yield f"{blank}{record.text[start:end]}{' -X- O ' if four else ' '}{tag}\n"
    yield "\n"


def _compare(
    records: Callable[[], Iterable[Record]],
    path: Path,
    beside: Path,
    choices: Mapping[str, str],
    written: Sequence[str],
    report: LossReport,
    *,
    progress: Progress,
) -> None:
    """Read both files back and lay each document beside the record it was made of."""
    progress.start("Comparing", progress.done)
    four = choices["columns"] == "4"
    layout = Layout(tabs=False, width=4 if four else 2, token=0, tag=3 if four else 1, kind="iob2")
    stream = _stream(path, None, layout, ReadDefaults(annotator=""), beside)
    back = (item for item in stream if isinstance(item, Record))
    unsaid = split = 0
    for record, problem in zip_longest(records(), written):
        if record is None or problem is None:
            raise FormatError("The project changed while it was exported, so no file was written. Export it again.")
        progress.advance()
        made = problem or _planned(record, choices)
        found = None if isinstance(made, str) else next(back, None)
        if isinstance(made, str) or found is None:
            reason = made if isinstance(made, str) else "did not come back from the file"
            report.losses.append(document_loss(record, Fate.DROPPED, reason))
            continue
        meant = expected(record, made, what="CoNLL")
        count(report, record, [*made.losses, *content_losses(record, meant, found)])
        unsaid += provenance(record)
        split += made.split
    if unsaid:
        report.notices.append(f"Origin and confidence are not written; {amount(unsaid, 'item')} had them.")
    if split:
        report.notices.append(f"Tokens with a blank in them were cut there in {amount(split, 'document')}.")
