"""Spreadsheets (.xlsx): articles in; documents, spans and relations out, a sheet each.

Written
    The sheets ``documents``, ``spans`` and ``relations`` of ``formats.tables_rows``.  A cell holds 32,767 characters, so a longer text
    goes on in rows of its own, numbered in the column ``part``; anything else that is longer keeps its document out of the file, and
    that is said.  What begins like a formula or an error is typed as text.  The same records give the same bytes.
Read
    These three sheets, or articles from every sheet that has a column of texts; what was read and what was not is said.  Characters
    that XML cannot hold stand as ``_xHHHH_``, as spreadsheets write them.
"""

from __future__ import annotations

import re
import shutil
import zipfile
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import accumulate
from pathlib import Path
from typing import Any

from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.domain.text import utf16_length
from annotator.errors import FormatError
from annotator.formats.compare_written import compare_each, write_each
from annotator.formats.files import replacing
from annotator.formats.tables_rows import TABLES, Row, rows_of, without_tokens
from annotator.formats.tables_xlsx_read import SHEET_ROWS, openpyxl_or_error, read_book

CELL = 32_767
"""Most UTF-16 units in a cell."""

_COLUMNS = {**TABLES, "documents": ("record", "part", *TABLES["documents"][1:])}
_WIDTHS = {"name": 30, "document": 30, "text": 60, "head_text": 30, "tail_text": 30, "label": 16}
_NOT_XML = re.compile("_(?=x[0-9A-Fa-f]{4}_)|[\x00-\x08\x0b-\x1f\ufffe\uffff]")
_ESCAPED = len("_x0000_")
_RISKY = re.compile(r"[=+\-@#\t\r]")
_STAMP = (1980, 1, 1, 0, 0, 0)
_TIMES = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*")


def escaped(text: str) -> str:
    """Return a text in which what XML cannot hold, a carriage return and what looks like an escape stand as ``_xHHHH_``."""
    return _NOT_XML.sub(lambda match: f"_x{ord(match[0]):04X}_", text)


def pieces(text: str) -> list[str]:
    """Return a text in pieces that fit in a cell each, escaped."""
    whole = escaped(text)
    if utf16_length(whole) <= CELL:
        return [whole]
    costs = [2 if character > "\uffff" else 1 for character in text]
    for match in _NOT_XML.finditer(text):
        costs[match.start()] = _ESCAPED
    ends = list(accumulate(costs))
    found: list[str] = []
    start = 0
    while start < len(text):
        stop = bisect_right(ends, (ends[start - 1] if start else 0) + CELL)
        found.append(escaped(text[start:stop]))
        start = stop
    return found


def read(
    path: Path, defaults: ReadDefaults, *, sheet: str = "", header: str = "auto", text: str = "", name: str = ""
) -> Iterator[Record | Complaint]:
    """Stream the articles of all sheets (or of ``sheet``), or the records of the three that this program writes.

    ``text`` and ``name`` are headings (or numbers) of columns.  Raises ``FormatError`` at once if the file cannot be opened or is no sound
    spreadsheet, an option names what is not there, or no column can be the text.
    """
    if header not in ("auto", "yes", "no"):
        raise FormatError(f"“header” is one of auto, yes, no, not “{header}”.")
    return read_book(path, {"sheet": sheet, "header": header, "text": text, "name": name}, defaults)


def write(
    records: Callable[[], Iterable[Record]],
    path: Path,
    scheme: LabelScheme,
    *,
    options: Mapping[str, str],
    progress: Progress,
) -> LossReport:
    """Write the three sheets, read them back, and report every loss; see ``exchange.Writer``.  There are no options.

    Raises ``FormatError`` if a sheet gets more rows than a spreadsheet may have.
    """
    del scheme
    if options:
        raise FormatError(f"The XLSX export has no option “{min(options)}”.")
    report = LossReport("xlsx", str(path))
    book = _Book()
    with replacing(path) as temporary, replacing(temporary) as raw:
        try:
            unwritable = write_each(records, book.put, progress)
        finally:
            book.save(raw)
        _repack(raw, temporary)
        back = read_book(temporary, {}, ReadDefaults(annotator=""), in_order=True)
        compare_each(records, back, without_tokens, unwritable, report, progress=progress)
        temporary.replace(raw)  # which then takes its place, and that of the file
    if book.long:
        told = "goes" if book.long == 1 else "go"
        report.notices.append(
            f"The text of {amount(book.long, 'document')} is longer than the {CELL:,} characters of a cell and {told} on in further rows."
        )
    if book.untold:
        report.notices.append(f"{amount(book.untold, 'document')} written without tokens.")
    return report


