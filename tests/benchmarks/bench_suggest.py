"""What the built-in suggesters find and how fast: exact-span scores on news a person has labelled, articles a second, and loading.

Scores need the sentences of ``../shared/fixtures/indonesian-ner`` and are left out where they are absent.  Rules were written, and
confidences taken, from the training parts alone; the parts scored here are the development parts.  A figure of this table is a
percentage where its name says F1.
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from subprocess import run

from annotator.domain.annotations import Span
from annotator.domain.suggesting import Passage, Suggester, SuggesterSetup, Suggestions
from annotator.domain.text import Tokens
from annotator.nlp import indonesian_news
from tests.benchmarks.data import text_of
from tests.benchmarks.measure import Figure, best, each, median, slowest

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT.parent / "shared" / "fixtures"
IDNER = FIXTURES / "indonesian-ner" / "idner-news-2k"
NERGRIT = FIXTURES / "indonesian-ner" / "indonlu" / "nergrit_ner-grit"
ARTICLES = FIXTURES / "news" / "indosum" / "indosum" / "dev.01.jsonl"

TO_IDNER = {"PERSON": "PER", "ORG": "ORG", "GPE": "LOC", "LOC": "LOC", "FAC": "LOC"}
TO_NERGRIT = {"PERSON": "PERSON", "ORG": "ORGANISATION", "GPE": "PLACE", "LOC": "PLACE", "FAC": "PLACE"}
LEARNED = (0, 10, 50, 200, 1000)
"""After how many training sentences the memory of the project is scored, and at last after all of them."""

Place = tuple[int, int, str]
Gold = tuple[Passage, frozenset[Place]]


def benchmark(folder: Path, scale: float) -> Iterator[Figure]:
    """Yield the scores, then speed and loading; ``folder`` is not needed."""
    del folder
    yield from _quality("idner-news dev", IDNER / "dev.txt", TO_IDNER)
    yield from _quality("NERGrit valid", NERGRIT / "valid_preprocess.txt", TO_NERGRIT)
    yield from _memory()
    yield from _speed(round(400 * scale))


def sentences(path: Path) -> list[Gold]:
    """Read a token and its label a line into texts joined by single blanks, and the labelled places of each."""
    made: list[Gold] = []
    for block in re.split(r"\n{2,}", path.read_text(encoding="utf-8").replace("\r", "")):
        rows = [line.split() for line in block.splitlines() if line.strip()]
        if not rows:
            continue
        tokens: list[tuple[int, int]] = []
        end = -1
        for word, *_ in rows:
            tokens.append((end + 1, end + 1 + len(word)))
            end = tokens[-1][1]
        places: list[Place] = []
        for (start, stop), (*_, tag) in zip(tokens, rows, strict=True):
            if tag[:2] == "B-":
                places.append((start, stop, tag[2:]))
            elif tag[:2] == "I-" and places and places[-1][2] == tag[2:] and places[-1][1] == start - 1:
                places[-1] = (places[-1][0], stop, tag[2:])
        made.append((Passage(" ".join(word for word, *_ in rows), Tokens(tokens)), frozenset(places)))
    return made


def places_of(found: Suggestions, labels: dict[str, str], threshold: float = 0.0) -> set[Place]:
    """Return what was suggested with some confidence as places, with the labels of the gold; other labels are left out."""
    sure = (span for span in found.spans if span.label in labels and (span.confidence or 0.0) >= threshold)
    return {(span.start, span.end, labels[span.label]) for span in sure}


def scores(gold: Sequence[Gold], found: Iterable[set[Place]]) -> dict[str, tuple[float, float, float]]:
    """Return precision, recall and F1 of exact spans for each label and for "all"."""
    right: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    given: Counter[str] = Counter()
    for (_, places), suggested in zip(gold, found, strict=True):
        for counts, some in ((right, places & suggested), (wanted, places), (given, suggested)):
            counts.update(label for *_, label in some)
            counts["all"] += len(some)
    return {label: _score(right[label], given[label], wanted[label]) for label in sorted(wanted | given)}


def _score(right: int, given: int, wanted: int) -> tuple[float, float, float]:
    precision = right / given if given else 0.0
    recall = right / wanted if wanted else 0.0
    return precision, recall, 2 * right / (given + wanted) if given + wanted else 0.0


def _loaded() -> Suggester:
    return indonesian_news.load(SuggesterSetup("indonesian-news", "indonesian-news"))


def _quality(name: str, path: Path, labels: dict[str, str]) -> Iterator[Figure]:
    if not path.is_file():
        return
    gold = sentences(path)
    found = _loaded()([passage for passage, _ in gold])
    for label, (precision, recall, f1) in scores(gold, (places_of(each_one, labels) for each_one in found)).items():
        what = f"indonesian-news on {name}: {label}: F1 %"
        told = f"P {precision * 100:.1f} R {recall * 100:.1f}"
        yield Figure(what, 0, 0, f"≥ 65; {told}" if label == "all" and path.parent == IDNER else told, f1 * 100)


def _memory() -> Iterator[Figure]:
    """The memory of the project after some sentences of the training part, alone and together with the rules."""
    if not (IDNER / "train.txt").is_file():
        return
    from annotator.nlp.memory import Memory

    training, gold = sentences(IDNER / "train.txt"), sentences(IDNER / "dev.txt")
    rules = [_weighed(one, TO_IDNER) for one in _loaded()([passage for passage, _ in gold])]
    same = {label: label for label in set(TO_IDNER.values())}
    memory = Memory()
    learned = 0
    for count in (*LEARNED, len(training)):
        for passage, places in training[learned:count]:
            spans = [Span(f"s{number}", ((start, end),), label) for number, (start, end, label) in enumerate(sorted(places))]
            memory.learn(f"{learned}", passage.text, passage.tokens, spans)
            learned += 1
        known = [_weighed(memory.suggest(passage, "memory"), same) for passage, _ in gold]
        yield _told(f"memory of {count} sentences, alone: F1 %", scores(gold, map(set, known))["all"])
        for what, found in (
            ("the rules where it is silent", map(_filled, known, rules)),
            ("it where the rules are silent", map(_filled, rules, known)),
            ("the surer where they overlap", map(_surer, known, rules)),
        ):
            target = "≥ 75; " if count == len(training) else ""
            yield _told(f"memory of {count}, {what}: F1 %", scores(gold, found)["all"], target)


def _told(what: str, score: tuple[float, float, float], target: str = "") -> Figure:
    precision, recall, f1 = score
    return Figure(what, 0, 0, f"{target}P {precision * 100:.1f} R {recall * 100:.1f}", f1 * 100)


def _weighed(found: Suggestions, labels: dict[str, str]) -> dict[Place, float]:
    """Return what was suggested as places, with their confidence."""
    spans = (span for span in found.spans if span.label in labels)
    return {(span.start, span.end, labels[span.label]): span.confidence or 0.0 for span in spans}


def _filled(first: dict[Place, float], then: dict[Place, float]) -> set[Place]:
    return set(first) | {place for place in then if _apart(place, first)}


def _surer(left: dict[Place, float], right: dict[Place, float]) -> set[Place]:
    chosen: set[Place] = set()
    for place, _ in sorted([*left.items(), *right.items()], key=lambda item: (-item[1], item[0])):
        if _apart(place, chosen):
            chosen.add(place)
    return chosen


def _apart(place: Place, others: Iterable[Place]) -> bool:
    return all(place[1] <= start or end <= place[0] for start, end, _ in others)


_WORD = re.compile(r"\w+|[^\w\s]")


def passages(count: int) -> list[Passage]:
    """Return articles of some 2.5 KB: real ones where the fixtures are there, else made up."""
    texts: list[str] = []
    if ARTICLES.is_file():
        lines = ARTICLES.read_text(encoding="utf-8").splitlines()
        long = [text for text in map(_article, lines) if len(text) > 2_000]
        texts = [long[number % len(long)][:2_500] for number in range(count)]
    else:
        import random

        texts = [text_of(random.Random(number), 2_500) for number in range(count)]
    return [Passage(text, Tokens(match.span() for match in _WORD.finditer(text))) for text in texts]


def _article(line: str) -> str:
    paragraphs = json.loads(line)["paragraphs"]
    return "\n".join(" ".join(" ".join(sentence) for sentence in paragraph) for paragraph in paragraphs)


def _suggested(some: Sequence[Passage]) -> int:
    return sum(len(found.spans) for found in _loaded()(some))


def _speed(count: int) -> Iterator[Figure]:
    made = passages(max(count, 40))
    suggester = _loaded()
    seconds = best(lambda: suggester(made))
    yield Figure("indonesian-news: articles of 2.5 KB a second, one process", 0, 0, "≥ 250", len(made) / seconds)
    chunks = [made[start : start + 20] for start in range(0, len(made), 20)]
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        list(pool.map(_suggested, chunks[:2]))
        spans: list[int] = []
        seconds = best(lambda: spans.extend(pool.map(_suggested, chunks)))
    assert spans
    yield Figure("indonesian-news: articles of 2.5 KB a second, two processes", 0, 0, "≥ 500", len(made) / seconds)
    times = each(lambda one: suggester([one]), made)
    yield Figure("indonesian-news: the open article: median", median(times), 0, "≤ 50 ms")
    yield Figure("indonesian-news: the open article: 99th percentile", slowest(times), 0, "≤ 50 ms")
    yield Figure("indonesian-news: loading, imports and word lists", min(_loading() for _ in range(3)), 0, "< 200 ms")


_LOADING = """
import time, annotator.domain.suggesting as suggesting
started = time.perf_counter()
from annotator.nlp import indonesian_news
indonesian_news.load(suggesting.SuggesterSetup("indonesian-news", "x"))
print(time.perf_counter() - started)
"""


def _loading() -> float:
    """Return the seconds that a fresh process takes to have the suggester ready."""
    return float(run([sys.executable, "-c", _LOADING], cwd=ROOT, check=True, capture_output=True, text=True).stdout)
