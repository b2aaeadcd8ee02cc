"""The check of a stranger's XML."""

import pytest

from annotator.errors import FormatError
from annotator.formats.xml_files import check_prolog

BOMB = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;">]><a>&c;</a>'
REFUSED = {
    "bomb": BOMB.encode(),
    "utf-16": f'<?xml version="1.0" encoding="utf-16"?>{BOMB}'.encode("utf-16"),
    "elsewhere": b'<?xml version="1.0"?>\n<!-- x -->\n<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>',
    "late": b"<!-- " + b"x" * 200_000 + b" --><!DOCTYPE a><a/>",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_document_type_is_refused_however_it_is_written(tmp_path, name):
    path = tmp_path / "x.xml"
    path.write_bytes(REFUSED[name])
    with pytest.raises(FormatError, match="document type"):
        check_prolog(path)


@pytest.mark.parametrize("data", [b"", b"   ", b"no xml", b"<!-- x", b"\xff\xfe\x00"])
def test_what_is_no_xml_is_said(tmp_path, data):
    path = tmp_path / "x.xml"
    path.write_bytes(data)
    with pytest.raises(FormatError, match="well-formed"):
        check_prolog(path)


@pytest.mark.parametrize(
    "data", [b"<a/>", b'<?xml version="1.0" encoding="iso-8859-1"?><a>\xe4</a>', b"<a><b></a>", b"<a " + b" " * 200_000 + b"/>"]
)
def test_only_the_beginning_is_read(tmp_path, data):
    path = tmp_path / "x.xml"
    path.write_bytes(data)
    check_prolog(path)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(FormatError):
        check_prolog(tmp_path / "none.xml")
