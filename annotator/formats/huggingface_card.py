"""The dataset card of the Hugging Face hub: a README.md whose first lines are YAML that says what the columns are.

Written is the part that the ``datasets`` library needs: ``configs`` (which files) and ``dataset_info`` (which columns, with the names of
class labels).  Read are the names of class labels, from cards of any shape, from what ``datasets`` leaves in a Parquet file's metadata
and in ``dataset_infos.json``; which files there are is read by ``formats.huggingface_configs``.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from annotator.formats.huggingface_yaml import card_fields

CARD = "README.md"
"""The name of a folder's card."""

Features = list[tuple[str, Any]]
"""The columns: a type (``string``), ``[type]`` for a list, Features for an object, TagNames-like lists under ``ClassLabel``."""


@dataclass(frozen=True, slots=True)
class ClassLabel:
    """A column of numbers that stand for names."""

    names: tuple[str, ...]


_DETAILS: Features = [
    ("attributes", "string"), ("note", "string"), ("origin", "string"), ("derived_from", "string"), ("confidence", "float64"),
    ("reviewed", "bool"),
]  # fmt: skip
_SPAN: Features = [
    ("id", "string"), ("start", "int64"), ("end", "int64"), ("label", "string"), ("text", "string"), ("fragments", [["int64"]]),
    ("kb_id", "string"), *_DETAILS,
]  # fmt: skip
_RELATION: Features = [("id", "string"), ("label", "string"), ("head", "string"), ("tail", "string"), *_DETAILS]
_VERDICT: Features = [("signature", "string"), ("origin", "string"), ("verdict", "string")]


@dataclass(frozen=True, slots=True)
class Objects:
    """A column of lists of objects."""

    features: Features


def features(names: Sequence[str] | None) -> Features:
    """Return the columns that this program writes, in order; ``names`` are those of the tags, None for no tags."""
    tags: Features = [] if names is None else [("ner_tags", [ClassLabel(tuple(names))])]
    return [
        ("id", "string"),
        ("name", "string"),
        ("text", "string"),
        ("tokens", ["string"]),
        ("offsets", [["int64"]]),
        *tags,
        ("spans", Objects(_SPAN)),
        ("relations", Objects(_RELATION)),
        ("annotator", "string"),
        ("kind", "string"),
        ("status", "string"),
        ("flagged", "bool"),
        ("categories", ["string"]),
        ("verdicts", Objects(_VERDICT)),
        ("meta", "string"),
    ]


def features_json(columns: Features) -> dict[str, Any]:
    """Return the columns as the ``datasets`` library stores them in a Parquet file, under ``info.features``."""
    return {name: _feature_json(kind) for name, kind in columns}


def _feature_json(kind: Any) -> Any:
    if isinstance(kind, ClassLabel):
        return {"names": list(kind.names), "_type": "ClassLabel"}
    if isinstance(kind, Objects):
        return [features_json(kind.features)]
    if isinstance(kind, list):
        return {"feature": _feature_json(kind[0]), "_type": "Sequence"}
    return {"dtype": kind, "_type": "Value"}


def card(columns: Features, file: str, rows: int, told: Sequence[str]) -> str:
    """Return the card of a data set of one file; ``told`` are the paragraphs of its text."""
    lines = ["---", "task_categories:", "- token-classification", "configs:", "- config_name: default", "  data_files:"]
    lines += ["  - split: train", f"    path: {_quoted(file)}", "dataset_info:", "  features:"]
    lines += [f"  {line}" for line in _feature_lines(columns)]
    lines += ["  splits:", "  - name: train", f"    num_examples: {rows}", "---", ""]
    return "\n".join([*lines, *(f"{paragraph}\n" for paragraph in told)])


def _feature_lines(columns: Features) -> Iterator[str]:
    for name, kind in columns:
        yield f"- name: {name}"
        yield from (f"  {line}" for line in _kind_lines(kind))


