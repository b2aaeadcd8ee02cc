"""Training data as a whole: exported from a project, checked by spaCy, and really trained on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import orjson
import pytest
import spacy
from spacy.cli.train import train
from spacy.tokens import DocBin

from annotator.commands.exporting import ExportOptions, NothingToExport, export, preview
from annotator.commands.training_options import TrainingOptions, taken
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Document, Status
from annotator.domain.exchange import Fate, LossReport
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, completed
from annotator.errors import FormatError
from annotator.formats.docbin_parts import OVERLAP
from annotator.nlp.checking import checked, debug_data
from annotator.nlp.tokenizer_repair import Repaired
from annotator.nlp.tokens import tokenize
from annotator.nlp.training_files import Figures, figures, project_of
from annotator.store.project import Project, create

SCHEME = completed(
    LabelScheme(
        "s", (SpanLabel("PERSON"), SpanLabel("GPE"), SpanLabel("EVENT")), (RelationLabel("in"),), categories=("politik", "olahraga")
    )
)
NAMES = ("Budi", "Ani", "Luhut", "Joko", "Siti", "Rina", "Agus", "Dewi")
CITIES = ("Jakarta", "Bandung", "Surabaya", "Medan", "Depok")


def article(number: int, *, cut: bool = False, nested: bool = False, **info: Any) -> tuple[Document, AnnotationSet]:
    name, city = NAMES[number % len(NAMES)], CITIES[number % len(CITIES)]
    between = ")kata di " if cut else " tiba di "
    text = f"Kabar {number}: kemarin {name}{between}{city} bersama rombongan nomor {number * 7} untuk rapat {number % 5}."
    start, place = text.index(name), text.index(city)
    spans = [Span("p", ((start, start + len(name)),), "PERSON"), Span("c", ((place, place + len(city)),), "GPE")]
    if nested:
        spans.append(Span("e", ((text.index("kemarin"), place + len(city)),), "EVENT"))
    (tokens,) = tokenize([text], "xx")
    document = Document(f"kabar-{number}", text, {}, tokens, (0,))
    described = {"annotator": "rina", "kind": Kind.PERSON, "status": Status.DONE, "categories": ("politik",), **info}
    return document, AnnotationSet(SetInfo(0, **described), {span.id: span for span in spans}, {"r": Relation("r", "in", "p", "c")})


@pytest.fixture
def project(tmp_path):
    """Make a project of these articles, beside an empty folder for what is exported."""
    made: list[Project] = []

    def make(*items: tuple[Document, AnnotationSet]) -> Project:
        found = create(tmp_path / f"p{len(made)}.annotator", scheme=SCHEME, language="xx")
        with found.transaction("Import {}", "test", actor="test", lane=Lane.JOB) as tx:
            tx.add_documents((document, [content]) for document, content in items)
        made.append(found)
        return found

    (tmp_path / "out").mkdir()
    yield make
    for each in made:
        each.close()


def run(found: Project, path: Path, *, how=export, shard: int | None = None, **options: str) -> LossReport:
    chosen = ExportOptions("spacy", shard=shard, format_options=options)
    return how(found.connection, SCHEME, path, chosen, annotator="rina")


def docs(path: Path) -> list[spacy.tokens.Doc]:
    return list(DocBin().from_disk(path).get_docs(spacy.blank("xx").vocab))


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_one_epoch_is_trained_on_the_export_and_the_pipeline_predicts(tmp_path, project):
    """The whole way: a project whose spans cut tokens; divided, mended, configured; trained by spaCy's own command."""
    found = project(*(article(number, cut=number % 3 == 0, nested=number % 2 == 0) for number in range(40)))
    out = tmp_path / "out" / "gold.spacy"
    report = run(found, out, split="60/20/20", training="auto", tokenizer="repair", rel_max_length="20")
    assert {loss.reason for loss in report.losses if loss.item == "span"} == {OVERLAP}
    folder = out.with_name("gold.training")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        overrides = {"training.max_epochs": 1, "training.eval_frequency": 1, "training.max_steps": 4}
        train(Path("config.cfg"), tmp_path / "model", overrides=overrides)
    nlp = spacy.load(tmp_path / "model" / "model-last")
    assert nlp.pipe_names == ["tok2vec", "ner", "spancat", "textcat"]
    doc = nlp("Kabar 3: kemarin Wati)kata di Jakarta")
    assert {"PERSON", "GPE"} <= set(nlp.get_pipe("ner").labels)
    assert doc.cats.keys() == {"politik", "olahraga"}
    assert "sc" in doc.spans
    # the tokenizer it was trained with is the one in the model, and knows names that no rule was made of
    assert [token.text for token in doc][4:7] == ["Wati", ")", "kata"]


