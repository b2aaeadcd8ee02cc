"""Renew ``constraints.txt``: the exact version of every package that the program, its tests and its build need.

Run by ``make pins``.  pip resolves the dependencies of pyproject.toml once for each Python version, from wheels alone and without
installing anything; versions that differ between Pythons get an environment marker.  pip judges the markers *inside* packages by
the Python that runs it, whatever version it resolves for, so what only other systems need is listed here by hand.  The addresses
that packages come from are not recorded.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

HERE = Path(__file__).resolve().parent
PYTHONS = ("3.11", "3.12", "3.13", "3.14")
OTHER_SYSTEMS = {
    # needed by click, tqdm, pytest and PyInstaller where no wheel-only resolution on Linux can see it
    "colorama": 'sys_platform == "win32"',
    "pefile": 'sys_platform == "win32"',
    "pywin32-ctypes": 'sys_platform == "win32"',
    "macholib": 'sys_platform == "darwin"',
}
UNPINNED = {"pip"}  # comes with the Python that makes the environment

HEADER = """\
# Exact versions for Python {first} to {last}: what the program, its tests and its build need, with all that they need in turn.
# Used as `pip install -c packaging/constraints.txt`.  Made by packaging/pin.py; renew it with `make pins`, then run `make test`.
"""


def requirements(pyproject: Path) -> list[str]:
    """Return every requirement pyproject.toml names: of the build, of the program, and of all extras."""
    data = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    extras = [requirement for extra in data["project"].get("optional-dependencies", {}).values() for requirement in extra]
    return [*data["build-system"]["requires"], *data["project"]["dependencies"], *extras, *OTHER_SYSTEMS]


def resolve(wanted: list[str], python: str) -> dict[str, str]:
    """Return version by normalized name, as pip resolves ``wanted`` for this Python version."""
    with tempfile.TemporaryDirectory() as scratch:
        report = Path(scratch) / "report.json"
        command = [sys.executable, "-m", "pip", "install", "--quiet", "--dry-run", "--ignore-installed", "--only-binary=:all:"]
        command += ["--python-version", python, "--target", scratch, "--report", str(report), *wanted]
        subprocess.run(command, check=True)
        found = json.loads(report.read_text(encoding="utf-8"))["install"]
    return {normalized(item["metadata"]["name"]): item["metadata"]["version"] for item in found}


def normalized(name: str) -> str:
    """Return a package name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def constraint_lines(versions: dict[str, dict[str, str]]) -> list[str]:
    """Return the constraints, sorted by name; ``versions`` is, by Python version, version by package name.

    A package that resolves alike wherever it is needed gets no marker: a constraint on what is not installed does nothing.
    """
    lines: list[str] = []
    pythons = list(versions)
    for name in sorted({name for found in versions.values() for name in found} - UNPINNED):
        by_python = {python: versions[python][name] for python in pythons if name in versions[python]}
        system = OTHER_SYSTEMS.get(name)
        if len(set(by_python.values())) == 1:
            marker = f" ; {system}" if system else ""
            lines.append(f"{name}=={next(iter(by_python.values()))}{marker}")
            continue
        for version in dict.fromkeys(by_python.values()):
            same = [python for python, other in by_python.items() if other == version]
            lines.append(f"{name}=={version} ; {_python_marker(same, pythons)}")
    return lines


def _python_marker(same: list[str], pythons: list[str]) -> str:
    if same == pythons[: len(same)]:
        return f'python_version < "{pythons[len(same)]}"'
    if same == pythons[-len(same) :]:
        return f'python_version >= "{same[0]}"'
    return " or ".join(f'python_version == "{python}"' for python in same)


def main() -> None:
    """Resolve for every Python version and write the constraints."""
    wanted = requirements(HERE.parent / "pyproject.toml")
    versions = {python: resolve(wanted, python) for python in PYTHONS}
    header = HEADER.format(first=PYTHONS[0], last=PYTHONS[-1])
    text = header + "\n".join(constraint_lines(versions)) + "\n"
    (HERE / "constraints.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
