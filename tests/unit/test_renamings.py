"""What is written down by labels' names outside the annotations follows a change of the scheme, and its undo."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import Future
from dataclasses import replace

import pytest

from annotator.commands.schemes import change_scheme
from annotator.commands.suggester_setups import plan, renamings_of, setup_for, setup_of
from annotator.commands.suggesting import suggest
from annotator.domain.annotations import Kind
from annotator.domain.changes import Lane
from annotator.domain.documents import Document
from annotator.domain.labels import scheme_to_dict
from annotator.domain.mapping import closest
from annotator.domain.renamings import Renaming, followed, former_names, meant_by, renamings_from_list, renamings_to_list
from annotator.domain.scheme_draft import Draft, deleted, renamed
from annotator.domain.scheme_edit import Part
from annotator.domain.text import Tokens
from annotator.nlp import suggesting
from annotator.session.session import Session
from annotator.store import queries, suggesters
from annotator.store.project import open_project

SPANS = Part.SPANS
RENAME = Renaming("1", {"A": "B"})
MERGE = Renaming("2", {"B": "C", "C": "C"})
SWAP = Renaming("3", {"A": "B", "B": "A"})
GONE = Renaming("4", {"A": ""}, {"r": ""})
AGAIN = Renaming("5", {"B": "C"})


@pytest.mark.parametrize(
    ("name", "then", "now", "found"),
    [
        ("A", (), (), "A"),
        ("A", (), (RENAME,), "B"),
        ("A", (), (RENAME, MERGE), "C"),
        ("B", (RENAME,), (RENAME, MERGE), "C"),
        ("B", (RENAME,), (), "A"),
        ("C", (RENAME, AGAIN), (), "A"),
        ("C", (RENAME, MERGE), (RENAME,), "C"),
        ("B", (RENAME, MERGE), (RENAME, SWAP), "A"),
        ("A", (), (SWAP,), "B"),
        ("B", (SWAP,), (), "A"),
        ("A", (), (GONE,), ""),
        ("", (), (GONE, RENAME), ""),
        ("", (GONE,), (), ""),
        ("", (GONE, RENAME), (RENAME,), ""),
        ("X", (RENAME,), (SWAP,), "X"),
    ],
)
def test_a_name_is_followed_from_moment_to_moment(name, then, now, found):
    assert followed(name, "spans", then, now) == found


def test_what_labels_were_called_before():
    assert former_names("spans", (RENAME, MERGE), ["C"]) == {"A": "C", "B": "C"}
    assert former_names("spans", (RENAME,), ["A", "B"]) == {}, "what is a label now is no former name"
    assert former_names("spans", (GONE,), ["B"]) == {"A": ""}
    assert former_names("relations", (GONE, RENAME), []) == {"r": ""}
    assert former_names("spans", (RENAME,), ["C"]) == {}, "it leads to nothing that is a label now"


@pytest.mark.parametrize(
    ("name", "known", "former", "found"),
    [
        ("PER", ["ORANG"], {"PER": "ORANG"}, "ORANG"),
        ("PER", ["PERSON", "ORANG"], {"PER": "ORANG"}, "ORANG"),  # what is known is not guessed
        ("PERSON", ["ORANG"], {"PER": "ORANG"}, "ORANG"),
        ("PER", ["PERSON"], {}, "PERSON"),
        ("ORG", ["ORANG", "ORG"], {"PER": "ORANG"}, "ORG"),
        ("LOC", ["GPE"], {"LOC": ""}, ""),
        ("LAW", ["ORANG"], {"PER": "ORANG"}, ""),
    ],
)
def test_a_foreign_name_may_mean_a_former_one(name, known, former, found):
    assert meant_by(name, known, former, closest) == found


def test_as_data_and_back():
    assert renamings_from_list(renamings_to_list((RENAME, GONE))) == (RENAME, GONE)
    with pytest.raises(KeyError):
        renamings_from_list([{"at": "1"}])


# In a project

TEXT = "Presiden Joko Widodo bertemu Menteri Keuangan Sri Mulyani di Jakarta ."


class HereWorker:
    """Does at once what a worker process would do."""

    processes = 1

    def submit(self, function, *arguments):
        future = Future()
        future.set_result(function(*arguments))
        return future

    def close(self, *, kill=False):
        del kill


@pytest.fixture
def session(project, monkeypatch):
    monkeypatch.setattr(suggesting, "_loaded", None)
    places, at = [], 0
    for word in TEXT.split(" "):
        places.append((at, at + len(word)))
        at += len(word) + 1
    with project.transaction("Import {}", "it", actor="x", lane=Lane.JOB) as tx:
        tx.add_documents([(Document("news", TEXT, {}, Tokens(places), (0,)), [])])
    return Session(project, "ani")


def change(session: Session, old: str, new: str) -> None:
    change_scheme(session, renamed(session.project.scheme, SPANS, old, new))


def kept(session: Session) -> list:
    connection = session.project.connection
    return [setup_of(one, renamings_of(connection)) for one in suggesters.known(connection)]


def remember(session: Session, **fields: object) -> None:
    connection = session.project.connection
    suggesters.remember(connection, plan(connection, [setup_for("indonesian-news", "id", **fields)])[1])


def test_the_setups_follow_forth_and_back(session):
    remember(session, labels=(("PERSON", "PERSON"), ("X", "leads"), ("Y", "")), thresholds=(("PERSON", 0.5), ("ORG", 0.25)))
    (made,) = kept(session)
    change(session, "PERSON", "ORANG")
    assert kept(session) == [
        replace(made, labels=(("PERSON", "ORANG"), ("X", "leads"), ("Y", "")), thresholds=(("ORANG", 0.5), ("ORG", 0.25)))
    ]
    change(session, "ORANG", "ORG")
    assert kept(session) == [replace(made, labels=(("PERSON", "ORG"), ("X", "leads"), ("Y", "")), thresholds=(("ORG", 0.25),))]
    change_scheme(session, renamed(session.project.scheme, Part.RELATIONS, "leads", "memimpin"))
    change_scheme(session, deleted(session.project.scheme, SPANS, "DATE", with_annotations=True))
    assert dict(kept(session)[0].labels)["X"] == "memimpin"
    for _ in range(4):
        assert session.undo() is not None
    assert kept(session) == [made]
    for _ in range(4):
        session.redo()
    assert dict(kept(session)[0].labels) == {"PERSON": "ORG", "X": "memimpin", "Y": ""}


def test_what_was_set_up_between_a_change_and_its_undo_follows_too(session):
    change(session, "PERSON", "ORANG")
    remember(session, labels=(("X", "ORANG"), ("Z", "ORG")), thresholds=(("ORANG", 0.5),))
    assert dict(kept(session)[0].labels) == {"X": "ORANG", "Z": "ORG"}
    session.undo()
    assert dict(kept(session)[0].labels) == {"X": "PERSON", "Z": "ORG"}
    assert kept(session)[0].thresholds == (("PERSON", 0.5),)
    change(session, "PERSON", "TOKOH")
    assert dict(kept(session)[0].labels) == {"X": "TOKOH", "Z": "ORG"}


def test_a_label_that_went_is_left_out(session):
    remember(session, labels=(("X", "DATE"),), thresholds=(("DATE", 0.5),))
    change_scheme(session, deleted(session.project.scheme, SPANS, "DATE", with_annotations=True))
    (setup,) = kept(session)
    assert (setup.labels, setup.thresholds) == ((("X", ""),), ())


def test_labels_that_swap_names(session):
    remember(session, labels=(("X", "PERSON"), ("Y", "ORG")))
    draft = Draft(session.project.scheme)
    first, second = draft.find(SPANS, "PERSON"), draft.find(SPANS, "ORG")
    first.name, second.name = "ORG", "PERSON"
    change_scheme(session, draft.edit())
    assert kept(session)[0].labels == (("X", "ORG"), ("Y", "PERSON"))
    session.undo()
    assert kept(session)[0].labels == (("X", "PERSON"), ("Y", "ORG"))


def suggested(session: Session) -> Counter[str]:
    """Run the suggester of the project as it is set up, and return the labels of what it finds in the article."""
    connection = session.project.connection
    suggest(session, kept(session), worker=HereWorker(), again=True)
    last = queries.document_ids(connection)[-1]
    set_id = queries.find_set(connection, last, "indonesian-news", Kind.MODEL)
    return Counter(span.label for span in queries.spans(connection, set_id))


@pytest.mark.parametrize("labels", [(), (("PERSON", "PERSON"),)])
def test_a_real_run_before_and_after_a_change_and_its_undo(session, labels):
    remember(session, labels=labels)
    before = suggested(session)
    assert before["PERSON"] == 2
    change(session, "PERSON", "ORANG")
    after = suggested(session)
    assert after == Counter({"ORANG" if label == "PERSON" else label: count for label, count in before.items()})
    session.close()
    again = Session(open_project(session.project.path), "ani")
    assert suggested(again) == after, "it is kept in the file"
    change(again, "ORANG", "GPE")
    assert suggested(again) == Counter(
        {"GPE": before["PERSON"] + before["GPE"]} | {one: before[one] for one in before if one not in ("GPE", "PERSON")}
    )
    change_scheme(again, deleted(again.project.scheme, SPANS, "ORG", with_annotations=True))
    assert "ORG" not in suggested(again)
    again.close()


def test_undo_of_a_change_after_which_it_ran_again(session):
    """The run stands on nothing that the undo takes back but the spans it replaced."""
    remember(session)
    before = suggested(session)
    draft = Draft(session.project.scheme)
    draft.find(SPANS, "PERSON").name = "ORANG"
    change_scheme(session, draft.edit())
    session.undo()
    assert suggested(session) == before
    session.redo()


def test_what_was_dismissed_stays_so_under_the_new_name(session):
    connection = session.project.connection
    suggesters.dismiss(connection, "putin", "two people", {"PERSON": 2, "ORG": 1, "": 3}, actor="ani")
    change(session, "PERSON", "ORANG")
    assert suggesters.dismissals(connection)["putin"].told == {"ORANG": 2, "ORG": 1, "": 3}
    change(session, "ORANG", "ORG")
    assert suggesters.dismissals(connection)["putin"].told == {"ORG": 3, "": 3}
    session.undo()
    session.undo()
    assert suggesters.dismissals(connection)["putin"].told == {"PERSON": 2, "ORG": 1, "": 3}
    change_scheme(session, deleted(session.project.scheme, SPANS, "ORG", with_annotations=True))
    assert suggesters.dismissals(connection)["putin"].told == {"PERSON": 2, "": 3}


def test_only_a_project_keeps_them_and_they_are_part_of_its_history(session):
    assert session.project.scheme.renamings == ()
    change(session, "PERSON", "ORANG")
    change_scheme(session, renamed(session.project.scheme, Part.CATEGORIES, "sport", "olahraga"))
    one, other = session.project.scheme.renamings
    assert other.categories == {"sport": "olahraga"}
    assert (one.spans, one.relations) == ({"PERSON": "ORANG"}, {})
    assert "renamings" not in scheme_to_dict(session.project.scheme)
    session.undo()
    session.undo()
    assert session.project.scheme.renamings == ()


def test_a_step_says_what_a_label_is_called_after_it(session):
    told = []
    session.changed.connect(
        lambda changes: told.append((changes.label_now("PERSON", "spans"), changes.label_now("leads", "relations")))
    )
    change(session, "PERSON", "ORANG")
    session.undo()
    assert told[0] == ("ORANG", "leads")
    assert told[-1] == ("PERSON", "leads")