def test_the_mended_tokenizer_lets_every_cut_span_align(tmp_path, project):
    items = [article(number, cut=True) for number in range(4)]
    found = project(*items)
    plain = run(found, tmp_path / "out" / "plain.spacy")
    assert {loss.reason for loss in plain.losses if loss.item == "span"} == {"cuts a token"}
    assert [notice for notice in plain.notices if "tokenizer=repair" in notice]
    out = tmp_path / "out" / "gold.spacy"
    report = run(found, out, tokenizer="repair")
    assert report.losses == []
    assert "4 edges of spans stood within a token" in report.notices[0]
    saved = spacy.load(tmp_path / "out" / "gold.training" / "tokenizer")
    for (document, content), doc in zip(items, docs(out), strict=True):
        fresh = saved.make_doc(document.text)
        assert [token.text for token in fresh] == [token.text for token in doc]
        for span in content.spans.values():
            assert fresh.char_span(span.start, span.end) is not None
            assert doc.char_span(span.start, span.end).ents
    rules = orjson.loads((tmp_path / "out" / "gold.training" / "tokenizer.json").read_bytes())
    assert rules == {"infixes": [r"(?<=\w)\)(?=\w)"], "language": "xx", "special_cases": {}}


def test_a_sign_of_one_word_alone_and_no_sign_make_special_cases():
    texts = ["Harga 1,5triliun naik", "kata Budi)lalu", "anti-teror"]
    spans = (
        [Span("a", ((6, 9),), "MONEY")],
        [Span("b", ((5, 9),), "PERSON")],
        [Span("c", ((0, 4),), "X"), Span("d", ((5, 10),), "X")],
    )
    mended = Repaired("xx")
    before = [len(mended.tokens(text)) for text in texts]
    assert mended.learn(lambda: zip(texts, spans, strict=True)) >= 2
    assert mended.rules.infixes == []
    assert mended.rules.special_cases["1,5triliun"] == ["1,5", "triliun"]
    assert mended.rules.special_cases["Budi)lalu"] == ["Budi", ")lalu"]
    assert [len(mended.tokens(text)) for text in texts] >= before
    for text, each in zip(texts, spans, strict=True):
        assert all(mended.tokens(text).aligned(span.start, span.end) for span in each)
    assert mended.learn(lambda: zip(texts, spans, strict=True)) == 0


def test_nothing_to_mend_leaves_the_tokenizer_as_it_is(tmp_path, project):
    run(project(article(1)), tmp_path / "out" / "gold.spacy", tokenizer="repair")
    assert files(tmp_path / "out") == ["gold.spacy", "gold.spacy.relations.json"]


def test_adding_documents_moves_none(tmp_path, project):
    out = tmp_path / "out" / "gold.spacy"
    first = [article(number) for number in range(30)]
    report = run(project(*first), out, split="60/20/20")
    assert files(tmp_path / "out") == [
        "gold-dev.spacy",
        "gold-dev.spacy.relations.json",
        "gold-test.spacy",
        "gold-test.spacy.relations.json",
        "gold-train.spacy",
        "gold-train.spacy.relations.json",
        "gold.split.json",
    ]
    assert (report.documents, report.spans) == (30, 60)
    before = {part: {doc.text for doc in docs(out.with_name(f"gold-{part}.spacy"))} for part in ("train", "dev", "test")}
    assert sum(map(len, before.values())) == 30
    report = run(project(*(article(number) for number in range(100, 130)), *first[::-1]), out, split="60/20/20")
    assert "30 documents stay where gold.split.json has put them before." in report.notices
    after = {part: {doc.text for doc in docs(out.with_name(f"gold-{part}.spacy"))} for part in ("train", "dev", "test")}
    assert all(before[part] <= after[part] for part in before)
    out.with_name("gold.split.json").write_text("[]", encoding="utf-8")
    with pytest.raises(FormatError, match="Remove it"):
        run(project(*first), out, split="60/20/20")


def test_a_document_like_two_on_two_sides_is_left_out_and_named(tmp_path, project):
    out = tmp_path / "out" / "gold.spacy"
    items = [article(number) for number in range(12)]
    run(project(*items), out, split="1/1")
    texts = {part: docs(out.with_name(f"gold-{part}.spacy"))[0].text for part in ("train", "dev")}
    both = " ".join(texts.values())
    (tokens,) = tokenize([both], "xx")
    bridge = Document("bridge", both, {}, tokens, (0,)), AnnotationSet(SetInfo(0, "rina", Kind.PERSON, Status.DONE))
    report = run(project(*items, bridge), out, split="1/1")
    assert [(loss.document, loss.fate) for loss in report.losses if loss.item == "document"] == [("bridge", Fate.DROPPED)]


