"""Formats of other packages: found by their entry points, kept apart from the program's own, and answered for when they break."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from annotator.domain.exchange import Complaint, LossReport, ReadDefaults, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Cancelled, Progress
from annotator.errors import FormatError
from annotator.formats import plugins
from annotator.formats.detect import detect
from annotator.formats.plugins import found, known_formats
from annotator.formats.table import FORMATS, Format

ROOT = Path(__file__).parents[2]

pytestmark = pytest.mark.expected_log("annotator.formats.plugins", "annotator.formats.detect")

MODULE = '''
"""A format of one article a line, as another package would bring it."""

from annotator.domain.exchange import Complaint, LossReport, Record
from annotator.formats.table import Format


def read(path, defaults, *, mark="#"):
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith(mark):
            yield Complaint(f"{path}:{number}", "A remark was left out.", lost=False)
        else:
            yield Record(f"{path.stem}:{number}", line, place=f"{path}:{number}")


def write(records, path, scheme, *, options, progress):
    report = LossReport("lines", str(path))
    path.write_text("".join(f"{record.text}\\n" for record in records()), encoding="utf-8")
    report.documents = path.read_text(encoding="utf-8").count("\\n")
    return report


LINES = Format("lines", "One article a line", (".lines",), "the text", read, write, read_options={"mark": ("#", ";")})
'''


def installed(folder: Path, points: str, **modules: str) -> Path:
    """Put a package with these entry points into a folder, as an installer would, and return the folder."""
    for name, text in modules.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(text), encoding="utf-8")
    info = folder / "annotator_lines-1.2.dist-info"
    info.mkdir(exist_ok=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: annotator-lines\nVersion: 1.2\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[annotator.formats]\n{points}\n", encoding="utf-8")
    return folder


def run(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    """Run the program with a folder of packages."""
    environment = os.environ | {
        "PYTHONPATH": str(folder),
        "ANNOTATOR_PROFILE": str(folder / "profile"),
        "PYTHONIOENCODING": "utf-8",
    }
    return subprocess.run(
        [sys.executable, "-m", "annotator", *map(str, words)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def test_an_installed_package_is_listed_read_written_and_told_by_its_suffix(tmp_path):
    folder = installed(tmp_path, "lines = lines_format:LINES", lines_format=MODULE)
    listed = json.loads(run(folder, "formats", "--json").stdout)
    assert listed[-1]["name"] == "lines"
    assert listed[-1]["package"] == "annotator-lines 1.2"
    assert [row["name"] for row in listed[:-1]] == list(FORMATS)
    assert "from annotator-lines 1.2" in run(folder, "formats").stdout
    project = tmp_path / "p.annotator"
    assert run(folder, "new", project).returncode == 0
    (tmp_path / "in.lines").write_text("Budi pergi.\n; sela\nAni pulang.\n", encoding="utf-8")
    done = run(folder, "import", project, tmp_path / "in.lines", "--format", "lines", "--option", "mark=;")
    assert (done.returncode, done.stdout[:12]) == (0, "2 documents,")
    assert "A remark was left out." in done.stderr
    again = run(folder, "import", project, tmp_path / "in.lines")
    assert "2 documents and 0 sets there already" in again.stdout, "auto takes it by its suffix"
    refused = run(folder, "import", project, tmp_path / "in.lines", "--format", "lines", "--option", "mark=x")
    assert refused.returncode == 2
    out = run(folder, "export", project, tmp_path / "out.lines", "--format", "lines", "--status", "any", "--sets", "chosen")
    assert out.returncode in (0, 1)
    assert "Traceback" not in out.stderr


@pytest.mark.parametrize("language", ["en", "id"])
def test_the_example_of_the_help_is_a_format_that_works(given, tmp_path, language):
    page = (ROOT / "resources" / "help" / language / "formats-from-elsewhere.md").read_text(encoding="utf-8")
    names: dict[str, Any] = {}
    exec(page.partition("```python\n")[2].partition("```")[0], names)
    read = given(names["LINES"]).formats["lines"].read
    assert read is not None
    path = tmp_path / "a.lines"
    path.write_text("# sela\nBudi pergi.\n", encoding="utf-8")
    notice, record = read(path, ReadDefaults())
    assert isinstance(notice, Complaint)
    assert isinstance(record, Record)
    assert (notice.place, record.name, record.text) == (f"{path}:1", "a:2", "Budi pergi.")
    assert f'```toml\n[project.entry-points."{plugins.GROUP}"]' in page


def test_without_the_package_the_format_is_unknown(tmp_path):
    done = run(tmp_path, "import", tmp_path / "p.annotator", tmp_path / "in.lines", "--format", "lines")
    assert done.returncode == 2
    assert "'lines' is not one of 'auto', 'text'" in done.stderr


def test_broken_and_clashing_packages_are_left_out_with_a_sentence_each_and_the_good_one_stays(tmp_path):
    points = [
        "a = lines_format:LINES",
        "b = no_such_module:X",
        "c = lines_format:NONE",
        "d = raises:X",
        "e = exits:X",
        "f = odd:NUMBER",
        "g = odd:TAKEN",
        "h = odd:SUFFIX",
        "i = odd:EMPTY",
    ]
    odd = """
        from dataclasses import replace
        from lines_format import LINES
        NUMBER = 3
        TAKEN = replace(LINES, name="jsonl", suffixes=(".j",))
        SUFFIX = replace(LINES, name="other", suffixes=(".TXT",))
        EMPTY = replace(LINES, name="empty", read=None, write=None)
    """
    folder = installed(
        tmp_path,
        "\n".join(points),
        lines_format=MODULE,
        odd=odd,
        raises="raise OSError('no\\nlicence')",
        exits="import sys; sys.exit(3)",
    )
    done = run(folder, "formats")
    assert done.returncode == 0
    assert "lines" in [line.split()[0] for line in done.stdout.splitlines()]
    told = done.stderr.splitlines()
    assert [sentence.split("“")[1][0] for sentence in told] == list("bcdefghi")
    assert all(sentence.startswith("The format “") and "of annotator-lines 1.2 was left out: " in sentence for sentence in told)
    ends = ["No module named", "has no attribute", "OSError: no licence", "SystemExit: 3", "an int, not a Format"]
    ends = [end.replace("an int", "a int") for end in ends] + [
        "of that name already",
        "suffix .txt belongs to the format text",
        "neither",
    ]
    assert all(end in sentence for end, sentence in zip(ends, told, strict=True))


def test_nothing_is_loaded_before_formats_are_needed(tmp_path):
    folder = installed(tmp_path, "a = loud:X", loud="print('LOUD')")
    assert "LOUD" not in run(folder, "--help").stdout
    assert "LOUD" not in run(folder, "import", "--help").stdout
    assert "LOUD" not in run(folder, "new", tmp_path / "p.annotator").stdout
    assert "LOUD" in run(folder, "formats").stdout
    code = "import sys, annotator.commands.importing, annotator.commands.exporting, annotator.cli.app; print('loud' in sys.modules)"
    environment = os.environ | {"PYTHONPATH": str(folder)}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


# In this process


class Point:
    """An entry point that gives what it was told to."""

    group = plugins.GROUP
    dist = None

    def __init__(self, value: object, name: str = "x") -> None:
        self.value, self.name = value, name

    def load(self) -> object:
        return self.value


def reads(path, defaults, **options) -> Iterator[Record | Complaint]:
    yield Record("a", "b", meta=options)


PLAIN = Format("plain", "Plain", (".plain",), "all", reads)


@pytest.fixture
def given(monkeypatch):
    """Return a function that has the program find these formats."""

    def give(*values: object) -> plugins.Found:
        monkeypatch.setattr(plugins, "entry_points", lambda **_: [Point(value, f"x{n}") for n, value in enumerate(values)])
        found.cache_clear()
        return found()

    yield give
    found.cache_clear()


def test_without_packages_there_are_the_programs_own(given):
    assert given().left_out == ()
    assert dict(known_formats()) == FORMATS


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Big Name"},
        {"name": ""},
        {"name": 3},
        {"name": "auto"},
        {"name": "-a"},
        {"title": " "},
        {"title": None},
        {"carries": b"x"},
        {"suffixes": ()},
        {"suffixes": [".a"]},
        {"suffixes": ("a",)},
        {"suffixes": (3,)},
        {"suffixes": ".plain"},
        {"read": None},
        {"read": "text_files"},
        {"read_options": {"a": "b"}},
        {"read_options": {"a": (1,)}},
        {"write_options": ["a"]},
        {"export_options": {3: ()}},
        {"begins": ("x",)},
        {"begins": (b"",)},
        {"recognises": None},
    ],
)
def test_a_format_that_is_not_filled_in_as_it_should_be_is_left_out(given, change):
    made = given(replace(PLAIN, **change))
    assert len(made.left_out) == 1
    assert made.left_out[0].startswith("The format “x0” of an unknown package was left out: ")
    assert dict(made.formats) == FORMATS


def test_of_two_packages_with_the_same_name_or_suffix_the_first_stays(given):
    made = given(
        PLAIN, replace(PLAIN, title="Second"), replace(PLAIN, name="other"), replace(PLAIN, name="third", suffixes=(".Plain", ".q"))
    )
    assert [made.formats["plain"].title, len(made.left_out)] == ["Plain", 3]
    assert "the suffix .plain belongs to the format plain" in made.left_out[2]


def test_the_table_cannot_be_changed_by_who_gets_it(given):
    given(PLAIN)
    with pytest.raises(TypeError):
        known_formats()["x"] = PLAIN  # pyright: ignore[reportIndexIssue]


def test_options_and_records_pass_and_other_things_do_not(given, tmp_path):
    def wrong(path, defaults):
        yield "a record"

    made = given(PLAIN, replace(PLAIN, name="wrong", suffixes=(".wrong",), read=wrong)).formats
    read = made["plain"].read
    assert read is not None
    (record,) = read(tmp_path, ReadDefaults(), a="1", b="")
    assert isinstance(record, Record)
    assert record.meta == {"a": "1"}
    read = made["wrong"].read
    assert read is not None
    with pytest.raises(
        FormatError, match=r"the format wrong of an unknown package failed while reading it \(TypeError: it yields a str\)"
    ):
        list(read(tmp_path, ReadDefaults()))


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize(
    ("error", "raised"), [(ValueError("x\ny"), FormatError), (FormatError("mine"), FormatError), (RecursionError(), FormatError)]
)
def test_what_a_foreign_reader_raises_is_a_sentence(given, tmp_path, error, raised, late):
    def lazy(path, defaults):
        yield Record("a", "b")
        raise error

    def eager(path, defaults):
        raise error

    read = given(replace(PLAIN, read=lazy if late else eager)).formats["plain"].read
    assert read is not None
    came = []
    with pytest.raises(raised) as refused:
        came.extend(read(tmp_path / "f", ReadDefaults()))
    assert "\n" not in str(refused.value)
    assert (str(refused.value) == "mine") == isinstance(error, FormatError)


@pytest.mark.parametrize(
    ("error", "raised"), [(KeyError("x"), FormatError), (FormatError("mine"), FormatError), (Cancelled(), Cancelled)]
)
def test_what_a_foreign_writer_raises_is_a_sentence_and_a_cancel_stays_one(given, tmp_path, error, raised):
    def write(records, path, scheme, *, options, progress):
        raise error

    entry = given(replace(PLAIN, write=write, preview=write)).formats["plain"]
    for made in (entry.write, entry.preview):
        assert made is not None
        with pytest.raises(raised):
            made(list, tmp_path / "f", LabelScheme(), options={}, progress=Progress())


def test_a_foreign_writer_has_to_report(given, tmp_path):
    def nothing(records, path, scheme, *, options, progress):
        return None

    def reports(records, path, scheme, *, options, progress):
        return LossReport("plain", str(path), documents=len(list(records())))

    made = given(replace(PLAIN, write=nothing)).formats["plain"].write
    assert made is not None
    with pytest.raises(FormatError, match="returns a NoneType in place of a report"):
        made(list, tmp_path / "f", LabelScheme(), options={}, progress=Progress())
    made = given(replace(PLAIN, write=reports)).formats["plain"].write
    assert made is not None
    assert made(lambda: [Record("a", "b")], tmp_path / "f", LabelScheme(), options={}, progress=Progress()).documents == 1


def test_a_foreign_format_is_told_by_its_marks_and_one_that_breaks_when_asked_counts_as_no(given, tmp_path, monkeypatch):
    (tmp_path / "marks_of_plain.py").write_text("def recognises(value):\n    return value['plain']\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    given(replace(PLAIN, recognises="marks_of_plain", begins=(b"%PLAIN",)))
    path = tmp_path / "a.json"
    path.write_text('{"plain": true}', encoding="utf-8")
    assert detect(path).name == "plain"
    path.write_text('{"text": "x"}', encoding="utf-8")
    assert detect(path).name == "jsonl"
    path = tmp_path / "noname"
    path.write_bytes(b"%PLAIN 1")
    assert detect(path).name == "plain"


def test_of_a_reader_and_a_writer_with_one_suffix_files_go_to_the_reader(given, tmp_path):
    def write(records, path, scheme, *, options, progress):
        return LossReport("plain", str(path))

    made = given(replace(PLAIN, suffixes=(".txt",), read=None, write=write))
    assert made.left_out == ()
    (tmp_path / "a.txt").write_text("x", encoding="utf-8")
    assert detect(tmp_path / "a.txt").name == "text"
