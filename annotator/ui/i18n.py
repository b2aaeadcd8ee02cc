"""Words in the language of the person at the window.

Every text a person reads is written in English in the code and goes through ``tr``; translations stand in one context, "annotator",
and come from ``ui.catalogue``.  What is said below the window (an error's sentence) is in English and goes through ``told``.
The language itself is that of the default ``QLocale``, which the application sets at its start, so that there is no second place to
keep it.  Texts with parts use ``tr("... {}").format(...)``: translate first, fill in afterwards.

Qt is imported where it is used, so that modules with words but without widgets load without it.
"""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from annotator.domain.labels import Translations

if TYPE_CHECKING:
    import datetime as dt

CONTEXT = "annotator"
"""The one translation context of our texts."""

SENTENCES = "annotator.sentences"
"""The context in which sentences are looked up whose values are filled in already."""

PARTS = "annotator.parts"
"""The same for what is only a part of a sentence and stands in a cell by itself."""


def tr(text: str) -> str:
    """Return ``text`` in the window's language, or as it is where there is no translation."""
    from PySide6.QtCore import QCoreApplication

    return QCoreApplication.translate(CONTEXT, text)


def told(said: object, context: str = SENTENCES) -> str:
    """Return a sentence from below the window, an error or its text, in the window's language; in English where it is not known.

    The sentence is recognised by its template in the catalogue: whoever raises it knows nothing of languages.
    """
    from PySide6.QtCore import QCoreApplication

    sentence = str(said)
    try:
        return sentence if "\0" in sentence else QCoreApplication.translate(context, sentence)
    except UnicodeEncodeError:  # it quotes an article with half a character, which Qt cannot be asked about
        return sentence


def step_words(text: str, detail: str) -> str:
    """Return what a step of the history is called; raises ``IndexError``, ``KeyError`` or ``ValueError`` for a broken template.

    Where text and detail are both the program's ("Mark the {} done", "document"), they are translated as one.
    """
    whole = text.format(detail)
    try:
        known = tr(whole)
    except UnicodeEncodeError:  # the detail names a file whose name is not text
        return tr(text).format(detail)
    return known if known != whole else tr(text).format(detail)


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


def decimal(value: float, digits: int) -> str:
    """Return a number with as many digits after the point, or the comma, of the window's language."""
    from PySide6.QtCore import QLocale

    return QLocale().toString(value, "f", digits)


def share(value: float, digits: int = 0) -> str:
    """Return a share of one in percent, with the signs of the window's language."""
    from PySide6.QtCore import QLocale

    locale = QLocale()
    return f"{locale.toString(100 * value, 'f', digits)}{locale.percent()}"


def date(day: dt.date, *, year: bool = True) -> str:
    """Return a day with the name of its month in the window's language; without ``year`` where it stands among its neighbours."""
    from PySide6.QtCore import QDate, QLocale

    return QLocale().toString(QDate(day.year, day.month, day.day), "d MMM yyyy" if year else "d MMM")


def plain_tip(text: str) -> str:
    """Return ``text`` as a tool tip that Qt wraps and cannot mistake for rich text of its own."""
    return f"<qt>{html.escape(text).replace(chr(10), '<br>')}</qt>" if text else ""
