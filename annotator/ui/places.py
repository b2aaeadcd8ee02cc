"""Where the person was: the document, the caret and what is in view of each project, and the arrangement of the window."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from time import time
from typing import TYPE_CHECKING, Any

from annotator.errors import AnnotatorError
from annotator.settings.table import with_latest
from annotator.store import history, queries

if TYPE_CHECKING:
    from annotator.session.session import Session
    from annotator.settings.store import Settings
    from annotator.ui.workbench import Workbench

_log = logging.getLogger(__name__)


def note_place(bench: Workbench, *, anyway: bool = False) -> None:
    """Keep which document is open, the caret and what is in view: only what changed, or ``anyway``.

    Raises ``AnnotatorError`` where the settings cannot be written.
    """
    session, document = bench.session, bench.document
    if session is None or document is None:
        return
    key, settings = _key(session), bench.settings
    place = {"session.document": document.document.id, "session.caret": bench.view.caret, "session.scroll": bench.view.middle}
    if anyway or settings.get("session.document").get(key) != document.document.id:
        place["session.noted"] = int(time())
    for name, value in place.items():
        kept = settings.get(name)
        if anyway or kept.get(key) != value:
            settings.set(name, with_latest(kept, key, value))


def go_back(bench: Workbench, session: Session) -> None:
    """Open the document that was open last, else the first that is not done, and go to where the caret and the view were in it."""
    key, settings, connection = _key(session), bench.settings, session.project.connection
    noted = settings.get("session.document").get(key, 0)
    wanted = noted
    if session.project.left_behind:
        wanted = _edited_since(session, settings.get("session.noted").get(key, 0)) or wanted
    found = wanted if wanted and queries.document(connection, wanted) else None
    found = found or queries.open_document_after(connection, 0, session.annotator)
    found = found or queries.neighbour_document(connection, 0, 1)
    if found is None:
        return
    session.open_document(found)
    if found == noted:
        bench.view.place_caret(settings.get("session.caret").get(key, 0))
        middle = settings.get("session.scroll").get(key)
        if middle is not None:
            bench.view.scroll_to(middle)


def keep_arrangement(settings: Settings, arrangement: Mapping[str, Any], *, anyway: bool = False) -> None:
    """Keep what settings say of the window: only what changed, or ``anyway``.  It is no reason to keep a window open, or for a message."""
    try:
        for key, value in arrangement.items():
            if anyway or settings.get(key) != value:
                settings.set(key, value)
    except AnnotatorError as error:
        _log.info("the arrangement of the window was not kept: %s", error)


def _key(session: Session) -> str:
    return str(session.project.path.resolve())


def _edited_since(session: Session, noted: int) -> int:
    """Return the document of this person's last edit if no document was ``noted`` (in seconds) after it; else 0."""
    at = datetime.fromtimestamp(max(0, min(noted, int(time()))), UTC).isoformat(timespec="milliseconds")
    for last in history.project_entries(session.project.connection, limit=1):
        if last.step.actor == session.annotator and last.step.at > at:
            return last.document_id
    return 0
