"""The one table that names all exchange formats, one module each.

A reader streams records and complaints, a writer writes records, reads them back and reports every loss
(``domain.exchange``).  The modules behind the table are imported when a format is used, so that listing the formats costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record, Writer
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress


@dataclass(frozen=True, slots=True)
class Format:
    """What the program knows of a format without loading it.

    ``read(path, defaults, **options)`` takes the options of ``read_options``, ``write`` those of ``write_options``: names with the
    values they may have, the default first; an empty tuple means any text.  ``carries`` says in a phrase what survives an export.
    How a file is told whose suffix says nothing: ``begins`` are bytes of which one stands in its first kilobytes; ``recognises``
    names the module whose ``recognises(value)`` knows the first value of a JSON file, or (``folder``) what a folder must hold.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    carries: str
    read: Callable[..., Iterator[Record | Complaint]] | None = None
    write: Writer | None = None
    read_options: Mapping[str, tuple[str, ...]] | None = None
    write_options: Mapping[str, tuple[str, ...]] | None = None
    begins: tuple[bytes, ...] = ()
    recognises: str = ""
    folder: str = ""


def _reader(module: str) -> Callable[..., Iterator[Record | Complaint]]:
    def read(path: Path, defaults: ReadDefaults, **options: str) -> Iterator[Record | Complaint]:
        return _module(module).read(path, defaults, **{name: value for name, value in options.items() if value})

    return read


def _writer(module: str) -> Writer:
    def write(
        records: Callable[[], Iterable[Record]], path: Path, scheme: LabelScheme, *, options: Mapping[str, str], progress: Progress
    ) -> LossReport:
        return _module(module).write(records, path, scheme, options=options, progress=progress)

    return write


def _module(name: str) -> Any:
    return import_module(f"annotator.formats.{name}")


FORMATS: dict[str, Format] = {
    "text": Format(
        name="text",
        title="Plain text, one article a file",
        suffixes=(".txt",),
        carries="the text",
        read=_reader("text_files"),
        read_options={"encoding": ()},
    ),
    "jsonl": Format(
        name="jsonl",
        title="Native JSONL, one document and annotation set a line",
        suffixes=(".jsonl", ".ndjson"),
        carries="everything; the label scheme in a file beside it",
        read=_reader("jsonl"),
        write=_writer("jsonl"),
    ),
    "spacy": Format(
        name="spacy",
        title="spaCy training data (DocBin)",
        suffixes=(".spacy",),
        carries="spans that token borders allow, overlapping ones in a span group, relations, categories; fragments not",
        write=_writer("docbin"),
        write_options={"misaligned": ("missing", "expand", "contract"), "overlap": ("longest", "first")},
    ),
    "prodigy": Format(
        name="prodigy",
        title="Prodigy tasks (JSONL)",
        suffixes=(".prodigy.jsonl",),
        recognises="prodigy",
        carries="everything but fragments; what Prodigy does not know in keys of their own",
        read=_reader("prodigy"),
        write=_writer("prodigy"),
        read_options={"encoding": ()},
    ),
    "brat": Format(
        name="brat",
        title="brat standoff, a folder of .txt and .ann files",
        suffixes=(".ann",),
        folder="*.ann",
        carries="everything but tokens; what brat has no place for in notes, the label scheme in annotation.conf",
        read=_reader("brat"),
        write=_writer("brat"),
        read_options={"encoding": ()},
        write_options={"details": ("notes", "none")},
    ),
    "doccano": Format(
        name="doccano",
        title="doccano (JSON, JSONL, or the zip it exports)",
        suffixes=(".doccano.jsonl",),
        recognises="doccano",
        carries="spans, relations, categories, metadata; notes as comments; attributes and fragments not",
        read=_reader("doccano"),
        write=_writer("doccano"),
        read_options={"encoding": (), "offsets": ("auto", "utf-16", "code-points", "graphemes"), "status": ("in progress", "done")},
        write_options={"layout": ("auto", "spans", "relations"), "offsets": ("utf-16", "code-points", "graphemes")},
    ),
    "conll": Format(
        name="conll",
        title="CoNLL columns, one token a line with its IOB or BILUO tag",
        suffixes=(".conll", ".iob", ".iob2", ".bio", ".bilou", ".biluo", ".bioes"),
        carries="spans that token borders allow and that share no token; exact texts in a file beside it",
        read=_reader("conll_read"),
        write=_writer("conll"),
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
        recognises="label_studio",
        carries="everything but fragments; what Label Studio does not know in keys of their own",
        read=_reader("label_studio"),
        write=_writer("label_studio"),
        read_options={"encoding": (), "config": (), "text": (), "offsets": ("auto", "utf-16", "code-points", "bytes")},
        write_options={"offsets": ("utf-16", "code-points")},
    ),
    "conllu": Format(
        name="conllu",
        title="CoNLL-U and CoNLL-U Plus, spans in the last column",
        suffixes=(".conllu", ".conllup"),
        carries="spans that token borders allow, nested ones and fragments too, knowledge-base ids, exact text",
        read=_reader("conllu"),
        write=_writer("conllu"),
        read_options={"encoding": ()},
        write_options={
            "misaligned": ("missing", "expand", "contract"),
            "entities": ("entity", "ne"),
            "overlap": ("longest", "first"),
        },
    ),
}
"""All formats by name, in the order they are listed to the user."""
