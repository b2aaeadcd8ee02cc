"""Files that are no projects, damaged, newer, read-only, open elsewhere, gone: each gets a sentence, and nothing in it is lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from annotator.domain.changes import Lane
from annotator.domain.labels import LabelScheme
from annotator.errors import AnnotatorError, NotAProject, ProjectDamaged, ProjectError, ProjectInUse, ProjectReadOnly, ProjectTooNew
from annotator.session.session import Session
from annotator.store import files, listing, migrations, queries, recount, schema
from annotator.store.project import create, open_project

ROOT = Path(__file__).resolve().parents[2]


def sentence(error: pytest.ExceptionInfo[AnnotatorError], path: Path | None = None) -> str:
    text = str(error.value)
    assert text.endswith((".", "new"))
    assert "\n" not in text
    assert "sqlite" not in text.replace("SQLite file of another program", "").replace(str(path), "").lower()
    if path is not None:
        assert path.name in text
    return text


def names(path: Path) -> list[str]:
    project = open_project(path)
    try:
        return [row[0] for row in project.connection.execute("SELECT name FROM documents ORDER BY id")]
    finally:
        project.close()


# What is no project


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(ProjectError) as error:
        open_project(tmp_path / "none.annotator")
    assert "make a new project" in sentence(error, tmp_path / "none.annotator")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"Putin tiba di Rusia.", b"SQLite format 3", b"PK\x03\x04" + bytes(200)])
def test_a_file_of_another_kind(tmp_path, content):
    path = tmp_path / "other.annotator"
    path.write_bytes(content)
    with pytest.raises(NotAProject) as error:
        open_project(path)
    sentence(error, path)
    assert path.read_bytes() == content
    assert [entry.name for entry in tmp_path.iterdir()] == ["other.annotator"]


def test_a_folder(tmp_path):
    with pytest.raises(NotAProject, match="is a folder"):
        open_project(tmp_path)


def test_an_sqlite_file_of_another_program(tmp_path):
    path = tmp_path / "other.annotator"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE notes (text)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(NotAProject, match="another program") as error:
        open_project(path)
    sentence(error, path)
    assert path.read_bytes() == before
    assert not files.WriterLock(path)._lock.is_locked


def test_a_header_without_anything_behind_it(tmp_path):
    path = tmp_path / "short.annotator"
    path.write_bytes(b"SQLite format 3\0" + bytes(100))
    with pytest.raises(ProjectError) as error:
        open_project(path)
    sentence(error, path)


def test_a_project_of_a_newer_version_is_left_as_it_is(project):
    project.connection.execute("PRAGMA user_version = 99")
    project.close()
    before = project.path.read_bytes()
    with pytest.raises(ProjectTooNew, match="newer version") as error:
        open_project(project.path)
    assert "99" in sentence(error, project.path)
    assert project.path.read_bytes() == before


def test_the_lock_is_given_back_when_opening_fails(project):
    project.connection.execute("PRAGMA user_version = 99")
    project.close()
    for _ in range(2):
        with pytest.raises(ProjectTooNew):
            open_project(project.path)
    repair = sqlite3.connect(project.path)
    repair.execute(f"PRAGMA user_version = {migrations.VERSION}")
    repair.close()
    again = open_project(project.path)
    assert not again.read_only
    again.close()


# Damage


def big(project, make_document) -> Path:
    with project.transaction("Import", actor="x", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document(f"Artikel {number}. " * 300, f"big{number}"), []) for number in range(40)])
    project.close()
    return project.path


def test_a_truncated_project_is_called_damaged(project, make_document):
    path = big(project, make_document)
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ProjectDamaged) as error:
        read_all(path)
    assert "backup" in sentence(error, path)


def read_all(path: Path) -> None:
    """Open every document of a project as its person would."""
    session = Session(open_project(path), "ani")
    try:
        with session.project.reading():
            for number in queries.document_ids(session.project.connection):
                session.open_document(number)
    finally:
        session.close()


def overwritten(project, make_document) -> Path:
    path = big(project, make_document)
    content = bytearray(path.read_bytes())
    among_articles = content.index(b"Artikel 20. Artikel 20. ") // 4096 * 4096
    content[among_articles : among_articles + 5 * 4096] = b"\xa5" * (5 * 4096)
    path.write_bytes(content)
    return path


def test_a_project_with_overwritten_pages_is_called_damaged(project, make_document):
    path = overwritten(project, make_document)
    with pytest.raises(ProjectDamaged) as error:
        read_all(path)
    sentence(error, path)


def test_what_is_not_damaged_can_be_read_and_the_damage_is_found(project, make_document):
    damaged = open_project(overwritten(project, make_document))
    assert damaged.document(1).name == "first"
    assert queries.integrity(damaged.connection)
    with pytest.raises(sqlite3.DatabaseError) as error:
        damaged.connection.execute("SELECT sum(length(text)) FROM documents").fetchall()
    assert isinstance(damaged.explained(error.value), ProjectDamaged)
    assert damaged.explained(ValueError("ours")) is None
    assert damaged.explained(sqlite3.ProgrammingError("ours")) is None
    damaged.close()


@pytest.mark.parametrize(
    "look",
    [recount.differences, lambda connection: list(listing.stream(connection, listing.Filter(name="a")))],
    ids=["figures", "names"],
)
def test_a_letter_that_is_none_any_more_is_called_damage_wherever_it_is_read(project, make_document, look):
    """Our own functions inside SQLite cannot be handed such a text, and SQLite then says no more than that."""
    project.connection.execute("UPDATE documents SET text = CAST(x'41ff42' AS TEXT), name = CAST(x'41ff42' AS TEXT)")
    with pytest.raises(sqlite3.OperationalError) as error:
        look(project.connection)
    assert isinstance(project.explained(error.value), ProjectDamaged)


def test_a_project_that_lost_a_table_is_called_damaged(project):
    project.connection.execute("DROP TABLE verdicts")
    project.close()
    with pytest.raises(ProjectDamaged, match="verdicts") as error:
        open_project(project.path)
    sentence(error, project.path)


def test_a_damaged_first_page_is_called_damaged_or_no_project(project):
    project.close()
    content = bytearray(project.path.read_bytes())
    content[100:4096] = b"\xff" * 3996
    project.path.write_bytes(content)
    with pytest.raises(ProjectError) as error:
        open_project(project.path)
    sentence(error, project.path)


# Looking without editing


def looks_but_does_not_edit(path: Path, why: str) -> None:
    project = open_project(path)
    try:
        assert why in project.read_only_reason
        assert queries.document_count(project.connection) == 3
        assert project.checkpoint() is False
        with pytest.raises(ProjectReadOnly), project.transaction("x", actor="x"):
            pytest.fail("a read-only project let a command run")
        with pytest.raises(ProjectReadOnly):
            project.begin_step("x", actor="x")
        state = Session(project, "ani").open_document(1)
        assert state.read_only
        assert [span.id for span in state.spans()] == ["s1", "s2", "s3", "s4"]
    finally:
        project.close()


def test_a_write_protected_file_opens_for_reading(project, monkeypatch):
    project.close()
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != project.path and may(path, mode))
    before = project.path.read_bytes()
    looks_but_does_not_edit(project.path, "write-protected")
    assert project.path.read_bytes() == before


def test_a_file_in_a_folder_without_write_permission_opens_for_reading(project, monkeypatch):
    project.close()
    for left in project.path.parent.glob(".project.annotator.*"):
        left.unlink()
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != project.path.parent and may(path, mode))

    def refuse(self, *args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(files.WriterLock, "acquire", refuse)
    looks_but_does_not_edit(project.path, "folder")
    assert [entry.name for entry in project.path.parent.iterdir()] == ["project.annotator"]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write everywhere")
def test_real_permission_bits(project):
    project.close()
    project.path.chmod(0o444)
    looks_but_does_not_edit(project.path, "write-protected")
    project.path.chmod(0o644)
    project.path.parent.chmod(0o555)
    try:
        looks_but_does_not_edit(project.path, "folder")
        with pytest.raises(ProjectReadOnly):
            create(project.path.with_name("new.annotator"), scheme=LabelScheme(), language="id")
    finally:
        project.path.parent.chmod(0o755)


def test_opening_for_reading_by_choice(project):
    project.close()
    chosen = open_project(project.path, read_only=True)
    assert chosen.read_only_reason == "It was opened for reading only."
    with pytest.raises(sqlite3.OperationalError):
        chosen.connection.execute("DELETE FROM documents")
    chosen.close()


def test_a_connection_that_turns_out_read_only_says_so(project):
    project.connection.execute("PRAGMA query_only = ON")
    with pytest.raises(ProjectReadOnly) as error, project.transaction("x", actor="x"):
        pass
    sentence(error, project.path)


def test_the_second_opening_in_one_process_is_for_reading_until_the_first_closes(project):
    looks_but_does_not_edit(project.path, "is open elsewhere")
    project.close()
    second = open_project(project.path)
    assert not second.read_only
    second.close()


def test_a_reader_sees_what_the_writer_committed(project, session, make_document):
    second = open_project(project.path)
    session.open_document(1)
    assert queries.find_set(second.connection, 1, "ani", queries.Kind.PERSON) is not None
    second.close()


def test_a_link_and_a_file_are_the_same_project(project, tmp_path):
    link = tmp_path / "elsewhere" / "link.annotator"
    link.parent.mkdir()
    try:
        link.symlink_to(project.path)
    except OSError:
        pytest.skip("no symbolic links here")
    second = open_project(link)
    assert "open elsewhere" in second.read_only_reason
    second.close()
    project.close()
    through_link = open_project(link)
    with through_link.transaction("Import", actor="x", lane=Lane.JOB) as tx:
        tx.add_documents([(queries.Document("by link", "x"), [])])
    through_link.close()
    assert names(project.path)[-1] == "by link"
    assert [entry.name for entry in link.parent.iterdir()] == ["link.annotator"]


HOLD = """
import sys
from pathlib import Path
from annotator.store.project import open_project
project = open_project(Path(sys.argv[1]))
print(project.read_only_reason or "open", flush=True)
sys.stdin.readline()
project.close()
"""


def python(code: str, *arguments: str, **options) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        **options,
    )


def test_a_project_open_in_another_process_opens_for_reading(project):
    project.close()
    with python(HOLD, str(project.path)) as other:
        try:
            assert other.stdout.readline() == "open\n"
            looks_but_does_not_edit(project.path, "is open elsewhere")
            with pytest.raises(ProjectInUse):
                files.must_lock(project.path)
        finally:
            other.communicate("\n")
    mine = open_project(project.path)
    assert not mine.read_only
    mine.close()


def test_the_lock_of_a_killed_process_is_free(project):
    project.close()
    with python(HOLD, str(project.path)) as other:
        assert other.stdout.readline() == "open\n"
        other.kill()
        other.communicate()
    mine = open_project(project.path)
    assert not mine.read_only
    mine.close()


def test_another_program_that_is_writing_is_named(project, monkeypatch):
    other = sqlite3.connect(project.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    project.connection.execute("PRAGMA busy_timeout = 0")
    with pytest.raises(ProjectInUse, match="another program") as error, project.transaction("x", actor="x"):
        pass
    sentence(error, project.path)
    other.execute("ROLLBACK")
    other.close()
    with project.transaction("x", actor="x") as tx:
        tx.add_documents([(queries.Document("later", "x"), [])])


# Reading while a writer left something behind

LEAVE = """
import os, sys
from pathlib import Path
from annotator.domain.changes import Lane
from annotator.domain.documents import Document
from annotator.store.project import open_project
project = open_project(Path(sys.argv[1]))
with project.transaction("Import", actor="x", lane=Lane.JOB) as tx:
    tx.add_documents([(Document("late", "text"), [])])
