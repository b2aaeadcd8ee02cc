"""The values of an attribute: as entries of a draft, and in the annotations that have them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from annotator.domain.scheme_edit import GONE

LOST: Any = object()
"""Stands for a value that is taken from an annotation."""


@dataclass(eq=False, slots=True)
class ValueEntry:
    """A value of an attribute; ``was`` pairs the names in the project of attribute and value that become this one."""

    name: str
    was: tuple[tuple[str, str], ...] = ()


def united(first: list[ValueEntry], second: list[ValueEntry]) -> list[ValueEntry]:
    """Return the values of both lists, each name once."""
    found: dict[str, ValueEntry] = {}
    for value in (*first, *second):
        there = found.setdefault(value.name.strip(), value)
        if there is not value:
            there.was = (*there.was, *value.was)
    return list(found.values())


def value_texts(value: Any) -> tuple[str, ...]:
    """Return what a value of an annotation is called in the list of its attribute; of a list, what each of its entries is.

    Numbers, true and false are called as JSON writes them.
    """
    if isinstance(value, list | tuple):
        return tuple(text for entry in value for text in value_texts(entry))
    if isinstance(value, str):
        return (value,)
    return () if value is None or isinstance(value, Mapping) else (json.dumps(value),)


def value_made(value: Any, told: Mapping[str, str]) -> Any:
    """Return what becomes of a value of an annotation, ``LOST`` where nothing is left; of a list, entry by entry.

    What ``told`` does not name stays as it is, and what it is.
    """
    if isinstance(value, list | tuple):
        made = [value_made(entry, told) for entry in value]
        if made == list(value):
            return value
        kept = [entry for place, entry in enumerate(made) if entry is not LOST and entry not in made[:place]]
        return kept or LOST
    (text,) = value_texts(value) or ("",)
    new = told.get(text, text)
    return value if new == text else LOST if new == GONE else new
