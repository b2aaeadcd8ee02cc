"""What speaks against a place of the same text, in the window's language.  No widget."""

from __future__ import annotations

from annotator.domain.context import Doubt, Why
from annotator.domain.rules import quoted
from annotator.ui.i18n import number, tr


def doubt_words(doubt: Doubt, hit: str) -> str:
    """Return in a few words why a place that says ``hit`` is not ticked."""
    text = quoted(doubt.text)
    match doubt.why:
        case Why.LABELLED:
            return tr("is {}").format(doubt.label)
        case Why.OVERLAPS:
            part = tr("part of {} ({})") if " ".join(hit.split()) in doubt.text else tr("overlaps {} ({})")
            return part.format(text, doubt.label)
        case Why.LONGER_NAME:
            return tr("part of {}").format(text)
        case Why.AFTER | Why.BEFORE:
            given = doubt.label or tr("blank")
            beside = tr("{}× {} after {}") if doubt.why is Why.AFTER else tr("{}× {} before {}")
            return beside.format(number(doubt.times), given, text)
        case Why.CAPITAL:
            return tr("a capital inside a sentence")
        case Why.ORDINARY:
            return tr("an ordinary word, perhaps")
