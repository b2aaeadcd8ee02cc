"""WebAnno TSV, which INCEpTION writes too: versions 2, 3.2 and 3.3 are read (and the first, as far as it is known), 3.3 is written.

Layers become labels as ``formats.uima_layers`` tells.  Many documents stand in a folder or a zip, one file each for every
annotator; what INCEpTION's own folders say of document and annotator is taken from there (``formats.uima_bundle``).  Older files
are told in ``formats.webanno_old``.

Written are spans, relations and slots with their texts as features, knowledge-base ids as ``identifier``, the exact text and the
tokens.  What belongs to the document and its set as a whole stands in a line that INCEpTION passes over.  Notes, attributes that
are no texts, and fragments are what it cannot hold.  INCEpTION reads a file only into a project that has its layers and features;
the export names those that a new project has not.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens, sound_tokens, tokens_problem
from annotator.errors import FormatError
from annotator.formats.conll_text import bare
from annotator.formats.files import guessed_encoding, marked_encoding, unmarked_utf16
from annotator.formats.json_fields import Complaints
from annotator.formats.jsonl_canonical import reviewed_by_default
from annotator.formats.set_data import fill
from annotator.formats.uima_bundle import Member, members
from annotator.formats.uima_export import Shape, export
from annotator.formats.uima_layers import Choice, default_layer
from annotator.formats.webanno_cells import Sort, table_of
from annotator.formats.webanno_fit import fitted
from annotator.formats.webanno_old import is_old, read_old
from annotator.formats.webanno_read import finished, items_of
from annotator.formats.webanno_text import read_sheet
from annotator.formats.webanno_write import lines_of

SUFFIXES = (".webanno.tsv", ".tsv")
_FORMAT = "#FORMAT=WebAnno TSV 3"


def read(path: Path, defaults: ReadDefaults, *, encoding: str = "", layers: str = "") -> Iterator[Record | Complaint]:
    """Stream the documents of a file, a folder or a zip.

    ``layers`` names those to take over, by their whole name or its last part, with commas between; all but lemmas and the like
    where it is empty.  Raises ``FormatError`` at once if there is nothing to open, or no such encoding exists.
    """
    if encoding:
        try:
            codecs.lookup(encoding)
        except LookupError as error:
            raise FormatError(f"There is no encoding called “{encoding}”; write for example utf-16 or cp1252.") from error
    return _read(members(path, SUFFIXES), defaults, encoding, layers)


def _read(found: Iterator[Member | Complaint], defaults: ReadDefaults, encoding: str, layers: str) -> Iterator[Record | Complaint]:
    for item in found:
        if isinstance(item, Complaint):
            yield item
        else:
            yield from decoded(item, defaults, encoding=encoding, layers=layers)


def decoded(member: Member, defaults: ReadDefaults, *, encoding: str = "", layers: str = "") -> Iterator[Record | Complaint]:
    """Read one file; its record comes last."""
    complain = Complaints(member.place)
    text = _text(member.data, encoding, complain)
    if text is not None:
        record = _record(member, text.replace("\r\n", "\n").split("\n"), defaults, Choice(layers), complain)
        yield from complain.found
        if record is not None:
            yield record
    else:
        yield from complain.found


def _text(data: bytes, encoding: str, complain: Complaints) -> str | None:
    marked = marked_encoding(data) or (None if encoding else unmarked_utf16(data))
    try:
        text = data.decode(encoding or marked or "utf-8")
    except UnicodeError:
        guess = None if encoding else guessed_encoding(data)
        hint = f"; it looks like {guess} (--encoding {guess})" if guess else ""
        complain(f"The file is not {encoding or marked or 'UTF-8'} text{hint}.")
        return None
    if text.startswith("\ufeff") or (marked and not encoding):
        complain("A byte-order mark at the start of the file was removed.", lost=False)
    return text.removeprefix("\ufeff")


def _record(member: Member, lines: list[str], defaults: ReadDefaults, choice: Choice, complain: Complaints) -> Record | None:
    record = Record(member.name, "", place=f"{member.place}:1")
    mine = ReadDefaults(member.annotator or defaults.annotator, member.kind or defaults.kind)
    own: Mapping[str, object] = {}
    if lines[0].startswith(_FORMAT):
        sheet = read_sheet(lines, complain)
        own, record.text = sheet.own, sheet.text
        fill(record, own, mine)
        places = [row.place for row in sheet.rows if row.whole and row.place]
        reviewed = reviewed_by_default(record.kind)
        record.spans, record.relations = items_of(sheet, choice, reviewed, complain)
    elif is_old(lines):
        fill(record, {}, mine)
        old = read_old(lines, complain)
        record.text = old.text
        places = [row.place for row in old.rows if row.place]
        record.spans, record.relations = finished(old.marks, choice, reviewed_by_default(record.kind))
    else:
        complain("The file does not begin as WebAnno TSV does (#FORMAT=WebAnno TSV 3.3), so it was not read.")
        return None
    if choice.told():
        complain(choice.told(), lost=False)
    if not record.text:
        complain("There is no text in the file, so there is no article to bring in.")
        return None
    name = own.get("name")
    record.name = name if isinstance(name, str) and name else record.name
    record.tokens = None if own.get("tokens") is False else _tokens(record.text, places)
    return bare(record, own or ({} if member.annotator or record.spans else {"name": ""}))


def _tokens(text: str, places: list[tuple[int, int]]) -> Tokens | None:
    return sound_tokens(places, text) if places and tokens_problem(places, text) is None else None


def write(
    records: Callable[[], Iterable[Record]],
    path: Path,
    scheme: LabelScheme,
    *,
    options: Mapping[str, str],
    progress: Progress,
) -> LossReport:
    """Write a file for each record into a zip or a folder, or a single ``.tsv``; read all back and report; see
    ``exchange.Writer``."""
    del scheme
    if options:
        raise FormatError(f"The WebAnno TSV export has no option “{min(options)}”.")
    report = LossReport("webanno-tsv", str(path))
    foreign: set[str] = set()

    def encode(record: Record) -> bytes:
        lines = lines_of(record)
        foreign.update(_foreign(lines))
        return "".join(f"{line}\n" for line in lines).encode()

    def decode(member: Member) -> Iterator[Record | Complaint]:
        return decoded(member, ReadDefaults(annotator=""))

    export(records, path, Shape(".tsv", fitted, encode, decode), report, progress)
    if foreign:
        told = "; ".join(sorted(foreign))
        report.notices.append(f"INCEpTION reads these files only into a project that has these layers and features: {told}.")
    return report


def _foreign(lines: list[str]) -> Iterator[str]:
    """Yield the layers that a new project of INCEpTION has not, with their features."""
    standard = {("value",), ("identifier", "value")}
    for line in lines[1:]:
        table = table_of(line, 0)
        if table is None:
            return
        features = tuple(table.features())
        if table.sort is not Sort.SPAN or table.type != default_layer("span").type or features not in standard:
            yield f"{table.type} ({', '.join(features) or 'no features'})"
