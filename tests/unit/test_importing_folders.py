"""Folders brought in: every file below them in order, and a word for each that stays out."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from annotator.commands.folders import Source, sources
from annotator.commands.importing import ImportOptions, import_files, read_files
from annotator.domain.exchange import Complaint
from annotator.domain.text import Tokens
from annotator.session.session import Session
from annotator.store import queries
from tests.unit.articles_support import chapter, column, epub, pdf


def words(texts: list[str]) -> list[Tokens]:
    """One token a text: enough where tokens do not matter."""
    return [Tokens([(0, len(text))]) for text in texts]


def grown(folder: Path, *names: str) -> Path:
    """Make files of these names, each holding its own name."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"Isi {name}.", encoding="utf-8")
    return folder


def named(folder: Path, format_name: str = "auto") -> list[str]:
    return [
        found.path.relative_to(folder).as_posix()
        if isinstance(found, Source)
        else f"! {Path(found.place).relative_to(folder).as_posix()}"
        for found in sources([folder], format_name)
    ]


def test_files_come_sorted_folder_after_folder_and_hidden_ones_do_not(tmp_path):
    grown(tmp_path, "b.txt", "a.txt", "z/c.txt", "m/d.txt", "m/a/e.txt", ".hidden.txt", ".git/x.txt", "~$a.docx", "m/Thumbs.db")
    assert named(tmp_path) == ["a.txt", "b.txt", "m/d.txt", "m/a/e.txt", "z/c.txt"]


def test_articles_are_named_with_the_folder_they_lie_in_and_nothing_else_is(tmp_path):
    grown(tmp_path, "a.txt", "2024/a.txt", "2024/05/a.txt")
    (tmp_path / "2024" / "n.jsonl").write_text('{"name": "own", "text": "x"}\n{"text": "y"}\n', encoding="utf-8")
    records = list(read_files([tmp_path], ImportOptions()))
    assert [(item.name, item.text) for item in records if not isinstance(item, Complaint)] == [
        ("a", "Isi a.txt."),
        ("2024/a", "Isi 2024/a.txt."),
        ("own", "x"),
        ("n:2", "y"),
        ("2024/05/a", "Isi 2024/05/a.txt."),
    ]
    assert len(records) == 5


def test_a_file_named_itself_keeps_its_bare_name(tmp_path):
    grown(tmp_path, "2024/a.txt")
    (record,) = read_files([tmp_path / "2024" / "a.txt"], ImportOptions())
    assert not isinstance(record, Complaint)
    assert record.name == "a"


def test_articles_of_every_kind_come_in_from_one_folder_and_each_file_that_is_none_is_named(tmp_path, empty_project):
    docx = pytest.importorskip("docx")
    grown(tmp_path, "a.txt", "data.bin", "LIESMICH")
    (tmp_path / "b.html").write_text("<html><body><p>Halaman.</p></body></html>", encoding="utf-8")
    document = docx.Document()
    document.add_paragraph("Surat.")
    document.save(str(tmp_path / "c.docx"))
    (tmp_path / "d.pdf").write_bytes(pdf([column("Lembar.")]))
    (tmp_path / "sub").mkdir()
    epub(tmp_path / "sub" / "e.epub", {"1.xhtml": chapter("Bab", "Isi."), "2.xhtml": chapter("Bab", "Lagi.")})
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4")
    report = import_files(Session(empty_project, "ani"), [tmp_path], ImportOptions(), tokenize=words)
    connection = empty_project.connection
    made = {(found.name, found.text) for key in queries.document_ids(connection) if (found := queries.document(connection, key))}
    assert made == {
        ("a", "Isi a.txt."),
        ("b", "Halaman."),
        ("c", "Surat."),
        ("d", "Lembar."),
        ("sub/e:1", "Bab\nIsi."),
        ("sub/e:2", "Bab\nLagi."),
    }
    assert {Path(complaint.place).name for complaint in report.losses} == {"data.bin", "LIESMICH", "broken.pdf"}
    again = import_files(Session(empty_project, "ani"), [tmp_path], ImportOptions(), tokenize=words)
    assert (again.documents, again.known) == (0, 6), "a second import of the same folder brings nothing new"


def test_under_a_format_that_was_named_files_of_other_suffixes_stay_out_with_a_notice(tmp_path):
    grown(tmp_path, "a.txt", "B.TXT", "c.html")
    assert named(tmp_path, "text") == ["B.TXT", "a.txt", "! c.html"]
    (notice,) = [found for found in sources([tmp_path], "text") if isinstance(found, Complaint)]
    assert not notice.lost
    assert "does not end in .txt" in notice.message


def test_a_folder_in_a_format_of_folders_is_read_whole_and_articles_in_it_are_named(tmp_path):
    grown(tmp_path, "a.txt", "a.ann", "notes.html", "sub/b.pdf")
    assert named(tmp_path) == [".", "! notes.html", "! sub/b.pdf"]
    assert named(tmp_path, "brat") == [".", "! notes.html", "! sub/b.pdf"]
    (tmp_path / "a.ann").write_text("T1\tPER 0 3\tIsi\n", encoding="utf-8")
    found = list(read_files([tmp_path], ImportOptions()))
    assert [item.name for item in found if not isinstance(item, Complaint)] == ["a"]
    assert [item.lost for item in found if isinstance(item, Complaint)] == [False, False]


def test_a_folder_without_files_is_named(tmp_path):
    (tmp_path / "sub").mkdir()
    (complaint,) = sources([tmp_path], "auto")
    assert isinstance(complaint, Complaint)
    assert complaint.lost
    assert complaint.message == "The folder holds no files, so there is nothing to bring in."


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and links are another matter there")
def test_pipes_dead_links_and_links_in_a_circle_are_neither_waited_for_nor_followed(tmp_path):
    grown(tmp_path, "a.txt")
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "dead.txt").symlink_to(tmp_path / "gone")
    (tmp_path / "circle").symlink_to(tmp_path)
    (tmp_path / "link.txt").symlink_to(tmp_path / "a.txt")
    assert named(tmp_path) == ["a.txt", "! dead.txt", "link.txt", "! pipe.txt"]


@pytest.mark.skipif(sys.platform == "win32" or not hasattr(os, "geteuid"), reason="needs rights as Unix has them")
def test_a_folder_that_may_not_be_listed_is_named(tmp_path, monkeypatch):
    grown(tmp_path, "a.txt", "locked/b.txt")
    real = os.scandir

    def scandir(path):
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    found = list(sources([tmp_path], "text"))
    assert [item.path.name for item in found if isinstance(item, Source)] == ["a.txt"]
    (complaint,) = [item for item in found if isinstance(item, Complaint)]
    assert complaint.lost
    assert complaint.message == "may not be opened by you."


@pytest.mark.skipif(sys.platform != "linux", reason="file names are text elsewhere")
def test_names_that_are_no_text_come_in_as_text(tmp_path):
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/arsip\xff"))
    grown(folder, "a.txt")
    (record,) = read_files([tmp_path], ImportOptions())
    assert not isinstance(record, Complaint)
    assert record.name == "arsip\ufffd/a"
    record.name.encode()
