"""Tags in the text: names, MUC's attributes, nesting, structure, references to characters, and a real corpus."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.errors import FormatError
from annotator.formats import inline_tags
from annotator.formats.detect import detect
from annotator.formats.inline_tags_edits import Edited, Lines, references
from annotator.formats.table import FORMATS

FIXTURES = Path(__file__).resolve().parents[3] / "shared" / "fixtures"
YUSUF = FIXTURES / "indonesian-ner" / "indonesia-ner-yusuf" / "ner" / "data_train.txt"


def read(folder: Path, text: str | bytes, **options: str) -> tuple[list[Record], list[Complaint]]:
    path = folder / "berita.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = list(inline_tags.read(path, ReadDefaults("other", Kind.PERSON), **options))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def spans(record: Record) -> list[tuple[str, str]]:
    return [(span.label, span.surface(record.text)) for span in record.spans]


def lost(complaints: list[Complaint]) -> list[str]:
    return [complaint.message for complaint in complaints if complaint.lost]


def test_the_name_of_a_tag_is_the_label(tmp_path):
    (record,), complaints = read(tmp_path, "Kata <PERSON>Arie</PERSON> di <LOC>Solo</LOC>.\r\n")
    assert complaints == []
    assert (record.name, record.text, record.annotator, record.kind) == ("berita", "Kata Arie di Solo.\r\n", "other", Kind.PERSON)
    assert spans(record) == [("PERSON", "Arie"), ("LOC", "Solo")]
    assert all(span.reviewed for span in record.spans)
    assert record.place == f"{tmp_path / 'berita.txt'}:1"


@pytest.mark.parametrize(
    ("tag", "end", "label", "attributes"),
    [
        ('ENAMEX TYPE="PERSON"', "ENAMEX", "PERSON", {}),
        ("ENAMEX TYPE='PERSON'", "ENAMEX", "PERSON", {}),
        ("ENAMEX TYPE=PERSON", "ENAMEX", "PERSON", {}),
        ('enamex type="person"', "enamex", "person", {}),
        ('ENAMEX TYPE="PERSON|ORG" STATUS="OPT"', "ENAMEX", "PERSON|ORG", {"STATUS": "OPT"}),
        ('TIMEX TYPE="DATE"', "TIMEX", "DATE", {}),
        ('TIMEX3 tid="t1" type="DATE" value="2014-12-02"', "TIMEX3", "DATE", {"tid": "t1", "value": "2014-12-02"}),
        ('NUMEX TYPE="MONEY"', "NUMEX", "MONEY", {}),
        ("ENAMEX", "ENAMEX", "ENAMEX", {}),
        ('ENAMEX TYPE=""', "ENAMEX", "ENAMEX", {"TYPE": ""}),
        ('PER type="x" a="1"', "PER", "PER", {"type": "x", "a": "1"}),
        ('rs type="place"', "rs", "place", {}),
        ('PER note="a &amp; b"', "PER", "PER", {"note": "a & b"}),
        ('PER a="1" a="2"', "PER", "PER", {"a": "1"}),
        ('  PER\n a = "1"  '.strip(), "PER", "PER", {"a": "1"}),
        ("B-PER.1:x_y", "B-PER.1:x_y", "B-PER.1:x_y", {}),
    ],
)
def test_labels_and_attributes(tmp_path, tag, end, label, attributes):
    (record,), complaints = read(tmp_path, f"Kata <{tag}>Arie</{end}>.")
    assert complaints == []
    assert (record.text, spans(record)) == ("Kata Arie.", [(label, "Arie")])
    assert dict(record.spans[0].attributes) == attributes


def test_tags_nest_cross_and_touch(tmp_path):
    text = "<ORG>Universitas <LOC>Gadjah <X>Mada</LOC> Yogya</X></ORG><A><A>x</A></A>"
    (record,), complaints = read(tmp_path, text)
    assert complaints == []
    assert record.text == "Universitas Gadjah Mada Yogyax"
    assert spans(record) == [
        ("ORG", "Universitas Gadjah Mada Yogya"),
        ("LOC", "Gadjah Mada"),
        ("X", "Mada Yogya"),
        ("A", "x"),
        ("A", "x"),
    ]


@pytest.mark.parametrize(
    ("text", "left", "line"),
    [
        ("a\n<PER>b c", "<PER>", 2),
        ("a\nb</PER> c", "</PER>", 2),
        ("a <PER/> c", "<PER/>", 1),
        ("a <PER>b</LOC> c", None, 1),
        ("<PER>a</PER> <PER>b", "<PER>", 1),
        ("<per>a</PER>", None, 1),
    ],
)
def test_a_tag_without_its_partner_stays_and_is_named(tmp_path, text, left, line):
    (record,), complaints = read(tmp_path, text)
    assert record.text.count("<") == (2 if left is None else 1)
    assert complaints
    if left is not None:
        assert left in record.text
        (complaint,) = complaints
        assert complaint.message == f"The tag “{left}” has no partner; it was left in the text."
        assert complaint.place.endswith(f":{line}")


@pytest.mark.parametrize(
    "text", ["1 < 2 dan 3 > 2", "a <- b", "<<>>", "< PER>x</ PER>", "<3", "a<b and c", "<!-- x -->", "<?x?>", "<>"]
)
def test_what_is_no_tag_is_text(tmp_path, text):
    (record,), complaints = read(tmp_path, text)
    assert (record.text, record.spans, record.annotator, complaints) == (text, (), "", [])


def test_a_tag_around_nothing_is_named(tmp_path):
    (record,), complaints = read(tmp_path, "a<PER></PER>b <PER> </PER>")
    assert (record.text, [span.fragments for span in record.spans]) == ("ab  ", [((3, 4),)])
    assert lost(complaints) == ["The tag “<PER>” covers no text; it was left out."]


@pytest.mark.parametrize(
    ("source", "text", "surface"),
    [
        ("Bank &amp; <PER>A&amp;B</PER>", "Bank & A&B", "A&B"),
        ("&lt;x&gt; <PER>caf&eacute;</PER>", "<x> café", "café"),
        ("&#233;&#xE9;&#x1F600; <PER>x</PER>", "éé😀 x", "x"),
        ("R & D <PER>x & y</PER>", "R & D x & y", "x & y"),
        ("&nosuchname; &#0; &#xD800; &#1114112; <PER>x</PER>", "&nosuchname; &#0; &#xD800; &#1114112; x", "x"),
        ("&amp;lt; <PER>x</PER>", "&lt; x", "x"),
        ("&copy x <PER>y</PER>", "&copy x y", "y"),
    ],
)
def test_references_to_characters(tmp_path, source, text, surface):
    (record,), complaints = read(tmp_path, source)
    assert record.text == text
    assert record.spans[0].surface(text) == surface
    assert record.spans[0].end == len(text)
    decoded = source.replace("<PER>", "").replace("</PER>", "") != text
    assert [complaint.lost for complaint in complaints] == ([False] if decoded else [])
    if decoded:
        assert "became text" in complaints[0].message


def test_a_reference_never_makes_a_tag(tmp_path):
    (record,), _ = read(tmp_path, "&lt;PER&gt;x&lt;/PER&gt; <LOC>y</LOC>")
    assert (record.text, spans(record)) == ("<PER>x</PER> y", [("LOC", "y")])


MUC = """<DOC>
<DOCID> nyt960214.0509 </DOCID>
<HL>Judul &amp; <ENAMEX TYPE="PERSON">Ani</ENAMEX></HL>
<TEXT>
<p>
<COREF ID="1">Budi</COREF> pergi. <COREF ID="2" TYPE="IDENT" REF="1">Dia</COREF> pulang. <COREF ID="3" REF="9">Ia</COREF>
</p>
</TEXT>
</DOC>

