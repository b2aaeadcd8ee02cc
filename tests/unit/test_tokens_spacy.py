"""Tokens of spaCy's blank tokenizers."""

from __future__ import annotations

import importlib.util
import pickle
import random
from functools import cache
from importlib.metadata import version
from pathlib import Path

import pytest
import spacy

from annotator.domain.text import Tokens, tokens_problem
from annotator.errors import FormatError
from annotator.nlp import tokens

TREEBANKS = Path(__file__).parents[3] / "shared" / "fixtures" / "indonesian-ud"
SEED = Path(__file__).parents[2] / "seeds" / "000_445bde8beb3af8fb.txt"


@cache
def indonesian() -> spacy.language.Language:
    """spaCy's own pipeline with all its exceptions, which takes seconds to make."""
    return spacy.blank("id")


def test_tokens_are_spacys_without_white_space():
    text = SEED.read_bytes().decode()
    (mine,) = tokens.tokenize([text], "id")
    theirs = [(token.idx, token.idx + len(token)) for token in indonesian().make_doc(text) if not token.is_space]
    assert list(mine) == theirs
    assert tokens_problem(list(mine), text) is None


@pytest.mark.parametrize("text", ["", "   ", "\r\n", "a  b\tc", "😀 x", "anak-anak", "a\u00a0b", "Pak Dr. rer. nat. Budi"])
def test_whatever_the_text_its_tokens_are_sound(text):
    for language in ("id", "en", "xx"):
        (mine,) = tokens.tokenize([text], language)
        assert tokens_problem(list(mine), text) is None


def test_a_worker_gets_and_gives_plain_lists():
    work = pickle.loads(pickle.dumps(tokens.tokenize_batch))
    flat = work(["Budi di BRI.", ""], "xx")
    assert flat == [[0, 4, 5, 7, 8, 11, 11, 12], []]
    assert [list(Tokens.from_flat(item)) for item in flat] == [[(0, 4), (5, 7), (8, 11), (11, 12)], []]


@pytest.mark.parametrize("language", ["qq", "Indonesian", "", "../x", "ID"])
def test_an_unknown_language_gets_a_sentence_at_once(language):
    with pytest.raises(FormatError, match=f"“{language}”"):
        tokens.tokenize([], language)


def test_the_name_tells_language_and_version():
    assert tokens.tokenizer_name("id") == f"spacy.blank('id') {version('spacy')}"


def ranges(doc) -> list[tuple[int, int]]:
    return [(token.idx, token.idx + len(token)) for token in doc if not token.is_space]


def test_exceptions_learnt_late_give_the_tokens_of_the_full_tokenizer():
    """Exceptions in brackets, with affixes, run together, across blanks: whatever surrounds them."""
    full = indonesian()
    chance = random.Random(26)
    exceptions = [string for string in full.tokenizer.rules if "-" in string]
    assert len(exceptions) > 10_000
    around = ["(", ")", "/", "-", ".", ",", '"', "nya", "-nya", " ", "Rp", "%", ":", "“", "x", "- ", " -", "\n", "5"]
    texts = [
        "".join(chance.choice(around if chance.random() < 0.6 else exceptions) for _ in range(chance.randint(2, 7)))
        for _ in range(1_500)
    ]
    for text, mine in zip(texts, tokens.tokenize(texts, "id"), strict=True):
        assert list(mine) == ranges(full.make_doc(text)), text


@pytest.mark.skipif(not TREEBANKS.is_dir(), reason="the fixtures are not beside the repository")
def test_real_indonesian_gets_the_tokens_of_the_full_tokenizer():
    full = indonesian()
    texts = [
        line.removeprefix("# text = ")
        for path in sorted(TREEBANKS.glob("*/*.conllu"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith("# text = ")
    ]
    assert sum("-" in text for text in texts) > 200
    for text, mine in zip(texts, tokens.tokenize(texts, "id"), strict=True):
        assert list(mine) == ranges(full.make_doc(text)), text


def test_the_known_languages_are_those_of_spacy():
    spec = importlib.util.find_spec("spacy")
    folder = Path(spec.submodule_search_locations[0]) / "lang"
    there = {path.name for path in folder.iterdir() if (path / "__init__.py").is_file()}
    assert there == tokens.LANGUAGES


def test_an_unknown_language_is_refused_with_those_there_are():
    with pytest.raises(FormatError, match=r"“zz” is no language code .* yo zh"):
        tokens.must_know("zz")
