"""Reading spreadsheets row by row, their sheets as articles or as the tables of an export.

What is unsafe to read is refused before (``formats.tables_xlsx_check``); nothing is unpacked to the disk.
"""

from __future__ import annotations

import math
import re
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any, BinaryIO

from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.errors import FormatError
from annotator.formats.files import refusal, safe_stem
from annotator.formats.tables_articles import SAMPLE_ROWS, Columns, articles, choose_columns, no_text
from annotator.formats.tables_rows import Joined, Row, joined_records, table_of
from annotator.formats.tables_xlsx_check import check, told

SHEET_ROWS = 1_048_576
"""Most rows of a sheet."""

_ESCAPE = re.compile("_x((?![Dd][89A-Fa-f])[0-9A-Fa-f]{4})_")

_SHEET_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

Line = tuple[list[Any], str]


def openpyxl_or_error() -> ModuleType:
    """Return openpyxl; raises ``FormatError`` with what to do if it is not installed."""
    try:
        import openpyxl
    except ImportError as error:
        raise FormatError(
            "Spreadsheets need the package openpyxl, which is not installed; run: pip install 'annotator[formats]'"
        ) from error
    return openpyxl


def read_book(
    path: Path, options: Mapping[str, str], defaults: ReadDefaults, *, in_order: bool = False
) -> Iterator[Record | Complaint]:
    """Stream the articles of all sheets, or the records of the three that this program writes.

    ``in_order`` says that these are as they were written.  Raises ``FormatError`` at once if the file is no sound spreadsheet, an option
    names what is not there, or no sheet has texts.
    """
    if not in_order:
        check(path)
    with _opened(path) as sheets:
        columns = _chosen(sheets, options, path)
    return _stream(path, columns, defaults, in_order=in_order)


def _chosen(sheets: Sequence[_Sheet], options: Mapping[str, str], path: Path) -> dict[str, Columns | None]:
    """Return which sheets are to be read, and which columns of those that are none of ours."""
    wanted = options.get("sheet", "")
    chosen = [sheet for sheet in sheets if wanted in ("", sheet.title)]
    if not chosen:
        raise FormatError(f"{path} has no sheet “{wanted}”; its sheets are {', '.join(sheet.title for sheet in sheets)}.")
    if any(sheet.table == "documents" for sheet in chosen):
        return {sheet.title: None for sheet in chosen}
    columns = {sheet.title: choose_columns(sheet.sample, options, f"{path}, sheet “{sheet.title}”,") for sheet in chosen}
    first = next((sheet for sheet in chosen if sheet.sample), None)
    if first is not None and not any(columns.values()):
        raise FormatError(no_text(f"{path}, sheet “{first.title}”,", first.sample[0]))
    return columns


def _stream(
    path: Path, columns: Mapping[str, Columns | None], defaults: ReadDefaults, *, in_order: bool
) -> Iterator[Record | Complaint]:
    with _opened(path) as sheets:
        chosen = [sheet for sheet in sheets if sheet.title in columns]
        own = {sheet.table: sheet for sheet in chosen if sheet.table}
        if "documents" in own:
            others = [sheet for sheet in chosen if sheet not in own.values()]
            yield from _own(own, others, path, defaults, in_order=in_order)
            return
        if not any(sheet.sample for sheet in chosen):
            yield from (complaint for sheet in chosen for complaint in sheet.complaints)
            yield Complaint(str(path), "The spreadsheet is empty, so there is no article to bring in.")
            return
        yield from _articles(chosen, columns, path)


@contextmanager
def _opened(path: Path) -> Iterator[list[_Sheet]]:
    """Open a workbook that was checked."""
    openpyxl = openpyxl_or_error()
    try:
        file = path.open("rb")
    except OSError as error:
        raise refusal(path, error) from error
    with file:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                book = _book(openpyxl, file)
            sheets = [_Sheet(path, sheet) for sheet in book.worksheets]
        except Exception as error:
            # a damaged workbook makes the library fail in as many ways as it has parts
            raise FormatError(f"{path} is no sound spreadsheet (.xlsx): {told(error)}.") from error
        yield sheets
        book.close()


def _book(openpyxl: ModuleType, file: BinaryIO) -> Any:
    """Open a workbook with its shared strings as they are written; the library takes ``x005F_`` out of them wherever it stands."""
    from openpyxl.cell.text import Text
    from openpyxl.reader.excel import ExcelReader

    reader: Any = ExcelReader(file, read_only=True, data_only=True, keep_links=False)

    def read_strings() -> None:
        part = reader.package.find(f"{_SHEET_TYPE}.sharedStrings+xml")
        if part is None:
            return
        with reader.archive.open(part.PartName.lstrip("/")) as source:
            for _, node in openpyxl.xml.functions.iterparse(source):
                if node.tag == f"{{{openpyxl.xml.constants.SHEET_MAIN_NS}}}si":
                    text: Any = Text.from_tree(node)
                    reader.shared_strings.append(text.content)
                    node.clear()

    reader.read_strings = read_strings
    reader.read()
    return reader.wb


