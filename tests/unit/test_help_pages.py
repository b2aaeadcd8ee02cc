"""The help pages: both languages say the same, and every command, setting and format stands in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from annotator.cli.app import VERBS, verbs
from annotator.errors import AnnotatorError
from annotator.formats.plugins import known_formats
from annotator.paths import resource_dir
from annotator.settings.table import SETTINGS
from annotator.ui import help_pages
from annotator.ui.actions import ACTIONS
from annotator.ui.help_pages import PAGES, Words, code, command_help, filled, literal, matching, page_file, read_page, snippet
from annotator.ui.help_tables import formats_list, settings_list, words

LANGUAGES = ("en", "id")
PLACES = re.compile(r"\{(?:(?:keys|command):[a-z.-]+|settings|formats)\}")


def source(name: str, language: str) -> str:
    return (resource_dir() / "help" / language / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_are_those_that_are_listed(language):
    folder = resource_dir() / "help" / language
    assert {path.name for path in folder.iterdir()} == {f"{name}.md" for name in PAGES}


@pytest.mark.parametrize("name", PAGES)
def test_both_languages_have_the_same_sections_places_links_and_examples(name):
    english, indonesian = (source(name, language) for language in LANGUAGES)
    for pattern in (r"^#+", r"\]\(([^)]+)\)", r"```(.*)", r"^(?:- |\d\. )", r"^\|"):
        ours, theirs = (re.findall(pattern, text, flags=re.MULTILINE) for text in (english, indonesian))
        assert ours == theirs, pattern
    assert sorted(PLACES.findall(english)) == sorted(PLACES.findall(indonesian))
    assert english.partition("\n")[0].startswith("# ")
    assert english != indonesian


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_command_has_a_sentence_of_its_own_and_no_other(language):
    explained = command_help(language)
    assert set(explained) == {action.id for action in ACTIONS}
    assert all(text.endswith(".") and len(text) > 15 and "{" not in text for text in explained.values())
    assert len(set(explained.values())) == len(ACTIONS)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_place_can_be_filled_and_names_a_command_that_exists(language):
    given = words({})
    for name in PAGES:
        text = read_page(name, language, given).text
        assert not PLACES.search(text), name


def test_every_setting_that_people_see_is_listed_with_its_key_and_help():
    listed = settings_list()
    for setting in SETTINGS.values():
        assert (code(setting.key) in listed) is not setting.private, setting.key
        assert setting.private or literal(setting.help) in listed
        assert all(code(choice) in listed for choice in setting.choices)


def test_a_setting_says_its_limits_and_what_it_usually_is():
    (zoom,) = [line for line in settings_list().splitlines() if "`article.zoom`" in line]
    assert zoom.endswith("From 50 to 400. Usually `100`.")
    (going_on,) = [line for line in settings_list().splitlines() if "`done.next`" in line]
    assert going_on.endswith("Usually on.")


def test_every_format_is_listed_with_what_it_carries_and_its_options():
    sections = dict(re.findall(r"^## `([^`]+)`\n(.*?)(?=^## |\Z)", formats_list(), flags=re.MULTILINE | re.DOTALL))
    assert set(sections) == set(known_formats())
    for name, entry in known_formats().items():
        section = sections[name]
        assert literal(entry.title) in section
        assert literal(entry.carries) in section
        assert all(f"`{suffix}`" in section for suffix in entry.suffixes)
        options = {**(entry.read_options or {}), **(entry.write_options or {}), **(entry.export_options or {})}
        for option, values in options.items():
            assert f"`{option}`" in section
            assert all(f"`{value}`" in section for value in values if value)
        assert ("is read" in section) is (entry.read is not None)


def test_the_settings_and_the_formats_stand_on_their_pages():
    given = words({})
    assert settings_list() in read_page("settings", "id", given).text
    assert formats_list() in read_page("formats", "en", given).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_links_lead_to_pages_and_never_out_of_the_program(language):
    for name in PAGES:
        text = source(name, language)
        assert "http" not in text
        assert "](!" not in text
        assert "![" not in text
        for target in re.findall(r"\]\(([^)]+)\)", text):
            assert target.removesuffix(".md") in PAGES, (name, target)


def test_keys_are_those_that_the_person_has():
    usual, own = words({}), words({"edit.undo": ["Ctrl+U"], "edit.redo": []})
    assert filled("{keys:edit.undo}", usual) == "`Ctrl+Z`"
    assert filled("{keys:edit.undo}", own) == "`Ctrl+U`"
    assert filled("{command:edit.undo}", own) == "**Undo** (`Ctrl+U`)"
    assert filled("{command:edit.redo}", own) == "**Redo**", "a command without a key is named alone"
    assert filled("{keys:edit.redo}", own) == "**Redo**"
    assert filled("{keys:find.next} or {keys:move.cycle}", usual) == "`F3` or `c`"


def test_what_is_no_place_stays_as_it_is():
    for text in ("{keys:no.such}", "{settings} in a line", "`{}`", '{"label": "ORG"}', "{command:}"):
        assert filled(text, Words({"a.b": ("A", "")}, {"settings": lambda: "!"})) == text
    assert filled("a\n{settings}\nb", Words(lists={"settings": lambda: "made"})) == "a\nmade\nb"


def test_a_page_without_a_translation_is_read_in_english():
    assert page_file("start", "de") == page_file("start", "en")
    assert page_file("start", "id") != page_file("start", "en")
    assert read_page("start", "de", words({})).title == "First steps"
    assert read_page("start", "id", words({})).title == "Langkah pertama"


def test_a_page_that_is_missing_is_told_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(help_pages, "resource_dir", lambda: tmp_path)
    with pytest.raises(AnnotatorError, match="install the program again"):
        read_page("nowhere", "en", Words())


def test_plain_text_stays_what_it_is_in_markdown():
    assert literal("a_b*c [d] <e> | f") == r"a\_b\*c \[d\] \<e\> \| f"
    assert code("[") == "`[`"
    assert code("`") == "`` ` ``"
    assert code("") == ""


def test_a_line_is_found_by_all_words_in_any_order_and_case():
    assert matching("Rejects a Suggestion", ["suggest", "reject"])
    assert not matching("Rejects a Suggestion", ["suggest", "accept"])


def test_a_long_line_is_cut_around_the_word():
    line = "word " * 40 + "needle " + "word " * 40
    cut = snippet(line.strip(), ["needle"])
    assert "needle" in cut
    assert cut.startswith("…word")
    assert cut.endswith("word…")
    assert len(cut) <= 92
    assert snippet("short", ["x"]) == "short"
    assert snippet("x" * 300, ["y"]).endswith("…")


# The command line

README = Path(__file__).parents[2] / "README.md"


def commands() -> dict[str, click.Command]:
    """Return every verb and subverb that is not hidden, by what is typed after ``annotator``."""
    context, found = click.Context(verbs), {}
    for name in VERBS:
        verb = verbs.get_command(context, name)
        assert verb is not None
        if isinstance(verb, click.Group):
            found |= {f"{name} {inner}": command for inner, command in verb.commands.items() if not command.hidden}
        elif not verb.hidden:
            found[name] = verb
    return found


def options_of(command: click.Command) -> set[str]:
    return {
        name for option in command.params if isinstance(option, click.Option) for name in (*option.opts, *option.secondary_opts)
    }


def options_in(text: str) -> set[str]:
    return set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", text))


def typed(text: str) -> Iterator[str]:
    """Yield what a page tells people to type: lines of its blocks with the indented ones that go on, and code in sentences."""
    for block in re.findall(r"^ *```[^\n]*\n(.*?)^ *```", text, flags=re.MULTILINE | re.DOTALL):
        yield from re.findall(r"^ *(?:\.venv/bin/)?(annotator [^\n]*(?:\n {8,}[^\n]*)*)", block, flags=re.MULTILINE)
    yield from re.findall(r"`(?:\.venv/bin/)?(annotator [^`]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))


def faults(line: str) -> set[str]:
    """Return what of a line of the command line does not exist: a verb, or options that its verb does not have."""
    line = re.split(r" (?:[|>#]|\|\|) ", line)[0]
    before, verb, after = re.fullmatch(r"annotator((?: --?[a-z-]+)*) ?([^\s-]*)(.*)", line, flags=re.DOTALL).groups()
    inner = after.split()[0] if after.split() else ""
    known = commands()
    meant = [verb, *(f"{verb} {part}" for part in inner.split("|"))]
    there = [known[name] for name in meant if name in known]
    wrong = options_in(before) - options_of(verbs) - {"--help"}
    if there:
        return wrong | options_in(after) - {"--help"}.union(*map(options_of, there))
    if verb.isupper() or not verb or (verb in VERBS and (not inner or inner.isupper() or inner == "--help")):
        return wrong | options_in(after) - {"--help"}
    return {*wrong, f"{verb} {inner}".strip()}


def entries(language: str) -> dict[str, str]:
    """Return what the page of the command line says of each verb, by the verb."""
    found: dict[str, str] = {}
    for item in re.findall(r"^- (`annotator .*?)(?=^- |^$|\Z)", source("command-line", language), flags=re.MULTILINE | re.DOTALL):
        words = item.split("`")[1].split()[1:3]
        found[" ".join(word for word in words if word.islower() and not word.startswith("-"))] = item
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_line_s_page_has_every_verb_with_every_option_and_no_other(language):
    explained = entries(language)
    explained.pop("", None)  # annotator without a verb
    assert set(explained) == set(commands())
    for name, command in commands().items():
        assert options_in(explained[name]) - {"--help"} == options_of(command), name
        assert len(re.sub(r"`[^`]*`", "", explained[name])) > 20, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_command_line_s_page_has_the_options_before_a_verb(language):
    before = re.findall(r"^- `(--[a-z-]+)`", source("command-line", language), flags=re.MULTILINE)
    assert {*before, "--help"} == options_of(verbs) | {"--help"}


def test_what_pages_tell_to_type_exists():
    pages = {f"{language}/{name}": source(name, language) for language in LANGUAGES for name in PAGES}
    pages["README.md"] = README.read_text(encoding="utf-8")
    lines = [(page, line) for page, text in pages.items() for line in typed(text)]
    assert len(lines) > 100
    assert {page for page, _ in lines} >= {"README.md", "en/knowledge", "id/suggestions", "en/command-line"}
    assert [(page, line, wrong) for page, line in lines if (wrong := faults(line))] == []


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        ("annotator exprt a b", {"exprt a"}),
        ("annotator export a b --shape spacy", {"--shape"}),
        ("annotator export PROJECT OUT [--status ...]\n          [--no-such]", {"--no-such"}),
        ("annotator knowledge fetch a b", {"knowledge fetch"}),
        ("annotator knowledge list a --replace", {"--replace"}),
        ("annotator knowledge load|list a --replace", set()),
        ("annotator demo --temp-profile", {"--temp-profile"}),
        ("annotator --temp-profile demo", set()),
        ("annotator stats a --json | jq --compact-output", set()),
    ],
)
def test_what_looks_for_wrong_commands_finds_them(line, wrong):
    assert faults(line) == wrong
