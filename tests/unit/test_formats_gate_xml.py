"""GATE XML: text with nodes, values of every class, and the real files, laid beside the bdoc of the same documents."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import pytest

from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.errors import FormatError
from annotator.formats import gate
from annotator.formats.detect import detect
from annotator.formats.gate_values import value_of

FIXTURES = Path(__file__).resolve().parents[3] / "shared" / "fixtures" / "formats" / "gate" / "python-gatenlp"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<GateDocument version="3">\n<GateDocumentFeatures>{}</GateDocumentFeatures>\n'
NODES = '<TextWithNodes><Node id="0"/>Budi<Node id="4"/> di <Node id="8"/>BRI<Node id="11"/>.</TextWithNodes>\n'
BUDI = '<Annotation Id="1" Type="PER" StartNode="0" EndNode="4"></Annotation>'
BRI = '<Annotation Id="2" Type="ORG" StartNode="8" EndNode="11"></Annotation>'
SETS = f"<AnnotationSet>{BUDI}{BRI}</AnnotationSet>"


def document(nodes: str = NODES, sets: str = SETS, features: str = "") -> str:
    return HEAD.format(features) + nodes + sets + "</GateDocument>"


def feature(name: str, value: str, kind: str = "java.lang.String", **more: str) -> str:
    others = "".join(f' {key}="{said}"' for key, said in more.items())
    return f'<Feature><Name className="java.lang.String">{name}</Name><Value className="{kind}"{others}>{value}</Value></Feature>'


def read(folder: Path, text: str | bytes, **options: str) -> tuple[list[Record], list[Complaint]]:
    path = folder / "berita.xml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = list(gate.read(path, ReadDefaults("other"), **options))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def test_a_document_with_its_default_set(tmp_path):
    (record,), complaints = read(tmp_path, document(features=feature("url", "x &amp; y")))
    assert complaints == []
    assert (record.name, record.text, record.annotator, record.meta) == ("berita", "Budi di BRI.", "other", {"url": "x & y"})
    assert [(span.id, span.label, span.surface(record.text)) for span in record.spans] == [
        ("1", "PER", "Budi"),
        ("2", "ORG", "BRI"),
    ]
    assert detect(tmp_path / "berita.xml").name == "gate"


def test_named_sets_and_several_of_one_name(tmp_path):
    sets = f'<AnnotationSet/><AnnotationSet Name="Key">{BUDI}</AnnotationSet><AnnotationSet Name="Key">{BRI}</AnnotationSet>'
    (record,), _ = read(tmp_path, document(sets=sets))
    assert (record.annotator, len(record.spans)) == ("Key", 2)


def test_types_may_be_chosen(tmp_path):
    (record,), complaints = read(tmp_path, document(), types="ORG")
    assert [span.label for span in record.spans] == ["ORG"]
    assert [complaint.message for complaint in complaints] == ["Annotations of other types were not asked for and left out: 1 PER."]


def test_nodes_stand_for_their_places_beyond_the_plane_of_short_characters(tmp_path):
    nodes = '<TextWithNodes>😊 <Node id="3"/>Budi<Node id="7"/> 😊<Node id="10"/></TextWithNodes>'
    entry = '<Annotation Id="5" Type="X" StartNode="3" EndNode="10"/>'
    (record,), complaints = read(tmp_path, document(nodes, f"<AnnotationSet>{entry}</AnnotationSet>"))
    assert complaints == []
    assert record.spans[0].fragments == ((2, 8),)
    assert record.spans[0].surface(record.text) == "Budi 😊"


def test_nodes_that_were_shifted_by_line_ends_still_count_where_they_stand(tmp_path):
    nodes = '<TextWithNodes>satu\n\n<Node id="8"/>Budi<Node id="12"/></TextWithNodes>'
    entry = '<Annotation Id="5" Type="PER" StartNode="8" EndNode="12"/>'
    (record,), (complaint,) = read(tmp_path, document(nodes, f"<AnnotationSet>{entry}</AnnotationSet>"))
    assert record.spans[0].surface(record.text) == "Budi"
    assert not complaint.lost
    assert complaint.message.startswith("2 of the 2 nodes do not stand in the text where their numbers say")


def test_an_annotation_at_no_node_is_named(tmp_path):
    entry = '<Annotation Id="5" Type="PER" StartNode="8" EndNode="99"/><Annotation Id="6" Type="PER"/>'
    (record,), complaints = read(tmp_path, document(sets=f"<AnnotationSet>{entry}{BUDI}</AnnotationSet>"))
    assert [span.id for span in record.spans] == ["1"]
    assert [complaint.message for complaint in complaints] == [
        "The annotation 5 (PER) names a node that is not in the text; it was left out.",
        "The annotation 6 (PER) names a node that is not in the text; it was left out.",
    ]


def test_relations_have_two_members(tmp_path):
    relations = (
        f'<RelationSet><Relation Id="7" Type="WORKS" Members="1;2">{feature("since", "1990", "java.lang.Integer")}</Relation>'
        '<Relation Id="8" Type="COREF" Members="1;2;3"/><Relation Id="9" Type="X" Members="1;x"/>'
        '<Relation Id="10" Type="X" Members="1;99"/></RelationSet>'
    )
    (record,), complaints = read(tmp_path, document(sets=SETS + relations))
    (relation,) = record.relations
    assert (relation.id, relation.label, relation.head, relation.tail) == ("7", "WORKS", "1", "2")
    assert dict(relation.attributes) == {"since": 1990}
    assert [complaint.message for complaint in complaints][:2] == [
        "The relation 8 (COREF) does not have two members; it was left out.",
        "The relation 9 (X) does not have two members; it was left out.",
    ]
    assert all(complaint.lost for complaint in complaints)
    assert len(complaints) == 3


WRAPPER = "gate.corpora.ObjectWrapper"


def wrapped(value: str) -> str:
    return f"<?xml version='1.1'?><gate.corpora.ObjectWrapper>{value}</gate.corpora.ObjectWrapper>"


def element(kind: str, text: str, **more: str) -> ET.Element:
    found = ET.Element("Value", {"className": kind, **more})
    found.text = text
    return found


@pytest.mark.parametrize(
    ("kind", "text", "wanted"),
    [
        ("java.lang.String", "x", "x"),
        ("java.lang.String", "", ""),
        ("java.lang.Integer", "12", 12),
        ("java.lang.Long", "-3", -3),
        ("java.lang.Double", "1.5", 1.5),
        ("java.math.BigDecimal", "3.4", 3.4),
        ("java.math.BigInteger", str(2**80), 2**80),
        ("java.lang.Boolean", "true", True),
        ("java.lang.Boolean", "false", False),
        (WRAPPER, wrapped('<value class="list"><int>1</int><string>a</string><null/></value>'), [1, "a", None]),
        (
            WRAPPER,
            wrapped('<value class="object-array"><boolean>true</boolean><big-decimal>3.3</big-decimal></value>'),
            [True, 3.3],
        ),
        (WRAPPER, wrapped('<value class="string">x</value>'), "x"),
        (WRAPPER, wrapped('<value class="int">7</value>'), 7),
        (WRAPPER, wrapped('<value class="tree-set"><long>1</long></value>'), [1]),
        (WRAPPER, wrapped('<value class="map"><entry><string>a</string><list/></entry></value>'), {"a": []}),
        (WRAPPER, wrapped('<value class="map"><entry><int>1</int><int>2</int></entry></value>'), {"1": 2}),
        (WRAPPER, wrapped('<value class="map"><entry><boolean>true</boolean><int>2</int></entry></value>'), {"true": 2}),
        (WRAPPER, wrapped('<value class="list"><list><int>1</int></list><list reference="../list"/></value>'), [[1], [1]]),
        (WRAPPER, wrapped('<value class="java.util.ArrayList"><string>a</string></value>'), ["a"]),
    ],
)
def test_values_of_each_class(kind, text, wanted):
    value, problem = value_of(element(kind, text))
    assert (type(value), value, problem) == (type(wanted), wanted, "")


@pytest.mark.parametrize(
    ("text", "of", "wanted"),
    [
        ("a;b", "java.lang.String", ["a", "b"]),
        ("1;2", "java.lang.Integer", [1, 2]),
        ("a\\;b;c", "java.lang.String", ["a;b", "c"]),
        ("", "x", []),
    ],
)
def test_lists_of_the_old_form(text, of, wanted):
    assert value_of(element("java.util.ArrayList", text, itemClassName=of)) == (wanted, "")


def billion() -> str:
    """Return a map of lists, each ten times the one before it: a few lines that stand for 10 to the power of 12 numbers."""
    lists = ["<int>1</int>" * 10]
    lists += [f'<list reference="../../../entry[{level}]/list"/>' * 10 for level in range(1, 12)]
    return "".join(f"<entry><string>k{level}</string><list>{inner}</list></entry>" for level, inner in enumerate(lists))


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("java.lang.Integer", "x"),
        ("java.lang.Integer", "9" * 5000),
        ("java.lang.Double", "NaN"),
        ("java.lang.Double", "1e999"),
        ("java.lang.Boolean", "TRUE"),
        ("java.util.Date", "Mon Jan 01"),
        ("", "x"),
        (WRAPPER, ""),
        (WRAPPER, "no XML"),
        (WRAPPER, wrapped("")),
        (WRAPPER, wrapped('<value class="com.example.Thing"/>')),
        (WRAPPER, wrapped('<value class="list"><list reference="../../../../x"/></value>')),
        (WRAPPER, wrapped('<value class="list"><list reference=".."/></value>')),
        (WRAPPER, wrapped('<value class="list"><list reference="../list"/></value>')),
        (WRAPPER, wrapped('<value class="list"><list reference="../list[0]"/></value>')),
        (WRAPPER, wrapped('<value class="list"><list reference="../list[99999999999]"/></value>')),
        (WRAPPER, wrapped('<value class="map"><entry><string>a</string></entry></value>')),
        (
            WRAPPER,
            wrapped(
                '<value class="map"><entry><int>1</int><int>1</int></entry><entry><string>1</string><int>1</int></entry></value>'
            ),
        ),
        (WRAPPER, wrapped(f'<value class="map">{billion()}</value>')),
        (WRAPPER, wrapped(f'<value class="list">{"<list>" * 5000}{"</list>" * 5000}</value>')),
        (WRAPPER, wrapped(f'<value class="list">{"<int>1</int>" * 20_000}</value>')),
        (
            WRAPPER,
            '<!DOCTYPE x [<!ENTITY a "aaaa">]><gate.corpora.ObjectWrapper><value class="string">&a;</value></gate.corpora.ObjectWrapper>',
        ),
    ],
)
def test_values_that_are_not_understood_or_grow_are_kept_as_text(kind, text):
    value, problem = value_of(element(kind, text))
    assert value == text
    assert problem.strip()


def test_a_few_references_that_stand_for_much_are_too_much():
    value, problem = value_of(element(WRAPPER, wrapped(f'<value class="map">{billion()}</value>')))
    assert (type(value), problem) == (str, "it holds too much")


def test_a_value_kept_as_text_is_named_and_a_feature_twice_too(tmp_path):
    features = feature("a", "x", "java.util.Date") + feature("a", "y") + "<Feature><Name/><Value>x</Value></Feature>"
    (record,), complaints = read(tmp_path, document(features=features))
    assert record.meta == {"a": "x"}
    assert [(complaint.message, complaint.lost) for complaint in complaints] == [
        ("The feature “a” was kept as text, because there is no reading a value of the class “date”.", False),
        ("The feature “a” stands there twice; the first was kept.", True),
        ("A feature has no name or no value; it was left out.", True),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
def test_xml_in_other_encodings(tmp_path, encoding):
    name = encoding.removesuffix("-sig").removesuffix("-le")
    text = document().replace("Budi", "Büdi").replace('encoding="UTF-8"', f'encoding="{name}"')
    data = text.encode(encoding)
    if encoding == "utf-16-le":
        data = b"\xff\xfe" + data
    (record,), complaints = read(tmp_path, data)
    assert record.text == "Büdi di BRI."
    assert complaints == []


@pytest.mark.parametrize(
    "text",
    [
        "<html><body>x</body></html>",
        "<GateDocument/>",
        "<x><TextWithNodes>x</TextWithNodes></x>",
        HEAD.format("") + NODES,
        document()[:-5],
        document().replace("</AnnotationSet>", ""),
        document() + "<x/>",
        document().replace("BRI", "&nbsp;"),
        document().replace("BRI", "\x01"),
    ],
)
def test_what_is_no_sound_document_is_a_sentence(tmp_path, text):
    found, (complaint,) = read(tmp_path, text)
    assert found == []
    assert complaint.lost
    assert complaint.place == f"{tmp_path / 'berita.xml'}:1"


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>' + document().partition("\n")[2].replace("BRI", "&b;"),
        '<!DOCTYPE x SYSTEM "file:///etc/passwd">' + document().partition("\n")[2],
        "< x",
        "<",
    ],
)
def test_a_document_type_or_no_xml_at_all_is_refused_at_once(tmp_path, text):
    path = tmp_path / "a.xml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FormatError, match=r"document type|no well-formed XML"):
        gate.read(path, ReadDefaults())


def test_a_file_cut_off_at_any_byte_brings_all_or_nothing(tmp_path):
    whole = document(features=feature("a", escape(wrapped('<value class="list"><int>1</int></value>')), WRAPPER)).encode()
    (record,), _ = read(tmp_path, whole)
    assert record.meta == {"a": [1]}
    for length in range(1, len(whole)):
        try:
            found, complaints = read(tmp_path, whole[:length])
        except FormatError:
            continue
        assert found == []
        assert complaints


@pytest.mark.parametrize("byte", [b"\x00", b"\xff", b"<", b">", b"&", b'"', b"\xed\xa0\x80", b"\n"], ids=lambda byte: byte.hex())
def test_one_byte_put_anywhere_never_breaks_the_reader(tmp_path, byte):
    whole = document(features=feature("a", "1", "java.lang.Integer")).encode()
    for place in range(0, len(whole) + 1, 11):
        try:
            found, _ = read(tmp_path, whole[:place] + byte + whole[place:])
        except FormatError:
            continue
        for record in found:
            assert all(0 <= span.start < span.end <= len(record.text) for span in record.spans)


def test_what_is_nested_deep_does_not_break_the_reader(tmp_path):
    deep = "<a>" * 50_000 + "</a>" * 50_000
    (record,), _ = read(tmp_path, document(features=deep))
    assert len(record.spans) == 2


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the real files of the other tools are not here")
@pytest.mark.parametrize("folder", ["tests", "docs/debug"])
def test_the_same_document_in_xml_and_bdoc_is_the_same(folder):
    of_xml = [item for item in gate.read(FIXTURES / folder / "testdoc1.xml", ReadDefaults()) if isinstance(item, Record)]
    of_json = [item for item in gate.read(FIXTURES / folder / "testdoc1.bdocjs", ReadDefaults()) if isinstance(item, Record)]
    assert len(of_xml) == len(of_json) > 0
    for one, other in zip(of_xml, of_json, strict=True):
        assert (one.text, one.annotator, one.meta) == (other.text, other.annotator, other.meta)
        assert (one.spans, one.relations) == (other.spans, other.relations)
    original: dict[str, Any] = json.loads((FIXTURES / folder / "testdoc1.bdocjs").read_bytes())
    assert of_xml[0].meta == original["features"]


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the real files of the other tools are not here")
@pytest.mark.parametrize("path", sorted(FIXTURES.rglob("*.xml")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_real_files_of_gate_are_read_as_counted(path):
    root = ET.parse(path).getroot()
    found = list(gate.read(path, ReadDefaults("import")))
    got = [item for item in found if isinstance(item, Record)]
    content = root.find("TextWithNodes")
    assert content is not None
    text = "".join(content.itertext())
    assert {record.text for record in got} == {text}
    counts: Counter[tuple[str, str, str]] = Counter()
    for one in root.iter("AnnotationSet"):
        for entry in one.iter("Annotation"):
            start, end = int(entry.get("StartNode", "")), int(entry.get("EndNode", ""))
            if start < end:
                counts[one.get("Name", "import"), entry.get("Type", ""), text[start:end]] += 1
    assert counts == Counter((record.annotator, span.label, span.surface(text)) for record in got for span in record.spans)
    attributes = sum(len(span.attributes) for record in got for span in record.spans)
    assert attributes == sum(len(list(entry.iter("Feature"))) for entry in root.iter("Annotation"))
    assert [item for item in found if isinstance(item, Complaint) and "covers no text" not in item.message] == []
