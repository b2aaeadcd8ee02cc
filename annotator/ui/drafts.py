"""What somebody typed in an editor and neither saved nor applied yet: kept in a file, however the program ends.

There is one file for each project, editor and what it edits.  It is written soon after a change and at the end, and it goes when the
person saves, applies or discards what they typed; so a file that is there holds what would be lost.  The next time it is offered back:
in the message bar when the project is open, and by the editor itself, which waits for the answer.  An answer ends it; without one
nothing is thrown away.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any

from PySide6.QtCore import QDateTime, QLocale, QObject, QTimer

from annotator import paths
from annotator.settings.store import replace_file
from annotator.ui.i18n import tr
from annotator.ui.panels.message import Level, MessageBar
from annotator.ui.workbench import Workbench

_log = logging.getLogger(__name__)

AFTER = 2000
"""Milliseconds after a change until it is in the file."""

_LOOK_AGAIN = 700
"""Milliseconds until it is looked whether the message bar, which has one button, is free."""

SCHEME, PATTERNS = "scheme", "patterns"


@dataclass(frozen=True, slots=True)
class Where:
    """What a draft is of: ``editor`` is one of the names above, ``place`` the file that it edits, where there is one."""

    editor: str
    project: str
    place: str = ""

    @property
    def file(self) -> Path:
        """The file of the draft, whether it is there or not."""
        words = "\n".join((self.editor, self.project, self.place))
        return paths.drafts_dir() / f"{hashlib.sha256(words.encode('utf-8', 'surrogateescape')).hexdigest()[:24]}.json"


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft in its file; ``draft`` is what the editor needs to go on with it."""

    where: Where
    written: float
    draft: Mapping[str, Any]

    @property
    def at(self) -> str:
        """When it was written, for a person."""
        return QLocale().toString(QDateTime.fromSecsSinceEpoch(int(self.written)), "ddd d MMM yyyy HH:mm")

    def drop(self) -> None:
        """Throw it away."""
        _remove(self.where.file)


def project_key(path: Path) -> str:
    """Return what a project is called in ``Where``."""
    return str(path.resolve())


def find(where: Where) -> Kept | None:
    """Return the draft that is kept of something, or None."""
    return _read(where.file)


def of_project(project: str) -> list[Kept]:
    """Return all drafts that are kept of a project, the latest first."""
    found = [kept for file in paths.drafts_dir().glob("*.json") if (kept := _read(file)) is not None]
    return sorted((kept for kept in found if kept.where.project == project), key=lambda kept: -kept.written)


class Keeper(QObject):
    """Keeps the draft of one open editor in its file.  ``draft`` returns what is to be kept, None while nothing would be lost."""

    def __init__(self, parent: QObject, where: Where, draft: Callable[[], Mapping[str, Any] | None]) -> None:
        super().__init__(parent)
        self._where, self._draft = where, draft
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(AFTER)
        self._soon.timeout.connect(self.now)

    def touch(self) -> None:
        """Write soon.  Further changes do not put it off: who types on and on has it kept, too."""
        if not self._soon.isActive():
            self._soon.start()

    def now(self) -> None:
        """Write, or remove the file where nothing would be lost."""
        self._soon.stop()
        draft = self._draft()
        if draft is None:
            _remove(self._where.file)
            return
        said = {"editor": self._where.editor, "project": self._where.project, "place": self._where.place}
        try:
            replace_file(self._where.file, json.dumps({**said, "written": time(), "draft": draft}))
        except OSError as error:
            _log.warning("what is typed in an editor cannot be kept in %s: %s", self._where.file, error)

    def drop(self) -> None:
        """Keep nothing: it was applied, saved or discarded."""
        self._soon.stop()
        _remove(self._where.file)


def answered(bar: MessageBar, said: str) -> None:
    """Take an offer out of the message bar: it was answered in the editor."""
    if said in bar.text.text():
        bar.clear()


Way = Callable[[Kept], tuple[str, Callable[[], object] | None] | None]
"""Says what is kept in a sentence, and does what goes on with it (None: it cannot be gone on with); None where it is open already."""


class Offering(QObject):
    """Says in the window's message bar what is kept of a project that is opened, one draft after another.

    ``ways`` has one for each editor.
    """

    def __init__(self, bench: Workbench, ways: Mapping[str, Way]) -> None:
        super().__init__(bench)
        self._bench, self._ways = bench, ways
        self._waiting: list[Kept] | None = None
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.timeout.connect(self._on_time)
        bench.sessionChanged.connect(self._on_session_changed)

    def _on_session_changed(self) -> None:
        self._waiting = None
        session = self._bench.session
        if session is None or session.project.read_only:
            self._soon.stop()  # who may only look can go on with nothing, and it stays kept
        else:
            self._soon.start(0)  # behind all that is said when a project opens: it would take its place

    def _on_time(self) -> None:
        session, bar = self._bench.session, self._bench.messages
        if session is None:
            return
        if self._waiting is None:
            self._waiting = of_project(project_key(session.project.path))
        if not self._waiting:
            return
        there = not bar.isHidden()
        if there and not bar.action_button.isHidden():
            self._soon.start(_LOOK_AGAIN)
            return
        kept = self._waiting.pop(0)
        way = self._ways.get(kept.where.editor)
        offer = way(kept) if way is not None and find(kept.where) == kept else None
        if offer is not None:
            said, then = offer
            text = f"{bar.text.text()} {said}" if there and bar.level is not Level.INFO else said
            bar.show_message(text, "warning", tr("Go on with it") if then is not None else "", then)
        self._soon.start(_LOOK_AGAIN)


def _read(file: Path) -> Kept | None:
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        where = Where(str(data["editor"]), str(data["project"]), str(data["place"]))
        return Kept(where, float(data["written"]), dict(data["draft"]))
    except FileNotFoundError:
        return None
    except OSError as error:
        _log.warning("a draft cannot be read: %s", error)
    except (TypeError, KeyError, ValueError, RecursionError):
        put_aside(file)
    return None


def put_aside(file: Path) -> None:
    """Move a file that is no draft out of the way; somebody may still read in it what they typed."""
    _log.warning("%s is no draft; it is kept beside as .bad", file)
    try:
        file.replace(file.with_suffix(".bad"))
    except OSError as error:
        _log.info("it cannot be put aside: %s", error)


def _remove(file: Path) -> None:
    try:
        file.unlink(missing_ok=True)
    except OSError as error:
        _log.warning("a draft that is done with cannot be removed: %s", error)
