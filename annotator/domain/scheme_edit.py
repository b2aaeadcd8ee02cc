"""What becomes of a label scheme and of everything labelled by it, as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from annotator.domain.labels import LabelScheme

GONE = ""
"""Stands in ``SchemeEdit.names`` for “removed, with all annotations that have it”."""


class Part(StrEnum):
    """The four lists of a scheme; names are unique within each."""

    SPANS = "spans"
    RELATIONS = "relations"
    ATTRIBUTES = "attributes"
    CATEGORIES = "categories"


@dataclass(frozen=True, slots=True)
class SchemeEdit:
    """What becomes of a project's scheme: from ``before`` to ``scheme``.

    ``names`` says for each list what annotations with an old name get in its place, all at once (two labels may swap their names), or
    ``GONE``.  Names that stay are not in it.  ``values`` says the same of the values of each attribute, by its old name; a value that only
    is no longer offered stands there for itself.
    """

    before: LabelScheme
    scheme: LabelScheme
    names: Mapping[Part, Mapping[str, str]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def renamed(self, part: Part) -> Mapping[str, str]:
        """Return what becomes of the names of one list."""
        return self.names.get(part, {})

    def left_open(self, part: Part) -> tuple[str, ...]:
        """Return the names that the new scheme lacks and of whose annotations nothing is said: only unused ones may be so."""
        there, told = set(names_of(self.scheme, part)), self.renamed(part)
        return tuple(name for name in names_of(self.before, part) if name not in there and name not in told)

    def values_left_open(self) -> dict[str, frozenset[str]]:
        """Return, by attribute, the values that its list lacks now and of which nothing is said: only unused ones may be so.

        An attribute without a list takes any text, so nothing is open there.
        """
        lists = {attribute.name: attribute.values for attribute in self.scheme.attributes}
        found: dict[str, frozenset[str]] = {}
        for attribute in self.before.attributes:
            now = lists.get(self.renamed(Part.ATTRIBUTES).get(attribute.name, attribute.name), ())
            missing = frozenset(attribute.values) - {*now, *self.values.get(attribute.name, ())} if now else frozenset()
            if missing:
                found[attribute.name] = missing
        return found


def names_of(scheme: LabelScheme, part: Part) -> tuple[str, ...]:
    """Return the names of one list of a scheme, in its order."""
    return scheme.categories if part is Part.CATEGORIES else tuple(entry.name for entry in getattr(scheme, part))


def unfit(edit: SchemeEdit, linked: Mapping[tuple[str, str, str], int]) -> dict[str, int]:
    """Return how many relations an edit leaves with ends that their label, by its new name, no longer allows.

    ``linked`` counts the relations of each label between spans of each two labels, by their old names.  What broke a rule before is not
    counted.
    """
    spans, relations = edit.renamed(Part.SPANS), edit.renamed(Part.RELATIONS)
    found: dict[str, int] = {}
    for (label, head, tail), count in linked.items():
        before = edit.before.relation(label)
        after = edit.scheme.relation(relations.get(label, label))
        ends = spans.get(head, head), spans.get(tail, tail)
        if before is None or after is None or GONE in ends:
            continue
        if before.allows(head, tail) and not after.allows(*ends):
            found[after.name] = found.get(after.name, 0) + count
    return found
