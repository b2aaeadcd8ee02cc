"""Loading a knowledge base: what comes in, what is counted, and that a load that stops leaves what was there."""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from dataclasses import replace

import pytest

from annotator.commands import checking, knowledge
from annotator.commands.knowledge import MOST_NAMED, LoadReport, Mode
from annotator.domain.annotations import AnnotationSet, Kind, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.knowledge import MOST_ALIASES, Entry
from annotator.domain.progress import Cancelled, Progress
from annotator.errors import DiskFull, FormatError, ProjectError, ProjectReadOnly
from annotator.formats import knowledge_files
from annotator.store import consistency, files, knowledge_loading
from annotator.store import knowledge as store
from annotator.store.backup import Reason, back_up, backups, find_backup
from annotator.store.project import open_project
from annotator.store.restore import compare

JAKARTA = Entry("Q3630", "Jakarta", ("Betawi",), "ibu kota", label="GPE", frequency=200)
BOGOR = Entry("Q10393", "Bogor", (), "kota hujan")
DEPOK = Entry("Q10448", "Depok")


@pytest.fixture
def load(project, tmp_path):
    """Load entries, or the text of a CSV, into the small project."""

    def run(content, **options) -> LoadReport:
        path = tmp_path / ("kb.csv" if isinstance(content, str) else "kb.jsonl")
        if isinstance(content, str):
            path.write_text(content, encoding="utf-8")
        else:
            knowledge_files.write(path, content)
        return knowledge.load(project, path, **options)

    return run


def there(project) -> list[Entry]:
    return list(store.all_entries(project.connection))


def sound(project) -> bool:
    """Whether everything can be found, and nothing is left of a load."""
    spare = 1 - store.place_in_use(project.connection)
    left = [
        project.connection.execute(f"SELECT count(*) FROM {table}_{spare}").fetchone()[0]
        for table in ("knowledge", "knowledge_names")
    ]
    left.append(project.connection.execute(f"SELECT count(*) FROM knowledge_index_{spare}_idx").fetchone()[0])
    return left == [0, 0, 0] and consistency.derived_faults(project.connection) == []


def figures(report: LoadReport) -> tuple[int, int, int, int, int, int]:
    return report.read, report.added, report.changed, report.unchanged, report.removed, report.entries


def test_a_file_comes_to_what_is_there(project, load):
    assert figures(load([JAKARTA, BOGOR])) == (2, 2, 0, 0, 0, 2)
    newer = replace(JAKARTA, name="DKI Jakarta", aliases=(), description="", frequency=300)
    report = load([newer, BOGOR, DEPOK])
    assert figures(report) == (3, 1, 1, 1, 0, 3)
    assert there(project) == [replace(JAKARTA, name="DKI Jakarta", aliases=("Jakarta", "Betawi"), frequency=300), BOGOR, DEPOK]
    assert [match.entry.id for match in store.search(project.connection, "betawi")] == ["Q3630"]
    assert report.sentence() == "The knowledge base has 3 entries: 1 added, 1 changed, 1 unchanged, 0 removed."
    assert sound(project)


def test_a_file_takes_the_place_of_what_is_there(project, load):
    load([JAKARTA, BOGOR])
    report = load([replace(JAKARTA, aliases=()), DEPOK], mode=Mode.REPLACE)
    assert figures(report) == (2, 1, 1, 0, 1, 2)
    assert there(project) == [replace(JAKARTA, aliases=()), DEPOK]
    assert store.search(project.connection, "betawi") == []
    assert store.search(project.connection, "bogor") == []
    assert sound(project)


def test_the_same_file_again_changes_nothing(project, load):
    load([JAKARTA, BOGOR])
    for mode in Mode:
        assert figures(load([JAKARTA, replace(BOGOR, aliases=())], mode=mode)) == (2, 0, 0, 2, 0, 2)
    assert there(project) == [JAKARTA, BOGOR]


def test_an_id_that_is_given_again_gets_all_names_and_is_told(project, load):
    report = load("id,name,description\nQ1,Jokowi,\nQ2,x,\nQ1,Joko Widodo,presiden\nQ1,Jokowi,lain\n")
    assert figures(report) == (4, 2, 0, 0, 0, 2)
    assert there(project) == [Entry("Q1", "Jokowi", ("Joko Widodo",), "presiden"), Entry("Q2", "x")]
    assert [(complaint.message.partition(";")[0], complaint.lost) for complaint in report.complaints] == [
        ("The id “Q1” is given again", False),
        ("The id “Q1” is given again", False),
    ]
    assert not report.losses
    assert figures(load("id,name,description\nQ1,Jokowi,\nQ1,Joko Widodo,presiden\n"))[1:4] == (0, 0, 1)
    assert figures(load("id,name\nQ1,Jokowi\nQ1,Dodo\n"))[1:4] == (0, 1, 0)


