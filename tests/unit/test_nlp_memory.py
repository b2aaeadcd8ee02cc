"""The memory of the project: what was labelled before is suggested again, with counts for and against."""

from __future__ import annotations

import pickle
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.annotations import Span
from annotator.domain.suggesting import Passage, SuggesterSetup
from annotator.domain.text import Tokens, sentence_starts
from annotator.errors import SuggesterError
from annotator.nlp.memory import Evidence, Memory, load

NEWS = Path(__file__).parents[3] / "shared" / "fixtures" / "indonesian-ner" / "idner-news-2k" / "train.txt"


def tokens(text: str) -> Tokens:
    return Tokens(found.span() for found in re.finditer(r"\w+|[^\w\s]", text))


def marked(text: str, *labels: tuple[str, str]) -> tuple[str, Tokens, list[Span]]:
    """Label the first place of each text after the one before."""
    spans, after = [], 0
    for number, (surface, label) in enumerate(labels):
        start = text.index(surface, after)
        after = start + len(surface)
        spans.append(Span(f"s{number}", ((start, after),), label))
    return text, tokens(text), spans


def passage(text: str, *standing: Span) -> Passage:
    found = tokens(text)
    return Passage(text, found, tuple(sentence_starts(text, found)), standing)


def found(memory: Memory, text: str, *standing: Span) -> list[tuple[str, str]]:
    (suggestions,) = load(SuggesterSetup("memory", "memory", data=memory))([passage(text, *standing)])
    assert not suggestions.error
    return [(span.surface(text), span.label) for span in suggestions.spans]


def taught(*documents: tuple[str, Tokens, list[Span]]) -> Memory:
    memory = Memory()
    for number, document in enumerate(documents):
        memory.learn(f"d{number}", *document)
    return memory


FIVE = (
    marked("Presiden Joko Widodo tiba di Jakarta kemarin.", ("Joko Widodo", "PERSON"), ("Jakarta", "GPE")),
    marked("Serangan itu diklaim oleh IS, kata polisi di Jakarta.", ("IS", "ORG"), ("Jakarta", "GPE")),
    marked("Polisi mengejar anggota IS di Paris.", ("IS", "ORG"), ("Paris", "GPE")),
    marked("Presiden Joko Widodo mengecam IS, katanya.", ("Joko Widodo", "PERSON"), ("IS", "ORG")),
    marked("Rapat itu tidak dihadiri siapa pun, kata mereka."),
)


def test_what_was_labelled_is_suggested_again():
    text = "Kemarin Joko Widodo mengecam IS, lalu pulang ke Jakarta."
    assert found(taught(*FIVE), text) == [("Joko Widodo", "PERSON"), ("IS", "ORG"), ("Jakarta", "GPE")]


def test_a_memory_without_documents_suggests_nothing():
    text = "Presiden Joko Widodo tiba di Jakarta."
    assert found(Memory(), text) == []
    (nothing,) = load(SuggesterSetup("memory", "memory"))([passage(text)])
    assert nothing.spans == ()


def test_documents_without_labels_make_no_suggestions():
    assert found(taught(marked("Presiden Joko Widodo tiba di Jakarta.")), "Joko Widodo di Jakarta") == []


def test_suggestions_are_unreviewed_and_say_whose_they_are():
    text = "Joko Widodo mengecam IS di Jakarta."
    (suggestions,) = load(SuggesterSetup("memory", "ingatan", data=taught(*FIVE)))([passage(text)])
    assert [span.id for span in suggestions.spans] == ["s1", "s2", "s3"]
    assert {span.origin for span in suggestions.spans} == {"ingatan"}
    assert not any(span.reviewed for span in suggestions.spans)
    assert all(0 < span.confidence < 1 for span in suggestions.spans if span.confidence is not None)
    assert all(span.confidence is not None for span in suggestions.spans)


def test_counts_are_for_and_against():
    memory = taught(*FIVE, marked("IS dan ISIS dan is serta sis: IS."))
    assert memory.counts("IS") == Evidence({"ORG": 3}, 2)
    assert memory.counts("Joko Widodo") == Evidence({"PERSON": 2}, 0)
    assert memory.counts("Polisi") == Evidence({}, 1)  # written so, on whole tokens
    assert memory.counts("Presiden") == Evidence({}, 2)
    assert memory.counts("tidak ada") == memory.counts("") == Evidence({}, 0)


