"""Whatever a person made since a backup, or took away, is named before going back: nothing may go unsaid because no step tells of it."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from annotator.commands import describing, documents, linking, relations, spans
from annotator.commands.backups import difference_lines
from annotator.commands.refreshing import Entry, put_suggestions
from annotator.domain.annotations import Span
from annotator.domain.changes import Lane
from annotator.store import suggesters
from annotator.store.backup import back_up
from annotator.store.restore import Tally, compare
from annotator.store.suggesters import KnownSuggester

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "projects"


@pytest.fixture
def state(session):
    state = session.open_document(1)
    session.execute(spans.accept_span(state.set_id, "s2"))
    return state


def lines_since(session, path: Path) -> list[str]:
    return difference_lines(compare(session.project.path, path))


# What stands in the project's tables by documents

EDITS = {
    "note": lambda key: spans.describe_span(key, "s1", note="which one?"),
    "relation's note": lambda key: relations.describe_relation(key, "r1", note="asked Rina"),
    "link": lambda key: linking.link_spans(key, ["s1"], "Q7"),
    "label": lambda key: spans.relabel_span(key, "s1", "ORG"),
    "review": lambda key: spans.accept_span(key, "s1"),
    "place": lambda key: spans.move_span(key, "s1", 0, 8),
    "rejection": lambda key: spans.remove_span(key, "s1"),
    "flag": documents.toggle_flag,
    "categories": lambda key: documents.set_categories(key, ("sport",)),
    "status": documents.skip,
    "relation": lambda key: relations.relabel_relation(key, "r1", "linked"),
}


@pytest.mark.parametrize("what", EDITS)
def test_every_edit_of_a_document_is_named(session, state, what):
    made = back_up(session.project.path).made
    session.execute(EDITS[what](state.set_id))
    found = compare(session.project.path, made.path)
    assert found
    assert [entry.name for entry in found.documents] == ["first"]
    assert any(line.startswith("  first: ") for line in difference_lines(found))


def test_an_attribute_is_named(session, state):
    made = back_up(session.project.path).made
    session.execute(describing.set_attribute(state.set_id, ["s2"], [], "sure", "no"))
    assert "1 span would change." in lines_since(session, made.path)


@pytest.mark.parametrize("back", [False, True])
def test_sets_that_a_suggester_brought_whole_are_named_and_so_are_those_taken_out(session, back):
    """The journal tells them by the first and the last number alone, under no set of their own."""
    entry = Entry(3, "names", (Span("s1", ((0, 4),), "PERSON", origin="names", reviewed=False),), ())
    made = back_up(session.project.path).made
    session.execute(put_suggestions([entry], ["names"]))
    step = session.project.connection.execute("SELECT max(id) FROM steps").fetchone()[0]
    if back:
        made = back_up(session.project.path).made
        session.undo_step(step)
    found = compare(session.project.path, made.path)
    assert (found.sets, found.spans) == ((Tally(0, 1), Tally(0, 1)) if back else (Tally(1), Tally(1)))
    assert "Nothing differs." not in difference_lines(found)


# What stands beside them


def test_guidelines_are_part_of_the_scheme(session):
    made = back_up(session.project.path).made
    with session.project.transaction("Guidelines", actor="ani") as tx:
        tx.put_scheme(replace(tx.scheme, guidelines={"en": "# PERSON\nOnly names."}))
    assert "The label scheme would be that of then." in lines_since(session, made.path)


def dismiss(session, surface: str, reason: str) -> None:
    suggesters.dismiss(session.project.connection, surface, reason, {"ORG": 3, "LOC": 2}, actor="ani")


def test_what_was_dismissed_since_would_go(session):
    made = back_up(session.project.path).made
    dismiss(session, "BRI", "office or firm: both right, asked Rina")
    found = compare(session.project.path, made.path)
    assert found.dismissals == Tally(only_now=1)
    assert difference_lines(found) == ["0 steps of the history were made since.", "1 dismissed text would go."]


def test_what_was_taken_up_or_dismissed_for_another_reason_is_told_apart(session):
    dismiss(session, "BRI", "both right")
    dismiss(session, "BNI", "both right")
    dismiss(session, "BCA", "both right")
    made = back_up(session.project.path).made
    assert not compare(session.project.path, made.path)
    suggesters.take_up_again(session.project.connection, "BRI")
    suggesters.take_up_again(session.project.connection, "BNI")
    dismiss(session, "BCA", "the firm where money is meant")
    assert compare(session.project.path, made.path).dismissals == Tally(0, 2, 1)
    assert "2 dismissed texts would come back, 1 dismissed text would change." in lines_since(session, made.path)


@pytest.mark.parametrize(
    ("change", "tally", "told"),
    [
        (lambda one: replace(one, setup={"file": "other.tsv"}), Tally(different=1), "1 suggester setup would change."),
        (lambda one: replace(one, position=5), Tally(different=1), "1 suggester setup would change."),
        (lambda one: replace(one, name="more", position=1), Tally(only_now=1), "1 suggester setup would go."),
        (lambda one: replace(one, through=2, fingerprint="x"), Tally(), "Nothing differs."),
    ],
)
def test_the_suggesters_setups_are_compared_but_not_how_far_their_runs_are(session, change, tally, told):
    connection = session.project.connection
    one = KnownSuggester("names", 0, {"file": "names.tsv"})
    suggesters.remember(connection, [one])
    made = back_up(session.project.path).made
    suggesters.remember(connection, [change(one)])
    assert compare(session.project.path, made.path).suggesters == tally
    assert lines_since(session, made.path)[-1] == told


def test_a_suggester_struck_off_would_come_back(session):
    suggesters.remember(session.project.connection, [KnownSuggester("names", 0, {"file": "names.tsv"})])
    made = back_up(session.project.path).made
    suggesters.forget(session.project.connection, "names")
    assert "1 suggester setup would come back." in lines_since(session, made.path)


def test_metadata_and_language_of_another_project_are_named(new_project, make_document):
    made = []
    for name, language, source in (("one.annotator", "id", "Kompas"), ("two.annotator", "xx", "Tempo")):
        project = new_project(name, language=language)
        with project.transaction("Import {}", name, actor=name, lane=Lane.JOB) as tx:
            tx.add_documents([(make_document("Ani pergi.", "first", source=source), [])])
        made.append(project)
    found = compare(made[0].path, back_up(made[1].path).made.path)
    assert not found.related
    assert found.document_tally == Tally(1, 1)
    assert "The language of the project would be that of then." in difference_lines(found)


@pytest.mark.parametrize("file", sorted(GOLDEN.glob("version-*.project")), ids=lambda file: file.stem)
def test_a_backup_of_an_earlier_program_has_none_of_what_came_later(session, tmp_path, file):
    old = tmp_path / "old.annotator"
    old.write_bytes(file.read_bytes())
    dismiss(session, "BRI", "both right")
    suggesters.remember(session.project.connection, [KnownSuggester("names", 0)])
    found = compare(session.project.path, old)
    assert (found.dismissals.only_now, found.suggesters.only_now) == (1, 1)


COMPARED = {"annotation_sets", "dismissals", "documents", "knowledge", "project", "relations", "spans", "suggesters", "verdicts"}
HISTORY = {"changes", "steps"}
MADE_OF_THE_OTHERS = {"document_figures", "document_meta", "document_runs", "label_totals", "set_labels", "set_totals"}
LEFT_BY_PROGRAMS = {"document_worth"}
TOLD_BY_THE_TABLE_KNOWLEDGE = {f"knowledge_{part}{place}" for part in ("", "names_", "index_") for place in (0, 1)}
COMPARED_KEYS, MADE_KEYS = {"language", "scheme", "tokenizer"}, {"scheme_generation"}


def test_every_table_of_a_file_is_compared_or_nobody_made_it(session, state):
    """A table that comes to the schema must be put into one of these; so must a key of the project's own values."""
    connection: sqlite3.Connection = session.project.connection
    rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    indexes = ("document_index", "knowledge_index_0_", "knowledge_index_1_")
    tables = {name for (name,) in rows if not name.startswith(indexes)}
    assert tables == COMPARED | HISTORY | MADE_OF_THE_OTHERS | LEFT_BY_PROGRAMS | TOLD_BY_THE_TABLE_KNOWLEDGE
    keys = {key for (key,) in connection.execute("SELECT key FROM project")}
    assert keys - MADE_KEYS == COMPARED_KEYS
