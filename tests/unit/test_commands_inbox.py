"""The consistency inbox: what is counted, what is worth a look, what was dismissed, and deciding once for all."""

from __future__ import annotations

import re

import orjson
import pytest
from click.testing import CliRunner

from annotator.cli.inbox import inbox_verb
from annotator.commands import inbox
from annotator.commands.inbox import Entry, Inbox, Stage, count, places, recounted
from annotator.commands.same_text import NOWHERE, Origin, agreement_with, judged, seen_places
from annotator.commands.searching import Action, act_on_all
from annotator.domain.annotations import AnnotationSet, Kind, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.context import Why
from annotator.domain.documents import Status
from annotator.domain.progress import Cancelled, Progress
from annotator.session.session import Session
from annotator.store import suggesters, surfaces
from annotator.store.suggesters import Dismissal
from annotator.store.surfaces import Tally


def labelled(text, *found, annotator="ani", kind=Kind.PERSON, status=Status.DONE, reviewed=True):
    """A set that has labelled every place of some texts."""
    spans = {}
    for surface, label in found:
        for match in re.finditer(rf"(?<!\w){re.escape(surface)}(?!\w)", text):
            key = f"s{len(spans)}"
            spans[key] = Span(key, (match.span(),), label, reviewed=reviewed)
    return AnnotationSet(SetInfo(0, annotator, kind, status), spans)


@pytest.fixture
def fill(empty_project, make_document):
    """Put documents into the project, each a text with its sets."""

    def put(*documents):
        with empty_project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
            tx.add_documents([(make_document(text, f"d{n}"), list(sets)) for n, (text, *sets) in enumerate(documents, 1)])
        return empty_project

    return put


def counted(project, person="ani"):
    *stages, found = count(project.connection, person, Progress())
    assert all(isinstance(stage, Stage) for stage in stages)
    assert isinstance(found, Inbox)
    return found


def counts(project, person="ani"):
    return {entry.shown: dict(entry.counts) for entry in counted(project, person).entries}


BI = "Bank Indonesia"


def test_two_labels_and_blank_places_make_an_entry(fill):
    text = f"Kata {BI} di Jakarta."
    project = fill(
        (text, labelled(text, (BI, "ORG"), ("Jakarta", "GPE"))),
        (text, labelled(text, (BI, "ORG"), ("Jakarta", "GPE"))),
        (text, labelled(text, (BI, "PERSON"), ("Jakarta", "GPE"))),
        (text, labelled(text, ("Jakarta", "GPE"))),
    )
    (entry,) = counted(project).entries
    assert dict(entry.counts) == {"ORG": 2, "PERSON": 1, "": 1}
    assert (entry.key, entry.shown, entry.majority, entry.disagreeing, entry.total) == (BI, BI, "ORG", 2, 4)
    assert entry.in_order == [("ORG", 2), ("PERSON", 1), ("", 1)]


def test_what_is_no_decision_is_not_counted(fill):
    text = "Jakarta macet."
    project = fill(
        (text, labelled(text, ("Jakarta", "GPE"))),
        (text, labelled(text, ("Jakarta", "ORG"), reviewed=False, status=Status.IN_PROGRESS)),
        (text, labelled(text, ("Jakarta", "ORG"), status=Status.SKIPPED)),
        (text, labelled(text, ("Jakarta", "ORG"), annotator="budi")),
        (text, labelled(text, ("Jakarta", "ORG"), annotator="ani", kind=Kind.MODEL, status=Status.NEW)),
        (text, labelled(text, ("Jakarta", "ORG"), annotator="gold", kind=Kind.GOLD)),
        (text, labelled(text, status=Status.IN_PROGRESS)),
        (text,),
    )
    assert counts(project) == {}
    assert counted(project).texts == 1
    assert counts(project, "budi") == counts(project, "nobody") == {}


