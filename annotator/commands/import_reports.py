"""The report that an import leaves next to the project: everything that did not come in as it was, by file, line and reason.

It is plain text, one finding a line, and grows on the disk while the import runs: a million bad lines take no memory.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import IO

from annotator.commands.merging import ImportReport
from annotator.domain.exchange import Complaint
from annotator.domain.rules import amount
from annotator.errors import FormatError
from annotator.formats.files import refusal


def report_path(project: Path) -> Path:
    """Return where the report of an import stands: ``news.import-report.txt`` for ``news.annotator``."""
    return project.with_name(f"{project.stem}.import-report.txt")


class ReportFile:
    """A report being written, as a context; nothing is left of it unless ``finish`` was called.

    Raises ``FormatError`` where the file cannot be written; an import need not fail for that (``finish_quietly``).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._part = path.with_name(f".{path.name}.{os.getpid()}.part")
        self._body: IO[str] | None = None
        self._failed: FormatError | None = None
        self.count = 0

    def __enter__(self) -> ReportFile:
        return self

    def add(self, complaints: Iterable[Complaint]) -> None:
        """Take further findings."""
        for complaint in complaints:
            self.count += 1
            sign = "left out" if complaint.lost else "notice  "
            self._write(f"{sign}  {_line(complaint.place)}: {_line(complaint.message)}\n")

    def finish(self, head: Sequence[str]) -> Path:
        """Put the head before the findings and the report in its place; an earlier one is replaced."""
        self._close()
        if self._failed is not None:
            raise self._failed
        try:
            with self._part.with_suffix(".whole").open("w", encoding="utf-8", errors="replace", newline="\n") as whole:
                whole.write("\n".join([*map(_line, head), "", ""]))
                if self.count:
                    with self._part.open(encoding="utf-8", newline="\n") as body:
                        while piece := body.read(1 << 20):
                            whole.write(piece)
            self._part.with_suffix(".whole").replace(self.path)
        except OSError as error:
            raise refusal(self.path, error) from error
        return self.path

    def finish_quietly(self, head: Sequence[str]) -> str:
        """Do the same for an import that is complete already; returns where the report is, or why there is none."""
        try:
            return f"The report is in {self.finish(head)}."
        except FormatError as error:
            return f"The report could not be written: {error}"

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._close()
        for path in (self._part, self._part.with_suffix(".whole")):
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def _write(self, line: str) -> None:
        if self._failed is not None:
            return
        try:
            if self._body is None:
                self._body = self._part.open("w", encoding="utf-8", errors="replace", newline="\n")
            self._body.write(line)
        except OSError as error:
            self._failed = refusal(self.path, error)

    def _close(self) -> None:
        if self._body is not None:
            try:
                self._body.close()
            except OSError as error:
                self._failed = self._failed or refusal(self.path, error)
            self._body = None


class Gathered:
    """The whole report of an import, put together from those of its chunks, and on the way the file that lists everything."""

    def __init__(self, file: ReportFile | None) -> None:
        self.whole = ImportReport()
        self._file = file

    def take(self, part: ImportReport) -> None:
        """Take the report of one chunk."""
        self.whole.add(part)
        if self._file is not None:
            self._file.add(part.complaints)

    def finish(self, paths: Sequence[Path]) -> None:
        """Write the file, if there is anything to say in it."""
        if self._file is not None and (self._file.count or self.whole.broken_rules):
            self.whole.written = self._file.finish_quietly(head_of(self.whole, paths))


@contextlib.contextmanager
def reporting(path: Path | None, paths: Sequence[Path]) -> Iterator[Gathered]:
    """Yield what gathers the report of an import of ``paths``; left normally, the file at ``path`` is there, else as it was before."""
    if path is None:
        yield Gathered(None)
        return
    with ReportFile(path) as file:
        gathered = Gathered(file)
        yield gathered
        gathered.finish(paths)


def head_of(report: ImportReport, paths: Sequence[Path]) -> list[str]:
    """Return the first lines of a report: what was read and how much came in."""
    files = ", ".join(str(path) for path in paths[:20]) + (f" and {len(paths) - 20} more" if len(paths) > 20 else "")
    head = [
        f"Imported from: {files}",
        (
            f"New: {amount(report.documents, 'document')}, {amount(report.sets, 'annotation set')}, {amount(report.spans, 'span')}, "
            f"{amount(report.relations, 'relation')}. There already: {amount(report.known, 'document')}, {amount(report.unchanged, 'set')}."
        ),
    ]
    if report.labels:
        head.append(f"Added to the label scheme: {', '.join(report.labels)}.")
    head += [
        f"{amount(count, 'imported item')} {'breaks' if count == 1 else 'break'} a rule ({rule}); annotator check says where."
        for rule, count in report.broken_rules.items()
    ]
    return head


def _line(text: str) -> str:
    return " ".join(text.splitlines()) if text.splitlines() != [text] else text
