"""A fitted record as the lines of WebAnno TSV 3.3.

A span that cuts a token stands in a row of its own for the part it covers (``1-3.1``).  Spans of several rows, and those that share
a row with others of their layer, are numbered.  A sentence ends where the next one begins, so that the white space between them is
in the file wherever INCEpTION would not put the same there by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count, pairwise
from typing import Any

from annotator.domain.annotations import Relation, Span, text_order
from annotator.domain.exchange import Record
from annotator.domain.text import Range, sentence_starts
from annotator.formats.offsets import Ruler, Unit
from annotator.formats.set_data import set_data
from annotator.formats.uima_fit import words_of
from annotator.formats.uima_layers import IDENTIFIER, layer_of, value_of
from annotator.formats.webanno_cells import NONE, Sort, escaped, escaped_text
from annotator.formats.webanno_fit import Columns, Layout, layout_of
from annotator.formats.webanno_text import OWN

_NATURAL = "\n"


@dataclass(slots=True)
class _Row:
    """A token or a part of one, the spans on it by layer, and the relations that end there."""

    id: str
    place: Range
    spans: dict[str, list[Span]] = field(default_factory=dict)
    relations: dict[tuple[str, str], list[Relation]] = field(default_factory=dict)


class _Sheet:
    """The rows of a document while they are filled."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.layout: Layout = layout_of(record)
        self.words = words_of(record)
        self.starts = [*sentence_starts(record.text, self.words), len(self.words)]
        self.rows: list[list[_Row]] = []
        self.first: dict[str, _Row] = {}
        self.numbers: dict[str, int] = {}
        self.slots: dict[str, list[Relation]] = {}
        widths = [_width(columns) for columns in self.layout.spans.values()]
        widths += [len(_names(columns)) + 1 for columns in self.layout.relations.values()]
        self.blank = [NONE] * sum(widths)  # the cells of a word of which nothing is said, as of most
        self._place()

    def _place(self) -> None:
        spans = sorted(self.record.spans, key=text_order)
        parts: dict[int, set[Range]] = {}
        for span in spans:
            for word in self.words.covered(span.start, span.end):
                low, high = self.words[word]
                part = max(low, span.start), min(high, span.end)
                if part != (low, high):
                    parts.setdefault(word, set()).add(part)
        for sentence, (first, stop) in enumerate(pairwise(self.starts), 1):
            for word in range(first, stop):
                name = f"{sentence}-{word - first + 1}"
                rows = [_Row(name, self.words[word])]
                rows += [_Row(f"{name}.{number}", part) for number, part in enumerate(sorted(parts.get(word, ())), 1)]
                self.rows.append(rows)
        several: set[str] = set()
        for span in spans:
            self._lay(span, several)
        ends = {span.id: layer_of(span).type for span in spans}
        for relation in self.record.relations:
            layer = layer_of(relation)
            if layer.slot:
                self.slots.setdefault(relation.head, []).append(relation)
                several.add(relation.tail)
            else:
                key = layer.type, ends[relation.head]
                self.first[relation.tail].relations.setdefault(key, []).append(relation)
        fresh = count(1)
        self.numbers = {span.id: next(fresh) for span in spans if span.id in several}

    def _lay(self, span: Span, several: set[str]) -> None:
        """Put a span on its rows; note those that have to be numbered."""
        covered = self.words.covered(span.start, span.end)
        kind = layer_of(span).type
        if len(covered) > 1:
            several.add(span.id)
        for word in covered:
            low, high = self.words[word]
            part = max(low, span.start), min(high, span.end)
            row = next(row for row in self.rows[word] if row.place == part)
            self.first.setdefault(span.id, row)
            here = row.spans.setdefault(kind, [])
            here.append(span)
            if len(here) > 1:
                several.update(other.id for other in here)

    def lines(self) -> Iterator[str]:
        """Yield all lines but the format's own."""
        spans, relations = sorted(self.layout.spans.items()), sorted(self.layout.relations.items())
        yield from (_header(Sort.SPAN, columns) for _, columns in spans)
        yield from (f"{_header(Sort.RELATION, columns)}|BT_{base}" for (_, base), columns in relations)
        yield ""
        yield ""
        yield OWN + json.dumps(self._own(), ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        text = self.record.text
        ruler = Ruler(text, Unit.UTF16)
        for first, stop in pairwise(self.starts):
            if first:
                yield ""
            start, end = self.words.starts[first], self.words.ends[stop - 1]
            following = self.words.starts[stop] if stop < len(self.words) else None
            gap = text[end:following]
            natural = following is not None and gap.startswith(_NATURAL) and not gap[1:].strip(" ")
            for line in text[start : end if natural else following].split("\n"):
                yield f"#Text={escaped_text(line)}"
            for rows in self.rows[first:stop]:
                yield from (self._line(row, ruler) for row in rows)

    def _own(self) -> dict[str, Any]:
        record = self.record
        before = record.text[: self.words.starts[0]] if self.words else record.text
        labels = {f"{Sort.SPAN}{columns.type}": columns.label for columns in self.layout.spans.values()}
        labels |= {f"{Sort.RELATION}{columns.type}": columns.label for columns in self.layout.relations.values()}
        return {
            "name": record.name,
            **({"tokens": False} if self.words and self.words != record.tokens else {}),
            **({"before": before} if before.strip(" ") or (before and not self.words) else {}),
            **({"layers": labels} if labels else {}),
            **({"meta": dict(record.meta)} if record.meta else {}),
            **set_data(record),
        }

    def _line(self, row: _Row, ruler: Ruler) -> str:
        start, end = row.place
        cells = [row.id, f"{ruler.units(start)}-{ruler.units(end)}", escaped_text(self.record.text[start:end])]
        if not row.spans and not row.relations:
            return "\t".join([*cells, *self.blank, ""])
        for kind, columns in sorted(self.layout.spans.items()):
            stack = row.spans.get(kind, [])
            cells += ["|".join(values) for values in zip(*(self._span_cells(span, columns) for span in stack), strict=True)]
            if not stack:
                cells += [NONE] * _width(columns)
        for key, columns in sorted(self.layout.relations.items()):
            arrows = row.relations.get(key, [])
            cells += ["|".join(values) for values in zip(*(self._relation_cells(arrow, columns) for arrow in arrows), strict=True)]
            if not arrows:
                cells += [NONE] * (len(_names(columns)) + 1)
        return "\t".join([*cells, ""])

    def _span_cells(self, span: Span, columns: Columns) -> list[str]:
        number = f"[{self.numbers[span.id]}]" if span.id in self.numbers else ""
        values = {columns.label: value_of(layer_of(span), span.label), IDENTIFIER: span.kb_id or None, **_texts(span)}
        cells = [escaped(values.get(name)) + number for name in _names(columns)]
        for feature in sorted(columns.slots):
            fillers = [relation for relation in self.slots.get(span.id, ()) if layer_of(relation).slot == feature]
            roles = ";".join(escaped(value_of(layer_of(relation), relation.label)) for relation in fillers)
            targets = ";".join(f"{self.first[relation.tail].id}[{self.numbers[relation.tail]}]" for relation in fillers)
            cells += [(roles or NONE) + number, targets or "*"]
        return cells or [f"*{number}"]

    def _relation_cells(self, relation: Relation, columns: Columns) -> list[str]:
        values = {columns.label: value_of(layer_of(relation), relation.label), **_texts(relation)}
        ends = [self.numbers.get(end, 0) for end in (relation.head, relation.tail)]
        reference = self.first[relation.head].id + (f"[{ends[0]}_{ends[1]}]" if any(ends) else "")
        return [*(escaped(values.get(name)) for name in _names(columns)), reference]


def lines_of(record: Record) -> list[str]:
    """Return the lines of a file for a fitted record."""
    return ["#FORMAT=WebAnno TSV 3.3", *_Sheet(record).lines()]


def _texts(item: Span | Relation) -> dict[str, Any]:
    return {name: value for name, value in item.attributes.items() if isinstance(value, str)}


def _names(columns: Columns) -> list[str]:
    own = {columns.label: None} if columns.label else {}
    return sorted({**own, **columns.features, **({IDENTIFIER: None} if columns.identifier else {})})


def _width(columns: Columns) -> int:
    return max(1, len(_names(columns)) + 2 * len(columns.slots))


def _header(sort: Sort, columns: Columns) -> str:
    names = _names(columns)
    for feature, target in sorted(columns.slots.items()):
        names += [f"ROLE_{columns.type}:{feature}_{columns.type}{feature[:1].upper()}{feature[1:]}Link", target]
    if not names and sort is Sort.SPAN:
        names = [""]
    return "|".join([f"{sort}{columns.type}", *names])
