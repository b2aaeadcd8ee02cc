"""Where things are: the user's folders, and the data that comes with the program.

The user's folders are those each system prescribes (platformdirs).  The environment variable ``ANNOTATOR_PROFILE`` puts all three
into one folder of its choice: ``--temp-profile`` and the tests set it.  They are made on demand; where that fails the path is
returned all the same, and whoever writes there says what went wrong.
"""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

import platformdirs

from annotator.errors import AnnotatorError

PROJECT_SUFFIX = ".annotator"
"""Ending of project files."""

PROFILE_VARIABLE = "ANNOTATOR_PROFILE"
"""Environment variable that names one folder for data, settings and logs."""

_NAME = "annotator"
_PACKAGE = Path(__file__).resolve().parent


def data_dir() -> Path:
    """Return the folder of the user's data, such as the demo project."""
    return _made(_profile() or platformdirs.user_data_path(_NAME, appauthor=False))


def config_dir() -> Path:
    """Return the folder of the settings file."""
    return _made(_profile() or platformdirs.user_config_path(_NAME, appauthor=False))


def log_dir() -> Path:
    """Return the folder of log and crash files."""
    return _made(_profile() or platformdirs.user_log_path(_NAME, appauthor=False))


def drafts_dir() -> Path:
    """Return the folder of what was typed in editors and is neither saved nor applied yet."""
    return _made(data_dir() / "drafts")


def demo_project() -> Path:
    """Return where the demo project is, or will be when it is built."""
    return data_dir() / f"demo{PROJECT_SUFFIX}"


def resource_dir() -> Path:
    """Return the folder of schemes, icons, translations and help; raises ``AnnotatorError`` if the installation lacks it."""
    return _shipped("resources")


def seeds_dir() -> Path:
    """Return the folder of the seed article; raises ``AnnotatorError`` if the installation lacks it."""
    return _shipped("seeds")


def _profile() -> Path | None:
    chosen = os.environ.get(PROFILE_VARIABLE)
    return Path(chosen).expanduser().absolute() if chosen else None


def _made(folder: Path) -> Path:
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def _shipped(name: str) -> Path:
    places = _places(name)
    for place in places:
        if place.is_dir():
            return place
    raise AnnotatorError(
        f"The installation is incomplete: the folder “{name}” that comes with the program is not at {places[0]}. "
        "Please install the program again."
    )


def _places(name: str) -> list[Path]:
    places: list[Path] = []
    bundle = getattr(sys, "_MEIPASS", None)
    if bundle:  # set by PyInstaller in a frozen program
        places += [Path(bundle) / "annotator" / "_data" / name, Path(bundle) / name]
    places.append(_PACKAGE / "_data" / name)
    checkout = _PACKAGE.parent
    if (checkout / "pyproject.toml").is_file():  # else it is site-packages, where a folder of that name is somebody else's
        places.append(checkout / name)
    return places


def is_folder(path: Path) -> bool:
    """Tell whether there is a folder; False, too, for a name that no file system takes (Path itself raises for a long one)."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def is_there(path: Path) -> bool:
    """Tell whether there is a file or folder; False, too, for a name that no file system takes."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False
