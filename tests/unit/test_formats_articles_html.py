"""Web pages as articles: their main text, what they say of themselves, their encodings, and pages that are none."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.errors import FormatError
from annotator.formats import articles, articles_html
from annotator.formats.detect import detect

PAGE = """<!DOCTYPE html>
<html lang="id"><head><meta charset="utf-8"><title>Kebakaran di Bogor - Kabar</title>
<meta property="article:published_time" content="2024-05-06T10:00:00+07:00"><meta name="author" content="Siti Aminah">
<meta property="og:site_name" content="Kabar"><link rel="canonical" href="https://kabar.example/bogor"></head>
<body><nav><a href="/">Beranda</a> <a href="/x">Politik</a> <a href="/y">Olahraga</a></nav>
<article><h1>Kebakaran di Bogor</h1>
<p>Kebakaran melanda <b>Pasar</b> Anyar,
   Bogor, pada Senin (6/5) pagi. Tidak ada <a href="/k">korban</a> jiwa dalam peristiwa itu, kata Wali Kota Bogor.</p>
<p>Petugas pemadam datang setengah jam kemudian dan api baru mati pukul 12.00.<br>Kerugian ditaksir 5&nbsp;miliar rupiah.</p>
<table><tr><th>Lantai</th><th>Kios</th></tr><tr><td>A</td><td>12</td></tr></table>
</article><script>var kunci = 1;</script><footer>Hak cipta 2019 Kabar</footer></body></html>"""


def read(path: Path, data: bytes | str, **options: str) -> tuple[list[Record], list[Complaint]]:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    found = list(articles_html.read(path, ReadDefaults(), **options))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def text_of(path: Path, data: bytes | str, **options: str) -> str:
    (record,), _ = read(path, data, **options)
    return record.text


def test_the_main_text_comes_in_paragraph_by_paragraph_with_what_the_page_says_of_itself(tmp_path):
    (record,), complaints = read(tmp_path / "bogor.html", PAGE)
    assert complaints == []
    assert record.text.splitlines() == [
        "Kebakaran di Bogor",
        "Kebakaran melanda Pasar Anyar, Bogor, pada Senin (6/5) pagi. Tidak ada korban jiwa dalam peristiwa itu, kata Wali Kota Bogor.",
        "Petugas pemadam datang setengah jam kemudian dan api baru mati pukul 12.00.",
        "Kerugian ditaksir 5\xa0miliar rupiah.",
        "Lantai\tKios",
        "A\t12",
    ]
    assert record.name == "bogor"
    assert record.meta == {
        "title": "Kebakaran di Bogor",
        "author": "Siti Aminah",
        "date": "2024-05-06",
        "url": "https://kabar.example/bogor",
        "site": "Kabar",
        "language": "id",
    }
    assert (record.annotator, record.spans, record.tokens) == ("", (), None)


def test_all_text_is_that_of_the_body_without_scripts(tmp_path):
    text = text_of(tmp_path / "a.html", PAGE, text="all")
    assert text.splitlines()[0] == "Beranda Politik Olahraga"
    assert text.splitlines()[-1] == "Hak cipta 2019 Kabar"
    assert "kunci" not in text
    assert "5\xa0miliar" in text, "a blank that does not break is a letter, not white space"


def test_where_no_main_text_can_be_told_all_of_it_comes_in_and_that_is_said(tmp_path, monkeypatch):
    import trafilatura

    monkeypatch.setattr(trafilatura, "bare_extraction", lambda *_, **__: None)
    (record,), (notice,) = read(tmp_path / "a.html", PAGE)
    assert record.text.startswith("Beranda Politik")
    assert record.meta == {"title": "Kebakaran di Bogor - Kabar", "language": "id"}
    assert not notice.lost
    assert "all of its text was taken" in notice.message


def test_in_a_page_of_more_elements_than_any_no_main_text_is_looked_for(tmp_path, monkeypatch):
    monkeypatch.setattr(articles_html, "MOST_ELEMENTS", 10)
    (record,), (notice,) = read(tmp_path / "a.html", PAGE)
    assert record.text.startswith("Beranda Politik")
    assert not notice.lost


@pytest.mark.parametrize("error", [RecursionError(), KeyError("x"), ValueError("y")])
def test_a_library_that_fails_costs_the_choice_of_text_alone(tmp_path, monkeypatch, error):
    import trafilatura

    def fails(*_, **__):
        raise error

    monkeypatch.setattr(trafilatura, "bare_extraction", fails)
    (record,), (notice,) = read(tmp_path / "a.html", PAGE)
    assert "Kebakaran melanda" in record.text
    assert "all of its text was taken" in notice.message


def test_a_date_is_never_guessed_from_the_year_of_a_copyright_line(tmp_path):
    page = PAGE.replace('<meta property="article:published_time" content="2024-05-06T10:00:00+07:00">', "")
    (record,), _ = read(tmp_path / "a.html", page)
    assert "date" not in record.meta


@pytest.mark.parametrize(
    ("encoding", "said", "text"),
    [
        ("utf-8", "utf-8", "café “ya” – 東京"),
        ("cp1252", "windows-1252", "café “ya” –"),
        ("cp1252", "ISO-8859-1", "café “ya” –"),
        ("utf-16", "utf-16", "café 東京"),
        ("utf-8-sig", "iso-8859-1", "café 東京"),
        ("shift_jis", "Shift_JIS", "東京で会った"),
        ("gb18030", "gb2312", "北京㐂"),
        ("utf-8", "utf-16", "café"),
        ("utf-8", "none-such", "café 東京"),
        ("utf-8", "punycode", "café 東京"),
    ],
)
def test_a_page_is_read_in_the_encoding_it_names_as_browsers_understand_the_name(tmp_path, encoding, said, text):
    page = f'<html><head><meta charset="{said}"></head><body><p>{text}</p></body></html>'
    path = tmp_path / "a.html"
    assert text_of(path, page.encode(encoding), text="all") == text
    old = f'<html><head><meta http-equiv="Content-Type" content="text/html; charset={said}"></head><body>{text}</body></html>'
    assert text_of(path, old.encode(encoding), text="all") == text


def test_an_encoding_that_is_guessed_is_named(tmp_path):
    data = "<html><body><p>Ia berkata “ya” kepada para wartawan di sebuah café di Jakarta.</p></body></html>".encode("cp1252")
    (record,), (notice,) = read(tmp_path / "a.html", data, text="all")
    assert record.text == "Ia berkata “ya” kepada para wartawan di sebuah café di Jakarta."
    assert "cp1252" in notice.message
    assert not notice.lost


def test_bytes_without_meaning_are_counted_and_the_rest_comes_in(tmp_path):
    data = b'<html><head><meta charset="utf-8"></head><body><p>Ani \xff\xfe pergi</p></body></html>'
    (record,), (complaint,) = read(tmp_path / "a.html", data, text="all")
    assert record.text == "Ani \ufffd\ufffd pergi"
    assert complaint.lost
    assert complaint.message.startswith("2 characters of the page have no meaning in utf-8")
    assert read(tmp_path / "b.html", data, encoding="cp1252", text="all")[0][0].text == "Ani ÿþ pergi"


@pytest.mark.parametrize(
    "data", [b"", b" \n ", b"<!DOCTYPE html>", b"<html><head><title>x</title></head><body></body></html>", b"<script>a</script>"]
)
def test_a_page_without_text_is_named_and_brings_nothing(tmp_path, data):
    records, (complaint,) = read(tmp_path / "a.html", data)
    assert records == []
    assert complaint.lost
    assert "no text" in complaint.message


def test_what_is_no_text_at_all_is_no_page(tmp_path):
    records, (complaint,) = read(tmp_path / "a.html", b"\x89PNG\r\n" + b"\x00\x01\x02" * 500)
    assert records == []
    assert "no web page" in complaint.message


@pytest.mark.parametrize(("depth", "whole"), [(600, True), (5000, False)])
def test_elements_nested_without_end_are_read_as_far_as_can_be_and_what_is_missing_is_said(tmp_path, depth, whole):
    page = f"<html><body><p>Depan.</p>{'<div>' * depth}dalam{'</div>' * depth}<p>Belakang.</p></body></html>"
    records, complaints = read(tmp_path / "a.html", page, text="all")
    (record,) = records
    assert record.text.splitlines() == (["Depan.", "dalam", "Belakang."] if whole else ["Depan."])
    assert [complaint.lost for complaint in complaints] == ([] if whole else [True])


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>a</p><p>b</p>", "a\nb"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<span>a</span><span>b</span> <i>c</i>", "ab c"),
        ("<ul><li>a<li>b</ul>c", "a\nb\nc"),
        ("<p>a<!-- x -->b</p>", "ab"),
        ("<p>a <script>x</script>b</p>", "a b"),
        ("<pre>a  b\n  c</pre>d  e", "a  b\n  c\nd e"),
        ("<table><tr><td>a<td>b<tr><td>c</table>", "a\tb\nc"),
        ("<table><tr><td></td><td>b</td></tr></table>", "b"),
        ("<p>a &amp; b &lt;c&gt; &eacute; &#8217; &nosuch;</p>", "a & b <c> é ’ &nosuch;"),
        ("<ruby>東<rp>(</rp><rt>とう</rt><rp>)</rp></ruby>", "東"),
        ("<p>\U0001f600 e\u0301</p>", "\U0001f600 e\u0301"),
        ("<p>a\x00b</p>", "a\ufffdb"),
        ("<p>unclosed <b>bold<p>next", "unclosed bold\nnext"),
    ],
)
def test_white_space_and_blocks_count_as_in_a_browser(tmp_path, body, text):
    assert text_of(tmp_path / "a.html", f"<html><body>{body}</body></html>", text="all") == text


def test_code_in_a_line_stays_there_and_lines_of_code_stay_lines(tmp_path):
    code = "<pre><code>x = 1\nif x:\n    print(x)</code></pre>"
    page = PAGE.replace("<table>", f"<p>Fungsi <code>main</code> adalah titik masuk dari semua program yang ada.</p>{code}<table>")
    lines = text_of(tmp_path / "a.html", page).splitlines()
    assert "Fungsi main adalah titik masuk dari semua program yang ada." in lines
    assert "if x:" in lines
    assert text_of(tmp_path / "a.html", page, text="all").splitlines()[-5:-2] == ["if x:", "    print(x)", "Lantai\tKios"]


def test_options_and_files_that_do_not_fit_are_refused_at_once(tmp_path):
    path = tmp_path / "a.html"
    path.write_text(PAGE, encoding="utf-8")
    with pytest.raises(FormatError, match="“text” is one of: main, all"):
        articles_html.read(path, ReadDefaults(), text="none")
    with pytest.raises(FormatError, match="none-such"):
        articles_html.read(path, ReadDefaults(), encoding="none-such")
    with pytest.raises(FormatError, match="does not exist"):
        articles_html.read(tmp_path / "gone.html", ReadDefaults())
    with pytest.raises(FormatError, match="is a folder"):
        articles_html.read(tmp_path, ReadDefaults())


def test_a_file_larger_than_any_article_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(articles, "MOST", 1 << 20)
    path = tmp_path / "a.html"
    path.write_bytes(b"x" * ((1 << 20) + 1))
    with pytest.raises(FormatError, match="larger than 1 MB"):
        articles_html.read(path, ReadDefaults())
    path.write_bytes(b"<p>" + b"x" * ((1 << 20) - 3))
    assert len(list(articles_html.read(path, ReadDefaults(), text="all"))) == 1


@pytest.mark.parametrize(
    ("module", "package"), [("trafilatura", "trafilatura"), ("docx", "python-docx"), ("pypdfium2", "pypdfium2")]
)
def test_a_library_that_is_not_installed_is_named_with_the_way_to_get_it(tmp_path, monkeypatch, module, package):
    monkeypatch.setitem(sys.modules, module, None)
    path = tmp_path / f"a.{ {'trafilatura': 'html', 'docx': 'docx', 'pypdfium2': 'pdf'}[module] }"
    path.write_bytes(b"%PDF-1.4")
    reader = detect(path).read
    assert reader is not None
    with pytest.raises(FormatError, match=rf"library {package}, .* pip install 'annotator\[formats\]'"):
        reader(path, ReadDefaults())


def test_a_page_is_known_by_its_suffix_or_its_beginning(tmp_path):
    for name in ("a.html", "b.HTM", "c.xhtml", "noname"):
        (tmp_path / name).write_text(PAGE, encoding="utf-8")
        assert detect(tmp_path / name).name == "web-page"


def test_half_a_character_cannot_reach_a_project():
    assert articles.storable("a\ud800b\U0001f600") == "a\ufffdb\U0001f600"
    record = articles.article(Path("x.pdf"), "t\udfff", {"title": "\ud800", "author": " ", "date": None, "pages": 3}, 2)
    assert (record.name, record.text, record.meta, record.place) == ("x:2", "t\ufffd", {"title": "\ufffd"}, "x.pdf:2")
