"""An editor for pattern files that says, while they are written, what is wrong in which line and how often they match."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFontDatabase, QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import QDialog, QFrame, QPlainTextEdit, QTreeWidget, QTreeWidgetItem, QVBoxLayout, QWidget

from annotator.commands.pattern_checks import PatternCheck
from annotator.errors import FormatError
from annotator.formats.files import refusal, replacing
from annotator.paths import is_there
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.draft_strip import DraftStrip
from annotator.ui.dialogs.frame import close_buttons, framed
from annotator.ui.i18n import by_count, number, plain_tip, told, tr
from annotator.ui.panels.parts import airy, plain_label

PAUSE = 300
"""Milliseconds without a key after which the patterns are checked."""

_LINE = Qt.ItemDataRole.UserRole


class Checker(Protocol):
    """Checks patterns beside the window, in place of what waits to be checked."""

    def start(self, text: str, name: str, done: Callable[[PatternCheck | str], None]) -> None:
        """Check; ``done`` gets what was found, or a sentence on why that cannot be told, in the window's thread."""
        ...

    def stop(self) -> None:
        """Check no more, and call nothing."""
        ...


class PatternsDialog(QDialog):
    """It does not block the window: ``again`` counts anew when another document is open.

    ``saved`` carries the path of the file when it was written.  A file that is not there yet begins with ``beginning`` and is made by
    saving.  ``decided`` says whether to go on with what was kept of an earlier time.
    """

    saved = Signal(object)
    decided = Signal(bool)

    def __init__(
        self, path: Path, ask: Ask, parent: QWidget | None = None, *, checker: Checker | None = None, beginning: str = ""
    ) -> None:
        super().__init__(parent)
        self.path, self._ask, self._checker = path, ask, checker
        self._check: PatternCheck | None = None
        self._newline = "\n"
        self._beginning = beginning
        self._on_disk = ""
        """The digest of what the file held when it was read or written last; empty for a file that is not there yet."""
        self._refused = False
        self.strip: DraftStrip | None = None
        """Offers what was kept; nothing can be typed before the answer."""
        self.editor = QPlainTextEdit()
        self.editor.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.editor.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.editor.setTabChangesFocus(False)
        self.editor.setAccessibleName(tr("Patterns, one a line"))
        self.hint = plain_label(
            tr("One a line: a word or name, or a label, a tab and a name; /…/ is a regular expression. Ctrl+Tab leaves the text."),
            quiet=True,
        )
        self.counts = plain_label()
        self.line = plain_label(quiet=True)
        self.problems = QTreeWidget()
        airy(self.problems)
        self.problems.setAccessibleName(tr("Broken lines"))
        self.problems.setHeaderLabels([tr("Line"), tr("What is wrong")])
        self.problems.setRootIsDecorated(False)
        self.problems.setUniformRowHeights(True)
        self.problems.setFrameShape(QFrame.Shape.NoFrame)
        self.problems.setMaximumHeight(130)
        self.said = plain_label()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(PAUSE)
        self._soon.timeout.connect(self.again)
        self._lay_out()
        self._load(beginning)
        self.editor.textChanged.connect(self._on_text_changed)
        self.editor.cursorPositionChanged.connect(self._show_line)
        self.editor.document().modificationChanged.connect(self._on_modification_changed)
        self.problems.itemActivated.connect(self._on_problem)
        self.problems.itemClicked.connect(self._on_problem)
        self.save_button.clicked.connect(self.save)
        for keys, then in (("Ctrl+S", self.save), ("Ctrl+Tab", self._on_leave_text)):
            QShortcut(QKeySequence(keys), self).activated.connect(then)
        self._on_modification_changed(self.editor.document().isModified())
        self.editor.setFocus()
        self.again()

    def text(self) -> str:
        """Return what is written, character by character: Qt's own plain text would make spaces of no-break spaces."""
        return self.editor.document().toRawText().replace("\u2029", "\n").replace("\u2028", "\n")

    def state(self) -> dict[str, Any] | None:
        """Return what is not saved, as plain data for ``go_on_with``; None while nothing would be lost."""
        text = self.text()
        if not self.editor.document().isModified() or self.strip is not None or (not self._on_disk and text == self._beginning):
            return None
        return {"text": text, "newline": self._newline, "on disk": self._on_disk}

    def go_on_with(self, state: Mapping[str, Any]) -> None:
        """Go on with what was not saved; a file that was written since is only written over after a question."""
        self._newline, self._on_disk = str(state["newline"]), str(state["on disk"])
        self.editor.setPlainText(str(state["text"]))
        self.editor.document().setModified(True)

    def offer(self, text: str) -> None:
        """Ask, at the top, whether to go on with what was kept; until ``decided`` nothing can be typed."""
        self.strip = DraftStrip(text)
        self.strip.decided.connect(self._on_decided)
        if isinstance(column := self.layout(), QVBoxLayout):
            column.insertWidget(0, self.strip)
        self.editor.setReadOnly(True)
        self._on_modification_changed(self.editor.document().isModified())
        self.strip.go_on.setFocus()

    def _on_decided(self, go_on: bool) -> None:
        self.strip = None
        self.editor.setReadOnly(self._refused and not go_on)
        self._on_modification_changed(self.editor.document().isModified())
        self.editor.setFocus()
        self.decided.emit(go_on)

    def open(self) -> None:
        """Show the dialog without blocking the window behind it."""
        self.setModal(False)
        self.show()

    def again(self) -> None:
        """Check what is written, now."""
        self._soon.stop()
        if self._checker is not None:
            if self._check is None:
                self.counts.setText(tr("Counting…"))
            self._checker.start(self.text(), self.path.name, self._show_check)

    def save(self) -> bool:
        """Write the file in place of what is there; False, with the reason said, if it cannot."""
        if self.strip is not None:
            return False
        text = tr("{} was changed by another program since it was opened. What it wrote would be lost.").format(self.path)
        if self._changed_elsewhere() and not self._ask.confirm(tr("Save the patterns"), text, tr("Save all the same")):
            return False
        data = self.text().replace("\n", self._newline).encode("utf-8", "surrogatepass")
        try:
            with replacing(self.path) as temporary:
                temporary.write_bytes(data)
        except FormatError as error:
            self.said.setText(told(error))
            return False
        self._on_disk = _digest(data)
        self.editor.document().setModified(False)
        self.said.setText(tr("Saved."))
        self.saved.emit(self.path)
        return True

    def reject(self) -> None:
        """Close, after a question if there is something to lose."""
        text = tr("What was changed in {} is not saved.").format(self.path.name)
        changed = self.editor.document().isModified() and self.strip is None
        if changed and not self._ask.confirm(tr("Patterns"), text, tr("Close without saving")):
            return
        super().reject()

    def done(self, result: int) -> None:
        self._soon.stop()
        if self._checker is not None:
            self._checker.stop()
        super().done(result)

    def _lay_out(self) -> None:
        column = framed(self, tr("Patterns: {}[*]").format(self.path.name), width=640)
        column.addWidget(self.hint)
        column.addWidget(self.editor, 1)
        column.addWidget(self.counts)
        column.addWidget(self.line)
        column.addWidget(self.problems)
        column.addWidget(self.said)
        box, (self.save_button,) = close_buttons(self, tr("Save"))
        self.save_button.setEnabled(False)
        column.addWidget(box)
        self.problems.hide()
        self.resize(760, 560)

    def _load(self, beginning: str) -> None:
        if not is_there(self.path):
            self.editor.setPlainText(beginning)
            self.editor.document().setModified(bool(beginning))
            return
        try:
            data = self.path.read_bytes()
        except OSError as error:
            self._refuse(str(refusal(self.path, error)))
            return
        self._on_disk = _digest(data)
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            self._refuse(tr("Line {} of {} is not UTF-8, so that it cannot be edited here.").format(number(line), self.path.name))
            return
        self._newline = "\r\n" if "\r\n" in text else "\n"
        self.editor.setPlainText(text.replace("\r\n", "\n"))
        self.editor.document().setModified(False)

    def _refuse(self, reason: str) -> None:
        self.said.setText(reason)
        self._refused = True
        self.editor.setReadOnly(True)

    def _changed_elsewhere(self) -> bool:
        try:
            return is_there(self.path) and _digest(self.path.read_bytes()) != self._on_disk
        except OSError:
            return False  # the writing says why

    def _on_text_changed(self) -> None:
        self.said.setText("")
        self._soon.start()

    def _on_modification_changed(self, changed: bool) -> None:
        self.setWindowModified(changed)
        self.save_button.setEnabled(changed and self.strip is None)

    def _show_check(self, found: PatternCheck | str) -> None:
        if isinstance(found, str):
            self.counts.setText(found)
            return
        self._check = found
        if found.too_slow:
            self.counts.setText(tr("Counting takes too long: a regular expression among these may never end."))
            return
        self.counts.setText(_counted(found))
        self.problems.clear()
        for problem in found.problems:
            item = QTreeWidgetItem(self.problems, [number(problem.line), told(problem.message)])
            item.setData(0, _LINE, problem.line)
            item.setToolTip(1, plain_tip(told(problem.message)))
        self.problems.setVisible(bool(found.problems))
        self._show_line()

    def _show_line(self) -> None:
        """Say how often the line with the caret matches, or what is wrong with it."""
        found, line = self._check, self.editor.textCursor().blockNumber() + 1
        if found is None or found.too_slow:
            self.line.setText("")
            return
        wrong = next((told(problem.message) for problem in found.problems if problem.line == line), "")
        if wrong:
            text = tr("Line {}: {}").format(number(line), wrong)
        elif line in found.here.lines:
            here, sample = number(found.here.lines[line]), number(found.sample.lines.get(line, 0))
            text = tr("Line {}: {} in this document, {} in the others.").format(number(line), here, sample)
        else:
            text = ""
        self.line.setText(text)

    def _on_leave_text(self) -> None:
        """Go on from the text, where Tab writes a tab."""
        self.focusNextChild()

    def _on_problem(self, item: QTreeWidgetItem) -> None:
        """Go to a broken line."""
        block = self.editor.document().findBlockByNumber(item.data(0, _LINE) - 1)
        self.editor.setTextCursor(QTextCursor(block))
        self.editor.setFocus()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _counted(found: PatternCheck) -> str:
    patterns = by_count(found.patterns, tr("{} pattern"), tr("{} patterns"))
    here = by_count(found.here.spans, tr("{} match in this document"), tr("{} matches in this document"))
    others = by_count(found.sampled, tr("{{}} in {} other document"), tr("{{}} in {} other documents"))
    text = tr("{}: {}, {}.").format(patterns, here, others.format(number(found.sample.spans)))
    broken = len(found.problems)
    return text + (" " + by_count(broken, tr("{} broken line."), tr("{} broken lines.")) if broken else "")
