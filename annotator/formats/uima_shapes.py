"""The types of a CAS and what their features are: the label's, other values, the ends of a relation, what points elsewhere.

Values arrive as JSON can hold them, so that they can be attributes.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from annotator.formats.uima_layers import label_feature
from annotator.formats.uima_types import STRING

_PAIRS = (("Governor", "Dependent"), ("governor", "dependent"), ("source", "target"), ("head", "tail"), ("Source", "Target"))


@dataclass(slots=True)
class Shape:
    """What the features of a type are: the label's, other values, the two ends of a relation, and those that point elsewhere."""

    label: str
    values: list[str]
    ends: tuple[str, str] | None
    pointing: list[str]


def shape_of(kind: Any, types: Any, said: Any) -> Shape:
    """Return the shape of a type of dkpro-cassis; ``said`` is which feature holds the label, where the file itself says that."""
    values, pointing, texts = [], [], []
    for feature in kind.all_features:
        if feature.name in ("begin", "end", "sofa"):
            continue
        plain = types.is_primitive(feature.rangeType) or types.is_primitive_array(feature.rangeType)
        (values if plain or types.is_primitive_list(feature.rangeType) else pointing).append(feature.name)
        if plain and (feature.rangeType.name == STRING or not feature.rangeType.name.startswith("uima.cas.")):
            texts.append(feature.name)
    ends = next((pair for pair in _PAIRS if pair[0] in pointing and pair[1] in pointing), None)
    label = said if isinstance(said, str) and said in ("", *values) else label_feature(texts)
    return Shape(label, values, ends, pointing)


def values_of(structure: Any, shape: Shape) -> dict[str, Any]:
    """Return the values of a structure's features, those that are set."""
    found = {
        name.removesuffix("_") if name in ("self_", "type_") else name: plain_value(getattr(structure, name))
        for name in shape.values
    }
    return {name: value for name, value in found.items() if value is not None}


def elements(value: Any) -> list[Any]:
    """Return what an array or list of feature structures holds, or the one structure that it is."""
    if value is None:
        return []
    held = getattr(value, "elements", None)
    if isinstance(held, list):
        return held
    if "List" not in value.type.name or not value.type.name.startswith("uima.cas."):
        return [value]
    found, seen = [], set()
    while value is not None and id(value) not in seen:
        seen.add(id(value))
        found.append(getattr(value, "head", None))
        value = getattr(value, "tail", None)
    return [element for element in found if element is not None]


def plain_value(value: Any) -> Any:
    """Return a value as JSON can hold it; None for what it cannot."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if value is None or isinstance(value, str | int | float):
        return value
    held = getattr(value, "elements", None)
    if isinstance(held, bytes):
        return list(held)
    if isinstance(held, list):
        return [plain_value(element) for element in held]
    if hasattr(value, "type"):
        return [plain_value(element) for element in elements(value) if isinstance(element, str | int | float)]
    return None
