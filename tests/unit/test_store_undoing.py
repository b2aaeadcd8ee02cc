"""Taking steps back set-wise: the very rows come back, each thing once, and nothing that the step did not change is touched."""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace

import pytest

from annotator.commands.command import Command
from annotator.commands.schemes import change_scheme
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span, Verdict
from annotator.domain.changes import Change, Lane, What
from annotator.domain.scheme_draft import deleted, renamed
from annotator.domain.scheme_edit import Part
from annotator.errors import ProjectError, UndoRefused
from annotator.session.session import Session
from annotator.store import journal, recount
from annotator.store.project import open_project
from annotator.store.rows import SET_COLUMNS
from annotator.store.undoing import KeptChange

TABLES = (
    "spans",
    "relations",
    "verdicts",
    "annotation_sets",
    "set_labels",
    "label_totals",
    "set_totals",
    "project",
    "document_figures",
)
ODD = {
    "nul": Span("nul", ((0, 3),), "PERSON", {"x": "a\x00b"}, "n\x00n"),
    "third": Span("third", ((4, 8),), "PERSON", {"x": [1, None, {"y": 2.5}]}, confidence=1 / 3, reviewed=False),
    "tenth": Span(
        "tenth", ((0, 1), (4, 5)), "PERSON", kb_id="Q\u2028\U0001f600", confidence=0.1 + 0.2, origin="m", derived_from="m/s"
    ),
    "quote": Span("quote", ((9, 13),), "GPE", note="\"'\\\n%'"),
}
LINKS = {
    "r1": Relation("r1", "leads", "nul", "quote", confidence=2 / 3),
    "r2": Relation("r2", "leads", "tenth", "quote", reviewed=False),
}


@pytest.fixture
def session(project, make_document):
    verdicts = {"PERSON@0-3": Verdict("PERSON@0-3", "m")}
    with project.transaction("Import {}", "it", actor="x", lane=Lane.JOB) as tx:
        tx.add_documents(
            (make_document("Ani Budi Cici Dedi", f"odd{number}"), [
                AnnotationSet(SetInfo(0, name, kind), ODD, LINKS, verdicts) for name, kind in (("ani", Kind.PERSON), ("m", Kind.MODEL))
            ])
            for number in range(4)
        )  # fmt: skip
    made = Session(project, "ani")
    made.execute(Command("Begin", lambda tx: tx.put_set(mine(made), replace(tx.set_info(mine(made)), flagged=True))))
    return made


def mine(session) -> int:
    return session.project.connection.execute(
        "SELECT min(id) FROM annotation_sets WHERE annotator = 'm' AND document_id > 3"
    ).fetchone()[0]


def rows(session) -> dict[str, list[tuple]]:
    """Return all rows as they are on disk; how often a set was checked and the scheme changed goes on."""
    connection = session.project.connection
    order = {table: "1, 2" if table in ("project", "document_figures", "verdicts") else "1, 2, 3, 4" for table in TABLES}
    found = {table: connection.execute(f"SELECT * FROM {table} ORDER BY {order[table]}").fetchall() for table in TABLES}
    found["project"] = [row for row in found["project"] if row[0] != "scheme_generation"]
    names = [row[1] for row in connection.execute("PRAGMA table_info(annotation_sets)")]
    found["annotation_sets"] = [
        tuple(value for name, value in zip(names, row, strict=True) if name not in ("checked", "problems"))
        for row in found["annotation_sets"]
    ]
    return found


def edits(session) -> dict[str, Command | None]:
    def twice(tx) -> None:
        number = mine(session)
        tx.put(number, replace(tx.span(number, "nul"), label="ORG"))
        tx.put(number, replace(tx.span(number, "third"), label="ORG"))
        tx.put(number, replace(tx.span(number, "nul"), label="PERSON"))

    def much(tx) -> None:
        number = mine(session)
        tx.remove(number, tx.relation(number, "r1"))
        tx.remove(number, tx.span(number, "nul"))
        tx.remove(number, Verdict("PERSON@0-3"))
        tx.put(number, Verdict("GPE@0-3", "y"))
        tx.put(number, replace(tx.span(number, "quote"), label="ORG", note="", confidence=0.7))
        tx.put(number, replace(tx.span(number, "tenth"), fragments=((0, 3),)))
        tx.put(number, Relation("r9", "visited", "quote", "tenth"))
        made = tx.add_set(SetInfo(4, "budi", Kind.PERSON))
        tx.put(made, Span("s", ((0, 3),), "ORG"))

    def one_way(tx) -> None:
        number = mine(session)
        for key in ("nul", "third", "tenth"):
            tx.put(number, replace(tx.span(number, key), label="ORG", note="same"))

    return {"twice": Command("Twice", twice), "much": Command("Much", much), "one way": Command("One way", one_way)}


