"""What other work must wait for, and the bar that says so: always with the button that ends it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from annotator.ui.i18n import tr
from annotator.ui.panels.message import MessageBar


@dataclass(frozen=True, slots=True)
class UnderWay:
    """Work beside the window: the sentence that says why something must wait for it, and how it is cancelled."""

    text: str
    cancel: Callable[[], object]


def refused(messages: MessageBar, work: UnderWay | None) -> bool:
    """Tell whether something must wait for work that is under way, having said so with the button that cancels it."""
    if work is not None:
        messages.show_message(work.text, "warning", tr("Cancel it"), work.cancel)
    return work is not None
