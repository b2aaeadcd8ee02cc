"""Finding text in the open document."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from annotator.domain.text import Range

if TYPE_CHECKING:
    from annotator.ui.panels.find import FindBar
    from annotator.ui.workbench import Workbench


class Finding:
    """Ties the find bar to the article: hits are marked, one of them is current and selected."""

    def __init__(self, bench: Workbench, bar: FindBar) -> None:
        self._bench = bench
        self._bar = bar
        self._hits: list[Range] = []
        self._current = -1
        self._searched = ("", False)
        bar.searchChanged.connect(self._on_search_changed)
        bar.stepRequested.connect(self.step)
        bar.closed.connect(self.close)
        bench.documentOpened.connect(self._on_document_opened)

    def open(self) -> None:
        """Show the bar, filled with the selected text if there is one."""
        document, selection = self._bench.document, self._bench.view.selection
        if document is not None:
            self._bar.open_bar(document.text[selection[0] : selection[1]] if selection else "")

    def step(self, direction: int) -> None:
        """Go to the next (1) or previous (-1) hit, round the end."""
        if self._bar.isHidden():
            self.open()  # with what was searched last
            return
        if not self._hits:
            return
        if self._current < 0:
            self._current = self._from_caret() - (direction < 0)
        else:
            self._current += direction
        self._current %= len(self._hits)
        self._show()

    def close(self) -> None:
        """Hide the bar and the marks, and give the article the keys back."""
        self._hits, self._current = [], -1
        self._bench.view.set_search_hits([], None)
        self._bench.view.setFocus()

    def _on_search_changed(self, wanted: str, match_case: bool) -> None:
        self._searched = (wanted, match_case)
        document = self._bench.document
        self._hits = hits(document.text, wanted, match_case=match_case) if document and wanted else []
        self._current = self._from_caret() % len(self._hits) if self._hits else -1
        self._show()

    def _from_caret(self) -> int:
        """Return the number of the first hit that ends at the caret or after it; how many there are if none does."""
        return bisect_left(self._hits, self._bench.view.caret, key=lambda hit: hit[1])

    def _show(self) -> None:
        current = self._hits[self._current] if self._current >= 0 else None
        self._bench.view.set_search_hits(self._hits, current)
        self._bar.set_hits(self._current + 1, len(self._hits))
        if current is None:
            return
        if self._bench.view.relation_source is not None:
            self._bench.view.reveal(current[0])  # what a relation is being made from keeps the focus
            return
        self._bench.view.clear_focus()  # or the next edit would hit a span far from what is shown
        self._bench.view.clear_chosen()
        self._bench.view.select(*current)

    def _on_document_opened(self) -> None:
        wanted, match_case = self._searched
        document = self._bench.document
        searching = document is not None and bool(wanted) and not self._bar.isHidden()
        # The hits are marked but none is selected: a label key must not label what nobody chose in this document.
        self._hits = hits(document.text, wanted, match_case=match_case) if document is not None and searching else []
        self._current = -1
        self._show()


def hits(text: str, wanted: str, *, match_case: bool) -> list[Range]:
    """Return where ``wanted`` occurs, as code-point ranges; a blank in it stands for any white space."""
    pattern = r"\s+".join(re.escape(word) for word in wanted.split()) or re.escape(wanted)
    return [match.span() for match in re.finditer(pattern, text, 0 if match_case else re.IGNORECASE)]
