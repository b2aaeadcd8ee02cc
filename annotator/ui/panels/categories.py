"""The strip over the article that shows which categories the document has, and sets them by a click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QToolButton, QWidget

from annotator.domain.annotations import NOTHING
from annotator.ui.i18n import plain_tip, tr
from annotator.ui.icons import icon
from annotator.ui.panels.parts import plain_label, spaced
from annotator.ui.theme import LIGHT


class CategoryStrip(QWidget):
    """A button for each category, pressed where it holds, with another picture where a suggester says that it does; those that do not fit
    are behind the last button.

    ``toggled`` brings the name of a category that was clicked, ``moreRequested`` asks for the list of all.  Nothing changes here before
    ``show_categories`` says so.  The buttons take no keyboard from the article: the list is for that.
    """

    toggled = Signal(str)
    moreRequested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: list[QToolButton] = []
        self.setAccessibleName(tr("Categories of the document"))
        self._row = _FittingRow()
        self.more = _button("…")
        self.more.setAccessibleName(tr("All categories"))
        self.more.setToolTip(plain_tip(tr("All categories")))
        layout = QHBoxLayout(self)
        spaced(layout, margin=1, spacing=2)
        layout.setContentsMargins(2 * LIGHT.space, LIGHT.space // 2, LIGHT.space, LIGHT.space // 2)
        layout.addWidget(plain_label(tr("Categories:"), quiet=True, wrap=False))
        layout.addWidget(self._row, 1)
        layout.addWidget(self.more)
        self.more.clicked.connect(self.moreRequested)
        self._row.fitted.connect(self._on_fitted)

    def _on_fitted(self) -> None:
        """Say how many categories hold that there is no room to show."""
        hidden = sum(button.isChecked() and button.isHidden() for button in self.buttons)
        self.more.setText(f"… +{hidden}" if hidden else "…")

    def show_categories(
        self, names: Sequence[str], held: Sequence[str], *, editable: bool, suggested: Mapping[str, str] = NOTHING
    ) -> None:
        """Show the categories there are, which of them hold, and who ``suggested`` which of the others."""
        if [button.objectName() for button in self.buttons] != list(names):
            for button in self.buttons:
                button.hide()
                button.deleteLater()
            self.buttons = [self._made(name) for name in names]
            self._row.parts = self.buttons
        for button in self.buttons:
            name = button.objectName()
            there, by = name in held, "" if name in held else suggested.get(name, "")
            button.setChecked(there)
            button.setIcon(icon("check") if there else icon("sparkles") if by else QIcon())
            button.setToolButtonStyle(
                Qt.ToolButtonStyle.ToolButtonTextBesideIcon if there or by else Qt.ToolButtonStyle.ToolButtonTextOnly
            )
            told = tr("Suggested by {}: a click accepts it, another rejects it. Marking the document done accepts it.").format(by)
            button.setToolTip(plain_tip(told if by else ""))
            button.setEnabled(editable)
        self.more.setEnabled(editable)
        self._row.fit()

    def _made(self, name: str) -> QToolButton:
        button = _button(name.replace("&", "&&"))
        button.setParent(self._row)
        button.setObjectName(name)
        button.setCheckable(True)
        button.setIconSize(QSize(14, 14))
        button.setAccessibleName(tr("Category {}").format(name))
        button.clicked.connect(self._on_clicked)
        return button

    def _on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, QToolButton):
            self.toggled.emit(button.objectName())


class _FittingRow(QWidget):
    """Shows as many of its parts, one beside the other, as there is room for; ``fitted`` comes after each time."""

    fitted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.parts: Sequence[QToolButton] = ()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(100, max((part.sizeHint().height() for part in self.parts), default=0))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit()

    def fit(self) -> None:
        """Place the parts; from the right where the window runs from there."""
        self.updateGeometry()
        at, full = 0, False
        for part in self.parts:
            size = part.sizeHint()
            full = full or at + size.width() > self.width()
            x = self.width() - at - size.width() if self.layoutDirection() is Qt.LayoutDirection.RightToLeft else at
            part.setGeometry(x, (self.height() - size.height()) // 2, size.width(), size.height())
            part.setVisible(not full)
            at += size.width() + LIGHT.space
        self.fitted.emit()


def _button(text: str) -> QToolButton:
    button = QToolButton()
    button.setText(text)
    button.setAutoRaise(True)
    button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return button
