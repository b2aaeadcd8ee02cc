"""Which keys do what, as a person wants them: clashes between actions, and whole sets of keys for those who come from another tool.

Overrides are what the setting ``keys.overrides`` holds: by the id of an action the keys it has instead of the usual ones.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from annotator.domain.labels import LABEL_KEYS
from annotator.ui.actions import ACTIONS, Action, keys_of

Overrides = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True)
class Profile:
    """A set of keys under a name; ``title`` and ``help`` are English source texts."""

    name: str
    title: str
    help: str
    overrides: Overrides


PROFILES: tuple[Profile, ...] = (
    Profile("usual", "This tool's own", "The keys as the key sheet and the help tell them.", {}),
    Profile(
        "brat",
        "Like brat",
        "Enter labels the selection by name, Alt with an arrow turns to the neighbouring document.",
        {
            "span.choose": ["Return"],
            "span.enter": [" "],
            "document.previous": ["Alt+Left", "Ctrl+PgUp"],
            "document.next": ["Alt+Right", "Ctrl+PgDown"],
        },
    ),
    Profile(
        "prodigy",
        "Like Prodigy",
        "A accepts the document, X rejects it and Space leaves it out: both skip it; Backspace takes the last step back. "
        "Labels with the key A need another one.",
        {
            "document.done": ["a", "Ctrl+Return"],
            "document.skip": [" ", "x", "Ctrl+Shift+Return"],
            "edit.undo": ["Backspace", "Ctrl+Z"],
            "span.remove": ["Del"],
            "span.choose": ["/"],
            "relation.reverse": ["Alt+x"],
        },
    ),
)


def all_keys(overrides: Overrides) -> dict[str, tuple[str, ...]]:
    """Return the keys of every action."""
    return {action.id: keys_of(action, overrides) for action in ACTIONS}


def owners(key: str, overrides: Overrides, *, but: str = "") -> list[Action]:
    """Return the actions, other than ``but``, that have a key: the article's and the window's alike, for they meet in the article."""
    return [action for action in ACTIONS if action.id != but and key in keys_of(action, overrides)]


def label_keys_lost(overrides: Overrides, used: Collection[str]) -> list[str]:
    """Return the label keys in use that an action takes away from the labels, in the order of ``LABEL_KEYS``."""
    taken = {key for keys in all_keys(overrides).values() for key in keys}
    return [key for key in LABEL_KEYS if key in used and key in taken]


def with_key(overrides: Overrides, action: str, key: str) -> dict[str, list[str]]:
    """Return the overrides with one more key for an action; whoever had the key has it no more."""
    found = {name: list(keys) for name, keys in overrides.items()}
    for other in owners(key, overrides, but=action):
        found[other.id] = [one for one in keys_of(other, overrides) if one != key]
    had = keys_of(_BY_ID[action], overrides)
    found[action] = [*had, *([key] if key not in had else [])]
    return _sparse(found)


def without_keys(overrides: Overrides, action: str) -> dict[str, list[str]]:
    """Return the overrides with no key at all for an action."""
    return _sparse({**{name: list(keys) for name, keys in overrides.items()}, action: []})


def as_usual(overrides: Overrides, action: str) -> dict[str, list[str]]:
    """Return the overrides with an action's own keys back; whoever has one of them meanwhile has it no more."""
    found = {name: list(keys) for name, keys in overrides.items() if name != action}
    for key in _BY_ID[action].keys:
        found = with_key(found, action, key)
    return _sparse(found)


def profile_of(overrides: Overrides) -> Profile | None:
    """Return the profile that these keys are, or None for keys of the person's own."""
    plain = _sparse({name: list(keys) for name, keys in overrides.items()})
    return next((profile for profile in PROFILES if _sparse({k: list(v) for k, v in profile.overrides.items()}) == plain), None)


def _sparse(overrides: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return only what differs from the table; actions that another version had stay."""
    return {name: keys for name, keys in overrides.items() if name not in _BY_ID or tuple(keys) != _BY_ID[name].keys}


_BY_ID = {action.id: action for action in ACTIONS}