def test_reviewed_spans_of_unfinished_documents_count_but_their_blanks_do_not(fill):
    text = "Jakarta macet. Bogor hujan."
    project = fill(
        (text, labelled(text, ("Jakarta", "GPE"), ("Bogor", "GPE"))),
        (text, labelled(text, ("Jakarta", "ORG"), status=Status.IN_PROGRESS)),
    )
    assert counts(project) == {"Jakarta": {"GPE": 1, "ORG": 1}}


def test_ways_to_write_a_text_are_one(fill):
    text = "JAKARTA Jakarta Jakartanya Jakarta-nya jakarta"
    project = fill((text, labelled(text, ("Jakarta", "GPE"))), ("JAKARTA: Jakarta itu", labelled("JAKARTA: Jakarta itu")))
    assert counts(project) == {"Jakarta": {"GPE": 2, "": 4}}, "small letters are another text; Jakarta-nya is two tokens here"


def test_an_acronym_is_not_a_word(fill):
    text = "IS dan is dan Is; BRI di BRI"
    project = fill((text, labelled(text, ("IS", "ORG"))), ("IS is BRI", labelled("IS is BRI", ("BRI", "ORG"))))
    assert counts(project) == {"IS": {"ORG": 1, "": 1}, "BRI": {"ORG": 1, "": 2}}


def test_a_place_inside_a_span_or_a_longer_text_is_not_blank(fill):
    first, second = f"Kata {BI} kemarin.", "Dari Indonesia untuk Indonesia."
    third = f"Lagi {BI}, Indonesia."
    project = fill(
        (first, labelled(first, (BI, "ORG"))), (second, labelled(second, ("Indonesia", "GPE"))), (third, labelled(third))
    )
    assert counts(project) == {"Indonesia": {"GPE": 2, "": 1}, BI: {"ORG": 1, "": 1}}
    entry = next(entry for entry in counted(project).entries if entry.shown == "Indonesia")
    assert entry.longer == (BI,)
    assert [(line.document, line.start, line.label) for line, _ in places(project.connection, "ani", entry, Progress())] == [
        ("d2", 5, "GPE"),
        ("d2", 21, "GPE"),
        ("d3", 21, ""),
    ]


def test_a_piece_of_a_discontinuous_span_is_not_blank_and_not_counted(fill):
    text = "Jakarta Bogor Jakarta"
    pieces = AnnotationSet(SetInfo(0, "ani", Kind.PERSON, Status.DONE), {"s": Span("s", ((0, 7), (8, 13)), "LOC")})
    project = fill((text, pieces), ("Jakarta", labelled("Jakarta", ("Jakarta", "GPE"))))
    assert counts(project) == {"Jakarta": {"GPE": 1, "": 1}}


def test_likely_mistakes_come_before_halves(fill):
    one, few = "Budi", "Ani"
    sets = [(f"{one} {few}", labelled(f"{one} {few}", (one, "PERSON"), (few, "PERSON" if n else "ORG"))) for n in range(10)]
    halves = [("Cici", labelled("Cici", ("Cici", "ORG" if n else "PERSON"))) for n in range(2)]
    found = counted(fill(*sets, *halves)).entries
    assert [entry.shown for entry in found] == ["Ani", "Cici"]
    assert found[0].worth == pytest.approx(0.81)
    assert found[1].worth == pytest.approx(0.25)


def test_a_tie_is_decided_for_a_label_and_nothing_agrees_with_nothing():
    assert Entry("a", "a", {"": 2, "ORG": 2, "GPE": 2}).majority == "GPE"
    assert Entry("a", "a", {"": 3}).settled
    assert Entry("a", "a", {}).settled
    assert Entry("a", "a", {"ORG": 3}).settled
    assert not Entry("a", "a", {"ORG": 3, "": 1}).settled


