"""The one table of what a user can do: id, words, icon, keys, when, and what runs.

Keys are Qt's portable names.  An action of scope ``article`` acts only while the article has the focus, where its key may be a
printable character; one of scope ``window`` acts everywhere.  Menus, tool tips, the key sheet and the article's bindings all come from
here, and a setting (``keys.overrides``) may give an action other keys.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from annotator.ui import shaping
from annotator.ui.hands import (
    Hands,
    When,
    always,
    editable,
    finished,
    going_on_by,
    on_item,
    on_items,
    on_relation,
    on_span,
    on_spans,
    themed,
    with_document,
    with_project,
    with_writable_project,
)
from annotator.ui.i18n import tr


class Scope(StrEnum):
    """Where an action's keys act."""

    ARTICLE = "article"
    WINDOW = "window"


class Section(StrEnum):
    """The menus, in their order."""

    PROJECT = "Project"
    EDIT = "Edit"
    SPAN = "Span"
    RELATION = "Relation"
    DOCUMENT = "Document"
    VIEW = "View"
    MOVE = "Move"
    HELP = "Help"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a user can do; ``checked`` says when its mark in the menu is set, for those that have one."""

    id: str
    section: Section
    text: str
    run: Callable[[Hands], object]
    keys: tuple[str, ...] = ()
    scope: Scope = Scope.WINDOW
    enabled: When = always
    icon: str = ""
    toolbar: bool = False
    checked: When | None = None


def _project_actions() -> tuple[Action, ...]:
    at = Section.PROJECT
    return (
        Action("project.new", at, "New project…", lambda h: h.shell.ask_new_project(), ("Ctrl+N",), icon="file-plus"),
        Action("project.open", at, "Open project…", lambda h: h.shell.ask_open_project(), ("Ctrl+O",), icon="folder-open"),
        Action("project.demo", at, "Open the demo", lambda h: h.projects.demo(), icon="sparkles"),
        Action("project.import", at, "Import…", lambda h: h.shell.ask_import(), ("Ctrl+I",), enabled=with_writable_project,
               icon="file-import", toolbar=True),
        Action("project.export", at, "Export…", lambda h: h.shell.ask_export(), ("Ctrl+E",), enabled=with_project,
               icon="file-export", toolbar=True),
        Action("project.copy", at, "Save a copy…", lambda h: h.projects.save_copy(), enabled=with_project, icon="copy"),
        Action("project.backups", at, "Backups…", lambda h: h.shell.show_backups(), enabled=with_project, icon="refresh"),
        Action("project.scheme", at, "Label scheme…", lambda h: h.scheming.edit(), ("Ctrl+Shift+L",), enabled=with_writable_project,
               icon="tag"),
        Action("project.knowledge", at, "Knowledge base…", lambda h: h.knowledge.show(), enabled=with_project, icon="database"),
        Action("project.statistics", at, "Statistics…", lambda h: h.shell.show_statistics(), enabled=with_project, icon="list"),
        Action("project.close", at, "Close project", lambda h: h.projects.close(), ("Ctrl+W",), enabled=with_project, icon="x"),
        Action("project.picture", at, "Save a picture of the article…", lambda h: h.shell.ask_picture(), enabled=with_document),
        Action("project.print", at, "Print…", lambda h: h.shell.print_article(), ("Ctrl+P",), enabled=with_document),
        Action("window.menu", at, "Open the menu", lambda h: h.shell.open_menu(), ("F10",)),
        Action("window.quit", at, "Quit", lambda h: h.shell.quit(), ("Ctrl+Q",)),
    )  # fmt: skip


def _edit_actions() -> tuple[Action, ...]:
    at = Section.EDIT
    return (
        Action("edit.undo", at, "Undo", lambda h: h.history.undo(), ("Ctrl+Z",), enabled=with_project, icon="arrow-back-up",
               toolbar=True),
        Action("edit.redo", at, "Redo", lambda h: h.history.redo(), ("Ctrl+Shift+Z", "Ctrl+Y"), enabled=with_project,
               icon="arrow-forward-up", toolbar=True),
        Action("find.open", at, "Find in document", lambda h: h.finding.open(), ("Ctrl+F",), enabled=with_document, icon="search",
               toolbar=True),
        Action("find.project", at, "Search the project", lambda h: h.shell.search_project(), ("Ctrl+Shift+F",), enabled=with_project,
               icon="search"),
        Action("find.inbox", at, "Consistency inbox", lambda h: h.inbox.open(), ("Ctrl+Shift+I",), enabled=with_project,
               icon="list"),
        Action("find.next", at, "Next match", lambda h: h.finding.step(1), ("F3",), enabled=with_document),
        Action("find.previous", at, "Previous match", lambda h: h.finding.step(-1), ("Shift+F3",), enabled=with_document),
        Action("edit.preferences", at, "Preferences…", lambda h: h.preferring.ask(), ("Ctrl+,",), icon="settings"),
        Action("edit.keys", at, "Change the keys…", lambda h: h.preferring.ask_keys(), icon="keyboard"),
    )  # fmt: skip


def _span_actions() -> tuple[Action, ...]:
    at, here = Section.SPAN, Scope.ARTICLE
    return (
        Action("span.choose", at, "Label by name…", lambda h: h.shell.choose_span_label(), (" ",), here, editable, "tag"),
        Action("span.enter", at, "Likeliest label, or accept and go on", lambda h: h.editing.enter(), ("Return",), here, editable,
               "check"),
        Action("span.accept-label", at, "Accept all of this label", lambda h: h.editing.accept_label(), ("Ctrl+Alt+Return",), here,
               on_item, "checks"),
        Action("span.propagate", at, "Same text, same label, in the whole document", lambda h: h.editing.propagate(), ("Ctrl+D",),
               here, editable, "copy"),
        Action("span.propagate-project", at, "Same text in the whole project…", lambda h: h.editing.propagate_everywhere(),
               ("Ctrl+Shift+D",), here, editable),
        Action("span.remove", at, "Remove or reject", lambda h: h.editing.remove(chosen=True), ("Del", "Backspace"), here, on_items,
               "trash"),
        Action("span.start-out", at, "Start edge out", lambda h: h.editing.move_edge("start", -1), ("[", "F7"), here, on_span),
        Action("span.start-in", at, "Start edge in", lambda h: h.editing.move_edge("start", 1), ("{", "Shift+F7"), here, on_span),
        Action("span.end-out", at, "End edge out", lambda h: h.editing.move_edge("end", 1), ("]", "F8"), here, on_span),
        Action("span.end-in", at, "End edge in", lambda h: h.editing.move_edge("end", -1), ("}", "Shift+F8"), here, on_span),
        Action("span.start-out-character", at, "Start edge out by a character",
               lambda h: h.editing.move_edge("start", -1, by_character=True), ("Alt+[", "Alt+F7"), here, on_span),
        Action("span.start-in-character", at, "Start edge in by a character",
               lambda h: h.editing.move_edge("start", 1, by_character=True), ("Alt+{", "Alt+Shift+F7"), here, on_span),
        Action("span.end-out-character", at, "End edge out by a character",
               lambda h: h.editing.move_edge("end", 1, by_character=True), ("Alt+]", "Alt+F8"), here, on_span),
        Action("span.end-in-character", at, "End edge in by a character",
               lambda h: h.editing.move_edge("end", -1, by_character=True), ("Alt+}", "Alt+Shift+F8"), here, on_span),
        Action("span.add-fragment", at, "Add the selection as a further fragment", lambda h: shaping.add_fragment(h.bench),
               ("Ctrl+Shift+J",), here, editable, "plus"),
        Action("span.merge", at, "Merge with the neighbour, or the chosen spans", lambda h: shaping.merge(h.bench), ("Ctrl+J",), here,
               on_spans),
        Action("span.split", at, "Split at the caret", lambda h: shaping.split(h.bench), ("Ctrl+B",), here, editable),
        Action("item.history", at, "Who made this?", lambda h: h.shell.show_history_of_item(), enabled=with_document),
        Action("item.note", at, "Note", lambda h: h.shell.edit_note(), ("n",), here, on_item, "note"),
        Action("item.attribute", at, "Attributes…", lambda h: h.describing.choose_attribute(), ("b",), here, on_items),
        Action("item.kb-id", at, "Knowledge-base link…", lambda h: h.linking.choose(), ("k",), here, on_spans, "external-link"),
    )  # fmt: skip


def _relation_actions() -> tuple[Action, ...]:
    at, here = Section.RELATION, Scope.ARTICLE
    return (
        Action("relation.start", at, "Relate the focused span to…", lambda h: h.relating.start(), ("r",), here, on_item,
               "link"),
        Action("relation.role", at, "Fill a role of the event…", lambda h: h.relating.start_role(), ("e",), here, on_span),
        Action("relation.reverse", at, "Reverse", lambda h: h.relating.reverse(), ("x",), here, on_relation, "arrows-exchange"),
        Action("relation.other-end", at, "Go to the other end", lambda h: h.relating.go_to_other_end(), ("g",), here, on_item),
        Action("relation.next", at, "Next relation", lambda h: h.relating.step(1), ("Ctrl+Right",), here, with_document),
        Action("relation.previous", at, "Previous relation", lambda h: h.relating.step(-1), ("Ctrl+Left",), here,
               with_document),
    )  # fmt: skip


def _document_actions() -> tuple[Action, ...]:
    at = Section.DOCUMENT
    return (
        Action("document.done", at, "Done, and next", lambda h: h.documents.done(), ("Ctrl+Return",), enabled=with_document,
               icon="checks", toolbar=True),
        Action("document.skip", at, "Skip, and next", lambda h: h.documents.skip(), ("Ctrl+Shift+Return",), enabled=editable,
               icon="player-skip-forward", toolbar=True),
        Action("document.flag", at, "Flag for later", lambda h: h.documents.flag(), ("Ctrl+L",), enabled=editable, icon="flag",
               toolbar=True),
        Action("document.categories", at, "Categories…", lambda h: h.describing.choose_categories(), ("Ctrl+T",), enabled=editable,
               icon="tag"),
        Action("document.reopen", at, "Take up again", lambda h: h.documents.reopen(), enabled=finished, icon="refresh"),
        Action("document.suggest", at, "Suggest for this document", lambda h: h.suggesting.here(), ("Ctrl+G",), enabled=editable,
               icon="sparkles"),
        Action("project.suggest", at, "Suggest…", lambda h: h.suggesting.ask(), ("Ctrl+Shift+G",),
               enabled=with_writable_project),
        Action("document.previous", at, "Previous document", lambda h: h.documents.step(-1), ("Ctrl+PgUp",),
               enabled=with_document, icon="chevron-left", toolbar=True),
        Action("document.next", at, "Next document", lambda h: h.documents.step(1), ("Ctrl+PgDown",), enabled=with_document,
               icon="chevron-right", toolbar=True),
        Action("document.order-project", at, "When done: next of the project", lambda h: h.documents.go_on_by("project"),
               checked=going_on_by("project")),
        Action("document.order-disagreement", at, "When done: most disagreement next", lambda h: h.documents.go_on_by("disagreement"),
               checked=going_on_by("disagreement")),
        Action("document.order-doubt", at, "When done: least sure next", lambda h: h.documents.go_on_by("doubt"),
               checked=going_on_by("doubt")),
        Action("document.order-novelty", at, "When done: most new words next", lambda h: h.documents.go_on_by("novelty"),
               checked=going_on_by("novelty")),
    )  # fmt: skip


def _view_actions() -> tuple[Action, ...]:
    at = Section.VIEW
    return (
        Action("view.arcs", at, "Arcs: focused, all, none", lambda h: h.view.cycle_arcs(), ("v",), Scope.ARTICLE, with_document,
               "eye"),
        Action("view.grid", at, "Relation grid", lambda h: h.shell.show_relation_grid(), ("Ctrl+R",), enabled=with_document),
        Action("view.density", at, "Denser or airier lines", lambda h: h.shell.toggle_density(), enabled=with_document),
        Action("view.text", at, "Text and lines…", lambda h: h.shell.ask_text_style()),
        Action("view.zoom-in", at, "Larger", lambda h: h.view.zoom(1), ("Ctrl++", "Ctrl+="), icon="zoom-in"),
        Action("view.zoom-out", at, "Smaller", lambda h: h.view.zoom(-1), ("Ctrl+-",), icon="zoom-out"),
        Action("view.zoom-reset", at, "Usual size", lambda h: h.view.reset_zoom(), ("Ctrl+0",), icon="zoom-reset"),
        Action("view.full-screen", at, "Article only", lambda h: h.shell.toggle_full_screen(), ("F11",)),
        Action("view.theme-light", at, "Light", lambda h: h.shell.set_theme("light"), icon="sun", checked=themed("light")),
        Action("view.theme-dark", at, "Dark", lambda h: h.shell.set_theme("dark"), icon="moon", checked=themed("dark")),
        Action("view.theme-system", at, "As the system", lambda h: h.shell.set_theme("system"), checked=themed("system")),
    )  # fmt: skip


def _move_actions() -> tuple[Action, ...]:
    at, here = Section.MOVE, Scope.ARTICLE
    return (
        Action("move.next-span", at, "Next span", lambda h: h.view.step_span(1), ("Tab",), here, with_document),
        Action("move.previous-span", at, "Previous span", lambda h: h.view.step_span(-1), ("Shift+Tab",), here, with_document),
        Action("move.next-unreviewed", at, "Next unreviewed", lambda h: h.view.step_unreviewed(1), (".",), here, with_document),
        Action("move.previous-unreviewed", at, "Previous unreviewed", lambda h: h.view.step_unreviewed(-1), (",",), here,
               with_document),
        Action("move.cycle", at, "Cycle through the spans here", lambda h: h.view.cycle_spans(), ("c",), here, with_document),
        Action("move.choose", at, "Choose the span, too, or no longer", _toggle_chosen, ("Shift+Space",), here, on_span),
        Action("move.jump", at, "Jump to a token", lambda h: h.view.start_jump(), ("f",), here, with_document),
        Action("move.unit", at, "Tokens or characters", _toggle_unit, (";",), here, with_document),
        Action("move.leave", at, "Leave the article", lambda h: h.shell.focus_panels(), ("F6",)),
        Action("move.enter", at, "Enter the article", lambda h: h.shell.focus_article(), ("Shift+F6",)),
        Action("move.clear", at, "Clear selection and focus", lambda h: h.view.escape(), ("Esc",), here),
    )  # fmt: skip


def _help_actions() -> tuple[Action, ...]:
    at = Section.HELP
    return (
        Action("help.commands", at, "Run a command by name…", lambda h: h.shell.ask_command(), ("Ctrl+K",)),
        Action("help.keys", at, "All keys", lambda h: h.shell.show_keys(), ("F1",), icon="keyboard", toolbar=True),
        Action("help.pages", at, "Help", lambda h: h.helping.show(), ("Ctrl+F1",), icon="help"),
        Action("help.whats-this", at, "What is this?", lambda h: h.helping.explain(), ("Shift+F1",)),
        Action("help.tour", at, "Take the tour", lambda h: h.helping.touring.start(), icon="sparkles"),
        Action("help.about", at, "About and diagnostics", lambda h: h.shell.show_about(), icon="info-circle"),
    )


def _toggle_chosen(hands: Hands) -> None:
    if hands.view.focused_span is not None:
        hands.view.toggle_chosen(hands.view.focused_span)


def _toggle_unit(hands: Hands) -> None:
    settings = hands.bench.settings
    characters = settings.get("article.unit") != "characters"
    hands.view.set_unit_characters(characters)
    hands.bench.tell(tr("The unit is the character.") if characters else tr("The unit is the token."))
    hands.bench.attempt(lambda: settings.set("article.unit", "characters" if characters else "tokens"))


ACTIONS: tuple[Action, ...] = (
    *_project_actions(),
    *_edit_actions(),
    *_span_actions(),
    *_relation_actions(),
    *_document_actions(),
    *_view_actions(),
    *_move_actions(),
    *_help_actions(),
)


def keys_of(action: Action, overrides: Mapping[str, list[str]]) -> tuple[str, ...]:
    """Return the keys of an action, as the user has them."""
    return tuple(overrides[action.id]) if action.id in overrides else action.keys


def is_bare(key: str) -> bool:
    """Tell whether a key types or erases something, or moves in a list, where no modifier but Shift is held."""
    *held, last = key.split("+") if len(key) > 1 else [key]
    return set(held) <= {"Shift"} and (len(last) == 1 or last in _TYPING)


_TYPING = frozenset(("Space", "Return", "Tab", "Backspace", "Del", "Home", "End", "PgUp", "PgDown", "Left", "Right", "Up", "Down"))


def article_bindings(hands: Hands, overrides: Mapping[str, list[str]], label_keys: str) -> dict[str, Callable[[], None]]:
    """Return what each key does in the article: the actions of that scope, then the label keys that no action takes.

    Keys of the window that type or erase something act here alone, too, or nobody could type them into a field.
    """
    bindings: dict[str, Callable[[], None]] = {}
    for action in ACTIONS:
        for key in keys_of(action, overrides):
            if action.scope is Scope.ARTICLE or is_bare(key):
                bindings[key] = _Bound(action, hands)
    for key in label_keys:
        bindings.setdefault(key, _LabelKey(hands, key))
    return bindings


@dataclass(frozen=True, slots=True)
class _Bound:
    action: Action
    hands: Hands

    def __call__(self) -> None:
        if self.action.enabled(self.hands):
            self.action.run(self.hands)
        else:
            self.hands.bench.refuses_edits()


@dataclass(frozen=True, slots=True)
class _LabelKey:
    hands: Hands
    key: str

    def __call__(self) -> None:
        self.hands.editing.press_label_key(self.key)