def test_a_place_inside_a_longer_label_counts_neither_way():
    memory = taught(
        marked("Bank Indonesia di Indonesia.", ("Bank Indonesia", "ORG"), ("Indonesia", "GPE")),
        marked("Bank Indonesia hari ini.", ("Bank Indonesia", "ORG")),
    )
    assert memory.counts("Indonesia") == Evidence({"GPE": 1}, 0)
    assert memory.counts("Bank Indonesia") == Evidence({"ORG": 2}, 0)


def test_a_text_labelled_for_the_first_time_is_counted_in_what_was_learned_before():
    memory = taught(marked("Hari ini IS menyerang. IS kalah."))
    assert memory.counts("IS") == Evidence({}, 2)
    memory.learn("later", *marked("Kelompok IS kabur.", ("IS", "ORG")))
    assert memory.counts("IS") == Evidence({"ORG": 1}, 2)
    memory.learn("last", *marked("Lagi-lagi IS."))
    assert memory.counts("IS") == Evidence({"ORG": 1}, 3)


def test_where_nothing_wins_nothing_is_suggested():
    text = "Kata polisi, Senin ramai."
    once = marked("Kata orang, Senin sepi.", ("Senin", "PERSON"))
    assert found(taught(once), text) == [("Senin", "PERSON")]
    never = [marked(f"Kata orang, Senin {word}.") for word in ("hujan", "panas", "macet", "libur", "ramai", "dingin")]
    assert found(taught(once, *never), text) == []


def test_the_label_given_more_often_wins_and_the_other_lowers_the_confidence():
    text = "Warga memuji Persija di sana."
    labelled = [marked(f"Warga {word} Persija di sana.", ("Persija", "ORG")) for word in ("memuji", "melihat", "menyambut")]
    sure = load(SuggesterSetup("memory", "m", data=taught(*labelled)))([passage(text)])[0].spans
    other = marked("Warga mencari Persija di sana.", ("Persija", "GPE"))
    unsure = load(SuggesterSetup("memory", "m", data=taught(*labelled, other)))([passage(text)])[0].spans
    assert [span.label for span in (*sure, *unsure)] == ["ORG", "ORG"]
    assert sure[0].confidence > unsure[0].confidence


def test_the_context_decides_between_two_labels_of_one_text():
    places = [marked(f"Mereka tiba di Washington {word}.", ("Washington", "GPE")) for word in ("pagi ini", "kemarin", "lagi")]
    people = [marked(f"Presiden Washington {word}.", ("Washington", "PERSON")) for word in ("berpidato", "tertawa", "pulang")]
    memory = taught(*places, *people)
    assert found(memory, "Kapal tiba di Washington malam ini.") == [("Washington", "GPE")]
    assert found(memory, "Kemarin Presiden Washington marah.") == [("Washington", "PERSON")]


def test_names_never_seen_are_known_by_their_surroundings():
    names = ["Budi Santoso", "Siti Aminah", "Agus Salim", "Rina Wati", "Joko Susilo"]
    towns = ["Bandung", "Medan", "Makassar", "Palembang", "Surabaya"]
    memory = taught(
        *(
            marked(f"Wali Kota {name} tiba di {town} kemarin siang.", (name, "PERSON"), (town, "GPE"))
            for name, town in zip(names, towns, strict=True)
        )
    )
    assert found(memory, "Wali Kota Dewi Lestari tiba di Ternate kemarin.") == [("Dewi Lestari", "PERSON"), ("Ternate", "GPE")]


def test_learning_again_replaces_and_forgetting_takes_away():
    memory = taught(*FIVE)
    memory.learn("d1", *marked("Tidak ada apa-apa di sini: IS."))
    assert memory.counts("IS") == Evidence({"ORG": 2}, 1)
    memory.forget("d1")
    assert memory.counts("IS") == Evidence({"ORG": 2}, 0)
    assert "d1" not in memory
    memory.forget("d1")
    assert len(memory) == 4


