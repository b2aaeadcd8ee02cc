"""Words in the window's language."""

from __future__ import annotations

import subprocess
import sys

import pytest
from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

from annotator.ui.i18n import CONTEXT, by_count, language, localized, number, plain_tip, tr


class Upside(QTranslator):
    """Translates our context alone, by turning texts round."""

    def translate(self, context, text, _disambiguation=None, _count=-1):
        return text[::-1] if context == CONTEXT else ""

    def isEmpty(self):
        return False


@pytest.fixture
def locale():
    before = QLocale()
    yield QLocale.setDefault
    QLocale.setDefault(before)


def test_texts_go_through_our_one_context(qapp):
    assert tr("Done") == "Done"
    translator = Upside()
    QCoreApplication.installTranslator(translator)
    try:
        assert tr("Done") == "enoD"
    finally:
        QCoreApplication.removeTranslator(translator)


def test_the_language_is_that_of_the_default_locale(locale):
    locale(QLocale("id_ID"))
    assert language() == "id"
    assert localized({"en": "people", "id": "orang"}) == "orang"
    assert localized({"en": "people"}) == "people"
    assert localized({"nl": "mensen"}) == "mensen"
    assert localized({}) == ""
    assert number(12345) == "12.345"


def test_one_and_many(locale):
    locale(QLocale("en_US"))
    assert by_count(1, "{} span", "{} spans") == "1 span"
    assert by_count(0, "{} span", "{} spans") == "0 spans"
    assert by_count(1234, "{} span", "{} spans") == "1,234 spans"


def test_a_tool_tip_cannot_be_rich():
    assert plain_tip("<b>a</b>\n& b") == "<qt>&lt;b&gt;a&lt;/b&gt;<br>&amp; b</qt>"
    assert plain_tip("") == ""


def test_words_alone_do_not_load_qt():
    code = "import sys, annotator.ui.panels.inspector_facts as m; sys.exit('PySide6' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
