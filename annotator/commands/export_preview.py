"""Telling what an export would do, in a worker process: counting a big project stalls no window, and nothing stays on the disk."""

from __future__ import annotations

from pathlib import Path

from annotator.commands.export_choice import ExportOptions
from annotator.commands.exporting import preview
from annotator.domain.exchange import LossReport
from annotator.store.project import open_project


def preview_project(project: str, target: str, options: ExportOptions, annotator: str, scratch: str) -> LossReport:
    """Do ``exporting.preview`` with a read-only opening of the project file: for a worker process, which takes plain values alone.

    ``scratch`` is a folder for what some formats must write to be read back.  Whoever calls this removes it, because a worker that is
    ended in the midst of its work cannot.
    """
    found = open_project(Path(project), read_only=True)
    try:
        with found.reading():
            return preview(found.connection, found.scheme, Path(target), options, annotator=annotator, scratch=Path(scratch))
    finally:
        found.close()
