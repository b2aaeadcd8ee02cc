"""Reports of losses, and progress of long work."""

import json
import threading

import pytest

from annotator.domain.annotations import Kind
from annotator.domain.documents import Status
from annotator.domain.exchange import Complaint, Fate, Loss, LossReport, ReadDefaults, Record
from annotator.domain.progress import Cancelled, Progress


def _loss(item="span", reason="cuts a token", **fields):
    return Loss("doc-1", item, "s1", "PERSON", "Joko Wido", Fate.DROPPED, reason, **fields)


def test_a_report_without_losses_is_lossless_whatever_it_notices():
    report = LossReport("spacy", "out.spacy", documents=2, notices=["Two documents are not done."])
    assert report.lossless
    report.losses.append(_loss())
    assert not report.lossless


def test_reports_do_not_share_their_lists():
    LossReport("a", "b").losses.append(_loss())
    assert LossReport("a", "b").losses == []


def test_losses_are_counted_by_item_and_reason():
    report = LossReport("spacy", "out", losses=[_loss(), _loss(), _loss("relation"), _loss(reason="overlaps")])
    assert report.by_reason() == {("span", "cuts a token"): 2, ("relation", "cuts a token"): 1, ("span", "overlaps"): 1}


def test_a_report_becomes_json_with_every_loss_and_its_place():
    report = LossReport("spacy", "out.spacy", 3, 20, 5, 2, [_loss(start=0, end=9), _loss("document")], ["A notice."])
    data = json.loads(json.dumps(report.to_dict()))
    assert data == {
        "format": "spacy",
        "path": "out.spacy",
        "kept": {"documents": 3, "spans": 20, "relations": 5},
        "unreviewed": 2,
        "notices": ["A notice."],
        "losses": [
            {
                "document": "doc-1",
                "item": item,
                "id": "s1",
                "label": "PERSON",
                "text": "Joko Wido",
                "start": start,
                "end": end,
                "fate": "dropped",
                "reason": "cuts a token",
            }
            for item, start, end in (("span", 0, 9), ("document", -1, -1))
        ],
        "unsaid": [],
        "findings": [],
        "more": [],
    }


def test_losses_beyond_a_number_are_counted_by_reason():
    report = LossReport("spacy", "out")
    report.add((_loss(reason=f"reason {number % 2}") for number in range(7)), most=4)
    assert [loss.reason for loss in report.losses] == ["reason 0", "reason 1"] * 2
    assert report.more == {("span", "reason 0"): 2, ("span", "reason 1"): 1}
    assert (report.loss_count(), report.lossless) == (7, False)
    assert report.by_reason() == {("span", "reason 0"): 4, ("span", "reason 1"): 3}
    assert report.to_dict()["more"] == [
        {"item": "span", "reason": "reason 0", "count": 2},
        {"item": "span", "reason": "reason 1", "count": 1},
    ]
    report.losses.clear()
    assert not report.lossless


def test_what_a_format_has_no_place_for_is_one_sentence():
    report = LossReport("conll", "out", notices=["A notice."])
    assert report.told() == ["A notice."]
    report.unsaid.update({("item", "origin"): 2, ("item", "confidence"): 1, ("document", "tokens"): 3, ("item", "none"): 0})
    assert report.told() == [
        "A notice.",
        "Not in the file, because the format has no place for it: tokens of 3 documents, origin of 2 items, confidence of 1 item.",
    ]
    assert report.lossless
    assert report.to_dict()["notices"] == report.told()
    assert {"of": "item", "what": "origin", "count": 2} in report.to_dict()["unsaid"]


def test_a_record_of_a_bare_text_has_no_annotations_and_no_tokens():
    record = Record("a", "Halo")
    assert (record.annotator, record.status, record.tokens, record.spans, record.relations) == ("", Status.NEW, None, (), ())
    assert record.meta is not Record("b", "Halo").meta


def test_what_a_reader_fills_in():
    assert (ReadDefaults().annotator, ReadDefaults().kind) == ("import", Kind.MODEL)


def test_a_complaint_is_a_loss_unless_it_says_otherwise():
    assert Complaint("a.jsonl:3", "The line is broken.").lost
    assert not Complaint("a.txt", "A byte-order mark was removed.", lost=False).lost


# Progress


def test_progress_counts_and_tells():
    seen = []
    progress = Progress(listener=lambda progress: seen.append((progress.what, progress.done, progress.total)))
    progress.start("Reading", 10)
    progress.advance()
    progress.advance(4)
    progress.start("Writing")
    assert seen == [("Reading", 0, 10), ("Reading", 1, 10), ("Reading", 5, 10), ("Writing", 0, 0)]


def test_progress_needs_no_listener():
    progress = Progress(3)
    progress.advance(2)
    assert (progress.done, progress.total, progress.cancelled) == (2, 3, False)


def test_cancelled_work_stops_at_its_next_step_and_counts_no_more():
    seen = []
    progress = Progress(listener=lambda progress: seen.append(progress.done))
    progress.advance()
    canceller = threading.Thread(target=progress.cancel)
    canceller.start()
    canceller.join()
    assert progress.cancelled
    with pytest.raises(Cancelled):
        progress.advance()
    with pytest.raises(Cancelled):
        progress.start("More")
    assert seen == [1]
    assert progress.done in (0, 1)
