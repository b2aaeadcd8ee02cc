"""What came after a change of the label scheme keeps to the scheme when that change is taken back, or brought again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from annotator.commands import describing, documents, relations, spans
from annotator.commands.schemes import change_scheme
from annotator.domain.annotations import AnnotationSet, Kind, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Document
from annotator.domain.labels import scheme_from_dict
from annotator.domain.renamings import Renaming, renamings_from_list, renamings_to_list
from annotator.domain.scheme_draft import Draft, deleted, find_value, rename_value, renamed
from annotator.domain.scheme_edit import Part
from annotator.errors import UndoRefused
from annotator.session.session import Session
from annotator.store import queries, recount
from annotator.store.consistency import history_disagreements
from annotator.store.project import Project, create

SCHEME = scheme_from_dict(
    {
        "name": "s",
        "spans": ["PER", "ORG", "LOC"],
        "relations": [{"name": "works", "head": ["PER"], "tail": ["ORG"]}, {"name": "kin"}],
        "attributes": [{"name": "sure", "values": ["y", "n"]}, {"name": "tense"}],
        "categories": ["news", "sport"],
    }
)
FOUND = {
    "m1": Span("m1", ((0, 4),), "PER", {"sure": "y"}, reviewed=False),
    "m2": Span("m2", ((16, 19),), "ORG", reviewed=False),
}


@pytest.fixture
def project(tmp_path: Path, make_document: Callable[..., Document]) -> Iterator[Project]:
    """Four documents with two suggestions each."""
    made = create(tmp_path / "p.annotator", scheme=SCHEME, language="xx")
    model = AnnotationSet(SetInfo(0, "model", Kind.MODEL), FOUND)
    with made.transaction("Import {}", "it", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents((make_document("Budi bekerja di BRI. Ani juga.", f"d{n}"), [model]) for n in range(4))
    yield made
    made.close()


@pytest.fixture
def ani(project: Project) -> Session:
    session = Session(project, "ani")
    session.open_document(1)
    return session


def sets(project: Project) -> list[AnnotationSet]:
    keys = [row[0] for row in project.connection.execute("SELECT id FROM annotation_sets ORDER BY id")]
    return [found for key in keys if (found := queries.annotation_set(project.connection, key)) is not None]


def used(project: Project) -> dict[str, set[str]]:
    """The names in use, by what they are names of."""
    every = [item for one in sets(project) for item in (*one.spans.values(), *one.relations.values())]
    return {
        "labels": {item.label for item in every},
        "attributes": {f"{name}={value}" for item in every for name, value in item.attributes.items()},
        "categories": {name for one in sets(project) for name in one.info.categories},
        "rejected": {verdict.signature for one in sets(project) for verdict in one.verdicts.values()},
    }


def is_sound(project: Project) -> None:
    assert recount.differences(project.connection) == []
    assert list(history_disagreements(project.connection)) == []


def edited(session: Session, change: Callable[[Draft], object]) -> None:
    draft = Draft(session.project.scheme)
    change(draft)
    change_scheme(session, draft.edit())


def rename(session: Session, part: Part, old: str, new: str) -> None:
    change_scheme(session, renamed(session.project.scheme, part, old, new))


def refused(session: Session, turn: Callable[[], object]) -> str:
    """Turn a step, which must be refused and change nothing; returns the reason."""
    connection = session.project.connection
    tables = ("spans", "relations", "verdicts", "annotation_sets", "project", "steps", "changes")
    before = [connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables]
    with pytest.raises(UndoRefused) as refusal:
        turn()
    assert [connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables] == before
    return str(refusal.value)


def test_what_another_person_did_under_the_new_names_gets_the_old_ones_again(project, ani):
    rename(ani, Part.SPANS, "PER", "PERSON")
    rename(ani, Part.RELATIONS, "kin", "family")
    budi = Session(project, "budi")
    key = budi.open_document(2).set_id
    added = budi.execute(spans.add_span(key, ((21, 24),), "PERSON"))
    budi.execute(relations.add_relation(key, "m1", added, "family"))
    budi.execute(spans.remove_span(budi.open_document(3).set_id, "m1"))  # a rejection
    new = used(project)
    assert new["labels"] == {"PERSON", "ORG", "family"}
    assert new["rejected"] == {"PERSON@0-4"}
    ani.undo()
    ani.undo()
    assert project.scheme.span("PERSON") is None
    assert used(project)["labels"] == {"PER", "ORG", "kin"}
    assert used(project)["rejected"] == {"PER@0-4"}, "what was rejected stays so"
    is_sound(project)
    ani.redo()
    ani.redo()
    assert used(project) == new
    is_sound(project)
    ani.undo()
    ani.undo()
    assert used(project)["labels"] == {"PER", "ORG", "kin"}
    is_sound(project)


def test_suggestions_copied_in_between_follow_undo_and_redo(project, ani):
    rename(ani, Part.SPANS, "PER", "PERSON")
    two = ani.open_document(2)
    ani.undo()
    assert [span.label for span in two.spans()] == ["PER", "ORG"], "the open document shows it at once"
    ani.open_document(3)
    ani.redo()
    assert used(project)["labels"] == {"PERSON", "ORG"}
    is_sound(project)
    assert ani.next_undo() is not None
    ani.undo()
    ani.execute(documents.mark_done(two.set_id))


def test_suggestions_that_come_back_with_their_label_come_to_what_was_copied_without_them(project, ani):
    change_scheme(ani, deleted(project.scheme, Part.SPANS, "PER", with_annotations=True))
    two = ani.open_document(2)
    note = ani.execute(spans.add_span(two.set_id, ((21, 24),), "ORG"))
    assert [span.label for span in two.spans()] == ["ORG", "ORG"]
    ani.undo()
    ani.undo()
    assert [span.id for span in two.spans()] != [note]
    assert [(span.label, span.reviewed) for span in two.spans()] == [("PER", False), ("ORG", False)]
    assert [(span.label, span.derived_from) for span in two.spans()] == [("PER", "model/m1"), ("ORG", "model/m2")]
    is_sound(project)
    assert ani.next_redo() is not None


def test_attributes_values_and_categories_follow(project, ani):
    def change(draft: Draft) -> None:
        attribute, value = find_value(draft, "sure", "y")
        rename_value(draft, attribute, value, "yes")
        attribute.name = "certain"
        for part, old, new in ((Part.CATEGORIES, "news", "berita"), (Part.ATTRIBUTES, "tense", "time")):
            entry = draft.find(part, old)
            assert entry is not None
            entry.name = new

    edited(ani, change)
    budi = Session(project, "budi")
    key = budi.open_document(2).set_id
    added = budi.execute(spans.add_span(key, ((21, 24),), "PER"))
    budi.execute(describing.set_attribute(key, [added], [], "certain", "yes"))
    budi.execute(describing.set_attribute(key, ["m2"], [], "time", "past"))
    budi.execute(documents.set_categories(key, ("berita", "sport")))
    budi.execute(documents.mark_done(key))
    new = used(project)
    assert new["attributes"] == {"certain=yes", "time=past"}
    ani.undo()
    assert used(project)["attributes"] == {"sure=y", "tense=past"}
    assert used(project)["categories"] == {"news", "sport"}
    is_sound(project)
    ani.redo()
    assert used(project) == new
    is_sound(project)


def test_labels_that_swapped_their_names_swap_them_in_what_came_since(project, ani):
    def swap(draft: Draft) -> None:
        first, second = draft.find(Part.SPANS, "PER"), draft.find(Part.SPANS, "LOC")
        assert first is not None
        assert second is not None
        first.name, second.name = "LOC", "PER"

    edited(ani, swap)
    budi = Session(project, "budi")
    key = budi.open_document(2).set_id
    ids = [budi.execute(spans.add_span(key, ((at, at + 3),), label)) for at, label in ((21, "LOC"), (25, "PER"))]
    ani.undo()
    assert [project_span.label for one in ids if (project_span := queries.span(project.connection, key, one))] == ["PER", "LOC"]
    assert {span.label for one in sets(project) for span in one.spans.values() if span.id == "m1"} == {"PER"}
    is_sound(project)


def test_a_name_that_two_had_before_is_refused_with_the_number(project, ani):
    def unite(draft: Draft) -> None:
        first, second = draft.find(Part.SPANS, "PER"), draft.find(Part.SPANS, "LOC")
        assert first is not None
        assert second is not None
        draft.merge(second, first)
        first.name = "NAME"

    edited(ani, unite)
    budi = Session(project, "budi")
    key = budi.open_document(2).set_id
    budi.execute(spans.add_span(key, ((21, 24),), "NAME"))
    told = refused(ani, ani.undo)
    assert told.startswith("This step cannot be taken back: the label scheme would lack “NAME”, which 2 spans got since.")


def test_a_new_label_that_is_in_use_stays(project, ani):
    edited(ani, lambda draft: draft.add(Part.SPANS, "DATE"))
    budi = Session(project, "budi")
    budi.execute(spans.add_span(budi.open_document(2).set_id, ((21, 24),), "DATE"))
    assert "“DATE”, which 1 span got since" in refused(ani, ani.undo)
    budi.undo()
    assert ani.undo() is not None
    assert project.scheme == SCHEME


def test_what_was_deleted_with_its_annotations_is_not_deleted_again_where_new_ones_came(project, ani):
    change_scheme(ani, deleted(project.scheme, Part.SPANS, "LOC", with_annotations=True))
    ani.undo()
    budi = Session(project, "budi")
    budi.execute(spans.add_span(budi.open_document(2).set_id, ((21, 24),), "LOC"))
    assert refused(ani, ani.redo) == (
        "This step cannot be brought again: the label scheme would lack “LOC”, which 1 span got since. Take it from them first."
    )


def test_two_that_would_say_the_same_are_not_made(project, ani):
    rename(ani, Part.SPANS, "LOC", "ORG")
    ani.undo()
    budi = Session(project, "budi")
    key = budi.open_document(2).set_id
    budi.execute(spans.add_span(key, ((16, 19),), "LOC"))  # where the model says ORG
    assert "“LOC”, which 1 span got since" in refused(ani, ani.redo)


def test_an_unknown_name_from_before_stays_what_it_was(project, ani, make_document):
    old = AnnotationSet(SetInfo(0, "citra", Kind.PERSON), {"x": Span("x", ((0, 4),), "PERSON")})
    with project.transaction("Import {}", "it", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document("Budi di sini.", "old"), [old])])
    rename(ani, Part.SPANS, "PER", "PERSON")
    ani.undo()
    assert [span.label for one in sets(project) if one.info.annotator == "citra" for span in one.spans.values()] == ["PERSON"]
    assert ani.redo() is not None


def test_the_record_of_names_is_read_back_and_that_of_older_files_too():
    whole = Renaming("1", {"A": "B"}, {"r": ""}, {"a": "b"}, {"c": "d"}, {"a": {"x": "y"}})
    assert renamings_from_list(renamings_to_list([whole])) == (whole,)
    assert renamings_to_list([Renaming("1", {"A": "B"})]) == [{"at": "1", "spans": {"A": "B"}, "relations": {}}]
    assert renamings_from_list([{"at": "1", "spans": {"A": "B"}, "relations": {}}]) == (Renaming("1", {"A": "B"}),)


def test_names_the_other_way_round_leave_out_what_nobody_can_tell():
    there = Renaming("1", {"A": "C", "B": "C", "D": "E", "F": ""}, attributes={"a": "b"}, values={"a": {"x": "y"}})
    assert there.inverse() == Renaming("1", {"E": "D"}, attributes={"b": "a"}, values={"b": {"y": "x"}})
