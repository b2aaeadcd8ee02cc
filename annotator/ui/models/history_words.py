"""What a step changed, in words: what it was before, what it is after.

No Qt: texts of articles come in as functions, so that a line can be made of any document of the project.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from annotator.domain.annotations import WHOLE_DOCUMENT, Relation, SetInfo, Span, Verdict
from annotator.domain.changes import Bulk, BulkCopy, BulkInsert, BulkSets, Change, What
from annotator.domain.labels import LabelScheme
from annotator.domain.rules import quoted
from annotator.ui.i18n import by_count, number, tr

_SURFACE = 40


class Sign(StrEnum):
    """What happened to a thing."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Line:
    """One change in words.

    ``label`` is the label after it (or before, where the thing is gone), for its colour; ``change`` is None where there is no place to go
    to.
    """

    sign: Sign
    text: str
    label: str = ""
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Texts:
    """Where the words of an article come from.

    ``text`` gives the text of a set's document, None where it is gone; ``span`` a span of a set as it is now.
    """

    text: Callable[[int], str | None]
    span: Callable[[int, str], Span | None]


def lines(changes: Iterable[Change | Bulk], texts: Texts) -> list[Line]:
    """Return what became of each thing in the end; a step may touch one several times.

    Spans and relations come first, then what follows from them; each kind in the order in which it was first touched.
    """
    merged: dict[tuple[Any, ...], Change | Bulk] = {}
    for place, change in enumerate(changes):
        if isinstance(change, Change):
            key = (change.what, change.set_id, change.key)
            earlier = merged.get(key)
            merged[key] = replace(change, before=earlier.before) if isinstance(earlier, Change) else change
        else:
            merged[place,] = change
    there = [change for change in merged.values() if not isinstance(change, Change) or change.before != change.after]
    spans = {
        (change.set_id, change.key): value
        for change in there
        if isinstance(change, Change) and isinstance(value := change.after or change.before, Span)
    }
    known = Texts(texts.text, lambda set_id, key: spans.get((set_id, key)) or texts.span(set_id, key))
    there.sort(key=lambda change: _ORDER.index(change.what) if isinstance(change, Change) else 0)
    return [line for change in there for line in _lines(change, known)]


_ORDER = (What.SPAN, What.RELATION, What.SCHEME, What.SET, What.VERDICT)


def origin(item: Span | Relation) -> str:
    """Return who made an item, as it says itself; empty where it says nothing."""
    who = item.origin.removeprefix("person:")
    if not who:
        return ""
    if item.origin.startswith("person:"):
        return tr("Made by {}.").format(who)
    return (tr("Suggested by {}, reviewed.") if item.reviewed else tr("Suggested by {}, not reviewed yet.")).format(who)


def _lines(change: Change | Bulk, texts: Texts) -> Iterator[Line]:
    match change:
        case BulkInsert(first, last):
            yield Line(Sign.ADDED, by_count(last - first + 1, tr("{} document came in"), tr("{} documents came in")))
        case BulkSets(_, _, documents):
            yield Line(Sign.ADDED, by_count(len(documents), tr("Suggestions for {} document"), tr("Suggestions for {} documents")))
        case BulkCopy():
            yield Line(Sign.ADDED, tr("The models' suggestions for the document"))
        case Change(What.SPAN):
            yield _item_line(change, texts, _span_name, _span_parts)
        case Change(What.RELATION):
            yield _item_line(change, texts, _relation_name, _relation_parts)
        case Change(What.VERDICT):
            yield _verdict_line(change, texts)
        case Change(What.SET):
            yield from _set_lines(change)
        case Change(What.SCHEME):
            yield from _scheme_lines(change)


_Name = Callable[[Any, int, Texts], str]
_Parts = Callable[[Any, Any, int, Texts], list[str]]


def _item_line(change: Change, texts: Texts, name: _Name, parts: _Parts) -> Line:
    before, after = change.before, change.after
    item = after if isinstance(after, Span | Relation) else before
    assert isinstance(item, Span | Relation)
    titled = tr("{label} {name}").format(label=item.label, name=name(item, change.set_id, texts))
    if before is None or after is None:
        sign = Sign.ADDED if before is None else Sign.REMOVED
        return Line(sign, titled if item.reviewed else tr("{} (suggestion)").format(titled), item.label, change)
    told = parts(before, after, change.set_id, texts) or [tr("details")]
    return Line(Sign.CHANGED, f"{name(before, change.set_id, texts)}: {'; '.join(told)}", item.label, change)


def _surface(span: Span, set_id: int, texts: Texts) -> str:
    text = texts.text(set_id)
    return tr("(text gone)") if text is None else quoted(span.surface(text), _SURFACE)


def _span_name(span: Span, set_id: int, texts: Texts) -> str:
    return _surface(span, set_id, texts)


def _relation_name(relation: Relation, set_id: int, texts: Texts) -> str:
    ends = (texts.span(set_id, key) for key in (relation.head, relation.tail))
    head, tail = (tr("(missing)") if span is None else _surface(span, set_id, texts) for span in ends)
    return tr("from {} to {}").format(head, tail)


