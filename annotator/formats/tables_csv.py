"""CSV: articles in; spans, relations and documents out, each a table of its own.

Written
    ``OUT.csv`` is the table of spans, ``OUT.relations.csv`` beside it that of relations, ``OUT.documents.csv`` that of documents with
    their texts (``formats.tables_rows``), UTF-8 with a byte-order mark, because spreadsheets take a file without one for something
    else.  A cell that a spreadsheet would evaluate gets an apostrophe before it.
Read
    These three together, by the name of any but that of relations.  Any other table brings articles: the column of texts is known by its
    heading or its length, the rest is metadata.  Delimiter and byte-order mark are found; the apostrophe is taken away in our own alone.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from itertools import chain, islice
from pathlib import Path
from typing import Any

from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.errors import FormatError
from annotator.formats.compare_written import compare_each, write_each
from annotator.formats.conll_plan import chosen
from annotator.formats.files import SAMPLE, marked_encoding, refusal, replacing_all, safe_stem
from annotator.formats.json_items import checked_encoding
from annotator.formats.tables_articles import SAMPLE_ROWS, articles, choose_columns, no_text
from annotator.formats.tables_rows import TABLES, Joined, Row, guarded, joined_records, rows_of, table_of, unguarded, without_tokens

DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
OPTIONS: Mapping[str, tuple[str, ...]] = {"delimiter": ("comma", "semicolon", "tab")}
MOST = 64 << 20
"""Longest single cell that is read, in characters."""

_HINT = re.compile(r"sep=(.)\r?\n?")
"""The first line by which a spreadsheet is told the delimiter."""

_SURROGATE = re.compile("[\ud800-\udfff]")
_Line = tuple[list[str], str]


def read(
    path: Path,
    defaults: ReadDefaults,
    *,
    encoding: str = "",
    delimiter: str = "auto",
    header: str = "auto",
    text: str = "",
    name: str = "",
) -> Iterator[Record | Complaint]:
    """Stream the articles of a table, or the records of the three that this program writes.

    ``text`` and ``name`` are headings (or numbers) of columns.  Raises ``FormatError`` at once if the file cannot be opened, is in another
    encoding, or no column can be the text.
    """
    if delimiter not in (*DELIMITERS, "auto"):
        raise FormatError(f"“delimiter” is one of auto, {', '.join(DELIMITERS)}, not “{delimiter}”.")
    if header not in ("auto", "yes", "no"):
        raise FormatError(f"“header” is one of auto, yes, no, not “{header}”.")
    table = Table(path, encoding, "")
    own = table_of(unguarded(cell) for cell in table.first)
    if own:
        return _own(path, own, encoding, defaults)
    if delimiter != "auto":
        table = Table(path, encoding, DELIMITERS[delimiter])
    sample = list(islice((cells for cells, _ in table.lines([])), SAMPLE_ROWS))
    columns = choose_columns(sample, {"text": text, "name": name, "header": header}, str(path))
    if columns is None:
        if not sample:
            return iter([Complaint(str(path), "The table is empty, so there is no article to bring in.")])
        raise FormatError(no_text(str(path), sample[0]))
    notices: list[Complaint] = []
    if columns.guessed:
        message = f"The column “{columns.headings[columns.text]}” was taken as the text, because its cells are the longest."
        notices.append(Complaint(str(path), message, lost=False))
    return chain(notices, _articles(table, columns, safe_stem(path)))


def _articles(table: Table, columns: Any, stem: str) -> Iterator[Record | Complaint]:
    complaints: list[Complaint] = []
    for item in articles(islice(table.lines(complaints), int(columns.headed), None), columns, stem):
        yield from complaints
        complaints.clear()
        yield item
    yield from complaints


class Table:
    """A file of delimited values, opened anew for each reading; knows its encoding and delimiter."""

    def __init__(self, path: Path, encoding: str, delimiter: str) -> None:
        self.path = path
        try:
            with path.open("rb") as file:
                sample = file.read(SAMPLE)
        except OSError as error:
            raise refusal(path, error) from error
        marked = None if encoding and encoding.lower().startswith(("utf-16", "utf-32")) else marked_encoding(sample)
        self.encoding = marked or checked_encoding(str(path), sample, encoding)
        if self.encoding.lower() in ("utf-8", "utf8"):
            self.encoding = "utf-8-sig"
        shown = sample.decode(self.encoding, "replace").removeprefix("\ufeff")
        hint = _HINT.match(shown)
        self.skip = 1 if hint else 0
        self.delimiter = delimiter or (hint[1] if hint else "") or _delimiter(shown)
        self.first = next((cells for cells, _ in self.lines([])), [])

    def lines(self, complaints: list[Complaint]) -> Iterator[_Line]:
        """Stream the rows with their places; what is wrong is put among the complaints."""
        csv.field_size_limit(MOST)
        errors = "surrogateescape" if self.encoding == "utf-8-sig" else "strict"
        number = 0
        try:
            with self.path.open(encoding=self.encoding, errors=errors, newline="") as file:
                reader = csv.reader(_without_mark(file, self.skip), delimiter=self.delimiter, strict=True)
                while True:
                    number = reader.line_num + self.skip + 1
                    place = f"{self.path}:{number}"
                    try:
                        cells = next(reader)
                    except StopIteration:
                        return
                    except csv.Error as error:
                        complaints.append(Complaint(place, _broken(error)))
                        if "field limit" in str(error):
                            return
                        continue
                    if any(map(_SURROGATE.search, cells)):
                        complaints.append(Complaint(place, "The row holds bytes that are not UTF-8; it was left out."))
                    elif cells:
                        yield cells, place
        except OSError as error:
            raise refusal(self.path, error) from error
        except UnicodeError as error:
            message = f"From here on the file is not in the encoding it was read with: {error}."
            complaints.append(Complaint(f"{self.path}:{number}", message))

    def rows(self, complaints: list[Complaint]) -> Iterator[tuple[Row, str]]:
        """Stream the rows of a table of ours by column, without guards; cells without content are left out."""
        lines = self.lines(complaints)
        header = [unguarded(cell) for (cell,) in ((one,) for one in next(lines, ([], ""))[0])]
        for cells, place in lines:
            row = {name: unguarded(cell) for name, cell in zip(header, cells, strict=False) if cell}
            yield row, place


def _without_mark(file: Iterable[str], skip: int) -> Iterator[str]:
    for number, line in enumerate(file):
        if number >= skip:
            yield line.removeprefix("\ufeff") if number == 0 else line


def _broken(error: csv.Error) -> str:
    told = str(error)
    if "end of data" in told:
        return "A quotation mark is opened here and never closed; what follows it was not read."
    if "field limit" in told:
        return "A cell is longer than 64 million characters; a quotation mark may not be closed. What follows was not read."
    return f"The row is no sound CSV ({told}); it was left out."


def _delimiter(shown: str) -> str:
    """Return the delimiter under which most rows of a sample are as wide as the first."""
    best, most = ",", (0.0, 0)
    for delimiter in DELIMITERS.values():
        try:
            csv.field_size_limit(MOST)
            rows = [row for row in islice(csv.reader(shown.splitlines(keepends=True), delimiter=delimiter), SAMPLE_ROWS) if row]
        except csv.Error:
            continue
        whole = rows[:-1] if len(rows) > 2 else rows  # the sample may end within a row
        width = len(whole[0]) if whole else 0
        score = (sum(len(row) == width for row in whole) / len(whole), width) if width > 1 else (0.0, 0)
        if score > most:
            best, most = delimiter, score
    return best


def _own(path: Path, table: str, encoding: str, defaults: ReadDefaults) -> Iterator[Record | Complaint]:
    """Read the three tables of an export together, whichever of them is named."""
    base = path
    if table != "spans" and path.stem.endswith(f".{table}"):
        base = path.with_name(path.stem.removesuffix(f".{table}") + path.suffix)
    if table == "relations":
        there = base != path and base.exists()
        message = f"This is the table of relations that is read with {base.name}."
        if not there:
            message = f"This is the table of relations that is read with {base.name}, which is not there."
        yield Complaint(str(path), message, lost=not there)
        return
    paths = {"documents": beside(base, "documents"), "spans": base, "relations": beside(base, "relations")}
    if table == "documents":
        paths["documents"] = path
    if not paths["documents"].is_file():
        yield Complaint(str(path), f"This is a table of spans; the articles are in {paths['documents'].name}, which is not there.")
        return
    for name in ("spans", "relations"):
        if not paths[name].is_file() or (name == "spans" and table == "documents" and base == path):
            yield Complaint(
                str(path), f"The table of {name}, {paths[name].name}, is not there, so the documents come without them."
            )
            del paths[name]
    yield from read_tables(paths, encoding, safe_stem(base), defaults)


def read_tables(
    paths: Mapping[str, Path], encoding: str, stem: str, defaults: ReadDefaults, *, in_order: bool = False
) -> Iterator[Record | Complaint]:
    """Stream the records of the tables at ``paths``; ``in_order`` says that they are as they were written."""
    complaints: list[Complaint] = []
    tables: dict[str, Table] = {}
    for name, path in paths.items():
        try:
            tables[name] = Table(path, encoding if name == "spans" else "", "")
        except FormatError as error:
            yield Complaint(str(path), str(error).removeprefix(f"{path} "))
    if "documents" not in tables:
        return

    def rows(name: str) -> Callable[[], Iterator[tuple[Row, str]]] | None:
        return (lambda: tables[name].rows(complaints)) if name in tables else None

    spans, relations = Joined(rows("spans"), in_order=in_order), Joined(rows("relations"), in_order=in_order)
    said: set[Complaint] = set()
    for item in joined_records(tables["documents"].rows(complaints), spans, relations, stem, defaults):
        yield from (complaint for complaint in dict.fromkeys(complaints) if complaint not in said)
        said |= set(complaints)
        complaints.clear()
        yield item
    yield from (complaint for complaint in dict.fromkeys(complaints) if complaint not in said)


def beside(path: Path, table: str) -> Path:
    """Return where a further table of an export stands: ``OUT.relations.csv`` beside ``OUT.csv``."""
    return path.with_name(f"{path.stem}.{table}{path.suffix}")


def write(
    records: Callable[[], Iterable[Record]],
    path: Path,
    scheme: LabelScheme,
    *,
    options: Mapping[str, str],
    progress: Progress,
) -> LossReport:
    """Write the three tables, read them back, and report every loss; see ``exchange.Writer``.  Options: see ``OPTIONS``."""
    del scheme
    delimiter = DELIMITERS[chosen(options, OPTIONS, "CSV")["delimiter"]]
    report = LossReport("csv", str(path))
    untold = number = 0
    targets = _targets(path)
    with replacing_all(*targets.values()) as temporaries:
        paths = dict(zip(targets, temporaries, strict=True))
        with ExitStack() as files:
            writers = {name: _writer(files, temporary, delimiter) for name, temporary in paths.items()}
            for name, writer in writers.items():
                writer.writerow(TABLES[name])

            def put(record: Record) -> None:
                nonlocal untold, number
                made = rows_of(record, number + 1)
                for name, rows in made.items():
                    writers[name].writerows([_cell(row.get(column)) for column in TABLES[name]] for row in rows)
                number += 1
                untold += bool(record.tokens)

            unwritable = write_each(records, put, progress)
        back = read_tables(paths, "", "", ReadDefaults(annotator=""), in_order=True)
        compare_each(records, back, without_tokens, unwritable, report, progress=progress)
    report.notices.append(f"The relations are in {beside(path, 'relations').name}, the texts in {beside(path, 'documents').name}.")
    if untold:
        report.notices.append(f"{amount(untold, 'document')} written without tokens.")
    return report


def _targets(path: Path) -> dict[str, Path]:
    return {"documents": beside(path, "documents"), "spans": path, "relations": beside(path, "relations")}


def _writer(files: ExitStack, path: Path, delimiter: str) -> Any:
    file = files.enter_context(path.open("w", encoding="utf-8-sig", newline=""))
    return csv.writer(file, delimiter=delimiter, lineterminator="\r\n")


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return str(value).lower()
    return guarded(value) if isinstance(value, str) else value
