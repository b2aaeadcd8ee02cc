"""Files that are made to exhaust the machine or to write where they should not, and a short search by atheris.

Each kind of harm is done to every reader of the table in one process of its own, whose memory is measured.
"""

from __future__ import annotations

import gzip
import importlib.util
import io
import json
import os
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.fuzz.reading import READERS, files_below, read_all, seeds, with_members

ROOT = Path(__file__).resolve().parents[2]
HUGE = 400 << 20
"""Bytes that the bombs unpack to."""

ALLOWED = 250 << 20
"""How much more memory reading one of them may take at its peak: less than it unpacks to."""

LAUGHS = '<!DOCTYPE lolz [<!ENTITY a "haha">{}<!ENTITY secret SYSTEM "file:///etc/passwd">]>'.format(
    "".join(f'<!ENTITY {letter} "{f"&{before};" * 10}">' for before, letter in zip("abcdefghi", "bcdefghij", strict=True))
)

MEASURED = """
import json, logging, resource, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from tests.fuzz.reading import read_all
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
for name, sound, harmful in json.loads(sys.stdin.read()):
    read_all(name, Path(sound))
    before = peak()
    found = read_all(name, Path(harmful))
    texts = [item.text for item in found if hasattr(item, "text")]
    print(json.dumps([name, Path(harmful).name, peak() - before, sum(map(len, texts)), any("root:" in text for text in texts)]), flush=True)
"""


@pytest.fixture(scope="module")
def sown(tmp_path_factory) -> list[tuple[str, Path]]:
    """Return a sound file of each format."""
    return [(name, path) for name in READERS for path in seeds(name, tmp_path_factory.mktemp("seeds") / name)]


