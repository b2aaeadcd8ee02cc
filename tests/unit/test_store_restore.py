"""Going back to a backup: what it would change is said before, what was is kept, and a failure leaves everything as it was."""

from __future__ import annotations

import shutil
import sqlite3

import pytest

from annotator.commands import documents, relations, spans
from annotator.commands.backups import difference_lines, restore_closed
from annotator.domain.changes import Lane
from annotator.domain.progress import Cancelled, Progress
from annotator.errors import DiskFull, ProjectDamaged, ProjectError, ProjectInUse, ProjectReadOnly
from annotator.session.session import Session
from annotator.store import backup, consistency, files, journal, queries, restore
from annotator.store.backup import Reason, back_up, backups
from annotator.store.project import open_project
from annotator.store.restore import Tally, compare


@pytest.fixture
def state(session):
    """The first document open, one suggestion accepted, and a backup made of that."""
    state = session.open_document(1)
    session.execute(spans.accept_span(state.set_id, "s2"))
    return state


@pytest.fixture
def kept(session, state):
    return back_up(session.project.path).made


def dump(connection: sqlite3.Connection) -> list[str]:
    return [line for line in connection.iterdump() if "sqlite_sequence" not in line and '"steps"' not in line]


# Looking before


def test_nothing_differs_right_after_a_backup(session, kept):
    found = compare(session.project.path, kept.path)
    assert not found
    assert found.related
    assert found.steps_since == 0
    assert difference_lines(found) == ["0 steps of the history were made since.", "Nothing differs."]


def test_what_differs_is_counted_by_document(session, state, kept, make_document):
    session.execute(spans.relabel_span(state.set_id, "s1", "PERSON"))
    session.execute(spans.add_span(state.set_id, ((45, 52),), "GPE"))
    session.execute(spans.remove_span(state.set_id, "s3"))  # with its relation r1
    session.execute(documents.toggle_flag(session.open_document(3).set_id))
    with session.project.transaction("Import {}", "one", actor="ani", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document("Budi pergi.", "new"), [])])
    found = compare(session.project.path, kept.path)
    assert found.related
    assert found.document_tally == Tally(only_now=1, different=2)
    assert found.spans == Tally(only_now=1, only_then=1, different=1)
    assert found.relations == Tally(only_then=1)
    assert found.sets == Tally(only_now=1)  # the third document was opened
    assert found.steps[0].title == "Import one"
    assert found.steps_since == len(found.steps)
    by_name = {document.name: document for document in found.documents}
    assert by_name["new"].only_now
    assert by_name["first"].spans == found.spans
    lines = difference_lines(found)
    assert "1 document would go, 2 documents would change." in lines
    assert "  new: the document would go" in lines
    assert any(line.startswith("  first: -1 spans, +1 spans, ~1 spans, +1 relations") for line in lines)


def test_what_was_undone_since_differs_too(session, state, kept):
    session.undo()
    found = compare(session.project.path, kept.path)
    assert found.spans == Tally(different=1)
    assert found.sets == Tally(different=1)  # the work on the document had begun with it


def test_an_import_taken_back_since_would_come_back(session, make_document, model_set):
    with session.project.transaction("Import {}", "one", actor="ani", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document("Ani pergi.", "late"), [model_set([("s1", 0, 3, "PERSON")])])])
        step = tx.step_id
    made = back_up(session.project.path).made
    session.undo_step(step)
    found = compare(session.project.path, made.path)
    assert found.document_tally == Tally(only_then=1)
    assert found.spans == Tally(only_then=1)
    assert "  late: the document would come back" in difference_lines(found)


def test_a_changed_scheme_is_named(session, kept):
    with session.project.transaction("Scheme", actor="ani") as tx:
        tx.put_scheme(tx.scheme.with_labels(["LAW"]))
    found = compare(session.project.path, kept.path)
    assert found.scheme
    assert "The label scheme would be that of then." in difference_lines(found)


