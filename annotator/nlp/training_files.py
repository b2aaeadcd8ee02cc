"""What ``spacy train`` needs beside the data: a filled ``config.cfg`` and a ``project.yml``, made by spaCy's own machinery."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from annotator.errors import FormatError
from annotator.nlp.tokens import must_know

COMPONENTS = ("ner", "spancat", "textcat")
"""What can be trained, in the order of a pipeline."""

GROUP = "sc"
_LONGEST = 12
"""Most tokens of the spans that a span categorizer is to suggest: beyond, suggestions cost more than those few spans are worth."""


@dataclass(slots=True)
class Figures:
    """What the data are like: how many entities, spans of the group by their tokens, spans that are in the group alone, categories."""

    documents: int = 0
    entities: int = 0
    aside: int = 0
    lengths: Counter[int] = field(default_factory=Counter)
    labelled: int = 0
    exclusive: bool = True

    def components(self, wanted: str) -> tuple[str, ...]:
        """Return the components that ``wanted`` names ("ner,spancat"), or those that the data have something for ("auto")."""
        if wanted == "auto":
            found = (("ner", self.entities), ("spancat", self.aside), ("textcat", self.labelled))
            return tuple(name for name, count in found if count) or ("ner",)
        names = tuple(dict.fromkeys(name.strip() for name in wanted.split(",")))
        if not names or not set(names) <= set(COMPONENTS):
            raise FormatError(f"“training” names {', '.join(COMPONENTS)} with commas between, or auto, not “{wanted}”.")
        return tuple(name for name in COMPONENTS if name in names)


def figures(path: Path) -> Figures:
    """Count what stands in a DocBin, or in all of a folder."""
    found = Figures()
    for doc in docs_in(path):
        group = doc.spans.get(GROUP, ())
        found.documents += 1
        found.entities += len(doc.ents)
        found.aside += max(0, len(group) - len(doc.ents))
        found.lengths.update(span.end - span.start for span in group)
        found.labelled += bool(doc.cats)
        found.exclusive &= not doc.cats or sum(value >= 0.5 for value in doc.cats.values()) == 1
    return found


def docs_in(path: Path) -> Iterator[Any]:
    """Yield the docs of a DocBin, or of all of a folder in the order of their names."""
    from spacy.tokens import DocBin
    from spacy.vocab import Vocab

    for file in sorted(path.glob("*.spacy")) if path.is_dir() else [path]:
        yield from DocBin().from_disk(file).get_docs(Vocab())


def config_of(language: str, components: Iterable[str], found: Figures, paths: Mapping[str, str]) -> Any:
    """Return the filled config; ``paths`` are those of train and dev, and of the tokenizer's folder where there is one."""
    must_know(language)
    from spacy.cli.init_config import init_config

    classifier = "textcat" if found.exclusive else "textcat_multilabel"
    names = [classifier if name == "textcat" else name for name in components]
    config = init_config(lang=language, pipeline=names, optimize="efficiency", silent=True)
    config["paths"].update(paths)
    if "tokenizer" in paths:
        config["initialize"]["before_init"] = {
            "@callbacks": "spacy.copy_from_base_model.v1",
            "tokenizer": "${paths.tokenizer}",
            "vocab": None,
        }
    if "spancat" in config["components"]:
        longest = max((length for length in found.lengths if length <= _LONGEST), default=1)
        config["components"]["spancat"]["suggester"] = {
            "@misc": "spacy.ngram_range_suggester.v1",
            "min_size": 1,
            "max_size": longest,
        }
    return config


def too_long(found: Figures) -> int:
    """Return how many spans are longer than the span categorizer suggests."""
    return sum(count for length, count in found.lengths.items() if length > _LONGEST)


def relative(path: Path, folder: Path) -> str:
    """Return the way from ``folder`` to ``path``, with slashes, as configs and projects have it on every system."""
    return Path(os.path.relpath(path, folder)).as_posix()


def project_of(title: str, paths: Mapping[str, str]) -> dict[str, Any]:
    """Return ``project.yml`` as data: check the data, train, evaluate on the test part where there is one, and all in a row."""
    train, dev, test = paths["train"], paths["dev"], paths.get("test", "")
    commands = [
        {
            "name": "check",
            "help": "Check the data and the config",
            "script": ["python -m spacy debug data config.cfg"],
            "deps": ["config.cfg", train, dev],
        },
        {
            "name": "train",
            "help": "Train the pipeline",
            "script": ["python -m spacy train config.cfg --output model --gpu-id ${vars.gpu}"],
            "deps": ["config.cfg", *dict.fromkeys((train, dev))],
            "outputs": ["model/model-best"],
        },
    ]
    if test:
        script = f"python -m spacy evaluate model/model-best {test} --output metrics.json --gpu-id ${{vars.gpu}}"
        commands.append(
            {
                "name": "evaluate",
                "help": "Evaluate the best pipeline on the test part",
                "script": [script],
                "deps": ["model/model-best", test],
                "outputs": ["metrics.json"],
            }
        )
    return {
        "title": title,
        "description": "Run it with: python -m spacy project run all",
        "vars": {"gpu": -1},
        "workflows": {"all": [command["name"] for command in commands if command["name"] != "check"]},
        "commands": commands,
    }


def write_training_files(
    folder: Path, language: str, components: Iterable[str], found: Figures, data: Mapping[str, Path], *, tokenizer: bool
) -> None:
    """Write ``config.cfg`` and ``project.yml`` to ``folder``; ``data`` are the files of train, dev and test.

    Paths stand in both as seen from ``folder``, where spaCy's commands are to be run.
    """
    import srsly

    paths = {name: relative(path, folder) for name, path in data.items()}
    given = {name: paths[name] for name in ("train", "dev")} | ({"tokenizer": "tokenizer"} if tokenizer else {})
    config = config_of(language, components, found, given)
    config.to_disk(folder / "config.cfg")
    title = f"Training on {data['train'].name}"
    srsly.write_yaml(folder / "project.yml", project_of(title, paths))
