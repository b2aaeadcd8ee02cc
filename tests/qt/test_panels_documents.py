"""The documents panel, by pointer and by keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from annotator.commands import documents as document_commands
from annotator.domain.documents import Status
from annotator.ui.panels.documents import DocumentsPanel
from tests.qt.panels_support import Heard, changed_by, make_session


@pytest.fixture
def session(tmp_path):
    made = make_session(tmp_path)
    yield made
    made.close()


@pytest.fixture
def panel(qtbot, session):
    made = DocumentsPanel()
    qtbot.addWidget(made)
    made.resize(260, 400)
    made.show()
    made.set_session(session)
    return made


def click_row(qtbot, panel, row):
    rect = panel.view.visualRect(panel.model.index(row))
    qtbot.mouseClick(panel.view.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())


def test_a_click_asks_for_a_document_and_for_the_open_one_too(qtbot, panel):
    heard = Heard()
    panel.documentRequested.connect(heard.hear)
    click_row(qtbot, panel, 1)
    assert heard.got == [2]
    panel.set_current(2)
    click_row(qtbot, panel, 1)
    assert heard.got == [2, 2]  # it is open already, but the keys are wanted back in it


def test_arrows_and_enter_ask_for_a_document(qtbot, panel):
    heard = Heard()
    panel.documentRequested.connect(heard.hear)
    panel.set_current(1)
    qtbot.keyClick(panel.view, Qt.Key.Key_Down)
    qtbot.keyClick(panel.view, Qt.Key.Key_Down)
    assert heard.got == []
    qtbot.keyClick(panel.view, Qt.Key.Key_Return)
    assert heard.got == [3]


def test_the_current_document_is_marked_without_asking_for_it(panel):
    heard = Heard()
    panel.documentRequested.connect(heard.hear)
    panel.set_current(3)
    assert panel.view.currentIndex().row() == 2
    panel.set_current(None)
    assert not panel.view.currentIndex().isValid()
    assert heard.got == []


def test_progress_and_filter_counts_follow(panel, session):
    assert panel._done.text() == "0 of 3 done"
    state = session.open_document(2)
    panel.refresh(changed_by(session, document_commands.mark_done(state.set_id)))
    assert panel._done.text() == "1 of 3 done"
    assert panel._progress.value() == 1
    assert panel.filter.itemText(0) == "All (3)"
    assert panel.filter.itemText(3) == "Done (1)"
    panel.set_filter((Status.DONE,))
    assert panel.model.rowCount() == 1
    panel.set_filter((Status.SKIPPED,))
    assert not panel.view.isVisible()
    assert panel._hint.isVisible()
    assert "status" in panel._hint.text()


def test_every_status_has_a_mark_of_its_own_shape(qtbot, panel):
    from PySide6.QtGui import QImage

    from annotator.ui.panels.documents import status_icon

    shapes = set()
    for status in Status:
        image = status_icon(status, panel).pixmap(14, 14).toImage().convertToFormat(QImage.Format.Format_Alpha8)
        shapes.add(bytes(image.constBits()))
    assert len(shapes) >= 3  # a tick is cut out of done's disc in another colour, so alpha alone tells the others apart
    colored = {bytes(status_icon(status, panel).pixmap(14, 14).toImage().constBits()) for status in Status}
    assert len(colored) == 4


def test_an_empty_project_says_what_to_do(qtbot, tmp_path):
    session = make_session(tmp_path / "leer", []) if (tmp_path / "leer").mkdir() is None else None
    panel = DocumentsPanel()
    qtbot.addWidget(panel)
    panel.show()
    assert "Open a project" in panel._hint.text()
    panel.set_session(session)
    assert "Import" in panel._hint.text()
    panel.set_session(None)
    assert "Open a project" in panel._hint.text()
    session.close()
