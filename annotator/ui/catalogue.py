"""The texts of one language: what stands for each English text of the program, and for sentences that come filled in already.

A catalogue is a file ``resources/translations/<language>.json`` that a translator can read and edit: ``terms`` (for people: which word
stands for which), ``texts`` (what goes through ``tr``, by its English source), ``sentences`` (messages from below the window: English
templates with ``{}`` where a value stands) and ``qt`` (the words of Qt's own buttons and menus, for which Qt ships no translation to
every language).  ``packaging/translations.py`` tells what is missing or stale.

No Qt: the script and its tests read catalogues without a window.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from annotator.paths import resource_dir

_HOLE = re.compile(r"\{(\d*)\}")
_DEEPEST = 3
"""How many sentences may stand in one another: "Not done yet: ..." holds the sentence of a rule."""


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

    def sentence(self, said: str, depth: int = 0) -> str:
        """Return a sentence of a message in this language, or as it is where no template fits it.

        Of several templates that fit, the one is meant that begins with most words of its own, then the one that has most.  A value
        that is itself a sentence of ours is translated, too; any other value (a name, a label, a piece of an article) stays untouched.
        """
        known = self.sentences.get(said) or self.texts.get(said)
        if known is not None and not _HOLE.search(said):
            return known
        for pattern, translation in self._templates:
            found = pattern.fullmatch(said)
            if found is not None:
                values = [value if depth >= _DEEPEST else self._value(value, depth) for value in found.groups()]
                return filled(translation, values)
        return said

    def _value(self, value: str, depth: int) -> str:
        lead = value[: len(value) - len(value.lstrip())]
        return lead + self.sentence(value.strip(), depth + 1) if " " in value.strip() else value

    @cached_property
    def _templates(self) -> list[tuple[re.Pattern[str], str]]:
        """The sentences with holes: first those that begin with most words of their own, of these those that have most."""
        holed = [source for source in self.sentences if _HOLE.search(source)]
        holed.sort(key=lambda source: (source.index("{"), len(_HOLE.sub("", source))), reverse=True)
        return [(_pattern(source), self.sentences[source]) for source in holed]


def filled(template: str, values: list[str]) -> str:
    """Return a template with values in its holes: ``{}`` in order, or ``{0}``, ``{1}`` where the language has another order."""
    places = iter(range(len(values)))
    return _HOLE.sub(lambda hole: values[int(hole[1]) if hole[1] else next(places)], template)


def _pattern(source: str) -> re.Pattern[str]:
    parts = [re.escape(part) for part in re.split(r"\{\}", source)]
    return re.compile("(.*?)".join(parts), re.DOTALL)


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
