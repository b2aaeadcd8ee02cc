"""Looking for what breaks the rules, in a whole project."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.rules import Problem, problems
from annotator.store import queries
from annotator.store.queries import Connection


@dataclass(frozen=True, slots=True)
class Finding:
    """A problem with the document and annotator it was found at."""

    document_id: int
    document: str
    annotator: str
    problem: Problem

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain JSON data; offsets are code points."""
        return {
            "document": self.document,
            "annotator": self.annotator,
            "rule": str(self.problem.rule),
            "item": self.problem.item,
            "start": self.problem.start,
            "end": self.problem.end,
            "message": self.problem.message,
        }


def check(connection: Connection, scheme: LabelScheme, progress: Progress | None = None) -> Iterator[Finding]:
    """Yield every problem of every annotation set, document by document."""
    progress = progress or Progress()
    ids = queries.document_ids(connection)
    progress.start("Checking", len(ids))
    for document_id in ids:
        found = queries.document(connection, document_id)
        for set_id, info in queries.set_ids(connection, document_id) if found else ():
            content = queries.annotation_set(connection, set_id)
            if found is None or content is None:
                continue
            for problem in problems(found.text, found.tokens, scheme, content.spans, content.relations.values()):
                yield Finding(document_id, found.name, info.annotator, problem)
        progress.advance()
