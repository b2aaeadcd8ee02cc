"""Words in the language of the person at the window.

Every text a person reads is written in English in the code and goes through ``tr``; translations stand in one context, "annotator".
The language itself is that of the default ``QLocale``, which the application sets at its start, so that there is no second place to
keep it.  Texts with parts use ``tr("... {}").format(...)``: translate first, fill in afterwards.

Qt is imported where it is used, so that modules with words but without widgets load without it.
"""

from __future__ import annotations

import html

from annotator.domain.labels import Translations

CONTEXT = "annotator"
"""The one translation context; lupdate is told the same name."""


def tr(text: str) -> str:
    """Return ``text`` in the window's language, or as it is where there is no translation."""
    from PySide6.QtCore import QCoreApplication

    return QCoreApplication.translate(CONTEXT, text)


def language() -> str:
    """Return the code of the window's language, two or three letters: ``id``, ``en``."""
    from PySide6.QtCore import QLocale

    return QLocale().name().partition("_")[0].lower()


def localized(texts: Translations) -> str:
    """Return the text for the window's language, else the English one, else any; empty if there is none."""
    return texts.get(language()) or texts.get("en") or next(iter(texts.values()), "")


def by_count(count: int, one: str, many: str) -> str:
    """Return ``one`` or ``many`` (both translated already) with the count in place of ``{}``."""
    return (one if count == 1 else many).format(number(count))


def number(value: int) -> str:
    """Return a whole number with the separators of the window's language."""
    from PySide6.QtCore import QLocale

    return QLocale().toString(value)


def plain_tip(text: str) -> str:
    """Return ``text`` as a tool tip that Qt wraps and cannot mistake for rich text of its own."""
    return f"<qt>{html.escape(text).replace(chr(10), '<br>')}</qt>" if text else ""
