"""What happens to errors that are our bugs, and to what Qt says."""

from __future__ import annotations

import logging
import sqlite3
import sys

import pytest
from PySide6.QtCore import QObject, QtMsgType, Signal, qCritical, qDebug, qInfo, qInstallMessageHandler, qWarning
from PySide6.QtWidgets import QApplication, QLabel, QPushButton, QWidget

from annotator.errors import AnnotatorError
from annotator.session.session import Session
from annotator.ui import errors
from annotator.ui.errors import CrashReport
from tests.qt.window_support import Seat, settle

# pytest-qt takes exceptions for itself unless it is told not to
pytestmark = [pytest.mark.qt_no_exception_capture, pytest.mark.expected_log("annotator.ui", "annotator.qt")]


class Bell(QObject):
    rung = Signal()


def reports(parent: QWidget) -> list[CrashReport]:
    return [child for child in parent.findChildren(CrashReport) if child.isVisible()]


def fail() -> None:
    raise RuntimeError("a bug in a slot")


@pytest.fixture
def watched(seat: Seat):
    seat.show()
    with errors.watching(lambda: seat.window, seat.bench.explains):
        yield seat


def ring(slot) -> None:
    bell = Bell()
    bell.rung.connect(slot)
    bell.rung.emit()


def test_an_exception_in_a_slot_is_logged_and_reported_and_the_window_goes_on(watched, caplog):
    ring(fail)
    (report,) = reports(watched.window)
    assert "RuntimeError: a bug in a slot" in report.report.toPlainText()
    assert "annotator" in report.report.toPlainText()
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [("CRITICAL", "not caught")]
    assert caplog.records[0].exc_info[0] is RuntimeError
    report.accept()
    watched.view.focus_span("s2")
    watched.hands.editing.label("ORG")
    assert watched.document.span("s2").label == "ORG"


def test_the_report_says_what_is_safe_and_can_be_copied(watched):
    ring(fail)
    (report,) = reports(watched.window)
    assert any("Everything saved so far is safe" in label.text() for label in report.findChildren(QLabel))
    copy = next(button for button in report.findChildren(QPushButton) if button.text() == "Copy report")
    copy.click()
    assert "a bug in a slot" in QApplication.clipboard().text()
    go_on = next(button for button in report.findChildren(QPushButton) if button.text() == "Go on")
    go_on.click()
    settle()
    assert reports(watched.window) == []
    assert watched.window.findChildren(CrashReport) == []


def test_a_fault_that_comes_again_and_again_opens_one_report(watched, caplog):
    for _ in range(5):
        ring(fail)
    (report,) = reports(watched.window)
    assert len(caplog.records) == 5
    report.accept()
    settle()
    ring(fail)
    assert len(reports(watched.window)) == 1


def test_an_error_that_the_person_can_mend_is_a_message_and_no_report(watched):
    def refuse() -> None:
        raise AnnotatorError("The file is somewhere else.")

    ring(refuse)
    assert watched.message == "The file is somewhere else."
    assert reports(watched.window) == []


@pytest.mark.parametrize(("code", "sentence"), [(sqlite3.SQLITE_CORRUPT, "is damaged"), (sqlite3.SQLITE_IOERR, "disk reported")])
def test_a_raw_error_of_a_damaged_file_becomes_its_sentence(watched, code, sentence):
    def read() -> None:
        error = sqlite3.DatabaseError("raw")
        error.sqlite_errorcode = code
        raise error

    ring(read)
    assert sentence in watched.message
    assert watched.bench.messages.level == "error"
    assert reports(watched.window) == []


def test_an_error_of_sqlite_that_is_our_bug_is_reported(watched):
    ring(lambda: watched.project.connection.execute("SELECT nothing FROM nowhere"))
    assert len(reports(watched.window)) == 1
    assert watched.message == ""


def test_a_damaged_file_that_is_read_by_a_panel_is_said(watched, project_file):
    def corrupt(*_: object) -> None:
        error = sqlite3.DatabaseError("database disk image is malformed")
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error

    import annotator.ui.status as module

    original, module.queries = module.queries, type("Broken", (), {"status_counts": corrupt})
    try:
        watched.hands.documents.flag()
        watched.bench.messages.clear()
        settle()
    finally:
        module.queries = original
    assert "is damaged" in watched.message
    assert reports(watched.window) == []


def test_a_failing_listener_is_reported_and_what_was_committed_stays(watched):
    session = watched.bench.session
    assert isinstance(session, Session)
    session.changed.connect(lambda _: fail())
    heard: list[object] = []
    session.changed.connect(heard.append)
    watched.view.focus_span("s2")
    watched.hands.editing.label("ORG")
    assert watched.document.span("s2").label == "ORG"
    assert len(heard) == 1, "the listeners after it heard of it, too"
    (report,) = reports(watched.window)
    assert "a bug in a slot" in report.report.toPlainText()


def test_a_failing_work_of_an_action_changes_nothing(watched):
    before = watched.content()

    def broken(tx) -> None:
        tx.remove(watched.document.set_id, watched.document.span("s1"))
        raise RuntimeError("a bug in a command")

    from annotator.commands.command import Command

    ring(lambda: watched.bench.run(Command("Break {}", broken, "it")))
    assert watched.content() == before
    assert len(reports(watched.window)) == 1


def test_hooks_are_put_back(qapp):
    heard: list[str] = []
    before_hook = sys.excepthook
    before_handler = qInstallMessageHandler(lambda _kind, _context, text: heard.append(text))
    try:
        with errors.watching(lambda: None):
            assert sys.excepthook is not before_hook
            qWarning("inside")
        qWarning("outside")
        assert sys.excepthook is before_hook
        assert heard == ["outside"]
        with pytest.raises(KeyError), errors.watching(lambda: None):
            raise KeyError
        assert sys.excepthook is before_hook
    finally:
        qInstallMessageHandler(before_handler)


@pytest.mark.no_qt_log
def test_what_qt_says_is_logged_at_its_level(qapp, caplog):
    caplog.set_level(logging.DEBUG, "annotator.qt")
    with errors.watching(lambda: None):
        qDebug("a detail")
        qInfo("a note")
        qWarning("a warning")
        qCritical("a fault")
        qWarning("This plugin does not support propagateSizeHints()")
    said = [
        (record.levelname, record.getMessage().rpartition(": ")[2]) for record in caplog.records if record.name == "annotator.qt"
    ]
    assert said == [
        ("DEBUG", "a detail"),
        ("INFO", "a note"),
        ("WARNING", "a warning"),
        ("ERROR", "a fault"),
        ("DEBUG", "This plugin does not support propagateSizeHints()"),
    ]
    assert set(errors._LEVELS) == {
        QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg, QtMsgType.QtWarningMsg, QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg,
    }  # fmt: skip


def test_ctrl_c_in_the_terminal_ends_the_program(qapp, monkeypatch):
    quits: list[bool] = []
    monkeypatch.setattr(QApplication, "quit", staticmethod(lambda: quits.append(True)))
    with errors.watching(lambda: None):
        sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert quits == [True]
