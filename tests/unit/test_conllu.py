"""CoNLL-U: exact texts, multi-word tokens, spans in MISC in every customary way, and a report that hides nothing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.exchange import Fate, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats import conllu

ROOT = Path(__file__).parents[2]
FIXTURES = ROOT.parent / "shared" / "fixtures"
UD = FIXTURES / "indonesian-ud"
needs_fixtures = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the fixtures are not beside the repository")


def line(number, form, misc="_"):
    return "\t".join([str(number), form, *"_______", misc]) + "\n"


def read(path, content=None, **options):
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    records, complaints = [], []
    for item in conllu.read(path, ReadDefaults(), **options):
        (records if isinstance(item, Record) else complaints).append(item)
    return records, complaints


def write(path, *records, progress=None, **options):
    return conllu.write(lambda: iter(records), path, LabelScheme(), options=options, progress=progress or Progress())


def told(record):
    return sorted((span.surface(record.text), span.label) for span in record.spans)


def test_words_spaces_and_multi_word_tokens_make_the_text(tmp_path):
    content = (
        "# sent_id = 1\n# text = Ia menyetujuinya.\n"
        + line(1, "Ia")
        + line("2-3", "menyetujuinya", "SpaceAfter=No")
        + line(2, "menyetujui")
        + line(3, "nya", "Entity=(e1-PER-1-)")
        + line("3.1", "kosong")
        + line(4, ".")
        + "\n"
        + line(1, "Lalu", r"SpacesAfter=\s\s\p")
        + line(2, "pergi", r"SpacesAfter=\s\n\n")
        + line(3, "!", "SpaceAfter=No")
    )
    (record,), complaints = read(tmp_path / "a.conllu", content)
    assert complaints == []
    assert record.text == "Ia menyetujuinya.\nLalu pergi \n\n!"
    assert [record.text[start:end] for start, end in record.tokens] == ["Ia", "menyetujuinya", ".", "Lalu", "pergi", "!"]
    assert told(record) == [("menyetujuinya", "PER")], "a part of a token means all of it"


@pytest.mark.parametrize(
    ("first", "second", "third"),
    [
        ("NE=B-PER", "NE=L-PER", "NE=U-ORG"),
        ("NER=B-PER", "NER=I-PER", "SpaceAfter=Yes|NER=B-ORG"),
        ("name=B-PER|X=1", "name=L-PER", "name=U-ORG"),
        ("B-PER", "L-PER", "U-ORG"),
        ("Entity=(e1-PER-1-", "Entity=e1)", "Entity=(e2-ORG-1-)"),
        ("Entity=(e1-PER-1-|NE=B-X", "NE=L-X|Entity=e1)", "Entity=(e2-ORG-1-)"),
    ],
)
def test_spans_in_misc_in_every_customary_way(tmp_path, first, second, third):
    content = line(1, "Joko", first) + line(2, "Widodo", second) + line(3, "BRI", third) + line(4, "x")
    (record,), complaints = read(tmp_path / "a.conllu", content)
    assert (told(record), complaints) == ([("BRI", "ORG"), ("Joko Widodo", "PER")], [])


def test_columns_of_conllu_plus_are_taken_by_name(tmp_path):
    content = "# global.columns = ID FORM UPOS custom:NER\n1\tJoko\tPROPN\tB-PER\n2\tWidodo\tPROPN\tI-PER\n3\tdi\t_\t*\n4\tBRI\tX\tB-ORG\n"
    (record,), complaints = read(tmp_path / "a.conllup", content)
    assert (record.text, told(record)) == ("Joko Widodo di BRI", [("BRI", "ORG"), ("Joko Widodo", "PER")])
    assert [complaint.lost for complaint in complaints] == [False], "parts of speech are not kept"


def test_corefud_entities_nest_cross_and_come_in_parts(tmp_path):
    content = (
        "# global.Entity = eid-etype-head-minspan-other\n# newdoc id = satu\n"
        + line(1, "Bank", "Entity=(e1-org-1-1-(e2[1/2]-x%2Dy-1--")
        + line(2, "Rakyat", "Entity=e2[1/2])")
        + line(3, "Indonesia", "Entity=(e3-place-1-)e1)")
        + line(4, "itu", "Entity=(e1-org-1-)(e2[2/2]-x%2Dy-1--)")
    )
    (record,), complaints = read(tmp_path / "a.conllu", content)
    assert complaints == []
    assert told(record) == [("Bank Rakyat Indonesia", "org"), ("Bank Rakyat itu", "x-y"), ("Indonesia", "place"), ("itu", "org")]
    assert {span.label: dict(span.attributes) for span in record.spans} == {"org": {"entity": "e1"}, "x-y": {}, "place": {}}
    assert record.name == "satu"


@pytest.mark.parametrize(
    ("content", "place", "said"),
    [
        ("1\tBudi\n", "1", "2 columns where there are 10"),
        (line("x", "Budi"), "1", "no number of a word"),
        (line(1, ""), "1", "no number of a word"),
        (line(1, "a", "Entity=(e1-PER"), "1", "never closed"),
        (line(1, "a", "Entity=e1)"), "1", "closes what was not opened"),
        (line(1, "a", "Entity=x(e1-y-)"), "1", "not well formed"),
        (line(1, "a", "NE=X-PER"), "1", "no tag of a span"),
        (line(1, "a") + line("1.1", "b", "Entity=(e1-x-1-)"), "2", "empty node"),
        ("# global.columns = FORM\n" + line(1, "a"), "1", "no ID or no FORM"),
        (line(1, "a").encode() + b"2\t\xff\t_\t_\t_\t_\t_\t_\t_\t_\n" + line(3, "é").encode() * 3, "2", "not UTF-8"),
    ],
)
def test_slips_are_named_by_line(tmp_path, content, place, said):
    good = "".join(line(number, "é") for number in range(10, 13)) + "\n"
    encoded = content if isinstance(content, bytes) else content.encode()
    records, complaints = read(tmp_path / "a.conllu", encoded + b"\n# newdoc\n" + good.encode())
    assert (complaints[0].place.rpartition(":")[2], complaints[0].lost) == (place, True)
    assert said in complaints[0].message
    assert records[-1].text == "é é é"


def test_stated_text_that_does_not_fit_is_not_used(tmp_path):
    content = "# text = lain sekali\n" + line(1, "Budi")
    content += "\n# text = zero\u200bwidth\u00a0x\n" + line(1, "zero") + line(2, "width") + line(3, "x")
    (record,), complaints = read(tmp_path / "a.conllu", content)
    assert record.text == "Budi\nzero\u200bwidth\u00a0x"
    assert "stated text of 1 sentence" in complaints[0].message


def test_files_of_nothing_or_of_another_encoding_get_a_sentence(tmp_path):
    for content in ("", "\n\n# text = x\n"):
        records, complaints = read(tmp_path / "a.conllu", content)
        assert (records, complaints[0].lost) == ([], True)
    with pytest.raises(FormatError, match="looks like utf-16"):
        read(tmp_path / "a.conllu", line(1, "Budi").encode("utf-16"))
    (record,), _ = read(tmp_path / "a.conllu", line(1, "Café").encode("latin-1"), encoding="latin-1")
    assert record.text == "Café"
    with pytest.raises(FormatError, match="does not exist"):
        read(tmp_path / "none.conllu")


TEXT = " \u00a0Budi  Santoso di\tBRI (36).\r\nDia pergi ke  Jakarta | Pusat. \n"


def made(*spans, text=TEXT, name="a  b", relations=()):
    tokens = Tokens(match.span() for match in re.finditer(r"\w+|[^\w\s]", text))
    of_all = {"tokens": tokens, "annotator": "x", "kind": Kind.PERSON, "meta": {"u": "\u2028"}}
    return Record(name=name, text=text, spans=spans, relations=relations, **of_all)


SPANS = (
    Span("a", ((2, 15),), "PER-x|y(1)"),
    Span("b", ((8, 15),), "Nama Orang"),
    Span("c", ((19, 22), (24, 26)), "ORG", kb_id="Wiki-data:Q 1"),
    Span("d", ((2, 6), (19, 22)), "Z"),
    Span("e", ((8, 18),), "C"),
    Span("f", ((8, 18),), "D"),
    Span("g", ((44, 59),), "GPE"),
)


def test_nested_crossing_and_discontinuous_spans_come_back_with_the_exact_text(tmp_path):
    report = write(tmp_path / "o.conllu", made(*SPANS), made(text="😊 Halo", name="b"))
    assert report.losses == []
    assert (report.documents, report.spans, report.notices) == (2, 7, [])
    records, complaints = read(tmp_path / "o.conllu")
    assert complaints == []
    assert [(record.name, record.text, record.meta, record.annotator) for record in records] == [
        ("a  b", TEXT, {"u": "\u2028"}, "x"),
        ("b", "😊 Halo", {"u": "\u2028"}, "x"),
    ]
    assert sorted((span.fragments, span.label, span.kb_id) for span in records[0].spans) == sorted(
        (span.fragments, span.label, span.kb_id) for span in SPANS
    )
    lines = (tmp_path / "o.conllu").read_text(encoding="utf-8").split("\n")
    assert all(entry.count("\t") == 9 for entry in lines if entry and not entry.startswith("#"))


def test_tags_for_spacy_keep_what_they_can_and_name_the_rest(tmp_path):
    report = write(tmp_path / "o.conllu", made(*SPANS, relations=(Relation("r", "l", "a", "b"),)), entities="ne")
    assert {loss.item_id for loss in report.losses if loss.fate is Fate.DROPPED} == {"b", "c", "d", "e", "f", "r"}
    assert "“PER-x|y(1)”" in report.notices[0]
    (record,), _ = read(tmp_path / "o.conllu")
    assert [(span.fragments, span.label) for span in record.spans] == [
        (SPANS[0].fragments, SPANS[0].label),
        (SPANS[6].fragments, "GPE"),
    ]


def test_spacys_own_converter_finds_the_same_spans(tmp_path):
    from spacy.training.converters import conllu_to_docs

    record = made(Span("a", ((2, 15),), "PER"), Span("b", ((19, 22),), "ORG"), Span("c", ((44, 59),), "GPE"))
    write(tmp_path / "o.conllu", record, entities="ne")
    docs = list(conllu_to_docs((tmp_path / "o.conllu").read_text(encoding="utf-8"), no_print=True))
    found = [([token.text for token in entity], entity.label_) for doc in docs for entity in doc.ents]
    assert found == [(["Budi", "Santoso"], "PER"), (["BRI"], "ORG"), (["Jakarta", "|", "Pusat"], "GPE")]


def test_every_loss_is_named(tmp_path):
    spans = (
        Span("cut", ((3, 6),), "X"),
        Span("note", ((2, 6),), "Y", {"k": 1}, note="n", origin="m"),
        Span("blank", ((2, 7),), "Z"),
    )
    report = write(tmp_path / "o.conllu", made(*spans))
    assert {(loss.item_id, loss.fate) for loss in report.losses} == {
        ("cut", Fate.DROPPED),
        ("blank", Fate.DROPPED),
        ("note", Fate.CHANGED),
    }
    report = write(tmp_path / "o.conllu", made(*spans), misaligned="expand")
    assert {(loss.item_id, loss.fate) for loss in report.losses} == {
        ("cut", Fate.MOVED),
        ("blank", Fate.MOVED),
        ("note", Fate.CHANGED),
    }
    assert report.spans == 3


def test_what_cannot_be_written_is_left_out_and_named(tmp_path):
    bad = [
        Record(name="no tokens", text="x"),
        Record(name="blank", text=" ", tokens=Tokens()),
        Record(name="tab", text="a\tb", tokens=Tokens([(0, 3)])),
        made(text="a\ud800b"),
    ]
    report = write(tmp_path / "o.conllu", *bad, made(text="Budi"))
    assert [(loss.item, loss.fate) for loss in report.losses] == [("document", Fate.DROPPED)] * 4
    assert report.documents == 1
    for records, said in ((bad, "None of the 4"), ([], "nothing to export")):
        with pytest.raises(FormatError, match=said):
            write(tmp_path / "other.conllu", *records)
    with pytest.raises(FormatError, match="no option “odd”"):
        write(tmp_path / "other.conllu", made(), odd="1")
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        write(tmp_path / "other.conllu", made(), progress=progress)
    assert [path.name for path in tmp_path.iterdir()] == ["o.conllu"]


@needs_fixtures
@pytest.mark.parametrize("name", ["CSUI/id_csui-ud-train.conllu", "GSD/id_gsd-ud-dev.conllu"])
def test_treebanks_give_their_stated_texts_and_all_their_tokens(tmp_path, name):
    lines = (UD / name).read_text(encoding="utf-8").split("\n")
    stated = [text.removeprefix("# text = ") for text in lines if text.startswith("# text = ")]
    rows = [text.split("\t") for text in lines if text and not text.startswith("#")]
    inside = {number for number, row in enumerate(rows) if "-" in row[0]}
    skipped = sum(int(rows[number][0].split("-")[1]) - int(rows[number][0].split("-")[0]) + 1 for number in inside)
    (record,), complaints = read(UD / name)
    assert [complaint.lost for complaint in complaints] == [False]
    assert record.text == "\n".join(stated)
    assert len(record.tokens) == len(rows) - skipped
    assert write(tmp_path / "o.conllu", record).losses == []
