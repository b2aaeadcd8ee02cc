"""All dialogs of the program, and how each is opened over a window: the one list for the tests that must hold for every dialog.

``dialog_classes`` finds the classes in the code; ``test_dialogs_all`` fails where one of them is not on the list.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

import annotator.ui
from annotator.commands.importing import ImportReport
from annotator.commands.suggesting import SuggestReport
from annotator.domain.exchange import Complaint, Fate, Loss, LossReport
from annotator.store.backup import Backup, Reason
from annotator.store.salvage_report import Missing, Salvage
from annotator.ui.dialogs.import_report import ImportReportDialog
from annotator.ui.dialogs.recovered import RecoveredDialog
from annotator.ui.dialogs.report import LossReportDialog
from annotator.ui.dialogs.restore import DamagedDialog
from annotator.ui.dialogs.restore_waiting import WaitingDialog
from annotator.ui.dialogs.scheme import SchemeDialog
from annotator.ui.dialogs.suggest_report import SuggestReportDialog
from annotator.ui.errors import CrashReport
from annotator.ui.i18n import tr
from annotator.ui.main_window import MainWindow

PATIENCE = 10_000
"""Milliseconds that a dialog may take: what counts in the background comes first in some."""


@dataclass(frozen=True)
class Way:
    """How a dialog is opened: by an action of the menus, or by a function, over a window with a project."""

    kind: str
    """The name of its class."""

    action: str = ""
    by: Callable[[MainWindow, Path], None] | None = None
    """Is given a folder, too, in which it may put files."""

    def open(self, window: MainWindow, folder: Path) -> QDialog:
        """Open it, and return it once it is in view."""
        if self.by is not None:
            self.by(window, folder)
        else:
            assert window.actions_by_id[self.action].isEnabled(), self.action
            window.actions_by_id[self.action].trigger()
        return appeared(self.kind)


def opened() -> list[QDialog]:
    """Return the dialogs in view."""
    return [top for top in QApplication.topLevelWidgets() if isinstance(top, QDialog) and top.isVisible()]


def appeared(kind: str) -> QDialog:
    """Wait for a dialog of this kind."""
    for _ in range(PATIENCE // 10):
        found = [dialog for dialog in opened() if type(dialog).__name__ == kind]
        if found:
            QTest.qWait(1)
            return found[-1]
        QTest.qWait(10)
    raise AssertionError(f"{kind} never appeared")


def close_all() -> None:
    """Close every dialog, the last first, without the questions that some ask."""
    for dialog in reversed(opened()):
        dialog.done(QDialog.DialogCode.Rejected)
        dialog.close()
    QApplication.processEvents()


# Ways without an action of the menus


def _fate(window: MainWindow, folder: Path) -> None:
    """Take a label out that something has: how many have it is counted beside the editor first."""
    window.actions_by_id["project.scheme"].trigger()
    editor = appeared("SchemeDialog")
    assert isinstance(editor, SchemeDialog)
    page = next(iter(editor.pages.values()))
    for _ in range(PATIENCE // 10):
        used = [row for row, entry in enumerate(page._draft.entries[page.part]) if page.use_of(entry).items]
        if used:
            break
        QTest.qWait(10)
    page.list.setCurrentItem(page.list.topLevelItem(used[0]))
    page.delete.click()


def _patterns(window: MainWindow, folder: Path) -> None:
    assert window.hands is not None
    window.hands.suggesting.asking.edit_patterns(folder / "kota.jsonl", "patterns")


def _history_keeping(window: MainWindow, folder: Path) -> None:
    window.panels.history.keepingRequested.emit()


def _damaged(window: MainWindow, folder: Path) -> None:
    made = datetime(2026, 5, 3, 12, tzinfo=UTC)
    backup = Backup(folder / "1.annotator", 1, made, Reason.MANUAL, 4096)
    DamagedDialog(folder / "kabar.annotator", tr("Cancel"), [backup], window, rescuable=True).open()


def _recovered(window: MainWindow, folder: Path) -> None:
    lost = Missing("spans", 3, "in “berita” (number 4) (ani)", "it lies on a part of the file that cannot be read")
    RecoveredDialog(Salvage(folder / "a.annotator", folder / "b.annotator", Counter(spans=2), [lost]), window).open()


def _waiting(window: MainWindow, folder: Path) -> None:
    WaitingDialog(tr("Rescue"), tr("Reading what can be read of {}…").format("kabar"), window).open()


def _import_report(window: MainWindow, folder: Path) -> None:
    ImportReportDialog(ImportReport(complaints=[Complaint("a.txt:1", "It is broken.")]), window).open()


def _loss_report(window: MainWindow, folder: Path) -> None:
    loss = Loss("cerita", "span", "s1", "PERSON", "Joko", Fate.DROPPED, "cuts a token", 9, 13)
    LossReportDialog(LossReport("spacy", "x.spacy", losses=[loss]), window).open()


def _suggest_report(window: MainWindow, folder: Path) -> None:
    report = SuggestReport(2, left_out=Counter({("memory", "no such label", "GPE"): 3}))
    report.failed.append(Complaint("cerita", "It is broken."))
    SuggestReportDialog(report, window).open()


def _crash(window: MainWindow, folder: Path) -> None:
    CrashReport("a trace", window).open()


DIALOGS = {
    "new project": Way("NewProjectDialog", "project.new"),
    "import": Way("ImportDialog", "project.import"),
    "import report": Way("ImportReportDialog", by=_import_report),
    "export": Way("ExportDialog", "project.export"),
    "loss report": Way("LossReportDialog", by=_loss_report),
    "suggest": Way("SuggestDialog", "project.suggest"),
    "suggest report": Way("SuggestReportDialog", by=_suggest_report),
    "patterns": Way("PatternsDialog", by=_patterns),
    "scheme": Way("SchemeDialog", "project.scheme"),
    "fate of a label": Way("FateDialog", by=_fate),
    "knowledge": Way("KnowledgeDialog", "project.knowledge"),
    "statistics": Way("StatisticsDialog", "project.statistics"),
    "picture": Way("PictureDialog", "project.picture"),
    "backups": Way("BackupsDialog", "project.backups"),
    "damaged": Way("DamagedDialog", by=_damaged),
    "recovered": Way("RecoveredDialog", by=_recovered),
    "waiting": Way("WaitingDialog", by=_waiting),
    "history keeping": Way("HistoryKeepingDialog", by=_history_keeping),
    "preferences": Way("PreferencesDialog", "edit.preferences"),
    "shortcuts": Way("ShortcutsDialog", "edit.keys"),
    "text style": Way("TextStyleDialog", "view.text"),
    "keys": Way("KeysDialog", "help.keys"),
    "help": Way("HelpDialog", "help.pages"),
    "about": Way("AboutDialog", "help.about"),
    "crash": Way("CrashReport", by=_crash),
}
"""Every dialog by what the tests call it."""


def dialog_classes(root: Path | None = None) -> set[str]:
    """Return the names of all classes in ``annotator/ui`` that are dialogs, over as many steps as it takes, and no base of others."""
    bases: dict[str, set[str]] = {}
    for path in (root or Path(annotator.ui.__file__).parent).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                bases[node.name] = {ast.unparse(base).partition("[")[0].rpartition(".")[2] for base in node.bases}
    found = {"QDialog", "QWizard", "QMessageBox", "QFileDialog", "QProgressDialog", "QInputDialog", "QColorDialog"}
    ours: set[str] = set()
    while more := {name for name, above in bases.items() if above & (found | ours)} - ours:
        ours |= more
    return ours - set().union(*(bases[name] for name in ours))
