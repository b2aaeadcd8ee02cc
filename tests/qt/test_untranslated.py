"""Nothing in the window is left untranslated: under a translation that puts brackets round everything, no text stands without them.

That a text is missing in a catalogue is found by ``packaging/translations.py``; here are found those that no catalogue is asked for.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractListModel, QCoreApplication, QModelIndex, QObject, Qt, QTimer, QTranslator
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QListWidget,
    QMenu,
    QMessageBox,
    QPushButton,
    QTabBar,
    QTabWidget,
    QTextEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)

from annotator.commands.projects import load_scheme, shipped_schemes
from annotator.formats.plugins import known_formats
from annotator.nlp.suggesting import SUGGESTERS
from annotator.nlp.tokens import LANGUAGES
from annotator.settings.store import Settings
from annotator.store.project import Project
from annotator.ui.choice import ChoicePopup
from annotator.ui.context_menu import ArticleMenu
from annotator.ui.dialogs.ask import Ask
from annotator.ui.help_pages import PAGES, Words, command_help, read_page
from annotator.ui.i18n import tr
from annotator.ui.panels.parts import theme_of
from annotator.ui.touring import steps
from tests.qt.dialogs_support import DIALOGS, close_all
from tests.qt.window_support import MakeSeat, Seat, settle

OPENS, CLOSES = "⟦", "⟧"

PROPERTIES = (
    "text", "windowTitle", "title", "toolTip", "statusTip", "whatsThis", "placeholderText", "accessibleName", "accessibleDescription",
    "prefix", "suffix", "specialValueText",
)  # fmt: skip
ROLES = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.StatusTipRole,
    Qt.ItemDataRole.AccessibleTextRole,
    Qt.ItemDataRole.AccessibleDescriptionRole,
)


class Bracketing(QTranslator):
    """Translates every text into itself in brackets."""

    def translate(self, context: str, sourceText: str, disambiguation: str | None = None, n: int = -1) -> str:
        del context, disambiguation, n
        return f"{OPENS}{sourceText}{CLOSES}" if sourceText else ""

    def isEmpty(self) -> bool:
        return False


@pytest.fixture
def bracketed(qapp) -> Iterator[None]:
    translator = Bracketing()
    QCoreApplication.installTranslator(translator)
    yield
    QCoreApplication.removeTranslator(translator)


def texts_of(root: QObject) -> Iterator[tuple[str, str]]:
    """Yield every text that a window and what is in it shows or says, with where it stands; what is typed into fields is not ours."""
    for one in [root, *root.findChildren(QObject)]:
        kind = f"{type(one).__name__} {one.objectName()}".strip()
        for name in PROPERTIES:
            typed = name == "text" and isinstance(one, QLineEdit | QTextEdit)
            text = None if typed else one.property(name)
            if isinstance(text, str):
                yield f"{kind}.{name}", text
        if isinstance(one, QComboBox):
            yield from ((f"{kind} item", one.itemText(row)) for row in range(one.count()))
        elif isinstance(one, QTabBar):
            for row in range(one.count()):
                yield from ((f"{kind} tab", text) for text in (one.tabText(row), one.tabToolTip(row)))
        elif isinstance(one, QAbstractItemView) and not isinstance(one, QHeaderView) and one.model() is not None:
            yield from ((f"{kind} cell", text) for text in cells_of(one.model()))


def cells_of(model: QAbstractItemModel, above: QModelIndex | None = None, most: int = 60) -> Iterator[str]:
    """Yield the headers of a model and its first rows, with those below them."""
    above = above or QModelIndex()
    columns = range(1 if isinstance(model, QAbstractListModel) else model.columnCount(above))
    if not above.isValid():
        yield from (
            text
            for column in columns
            for role in ROLES
            if isinstance(text := model.headerData(column, Qt.Orientation.Horizontal, role), str)
        )
    for row in range(min(model.rowCount(above), most)):
        for column in columns:
            index = model.index(row, column, above)
            yield from (text for role in ROLES if isinstance(text := index.data(role), str))
        if not isinstance(model, QAbstractListModel):
            yield from cells_of(model, model.index(row, 0, above), 20)


def pieces(text: str) -> list[str]:
    """Return the pieces of a text that stand in no bracket, without the signs at their ends; empty where none has a letter."""
    plain = re.sub(r"</?(?:qt|b|i|br|p|a|tt|code)\b[^>]*>", "\n", html.unescape(text) if text.startswith("<qt>") else text)
    while (inner := re.sub(r"⟦[^⟦⟧]*⟧", "\n", plain)) != plain:
        plain = inner
    return [trimmed for piece in plain.split("\n") if (trimmed := trim(piece))]


def trim(piece: str) -> str:
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", piece)


@cache
def names() -> set[str]:
    """Return what is called the same in every language, and what comes in the window's language from elsewhere, with its own tests."""
    formats = known_formats().values()
    options = {
        name
        for entry in formats
        for given in (entry.read_options, entry.write_options, entry.export_options)
        for name in given or ()
    }
    schemes = {text for name in shipped_schemes() for text in (name, *load_scheme(name).description.values())}
    pages = {read_page(name, "en", Words()).title for name in PAGES}
    return {
        "Annotator",  # the program
        "Aa",  # a picture of letters
        "utf-8",
        "#1f77b4",
        *LANGUAGES,  # codes
        *options,
        *schemes,
        *SUGGESTERS,
        *QFontDatabase.families(),
        *pages,  # files in each language; test_help_pages holds them together
        *command_help("en").values(),
    }


