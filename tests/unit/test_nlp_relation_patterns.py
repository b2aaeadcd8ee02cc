"""Relations by cue words: what the shipped patterns link, what broken files are told, and that nothing else is touched."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from annotator.domain.annotations import Span
from annotator.domain.suggesting import Passage, SuggesterSetup, Suggestions
from annotator.domain.text import Tokens, sentence_starts
from annotator.errors import SuggesterError
from annotator.nlp.relation_patterns import load, shipped_patterns
from annotator.nlp.relation_patterns_files import read_relation_patterns

SEED = Path(__file__).parents[2] / "seeds" / "000_445bde8beb3af8fb.jsonl"


def passage(marked: str) -> Passage:
    """Make a passage of a text with its spans in brackets: ``Presiden [GPE Rusia]``."""
    spans: list[Span] = []
    text = ""
    position = 0
    for found in re.finditer(r"\[([A-Z_]+) ([^\]]+)\]", marked):
        text += marked[position : found.start()]
        spans.append(Span(f"a{len(spans)}", ((len(text), len(text) + len(found[2])),), found[1]))
        text += found[2]
        position = found.end()
    text += marked[position:]
    tokens = Tokens(found.span() for found in re.finditer(r"\w+(?:-\w+)*|[^\w\s]", text))
    return Passage(text, tokens, tuple(sentence_starts(text, tokens)), tuple(spans))


def told(suggestions: Suggestions, text: str) -> list[tuple[str, str, str]]:
    assert not suggestions.error
    ends = {span.id: span.surface(text) for span in suggestions.spans}
    return [(relation.label, ends[relation.head], ends[relation.tail]) for relation in suggestions.relations]


@pytest.fixture(scope="module")
def shipped():
    return load(SuggesterSetup("relations", "links"))


@pytest.fixture
def own(tmp_path):
    """Write a file of patterns and load it."""

    def make(*lines, labels=()):
        path = tmp_path / "mine.jsonl"
        path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), encoding="utf-8")
        return load(SuggesterSetup("relations", "links", source=str(path), labels=labels))

    return make


def link(suggester, marked: str) -> list[tuple[str, str, str]]:
    one = passage(marked)
    (made,) = suggester([one])
    return told(made, one.text)


@pytest.mark.parametrize(
    ("marked", "relation"),
    [
        ("Presiden [GPE Rusia] [PERSON Vladimir Putin] tertawa.", ("leads", "Vladimir Putin", "Rusia")),
        ("PERDANA MENTERI [GPE INGGRIS] [PERSON DAVID CAMERON]", ("leads", "DAVID CAMERON", "INGGRIS")),
        ("Ketua Umum [ORG PSSI], [PERSON Edy Rahmayadi], hadir.", ("leads", "Edy Rahmayadi", "PSSI")),
        ("Menurut [PERSON Agus Rahardjo], Ketua [ORG KPK], itu benar.", ("leads", "Agus Rahardjo", "KPK")),
        ("[PERSON Budi] terpilih menjadi rektor [ORG ITB].", ("leads", "Budi", "ITB")),
        ("[ORG KPK] yang dipimpin oleh [PERSON Agus]", ("leads", "Agus", "KPK")),
        ("timpalannya dari [GPE Prancis], [PERSON Francois Hollande]", ("leads", "Francois Hollande", "Prancis")),
        ("anggota Komisi III [ORG DPR] [PERSON Fadli Zon]", ("member_of", "Fadli Zon", "DPR")),
        ("[PERSON Febri], juru bicara [ORG KPK], diam.", ("member_of", "Febri", "KPK")),
        ("[GPE Indonesia] menjadi anggota [ORG ASEAN].", ("member_of", "Indonesia", "ASEAN")),
        ("di wilayah [LOC Semenanjung Sinai], [GPE Mesir].", ("located_in", "Semenanjung Sinai", "Mesir")),
        ("[FAC Monas] yang terletak di [GPE Jakarta]", ("located_in", "Monas", "Jakarta")),
        ("[PERSON Jokowi] kemudian bertemu dengan Presiden [GPE Rusia] [PERSON Putin]", ("met_with", "Jokowi", "Putin")),
        ("[PERSON Jokowi] bersua [PERSON Prabowo]", ("met_with", "Jokowi", "Prabowo")),
        ("pertemuan antara [GPE Rusia] dan [GPE Prancis]", ("met_with", "Rusia", "Prancis")),
        ("[PERSON Jokowi] tiba di [GPE Medan]", ("visited", "Jokowi", "Medan")),
        ("[PERSON Hollande] akan terbang ke [GPE Washington]", ("visited", "Hollande", "Washington")),
        ("[PERSON Hollande] berharap kunjungannya ke [GPE Rusia] berhasil", ("visited", "Hollande", "Rusia")),
        ("[GPE Moskow] siap bergabung dengan [GPE Prancis]", ("allied_with", "Moskow", "Prancis")),
        ("[ORG Telkom] akan bekerja sama dengan [ORG Singtel]", ("allied_with", "Telkom", "Singtel")),
        ("[GPE Rusia] memerangi kelompok [ORG ISIS]", ("opposes", "Rusia", "ISIS")),
        ("[ORG ISIS] menyerang kota [GPE Paris]", ("attacked", "ISIS", "Paris")),
        ("[GPE Paris] diserang oleh [ORG ISIS]", ("attacked", "ISIS", "Paris")),
        (
            "[ORG IS] telah mengaku bertanggung-jawab atas [EVENT serangan 13 November]",
            ("claimed_by", "serangan 13 November", "IS"),
        ),
        ("[ORG IS] mengaku bertanggung jawab atas [EVENT serangan itu]", ("claimed_by", "serangan itu", "IS")),
        ("[EVENT Perang Badar] terjadi pada [DATE 13 Maret 624]", ("occurred_on", "Perang Badar", "13 Maret 624")),
        ("[EVENT serangan itu] di [GPE Paris]", ("occurred_in", "serangan itu", "Paris")),
        ("[ORG Komisi Pemberantasan Korupsi] ([ORG KPK])", ("alias_of", "Komisi Pemberantasan Korupsi", "KPK")),
        ("melawan [ORG IS] atau [ORG ISIS]", ("alias_of", "IS", "ISIS")),
    ],
)
def test_the_shipped_patterns_link(shipped, marked, relation):
    assert relation in link(shipped, marked)


@pytest.mark.parametrize(
    "marked",
    [
        "[PERSON Jokowi] tidak bertemu dengan [PERSON Prabowo]",
        "[PERSON Jokowi] batal terbang ke [GPE Medan]",
        "[PERSON Jokowi] pulang. Bertemu dengan [PERSON Prabowo] nanti.",
        "Presiden [PERSON Vladimir Putin] dan [GPE Rusia]",
        "[GPE Jakarta], [GPE Bandung], dan [GPE Medan]",
        "Presiden [DATE Senin] [PERSON Putin]",
        "Mantan Presiden [GPE RI] [PERSON Megawati]",
        "calon wali kota [GPE Medan], [PERSON Bobby], kalah",
        "[PERSON Jokowi] yang kemarin sore bersama istri dan anaknya tertawa tiba di [GPE Medan]",
        "",
        "Tanpa rentang apa pun.",
        "[PERSON Jokowi]",
    ],
)
def test_where_no_pattern_fits_nothing_is_linked(shipped, marked):
    assert link(shipped, marked) == []


def test_what_is_linked_comes_with_copies_of_the_spans(shipped):
    one = passage("[DATE Kemarin] Presiden [GPE Rusia] [PERSON Putin] tiba di [GPE Paris].")
    (made,) = shipped([one])
    assert [(span.id, span.label, span.fragments) for span in made.spans] == [
        ("s1", "PERSON", one.spans[2].fragments),
        ("s2", "GPE", one.spans[1].fragments),
        ("s3", "GPE", one.spans[3].fragments),
    ]
    assert [(relation.id, relation.label, relation.head, relation.tail) for relation in made.relations] == [
        ("r1", "leads", "s1", "s2"),
        ("r2", "visited", "s1", "s3"),
    ]
    for item in (*made.spans, *made.relations):
        assert (item.origin, item.reviewed) == ("links", False)
    assert all(relation.confidence for relation in made.relations)
    assert all(span.reviewed for span in one.spans)


def test_the_seed_article_gets_most_of_its_relations(shipped):
    seed = json.loads(SEED.read_text(encoding="utf-8").splitlines()[0])
    text = seed["text"]
    spans = tuple(Span(item["id"], ((item["start"], item["end"]),), item["label"]) for item in seed["spans"])
    places = {span.id: span.surface(text) for span in spans}
    wanted = {(item["label"], *sorted((places[item["head"]], places[item["tail"]]))) for item in seed["relations"]}
    tokens = Tokens(found.span() for found in re.finditer(r"\w+|[^\w\s]", text))
    (made,) = shipped([Passage(text, tokens, (), spans)])
    given = {(label, *sorted(ends)) for label, *ends in told(made, text)}
    assert len(wanted & given) / len(wanted) > 0.7
    assert len(wanted & given) / len(given) > 0.7


def test_the_shipped_patterns_fit_the_shipped_scheme(shipped_scheme):
    scheme = shipped_scheme("indonesian-news")
    allowed = {label.name: label for label in scheme.relations}
    spans = {label.name for label in scheme.spans}
    patterns = read_relation_patterns(shipped_patterns()).patterns
    assert {pattern.relation for pattern in patterns} == set(allowed)
    for pattern in patterns:
        label = allowed[pattern.relation]
        for token in (token for way in pattern.ways for token in way):
            asked = set(token["ENT_TYPE"]["IN"]) if isinstance(token.get("ENT_TYPE"), dict) else set()
            assert asked <= spans
            if "as" in token:
                assert asked <= set(label.head if token["as"] == "head" else label.tail), (pattern.line, asked)


def test_labels_of_the_project_go_by_the_setup_and_by_likeness(own):
    line = {"relation": "leads", "pattern": "<x> TAIL:ORG|GPE HEAD:PERSON"}
    words = {"words": "x", "are": ["ketua"]}
    marked = "Ketua [ORGANISATION KPK] [PER Agus] dan ketua [LEMBAGA DPR] [PER Budi]"
    assert link(own(words, line), marked) == [("leads", "Agus", "KPK")]
    paired = own(words, line, labels=(("ORG", "LEMBAGA"), ("leads", "memimpin")))
    assert ("leads", "Budi", "DPR") in link(paired, marked)


ROW = "HEAD:PERSON ..2 bertemu|bersua dengan? TAIL:PERSON"


@pytest.mark.parametrize(
    ("pattern", "marked", "linked"),
    [
        (ROW, "[PERSON Ani] BERTEMU [PERSON Budi]", True),
        (ROW, "[PERSON Ani] baru saja bersua dengan [PERSON Budi]", True),
        (ROW, "[PERSON Ani] yang baru saja bersua dengan [PERSON Budi]", False),
        (ROW, "[PERSON Ani] [DATE kemarin] bertemu [PERSON Budi]", False),
        (ROW, "[PERSON Ani] lalu. Bertemu [PERSON Budi]", False),
        ("HEAD:PERSON :DATE? bertemu TAIL:PERSON", "[PERSON Ani] [DATE kemarin] bertemu [PERSON Budi]", True),
        ("HEAD:PERSON :* bertemu TAIL:*", "[PERSON Ani] [TIME pagi] bertemu [ORG PSSI]", True),
        ("HEAD:PERSON , TAIL:PERSON !dan|,", "[PERSON Ani], [PERSON Budi] pulang", True),
        ("HEAD:PERSON , TAIL:PERSON !dan|,", "[PERSON Ani], [PERSON Budi] dan", False),
        ("HEAD:PERSON <far> TAIL:PERSON", "[PERSON Ani] jauh dari [PERSON Budi]", True),
        ("HEAD:PERSON <far>? TAIL:PERSON", "[PERSON Ani] [PERSON Budi]", True),
        ("HEAD:PERSON <far> TAIL:PERSON", "[PERSON Ani] tak-dekat [PERSON Budi]", True),
        ("ketua TAIL:ORG HEAD:PERSON", "bekas ketua [ORG DPR] [PERSON Ani]", False),
        ("ketua TAIL:ORG HEAD:PERSON", "bekasi ketua [ORG DPR] [PERSON Ani]", True),
        ("HEAD:EVENT contains TAIL:DATE", "[EVENT serangan] [DATE Senin]", False),
        ("TAIL:DATE HEAD:PERSON", "[DATE Senin] [PERSON Ani]", True),
        (
            [{"ENT_TYPE": "PERSON", "as": "head"}, {"LEMMA": {"NOT_IN": ["x"]}}, {"ENT_TYPE": "PERSON", "as": "tail"}],
            "[PERSON Ani] dan [PERSON Budi]",
            True,
        ),
        (
            [{"ENT_TYPE": "PERSON", "as": "tail"}, {"TEXT": {"REGEX": "^me"}, "OP": "+"}, {"ENT_TYPE": "PERSON", "as": "head"}],
            "[PERSON Ani] melihat menemui [PERSON Budi]",
            True,
        ),
    ],
)
def test_the_elements_of_a_pattern(own, pattern, marked, linked):
    lists = {"stop": ["."], "far": ["jauh dari", "tak-dekat"], "never-after": ["bekas"]}
    suggester = own(*({"words": name, "are": are} for name, are in lists.items()), {"relation": "x", "pattern": pattern})
    assert bool(link(suggester, marked)) is linked


def test_words_with_hyphens_are_found_however_they_are_tokenized(own):
    suggester = own({"relation": "x", "pattern": "HEAD:ORG bertanggung-jawab TAIL:EVENT"})
    text = "IS bertanggung-jawab bom"
    spans = (Span("a", ((0, 2),), "ORG"), Span("b", ((21, 24),), "EVENT"))
    whole, split = Tokens([(0, 2), (3, 20), (21, 24)]), Tokens([(0, 2), (3, 14), (14, 15), (15, 20), (21, 24)])
    for tokens in (whole, split):
        (made,) = suggester([Passage(text, tokens, (0,), spans)])
        assert told(made, text) == [("x", "IS", "bom")]


def test_a_span_inside_another_may_be_linked_with_it(own):
    suggester = own({"relation": "on", "pattern": "HEAD:EVENT contains TAIL:DATE", "confidence": 0.7})
    text = "serangan 13 November itu"
    spans = (
        Span("a", ((0, 20),), "EVENT"),
        Span("b", ((9, 20),), "DATE"),
        Span("c", ((9, 11),), "CARDINAL"),
        Span("d", ((0, 20),), "DATE"),
    )
    (made,) = suggester([Passage(text, passage(text).tokens, (0,), spans)])
    assert told(made, text) == [("on", "serangan 13 November", "13 November")]
    assert made.relations[0].confidence == 0.7


def test_of_overlapping_spans_the_longest_is_the_element(own):
    suggester = own({"relation": "in", "pattern": "HEAD:ORG|GPE di TAIL:GPE"})
    text = "Bank Indonesia di Jakarta"
    spans = (
        Span("a", ((5, 14),), "GPE"),
        Span("b", ((0, 14),), "ORG"),
        Span("c", ((18, 25),), "GPE"),
        Span("d", ((0, 4), (18, 25)), "ORG"),
    )
    (made,) = suggester([Passage(text, passage(text).tokens, (0,), spans)])
    assert told(made, text) == [("in", "Bank Indonesia", "Jakarta")]


def test_the_surest_pattern_gives_the_confidence_and_a_relation_comes_once(own):
    lines = [
        {"relation": "x", "pattern": f"HEAD:PERSON {middle} TAIL:PERSON", "confidence": sure}
        for middle, sure in (("..3", 0.2), ("dan", 0.9), ("..1", 0.5))
    ]
    one = passage("[PERSON Ani] dan [PERSON Budi]")
    (made,) = own(*lines)([one])
    assert [relation.confidence for relation in made.relations] == [0.9]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("{", "not JSON"),
        ("[]", "no JSON object"),
        ({"relations": "x"}, "neither “relation” nor “words” nor “comment”"),
        ({"words": "a b", "are": ["x"]}, "name of a list of words is one word"),
        ({"words": "a", "are": []}, "“are” is no list of words"),
        ({"words": "a", "are": [" "]}, "“are” is no list of words"),
        ({"relation": "", "pattern": "HEAD:A TAIL:B"}, "relation is no text"),
        ({"relation": "x"}, "neither a row of elements nor a list"),
        ({"relation": "x", "pattern": " "}, "neither a row of elements nor a list"),
        ({"relation": "x", "pattern": "HEAD:A"}, "one head and one tail"),
        ({"relation": "x", "pattern": "HEAD:A HEAD:B TAIL:C"}, "one head and one tail"),
        ({"relation": "x", "pattern": "HEAD:A? TAIL:B"}, "HEAD cannot be missing"),
        ({"relation": "x", "pattern": "HEAD: TAIL:B"}, "After a colon come the labels"),
        ({"relation": "x", "pattern": "HEAD:A <nope> TAIL:B"}, "no list of words “nope” above"),
        ({"relation": "x", "pattern": "HEAD:A ..x TAIL:B"}, "After “..” comes how many"),
        ({"relation": "x", "pattern": "HEAD:A ..99 TAIL:B"}, "After “..” comes how many"),
        ({"relation": "x", "pattern": "HEAD:A TAIL:B", "confidence": 2}, "confidence is no number from 0 to 1"),
        ({"relation": "x", "pattern": "HEAD:A TAIL:B", "confidence": "high"}, "confidence is no number from 0 to 1"),
        ({"relation": "x", "pattern": [{"LOVER": "a"}, {"as": "head"}, {"as": "tail"}]}, "spaCy does not take the pattern"),
        ({"relation": "x", "pattern": [{"as": "head", "OP": "+"}, {"as": "tail"}]}, "Neither head nor tail may have an operator"),
        ({"relation": "x", "pattern": "HEAD:A TAIL:B" + " <w>" * 12}, "ways to write this, more than"),
    ],
)
def test_a_broken_line_is_named_with_its_reason(tmp_path, line, reason):
    path = tmp_path / "mine.jsonl"
    lines = [{"comment": "x"}, {"words": "w", "are": ["a b", "c"]}, "", line, {"relation": "x", "pattern": "HEAD:A TAIL:B"}]
    path.write_text("\n".join(one if isinstance(one, str) else json.dumps(one) for one in lines), encoding="utf-8")
    with pytest.raises(SuggesterError, match=rf"mine\.jsonl has a broken line\.\nLine 4: .*{reason}"):
        load(SuggesterSetup("relations", "links", source=str(path)))


def test_all_broken_lines_are_named_at_once(tmp_path):
    path = tmp_path / "mine.jsonl"
    path.write_text("{\n" * 60, encoding="utf-8")
    with pytest.raises(SuggesterError, match=r"has 60 broken lines\.\nLine 1: (.*\n)+Line 50: .*\n… and 10 more\.$"):
        read_relation_patterns(path)


def test_what_is_no_file_of_patterns_gets_a_sentence(tmp_path):
    empty, latin = tmp_path / "empty.jsonl", tmp_path / "latin.jsonl"
    empty.write_text('{"comment": "nothing"}\n\n', encoding="utf-8")
    latin.write_bytes('{"comment": "café"}'.encode("latin-1"))
    for path, said in (
        (tmp_path / "missing", "cannot be read"),
        (tmp_path, "cannot be read"),
        (latin, "is not UTF-8"),
        (empty, "holds no relation pattern"),
    ):
        with pytest.raises(SuggesterError, match=said):
            read_relation_patterns(path)


def test_a_long_text_of_spans_and_cues_costs_little(shipped):
    piece = "Presiden [GPE Rusia] [PERSON Putin] bertemu dengan Presiden [GPE Prancis] [PERSON Hollande] dan "
    one = passage(piece * 300)
    (made,) = shipped([one])
    assert len(made.relations) >= 900
    ids = [span.id for span in made.spans]
    assert len(ids) == len(set(ids))


def row(way) -> tuple[str, Span, Span]:
    """Write the shortest sentence that one way of a pattern is for, and tell its two ends."""
    words: list[str] = []
    ends: dict[str, Span] = {}
    length = 0
    for token in way:
        if "OP" in token:
            continue  # a gap may be empty
        asked = token.get("ENT_TYPE")
        if asked:
            label = asked["IN"][0] if "IN" in asked else "DATE"
            word = f"Nama{len(words)}"
            if "as" in token:
                ends[token["as"]] = Span(f"a{len(words)}", ((length, length + len(word)),), label)
            else:
                ends[f"other{len(words)}"] = Span(f"a{len(words)}", ((length, length + len(word)),), label)
        else:
            word = (
                token["LOWER"]["IN"][0] if "IN" in token["LOWER"] else "kemudian" if "NOT_IN" in token["LOWER"] else token["LOWER"]
            )
        words.append(word)
        length += len(word) + 1
    return " ".join(words), ends.pop("head"), ends.pop("tail")


def test_every_way_to_write_a_shipped_pattern_links_its_ends(shipped):
    tried = 0
    for pattern in read_relation_patterns(shipped_patterns()).patterns:
        if pattern.inside:
            continue
        for way in pattern.ways:
            text, head, tail = row(way)
            tokens, position = [], 0
            for word in text.split(" "):
                tokens.append((position, position + len(word)))
                position += len(word) + 1
            others = []
            for index, token in enumerate(token for token in way if "OP" not in token):
                if token.get("ENT_TYPE") and "as" not in token:
                    label = token["ENT_TYPE"]["IN"][0]
                    others.append(Span(f"o{index}", (tokens[index],), label))
            (made,) = shipped([Passage(text, Tokens(tokens), (0,), (head, tail, *others))])
            assert (pattern.relation, head.surface(text), tail.surface(text)) in told(made, text), (pattern.line, text)
            tried += 1
    assert tried > 200


@pytest.mark.parametrize(
    ("marked", "relations"),
    [
        (
            "[PERSON Hollande] mengadakan pembicaraan dengan Perdana Menteri [GPE Inggris] [PERSON David Cameron] di [GPE London].",
            {("leads", "David Cameron", "Inggris"), ("met_with", "Hollande", "David Cameron")},
        ),
        (
            "Wakil Ketua [ORG KPK] [PERSON Basaria Panjaitan] tiba di [FAC Gedung DPR], [GPE Jakarta], Senin.",
            {
                ("member_of", "Basaria Panjaitan", "KPK"),
                ("visited", "Basaria Panjaitan", "Gedung DPR"),
                ("located_in", "Gedung DPR", "Jakarta"),
            },
        ),
        (
            "[EVENT Asian Games] digelar di [GPE Jakarta] mulai [DATE 18 Agustus]. [PERSON Jokowi] belum bertemu [PERSON Bach].",
            {("occurred_in", "Asian Games", "Jakarta")},
        ),
        (
            "[PERSON Budi] ([ORG PDIP]) mengkritik [PERSON Ani], ketua [ORG PSI].",
            {("member_of", "Budi", "PDIP"), ("leads", "Ani", "PSI")},
        ),
    ],
)
def test_sentences_of_news(shipped, marked, relations):
    assert set(link(shipped, marked)) == relations


def test_relations_stay_within_their_sentence_and_their_document(shipped):
    one, two = passage("Presiden [GPE Rusia]. [PERSON Putin] pulang."), passage("Presiden [GPE Rusia] [PERSON Putin] pulang.")
    made = shipped([one, two, one])
    assert [told(each, each_passage.text) for each, each_passage in zip(made, (one, two, one), strict=True)] == [
        [],
        [("leads", "Putin", "Rusia")],
        [],
    ]


def test_sentences_are_found_where_none_are_given(shipped):
    one = passage("Presiden [GPE Rusia].\n[PERSON Putin] bersua [PERSON Hollande].")
    (made,) = shipped([Passage(one.text, one.tokens, (), one.spans)])
    assert told(made, one.text) == [("met_with", "Putin", "Hollande")]


def test_spans_off_the_tokens_and_outside_the_text_do_no_harm(shipped):
    text = "Presiden Rusia Putin"
    spans = (
        Span("a", ((10, 14),), "GPE"),
        Span("b", ((15, 20),), "PERSON"),
        Span("c", ((8, 9),), "GPE"),
        Span("d", ((90, 99),), "GPE"),
    )
    (made,) = shipped([Passage(text, passage(text).tokens, (0,), spans)])
    assert told(made, text) == [("leads", "Putin", "usia")]
    (made,) = shipped([Passage(text, Tokens(), (), spans)])
    assert made == Suggestions()
