"""The help pages: Markdown files in ``resources/help/LANGUAGE``, with places for what the program knows better than a file.

A page is read in the window's language, else in English.  In the text stand ``{keys:ID}`` for the keys of a command as this person has
them, ``{command:ID}`` for its name with its keys, and, alone on a line, ``{settings}`` and ``{formats}`` for the lists made of the
tables.  The first line is the title.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from annotator.errors import AnnotatorError
from annotator.paths import resource_dir

PAGES = (
    "start",
    "article",
    "relations",
    "documents",
    "suggestions",
    "statistics",
    "import",
    "export",
    "formats",
    "formats-from-elsewhere",
    "labels",
    "knowledge",
    "commands",
    "settings",
    "command-line",
    "project-file",
    "safety",
)
"""The pages in the order in which they are listed; a name is that of the file."""

FALLBACK = "en"

_MACRO = re.compile(r"\{(keys|command):([a-z.-]+)\}|^\{(settings|formats)\}$", re.MULTILINE)
_ENTRY = re.compile(r"^- \{command:([a-z.-]+)\}: (.+(?:\n  .+)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Words:
    """What the program puts into the pages: ``commands`` are (name, keys) by id, ``lists`` make the Markdown of the lists by name."""

    commands: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    lists: Mapping[str, Callable[[], str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Page:
    """A page ready to be shown; ``text`` is Markdown without places to fill."""

    name: str
    title: str
    text: str


def page_file(name: str, language: str) -> Path:
    """Return the file of a page in a language, or the English one where there is none."""
    folder = resource_dir() / "help"
    path = folder / language / f"{name}.md"
    return path if path.is_file() else folder / FALLBACK / f"{name}.md"


@cache
def _source(name: str, language: str) -> str:
    path = page_file(name, language)
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise AnnotatorError(f"The help page {path} cannot be read. Please install the program again.") from error


def read_page(name: str, language: str, words: Words) -> Page:
    """Return a page with everything filled in; raises ``AnnotatorError`` where its file is missing."""
    text = filled(_source(name, language), words)
    return Page(name, text.partition("\n")[0].lstrip("# ").strip(), text)


def filled(text: str, words: Words) -> str:
    """Return Markdown with its places filled; a command that is unknown stays as it is written."""

    def put(found: re.Match[str]) -> str:
        kind, command, made = found.groups()
        if made:
            return words.lists[made]() if made in words.lists else found[0]
        if command not in words.commands:
            return found[0]
        name, keys = words.commands[command]
        shown = " / ".join(code(key) for key in keys.split(" / ")) if keys else ""
        if kind == "keys":
            return shown or f"**{literal(name)}**"
        return f"**{literal(name)}**" + (f" ({shown})" if shown else "")

    return _MACRO.sub(put, text)


def command_help(language: str) -> dict[str, str]:
    """Return what the page of commands says about each, as plain text by id."""
    found = _ENTRY.findall(_source("commands", language))
    return {command: re.sub(r"\{keys:[^}]*\}|[`*]", "", re.sub(r"\s+", " ", text)).strip() for command, text in found}


def literal(text: str) -> str:
    """Return plain text as Markdown that shows it as it is."""
    return re.sub(r"([\\`*_{}\[\]<>#|])", r"\\\1", text)


def code(text: str) -> str:
    """Return plain text as Markdown in the letters of a typewriter, also where it has back quotes."""
    fence = "`" * (max((len(run) for run in re.findall("`+", text)), default=0) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{fence}{pad}{text}{pad}{fence}" if text else ""


def matching(line: str, wanted: list[str]) -> bool:
    """Tell whether a line has every one of these words, which are case-folded already."""
    folded = line.casefold()
    return all(word in folded for word in wanted)


def snippet(line: str, wanted: list[str], most: int = 90) -> str:
    """Return the part of a line around the first of the words, at most so many characters, cut at blanks and marked where cut."""
    if len(line) <= most:
        return line
    at = min((place for word in wanted if (place := line.casefold().find(word)) >= 0), default=0)
    start = max(0, at - most // 3)
    if start:
        start = line.find(" ", start) + 1 if 0 < line.find(" ", start) < at else start
    end = start + most
    cut = line[start:end] if end >= len(line) else line[start:end].rsplit(" ", 1)[0]
    return ("…" if start else "") + cut + ("…" if end < len(line) else "")