os._exit(0)
"""


def test_what_is_still_in_the_log_is_read(project):
    project.close()
    python(LEAVE, str(project.path)).communicate()
    wal = project.path.with_name("project.annotator-wal")
    assert wal.stat().st_size > 0
    reader = open_project(project.path, read_only=True)
    assert queries.document_count(reader.connection) == 4
    reader.close()
    assert names(project.path)[-1] == "late"


def test_a_left_log_in_a_folder_without_write_permission_is_explained(project, monkeypatch):
    project.close()
    python(LEAVE, str(project.path)).communicate()
    project.path.with_name("project.annotator-shm").unlink(missing_ok=True)
    may = os.access
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != project.path.parent and may(path, mode))
    with pytest.raises(ProjectReadOnly, match=r"project\.annotator-wal") as error:
        open_project(project.path, read_only=True)
    sentence(error, project.path)


def test_a_new_project_does_not_take_over_an_old_log(project, tmp_path, scheme):
    project.close()
    python(LEAVE, str(project.path)).communicate()
    project.path.unlink()
    fresh = create(project.path, scheme=scheme, language="id")
    assert queries.document_count(fresh.connection) == 0
    assert queries.integrity(fresh.connection) == []
    fresh.close()


# Names

NAMES = [
    "a?b#c%d%41 e.annotator",
    "berita ñ 文章 🙂.annotator",
    "name=mode&ro.annotator",
    "quo'te\"s.annotator",
    "back\\slash.annotator",
]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows forbids some of these characters")
@pytest.mark.parametrize("name", [*NAMES, b"no utf-8 \xff.annotator"])
def test_any_name_a_file_can_have(tmp_path, name, scheme):
    path = tmp_path / os.fsdecode(name)
    try:
        path.touch()
        path.unlink()
    except OSError:
        pytest.skip("this file system does not take the name")
    project = create(path, scheme=scheme, language="id")
    reader = project.reader()
    assert queries.document_count(reader) == 0
    reader.close()
    copy = path.with_name("copy of " + path.name)
    project.save_copy(copy)
    project.close()
    assert names(copy) == []
    assert path.is_file()
    left = {entry.name for entry in tmp_path.iterdir() if not entry.name.endswith((".lock", ".holder"))}
    assert left == {path.name, copy.name}


@pytest.mark.parametrize(
    ("path", "uri"),
    [
        ("/home/ani/a b?.annotator", "file:///home/ani/a%20b%3F.annotator"),
        ("C:/Users/ani/a#1.annotator", "file:///C:/Users/ani/a%231.annotator"),
        ("//server/share/a.annotator", "file:////server/share/a.annotator"),
    ],
)
def test_paths_become_addresses_that_sqlite_takes(path, uri):
    class AnyPath:
        def as_posix(self):
            return path

    assert files._uri(AnyPath()) == uri


# Making


def test_nothing_is_made_over_a_file(tmp_path, scheme):
    path = tmp_path / "there.annotator"
    path.write_text("mine")
    with pytest.raises(ProjectError, match="exists already"):
        create(path, scheme=scheme, language="id")
    assert path.read_text() == "mine"


def test_nothing_is_made_in_a_folder_that_is_not_there(tmp_path, scheme):
    with pytest.raises(ProjectError, match="does not exist"):
        create(tmp_path / "none" / "a.annotator", scheme=scheme, language="id")


def test_a_name_that_no_file_can_have(tmp_path, scheme):
    with pytest.raises(ProjectError) as error:
        create(tmp_path / ("x" * 300 + ".annotator"), scheme=scheme, language="id")
    sentence(error)


def test_a_project_that_could_not_be_made_leaves_nothing(tmp_path, scheme, monkeypatch):
    def fail(connection, *, then):
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("CREATE TABLE project (key)")
        raise RuntimeError("a bug")

    monkeypatch.setattr("annotator.store.migrations.migrate", fail)
    with pytest.raises(RuntimeError):
        create(tmp_path / "a.annotator", scheme=scheme, language="id")
    assert {entry.name for entry in tmp_path.iterdir()} <= {".a.annotator.lock"}


def test_a_new_project_knows_what_it_is(empty_project, scheme):
    connection = empty_project.connection
    assert connection.execute("PRAGMA application_id").fetchone()[0] == schema.APPLICATION_ID
    assert connection.execute("PRAGMA user_version").fetchone()[0] == migrations.VERSION
    assert connection.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
    assert connection.execute("PRAGMA synchronous").fetchone()[0] == 2
    assert connection.execute("PRAGMA foreign_keys").fetchone()[0] == 1
    assert empty_project.scheme == scheme
    assert empty_project.language == "id"
    assert empty_project.name == "project"
    assert empty_project.path.read_bytes()[68:72] == b"Anno"


def test_every_index_and_view_is_there_under_its_name(empty_project):
    there = {row[0] for row in empty_project.connection.execute("SELECT name FROM sqlite_master")}
    assert there >= schema.NAMES
    assert {"gold_spans", "gold_relations", "documents", "changes"} <= schema.NAMES


def test_opening_a_current_project_needs_no_sqlite_utils(project):
    project.close()
    code = (
        "import sys; from pathlib import Path; from annotator.store.project import open_project;"
        "open_project(Path(sys.argv[1])).close(); print([n for n in ('sqlite_utils', 'spacy', 'PySide6') if n in sys.modules])"
    )
    out, _ = python(code, str(project.path)).communicate()
    assert out == "[]\n"
