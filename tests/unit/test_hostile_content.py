"""Content that means harm, in every field that holds text: it is kept as it is or refused with a sentence, and does nothing."""

from __future__ import annotations

import sqlite3

import pytest

from annotator.commands import documents, relations, spans
from annotator.commands.backups import difference_lines
from annotator.commands.checking import check, inconsistencies
from annotator.commands.command import Command
from annotator.domain.annotations import AnnotationSet, Kind, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.documents import Document
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel
from annotator.errors import AnnotatorError
from annotator.session.session import Session
from annotator.store import consistency, queries
from annotator.store.backup import Reason, back_up
from annotator.store.project import create, open_project
from annotator.store.restore import compare
from annotator.store.salvage import salvage

HOSTILE = [
    "'; DROP TABLE documents; --",
    '"); DELETE FROM spans; ("',
    "<script>alert('x')</script><img src=x onerror=alert(1)>&amp;&#0;",
    "../../../../etc/passwd",
    "C:\\Windows\\System32\\..\\con|nul<>:?*",
    "{} {0} {name!r} {{}} %s %(x)s %n \\N{BELL}",
    "nul \0 in the midst",
    "\r\n\t\v\f\x1b[31m\x07\x7f\x85\u2028\u2029",
    "\u202egnp.exe \u200b\ufeff\ufffe\uffff",
    "😀" * 50 + "é" + "\u0301" * 200,
    "NULL",
    "-1 OR 1=1",
    '{"$ref": "#"}',
    "\\u0000\\ud800",
    "   ",
]


def tables(connection: sqlite3.Connection) -> set[str]:
    return {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}


@pytest.mark.parametrize("text", HOSTILE)
def test_every_field_keeps_it_and_nothing_happens(tmp_path, text):
    name = text.strip() or "blank"
    scheme = LabelScheme(text or "x", (SpanLabel(name), SpanLabel("PERSON")), (RelationLabel(f"r{name}"),))
    project = create(tmp_path / "p.annotator", scheme=scheme, language="id")
    there = tables(project.connection)
    content = AnnotationSet(SetInfo(0, text, Kind.MODEL), {text: Span(text, ((0, 1),), name, note=text, kb_id=text, origin=text)})
    body = "a" + text + "b"
    with project.transaction("Import {}", text, actor=text, lane=Lane.JOB) as tx:
        tx.add_documents([(Document(text, body, {text: text, "list": [text]}), [content])])
    session = Session(project, text)
    state = session.open_document(1)
    key = session.execute(spans.add_span(state.set_id, ((len(body) - 1, len(body)),), "PERSON"))
    session.execute(spans.describe_span(state.set_id, key, note=text, attributes={text: text}))
    session.execute(relations.add_relation(state.set_id, key, text, f"r{name}"))
    session.execute(documents.toggle_flag(state.set_id))
    session.execute(
        Command(
            f"{{}} {text.replace('{', '{{').replace('}', '}}')}",
            lambda tx: tx.put_set(state.set_id, SetInfo(1, text, Kind.PERSON)),
            text,
        )
    )
    for _ in range(3):
        session.undo()
    for _ in range(3):
        session.redo()
    made = back_up(project.path, Reason.MANUAL).made
    session.execute(spans.remove_span(state.set_id, text))
    assert difference_lines(compare(project.path, made.path))
    session.undo()
    session.close()

    again = open_project(tmp_path / "p.annotator")
    connection = again.connection
    assert tables(connection) == there
    found = queries.document(connection, 1)
    assert (found.name, found.text, found.meta) == (text, body, {text: text, "list": [text]})
    mine = queries.annotation_set(connection, state.set_id)
    assert mine.info.annotator == text
    assert (mine.spans[key].note, mine.spans[key].attributes) == (text, {text: text})
    assert mine.spans[text].origin == text
    assert queries.integrity(connection) == []
    assert consistency.derived_faults(connection) == []
    assert list(inconsistencies(connection)) == []
    list(check(connection, again.scheme))
    again.close()
    report = salvage(tmp_path / "p.annotator", tmp_path / "rescued.annotator")
    assert report.whole, report.lines()
    assert {entry.name for entry in tmp_path.iterdir() if not entry.name.startswith(".")} == {
        "p.annotator", "p.annotator.backups", "rescued.annotator",
    }  # fmt: skip


def test_a_text_of_ten_megabytes_in_every_field(session):
    huge = "x" * 10_000_000
    state = session.open_document(1)
    session.execute(spans.describe_span(state.set_id, "s1", note=huge, attributes={"a": huge}))
    with session.project.transaction("Import {}", "x", actor="ani", lane=Lane.JOB) as tx:
        tx.add_documents([(Document(huge[:1_000_000], huge, {"m": huge[:1_000_000]}), [])])
    session.undo()
    session.redo()
    assert len(queries.span(session.project.connection, state.set_id, "s1").note) == len(huge)
    assert len(session.project.document(4).text) == len(huge)
    assert queries.integrity(session.project.connection) == []


@pytest.mark.parametrize("text", ["half a \ud83d pair", "\udcff from a file name"])
def test_what_is_no_unicode_is_refused_and_nothing_is_written(session, text):
    state = session.open_document(1)
    before = list(session.project.connection.iterdump())
    with pytest.raises(AnnotatorError) as error:
        session.execute(spans.describe_span(state.set_id, "s1", note=text))
    assert str(error.value).endswith(".")
    assert list(session.project.connection.iterdump()) == before
