"""The step of an import that says what each label of the files becomes: one of the project's, a new one, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from annotator.commands.previewing_labels import read_scheme
from annotator.domain.labels import PALETTE, LabelScheme
from annotator.domain.mapping import LEAVE_OUT, LabelMapping
from annotator.domain.mapping_plan import Fate, Key, MappingPlan, renamed
from annotator.errors import AnnotatorError
from annotator.ui.dialogs.frame import add_field, form, side_button
from annotator.ui.i18n import number, plain_tip, told, tr
from annotator.ui.panels.parts import CalmComboBox, airy, plain_label, spaced, swatch_icon, theme_of

_KEY = Qt.ItemDataRole.UserRole
_OUT, _NEW, _KNOWN = "out", "new", "known"


class LabelsPage(QWidget):
    """A list of the labels in the files, and below it what the chosen one becomes.

    ``choose`` asks for a scheme file; ``changed`` says that the mapping is another.
    """

    changed = Signal()

    def __init__(self, scheme: LabelScheme, choose: Callable[[], Path | None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plan = MappingPlan(scheme)
        self._choose = choose
        self._counts: dict[Key, int] = {}
        self._filling = False
        self._beside: list[Path] = []
        self.hint = plain_label(tr("What the labels of the files become in this project."), quiet=True)
        self.table = QTreeWidget()
        airy(self.table)
        self.table.setAccessibleName(tr("Labels in the files"))
        self.table.setHeaderLabels([tr("In the files"), tr("Count"), tr("Here")])
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setAlternatingRowColors(True)
        self.table.setMinimumHeight(110)
        self.becomes = CalmComboBox(tr("What the label becomes"))
        self.name = QLineEdit()
        self.color = CalmComboBox(tr("Colour of the new label"))
        self.key = CalmComboBox(tr("Key of the new label"))
        self.from_file = side_button(tr("Labels from a file…"))
        self.beside = side_button("")
        self.said = plain_label(quiet=True)
        self._lay_out()
        self.table.currentItemChanged.connect(self._on_current_changed)
        self.becomes.currentIndexChanged.connect(self._on_becomes)
        self.name.textEdited.connect(self._on_edited)
        self.color.currentIndexChanged.connect(self._on_edited)
        self.key.currentIndexChanged.connect(self._on_edited)
        self.from_file.clicked.connect(self._on_from_file)
        self.beside.clicked.connect(self._on_beside)
        self.setFocusProxy(self.table)

    def show_labels(self, rows: Sequence[tuple[str, str, int]], remembered: Mapping[str, str], beside: Sequence[Path]) -> None:
        """Show (“span” or “relation”, label, count); what was decided already stays.  ``beside`` are scheme files by the files."""
        self._counts = {(what, label): count for what, label, count in rows}
        self.plan.propose(self._counts, remembered)
        self._beside = list(beside)
        self.beside.setVisible(bool(beside))
        if beside:
            self.beside.setText(tr("Take those of {}").format(beside[0].name))
            self.beside.setAccessibleName(self.beside.text())
            self.beside.setToolTip(plain_tip(str(beside[0])))
        self._fill()

    def mapping(self) -> LabelMapping:
        """Return what was decided."""
        return self.plan.mapping()

    def complaint(self) -> str:
        """Say what must be decided yet; empty if nothing."""
        nameless = next((label for (_, label), fate in self.plan.fates.items() if fate.new and not fate.name.strip()), None)
        return "" if nameless is None else tr("Give the new label for “{}” a name.").format(nameless)

    def take(self, path: Path) -> None:
        """Take the labels of a scheme file."""
        try:
            scheme = read_scheme(path)
        except AnnotatorError as error:
            self.said.setText(told(error))
            return
        self.plan.offer(scheme)
        said = tr("{} labels of {} are added to the project with the import.")
        self.said.setText(said.format(number(len(scheme.spans) + len(scheme.relations)), path.name))
        self._fill()
        self.changed.emit()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        spaced(column, spacing=3)
        column.addWidget(self.hint)
        column.addWidget(self.table, 1)
        header = self.table.header()
        header.setStretchLastSection(True)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        header.resizeSection(0, 220)
        self._rows: QFormLayout = form()
        add_field(self._rows, tr("Becomes"), self.becomes)
        add_field(self._rows, tr("Name"), self.name, name=tr("Name of the new label"))
        add_field(self._rows, tr("Colour"), self.color)
        add_field(self._rows, tr("Key"), self.key)
        column.addLayout(self._rows)
        line = QHBoxLayout()
        spaced(line)
        line.addWidget(self.from_file)
        line.addWidget(self.beside)
        line.addStretch(1)
        column.addLayout(line)
        column.addWidget(self.said)

    def _fill(self) -> None:
        chosen = self._current()
        self._filling = True
        self.table.clear()
        for key, count in self._counts.items():
            item = QTreeWidgetItem([key[1], number(count), ""])
            item.setData(0, _KEY, key)
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item.setToolTip(0, plain_tip(key[1]))
            self.table.addTopLevelItem(item)
            self._describe(item)
            if key == chosen:
                self.table.setCurrentItem(item)
        first = self.table.topLevelItem(0)
        if self.table.currentItem() is None and first is not None:
            self.table.setCurrentItem(first)
        self._filling = False
        self._show_current()

    def _describe(self, item: QTreeWidgetItem) -> None:
        key: Key = item.data(0, _KEY)
        fate = self.plan.fates[key]
        theme = theme_of(self)
        what = tr("relation") + " · " if key[0] == "relation" else ""
        if fate.name == LEAVE_OUT and not fate.new:
            item.setText(2, what + tr("left out"))
            item.setIcon(2, swatch_icon(theme, "#808080", dashed=True))
        elif fate.new:
            parts = [tr("new: {}").format(fate.name), *([tr("key {}").format(fate.key)] if fate.key else [])]
            item.setText(2, what + " · ".join(parts))
            item.setIcon(2, swatch_icon(theme, fate.color))
        else:
            item.setText(2, what + fate.name)
            item.setIcon(2, swatch_icon(theme, self.plan.colors(key[0]).get(fate.name) or "#808080"))
        item.setToolTip(2, plain_tip(item.text(2)))

    def _current(self) -> Key | None:
        item = self.table.currentItem()
        return item.data(0, _KEY) if item is not None else None

    def _show_current(self) -> None:
        """Show what the chosen label becomes, in the fields below the list."""
        key = self._current()
        self._filling = True
        theme = theme_of(self)
        self.becomes.clear()
        for field in (self.becomes, self.name, self.color, self.key):
            field.setEnabled(key is not None)
        fate = self.plan.fates[key] if key is not None else Fate("")
        if key is not None:
            colors = self.plan.colors(key[0])
            self.becomes.addItem(tr("Leave out"), (_OUT, ""))
            self.becomes.addItem(tr("A new label"), (_NEW, ""))
            for name in self.plan.names(key[0]):
                self.becomes.addItem(swatch_icon(theme, colors[name] or "#808080"), name, (_KNOWN, name))
            place = 1 if fate.new else 0 if fate.name == LEAVE_OUT else self.plan.names(key[0]).index(fate.name) + 2
            self.becomes.setCurrentIndex(place)
            self._show_new(key, fate)
        for field in (self.name, self.color, self.key):
            self._rows.setRowVisible(field, fate.new)
        self._filling = False

    def _show_new(self, key: Key, fate: Fate) -> None:
        theme = theme_of(self)
        self.name.setText(fate.name)
        self.color.clear()
        for color in PALETTE if fate.color in PALETTE or not fate.color else (*PALETTE, fate.color):
            self.color.addItem(swatch_icon(theme, color), color, color)
        self.color.setCurrentIndex(max(self.color.findData(fate.color), 0))
        self.key.clear()
        self.key.addItem(tr("none"), "")
        for letter in self.plan.free_keys(key):
            self.key.addItem(letter, letter)
        self.key.setCurrentIndex(max(self.key.findData(fate.key), 0))

    def _put(self, key: Key, fate: Fate) -> None:
        self.plan.fates[key] = fate
        item = self.table.currentItem()
        if item is not None:
            self._describe(item)
        self.changed.emit()

    def _on_current_changed(self) -> None:
        if not self._filling:
            self._show_current()

    def _on_becomes(self) -> None:
        key, chosen = self._current(), self.becomes.currentData()
        if self._filling or key is None or chosen is None:
            return
        how, name = chosen
        self._put(key, self.plan.as_new(key, key[1]) if how == _NEW else Fate(name))
        self._show_current()

    def _on_edited(self) -> None:
        key = self._current()
        if self._filling or key is None or not self.plan.fates[key].new:
            return
        name = self.name.text().strip()
        self._put(
            key, renamed(self.plan.fates[key], name=name, color=self.color.currentData() or "", key=self.key.currentData() or "")
        )

    def _on_from_file(self) -> None:
        path = self._choose()
        if path is not None:
            self.take(path)

    def _on_beside(self) -> None:
        if self._beside:
            self.take(self._beside[0])
