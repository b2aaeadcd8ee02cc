"""A document of GATE XML as the bdoc that says the same; the layout is told in ``formats.gate``."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from annotator.domain.exchange import Complaint
from annotator.domain.text import utf16_length
from annotator.formats.files import refusal
from annotator.formats.gate_bdoc import ARGS
from annotator.formats.gate_values import value_of
from annotator.formats.json_fields import Complaints
from annotator.formats.json_items import JsonItem
from annotator.formats.xml_files import check_prolog


def documents_of(path: Path) -> Iterator[JsonItem | Complaint]:
    """Yield what is wrong with a file, and its document if there is one.

    Raises ``FormatError`` at once if the file cannot be opened, does not begin as XML, or declares a document type.
    """
    check_prolog(path)
    return _documents(path)


def _documents(path: Path) -> Iterator[JsonItem | Complaint]:
    place = f"{path}:1"
    try:
        root = ET.parse(path).getroot()
    except OSError as error:
        raise refusal(path, error) from error
    except (ET.ParseError, ValueError, LookupError) as error:
        yield Complaint(place, f"The file is no well-formed XML and was not read: {error}.")
        return
    complain = Complaints(place)
    content = root.find("TextWithNodes")
    if root.tag != "GateDocument" or content is None:
        yield Complaint(place, "The file is XML but no document of GATE: it has no GateDocument with a TextWithNodes.")
        return
    text, nodes = _text(content, complain)
    sets: dict[str, dict[str, Any]] = {}
    for element in root.iter("AnnotationSet"):
        name = element.get("Name", "")
        annotations = sets.setdefault(name, {"name": name, "annotations": []})["annotations"]
        annotations += (found for one in element.iter("Annotation") if (found := _annotation(one, nodes, complain)))
    for element in root.iter("RelationSet"):
        name = element.get("Name", "")
        annotations = sets.setdefault(name, {"name": name, "annotations": []})["annotations"]
        annotations += (found for one in element.iter("Relation") if (found := _relation(one, complain)))
    features = root.find("GateDocumentFeatures")
    document = {
        "text": text,
        "features": {} if features is None else _features(features, complain),
        "annotation_sets": sets,
        "offset_type": "p",
    }
    yield from complain.found
    yield JsonItem(document, place, 1)


def _text(content: ET.Element, complain: Complaints) -> tuple[str, dict[str, int]]:
    """Return the text, and for each node the code point it stands before."""
    parts = [content.text or ""]
    nodes: dict[str, int] = {}
    length, units, shifted = len(parts[0]), utf16_length(parts[0]), 0
    for node in content:
        name = node.get("id", "")
        nodes.setdefault(name, length)
        shifted += name != str(units)
        tail = node.tail or ""
        parts.append(tail)
        length += len(tail)
        units += utf16_length(tail)
    if shifted:
        told = f"{shifted} of the {len(nodes)} nodes do not stand in the text where their numbers say"
        complain(f"{told}, as happens when line ends are changed; annotations were put where the nodes stand.", lost=False)
    return "".join(parts), nodes


def _annotation(element: ET.Element, nodes: dict[str, int], complain: Complaints) -> dict[str, Any] | None:
    label = element.get("Type", "")
    start, end = (nodes.get(element.get(key, "")) for key in ("StartNode", "EndNode"))
    if start is None or end is None:
        complain(f"The annotation {element.get('Id')} ({label}) names a node that is not in the text; it was left out.")
        return None
    return {"id": _number(element), "type": label, "start": start, "end": end, "features": _features(element, complain)}


def _relation(element: ET.Element, complain: Complaints) -> dict[str, Any] | None:
    label = element.get("Type", "")
    members = element.get("Members", "").split(";")
    if len(members) != 2 or not all(_is_number(member) for member in members):
        complain(f"The relation {element.get('Id')} ({label}) does not have two members; it was left out.")
        return None
    features = _features(element, complain) | {ARGS: [int(member) for member in members]}
    return {"id": _number(element), "type": label, "features": features}


def _number(element: ET.Element) -> int | None:
    name = element.get("Id", "")
    return int(name) if _is_number(name) else None


def _is_number(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) < 19


def _features(element: ET.Element, complain: Complaints) -> dict[str, Any]:
    """Return the features right below an element."""
    found: dict[str, Any] = {}
    for feature in element.findall("Feature"):
        name, value = feature.find("Name"), feature.find("Value")
        if name is None or not name.text or value is None:
            complain("A feature has no name or no value; it was left out.")
            continue
        key = name.text
        if key in found:
            complain(f"The feature “{key}” stands there twice; the first was kept.")
            continue
        found[key], problem = value_of(value)
        if problem:
            complain(f"The feature “{key}” was kept as text, because {problem}.", lost=False)
    return found
