"""A field for a confidence from 0 to 1."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QDoubleSpinBox


class _CalmSpin(QDoubleSpinBox):
    """A wheel that passes over it while the dialog scrolls changes nothing."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def share_field(name: str) -> QDoubleSpinBox:
    """Return a field for a share from 0 to 1 in steps of 0.05; ``name`` is what assistive technology says."""
    field = _CalmSpin()
    field.setAccessibleName(name)
    field.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    field.setRange(0, 1)
    field.setSingleStep(0.05)
    field.setDecimals(2)
    field.setMaximumWidth(field.fontMetrics().averageCharWidth() * 14)
    return field
