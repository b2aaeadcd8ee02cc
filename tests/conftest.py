"""What all tests share: a clean place for every test, no unexpected complaint, and small projects of real files.

A log record at WARNING or above fails the test that met it, unless the test asks for ``caplog`` (it looks at the records itself) or is
marked ``expected_log("logger.name", ...)``.  Tests with a window (``qtbot``, ``qtlog``, ``qapp``) fail at a Qt warning as well.
"""

from __future__ import annotations

import json
import logging
import os
import re
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from annotator.domain.annotations import AnnotationSet
    from annotator.domain.documents import Document
    from annotator.domain.labels import LabelScheme
    from annotator.session.session import Session
    from annotator.store.project import Project

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.pop("QT_QPA_PLATFORMTHEME", None)  # a desktop's theme plug-in changes fonts, and complains off screen

ROOT = Path(__file__).resolve().parents[1]
SCHEMES = ROOT / "resources" / "schemes"
_WINDOW = {"qtbot", "qtlog", "qapp"}
_TESTS_OF_THE_LOG = {"test_log"}  # these make the complaints that they look for in the log's own memory


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "expected_log(*names): records of these loggers (and those below) may be warnings or errors")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if _WINDOW & set(getattr(item, "fixturenames", ())) and item.get_closest_marker("qt_log_level_fail") is None:
            item.add_marker(pytest.mark.qt_log_level_fail("WARNING"))


class _Complaints(logging.Handler):
    """Collects what a test must not pass over."""

    def __init__(self, allowed: tuple[str, ...]) -> None:
        super().__init__(logging.WARNING)
        self._allowed = allowed
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not any(record.name == name or record.name.startswith(f"{name}.") for name in self._allowed):
            self.found.append(f"{record.levelname} {record.name}: {record.getMessage()}")


def _without_complaints(item: pytest.Item) -> Generator[None, object, object]:
    marker = item.get_closest_marker("expected_log")
    looks_itself = "caplog" in getattr(item, "fixturenames", ()) or item.path.stem in _TESTS_OF_THE_LOG
    handler = _Complaints(marker.args if marker else ())
    logging.getLogger().addHandler(handler)
    try:
        result = yield
    finally:
        logging.getLogger().removeHandler(handler)
    if handler.found and not looks_itself:
        pytest.fail("unexpected in the log: " + "; ".join(handler.found), pytrace=False)
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    return (yield from _without_complaints(item))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, object, object]:
    return (yield from _without_complaints(item))


@pytest.fixture(autouse=True)
def profile_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folders of this test: its own temporary folder."""
    monkeypatch.setenv("ANNOTATOR_PROFILE", str(tmp_path))
    return tmp_path


@pytest.fixture
def shipped_scheme() -> Callable[[str], LabelScheme]:
    """Read a label scheme that ships with the program, by name."""

    def read(name: str) -> LabelScheme:
        from annotator.domain.labels import scheme_from_dict

        return scheme_from_dict(json.loads((SCHEMES / f"{name}.json").read_text(encoding="utf-8")))

    return read


@pytest.fixture
def scheme() -> LabelScheme:
    """A small scheme with a directed, a constrained symmetric and a free symmetric relation label."""
    from annotator.domain.labels import scheme_from_dict

    return scheme_from_dict(
        {
            "name": "small",
            "spans": ["PERSON", "GPE", "ORG", "DATE"],
            "relations": [
                {"name": "leads", "head": ["PERSON"], "tail": ["ORG", "GPE"]},
                {"name": "met_with", "head": ["PERSON"], "tail": ["PERSON"], "symmetric": True},
                {"name": "linked", "symmetric": True},
            ],
            "attributes": [{"name": "sure", "values": ["yes", "no"]}],
            "categories": ["politics", "sport"],
        }
    )


@pytest.fixture
def make_document() -> Callable[..., Document]:
    """Build a document of a text; its tokens are words and marks, found without spaCy."""

    def make(text: str, name: str = "article", **meta: object) -> Document:
        from annotator.domain.documents import Document
        from annotator.domain.text import Tokens, sentence_starts

        tokens = Tokens(match.span() for match in re.finditer(r"\w+|[^\w\s]", text))
        return Document(name, text, meta, tokens, tuple(sentence_starts(text, tokens)))

    return make


@pytest.fixture
def model_set() -> Callable[..., AnnotationSet]:
    """Build a model's set of ``(id, start, end, label)`` spans and ``(id, label, head, tail)`` relations, all unreviewed."""

    def make(
        spans: list[tuple[str, int, int, str]], relations: list[tuple[str, str, str, str]] | None = None, annotator: str = "model"
    ) -> AnnotationSet:
        from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span

        return AnnotationSet(
            SetInfo(0, annotator, Kind.MODEL),
            {key: Span(key, ((start, end),), label, origin=annotator, reviewed=False) for key, start, end, label in spans},
            {key: Relation(key, label, head, tail, origin=annotator, reviewed=False) for key, label, head, tail in relations or []},
        )

    return make


@pytest.fixture
def new_project(tmp_path: Path, scheme: LabelScheme) -> Iterator[Callable[..., Project]]:
    """Make empty projects with the small scheme; they are closed after the test."""
    from annotator.store.project import create

    made: list[Project] = []

    def make(name: str = "project.annotator", **options: object) -> Project:
        made.append(create(tmp_path / name, **{"scheme": scheme, "language": "id", **options}))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for project in made:
        project.close()


@pytest.fixture
def empty_project(new_project: Callable[..., Project]) -> Project:
    """A project without documents."""
    return new_project()


TEXT = "Putin tiba di Rusia. Jokowi bertemu Putin di Jakarta."
"""Putin 0-5, Rusia 14-19, Jokowi 21-27, Putin 36-41, Jakarta 45-52."""


@pytest.fixture
def project(empty_project: Project, make_document: Callable[..., Document], model_set: Callable[..., AnnotationSet]) -> Project:
    """Three documents: "first" with suggestions of a model (s1 Putin wrongly GPE, s2 Rusia, s3 Jokowi, s4 Putin; r1 met_with),
    "second" with an astral character before its words, "third" without any annotation."""
    from annotator.domain.changes import Lane

    first = model_set(
        [("s1", 0, 5, "GPE"), ("s2", 14, 19, "GPE"), ("s3", 21, 27, "PERSON"), ("s4", 36, 41, "PERSON")],
        [("r1", "met_with", "s3", "s4")],
    )
    second = model_set([("s1", 2, 6, "PERSON"), ("s2", 10, 13, "ORG")], [("r1", "leads", "s1", "s2")])
    with empty_project.transaction("Import {}", "3 documents", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents(
            [
                (make_document(TEXT, "first"), [first]),
                (make_document("😊 Budi di BRI", "second"), [second]),
                (make_document("Tidak ada apa-apa.", "third"), []),
            ]
        )
    return empty_project


@pytest.fixture
def session(project: Project) -> Session:
    """The person "ani" at work on ``project``; no document is open."""
    from annotator.session.session import Session

    return Session(project, "ani")
