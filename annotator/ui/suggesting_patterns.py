"""What goes on beside the editor of patterns: they are checked in a helper process, and kept while they are not saved."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import wait
from typing import TYPE_CHECKING

from annotator.domain.progress import Cancelled, Progress
from annotator.errors import AnnotatorError
from annotator.jobs.job import Job
from annotator.jobs.runner import RunningJob
from annotator.jobs.workers import WorkerProcess
from annotator.ui.i18n import told, tr
from annotator.ui.jobs import WindowJobs
from annotator.ui.workbench import Workbench

if TYPE_CHECKING:
    from pathlib import Path

    from annotator.commands.pattern_checks import PatternCheck
    from annotator.ui.dialogs.patterns import PatternsDialog
    from annotator.ui.drafts import Keeper, Kept

LIMIT = 10.0
"""Seconds after which a check is given up: to load spaCy, which some patterns need, may be part of it."""


class PatternChecker:
    """One check at a time: what is asked for meanwhile waits, and only the last of it.

    ``kind`` is the suggester that the patterns are for.  A check that is too slow is ended with its process.
    """

    def __init__(self, bench: Workbench, jobs: WindowJobs, kind: str = "patterns", *, limit: float = LIMIT) -> None:
        self._bench, self._jobs, self._kind, self._limit = bench, jobs, kind, limit
        self._worker = WorkerProcess()
        self._running: RunningJob | None = None
        self._next: tuple[str, str, Callable[[PatternCheck | str], None]] | None = None

    def start(self, text: str, name: str, done: Callable[[PatternCheck | str], None]) -> None:
        """Check the text of a file called ``name``; ``done`` gets what it says, or a sentence on why that cannot be told."""
        self._next = text, name, done
        if self._running is None:
            self._begin()

    def stop(self) -> None:
        """Check no more, and call nothing."""
        self._next = None
        running, self._running = self._running, None
        if running is None:
            self._worker.close(kill=True)
        else:
            running.cancel()  # its thread ends the process

    def _begin(self) -> None:
        session, asked = self._bench.session, self._next
        self._next = None
        if session is None or asked is None:
            return
        text, name, done = asked
        project = str(session.project.path.resolve())
        document = session.document.document.id if session.document is not None else 0

        def finished(found: PatternCheck) -> None:
            if self._goes_on(running):
                done(found)

        def stumbled(error: BaseException) -> None:
            if not self._goes_on(running):
                return
            if not isinstance(error, AnnotatorError):
                done(tr("The patterns could not be checked."))
                raise error
            done(told(error))

        def dropped() -> None:
            self._worker.close(kill=True)

        running = self._running = self._jobs.runner.start(
            Job(tr("Checking"), lambda progress: self._checked(progress, project, text, name, self._kind, document)),
            done=finished,
            failed=stumbled,
            cancelled=dropped,
        )

    def _goes_on(self, running: RunningJob) -> bool:
        """Tell whether this check is the one that is waited for, and begin what waits behind it."""
        if self._running is not running:
            return False
        self._running = None
        self._begin()
        return True

    def _checked(self, progress: Progress, *arguments: str | int) -> PatternCheck:
        from annotator.commands.pattern_checks import PatternCheck, check_patterns

        future = self._worker.submit(check_patterns, *arguments)
        until = time.monotonic() + self._limit
        while not future.done():
            wait([future], timeout=0.05)
            if progress.cancelled:
                self._worker.close(kill=True)
                raise Cancelled
            if time.monotonic() > until and not future.done():
                self._worker.close(kill=True)
                return PatternCheck(too_slow=True)
        return future.result()


class PatternDraft:
    """Keeps what is not saved in an editor that was just made, and has it offer what is kept of an earlier time.

    ``kind`` is the suggester that the patterns are for: whoever goes on with them needs it.
    """

    def __init__(self, editor: PatternsDialog, bench: Workbench, project: Path, kind: str) -> None:
        from annotator.ui.drafts import PATTERNS, Keeper, Where, find, project_key

        self.editor, self._bench, self._kind = editor, bench, kind
        where = Where(PATTERNS, project_key(project), project_key(editor.path))
        self._keeper: Keeper | None = Keeper(editor, where, self._state)
        editor.finished.connect(self._on_finished)
        editor.decided.connect(self._on_decided)
        self._kept = find(where)
        if self._kept is not None:
            editor.offer(kept_words(self._kept))
        editor.editor.textChanged.connect(self.touch)
        editor.saved.connect(self.keep)

    def touch(self) -> None:
        """Keep it soon."""
        if self._keeper is not None and self._kept is None:
            self._keeper.touch()

    def keep(self) -> None:
        """Keep what is not saved, now; where nothing is, nothing is kept."""
        if self._keeper is not None and self._kept is None:  # else the answer is waited for
            self._keeper.now()

    def put_away(self) -> None:
        """Close the editor without a question; what is not saved in it is kept."""
        self.keep()
        self._keeper = None  # or the closing would drop it
        self.editor.done(0)

    def _state(self) -> dict[str, object] | None:
        state = self.editor.state()
        return {**state, "kind": self._kind} if state is not None else None

    def _on_decided(self, go_on: bool) -> None:
        from annotator.ui.drafts import answered

        kept, self._kept = self._kept, None
        if kept is None:
            return
        answered(self._bench.messages, kept_words(kept))
        if go_on:
            self.editor.go_on_with(kept.draft)
        else:
            kept.drop()

    def _on_finished(self, _: int) -> None:
        if self._keeper is not None and self._kept is None:
            self._keeper.drop()  # it was saved, or the person wanted to close without it
        self._keeper = None


def kept_words(kept: Kept) -> str:
    """Say what is kept of a pattern file."""
    from pathlib import Path

    name = Path(kept.where.place).name
    return tr("You changed {} on {} and did not save it. What you typed is kept.").format(name, kept.at)
