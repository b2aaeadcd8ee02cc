"""The exchange formats: one module each, and the one table that names them all.

A reader streams records and complaints, a writer writes records, reads them back and reports every loss
(``domain.exchange``).  The modules behind the table are imported when a format is used, by plain import statements inside
functions, so that listing the formats costs nothing and a frozen program still finds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record, Writer
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.errors import FormatError


@dataclass(frozen=True, slots=True)
class Format:
    """What the program knows of a format without loading it.

    ``read(path, defaults, **options)`` takes the options of ``read_options``, ``write`` those of ``write_options``: names with the
    values they may have, the default first; an empty tuple means any text.  ``carries`` says in a phrase what survives an export.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    carries: str
    read: Callable[..., Iterator[Record | Complaint]] | None = None
    write: Writer | None = None
    read_options: Mapping[str, tuple[str, ...]] | None = None
    write_options: Mapping[str, tuple[str, ...]] | None = None


def _read_text(path: Path, defaults: ReadDefaults, **options: str) -> Iterator[Record | Complaint]:
    from annotator.formats import text_files

    return text_files.read(path, defaults, encoding=options.get("encoding") or None)


def _read_jsonl(path: Path, defaults: ReadDefaults, **options: str) -> Iterator[Record | Complaint]:
    from annotator.formats import jsonl

    del options
    return jsonl.read(path, defaults)


def _write_jsonl(
    records: Callable[[], Iterable[Record]], path: Path, scheme: LabelScheme, *, options: Mapping[str, str], progress: Progress
) -> LossReport:
    from annotator.formats import jsonl

    return jsonl.write(records, path, scheme, options=options, progress=progress)


def _write_spacy(
    records: Callable[[], Iterable[Record]], path: Path, scheme: LabelScheme, *, options: Mapping[str, str], progress: Progress
) -> LossReport:
    from annotator.formats import docbin

    return docbin.write(records, path, scheme, options=options, progress=progress)


def _read_prodigy(path: Path, defaults: ReadDefaults, **options: str) -> Iterator[Record | Complaint]:
    from annotator.formats import prodigy

    return prodigy.read(path, defaults, **options)


def _write_prodigy(
    records: Callable[[], Iterable[Record]], path: Path, scheme: LabelScheme, *, options: Mapping[str, str], progress: Progress
) -> LossReport:
    from annotator.formats import prodigy

    return prodigy.write(records, path, scheme, options=options, progress=progress)


def _read_brat(path: Path, defaults: ReadDefaults, **options: str) -> Iterator[Record | Complaint]:
    from annotator.formats import brat

    return brat.read(path, defaults, encoding=options.get("encoding") or None)


def _write_brat(
    records: Callable[[], Iterable[Record]], path: Path, scheme: LabelScheme, *, options: Mapping[str, str], progress: Progress
) -> LossReport:
    from annotator.formats import brat

    return brat.write(records, path, scheme, options=options, progress=progress)


def _read_doccano(path: Path, defaults: ReadDefaults, **options: str) -> Iterator[Record | Complaint]:
    from annotator.formats import doccano

    return doccano.read(path, defaults, **options)


def _write_doccano(
    records: Callable[[], Iterable[Record]], path: Path, scheme: LabelScheme, *, options: Mapping[str, str], progress: Progress
) -> LossReport:
    from annotator.formats import doccano

    return doccano.write(records, path, scheme, options=options, progress=progress)


def _read_conll(path: Path, defaults: ReadDefaults, **options: str) -> Iterator[Record | Complaint]:
    from annotator.formats import conll_read

    return conll_read.read(path, defaults, **options)


def _write_conll(
    records: Callable[[], Iterable[Record]], path: Path, scheme: LabelScheme, *, options: Mapping[str, str], progress: Progress
) -> LossReport:
    from annotator.formats import conll

    return conll.write(records, path, scheme, options=options, progress=progress)


def _read_label_studio(path: Path, defaults: ReadDefaults, **options: str) -> Iterator[Record | Complaint]:
    from annotator.formats import label_studio

    return label_studio.read(path, defaults, **options)


def _write_label_studio(
    records: Callable[[], Iterable[Record]], path: Path, scheme: LabelScheme, *, options: Mapping[str, str], progress: Progress
) -> LossReport:
    from annotator.formats import label_studio

    return label_studio.write(records, path, scheme, options=options, progress=progress)


def _read_conllu(path: Path, defaults: ReadDefaults, **options: str) -> Iterator[Record | Complaint]:
    from annotator.formats import conllu

    return conllu.read(path, defaults, encoding=options.get("encoding") or None)


def _write_conllu(
    records: Callable[[], Iterable[Record]], path: Path, scheme: LabelScheme, *, options: Mapping[str, str], progress: Progress
) -> LossReport:
    from annotator.formats import conllu

    return conllu.write(records, path, scheme, options=options, progress=progress)


