"""Nonsense at the article: dropped, pasted, composed and unknown input does nothing, what is forbidden is refused in the window, and a
file with impossible spans opens, says so, and can be worked on."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QInputMethodEvent, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.e2e.window_support import STORY, Driver, story_project

NONE = Qt.KeyboardModifier.NoModifier
CTRL, SHIFT, ALT, META = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.MetaModifier,
)


def unharmed(user: Driver, before: object) -> None:
    """See that nothing was changed or asked, and that the article still takes keys."""
    assert user.check() == before
    assert user.text == STORY
    assert user.view.document().characterCount() - 1 == len(STORY)
    assert user.dialog is None
    assert user.menu is None
    user.put_caret("Joko")
    user.press("Right")
    assert user.view.caret == user.place("Widodo")[0]


# Dropping and pasting


def mime(kind: str) -> QMimeData:
    data = QMimeData()
    if kind == "text":
        data.setText("teks yang dijatuhkan\nke artikel")
    elif kind == "html":
        data.setHtml("<b>teks</b><img src='x'>")
    else:
        data.setData("application/x-nonsense", bytes(range(256)))
    return data


@pytest.mark.parametrize("kind", ["text", "html", "bytes"])  # files are taken: they ask for an import
def test_what_is_dropped_on_the_article_is_not_taken(at_work, kind):
    def drive(user):
        before = user.check()
        data = mime(kind)
        actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
        for target in (user.view.viewport(), user.view, user.window):
            enter = QDragEnterEvent(QPoint(50, 50), actions, data, Qt.MouseButton.LeftButton, NONE)
            enter.ignore()
            QCoreApplication.sendEvent(target, enter)
            assert not enter.isAccepted()
            drop = QDropEvent(QPointF(50, 50), actions, data, Qt.MouseButton.LeftButton, NONE)
            drop.ignore()
            QCoreApplication.sendEvent(target, drop)
            assert not drop.isAccepted()
        unharmed(user, before)

    at_work(drive)


def test_pasting_and_cutting_do_nothing(at_work):
    def drive(user):
        before = user.check()
        QApplication.clipboard().setText("123 r d \n tempelan")
        user.select("Sunarso")
        user.press("Ctrl+V", "Ctrl+X", "Shift+Insert", "Shift+Delete", "Ctrl+Insert")
        user.view.paste()
        QTest.mouseClick(user.view.viewport(), Qt.MouseButton.MiddleButton, NONE, user.point_at("Purwokerto"))
        user.settle()
        unharmed(user, before)

    at_work(drive)


# Keys that mean nothing here


def test_composed_text_is_not_taken(at_work):
    def drive(user):
        before = user.check()
        user.focus("Rusia")
        for target in (user.view, user.view.viewport()):
            for preedit, commit in (("に", ""), ("", "日本"), ("", "1"), ("", "r"), ("´", ""), ("", "é" * 5000)):
                event = QInputMethodEvent(preedit, [])
                event.setCommitString(commit)
                QCoreApplication.sendEvent(target, event)
        user.settle()
        unharmed(user, before)

    at_work(drive)


ODD_KEYS = [
    (Qt.Key.Key_Dead_Acute, ""), (Qt.Key.Key_Dead_Circumflex, "^"), (Qt.Key.Key_Multi_key, ""), (Qt.Key.Key_unknown, "\x00"),
    (Qt.Key.Key_unknown, "\x1b"), (Qt.Key.Key_unknown, "\x7f"), (Qt.Key.Key_unknown, "abc"), (Qt.Key.Key_unknown, "é"),
    (Qt.Key.Key_unknown, "e\u0301"), (Qt.Key.Key_unknown, "😊"), (Qt.Key.Key_unknown, "\ud83d"), (Qt.Key.Key_unknown, "\u200f"),
    (Qt.Key.Key_unknown, ""), (Qt.Key.Key_VolumeUp, ""), (Qt.Key.Key_Back, ""), (Qt.Key.Key_Print, ""), (Qt.Key.Key_Pause, ""),
    (Qt.Key.Key_Insert, ""), (Qt.Key.Key_F24, ""), (Qt.Key.Key_Henkan, ""), (Qt.Key.Key_AltGr, ""), (Qt.Key.Key_Hyper_L, ""),
]  # fmt: skip


def test_unknown_keys_with_any_modifier_do_nothing(at_work):
    def drive(user):
        before = user.check()
        user.put_caret("Presiden")
        user.press("Escape")
        for modifiers in (NONE, SHIFT, CTRL, ALT, META, CTRL | SHIFT, CTRL | ALT, CTRL | ALT | SHIFT, META | SHIFT):
            for key, text in ODD_KEYS:
                for kind in (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                    QCoreApplication.sendEvent(user.view, QKeyEvent(kind, key, modifiers, text))
        user.settle()
        unharmed(user, before)

    at_work(drive)


def test_letters_with_meta_or_control_are_no_label_keys(at_work):
    def drive(user):
        before = user.check()
        user.put_caret("Sunarso")
        for modifiers in (CTRL | ALT, META, META | SHIFT):
            for key, text in ((Qt.Key.Key_1, "1"), (Qt.Key.Key_R, "r"), (Qt.Key.Key_X, "x")):
                QCoreApplication.sendEvent(user.view, QKeyEvent(QEvent.Type.KeyPress, key, modifiers, text))
        user.settle()
        unharmed(user, before)

    at_work(drive)


def test_nonsense_in_a_hint_mode_does_not_leave_it(at_work):
    def drive(user):
        before = user.check()
        user.focus("Joko Widodo")
        user.press("r")
        offered = user.hints()
        user.press("1", ";", "/", "Space", "ä", "Backspace", "Backspace")
        assert user.hints() == offered
        user.press("Escape")
        unharmed(user, before)

    at_work(drive)


# What is forbidden


def test_what_the_rules_forbid_is_refused_in_the_bar_and_no_dialog_opens(at_work):
    def drive(user):
        before = user.check()
        user.focus("Senin")  # a date has no relations
        user.press("r")
        assert user.message == "No relation label of the scheme links DATE to any span of this document."
        user.press("e")
        assert user.message == "The scheme has no role for DATE, so it cannot be the trigger of an event."
        user.drag(user.chip("s7"), user.point_at("Rusia"))
        assert user.message == "No relation label of the scheme links DATE to GPE."
        user.drag(user.chip("s1"), user.point_at("Senin"))
        assert user.message == "No relation label of the scheme links PERSON to DATE."
        user.focus("Bank Rakyat Indonesia")
        user.press("Ctrl+J")
        assert "no other span in this sentence" in user.message
        user.focus("Joko Widodo")
        user.press("Ctrl+Right", "1")
        assert "not PERSON to PERSON" in user.message
        unharmed(user, before)

    at_work(drive)


def test_a_span_at_the_place_of_another_is_refused_by_every_way_of_making_one(at_work):
    def drive(user):
        user.select("Istana")
        user.press("2", "]")
        assert user.surface == "Istana Bogor"
        before = user.check()
        user.focus("Istana Bogor", 1)
        user.press("0" if user.span.label == "GPE" else "2")
        assert "is labelled" in user.message
        unharmed(user, before)

    at_work(drive)


# A file that holds what cannot be


IMPOSSIBLE = {
    "outside": (len(STORY) - 3, len(STORY) + 500),
    "far outside": (10_000_000, 10_000_005),
    "negative": (-9, -2),
    "empty": (20, 20),
    "reversed": (60, 40),
}


def break_story(path: Path, wrong: dict[str, tuple[int, int]]) -> None:
    """Write impossible spans into the set of the person who has opened the story, with ``sqlite3`` alone."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA ignore_check_constraints = ON")
    with connection:
        key = connection.execute("SELECT id FROM annotation_sets WHERE kind = 'person'").fetchone()[0]
        columns = [row[1] for row in connection.execute("PRAGMA table_info(spans)")]
        found = connection.execute("SELECT * FROM spans WHERE set_id = ? AND id = 's9'", (key,)).fetchone()
        sample = dict(zip(columns, found, strict=True))
        for name, (start, end) in wrong.items():
            values = {**sample, "id": f"bad {name}", "start": start, "end": end}
            names = ", ".join(f"[{column}]" for column in values)
            connection.execute(f"INSERT INTO spans ({names}) VALUES ({', '.join('?' * len(values))})", tuple(values.values()))
    connection.close()