<DOC><DOCNO>x2</DOCNO><s>Citra</s></DOC>
<doc>tiga</doc>
"""


def test_documents_of_muc(tmp_path):
    found, complaints = read(tmp_path, MUC)
    assert [record.name for record in found] == ["nyt960214.0509", "x2", "berita:3"]
    first = found[0]
    assert first.text.split() == ["Judul", "&", "Ani", "Budi", "pergi.", "Dia", "pulang.", "Ia"]
    assert spans(first) == [("PERSON", "Ani"), ("COREF", "Budi"), ("COREF", "Dia"), ("COREF", "Ia")]
    assert [span.id for span in first.spans][1:] == ["1", "2", "3"]
    assert [(link.label, link.head, link.tail) for link in first.relations] == [("IDENT", "2", "1")]
    assert [dict(span.attributes) for span in first.spans] == [{}, {}, {"TYPE": "IDENT"}, {"REF": "9"}]
    assert [record.text for record in found[1:]] == ["Citra", "tiga"]
    assert [record.place.rpartition(":")[2] for record in found] == ["1", "11", "12"]
    assert lost(complaints) == []
    assert [complaint.place.rpartition(":")[2] for complaint in complaints] == ["3", "6"]


def test_what_stands_outside_of_documents_is_named(tmp_path):
    found, complaints = read(tmp_path, "<DOC>satu</DOC>\nsisa\n<DOC>dua</DOC>")
    assert [record.text for record in found] == ["satu", "dua"]
    assert [(complaint.message, complaint.place[-2:]) for complaint in complaints] == [
        ("What stands outside of <DOC> was left out.", ":2")
    ]
    assert lost(read(tmp_path, "<DOC>satu</DOC>\n \n<DOC>dua</DOC>\n")[1]) == []
    assert lost(read(tmp_path, "<DOC>satu</DOC>\nsisa")[1]) == ["What stands outside of <DOC> was left out."]
    assert lost(read(tmp_path, "sisa<DOC>satu</DOC>")[1]) == ["What stands outside of <DOC> was left out."]


def test_a_document_without_its_end_goes_to_the_next(tmp_path):
    found, _ = read(tmp_path, "<DOC>satu<DOC>dua</DOC>")
    assert [record.text for record in found] == ["satu", "dua"]


def test_a_document_of_nothing_is_named(tmp_path):
    found, complaints = read(tmp_path, "<DOC><DOCID>a</DOCID> <p></p></DOC><DOC>x</DOC>")
    assert [record.text for record in found] == ["x"]
    assert lost(complaints) == ["The document holds no text beside its tags, so there is no article to bring in."]


@pytest.mark.parametrize(("documents", "names"), [("auto", ["berita"]), ("file", ["berita"]), ("line", ["berita:1", "berita:3"])])
def test_documents_may_be_lines(tmp_path, documents, names):
    found, _ = read(tmp_path, "<PER>a</PER> b\r\n  \r\nc <PER>d</PER>", documents=documents)
    assert [record.name for record in found] == names
    assert sum(len(record.spans) for record in found) == 2
    if documents == "line":
        assert [record.text for record in found] == ["a b", "c d"]
        assert [record.place.rpartition(":")[2] for record in found] == ["1", "3"]
    else:
        assert found[0].text == "a b\r\n  \r\nc d"


def test_a_file_may_be_one_document_whatever_it_holds(tmp_path):
    (record,), complaints = read(tmp_path, MUC, documents="file")
    assert record.name == "berita"
    assert "nyt960214.0509" in record.text
    assert "<" not in record.text
    assert lost(complaints) == []


def test_lines_without_a_tag_in_a_file_with_tags_were_looked_at(tmp_path):
    found, _ = read(tmp_path, "a\n<PER>b</PER>", documents="line")
    assert [record.annotator for record in found] == ["other", "other"]
    found, _ = read(tmp_path, "a\nb", documents="line")
    assert [record.annotator for record in found] == ["", ""]


def test_only_the_tags_asked_for_are_spans_and_the_others_stay(tmp_path):
    text = "<p><PER>a</PER> <b>b</b> <s>c</s> <X>d</p>"
    (record,), complaints = read(tmp_path, text, tags="PER, s")
    assert (record.text, spans(record), complaints) == ("a <b>b</b> c <X>d", [("PER", "a"), ("s", "c")], [])
    (record,), _ = read(tmp_path, text)
    assert spans(record) == [("PER", "a"), ("b", "b")]


def test_ids_that_are_there_twice_mean_the_first(tmp_path):
    (record,), complaints = read(tmp_path, '<A ID="1">a</A><A ID="1">b</A><A REF="1" TYPE="">c</A>')
    assert len({span.id for span in record.spans}) == 3
    assert [(link.label, link.tail) for link in record.relations] == [("COREF", "1")]
    assert [complaint.message for complaint in complaints] == ["The id “1” is there twice; what refers to it means the first."]


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_encodings_are_those_of_plain_text(tmp_path, encoding):
    data = "Kata <PER>Renée</PER> “itu”".encode(encoding)
    if encoding != "utf-8-sig":
        found, complaints = read(tmp_path, data)
        assert found == []
        assert encoding in complaints[0].message
    (record,), _ = read(tmp_path, data, encoding=encoding)
    assert spans(record) == [("PER", "Renée")]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"markup": "x"}, "“markup” is one of"),
        ({"documents": "x"}, "“documents” is one of"),
        ({"encoding": "none-such"}, "none-such"),
    ],
)
def test_other_values_are_refused_at_once(tmp_path, options, message):
    path = tmp_path / "a.txt"
    path.write_text("x", encoding="utf-8")
    with pytest.raises(FormatError, match=message):
        inline_tags.read(path, ReadDefaults(), **options)


@pytest.mark.parametrize("name", ["gone", "folder"])
def test_a_file_that_is_gone_or_a_folder_is_refused_at_once(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(FormatError, match=name):
        inline_tags.read(tmp_path / name, ReadDefaults())


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.sgml", b""),
        ("a.sgm", b"x"),
        ("a.sacr", b"x"),
        ("a.muc", b'<ENAMEX TYPE="X">a</ENAMEX>'),
        ("a", b"x\n\n#TOKENIZATION-TYPE:3"),
    ],
)
def test_files_are_known_by_their_name_or_their_marks(tmp_path, name, content):
    path = tmp_path / name
    path.write_bytes(content)
    assert detect(path).name == "inline-tags"


def test_the_table_and_the_reader_name_the_same_options(tmp_path):
    path = tmp_path / "a.sgml"
    path.write_text("<PER>a</PER>", encoding="utf-8")
    entry = FORMATS["inline-tags"]
    assert entry.read is not None
    assert entry.write is None
    for option, values in (entry.read_options or {}).items():
        assert inline_tags.OPTIONS.get(option, ()) == values
        for value in values:
            (record,) = entry.read(path, ReadDefaults(), **{option: value})
            assert isinstance(record, Record)
            assert record.text == ("<PER>a</PER>" if value == "sacr" else "a")


HOSTILE = [
    "<" * 20_000,
    "<A " + "a=b " * 20_000,
    "<A " + " " * 20_000,
    "<A>" * 5_000,
    "</A>" * 5_000,
    "<A>" * 5_000 + "x" + "</A>" * 5_000,
    '<A a="' + "x" * 50_000,
    "&" * 20_000 + "<A>x</A>",
    "&#" + "9" * 20_000 + ";<A>x</A>",
    "<A>" + "&amp;" * 20_000 + "</A>",
    "<DOC>" * 2_000,
    "<DOC><DOCID>" * 2_000,
    '<A ID="1" REF="1">x</A>' * 2_000,
    "{" * 20_000 + "<A>x</A>",
    "<!DOCTYPE x [<!ENTITY a 'aaaa'>]><A>&a;</A>",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12])
def test_texts_made_to_break_a_reader_are_read(tmp_path, text):
    found, complaints = read(tmp_path, text)
    assert found or complaints
    for record in found:
        assert all(0 <= span.start < span.end <= len(record.text) for span in record.spans)
        assert {end for link in record.relations for end in (link.head, link.tail)} <= {span.id for span in record.spans}
        assert len(record.text) <= len(text)


def test_every_cut_of_a_sound_text_is_read(tmp_path):
    for length in range(1, len(MUC)):
        found, complaints = read(tmp_path, MUC[:length])
        assert found or complaints
        for record in found:
            assert all(0 <= span.start < span.end <= len(record.text) for span in record.spans)


def test_places_after_edits():
    edited = Edited("ab<x>cd&amp;e", [(2, 5, ""), (7, 12, "&")])
    assert edited.text == "abcd&e"
    assert [edited.place(offset) for offset in (0, 1, 5, 6, 7, 12, 13)] == [0, 1, 2, 3, 4, 5, 6]
    assert Edited("abc", []).place(2) == 2
    assert references("&amp; &lt;", [(0, 5, "")]) == [(6, 10, "<")]


def test_lines_of_places():
    lines = Lines("a\nb\n\nc", 10)
    assert [lines.at(offset) for offset in range(6)] == [10, 10, 11, 11, 12, 13]


@pytest.mark.skipif(not YUSUF.is_file(), reason="the real corpus is not here")
def test_a_real_corpus_is_read_as_counted():
    source = YUSUF.read_bytes().decode()
    (record,) = [item for item in inline_tags.read(YUSUF, ReadDefaults()) if isinstance(item, Record)]
    assert record.text == re.sub(r"</?[A-Z]+>", "", source)
    counts = Counter(re.findall(r"<([A-Z]+)>", source))
    assert sum(counts.values()) == 3511
    assert Counter(span.label for span in record.spans) == counts
    surfaces = Counter(re.findall(r"<([A-Z]+)>([^<]*)</\1>", source))
    assert Counter(spans(record)) == surfaces
    assert "\u00a0" in record.text
    assert "\ufffd" in record.text


@pytest.mark.skipif(not YUSUF.is_file(), reason="the real corpus is not here")
def test_each_line_of_a_real_corpus_is_a_sentence_and_the_tags_over_two_lines_are_named():
    source = YUSUF.read_bytes().decode().split("\n")
    found = list(inline_tags.read(YUSUF, ReadDefaults(), documents="line"))
    got = [item for item in found if isinstance(item, Record)]
    assert len(got) == sum(bool(line.strip()) for line in source) == 1835
    torn = [number for number, line in enumerate(source, 1) if len(re.findall("<[A-Z]", line)) != len(re.findall("</", line))]
    assert [int(item.place.rpartition(":")[2]) for item in found if isinstance(item, Complaint)] == torn
    assert sum(len(record.spans) for record in got) == 3511 - len(torn) // 2
