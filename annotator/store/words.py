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

Arabic and Hebrew vowel marks, and the Arabic stroke that draws a word out, may be typed or left out where the text has none.  A text that
has them is found by typing them: the index parts words at them, as SQLite's tokenizer does.
"""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence

from annotator.domain.text import Range

_TERM = re.compile(r'(-?)(?:"([^"]*)"?|([^\s"]+))(\*?)')
_MARKS = tuple(chr(code) for code in range(0x10FFF0, 0x10FFFE))
"""Private characters that no text has; where one does have them all, it is looked at with them blanked."""

_VOWELS = re.compile(
    "[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"
    "\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed]"
)
"""Hebrew points and accents, Arabic vowel marks, and the stroke (tatweel): none of them makes another word."""


def match_expression(query: str) -> str:
    """Return the FTS5 expression of a query; of one that asks for nothing, an expression that finds nothing.  Never raises."""
    wanted, unwanted = _groups(query)
    if not wanted:
        return '""'
    found = " AND ".join(f"({' OR '.join(terms)})" for terms in wanted)
    return f"({found}) NOT ({' OR '.join(unwanted)})" if unwanted else found


def wanted_terms(query: str) -> list[str]:
    """Return the words and phrases that a query asks for, each as an FTS5 expression, for ``places``."""
    return list(dict.fromkeys(term for group in _groups(query)[0] for term in group))


def _groups(query: str) -> tuple[list[list[str]], list[str]]:
    """Return what a query asks for, as alternatives of which each must be there, and what must not be there."""
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
        forms = dict.fromkeys((text, _VOWELS.sub("", text)))
        terms = [term for form in forms if (term := _term(form, starred=starred)) is not None]
        if not terms:
            continue
        if minus:
            unwanted += terms
        elif joining:
            wanted[-1] += terms
        else:
            wanted.append(terms)
        joining = False
    return wanted, unwanted


def _term(text: str, *, starred: bool) -> str | None:
    """Return one term as a string of FTS5; None where there is nothing in it that is indexed."""
    if not any(unicodedata.category(character)[0] in "LN" or unicodedata.category(character) == "Co" for character in text):
        return None
    quoted = text.rstrip("*").replace('"', '""')
    return f'"{quoted}" *' if starred else f'"{quoted}"'


def places(connection: sqlite3.Connection, document_id: int, text: str, terms: Sequence[str]) -> list[Range]:
    """Return where some terms (``wanted_terms``) stand in a document, in code points; what overlaps is one place.

    The index itself marks them, so that they are found by the folding it searches by; one after the other, because beside a phrase it may
    leave another term unmarked.
    """
    sql = "SELECT highlight(document_index, 1, ?, ?) FROM document_index WHERE document_index MATCH ? AND rowid = ?"
    before, after = _marks(text)
    found: list[Range] = []
    if before and "\0" not in text:  # SQLite's function ends at a NUL
        for term in terms:
            row = connection.execute(sql, (before, after, f"{{text}} : ({term})", document_id)).fetchone()
            found += [] if row is None else _marked(row[0], before, after)
    else:
        found = _places_elsewhere(text, terms)
    return found if len(terms) < 2 else _joined(found)


def _joined(ranges: list[Range]) -> list[Range]:
    joined: list[Range] = []
    for start, end in sorted(ranges):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined


def _marks(text: str) -> tuple[str, str]:
    free = [mark for mark in _MARKS if mark not in text]
    return (free[0], free[1]) if len(free) > 1 else ("", "")


def _places_elsewhere(text: str, terms: Sequence[str]) -> list[Range]:
    harmless = text.translate(dict.fromkeys(map(ord, ("\0", *_MARKS)), " "))
    before, after = _MARKS[:2]
    found: list[Range] = []
    small = sqlite3.connect(":memory:")
    try:
        small.execute("CREATE VIRTUAL TABLE one USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2')")
        small.execute("INSERT INTO one VALUES (?)", (harmless,))
        for term in terms:
            row = small.execute("SELECT highlight(one, 0, ?, ?) FROM one WHERE one MATCH ?", (before, after, term)).fetchone()
            found += [] if row is None else _marked(row[0], before, after)
    finally:
        small.close()
    return found


def _marked(highlighted: str, before: str, after: str) -> Iterator[Range]:
    plain, *marked = highlighted.split(before)
    position = len(plain)
    for piece in marked:
        inside, _, rest = piece.partition(after)
        yield position, position + len(inside)
        position += len(inside) + len(rest)
