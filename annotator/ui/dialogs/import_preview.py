"""The step of an import that shows what the files are, and their first articles with their spans."""

from __future__ import annotations

import re
from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from annotator.commands.previewing import Survey
from annotator.domain.annotations import AnnotationSet, SetInfo
from annotator.domain.documents import Document
from annotator.domain.exchange import Record
from annotator.domain.labels import LabelScheme
from annotator.domain.text import Tokens
from annotator.formats.plugins import known_formats
from annotator.session.document import DocumentState
from annotator.ui.article.surface import ArticleSurface
from annotator.ui.dialogs.frame import add_field, form, side_button
from annotator.ui.i18n import by_count, number, plain_tip, told, tr
from annotator.ui.panels.parts import CalmComboBox, plain_label, spaced, theme_of

_WORD = re.compile(r"\w+|[^\w\s]")

_LONGEST = 6_000
"""Code points of an article that are shown: a look, not a reading."""


class PreviewPage(QWidget):
    """``optionsChanged`` says that the file is to be read in another way: another encoding, another unit of offsets."""

    optionsChanged = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.facts = plain_label()
        self.facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.counts = plain_label(quiet=True)
        self.previous = side_button("‹", tr("Previous article"))
        self.next = side_button("›", tr("Next article"))
        self.name = plain_label(wrap=False)
        self.article = ArticleSurface()
        self.article.setAccessibleName(tr("One of the first articles"))
        self.article.setTabChangesFocus(True)
        self.article.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.article.setMinimumHeight(160)
        self._samples: list[Record] = []
        self._rename: Callable[[Record], tuple[Record, LabelScheme]] | None = None
        self._at = 0
        self._given: dict[str, str] = {}
        self._options: dict[str, CalmComboBox] = {}
        self._lay_out()
        self.previous.clicked.connect(self._on_previous)
        self.next.clicked.connect(self._on_next)

    def show_survey(self, found: Survey, shown: Callable[[Record], tuple[Record, LabelScheme]]) -> None:
        """Show what was found; ``shown`` gives a record the labels it will have, and the scheme with their colours."""
        self.facts.setText("\n".join(_facts(found)))
        self.counts.setText(_counts(found))
        self._samples, self._rename = found.samples, shown
        self._offer(found)
        self._show(0)

    def options(self) -> dict[str, str]:
        """Return what was chosen for the format's own options."""
        return {name: box.currentData() for name, box in self._options.items() if box.currentData()}

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        spaced(column, spacing=3)
        column.addWidget(self.facts)
        column.addWidget(self.counts)
        self._form: QFormLayout = form()
        column.addLayout(self._form)
        line = QHBoxLayout()
        spaced(line)
        line.addWidget(self.previous)
        line.addWidget(self.next)
        line.addWidget(self.name, 1)
        column.addLayout(line)
        column.addWidget(self.article, 1)

    def _offer(self, found: Survey) -> None:
        """Offer the options of the format that have a few values to choose from; not anew while the format is the same."""
        formats = {facts.format for facts in found.files}
        known = known_formats()
        reads = known[next(iter(formats))].read_options if len(formats) == 1 and formats <= known.keys() else None
        choices = {name: values for name, values in (reads or {}).items() if values}
        if choices.keys() == self._options.keys():
            return
        while self._form.rowCount():
            self._form.removeRow(0)
        self._options = {}
        for name, values in choices.items():
            box = CalmComboBox(_caption(name))
            for value in values:
                box.addItem(_value(value), value if value != values[0] else "")
            box.currentIndexChanged.connect(self.optionsChanged)
            add_field(self._form, _caption(name), box)
            self._options[name] = box

    def _show(self, at: int) -> None:
        self._at = max(0, min(at, len(self._samples) - 1))
        self.previous.setEnabled(self._at > 0)
        self.next.setEnabled(self._at + 1 < len(self._samples))
        if not self._samples or self._rename is None:
            self.name.setText(tr("There is no article to show."))
            self.article.set_article(None)
            return
        record, scheme = self._rename(self._samples[self._at])
        self.name.setText(tr("{} of the first {}: {}").format(self._at + 1, len(self._samples), _short(record.name)))
        self.name.setToolTip(plain_tip(record.name + (f" · {record.annotator}" if record.annotator else "")))
        self.article.set_theme(theme_of(self))
        self.article.set_article(_state(record, scheme))
        self.article.set_arcs("all")

    def _on_previous(self) -> None:
        self._show(self._at - 1)
        (self.previous if self.previous.isEnabled() else self.next).setFocus()

    def _on_next(self) -> None:
        self._show(self._at + 1)
        (self.next if self.next.isEnabled() else self.previous).setFocus()


def _short(name: str, most: int = 44) -> str:
    return name if len(name) <= most else f"{name[: most // 2]}…{name[-most // 2 + 1 :]}"


def _state(record: Record, scheme: LabelScheme) -> DocumentState:
    text = record.text[:_LONGEST]
    spans = {span.id: span for span in record.spans if span.end <= len(text)}
    relations = {link.id: link for link in record.relations if link.head in spans and link.tail in spans}
    content = AnnotationSet(SetInfo(0, record.annotator, record.kind), spans, relations)
    extended = scheme.with_labels((span.label for span in spans.values()), (link.label for link in relations.values()))
    words = Tokens(match.span() for match in _WORD.finditer(text))  # enough to see what cuts a word
    return DocumentState(Document(record.name, text, {}, words, ()), content, extended, read_only=True)


def _facts(found: Survey) -> list[str]:
    """Say what the files are: each by itself while they are few, else by format."""
    known = known_formats()
    lines: list[str] = []
    for facts in found.files[:4]:
        what = tr(known[facts.format].title) if facts.format in known else told(facts.problem)
        lines.append(
            f"{facts.path.name}: {what}" + (f" · {_encoding(facts.encoding, guessed=facts.guessed)}" if facts.encoding else "")
        )
    if len(found.files) > 4:
        lines.append(tr("… and {} more").format(number(len(found.files) - 4)))
    for unit, count in found.units.most_common():
        one, many = (
            tr("In {} document offsets count {}: they are converted."),
            tr("In {} documents offsets count {}: they are converted."),
        )
        lines.append((one if count == 1 else many).format(number(count), told(unit)))
    if not found.units and found.span_labels:
        lines.append(tr("Offsets count characters (code points), as here."))
    return lines


def _encoding(name: str, *, guessed: bool) -> str:
    return tr("probably {}").format(name) if guessed else name


def _counts(found: Survey) -> str:
    parts = [by_count(found.documents, tr("{} new document"), tr("{} new documents"))]
    if found.known:
        parts.append(tr("{} there already").format(number(found.known)))
    if found.reworded:
        parts.append(by_count(found.reworded, tr("{} in another wording"), tr("{} in another wording")))
    parts.append(by_count(sum(found.span_labels.values()), tr("{} span"), tr("{} spans")))
    parts.append(by_count(sum(found.relation_labels.values()), tr("{} relation"), tr("{} relations")))
    whose = ", ".join(name for (name, _), _ in found.annotators.most_common(4))
    return ", ".join(parts) + (" · " + tr("by {}").format(whose) if whose else "")


def _caption(option: str) -> str:
    captions = {
        "offsets": tr("Offsets count"),
        "status": tr("Documents are"),
        "tags": tr("Tags are"),
        "documents": tr("One document is"),
        "spacing": tr("Between words"),
    }
    return captions.get(option, option.replace("_", " ").capitalize())


def _value(value: str) -> str:
    known = {"auto": tr("what fits best"), "code-points": tr("characters (code points)"), "sentence": tr("a sentence")}
    return known.get(value, value)
