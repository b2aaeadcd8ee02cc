"""White space in the MISC column of CoNLL-U: ``SpacesAfter`` and ``SpacesBefore`` as UDPipe escapes them."""

from __future__ import annotations

import re

_ESCAPES = {" ": r"\s", "\t": r"\t", "\n": r"\n", "\r": r"\r", "|": r"\p", "\\": r"\\"}
_CHARACTERS = {escape: character for character, escape in _ESCAPES.items()}


def escaped(text: str) -> str:
    """Return white space as MISC can hold it."""
    return "".join(_ESCAPES.get(character, character) for character in text)


def plain(text: str) -> str:
    """Return the white space that an escaped text stands for; an unknown escape stands for itself."""
    return text if "\\" not in text else re.sub(r"\\.", lambda match: _CHARACTERS.get(match[0], match[0]), text)
