"""Scores of suggesters against what people finished, and what became of their suggestions; kept and brought up to date."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest

from annotator.commands import documents, refreshing, relations, scoring, spans
from annotator.commands.command import Command
from annotator.commands.outcomes import Outcome, outcomes
from annotator.commands.refreshing import Entry, put_suggestions
from annotator.commands.scoring import GROUP, Scoreboard, scores
from annotator.domain.agreement import Counts, exact_spans, micro, overlapping_spans
from annotator.domain.annotations import AnnotationSet, Kind, Relation, SetInfo, Span, Verdict
from annotator.domain.changes import ChangeSet, Lane, What
from annotator.domain.documents import Document, Status
from annotator.domain.labels import scheme_from_dict
from annotator.domain.progress import Cancelled, Progress
from annotator.session.session import Session
from annotator.store import queries, suggesters
from annotator.store import scoring as stored
from annotator.store.project import create
from annotator.store.suggesters import KnownSuggester

TEXT = "Ani Budi Cici Dodi Evan Fani Gani"
"""Seven names: 0-3, 4-8, 9-13, 14-18, 19-23, 24-28, 29-33."""
PLACES = ((0, 3), (4, 8), (9, 13), (14, 18), (19, 23), (24, 28), (29, 33))


def model(name, found, links=()):
    """A model's set: spans as {place: label}, links as (label, place, place)."""
    content = {
        f"s{place}": Span(f"s{place}", (PLACES[place],), label, origin=name, reviewed=False) for place, label in found.items()
    }
    linked = {
        f"r{number}": Relation(f"r{number}", label, f"s{head}", f"s{tail}", origin=name, reviewed=False)
        for number, (label, head, tail) in enumerate(links)
    }
    return AnnotationSet(SetInfo(0, name, Kind.MODEL), content, linked)


@pytest.fixture
def seat(tmp_path):
    """Make a session on a project with these sets on its documents."""
    made = []

    def make(*per_document):
        scheme = scheme_from_dict(
            {"name": "small", "spans": ["PERSON", "ORG"], "relations": ["leads", {"name": "met_with", "symmetric": True}]}
        )
        project = create(tmp_path / f"p{len(made)}.annotator", scheme=scheme, language="xx")
        made.append(project)
        with project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
            tx.add_documents((Document(f"d{number}", TEXT), sets) for number, sets in enumerate(per_document))
        return Session(project, "ani")

    yield make
    for project in made:
        project.close()


def now(session):
    return scores(session.project.connection)


def of(session, name):
    (found,) = [one for one in now(session).suggesters if one.suggester == name]
    return found


def made_of_it(score):
    return score.accepted, score.changed, score.rejected, score.waiting


def done(session, number):
    session.execute(documents.mark_done(session.open_document(number).set_id))


def test_no_suggester_no_scores(seat):
    session = seat([])
    done(session, 1)
    assert now(session) == scoring.Scores()


def test_a_suggester_is_compared_with_what_is_finished_alone(seat):
    session = seat([model("m", {0: "PERSON", 1: "PERSON"})], [model("m", {0: "PERSON"})], [])
    assert of(session, "m").documents == now(session).documents == 0
    assert of(session, "m").spans == {}
    state = session.open_document(1)
    session.execute(spans.relabel_span(state.set_id, "s0", "ORG"))
    session.execute(spans.add_span(state.set_id, (PLACES[2],), "ORG"))
    assert of(session, "m").spans["PERSON"].exact == Counts(), "in progress is not finished"
    done(session, 1)
    found = of(session, "m")
    assert (found.documents, now(session).documents) == (1, 1)
    assert found.spans["PERSON"].exact == Counts(1, 1, 2)
    assert found.spans["ORG"].exact == Counts(0, 2, 0)
    assert found.spans[""].exact == Counts(1, 3, 2)
    done(session, 3)
    assert of(session, "m").documents == 1, "it has no set on the third"


def test_gold_counts_before_a_person(seat):
    gold = AnnotationSet(SetInfo(0, "judge", Kind.GOLD, Status.DONE), {"g": Span("g", (PLACES[0],), "ORG")})
    session = seat([model("m", {0: "PERSON"}), gold])
    done(session, 1)
    assert of(session, "m").spans["PERSON"].exact == Counts(0, 0, 1)
    assert of(session, "m").spans["ORG"].exact == Counts(0, 1, 0)
    assert of(session, "m").spans["PERSON"].accepted == 1, "what people made of it is theirs all the same"