def _span_parts(before: Span, after: Span, set_id: int, texts: Texts) -> list[str]:
    parts = _common_parts(before, after)
    if before.fragments != after.fragments:
        now, then = _surface(after, set_id, texts), _surface(before, set_id, texts)
        parts.insert(0, tr("now {}").format(now if now != then else f"{after.start}–{after.end}"))
    if before.kb_id != after.kb_id:
        parts.append(_step(tr("knowledge base"), before.kb_id, after.kb_id))
    return parts


def _relation_parts(before: Relation, after: Relation, set_id: int, texts: Texts) -> list[str]:
    parts = _common_parts(before, after)
    if (before.head, before.tail) == (after.tail, after.head):
        parts.insert(0, tr("reversed"))
    elif (before.head, before.tail) != (after.head, after.tail):
        parts.insert(0, tr("now {}").format(_relation_name(after, set_id, texts)))
    return parts


def _common_parts(before: Span | Relation, after: Span | Relation) -> list[str]:
    parts: list[str] = []
    if before.label != after.label:
        parts.append(tr("{before} → {after}").format(before=before.label, after=after.label))
    if before.reviewed != after.reviewed:
        parts.append(tr("accepted") if after.reviewed else tr("a suggestion again"))
    if before.note != after.note:
        parts.append(_step(tr("note"), before.note, after.note))
    names = sorted({*before.attributes, *after.attributes})
    values = ((key, _value(before.attributes, key), _value(after.attributes, key)) for key in names)
    return parts + [_step(key, then, now) for key, then, now in values if then != now]


def _value(attributes: Mapping[str, Any], key: str) -> str:
    return str(attributes[key]) if key in attributes else ""


def _step(what: str, before: str, after: str) -> str:
    """Return the words for a text that became another; either may be empty."""
    if not before:
        return tr("{what} {after}").format(what=what, after=quoted(after))
    if not after:
        return tr("{what} {before} removed").format(what=what, before=quoted(before))
    return tr("{what} {before} → {after}").format(what=what, before=quoted(before), after=quoted(after))


def _verdict_line(change: Change, texts: Texts) -> Line:
    verdict = change.after or change.before
    assert isinstance(verdict, Verdict)
    label, _, places = verdict.signature.rpartition("@")
    text = texts.text(change.set_id)
    names = [_at(place, text) for place in places.split(">")]
    name = tr("Category {}").format(label) if places == WHOLE_DOCUMENT else f"{label} {' → '.join(names)}"
    told = tr("Remembered as rejected: {}") if change.before is None else tr("No longer rejected: {}")
    return Line(Sign.NOTE, told.format(name), label)


def _at(places: str, text: str | None) -> str:
    """Return the words at ``0-5,9-12``."""
    ranges = [place.split("-") for place in places.split(",")]
    if text is None or not all(len(ends) == 2 and ends[0].isdigit() and ends[1].isdigit() for ends in ranges):
        return places
    return quoted(" ".join(text[int(low) : int(high)] for low, high in ranges), _SURFACE)


def _set_lines(change: Change) -> Iterator[Line]:
    before, after = change.before, change.after
    if not isinstance(before, SetInfo) or not isinstance(after, SetInfo):
        info = after or before
        who = info.annotator if isinstance(info, SetInfo) else ""
        yield Line(Sign.ADDED if before is None else Sign.REMOVED, tr("Annotation set of {}").format(who))
        return
    if before.status is not after.status:
        names = [tr(str(status).capitalize()) for status in (before.status, after.status)]
        yield Line(Sign.CHANGED, tr("Status: {before} → {after}").format(before=names[0], after=names[1]))
    if before.flagged != after.flagged:
        yield Line(Sign.CHANGED, tr("Flagged for later") if after.flagged else tr("No longer flagged"))
    if before.categories != after.categories:
        lists = [", ".join(categories) or tr("none") for categories in (before.categories, after.categories)]
        yield Line(Sign.CHANGED, tr("Categories: {before} → {after}").format(before=lists[0], after=lists[1]))


def _scheme_lines(change: Change) -> Iterator[Line]:
    before, after = change.before, change.after
    if not isinstance(before, LabelScheme) or not isinstance(after, LabelScheme):
        yield Line(Sign.CHANGED, tr("The label scheme"))
        return
    count = 0
    for kind in ("spans", "relations", "attributes"):
        then = {label.name: label for label in getattr(before, kind)}
        now = {label.name: label for label in getattr(after, kind)}
        for name in sorted(now.keys() - then.keys()):
            yield Line(Sign.ADDED, tr("Label scheme: {}").format(name), name)
        for name in sorted(then.keys() - now.keys()):
            yield Line(Sign.REMOVED, tr("Label scheme: {}").format(name), name)
        for name in sorted(name for name in now.keys() & then.keys() if now[name] != then[name]):
            yield Line(Sign.CHANGED, tr("Label scheme: {}").format(name), name)
        count += then != now
    if not count:
        yield Line(Sign.CHANGED, tr("Label scheme: order or settings"))


def more_line(count: int) -> Line:
    """Return the line that stands for changes that are not listed."""
    return Line(Sign.NOTE, tr("… and {} more").format(number(count)))