def test_no_entry_grows_without_end(project, load):
    report = load("id,name\n" + "".join(f"Q1,Nama {number}\n" for number in range(MOST_ALIASES + 4)))
    assert len(there(project)[0].aliases) == MOST_ALIASES
    assert report.lost == 3
    assert any("more than 1000 aliases" in complaint.message for complaint in report.complaints) or report.more_complaints


def test_what_is_in_use_is_never_cleared(project, load):
    load([JAKARTA])
    with project.unrecorded() as connection:
        assert knowledge_loading.cleared(connection, store.place_in_use(connection), 0)
    assert there(project) == [JAKARTA]


def test_bad_rows_are_told_and_the_rest_comes(project, load):
    report = load("id,name\n,x\nQ1,\nQ2,y\n")
    assert [complaint.message for complaint in report.complaints] == [
        "The entry has no id; it was left out.",
        "“Q1”: the entry has no name; it was left out.",
    ]
    assert (report.losses, report.read, there(project)) == (True, 1, [Entry("Q2", "y")])
    assert report.to_dict()["complaints"][0]["place"].endswith("kb.csv:2")


def test_very_many_complaints_are_counted(load):
    report = load("id,name\n" + ",x\n" * (MOST_NAMED + 30) + "Q1,x\n")
    assert (len(report.complaints), report.more_complaints, report.lost) == (MOST_NAMED, 30, MOST_NAMED + 30)


@pytest.mark.parametrize("mode", Mode)
def test_a_file_without_a_sound_entry_leaves_what_is_there(project, load, mode):
    load([JAKARTA])
    report = load("id,name\n,x\n", mode=mode)
    assert "no sound entry" in report.complaints[-1].message
    assert (report.losses, report.entries, there(project)) == (True, 1, [JAKARTA])
    assert sound(project)


def test_a_file_that_cannot_be_read_is_refused(project, load, tmp_path):
    load([JAKARTA])
    with pytest.raises(FormatError, match="no column “id”"):
        load("x,y\n1,2\n")
    with pytest.raises(FormatError, match="does not exist"):
        knowledge.load(project, tmp_path / "none.csv")
    assert there(project) == [JAKARTA]


class Stopping(Progress):
    """A progress that is cancelled at a certain step."""

    def __init__(self, steps: int) -> None:
        super().__init__()
        self.steps = steps

    def check(self) -> None:
        self.steps -= 1
        if self.steps <= 0:
            self.cancel()
        super().check()


def test_a_load_can_be_stopped_anywhere_and_leaves_what_was_there(project, load, monkeypatch):
    monkeypatch.setattr(knowledge, "BULK", 3)
    load([JAKARTA, BOGOR])
    before = store.state(project.connection)
    many = [Entry(f"X{number}", f"Nama {number}") for number in range(20)]
    stopped = 0
    for steps in range(1, 60):
        try:
            report = load(many, progress=Stopping(steps), mode=Mode.ADD if steps % 2 else Mode.REPLACE)
        except Cancelled:
            stopped += 1
            assert store.state(project.connection) == before
            assert there(project) == [JAKARTA, BOGOR]
            assert sound(project)
        else:
            assert report.added == 20
            break
    assert stopped > 10
    assert store.count(project.connection) >= 20


def interrupting(monkeypatch, owner, name: str, *, after: bool) -> None:
    """Have somebody press Ctrl+C once, before or after a function has done its work."""
    plain, pressed = getattr(owner, name), []

    def run(*given, **named):
        result = plain(*given, **named) if after or pressed else None
        if not pressed:
            pressed.append(True)
            raise KeyboardInterrupt
        return result

    monkeypatch.setattr(owner, name, run)


LAST_STEPS = [(knowledge_loading, "order"), (knowledge_loading, "name"), (store, "linked_ids_without_entry")]
"""What a load does last before the new one is put in use."""


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", [*LAST_STEPS, (knowledge_loading, "put_in_use")], ids=lambda step: step[1])
def test_an_interrupt_that_comes_out_has_changed_nothing(project, load, monkeypatch, step, after):
    load([JAKARTA, BOGOR])
    before = store.state(project.connection)
    interrupting(monkeypatch, *step, after=after)
    with pytest.raises(KeyboardInterrupt):
        load([DEPOK], mode=Mode.REPLACE)
    assert store.state(project.connection) == before
    assert there(project) == [JAKARTA, BOGOR]
    assert sound(project)