def test_places_that_only_overlap_count_as_such(seat):
    session = seat([model("m", {0: "PERSON", 1: "PERSON"})])
    state = session.open_document(1)
    session.execute(spans.move_span(state.set_id, "s1", 5, 8))
    done(session, 1)
    score = of(session, "m").spans["PERSON"]
    assert (score.exact, score.overlapping) == (Counts(1, 2, 2), Counts(2, 2, 2))


def test_relations_count_by_their_ends_whatever_their_order_where_they_have_none(seat):
    links = [("leads", 0, 1), ("met_with", 2, 3)]
    session = seat([model("m", dict.fromkeys(range(5), "PERSON"), links)])
    state = session.open_document(1)
    session.execute(relations.reverse_relation(state.set_id, "r0"))
    session.execute(relations.remove_relation(state.set_id, "r1"))
    session.execute(relations.add_relation(state.set_id, "s3", "s2", "met_with"))
    done(session, 1)
    found = of(session, "m").relations
    assert found["leads"].exact == Counts(0, 1, 1)
    assert found["met_with"].exact == Counts(1, 1, 1)
    assert found[""].exact == Counts(1, 2, 2)


def test_who_suggests_no_relations_is_not_judged_by_them(seat):
    session = seat([model("m", {0: "PERSON", 1: "PERSON"}, [("leads", 0, 1)]), model("n", {2: "PERSON"})])
    done(session, 1)
    assert set(of(session, "m").relations) == {"", "leads"}
    assert of(session, "n").relations == {}
    assert of(session, "n").spans["PERSON"].exact == Counts(1, 3, 1)


def test_what_became_of_each_suggestion(seat):
    session = seat([model("m", dict.fromkeys(range(7), "PERSON"))])
    state = session.open_document(1)
    key = state.set_id
    session.execute(spans.accept_span(key, "s0"))
    session.execute(spans.relabel_span(key, "s1", "ORG"))
    session.execute(spans.move_span(key, "s2", 9, 12))
    session.execute(spans.remove_span(key, "s3"))
    session.execute(spans.relabel_span(key, "s4", "ORG"))
    session.execute(spans.relabel_span(key, "s4", "PERSON"))
    found = of(session, "m").spans
    assert made_of_it(found["PERSON"]) == (2, 2, 1, 2)
    assert set(found) == {"", "PERSON"}, "what was suggested was always a PERSON"
    session.undo()
    assert made_of_it(of(session, "m").spans["PERSON"]) == (1, 3, 1, 2)
    done(session, 1)
    assert made_of_it(of(session, "m").spans["PERSON"]) == (3, 3, 1, 0), "done accepts what is left"
    session.execute(spans.remove_span(key, "s0"))
    assert made_of_it(of(session, "m").spans["PERSON"]) == (2, 3, 1, 0), "what was reviewed is removed, not rejected"


def test_what_is_changed_twice_is_one_change(seat):
    session = seat([model("m", {0: "PERSON"})])
    key = session.open_document(1).set_id
    session.execute(spans.relabel_span(key, "s0", "ORG"))
    session.execute(spans.move_span(key, "s0", 0, 8))
    assert made_of_it(of(session, "m").spans["PERSON"]) == (0, 1, 0, 0)
    session.execute(spans.remove_span(key, "s0"))
    assert made_of_it(of(session, "m").spans["PERSON"]) == (0, 0, 1, 0), "the verdict is left"


def test_each_suggester_has_its_own(seat):
    session = seat([model("m", {0: "PERSON", 1: "PERSON"}), model("spacy/id_news", {1: "PERSON", 2: "ORG", 3: "ORG"})])
    key = session.open_document(1).set_id
    assert made_of_it(of(session, "m").spans["PERSON"]) == (0, 0, 0, 2), "what both suggest alike came from the first"
    (second,) = [span for span in session.document.spans() if span.start == 9]
    session.execute(spans.remove_span(key, second.id))
    found = of(session, "spacy/id_news").spans
    assert made_of_it(found["ORG"]) == (0, 0, 1, 1)
    assert made_of_it(of(session, "m").spans[""]) == (0, 0, 0, 2)


