"""What becomes of the annotations when a label, attribute or category goes: another name, or nothing; asked with the numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QDialog, QRadioButton, QVBoxLayout, QWidget

from annotator.domain.scheme_draft import Entry
from annotator.domain.scheme_edit import Part
from annotator.domain.scheme_values import ValueEntry
from annotator.store.relabelling import Use
from annotator.ui.dialogs.frame import accept_buttons, framed
from annotator.ui.i18n import by_count, number, tr
from annotator.ui.panels.parts import CalmComboBox, plain_label, spaced, swatch_icon, theme_of

Twins = Callable[[Part, Sequence[str], Sequence[str]], int]
"""Counts what has one of some names and says the same as what has one of others."""


def use_words(part: Part, use: Use) -> str:
    """Say how much has a name; the documents only where they were counted."""
    counted = {
        Part.SPANS: by_count(use.items, tr("{} span"), tr("{} spans")),
        Part.RELATIONS: by_count(use.items, tr("{} relation"), tr("{} relations")),
        Part.ATTRIBUTES: by_count(use.items, tr("{} span or relation"), tr("{} spans and relations")),
        Part.CATEGORIES: by_count(use.items, tr("{} annotation set"), tr("{} annotation sets")),
    }[part]
    if not use.documents:
        return counted
    documents = by_count(use.documents, tr("{} document"), tr("{} documents"))
    told = tr("{items} in {documents}").format(items=counted, documents=documents)
    return told + (tr(" ({} of them suggestions)").format(number(use.suggested)) if use.suggested else "")


class FateDialog(QDialog):
    """Asks about one entry, or one value of an attribute.

    Once accepted, ``into`` is what takes its place, or None: its annotations are removed, or (``keeps``, offered where ``keeping``)
    stay as they are.
    """

    def __init__(
        self,
        part: Part,
        entry: Entry | ValueEntry,
        others: Sequence[Entry | ValueEntry],
        use: Use,
        *,
        merging: bool,
        keeping: bool = False,
        twins: Twins | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._part, self._entry, self._twins = part, entry, twins
        self._others = [other for other in others if other is not entry]
        self._merging = merging
        title = tr("Merge {}") if merging else tr("Delete {}")
        column = framed(self, title.format(entry.name), width=440)
        has = tr("{name} has {use}, of all annotators and models.").format(name=entry.name, use=use_words(part, use))
        column.addWidget(plain_label(has if use.items else tr("Nothing has {} yet.").format(entry.name)))
        self.become = QRadioButton(by_count(use.items, tr("It becomes:"), tr("They become:")))
        self.remove = QRadioButton(_removal(part, use))
        self.keep = QRadioButton(
            by_count(use.items, tr("It keeps it, but it is no longer offered"), tr("They keep it, but it is no longer offered"))
        )
        self.other = CalmComboBox(by_count(use.items, tr("What it becomes"), tr("What they become")))
        for place, other in enumerate(self._others):
            if isinstance(other, Entry):
                self.other.addItem(swatch_icon(theme_of(self), other.shown_color), other.name, place)
            else:
                self.other.addItem(other.name, place)
        self.told = plain_label(quiet=True)
        choice = QVBoxLayout()
        spaced(choice, spacing=2)
        choice.addWidget(self.become)
        choice.addWidget(self.other)
        choice.addWidget(self.told)
        choice.addSpacing(6)
        choice.addWidget(self.remove)
        choice.addWidget(self.keep)
        column.addLayout(choice)
        column.addWidget(
            plain_label(tr("It is done when you apply the changes of the scheme, and one undo takes it back."), quiet=True)
        )
        buttons, self.go = accept_buttons(self, tr("Merge") if merging else tr("Delete"))
        column.addWidget(buttons)
        self.become.setVisible(not merging)
        self.remove.setVisible(not merging)
        self.keep.setVisible(keeping and not merging)
        self.become.setEnabled(bool(self._others))
        self.become.setChecked(bool(self._others))
        self.go.setEnabled(bool(self._others))  # removing has to be chosen
        self.become.toggled.connect(self._on_toggled)
        self.remove.toggled.connect(self._on_toggled)
        self.keep.toggled.connect(self._on_toggled)
        self.other.currentIndexChanged.connect(self._on_toggled)
        self._on_toggled()
        self.other.setFocus()

    @property
    def into(self) -> Entry | ValueEntry | None:
        """What takes the entry's place."""
        return None if self._leaving or not self._others else self._others[self.other.currentData()]

    @property
    def keeps(self) -> bool:
        """Whether annotations stay as they are."""
        return self.keep.isChecked() and not self._merging

    @property
    def _leaving(self) -> bool:
        """Whether nothing takes the entry's place."""
        return (self.remove.isChecked() or self.keep.isChecked()) and not self._merging

    def _on_toggled(self) -> None:
        self.other.setEnabled(not self._leaving)
        self.go.setEnabled(self._leaving or bool(self._others))
        into, count = self.into, 0
        if self._twins is not None and isinstance(into, Entry) and isinstance(self._entry, Entry):
            count = self._twins(self._part, self._entry.was, into.was)
        text = by_count(
            count,
            tr("{} of them is there as {{}}, too: the two become one, with what both had."),
            tr("{} of them are there as {{}}, too: each two become one, with what both had."),
        )
        self.told.setText(text.format(into.name) if into is not None and count else "")
        self.told.setVisible(bool(self.told.text()))


def _removal(part: Part, use: Use) -> str:
    if part is Part.SPANS:
        return by_count(
            use.items, tr("The {} span is removed, with its relations"), tr("The {} spans are removed, with their relations")
        )
    if part is Part.RELATIONS:
        return by_count(use.items, tr("The {} relation is removed"), tr("The {} relations are removed"))
    if part is Part.ATTRIBUTES:
        return by_count(use.items, tr("{} span or relation loses it"), tr("{} spans and relations lose it"))
    return by_count(use.items, tr("{} annotation set loses it"), tr("{} annotation sets lose it"))
