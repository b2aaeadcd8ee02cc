"""The knowledge base of the project: how much there is, from where, a look around in it; loading another file, and removing it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QDateTime, QLocale, Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QHBoxLayout, QLineEdit, QListWidget, QProgressBar, QWidget

from annotator.domain.exchange import Complaint
from annotator.domain.knowledge import Entry
from annotator.domain.progress import Progress
from annotator.store.knowledge import State
from annotator.ui.choice import Option
from annotator.ui.dialogs.frame import close_buttons, framed, side_button
from annotator.ui.dialogs.import_complaints import ComplaintList
from annotator.ui.dropping import FileDrop
from annotator.ui.i18n import by_count, tr
from annotator.ui.panels.inspector_facts import shortened
from annotator.ui.panels.option_rows import OptionRows, option_item
from annotator.ui.panels.parts import heading, plain_label, searching, spaced

if TYPE_CHECKING:
    from annotator.commands.knowledge import LoadReport

_MOST_OF_NAMES = 400


@dataclass(frozen=True, slots=True)
class Links:
    """How the spans of the project are linked: how many to entries, and the ids that have none, with how many spans each."""

    known: int
    unknown: tuple[tuple[str, int], ...]

    @property
    def unknown_spans(self) -> int:
        """How many spans are linked to an id that has no entry."""
        return sum(count for _, count in self.unknown)


class KnowledgeDialog(QDialog):
    """It does not block the window; what it asks for is done by its controller.

    ``look_up`` returns the entries for what was typed, the first ones for nothing.  ``loadRequested`` brings the path of a file or None
    for one to be asked for, and whether it is to take the place of what is there.
    """

    loadRequested = Signal(object, bool)
    removeRequested = Signal()
    saveRequested = Signal()
    stopRequested = Signal()

    def __init__(self, look_up: Callable[[str], Sequence[Entry]], parent: QWidget | None = None, *, writable: bool) -> None:
        super().__init__(parent)
        self._look_up, self._writable = look_up, writable
        self._state, self._links, self._working = State(), Links(0, ()), False
        self._listed: dict[str, Entry] = {}
        self.title, self.source, self.links = heading("", larger=1.2), plain_label(quiet=True), plain_label(quiet=True)
        self.field = QLineEdit()
        self.field.setPlaceholderText(tr("Type a name or an id"))
        self.field.setAccessibleName(tr("Type a name or an id"))
        searching(self.field)
        self.shown = QComboBox()
        self.shown.setAccessibleName(tr("What is listed"))
        self.list = QListWidget()
        self.detail = plain_label()
        self.how = QComboBox()
        self.bar = QProgressBar()
        self.stop = side_button(tr("Stop"))
        self.told = plain_label()
        self.complaints = ComplaintList(tr("What is said of the file"))
        self._lay_out()
        self._connect()
        self.show_state(State())
        self.show_idle()

    def open(self) -> None:
        """Show the dialog without blocking the window behind it."""
        self.setModal(False)
        self.show()
        (self.field if self._state.entries else self.load).setFocus()

    # What is told to it

    def show_state(self, state: State) -> None:
        """Show how much there is, from where, and list it anew."""
        self._state = state
        if state.entries:
            self.title.setText(by_count(state.entries, tr("{} entry"), tr("{} entries")))
            self.source.setText(tr("From {file}, loaded on {when}").format(file=state.source, when=_moment(state.loaded)))
        else:
            self.title.setText(tr("No knowledge base is loaded"))
            self.source.setText(
                tr(
                    "It says what the ids mean that spans are linked to: a CSV, TSV or JSONL file with the columns id and name, and, if you"
                    " like, aliases, description, url, label and frequency. Drop one here, or load it."
                )
            )
        self._enable()
        self._list_again()

    def show_links(self, links: Links) -> None:
        """Show how the spans are linked."""
        self._links = links
        told = [by_count(links.known, tr("{} span is linked to an entry."), tr("{} spans are linked to entries."))]
        if links.unknown:
            pattern = by_count(links.unknown_spans, tr("{} span is linked to {{}}"), tr("{} spans are linked to {{}}"))
            ids = by_count(len(links.unknown), tr("{} id without an entry."), tr("{} ids without an entry."))
            told.append(pattern.format(ids))
        self.links.setText(" ".join(told))
        self.links.setVisible(bool(self._state.entries or links.unknown))
        self._enable()
        if self._lists_unknown:
            self._list_again()

    def show_progress(self, progress: Progress) -> None:
        """Show how far the work is; until ``show_idle`` nothing else can be asked for."""
        self._working = True
        self.bar.setRange(0, progress.total)
        self.bar.setValue(progress.done)
        self.bar.show()
        self.stop.show()
        self.told.setText(tr(progress.what) if progress.what else "")
        self.told.show()
        self.complaints.hide()
        self._enable()

    def show_idle(self, told: str = "", complaints: Sequence[Complaint] = ()) -> None:
        """Say how it ended, and what there was to say of the file."""
        ended, self._working = self._working, False
        self.bar.hide()
        self.stop.hide()
        self.told.setText(told)
        self.told.setVisible(bool(told))
        self.complaints.show_complaints(complaints)
        self.complaints.setVisible(bool(complaints))
        self._enable()
        if ended:
            self.load.setFocus()  # it lost the keyboard while it could not be pressed

    # The list

    @property
    def _lists_unknown(self) -> bool:
        return self.shown.currentIndex() == 1

    def _list_again(self) -> None:
        typed = self.field.text().strip()
        self.list.clear()
        if self._lists_unknown:
            folded, self._listed = typed.casefold(), {}
            options = [_unknown_row(*found) for found in self._links.unknown if folded in found[0].casefold()]
        else:
            self._listed = {entry.id: entry for entry in self._look_up(typed)} if self._state.entries else {}
            options = [_row(entry) for entry in self._listed.values()]
        for option in options:
            self.list.addItem(option_item(option))
        self.list.setCurrentRow(0)
        self._show_detail()

    def _show_detail(self) -> None:
        item = self.list.currentItem()
        entry = self._listed.get(item.data(Qt.ItemDataRole.UserRole)) if item is not None else None
        self.detail.setText(_whole(entry) if entry is not None else "")

    def _enable(self) -> None:
        free = self._writable and not self._working
        some = self._state.entries > 0
        for button, possible in ((self.load, free), (self.remove, free and some), (self.save, some and not self._working)):
            button.setEnabled(possible)
        self.how.setVisible(some)
        self.how.setEnabled(free)
        self.shown.setEnabled(bool(self._links.unknown))
        for widget in (self.field, self.shown, self.list, self.detail):
            widget.setVisible(some or bool(self._links.unknown))

    # How it is put together

    def _lay_out(self) -> None:
        column = framed(self, tr("Knowledge base"), width=560)
        for label in (self.title, self.source, self.links):
            column.addWidget(label)
        self.shown.addItems([tr("Entries"), tr("Linked ids without an entry")])
        look = QHBoxLayout()
        spaced(look)
        look.addWidget(self.field, 1)
        look.addWidget(self.shown)
        column.addLayout(look)
        self.list.setAccessibleName(tr("Entries of the knowledge base"))
        self.list.setItemDelegate(OptionRows(self.list, pictures=False))
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        column.addWidget(self.list, 1)
        self.detail.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.detail.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.detail.setMinimumHeight(3 * self.detail.fontMetrics().lineSpacing())  # the list must not jump from row to row
        column.addWidget(self.detail)
        column.addWidget(self.told)
        working = QHBoxLayout()
        spaced(working)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(tr("Progress"))
        working.addWidget(self.bar, 1)
        working.addWidget(self.stop)
        column.addLayout(working)
        column.addWidget(self.complaints, 1)
        self.how.addItems([tr("Add to what is there"), tr("Replace what is there")])
        self.how.setAccessibleName(tr("What becomes of the entries that are there"))
        box, (self.load, self.save, self.remove) = close_buttons(self, tr("Load from a file…"), tr("Save as…"), tr("Remove…"))
        row = QHBoxLayout()
        spaced(row)
        row.addWidget(self.how)
        row.addWidget(box, 1)
        column.addLayout(row)
        column.addStretch(0)
        self.resize(640, 560)

    def _connect(self) -> None:
        self.field.textChanged.connect(self._list_again)
        self.shown.currentIndexChanged.connect(self._list_again)
        self.list.currentItemChanged.connect(self._show_detail)
        self.load.clicked.connect(self._on_load)
        self.remove.clicked.connect(self.removeRequested)
        self.save.clicked.connect(self.saveRequested)
        self.stop.clicked.connect(self.stopRequested)
        FileDrop(self, self._on_dropped)

    def _on_load(self) -> None:
        self.loadRequested.emit(None, self.how.currentIndex() == 1)

    def _on_dropped(self, paths: list[Path]) -> None:
        if self.load.isEnabled():
            self.loadRequested.emit(paths[0], self.how.currentIndex() == 1)


def _row(entry: Entry) -> Option:
    aliases = ", ".join(entry.aliases[:5])
    return Option(
        entry.name,
        value=entry.id,
        detail=" · ".join(part for part in (entry.id, entry.description, aliases) if part),
        aside=entry.label,
    )


def _whole(entry: Entry) -> str:
    """Return all that is known of an entry but its name and id, a line each."""
    also = tr("Also called: {}").format(", ".join(entry.aliases)) if entry.aliases else ""
    return "\n".join(part for part in (entry.description, shortened(also, _MOST_OF_NAMES), entry.url) if part)


def _unknown_row(kb_id: str, spans: int) -> Option:
    return Option(kb_id, aside=by_count(spans, tr("{} span"), tr("{} spans")))


def _moment(iso: str) -> str:
    when = QDateTime.fromString(iso, Qt.DateFormat.ISODate).toLocalTime()
    return QLocale().toString(when, QLocale.FormatType.ShortFormat)


def loading_words(report: LoadReport) -> str:
    """Say what a load did."""
    if not report.read:
        return tr("Nothing was loaded: there is no sound entry in the file.")
    parts = (
        by_count(report.added, tr("{} added"), tr("{} added")),
        by_count(report.changed, tr("{} changed"), tr("{} changed")) if report.changed else "",
        by_count(report.unchanged, tr("{} unchanged"), tr("{} unchanged")) if report.unchanged else "",
        by_count(report.removed, tr("{} removed"), tr("{} removed")) if report.removed else "",
    )
    said = tr("The knowledge base was loaded: {}.").format(", ".join(part for part in parts if part))
    complaints = len(report.complaints) + report.more_complaints
    if complaints:
        said += " " + by_count(
            complaints, tr("There is {} thing to say of the file."), tr("There are {} things to say of the file.")
        )
    return said
