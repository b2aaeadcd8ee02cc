"""Names in an export to brat: of files, of labels in brat's letters, and the ids of lines."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import count

from annotator.domain.labels import LabelScheme
from annotator.formats.brat_details import brat_name

_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
_RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


class Names:
    """Labels in brat's letters: the same name for the same label in all files of an export, and never one name for two."""

    def __init__(self, scheme: LabelScheme) -> None:
        self._names: dict[str, str] = {}
        self._taken: set[str] = set()
        labels = [label.name for label in (*scheme.spans, *scheme.relations)]
        for label in sorted(labels, key=lambda label: brat_name(label) != label):
            self.of(label)  # those that need no change first, so that no other takes their name

    def of(self, label: str) -> str:
        """Return the name to write for a label."""
        if label not in self._names:
            wanted = name = brat_name(label)
            number = 1
            while name in self._taken:
                number += 1
                name = f"{wanted}_{number}"
            self._taken.add(name)
            self._names[label] = name
        return self._names[label]

    def changed(self) -> dict[str, str]:
        """Return the labels so far that are written otherwise, with their names."""
        return {label: name for label, name in self._names.items() if label != name}


class FileNames:
    """Turns documents' names into names of files that every system takes, no two alike; the same names give the same again."""

    def __init__(self, only: str = "") -> None:
        self.last = only
        self._only = only
        self._taken: set[int] = set()

    def of(self, name: str) -> str:
        """Return the path for a document, without suffix."""
        if self._only:
            return self._only
        parts = [_safe(part) for part in name.split("/")]
        wanted = found = "/".join(part for part in parts if part) or "untitled"
        number = 1
        while hash(found.casefold()) in self._taken:
            number += 1
            found = f"{wanted}-{number}"
        self._taken.add(hash(found.casefold()))
        self.last = found
        return found


def _safe(part: str) -> str:
    plain = _UNSAFE.sub("_", part.encode("utf-8", "replace").decode()).strip(" .")
    plain = f"_{plain}" if _RESERVED.fullmatch(plain) else plain
    return plain.encode()[:180].decode("utf-8", "ignore")


def ids(prefix: str, items: Iterable[str]) -> dict[str, str]:
    """Give each id one of brat's: its own if it is one, else the next free number."""
    items = list(items)
    pattern = re.compile(rf"{prefix}[1-9]\d{{0,8}}")
    taken = {item for item in items if pattern.fullmatch(item)}
    fresh = (f"{prefix}{number}" for number in count(1) if f"{prefix}{number}" not in taken)
    return {item: item if item in taken else next(fresh) for item in items}


def numbered(prefix: str, lines: Iterable[str]) -> list[str]:
    """Return lines with ids in front."""
    return [f"{prefix}{number}\t{line}" for number, line in enumerate(lines, 1)]


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """Sort key that puts 2 before 10."""
    parts = re.split(r"([0-9]{1,18})", name)
    return tuple((int(part), "") if part.isdecimal() and part.isascii() else (-1, part) for part in parts)
