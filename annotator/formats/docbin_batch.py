"""A batch of documents made ready for a DocBin and read back, by itself: the part of the spaCy export that another process can do.

What comes out does not depend on which documents share a batch, nor on the process: a DocBin put together from batches has the same
bytes wherever they were made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, field
from typing import Any, TypeVar

import orjson

from annotator.domain.annotations import NOTHING, Relation, Span, Verdict
from annotator.domain.exchange import Fate, Loss, LossReport, Record
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats.compare import document_loss, item_loss, span_loss
from annotator.formats.docbin_fill import ATTRIBUTES, REL, Filler, Read, docs_of, told
from annotator.formats.docbin_parts import Choices, Placed, Plan
from annotator.formats.docbin_plan import plan
from annotator.formats.docbin_relations import twin
from annotator.formats.docbin_tally import Tally

T = TypeVar("T", Span, Relation)

SIZE = 50
"""Documents in a batch: few enough for progress that moves and a cancel that is heard within a second."""

LISTS = ("tokens", "spaces", "cats", "flags", "span_groups", "user_data")
"""The lists of a DocBin with an entry for each document."""

NO_TOKENS = "has no tokens, or they do not cover its text"


@dataclass(slots=True)
class Made:
    """What became of a batch: the entries of the DocBin's ``lists``, its ``strings``, and the ``lines`` of the JSON twin.

    ``left_out`` says for each record why it is in neither file; it is empty for those that are.  ``report`` has the losses and sums of
    this batch alone, ``tally`` what is to be said of all batches together.
    """

    tally: Tally
    report: LossReport = field(default_factory=lambda: LossReport("spacy", ""))
    lists: dict[str, list[Any]] = field(default_factory=dict)
    strings: list[str] = field(default_factory=list)
    lines: list[bytes] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def made(records: Iterable[Record], choices: Choices) -> Made:
    """Make the documents of a batch, read them back with spaCy, and lay each beside what was planned."""
    from spacy.tokens import DocBin

    found = Made(Tally(choices))
    filler = Filler(DocBin(attrs=ATTRIBUTES, store_user_data=True))
    kept: list[tuple[Record, Plan | str]] = []
    for record in records:
        what = _added(record, choices, filler, found.lines)
        kept.append((record, what))
        found.left_out.append(what if isinstance(what, str) else "")
    found.lists = {name: getattr(filler.bin, name) for name in LISTS}
    found.strings = sorted(filler.bin.strings)
    docs = docs_of(filler.bin)
    for record, what in kept:
        if isinstance(what, str):
            found.report.add([document_loss(record, Fate.DROPPED, what)])
        else:
            found.tally.add(record, what, found.report)
            found.report.add(differences(record, what, next(docs, None)))
    return found


def changed() -> FormatError:
    """Return the error for records that are others when they are asked for again."""
    return FormatError("The project changed while it was exported, so no file was written. Export it again.")


def _added(record: Record, choices: Choices, filler: Filler, lines: list[bytes]) -> Plan | str:
    """Add one document, and its line; return its plan, or why it was left out."""
    planned = plan(record, choices)
    if planned is None:
        return NO_TOKENS
    try:
        line = orjson.dumps(twin(record, planned))
        filler.add(planned)
    except (TypeError, UnicodeEncodeError) as error:
        return f"holds characters that cannot be written: {error}"
    lines.append(line)
    return planned


def made_of_plain(sent: tuple[Choices, list[tuple[Any, ...]]]) -> Made:
    """Do ``made`` in another process, with what ``plain`` made of the records."""
    choices, batch = sent
    return made(map(_record, batch), choices)


def plain(record: Record) -> tuple[Any, ...]:
    """Return a record as plain values, which are sent to another process in a third of the time that the objects take."""
    tokens = record.tokens
    return (
        *(record.name, record.text, dict(record.meta), None if tokens is None else (tokens.starts, tokens.ends)),
        *(record.annotator, record.kind, record.status, record.flagged, record.categories),
        [_values(span, _SPAN) for span in record.spans],
        [_values(relation, _RELATION) for relation in record.relations],
        [astuple(verdict) for verdict in record.verdicts],
        *(record.place, record.document_id),
    )


_SPAN = tuple(Span.__dataclass_fields__)
_RELATION = tuple(Relation.__dataclass_fields__)
_ATTRIBUTES = {Span: _SPAN.index("attributes"), Relation: _RELATION.index("attributes")}


def _values(item: Span | Relation, names: tuple[str, ...]) -> list[Any]:
    values = [getattr(item, name) for name in names]
    at = _ATTRIBUTES[type(item)]
    values[at] = dict(values[at]) or None
    return values


def _items(kind: type[T], every: list[list[Any]]) -> tuple[T, ...]:
    at = _ATTRIBUTES[kind]
    for values in every:
        values[at] = values[at] or NOTHING
    return tuple([kind(*values) for values in every])


def _record(values: tuple[Any, ...]) -> Record:
    name, text, meta, places, annotator, kind, status, flagged, categories, spans, relations, verdicts, place, document_id = values
    tokens = None
    if places is not None:
        tokens = Tokens()
        tokens.starts, tokens.ends = places
    return Record(
        name,
        text,
        meta,
        tokens,
        annotator,
        kind,
        status,
        flagged,
        categories,
        _items(Span, spans),
        _items(Relation, relations),
        tuple(Verdict(*values) for values in verdicts),
        place,
        document_id,
    )


def differences(record: Record, made: Plan, read: Read | None, *, same_line: bool = True) -> Iterator[Loss]:
    """Find what came back otherwise than planned; ``same_line`` tells whether the line of the JSON file did not."""
    import numpy as np

    if read is None:
        yield document_loss(record, Fate.DROPPED, "did not come back from the file")
        return
    doc = read.doc
    wrong = [
        name
        for name, same in (
            ("text", read.words == made.tokens.words and doc.to_array(["SPACY"]).tolist() == made.tokens.spaces),
            ("tokens", np.array_equal(doc.to_array(["IDX"]), np.asarray(made.tokens.starts, dtype="uint64"))),
            ("entity tags", np.array_equal(doc.to_array(["ENT_IOB"]), np.asarray(made.iob, dtype="uint64"))),
            ("categories", doc.cats == made.cats),
            ("user data", read.user_data.get("annotator") == _as_tuples(made.extras)),
            ("the JSON file", same_line),
        )
        if not same
    ]
    if wrong:
        yield document_loss(record, Fate.CHANGED, f"came back different: {', '.join(wrong)}")
    ents = set(map(told, doc.ents))
    for place, planned, there in (("doc.ents", made.ents, ents), ('doc.spans["sc"]', made.spans, read.group)):
        for entry in planned:
            if _expected(entry) not in there:
                yield span_loss(record, entry.span, Fate.CHANGED, f"came back different in {place}")
        if len(there) > len(planned):
            yield document_loss(record, Fate.CHANGED, f"came back with more spans in {place}")
    if read.user_data.get(REL, {}) != made.rel:
        for relation in record.relations:
            yield item_loss(record, relation, Fate.CHANGED, "came back different in doc._.rel")


def _expected(entry: Placed) -> tuple[Any, ...]:
    span = entry.span
    return span.id, span.label, span.kb_id, entry.first, entry.stop, entry.start, entry.end


_PLAIN = frozenset((str, bool, int, float))


def _as_tuples(value: Any) -> Any:
    """Return ``value`` as it comes back from spaCy, where lists in user data have become tuples."""
    if isinstance(value, dict):
        return {key: entry if type(entry) in _PLAIN else _as_tuples(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return tuple([entry if type(entry) in _PLAIN else _as_tuples(entry) for entry in value])
    return value