def test_the_sets_of_several_people_add_up(seat):
    session = seat([model("m", {0: "PERSON"})])
    budi = Session(session.project, "budi")
    session.execute(spans.remove_span(session.open_document(1).set_id, "s0"))
    budi.execute(spans.accept_span(budi.open_document(1).set_id, "s0"))
    assert made_of_it(of(session, "m").spans["PERSON"]) == (1, 0, 1, 0)


def test_relations_that_were_taken_reversed_moved_and_removed(seat):
    links = [("leads", 0, 1), ("leads", 2, 3), ("leads", 4, 5), ("leads", 5, 6)]
    session = seat([model("m", dict.fromkeys(range(7), "PERSON"), links)])
    key = session.open_document(1).set_id
    session.execute(relations.accept_relation(key, "r0"))
    session.execute(relations.reverse_relation(key, "r1"))
    session.execute(relations.remove_relation(key, "r2"))
    assert made_of_it(of(session, "m").relations["leads"]) == (1, 1, 1, 1)
    session.execute(spans.move_span(key, "s1", 4, 7))
    assert made_of_it(of(session, "m").relations["leads"]) == (1, 1, 1, 1), "it is the same link, whose end was moved"
    session.execute(spans.remove_span(key, "s6"))
    assert made_of_it(of(session, "m").relations["leads"]) == (1, 1, 2, 0), "it goes with its end"


def test_a_later_run_takes_nothing_back(seat):
    """What a person took stays taken when the suggester no longer suggests it, or gives its number to something else."""
    session = seat([model("m", dict.fromkeys(range(4), "PERSON"))])
    key = session.open_document(1).set_id
    session.execute(spans.accept_span(key, "s0"))
    session.execute(spans.relabel_span(key, "s1", "ORG"))
    session.execute(spans.remove_span(key, "s2"))
    before = made_of_it(of(session, "m").spans["PERSON"])
    assert before == (1, 1, 1, 1)
    renewed = tuple(Span(f"x{place}", (PLACES[place],), "PERSON", origin="m", reviewed=False) for place in (2, 3))
    session.execute(put_suggestions([Entry(1, "m", renewed, ())], ["m"]))
    assert made_of_it(of(session, "m").spans["PERSON"]) == before
    model_set = next(k for k, info in queries.set_ids(session.project.connection, 1) if info.kind is Kind.MODEL)
    with session.project.transaction("Write", actor="m", lane=Lane.JOB) as tx:
        tx.put(model_set, Span("s0", (PLACES[6],), "PERSON", origin="m", reviewed=False))
    assert made_of_it(of(session, "m").spans["PERSON"]) == before


def test_what_an_import_brought_without_verdicts_is_told_by_the_model_s_set():
    content = AnnotationSet(
        SetInfo(1, "ani", Kind.PERSON),
        {
            "a": Span("a", (PLACES[0],), "ORG", derived_from="m/s0"),
            "b": Span("b", (PLACES[1],), "PERSON", derived_from="m/s1"),
            "c": Span("c", (PLACES[2],), "PERSON", derived_from="gone/s1"),
            "d": Span("d", (PLACES[3],), "PERSON", derived_from="", reviewed=False),
        },
        {},
        {key: Verdict(key, "n", verdict) for key, verdict in (("X@1-2", "rejected"), ("Y@odd>", "rejected"), ("Z@1-2", "kept"))},
    )
    found = sorted(outcomes(content, {"m": model("m", {0: "PERSON", 1: "PERSON"})}))
    assert found == [
        ("gone", What.SPAN, "PERSON", Outcome.ACCEPTED),
        ("m", What.SPAN, "PERSON", Outcome.ACCEPTED),
        ("m", What.SPAN, "PERSON", Outcome.CHANGED),
        ("n", What.RELATION, "Y", Outcome.REJECTED),
        ("n", What.SPAN, "X", Outcome.REJECTED),
    ]


