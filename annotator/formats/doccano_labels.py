"""doccano's lists of labels, as it exports and imports them, beside our label scheme."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from annotator.domain.labels import LABEL_KEYS, LabelScheme, RelationLabel, SpanLabel, completed
from annotator.errors import FormatError
from annotator.formats.files import refusal

_KINDS = {"Span": "span", "Category": "category", "Relation": "relation"}


def types_of(scheme: LabelScheme, with_relations: bool) -> dict[str, list[dict[str, Any]]]:
    """Return doccano's label lists of a scheme by kind: span, relation (if asked for), category (if there are any)."""
    found = {"span": _types(scheme.spans, "Span")}
    if with_relations:
        found["relation"] = _types(scheme.relations, "Relation")
    if scheme.categories:
        found["category"] = _types([SpanLabel(name) for name in scheme.categories], "Category")
    return found


def _types(labels: Iterable[SpanLabel | RelationLabel], kind: str) -> list[dict[str, Any]]:
    return [
        {
            "text": label.name,
            "prefix_key": None,
            "suffix_key": label.key or None,
            "background_color": label.color or "#7f7f7f",
            "text_color": "#ffffff",
            "task_type": kind,
        }
        for label in labels
    ]


def read_scheme(path: Path) -> LabelScheme:
    """Read a list of doccano's labels; those without a ``task_type`` are taken for spans.

    Raises ``FormatError`` with the place of what is wrong: a label or a key that is there twice, for example.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise refusal(path, error) from error
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{path} is not JSON: {error}.") from error
    if type(data) is not list or not all(type(entry) is dict and type(entry.get("text")) is str for entry in data):
        raise FormatError(f"{path} is no list of doccano's labels, each an object with a “text”.")
    names: dict[str, dict[str, tuple[str, str]]] = {"span": {}, "category": {}, "relation": {}}
    for entry in data:
        name, kind = entry["text"], _KINDS.get(str(entry.get("task_type", "Span")))
        if kind is None or not name.strip():
            raise FormatError(f"{path}: the label “{name}” is neither a span nor a category nor a relation.")
        if name in names[kind]:
            raise FormatError(f"{path} names the label “{name}” twice.")
        key, color = entry.get("suffix_key"), str(entry.get("background_color", ""))
        taken = {other for other, _ in names[kind].values()}
        sound = type(key) is str and len(key) == 1 and key in LABEL_KEYS and key not in taken and not entry.get("prefix_key")
        names[kind][name] = (str(key) if sound else "", color.lower() if _is_color(color) else "")
    return completed(
        LabelScheme(
            name=path.stem,
            spans=tuple(SpanLabel(name, color=color, key=key) for name, (key, color) in names["span"].items()),
            relations=tuple(RelationLabel(name, color=color, key=key) for name, (key, color) in names["relation"].items()),
            categories=tuple(names["category"]),
        )
    )


def _is_color(value: str) -> bool:
    return len(value) == 7 and value[0] == "#" and all(digit in "0123456789abcdefABCDEF" for digit in value[1:])
