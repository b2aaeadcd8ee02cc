"""Values of features in GATE XML: plain ones by the name of their Java class, others as the XML that the XStream library writes.

XStream writes an object that is there already as a path to the element that has it, so a few lines can stand for very much; what would
grow beyond ``_MOST`` parts is kept as the text it is.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any
from xml.etree import ElementTree as ET

_MOST = 10_000
_DEEPEST = 50

_PROLOG = re.compile(r"\s*<\?xml[^>]*\?>")
_STEP = re.compile(r"([^\[\]/]+?)(?:\[(\d{1,9})\])?")
_SPLIT = re.compile(r"(?<!\\);")

_WHOLE = ("int", "long", "short", "byte", "integer", "big-int", "biginteger")
_BROKEN = ("float", "double", "big-decimal", "bigdecimal")
_LISTS = ("list", "linked-list", "vector", "set", "linked-hash-set", "tree-set", "sorted-set", "array-list", "arraylist", "hashset")
_MAPS = ("map", "linked-hash-map", "tree-map", "sorted-map", "hashmap")


def value_of(element: ET.Element) -> tuple[Any, str]:
    """Return the value of a feature, and why it is the bare text if it is one that is not understood."""
    kind, text = element.get("className", "java.lang.String"), element.text or ""
    try:
        if kind == "gate.corpora.ObjectWrapper":
            return _wrapped(text), ""
        if kind.startswith("java.util.") and element.get("itemClassName"):
            items = _SPLIT.split(text) if text else []
            return [_plain(_last(element.get("itemClassName", "")), item.replace("\\;", ";")) for item in items], ""
        return _plain(_last(kind), text), ""
    except (ValueError, ET.ParseError, RecursionError) as error:
        return text, str(error)


def _last(kind: str) -> str:
    return kind.rpartition(".")[2].lower()


def _plain(kind: str, text: str) -> Any:
    if kind in ("string", "char", "character"):
        return text
    if kind in _WHOLE:
        return int(text)
    if kind in _BROKEN:
        number = float(text)
        if math.isfinite(number):
            return number
        raise ValueError(f"“{text[:20]}” is no number that can be kept")
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    if kind == "null":
        return None
    raise ValueError(f"there is no reading a value of the class “{kind[:40]}”")


def _wrapped(text: str) -> Any:
    text = _PROLOG.sub("", text, count=1)
    if "<!" in text.replace("<![CDATA[", "").replace("<!--", ""):
        raise ValueError("it declares a document type")
    root = ET.fromstring(text)
    value = root.find("value")
    if value is None:
        raise ValueError("it holds no value")
    return _Reader(root).value(value, 0)


class _Reader:
    """Reads XStream's XML; counts what it makes, references followed."""

    def __init__(self, root: ET.Element) -> None:
        self._parents = {child: parent for parent in root.iter() for child in parent}
        self._made = 0

    def value(self, element: ET.Element, depth: int) -> Any:
        """Return the value of an element; raises ``ValueError`` for what is not understood or grows without end."""
        self._made += 1
        if self._made > _MOST or depth > _DEEPEST:
            raise ValueError("it holds too much")
        reference = element.get("reference")
        if reference is not None:
            return self.value(self._meant(element, reference), depth + 1)
        kind = element.get("class") or element.tag
        if kind in _LISTS or kind.endswith("-array") or _last(kind) in _LISTS:
            return [self.value(child, depth + 1) for child in element]
        if kind in _MAPS or _last(kind) in _MAPS:
            return self._map(element, depth)
        return _plain(kind if "-" in kind else _last(kind), element.text or "")

    def _map(self, element: ET.Element, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for entry in element:
            if len(entry) != 2:
                raise ValueError("an entry of a map in it is not a key and a value")
            key = self.value(entry[0], depth + 1)
            name = key if type(key) is str else _KEYS.get(type(key), str)(key)
            if name in found:
                raise ValueError("a map in it has a key twice")
            found[name] = self.value(entry[1], depth + 1)
        return found

    def _meant(self, element: ET.Element, path: str) -> ET.Element:
        """Return the element at the end of a path such as ``../../entry[2]/list``."""
        here: ET.Element | None = element
        for step in path.split("/"):
            if here is None:
                break
            match = _STEP.fullmatch(step)
            if step == "..":
                here = self._parents.get(here)
            elif match is None:
                here = None
            else:
                same = [child for child in here if child.tag == match[1]]
                number = int(match[2] or 1)
                here = same[number - 1] if 0 < number <= len(same) else None
        if here is None or here is element:
            raise ValueError("something in it refers to nothing")
        return here


_KEYS: dict[type, Callable[[Any], str]] = {bool: lambda key: "true" if key else "false"}
"""How keys that are no texts are written in JSON, where ``str`` would not do."""
