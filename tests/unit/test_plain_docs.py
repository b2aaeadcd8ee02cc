"""Reading a ``.spacy`` file as spaCy does, in plain values."""

from __future__ import annotations

import spacy
from spacy.tokens import Doc, DocBin, Span

from annotator.jobs.workers import WorkerProcess
from annotator.nlp.docs import plain_docs

TEXT = "Putin\n tiba  di Rusia."


def write(path):
    Doc.set_extension("rel", default={}, force=True)
    doc = spacy.blank("xx")(TEXT)
    words = {token.text: token.i for token in doc}
    putin = Span(doc, words["Putin"], words["Putin"] + 1, "PERSON")
    rusia = Span(doc, words["Rusia"], words["Rusia"] + 1, "GPE")
    doc.ents = [rusia]
    doc.spans["sc"] = [putin, rusia]
    doc._.rel = {(putin.start, rusia.start): {"visited": 1.0}}
    DocBin(docs=[doc, spacy.blank("xx")("Kosong")], store_user_data=True).to_disk(path)


def test_a_doc_is_told_in_code_points_without_its_white_space(tmp_path):
    write(tmp_path / "x.spacy")
    doc, bare = plain_docs(tmp_path / "x.spacy")
    assert doc.text == TEXT
    assert [TEXT[start:end] for start, end in doc.tokens] == ["Putin", "tiba", "di", "Rusia", "."]
    assert doc.entities == [(16, 21, "GPE")]
    assert doc.spans == [(0, 5, "PERSON"), (16, 21, "GPE")]
    assert doc.relations == [(0, 16, "visited")]
    assert (bare.tokens, bare.entities, bare.spans, bare.relations) == ([(0, 6)], [], [], [])


def test_a_worker_process_can_send_them_back(tmp_path):
    write(tmp_path / "x.spacy")
    worker = WorkerProcess()
    try:
        assert worker.submit(plain_docs, tmp_path / "x.spacy").result(60) == plain_docs(tmp_path / "x.spacy")
    finally:
        worker.close()
