"""What can go wrong that is not our bug: each error is one plain sentence for the person at the window.

Anything else that is raised is a defect of the program and ends in the crash report.  A message says what is wrong, where,
and what to do about it, so that the window and the command line can show it as it is.
"""

from __future__ import annotations


class AnnotatorError(Exception):
    """Base of all errors the user can understand and mend; ``str()`` gives the sentence to show."""


class Refused(AnnotatorError):
    """An edit the rules forbid (an illegal relation, an empty span); nothing was written."""


class UndoRefused(Refused):
    """The step cannot be taken back: a later step changed the same things, or something done would break a rule."""


class ProjectError(AnnotatorError):
    """A project file that cannot be used as asked."""


class NotAProject(ProjectError):
    """The file is something else."""


class ProjectDamaged(ProjectError):
    """The file is a project, but SQLite cannot read it whole."""


class ProjectTooNew(ProjectError):
    """The file was written by a newer version of the program."""


class ProjectReadOnly(ProjectError):
    """The file or its folder cannot be written, or another process is its one writer."""


class ProjectInUse(ProjectReadOnly):
    """Another process holds the writer's lock."""


class DiskFull(ProjectError):
    """No room left; the edit that met it was not saved and everything before it was."""


class FormatError(AnnotatorError):
    """A file that cannot be read or written in the format asked for."""


class SuggesterError(AnnotatorError):
    """A suggester that cannot be loaded or does not work: a missing package, a broken pattern file, a pipeline of another version."""