class _Book:
    """The workbook while it is written; rows go to the disk at once."""

    def __init__(self) -> None:
        openpyxl = openpyxl_or_error()
        from openpyxl.cell import WriteOnlyCell

        self._cell = WriteOnlyCell
        self._book = openpyxl.Workbook(write_only=True)
        self._book.properties.creator = "Annotator"
        self._rows = dict.fromkeys(_COLUMNS, 1)
        self._number = self.long = self.untold = 0
        self._sheets: dict[str, Any] = {}
        for name, columns in _COLUMNS.items():
            sheet = self._sheets[name] = self._book.create_sheet(name)
            sheet.freeze_panes = "A2"
            for number, column in enumerate(columns, 1):
                if column in _WIDTHS:
                    sheet.column_dimensions[openpyxl.utils.get_column_letter(number)].width = _WIDTHS[column]
            sheet.append(list(columns))

    def put(self, record: Record) -> None:
        """Write a record; raises ``ValueError`` before anything is written if something of it is longer than a cell."""
        tables = rows_of(record, self._number + 1)
        (document,) = tables["documents"]
        texts = pieces(document.pop("text"))
        for row in (document, *tables["spans"], *tables["relations"]):
            _escape_cells(row)
        tables["documents"] = [document | {"part": 1, "text": texts[0]}]
        number = document["record"]
        tables["documents"] += [{"record": number, "part": part, "text": text} for part, text in enumerate(texts[1:], 2)]
        for name, rows in tables.items():
            self._rows[name] += len(rows)
            if self._rows[name] > SHEET_ROWS:
                raise FormatError(
                    f"The sheet “{name}” would have more than {SHEET_ROWS:,} rows, the most a spreadsheet holds. "
                    "Export fewer documents into one file, or to CSV."
                )
            for row in rows:
                self._sheets[name].append([self._typed(name, row.get(column)) for column in _COLUMNS[name]])
        self._number = number
        self.long += len(texts) > 1
        self.untold += bool(record.tokens)

    def _typed(self, sheet: str, value: Any) -> Any:
        if isinstance(value, float) and float(f"{value:.16g}") != value:
            return repr(value)  # the library writes sixteen digits of a number
        if not isinstance(value, str) or not _RISKY.match(value):
            return value
        cell = self._cell(self._sheets[sheet], value)
        cell.data_type = "s"
        cell.number_format = "@"
        return cell

    def save(self, path: Path) -> None:
        """Write the workbook."""
        self._book.save(path)


def _escape_cells(row: Row) -> None:
    """Escape the texts of a row; a covered text that fits in no cell is left out, since the document has it."""
    for column, value in row.items():
        if isinstance(value, str):
            row[column] = escaped(value)
            if utf16_length(row[column]) <= CELL:
                continue
            if column not in ("text", "head_text", "tail_text"):
                raise ValueError(f"“{column}” of a row is longer than the {CELL:,} characters of a cell")
            row[column] = None


def _repack(raw: Path, target: Path) -> None:
    """Copy a workbook without the times it was written at, so that the same records give the same bytes."""
    with zipfile.ZipFile(raw) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            member = zipfile.ZipInfo(info.filename, _STAMP)
            member.compress_type = zipfile.ZIP_DEFLATED
            if info.filename == "docProps/core.xml":
                new.writestr(member, _TIMES.sub(rb"\g<1>1980-01-01T00:00:00Z", old.read(info)))
                continue
            with old.open(info) as source, new.open(member, "w", force_zip64=info.file_size > 1 << 30) as copy:
                shutil.copyfileobj(source, copy, 1 << 20)
