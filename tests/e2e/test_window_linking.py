"""Links, attributes and categories from the real window to the files that leave it: all by keys, and what was said stays."""

from __future__ import annotations

import json
import sqlite3

import pytest
from click.testing import CliRunner
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from annotator.cli.app import verbs

KNOWLEDGE = """id,name,aliases,description,url,label
Q159,Rusia,Federasi Rusia,negara,https://example.org/Q159,GPE
Q7747,Vladimir Putin,Putin,presiden Rusia,,PERSON
Q42,Ludmila Putina,,mantan istri,,PERSON
"""


@pytest.fixture
def knowing_story(story, tmp_path):
    """The story with a knowledge base, loaded as an engineer would before handing the project out."""
    file = tmp_path / "orang.csv"
    file.write_text(KNOWLEDGE, encoding="utf-8")
    done = CliRunner().invoke(verbs, ["knowledge", "load", str(story), str(file)])
    assert done.exit_code == 0, done.output
    return story


def stored(path) -> dict[str, tuple[str, str]]:
    """Id to link and attributes, as the file has them."""
    connection = sqlite3.connect(path)
    try:
        rows = connection.execute(
            "SELECT s.id, s.kb_id, s.attributes FROM spans s JOIN annotation_sets a ON a.id = s.set_id WHERE a.kind = 'person'"
        )
        return {key: (kb_id, attributes) for key, kb_id, attributes in rows.fetchall()}
    finally:
        connection.close()


def test_a_span_is_linked_by_keys_and_exported_with_its_id(use, knowing_story, tmp_path):
    linked = {}

    def drive(user):
        user.focus("Rusia")
        user.press("k")
        assert user.menu is not None
        user.press("Return")
        assert user.menu is None
        assert user.in_article
        assert "Linked to Rusia" in user.said
        linked["Rusia"] = user.span.id
        user.focus("Putin", 0)
        user.press("k")
        user.type("ludm")
        user.press("Return")
        assert user.span.kb_id == "Q42"
        user.press("k", "Down", "Return")  # the row after the link there is takes it away
        assert user.span.kb_id == ""
        user.press("Ctrl+Z")
        assert user.span.kb_id == "Q42"
        linked["Putin"] = user.span.id
        user.check()

    assert use(drive, "open", knowing_story) == 0
    rows = stored(knowing_story)
    assert (rows[linked["Rusia"]][0], rows[linked["Putin"]][0]) == ("Q159", "Q42")

    def again(user):
        user.focus("Rusia")
        user.window.bench.following.now()
        assert user.window.panels.inspector.link.button.text() == "Rusia"
        assert user.view.tip_at(user.span.id, None).endswith("Rusia (Q159)")
        user.press("Ctrl+Return")
        user.check()

    assert use(again, "open", knowing_story) == 0
    out = tmp_path / "out.jsonl"
    done = CliRunner().invoke(verbs, ["export", str(knowing_story), str(out), "--format", "jsonl"])
    assert done.exit_code == 0, done.output
    (record,) = [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
    exported = {span["kb_id"] for span in record["spans"] if span.get("kb_id")}
    assert exported == {"Q159", "Q42"}


def test_the_dialog_is_opened_by_the_menu_and_searched_by_keys(use, knowing_story):
    def drive(user):
        user.window.actions_by_id["project.knowledge"].trigger()
        user.settle()
        dialog = user.dialog
        assert dialog.title.text() == "3 entries"
        assert dialog.field.hasFocus()
        QTest.keyClicks(dialog.field, "federasi")
        assert [dialog.list.item(row).text() for row in range(dialog.list.count())] == ["Rusia"]
        QTest.keyClick(dialog.field, Qt.Key.Key_Escape)
        user.settle()
        assert user.dialog is None
        user.view.setFocus()
        user.focus("Rusia")
        user.press("k", "Escape")
        assert user.in_article

    assert use(drive, "open", knowing_story) == 0
