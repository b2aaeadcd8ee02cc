"""The one place that tells UTF-8 files from others before a reader begins, whatever the format."""

from __future__ import annotations

import codecs

import pytest

from annotator.errors import FormatError
from annotator.formats.files import SAMPLE, other_unicode, refuse_other_encodings

WORDS = "Ia berkata “ya” di Malmö.\nLalu ia pergi.\nIa “datang” ke Århus.\n"


@pytest.mark.parametrize(
    ("sample", "looks"),
    [
        (WORDS.encode("utf-16"), "utf-16"),
        (WORDS.encode("utf-16-le"), "utf-16-le"),
        (WORDS.encode("utf-16-be"), "utf-16-be"),
        (WORDS.encode("utf-32"), "utf-32"),
        (WORDS.encode("cp1252"), "cp1252"),
    ],
)
def test_what_is_not_utf8_is_refused_with_a_guess_and_an_advice(sample, looks):
    with pytest.raises(FormatError) as caught:
        refuse_other_encodings("a.jsonl", sample, "Save it anew.")
    assert str(caught.value) == f"a.jsonl is not UTF-8; it looks like {looks}. Save it anew."


def test_a_file_of_which_the_greater_part_is_bad_is_refused():
    with pytest.raises(FormatError, match="is not UTF-8; it looks like"):
        refuse_other_encodings("a.conll", "Malmö\n".encode() + WORDS.encode("cp1252"), "")


@pytest.mark.parametrize(
    "sample",
    [
        b"",
        b"plain\n",
        WORDS.encode(),
        codecs.BOM_UTF8 + WORDS.encode(),
        WORDS.encode() + "Malmö\n".encode("cp1252"),  # one bad line among good ones is the reader's to complain of
        "é".encode() * (SAMPLE // 2 + 10),  # cut in the midst of a character, without any line's end
    ],
)
def test_what_may_be_utf8_is_let_through(sample):
    refuse_other_encodings("a.jsonl", sample[:SAMPLE], "")


def test_a_mark_of_utf8_is_no_other_encoding():
    assert other_unicode(codecs.BOM_UTF8 + b"a") is None
    assert other_unicode(codecs.BOM_UTF16_LE + b"a\0") == "utf-16"