def test_forgetting_leaves_no_trace():
    kept, other = FIVE[:2], FIVE[2:]
    memory = taught(*FIVE)
    memory.counts("IS")
    for number in range(len(kept), len(FIVE)):
        memory.forget(f"d{number}")
    fresh = taught(*kept)
    text = "Presiden Joko Widodo mengecam IS di Paris dan Jakarta."
    (one,), (two,) = (load(SuggesterSetup("memory", "m", data=each))([passage(text)]) for each in (memory, fresh))
    assert one == two
    for surface in ("IS", "Paris", "Joko Widodo", "Jakarta"):
        assert memory.counts(surface) == fresh.counts(surface)
    for number, document in enumerate(other, len(kept)):
        memory.learn(f"d{number}", *document)
    whole = taught(*FIVE)
    assert all(memory.counts(surface) == whole.counts(surface) for surface in ("IS", "Paris", "Joko Widodo", "Jakarta", "Polisi"))


def test_a_text_forgotten_and_labelled_again_is_counted_once():
    memory = taught(marked("IS di sini dan IS di sana."), marked("Lalu IS.", ("IS", "ORG")))
    assert memory.counts("IS") == Evidence({"ORG": 1}, 2)
    memory.forget("d1")
    assert memory.counts("IS") == Evidence({}, 2)
    memory.learn("d0", *marked("Hanya satu IS."))
    memory.learn("d1", *marked("Lalu IS.", ("IS", "ORG")))
    assert memory.counts("IS") == Evidence({"ORG": 1}, 1)


def test_a_document_forgotten_before_the_new_count_is_not_taken_away_twice():
    labelled = marked("Lalu IS.", ("IS", "ORG"))
    memory = taught(marked("IS di sini dan IS di sana."), marked("IS sekali."), labelled)
    assert memory.counts("IS") == Evidence({"ORG": 1}, 3)
    memory.forget("d2")
    memory.learn("d2", *labelled)
    memory.forget("d0")
    assert memory.counts("IS") == Evidence({"ORG": 1}, 1)


def test_merging_learns_what_the_other_knows_and_its_word_counts():
    mine = taught(FIVE[0], FIVE[1])
    other = Memory()
    other.learn("d1", *marked("IS saja."))
    other.learn("new", *FIVE[2])
    mine.merge(other)
    assert len(mine) == 3
    assert mine.counts("IS") == Evidence({"ORG": 1}, 1)
    assert len(other) == 2
    other.forget("new")
    assert mine.counts("Paris") == Evidence({"GPE": 1}, 0)


@pytest.mark.parametrize("lean", [False, True])
def test_it_travels_to_another_process_and_suggests_the_same(lean):
    memory = taught(*FIVE)
    text = "Presiden Joko Widodo mengecam IS di Paris."
    sent = pickle.loads(pickle.dumps(memory.lean() if lean else memory))
    assert found(sent, text) == found(memory, text) != []
    if not lean:
        sent.learn("more", *marked("IS lagi."))
        assert sent.counts("IS") == Evidence({"ORG": 3}, 1)
        assert memory.counts("IS") == Evidence({"ORG": 3}, 0)


def test_what_a_person_reviewed_is_left_alone():
    text = "Joko Widodo mengecam IS di Jakarta."
    standing = Span("x", ((0, 4),), "OTHER")
    assert found(taught(*FIVE), text, standing)[-2:] == [("IS", "ORG"), ("Jakarta", "GPE")]
    assert ("Joko Widodo", "PERSON") not in found(taught(*FIVE), text, standing)
    suggested = Span("x", ((0, 11),), "OTHER", reviewed=False)
    assert ("Joko Widodo", "PERSON") in found(taught(*FIVE), text, suggested)


@pytest.mark.parametrize(
    ("text", "surface"),
    [
        ("kemarin JOKO WIDODO MENGECAM teroris", "JOKO WIDODO"),
        ("kemarin Joko\nWidodo mengecam teroris", "Joko\nWidodo"),
        ("kemarin Joko\u00a0Widodo mengecam teroris", "Joko\u00a0Widodo"),
    ],
)
def test_other_ways_to_write_a_text_are_found(text, surface):
    assert (surface, "PERSON") in found(taught(*FIVE, *[FIVE[0]] * 3), text)


def test_a_short_name_in_capitals_is_no_small_word():
    assert found(taught(*FIVE), "sesuatu is terjadi, Is juga") == []


