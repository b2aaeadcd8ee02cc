"""The fields of the inspector that are typed into: note and attributes.

What is typed belongs to the item it was typed for.  It is announced when a field is left, when another item is shown and by
``flush``; until the item really has it, the field keeps it, so a save that failed loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QApplication, QFormLayout, QLabel, QLineEdit, QPlainTextEdit, QWidget

from annotator.domain.annotations import Item, Span
from annotator.ui.i18n import plain_tip, tr
from annotator.ui.panels.inspector_facts import AttributeRow, with_attribute
from annotator.ui.panels.parts import CalmComboBox, plain_label, spaced

_ATTRIBUTE = "attribute:"

Field = QLineEdit | QPlainTextEdit | CalmComboBox

_NAME = 9
"""Characters that the names of attributes have room for before the fields must move."""

_NARROWEST = 60
"""Pixels that the field of an attribute keeps in a small window."""


class FieldsForm(QWidget):
    """Edits what describes one item at a time.

    ``described`` brings a dict with ``kind`` ("span" or "relation"), ``set_id``, ``id`` and those of ``note`` and ``attributes`` (all
    of the item's attributes, the changed ones included) that were changed.  It is emitted for the item the text was typed for, even
    when another is shown by then.  ``finished`` says that the person has done with a field by key: Enter (in the note
    Ctrl+Enter, too; Shift+Enter begins a line there), or Esc where nothing is to be taken back.
    """

    described = Signal(object)
    finished = Signal()

    def __init__(
        self,
        top: Sequence[tuple[QLabel, QWidget]] = (),
        parent: QWidget | None = None,
        *,
        below: Sequence[tuple[QLabel, QWidget]] = (),
        last: QWidget | None = None,
    ) -> None:
        """``top`` and ``below`` are rows of the owner's to stand above and below the note, in line with it; attributes come last.

        ``last`` is what the keyboard comes from when it goes on to the attributes.
        """
        super().__init__(parent)
        self._kind = ""
        self._set_id = 0
        self._item: Item | None = None
        self._find: Callable[[str], Item | None] = _nothing
        self._base: dict[str, str] = {}
        self._fields: dict[str, Field] = {}
        self._rows: list[AttributeRow] = []
        self._announcing = False
        self.note = _NoteEdit()
        self.note.left.connect(self.flush)
        self.note.finished.connect(self.finished)
        self._form = QFormLayout(self)
        spaced(self._form)
        self._form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        about = plain_label(tr("Note"), wrap=False)
        about.setMinimumWidth(
            about.fontMetrics().averageCharWidth() * _NAME
        )  # there for every item: the fields stand where they stood
        for caption, widget in (*top, (about, self.note), *below):
            self._form.addRow(caption, widget)
        self._standing = self._form.rowCount()
        self._last_above: QWidget = last or self.note

    def show_item(self, item: Item, set_id: int, find: Callable[[str], Item | None], rows: Sequence[AttributeRow]) -> None:
        """Show an item; ``find`` returns its present state by id, or None once it is gone.

        For the item shown already this is a refresh: fields with unsaved text keep it.
        """
        kind = "span" if isinstance(item, Span) else "relation"
        unsaved = self._unsaved()
        same = (kind, set_id, item.id) == (self._kind, self._set_id, self._item.id if self._item else "")
        same_fields = kind == self._kind and [_shape(row) for row in rows] == [_shape(row) for row in self._rows]
        leaving = None if same and same_fields else self._description(unsaved)
        if leaving is not None or not same:
            unsaved = {}
        self._kind, self._set_id, self._item, self._find = kind, set_id, item, find
        if not same_fields:
            self._build(rows)
        self._rows = list(rows)
        for name, text in _texts(item, rows).items():
            self._load(name, text, keep=name in unsaved)
        if leaving is not None:
            self._announce(leaving)

    def show_nothing(self) -> None:
        """Show no item; what is unsaved is announced, unless its item is gone."""
        if self._item is None:
            return
        leaving = self._description(self._unsaved())
        self._item, self._kind, self._set_id, self._find = None, "", 0, _nothing
        self._build(())
        self._rows = []
        if leaving is not None:
            self._announce(leaving)

    def flush(self) -> None:
        """Announce what is typed and not saved yet."""
        description = None if self._announcing else self._description(self._unsaved())
        if description is not None:
            self._announce(description)
            self._settle()

    def show_row(self, widget: QWidget, *, visible: bool) -> None:
        """Show or hide one of the owner's rows."""
        self._form.setRowVisible(widget, visible)

    def set_editable(self, editable: bool) -> None:
        """Let the fields be typed into, or only read."""
        editable_rows = {_ATTRIBUTE + row.name: row.editable for row in self._rows}
        for name, field in self._fields.items():
            allowed = editable and editable_rows.get(name, True)
            if isinstance(field, CalmComboBox):
                field.setEnabled(allowed)
            else:
                field.setReadOnly(not allowed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc in a field brings back what was there; a second one leaves it."""
        focused = QApplication.focusWidget()
        if event.key() != Qt.Key.Key_Escape or focused not in self._fields.values():
            super().keyPressEvent(event)
            return
        unsaved = self._unsaved()
        for name, field in self._fields.items():
            if field is focused and name in unsaved:
                _set_text(field, self._base[name])
                return
        self.finished.emit()

    def _build(self, rows: Sequence[AttributeRow]) -> None:
        for name, field in self._fields.items():
            if name.startswith(_ATTRIBUTE):
                field.blockSignals(True)  # hiding a field takes its focus, which would look like the end of editing
        while self._form.rowCount() > self._standing:
            taken = self._form.takeRow(self._standing)
            for part in (taken.labelItem, taken.fieldItem):
                widget = part.widget() if part is not None else None
                if widget is not None:
                    widget.hide()
                    widget.deleteLater()  # it may be the one whose signal is being handled
        self._base = {}
        self._fields = {"note": self.note}
        above = self._last_above
        for row in rows:
            field = self._attribute_field(row)
            self._fields[_ATTRIBUTE + row.name] = field
            label = plain_label(row.name, wrap=False)
            label.setToolTip(plain_tip(row.tip))
            self._form.addRow(label, field)
            QWidget.setTabOrder(above, field)  # Tab would reach it after everything else, being the youngest
            above = field

    def _attribute_field(self, row: AttributeRow) -> QLineEdit | CalmComboBox:
        if row.values and row.editable:
            combo = CalmComboBox(row.name)
            combo.addItem("—", "")
            for value in row.values:
                combo.addItem(value, value)
            combo.activated.connect(self._on_value_chosen)
            field: QLineEdit | CalmComboBox = combo
        else:
            field = QLineEdit()
            field.setAccessibleName(row.name)
            field.setReadOnly(not row.editable)
            field.setFrame(row.editable)
            field.setStyleSheet("" if row.editable else "background: transparent;")
            field.editingFinished.connect(self.flush)
            field.returnPressed.connect(self.finished)
        field.setMinimumWidth(_NARROWEST)
        field.setToolTip(plain_tip(row.tip))
        return field

    def _on_value_chosen(self, index: int) -> None:
        del index
        self.flush()

    def _load(self, name: str, text: str, *, keep: bool) -> None:
        field = self._fields[name]
        if not keep and _text_of(field) != text:
            _set_text(field, text)
        self._base[name] = text if keep else _text_of(field)  # a widget may show a text a little differently: compare with that

    def _unsaved(self) -> dict[str, str]:
        return {name: _text_of(self._fields[name]) for name, base in self._base.items() if _text_of(self._fields[name]) != base}

    def _description(self, unsaved: dict[str, str]) -> dict[str, Any] | None:
        item = self._find(self._item.id) if self._item is not None else None
        if item is None or not unsaved:
            return None
        said: dict[str, Any] = {"kind": self._kind, "set_id": self._set_id, "id": item.id}
        said.update((name, text) for name, text in unsaved.items() if not name.startswith(_ATTRIBUTE))
        changed = {name.removeprefix(_ATTRIBUTE): text for name, text in unsaved.items() if name.startswith(_ATTRIBUTE)}
        if changed:
            said["attributes"] = with_attribute(item, changed)
        return said

    def _announce(self, description: dict[str, Any]) -> None:
        self._announcing = True  # a message that takes the focus must not announce the same once more
        try:
            self.described.emit(description)
        finally:
            self._announcing = False

    def _settle(self) -> None:
        """Take as saved what the item now has."""
        item = self._find(self._item.id) if self._item is not None else None
        if item is None:
            return
        stored = _texts(item, ())
        stored |= {_ATTRIBUTE + row.name: str(item.attributes.get(row.name, "")) for row in self._rows if row.editable}
        for name, text in stored.items():
            if name in self._base and text == _text_of(self._fields[name]):
                self._base[name] = text


class _NoteEdit(QPlainTextEdit):
    """A few lines of plain text; Tab goes on to the next field, Enter says that the note is finished, Shift+Enter begins a line."""

    left = Signal()
    finished = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(tr("Note"))
        self.setPlaceholderText(tr("What another reader should know"))
        self.setToolTip(plain_tip(tr("Enter: back to the article.  Shift+Enter: another line.")))
        self.setTabChangesFocus(True)
        self.setFixedHeight(self.fontMetrics().lineSpacing() * 3 + 12)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and _is_enter(event):
            event.accept()  # Ctrl+Enter would mark the document done in the middle of a note
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not _is_enter(event):
            super().keyPressEvent(event)
        elif not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.finished.emit()
        elif not self.isReadOnly():
            self.insertPlainText("\n")  # Qt's own answer is a line separator, which is no line break to others

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()


def _is_enter(event: QKeyEvent) -> bool:
    """Tell whether a key is one of the two Enter keys, alone, with Shift or with Ctrl."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    alone = modifiers in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier)
    return alone and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)


def _nothing(item_id: str) -> None:
    del item_id


def _shape(row: AttributeRow) -> tuple[str, tuple[str, ...], bool]:
    return row.name, row.values, row.editable


def _texts(item: Item, rows: Sequence[AttributeRow]) -> dict[str, str]:
    texts = {_ATTRIBUTE + row.name: row.text for row in rows}
    texts["note"] = item.note
    return texts


def _text_of(field: Field) -> str:
    match field:
        case QLineEdit():
            return field.text()
        case CalmComboBox():
            return field.currentData() or ""
    return field.document().toRawText().replace("\u2029", "\n")  # toPlainText() would turn no-break spaces into blanks


def _set_text(field: Field, text: str) -> None:
    match field:
        case QLineEdit():
            field.setText(text)
        case CalmComboBox():
            field.setCurrentIndex(max(field.findData(text), 0))
        case _:
            field.setPlainText(text)
