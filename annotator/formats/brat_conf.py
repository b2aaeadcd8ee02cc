"""brat's ``annotation.conf`` and ``visual.conf`` as a label scheme, and a label scheme as both.

Span labels are brat's entities and the triggers of its events; a role of an event is a relation label that is marked as a role, from the
events that have it to what may fill it.  ``<REL-TYPE>:symmetric`` and ``symmetric-transitive`` make a relation symmetric.  A
type behind ``!`` labels nothing itself, and where an argument allows it, it stands for all types below it.  How often a role may
come, overlap rules, dashes and arrow heads have no counterpart and are not kept.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from annotator.domain.exchange import Complaint
from annotator.domain.labels import AttributeDefinition, LabelScheme, RelationLabel, SpanLabel, completed
from annotator.formats.brat_colors import color_of
from annotator.formats.brat_details import NAME
from annotator.formats.brat_write import event_labels
from annotator.formats.files import refusal, safe_stem

SECTIONS = ("entities", "relations", "events", "attributes")
_MACRO = re.compile(r"\s*(<[^<>\s]+>)\s*=\s*(.*?)\s*")
_ARGUMENT = re.compile(r"(<[^<>]+>|[^:,\s]+)\s*:\s*(.*)")
_ROLE = re.compile(r"(.*?)(?:[?*+]|\{[^}]*\})?")


_LONGEST = 20_000
"""Characters of arguments beyond which macros are not expanded any more."""


@dataclass(slots=True)
class _Type:
    """A line of a section: a type, whether it may be used, the unusable types it stands under, and its arguments."""

    name: str
    usable: bool
    above: tuple[str, ...]
    arguments: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)


@dataclass(slots=True)
class _Sections:
    types: dict[str, list[_Type]] = field(default_factory=lambda: {name: [] for name in SECTIONS})

    def names(self, section: str) -> list[str]:
        return list(dict.fromkeys(entry.name for entry in self.types[section] if entry.usable))

    def allowed(self, given: Iterable[str]) -> tuple[str, ...]:
        """Return the span labels that the types of an argument stand for; none for any."""
        entities, events = self.names("entities"), self.names("events")
        known = dict.fromkeys([*entities, *events])
        found: dict[str, None] = {}
        for name in given:
            if name == "<ANY>":
                return ()
            group = {"<ENTITY>": entities, "<EVENT>": events}.get(name)
            if group is None:
                below = [entry.name for kind in ("entities", "events") for entry in self.types[kind] if name in entry.above]
                group = [name] if name in known else [entry for entry in below if entry in known]
            found |= dict.fromkeys(group)
        return () if len(found) == len(known) else tuple(found)


def conf_path(place: Path) -> Path | None:
    """Return the ``annotation.conf`` that rules a folder or file: the nearest in its folder or the two above; None if there is none."""
    folder = place if place.is_dir() else place.parent
    return next((path for above in (folder, *folder.parents[:2]) if (path := above / "annotation.conf").is_file()), None)


def read_scheme(place: Path) -> tuple[LabelScheme, list[Complaint]]:
    """Read the label scheme of a folder (or of one ``annotation.conf``), and what of it was not understood.

    A folder without one has an empty scheme.  Raises ``FormatError`` if the file cannot be read at all.
    """
    path = place if place.name == "annotation.conf" else conf_path(place)
    complaints: list[Complaint] = []
    if path is None:
        return LabelScheme(), complaints
    sections = _parse(path, complaints)
    spans = [SpanLabel(name) for name in dict.fromkeys([*sections.names("entities"), *sections.names("events")])]
    relations: dict[str, RelationLabel] = {}
    for entry in sections.types["relations"]:
        _add_relation(relations, entry, sections)
    _add_roles(relations, sections)
    scheme = LabelScheme(safe_stem(path.parent), tuple(spans), tuple(relations.values()), tuple(_attributes(sections, relations)))
    return completed(_with_looks(scheme, path.with_name("visual.conf"))), complaints


def _lines(path: Path) -> list[str]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise refusal(path, error) from error
    return [line.rstrip("\r") for line in data.decode("utf-8", "replace").removeprefix("\ufeff").split("\n")]


def _parse(path: Path, complaints: list[Complaint]) -> _Sections:
    found = _Sections()
    section = ""
    macros: dict[str, str] = {}
    above: list[tuple[int, str, bool]] = []
    for number, line in enumerate(_lines(path), 1):
        text = line.strip()
        if not text or text.startswith("#") or set(text) == {"-"}:
            continue
        heading = re.fullmatch(r"\[([^\]]*)\]?.*", text)
        if heading and text.startswith("["):
            section = heading[1].split("#")[0].strip().lower()
            section = "entities" if section == "spans" else section  # its name in old configurations
            above, macros = [], {}
            if section not in SECTIONS:
                complaints.append(Complaint(f"{path}:{number}", f"The section “{section}” is not known; it was left out."))
            elif not text.endswith("]") or "]" not in text.split("#")[0]:
                complaints.append(Complaint(f"{path}:{number}", f"The heading “{text}” has no closing bracket.", lost=False))
            continue
        macro = _MACRO.fullmatch(line)
        if macro:
            macros[macro[1]] = _expanded(macro[2], macros)
            continue
        if section in SECTIONS and not text.startswith("<"):
            entry = _type(line, macros, above)
            if entry is None:
                complaints.append(Complaint(f"{path}:{number}", f"“{text[:60]}” is no definition of a type; it was left out."))
            else:
                found.types[section].append(entry)
        elif section not in SECTIONS and not section:
            complaints.append(Complaint(f"{path}:{number}", "The line stands before the first section; it was left out."))
    return found


def _expanded(text: str, macros: dict[str, str]) -> str:
    for name, meaning in macros.items():
        # macros of macros could grow without end
        if len(text) + text.count(name) * len(meaning) <= _LONGEST:
            text = text.replace(name, meaning)
    return text


def _type(line: str, macros: dict[str, str], above: list[tuple[int, str, bool]]) -> _Type | None:
    depth = len(line) - len(line.lstrip())
    head, _, rest = line.strip().replace("\t", " ").partition(" ")
    usable, name = not head.startswith("!"), head.lstrip("!").partition("|")[0]  # what follows is an id in an ontology
    if not name or ":" in name or "," in name:
        return None
    while above and above[-1][0] >= depth:
        above.pop()
    entry = _Type(name, usable, tuple(parent for _, parent, _ in above))
    above.append((depth, name, usable))
    for part in _expanded(rest, macros).split(","):
        match = _ARGUMENT.fullmatch(part.strip())
        if match:
            values = tuple(value.strip() for value in match[2].split("|") if value.strip())
            entry.arguments.append((match[1], values))
        elif part.strip():
            return None
    return entry


def _add_relation(relations: dict[str, RelationLabel], entry: _Type, sections: _Sections) -> None:
    if not entry.usable:
        return
    kind = next((values for key, values in entry.arguments if key == "<REL-TYPE>"), ())
    symmetric = any(part in ("symmetric", "symmetric-transitive") for value in kind for part in value.split("+"))
    symmetric = symmetric or any(value.startswith("symmetric") for value in kind)
    ends = [sections.allowed(values) for key, values in entry.arguments if not key.startswith("<")][:2]
    head, tail = [*ends, (), ()][:2]
    old = relations.get(entry.name)
    if old is not None:
        head, tail, symmetric = _union(old.head, head), _union(old.tail, tail), symmetric or old.symmetric
    relations[entry.name] = RelationLabel(entry.name, head, tail, symmetric)


def _add_roles(relations: dict[str, RelationLabel], sections: _Sections) -> None:
    events = [entry for entry in sections.types["events"] if entry.usable]
    for entry in events:
        for key, values in entry.arguments:
            match = _ROLE.fullmatch(key)
            if match is None or key.startswith("<"):
                continue
            name, tail = match[1], sections.allowed(values)
            old = relations.get(name)
            if old is None:
                relations[name] = RelationLabel(name, (entry.name,), tail, role=True)
            else:
                head = (*old.head, entry.name) if entry.name not in old.head and old.head else old.head
                relations[name] = replace(old, head=head, tail=_union(old.tail, tail), role=True)


def _union(old: tuple[str, ...], new: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*old, *new])) if old and new else ()


def _attributes(sections: _Sections, relations: dict[str, RelationLabel]) -> Iterable[AttributeDefinition]:
    found: dict[str, AttributeDefinition] = {}
    for entry in sections.types["attributes"]:
        values = next((values for key, values in entry.arguments if key == "Value"), ())
        given = next((values for key, values in entry.arguments if key == "Arg"), ("<ANY>",))
        named = tuple(name for name in given if name in relations)
        of_relations = tuple(relations) if "<RELATION>" in given else named
        others = [name for name in given if name not in relations and name != "<RELATION>"]
        labels = sections.allowed(others) if others else ()
        everything = "<ANY>" in given or (bool(others) and not labels and not of_relations)
        wanted = () if everything else tuple(dict.fromkeys([*(labels or ()), *of_relations]))
        found[entry.name] = AttributeDefinition(entry.name, values, wanted)
    return found.values()


def _with_looks(scheme: LabelScheme, path: Path) -> LabelScheme:
    """Return the scheme with the colours and the names for display of ``visual.conf``, if there is one."""
    if not path.is_file():
        return scheme
    colors: dict[str, str] = {}
    shown: dict[str, str] = {}
    section = ""
    for line in _lines(path):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        if text.startswith("["):
            section = text.strip("[] ").lower()
        elif section == "labels":
            name, *forms = (part.strip() for part in text.split("|"))
            if forms and forms[0] and forms[0] != name:
                shown[name] = forms[0]
        elif section == "drawing":
            name, _, rest = text.replace("\t", " ").partition(" ")
            for wanted in ("bgColor", "color"):
                match = re.search(rf"(?<![A-Za-z]){wanted}\s*:\s*([#\w]+)", rest)
                color = color_of(match[1]) if match else ""
                if color:
                    colors.setdefault(name, color)

    def looking(label: SpanLabel | RelationLabel) -> SpanLabel | RelationLabel:
        description = {"en": shown[label.name]} if label.name in shown else label.description
        return replace(label, color=colors.get(label.name, label.color), description=description)

    return replace(
        scheme,
        spans=tuple(label for entry in scheme.spans if isinstance(label := looking(entry), SpanLabel)),
        relations=tuple(label for entry in scheme.relations if isinstance(label := looking(entry), RelationLabel)),
    )


def scheme_files(scheme: LabelScheme, name_of: Callable[[str], str]) -> dict[str, str]:
    """Return the content of ``annotation.conf`` and ``visual.conf`` for a scheme; ``name_of`` gives labels in brat's letters."""
    triggers = event_labels(scheme)
    lines = [
        "[entities]",
        "",
        *(name_of(label.name) for label in scheme.spans if label.name not in triggers),
        "",
        "[relations]",
        "",
    ]
    for label in scheme.relations:
        if not label.role:
            kind = ", <REL-TYPE>:symmetric" if label.symmetric else ""
            lines.append(f"{name_of(label.name)}\tArg1:{_types(label.head, name_of)}, Arg2:{_types(label.tail, name_of)}{kind}")
    lines += ["", "[events]", ""]
    for span in scheme.spans:
        if span.name in triggers:
            roles = [label for label in scheme.relations if label.role and (span.name in label.head or not label.head)]
            told = ", ".join(f"{name_of(label.name)}*:{_types(label.tail, name_of)}" for label in roles)
            lines.append(f"{name_of(span.name)}\t{told}")
    lines += ["", "[attributes]", ""]
    for attribute in scheme.attributes:
        if NAME.fullmatch(attribute.name):
            values = [value for value in attribute.values if re.fullmatch(r"[^\s,|:]+", value)]
            told = f", Value:{'|'.join(values)}" if values else ""
            lines.append(f"{attribute.name}\tArg:{_types(attribute.labels, name_of)}{told}")
    visual = ["[labels]", ""]
    labels = (*scheme.spans, *scheme.relations)
    for label in labels:
        shown = " ".join(label.name.replace("|", " ").split())
        if name_of(label.name) != label.name and shown:
            visual.append(f"{name_of(label.name)} | {shown}")
    visual += ["", "[drawing]", ""]
    visual += [f"{name_of(label.name)}\tbgColor:{label.color}" for label in scheme.spans if label.color]
    visual += [f"{name_of(label.name)}\tcolor:{label.color}" for label in scheme.relations if label.color]
    return {"annotation.conf": "\n".join([*lines, ""]), "visual.conf": "\n".join([*visual, ""])}


def _types(labels: tuple[str, ...], name_of: Callable[[str], str]) -> str:
    return "|".join(map(name_of, labels)) or "<ANY>"
