"""Folders of the user, and data that comes with the program, wherever the program was installed."""

import sys
from pathlib import Path

import pytest

from annotator import paths
from annotator.errors import AnnotatorError


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The package as if it stood in a site-packages folder of its own."""
    package = tmp_path / "site-packages" / "annotator"
    package.mkdir(parents=True)
    monkeypatch.setattr(paths, "_PACKAGE", package)
    monkeypatch.delattr(sys, "_MEIPASS", raising=False)
    return package


def test_the_profile_variable_puts_everything_into_one_folder(tmp_path, monkeypatch):
    profile = tmp_path / "new" / "profile"
    monkeypatch.setenv(paths.PROFILE_VARIABLE, str(profile))
    assert paths.data_dir() == paths.config_dir() == paths.log_dir() == profile
    assert profile.is_dir()
    assert paths.demo_project() == profile / "demo.annotator"


def test_a_relative_profile_becomes_absolute(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(paths.PROFILE_VARIABLE, "here")
    assert paths.data_dir() == tmp_path / "here"


def test_without_a_profile_the_systems_folders_serve(tmp_path, monkeypatch):
    monkeypatch.delenv(paths.PROFILE_VARIABLE, raising=False)
    monkeypatch.setattr(paths.platformdirs, "user_data_path", lambda *_, **__: tmp_path / "data")
    monkeypatch.setattr(paths.platformdirs, "user_config_path", lambda *_, **__: tmp_path / "config")
    monkeypatch.setattr(paths.platformdirs, "user_log_path", lambda *_, **__: tmp_path / "log")
    assert paths.data_dir() == tmp_path / "data"
    assert paths.config_dir() == tmp_path / "config"
    assert paths.log_dir() == tmp_path / "log"
    assert all((tmp_path / name).is_dir() for name in ("data", "config", "log"))


def test_a_folder_that_cannot_be_made_is_named_all_the_same(tmp_path, monkeypatch):
    file = tmp_path / "file"
    file.write_text("in the way")
    monkeypatch.setenv(paths.PROFILE_VARIABLE, str(file / "below"))
    assert paths.data_dir() == file / "below"


def test_a_checkout_uses_its_own_folders(monkeypatch):
    monkeypatch.delattr(sys, "_MEIPASS", raising=False)
    root = Path(paths.__file__).resolve().parent.parent
    assert paths.seeds_dir() == root / "seeds"
    assert paths.resource_dir() == root / "resources"


def test_an_installed_package_uses_the_data_inside_it(installed):
    (installed / "_data" / "resources").mkdir(parents=True)
    (installed / "_data" / "seeds").mkdir()
    assert paths.resource_dir() == installed / "_data" / "resources"
    assert paths.seeds_dir() == installed / "_data" / "seeds"


@pytest.mark.parametrize("below", ["resources", "annotator/_data/resources"])
def test_a_bundle_uses_the_data_unpacked_with_it(installed, tmp_path, monkeypatch, below):
    bundle = tmp_path / "bundle"
    (bundle / below).mkdir(parents=True)
    monkeypatch.setattr(sys, "_MEIPASS", str(bundle), raising=False)
    assert paths.resource_dir() == bundle / below


def test_a_stranger_beside_the_installed_package_is_not_taken_for_ours(installed):
    (installed.parent / "resources").mkdir()
    with pytest.raises(AnnotatorError):
        paths.resource_dir()


def test_an_incomplete_installation_is_said_in_a_sentence(installed):
    with pytest.raises(
        AnnotatorError, match=r"^The installation is incomplete: the folder “seeds” .* install the program again\.$"
    ):
        paths.seeds_dir()
