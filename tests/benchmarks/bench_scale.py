"""The same figures at 1,000, 10,000, 100,000 and 1,000,000 articles: what a person waits for must not grow with the project.

The two large sizes are measured only on demand, since building them takes long: ``python tests/benchmarks/bench_scale.py --full``, or
``--sizes 1000 50000``.  The articles are those of ``data.articles`` (2.5 KB, 40 spans, 10 relations), a thousand different ones again and
again under other names, written straight as rows.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from annotator.commands import spans
from annotator.commands.documents import mark_done
from annotator.commands.importing import ImportOptions, import_files
from annotator.commands.searching import Action, act_on_all
from annotator.domain.annotations import Kind
from annotator.domain.changes import Lane
from annotator.domain.documents import Status
from annotator.formats.jsonl_canonical import line_of
from annotator.session.session import Session
from annotator.store import filling, listing, queries, search
from annotator.store.listing import Filter, Order
from annotator.store.project import Project, create, open_project
from annotator.store.search import SpanQuery
from tests.benchmarks.data import SCHEME, articles, record
from tests.benchmarks.measure import Figure, each, median, shown, took

SIZES = (1_000, 10_000)
FULL = (*SIZES, 100_000, 1_000_000)
_DIFFERENT = 1_000
_STEP_SPANS = 10_000

_MEMORY = """
import resource, sys
from itertools import islice
from pathlib import Path
from annotator.session.session import Session
from annotator.store import listing, queries
from annotator.store.project import open_project
project = open_project(Path(sys.argv[1]), read_only=True)
session = Session(project, "ani")
found = listing.everything(project.connection)
session.open_document(found.id_at(len(found) // 2))
queries.document_cards(project.connection, found.ids(len(found) - 200, len(found)), "ani")
grown = listing.empty(listing.Order.POSITION, descending=False)
for page in listing.stream(project.connection, listing.Filter(label="GPE")):
    grown.extend(page)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def benchmark(folder: Path, scale: float, sizes: tuple[int, ...] = SIZES) -> Iterator[Figure]:
    """Yield all figures of each size."""
    items = list(articles(min(_DIFFERENT, max(sizes)), kind=Kind.MODEL))
    rows = [filling.rows_of(document, [(content, 0)]) for document, content in items]
    for size in sizes:
        count = max(100, round(size * scale))
        path = folder / f"scale-{count}.annotator"
        yield from _building(path, rows, count)
        yield from _importing(path, folder, items)
        project = open_project(path)
        yield from _looking(project, path, count)
        yield from _working(project, count)
        project.close()
        yield Figure(f"{count:,}: memory of a process with its list, MB", 0, amount=_memory(path), target="≤ 300")
        path.unlink()


def _building(path: Path, rows: list[filling.DocumentRows], count: int) -> Iterator[Figure]:
    project = create(path, scheme=SCHEME, language="xx")

    def build() -> None:
        for first in range(0, count, 20_000):
            with project.transaction("Import {}", "bench", actor="bench", lane=Lane.JOB) as tx:
                tx.add_documents(
                    replace(rows[number % len(rows)], row=(f"article-{number:07}", *rows[number % len(rows)].row[1:]))
                    for number in range(first, min(count, first + 20_000))
                )

    seconds = took(build)
    project.close()
    yield Figure(f"{count:,}: rows written, articles a second", 0, amount=count / seconds)
    yield Figure(f"{count:,}: size of the file, bytes an article", 0, amount=path.stat().st_size / count)


def _importing(path: Path, folder: Path, items: list) -> Iterator[Figure]:
    """Import a few articles more: the cost of one must not depend on how many are there."""
    source = folder / "more.jsonl"
    some = items[:200]
    lines = (line_of(record(replace(document, name=f"more-{document.name}"), content)) for document, content in some)
    source.write_bytes(b"".join(line + b"\n" for line in lines))
    project = open_project(path)
    session = Session(project, "bench")
    seconds = took(lambda: import_files(session, [source], ImportOptions(), tokenize=list))
    assert queries.documents_named(project.connection, f"more-{some[-1][0].name}")
    project.close()
    yield Figure(f"{path.stem[6:]}: import of 200 more from JSONL, an article", seconds / len(some))


def _looking(project: Project, path: Path, count: int) -> Iterator[Figure]:
    connection = project.connection

    def opened(_: int) -> None:
        other = open_project(path, read_only=True)
        found = listing.everything(other.connection)
        queries.status_counts(other.connection, "ani")
        queries.document_cards(other.connection, found.ids(0, 200), "ani")
        other.close()

    yield Figure(f"{count:,}: open to a usable list", median(each(opened, range(9))), target="≤ 300 ms")

    def first_page(wanted: Filter, order: Order = Order.POSITION) -> float:
        return median(each(lambda _: next(listing.stream(connection, wanted, order), None), range(9)))

    yield Figure(f"{count:,}: filter by label, first page", first_page(Filter(label="GPE")), target="≤ 100 ms")
    filtered = Filter(person="ani", label="GPE", statuses=(Status.NEW,), annotator="bench")
    yield Figure(f"{count:,}: filter by label, status, annotator, by name", first_page(filtered, Order.NAME), target="≤ 100 ms")
    word = "ba"
    yield Figure(f"{count:,}: full-text filter, first page", first_page(Filter(words=word)), target="≤ 100 ms")
    yield Figure(f"{count:,}: beginning of three letters, first page", first_page(Filter(words="men*")), target="≤ 100 ms")

    def concordance(_: int) -> None:
        assert len(list(islice(search.text_lines(connection, word), search.FIRST_PAGE))) == search.FIRST_PAGE

    yield Figure(f"{count:,}: concordance of a frequent word, first page", median(each(concordance, range(9))), target="≤ 100 ms")

    def labelled(_: int) -> None:
        assert list(islice(search.span_lines(connection, SpanQuery("GPE")), search.FIRST_PAGE))

    yield Figure(f"{count:,}: spans with a label, first page", median(each(labelled, range(9))), target="≤ 100 ms")


def _working(project: Project, count: int) -> Iterator[Figure]:
    session = Session(project, "ani")
    connection = project.connection
    state = session.open_document(count // 2)

    def finish_and_next(_: int) -> None:
        assert session.document is not None
        session.execute(mark_done(session.document.set_id))
        found = queries.open_document_after(connection, session.document.document.id, "ani")
        assert found is not None
        session.open_document(found)

    yield Figure(f"{count:,}: done and next document", median(each(finish_and_next, range(25))), target="≤ 50 ms")
    state = session.open_document(1)
    ids = [span.id for span in state.spans()]
    edits = each(lambda key: session.execute(spans.describe_span(state.set_id, key, note="x")), ids)
    yield Figure(f"{count:,}: save of one edit", median(edits), target="≤ 8 ms")
    lines = list(islice(search.span_lines(connection, SpanQuery(annotator="bench")), _STEP_SPANS))
    acted = act_on_all(session, lines, Action.REMOVE)
    started = time.perf_counter()
    taken = session.undo()
    seconds = time.perf_counter() - started
    assert taken is not None
    assert sum(change.what == "span" for change in taken.changes) == acted.changed
    yield Figure(f"{count:,}: undo of a step over {acted.changed:,} spans", seconds, target="≤ 1 s")


def _memory(path: Path) -> float:
    root = Path(__file__).resolve().parents[2]
    environment = {**os.environ, "PYTHONPATH": str(root)}
    out = subprocess.run([sys.executable, "-c", _MEMORY, str(path)], capture_output=True, text=True, check=True, env=environment)
    return int(out.stdout) / 1024


def main() -> None:
    """Measure the sizes asked for and print."""
    parser = argparse.ArgumentParser(description="Measure projects of growing size.")
    parser.add_argument("--full", action="store_true", help="100,000 and 1,000,000 articles too: an hour, and 15 GB of disk")
    parser.add_argument("--sizes", nargs="+", type=int)
    chosen = parser.parse_args()
    sizes = tuple(chosen.sizes) if chosen.sizes else FULL if chosen.full else SIZES
    with tempfile.TemporaryDirectory(prefix="annotator-bench-") as folder:
        os.environ["ANNOTATOR_PROFILE"] = folder
        for figure in benchmark(Path(folder), 1, sizes):
            told = shown(figure.ours) if figure.amount is None else f"{figure.amount:,.0f}"
            print(f"{figure.what:66}{told:>12}   {figure.target}", flush=True)


if __name__ == "__main__":
    main()
