"""Giving the labels of foreign files the names of the project's scheme, or leaving them out, before anything is stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from annotator.domain.annotations import WHOLE_DOCUMENT, Item, Verdict
from annotator.domain.exchange import Record
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, completed

LEAVE_OUT = ""
"""Stands in a mapping for “none of ours”: items with this label are left out."""

_NONE: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class LabelMapping:
    """What becomes of the labels of a file: each is named with the project's label for it, or ``LEAVE_OUT``.

    Labels that are not named keep their names.  ``added`` are labels the scheme gets with the colour and key they have here; one of the
    same name that is there already stays as it is.
    """

    spans: Mapping[str, str] = field(default_factory=lambda: _NONE)
    relations: Mapping[str, str] = field(default_factory=lambda: _NONE)
    added: LabelScheme = field(default_factory=LabelScheme)

    def __bool__(self) -> bool:
        return bool(self.spans or self.relations)

    def apply(self, record: Record, left: Counter[tuple[str, str]] | None = None) -> Record:
        """Return the record with its labels mapped; ``left`` counts what was left out, by ("span" or "relation", label).

        A relation whose span is left out goes with it, and is counted under its own label.
        """
        left = Counter() if left is None else left
        spans = tuple(replace(span, label=name) for span in record.spans if (name := self._span(span.label)))
        kept = {span.id for span in spans}
        relations = tuple(
            replace(relation, label=name)
            for relation in record.relations
            if (name := self._relation(relation.label)) and relation.head in kept and relation.tail in kept
        )
        _count(left, "span", record.spans, kept)
        _count(left, "relation", record.relations, {relation.id for relation in relations})
        verdicts = tuple(found for verdict in record.verdicts if (found := self._verdict(verdict)) is not None)
        return replace(record, spans=spans, relations=relations, verdicts=verdicts)

    def scheme_with(self, scheme: LabelScheme) -> LabelScheme:
        """Return the scheme with the labels of ``added`` that it lacks; a colour or key that is missing or taken is found anew."""
        spans = [label for label in self.added.spans if scheme.span(label.name) is None]
        relations = [label for label in self.added.relations if scheme.relation(label.name) is None]
        categories = [name for name in self.added.categories if name not in scheme.categories]
        known = {attribute.name for attribute in scheme.attributes}
        attributes = [attribute for attribute in self.added.attributes if attribute.name not in known]
        if not (spans or relations or categories or attributes):
            return scheme
        every = (*scheme.spans, *_with_free_looks(spans, scheme.spans))
        known_spans = {label.name for label in every}
        links = (self._argued(label, known_spans) for label in _with_free_looks(relations, scheme.relations))
        return completed(
            replace(
                scheme,
                spans=every,
                relations=(*scheme.relations, *links),
                attributes=(*scheme.attributes, *attributes),
                categories=(*scheme.categories, *categories),
            )
        )

    def _argued(self, label: RelationLabel, known: Container[str]) -> RelationLabel:
        """Return a relation label whose ends have the names that these labels have here; those that are nowhere are left out."""

        def mapped(names: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(dict.fromkeys(name for name in map(self._span, names) if name in known))

        return replace(label, head=mapped(label.head), tail=mapped(label.tail))

    def _span(self, label: str) -> str:
        return self.spans.get(label, label)

    def _relation(self, label: str) -> str:
        return self.relations.get(label, label)

    def _verdict(self, verdict: Verdict) -> Verdict | None:
        """Return the verdict with the label in its signature mapped; None if that label is left out."""
        label, at, place = verdict.signature.rpartition("@")
        if not at or place == WHOLE_DOCUMENT:
            return verdict
        name = self._relation(label) if ">" in place else self._span(label)
        return replace(verdict, signature=f"{name}@{place}") if name else None


def _count(left: Counter[tuple[str, str]], what: str, items: Iterable[Item], kept: set[str]) -> None:
    left.update((what, item.label) for item in items if item.id not in kept)


_Label = TypeVar("_Label", SpanLabel, RelationLabel)


def _with_free_looks(new: list[_Label], there: Iterable[_Label]) -> list[_Label]:
    """Return labels without the keys and short codes that others have: ``completed`` gives them free ones."""
    keys = {label.key for label in there}
    codes = {label.code for label in there}
    found: list[_Label] = []
    for label in new:
        key = "" if label.key in keys else label.key
        code = "" if label.code in codes else label.code
        keys.add(key)
        codes.add(code)
        found.append(replace(label, key=key, code=code))
    return found


def likeliest(name: str, known: Iterable[str]) -> str:
    """Return the label of the project that a foreign label means for sure: the same name, or one that differs only in case and signs.

    Empty where there is none, or more than one.
    """
    names = list(known)
    if name in names:
        return name
    found = [other for other in names if _bare(other) == _bare(name)]
    return found[0] if len(found) == 1 else ""


_MEANT = (
    ("PERSON", "PER", "PERS", "PEOPLE"),
    ("ORG", "ORGANISATION", "ORGANIZATION", "CORPORATION"),
    ("LOC", "LOCATION", "PLACE"),
    ("GPE", "LOC", "LOCATION", "PLACE"),
    ("FAC", "FACILITY", "LOC", "LOCATION", "PLACE"),
    ("NORP", "NOR"),
    ("DATE", "DAT"),
    ("TIME", "TIM", "DATE", "DAT"),
    ("MONEY", "MON"),
    ("PERCENT", "PRC", "PERCENTAGE"),
    ("ORDINAL", "ORD"),
    ("CARDINAL", "CRD", "NUMBER", "NUM"),
    ("QUANTITY", "QTY"),
    ("EVENT", "EVT"),
    ("PRODUCT", "PRD"),
    ("WORK_OF_ART", "WOA"),
    ("LANGUAGE", "LAN"),
)
"""What labels of OntoNotes 5 are called elsewhere (CoNLL 2003, NERGrit and their kin), or, further right, what they are part of there."""


def closest(name: str, known: Iterable[str]) -> str:
    """Return ``likeliest``, or else the label of the project that is in use elsewhere for what this one means; empty for none."""
    names, upper = list(known), name.upper()
    rows = [row for row in _MEANT if row[0] == upper] or [row for row in _MEANT if upper in row][:1]
    candidates = (name, *(other for row in rows for other in row))
    return next((found for candidate in candidates if (found := likeliest(candidate, names))), "")


def _bare(name: str) -> str:
    return "".join(sign for sign in name.casefold() if sign.isalnum())
