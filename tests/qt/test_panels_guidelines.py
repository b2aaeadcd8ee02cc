"""The guidelines beside the article: Markdown as text alone, gone to with the label in focus."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QUrl
from PySide6.QtGui import QTextDocument

from annotator.domain.labels import LabelScheme, SpanLabel, scheme_from_dict
from annotator.ui.panels.guidelines import GuidelinesPanel, MarkdownView

TEXT = "# Rules\n\nOne **bold** word.\n\n" + "Filler.\n\n" * 60 + "## GPE\n\nPlaces that govern.\n\n" + "More.\n\n" * 60


@pytest.fixture
def panel(qtbot):
    made = GuidelinesPanel()
    qtbot.addWidget(made)
    made.resize(300, 240)
    made.show()
    return made


def scheme() -> LabelScheme:
    return scheme_from_dict(
        {
            "spans": [
                {"name": "PERSON", "description": {"en": "People <b>only</b> *here*"}, "examples": {"en": "Budi"}},
                {"name": "GPE", "description": {"en": "places"}},
            ],
            "relations": [{"name": "leads", "head": ["PERSON"]}],
            "guidelines": {"en": TEXT},
        }
    )


def test_headings_of_labels_come_from_the_guidelines_or_else_from_the_scheme(panel):
    panel.set_scheme(scheme())
    assert list(panel.view.headings()) == ["Rules", "GPE", "PERSON", "leads"]
    shown = panel.view.toPlainText()
    assert "One bold word." in shown
    assert "People <b>only</b> *here*" in shown, "a description is plain text"
    assert "For example: Budi" in shown
    assert "PERSON to any span" in shown
    assert "places" not in shown.replace("Places", ""), "what the guidelines say of a label is enough"
    assert panel.hint.text() == ""


def test_it_goes_to_the_label_in_focus(panel):
    panel.set_scheme(scheme())
    bar = panel.view.verticalScrollBar()
    assert bar.value() == 0
    panel.set_label("GPE")
    there = bar.value()
    assert there > 200
    assert panel.view.cursorForPosition(panel.view.viewport().rect().topLeft()).block().text() in ("GPE", "Filler.")
    panel.set_label("")
    assert bar.value() == there
    panel.set_label("unknown")
    assert bar.value() == there


def test_without_guidelines_the_scheme_speaks(panel):
    panel.set_scheme(replace(scheme(), guidelines={}))
    assert "No guidelines are written yet" in panel.hint.text()
    assert list(panel.view.headings()) == ["PERSON", "GPE", "leads"]
    panel.set_scheme(None)
    assert panel.view.isHidden()
    assert "Open a project" in panel.hint.text()


def test_it_is_laid_out_only_where_it_is_seen(qtbot):
    panel = GuidelinesPanel()
    qtbot.addWidget(panel)
    panel.set_scheme(scheme())
    panel.set_label("GPE")
    assert panel.view.toPlainText() == ""
    panel.resize(300, 240)
    panel.show()
    assert "Rules" in panel.view.headings()
    assert panel.view.verticalScrollBar().value() > 200


def test_read_only_projects_have_no_pencil(panel):
    panel.set_scheme(scheme(), editable=False)
    assert panel.edit.isHidden()
    panel.set_scheme(scheme())
    assert not panel.edit.isHidden()


def test_the_pencil_asks_for_the_editor(panel, qtbot):
    panel.set_scheme(scheme())
    with qtbot.waitSignal(panel.editRequested, timeout=1000):
        panel.edit.click()


@pytest.mark.parametrize("place", ["picture.png", "file:///etc/passwd", "http://127.0.0.1:9/x.png", "data:image/png;base64,AA"])
def test_nothing_is_ever_loaded(qtbot, tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "picture.png").write_bytes(b"something")
    view = MarkdownView("x")
    qtbot.addWidget(view)
    view.show_markdown(f"![a]({place}) <img src='{place}'> [link]({place})")
    view.show()
    for url in (QUrl(place), QUrl.fromLocalFile(str(tmp_path / "picture.png"))):
        assert view.document().resource(QTextDocument.ResourceType.ImageResource.value, url).isEmpty()
        assert view.document().resource(QTextDocument.ResourceType.StyleSheetResource.value, url).isEmpty()
    assert "<img src=" in view.toPlainText()
    before = view.toPlainText()
    view.anchorClicked.emit(QUrl(place))
    assert view.toPlainText() == before


def test_a_label_called_like_markup_is_text(panel):
    panel.set_scheme(LabelScheme("x", (SpanLabel("# <h1>*x*"),)))
    assert list(panel.view.headings()) == ["# <h1>*x*"]
