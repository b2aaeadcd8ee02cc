"""What assistive technology finds: names, roles, the article's text with caret and selection, the way of Tab, and contrast."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QPlainTextEdit,
    QTabBar,
    QTextEdit,
    QWidget,
)

from annotator.ui.theme import DARK, LIGHT, OUTLINE_CONTRAST, TEXT_CONTRAST, contrast, label_colors
from tests.conftest import SCHEMES
from tests.e2e.window_support import Driver, document_of, make_project, program, story_project
from tests.qt.dialogs_support import DIALOGS, close_all

ROLES = {
    QAbstractButton: {
        QAccessible.Role.Button, QAccessible.Role.CheckBox, QAccessible.Role.RadioButton, QAccessible.Role.ButtonMenu,
        QAccessible.Role.PushButton,
    },
    QComboBox: {QAccessible.Role.ComboBox},
    QLineEdit: {QAccessible.Role.EditableText},
    QPlainTextEdit: {QAccessible.Role.EditableText, QAccessible.Role.StaticText},
    QTextEdit: {QAccessible.Role.EditableText, QAccessible.Role.StaticText},
    QAbstractSpinBox: {QAccessible.Role.SpinBox},
    QAbstractItemView: {QAccessible.Role.List, QAccessible.Role.Table, QAccessible.Role.Tree},
}  # fmt: skip


@pytest.fixture
def use(qapp, monkeypatch):
    return program(monkeypatch)


def accessible(widget: QWidget) -> QAccessibleInterface:
    found = QAccessible.queryAccessibleInterface(widget)
    assert found is not None
    assert found.isValid()
    return found


def operable(root: QWidget) -> Iterator[QWidget]:
    """Walk everything in view that a person can press, choose from or type in; parts of Qt's own make-up belong to their owners."""
    for widget in root.findChildren(QWidget):
        if not widget.isVisible() or not isinstance(widget, tuple(ROLES)) or isinstance(widget, QHeaderView):
            continue
        owner = widget.parentWidget()
        inside = False
        while owner is not None and owner is not root:
            inside = inside or isinstance(owner, QComboBox | QAbstractSpinBox | QLineEdit | QTabBar | QAbstractItemView)
            owner = owner.parentWidget()
        if not inside and widget.objectName() not in ("qt_dockwidget_floatbutton", "qt_dockwidget_closebutton"):
            yield widget


def name_of(widget: QWidget) -> str:
    return accessible(widget).text(QAccessible.Text.Name).strip()


def unnamed(root: QWidget) -> list[str]:
    return [
        f"{type(widget).__name__} {widget.objectName()} {widget.geometry()}" for widget in operable(root) if not name_of(widget)
    ]


def wrong_roles(root: QWidget) -> list[str]:
    found = []
    for widget in operable(root):
        wanted = next(roles for kind, roles in ROLES.items() if isinstance(widget, kind))
        if accessible(widget).role() not in wanted:
            found.append(f"{type(widget).__name__} {name_of(widget)}: {accessible(widget).role()}")
    return found


# The article


TEXT = "Halo 😊 Budi\u00a0Santoso\r\ntiba di Bogor."


def test_the_article_is_read_with_its_caret_and_selection(use, tmp_path):
    project = make_project(tmp_path / "p.annotator", (document_of(TEXT, "kabar"), []))

    def drive(user):
        offsets = user.document.offsets
        found = accessible(user.view)
        assert found.role() in ROLES[QTextEdit]
        assert found.state().readOnly
        assert name_of(user.view) == "Article"
        text = found.textInterface()
        assert text is not None
        assert text.characterCount() == offsets.to_qt(len(TEXT))
        for word in ("Budi", "Santoso", "Bogor"):
            start, end = user.place(word)
            assert text.text(offsets.to_qt(start), offsets.to_qt(end)) == word
        user.put_caret("Budi")
        assert text.cursorPosition() == offsets.to_qt(user.place("Budi")[0]) == user.place("Budi")[0] + 1
        user.select("Bogor")
        assert text.selectionCount() == 1
        # PySide does not hand out the interface's selection; it is that of this cursor
        cursor = user.view.textCursor()
        assert (cursor.selectionStart(), cursor.selectionEnd()) == tuple(map(offsets.to_qt, user.place("Bogor")))
        user.press("Escape")
        assert text.selectionCount() == 0
        rect = text.characterRect(offsets.to_qt(user.place("Bogor")[0]))
        inside = user.view.viewport().mapFromGlobal(rect.center())
        assert (inside - user.point(user.place("Bogor")[0], user.place("Bogor")[0] + 1)).manhattanLength() < 12

    assert use(drive, "open", project) == 0


