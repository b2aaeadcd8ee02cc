"""Plain lines go a shorter way into the project: what arrives, and what is said of it, is the same as by the usual one."""

from __future__ import annotations

import json
import string

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.commands import importing, quick
from annotator.commands.importing import ImportOptions, import_files
from annotator.domain.exchange import ReadDefaults
from annotator.domain.labels import scheme_from_dict
from annotator.domain.text import Tokens, sentence_starts
from annotator.formats import jsonl
from annotator.formats.jsonl_lines import parse_line
from annotator.formats.jsonl_plain import plain_line
from annotator.session.session import Session
from annotator.store import recount
from annotator.store.project import create

TEXT = "Dr. Ani bertemu “Budi.” Lalu\nCafé 😊 tutup… No. 5 buka! (kata Luhut.) Selesai"
TOKENS = [[m, n] for m, n in ((0, 3), (4, 7), (8, 15), (16, 17), (17, 21), (21, 22), (22, 23), (24, 28), (29, 33), (34, 35), (36, 42),
          (43, 46), (47, 48), (49, 53), (53, 54), (55, 56), (56, 60), (61, 66), (66, 67), (67, 68), (69, 76))]  # fmt: skip
TABLES = (
    "documents", "annotation_sets", "spans", "relations", "verdicts", "document_runs", "document_figures", "document_meta", "set_labels",
    "label_totals", "set_totals", "project",
)  # fmt: skip
SCHEME = scheme_from_dict(
    {
        "name": "small",
        "spans": ["A", "B"],
        "relations": [{"name": "to", "head": ["A"], "tail": ["B"]}, {"name": "with", "symmetric": True}],
    }
)


def line(**fields):
    spans = [
        {"id": "s1", "start": 4, "end": 7, "label": "A", "origin": "m"},
        {"id": "s2", "start": 17, "end": 21, "label": "B", "confidence": 1, "reviewed": True},
    ]
    relations = [{"id": "r1", "label": "to", "head": "s1", "tail": "s2", "note": "x"}]
    whole = {"name": "one", "text": TEXT, "meta": {"source": "paper", "n": 1.5}, "status": "done", "tokens": TOKENS, "annotator": "m",
             "kind": "model", "spans": spans, "relations": relations}  # fmt: skip
    return {key: value for key, value in (whole | fields).items() if value is not ...}


def span(**fields):
    return {key: value for key, value in ({"id": "s9", "start": 4, "end": 7, "label": "A"} | fields).items() if value is not ...}


def link(**fields):
    return {"id": "r9", "label": "to", "head": "s1", "tail": "s2"} | fields


PLAIN = [
    line(),
    line(tokens=...),
    line(meta=..., status=..., annotator=..., kind=...),
    line(kind="person", flagged=True, categories=["x", "x", "y"]),
    line(spans=[], relations=[]),
    line(spans=[span(kb_id="Q1", derived_from="a/b", note="\0")], relations=[]),
    {"text": "Halo dunia."},
    {"name": "two", "text": "😊 \u3000x", "tokens": [[0, 1], [3, 4]]},
    line(relations=[link(label="with"), link(id="r8", label="to")]),
]
ODD = [
    line(spans=[span(id=...)], relations=[]),
    line(spans=[span(id=7)], relations=[]),
    line(spans=[span(), span()], relations=[]),
    line(spans=[span(start=5.0)], relations=[]),
    line(spans=[span(start=True)], relations=[]),
    line(spans=[span(end=999)], relations=[]),
    line(spans=[span(start=7, end=4)], relations=[]),
    line(spans=[span(label=" ")], relations=[]),
    line(spans=[span(note=None)], relations=[]),
    line(spans=[span(confidence=2)], relations=[]),
    line(spans=[span(attributes={"a": [1]})], relations=[]),
    line(spans=[span(fragments=[[0, 3], [4, 7]], start=0)], relations=[]),
    line(spans=[span(unknown=1)], relations=[]),
    line(relations=[link(tail="s7")]),
    line(relations=[link(tail=1)]),
    line(tokens=[]),
    line(tokens=[[0, 3]]),
    line(tokens=[[0, 3, 4], [7]]),
    line(tokens=[[0, 4], *TOKENS[1:]]),
    line(tokens=[*TOKENS, [77, 78]]),
    line(tokens=0),
    line(tokens=..., meta={"a": 1, "tokens": TOKENS}),
    line(verdicts=[{"signature": "A@0-3"}]),
    line(status="finished"),
    line(kind=None),
    line(name=None),
    line(meta={"deep": {"a": 1}}),
    line(meta={"big": 10**30}),
    line(extra=1),
    line(text=""),
    line(categories="x"),
    line(annotator=""),
    [1],
]
WRONG = [
    line(spans=[span(end=8)], relations=[]),
    line(spans=[span(end=8)], relations=[], tokens=...),
    line(spans=[span(end=6)], relations=[]),
    line(spans=[span(), span(id="s8")], relations=[]),
    line(spans=[span(label="new")], relations=[]),
    line(relations=[link(), link(id="r8")]),
    line(relations=[link(label="with"), link(id="r8", label="with", head="s2", tail="s1")]),
    line(relations=[link(head="s2", tail="s1")]),
    line(relations=[link(tail="s1", label="with")]),
    line(relations=[link(label="fresh")]),
]


def tokenize(texts):
    return [Tokens((start, start + 1) for start in range(len(text)) if not text[start].isspace()) for text in texts]