def content(project: Project) -> set[str]:
    """Return the words of the project itself."""
    scheme = project.scheme
    found = {"ani", "model", "Joko", "PERSON", "cerita", "a.txt", "x.spacy", "a trace"}  # those of the reports in dialogs_support
    found |= {entry.name for entries in (scheme.spans, scheme.relations, scheme.attributes) for entry in entries}
    found |= {str(value) for attribute in scheme.attributes for value in attribute.values} | {
        scheme.name,
        project.path.name,
        project.path.stem,
        "import",
    }
    for _, name, text in project.connection.execute("SELECT id, name, text FROM documents"):
        found |= {name, text}
    return found


SAME = re.compile(
    r"[^\W\d_](?: / [^\W\d_])*"  # the letters of keys
    r"|(?:Ctrl|Alt|Shift)(?:\+\S*)?"
    r"|(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) )?\d* ?(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\b[\d ,:]*"  # days, by the locale
    r"|[kMG]?B|bytes"  # sizes, by the locale
    r"|(?:[A-Za-z]:)?[\w.-]*(?:[/\\][\w.-]+)+"  # paths
)


class Look:
    """Looks through windows for texts that are neither translated nor data."""

    def __init__(self, project: Project | None = None) -> None:
        self._data = {trim(text) for text in names() | (content(project) if project else set())}
        self._articles = [text for text in content(project) if len(text) > 15] if project else []
        self.seen = 0

    def untranslated(self, root: QObject) -> list[str]:
        found = set()
        for place, text in texts_of(root):
            self.seen += OPENS in text
            found |= {f"{place}: {piece}" for piece in pieces(text) if not self._is_data(piece)}
        return sorted(found)

    def _is_data(self, piece: str) -> bool:
        """Whether a piece is data, or made of nothing else but signs between."""
        if piece in self._data or SAME.fullmatch(piece) or any(piece in text for text in self._articles):
            return True
        parts = [trimmed for part in re.split(r"[^\w\s.'-]|\. ", piece) if (trimmed := trim(part))]
        return parts != [piece] and all(map(self._is_data, parts))


@pytest.fixture
def welcome(bracketed, make_seat: MakeSeat, tmp_path: Path) -> Seat:
    settings = Settings(tmp_path / "settings.json")
    settings.set("ui.language", "en")
    seat = make_seat(settings=settings)
    seat.show()
    return seat


@pytest.fixture
def seated(welcome: Seat, project_file: Path) -> Seat:
    assert welcome.hands.projects.open(project_file)
    settle()
    return welcome


def test_the_welcome_page_is_translated(welcome: Seat):
    look = Look()
    assert look.untranslated(welcome.window) == []
    assert look.seen > 200


def test_the_window_is_translated(seated: Seat):
    look, window = Look(seated.project), seated.window
    for dock in window._docks:
        dock.show()
        dock.raise_()
        settle()
    for menu in window.findChildren(QMenu):
        menu.aboutToShow.emit()
    assert look.untranslated(window) == []
    for focus in (lambda: seated.view.focus_span("s1"), lambda: seated.view.focus_relation("r1"), seated.view.clear_focus):
        focus()
        settle()
        assert look.untranslated(window) == []
        menu = ArticleMenu(seated.hands, window.actions_by_id, theme_of(window), window)
        assert look.untranslated(menu) == []
    assert look.seen > 1000


