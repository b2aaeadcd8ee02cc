"""Any start and any gold for the replay: small texts with everything that is hard about text, and sets of spans and relations on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span, ordered_fragments
from annotator.domain.documents import Document
from annotator.domain.labels import LabelScheme, scheme_from_dict
from annotator.domain.rules import relation_ends
from annotator.domain.text import Range, trim
from annotator.ui.article.caret import next_character
from tests.e2e.replay_result import Case
from tests.e2e.window_support import document_of

ANNOTATOR = "ani"

WORDS = (
    "Budi", "di", "BRI", "Jakarta-nya", "(26/11).", "anti-teror", "a", "😊", "👨‍👩‍👧", "🇮🇩", "e\u0301cole", "नि", "日本語", "كتاب", "שלום",
    "۱۲۳", "x" * 30, "\u200b", "«", "ﷺ", "𝒳yz", "\ufeff",
)  # fmt: skip
GAPS = (" ", " ", " ", "", "  ", "\n", "\r\n", "\t", "\u00a0", "\u2029", "\n\n")

SCHEME: LabelScheme = scheme_from_dict({
    "name": "any",
    "spans": ["PERSON", "ORG", "GPE"],
    "relations": [
        {"name": "leads", "head": ["PERSON"], "tail": ["ORG", "GPE"]},
        {"name": "met_with", "head": ["PERSON"], "tail": ["PERSON"], "symmetric": True},
        {"name": "linked"},
        {"name": "same_as", "symmetric": True, "reflexive": True},
    ],
})  # fmt: skip


@st.composite
def texts(draw: st.DrawFn) -> str:
    """Draw a text with at least one token."""
    words = draw(st.lists(st.sampled_from(WORDS), min_size=1, max_size=14))
    text = "".join(word + draw(st.sampled_from(GAPS)) for word in words)
    return text if text.strip("\ufeff\u200b").strip() else f"{text}Budi"


@st.composite
def places(draw: st.DrawFn, document: Document, *, aligned: bool | None = None) -> Range:
    """Draw a place for a fragment: whole tokens, or any characters (as a reader sees them) without white space at the edges."""
    tokens, text = document.tokens, document.text
    first = draw(st.integers(0, len(tokens) - 1))
    last = draw(st.integers(first, min(len(tokens) - 1, first + 4)))
    whole = tokens.starts[first], tokens.ends[last]
    if aligned or (aligned is None and draw(st.integers(0, 2))):
        return whole
    borders = [whole[0]]
    while borders[-1] < whole[1]:
        borders.append(min(next_character(text, borders[-1], 1), whole[1]))
    low = draw(st.integers(0, len(borders) - 2))
    found = trim(text, borders[low], borders[draw(st.integers(low + 1, len(borders) - 1))])
    return found if found[0] < found[1] else whole


@st.composite
def span_sets(draw: st.DrawFn, document: Document, prefix: str, most: int = 6, pieces: int = 1) -> dict[str, Span]:
    """Draw spans, nested and crossing as it comes, no two alike; with ``pieces`` some have several fragments."""
    found: dict[str, Span] = {}
    for number in range(draw(st.integers(0, most))):
        fragments = [draw(places(document)) for _ in range(draw(st.integers(1, pieces)))]
        span = Span(f"{prefix}{number}", ordered_fragments(fragments), draw(st.sampled_from(SCHEME.spans)).name)
        found.setdefault(span.signature, span)
    return {span.id: span for span in found.values()}


@st.composite
def relation_sets(draw: st.DrawFn, spans: dict[str, Span], prefix: str, most: int = 5) -> dict[str, Relation]:
    """Draw legal relations, several on a pair and of a span to itself among them, no two alike."""
    found: dict[tuple[str, str, str], Relation] = {}
    ends = sorted(spans)
    for number in range(draw(st.integers(0, most)) if ends else 0):
        head, tail = (draw(st.sampled_from(ends)) for _ in range(2))
        legal = [label.name for label in SCHEME.links(spans[head].label, spans[tail].label, same_span=head == tail)]
        if legal:
            relation = Relation(f"{prefix}{number}", draw(st.sampled_from(legal)), head, tail)
            found.setdefault(relation_ends(relation, SCHEME), relation)
    return {relation.id: relation for relation in found.values()}


@st.composite
def cases(draw: st.DrawFn, *, pieces: int = 1) -> Case:
    """Draw a text with a start (nothing, a model's suggestions, or one's own half-done work) and a gold, which share what they share."""
    document = document_of(draw(texts()))
    spans = draw(span_sets(document, "g", pieces=pieces))
    gold = AnnotationSet(SetInfo(0, "gold", Kind.GOLD), spans, draw(relation_sets(spans, "G")))
    kind = draw(st.sampled_from((None, Kind.MODEL, Kind.PERSON)))
    if kind is None:
        return Case(document, None, gold)
    start = draw(_starts(document, gold, kind, pieces))
    return Case(document, start, draw(_reviewed_as_can_be(gold, start)))


@st.composite
def _starts(draw: st.DrawFn, document: Document, gold: AnnotationSet, kind: Kind, pieces: int) -> AnnotationSet:
    """Draw what is there at first: some of the gold, some of it with another label or place, and other things."""
    found: dict[str, Span] = {}
    for span in [*gold.spans.values(), *draw(span_sets(document, "s", most=3, pieces=pieces)).values()]:
        change = draw(st.sampled_from(("none", "none", "label", "edge", "place", "gone")))
        other = span
        if change == "label":
            other = replace(span, label=draw(st.sampled_from(SCHEME.spans)).name)
        elif change == "edge":
            other = replace(span, fragments=draw(_beside(document, span)))
        elif change == "place":
            other = replace(span, fragments=(draw(places(document)),))
        if change != "gone":
            found.setdefault(other.signature, replace(other, reviewed=kind is Kind.PERSON and draw(st.booleans())))
    spans = {span.id: span for span in found.values()}
    links: dict[tuple[str, str, str], Relation] = {}
    kept = [one for one in gold.relations.values() if one.head in spans and one.tail in spans and draw(st.booleans())]
    for relation in (*kept, *draw(relation_sets(spans, "S", most=3)).values()):
        reviewed = spans[relation.head].reviewed and spans[relation.tail].reviewed and draw(st.booleans())
        links.setdefault(relation_ends(relation, SCHEME), replace(relation, reviewed=reviewed))
    relations = {relation.id: relation for relation in links.values() if _legal(relation, spans)}
    return AnnotationSet(SetInfo(0, ANNOTATOR if kind is Kind.PERSON else "model", kind), spans, relations)


@st.composite
def _beside(draw: st.DrawFn, document: Document, span: Span) -> tuple[Range, ...]:
    """Draw fragments like those of a span, but for the outer end of the last or the outer start of the first."""
    (start, first_end), (last_start, end) = span.fragments[0], span.fragments[-1]
    if draw(st.booleans()):
        start = draw(st.sampled_from([offset for offset in document.tokens.starts if offset < first_end] or [start]))
        return ordered_fragments(((start, first_end), *span.fragments[1:]))
    end = draw(st.sampled_from([offset for offset in document.tokens.ends if offset > last_start] or [end]))
    return ordered_fragments((*span.fragments[:-1], (last_start, end)))


def _legal(relation: Relation, spans: dict[str, Span]) -> bool:
    label = SCHEME.relation(relation.label)
    return label is not None and label.allows(spans[relation.head].label, spans[relation.tail].label)


@st.composite
def _reviewed_as_can_be(draw: st.DrawFn, gold: AnnotationSet, start: AnnotationSet) -> AnnotationSet:
    """Leave some of the gold unreviewed, where it is suggested just so; relations that would end there are no part of the gold."""
    open_spans = {span.signature for span in start.spans.values() if not span.reviewed}
    loose = {key for key, span in gold.spans.items() if span.signature in open_spans and draw(st.booleans())}
    if not draw(st.booleans()):
        return gold
    spans = {key: replace(span, reviewed=key not in loose) for key, span in gold.spans.items()}
    links = {key: one for key, one in gold.relations.items() if one.head not in loose and one.tail not in loose}
    return AnnotationSet(gold.info, spans, links)


def described(several: Sequence[Case]) -> str:
    """Return cases as one can read them in a failed test."""
    return "\n".join(f"{case.document.text!r}\n  start {case.start}\n  gold {case.gold}" for case in several)
