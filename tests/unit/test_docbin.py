"""The spaCy export, used as an engineer uses it: loaded, converted, trained on."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
import spacy
from spacy.tokens import Doc, DocBin
from spacy.training import Corpus

from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import Fate, Record
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, completed
from annotator.domain.progress import Cancelled, Progress
from annotator.domain.text import Tokens
from annotator.errors import FormatError
from annotator.formats import docbin
from annotator.nlp.tokens import tokenize

ROOT = Path(__file__).parents[2]
SEED = (ROOT / "seeds" / "000_445bde8beb3af8fb.txt").read_bytes().decode()
NAUGHTY = ROOT.parent / "shared" / "fixtures" / "bad" / "naughty-strings" / "blns.json"
SCHEME = completed(
    LabelScheme(
        spans=(SpanLabel("PERSON"), SpanLabel("GPE"), SpanLabel("ORG")),
        relations=(RelationLabel("leads"), RelationLabel("met_with", symmetric=True)),
        categories=("politik", "olahraga"),
    )
)


if not Doc.has_extension("rel"):  # as every program must that reads relations
    Doc.set_extension("rel", default={})


@cache
def pipeline(language: str) -> spacy.language.Language:
    """A blank pipeline, which costs seconds to make for Indonesian; not to be trained."""
    return spacy.blank(language)


def article(text: str, *spans: Span, language: str = "xx", relations: tuple[Relation, ...] = (), **more) -> Record:
    (tokens,) = tokenize([text], language)
    fields = {"annotator": "rina", "kind": Kind.PERSON, "status": Status.DONE, **more}
    return Record(name="artikel", text=text, tokens=tokens, spans=spans, relations=relations, **fields)


def found_span(span_id: str, text: str, surface: str, label: str, **more) -> Span:
    start = text.index(surface)
    return Span(span_id, ((start, start + len(surface)),), label, **more)


def seed_article(language: str = "xx") -> Record:
    names = {
        "a": ("Vladimir Putin", "PERSON"),
        "b": ("Rusia", "GPE"),
        "c": ("Francois Hollande", "PERSON"),
        "d": ("Prancis", "GPE"),
    }
    spans = [found_span(span_id, SEED, surface, label) for span_id, (surface, label) in names.items()]
    relations = (Relation("r1", "leads", "a", "b"), Relation("r2", "met_with", "c", "a"), Relation("r3", "leads", "c", "d"))
    return article(SEED, *spans, relations=relations, categories=("politik",), language=language)


def write(path: Path, *records: Record, progress: Progress | None = None, **options: str):
    return docbin.write(lambda: iter(records), path, SCHEME, options=options, progress=progress or Progress())


def load(path: Path, language: str = "xx") -> list[Doc]:
    return list(DocBin().from_disk(path).get_docs(pipeline(language).vocab))


def test_the_seed_article_arrives_whole(tmp_path):
    out = tmp_path / "gold.spacy"
    report = write(out, seed_article("id"))
    assert (report.losses, report.notices) == ([], [])
    assert (report.documents, report.spans, report.relations, report.unreviewed) == (1, 4, 3, 0)
    (doc,) = load(out, "id")
    ents = {entity.id_: entity for entity in doc.ents}
    assert doc.text == SEED
    assert [token.text for token in doc] == [token.text for token in pipeline("id").make_doc(SEED)]
    assert [(entity.text, entity.label_) for entity in doc.ents] == [
        ("Rusia", "GPE"),
        ("Vladimir Putin", "PERSON"),
        ("Prancis", "GPE"),
        ("Francois Hollande", "PERSON"),
    ]
    assert doc._.rel == {
        (ents["a"].start, ents["b"].start): {"leads": 1.0},
        (ents["c"].start, ents["a"].start): {"met_with": 1.0},
        (ents["a"].start, ents["c"].start): {"met_with": 1.0},
        (ents["c"].start, ents["d"].start): {"leads": 1.0},
    }
    assert doc.cats == {"politik": 1.0, "olahraga": 0.0}
    assert doc.user_data["annotator"]["name"] == "artikel"
    assert not doc.has_annotation("SENT_START")
    assert not doc.has_annotation("DEP")
    assert [token.norm_ for token in doc] == [token.lex.norm_ for token in doc]


def test_the_file_is_what_the_usual_script_writes(tmp_path):
    """Each attribute that ``DocBin.add`` would have stored for the same Doc reads back the same."""
    out, usual = tmp_path / "gold.spacy", tmp_path / "usual.spacy"
    record = seed_article("id")
    write(out, record)
    nlp = pipeline("id")
    doc = nlp.make_doc(SEED)
    doc.ents = [
        doc.char_span(span.start, span.end, span.label, kb_id=span.kb_id, span_id=span.id)
        for span in sorted(record.spans, key=lambda span: span.start)
    ]
    DocBin(docs=[doc], store_user_data=True).to_disk(usual)
    (mine,), (theirs,) = load(out, "id"), load(usual, "id")
    for name in (
        "ORTH",
        "SPACY",
        "IDX",
        "ENT_IOB",
        "ENT_TYPE",
        "ENT_ID",
        "ENT_KB_ID",
        "LEMMA",
        "POS",
        "TAG",
        "MORPH",
        "SENT_START",
        "HEAD",
    ):
        assert mine.to_array([name]).tolist() == theirs.to_array([name]).tolist(), name


def test_nested_and_crossing_spans_are_in_the_group(tmp_path):
    text = "Rektor Universitas Indonesia di Depok"
    spans = (
        found_span("outer", text, "Universitas Indonesia", "ORG", kb_id="Q1"),
        found_span("inner", text, "Indonesia", "GPE", attributes={"sure": ["no"]}, note="cek"),
        found_span("crossing", text, "Indonesia di Depok", "GPE"),
    )
    report = write(tmp_path / "gold.spacy", article(text, *spans))
    assert {(loss.item_id, loss.fate) for loss in report.losses} == {("inner", Fate.CHANGED), ("outer", Fate.CHANGED)}
    (doc,) = load(tmp_path / "gold.spacy")
    assert [(span.id_, span.text, span.label_, span.kb_id_) for span in doc.spans["sc"]] == [
        ("outer", "Universitas Indonesia", "ORG", "Q1"),
        ("crossing", "Indonesia di Depok", "GPE", ""),
        ("inner", "Indonesia", "GPE", ""),
    ]
    assert [span.id_ for span in doc.ents] == ["crossing"]
    assert [token.ent_iob_ for token in doc] == ["O", "", "B", "I", "I"]
    assert doc.user_data["annotator"]["spans"] == {"inner": {"attributes": {"sure": ("no",)}, "note": "cek"}}


def test_what_a_cut_span_touches_is_unknown_to_training(tmp_path):
    text = "Aksi anti-teror di Jakarta."
    cut = found_span("cut", text, "nti-ter", "ORG")
    write(tmp_path / "gold.spacy", article(text, cut, found_span("b", text, "Jakarta", "GPE")))
    (example,) = Corpus(tmp_path / "gold.spacy")(spacy.blank("xx"))
    words = [token.text for token in example.predicted]
    tags = dict(zip(words, example.get_aligned_ner(), strict=True))
    assert [word for word, tag in tags.items() if tag is None] == [word for word in words if word in "anti-teror"]
    assert tags["Jakarta"] == "U-GPE"
    assert tags["Aksi"] == "O"


def test_an_empty_group_is_there_and_a_document_without_spans_is_all_outside(tmp_path):
    write(tmp_path / "gold.spacy", article("Tanpa apa-apa."))
    (doc,) = load(tmp_path / "gold.spacy")
    assert len(doc.spans["sc"]) == 0
    assert {token.ent_iob_ for token in doc} == {"O"}
    assert doc.has_annotation("ENT_IOB")


@pytest.mark.parametrize("component", ["spancat", "textcat_multilabel"])
def test_other_components_learn_from_the_file(tmp_path, component):
    write(tmp_path / "gold.spacy", seed_article(), article("Bebas dari Rusia", Span("x", ((11, 16),), "GPE")))
    spacy.util.fix_random_seed(1)
    nlp = spacy.blank("xx")
    nlp.add_pipe(component)
    examples = list(Corpus(tmp_path / "gold.spacy")(nlp))
    optimizer = nlp.initialize(lambda: examples)
    losses = [nlp.update(examples, sgd=optimizer, losses={})[component] for _ in range(12)]
    assert losses[-1] < losses[0]


def test_a_trained_entity_is_found_again(tmp_path):
    write(tmp_path / "gold.spacy", seed_article())
    spacy.util.fix_random_seed(1)
    nlp = spacy.blank("xx")
    nlp.add_pipe("ner")
    examples = list(Corpus(tmp_path / "gold.spacy")(nlp))
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(30):
        nlp.update(examples, sgd=optimizer)
    assert ("Vladimir Putin", "PERSON") in {(entity.text, entity.label_) for entity in nlp(SEED).ents}


TEXTS = [
    "😀 Budi 👨‍👩‍👧 di BRI",
    "Budi\r\n\r\ndi  BRI\t.",
    "\u00a0Budi\u00a0di\u00a0BRI\u200b",
    "ذهب محمد إلى القاهرة",
    "  Budi di BRI  ",
    "\n",
    "a\0b",
    "ORG NORM PERSON id",
]


@pytest.mark.parametrize("text", TEXTS)
def test_texts_that_break_offsets_arrive_exactly(tmp_path, text):
    (tokens,) = tokenize([text], "xx")
    spans = tuple(Span(f"s{number}", (place,), text[slice(*place)]) for number, place in enumerate(tokens))
    report = write(tmp_path / "gold.spacy", article(text, *spans))
    assert report.losses == []
    (doc,) = load(tmp_path / "gold.spacy")
    assert doc.text == text
    assert [(entity.start_char, entity.end_char, entity.text) for entity in doc.ents] == [
        (start, end, text[start:end]) for start, end in tokens
    ]
    assert [token.text_with_ws for token in doc] == [token.text_with_ws for token in pipeline("xx").make_doc(text)]


@pytest.mark.skipif(not NAUGHTY.is_file(), reason="the fixtures are not beside the repository")
def test_naughty_strings_arrive_exactly(tmp_path):
    strings = [text for text in json.loads(NAUGHTY.read_text(encoding="utf-8")) if text]
    spans = [Span("s", ((0, len(text)),), "X") for text in strings]
    records = [article(text, span) for text, span in zip(strings, spans, strict=True)]
    report = write(tmp_path / "gold.spacy", *records, misaligned="expand")
    assert {loss.reason.partition(";")[0] for loss in report.losses} <= {"begins or ends with white space", "cuts a token"}
    assert [doc.text for doc in load(tmp_path / "gold.spacy")] == strings


def test_a_span_with_blank_edges_is_listed_and_not_trimmed_in_silence(tmp_path):
    text = "Budi  di BRI"
    report = write(tmp_path / "gold.spacy", article(text, Span("a", ((0, 5),), "PERSON")))
    assert [(loss.item_id, loss.fate, loss.reason) for loss in report.losses] == [
        ("a", Fate.DROPPED, "begins or ends with white space")
    ]
    (doc,) = load(tmp_path / "gold.spacy")
    assert [token.ent_iob_ for token in doc] == ["", "O", "O", "O"]


def test_the_json_file_tells_the_same(tmp_path):
    out = tmp_path / "gold.spacy"
    write(out, seed_article("id"), article("Ani pergi"))
    twin = json.loads(docbin.relations_path(out).read_text(encoding="utf-8"))["documents"]
    docs = load(out, "id")
    assert [entry["text"] for entry in twin] == [doc.text for doc in docs]
    for entry, doc in zip(twin, docs, strict=True):
        assert entry["tokens"] == [[token.idx, token.idx + len(token)] for token in doc]
        assert [(span["id"], span["start_token"], span["end_token"], span["ent"]) for span in entry["spans"]] == [
            (span.id_, span.start, span.end, True) for span in doc.ents
        ]
        pairs = {(item["head_token"], item["tail_token"]) for item in entry["relations"]}
        assert pairs | {(tail, head) for head, tail in pairs} >= set(doc._.rel)


def test_records_without_tokens_or_with_lone_surrogates_are_listed_and_the_rest_is_written(tmp_path):
    good = article("Budi")
    surrogate = replace(good, name="surrogate", text="a\ud800", tokens=Tokens([(0, 2)]))
    big = replace(good, name="big", meta={"n": 2**70})
    report = write(tmp_path / "gold.spacy", replace(good, name="bare", tokens=None), good, surrogate, big)
    assert [(loss.document, loss.fate) for loss in report.losses] == [
        ("bare", Fate.DROPPED),
        ("surrogate", Fate.DROPPED),
        ("big", Fate.CHANGED),
    ]
    assert (report.documents, len(load(tmp_path / "gold.spacy"))) == (2, 2)


@pytest.mark.parametrize("records", [(), (Record(name="bare", text="x"),)])
def test_nothing_to_export_writes_nothing(tmp_path, records):
    with pytest.raises(FormatError, match=r"No file was written|no file was written"):
        write(tmp_path / "gold.spacy", *records)
    assert list(tmp_path.iterdir()) == []


def test_an_older_file_stays_when_the_export_is_cancelled_half_way(tmp_path):
    out = tmp_path / "gold.spacy"
    out.write_text("older", encoding="utf-8")
    progress = Progress(listener=lambda told: told.cancel() if told.what == "Comparing" else None)
    with pytest.raises(Cancelled):
        write(out, article("a"), article("b"), progress=progress)
    assert out.read_text(encoding="utf-8") == "older"
    assert [path.name for path in tmp_path.iterdir()] == ["gold.spacy"]


def test_the_records_are_asked_for_once_where_all_comes_back_as_it_was(tmp_path):
    answers = iter([[article("a"), article("b")]])
    report = docbin.write(lambda: next(answers), tmp_path / "gold.spacy", SCHEME, options={}, progress=Progress())
    assert (report.documents, report.losses) == (2, [])
    assert len(load(tmp_path / "gold.spacy")) == 2


@pytest.mark.parametrize("options", [{}, {"rel_max_length": "5"}], ids=["a second look", "relation data"])
def test_a_project_that_changes_meanwhile_is_not_exported(tmp_path, monkeypatch, options):
    answers = iter([[article("a"), article("b")], [article("a")]])
    keep = DocBin.to_disk

    def spoil(self, path):
        self.user_data[0] = b"\x80"
        keep(self, path)

    if not options:  # nobody looks twice at what came back as it was
        monkeypatch.setattr(DocBin, "to_disk", spoil)
    with pytest.raises(FormatError, match="changed while"):
        docbin.write(lambda: next(answers), tmp_path / "gold.spacy", SCHEME, options=options, progress=Progress())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("options", [{"misaligned": "guess"}, {"overlap": "all"}, {"speed": "high"}])
def test_an_unknown_option_gets_a_sentence(tmp_path, options):
    with pytest.raises(FormatError):
        write(tmp_path / "gold.spacy", article("a"), **options)


def test_unfinished_and_unreviewed_work_is_counted(tmp_path):
    text = "Budi di BRI"
    spans = (Span("a", ((0, 4),), "PERSON", reviewed=False), Span("b", ((8, 11),), "ORG"))
    report = write(tmp_path / "gold.spacy", article(text, *spans, status=Status.IN_PROGRESS))
    assert report.unreviewed == 1
    assert "1 document is not done" in report.notices[0]


def test_a_file_that_comes_back_different_is_reported(tmp_path, monkeypatch):
    """A DocBin that loses an entity and a word on its way to the disk does not go unnoticed."""
    keep = DocBin.to_disk

    def spoil(self, path):
        self.tokens[0][0, self.attrs.index(spacy.attrs.ENT_TYPE)] = self.tokens[0][1, 0]
        self.tokens[0][1, 0] = self.tokens[0][2, 0]
        keep(self, path)

    monkeypatch.setattr(DocBin, "to_disk", spoil)
    report = write(tmp_path / "gold.spacy", article("Budi di BRI", Span("a", ((0, 4),), "PERSON")))
    reasons = {(loss.item, loss.reason) for loss in report.losses}
    assert ("span", "came back different in doc.ents") in reasons
    assert any(item == "document" and "text" in reason for item, reason in reasons)


def test_alignment_agrees_with_spacys_own_judgement(tmp_path):
    text = "Pak Budi  tiba.\nDi Depok"
    places = [(start, end) for start in range(len(text)) for end in range(start + 1, len(text) + 1)]
    report = write(tmp_path / "gold.spacy", *[article(text, Span(f"{place}", (place,), "X")) for place in places])
    listed = {loss.item_id for loss in report.losses}
    bare = pipeline("xx").make_doc(text)
    for place, doc in zip(places, load(tmp_path / "gold.spacy"), strict=True):
        surface = text[slice(*place)]
        fits = bare.char_span(*place) is not None and surface == surface.strip()
        assert (bool(doc.ents), f"{place}" not in listed) == (fits, fits)