def _kind_lines(kind: Any) -> Iterator[str]:
    if isinstance(kind, ClassLabel):
        yield "class_label:"
        yield "  names:"
        for number, name in enumerate(kind.names):
            yield f"    '{number}': {_quoted(name)}"
    elif isinstance(kind, Objects):
        yield "list:"
        yield from _feature_lines(kind.features)
    elif isinstance(kind, list):
        inner = list(_kind_lines(kind[0]))
        if isinstance(kind[0], str):
            yield f"sequence: {kind[0]}"
        else:
            yield "sequence:"
            yield from (f"  {line}" for line in inner)
    else:
        yield f"dtype: {kind}"


def _quoted(text: str) -> str:
    """Return a text as YAML's double-quoted scalar, which is JSON's."""
    return json.dumps(text)


def card_names(text: str, folders: Sequence[str] = ()) -> dict[str, list[str]]:
    """Return the class labels that a card names, by column; nothing for what is no card.

    A card may describe several configurations of a data set; ``folders``, those that the file stands in, tell which one is meant.
    """
    found = card_fields(text)
    infos = found.get("dataset_info")
    sets: list[tuple[str, dict[str, list[str]]]] = []
    for info in infos if isinstance(infos, list) else [infos]:
        names: dict[str, list[str]] = {}
        for feature in _list(info.get("features") if isinstance(info, dict) else None):
            if isinstance(feature, dict) and isinstance(feature.get("name"), str):
                _collect(feature["name"], feature, names)
        sets.append((str(info.get("config_name")) if isinstance(info, dict) else "", names))
    return _meant(sets, folders)


def _meant(sets: Sequence[tuple[str, dict[str, list[str]]]], folders: Sequence[str]) -> dict[str, list[str]]:
    """Return the names of the configuration that has the name of a folder; else those in which all configurations agree."""
    for folder in folders:
        for config, names in sets:
            if config == folder:
                return names
    told = [entry for _, names in sets for entry in names.items()]
    return {column: found for column, found in told if all(other.get(column, found) == found for _, other in sets)}


def json_names(columns: Any) -> dict[str, list[str]]:
    """Return the class labels of ``features`` as the ``datasets`` library stores them in JSON."""
    names: dict[str, list[str]] = {}
    for name, feature in columns.items() if isinstance(columns, dict) else ():
        _collect(name, feature, names)
    return names


def _collect(column: str, feature: Any, names: dict[str, list[str]]) -> None:
    """Find the first list of names anywhere within a column's type."""
    waiting = [feature]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, dict):
            found = _names(part.get("names"))
            if found:
                names.setdefault(column, found)
                return
            waiting += [value for value in part.values() if isinstance(value, dict | list)]
        elif isinstance(part, list):
            waiting += part


def _names(value: Any) -> list[str]:
    if isinstance(value, dict) and value and all(str(key).isdigit() for key in value):
        ordered = sorted(value, key=int)
        value = [value[key] for key in ordered] if [int(key) for key in ordered] == list(range(len(ordered))) else []
    return value if isinstance(value, list) and value and all(isinstance(name, str) for name in value) else []


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def names_beside(path: Path) -> dict[str, list[str]]:
    """Return the class labels that cards around a data file or folder name: its own, README.md, ``dataset_infos.json``."""
    folder = path if path.is_dir() else path.parent
    candidates = [] if path.is_dir() else [card_path(path)]
    candidates += [folder / CARD, folder.parent / CARD]
    names: dict[str, list[str]] = {}
    folders = (folder.name, folder.parent.name)
    for candidate in candidates:
        for column, found in card_names(text_of(candidate), folders).items():
            names.setdefault(column, found)
    try:
        infos = json.loads(text_of(folder / "dataset_infos.json") or "{}")
    except (ValueError, RecursionError):
        infos = {}
    entries = infos.items() if isinstance(infos, dict) else ()
    sets = [(config, json_names(info.get("features"))) for config, info in entries if isinstance(info, dict)]
    return {**_meant(sets, folders), **names}


def text_of(path: Path, most: int = 1 << 20) -> str:
    """Return the beginning of a card or the like; empty where there is none."""
    try:
        with path.open("rb") as file:
            return file.read(most).decode("utf-8", "replace")
    except OSError:
        return ""


def card_path(path: Path) -> Path:
    """Return where the card of a single data file stands: beside it, its whole name followed by ``.README.md``."""
    return path.with_name(path.name + ".README.md")
