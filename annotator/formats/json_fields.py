"""Taking the fields of foreign JSON objects apart: what is of the wrong type is complained of and left out, the rest goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Any

from annotator.domain.annotations import NOTHING, Relation, Span, Verdict
from annotator.domain.exchange import Complaint
from annotator.domain.mending import Mender
from annotator.domain.rules import quoted
from annotator.domain.text import Range
from annotator.formats.offsets import Ruler, says

_KINDS = {str: "a text", bool: "true or false", dict: "an object {…}", list: "a list", int: "a whole number"}
TEXTS = ("note", "origin", "derived_from")
"""The text fields that spans and relations have in common."""


class Complaints:
    """Collects what is to be said about one value of a file."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.found: list[Complaint] = []

    def __call__(self, message: str, *, lost: bool = True) -> None:
        """Add a sentence; ``lost=False`` for a mere notice."""
        self.found.append(Complaint(self.place, message, lost))


Complain = Callable[..., None]


def take(data: dict[str, Any], key: str, wanted: type, complain: Complain, where: str = "") -> Any:
    """Take ``key`` out of ``data``; None where it is absent, null or, with a complaint, of another type."""
    value = data.pop(key, None)
    if value is None or type(value) is wanted:
        return value
    complain(f"{where}“{key}” is not {_KINDS[wanted]}; it was left out.")
    return None


def objects(data: dict[str, Any], key: str, complain: Complain) -> list[dict[str, Any]]:
    """Take a list of objects out of ``data``; what in it is no object is complained of."""
    entries = take(data, key, list, complain) or []
    sound = [entry for entry in entries if type(entry) is dict]
    if len(sound) < len(entries):
        complain(f"{len(entries) - len(sound)} of the “{key}” are no objects {{…}}; they were left out.")
    return sound


def texts(values: Iterable[Any], what: str, complain: Complain) -> tuple[str, ...]:
    """Return the texts among ``values``, each once; anything else is complained of."""
    found = list(values)
    sound = [value for value in found if type(value) is str and value.strip()]
    if len(sound) < len(found):
        complain(f"{what} holds something that is no text; that was left out.")
    return tuple(dict.fromkeys(sound))


def details(entry: dict[str, Any], where: str, complain: Complain, *, reviewed: bool, more: tuple[str, ...] = ()) -> dict[str, Any]:
    """Take what spans and relations may have beside label and place; keys nobody knows go to the attributes.

    ``more`` names further text fields; ``reviewed`` is what holds where the entry does not say.
    """
    attributes = take(entry, "attributes", dict, complain, where) or {}
    decided = take(entry, "reviewed", bool, complain, where)
    found: dict[str, Any] = {"reviewed": reviewed if decided is None else decided}
    found["confidence"] = confidence(entry.pop("confidence", None), where, complain)
    for key in (*TEXTS, *more):
        found[key] = take(entry, key, str, complain, where) or ""
    for key, value in entry.items():
        if attributes.setdefault(key, value) != value:
            complain(f"{where}“{key}” stands both in the item and in its “attributes”; the latter was kept.")
    found["attributes"] = attributes or NOTHING
    return found


def confidence(value: Any, where: str, complain: Complain) -> float | None:
    """Return a number between 0 and 1; anything else but null is complained of."""
    if type(value) in (int, float) and 0 <= value <= 1:
        return float(value)
    if value is not None:
        complain(f"{where}the confidence is no number between 0 and 1; it was left out.")
    return None


def verdicts(entries: list[dict[str, Any]], complain: Complain) -> tuple[Verdict, ...]:
    """Read verdicts as this program writes them into formats that have no place of their own for them."""
    found: list[Verdict] = []
    for entry in entries:
        values = {key: entry.get(key, default) for key, default in (("signature", None), ("origin", ""), ("verdict", "rejected"))}
        if all(type(value) is str for value in values.values()) and values["signature"]:
            found.append(Verdict(**values))
        else:
            complain("A verdict has no “signature”, or something in it is no text; it was left out.")
    return tuple(found)


def verdict_fields(found: Iterable[Verdict]) -> list[dict[str, str]]:
    """Return verdicts as ``verdicts`` reads them, in a fixed order."""
    ordered = sorted(set(found), key=lambda verdict: (verdict.signature, verdict.origin, verdict.verdict))
    return [{"signature": verdict.signature, "origin": verdict.origin, "verdict": verdict.verdict} for verdict in ordered]


class Found:
    """The spans and relations of one record while it is read: ids are kept where they are sound and made up where they are not.

    ``reference`` is whatever the file calls a span by, where that is not its id.
    """

    def __init__(self, text: str, ruler: Ruler, complain: Complain, mender: Mender | None = None) -> None:
        self.text = text
        self.ruler = ruler
        self.mender = mender
        self.spans: dict[str, Span] = {}
        self.relations: list[Relation] = []
        self._complain = complain
        self._ids = {"s": count(1), "r": count(1)}
        self._relation_ids: set[str] = set()

    def free_id(self, given: Any, letter: str = "s") -> str:
        """Return ``given`` as an id of a span (or with "r" of a relation), or a new one if it is none or taken."""
        taken = self.spans.keys() if letter == "s" else self._relation_ids
        if type(given) in (str, int) and given != "" and str(given) not in taken:
            return str(given)
        return next(name for number in self._ids[letter] if (name := f"{letter}{number}") not in taken)

    def place(self, start: Any, end: Any, surface: Any = "") -> Range | str:
        """Return a place of the file in code points, or the rest of a sentence about what is wrong with it."""
        if type(start) is not int or type(end) is not int:
            return "has no whole numbers as its start and end"
        found = self._place(start, end, surface)
        if isinstance(found, tuple) or self.mender is None:
            return found
        low, high = self.ruler.place(start), self.ruler.place(end)
        said = surface if type(surface) is str else ""
        mended = self.mender.place(self.text, start if low is None else low, end if high is None else high, said)
        if mended is None:
            return found
        self._complain(f"Repaired: a span {mended.message}.", lost=False)
        return mended.place

    def _place(self, start: int, end: int, surface: Any) -> Range | str:
        found = self.ruler.range(start, end)
        if found is None:
            if 0 <= end <= start:
                return f"ends before it starts: ({start}, {end})" if end < start else f"covers no text: ({start}, {end})"
            length = self.ruler.units(len(self.text))
            if start < 0 or end > length:
                return f"lies at ({start}, {end}), outside the text of {length} {self.ruler.unit}"
            return f"lies at ({start}, {end}), which is within a character, counted in {self.ruler.unit}"
        if type(surface) is str and surface and not says(self.text, found, surface):
            here = self.text[found[0] : found[1]]
            return f"is said to be {quoted(surface)}, but at ({start}, {end}) the text has {quoted(here)}"
        return found

    def add_span(self, span: Span) -> None:
        """Add a span whose id is free."""
        self.spans[span.id] = span

    def add_relation(self, given: Any, label: str, ends: tuple[str, str], more: Mapping[str, Any]) -> Relation:
        """Add a relation between two spans that are there; its id is ``given`` if that is free."""
        relation = Relation(self.free_id(given, "r"), label, *ends, **more)
        self._relation_ids.add(relation.id)
        self.relations.append(relation)
        return relation
