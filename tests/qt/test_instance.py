"""One window writes: a second start raises it, another window waits its turn."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtNetwork import QLocalSocket
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from annotator.commands import spans
from annotator.domain.changes import Lane
from annotator.session.session import Session
from annotator.store.lock import holder_address
from annotator.store.project import open_project
from annotator.ui.instance import Instance, address_of, bring_to_front, raise_other
from tests.qt.window_support import Seat, document, settle

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def instance(seat: Seat) -> Instance:
    seat.show()
    return Instance(seat.bench, seat.window)


def second_start(project: Path, program: str) -> subprocess.Popen[str]:
    """Another process that does something with the project."""
    script = f"import sys\nfrom pathlib import Path\nproject = Path(sys.argv[1])\n{textwrap.dedent(program)}"
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(
        [sys.executable, "-c", script, str(project)], env=environment, text=True, stdout=subprocess.PIPE, stdin=subprocess.PIPE
    )


def ended(process: subprocess.Popen[str]) -> str:
    """Let the window work until the other process has ended; returns what it said."""
    while process.poll() is None:
        QTest.qWait(10)
    assert process.stdout is not None
    assert process.stdin is not None
    process.stdin.close()
    with process.stdout:
        said = process.stdout.read()
    assert process.returncode == 0
    return said.strip()


RAISE = "from annotator.ui.instance import raise_other\nprint(raise_other(project))"


def test_the_window_that_writes_says_where_it_can_be_reached(instance, seat):
    path = seat.project.path
    assert instance.address == address_of(path)
    assert holder_address(path) == instance.address
    seat.bench.set_session(None)
    assert instance.address == ""
    assert holder_address(path) == ""


def test_each_project_and_each_way_to_it_has_one_address(tmp_path):
    (tmp_path / "a.annotator").touch()
    (tmp_path / "link.annotator").symlink_to(tmp_path / "a.annotator")
    assert address_of(tmp_path / "a.annotator") == address_of(tmp_path / "link.annotator")
    assert address_of(tmp_path / "a.annotator") != address_of(tmp_path / "b.annotator")


@pytest.mark.skipif(sys.platform == "win32", reason="a pipe is no file there")
def test_nobody_else_at_the_computer_can_reach_the_window(instance):
    assert Path(instance._server.fullServerName()).stat().st_mode & 0o077 == 0


def test_a_second_start_in_another_process_raises_the_window(instance, seat):
    seat.window.showMinimized()
    settle()
    assert seat.window.isMinimized()
    assert ended(second_start(seat.project.path, RAISE)) == "True"
    settle()
    assert not seat.window.isMinimized()
    assert seat.window.isVisible()
    assert ended(second_start(seat.project.path, RAISE)) == "True"  # and again


def test_with_nobody_there_a_start_goes_its_own_way(project_file):
    assert not raise_other(project_file)
    project = open_project(project_file)  # a program without a window: the command line
    assert not raise_other(project_file)
    project.close()


def test_a_window_that_is_just_opening_is_waited_for(instance, seat):
    program = """
        from annotator.ui import instance
        real, asked = instance.holder_address, []

        def later(path):
            asked.append(path)
            return real(path) if len(asked) > 3 else ""

        instance.holder_address = later
        print(instance.raise_other(project), len(asked))
    """
    assert ended(second_start(seat.project.path, program)) == "True 4"


def test_a_killed_window_is_not_waited_for(project_file):
    program = """
        from annotator.store.project import open_project
        from annotator.ui.instance import address_of
        opened = open_project(project)
        opened.publish_address(address_of(project))
        import os
        os._exit(0)
    """
    ended(second_start(project_file, program))
    assert holder_address(project_file) != ""
    assert not raise_other(project_file)


def test_the_socket_of_a_killed_window_is_taken_over(make_seat, project_file):
    program = """
        from PySide6.QtNetwork import QLocalServer
        from annotator.ui.instance import address_of
        server = QLocalServer()
        assert server.listen(address_of(project))
        import os
        os._exit(0)
    """
    ended(second_start(project_file, program))
    make_seat(project_file).show()
    assert ended(second_start(project_file, RAISE)) == "True"


def test_what_is_no_start_of_ours_is_hung_up_on(instance, seat):
    for asked in (b"delete everything\n", b"x" * 20_000, b"\n"):
        socket = QLocalSocket()
        socket.connectToServer(instance.address)
        assert socket.waitForConnected(1000)
        socket.write(asked)
        socket.flush()
        while socket.state() != QLocalSocket.LocalSocketState.UnconnectedState:
            QTest.qWait(5)
        assert socket.readAll().isEmpty()
    assert ended(second_start(seat.project.path, RAISE)) == "True"


def test_the_desktop_s_token_is_handed_on(instance, seat, monkeypatch):
    monkeypatch.delenv("XDG_ACTIVATION_TOKEN", raising=False)
    program = "import os\nos.environ['XDG_ACTIVATION_TOKEN'] = 'token-7'\n" + RAISE
    assert ended(second_start(seat.project.path, program)) == "True"
    assert os.environ["XDG_ACTIVATION_TOKEN"] == "token-7"


def test_a_window_comes_to_the_front_as_large_as_it_was(seat):
    seat.window.showMaximized()
    settle()
    seat.window.setWindowState(seat.window.windowState() | Qt.WindowState.WindowMinimized)
    settle()
    bring_to_front(seat.window)
    settle()
    assert seat.window.isMaximized()
    assert not seat.window.isMinimized()


# Taking over


@pytest.fixture
def waiting(make_seat, project_file):
    """A window that may only look, since another one writes: (seat, instance, the one who writes)."""
    writer = open_project(project_file)
    Session(writer, "ani").open_document(1)
    seat = make_seat(project_file)
    seat.show()
    yield seat, Instance(seat.bench, seat.window), writer
    writer.close()


def test_while_somebody_writes_it_can_only_be_looked_at(waiting):
    seat, instance, _ = waiting
    assert seat.project.read_only
    assert instance.address == ""
    instance.try_now()
    assert seat.project.read_only
    assert "open elsewhere" in seat.message
    assert instance._timer.isActive()


def test_once_it_is_free_it_can_be_edited_in_place(waiting):
    seat, instance, writer = waiting
    seat.view.focus_span("s2")
    seat.view.place_caret(30)
    budi = Session(writer, "ani")
    budi.open_document(1)
    budi.execute(spans.relabel_span(seat.document.set_id, "s3", "ORG"))
    assert seat.document.span("s3").label == "PERSON"  # what is shown is what was read
    writer.close()
    instance.try_now()
    assert not seat.project.read_only
    assert seat.view.caret == 30
    assert seat.document.span("s3").label == "ORG"
    assert "you can edit it" in seat.message
    assert not instance._timer.isActive()
    assert holder_address(seat.project.path) == instance.address != ""
    seat.view.focus_span("s2")
    seat.press("3")
    assert seat.document.span("s2").label == "ORG"
    assert "read only" not in seat.window.windowTitle()
    assert seat.view.hasFocus()


def test_the_keyboard_stays_where_it_is_with_what_was_typed_there(waiting):
    seat, instance, writer = waiting
    seat.view.focus_span("s2")
    field = seat.window.panels.documents.filters.name
    field.setFocus()
    field.setText("sat")
    writer.close()
    instance.try_now()
    assert not seat.project.read_only
    assert QApplication.focusWidget() is field
    assert field.text() == "sat"
    before = seat.document.span("s2")
    QTest.keyClick(QApplication.focusWidget(), "3")
    assert field.text() == "sat3"
    assert seat.document.span("s2") == before


def test_the_focus_is_kept_where_its_item_still_is(waiting):
    seat, instance, writer = waiting
    seat.view.focus_span("s4")
    session = Session(writer, "ani")
    session.open_document(1)
    writer.close()
    instance.try_now()
    assert seat.bench.span.id == "s4"


def test_the_focus_is_kept_on_a_relation_too(waiting):
    seat, instance, writer = waiting
    seat.view.focus_relation("r1")
    writer.close()
    instance.try_now()
    assert seat.bench.relation.id == "r1"


def test_the_focus_is_gone_with_its_item(waiting):
    seat, instance, writer = waiting
    seat.view.focus_span("s4")
    session = Session(writer, "ani")
    session.open_document(1)
    session.execute(spans.remove_span(seat.document.set_id, "s4"))
    writer.close()
    instance.try_now()
    assert seat.bench.span is None
    assert seat.name == "satu"


def test_a_document_that_was_taken_out_meanwhile_is_no_longer_shown(make_seat, project_file):
    writer = open_project(project_file)
    with writer.transaction("Import {}", "more", actor="ani", lane=Lane.JOB) as tx:
        tx.add_documents([(document("vier", "Ya."), [])])
    seat = make_seat(project_file)
    seat.hands.documents.open(4)
    assert seat.name == "vier"
    instance = Instance(seat.bench, seat.window)
    writer.undo_step(writer.connection.execute("SELECT max(id) FROM steps").fetchone()[0], "ani")
    writer.close()
    instance.try_now()
    assert not seat.project.read_only
    assert seat.bench.document is None
    assert "you can edit it" in seat.message


def test_the_list_of_documents_is_read_anew(waiting):
    seat, instance, writer = waiting
    with writer.transaction("Import {}", "more", actor="ani", lane=Lane.JOB) as tx:
        tx.add_documents([(document("vier", "Ya."), [])])
    writer.close()
    instance.try_now()
    settle()
    assert seat.window.panels.documents.model.rowCount() == 4


def test_who_holds_it_now_is_said_when_that_changes(waiting, project_file):
    seat, instance, _ = waiting
    seat.bench.messages.clear()
    instance.try_now()
    assert seat.message == ""  # nothing new
    holder = project_file.with_name(f".{project_file.name}.holder")
    holder.write_text("budi on another machine")
    instance.try_now()
    assert "budi on another machine" in seat.message
    assert seat.bench.messages.action_button.text() == "Save a copy…"


def test_a_file_that_went_away_is_said_once_and_looked_for_further(waiting, project_file):
    seat, instance, writer = waiting
    writer.close()
    kept = project_file.rename(project_file.with_name("elsewhere"))
    instance.try_now()
    first = seat.message
    assert str(project_file.name) in first
    seat.bench.messages.clear()
    instance.try_now()
    assert seat.message == ""
    kept.rename(project_file)
    instance.try_now()
    assert not seat.project.read_only


def test_another_process_that_ends_leaves_it_to_this_window(make_seat, project_file):
    program = """
        from annotator.store.project import open_project
        opened = open_project(project)
        print("open", flush=True)
        sys.stdin.readline()
        import os
        os._exit(0)
    """
    other = second_start(project_file, program)
    assert other.stdout is not None
    assert other.stdin is not None
    assert other.stdout.readline() == "open\n"
    seat = make_seat(project_file)
    instance = Instance(seat.bench, seat.window)
    instance._timer.setInterval(20)
    assert seat.project.read_only
    other.stdin.write("\n")
    other.stdin.flush()
    ended(other)
    while seat.project.read_only:
        QTest.qWait(10)
    assert instance.address