def test_findings_of_debug_data_name_their_spans(tmp_path, project):
    found = project(*(article(number) for number in range(24)))
    report = run(found, tmp_path / "out" / "gold.spacy", split="60/40", training="ner", debug_data="yes")
    assert report.losses == []
    told = [notice for notice in report.notices if notice.startswith("spacy debug data")]
    assert any("Low number of examples to train a new pipeline" in notice for notice in told)
    places = [loss for loss in report.findings if "label 'GPE'" in loss.reason]
    assert places
    assert {(loss.label, loss.fate, loss.item) for loss in places} == {("GPE", Fate.KEPT, "span")}
    for loss in places:
        document, _ = article(int(loss.document.partition("-")[2]))
        assert document.text[loss.start : loss.end] == loss.surface
    assert report.to_dict()["findings"][0]["fate"] == "kept"


def test_misaligned_words_and_blank_edges_are_found_where_they_are(tmp_path, project):
    """In data that are not ours: an entity with a blank at its edge, words that the tokenizer makes otherwise, texts in both parts."""
    found = project(*(article(number) for number in range(10)))
    out = tmp_path / "out" / "gold.spacy"
    run(found, out, split="50/50", training="ner")
    doc = spacy.tokens.Doc(
        spacy.blank("xx").vocab, words=["Ani", " ", "pergi", "kede", "pok"], spaces=[True, False, True, False, False]
    )
    doc.ents = []
    doc.set_ents([spacy.tokens.Span(doc, 0, 2, "PERSON")])
    doc.user_data["annotator"] = {"name": "foreign"}
    train_path, dev_path = out.with_name("gold-train.spacy"), out.with_name("gold-dev.spacy")
    DocBin(docs=[doc, *docs(dev_path)[:1], *docs(train_path)], store_user_data=True).to_disk(train_path)
    findings = {
        finding.message: finding for finding in checked(out.with_name("gold.training") / "config.cfg", train_path, dev_path)
    }
    told = {message: [(loss.document, loss.surface) for loss in finding.places] for message, finding in findings.items()}
    assert told["1 misaligned tokens in the training data"] == [("foreign", "kede"), ("foreign", "pok")]
    assert [len(places) for message, places in told.items() if "also in evaluation data" in message] == [1]
    assert [places for message, places in told.items() if "whitespace" in message] == [[("foreign", "Ani  ")]]


def test_a_config_that_cannot_be_loaded_is_a_finding(tmp_path):
    (tmp_path / "config.cfg").write_text("[nlp]\nlang = 3\n", encoding="utf-8")
    (finding,) = debug_data(tmp_path / "config.cfg")[:1]
    assert finding.error


def test_a_config_or_project_of_somebody_elses_hand_is_kept(tmp_path, project):
    found = project(*(article(number) for number in range(8)))
    out = tmp_path / "out" / "gold.spacy"
    run(found, out, training="ner")
    report = run(found, out, training="ner")
    assert not [notice for notice in report.notices if ".old" in notice]
    config = out.with_name("gold.training") / "config.cfg"
    config.write_text(config.read_text(encoding="utf-8").replace("dropout = 0.1", "dropout = 0.3"), encoding="utf-8")
    report = run(found, out, training="ner")
    assert "dropout = 0.3" in config.with_name("config.cfg.old").read_text(encoding="utf-8")
    assert "dropout = 0.1" in config.read_text(encoding="utf-8")
    assert [notice for notice in report.notices if "config.cfg.old" in notice]
    assert [notice for notice in report.notices if "There is no dev part" in notice]


def test_nothing_is_replaced_where_one_file_cannot_be_put_in_its_place(tmp_path, project):
    found = project(*(article(number) for number in range(8)))
    out = tmp_path / "out" / "gold.spacy"
    run(found, out, training="ner")
    (out.parent / "gold.training" / "config.cfg").write_text("mine", encoding="utf-8")
    (out.parent / "gold.training" / "project.yml").unlink()
    (out.parent / "gold.training" / "project.yml").mkdir()  # the last of the files to be placed
    before = {path: path.read_bytes() for path in out.parent.rglob("*") if path.is_file()}
    with pytest.raises(FormatError, match=r"project\.yml"):
        run(found, out, training="ner")
    assert {path: path.read_bytes() for path in out.parent.rglob("*") if path.is_file()} == before


def test_no_folder_is_left_of_training_data_that_could_not_be_placed(tmp_path, project):
    found = project(*(article(number) for number in range(8)))
    out = tmp_path / "out" / "gold.spacy"
    out.with_name("gold.spacy.relations.json").mkdir()
    with pytest.raises(FormatError):
        run(found, out, training="ner")
    assert [path.name for path in out.parent.iterdir()] == ["gold.spacy.relations.json"]


