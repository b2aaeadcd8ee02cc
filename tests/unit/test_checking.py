"""Checking a whole project."""

from __future__ import annotations

import pytest

from annotator.commands.checking import check
from annotator.commands.relations import add_relation
from annotator.commands.spans import add_span
from annotator.domain.changes import Lane
from annotator.domain.labels import LabelScheme, SpanLabel
from annotator.domain.progress import Cancelled, Progress


def test_a_sound_project_has_no_findings(project):
    progress = Progress()
    assert list(check(project.connection, project.scheme, progress)) == []
    assert (progress.what, progress.done, progress.total) == ("Checking", 3, 3)


def test_findings_name_document_annotator_rule_and_place(session):
    document = session.open_document(1)
    session.execute(add_span(document.set_id, ((0, 4),), "PERSON"))
    (finding,) = check(session.project.connection, session.project.scheme)
    assert (finding.document_id, finding.document, finding.annotator) == (1, "first", "ani")
    assert finding.to_dict() == {
        "document": "first",
        "annotator": "ani",
        "rule": "span-misaligned",
        "item": finding.problem.item,
        "start": 0,
        "end": 4,
        "message": "The span “Puti” cuts a token.",
    }


def test_every_set_is_judged_by_the_scheme_of_now(session):
    session.open_document(1)
    smaller = LabelScheme("small", spans=(SpanLabel("PERSON"),))
    found = [(finding.annotator, str(finding.problem.rule)) for finding in check(session.project.connection, smaller)]
    assert found.count(("model", "span-label-unknown")) == 3
    assert found.count(("ani", "span-label-unknown")) == 2
    assert ("model", "relation-label-unknown") in found


def test_checking_can_be_cancelled(project):
    progress = Progress()
    with project.transaction("Import {}", "x", actor="x", lane=Lane.JOB) as tx:
        tx.put_scheme(LabelScheme("none"))
    findings = check(project.connection, project.scheme, progress)
    next(findings)
    progress.cancel()
    with pytest.raises(Cancelled):
        list(findings)


def test_a_relation_whose_ends_became_illegal_is_found(session):
    document = session.open_document(1)
    ids = {span.surface(document.text): span.id for span in document.spans()}
    session.execute(add_relation(document.set_id, ids["Jokowi"], ids["Rusia"], "leads"))
    with session.project.transaction("Scheme", actor="ani") as tx:
        leads, *others = tx.scheme.relations
        tx.put_scheme(LabelScheme("s", tx.scheme.spans, (type(leads)("leads", head=("ORG",)), *others)))
    found = [str(finding.problem.rule) for finding in check(session.project.connection, session.project.scheme)]
    assert found.count("relation-arguments-illegal") == 2  # the model's own on the second document, and this one
