"""The article view: what the window embeds.  This storey has the hands: keys, hint modes and the pointer.

The window gives it a document (``set_article``), bindings for keys (``set_bindings``) and the rule for relations
(``set_legal_target``), and hears what the person wants by signals; the view itself changes nothing but caret, selection and focus.
"""

from __future__ import annotations

import html
from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter
from PySide6.QtWidgets import QAbstractSlider, QWidget

from annotator.domain.annotations import Span
from annotator.domain.text import Range
from annotator.ui.article.arcs import Arc
from annotator.ui.article.hit import Handle
from annotator.ui.article.keys import key_names, printable, sequence_name
from annotator.ui.article.model import ArticleModel
from annotator.ui.article.modes import JUMP, RELATION, HintMode, jump_places, target_places
from annotator.ui.article.navigator import ArticleNavigator
from annotator.ui.article.paint import Style
from annotator.ui.article.paint_marks import paint_hints, paint_strip
from annotator.ui.article.pointer import Pointer
from annotator.ui.article.scene import Scene, SceneBuilder

_MOVES = {
    "Left": ("token", -1), "Right": ("token", 1), "Up": ("line", -1), "Down": ("line", 1),
    "Ctrl+Up": ("sentence", -1), "Ctrl+Down": ("sentence", 1), "Alt+Left": ("character", -1), "Alt+Right": ("character", 1),
}  # fmt: skip
_EDGES = {"Home": ("line", -1), "End": ("line", 1), "Ctrl+Home": ("document", -1), "Ctrl+End": ("document", 1)}
_PAGES = {
    "PgUp": QAbstractSlider.SliderAction.SliderPageStepSub,
    "PgDown": QAbstractSlider.SliderAction.SliderPageStepAdd,
}
_MODE_SCROLLS = {
    **_PAGES,
    "Up": QAbstractSlider.SliderAction.SliderSingleStepSub,
    "Down": QAbstractSlider.SliderAction.SliderSingleStepAdd,
    "Home": QAbstractSlider.SliderAction.SliderToMinimum,
    "End": QAbstractSlider.SliderAction.SliderToMaximum,
}
