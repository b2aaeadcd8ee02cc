"""What actions ask of the window itself: dialogs, reports, theme, the key sheet, where the keys go."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QApplication

from annotator.errors import AnnotatorError
from annotator.paths import PROJECT_SUFFIX, demo_project
from annotator.store import queries
from annotator.ui.backing_up import BackingUp
from annotator.ui.beginning import Beginning
from annotator.ui.choosing import Choosing
from annotator.ui.context_menu import ArticleMenu
from annotator.ui.dropping import FileDrop
from annotator.ui.editing import Editing
from annotator.ui.exporting import Exporting
from annotator.ui.i18n import told, tr
from annotator.ui.importing import Importing
from annotator.ui.main_window import MainWindow
from annotator.ui.noting import Noting
from annotator.ui.panels.nothing_yet import NothingYet
from annotator.ui.pictures import Pictures
from annotator.ui.projects import Projects, project_patterns
from annotator.ui.recalling import PROJECTS, LastFolders
from annotator.ui.relating import Relating
from annotator.ui.statistics import Statistics
from annotator.ui.theme_qt import palette, theme_named
from annotator.ui.typesetting import Typesetting
from annotator.ui.workbench import Workbench


class WindowShell(QObject):
    """The ``Shell`` of one main window.  Its dialogs do not block: their answers arrive in slots."""

    def __init__(
        self,
        window: MainWindow,
        bench: Workbench,
        editing: Editing,
        relating: Relating,
        projects: Projects,
        *,
        typesetting: Typesetting,
        backing_up: BackingUp,
        statistics: Statistics,
    ) -> None:
        super().__init__(window)
        self._window, self._bench, self._editing, self._relating, self._projects = window, bench, editing, relating, projects
        self._typesetting, self._backing_up, self._statistics = typesetting, backing_up, statistics
        self._folders = LastFolders(bench, self._folder)
        Noting(window, bench)
        self._pictures = Pictures(bench, window, self._folder)
        self._importing = Importing(bench, projects, window, self._folder)
        self._beginning = Beginning(bench, projects, window, self._folder, self._importing.bring_in)
        self._beginning.suggestersWanted.connect(self._on_suggesters_wanted)
        self._exporting = Exporting(bench, projects, window)
        FileDrop(window, self._on_dropped)
        self._choosing = Choosing(window, bench, editing, relating)
        self.theme = theme_named(bench.settings.get("ui.theme"))
        projects.working.connect(window.status.show_job)
        projects.finished.connect(window.status.hide_job)
        window.status.cancel.clicked.connect(projects.cancel)
        window.welcome.demoRequested.connect(projects.demo)
        window.welcome.newRequested.connect(self.ask_new_project)
        window.welcome.importRequested.connect(self._beginning.ask_for_articles)
        self._nothing_yet = NothingYet(bench.view)
        self._nothing_yet.importRequested.connect(self.ask_import)
        bench.documentOpened.connect(self._on_document_opened)
        window.welcome.openRequested.connect(self.ask_open_project)
        window.welcome.recentRequested.connect(self._on_recent_requested)
        bench.messages.dismissed.connect(self.focus_article)
        bench.view.menuRequested.connect(self._on_menu_requested)
        self.destroyed.connect(bench.settings.subscribe(self._on_set))  # settings live longer than a window

    def _on_set(self, key: str, value: object) -> None:
        """Make a setting hold at once, whoever has changed it; the article and the keys listen for themselves."""
        if key == "ui.theme":
            self.set_theme(str(value))
        elif key == "annotator.name":
            self._projects.work_as(str(value))
        elif key == "done.order":
            self._window.refresh_actions()  # their marks say which order is chosen

    # Projects

    def ask_new_project(self) -> None:
        """Ask for a new project's name, scheme and language."""
        self._beginning.ask()

    def _on_document_opened(self) -> None:
        session = self._bench.session
        empty = (
            session is not None and session.document is None and not queries.neighbour_document(session.project.connection, 0, 1)
        )
        self._nothing_yet.show_for(empty=empty, writable=session is not None and not session.project.read_only)

    def _on_suggesters_wanted(self, kinds: Sequence[str]) -> None:
        if self._window.hands is not None:
            self._window.hands.suggesting.run_kinds(kinds)

    def ask_open_project(self) -> None:
        """Ask for a project file."""
        path = self._bench.ask.open_file(tr("Open project"), self._folders.of(PROJECTS), project_patterns())
        if path is not None:
            self._folders.note(PROJECTS, path.parent)
            self._projects.open(path)

    def _on_recent_requested(self, path: str) -> None:
        self._projects.open(Path(path))

    def ask_import(self) -> None:
        """Ask what to import."""
        self._importing.ask()

    def _on_dropped(self, paths: list[Path]) -> None:
        """Open a project that was dropped on the window; ask about anything else as for an import."""
        if len(paths) == 1 and paths[0].suffix == PROJECT_SUFFIX:
            self._projects.open(paths[0])
        elif self._bench.session is None:
            text = tr("Open a project first, or make one: files are imported into a project.")
            self._bench.messages.show_message(text, "info", tr("New project…"), lambda: self._beginning.ask(paths))
        elif not self._bench.refuses_edits():
            self._importing.ask(paths)

    def ask_export(self) -> None:
        """Ask what to export."""
        self._exporting.ask()

    def _folder(self) -> Path:
        session = self._bench.session
        last = self._bench.settings.get("project.last")
        project = session.project.path if session else Path(last) if last else None
        if project is None or project == demo_project():  # which lies where nobody would look for work of their own
            return Path.home()
        return project.parent if project.parent.is_dir() else Path.home()

    # Labels

    def choose_span_label(self) -> None:
        """Offer labels by name: for the focused relation those its ends allow, else the span labels."""
        self._choosing.choose_label()

    def ask_command(self) -> None:
        """Offer everything that can be done now, by name."""
        self._choosing.ask_command()

    def _on_menu_requested(self, place: QPoint) -> None:
        hands = self._window.hands
        if hands is None:
            return
        menu = ArticleMenu(hands, self._window.actions_by_id, self.theme, self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if menu.isEmpty():
            menu.close()
            self._bench.refuses_edits()
        else:
            menu.popup(place)

    # Window

    def edit_note(self) -> None:
        """Put the cursor into the note of the focused item."""
        self._window.bench.following.now()
        self._window.panels.inspector.edit_note()

    def focus_panels(self) -> None:
        """Leave the article for the panels."""
        self._window.panels.labels.setFocus()

    def focus_article(self) -> None:
        """Go back into the article."""
        self._bench.view.setFocus()

    def toggle_full_screen(self) -> None:
        """Show the article alone, or everything again."""
        self._window.toggle_full_screen()

    def toggle_density(self) -> None:
        """Set the article's lines denser, or airier again."""
        self._typesetting.toggle_density()

    def show_backups(self) -> None:
        """Show the backups of the project, and what going back to one would change."""
        self._backing_up.show_backups()

    def show_statistics(self) -> None:
        """Show the figures of the project."""
        self._statistics.show()

    def show_history_of_item(self) -> None:
        """Show who made and who changed what has the focus."""
        self._window.show_history_of_item()

    def search_project(self) -> None:
        """Go to the search of the whole project."""
        self._window.panels.searching.open()

    def ask_text_style(self) -> None:
        """Ask for the article's font, size, width and spacing."""
        from annotator.ui.dialogs.text_style import TextStyleDialog

        TextStyleDialog(self._bench.settings, self._window).open()

    def ask_picture(self) -> None:
        """Ask how and where to save a picture of the article."""
        self._pictures.ask_picture()

    def print_article(self) -> None:
        """Print the article."""
        self._pictures.print()

    def show_relation_grid(self) -> None:
        """Go to the relation grid, or back from it."""
        self._window.show_relation_grid()

    def set_theme(self, name: str) -> None:
        """Use the theme ``light``, ``dark`` or ``system``."""
        settings = self._bench.settings
        if settings.get("ui.theme") != name:
            try:
                settings.set("ui.theme", name)
            except AnnotatorError as error:
                self._bench.tell(told(error))
            return  # `_on_set` has called this again by now, as it does for a choice in Preferences
        theme = theme_named(name)
        self.theme = theme
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.setPalette(palette(theme))
        self._bench.view.set_theme(theme)
        self._window.panels.set_theme(theme)
        self._window.refresh_actions()

    def open_menu(self) -> None:
        """Open the first menu."""
        self._window.open_menu()

    def show_keys(self) -> None:
        """Show all keys on one sheet."""
        if self._window.hands is not None:
            self._window.hands.helping.show_keys()

    def show_about(self) -> None:
        """Show version and diagnostics."""
        if self._window.hands is not None:
            self._window.hands.helping.show_about()

    def quit(self) -> None:
        """Close the window."""
        self._window.close()
