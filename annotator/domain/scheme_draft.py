"""A label scheme that is being edited: names may be wrong for a while, and each entry knows what the project calls it.

Nothing here touches annotations.  ``Draft.edit`` says in one value what is to become of the scheme and of everything labelled by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from annotator.domain.labels import LABEL_KEYS, AttributeDefinition, LabelScheme, RelationLabel, SpanLabel, completed, is_color
from annotator.domain.scheme_edit import GONE, Part, SchemeEdit, names_of
from annotator.domain.scheme_values import ValueEntry, united


@dataclass(eq=False, slots=True)
class Entry:
    """A label, attribute or category of a draft; which fields mean something depends on the list it stands in.

    ``was`` are the names in the project that become this one: its own, where it is not new, and those merged into it.  ``head``,
    ``tail`` and ``labels`` name other entries themselves, so that renaming one breaks nothing; empty means any.
    """

    name: str
    was: tuple[str, ...] = ()
    color: str = ""
    key: str = ""
    code: str = ""
    description: dict[str, str] = field(default_factory=dict)
    examples: dict[str, str] = field(default_factory=dict)
    head: list[Entry] = field(default_factory=list)
    tail: list[Entry] = field(default_factory=list)
    symmetric: bool = False
    reflexive: bool = False
    role: bool = False
    values: list[ValueEntry] = field(default_factory=list)
    labels: list[Entry] = field(default_factory=list)

    @property
    def shown_color(self) -> str:
        """The colour, or empty while it is half typed."""
        return self.color if is_color(self.color) else ""


class Fault(StrEnum):
    """What keeps a draft from becoming a scheme."""

    NAMELESS = "nameless"
    TWICE = "name twice"
    VALUE = "value twice"
    KEY = "key twice"
    CODE = "code too long"
    COLOR = "no colour"


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of one entry; ``other`` is the name of the entry it clashes with."""

    fault: Fault
    part: Part
    entry: Entry
    other: str = ""


