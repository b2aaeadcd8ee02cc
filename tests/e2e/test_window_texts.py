"""Texts that break offsets: a word is labelled by keys, stored in code points of the original, exported, and shown again."""

from __future__ import annotations

import json
import sqlite3

import pytest

from tests.e2e.command_line_support import run
from tests.e2e.window_support import document_of, make_project, stored

FAMILY = "👨\u200d👩\u200d👧\u200d👦"
LONG = "Pneumono" + "ultramikroskopis" * 40

TEXTS = {
    "arabic": ("التقى الرئيس جوكو ويدودو فلاديمير بوتين في بوغور.", "ويدودو"),
    "hebrew among latin": ("Presiden נתניהו bertemu Joko di ירושלים kemarin.", "ירושלים"),
    "latin after hebrew": ("ירושלים היא עיר. Jokowi tiba di ירושלים (26/11) pagi.", "Jokowi"),
    "emoji before": ("😊😊 Budi tiba 🎉 di Bogor.", "Bogor"),
    "family of emoji": (f"Keluarga {FAMILY} Budi 😊 di Bogor {FAMILY}.", "Budi"),
    "flags and skins": ("🇮🇩🇮🇩 menang 👍🏽 atas Thailand 🇹🇭.", "Thailand"),
    "combining marks": ("Cafe\u0301 di Sa\u0303o Paulo milik Zoe\u0308.", "Paulo"),
    "crlf": ("Baris satu.\r\nBaris dua.\r\n\r\nBudi tiba di Bogor.\r\n", "Bogor"),
    "old mac ends": ("Baris satu.\rBudi tiba di Bogor.\r", "Budi"),
    "blanks that do not break": ("Joko\u00a0Widodo tiba\u2009di\u3000Bogor.", "Bogor"),
    "invisible": ("\u200bBudi\u200b tiba\u00ad di\ufeff Bogor\u200e.", "Bogor"),
    "byte-order marks": ("\ufeffBudi tiba.\n\ufeffLalu ke Bogor.\n\ufeff", "Bogor"),
    "tabs": ("Nama\tTempat\n\tBudi\tBogor\t\n", "Bogor"),
    "controls": ("Budi\x00tiba\x0bdi\x0cBogor\x1f.\u2028Lalu\u2029pergi\x85.", "pergi"),
    "a very long word": (f"{LONG} menimpa Budi.", "Budi"),
    "empty paragraphs": ("\n\n \n\t\n\nBudi\n\n\n   \n tiba.\n\n", "Budi"),
    "noncharacters": ("Budi \ufffe\uffff di \U0001fffe Bogor.", "Bogor"),
}


@pytest.mark.parametrize("name", TEXTS)
def test_a_word_labelled_by_keys_is_that_word_everywhere(use, tmp_path, name):
    text, word = TEXTS[name]
    project = make_project(tmp_path / "p.annotator", (document_of(text, name), []))
    seen = []

    def walk(user):
        wanted = text.rindex(word)
        assert user.text == text
        for _ in range(len(user.document.tokens) + 1):
            if user.view.caret == wanted:
                break
            before = user.view.caret
            # the way is the text's, whichever way the line runs: the key that leads on is one of the two
            user.press("Right")
            if user.view.caret <= before:
                user.press("Left")
                user.press("Left")
        if user.view.caret != wanted:
            user.put_caret(word, text.count(word) - 1)
        user.press("2")
        assert user.surface == word
        seen.append((user.span.start, user.span.end))
        user.view.grab()
        assert [piece.span.id for piece in user.view.scene().pieces_of(user.span.id)]
        user.check()
        user.press("Ctrl+Return")

    def again(user):
        assert [(span.start, span.end, span.label) for span in user.document.spans()] == [(*seen[0], "GPE")]
        user.press("Tab")
        assert user.surface == word

    assert use(walk, "open", project) == 0
    assert use(again, "open", project) == 0
    [(start, end, label, reviewed)] = stored(project).spans
    assert (text[start:end], label, reviewed) == (word, "GPE", True)
    out = tmp_path / "out.jsonl"
    assert run("export", project, out, "--format", "jsonl").status == 0
    exported = json.loads(out.read_text(encoding="utf-8"))
    assert exported["text"] == text
    assert exported["text"][exported["spans"][0]["start"] : exported["spans"][0]["end"]] == word
    connection = sqlite3.connect(project)
    try:
        found = connection.execute("SELECT text FROM gold_spans").fetchone()[0]
    finally:
        connection.close()
    assert found == (None if "\x00" in text else word)  # SQLite's own functions stop at a NUL


@pytest.mark.parametrize(
    "name", ["emoji before", "crlf", "tabs", "blanks that do not break", "family of emoji", "byte-order marks"]
)
def test_a_double_click_takes_the_same_word(use, tmp_path, name):
    text, word = TEXTS[name]
    project = make_project(tmp_path / "p.annotator", (document_of(text, name), []))

    def drive(user):
        user.double_click(user.point_at(word))
        assert user.selected == word
        user.press("1")
        assert (text.index(word), text.index(word) + len(word), "PERSON", True) in user.check().spans

    assert use(drive, "open", project) == 0


def test_a_selection_by_character_never_cuts_what_a_reader_sees_as_one(use, tmp_path):
    text = f"a{FAMILY}e\u0301🇮🇩👍🏽\r\nz"
    project = make_project(tmp_path / "p.annotator", (document_of(text), []))

    def drive(user):
        user.put_caret("a")
        seen = []
        for _ in range(6):
            user.press("Alt+Right")
            seen.append(user.view.caret)
        pieces = [text[start:end] for start, end in zip([0, *seen], seen, strict=False)]
        assert pieces == ["a", FAMILY, "e\u0301", "🇮🇩", "👍🏽", "\r\n"]

    assert use(drive, "open", project) == 0


def test_the_clipboard_gets_the_original_text(use, tmp_path, qapp):
    text = "Joko\u00a0Widodo tiba\r\ndi 😊 Bogor."
    project = make_project(tmp_path / "p.annotator", (document_of(text), []))

    def drive(user):
        user.press("Ctrl+A", "Ctrl+C")
        assert qapp.clipboard().text() == text

    assert use(drive, "open", project) == 0


@pytest.mark.parametrize("text", [".", "\n\n\n", " \t ", "\ufeff"], ids=["a mark", "line ends", "blanks", "a byte-order mark"])
def test_a_text_with_hardly_anything_in_it_stands_every_key(use, tmp_path, text):
    project = make_project(tmp_path / "p.annotator", (document_of(text), []))

    def drive(user):
        for key in ("Right", "Left", "Up", "Down", "End", "Home", "Shift+Right", "1", "Return", "f", "Escape", "c", "Tab", "[",
                    "Ctrl+Down", "Ctrl+A", "2", "r", "Escape", "Del", "Ctrl+Return"):  # fmt: skip
            user.press(key)
            user.check()
        user.view.grab()

    assert use(drive, "open", project) == 0
