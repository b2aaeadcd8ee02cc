"""Text with tags in angle brackets to records; how they are read is told in ``formats.inline_tags``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from annotator.domain.annotations import NOTHING, Span
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.rules import amount, quoted
from annotator.formats.files import safe_stem
from annotator.formats.inline_tags_edits import Edited, Lines, references, without_references
from annotator.formats.json_fields import Complain, Found
from annotator.formats.jsonl_canonical import reviewed_by_default
from annotator.formats.offsets import Ruler, Unit

GENERIC = frozenset(("enamex", "timex", "timex2", "timex3", "numex", "ne", "entity", "rs", "name"))
"""Tags whose label is their attribute ``type``, in lower case."""

STRUCTURE = frozenset(("doc", "docid", "docno", "text", "txt", "body", "headline", "hl", "dateline", "p", "s"))
"""Tags of a document's parts, in lower case."""

TAG = re.compile(
    r"<(?P<close>/?)(?P<name>[A-Za-z_][\w.:-]*)"
    r"(?P<attributes>(?:\s+[\w.:-]+\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>/=]+))*)\s*(?P<alone>/?)>"
)
_ATTRIBUTE = re.compile(r"([\w.:-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"']+))")
_LINK = "COREF"


@dataclass(frozen=True, slots=True)
class Reading:
    """What is the same for all documents of a file; ``label`` is the property that names the label in SACR."""

    path: Path
    defaults: ReadDefaults
    tags: frozenset[str] = frozenset()
    documents: str = "auto"
    label: str = ""


@dataclass(slots=True)
class _Pair:
    """A tag with its partner: where the two stand, and what the first says."""

    opening: re.Match[str]
    closing: re.Match[str]

    @property
    def name(self) -> str:
        return self.opening["name"]


@dataclass(slots=True)
class _Markup:
    """All tags of a piece of text: those of spans in the order they begin, those of structure, and those that stay."""

    pairs: list[_Pair] = field(default_factory=list)
    structure: list[re.Match[str]] = field(default_factory=list)
    left: list[re.Match[str]] = field(default_factory=list)


def read_tags(whole: Record, reading: Reading) -> Iterator[Record | Complaint]:
    """Yield the documents of a text with tags, each after what is wrong with it."""
    stem = safe_stem(reading.path)
    lines = Lines(whole.text)
    # what has no tag in a file that has some was looked at and found empty; a file without any is just text
    tagged = any(_is_wanted(match["name"], reading) for match in TAG.finditer(whole.text))
    for name, start, end in _documents(whole.text, stem, reading):
        text = whole.text[start:end]
        line = lines.at(start)
        record = Record(name=name, text=text, place=f"{reading.path}:{line}")
        complaints: list[Complaint] = []
        _read_document(record, Lines(text, line), reading, complaints, tagged=tagged)
        yield from complaints
        if record.text.strip():
            yield record
        else:
            yield Complaint(record.place, "The document holds no text beside its tags, so there is no article to bring in.")
    outside = _outside(whole.text) if reading.documents == "auto" else None
    if outside is not None:
        yield Complaint(f"{reading.path}:{lines.at(outside)}", "What stands outside of <DOC> was left out.")


def _documents(text: str, stem: str, reading: Reading) -> Iterator[tuple[str, int, int]]:
    """Yield name, start and end of each document."""
    if reading.documents == "line":
        start = 0
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield f"{stem}:{number}", start, start + len(line.rstrip("\r"))
            start += len(line) + 1
        return
    parts = list(_doc_elements(text)) if reading.documents == "auto" else []
    for number, (start, end) in enumerate(parts, 1):
        named = _NAME.search(text, start, end)
        yield (" ".join(named["id"].split()) if named else "") or f"{stem}:{number}", start, end
    if not parts:
        yield stem, 0, len(text)


_DOC = re.compile(r"<(/?)doc(?:\s[^<>]*)?>", re.IGNORECASE)
_NAME = re.compile(r"<(?P<tag>docid|docno)>(?P<id>[^<>]{1,1000})</(?P=tag)>", re.IGNORECASE)


def _doc_elements(text: str) -> Iterator[tuple[int, int]]:
    start = None
    for match in _DOC.finditer(text):
        if start is not None:
            yield start, match.start()
        start = None if match[1] else match.end()
    if start is not None:
        yield start, len(text)


def _outside(text: str) -> int | None:
    """Return where something stands that is in no document though the text has such; None if nothing does."""
    at = 0
    for start, end in _doc_elements(text):
        gap = _DOC.sub(lambda match: " " * len(match[0]), text[at:start])
        if gap.strip():
            return at + len(gap) - len(gap.lstrip())
        at = end
    rest = _DOC.sub("", text[at:]) if at else ""
    return at + len(rest) - len(rest.lstrip()) if rest.strip() else None


def _is_wanted(name: str, reading: Reading) -> bool:
    """Tell whether the tags of this name are spans."""
    return name in reading.tags if reading.tags else name.lower() not in STRUCTURE


def _read_document(record: Record, lines: Lines, reading: Reading, complaints: list[Complaint], *, tagged: bool) -> None:
    def complain(at: int, message: str, *, lost: bool = True) -> None:
        complaints.append(Complaint(f"{reading.path}:{lines.at(at)}", message, lost))

    source = record.text
    markup = _markup(source, reading)
    for match in markup.left:
        complain(match.start(), f"The tag {quoted(match[0])} has no partner; it was left in the text.")
    tags = [*markup.structure, *(tag for pair in markup.pairs for tag in (pair.opening, pair.closing))]
    edits = [(*tag.span(), "") for tag in tags]
    named = _NAME.search(source) if reading.documents == "auto" else None
    if named:
        # the name of a document is no part of its text
        edits.append((*named.span("id"), ""))
    decoded = references(source, edits)
    if decoded:
        first = source[decoded[0][0] : decoded[0][1]]
        complain(decoded[0][0], f"{amount(len(decoded), 'character reference')} such as {first} became text.", lost=False)
    edited = Edited(source, [*edits, *decoded])
    record.text = edited.text
    if tagged:
        record.annotator, record.kind = reading.defaults.annotator, reading.defaults.kind
        _add_spans(record, markup.pairs, edited, complain)


def _markup(source: str, reading: Reading) -> _Markup:
    markup = _Markup()
    opened: dict[str, list[re.Match[str]]] = {}
    for match in TAG.finditer(source):
        name = match["name"]
        if not _is_wanted(name, reading):
            if name.lower() in STRUCTURE:
                markup.structure.append(match)
        elif match["alone"] or (match["close"] and not opened.get(name)):
            markup.left.append(match)
        elif match["close"]:
            markup.pairs.append(_Pair(opened[name].pop(), match))
        else:
            opened.setdefault(name, []).append(match)
    markup.left += [match for matches in opened.values() for match in matches]
    markup.left.sort(key=lambda match: match.start())
    markup.pairs.sort(key=lambda pair: pair.opening.start())
    return markup


def _add_spans(record: Record, pairs: list[_Pair], edited: Edited, complain: Complain) -> None:
    found = Found(record.text, Ruler(record.text, Unit.CODE_POINTS), lambda *_, **__: None)
    reviewed = reviewed_by_default(record.kind)
    known: dict[str, str] = {}
    links: list[tuple[_Pair, str, str, str]] = []
    for pair in pairs:
        place = edited.place(pair.opening.end()), edited.place(pair.closing.start())
        if place[0] >= place[1]:
            complain(pair.opening.start(), f"The tag {quoted(pair.opening[0])} covers no text; it was left out.")
            continue
        attributes = _attributes(pair)
        label = _take(attributes, "type") if pair.name.lower() in GENERIC else ""
        given, reference = _take(attributes, "id"), _take(attributes, "ref")
        span = Span(found.free_id(given), (place,), label or pair.name, attributes or NOTHING, reviewed=reviewed)
        found.add_span(span)
        if given and known.setdefault(given, span.id) != span.id:
            complain(pair.opening.start(), f"The id “{given}” is there twice; what refers to it means the first.", lost=False)
        if reference:
            links.append((pair, span.id, reference, attributes.get("TYPE", attributes.get("type", _LINK))))
    for pair, head, reference, label in links:
        tail = known.get(reference)
        if tail is None:
            complain(
                pair.opening.start(), f"{quoted(pair.opening[0])} refers to what is not there; that stays an attribute.", lost=False
            )
            span = found.spans[head]
            found.add_span(replace(span, attributes={**span.attributes, "REF": reference}))
        else:
            found.add_relation(None, label or _LINK, (head, tail), {"reviewed": reviewed})
    record.spans, record.relations = tuple(found.spans.values()), tuple(found.relations)


def _attributes(pair: _Pair) -> dict[str, str]:
    found: dict[str, str] = {}
    for match in _ATTRIBUTE.finditer(pair.opening["attributes"]):
        found.setdefault(match[1], without_references(next((value for value in match.groups()[1:] if value is not None), "")))
    return found


def _take(attributes: dict[str, str], name: str) -> str:
    """Take an attribute out by its name in whatever case; nothing if it says nothing."""
    key = next((key for key in attributes if key.lower() == name), None)
    return attributes.pop(key).strip() if key is not None and attributes[key].strip() else ""
