"""What the labels of a suggester are called in the project, and how sure it must be of each."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QFrame, QHeaderView, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from annotator.commands.suggester_sources import Described
from annotator.domain.labels import LabelScheme
from annotator.domain.mapping import LEAVE_OUT, closest, likeliest
from annotator.domain.renamings import former_names, meant_by
from annotator.domain.suggesting import SuggesterSetup
from annotator.ui.dialogs.frame import add_field, beside, form
from annotator.ui.dialogs.suggest_spin import share_field
from annotator.ui.i18n import decimal, plain_tip, tr
from annotator.ui.panels.parts import CalmComboBox, airy, spaced, swatch_icon, theme_of

_KEY = Qt.ItemDataRole.UserRole


class LabelChoices(QWidget):
    """A table of the labels, and below it what the one with the focus becomes; ``edited`` carries the setup as it is then.

    A label that nobody decided on goes by likeness of names, as it will in the run.
    """

    edited = Signal(object)

    def __init__(self, scheme: LabelScheme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scheme = scheme
        self._setup: SuggesterSetup | None = None
        self._filling = False
        self.table = QTreeWidget()
        airy(self.table)
        self.table.setAccessibleName(tr("Labels of the suggester"))
        self.table.setHeaderLabels([tr("Its label"), tr("Here"), tr("Least confidence")])
        self.table.setRootIsDecorated(False)
        self.table.setUniformRowHeights(True)
        self.table.setAlternatingRowColors(True)
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        self.table.setMinimumHeight(96)
        self.table.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Interactive)
        self.table.header().resizeSection(0, 220)
        self.table.header().resizeSection(1, 220)
        self.becomes = CalmComboBox(tr("What the label is called here"))
        self.own = QCheckBox(tr("Least confidence of its own"))
        self.threshold = share_field(tr("Least confidence of this label"))
        column = QVBoxLayout(self)
        spaced(column, spacing=3)
        column.addWidget(self.table, 1)
        rows = form()
        add_field(rows, tr("Becomes"), self.becomes)
        rows.addRow("", beside(self.own, self.threshold))
        column.addLayout(rows)
        self.table.currentItemChanged.connect(self._show_current)
        self.becomes.currentIndexChanged.connect(self._on_becomes)
        self.own.toggled.connect(self._on_threshold)
        self.threshold.valueChanged.connect(self._on_threshold)

    def show_labels(self, setup: SuggesterSetup, described: Described) -> None:
        """Show the labels of another suggester."""
        self._setup = setup
        self._filling = True
        self.table.clear()
        keys = [("span", name) for name in described.spans] + [("relation", name) for name in described.relations]
        for key in keys:
            item = QTreeWidgetItem(self.table, [key[1], "", ""])
            item.setData(0, _KEY, key)
            item.setToolTip(0, plain_tip(key[1]))
            item.setTextAlignment(2, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self._describe(item)
        first = self.table.topLevelItem(0)
        if first is not None:
            self.table.setCurrentItem(first)
        self._filling = False
        self._show_current()

    def take(self, setup: SuggesterSetup) -> None:
        """Show the same labels by a setup that was changed elsewhere."""
        self._setup = setup
        for place in range(self.table.topLevelItemCount()):
            item = self.table.topLevelItem(place)
            if item is not None:
                self._describe(item)

    def becomes_of(self, kind: str, label: str) -> str:
        """Return what a label is called here, ``LEAVE_OUT`` where it is left out; ``kind`` is “span” or “relation”."""
        assert self._setup is not None
        given = dict(self._setup.labels)
        if label in given:
            return given[label]
        names = self._names(kind)
        former = former_names(f"{kind}s", self._scheme.renamings, names)
        return meant_by(label, names, former, closest if kind == "span" else likeliest)

    def _names(self, kind: str) -> list[str]:
        return [label.name for label in (self._scheme.spans if kind == "span" else self._scheme.relations)]

    def _colors(self, kind: str) -> dict[str, str]:
        return {label.name: label.color for label in (self._scheme.spans if kind == "span" else self._scheme.relations)}

    def _describe(self, item: QTreeWidgetItem) -> None:
        setup = self._setup
        assert setup is not None
        kind, label = item.data(0, _KEY)
        name = self.becomes_of(kind, label)
        theme = theme_of(self)
        color = self._colors(kind).get(name) or "#808080"
        item.setText(1, name or tr("left out"))
        item.setIcon(1, swatch_icon(theme, color, dashed=not name))
        own = dict(setup.thresholds).get(name)
        shown = own if own is not None else setup.threshold
        item.setText(2, decimal(shown, 2) if name and (own is not None or shown) else "")

    def _current(self) -> tuple[str, str] | None:
        item = self.table.currentItem()
        return item.data(0, _KEY) if item is not None else None

    def _show_current(self) -> None:
        if self._filling or self._setup is None:
            return
        key = self._current()
        self._filling = True
        self.becomes.clear()
        for field in (self.becomes, self.own, self.threshold):
            field.setEnabled(key is not None)
        if key is not None:
            theme, colors = theme_of(self), self._colors(key[0])
            self.becomes.addItem(tr("Leave out"), LEAVE_OUT)
            for name in self._names(key[0]):
                self.becomes.addItem(swatch_icon(theme, colors[name] or "#808080"), name, name)
            name = self.becomes_of(*key)
            self.becomes.setCurrentIndex(max(self.becomes.findData(name), 0))
            own = dict(self._setup.thresholds).get(name)
            self.own.setChecked(own is not None)
            self.own.setEnabled(bool(name))
            self.threshold.setValue(own if own is not None else self._setup.threshold)
            self.threshold.setEnabled(own is not None and bool(name))
        self._filling = False

    def _on_becomes(self) -> None:
        key, name = self._current(), self.becomes.currentData()
        if self._filling or self._setup is None or key is None or name is None:
            return
        labels = {**dict(self._setup.labels), key[1]: name}
        self._put(replace(self._setup, labels=tuple(labels.items())))
        self._show_current()

    def _on_threshold(self) -> None:
        key = self._current()
        if self._filling or self._setup is None or key is None:
            return
        name = self.becomes_of(*key)
        own = {label: share for label, share in self._setup.thresholds if label != name}
        if self.own.isChecked():
            own[name] = round(self.threshold.value(), 4)
        self.threshold.setEnabled(self.own.isChecked())
        self._put(replace(self._setup, thresholds=tuple(own.items())))

    def _put(self, setup: SuggesterSetup) -> None:
        self.take(setup)
        self.edited.emit(setup)