def test_a_backup_of_another_project_is_compared_as_a_whole(session, new_project, make_document, model_set, tmp_path):
    other = new_project("other.annotator")
    with other.transaction("Import {}", "x", actor="x", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document("Lain.", "first"), [model_set([("s1", 0, 4, "ORG")])])])
    made = back_up(other.path).made
    found = compare(session.project.path, made.path)
    assert not found.related
    assert found.document_tally.only_now == 3
    assert found.document_tally.only_then == 1
    assert (found.spans.only_now, found.spans.only_then) == (6, 1)


def test_only_so_many_documents_are_listed_and_all_are_counted(session, kept):
    for number in (1, 2, 3):
        session.execute(documents.toggle_flag(session.open_document(number).set_id))
    found = compare(session.project.path, kept.path, listed=1)
    assert found.document_tally.different == 3
    assert len(found.documents) == 1
    assert "And 2 documents more." in difference_lines(found, most=1)


def test_comparing_can_be_cancelled_and_names_what_is_damaged(session, state, kept):
    with pytest.raises(Cancelled):
        compare(session.project.path, kept.path, Progress(listener=lambda progress: progress.cancel()))
    content = kept.path.read_bytes()
    kept.path.write_bytes(content[:4096])
    with pytest.raises(ProjectError, match=r"auto\.annotator"):
        compare(session.project.path, kept.path)


# Going back


def test_going_back_and_back_again(session, state, kept):
    project = session.project
    before = dump(project.connection)
    session.execute(spans.remove_span(state.set_id, "s3"))
    later = dump(project.connection)
    kept_now = project.restore(kept, actor="ani")
    assert dump(project.connection) == before
    assert journal_texts(project)[-1] == f"Restore the backup of {kept.made:%Y-%m-%d %H:%M} UTC (1)"
    assert queries.integrity(project.connection) == []
    assert list(consistency.history_disagreements(project.connection)) == []
    assert consistency.derived_faults(project.connection) == []
    newest = backups(project.path)[0]
    assert (newest.path, newest.reason) == (kept_now, Reason.RESTORE)
    project.restore(newest, actor="ani")
    assert dump(project.connection) == later


def journal_texts(project) -> list[str]:
    return [step.title for step in journal.steps(project.connection)]


def test_work_goes_on_after_going_back(session, state, kept, make_document):
    session.execute(spans.accept_span(state.set_id, "s3"))
    with session.project.transaction("Import {}", "x", actor="ani", lane=Lane.JOB) as tx:
        gone = tx.add_documents([(make_document("x", "gone"), [])]).first
    last = session.project.connection.execute("SELECT max(id) FROM steps").fetchone()[0]
    session.project.restore(kept, actor="ani")
    state = session.open_document(1)
    assert state.span("s2").reviewed
    assert not state.span("s3").reviewed
    assert session.undo().title == "Accept the suggestion"  # the one made before the backup
    session.execute(spans.accept_span(state.set_id, "s4"))
    assert session.project.connection.execute("SELECT max(id) FROM steps").fetchone()[0] > last + 1
    with session.project.transaction("Import {}", "y", actor="ani", lane=Lane.JOB) as tx:
        assert tx.add_documents([(make_document("y", "new"), [])]).first > gone, "numbers are not given out twice"
    assert session.project.document(gone) is None
    session.close()
    again = open_project(session.project.path)
    assert queries.integrity(again.connection) == []
    again.close()


def test_readers_see_the_old_state_or_the_new(session, state, kept):
    reader = session.project.reader()
    reader.execute("BEGIN")
    count = "SELECT count(*) FROM annotation_sets"
    session.open_document(3)
    before = reader.execute(count).fetchone()[0]
    session.project.restore(kept, actor="ani")
    assert reader.execute(count).fetchone()[0] == before
    reader.execute("COMMIT")
    assert reader.execute(count).fetchone()[0] == 3
    reader.close()


def test_an_import_under_way_when_the_backup_was_made_is_taken_back(session, make_document):
    project = session.project
    step = project.begin_step("Import {}", "x", actor="ani")
    with project.transaction("Import {}", actor="ani", step_id=step, lane=Lane.JOB) as tx:
        tx.add_documents([(make_document("x", "half"), [])])
    made = back_up(project.path).made
    project.finish_step(step)
    project.restore(made, actor="ani")
    assert queries.document_count(project.connection) == 3
    assert journal.unfinished(project.connection) == []