def test_the_same_project_gives_the_same_bytes(tmp_path, project):
    found = project(*(article(number, cut=number == 2) for number in range(10)))
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        run(
            found, tmp_path / name / "gold.spacy", split="60/20/20", training="ner,spancat", tokenizer="repair", rel_max_length="30"
        )
    names = files(tmp_path / "one")
    assert names == files(tmp_path / "two")
    for name in names:
        if not name.startswith("gold.training/tokenizer/"):  # spaCy's own writing
            assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name


def test_what_is_too_much_for_one_file_goes_into_a_folder_that_training_takes(tmp_path, project):
    found = project(*(article(number) for number in range(20)))
    out = tmp_path / "out" / "gold.spacy"
    report = run(found, out, shard=5, split="80/20", training="ner", rel_max_length="10")
    assert report.documents == 20
    folder = out.with_name("gold-train")
    assert folder.is_dir()
    assert not list(folder.glob("*.rel.spacy"))
    assert len(list(out.with_name("gold-train.rel").glob("*.rel.spacy"))) == len(list(folder.glob("*.spacy")))
    assert figures(folder).documents == sum(len(docs(path)) for path in folder.glob("*.spacy"))
    assert 'train = "../gold-train"' in (out.with_name("gold.training") / "config.cfg").read_text(encoding="utf-8")


def test_a_dry_run_tells_and_leaves_nothing(tmp_path, project):
    found = project(*(article(number, cut=number < 2) for number in range(12)))
    out = tmp_path / "out" / "gold.spacy"
    told = run(found, out, how=preview, split="60/20/20", tokenizer="repair", training="ner")
    assert files(tmp_path / "out") == []
    assert (told.documents, told.losses) == (12, [])
    assert [notice for notice in told.notices if notice.startswith("Divided into train")]
    other = preview(found.connection, SCHEME, tmp_path / "out" / "gold.conll", ExportOptions("conll"), annotator="rina")
    assert files(tmp_path / "out") == []
    assert (other.path, other.documents) == (str(tmp_path / "out" / "gold.conll"), 12)
    assert {loss.reason for loss in other.losses} >= {"CoNLL holds no relations"}
    with pytest.raises(NothingToExport):
        run(project((article(1)[0], article(1, status=Status.IN_PROGRESS)[1])), out, how=preview)


def test_the_project_file_is_one_that_spacy_takes(tmp_path, project):
    found = project(*(article(number) for number in range(10)))
    run(found, tmp_path / "out" / "gold.spacy", split="60/20/20", training="ner")
    folder = tmp_path / "out" / "gold.training"
    command = [sys.executable, "-m", "spacy", "project", "run", "all", "--dry"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "spacy train config.cfg" in ran.stdout
    assert "spacy evaluate model/model-best" in ran.stdout


def test_a_project_without_a_test_part_evaluates_nothing():
    made = project_of("t", {"train": "../a.spacy", "dev": "../a.spacy"})
    assert made["workflows"] == {"all": ["train"]}
    assert made["commands"][1]["deps"] == ["config.cfg", "../a.spacy"]


@pytest.mark.parametrize(
    ("wanted", "found", "components"),
    [
        ("auto", Figures(entities=3), ("ner",)),
        ("auto", Figures(entities=3, aside=1, labelled=1), ("ner", "spancat", "textcat")),
        ("auto", Figures(), ("ner",)),
        ("spancat,ner", Figures(), ("ner", "spancat")),
    ],
)
def test_components_are_those_the_data_have_something_for(wanted, found, components):
    assert found.components(wanted) == components


@pytest.mark.parametrize("wanted", ["", "parser", "ner,", "NER"])
def test_other_components_are_refused(wanted):
    with pytest.raises(FormatError, match="“training”"):
        Figures().components(wanted)


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ({"split": "x"}, "split"),
        ({"split": ""}, "split"),
        ({"tokenizer": "new"}, "tokenizer"),
        ({"training": "all"}, "training"),
        ({"debug_data": "1", "training": "ner"}, "debug_data"),
        ({"debug_data": "yes"}, "debug_data"),
    ],
)
def test_values_that_there_are_not_are_refused(options, option):
    with pytest.raises(FormatError, match=f"“{option}”"):
        taken(options)


def test_defaults_ask_for_nothing_more_and_other_options_are_the_writers():
    asked, rest = taken({"tokenizer": "keep", "training": "none", "debug_data": "no", "overlap": "first"})
    assert asked == TrainingOptions()
    assert not asked.wanted
    assert rest == {"overlap": "first"}
