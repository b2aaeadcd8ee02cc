"""What a pointer does in the article: clicks, drags on text, on edges and from chips, as real mouse events."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from annotator.ui.article.hit import Part


def test_a_click_on_bare_text_puts_the_caret_there_and_lets_go_of_the_focus(at_work):
    def drive(user):
        user.focus("Joko Widodo")
        user.click(user.point_at("Purwokerto"))
        assert user.span is None
        assert user.view.caret == user.place("Purwokerto")[0]
        assert user.view.selection is None
        user.press("2")
        assert user.has("Purwokerto", "GPE")

    at_work(drive)


def test_a_click_takes_the_innermost_span_and_a_second_one_the_next(at_work):
    def drive(user):
        user.click(user.point_at("Bogor"))
        assert user.surface == "Bogor"
        user.click(user.point_at("Bogor"))
        assert user.surface == "Istana Bogor"
        user.click(user.point_at("Bogor"))
        assert user.surface == "Bogor"
        user.click(user.point_at("Istana"))
        assert user.surface == "Istana Bogor"

    at_work(drive)


def test_a_click_on_a_chip_focuses_its_span(at_work):
    def drive(user):
        user.click(user.chip("s3"))
        assert user.surface == "Vladimir Putin"

    at_work(drive)


def test_a_double_click_takes_the_word_and_a_triple_click_the_sentence(at_work):
    def drive(user):
        point = user.point_at("Purwokerto")
        user.double_click(point)
        assert user.selected == "Purwokerto"
        QTest.mouseClick(user.view.viewport(), Qt.MouseButton.LeftButton, pos=point)
        user.settle()
        assert user.selected == "Bank Rakyat Indonesia berdiri di Purwokerto."

    at_work(drive)


def test_a_drag_snaps_to_tokens_and_with_alt_takes_characters(at_work):
    def drive(user):
        start, end = user.place("Sunarso")[0] + 3, user.place("memimpin bank")[0] + 3
        user.drag(user.point(start, start + 1), user.point(end, end + 1))
        assert user.selected == "Sunarso memimpin"
        user.press("Escape")
        user.drag(user.point(end, end + 1), user.point(start, start + 1))
        assert user.selected == "Sunarso memimpin"
        user.press("Escape")
        user.drag(user.gap(start), user.gap(end), "Alt")
        assert user.selected == user.text[start:end]
        user.press("Escape")
        user.drag(user.gap(start), user.gap(end), "Ctrl", "Shift")
        assert user.selected == user.text[start:end]
        user.press("1")
        assert user.surface == "arso mem"

    at_work(drive)


def test_a_drag_that_begins_on_a_span_selects_text_and_moves_nothing(at_work):
    def drive(user):
        before = user.check()
        user.drag(user.point_at("Widodo"), user.point_at("bertemu"))
        assert user.selected == "Widodo bertemu"
        assert user.check() == before

    at_work(drive)


def test_edges_are_dragged_by_their_handles(at_work):
    def drive(user):
        user.click(user.point_at("Rusia"))
        user.drag(user.handle(Part.START), user.point_at("memimpin", 1))
        assert user.surface == "memimpin Rusia"
        user.drag(user.handle(Part.START), user.point_at("Rusia"))
        assert user.surface == "Rusia"
        start, end = user.place("Rusia")
        user.drag(user.handle(Part.END), user.gap(end - 2), "Alt")
        assert user.text[user.span.start : user.span.end] == "Rus"
        user.drag(user.handle(Part.END), user.point(start, start + 1) - QPoint(200, 0))
        assert user.span.end > user.span.start

    at_work(drive)


def test_escape_drops_an_edge_that_is_being_dragged(at_work):
    def drive(user):
        before = user.check()
        user.click(user.point_at("Rusia"))
        target = user.point_at("memimpin", 1)
        user.drag(user.handle(Part.START), target, release=False)
        user.press("Escape")
        QTest.mouseRelease(user.view.viewport(), Qt.MouseButton.LeftButton, pos=target)
        user.settle()
        assert user.check() == before

    at_work(drive)


def test_a_drag_from_a_chip_links_to_a_legal_target(at_work):
    def drive(user):
        user.drag(user.chip("s2"), user.point_at("Senin"))
        assert user.relation is not None
        assert (user.relation.head, user.relation.label, user.relation.tail) == ("s2", "occurred_on", "s7")
        assert any(label == "occurred_on" for label, *_ in user.check().relations)

    at_work(drive)


def test_a_drag_from_the_link_handle_links_too(at_work):
    def drive(user):
        user.click(user.point_at("bertemu"))
        user.drag(user.handle(Part.LINK), user.point_at("Senin"))
        assert user.relation is not None
        assert user.relation.label == "occurred_on"

    at_work(drive)


def test_a_drag_to_an_illegal_target_is_refused_with_the_reason(at_work):
    def drive(user):
        before = user.check()
        user.drag(user.chip("s7"), user.point_at("Vladimir"), release=False)
        assert user.view.look.legal == dict.fromkeys(user.view.look.legal, False)
        QTest.mouseRelease(user.view.viewport(), Qt.MouseButton.LeftButton, pos=user.point_at("Vladimir"))
        user.settle()
        assert user.message == "No relation label of the scheme links DATE to PERSON."
        assert user.check() == before
        user.drag(user.chip("s7"), user.point_at("Purwokerto"))  # nothing there: nothing said, nothing done
        assert user.check() == before

    at_work(drive)


def test_lists_beside_the_article_can_be_clicked(at_work):
    def drive(user):
        panels = user.window.panels
        user.click(user.point_at("Purwokerto"))
        labels = panels.labels.view
        row = next(row for row in range(labels.model().rowCount()) if "GPE" in str(labels.model().index(row, 0).data()))
        middle = labels.visualRect(labels.model().index(row, 0)).center()
        QTest.mouseClick(labels.viewport(), Qt.MouseButton.LeftButton, pos=middle)
        user.settle()
        assert user.has("Purwokerto", "GPE")
        assert user.in_article
        user.window._outline_dock.raise_()
        user.settle()
        outline = panels.outline.view
        model = outline.model()
        row = next(row for row in range(model.rowCount()) if "Papua" in str(model.index(row, 0).data()))
        outline.scrollTo(model.index(row, 0))
        QTest.mouseClick(outline.viewport(), Qt.MouseButton.LeftButton, pos=outline.visualRect(model.index(row, 0)).center())
        user.settle()
        assert user.surface == "Papua"
        point = user.point_at("Papua")
        assert 0 < point.y() < user.view.viewport().height()

    at_work(drive)