FORMATS: dict[str, Format] = {
    "text": Format(
        name="text",
        title="Plain text, one article a file",
        suffixes=(".txt",),
        carries="the text",
        read=_read_text,
        read_options={"encoding": ()},
    ),
    "jsonl": Format(
        name="jsonl",
        title="Native JSONL, one document and annotation set a line",
        suffixes=(".jsonl", ".ndjson"),
        carries="everything; the label scheme in a file beside it",
        read=_read_jsonl,
        write=_write_jsonl,
    ),
    "spacy": Format(
        name="spacy",
        title="spaCy training data (DocBin)",
        suffixes=(".spacy",),
        carries="spans that token borders allow, overlapping ones in a span group, relations, categories; fragments not",
        write=_write_spacy,
        write_options={"misaligned": ("missing", "expand", "contract"), "overlap": ("longest", "first")},
    ),
    "prodigy": Format(
        name="prodigy",
        title="Prodigy tasks (JSONL)",
        suffixes=(".prodigy.jsonl",),
        carries="everything but fragments; what Prodigy does not know in keys of their own",
        read=_read_prodigy,
        write=_write_prodigy,
        read_options={"encoding": ()},
    ),
    "brat": Format(
        name="brat",
        title="brat standoff, a folder of .txt and .ann files",
        suffixes=(".ann",),
        carries="everything but tokens; what brat has no place for in notes, the label scheme in annotation.conf",
        read=_read_brat,
        write=_write_brat,
        read_options={"encoding": ()},
        write_options={"details": ("notes", "none")},
    ),
    "doccano": Format(
        name="doccano",
        title="doccano (JSON, JSONL, or the zip it exports)",
        suffixes=(".doccano.jsonl",),
        carries="spans, relations, categories, metadata; notes as comments; attributes and fragments not",
        read=_read_doccano,
        write=_write_doccano,
        read_options={"encoding": (), "offsets": ("auto", "utf-16", "code-points", "graphemes"), "status": ("in progress", "done")},
        write_options={"layout": ("auto", "spans", "relations"), "offsets": ("utf-16", "code-points", "graphemes")},
    ),
    "conll": Format(
        name="conll",
        title="CoNLL columns, one token a line with its IOB or BILUO tag",
        suffixes=(".conll", ".iob", ".iob2", ".bio", ".bilou", ".biluo", ".bioes"),
        carries="spans that token borders allow and that share no token; exact texts in a file beside it",
        read=_read_conll,
        write=_write_conll,
        read_options={
            "encoding": (),
            "column": (),
            "token_column": (),
            "tags": ("auto", "iob1", "iob2", "ioe", "biluo", "plain"),
            "label": (),
            "documents": ("auto", "sentence"),
            "spacing": ("blank", "punctuation"),
        },
        write_options={
            "misaligned": ("missing", "expand", "contract"),
            "overlap": ("longest", "first"),
            "tags": ("iob2", "biluo", "bioes"),
            "columns": ("4", "2"),
        },
    ),
    "label-studio": Format(
        name="label-studio",
        title="Label Studio (JSON; JSON_MIN is read as well)",
        suffixes=(".label-studio.json",),
        carries="everything but fragments; what Label Studio does not know in keys of their own",
        read=_read_label_studio,
        write=_write_label_studio,
        read_options={"encoding": (), "config": (), "text": (), "offsets": ("auto", "utf-16", "code-points", "bytes")},
        write_options={"offsets": ("utf-16", "code-points")},
    ),
    "conllu": Format(
        name="conllu",
        title="CoNLL-U and CoNLL-U Plus, spans in the last column",
        suffixes=(".conllu", ".conllup"),
        carries="spans that token borders allow, nested ones and fragments too, knowledge-base ids, exact text",
        read=_read_conllu,
        write=_write_conllu,
        read_options={"encoding": ()},
        write_options={
            "misaligned": ("missing", "expand", "contract"),
            "entities": ("entity", "ne"),
            "overlap": ("longest", "first"),
        },
    ),
}
"""All formats by name, in the order they are listed to the user."""


def detect(path: Path) -> Format:
    """Return the format to read ``path`` with: by its suffix, else by how it begins; a folder with ``.ann`` files is brat's.

    A JSON file is asked for the marks of the tools that write JSON before its suffix is believed.  Raises ``FormatError`` if the file
    cannot be opened, is in a format that is only written, or in none we know.
    """
    name = path.name.lower()
    if path.is_dir():
        if next(path.rglob("*.ann"), None) is None:
            raise FormatError(f"{path} is a folder, not a file.")
        known: Format | None = FORMATS["brat"]
    else:
        ends = [(len(suffix), entry) for entry in FORMATS.values() for suffix in entry.suffixes if name.endswith(suffix)]
        known = max(ends, key=lambda pair: pair[0])[1] if ends else None
        if known is None or known.name == "jsonl":
            known = _recognised(path) or known
        if known is None and _begins_like_jsonl(path):
            known = FORMATS["jsonl"]
    if known is not None and known.read is not None:
        return known
    readable = "; ".join(f"{entry.name} ({', '.join(entry.suffixes)})" for entry in FORMATS.values() if entry.read)
    what = f"holds {known.title}, which can be written but not read" if known else "is in no format that can be told from its name"
    raise FormatError(f"{path} {what}. Formats that can be read: {readable}; name one with --format.")


def _recognised(path: Path) -> Format | None:
    """Return the format of a tool that writes JSON, by the marks it leaves in the first value of a file."""
    if path.suffix.lower() not in (".json", ".jsonl", ".json1", ".ndjson"):
        return None
    from annotator.domain.exchange import Complaint
    from annotator.formats import doccano, label_studio, prodigy
    from annotator.formats.json_items import json_items

    first = next((item for item in json_items(path) if not isinstance(item, Complaint)), None)
    value = getattr(first, "value", None)
    for module, name in ((prodigy, "prodigy"), (label_studio, "label-studio"), (doccano, "doccano")):
        if value is not None and module.recognises(value):
            return FORMATS[name]
    return None


def _begins_like_jsonl(path: Path) -> bool:
    import orjson

    from annotator.formats.files import SAMPLE, refusal

    try:
        with path.open("rb") as file:
            line = file.readline(SAMPLE * 64)
    except OSError as error:
        raise refusal(path, error) from error
    try:
        data = orjson.loads(line.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return False
    return isinstance(data, dict) and isinstance(data.get("text"), str)