def test_a_name_inside_a_word_is_no_place_of_it():
    assert ("IS", "ORG") not in found(taught(*FIVE), "Kelompok ISIS dan krISIS itu.")
    assert taught(*FIVE, marked("ISIS krISIS")).counts("IS").nothing == 0


def test_the_longest_known_text_wins():
    memory = taught(
        *[marked("Kata Universitas Jakarta hari ini.", ("Universitas Jakarta", "ORG"))] * 2,
        *[marked("Dia di Jakarta hari ini.", ("Jakarta", "GPE"))] * 2,
    )
    assert found(memory, "Menurut Universitas Jakarta, harga naik.") == [("Universitas Jakarta", "ORG")]


def test_labels_without_a_capital_are_learned_too():
    memory = taught(
        *(marked(f"Ia tinggal {word} satu pekan.", ("satu pekan", "DATE")) for word in ("selama", "hampir", "sekitar")),
    )
    assert found(memory, "Mereka menunggu selama satu pekan lagi.") == [("satu pekan", "DATE")]


def test_odd_spans_teach_without_harm():
    text = "Budi dan Ani tiba di Jakarta."
    spans = [
        Span("a", ((0, 4), (9, 12)), "PERSON"),
        Span("b", ((21, 28),), "GPE"),
        Span("c", ((21, 28),), "ORG"),
        Span("d", ((2, 900),), "ORG"),
        Span("e", ((5, 6),), "ORG"),
        Span("f", ((4, 5),), "ORG"),
    ]
    memory = taught((text, tokens(text), spans), ("", Tokens(), []), ("   ", Tokens(), []))
    assert memory.counts("Budi") == Evidence({}, 1)
    assert memory.counts("Jakarta").labels == {"GPE": 1, "ORG": 1}
    assert len([surface for surface, _ in found(memory, "Ia tiba di Jakarta.") if surface == "Jakarta"]) <= 1
    assert found(memory, "") == []
    assert found(memory, " \n ") == []


def test_two_labels_on_one_text_are_both_counted_and_one_is_suggested():
    text = "Budi"
    memory = taught((text, tokens(text), [Span("a", ((0, 4),), "PERSON"), Span("b", ((0, 4),), "ORG")]))
    assert memory.counts("Budi") == Evidence({"PERSON": 1, "ORG": 1}, 0)
    assert len(found(memory, text)) <= 1


def test_a_label_inside_another_is_known_as_a_text():
    memory = taught(*[marked("Kata Universitas Jakarta.", ("Universitas Jakarta", "ORG"))] * 3)
    text, ranges, spans = marked("Kata Universitas Jakarta.", ("Universitas Jakarta", "ORG"))
    memory.learn("nested", text, ranges, [*spans, Span("inner", ((17, 24),), "GPE")])
    assert memory.counts("Jakarta") == Evidence({"GPE": 1}, 0)
    assert found(memory, "Kata Universitas Jakarta.") == [("Universitas Jakarta", "ORG")]


def test_a_very_long_label_is_not_kept_as_a_text():
    words = " ".join(f"Kata{number}" for number in range(30))
    memory = taught(marked(f"{words} selesai", (words, "WORK_OF_ART")))
    assert memory.counts(words) == Evidence({}, 0)  # its only place is labelled


def test_something_else_than_a_memory_is_refused_with_a_sentence():
    with pytest.raises(SuggesterError, match=r"“ingatan”.* not a memory"):
        load(SuggesterSetup("memory", "ingatan", data={"IS": "ORG"}))


def sentences() -> list[tuple[str, Tokens, list[Span]]]:
    """The sentences of idner-news-2k, in documents as a project would hold them."""
    if not NEWS.is_file():
        pytest.skip("the Indonesian news fixtures are missing")
    made = []
    for block in NEWS.read_text(encoding="utf-8").replace("\r\n", "\n").strip().split("\n\n"):
        rows = [line.split(" ") for line in block.split("\n") if line.strip()]
        words = [row[0] for row in rows]
        ends = [0]
        for word in words:
            ends.append(ends[-1] + len(word) + 1)
        spans: list[Span] = []
        begin = 0
        for index, (row, after) in enumerate(pairwise([*rows, ["", "", "O"]])):
            if row[-1].startswith("B-"):
                begin = index
            if row[-1] != "O" and not after[-1].startswith("I-"):
                spans.append(Span(f"s{index}", ((ends[begin], ends[index + 1] - 1),), row[-1][2:]))
        made.append((" ".join(words), Tokens((ends[i], ends[i] + len(word)) for i, word in enumerate(words)), spans))
    return made


