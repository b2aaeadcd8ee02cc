"""The words of CoNLL-U put together to text."""

from __future__ import annotations

from dataclasses import dataclass, field

from annotator.domain.text import Range
from annotator.formats.conll_text import placed


@dataclass(slots=True)
class Word:
    """A piece of the text: a word, or a multi-word token with all its words; ``entities`` and ``tag`` say what MISC says of spans."""

    form: str
    number: int
    entities: list[str] = field(default_factory=list)
    tag: str = "O"
    after: str | None = None
    before: str = ""


@dataclass(slots=True)
class Sentence:
    """Words with the text the file states for them; ``until`` is the last word of the multi-word token that came last."""

    words: list[Word] = field(default_factory=list)
    text: str | None = None
    until: int = 0


def notes_of(misc: str) -> dict[str, str]:
    """Return MISC by key; the later of two with the same key counts."""
    if "=" not in misc:
        return {}
    return {key: value for key, sign, value in [note.partition("=") for note in misc.split("|")] if sign}


def text_of(sentences: list[Sentence]) -> tuple[str, list[Range], int]:
    """Put the text of a document together; count the sentences whose stated text could not be used."""
    texts: list[str] = []
    places: list[Range] = []
    position = unused = 0
    for number, sentence in enumerate(sentences):
        words = sentence.words
        before = words[0].before if number == 0 else ""
        inner = "".join(word.form + (" " if word.after is None else word.after) for word in words[:-1]) + words[-1].form
        text = inner
        found: list[Range] | None = None
        if sentence.text is not None:
            found = placed([word.form for word in words], sentence.text)
            unused += found is None
            text = inner if found is None else sentence.text
        if found is None:
            found, edge = [], 0
            for word in words:
                found.append((edge, edge + len(word.form)))
                edge += len(word.form) + len(" " if word.after is None else word.after)
        after = words[-1].after or ("\n" if number + 1 < len(sentences) else "")
        places += [(position + len(before) + start, position + len(before) + end) for start, end in found]
        texts += [before, text, after]
        position += len(before) + len(text) + len(after)
    return "".join(texts), places, unused
