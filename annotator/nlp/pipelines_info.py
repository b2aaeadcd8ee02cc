"""What a spaCy pipeline is, told from its ``meta.json`` and ``config.cfg`` alone: nothing of it is imported, run or unpickled.

A pipeline is a folder with these two files, as ``nlp.to_disk`` writes it; a package around such a folder, as ``spacy package`` makes
it; or the folder that training leaves (its ``model-best`` is taken).  Code of its own is whatever is not spaCy's: Python files
beside the data, components and functions of other names than spaCy's, and callbacks on loading.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from configparser import Error as ConfigError
from configparser import RawConfigParser
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import orjson

from annotator.errors import SuggesterError
from annotator.paths import is_folder

SPAN_MAKERS = frozenset(("ner", "beam_ner", "spancat", "spancat_singlelabel", "entity_ruler", "future_entity_ruler", "span_ruler"))
"""spaCy's components that label spans."""

_OTHERS = (
    "attribute_ruler beam_parser doc_cleaner entity_linker lemmatizer merge_entities merge_noun_chunks merge_subtokens morphologizer"
    " parser senter sentencizer span_finder tagger textcat textcat_multilabel tok2vec token_splitter trainable_lemmatizer"
)

FACTORIES = SPAN_MAKERS | frozenset(_OTHERS.split(" "))
"""The components that come with spaCy."""

_OUR_FUNCTIONS = re.compile(r"(spacy|spacy-legacy)\.[\w.-]+")

_PACKAGE = re.compile(r"[A-Za-z_][\w-]*")

# the whole of what ``spacy package`` writes beside the data, but for white space
_USUAL_INIT = re.compile(
    r"\s*from pathlib import Path\s+from spacy\.util import load_model_from_init_py, get_model_meta\s+"
    r"__version__ = get_model_meta\(Path\(__file__\)\.parent\)\[['\"]version['\"]\]\s+"
    r"def load\(\*\*overrides\):\s+return load_model_from_init_py\(__file__, \*\*overrides\)\s*"
)


@dataclass(frozen=True, slots=True)
class PipelineInfo:
    """What is known of a pipeline before it is loaded.

    ``folder`` holds its data; ``package`` is the module it came in, empty for a bare folder; ``code`` are its Python files.
    ``spacy_version`` is what it was made for, ``compatible`` whether the installed one is that.  ``components`` are in their order,
    ``factories`` the kinds of them, ``labels`` those of components that may label spans or relations.  ``own_code`` says, in words, what
    in it is not spaCy's: trust is asked where it is not empty.
    """

    source: str
    folder: Path
    package: str
    name: str
    version: str
    language: str
    spacy_version: str
    compatible: bool
    components: tuple[str, ...]
    factories: Mapping[str, str]
    labels: Mapping[str, tuple[str, ...]]
    own_code: tuple[str, ...]
    code: tuple[Path, ...]


def inspect(source: str) -> PipelineInfo:
    """Return what the pipeline in a folder or an installed package is.

    Raises ``SuggesterError`` for what is neither, for missing or broken files and for a pipeline of another generation of spaCy.
    """
    package, outer = _found(source)
    folder = _data_folder(outer)
    if folder is None:
        raise SuggesterError(f"{outer} is no spaCy pipeline: there is no config.cfg with a meta.json beside it.")
    meta = _meta(folder)
    sections = _sections(folder / "config.cfg")
    made_for = str(meta.get("spacy_version", ""))
    installed = version("spacy")
    compatible = _fits(made_for, installed)
    if not _same_generation(made_for, installed):
        raise SuggesterError(
            f"The pipeline {source} was made for spaCy {made_for}, and this is {installed}. Get one that was made for this version."
        )
    nlp = sections.get("nlp", {})
    components = _components(nlp, folder)
    factories = {name: str(sections.get(f"components.{name}", {}).get("factory", "")) for name in components}
    code = tuple(sorted(_code(outer, folder)))
    labels = meta.get("labels")
    return PipelineInfo(
        source,
        folder,
        package,
        f"{meta.get('lang', '')}_{meta.get('name', '')}",
        str(meta.get("version", "")),
        str(nlp.get("lang") or meta.get("lang", "")),
        made_for,
        compatible,
        components,
        factories,
        {
            name: tuple(map(str, found))
            for name, found in (labels.items() if isinstance(labels, dict) else ())
            if isinstance(found, list) and (factories.get(name) in SPAN_MAKERS or factories.get(name) not in FACTORIES)
        },
        tuple(_own_code(sections, factories, [path.relative_to(outer).as_posix() for path in code])),
        code,
    )


