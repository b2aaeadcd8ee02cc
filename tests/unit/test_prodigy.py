"""Prodigy's JSONL: real files, what each answer means, and an export that comes back as it went."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Relation, Span, Verdict
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, Fate, ReadDefaults, Record
from annotator.domain.labels import LabelScheme, RelationLabel
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats import prodigy

GOLDEN = Path(__file__).parents[1] / "golden" / "prodigy" / "full.jsonl"
PROJECTS = Path(__file__).parents[3] / "shared" / "fixtures" / "formats" / "prodigy" / "spacy-projects"
with_fixtures = pytest.mark.skipif(not PROJECTS.is_dir(), reason="the fixtures are not beside the repository")
TEXT = "Budi bekerja di BRI."
TOKENS = [(0, 4), (5, 12), (13, 15), (16, 19), (19, 20)]


def tokens(text=TEXT, ranges=TOKENS):
    return [
        {"text": text[start:end], "start": start, "end": end, "id": number, "ws": text[end : end + 1] == " "}
        for number, (start, end) in enumerate(ranges)
    ]


def task(**more):
    return {
        "text": TEXT,
        "tokens": tokens(),
        "spans": [
            {"start": 0, "end": 4, "token_start": 0, "token_end": 0, "label": "PER"},
            {"start": 16, "end": 19, "token_start": 3, "token_end": 3, "label": "ORG"},
        ],
        **more,
    }


def read(path, *lines, defaults=None):
    """Write lines to ``path`` and read them: records, then complaints."""
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return sorted_out(prodigy.read(path, defaults or ReadDefaults("luar", Kind.PERSON)))


def sorted_out(found):
    found = list(found)
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


def write(path, *records, scheme=None, **options):
    return prodigy.write(lambda: iter(records), path, scheme or LabelScheme(), options=options, progress=Progress())


@pytest.fixture
def file(tmp_path):
    return tmp_path / "news.jsonl"


@with_fixtures
@pytest.mark.parametrize(
    ("name", "documents", "spans", "relations"),
    [
        ("tutorials/rel_component/assets/annotations.jsonl", 100, 313, 183),
        ("tutorials/ner_drugs/assets/drugs_eval.jsonl", 500, 362, 0),
        ("tutorials/ner_tweets/assets/demo/demo.jsonl", 1, 1, 0),
    ],
)
def test_real_files_come_in_whole_and_go_out_to_the_same(tmp_path, name, documents, spans, relations):
    records, complaints = sorted_out(prodigy.read(PROJECTS / name, ReadDefaults("luar", Kind.PERSON)))
    assert [complaint for complaint in complaints if complaint.lost] == []
    plain = [json.loads(line) for line in (PROJECTS / name).read_text(encoding="utf-8").splitlines()]
    assert (len(records), sum(len(r.spans) for r in records), sum(len(r.relations) for r in records)) == (
        documents,
        spans,
        relations,
    )
    for record, line in zip(records, plain, strict=True):
        assert [(s.start, s.end, s.label) for s in record.spans] == [
            (s["start"], s["end"], s["label"]) for s in line.get("spans", [])
        ]
        assert record.tokens is not None
        assert list(record.tokens) == [(t["start"], t["end"]) for t in line["tokens"] if not t["text"].isspace()]
        ends = {span.id: span.fragments[0] for span in record.spans}
        assert Counter((ends[r.head], ends[r.tail], r.label) for r in record.relations) == Counter(
            (
                (r["head_span"]["start"], r["head_span"]["end"]),
                (r["child_span"]["start"], r["child_span"]["end"]),
                r["label"],
            )
            for r in line.get("relations", [])
        )
    report = write(tmp_path / "out.jsonl", *records)
    assert report.losses == []
    assert (report.documents, report.spans, report.relations) == (documents, spans, relations)
    again = [json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()]
    for line, back in zip(plain, again, strict=True):
        assert (line["text"], line["_input_hash"], line["answer"]) == (back["text"], back["_input_hash"], back["answer"])
        assert place_and_label(line) == place_and_label(back)
        assert heads(line) == heads(back)


def place_and_label(line):
    # white-space tokens stand otherwise in the two, so token numbers are compared by the words they mean
    words = [token["text"] for token in line["tokens"]]
    return Counter(
        (s["start"], s["end"], words[s["token_start"]], words[s["token_end"]], s["label"]) for s in line.get("spans", [])
    )


def heads(line):
    words = [token["text"] for token in line["tokens"]]
    return Counter((words[r["head"]], words[r["child"]], r["label"]) for r in line.get("relations", []))


@with_fixtures
@pytest.mark.parametrize("name", ["drugs_patterns.jsonl"])
def test_patterns_are_no_articles(name):
    path = PROJECTS / "tutorials" / "ner_drugs" / "assets" / name
    records, complaints = sorted_out(prodigy.read(path, ReadDefaults()))
    assert records == []
    assert {complaint.message for complaint in complaints} == {"The task is a pattern for a matcher, so it brings no article."}
    assert len(complaints) == len(path.read_text(encoding="utf-8").splitlines())


@pytest.mark.parametrize(
    ("answer", "status", "flagged", "reviewed"),
    [
        ("accept", Status.DONE, False, True),
        ("ignore", Status.SKIPPED, False, False),
        ("reject", Status.SKIPPED, True, False),
        (None, Status.NEW, False, True),
    ],
)
def test_an_answer_is_a_status(file, answer, status, flagged, reviewed):
    (record,), complaints = read(file, task(answer=answer))
    assert complaints == []
    assert (record.status, record.flagged, record.annotator, record.kind) == (status, flagged, "luar", Kind.PERSON)
    assert [span.reviewed for span in record.spans] == [reviewed, reviewed]


def test_sessions_are_persons_on_one_document(file):
    first = task(answer="accept", _input_hash=7, _session_id="news-ani", _view_id="ner_manual")
    second = task(answer="ignore", _input_hash=7, _annotator_id="news-budi", _timestamp=1700000000)
    (one, two), (notice,) = read(file, first, second, defaults=ReadDefaults("model", Kind.MODEL))
    assert (one.name, one.annotator, one.kind) == ("news:7", "news-ani", Kind.PERSON)
    assert (two.name, two.annotator, two.kind, two.status) == ("news:7", "news-budi", Kind.PERSON, Status.SKIPPED)
    assert not notice.lost
    assert "_timestamp" in notice.message


def test_binary_questions_on_one_text_become_one_set(file):
    def question(start, end, label, answer, **more):
        span = {"start": start, "end": end, "label": label, "source": "en_core_web_sm", "score": 0.25}
        return {"text": TEXT, "_input_hash": 7, "_view_id": "ner", "spans": [span], "answer": answer, **more}

    records, complaints = read(
        file,
        question(0, 4, "PER", "accept"),
        question(0, 4, "ORG", "reject"),
        task(text="Lain.", tokens=None, spans=[], answer="accept"),
        question(16, 19, "ORG", "ignore"),
        question(5, 12, "ORG", "accept"),
        question(5, 12, "ORG", "reject"),
    )
    other, record = records
    assert other.text == "Lain."
    assert [(span.id, span.signature, span.reviewed, span.origin, span.confidence) for span in record.spans] == [
        ("s1", "PER@0-4", True, "en_core_web_sm", 0.25),
        ("s2", "ORG@16-19", False, "en_core_web_sm", 0.25),
    ]
    assert set(record.verdicts) == {Verdict("ORG@0-4", "en_core_web_sm"), Verdict("ORG@5-12", "en_core_web_sm")}
    assert (record.status, record.flagged) == (Status.IN_PROGRESS, False)
    assert [complaint.message for complaint in complaints] == [
        f"“ORG@5-12” was both accepted and rejected, here and at {file}:1; the rejection was kept."
    ]


def test_a_rejected_relation_is_a_verdict(file):
    line = task(answer="reject", _is_binary=True, relations=[relation("BEKERJA_DI")])
    (record,), _ = read(file, line)
    assert [verdict.signature for verdict in record.verdicts] == ["BEKERJA_DI@0-4>16-19"]
    assert (len(record.spans), record.relations) == (2, ())


def relation(label, **more):
    return {
        "head": 0,
        "child": 3,
        "label": label,
        "color": "#ffd882",
        "head_span": {"start": 0, "end": 4, "token_start": 0, "token_end": 0, "label": "PER"},
        "child_span": {"start": 16, "end": 19, "token_start": 3, "token_end": 3, "label": "ORG"},
        **more,
    }


def test_relations_go_by_their_spans_not_by_token_numbers(file):
    wrong_numbers = relation("BEKERJA_DI", head=1, child=2)
    by_tokens = {"head": 0, "child": 3, "label": "b"}
    not_labelled = relation("c", head_span={"start": 5, "end": 12, "label": None})
    made_from = relation("d", head_span={"start": 5, "end": 12, "label": "KERJA"})
    nowhere = {"head": 2, "child": 3, "label": "e"}
    (record,), complaints = read(
        file, task(answer="accept", relations=[wrong_numbers, by_tokens, not_labelled, made_from, nowhere])
    )
    spans = {span.id: span for span in record.spans}
    assert [(spans[r.head].label, spans[r.tail].label, r.label) for r in record.relations] == [
        ("PER", "ORG", "BEKERJA_DI"),
        ("PER", "ORG", "b"),
        ("KERJA", "ORG", "d"),
    ]
    assert [complaint.message for complaint in complaints] == [
        "The relation 3: its head is “bekerja”, which has no label; it was left out.",
        "The relation 5: its head is a token at which no one span ends; it was left out.",
    ]


def test_a_choice_and_a_classification_are_categories(file):
    choice = {"text": "Satu", "options": [{"id": "a", "text": "A"}], "accept": ["a", "b"], "answer": "accept"}
    label = {"text": "Dua", "label": "SPORT", "answer": "accept", "_view_id": "classification"}
    refused = {"text": "Tiga", "label": "SPORT", "answer": "reject", "_view_id": "classification"}
    records, complaints = read(file, choice, label, refused)
    assert complaints == []
    assert {record.text: record.categories for record in records} == {"Satu": ("a", "b"), "Dua": ("SPORT",), "Tiga": ()}


def test_offsets_in_another_unit_are_found_by_the_tokens(file):
    text = "Halo 😊 Budi"
    line = {
        "text": text,
        "tokens": [
            {"text": "Halo", "start": 0, "end": 4},
            {"text": "😊", "start": 5, "end": 7},
            {"text": "Budi", "start": 8, "end": 12},
        ],
        "spans": [{"start": 8, "end": 12, "label": "PER"}],
        "answer": "accept",
    }
    (record,), (notice,) = read(file, line)
    assert record.spans[0].surface(text) == "Budi"
    assert record.tokens is not None
    assert (list(record.tokens), notice.lost) == ([(0, 4), (5, 6), (7, 11)], False)
    assert "UTF-16" in notice.message


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"spans": [{"start": 0, "end": 99, "label": "X"}]}, "outside the text of 20 code points"),
        ({"spans": [{"start": 4, "end": 0, "label": "X"}]}, "ends before it starts"),
        ({"spans": [{"start": 0, "end": 4}]}, "has no “label”"),
        ({"spans": [{"start": "0", "end": 4, "label": "X"}]}, "no whole numbers"),
        ({"spans": [{"start": 0, "end": 4, "label": "X", "text": "Ani"}]}, "is said to be “Ani”"),
        ({"spans": "x"}, "not a list"),
        ({"answer": "maybe"}, "not one of accept"),
        ({"answer": ["accept"]}, "not one of accept"),
        ({"kind": "robot"}, "not one of person"),
        ({"relations": [{"label": "x"}]}, "neither as a span nor as a token"),
    ],
)
def test_what_is_wrong_is_named_and_the_text_comes_in(file, change, reason):
    (record,), (complaint,) = read(file, task(answer="accept") | change)
    assert record.text == TEXT
    assert reason in complaint.message
    assert (complaint.place, complaint.lost) == (f"{file}:1", True)


@pytest.mark.parametrize(
    "wrong", [[{"text": "Budi", "start": 0, "end": 4}], [{"text": "Ani", "start": 0, "end": 4}], [{"start": 0}]]
)
def test_unsound_tokens_are_set_aside(file, wrong):
    (record,), (notice,) = read(file, task(answer="accept", tokens=wrong))
    assert record.tokens is None
    assert len(record.spans) == 2
    assert not notice.lost


def full_record() -> Record:
    text = "Budi 😊 bekerja di\n BRI pusat."
    return Record(
        name="contoh",
        text=text,
        meta={"source": "antara", "_input_hash": -5},
        tokens=Tokens([(0, 4), (5, 6), (7, 14), (15, 17), (19, 22), (23, 28), (28, 29)]),
        annotator="ani",
        kind=Kind.PERSON,
        status=Status.DONE,
        flagged=True,
        categories=("politik",),
        spans=(
            Span("b", ((19, 28),), "ORG", {"sure": "no"}, note="cek", kb_id="Q1", confidence=0.5, origin="m", derived_from="m/1"),
            Span("a", ((0, 4),), "PER", reviewed=False),
            Span("c", ((19, 22),), "ORG"),
        ),
        relations=(Relation("r", "BEKERJA_DI", "a", "b", {"x": 1}, note="?", confidence=1.0), Relation("q", "self", "c", "c")),
        verdicts=(Verdict("ORG@0-4", "m"),),
    )


def test_a_full_record_comes_back_whole_and_reads_as_prodigys(tmp_path):
    scheme = LabelScheme(relations=(RelationLabel("BEKERJA_DI", color="#ffd882"),), categories=("politik", "sport"))
    report = write(tmp_path / "out.jsonl", full_record(), scheme=scheme)
    assert (report.losses, report.notices, report.unreviewed) == ([], [], 1)
    line = json.loads((tmp_path / "out.jsonl").read_text(encoding="utf-8"))
    assert [token["text"] for token in line["tokens"]] == ["Budi", "😊", "bekerja", "di", "\n ", "BRI", "pusat", "."]
    assert "".join(token["text"] + " " * token["ws"] for token in line["tokens"]) == line["text"]
    assert (line["_view_id"], line["_session_id"], line["answer"], line["_input_hash"]) == ("relations", "ani", "accept", -5)
    assert line["meta"] == {"source": "antara"}
    first = line["relations"][0]
    assert (first["head"], first["child"], first["color"]) == (0, 6, "#ffd882")
    assert (first["child_span"]["token_start"], first["child_span"]["token_end"]) == (5, 6)
    (back,), complaints = sorted_out(prodigy.read(tmp_path / "out.jsonl", ReadDefaults("other")))
    assert complaints == []
    wanted = full_record()
    assert {span.id: span for span in back.spans} == {span.id: span for span in wanted.spans}
    assert {found.id: found for found in back.relations} == {found.id: found for found in wanted.relations}
    assert replace(back, spans=(), relations=(), place="") == replace(wanted, spans=(), relations=())


@pytest.mark.parametrize("status", list(Status))
@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("flagged", [True, False])
def test_every_status_of_every_kind_comes_back(tmp_path, status, kind, flagged):
    report = write(tmp_path / "out.jsonl", replace(full_record(), status=status, kind=kind, flagged=flagged))
    assert report.losses == []
    assert len(report.notices) == (status in (Status.NEW, Status.IN_PROGRESS))


def test_what_prodigy_cannot_hold_is_reported(tmp_path):
    record = replace(
        full_record(),
        spans=(*full_record().spans, Span("d", ((0, 4), (7, 14)), "X"), Span("e", ((0, 99),), "X")),
        relations=(Relation("s", "l", "a", "d"),),
    )
    report = write(tmp_path / "out.jsonl", record)
    assert [(loss.item_id, loss.fate, loss.reason) for loss in report.losses] == [
        ("d", Fate.DROPPED, "has several fragments, which Prodigy cannot hold"),
        ("e", Fate.DROPPED, "lies outside the text"),
        ("s", Fate.DROPPED, "its head or its tail was left out"),
    ]
    assert (report.documents, report.spans, report.relations) == (1, 3, 0)


def test_a_span_that_cuts_a_token_costs_the_document_its_tokens(tmp_path):
    record = Record(name="n", text=TEXT, tokens=Tokens(TOKENS), annotator="a", spans=(Span("a", ((0, 2),), "X"),))
    report = write(tmp_path / "out.jsonl", record, Record(name="m", text=TEXT, tokens=Tokens(TOKENS)))
    assert [(loss.document, loss.item, loss.fate) for loss in report.losses] == [("n", "document", Fate.CHANGED)]
    cut, whole = (json.loads(line) for line in (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines())
    assert ("tokens" in cut, "token_start" in cut["spans"][0], "tokens" in whole) == (False, False, True)


def test_nothing_is_written_where_nothing_can_be(tmp_path):
    with pytest.raises(FormatError, match="nothing to export"):
        write(tmp_path / "out.jsonl")
    with pytest.raises(FormatError, match="no option “layout”"):
        write(tmp_path / "out.jsonl", full_record(), layout="x")
    assert list(tmp_path.iterdir()) == []


def test_a_document_that_json_cannot_hold_is_left_out_alone(tmp_path):
    report = write(tmp_path / "out.jsonl", Record(name="s", text="a\ud800"), Record(name="b", text="b"), Record(name="e", text=""))
    assert [(loss.document, loss.fate) for loss in report.losses] == [("s", Fate.DROPPED), ("e", Fate.DROPPED)]


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ({"text": "x", "_task_hash": 1}, True),
        ({"text": "x", "spans": [], "answer": "accept"}, True),
        ({"text": "x", "spans": []}, False),
        ({"text": "x", "label": []}, False),
        ([], False),
    ],
)
def test_a_task_is_recognised(value, wanted):
    assert prodigy.recognises(value) is wanted


def test_the_golden_file_is_written_and_reads_to_itself(tmp_path):
    scheme = LabelScheme(relations=(RelationLabel("BEKERJA_DI", color="#ffd882"),), categories=("politik", "sport"))
    write(tmp_path / "first.jsonl", full_record(), Record(name="bare", text="x"), scheme=scheme)
    assert (tmp_path / "first.jsonl").read_bytes() == GOLDEN.read_bytes()
    records, complaints = sorted_out(prodigy.read(GOLDEN, ReadDefaults("zzz", Kind.GOLD)))
    assert complaints == []
    write(tmp_path / "second.jsonl", *records, scheme=scheme)
    assert (tmp_path / "second.jsonl").read_bytes() == GOLDEN.read_bytes()
