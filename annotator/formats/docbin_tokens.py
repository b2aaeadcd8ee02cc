"""The stored tokens as spaCy's own: with the white-space tokens that the domain leaves out.

Token numbers here count **spaCy's** tokens, characters are code points.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field

from annotator.domain.text import Tokens


@dataclass(slots=True)
class SpacyTokens:
    """The words of a text as spaCy holds them: ``"".join(word + " " * space ...)`` is the text.

    ``starts`` are code points; ``numbers`` gives for each token of the domain its number among these; ``white`` holds the
    white-space tokens once more.
    """

    words: list[str]
    spaces: list[bool]
    starts: list[int]
    numbers: list[int]
    white: list[str] = field(default_factory=list)

    def add_words(self, text: str, tokens: Tokens, blank: list[bool], which: range) -> None:
        """Add these tokens of the domain; ``blank`` tells which a blank follows."""
        part = slice(which.start, which.stop)
        self.numbers += range(len(self.words), len(self.words) + len(which))
        self.words += [text[start:end] for start, end in zip(tokens.starts[part], tokens.ends[part], strict=True)]
        self.spaces += blank[part]
        self.starts += tokens.starts[part]

    def add_white(self, start: int, white: str) -> None:
        """Add a white-space token."""
        self.words.append(white)
        self.spaces.append(False)
        self.starts.append(start)
        self.white.append(white)


def spacy_tokens(text: str, tokens: Tokens) -> SpacyTokens | None:
    """Rebuild spaCy's tokens from those without white space; None if they do not cover the text.

    spaCy's rule: the blank (U+0020) that follows a token belongs to it, and what is left of the white space up to the next token
    is one token of its own; white space before the first token is one token in whole.
    """
    word_starts, ends, length = tokens.starts, tokens.ends, len(text)
    # what comes before each token's successor: one blank nearly always, and those need no look
    blank = [text[end : end + 1] == " " for end in ends]
    followers = [*word_starts[1:], length]
    odd = [index for index, (end, follower) in enumerate(zip(ends, followers, strict=False)) if follower - end > blank[index]]
    found = SpacyTokens([], [], [], [])
    first = word_starts[0] if word_starts else length
    if first:
        found.add_white(0, text[:first])
    done = 0
    for index in odd:
        found.add_words(text, tokens, blank, range(done, index + 1))
        done, start = index + 1, ends[index] + blank[index]
        found.add_white(start, text[start : followers[index]])
    found.add_words(text, tokens, blank, range(done, len(tokens)))
    return found if "".join(found.white).isspace() or not found.white else None


def touched(words: SpacyTokens, start: int, end: int) -> range:
    """Return the numbers of the tokens, white-space ones included, that share a character with ``[start, end)``."""
    first = max(0, bisect_right(words.starts, start) - 1)
    if words.words and words.starts[first] + len(words.words[first]) <= start:
        first += 1  # ``start`` is the blank after that token
    return range(first, max(first, bisect_left(words.starts, end)))
