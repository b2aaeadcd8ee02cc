"""What actions may reach (``Hands``), and when they can: the words in which the table of ``ui.actions`` speaks.

A new window of its own gets a controller as a field of ``Hands``; ``Shell`` is for what the main window does itself.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from annotator.domain.documents import Status

if TYPE_CHECKING:
    from annotator.ui.article.view import ArticleView
    from annotator.ui.describing import Describing
    from annotator.ui.documents import Documents
    from annotator.ui.editing import Editing
    from annotator.ui.finding import Finding
    from annotator.ui.helping import Helping
    from annotator.ui.history import History
    from annotator.ui.inbox import InboxHands
    from annotator.ui.knowledge_base import KnowledgeBase
    from annotator.ui.linking import Linking
    from annotator.ui.projects import Projects
    from annotator.ui.relating import Relating
    from annotator.ui.scheming import Scheming
    from annotator.ui.suggesting import Suggesting
    from annotator.ui.workbench import Workbench


class Shell(Protocol):
    """What actions need of the window itself; ``ui.shell.WindowShell`` is one."""

    def ask_new_project(self) -> None:
        """Ask for a new project's name, scheme and language."""

    def ask_open_project(self) -> None:
        """Ask for a project file."""

    def ask_import(self) -> None:
        """Ask what to import."""

    def ask_export(self) -> None:
        """Ask what to export."""

    def edit_note(self) -> None:
        """Put the cursor into the note of the focused item."""

    def choose_span_label(self) -> None:
        """Offer the span labels by name."""

    def show_relation_grid(self) -> None:
        """Show the grid of relations of the paragraph or selection, with the keyboard in it."""

    def toggle_density(self) -> None:
        """Set the lines closer or wider, with the caret's line held at its height."""

    def ask_text_style(self) -> None:
        """Ask for the font, the width of the lines and their density."""

    def ask_picture(self) -> None:
        """Ask where to save a picture of the article, and in which format."""

    def print_article(self) -> None:
        """Ask how to print the article, and print it."""

    def focus_panels(self) -> None:
        """Leave the article for the panels."""

    def focus_article(self) -> None:
        """Go back into the article."""

    def toggle_full_screen(self) -> None:
        """Show the article alone, or everything again."""

    def set_theme(self, name: str) -> None:
        """Use the theme ``light``, ``dark`` or ``system``."""

    def search_project(self) -> None:
        """Go to the search of the whole project."""

    def show_backups(self) -> None:
        """Show the project's backups."""

    def show_statistics(self) -> None:
        """Show the figures of the project."""

    def show_history_of_item(self) -> None:
        """Show who made and who changed what has the focus."""

    def ask_command(self) -> None:
        """Offer everything that can be done now, by name."""

    def open_menu(self) -> None:
        """Open the first menu."""

    def show_keys(self) -> None:
        """Show all keys on one sheet."""

    def show_about(self) -> None:
        """Show version and diagnostics."""

    def quit(self) -> None:
        """Close the window."""


class Preferences(Protocol):
    """What people may have otherwise."""

    def ask(self) -> None:
        """Show all settings."""

    def ask_for(self, key: str) -> None:
        """Show all settings, with the keyboard in the field of one of them."""

    def ask_keys(self) -> None:
        """Show all commands with their keys, to change them."""


@dataclass(frozen=True, slots=True)
class Hands:
    """Everything an action may reach."""

    bench: Workbench
    view: ArticleView
    editing: Editing
    relating: Relating
    history: History
    documents: Documents
    finding: Finding
    inbox: InboxHands
    projects: Projects
    shell: Shell
    preferring: Preferences
    scheming: Scheming
    suggesting: Suggesting
    helping: Helping
    linking: Linking
    knowledge: KnowledgeBase
    describing: Describing


When = Callable[[Hands], bool]


def always(_: Hands) -> bool:
    """In every state of the window."""
    return True


def with_project(hands: Hands) -> bool:
    """While a project is open."""
    return hands.bench.session is not None


def with_writable_project(hands: Hands) -> bool:
    """While a project is open that may be written."""
    return hands.bench.session is not None and not hands.bench.session.project.read_only


def with_document(hands: Hands) -> bool:
    """While a document is open."""
    return hands.bench.document is not None


def editable(hands: Hands) -> bool:
    """While a document is open that may be edited."""
    return hands.bench.editable


def on_item(hands: Hands) -> bool:
    """While an editable span or relation has the focus."""
    return editable(hands) and (hands.bench.span is not None or hands.bench.relation is not None)


def on_items(hands: Hands) -> bool:
    """While an editable span or relation has the focus, or spans are chosen."""
    return editable(hands) and (bool(hands.view.chosen) or on_item(hands))


def on_spans(hands: Hands) -> bool:
    """While an editable span has the focus, or spans are chosen."""
    return editable(hands) and (bool(hands.view.chosen) or hands.bench.span is not None)


def on_span(hands: Hands) -> bool:
    """While an editable span has the focus."""
    return editable(hands) and hands.bench.span is not None


def on_relation(hands: Hands) -> bool:
    """While an editable relation has the focus."""
    return editable(hands) and hands.bench.relation is not None


def finished(hands: Hands) -> bool:
    """While a document that was done or skipped may be taken up again."""
    document = hands.bench.document
    return editable(hands) and document is not None and document.info.status in (Status.DONE, Status.SKIPPED)


def themed(name: str) -> When:
    """While this theme is chosen."""
    return lambda hands: hands.bench.settings.get("ui.theme") == name


def going_on_by(order: str) -> When:
    """While this order is chosen for what comes after a finished document."""
    return lambda hands: hands.bench.settings.get("done.order") == order
