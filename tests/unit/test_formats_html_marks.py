"""Marks on a page: every character of a text under exactly its spans, whatever the script, and pages that somebody changed by hand."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Relation, Span, text_order
from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, completed
from annotator.domain.progress import Progress
from annotator.formats import html_page

SCHEME = completed(
    LabelScheme(
        spans=(SpanLabel("PER"), SpanLabel("ORG")), relations=(RelationLabel("KENAL"), RelationLabel("SAMA", symmetric=True))
    )
)
HOSTILE = [
    "</title></style><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "]]></mark></div></article></body></html>",
    "<!-- <!DOCTYPE html> -->",
    "&lt;b&gt; &amp;amp; &#60;script&#62; &notit;",
    "javascript:alert(1)//",
    "} body { display: none } /* <style>",
    "\u202eterbalik\u202c \u2066pulau\u2069",
    '{"id": "x"}, \\"',
]


def write(path: Path, *records: Record) -> LossReport:
    return html_page.write(lambda: iter(records), path, SCHEME, options={}, progress=Progress())


def read(path: Path) -> tuple[list[Record], list[Complaint]]:
    found = list(html_page.read(path, ReadDefaults("other")))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def person(name: str, text: str, *spans: Span, relations: tuple[Relation, ...] = ()) -> Record:
    return Record(name, text, annotator="ani", kind=Kind.PERSON, spans=spans, relations=relations)


def plain(record: Record) -> Record:
    return replace(record, place="", spans=tuple(sorted(record.spans, key=text_order)))


class Eyes(HTMLParser):
    """What a person sees of each article: its characters, each with the spans whose marks lie over it."""

    def __init__(self, path: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.articles: list[list[tuple[str, frozenset[int]]]] = []
        self.tags: list[str] = []
        self._over: list[int] = []
        self._inside = self._label = False
        self.feed(path.read_text(encoding="utf-8"))
        self.close()

    def handle_starttag(self, tag, attrs):
        told = dict(attrs)
        self.tags.append(tag)
        if tag == "div" and told.get("class") == "text":
            self._inside = True
            self.articles.append([])
        elif self._inside and tag == "mark":
            self._over.append(int((told["data-s"] or "").partition("-")[0]))
        elif self._inside and tag == "b":
            self._label = True

    def handle_endtag(self, tag):
        if tag == "div":
            self._inside = False
        elif self._inside and tag == "mark":
            self._over.pop()
        elif tag == "b":
            self._label = False

    def handle_data(self, data):
        if self._inside and not self._label:
            self.articles[-1] += [(character, frozenset(self._over)) for character in data]


def assert_marked(path: Path, record: Record) -> None:
    """Assert that in the only article of a page every character is under the marks of exactly the spans that cover it."""
    (found,) = Eyes(path).articles
    order = sorted(record.spans, key=text_order)
    wanted = [
        (
            character,
            frozenset(number for number, span in enumerate(order) if any(low <= place < high for low, high in span.fragments)),
        )
        for place, character in enumerate(record.text)
    ]
    assert found == wanted


PLACES = {
    "nested": [((0, 20),), ((3, 10),), ((4, 6),)],
    "nested with a common edge": [((0, 10),), ((0, 4),), ((6, 10),)],
    "crossing": [((0, 8),), ((5, 13),), ((10, 20),)],
    "the same place three times": [((2, 9),), ((2, 9),), ((2, 9),)],
    "fragments": [((0, 3), (8, 12), (15, 20))],
    "a span in the gap of another": [((0, 3), (8, 12)), ((4, 7),)],
    "fragments that cross": [((0, 5), (10, 15)), ((3, 8), (12, 18))],
    "a span over a whole one with gaps": [((0, 3), (8, 12)), ((0, 12),)],
    "neighbours": [((0, 5),), ((5, 10),), ((10, 15),)],
    "one character each": [((0, 1),), ((19, 20),)],
    "everything": [((0, 20),)],
}
TEXTS = {
    "latin": "Joko & <Widodo> ke U",
    "arabic": "التقى الرئيس جوكو وي",
    "hebrew and latin": "שלום Joko בירושלים 5",
    "emoji": "👩‍👩‍👧‍👦🇮🇩 👍🏽 é é 😊😊 a",
    "lines": "satu\ndua\n\ntiga\tempat",
    "blanks": "  dua  kata\u00a0\u2003 ujung ",
}


@pytest.mark.parametrize("places", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_every_character_is_under_exactly_its_spans(tmp_path, text, places):
    text = text[:20].ljust(20, ".")
    spans = tuple(Span(f"s{number}", fragments, "PER" if number % 2 else "ORG") for number, fragments in enumerate(places))
    record = person("n", text, *spans)
    path = tmp_path / "a.html"
    assert write(path, record).losses == []
    assert_marked(path, record)
    records, complaints = read(path)
    assert ([plain(back) for back in records], complaints) == ([plain(record)], [])


@pytest.mark.parametrize("seed", range(6))
def test_spans_strewn_at_random_are_under_their_marks(tmp_path, seed):
    chance = random.Random(seed)
    text = "".join(chance.choices("ab <&>\"'\n\té😊ع", k=60))
    spans: list[Span] = []
    for number in range(15):
        edges = sorted(chance.sample(range(61), chance.choice((2, 2, 2, 4))))
        spans.append(Span(f"s{number}", tuple(zip(edges[::2], edges[1::2], strict=True)), chance.choice(("PER", "ORG", "lain"))))
    record = person("n", text, *spans)
    assert write(tmp_path / "a.html", record).losses == []
    assert_marked(tmp_path / "a.html", record)
    assert [plain(back) for back in read(tmp_path / "a.html")[0]] == [plain(record)]


@pytest.mark.parametrize(
    "character", ["\r", "\0", "\x0b", "\x1b", "\x7f", "\x85", "\u2028", "\ufeff", "\ufffe", "\U0010ffff", "\u200b", "\u00ad"]
)
@pytest.mark.parametrize("spot", ["within", "first", "last", "alone"])
def test_characters_that_html_changes_or_hides_come_back_and_are_marked(tmp_path, character, spot):
    text, place = {
        "within": (f"a{character}b", (0, 3)),
        "first": (f"{character}ab", (0, 1)),
        "last": (f"ab{character}", (1, 3)),
        "alone": (character, (0, 1)),
    }[spot]
    record = person("n", text, Span("s", (place,), "PER"))
    assert write(tmp_path / "a.html", record).losses == []
    (back,), complaints = read(tmp_path / "a.html")
    assert (back.text, back.spans, complaints) == (text, record.spans, [])


@pytest.mark.parametrize("text", ["\r\n", "a\r\nb\rc\nd", "\n\n a \n", "\n", " ", "\r\r\n\n"])
def test_line_ends_of_every_kind_and_blanks_at_the_edges_stay(tmp_path, text):
    record = person("n", text, Span("s", ((0, len(text)),), "PER"))
    assert write(tmp_path / "a.html", record).losses == []
    assert read(tmp_path / "a.html")[0][0].text == text


@pytest.mark.parametrize("evil", HOSTILE)
def test_nothing_hostile_becomes_an_element_wherever_it_stands(tmp_path, evil):
    """All fields at once, and the page has the elements that harmless words give it."""

    def made(word: str) -> Record:
        spans = (
            Span(f"1{word}", ((0, 2),), word, {word: word}, word, word, 0.5, word, False, word),
            Span(f"2{word}", ((1, len(word)),), "PER"),
        )
        relation = Relation(f"3{word}", word, spans[0].id, spans[1].id, {word: [word]}, word, 0.5, word, False, word)
        record = person(word, word, *spans, relations=(relation,))
        return replace(record, meta={word: {word: [word]}}, annotator=word, categories=(word,))

    assert write(tmp_path / "kata.html", made("kata kata")).losses == []
    assert write(tmp_path / "evil.html", made(evil)).losses == []
    sound, found = Eyes(tmp_path / "kata.html"), Eyes(tmp_path / "evil.html")
    # a text gives an element for each of its characters that cannot be seen, and that is all it gives
    assert [tag for tag in found.tags if tag != "i"] == [tag for tag in sound.tags if tag != "i"]
    (back,), complaints = read(tmp_path / "evil.html")
    assert (plain(back), complaints) == (plain(made(evil)), [])


def test_a_label_that_no_scheme_knows_gets_a_colour_in_the_sheet(tmp_path):
    record = person("n", "abcdef", Span("a", ((0, 1),), "zebra"), Span("b", ((1, 2),), "apel"), Span("c", ((2, 3),), "PER"))
    write(tmp_path / "a.html", record)
    page = (tmp_path / "a.html").read_text(encoding="utf-8")
    used = {re.search(rf'<b class="(c\d+)">{label}</b>', page)[1] for label in ("zebra", "apel", "PER")}  # type: ignore[index]
    assert len(used) == 3
    for name in used:
        assert page.count(f".{name} {{") == 2, "by day and by night"


# --- what is told -----------------------------------------------------------------------------------------------------------------


def test_contents_and_links_name_what_is_in_the_page_and_nothing_else(tmp_path):
    """An empty document and one that cannot be written are told, and do not shift the links of the others."""
    good = [person(f"baik {number}", "Ani pergi", Span("s", ((0, 3),), "PER")) for number in range(3)]
    empty = person("kosong", "")
    broken = person("rusak", "Ani \ud800", Span("s", ((0, 3),), "ORG"))
    unknown = replace(person("tidak terhingga", "Ani", Span("s", ((0, 3),), "ORG")), meta={"x": float("nan")})
    path = tmp_path / "a.html"
    report = write(path, good[0], empty, good[1], broken, unknown, good[2])
    assert [(loss.document, str(loss.fate)) for loss in report.losses] == [
        ("kosong", "dropped"),
        ("rusak", "dropped"),
        ("tidak terhingga", "dropped"),
    ]
    assert report.losses[0].reason == "has no text"
    assert report.spans == 3
    page = path.read_text(encoding="utf-8")
    assert "3 documents, 3 spans." in page
    links = dict(re.findall(r'<a href="#(d\d+)"><bdi>([^<]*)</bdi></a>', page))
    heads = dict(re.findall(r'<article id="(d\d+)".*\n<h2 dir="auto">([^<]*)</h2>', page))
    assert links == heads == {"d1": "baik 0", "d2": "baik 1", "d3": "baik 2"}
    assert [record.name for record in read(path)[0]] == ["baik 0", "baik 1", "baik 2"]
    assert [item.name for item in tmp_path.iterdir()] == ["a.html"]


def test_a_span_beyond_the_text_is_a_loss_and_its_relation_too(tmp_path):
    spans = (Span("s", ((0, 3),), "PER"), Span("t", ((5, 99),), "ORG"))
    record = person("n", "Ani pergi", *spans, relations=(Relation("r", "KENAL", "s", "t"),))
    report = write(tmp_path / "a.html", record)
    assert {(loss.item, loss.item_id, str(loss.fate)) for loss in report.losses} == {
        ("span", "t", "dropped"),
        ("relation", "r", "dropped"),
    }
    assert (report.spans, report.relations) == (1, 0)
    (back,), complaints = read(tmp_path / "a.html")
    assert back.spans == spans[:1]
    assert "names a span that the row does not have" in complaints[0].message


def test_an_arrow_points_both_ways_where_the_scheme_says_so(tmp_path):
    spans = (Span("s", ((0, 3),), "PER"), Span("t", ((4, 8),), "PER"))
    relations = (Relation("r", "KENAL", "t", "s"), Relation("q", "SAMA", "s", "t"))
    write(tmp_path / "a.html", person("n", "Ani Budi", *spans, relations=relations))
    items = re.findall(r"<li data-relation=.*?</li>", (tmp_path / "a.html").read_text(encoding="utf-8"))
    shown = sorted(re.sub("<[^>]*>", "", item) for item in items)
    assert shown == ["Ani ↔ SAMA ↔ Budi", "Budi → KENAL → Ani"]
    assert sorted(read(tmp_path / "a.html")[0][0].relations, key=lambda one: one.id) == [relations[1], relations[0]]


# --- changed by hand --------------------------------------------------------------------------------------------------------------


def changed(folder: Path, old: str, new: str) -> tuple[list[Record], list[Complaint]]:
    spans = (Span("s", ((0, 3),), "PER"), Span("t", ((4, 8), (13, 18)), "ORG"))
    path = folder / "a.html"
    write(path, person("n", "Ani Budi dan Citra\x01.", *spans, relations=(Relation("r", "KENAL", "s", "t"),)))
    content = path.read_text(encoding="utf-8")
    assert old in content
    path.write_text(content.replace(old, new), encoding="utf-8")
    return read(path)


@pytest.mark.parametrize(
    ("change", "text", "left", "told"),
    [
        (('data-s="0-0"', 'data-s="7-0"'), "Ani Budi dan Citra\x01.", ["t"], "do not stand where"),
        (('data-s="1-0"', 'data-x="1-0"'), "Ani Budi dan Citra\x01.", ["s"], "do not stand where"),
        ((" dan ", " dan si "), "Ani Budi dan si Citra\x01.", ["s"], "do not stand where"),
        (('data-c="1"', 'data-c="110000"'), "Ani Budi dan Citra.", ["s", "t"], "is no character"),
        (('data-c="1"', 'data-c="d800"'), "Ani Budi dan Citra.", ["s", "t"], "is no character"),
        (('data-c="1"', 'data-c="x"'), "Ani Budi dan Citra.", ["s", "t"], "is no character"),
        (("&quot;start&quot;:0", "&quot;start&quot;:1"), "Ani Budi dan Citra\x01.", ["t"], "do not stand where"),
        (
            ("&quot;label&quot;:&quot;PER&quot;", "&quot;label&quot;:&quot; &quot;"),
            "Ani Budi dan Citra\x01.",
            ["t"],
            "has no label",
        ),
        (
            ("&quot;head&quot;:&quot;s&quot;", "&quot;head&quot;:&quot;z&quot;"),
            "Ani Budi dan Citra\x01.",
            ["s", "t"],
            "a span that the row",
        ),
    ],
)
def test_what_was_changed_is_told_and_the_text_is_the_one_to_see(tmp_path, change, text, left, told):
    (record,), complaints = changed(tmp_path, *change)
    assert (record.text, [span.id for span in record.spans]) == (text, left)
    assert any(told in complaint.message for complaint in complaints)
    assert len(record.relations) == 0 or change[0].startswith("data-c")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (" dan ", " <em>d</em>an "),
        (" dan ", " <b>tebal</b>dan "),
        (" dan ", "<!-- catatan --> dan "),
        ("<body>", "<body><article-x></article-x><p>Ani</p>"),
        ("Ani<b", "A<span>n</span>i<b"),
    ],
)
def test_markup_that_an_editor_puts_in_changes_nothing(tmp_path, old, new):
    (record,), complaints = changed(tmp_path, old, new)
    assert (record.text, [span.id for span in record.spans], complaints) == ("Ani Budi dan Citra\x01.", ["s", "t"], [])


def test_a_page_with_other_line_ends_is_read_but_for_the_lines_themselves(tmp_path):
    write(tmp_path / "a.html", person("n", "Ani\nBudi", Span("s", ((0, 3),), "PER")), person("m", "Citra"))
    content = (tmp_path / "a.html").read_bytes()
    (tmp_path / "a.html").write_bytes(content.replace(b"\n", b"\r\n"))
    records, complaints = read(tmp_path / "a.html")
    assert [record.name for record in records] == ["n", "m"]
    assert (records[0].spans[0].surface(records[0].text), complaints) == ("Ani", [])
