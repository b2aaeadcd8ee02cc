"""What the ids mean that spans are linked to: the names of the knowledge base of the open project, at hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from annotator.store import knowledge

if TYPE_CHECKING:
    from annotator.domain.knowledge import Entry
    from annotator.ui.workbench import Workbench

_MOST_KEPT = 2000


class Knowing(QObject):
    """Knows the entries of one window's project; ``changed`` says that the project has others now.

    Entries that were asked for are kept: the article asks for a name whenever the pointer rests on a link.
    """

    changed = Signal()

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench)
        self._bench = bench
        self._entries: dict[str, Entry | None] = {}
        self._count: int | None = None
        bench.sessionChanged.connect(self._on_session_changed)

    @property
    def count(self) -> int:
        """How many entries there are; 0 without a project or a knowledge base."""
        session = self._bench.session
        if session is None:
            return 0
        if self._count is None:
            self._count = self._bench.attempt(lambda: knowledge.count(session.project.connection)) or 0
        return self._count

    def entry(self, kb_id: str) -> Entry | None:
        """Return the entry with this id; None where the knowledge base has none."""
        session = self._bench.session
        if session is None or not kb_id or not self.count:
            return None
        if kb_id not in self._entries:
            if len(self._entries) >= _MOST_KEPT:
                self._entries.clear()
            self._entries[kb_id] = self._bench.attempt(lambda: knowledge.entry(session.project.connection, kb_id))
        return self._entries[kb_id]

    def name(self, kb_id: str) -> str:
        """Return what the entry with this id is called; empty where that is not known."""
        entry = self.entry(kb_id)
        return entry.name if entry is not None else ""

    def forget(self) -> None:
        """Read everything anew: the knowledge base is another one."""
        self._on_session_changed()
        self.changed.emit()

    def _on_session_changed(self) -> None:
        self._entries.clear()
        self._count = None
