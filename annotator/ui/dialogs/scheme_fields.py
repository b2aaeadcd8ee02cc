"""Fields of the scheme's editor: each shows one field of an entry and puts back what the person did."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPalette
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QPlainTextEdit, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from annotator.domain.color_choice import nearest
from annotator.domain.labels import LABEL_KEYS, PALETTE
from annotator.domain.scheme_draft import Entry
from annotator.ui.i18n import tr
from annotator.ui.panels.parts import SWATCH, CalmComboBox, swatch_icon, theme_of
from annotator.ui.theme_qt import color

_ENTRY = Qt.ItemDataRole.UserRole

OWN = "own"
"""Data of the entry of the colour box that stands for a colour typed by hand."""


class SmallText(QPlainTextEdit):
    """A text of a few lines; Tab leaves it."""

    def __init__(self, name: str, *, lines: int = 2) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        height = self.fontMetrics().lineSpacing() * lines + 2 * self.frameWidth() + 2 * round(self.document().documentMargin())
        self.setFixedHeight(height + 4)

    def put(self, text: str) -> None:
        """Show a text without telling anybody; where it is there already, the cursor stays."""
        if self.toPlainText() != text:
            blocked = self.blockSignals(True)
            self.setPlainText(text)
            self.blockSignals(blocked)


class TickList(QListWidget):
    """Entries to tick; none ticked means any.  ``ticked`` tells what the person did."""

    ticksChanged = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setAccessibleDescription(tr("Space ticks; nothing ticked means any."))
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(SWATCH, SWATCH))
        self.setMinimumHeight(self.fontMetrics().height() * 5)
        self.setItemDelegate(_VisibleTicks(self))
        self.itemChanged.connect(self._on_item_changed)

    def sizeHint(self) -> QSize:
        return QSize(160, self.fontMetrics().height() * 8)

    def show_entries(self, entries: Sequence[Entry], ticked: Sequence[Entry]) -> None:
        """Show entries, those in ``ticked`` with a tick."""
        row = self.currentRow()
        blocked = self.blockSignals(True)
        self.clear()
        for entry in entries:
            item = QListWidgetItem(swatch_icon(theme_of(self), entry.shown_color), entry.name)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if entry in ticked else Qt.CheckState.Unchecked)
            item.setData(_ENTRY, entry)
            self.addItem(item)
        self.setCurrentRow(max(0, min(row, self.count() - 1)))
        self.blockSignals(blocked)

    def shown(self) -> list[Entry]:
        """Return all entries of the list."""
        return [self.item(row).data(_ENTRY) for row in range(self.count())]

    def ticked(self) -> list[Entry]:
        """Return the entries that have a tick, in their order."""
        items = (self.item(row) for row in range(self.count()))
        return [item.data(_ENTRY) for item in items if item.checkState() == Qt.CheckState.Checked]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _on_item_changed(self, _: QListWidgetItem) -> None:
        self.ticksChanged.emit()


class _VisibleTicks(QStyledItemDelegate):
    """Has the boxes outlined so that they are seen on a dark ground, too: the style makes the outline of the window's colour."""

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        look = QPalette(option.palette)
        look.setColor(QPalette.ColorRole.Window, color(theme_of(option.widget).quiet_text))
        option.palette = look


def color_names() -> dict[str, str]:
    """Return what the colours of the palette are called."""
    names = (
        tr("blue"), tr("vermilion"), tr("green"), tr("pink"), tr("orange"), tr("sky blue"), tr("wine"), tr("olive"),
        tr("indigo"), tr("teal"), tr("purple"), tr("sand"), tr("dark green"), tr("rose"), tr("cyan"), tr("dark red"),
    )  # fmt: skip
    return dict(zip(PALETTE, names, strict=True))


def fill_colors(box: CalmComboBox, entry: Entry, others: Sequence[Entry]) -> None:
    """Offer the palette, the colours easiest to tell from those of the other labels first, and an own one last."""
    used: dict[str, list[str]] = {}
    for other in others:
        if other is not entry:
            used.setdefault(other.color.lower(), []).append(other.name)
    taken = [base for base in used if base in PALETTE]
    names, theme = color_names(), theme_of(box)
    blocked = box.blockSignals(True)
    box.clear()
    for base in sorted(PALETTE, key=lambda base: (base in used, -nearest(base, taken)[1])):
        who = used.get(base, ())
        text = f"{names[base]} – {', '.join(who[:2])}{'…' if len(who) > 2 else ''}" if who else names[base]
        box.addItem(swatch_icon(theme, base), text, base)
    box.addItem(tr("another…"), OWN)
    found = box.findData(entry.color.lower())
    box.setCurrentIndex(found if found >= 0 else box.count() - 1)
    box.blockSignals(blocked)


def fill_keys(box: CalmComboBox, entry: Entry, others: Sequence[Entry]) -> None:
    """Offer all keys that a label may have, each with the label that has it."""
    has = {other.key: other.name for other in others if other is not entry and other.key}
    blocked = box.blockSignals(True)
    box.clear()
    box.addItem(tr("the next free one, if there is one"), "")
    for key in LABEL_KEYS:
        box.addItem(f"{key} – {has[key]}" if key in has else key, key)
    box.setCurrentIndex(max(0, box.findData(entry.key)))
    box.blockSignals(blocked)


def on_change(widget: QWidget, call: Callable[[], None]) -> None:
    """Have ``call`` called when the person changes a field of any kind."""
    for name in ("textEdited", "currentIndexChanged", "toggled", "ticksChanged", "textChanged"):
        signal = getattr(widget, name, None)
        if signal is not None:
            signal.connect(call)
            return
    raise TypeError(f"{type(widget).__name__} tells no changes")
