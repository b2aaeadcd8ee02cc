"""What labels were called before: by this, what was written down under an old name is understood under the new one, and after undo again.

A project keeps its renamings with its scheme, so undo and redo take them back and bring them again.  Whoever writes names of labels down
outside the annotations keeps the renamings of that moment beside them, and asks ``followed`` when reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Renaming:
    """One change of names: what became of labels, attributes and categories, empty for one that went.

    ``values`` says the same of the values of each attribute, by its name before.  A name that others became stands for itself.  ``at`` is
    UTC in ISO 8601.
    """

    at: str
    spans: Mapping[str, str] = field(default_factory=dict)
    relations: Mapping[str, str] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)
    categories: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def inverse(self) -> Renaming:
        """Return the names the other way round, without those that several became: nobody can tell which one was meant."""
        attributes = _turned(self.attributes)
        now = {old: new for new, old in attributes.items()}
        values = {now.get(name, name): _turned(told) for name, told in self.values.items()}
        return Renaming(self.at, _turned(self.spans), _turned(self.relations), attributes, _turned(self.categories), values)


def followed(name: str, part: str, then: Sequence[Renaming], now: Sequence[Renaming]) -> str:
    """Return what a label is called now; ``then`` are the renamings when its name was written down.  Empty for one that went.

    ``part`` is “spans” or “relations”.  Renamings that were taken back since are gone back through.
    """
    if not name:
        return ""  # no label is none at any time
    shared = 0
    while shared < min(len(then), len(now)) and then[shared] == now[shared]:
        shared += 1
    for renaming in reversed(then[shared:]):
        names: Mapping[str, str] = getattr(renaming, part)
        if names.get(name) != name:
            name = next((old for old, new in names.items() if new == name), name)
    for renaming in now[shared:]:
        name = getattr(renaming, part).get(name, name)
    return name


def former_names(part: str, renamings: Sequence[Renaming], known: Iterable[str]) -> dict[str, str]:
    """Return what the labels are called now that once had another name, by that name; what is a label now is none of them."""
    found: dict[str, str] = {}
    for place, renaming in enumerate(renamings):
        for old in getattr(renaming, part):
            found[old] = followed(old, part, renamings[:place], renamings)
    there = set(known)
    return {old: new for old, new in found.items() if old not in there and (not new or new in there)}


def meant_by(name: str, known: Sequence[str], former: Mapping[str, str], guess: Callable[[str, Sequence[str]], str]) -> str:
    """Return the label that a foreign name means, found by ``guess`` among the labels, and else among what they were called before."""
    if name in former:
        return former[name]
    found = guess(name, known)
    return found or former.get(guess(name, list(former)), "")


def _turned(names: Mapping[str, str]) -> dict[str, str]:
    once = [new for new, count in Counter(names.values()).items() if new and count == 1]
    return {new: old for old, new in names.items() if new in once}


def renamings_to_list(renamings: Iterable[Renaming]) -> list[dict[str, Any]]:
    """Return renamings as plain JSON data; what nothing became of is left out, as older versions of the program have it."""
    found: list[dict[str, Any]] = []
    for one in renamings:
        plain: dict[str, Any] = {"at": one.at, "spans": dict(one.spans), "relations": dict(one.relations)}
        plain |= {part: dict(names) for part in ("attributes", "categories") if (names := getattr(one, part))}
        found.append(plain | ({"values": {name: dict(told) for name, told in one.values.items()}} if one.values else {}))
    return found


def renamings_from_list(data: Any) -> tuple[Renaming, ...]:
    """Read renamings from plain JSON data; raises ``TypeError`` or ``KeyError`` where these are none."""
    return tuple(
        Renaming(
            str(one["at"]),
            dict(one["spans"]),
            dict(one["relations"]),
            dict(one.get("attributes", {})),
            dict(one.get("categories", {})),
            {str(name): dict(told) for name, told in one.get("values", {}).items()},
        )
        for one in data
    )