@pytest.mark.parametrize("name", [*IMPOSSIBLE, "all"])
def test_impossible_spans_are_said_and_the_rest_can_be_worked_on(use, tmp_path, name):
    wrong = IMPOSSIBLE if name == "all" else {name: IMPOSSIBLE[name]}

    def drive(user):
        user.wait(lambda: user.message, "the window says what is wrong")
        assert user.message.startswith("1 item of" if len(wrong) == 1 else "5 items of")
        assert "The span (" in user.message
        button = user.window.bench.messages.action_button
        for place in ("Ctrl+End", "Ctrl+Home"):
            user.press(place)
            user.view.grab()
        for _ in range(len(user.document.spans())):
            user.press("Tab")
        for key in ("c", "r", "Escape", "Ctrl+B", "Escape", "]", "["):
            user.press(key)
        user.put_caret("Sunarso")
        user.press("1")
        assert user.has("Sunarso", "PERSON")
        user.session.open_document(user.document.document.id)
        user.wait(button.isVisible, "the offer to remove them")
        user.window.bench.ask.confirm = lambda *_: True
        button.click()
        user.settle()
        assert not any(span.id.startswith("bad") for span in user.document.spans())
        assert user.message == ""
        assert user.has("Sunarso", "PERSON")

    path = story_project(tmp_path)
    assert use(Driver.settle, "open", path) == 0
    break_story(path, wrong)
    assert use(drive, "open", path) == 0
