"""Label schemes as files: JSON of ours, or brat's ``annotation.conf``.  ``previewing_labels.read_scheme`` reads them."""

from __future__ import annotations

from pathlib import Path

import orjson

from annotator.domain.labels import LabelScheme, scheme_to_dict
from annotator.formats.files import replacing_all


def scheme_bytes(scheme: LabelScheme) -> bytes:
    """Return a scheme as the JSON that scheme files hold."""
    return orjson.dumps(scheme_to_dict(scheme), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def write_scheme(scheme: LabelScheme, path: Path) -> list[str]:
    """Write a scheme as JSON, or where ``path`` ends in ``.conf`` as brat's configuration, with its ``visual.conf`` beside.

    Returns what the file does not keep, in words; empty for JSON.  Raises ``FormatError`` if nothing can be written there.
    """
    if path.suffix != ".conf":
        _write({path: scheme_bytes(scheme)})
        return []
    from annotator.formats.brat_conf import scheme_files
    from annotator.formats.brat_names import Names

    names = Names(scheme)
    written = scheme_files(scheme, names.of)
    _write({path: written["annotation.conf"].encode(), path.with_name("visual.conf"): written["visual.conf"].encode()})
    labels = (*scheme.spans, *scheme.relations)
    lost = {
        "keys": any(label.key for label in labels),
        "descriptions and examples": any(label.description or label.examples for label in labels),
        "categories": scheme.categories,
        "guidelines": scheme.guidelines,
        "letters of names that brat does not know": names.changed(),
    }
    return [what for what, there in lost.items() if there]


def _write(files: dict[Path, bytes]) -> None:
    with replacing_all(*files) as temporary:
        for target, content in zip(temporary, files.values(), strict=True):
            target.write_bytes(content)
