"""The composition root: builds the window's parts by hand and ties them together."""

from __future__ import annotations

import sys
from pathlib import Path

from PySide6.QtWidgets import QApplication

from annotator._version import __version__
from annotator.settings.store import Settings
from annotator.ui import errors
from annotator.ui.actions import Hands
from annotator.ui.article.view import ArticleView
from annotator.ui.backing_up import BackingUp
from annotator.ui.collecting import IdleCollector
from annotator.ui.dialogs.ask import Ask
from annotator.ui.docks import Panels
from annotator.ui.documents import Documents
from annotator.ui.editing import Editing
from annotator.ui.finding import Finding
from annotator.ui.history import History
from annotator.ui.i18n import tr
from annotator.ui.icons import icon
from annotator.ui.instance import Instance, raise_other
from annotator.ui.jobs import WindowJobs
from annotator.ui.main_window import MainWindow
from annotator.ui.overviewing import Overviewing
from annotator.ui.panels.find import FindBar
from annotator.ui.panels.message import MessageBar
from annotator.ui.projects import Projects
from annotator.ui.pruning import Pruning
from annotator.ui.relating import Relating
from annotator.ui.shell import WindowShell
from annotator.ui.statistics import Statistics
from annotator.ui.theme_qt import theme_named
from annotator.ui.typesetting import Typesetting
from annotator.ui.workbench import Workbench


def application() -> QApplication:
    """Return the application, made on first use; Fusion, because its palette is followed on every system."""
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication(sys.argv[:1])
    app.setApplicationName("Annotator")
    app.setApplicationVersion(__version__)
    app.setDesktopFileName("annotator")
    app.setStyle("Fusion")
    app.setWindowIcon(icon("annotator"))
    return app


def build(settings: Settings, annotator: str) -> MainWindow:
    """Build the window with everything in it, not yet shown and with no project open."""
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
        editing.unsaved = ""
        projects.remember()
        text = tr("What you typed last could not be saved: {}").format(editing.unsaved)
        if editing.unsaved and not bench.ask.confirm(tr("Close"), text, tr("Close without it")):
            return False
        projects.stop()
        return True

    window = MainWindow(bench, panels, overviewing.beside_the_article(), find_bar, closing)
    bench.setParent(window)
    ask.parent = window
    backing_up = BackingUp(bench, projects, jobs, window)
    projects.unreadable.connect(backing_up.rescue.offer)
    bench.damaged.connect(backing_up.rescue.offer)
    pruning = Pruning(bench, jobs, busy=lambda: backing_up.busy or projects.busy)
    pruning.pruned.connect(panels.history.reload)
    panels.history.keepingRequested.connect(pruning.ask)
    Instance(bench, window)
    statistics = Statistics(bench, jobs, window)
    shell = WindowShell(
        window, bench, editing, relating, projects, typesetting=typesetting, backing_up=backing_up, statistics=statistics
    )
    window.take_hands(Hands(bench, view, editing, relating, history, documents, finding, projects, shell))
    shell.set_theme(settings.get("ui.theme"))
    window.restore_layout()
    bench.set_session(None)
    return window


def run(project: Path | None, settings: Settings, annotator: str) -> int:
    """Show the window on a project, or on the welcome page, until it is closed; returns the exit status."""
    app = application()
    if project is not None and raise_other(project):
        return 0
    window = build(settings, annotator)
    with errors.watching(lambda: window, window.bench.explains):
        window.show()
        if project is not None and window.hands is not None:
            window.hands.projects.open(project)
        if settings.problem:
            window.bench.messages.show_message(settings.problem, "warning")
        return app.exec()
