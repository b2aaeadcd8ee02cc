"""Settings: one table, a sparse file, and nothing lost when the file or the disk is in a bad way."""

import json
import os

import pytest

from annotator.errors import AnnotatorError
from annotator.settings import table
from annotator.settings.store import Settings
from annotator.settings.table import SETTINGS, Kind, cleaned, with_latest, with_recent


@pytest.fixture
def path(tmp_path):
    return tmp_path / "settings.json"


def _stored(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("setting", SETTINGS.values(), ids=SETTINGS)
def test_every_setting_accepts_its_own_default_and_explains_itself(setting):
    assert cleaned(setting, setting.default) == setting.default
    assert setting.title
    assert setting.private or setting.help.endswith(".") or setting.key == "keys.overrides"
    assert (setting.kind is Kind.CHOICE) == bool(setting.choices)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("annotator.name", 3),
        ("ui.theme", "pink"),
        ("ui.theme", ["light"]),
        ("article.font_size", 5),
        ("article.font_size", 73),
        ("article.font_size", 12.5),
        ("article.font_size", True),
        ("article.font_size", "12"),
        ("done.next", 1),
        ("projects.recent", "one"),
        ("projects.recent", [1]),
        ("session.caret", {"a": "1"}),
        ("session.caret", [1]),
        ("keys.overrides", {"undo": "Ctrl+Z"}),
        ("keys.overrides", {"undo": [1]}),
        ("keys.overrides", []),
    ],
)
def test_a_value_out_of_place_is_refused_in_a_sentence_and_changes_nothing(path, key, value):
    settings = Settings(path)
    before = settings.get(key)
    with pytest.raises(AnnotatorError, match=f"^The setting “{key}” must be .*\\.$"):
        settings.set(key, value)
    assert settings.get(key) == before
    assert not path.exists()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("annotator.name", "Sri"),
        ("ui.theme", "dark"),
        ("article.font_size", 6),
        ("article.font_size", 72),
        ("done.next", False),
        ("projects.recent", ["/a/b.annotator", "c\udcff.annotator"]),
        ("session.caret", {"/a/b.annotator": 70_000}),
        ("keys.overrides", {"undo": ["Ctrl+Z", "Alt+Backspace"], "redo": []}),
    ],
)
def test_a_change_is_there_after_a_restart(path, key, value):
    Settings(path).set(key, value)
    again = Settings(path)
    assert again.problem == ""
    assert again.get(key) == value
    assert again.changed(key)


def test_unknown_keys_are_the_programmers_mistake(path):
    settings = Settings(path)
    with pytest.raises(KeyError):
        settings.get("no.such")
    with pytest.raises(KeyError):
        settings.set("no.such", 1)


def test_the_file_holds_only_what_was_changed(path):
    settings = Settings(path)
    settings.set("ui.theme", "dark")
    settings.set("article.font_size", 20)
    assert _stored(path) == {"ui.theme": "dark", "article.font_size": 20}
    settings.set("article.font_size", SETTINGS["article.font_size"].default)
    settings.reset("ui.theme")
    assert _stored(path) == {}
    assert not settings.changed("ui.theme")


def test_what_get_returns_is_a_copy(path):
    settings = Settings(path)
    settings.get("projects.recent").append("x")
    settings.get("keys.overrides")["undo"] = ["x"]
    assert settings.get("projects.recent") == []
    assert SETTINGS["keys.overrides"].default == {}


def test_what_set_is_given_is_copied(path):
    settings = Settings(path)
    keys = {"undo": ["Ctrl+Z"]}
    settings.set("keys.overrides", keys)
    keys["undo"].append("x")
    assert settings.get("keys.overrides") == {"undo": ["Ctrl+Z"]}


def test_long_lists_lose_their_oldest(path):
    settings = Settings(path)
    limit = SETTINGS["projects.recent"].maximum
    for number in range(limit + 3):
        settings.set("projects.recent", with_recent(settings.get("projects.recent"), f"p{number}"))
    assert settings.get("projects.recent")[0] == f"p{limit + 2}"
    assert len(settings.get("projects.recent")) == limit
    settings.set("projects.recent", with_recent(settings.get("projects.recent"), f"p{limit}"))
    assert settings.get("projects.recent")[:3] == [f"p{limit}", f"p{limit + 2}", f"p{limit + 1}"]


def test_long_mappings_lose_what_was_set_longest_ago(path):
    settings = Settings(path)
    limit = SETTINGS["session.caret"].maximum
    for number in range(limit):
        settings.set("session.caret", with_latest(settings.get("session.caret"), f"p{number}", number))
    settings.set("session.caret", with_latest(settings.get("session.caret"), "p0", 7))
    settings.set("session.caret", with_latest(settings.get("session.caret"), "new", 1))
    carets = settings.get("session.caret")
    assert len(carets) == limit
    assert carets["p0"] == 7
    assert "p1" not in carets


def test_the_annotator_is_the_login_name_until_one_is_given(path, monkeypatch):
    monkeypatch.setattr(table.getpass, "getuser", lambda: "sri")
    settings = Settings(path)
    assert settings.get("annotator.name") == "sri"
    settings.set("annotator.name", "  ")
    assert settings.get("annotator.name") == "sri"
    settings.set("annotator.name", "budi")
    assert settings.get("annotator.name") == "budi"


@pytest.mark.parametrize("error", [OSError, KeyError, ImportError])
def test_a_system_that_tells_no_login_name_gives_annotator(monkeypatch, error):
    def nobody():
        raise error("no user")

    monkeypatch.setattr(table.getpass, "getuser", nobody)
    assert table.login_name() == "annotator"


