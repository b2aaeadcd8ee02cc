"""Which suggesters a project has and which of them run; the pace of writing; what is said of runs.."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from annotator.commands.suggester_setups import plan, setup_for
from annotator.commands.suggesting import Answer, SuggestReport
from annotator.domain.labels import scheme_from_dict
from annotator.domain.progress import Progress
from annotator.domain.suggesting import SuggesterSetup
from annotator.errors import SuggesterError
from annotator.nlp.suggesters import SUGGESTERS
from annotator.settings.store import Settings
from annotator.store import suggesters
from annotator.store.project import create
from annotator.store.suggesters import KnownSuggester
from annotator.ui import suggesting_words as words
from annotator.ui.suggesting_choice import CHOICES, Row, last_run, placed, ready, remember_run, rows_of
from annotator.ui.suggesting_run import LEAST_IN_SLICE, MOST_IN_SLICE, SLICE, Pace


@pytest.fixture
def connection(tmp_path):
    project = create(tmp_path / "p.annotator", scheme=scheme_from_dict({"name": "x", "spans": ["GPE"]}), language="id")
    yield project.connection
    project.close()


def keep(connection, *setups: SuggesterSetup) -> None:
    _, kept = plan(connection, setups)
    suggesters.remember(connection, kept)


def on(rows: list[Row]) -> list[str]:
    return [row.setup.name for row in rows if row.on]


# --- the rows ----------------------------------------------------------------------------------------------------------------------


def test_a_new_project_has_all_kinds_and_those_on_that_need_nothing(connection):
    rows = rows_of(connection, "id", None)
    assert [row.setup.kind for row in rows] == list(SUGGESTERS)
    assert on(rows) == ["memory", "indonesian-news"]
    assert {row.setup.language for row in rows} == {"id"}


def test_those_of_another_language_are_off(connection):
    assert on(rows_of(connection, "de", None)) == ["memory"]


def test_a_project_shows_what_it_knows_in_its_order_and_behind_that_the_rest(connection, tmp_path):
    path = tmp_path / "nama.txt"
    path.write_text("GPE\tSolo\n", encoding="utf-8")
    mine = replace(setup_for("patterns", "id", source=str(path)), labels=(("KOTA", "GPE"),), threshold=0.5)
    keep(connection, mine, setup_for("memory", "id"))
    rows = rows_of(connection, "id", None)
    assert [row.setup.kind for row in rows] == ["patterns", "memory", "indonesian-news", "pipeline", "relations"]
    assert rows[0].setup == mine
    assert on(rows) == ["patterns:nama", "memory"]
    assert on(rows_of(connection, "id", ["memory"])) == ["memory"]


def test_names_that_the_project_does_not_know_any_more_are_passed_over(connection):
    assert on(rows_of(connection, "id", ["patterns:lama"])) == ["memory", "indonesian-news"]
    keep(connection, setup_for("memory", "id"))
    assert on(rows_of(connection, "id", ["patterns:lama"])) == ["memory"]


def test_setups_that_cannot_be_read_or_are_of_no_kind_are_passed_over(connection):
    broken = KnownSuggester("rusak", 0, {"kind": "memory", "labels": 7})
    strange = KnownSuggester("aneh", 1, {"kind": "telepati"})
    suggesters.remember(connection, [broken, strange])
    assert [row.setup.kind for row in rows_of(connection, "id", None)] == list(SUGGESTERS)


# --- ready to run ------------------------------------------------------------------------------------------------------------------


def test_ready_names_the_setups_and_takes_only_those_that_are_on(tmp_path):
    path = tmp_path / "nama.txt"
    path.write_text("GPE\tSolo\n", encoding="utf-8")
    given = [
        Row(SuggesterSetup("patterns", "", str(path), thresholds=(("GPE", 0.5),)), on=True),
        Row(SuggesterSetup("memory", "memory"), on=False),
    ]
    (setup,) = ready(given, "id")
    assert (setup.name, setup.language, setup.thresholds) == ("patterns:nama", "id", (("GPE", 0.5),))


def test_what_is_missing_is_said(tmp_path):
    with pytest.raises(SuggesterError, match="Tick at least one"):
        ready([Row(SuggesterSetup("memory", "memory"))], "id")
    with pytest.raises(SuggesterError, match="needs a pattern file"):
        ready([Row(SuggesterSetup("patterns", ""), on=True)], "id")
    with pytest.raises(SuggesterError, match=r"ada\.txt"):
        ready([Row(SuggesterSetup("patterns", "", str(tmp_path / "ada.txt")), on=True)], "id")


def test_two_of_one_name_cannot_run_together(tmp_path):
    rows = []
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        path = tmp_path / folder / "nama.txt"
        path.write_text("GPE\tSolo\n", encoding="utf-8")
        rows.append(Row(SuggesterSetup("patterns", "", str(path)), on=True))
    with pytest.raises(SuggesterError, match="patterns:nama"):
        ready(rows, "id")
    assert [setup.name for setup in ready([rows[0], replace(rows[1], on=False)], "id")] == ["patterns:nama"]


# --- what is remembered ------------------------------------------------------------------------------------------------------------


def test_the_order_of_the_list_is_that_in_which_they_are_believed(connection):
    first, second = setup_for("memory", "id"), setup_for("indonesian-news", "id")
    keep(connection, first, second)
    rows = [Row(second, on=True), Row(SuggesterSetup("patterns", "")), Row(first)]
    _, kept = plan(connection, [second])
    suggesters.remember(connection, placed(rows, kept, suggesters.known(connection)))
    assert [one.name for one in suggesters.known(connection)] == ["indonesian-news", "memory"]


def test_suggesters_that_are_not_in_the_list_come_last(connection):
    keep(connection, SuggesterSetup("patterns", "patterns:lama", "/lama.txt"), setup_for("memory", "id"))
    rows = [Row(setup_for("memory", "id"), on=True)]
    _, kept = plan(connection, [rows[0].setup])
    suggesters.remember(connection, placed(rows, kept, suggesters.known(connection)))
    assert [one.name for one in suggesters.known(connection)] == ["memory", "patterns:lama"]


def test_an_unfinished_run_stays_unfinished_when_the_order_changes(connection):
    setup = setup_for("memory", "id")
    _, kept = plan(connection, [setup])
    suggesters.remember(connection, [replace(one, through=7) for one in kept])
    after, kept = plan(connection, [setup])
    assert after == 7
    (one,) = placed([Row(setup, on=True)], kept, suggesters.known(connection))
    assert one.through == 7


def test_what_ran_last_is_kept_by_project(tmp_path):
    settings = Settings(tmp_path / "settings.json")
    assert last_run(settings, "/a") is None
    remember_run(settings, "/a", ["memory"])
    remember_run(settings, "/b", ["patterns:x"])
    assert last_run(Settings(tmp_path / "settings.json"), "/a") == ["memory"]
    assert last_run(settings, "/b") == ["patterns:x"]
    for number in range(60):
        remember_run(settings, f"/{number}", ["memory"])
    assert last_run(settings, "/a") is None
    assert last_run(settings, "/59") == ["memory"]


def test_a_setting_that_says_nothing_sensible_is_passed_over(tmp_path):
    settings = Settings(tmp_path / "settings.json")
    for text in ("{", "[]", json.dumps({"/a": "memory"})):
        settings.set(CHOICES, text)
        assert last_run(settings, "/a") is None
    remember_run(settings, "/a", ["memory"])
    assert last_run(settings, "/a") == ["memory"]


# --- the pace ----------------------------------------------------------------------------------------------------------------------


def answers(count: int) -> list[Answer]:
    return [Answer(number, str(number)) for number in range(1, count + 1)]


def test_slices_grow_while_they_are_quick_and_shrink_when_they_are_not():
    pace = Pace()
    sizes = []
    for some in pace.slices(answers(400)):
        sizes.append(len(some))
        pace.took(len(some), len(some) * SLICE / 1000)
    assert sizes[:4] == [4, 8, 16, 32]
    assert max(sizes) == MOST_IN_SLICE
    assert sum(sizes) == 400
    pace.took(64, 64 * SLICE)
    assert pace.most == LEAST_IN_SLICE


def test_a_document_that_is_waited_for_ends_its_slice():
    pace = Pace()
    pace.awaited = 2
    assert [[one.document_id for one in some] for some in pace.slices(answers(5))] == [[1, 2], [3, 4, 5]]


def test_nothing_found_is_no_slice():
    assert list(Pace().slices([])) == []


# --- words -------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.2, "1 second"), (42.3, "42 seconds"), (60, "1 minute"), (240, "4 minutes"), (5_399, "90 minutes"), (7_300, "2 hours")],
)
def test_times_are_said_roughly(seconds, said):
    assert words.duration(seconds) == said


def test_how_far_it_is_and_how_long_it_takes_yet():
    progress = Progress(50)
    progress.done = 12
    assert words.progress_line(progress, None) == "Suggestions: 12 of 50"
    assert words.progress_line(progress, 61) == "Suggestions: 12 of 50, 1 minute left"


def test_what_became_of_a_run():
    assert words.stopped(3, 12, whole=False) == "Stopped after 3 of 12 documents. What was suggested in them is kept."
    assert words.stopped(3, 12, whole=True).endswith("The next run can go on from there.")
    report = SuggestReport()
    assert words.here(report) == "Nothing new is suggested here."
    report.put.sets, report.put.spans = 1, 1
    assert words.here(report) == "1 span is suggested here."
    assert "kept" in words.gave_up()
