"""The main job, as its user does it: open, correct, close, open again, export."""

from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from annotator.cli.app import verbs
from annotator.domain.documents import Status
from annotator.ui.article.hit import Part


def shown(document):
    """Everything the window holds of a document."""
    spans = {(span.fragments, span.label) for span in document.spans()}
    places = {span.id: span.fragments for span in document.spans()}
    return spans, {(places[relation.head], relation.label, places[relation.tail]) for relation in document.relations()}


def test_the_demo_opens_with_everything_highlighted_and_is_the_same_the_second_time(use, tmp_path):
    demo = tmp_path / "demo.annotator"

    def first(user):
        assert len(user.document.spans()) > 40
        assert all(not span.reviewed for span in user.document.spans())
        assert user.document.relations()
        assert user.view.hasFocus()
        user.press("Tab", "2")
        assert user.span.label == "GPE"

    def second(user):
        assert user.document.spans()[0].label == "GPE"

    assert use(first, "demo", "--at", demo) == 0
    assert use(second, "demo", "--at", demo) == 0


def test_from_demo_to_export_by_keyboard_alone(use, tmp_path):
    demo, out = tmp_path / "demo.annotator", tmp_path / "gold.jsonl"
    seen = {}

    def correct(user):
        document = user.document
        # a span is made: from the caret, by token, with a label key
        text = document.text
        place = text.index("Moskow siap") + len("Moskow ")
        user.view.place_caret(place)
        user.press("Shift+Right", "8")
        assert user.span.surface(text) == "siap"
        assert user.span.label == "EVENT"
        made = user.span.id
        # relabelled, its edge moved, removed
        user.press("3")
        assert user.document.span(made).label == "ORG"
        user.press("]")
        assert user.document.span(made).surface(text) == "siap bergabung"
        user.press("}", "{")
        user.press("Delete")
        assert user.document.span(made) is None or user.message
        # a relation: from head to tail by hint letters
        head = user.focus("Vladimir Putin")
        before = {relation.id for relation in document.relations()}
        user.press("r")
        hints = user.hints()
        tail = next(span for span in document.spans() if span.surface(text) == "MOSKOW")
        letters = next(letters for letters, span_id in hints.items() if span_id == tail.id)
        user.press(*letters)
        key = next(label.key for label in document.scheme.relations if label.name == "visited")
        user.press(key)
        new = next(relation for relation in document.relations() if relation.id not in before)
        assert (new.head, new.tail, new.label) == (head.id, tail.id, "visited")
        assert user.relation.id == new.id
        # it cannot be reversed, and the reason is said
        user.press("x")
        assert "visited" in user.message
        assert document.relation(new.id).head == head.id
        # undo and redo
        user.press("Ctrl+Z")
        assert document.relation(new.id) is None
        user.press("Ctrl+Shift+Z")
        assert document.relation(new.id) is not None
        # done: what is left of the suggestions is accepted
        user.press("Ctrl+Return")
        assert document.info.status is Status.DONE
        assert document.unreviewed_count() == 0
        seen["content"] = shown(document)

    def again(user):
        assert shown(user.document) == seen["content"]
        assert user.document.info.status is Status.DONE

    assert use(correct, "demo", "--at", demo) == 0
    assert use(again, "open", demo) == 0

    result = CliRunner().invoke(verbs, ["export", str(demo), str(out), "--format", "jsonl"])
    assert result.exit_code == 0, result.output
    line = json.loads(out.read_text(encoding="utf-8"))
    places = {span["id"]: ((span["start"], span["end"]),) for span in line["spans"]}
    assert {(places[span["id"]], span["label"]) for span in line["spans"]} == seen["content"][0]
    assert {(places[r["head"]], r["label"], places[r["tail"]]) for r in line["relations"]} == seen["content"][1]


def test_undo_works_after_closing_and_opening_again(use, tmp_path):
    demo = tmp_path / "demo.annotator"

    def edit(user):
        user.press("Tab", "2")
        assert user.document.spans()[0].label == "GPE"

    def take_back(user):
        user.press("Ctrl+Z")
        assert user.document.spans()[0].label == "ORG"
        assert not user.document.spans()[0].reviewed
        assert user.document.info.status is Status.NEW

    use(edit, "demo", "--at", demo)
    use(take_back, "demo", "--at", demo)


def test_by_pointer_a_word_is_labelled_and_its_edge_dragged(use, tmp_path):
    def drive(user):
        view, document = user.view, user.document
        start = document.text.index("perang melawan")
        QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=user.point(start, start + 6))
        user.settle()
        assert view.selection == (start, start + 6)
        user.press("8")
        assert user.span.surface(document.text) == "perang"
        grip = next(handle for handle in view.handles() if handle.part is Part.END)
        handle = QPoint(round(grip.x), round(grip.y) - view.verticalScrollBar().value())
        target = user.point(start + 7, start + 14)
        QTest.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=handle)
        for step in range(1, 6):
            QTest.mouseMove(view.viewport(), handle + (target - handle) * step / 5)
        QTest.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=target)
        user.settle()
        assert user.span.surface(document.text) == "perang melawan"

    use(drive, "demo", "--at", tmp_path / "demo.annotator")


def test_find_marks_hits_and_goes_round(use, tmp_path):
    def drive(user):
        user.press("Ctrl+F")
        user.press(*"hollande")
        text = user.document.text
        user.press("Return")
        first = user.view.selection
        assert text[slice(*first)] == "Hollande"
        user.press("F3")
        assert user.view.selection != first
        user.press("Escape")
        assert user.view.hasFocus()

    use(drive, "demo", "--at", tmp_path / "demo.annotator")


def test_a_second_window_on_the_same_project_reads_only_and_says_why(use, tmp_path):
    from annotator.store.project import open_project

    demo = tmp_path / "demo.annotator"
    use(lambda user: user.settle(), "demo", "--at", demo)
    other = open_project(demo)
    try:

        def drive(user):
            assert "open elsewhere" in user.message
            before = shown(user.document)
            user.press("Tab", "2")
            user.press("Ctrl+Return")
            assert shown(user.document) == before
            assert user.document.info.status is not Status.DONE

        use(drive, "open", demo)
    finally:
        other.close()


def test_without_a_project_the_welcome_page_opens_and_the_demo_is_one_click_away(use, profile_folder):
    def drive(user):
        assert user.session is None
        user.window.welcome.demoRequested.emit()
        user.settle()
        assert user.document is not None

    def last(user):
        assert user.session.project.path == Path(profile_folder / "demo.annotator")

    assert use(drive) == 0
    assert use(last) == 0
