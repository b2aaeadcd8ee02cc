"""The inspector: everything about the one span or relation that has the focus."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QDockWidget,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from annotator.domain.annotations import Item, Relation, Span
from annotator.domain.knowledge import Entry
from annotator.session.document import DocumentState
from annotator.ui.i18n import by_count, plain_tip, told, tr
from annotator.ui.icons import icon
from annotator.ui.panels.inspector_facts import (
    attribute_rows,
    end_text,
    facts,
    is_symmetric,
    item_problems,
    legal_labels,
    shortened,
    suggested_by,
)
from annotator.ui.panels.inspector_fields import FieldsForm
from annotator.ui.panels.inspector_link import LinkField
from annotator.ui.panels.inspector_links import LinksList
from annotator.ui.panels.parts import CalmComboBox, heading, icon_button, plain_label, rule, spaced, swatch_icon, theme_of
from annotator.ui.theme import Theme
from annotator.ui.theme_qt import color

_BUTTON = 40
"""Pixels that a button keeps in a small window, whose article needs the room: its icon, and the beginning of its word."""


class InspectorPanel(QWidget):
    """Shows one item of the open document and says what the person wants of it; it writes nothing itself.

    ``described`` is that of ``inspector_fields.FieldsForm``: it names the item it is about, which need not be the one shown any more.
    The other signals are about the item shown.  ``itemRequested`` brings a kind ("span" or "relation") and an id to go to;
    ``linkRequested`` asks for the entries of the knowledge base to choose from.

    Whoever had the keyboard before it came here gets it back when a field is finished: a note is written without leaving the article.
    """

    labelRequested = Signal(str)
    described = Signal(object)
    itemRequested = Signal(str, str)
    acceptRequested = Signal()
    removeRequested = Signal()
    reverseRequested = Signal()
    linkRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: DocumentState | None = None
        self._item: Item | None = None
        self._before: QWidget | None = None
        self._hide_again: QDockWidget | None = None
        self._offered: tuple[Theme, list[tuple[str, str]]] | None = None
        self._entry: Callable[[str], Entry | None] = _no_entry
        self._known: Callable[[], bool] = bool
        self.title = heading("", larger=1.15)
        self.title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.remove = icon_button("trash", tr("Remove"))
        self.suggestion = QFrame()
        self.suggested_by = plain_label()
        self.accept = QPushButton(icon("check"), tr("Accept"))
        self.reject = QPushButton(icon("x"), tr("Reject"))
        self.label = CalmComboBox(tr("Label"))
        self.label.setIconSize(QSize(12, 12))
        self.head = _EndButton(tr("Head of the relation"))
        self.tail = _EndButton(tr("Tail of the relation"))
        self.reverse = icon_button("arrows-exchange", tr("Reverse the relation"))
        self.problems = plain_label()
        for label in (self.title, self.problems):
            label.setMinimumWidth(1)  # one long word must not push the panel's fields out of sight
        for button in (self.accept, self.reject):
            button.setMinimumWidth(_BUTTON)
        self._tail_row, tail_line = _row()
        tail_line.addWidget(self.tail, 1)
        tail_line.addWidget(self.reverse)
        caption = plain_label(tr("Label"), wrap=False)
        self.link = LinkField()
        self.fields = FieldsForm(
            ((caption, self.label), (self.head.caption, self.head), (self.tail.caption, self._tail_row)),
            below=((plain_label(tr("Link"), wrap=False), self.link),),
            last=self.link.copy,
        )
        self.links_heading = heading(tr("Relations"))
        self.links = LinksList()
        self._facts = _Facts()
        self._hint = plain_label(quiet=True)
        self._pages = QStackedWidget()
        self._lay_out()
        self._connect()
        self.show_nothing()

    # What it shows

    def show_span(self, state: DocumentState, span: Span, theme: Theme | None = None) -> None:
        """Show a span, or bring up to date what is shown of it; text being typed stays."""
        self._show(state, span, theme)
        count = self.links.show_links(state, span, theme or theme_of(self))
        self.links_heading.setText(by_count(count, tr("{} relation"), tr("{} relations")))
        self.links_heading.setVisible(count > 0)
        self.links.setVisible(count > 0)
        self._show_ends(visible=False)
        self.link.show_link(span.kb_id, self._entry(span.kb_id), known=self._known(), editable=not state.read_only)
        self.title.setText(shortened(span.surface(state.text)))
        self._show_fields(state, span)

    def show_relation(self, state: DocumentState, relation: Relation, theme: Theme | None = None) -> None:
        """Show a relation, or bring up to date what is shown of it; text being typed stays."""
        self._show(state, relation, theme)
        self.links_heading.hide()
        self.links.hide()
        self._show_ends(visible=True)
        symmetric = is_symmetric(state, relation)
        self.head.show_end(relation.head, end_text(state, relation.head, 200), tr("Between") if symmetric else tr("From"))
        self.tail.show_end(relation.tail, end_text(state, relation.tail, 200), tr("and") if symmetric else tr("To"))
        self.reverse.setVisible(not symmetric)
        arrow = "↔" if symmetric else "→"
        self.title.setText(f"{end_text(state, relation.head, 50)} {arrow} {end_text(state, relation.tail, 50)}")
        self._show_fields(state, relation)

    def show_nothing(self, hint: str = "") -> None:
        """Show no item but a sentence that says how to get one."""
        self._item = self._state = None
        self._hint.setText(hint or tr("Click a span in the article, or press Tab there, to see and correct it here."))
        self._pages.setCurrentIndex(0)
        self.fields.show_nothing()

    def edit_note(self) -> None:
        """Put the cursor into the note of the item shown; nothing happens if none is."""
        self._edit(self.fields.note)

    def set_knowledge(self, entry: Callable[[str], Entry | None], known: Callable[[], bool]) -> None:
        """Ask ``entry`` what an id means, and ``known`` whether there is a knowledge base at all."""
        self._entry, self._known = entry, known

    def flush(self) -> None:
        """Announce what is typed and not saved yet; to be called before the document is done, left or closed."""
        self.fields.flush()

    def _edit(self, field: QWidget) -> None:
        if self._item is None or field.isHidden():
            return
        dock = _dock_of(self)
        if dock is not None and field.visibleRegion().isEmpty():  # hidden, or behind another tab, where Qt calls it visible
            self._hide_again = dock if dock.isHidden() else None
            dock.show()
            dock.raise_()
        self._scroll.ensureWidgetVisible(field)
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _on_finished(self) -> None:
        self.flush()
        before, dock = self._before, self._hide_again
        if before is not None and isValid(before) and before.isVisible():
            before.setFocus(Qt.FocusReason.OtherFocusReason)
        if dock is not None and isValid(dock):
            dock.hide()
        self._hide_again = None

    def _on_keyboard_moved(self, left: QWidget | None, entered: QWidget | None) -> None:
        if entered is not None and left is not None and self.isAncestorOf(entered) and not self.isAncestorOf(left):
            self._before = left

    def _show(self, state: DocumentState, item: Item, theme: Theme | None) -> None:
        self._state, self._item = state, item
        theme = theme or theme_of(self)
        self._fill_labels(theme)
        writable = not state.read_only
        self.label.setEnabled(writable)
        self.reverse.setEnabled(writable)
        self.remove.setVisible(writable and item.reviewed)
        self.suggestion.setVisible(not item.reviewed)
        self.suggested_by.setText(suggested_by(item))
        for button in (self.accept, self.reject):
            button.setVisible(writable)
        found = item_problems(state, item)
        self.problems.setText("\n".join(f"⚠ {told(problem.message)}" for problem in found))
        self.problems.setVisible(bool(found))
        look = self.problems.palette()
        look.setColor(QPalette.ColorRole.WindowText, color(theme.warning))
        self.problems.setPalette(look)
        self._facts.show_facts(dict(facts(item)))
        self._pages.setCurrentIndex(1)

    def _show_fields(self, state: DocumentState, item: Item) -> None:
        """Show what can be typed, last: it may announce what was typed for another item, and be called again in answer."""
        find = state.span if isinstance(item, Span) else state.relation
        rows = attribute_rows(state, item)
        self.fields.show_item(item, state.set_id, find, rows)
        self.fields.set_editable(not state.read_only)

    def _fill_labels(self, theme: Theme) -> None:
        state, item = self._state, self._item
        if state is None or item is None:
            return
        offered = [(label.name, label.color) for label in legal_labels(state, item)]
        if item.label not in {name for name, _ in offered}:
            known = state.scheme.relation(item.label) if isinstance(item, Relation) else state.scheme.span(item.label)
            offered.insert(0, (item.label, known.color if known else ""))
        if (theme, offered) != self._offered:  # filling it anew would also close it under the hand
            self._offered = (theme, offered)
            self.label.clear()
            for name, base in offered:
                self.label.addItem(swatch_icon(theme, base), name)
        self.label.setCurrentIndex(self.label.findText(item.label))

    # What the person does

    def _on_label_chosen(self, index: int) -> None:
        name = self.label.itemText(index)
        if self._item is not None and name != self._item.label:
            self.labelRequested.emit(name)
        if self._item is not None:  # a refused label must not look as if it were given
            self.label.setCurrentIndex(self.label.findText(self._item.label))

    def _on_head_clicked(self) -> None:
        self.itemRequested.emit("span", self.head.span_id)

    def _on_tail_clicked(self) -> None:
        self.itemRequested.emit("span", self.tail.span_id)

    def _connect(self) -> None:
        self.label.activated.connect(self._on_label_chosen)
        self.accept.clicked.connect(self.acceptRequested)
        self.reject.clicked.connect(self.removeRequested)
        self.remove.clicked.connect(self.removeRequested)
        self.reverse.clicked.connect(self.reverseRequested)
        self.head.clicked.connect(self._on_head_clicked)
        self.tail.clicked.connect(self._on_tail_clicked)
        self.links.itemRequested.connect(self.itemRequested)
        self.link.linkRequested.connect(self.linkRequested)
        self.fields.described.connect(self.described)
        self.fields.finished.connect(self._on_finished)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_keyboard_moved)

    # How it is put together

    def _lay_out(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        spaced(column, margin=3, spacing=3)
        for part in (self._title_row(), self._suggestion_row(), self.problems, self.fields, self.links_heading, self.links):
            column.addWidget(part)
        column.addWidget(rule())
        column.addWidget(self._facts)
        column.addStretch(1)
        self._scroll = scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(page)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        # Wide enough for every item from the start: a panel that widened with the focus would move the article's text
        scroll.setMinimumWidth(page.minimumSizeHint().width() + scroll.verticalScrollBar().sizeHint().width())
        self._hint.setMargin(12)
        self._hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._pages.addWidget(self._hint)
        self._pages.addWidget(scroll)
        layout = QVBoxLayout(self)
        spaced(layout)
        layout.addWidget(self._pages)
        order = (self.remove, self.accept, self.reject, self.label, self.head, self.tail, self.reverse)
        for first, second in pairwise((*order, self.fields.note, self.link.button, self.link.copy, self.links)):
            QWidget.setTabOrder(first, second)

    def _title_row(self) -> QWidget:
        row, layout = _row()
        layout.addWidget(self.title, 1)
        layout.addWidget(self.remove, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _suggestion_row(self) -> QWidget:
        self.suggestion.setFrameShape(QFrame.Shape.StyledPanel)
        layout = QVBoxLayout(self.suggestion)
        spaced(layout, margin=2)
        buttons = QHBoxLayout()
        spaced(buttons)
        buttons.addWidget(self.accept)
        buttons.addWidget(self.reject)
        layout.addWidget(self.suggested_by)
        layout.addLayout(buttons)
        return self.suggestion

    def _show_ends(self, *, visible: bool) -> None:
        self.fields.show_row(self.head, visible=visible)
        self.fields.show_row(self._tail_row, visible=visible)
        self.fields.show_row(self.link, visible=not visible)


def _no_entry(_kb_id: str) -> None:
    return None


def _dock_of(widget: QWidget) -> QDockWidget | None:
    parent = widget.parentWidget()
    while parent is not None and not isinstance(parent, QDockWidget):
        parent = parent.parentWidget()
    return parent


_LINK = """
QPushButton {{ text-align: left; padding: 3px; border: 1px solid transparent; border-radius: 3px; color: {link}; }}
QPushButton:hover {{ text-decoration: underline; }}
QPushButton:focus {{ border-color: {focus}; }}
"""


class _EndButton(QPushButton):
    """A relation's end: a click goes there."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.span_id = ""
        self.caption: QLabel = plain_label(wrap=False)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._color()

    def _color(self) -> None:
        """Write the theme's colours into the style sheet, which would keep those of the theme it was first shown in."""
        look = QGuiApplication.palette()
        names = {"link": look.color(QPalette.ColorRole.Link).name(), "focus": look.color(QPalette.ColorRole.Highlight).name()}
        sheet = _LINK.format(**names)
        if sheet != self.styleSheet():
            self.setStyleSheet(sheet)

    def show_end(self, span_id: str, text: str, caption: str) -> None:
        """Name the span this end is; ``text`` is article text."""
        self._color()  # a change of theme shows everything anew
        self.span_id = span_id
        self.caption.setText(caption)
        self.setText(text.replace("&", "&&"))
        self.setToolTip(plain_tip(tr("Go to {}").format(text)))
        self.setAccessibleName(f"{self._name}: {text}")


class _Facts(QWidget):
    """Names and values in quiet text.  The rows are made once and shown when there is something to say: making labels is slow."""

    def __init__(self) -> None:
        super().__init__()
        self._form = QFormLayout(self)
        spaced(self._form, spacing=1)
        self._form.setHorizontalSpacing(12)
        self._values: dict[str, QLabel] = {}

    def show_facts(self, shown: dict[str, str]) -> None:
        """Show these values, by name."""
        for name in shown:
            if name not in self._values:
                value = self._values[name] = plain_label(quiet=True)
                value.setMinimumWidth(1)
                self._form.addRow(plain_label(name, quiet=True, wrap=False), value)
        for name, value in self._values.items():
            value.setText(shown.get(name, ""))
            self._form.setRowVisible(value, name in shown)


def _row() -> tuple[QWidget, QHBoxLayout]:
    widget = QWidget()
    layout = QHBoxLayout(widget)
    spaced(layout)
    return widget, layout