@pytest.mark.parametrize("name", ["twice", "much", "one way", "rename", "merge", "delete", "relations"])
def test_the_very_rows_come_back(session, name):
    before = rows(session)
    scheme = session.project.scheme
    if name in edits(session):
        session.execute(edits(session)[name])
    else:
        change_scheme(
            session,
            {
                "rename": lambda: renamed(scheme, Part.SPANS, "PERSON", "ORANG"),
                "merge": lambda: renamed(scheme, Part.SPANS, "PERSON", "GPE"),
                "delete": lambda: deleted(scheme, Part.SPANS, "PERSON", with_annotations=True),
                "relations": lambda: renamed(scheme, Part.RELATIONS, "leads", "memimpin"),
            }[name](),
        )
    after = rows(session)
    assert after != before
    for _ in range(2):
        session.undo()
        assert rows(session) == before
        assert recount.differences(session.project.connection) == []
        session.redo()
        assert rows(session) == after
        assert recount.differences(session.project.connection) == []


def test_each_thing_is_told_once_and_as_a_change(session):
    session.execute(edits(session)["twice"])
    step = session.next_undo()
    undone = session.undo()
    assert [(change.what, change.key) for change in undone.changes] == [(What.SPAN, "third")]
    (change,) = undone.changes
    assert isinstance(change, KeptChange)
    assert (change.before.label, change.after) == ("ORG", ODD["third"])
    recorded, _ = journal.recorded(session.project.connection, step.id)
    assert recorded[1].inverse() == change
    assert change == recorded[1].inverse()
    assert change != recorded[1]


def test_a_kept_change_is_read_when_somebody_looks(session):
    session.execute(edits(session)["one way"])
    changes = session.undo().changes
    slot = vars(Change)["before"]
    with pytest.raises(AttributeError):
        slot.__get__(changes[0])
    assert changes[0].before.label == "ORG"
    assert slot.__get__(changes[0]).label == "ORG"
    with pytest.raises(AttributeError):
        _ = changes[0].nothing
    assert replace(changes[1], before=None) == Change(What.SPAN, changes[1].set_id, changes[1].key, None, changes[1].after)
    assert changes[1] != "another thing"
    assert copy.copy(changes[1]) == changes[1]
    assert pickle.loads(pickle.dumps(changes[1])) == changes[1]
    assert changes[1].inverse().inverse() == changes[1]


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE spans SET note = 'other' WHERE id = 'third'",
        "DELETE FROM spans WHERE id = 'third'",
        "UPDATE spans SET confidence = 0.3333333333333334 WHERE id = 'third'",
        "UPDATE spans SET attributes = NULL WHERE id = 'nul'",
    ],
)
def test_what_is_otherwise_is_not_touched(session, sql):
    session.execute(edits(session)["one way"])
    session.project.connection.execute(sql)
    before = rows(session)
    with pytest.raises(UndoRefused):
        session.undo()
    assert rows(session) == before


def test_a_relation_drawn_later_keeps_its_spans(session):
    number = mine(session)
    session.execute(Command("New", lambda tx: tx.put(number, Span("new", ((14, 18),), "ORG"))))
    sql = "INSERT INTO relations (set_id, id, label, head, tail) VALUES (?, 'late', 'leads', 'nul', 'new')"
    session.project.connection.execute(sql, (number,))
    before = rows(session)
    with pytest.raises(UndoRefused):
        session.undo()
    assert rows(session) == before


