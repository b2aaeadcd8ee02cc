"""Installing and starting the program: pins, the check before Qt, the set-up, the frozen program's tools."""

from __future__ import annotations

import ctypes
import importlib.util
import re
import shutil
import struct
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType
from xml.etree import ElementTree as ET

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from annotator import preflight

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
SYSTEMS = ["linux", "darwin", "win32"]

needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
needs_strip = pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("strip") is None, reason="strip is not installed"
)


def script(name: str) -> ModuleType:
    """A script of the folder ``packaging``, which is no package (its name is taken by a library)."""
    spec = importlib.util.spec_from_file_location(f"annotator_{name}", PACKAGING / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# --- pins ----------------------------------------------------------------------------------------------------------------------


def pins() -> list[Requirement]:
    lines = (PACKAGING / "constraints.txt").read_text(encoding="utf-8").splitlines()
    return [Requirement(line) for line in lines if line.strip() and not line.startswith("#")]


def wanted() -> list[Requirement]:
    return [Requirement(line) for line in script("pin").requirements(ROOT / "pyproject.toml")]


def test_every_pin_is_one_exact_version_and_names_no_address() -> None:
    for pin in pins():
        assert pin.url is None, pin
        assert [specifier.operator for specifier in pin.specifier] == ["=="], pin
    text = (PACKAGING / "constraints.txt").read_text(encoding="utf-8")
    assert "://" not in text
    assert "--" not in text


@pytest.mark.parametrize("system", SYSTEMS)
@pytest.mark.parametrize("python", PYTHONS)
def test_no_package_is_pinned_twice_for_one_python(python: str, system: str) -> None:
    environment = {"python_version": python, "sys_platform": system}
    names = [canonicalize_name(pin.name) for pin in pins() if pin.marker is None or pin.marker.evaluate(environment)]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("python", PYTHONS)
def test_everything_the_project_asks_for_is_pinned_within_its_bounds(python: str) -> None:
    environment = {"python_version": python, "sys_platform": "linux"}
    versions = {
        canonicalize_name(pin.name): next(iter(pin.specifier)).version
        for pin in pins()
        if pin.marker is None or pin.marker.evaluate(environment)
    }
    for requirement in wanted():
        name = canonicalize_name(requirement.name)
        if name in {canonicalize_name(other) for other in script("pin").OTHER_SYSTEMS}:
            continue
        assert name in versions, f"{name} has no pin: run make pins"
        assert requirement.specifier.contains(versions[name], prereleases=True), f"{name} {versions[name]}: run make pins"


def test_qt_stays_below_the_release_that_loses_references() -> None:
    assert [str(pin.specifier) for pin in pins() if canonicalize_name(pin.name) == "pyside6-essentials"] == ["==6.11.3"]


def test_versions_that_differ_between_pythons_get_a_marker() -> None:
    versions = {
        "3.11": {"alike": "1", "split": "1", "only-old": "5", "pip": "9"},
        "3.12": {"alike": "1", "split": "2", "pip": "9"},
        "3.13": {"alike": "1", "split": "2"},
        "3.14": {"alike": "1", "split": "3"},
    }
    assert script("pin").constraint_lines(versions) == [
        "alike==1",
        "only-old==5",
        'split==1 ; python_version < "3.12"',
        'split==2 ; python_version == "3.12" or python_version == "3.13"',
        'split==3 ; python_version >= "3.14"',
    ]


def test_what_only_another_system_needs_is_pinned_for_it_alone() -> None:
    lines = script("pin").constraint_lines({python: {"colorama": "0.4.6"} for python in PYTHONS})
    assert lines == ['colorama==0.4.6 ; sys_platform == "win32"']


# --- before Qt -----------------------------------------------------------------------------------------------------------------


@pytest.fixture
def linux_without(monkeypatch: pytest.MonkeyPatch):
    """Pretend that the system is Linux and certain libraries are not there."""

    def pretend(*absent: str) -> None:
        def load(name: str) -> object:
            if name in absent:
                raise OSError(f"{name}: cannot open shared object file")
            return object()

        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setattr(ctypes, "CDLL", load)

    return pretend


X11 = {"DISPLAY": ":0"}
OFFSCREEN = {"QT_QPA_PLATFORM": "offscreen"}


def test_nothing_is_said_where_all_is_well(linux_without) -> None:
    linux_without()
    assert preflight.complaint(X11) is None
    assert preflight.complaint({"WAYLAND_DISPLAY": "wayland-0"}) is None
    assert preflight.complaint(OFFSCREEN) is None


def test_missing_libraries_are_named_as_one_line_to_copy(linux_without) -> None:
    linux_without("libxcb-cursor.so.0", "libEGL.so.1")
    assert preflight.missing_libraries(X11) == ["libegl1", "libxcb-cursor0"]
    complaint = preflight.complaint(X11)
    assert complaint is not None
    assert [line.strip() for line in complaint.splitlines() if "apt" in line] == ["sudo apt install libegl1 libxcb-cursor0"]


def test_a_window_off_screen_needs_no_x11_libraries(linux_without) -> None:
    linux_without("libxcb-cursor.so.0", "libwayland-client.so.0")
    assert preflight.complaint(OFFSCREEN) is None
    assert preflight.missing_libraries({"QT_QPA_PLATFORM": "xcb"}) == ["libxcb-cursor0"]
    assert preflight.missing_libraries({"QT_QPA_PLATFORM": "wayland:x;xcb"}) == ["libwayland-client0"]


def test_under_wayland_either_plug_in_will_do(linux_without) -> None:
    both = {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}
    linux_without("libxcb-cursor.so.0")
    assert preflight.missing_libraries(both) == []
    linux_without("libwayland-cursor.so.0")
    assert preflight.missing_libraries(both) == []
    linux_without("libwayland-cursor.so.0", "libxcb-cursor.so.0")
    assert preflight.missing_libraries(both) == ["libxcb-cursor0"]
    assert preflight.missing_libraries({"WAYLAND_DISPLAY": "wayland-0"}) == ["libwayland-cursor0"]


def test_a_missing_screen_is_said_instead_of_qts_abort(linux_without) -> None:
    linux_without()
    complaint = preflight.complaint({})
    assert complaint is not None
    assert "DISPLAY" in complaint
    assert preflight.complaint({"DISPLAY": ""}) == complaint


def test_other_systems_bring_their_libraries(monkeypatch: pytest.MonkeyPatch) -> None:
    for system in ("win32", "darwin"):
        monkeypatch.setattr(sys, "platform", system)
        assert preflight.missing_libraries({}) == []
        assert preflight.complaint({}) is None


def test_the_check_runs_by_itself_and_loads_no_qt() -> None:
    program = (
        "import runpy, sys\n"
        "try: runpy.run_module('annotator.preflight', run_name='__main__')\n"
        "except SystemExit as end: print(end.code, 'PySide6' in sys.modules)"
    )
    # off Linux there is nothing to check, on Linux nothing to draw on
    expected = "1 False" if sys.platform.startswith("linux") else "0 False"
    run = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == expected
    assert "Traceback" not in run.stderr


def test_ci_installs_every_package_the_check_can_name() -> None:
    recipe = (ROOT / ".ci" / "run").read_text(encoding="utf-8").split()
    named = {*preflight._ALWAYS.values(), *preflight._X11.values()}
    assert named <= set(recipe)


# --- the two commands ----------------------------------------------------------------------------------------------------------


def make(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", "-C", str(ROOT), *arguments], capture_output=True, text=True, check=False)


@needs_make
def test_make_help_lists_every_target() -> None:
    recipe = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = re.search(r"^\.PHONY: (.+)$", recipe, re.MULTILINE)
    assert targets is not None
    shown = make("help").stdout
    assert [target for target in targets.group(1).split() if f"make {target}:" not in shown] == []


@needs_make
def test_set_up_without_a_fitting_python_says_so(tmp_path: Path) -> None:
    run = make("PYTHON=", f"VENV={tmp_path / 'env'}", f"{tmp_path / 'env'}/bin/python")
    assert run.returncode != 0
    assert "No Python 3.11 to 3.14 was found" in run.stderr


@needs_make
def test_set_up_with_a_python_that_cannot_make_environments_names_the_debian_package(tmp_path: Path) -> None:
    python = tmp_path / "python3"
    python.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    python.chmod(0o755)
    run = make(f"PYTHON={python}", f"VENV={tmp_path / 'env'}", f"{tmp_path / 'env'}/bin/python")
    assert run.returncode != 0
    assert "sudo apt install python3-venv" in run.stderr


@needs_make
def test_make_test_runs_every_check() -> None:
    steps = make("--dry-run", "test").stdout
    for step in ("ruff format --check", "ruff check", "pyright", "lint-imports", "typos", "pytest -n 2"):
        assert step in steps, step


@needs_bash
def test_the_ci_script_is_sound_shell_and_executable() -> None:
    recipe = ROOT / ".ci" / "run"
    assert subprocess.run(["bash", "-n", str(recipe)], check=False).returncode == 0
    assert recipe.stat().st_mode & 0o111


# --- what is packed ------------------------------------------------------------------------------------------------------------


def test_the_wheel_holds_resources_and_seeds_where_the_program_looks_for_them(tmp_path: Path) -> None:
    pytest.importorskip("hatchling", reason="hatchling, which builds the wheel, is not installed")
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        names = set(wheel.namelist())
    for folder in ("resources", "seeds"):
        ours = {f"annotator/_data/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert ours <= names, sorted(ours - names)
    assert "annotator/preflight.py" in names
    assert not any(name.startswith(("tests", "packaging")) for name in names)


def test_every_icon_is_a_drawing_with_a_licence() -> None:
    folder = ROOT / "resources" / "icons"
    drawings = sorted(folder.glob("*.svg"))
    assert len(drawings) >= 35
    for path in drawings:
        assert ET.parse(path).getroot().tag.endswith("svg"), path.name
        assert path.name == "annotator.svg" or 'stroke="currentColor"' in path.read_text(encoding="utf-8"), path.name
    assert "MIT License" in (folder / "LICENSE").read_text(encoding="utf-8")


def test_the_programs_icon_is_there_in_every_size() -> None:
    for side in (16, 24, 32, 48, 64, 128, 256, 512):
        header = (PACKAGING / "icons" / f"annotator-{side}.png").read_bytes()[:24]
        assert struct.unpack(">II", header[16:24]) == (side, side)


def test_the_desktop_entry_starts_a_command_that_is_installed() -> None:
    entry = (PACKAGING / "linux" / "annotator.desktop").read_text(encoding="utf-8")
    fields = dict(line.split("=", 1) for line in entry.splitlines() if "=" in line)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert fields["Exec"].split()[0] in {**project["scripts"], **project["gui-scripts"]}
    metainfo = ET.parse(next((PACKAGING / "linux").glob("*.metainfo.xml"))).getroot()
    assert metainfo.findtext("launchable") == "annotator.desktop"
    assert metainfo.findtext("project_license") == project["license"]


# --- the frozen program --------------------------------------------------------------------------------------------------------


def test_only_libraries_that_bear_it_are_stripped(tmp_path: Path) -> None:
    for name in ("spacy/vocab.so", "numpy/core.so", "thinc/backends/ops.so", "thinc/backends/ops.pyx", "libpython3.11.so.1.0"):
        path = tmp_path / "_internal" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
    strip = script("strip")
    assert {path.name for path in strip.libraries(tmp_path)} == {"libpython3.11.so.1.0", "vocab.so", "ops.so"}
    assert [path.name for path in strip.sources(tmp_path)] == ["ops.pyx"]


def test_what_is_imported_by_its_name_alone_is_named_in_the_specification() -> None:
    spec = (PACKAGING / "annotator.spec").read_text(encoding="utf-8")
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "annotator" / "formats").glob("*.py")]
    named = {name for source in sources for name in re.findall(r'library\("([\w.]+)"\)', source)}
    assert "trafilatura" in named
    assert {name for name in named if f'"{name}"' not in spec} == set()


@needs_strip
def test_a_stripped_library_is_smaller_and_still_loads(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    spec = importlib.util.find_spec("murmurhash")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    package = Path(spec.submodule_search_locations[0])
    shutil.copytree(package, tmp_path / "murmurhash")
    before = sum(path.stat().st_size for path in tmp_path.rglob("*.so"))
    monkeypatch.setattr(sys, "argv", ["strip.py", str(tmp_path)])
    script("strip").main()
    assert sum(path.stat().st_size for path in tmp_path.rglob("*.so")) < before
    assert "MB, now" in capsys.readouterr().out
    program = "from murmurhash.mrmr import hash_unicode as h; print(h('a') == h('a'))"
    run = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.stdout.strip() == "True", run.stderr
