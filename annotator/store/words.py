"""What people type to find words: made into a query that SQLite's full-text index cannot choke on, and found again in the text.

``luhut pandjaitan``
    both words, in any order; case and diacritics do not matter.
``"joko widodo"``
    the words in this order.
``pemerint*``
    every word that begins so; a phrase may end with it too.
``ani OR budi``
    one of them (``OR`` in capitals); it binds closer than the blank that joins words.
``-sport``
    not with this word; something else must be asked for as well.

Signs that are in no word (a hyphen, a full stop) part words: ``anti-teror`` finds ``anti teror`` as well.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterator

from annotator.domain.text import Range

_TERM = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))(\*?)')
_MARKS = tuple(chr(code) for code in range(0x10FFF0, 0x10FFFE))
"""Private characters that no text has; where one does have them all, it is looked at with them blanked."""


def match_expression(query: str) -> str:
    """Return the FTS5 expression of a query; of one that asks for nothing, an expression that finds nothing.  Never raises."""
    wanted: list[list[str]] = []
    unwanted: list[str] = []
    joining = False
    for match in _TERM.finditer(query.replace("\0", " ")):
        minus, phrase, word, star = match.groups()
        text = word if phrase is None else phrase
        if phrase is None and not minus and text == "OR":
            joining = bool(wanted)
            continue
        starred = bool(star) or (phrase is None and text.endswith("*"))
        term = _term(text, starred=starred)
        if term is None:
            continue
        if minus:
            unwanted.append(term)
        elif joining:
            wanted[-1].append(term)
        else:
            wanted.append([term])
        joining = False
    if not wanted:
        return '""'
    found = " AND ".join(f"({' OR '.join(terms)})" for terms in wanted)
    return f"({found}) NOT ({' OR '.join(unwanted)})" if unwanted else found


def _term(text: str, *, starred: bool) -> str | None:
    """Return one term as a string of FTS5; None where there is nothing in it that is indexed."""
    if not any(unicodedata.category(character)[0] in "LN" or unicodedata.category(character) == "Co" for character in text):
        return None
    quoted = text.rstrip("*").replace('"', '""')
    return f'"{quoted}" *' if starred else f'"{quoted}"'


def places(connection: sqlite3.Connection, document_id: int, text: str, expression: str) -> list[Range]:
    """Return where the words of an FTS5 expression stand in a document that matches it, in code points.

    The index itself marks them, so that they are found by the folding it searches by.
    """
    sql = "SELECT highlight(document_index, 1, ?, ?) FROM document_index WHERE document_index MATCH ? AND rowid = ?"
    before, after = _marks(text)
    if before and "\0" not in text:  # SQLite's function ends at a NUL
        row = connection.execute(sql, (before, after, f"{{text}} : ({expression})", document_id)).fetchone()
        return [] if row is None else list(_marked(row[0], before, after))
    return _places_elsewhere(text, expression)


def _marks(text: str) -> tuple[str, str]:
    free = [mark for mark in _MARKS if mark not in text]
    return (free[0], free[1]) if len(free) > 1 else ("", "")


def _places_elsewhere(text: str, expression: str) -> list[Range]:
    harmless = text.translate(dict.fromkeys(map(ord, ("\0", *_MARKS)), " "))
    small = sqlite3.connect(":memory:")
    try:
        small.execute("CREATE VIRTUAL TABLE one USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2')")
        small.execute("INSERT INTO one VALUES (?)", (harmless,))
        before, after = _MARKS[:2]
        row = small.execute("SELECT highlight(one, 0, ?, ?) FROM one WHERE one MATCH ?", (before, after, expression)).fetchone()
    finally:
        small.close()
    return [] if row is None else list(_marked(row[0], before, after))


def _marked(highlighted: str, before: str, after: str) -> Iterator[Range]:
    plain, *marked = highlighted.split(before)
    position = len(plain)
    for piece in marked:
        inside, _, rest = piece.partition(after)
        yield position, position + len(inside)
        position += len(inside) + len(rest)
