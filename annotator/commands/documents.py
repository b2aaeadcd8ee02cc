"""Opening a document for a person, and saying how far the work on it is."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence
from dataclasses import replace

from annotator.commands.command import Command, begin_work, find_set
from annotator.domain.annotations import Kind, SetInfo, Verdict, category_signature, open_categories
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
    """Say that the document is finished: what is left of the suggestions is accepted; returns how many, categories counted.

    Refused, with the first problem, while something in the set breaks the rules: done means fit to train on.
    """

    def run(tx: Transaction) -> int:
        document, content = tx.document_of(set_id), tx.annotation_set(set_id)
        wrong = keeping_from_done(document.text, document.tokens, tx.scheme, content.spans, content.relations.values())
        if wrong:
            if len(wrong) > 1:
                raise Refused(f"Not done yet: {wrong[0].message} ({len(wrong) - 1} more)")
            raise Refused(f"Not done yet: {wrong[0].message}")
        info = tx.set_info(set_id)
        named = _open_categories(tx, info, content.verdicts)
        tx.accept_all(set_id)
        tx.put_set(set_id, replace(info, status=Status.DONE, categories=_in_order(tx, info, (*info.categories, *named))))
        left = sum(not item.reviewed for item in (*content.spans.values(), *content.relations.values()))
        return left + len(named)

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

    One that is taken away though a model names it is remembered as rejected: ``mark_done`` does not bring it back.  Refused for one that
    is neither in the scheme nor there already (an import may have brought it).
    """

    def run(tx: Transaction) -> None:
        info = tx.set_info(set_id)
        unknown = next((one for one in categories if one not in tx.scheme.categories and one not in info.categories), None)
        if unknown is not None:
            raise Refused(f"The category “{unknown}” is not in the label scheme.")
        chosen = _in_order(tx, info, categories)
        if chosen != info.categories:
            begin_work(tx, set_id)
            for category in chosen:
                tx.remove(set_id, Verdict(category_signature(category)))
            tx.put_set(set_id, replace(tx.set_info(set_id), categories=chosen))
            for category, model in _open_categories(tx, tx.set_info(set_id)).items():
                if category in info.categories:
                    tx.put(set_id, Verdict(category_signature(category), model))

    return Command("Categorise the {}", run, "document")


def _open_categories(tx: Transaction, info: SetInfo, verdicts: Container[str] = ()) -> dict[str, str]:
    others = [other for _, other in tx.sets_of(info.document_id).values()]
    return open_categories(tx.scheme.categories, info, verdicts, others)


def _in_order(tx: Transaction, info: SetInfo, categories: Sequence[str]) -> tuple[str, ...]:
    """Return these categories in the order of the scheme, and what else the set has after them."""
    return tuple(one for one in dict.fromkeys((*tx.scheme.categories, *info.categories)) if one in categories)


def _to_status(set_id: int, status: Status) -> Callable[[Transaction], None]:
    def run(tx: Transaction) -> None:
        tx.put_set(set_id, replace(tx.set_info(set_id), status=status))

    return run
