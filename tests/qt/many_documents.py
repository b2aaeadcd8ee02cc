"""A project of some thousand generated articles, for the tests of lists and searches."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from annotator.domain.annotations import AnnotationSet
from annotator.domain.documents import Document
from tests.qt.window_support import document, make_project, suggestions

COUNT = 3000

_PEOPLE = ("Putin", "Jokowi", "Budi")
_ARABIC = "التقى الرئيس في جاكرتا بوزير الخارجية أمس لبحث العلاقات"


def article(number: int) -> tuple[Document, list[AnnotationSet]]:
    """Article 1, 2, 3 …: ``berita-0001`` with one person and, in every fifth, BRI, whom that person leads; every tenth has no set.

    Its length rises with its number up to 60 words, and then again; metadata are ``source`` (s0 to s3) and ``batch``.
    """
    person = _PEOPLE[number % 3]
    text = f"{person} {'kata ' * (number % 60)}pergi ke Jakarta{' bersama BRI' if number % 5 == 0 else ''}."
    if number % 100 == 7:
        text = f"{_ARABIC} Jakarta 😊 {_ARABIC}"
    made = document(f"berita-{number:04}", text)
    made = Document(made.name, text, {"source": f"s{number % 4}", "batch": number // 1000}, made.tokens, made.sentences)
    if number % 10 == 0 or number % 100 == 7:
        return made, []
    spans = [("s1", 0, len(person), "PERSON")]
    links = []
    bri = re.search("BRI", text)
    if bri:
        spans.append(("s2", bri.start(), bri.end(), "ORG"))
        links.append(("r1", "leads", "s1", "s2"))
    return made, [suggestions(spans, links)]


def many(template: Path, target: Path) -> Path:
    """Copy the project to ``target``, made at ``template`` if it is not there."""
    if not template.exists():
        make_project(template, [article(number) for number in range(1, COUNT + 1)])
    return Path(shutil.copy(template, target))
