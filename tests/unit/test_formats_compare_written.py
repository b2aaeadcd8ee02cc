"""Writing one by one and laying what came back beside it: every way in which a file may differ is a loss with a name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.exchange import Complaint, Fate, LossReport, Record
from annotator.domain.progress import Cancelled, Progress
from annotator.errors import FormatError
from annotator.formats.compare import document_loss
from annotator.formats.compare_content import Expected
from annotator.formats.compare_written import compare_each, write_each

TEXT = "Ani kenal Budi"


def record(name: str, text: str = TEXT) -> Record:
    spans = (Span("s", ((0, 3),), "PER"), Span("t", ((10, 14),), "PER", reviewed=False))
    return Record(name, text, annotator="ani", kind=Kind.PERSON, spans=spans, relations=(Relation("r", "KENAL", "s", "t"),))


def compared(
    records: list[Record],
    back: list[Record | Complaint],
    *,
    unwritable: dict[int, str] | None = None,
    fit: Callable[[Record], Expected] = Expected,
) -> LossReport:
    report = LossReport("x", "x")
    compare_each(lambda: iter(records), iter(back), fit, unwritable or {}, report, progress=Progress())
    return report


def told(report: LossReport) -> list[tuple[str, str, str, str]]:
    return [(loss.document, loss.item, loss.item_id, str(loss.fate)) for loss in report.losses]


def test_what_came_back_whole_is_counted_and_nothing_is_lost():
    report = compared([record("a"), record("b")], [record("a"), Complaint("x:1", "a notice", lost=False), record("b")])
    assert report.lossless
    assert (report.documents, report.spans, report.relations, report.unreviewed) == (2, 4, 2, 2)


def test_sets_of_one_document_are_one_document():
    second = replace(record("a"), annotator="budi", spans=record("a").spans[:1], relations=())
    report = compared([record("a"), second, record("b")], [record("a"), second, record("b")])
    assert (report.documents, report.spans, report.relations) == (2, 5, 2)


def test_a_record_that_does_not_come_back_is_dropped_by_name():
    report = compared([record("a"), record("b")], [record("a")])
    assert told(report) == [("b", "document", "", "dropped")]
    assert report.losses[0].reason == "did not come back from the file"
    assert (report.documents, report.spans) == (1, 2)


def test_a_record_too_many_is_told_and_not_counted():
    report = compared([record("a")], [record("a"), record("stranger")])
    assert told(report) == [("stranger", "document", "", "changed")]
    assert report.documents == 1


def test_an_unwritable_record_is_told_with_its_reason_and_shifts_no_other():
    report = compared([record("a"), record("b"), record("c")], [record("a"), record("c")], unwritable={1: "holds half a character"})
    assert told(report) == [("b", "document", "", "dropped")]
    assert report.losses[0].reason == "holds half a character"
    assert (report.documents, report.spans) == (2, 4)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        ({"spans": record("a").spans[:1], "relations": ()}, [("span", "t", "dropped"), ("relation", "r", "dropped")]),
        ({"relations": ()}, [("relation", "r", "dropped")]),
        ({"spans": (replace(record("a").spans[0], label="ORG"), record("a").spans[1])}, [("span", "s", "changed")]),
        ({"spans": (replace(record("a").spans[0], note="x"), record("a").spans[1])}, [("span", "s", "changed")]),
        ({"spans": (record("a").spans[0], replace(record("a").spans[1], reviewed=True))}, [("span", "t", "changed")]),
        ({"spans": (replace(record("a").spans[0], fragments=((0, 2),)), record("a").spans[1])}, [("span", "s", "changed")]),
        ({"relations": (Relation("r", "KENAL", "t", "s"),)}, [("relation", "r", "changed")]),
        ({"text": "Ani kenal Budi!"}, [("document", "", "changed")]),
        ({"meta": {"x": 1}}, [("document", "", "changed")]),
        ({"flagged": True}, [("document", "", "changed")]),
    ],
    ids=["span", "relation", "label", "note", "reviewed", "place", "ends", "text", "meta", "flag"],
)
def test_every_difference_is_a_loss_of_its_item(change, wanted):
    report = compared([record("a"), record("b")], [replace(record("a"), **change), record("b")])
    assert {(loss.item, loss.item_id, str(loss.fate)) for loss in report.losses} == set(wanted)
    assert {loss.document for loss in report.losses} == {"a"}
    dropped = [item for item, _, fate in wanted if fate == "dropped"]
    assert (report.spans, report.relations) == (4 - dropped.count("span"), 2 - dropped.count("relation"))


def test_what_the_format_cannot_hold_is_told_once_and_what_else_differs_too():
    def without_relations(whole: Record) -> Expected:
        return Expected(replace(whole, relations=()), [document_loss(whole, Fate.CHANGED, "has no place here")])

    report = compared([record("a")], [replace(record("a"), relations=())], fit=without_relations)
    assert ("a", "document", "", "changed") in told(report)
    assert [entry for entry in told(report) if entry[1] == "relation"] == [("a", "relation", "r", "dropped")], (
        "told although unexpected"
    )
    assert (report.spans, report.relations) == (2, 0)


# --- writing ----------------------------------------------------------------------------------------------------------------------


def test_records_are_written_in_order_and_those_that_cannot_be_are_given_by_position():
    done: list[str] = []

    def put(one: Record) -> None:
        if one.name == "half":
            raise ValueError("half a character")
        if one.name == "odd":
            raise TypeError("a set in the metadata")
        if one.name == "deep":
            raise RecursionError
        done.append(one.name)

    names = ["a", "half", "b", "empty", "odd", "deep", "c"]
    unwritable = write_each(lambda: (record(name, "" if name == "empty" else TEXT) for name in names), put, Progress())
    assert done == ["a", "b", "c"]
    assert sorted(unwritable) == [1, 3, 4, 5]
    assert unwritable[3] == "has no text"
    assert unwritable[1] == "holds what cannot be written: half a character"


def test_nothing_to_write_and_nothing_that_can_be_are_told_apart():
    def refuse(one: Record) -> None:
        raise ValueError(f"not {one.name}")

    with pytest.raises(FormatError, match="There is nothing to export, so no file was written"):
        write_each(lambda: iter(()), refuse, Progress())
    with pytest.raises(FormatError, match="not a"):
        write_each(lambda: iter([record("a"), record("b")]), refuse, Progress())


def test_a_failure_of_another_kind_is_nobodys_loss():
    def full(_: Record) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        write_each(lambda: iter([record("a")]), full, Progress())


def test_both_passes_can_be_cancelled():
    progress = Progress()

    def put(_: Record) -> None:
        progress.cancel()

    def endless() -> Iterator[Record]:
        while True:
            yield record("a")

    with pytest.raises(Cancelled):
        write_each(endless, put, progress)
    with pytest.raises(Cancelled):
        compare_each(endless, endless(), Expected, {}, LossReport("x", "x"), progress=progress)
