"""The dataset card: what we write is the YAML that the hub reads, and of any card the names of class labels are found."""

from __future__ import annotations

import pytest

from annotator.formats.huggingface_card import card, card_names, features, json_names, names_beside

NAMES = ["O", "B-PER", "I-PER"]


def test_front_matter_may_end_the_file():
    assert card_names(card(features(NAMES), "x", 1, []).rstrip()) == {"ner_tags": NAMES}


def test_what_is_written_is_read_again():
    for names in (NAMES, ["O", 'B-a "b"', "I-x: y", "B-#", "B-'", "B-[1]", "B-é", "B-\\"]):
        text = card(features(names), "train.parquet", 3, ["# Title"])
        assert card_names(text) == {"ner_tags": names}
        assert text.count("\n---\n") == 1
        assert "num_examples: 3" in text
        assert text.endswith("# Title\n")


def test_columns_stand_in_the_card_as_they_are_in_the_file():
    lines = card(features(None), "a b.jsonl", 0, []).splitlines()
    assert '    path: "a b.jsonl"' in lines
    names = [line.removeprefix("  - name: ") for line in lines if line.startswith("  - name: ")]
    assert names[: len(features(None))] == [name for name, _ in features(None)]


CARDS = {
    "of the hub": """---
license: mit
language:
- id
pretty_name: 'It''s a "set"'
dataset_info:
  config_name: default
  features:
  - name: id
    dtype: string
  - name: ner_tags
    sequence:
      class_label:
        names:
          '0': O
          '1': B-PER
          '2': I-PER
  splits:
  - name: train
    num_bytes: 100
---
# Text
""",
    "several configurations, comments, flow lists": """---
dataset_info:
- config_name: a
  features:
    - name: tokens
      sequence: string
    - name: ner_tags
      list:
        class_label:
          names: [O, B-PER, "I-PER"]   # all of them
- config_name: b
  features:
    - name: labels
      sequence:
        class_label:
          names:
            0: N
            1: Y
tags: []
---
""",
    "block texts before": """---
description: |
  - not: a list
  ---- nor a key
dataset_info:
  features:
  - name: ner_tags
    sequence:
      class_label:
        names:
        - O
        - B-PER
        - I-PER
---
""",
}


@pytest.mark.parametrize("text", CARDS.values(), ids=CARDS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_cards_of_others(text, end):
    found = card_names(text.replace("\n", end))
    assert found["ner_tags"] == NAMES
    if "labels" in found:
        assert found["labels"] == ["N", "Y"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# no front matter\n",
        "---\n",
        "---\n---\n",
        "---\n: : :\n---\n",
        "---\n\tdataset_info: x\n---\n",
        "---\ndataset_info: 5\n---\n",
        '---\ndataset_info:\n  features: "x\n---\n',
        "---\n- \n- -\n---\n",
        "---\ndataset_info:\n  features:\n  - name: t\n    class_label:\n      names:\n        '0': a\n        '2': b\n---\n",
        "---\n" + "\n".join(" " * depth + "a:" for depth in range(3000)) + "\n---\n",
    ],
)
def test_what_is_no_card_names_nothing(text):
    assert card_names(text) == {}


@pytest.mark.parametrize(
    "feature",
    [
        {"feature": {"names": NAMES, "_type": "ClassLabel"}, "_type": "Sequence"},
        {"feature": {"names": NAMES, "_type": "ClassLabel"}, "_type": "List"},
        [{"names": NAMES, "_type": "ClassLabel"}],
        {"names": NAMES},
    ],
)
def test_features_in_json(feature):
    assert json_names({"t": feature, "x": {"dtype": "string"}}) == {"t": NAMES}
    assert json_names(["t", feature]) == {}


def test_a_card_one_folder_up_counts_and_the_nearer_one_counts_more(tmp_path):
    (tmp_path / "data").mkdir()
    (tmp_path / "README.md").write_text(card(features(["O", "B-FAR"]), "x", 1, []), encoding="utf-8")
    path = tmp_path / "data" / "train.jsonl"
    assert names_beside(path) == {"ner_tags": ["O", "B-FAR"]}
    (tmp_path / "data" / "README.md").write_text(card(features(["O", "B-NEAR"]), "x", 1, []), encoding="utf-8")
    assert names_beside(path) == {"ner_tags": ["O", "B-NEAR"]}
    (tmp_path / "data" / "README.md").write_bytes(b"\xff\xfe---\n")
    assert names_beside(path) == {"ner_tags": ["O", "B-FAR"]}