@pytest.mark.parametrize("stopped", [KeyboardInterrupt, Cancelled])
@pytest.mark.parametrize("mode", Mode)
def test_one_who_stops_it_when_it_is_in_use_is_told_what_came_in(project, load, mode, stopped):
    load([JAKARTA, BOGOR])
    calls = []

    def write(call):
        result = call()
        if store.state(project.connection).entries in (1, 3) and not calls:
            calls.append(True)
            raise stopped  # at once after the last piece
        return result

    report = load([DEPOK], mode=mode, write=write)
    assert figures(report) == ((1, 1, 0, 0, 2, 1) if mode is Mode.REPLACE else (1, 1, 0, 0, 0, 3))
    assert store.count(project.connection) == report.entries == len(there(project))
    assert [complaint.message for complaint in report.complaints] == [
        "It was interrupted when everything was loaded already; that stays."
    ]
    assert not report.losses
    assert sound(project)


@pytest.mark.parametrize("verb", ["load", "remove"])
def test_one_who_stops_the_tidying_has_what_was_done(project, load, monkeypatch, verb):
    load([JAKARTA, BOGOR])
    interrupting(monkeypatch, knowledge_loading, "ended", after=False)
    if verb == "load":
        assert load([DEPOK]).entries == 3
        assert there(project) == [JAKARTA, BOGOR, DEPOK]
    else:
        assert knowledge.remove(project) == 2
        assert there(project) == []
    load([JAKARTA], mode=Mode.REPLACE)
    assert sound(project)


def test_a_count_that_fails_has_changed_nothing(project, load, monkeypatch):
    load([JAKARTA])

    def failing(*_):
        raise ProjectError("no")

    monkeypatch.setattr(store, "linked_ids_without_entry", failing)
    with pytest.raises(ProjectError):
        load([DEPOK], mode=Mode.REPLACE)
    assert there(project) == [JAKARTA]
    assert sound(project)


def test_a_full_disk_leaves_what_was_there(project, load):
    load([JAKARTA, BOGOR])
    pages = project.connection.execute("PRAGMA page_count").fetchone()[0]
    project.connection.execute(f"PRAGMA max_page_count = {pages + 20}")
    with pytest.raises(DiskFull):
        load([Entry(f"X{number}", f"Nama {number} " * 20) for number in range(3000)])
    assert there(project) == [JAKARTA, BOGOR]
    project.connection.execute("PRAGMA max_page_count = 1073741823")
    load([DEPOK])
    assert there(project) == [JAKARTA, BOGOR, DEPOK]
    assert sound(project)


def test_what_a_killed_program_left_half_loaded_is_in_nobodys_way(project, load):
    load([JAKARTA])
    with project.unrecorded() as connection:
        knowledge_loading.take(connection, 1 - store.place_in_use(connection), [BOGOR, DEPOK])
        knowledge_loading.name(connection, 1 - store.place_in_use(connection), [1], 1)
    assert there(project) == [JAKARTA]
    assert consistency.derived_faults(project.connection) == []
    load([DEPOK])
    assert there(project) == [JAKARTA, DEPOK]
    assert sound(project)


def test_a_load_in_another_thread_writes_where_the_project_is(project, load):
    """As a window does it: small pieces, each in the thread that owns the connection."""
    asked: list = []
    wanted, ready = threading.Event(), threading.Event()
    outcome: list = []

    def in_window(call):
        asked.append(call)
        wanted.set()
        ready.wait(30)
        ready.clear()
        return asked.pop()

    def write(call):
        return in_window(call)[1]

    many = [Entry(f"X{number}", f"Nama {number}") for number in range(500)]

    def work():
        try:
            outcome.append(load(many, write=write, gently=True))
        finally:
            outcome.append(None)
            wanted.set()

    thread = threading.Thread(target=work)
    thread.start()
    pieces = 0
    while True:
        assert wanted.wait(30)
        wanted.clear()
        if not asked:
            break
        asked.append((None, asked.pop()()))
        pieces += 1
        ready.set()
    thread.join()
    assert outcome[0].added == 500
    assert pieces > 6
    assert store.count(project.connection) == 500
    assert sound(project)


def test_pieces_are_as_big_as_their_time_allows(project, load, monkeypatch):
    sizes: list[int] = []
    real = knowledge_loading.take

    def measured(connection, place, entries):
        sizes.append(len(entries))
        return real(connection, place, entries)

    clock = iter(range(1_000_000))
    monkeypatch.setattr(knowledge_loading, "take", measured)
    monkeypatch.setattr(knowledge.time, "perf_counter", lambda: next(clock))
    load([Entry(f"X{number}", "x") for number in range(300)], gently=True)
    assert sizes[-2] == knowledge._LEAST, "each piece takes a second by this clock"
    sizes.clear()
    monkeypatch.setattr(knowledge.time, "perf_counter", lambda: 0.0)
    load([Entry(f"X{number}", "x") for number in range(2000)], gently=True)
    assert sizes[:-1] == sorted(sizes[:-1])
    assert sizes[-2] > sizes[0]


