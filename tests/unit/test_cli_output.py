"""How the command line speaks: streams, progress, and one sentence for each end."""

from __future__ import annotations

import io
import sys

import pytest

from annotator.cli import output
from annotator.cli.output import json_bytes, opened, person, print_anything, progress_line, shown_progress
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.errors import ProjectDamaged, ProjectReadOnly
from annotator.settings.store import Settings
from annotator.settings.table import login_name
from annotator.store.lock import WriterLock


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_one_line_of_progress_tells_rate_bar_and_time_left():
    progress = Progress()
    progress.what, progress.done = "Importing", 30
    assert progress_line(progress, 2.0) == "Importing 30 (15/s)"
    progress.total = 60
    assert progress_line(progress, 2.0) == "Importing [###############               ] 30 of 60, 2 s left"
    progress.done = 0
    assert progress_line(progress, 0.0) == "Importing [                              ] 0 of 60"


def test_progress_stands_on_one_line_of_a_terminal_and_is_wiped_away(monkeypatch):
    terminal, clock = Terminal(), iter(range(100))
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(output.time, "monotonic", lambda: float(next(clock)))
    with shown_progress() as progress:
        progress.start("Checking", 4)
        progress.advance(2)
    shown = terminal.getvalue().split("\r\033[K")
    assert shown[-1] == ""
    assert "Checking" in shown[1]
    assert "2 of 4" in shown[2]
    assert "\n" not in terminal.getvalue()


@pytest.mark.parametrize("stream", [io.StringIO(), None], ids=["a file", "none"])
def test_where_there_is_no_terminal_nothing_is_shown(monkeypatch, stream):
    monkeypatch.setattr(sys, "stderr", stream)
    with shown_progress() as progress:
        progress.start("Checking", 4)
        progress.advance()
    assert stream is None or stream.getvalue() == ""


def test_streams_show_a_mark_for_what_they_cannot_encode(monkeypatch):
    narrow = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", narrow)
    print_anything()
    narrow.write("😊 ok")
    narrow.flush()
    assert narrow.buffer.getvalue() == b"? ok"


def test_json_holds_names_of_any_bytes_and_numbers_of_any_size():
    assert json_bytes({"a": "é"}).decode() == '{\n  "a": "é"\n}'
    assert b"kat?.txt" in json_bytes({"place": "kat\udce9.txt"})
    assert str(1 << 70).encode() in json_bytes([1 << 70])


def test_a_person_is_whoever_is_named_then_the_setting_then_the_login(tmp_path):
    settings = Settings()
    assert person(settings, "ani") == "ani"
    assert person(settings) == (settings.get("annotator.name") or login_name())
    settings.set("annotator.name", "budi")
    assert person(settings) == "budi"
    assert person(settings, "ani") == "ani"


def test_numbers_have_their_nouns():
    assert [amount(count, "span") for count in (0, 1, 2)] == ["0 spans", "1 span", "2 spans"]


def test_a_project_is_closed_whatever_happens_and_damage_is_said(project):
    path = project.path
    project.close()
    with pytest.raises(ProjectDamaged), opened(path, to_write=True) as found:  # noqa: PT012
        found.connection.execute("PRAGMA writable_schema = ON")
        found.connection.execute("UPDATE sqlite_master SET rootpage = 9999 WHERE name = 'spans'")
        found.connection.execute("PRAGMA writable_schema = RESET")
        found.connection.execute("SELECT count(*) FROM spans").fetchone()
    lock = WriterLock(path)
    assert lock.acquire()
    lock.release()


def test_writing_needs_the_writers_lock(project, tmp_path):
    with pytest.raises(ProjectReadOnly, match="is open elsewhere"), opened(project.path, to_write=True):
        pytest.fail("never reached")
    with opened(project.path) as found:
        assert found.read_only
