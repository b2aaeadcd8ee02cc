"""The program on a Linux desktop: menu entry, file type, icons, the software centre's page, and the script that puts them there."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from annotator.store.schema import APPLICATION_ID

ROOT = Path(__file__).resolve().parents[2]
LINUX = ROOT / "packaging" / "linux"
TYPE = "application/x-annotator-project"
MIME = "{http://www.freedesktop.org/standards/shared-mime-info}"
ENTRY = LINUX / "annotator.desktop"
PAGE = LINUX / "org.annotator.Annotator.metainfo.xml"

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="these files are for Linux desktops")


def needs(tool: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(tool) is None, reason=f"{tool} is not installed")


def fields(entry: Path) -> dict[str, str]:
    return dict(line.split("=", 1) for line in entry.read_text(encoding="utf-8").splitlines() if "=" in line)


def installed(share: Path, *arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "XDG_DATA_HOME": str(share)} | ({"PATH": path} if path else {})
    environment.pop("PREFIX", None)
    return subprocess.run(
        ["/bin/sh", str(LINUX / "install.sh"), *arguments], env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program that writes what it was called with beside itself; its path has what a desktop entry must quote."""
    place = tmp_path / 'a "strange" $HOME \\place' / "annotator-window"
    place.parent.mkdir()
    place.write_text('#!/bin/sh\nprintf "%s\\n" "$@" >"$(dirname "$0")/called"\n', encoding="utf-8")
    place.chmod(0o755)
    return place


@needs("desktop-file-validate")
def test_the_desktop_entry_is_valid() -> None:
    run = subprocess.run(["desktop-file-validate", str(ENTRY)], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout + run.stderr) == (0, "")


@needs("appstreamcli")
def test_the_page_for_software_centres_is_valid() -> None:
    run = subprocess.run(["appstreamcli", "validate", "--no-net", str(PAGE)], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout
    assert not [line for line in run.stdout.splitlines() if line.startswith(("E:", "W:"))], run.stdout


def test_entry_type_and_page_name_the_same_type() -> None:
    entry = fields(ENTRY)
    assert entry["MimeType"].rstrip(";") == TYPE
    assert entry["Exec"].split() == ["annotator-window", "show", "%f"]
    assert ET.parse(PAGE).getroot().findtext("provides/mediatype") == TYPE
    kind = ET.parse(LINUX / "annotator-mime.xml").getroot().find(f"{MIME}mime-type")
    assert kind is not None
    assert kind.get("type") == TYPE
    assert (LINUX / f"{TYPE.replace('/', '-')}.svg").is_file()


def test_words_of_entry_type_and_page_are_in_both_languages() -> None:
    entry = fields(ENTRY)
    for key in ("GenericName", "Comment", "Keywords"):
        assert entry[f"{key}[id]"] != entry[key]
    language = "{http://www.w3.org/XML/1998/namespace}lang"
    for path, tags in ((PAGE, ("summary", "p")), (LINUX / "annotator-mime.xml", (f"{MIME}comment",))):
        root = ET.parse(path).getroot()
        for tag in tags:
            assert {found.get(language) for found in root.iter(tag)} == {None, "id"}, tag


def test_the_marks_of_the_type_are_those_of_a_project(new_project) -> None:
    project = new_project()
    project.close()
    content = project.path.read_bytes()
    kind = ET.parse(LINUX / "annotator-mime.xml").getroot().find(f"{MIME}mime-type")
    assert kind is not None
    pattern = kind.find(f"{MIME}glob")
    assert pattern is not None
    assert project.path.match(pattern.get("pattern", ""))
    outer = kind.find(f"{MIME}magic/{MIME}match")
    assert outer is not None
    mark = outer.get("value", "").replace("\\0", "\0").encode()
    assert content[int(outer.get("offset", "")) :].startswith(mark)
    (inner,) = outer
    value = int(inner.get("value", ""), 16)
    start = int(inner.get("offset", ""))
    assert value == int.from_bytes(content[start : start + 4], "big") == APPLICATION_ID


def test_the_icon_of_the_type_can_be_drawn(qapp) -> None:
    from PySide6.QtGui import QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    renderer = QSvgRenderer(str(LINUX / f"{TYPE.replace('/', '-')}.svg"))
    assert renderer.isValid()
    image = QImage(64, 64, QImage.Format.Format_ARGB32)
    image.fill(0)
    painter = QPainter(image)
    renderer.render(painter)
    painter.end()
    colors = {image.pixelColor(x, y).name() for x in range(64) for y in range(64) if image.pixelColor(x, y).alpha() == 255}
    assert {"#56b4e9", "#e69f00"} <= colors  # the two spans of the program's own icon
    assert image.pixelColor(1, 1).alpha() == 0


@on_linux
def test_installing_puts_everything_where_the_desktop_looks(tmp_path: Path, program: Path) -> None:
    share = tmp_path / "share"
    run = installed(share, str(program))
    assert run.returncode == 0, run.stderr
    for place in (
        "applications/annotator.desktop",
        "mime/packages/annotator.xml",
        "metainfo/org.annotator.Annotator.metainfo.xml",
        "icons/hicolor/48x48/apps/annotator.png",
        "icons/hicolor/scalable/apps/annotator.svg",
        f"icons/hicolor/scalable/mimetypes/{TYPE.replace('/', '-')}.svg",
    ):
        assert (share / place).is_file(), place
    assert installed(share, "--remove").returncode == 0
    left = [path for path in share.rglob("*annotator*") if path.is_file()]
    assert left == []


@on_linux
def test_a_program_that_is_not_there_is_refused_and_nothing_is_installed(tmp_path: Path) -> None:
    run = installed(tmp_path / "share", str(tmp_path / "nothing"))
    assert run.returncode == 1
    assert "name the program to start" in run.stderr
    assert not (tmp_path / "share").exists()


@on_linux
@needs("desktop-file-validate")
@needs("gio")
def test_the_installed_entry_is_valid_and_starts_the_program_with_the_file(tmp_path: Path, program: Path) -> None:
    share = tmp_path / "share"
    assert installed(share, str(program)).returncode == 0
    entry = share / "applications" / "annotator.desktop"
    run = subprocess.run(["desktop-file-validate", str(entry)], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout + run.stderr) == (0, "")
    opened = tmp_path / "berita besok.annotator"
    opened.touch()
    subprocess.run(["gio", "launch", str(entry), str(opened)], check=True, capture_output=True, timeout=30)
    called = program.parent / "called"
    for _ in range(200):
        if called.exists() and called.read_text(encoding="utf-8").endswith("annotator\n"):
            break
        subprocess.run(["sleep", "0.05"], check=True)
    assert called.read_text(encoding="utf-8").splitlines() == ["show", str(opened)]


@on_linux
@needs("update-mime-database")
@needs("gio")
def test_the_desktop_knows_a_project_by_name_and_by_content(tmp_path: Path, program: Path, new_project) -> None:
    share = tmp_path / "share"
    assert installed(share, str(program)).returncode == 0
    project = new_project("berita.annotator")
    project.close()
    renamed = shutil.copy(project.path, tmp_path / "renamed")
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE other (value)")
    connection.commit()
    connection.close()

    def kind(path: Path) -> str:
        run = subprocess.run(
            ["gio", "info", "-a", "standard::content-type", str(path)],
            env={**os.environ, "XDG_DATA_HOME": str(share)}, capture_output=True, text=True, check=True,
        )  # fmt: skip
        return run.stdout.rpartition("content-type: ")[2].strip()

    assert kind(project.path) == TYPE
    assert kind(renamed) == TYPE
    assert kind(other) != TYPE