class Draft:
    """A scheme under edit.  ``entries`` holds its lists in order; fields of an ``Entry`` may be set directly."""

    def __init__(self, scheme: LabelScheme) -> None:
        self.before = scheme
        self.name = scheme.name
        self.description = dict(scheme.description)
        self.guidelines = dict(scheme.guidelines)
        self.entries: dict[Part, list[Entry]] = {part: [] for part in Part}
        self.gone: dict[Part, list[str]] = {part: [] for part in Part}
        """Names in the project that go with their annotations."""
        self.told_values: dict[tuple[str, str], str] = {}
        """What becomes of values that are no longer there, by the names of attribute and value: ``GONE``, or what they were."""
        self._take(scheme, known=True)

    def find(self, part: Part, name: str) -> Entry | None:
        """Return the first entry of a list with this name, or None."""
        return next((entry for entry in self.entries[part] if entry.name == name), None)

    def part_of(self, entry: Entry) -> Part:
        """Return the list an entry stands in."""
        return next(part for part, entries in self.entries.items() if any(other is entry for other in entries))

    def add(self, part: Part, name: str, **fields: str) -> Entry:
        """Add an entry at the end of a list."""
        entry = Entry(name, **fields)  # type: ignore[arg-type]
        self.entries[part].append(entry)
        return entry

    def move(self, entry: Entry, by: int) -> bool:
        """Move an entry up (negative) or down in its list; False where it is at the end already."""
        entries = self.entries[self.part_of(entry)]
        place = entries.index(entry)
        target = max(0, min(place + by, len(entries) - 1))
        entries.insert(target, entries.pop(place))
        return target != place

    def holders(self, entry: Entry) -> list[Entry]:
        """Return the entries that allow this one and nothing else at some place: without it they would allow everything."""
        every = (*self.entries[Part.RELATIONS], *self.entries[Part.ATTRIBUTES])
        return [other for other in every if any(ends == [entry] for ends in (other.head, other.tail, other.labels))]

    def delete(self, entry: Entry, *, with_annotations: bool = False) -> None:
        """Take an entry out; the caller has seen that ``holders`` is empty.

        ``with_annotations`` says that what is labelled by it goes, too.  Otherwise the edit is refused if anything is.
        """
        part = self.part_of(entry)
        self.entries[part].remove(entry)
        if with_annotations:
            self.gone[part] += entry.was
        for other in (*self.entries[Part.RELATIONS], *self.entries[Part.ATTRIBUTES]):
            for ends in (other.head, other.tail, other.labels):
                if entry in ends:
                    ends.remove(entry)

    def merge(self, entry: Entry, into: Entry) -> None:
        """Make an entry part of another of the same list: what has the one gets the other.

        The other allows afterwards what either allowed, so that no annotation that was legal becomes illegal.
        """
        part = self.part_of(entry)
        self.entries[part].remove(entry)
        into.was = (*into.was, *entry.was)
        for other in (*self.entries[Part.RELATIONS], *self.entries[Part.ATTRIBUTES]):
            for ends in (other.head, other.tail, other.labels):
                ends[:] = _each_once(into if end is entry else end for end in ends)
        if part is Part.RELATIONS:
            _widen(into, entry)
        elif part is Part.ATTRIBUTES:
            into.labels = _either(into.labels, entry.labels)
            if into.values and entry.values:
                into.values = united(into.values, entry.values)
            else:  # any text goes then; what was renamed on the way has its new name all the same
                dropped = (*into.values, *entry.values)
                self.told_values |= {place: value.name.strip() for value in dropped for place in value.was}
                into.values = []

    def delete_value(self, attribute: Entry, value: ValueEntry, *, with_annotations: bool | None = False) -> None:
        """Take a value out of an attribute's list.

        ``with_annotations`` says that what has the value loses it; None, that it keeps it though it is no longer offered.  Otherwise the
        edit is refused if anything has it.
        """
        attribute.values.remove(value)
        if with_annotations is not False:
            self.told_values |= {place: GONE if with_annotations else place[1] for place in value.was}

    def merge_value(self, attribute: Entry, value: ValueEntry, into: ValueEntry) -> None:
        """Make a value part of another of the same attribute."""
        attribute.values.remove(value)
        into.was = (*into.was, *value.was)

    def take(self, scheme: LabelScheme) -> None:
        """Take over another scheme: entries of the same name get its looks and rules, the others are added.  Nothing is deleted."""
        self._take(scheme, known=False)
        self.description |= scheme.description
        self.guidelines |= scheme.guidelines

    def findings(self) -> list[Finding]:
        """Return what keeps the draft from being a scheme, list by list; a clash is found at both entries."""
        found: list[Finding] = []
        for part, entries in self.entries.items():
            for entry in entries:
                name = entry.name.strip()
                others = [other for other in entries if other is not entry]
                if not name:
                    found.append(Finding(Fault.NAMELESS, part, entry))
                elif any(other.name.strip() == name for other in others):
                    found.append(Finding(Fault.TWICE, part, entry, name))
                same_key = next((other for other in others if entry.key and other.key == entry.key), None)
                if same_key is not None:
                    found.append(Finding(Fault.KEY, part, entry, same_key.name))
                if len(entry.code) > 4:
                    found.append(Finding(Fault.CODE, part, entry))
                if entry.color and not is_color(entry.color):
                    found.append(Finding(Fault.COLOR, part, entry))
                values = [value.name.strip() for value in entry.values]
                twice = next((value for value in values if not value or values.count(value) > 1), None)
                if twice is not None:
                    found.append(Finding(Fault.VALUE, part, entry, twice))
        return found

    def edit(self) -> SchemeEdit:
        """Return what is to be done; only to be asked while ``findings`` is empty."""
        names: dict[Part, dict[str, str]] = {part: dict.fromkeys(self.gone[part], GONE) for part in Part}
        for part, entries in self.entries.items():
            names[part] |= {old: entry.name.strip() for entry in entries for old in entry.was if old != entry.name.strip()}
        spans, relations, attributes, categories = (self.entries[part] for part in Part)
        scheme = LabelScheme(
            self.name.strip() or self.before.name,
            tuple(_span_label(entry) for entry in spans),
            tuple(_relation_label(entry) for entry in relations),
            tuple(_attribute(entry) for entry in attributes),
            tuple(entry.name.strip() for entry in categories),
            _said(self.description),
            {language: self._with_headings(text) for language, text in _said(self.guidelines).items()},
        )
        return SchemeEdit(self.before, completed(scheme), {part: told for part, told in names.items() if told}, self._values())

    def _values(self) -> dict[str, dict[str, str]]:
        """Return what becomes of values, by the old names of attributes that stay."""
        found: dict[str, dict[str, str]] = {}
        for entry in self.entries[Part.ATTRIBUTES]:
            told = {place: name for place, name in self.told_values.items() if place[0] in entry.was}
            told |= {place: value.name.strip() for value in entry.values for place in value.was if place[1] != value.name.strip()}
            for (attribute, value), name in told.items():
                found.setdefault(attribute, {})[value] = name
        return found

    def _with_headings(self, text: str) -> str:
        """Return guidelines in which the heading of a label that has another name now has that name."""
        moved = {
            entry.was[0]: entry.name.strip()
            for part in (Part.SPANS, Part.RELATIONS)
            for entry in self.entries[part]
            if entry.was and entry.was[0] != entry.name.strip()
        }
        return _HEADING.sub(lambda found: found[1] + moved.get(found[2], found[2]) + found[3], text) if moved else text

    def _take(self, scheme: LabelScheme, *, known: bool) -> None:
        for part in Part:
            for name in names_of(scheme, part):
                entry = self.find(part, name) or self.add(part, name)
                if known:
                    entry.was = (name,)
        for span in scheme.spans:
            self._look(Part.SPANS, span)
        for relation in scheme.relations:
            entry = self._look(Part.RELATIONS, relation)
            entry.head, entry.tail = (self._found((Part.SPANS,), names) for names in (relation.head, relation.tail))
            entry.symmetric, entry.reflexive, entry.role = relation.symmetric, relation.reflexive, relation.role
        for attribute in scheme.attributes:
            entry = self.find(Part.ATTRIBUTES, attribute.name)
            assert entry is not None
            entry.description |= attribute.description
            values = [ValueEntry(name, ((attribute.name, name),) if known else ()) for name in attribute.values]
            entry.values = values if known else united(values, entry.values) if values and (entry.values or not entry.was) else []
            entry.labels = self._found((Part.SPANS, Part.RELATIONS), attribute.labels)

    def _look(self, part: Part, label: SpanLabel | RelationLabel) -> Entry:
        entry = self.find(part, label.name)
        assert entry is not None
        others = [other for other in self.entries[part] if other is not entry]
        entry.color, entry.code = label.color, label.code
        if not any(other.key == label.key for other in others):
            entry.key = label.key
        entry.description |= label.description
        entry.examples |= label.examples
        return entry

    def _found(self, parts: Iterable[Part], names: Iterable[str]) -> list[Entry]:
        """Return the entries of these names, in this order; a name that is nowhere stands for itself."""
        found: list[Entry] = []
        for name in names:
            there = [entry for part in parts for entry in self.entries[part] if entry.name == name]
            found += there or [Entry(name)]
        return found


