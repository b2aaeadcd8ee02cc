"""Reading CoNLL columns: lines to sentences, sentences to documents, tags to spans; see ``formats.conll``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotator.domain.annotations import Span
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.rules import amount
from annotator.domain.text import Range, Tokens
from annotator.formats.conll_layout import Layout, is_docstart, layout_of
from annotator.formats.conll_tags import parts, spans_of
from annotator.formats.conll_text import (
    Line,
    bare,
    complaint,
    labels_of,
    lines_of,
    placed,
    side_lines,
    side_path,
    spaced,
    told_spacing,
)
from annotator.formats.files import safe_stem
from annotator.formats.jsonl_canonical import reviewed_by_default
from annotator.formats.set_data import fill

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
    return stream(path, encoding, layout, defaults, side_path(path), by_sentence=by_sentence, spacing=spacing)


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


def stream(
    path: Path,
    encoding: str | None,
    layout: Layout,
    defaults: ReadDefaults,
    beside: Path | None,
    *,
    by_sentence: bool = False,
    spacing: str = "blank",
) -> Iterator[Record | Complaint]:
    """Stream documents by a known layout; ``beside`` is where the exact texts may stand."""
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
        record, told = _record(path, item, data, name, defaults=defaults, spacing=spacing)
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
            if not sentence.words:
                continue
            found, sentence = _closed(found, sentence), _Sentence()
            if by_sentence and found is not None:
                yield found
                found = None
            continue
        newdoc = _NEWDOC.fullmatch(text) if not sentence.words else None
        if is_docstart(text) or newdoc:
            if found is not None:
                yield _closed(found, sentence) or found
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
    if found is not None:
        yield _closed(found, sentence) or found


def _closed(found: _Found | None, sentence: _Sentence) -> _Found | None:
    """Return the document with one more sentence, if that has any words."""
    if found is not None and sentence.words:
        found.sentences.append(sentence)
    return found


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
    path: Path, found: _Found, data: dict[str, Any] | None, name: str, *, defaults: ReadDefaults, spacing: str
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
