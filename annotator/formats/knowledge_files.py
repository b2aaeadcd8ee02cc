"""Knowledge bases as files: entries with their names out of a table or JSON, and back as JSONL.

Table (CSV, TSV; the delimiter is found)
    The first line names the columns; ``id`` and ``name`` (or ``aliases``) are needed, ``description``, ``url``, ``label`` and ``frequency``
    may be there.  What other programs call them is known too (``qid``, ``entity``, ``alias``, ...); a column ``label`` is the name where
    nothing else is.  Aliases are parted by ``|``, or by ``;`` where ``|`` parts the columns.
JSON (an object a line, a list of objects, or objects one after another)
    The same keys; ``aliases`` is a list of texts, or one text as in a table.  The ``labels``, ``aliases`` and ``descriptions`` by
    language of a Wikidata dump are read: all of them are names, that in the wanted language the first.

An id may come several times, as in tables with a row for each alias: putting them together is for the store.
Written: one object a line, keys in a fixed order, none that is empty.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from annotator.domain.exchange import Complaint
from annotator.domain.knowledge import MOST_ALIASES, Entry
from annotator.domain.progress import Progress
from annotator.domain.rules import quoted
from annotator.errors import FormatError
from annotator.formats.files import refusal, replacing
from annotator.formats.json_fields import Complaints
from annotator.formats.json_items import json_items
from annotator.formats.tables_csv import Table

MOST_ENTRIES = 5_000_000
LONGEST_NAME, LONGEST_TEXT = 500, 4_000
"""Longest id, name or alias, and longest description or address, in characters."""

_CALLED = {
    "id": "id kb_id kbid qid entity_id entityid entity identifier wikidata_id wikidata item concept_id",
    "name": "name canonical_name preferred_name entity_name title preflabel pref_label itemlabel",
    "aliases": "aliases alias synonyms synonym altlabel alt_label alt_labels alternative_names other_names also_known_as itemaltlabel",
    "description": "description descriptions desc definition itemdescription summary",
    "url": "url uri link href wikipedia",
    "label": "label type class kind ner span_label entity_type category",
    "frequency": "frequency freq count popularity prior weight sitelinks",
}
"""What the fields of an entry are called elsewhere, the likeliest first."""

_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_SIGNS = re.compile(r"[\s.-]+")
_PARTS = re.compile(r"\|")
_SOFT_PARTS = re.compile(r"[|;]")


def read(path: Path, *, encoding: str = "", language: str = "") -> Iterator[Entry | Complaint]:
    """Stream the entries of a file; ``language`` is that of the name where a file has names in several.

    Raises ``FormatError`` at once if the file cannot be opened, is in another encoding, or has no column for ids or names.
    """
    return _limited(_json(path, encoding, language) if _is_json(path) else _table(path, encoding))


def _limited(stream: Iterable[Entry | Complaint]) -> Iterator[Entry | Complaint]:
    count = 0
    for item in stream:
        count += isinstance(item, Entry)
        if count > MOST_ENTRIES:
            yield Complaint("", f"There are more than {MOST_ENTRIES:,} entries; the rest was not read.")
            return
        yield item


def _is_json(path: Path) -> bool:
    if path.suffix.lower() in (".csv", ".tsv", ".tab"):
        return False
    try:
        with path.open("rb") as file:
            begins = file.read(1000).replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    except OSError as error:
        raise refusal(path, error) from error
    return path.suffix.lower() in (".jsonl", ".ndjson", ".json") or begins.startswith((b"{", b"["))


def _table(path: Path, encoding: str) -> Iterator[Entry | Complaint]:
    delimiter = "\t" if path.suffix.lower() in (".tsv", ".tab") else ""
    table = Table(path, encoding, delimiter)
    headings = [cell.strip() for cell in table.first]
    fields = _fields(tuple(headings))
    if "id" not in fields or not fields.keys() & {"name", "aliases"}:
        missing = "id" if "id" not in fields else "name"
        raise FormatError(f"{path} has no column “{missing}”. Its first line must name the columns: id, name, aliases, ….")
    return _rows(table, fields, headings)


def _rows(table: Table, fields: Mapping[str, int], headings: Sequence[str]) -> Iterator[Entry | Complaint]:
    unused = [heading for place, heading in enumerate(headings) if heading and place not in fields.values()]
    if unused:
        named = ", ".join(f"“{heading}”" for heading in unused[:10])
        yield Complaint(f"{table.path}:1", f"Columns that say nothing of an entry were not read: {named}.", lost=False)
    parts = _SOFT_PARTS if table.delimiter == "|" else _PARTS
    complaints: list[Complaint] = []
    for cells, place in islice(table.lines(complaints), 1, None):
        yield from complaints
        complaints.clear()
        complain = Complaints(place)
        values: dict[str, Any] = {field: cells[column] for field, column in fields.items() if column < len(cells) and cells[column]}
        values["aliases"] = parts.split(values.get("aliases", ""))
        if len(cells) > len(headings):
            complain("The row has more cells than there are columns; the last ones were not read.")
        entry = _entry(values, complain)
        yield from complain.found
        if entry is not None:
            yield entry
    yield from complaints


def _key(text: str) -> str:
    return _SIGNS.sub("_", text.strip().lstrip("?").casefold())


@lru_cache(maxsize=1_000)
def _fields(headings: tuple[str, ...]) -> Mapping[str, int]:
    """Return the place of each field among headings or keys; of several that could be it, that with the likeliest name."""
    keys = [_key(heading) for heading in headings]
    found: dict[str, int] = {}
    for field, called in _CALLED.items():
        known = called.split()
        places = [place for place, key in enumerate(keys) if key in known]
        if places:
            found[field] = min(places, key=lambda place: known.index(keys[place]))
    if "name" not in found and "label" in keys:  # as a query of Wikidata calls it
        found["name"] = keys.index("label")
        del found["label"]
    return found


def _json(path: Path, encoding: str, language: str) -> Iterator[Entry | Complaint]:
    return _objects(json_items(path, encoding=encoding), language)


def _objects(items: Iterable[Any], language: str) -> Iterator[Entry | Complaint]:
    for item in items:
        if isinstance(item, Complaint):
            yield item
            continue
        complain = Complaints(item.place)
        entry = None
        if type(item.value) is dict:
            entry = _entry(_values(item.value, language, complain), complain)
        else:
            complain("This is no object {…} with an “id” and a “name”; it was left out.")
        yield from complain.found
        if entry is not None:
            yield entry


def _values(data: dict[str, Any], language: str, complain: Complaints) -> dict[str, Any]:
    """Return what an object says, by field; what is in several languages as one."""
    given = list(data.values())
    values: dict[str, Any] = {field: given[place] for field, place in _fields(tuple(data)).items()}
    aliases = values.get("aliases")
    if aliases is None:  # not there, or null: that says that there are none
        aliases = []
    names: list[Any] = []
    if type(data.get("labels")) is dict:
        names = _by_language(data["labels"], language)
    if type(aliases) is dict:
        aliases = [one for some in _by_language(aliases, language) for one in (some if type(some) is list else [some])]
    elif type(aliases) is str:
        aliases = _PARTS.split(aliases)
    elif type(aliases) is not list:
        complain("“aliases” is no list of texts; it was left out.")
        aliases = []
    if names and "name" not in values:
        values["name"], *names = names
    values["aliases"] = [*names, *(one.get("value") if type(one) is dict else one for one in aliases)]
    if type(values.get("description")) is dict:
        values["description"] = next(iter(_by_language(values["description"], language)), "")
    return values


def _by_language(values: dict[str, Any], language: str) -> list[Any]:
    """Return the values of an object that has one for each language, the wanted one first, then English."""
    first = [key for key in (language, "en") if key in values]
    ordered = [values[key] for key in dict.fromkeys((*first, *values))]
    return [one.get("value") if type(one) is dict else one for one in ordered]


def _entry(values: dict[str, Any], complain: Complaints) -> Entry | None:
    """Return what some values say, or None with a complaint where there is no id or no name."""
    given = values.get("id")
    entry_id = str(given) if type(given) is int else given.strip() if type(given) is str else ""
    if not entry_id or len(entry_id) > LONGEST_NAME or _CONTROL.search(entry_id):
        reason = "has no id" if not entry_id else f"has an id that is none: {quoted(entry_id)}"
        complain(f"The entry {reason}; it was left out.")
        return None
    where = f"{quoted(entry_id)}: "
    names = _names([values.get("name"), *values["aliases"]], complain, where)
    if not names:
        complain(f"{where}the entry has no name; it was left out.")
        return None
    if len(names) > MOST_ALIASES + 1:
        complain(f"{where}of {len(names) - 1} aliases the first {MOST_ALIASES} were kept.")
    texts = {field: _text(values.get(field), field, complain, where) for field in ("description", "url", "label")}
    frequency = _frequency(values.get("frequency"), complain, where)
    return Entry(entry_id, names[0], tuple(names[1 : MOST_ALIASES + 1]), **texts, frequency=frequency)


def _names(given: Iterable[Any], complain: Complaints, where: str) -> list[str]:
    names: dict[str, None] = {}
    for one in given:
        if type(one) is not str:
            if one is not None:
                complain(f"{where}a name is no text; it was left out.")
            continue
        name = _one_line(one)
        if len(name) > LONGEST_NAME:
            complain(f"{where}the name {quoted(name)} has more than {LONGEST_NAME} characters; it was left out.")
        elif name:
            names[name] = None
    return list(names)


def _text(value: Any, field: str, complain: Complaints, where: str) -> str:
    if value is None:
        return ""
    if type(value) is not str:
        complain(f"{where}“{field}” is not a text; it was left out.")
        return ""
    text = _one_line(value)
    if len(text) <= LONGEST_TEXT:
        return text
    kept = text[:LONGEST_TEXT] if field == "description" else ""
    complain(f"{where}“{field}” has more than {LONGEST_TEXT} characters; it was {'cut off' if kept else 'left out'}.")
    return kept


def _one_line(text: str) -> str:
    return " ".join((text if text.isprintable() else _CONTROL.sub(" ", text)).split())


def _frequency(value: Any, complain: Complaints, where: str) -> float:
    if value is None:
        return 0.0
    try:
        number = float(value) if type(value) in (int, float, str) else math.nan
    except (ValueError, OverflowError):
        number = math.nan
    if math.isfinite(number) and number >= 0:
        return number
    complain(f"{where}the frequency {quoted(str(value))} is no number from 0 up; it was left out.")
    return 0.0


def line_of(entry: Entry) -> bytes:
    """Return the canonical line of an entry, without its line end."""
    data: dict[str, Any] = {"id": entry.id, "name": entry.name}
    for field in ("aliases", "description", "url", "label", "frequency"):
        if value := getattr(entry, field):
            data[field] = int(value) if type(value) is float and value.is_integer() and value < 2**53 else value
    return orjson.dumps(data)


def write(path: Path, entries: Iterable[Entry], progress: Progress | None = None) -> int:
    """Write entries as JSONL, all or nothing; returns how many.  Raises ``FormatError`` for what the system refuses."""
    progress = progress or Progress()
    count = 0
    with replacing(path) as temporary, temporary.open("wb") as file:
        for entry in entries:
            file.write(line_of(entry) + b"\n")
            count += 1
            progress.advance()
    return count