class _Sheet:
    """A sheet with its first rows, and which of our tables it is, if any."""

    def __init__(self, path: Path, sheet: Any) -> None:
        self.title: str = sheet.title
        self._place = f"{path}:{sheet.title}"
        self._sheet = sheet
        self.complaints: list[Complaint] = []
        self.sample = [cells for cells, _ in islice(self.lines(), SAMPLE_ROWS)]
        self.table = table_of(self.sample[0]) if self.sample else ""

    def lines(self) -> Iterator[Line]:
        """Stream the rows that are not blank, with their places; what is wrong is put among the complaints."""
        number = 0
        try:
            self._sheet.reset_dimensions()
            rows = self._sheet.iter_rows()
            while number < SHEET_ROWS:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    row = next(rows, None)
                if row is None:
                    return
                number += 1
                cells = [_value(cell) for cell in row]
                if any(cell not in (None, "") for cell in cells):
                    yield cells, f"{self._place}:{number}"
        except Exception as error:  # see _opened
            message = f"From here on the sheet is damaged and was not read: {told(error)}."
            self.complaints.append(Complaint(f"{self._place}:{number + 1}", message))

    def rows(self) -> Iterator[tuple[Row, str]]:
        """Stream the rows of a table of ours by column; cells without content are left out."""
        header: list[Any] = []
        for cells, place in self.lines():
            if not header:
                header = cells
                continue
            yield {str(name): cell for name, cell in zip(header, cells, strict=False) if cell not in (None, "")}, place

    def documents(self) -> Iterator[tuple[Row, str]]:
        """Do ``rows`` with the texts joined that go on in further rows."""
        last: tuple[Row, str] | None = None
        for row, place in self.rows():
            if last is not None and row.get("part") not in (None, 1, "1") and row.get("record") == last[0].get("record"):
                last[0].setdefault("more", []).append(str(row.get("text", "")))
                continue
            if last is not None:
                yield _whole(last)
            last = row, place
        if last is not None:
            yield _whole(last)


def _whole(found: tuple[Row, str]) -> tuple[Row, str]:
    row, place = found
    more = row.pop("more", [])
    return row | {"text": "".join([str(row.get("text", "")), *more])}, place


def _value(cell: Any) -> Any:
    """Return a cell as plain data: texts without escapes, dates as ISO texts."""
    value = cell.value
    if isinstance(value, str):
        return unescaped(value)
    if isinstance(value, datetime) and value.time() == time() and _is_day(cell.number_format):
        return value.date().isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta) or (isinstance(value, float) and not math.isfinite(value)):
        return str(value)
    return value


@lru_cache(maxsize=256)
def _is_day(number_format: str) -> bool:
    """Tell whether a cell shows a day without a time of the day: a spreadsheet has one kind of number for both."""
    from openpyxl.styles.numbers import STRIP_RE, is_datetime

    # what stands in quotes or brackets, like a language, is no part of the date
    return is_datetime(STRIP_RE.sub("", number_format).lower()) == "date"


def unescaped(text: str) -> str:
    """Return a text with the characters that stand in it as ``_xHHHH_``."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _own(
    own: Mapping[str, _Sheet], others: Sequence[_Sheet], path: Path, defaults: ReadDefaults, *, in_order: bool
) -> Iterator[Record | Complaint]:
    spans, relations = own.get("spans"), own.get("relations")
    missing = [name for name in ("spans", "relations") if name not in own]
    if missing:
        yield Complaint(str(path), f"The sheet of {' and of '.join(missing)} is not there, so the documents come without them.")
    if any(sheet.sample for sheet in others):
        told = ", ".join(f"“{sheet.title}”" for sheet in others if sheet.sample)
        yield Complaint(str(path), f"Sheets that are none of an export were not read: {told}.", lost=False)
    joined = [Joined(sheet.rows if sheet else None, in_order=in_order) for sheet in (spans, relations)]
    yield from joined_records(own["documents"].documents(), joined[0], joined[1], safe_stem(path), defaults)
    for sheet in own.values():
        yield from dict.fromkeys(sheet.complaints)


def _articles(sheets: Sequence[_Sheet], columns: Mapping[str, Columns | None], path: Path) -> Iterator[Record | Complaint]:
    filled = [sheet for sheet in sheets if sheet.sample]
    if len(filled) > 1:
        taken = ", ".join(f"“{sheet.title}”" for sheet in filled if columns[sheet.title])
        left = ", ".join(f"“{sheet.title}”" for sheet in filled if not columns[sheet.title])
        message = f"Articles were taken from the sheets {taken}."
        if left:
            message = f"Articles were taken from the sheets {taken}; no column of {left} can be the text."
        yield Complaint(str(path), message, lost=False)
    stem = safe_stem(path)
    for sheet in filled:
        chosen = columns[sheet.title]
        if chosen is None:
            continue
        if chosen.guessed:
            message = f"The column “{chosen.headings[chosen.text]}” was taken as the text, because its cells are the longest."
            yield Complaint(f"{path}:{sheet.title}", message, lost=False)
        sheet.complaints.clear()
        name = stem if len(filled) == 1 else f"{stem}:{sheet.title}"
        yield from articles(islice(sheet.lines(), int(chosen.headed), None), chosen, name)
    for sheet in sheets:
        yield from dict.fromkeys(sheet.complaints)