def test_real_news_is_learned_well_enough_and_confidence_is_honest():
    data = sentences()
    held_out, rest = data[::5], [document for index, document in enumerate(data) if index % 5]
    memory = Memory()
    scores = []
    for learned in (0, 50, len(rest)):
        for number in range(len(memory), learned):
            memory.learn(str(number), *rest[number], sentences=(0,))
        suggester = load(SuggesterSetup("memory", "m", data=memory))
        right = made = wanted = 0
        confidence = 0.0
        results = suggester([Passage(text, ranges, (0,)) for text, ranges, _ in held_out])
        for (_, _, gold), suggestions in zip(held_out, results, strict=True):
            meant = {span.signature for span in gold}
            right += len(meant & {span.signature for span in suggestions.spans})
            made += len(suggestions.spans)
            wanted += len(meant)
            confidence += sum(span.confidence or 0 for span in suggestions.spans)
        scores.append(2 * right / (made + wanted))
    assert scores[0] == 0
    assert scores[1] > 0.3
    assert scores[2] > 0.7
    assert abs(confidence / made - right / made) < 0.1


WORDS = st.sampled_from(["Budi", "Ani", "IS", "di", "dan", "PT", "Jaya", "tiba", "12", ",", ".", "“", "Aceh", "satu", "BUDI"])


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, Tokens, list[Span]]:
    words = draw(st.lists(WORDS, min_size=1, max_size=20))
    text = draw(st.sampled_from([" ", "\n", "  "])).join(words)
    ranges = list(tokens(text))
    spans = []
    for number, (first, length) in enumerate(draw(st.lists(st.tuples(st.integers(0, 19), st.integers(1, 3)), max_size=4))):
        if first < len(ranges):
            end = ranges[min(first + length, len(ranges)) - 1][1]
            spans.append(Span(f"s{number}", ((ranges[first][0], end),), draw(st.sampled_from(["PERSON", "ORG", "GPE"]))))
    return text, Tokens(ranges), spans


@settings(max_examples=60, deadline=None)
@given(st.lists(documents(), min_size=1, max_size=5), documents(), st.lists(st.integers(0, 4), max_size=4))
def test_learning_and_forgetting_in_any_order_ends_the_same(learned, asked, forgotten):
    memory = taught(*learned)
    for number in forgotten:
        memory.counts("IS")
        memory.forget(f"d{number}")
    for number in forgotten:
        if number < len(learned):
            memory.learn(f"d{number}", *learned[number])
    straight = taught(*learned)
    text, ranges, _ = asked
    each = [load(SuggesterSetup("memory", "m", data=one))([Passage(text, ranges)])[0] for one in (memory, straight)]
    places = [[(span.fragments, span.label) for span in suggestions.spans] for suggestions in each]
    assert sorted(places[0]) == sorted(places[1])
    for surface in ("IS", "Budi", "PT Jaya", "Ani"):
        assert memory.counts(surface) == straight.counts(surface)
    after = 0
    for span in each[0].spans:
        assert after <= span.start < span.end <= len(text)
        assert ranges.aligned(span.start, span.end)
        after = span.end


def test_other_capitals_are_those_of_the_rule_of_the_same_text():
    from annotator.domain.propagation import same_text
    from annotator.nlp.memory_texts import other_capitals

    for surface in (
        "Jakarta",
        "IS",
        "Is",
        "KPK",
        "PERTAMINA",
        "Bank BRI",
        "satu pekan",
        "Joko Widodo",
        "PT",
        "ÉCOLE",
        "7 juta",
        "İzmir",
    ):
        for written in other_capitals(surface):
            assert written != surface
            assert same_text(written, Tokens(), surface) == [(0, len(written))], (surface, written)


@pytest.mark.parametrize(
    ("surface", "others"),
    [
        ("Jakarta", ["JAKARTA"]),
        ("IS", []),
        ("Is", []),
        ("KPK", []),
        ("PERTAMINA", ["Pertamina"]),
        ("BANK MANDIRI", ["Bank Mandiri"]),
        ("satu pekan", ["Satu pekan"]),
        ("Straße", []),  # in capitals it would be longer
        ("7", []),
    ],
)
def test_how_headlines_and_sentence_starts_write_a_text(surface, others):
    from annotator.nlp.memory_texts import other_capitals

    assert list(other_capitals(surface)) == others