def test_nothing_is_restored_without_keeping_what_is_there(session, state, kept, monkeypatch):
    session.execute(spans.accept_span(state.set_id, "s3"))
    before = dump(session.project.connection)
    monkeypatch.setattr(restore, "back_up", lambda *_: backup.Outcome(notice="No room."))
    with pytest.raises(ProjectError, match=r"Nothing was restored\. No room\."):
        session.project.restore(kept, actor="ani")
    assert dump(session.project.connection) == before


def test_a_restore_that_fails_half_way_leaves_everything(session, state, kept, monkeypatch):
    project = session.project
    session.execute(spans.describe_span(state.set_id, "s1", note="y" * 50_000))
    before = dump(project.connection)
    pages = project.connection.execute("PRAGMA page_count").fetchone()[0]
    copy_pages = files.copy_pages

    def one_by_one(source, target, path, **options):
        def fail(done, total):
            if target is project.connection and done > total // 2:
                raise DiskFull("full")

        copy_pages(source, target, path, pages=1, each=fail)

    monkeypatch.setattr(files, "copy_pages", one_by_one)
    with pytest.raises(DiskFull):
        project.restore(kept, actor="ani")
    assert dump(project.connection) == before
    assert project.connection.execute("PRAGMA page_count").fetchone()[0] == pages
    assert queries.integrity(project.connection) == []
    session.execute(spans.accept_span(state.set_id, "s3"))
    assert not list(project.path.parent.glob(".*.restoring*"))


def test_beside_another_writer_it_is_refused(session, state, kept, monkeypatch):
    other = sqlite3.connect(session.project.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(files, "BUSY_TIMEOUT", 300)
    session.project.connection.execute("PRAGMA busy_timeout = 0")
    with pytest.raises(ProjectInUse, match="another program"):
        session.project.restore(kept, actor="ani")
    other.execute("ROLLBACK")
    other.close()
    second = open_project(session.project.path)
    with pytest.raises(ProjectReadOnly, match="open elsewhere"):
        second.restore(kept, actor="ani")
    second.close()


def test_a_backup_that_is_damaged_restores_nothing(session, state, kept):
    session.execute(spans.accept_span(state.set_id, "s3"))
    before = dump(session.project.connection)
    content = bytearray(kept.path.read_bytes())
    content[5 * 4096 : 8 * 4096] = b"\xa5" * (3 * 4096)
    kept.path.write_bytes(content)
    with pytest.raises(ProjectDamaged):
        session.project.restore(kept, actor="ani")
    assert dump(session.project.connection) == before


def test_two_damaged_files_kept_in_one_second_are_both_kept(session, state, kept, monkeypatch):
    monkeypatch.setattr(restore, "next_name", lambda *_: "000002-20260101T000000Z-damaged.annotator")
    project = session.project
    project.close()
    names = []
    for mark in (b"one", b"two", b"six"):
        project.path.write_bytes(b"SQLite format 3\0" + mark * 2000)
        names.append(restore.replace_damaged(project.path, kept, actor="ani"))
    assert [name.read_bytes()[16:19] for name in names] == [b"one", b"two", b"six"]
    assert len(set(names)) == 3
    open_project(project.path).close()


def test_what_goes_wrong_before_the_copying_is_said_in_a_sentence(session, state, kept, monkeypatch):
    """SQLite's own list of numbers may be what is damaged."""
    before = session.project.path.read_bytes()
    connection = session.project.connection
    session.project.checkpoint()
    root, size = (
        connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'sqlite_sequence'").fetchone()[0],
        connection.execute("PRAGMA page_size").fetchone()[0],
    )
    monkeypatch.setattr(restore, "back_up", lambda *_: backup.Outcome(damaged=True))
    with session.project.path.open("r+b") as file:
        file.seek((root - 1) * size)
        file.write(b"\xff" * size)
    connection.execute("PRAGMA shrink_memory")
    with pytest.raises(ProjectDamaged, match="damaged"):
        session.project.restore(kept, actor="ani")
    assert len(before) == session.project.path.stat().st_size


@pytest.mark.parametrize("table", ["steps", "changes"])
def test_taking_back_what_was_unfinished_says_damage_in_a_sentence(session, state, table):
    project = session.project
    project.begin_step("Import {}", "x", actor="ani", lane=Lane.JOB)
    connection = project.connection
    project.checkpoint()
    names = {"steps": ("steps", "steps_unfinished"), "changes": ("changes",)}[table]
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    roots = [connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (name,)).fetchone()[0] for name in names]
    with project.path.open("r+b") as file:
        for root in roots:
            file.seek((root - 1) * size)
            file.write(b"\xff" * size)
    connection.execute("PRAGMA shrink_memory")
    with pytest.raises(ProjectDamaged, match="damaged"):
        project.recover()


