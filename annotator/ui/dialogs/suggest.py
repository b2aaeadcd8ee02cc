"""Asks which suggesters are to run, how, and over which documents."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from PySide6.QtWidgets import QButtonGroup, QDialog, QHBoxLayout, QRadioButton, QVBoxLayout, QWidget

from annotator.domain.labels import LabelScheme
from annotator.domain.suggesting import SuggesterSetup
from annotator.errors import SuggesterError
from annotator.nlp.suggesters import SUGGESTERS, Source
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.frame import accept_buttons, complaint_label, framed
from annotator.ui.dialogs.suggest_detail import Reader, SuggesterDetail
from annotator.ui.dialogs.suggest_list import SuggesterList
from annotator.ui.i18n import by_count, number, told, tr
from annotator.ui.panels.parts import icon_button, plain_label, rule, spaced
from annotator.ui.suggesting_choice import Row, ready


class Scope(StrEnum):
    """Over which documents suggesters run."""

    DOCUMENT = "document"
    LISTED = "listed"
    PROJECT = "project"


@dataclass(frozen=True, slots=True)
class SuggestChoice:
    """What was chosen: all suggesters of the list in their order, and over what those run that are on; ``again`` begins anew."""

    rows: tuple[Row, ...]
    scope: Scope
    again: bool


class SuggestDialog(QDialog):
    """It does not block the window.

    ``rows`` are the suggesters there are.  ``total`` is how many documents the project has, ``listed`` the ids of those that the list
    shows, None where it shows all.
    ``document`` is the name of the open one, empty if none is.  ``unfinished`` says how many documents an unfinished run of the rows
    has done; ``trusts`` asks, where it must, whether the code of a pipeline may run; ``reader`` reads what suggesters work from.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        scheme: LabelScheme,
        ask: Ask,
        parent: QWidget | None = None,
        *,
        folder: Path,
        total: int,
        listed: Sequence[int] | None = None,
        document: str = "",
        unfinished: Callable[[Sequence[Row]], int] | None = None,
        trusts: Callable[[SuggesterSetup], bool] | None = None,
        reader: Reader | None = None,
    ) -> None:
        super().__init__(parent)
        self._language = rows[0].setup.language if rows else ""
        self._trusts = trusts
        self._total, self._unfinished = total, unfinished
        self.listed = listed
        self.list = SuggesterList(rows)
        self.up = icon_button("chevron-up", tr("Believe it before the one above"), tip=tr("Up") + "  (Alt+↑)")
        self.down = icon_button("chevron-down", tr("Believe it after the one below"), tip=tr("Down") + "  (Alt+↓)")
        self.add = icon_button("plus", tr("Another one of this kind, with a file of its own"))
        self.take_out = icon_button("trash", tr("Take it out of the list"))
        self.detail = SuggesterDetail(scheme, ask, folder, reader)
        self.scopes = {
            Scope.DOCUMENT: QRadioButton(),
            Scope.LISTED: QRadioButton(tr("The {} documents that the list shows").format(number(len(listed or ())))),
            Scope.PROJECT: QRadioButton(by_count(total, tr("The only document"), tr("All {} documents"))),
        }
        self.go_on = QRadioButton()
        self.anew = QRadioButton(tr("Begin anew"))
        self._lay_out()
        self.show_document(document)
        self.scopes[Scope.LISTED].setVisible(bool(listed))
        self.scopes[Scope.PROJECT].setChecked(True)
        self.go_on.setChecked(True)
        self.list.changed.connect(self._check)
        self.list.currentItemChanged.connect(self._on_current)
        self.up.clicked.connect(self._on_up)
        self.down.clicked.connect(self._on_down)
        self.add.clicked.connect(self._on_add)
        self.take_out.clicked.connect(self._on_take_out)
        self.detail.read.connect(self._check)
        self.detail.edited.connect(self._on_edited)
        self._scope_group.buttonToggled.connect(self._check)
        self._on_current()
        self._check()
        self.list.setFocus()

    def values(self) -> SuggestChoice:
        """Return what is chosen now."""
        scope = next(scope for scope, button in self.scopes.items() if button.isChecked())
        return SuggestChoice(tuple(self.list.rows()), scope, self._begun() > 0 and self.anew.isChecked())

    def show_document(self, name: str) -> None:
        """Offer the document that is open now; an empty name says that none is."""
        button = self.scopes[Scope.DOCUMENT]
        button.setText(tr("This document: {}").format(_short(name)))
        button.setVisible(bool(name))
        if not name and button.isChecked():
            self.scopes[Scope.PROJECT].setChecked(True)

    def open(self) -> None:
        """Show the dialog without blocking the window behind it."""
        self.setModal(False)
        self.show()

    def accept(self) -> None:
        """Close with what is chosen, unless a pipeline that brings code along is not trusted."""
        for setup in ready(self.list.rows(), self._language):
            if self._trusts is not None and not self._trusts(setup):
                return
        super().accept()

    def done(self, result: int) -> None:
        self.detail.stop()
        super().done(result)

    def _lay_out(self) -> None:
        column = framed(self, tr("Suggest"), width=680)
        column.addWidget(plain_label(tr("Where they differ the surest is believed, and among equals the one above."), quiet=True))
        row = QHBoxLayout()
        spaced(row)
        row.addWidget(self.list, 1)
        sides = QVBoxLayout()
        spaced(sides)
        for button in (self.up, self.down, self.add, self.take_out):
            sides.addWidget(button)
        sides.addStretch(1)
        row.addLayout(sides)
        column.addLayout(row, 3)
        column.addWidget(self.detail, 2)
        column.addWidget(rule())
        self._scope_group, self._go_on_group = QButtonGroup(self), QButtonGroup(self)
        scopes = QVBoxLayout()
        spaced(scopes)
        for button in self.scopes.values():
            self._scope_group.addButton(button)
            scopes.addWidget(button)
        column.addLayout(scopes)
        self._resuming = QWidget()
        inside = QHBoxLayout(self._resuming)
        spaced(inside)
        inside.addSpacing(24)
        for button in (self.go_on, self.anew):
            self._go_on_group.addButton(button)
            inside.addWidget(button)
        inside.addStretch(1)
        column.addWidget(self._resuming)
        self.complaint = complaint_label()
        column.addWidget(self.complaint)
        buttons, self.start = accept_buttons(self, tr("Suggest"))
        column.addWidget(buttons)
        self.resize(720, 660)

    def _begun(self) -> int:
        """Return how many documents an unfinished run over the project has done."""
        if self._unfinished is None or not self.scopes[Scope.PROJECT].isChecked():
            return 0
        return self._unfinished(self.list.rows())

    def _check(self) -> None:
        wrong = self._problem()
        begun = 0 if wrong else self._begun()
        self._resuming.setVisible(begun > 0)
        self.go_on.setText(tr("Go on where it stopped ({} of {})").format(number(begun), number(self._total)))
        self.complaint.setText(wrong)
        self.start.setEnabled(not wrong)

    def _problem(self) -> str:
        if not self._total:
            return tr("The project has no documents yet: import some first.")
        try:
            setups = ready(self.list.rows(), self._language)
        except SuggesterError as error:
            return told(error)
        found = (self.detail.described.get((setup.kind, setup.source)) for setup in setups)
        return next((one.problem for one in found if one is not None and one.problem), "")

    def _on_current(self) -> None:
        row = self.list.current()
        kind = SUGGESTERS[row.setup.kind] if row is not None else None
        self.add.setEnabled(kind is not None and kind.source is not Source.NONE)
        self.take_out.setEnabled(row is not None and kind is not None and self._may_go(row))
        self.detail.show_setup(row.setup if row is not None else None)

    def _on_edited(self, setup: SuggesterSetup) -> None:
        row = self.list.current()
        if row is not None:
            self.list.replace_current(replace(row, setup=setup))
            if setup.source and not row.setup.source:
                self.list.tick_current()  # nobody gives a suggester its file to leave it out

    def _may_go(self, row: Row) -> bool:
        """Tell whether a row may be taken out: each kind keeps one, so that there is one to give a source to."""
        return sum(other.setup.kind == row.setup.kind for other in self.list.rows()) > 1

    def _on_add(self) -> None:
        row = self.list.current()
        if row is not None:
            self.list.add(Row(SuggesterSetup(row.setup.kind, "", language=self._language), on=True), after_current=True)
            self._check()
            self.detail.source.setFocus()

    def _on_take_out(self) -> None:
        self.list.take_current()

    def _on_up(self) -> None:
        self.list.shift(-1)

    def _on_down(self) -> None:
        self.list.shift(1)


def _short(name: str, limit: int = 60) -> str:
    name = " ".join(name.split()).replace("&", "&&")
    return name if len(name) <= limit else name[: limit - 1] + "…"