def test_what_has_the_focus_is_described(use, tmp_path):
    project = story_project(tmp_path)

    def description(user) -> str:
        return accessible(user.view).text(QAccessible.Text.Description)

    def drive(user):
        assert description(user) == ""
        user.press("Tab")
        assert description(user) == "Suggestion, PERSON: Joko Widodo"
        user.press("3")
        assert description(user) == "ORG: Joko Widodo"  # relabelling changes what is said
        user.press("]")
        assert description(user) == "ORG: Joko Widodo bertemu"
        user.press("Ctrl+Right")
        assert "met_with" in description(user)
        assert "Vladimir Putin" in description(user)
        user.press("Escape", "Escape")
        assert description(user) == ""

    assert use(drive, "open", project) == 0


def test_the_list_of_spans_and_relations_says_the_same_as_the_article(use, tmp_path):
    project = story_project(tmp_path)

    def drive(user):
        user.window._outline_dock.raise_()
        user.settle()
        view = user.window.panels.outline.view
        model = view.model()
        spoken = [str(model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole)) for row in range(model.rowCount())]
        for span in user.document.spans():
            surface = span.surface(user.text)
            assert any(surface in text and span.label in text for text in spoken)
        for relation in user.document.relations():
            assert any(relation.label in text for text in spoken)
        user.focus("Rusia")
        user.window.bench.following.now()
        current = view.currentIndex().data(Qt.ItemDataRole.AccessibleTextRole)
        assert "Rusia" in current

    assert use(drive, "open", project) == 0


# Names, roles, Tab


def test_everything_in_the_window_has_a_name_and_a_fitting_role(use, tmp_path):
    project = story_project(tmp_path)

    def drive(user):
        window = user.window
        for raised in (window._inspector_dock, window._outline_dock):
            raised.raise_()
            for state in ("nothing", "span", "relation", "find"):
                user.view.setFocus()
                user.press("Escape", "Escape")
                if state == "span":
                    user.view.focus_span("s1")
                elif state == "relation":
                    user.view.focus_relation("r1")
                elif state == "find":
                    user.press("Ctrl+F")
                user.settle()
                assert len(list(operable(window))) > 10
                assert unnamed(window) == []
                assert wrong_roles(window) == []
        user.press("Escape", "Ctrl+W")
        assert unnamed(window) == []
        assert wrong_roles(window) == []

    assert use(drive, "open", project) == 0


@pytest.mark.parametrize("name", DIALOGS)
def test_everything_in_a_dialog_has_a_name_a_fitting_role_and_is_reached_by_tab(use, tmp_path, name):
    project = story_project(tmp_path)

    def drive(user):
        dialog = DIALOGS[name].open(user.window, tmp_path)
        dialog.activateWindow()
        user.settle()
        found = (dialog.windowTitle() != "", unnamed(dialog), wrong_roles(dialog), left_out(dialog, walked(Qt.Key.Key_Tab)))
        close_all()
        assert found == (True, [], [], [])

    assert use(drive, "open", project) == 0


def walked(key: Qt.Key, stop: QWidget | None = None) -> list[QWidget]:
    """Press Tab or Shift+Tab until it comes round, or to ``stop``, and return what had the keyboard.

    Where Tab writes a tab, as in the editor of pattern files, Ctrl+Tab leads on.
    """
    reached: list[QWidget] = []
    for _ in range(120):
        here = QApplication.focusWidget()
        if here is None or here is stop or here in reached:
            break
        reached.append(here)
        writes = isinstance(here, QPlainTextEdit) and not here.tabChangesFocus() and not here.isReadOnly()
        QTest.keyClick(here, key, Qt.KeyboardModifier.ControlModifier if writes else Qt.KeyboardModifier.NoModifier)
        QApplication.processEvents()
    return reached


def left_out(root: QWidget, reached: list[QWidget]) -> list[str]:
    """Return what of ``root`` takes the keyboard and is not among ``reached``."""

    def has(widget: QWidget) -> bool:
        proxy = widget.focusProxy()
        return any(one is widget or one is proxy or widget.isAncestorOf(one) for one in reached)

    return [
        f"{type(widget).__name__} {name_of(widget)}"
        for widget in operable(root)
        if widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and not has(widget)
    ]


def test_tab_and_f6_reach_everything_outside_the_article(use, tmp_path):
    project = story_project(tmp_path)

    def drive(user):
        # within the article Tab walks the spans; F6 leaves it, and from there Tab and Shift+Tab reach the rest
        user.view.focus_span("s1")
        user.window.bench.following.now()  # the inspector follows a moment later, and would be filled under the walk
        user.press("F6")
        reached = walked(Qt.Key.Key_Tab, user.view)
        user.press("Shift+F6", "F6")
        reached += walked(Qt.Key.Key_Backtab, user.view)
        assert left_out(user.window, [*reached, user.view]) == []

    assert use(drive, "open", project) == 0


def test_a_button_that_only_shows_a_picture_tells_what_it_does(use, tmp_path):
    project = story_project(tmp_path)

    def drive(user):
        for button in user.window.findChildren(QAbstractButton):
            if button.isVisible() and not button.text() and not button.objectName().startswith("qt_"):
                assert name_of(button), (
                    type(button.parent()).__name__,
                    type(button.parent().parent()).__name__,
                    button.objectName(),
                )
                assert button.toolTip() or button.accessibleName()

    assert use(drive, "open", project) == 0


