"""Every text of the program is translated, no translation is stale, and the script that tells so sees what it should."""

from __future__ import annotations

import ast
import importlib.util
import json
import string
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from annotator.settings.table import SETTINGS
from annotator.ui.catalogue import Catalogue, read_catalogue
from annotator.ui.sentences import filled

ROOT = Path(__file__).parents[2]


def _script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("translations_script", ROOT / "packaging" / "translations.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


script = _script()
FOUND = script.collect()
LANGUAGES = script.catalogues()


def test_every_language_of_the_setting_but_english_has_a_catalogue():
    assert set(LANGUAGES) == {choice for choice in SETTINGS["ui.language"].choices if choice not in ("system", "en")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_untranslated(language: str):
    missing = script.lacking(FOUND, LANGUAGES[language])
    assert not missing["texts"], f"python packaging/translations.py --missing lists them: {list(missing['texts'])[:5]}"
    assert not missing["sentences"], f"python packaging/translations.py --missing lists them: {list(missing['sentences'])[:5]}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_translation_is_of_a_text_that_is_gone(language: str):
    assert script.stale(FOUND, LANGUAGES[language]) == {"texts": [], "sentences": []}


def _pairs(language: str, *sections: str) -> list[tuple[str, str]]:
    return [pair for section in sections for pair in LANGUAGES[language][section].items()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_have_the_placeholders_of_their_texts(language: str):
    wrong = [source for source, there in _pairs(language, "texts", "sentences") if script.holes(source) != script.holes(there)]
    assert wrong == []
    for source, there in _pairs(language, "texts"):
        if "{" in source:
            list(string.Formatter().parse(there))  # an unmatched brace would end in the crash report


@pytest.mark.parametrize("language", LANGUAGES)
def test_translations_keep_the_marks_of_their_texts(language: str):
    """An ellipsis says that a dialog follows, an ampersand which key opens a menu, blanks at the ends what comes beside."""
    for source, there in _pairs(language, "texts"):
        assert source.endswith("…") == there.endswith("…"), source
        assert source.count("&") == there.count("&"), source
        assert (source[:1] == " ", source[-1:] == " ") == (there[:1] == " ", there[-1:] == " "), source
        assert source.count("\t") == there.count("\t"), source
    for source, there in _pairs(language, "qt"):
        assert source.count("%") == there.count("%"), source
        assert source.count("&") == there.count("&"), source


@pytest.mark.parametrize("language", LANGUAGES)
def test_menus_open_by_different_letters(language: str):
    titles = [there for source, there in _pairs(language, "texts") if source.startswith("&") and source[1:2].isalpha()]
    letters = [title[title.index("&") + 1].lower() for title in titles]
    assert len(titles) >= 8
    assert len(set(letters)) == len(letters), titles


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_terms_are_kept(language: str):
    """The words of the trade are always the same; the list for translators stands in the file."""
    if language != "id":
        pytest.skip("the words below are Indonesian")
    for word, there in (("annotation set", "set anotasi"), ("label scheme", "skema label"), ("suggester", "penyaran")):
        used = [(source, text) for source, text in _pairs(language, "texts") if word in source.lower().split("{")[0]]
        assert len(used) > 3, word
        wrong = [source for source, text in used if there.split()[0] not in text.lower()]
        assert wrong == [], word


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_can_be_read_by_a_translator(language: str):
    path = ROOT / "resources" / "translations" / f"{language}.json"
    text = path.read_text(encoding="utf-8")
    assert set(json.loads(text)) == {"about", "terms", "texts", "sentences", "qt"}
    assert "\\u" not in text.replace("\\ud", "")  # as letters, not as numbers
    read = read_catalogue(language)
    assert read is not None
    assert read.texts == LANGUAGES[language]["texts"]


def test_tr_is_never_given_an_f_string():
    assert FOUND.unsound == []


# What the script finds


def collected(tmp_path: Path, code: str, name: str = "ui/some.py") -> Any:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(code, encoding="utf-8")
    return script.collect(tmp_path)


def test_arguments_of_tr_are_found(tmp_path: Path):
    found = collected(
        tmp_path, 'tr("One"); self.tr("Two" if x else "Three"); tr(x or "Four"); other("Five"); tr("{} {}"); tr("A" "B")'
    )
    assert set(found.texts) == {"One", "Two", "Three", "Four", "AB"}
    assert found.texts["One"] == "ui/some.py:1"
    assert found.unsound == []


def test_an_f_string_in_tr_is_told(tmp_path: Path):
    assert collected(tmp_path, 'x = 1\ntr(f"{x} things")').unsound == ["ui/some.py:2"]


def test_words_of_tables_are_found(tmp_path: Path):
    code = """
Action("a.b", at, "Do it…", run)
Setting("x.y", 1, Kind.NUMBER, "Title", "Help of it.", maximum=3)
Setting("x.z", 1, Kind.NUMBER, "Unseen", private=True)
Format(name="f", title="A format", carries="the text")
progress.start("Reading", 3)
"""
    assert set(collected(tmp_path, code).texts) == {"Do it…", "Title", "Help of it.", "A format", "the text", "Reading"}


def test_steps_are_found_with_their_details(tmp_path: Path):
    code = 'Command("Mark the {} done", run, "document"); Command("Label as {}", run, label)'
    assert set(collected(tmp_path, code).texts) == {"Mark the {} done", "Mark the document done", "Label as {}"}


def test_sentences_of_errors_are_found_as_templates(tmp_path: Path):
    code = '''
"""The docstring of the module."""
raise Refused(f"The label “{name}” is not there.")
REASON = "This cannot be taken back."
raise Refused(f"Not done yet: {message}")
raise Refused(f"{a}{b} cannot be told apart.")
key = "no sentence"
'''
    found = collected(tmp_path, code, "commands/some.py")
    assert set(found.sentences) == {"The label “{}” is not there.", "This cannot be taken back.", "Not done yet: {}"}


def test_parts_of_sentences_are_found_where_reports_are_made(tmp_path: Path):
    code = '''
"""The docstring of the module."""
PATTERN = re.compile("no sentence at all")
reason = "cuts a token"
raise FormatError(f"{path} {reason}; nothing was written.")
told = f"; no part of {name} is left"
table = "<b>not said</b>"
line = "not\\tsaid"
if "not said here" in text: pass
what = "span" if one else "gathered"
complain(f"{amount(count, 'pair')} of them came twice.")
_logger.info("not said aloud")
'''
    wanted = {
        "cuts a token", "{} {}; nothing was written.", "no part of {} is left", "span", "{} of them came twice.", "{} pair", "{} pairs",
    }  # fmt: skip
    assert set(collected(tmp_path, code, "formats/some.py").sentences) == wanted
    assert set(collected(tmp_path / "a", code, "commands/some.py").sentences) == {"{} of them came twice.", "{} pair", "{} pairs"}
    assert collected(tmp_path / "b", code, "cli/some.py").sentences == {}


def test_reasons_are_found_where_others_put_them_into_sentences(tmp_path: Path):
    code = """
LOST = "what it belongs to is lost"
SELECT = "SELECT id FROM spans"
def place(): return f"in set {number}" if number else "nowhere at all"
def other():
    reason = f"{name} is at work on it"
    self._miss(table, 1, place, "the end is lost")
    there = "not a reason"
"""
    wanted = {"what it belongs to is lost", "in set {}", "nowhere at all", "{} is at work on it", "the end is lost"}
    assert set(collected(tmp_path, code, "store/salvage.py").sentences) == wanted


def test_the_marks_of_holes_are_no_other_holes():
    assert script.holes("{} of {} {}") == script.holes("{2!} {0?} {1#}") == script.holes("{} {} {-}")
    assert script.holes("{} of {}") != script.holes("{?} saja")


def test_what_is_missing_or_stale_is_told(tmp_path: Path):
    found = collected(tmp_path, 'tr("One"); tr("Two")')
    catalogue = {"texts": {"One": "Satu", "Two": "", "Three": "Tiga"}, "sentences": {}}
    assert script.lacking(found, catalogue) == {"texts": {"Two": "ui/some.py:1"}, "sentences": {}}
    assert script.stale(found, catalogue) == {"texts": ["Three"], "sentences": []}


def test_placeholders_are_compared_whatever_their_order():
    assert script.holes("{} of {}") == script.holes("{1} dari {0}")
    assert script.holes("{name} has {}") != script.holes("{nama} punya {}")
    assert script.holes("{{}} in {}") == script.holes("{{}} dalam {}") != script.holes("{} dalam {}")


def test_the_script_tells_by_its_exit_status(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(sys, "argv", ["translations.py", "--missing"])
    monkeypatch.setattr(script, "collect", lambda: script.Texts({"Undo": "ui/a.py:1"}))
    kept = {"id": {"texts": {"Undo": "Urungkan"}, "sentences": {}, "qt": {}}}
    monkeypatch.setattr(script, "catalogues", lambda: kept)
    assert script.main() == 0
    assert "id: texts: 0 missing, 0 stale" in capsys.readouterr().out
    kept["id"]["texts"] = {"Gone": "Hilang"}
    assert script.main() == 1
    told = capsys.readouterr().out
    assert '"Undo": ""' in told
    assert '"Gone"' in told


def test_no_text_is_looked_up_that_the_script_cannot_see():
    """``tr`` of something that is no literal takes its words from a table; this list grows only with a rule in the script."""
    tables = {
        "text",
        "section",
        "title",
        "help",
        "carries",
        "description",
        "what",
        "name",
        "value",
        "values",
        "get",
        "reason",
        "status",
        "whole",
        "ZERO_WORDS",
    }
    odd: list[str] = []
    for path in sorted((ROOT / "annotator" / "ui").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "tr"
                and not list(script.strings(node.args[0]))
            ):
                names = {part.id for part in ast.walk(node.args[0]) if isinstance(part, ast.Name)}
                names |= {part.attr for part in ast.walk(node.args[0]) if isinstance(part, ast.Attribute)}
                if not names & tables:
                    odd.append(f"{path.name}:{node.lineno} {ast.unparse(node)}")
    assert odd == []


# The catalogue itself


@pytest.fixture
def small() -> Catalogue:
    sentences = {
        "The span {} begins or ends with white space.": "Rentang {} berawal atau berakhir dengan spasi.",
        "{} is labelled {} twice.": "{1} diberikan dua kali pada {0}.",
        "Nothing is selected.": "Tidak ada yang dipilih.",
        "Not done yet: {}": "Belum selesai: {}",
        "{} cannot be read: {}.": "{} tidak terbaca: {}.",
    }
    return Catalogue("id", {"any span": "rentang apa pun", "Undo": "Urungkan"}, sentences, {})


@pytest.mark.parametrize(
    ("said", "there"),
    [
        ("Nothing is selected.", "Tidak ada yang dipilih."),
        ("The span “a. b” begins or ends with white space.", "Rentang “a. b” berawal atau berakhir dengan spasi."),
        ("“x” is labelled GPE twice.", "GPE diberikan dua kali pada “x”."),
        ("Not done yet: Nothing is selected.", "Belum selesai: Tidak ada yang dipilih."),
        ("Not done yet: “Undo” is labelled Undo twice.", "Belum selesai: Undo diberikan dua kali pada “Undo”."),
        ("Two\nlines cannot be read: {}.", "Two\nlines tidak terbaca: {}."),
        ("Something else.", "Something else."),
        ("", ""),
    ],
)
def test_sentences_are_recognised(small: Catalogue, said: str, there: str):
    assert small.sentence(said) == there


def test_sentences_in_sentences_end_somewhere(small: Catalogue):
    assert small.sentence("Not done yet: " * 50 + "Nothing is selected.").startswith("Belum selesai: Belum selesai: ")


def test_values_are_filled_in_by_place():
    assert filled("{} dan {}", ["a", "b"]) == "a dan b"
    assert filled("{1} dan {0}", ["a", "b"]) == "b dan a"
    assert filled("{}", ["{}"]) == "{}"


def test_a_language_without_catalogue_has_none():
    assert read_catalogue("nl") is None
    assert read_catalogue("../id") is None
