"""Archives of PubAnnotation documents: .tgz, .tar and .zip, whole, broken, hostile; nothing is ever written beside them."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest

from annotator.domain.annotations import Kind, Span
from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.errors import FormatError
from annotator.formats import packed, pubannotation, pubannotation_archive
from annotator.formats.detect import detect

BUDI = {"text": "Budi di BRI", "denotations": [{"id": "T1", "span": {"begin": 0, "end": 4}, "obj": "PER"}]}
ANI = {"sourcedb": "PMC", "sourceid": "7", "text": "Ani", "project": "p", "denotations": []}


def pack(path: Path, members: dict[str, bytes]) -> Path:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(name, data)
    else:
        with tarfile.open(path, "w:") if path.suffix == ".tar" else tarfile.open(path, "w:gz") as archive:
            for name, data in members.items():
                info = tarfile.TarInfo(name)
                info.size = len(data)
                archive.addfile(info, io.BytesIO(data))
    return path


def read(path: Path, **options: str) -> tuple[list[Record], list[Complaint]]:
    found = list(pubannotation.read(path, ReadDefaults("other"), **options))
    return [item for item in found if isinstance(item, Record)], [item for item in found if isinstance(item, Complaint)]


ARCHIVES = ["a.tgz", "a.tar.gz", "a.tar", "a.zip"]


@pytest.mark.parametrize("name", ARCHIVES)
def test_each_member_is_read_and_called_by_its_name(tmp_path, name):
    members = {
        "docs/satu.json": json.dumps(BUDI, indent=1).encode(),
        "docs/PMC-7.json": json.dumps(ANI).encode(),
        "dua.jsonl": b"\n".join([json.dumps(BUDI).encode()] * 2),
        "README.md": b"no document",
    }
    path = pack(tmp_path / name, members)
    found, complaints = read(path)
    assert [(record.name, record.annotator, len(record.spans)) for record in found] == [
        ("satu", "other", 1),
        ("PMC:7", "p", 0),
        ("dua:1", "other", 1),
        ("dua:2", "other", 1),
    ]
    assert [record.place for record in found[:2]] == [f"{path}/docs/satu.json:1", f"{path}/docs/PMC-7.json:1"]
    (complaint,) = complaints
    assert complaint.place == f"{path}/README.md"
    assert "neither .jsonl nor .json" in complaint.message or "neither .json nor .jsonl" in complaint.message


@pytest.mark.parametrize("name", ["a.tgz", "a.tar.gz"])
def test_the_archives_that_pubannotation_gives_are_known_by_their_names(tmp_path, name):
    assert detect(pack(tmp_path / name, {"a.json": json.dumps(BUDI).encode()})).name == "pubannotation"


@pytest.mark.parametrize("name", ARCHIVES)
@pytest.mark.parametrize("member", ["../../out.json", "/tmp/out.json", "..\\out.json", "a/../../b/out.json", "\udcff.json"])
def test_no_name_of_a_member_reaches_outside_or_anywhere(tmp_path, name, member):
    folder = tmp_path / "deep" / "er"
    folder.mkdir(parents=True)
    if name == "a.zip" and "\udcff" in member:
        member = "?.json"
    before = sorted(tmp_path.rglob("*"))
    found, complaints = read(pack(folder / name, {member: json.dumps(BUDI).encode()}))
    assert complaints == []
    (record,) = found
    assert len(record.spans) == 1
    record.name.encode()
    record.place.encode()
    assert sorted(tmp_path.rglob("*")) == sorted([*before, folder / name])


def test_links_devices_and_sparse_members_are_named_and_never_followed(tmp_path):
    secret = tmp_path / "secret.json"
    secret.write_text(json.dumps(BUDI), encoding="utf-8")
    path = tmp_path / "a.tar"
    with tarfile.open(path, "w:") as archive:
        for kind, name in ((tarfile.SYMTYPE, "link.json"), (tarfile.LNKTYPE, "hard.json"), (tarfile.FIFOTYPE, "pipe.json")):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, str(secret)
            archive.addfile(info)
        folder = tarfile.TarInfo("folder.json")
        folder.type = tarfile.DIRTYPE
        archive.addfile(folder)
    found, complaints = read(path)
    assert found == []
    assert [complaint.place.rpartition("/")[2] for complaint in complaints] == ["link.json", "hard.json", "pipe.json"]
    assert {complaint.message for complaint in complaints} == {"This member of the archive is no plain file; it was not read."}


def test_a_member_that_is_too_large_is_named_and_the_next_is_read(tmp_path, monkeypatch):
    monkeypatch.setattr(pubannotation_archive, "LARGEST", 300)
    members = {"big.json": json.dumps({"text": "x" * 400}).encode(), "small.json": json.dumps(BUDI).encode()}
    found, complaints = read(pack(tmp_path / "a.tgz", members))
    assert [record.name for record in found] == ["small"]
    assert [complaint.message for complaint in complaints] == ["This member of the archive is larger than 256 MB; it was not read."]


def test_a_member_in_another_encoding_is_named_and_the_next_is_read(tmp_path):
    members = {"a.json": json.dumps({"text": "kafé"}, ensure_ascii=False).encode("utf-16"), "b.json": json.dumps(BUDI).encode()}
    path = pack(tmp_path / "a.tgz", members)
    found, complaints = read(path)
    assert [record.name for record in found] == ["b"]
    assert "looks like utf-16" in complaints[0].message
    found, complaints = read(pack(tmp_path / "a.tgz", {"a.json": members["a.json"]}), encoding="utf-16")
    assert [record.text for record in found] == ["kafé"]
    assert complaints == []


@pytest.mark.parametrize("name", ARCHIVES)
def test_an_archive_cut_off_at_any_place_is_a_sentence_or_less_of_the_same(tmp_path, name):
    path = pack(tmp_path / name, {f"{number}.json": json.dumps(BUDI).encode() for number in range(3)})
    whole = path.read_bytes()
    assert len(read(path)[0]) == 3
    step = max(1, len(whole) // 150)
    for length in range(0, len(whole), step):
        path.write_bytes(whole[:length])
        try:
            found, complaints = read(path)
        except FormatError:
            continue  # refused as a whole, in a sentence of its own
        assert len(found) <= 3
        assert len(found) == 3 or name == "a.tar" or length == 0 or complaints


@pytest.mark.parametrize("name", ARCHIVES)
def test_bytes_flipped_anywhere_are_a_sentence_or_less_of_the_same(tmp_path, name):
    path = pack(tmp_path / name, {f"{number}.json": json.dumps(BUDI).encode() for number in range(3)})
    whole = path.read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 120)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        try:
            found, _ = read(path)
        except FormatError:
            continue
        assert len(found) <= 3
        assert all(span.end <= len(record.text) for record in found for span in record.spans)


def test_a_bomb_is_refused_before_any_of_it_is_believed(tmp_path):
    path = tmp_path / "a.tgz"
    # a header of 70 MB of blanks, which tarfile would read whole before it yields a member
    info = tarfile.TarInfo("x")
    info.type, info.size = tarfile.XHDTYPE, 70 << 20
    path.write_bytes(gzip.compress(info.tobuf() + b" " * (70 << 20), 1))
    assert path.stat().st_size < 1 << 20
    with pytest.raises(FormatError, match="packed too densely"):
        read(path)


def test_a_zip_bomb_is_named(tmp_path):
    bomb = b'{"text": "' + b"x" * (5 << 20) + b'"}'
    found, complaints = read(pack(tmp_path / "a.zip", {"bomb.json": bomb, "ok.json": json.dumps(BUDI).encode()}))
    assert [record.name for record in found] == ["ok"]
    assert "packed too densely" in complaints[0].message


@pytest.mark.parametrize(
    "data", [b"\x1f\x8b", b"\x1f\x8b\x08\x00" + b"\x00" * 40, gzip.compress(b"no archive", mtime=0), b"PK\x03\x04", b"PK\x05\x06"]
)
def test_what_only_begins_like_an_archive_is_refused(tmp_path, data):
    path = tmp_path / "a.tgz"
    path.write_bytes(data)
    with pytest.raises(FormatError, match="broken"):
        read(path)


def test_an_archive_of_nothing_brings_nothing(tmp_path):
    for name in ARCHIVES:
        assert read(pack(tmp_path / name, {})) == ([], [])


@pytest.mark.parametrize("name", ["gone.tgz", "folder"])
def test_a_file_that_is_gone_or_a_folder_is_refused_at_once(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(FormatError, match=name):
        pubannotation.read(tmp_path / name, ReadDefaults())


def test_a_sound_gzip_file_shows_how_it_begins(tmp_path):
    path = tmp_path / "a.gz"
    path.write_bytes(gzip.compress(b"abc" * 100_000))
    assert packed.gzip_head(path).startswith(b"abcabc")
    with pytest.raises(FormatError, match="packed too densely"):
        packed.gzip_head(path, densest=10, free=1000)
    assert packed.gzip_head(path, densest=10, free=300_000).startswith(b"abc")
    with pytest.raises(FormatError, match="does not exist"):
        packed.gzip_head(tmp_path / "gone")


def write(path: Path, *wanted: Record) -> LossReport:
    return pubannotation.write(lambda: iter(wanted), path, LabelScheme(), options={}, progress=Progress())


@pytest.mark.parametrize("name", ["a.tgz", "b.TAR.GZ"])
def test_an_archive_is_written_where_the_target_is_called_like_one(tmp_path, name):
    path = tmp_path / name
    sets = [
        Record("n/../x", "Budi 😊 di BRI", annotator="ani", kind=Kind.PERSON, spans=(Span("T1", ((0, 4), (7, 9)), "PER"),)),
        Record("n/../x", "Budi 😊 di BRI", annotator="m", spans=(Span("T1", ((10, 13),), "ORG", reviewed=False),)),
        Record("bare", "satu\ndua"),
    ]
    report = write(path, *sets)
    assert (report.losses, report.documents, report.spans) == ([], 2, 2)
    with tarfile.open(path, "r:gz") as archive:
        assert archive.getnames() == ["0000001.json", "0000002.json"]
    found, complaints = read(path)
    assert complaints == []
    assert [(one.name, one.text, one.annotator, one.kind, one.spans) for one in found] == [
        (one.name, one.text, one.annotator, one.kind, one.spans) for one in sets
    ]
    first = path.read_bytes()
    write(path, *sets)
    assert path.read_bytes() == first
    assert list(tmp_path.iterdir()) == [path]


def test_an_archive_of_nothing_is_not_written(tmp_path):
    with pytest.raises(FormatError, match="nothing to export"):
        write(tmp_path / "a.tgz")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("spoil", [b'{"text": "y"}\n', b'{"text": "x"}\n{"text": "z"}\n', b""])
def test_an_archive_that_came_back_as_something_else_is_refused(tmp_path, monkeypatch, spoil):
    plain, target = tmp_path / "plain", tmp_path / "a.tgz"
    plain.write_bytes(b'{"text": "x"}\n')
    pubannotation_archive.pack(plain, target)
    opened = tarfile.open

    def spoiled(*args, **options):
        if args:  # the reading; what was to be written is changed behind its back
            plain.write_bytes(spoil)
        return opened(*args, **options)

    monkeypatch.setattr(tarfile, "open", spoiled)
    with pytest.raises(FormatError, match="did not come back from the disk"):
        pubannotation_archive.pack(plain, target)
