"""Correct pre-annotated articles, span by span and relation by relation, and export training data one can trust.

The rooms, from the outside in; each may import only what stands further down:

``cli``       the command line
``ui``        the window: the only place that knows Qt
``session``   one person at work on one project; the open document
``commands``  one function for each thing a user intends
``store``     the project file: the only place that knows SQL
``formats``   the exchange formats
``nlp``       tokens, suggesters, training: with ``formats.docbin`` the only place that knows spaCy
``jobs``      long work: progress, cancel, worker processes
``settings``  the one table of settings
``domain``    the words of all this: pure Python; its docstring is the glossary

The names below are the small public API for scripts (``api`` has the example); they are imported when first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from annotator._version import __version__

if TYPE_CHECKING:
    from annotator.api import Project
    from annotator.domain.annotations import Relation, Span
    from annotator.domain.documents import Document

__all__ = ["Document", "Project", "Relation", "Span", "__version__"]


def __getattr__(name: str) -> Any:
    if name in ("Relation", "Span"):
        from annotator.domain import annotations

        return getattr(annotations, name)
    if name == "Document":
        from annotator.domain.documents import Document

        return Document
    if name == "Project":
        from annotator.api import Project

        return Project
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
