"""Filling a fresh ``QTextDocument``: the room of each paragraph is settled first and goes in with its text.

A block's format must be there before or with its text: setting it afterwards costs Qt a full layout.
"""

from __future__ import annotations

from itertools import accumulate, pairwise

from PySide6.QtGui import QTextBlockFormat, QTextCursor, QTextDocument

from annotator.domain.text import BLOCK_SEPARATOR
from annotator.ui.article import layout
from annotator.ui.article.metrics import Metrics
from annotator.ui.article.model import ArticleModel


def rooms_of(model: ArticleModel) -> list[layout.Room]:
    """Settle the room of each block from the spans and relations that are there now."""
    end = len(model.text)
    lengths = [len(paragraph) + 1 for paragraph in model.display.split(BLOCK_SEPARATOR)]
    starts = [0, *accumulate(lengths[:-1])]
    spans = [span for span in model.spans_in(0, end) if span.fragments]
    begins = [span.fragments[0][0] for span in spans]
    ends = [span.fragments[-1][1] for span in spans]
    place = dict(zip((span.id for span in spans), begins, strict=True)).get
    arcs = ((place(relation.head), place(relation.tail)) for relation in model.relations_in(0, end))
    return layout.rooms(starts, begins, ends, ((head, tail) for head, tail in arcs if head is not None and tail is not None))


def insert_display(document: QTextDocument, display: str, rooms: list[layout.Room], metrics: Metrics) -> None:
    """Fill an empty document; paragraphs in a row that get the same room go in as one piece, which Qt does fastest."""
    paragraphs = display.split(BLOCK_SEPARATOR)
    sizes: list[tuple[float, float]] = []
    before = rooms[0] if rooms else layout.NO_ROOM
    distances = {room: metrics.distance(room) for room in set(rooms)}
    for room in rooms:
        sizes.append((distances[room], 6.0 + max(0, room.lanes - before.lanes) * metrics.lane))
        before = room
    borders = [0, *(index for index, (left, right) in enumerate(pairwise(sizes), 1) if left != right), len(paragraphs)]
    cursor = QTextCursor(document)
    cursor.beginEditBlock()
    formats: dict[tuple[float, float], QTextBlockFormat] = {}
    for start, end in pairwise(borders):
        block_format = formats.get(sizes[start])
        if block_format is None:
            block_format = formats[sizes[start]] = QTextBlockFormat()
            block_format.setLineHeight(sizes[start][0], QTextBlockFormat.LineHeightTypes.LineDistanceHeight.value)
            block_format.setTopMargin(sizes[start][1])
        if start:
            cursor.insertBlock(block_format)
        else:
            cursor.setBlockFormat(block_format)
        cursor.insertText(_without_order_mark(BLOCK_SEPARATOR.join(paragraphs[start:end])))
    cursor.endEditBlock()


def _without_order_mark(piece: str) -> str:
    """Put a word joiner, as invisible, for U+FEFF at the start: the bridge to Qt's strings swallows it there as a byte-order mark."""
    return f"\u2060{piece[1:]}" if piece.startswith("\ufeff") else piece
