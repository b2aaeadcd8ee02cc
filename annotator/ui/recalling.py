"""What was chosen in a dialog the last time: private settings keep it as JSON, and here it is read and written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from annotator.errors import AnnotatorError
from annotator.paths import is_folder
from annotator.ui.i18n import told

if TYPE_CHECKING:
    from annotator.settings.store import Settings
    from annotator.ui.workbench import Workbench

FOLDERS = "files.folders"
"""The private setting that keeps the folder of each kind of file, as JSON."""

ARTICLES, LABELS, PROJECTS = "articles", "labels", "projects"
"""Kinds of files that are chosen: each has a folder of its own, for they seldom lie together."""


def recalled(settings: Settings, key: str) -> dict[str, Any]:
    """Return the choices that a setting keeps; none where it keeps something else."""
    try:
        found = json.loads(settings.get(key) or "{}")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def keep(bench: Workbench, key: str, choices: Mapping[str, Any]) -> None:
    """Keep choices for the next time, writing nothing where they are the same; where they cannot be kept, the status bar says so."""
    if recalled(bench.settings, key) == choices:
        return
    try:
        bench.settings.set(key, json.dumps(choices, ensure_ascii=False))
    except AnnotatorError as error:
        bench.tell(told(error))


class LastFolders:
    """The folders in which files were chosen last, by kind; ``otherwise`` says where to begin before that, or when one is gone."""

    def __init__(self, bench: Workbench, otherwise: Callable[[], Path]) -> None:
        self._bench, self._otherwise = bench, otherwise

    def of(self, kind: str) -> Path:
        """Return the folder in which choosing a file of this kind begins."""
        kept = recalled(self._bench.settings, FOLDERS).get(kind)
        folder = Path(kept) if isinstance(kept, str) and kept else None
        return folder if folder is not None and is_folder(folder) else self._otherwise()

    def note(self, kind: str, folder: Path) -> None:
        """Begin here the next time a file of this kind is chosen."""
        keep(self._bench, FOLDERS, {**recalled(self._bench.settings, FOLDERS), kind: str(folder)})
