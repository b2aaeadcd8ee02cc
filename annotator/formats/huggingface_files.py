"""The data files of a data set: Parquet in row groups, and JSON lines."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

from annotator.domain.exchange import Complaint
from annotator.errors import FormatError
from annotator.formats.files import refusal
from annotator.formats.huggingface_card import ClassLabel, Features, Objects, features, features_json, json_names
from annotator.formats.json_export import dumps
from annotator.formats.json_items import json_items

ROWS, CHARACTERS = 1_000, 8_000_000
"""A row group ends at so many rows, or when their texts reach so many characters."""

READ_ROWS = 64
"""So many rows are taken out of a file at once."""

MOST = 4 << 30
"""Most bytes that a row group may come to when unpacked."""

Rows = Iterator[tuple[dict[str, Any], str] | Complaint]
"""Rows with their places."""


class JsonLines:
    """Writes rows as JSON lines."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("wb")

    def put(self, row: dict[str, Any]) -> None:
        """Write a row, without what it does not say."""
        self._file.write(dumps(row) + b"\n")

    def close(self, columns: Features | None) -> None:
        """End the file; ``columns`` stand in the card alone."""
        del columns
        self._file.close()


class Parquet:
    """Writes rows as Parquet.  The columns' types are fixed at the beginning, the names of tags are known at the end."""

    def __init__(self, path: Path, *, tags: bool) -> None:
        self._pa, self._parquet = arrow()
        self._schema = self._pa.schema([(name, _arrow_type(self._pa, kind)) for name, kind in features(() if tags else None)])
        self._writer = self._parquet.ParquetWriter(path, self._schema, compression="zstd", store_schema=False)
        self._rows: list[dict[str, Any]] = []
        self._characters = 0

    def put(self, row: dict[str, Any]) -> None:
        """Take a row; it is written with its group."""
        self._rows.append(row)
        self._characters += len(row["text"])
        if len(self._rows) >= ROWS or self._characters >= CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            self._writer.write_table(self._pa.Table.from_pylist(self._rows, schema=self._schema))
        self._rows, self._characters = [], 0

    def close(self, columns: Features | None) -> None:
        """End the file; with ``columns`` it is whole and says what they mean, without them it is given up."""
        if columns is not None:
            self._flush()
            info = {"info": {"features": features_json(columns)}}
            self._writer.add_key_value_metadata({"huggingface": json.dumps(info)})
        self._writer.close()


def _arrow_type(pa: ModuleType, kind: Any) -> Any:
    if isinstance(kind, ClassLabel):
        return pa.int64()
    if isinstance(kind, Objects):
        return pa.list_(pa.struct([(name, _arrow_type(pa, inner)) for name, inner in kind.features]))
    if isinstance(kind, list):
        return pa.list_(_arrow_type(pa, kind[0]))
    return {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "bool": pa.bool_()}[kind]


def arrow() -> tuple[ModuleType, ModuleType]:
    """Return pyarrow and its Parquet part; raises ``FormatError`` with what to do if it is not installed."""
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError as error:
        raise FormatError(
            "Parquet needs the package pyarrow, which is not installed; run: pip install 'annotator[formats]'"
        ) from error
    return pa, parquet


def json_rows(path: Path) -> Rows:
    """Stream the objects of a JSON file; raises ``FormatError`` at once if it cannot be opened or is not UTF-8."""
    return _json_rows(json_items(path))


def _json_rows(items: Iterator[Any]) -> Rows:
    for item in items:
        if isinstance(item, Complaint):
            yield item
        elif type(item.value) is dict:
            yield item.value, item.place
        else:
            yield Complaint(item.place, "What stands here is no object {…}, so it holds no document.")


def parquet_rows(path: Path) -> tuple[Rows, dict[str, list[str]]]:
    """Return the rows of a Parquet file as a stream, and the class labels it names.

    Raises ``FormatError`` at once if it cannot be opened, is no Parquet file, or a row group of it would take more than 4 GB.
    """
    pa, parquet = arrow()
    try:
        with path.open("rb") as file:
            file.read(1)
        opened = parquet.ParquetFile(path)
    except OSError as error:
        if error.errno is not None:
            raise refusal(path, error) from error
        raise _no_parquet(path, error) from error
    except (pa.ArrowException, ValueError) as error:
        raise _no_parquet(path, error) from error
    names: dict[str, list[str]] = {}
    try:
        groups = opened.metadata.num_row_groups
        largest = max((opened.metadata.row_group(number).total_byte_size for number in range(groups)), default=0)
        metadata = opened.schema_arrow.metadata or {}
        info = json.loads(metadata.get(b"huggingface", b"{}"))
        names = json_names(info.get("info", {}).get("features"))
    except (pa.ArrowException, OSError, ValueError, AttributeError, RecursionError):
        largest = 0
    if largest > MOST:
        opened.close()
        raise FormatError(f"{path} has a part that would unpack to more than 4 GB; write it anew with smaller row groups.")
    return _parquet_rows(path, opened, pa), names


def _no_parquet(path: Path, error: Exception) -> FormatError:
    return FormatError(f"{path} is no sound Parquet file: {_line(error)}.")


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:200].rstrip(".") or type(error).__name__


def _parquet_rows(path: Path, opened: Any, pa: ModuleType) -> Rows:
    number = 0
    with opened:
        try:
            for batch in opened.iter_batches(batch_size=READ_ROWS):
                for row in range(batch.num_rows):
                    number += 1
                    place = f"{path}:{number}"
                    try:
                        (found,) = batch.slice(row, 1).to_pylist()
                    except (pa.ArrowException, ValueError, OverflowError) as error:
                        yield Complaint(place, f"The row cannot be read: {_line(error)}.")
                        continue
                    yield found, place
        except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
            yield Complaint(f"{path}:{number + 1}", f"From here on the file is damaged and was not read: {_line(error)}.")
