"""Which files of a folder a dataset card names: as the hub lays folders out, and as somebody may write a card by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.exchange import Complaint, ReadDefaults, Record
from annotator.formats import huggingface
from annotator.formats.huggingface_configs import chosen_files

FILES = ("data/test-00000.jsonl", "data/train-00000.jsonl", "data/train-00001.jsonl", "en/all.jsonl", "raw/old.jsonl", "top.jsonl")


@pytest.fixture
def folder(tmp_path) -> Path:
    for name in FILES:
        path = tmp_path / "set" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps({"text": f"Isi {name}.", "id": name}) + "\n", encoding="utf-8")
    return tmp_path / "set"


def card(folder: Path, *lines: str) -> None:
    (folder / "README.md").write_text("\n".join(["---", *lines, "---", "", "# Set", ""]), encoding="utf-8")


def taken(folder: Path) -> tuple[list[str], list[Complaint]]:
    files, complaints = chosen_files(folder, [folder / name for name in FILES])
    return [file.relative_to(folder).as_posix() for file in files], complaints


@pytest.mark.parametrize(
    ("lines", "wanted"),
    [
        (["license: mit"], FILES),
        (["configs:", "- config_name: default", "  data_files: top.jsonl"], ["top.jsonl"]),
        (["configs:", "- config_name: default", '  data_files: "data/train-*.jsonl"'], FILES[1:3]),
        (["configs:", "- config_name: a", "  data_files:", "  - split: train", "    path: data/train-*"], FILES[1:3]),
        (
            ["configs:", "- config_name: a", "  data_files:", "  - split: t", "    path:", "    - top.jsonl", "    - en/*"],
            ["en/all.jsonl", "top.jsonl"],
        ),
        (["configs:", "- config_name: a", "  data_files:", "  - ./top.jsonl", "  - data/t?st*"], [FILES[0], "top.jsonl"]),
        (["configs:", "- config_name: a", '  data_files: "**/*.jsonl"'], FILES),
        (["configs:", "- config_name: a", '  data_files: "*.jsonl"'], ["top.jsonl"]),
        (["configs:", "- config_name: a", '  data_files: "data/train-0000[!0].jsonl"'], [FILES[2]]),
        (["configs:", "- config_name: a", "  data_dir: en"], ["en/all.jsonl"]),
        (["configs:", "- config_name: a", "  data_dir: data", '  data_files: "test*"'], [FILES[0]]),
        (["configs:", "- config_name: a", "  data_files: top.jsonl", "- config_name: b", "  data_dir: en"], FILES[3:6:2]),
        (["configs: none of them", "license: mit"], FILES),
        (["configs:", "- config_name: a", "  data_files:", "    train: top.jsonl"], ["top.jsonl"]),
    ],
)
def test_the_files_are_those_that_the_card_names(folder, lines, wanted):
    card(folder, *lines)
    found, complaints = taken(folder)
    assert found == list(wanted)
    assert {complaint.place for complaint in complaints} == {str(folder / name) for name in FILES if name not in wanted}
    assert not any(complaint.lost for complaint in complaints)


def test_without_a_card_all_are_taken(folder):
    assert taken(folder) == (list(FILES), [])


def test_patterns_that_fit_nothing_are_named_and_keep_nothing_out(folder):
    card(folder, "configs:", "- config_name: a", "  data_files:", "  - ../*.jsonl", "  - https://example.org/x.jsonl")
    found, (notice,) = taken(folder)
    assert found == list(FILES)
    assert notice.message == (
        "The card names data files that are not here (../*.jsonl, https://example.org/x.jsonl), so all data files of the folder were read."
    )


def test_one_that_fits_nothing_beside_others_is_named(folder):
    card(folder, "configs:", "- config_name: a", "  data_files:", "  - top.jsonl", "  - gone.jsonl")
    found, complaints = taken(folder)
    assert found == ["top.jsonl"]
    assert complaints[0].message == "The card names data files that are not here: gone.jsonl."


def test_a_folder_is_read_as_its_card_says(folder):
    card(folder, "configs:", "- config_name: a", "  data_files: data/train-*")
    items = list(huggingface.read(folder, ReadDefaults()))
    assert [item.text for item in items if isinstance(item, Record)] == [f"Isi {name}." for name in FILES[1:3]]
    assert len([item for item in items if isinstance(item, Complaint) and "does not name the file" in item.message]) == 4


@settings(deadline=None, max_examples=80)
@given(st.text(st.sampled_from("*?[]!^-.aet/\\|&~"), max_size=40))
def test_no_pattern_of_a_card_fails_or_takes_forever(tmp_path_factory, pattern):
    folder = tmp_path_factory.mktemp("set")
    card(folder, "configs:", "- config_name: a", f"  data_files: {json.dumps(pattern)}")
    files = [folder / name for name in ("a" * 60 + ".jsonl", "t/e/a.jsonl")]
    found, _ = chosen_files(folder, files)
    assert set(found) <= set(files)
    assert found
