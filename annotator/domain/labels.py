"""The label scheme: what may be said of the text, and between what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, TypeVar

from annotator.domain.renamings import Renaming
from annotator.errors import FormatError

Translations = Mapping[str, str]
"""Text by language code, e.g. ``{"id": "orang", "en": "person"}``."""

_NO_TEXT: Translations = MappingProxyType({})

LABEL_KEYS = "1234567890adhijlmopqstuwyz"
"""Keys a label may have, in the order they are given out: the digits, then the letters that are no command in the article."""

PALETTE = (
    # Hues that stay apart for the common kinds of colour blindness (after Okabe & Ito 2008 and Paul Tol's "muted" scheme);
    # ui.theme derives the shades that pass WCAG AA from them.
    "#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#882255", "#999933",
    "#332288", "#44aa99", "#aa4499", "#ddcc77", "#117733", "#cc6677", "#88ccee", "#661100",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SpanLabel:
    """A label for spans.  ``code`` (at most four characters) stands for it where its name does not fit."""

    name: str
    color: str = ""
    key: str = ""
    code: str = ""
    description: Translations = field(default_factory=lambda: _NO_TEXT)
    examples: Translations = field(default_factory=lambda: _NO_TEXT)


@dataclass(frozen=True, slots=True)
class RelationLabel:
    """A label for relations.  ``head`` and ``tail`` list the span labels allowed at each end; empty means any.

    ``symmetric`` says the order of the ends means nothing.  ``reflexive`` allows a span to be related to itself.  ``role`` says that
    the label names a part of an event: its head is the trigger, its tail fills the role.  That changes nothing in the rules; it says
    what is offered where an event is built.
    """

    name: str
    head: tuple[str, ...] = ()
    tail: tuple[str, ...] = ()
    symmetric: bool = False
    reflexive: bool = False
    role: bool = False
    color: str = ""
    key: str = ""
    code: str = ""
    description: Translations = field(default_factory=lambda: _NO_TEXT)
    examples: Translations = field(default_factory=lambda: _NO_TEXT)

    def allows(self, head: str, tail: str) -> bool:
        """Tell whether spans labelled ``head`` and ``tail`` may be the ends, in this order (either order if symmetric).

        Whether both may be one and the same span is another question: ``LabelScheme.links`` answers both.
        """

        def fits(first: str, second: str) -> bool:
            return (not self.head or first in self.head) and (not self.tail or second in self.tail)

        return fits(head, tail) or (self.symmetric and fits(tail, head))

    def starts_at(self, head: str) -> bool:
        """Tell whether a span labelled ``head`` may be the first end, whatever the other is (either end if symmetric)."""
        return not self.head or head in self.head or (self.symmetric and (not self.tail or head in self.tail))


_Label = TypeVar("_Label", SpanLabel, RelationLabel)


@dataclass(frozen=True, slots=True)
class AttributeDefinition:
    """An attribute of spans or relations.  ``values`` empty means free text; ``labels`` empty means all labels."""

    name: str
    values: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    description: Translations = field(default_factory=lambda: _NO_TEXT)

    def applies_to(self, label: str) -> bool:
        """Tell whether items with this label have the attribute."""
        return not self.labels or label in self.labels


@dataclass(frozen=True, slots=True)
class LabelScheme:
    """All labels of a project, in the order of their keys.

    ``guidelines`` say in Markdown how to label; a heading that is a label's name begins what is said of that label.  ``renamings`` tell
    what labels were called before, oldest first; only a project keeps them.
    """

    name: str = "blank"
    spans: tuple[SpanLabel, ...] = ()
    relations: tuple[RelationLabel, ...] = ()
    attributes: tuple[AttributeDefinition, ...] = ()
    categories: tuple[str, ...] = ()
    description: Translations = field(default_factory=lambda: _NO_TEXT)
    guidelines: Translations = field(default_factory=lambda: _NO_TEXT)
    renamings: tuple[Renaming, ...] = field(default=(), compare=False)

    def span(self, name: str) -> SpanLabel | None:
        """Return the span label called ``name``, or None."""
        return next((label for label in self.spans if label.name == name), None)

    def relation(self, name: str) -> RelationLabel | None:
        """Return the relation label called ``name``, or None."""
        return next((label for label in self.relations if label.name == name), None)

    def links(self, head_label: str, tail_label: str, *, same_span: bool = False) -> tuple[RelationLabel, ...]:
        """Return the relation labels that may link a span labelled ``head_label`` to one labelled ``tail_label``.

        With ``same_span`` both ends are one and the same span: then only reflexive labels may.  This is the one place that says
        which labels are offered, and ``rules.relation_problems`` says the same by its sentences.
        """
        return tuple(
            label for label in self.relations if label.allows(head_label, tail_label) and (label.reflexive or not same_span)
        )

    def roles_of(self, head_label: str) -> tuple[RelationLabel, ...]:
        """Return the labels of what a trigger labelled ``head_label`` may have: its roles.

        Where the scheme marks none for this trigger, every relation label that may start at it counts as one.
        """
        starting = tuple(label for label in self.relations if label.starts_at(head_label))
        return tuple(label for label in starting if label.role) or starting

    def with_labels(self, spans: Iterable[str] = (), relations: Iterable[str] = ()) -> LabelScheme:
        """Return the scheme with the missing ones of these labels added, each with a free colour and key.

        Added relation labels have no constraint: nothing is known of them but their name.
        """
        known_spans, known_relations = {label.name for label in self.spans}, {label.name for label in self.relations}
        new_spans = [SpanLabel(name) for name in dict.fromkeys(spans) if name not in known_spans]
        new_relations = [RelationLabel(name) for name in dict.fromkeys(relations) if name not in known_relations]
        if not new_spans and not new_relations:
            return self
        return completed(replace(self, spans=(*self.spans, *new_spans), relations=(*self.relations, *new_relations)))


def completed(scheme: LabelScheme) -> LabelScheme:
    """Return the scheme with a colour, a short code and, while there are any left, a key for every label that lacks them.

    Span and relation keys are given out separately: which are meant follows from what has the focus.
    """

    def complete(labels: tuple[_Label, ...]) -> tuple[_Label, ...]:
        taken = {label.key for label in labels}
        free_keys = iter([key for key in LABEL_KEYS if key not in taken])
        codes: set[str] = {label.code for label in labels if label.code}
        done: list[_Label] = []
        for number, label in enumerate(labels):
            code = label.code or short_code(label.name, codes)
            codes.add(code)
            done.append(
                replace(
                    label,
                    color=label.color or PALETTE[number % len(PALETTE)],
                    key=label.key or next(free_keys, ""),
                    code=code,
                )
            )
        return tuple(done)

    return replace(scheme, spans=complete(scheme.spans), relations=complete(scheme.relations))


def short_code(name: str, taken: Iterable[str] = ()) -> str:
    """Return up to four characters that stand for a label: its own if short, else initials or consonants, unlike ``taken``."""
    words = [word for word in name.replace("-", "_").split("_") if word]
    initials = "".join(word[0] for word in words)
    consonants = name[:1] + "".join(character for character in name[1:] if character.isalnum() and character.lower() not in "aeiou")
    candidates = [name] if len(name) <= 4 else []
    candidates += [name[:4], consonants[:4], (initials + name[-3:])[:4]]
    taken = set(taken)
    for candidate in candidates:
        if candidate not in taken:
            return candidate
    return next(code for number in range(10_000) if (code := f"{name[: max(0, 4 - len(str(number)))]}{number}") not in taken)


def scheme_to_dict(scheme: LabelScheme) -> dict[str, Any]:
    """Return the scheme as plain JSON data, empty fields left out (the format of scheme files and of ``OUT.labels.json``)."""

    def plain(item: Any, fields: tuple[str, ...]) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for name in fields:
            value = getattr(item, name)
            if value:
                data[name] = dict(value) if isinstance(value, Mapping) else list(value) if isinstance(value, tuple) else value
        return data

    return {
        "name": scheme.name,
        **({"description": dict(scheme.description)} if scheme.description else {}),
        **({"guidelines": dict(scheme.guidelines)} if scheme.guidelines else {}),
        "spans": [plain(label, _SPAN_FIELDS) for label in scheme.spans],
        "relations": [plain(label, _RELATION_FIELDS) for label in scheme.relations],
        "attributes": [plain(attribute, _ATTRIBUTE_FIELDS) for attribute in scheme.attributes],
        "categories": list(scheme.categories),
    }


_SPAN_FIELDS = ("name", "color", "key", "code", "description", "examples")
_RELATION_FIELDS = ("name", "head", "tail", "symmetric", "reflexive", "role", "color", "key", "code", "description", "examples")
_ATTRIBUTE_FIELDS = ("name", "values", "labels", "description")
_TRANSLATED, _LISTS, _FLAGS = {"description", "examples"}, {"head", "tail", "values", "labels"}, {"symmetric", "reflexive", "role"}


def scheme_from_dict(data: Any) -> LabelScheme:
    """Read a scheme from plain JSON data and complete it; raises ``FormatError`` with the place of what is wrong."""
    if not isinstance(data, Mapping):
        raise FormatError("A label scheme is a JSON object with the lists “spans” and “relations”.")
    unknown = set(data) - {"name", "description", "guidelines", "spans", "relations", "attributes", "categories"}
    if unknown:
        raise FormatError(f"A label scheme has no field “{min(map(str, unknown))}”.")
    name = data.get("name", "unnamed")
    if not isinstance(name, str):
        raise FormatError("The “name” of a label scheme is a text.")
    scheme = LabelScheme(
        name=name,
        spans=tuple(SpanLabel(**fields) for fields in _entries(data, "spans", _SPAN_FIELDS)),
        relations=tuple(RelationLabel(**fields) for fields in _entries(data, "relations", _RELATION_FIELDS)),
        attributes=tuple(AttributeDefinition(**fields) for fields in _entries(data, "attributes", _ATTRIBUTE_FIELDS)),
        categories=_texts(data.get("categories", []), "categories"),
        description=_translations(data.get("description", {}), "description"),
        guidelines=_translations(data.get("guidelines", {}), "guidelines"),
    )
    known = {label.name for label in scheme.spans}
    for relation in scheme.relations:
        for end in (*relation.head, *relation.tail):
            if end not in known:
                raise FormatError(f"Relation label “{relation.name}” allows “{end}”, which is no span label of the scheme.")
    for labels in (scheme.spans, scheme.relations):
        keys = [label.key for label in labels if label.key]
        for key in keys:
            if key not in LABEL_KEYS or len(key) != 1:
                raise FormatError(f"“{key}” cannot be a label's key; possible are: {' '.join(LABEL_KEYS)}.")
            if keys.count(key) > 1:
                raise FormatError(f"The key “{key}” is given to two labels of the scheme.")
    return completed(scheme)


def _entries(data: Mapping[str, Any], list_name: str, allowed: tuple[str, ...]) -> list[dict[str, Any]]:
    entries = data.get(list_name, [])
    if not isinstance(entries, list):
        raise FormatError(f"“{list_name}” of a label scheme is a list.")
    checked: list[dict[str, Any]] = []
    for number, entry in enumerate(entries):
        place = f"{list_name}[{number}]"
        fields = {"name": entry} if isinstance(entry, str) else entry
        if not isinstance(fields, Mapping) or not isinstance(fields.get("name"), str) or not fields["name"].strip():
            raise FormatError(f"{place} of the label scheme has no “name”.")
        unknown = set(fields) - set(allowed)
        if unknown:
            raise FormatError(f"{place} of the label scheme has the unknown field “{min(unknown)}”.")
        if any(other["name"] == fields["name"] for other in checked):
            raise FormatError(f"The label scheme names “{fields['name']}” twice in “{list_name}”.")
        checked.append({name: _field(name, value, f"{place}.{name}") for name, value in fields.items()})
    return checked


def _field(name: str, value: Any, place: str) -> Any:
    if name in _TRANSLATED:
        return _translations(value, place)
    if name in _LISTS:
        return _texts(value, place)
    if name in _FLAGS:
        if not isinstance(value, bool):
            raise FormatError(f"{place} of the label scheme is true or false.")
        return value
    if not isinstance(value, str):
        raise FormatError(f"{place} of the label scheme is a text.")
    if name == "color" and not is_color(value):
        raise FormatError(f"{place} of the label scheme is a colour like “#1f77b4”.")
    return value


def is_color(value: str) -> bool:
    """Tell whether a text is a colour as schemes have them: ``#1f77b4``."""
    return len(value) == 7 and value[0] == "#" and all(digit in "0123456789abcdefABCDEF" for digit in value[1:])


def _texts(value: Any, place: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise FormatError(f"{place} of the label scheme is a list of texts.")
    return tuple(value)


def _translations(value: Any, place: str) -> Translations:
    if isinstance(value, str):
        return {"en": value}
    if not isinstance(value, Mapping) or not all(isinstance(text, str) for text in value.values()):
        raise FormatError(f"{place} of the label scheme is a text, or texts by language.")
    return dict(value)
