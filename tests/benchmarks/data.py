"""Articles, spans and relations made up by a seeded generator: always the same, and like news in their sizes."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.documents import Document, Status
from annotator.domain.exchange import Record
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, completed
from annotator.domain.text import Tokens, sentence_starts

LABELS = ("PERSON", "GPE", "ORG", "LOC", "DATE", "EVENT")
SCHEME = completed(
    LabelScheme("bench", tuple(map(SpanLabel, LABELS)), (RelationLabel("linked"), RelationLabel("met_with", symmetric=True)))
)
_SYLLABLES = (
    "ba",
    "ka",
    "men",
    "per",
    "tu",
    "ri",
    "an",
    "ja",
    "ko",
    "wi",
    "do",
    "ke",
    "sar",
    "ang",
    "pu",
    "ti",
    "na",
    "ma",
    "ter",
    "di",
)
_TOKEN = re.compile(r"\w+|[^\w\s]")


def text_of(chance: random.Random, length: int, *, paragraphs: bool = True) -> str:
    """Return about ``length`` characters of sentences, in paragraphs of five or in one."""
    sentences: list[str] = []
    size = 0
    while size < length:
        words = ["".join(chance.choices(_SYLLABLES, k=chance.randint(1, 4))) for _ in range(chance.randint(6, 18))]
        sentence = " ".join(words).capitalize() + "."
        sentences.append(sentence)
        size += len(sentence) + 1
    if not paragraphs:
        return " ".join(sentences)
    return "\n".join(" ".join(sentences[start : start + 5]) for start in range(0, len(sentences), 5))


def document(name: str, chance: random.Random, length: int = 2500, *, paragraphs: bool = True) -> Document:
    """Return one article with its tokens."""
    return tokenized(name, text_of(chance, length, paragraphs=paragraphs))


def tokenized(name: str, text: str) -> Document:
    """Return an article with this text."""
    tokens = Tokens(match.span() for match in _TOKEN.finditer(text))
    return Document(name, text, {"source": "bench"}, tokens, tuple(sentence_starts(text, tokens)))


def annotations(made: Document, chance: random.Random, spans: int, relations: int, **info: object) -> AnnotationSet:
    """Return a set of spans of one to three tokens that do not overlap, and relations between neighbours."""
    words = [number for number, (start, _) in enumerate(made.tokens) if made.text[start].isalpha()]
    chosen = sorted(chance.sample(words[:: max(1, len(words) // (2 * spans))], min(spans, len(words))))
    found: dict[str, Span] = {}
    for number, (first, following) in enumerate(zip(chosen, [*chosen[1:], len(made.tokens)], strict=True)):
        last = min(first + chance.randint(0, 2), following - 1)
        place = (made.tokens.starts[first], made.tokens.ends[last])
        if "\n" not in made.text[place[0] : place[1]]:
            found[f"s{number}"] = Span(f"s{number}", (place,), chance.choice(LABELS), origin="bench")
    ids = list(found)
    links: dict[str, Relation] = {}
    for number in range(min(relations, len(ids) - 1)):
        start = number * (len(ids) - 1) // relations
        links[f"r{number}"] = Relation(f"r{number}", "linked", ids[start], ids[start + 1], origin="bench")
    described = {"annotator": "bench", "kind": Kind.PERSON, "status": Status.DONE, **info}
    return AnnotationSet(SetInfo(0, **described), found, links)  # type: ignore[arg-type]


def articles(
    count: int, *, spans: int = 40, relations: int = 10, length: int = 2500, **info: object
) -> Iterator[tuple[Document, AnnotationSet]]:
    """Yield articles of the usual size, each with one set."""
    chance = random.Random(7)
    for number in range(count):
        made = document(f"article-{number}", chance, length)
        yield made, annotations(made, chance, spans, relations, **info)


def big(
    *, paragraphs: bool = True, length: int = 1_000_000, spans: int = 15_000, relations: int = 4_000, **info: object
) -> tuple[Document, AnnotationSet]:
    """Return the large document of the house's targets."""
    chance = random.Random(11)
    made = document("big", chance, length, paragraphs=paragraphs)
    return made, annotations(made, chance, spans, relations, **info)


def record(made: Document, content: AnnotationSet) -> Record:
    """Return a document with a set as the formats take it."""
    info = content.info
    return Record(
        made.name,
        made.text,
        made.meta,
        made.tokens,
        info.annotator,
        info.kind,
        info.status,
        spans=tuple(content.in_text_order()),
        relations=tuple(content.relations_in_order()),
    )
