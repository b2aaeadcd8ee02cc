"""The label schemes that come with the program."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest

from annotator.domain.labels import LABEL_KEYS, LabelScheme, completed, scheme_from_dict, scheme_to_dict
from annotator.paths import resource_dir

ONTONOTES = [
    "PERSON",
    "NORP",
    "FAC",
    "ORG",
    "GPE",
    "LOC",
    "PRODUCT",
    "EVENT",
    "WORK_OF_ART",
    "LAW",
    "LANGUAGE",
    "DATE",
    "TIME",
    "PERCENT",
    "MONEY",
    "QUANTITY",
    "ORDINAL",
    "CARDINAL",
]
NERGRIT = [
    "CRD",
    "DAT",
    "EVT",
    "FAC",
    "GPE",
    "LAN",
    "LAW",
    "LOC",
    "MON",
    "NOR",
    "ORD",
    "ORG",
    "PER",
    "PRC",
    "PRD",
    "QTY",
    "REG",
    "TIM",
    "WOA",
]
RELATIONS = [
    "leads",
    "member_of",
    "located_in",
    "met_with",
    "visited",
    "allied_with",
    "opposes",
    "attacked",
    "claimed_by",
    "occurred_on",
    "occurred_in",
    "alias_of",
]

# How colours arrive at eyes that lack one kind of cone, in linear RGB (Machado, Oliveira and Fernandes 2009, severity 1.0)
EYES = {
    "common": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def load(name: str) -> LabelScheme:
    return scheme_from_dict(json.loads((resource_dir() / "schemes" / f"{name}.json").read_text(encoding="utf-8")))


def scheme_files() -> list[Path]:
    return sorted((resource_dir() / "schemes").glob("*.json"))


def lab(color: str, eye: str) -> tuple[float, float, float]:
    """CIE L*a*b* (D65) of a colour as seen by an eye."""
    channels = [int(color[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels]
    red, green, blue = (
        min(1.0, max(0.0, sum(factor * value for factor, value in zip(row, linear, strict=True)))) for row in EYES[eye]
    )
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (value ** (1 / 3) if value > 0.008856 else 7.787 * value + 16 / 116 for value in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)


def distance(one: str, other: str, eye: str) -> float:
    return sum((a - b) ** 2 for a, b in zip(lab(one, eye), lab(other, eye), strict=True)) ** 0.5


def test_the_four_promised_schemes_are_there() -> None:
    assert {path.stem for path in scheme_files()} == {"indonesian-news", "nergrit", "conll", "blank"}


@pytest.mark.parametrize("path", scheme_files(), ids=lambda path: path.stem)
class TestEveryScheme:
    """What holds of each scheme file."""

    def test_is_named_like_its_file(self, path: Path) -> None:
        assert load(path.stem).name == path.stem

    def test_leaves_nothing_to_fill_in(self, path: Path) -> None:
        """Keys, colours and codes are chosen by hand, so that they do not change when a label is added."""
        data = json.loads(path.read_text(encoding="utf-8"))
        for label in [*data["spans"], *data["relations"]]:
            assert label["color"], label
            assert label["key"], label
            assert 1 <= len(label["code"]) <= 4, label
        scheme = load(path.stem)
        assert completed(scheme) == scheme

    def test_survives_being_written(self, path: Path) -> None:
        assert scheme_from_dict(json.loads(json.dumps(scheme_to_dict(load(path.stem))))) == load(path.stem)

    def test_gives_every_label_its_own_colour_key_and_code(self, path: Path) -> None:
        scheme = load(path.stem)
        for labels in (scheme.spans, scheme.relations):
            for field in ("color", "key", "code"):
                values = [getattr(label, field) for label in labels]
                assert len(values) == len(set(values)), field

    def test_gives_its_keys_in_order(self, path: Path) -> None:
        """The digits go to the first ten, so that the palette reads 1, 2, 3 from the top."""
        scheme = load(path.stem)
        for labels in (scheme.spans, scheme.relations):
            assert "".join(label.key for label in labels[:10]) == LABEL_KEYS[: len(labels[:10])]

    def test_explains_itself_in_indonesian_and_english(self, path: Path) -> None:
        scheme = load(path.stem)
        for item in (scheme, *scheme.spans, *scheme.relations, *scheme.attributes):
            assert {"id", "en"} <= set(item.description), item.name
            assert all(item.description.values()), item.name
        for label in (*scheme.spans, *scheme.relations):
            assert label.examples.get("id"), label.name

    @pytest.mark.parametrize("eye", EYES)
    def test_keeps_neighbours_apart_for_every_eye(self, path: Path, eye: str) -> None:
        scheme = load(path.stem)
        for labels in (scheme.spans, scheme.relations):
            for one, other in pairwise(labels):
                assert distance(one.color, other.color, eye) > 20, (one.name, other.name)


def test_indonesian_news_has_the_ontonotes_labels_and_the_twelve_relations() -> None:
    scheme = load("indonesian-news")
    assert sorted(label.name for label in scheme.spans) == sorted(ONTONOTES)
    assert [label.name for label in scheme.relations] == RELATIONS
    assert {label.name for label in scheme.relations if label.symmetric} == {"met_with", "allied_with", "alias_of"}


@pytest.mark.parametrize(
    ("head", "tail", "legal"),
    [
        ("PERSON", "GPE", {"leads", "met_with", "visited", "allied_with", "opposes", "attacked", "alias_of"}),
        ("EVENT", "DATE", {"occurred_on"}),
        ("EVENT", "ORG", {"claimed_by", "alias_of"}),
        ("LOC", "GPE", {"located_in", "alias_of"}),
        ("DATE", "EVENT", set()),
        ("CARDINAL", "PERSON", set()),
    ],
)
def test_indonesian_news_constrains_what_may_be_linked(head: str, tail: str, legal: set[str]) -> None:
    assert {label.name for label in load("indonesian-news").links(head, tail)} == legal


def test_indonesian_news_says_how_sure_a_relation_is() -> None:
    scheme = load("indonesian-news")
    certainty = next(attribute for attribute in scheme.attributes if attribute.name == "certainty")
    assert certainty.values == ("certain", "reported", "denied")
    assert all(certainty.applies_to(label.name) for label in scheme.relations)
    assert not any(certainty.applies_to(label.name) for label in scheme.spans)
    assert {"politics", "economy", "diplomacy"} <= set(scheme.categories)


def test_attributes_name_labels_of_their_scheme() -> None:
    for path in scheme_files():
        scheme = load(path.stem)
        names = {label.name for label in (*scheme.spans, *scheme.relations)}
        for attribute in scheme.attributes:
            assert set(attribute.labels) <= names, (path.stem, attribute.name)


def test_nergrit_and_conll_have_the_labels_of_their_corpora() -> None:
    assert sorted(label.name for label in load("nergrit").spans) == NERGRIT
    assert [label.name for label in load("conll").spans] == ["PER", "LOC", "ORG", "MISC"]


def test_blank_has_no_label_and_takes_any() -> None:
    scheme = load("blank")
    assert scheme.spans == scheme.relations == ()
    assert scheme.with_labels(["BUPATI"]).spans[0].key == "1"
