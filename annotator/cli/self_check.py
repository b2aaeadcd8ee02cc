"""The program tries itself: what a user does first, done off screen, with a line for each thing done.

Made for the frozen program, where parts can be missing that an installation has: Qt's plug-ins, spaCy's data, worker processes,
``resources`` and ``seeds``.  Everything happens in a temporary folder with a profile of its own.
"""

from __future__ import annotations

import os
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from annotator._version import __version__
from annotator.cli.output import FINE, PROBLEMS, remark, say
from annotator.errors import AnnotatorError
from annotator.paths import PROFILE_VARIABLE

if TYPE_CHECKING:
    from annotator.session.document import DocumentState
    from annotator.ui.trial import WindowTrial

_TEXT = "Presiden Joko Widodo bertemu Anwar Ibrahim di Kuala Lumpur, Senin (12/6/2023)."
_ANNOTATOR = "self-check"


class CheckFailed(AnnotatorError):
    """Something did not come out as it must."""


def run(*, debug: bool = False) -> int:
    """Do everything, say how it went, and return the exit status: 0 if all of it worked, else 1.

    With ``debug`` a failure's traceback follows on standard error.
    """
    with tempfile.TemporaryDirectory(prefix="annotator-check-", ignore_cleanup_errors=True) as folder, _alone(Path(folder)):
        checks = _Checks(Path(folder), debug)
        for title, check in checks.all():
            if not checks.attempt(title, check):
                break
        checks.clean_up()
    if checks.failed:
        say(f"annotator {__version__} does not work here: “{checks.failed}” failed, and what follows it was not tried.")
        return PROBLEMS
    say(f"annotator {__version__} works: all {checks.done} checks are fine.")
    return FINE


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Have Qt draw off screen and all folders of the user lie in ``folder``."""
    wanted = {"QT_QPA_PLATFORM": "offscreen", PROFILE_VARIABLE: str(folder / "profile")}
    before = {name: os.environ.get(name) for name in (*wanted, "QT_QPA_PLATFORMTHEME")}
    os.environ.pop("QT_QPA_PLATFORMTHEME", None)
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@dataclass(slots=True)
class _Held:
    """What the window's session held of the document when it was done, for laying beside the export."""

    text: str
    tokens: list[tuple[int, int]]
    spans: set[tuple[int, int, str]]
    relations: set[tuple[str, tuple[int, int], tuple[int, int]]]
    symmetric: set[str] = field(default_factory=set)


