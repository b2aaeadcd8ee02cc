"""What a person chose to see of the documents, as chips and as ids."""

from __future__ import annotations

from array import array
from itertools import chain

from annotator.commands import documents
from annotator.domain.documents import Status
from annotator.domain.progress import Progress
from annotator.store import statistics
from annotator.store.listing import Filter, Only, Order
from annotator.ui.models import documents_choice
from annotator.ui.models.documents_choice import Checked, Choice, chips, id_pages, remember, typed_field, with_status


def ids(session, choice, checked=None):
    pages = id_pages(session.project.connection, choice, session.annotator, Progress(), checked or Checked({}))
    return list(chain.from_iterable(pages))


def test_a_name_is_found_by_a_piece_of_it_whatever_its_case(session):
    assert ids(session, Choice(name="IR")) == [1, 3]
    assert ids(session, Choice(name="second")) == [2]
    assert ids(session, Choice(name="nowhere")) == []
    assert ids(session, Choice(name="ir", descending=True)) == [3, 1]


def test_name_and_filter_must_both_hold(session):
    assert ids(session, Choice(Filter(label="PERSON"))) == [1, 2]
    assert ids(session, Choice(Filter(label="PERSON"), name="first")) == [1]
    state = session.open_document(3)
    session.execute(documents.toggle_flag(state.set_id))
    assert ids(session, Choice(Filter(flagged=True))) == [3], "the flags are those of the session's person"
    assert ids(session, Choice(Filter(flagged=True), name="first")) == []


def test_each_chip_takes_back_what_it_says(session):
    full = Choice(
        Filter(
            flagged=True, unreviewed=True, problems=True, label="PERSON", relation="leads", annotator="model", field="a", value="b"
        ),
        name="x",
        order=Order.LENGTH,
        descending=True,
    )
    shown = chips(full)
    assert [text for text, _, _ in shown] == [
        "flagged", "to review", "problems", "PERSON", "→ leads", "@model", "a = b", "↓ Length",
    ]  # fmt: skip
    assert len({without for _, _, without in shown}) == 8
    left = full
    for _ in range(8):
        left = chips(left)[0][2]
    assert left == Choice(name="x")
    assert chips(Choice()) == []
    chosen = Only(array("q", [1, 3]), "PERSON, unreviewed")
    ((text, sentence, without),) = chips(Choice(Filter(only=chosen)))
    assert (text, sentence) == ("2 from Statistics", "2 documents from Statistics: PERSON, unreviewed")
    assert without == Choice()
    assert ids(session, Choice(Filter(only=chosen), name="first")) == [1]
    assert [text for text, _, _ in chips(Choice(order=Order.NAME))] == ["↑ Name"]


def test_narrow_and_plain():
    assert Choice().plain
    assert not Choice(order=Order.NAME).plain
    assert not Choice(order=Order.NAME).narrow
    assert Choice(name="a").narrow
    only = with_status(Choice(), (Status.DONE,))
    assert only.by_status_alone
    assert not with_status(Choice(name="a"), (Status.DONE,)).by_status_alone
    assert not Choice().by_status_alone


def test_a_field_of_metadata_can_be_typed():
    assert typed_field("source = detik.com", ["source"]) == ("source", "detik.com")
    assert typed_field("a=b=c", ["a"]) == ("a", "b=c")
    for text in ("source", "source=", "other=x", "=x"):
        assert typed_field(text, ["source"]) is None


def test_what_was_checked_is_remembered_in_slices(session, monkeypatch):
    monkeypatch.setattr(documents_choice, "_SLICE", 1)
    checked = Checked({})
    assert ids(session, Choice(Filter(problems=True)), checked) == []
    assert checked.found == {1: 0, 2: 0}
    assert checked.at_step == statistics.last_step(session.project.connection)
    assert remember(session.project, checked) is True
    assert remember(session.project, checked) is False, "that was the last"
    again = Checked({})
    assert ids(session, Choice(Filter(problems=True)), again) == []
    assert again.found == {}, "the file knows now"


def test_what_was_checked_is_dropped_after_an_edit(session):
    checked = Checked({})
    assert ids(session, Choice(Filter(problems=True)), checked) == []
    session.open_document(3)
    found = dict(checked.found)
    assert remember(session.project, checked) is False
    again = Checked({})
    assert ids(session, Choice(Filter(problems=True)), again) == []
    assert found.items() <= again.found.items(), "nothing was kept of a state that is gone"
