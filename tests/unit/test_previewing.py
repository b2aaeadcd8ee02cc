"""A survey says what an import would find and do, and writes nothing."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from annotator.commands.importing import ImportOptions, import_files
from annotator.commands.previewing import SAMPLES, facts_of, label_rows, survey
from annotator.commands.previewing_labels import read_scheme, schemes_beside, with_scheme
from annotator.domain.annotations import Kind
from annotator.domain.labels import LabelScheme, SpanLabel
from annotator.domain.mapping import LabelMapping
from annotator.domain.mending import ALL, Repair
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.rules import Rule
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.session.session import Session
from annotator.store import queries

TEXT = "Putin tiba di Rusia. Jokowi bertemu Putin di Jakarta."
SPANS = [
    {"id": "p", "start": 0, "end": 5, "label": "PER"},
    {"id": "r", "start": 14, "end": 19, "label": "LOC"},
    {"id": "j", "start": 21, "end": 27, "label": "PER"},
]
LINKS = [{"id": "a", "label": "in", "head": "p", "tail": "r"}]


def words(texts: list[str]) -> list[Tokens]:
    return [Tokens([(0, len(text))]) for text in texts]


@pytest.fixture
def session(empty_project) -> Session:
    return Session(empty_project, "ani")


def line(name: str = "a", text: str = TEXT, **fields) -> str:
    return json.dumps({"name": name, "text": text, **fields}, ensure_ascii=False)


def write(path: Path, *lines: str) -> Path:
    path.write_text("".join(f"{one}\n" for one in lines), encoding="utf-8")
    return path


def seen(session: Session, *paths: Path, progress: Progress | None = None, **options):
    connection = session.project.connection
    before = connection.total_changes
    found = survey(connection, session.project.scheme, paths, ImportOptions(**options), progress)
    assert connection.total_changes == before
    assert not connection.in_transaction
    return found


def test_figures_are_those_of_the_import_that_follows(session, tmp_path):
    path = write(
        tmp_path / "in.jsonl",
        line(spans=SPANS, relations=LINKS),
        line("b", spans=SPANS[:1]),
        line("c"),
        "{broken",
        line("d", text=""),
        line("e", spans=[{"start": 0, "end": 999, "label": "X"}]),
    )
    found = seen(session, path)
    report = import_files(session, [path], ImportOptions(), tokenize=words)
    assert (found.documents, found.sets, found.spans, found.relations) == (4, 3, 4, 1)
    assert (report.documents, report.sets, report.spans, report.relations) == (4, 3, 4, 1)
    assert [(c.place, c.message) for c in found.report.losses] == [(c.place, c.message) for c in report.losses]
    assert found.lost == len(report.losses) == 3


def test_labels_are_counted_as_the_files_have_them(session, tmp_path):
    path = write(tmp_path / "in.jsonl", line(spans=SPANS, relations=LINKS))
    found = seen(session, path, mapping=LabelMapping({"PER": ""}))
    assert label_rows(found) == [("span", "PER", 2), ("span", "LOC", 1), ("relation", "in", 1)]
    assert (found.spans, found.relations) == (1, 0)


def test_who_made_the_annotations_is_told(session, tmp_path):
    path = write(tmp_path / "in.jsonl", line(spans=SPANS, annotator="budi", kind="person"), line("b", spans=SPANS))
    found = seen(session, path, annotator="tagger", kind=Kind.GOLD)
    assert found.annotators == {("budi", Kind.PERSON): 1, ("tagger", Kind.GOLD): 1}


def test_what_is_there_already_is_told_from_what_is_new(session, tmp_path):
    path = write(tmp_path / "in.jsonl", line(spans=SPANS), line("b"))
    import_files(session, [path], ImportOptions(), tokenize=words)
    other = write(tmp_path / "other.jsonl", line(), line("b", text=TEXT.replace("bertemu", "menemui")), line("c"), line("c"))
    found = seen(session, other)
    assert (found.known, found.reworded, found.documents) == (1, 1, 1)
    assert any("another wording" in complaint.message for complaint in found.report.complaints)
    assert seen(session, other, carry=False).reworded == 0


def test_a_persons_set_that_would_stay_as_it_is_is_named_beforehand(session, tmp_path):
    person = {"annotator": "budi", "kind": "person"}
    path = write(tmp_path / "in.jsonl", line(spans=SPANS, **person))
    import_files(session, [path], ImportOptions(), tokenize=words)
    other = write(tmp_path / "other.jsonl", line(spans=SPANS[:1], **person))
    assert "it was left as it is" in seen(session, other).report.losses[0].message
    assert seen(session, path).lost == 0
    assert seen(session, write(path, line(spans=SPANS[:1], **person))).lost == 0  # the same file may update it


def test_rules_that_would_be_broken_are_named_and_cost_nothing(session, tmp_path):
    twice = [*SPANS, {"id": "x", "start": 0, "end": 5, "label": "PER"}, {"id": "y", "start": 5, "end": 10, "label": "PER"}]
    found = seen(session, write(tmp_path / "in.jsonl", line(spans=twice)))
    assert found.broken.broken_rules == {Rule.SPAN_DUPLICATE: 1, Rule.SPAN_BLANK_EDGE: 1}
    assert found.lost == 0
    assert [complaint.lost for complaint in found.complaints()] == [False, False]
    assert seen(session, tmp_path / "in.jsonl", repair=ALL).broken.broken_rules == {}


def test_damage_is_counted_whether_its_repair_was_asked_for_or_not(session, tmp_path):
    damaged = [{"id": "p", "start": 5, "end": 0, "label": "PER"}, {"id": "q", "start": 13, "end": 19, "label": "LOC"}]
    path = write(tmp_path / "in.jsonl", line(spans=damaged))
    plain, mended = seen(session, path), seen(session, path, repair=ALL)
    assert +plain.repairs == +mended.repairs == {Repair.INVERTED: 1, Repair.EDGES: 1}
    assert (plain.lost, mended.lost) == (1, 0)
    assert (plain.spans, mended.spans) == (1, 2)


def test_the_first_records_are_kept_those_with_spans_before_bare_ones(session, tmp_path):
    bare = [line(f"d{number}") for number in range(SAMPLES)]
    found = seen(session, write(tmp_path / "in.jsonl", *bare, line("x", spans=SPANS)))
    assert len(found.samples) == SAMPLES
    assert any(sample.name == "x" for sample in found.samples)


def test_the_unit_of_offsets_is_told(session, tmp_path):
    text = "😀 Budi dan Siti"
    task = {"text": text, "spans": [{"start": 3, "end": 7, "text": "Budi", "label": "PER"}], "answer": "accept"}
    found = seen(session, write(tmp_path / "a.prodigy.jsonl", json.dumps(task)))
    assert found.units == {"UTF-16 units": 1}
    assert found.samples[0].spans[0].fragments == ((2, 6),)


def test_a_survey_can_be_stopped(session, tmp_path):
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        seen(session, write(tmp_path / "in.jsonl", line()), progress=progress)


def test_it_is_plain_data(session, tmp_path):
    found = seen(session, write(tmp_path / "in.jsonl", line(spans=SPANS), "{broken"))
    data = json.loads(json.dumps(found.to_dict()))
    assert data["span_labels"] == {"PER": 2, "LOC": 1}
    assert data["problems"] == 1
    assert data["files"][0]["format"] == "jsonl"
    assert data["complaints"][0]["place"].endswith("in.jsonl:2")


# Files


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("a.txt", "Kopi di kafé.".encode(), ("text", "utf-8", False)),
        ("a.txt", "“Ya”, katanya di kafé.".encode("cp1252"), ("text", "cp1252", True)),
        ("a.txt", "Isi artikel".encode("utf-16"), ("text", "utf-16", True)),
        ("a.txt", b"\xef\xbb\xbfIsi", ("text", "utf-8-sig", False)),
        ("a.jsonl", b'{"text": "x"}', ("jsonl", "utf-8", False)),
        ("a.conllu", b"1\tIa\t_\n", ("conllu", "utf-8", False)),
    ],
)
def test_what_a_file_is(tmp_path, name, data, expected):
    (tmp_path / name).write_bytes(data)
    facts = facts_of(tmp_path / name, ImportOptions())
    assert (facts.format, facts.encoding, facts.guessed, facts.problem) == (*expected, "")


def test_what_is_no_file_or_of_no_format_is_said(tmp_path):
    assert "does not exist" in facts_of(tmp_path / "no.zzz", ImportOptions()).problem
    (tmp_path / "a.zzz").write_bytes(b"\0\1")
    assert "no format" in facts_of(tmp_path / "a.zzz", ImportOptions()).problem
    assert facts_of(tmp_path / "a.zzz", ImportOptions("text", encoding="latin-1")).encoding == "latin-1"


def test_a_folder_is_told_file_by_file(session, tmp_path):
    folder = tmp_path / "articles"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.txt").write_text("Isi.")
    found = seen(session, folder)
    assert [facts.format for facts in found.files] == ["text"] * 3
    assert found.documents == 3


# Label schemes


CONFIG = '<View><Labels name="l" toName="t"><Label value="PER" background="#00ff00"/></Labels><Text name="t" value="$text"/></View>'
SCHEME_FILES = {
    "annotation.conf": "[entities]\nPER\nLOC\n[relations]\nin Arg1:PER, Arg2:LOC\n[events]\n[attributes]\n",
    "config.xml": CONFIG,
    "labels.json": json.dumps([{"text": "PER", "background_color": "#00ff00", "suffix_key": "p"}]),
    "a.jsonl.labels.json": json.dumps({"name": "x", "spans": ["PER"]}),
}


@pytest.mark.parametrize("name", SCHEME_FILES)
def test_schemes_of_other_tools_are_read(tmp_path, name):
    (tmp_path / name).write_text(SCHEME_FILES[name], encoding="utf-8")
    scheme = read_scheme(tmp_path / name)
    assert scheme.span("PER") is not None


@pytest.mark.parametrize("name", ["config.xml", "labels.json", "a.jsonl.labels.json"])
def test_a_scheme_beside_a_file_is_found(tmp_path, name):
    path = write(tmp_path / "a.jsonl", line())
    (tmp_path / name).write_text(SCHEME_FILES[name], encoding="utf-8")
    assert schemes_beside(path) == [tmp_path / name]


def test_the_scheme_of_a_folder_of_brat_is_found(tmp_path):
    (tmp_path / "annotation.conf").write_text(SCHEME_FILES["annotation.conf"], encoding="utf-8")
    assert schemes_beside(tmp_path) == [tmp_path / "annotation.conf"]
    assert schemes_beside(write(tmp_path / "a.ann", "")) == [tmp_path / "annotation.conf"]
    assert schemes_beside(write(tmp_path / "a.jsonl", line())) == []


def test_what_is_no_scheme_is_not_offered_and_refused(tmp_path):
    path = write(tmp_path / "a.jsonl", line())
    (tmp_path / "labels.json").write_text('{"a": 1}')
    (tmp_path / "config.xml").write_text("<not><closed>")
    assert schemes_beside(path) == []
    for name in ("labels.json", "config.xml", "gone.json"):
        with pytest.raises(FormatError):
            read_scheme(tmp_path / name)
    (tmp_path / "labels.json").write_text("{")
    with pytest.raises(FormatError, match="no label scheme that is known here"):
        read_scheme(tmp_path / "labels.json")


def test_schemes_are_put_together_the_first_of_each_name(session, tmp_path):
    first, second = LabelScheme(spans=(SpanLabel("A", "#000001"),)), LabelScheme(spans=(SpanLabel("A", "#000002"), SpanLabel("B")))
    mapping = with_scheme(LabelMapping({"x": "A"}), [first, second])
    assert [label.name for label in mapping.added.spans] == ["A", "B"]
    assert mapping.added.spans[0].color == "#000001"
    assert mapping.spans == {"x": "A"}
    import_files(session, [write(tmp_path / "in.jsonl", line())], ImportOptions(mapping=mapping), tokenize=words)
    assert session.project.scheme.span("B") is not None
    assert queries.document_count(session.project.connection) == 1