class _Checks:
    """The checks in their order; each needs what those before it left behind."""

    def __init__(self, folder: Path, debug: bool) -> None:
        self.done = 0
        self.failed = ""
        self._folder = folder
        self._debug = debug
        self._project = folder / "demo.annotator"
        self._window: WindowTrial | None = None
        self._held: _Held | None = None

    def all(self) -> list[tuple[str, Callable[[], str]]]:
        """Return the checks with what they are about; each returns what to say of it, or raises."""
        return [
            ("system libraries", self._libraries),
            ("demo project", self._demo),
            ("window", self._open),
            ("label a word", self._by_hand("label")),
            ("move an edge", self._by_hand("move_edge")),
            ("make a relation", self._by_hand("relate")),
            ("undo and redo", self._by_hand("undo")),
            ("mark the document done", self._finish),
            ("close the window", self._close),
            ("export to spaCy", self._export),
            ("read the export back", self._read_back),
            ("further formats", self._formats),
            ("worker process", self._worker),
            ("import a text", self._import),
        ]

    def attempt(self, title: str, check: Callable[[], str]) -> bool:
        """Do one check and say how it went; False if it failed."""
        started = time.monotonic()
        try:
            result = check()
        except Exception as error:
            self.failed = title
            kind = "" if isinstance(error, AnnotatorError) else f"{type(error).__name__}: "
            say(f"FAILED  {title}: {kind}{error}")
            if self._debug:
                remark(traceback.format_exc())
            return False
        self.done += 1
        say(f"OK      {title}: {result} ({time.monotonic() - started:.1f} s)")
        return True

    def clean_up(self) -> None:
        """Close what a failure left open, so that the folder can go."""
        window, self._window = self._window, None
        if window is not None:
            try:
                window.close()
            except Exception as error:
                remark(f"The window could not be closed after the failure: {error}")

    def _libraries(self) -> str:
        from annotator import preflight

        complaint = preflight.complaint()
        if complaint:
            raise CheckFailed(complaint)
        return "all there"

    def _demo(self) -> str:
        from annotator.commands.projects import build_demo, shipped_schemes

        build_demo(self._project)
        return f"{self._project.stat().st_size} bytes, {len(shipped_schemes())} label schemes"

    def _open(self) -> str:
        from annotator.ui.trial import WindowTrial

        self._window = WindowTrial(_ANNOTATOR)
        return self._window.open(self._project)

    def _by_hand(self, name: str) -> Callable[[], str]:
        """Return the check of that name of the window, which is made by a check before it."""

        def check() -> str:
            if self._window is None:
                raise CheckFailed("there is no window")
            said = getattr(self._window, name)()
            self._window.raise_faults()
            return said

        return check

    def _finish(self) -> str:
        from annotator.domain.documents import Status

        said = self._by_hand("finish")()
        assert self._window is not None
        document = self._window.document
        if document.info.status is not Status.DONE:
            found = [problem.message for problem in document.problems()]
            raise CheckFailed("; ".join(found[:1]) or f"its status is “{document.info.status}”")
        self._held = _hold(document)
        return f"{said}, {len(self._held.spans)} spans, {len(self._held.relations)} relations"

    def _close(self) -> str:
        said = self._by_hand("close")()
        left = [path.name for path in self._folder.glob("*.annotator-*")]
        if left:
            raise CheckFailed(f"left behind beside the project: {', '.join(left)}")
        return said

    def _export(self) -> str:
        from annotator.commands.exporting import ExportOptions, export_project

        report = export_project(str(self._project), str(self._folder / "gold.spacy"), ExportOptions(), _ANNOTATOR)
        if report.documents != 1:
            raise CheckFailed(f"{report.documents} documents were exported")
        return f"{report.spans} spans, {report.relations} relations, {len(report.losses)} losses reported"

    def _read_back(self) -> str:
        from annotator.formats.docbin import relations_path

        assert self._held is not None
        return _laid_beside(self._held, self._folder / "gold.spacy", relations_path(self._folder / "gold.spacy"))

    def _formats(self) -> str:
        from annotator.cli.self_check_formats import check

        folder = self._folder / "formats"
        folder.mkdir()
        return check(self._project, folder, _ANNOTATOR)

    def _worker(self) -> str:
        from annotator.jobs.workers import WorkerProcess
        from annotator.nlp.tokens import tokenize_batch

        worker = WorkerProcess()
        try:
            (flat,) = worker.submit(tokenize_batch, [_TEXT], "id").result(timeout=120)
        finally:
            worker.close()
        words = [_TEXT[start:end] for start, end in zip(flat[::2], flat[1::2], strict=True)]
        if "".join(words) != "".join(_TEXT.split()):
            raise CheckFailed(f"its tokens do not cover the text: {words}")
        return f"{len(words)} tokens from another process"

    def _import(self) -> str:
        from annotator.commands.importing import ImportOptions, import_files
        from annotator.commands.projects import new_project
        from annotator.nlp.tokens import tokenize
        from annotator.session.session import Session

        article = self._folder / "artikel.txt"
        article.write_text(_TEXT, encoding="utf-8", newline="")
        project = new_project(self._folder / "new.annotator")
        try:
            session = Session(project, _ANNOTATOR)
            report = import_files(
                session, [article], ImportOptions(), tokenize=lambda texts: list(tokenize(texts, project.language))
            )
            if report.documents != 1 or report.complaints:
                raise CheckFailed("; ".join(complaint.message for complaint in report.complaints) or "nothing came in")
        finally:
            project.close()
        return f"{len(_TEXT)} characters"


def _hold(document: DocumentState) -> _Held:
    places = {span.id: (span.start, span.end) for span in document.spans()}
    return _Held(
        text=document.text,
        tokens=list(document.tokens),
        spans={(span.start, span.end, span.label) for span in document.spans() if not span.discontinuous},
        relations={(found.label, places[found.head], places[found.tail]) for found in document.relations()},
        symmetric={label.name for label in document.scheme.relations if label.symmetric},
    )


def _laid_beside(held: _Held, path: Path, twin: Path) -> str:
    """Load the export as an engineer does, and compare it with what the window held; spans that cut tokens cannot be in it."""
    import orjson

    from annotator.domain.text import Tokens
    from annotator.nlp.docs import plain_docs

    (doc,) = plain_docs(path)
    if (doc.text, doc.tokens) != (held.text, held.tokens):
        raise CheckFailed("text or tokens are not those of the window")
    tokens = Tokens(doc.tokens)
    expected = {span for span in held.spans if tokens.aligned(span[0], span[1])}
    if set(doc.spans) != expected or not set(doc.entities) <= expected:
        raise CheckFailed(f"the spans are not those of the window: {sorted(set(doc.spans) ^ expected)[:3]}")
    places = {(start, end) for start, end, _ in expected}
    relations = {found for found in held.relations if found[1] in places and found[2] in places}
    (document,) = orjson.loads(twin.read_bytes())["documents"]
    spans = {span["id"]: (span["start"], span["end"]) for span in document["spans"]}
    written = {(found["label"], spans[found["head"]], spans[found["tail"]]) for found in document["relations"]}
    if written != relations:
        raise CheckFailed(f"the relations are not those of the window: {sorted(written ^ relations)[:3]}")
    both_ways = {(head[0], tail[0], label) for label, head, tail in relations} | {
        (tail[0], head[0], label) for label, head, tail in relations if label in held.symmetric
    }
    if not set(doc.relations) <= both_ways:
        raise CheckFailed(f"doc._.rel holds what the window did not: {sorted(set(doc.relations) - both_ways)[:3]}")
    counts = (len(doc.tokens), len(doc.entities), len(doc.spans), len(written), len(doc.relations))
    return "{} tokens, {} entities, {} spans, {} relations, {} pairs in doc._.rel".format(*counts)
