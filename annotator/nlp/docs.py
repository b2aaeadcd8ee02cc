"""A ``.spacy`` file as spaCy itself reads it, in plain values: for laying beside what was meant, and for a worker to send back."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class PlainDoc:
    """What one Doc holds.

    ``tokens`` are ``(start, end)`` of all but white space, ``entities`` and ``spans`` (the group "sc") ``(start, end, label)``, all in
    code points; ``relations`` are those of ``doc._.rel``: ``(start of the head, start of the tail, label)``, in code points too.
    """

    text: str
    tokens: list[tuple[int, int]]
    entities: list[tuple[int, int, str]]
    spans: list[tuple[int, int, str]]
    relations: list[tuple[int, int, str]]


def plain_docs(path: Path) -> list[PlainDoc]:
    """Read a DocBin with a vocabulary of its own."""
    from spacy.tokens import Doc, DocBin
    from spacy.vocab import Vocab

    if not Doc.has_extension("rel"):
        Doc.set_extension("rel", default={})
    return [
        PlainDoc(
            doc.text,
            [(token.idx, token.idx + len(token)) for token in doc if not token.text.isspace()],
            [(span.start_char, span.end_char, span.label_) for span in doc.ents],
            [(span.start_char, span.end_char, span.label_) for span in doc.spans.get("sc", ())],
            [(doc[head].idx, doc[tail].idx, label) for (head, tail), labels in doc._.rel.items() for label in labels],
        )
        for doc in DocBin().from_disk(path).get_docs(Vocab())
    ]
