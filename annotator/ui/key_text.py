"""How a key is written for the people of this system."""

from __future__ import annotations

from PySide6.QtGui import QKeySequence

from annotator.ui.i18n import tr


def key_text(key: str) -> str:
    """Return a key as this system's users know it."""
    if key == " ":
        return tr("Space")
    if len(key) == 1:
        return key
    modifier, _, last = key.rpartition("+")
    if last and last in "[]{}" and modifier:
        return f"{QKeySequence(modifier + '+A').toString(QKeySequence.SequenceFormat.NativeText)[:-1]}{last}"
    return QKeySequence(key, QKeySequence.SequenceFormat.PortableText).toString(QKeySequence.SequenceFormat.NativeText)
