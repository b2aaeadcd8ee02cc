"""Reading CoNLL-U and CoNLL-U Plus: sentences to documents, words to text, notes in MISC to spans."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

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
_NOTHING = frozenset(("_", "*"))
_MOST_SLIPS = 50


@dataclass(slots=True)
class _Document:
    name: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)
    sentences: list[Sentence] = field(default_factory=list)
    number: int = 0


class _Places(NamedTuple):
    """In which cells of a line to look: ``unkept`` for what is read by nobody, ``tag`` for a tag of a span in a column of its own."""

    id: int
    form: int
    misc: int | None
    unkept: list[int]
    tag: int | None


def _places(columns: Sequence[str]) -> _Places:
    at = {name: place for place, name in enumerate(columns)}
    unkept = [at[name] for name in ("LEMMA", "UPOS", "DEPREL", "FEATS") if name in at]
    tag = next((at[name] for name in columns if _NAMED.search(name)), None)
    return _Places(at["ID"], at["FORM"], at.get("MISC"), unkept, tag)


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
        self._at = _places(COLUMNS)
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
            self._at = _places(self._columns)
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
        at = self._at
        match = _ID.fullmatch(cells[at.id])
        if match is None or not cells[at.form]:
            self.complain(
                number, f"The line was left out, because “{cells[at.id][:40]}” is no number of a word, or the word is empty."
            )
            return
        misc = cells[at.misc] if at.misc is not None else "_"
        notes = notes_of(misc)
        if match[3] is not None:
            if notes.get("Entity"):
                self.complain(number, "The entity stands on an empty node, which is no text; it may lack a word.")
            return
        if not self.unkept:
            self.unkept = not _NOTHING.issuperset([cells[place] for place in at.unkept])
        sentence = self._sentence
        if sentence.words and not match[2] and int(match[1]) <= sentence.until:
            self._join(sentence.words[-1], cells, misc, notes)
            return
        word = Word(cells[at.form], number)
        if match[2]:
            sentence.until = int(match[2])
        self._join(word, cells, misc, notes)
        if notes:
            self._space(word, notes)
        sentence.words.append(word)

    def _space(self, word: Word, notes: Mapping[str, str]) -> None:
        if notes.get("SpaceAfter") == "No":
            word.after = ""
        if "SpacesAfter" in notes:
            word.after = plain(notes["SpacesAfter"])
        if word.after and not word.after.isspace():
            word.after = None
        if "SpacesBefore" in notes:
            before = plain(notes["SpacesBefore"])
            word.before = before if before.isspace() else ""

    def _join(self, word: Word, cells: Sequence[str], misc: str, notes: Mapping[str, str]) -> None:
        """Add what a line says of spans to the piece of text it belongs to; ``notes`` is MISC by key."""
        tag = None
        if notes:
            if entities := notes.get("Entity"):
                word.entities.append(entities)
            tag = next((notes[key] for key in _TAG_KEYS if key in notes), None)
        if tag is None and misc != "_" and ("-" in misc or "O" in misc):
            tag = next((note for note in misc.split("|") if note != "_" and parts(note) is not None), None)
        if tag is None and self._at.tag is not None:
            tag = cells[self._at.tag]
        if tag is None or tag in ("_", "*", "O"):
            return
        if parts(tag.replace("%7C", "|")) is None:
            self.complain(word.number, f"“{tag[:40]}” is no tag of a span, so it was left out.")
        elif word.tag == "O":
            word.tag = tag.replace("%7C", "|")

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
