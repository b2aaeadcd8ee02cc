"""Pipelines of spaCy's as suggesters: real ones, trained here in a second, and ones that do what they should not."""

from __future__ import annotations

import importlib
import json
import re
import shutil
import sys
from importlib.metadata import version
from itertools import count
from pathlib import Path

import pytest

from annotator.domain.annotations import Span
from annotator.domain.suggesting import Passage, SuggesterSetup, Suggestions
from annotator.domain.text import Tokens
from annotator.errors import SuggesterError
from annotator.nlp.pipelines import load
from annotator.nlp.pipelines_info import FACTORIES, inspect

TEXT = "Budi bekerja di Jakarta.\n\nKemarin  Ani tiba di Medan."


def passage(text: str, *standing: Span) -> Passage:
    return Passage(text, Tokens(found.span() for found in re.finditer(r"\w+|[^\w\s]", text)), (), standing)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with an entity recognizer that has learned two sentence forms, and begins sentences."""
    import spacy
    from spacy.training import Example

    nlp = spacy.blank("xx")
    ner = nlp.add_pipe("ner")
    ner.add_label("PERSON")
    ner.add_label("GPE")
    examples = []
    for name in ("Budi", "Ani", "Siti", "Joko"):
        for town in ("Jakarta", "Medan", "Bandung"):
            for text in (f"{name} bekerja di {town}.", f"Kemarin {name} tiba di {town}."):
                places = [(text.index(name), text.index(name) + len(name), "PERSON"), (text.index(town), len(text) - 1, "GPE")]
                examples.append(Example.from_dict(nlp.make_doc(text), {"entities": places}))
    spacy.util.fix_random_seed(1)
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(15):
        nlp.update(examples, sgd=optimizer)
    nlp.add_pipe("sentencizer")
    folder = tmp_path_factory.mktemp("pipelines") / "names"
    nlp.to_disk(folder)
    return folder


@pytest.fixture
def blank(tmp_path):
    """Make the folder of a pipeline without training: an entity ruler, and whatever is added."""

    def make(name="ruled", language="xx", patterns=(("ORG", "BRI"),), change=None):
        import spacy

        nlp = spacy.blank(language)
        nlp.add_pipe("entity_ruler").add_patterns(
            [{"label": label, "pattern": text, "id": text.lower()} for label, text in patterns]
        )
        if change:
            change(nlp)
        nlp.to_disk(tmp_path / name)
        return tmp_path / name

    return make


_numbers = count(1)


def component(function) -> str:
    """Register a component under a name that no other test has."""
    from spacy.language import Language

    name = f"made_{next(_numbers)}"
    Language.component(name, func=function)
    return name


def edit(path: Path, change) -> None:
    content = json.loads(path.read_text(encoding="utf-8"))
    change(content)
    path.write_text(json.dumps(content), encoding="utf-8")


def run(folder: Path, *passages: Passage, language="xx", trusted=False) -> list[Suggestions]:
    setup = SuggesterSetup("pipeline", "piped", str(folder), language=language, trusted=trusted)
    return list(load(setup)(passages))


def found(suggestions: Suggestions, text: str = TEXT) -> list[tuple[str, str]]:
    assert not suggestions.error
    return [(span.surface(text), span.label) for span in suggestions.spans]


def test_a_trained_pipeline_labels_what_it_learned(trained):
    (made,) = run(trained, passage(TEXT))
    assert found(made) == [("Budi", "PERSON"), ("Jakarta", "GPE"), ("Ani", "PERSON"), ("Medan", "GPE")]
    assert [span.id for span in made.spans] == ["s1", "s2", "s3", "s4"]
    assert all(span.origin == "piped" and not span.reviewed and span.confidence is None for span in made.spans)


def test_it_finds_what_spacy_itself_finds(trained):
    import spacy

    nlp = spacy.load(trained)
    texts = [TEXT, "Siti tiba.", "", "Joko\u00a0 bekerja di\tBandung"]
    tokens = [Tokens((token.idx, token.idx + len(token)) for token in nlp.make_doc(text) if not token.is_space) for text in texts]
    made = run(trained, *map(Passage, texts, tokens))
    theirs = [[(ent.start_char, ent.end_char, ent.label_) for ent in nlp(text).ents] for text in texts]
    assert [[(span.start, span.end, span.label) for span in each.spans] for each in made] == theirs
    assert sum(map(len, theirs)) >= 6


def test_another_language_works_on_its_own_tokens(trained):
    (made,) = run(trained, Passage(TEXT, Tokens([(0, len(TEXT))])), language="en")
    assert [(span.start, span.end) for span in made.spans] == [(0, len(TEXT))] * 2  # widened to the one token that the project has
    assert {span.label for span in made.spans} == {"PERSON", "GPE"}
    (made,) = run(trained, passage(TEXT), language="en")
    assert found(made) == [("Budi", "PERSON"), ("Jakarta", "GPE"), ("Ani", "PERSON"), ("Medan", "GPE")]


def test_where_the_tokens_are_the_projects_no_tokenizer_is_made(trained, tmp_path):
    folder = tmp_path / "indonesian"
    shutil.copytree(trained, folder)
    config = (folder / "config.cfg").read_text(encoding="utf-8")
    (folder / "config.cfg").write_text(config.replace('lang = "xx"', 'lang = "id"'), encoding="utf-8")
    edit(folder / "meta.json", lambda meta: meta.update(lang="id"))
    suggester = load(SuggesterSetup("pipeline", "p", str(folder), language="id"))
    assert suggester._nlp.lang == "id"
    assert not hasattr(suggester._nlp.tokenizer, "rules")  # spaCy's takes seconds to learn 16,000 exceptions
    assert found(suggester([passage(TEXT)])[0]) == [("Budi", "PERSON"), ("Jakarta", "GPE"), ("Ani", "PERSON"), ("Medan", "GPE")]


def test_inspecting_tells_what_it_is_without_loading(trained, monkeypatch):
    import spacy

    monkeypatch.setattr(spacy.util, "load_model_from_path", lambda *_: pytest.fail("loaded"))
    info = inspect(str(trained))
    assert (info.name, info.language, info.components) == ("xx_pipeline", "xx", ("ner", "sentencizer"))
    assert info.compatible
    assert info.spacy_version
    assert info.labels == {"ner": ("GPE", "PERSON")}
    assert info.factories == {"ner": "ner", "sentencizer": "sentencizer"}
    assert info.own_code == ()
    assert info.package == ""


def test_the_list_of_spacys_components_is_spacys():
    import spacy
    from spacy.util import registry

    spacy.blank("xx")
    theirs = {name for name in registry.factories.get_all() if "." not in name and not name.startswith("made_")}
    assert theirs - {"nn_labeller"} == FACTORIES  # that one is from an exercise


def test_ids_of_an_entity_ruler_are_kept(blank):
    (made,) = run(blank(), passage("Kata BRI"))
    assert [(span.surface("Kata BRI"), span.kb_id) for span in made.spans] == [("BRI", "bri")]


def test_span_groups_of_every_name_are_taken_once(blank):
    def grouped(doc):
        doc.spans["sc"] = [doc[0:2], doc[1:3]]
        doc.spans["sc"] = [type(doc[0:1])(doc, 0, 2, label="A"), type(doc[0:1])(doc, 1, 3, label="B"), doc[0:1]]
        doc.spans["sc"].attrs["scores"] = [0.25, 1.5, 0.9]
        doc.spans["more"] = [type(doc[0:1])(doc, 0, 2, label="A"), type(doc[0:1])(doc, 0, 2, label="C")]
        return doc

    name = component(grouped)
    folder = blank(change=lambda nlp: nlp.add_pipe(name))
    text = "Kata orang BRI"
    (made,) = run(folder, passage(text), trusted=True)
    assert [(*span.fragments[0], span.label, span.confidence) for span in made.spans] == [
        (11, 14, "ORG", None),
        (0, 10, "A", 0.25),
        (5, 14, "B", 1.0),
        (0, 10, "C", None),
    ]
    assert len({span.id for span in made.spans}) == 4


def test_white_space_at_the_edge_of_a_span_is_trimmed(blank):
    def spaced(doc):
        make = type(doc[0:1])
        blanks = [token.i for token in doc if token.is_space]
        doc.spans["x"] = [make(doc, 0, blanks[0] + 1, label="A"), make(doc, blanks[0], blanks[0] + 1, label="B")]
        return doc

    name = component(spaced)
    folder = blank(change=lambda nlp: nlp.add_pipe(name))
    text = "Kata\n\n orang"
    (made,) = run(folder, passage(text), trusted=True)
    assert found(made, text) == [("Kata", "A")]


def test_a_pipeline_that_raises_on_one_passage_works_on_the_others(blank):
    def failing(doc):
        if "rusak" in doc.text:
            raise KeyError("rusak")
        return doc

    name = component(failing)
    folder = blank(change=lambda nlp: nlp.add_pipe(name))
    made = run(folder, passage("BRI satu"), passage("BRI rusak"), passage("dua BRI"), trusted=True)
    assert [len(each.spans) for each in made] == [1, 0, 1]
    assert re.fullmatch(r"The pipeline .*ruled failed here: .*rusak.*\.", made[1].error)
    assert "\n" not in made[1].error
    assert made[0].error == made[2].error == ""


@pytest.mark.parametrize("gives", ["nothing", "another text", "something else"])
def test_a_pipeline_that_gives_back_something_else_is_an_error_of_the_passage(blank, gives):
    from spacy.tokens import Doc

    def broken(doc):
        return {"nothing": None, "another text": Doc(doc.vocab, words=["lain"]), "something else": "lain"}[gives]

    name = component(broken)
    folder = blank(change=lambda nlp: nlp.add_pipe(name))
    (made,) = run(folder, passage("BRI"), trusted=True)
    assert made.error
    assert made.spans == ()


def test_merged_tokens_do_not_move_spans(blank):
    def merging(nlp):
        nlp.add_pipe("merge_entities")
        nlp.add_pipe("span_ruler", config={"spans_key": "more"}).add_patterns([{"label": "X", "pattern": "naik"}])

    folder = blank(patterns=[("ORG", "Bank Rakyat")], change=merging)
    text = "Bank Rakyat naik"
    assert inspect(str(folder)).own_code == ()
    (made,) = run(folder, passage(text))
    assert found(made, text) == [("Bank Rakyat", "ORG"), ("naik", "X")]


def test_a_text_too_long_for_it_is_an_error_of_the_passage(trained):
    suggester = load(SuggesterSetup("pipeline", "p", str(trained)))
    suggester._nlp.max_length = 20
    long, short = suggester([passage(TEXT), passage("Budi bekerja.")])
    assert "longer than the 20 characters" in long.error
    assert not short.error


def related(doc):
    starts = [ent.start for ent in doc.ents]
    doc._.rel = {(head, tail): {"works_in": 0.9 if head < tail else 0.1, "other": 0.4} for head in starts for tail in starts}
    return doc


def test_relations_are_taken_from_the_scores_of_pairs(blank):
    name = component(related)
    folder = blank(patterns=[("PERSON", "Budi"), ("ORG", "BRI")], change=lambda nlp: nlp.add_pipe(name))
    text = "Kata\n\nBudi di BRI"
    (made,) = run(folder, passage(text), trusted=True)
    assert found(made, text) == [("Budi", "PERSON"), ("BRI", "ORG")]
    (relation,) = made.relations
    ends = {span.id: span.surface(text) for span in made.spans}
    assert (relation.id, relation.label, ends[relation.head], ends[relation.tail]) == ("r1", "works_in", "Budi", "BRI")
    assert (relation.confidence, relation.origin, relation.reviewed) == (0.9, "piped", False)


def test_a_pipeline_that_only_links_links_the_spans_that_stand(tmp_path):
    import spacy

    name = component(related)
    nlp = spacy.blank("xx")
    nlp.add_pipe(name)
    nlp.to_disk(tmp_path / "linker")
    text = "Budi di BRI. Ani"
    standing = (Span("a", ((0, 4),), "PERSON"), Span("b", ((8, 11),), "ORG"), Span("c", ((8, 10),), "X"))
    (made,) = run(tmp_path / "linker", passage(text, *standing), trusted=True)
    assert found(made, text) == [("Budi", "PERSON"), ("BRI", "ORG")]
    assert [(relation.label, relation.head, relation.tail) for relation in made.relations] == [("works_in", "s1", "s2")]
    (nothing,) = run(tmp_path / "linker", passage(text), trusted=True)
    assert nothing == Suggestions()


@pytest.mark.parametrize("scores", [{(0, 99): {"x": 1.0}}, {"a": 1}, {(0, 2): {"x": "high"}}])
def test_senseless_relations_are_an_error_of_the_passage(blank, scores):
    def senseless(doc):
        doc._.rel = scores
        return doc

    name = component(senseless)
    folder = blank(patterns=[("PERSON", "Budi"), ("ORG", "BRI")], change=lambda nlp: nlp.add_pipe(name))
    (made,) = run(folder, passage("Budi di BRI"), trusted=True)
    assert "failed here" in made.error
    assert made.relations == ()


CODE = "import pathlib\npathlib.Path({mark!r}).write_text('it ran')\n"


@pytest.fixture
def mark(tmp_path):
    return tmp_path / "ran.txt"


def test_code_beside_the_data_does_not_run_unless_it_is_trusted(blank, mark):
    folder = blank()
    (folder / "setup_me.py").write_text(CODE.format(mark=str(mark)), encoding="utf-8")
    info = inspect(str(folder))
    assert info.own_code == ("the Python file setup_me.py",)
    with pytest.raises(SuggesterError, match=r"not spaCy's: the Python file setup_me\.py\. Allow it"):
        run(folder, passage("BRI"))
    assert not mark.exists()
    (made,) = run(folder, passage("BRI"), trusted=True)
    assert mark.read_text() == "it ran"
    assert len(made.spans) == 1


@pytest.fixture
def package(blank, tmp_path, monkeypatch):
    """Make an importable package around a pipeline, as ``spacy package`` does, with more lines in its ``__init__``."""

    def make(name, more=""):
        packaging = importlib.import_module("spacy.cli.package")
        site = tmp_path / "site"
        outer = site / name
        outer.mkdir(parents=True)
        shutil.copytree(blank(), outer / f"{name}-1.0")
        shutil.copy(outer / f"{name}-1.0" / "meta.json", outer)
        usual = packaging.TEMPLATE_INIT.format(imports="")
        (outer / "__init__.py").write_text(usual + more, encoding="utf-8")
        monkeypatch.syspath_prepend(str(site))
        importlib.invalidate_caches()
        return name

    yield make
    for name in [name for name in sys.modules if name.startswith("xx_made_")]:
        del sys.modules[name]


def test_an_installed_package_is_found_and_loaded_without_importing_it(package):
    name = package("xx_made_plain")
    info = inspect("xx-made-plain")
    assert (info.package, info.own_code, info.folder.name) == (name, (), f"{name}-1.0")
    (made,) = run(Path(name), passage("Kata BRI"))
    assert found(made, "Kata BRI") == [("BRI", "ORG")]
    assert name not in sys.modules


def test_a_package_with_code_of_its_own_does_not_run_unless_it_is_trusted(package, mark):
    name = package("xx_made_coded", CODE.format(mark=str(mark)))
    assert inspect(name).own_code == ("the Python file __init__.py",)
    with pytest.raises(SuggesterError, match=r"the Python file __init__\.py"):
        run(Path(name), passage("BRI"))
    assert not mark.exists()
    assert name not in sys.modules
    run(Path(name), passage("BRI"), trusted=True)
    assert mark.exists()


def test_functions_and_components_of_others_need_trust(blank):
    folder = blank()
    config = folder / "config.cfg"
    sound = config.read_text(encoding="utf-8")
    for old, new, said in (
        ('factory = "entity_ruler"', 'factory = "mine"', "the component “entity_ruler” of the kind “mine”"),
        ('"spacy.Tokenizer.v1"', '"mine.Tokenizer.v1"', "the function “mine.Tokenizer.v1”"),
        ('"spacy.Tokenizer.v1"', "${paths.train}", "the function “${paths.train}”"),
        ('factory = "entity_ruler"', 'source = "en_core_web_sm"', "the component “entity_ruler” taken from “en_core_web_sm”"),
        ("before_creation = null", 'before_creation = {"@callbacks":"x"}', "the callback"),
    ):
        assert old in sound
        config.write_text(sound.replace(old, new, 1), encoding="utf-8")
        assert any(said in reason for reason in inspect(str(folder)).own_code), said
        with pytest.raises(SuggesterError, match="brings code that is not"):
            run(folder, passage("BRI"))
    config.write_text(sound.replace('factory = "entity_ruler"', 'factory = "mine"', 1), encoding="utf-8")
    with pytest.raises(SuggesterError, match=r"cannot be loaded: .*mine") as caught:
        run(folder, passage("BRI"), trusted=True)
    assert "\n" not in str(caught.value)


def test_functions_that_only_training_calls_need_no_trust(blank):
    folder = blank()
    config = folder / "config.cfg"
    config.write_text(config.read_text(encoding="utf-8").replace("spacy.Corpus.v1", "mine.Corpus.v1"), encoding="utf-8")
    assert "mine.Corpus.v1" in config.read_text(encoding="utf-8")
    assert inspect(str(folder)).own_code == ()
    assert run(folder, passage("BRI"))[0].spans


@pytest.mark.parametrize("made_for", [">=2.3.0,<2.4.0", ">=4.0.0,<5.0.0", "2.2.1"])
def test_a_pipeline_of_another_generation_is_refused(blank, made_for):
    folder = blank()
    edit(folder / "meta.json", lambda meta: meta.update(spacy_version=made_for))
    with pytest.raises(SuggesterError, match=rf"made for spaCy {re.escape(made_for)}, and this is {re.escape(version('spacy'))}"):
        inspect(str(folder))


@pytest.mark.parametrize("made_for", [">=3.5.0,<3.6.0", f">={version('spacy')}"])
def test_one_of_another_minor_version_is_taken_and_named_so(blank, made_for):
    folder = blank()
    edit(folder / "meta.json", lambda meta: meta.update(spacy_version=made_for))
    assert inspect(str(folder)).compatible is made_for.endswith(version("spacy"))
    assert run(folder, passage("BRI"))[0].spans


@pytest.mark.parametrize("made_for", ["", "whatever", ">=3.x"])
def test_one_that_does_not_say_for_which_version_is_refused(blank, made_for):
    folder = blank()
    edit(folder / "meta.json", lambda meta: meta.update(spacy_version=made_for))
    with pytest.raises(SuggesterError, match=r"meta\.json does not say for which spaCy|made for spaCy"):
        inspect(str(folder))


def test_what_is_no_pipeline_gets_a_sentence(tmp_path, blank):
    for source, said in (
        (str(tmp_path / "missing"), "There is no folder"),
        ("", "There is no folder"),
        ("a/b", "There is no folder"),
        ("no_such_pipeline", "neither a folder nor an installed package"),
        ("json", "is no spaCy pipeline"),
        ("__main__", "neither a folder|is no spaCy pipeline"),
        (str(tmp_path), "is no spaCy pipeline"),
    ):
        with pytest.raises(SuggesterError, match=said):
            inspect(source)


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("meta.json", "{", "meta.json cannot be read"),
        ("meta.json", "[]", "meta.json is not what spaCy writes"),
        ("config.cfg", "lang = id", "config.cfg cannot be read"),
        ("config.cfg", '[nlp]\nlang = "id"\n', "does not say what the pipeline consists of"),
        ("config.cfg", '[nlp]\npipeline = "ner"\n', "does not say what the pipeline consists of"),
    ],
)
def test_broken_files_get_a_sentence(blank, name, content, said):
    folder = blank()
    (folder / name).write_text(content, encoding="utf-8")
    with pytest.raises(SuggesterError, match=said):
        inspect(str(folder))
    (folder / "config.cfg").unlink()
    with pytest.raises(SuggesterError, match=r"there is no config\.cfg"):
        inspect(str(folder))


def test_damaged_data_get_a_sentence(trained, tmp_path):
    folder = tmp_path / "damaged"
    shutil.copytree(trained, folder)
    (folder / "ner" / "model").write_bytes(b"\x00" * 50)
    assert inspect(str(folder)).components
    with pytest.raises(SuggesterError, match="damaged cannot be loaded: ") as caught:
        run(folder, passage("Budi"))
    assert "\n" not in str(caught.value)


def test_the_folder_of_a_training_stands_for_its_best(trained, tmp_path):
    shutil.copytree(trained, tmp_path / "out" / "model-best")
    assert inspect(str(tmp_path / "out")).folder.name == "model-best"


def test_components_that_label_nothing_are_left_out_where_none_needs_them(tmp_path):
    import spacy

    nlp = spacy.blank("xx")
    nlp.add_pipe("tagger").add_label("N")
    nlp.add_pipe("sentencizer")
    nlp.add_pipe("ner").add_label("A")
    nlp.initialize()
    nlp.to_disk(tmp_path / "both")
    suggester = load(SuggesterSetup("pipeline", "p", str(tmp_path / "both"), language="xx"))
    assert suggester._nlp.pipe_names == ["sentencizer", "ner"]  # no entity goes across sentences
    nlp.add_pipe("span_ruler")
    nlp.to_disk(tmp_path / "all")
    suggester = load(SuggesterSetup("pipeline", "p", str(tmp_path / "all"), language="xx"))
    assert suggester._nlp.pipe_names == ["tagger", "sentencizer", "ner", "span_ruler"]  # its patterns may ask for tags


@pytest.mark.parametrize("text", ["", " ", "\n\n", " a", "a ", "a  b", "a\tb\n", "😊 Budi\u00a0 x", "a \n b", "\r\na"])
def test_docs_say_the_text_character_for_character(text):
    from annotator.nlp.spacy_docs import exact_doc_of, vocabulary

    doc = exact_doc_of(vocabulary("xx"), passage(text))
    assert doc.text == text
    assert [(token.idx, token.idx + len(token)) for token in doc if not token.is_space] == list(passage(text).tokens)


@pytest.mark.parametrize("text", ["a  b", "a\n\nb", "a \n b", " a", "a\t b ", "Budi\u00a0x  "])
def test_they_have_spacys_tokens(text):
    import spacy

    from annotator.nlp.spacy_docs import exact_doc_of

    nlp = spacy.blank("xx")
    assert [token.text_with_ws for token in exact_doc_of(nlp.vocab, passage(text))] == [
        token.text_with_ws for token in nlp.make_doc(text)
    ]


def test_a_trained_span_categorizer_gives_its_confidence(tmp_path):
    import spacy
    from spacy.training import Example

    nlp = spacy.blank("xx")
    nlp.add_pipe("spancat", config={"spans_key": "mine", "threshold": 0.3}).add_label("PERSON")
    examples = []
    for name in ("Budi", "Ani", "Siti", "Joko", "Rina"):
        doc = nlp.make_doc(f"kemarin {name} tiba di sana")
        examples.append(Example.from_dict(doc, {"spans": {"mine": [(8, 8 + len(name), "PERSON")]}}))
    spacy.util.fix_random_seed(1)
    optimizer = nlp.initialize(lambda: examples)
    for _ in range(40):
        nlp.update(examples, sgd=optimizer)
    nlp.to_disk(tmp_path / "spans")
    assert inspect(str(tmp_path / "spans")).labels == {"spancat": ("PERSON",)}
    text = "kemarin Budi tiba di sana"
    (made,) = run(tmp_path / "spans", passage(text))
    assert found(made, text) == [("Budi", "PERSON")]
    (span,) = made.spans
    assert span.confidence is not None
    assert 0.3 <= span.confidence <= 1
    doc = spacy.load(tmp_path / "spans")(text)
    assert span.confidence == pytest.approx(float(doc.spans["mine"].attrs["scores"][0]), abs=0.001)


def test_relations_as_the_export_writes_them_are_read_back(blank):
    """The dense form of ``OUT.rel.spacy``: every pair, with itself too, and every label with a score."""

    def linking(doc):
        starts = [ent.start for ent in doc.ents]
        doc._.rel = {
            (a, b): {"leads": 1.0 if (a, b) == (starts[0], starts[1]) else 0.0, "met_with": 0.0} for a in starts for b in starts
        }
        return doc

    name = component(linking)
    folder = blank(patterns=[("PERSON", "Putin"), ("GPE", "Rusia"), ("PERSON", "Ani")], change=lambda nlp: nlp.add_pipe(name))
    text = "Putin memimpin Rusia, kata Ani"
    (made,) = run(folder, passage(text), trusted=True)
    ends = {span.id: span.surface(text) for span in made.spans}
    (relation,) = made.relations
    assert (relation.label, ends[relation.head], ends[relation.tail], relation.confidence) == ("leads", "Putin", "Rusia", 1.0)


def test_it_is_loaded_by_the_table_of_suggesters(blank):
    from annotator.nlp.suggesters import load as by_kind

    suggester = by_kind(SuggesterSetup("pipeline", "p", str(blank()), language="xx"))
    assert found(suggester([passage("Kata BRI")])[0], "Kata BRI") == [("BRI", "ORG")]


def test_two_pipelines_with_code_are_told_apart(blank, mark):
    for number, name in enumerate(("one", "two")):
        folder = blank(name=name)
        other = mark.with_name(f"ran{number}.txt")
        (folder / "functions.py").write_text(CODE.format(mark=str(other)), encoding="utf-8")
        run(folder, passage("BRI"), trusted=True)
        assert other.exists()


def test_code_that_fails_gets_a_sentence(blank):
    folder = blank()
    (folder / "functions.py").write_text("raise RuntimeError('no\\nuse')\n", encoding="utf-8")
    with pytest.raises(SuggesterError, match=r"cannot be loaded: RuntimeError: no use\.$"):
        run(folder, passage("BRI"), trusted=True)
    (folder / "functions.py").write_text("def (\n", encoding="utf-8")
    with pytest.raises(SuggesterError, match=r"cannot be loaded: SyntaxError"):
        run(folder, passage("BRI"), trusted=True)


def test_many_reasons_are_not_all_listed(blank):
    folder = blank()
    for number in range(8):
        (folder / f"code{number}.py").write_text("", encoding="utf-8")
    with pytest.raises(SuggesterError, match=r"code4\.py and 3 more\. Allow it"):
        run(folder, passage("BRI"))
