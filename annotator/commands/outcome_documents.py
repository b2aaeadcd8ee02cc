"""The documents behind a figure of the scoreboard: those in which people made this of what a suggester suggested."""

from __future__ import annotations

from annotator.commands.outcomes import Outcome, outcomes
from annotator.domain.annotations import Kind
from annotator.domain.changes import What
from annotator.domain.progress import Progress
from annotator.store import queries, scoring
from annotator.store.queries import Connection

_GROUP = 16
"""So many documents that follow each other are looked at together."""


def documents_with_outcome(
    connection: Connection,
    suggester: str,
    outcome: Outcome | None = None,
    *,
    label: tuple[What, str] | None = None,
    progress: Progress | None = None,
) -> list[int]:
    """Return the documents in which something of a suggester was taken, changed, rejected, or waits; any of it without ``outcome``.

    With ``label`` only what has that label counts; one with an empty name stands for all spans or all relations.  Walks what
    people worked on; raises ``Cancelled`` between two groups of documents.
    """
    progress = progress or Progress()
    groups = sorted(scoring.groups_worked_on(connection, _GROUP))
    progress.start("", len(groups))
    found: list[int] = []
    for group in groups:
        for document_id, sets in scoring.sets_between(connection, group * _GROUP, (group + 1) * _GROUP - 1):
            contents = [content for key, _ in sets if (content := queries.annotation_set(connection, key)) is not None]
            models = {one.info.annotator: one for one in contents if one.info.kind is Kind.MODEL}
            told = (entry for one in contents if one.info.kind is Kind.PERSON for entry in outcomes(one, models))
            if any(
                maker == suggester and outcome in (None, became) and label in (None, (what, name), (what, ""))
                for maker, what, name, became in told
            ):
                found.append(document_id)
        progress.advance()
    return found
