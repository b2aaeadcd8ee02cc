"""Says so when an opened document holds spans or relations that no text can have, and offers to remove them.

The program never stores such items, but another program may have written into the file.  They are not painted, the rest can be worked
on, and marking the document done is refused as long as they are there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from annotator.commands import bulk
from annotator.domain.annotations import Relation, Span
from annotator.domain.changes import Lane
from annotator.domain.rules import UNSOUND, relation_problems, span_problems
from annotator.domain.text import Tokens
from annotator.ui.i18n import by_count, number, told, tr

if TYPE_CHECKING:
    from annotator.session.document import DocumentState
    from annotator.ui.workbench import Workbench

_NO_TOKENS = Tokens()
_LISTED = 12
"""Most items that the question names."""


class SoundnessCheck:
    """Looks at each document shortly after it was opened, so that the first painting does not wait for it."""

    def __init__(self, bench: Workbench) -> None:
        from PySide6.QtCore import QTimer  # here alone: what imports this module needs no Qt

        self._bench = bench
        self._later = QTimer(bench)
        self._later.setSingleShot(True)
        self._later.setInterval(30)
        self._later.timeout.connect(self._on_time)
        bench.documentOpened.connect(self._later.start)

    def _on_time(self) -> None:
        document = self._bench.document
        if document is None:
            return
        spans, relations = unsound(document)
        count = len(spans) + len(relations)
        if not count:
            return
        first = next(_messages(document, spans, relations))
        told = by_count(
            count,
            tr("1 item of this document cannot be shown. {{}}"),
            tr("{} items of this document cannot be shown; the first: {{}}"),
        )
        removable = self._bench.editable
        self._bench.messages.show_message(
            told.format(first), "error", tr("Remove them") if removable else "", self._remove if removable else None
        )

    def _remove(self) -> None:
        document = self._bench.document
        if document is None:
            return
        spans, relations = unsound(document)
        text = _question(list(_messages(document, spans, relations)))
        if not self._bench.ask.confirm(tr("Remove"), text, tr("Remove them")):
            self._on_time()  # the bar went with the click; what it says still holds
            return
        command = bulk.remove_items(document.set_id, [span.id for span in spans], [relation.id for relation in relations])
        # No edit of the person's: undo could not bring back what the file refuses to hold.
        if self._bench.run(replace(command, lane=Lane.SYSTEM)):
            self._bench.tell(tr("Removed."))


def _question(messages: list[str]) -> str:
    one = tr("Remove {} item that cannot be shown? This cannot be undone.")
    asked = by_count(len(messages), one, tr("Remove {} items that cannot be shown? This cannot be undone."))
    listed = messages[:_LISTED]
    if len(messages) > _LISTED:
        listed.append(tr("{} more are not listed here.").format(number(len(messages) - _LISTED)))
    return asked + "\n\n" + "\n".join(listed)


def _messages(document: DocumentState, spans: list[Span], relations: list[Relation]) -> Iterator[str]:
    for span in spans:
        yield told(next(span_problems(span, document.text, _NO_TOKENS, document.scheme)).message)
    for relation in relations:
        ends = {key: found for key in (relation.head, relation.tail) if (found := document.span(key)) is not None}
        yield told(next(relation_problems(relation, ends, document.scheme)).message)


def unsound(document: DocumentState) -> tuple[list[Span], list[Relation]]:
    """Return the spans whose place cannot be (outside the text, empty, reversed, out of order), and the relations without an end."""
    length = len(document.text)
    spans = [span for span in document.spans() if not _sound(span, length)]
    spans = [
        span
        for span in spans
        if any(problem.rule in UNSOUND for problem in span_problems(span, document.text, _NO_TOKENS, document.scheme))
    ]
    linked = document.relations_in(0, length)
    return spans, [one for one in linked if document.span(one.head) is None or document.span(one.tail) is None]


def _sound(span: Span, length: int) -> bool:
    """Tell quickly whether the place of a span is one; most have a single fragment."""
    place = 0
    for start, end in span.fragments:
        if not place <= start < end <= length:
            return False
        place = end
    return bool(span.fragments)
