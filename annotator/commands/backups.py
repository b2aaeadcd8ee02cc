"""What a person does with backups and damaged files: make one, look what going back would change, go back, rescue."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.errors import NotAProject, ProjectDamaged, ProjectError
from annotator.jobs.job import Job
from annotator.paths import PROJECT_SUFFIX
from annotator.store.backup import Backup, Outcome, Reason, back_up
from annotator.store.project import open_project
from annotator.store.restore import Difference, DocumentDifference, Tally, compare, replace_damaged
from annotator.store.salvage import salvage
from annotator.store.salvage_report import Salvage


@dataclass(frozen=True, slots=True)
class Restored:
    """How a restore from outside a window ended: the file that keeps what was there (None: nothing was), and whether that was damaged."""

    kept: Path | None
    damaged: bool


def backup_job(project: Path, reason: Reason = Reason.AUTO) -> Job[Outcome]:
    """Return the job that makes a backup if one is due; it opens its own connection and may run in any thread."""
    return Job("Backing up", lambda progress: back_up(project, reason, progress))


def comparison_job(project: Path, backup: Backup) -> Job[Difference]:
    """Return the job that finds what going back to a backup would change."""
    return Job("Comparing", lambda progress: compare(project, backup.path, progress))


def rescue_job(source: Path, target: Path) -> Job[Salvage]:
    """Return the job that brings what can be read of a damaged project into a new one."""
    return Job("Rescuing", lambda progress: salvage(source, target, progress))


def rescue_name(source: Path) -> Path:
    """Return a free name beside a damaged project for what is rescued of it."""
    number = 1
    while True:
        target = source.with_name(f"{source.stem} rescued{f' {number}' if number > 1 else ''}{PROJECT_SUFFIX}")
        if not target.exists():
            return target
        number += 1


def restore_closed(project: Path, backup: Backup, *, actor: str, progress: Progress | None = None) -> Restored:
    """Go back to a backup where no window has the project open; one that cannot be opened, or is gone, is replaced as a file.

    Raises ``ProjectReadOnly`` where another program writes it, and other ``ProjectError`` with the reason; then nothing has changed.
    """
    damaged = False
    if project.exists():
        try:
            opened = open_project(project)
        except (ProjectDamaged, NotAProject):
            damaged = True
        else:
            try:
                return Restored(opened.restore(backup, actor=actor, progress=progress), damaged=False)
            except ProjectDamaged:
                damaged = True
            finally:
                opened.close()
    return Restored(replace_damaged(project, backup, actor=actor, progress=progress), damaged)


def difference_lines(difference: Difference, *, most: int = 20) -> list[str]:
    """Return what going back would change, as sentences for a person."""
    if not difference.related:
        lines = ["The backup is not an earlier state of this project: everything was compared."]
    else:
        lines = [
            f"{amount(difference.steps_since, 'step')} of the history {'was' if difference.steps_since == 1 else 'were'} made since."
        ]
    if not difference:
        return [*lines, "Nothing differs."]
    for tally, what in (
        (difference.document_tally, "document"),
        (difference.sets, "annotation set"),
        (difference.spans, "span"),
        (difference.relations, "relation"),
        (difference.verdicts, "rejection"),
        (difference.dismissals, "dismissed text"),
        (difference.suggesters, "suggester setup"),
    ):
        if tally:
            lines.append(tally_line(tally, what))
    if difference.scheme:
        lines.append("The label scheme would be that of then.")
    if difference.knowledge:
        lines.append("The knowledge base would be that of then.")
    if difference.language:
        lines.append("The language of the project would be that of then.")
    lines += [document_line(document) for document in difference.documents[:most]]
    more = (
        sum((difference.document_tally.only_now, difference.document_tally.only_then, difference.document_tally.different)) - most
    )
    return [*lines, f"And {amount(more, 'document')} more."] if more > 0 else lines


def tally_line(tally: Tally, what: str) -> str:
    """Return a tally as a sentence: what would go, come back and change."""
    parts = [
        f"{amount(count, what)} would {verb}"
        for count, verb in ((tally.only_now, "go"), (tally.only_then, "come back"), (tally.different, "change"))
        if count
    ]
    return f"{', '.join(parts)}."


def document_line(document: DocumentDifference) -> str:
    """Return what differs of one document, in one line."""
    if document.only_now != document.only_then:
        return f"  {document.name}: the document would {'go' if document.only_now else 'come back'}"
    parts = [
        f"{sign}{count} {what}"
        for tally, what in ((document.spans, "spans"), (document.relations, "relations"), (document.verdicts, "rejections"))
        for count, sign in ((tally.only_now, "-"), (tally.only_then, "+"), (tally.different, "~"))
        if count
    ]
    if document.sets:
        parts.append("status, flag or categories")
    return f"  {document.name}: {', '.join(parts)}"


def must_be_sound(backup: Backup) -> Backup:
    """Return the backup; raises ``ProjectError`` where it was never verified or has changed since."""
    if not backup.sound:
        raise ProjectError(
            f"Backup {backup.number} has not been verified, or has changed since. Check it with: annotator backups --verify"
        )
    return backup
