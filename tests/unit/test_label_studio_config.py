"""Label Studio's labelling configuration: real ones become schemes, schemes come back, and hostile ones are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.domain.labels import scheme_from_dict
from annotator.errors import FormatError
from annotator.formats.label_studio_config import config_text, read_config

FIXTURES = Path(__file__).parents[3] / "shared" / "fixtures" / "formats" / "label_studio"
with_fixtures = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the fixtures are not beside the repository")


@with_fixtures
@pytest.mark.parametrize(
    ("name", "spans", "relations", "categories", "texts"),
    [
        ("frontend-examples/named_entity/config.xml", 11, 0, 0, {"text": "text"}),
        ("frontend-examples/rich_text_plain/config.xml", 4, 0, 0, {"text": "ner"}),
        ("frontend-examples/sentiment_analysis/config.xml", 0, 0, 3, {"my_text": "reviewText"}),
        ("frontend-examples/audio_video_paragraphs/config.xml", 2, 0, 0, {"text": "dialogue"}),
        ("frontend-examples/pairwise/config.xml", 0, 0, 0, {"txt-1": "text1", "txt-2": "text2"}),
        ("kiji-proxy/labelstudio/LabelingConfig.txt", 25, 1, 0, {"text": "text"}),
    ],
)
def test_real_configurations_become_schemes(name, spans, relations, categories, texts):
    found = read_config(FIXTURES / name)
    scheme = found.scheme
    assert (len(scheme.spans), len(scheme.relations), len(scheme.categories)) == (spans, relations, categories)
    assert found.texts == texts


@with_fixtures
def test_colours_come_along():
    scheme = read_config(FIXTURES / "frontend-examples/rich_text_plain/config.xml").scheme
    assert [(label.name, label.color) for label in scheme.spans] == [
        ("PER", "#ff0000"),
        ("ORG", "#ff8c00"),
        ("LOC", "#ffa500"),
        ("MISC", "#008000"),
    ]


def test_a_scheme_comes_back_from_its_configuration(tmp_path):
    scheme = scheme_from_dict(
        {
            "name": "news",
            "spans": [{"name": "PER", "color": "#0072b2", "key": "z"}, 'O"R<G&'],
            "relations": ["works for"],
            "attributes": [{"name": "sure", "values": ["yes", "no"], "labels": ["PER"]}, {"name": "why"}],
            "categories": ["politics", "sport"],
        }
    )
    text, unsayable = config_text(scheme)
    path = tmp_path / "news.xml"
    path.write_text(text, encoding="utf-8")
    assert unsayable == []
    assert read_config(path).scheme == scheme
    assert read_config(path).categories == {"categories"}


BOMB = """<?xml version="1.0"?><!DOCTYPE View [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>
<View><Text name="text" value="&b;"/></View>"""
OUTSIDE = '<!DOCTYPE View [<!ENTITY a SYSTEM "file:///etc/passwd">]><View><Text name="text" value="$t"/>&a;</View>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (BOMB.encode(), "DOCTYPE"),
        (OUTSIDE.encode(), "DOCTYPE"),
        (b'<!DOCTYPE View SYSTEM "http://x.invalid/a.dtd"><View/>', "DOCTYPE"),
        (b"", "no XML"),
        (b"<View>", "no XML"),
        (b"\xff\xfe\x00", "no XML"),
        (b'<?xml version="1.0" encoding="nonsense"?><View/>', "no XML"),
        (b'<View><Text name="text" value="&lol;"/></View>', "no XML"),
        (b"<html><body/></html>", "no labelling configuration"),
        (b"<a>" * 50_000 + b"</a>" * 50_000, "no labelling configuration"),
        (b"<View>" + b" " * (5 << 20), "longer than"),
    ],
)
def test_what_is_no_configuration_gets_a_sentence(tmp_path, content, reason):
    path = tmp_path / "config.xml"
    path.write_bytes(content)
    with pytest.raises(FormatError, match=reason):
        read_config(path)


def test_a_configuration_that_is_not_there_gets_a_sentence(tmp_path):
    with pytest.raises(FormatError, match="does not exist"):
        read_config(tmp_path / "none.xml")
