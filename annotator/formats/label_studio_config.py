"""Label Studio's labelling configuration (XML) beside our label scheme.

A configuration comes from strangers: one with a DOCTYPE is refused, so there are no entities that could be external or expand, and no
more than 4 MB are read.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat
from xml.sax.saxutils import quoteattr

from annotator.domain.labels import LABEL_KEYS, AttributeDefinition, LabelScheme, RelationLabel, SpanLabel, completed
from annotator.errors import FormatError
from annotator.formats.files import refusal

MOST = 4 << 20
"""Most bytes a configuration may have."""

LABELS, TEXT, CATEGORIES = "label", "text", "categories"
"""The names of the controls in a configuration that this program writes."""

_LABELS = frozenset(("labels", "hypertextlabels", "paragraphlabels"))
_COLORS = {
    "red": "#ff0000", "darkred": "#8b0000", "orange": "#ffa500", "darkorange": "#ff8c00", "yellow": "#ffff00", "gold": "#ffd700",
    "green": "#008000", "darkgreen": "#006400", "lime": "#00ff00", "cyan": "#00ffff", "teal": "#008080", "blue": "#0000ff",
    "darkblue": "#00008b", "navy": "#000080", "lightblue": "#add8e6", "purple": "#800080", "violet": "#ee82ee", "magenta": "#ff00ff",
    "pink": "#ffc0cb", "brown": "#a52a2a", "black": "#000000", "gray": "#808080", "grey": "#808080", "white": "#ffffff",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Config:
    """What a configuration says.

    ``texts`` gives for the name of each text control the field of the task's data that it shows; ``html`` names those controls that show
    HTML, ``urls`` those whose field holds an address.  ``categories`` names the controls that choose for the whole document.
    """

    scheme: LabelScheme = field(default_factory=LabelScheme)
    texts: Mapping[str, str] = field(default_factory=dict)
    html: frozenset[str] = frozenset()
    urls: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()


@dataclass(slots=True)
class _Element:
    tag: str
    attributes: dict[str, str]
    children: list[_Element] = field(default_factory=list)

    def walk(self) -> Iterator[_Element]:
        waiting: list[_Element] = [self]
        while waiting:
            element = waiting.pop()
            yield element
            waiting.extend(reversed(element.children))


def read_config(path: Path) -> Config:
    """Read a configuration; raises ``FormatError`` if it is none."""
    try:
        with path.open("rb") as file:
            data = file.read(MOST + 1)
    except OSError as error:
        raise refusal(path, error) from error
    if len(data) > MOST:
        raise FormatError(f"{path} is longer than a labelling configuration can be.")
    root = _parsed(data, path)
    texts = {e.attributes.get("name", ""): e for e in root.walk() if e.tag in ("text", "hypertext", "paragraphs")}
    if not texts:
        raise FormatError(f"{path} is no labelling configuration for texts: it has no <Text>.")
    choices = [e for e in root.walk() if e.tag == "choices"]
    return Config(
        scheme=_scheme(root, path.stem, texts.keys()),
        texts={name: element.attributes.get("value", "").lstrip("$") for name, element in texts.items()},
        html=frozenset(name for name, element in texts.items() if element.tag == "hypertext"),
        urls=frozenset(name for name, element in texts.items() if element.attributes.get("valuetype", "").lower() == "url"),
        categories=frozenset(e.attributes.get("name", "") for e in choices if not _per_region(e)),
    )


def _parsed(data: bytes, path: Path) -> _Element:
    root = _Element("", {})
    stack = [root]
    parser = expat.ParserCreate()

    def start(tag: str, attributes: dict[str, str]) -> None:
        # Label Studio does not mind the case of tags
        element = _Element(tag.lower(), {name.lower(): value for name, value in attributes.items()})
        stack[-1].children.append(element)
        stack.append(element)

    def end(_tag: str) -> None:
        stack.pop()

    def refuse(*_: object) -> None:
        raise FormatError(f"{path} has a DOCTYPE, which no labelling configuration needs; take it out if you trust the file.")

    parser.StartElementHandler, parser.EndElementHandler, parser.StartDoctypeDeclHandler = start, end, refuse
    try:
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise FormatError(f"{path} is no XML: {error}.") from error
    return root


def _scheme(root: _Element, name: str, texts: Container[str]) -> LabelScheme:
    spans, relations, categories, attributes = {}, {}, {}, {}
    for element in root.walk():
        called = element.attributes.get("name", "")
        if element.tag in _LABELS and element.attributes.get("toname", "") in texts:
            spans |= {label: _look(child) for label, child in _values(element, "label")}
        elif element.tag == "relations":
            relations |= {label: _look(child) for label, child in _values(element, "relation")}
        elif element.tag == "choices" and not _per_region(element):
            categories |= dict.fromkeys(label for label, _ in _values(element, "choice"))
        elif element.tag in ("choices", "textarea") and _per_region(element) and called:
            only = element.attributes.get("whenlabelvalue", "")
            values = tuple(label for label, _ in _values(element, "choice"))
            attributes[called] = AttributeDefinition(called, values, tuple(part for part in only.split(",") if part))
    known = dict.fromkeys(LABEL_KEYS, "")
    return completed(
        LabelScheme(
            name=name,
            spans=tuple(SpanLabel(label, *look) for label, look in _with_keys(spans, known)),
            relations=tuple(RelationLabel(label, color=color, key=key) for label, (color, key) in _with_keys(relations, known)),
            attributes=tuple(attributes.values()),
            categories=tuple(categories),
        )
    )


def _values(element: _Element, tag: str) -> Iterator[tuple[str, _Element]]:
    """Yield what the choices of a control are called in results: by their alias, else their value."""
    for child in element.walk():
        name = child.attributes.get("alias") or child.attributes.get("value", "")
        if child.tag == tag and name.strip() and not name.startswith("$"):
            yield name, child


def _per_region(element: _Element) -> bool:
    return element.attributes.get("perregion", "").lower() == "true"


def _look(element: _Element) -> tuple[str, str]:
    color = element.attributes.get("background", "").lower()
    if len(color) == 4 and color[0] == "#":
        color = "#" + "".join(2 * digit for digit in color[1:])
    color = _COLORS.get(color, color)
    sound = len(color) == 7 and color[0] == "#" and all(digit in "0123456789abcdef" for digit in color[1:])
    return color if sound else "", element.attributes.get("hotkey", "").lower()


def _with_keys(labels: Mapping[str, tuple[str, str]], known: Mapping[str, str]) -> Iterator[tuple[str, tuple[str, str]]]:
    """Yield the labels with those of their keys that this program has, each given once."""
    taken: set[str] = set()
    for label, (color, key) in labels.items():
        kept = key if key in known and key not in taken else ""
        taken.add(kept)
        yield label, (color, kept)


def config_text(scheme: LabelScheme) -> tuple[str, list[str]]:
    """Return the configuration that shows what an export with this scheme holds, and the names that XML cannot say."""
    unsayable: list[str] = []
    lines = ["<View>", f'  <Labels name="{LABELS}" toName="{TEXT}">']
    lines += _labels("Label", scheme.spans, unsayable)
    lines += ["  </Labels>", f'  <Text name="{TEXT}" value="${TEXT}"/>']
    if scheme.relations:
        lines += ["  <Relations>", *_labels("Relation", scheme.relations, unsayable), "  </Relations>"]
    for attribute in scheme.attributes:
        if attribute.name not in (LABELS, TEXT, CATEGORIES):
            lines += _attribute(attribute, unsayable)
    if scheme.categories:
        lines.append(f'  <Choices name="{CATEGORIES}" toName="{TEXT}" choice="multiple">')
        lines += [f"    <Choice value={quoted}/>" for quoted in _quoted(scheme.categories, unsayable)]
        lines.append("  </Choices>")
    return "\n".join([*lines, "</View>"]) + "\n", unsayable


def _labels(tag: str, labels: Iterable[SpanLabel | RelationLabel], unsayable: list[str]) -> list[str]:
    lines: list[str] = []
    for label in labels:
        for quoted in _quoted([label.name], unsayable):
            color = f' background="{label.color}"' if label.color else ""
            key = f' hotkey="{label.key}"' if label.key and tag == "Label" else ""
            lines.append(f"    <{tag} value={quoted}{color}{key}/>")
    return lines


def _attribute(attribute: AttributeDefinition, unsayable: list[str]) -> list[str]:
    names = list(_quoted([attribute.name], unsayable))
    if not names:
        return []
    only = list(_quoted([",".join(attribute.labels)], unsayable)) if attribute.labels else []
    rest = f'name={names[0]} toName="{TEXT}" perRegion="true"{f" whenLabelValue={only[0]}" if only else ""}'
    if not attribute.values:
        return [f"  <TextArea {rest}/>"]
    values = [f"    <Choice value={quoted}/>" for quoted in _quoted(attribute.values, unsayable)]
    return [f'  <Choices {rest} choice="single">', *values, "  </Choices>"]


def _quoted(names: Iterable[str], unsayable: list[str]) -> Iterator[str]:
    for name in names:
        if all(_sayable(character) for character in name):
            yield quoteattr(name, {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
        else:
            unsayable.append(name)


def _sayable(character: str) -> bool:
    return character in "\t\n\r" or (character >= " " and not "\ud800" <= character <= "\udfff" and character not in "\ufffe\uffff")
