"""SACR's braces: mentions, properties, chains, settings, and the Indonesian coreference corpus beside its plain passages."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind
from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.formats import inline_tags

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "indonesian-coref" / "indocoref" / "data"


def read(folder: Path, text: str, **options: str) -> tuple[list[Record], list[Complaint]]:
    path = folder / "berita.txt"
    path.write_bytes(text.encode())
    found = list(inline_tags.read(path, ReadDefaults("other"), **options))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def spans(record: Record) -> list[tuple[str, str]]:
    return [(str(span.attributes["chain"]), span.surface(record.text)) for span in record.spans]


def links(record: Record) -> list[tuple[str, str, str]]:
    by_id = {span.id: span.surface(record.text) for span in record.spans}
    return [(link.label, by_id[link.head], by_id[link.tail]) for link in record.relations]


@pytest.mark.parametrize(
    ("source", "attributes"),
    [
        ("{M1:Budi} pergi", {}),
        ("{M1 Budi} pergi", {}),
        ('{M1:type="orang" Budi} pergi', {"type": "orang"}),
        ('{M1:type="named-entity person",num=1 Budi} pergi', {"type": "named-entity person", "num": "1"}),
        ('{M1:type="" Budi} pergi', {"type": ""}),
        ('{M1:a="x=y, z" Budi} pergi', {"a": "x=y, z"}),
        ('{M1:a="1",a="2" Budi} pergi', {"a": "1"}),
        ("{M1:a-b=c Budi} pergi", {"a-b": "c"}),
    ],
)
def test_a_mention_with_its_properties(tmp_path, source, attributes):
    (record,), complaints = read(tmp_path, source)
    assert complaints == []
    assert (record.name, record.text, record.annotator, record.kind) == ("berita", "Budi pergi", "other", Kind.MODEL)
    (span,) = record.spans
    assert (span.label, span.fragments, dict(span.attributes)) == ("MENTION", ((0, 4),), {**attributes, "chain": "M1"})
    assert record.relations == ()


def test_a_chain_leads_from_each_mention_to_the_one_before(tmp_path):
    (record,), _ = read(tmp_path, "{M1:Budi} dan {M2:Ani}. {M1:Dia} pulang; {M2:ia} tidak. {M1:Si Budi} {M3:lapar}.", markup="sacr")
    assert record.text == "Budi dan Ani. Dia pulang; ia tidak. Si Budi lapar."
    assert spans(record) == [("M1", "Budi"), ("M2", "Ani"), ("M1", "Dia"), ("M2", "ia"), ("M1", "Si Budi"), ("M3", "lapar")]
    assert links(record) == [("COREF", "Dia", "Budi"), ("COREF", "Si Budi", "Dia"), ("COREF", "ia", "Ani")]


def test_mentions_nest(tmp_path):
    (record,), complaints = read(tmp_path, '{M1:t="a" ayah {M2:t="b" {M3:t="c" Budi}nya}}')
    assert complaints == []
    assert record.text == "ayah Budinya"
    assert spans(record) == [("M1", "ayah Budinya"), ("M2", "Budinya"), ("M3", "Budi")]


def test_braces_of_several_chains_around_the_same_words_are_one_mention(tmp_path):
    (record,), complaints = read(
        tmp_path, '{M1:t="x" Ani} dan {M2:t="x" Budi}: {M3:t="y" {M1:t="" {M2:t="" mereka}}}. {M3:t="" Mereka}'
    )
    assert complaints == []
    assert spans(record) == [("M1", "Ani"), ("M2", "Budi"), ("['M3', 'M1', 'M2']", "mereka"), ("M3", "Mereka")]
    assert record.spans[2].attributes["t"] == "y"
    assert sorted(links(record)) == [("COREF", "Mereka", "mereka"), ("COREF", "mereka", "Ani"), ("COREF", "mereka", "Budi")]


def test_mentions_that_follow_each_other_in_two_chains_are_linked_once(tmp_path):
    (record,), _ = read(tmp_path, "{M1:{M2:mereka}} dan {M1:{M2:mereka}}", markup="sacr")
    assert [len(span.attributes["chain"]) for span in record.spans] == [2, 2]
    assert len(record.relations) == 1


def test_properties_that_differ_keep_mentions_apart(tmp_path):
    (record,), complaints = read(tmp_path, '{M1:t="x" {M2:t="y" Ani}}')
    assert complaints == []
    assert [(dict(span.attributes), span.fragments) for span in record.spans] == [
        ({"t": "x", "chain": "M1"}, ((0, 3),)),
        ({"t": "y", "chain": "M2"}, ((0, 3),)),
    ]


def test_the_same_mention_twice_is_said(tmp_path):
    (record,), (complaint,) = read(tmp_path, '{M1:t="x" {M1:t="" Ani}}')
    assert spans(record) == [("M1", "Ani")]
    assert (complaint.lost, complaint.message) == (False, "The same words are a mention of M1 twice; they became one.")


def test_a_property_may_name_the_label(tmp_path):
    text = '{M1:jenis="named-entity person" Ani} dan {M2:jenis="" Budi}'
    (record,), _ = read(tmp_path, text, label="jenis")
    assert [span.label for span in record.spans] == ["named-entity person", "MENTION"]
    (record,), _ = read(tmp_path, text)
    assert {span.label for span in record.spans} == {"MENTION"}


SETTINGS = """#title: Judul
#textid: 7

