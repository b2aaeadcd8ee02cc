"""One task of Prodigy to a record and complaints; the layout is told in ``formats.prodigy``."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from annotator.domain.annotations import Kind, Relation, Span, Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.domain.rules import quoted
from annotator.domain.text import Range, Tokens, sound_tokens, tokens_problem
from annotator.formats.json_fields import Complain, Complaints, Found, confidence, details, objects, take, texts, verdicts
from annotator.formats.json_items import JsonItem
from annotator.formats.offsets import Ruler, Unit, find_unit, says
from annotator.formats.prodigy_tasks import HASH, default_reviewed

_UNITS = (Unit.CODE_POINTS, Unit.UTF16, Unit.BYTES)
_BINARY_VIEWS = ("ner", "spans", "classification")
_SET_KEYS = frozenset(
    ("spans", "relations", "answer", "accept", "label", "annotator", "kind", "status", "flagged", "verdicts", "_session_id")
)
_STATUS = {"accept": Status.DONE, "reject": Status.SKIPPED, "ignore": Status.SKIPPED, None: Status.NEW}


@dataclass(slots=True)
class Task:
    """A task as a record.  Of a binary question ``accepted`` and ``rejected`` hold the signatures; ``left`` names the keys not kept."""

    record: Record
    binary: bool
    accepted: set[str] = field(default_factory=set)
    rejected: set[str] = field(default_factory=set)
    left: set[str] = field(default_factory=set)


def parse_task(item: JsonItem, stem: str, defaults: ReadDefaults) -> tuple[Task | None, list[Complaint]]:
    """Return the task of a value, or None if nothing of it is sound, and what is to be said about it."""
    complain = Complaints(item.place)
    data = item.value
    if type(data) is not dict:
        complain("This is no JSON object {…}, so it holds no task.")
        return None, complain.found
    text = data.pop("text", None)
    if type(text) is not str or not text:
        what = "is a pattern for a matcher, so it brings" if "pattern" in data else "has no “text”, so it brings"
        complain(f"The task {what} no article.")
        return None, complain.found
    return _task(data, text, item, stem, defaults, complain=complain), complain.found


def _task(data: dict[str, Any], text: str, item: JsonItem, stem: str, defaults: ReadDefaults, *, complain: Complaints) -> Task:
    number = data.get(HASH)
    called = f"{stem}:{number if type(number) is int else item.line}"
    record = Record(name=take(data, "name", str, complain) or called, text=text, place=item.place)
    task = Task(record, binary=_is_binary(data))
    answer = data.get("answer")
    if type(answer) not in (str, type(None)) or answer not in _STATUS:
        complain("“answer” is not one of accept, reject, ignore; it was taken as none.")
        answer = None
    with_set = any(data.get(key) is not None for key in _SET_KEYS)
    data.pop("answer", None)
    session = next((value for key in ("_session_id", "_annotator_id") if type(value := data.get(key)) is str and value), "")
    entries, links = objects(data, "spans", complain), objects(data, "relations", complain)
    tokens = _Tokens(data, text, entries, complain, task.left)
    if with_set:
        _head(record, data, answer, session, defaults, complain=complain)
        reviewed = default_reviewed(record.kind, answer)
        found = Found(text, tokens.ruler, complain, defaults.mender)
        for number, entry in enumerate(entries, 1):
            _add_span(found, entry, number, tokens, reviewed, complain=complain)
        for number, link in enumerate(links, 1):
            _add_relation(found, link, number, tokens, reviewed, complain=complain)
        record.spans, record.relations = tuple(found.spans.values()), tuple(found.relations)
        record.verdicts = verdicts(objects(data, "verdicts", complain), complain)
        record.categories = _categories(data, answer, complain)
        if task.binary:
            _answer(task, answer)
    record.tokens = tokens.sound
    task.left |= {key for key in data if key.startswith("_") and key != HASH and key not in ("_session_id", "_annotator_id")}
    task.left -= {"_view_id", "_is_binary"}
    _add_meta(record, data, complain)
    return task


def _is_binary(data: dict[str, Any]) -> bool:
    said = data.get("_is_binary")
    return said if type(said) is bool else data.get("_view_id") in _BINARY_VIEWS


def _head(
    record: Record, data: dict[str, Any], answer: str | None, session: str, defaults: ReadDefaults, *, complain: Complain
) -> None:
    """Fill in whose the set is and how far."""
    record.annotator = take(data, "annotator", str, complain) or session or defaults.annotator
    record.kind = _member(data, "kind", Kind, Kind.PERSON if session else defaults.kind, complain)
    record.status = _member(data, "status", Status, _STATUS[answer], complain)
    record.flagged = bool(take(data, "flagged", bool, complain)) or answer == "reject"


def _member(data: dict[str, Any], key: str, choices: Any, default: Any, complain: Complain) -> Any:
    value = data.pop(key, None)
    if value is None:
        return default
    if type(value) is str and value in list(choices):
        return choices(value)
    complain(f"“{key}” is not one of {', '.join(choices)}; it was taken as {default}.")
    return default


def _categories(data: dict[str, Any], answer: str | None, complain: Complain) -> tuple[str, ...]:
    chosen = take(data, "accept", list, complain) or []
    data.pop("options", None)
    label = take(data, "label", str, complain)
    return texts([*chosen, *([label] if label and answer in ("accept", None) else [])], "“accept”", complain)


def _add_meta(record: Record, data: dict[str, Any], complain: Complain) -> None:
    meta = take(data, "meta", dict, complain) or {}
    for key, value in data.items():
        kept = not key.startswith("_") or key == HASH
        if kept and key not in _SET_KEYS and key != "config" and meta.setdefault(key, value) != value:
            complain(f"“{key}” stands both in the task and in its “meta”; the latter was kept.")
    record.meta = meta


class _Tokens:
    """The tokens of a task: as places in code points, white space among them, and those that are sound."""

    def __init__(self, data: dict[str, Any], text: str, spans: list[dict[str, Any]], complain: Complain, left: set[str]) -> None:
        entries = objects(data, "tokens", complain) if data.get("tokens") else []
        data.pop("tokens", None)
        self.places: list[Range | None] = []
        self.sound: Tokens | None = None
        if any(entry.get("disabled") for entry in entries):
            left.add("tokens.disabled")
        self.ruler = Ruler(text, Unit.CODE_POINTS)
        if not self._take_plain(entries, text):
            self._find_unit((*entries, *spans), text, complain)
            self._take(entries, text, complain)

    def _take_plain(self, entries: list[dict[str, Any]], text: str) -> bool:
        """Take tokens that are all as they should be, at a tenth of the cost of ``_take``; tell whether they are."""
        try:
            words = [(entry["start"], entry["end"], entry["text"]) for entry in entries]
            told = all(type(start) is int and type(end) is int and text[start:end] == word for start, end, word in words)
            inked = [(start, end) for start, end, word in words if not word.isspace()]
        except (KeyError, TypeError, AttributeError):
            return False
        flat = list(chain.from_iterable(inked))
        rising = all(map(int.__le__, flat, flat[1:])) and all(map(int.__lt__, flat[::2], flat[1::2])) if told and flat else False
        if not rising or flat[0] < 0 or flat[-1] > len(text) or any(word[0] < 0 for word in words):
            return False
        if "".join([text[start:end] for start, end in inked]) != "".join(text.split()):
            return False
        self.sound, self.places = Tokens(inked), [(start, end) for start, end, _ in words]
        return True

    def _find_unit(self, entries: tuple[dict[str, Any], ...], text: str, complain: Complain) -> None:
        samples = [(entry.get("start"), entry.get("end"), entry.get("text")) for entry in entries]
        usable = [
            (start, end, surface)
            for start, end, surface in samples
            if type(start) is int and type(end) is int and type(surface) is str and surface and not surface.isspace()
        ]
        unit = find_unit(text, usable, _UNITS)
        if unit is not Unit.CODE_POINTS:
            self.ruler = Ruler(text, unit)
            complain(f"The offsets of the task count {unit}; they were turned into code points.", lost=False)

    def _take(self, entries: list[dict[str, Any]], text: str, complain: Complain) -> None:
        if not entries:
            return
        problem = None
        for number, entry in enumerate(entries):
            start, end, surface = entry.get("start"), entry.get("end"), entry.get("text")
            place = self.ruler.range(start, end) if type(start) is int and type(end) is int else None
            if place is not None and type(surface) is str and not says(text, place, surface):
                problem = problem or f"token {number} is said to be {quoted(surface)}, but the text has another word there"
                place = None
            elif place is None:
                problem = problem or f"token {number} has no sound start and end"
            self.places.append(place)
        sound = [place for place in self.places if place is not None]
        problem = problem or tokens_problem(sound, text)
        if problem is None:
            self.sound = sound_tokens(sound, text)
        else:
            complain(f"The tokens of the task were not used: {problem}. The project's own tokenizer makes new ones.", lost=False)

    def between(self, first: Any, last: Any) -> Range | None:
        """Return the text from one token to another, both numbers inclusive."""
        if type(first) is not int or type(last) is not int or not 0 <= first <= last < len(self.places):
            return None
        start, end = self.places[first], self.places[last]
        return (start[0], end[1]) if start and end else None


def _add_span(found: Found, entry: dict[str, Any], number: int, tokens: _Tokens, reviewed: bool, *, complain: Complain) -> None:
    start, end, surface = entry.pop("start", None), entry.pop("end", None), entry.pop("text", None)
    by_tokens = tokens.between(entry.pop("token_start", None), entry.pop("token_end", None))
    place = by_tokens if start is None and end is None and by_tokens else found.place(start, end, surface)
    label = entry.pop("label", None)
    if type(label) is not str or not label.strip():
        place = "has no “label”" if isinstance(place, tuple) else place
    if isinstance(place, str):
        complain(f"The span {number} {place}; it was left out.")
        return
    given = entry.pop("id", None)
    for key in ("type", "color", "input_hash"):
        entry.pop(key, None)
    if type(entry.get("source")) is str:
        entry.setdefault("origin", entry.pop("source"))
    if "score" in entry:
        entry.setdefault("confidence", confidence(entry.pop("score"), f"The span {number}: ", complain))
    more = details(entry, f"The span {number}: ", complain, reviewed=reviewed, more=("kb_id",))
    found.add_span(Span(found.free_id(given), (place,), label, **more))


def _add_relation(found: Found, entry: dict[str, Any], number: int, tokens: _Tokens, reviewed: bool, *, complain: Complain) -> None:
    where = f"The relation {number}"
    ends: list[str] = []
    for key, token in (("head_span", entry.pop("head", None)), ("child_span", entry.pop("child", None))):
        span = entry.pop(key, None)
        end = _end(found, span, token, tokens)
        if type(end) is str and end in found.spans:
            ends.append(end)
        else:
            complain(f"{where}: its {key.removesuffix('_span')} {end}; it was left out.")
            return
    label, given = entry.pop("label", None), entry.pop("id", None)
    entry.pop("color", None)
    if type(label) is not str or not label.strip():
        complain(f"{where} has no “label”; it was left out.")
        return
    more = details(entry, f"{where}: ", complain, reviewed=reviewed)
    found.add_relation(given, label, (ends[0], ends[1]), more)


def _end(found: Found, entry: Any, token: Any, tokens: _Tokens) -> str:
    """Return the id of the span that an end of a relation means, or the rest of a sentence about why it means none."""
    if type(entry) is not dict:
        place = tokens.between(token, token)
        if place is None:
            return "is given neither as a span nor as a token"
        # third parties give the first token of a span as well as the last
        meant = [span for span in found.spans.values() if span.end == place[1]]
        meant = meant or [span for span in found.spans.values() if span.start == place[0]]
        return meant[0].id if len(meant) == 1 else "is a token at which no one span ends"
    given = entry.get("id")
    if type(given) in (str, int) and str(given) in found.spans:
        return str(given)
    place = found.place(entry.get("start"), entry.get("end"), entry.get("text"))
    if isinstance(place, str):
        return place
    label = entry.get("label")
    meant = [span for span in found.spans.values() if span.fragments == (place,) and label in (span.label, None, "")]
    if meant:
        return (
            meant[0].id
            if len(meant) == 1 or len({span.label for span in meant}) == 1
            else "has two labels, and either may be meant"
        )
    if type(label) is str and label.strip():
        reviewed = next((span.reviewed for span in found.spans.values()), True)
        span = Span(found.free_id(None), (place,), label, reviewed=reviewed)
        found.add_span(span)
        return span.id
    return f"is {quoted(found.text[place[0] : place[1]])}, which has no label"


def _answer(task: Task, answer: str | None) -> None:
    """Take the answer of a binary question to its spans and relations."""
    record = task.record
    spans = {span.id: span for span in record.spans}
    linked = {end for relation in record.relations for end in (relation.head, relation.tail)}
    asked: list[tuple[str, str]] = [(_signature(relation, spans), relation.origin) for relation in record.relations]
    asked = asked or [(span.signature, span.origin) for span in record.spans if span.id not in linked]
    record.flagged, record.status = False, Status.IN_PROGRESS
    if answer == "reject":
        task.rejected = {signature for signature, _ in asked}
        record.verdicts += tuple(Verdict(signature, origin) for signature, origin in asked)
        record.spans = tuple(span for span in record.spans if span.signature not in task.rejected)
        record.relations = ()
    elif answer == "accept":
        task.accepted = {signature for signature, _ in asked}


def _signature(relation: Relation, spans: dict[str, Span]) -> str:
    return relation.signature(spans[relation.head], spans[relation.tail])
