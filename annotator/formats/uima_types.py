"""The type systems of UIMA files, made safe and complete before dkpro-cassis sees them.

dkpro-cassis makes a Python class of every type and writes the names of its features into the source of that class: a name that is
no identifier would be run as code.  So every name is checked first.  A file that uses types or features which no type system
describes, or that comes without one, gets those that are missing from what it says of them.
"""

from __future__ import annotations

import io
import json
import keyword
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any
from xml.etree import ElementTree as ET
from zlib import crc32

from annotator.errors import FormatError
from annotator.formats.xml_files import check_data

ANNOTATION, BASE, TOP, ARRAY = "uima.tcas.Annotation", "uima.cas.AnnotationBase", "uima.cas.TOP", "uima.cas.FSArray"
STRING, BOOLEAN, INTEGER, LONG, DOUBLE = (f"uima.cas.{name}" for name in ("String", "Boolean", "Integer", "Long", "Double"))
STRINGS = "uima.cas.StringArray"

Wanted = Mapping[str, Mapping[str, str]]
"""Features with their ranges, by type; a type with ``begin`` is one of annotations."""

_NAMES = ("name", "supertypeName", "rangeTypeName", "elementType")


def cassis() -> Any:
    """Return the library; raises ``FormatError`` with what to do where it is not installed."""
    try:
        import cassis as library
    except ImportError as error:
        raise FormatError("UIMA files need the package dkpro-cassis; install it with: pip install 'annotator[formats]'") from error
    return library


@contextmanager
def broken(place: str) -> Iterator[None]:
    """Turn whatever the libraries raise for a broken file into ``FormatError``, and keep their warnings to ourselves."""
    from cassis.typesystem import TypeCheckError, TypeNotFoundError

    failures = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, SyntaxError, TypeError, ValueError)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except (*failures, TypeNotFoundError, TypeCheckError) as error:
        told = str(error).strip() or type(error).__name__
        raise FormatError(f"{place} is broken: {told[:200]}.") from error


class Types:
    """The type system of the last file, because all files of a folder share one, and building it takes longer than reading a short
    article."""

    def __init__(self) -> None:
        self._key: object = None
        self._last: Any = None

    def of_xml(self, data: bytes | None, place: str) -> Any:
        """Return the type system of a TypeSystem.xml, that of DKPro Core for None; raises ``FormatError`` if it is broken."""
        key = None if data is None else (len(data), crc32(data), data[:1000])
        if self._last is None or self._key != ("xml", key):
            library = cassis()
            with broken(place):
                if data is None:
                    self._last = library.load_dkpro_core_typesystem()
                else:
                    _check_xml(data, place)
                    self._last = library.load_typesystem(io.BytesIO(data))
            self._key = "xml", key
        return self._last

    def of_json(self, types: dict[str, Any], place: str) -> Any:
        """Return the type system in the ``%TYPES`` of a file, that of DKPro Core where it is empty; raises ``FormatError``."""
        if not types:
            return self.of_xml(None, place)
        if self._last is None or self._key != ("json", types):
            library = cassis()
            _check_json(types, place)
            with broken(place):
                bare = {"%TYPES": types, "%FEATURE_STRUCTURES": [], "%VIEWS": {}}
                self._last = library.load_cas_from_json(json.dumps(bare)).typesystem
            self._key = "json", types
        return self._last


def _sound(name: Any) -> bool:
    return isinstance(name, str) and name.isidentifier() and not keyword.iskeyword(name) and not name.startswith("_")


def _sound_type(name: Any) -> bool:
    plain = name.removesuffix("[]") if isinstance(name, str) else ""
    return bool(plain) and all(part.isidentifier() for part in plain.split("."))


def _refused(place: str, what: str, name: Any) -> FormatError:
    return FormatError(f"{place} describes a {what} called {str(name)[:60]!r}, which is no name that can be used.")


def _check_xml(data: bytes, place: str) -> None:
    check_data(data, place)
    for _, element in ET.iterparse(io.BytesIO(data)):
        kind = element.tag.rpartition("}")[2]
        if kind in ("typeDescription", "featureDescription"):
            names = [(child.tag.rpartition("}")[2], (child.text or "").strip()) for child in element]
            for tag, name in names:
                if tag == "name" and kind == "featureDescription" and not _sound(name):
                    raise _refused(place, "feature", name)
                if tag in _NAMES and (tag != "name" or kind == "typeDescription") and name and not _sound_type(name):
                    raise _refused(place, "type", name)


def _check_json(types: dict[str, Any], place: str) -> None:
    for name, described in types.items():
        if not _sound_type(name) or not isinstance(described, dict):
            raise _refused(place, "type", name)
        for key, feature in described.items():
            if key.startswith("%"):
                continue
            if not _sound(key) or not isinstance(feature, dict) or not _sound_type(feature.get("%RANGE")):
                raise _refused(place, "feature", key)
            # what the library would trip over
            if isinstance(element := feature.get("%ELEMENT_TYPE"), str) and not _sound_type(element):
                raise _refused(place, "type", element)


def complete(types: Any, wanted: Wanted, place: str) -> list[str]:
    """Add the types and features that a type system lacks; return the names of the types added."""
    added: list[str] = []
    with broken(place):
        for name, features in wanted.items():
            if not _sound_type(name) or name.endswith("[]"):
                raise _refused(place, "type", name)
            if not types.contains_type(name, match_exactly=True):
                types.create_type(name, ANNOTATION if "begin" in features else BASE if "sofa" in features else TOP)
                added.append(name)
            known = {feature.name.removesuffix("_") for feature in types.get_type(name).all_features}
            known |= {feature.name for feature in types.get_type(name).all_features}
            for feature, span in features.items():
                if feature in known or feature in ("begin", "end", "sofa", "elements", "head", "tail"):
                    continue
                if not _sound(feature):
                    raise _refused(place, "feature", feature)
                with suppress(ValueError):  # a type below has it already
                    types.create_feature(name, feature, span)
    return added
