"""The label scheme in the window: its editor, the change of everything labelled by it, its files, and the guidelines in their dock."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from annotator.domain.changes import ChangeSet, What
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.scheme_edit import Part, SchemeEdit
from annotator.errors import AnnotatorError
from annotator.jobs.job import Job
from annotator.jobs.runner import RunningJob
from annotator.store import relabelling, search
from annotator.store.project import Project
from annotator.store.relabelling import Use
from annotator.ui.dialogs.frame import to_front
from annotator.ui.i18n import by_count, number, told, tr
from annotator.ui.jobs import WindowJobs
from annotator.ui.panels.guidelines import GuidelinesPanel
from annotator.ui.recalling import LABELS, LastFolders
from annotator.ui.workbench import Workbench

if TYPE_CHECKING:
    from annotator.commands.schemes import Relabelled, SchemeStep
    from annotator.ui.dialogs.scheme import SchemeDialog
    from annotator.ui.drafts import Keeper, Kept

_SLICE = 0.05
"""Seconds that one piece of a change takes about."""

_LEAST = 50


class Scheming(QObject):
    """The scheme of one window's project.  There is one editor at a time, and nothing else is edited while it is open."""

    def __init__(self, bench: Workbench, jobs: WindowJobs, window: QWidget, panel: GuidelinesPanel) -> None:
        super().__init__(bench)
        self._bench, self._jobs, self._window, self._panel = bench, jobs, window, panel
        self._folders = LastFolders(bench, self._folder)
        self._dialog: SchemeDialog | None = None
        self._counting: RunningJob | None = None
        self._step: SchemeStep | None = None
        self._keeper: Keeper | None = None
        """Keeps the draft of the editor; None while the editor asks whether to go on with an earlier one."""
        bench.sessionChanged.connect(self._on_session_changed)
        bench.changed.connect(self._on_changed)
        bench.following.followed.connect(self._on_followed)
        panel.editRequested.connect(self.edit_guidelines)

    @property
    def busy(self) -> bool:
        """Whether annotations are being changed."""
        return self._step is not None

    def edit(self) -> None:
        """Open the editor of the project's scheme."""
        from annotator.ui.dialogs.scheme import SchemeDialog

        session = self._bench.session
        if session is None or self._bench.refuses_edits():
            return
        if to_front(self._dialog):
            return
        self._bench.leaving.emit(None)
        dialog = self._dialog = SchemeDialog(session.project.scheme, self._window, ask=self._bench.ask, twins=self._count_twins)
        dialog.applyRequested.connect(self._on_apply_requested)
        dialog.stopRequested.connect(self.stop)
        dialog.importRequested.connect(self._on_import_requested)
        dialog.exportRequested.connect(self._on_export_requested)
        dialog.finished.connect(self._on_closed)
        quick = self._bench.attempt(lambda: relabelling.label_uses(session.project.connection))
        dialog.show_uses(quick or {})
        self._counting = self._jobs.runner.start(_uses_job(session.project), done=self._on_counted, failed=self._on_failed)
        dialog.decided.connect(self._on_decided)
        kept = self._kept()
        if kept is None:
            self._keep(dialog)
        else:
            dialog.offer(_kept_words(kept))
        dialog.open()

    def edit_guidelines(self) -> None:
        """Open the editor at the guidelines."""
        self.edit()
        if self._dialog is not None:
            self._dialog.show_guidelines()

    def stop(self) -> None:
        """Take back a change that is under way."""
        if self._step is not None:
            self._finish(Cancelled())

    # What is not applied

    def closes(self) -> bool:
        """Close the editor, asking about what is not applied in it; False where somebody wants to go on."""
        self.stop()
        if self._dialog is not None:
            self._dialog.reject()
        return self._dialog is None

    def put_away(self) -> None:
        """Close the editor without a question; what is not applied in it is kept, to be offered when the project is open again."""
        self.stop()
        dialog, keeper = self._dialog, self._keeper
        self._keeper = None  # or the closing would drop it
        if keeper is not None:
            keeper.now()
        if dialog is not None:
            dialog.finish()

    def keep(self) -> None:
        """Keep what is not applied, and go on."""
        if self._keeper is not None:
            self._keeper.now()

    def offered(self, kept: Kept) -> tuple[str, Callable[[], object] | None] | None:
        """Say what is kept of this project's scheme, with what goes on with it; None while the editor is open."""
        if self._dialog is not None:
            return None
        fits = self._fits(kept)
        return (_kept_words(kept), self._go_on_with) if fits else (_unfit_words(kept), None)

    def _go_on_with(self) -> None:
        self.edit()
        if self._dialog is not None and self._dialog.strip is not None:
            self._dialog.strip.go_on.click()

    def _kept(self) -> Kept | None:
        """Return the draft that is kept of this project's scheme, if there is one that fits it; else it is let go, and that is said."""
        from annotator.ui.drafts import SCHEME, Where, find, project_key

        session = self._bench.session
        kept = find(Where(SCHEME, project_key(session.project.path))) if session is not None else None
        if kept is None or self._fits(kept):
            return kept
        self._bench.messages.show_message(_unfit_words(kept), "warning")
        return None

    def _fits(self, kept: Kept) -> bool:
        """Tell whether a draft began from the scheme as it is; what does not is let go."""
        from annotator.domain.scheme_draft_plain import fits

        session = self._bench.session
        found = session is not None and fits(kept.draft, session.project.scheme)
        if not found:
            kept.drop()
        return found

    def _on_decided(self, go_on: bool) -> None:
        from annotator.domain.scheme_draft_plain import draft_from_dict
        from annotator.ui.drafts import answered, put_aside

        dialog, kept = self._dialog, self._kept()
        if dialog is None:
            return
        if kept is not None:
            answered(self._bench.messages, _kept_words(kept))
        try:
            if go_on and kept is not None:
                dialog.show_draft(draft_from_dict(kept.draft, dialog.draft.before))
            elif kept is not None:
                kept.drop()
        except AnnotatorError as error:
            if kept is not None:
                put_aside(kept.where.file)
            self._bench.messages.show_message(told(error), "error")
        self._keep(dialog)

    def _keep(self, dialog: SchemeDialog) -> None:
        from annotator.domain.scheme_draft_plain import draft_to_dict
        from annotator.ui.drafts import SCHEME, Keeper, Where, project_key

        session = self._bench.session
        assert session is not None
        where = Where(SCHEME, project_key(session.project.path))
        self._keeper = Keeper(dialog, where, lambda: draft_to_dict(dialog.draft) if dialog.changed else None)
        dialog.edited.connect(self._keeper.touch)

    def _count_twins(self, part: Part, old: Sequence[str], new: Sequence[str]) -> int:
        session = self._bench.session
        if session is None:
            return 0
        return self._bench.attempt(lambda: relabelling.twins(session.project.connection, part, old, new)) or 0

    # Applying

    def _on_apply_requested(self, edit: SchemeEdit) -> None:
        from annotator.commands.schemes import SchemeStep

        session = self._bench.session
        if session is None or self._step is not None:
            return
        step = SchemeStep(session, edit)
        step.size = _LEAST
        try:
            step.__enter__()
        except Exception as error:
            if not self._bench.explains(error):
                raise
            if self._dialog is not None:
                self._dialog.say(told(error), warning=True)
            return
        self._step = step
        self._go_on()

    def _go_on(self) -> None:
        """Change some more, and let the window paint before the next."""
        step = self._step
        if step is None:
            return
        started = monotonic()
        try:
            more = step.go_on()
        except Exception as error:
            self._finish(error)
            return
        if not more:
            self._finish(None)
            return
        took = monotonic() - started
        if took < _SLICE / 2:
            step.size *= 2
        elif took > _SLICE:
            step.size = max(_LEAST, step.size * 3 // 4)
        if self._dialog is not None:
            self._dialog.set_working(tr("{} of {} done…").format(number(step.done), number(step.total)))
        self._jobs.post(self._go_on)

    def _finish(self, error: BaseException | None) -> None:
        step, self._step = self._step, None
        assert step is not None
        ended = self._bench.succeeds(lambda: step.__exit__(type(error) if error is not None else None, error, None))
        dialog = self._dialog
        if dialog is not None:
            dialog.set_working("")
        if error is None and ended:
            self._bench.tell(words(step.did))
            if dialog is not None:
                dialog.finish()
            return
        if error is not None and not isinstance(error, Cancelled) and not self._bench.explains(error):
            raise error
        if dialog is not None:
            stopped = step.kept or tr("Stopped; what had been done was taken back.")
            told = stopped if isinstance(error, Cancelled) or error is None else tr("Nothing was changed: {}").format(error)
            dialog.say(step.kept or told, warning=True)

    # Files

    def _on_import_requested(self) -> None:
        from annotator.commands.previewing_labels import read_scheme

        path = self._bench.ask.open_file(tr("Take labels from a file"), self._folders.of(LABELS), _patterns(reading=True))
        if path is not None:
            self._folders.note(LABELS, path.parent)
        dialog = self._dialog
        if path is None or dialog is None:
            return
        try:
            scheme = read_scheme(path)
        except AnnotatorError as error:
            dialog.say(told(error), warning=True)
            return
        dialog.take(scheme)
        count = len(scheme.spans) + len(scheme.relations)
        text = by_count(count, tr("{} label of {{}} was taken."), tr("{} labels of {{}} were taken."))
        dialog.say(text.format(path.name))

    def _on_export_requested(self) -> None:
        from annotator.commands.scheme_files import write_scheme

        dialog = self._dialog
        if dialog is None:
            return
        scheme = dialog.draft.edit().scheme
        suggestion = self._folders.of(LABELS) / f"{scheme.name.replace('/', '-')}.labels.json"
        path = self._bench.ask.save_file(tr("Save the label scheme"), suggestion, _patterns(reading=False))
        if path is None:
            return
        self._folders.note(LABELS, path.parent)
        try:
            lost = write_scheme(scheme, path)
        except AnnotatorError as error:
            dialog.say(told(error), warning=True)
            return
        saved = tr("Saved as {}.").format(path.name)
        dialog.say(saved + (" " + tr("Not kept there: {}.").format(", ".join(tr(what) for what in lost)) if lost else ""))

    def _folder(self) -> Path:
        session = self._bench.session
        return session.project.path.parent if session is not None else Path.home()

    # What happens elsewhere

    def _on_counted(self, found: _Counted) -> None:
        self._counting = None
        if self._dialog is not None and self._step is None:
            self._dialog.show_uses(*found)

    def _on_failed(self, error: BaseException) -> None:
        self._counting = None
        if not self._bench.explains(error):
            raise error

    def _on_closed(self, _: int) -> None:
        self._dialog = None
        keeper, self._keeper = self._keeper, None
        if keeper is not None:
            keeper.drop()  # it was applied, or the person wanted to close without it
        if self._counting is not None:
            self._counting.cancel()
            self._counting = None

    def _on_session_changed(self) -> None:
        self.put_away()  # its project is still open: it closes after this
        self._show_guidelines()

    def _on_changed(self, changes: ChangeSet) -> None:
        if any(change.what is What.SCHEME for change in changes.changes):
            self._show_guidelines()

    def _show_guidelines(self) -> None:
        session = self._bench.session
        scheme = self._bench.attempt(lambda: session.project.scheme) if session is not None else None
        self._panel.set_scheme(scheme, editable=session is not None and not session.project.read_only)

    def _on_followed(self, _: object) -> None:
        item = self._bench.relation or self._bench.span
        self._panel.set_label(item.label if item is not None else "")


_Counted = tuple[dict[tuple[Part, str], Use], dict[tuple[str, str, str], int], dict[tuple[str, str], Use]]


def _uses_job(project: Project) -> Job[_Counted]:
    attributes = project.scheme.attributes

    def work(progress: Progress) -> _Counted:
        with project.reading(), closing(project.reader()) as connection, search.interruptible(connection, progress):
            listed = [attribute.name for attribute in attributes if attribute.values]
            return relabelling.uses(connection), relabelling.linked(connection), relabelling.value_uses(connection, listed)

    return Job(tr("Counting"), work)


def words(did: Relabelled) -> str:
    """Say what a change of the scheme did to the annotations."""
    parts = [
        by_count(did.spans, tr("{} span changed"), tr("{} spans changed")) if did.spans else "",
        by_count(did.relations, tr("{} relation changed"), tr("{} relations changed")) if did.relations else "",
        by_count(did.attributes, tr("attributes of {} changed"), tr("attributes of {} changed")) if did.attributes else "",
        by_count(did.categories, tr("categories of {} changed"), tr("categories of {} changed")) if did.categories else "",
        by_count(did.removed_spans, tr("{} span removed"), tr("{} spans removed")) if did.removed_spans else "",
        by_count(did.removed_relations, tr("{} relation removed"), tr("{} relations removed")) if did.removed_relations else "",
        by_count(did.joined, tr("{} joined with another"), tr("{} joined with others")) if did.joined else "",
    ]
    told = ", ".join(part for part in parts if part)
    return tr("The label scheme was changed: {}.").format(told) if told else tr("The label scheme was changed.")


def _kept_words(kept: Kept) -> str:
    return tr("You changed the label scheme on {} and did not apply it. What you typed is kept.").format(kept.at)


def _unfit_words(kept: Kept) -> str:
    text = tr("What you changed in the label scheme on {} and did not apply was let go: the scheme itself was changed since.")
    return text.format(kept.at)


def _patterns(*, reading: bool) -> str:
    own, brat = tr("Label schemes"), tr("brat configuration")
    if reading:
        return f"{own} (*.json *.conf *.xml);;{tr('All files')} (*)"
    return f"{own} (*.json);;{brat} (*.conf)"
