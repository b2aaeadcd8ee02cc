"""The tables a rescue reads, what tells a second time which rows they had, and the judges of each row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson

from annotator.domain.changes import Lane, What
from annotator.store.damaged import Gap, Row, Table
from annotator.store.knowledge import COLUMNS
from annotator.store.rows import CODECS, DOCUMENT_COLUMNS, journal_to_value, row_document

STEPS = ("id", "at", "actor", "lane", "text", "detail", "undoes", "state", "finished")
CHANGES = ("step_id", "number", "what", "set_id", "key", "before", "after")
DOCUMENTS = Table("documents", DOCUMENT_COLUMNS)
SETS = Table("annotation_sets", ("id", *CODECS[What.SET].columns))
CONTENT = {
    What.SPAN: Table("spans", ("set_id", *CODECS[What.SPAN].columns), 2, "spans_by_place"),
    What.RELATION: Table("relations", ("set_id", *CODECS[What.RELATION].columns), 2, "relations_by_head"),
    What.VERDICT: Table("verdicts", ("set_id", *CODECS[What.VERDICT].columns), 2),
}
HISTORY = Table("steps", STEPS)
CHANGED = Table("changes", CHANGES, 2)
KNOWLEDGE = tuple(Table(f"knowledge_{place}", ("number", *COLUMNS.split(", "))) for place in (0, 1))
LISTS = {
    "documents": ("documents_by_name", ("id", "name"), ""),
    "annotation_sets": ("annotation_sets_by_work", ("id", "document_id", "annotator", "kind", "status"), ""),
    "spans": ("spans_by_place", ("set_id", "id", "start"), "set_id"),
    "relations": ("relations_by_head", ("set_id", "id", "head"), "set_id"),
    "changes": ("changes_by_set", ("step_id", "number", "set_id"), "set_id"),
}
"""What tells a second time which rows there are: an index, what it holds of each, and the column by which it is read in stretches."""
STRETCH = 256
PARENTS = {
    "annotation_sets": ((1, "documents"),),
    "spans": ((0, "annotation_sets"),),
    "relations": ((0, "annotation_sets"),),
    "verdicts": ((0, "annotation_sets"),),
    "steps": ((STEPS.index("undoes"), "steps"),),
    "changes": ((0, "steps"),),
}
"""What must be there for a row to be: the place of the number in the row, and the table it is a number of."""
_BLOBS = frozenset(("tokens", "sentences"))

UNREADABLE = "it lies on a part of the file that cannot be read"
ALTERED = "it is not as it was saved"


def decoded(row: Sequence[Any], columns: Sequence[str]) -> Row:
    """Return a row with its texts as text; raises ``UnicodeDecodeError`` where one is none."""
    names = columns or ("",) * len(row)
    return tuple(
        value.decode() if isinstance(value, bytes) and name not in _BLOBS else value for value, name in zip(row, names, strict=True)
    )


def shown(value: Any) -> Any:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def named(name: Any, number: Any) -> str:
    return f"“{shown(name)}” (number {shown(number)})"


def numbers(gap: Gap) -> str:
    of = {"spans": "set", "relations": "set", "verdicts": "set", "changes": "step"}.get(gap.table.name, "number")
    return f"({of} {gap.low})" if gap.low == gap.high else f"({of}s {gap.low} to {gap.high})"


def judge_document(row: Row) -> None:
    found = row_document(row)
    length = len(found.text)
    if not isinstance(found.meta, dict):
        raise TypeError("its metadata are none")
    if len(found.tokens.starts) != len(found.tokens.ends) or (len(found.tokens) and found.tokens.ends[-1] > length):
        raise ValueError("its tokens do not fit its text")
    if found.sentences and found.sentences[-1] >= max(len(found.tokens), 1):
        raise ValueError("its sentences do not fit its tokens")


def judge_knowledge(row: Row) -> None:
    _, key, name, *_ = row
    if not key or not name:
        raise ValueError("no entry")


def judge_step(row: Row) -> None:
    _, at, _, lane, text, detail, *_ = row
    datetime.fromisoformat(at)
    Lane(lane)
    text.format(detail)


def judge_change(row: Row) -> None:
    _, _, what, _, _, before, after = row
    if what in set(What):
        for value in (before, after):
            journal_to_value(What(what), value)
    elif not what.startswith("bulk-") or not isinstance(orjson.loads(after), list):
        raise ValueError("no change")
