"""What is replayed: sentences of Indonesian news with their spans, articles made of them, and texts with relations; and copies of
them with faults, as a model would suggest them."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Document
from annotator.domain.labels import LabelScheme, scheme_from_dict
from annotator.domain.text import Range, Tokens, sentence_starts
from annotator.store.project import create
from tests.e2e.replay_result import Case

FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures"
NEWS = FIXTURES / "indonesian-ner" / "idner-news-2k"
RELATIONS = FIXTURES / "formats" / "prodigy" / "spacy-projects" / "tutorials" / "rel_component" / "assets" / "annotations.jsonl"

Labelled = tuple[list[str], list[tuple[int, int, str]]]
"""Words, and spans as first word, last word, label."""


# --- readers -------------------------------------------------------------------------------------------------------------------


def read_sentences(path: Path) -> list[Labelled]:
    """Read words in three columns (word, part of speech, label as B-, I- or O), sentences parted by empty lines."""
    sentences: list[Labelled] = []
    words: list[str] = []
    spans: list[tuple[int, int, str]] = []
    for line in [*path.read_text(encoding="utf-8").splitlines(), ""]:
        if not line.strip():
            if words:
                sentences.append((words, spans))
            words, spans = [], []
            continue
        word, _, tag = line.split(" ")
        prefix, _, label = tag.partition("-")
        if prefix == "I" and spans and spans[-1][1] == len(words) - 1 and spans[-1][2] == label:
            spans[-1] = spans[-1][0], len(words), label
        elif prefix != "O":
            spans.append((len(words), len(words), label))
        words.append(word)
    return sentences


def article_of(name: str, sentences: Sequence[Labelled]) -> tuple[Document, AnnotationSet]:
    """Return a document of sentences, one a paragraph, its words parted by blanks, and its gold."""
    pieces: list[str] = []
    ranges: list[Range] = []
    spans: dict[str, Span] = {}
    offset = 0
    for words, labelled in sentences:
        first = len(ranges)
        for word in words:
            ranges.append((offset, offset + len(word)))
            offset += len(word) + 1
        pieces.append(" ".join(words))
        for low, high, label in labelled:
            key = f"g{len(spans) + 1}"
            spans[key] = Span(key, ((ranges[first + low][0], ranges[first + high][1]),), label)
    text = "\n".join(pieces)
    tokens = Tokens(ranges)
    document = Document(name, text, {}, tokens, tuple(sentence_starts(text, tokens)))
    return document, AnnotationSet(SetInfo(0, "gold", Kind.GOLD), spans)


def read_relations(path: Path) -> Iterator[tuple[Document, AnnotationSet]]:
    """Yield texts with their tokens, spans and relations; of what is there twice, the first."""
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        given = json.loads(line)
        text = given["text"]
        tokens = Tokens((token["start"], token["end"]) for token in given["tokens"])
        spans: dict[str, Span] = {}
        for span in given["spans"]:
            key = f"{span['start']}-{span['end']}"
            spans.setdefault(key, Span(key, ((span["start"], span["end"]),), span["label"]))
        relations: dict[str, Relation] = {}
        for relation in given["relations"]:
            head, tail = (f"{relation[end]['start']}-{relation[end]['end']}" for end in ("head_span", "child_span"))
            key = f"{relation['label']} {head} {tail}"
            relations.setdefault(key, Relation(key, relation["label"], head, tail))
        document = Document(f"text {number}", text, {}, tokens, tuple(sentence_starts(text, tokens)))
        yield document, AnnotationSet(SetInfo(0, "gold", Kind.GOLD), spans, relations)


# --- where work begins ---------------------------------------------------------------------------------------------------------


def suggested(gold: AnnotationSet, *, relations: bool = True) -> AnnotationSet:
    """Return the gold as a model suggests it, with or without its relations."""
    spans = {key: replace(span, reviewed=False, origin="model") for key, span in gold.spans.items()}
    links = {key: replace(one, reviewed=False, origin="model") for key, one in gold.relations.items()} if relations else {}
    return AnnotationSet(SetInfo(0, "model", Kind.MODEL), spans, links)


def corrupted(gold: AnnotationSet, tokens: Tokens, scheme: LabelScheme, seed: int) -> AnnotationSet:
    """Return suggestions with the faults of models: of the spans, one in six each is missing, wrongly labelled or has an edge beside
    its place; for every five there is one where nothing should be.  With relations it is the same, some are reversed."""
    chance = random.Random(seed)
    labels = [label.name for label in scheme.spans]
    right = {span.signature for span in gold.spans.values()}
    spans: dict[str, Span] = {}
    for key, span in gold.spans.items():
        fault = chance.choice(("missing", "label", "edge", "", "", ""))
        if fault == "label" and len(labels) > 1:
            span = replace(span, label=chance.choice([name for name in labels if name != span.label]))  # noqa: PLW2901
        elif fault == "edge":
            span = _shifted(span, tokens, chance)  # noqa: PLW2901
        if fault != "missing":
            spans[key] = span
    for number in range(len(gold.spans) // 5 + (chance.random() < len(gold.spans) % 5 / 5)):
        first = chance.randrange(len(tokens))
        last = min(len(tokens) - 1, first + chance.randrange(3))
        spurious = Span(f"x{number}", ((tokens.starts[first], tokens.ends[last]),), chance.choice(labels))
        if spurious.signature not in right:
            spans[spurious.id] = spurious
    unlike = {span.signature: span for span in reversed(spans.values())}
    kept = {span.id: span for span in unlike.values()}
    faulty = AnnotationSet(SetInfo(0, "gold", Kind.GOLD), kept, _corrupted_relations(gold, kept, scheme, chance))
    return suggested(faulty)


def _shifted(span: Span, tokens: Tokens, chance: random.Random) -> Span:
    covered = tokens.covered(span.start, span.end)
    first, last = covered[0], covered[-1]
    choices = [(first + low, last + high) for low, high in ((-1, 0), (1, 0), (0, -1), (0, 1))]
    first, last = chance.choice([(low, high) for low, high in choices if 0 <= low <= high < len(tokens)])
    return replace(span, fragments=((tokens.starts[first], tokens.ends[last]),))


def _corrupted_relations(
    gold: AnnotationSet, spans: dict[str, Span], scheme: LabelScheme, chance: random.Random
) -> dict[str, Relation]:
    labels = [label.name for label in scheme.relations]
    found: dict[tuple[str, str, str], Relation] = {}
    for relation in gold.relations.values():
        fault = chance.choice(("missing", "label", "reversed", "", "", ""))
        if fault == "label":
            relation = replace(relation, label=chance.choice([name for name in labels if name != relation.label]))  # noqa: PLW2901
        elif fault == "reversed":
            relation = replace(relation, head=relation.tail, tail=relation.head)  # noqa: PLW2901
        if fault != "missing" and relation.head in spans and relation.tail in spans:
            found.setdefault((relation.label, relation.head, relation.tail), relation)
    if gold.relations and len(spans) > 1 and chance.random() < 0.3:
        head, tail = chance.sample(sorted(spans), 2)
        name = chance.choice(labels)
        found.setdefault((name, head, tail), Relation("spurious", name, head, tail))
    return {relation.id: relation for relation in found.values()}


# --- cases ---------------------------------------------------------------------------------------------------------------------


def news_scheme() -> LabelScheme:
    """Return the labels of the news sentences."""
    return scheme_from_dict({"name": "news", "spans": ["PER", "ORG", "LOC"]})


def sample(items: Sequence, count: int) -> list:
    """Return ``count`` items (or all) spread evenly over a sequence."""
    return [items[number * len(items) // count] for number in range(count)] if count < len(items) else list(items)


def news_cases(path: Path, *, count: int = 0, faulty: bool = False, together: int = 1) -> list[Case]:
    """Return cases of the sentences in a file, or of ``count`` spread over it, so many ``together`` in one document; from plain text,
    or from ``faulty`` suggestions.  Sentences without spans are among them."""
    sentences = read_sentences(path)
    groups = [sentences[number : number + together] for number in range(0, len(sentences), together)]
    cases: list[Case] = []
    for number, group in enumerate(sample(groups, count or len(groups)), start=1):
        document, gold = article_of(f"{path.stem} {number}", group)
        start = corrupted(gold, document.tokens, news_scheme(), seed=number) if faulty else None
        cases.append(Case(document, start, gold))
    return cases


def relation_cases(path: Path = RELATIONS, *, count: int = 0, faulty: bool = False) -> tuple[LabelScheme, list[Case]]:
    """Return the labels and the cases of texts with relations: their spans are suggested, their relations are not, or with faults."""
    read = list(read_relations(path))
    spans = {span.label for _, gold in read for span in gold.spans.values()}
    relations = {one.label for _, gold in read for one in gold.relations.values()}
    scheme = LabelScheme("relations").with_labels(sorted(spans), sorted(relations))
    cases = [
        Case(document, corrupted(gold, document.tokens, scheme, number) if faulty else suggested(gold, relations=False), gold)
        for number, (document, gold) in enumerate(sample(read, count or len(read)))
    ]
    return scheme, cases


def build_project(path: Path, scheme: LabelScheme, cases: Iterable[Case]) -> Path:
    """Make a project of the documents of cases, with what is there at the start of each."""
    project = create(path, scheme=scheme, language="id")
    with project.transaction("Import {}", "documents", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents([(case.document, [case.start] if case.start is not None else []) for case in cases])
    project.close()
    return path
