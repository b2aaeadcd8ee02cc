"""Data sets as the Hugging Face hub holds them: Parquet or JSON lines with a dataset card.

Written
    A folder (a name without a suffix) gets ``train.parquet``, or ``train.jsonl`` with the option ``files``, and ``README.md``, the card; it
    can be uploaded as it is.  A name that ends in .parquet or .jsonl is one data file with its card beside it, ``OUT.README.md``.
    Every row has both views (``formats.huggingface_rows``): text with spans and relations, and tokens with numbered tags.
Read
    A data file, or a folder of them, of ours and of others (``formats.huggingface_read``); of a folder those that its card names.  What
    the numbers of tags mean is said by the file's own metadata, the card, ``dataset_infos.json`` or the option ``names``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import Any

from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.errors import FormatError
from annotator.formats.compare_written import compare_each, write_each
from annotator.formats.conll_plan import chosen
from annotator.formats.files import refusal, replacing_all, safe_stem
from annotator.formats.huggingface_card import CARD, card, card_path, features, names_beside
from annotator.formats.huggingface_configs import chosen_files
from annotator.formats.huggingface_files import JsonLines, Parquet, json_rows, parquet_rows
from annotator.formats.huggingface_read import SPANS, TAGS, record_of
from annotator.formats.huggingface_rows import TagNames, fitted, row_of

OPTIONS: Mapping[str, tuple[str, ...]] = {"tags": ("iob2", "bioes", "none"), "files": ("parquet", "jsonl")}

_JSON = (".jsonl", ".ndjson", ".json")
_PATIENCE = 1_000
"""After how many rows without a document a file is taken for something else."""


def read(path: Path, defaults: ReadDefaults, *, names: str = "") -> Iterator[Record | Complaint]:
    """Stream the records of a data file, or of all data files of a folder.

    ``names`` are those of the numbers in a column of tags, parted by commas.  Raises ``FormatError`` at once if the file cannot be
    opened, is not what its suffix says, or the folder holds no data file.  JSON files are UTF-8.
    """
    told = [name.strip() for name in names.split(",")] if names else []
    if not path.is_dir():
        return _stream(path, defaults, told)
    files = sorted(file for file in path.rglob("*") if _is_data(file) and file.is_file())
    if not files:
        raise FormatError(f"{path} is a folder without data files (.parquet or .jsonl).")
    chosen_here, complaints = chosen_files(path, files)
    return chain(complaints, _of_folder(chosen_here, defaults, told))


def _is_data(path: Path) -> bool:
    return path.suffix.lower() in (".parquet", *_JSON) and path.name != "dataset_infos.json" and not path.name.startswith(".")


def _of_folder(files: Sequence[Path], defaults: ReadDefaults, told: list[str]) -> Iterator[Record | Complaint]:
    for file in files:
        try:
            yield from _stream(file, defaults, told)
        except FormatError as error:
            yield Complaint(str(file), str(error).removeprefix(f"{file} "))


def _stream(path: Path, defaults: ReadDefaults, told: list[str], *, parquet: bool | None = None) -> Iterator[Record | Complaint]:
    is_parquet = _begins_as_parquet(path) if parquet is None else parquet
    rows, names = parquet_rows(path) if is_parquet else (json_rows(path), {})
    labels: Mapping[str, Sequence[str]] = {**names_beside(path), **names}
    if told:
        labels = {**labels, **dict.fromkeys((*TAGS, *SPANS), told)}
    return _records(rows, labels, path, defaults)


def _begins_as_parquet(path: Path) -> bool:
    if path.suffix.lower() == ".parquet":
        return True
    try:
        with path.open("rb") as file:
            return file.read(4) == b"PAR1"
    except OSError as error:
        raise refusal(path, error) from error


def _records(rows: Any, names: Mapping[str, Sequence[str]], path: Path, defaults: ReadDefaults) -> Iterator[Record | Complaint]:
    stem = safe_stem(path)
    sound = poor = 0
    for item in rows:
        if isinstance(item, Complaint):
            yield item
            continue
        row, place = item
        record, complaints = record_of(row, names, place, f"{stem}:{place.rpartition(':')[2]}", defaults)
        yield from complaints
        if record is not None:
            sound += 1
            yield record
            continue
        poor += 1
        if poor == _PATIENCE and not sound:
            yield Complaint(place, f"None of the first {poor} rows holds a text or tokens, so the file was not read on.")
            return


def recognises(value: Any) -> bool:
    """Tell whether the first value of a JSON file looks like a row of tokens with as many tags."""
    tokens = value.get("tokens") if type(value) is dict else None
    if type(tokens) is not list or not tokens or not all(type(token) is str for token in tokens):
        return False
    return any(type(value.get(key)) is list and len(value[key]) == len(tokens) for key in ("ner_tags", "tags", "offsets"))


def write(
    records: Callable[[], Iterable[Record]],
    path: Path,
    scheme: LabelScheme,
    *,
    options: Mapping[str, str],
    progress: Progress,
) -> LossReport:
    """Write all records and the card, read them back, and report every loss; see ``exchange.Writer``.

    Options, with the default first: see ``OPTIONS``.  ``files`` counts for a folder alone; a file's suffix says what it is.
    """
    choices = chosen(options, OPTIONS, "Hugging Face")
    report = LossReport("huggingface", str(path))
    with _targets(path, choices["files"]) as (data, card_file, name):
        parquet = not name.lower().endswith(_JSON)
        tags = TagNames(choices["tags"], (label.name for label in scheme.spans)) if choices["tags"] != "none" else None
        sink = Parquet(data, tags=tags is not None) if parquet else JsonLines(data)
        untagged = position = 0

        def put(record: Record) -> None:
            nonlocal untagged, position
            row = row_of(fitted(record, "none").record, position, tags)
            sink.put(row)
            position += 1
            untagged += row["tokens"] is None

        try:
            unwritable = write_each(records, put, progress)
        except BaseException:
            sink.close(None)
            raise
        columns = features(tags.names if tags else None)
        sink.close(columns)
        card_file.write_text(card(columns, name, position, _told(position, tags)), encoding="utf-8", newline="\n")
        back = _stream(data, ReadDefaults(annotator=""), [], parquet=parquet)
        compare_each(records, back, lambda record: fitted(record, choices["tags"]), unwritable, report, progress=progress)
    if untagged and tags:
        verb = "has no tokens, and so no tags" if untagged == 1 else "have no tokens, and so no tags"
        report.notices.append(f"{amount(untagged, 'document')} {verb}: text and spans alone.")
    return report


@contextmanager
def _targets(path: Path, files: str) -> Iterator[tuple[Path, Path, str]]:
    """Yield temporary paths of the data file and the card, which take their places in the end, and the data file's name."""
    if path.suffix.lower() in (".parquet", *_JSON):
        with replacing_all(path, card_path(path)) as (data, card_file):
            yield data, card_file, path.name
        return
    data_path = path / f"train.{files}"
    made = not path.exists()
    try:
        path.mkdir(exist_ok=True)
        others = sorted(file.name for file in path.iterdir() if _is_data(file) and file != data_path)
    except OSError as error:
        raise refusal(path, error) from error
    if others:
        raise FormatError(
            f"{path} holds other data files ({others[0]}), which would count as part of the set. Choose another folder."
        )
    try:
        with replacing_all(data_path, path / CARD) as (data, card_file):
            yield data, card_file, data_path.name
    except BaseException:
        if made:
            path.rmdir()
        raise


_SPAN_VIEW = (
    "`text`, `spans` and `relations` hold the annotations. `start` and `end` count Unicode code points, `end` is exclusive; "
    "`fragments` lists the pieces of a discontinuous span; `head` and `tail` of a relation are ids of spans. `attributes` and `meta` "
    "are JSON."
)


def _told(rows: int, tags: TagNames | None) -> list[str]:
    """Return the text of the card."""
    paragraphs = [
        "# Annotated articles",
        f"{amount(rows, 'row')}, one for each document and annotation set, exported from a project of Annotator.",
        _SPAN_VIEW,
    ]
    if tags is not None:
        paragraphs.append(
            f"`tokens`, `offsets` (code points) and `ner_tags` ({tags.style.upper()}) are the same for training a token classifier. "
            "Spans that cut a token or overlap a longer one are in `spans` alone."
        )
    return paragraphs
