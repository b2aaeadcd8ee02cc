"""A first look at a UIMA file, before dkpro-cassis reads it: which types and features it uses, and which offsets make no sense.

dkpro-cassis passes over an offset that lies within a character or outside the text, and leaves it in another unit; so those are
looked for here.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree import ElementTree as ET

from annotator.formats.offsets import Ruler, Unit
from annotator.formats.uima_details import DETAILS
from annotator.formats.uima_layers import ENDS
from annotator.formats.uima_types import ARRAY, BOOLEAN, DOUBLE, LONG, STRING, STRINGS, TOP

_ID = "{http://www.omg.org/XMI}id"
_POINTING = frozenset((*ENDS, "source", "target", "head", "tail", "first", "next", "Source", "Target", "Head", "Tail"))
_PLACES = ("begin", "end", "sofa")
_MOST = 1 << 31


@dataclass(slots=True)
class Scan:
    """What a file uses: the features with their ranges by type, its texts, and its places, by number."""

    wanted: dict[str, dict[str, str]] = field(default_factory=dict)
    texts: dict[int, str] = field(default_factory=dict)
    places: list[tuple[int, int, int, int]] = field(default_factory=list)

    def astray(self) -> dict[int, tuple[int, int]]:
        """Return the numbers of annotations whose offsets are outside their text or within a character, with those."""
        rulers = {number: Ruler(text, Unit.UTF16) for number, text in self.texts.items()}
        found: dict[int, tuple[int, int]] = {}
        for number, sofa, begin, end in self.places:
            ruler = rulers.get(sofa)
            if ruler is not None and (ruler.place(begin) is None or ruler.place(end) is None):
                found[number] = begin, end
        return found


def _own(scan: Scan) -> Scan:
    """Return what was found, our own annotations described as they are."""
    if DETAILS in scan.wanted:
        scan.wanted[DETAILS] |= {"item": TOP, "parts": ARRAY, "json": STRING}
    return scan


def scan_xmi(data: bytes) -> Scan:
    """Look through XMI; raises what the parser raises, and ``ValueError`` for numbers that are none."""
    scan = Scan()
    roles: set[str] = set()
    lists: dict[tuple[str, str], set[str]] = {}
    depth = 0
    for event, element in ET.iterparse(io.BytesIO(data), events=("start", "end")):
        depth += 1 if event == "start" else -1
        if event == "start" or depth != 1:
            continue
        name = _type_of(element.tag)
        if name in ("uima.cas.NULL", "uima.cas.View"):
            element.clear()
            continue
        number = _number(element.get(_ID))
        if name == "uima.cas.Sofa":
            scan.texts[number] = element.get("sofaString", "")
        elif not name.startswith("uima.cas."):
            features = scan.wanted.setdefault(name, {})
            for key, value in element.attrib.items():
                if key != _ID:
                    _infer(features, name, key, value, lists)
            features |= {child.tag: STRINGS for child in element}
            if {"begin", "end"} <= element.attrib.keys():
                places = [_number(element.get(key)) for key in ("sofa", "begin", "end")]
                scan.places.append((number, places[0], places[1], places[2]))
            if element.get("target") is not None:
                roles.add(str(number))
        element.clear()
    for (name, key), numbers in lists.items():
        if numbers and numbers <= roles:
            scan.wanted[name][key] = ARRAY
    return _own(scan)


def _infer(features: dict[str, str], name: str, key: str, value: str, lists: dict[tuple[str, str], set[str]]) -> None:
    if key in _PLACES:
        features[key] = LONG
    elif key in _POINTING and value.isdigit():
        features.setdefault(key, TOP)
    else:
        features.setdefault(key, STRING)
        numbers = value.split()
        known = lists.setdefault((name, key), set())
        known.update(numbers if numbers and all(number.isdigit() for number in numbers) else ("no number",))


def _type_of(tag: str) -> str:
    space, _, name = tag.rpartition("}")
    package = space.removeprefix("{http:///").removesuffix(".ecore").replace("/", ".")
    return name if package == "uima.noNamespace" else f"{package}.{name}"


def _number(text: str | None) -> int:
    found = int(text or "")
    if not -_MOST <= found < _MOST:
        raise ValueError(f"{found} is no number that UIMA knows")
    return found


def scan_json(data: Mapping[str, Any]) -> Scan:
    """Look through JSON; raises ``ValueError`` or ``TypeError`` for what is none of UIMA's."""
    scan = Scan()
    given = data.get("%FEATURE_STRUCTURES") or []
    entries: Iterable[tuple[Any, Any]] = (
        ((int(number), entry) for number, entry in given.items())
        if isinstance(given, dict)
        else ((entry["%ID"], entry) for entry in given)
    )
    for number, entry in entries:
        name = entry["%TYPE"]
        if type(number) is not int or not isinstance(name, str):
            raise TypeError("a feature structure has no number, or no type")
        if name == "uima.cas.Sofa":
            text = entry.get("sofaString")
            scan.texts[number] = text if isinstance(text, str) else ""
        elif not name.startswith("uima.cas.") and not name.endswith("[]"):
            features = scan.wanted.setdefault(name, {})
            for key, value in entry.items():
                if key == "@sofa":
                    features["begin" if "begin" in entry else "sofa"] = LONG
                elif key[:1] == "@":
                    features.setdefault(key[1:], TOP)
                elif key[:1] == "#":
                    features.setdefault(key[1:], DOUBLE)
                elif key[:1] not in "%^" and key not in _PLACES:
                    features.setdefault(key, _range(value))
            places = [entry.get(key) for key in ("@sofa", "begin", "end")]
            if all(type(place) is int for place in places):
                scan.places.append((number, *places))
    return _own(scan)


def _range(value: Any) -> str:
    kinds = {bool: BOOLEAN, int: LONG, float: DOUBLE, str: STRING}
    if type(value) not in kinds:
        raise TypeError("a feature holds what UIMA does not know")
    return kinds[type(value)]
