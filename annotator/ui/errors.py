"""What happens to errors that are our bugs, and to what Qt says: logged, shown in a report that can be copied, the window stays."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from PySide6.QtCore import QMessageLogContext, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QApplication, QDialog, QDialogButtonBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from annotator import log
from annotator.ui.i18n import tr

_log = logging.getLogger("annotator.ui")
_qt_log = logging.getLogger("annotator.qt")

_LEVELS = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


@contextmanager
def watching(parent: Callable[[], QWidget | None], explains: Callable[[BaseException], bool] | None = None) -> Iterator[None]:
    """Inside, log what Qt says and what no one caught; the latter is shown over ``parent()`` as well.

    ``explains`` may show an error in its own way and return True: one that the person can understand, such as a damaged file's, is no
    fault of the program.
    """
    shown: list[CrashReport] = []

    def on_closed() -> None:
        shown.clear()

    def on_exception(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            QApplication.quit()
            return
        if explains is not None and explains(error):
            _log.info("explained: %s", error)
            return
        _log.critical("not caught", exc_info=(kind, error, trace))
        if shown:
            return  # painting that fails would fail again under every report, and cover the window with them
        report = CrashReport("".join(traceback.format_exception(kind, error, trace)), parent())
        shown.append(report)
        report.finished.connect(on_closed)
        report.open()

    earlier_handler, earlier_hook = qInstallMessageHandler(_on_qt_message), sys.excepthook
    sys.excepthook = on_exception
    try:
        yield
    finally:
        qInstallMessageHandler(earlier_handler)
        sys.excepthook = earlier_hook


_HARMLESS = "This plugin does not support"
"""How platforms without a window manager begin when asked for what only one can do."""


def _on_qt_message(kind: QtMsgType, context: QMessageLogContext, text: str) -> None:
    level = logging.DEBUG if text.startswith(_HARMLESS) else _LEVELS.get(kind, logging.WARNING)
    _qt_log.log(level, "%s%s", f"{context.category}: " if context.category else "", text)


class CrashReport(QDialog):
    """Says that something went wrong which is not the user's fault, what is safe, and what to send."""

    def __init__(self, trace: str, parent: QWidget | None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Something went wrong"))
        explanation = QLabel(
            tr("This is a fault of the program, not yours. Everything saved so far is safe: the step that failed changed nothing.")
            + " "
            + tr("You can go on working. Please copy this report to whoever looks after the program.")
        )
        explanation.setWordWrap(True)
        self.report = QPlainTextEdit(trace + "\n" + log.diagnostics())
        self.report.setReadOnly(True)
        self.report.setAccessibleName(tr("Report"))
        buttons = QDialogButtonBox(self)  # in the dialog already, or the default button would not count as its own
        copy = buttons.addButton(tr("Copy report"), QDialogButtonBox.ButtonRole.ActionRole)
        go_on = buttons.addButton(tr("Go on"), QDialogButtonBox.ButtonRole.AcceptRole)
        go_on.setDefault(True)
        copy.clicked.connect(self._on_copy)
        buttons.accepted.connect(self.accept)
        copy.setAutoDefault(False)
        self.report.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)  # as all dialogs have
        layout.setSpacing(16)
        for widget in (explanation, self.report, buttons):
            layout.addWidget(widget)
        self.resize(720, 420)

    def _on_copy(self) -> None:
        QApplication.clipboard().setText(self.report.toPlainText())
