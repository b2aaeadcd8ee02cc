"""A record as a part of a page: its text with marks, its spans and its relations.

A text is cut at every border of a span.  Each piece is wrapped in a mark for every span over it, the one with the lowest line outermost,
so that crossing spans need no special case; pieces of one span have the line at one depth, which is free all along the span.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from html import escape
from itertools import pairwise
from typing import Any

from annotator.domain.annotations import AnnotationSet, Relation, SetInfo, Span
from annotator.domain.exchange import Record
from annotator.domain.rules import amount
from annotator.domain.text import display_text
from annotator.formats.compare import has_set
from annotator.formats.html_page_style import LANES

_KEPT = frozenset("\n\t")
_DETAILS = ("kb_id", "note", "attributes", "confidence", "origin", "derived_from")


def shown(value: Any) -> str:
    """Return a text for a page outside the article: escaped, control characters as pictures of themselves."""
    return escape(display_text(str(value)).replace("\u2029", "\n"))


def data(value: Any) -> str:
    """Return a value as an attribute: JSON in ASCII, escaped; raises ``TypeError`` or ``ValueError`` for what JSON cannot hold."""
    return escape(json.dumps(value, ensure_ascii=True, allow_nan=False, separators=(",", ":")))


def article(record: Record, number: int, classes: Mapping[str, int], symmetric: Iterable[str]) -> str:
    """Return the part of a record, which is the ``number``-th; ``classes`` are the numbers of the labels' colours."""
    record.text.encode()
    content = AnnotationSet(
        SetInfo(0, record.annotator, record.kind),
        {span.id: span for span in record.spans},
        {relation.id: relation for relation in record.relations},
    )
    spans = [span for span in content.in_text_order() if span.start >= 0 and span.end <= len(record.text)]
    numbers = {span.id: place for place, span in enumerate(spans)}
    lines = [f'<article id="d{number}" data-about="{data(_about(record))}">', f'<h2 dir="auto">{shown(record.name)}</h2>']
    lines += _head(record)
    lines.append(f'<div class="text" dir="auto" lang="">{"".join(_marked(record.text, spans, classes, number))}</div>')
    if spans:
        lines += _span_table(record, spans, classes, number)
    if record.relations:
        lines += _relation_list(record, content.relations_in_order(), numbers, frozenset(symmetric), number)
    return "\n".join([*lines, "</article>\n"])


def _about(record: Record) -> dict[str, Any]:
    about: dict[str, Any] = {"name": record.name, "meta": dict(record.meta)}
    if has_set(record):
        about |= {"annotator": record.annotator, "kind": str(record.kind), "status": str(record.status)}
        about |= {"flagged": record.flagged, "categories": list(record.categories)}
    return about


def _head(record: Record) -> Iterator[str]:
    if has_set(record):
        parts = [
            record.annotator,
            str(record.kind),
            str(record.status),
            *(["flagged"] if record.flagged else []),
            *record.categories,
        ]
        yield f'<p class="quiet" dir="auto">{" · ".join(shown(part) for part in parts if part)}</p>'
    if record.meta:
        pairs = "".join(f'<dt>{shown(key)}</dt><dd dir="auto">{shown(_plain(value))}</dd>' for key, value in record.meta.items())
        yield f"<dl>{pairs}</dl>"


