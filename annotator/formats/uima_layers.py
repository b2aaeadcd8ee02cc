"""The layers of WebAnno and INCEpTION beside our labels: what a type and its features become, and how the way back is kept.

A span of the common type for names (``NamedEntity``, its ``value`` the label, its ``identifier`` the knowledge-base id) says
nothing of its type.  A span or relation of any other type names it in the attribute ``uima.layer``: the type, after ``|`` the
feature that holds the label, or after ``:`` the feature of the head that holds the relation.  An export puts it there again.  An
item whose label feature is empty is labelled with the last part of its type's name, which an export leaves empty again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from annotator.domain.annotations import NOTHING, Item, Span

LAYER = "uima.layer"
"""The attribute that names a layer; no feature can be called so, for names of features have no dots."""

_CORE = "de.tudarmstadt.ukp.dkpro.core.api"
NAMED_ENTITY = f"{_CORE}.ner.type.NamedEntity"
TOKEN = f"{_CORE}.segmentation.type.Token"
SENTENCE = f"{_CORE}.segmentation.type.Sentence"
POS = f"{_CORE}.lexmorph.type.pos.POS"
LEMMA = f"{_CORE}.segmentation.type.Lemma"
DEPENDENCY = f"{_CORE}.syntax.type.dependency.Dependency"
METADATA = f"{_CORE}.metadata.type.DocumentMetaData"
RELATION = "webanno.custom.Relation"
TOKEN_ENDS = "webanno.custom.Token"
"""The layer of the spans that stand for tokens where a relation links these."""

IDENTIFIER = "identifier"
ENDS = ("Governor", "Dependent")
FEATURE = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
TYPE = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\.[A-Za-z][A-Za-z0-9_]*)*")
RESERVED = frozenset(("begin", "end", "sofa", "role", "target", "first", "next", "self", "type", IDENTIFIER, *ENDS))
"""Features that an attribute is never written as."""
TECHNICAL = ("de.tudarmstadt.ukp.clarin.webanno.api.type.", "annotator.", "uima.", f"{_CORE}.metadata.type.")
"""Packages whose types are never layers."""

_LABELS = ("value", "label", "PosValue", "DependencyType", "referenceType", "category", "tag")
_UNASKED = frozenset(
    (
        LEMMA,
        f"{_CORE}.segmentation.type.Stem",
        f"{_CORE}.lexmorph.type.morph.MorphologicalFeatures",
        f"{_CORE}.segmentation.type.Paragraph",
        f"{_CORE}.segmentation.type.Div",
    )
)


@dataclass(frozen=True, slots=True)
class Layer:
    """Where an item stands: its type and the feature of its label (empty: none).  ``slot`` is the feature of the head's type that
    holds a relation; ``type`` is then that type."""

    type: str
    label: str = ""
    slot: str = ""

    @property
    def short(self) -> str:
        """The last part of the type's name."""
        return short(self.type)

    def text(self) -> str:
        """Return the layer as the attribute says it."""
        return f"{self.type}:{self.slot}" if self.slot else f"{self.type}|{self.label}" if self.label else self.type


class Choice:
    """Which layers are taken over: those named (whole or by their last part), or all but lemmas and the like."""

    def __init__(self, named: str = "") -> None:
        self._named = {name.strip() for name in named.split(",") if name.strip()}
        self._known: set[str] = set()
        self.left: dict[str, int] = {}

    def add_known(self, names: Iterable[str]) -> None:
        """Take these layers too where none are named: what was exported from a project belongs to the annotations."""
        self._known.update(names)

    def takes(self, name: str) -> bool:
        """Tell whether a layer is taken; count it among those left out if not."""
        if name in self._named or short(name) in self._named or (not self._named and (name in self._known or name not in _UNASKED)):
            return True
        self.left[name] = self.left.get(name, 0) + 1
        return False

    def told(self) -> str:
        """Return a sentence about what was left out, or nothing."""
        if not self.left:
            return ""
        names = ", ".join(f"{short(name)} ({count})" for name, count in sorted(self.left.items()))
        return f"These layers were not taken over: {names}; name those you want with the option “layers”."


def short(name: str) -> str:
    """Return the last part of a type's name."""
    return name.rpartition(".")[2] or name


def reserved(feature: str) -> bool:
    """Tell whether a feature means something of its own, in UIMA or in a column of WebAnno TSV (``BT_TYPE``: the ends of a
    relation)."""
    return feature in RESERVED or feature.startswith("BT_")


def divides(name: str) -> bool:
    """Tell whether a type is one of tokens or sentences."""
    return short(name) in ("Token", "Sentence") and name != TOKEN_ENDS


def label_feature(features: Iterable[str]) -> str:
    """Return which of a type's features holds the label: the first that is called so, else the only one there is; else nothing."""
    names = [name for name in features if name not in RESERVED]
    found = next((name for name in _LABELS if name in names), "")
    return found or (names[0] if len(names) == 1 else "")


_DEFAULTS = {"span": Layer(NAMED_ENTITY, "value"), "relation": Layer(RELATION, "label")}


def default_layer(kind: str) -> Layer:
    """Return the layer of a span or relation that names none."""
    return _DEFAULTS[kind]


def layer_of(item: Item) -> Layer:
    """Return the layer an item belongs to; the common one where it names none that could be one."""
    kind = "span" if isinstance(item, Span) else "relation"
    told = item.attributes.get(LAYER)
    if not isinstance(told, str):
        return default_layer(kind)
    name, mark, feature = told.partition(":") if ":" in told else told.partition("|")
    sound = TYPE.fullmatch(name) and not name.startswith(TECHNICAL) and not divides(name)
    if not sound or (mark and not FEATURE.fullmatch(feature)) or reserved(feature) or (mark == ":" and kind == "span"):
        return default_layer(kind)
    return Layer(name, slot=feature) if mark == ":" else Layer(name, feature)


def attributes_of(layer: Layer, kind: str, features: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the attributes of an item that was read from ``layer``; ``features`` are those that are neither label nor
    identifier."""
    found = {name: value for name, value in features.items() if value is not None}
    if layer != default_layer(kind):
        found[LAYER] = layer.text()
    return found or NOTHING


def label_of(layer: Layer, value: Any) -> str:
    """Return the label for what stands in the label feature."""
    told = value if isinstance(value, str) else "" if value is None else str(value)
    return told if told.strip() else (layer.slot or layer.short)


def value_of(layer: Layer, label: str) -> str | None:
    """Return what to write into the label feature, None where the layer's name says it all."""
    return None if label == (layer.slot or layer.short) else label


def chain_layer(link_type: str) -> Layer:
    """Return the layer of the relations between the links of a chain."""
    return Layer(f"{link_type.removesuffix('Link')}Chain", "referenceRelation")