def test_a_learning_suggester_is_not_scored_by_what_it_learned_from(seat):
    """On a finished document it gets no new set, and the one it has stays: what it said before it could know."""
    session = seat([model("memory", {0: "ORG"})], [])
    state = session.open_document(1)
    session.execute(spans.relabel_span(state.set_id, "s0", "PERSON"))
    for number in (1, 2):
        done(session, number)
    perfect = (Span("s0", (PLACES[0],), "PERSON", origin="memory", reviewed=False),)
    put = session.execute(put_suggestions([Entry(number, "memory", perfect, (), learned=True) for number in (1, 2)]))
    assert put == refreshing.Put(finished=2)
    found = of(session, "memory")
    assert found.documents == 1
    assert found.spans[""].exact == Counts(0, 1, 1)


def test_suggesters_come_in_the_order_in_which_they_are_believed(seat):
    session = seat([model("b", {}), model("a", {}), model("z", {})])
    suggesters.remember(session.project.connection, [KnownSuggester("z", 0), KnownSuggester("b", 1)])
    assert [one.suggester for one in now(session).suggesters] == ["z", "b", "a"]


def test_figures_as_data(seat):
    session = seat([model("m", {0: "PERSON", 1: "ORG"}, [("leads", 0, 1)])])
    session.execute(spans.remove_span(session.open_document(1).set_id, "s1"))
    done(session, 1)
    told = of(session, "m").to_dict()
    assert (told["suggester"], told["documents"]) == ("m", 1)
    assert set(told["spans"]["labels"]) == {"PERSON", "ORG"}
    assert told["spans"]["all"]["exact"] == {"matched": 1, "precision": 0.5, "recall": 1.0, "f1": 2 / 3}
    lost = told["spans"]["labels"]["ORG"]
    assert lost["exact"] == {"matched": 0, "precision": 0.0, "recall": None, "f1": 0.0}
    assert (lost["to_find"], lost["suggested"], lost["rejected"]) == (0, 1, 1)
    assert "overlapping" in lost
    assert "overlapping" not in told["relations"]["all"]
    assert told["relations"]["labels"]["leads"]["rejected"] == 1


# Kept, and brought up to date


def counted(monkeypatch):
    """Have every group that is compared noted."""
    seen = []
    compared = scoring._compared

    def noting(connection, group, symmetric):
        seen.append(group)
        return compared(connection, group, symmetric)

    monkeypatch.setattr(scoring, "_compared", noting)
    return seen


@pytest.fixture
def many(seat):
    """A hundred documents with two suggesters, the first sixty finished."""
    session = seat(*([model("m", {0: "PERSON", 1: "ORG"}), model("n", {2: "PERSON"})] for _ in range(100)))
    for number in range(1, 61):
        done(session, number)
    return session


def test_after_one_more_document_only_its_neighbours_are_compared_again(many, monkeypatch):
    seen = counted(monkeypatch)
    board = Scoreboard()
    many.changed.connect(board.forget)
    connection = many.project.connection
    assert board.update(connection).documents == 60
    assert seen == [0, 1, 2, 3]
    seen.clear()
    assert board.update(connection).documents == 60
    assert seen == []
    done(many, 90)
    assert board.update(connection) == scores(connection)
    assert seen[0] == 90 // GROUP
    assert seen[1:] == [0, 1, 2, 3, 5], "those of the second one, which begins anew"
    assert board.update(connection).documents == 61


def test_what_is_kept_is_what_counting_anew_gives_whatever_happens(many):
    """Edits, undo, runs, imports and the undo of an import, in a random order."""
    chance = random.Random(3)
    board = Scoreboard()
    many.changed.connect(board.forget)
    connection = many.project.connection
    imports = []

    def bring_in():
        with many.project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
            inserted = tx.add_documents((Document("new", TEXT), [model("m", {0: "PERSON"}), gold()]) for _ in range(3))
        imports.append(tx.step_id)
        board.forget(ChangeSet(0, "", "", "", Lane.JOB, (), (inserted,)))

    def gold():
        return AnnotationSet(SetInfo(0, "judge", Kind.GOLD, Status.DONE), {"g": Span("g", (PLACES[0],), "ORG")})

    def edit():
        state = many.open_document(chance.randint(1, 100))
        if state.spans():
            span = chance.choice(state.spans())
            if chance.random() < 0.5:
                many.execute(spans.remove_span(state.set_id, span.id))
            else:
                many.execute(spans.move_span(state.set_id, span.id, span.start, span.end - 1))
        many.execute(chance.choice((documents.mark_done, documents.reopen, documents.skip))(state.set_id))

    def run():
        entry = Entry(chance.randint(1, 100), chance.choice("mn"), (Span("q", (PLACES[5],), "ORG", reviewed=False),), ())
        many.execute(put_suggestions([entry], ["m", "n"]))

    def take_out():
        if imports:
            many.undo_step(imports.pop())

    for _ in range(40):
        chance.choice((edit, edit, edit, run, many.undo, bring_in, take_out))()
        assert board.update(connection) == scores(connection)


