"""How a key is written for the people of this system."""

from __future__ import annotations

import re

from PySide6.QtGui import QKeySequence

from annotator.ui.i18n import tr

_RETURN = re.compile(r"\bReturn$")
"""Qt's name of the key that keyboards, and every text of ours, call Enter; where a sign stands for it, that stays."""


def key_text(key: str) -> str:
    """Return a key as this system's users know it."""
    if key == " ":
        return tr("Space")
    if len(key) == 1:
        return key
    modifier, _, last = key.rpartition("+")
    if last and last in "[]{}" and modifier:
        return f"{QKeySequence(modifier + '+A').toString(QKeySequence.SequenceFormat.NativeText)[:-1]}{last}"
    shown = QKeySequence(key, QKeySequence.SequenceFormat.PortableText).toString(QKeySequence.SequenceFormat.NativeText)
    return _RETURN.sub("Enter", shown)
