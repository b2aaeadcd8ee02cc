"""The page to read: marks at their places, nothing of a document taken for HTML, legible by day and night, read back by what is seen."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Relation, Span, Verdict, text_order
from annotator.domain.colors import OUTLINE_CONTRAST, TEXT_CONTRAST, contrast
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, completed
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats import html_page
from annotator.formats.html_page_style import LANES, style
from annotator.formats.html_page_write import lanes

SCHEME = completed(
    LabelScheme(
        spans=(SpanLabel("PER"), SpanLabel("ORG"), SpanLabel("LOC")),
        relations=(RelationLabel("WORKS"), RelationLabel("MET", symmetric=True)),
    )
)
EVIL = "<script>alert(1)</script> & \"x\" 'y' </div></article> <!-- &lt;"
RECORD = Record(
    "n",
    "Ani 😊 di\r\nPT é Maju.\x00",
    {"source": "desk", "n": [1, {"x": None}]},
    Tokens([(0, 3)]),
    "ani",
    Kind.PERSON,
    Status.DONE,
    True,
    ("news",),
    (
        Span("T1", ((0, 3),), "PER", {"sure": "no"}, "a note", "Wiki:Q1", 0.5, "m", False, "m/T9"),
        Span("T2", ((0, 3), (10, 12)), "ORG"),
        Span("T3", ((4, 15),), "LOC"),
    ),
    (Relation("R1", "WORKS", "T1", "T2", {"since": "1990"}, "lama", 0.25, "m", False, "m/R9"), Relation("R2", "MET", "T2", "T1")),
)


def write(path: Path, *records: Record, scheme: LabelScheme = SCHEME) -> LossReport:
    return html_page.write(lambda: iter(records), path, scheme, options={}, progress=Progress())


def read(path: Path) -> tuple[list[Record], list[Complaint]]:
    found = list(html_page.read(path, ReadDefaults("other")))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def plain(record: Record) -> Record:
    return replace(record, place="", tokens=None, verdicts=(), spans=tuple(sorted(record.spans, key=text_order)))


class Seen(HTMLParser):
    """What another parser sees: elements with their attributes, the texts, and whether everything is closed."""

    VOID = frozenset(("meta", "br", "link", "img"))

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.open: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.elements if name == tag]


def seen(path: Path) -> Seen:
    page = Seen(path.read_text(encoding="utf-8"))
    assert page.open == []
    return page


def test_everything_but_tokens_and_verdicts_comes_back(tmp_path):
    path = tmp_path / "out.page.html"
    bare = Record("bare", "tanpa apa pun")
    report = write(path, replace(RECORD, verdicts=(Verdict("PER@4-5", "m"),)), bare)
    assert [(loss.item, str(loss.fate), loss.reason) for loss in report.losses] == [
        ("document", "changed", "a page does not show rejected suggestions")
    ]
    assert report.notices == ["1 document written without tokens: a page does not show them."]
    records, complaints = read(path)
    assert complaints == []
    assert [plain(record) for record in records] == [plain(RECORD), bare]


@pytest.mark.parametrize(
    "field", ["name", "text", "label", "note", "kb_id", "meta", "attributes", "relation", "annotator", "category", "id"]
)
def test_nothing_of_a_document_is_taken_for_html(tmp_path, field):
    first = Span("T1", ((0, 3),), "PER")
    record = replace(
        RECORD, spans=(first, Span("T2", ((4, 5),), "ORG")), relations=(Relation("R", "WORKS", "T1", "T2", note="lama"),)
    )
    record = replace(record, text="Ani 😊 di sini", meta={"source": "desk"})
    changed = {
        "name": lambda: replace(record, name=EVIL),
        "text": lambda: replace(record, text=EVIL),
        "label": lambda: replace(record, spans=(replace(first, label=EVIL), record.spans[1])),
        "note": lambda: replace(record, spans=(replace(first, note=EVIL), record.spans[1])),
        "kb_id": lambda: replace(record, spans=(replace(first, kb_id=EVIL), record.spans[1])),
        "attributes": lambda: replace(record, spans=(replace(first, attributes={EVIL: EVIL}), record.spans[1])),
        "meta": lambda: replace(record, meta={EVIL: EVIL}),
        "relation": lambda: replace(record, relations=(Relation("R", EVIL, "T1", "T2", note=EVIL),)),
        "annotator": lambda: replace(record, annotator=EVIL),
        "category": lambda: replace(record, categories=(EVIL,)),
        "id": lambda: replace(
            record, spans=(replace(first, id=EVIL), record.spans[1]), relations=(Relation(EVIL, "WORKS", EVIL, "T2", note="lama"),)
        ),
    }[field]()
    path = tmp_path / "out.page.html"
    assert write(path, record).losses == []
    assert write(tmp_path / "evil.html", changed).losses == []
    assert write(tmp_path / "<b>&.html", changed).losses == []
    sound, evil, named = (seen(each) for each in (path, tmp_path / "evil.html", tmp_path / "<b>&.html"))
    assert [tag for tag, _ in evil.elements] == [tag for tag, _ in sound.elements] == [tag for tag, _ in named.elements]
    assert [sorted(attrs) for _, attrs in evil.elements] == [sorted(attrs) for _, attrs in sound.elements]
    if field not in ("id", "text"):
        assert EVIL in "".join(evil.texts)
    (back,), _ = read(tmp_path / "evil.html")
    assert plain(back) == plain(changed)


def test_a_page_needs_no_script_and_no_network(tmp_path):
    path = tmp_path / "out.page.html"
    write(path, RECORD, replace(RECORD, name="b"))
    page = seen(path)
    assert not {tag for tag, _ in page.elements} & {"script", "link", "img", "iframe", "object", "embed", "form", "base", "svg"}
    told = [attrs for _, attrs in page.elements]
    assert not [name for attrs in told for name in attrs if name.startswith("on") or name in ("src", "style", "action")]
    assert all((attrs["href"] or "").startswith("#d") for attrs in told if "href" in attrs)
    content = path.read_text(encoding="utf-8")
    assert not re.search(r"url\(|@import|https?:|//", content)
    (policy,) = [attrs["content"] for attrs in page.all("meta") if attrs.get("http-equiv") == "Content-Security-Policy"]
    assert (policy or "").startswith("default-src 'none'; style-src 'unsafe-inline'")
    assert content.startswith("<!DOCTYPE html>\n")


def test_links_lead_somewhere_and_ids_are_unique(tmp_path):
    path = tmp_path / "out.page.html"
    write(path, RECORD, replace(RECORD, name="second"))
    page = seen(path)
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(set(ids)) == len(ids) == 2 * (1 + 3)
    targets = {(attrs["href"] or "")[1:] for attrs in page.all("a")}
    assert targets <= set(ids)
    assert {"d1", "d2", "d1s0", "d2s1"} <= targets
    assert page.texts.count("second") == 2


def test_contents_legend_and_relations_are_there_to_see(tmp_path):
    path = tmp_path / "out.page.html"
    write(path, RECORD)
    content = path.read_text(encoding="utf-8")
    assert "<nav>" not in content, "one document needs no contents"
    legend = content.partition('<ul class="legend">')[2].partition("</ul>")[0]
    assert re.findall(r'<b class="c\d">(\w+)</b></mark> <span class="quiet">(\d+)', legend) == [
        ("PER", "1"),
        ("ORG", "1"),
        ("LOC", "1"),
    ]
    text = "".join(seen(path).texts)
    assert "Ani → WORKS → Ani PT" in text
    assert "Ani PT ↔ MET ↔ Ani" in text
    for part in (
        "ani · person · done · flagged · news",
        "desk",
        "a note",
        "kb id: Wiki:Q1",
        "sure: no",
        "unreviewed",
        "since: 1990",
        "lama",
    ):
        assert part in text
    # the covered text, cut off by an ellipsis where the span goes on in another fragment
    assert '<b class="c1">ORG…</b>' in content


def test_texts_set_their_own_direction(tmp_path):
    arabic = "التقى الرئيس جوكو ويدودو المدير."
    path = tmp_path / "out.page.html"
    write(path, Record("عربي", arabic, annotator="m", spans=(Span("s", ((13, 24),), "PER"),)))
    page = seen(path)
    (text,) = [attrs for attrs in page.all("div") if attrs.get("class") == "text"]
    assert text["dir"] == "auto"
    assert all(attrs["dir"] == "auto" for tag in ("h1", "h2") for attrs in page.all(tag))
    assert read(path)[0][0].text == arabic


def spans_at(*places: tuple[int, int]) -> list[Span]:
    return [Span(f"s{number}", (place,), "PER") for number, place in enumerate(places)]


@pytest.mark.parametrize(
    ("places", "wanted"),
    [
        ([(0, 5), (5, 9)], [0, 0]),
        ([(0, 9), (2, 5)], [1, 0]),
        ([(0, 6), (4, 9)], [1, 0]),
        ([(0, 9), (0, 9)], [0, 1]),
        ([(0, 20), (0, 10), (0, 5), (12, 14)], [2, 1, 0, 0]),
    ],
)
def test_lines_of_spans_that_meet_lie_at_different_depths(places, wanted):
    found = spans_at(*places)
    depth = lanes(found)
    assert [depth[span.id] for span in found] == wanted


def test_many_spans_are_laid_out_soundly():
    found = spans_at(*((start, start + 1 + (start * 7) % 23) for start in range(3000)))
    depth = lanes(found)
    for one in found:
        for other in found[int(one.id[1:]) + 1 : int(one.id[1:]) + 25]:
            assert depth[one.id] != depth[other.id] or one.end <= other.start


@pytest.mark.parametrize(
    "places",
    [
        [(0, 9), (2, 5)],
        [(0, 6), (4, 9)],
        [(0, 9), (0, 9), (0, 9)],
        [(number, 20 - number) for number in range(10)],
        [(0, 20), (19, 20)],
    ],
)
def test_nested_and_crossing_spans_are_marked_along_their_whole_length(tmp_path, places):
    record = Record("n", "abcdefghij klmnopqrs", annotator="ani", kind=Kind.PERSON, spans=tuple(spans_at(*places)))
    path = tmp_path / "out.page.html"
    assert write(path, record).losses == []
    content = path.read_text(encoding="utf-8").partition('class="text"')[2].partition("</div>")[0]
    for number, span in enumerate(sorted(record.spans, key=text_order)):
        depths = re.findall(rf'class="c0 v(\d)" data-s="{number}-0"', content)
        assert set(depths) == {str(min(lanes(list(record.spans))[span.id], LANES - 1))}
    assert content.count("<b class=") == len(places)


def test_fragments_that_touch_stay_two(tmp_path):
    record = Record("n", "abcdef", annotator="ani", kind=Kind.PERSON, spans=(Span("s", ((0, 2), (2, 4)), "PER"),))
    assert write(tmp_path / "a.html", record).losses == []
    assert read(tmp_path / "a.html")[0][0].spans == record.spans


def test_a_page_holds_what_is_seen_and_not_what_stands_beside_it(tmp_path):
    """A mark moved by hand no longer fits the data beside it: the span is named and left out, the text is the visible one."""
    path = tmp_path / "a.html"
    write(path, Record("n", "Ani pergi", annotator="ani", kind=Kind.PERSON, spans=(Span("s", ((0, 3),), "PER"),)))
    content = path.read_text(encoding="utf-8")
    path.write_text(content.replace(">Ani<b", ">Anita<b"), encoding="utf-8")
    (back,), (complaint,) = read(path)
    assert (back.text, back.spans) == ("Anita pergi", ())
    assert "do not stand where it is said to be" in complaint.message
    path.write_text(content.replace("&quot;label&quot;:&quot;PER&quot;,", ""), encoding="utf-8")
    assert "has no label" in read(path)[1][0].message
    path.write_text(content.replace("{&quot;id&quot;:&quot;s&quot;", "{&quot;id&quot;&quot;s&quot;"), encoding="utf-8")
    assert "damaged" in read(path)[1][0].message


def test_a_page_cut_off_or_of_somebody_else_is_a_sentence(tmp_path):
    path = tmp_path / "a.html"
    write(path, RECORD, replace(RECORD, name="b"))
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b"</article>")])
    records, (complaint,) = read(path)
    assert [record.name for record in records] == ["n"]
    assert "cut off" in complaint.message
    path.write_bytes(whole.replace("😊".encode(), b"\xff", 1))
    assert "not UTF-8" in read(path)[1][0].message
    path.write_bytes(b"<html><p>Berita</p></html>")
    with pytest.raises(FormatError, match="is no page written by this program"):
        html_page.read(path, ReadDefaults())


def test_a_cancel_leaves_nothing_and_options_are_refused(tmp_path):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        html_page.write(lambda: iter([RECORD]), tmp_path / "a.html", SCHEME, options={}, progress=progress)
    with pytest.raises(FormatError, match="no option “x”"):
        html_page.write(lambda: iter([RECORD]), tmp_path / "a.html", SCHEME, options={"x": "y"}, progress=Progress())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "color", ["#ffffff", "#000000", "#ffff00", "#808080", "#0072b2", "#ddcc77", "", "red; } body { display: none", "#FFF"]
)
def test_every_label_is_legible_by_day_and_by_night(color):
    sheet = style(["L"], {"L": color})
    assert "display: none }" not in sheet.replace("nav, summary { display: none; }", "")
    for part in sheet.split("@media (prefers-color-scheme: dark)"):
        values = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", part))
        assert contrast(values["text"], values["fill"]) >= TEXT_CONTRAST
        assert contrast(values["text"], values["page"]) >= TEXT_CONTRAST
        assert contrast(values["quiet"], values["page"]) >= TEXT_CONTRAST
        assert contrast(values["link"], values["page"]) >= TEXT_CONTRAST
        assert contrast(values["on-strong"], values["strong"]) >= TEXT_CONTRAST
        assert contrast(values["edge"], values["page"]) >= OUTLINE_CONTRAST


def test_labels_have_the_colours_of_the_scheme_and_unknown_ones_get_some(tmp_path):
    scheme = completed(LabelScheme(spans=(SpanLabel("PER", color="#0072b2"),)))
    path = tmp_path / "a.html"
    write(path, replace(RECORD, relations=()), scheme=scheme)
    content = path.read_text(encoding="utf-8")
    assert re.search(r"\.c0 { --fill: #[0-9a-f]{6}; --edge: #0072b2;", content)
    assert {attrs["class"] for attrs in seen(path).all("b")} == {"c0", "c1", "c2"}
    assert content.count(".c2 {") == 2