def test_the_label_menu_is_read_too(use, tmp_path):
    project = story_project(tmp_path)

    def drive(user):
        user.press("Tab", "Space")
        assert unnamed(user.menu) == []
        assert wrong_roles(user.menu) == []
        found = accessible(user.menu._list)
        assert found.childCount() >= 18
        assert "PERSON" in found.child(0).text(QAccessible.Text.Name)

    assert use(drive, "open", project) == 0


def test_a_small_pointer_target_is_large_enough(use, tmp_path):
    """Handles and chips are taken from some pixels beside them, too (WCAG 2.2, success criterion 2.5.8, asks 24 pixels or a way round)."""
    project = story_project(tmp_path)

    def drive(user: Driver):
        from annotator.ui.article.hit import Part

        user.click(user.point_at("Rusia"))
        user.drag(user.handle(Part.START) + QPoint(-4, 3), user.point_at("memimpin", 1))
        assert user.surface == "memimpin Rusia"  # it was the edge that was taken, not the text

    assert use(drive, "open", project) == 0


# Contrast


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_text_of_the_window_stands_out(theme):
    for behind in (theme.page, theme.window, theme.raised):
        assert contrast(theme.text, behind) >= TEXT_CONTRAST
        assert contrast(theme.quiet_text, behind) >= TEXT_CONTRAST
    for marked in (theme.selection, theme.caret_token, theme.hit, theme.current_hit):
        assert contrast(theme.text, marked) >= TEXT_CONTRAST
    assert contrast(theme.accent_text, theme.accent) >= TEXT_CONTRAST
    assert contrast(theme.hint_text, theme.hint) >= TEXT_CONTRAST
    assert contrast(theme.warning, theme.page) >= TEXT_CONTRAST
    assert contrast(theme.good, theme.page) >= TEXT_CONTRAST
    assert contrast(theme.arc, theme.page) >= OUTLINE_CONTRAST


def shipped_colors() -> list[tuple[str, str, str]]:
    found = []
    for path in sorted(Path(SCHEMES).glob("*.json")):
        data = json.loads(path.read_text(encoding="utf-8"))
        from annotator.domain.labels import scheme_from_dict

        scheme = scheme_from_dict(data)
        found += [(path.stem, label.name, label.color) for label in (*scheme.spans, *scheme.relations)]
    return found


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_every_shipped_label_colour_keeps_text_legible(theme):
    colors = shipped_colors()
    assert len(colors) > 40
    for scheme, label, base in colors:
        look = label_colors(theme, base)
        assert contrast(theme.text, look.fill) >= TEXT_CONTRAST, (scheme, label)
        assert contrast(look.chip_text, look.chip) >= TEXT_CONTRAST, (scheme, label)
        assert contrast(look.strong_text, look.strong) >= TEXT_CONTRAST, (scheme, label)
        assert contrast(look.edge, theme.page) >= OUTLINE_CONTRAST, (scheme, label)
        assert look.fill != theme.page, (scheme, label)  # a colour that vanishes is no highlight


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_labels_of_one_scheme_have_different_colours(theme):
    by_scheme: dict[str, list[str]] = {}
    for scheme, _, base in shipped_colors():
        by_scheme.setdefault(scheme, []).append(base)
    for path in sorted(Path(SCHEMES).glob("*.json")):
        spans = [label["color"] for label in json.loads(path.read_text(encoding="utf-8"))["spans"] if label.get("color")]
        edges = [label_colors(theme, base).edge for base in spans]
        assert len(set(edges)) == len(edges), path.stem


def test_a_change_of_theme_reaches_what_is_shown(use, tmp_path):
    project = story_project(tmp_path)

    def drive(user):
        for name in ("dark", "light"):
            user.window.actions_by_id[f"view.theme-{name}"].trigger()
            user.settle()
            theme = {"dark": DARK, "light": LIGHT}[name]
            palette = user.window.palette()
            assert palette.window().color().name() == theme.window
            assert contrast(palette.windowText().color().name(), palette.window().color().name()) >= TEXT_CONTRAST
            assert contrast(palette.text().color().name(), palette.base().color().name()) >= TEXT_CONTRAST
            assert contrast(palette.highlightedText().color().name(), palette.highlight().color().name()) >= TEXT_CONTRAST
            assert user.view.palette().base().color().name() == theme.page
            user.view.focus_relation("r1")
            user.settle()
            for painted in (user.window.panels.inspector.head, user.window.panels.inspector.tail):
                image = painted.grab().toImage()
                seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
                # the ink is what stands out most; smoothed edges stand between
                assert max(contrast(value, theme.window) for value in seen) >= TEXT_CONTRAST, (name, painted.text())
        QApplication.sendEvent(user.window, QEvent(QEvent.Type.ThemeChange))

    assert use(drive, "open", project) == 0