# Without a window


def test_a_file_that_cannot_be_opened_is_replaced_and_kept(session, state, kept):
    session.execute(spans.accept_span(state.set_id, "s3"))
    session.close()
    path = session.project.path
    content = path.read_bytes()
    path.write_bytes(content[:5000])
    done = restore_closed(path, kept, actor="ani")
    assert done.damaged
    assert done.kept.read_bytes() == content[:5000]
    again = Session(open_project(path), "ani")
    assert again.open_document(1).span("s2").reviewed
    assert not again.document.span("s3").reviewed
    assert journal_texts(again.project)[-1].startswith("Restore the backup of")
    again.close()


def test_a_project_that_is_gone_comes_back(session, kept):
    session.close()
    session.project.path.unlink()
    done = restore_closed(session.project.path, kept, actor="ani")
    assert done.kept is None
    again = open_project(session.project.path)
    assert queries.document_count(again.connection) == 3
    again.close()


def test_what_can_be_opened_but_not_copied_is_kept_as_it_is(session, state, kept, make_document):
    project = session.project
    with project.transaction("Import", actor="x", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document(f"Artikel {n}. " * 200, f"big{n}"), []) for n in range(60)])
    project.close()
    content = bytearray(project.path.read_bytes())
    middle = len(content) // 2 // 4096 * 4096
    content[middle : middle + 3 * 4096] = bytes(3 * 4096)
    project.path.write_bytes(content)
    done = restore_closed(project.path, kept, actor="ani")
    assert done.kept.name.endswith("-damaged.annotator")
    assert done.kept.stat().st_size >= len(content)
    again = open_project(project.path)
    assert queries.integrity(again.connection) == []
    assert queries.document_count(again.connection) == 3
    again.close()


def test_a_closed_project_held_elsewhere_is_not_touched(session, state, kept):
    before = dump(session.project.connection)
    with pytest.raises(ProjectReadOnly):
        restore_closed(session.project.path, kept, actor="budi")
    assert dump(session.project.connection) == before


def test_a_migration_is_preceded_by_a_backup(project, monkeypatch):
    from annotator.store import migrations

    project.close()
    connection = sqlite3.connect(project.path)
    connection.execute(f"PRAGMA user_version = {migrations.VERSION}")
    connection.close()
    shutil.copyfile(project.path, project.path.with_name("before"))
    monkeypatch.setattr(migrations, "VERSION", migrations.VERSION + 1)
    monkeypatch.setattr(migrations, "_STEPS", (*migrations._STEPS, lambda db: db.execute("CREATE TABLE later (x)")))
    again = open_project(project.path)
    assert again.notices == []
    again.close()
    (made,) = backups(project.path)
    assert made.reason is Reason.MIGRATION
    held = sqlite3.connect(made.path)
    assert held.execute("SELECT count(*) FROM sqlite_master WHERE name = 'later'").fetchone()[0] == 0
    assert held.execute("SELECT count(*) FROM documents").fetchone()[0] == 3
    held.close()
    # And a backup of the older schema is brought up to date on the way back.
    restored = open_project(project.path)
    restored.restore(made, actor="ani")
    assert restored.connection.execute("SELECT count(*) FROM later").fetchone()[0] == 0
    assert restored.connection.execute("PRAGMA user_version").fetchone()[0] == migrations.VERSION
    restored.close()


def test_relations_are_compared_by_their_content(session, state, kept):
    session.execute(relations.add_relation(state.set_id, "s1", "s2", "linked"))
    assert compare(session.project.path, kept.path).relations == Tally(only_now=1)
