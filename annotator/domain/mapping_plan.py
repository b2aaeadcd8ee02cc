"""A plan for the labels of files, label by label, as a dialog lets it be made: what each becomes, and how new ones will look."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from annotator.domain.labels import LABEL_KEYS, PALETTE, LabelScheme, RelationLabel, SpanLabel
from annotator.domain.mapping import LEAVE_OUT, LabelMapping, likeliest

Key = tuple[str, str]
"""“span” or “relation”, and a label of the files."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of one label: the name it has here (``LEAVE_OUT`` for none), with a colour and a key where that label is new."""

    name: str
    color: str = ""
    key: str = ""
    new: bool = False


@dataclass(slots=True)
class MappingPlan:
    """The labels of the project, further ones of a scheme file, and the fate of each label of the files."""

    scheme: LabelScheme
    offered: LabelScheme = field(default_factory=LabelScheme)
    fates: dict[Key, Fate] = field(default_factory=dict)

    def propose(self, found: Iterable[Key], remembered: Mapping[str, str]) -> None:
        """Give each label that has no fate yet the likeliest one; those that are not found any more are forgotten.

        ``remembered`` are names that were chosen before, by “span:LABEL” or “relation:LABEL”.
        """
        keys = list(found)
        self.fates = {key: self.fates[key] for key in keys if key in self.fates}
        for key in keys:
            if key not in self.fates:
                self.fates[key] = self._likeliest(key, remembered)

    def names(self, what: str) -> list[str]:
        """Return the labels of the project, and those of the scheme file."""
        known = LabelMapping(added=self.offered).scheme_with(self.scheme)
        return [label.name for label in (known.spans if what == "span" else known.relations)]

    def colors(self, what: str) -> dict[str, str]:
        """Return the colours of these labels by name."""
        known = LabelMapping(added=self.offered).scheme_with(self.scheme)
        return {label.name: label.color for label in (known.spans if what == "span" else known.relations)}

    def free_keys(self, key: Key) -> list[str]:
        """Return the keys that the new label of ``key`` may have."""
        known = LabelMapping(added=self.offered).scheme_with(self.scheme)
        taken = {label.key for label in (known.spans if key[0] == "span" else known.relations)}
        taken |= {fate.key for other, fate in self.fates.items() if fate.new and other[0] == key[0] and other != key}
        return [letter for letter in LABEL_KEYS if letter not in taken]

    def as_new(self, key: Key, name: str) -> Fate:
        """Return the fate of becoming a new label: with the first colour and the first key that are free."""
        taken = [color.lower() for color in self.colors(key[0]).values()]
        taken += [fate.color for other, fate in self.fates.items() if fate.new and other[0] == key[0] and other != key]
        color = min(PALETTE, key=taken.count)  # the first that is free, else one that few have
        return Fate(name, color, next(iter(self.free_keys(key)), ""), new=True)

    def as_known(self, name: str) -> Fate:
        """Return the fate of becoming a label that is there, or of being left out."""
        return Fate(name)

    def offer(self, scheme: LabelScheme) -> None:
        """Take the labels of a scheme file: what is new and has a name of it becomes that label."""
        self.offered = LabelMapping(added=scheme).scheme_with(self.offered)
        for key, fate in list(self.fates.items()):
            if fate.new:
                name = likeliest(fate.name, self.names(key[0]))
                self.fates[key] = Fate(name) if name else fate

    def mapping(self) -> LabelMapping:
        """Return the plan as a mapping, with all labels that are to be added."""
        names: dict[str, dict[str, str]] = {"span": {}, "relation": {}}
        spans: dict[str, SpanLabel] = {}
        relations: dict[str, RelationLabel] = {}
        for (what, label), fate in self.fates.items():
            if fate.name != label or fate.name == LEAVE_OUT:
                names[what][label] = fate.name
            if fate.new and what == "span":
                spans.setdefault(fate.name, SpanLabel(fate.name, fate.color, fate.key))
            elif fate.new:
                relations.setdefault(fate.name, RelationLabel(fate.name, color=fate.color, key=fate.key))
        own = LabelScheme(spans=tuple(spans.values()), relations=tuple(relations.values()))
        return LabelMapping(names["span"], names["relation"], LabelMapping(added=own).scheme_with(self.offered))

    def remember(self) -> dict[str, str]:
        """Return what was chosen for the labels that did not keep their names, as ``propose`` takes it."""
        return {f"{what}:{label}": fate.name for (what, label), fate in self.fates.items() if fate.name != label}

    def _likeliest(self, key: Key, remembered: Mapping[str, str]) -> Fate:
        what, label = key
        before = remembered.get(f"{what}:{label}")
        if before is not None and (before == LEAVE_OUT or before in self.names(what)):
            return Fate(before)
        name = likeliest(label, self.names(what))
        return Fate(name) if name else self.as_new(key, before or label)


def renamed(fate: Fate, *, name: str | None = None, color: str | None = None, key: str | None = None) -> Fate:
    """Return a fate with another name, colour or key."""
    return replace(
        fate,
        name=fate.name if name is None else name,
        color=fate.color if color is None else color,
        key=fate.key if key is None else key,
    )
