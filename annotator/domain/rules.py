"""What must hold of annotations: each rule finds problems and says them in one sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from annotator.domain.annotations import Relation, Span
from annotator.domain.labels import LabelScheme
from annotator.domain.text import Tokens


class Rule(StrEnum):
    """The rules, by the code that reports and ``annotator check --json`` use."""

    SPAN_OUTSIDE = "span-outside-text"
    SPAN_EMPTY = "span-empty"
    SPAN_FRAGMENTS = "span-fragments-overlap"
    SPAN_BLANK_EDGE = "span-blank-edge"
    SPAN_LABEL = "span-label-unknown"
    SPAN_DUPLICATE = "span-duplicate"
    SPAN_MISALIGNED = "span-misaligned"
    RELATION_END = "relation-end-missing"
    RELATION_LABEL = "relation-label-unknown"
    RELATION_ARGUMENTS = "relation-arguments-illegal"
    RELATION_SELF = "relation-to-itself"
    RELATION_DUPLICATE = "relation-duplicate"


UNSOUND = frozenset(
    (Rule.SPAN_OUTSIDE, Rule.SPAN_EMPTY, Rule.SPAN_FRAGMENTS, Rule.RELATION_END),
)
"""Rules whose breach leaves nothing that could be shown: such items are never stored."""

ALLOWED = frozenset((Rule.SPAN_MISALIGNED,))
"""Rules whose breach an edit may leave: the annotator may mean it, so it is shown but not refused."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding.  ``item`` is the id of the span or relation; ``start`` and ``end`` (code points) its place, -1 if none."""

    rule: Rule
    item: str
    message: str
    start: int = -1
    end: int = -1


def span_problems(span: Span, text: str, tokens: Tokens, scheme: LabelScheme) -> Iterator[Problem]:
    """Find what is wrong with one span by itself.  ``tokens`` may be empty: then alignment is not judged."""

    def problem(rule: Rule, message: str) -> Problem:
        return Problem(rule, span.id, message, span.start if span.fragments else -1, span.end if span.fragments else -1)

    if not span.fragments:
        yield problem(Rule.SPAN_EMPTY, "The span covers no text.")
        return
    for start, end in span.fragments:
        if start >= end:
            turned = f"The span ({start}, {end}) ends before it starts."
            yield problem(Rule.SPAN_EMPTY, turned if end < start else f"The span ({start}, {end}) covers no text.")
            return
        if start < 0 or end > len(text):
            message = f"The span ({start}, {end}) lies outside the text, which has {len(text)} characters."
            yield problem(Rule.SPAN_OUTSIDE, message)
            return
    if any(left[1] > right[0] for left, right in zip(span.fragments, span.fragments[1:], strict=False)):
        yield problem(Rule.SPAN_FRAGMENTS, "The fragments of the span overlap or are not in text order.")
        return
    if any(text[start].isspace() or text[end - 1].isspace() for start, end in span.fragments):
        yield problem(Rule.SPAN_BLANK_EDGE, f"The span {quoted(span.surface(text))} begins or ends with white space.")
    if scheme.span(span.label) is None:
        yield problem(Rule.SPAN_LABEL, f"The label “{span.label}” is not in the label scheme.")
    if tokens and not all(tokens.aligned(start, end) for start, end in span.fragments):
        yield problem(Rule.SPAN_MISALIGNED, f"The span {quoted(span.surface(text))} cuts a token.")


def relation_problems(relation: Relation, spans: Mapping[str, Span], scheme: LabelScheme) -> Iterator[Problem]:
    """Find what is wrong with one relation, given the spans of its set by id."""
    head, tail = spans.get(relation.head), spans.get(relation.tail)
    place = (head.start, head.end) if head and head.fragments else (-1, -1)

    def problem(rule: Rule, message: str) -> Problem:
        return Problem(rule, relation.id, message, *place)

    if head is None or tail is None:
        missing = relation.head if head is None else relation.tail
        yield problem(Rule.RELATION_END, f"The relation “{relation.label}” names the span “{missing}”, which does not exist.")
        return
    label = scheme.relation(relation.label)
    if label is None:
        yield problem(Rule.RELATION_LABEL, f"The relation label “{relation.label}” is not in the label scheme.")
        return
    if relation.head == relation.tail and not label.reflexive:
        yield problem(Rule.RELATION_SELF, f"“{relation.label}” cannot link a span to itself.")
    elif not label.allows(head.label, tail.label):
        yield problem(Rule.RELATION_ARGUMENTS, _illegal_arguments(relation.label, head.label, tail.label, scheme))


def _illegal_arguments(name: str, head: str, tail: str, scheme: LabelScheme) -> str:
    label = scheme.relation(name)
    assert label is not None
    heads, tails = " or ".join(label.head) or "any span", " or ".join(label.tail) or "any span"
    if label.symmetric:
        return f"“{name}” links {heads} and {tails}, not {head} and {tail}."
    return f"“{name}” links {heads} to {tails}, not {head} to {tail}."


def problems(
    text: str, tokens: Tokens, scheme: LabelScheme, spans: Mapping[str, Span], relations: Iterable[Relation]
) -> list[Problem]:
    """Find all problems of one annotation set: spans in text order, then relations."""
    found: list[Problem] = []
    seen_spans: dict[str, str] = {}
    for span in spans.values():
        found += span_problems(span, text, tokens, scheme)
        if span.fragments:
            other = seen_spans.setdefault(span.signature, span.id)
            if other != span.id:
                message = f"The span {quoted(span.surface(text))} is labelled {span.label} twice."
                found.append(Problem(Rule.SPAN_DUPLICATE, span.id, message, span.start, span.end))
    found.sort(key=lambda problem: (problem.start, problem.end, problem.item))
    seen_relations: set[tuple[str, str, str]] = set()
    for relation in relations:
        found += relation_problems(relation, spans, scheme)
        ends = relation_ends(relation, scheme)
        if ends in seen_relations:
            found.append(Problem(Rule.RELATION_DUPLICATE, relation.id, f"The relation “{relation.label}” is there twice."))
        seen_relations.add(ends)
    return found


def keeping_from_done(
    text: str, tokens: Tokens, scheme: LabelScheme, spans: Mapping[str, Span], relations: Iterable[Relation]
) -> list[Problem]:
    """Find what keeps an annotation set from being done: done means fit to train on."""
    return [problem for problem in problems(text, tokens, scheme, spans, relations) if problem.rule not in ALLOWED]


def relation_ends(relation: Relation, scheme: LabelScheme) -> tuple[str, str, str]:
    """Return what makes a relation the same as another: label and ends, the ends sorted where the label is symmetric."""
    label = scheme.relation(relation.label)
    if label is not None and label.symmetric and relation.tail < relation.head:
        return relation.label, relation.tail, relation.head
    return relation.label, relation.head, relation.tail


def quoted(surface: str, limit: int = 40) -> str:
    """Return text in quotation marks for a message, shortened, line breaks as blanks."""
    flat = " ".join(surface.split())
    return f"“{flat if len(flat) <= limit else flat[: limit - 1] + '…'}”"


def amount(count: int, what: str) -> str:
    """Return a number with its noun for a message, in the plural unless it is one."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
