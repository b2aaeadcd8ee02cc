"""WebAnno TSV: texts and places of every kind, what cannot be stated, and the first two versions."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.exchange import Complaint, Fate, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats import webanno
from annotator.formats.json_fields import Complaints
from annotator.formats.uima_layers import DEPENDENCY, LAYER, NAMED_ENTITY, POS
from annotator.formats.webanno_cells import escaped_text, unescaped
from annotator.formats.webanno_old import is_old, read_old
from annotator.formats.webanno_text import OWN, read_sheet
from annotator.formats.webanno_write import lines_of

HEAD = f"#FORMAT=WebAnno TSV 3.3\n#T_SP={NAMED_ENTITY}|value\n\n\n"


def read(path: Path, **options: str) -> list[Record | Complaint]:
    return list(webanno.read(path, ReadDefaults("other"), **options))


def parsed(folder: Path, content: str) -> tuple[Record, list[Complaint]]:
    path = folder / "x.tsv"
    path.write_text(content, encoding="utf-8", newline="\n")
    found = read(path)
    (record,) = [item for item in found if isinstance(item, Record)]
    return record, [item for item in found if isinstance(item, Complaint)]


def out(path: Path, *records: Record) -> LossReport:
    return webanno.write(lambda: iter(records), path, LabelScheme(), options={}, progress=Progress())


def written(folder: Path, text: str, *spans: Span, tokens: Tokens | None = None) -> tuple[LossReport, Record, list[str]]:
    """Return the report, what came back, and the rows of tokens."""
    record = Record("n", text, tokens=tokens, annotator="ani", kind=Kind.PERSON, spans=spans)
    path = folder / "x.tsv"
    report = out(path, record)
    (back,) = read(path)
    assert isinstance(back, Record)
    assert back.text == text
    lines = path.read_text(encoding="utf-8").split("\n")
    return report, back, [line for line in lines if line[:1].isdigit()]


def told(record: Record) -> list[tuple[str, str]]:
    return [(span.label, span.surface(record.text)) for span in record.spans]


TEXTS = [
    "a",
    "a b\r\nc d\r\n",
    "satu\n\n\n   dua\n",
    "\n\n  a\tb \n\t c\n",
    "satu. Dua! Tiga? Empat.",
    "a\x00b \x0b\x0c c\x1b[1m \x7f",
    "a\u2028b\u2029c\x85d\x1c\x1d e",
    "a\\nb \\t \\\\ c\\",
    "#Text=a\n#T_SP=b\n1-1\t0-1\ta\n#FORMAT=WebAnno TSV 3.3",
    "_ * | [1] a->b ; 1-1[2_3] \\",
    "👩‍👩‍👧 e\u0301le\u0300ve 😀😀 n\u0303",
    "שלום עולם, \u202eمرحبا\u202c بالعالم 12.",
    "日本語のテキスト。新しい文。",
    "a\xa0b\u200b c\u3000d\ufeff e\u00ad",
    "  \ufeff a",
    "x" * 5000 + " y",
]


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_any_text_comes_back_with_a_span_on_every_word_and_over_all(tmp_path, text):
    first, last = len(text) - len(text.lstrip()), len(text.rstrip())
    bounds = sorted({first, *(place for place, letter in enumerate(text) if letter.isspace() and first < place < last), last})
    spans = [Span("T0", ((first, last),), "ALL")]
    for start, end in pairwise(bounds):
        if body := text[start:end].strip():
            begin = text.index(body, start)
            spans.append(Span(f"T{len(spans)}", ((begin, begin + len(body)),), "W"))
    report, back, _ = written(tmp_path, text, *spans)
    assert report.losses == []
    assert sorted(span.fragments for span in back.spans) == sorted(span.fragments for span in spans)


@pytest.mark.parametrize("text", [" ", "\n\n", "\t \r\n", "\u3000"])
def test_a_text_of_white_space_is_kept_by_our_own_line(tmp_path, text):
    report, back, rows = written(tmp_path, text)
    assert (report.losses, back.text, rows) == ([], text, [])
    report, back, _ = written(tmp_path, text, Span("T1", ((0, len(text)),), "X"))
    assert back.spans == ()
    assert [(loss.fate, "white space" in loss.reason) for loss in report.losses] == [(Fate.DROPPED, True)]


@pytest.mark.parametrize("code", [*range(32), 0x7F, 0x85, 0x2028, 0xFEFF, 0x1F600])
def test_any_character_is_escaped_and_comes_back(code):
    text = f"a{chr(code)}b"
    assert unescaped(escaped_text(text)) == text
    assert "\n" not in escaped_text(text)
    assert "\t" not in escaped_text(text)


def test_a_span_over_the_border_of_sentences_has_one_number_in_both(tmp_path):
    _, back, rows = written(tmp_path, "satu dua. Tiga empat.", Span("T1", ((5, 14),), "X"))
    cells = [(row.split("\t")[0], row.split("\t")[3]) for row in rows]
    assert cells == [("1-1", "_"), ("1-2", "X[1]"), ("2-1", "X[1]"), ("2-2", "_")]
    assert told(back) == [("X", "dua. Tiga")]


def test_parts_of_tokens_have_rows_of_their_own_behind_the_token(tmp_path):
    spans = [Span("T1", ((2, 4),), "A"), Span("T2", ((0, 4),), "B"), Span("T3", ((3, 8),), "C"), Span("T4", ((2, 4),), "D")]
    report, back, rows = written(tmp_path, "di😀rumah sana", *spans)
    assert report.losses == []
    assert sorted(told(back)) == [("A", "😀r"), ("B", "di😀r"), ("C", "rumah"), ("D", "😀r")]
    assert [row.split("\t")[:4] for row in rows] == [
        ["1-1", "0-9", "di😀rumah", "_"],
        ["1-1.1", "0-5", "di😀r", "B"],
        ["1-1.2", "2-5", "😀r", "A[1]|D[2]"],
        ["1-1.3", "4-9", "rumah", "C"],
        ["1-2", "10-14", "sana", "_"],
    ]
    assert back.tokens is None


def test_stacked_spans_of_one_place_and_label_stay_apart(tmp_path):
    spans = [Span(f"T{number}", ((0, 3),), "X", {"n": str(number)}) for number in range(4)]
    report, back, _ = written(tmp_path, "abc d", *spans, Span("T9", ((0, 5),), "X"))
    assert report.losses == []
    assert [dict(span.attributes) for span in back.spans if span.end == 3] == [{"n": str(number)} for number in range(4)]


VALUES = ["_", "*", "", " ", "a|b", "a;b", "x[3]", "1-1", "->", "\\", "\\_", "\t\n\r", "😀e\u0301", "O", "B-X", "#Text=a", "\u202e"]


@pytest.mark.parametrize("value", VALUES)
def test_labels_attributes_and_ids_of_any_text(tmp_path, value):
    spans = [Span("T1", ((0, 3),), value or "X", {"k": value}, kb_id=value)] if value.strip() else []
    spans += [Span("T2", ((0, 5),), "Y", {"k": value})]
    report, back, _ = written(tmp_path, "abc d", *spans)
    assert report.losses == [] or not value
    assert [(span.label, span.kb_id) for span in back.spans if span.end == 3] == [(span.label, span.kb_id) for span in spans[:-1]]
    for span in back.spans:
        assert dict(span.attributes) == ({"k": value} if value else {})
    assert bool(report.losses) is (value == "")


@pytest.mark.parametrize("value", [1, 0.5, True, None, [], ["a"], {"a": "b"}])
def test_attributes_that_are_no_texts_are_named_and_the_others_kept(tmp_path, value):
    span = Span("T1", ((0, 3),), "X", {"bad": value, "good": "v", "no name": "w", "begin": "0"}, "a note")
    report, back, _ = written(tmp_path, "abc d", span)
    assert [dict(span.attributes) for span in back.spans] == [{"good": "v"}]
    (loss,) = report.losses
    assert (loss.fate, loss.reason) == (Fate.CHANGED, "WebAnno TSV cannot state its note, attributes")


def test_what_cannot_be_stated_of_a_span_is_named_one_by_one(tmp_path):
    spans = [
        Span("T1", ((0, 1), (2, 3)), "A"),
        Span("T2", ((0, 9),), "B"),
        Span("T3", ((1, 4),), "C"),
        Span("T4", ((1, 2),), "D"),
        Span("T5", ((0, 3),), "E"),
    ]
    report, back, _ = written(tmp_path, "a b c", *spans)
    assert sorted(told(back)) == [("C", "b"), ("E", "a b")]
    assert [(loss.item_id, loss.fate) for loss in report.losses] == [
        ("T1", Fate.DROPPED),
        ("T2", Fate.DROPPED),
        ("T3", Fate.MOVED),
        ("T4", Fate.DROPPED),
    ]


def test_an_end_that_was_dropped_drops_its_relation_too(tmp_path):
    record = Record("n", "a b c", annotator="a", spans=(Span("T1", ((0, 1), (2, 3)), "A"), Span("T2", ((0, 1),), "B")))
    record.relations = (Relation("R1", "x", "T1", "T2"), Relation("R2", "y", "T2", "T2", {"k": 1}, "n"))
    report = out(tmp_path / "x.tsv", record)
    assert [(loss.item, loss.item_id, loss.fate) for loss in report.losses] == [
        ("span", "T1", Fate.DROPPED),
        ("relation", "R1", Fate.DROPPED),
        ("relation", "R2", Fate.CHANGED),
    ]
    assert (report.spans, report.relations) == (1, 1)


def test_spans_whose_layer_names_no_label_feature_join_those_that_do(tmp_path):
    spans = [
        Span("T1", ((0, 1),), "Foo", {LAYER: "a.Foo"}),
        Span("T2", ((2, 3),), "other", {LAYER: "a.Foo"}),
        Span("T3", ((4, 5),), "third", {LAYER: "a.Foo|kind"}),
    ]
    report, back, rows = written(tmp_path, "a b c", *spans)
    assert [span.label for span in back.spans] == ["Foo", "other", "third"]
    assert [row.split("\t")[3:5] for row in rows] == [["*", ""], ["other", ""], ["third", ""]]
    # all three now name the one feature that the layer has
    assert len({span.attributes[LAYER] for span in back.spans}) == 1
    assert {loss.fate for loss in report.losses} <= {Fate.CHANGED}


def test_a_layer_of_nothing_but_places(tmp_path):
    span = Span("T1", ((0, 3),), "Foo", {LAYER: "a.Foo"})
    report, back, rows = written(tmp_path, "a b c", span)
    assert report.losses == []
    assert [row.split("\t")[3] for row in rows] == ["*[1]", "*[1]", "_"]
    assert [(item.label, dict(item.attributes)) for item in back.spans] == [("Foo", {LAYER: "a.Foo"})]


def test_tokens_that_are_not_sound_are_not_written_and_none_come_back(tmp_path):
    report, back, rows = written(tmp_path, "ab cd", tokens=Tokens([(0, 1), (3, 5)]))
    assert [row.split("\t")[1] for row in rows] == ["0-2", "3-5"]
    assert back.tokens is None
    report, back, rows = written(tmp_path, "ab cd", tokens=Tokens([(0, 1), (1, 2), (3, 5)]))
    assert report.losses == []
    assert back.tokens == Tokens([(0, 1), (1, 2), (3, 5)])


def test_lines_of_windows_and_a_last_line_without_end(tmp_path):
    content = HEAD + "#Text=a b\n1-1\t0-1\ta\tX\t\n1-2\t2-3\tb\t_\t"
    unix, _ = parsed(tmp_path, content)
    windows, complaints = parsed(tmp_path, content.replace("\n", "\r\n"))
    assert complaints == []
    assert (windows.text, told(windows)) == (unix.text, told(unix)) == ("a b", [("X", "a")])


def test_a_place_that_covers_nothing_is_named_as_that(tmp_path):
    record, (complaint,) = parsed(tmp_path, HEAD + "#Text=a b\n1-1\t0-1\ta\tX\t\n1-1.1\t1-1\t\tY\t\n1-2\t2-3\tb\t_\t\n")
    assert told(record) == [("X", "a")]
    assert complaint.lost
    assert complaint.message == "Line 7: an annotation at 1 covers no text; it was left out."


@pytest.mark.parametrize("kind", ["row", "place"])
def test_many_broken_lines_are_counted_after_the_first_of_them(tmp_path, kind):
    bad = "rubbish" if kind == "row" else "1-9\t1-2\tq\tX\t"
    record, complaints = parsed(tmp_path, HEAD + "#Text=a b\n1-1\t0-1\ta\tX\t\n" + f"{bad}\n" * 50)
    assert told(record) == [("X", "a")]
    assert len(complaints) == 21
    assert complaints[-1].message.startswith("30 further")
    assert all(complaint.lost for complaint in complaints)


def test_a_sentence_far_away_is_put_behind_the_last_one(tmp_path):
    record, complaints = parsed(tmp_path, HEAD + "#Text=a\n1-1\t0-1\ta\tX\t\n\n#Text=b\n2-1\t900000-900001\tb\tY\t\n")
    assert record.text == "ab"
    assert told(record) == [("X", "a")]
    assert len(complaints) == 2
    assert "far behind" in complaints[0].message


def test_a_text_without_tokens_is_read_and_the_rows_of_no_text_are_not(tmp_path):
    record, complaints = parsed(tmp_path, HEAD + "#Text=satu\n#Text=dua\n")
    assert (record.text, record.spans, record.tokens, complaints) == ("satu\ndua", (), None, [])
    path = tmp_path / "x.tsv"
    path.write_text(HEAD + "1-1\t0-1\ta\tX\t\n", encoding="utf-8")
    found = read(path)
    assert found
    assert all(isinstance(item, Complaint) and item.lost for item in found)


@pytest.mark.parametrize(
    ("before", "text"),
    [("\n ", "\n a"), ("  ", "  a"), ("x ", "  a"), (" ", "  a"), (3, "  a"), (None, "  a")],
)
def test_white_space_before_the_first_token_is_believed_only_if_it_can_be_true(before, text):
    own = OWN + json.dumps({"name": "n", "before": before})
    sheet = read_sheet([*HEAD.split("\n")[:2], own, "#Text=a", "1-1\t2-3\ta\tX\t"], Complaints("x"))
    assert sheet.text == text
    assert [row.place for row in sheet.rows] == [(2, 3)]


def test_a_second_line_of_our_own_says_nothing(tmp_path):
    record, _ = parsed(tmp_path, HEAD + '#Annotator={"name":"first"}\n#Annotator={"name":"second"}\n#Text=a\n1-1\t0-1\ta\tX\t\n')
    assert record.name == "first"


def test_the_same_record_gives_the_same_lines():
    spans = tuple(Span(f"T{number}", ((number, number + 1),), "X", {"b": "1", "a": "2"}) for number in (2, 0, 4))
    record = Record("n", "a b c", annotator="ani", spans=spans)
    assert lines_of(record) == lines_of(replace(record, spans=spans[::-1]))


def test_an_option_that_does_not_exist_is_refused_before_anything_is_written(tmp_path):
    with pytest.raises(FormatError, match="no option “nonsense”"):
        webanno.write(lambda: iter(()), tmp_path / "x.tsv", LabelScheme(), options={"nonsense": "1"}, progress=Progress())
    assert list(tmp_path.iterdir()) == []


OLD = f" # {NAMED_ENTITY} | value # {POS} | PosValue # {DEPENDENCY} | DependencyType | AttachTo={POS}\n"


def test_version_2_with_parts_of_speech_and_what_hangs_on_them(tmp_path):
    rows = "1-1\tAni\tB-PER\tNNP\tsubj\t1-2\t\n1-2\tbeli\tO\tVB\troot\t1-2\t\n1-3\t😀\tO\t_\t_\t_\t\n"
    record, complaints = parsed(tmp_path, OLD + f"#id=1\n#text=Ani beli 😀\n{rows}")
    assert complaints == []
    assert sorted(told(record)) == [("NNP", "Ani"), ("PER", "Ani"), ("VB", "beli")]
    labels = {span.id: span.label for span in record.spans}
    assert [(item.label, labels[item.head], labels[item.tail]) for item in record.relations] == [
        ("subj", "VB", "NNP"),
        ("root", "VB", "VB"),
    ]
    assert record.tokens == Tokens([(0, 3), (4, 8), (9, 10)])


def test_sentences_of_version_2_end_at_the_next_text_or_the_next_blank_line(tmp_path):
    rows = [
        "#id=1",
        "#text=a b",
        "1-1\ta\tB-X",
        "1-2\tb\tI-X",
        "#text=c",
        "",
        "2-1\tc\tI-X",
        "",
        "#id=3",
        "#text=d\n  e",
        "3-1\td\tB-Y",
    ]
    record, complaints = parsed(tmp_path, f" # {NAMED_ENTITY} | value\n" + "\n".join([*rows, "3-2\te\tI-Y", ""]))
    assert complaints == []
    assert record.text == "a b\nc\nd\n  e"
    assert told(record) == [("X", "a b"), ("X", "c"), ("Y", "d\n  e")]


@pytest.mark.parametrize(
    ("cells", "wanted"),
    [
        (["B-X", "B-X"], ["a", "b"]),
        (["B-X", "I-Y"], ["a", "b"]),
        (["I-X", "I-X"], ["a b"]),
        (["X", "X"], ["a", "b"]),
        (["B-X", "O"], ["a"]),
        (["_", "B-X|B-X"], ["b", "b"]),
        ([f"B-{NAMED_ENTITY}_", f"I-{NAMED_ENTITY}_"], ["a b"]),
    ],
)
def test_where_an_annotation_of_version_2_begins_and_ends(tmp_path, cells, wanted):
    record, _ = parsed(tmp_path, f" # {NAMED_ENTITY} | value\n#id=1\n#text=a b\n1-1\ta\t{cells[0]}\t\n1-2\tb\t{cells[1]}\t\n")
    assert [surface for _, surface in told(record)] == wanted
    assert {label for label, _ in told(record)} <= {"X", "Y", "NamedEntity"}


def test_a_line_of_version_2_that_is_none_is_named():
    complain = Complaints("x")
    lines = [f" # {NAMED_ENTITY} | value", "#id=1", "#text=a", "1-1\ta\tB-X", "rubbish", "# a remark", "1-2\tb\tB-Y"]
    sheet = read_old(lines, complain)
    assert is_old(lines)
    assert [row.form for row in sheet.rows] == ["a", "b"]
    assert [(item.lost, item.message[:7]) for item in complain.found] == [(True, "Line 5 "), (False, "The tex")]


@pytest.mark.parametrize("lines", [[], [""], ["#id=1"], ["x\ty"], ["#id=1", "#text=a"], ["# a remark", "1\ta"], ["1-1\ta\tB-X"]])
def test_other_files_are_not_taken_for_old_ones(lines):
    assert not is_old(lines)


def test_the_first_version_has_its_ten_columns(tmp_path):
    rows = "1\tAni\tani\tNNP\tB-PER\tO\t2\tsubj\t_\t_\n2\tbeli\tbeli\tVB\tO\tO\t0\troot\t_\t_\n"
    record, (notice,) = parsed(tmp_path, f"#id=1\n#text=Ani beli\n{rows}")
    assert sorted(told(record)) == [("NNP", "Ani"), ("PER", "Ani"), ("VB", "beli")]
    assert [item.label for item in record.relations] == ["subj"]
    assert "Lemma (2)" in notice.message
