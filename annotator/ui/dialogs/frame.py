"""What all dialogs share: margins, buttons with our own words (Qt ships none in Indonesian), file fields."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from annotator.ui.i18n import tr
from annotator.ui.panels.parts import plain_label, spaced


def framed(dialog: QDialog, title: str, *, width: int = 520) -> QVBoxLayout:
    """Give a dialog its title, its least width and a column to fill; it is deleted once it is closed."""
    dialog.setWindowTitle(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setMinimumWidth(width)
    column = QVBoxLayout(dialog)
    spaced(column, margin=4, spacing=4)
    return column


def to_front(dialog: QDialog | None) -> bool:
    """Bring a dialog that is open before the window; False if there is none."""
    if dialog is None:
        return False
    dialog.raise_()
    dialog.activateWindow()
    return True


def form() -> QFormLayout:
    """Return a layout for rows of captions and fields."""
    layout = QFormLayout()
    layout.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    layout.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
    layout.setVerticalSpacing(10)
    layout.setHorizontalSpacing(16)
    return layout


def add_field(layout: QFormLayout, caption: str, field: QWidget, *, name: str = "") -> None:
    """Add a row; the caption is also what assistive technology calls the field, unless ``name`` says more."""
    label = plain_label(caption, wrap=False)
    label.setBuddy(field)
    if not field.accessibleName():
        field.setAccessibleName(name or caption)
    layout.addRow(label, field)


def beside(*widgets: QWidget) -> QWidget:
    """Return the widgets in one row; the first takes the room."""
    row = QWidget()
    layout = QHBoxLayout(row)
    spaced(layout)
    for position, widget in enumerate(widgets):
        layout.addWidget(widget, 0 if position else 1)
    row.setFocusProxy(widgets[0])
    return row


def accept_buttons(dialog: QDialog, accept: str) -> tuple[QDialogButtonBox, QPushButton]:
    """Return a row with ``accept`` and Cancel, connected, and the accepting button."""
    box = QDialogButtonBox(dialog)  # in the dialog already, or the default button would not count as its own
    go = box.addButton(accept, QDialogButtonBox.ButtonRole.AcceptRole)
    box.addButton(tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
    go.setDefault(True)
    box.accepted.connect(dialog.accept)
    box.rejected.connect(dialog.reject)
    return box, go


def close_buttons(dialog: QDialog, *actions: str) -> tuple[QDialogButtonBox, list[QPushButton]]:
    """Return a row with buttons for ``actions`` and a connected Close, and the buttons of the actions.

    None is the default: Enter belongs to the list the dialog shows, and would close the dialog besides.  Esc closes.
    """
    box = QDialogButtonBox(dialog)
    close = box.addButton(tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
    made = [box.addButton(text, QDialogButtonBox.ButtonRole.ActionRole) for text in actions]
    for button in (close, *made):
        button.setAutoDefault(False)
    box.rejected.connect(dialog.reject)
    return box, made


def complaint_label() -> QLabel:
    """Return a label for the sentence that says why a dialog cannot be accepted yet; it keeps its room when empty."""
    label = plain_label()
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    label.setMinimumHeight(label.fontMetrics().height() * 2)
    label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    return label


def side_button(text: str, name: str = "") -> QPushButton:
    """Return a button that Enter in a field does not press; ``name`` is what assistive technology says, if more than the text."""
    button = QPushButton(text)
    button.setAutoDefault(False)
    button.setAccessibleName(name or text)
    return button


def copy_text(text: str) -> None:
    """Put plain text on the clipboard."""
    clipboard = QApplication.clipboard()
    if clipboard is not None:
        clipboard.setText(text)