def imported(path, folder, name):
    project = create(folder / f"{name}.annotator", scheme=SCHEME, language="xx")
    report = import_files(Session(project, "ani"), [path], ImportOptions(), tokenize=tokenize)
    found = {table: project.connection.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}
    assert recount.differences(project.connection) == []
    project.close()
    return report, found


@pytest.fixture
def both_ways(tmp_path, monkeypatch):
    """Import a file both ways; returns what both gave."""

    def run(content):
        path = tmp_path / "in.jsonl"
        path.write_bytes(content)
        short = imported(path, tmp_path, "short")
        monkeypatch.setattr(importing, "read_plain", jsonl.read)
        usual = imported(path, tmp_path, "usual")
        monkeypatch.undo()
        return short, usual

    return run


def encoded(*lines):
    return b"".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")).encode() + b"\n" for one in lines)


@pytest.mark.parametrize("data", PLAIN)
def test_a_plain_line_is_what_the_usual_reading_makes_of_it(data):
    raw = encoded(data).rstrip()
    found = plain_line(raw, "f:1", "f:1", ReadDefaults())
    record, complaints = parse_line(raw, "f:1", "f:1", ReadDefaults())
    assert found is not None
    assert complaints == []
    assert found.record() == record
    assert (found.name, found.annotator, found.kind, found.status, found.flagged, found.categories) == (
        record.name, record.annotator or "import", record.kind, record.status, record.flagged, record.categories,
    )  # fmt: skip


@pytest.mark.parametrize("data", ODD)
def test_an_odd_line_is_left_to_the_usual_reading(data):
    assert plain_line(encoded(data).rstrip(), "f:1", "f:1", ReadDefaults()) is None


@pytest.mark.parametrize(
    "raw", [b"{", b"\xff", b'{"text":"x","text":"y"}', b'{"text" :"x"}', b'{"text":"x","n":12345678901234567890}']
)
def test_a_line_that_is_written_otherwise_is_too(raw):
    assert plain_line(raw, "f:1", "f:1", ReadDefaults()) is None


def test_tokens_in_a_text_are_no_tokens(both_ways):
    tricky = {"name": 'x","tokens":[[0,1]],"', "text": '","tokens":[[0,1]]', "meta": {'a","tokens': "[[0,1]]"}}
    (report, found), (_, usual) = both_ways(encoded(tricky))
    assert report.documents == 1
    assert found == usual
    assert found["documents"][0][2] == tricky["text"]


def test_all_of_them_arrive_alike(both_ways):
    lines = [
        one | {"name": f"n{number}"} if isinstance(one, dict) and one.get("text") else one
        for number, one in enumerate(PLAIN + ODD + WRONG)
    ]
    lines += [
        line(name="n0"),
        line(name="n0", annotator="other"),
        line(name="n3", spans=[], relations=[]),
        line(name="n0", text="other"),
    ]
    (report, found), (usual_report, usual) = both_ways(encoded(*lines) + b"\n{broken\n" + encoded(line(name="last")))
    assert report == usual_report
    assert found == usual
    assert report.broken_rules
    assert report.documents > 30


def test_no_line_of_a_usual_file_goes_the_long_way(monkeypatch):
    monkeypatch.setattr(quick, "words", None)
    for data in (line(), line(kind="person"), line(spans=[], relations=[])):
        found = plain_line(encoded(data).rstrip(), "f:1", "f:1", ReadDefaults())
        assert found is not None
        ready = quick.ready(found, None)
        assert ready is not None
        assert quick.allowed(ready, SCHEME)
        assert found.spans == {}


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_mixture_of_odd_values(tmp_path_factory, data):
    values = st.one_of(
        st.none(), st.booleans(), st.integers(-1, 80), st.floats(0, 1), st.text(max_size=3), st.just([]), st.just({})
    )
    entries = st.lists(
        st.fixed_dictionaries(
            {"start": st.sampled_from([4, 17]), "end": st.sampled_from([7, 21]), "label": st.sampled_from(["A", "B"])},
            optional={
                "id": st.sampled_from(["a", "b", "c"]),
                "note": values,
                "reviewed": values,
                "confidence": values,
                "x": values,
            },
        ),
        max_size=3,
    )
    fields = st.fixed_dictionaries({}, optional=dict.fromkeys(("kind", "status", "meta", "tokens", "flagged", "name"), values))
    lines = [line(relations=[], spans=data.draw(entries)) | data.draw(fields) for _ in range(data.draw(st.integers(1, 3)))]
    for one in lines:
        raw = encoded(one).rstrip()
        found = plain_line(raw, "f:1", "f:1", ReadDefaults())
        if found is not None:
            record, complaints = parse_line(raw, "f:1", "f:1", ReadDefaults())
            assert complaints == []
            assert found.record() == record
            assert list(found.spans.get("id", [])) == [span.id for span in record.spans]


WORDS = st.sampled_from(
    ["Ani", "kata", "Dr", "No", "A", ".", "..", "?!", "…", "”", ")", '"', " ", "  ", "\n", "\r\n", "\u2029", "5", "\u3000"]
)


@given(st.one_of(st.lists(WORDS, max_size=25).map("".join), st.text(alphabet=string.printable + "”…😊é", max_size=60)), st.data())
@settings(max_examples=400, deadline=None)
def test_sentences_begin_where_the_domain_says(text, data):
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)), max_size=10)))
    tokens = []
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        word_start = None
        for place in range(start, end + 1):
            inside = place < end and not text[place].isspace()
            if inside and word_start is None:
                word_start = place
            elif not inside and word_start is not None:
                tokens.append((word_start, place))
                word_start = None
    found = Tokens(tokens)
    assert quick.sentence_starts(text, found.starts, found.ends) == sentence_starts(text, found)
