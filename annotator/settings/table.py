"""The one table of settings: key, default, kind, limits, and the words that explain each.

``title`` and ``help`` are English source texts; the window translates them where it shows them.
"""

from __future__ import annotations

import getpass
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from annotator.errors import AnnotatorError


class Kind(StrEnum):
    """What a setting's value is, in Python and in the settings file alike."""

    TEXT = "text"
    NUMBER = "whole number"
    SWITCH = "true or false"
    CHOICE = "one of several"
    TEXTS = "list of texts"
    NUMBERS = "whole numbers by name"
    KEYS = "lists of keys by action"


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting.

    ``minimum`` and ``maximum`` bound a number; for lists and mappings ``maximum`` is how many entries are kept (0: all).
    ``private`` settings are remembered by the program itself and stand in no dialog.
    """

    key: str
    default: Any
    kind: Kind
    title: str
    help: str = ""
    choices: tuple[str, ...] = ()
    minimum: int = 0
    maximum: int = 0
    private: bool = False


def login_name() -> str:
    """Return the name the user is logged in by, or "annotator" where the system does not tell."""
    try:
        return getpass.getuser().strip() or "annotator"
    except (OSError, KeyError, ImportError):  # which of them depends on the system and the version of Python
        return "annotator"


_TABLE = (
    Setting(
        "annotator.name",
        "",
        Kind.TEXT,
        "Your name",
        "The name your annotations are saved under. Left empty, it is your login name.",
    ),
    Setting(
        "ui.theme", "system", Kind.CHOICE, "Theme", "Light or dark colours, or as the system has it.", ("system", "light", "dark")
    ),
    Setting("ui.language", "system", Kind.CHOICE, "Language", "The language of the window.", ("system", "en", "id")),
    Setting("article.font_family", "", Kind.TEXT, "Article font", "Left empty, it is the system's font for text."),
    Setting("article.font_size", 13, Kind.NUMBER, "Article font size", "In points.", minimum=6, maximum=72),
    Setting("article.line_width", 90, Kind.NUMBER, "Line width", "In characters; 0 fills the window.", maximum=400),
    Setting("article.zoom", 100, Kind.NUMBER, "Zoom", "Of the article, in percent.", minimum=50, maximum=400),
    Setting(
        "article.density", "comfortable", Kind.CHOICE, "Line spacing", "How much room the lines get.", ("comfortable", "compact")
    ),
    Setting("article.arcs", "focused", Kind.CHOICE, "Relation arcs", "Whose arcs are drawn strongly.", ("focused", "all", "none")),
    Setting(
        "article.unit",
        "tokens",
        Kind.CHOICE,
        "Selection unit",
        "What a selection snaps to and edges move by.",
        ("tokens", "characters"),
    ),
    Setting("done.next", True, Kind.SWITCH, "Go on when done", "Show the next open document after marking one as done."),
    Setting(
        "done.order",
        "project",
        Kind.CHOICE,
        "What comes next",
        "The next open document of the project, or the one on which suggesters disagree most, are least sure, or meet most new words.",
        ("project", "disagreement", "doubt", "novelty"),
    ),
    Setting(
        "history.keep_days",
        0,
        Kind.NUMBER,
        "Keep the history for",
        "In days; 0 keeps all of it. Older steps are removed soon after a project is opened,"
        " and can then not be undone; the first time it is asked.",
        maximum=36_500,
    ),
    Setting(
        "history.keep_megabytes",
        0,
        Kind.NUMBER,
        "Keep of the history",
        "In megabytes, the newest; 0 sets no limit. What is beyond is removed soon after a project is opened,"
        " and can then not be undone; the first time it is asked.",
        maximum=1_000_000,
    ),
    Setting("keys.overrides", {}, Kind.KEYS, "Keys", "The keys of actions that differ from the usual ones."),
    Setting("import.choices", "", Kind.TEXT, "Choices of the last import, as JSON", private=True),
    Setting("suggest.choices", "", Kind.TEXT, "Suggesters that ran last by project, as JSON", private=True),
    Setting("picture.choices", "", Kind.TEXT, "Choices of the last picture, as JSON", private=True),
    Setting("beginning.choices", "", Kind.TEXT, "Labels, language and suggesters of the last new project, as JSON", private=True),
    Setting("statistics.choices", "", Kind.TEXT, "Page, sets and table of the statistics, as JSON", private=True),
    Setting("files.folders", "", Kind.TEXT, "Folders in which files were chosen last, as JSON", private=True),
    Setting(
        "history.agreed", {}, Kind.NUMBERS, "Steps agreed to be removed, by what is kept and project", maximum=50, private=True
    ),
    Setting("help.state", "", Kind.TEXT, "Page and size of the help, as JSON", private=True),
    Setting("tour.done", False, Kind.SWITCH, "Whether the tour was gone through", private=True),
    Setting("palette.recent", [], Kind.TEXTS, "Commands run by name, the latest first", maximum=8, private=True),
    Setting("project.last", "", Kind.TEXT, "Last project", private=True),
    Setting("projects.recent", [], Kind.TEXTS, "Recent projects, the latest first", maximum=12, private=True),
    Setting("session.document", {}, Kind.NUMBERS, "Open document by project", maximum=50, private=True),
    Setting("session.noted", {}, Kind.NUMBERS, "When the open document was noted, by project", maximum=50, private=True),
    Setting("session.scroll", {}, Kind.NUMBERS, "Code point in the middle of the window by project", maximum=50, private=True),
    Setting("export.choices", "", Kind.TEXT, "Choices of the last export, as JSON", private=True),
    Setting("dialogs.sizes", {}, Kind.NUMBERS, "Sizes of dialogs that were resized", maximum=80, private=True),
    Setting("session.caret", {}, Kind.NUMBERS, "Caret (code points) by project", maximum=50, private=True),
    Setting("window.geometry", "", Kind.TEXT, "Place of the window", private=True),
    Setting("window.state", "", Kind.TEXT, "Arrangement of the panels", private=True),
)

SETTINGS: Mapping[str, Setting] = {setting.key: setting for setting in _TABLE}


def cleaned(setting: Setting, value: Any) -> Any:
    """Return ``value`` as the setting keeps it: own copies of lists and mappings, cut to ``maximum`` entries.

    Lists drop their last entries, mappings their first, which are the oldest.  Raises ``AnnotatorError`` with a sentence if the
    value is not of the setting's kind or outside its limits.
    """
    return _CHECKS[setting.kind](setting, value)


def with_recent(texts: list[str], latest: str) -> list[str]:
    """Return the list with ``latest`` first and only once."""
    return [latest, *(text for text in texts if text != latest)]


def with_latest(numbers: Mapping[str, int], name: str, number: int) -> dict[str, int]:
    """Return the mapping with ``name`` set and moved to the end, so that it is the last to be dropped."""
    return {**{other: value for other, value in numbers.items() if other != name}, name: number}


def _wrong(setting: Setting, wanted: str) -> AnnotatorError:
    return AnnotatorError(f"The setting “{setting.key}” must be {wanted}.")


def _text(setting: Setting, value: Any) -> str:
    if not isinstance(value, str):
        raise _wrong(setting, "a text")
    return value


def _number(setting: Setting, value: Any) -> int:
    if type(value) is not int or not setting.minimum <= value <= setting.maximum:
        raise _wrong(setting, f"a whole number from {setting.minimum} to {setting.maximum}")
    return value


def _switch(setting: Setting, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _wrong(setting, "true or false")
    return value


def _choice(setting: Setting, value: Any) -> str:
    if value not in setting.choices:
        raise _wrong(setting, f"one of {', '.join(setting.choices)}")
    return value


def _texts(setting: Setting, value: Any) -> list[str]:
    if not isinstance(value, list | tuple) or not all(isinstance(entry, str) for entry in value):
        raise _wrong(setting, "a list of texts")
    return list(value)[: setting.maximum or None]


def _numbers(setting: Setting, value: Any) -> dict[str, int]:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) and type(number) is int for key, number in value.items()):
        raise _wrong(setting, "whole numbers by name")
    return dict(list(value.items())[-setting.maximum :])


def _keys(setting: Setting, value: Any) -> dict[str, list[str]]:
    if not isinstance(value, Mapping) or not all(
        isinstance(action, str) and isinstance(keys, list | tuple) and all(isinstance(key, str) for key in keys)
        for action, keys in value.items()
    ):
        raise _wrong(setting, "lists of keys by action")
    return {action: list(keys) for action, keys in value.items()}


_CHECKS: Mapping[Kind, Callable[[Setting, Any], Any]] = {
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.SWITCH: _switch,
    Kind.CHOICE: _choice,
    Kind.TEXTS: _texts,
    Kind.NUMBERS: _numbers,
    Kind.KEYS: _keys,
}
