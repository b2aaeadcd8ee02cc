"""The tour: two minutes with the demo article, hands on.  A step is over when the person really did what it says.

The tour only watches (what was committed, where the focus is) and puts the caret where the next thing is to be done.  Everything else
works as always: whoever does something different is not stopped, and any step can be skipped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal

from annotator.domain.annotations import Relation, SetInfo, Span
from annotator.domain.changes import ChangeSet, Lane
from annotator.domain.documents import Status
from annotator.errors import AnnotatorError
from annotator.paths import demo_project
from annotator.ui.i18n import told, tr
from annotator.ui.panels.tour import TourPanel

if TYPE_CHECKING:
    from pathlib import Path

    from annotator.session.document import DocumentState
    from annotator.ui.projects import Projects
    from annotator.ui.workbench import Workbench

DONE = "tour.done"
"""The private setting that says whether the tour was gone through to its end."""

_MOST_DEMOS = 50
_TOO_LONG, _WRONG, _MISSED, _WHO, _MET = "224 orang", "Kremlin", "Suriah dan Irak", "Hollande", "Washington"
"""Places of the demo article; ``seeds/README.md`` lists what is wrong with its suggestions."""


@dataclass(frozen=True, slots=True)
class Step:
    """``text`` has places for ``keys``: ids of commands, or ``label:NAME`` for the key of a label.

    ``begin`` puts the caret or focus in place; ``seen`` says whether what was committed is what the step is about.
    """

    title: str
    text: str
    keys: tuple[str, ...]
    seen: Callable[[ChangeSet], bool]
    begin: Callable[[Touring], None]


class Touring(QObject):
    """The tour of one window.  ``key_of`` returns the keys of a command as this person has them, or its name if it has none.

    ``finished`` says that somebody came to its end.
    """

    finished = Signal()

    def __init__(self, bench: Workbench, projects: Projects, panel: TourPanel, key_of: Callable[[str], str]) -> None:
        super().__init__(panel)
        self._bench, self._projects, self.panel, self._key_of = bench, projects, panel, key_of
        self._steps = steps()
        self._at = -1
        self._project = ""
        # a moment later: the command that ends a step may still move the focus, as accepting does
        self._going_on = QTimer(self)
        self._going_on.setSingleShot(True)
        self._going_on.setInterval(0)
        self._going_on.timeout.connect(self._on_gone_on)
        panel.skipped.connect(self._on_skipped)
        panel.ended.connect(self.end)
        bench.changed.connect(self._on_changed)
        bench.sessionChanged.connect(self._on_session_changed)
        bench.view.focusChanged.connect(self._on_focus_changed)
        self.destroyed.connect(bench.settings.subscribe(self._on_set))

    @property
    def running(self) -> bool:
        """Whether the tour is under way, its farewell included."""
        return self._at >= 0

    @property
    def step(self) -> int:
        """Which step is shown, from 1; 0 for none, one past the last for the farewell."""
        return self._at + 1

    def start(self) -> None:
        """Begin with a demo project that nobody has worked in; one that was worked in is left as it is, and another is made."""
        if self._open_demo() and self._bench.session is not None:
            self._steps = steps()  # in the language of now
            self._project = str(self._bench.session.project.path)
            self._bench.view.place_caret(0)
            self._show(0)
            self._bench.view.setFocus()

    def end(self) -> None:
        """Put the strip away; the project stays open as it is."""
        self._stop()
        self._bench.view.setFocus()

    def focus_text(self, surface: str) -> None:
        """Put the focus on the span that covers this text, if there is one."""
        document = self._bench.document
        if document is not None and (span := span_of(document, surface)) is not None:
            self._bench.view.focus_span(span.id)

    def caret_at(self, surface: str) -> None:
        """Put the caret before a piece of the text, if it is there."""
        document = self._bench.document
        place = document.text.find(surface) if document is not None else -1
        if place >= 0:
            self._bench.view.place_caret(place)

    def focus_before(self, surface: str, other: str) -> None:
        """Put the focus on the last span with this text before the one with the ``other``, with both in view if they fit."""
        document = self._bench.document
        there = span_of(document, other) if document is not None else None
        if document is None or there is None:
            return
        before = [span for span in document.spans() if span.end <= there.start and span.surface(document.text) == surface]
        if before:
            self._bench.view.reveal(there.end)
            self._bench.view.focus_span(max(before, key=lambda span: span.start).id)

    def _open_demo(self) -> bool:
        """Open the first demo project in which everything is still to be done, made if there is none; tells whether there is one."""
        from annotator.commands.projects import build_demo

        usual = demo_project()
        for number in range(1, _MOST_DEMOS):
            path: Path = usual if number == 1 else usual.with_name(f"{usual.stem}-{number}{usual.suffix}")
            made = self._bench.attempt(lambda path=path: build_demo(path))
            if made is None or not self._projects.open(made):
                return False
            if self._bench.editable and self._bench.document is not None and is_fresh(self._bench.document):
                return True
        self._bench.messages.show_message(
            tr("There are too many demo projects: delete some of them, then take the tour."), "warning"
        )
        return False

    def _show(self, at: int) -> None:
        self._at = at
        if at < len(self._steps):
            step = self._steps[at]
            step.begin(self)
            self._say(step)
            return
        text = tr("{} shows all keys, {} the help, {} finds any command by its name. Import your own articles into a new project.")
        keys = (self._shown(command) for command in ("help.keys", "help.pages", "help.commands"))
        self.panel.show_step(at + 1, len(self._steps), tr("That is all you need"), text.format(*keys))
        self._keep_done()

    def _say(self, step: Step) -> None:
        text = step.text.format(*map(self._shown, step.keys))
        self.panel.show_step(self._at + 1, len(self._steps), step.title, text)

    def _shown(self, wanted: str) -> str:
        kind, _, name = wanted.partition(":")
        if kind != "label":
            return self._key_of(wanted)
        document = self._bench.document
        found = [label.key for label in document.scheme.spans if label.name == name] if document is not None else []
        return found[0] if found and found[0] else name

    def _keep_done(self) -> None:
        self.finished.emit()
        try:
            self._bench.settings.set(DONE, True)
        except AnnotatorError as error:
            self._bench.tell(told(error))

    def _watching(self) -> bool:
        return 0 <= self._at < len(self._steps)

    def _on_skipped(self) -> None:
        self._going_on.stop()
        if self._watching():
            self._show(self._at + 1)
            self._bench.view.setFocus()

    def _on_changed(self, changes: ChangeSet) -> None:
        if self._watching() and changes.lane is Lane.EDIT and self._steps[self._at].seen(changes):
            self._going_on.start()

    def _on_focus_changed(self) -> None:
        span = self._bench.span
        if self._at == 0 and span is not None and not span.reviewed:
            self._going_on.start()

    def _on_gone_on(self) -> None:
        if self._watching():
            self._show(self._at + 1)

    def _on_session_changed(self) -> None:
        session = self._bench.session
        if self.running and (session is None or str(session.project.path) != self._project):
            self._stop()

    def _stop(self) -> None:
        self._going_on.stop()
        self._at = -1
        self.panel.hide()

    def _on_set(self, key: str, _value: object) -> None:
        if key == "keys.overrides" and self._watching():
            self._say(self._steps[self._at])


def steps() -> tuple[Step, ...]:
    """Return the tour.  Titles and texts are in English here; the panel gets them translated."""
    return (
        Step(
            tr("Suggestions wait for you"),
            tr("A dashed outline is a suggestion that nobody has decided on. Press {} to go to the first one."),
            ("move.next-unreviewed",),
            _never,
            _stay,
        ),
        Step(
            tr("Accept what is right"),
            tr("REPUBLIKA.CO.ID is an organisation: that is right. Press {} to accept it and go on to the next."),
            ("span.enter",),
            _accepted,
            _stay,
        ),
        Step(
            tr("Move an edge"),
            tr("In “224 orang” only the number belongs to the label. Press {} to move the end in; {} moves it out, {} and {} the start."),
            ("span.end-in", "span.end-out", "span.start-out", "span.start-in"),
            _edge_moved,
            lambda tour: tour.focus_text(_TOO_LONG),
        ),
        Step(
            tr("Change a label"),
            tr("The Kremlin speaks here, so it is an organisation. Press {}, the key of ORG; the panel Labels shows all keys."),
            ("label:ORG",),
            _relabelled,
            lambda tour: tour.focus_text(_WRONG),
        ),
        Step(
            tr("Label what was missed"),
            tr("Nobody saw Suriah, where the caret is now. Press {}, the key of GPE. For several words, hold Shift and move right."),
            ("label:GPE",),
            _labelled,
            lambda tour: tour.caret_at(_MISSED),
        ),
        Step(
            tr("Take it back"),
            tr("Press {}. Every step can be taken back, even tomorrow: each was saved the moment you made it."),
            ("edit.undo",),
            _undone,
            _stay,
        ),
        Step(
            tr("Relate two spans"),
            tr("Hollande flew to Washington. Press {}: letters appear on every span he can be related to. Type those of Washington, "
               "then choose how they are related."),
            ("relation.start",),
            _related,
            lambda tour: tour.focus_before(_WHO, _MET),
        ),
        Step(
            tr("Done"),
            tr("Press {} when an article is finished. What you left as it was counts as accepted; the next article opens by itself."),
            ("document.done",),
            _finished,
            _stay,
        ),
    )  # fmt: skip


def span_of(document: DocumentState, surface: str) -> Span | None:
    """Return the first span with this text."""
    return next((span for span in document.spans() if span.surface(document.text) == surface), None)


def is_fresh(document: DocumentState) -> bool:
    """Tell whether everything that the tour speaks of is still to be done in the demo article."""
    wanted = [span_of(document, surface) for surface in (_TOO_LONG, _WRONG, _MET)]
    waiting = all(span is not None and not span.reviewed for span in wanted)
    missed = document.text.find(_MISSED)
    unlabelled = missed >= 0 and not document.spans_in(missed, missed + 1)
    return waiting and unlabelled and document.info.status in (Status.NEW, Status.IN_PROGRESS)


def _stay(_: Touring) -> None:
    pass


def _never(_: ChangeSet) -> bool:
    return False  # a step that is over when the focus has moved


def _spans(changes: ChangeSet) -> list[tuple[Span | None, Span | None]]:
    """Return the spans before and after, unless they came by an undo."""
    if changes.undoes:
        return []
    found: list[tuple[Span | None, Span | None]] = []
    for change in changes.changes:
        before, after = change.before, change.after
        if isinstance(before, Span | None) and isinstance(after, Span | None) and (before or after):
            found.append((before, after))
    return found


def _accepted(changes: ChangeSet) -> bool:
    return any(before and after and after.reviewed and not before.reviewed for before, after in _spans(changes))


def _edge_moved(changes: ChangeSet) -> bool:
    return any(before and after and before.fragments != after.fragments for before, after in _spans(changes))


def _relabelled(changes: ChangeSet) -> bool:
    return any(before and after and before.label != after.label for before, after in _spans(changes))


def _labelled(changes: ChangeSet) -> bool:
    return any(before is None and after is not None for before, after in _spans(changes))


def _undone(changes: ChangeSet) -> bool:
    return bool(changes.undoes)


def _related(changes: ChangeSet) -> bool:
    return not changes.undoes and any(change.before is None and isinstance(change.after, Relation) for change in changes.changes)


def _finished(changes: ChangeSet) -> bool:
    return any(isinstance(change.after, SetInfo) and change.after.status is Status.DONE for change in changes.changes)