def test_a_knowledge_base_leaves_no_step_and_survives_undo(session, load):
    steps = session.project.connection.execute("SELECT count(*) FROM steps").fetchone()
    load([JAKARTA])
    assert session.project.connection.execute("SELECT count(*) FROM steps").fetchone() == steps
    assert session.undo() is None
    assert there(session.project) == [JAKARTA]


def test_it_is_there_after_closing(project, load):
    load([JAKARTA])
    project.close()
    again = open_project(project.path)
    assert there(again) == [JAKARTA]
    again.close()


def test_a_project_that_is_only_read_refuses(project, load):
    load([JAKARTA])
    project.close()
    reading = open_project(project.path, read_only=True)
    path = project.path.with_name("kb.jsonl")
    for call in (lambda: knowledge.load(reading, path), lambda: knowledge.remove(reading)):
        with pytest.raises(ProjectReadOnly):
            call()
    assert there(reading) == [JAKARTA]
    reading.close()


def test_removing_says_how_many_and_leaves_nothing(project, load):
    load([JAKARTA, BOGOR])
    assert knowledge.remove(project) == 2
    assert store.state(project.connection) == store.State()
    assert there(project) == []
    assert knowledge.remove(project) == 0
    assert sound(project)


def test_export_and_load_are_there_and_back(project, load, tmp_path):
    load([JAKARTA, BOGOR])
    target = tmp_path / "out.jsonl"
    assert knowledge.export(project.connection, target) == 2
    knowledge.remove(project)
    knowledge.load(project, target)
    assert there(project) == [JAKARTA, BOGOR]


class Meanwhile(Progress):
    """A progress after whose first steps something happens once, as another program does it."""

    def __init__(self, happens) -> None:
        super().__init__()
        self.happens = happens

    def advance(self, units: int = 1) -> None:
        super().advance(units)
        if self.done == 3 and self.happens is not None:
            happens, self.happens = self.happens, None
            happens()


MANY = [Entry(f"X{number:04}", f"Nama {number}") for number in range(1500)]


@pytest.mark.parametrize("mode", Mode)
def test_what_is_saved_is_whole_whatever_is_loaded_meanwhile(project, load, tmp_path, mode):
    load(MANY)
    target = tmp_path / "out.jsonl"
    with contextlib.closing(project.reader()) as reader:
        assert knowledge.export(reader, target, Meanwhile(lambda: load([DEPOK], mode=mode))) == len(MANY)
        assert not reader.in_transaction
        assert store.count(reader) == store.count(project.connection) == (1 if mode is Mode.REPLACE else len(MANY) + 1)
    assert list(knowledge_files.read(target)) == MANY


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        ("DELETE FROM knowledge_{place} WHERE number > 700", "has 700 entries but should have 1500"),
        ("UPDATE knowledge SET place = 1 - place, loaded = 'later'", "was changed while"),
        ("UPDATE knowledge SET entries = 1", "was changed while"),
    ],
)
def test_what_could_only_be_saved_in_part_is_not_saved(project, load, tmp_path, spoil, reason):
    load(MANY)
    target = tmp_path / "out.jsonl"
    target.write_text("what was there", encoding="utf-8")
    path = tmp_path / "network.annotator"
    with contextlib.closing(sqlite3.connect(path)) as copy:
        project.connection.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")  # as on a network folder, where no transaction keeps the writer out
    with contextlib.closing(files.connect(path, "rw")) as writer, contextlib.closing(files.connect(path, "ro")) as reader:
        sql = spoil.format(place=store.place_in_use(writer))
        with pytest.raises(ProjectError, match=reason):
            knowledge.export(reader, target, Meanwhile(lambda: writer.execute(sql)))
    assert target.read_text(encoding="utf-8") == "what was there"


def test_saving_that_is_stopped_leaves_nothing_open(project, load, tmp_path):
    load(MANY)
    with pytest.raises(Cancelled):
        knowledge.export(project.connection, tmp_path / "out.jsonl", Stopping(20))
    assert not project.connection.in_transaction
    assert list(tmp_path.glob("out*")) == []


# Links