def measured(cases: list[tuple[str, Path, Path]]) -> Iterator[tuple[str, str, int, int, bool]]:
    """Read each harmful file in another process, after a sound one; yields format, file, memory taken, characters, and whether it leaks."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(ROOT)],
        input=json.dumps([[name, str(sound), str(harmful)] for name, sound, harmful in cases]),
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(lines) == len(cases)
    yield from lines


def bombs(sown: list[tuple[str, Path]], folder: Path) -> Iterator[tuple[str, Path, Path]]:
    """Write for each format that is packed an archive of the same members, each of which is far larger than it looks."""
    for number, (name, path) in enumerate(sown):
        target = folder / str(number) / path.name
        target.parent.mkdir()
        if path.read_bytes()[:2] == b"PK":
            target.write_bytes(bombed(path))
            yield name, path, target
        elif path.read_bytes()[:2] == b"\x1f\x8b":
            with gzip.open(target, "wb") as file:
                file.writelines(b" " * (1 << 20) for _ in range(HUGE >> 20))
            yield name, path, target


def bombed(path: Path) -> bytes:
    """Return an archive with the members of another, each of which unpacks to so many blanks; they are packed but once."""
    packed, check = blanks()
    made, places = b"", b""
    with zipfile.ZipFile(path) as archive:
        names = [name.encode() for name in archive.namelist()]
    for name in names:
        fields = struct.pack("<HHHHHLLLHH", 20, 0, 8, 0, 33, check, len(packed), HUGE, len(name), 0)
        places += b"PK\x01\x02\x14\x00" + fields + struct.pack("<HHHLL", 0, 0, 0, 0, len(made)) + name
        made += b"PK\x03\x04" + fields + name + packed
    end = struct.pack("<4sHHHHLLH", b"PK\x05\x06", 0, 0, len(names), len(names), len(places), len(made), 0)
    return made + places + end


@cache
def blanks() -> tuple[bytes, int]:
    """Return the packed blanks, and their checksum."""
    packer, check, made = zlib.compressobj(9, zlib.DEFLATED, -15), 0, b""
    piece = b" " * (1 << 20)
    for _ in range(HUGE >> 20):
        made += packer.compress(piece)
        check = zlib.crc32(piece, check)
    return made + packer.flush(), check


pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the memory of a process is measured otherwise there")


def test_archives_that_unpack_to_a_mountain_take_no_memory_for_it(sown, tmp_path):
    cases = list(bombs(sown, tmp_path))
    assert {"docx", "epub"} <= {name for name, _, _ in cases}
    for name, file, taken, characters, _ in measured(cases):
        assert taken < ALLOWED, f"{name} took {taken >> 20} MB for {file}"
        assert characters < HUGE


def test_entities_are_neither_expanded_nor_fetched(sown, tmp_path):
    cases: list[tuple[str, Path, Path]] = []
    for number, (name, path) in enumerate(sown):
        target = tmp_path / str(number) / path.name
        target.parent.mkdir()
        data = path.read_bytes()
        if data.lstrip().startswith(b"<"):
            target.write_bytes(laughing(data))
        elif data[:2] == b"PK":
            with zipfile.ZipFile(path) as archive:
                members = {info.filename: archive.read(info) for info in archive.infolist()}
            change = {member: laughing(content) for member, content in members.items() if content.lstrip().startswith(b"<")}
            with_members(path, target, change)
        else:
            continue
        cases.append((name, path, target))
    assert {"docx", "epub", "web-page"} <= {name for name, _, _ in cases}
    for name, file, taken, characters, leaked in measured(cases):
        assert taken < ALLOWED, f"{name} took {taken >> 20} MB for {file}"
        assert characters < 100_000
        assert not leaked, f"{name} read /etc/passwd for {file}"


def laughing(data: bytes) -> bytes:
    """Put a document type in front of the first element, and its entities into the text of all."""
    text = data.decode("utf-8", "replace")
    head, mark, rest = text.partition("?>") if text.lstrip().startswith("<?xml") else ("", "", text)
    rest = rest[rest.index(">") + 1 :] if rest.lstrip()[:9].upper() == "<!DOCTYPE" else rest
    return f"{head}{mark}{LAUGHS}{rest.replace('</', '&j;&secret;</')}".encode()


def test_members_with_paths_that_lead_out_are_never_written(sown, tmp_path, monkeypatch):
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    monkeypatch.chdir(inner)
    tried = 0
    for number, (name, path) in enumerate(sown):
        data = path.read_bytes()
        target = inner / f"{number}{''.join(path.suffixes)}"
        if data[:2] == b"PK":
            with zipfile.ZipFile(path) as archive:
                members = {info.filename: archive.read(info) for info in archive.infolist()}
            escaped = {
                f"{way}{member}": content for member, content in members.items() for way in ("../", "../../", "/tmp/../", "c:\\")
            }
            with_members(path, target, escaped)
        elif data[:2] == b"\x1f\x8b" and path.name.endswith(("tgz", "tar.gz")):
            target.write_bytes(escaping_tar(data))
        else:
            continue
        tried += 1
        before = files_below(tmp_path)
        read_all(name, target)
        assert files_below(tmp_path) == before, name
    assert tried >= 2


def escaping_tar(data: bytes) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=io.BytesIO(data)) as old, tarfile.open(fileobj=made, mode="w:gz") as new:
        for info in old:
            content = old.extractfile(info)
            for way in ("", "../", "/"):
                copied = tarfile.TarInfo(way + info.name)
                held = content.read() if content is not None and not way else b"x"
                copied.size = len(held)
                new.addfile(copied, io.BytesIO(held))
        link = tarfile.TarInfo("link.json")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        new.addfile(link)
    return made.getvalue()


@pytest.mark.parametrize(
    "head", [b'{"a":', b"[", b"<a>", b"(", b"[* ", b"<PER>", b"T1\tPER 0 1;", b"1-", b'"', b"\n", b"a\t", b"&a", b"<!--", b"<a b='"]
)
def test_what_repeats_without_end_takes_time_in_proportion(sown, tmp_path, head):
    """Reading more of the same must not take out of proportion longer: a hang is for pytest's time limit to find."""
    data = head * (150_000 // len(head))
    firsts = dict(reversed(sown))
    for name, path in firsts.items():
        target = tmp_path / name / path.name
        target.parent.mkdir()
        target.write_bytes(data)
        target.with_suffix(".txt").write_text("Ani pergi.", encoding="utf-8")
        read_all(name, target)


@pytest.mark.skipif(importlib.util.find_spec("atheris") is None, reason="atheris is not built for this system")
def test_a_short_search_guided_by_branches_finds_nothing(tmp_path, tmp_path_factory):
    names = [name for name in ("jsonl", "brat", "conll", "epub") if name in READERS]
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "fuzz" / "fuzz_readers.py"), *names, "-max_total_time=3", "-seed=1"],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(tmp_path_factory.mktemp("corpus"))},
        capture_output=True,
        text=True,
        errors="replace",
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert "Done " in done.stderr, "it searched to the end of its time"
    assert files_below(tmp_path) == set()
