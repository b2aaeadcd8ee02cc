"""Tokens by spaCy's blank tokenizer of a language: imported on first use, built once per process, white space left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.metadata import version
from typing import Any

from annotator.domain.text import Tokens
from annotator.errors import FormatError

_LANGUAGE_CODE = re.compile(r"[a-z]{2,3}")


def tokenizer_name(language: str) -> str:
    """Return the name under which a project remembers its tokenizer; needs no spaCy, only its version number."""
    return f"spacy.blank({language!r}) {version('spacy')}"


def tokenize(texts: Iterable[str], language: str) -> Iterator[Tokens]:
    """Yield the tokens of each text, one at a time as they are asked for.

    Raises ``FormatError`` at once if spaCy has no tokenizer for ``language``.
    """
    make_doc = _tokenizer(language)
    return (Tokens.from_flat(_flat(make_doc, text)) for text in texts)


def tokenize_batch(texts: list[str], language: str) -> list[list[int]]:
    """Return ``start, end, start, end, ...`` for each text: plain lists, for a worker process to send back.

    ``Tokens.from_flat`` takes them.
    """
    make_doc = _tokenizer(language)
    return [_flat(make_doc, text) for text in texts]


def _flat(make_doc: Callable[[str], Any], text: str) -> list[int]:
    flat: list[int] = []
    for token in make_doc(text):
        if not token.is_space:
            start = token.idx
            flat += (start, start + len(token))
    return flat


@cache
def _tokenizer(language: str) -> Callable[[str], Any]:
    if not _LANGUAGE_CODE.fullmatch(language):
        raise FormatError(f"“{language}” is no language code; write two or three small letters, for example id or en.")
    import spacy

    try:
        return spacy.blank(language).tokenizer
    except ImportError as error:
        raise FormatError(
            f"spaCy cannot tokenize the language “{language}”: it does not know it, or needs another package for it."
            " The code xx stands for any language."
        ) from error
