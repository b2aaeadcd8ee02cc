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
    ``several_sets``: whether whoever reads an export can tell several annotation sets of one document apart.
    ``articles``: its files hold articles without annotations, named after the file.  ``export_options`` are acted upon by the export as
    a whole (``commands.training``), not by the writer; ``preview``, called as ``write`` is, tells what that would lose and writes
    nothing.
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
    articles: bool = False
    several_sets: bool = False
    export_options: Mapping[str, tuple[str, ...]] | None = None
    preview: Writer | None = None


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


def _previewer(module: str) -> Writer:
    def preview(
        records: Callable[[], Iterable[Record]], path: Path, scheme: LabelScheme, *, options: Mapping[str, str], progress: Progress
    ) -> LossReport:
        return _module(module).preview(records, path, scheme, options=options, progress=progress)

    return preview


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
        articles=True,
    ),
    "jsonl": Format(
        name="jsonl",
        several_sets=True,
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
        read=_reader("docbin_read"),
        write=_writer("docbin"),
        read_options={"status": ("in progress", "done")},
        write_options={
            "misaligned": ("missing", "expand", "contract"),
            "overlap": ("longest", "first", "label", "group"),
            "unexamined": ("outside", "missing"),
            "rel_max_length": (),
        },
        export_options={
            "split": (),
            "tokenizer": ("keep", "repair"),
            "training": ("none", "auto", "ner", "spancat", "ner,spancat", "textcat", "ner,textcat", "ner,spancat,textcat"),
            "debug_data": ("no", "yes"),
        },
        preview=_previewer("docbin"),
    ),
    "prodigy": Format(
        name="prodigy",
        several_sets=True,
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
        several_sets=True,
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
        several_sets=True,
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
        several_sets=True,
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
        several_sets=True,
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
    "web-page": Format(
        name="web-page",
        title="Web pages, the main text of each",
        suffixes=(".html", ".htm", ".xhtml"),
        carries="the text without navigation; title, author, date and address as metadata",
        read=_reader("articles_html"),
        read_options={"encoding": (), "text": ("main", "all")},
        begins=(b"<!DOCTYPE html", b"<!doctype html", b"<html"),
        articles=True,
    ),
    "docx": Format(
        name="docx",
        title="Word documents",
        suffixes=(".docx",),
        carries="the text with its tables, title and author; what stands beside the text is named",
        read=_reader("articles_docx"),
        begins=(b"word/document.xml",),
        articles=True,
    ),
    "pdf": Format(
        name="pdf",
        title="PDF files with text",
        suffixes=(".pdf",),
        carries="the text page after page, title and author; scanned pages are named",
        read=_reader("articles_pdf"),
        read_options={"lines": ("join", "keep")},
        begins=(b"%PDF-",),
        articles=True,
    ),
    "epub": Format(
        name="epub",
        title="EPUB books, one document a chapter",
        suffixes=(".epub",),
        carries="the text; title and author of the book and title of the chapter",
        read=_reader("articles_epub"),
        begins=(b"application/epub+zip",),
        articles=True,
    ),
    "huggingface": Format(
        name="huggingface",
        several_sets=True,
        title="Hugging Face data set (Parquet or JSONL, with a dataset card)",
        suffixes=(".parquet",),
        carries="everything; the token view lacks spans that cut tokens or overlap",
        read=_reader("huggingface"),
        write=_writer("huggingface"),
        read_options={"names": ()},
        write_options={"tags": ("iob2", "bioes", "none"), "files": ("parquet", "jsonl")},
        recognises="huggingface",
        folder="*.parquet",
    ),
    "pubannotation": Format(
        name="pubannotation",
        title="PubAnnotation and TextAE (JSON, JSONL, or a .tgz or .zip of them)",
        suffixes=(".pubannotation.json", ".pubannotation.jsonl", ".tgz", ".tar.gz"),
        recognises="pubannotation",
        carries="everything but tokens; what PubAnnotation does not know in keys of their own",
        read=_reader("pubannotation"),
        write=_writer("pubannotation"),
        read_options={"encoding": (), "offsets": ("auto", "code-points", "utf-16", "bytes")},
        write_options={"fragments": ("chain", "bag")},
        several_sets=True,
    ),
    "gate": Format(
        name="gate",
        title="GATE (bdoc JSON, also packed; XML is read as well)",
        suffixes=(".bdocjs", ".bdocjs.gz"),
        recognises="gate",
        begins=(b"<GateDocument",),
        carries="everything but tokens; what GATE does not know in a feature of its own",
        read=_reader("gate"),
        write=_writer("gate"),
        read_options={"encoding": (), "types": ()},
        write_options={"offsets": ("code-points", "utf-16")},
        several_sets=True,
    ),
    "inline-tags": Format(
        name="inline-tags",
        title="Tags in the text (<PERSON>…</PERSON>, ENAMEX), and SACR's braces for coreference",
        suffixes=(".sgml", ".sgm", ".sacr"),
        begins=(b"<ENAMEX ", b"<TIMEX ", b"<NUMEX ", b"#TOKENIZATION-TYPE:"),
        carries="the text, spans, their attributes, chains as relations",
        read=_reader("inline_tags"),
        read_options={
            "encoding": (),
            "tags": (),
            "label": (),
            "markup": ("auto", "tags", "sacr"),
            "documents": ("auto", "file", "line"),
        },
    ),
    "csv": Format(
        name="csv",
        several_sets=True,
        title="CSV tables: articles in; spans, relations and documents out",
        suffixes=(".csv",),
        carries="everything but tokens; relations and texts in tables beside the file",
        read=_reader("tables_csv"),
        write=_writer("tables_csv"),
        read_options={
            "encoding": (),
            "delimiter": ("auto", "comma", "semicolon", "tab", "pipe"),
            "header": ("auto", "yes", "no"),
            "text": (),
            "name": (),
        },
        write_options={"delimiter": ("comma", "semicolon", "tab")},
    ),
    "xlsx": Format(
        name="xlsx",
        several_sets=True,
        title="Spreadsheets: articles in; documents, spans and relations out",
        suffixes=(".xlsx", ".xlsm"),
        carries="everything but tokens, a sheet each for documents, spans and relations",
        read=_reader("tables_xlsx"),
        write=_writer("tables_xlsx"),
        read_options={"header": ("auto", "yes", "no"), "sheet": (), "text": (), "name": ()},
        begins=(b"xl/workbook.xml",),
    ),
    "html": Format(
        name="html",
        several_sets=True,
        title="A page to read (HTML), with marks, legend and relations",
        suffixes=(".page.html",),
        carries="everything but tokens and rejected suggestions",
        read=_reader("html_page"),
        write=_writer("html_page"),
    ),
    "webanno-tsv": Format(
        name="webanno-tsv",
        several_sets=True,
        title="WebAnno TSV, a zip or folder with a file for each document and annotator (version 2 and 3 are read)",
        suffixes=(".webanno.zip", ".webanno.tsv"),
        begins=(b"#FORMAT=WebAnno TSV", b" # de.tudarmstadt.", b" # webanno.custom.", b"#id=1\n#text=", b"#id=1\r\n#text="),
        carries="spans, relations, slots, texts as attributes, knowledge-base ids, exact text; notes and fragments not",
        read=_reader("webanno"),
        write=_writer("webanno"),
        read_options={"encoding": (), "layers": ()},
    ),
    "uima-xmi": Format(
        name="uima-xmi",
        several_sets=True,
        title="UIMA CAS as XMI with its type system (INCEpTION), a zip or folder with a file for each document and annotator",
        suffixes=(".xmi.zip", ".xmi"),
        folder="*.xmi",
        begins=(b"http://www.omg.org/XMI", b"TypeSystem.xml"),
        carries="everything; what INCEpTION has no place for in annotations of our own",
        read=_reader("uima_xmi"),
        write=_writer("uima_xmi"),
        read_options={"layers": ()},
    ),
    "uima-json": Format(
        name="uima-json",
        several_sets=True,
        title="UIMA CAS as JSON (INCEpTION), a zip or folder with a file for each document and annotator",
        suffixes=(".cas.zip", ".cas.json"),
        recognises="uima_json",
        carries="everything; what INCEpTION has no place for in annotations of our own",
        read=_reader("uima_json"),
        write=_writer("uima_json"),
        read_options={"layers": ()},
    ),
}
"""All formats by name, in the order they are listed to the user."""
