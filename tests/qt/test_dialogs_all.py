"""The list of all dialogs has all dialogs."""

from __future__ import annotations

from pathlib import Path

from tests.qt.dialogs_support import DIALOGS, dialog_classes


def test_every_dialog_is_on_the_list():
    assert dialog_classes() == {way.kind for way in DIALOGS.values()}


def test_a_new_dialog_is_noticed(tmp_path: Path):
    (tmp_path / "frame.py").write_text(
        "class Calm(QtWidgets.QDialog, Generic[T]): ...\nclass Panel(QWidget): ...\n", encoding="utf-8"
    )
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "away.py").write_text(
        "class AwayDialog(Calm[int]): ...\nclass Box(QMessageBox): ...\n", encoding="utf-8"
    )
    assert dialog_classes(tmp_path) == {"AwayDialog", "Box"}
