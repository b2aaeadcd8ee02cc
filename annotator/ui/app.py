"""The composition root: builds the window's parts by hand and ties them together."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from annotator._version import __version__
from annotator.settings.store import Settings
from annotator.ui import errors, style
from annotator.ui.article.view import ArticleView
from annotator.ui.backing_up import BackingUp
from annotator.ui.collecting import IdleCollector
from annotator.ui.describing import Describing
from annotator.ui.dialogs.ask import Ask
from annotator.ui.docks import Panels
from annotator.ui.documents import Documents
from annotator.ui.drafts import PATTERNS, SCHEME, Offering
from annotator.ui.dropping import FileRequests
from annotator.ui.editing import Editing
from annotator.ui.ending import Ending, heeding_logout, heeding_signals
from annotator.ui.finding import Finding
from annotator.ui.hands import Hands
from annotator.ui.help_tables import key_or_name, key_rows, words
from annotator.ui.helping import Helping, names_of
from annotator.ui.history import History
from annotator.ui.i18n import told, tr
from annotator.ui.icons import icon
from annotator.ui.instance import Instance, Lobby, raise_other
from annotator.ui.jobs import WindowJobs
from annotator.ui.knowing import Knowing
from annotator.ui.knowledge_base import KnowledgeBase
from annotator.ui.language import speak
from annotator.ui.linking import Linking
from annotator.ui.main_window import MainWindow
from annotator.ui.mending import Mending
from annotator.ui.overviewing import Overviewing
from annotator.ui.panels.find import FindBar
from annotator.ui.panels.message import MessageBar
from annotator.ui.panels.tour import TourPanel
from annotator.ui.preferring import Preferring
from annotator.ui.projects import Projects
from annotator.ui.pruning import Pruning
from annotator.ui.raising import RaisingDocks
from annotator.ui.relating import Relating
from annotator.ui.remembering import DialogSizes
from annotator.ui.scheming import Scheming
from annotator.ui.shell import WindowShell
from annotator.ui.standing import Standing
from annotator.ui.statistics import Statistics
from annotator.ui.suggesting import Suggesting
from annotator.ui.theme_qt import theme_named
from annotator.ui.touring import DONE, Touring
from annotator.ui.typesetting import Typesetting
from annotator.ui.workbench import Workbench


def application() -> QApplication:
    """Return the application, made on first use, in our style."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
    app.setApplicationName("Annotator")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("annotator")
    style.use(app)
    for effect in (Qt.UIEffect.UI_AnimateMenu, Qt.UIEffect.UI_FadeMenu, Qt.UIEffect.UI_AnimateCombo, Qt.UIEffect.UI_AnimateTooltip):
        app.setEffectEnabled(effect, False)  # nothing moves by itself, whatever the desktop does
    app.setWindowIcon(icon("annotator"))
    return app


def build(settings: Settings, annotator: str, *, ending: Ending | None = None, lobby: Lobby | None = None) -> MainWindow:
    """Build the window with everything in it, not yet shown and with no project open.

    ``ending`` says when it has to close without a question; at ``lobby`` it can be reached while it has no project.
    """
    speak(settings.get("ui.language"))
    theme = theme_named(settings.get("ui.theme"))
    view, messages, find_bar, ask = ArticleView(), MessageBar(), FindBar(), Ask()
    bench = Workbench(settings, view, messages, ask)
    jobs = WindowJobs(bench)
    relating, history = Relating(bench), History(bench)
    editing, documents, finding = Editing(bench, relating), Documents(bench), Finding(bench, find_bar)
    projects = Projects(bench, jobs, annotator)
    typesetting, overviewing = Typesetting(settings, view), Overviewing(bench)
    IdleCollector(bench)
    panels = Panels(bench, editing, relating, documents, theme=theme, jobs=jobs)

    def closing() -> bool:
        return _closes(ending or Ending(), bench, editing, projects=projects, scheming=scheming, suggesting=suggesting)

    describing = Describing(bench)
    window = MainWindow(bench, panels, describing.above(overviewing.beside_the_article()), find_bar, closing)
    window.setAnimated(False)
    RaisingDocks(window)
    bench.setParent(window)
    ask.parent = window
    backing_up = BackingUp(bench, projects, jobs, window)
    projects.unreadable.connect(backing_up.rescue.offer)
    bench.damaged.connect(backing_up.rescue.offer)
    pruning = Pruning(bench, jobs, busy=lambda: backing_up.busy or projects.busy or suggesting.busy or base.busy)
    pruning.pruned.connect(panels.history.reload)
    panels.history.keepingRequested.connect(pruning.ask)
    Instance(bench, window, lobby)
    DialogSizes(settings, window)
    statistics = Statistics(bench, jobs, window, panels.documents)
    suggesting = Suggesting(bench, projects, window, panels.documents.model.narrowed)
    suggesting.working.connect(window.status.show_job)
    suggesting.finished.connect(window.status.hide_job)
    window.status.cancel.clicked.connect(suggesting.cancel)
    shell = WindowShell(
        window,
        bench,
        editing,
        relating,
        projects,
        typesetting=typesetting,
        backing_up=backing_up,
        statistics=statistics,
    )
    Mending(bench, projects, window, export_anew=shell.ask_export, open_other=shell.ask_open_project)
    preferring, scheming = Preferring(bench, window), Scheming(bench, jobs, window, panels.guidelines)
    Offering(bench, {SCHEME: scheming.offered, PATTERNS: suggesting.asking.offered})
    knowing = Knowing(bench)
    base, linking = (
        KnowledgeBase(bench, jobs, window, knowing),
        Linking(bench, window, knowing, panels.inspector, panels.outline.model),
    )
    helping = _helping(bench, projects, window)
    window.take_hands(
        Hands(
            bench,
            view,
            editing,
            relating,
            history,
            documents,
            finding,
            panels.inbox,
            projects,
            shell,
            preferring,
            scheming,
            suggesting,
            helping,
            linking,
            base,
            describing,
        )
    )
    helping.describe(names_of(panels.all(), view), window.actions_by_id)
    shell.set_theme(settings.get("ui.theme"))
    window.restore_layout()
    bench.set_session(None)
    return window