GARBLED = [
    "[1, 2]",
    "not json",
    "{}",
    "null",
    "5",
    '"twelve signs"',
    '["third",4,8,"PERSON",null,"<\\"q\\":\\"1\\"}","","",null,"",0,""]',
    '["third",4,8,"PERSON",null,"[1]","","",null,"",0,""]',
    '["third",4,8,"PERSON",null,["q"],"","",null,"",0,""]',
    '["third",4,8,"PERSON","[[4","{}","","",null,"",0,""]',
    '["third",4,8,"PERSON","[4,8]",null,"","",null,"",0,""]',
]


@pytest.mark.parametrize("kept", GARBLED)
def test_a_garbled_history_is_told_and_nothing_is_written(session, kept):
    session.execute(edits(session)["one way"])
    step = session.next_undo().id
    session.project.connection.execute("UPDATE changes SET before = ? WHERE step_id = ? AND key = 'third'", (kept, step))
    before = rows(session)
    with pytest.raises(ProjectError):
        session.undo()
    assert rows(session) == before
    assert session.next_undo().id == step


def test_a_garbled_attribute_of_a_relation_is_told_and_nothing_is_written(session):
    number = mine(session)
    session.execute(Command("Note", lambda tx: tx.put(number, replace(LINKS["r1"], note="n"))))
    kept = '["r1","leads","nul","quote","{\\"q\\":","",0.5,"",1,""]'
    step = session.next_undo().id
    session.project.connection.execute("UPDATE changes SET before = ? WHERE step_id = ?", (kept, step))
    before = rows(session)
    with pytest.raises(ProjectError):
        session.undo()
    assert rows(session) == before
    assert session.next_undo().id == step


@pytest.mark.parametrize(("column", "kept"), [("categories", "[1"), ("status", "nothing")])
def test_a_garbled_set_is_told_and_nothing_is_written(session, column, kept):
    step = session.next_undo().id
    at = SET_COLUMNS.index(column)
    sql = "UPDATE changes SET before = json_set(before, ?, ?) WHERE step_id = ?"
    session.project.connection.execute(sql, (f"$[{at}]", kept, step))
    before = rows(session)
    with pytest.raises(ProjectError):
        session.undo()
    assert rows(session) == before
    assert session.next_undo().id == step


@pytest.mark.parametrize("kept", ['["{"]', '["[]"]', "[5]", '[["x"]]'])
def test_a_garbled_scheme_is_told_and_nothing_is_written(session, kept):
    change_scheme(session, renamed(session.project.scheme, Part.SPANS, "PERSON", "ORANG"))
    step = session.next_undo().id
    session.project.connection.execute("UPDATE changes SET before = ? WHERE step_id = ? AND what = 'scheme'", (kept, step))
    before = rows(session)
    with pytest.raises(ProjectError):
        session.undo()
    assert rows(session) == before
    assert session.next_undo().id == step


def test_a_step_that_puts_everything_back_itself_does_not_stand_in_the_way(session):
    """Nothing is left to take back of it, but it is taken back: the next undo takes the step before, and redo comes to both."""

    def there_and_back(tx) -> None:
        number = mine(session)
        tx.put(number, replace(tx.span(number, "nul"), note="other"))
        tx.put(number, ODD["nul"])

    begun = session.next_undo().id
    flagged = rows(session)
    session.execute(Command("There and back", there_and_back))
    step = session.next_undo().id
    assert step != begun
    assert session.undo().changes == ()
    assert (session.next_undo().id, session.next_redo().id) == (begun, step)
    assert rows(session) == flagged
    assert [change.what for change in session.undo().changes] == [What.SET]
    assert session.next_undo() is None
    assert [session.redo().undoes, session.redo().undoes] == [begun, step]
    assert (session.next_undo().id, session.next_redo()) == (step, None)
    assert rows(session) == flagged


def test_what_breaks_in_the_middle_leaves_all_as_it_was(session, monkeypatch):
    """The whole of it is one transaction: what is not committed is not there at the next opening."""
    change_scheme(session, renamed(session.project.scheme, Part.SPANS, "PERSON", "ORANG"))
    before = rows(session)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(journal, "set_state", killed)
        with pytest.raises(KeyboardInterrupt):
            session.undo()
    assert rows(session) == before
    session.close()
    again = Session(open_project(session.project.path), "ani")
    assert rows(again) == before
    assert again.undo().title == "Rename or merge PERSON → ORANG"
    again.close()
