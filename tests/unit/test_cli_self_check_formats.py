"""The self-check's formats: what comes back is looked at, and a library that is missing is told or, in the frozen program, fails."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from annotator.cli import self_check_formats
from annotator.cli.self_check_formats import EXCHANGED, TEXT, NotReadBack, check
from annotator.commands.documents import mark_done
from annotator.commands.projects import build_demo
from annotator.errors import FormatError
from annotator.formats import articles_pdf, tables_xlsx_read
from annotator.session.session import Session
from annotator.store.project import open_project

EVERY = (*EXCHANGED, "web-page", "docx", "pdf", "epub")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("project") / "demo.annotator"
    build_demo(path)
    found = open_project(path)
    session = Session(found, "ani")
    document = session.open_document(1)
    session.execute(mark_done(document.set_id))
    found.close()
    return path


def test_every_format_with_a_library_of_its_own_is_tried(project, tmp_path):
    for module in ("pyarrow", "openpyxl", "cassis", "trafilatura", "docx", "pypdfium2"):
        pytest.importorskip(module)
    assert check(project, tmp_path, "ani") == f"{', '.join(EVERY)} read back"
    assert {path.suffix for path in tmp_path.iterdir()} >= {".parquet", ".xlsx", ".zip", ".html", ".docx", ".pdf", ".epub"}


def test_a_missing_library_is_told_in_an_installation_and_fails_in_the_frozen_program(project, tmp_path, monkeypatch):
    def missing() -> None:
        raise FormatError("Spreadsheets need the package openpyxl, which is not installed; run: pip install 'annotator[formats]'")

    monkeypatch.setattr(tables_xlsx_read, "openpyxl_or_error", missing)
    monkeypatch.setattr("annotator.formats.tables_xlsx.openpyxl_or_error", missing)
    assert check(project, tmp_path, "ani").endswith("; not installed: xlsx")
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    with pytest.raises(FormatError, match="openpyxl"):
        check(project, tmp_path, "ani")


def test_an_article_that_does_not_come_back_fails(project, tmp_path, monkeypatch):
    monkeypatch.setattr(articles_pdf, "read", lambda *_, **__: iter(()))
    with pytest.raises(NotReadBack, match="pdf: the text did not come back"):
        check(project, tmp_path, "ani")


def test_what_is_made_holds_the_text(tmp_path):
    path = tmp_path / "a.pdf"
    self_check_formats._pdf(path)
    data = path.read_bytes()
    assert TEXT.encode() in data
    table = int(data.rsplit(b"startxref\n", 1)[1].split()[0])
    assert data[table:].startswith(b"xref\n0 6\n")