def test_another_scheme_has_all_compared_anew(seat):
    """Whether a label has a direction is the scheme's to say."""
    session = seat([model("m", {0: "PERSON", 1: "PERSON"}, [("leads", 0, 1)])])
    key = session.open_document(1).set_id
    session.execute(relations.reverse_relation(key, "r0"))
    done(session, 1)
    board = Scoreboard()
    session.changed.connect(board.forget)
    connection, scheme = session.project.connection, session.project.scheme
    assert board.update(connection).suggesters[0].relations["leads"].exact == Counts(0, 1, 1)
    symmetric = replace(scheme, relations=tuple(replace(label, symmetric=True) for label in scheme.relations))
    session.execute(Command("Scheme", lambda tx: tx.put_scheme(symmetric)))
    assert board.update(connection).suggesters[0].relations["leads"].exact == Counts(1, 1, 1)


def test_the_sum_is_that_of_the_documents(many):
    """Against the scores of ``domain.agreement``, one document after the other."""
    state = many.open_document(70)
    many.execute(spans.move_span(state.set_id, "s1", 4, 7))
    done(many, 70)
    connection = many.project.connection
    for found in now(many).suggesters:
        exact, overlapping = Counts(), Counts()
        for _, sets in queries.all_sets(connection):
            by_kind = {(info.kind, info.annotator): queries.annotation_set(connection, key) for key, info in sets}
            mine = by_kind.get((Kind.PERSON, "ani"))
            if mine is not None and mine.info.status is Status.DONE:
                pair = mine.spans.values(), by_kind[Kind.MODEL, found.suggester].spans.values()
                exact += micro(exact_spans(*pair))
                overlapping += micro(overlapping_spans(*pair))
        assert (found.spans[""].exact, found.spans[""].overlapping) == (exact, overlapping)


def test_a_cancelled_comparison_goes_on_where_it_was(many, monkeypatch):
    seen = counted(monkeypatch)
    board = Scoreboard()
    many.changed.connect(board.forget)
    connection = many.project.connection
    progress = Progress(listener=lambda progress: progress.done >= 2 and progress.cancel())
    with pytest.raises(Cancelled):
        board.update(connection, progress)
    done(many, 1)
    many.execute(documents.reopen(many.open_document(2).set_id))
    assert board.update(connection) == scores(connection)
    assert seen[:5] == [0, 1, 2, 0, 3], "the first again, since it was edited"


def test_what_was_committed_is_not_lost_when_finding_it_out_is_cancelled(many, monkeypatch):
    board = Scoreboard()
    many.changed.connect(board.forget)
    connection = many.project.connection
    board.update(connection)
    many.execute(spans.remove_span(many.open_document(3).set_id, "s0"))

    def cancelled(*_):
        raise Cancelled

    with monkeypatch.context() as patch:
        patch.setattr(stored, "documents_of_sets", cancelled)
        with pytest.raises(Cancelled):
            board.update(connection)
    done(many, 70)
    assert board.update(connection) == scores(connection)


def test_only_what_people_worked_on_is_looked_at(many):
    plans = []

    class Explaining:
        def execute(self, sql, values=()):
            plans.extend(row[3] for row in many.project.connection.execute(f"EXPLAIN QUERY PLAN {sql}", values))
            return many.project.connection.execute(sql, values)

    assert stored.groups_worked_on(Explaining(), GROUP) == {0, 1, 2, 3}
    assert list(stored.sets_between(Explaining(), 16, 31))
    assert not [plan for plan in plans if plan.startswith("SCAN") and "set_totals" not in plan], plans
