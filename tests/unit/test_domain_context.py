"""Which places of the same text stand in the same context as the one that a person labelled."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.annotations import Span
from annotator.domain.context import Agreement, Doubt, Scene, Sight, Why
from annotator.domain.propagation import same_text
from annotator.domain.text import Tokens, sentence_starts


def tokens_of(text):
    return Tokens(match.span() for match in re.finditer(r"\w+|[^\w\s]", text))


def scene_of(text, spans=(), *, finished=False):
    tokens = tokens_of(text)
    return Scene(text, tokens, sentence_starts(text, tokens), spans, finished=finished)


def span(text, surface, label, *, reviewed=True, number=0):
    places = [match.span() for match in re.finditer(re.escape(surface), text)]
    return Span(f"{surface}{number}{label}", (places[number],), label, reviewed=reviewed)


def sights(text, surface, spans=(), *, finished=False):
    scene = scene_of(text, spans, finished=finished)
    return [scene.sight(place) for place in same_text(text, tokens_of(text), surface)]


def doubts(surface, label, origin, *others, decided=()):
    """What speaks against each place of some texts; ``decided`` are sights that are learned besides."""
    agreement = Agreement(label, sights(origin, surface)[0])
    found = [sight for text in others for sight in sights(text, surface)]
    for sight in (*decided, *found):
        agreement.learn(sight)
    return [agreement.doubt(sight) for sight in found]


ORIGIN = "Ia tiba di Jakarta kemarin."


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Menurut Universitas Jakarta, hujan turun.", "Universitas Jakarta"),
        ("Warga Jakarta Selatan protes.", "Jakarta Selatan"),
        ("Lima dosen Universitas Negeri Jakarta Timur pergi.", "Universitas Negeri Jakarta Timur"),
        ("Kata DKI Jakarta begitu.", "DKI Jakarta"),
        ("Itu kata PT\u00a0Jakarta kemarin.", "PT Jakarta"),
    ],
)
def test_a_part_of_a_longer_name_does_not_agree(text, name):
    assert doubts("Jakarta", "GPE", ORIGIN, text) == [Doubt(Why.LONGER_NAME, name)]


@pytest.mark.parametrize(
    "text",
    [
        "Di Jakarta hujan turun.",
        "Hujan di Jakarta, Bogor dan Depok.",
        "Kemarin Gubernur Jakarta pergi.",
        "Kata Presiden Jakarta itu.",
        "Ia ke Jakarta Senin lalu.",
        "Ia ke Jakarta Januari lalu.",
        "Kata Universitas (Jakarta) begitu.",
        "Kata Universitas.\nJakarta macet.",
        "Kata Universitas\nJakarta macet.",
        "Kata Universitas-Jakarta begitu.",
        "Gubernur Jakarta Resmikan Stasiun Baru Bandung",
        "JAKARTA KOTA BANJIR BESAR LAGI",
        "JAKARTA - Hujan turun.",
    ],
)
def test_a_place_agrees_where_capitals_beside_it_tell_nothing(text):
    assert doubts("Jakarta", "GPE", ORIGIN, text) == [None]


def test_the_first_word_of_a_sentence_counts_where_it_has_a_capital_elsewhere():
    begins = "Universitas Jakarta menolak."
    assert doubts("Jakarta", "GPE", ORIGIN, begins) == [None]
    found = doubts("Jakarta", "GPE", ORIGIN, begins, "Kata Universitas Jakarta begitu.")
    assert found == [Doubt(Why.LONGER_NAME, "Universitas Jakarta")] * 2


def test_the_longer_name_of_the_persons_own_place_agrees():
    origin = "Kata Universitas Jakarta begitu."
    assert doubts("Jakarta", "ORG", origin, "Dari Universitas Jakarta, ya.", "Kata Institut Jakarta.") == [
        None,
        Doubt(Why.LONGER_NAME, "Institut Jakarta"),
    ]


def test_a_neighbour_with_a_span_of_its_own_is_no_part_of_the_name():
    text = "Kata Menlu Rusia Lavrov begitu."
    assert sights(text, "Rusia")[0].right == ("Lavrov",)
    apart = sights(text, "Rusia", [span(text, "Lavrov", "PERSON", reviewed=False)])[0]
    assert apart.right == ()
    agreement = Agreement("GPE", Sight())
    assert agreement.doubt(sights(text, "Rusia", [span(text, "Menlu", "ROLE"), span(text, "Lavrov", "PERSON")])[0]) is None


@pytest.mark.parametrize("reviewed", [True, False])
def test_a_place_inside_another_span_does_not_agree(reviewed):
    text = "Kata warga universitas Jakarta itu."
    whole = span(text, "universitas Jakarta", "ORG", reviewed=reviewed)
    sight = sights(text, "Jakarta", [whole])[0]
    assert Agreement("GPE", Sight()).doubt(sight) == Doubt(Why.OVERLAPS, "universitas Jakarta", "ORG")
    assert Agreement("GPE", Sight(over=("kantor Bandung", "ORG"))).doubt(sight) is None, "so it is where the person labelled"


def test_a_reviewed_span_is_named_before_a_suggestion():
    text = "Kata warga universitas Jakarta itu."
    spans = [span(text, "warga universitas Jakarta", "LAW", reviewed=False), span(text, "universitas Jakarta", "ORG")]
    for order in (spans, spans[::-1]):
        assert sights(text, "Jakarta", order)[0].over == ("universitas Jakarta", "ORG")


def test_a_fragment_beside_is_no_overlap_and_a_fragment_on_it_is():
    text = "Jakarta atau Bogor atau Depok"
    pieces = Span("x", ((0, 7), (24, 29)), "GPE")
    assert sights(text, "Bogor", [pieces])[0].over is None
    found = sights(text, "Jakarta", [pieces])[0]
    assert found.over == ("Jakarta Depok", "GPE")
    assert found.label == ""


def test_what_has_the_label_agrees_and_what_has_another_does_not():
    text = "Jakarta dan Jakarta"
    first, second = sights(text, "Jakarta", [span(text, "Jakarta", "ORG"), span(text, "Jakarta", "GPE", number=1)])
    agreement = Agreement("GPE", Sight())
    assert agreement.doubt(first) == Doubt(Why.LABELLED, label="ORG")
    assert agreement.doubt(second) is None
    assert Agreement("GPE", Sight(), relabels=True).doubt(first) is None


def test_what_was_decided_beside_a_word_speaks_for_and_against():
    text = "Kata kantor Jakarta itu."
    labelled = sights(text, "Jakarta", [span(text, "Jakarta", "ORG")])[0]
    assert labelled.decided == "ORG"
    (doubt,) = doubts("Jakarta", "GPE", ORIGIN, "Dari kantor Jakarta saja.", decided=[labelled, labelled])
    assert doubt == Doubt(Why.AFTER, "kantor", "ORG", 2)
    (doubt,) = doubts("Jakarta", "GPE", ORIGIN, "Lihat Jakarta itu.", decided=[labelled])
    assert doubt == Doubt(Why.BEFORE, "itu", "ORG", 1)
    spoken_for = sights(text, "Jakarta", [span(text, "Jakarta", "GPE")])[0]
    assert doubts("Jakarta", "GPE", ORIGIN, "Dari kantor Jakarta.", decided=[labelled, spoken_for]) == [None], "as often as not"


def test_a_blank_in_a_finished_document_is_a_decision_and_in_another_none():
    text = "Kata kantor Jakarta saja."
    assert sights(text, "Jakarta")[0].decided is None
    blank = sights(text, "Jakarta", finished=True)[0]
    assert blank.decided == ""
    (doubt,) = doubts("Jakarta", "GPE", ORIGIN, "Di kantor Jakarta.", decided=[blank])
    assert doubt == Doubt(Why.AFTER, "kantor", "", 1)
    inside = sights(text, "Jakarta", [span(text, "kantor Jakarta", "ORG")], finished=True)[0]
    assert inside.decided is None, "it is a part of something else"
    suggested = sights(text, "Jakarta", [span(text, "Jakarta", "ORG", reviewed=False)])[0]
    assert suggested.decided is None


def test_what_was_labelled_beside_a_capital_outweighs_the_longer_name():
    text = "Kata Komisi Jakarta begitu."
    assert doubts("Jakarta", "GPE", ORIGIN, text) == [Doubt(Why.LONGER_NAME, "Komisi Jakarta")]
    labelled = sights(text, "Jakarta", [span(text, "Jakarta", "GPE")])[0]
    assert doubts("Jakarta", "GPE", ORIGIN, text, decided=[labelled]) == [None]
    after = "Kata Komisi Jakarta Selatan begitu."
    assert doubts("Jakarta", "GPE", ORIGIN, after, decided=[labelled])[0].why is Why.LONGER_NAME, "the other side was never decided"


def test_a_place_does_not_speak_against_itself():
    text = "Kata kantor Jakarta itu."
    minority = sights(text, "Jakarta", [span(text, "Jakarta", "ORG")])[0]
    agreement = Agreement("GPE", Sight(), relabels=True)
    agreement.learn(minority)
    assert agreement.doubt(minority) is None
    agreement.learn(minority)
    assert agreement.doubt(minority) == Doubt(Why.AFTER, "kantor", "ORG", 1)


def test_small_letters_and_capitals():
    origin = "Kata sebuah bank besar."
    assert doubts("bank", "ORG", origin, "Kata sebuah Bank besar.", "Bank itu besar.", "Kata dua bank.") == [
        Doubt(Why.CAPITAL),
        None,
        None,
    ]


def test_one_word_that_begins_a_sentence_may_be_an_ordinary_word():
    origin = "Kata orang Baru di Kalimantan."
    assert doubts("Baru", "GPE", origin, "Baru saja ia baru tiba.", "Baru sepi.") == [Doubt(Why.ORDINARY), None]
    longer = "Kata orang Kota Baru di sana."
    assert doubts("Kota Baru", "GPE", longer, "Kota Baru sepi, kota baru itu.") == [None], "several words are no ordinary one"


def test_a_text_without_tokens_has_nothing_around_it():
    scene = Scene("Universitas Jakarta", Tokens(), (), [Span("a", ((12, 19),), "GPE")])
    assert scene.sight((12, 19)) == Sight(label="GPE", decided="GPE")


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="Ab1 .\n,-ß😊", max_size=40), st.data())
def test_every_place_of_every_text_has_a_sight_within_its_sentence(text, data):
    tokens = tokens_of(text)
    if not len(tokens):
        return
    first = data.draw(st.integers(0, len(tokens) - 1))
    last = data.draw(st.integers(first, len(tokens) - 1))
    sight = scene_of(text).sight((tokens.starts[first], tokens.ends[last]))
    starts = set(sentence_starts(text, tokens))
    assert not (first in starts and (sight.before or sight.left))
    assert not (last + 1 in starts and (sight.after or sight.right))
    agreement = Agreement("X", sight)
    agreement.learn(sight)
    assert agreement.doubt(sight) is None, "the person's own place agrees with itself"
