"""Opening a document for a person, and saying how far the work on it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from annotator.commands.command import Command, begin_work, find_set
from annotator.domain.annotations import Kind, SetInfo
from annotator.domain.changes import Lane
from annotator.domain.documents import Status
from annotator.domain.rules import keeping_from_done
from annotator.errors import Refused
from annotator.store.transaction import Transaction


def open_for(document_id: int, annotator: str) -> Command:
    """Make sure the person has a set on the document, filled with what the models suggest; returns the set's id."""

    def run(tx: Transaction) -> int:
        found = find_set(tx, document_id, annotator, Kind.PERSON)
        if found is not None:
            return found
        set_id = tx.add_set(SetInfo(document_id, annotator, Kind.PERSON))
        tx.copy_suggestions(set_id)
        return set_id

    return Command("Open the {}", run, "document", Lane.SYSTEM)


def mark_done(set_id: int) -> Command:
    """Say that the document is finished: what is left of the suggestions is accepted.

    Refused, with the first problem, while something in the set breaks the rules: done means fit to train on.
    """

    def run(tx: Transaction) -> None:
        document, content = tx.document_of(set_id), tx.annotation_set(set_id)
        wrong = keeping_from_done(document.text, document.tokens, tx.scheme, content.spans, content.relations.values())
        if wrong:
            if len(wrong) > 1:
                raise Refused(f"Not done yet: {wrong[0].message} ({len(wrong) - 1} more)")
            raise Refused(f"Not done yet: {wrong[0].message}")
        tx.accept_all(set_id)
        tx.put_set(set_id, replace(tx.set_info(set_id), status=Status.DONE))

    return Command("Mark the {} done", run, "document")


def skip(set_id: int) -> Command:
    """Leave the document out; it is neither done nor offered again as the next one."""
    return Command("Skip the {}", _to_status(set_id, Status.SKIPPED), "document")


def reopen(set_id: int) -> Command:
    """Take the document up again after it was done or skipped."""
    return Command("Reopen the {}", _to_status(set_id, Status.IN_PROGRESS), "document")


def toggle_flag(set_id: int) -> Command:
    """Flag the document for later, or take the flag away."""

    def run(tx: Transaction) -> bool:
        info = tx.set_info(set_id)
        tx.put_set(set_id, replace(info, flagged=not info.flagged))
        return not info.flagged

    return Command("Flag the {}", run, "document")


def set_categories(set_id: int, categories: tuple[str, ...]) -> Command:
    """Say which of the scheme's document categories hold; they are kept in the scheme's order, each once.

    Refused for one that is neither in the scheme nor there already (an import may have brought it).
    """

    def run(tx: Transaction) -> None:
        info = tx.set_info(set_id)
        known = tuple(dict.fromkeys((*tx.scheme.categories, *info.categories)))
        unknown = next((category for category in categories if category not in known), None)
        if unknown is not None:
            raise Refused(f"The category “{unknown}” is not in the label scheme.")
        chosen = tuple(category for category in known if category in categories)
        if chosen != info.categories:
            begin_work(tx, set_id)
            tx.put_set(set_id, replace(tx.set_info(set_id), categories=chosen))

    return Command("Categorise the {}", run, "document")


def _to_status(set_id: int, status: Status) -> Callable[[Transaction], None]:
    def run(tx: Transaction) -> None:
        tx.put_set(set_id, replace(tx.set_info(set_id), status=status))

    return run
