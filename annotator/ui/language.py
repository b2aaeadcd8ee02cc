"""The language of the window: the default locale and the translator, set by the setting ``ui.language``.

``system`` takes the locale of the system; English is what stands in the code.  Dates and numbers follow the same locale, through
``QLocale()``, so that a window never mixes two languages.
"""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from annotator.ui.catalogue import Catalogue, read_catalogue
from annotator.ui.i18n import CONTEXT, PARTS, SENTENCES


class CatalogueTranslator(QTranslator):
    """Answers Qt's questions for translations from a catalogue.

    What it does not know it gives back as it came: an empty answer would be shown as an empty text.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        super().__init__()
        self.catalogue = catalogue

    def translate(self, context: str, sourceText: str, disambiguation: str | None = None, n: int = -1) -> str:  # noqa: N803 - Qt's
        """Answer for our texts, for sentences, and for Qt's own words, whose contexts are its classes.

        The article view, which knows nothing of ``ui.i18n``, asks in the names of its classes; these texts are ours, too.
        """
        del disambiguation, n
        if context == SENTENCES:
            return self.catalogue.sentence(sourceText)
        if context == PARTS:
            return self.catalogue.part(sourceText)
        ours = context == CONTEXT or not context.startswith("Q")
        return (self.catalogue.texts if ours else self.catalogue.qt).get(sourceText, sourceText)

    def isEmpty(self) -> bool:
        return False


def locale_of(choice: str) -> QLocale:
    """Return the locale for a value of the setting: the system's own where it is of the language that was chosen."""
    system = QLocale.system()
    own = choice == "system" or system.name().partition("_")[0] == choice
    return system if own else QLocale(choice)


def speak(choice: str) -> None:
    """Let all texts, dates and numbers that are made from now on be in a language; ``choice`` is a value of ``ui.language``.

    Widgets that exist keep their words: whoever switches the language builds the window anew (``ui.standing``).
    """
    locale = locale_of(choice)
    QLocale.setDefault(locale)
    wanted = locale.name().partition("_")[0].lower()
    app = QCoreApplication.instance()
    if app is None:
        return
    installed = app.findChild(CatalogueTranslator)
    if installed is not None:
        if installed.catalogue.language == wanted:
            return
        QCoreApplication.removeTranslator(installed)
        installed.setParent(None)
        installed.deleteLater()
    catalogue = _known(wanted)
    if catalogue is not None:
        translator = CatalogueTranslator(catalogue)
        translator.setParent(app)
        QCoreApplication.installTranslator(translator)


@cache
def _known(language: str) -> Catalogue | None:
    return read_catalogue(language)
