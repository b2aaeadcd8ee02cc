"""Tokens by spaCy's blank tokenizer of a language: imported on first use, built once per process, white space left out."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, partial
from itertools import chain, islice
from typing import Any

from annotator.domain.text import Tokens
from annotator.errors import FormatError

_CODES = (
    "af am ar az bg bn bo ca cs da de dsb el en es et eu fa fi fo fr ga gd grc gu he hi hr hsb ht hu hy id is it ja kmr kn ko ky la lb lg "
    "lij lt lv mk ml mr ms nb ne nl nn pl pt ro ru sa si sk sl sq sr sv ta te th ti tl tn tr tt uk ur vi xx yo zh"
)
LANGUAGES = frozenset(_CODES.split())
"""The codes spaCy 3.8 has a tokenizer for, known without importing it; ja, ko, th and vi need a further package each."""


def tokenizer_name(language: str) -> str:
    """Return the name under which a project remembers its tokenizer; needs no spaCy, only its version number."""
    from importlib.metadata import version

    return f"spacy.blank({language!r}) {version('spacy')}"


def must_know(language: str) -> None:
    """Raise ``FormatError`` with the codes there are unless ``language`` is one of them."""
    if language not in LANGUAGES:
        raise FormatError(
            f"“{language}” is no language code spaCy knows. Use id for Indonesian, en for English, xx for any; or one of: "
            f"{' '.join(sorted(LANGUAGES))}."
        )


_BATCH = 64
"""Texts that are taken together, so that new exceptions empty the tokenizer's cache seldom."""


def tokenize(texts: Iterable[str], language: str) -> Iterator[Tokens]:
    """Yield the tokens of each text in turn, taking the texts in small batches.

    Raises ``FormatError`` at once if spaCy has no tokenizer for ``language``.
    """
    _tokenizer(language)
    return _tokenized(iter(texts), language)


def _tokenized(texts: Iterator[str], language: str) -> Iterator[Tokens]:
    while batch := list(islice(texts, _BATCH)):
        yield from map(Tokens.from_flat, tokenize_batch(batch, language))


def tokenize_batch(texts: list[str], language: str) -> list[list[int]]:
    """Return ``start, end, start, end, ...`` for each text: plain lists, for a worker process to send back.

    ``Tokens.from_flat`` takes them.  Raises ``FormatError`` if spaCy has no tokenizer for ``language``.
    """
    return [_flat(doc) for doc in _tokenizer(language)(texts)]


def _flat(doc: Any) -> list[int]:
    flat: list[int] = []
    for token in doc:
        if not token.is_space:
            start = token.idx
            flat += (start, start + len(token))
    return flat


_Tokenizer = Callable[[list[str]], Iterator[Any]]
"""Gives a spaCy Doc for each text."""


@cache
def _tokenizer(language: str) -> _Tokenizer:
    must_know(language)
    import spacy

    try:
        kind = spacy.util.get_lang_class(language)
        if len(kind.Defaults.tokenizer_exceptions) > _MANY:
            return _lazily_excepted(kind)
        return partial(map, spacy.blank(language).tokenizer)
    except ImportError as error:
        raise FormatError(
            f"spaCy needs another package to tokenize the language “{language}”."
            " Install it, or use the code xx, which stands for any language."
        ) from error


_MANY = 5_000
"""Exceptions from which on it pays to add them as they are met: loading Indonesian's 16,000 takes seconds."""


def _lazily_excepted(kind: Any) -> _Tokenizer:
    """Return the blank tokenizer of a language class that learns each hyphenated exception when a text first holds it.

    An exception has no effect on a text it is not part of, so the tokens are those of the full tokenizer.  spaCy finds exceptions
    across single blanks around a hyphen, too, and then lets them be; they are added all the same, because they may win over
    others.
    """
    late: dict[str, list[str]] = {}
    early: dict[str, Any] = {}
    exceptions = kind.Defaults.tokenizer_exceptions
    for string, rule in exceptions.items():
        left, hyphen, _ = string.partition("-")
        if hyphen and left and not any(character.isspace() for character in string):
            late.setdefault(left, []).append(string)
        else:
            early[string] = rule
    longest = max(map(len, late), default=0)
    defaults = type("Defaults", (kind.Defaults,), {"tokenizer_exceptions": early})
    tokenizer = type(kind.__name__, (kind,), {"Defaults": defaults})().tokenizer
    known: set[str] = set()

    def met(text: str) -> Iterator[str]:
        for place in _HYPHEN.finditer(joined := _BLANK_HYPHEN.sub("-", text)):
            hyphen = place.start()
            for start in range(max(0, hyphen - longest), hyphen):
                yield from (string for string in late.get(joined[start:hyphen], ()) if joined.startswith(string, start))

    def tokenized(texts: list[str]) -> Iterator[Any]:
        for string in set(chain.from_iterable(map(met, texts))) - known:
            known.add(string)
            tokenizer.add_special_case(string, exceptions[string])
        return map(tokenizer, texts)

    return tokenized


_HYPHEN = re.compile("-")
_BLANK_HYPHEN = re.compile(" ?- ?")
