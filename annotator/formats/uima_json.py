"""UIMA CAS as JSON (version 0.4), which holds its type system itself; the format INCEpTION recommends."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.errors import FormatError
from annotator.formats.json_fields import Complaints
from annotator.formats.uima import completed, read_bundle, with_text, write_bundle
from annotator.formats.uima_bundle import Member
from annotator.formats.uima_scan import Scan, scan_json
from annotator.formats.uima_types import Types, broken, cassis

SUFFIXES = (".cas.json", ".json")


def read(path: Path, defaults: ReadDefaults, *, layers: str = "") -> Iterator[Record | Complaint]:
    """Stream the documents of a file, a folder or a zip; ``layers`` names those to take over, all but lemmas and the like if empty.

    Raises ``FormatError`` at once if there is nothing to open.
    """
    return read_bundle(path, SUFFIXES, load, defaults, layers)


def recognises(value: Any) -> bool:
    """Tell whether the first value of a JSON file looks like a CAS."""
    return type(value) is dict and "%VIEWS" in value and not {"%TYPES", "%FEATURE_STRUCTURES"}.isdisjoint(value)


def load(member: Member, types: Types, complain: Complaints) -> tuple[Any, Scan]:
    """Read the CAS of a file; raises ``FormatError`` if it is broken."""
    try:
        text = member.data.decode("utf-8-sig")
        data = json.loads(text)
        json.dumps(data, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise FormatError(f"{member.place} holds half a character (a lone surrogate), which no text can keep.") from error
    except (ValueError, RecursionError) as error:
        raise FormatError(f"{member.place} is no JSON: {error}.") from error
    if not recognises(data):
        raise FormatError(f"{member.place} is JSON, but no CAS: it has no “%VIEWS”.")
    described = data.pop("%TYPES", None) or {}
    if not isinstance(described, dict):
        raise FormatError(f"{member.place} has a “%TYPES” that is no object.")
    with broken(member.place):
        scan = scan_json(data)
    with_text(scan, member.place)
    data.setdefault("%FEATURE_STRUCTURES", [])
    system = types.of_json(described, member.place)
    completed(system, scan, member.place, complain, described=bool(described))
    with broken(member.place):
        cas = _deserializer().deserialize(json.dumps(data), typesystem=system, merge_typesystem=False)
    return cas, scan


def _deserializer() -> Any:
    """Return dkpro-cassis's reader of JSON; its own refuses every file with a second view, because it makes each of them twice."""
    cassis()
    from cassis.json import CasJsonDeserializer

    class Deserializer(CasJsonDeserializer):
        """Takes the view that is there already, instead of making a second one of the same name."""

        def _get_or_create_view(self, cas: Any, view_name: str, fs_id: int | None = None, sofa_num: int | None = None) -> Any:
            if fs_id is None and any(view.sofa.sofaID == view_name for view in cas.views):
                return cas.get_view(view_name)
            return super()._get_or_create_view(cas, view_name, fs_id, sofa_num)

    return Deserializer()


def write(
    records: Callable[[], Iterable[Record]],
    path: Path,
    scheme: LabelScheme,
    *,
    options: Mapping[str, str],
    progress: Progress,
) -> LossReport:
    """Write a file for each record into a zip or a folder, or a single ``.json``; read all back and report; see
    ``exchange.Writer``."""
    del scheme

    def encode(cas: Any) -> bytes:
        return cas.to_json(pretty_print=False).encode()

    return write_bundle(records, path, "uima-json", encode, load, suffix=".json", options=options, progress=progress)
