"""Exporting to spaCy against the usual script, and to JSONL against a bare dump.  Ours reads everything back, the others do not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson

from annotator.commands.exporting import ExportOptions, export
from annotator.formats.jsonl_canonical import line_of
from tests.benchmarks.data import articles, record
from tests.benchmarks.measure import Figure, best
from tests.benchmarks.projects import filled


def benchmark(folder: Path, scale: float) -> Iterator[Figure]:
    """Yield both exports of the same articles."""
    count = round(800 * scale)
    items = list(articles(count))
    project = filled(folder / "gold.annotator", items)

    def ours(format_name: str) -> None:
        report = export(project.connection, project.scheme, folder / f"ours.{format_name}", ExportOptions(format_name))
        assert (report.documents, report.losses) == (count, [])

    yield Figure(f"export {count} articles to spaCy, read back", best(lambda: ours("spacy")), best(_usual(items, folder)), "< 1 ×")
    lines = [orjson.loads(line_of(record(*item))) for item in items]

    def bare() -> None:
        (folder / "bare.jsonl").write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines))

    yield Figure(f"export {count} articles to JSONL, read back", best(lambda: ours("jsonl")), best(bare))
    project.close()


def _usual(items: list, folder: Path):
    """Return what most people's script does: tokenize, ``char_span``, ``doc.ents``, ``DocBin.add``, ``to_disk``."""
    import spacy
    from spacy.tokens import DocBin

    nlp = spacy.blank("id")

    def run() -> None:
        docbin = DocBin(store_user_data=True)
        for document, content in items:
            doc = nlp.make_doc(document.text)
            spans = [doc.char_span(span.start, span.end, span.label) for span in content.spans.values()]
            doc.ents = [span for span in spans if span is not None]
            docbin.add(doc)
        docbin.to_disk(folder / "usual.spacy")

    return run
