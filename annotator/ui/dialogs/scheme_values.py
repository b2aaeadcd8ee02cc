"""The values of an attribute in the scheme's editor: each keeps its identity, so that annotations follow a new name."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from annotator.domain.scheme_draft import Draft, Entry
from annotator.domain.scheme_edit import Part
from annotator.domain.scheme_values import ValueEntry
from annotator.store.relabelling import Use
from annotator.ui.dialogs.frame import side_button
from annotator.ui.dialogs.scheme_fate import FateDialog, use_words
from annotator.ui.i18n import number, plain_tip, tr
from annotator.ui.panels.parts import icon_button, spaced

_VALUE = Qt.ItemDataRole.UserRole


class ValueList(QWidget):
    """Values are typed into the list; Insert adds one, Delete takes one out, Alt+Up and Alt+Down move it; ``edited`` follows.

    It writes into the entry that it was given last.  What becomes of a value that annotations have is asked.
    """

    edited = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._draft: Draft | None = None
        self._entry: Entry | None = None
        self._uses: Mapping[tuple[str, str], Use] = {}
        self.list = _Values(tr("Values"))
        self.add = icon_button("plus", tr("Add"), tip=tr("Add (Insert)"))
        self.up = icon_button("chevron-up", tr("Move up"), tip=tr("Move up (Alt+Up)"))
        self.down = icon_button("chevron-down", tr("Move down"), tip=tr("Move down (Alt+Down)"))
        self.merge, self.delete = side_button(tr("Merge into…")), side_button(tr("Delete…"))
        column, line = QVBoxLayout(self), QHBoxLayout()
        spaced(column, spacing=1)
        spaced(line, spacing=1)
        column.addWidget(self.list)
        column.addLayout(line)
        for button in (self.add, self.up, self.down):
            line.addWidget(button)
        line.addStretch(1)
        line.addWidget(self.merge)
        line.addWidget(self.delete)
        self.setFocusProxy(self.list)
        self.list.itemChanged.connect(self._on_item_changed)
        self.list.currentItemChanged.connect(self._on_current_changed)
        self.list.asked.connect(self._on_asked)
        self.add.clicked.connect(self._on_add)
        self.up.clicked.connect(self._on_up)
        self.down.clicked.connect(self._on_down)
        self.merge.clicked.connect(self._on_merge)
        self.delete.clicked.connect(self._on_delete)

    @property
    def value(self) -> ValueEntry | None:
        """The value that is chosen."""
        item = self.list.currentItem()
        return item.data(0, _VALUE) if item is not None else None

    def show_entry(self, draft: Draft, entry: Entry) -> None:
        """Show the values of an attribute of a draft; the chosen one stays."""
        chosen = self.value if entry is self._entry else None
        self._draft, self._entry = draft, entry
        self._fill(chosen)

    def show_uses(self, uses: Mapping[tuple[str, str], Use]) -> None:
        """Say how much has each value, by the names of attribute and value in the project."""
        self._uses = uses
        blocked = self.list.blockSignals(True)
        for row in range(self.list.topLevelItemCount()):
            item = self.list.topLevelItem(row)
            if item is not None:  # in place: a value that is being typed stays open
                self._describe(item)
        self.list.blockSignals(blocked)

    def use_of(self, value: ValueEntry) -> Use:
        """Return how much has a value, under all names that become it."""
        found = [self._uses.get(place, Use()) for place in value.was]
        documents = max((use.documents for use in found), default=0)
        return Use(sum(use.items for use in found), documents, sum(use.suggested for use in found))

    def _fill(self, chosen: ValueEntry | None) -> None:
        blocked = self.list.blockSignals(True)
        self.list.clear()
        for value in self._entry.values if self._entry is not None else ():
            item = QTreeWidgetItem([value.name])
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setData(0, _VALUE, value)
            item.setToolTip(0, plain_tip(value.name))
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._describe(item)
            self.list.addTopLevelItem(item)
            if value is chosen:
                self.list.setCurrentItem(item)
        first = self.list.topLevelItem(0)
        if self.list.currentItem() is None and first is not None:
            self.list.setCurrentItem(first)
        self.list.blockSignals(blocked)
        self._on_current_changed()

    def _describe(self, item: QTreeWidgetItem) -> None:
        """Say how much has the value of a row."""
        use = self.use_of(item.data(0, _VALUE))
        item.setText(1, number(use.items) if use.items else "")
        item.setToolTip(1, plain_tip(use_words(Part.ATTRIBUTES, use)) if use.items else "")

    def _on_current_changed(self) -> None:
        several = self.list.topLevelItemCount() > 1
        for button, possible in ((self.delete, True), (self.merge, several), (self.up, several), (self.down, several)):
            button.setEnabled(possible and self.value is not None)

    def _on_item_changed(self, item: QTreeWidgetItem) -> None:
        value: ValueEntry = item.data(0, _VALUE)
        value.name = item.text(0).strip()
        self.edited.emit()

    def _on_asked(self, key: int) -> None:
        {
            Qt.Key.Key_Insert: self._on_add,
            Qt.Key.Key_Delete: self._on_delete,
            Qt.Key.Key_Up: self._on_up,
            Qt.Key.Key_Down: self._on_down,
            Qt.Key.Key_Return: self._on_edit,
        }[Qt.Key(key)]()

    def _on_edit(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.list.editItem(item, 0)

    def _on_add(self) -> None:
        if self._entry is None:
            return
        value = ValueEntry("")
        self._entry.values.append(value)
        self._fill(value)
        self.list.setFocus()
        self._on_edit()
        self.edited.emit()

    def _on_up(self) -> None:
        self._move(-1)

    def _on_down(self) -> None:
        self._move(1)

    def _move(self, by: int) -> None:
        value, values = self.value, self._entry.values if self._entry is not None else []
        if value is None:
            return
        place = values.index(value)
        target = max(0, min(place + by, len(values) - 1))
        if target != place:
            values.insert(target, values.pop(place))
            self._fill(value)
            self.edited.emit()

    def _on_merge(self) -> None:
        self._ask(merging=True)

    def _on_delete(self) -> None:
        value = self.value
        if value is None:
            return
        if self.use_of(value).items:
            self._ask(merging=False)
        else:
            self._take_out(value, with_annotations=False)

    def _ask(self, *, merging: bool) -> None:
        value, entry = self.value, self._entry
        if value is None or entry is None or (merging and len(entry.values) < 2):
            return
        asked = FateDialog(
            Part.ATTRIBUTES, value, entry.values, self.use_of(value), merging=merging, keeping=True, parent=self.window()
        )
        asked.accepted.connect(self._on_fate_chosen)
        asked.open()

    def _on_fate_chosen(self) -> None:
        asked, value = self.sender(), self.value
        assert isinstance(asked, FateDialog)
        if value is None or self._draft is None or self._entry is None:
            return
        into = asked.into
        if isinstance(into, ValueEntry):
            self._draft.merge_value(self._entry, value, into)
            self._fill(into)
            self.edited.emit()
        else:
            self._take_out(value, with_annotations=None if asked.keeps else True)

    def _take_out(self, value: ValueEntry, *, with_annotations: bool | None) -> None:
        if self._draft is None or self._entry is None:
            return
        place = self._entry.values.index(value)
        self._draft.delete_value(self._entry, value, with_annotations=with_annotations)
        left = self._entry.values
        self._fill(left[min(place, len(left) - 1)] if left else None)
        self.edited.emit()


class _Values(QTreeWidget):
    """Value and count; ``asked`` tells of a key that means something."""

    asked = Signal(int)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setHeaderLabels([tr("Value"), tr("Used")])
        self.setRootIsDecorated(False)
        self.setUniformRowHeights(True)
        self.setTabKeyNavigation(False)
        self.setFixedHeight(self.fontMetrics().height() * 9)
        self.setEditTriggers(QTreeWidget.EditTrigger.DoubleClicked | QTreeWidget.EditTrigger.EditKeyPressed)
        header = self.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state() == QTreeWidget.State.EditingState:  # Enter, which ends the typing, comes here afterwards
            super().keyPressEvent(event)
            return
        key, moving = Qt.Key(event.key()), event.modifiers() == Qt.KeyboardModifier.AltModifier
        if key == Qt.Key.Key_Enter:
            key = Qt.Key.Key_Return
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if (key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and moving) or (
            key in (Qt.Key.Key_Insert, Qt.Key.Key_Delete, Qt.Key.Key_Return) and plain
        ):
            self.asked.emit(key.value)
        else:
            super().keyPressEvent(event)