def _plain(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def lanes(spans: Sequence[Span]) -> dict[str, int]:
    """Return how deep the line below each span lies: the shortest spans nearest to the text, no two on one line where they meet."""
    taken: list[list[tuple[int, int]]] = []
    found: dict[str, int] = {}
    for span in sorted(spans, key=lambda span: (span.end - span.start, span.start)):
        lane = next((lane for lane, others in enumerate(taken) if _free(others, span.start, span.end)), len(taken))
        if lane == len(taken):
            taken.append([])
        taken[lane].insert(bisect_left(taken[lane], (span.start, span.end)), (span.start, span.end))
        found[span.id] = lane
    return found


def _free(others: Sequence[tuple[int, int]], start: int, end: int) -> bool:
    """Tell whether a place is free among others that are in order and do not meet."""
    place = bisect_left(others, (start, end))
    before = place == 0 or others[place - 1][1] <= start
    return before and (place == len(others) or end <= others[place][0])


def _marked(text: str, spans: Sequence[Span], classes: Mapping[str, int], number: int) -> Iterator[str]:
    depth = lanes(spans)
    begin: dict[int, list[tuple[int, int]]] = {}
    stop: dict[int, list[tuple[int, int]]] = {}
    for place, span in enumerate(spans):
        for part, (low, high) in enumerate(span.fragments):
            begin.setdefault(low, []).append((place, part))
            stop.setdefault(high, []).append((place, part))
    open_now: set[tuple[int, int]] = set()
    seen: set[int] = set()
    borders = sorted({0, len(text), *begin, *stop})
    for low, high in pairwise(borders):
        open_now -= set(stop.get(low, ()))
        open_now |= set(begin.get(low, ()))
        order = sorted(open_now, key=lambda one: (-depth[spans[one[0]].id], one))
        for place, part in order:
            span = spans[place]
            name = "" if place in seen else f' id="d{number}s{place}"'
            seen.add(place)
            kind = f"c{classes[span.label]} v{min(depth[span.id], LANES - 1)}{'' if span.reviewed else ' open'}"
            yield f'<mark{name} class="{kind}" data-s="{place}-{part}" title="{shown(_title(span))}">'
        yield _text(text, low, high)
        ending = set(stop.get(high, ()))
        for place, part in reversed(order):
            if (place, part) in ending:
                label = shown(spans[place].label) + ("…" if part < len(spans[place].fragments) - 1 else "")
                yield f'<b class="c{classes[spans[place].label]}">{label}</b>'
            yield "</mark>"


def _title(span: Span) -> str:
    return " · ".join([span.label, *(part for part in (span.note, span.kb_id) if part), *([] if span.reviewed else ["unreviewed"])])


def _text(text: str, low: int, high: int) -> str:
    """Return a piece of the text; what HTML changes or hides stands as an element that names the character."""
    piece = text[low:high]
    pictures = display_text(piece)
    if pictures.replace("\u2029", "\n") == piece:
        return escape(piece, quote=False)
    found: list[str] = []
    for offset, character in enumerate(piece, low):
        picture = display_text(character)
        if character in _KEPT or picture == character:
            found.append(escape(character, quote=False))
            continue
        if character == "\r":
            picture = "" if text[offset + 1 : offset + 2] == "\n" else "\n"
        found.append(f'<i data-c="{ord(character):x}">{escape(picture)}</i>')
    return "".join(found)


def _span_table(record: Record, spans: Sequence[Span], classes: Mapping[str, int], number: int) -> Iterator[str]:
    yield f"<details><summary>{amount(len(spans), 'span')}</summary><table>"
    yield "<tr><th>Label</th><th>Text</th><th>Place</th><th>More</th></tr>"
    for place, span in enumerate(spans):
        fields = {"id": span.id, "label": span.label, "start": span.start, "end": span.end, **_details(span)}
        places = ", ".join(f"{low}–{high}" for low, high in span.fragments)
        chip = f'<a href="#d{number}s{place}"><span class="chip c{classes[span.label]}">{shown(span.label)}</span></a>'
        surface = f'<td dir="auto">{shown(span.surface(record.text))}</td>'
        yield f'<tr data-span="{data(fields)}"><td>{chip}</td>{surface}<td>{places}</td><td dir="auto">{_more(span)}</td></tr>'
    yield "</table></details>"


def _details(item: Span | Relation) -> dict[str, Any]:
    fields = {name: getattr(item, name, None) for name in _DETAILS}
    found = {name: dict(value) if name == "attributes" else value for name, value in fields.items() if value not in (None, "", {})}
    return found | {"reviewed": item.reviewed}


def _more(item: Span | Relation) -> str:
    fields = _details(item)
    parts = [] if fields.pop("reviewed") else ["unreviewed"]
    for name, value in fields.items():
        if name == "attributes":
            parts += [f"{key}: {_plain(inner)}" for key, inner in value.items()]
        else:
            parts.append(f"{name.replace('_', ' ')}: {value}" if name != "note" else str(value))
    return "; ".join(map(shown, parts))


def _relation_list(
    record: Record, relations: Sequence[Relation], numbers: Mapping[str, int], symmetric: frozenset[str], number: int
) -> Iterator[str]:
    surfaces = {span.id: span.surface(record.text) for span in record.spans}
    yield f"<h3>{amount(len(relations), 'relation')}</h3><ol>"
    for relation in relations:
        fields = {"id": relation.id, "label": relation.label, "head": relation.head, "tail": relation.tail, **_details(relation)}
        ends = [
            f'<a href="#d{number}s{numbers[end]}"><bdi>{shown(surfaces[end])}</bdi></a>' if end in numbers else "?"
            for end in (relation.head, relation.tail)
        ]
        arrow = "↔" if relation.label in symmetric else "→"
        more = _more(relation)
        rest = f' <span class="quiet" dir="auto">{more}</span>' if more else ""
        yield f'<li data-relation="{data(fields)}">{ends[0]} {arrow} <strong>{shown(relation.label)}</strong> {arrow} {ends[1]}{rest}</li>'
    yield "</ol>"
