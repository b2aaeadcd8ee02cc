"""Reading CoNLL-U and CoNLL-U Plus: sentences to documents, words to text, notes in MISC to spans."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from annotator.domain.annotations import Span, ordered_fragments
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.rules import amount
from annotator.domain.text import Tokens
from annotator.formats.conll_tags import parts, spans_of
from annotator.formats.conll_text import bare, complaint, labels_of, lines_of
from annotator.formats.conllu_entities import Mention, Mentions
from annotator.formats.conllu_spaces import plain
from annotator.formats.conllu_words import Sentence, Word, notes_of, text_of
from annotator.formats.files import safe_stem
from annotator.formats.jsonl_canonical import reviewed_by_default
from annotator.formats.set_data import fill

COLUMNS = ("ID", "FORM", "LEMMA", "UPOS", "XPOS", "FEATS", "HEAD", "DEPREL", "DEPS", "MISC")

_ID = re.compile(r"(\d+)(?:-(\d+)|\.(\d+))?")
_COMMENT = re.compile(r"#\s*([\w.]+(?:\s+id)?)\s*=\s?(.*)")
_NAMED = re.compile(r"(?:^|[:_.])(?:NE|NER|ENTITY|ENTITIES)$", re.IGNORECASE)
_TAG_KEYS = ("NE", "NER", "name", "ne", "ner")
_MOST_SLIPS = 50


@dataclass(slots=True)
class _Document:
    name: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    sentences: list[Sentence] = field(default_factory=list)
    number: int = 0


def stream(path: Path, encoding: str | None, defaults: ReadDefaults) -> Iterator[Record | Complaint]:
    """Stream the documents of a file and what is wrong with it."""
    reader = _Reader(path, defaults)
    for line in lines_of(path, encoding):
        if line.problem:
            reader.complain(line.number, line.problem)
        finished = reader.line(line.number, line.text)
        yield from reader.told()
        if finished is not None:
            yield finished
    finished = reader.end()
    yield from reader.told()
    if finished is not None:
        yield finished
    if not reader.made:
        yield Complaint(str(path), "The file holds no words, so there is nothing to read from it.")
    elif reader.unkept:
        yield Complaint(str(path), "Lemmas, parts of speech, features and dependencies are not kept.", lost=False)


class _Reader:
    """Takes lines one by one and gives each document when it is complete."""

    def __init__(self, path: Path, defaults: ReadDefaults) -> None:
        self.made = 0
        self.unkept = False
        self._path, self._defaults = path, defaults
        self._columns: tuple[str, ...] = COLUMNS
        self._entity_parts: tuple[str, ...] = ("eid", "etype", "head", "other")
        self._document = _Document()
        self._sentence = Sentence()
        self._told: list[Complaint] = []
        self._slips = 0

    def told(self) -> list[Complaint]:
        """Take the complaints since the last call."""
        told, self._told = self._told, []
        return told

    def complain(self, number: int, message: str) -> None:
        """Note what is wrong with a line, unless much was already."""
        self._slips += 1
        if self._slips <= _MOST_SLIPS:
            self._told.append(complaint(self._path, number, message))

    def line(self, number: int, text: str) -> Record | None:
        """Take a line; return the document that it ends, if any."""
        if not text.strip(" \t"):
            self._end_sentence()
            return None
        if text.startswith("#") and not self._sentence.words:
            return self._comment(number, text)
        self._word(number, text)
        return None

    def end(self) -> Record | None:
        """Return the last document, if there is one."""
        if self._slips > _MOST_SLIPS:
            told = f"{amount(self._slips - _MOST_SLIPS, 'more line')} had the like; none of them is listed."
            self._told.append(Complaint(str(self._path), told))
        return self._finished()

    def _comment(self, number: int, text: str) -> Record | None:
        if re.fullmatch(r"#\s*newdoc(?:\s+id\s*=.*)?\s*", text):
            done = self._finished()
            name = text.partition("=")[2].strip()
            self._document = _Document(name, number=number)
            return done
        match = _COMMENT.fullmatch(text)
        if match is None:
            return None
        key, value = match[1], match[2]
        if key == "text":
            self._sentence.text = value
        elif key == "global.columns":
            self._columns = tuple(value.split())
            if not {"ID", "FORM"} <= set(self._columns):
                self.complain(number, "“global.columns” names no ID or no FORM, so the ten columns of CoNLL-U are taken.")
                self._columns = COLUMNS
        elif key == "global.Entity":
            self._entity_parts = tuple(value.strip().split("-"))
        elif key == "annotator" and not self._document.sentences:
            self._about(value)
        return None

    def _about(self, value: str) -> None:
        try:
            data = orjson.loads(value)
        except orjson.JSONDecodeError:
            return
        if isinstance(data, dict):
            self._document.about = data

    def _word(self, number: int, text: str) -> None:
        cells = text.split("\t") if "\t" in text else text.split()
        if len(cells) != len(self._columns):
            told = f"{amount(len(cells), 'column')} where there are {len(self._columns)}"
            self.complain(number, f"The line was left out, because it has {told}.")
            return
        row = dict(zip(self._columns, cells, strict=True))
        match = _ID.fullmatch(row["ID"])
        if match is None or not row["FORM"]:
            self.complain(
                number, f"The line was left out, because “{row['ID'][:40]}” is no number of a word, or the word is empty."
            )
            return
        if match[3] is not None:
            if self._entities(row):
                self.complain(number, "The entity stands on an empty node, which is no text; it may lack a word.")
            return
        self.unkept = self.unkept or any(row.get(name, "_") not in ("_", "*") for name in ("LEMMA", "UPOS", "DEPREL", "FEATS"))
        identity = int(match[1])
        if self._sentence.words and identity <= self._sentence.until and not match[2]:
            self._join(self._sentence.words[-1], row)
            return
        word = Word(row["FORM"], number)
        if match[2]:
            self._sentence.until = int(match[2])
        self._join(word, row)
        self._space(word, row)
        self._sentence.words.append(word)

    def _space(self, word: Word, row: Mapping[str, str]) -> None:
        notes = notes_of(row)
        if notes.get("SpaceAfter") == "No":
            word.after = ""
        if "SpacesAfter" in notes:
            word.after = plain(notes["SpacesAfter"])
        word.before = plain(notes.get("SpacesBefore", ""))
        if word.after and not word.after.isspace():
            word.after = None
        if not word.before.isspace():
            word.before = ""

    def _join(self, word: Word, row: Mapping[str, str]) -> None:
        """Add what a line says of spans to the piece of text it belongs to."""
        entities = self._entities(row)
        if entities:
            word.entities.append(entities)
        notes = notes_of(row)
        tag = next((notes[key] for key in _TAG_KEYS if key in notes), None)
        if tag is None:
            tag = next((note for note in row.get("MISC", "_").split("|") if note != "_" and parts(note) is not None), None)
        if tag is None:
            tag = next((row[name] for name in self._columns if _NAMED.search(name)), None)
        if tag is None or tag in ("_", "*", "O"):
            return
        if parts(tag.replace("%7C", "|")) is None:
            self.complain(word.number, f"“{tag[:40]}” is no tag of a span, so it was left out.")
        elif word.tag == "O":
            word.tag = tag.replace("%7C", "|")

    def _entities(self, row: Mapping[str, str]) -> str:
        return notes_of(row).get("Entity", "")

    def _end_sentence(self) -> None:
        if self._sentence.words:
            self._document.sentences.append(self._sentence)
            self._sentence = Sentence()

    def _finished(self) -> Record | None:
        self._end_sentence()
        document, self._document = self._document, _Document()
        if not document.sentences:
            return None
        self.made += 1
        first = document.number or document.sentences[0].words[0].number
        stem = safe_stem(self._path)
        name = document.name or (stem if document.number == 0 else f"{stem}:{first}")
        text, places, unused = text_of(document.sentences)
        if unused:
            told = f"The stated text of {amount(unused, 'sentence')} does not hold its words, so it was rebuilt from them."
            self._told.append(complaint(self._path, first, told, lost=False))
        about = document.about
        named = about.get("name")
        record = Record(name=named if isinstance(named, str) and named else name, text=text, place=f"{self._path}:{first}")
        fill(record, about, self._defaults)
        record.tokens = Tokens(place for place in places if not text[place[0] : place[1]].isspace())
        labels = labels_of(about)
        mentions = self._mentions(document)
        counts: dict[str, int] = {}
        for mention in mentions:
            counts[mention.eid] = counts.get(mention.eid, 0) + (mention.eid != "")
        reviewed = reviewed_by_default(record.kind)
        record.spans = tuple(
            Span(
                f"s{number}",
                ordered_fragments((places[start][0], places[stop - 1][1]) for start, stop in mention.words),
                labels.get(mention.label, mention.label),
                {"entity": mention.eid} if counts[mention.eid] > 1 else {},
                kb_id=mention.identity,
                reviewed=reviewed,
            )
            for number, mention in enumerate(mentions, 1)
        )
        return bare(record, about)

    def _mentions(self, document: _Document) -> list[Mention]:
        """Return the spans of a document by its words: those of ``Entity``, or, where there are none, those of tags."""
        words = [word for sentence in document.sentences for word in sentence.words]
        at = [words[0].number]
        found = Mentions(lambda message: self.complain(at[0], message), self._entity_parts)
        for number, word in enumerate(words):
            at[0] = word.number
            for value in word.entities:
                found.read(value, number)
        mentions = found.end()
        if mentions:
            return mentions
        first = 0
        for sentence in document.sentences:
            tags = [parts(word.tag) or ("O", "") for word in sentence.words]
            mentions += [Mention("", label, "", [(first + start, first + stop)]) for start, stop, label in spans_of(tags)]
            first += len(sentence.words)
        return mentions
