"""What is wrong with a file, a disk or an import is one sentence in the window, and nothing that was there is lost."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QTreeWidget

from annotator.commands.importing import ImportOptions
from annotator.domain.annotations import Kind
from annotator.ui.dialogs.import_report import ImportReportDialog
from tests.e2e.command_line_support import ROOT
from tests.e2e.window_support import document_of, make_project, stored, story_project


def is_a_sentence(text: str) -> bool:
    ended = text.endswith((".", "?", "annotator new"))
    return len(text) > 12 and ended and "Traceback" not in text and "Error(" not in text and "\n" not in text


# Opening


def of_another_kind(path: Path) -> None:
    path.write_text("Presiden tiba di Moskow.", encoding="utf-8")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def of_another_program(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE x (y)")
    connection.close()


def missing(path: Path) -> None:
    path.unlink(missing_ok=True)


def a_folder(path: Path) -> None:
    path.mkdir()


def newer(path: Path) -> None:
    make_project(path, (document_of("Budi."), []))
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()


def damaged(path: Path) -> None:
    make_project(path, *((document_of("Budi tiba. " * 200, f"d{number}"), []) for number in range(20)))
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xa5" * (len(content) - 4096)
    path.write_bytes(content)


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (of_another_kind, "is not an annotator project"),
        (empty, "is not an annotator project"),
        (of_another_program, "of another program"),
        (missing, "There is no project at"),
        (a_folder, "is a folder"),
        (newer, "newer version"),
        (damaged, "damaged"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_a_file_that_cannot_be_opened_leaves_the_open_project_as_it_is(use, story, tmp_path, spoil, said):
    bad = tmp_path / "bad.annotator"
    spoil(bad)
    before = bad.read_bytes() if bad.is_file() else None

    def drive(user):
        user.put_caret("Sunarso")
        user.press("1")
        assert user.window.hands.projects.open(bad) is False
        user.settle()
        assert said in user.message
        assert "bad.annotator" in user.message
        assert is_a_sentence(user.message)
        assert user.session.project.path == story
        assert user.has("Sunarso", "PERSON")
        user.press("3")
        assert user.message == ""
        user.check()

    assert use(drive, "open", story) == 0
    assert (bad.read_bytes() if bad.is_file() else None) == before


def test_a_bad_file_from_the_welcome_page_is_said_there(use, tmp_path):
    bad = tmp_path / "bad.annotator"
    of_another_kind(bad)

    def drive(user):
        assert user.session is None
        assert user.window.hands.projects.open(bad) is False
        user.settle()
        assert "is not an annotator project" in user.message
        assert user.window.bench.messages.isVisible()

    assert use(drive) == 0


@pytest.mark.parametrize("with_project", [False, True])
def test_settings_that_were_damaged_are_told_of_and_kept(use, story, profile_folder, with_project):
    (profile_folder / "settings.json").write_text('{"annotator.name": "bu', encoding="utf-8")

    def drive(user):
        assert "The settings file was damaged; it is kept as " in user.message
        assert is_a_sentence(user.message)

    assert use(drive, *(("open", story) if with_project else ())) == 0
    assert [path.read_text(encoding="utf-8") for path in profile_folder.glob("settings.json*bad*")] == ['{"annotator.name": "bu']


@pytest.mark.parametrize("spoil", [of_another_kind, damaged, newer, missing], ids=lambda value: value.__name__)
def test_the_command_says_it_before_any_window(use, tmp_path, capsys, spoil):
    bad = tmp_path / "bad.annotator"
    spoil(bad)

    def drive(user):
        raise AssertionError("a window was opened")

    assert use(drive, "open", bad) == 1
    printed = capsys.readouterr()
    assert "bad.annotator" in printed.err
    assert ("annotator rescue " in printed.err) == (spoil is damaged)
    assert len(printed.err.splitlines()) == 1
    assert "Traceback" not in printed.err + printed.out


def test_a_damaged_page_behind_the_first_ones_is_said_when_it_is_met(use, tmp_path):
    project = make_project(tmp_path / "p.annotator", *((document_of(f"Budi {n}. " * 900, f"d{n}"), []) for n in range(30)))
    content = bytearray(project.read_bytes())
    content[len(content) // 2 :] = bytes(len(content) - len(content) // 2)
    project.write_bytes(content)

    def drive(user):
        for _ in range(29):
            user.press("Ctrl+PgDown")
            if user.message:
                break
        assert "damaged" in user.message
        assert is_a_sentence(user.message)

    assert use(drive, "open", project) == 0


# Reading only


def looks_only(user, reason: str) -> None:
    assert reason in user.message
    assert is_a_sentence(user.message)
    assert "(read only)" in user.window.windowTitle()
    before = user.document.spans(), user.document.relations(), user.document.info
    user.press("Tab", "1", "Del", "]", "Return", "Ctrl+L", "Ctrl+Z", "Ctrl+Return", "Ctrl+Shift+Return", "Space")
    if user.menu is not None:
        user.press("Return")
    assert (user.document.spans(), user.document.relations(), user.document.info) == before
    user.wait(lambda: user.window.status.saved.text() == "Read only", "the status bar says so")
    assert not user.window.actions_by_id["project.import"].isEnabled()


def test_a_write_protected_project_can_be_looked_at(use, story, monkeypatch):
    use(lambda user: user.press("Tab", "3"), "open", story)
    before, may = story.read_bytes(), os.access
    monkeypatch.setattr(os, "access", lambda path, mode: not (mode & os.W_OK and Path(path) == story) and may(path, mode))

    def drive(user):
        assert user.has("Joko Widodo", "ORG")
        looks_only(user, "write-protected")

    assert use(drive, "open", story) == 0
    assert story.read_bytes() == before


HOLDER = """
import sys
from pathlib import Path
from annotator.store.project import open_project
project = open_project(Path(sys.argv[1]))
print("read only" if project.read_only else "open", flush=True)
sys.stdin.readline()
project.close()
"""


def test_a_project_in_use_by_another_process_can_be_looked_at_and_edited_once_it_is_free(use, story):
    use(lambda user: user.press("Tab", "3"), "open", story)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(story)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        assert holder.stdout.readline() == "open\n"
        assert use(lambda user: looks_only(user, "is open elsewhere"), "open", story) == 0
    finally:
        holder.communicate("\n", timeout=30)
    before = stored(story)

    def drive(user):
        user.press("Tab", "2")
        assert user.check() != before

    assert use(drive, "open", story) == 0


# A full disk


def test_on_a_full_disk_an_edit_is_refused_what_was_saved_stays_and_work_goes_on_with_room(use, story, qapp):
    def drive(user):
        connection = user.session.project.connection
        user.put_caret("Sunarso")
        user.press("1", "Escape")
        safe = user.check()
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")
        qapp.clipboard().setText("catatan " * 20_000)
        user.focus("Rusia")
        user.press("n", "Ctrl+V", "Shift+F6")
        assert "full" in user.message
        assert "was not saved" in user.message
        assert is_a_sentence(user.message)
        assert user.span_of("Rusia").note == ""
        assert user.check() == safe
        connection.execute("PRAGMA max_page_count = 1000000")
        user.put_caret("Purwokerto")
        user.press("2")
        assert user.has("Purwokerto", "GPE")
        assert user.message == ""
        user.press("Ctrl+Z", "Ctrl+Y")
        user.check()

    assert use(drive, "open", story) == 0
    assert (*_place("Sunarso"), "PERSON", True) in stored(story).spans


def _place(word: str) -> tuple[int, int]:
    from tests.e2e.window_support import STORY

    return STORY.index(word), STORY.index(word) + len(word)


# Importing


def brought(user, *paths: Path, **options) -> ImportReportDialog:
    """Import in the window and return the report that it shows."""
    user.window.hands.projects.import_files(paths, ImportOptions(**options))
    user.wait(lambda: isinstance(user.dialog, ImportReportDialog), "a report of the import")
    return user.dialog


def complaints(dialog: ImportReportDialog) -> list[tuple[str, str, str]]:
    table = dialog.findChild(QTreeWidget)
    return [tuple(table.topLevelItem(row).text(column) for column in range(3)) for row in range(table.topLevelItemCount())]


def line(name: str, **fields) -> str:
    text = "Budi tiba di Bogor."
    return json.dumps({"name": name, "text": text, "tokens": [[0, 4], [5, 9], [10, 12], [13, 18], [18, 19]], **fields})


def span(key: str, start: int, end: int, label: str = "GPE") -> dict:
    return {"id": key, "start": start, "end": end, "label": label}


BAD_LINES = (
    ("{broken", "JSON"),
    ('["a", "list"]', "object"),
    (json.dumps({"name": "without a text"}), "text"),
    (line("outside", spans=[span("a", 13, 99)]), "outside"),
    (line("reversed", spans=[span("a", 9, 5)]), "ends before"),
    (line("negative", spans=[span("a", -1, 3)]), "outside"),
    (line("nowhere", spans=[span("a", 0, 4)], relations=[{"id": "r", "label": "x", "head": "a", "tail": "zzz"}]), "zzz"),
    (line("twice", spans=[span("a", 0, 4), span("a", 13, 18)]), "a"),
)


def test_bad_lines_are_named_one_by_one_and_the_sound_ones_come_in(use, story, tmp_path):
    source = tmp_path / "lines.jsonl"
    rows = [line("sound", spans=[span("a", 13, 18)]), *(text for text, _ in BAD_LINES), line("also sound")]
    source.write_text("\n".join(rows) + "\n", encoding="utf-8")

    def drive(user):
        before = user.check()
        dialog = brought(user, source)
        found = complaints(dialog)
        assert {row[0] for row in found} == {"lines.jsonl"}
        for number, (_, word) in enumerate(BAD_LINES, 2):
            said = [text for _, where, text in found if where == str(number)]
            assert said, f"line {number} is not named: {found}"
            assert any(word in text for text in said), said
            assert all(is_a_sentence(text) for text in said), said
        assert not {"1", "10"} & {where for _, where, _ in found}
        assert "left out" in dialog.title.text()
        user.press("Escape")
        assert user.check() == before
        connection = user.session.project.connection
        names = {row[0] for row in connection.execute("SELECT name FROM documents")}
        assert {"cerita 1", "sound", "also sound"} <= names

    assert use(drive, "open", story) == 0


def test_strictly_nothing_comes_in_unless_all_is_sound(use, story, tmp_path):
    source = tmp_path / "lines.jsonl"
    source.write_text("\n".join([line("sound"), "{broken"]) + "\n", encoding="utf-8")

    def drive(user):
        dialog = brought(user, source, strict=True)
        assert dialog.title.text() == "Nothing was imported."
        assert [where for _, where, _ in complaints(dialog)] == ["2"]
        assert user.session.project.connection.execute("SELECT count(*) FROM documents").fetchone()[0] == 1
        user.press("Escape")
        user.press("Ctrl+Z")
        assert "Nothing to undo" in user.said

    assert use(drive, "open", story) == 0


def test_texts_of_every_bad_kind_are_named_and_the_good_ones_come_in(use, story, tmp_path):
    files = {
        "latin.txt": "Café à Saint-Étienne, déjà vu: “très” bien.".encode("cp1252"),
        "mark.txt": "\ufeffBudi tiba di Bogor.".encode(),
        "crlf.txt": b"Budi tiba.\r\nDi Bogor.\r\n",
        "empty.txt": b"",
        "nul.txt": b"Budi\0tiba.",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)

    def drive(user):
        dialog = brought(user, *(tmp_path / name for name in files))
        found = {name: text for name, _, text in complaints(dialog)}
        assert "UTF-8" in found["latin.txt"]
        assert any(code in found["latin.txt"].lower() for code in ("cp125", "windows-125", "latin", "iso-8859", "iso8859"))
        assert "byte-order mark" in found["mark.txt"]
        assert "empty.txt" in found
        assert all(is_a_sentence(text) for text in found.values()), found
        user.press("Escape")
        texts = dict(user.session.project.connection.execute("SELECT name, text FROM documents"))
        assert texts["mark"] == "Budi tiba di Bogor."
        assert texts["crlf"] == "Budi tiba.\r\nDi Bogor.\r\n"
        assert "latin" not in texts
        user.press("Ctrl+PgDown")
        user.check()

    assert use(drive, "open", story) == 0


def test_an_import_of_what_is_not_there_is_said(use, story, tmp_path):
    def drive(user):
        before = user.check()
        dialog = brought(user, tmp_path / "none.jsonl", tmp_path / "none.txt")
        assert len(complaints(dialog)) == 2
        assert dialog.title.text() == "Nothing was imported."
        assert all(is_a_sentence(text) for *_, text in complaints(dialog))
        user.press("Escape")
        assert user.check() == before

    assert use(drive, "open", story) == 0


def test_an_import_can_be_undone_no_more_by_ctrl_z_than_it_was_done_by_it(use, story, tmp_path):
    source = tmp_path / "more.jsonl"
    source.write_text(line("more", annotator="ner", kind="model", spans=[span("a", 0, 4)]) + "\n", encoding="utf-8")

    def drive(user):
        user.put_caret("Sunarso")
        user.press("1")
        brought(user, source, kind=Kind.MODEL)
        user.press("Escape")
        user.press("Ctrl+Z")
        assert not user.has("Sunarso", "PERSON")
        assert user.session.project.connection.execute("SELECT count(*) FROM documents").fetchone()[0] == 2
        user.press("Ctrl+Y")
        assert user.has("Sunarso", "PERSON")
        user.press("Ctrl+PgDown")
        assert user.document.document.name == "more"
        assert user.has("Budi", "GPE")

    assert use(drive, "open", story) == 0


def test_a_project_that_moved_away_under_the_window_refuses_edits_and_can_be_copied(use, story, tmp_path):
    def drive(user):
        user.put_caret("Sunarso")
        user.press("1", "Escape")
        story.rename(tmp_path / "elsewhere.annotator")
        user.put_caret("Purwokerto")
        user.press("2")
        assert "was moved, deleted or replaced" in user.message
        assert not user.has("Purwokerto", "GPE")
        assert user.has("Sunarso", "PERSON")

    assert use(drive, "open", story) == 0
    assert (*_place("Sunarso"), "PERSON", True) in stored(tmp_path / "elsewhere.annotator").spans


def test_two_projects_one_after_the_other_in_one_window(use, story, tmp_path):
    (tmp_path / "b").mkdir()
    other = story_project(tmp_path / "b")

    def drive(user):
        user.press("Tab", "3")
        assert user.window.hands.projects.open(other)
        user.settle()
        assert user.session.project.path == other
        assert user.has("Joko Widodo", "PERSON")
        assert user.view.focused_span is None
        user.press("Ctrl+Z")
        assert "Nothing to undo" in user.said
        user.check()
        assert user.window.hands.projects.open(story)
        assert user.has("Joko Widodo", "ORG")

    assert use(drive, "open", story) == 0
