"""What labels were called before: by this, what was written down under an old name is understood under the new one, and after undo again.

A project keeps its renamings with its scheme, so undo and redo take them back and bring them again.  Whoever writes names of labels down
outside the annotations keeps the renamings of that moment beside them, and asks ``followed`` when reading.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Renaming:
    """One change of names: what became of span labels and relation labels, empty for one that went.

    A name that others became stands for itself.  ``at`` is UTC in ISO 8601.
    """

    at: str
    spans: Mapping[str, str] = field(default_factory=dict)
    relations: Mapping[str, str] = field(default_factory=dict)


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


def renamings_to_list(renamings: Iterable[Renaming]) -> list[dict[str, Any]]:
    """Return renamings as plain JSON data."""
    return [{"at": one.at, "spans": dict(one.spans), "relations": dict(one.relations)} for one in renamings]


def renamings_from_list(data: Any) -> tuple[Renaming, ...]:
    """Read renamings from plain JSON data; raises ``TypeError`` or ``KeyError`` where these are none."""
    return tuple(Renaming(str(one["at"]), dict(one["spans"]), dict(one["relations"])) for one in data)
