"""Asks in which format, how large and where to a picture of the article is saved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtWidgets import QCheckBox, QDialog, QLineEdit, QSpinBox, QWidget

from annotator.paths import is_folder, is_there
from annotator.ui.dialogs.ask import Ask
from annotator.ui.dialogs.frame import accept_buttons, add_field, beside, complaint_label, form, framed, side_button
from annotator.ui.i18n import tr
from annotator.ui.panels.parts import CalmComboBox, plain_label

PAPER_PERCENT = 75
"""The usual zoom on paper: text of 13 points on the screen is then as large as in a newspaper."""

ZOOM_LOW, ZOOM_HIGH = 50, 300
NARROWEST, WIDEST = 20, 400


@dataclass(frozen=True, slots=True)
class PictureChoice:
    """What was chosen.  ``zoom`` 1.0 is 100 %, ``columns`` the width in characters; ``scale`` is a PNG's pixels for one of the screen.

    ``in_view`` asks for what the window shows alone.
    """

    path: Path
    zoom: float
    columns: int
    theme: str
    arcs: bool
    in_view: bool
    scale: float


class PictureDialog(QDialog):
    """``path`` suggests the file, ``columns`` the width (0: the usual one)."""

    def __init__(self, path: Path, columns: int, ask: Ask, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ask = ask
        self._confirmed: Path | None = None
        self._zoom_chosen = False
        self.format = _combo(
            tr("Format"),
            [
                (tr("PDF, on A4 pages"), ".pdf"),
                (tr("PNG, an image of pixels"), ".png"),
                (tr("SVG, a drawing at any size"), ".svg"),
            ],
        )
        self.part = _combo(tr("What to show"), [(tr("The whole article"), False), (tr("What is in view"), True)])
        self.zoom = _spin(ZOOM_LOW, ZOOM_HIGH, PAPER_PERCENT, tr(" %"), 5)
        self._usual_columns = min(WIDEST, max(NARROWEST, columns or 90))
        self.columns = _spin(NARROWEST, WIDEST, self._usual_columns, tr(" characters"), 5)
        self.scale = _combo(
            tr("Sharpness"), [(tr("As on the screen"), 1.0), (tr("Twice as sharp"), 2.0), (tr("Three times as sharp"), 3.0)]
        )
        self.scale.setCurrentIndex(1)
        self.colors = _combo(tr("Colours"), [(tr("Light"), "light"), (tr("Dark"), "dark")])
        self.arcs = QCheckBox(tr("Draw relations"))
        self.arcs.setChecked(True)
        self.path = QLineEdit(str(path.with_suffix(".pdf")))
        self.browse = side_button(tr("Choose…"), tr("Choose the file to write"))
        self._lay_out()
        self.format.currentIndexChanged.connect(self._on_format_chosen)
        self.zoom.valueChanged.connect(self._on_zoom_chosen)
        self.path.textChanged.connect(self._check)
        self.browse.clicked.connect(self._on_browse)
        self._on_format_chosen()

    def values(self) -> PictureChoice:
        """Return what is chosen now."""
        return PictureChoice(
            path=Path(self.path.text().strip()),
            zoom=self.zoom.value() / 100,
            columns=self.columns.value(),
            theme=self.colors.currentData(),
            arcs=self.arcs.isChecked(),
            in_view=self.part.currentData(),
            scale=self.scale.currentData(),
        )

    def remember(self) -> dict[str, Any]:
        """Return the choices that the next picture begins with: zoom and width only where they were chosen, else they follow."""
        return {
            "format": self.format.currentData(),
            "in_view": self.part.currentData(),
            "zoom": self.zoom.value() if self._zoom_chosen else 0,
            "columns": self.columns.value() if self.columns.value() != self._usual_columns else 0,
            "scale": self.scale.currentData(),
            "colors": self.colors.currentData(),
            "arcs": self.arcs.isChecked(),
        }

    def recall(self, choices: Mapping[str, Any]) -> None:
        """Begin with what ``remember`` gave; whatever makes no sense is passed over."""
        for combo, key in ((self.format, "format"), (self.part, "in_view"), (self.scale, "scale"), (self.colors, "colors")):
            found = combo.findData(choices[key]) if key in choices else -1
            if found >= 0:
                combo.setCurrentIndex(found)
        for spin, key in ((self.zoom, "zoom"), (self.columns, "columns")):
            number = choices.get(key)
            if isinstance(number, int) and spin.minimum() <= number <= spin.maximum():
                spin.setValue(number)
                self._zoom_chosen |= spin is self.zoom
        if isinstance(choices.get("arcs"), bool):
            self.arcs.setChecked(choices["arcs"])

    def choose_format(self, suffix: str) -> None:
        """Choose a format by its suffix, as a person would in the list."""
        self.format.setCurrentIndex(max(0, self.format.findData(suffix)))

    def accept(self) -> None:
        """Close with what is chosen; a file that is there already is replaced only after a question."""
        path = Path(self.path.text().strip())
        if is_there(path) and path != self._confirmed:
            text = tr("{} is there already. It is replaced once the picture is complete.").format(path)
            if not self._ask.confirm(tr("Save a picture"), text, tr("Replace")):
                return
        super().accept()

    def _lay_out(self) -> None:
        column = framed(self, tr("Save a picture of the article"), width=560)
        rows = self._rows = form()
        add_field(rows, tr("Format"), self.format)
        add_field(rows, tr("Show"), self.part, name=tr("What to show"))
        add_field(rows, tr("Zoom"), self.zoom)
        add_field(rows, tr("Line width"), self.columns)
        self.about_width = plain_label(tr("Lines are never wider than the paper."), quiet=True)
        rows.addRow("", self.about_width)
        add_field(rows, tr("Sharpness"), self.scale)
        add_field(rows, tr("Colours"), self.colors)
        rows.addRow("", self.arcs)
        self.path.setAccessibleName(tr("File to write"))
        add_field(rows, tr("File"), beside(self.path, self.browse))
        column.addLayout(rows)
        self.complaint = complaint_label()
        column.addWidget(self.complaint)
        column.addStretch(1)
        buttons, self.save = accept_buttons(self, tr("Save"))
        column.addWidget(buttons)

    def _on_format_chosen(self) -> None:
        suffix = self.format.currentData()
        self._rows.setRowVisible(self.scale, suffix == ".png")
        self._rows.setRowVisible(self.about_width, suffix == ".pdf")
        if not self._zoom_chosen:
            self.zoom.blockSignals(True)
            self.zoom.setValue(PAPER_PERCENT if suffix == ".pdf" else 100)
            self.zoom.blockSignals(False)
        path = Path(self.path.text().strip())
        if path.suffix.lower() in _patterns() and path.suffix.lower() != suffix:
            self.path.setText(str(path.with_suffix(suffix)))
        self._check()

    def _on_zoom_chosen(self) -> None:
        self._zoom_chosen = True

    def _check(self) -> None:
        wrong = self._problem()
        self.complaint.setText(wrong)
        self.save.setEnabled(not wrong)

    def _problem(self) -> str:
        text = self.path.text().strip()
        if not text:
            return tr("Name the file to write.")
        path, suffix = Path(text), self.format.currentData()
        if is_folder(path):
            return tr("{} is a folder: name a file in it.").format(path)
        if path.suffix.lower() != suffix:
            return tr("The name of the file must end in {}.").format(suffix)
        if not is_folder(path.parent):
            return tr("The folder {} is not there: choose another one.").format(path.parent)
        return ""

    def _on_browse(self) -> None:
        suffix = self.format.currentData()
        path = self._ask.save_file(tr("Save a picture"), Path(self.path.text().strip()), _patterns()[suffix])
        if path is not None:
            named = path if path.suffix.lower() == suffix else path.with_name(path.name + suffix)
            self._confirmed = path if named == path else None  # the system's dialog has asked about a file that exists
            self.path.setText(str(named))
            self._check()


def _patterns() -> dict[str, str]:
    return {
        ".pdf": tr("PDF files") + " (*.pdf)",
        ".png": tr("PNG images") + " (*.png)",
        ".svg": tr("SVG drawings") + " (*.svg)",
    }


def _combo(name: str, entries: Sequence[tuple[str, object]]) -> CalmComboBox:
    combo = CalmComboBox(name)
    for title, value in entries:
        combo.addItem(title, value)
    return combo


def _spin(low: int, high: int, value: int, suffix: str, step: int) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(low, high)
    spin.setSingleStep(step)
    spin.setSuffix(suffix)
    spin.setValue(value)
    return spin
