"""A scheme under edit as plain JSON data, and back: so that a draft can outlast the program.

Entries name each other by their place in their list, not by their names, which may be empty or double while they are typed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from annotator.domain.labels import LabelScheme, scheme_to_dict
from annotator.domain.scheme_draft import Draft, Entry
from annotator.domain.scheme_edit import Part
from annotator.domain.scheme_values import ValueEntry
from annotator.errors import FormatError

_TEXTS = ("name", "color", "key", "code")
_SAID = ("description", "examples")
_FLAGS = ("symmetric", "reflexive", "role")
_ENDS = ("head", "tail", "labels")


def draft_to_dict(draft: Draft) -> dict[str, Any]:
    """Return all that ``draft_from_dict`` needs to make the same draft again, with the scheme that it began from."""
    places = {id(entry): [part.value, place] for part, entries in draft.entries.items() for place, entry in enumerate(entries)}

    def plain(entry: Entry) -> dict[str, Any]:
        return {
            **{name: getattr(entry, name) for name in (*_TEXTS, *_FLAGS)},
            **{name: dict(getattr(entry, name)) for name in _SAID},
            # what stands in no list is a name that the scheme allows and does not have
            **{name: [places.get(id(end), end.name) for end in getattr(entry, name)] for name in _ENDS},
            "was": list(entry.was),
            "values": [{"name": value.name, "was": [list(place) for place in value.was]} for value in entry.values],
        }

    return {
        "before": scheme_to_dict(draft.before),
        "name": draft.name,
        "description": dict(draft.description),
        "guidelines": dict(draft.guidelines),
        "entries": {part.value: [plain(entry) for entry in entries] for part, entries in draft.entries.items()},
        "gone": {part.value: list(names) for part, names in draft.gone.items()},
        "told_values": [[*place, new] for place, new in draft.told_values.items()],
    }


def fits(data: Mapping[str, Any], scheme: LabelScheme) -> bool:
    """Tell whether a draft began from this scheme: else what it says of names may mean something else by now."""
    return data.get("before") == scheme_to_dict(scheme)


def draft_from_dict(data: Mapping[str, Any], scheme: LabelScheme) -> Draft:
    """Return the draft again, over the scheme that it began from; raises ``FormatError`` where the data are no draft."""
    draft = Draft(scheme)
    try:
        draft.name = str(data["name"])
        draft.description, draft.guidelines = _said(data["description"]), _said(data["guidelines"])
        made = {part: [_entry(one) for one in data["entries"][part.value]] for part in Part}
        for part in Part:
            for entry, one in zip(made[part], data["entries"][part.value], strict=True):
                for name in _ENDS:
                    setattr(entry, name, [_end(end, made) for end in one[name]])
        draft.entries = made
        draft.gone = {part: [str(name) for name in data["gone"][part.value]] for part in Part}
        draft.told_values = {(str(attribute), str(value)): str(new) for attribute, value, new in data["told_values"]}
    except (KeyError, IndexError, TypeError, ValueError, AttributeError) as error:
        raise FormatError("This is no draft of a label scheme.") from error
    return draft


def _entry(data: Mapping[str, Any]) -> Entry:
    entry = Entry(str(data["name"]), tuple(str(name) for name in data["was"]))
    for name in _TEXTS[1:]:
        setattr(entry, name, str(data[name]))
    for name in _FLAGS:
        setattr(entry, name, bool(data[name]))
    for name in _SAID:
        setattr(entry, name, _said(data[name]))
    entry.values = [
        ValueEntry(str(value["name"]), tuple((str(attribute), str(old)) for attribute, old in value["was"]))
        for value in data["values"]
    ]
    return entry


def _end(end: str | Sequence[Any], made: Mapping[Part, Sequence[Entry]]) -> Entry:
    if isinstance(end, str):
        return Entry(end)
    part, place = end
    return made[Part(part)][int(place)]


def _said(texts: Mapping[str, Any]) -> dict[str, str]:
    return {str(language): str(text) for language, text in texts.items()}
