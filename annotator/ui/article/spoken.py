"""What a screen reader is told of a span or a relation, in the language of the window."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from annotator.domain.annotations import Relation, Span
from annotator.ui.article.model import ArticleModel
from annotator.ui.article.walk import flat_surface


def described_span(model: ArticleModel, span: Span) -> str:
    """Return what a screen reader says of a span: its label and its text."""
    pattern = _tr("{label}: {text}") if span.reviewed else _tr("Suggestion, {label}: {text}")
    return pattern.format(label=span.label, text=flat_surface(model, span))


def described_relation(model: ArticleModel, relation: Relation) -> str:
    """Return what a screen reader says of a relation: its label and the texts of both ends."""
    head, tail = model.span(relation.head), model.span(relation.tail)
    return _tr("{label}: {head} to {tail}").format(
        label=relation.label, head=flat_surface(model, head), tail=flat_surface(model, tail)
    )


def described_focus(model: ArticleModel, span_id: str | None, relation_id: str | None) -> str:
    """Return what a screen reader says of the span or relation with the focus; nothing if neither has it."""
    span = model.span(span_id) if span_id is not None else None
    relation = model.relation(relation_id) if relation_id is not None else None
    if span is not None:
        return described_span(model, span)
    return described_relation(model, relation) if relation is not None else ""


def _tr(text: str) -> str:
    return QCoreApplication.translate("ArticleView", text)