def _closes(
    ending: Ending, bench: Workbench, editing: Editing, *, projects: Projects, scheming: Scheming, suggesting: Suggesting
) -> bool:
    """End everything for a window that closes; False where somebody who was asked about what would be lost wants to go on."""
    editing.unsaved = ""
    projects.remember()
    if not ending.now:
        text = tr("What you typed last could not be saved: {}").format(editing.unsaved)
        agreed = not editing.unsaved or bench.ask.confirm(tr("Close"), text, tr("Close without it"))
        agreed = agreed and scheming.closes() and suggesting.asking.closes()
        if not agreed and not ending.now:  # the end may come while somebody is asked
            return False
    scheming.put_away()
    suggesting.asking.put_away()
    suggesting.stop()
    projects.stop()
    return True


def _helping(bench: Workbench, projects: Projects, window: MainWindow) -> Helping:
    """Build the help and the tour, whose strip stands below the article."""
    strip, center = TourPanel(), window.centralWidget()
    if center is not None and (middle := center.layout()) is not None:
        middle.addWidget(strip)
    touring = Touring(bench, projects, strip, lambda command: key_or_name(command, bench.settings.get("keys.overrides")))
    window.welcome.tourRequested.connect(touring.start)
    window.welcome.set_toured(bench.settings.get(DONE))
    touring.finished.connect(window.welcome.set_toured)
    keys = partial(bench.settings.get, "keys.overrides")
    return Helping(bench, window, lambda: words(keys()), lambda: key_rows(keys()), touring)


def run(project: Path | None, settings: Settings, annotator: str, ready: Callable[[], object] = bool) -> int:
    """Show the window on a project, or on the welcome page, until it is closed; returns the exit status.

    ``ready`` is called when everything is made and the window begins to wait for the user.
    """
    app, ending, lobby = application(), Ending(), Lobby()
    if raise_other(project) if project is not None else lobby.raise_other():
        return 0

    def make() -> MainWindow:
        window = build(settings, annotator, ending=ending, lobby=lobby)
        assert window.hands is not None
        FileRequests(app, window, window.hands.projects.open)
        return window

    def explains(error: BaseException) -> bool:
        return standing.window.bench.explains(error)

    def end() -> None:
        ending.now = True
        if standing.window.close():
            app.quit()

    def keep() -> None:
        """Keep what is typed: the desktop is about to end this session, and may ask the person about other programs first."""
        hands = standing.window.hands
        assert hands is not None
        hands.projects.remember()
        hands.scheming.keep()
        hands.suggesting.asking.keep()

    standing = Standing(settings, make)
    window = standing.window
    assert window.hands is not None
    with (
        errors.watching(lambda: standing.window, explains),
        heeding_signals(end),
        heeding_logout(app, keep),
    ):
        window.show()
        if project is not None:
            window.hands.projects.open(project)
        if settings.problem:
            window.bench.messages.show_message(told(settings.problem), "warning")
        ready()
        status = app.exec()
    lobby.give_up()
    return status
