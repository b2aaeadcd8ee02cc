"""Saving a figure of the statistics: the chart as PNG or SVG, the table as CSV."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from annotator.errors import AnnotatorError
from annotator.formats.files import replacing
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.statistics_figure import FigurePanel
from annotator.ui.i18n import told, tr

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')


def ask_where(ask: Ask, panel: FigurePanel, project: Path, suffix: str) -> Path | None:
    """Ask for a file with this ending, beside the project unless another place is chosen; None where nothing is to be saved."""
    kinds = {".png": tr("PNG images"), ".svg": tr("SVG drawings"), ".csv": tr("CSV tables")}
    title = " ".join(_NOT_IN_NAMES.sub(" ", panel.figure.chart.title).split())
    suggestion = project.parent / f"{project.stem} - {title}{suffix}"
    path = ask.save_file(tr("Save a figure"), suggestion, f"{kinds[suffix]} (*{suffix})")
    return path if path is None or path.suffix.lower() == suffix else path.with_name(path.name + suffix)


def save(panel: FigurePanel, path: Path) -> str:
    """Save the figure in the format that the file's ending names; returns the sentence that says where it is, or what went wrong."""
    made: dict[str, Callable[[], bytes]] = {
        ".png": lambda: panel.picture().png(),
        ".svg": lambda: panel.picture().svg(),
        ".csv": panel.figure.sheet.as_csv,
    }
    try:
        content = made[path.suffix.lower()]()
        with replacing(path) as temporary:
            temporary.write_bytes(content)
    except AnnotatorError as error:
        return told(error)
    return tr("The figure is at {}.").format(path)
