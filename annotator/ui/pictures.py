"""Saving the article as a picture, and printing it: asks, and says in the window how it went."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEventLoop, QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QWidget

from annotator.ui.i18n import by_count, tr
from annotator.ui.recalling import keep, recalled
from annotator.ui.theme import LIGHT, THEMES
from annotator.ui.typesetting import text_style
from annotator.ui.workbench import Workbench

if TYPE_CHECKING:
    from PySide6.QtPrintSupport import QPrinter

    from annotator.ui.dialogs.picture import PictureChoice
    from annotator.ui.printing import Subject

CHOICES = "picture.choices"
"""The private setting that keeps the choices of the last picture, as JSON."""

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


class Pictures(QObject):
    """The pictures of one window.  ``folder`` says where files are suggested; dialogs do not block, their answers arrive in slots."""

    def __init__(self, bench: Workbench, window: QWidget, folder: Callable[[], Path]) -> None:
        super().__init__(window)
        self._bench = bench
        self._window = window
        self._folder = folder
        self._printer: QPrinter | None = None

    def ask_picture(self, suffix: str = "") -> None:
        """Ask how and where to save a picture of the open document: as it was saved last, or in the format of ``suffix``."""
        from annotator.ui.dialogs.picture import PictureDialog

        document = self._bench.document
        if document is None:
            return
        name = " ".join(_NOT_IN_NAMES.sub(" ", document.document.name).split())[:80].strip(" .") or tr("article")
        columns = self._bench.settings.get("article.line_width")
        # A name may have a dot, which is no suffix.
        dialog = PictureDialog(self._folder() / f"{name}.pdf", columns, self._bench.ask, self._window)
        dialog.recall(recalled(self._bench.settings, CHOICES))
        if suffix:
            dialog.choose_format(suffix)
        dialog.accepted.connect(self._on_picture_accepted)
        dialog.open()

    def save(self, choice: PictureChoice) -> bool:
        """Save a picture of the open document; what goes wrong is said in the window."""
        from annotator.ui.article.picture import PAPER, PictureLook
        from annotator.ui.printing import save_picture

        subject = self._subject(in_view=choice.in_view)
        if subject is None:
            return False
        on_paper = choice.path.suffix.lower() == ".pdf"
        theme = PAPER if on_paper and choice.theme == "light" else THEMES.get(choice.theme, LIGHT)
        text = replace(text_style(self._bench.settings), columns=choice.columns)
        look = PictureLook(theme, text, choice.zoom, choice.arcs)
        with _waiting():
            pages = self._bench.attempt(lambda: save_picture(choice.path, subject, look, scale=choice.scale, told=self._on_page))
        if pages is None:
            return False
        said = tr("The picture is at {}.").format(choice.path)
        if on_paper:
            said += " " + by_count(pages, tr("It has {} page."), tr("It has {} pages."))
        self._bench.messages.show_message(said, "info")
        return True

    def print(self) -> None:
        """Ask how to print the open document; where there is no printer, offer a PDF."""
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo

        if self._bench.document is None:
            return
        if not QPrinterInfo.availablePrinterNames():
            self._bench.messages.show_message(
                tr("This computer knows no printer. A PDF looks the same as the printed page."),
                "warning",
                tr("Save a PDF…"),
                partial(self.ask_picture, ".pdf"),
            )
            return
        self._printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(self._printer, self._window)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(tr("Print the article"))
        dialog.setOption(QPrintDialog.PrintDialogOption.PrintPageRange)
        dialog.finished.connect(self._on_print_answered)
        QDialog.open(dialog)  # a print dialog has an open() of its own with other arguments

    def print_on(self, printer: QPrinter) -> int:
        """Print the open document as the printer is set, and return the number of pages; 0 where it failed, which was said."""
        from annotator.ui.article.picture import PAPER, PictureLook
        from annotator.ui.dialogs.picture import PAPER_PERCENT
        from annotator.ui.printing import print_article

        subject = self._subject(in_view=False)
        if subject is None:
            return 0
        look = PictureLook(PAPER, text_style(self._bench.settings), PAPER_PERCENT / 100)
        with _waiting():
            pages = self._bench.attempt(lambda: print_article(printer, subject, look, told=self._on_page)) or 0
        if pages:
            self._bench.tell(by_count(pages, tr("{} page printed"), tr("{} pages printed")))
        return pages

    def _on_page(self, number: int, count: int) -> None:
        """Let the window paint itself now and then while a long article becomes pages; nobody can press anything meanwhile."""
        if number % 10 == 0:
            self._bench.tell(tr("Page {} of {}").format(number, count))
            QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)

    def _subject(self, *, in_view: bool) -> Subject | None:
        from annotator.ui.printing import Subject

        document = self._bench.document
        if document is None:
            return None
        self._bench.leaving.emit(None)  # what is half typed belongs into the picture
        part = self._bench.view.scene().range if in_view else None
        return Subject(document, document.document.name, part)

    def _on_picture_accepted(self) -> None:
        from annotator.ui.dialogs.picture import PictureDialog

        dialog = self.sender()
        assert isinstance(dialog, PictureDialog)
        keep(self._bench, CHOICES, dialog.remember())
        self.save(dialog.values())

    def _on_print_answered(self, result: int) -> None:
        printer, self._printer = self._printer, None
        if printer is not None and result == QDialog.DialogCode.Accepted:
            self.print_on(printer)


@contextmanager
def _waiting() -> Iterator[None]:
    """Show that the window is busy: a book takes seconds."""
    QGuiApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
    try:
        yield
    finally:
        QGuiApplication.restoreOverrideCursor()