def test_what_does_not_fit_is_counted(fill, monkeypatch):
    texts = [f"Nama{n} Nama{n}" for n in range(4)]
    sets = [labelled(text, (text, "ORG")) for text in texts] + [labelled(text, (text, "PERSON")) for text in texts]
    project = fill(*zip(texts + texts, sets, strict=True), ("Nama0 Nama0", labelled("Nama0 Nama0")))
    monkeypatch.setattr(inbox, "MOST_ENTRIES", 3)
    monkeypatch.setattr(inbox, "MOST_TEXTS", 2)
    monkeypatch.setattr(surfaces, "_IN_MEMORY", 2)
    found = counted(project)
    assert (len(found.entries), found.more, found.unsought, found.texts, found.sets) == (3, 1, 2, 4, 9)
    assert found.entries[0].counts == {"ORG": 1, "PERSON": 1}
    monkeypatch.setattr(inbox, "MOST_ENTRIES", 4)
    assert [entry.key for entry in counted(project).entries if "" in entry.counts] == ["Nama0 Nama0"], "the rest is not looked for"


def test_counting_can_be_cancelled(fill):
    project = fill(*[("Jakarta", labelled("Jakarta", ("Jakarta", "GPE")))] * 5)
    progress = Progress(listener=lambda progress: progress.cancel() if progress.done == 3 else None)
    with pytest.raises(Cancelled):
        list(count(project.connection, "ani", progress))
    assert progress.total == 10
    assert progress.what == "Comparing"


def test_looking_at_places_can_be_cancelled_where_nothing_is_found_yet(fill):
    project = fill(*[("Jakarta", labelled("Jakarta", ("Jakarta", "GPE")))] * 3)
    entry, progress = Entry("Jakarta", "Jakarta", {"GPE": 3}), Progress()
    stream = places(project.connection, "ani", entry, progress)
    assert next(stream)
    progress.cancel()
    for work in (lambda: next(stream), lambda: recounted(project.connection, "ani", entry, progress)):
        with pytest.raises(Cancelled):
            work()
    with pytest.raises(Cancelled):
        list(seen_places(project.connection, "Jakarta", "ani", progress))


def test_counting_gives_signs_of_life(fill, monkeypatch):
    project = fill(*[("Jakarta", labelled("Jakarta", ("Jakarta", "GPE")))] * 3)
    monkeypatch.setattr(inbox, "_BEAT", 0.0)
    *stages, _ = count(project.connection, "ani", Progress())
    assert stages == [Stage(n, 6) for n in range(1, 7)]


def test_the_same_is_counted_once_more_for_one_entry(fill):
    text = f"Kata {BI} di Jakarta, Indonesia. {BI.upper()}!"
    project = fill(
        (text, labelled(text, (BI, "ORG"))), (text, labelled(text, (BI, "GPE"), ("Jakarta", "GPE"))), (text, labelled(text))
    )
    found = counted(project).entries
    assert {entry.shown for entry in found} == {BI, "Jakarta"}
    for entry in found:
        assert recounted(project.connection, "ani", entry, Progress()) == entry


# Dismissing


def dismissal(entry, project, reason="two things of one name"):
    suggesters.dismiss(project.connection, entry.key, reason, dict(entry.counts), actor="ani")


def test_what_was_dismissed_comes_back_only_with_a_label_it_did_not_have(fill, make_document):
    text = "Jakarta macet."
    project = fill((text, labelled(text, ("Jakarta", "GPE"))), (text, labelled(text, ("Jakarta", "ORG"))))
    (entry,) = counted(project).entries
    dismissal(entry, project)
    found = counted(project)
    assert found.entries == ()
    assert [one.dismissal.reason for one in found.dismissed] == ["two things of one name"]

    def add(*sets):
        with project.transaction("Import", actor="import", lane=Lane.JOB) as tx:
            tx.add_documents([(make_document(text, "more"), list(sets))])

    add(labelled(text, ("Jakarta", "GPE")))
    found = counted(project)
    assert found.entries == ()
    assert dict(found.dismissed[0].counts) == {"GPE": 2, "ORG": 1}
    add(labelled(text))
    (entry,) = counted(project).entries
    assert dict(entry.counts) == {"GPE": 2, "ORG": 1, "": 1}
    assert not entry.dismissed
    assert entry.dismissal.reason == "two things of one name"
    dismissal(entry, project, "so be it")
    assert counted(project).entries == ()
    suggesters.take_up_again(project.connection, entry.key)
    assert [one.dismissal for one in counted(project).entries] == [None]


