"""The list that pops up to choose a label from."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QListWidget, QWidget

from annotator.ui.choice import ChoicePopup, Option
from annotator.ui.theme import LIGHT

OPTIONS = [Option("leads", "1", "#0072b2"), Option("member_of", "2", "#d55e00"), Option("met_with", "", "#009e73")]


def popup(qtbot, *, by_key: bool):
    window = QWidget()
    window.resize(400, 400)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    made = ChoicePopup("Relation", OPTIONS, LIGHT, by_key=by_key, parent=window)
    chosen: list[str] = []
    made.chosen.connect(chosen.append)
    made.pop_up(QPoint(0, 0))
    made.window_kept = window
    return made, chosen


def rows(made) -> list[str]:
    shown = made.findChild(QListWidget)
    return [shown.item(row).text().split()[-1] for row in range(shown.count())]


def test_a_key_takes_its_label_at_once(qtbot):
    made, chosen = popup(qtbot, by_key=True)
    QTest.keyClicks(made.findChild(QListWidget), "2")
    assert chosen == ["member_of"]


def test_a_key_of_no_label_takes_nothing(qtbot):
    made, chosen = popup(qtbot, by_key=True)
    QTest.keyClicks(made.findChild(QListWidget), "7")
    assert chosen == []
    assert made.isVisible()
    made.close()


def test_typing_narrows_the_list_and_enter_takes_the_first(qtbot):
    made, chosen = popup(qtbot, by_key=False)
    field = made.findChild(QLineEdit)
    QTest.keyClicks(field, "me")
    assert rows(made) == ["member_of", "met_with"]
    QTest.keyClick(field, Qt.Key.Key_Down)
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert chosen == ["met_with"]


def test_names_that_begin_with_the_typed_text_come_first(qtbot):
    made, _ = popup(qtbot, by_key=False)
    QTest.keyClicks(made.findChild(QLineEdit), "w")
    assert rows(made) == ["met_with"]
    QTest.keyClick(made.findChild(QLineEdit), Qt.Key.Key_Backspace)
    assert len(rows(made)) == 3
    made.close()


def test_escape_takes_nothing(qtbot):
    made, chosen = popup(qtbot, by_key=False)
    QTest.keyClick(made.findChild(QLineEdit), Qt.Key.Key_Escape)
    assert chosen == []


def test_a_list_that_would_leave_the_article_stands_above_its_target(qtbot):
    window = QWidget()
    window.resize(600, 600)
    article = QWidget(window)
    article.setGeometry(0, 0, 600, 420)
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    options = [Option(f"label {number}") for number in range(6)]
    for at, above in ((60, False), (400, True)):
        made = ChoicePopup("Relation", options, LIGHT, by_key=True, parent=window)
        made.pop_up(window.mapToGlobal(QPoint(50, at)), clear=30, within=article)
        assert (made.geometry().bottom() <= at - 30) is above
        assert made.geometry().bottom() <= article.height()
        made.close()
