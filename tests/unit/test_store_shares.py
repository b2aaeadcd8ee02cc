"""Network folders are recognised by what the system says of its mounts, and written through a journal that is safe there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path, PurePosixPath

import pytest

from annotator.commands import spans
from annotator.domain.changes import Lane
from annotator.domain.documents import Document
from annotator.errors import ProjectInUse
from annotator.session.session import Session
from annotator.store import backup, files, queries, shares
from annotator.store.project import create, open_project
from annotator.store.shares import kind_among, linux_mounts, mac_mounts, network_kind

LINUX = r"""/dev/vda / ext4 rw,relatime 0 0
proc /proc proc rw 0 0
server:/export /home nfs4 rw,vers=4.2 0 0
/dev/sdb1 /home/ani/usb\040stick vfat rw 0 0
ani@host:/data /mnt/data fuse.sshfs rw 0 0
//server/share /mnt/my\040share cifs rw 0 0
tmpfs /mnt/over tmpfs rw 0 0
server:/x /mnt/over nfs rw 0 0
/dev/fuse /run/user/1000/doc fuse.portal rw 0 0
broken line
"""
MAC = """/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
//ani@server/my%20share on /Volumes/my share (smbfs, nodev, nosuid, mounted by ani)
server:/export on /Volumes/nfs (nfs)
map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)
"""


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        ("/srv/a.annotator", ""),
        ("/home/ani/a.annotator", "nfs4"),
        ("/home/ani/usb stick/a.annotator", ""),
        ("/homework/a.annotator", ""),
        ("/mnt/data/deep/down/a.annotator", "fuse.sshfs"),
        ("/mnt/my share/a.annotator", "cifs"),
        ("/mnt/over/a.annotator", "nfs"),
        ("/run/user/1000/doc/a.annotator", ""),
    ],
)
def test_mounts_of_linux(place, kind):
    assert kind_among(linux_mounts(LINUX), PurePosixPath(place)) == kind


@pytest.mark.parametrize(
    ("place", "kind"),
    [("/Users/ani/a.annotator", ""), ("/Volumes/my share/a.annotator", "smbfs"), ("/Volumes/nfs/x/a.annotator", "nfs")],
)
def test_mounts_of_macos(place, kind):
    assert kind_among(mac_mounts(MAC), PurePosixPath(place)) == kind


def test_the_disk_of_this_test_is_local(tmp_path):
    assert network_kind(tmp_path / "a.annotator") == ""


def test_shares_and_drives_of_windows(monkeypatch):
    class Kernel:
        def GetDriveTypeW(self, drive):
            return 4 if drive.startswith("Z:") else 3

    monkeypatch.setattr("ctypes.windll", type("Windows", (), {"kernel32": Kernel()}), raising=False)
    monkeypatch.setattr(shares.os.path, "splitdrive", lambda place: (place[:2], place[2:]))
    assert shares._windows_kind("\\\\server\\share\\a.annotator") == "network share"
    assert shares._windows_kind("Z:\\a.annotator") == "network drive"
    assert shares._windows_kind("C:\\a.annotator") == ""


def test_where_nobody_can_tell_it_is_taken_for_local(tmp_path, monkeypatch):
    def refuse(*arguments, **options):
        raise subprocess.TimeoutExpired("mount", 5)

    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(subprocess, "run", refuse)
    assert network_kind(tmp_path) == ""


# Working there


@pytest.fixture
def on_network(monkeypatch):
    monkeypatch.setattr(shares, "network_kind", lambda _: "nfs4")


def modes(connection) -> tuple[str, int]:
    return connection.execute("PRAGMA journal_mode").fetchone()[0], connection.execute("PRAGMA synchronous").fetchone()[0]


def test_a_project_there_uses_no_write_ahead_log_and_says_so(project, on_network):
    project.close()
    session = Session(open_project(project.path), "ani")
    assert modes(session.project.connection) == ("delete", 3)
    (notice,) = session.project.notices
    assert "lies on a network folder (nfs4)" in notice
    state = session.open_document(1)
    session.execute(spans.accept_span(state.set_id, "s2"))
    session.undo()
    session.redo()
    assert not project.path.with_name("project.annotator-wal").exists()
    assert session.project.checkpoint()
    made = backup.back_up(project.path).made
    assert made.sound
    session.execute(spans.accept_span(state.set_id, "s3"))
    session.project.restore(made, actor="ani")
    assert modes(session.project.connection) == ("delete", 3)
    assert not queries.span(session.project.connection, state.set_id, "s3").reviewed
    reader = session.project.reader()
    assert queries.span(reader, state.set_id, "s2").reviewed
    reader.close()
    session.close()


def test_back_on_a_local_disk_it_has_its_log_again(project, monkeypatch):
    project.close()
    monkeypatch.setattr(shares, "network_kind", lambda _: "smbfs")
    open_project(project.path).close()
    monkeypatch.undo()
    again = open_project(project.path)
    assert modes(again.connection) == ("wal", 2)
    assert again.notices == []
    again.close()


def test_a_new_project_there_says_so_too(tmp_path, scheme, on_network):
    project = create(tmp_path / "new.annotator", scheme=scheme, language="id")
    assert modes(project.connection) == ("delete", 3)
    assert "network folder" in project.notices[0]
    with project.transaction("Import", actor="x", lane=Lane.JOB) as tx:
        tx.add_documents([(Document("a", "text"), [])])
    project.close()
    assert [entry.name for entry in Path(tmp_path).iterdir() if not entry.name.startswith(".")] == ["new.annotator"]


def test_it_is_not_opened_with_a_log_that_others_read(project, monkeypatch, on_network):
    project.close()
    monkeypatch.undo()
    reader = open_project(project.path, read_only=True)
    reader.connection.execute("BEGIN")
    reader.connection.execute("SELECT count(*) FROM documents").fetchone()
    monkeypatch.setattr(shares, "network_kind", lambda _: "nfs4")
    monkeypatch.setattr(files, "BUSY_TIMEOUT", 100)
    with pytest.raises(ProjectInUse):
        open_project(project.path)
    reader.close()
    open_project(project.path).close()