PLACES = st.lists(
    st.tuples(st.integers(0, 30), st.integers(1, 8)).map(lambda place: (place[0], place[0] + place[1], "X")), max_size=8
)


@settings(max_examples=80, deadline=None)
@given(PLACES, st.integers(0, 30), st.integers(1, 8))
def test_stretches_know_whether_they_touch_a_place(places, start, length):
    from annotator.nlp.memory_texts import Stretches

    end = start + length
    assert Stretches(places).touch(start, end) is any(low < end and start < high for low, high, _ in places)


def test_runs_of_capitalised_words_end_with_the_sentence():
    from annotator.nlp.memory_words import Words

    words = Words(["Kata", "Joko", "Widodo", "Dia", "pulang", "ke", "Solo"], [0, 3])
    assert [words.run_at(index) for index in range(7)] == [(0, 3), (0, 3), (0, 3), (3, 4), (4, 5), (5, 6), (6, 7)]
    assert words.kinds == ["Aa", "Aa", "Aa", "Aa", "aa", "aa", "Aa"]


@pytest.mark.parametrize(
    ("word", "kind", "capital"),
    [
        ("IS", "AA", True),
        ("A", "A", True),
        ("REPUBLIKA", "AAA", True),
        ("Jakarta", "Aa", True),
        ("McCain", "Ax", True),
        ("Jokowi-JK", "A-", True),
        ("pergi", "aa", False),
        ("iPhone", "aA", False),
        ("12", "9", False),
        ("ke-5", "9x", False),
        (",", ",", False),
        ("...", "p", False),
        ("😊", "😊", False),
    ],
)
def test_how_a_word_looks(word, kind, capital):
    from annotator.nlp.memory_words import Words

    words = Words([word], [0])
    assert (words.kinds, words.capital) == ([kind], [capital])


def test_a_view_knows_no_word_of_another_sentence():
    from annotator.nlp.memory_words import Words

    apart = Words(["Ani", ".", "Budi", "."], [0, 2])
    alone = Words(["Budi", "."], [0])
    assert apart.views(2, apart.run_at(2)) == alone.views(0, alone.run_at(0))
    assert apart.views(2, apart.run_at(2)) != Words(["Ani", ".", "Budi", "."], [0]).views(2, (2, 3))


def test_counts_that_are_taken_away_leave_nothing():
    from annotator.nlp.memory_context import ContextCounts
    from annotator.nlp.memory_words import Words

    words = Words(["Kata", "Joko", "Widodo", "di", "Solo", "."], [0])
    labels = [(1, 3, "PERSON"), (4, 5, "GPE")]
    counts, empty = ContextCounts(), ContextCounts()
    counts.add(words, labels)
    assert counts.find(words, {}, set()) != []
    counts.add(words, labels, -1)
    assert counts.find(words, {}, set()) == []
    assert counts.__getstate__()[2:] == empty.__getstate__()[2:]


def test_a_text_of_names_alone_is_labelled_to_its_end():
    memory = taught(*FIVE)
    text = "Joko Widodo " * 2_000
    (made,) = load(SuggesterSetup("memory", "m", data=memory))([passage(text)])
    assert made.spans
    assert made.spans[-1].end == len(text) - 1
    assert all(one.end <= other.start for one, other in pairwise(made.spans))


def test_eighteen_labels_are_told_apart():
    names = [f"LABEL{number}" for number in range(18)]
    cues = ["".join(chr(97 + (number * 7 + step * 3) % 26) for step in range(5)) for number in range(18)]
    pairs = list(zip(cues, names, strict=True))
    documents = [
        marked(f"ia {cue} Benda{name[5:]}{copy} lagi.", (f"Benda{name[5:]}{copy}", name)) for copy in "abc" for cue, name in pairs
    ]
    memory = taught(*documents)
    right = [found(memory, f"kami {cue} Sesuatu lagi.") == [("Sesuatu", name)] for cue, name in pairs]
    assert sum(right) >= 15
