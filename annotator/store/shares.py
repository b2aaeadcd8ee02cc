"""Telling whether a file lies on another machine's disk, where SQLite's write-ahead log is not safe.

The log needs memory that all its users share, so they must be on one machine (https://sqlite.org/wal.html).  On a network folder the
project is written through the old rollback journal instead.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

_REMOTE = frozenset(
    (
        "9p", "afpfs", "afs", "autofs.nfs", "ceph", "cifs", "coda", "davfs", "drvfs", "glusterfs", "lustre", "ncpfs", "nfs", "nfs3", "nfs4",
        "smb", "smb2", "smb3", "smbfs", "sshfs", "vboxsf", "webdav", "fuse.gvfsd-fuse", "fuse.vmhgfs-fuse",
    )
)  # fmt: skip
_FUSE_REMOTE = re.compile(r"fuse\.(sshfs|rclone|s3fs|gcsfuse|davfs|davfs2|glusterfs|ceph|ceph-fuse|cifs|smb|smbnetfs)")
_ESCAPED = re.compile(r"\\([0-7]{3})")
_MAC_LINE = re.compile(r"^.* on (?P<place>.*) \((?P<kind>[\w.]+)(?:,.*)?\)$")
_DRIVE_REMOTE = 4
"""What Windows' GetDriveType says of a network drive."""


def network_kind(path: Path) -> str:
    """Return the kind of network file system that ``path`` lies on ("nfs4", "smbfs"); empty where it is local or nobody can tell."""
    place = path.resolve()
    try:
        if sys.platform == "win32":
            return _windows_kind(str(place))
        mounts = _mac_mounts() if sys.platform == "darwin" else linux_mounts(Path("/proc/self/mounts").read_text(errors="replace"))
    except (OSError, subprocess.SubprocessError):
        return ""
    return kind_among(mounts, place)


def kind_among(mounts: list[tuple[str, str]], place: Path) -> str:
    """Return the network kind of ``place`` given (mount point, kind) in the order of mounting; the innermost and latest counts."""
    found = ""
    longest = -1
    for point, kind in mounts:
        depth = len(Path(point).parts)
        if depth >= longest and place.is_relative_to(point):
            longest, found = depth, kind
    return found if found in _REMOTE or _FUSE_REMOTE.fullmatch(found) else ""


def linux_mounts(text: str) -> list[tuple[str, str]]:
    """Return (mount point, kind) from the lines of ``/proc/mounts``, where a blank in a name stands as ``\\040``."""
    lines = (line.split(" ") for line in text.splitlines())
    return [(_ESCAPED.sub(lambda match: chr(int(match[1], 8)), fields[1]), fields[2]) for fields in lines if len(fields) > 2]


def mac_mounts(text: str) -> list[tuple[str, str]]:
    """Return (mount point, kind) from what ``mount`` prints on macOS: ``//ani@server/share on /Volumes/share (smbfs, nodev)``."""
    found = (_MAC_LINE.match(line) for line in text.splitlines())
    return [(match["place"], match["kind"]) for match in found if match]


def _mac_mounts() -> list[tuple[str, str]]:
    return mac_mounts(subprocess.run(["/sbin/mount"], capture_output=True, text=True, check=True, timeout=5).stdout)


def _windows_kind(place: str) -> str:
    if place.startswith("\\\\"):
        return "network share"
    import ctypes

    drive = os.path.splitdrive(place)[0] + "\\"
    windows = getattr(ctypes, "windll", None)
    remote = windows is not None and windows.kernel32.GetDriveTypeW(drive) == _DRIVE_REMOTE
    return "network drive" if remote else ""