@pytest.mark.parametrize("content", [b"", b"{", b"[1]", b"\xff\xfe\x00", b"null", b"[" * 100_000])
def test_a_damaged_file_is_kept_aside_and_named(path, content):
    path.write_bytes(content)
    settings = Settings(path)
    bad = path.with_name("settings.json.bad")
    assert settings.get("ui.theme") == "system"
    assert settings.problem == f"The settings file was damaged; it is kept as {bad}, and the usual values are used."
    assert bad.read_bytes() == content
    settings.set("ui.theme", "dark")
    assert Settings(path).get("ui.theme") == "dark"
    assert bad.read_bytes() == content


def test_one_wrong_value_costs_only_itself(path):
    path.write_text('{"article.font_size": "big", "ui.theme": "dark"}', encoding="utf-8")
    settings = Settings(path)
    assert settings.get("article.font_size") == SETTINGS["article.font_size"].default
    assert settings.get("ui.theme") == "dark"
    assert "article.font_size" in settings.problem
    assert str(path) in settings.problem


def test_a_byte_order_mark_does_no_harm(path):
    path.write_bytes(b'\xef\xbb\xbf{"ui.theme": "dark"}')
    assert Settings(path).get("ui.theme") == "dark"


def test_keys_of_another_version_survive(path):
    path.write_text('{"future.thing": {"a": [1]}, "ui.theme": "dark"}', encoding="utf-8")
    settings = Settings(path)
    settings.set("ui.theme", "light")
    assert _stored(path) == {"future.thing": {"a": [1]}, "ui.theme": "light"}


def test_two_programs_keep_each_others_changes(path):
    one, two = Settings(path), Settings(path)
    one.set("ui.theme", "dark")
    two.set("article.font_size", 20)
    again = Settings(path)
    assert (again.get("ui.theme"), again.get("article.font_size")) == ("dark", 20)


def test_a_file_deleted_meanwhile_is_written_whole(path):
    settings = Settings(path)
    settings.set("ui.theme", "dark")
    path.unlink()
    settings.set("article.font_size", 20)
    assert _stored(path) == {"ui.theme": "dark", "article.font_size": 20}


def test_a_failed_write_keeps_the_value_says_so_and_is_made_up_for(path, monkeypatch):
    settings = Settings(path)

    def full(_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(AnnotatorError, match=r"^The settings cannot be saved to .* \(No space left on device\); .*\.$"):
            settings.set("ui.theme", "dark")
    assert settings.get("ui.theme") == "dark"
    assert list(path.parent.iterdir()) == []
    settings.set("article.font_size", 20)
    assert _stored(path) == {"ui.theme": "dark", "article.font_size": 20}


def test_a_failed_write_leaves_the_old_file_whole(path, monkeypatch):
    Settings(path).set("ui.theme", "dark")
    before = path.read_bytes()

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(AnnotatorError):
        Settings(path).set("ui.theme", "light")
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir()] == ["settings.json"]


def test_a_folder_that_cannot_exist_stops_nothing(tmp_path):
    (tmp_path / "file").write_text("in the way")
    settings = Settings(tmp_path / "file" / "settings.json")
    assert settings.get("ui.theme") == "system"
    with pytest.raises(AnnotatorError, match="cannot be saved"):
        settings.set("ui.theme", "dark")
    assert settings.get("ui.theme") == "dark"


def test_a_file_that_cannot_be_read_is_said_and_never_overwritten(tmp_path):
    path = tmp_path / "settings.json"
    path.mkdir()
    settings = Settings(path)
    assert settings.problem.startswith(f"The settings file {path} cannot be read (")
    with pytest.raises(AnnotatorError, match="cannot be saved"):
        settings.set("ui.theme", "dark")
    assert path.is_dir()


def test_a_symbolic_link_stays_one(tmp_path):
    real, link = tmp_path / "real.json", tmp_path / "settings.json"
    real.write_text("{}")
    try:
        link.symlink_to(real)
    except OSError:
        pytest.skip("this system lets this user make no symbolic links")
    Settings(link).set("ui.theme", "dark")
    assert link.is_symlink()
    assert _stored(real) == {"ui.theme": "dark"}


def test_listeners_hear_of_changes_only_and_until_they_leave(path):
    settings = Settings(path)
    heard: list[tuple[str, object]] = []
    leave = settings.subscribe(lambda key, value: heard.append((key, value)))
    settings.set("ui.theme", "dark")
    settings.set("ui.theme", "dark")
    settings.reset("ui.theme")
    leave()
    leave()
    settings.set("ui.theme", "light")
    assert heard == [("ui.theme", "dark"), ("ui.theme", "system")]


def test_listeners_hear_of_a_change_that_could_not_be_saved(tmp_path):
    (tmp_path / "file").write_text("in the way")
    settings = Settings(tmp_path / "file" / "settings.json")
    heard: list[object] = []
    settings.subscribe(lambda _, value: heard.append(value))
    with pytest.raises(AnnotatorError):
        settings.set("ui.theme", "dark")
    assert heard == ["dark"]


def test_a_damaged_file_that_cannot_be_put_aside_is_said_too(path, monkeypatch, caplog):
    path.write_bytes(b"{")

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "replace", refuse)
    settings = Settings(path)
    assert settings.problem == f"The settings file {path} is damaged; the usual values are used."
    assert path.read_bytes() == b"{"
    assert "cannot be put aside" in caplog.text
