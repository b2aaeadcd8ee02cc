"""spaCy's Docs made of a passage's own tokens, so that what spaCy finds stands on the project's tokens."""

from __future__ import annotations

from functools import cache
from typing import Any

from annotator.domain.suggesting import Passage
from annotator.errors import SuggesterError


@cache
def vocabulary(language: str) -> Any:
    """Return the vocabulary of a language, without its tokenizer; raises ``SuggesterError`` for a code that spaCy does not know."""
    import spacy
    from spacy.vocab import create_vocab

    try:
        return create_vocab(language, spacy.util.get_lang_class(language).Defaults)
    except ImportError as error:
        raise SuggesterError(f"spaCy knows no language “{language}”. Use a code such as id, en, or xx for any language.") from error


def doc_of(vocab: Any, passage: Passage) -> Any:
    """Return a Doc with one token for each of the passage's, and its sentences if it has any.

    A gap of whatever white space is one blank to spaCy, so offsets go by the index of the token, not by the Doc's characters.
    """
    from spacy.tokens import Doc

    starts, ends = passage.tokens.starts, passage.tokens.ends
    words = [passage.text[start:end] for start, end in zip(starts, ends, strict=True)]
    spaces = [end < after for end, after in zip(ends, [*starts[1:], len(passage.text)], strict=True)] if starts else []
    begins = set(passage.sentences)
    sentences: list[bool | int | None] | None = [index in begins or index == 0 for index in range(len(words))] if begins else None
    return Doc(vocab, words=words, spaces=spaces, sent_starts=sentences)


def exact_doc_of(vocab: Any, passage: Passage) -> Any:
    """Return a Doc whose text is the passage's, character for character, so that its offsets are the passage's.

    White space other than single blanks becomes tokens of its own, as with spaCy's tokenizers.
    """
    from spacy.tokens import Doc

    words: list[str] = []
    spaces: list[bool] = []
    text, position = passage.text, 0
    for start, end in passage.tokens:
        _fill(text[position:start], words, spaces)
        words.append(text[start:end])
        spaces.append(False)
        position = end
    _fill(text[position:], words, spaces)
    return Doc(vocab, words=words, spaces=spaces)


def _fill(gap: str, words: list[str], spaces: list[bool]) -> None:
    if gap[:1] == " " and words:
        spaces[-1] = True
        gap = gap[1:]
    if gap:
        words.append(gap)
        spaces.append(False)
