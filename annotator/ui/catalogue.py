"""The texts of one language: what stands for each English text of the program, and for sentences that come filled in already.

A catalogue is a file ``resources/translations/<language>.json`` that a translator can read and edit: ``terms`` (for people: which word
stands for which), ``texts`` (what goes through ``tr``, by its English source), ``sentences`` (messages from below the window and their
parts: English templates with ``{}`` where a value stands; ``ui.sentences`` says what the marks in holes mean) and ``qt`` (the words of
Qt's own buttons and menus, for which Qt ships no translation to every language).  ``packaging/translations.py`` tells what is missing
or stale.

No Qt: the script and its tests read catalogues without a window.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from annotator.paths import resource_dir
from annotator.ui.sentences import Sentences


@dataclass(frozen=True)
class Catalogue:
    """The translations of one language, each by its English source."""

    language: str
    texts: Mapping[str, str]
    sentences: Mapping[str, str]
    qt: Mapping[str, str]

    def text(self, source: str) -> str | None:
        """Return the translation of a text of ours, None where there is none."""
        return self.texts.get(source)

    def sentence(self, said: str) -> str:
        """Return a sentence of a message in this language, or as it is where no template fits it (``ui.sentences`` says which does)."""
        return self._recognised.told(said)

    def part(self, said: str) -> str:
        """Return a part of a sentence that stands by itself, in this language, or as it is."""
        return self._recognised.part(said)

    @cached_property
    def _recognised(self) -> Sentences:
        return Sentences(self.sentences, self.texts)


def translations_dir() -> Path:
    """Return the folder of the catalogues."""
    return resource_dir() / "translations"


def read_catalogue(language: str) -> Catalogue | None:
    """Return the catalogue of a language, None for one that the program is not translated to (English needs none)."""
    path = translations_dir() / f"{language}.json"
    if not language.isalpha() or not path.is_file():
        return None
    content = json.loads(path.read_text(encoding="utf-8"))
    return Catalogue(language, content["texts"], content["sentences"], content["qt"])
