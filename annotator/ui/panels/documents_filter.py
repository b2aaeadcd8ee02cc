"""The head of the documents panel: a piece of the name, the status, what else narrows or sorts the list, and chips to take that back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QActionGroup, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from annotator.session.session import Session
from annotator.store import queries
from annotator.store.listing import Order
from annotator.ui.i18n import plain_tip, tr
from annotator.ui.models.documents_choice import Choice, chips, order_name, typed_field
from annotator.ui.panels.documents_chips import Chips, short_text
from annotator.ui.panels.parts import CalmComboBox, icon_button, searching, spaced, swatch_icon, theme_of

_TYPING = 200
"""Milliseconds after the last letter until the list follows."""

_MOST_VALUES = 200


class DocumentFilters(QWidget):
    """What is chosen, as fields, menus and chips.  ``chosen`` brings a ``Choice`` that a person made; ``set_choice`` announces nothing.

    ``status`` is filled by whoever knows the counts.  ``entered`` says that the list should have the keyboard.
    """

    chosen = Signal(object)
    entered = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session: Session | None = None
        self._choice = Choice()
        self.status = CalmComboBox(tr("Show documents by status"))
        self.name = _NameField()
        self.add = icon_button("plus", tr("Filter the documents"))
        self.sort = icon_button("list", tr("Sort the documents"))
        self.filter_menu, self.order_menu = QMenu(self.add), QMenu(self.sort)
        self.filter_menu.aboutToShow.connect(self._fill_filters)
        self.order_menu.aboutToShow.connect(self._fill_orders)
        for button, menu in ((self.add, self.filter_menu), (self.sort, self.order_menu)):
            button.clicked.connect(
                partial(_pop_up, menu, button)
            )  # as the button's own menu it would squeeze an arrow beside the icon
        self.chips = Chips()
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING)
        self._typing.timeout.connect(self._on_typed)
        self.name.textEdited.connect(self._on_edited)
        self.name.entered.connect(self._on_entered)
        self.chips.removed.connect(self.chosen)
        self._lay_out()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        spaced(layout, margin=2, spacing=1)
        for field, button in ((self.name, self.sort), (self.status, self.add)):
            row = QHBoxLayout()
            spaced(row, spacing=1)
            row.addWidget(field, 1)
            row.addWidget(button)
            layout.addLayout(row)
        layout.addWidget(self.chips)

    def set_session(self, session: Session | None) -> None:
        """Offer the labels, annotators and metadata of another project."""
        self._session = session
        self.setEnabled(session is not None)

    def set_choice(self, choice: Choice) -> None:
        """Show what is chosen."""
        self._choice = choice
        self._typing.stop()
        if self.name.text() != choice.name:
            self.name.setText(choice.name)
        self.chips.show_chips(chips(choice))

    def type(self, text: str) -> None:
        """Go on in the name field with what was typed elsewhere."""
        self.name.setFocus()
        self.name.setText(self.name.text() + text)
        self._typing.start()

    def _change(self, **changed: object) -> None:
        self.chosen.emit(replace(self._choice, wanted=replace(self._choice.wanted, **changed)))  # type: ignore[arg-type]

    def _on_edited(self) -> None:
        self._typing.start()

    def _on_typed(self) -> None:
        self._typing.stop()
        if self.name.text() != self._choice.name:
            self.chosen.emit(replace(self._choice, name=self.name.text()))

    def _on_entered(self) -> None:
        session = self._session
        fields = queries.meta_fields(session.project.connection) if session is not None and "=" in self.name.text() else []
        typed = typed_field(self.name.text(), fields)
        if typed is not None:
            self._choice = replace(self._choice, name="")
            self._change(field=typed[0], value=typed[1])
        else:
            self._on_typed()
            self.entered.emit()

    # Menus, filled when they are opened: each asks the file for figures that it keeps

    def _fill_filters(self) -> None:
        menu, session, wanted = self.filter_menu, self._session, self._choice.wanted
        _empty(menu)
        if session is None:
            return
        for text, field, on in (
            (tr("Flagged"), "flagged", wanted.flagged),
            (tr("With suggestions to review"), "unreviewed", wanted.unreviewed),
            (tr("With problems"), "problems", wanted.problems),
        ):
            action = menu.addAction(text, partial(self._change, **{field: not on}))
            action.setCheckable(True)
            action.setChecked(on)
        menu.addSeparator()
        scheme, theme = session.project.scheme, theme_of(self)
        used = queries.label_totals(session.project.connection)
        for title, field, what, labels in (
            (tr("Span label"), "label", "span", scheme.spans),
            (tr("Relation label"), "relation", "relation", scheme.relations),
        ):
            colors = {label.name: label.color for label in labels}
            names = dict.fromkeys([*colors, *(total.label for total in used if total.what == what)])
            below = self._submenu(menu, title, field, tuple(names), getattr(wanted, field))
            for action in below.actions():
                action.setIcon(swatch_icon(theme, colors.get(action.data(), "")))
        annotators = queries.annotators(session.project.connection)
        self._submenu(menu, tr("Annotator"), "annotator", annotators, wanted.annotator)
        below = menu.addMenu(tr("Metadata"))
        fields = queries.meta_fields(session.project.connection)
        below.setEnabled(bool(fields))
        for field in fields:
            values = below.addMenu(short_text(field))
            values.aboutToShow.connect(partial(self._fill_values, values, field))

    def _submenu(self, menu: QMenu, title: str, field: str, names: Sequence[str], current: str) -> QMenu:
        below = menu.addMenu(title)
        below.setEnabled(bool(names))
        for name in names:
            action = below.addAction(short_text(name), partial(self._change, **{field: name if name != current else ""}))
            action.setData(name)
            action.setCheckable(True)
            action.setChecked(name == current)
        return below

    def _fill_values(self, menu: QMenu, field: str) -> None:
        _empty(menu)
        session, wanted = self._session, self._choice.wanted
        values = queries.meta_values(session.project.connection, field, _MOST_VALUES) if session is not None else []
        for value in values:
            action = menu.addAction(short_text(value) or tr("(empty)"), partial(self._change, field=field, value=value))
            action.setCheckable(True)
            action.setChecked((wanted.field, wanted.value) == (field, value))
        if len(values) == _MOST_VALUES:
            menu.addSeparator()
            menu.addAction(tr("For another value, type {}=… above").format(short_text(field))).setEnabled(False)

    def _fill_orders(self) -> None:
        menu, choice = self.order_menu, self._choice
        _empty(menu)
        orders, ways = QActionGroup(menu), QActionGroup(menu)
        for order in Order:
            if order is Order.DISAGREEMENT:
                menu.addSeparator()
            action = menu.addAction(order_name(order), partial(self._sort, order, _way(choice, order)))
            action.setCheckable(True)
            action.setChecked(order is choice.order)
            orders.addAction(action)
        menu.addSeparator()
        for text, descending in ((tr("Ascending"), False), (tr("Descending"), True)):
            action = menu.addAction(text, partial(self._sort, choice.order, descending))
            action.setCheckable(True)
            action.setChecked(descending is choice.descending)
            ways.addAction(action)

    def _sort(self, order: Order, descending: bool) -> None:
        self.chosen.emit(replace(self._choice, order=order, descending=descending))


def _way(choice: Choice, order: Order) -> bool:
    """Return whether a list that is to be sorted by ``order`` now goes down: by worth it does, unless a person turns it round."""
    if choice.order.by_worth is order.by_worth:
        return choice.descending
    return order.by_worth


def _pop_up(menu: QMenu, button: QToolButton) -> None:
    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))


def _empty(menu: QMenu) -> None:
    for child in menu.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly):
        child.deleteLater()
    menu.clear()


class _NameField(QLineEdit):
    """A piece of the name; Enter and Down go to the list, Esc empties the field."""

    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText(tr("Name contains…"))
        self.setAccessibleName(tr("Show documents whose name contains"))
        tip = tr("Part of the name. For metadata type field=value and press Enter.")
        self.setToolTip(plain_tip(tip))
        searching(self)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.entered.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self.textEdited.emit("")
        else:
            super().keyPressEvent(event)