def _found(source: str) -> tuple[str, Path]:
    """Return the package, if it is one, and the folder that ``source`` names."""
    path = Path(source)
    if source and is_folder(path):
        return "", path.resolve()
    if _PACKAGE.fullmatch(source):
        name = source.replace("-", "_")
        try:
            spec = find_spec(name)  # of a name without dots this imports nothing
        except (ValueError, ImportError):
            spec = None
        if spec is not None and spec.submodule_search_locations:
            return name, Path(next(iter(spec.submodule_search_locations)))
        raise SuggesterError(
            f"There is neither a folder nor an installed package “{source}”. Install it with pip, or choose a folder."
        )
    raise SuggesterError(f"There is no folder “{source}”. Choose the folder of a spaCy pipeline, or name an installed package.")


def _data_folder(outer: Path) -> Path | None:
    """Return the folder with the config: this one, the one ``spacy package`` makes inside, or the best of a training."""
    try:
        inner = sorted(entry for entry in outer.iterdir() if entry.is_dir() and entry.name.startswith(f"{outer.name}-"))
    except OSError as error:
        raise SuggesterError(f"The folder {outer} cannot be read. Choose another, or ask who may read it.") from error
    for folder in (outer, *reversed(inner), outer / "model-best", outer / "model-last"):
        if (folder / "config.cfg").is_file() and (folder / "meta.json").is_file():
            return folder
    return None


def _meta(folder: Path) -> dict[str, Any]:
    path = folder / "meta.json"
    try:
        meta = orjson.loads(path.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise SuggesterError(f"{path} cannot be read, so the pipeline is broken. Install or copy it again.") from error
    if not isinstance(meta, dict):
        raise SuggesterError(f"{path} is not what spaCy writes, so the pipeline is broken. Install or copy it again.")
    return meta


def _sections(path: Path) -> dict[str, dict[str, Any]]:
    """Return a config's values by section, read as JSON where they are; variables stay as they are written."""
    parser = RawConfigParser(delimiters=("=",))
    parser.optionxform = str  # type: ignore[assignment, method-assign]
    try:
        parser.read_string(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, ConfigError) as error:
        raise SuggesterError(f"{path} cannot be read, so the pipeline is broken. Install or copy it again.") from error
    return {name: {key: _value(text) for key, text in parser.items(name)} for name in parser.sections()}


def _value(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _components(nlp: Mapping[str, Any], folder: Path) -> tuple[str, ...]:
    names = nlp.get("pipeline")
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise SuggesterError(f"{folder / 'config.cfg'} does not say what the pipeline consists of. Install or copy it again.")
    return tuple(names)


def _code(outer: Path, folder: Path) -> Iterator[Path]:
    """Yield the Python files that came along, but for the one that ``spacy package`` writes."""
    for path in {*outer.glob("*.py"), *folder.rglob("*.py"), *(outer.rglob("*.py") if (outer / "__init__.py").is_file() else ())}:
        try:
            usual = path == outer / "__init__.py" and _USUAL_INIT.fullmatch(path.read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError):
            usual = None
        if not usual:
            yield path


def _own_code(sections: Mapping[str, Mapping[str, Any]], factories: Mapping[str, str], files: list[str]) -> Iterator[str]:
    yield from (f"the Python file {name}" for name in files)
    for name, factory in factories.items():
        section = sections.get(f"components.{name}", {})
        if "source" in section:
            yield f"the component “{name}” taken from “{section['source']}”"
        elif factory not in FACTORIES:
            yield f"the component “{name}” of the kind “{factory}”"
    for name, section in sections.items():
        if name.split(".")[0] not in ("nlp", "components"):
            continue  # only these two are made on loading
        for key, value in section.items():
            if key.startswith("@") and not _OUR_FUNCTIONS.fullmatch(str(value)):
                yield f"the function “{value}”"
            elif name == "nlp" and key in ("before_creation", "after_creation", "after_pipeline_creation") and value is not None:
                yield f"the callback “{value}”"


def _same_generation(made_for: str, installed: str) -> bool:
    """Tell whether the first number of the version is one the pipeline was made for."""
    numbers = set(re.findall(r"(?:>=|==|~=|^)\s*(\d+)", made_for))
    return not numbers or installed.split(".", maxsplit=1)[0] in numbers


def _fits(made_for: str, installed: str) -> bool:
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        if not made_for:
            raise InvalidSpecifier("empty")
        return SpecifierSet(f"=={made_for}" if made_for[0].isdigit() else made_for).contains(installed, prereleases=True)
    except InvalidSpecifier as error:
        raise SuggesterError(
            "The pipeline's meta.json does not say for which spaCy it was made. Install or copy it again."
        ) from error