def test_an_entry_as_plain_data():
    told = Dismissal("Jakarta", "so", {"GPE": 1}, "ani", "2026-01-02T03:04:05.000+00:00")
    assert Entry("Jakarta", "JAKARTA", {"GPE": 2, "": 1}, dismissal=told).to_dict() == {
        "text": "JAKARTA",
        "key": "Jakarta",
        "places": [{"label": "GPE", "count": 2}, {"label": None, "count": 1}],
        "disagreeing": 1,
        "dismissal": {"reason": "so", "by": "ani", "at": "2026-01-02T03:04:05.000+00:00"},
    }


# Deciding


def test_one_decision_labels_and_relabels_as_one_step(fill):
    text = f"Kata {BI}."
    project = fill(*[(text, labelled(text, (BI, "ORG")))] * 3, (text, labelled(text, (BI, "PERSON"))), (text, labelled(text)))
    session = Session(project, "ani")
    (entry,) = counted(project).entries
    doubts = {}
    agreement = inbox.agreement_of(entry)
    lines = list(
        judged(places(project.connection, "ani", entry, Progress()), agreement, doubts, wanted=lambda line: line.label != "ORG")
    )
    assert [(line.document, line.label) for line in lines] == [("d4", "PERSON"), ("d5", "")]
    assert doubts == {}
    acted = act_on_all(session, lines, Action.DECIDE, "ORG")
    assert (acted.changed, acted.same, acted.left_alone) == (2, 0, 0)
    assert recounted(project.connection, "ani", entry, Progress()).counts == {"ORG": 5}
    assert counted(project).entries == ()
    assert session.next_undo().title == "Decide what was found as ORG"
    session.undo()
    assert recounted(project.connection, "ani", entry, Progress()) == entry


def test_places_of_an_entry_that_are_something_else_are_doubted(fill):
    plain, name, other = "Ia di Jakarta kemarin.", "Kata Universitas Jakarta begitu.", "Dari kantor Jakarta saja."
    project = fill(
        *[(plain, labelled(plain, ("Jakarta", "GPE")))] * 3,
        (name, labelled(name)),
        *[(other, labelled(other, ("Jakarta", "ORG")))] * 2,
    )
    (entry,) = counted(project).entries
    doubts = {}
    lines = list(judged(places(project.connection, "ani", entry, Progress()), inbox.agreement_of(entry), doubts))
    assert [line.label for line in lines] == ["GPE"] * 3 + ["", "ORG", "ORG"]
    assert {number: doubt.why for number, doubt in doubts.items()} == {3: Why.LONGER_NAME, 4: Why.AFTER, 5: Why.AFTER}
    assert (doubts[5].text, doubts[5].label, doubts[5].times) == ("kantor", "ORG", 1), "the other place like it"


# The same text everywhere, from one place


