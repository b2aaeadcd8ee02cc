"""``spacy debug data`` run on an export, its findings as sentences with the places they speak of.

spaCy tells its findings to a terminal alone; here its printer is exchanged for one that remembers while it runs.  For one thread at a
time, best in a process of its own: it loads all data into memory, as spaCy does.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from annotator.domain.exchange import Fate, Loss
from annotator.nlp.training_files import docs_in

_SHOWN = 20
"""So many places a finding names."""

_LABEL = re.compile(r"\blabel '(.+?)'")


@dataclass(slots=True)
class Finding:
    """One sentence of spaCy's.  ``error`` is False for a warning; ``places`` are spans or documents it speaks of, if any can be told."""

    message: str
    error: bool
    places: list[Loss] = field(default_factory=list)


def debug_data(config: Path) -> list[Finding]:
    """Return what ``spacy debug data`` warns of and fails for; what it cannot even load is one finding."""
    module: Any = import_module("spacy.cli.debug_data")
    found: list[Finding] = []
    usual: Any = module.Printer

    def printer(**options: Any) -> Any:
        """Make a printer that prints nothing and remembers what it is told to warn of."""
        made = usual(**{**options, "no_print": True})
        for name in ("warn", "fail"):
            setattr(made, name, partial(remember, getattr(made, name), name == "fail"))
        return made

    def remember(tell: Callable[..., Any], error: bool, *said: Any, **options: Any) -> Any:
        found.append(Finding(" ".join(str(part) for part in said if part), error))
        return tell(*said, **options)

    module.Printer = printer
    try:
        with _in(config.parent):
            module.debug_data(Path(config.name), silent=True)
    except SystemExit:
        pass  # how it says that it found errors
    except Exception as error:  # whatever a broken config or file raises in spaCy is a finding, not our defect
        found.append(Finding(f"spaCy cannot load the data: {type(error).__name__}: {error}", error=True))
    finally:
        module.Printer = usual
    return [finding for finding in found if not re.fullmatch(r"\d+ (error|warning)s?", finding.message)]


@contextmanager
def _in(folder: Path) -> Iterator[None]:
    """Work in the folder that the paths of a config are seen from."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


def checked(config: Path, train: Path, dev: Path) -> list[Finding]:
    """Run ``debug_data`` and look up the places that its findings speak of in the data themselves."""
    findings = debug_data(config)
    docs = list(docs_in(train))
    others = {doc.text for doc in docs_in(dev)} if dev != train else set()
    for finding in findings:
        finding.places = list(islice(_places(finding, docs, others, config), _SHOWN))
    return findings


def _places(finding: Finding, docs: list[Any], others: set[str], config: Path) -> Iterator[Loss]:
    label = _LABEL.search(finding.message)
    if label:
        yield from _spans(docs, finding, lambda span: span.label_ == label[1])
    elif "whitespace entity" in finding.message:
        yield from _spans(docs, finding, lambda span: span.text != span.text.strip())
    elif "also in evaluation data" in finding.message:
        yield from (_document(doc, finding) for doc in docs if doc.text in others)
    elif "misaligned tokens in the training data" in finding.message:
        yield from _misaligned(docs, finding, config)


def _spans(docs: list[Any], finding: Finding, meant: Callable[[Any], bool]) -> Iterator[Loss]:
    for doc in docs:
        seen = set()
        for span in (*doc.ents, *doc.spans.get("sc", ())):
            key = span.start_char, span.end_char, span.label_
            if key not in seen and meant(span):
                seen.add(key)
                name = _name(doc)
                place = span.start_char, span.end_char
                yield Loss(name, "span", span.id_, span.label_, span.text, Fate.KEPT, finding.message, *place)


def _misaligned(docs: list[Any], finding: Finding, config: Path) -> Iterator[Loss]:
    """Yield the words that the tokenizer of the config makes otherwise than the data have them."""
    import spacy

    with _in(config.parent):
        filled = spacy.util.load_config(config.name)
        nlp = spacy.blank(filled["nlp"]["lang"])
        folder = filled["paths"].get("tokenizer")
        if folder:
            nlp = spacy.load(folder)
    for doc in docs:
        made = {(token.idx, token.idx + len(token)) for token in nlp.make_doc(doc.text)}
        for token in doc:
            place = token.idx, token.idx + len(token)
            if place not in made:
                yield Loss(_name(doc), "span", "", "", token.text, Fate.KEPT, finding.message, *place)


def _document(doc: Any, finding: Finding) -> Loss:
    return Loss(_name(doc), "document", "", "", doc.text[:60], Fate.KEPT, finding.message)


def _name(doc: Any) -> str:
    return str(doc.user_data.get("annotator", {}).get("name", ""))
