"""CoNLL columns: every kind of tags and columns in, exact texts and an honest report out."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import Fate, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats import conll, conll_read
from annotator.formats.conll_tags import spans_of, tags_of
from annotator.formats.conll_text import placed, side_path

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden" / "conll"
FIXTURES = ROOT.parent / "shared" / "fixtures"
needs_fixtures = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the fixtures are not beside the repository")


def read(path, content=None, **options):
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    records, complaints = [], []
    for item in conll_read.read(path, ReadDefaults(), **options):
        (records if isinstance(item, Record) else complaints).append(item)
    return records, complaints


def told(record):
    return [(span.surface(record.text), span.label) for span in record.spans]


def write(path, *records, progress=None, **options):
    return conll.write(lambda: iter(records), path, LabelScheme(), options=options, progress=progress or Progress())


def made(text, *spans, name="a", relations=()):
    tokens = Tokens(match.span() for match in re.finditer(r"\S+", text))
    return Record(
        name=name, text=text, tokens=tokens, annotator="ani", kind=Kind.PERSON, status=Status.DONE, spans=spans, relations=relations
    )


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ("B-PER I-PER O B-ORG B-ORG O", "IOB2"),
        ("I-PER I-PER O I-ORG B-ORG O", "IOB1"),
        ("I-PER E-PER O E-ORG E-ORG O", "IOE"),
        ("I-PER I-PER O E-ORG I-ORG O", "IOE"),
        ("B-PER L-PER O U-ORG U-ORG O", "BILUO"),
        ("B-PER E-PER O S-ORG S-ORG O", "BIOES"),
        ("I-PER I-PER O B-ORG B-ORG O", "IOB2"),
    ],
)
def test_every_kind_of_tags_gives_the_same_spans(tmp_path, tags, kind):
    words = ["Joko", "Widodo", "dan", "BRI", "BNI", "."]
    content = "".join(f"{word} X {tag}\n" for word, tag in zip(words, tags.split(), strict=True))
    (record,), (notice,) = read(tmp_path / "a.conll", content)
    assert told(record) == [("Joko Widodo", "PER"), ("BRI", "ORG"), ("BNI", "ORG")]
    assert kind in notice.message
    assert not notice.lost


@pytest.mark.parametrize(
    ("content", "options"),
    [
        ("Budi\tO\tB-PER\ndi\tO\tO\n", {}),
        ("Budi B-PER\r\ndi O\r\n\r\n", {}),
        ("1\tBudi\tB-PER\t-\t-\n2\tdi\tO\t-\t-\n", {}),
        ("-DOCSTART- -X- O O\n\nBudi NNP B-NP B-PER\ndi IN B-PP O\n", {}),
        ("Budi B-PER x\ndi O y\n", {}),
        ("B-PER Budi\nO di\n", {"column": "1", "token_column": "2"}),
        ("B-PER Budi\nO di\n", {"column": "-2", "token_column": "-1"}),
        ("Budi B\ndi O\n", {"label": "PER"}),
        ("Budi PER\ndi O\n", {"tags": "plain", "column": "2"}),
        ("# a comment\n# text = Budi di\nBudi\tB-PER\ndi\tO\n", {}),
        ("\ufeffBudi B-PER\ndi O\n", {}),
        ("  Budi   \t B-PER  \n di O\n", {}),
    ],
)
def test_columns_are_found_or_chosen(tmp_path, content, options):
    (record,), _ = read(tmp_path / "a.conll", content, **options)
    assert (record.text, told(record)) == ("Budi di", [("Budi", "PER")])
    assert list(record.tokens) == [(0, 4), (5, 7)]


@pytest.mark.parametrize(
    ("content", "options", "said"),
    [
        ("", {}, "no tokens"),
        ("\n\n# only\n", {}, "no tokens"),
        ("Budi di BRI\nAni di BNI\n", {}, "no column of tags"),
        ("Budi B\ndi O\n", {}, "label=NAME"),
        ("".join(f"kata B-{name}\n" for name in ["NNO", "NNP", "SYM", "VBT", "ADJ"]), {}, "parts of speech"),
        ("Budi B-PER\n", {"column": "3"}, "choose one from 1 to 2"),
        ("Budi B-PER\n", {"column": "x"}, "choose one from 1 to 2"),
        ("Budi B-PER\n", {"column": "0"}, "choose one from 1 to 2"),
        ("Budi B-PER\n", {"column": "2", "token_column": "2"}, "cannot both stand in column 2"),
        ("Budi B-PER\n", {"tags": "odd"}, "Tags are auto"),
        ("Budi B-PER\n", {"encoding": "none-such"}, "no encoding called"),
        ("Café B-GPE\nké O\n".encode("utf-16"), {}, "looks like utf-16"),
        ("Café B-GPE\nké O\n".encode("latin-1"), {}, "not UTF-8"),
    ],
)
def test_what_cannot_be_read_right_is_refused_with_the_way_out(tmp_path, content, options, said):
    with pytest.raises(FormatError, match=said):
        read(tmp_path / "a.conll", content, **options)


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path):
    with pytest.raises(FormatError, match="does not exist"):
        read(tmp_path / "none.conll")


def test_other_encodings_are_read_when_named(tmp_path):
    for encoding in ("utf-16", "latin-1"):
        (record,), _ = read(tmp_path / "a.conll", "Café B-GPE\nké O\n".encode(encoding), encoding=encoding)
        assert (record.text, told(record)) == ("Café ké", [("Café", "GPE")])


def test_slips_are_named_by_line_and_the_rest_is_read(tmp_path):
    good = "dén O\n" * 1000
    content = f"Budi B-PER\nkata aneh\nsendiri\n\tO\n{good}".encode() + b"ru\xffsak B-X\n"
    (record,), complaints = read(tmp_path / "a.conll", content)
    assert record.text.startswith("Budi kata sendiri O dén")
    assert told(record)[0] == ("Budi", "PER")
    assert told(record)[-1][0] == "ru\ufffdsak"
    lost = [(complaint.place.rpartition(":")[2], complaint.message) for complaint in complaints if complaint.lost]
    assert [place for place, _ in lost] == ["2", "3", "4", "1005"]
    assert "“aneh” is no tag" in lost[0][1]
    assert "has no tag in column 2" in lost[1][1]


def test_documents_are_parted_by_marks_comments_or_sentences(tmp_path):
    lines = "-DOCSTART- -X- O O\n\nBudi - - B-PER\n\nAni - - B-PER\n\n-DOCSTART- -X- O O\n\n-DOCSTART-\nBRI - - B-ORG\n"
    records, _ = read(tmp_path / "a.conll", lines)
    assert [(record.name, record.text) for record in records] == [("a", "Budi\nAni"), ("a:9", "BRI")]
    records, _ = read(tmp_path / "a.conll", lines, documents="sentence")
    assert [record.text for record in records] == ["Budi", "Ani", "BRI"]
    assert len({record.name for record in records}) == 3
    records, _ = read(tmp_path / "b.conll", "# newdoc id = satu\nBudi\tB-PER\n\n# newdoc id = dua\nAni\tB-PER\n# newdoc\tO\n")
    assert [(record.name, record.text) for record in records] == [("satu", "Budi"), ("dua", "Ani # newdoc")]


def test_a_token_that_looks_like_a_comment_is_a_token(tmp_path):
    (record,), _ = read(tmp_path / "a.conll", "#Jokowi O\nBudi B-PER\n\n# O\n1 O\n\n# komentar\nAni B-PER\n")
    assert record.text == "#Jokowi Budi\n# 1\nAni"


def test_stated_texts_are_exact_or_said_to_be_of_no_use(tmp_path):
    words = "".join(f"{word}\tO\n" for word in ("(", "36", ")", ",", "di"))
    content = f"# text = Budi\u00a0(36), di\u200b BRI.\nBudi\tB-PER\n{words}BRI\tB-ORG\n.\tO\n\n# text = lain\nAni\tB-PER\n"
    (record,), complaints = read(tmp_path / "a.conll", content)
    assert record.text == "Budi\u00a0(36), di\u200b BRI.\nAni"
    assert told(record) == [("Budi", "PER"), ("BRI", "ORG"), ("Ani", "PER")]
    assert "stated text of 1 sentence" in complaints[-1].message


def test_spacing_by_punctuation(tmp_path):
    content = "".join(
        f"{word} {'B-PER' if word == 'Budi' else 'O'}\n" for word in ["“", "Budi", "”", "(", "36", ")", ",", "katanya", "."]
    )
    (record,), _ = read(tmp_path / "a.conll", content, spacing="punctuation")
    assert record.text == "“Budi” (36), katanya."
    assert told(record) == [("Budi", "PER")]


def test_separators_within_a_token_do_not_end_a_line(tmp_path):
    (record,), _ = read(tmp_path / "a.conll", "a\u2028b\tB-X\n\u00a0\tO\nc\x85d\tO\n")
    assert record.text == "a\u2028b \u00a0 c\x85d"
    assert told(record) == [("a\u2028b", "X")]
    assert len(record.tokens) == 2


def test_tags_of_spans_and_back():
    spans = [(0, 2, "A"), (2, 3, "A"), (4, 7, "B-C")]
    assert tags_of(spans, 8, "iob2") == ["B-A", "I-A", "B-A", "O", "B-B-C", "I-B-C", "I-B-C", "O"]
    assert tags_of(spans, 8, "biluo") == ["B-A", "L-A", "U-A", "O", "B-B-C", "I-B-C", "L-B-C", "O"]
    assert tags_of(spans, 8, "bioes") == ["B-A", "E-A", "S-A", "O", "B-B-C", "I-B-C", "E-B-C", "O"]
    for style in ("iob2", "biluo", "bioes"):
        letters = [("O", "") if tag == "O" else (tag[0], tag[2:]) for tag in tags_of(spans, 8, style)]
        assert spans_of(letters) == spans


def test_words_are_placed_or_refused():
    assert placed(["a", "b"], " a\n b ") == [(1, 2), (4, 5)]
    assert placed(["a", "b"], "a x b") is None
    assert placed(["a"], "a b") is None
    assert placed(["a", "b"], "a") is None
    assert placed([], "") == []


TEXT = "Budi Santoso  (36) dari\r\nBRI. Dia pergi\tke Jakarta Pusat."


def test_a_document_gives_the_golden_bytes_and_comes_back_exactly(tmp_path):
    out = tmp_path / "out.conll"
    spans = (Span("a", ((0, 12),), "PER"), Span("b", ((25, 29),), "ORG"), Span("c", ((43, 57),), "Nama Tempat"))
    report = write(out, made(TEXT, *spans), made("😊 Halo", name="b"), Record(name="c", text="\n", tokens=Tokens()))
    assert report.losses == []
    assert (report.documents, report.spans, report.relations, report.unreviewed) == (3, 3, 0, 0)
    assert out.read_bytes() == (GOLDEN / "out.conll").read_bytes()
    assert side_path(out).read_bytes() == (GOLDEN / "out.conll.documents.jsonl").read_bytes()
    records, complaints = read(out)
    assert [complaint.lost for complaint in complaints] == [False]
    assert [(record.name, record.text, record.annotator) for record in records] == [
        ("a", TEXT, "ani"),
        ("b", "😊 Halo", "ani"),
        ("c", "\n", ""),
    ]
    assert [span.fragments for span in records[0].spans] == [span.fragments for span in spans]
    assert [span.label for span in records[0].spans] == ["PER", "ORG", "Nama Tempat"]
    assert all(span.reviewed for span in records[0].spans)


def test_without_the_file_beside_it_the_text_is_rebuilt(tmp_path):
    out = tmp_path / "out.conll"
    write(out, made(TEXT, Span("a", ((0, 12),), "PER")))
    side_path(out).write_text('{"name": "a", "text": "another text"}\n', encoding="utf-8")
    (record,), complaints = read(out)
    assert record.text == "Budi Santoso (36) dari\nBRI.\nDia pergi ke Jakarta Pusat."
    assert "does not hold these tokens" in complaints[-1].message
    side_path(out).unlink()
    (again,), _ = read(out)
    assert (again.text, told(again)) == (record.text, [("Budi Santoso", "PER")])


@pytest.mark.parametrize("options", [{"tags": "biluo"}, {"tags": "bioes", "columns": "2"}, {"columns": "2"}])
def test_every_style_comes_back(tmp_path, options):
    record = made(
        TEXT, Span("a", ((0, 12),), "PER"), Span("b", ((25, 29),), "ORG"), Span("c", ((43, 50),), "A"), Span("d", ((51, 57),), "A")
    )
    assert write(tmp_path / "o.conll", record, **options).losses == []
    (back,), _ = read(tmp_path / "o.conll")
    assert [(span.fragments, span.label) for span in back.spans] == [(span.fragments, span.label) for span in record.spans]


def test_every_loss_is_named(tmp_path):
    spans = (
        Span("long", ((0, 12),), "PER", note="x", kb_id="Q1"),
        Span("inner", ((5, 12),), "PER"),
        Span("parts", ((25, 29), (43, 50)), "ORG"),
        Span("cut", ((44, 50),), "X"),
        Span("blank", ((51, 58),), "Y", {"a": 1}, origin="m"),
    )
    record = made(TEXT + " ", *spans, relations=(Relation("r", "l", "long", "inner"),))
    report = write(tmp_path / "o.conll", record, misaligned="expand")
    assert {(loss.item_id, loss.fate) for loss in report.losses} == {
        ("long", Fate.CHANGED),
        ("inner", Fate.DROPPED),
        ("parts", Fate.DROPPED),
        ("cut", Fate.MOVED),
        ("blank", Fate.MOVED),
        ("blank", Fate.CHANGED),
        ("r", Fate.DROPPED),
    }
    assert (report.spans, report.relations) == (3, 0)
    report = write(tmp_path / "o.conll", record)
    assert {loss.item_id for loss in report.losses if loss.fate is Fate.DROPPED} == {"inner", "parts", "cut", "blank", "r"}
    report = write(tmp_path / "o.conll", record, misaligned="contract", overlap="first")
    assert {loss.item_id for loss in report.losses if loss.fate is Fate.DROPPED} == {"inner", "parts", "cut", "r"}


def test_a_span_across_sentences_keeps_them_together(tmp_path):
    record = made("Satu. Dua. Tiga.", Span("a", ((0, 10),), "X"))
    assert write(tmp_path / "o.conll", record).losses == []
    assert (tmp_path / "o.conll").read_text(encoding="utf-8").count("\n\n") == 3


def test_tokens_with_blanks_are_cut_and_named(tmp_path):
    record = Record(
        name="a",
        text="10 000 rupiah",
        tokens=Tokens([(0, 6), (7, 13)]),
        annotator="x",
        spans=(Span("a", ((0, 6),), "N", reviewed=False),),
    )
    report = write(tmp_path / "o.conll", record)
    assert report.losses == []
    assert any("Tokens with a blank" in notice for notice in report.notices)
    (back,), _ = read(tmp_path / "o.conll")
    assert told(back) == [("10 000", "N")]


def test_what_cannot_be_written_is_left_out_and_named(tmp_path):
    bad = [Record(name="no tokens", text="x"), made("kata -DOCSTART- kata"), made("a\ud800b")]
    report = write(tmp_path / "o.conll", *bad, made("Budi", Span("a", ((0, 4),), "PER")))
    assert [(loss.item, loss.fate) for loss in report.losses] == [("document", Fate.DROPPED)] * 3
    assert (report.documents, report.spans) == (1, 1)
    with pytest.raises(FormatError, match="None of the 3 documents"):
        write(tmp_path / "other.conll", *bad)
    with pytest.raises(FormatError, match="nothing to export"):
        write(tmp_path / "other.conll")
    with pytest.raises(FormatError, match="no option “odd”"):
        write(tmp_path / "other.conll", made("x"), odd="1")
    with pytest.raises(FormatError, match="is one of iob2"):
        write(tmp_path / "other.conll", made("x"), tags="iob3")
    progress = Progress()
    progress.cancel()
    with pytest.raises(Cancelled):
        write(tmp_path / "other.conll", made("x"), progress=progress)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["o.conll", "o.conll.documents.jsonl"]


def counted(path, column):
    """Count the B- tags of a column without the reader."""
    rows = [re.split(r"[ \t]+", line.strip()) for line in path.read_text(encoding="utf-8").split("\n")]
    return Counter(row[column][2:] for row in rows if row[0] and len(row) > column and row[column].startswith("B-"))


@needs_fixtures
@pytest.mark.parametrize(
    ("name", "column", "tokens"),
    [
        ("indonesian-ner/idner-news-2k/train.txt", 2, 30248),
        ("indonesian-ner/idner-news-2k/dev.txt", 2, 7863),
        ("indonesian-ner/indonlu/nergrit_ner-grit/valid_preprocess.txt", 1, 6983),
        ("formats/brat/wnut2020-lab-protocols/test_data/Conll_Format/protocol_103_conll.txt", 1, 721),
        ("formats/spacy/example_data/ner_example_data/ner-token-per-line.iob", 1, 66),
        ("formats/spacy/example_data/ner_example_data/ner-token-per-line-conll2003.iob", 3, 66),
        ("formats/spacy/example_data/ner_example_data/ner-token-per-line-with-pos.iob", 2, 66),
        ("formats/inception_misc/inception-io-json/src/test/resources/conll/2000/chunk2000_test.conll", 2, 93),
    ],
)
def test_real_files_of_one_document_come_in_and_go_out_whole(tmp_path, name, column, tokens):
    records, complaints = read(FIXTURES / name)
    assert [complaint.lost for complaint in complaints] == [False]
    (record,) = records
    assert len(record.tokens) == tokens
    assert Counter(span.label for span in record.spans) == counted(FIXTURES / name, column)
    assert write(tmp_path / "o.conll", record).losses == []


@needs_fixtures
@pytest.mark.parametrize(("part", "documents", "spans"), [("dev", 318, 966), ("test", 316, 1088)])
def test_iob2_with_comments_and_texts(tmp_path, part, documents, spans):
    path = next((FIXTURES / "formats" / "conll_iob").glob(f"*-en-ewt/en_ewt-ud-{part}.iob2"))
    records, complaints = read(path)
    assert [complaint.lost for complaint in complaints] == [False]
    assert (len(records), sum(len(record.spans) for record in records)) == (documents, spans)
    stated = [
        line.removeprefix("# text = ") for line in path.read_text(encoding="utf-8").split("\n") if line.startswith("# text = ")
    ]
    assert "\n".join(record.text for record in records) == "\n".join(stated)
    assert write(tmp_path / "o.conll", *records).losses == []


@needs_fixtures
def test_files_of_other_things_are_refused_and_key_phrases_read_under_a_name():
    folder = FIXTURES / "indonesian-ner" / "indonlu"
    with pytest.raises(FormatError, match="parts of speech"):
        read(folder / "posp_pos-prosa" / "valid_preprocess.txt")
    keps = folder / "keps_keyword-extraction-prosa" / "valid_preprocess.txt"
    with pytest.raises(FormatError, match="label=NAME"):
        read(keps)
    (record,), _ = read(keps, label="FRASA")
    assert {span.label for span in record.spans} == {"FRASA"}
    assert len(record.spans) == sum(line.endswith("\tB") for line in keps.read_text(encoding="utf-8").split("\n"))
    for other in (
        "indonesian-ner/indonesia-ner-yusuf/ner/data_train.txt",
        "formats/corefannotator/src/test/resources/conll/2012/cnn_0122.conll",
    ):
        with pytest.raises(FormatError, match="no column of tags"):
            read(FIXTURES / other)


@needs_fixtures
def test_spacys_own_converter_finds_the_same_spans(tmp_path):
    from spacy.training.converters import conll_ner_to_docs

    source = FIXTURES / "indonesian-ner" / "idner-news-2k" / "dev.txt"
    (record,), _ = read(source)
    write(tmp_path / "o.conll", record)
    docs = list(conll_ner_to_docs((tmp_path / "o.conll").read_text(encoding="utf-8"), no_print=True))
    found = [(" ".join(token.text for token in entity), entity.label_) for doc in docs for entity in doc.ents]
    assert found == [(" ".join(surface.split()), label) for surface, label in told(record)]
