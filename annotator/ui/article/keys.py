"""Names of keys: what a key press is called in a table of bindings.

Printable keys go by the text they type, so that ``{`` works on every keyboard layout; all others by Qt's portable name
(``Ctrl+Shift+J``, ``F7``, ``Shift+Tab``, ``Return``).  Space is ``" "``; with Shift it is ``Shift+Space``.
"""

from __future__ import annotations

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

_MODIFIER_KEYS = {
    Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr, Qt.Key.Key_CapsLock,
    Qt.Key.Key_NumLock, Qt.Key.Key_ScrollLock, Qt.Key.Key_Super_L, Qt.Key.Key_Super_R, Qt.Key.Key_Menu,
}  # fmt: skip
_SAME = {"Enter": "Return", "Backtab": "Tab"}


def printable(event: QKeyEvent) -> str:
    """Return the text a key press types, or an empty text.  Ctrl with Alt counts as AltGr, which some systems report so."""
    modifiers = event.modifiers()
    control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
    if modifiers & Qt.KeyboardModifier.MetaModifier or (control and not modifiers & Qt.KeyboardModifier.AltModifier):
        return ""
    text = event.text()
    return text if text and text.isprintable() and (not control or not text.isalnum()) else ""


def key_names(event: QKeyEvent) -> list[str]:
    """Return the names a key press may be bound by, the most telling first."""
    if Qt.Key(event.key()) in _MODIFIER_KEYS:
        return []
    modifiers = event.modifiers()
    text = printable(event)
    names: list[str] = []
    sequence = sequence_name(event)
    if text == " " and modifiers & Qt.KeyboardModifier.ShiftModifier:
        return ["Shift+Space", sequence]
    if text:
        if modifiers & Qt.KeyboardModifier.AltModifier and not modifiers & Qt.KeyboardModifier.ControlModifier:
            return [f"Alt+{text}", sequence]
        names.append(text)
        if text == " ":
            names.append("Space")
        if modifiers & Qt.KeyboardModifier.ControlModifier:
            names.insert(0, sequence)
        return names
    return [sequence] if sequence else names


def sequence_name(event: QKeyEvent) -> str:
    """Return Qt's portable name of a key press, one for the two Enter keys, without the keypad's mark."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier & ~Qt.KeyboardModifier.GroupSwitchModifier
    name = QKeySequence(QKeyCombination(modifiers, Qt.Key(event.key()))).toString(QKeySequence.SequenceFormat.PortableText)
    head, plus, last = name.rpartition("+")
    if last in _SAME:
        if last == "Backtab" and "Shift" not in head:
            head, plus = (f"{head}+Shift" if head else "Shift"), "+"
        return f"{head}{plus}{_SAME[last]}"
    return name
