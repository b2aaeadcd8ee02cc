"""Tags and braces: what is written into a text by hand comes out of it at its place, and no text makes the reader fail."""

from __future__ import annotations

import re
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.formats import inline_tags

CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="<>&{}#*\ufeff\0") | st.sampled_from(" \r\n\u00a0😊")
TEXTS = st.text(CHARACTERS, min_size=1, max_size=30).filter(lambda text: bool(text.strip()))
LABELS = st.sampled_from(["PER", "ORG", "A-b.c", "x_1", "PÉR"])


def read(text: str, **options: str) -> tuple[list[Record], list[Complaint]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "a.txt"
        path.write_bytes(text.encode())
        found = list(inline_tags.read(path, ReadDefaults("other"), encoding="utf-8", **options))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def nested(draw: st.DrawFn, start: int, end: int, depth: int) -> list[tuple[int, int]]:
    """Draw ranges within a range that lie beside or within each other, outer ones first."""
    found: list[tuple[int, int]] = []
    at = start
    while depth and at < end and draw(st.booleans()):
        low = draw(st.integers(at, end - 1))
        high = draw(st.integers(low + 1, end))
        found.append((low, high))
        found += nested(draw, low, high, depth - 1)
        at = high
    return found


@st.composite
def articles(draw):
    """Draw a text with nested places and a label for each."""
    text = draw(TEXTS)
    places = nested(draw, 0, len(text), 3)
    return text, [(place, draw(LABELS)) for place in places]


def marked(text: str, places: list[tuple[tuple[int, int], str]], opening: str, closing: str) -> str:
    """Write the places into the text; of those that begin together the outer comes first."""
    pieces: list[str] = []
    for at in range(len(text) + 1):
        pieces += [closing.format(label) for (start, end), label in reversed(places) if end == at]
        pieces += [opening.format(label) for (start, end), label in places if start == at]
        pieces.append(text[at : at + 1])
    return "".join(pieces)


@settings(deadline=None, max_examples=150)
@given(articles())
def test_tags_come_out_at_their_places(article):
    text, places = article
    (record,), complaints = read(marked(text, places, "<{}>", "</{}>"), markup="tags")
    assert complaints == []
    assert record.text == text
    assert Counter((span.label, span.fragments[0]) for span in record.spans) == Counter((label, place) for place, label in places)


@settings(deadline=None, max_examples=100)
@given(articles())
def test_references_move_nothing(article):
    text, places = article
    source = marked(text, places, "<{}>", "</{}>").replace("😊", "&#x1F60A;").replace("\u00a0", "&nbsp;")
    (record,), _ = read(source, markup="tags")
    assert record.text == text
    assert Counter(span.fragments[0] for span in record.spans) == Counter(place for place, _ in places)


@settings(deadline=None, max_examples=100)
@given(articles())
def test_braces_come_out_at_their_places(article):
    text, places = article
    (record,), complaints = read(marked(text, places, '{{{}:t="" ', "}}").replace("A-b.c", "Abc"), markup="sacr")
    assert not [complaint for complaint in complaints if complaint.lost]
    assert record.text == text
    assert {span.fragments[0] for span in record.spans} == {place for place, _ in places}
    names: set[tuple[str, tuple[int, int]]] = set()
    for span in record.spans:
        chains = span.attributes["chain"]
        names |= {(chain, span.fragments[0]) for chain in (chains if isinstance(chains, list) else [chains])}
    assert names == {(label.replace("A-b.c", "Abc"), place) for place, label in places}


MARKS = (
    "<PER>", "</PER>", "<ENAMEX TYPE='X' ID=1>", "</ENAMEX>", "<A REF=1>", "</A>", "<DOC>", "</DOC>", "<DOCID>a</DOCID>", "<p>", "</p>",
    "{M1:", '{M1:t="x" ', "{M2 ", "}", "{", "#COLOR:x\n", "\n", "\r\n", "*****\n", "&amp;", "&#65;", "&", "<", ">", "<PER/>", "a b", "😊",
)  # fmt: skip
PIECES = st.lists(st.sampled_from(MARKS) | st.text(max_size=4).filter(str.isprintable), max_size=25)


@settings(deadline=None, max_examples=300)
@given(PIECES, st.sampled_from(["auto", "tags", "sacr"]), st.sampled_from(["auto", "file", "line"]))
def test_no_text_makes_the_reader_raise_and_what_it_makes_is_sound(pieces, markup, documents):
    source = "".join(pieces)
    found, complaints = read(source, markup=markup, documents=documents)
    assert found or complaints or not source.strip() or documents == "line"
    for record in found:
        assert record.text.strip()
        assert len(record.text) <= len(source)
        ids = [span.id for span in record.spans]
        assert len(set(ids)) == len(ids)
        assert all(0 <= span.start < span.end <= len(record.text) for span in record.spans)
        assert {end for link in record.relations for end in (link.head, link.tail)} <= set(ids)


@settings(deadline=None, max_examples=150)
@given(PIECES)
def test_nothing_but_tags_is_taken_out_of_a_file(pieces):
    source = "".join(piece for piece in pieces if "&" not in piece)
    found, _ = read(source, markup="tags", documents="file")
    for record in found:
        left = iter(source.removeprefix("\ufeff"))
        assert all(character in left for character in record.text), "the text is what is left of the source, in its order"
        ours = re.sub(r"</?(?:PER|ENAMEX|A|DOC|DOCID|p)\b[^<>]*>", "", source)
        theirs = re.sub(r"</?(?:PER|ENAMEX|A|DOC|DOCID|p)\b[^<>]*>", "", record.text)
        assert ours.removeprefix("\ufeff") == theirs
