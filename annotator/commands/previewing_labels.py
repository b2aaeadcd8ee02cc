"""Label schemes that lie beside files to be imported, and what a file's labels would become in the project."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import orjson

from annotator.domain.labels import LabelScheme, scheme_from_dict
from annotator.domain.mapping import LabelMapping
from annotator.errors import AnnotatorError, FormatError

_LABEL_STUDIO = ("{name}.config.xml", "config.xml", "label_config.xml")
_JSON = ("{stem}.labels.json", "{name}.labels.json", "label_config.json", "labels.json", "span_type.json")


def schemes_beside(path: Path) -> list[Path]:
    """Return the files beside a file (or in a folder) of which a label scheme can be read, the likeliest first."""
    folder = path if path.is_dir() else path.parent
    names = ["annotation.conf"] if path.is_dir() or path.suffix == ".ann" else []
    if path.is_file():
        names += [name.format(name=path.name, stem=path.stem) for name in (*_LABEL_STUDIO, *_JSON)]
    found = [folder / name for name in dict.fromkeys(names)]
    return [other for other in found if other != path and other.is_file() and _readable(other)]


def _readable(path: Path) -> bool:
    try:
        return bool(read_scheme(path).spans)
    except AnnotatorError:
        return False


def read_scheme(path: Path) -> LabelScheme:
    """Read the labels of another tool: brat's ``annotation.conf``, a Label Studio configuration, doccano's list, or a scheme of ours.

    Raises ``FormatError`` with what is wrong.
    """
    if path.is_dir() or path.suffix == ".conf":
        from annotator.formats.brat_conf import read_scheme as read_brat

        return read_brat(path)[0]
    if path.suffix.lower() == ".xml":
        from annotator.formats.label_studio import read_scheme as read_label_studio

        return read_label_studio(path)
    return _read_json(path)


def _read_json(path: Path) -> LabelScheme:
    try:
        data = orjson.loads(path.read_bytes().removeprefix(b"\xef\xbb\xbf"))
    except OSError as error:
        raise FormatError(f"“{path}” cannot be read: {error.strerror}.") from error
    except orjson.JSONDecodeError as error:
        raise FormatError(f"“{path}” holds no label scheme that is known here: {error.msg} in line {error.lineno}.") from error
    if isinstance(data, list):
        from annotator.formats.doccano_labels import read_scheme as read_doccano

        return read_doccano(path)
    return scheme_from_dict(data)


def with_scheme(mapping: LabelMapping, schemes: Iterable[LabelScheme]) -> LabelMapping:
    """Return a mapping that adds the labels of these schemes, too, the first of each name."""
    added = mapping.added
    for scheme in schemes:
        added = LabelMapping(added=scheme).scheme_with(added)
    return LabelMapping(mapping.spans, mapping.relations, added)