@pytest.fixture
def linked(project, make_document):
    spans = {
        key: Span(key, ((start, end),), "GPE", kb_id=kb_id)
        for key, start, end, kb_id in (("a", 0, 7, "Q3630"), ("b", 12, 17, "Q10393"), ("c", 22, 27, "Q0"))
    }
    with project.transaction("Import {}", "x", actor="import", lane=Lane.JOB) as tx:
        text = "Jakarta dan Bogor dan Depok."
        tx.add_documents([(make_document(text, "links"), [AnnotationSet(SetInfo(0, "ani", Kind.PERSON), spans)])])
    return project


def test_links_without_an_entry_are_counted_and_stay(linked, load):
    assert load([JAKARTA, BOGOR]).unnamed == 1
    assert load([BOGOR], mode=Mode.REPLACE).unnamed == 2
    kept = linked.connection.execute("SELECT kb_id FROM spans WHERE kb_id <> '' ORDER BY 1").fetchall()
    assert kept == [("Q0",), ("Q10393",), ("Q3630",)]


def test_what_removing_means_is_said_in_numbers(linked, load):
    load([JAKARTA, BOGOR])
    assert knowledge.removal_sentence(linked.connection) == (
        "2 entries will be removed. 2 linked spans will have no name for their id; all links stay."
    )
    load([JAKARTA], mode=Mode.REPLACE)
    assert knowledge.removal_sentence(linked.connection) == (
        "1 entry will be removed. 1 linked span will have no name for its id; all links stay."
    )


def test_a_check_warns_of_links_only_where_a_knowledge_base_is_loaded(linked, load):
    assert checking.unnamed_links(linked.connection) == []
    load([JAKARTA])
    assert checking.unnamed_links(linked.connection) == [("Q0", 1), ("Q10393", 1)]


# Safety


def test_names_that_were_lost_are_found_and_made_anew(project, load):
    load([JAKARTA, BOGOR])
    place = store.place_in_use(project.connection)
    for damage in (
        f"DELETE FROM knowledge_names_{place} WHERE folded = 'bogor'",
        f"UPDATE knowledge_names_{place} SET folded = 'x' WHERE folded = 'bogor'",
        f"INSERT INTO knowledge_index_{place} (knowledge_index_{place}) VALUES ('delete-all')",
        "UPDATE knowledge SET entries = 7",
        "UPDATE knowledge SET names = 7",
    ):
        project.connection.execute(damage)
        assert consistency.KNOWLEDGE in consistency.derived_faults(project.connection), damage
        assert any("knowledge base" in found.message for found in checking.inconsistencies(project.connection))
        project.mend_derived(indexes=False)
        assert consistency.derived_faults(project.connection) == []
        assert [match.entry.id for match in store.search(project.connection, "bogor")] == ["Q10393"]


def test_a_backup_holds_it_and_going_back_brings_it_back(project, load):
    load([JAKARTA])
    back_up(project.path, Reason.MANUAL)
    (made,) = backups(project.path)
    assert not compare(project.path, made.path).knowledge
    load([DEPOK], mode=Mode.REPLACE)
    found = compare(project.path, made.path)
    assert found.knowledge
    assert found
    project.restore(find_backup(project.path, "latest"), actor="ani")
    assert there(project) == [JAKARTA]
    assert sound(project)


def test_what_is_left_when_the_patience_ends_goes_with_the_next_load(project, load, monkeypatch):
    load([JAKARTA, BOGOR])
    monkeypatch.setattr(knowledge, "_TIDYING", -1.0)
    load([DEPOK], mode=Mode.REPLACE)
    assert not sound(project), "the old one lies there still"
    assert there(project) == [DEPOK]
    assert [match.entry for match in store.search(project.connection, "bogor")] == []
    monkeypatch.setattr(knowledge, "_TIDYING", 10.0)
    load([BOGOR])
    assert there(project) == [DEPOK, BOGOR]
    assert sound(project)


@pytest.mark.parametrize("small", [0, 1_000_000])
def test_a_place_is_cleared_in_pieces_or_at_once(project, load, monkeypatch, small):
    monkeypatch.setattr(knowledge_loading, "_SMALL", small)
    load([Entry(f"X{number}", f"Nama {number}") for number in range(500)])
    knowledge.remove(project, gently=True)
    assert sound(project)
    place = 1 - store.place_in_use(project.connection)
    with project.unrecorded() as connection:
        knowledge_loading.take(connection, place, [Entry(f"X{number}", f"Nama {number}") for number in range(500)])
        knowledge_loading.name(connection, place, range(1, 501), 1)
    pieces = 0
    while True:
        with project.unrecorded() as connection:
            if knowledge_loading.cleared(connection, place, 60):
                break
        pieces += 1
    assert pieces == (3 if small else 1 + 2 * 9)
