"""Looking for what is wrong in a whole project: what breaks the rules, and what the file says twice and differently."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from annotator.domain.changes import What
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.rules import Problem, problems
from annotator.store import consistency, knowledge, queries
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


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """Something the file says twice and differently.

    ``kind`` is "history" (an item is not as the last step that touched it left it) or "derived" (an index or a figure does not fit the
    documents, and can be made anew).  ``document`` and ``annotator`` are empty where it is about the whole project.
    """

    kind: str
    message: str
    document: str = ""
    annotator: str = ""
    step_id: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain JSON data."""
        return {
            "kind": self.kind,
            "document": self.document,
            "annotator": self.annotator,
            "step": self.step_id,
            "message": self.message,
        }


def inconsistencies(connection: Connection) -> Iterator[Inconsistency]:
    """Yield what does not fit together; see ``store.consistency`` for what cannot be judged."""
    for name in consistency.derived_faults(connection):
        yield Inconsistency("derived", _DERIVED.get(name, f"The figures in “{name}” do not fit the documents."))
    for found in consistency.history_disagreements(connection):
        info = queries.set_info(connection, found.set_id)
        document = queries.document(connection, info.document_id) if info is not None else None
        what = f"The {found.what} “{found.key}”" if found.key else f"The {_WHOLE.get(found.what, found.what)}"
        message = f"{what} is not as step {found.step_id} of the history left it."
        yield Inconsistency(
            "history", message, document.name if document else "", info.annotator if info else "", step_id=found.step_id
        )


def unnamed_links(connection: Connection) -> list[tuple[str, int]]:
    """Return the ids that spans are linked to and the knowledge base does not have, with the number of spans; none where none is loaded.

    That breaks no rule: a knowledge base may hold less than what people know.
    """
    return knowledge.linked_ids_without_entry(connection) if knowledge.count(connection) else []


_DERIVED = {
    consistency.SEARCH: "The search index does not fit the documents.",
    consistency.KNOWLEDGE: "The names by which entries of the knowledge base are found do not fit the entries.",
}
_WHOLE = {What.SET: "state of the annotation set", What.SCHEME: "label scheme"}
