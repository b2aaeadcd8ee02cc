"""Which files of a folder belong to a data set, as the ``configs`` of its card say: ``data_files`` and ``data_dir``.

``data_files`` is a pattern, a list of patterns, or a list of splits, each with its ``path``: a pattern or a list of them.  Patterns are
those of a shell (``data/train-*.parquet``, ``**/*.jsonl``), relative to the folder.  They choose among the files that are there; nothing
outside the folder and nothing on the network is ever looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from annotator.domain.exchange import Complaint
from annotator.formats.huggingface_card import CARD, text_of
from annotator.formats.huggingface_yaml import card_fields


def chosen_files(folder: Path, files: Sequence[Path]) -> tuple[list[Path], list[Complaint]]:
    """Return those of ``files`` that the folder's card names, in their order, and a notice of what it names otherwise than it is.

    Without a card, or where its patterns fit no file, all are taken.
    """
    card = folder / CARD
    patterns = list(dict.fromkeys(_patterns(card_fields(text_of(card)))))
    if not patterns:
        return list(files), []
    tests = [(pattern, re.compile(_regex(pattern), re.DOTALL)) for pattern in patterns]
    names = [file.relative_to(folder).as_posix() for file in files]
    missing = [pattern for pattern, test in tests if not any(map(test.fullmatch, names))]
    taken = [file for file, name in zip(files, names, strict=True) if any(test.fullmatch(name) for _, test in tests)]
    if not taken:
        message = f"The card names data files that are not here ({_listed(missing)}), so all data files of the folder were read."
        return list(files), [Complaint(str(card), message, lost=False)]
    complaints = []
    if missing:
        message = f"The card names data files that are not here: {_listed(missing)}."
        complaints.append(Complaint(str(card), message, lost=False))
    message = "The card does not name the file as a part of the data set, so it was not read."
    complaints += [Complaint(str(file), message, lost=False) for file in files if file not in set(taken)]
    return taken, complaints


def _patterns(fields: dict[str, Any]) -> Iterator[str]:
    configs = fields.get("configs")
    for config in configs if isinstance(configs, list) else ():
        if not isinstance(config, dict):
            continue
        place = config.get("data_dir")
        under = f"{place.strip('/')}/" if isinstance(place, str) and place.strip("./") else ""
        found = list(_named(config.get("data_files")))
        yield from (under + pattern.removeprefix("./") for pattern in found or (["**"] if under else []))


def _named(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for entry in value:
            yield from _named(entry.get("path") if isinstance(entry, dict) else entry)
    elif isinstance(value, dict):  # {train: a, test: [b, c]}
        for entry in value.values():
            yield from _named(entry)


_PART = re.compile(r"\*\*/|\*\*|\*|\?|\[[!^]?\]?[^\]/]*\]|.", re.DOTALL)
_MEANS = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}


def _regex(pattern: str) -> str:
    """Return a shell's pattern as a regular expression; runs of stars count as one, or some would take forever."""
    parts: list[str] = []
    for part in _PART.findall(pattern):
        means = _MEANS.get(part) or (_one_of(part[1:-1]) if len(part) > 2 else re.escape(part))
        if not (part in _MEANS and "*" in part and parts and parts[-1] == means):
            parts.append(means)
    return "".join(parts)


def _one_of(characters: str) -> str:
    """Return what stands between the brackets of a pattern as a class of a regular expression."""
    negated = characters[0] in "!^" and len(characters) > 1
    characters = characters[negated:]
    found: list[str] = []
    place = 0
    while place < len(characters):
        first, last = characters[place], characters[place + 2 : place + 3]
        if last and characters[place + 1] == "-" and first <= last:
            found.append(f"{re.escape(first)}-{re.escape(last)}")
            place += 3
        else:
            found.append(re.escape(first))
            place += 1
    return f"[{'^' if negated else ''}{''.join(found)}]"


def _listed(patterns: Sequence[str]) -> str:
    return ", ".join(patterns[:5]) + (f" and {len(patterns) - 5} more" if len(patterns) > 5 else "")
