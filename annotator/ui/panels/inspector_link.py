"""What the inspector says of a span's link: the entry of the knowledge base it means, in words, and the way to another one."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionButton,
    QStylePainter,
    QVBoxLayout,
    QWidget,
)

from annotator.domain.knowledge import Entry
from annotator.ui.dialogs.frame import copy_text
from annotator.ui.i18n import plain_tip, tr
from annotator.ui.panels.inspector_facts import shortened
from annotator.ui.panels.paint import draw_text
from annotator.ui.panels.parts import icon_button, plain_label, spaced, theme_of

_MOST_OF_DESCRIPTION = 240


class LinkField(QWidget):
    """One span's link: a button that names the entry and asks for another, its id and description below, its address to be copied.

    ``linkRequested`` asks for the list of entries to choose from; the field itself changes nothing.
    """

    linkRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._entry: Entry | None = None
        self.button = _NameButton()
        self.copy = icon_button("copy", tr("Copy address"))
        self.told = plain_label(quiet=True)
        self.told.setMinimumWidth(1)
        self.told.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row = QHBoxLayout()
        spaced(row, spacing=1)
        row.addWidget(self.button, 1)
        row.addWidget(self.copy)
        column = QVBoxLayout(self)
        spaced(column, spacing=1)
        column.addLayout(row)
        column.addWidget(self.told)
        self.setFocusProxy(self.button)
        self.button.clicked.connect(self.linkRequested)
        self.copy.clicked.connect(self._on_copy)

    def show_link(self, kb_id: str, entry: Entry | None, *, known: bool, editable: bool) -> None:
        """Show the link ``kb_id`` (empty: none) and what is known of its entry; ``known`` says whether there is a knowledge base at all."""
        self._entry = entry
        name = entry.name if entry is not None else kb_id
        self.button.show_name(name or tr("Choose an entry…"))
        self.button.setEnabled(editable)
        spoken = tr("Link: {}").format(name) if name else tr("Link: none")
        self.button.setAccessibleName(spoken)
        address = entry.url if entry is not None else ""
        self.copy.setVisible(bool(address))
        self.copy.setToolTip(plain_tip(tr("Copy address") + (f"\n{address}" if address else "")))
        self.told.setText(_told(kb_id, entry, known=known))
        self.told.setVisible(bool(self.told.text()))

    def _on_copy(self) -> None:
        if self._entry is not None:
            copy_text(self._entry.url)


def _told(kb_id: str, entry: Entry | None, *, known: bool) -> str:
    if not kb_id:
        return ""
    if entry is None:
        return tr("Not in the knowledge base") if known else ""
    return f"{entry.id} · {shortened(entry.description, _MOST_OF_DESCRIPTION)}" if entry.description else entry.id


class _NameButton(QPushButton):
    """A button with its text at the left like that of a field, shortened where it does not fit; the tool tip has all of it."""

    def __init__(self) -> None:
        super().__init__()
        self._name = ""
        self.setAutoDefault(False)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def show_name(self, name: str) -> None:
        """Show a name that is plain text."""
        self._name = name
        self.setText(name.replace("&", "&&"))
        self.setToolTip(plain_tip(name + "\n" + tr("Choose another entry, or none")))

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        option = QStyleOptionButton()
        self.initStyleOption(option)
        option.text = ""
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButton, option)
        role = QPalette.ColorRole.ButtonText
        group = QPalette.ColorGroup.Active if self.isEnabled() else QPalette.ColorGroup.Disabled
        margin = 2 * theme_of(self).space
        draw_text(painter, self.rect().adjusted(margin, 0, -margin, 0), self._name, self.palette().color(group, role))
        painter.end()
