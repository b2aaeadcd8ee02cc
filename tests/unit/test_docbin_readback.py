"""What the spaCy export finds when its two files come back otherwise than they were meant: one fault at a time, on real files."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from annotator.domain.annotations import Kind, Relation, Span
from annotator.domain.documents import Status
from annotator.domain.exchange import Fate, LossReport, Record
from annotator.domain.labels import LabelScheme, RelationLabel, SpanLabel, completed
from annotator.domain.progress import Progress
from annotator.domain.text import Tokens
from annotator.formats import docbin, docbin_batch
from annotator.formats.docbin_fill import REL
from annotator.formats.docbin_parts import COLLISION, END_NO_ENT, FAR, Choices, Plan
from annotator.formats.docbin_plan import plan

TEXT = "Ani met Budi in Bandung"
TOKENS = Tokens([(0, 3), (4, 7), (8, 12), (13, 15), (16, 23)])
SPANS = (Span("a", ((0, 3),), "PERSON"), Span("b", ((8, 12),), "PERSON"), Span("c", ((16, 23),), "GPE"))
RELATIONS = (Relation("r1", "met", "a", "b"), Relation("r2", "in", "b", "c"))
SCHEME = completed(
    LabelScheme(
        spans=(SpanLabel("PERSON"), SpanLabel("GPE")), relations=(RelationLabel("met", symmetric=True), RelationLabel("in"))
    )
)


def article(name: str = "one", **more) -> Record:
    fields = {"spans": SPANS, "relations": RELATIONS, "categories": ("news",), "meta": {"source": "desk"}, **more}
    return Record(name, TEXT, tokens=TOKENS, annotator="rina", kind=Kind.PERSON, status=Status.DONE, **fields)


def write(path: Path, *records: Record) -> LossReport:
    return docbin.write(lambda: iter(records), path, SCHEME, options={}, progress=Progress())


def told(report: LossReport) -> list[tuple[str, str, str]]:
    return [(loss.document, loss.item_id, loss.reason) for loss in report.losses]


def read_as(monkeypatch, change) -> None:
    """Let every document come back as ``change(number, read)`` makes it."""
    real = docbin_batch.docs_of
    monkeypatch.setattr(docbin_batch, "docs_of", lambda made: (change(number, read) for number, read in enumerate(real(made))))


class _Seen:
    """A ``Doc`` of which some parts read otherwise: ``arrays`` by the name of the attribute, all else by its own name."""

    def __init__(self, doc, arrays=None, **parts) -> None:
        self._doc, self._arrays = doc, arrays or {}
        self.__dict__.update(parts)

    def __getattr__(self, name):
        return getattr(self._doc, name)

    def to_array(self, names):
        found = self._doc.to_array(names)
        return self._arrays[names[0]](found) if names[0] in self._arrays else found


@pytest.mark.parametrize("count", [1, 2, 101, 102])
def test_nothing_is_said_of_files_that_come_back_as_they_were_meant(tmp_path, count):
    # the first and the hundred and first document are read by spaCy alone, the others by its unpacker
    report = write(tmp_path / "a.spacy", *(article(f"n{number}") for number in range(count)))
    assert told(report) == []
    assert (report.documents, report.spans, report.relations) == (count, 3 * count, 2 * count)


def raised(array):
    changed = np.array(array)
    changed[-1] += 1
    return changed


@pytest.mark.parametrize(
    ("attribute", "what"), [("IDX", "tokens"), ("ENT_IOB", "entity tags"), ("SPACY", "text")], ids=["IDX", "ENT_IOB", "SPACY"]
)
def test_each_array_is_compared_to_its_last_number(tmp_path, monkeypatch, attribute, what):
    def change(number, read):
        return replace(read, doc=_Seen(read.doc, {attribute: raised})) if number == 1 else read

    read_as(monkeypatch, change)
    report = write(tmp_path / "a.spacy", article("one"), article("two"), article("three"))
    assert told(report) == [("two", "", f"came back different: {what}")]
    assert report.losses[0].fate is Fate.CHANGED


def test_a_token_fewer_is_no_equal_array(tmp_path, monkeypatch):
    read_as(monkeypatch, lambda _, read: replace(read, doc=_Seen(read.doc, {"IDX": lambda array: array[:-1]})))
    assert told(write(tmp_path / "a.spacy", article())) == [("one", "", "came back different: tokens")]


def test_words_and_categories_are_compared(tmp_path, monkeypatch):
    read_as(
        monkeypatch, lambda _, read: replace(read, words=[*read.words[:-1], "Jakarta"], doc=_Seen(read.doc, cats={"news": 0.0}))
    )
    assert told(write(tmp_path / "a.spacy", article())) == [("one", "", "came back different: text, categories")]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_changed_line_of_the_json_file_is_told_of_its_document(tmp_path, monkeypatch, number):
    real = docbin._compare

    def spoil(records, paths, *rest, **more):
        lines = paths[1].read_bytes().split(b"\n")
        place = next(at for at, line in enumerate(lines) if f'"n{number}"'.encode() in line)
        lines[place] = lines[place].replace(b'"Ani met', b'"Ana met')
        paths[1].write_bytes(b"\n".join(lines))
        real(records, paths, *rest, **more)

    monkeypatch.setattr(docbin, "_compare", spoil)
    report = write(tmp_path / "a.spacy", *(article(f"n{each}") for each in range(3)))
    assert told(report) == [(f"n{number}", "", "came back different: the JSON file")]


def test_a_json_file_that_was_cut_off_is_told_of_every_document_it_lacks(tmp_path, monkeypatch):
    real = docbin._compare

    def spoil(records, paths, *rest, **more):
        paths[1].write_bytes(b"\n".join(paths[1].read_bytes().split(b"\n")[:2]))
        real(records, paths, *rest, **more)

    monkeypatch.setattr(docbin, "_compare", spoil)
    report = write(tmp_path / "a.spacy", *(article(f"n{each}") for each in range(3)))
    assert [loss.document for loss in report.losses] == ["n1", "n2"]
    assert {loss.reason for loss in report.losses} == {"came back different: the JSON file"}


def test_a_span_more_in_the_group_is_told_though_all_planned_ones_are_there(tmp_path, monkeypatch):
    extra = ("x", "GPE", "", 1, 2, 4, 7)
    read_as(monkeypatch, lambda number, read: replace(read, group=read.group | {extra}) if number == 1 else read)
    assert told(write(tmp_path / "a.spacy", article("one"), article("two"))) == [
        ("two", "", 'came back with more spans in doc.spans["sc"]')
    ]


def test_an_entity_more_is_told_though_all_planned_ones_are_there(tmp_path, monkeypatch):
    extra = SimpleNamespace(id_="x", label_="GPE", kb_id_="", start=1, end=2, start_char=4, end_char=7)
    read_as(monkeypatch, lambda _, read: replace(read, doc=_Seen(read.doc, ents=(*read.doc.ents, extra))))
    assert told(write(tmp_path / "a.spacy", article())) == [("one", "", "came back with more spans in doc.ents")]


@pytest.mark.parametrize("part", range(7), ids=["id", "label", "kb_id", "start", "end", "start_char", "end_char"])
def test_a_span_of_the_group_is_compared_in_each_of_its_parts(tmp_path, monkeypatch, part):
    def change(_, read):
        def moved(entry):
            return (*entry[:part], "other" if part < 3 else entry[part] + 1, *entry[part + 1 :]) if entry[0] == "b" else entry

        return replace(read, group=set(map(moved, read.group)))

    read_as(monkeypatch, change)
    assert told(write(tmp_path / "a.spacy", article())) == [("one", "b", 'came back different in doc.spans["sc"]')]


def test_an_entity_that_is_gone_is_told_by_its_own_place(tmp_path, monkeypatch):
    read_as(monkeypatch, lambda _, read: replace(read, doc=_Seen(read.doc, ents=read.doc.ents[:2])))
    (loss,) = write(tmp_path / "a.spacy", article()).losses
    assert (loss.item_id, loss.surface, loss.start, loss.end) == ("c", "Bandung", 16, 23)
    assert loss.reason == "came back different in doc.ents"


@pytest.mark.parametrize(
    "change",
    [
        lambda _: {},
        lambda rel: {**rel, (4, 0): {"in": 1.0}},
        lambda rel: {place: dict.fromkeys(labels, 0.5) for place, labels in rel.items()},
        lambda rel: {place: labels for place, labels in rel.items() if place != (2, 0)},
    ],
    ids=["gone", "one more", "another value", "one way of a symmetric one"],
)
def test_relations_in_the_user_data_are_compared(tmp_path, monkeypatch, change):
    read_as(monkeypatch, lambda _, read: replace(read, user_data={**read.user_data, REL: change(read.user_data[REL])}))
    assert told(write(tmp_path / "a.spacy", article())) == [
        ("one", "r1", "came back different in doc._.rel"),
        ("one", "r2", "came back different in doc._.rel"),
    ]


def test_a_document_without_relations_has_none_in_its_user_data(tmp_path):
    path = tmp_path / "a.spacy"
    assert told(write(path, article("one"), article("two", relations=()))) == []
    first, second = docbin.docs_of(path)
    assert first.user_data[REL] == {(0, 2): {"met": 1.0}, (2, 0): {"met": 1.0}, (2, 4): {"in": 1.0}}
    assert REL not in second.user_data


@pytest.mark.parametrize("key", ["name", "annotator", "kind", "status", "meta"])
def test_user_data_are_compared_in_each_key(tmp_path, monkeypatch, key):
    def change(_, read):
        mine = {name: value for name, value in read.user_data["annotator"].items() if name != key}
        return replace(read, user_data={**read.user_data, "annotator": mine})

    read_as(monkeypatch, change)
    assert told(write(tmp_path / "a.spacy", article())) == [("one", "", "came back different: user data")]


def test_lists_in_metadata_come_back_as_tuples_and_are_no_loss(tmp_path):
    meta = {"list": [1, [2, {"deep": [3]}]], "none": None, "text": "é\U0001f600"}
    assert told(write(tmp_path / "a.spacy", article("one", meta=meta), article("two", meta=meta))) == []


@pytest.mark.parametrize("number", [2**64, -(2**63) - 1])
def test_a_number_beyond_64_bits_costs_the_user_data_of_that_document_alone(tmp_path, number):
    report = write(
        tmp_path / "a.spacy", article("one"), article("two", spans=(replace(SPANS[0], attributes={"n": number}),), relations=())
    )
    assert told(report) == [("two", "", "came back different: user data")]


def made(record: Record, **choices) -> Plan:
    found = plan(record, Choices(**choices))
    assert found is not None
    return found


WIDE = Span("wide", ((8, 23),), "EVENT")  # preferred to b and c, which it covers


@pytest.mark.parametrize(
    ("head", "tail", "reason"),
    [
        ("b", "a", COLLISION),  # b starts where the entity "wide" does
        ("a", "b", COLLISION),
        ("c", "a", END_NO_ENT),  # no entity starts where c does
        ("a", "c", END_NO_ENT),
        ("b", "c", COLLISION),  # one end of two is enough
        ("c", "b", COLLISION),
        ("wide", "a", None),
        ("wide", "wide", None),
    ],
)
def test_an_entity_at_the_start_of_either_end_would_be_taken_for_it(head, tail, reason):
    found = made(article(spans=(*SPANS, WIDE), relations=(Relation("r", "in", head, tail),)))
    assert [loss.reason for loss in found.losses if loss.item == "relation"] == ([reason] if reason else [])
    assert (found.kept_relations, bool(found.rel), found.relations[0]["rel"]) == ((0, False, False) if reason else (1, True, True))


@pytest.mark.parametrize(("distance", "far"), [(FAR - 1, 0), (FAR, 0), (FAR + 1, 1)])
@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("symmetric", [False, True])
def test_a_relation_is_far_beyond_the_limit_and_not_at_it(distance, far, turned, symmetric):
    words = FAR + 2
    text = "x " * words
    tokens = Tokens([(2 * number, 2 * number + 1) for number in range(words)])
    near, away = Span("a", ((0, 1),), "X"), Span("b", ((2 * distance, 2 * distance + 1),), "X")
    ends = ("b", "a") if turned else ("a", "b")
    record = Record("n", text, tokens=tokens, spans=(near, away), relations=(Relation("r", "met", *ends),))
    assert made(record, symmetric=frozenset({"met"}) if symmetric else frozenset()).far == far


@pytest.mark.parametrize(("count", "sentence"), [(1, "1 relation reaches over"), (2, "2 relations reach over")])
def test_far_relations_are_counted_in_a_notice(tmp_path, count, sentence):
    text = "x " * (FAR + 3)
    tokens = Tokens([(2 * number, 2 * number + 1) for number in range(FAR + 3)])
    ends = [Span(f"s{number}", ((2 * place, 2 * place + 1),), "GPE") for number, place in enumerate((0, FAR + 1, FAR + 2))]
    relations = tuple(Relation(f"r{number}", "in", "s0", f"s{number}") for number in range(1, count + 1))
    record = Record("n", text, tokens=tokens, annotator="a", status=Status.DONE, spans=tuple(ends), relations=relations)
    (notice,) = write(tmp_path / "a.spacy", record).notices
    assert notice.startswith(f"{sentence} more than {FAR} tokens")