ACTIONS = (
    "find.open", "find.project", "find.inbox", "span.choose", "span.enter", "span.propagate", "span.propagate-project", "item.history",
    "item.note", "item.attribute", "item.kb-id", "relation.start", "document.categories", "view.grid", "help.commands",
)  # fmt: skip
"""Those that show something that is no dialog: a list over the article, a bar, a panel."""


def test_what_actions_show_is_translated(seated: Seat):
    look, found = Look(seated.project), {}
    for action in ACTIONS:
        seated.view.focus_span("s1")
        settle()
        seated.trigger(action)
        settle()
        shown = [seated.window, *(top for top in QApplication.topLevelWidgets() if top.isVisible() and top is not seated.window)]
        found[action] = [line for top in shown for line in look.untranslated(top)]
        for popup in seated.window.findChildren(ChoicePopup):
            popup.close()
        settle()
    assert {action: lines for action, lines in found.items() if lines} == {}


def test_dialogs_are_translated(seated: Seat, tmp_path: Path):
    """All in one window: a window for each would take longer than all the dialogs."""
    found: dict[str, list[str]] = {}
    for name, way in DIALOGS.items():
        look = Look(seated.project)
        dialog = way.open(seated.window, tmp_path)
        found[name] = look.untranslated(dialog)
        for _ in walked_pages(dialog):
            settle()
            found[name] += look.untranslated(dialog)
        assert look.seen > 3, name
        close_all()
        settle()
    assert {name: lines for name, lines in found.items() if lines} == {}


def walked_pages(dialog: QWidget) -> Iterator[int]:
    """Go to each page of a dialog that has several."""
    for tabs in dialog.findChildren(QTabWidget):
        for row in range(tabs.count()):
            tabs.setCurrentIndex(row)
            yield row
    pages = getattr(dialog, "pages", None)
    for row in range(pages.count()) if isinstance(pages, QListWidget) else ():
        pages.setCurrentRow(row)
        yield row


def test_the_tour_is_translated(bracketed):
    found = [(step.title, step.text) for step in steps()]
    assert len(found) > 5
    assert [text for texts in found for text in texts if pieces(text)] == []


def test_a_question_is_translated(bracketed, qtbot):
    found: list[str] = []

    def answer() -> None:
        box = next(top for top in QApplication.topLevelWidgets() if isinstance(top, QMessageBox) and top.isVisible())
        found.extend(Look().untranslated(box))
        box.close()

    QTimer.singleShot(100, answer)
    assert not Ask().confirm(tr("Close"), tr("Nothing is selected."), tr("Close without it"))
    assert found == []


def test_what_looks_for_untranslated_texts_finds_them(seated: Seat, tmp_path: Path):
    """The tests above would pass for ever if they looked in the wrong places."""
    look = Look(seated.project)
    dialog = DIALOGS["about"].open(seated.window, tmp_path)
    layout = dialog.layout()
    assert layout is not None
    button = QPushButton("Throw everything away")
    button.setToolTip("No way back")
    box, table, field, tabs = QComboBox(), QTreeWidget(), QLineEdit("typed"), QTabWidget()
    box.addItem("Everything")
    table.setHeaderLabels(["What", "GPE"])
    table.addTopLevelItem(QTreeWidgetItem(["Gone"]))
    field.setPlaceholderText("Name of a file")
    field.setAccessibleName(f"{tr('Close')} or not")
    tabs.addTab(QWidget(), "More")
    for widget in (button, box, table, field, tabs):
        layout.addWidget(widget)
    settle()
    found = {line.partition(": ")[2] for line in look.untranslated(dialog)}
    assert found == {
        "Throw everything away", "No way back", "Everything", "What", "Gone", "Name of a file", "or not", "More",
    }  # fmt: skip
    assert Look().untranslated(seated.window.menuBar()) == []
    seated.window.actions_by_id["edit.undo"].setText("Take it back")
    assert any("Take it back" in line for line in look.untranslated(seated.window))
