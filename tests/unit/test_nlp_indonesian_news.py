"""The suggester as a whole: what it finds in sentences and articles, where its spans lie, and what it bears."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.domain.suggesting import Passage, Suggester, SuggesterSetup
from annotator.domain.text import Tokens
from annotator.errors import SuggesterError
from annotator.nlp import indonesian_lexicon, indonesian_news
from annotator.nlp.indonesian_news import CONFIDENCE, find, load
from annotator.nlp.indonesian_words import Words
from annotator.nlp.tokens import tokenize

ROOT = Path(__file__).resolve().parents[2]
SEED = ROOT / "seeds" / "000_445bde8beb3af8fb.jsonl"
FIXTURES = ROOT.parent / "shared" / "fixtures"
ARTICLES = FIXTURES / "news" / "indosum" / "indosum" / "dev.01.jsonl"


@pytest.fixture(scope="module")
def suggester() -> Suggester:
    return load(SuggesterSetup("indonesian-news", "rules"))


def passage(text: str) -> Passage:
    return Passage(text, next(tokenize([text], "id")))


def labelled(suggester: Suggester, text: str) -> list[tuple[str, str]]:
    return [(span.label, span.surface(text)) for span in suggester([passage(text)])[0].spans]


SENTENCES = [
    (
        "REPUBLIKA.CO.ID, MOSKOW -- Presiden Rusia Vladimir Putin tiba.",
        [("ORG", "REPUBLIKA.CO.ID"), ("GPE", "MOSKOW"), ("GPE", "Rusia"), ("PERSON", "Vladimir Putin")],
    ),
    ("JAKARTA, KOMPAS.com - Banjir datang.", [("GPE", "JAKARTA"), ("ORG", "KOMPAS.com")]),
    ("Jakarta (ANTARA News) - Harga naik.", [("GPE", "Jakarta"), ("ORG", "ANTARA News")]),
    ("Menteri Luar Negeri AS John Kerry berangkat.", [("GPE", "AS"), ("PERSON", "John Kerry")]),
    ("Perdana Menteri Inggris David Cameron menolak.", [("GPE", "Inggris"), ("PERSON", "David Cameron")]),
    ("Ketua DPR Setya Novanto hadir.", [("ORG", "DPR"), ("PERSON", "Setya Novanto")]),
    ("Gubernur DKI Jakarta Basuki Tjahaja datang.", [("GPE", "DKI Jakarta"), ("PERSON", "Basuki Tjahaja")]),
    ("Kapolri Jenderal Tito Karnavian datang.", [("PERSON", "Tito Karnavian")]),
    ("kata Dr. Siti Nurbaya, Rabu.", [("PERSON", "Siti Nurbaya"), ("DATE", "Rabu")]),
    ("Menurut KH. Hasyim Muzadi, itu benar.", [("PERSON", "Hasyim Muzadi")]),
    ("Saham PT Telkom Indonesia Tbk naik 5 persen.", [("ORG", "PT Telkom Indonesia Tbk"), ("PERCENT", "5 persen")]),
    ("Ia bekerja di Kementerian Hukum dan HAM.", [("ORG", "Kementerian Hukum dan HAM")]),
    ("mahasiswa Universitas Gadjah Mada berunjuk rasa", [("ORG", "Universitas Gadjah Mada")]),
    ("Kabid Humas Polda Metro Jaya membenarkan", [("ORG", "Polda Metro Jaya")]),
    ("di Jalan Hayam Wuruk, Jakarta Pusat", [("FAC", "Jalan Hayam Wuruk"), ("GPE", "Jakarta Pusat")]),
    ("tiba di Bandara Soekarno-Hatta pagi ini", [("FAC", "Bandara Soekarno-Hatta"), ("TIME", "pagi ini")]),
    ("di wilayah Semenanjung Sinai, Mesir", [("LOC", "Semenanjung Sinai"), ("GPE", "Mesir")]),
    ("letusan Gunung Merapi terlihat", [("LOC", "Gunung Merapi")]),
    ("di desa Suren, Kabupaten Jember", [("GPE", "desa Suren"), ("GPE", "Kabupaten Jember")]),
    ("warga Prancis dan umat Islam", [("NORP", "warga Prancis"), ("NORP", "umat Islam")]),
    ("belajar bahasa Sunda", [("LANGUAGE", "bahasa Sunda")]),
    ("melanggar Pasal 27 ayat 3 UU ITE", [("LAW", "Pasal 27 ayat 3 UU ITE")]),
    ("menurut UU Nomor 8 Tahun 2015", [("LAW", "UU Nomor 8 Tahun 2015")]),
    ("juara Piala Dunia 2014 di Brasil", [("EVENT", "Piala Dunia 2014"), ("GPE", "Brasil")]),
    ("menonton film Laskar Pelangi", [("WORK_OF_ART", "Laskar Pelangi")]),
    ("pesawat Sukhoi Su-24 jatuh", [("PRODUCT", "Sukhoi Su-24")]),
    ("dikutip kantor berita Xinhua dan Reuters", [("ORG", "Xinhua"), ("ORG", "Reuters")]),
    ("seharga Rp1,5 triliun", [("MONEY", "Rp1,5 triliun")]),
    ("sejauh 10 kilometer", [("QUANTITY", "10 kilometer")]),
    ("Banjir melanda tiga desa.", [("CARDINAL", "tiga")]),
    ("pada babak pertama", [("ORDINAL", "pertama")]),
]


@pytest.mark.parametrize(("text", "expected"), SENTENCES)
def test_sentences(suggester: Suggester, text: str, expected: list[tuple[str, str]]) -> None:
    assert labelled(suggester, text) == expected


NOTHING = [
    "",
    " \n ",
    "Banjir melanda desa itu sejak lama.",
    "Menurutnya, harga beras naik.",
    "Namun pemerintah belum menjawab.",
    "Orang-orang berlarian.",
    "KEBAKARAN HUTAN MELUAS LAGI",
]


@pytest.mark.parametrize("text", NOTHING)
def test_ordinary_words_are_no_names(suggester: Suggester, text: str) -> None:
    assert labelled(suggester, text) == []


def test_a_person_named_in_full_is_found_again_by_one_name(suggester: Suggester) -> None:
    text = "Presiden Barack Obama tiba. Sementara itu para wartawan menunggu Obama di luar. Obama tersenyum."
    assert [piece for label, piece in labelled(suggester, text) if label == "PERSON"] == ["Barack Obama", "Obama", "Obama"]


def test_an_acronym_means_what_it_stands_for(suggester: Suggester) -> None:
    text = "Komisi Penyiaran Daerah (KPD) bersidang. Putusan KPD ditunggu. Bahan bakar nabati (BBN) mahal, kata BBN itu."
    pieces = labelled(suggester, text)
    assert pieces.count(("ORG", "KPD")) == 2
    assert ("ORG", "Komisi Penyiaran Daerah") in pieces
    assert not [piece for _, piece in pieces if "BBN" in piece]


def test_a_nickname_in_brackets_is_of_the_person(suggester: Suggester) -> None:
    text = "Presiden Susilo Bambang Yudhoyono (SBY) pergi. Rombongan SBY menyusul."
    assert [piece for label, piece in labelled(suggester, text) if label == "PERSON"] == [
        "Susilo Bambang Yudhoyono",
        "SBY",
        "SBY",
    ]


def seed() -> tuple[Passage, dict[tuple[int, int], str]]:
    if not SEED.is_file():
        pytest.skip("the seed article is not there")
    item = json.loads(SEED.read_text(encoding="utf-8").splitlines()[0])
    gold = {(span["start"], span["end"]): span["label"] for span in item["spans"]}
    return Passage(item["text"], Tokens(item["tokens"])), gold


def test_the_seed_article_comes_with_most_of_its_names(suggester: Suggester) -> None:
    given, gold = seed()
    found = {(span.start, span.end): span.label for span in suggester([given])[0].spans}
    wanted = {place: label for place, label in gold.items() if label in {"PERSON", "GPE", "ORG", "DATE"}}
    assert sum(found.get(place) == label for place, label in wanted.items()) >= 0.75 * len(wanted)


def test_labels_are_those_of_the_shipped_scheme(suggester: Suggester) -> None:
    scheme = json.loads((ROOT / "resources" / "schemes" / "indonesian-news.json").read_text(encoding="utf-8"))
    names = {label["name"] for label in scheme["spans"]}
    assert {label for _, sentence in SENTENCES for label, _ in sentence} == names


def test_every_rule_has_a_confidence(suggester: Suggester) -> None:
    if not ARTICLES.is_file():
        pytest.skip("the articles of ../shared/fixtures are not there")
    rules = {rule for text in articles(40) for *_, rule in find(Words(text))}
    assert rules <= CONFIDENCE.keys()
    assert len(rules) > 25
    assert all(0 < value < 1 for value in CONFIDENCE.values())


def articles(count: int) -> list[str]:
    lines = ARTICLES.read_text(encoding="utf-8").splitlines()[:count]
    return [
        "\n".join(" ".join(" ".join(sentence) for sentence in paragraph) for paragraph in json.loads(line)["paragraphs"])
        for line in lines
    ]


def test_spans_are_sound_in_real_articles(suggester: Suggester) -> None:
    if not ARTICLES.is_file():
        pytest.skip("the articles of ../shared/fixtures are not there")
    for text in articles(60):
        check(suggester, passage(text))
        check(suggester, passage(text.upper()))
        check(suggester, passage(text.replace("\n", "\r\n").replace(" ", "\u00a0", 40)))


def check(suggester: Suggester, given: Passage) -> None:
    """Spans in text order, apart, without blanks at their edges, on tokens unless letters stand outside; ids unique."""
    spans = suggester([given])[0].spans
    text, end = given.text, 0
    for span in spans:
        assert end <= span.start < span.end <= len(text)
        assert len(span.fragments) == 1
        assert text[span.start : span.end] == text[span.start : span.end].strip()
        assert (span.origin, span.reviewed) == ("rules", False)
        assert span.confidence is not None
        assert 0 < span.confidence < 1
        end = span.end
        first, last = given.tokens.at(span.start), given.tokens.at(span.end - 1)
        if first is not None and given.tokens.starts[first] < span.start:
            assert any(map(str.isalnum, text[given.tokens.starts[first] : span.start]))
        if last is not None and given.tokens.ends[last] > span.end:
            assert any(map(str.isalnum, text[span.end : given.tokens.ends[last]]))
    assert len({span.id for span in spans}) == len(spans)


def test_marks_that_belong_to_a_token_belong_to_the_span(suggester: Suggester) -> None:
    text = "Partai itu (PKS) dan Golkar-nya"
    tokens = Tokens([(0, 6), (7, 10), (11, 16), (17, 20), (21, 31)])
    spans = suggester([Passage(text, tokens)])[0].spans
    assert [span.surface(text) for span in spans] == ["(PKS)", "Golkar"]


def test_without_tokens_the_words_are_its_own(suggester: Suggester) -> None:
    text = "Presiden Joko Widodo di Jakarta."
    spans = suggester([Passage(text, Tokens())])[0].spans
    assert [span.surface(text) for span in spans] == ["Joko Widodo", "Jakarta"]


HOSTILE = [
    "\ud800 Jakarta \udfff",
    "👍🏽 Presiden Joko Widodo 👍🏽 di Jakarta 🇮🇩",
    "Jakarta\u200b Jakarta\ufeff",
    "\x00Jakarta\x00",
    "Presiden\r\nJoko\r\nWidodo",
    "((((((((((",
    "Jl. Jl. Jl. No. No.",
    "Rp Rp Rp US$ US$ %",
    "PT",
    "Kota",
    "Presiden",
    "dan Dan DAN",
    "A. B. C. D. E. F.",
    "X" * 10_000,
    "Aa " * 3_000,
    "( AB ) " * 2_000,
    "dan " * 5_000 + "(DD)",
    "١٢٣ ²³ ½ Ⅷ",
    "ẞ ŉ ǰ İstanbul ıstanbul ﬁnal",
    "é" * 50,
    "Pasal " * 500,
    "Undang-Undang tentang tentang tentang",
    "UU No. (1) (2) (3)",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_nothing_makes_it_raise(suggester: Suggester, text: str) -> None:
    check(suggester, Passage(text, Tokens()))
    check(suggester, Passage(text, Tokens([(0, len(text))] if text.strip() == text and text else [])))


def test_wild_texts(suggester: Suggester) -> None:
    path = FIXTURES / "bad" / "naughty-strings"
    files = sorted(path.glob("*.txt")) if path.is_dir() else []
    if not files:
        pytest.skip("the naughty strings of ../shared/fixtures are not there")
    for file in files:
        for line in file.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
            check(suggester, Passage(line, Tokens()))


def test_line_ends_and_hard_blanks_change_nothing(suggester: Suggester) -> None:
    text = "Presiden Rusia Vladimir Putin tiba di Jakarta.\nIa bertemu Menteri Luar Negeri Retno Marsudi pada 5 Mei 2015."
    plain = labelled(suggester, text)
    assert len(plain) == 5
    assert labelled(suggester, text.replace("\n", "\r\n")) == plain
    hard = labelled(suggester, text.replace(" ", "\u00a0"))
    assert [(label, piece.replace("\u00a0", " ")) for label, piece in hard] == plain


def test_capitals_of_a_headline_say_nothing_of_names(suggester: Suggester) -> None:
    found = labelled(suggester, "PRESIDEN PUTIN TIBA DI MOSKOW\nPresiden Vladimir Putin tiba.")
    assert ("GPE", "MOSKOW") in found
    assert ("PERSON", "PUTIN") in found
    assert not {"PRESIDEN", "TIBA", "DI"} & {piece for _, piece in found}


def test_it_is_the_same_every_time_and_for_every_batch(suggester: Suggester) -> None:
    passages = [passage(text) for text, _ in SENTENCES]
    together = suggester(passages)
    again = load(SuggesterSetup("indonesian-news", "rules"))
    assert [again([one])[0] for one in passages] == list(together)
    assert pickle.loads(pickle.dumps(together)) == together
    assert suggester([]) == []


def test_missing_word_lists_are_one_plain_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indonesian_lexicon, "resource_dir", lambda: tmp_path)
    indonesian_lexicon.lexicon.cache_clear()
    try:
        with pytest.raises(SuggesterError, match=r"places\.txt cannot be read. Please install"):
            load(SuggesterSetup("indonesian-news", "rules"))
    finally:
        indonesian_lexicon.lexicon.cache_clear()


def test_loading_needs_neither_spacy_nor_numpy() -> None:
    code = (
        "import sys; from annotator.nlp.indonesian_news import load; from annotator.domain.suggesting import SuggesterSetup;"
        "load(SuggesterSetup('indonesian-news', 'x')); sys.exit(bool({'spacy', 'numpy', 'PySide6'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_the_module_is_the_one_of_the_table() -> None:
    from annotator.nlp.suggesters import SUGGESTERS

    assert SUGGESTERS["indonesian-news"].module == indonesian_news.__name__.rpartition(".")[2]
