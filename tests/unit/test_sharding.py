"""Several numbered files: their names, where they part, and that after any trouble none of them is there."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from annotator.commands import sharding
from annotator.commands.sharding import shard_bounds, shard_name, write_shards
from annotator.domain.exchange import Fate, Loss, LossReport
from annotator.domain.progress import Cancelled, Progress
from annotator.errors import FormatError

BOUNDS = [(0, 3), (3, 6), (6, 7)]


def report(path, **more):
    return LossReport("jsonl", str(path), **more)


def writing(part, path, progress):
    """Write the positions, one a line, and read them back: two rounds, as the formats do."""
    low, high = part
    for what in ("Writing", "Checking"):
        progress.start(what, high - low)
        for _ in range(low, high):
            progress.advance()
    path.write_text("".join(f"{place}\n" for place in range(low, high)), encoding="utf-8")
    path.with_name(f"{path.name}.labels.json").write_text("{}", encoding="utf-8")
    return report(path, documents=high - low, spans=1, relations=2, unreviewed=3)


def names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "out"
    made.mkdir()
    return made


@pytest.mark.parametrize(
    ("target", "number", "count", "expected"),
    [
        ("gold.spacy", 1, 2, "gold-00001-of-00002.spacy"),
        ("gold.v2.jsonl", 12, 345, "gold.v2-00012-of-00345.jsonl"),
        ("gold", 1, 3, "gold-00001-of-00003"),
        (".gold", 3, 3, ".gold-00003-of-00003"),
        ("a [b] (c).x", 1, 99999, "a [b] (c)-00001-of-99999.x"),
        ("données 😊.x", 2, 2, "données 😊-00002-of-00002.x"),
    ],
)
def test_names(tmp_path, target, number, count, expected):
    assert shard_name(tmp_path / target, number, count) == expected


@given(st.lists(st.integers(1, 4), min_size=1, max_size=40), st.integers(1, 9))
def test_no_document_is_parted_and_every_file_but_the_last_is_full(sets, shard):
    documents = list(itertools.chain.from_iterable([number] * count for number, count in enumerate(sets)))
    bounds = shard_bounds(documents, shard)
    assert [place for low, high in bounds for place in range(low, high)] == list(range(len(documents)))
    inside = [set(documents[low:high]) for low, high in bounds]
    assert [len(some) for some in inside[:-1]] == [shard] * (len(bounds) - 1)
    assert 0 < len(inside[-1]) <= shard
    assert sum(map(len, inside)) == len(sets), "a document in two files would count twice"


def test_all_parts_arrive_and_are_summed_up(folder):
    told = []
    whole = report(folder / "gold.jsonl")
    progress = Progress(listener=lambda found: told.append(found.done))
    write_shards(writing, folder / "gold.jsonl", BOUNDS, whole, progress=progress)
    expected = [f"gold-0000{number}-of-00003.jsonl" for number in (1, 2, 3)]
    assert names(folder) == sorted(name + end for name in expected for end in ("", ".labels.json"))
    assert "".join((folder / name).read_text() for name in expected) == "".join(f"{place}\n" for place in range(7))
    assert (whole.documents, whole.spans, whole.relations, whole.unreviewed) == (7, 3, 6, 9)
    assert whole.path == str(folder / expected[0])
    assert (progress.done, progress.total) == (14, 14)
    assert told == sorted(told)


@pytest.mark.parametrize("which", [1, 2, 3])
@pytest.mark.parametrize("trouble", [OSError(28, "No space left on device"), FormatError("Not this one."), Cancelled()])
def test_after_an_error_nothing_is_left_and_what_was_there_stays(folder, which, trouble):
    write_shards(writing, folder / "gold.jsonl", BOUNDS, report(folder), progress=Progress())
    for path in folder.iterdir():
        path.write_text("as it was")

    def failing(part, path, progress):
        written = writing(part, path, progress)
        if part == BOUNDS[which - 1]:
            raise trouble
        return written

    before = names(folder)
    with pytest.raises((FormatError, Cancelled)) as caught:
        write_shards(failing, folder / "gold.jsonl", BOUNDS, report(folder), progress=Progress())
    assert isinstance(caught.value, Cancelled) is isinstance(trouble, Cancelled)
    assert names(folder) == before
    assert {path.read_text() for path in folder.iterdir()} == {"as it was"}


@pytest.mark.parametrize(
    ("there", "refused"),
    [
        ("gold-00001-of-00002.jsonl", True),
        ("gold-00004-of-00004.jsonl", True),
        ("gold-00001-of-00003.jsonl", False),
        ("gold-00001-of-00002.spacy", False),
        ("gold2-00001-of-00002.jsonl", False),
        ("my gold-00001-of-00002.jsonl", False),
        ("gold-1-of-2.jsonl", False),
        ("gold-00001-of-00002.jsonl.labels.json", False),
        ("gold-00001-of-00002xjsonl", False),
        ("gold.jsonl", False),
    ],
)
def test_only_files_of_another_size_of_the_same_export_are_strangers(folder, there, refused):
    (folder / there).write_text("of earlier")
    if refused:
        with pytest.raises(FormatError, match=rf"1 file of an earlier export.*{there}"):
            write_shards(writing, folder / "gold.jsonl", BOUNDS, report(folder), progress=Progress())
        assert names(folder) == [there]
        assert (folder / there).read_text() == "of earlier"
    else:
        write_shards(writing, folder / "gold.jsonl", BOUNDS, report(folder), progress=Progress())
        assert len({*names(folder), there}) == len(names(folder)) == 6 + (there != "gold-00001-of-00003.jsonl")


@pytest.mark.parametrize("name", ["a+b", "a.*", "a[1]", "a(b"])
def test_signs_of_an_expression_in_a_name_are_just_signs(folder, name):
    (folder / "axb-00001-of-00002.jsonl").write_text("")
    (folder / "a1-00001-of-00002.jsonl").write_text("")
    write_shards(writing, folder / f"{name}.jsonl", BOUNDS, report(folder), progress=Progress())
    with pytest.raises(FormatError, match="3 files of an earlier export"):
        write_shards(writing, folder / f"{name}.jsonl", BOUNDS[:2], report(folder), progress=Progress())


def test_losses_are_listed_up_to_a_limit_and_the_rest_counted_by_reason(folder, monkeypatch):
    monkeypatch.setattr(sharding, "MOST_LOSSES", 4)

    def losing(part, path, progress):
        found = writing(part, path, progress)
        found.losses = [Loss(f"n{place}", "span", f"s{place}", "PERSON", "Ani", Fate.DROPPED, "why") for place in range(*part)]
        found.notices = ["said"]
        found.unsaid["item", "origin"] = 2
        found.more["span", "elsewhere"] = 5
        return found

    whole = report(folder)
    write_shards(losing, folder / "gold.jsonl", BOUNDS, whole, progress=Progress())
    assert [loss.document for loss in whole.losses] == ["n0", "n1", "n2", "n3"]
    first, second, third = (f"gold-0000{number}-of-00003.jsonl" for number in (1, 2, 3))
    told = [" ".join(notice.split()[:2]) for notice in whole.notices]
    assert told == ["The documents", f"{first}: said", f"{second}: said", f"{third}: said"]
    assert whole.more == {("span", "why"): 3, ("span", "elsewhere"): 15}
    assert whole.unsaid == {("item", "origin"): 6}
    assert whole.loss_count() == 22
    assert whole.notices[0].endswith(f"3 files, {first} to {third}.")


def test_a_cancel_of_the_whole_reaches_the_part_that_is_written(folder):
    progress = Progress(listener=lambda found: found.cancel() if found.done == 8 else None)
    with pytest.raises(Cancelled):
        write_shards(writing, folder / "gold.jsonl", BOUNDS, report(folder), progress=progress)
    assert names(folder) == []
    assert progress.done < 14


def test_a_folder_that_cannot_be_written_is_a_sentence(folder):
    (folder / f".gold.jsonl.{sharding.os.getpid()}.parts").write_text("in the way")
    with pytest.raises(FormatError) as caught:
        write_shards(writing, folder / "gold.jsonl", BOUNDS, report(folder), progress=Progress())
    assert "gold.jsonl" in str(caught.value)
    assert len(names(folder)) <= 1


@pytest.mark.parametrize("which", [1, 2, 3])
def test_where_one_file_cannot_take_its_place_none_does(folder, which):
    """A folder stands where one of the files should go; what the others would replace is as it was."""
    wanted = [f"gold-0000{number}-of-00003.jsonl" for number in (1, 2, 3)]
    for number, name in enumerate(wanted, 1):
        if number == which:
            (folder / name).mkdir()
        else:
            (folder / name).write_text("as it was")
    before = names(folder)
    with pytest.raises(FormatError, match=rf"{wanted[which - 1]} is a folder, not a file"):
        write_shards(writing, folder / "gold.jsonl", BOUNDS, report(folder), progress=Progress())
    assert names(folder) == before
    assert {path.read_text() for path in folder.iterdir() if path.is_file()} == {"as it was"}


def test_a_folder_that_is_not_there_is_said_plainly(folder):
    with pytest.raises(FormatError, match=r"The folder “.*gone” does not exist, so nothing was exported\. Make it first"):
        write_shards(writing, folder / "gone" / "gold.jsonl", BOUNDS, report(folder), progress=Progress())
    assert names(folder) == []


def test_folders_are_moved_like_files_but_never_over_a_full_one(folder):
    def made(part, path, progress):
        path.mkdir()
        (path / "a.ann").write_text(str(part))
        return report(path)

    (folder / "gold-00002-of-00003").mkdir()
    write_shards(made, folder / "gold", BOUNDS, report(folder), progress=Progress())
    assert [(path.name, (path / "a.ann").read_text()) for path in sorted(folder.iterdir())] == [
        (f"gold-0000{number}-of-00003", str(part)) for number, part in enumerate(BOUNDS, 1)
    ]
    with pytest.raises(FormatError, match="gold-00001-of-00003 is a folder that is not empty"):
        write_shards(made, folder / "gold", BOUNDS, report(folder), progress=Progress())
    assert len(names(folder)) == 3


def test_what_each_policy_costs_and_which_words_cut_spans_is_added_up(folder):
    def write(part, path, progress):
        found = writing(part, path, progress)
        found.policies.update({"longest": part[0], "group": 1})
        found.cutting["BRI,"] += part[1]
        return found

    whole = write_shards(write, folder / "gold.spacy", BOUNDS, report(folder), progress=Progress())
    assert (whole.policies, whole.cutting) == ({"longest": 9, "group": 3}, {"BRI,": 16})
