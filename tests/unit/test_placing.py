"""Files take their places all or none, whatever happens on the way."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.errors import FormatError
from annotator.formats.files import replacing_all
from annotator.formats.placing import place_all


@pytest.fixture
def files(tmp_path):
    """Three finished files and their targets, of which the first stands there already."""
    news = tmp_path / "new"
    out = tmp_path / "out"
    news.mkdir()
    out.mkdir()
    (out / "a").write_text("old a")
    for name in "abc":
        (news / name).write_text(f"new {name}")
    return [(news / name, out / name) for name in "abc"]


def content(files) -> dict[str, str]:
    return {path.name: path.read_text() for path in sorted(files[0][1].parent.iterdir())}


def failing_at(monkeypatch, name: str, folder: str, error: BaseException) -> None:
    real = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if self.name == name and self.parent.name == folder:
            raise error
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)


def test_all_are_moved_and_nothing_else_is_left(files):
    place_all(files)
    assert content(files) == {"a": "new a", "b": "new b", "c": "new c"}


@pytest.mark.parametrize("which", "abc")
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_after_a_failure_everything_is_as_it_was(files, monkeypatch, which, error):
    failing_at(monkeypatch, which, "new", error)
    with pytest.raises(type(error)) as caught:
        place_all(files)
    assert content(files) == {"a": "old a"}
    if isinstance(error, OSError):
        assert caught.value.filename == str(files["abc".index(which)][1])


@pytest.mark.parametrize("which", "abc")
def test_without_hard_links_it_goes_as_well(files, monkeypatch, which):
    def refuse(self: Path, target: Path) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "hardlink_to", refuse)
    failing_at(monkeypatch, which, "new", OSError(5, "Input/output error"))
    with pytest.raises(OSError, match="Input/output"):
        place_all(files)
    assert content(files) == {"a": "old a"}
    monkeypatch.undo()
    monkeypatch.setattr(Path, "hardlink_to", refuse)
    for new, _ in files:
        new.write_text(f"new {new.name}")
    place_all(files)
    assert content(files) == {"a": "new a", "b": "new b", "c": "new c"}


def test_what_cannot_be_taken_back_is_named(files, monkeypatch):
    failing_at(monkeypatch, "c", "new", OSError(5, "Input/output error"))

    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise OSError(5, "Input/output error")

    real = Path.unlink
    monkeypatch.setattr(Path, "unlink", lambda self, missing_ok=False: (refuse if self.name == "b" else real)(self, missing_ok))
    with pytest.raises(FormatError, match=r"c could not be written, and these are new and whole already: b\."):
        place_all(files)
    monkeypatch.undo()
    assert content(files) == {"a": "old a", "b": "new b"}


def test_a_single_file_that_cannot_be_moved_leaves_the_old_one(files, monkeypatch):
    failing_at(monkeypatch, "a", "new", OSError(5, "Input/output error"))
    with pytest.raises(OSError, match="Input/output"):
        place_all(files[:1])
    assert content(files) == {"a": "old a"}


def test_nothing_to_move_is_nothing(tmp_path):
    place_all([])
    assert list(tmp_path.iterdir()) == []


def write_both(targets: list[Path], count: int = 2, error: Exception | None = None) -> None:
    with replacing_all(*targets) as new:
        for path in new[:count]:
            path.write_text("new")
        if error is not None:
            raise error


@pytest.mark.parametrize("where", [0, 1])
def test_of_two_files_of_one_export_both_are_new_or_none_is(tmp_path, where):
    targets = [tmp_path / "data", tmp_path / "side"]
    for target in targets:
        target.write_text("old")
    with pytest.raises(ValueError, match="no"):
        write_both(targets, where + 1, ValueError("no"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "side"]
    targets[where].unlink()
    targets[where].mkdir()
    with pytest.raises(FormatError, match=rf"{targets[where].name} is a folder, not a file"):
        write_both(targets)
    assert targets[1 - where].read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "side"]
    targets[where].rmdir()
    write_both(targets)
    assert [target.read_text() for target in targets] == ["new", "new"]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data", "side"]


def test_a_file_that_was_never_written_leaves_both_as_they_were(tmp_path):
    targets = [tmp_path / "data", tmp_path / "side"]
    targets[0].write_text("old")
    with pytest.raises(FormatError, match="side does not exist"):
        write_both(targets, 1)
    assert [path.name for path in tmp_path.iterdir()] == ["data"]
    assert targets[0].read_text() == "old"