# catatan penulis
***************

{M1:Ani} pergi.
#tagar bukan setelan

Dan {M1:dia} pulang.


#COLOR:M1=hsl(0, 100%, 80%)

#TOKENIZATION-TYPE:3

"""


def test_settings_and_comments_are_no_text(tmp_path):
    (record,), (complaint,) = read(tmp_path, SETTINGS)
    assert record.text == "Ani pergi.\n#tagar bukan setelan\n\nDan dia pulang."
    assert record.meta == {"title": "Judul", "textid": "7", "comments": ["catatan penulis"]}
    assert spans(record) == [("M1", "Ani"), ("M1", "dia")]
    assert (complaint.lost, complaint.place[-2:]) == (False, ":1")


def test_settings_within_the_text_leave_it_whole(tmp_path):
    (record,), _ = read(tmp_path, "\n#COLOR:M1=x\nsatu {M1:a}\n\n#COLOR:M2=y {M9:no}\ndua\n", markup="sacr")
    assert record.text == "satu a\n\ndua\n"
    assert spans(record) == [("M1", "a")]


def test_without_settings_the_text_is_exact(tmp_path):
    (record,), _ = read(tmp_path, "\n\n {M1:Ani} \r\n\n", markup="sacr")
    assert record.text == "\n\n Ani \r\n\n"


def test_a_file_of_settings_alone_holds_no_article(tmp_path):
    found, complaints = read(tmp_path, "#TOKENIZATION-TYPE:3\n\n#COLOR:M1=x\n")
    assert found == []
    assert [complaint.message for complaint in complaints if complaint.lost] == [
        "The document holds no text, so there is no article to bring in."
    ]


@pytest.mark.parametrize(
    ("source", "text", "count", "complaints"),
    [
        ("{M1:Ani} a } b", "Ani a } b", 1, ["The brace has no partner; it was left in the text."]),
        ("{M1:Ani} a {M2:b", "Ani a {M2:b", 1, ["The brace “{M2:b” is not closed; it was left in the text."]),
        ("{M1:Ani} a { b }", "Ani a { b }", 1, ["The brace has no partner; it was left in the text."]),
        ("{M1:Ani} {M2:}", "Ani ", 1, ["The mention of M2 covers no text; it was left out."]),
        ("{M1:Ani} {}", "Ani {}", 1, ["The brace has no partner; it was left in the text."]),
        ("{M1:Ani {M2:b}", "{M1:Ani b", 1, ["The brace “{M1:Ani {M2:b}” is not closed; it was left in the text."]),
    ],
)
def test_braces_that_do_not_fit_stay_and_are_named(tmp_path, source, text, count, complaints):
    (record,), found = read(tmp_path, source, markup="sacr")
    assert (record.text, len(record.spans)) == (text, count)
    assert [complaint.message for complaint in found] == complaints


@pytest.mark.parametrize(
    ("text", "sacr"),
    [
        ("{M1:Ani} pergi", True),
        ("{M1 Ani} pergi", True),
        ('{M1:a="b" Ani} <PER>x</PER>', True),
        ("<PER>Ani</PER> {M1:x}", False),
        ("harga {10} ribu", False),
        ("tanpa apa pun", False),
        ("x\n#COLOR:M1=y\n", True),
    ],
)
def test_the_markup_is_told_from_the_text(tmp_path, text, sacr):
    (record,), _ = read(tmp_path, text)
    (by_option,), _ = read(tmp_path, text, markup="sacr" if sacr else "tags")
    (other,), _ = read(tmp_path, text, markup="tags" if sacr else "sacr")
    assert (record.text, record.spans) == (by_option.text, by_option.spans)
    assert (record.text, record.spans, record.annotator) != (other.text, other.spans, other.annotator)


def test_each_line_may_be_a_document(tmp_path):
    found, complaints = read(tmp_path, "{M1:Ani} pergi\r\n\n{M1:Budi} dan {M1:dia}\n#COLOR:M1=x\n", documents="line")
    assert [(record.name, record.text, len(record.relations)) for record in found] == [
        ("berita:1", "Ani pergi", 0),
        ("berita:3", "Budi dan dia", 1),
    ]
    assert complaints == []


HOSTILE = [
    "{" * 20_000,
    "}" * 2_000,
    "{M1:" * 5_000 + "x" + "}" * 5_000,
    "".join(f'{{M{number}:a="{number}" ' for number in range(3_000)) + "x" + "}" * 3_000,
    "".join(f"{{M{number}:" for number in range(3_000)) + "x" + "}" * 3_000,
    "{M1:" + "a=b," * 20_000 + " x}",
    '{M1:a="' + "x" * 50_000,
    "{" + "M" * 50_000 + ":x}",
    "#\n" * 5_000 + "{M1:x}",
    "\n" * 20_000 + "#COLOR:x\n" + "{M1:x}",
    "{M1:\u2028x}\x85#COLOR:y\n{M2:\U0001f600}",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:12].strip())
def test_texts_made_to_break_a_reader_are_read(tmp_path, text):
    found, complaints = read(tmp_path, text, markup="sacr")
    assert found or complaints
    for record in found:
        assert all(0 <= span.start < span.end <= len(record.text) for span in record.spans)
        assert {end for link in record.relations for end in (link.head, link.tail)} <= {span.id for span in record.spans}


def test_every_cut_of_a_sound_text_is_read(tmp_path):
    for length in range(1, len(SETTINGS)):
        found, complaints = read(tmp_path, SETTINGS[:length], markup="sacr")
        assert found or complaints
        for record in found:
            assert all(0 <= span.start < span.end <= len(record.text) for span in record.spans)


def test_only_a_line_feed_ends_a_line(tmp_path):
    (record,), _ = read(tmp_path, "a\u2028#COLOR:x {M1:b}\x85\x0c#y", markup="sacr")
    assert record.text == "a\u2028#COLOR:x b\x85\x0c#y"


def annotated() -> list[Path]:
    return sorted((CORPUS / "annotated").glob("*.txt"))


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the real corpus is not here")
def test_the_indonesian_corpus_is_read_as_counted():
    paths = annotated()
    assert len(paths) == 130
    chains: Counter[str] = Counter()
    wanted: Counter[str] = Counter()
    twice = 0
    for path in paths:
        source = path.read_bytes().decode()
        found = list(inline_tags.read(path, ReadDefaults()))
        (record,) = [item for item in found if isinstance(item, Record)]
        assert not [item for item in found if isinstance(item, Complaint) and item.lost]
        twice += sum(isinstance(item, Complaint) and "twice" in item.message for item in found)
        names = [span.attributes["chain"] for span in record.spans]
        each = [one for name in names for one in (name if isinstance(name, list) else [name])]
        chains.update(each)
        wanted.update(re.findall(r"\{(\w+):", source))
        pairs: set[tuple[int, int]] = set()
        for chain in set(each):
            inside = [number for number, name in enumerate(names) if name == chain or (isinstance(name, list) and chain in name)]
            pairs |= set(zip(inside[1:], inside, strict=False))
        numbers = {span.id: number for number, span in enumerate(record.spans)}
        assert Counter((numbers[link.head], numbers[link.tail]) for link in record.relations) == Counter(pairs)
    assert sum(wanted.values()) == 18_771
    assert sum(chains.values()) + twice == 18_771
    assert set(chains) == set(wanted)


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the real corpus is not here")
@pytest.mark.parametrize("number", range(0, 130, 7))
def test_the_texts_of_the_indonesian_corpus_are_its_passages(number):
    path = annotated()[number]
    passage = CORPUS / "passage" / (re.sub(r"_\d{8}-\d{6}\.txt$", "", path.name) + ".txt")
    (record,) = [item for item in inline_tags.read(path, ReadDefaults()) if isinstance(item, Record)]
    assert record.text.split() == passage.read_bytes().decode().split()
    assert "{" not in record.text
    source = path.read_bytes().decode()
    innermost = re.findall(r'\{\w+:jenis="[^"]*" ([^{}]*)\}', source)
    surfaces = {span.surface(record.text) for span in record.spans}
    assert set(innermost) <= surfaces
    assert {span.attributes["jenis"] for span in record.spans} <= set(re.findall(r'jenis="([^"]*)"', source))
