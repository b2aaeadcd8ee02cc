"""Documents and how far the work on them is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from annotator.domain.text import Tokens

_NO_META: Mapping[str, Any] = MappingProxyType({})


class Status(StrEnum):
    """How far one annotator is with one document."""

    NEW = "new"
    IN_PROGRESS = "in progress"
    DONE = "done"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Document:
    """A text with a name and metadata; the text is exactly what was imported and never changes.

    ``tokens`` were computed once by the project's tokenizer or came with the text; ``sentences`` holds the indices of the tokens
    that begin a sentence.  ``id`` is 0 while the document is in no project.
    """

    name: str
    text: str
    meta: Mapping[str, Any] = field(default_factory=lambda: _NO_META)
    tokens: Tokens = field(default_factory=Tokens)
    sentences: tuple[int, ...] = ()
    id: int = 0
