"""The status bar: saved, position, alignment, progress."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QStatusBar

from annotator.domain.changes import ChangeSet, Lane, What
from annotator.domain.documents import Status
from annotator.domain.progress import Progress
from annotator.store import queries
from annotator.ui.i18n import by_count, tr
from annotator.ui.workbench import Workbench


class StatusLine(QStatusBar):
    """Tells at a glance that all is saved, where the caret is (code points), whether tokens are cut, and how far the work is."""

    def __init__(self, bench: Workbench) -> None:
        super().__init__()
        self._bench = bench
        self.saved, self.place, self.alignment = _named(tr("Saved")), _named(tr("Position")), _named(tr("Alignment"))
        self.done, self.mode = _named(tr("Documents done")), _named(tr("Mode"))
        self.job, self.job_title, self.cancel = QProgressBar(), QLabel(), QPushButton(tr("Cancel"))
        self.job.setMaximumWidth(160)
        self.job.setTextVisible(False)
        self.job.setAccessibleName(tr("Progress"))
        self.cancel.setFlat(True)
        for widget in (self.mode, self.job_title, self.job, self.cancel, self.alignment, self.place, self.done, self.saved):
            self.addPermanentWidget(widget)
        self._recount, self._mode, self._waiting = True, "", False
        self.hide_job()
        # One repaint for many signals: all of them come at once when a document is opened.
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self.refresh)
        bench.told.connect(self._on_told)
        bench.waited.connect(self._on_waited)
        bench.changed.connect(self._on_changed)
        bench.sessionChanged.connect(self._on_another)
        bench.documentOpened.connect(self._on_something)
        bench.view.selectionMoved.connect(self._on_something)
        bench.view.focusChanged.connect(self._on_something)
        bench.view.modeChanged.connect(self._on_mode_changed)
        bench.view.chosenChanged.connect(self._show_mode)
        bench.view.announced.connect(self._on_told)

    def show_job(self, progress: Progress, title: str = "") -> None:
        """Show work under way; ``title`` says more than the progress does."""
        self.job_title.setText(title or progress.what)
        self.job.setRange(0, progress.total)
        self.job.setValue(progress.done)
        for widget in (self.job, self.job_title, self.cancel):
            widget.show()

    def hide_job(self, _: None = None) -> None:
        """Nothing is under way."""
        for widget in (self.job, self.job_title, self.cancel):
            widget.hide()

    def _on_waited(self, waited: tuple[str, Progress] | None) -> None:
        """Show at once how far work is during which the window does nothing else."""
        if waited is None:
            if self._waiting:
                self._waiting = False
                self.hide_job()
                QGuiApplication.restoreOverrideCursor()
            return
        if not self._waiting:
            self._waiting = True
            QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        title, progress = waited
        self.show_job(progress, title)
        self.cancel.hide()
        layout = self.layout()
        if layout is not None:
            layout.activate()  # the bar has just come, and no event will lay it out
        self.repaint()

    def refresh(self) -> None:
        """Say everything anew."""
        session, document, view = self._bench.session, self._bench.document, self._bench.view
        if session is None:
            for label in (self.saved, self.place, self.alignment, self.done):
                label.setText("")
            return
        self.saved.setText(tr("Read only") if session.project.read_only else tr("All saved"))
        if self._recount:
            self._recount = False
            counts = queries.status_counts(session.project.connection, session.annotator)
            total = sum(counts.values())
            self.done.setText(tr("{done} of {total} done").format(done=counts[Status.DONE], total=total) if total else "")
        if document is None:
            self.place.setText("")
            self.alignment.setText("")
            return
        span = self._bench.span
        place = view.selection or ((span.start, span.end) if span else None)
        self.place.setText(f"{place[0]}–{place[1]}" if place else str(view.caret))
        fragments = span.fragments if span and not view.selection else ((place,) if place else ())
        if not len(document.tokens):
            fragments = ()  # a text without tokens has no borders to cut
        aligned = all(document.tokens.aligned(*fragment) for fragment in fragments)
        self.alignment.setText("" if not fragments else tr("On token borders") if aligned else tr("Cuts a token"))

    def _on_changed(self, changes: ChangeSet) -> None:
        if changes.lane is not Lane.JOB:
            self.clearMessage()  # what was said of the step before
        # Counting a million documents takes a while, so it is not done at every edit.
        if changes.bulk or any(change.what is What.SET for change in changes.changes):
            self._recount = True
        self._later.start()

    def _on_another(self) -> None:
        self._recount = True
        self._later.start()

    def _on_something(self, *_: object) -> None:
        self._later.start()

    def _on_mode_changed(self, mode: str) -> None:
        self._mode = mode
        self._show_mode()

    def _show_mode(self) -> None:
        """Say what the next key is for: letters of a hint mode, or several chosen spans."""
        told = {
            "relation": tr("Type a target's letters"),
            "jump": tr("Type a place's letters"),
            "split": tr("Type the letters of the place to split at"),
        }.get(self._mode, "")
        chosen = len(self._bench.view.chosen)
        if not told and chosen:
            told = by_count(chosen, tr("1 span chosen"), tr("{} spans chosen"))
        self.mode.setText(told)

    def _on_told(self, text: str) -> None:
        self.showMessage(text, 6000)


def _named(name: str) -> QLabel:
    label = QLabel()
    label.setAccessibleName(name)
    label.setContentsMargins(6, 0, 6, 0)
    return label
