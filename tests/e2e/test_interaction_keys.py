"""Every row of the table of hands and keys, pressed in the real window: each key does what its row says.

The rows go by the beginning of their text in ``INTERACTION.md`` of the design; where that file lies beside the repository, a test sees
to it that no row is forgotten here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from annotator.commands.spans import relabel_span
from annotator.ui.article.hit import Part
from annotator.ui.dialogs.export import ExportDialog
from annotator.ui.dialogs.import_files import ImportDialog
from annotator.ui.dialogs.keys import KeysDialog
from annotator.ui.dialogs.new_project import NewProjectDialog
from tests.e2e.window_support import Driver, story_project

DESIGN = Path(__file__).resolve().parents[3] / "shared" / "design" / "INTERACTION.md"

Check = Callable[[Driver], None]
ROWS: dict[str, Check] = {}


def row(start: str) -> Callable[[Check], Check]:
    """Say which row of the table a check is for."""

    def note(check: Check) -> Check:
        assert start not in ROWS
        ROWS[start] = check
        return check

    return note


def triples(user: Driver) -> set[tuple[str, str, str]]:
    text = {span.id: span.surface(user.text) for span in user.document.spans()}
    return {(text[one.head], one.label, text[one.tail]) for one in user.document.relations()}


def jump(user: Driver, surface: str, occurrence: int = 0) -> None:
    """Go to a token by its hint letters."""
    user.press("f")
    user.type(user.letters_for(user.place(surface, occurrence)[0]))


# Caret, selection, focus


@row("caret by token; by line; by sentence")
def _caret(user: Driver) -> None:
    user.press("Right", "Right")
    assert user.view.caret == user.place("Widodo")[0]
    user.press("Left")
    assert user.view.caret == user.place("Joko")[0]
    first = user.view.builder.geometry.line_of(user.view.caret)
    user.press("Down")
    assert user.view.builder.geometry.line_of(user.view.caret).start == first.end
    user.press("Up")
    assert user.view.caret == user.place("Joko")[0]
    user.press("Ctrl+Down")
    assert user.view.caret == user.place("Widodo memimpin")[0]
    user.press("Ctrl+Up")
    assert user.view.caret == 0


@row("jump: every token start in view")
def _jump(user: Driver) -> None:
    jump(user, "Purwokerto")
    assert user.view.caret == user.place("Purwokerto")[0]
    user.put_caret("Bank")
    user.press("f")
    *first, last = user.letters_for(user.place("Indonesia berdiri")[0])
    user.press(*first, f"Shift+{last.upper()}")
    assert user.selected == "Bank Rakyat Indonesia"


@row("extend the selection by token; by character")
def _extend(user: Driver) -> None:
    user.put_caret("Sunarso")
    user.press("Shift+Right", "Shift+Right")
    assert user.selected == "Sunarso memimpin"
    user.press("Alt+Shift+Left")
    assert user.selected == "Sunarso memimpi"
    user.press("Alt+Shift+Right")
    assert user.selected == "Sunarso memimpin"
    user.press("Shift+Left")
    assert user.selected == "Sunarso"


@row("next / previous span")
def _spans(user: Driver) -> None:
    user.press("Tab", "Tab")
    assert user.surface == "bertemu"
    user.press("8", "Shift+Tab")
    assert user.surface == "Joko Widodo"
    user.press(".")
    assert user.surface == "Vladimir Putin"
    user.press(",")
    assert user.surface == "Joko Widodo"


@row("cycle through the spans under the caret")
def _cycle(user: Driver) -> None:
    user.put_caret("Bogor")
    user.press("c")
    assert user.surface == "Bogor"
    user.press("c")
    assert user.surface == "Istana Bogor"
    assert user.view.caret == user.place("Bogor")[0]


@row("add or remove the focused span to the multi-selection")
def _choose(user: Driver) -> None:
    user.focus("Joko Widodo")
    user.press("Shift+Space", "Tab", "Tab", "Shift+Space")
    assert user.view.chosen == ("s1", "s3")
    assert "2" in user.said
    user.press("Shift+Space")
    assert user.view.chosen == ("s1",)
    user.press("Escape")
    assert user.view.chosen == ()
    assert user.surface == "Vladimir Putin"
    user.click(user.point_at("Rusia"), "Ctrl")  # the one in focus joins
    assert user.view.chosen == ("s3", "s9")
    user.click(user.chip("s3"), "Ctrl")
    assert user.view.chosen == ("s9",)
    user.click(user.point_at("Purwokerto"), "Ctrl")  # bare text beside a span: nothing is lost
    assert user.view.chosen == ("s9",)
    user.click(user.point_at("Purwokerto"))
    assert user.view.chosen == ()


@row("leave / enter the article")
def _leave(user: Driver) -> None:
    user.press("F6")
    assert not user.in_article
    user.press("Shift+F6")
    assert user.in_article


@row("by pointer: drag on text")
def _pointer(user: Driver) -> None:
    start, end = user.place("Sunarso memimpin")
    user.drag(user.gap(start + 3), user.gap(end - 2))
    assert user.selected == "Sunarso memimpin"
    user.drag(user.gap(start + 3), user.gap(end - 2), "Alt")
    assert user.selected == "arso memimp"
    user.drag(user.gap(start + 3), user.gap(end - 2), "Ctrl", "Shift")
    assert user.selected == "arso memimp"
    user.double_click(user.point_at("Purwokerto"))
    assert user.selected == "Purwokerto"
    user.click(user.point_at("Purwokerto"))
    assert user.selected == "Bank Rakyat Indonesia berdiri di Purwokerto."


@row("tokens / characters as the standing unit")
def _unit(user: Driver) -> None:
    user.put_caret("Sunarso")
    user.press(";", "Shift+Right")
    assert user.selected == "S"
    user.press(";", "Shift+Right")
    assert user.selected == "Sunarso"


@row("clear selection or focus; leave a mode")
def _escape(user: Driver) -> None:
    user.focus("Joko Widodo")
    user.press("Shift+Space", "Shift+Right", "f")
    assert user.hints()
    user.press("Escape")
    assert user.view.chosen
    user.press("Escape")
    assert not user.view.chosen
    assert user.selected
    user.press("Escape")
    assert not user.selected
    assert user.surface == "Joko Widodo"
    user.press("Escape")
    assert user.span is None


# Spans


@row("label the selection, or the token at the caret")
def _label(user: Driver) -> None:
    user.put_caret("Sunarso")
    user.press("1")
    assert (user.surface, user.span.label, user.view.selection) == ("Sunarso", "PERSON", None)
    user.press("3")
    assert user.span.label == "ORG"
    user.select("Purwokerto")
    user.press("2")
    assert (user.surface, user.span.label) == ("Purwokerto", "GPE")


@row("label with the likeliest label")
def _likeliest(user: Driver) -> None:
    user.select("Rusia")
    user.press("Return")
    assert user.span_of("Rusia").reviewed
    assert user.span.label == "GPE"  # what this text is called
    user.select("Sunarso")
    user.press("Return")
    assert user.span.label == "GPE"  # the last used


@row("pick a label by typing its name")
def _by_name(user: Driver) -> None:
    user.select("Sunarso")
    user.press("Space")
    user.type("pers")
    user.press("Return")
    assert (user.surface, user.span.label) == ("Sunarso", "PERSON")


@row("accept the focused suggestion and go to the next unreviewed")
def _accept(user: Driver) -> None:
    user.focus("Joko Widodo")
    user.press("Return")
    assert user.span_of("Joko Widodo").reviewed
    assert user.surface == "bertemu"
    user.press("Shift+Tab", "Return")  # on a reviewed span
    assert user.surface == "bertemu"
    assert not user.span.reviewed


@row("accept all of this label in the document")
def _accept_label(user: Driver) -> None:
    user.focus("Joko Widodo")
    user.press("Ctrl+Alt+Return")
    assert {span.label for span in user.document.spans() if span.reviewed} == {"PERSON"}
    assert {span.label for span in user.document.spans() if not span.reviewed}.isdisjoint({"PERSON"})
    assert "3" in user.said
    user.press("Ctrl+Z")
    assert not any(span.reviewed for span in user.document.spans())
    user.focus("Joko Widodo")
    user.press("Ctrl+Right", "Ctrl+Alt+Return")  # of a relation's label
    assert [one.label for one in user.document.relations() if one.reviewed] == ["met_with"]


@row("remove the focused span; reject the focused suggestion")
def _remove(user: Driver) -> None:
    user.focus("bertemu")
    user.press("Delete")
    assert not user.has("bertemu", "EVENT")
    user.focus("Senin")
    user.press("Backspace")
    assert not user.has("Senin", "DATE")


@row("start edge out / in by a token; end edge out / in")
def _edges(user: Driver) -> None:
    user.focus("Joko Widodo")
    steps = {
        "[": "Presiden Joko Widodo", "{": "Joko Widodo", "]": "Joko Widodo bertemu", "}": "Joko Widodo",
        "F7": "Presiden Joko Widodo", "Shift+F7": "Joko Widodo", "F8": "Joko Widodo bertemu", "Shift+F8": "Joko Widodo",
        "Alt+}": "Joko Widod", "Alt+]": "Joko Widodo", "Alt+{": "oko Widodo", "Alt+[": "Joko Widodo",
        "Alt+Shift+F8": "Joko Widod", "Alt+F8": "Joko Widodo", "Alt+Shift+F7": "oko Widodo", "Alt+F7": "Joko Widodo",
    }  # fmt: skip
    for key, surface in steps.items():
        user.press(key)
        assert user.surface == surface, key


@row("drag an edge")
def _drag_edge(user: Driver) -> None:
    user.focus("Joko Widodo")
    user.drag(user.handle(Part.END), user.point_at("bertemu"))
    assert user.surface == "Joko Widodo bertemu"
    user.drag(user.handle(Part.START), user.point_at("Widodo"))
    assert user.surface == "Widodo bertemu"


@row("add the selection as a further fragment of the focused span")
def _fragment(user: Driver) -> None:
    user.focus("Istana Bogor")
    jump(user, "Jawa Barat")  # the caret moves on and the focus goes, but the span stays pinned
    assert user.span is None
    user.press("Shift+Right", "Shift+Right", "Ctrl+Shift+J")
    assert user.surface == "Istana Bogor Jawa Barat"
    assert len(user.span.fragments) == 2
    assert user.span.label == "FAC"
    assert "Jawa Barat" in user.said
    jump(user, "Senin")
    user.press("Ctrl+Shift+J")  # nothing selected: the token at the caret
    assert user.surface == "Istana Bogor Jawa Barat Senin"
    user.press("Ctrl+Z", "Ctrl+Z")
    assert user.surface == "Istana Bogor"
    user.press("Ctrl+Shift+J")
    assert "Select" in user.said


@row("merge with the neighbour; split at the caret")
def _merge_split(user: Driver) -> None:
    user.put_caret("Sunarso")
    user.press("1", "Escape")
    user.select("bank", 0)
    user.press("1")
    user.focus("Sunarso")
    user.press("Ctrl+J")
    assert (user.surface, user.span.label) == ("Sunarso memimpin bank", "PERSON")
    user.press("Ctrl+B")  # the caret is at the start: letters over the places inside
    user.type(user.letters_for(user.place("bank", 0)[0]))
    assert user.surface == "bank"
    assert user.has("Sunarso memimpin", "PERSON")
    user.put_caret("memimpin", 2)
    user.press("c", "Ctrl+B")  # here the caret says where
    assert user.surface == "memimpin"
    assert user.has("Sunarso", "PERSON")


@row("same text, whole document, same label")
def _propagate(user: Driver) -> None:
    user.put_caret("Baris")
    user.press("6", "Ctrl+D")
    assert sum(span.label == "LOC" for span in user.document.spans()) == 40
    assert "39" in user.said
    assert user.span.start == user.place("Baris")[0]
    user.press("Ctrl+Z")
    assert sum(span.label == "LOC" for span in user.document.spans()) == 1
    user.select("nomor")
    user.press("Ctrl+D")  # a selection, with its likeliest label
    assert sum(span.surface(user.text) == "nomor" for span in user.document.spans()) == 40


@row("same text, whole project")
def _propagate_everywhere(user: Driver) -> None:
    searching = user.window.panels.searching
    user.put_caret("Baris")
    user.press("6", "Ctrl+Shift+D")
    user.wait(lambda: not searching.busy, "the list")
    count = searching.panel.model.rowCount()
    assert len(searching.panel.model.ticked) == count == 2 * user.text.count("Baris"), "the other document says the same"
    assert sum(span.label == "LOC" for span in user.document.spans()) == 1, "nothing is done before it is confirmed"
    user.press("l")
    user.wait(lambda: not searching.busy, "the labels")
    assert sum(span.label == "LOC" for span in user.document.spans()) == count // 2
    user.press("Escape")
    assert user.in_article
    user.press("Ctrl+Z")
    assert sum(span.label == "LOC" for span in user.document.spans()) == 1, "all of it is one step"


@row("nested and crossing spans")
def _nested(user: Driver) -> None:
    user.select("Widodo bertemu Vladimir")
    user.press("w")
    assert user.has("Widodo bertemu Vladimir", "WORK_OF_ART")
    user.press("Escape")
    user.click(user.point_at("Bogor"))
    assert user.surface == "Bogor"
    user.click(user.point_at("Bogor"))
    assert user.surface == "Istana Bogor"


@row("note; knowledge-base link; attributes")
def _describe(user: Driver) -> None:
    span = user.focus("Rusia")
    top = user.view.verticalScrollBar().value()
    user.press("n")
    user.type("negara 1")
    user.press("Return")
    assert (user.in_article, user.span.id, user.view.verticalScrollBar().value()) == (True, span.id, top)
    user.press("k")
    user.type("Q159")
    user.press("Return")
    assert user.in_article
    stored = user.document.span(span.id)
    assert (stored.note, stored.kb_id) == ("negara 1", "Q159")
    user.press("n", "Tab", "Tab")  # on to the first attribute
    assert not user.in_article
    user.press("Escape")
    assert user.in_article


# Relations


@row("from the focused span")
def _relate(user: Driver) -> None:
    user.focus("bertemu")
    user.press("r")
    legal = user.document.scheme.links
    assert set(user.hints().values()) == {
        span.id for span in user.view.scene().spans() if legal("EVENT", span.label, same_span=span.id == "s2")
    }
    user.type(user.letters_for("s7"))
    assert ("bertemu", "occurred_on", "Senin") in triples(user)
    user.focus("Joko Widodo")
    user.press("r")
    user.type(user.letters_for("s6"))
    user.press("5")
    assert ("Joko Widodo", "visited", "Jawa Barat") in triples(user)


@row("by pointer: drag from the span's chip")
def _relate_by_pointer(user: Driver) -> None:
    user.drag(user.chip("s2"), user.point_at("Senin"))
    assert ("bertemu", "occurred_on", "Senin") in triples(user)


@row("far target")
def _far(user: Driver) -> None:
    user.focus("Joko Widodo")
    user.press("r", "PgDown", "End")
    user.type(user.letters_for("s12"))
    user.press("5")
    assert ("Joko Widodo", "visited", "Papua") in triples(user)
    user.focus("Joko Widodo")
    user.press("r", "Ctrl+F")  # or search: the source stays
    user.type("Jokowi")
    user.press("Return", "Escape")
    assert user.in_article
    assert user.surface == "Joko Widodo"
    user.view.grab()
    user.type(user.letters_for("s11"))
    user.press("a")
    assert ("Joko Widodo", "alias_of", "Jokowi") in triples(user)


@row("event: roles of a trigger")
def _event(user: Driver) -> None:
    user.focus("bertemu")
    user.press("e", "0")  # occurred_on
    assert set(user.hints().values()) == {"s7"}
    user.type(user.letters_for("s7"))
    assert user.surface == "bertemu"  # so that the next role can follow
    user.press("e", "i")
    user.type(user.letters_for("s5"))
    assert triples(user) >= {("bertemu", "occurred_on", "Senin"), ("bertemu", "occurred_in", "Bogor")}
    assert user.surface == "bertemu"


@row("next / previous relation of the focused span")
def _walk_relations(user: Driver) -> None:
    user.focus("Joko Widodo")
    user.press("Ctrl+Right")
    assert user.relation.label == "met_with"
    user.press("Ctrl+Right")
    assert user.relation.label == "leads"
    user.press("Ctrl+Left")
    assert user.relation.label == "met_with"


@row("reverse; relabel; remove")
def _change_relation(user: Driver) -> None:
    user.focus("Bogor")
    user.press("Ctrl+Right", "x")
    assert ("Jawa Barat", "located_in", "Bogor") in triples(user)
    user.press("6")
    assert user.relation.label == "allied_with"
    user.press("Delete")
    assert not any("Bogor" in ends for ends in triples(user))


@row("jump to the other end")
def _other_end(user: Driver) -> None:
    user.focus("Joko Widodo")
    user.press("g")
    assert user.surface == "Rusia"
    user.press("g")
    assert user.surface == "Joko Widodo"


@row("show arcs: of the focused span / all / none")
def _arcs(user: Driver) -> None:
    seen = []
    for _ in range(3):
        user.press("v")
        seen.append(user.view.look.arcs)
    assert seen == ["all", "none", "focused"]


@row("relation grid")
def _grid(user: Driver) -> None:
    assert user.window.actions_by_id["view.grid"].shortcut().toString() == "Ctrl+R"
    user.put_caret("Joko")
    user.press("Ctrl+R")
    assert not user.in_article


# Documents


@row("done, and next open document")
def _done(user: Driver) -> None:
    user.press("Ctrl+Return")
    assert user.document.document.name == "cerita 2"
    user.press("Ctrl+PgUp")
    assert user.document.info.status == "done"


@row("skip, and next")
def _skip(user: Driver) -> None:
    user.press("Ctrl+Shift+Return")
    assert user.document.document.name == "cerita 2"
    user.press("Ctrl+PgUp")
    assert user.document.info.status == "skipped"


@row("flag for later")
def _flag(user: Driver) -> None:
    user.press("Ctrl+L")
    assert user.document.info.flagged
    user.press("Ctrl+L")
    assert not user.document.info.flagged


@row("previous / next document")
def _documents(user: Driver) -> None:
    user.press("Ctrl+PgDown")
    assert user.document.document.name == "cerita 2"
    user.press("Ctrl+PgUp")
    assert user.document.document.name == "cerita 1"


@row("undo / redo")
def _undo(user: Driver) -> None:
    user.put_caret("Sunarso")
    user.press("1", "Ctrl+Z")
    assert not user.has("Sunarso", "PERSON")
    assert user.selected == "Sunarso"
    for key in ("Ctrl+Shift+Z", "Ctrl+Y"):
        user.press(key)
        assert user.surface == "Sunarso"
        user.press("Ctrl+Z")


@row("find in document, next / previous match")
def _find(user: Driver) -> None:
    user.press("Ctrl+F")
    user.type("memimpin")
    first = user.view.selection
    user.press("Escape", "F3")  # the bar is closed: it comes back with what was searched last
    assert not user.in_article
    user.press("Escape")
    assert user.in_article
    user.press("F3", "F3")
    assert user.view.selection != first
    assert user.selected == "memimpin"
    after = user.view.selection
    user.press("Shift+F3")
    assert user.view.selection != after


@row("command palette; all keys on one sheet; article only")
def _sheet(user: Driver) -> None:
    user.press("F1")
    assert isinstance(user.dialog, KeysDialog)
    user.press("Escape")
    assert user.dialog is None
    user.view.setFocus()
    panels = [name for name, _, panel in user.window.panels.all() if panel.isVisible()]
    user.press("F11")
    assert not any(panel.isVisible() for _, _, panel in user.window.panels.all())
    user.press("F11")
    assert panels == [name for name, _, panel in user.window.panels.all() if panel.isVisible()]


@row("zoom")
def _zoom(user: Driver) -> None:
    size = user.view.font().pointSizeF()
    user.press("Ctrl++")
    larger = user.view.font().pointSizeF()
    assert larger > size
    user.press("Ctrl+-")
    assert user.view.font().pointSizeF() == pytest.approx(size)
    user.press("Ctrl+=", "Ctrl+0")
    assert user.view.font().pointSizeF() == pytest.approx(size)
    port = user.view.viewport()
    middle = port.rect().center()
    QApplication.sendEvent(
        port,
        QWheelEvent(
            QPointF(middle), QPointF(port.mapToGlobal(middle)), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.ControlModifier, Qt.ScrollPhase.NoScrollPhase, False,
        ),
    )  # fmt: skip
    assert user.view.font().pointSizeF() == pytest.approx(larger)


@row("open, new, import, export, print")
def _project(user: Driver) -> None:
    asked: list[str] = []
    ask = user.window.bench.ask
    ask.open_file = lambda title, *_: asked.append(title)
    user.press("Ctrl+O")
    assert asked == ["Open project"]
    for key, kind in (("Ctrl+N", NewProjectDialog), ("Ctrl+I", ImportDialog), ("Ctrl+E", ExportDialog)):
        user.press(key)
        assert isinstance(user.dialog, kind), key
        user.press("Escape")
        assert user.dialog is None
        user.view.setFocus()
    assert user.window.actions_by_id["project.print"].shortcut().toString() == "Ctrl+P"


# What runs them


@pytest.mark.parametrize("start", ROWS)
def test_the_keys_of_a_row_do_what_it_says(use, tmp_path, start):
    def drive(user: Driver) -> None:
        ROWS[start](user)
        user.view.cancel_mode()
        user.check()

    assert use(drive, "open", story_project(tmp_path, 2)) == 0


def test_no_row_of_the_design_is_forgotten():
    if not DESIGN.exists():
        pytest.skip("the design lies beside the repository only where it is developed")
    rows = [match[1].replace("**", "") for match in re.finditer(r"^\| (.+?) \|", DESIGN.read_text(encoding="utf-8"), re.MULTILINE)]
    rows = [text for text in rows if text != "do"]
    assert len(rows) > 35
    forgotten = [text for text in rows if not any(_begins(text, start) for start in ROWS)]
    assert forgotten == []
    assert len(rows) == len(ROWS)


def _begins(text: str, start: str) -> bool:
    """Tell whether a row is the one meant; rows with the same beginning have a few words of their second column added."""
    return text.startswith(start.partition(":")[0])


def test_a_relation_to_a_span_that_was_relabelled_meanwhile_is_refused_in_the_window(use, tmp_path):
    def drive(user: Driver) -> None:
        user.focus("bertemu")
        user.press("r")
        letters = user.letters_for("s7")
        user.session.execute(relabel_span(user.document.set_id, "s7", "MONEY"))
        user.view.refresh()
        if "s7" in user.hints().values():
            user.type(letters)
        user.press("Escape")
        assert ("bertemu", "occurred_on", "Senin") not in triples(user)
        assert user.dialog is None

    assert use(drive, "open", story_project(tmp_path)) == 0
