"""What a person can do about an error: the button beside the sentence that says it.

The message bar shows one sentence and one button.  Which button belongs to which error stands here, in one place, so that every part of
the window that meets the error offers the same way out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QWidget

from annotator import log
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel
from annotator.domain.rules import Problem, Rule
from annotator.errors import AnnotatorError, DiskFull, ProjectError, ProjectReadOnly, Refused
from annotator.session.document import DocumentState
from annotator.store import history
from annotator.store.project import Project
from annotator.ui.errors import CrashReport
from annotator.ui.i18n import step_words, told, tr
from annotator.ui.projects import Projects
from annotator.ui.workbench import Remedy, Workbench


class Mending:
    """The ways out for one window.  ``export_anew`` asks for an export, ``open_other`` for a project."""

    def __init__(
        self,
        bench: Workbench,
        projects: Projects,
        window: QWidget,
        *,
        export_anew: Callable[[], object],
        open_other: Callable[[], object],
    ) -> None:
        self._bench, self._projects, self._window = bench, projects, window
        self._export_anew, self._open_other = export_anew, open_other
        self._fault_told = False
        bench.remedy = self.remedy
        projects.copied.connect(self._on_copied)
        projects.export_failed.connect(self._on_export_failed)
        projects.unreadable.connect(self._on_unreadable)
        projects.left_behind.connect(self._on_left_behind)

    def remedy(self, error: AnnotatorError) -> Remedy:
        """Return the words and the work of the button for an error; no words where there is nothing to do by pressing a button."""
        if isinstance(error, ProjectReadOnly | DiskFull) and self._bench.session is not None:
            elsewhere = isinstance(error, DiskFull)
            return (tr("Save a copy elsewhere…") if elsewhere else tr("Save a copy…")), self._projects.save_copy
        return self._adding(str(error)) if isinstance(error, Refused) else ("", None)

    def _adding(self, refusal: str) -> Remedy:
        """Return the way out where a label that the scheme lacks keeps the open document from being done: it is added to it."""
        document = self._bench.document
        if document is None or not self._bench.editable:
            return "", None
        for problem in document.problems():
            if problem.rule in (Rule.SPAN_LABEL, Rule.RELATION_LABEL) and problem.message in refusal:
                label = _label_of(document, problem)
                if label:
                    return tr("Add “{}” to the scheme").format(label), partial(self._add_label, problem.rule, label)
        return "", None

    def _add_label(self, rule: Rule, label: str) -> None:
        from annotator.commands.schemes import change_scheme
        from annotator.domain.scheme_edit import SchemeEdit

        session = self._bench.session
        if session is None:
            return
        before = session.project.scheme
        edit = SchemeEdit(before, _with_label(before, rule, label))
        if self._bench.succeeds(lambda: change_scheme(session, edit)):
            self._bench.tell(tr("“{}” is in the scheme now.").format(label))

    # What was done, or failed

    def _on_copied(self, target: Path) -> None:
        self._bench.messages.show_message(
            tr("The copy is at {}.").format(target), "info", tr("Open the copy"), partial(self._projects.open, target)
        )

    def _on_export_failed(self, error: AnnotatorError) -> None:
        self._bench.messages.show_message(told(error), "error", tr("Export anew…"), self._export_anew)

    def _on_unreadable(self, unreadable: tuple[Path, AnnotatorError]) -> None:
        """Offer to look for a project that is no longer where it was; for a damaged one there are other ways out."""
        path, error = unreadable
        bar = self._bench.messages
        if isinstance(error, ProjectError) and not path.exists() and bar.action_button.isHidden():
            bar.show_message(told(error), "error", tr("Look for it…"), self._open_other)

    # After a crash

    def _on_left_behind(self, project: Project) -> None:
        """Say what is there again after the program that wrote the project ended without closing it."""
        said = [tr("The program did not end properly the last time."), self._last_step(project)]
        back = tr("“{}” was interrupted before its end and was taken back.")
        said += [back.format(step_words(step.text, step.detail)) for step in project.taken_back]
        said += map(told, project.notices)
        fault = "" if self._fault_told else log.last_fault()
        self._fault_told = True
        button: Remedy = (tr("Report…"), partial(self._show_fault, fault)) if fault else ("", None)
        self._bench.messages.show_message(" ".join(said), "warning", *button)

    def _last_step(self, project: Project) -> str:
        for entry in history.project_entries(project.connection, limit=_LOOKED_AT):
            if entry.step.actor == self._projects.annotator and entry.undoable:
                name = step_words(entry.step.text, entry.step.detail)
                if entry.document:
                    return tr("Nothing you saved is lost: your last step, “{0}” in “{1}”, is there.").format(name, entry.document)
                return tr("Nothing you saved is lost: your last step, “{}”, is there.").format(name)
        return tr("Nothing you saved is lost.")

    def _show_fault(self, fault: str) -> None:
        CrashReport(fault, self._window).open()


_LOOKED_AT = 50
"""Steps looked through for this person's last one; those of suggesters and imports may stand before it."""


def _label_of(document: DocumentState, problem: Problem) -> str:
    found = document.span(problem.item) if problem.rule is Rule.SPAN_LABEL else document.relation(problem.item)
    return found.label if found is not None else ""


def _with_label(scheme: LabelScheme, rule: Rule, label: str) -> LabelScheme:
    if rule is Rule.SPAN_LABEL:
        return replace(scheme, spans=(*scheme.spans, SpanLabel(label)))
    return replace(scheme, relations=(*scheme.relations, RelationLabel(label)))