def test_all_places_are_judged_by_the_one_they_are_asked_from(fill, model_set):
    plain, name, inside = "Ia di Jakarta kemarin.", "Kata Universitas Jakarta begitu.", "Di kota Jakarta itu."
    project = fill(
        (plain, labelled(plain, ("Jakarta", "GPE"), status=Status.IN_PROGRESS)),
        (name,),
        (inside, model_set([("s1", 3, 15, "ORG")])),
        (plain, model_set([("s1", 6, 13, "GPE")])),
        (plain, labelled(plain, ("Jakarta", "ORG"))),
        (plain,),
    )
    connection = project.connection
    agreement = agreement_with(connection, Origin(1, 6, 13), "GPE", "ani")
    doubts = {}
    lines = list(judged(seen_places(connection, "Jakarta", "ani", Progress()), agreement, doubts))
    assert [line.document for line in lines] == ["d1", "d2", "d3", "d4", "d5", "d6"]
    assert [line.label for line in lines] == ["GPE", "", "", "GPE", "ORG", ""]
    assert {number: doubt.why for number, doubt in doubts.items()} == {
        1: Why.LONGER_NAME,
        2: Why.OVERLAPS,
        4: Why.LABELLED,
    }
    assert (doubts[2].text, doubts[2].label) == ("kota Jakarta", "ORG")


def test_a_place_that_is_gone_leaves_the_others_to_judge(fill):
    project = fill(("Kata Universitas Jakarta begitu.",))
    for origin in (NOWHERE, Origin(9, 0, 3), Origin(1, 20, 99)):
        doubts = {}
        list(
            judged(
                seen_places(project.connection, "Jakarta", "ani", Progress()),
                agreement_with(project.connection, origin, "GPE", "ani"),
                doubts,
            )
        )
        assert [doubt.why for doubt in doubts.values()] == [Why.LONGER_NAME]


# The tally


def test_a_tally_is_the_same_whether_it_fits_into_memory(monkeypatch):
    found = []
    for room in (1, 3, 1000):
        monkeypatch.setattr(surfaces, "_IN_MEMORY", room)
        with Tally() as tally:
            for number in range(60):
                tally.count(f"k{number % 7}", ("A", "B", "")[number % 3 if number % 7 < 3 else 0], f"K{number}")
            found.append((len(tally), tally.frequent(3), list(tally.texts())))
    assert found[0] == found[1] == found[2]
    assert found[0][0] == 7
    assert [key for key, _, _ in found[0][2]] == ["k0", "k1", "k2"]
    assert sum(sum(labels.values()) for _, _, labels in found[0][2]) == 27


# The command line


def run(project, *arguments):
    path = project.path
    project.close()
    result = CliRunner().invoke(inbox_verb, [str(path), *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


@pytest.fixture
def two(fill):
    text = "Jakarta dan Bogor."
    return fill(
        (text, labelled(text, ("Jakarta", "GPE"), ("Bogor", "GPE"))),
        (text, labelled(text, ("Jakarta", "GPE"))),
        (text, labelled(text, ("Jakarta", "ORG"), ("Bogor", "GPE"))),
    )


def test_the_verb_lists_texts_and_says_that_there_are_some(two):
    result = run(two, "--annotator", "ani")
    assert result.exit_code == 1
    assert result.stdout.splitlines() == ["Bogor — GPE 2 · nothing 1", "Jakarta — GPE 2 · ORG 1"]
    assert "2 texts of 2 not labelled alike, 0 dismissed." in result.stderr


def test_the_verb_as_json_and_its_limit(two):
    result = run(two, "--annotator", "ani", "--json", "--limit", "1")
    found = orjson.loads(result.stdout)
    assert (found["annotator"], found["texts"], found["inconsistent"], found["not_looked_for"]) == ("ani", 2, 2, 0)
    assert [entry["text"] for entry in found["entries"]] == ["Bogor"]


def test_the_verb_knows_what_was_dismissed(two):
    for entry in counted(two).entries:
        dismissal(entry, two, "it may")
    result = run(two, "--annotator", "ani", "--dismissed", "--limit", "1")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == ["Bogor — GPE 2 · nothing 1  (it may, ani)"]
    assert "… and 1 text more" in result.stderr


def test_the_verb_says_that_somebody_labelled_nothing(two):
    result = run(two, "--annotator", "cici")
    assert result.exit_code == 0
    assert "cici has labelled nothing in this project" in result.stderr