_HEADING = re.compile(r"^(#{1,6}[ \t]+)(.+?)([ \t]*#*[ \t]*)$", re.MULTILINE)


def free_key(draft: Draft, part: Part) -> str:
    """Return the first key that no label of a list has; empty if all are taken."""
    taken = {entry.key for entry in draft.entries[part]}
    return next((key for key in LABEL_KEYS if key not in taken), "")


def renamed(scheme: LabelScheme, part: Part, old: str, new: str) -> SchemeEdit:
    """Return the edit that gives ``old`` another name; where that is a name of the same list, the two become one.

    Raises ``KeyError`` if there is no ``old``.
    """
    draft = Draft(scheme)
    entry, there = draft.find(part, old), draft.find(part, new.strip())
    if entry is None:
        raise KeyError(old)
    if there is None:
        entry.name = new.strip()
    elif there is not entry:
        draft.merge(entry, there)
    return draft.edit()


def find_value(draft: Draft, attribute: str, name: str) -> tuple[Entry, ValueEntry]:
    """Return an attribute and one of its values; raises ``KeyError`` if there is none of this name."""
    entry = draft.find(Part.ATTRIBUTES, attribute)
    value = next((value for value in entry.values if value.name == name), None) if entry is not None else None
    if entry is None or value is None:
        raise KeyError(f"{attribute}={name}")
    return entry, value


def rename_value(draft: Draft, attribute: Entry, value: ValueEntry, new: str) -> None:
    """Give a value another name; where another one of the attribute has it, the two become one."""
    there = next((other for other in attribute.values if other.name == new and other is not value), None)
    if there is None:
        value.name = new
    else:
        draft.merge_value(attribute, value, there)


def deleted(scheme: LabelScheme, part: Part, name: str, *, with_annotations: bool = False) -> SchemeEdit:
    """Return the edit that takes ``name`` out of a list; raises ``KeyError`` if it is not there."""
    draft = Draft(scheme)
    entry = draft.find(part, name)
    if entry is None:
        raise KeyError(name)
    draft.delete(entry, with_annotations=with_annotations)
    return draft.edit()


def _each_once(entries: Iterable[Entry]) -> list[Entry]:
    return list({id(entry): entry for entry in entries}.values())


def _either(first: list[Entry], second: list[Entry]) -> list[Entry]:
    return _each_once((*first, *second)) if first and second else []


def _widen(label: Entry, other: Entry) -> None:
    """Have a relation label allow what another allowed; what had no direction may come in either."""
    ends = (other.head, other.tail)
    if other.symmetric and not label.symmetric:
        both = _either(other.head, other.tail)
        ends = (both, both)
    label.head, label.tail = _either(label.head, ends[0]), _either(label.tail, ends[1])
    label.reflexive = label.reflexive or other.reflexive


def _said(texts: Mapping[str, str]) -> dict[str, str]:
    return {language: text for language, text in texts.items() if text.strip()}


def _names(entries: Iterable[Entry]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(entry.name.strip() for entry in entries))


def _span_label(entry: Entry) -> SpanLabel:
    return SpanLabel(entry.name.strip(), entry.color, entry.key, entry.code, _said(entry.description), _said(entry.examples))


def _relation_label(entry: Entry) -> RelationLabel:
    return RelationLabel(
        entry.name.strip(),
        _names(entry.head),
        _names(entry.tail),
        entry.symmetric,
        entry.reflexive,
        entry.role,
        entry.color,
        entry.key,
        entry.code,
        _said(entry.description),
        _said(entry.examples),
    )


def _attribute(entry: Entry) -> AttributeDefinition:
    return AttributeDefinition(
        entry.name.strip(), tuple(value.name.strip() for value in entry.values), _names(entry.labels), _said(entry.description)
    )
