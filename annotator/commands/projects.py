"""Making projects: a new one from a label scheme, and the demo from the seed article."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import orjson

from annotator.commands.previewing_labels import read_scheme
from annotator.domain.annotations import Kind
from annotator.domain.labels import LabelScheme, scheme_from_dict
from annotator.domain.text import Tokens
from annotator.errors import AnnotatorError, FormatError
from annotator.nlp.tokens import must_know, tokenizer_name
from annotator.paths import PROJECT_SUFFIX, demo_project, resource_dir, seeds_dir
from annotator.store.project import Project, create

DEFAULT_SCHEME = "indonesian-news"
DEFAULT_LANGUAGE = "id"


def shipped_schemes() -> dict[str, Path]:
    """Return the label schemes that come with the program, by name, the usual ones first."""
    found = {path.stem: path for path in sorted((resource_dir() / "schemes").glob("*.json"))}
    first = [DEFAULT_SCHEME, *(name for name in found if name not in (DEFAULT_SCHEME, "blank")), "blank"]
    return {name: found[name] for name in first if name in found}


def load_scheme(name_or_file: str) -> LabelScheme:
    """Return a shipped scheme by name, or the one in a file; raises ``FormatError`` with what is wrong and where.

    A file is JSON of ours, or what configures another tool: brat's ``annotation.conf``, a Label Studio configuration, doccano's labels.
    """
    shipped = shipped_schemes()
    path = shipped.get(name_or_file) or Path(name_or_file)
    if path.suffix.lower() in (".conf", ".xml") and path.is_file():
        found = read_scheme(path)
        if not found.spans:
            raise FormatError(f"“{path}” names no labels for spans: choose the file that configures them.")
        return found
    try:
        data = orjson.loads(path.read_bytes())
        return read_scheme(path) if isinstance(data, list) and data else scheme_from_dict(data)
    except OSError as error:
        names = ", ".join(shipped)
        raise FormatError(f"“{name_or_file}” is neither a label scheme of ours ({names}) nor a file that can be read.") from error
    except orjson.JSONDecodeError as error:
        raise FormatError(f"“{path}” is not JSON: {error.msg} in line {error.lineno}, column {error.colno}.") from error
    except FormatError as error:
        raise FormatError(f"“{path}”: {error}") from error


def new_project(path: Path, *, labels: str = DEFAULT_SCHEME, language: str = DEFAULT_LANGUAGE) -> Project:
    """Make an empty project; ``.annotator`` is added to a name without it.  Raises ``AnnotatorError`` with the reason."""
    if path.suffix != PROJECT_SUFFIX:
        path = path.with_name(path.name + PROJECT_SUFFIX)
    must_know(language)
    return create(path, scheme=load_scheme(labels), language=language, tokenizer=tokenizer_name(language))


def build_demo(path: Path | None = None) -> Path:
    """Make the demo project from the seed article unless it is there already; returns where it is.

    The seed's pre-annotations bring their tokens, so that no tokenizer is needed.
    """
    from annotator.commands.importing import ImportOptions, prepared, read_files
    from annotator.commands.merging import Chunk, add_chunk
    from annotator.domain.changes import Lane

    target = path or demo_project()
    if target.suffix != PROJECT_SUFFIX:
        target = target.with_name(target.name + PROJECT_SUFFIX)
    if target.exists():
        return target
    project = new_project(target)
    try:
        stream = read_files(sorted(seeds_dir().glob("*.jsonl")), ImportOptions(kind=Kind.MODEL))
        chunks: list[Chunk] = list(prepared(stream, _no_tokenizer))
        with project.transaction("Import {}", "the demo", actor="annotator", lane=Lane.JOB) as tx:
            for chunk in chunks:
                add_chunk(chunk).run(tx)
    except BaseException:
        project.close()
        target.unlink(missing_ok=True)
        raise
    project.close()
    return target


def _no_tokenizer(texts: list[str]) -> Sequence[Tokens]:
    raise AnnotatorError(f"The installation is incomplete: {len(texts)} seed articles lack their tokens. Please install it again.")
