"""The program never speaks to the network: not at its start, not in any verb, not in the window, nor in its helper processes.

Every Python process of these runs carries a watch (an audit hook, installed by ``sitecustomize``, which helper processes load as well)
that notes and refuses each connection, packet or listening socket that is not the machine's own, and each name to be looked up.  Qt
speaks past Python: which of its classes the program uses is read from the sources.
"""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.window_support import story_project

ROOT = Path(__file__).resolve().parents[2]
_WATCH = """
import os, sys

def watch(event, arguments):
    if not event.startswith(("socket.", "urllib.", "http.", "ftplib.", "smtplib.", "webbrowser.")):
        return
    if event in ("socket.__new__", "socket.gethostname"):
        return  # neither says anything to anybody
    if event in ("socket.connect", "socket.bind", "socket.sendto", "socket.sendmsg") and isinstance(arguments[1], (str, bytes)):
        return  # a local socket's address is the path of a file
    if event == "socket.bind" and arguments[1][0] == "::1":
        return  # a library of a reader tries at its import whether this machine has IPv6; nobody is spoken to
    with open(os.environ["WATCHED"], "a", encoding="utf-8") as file:
        file.write(f"{event} {arguments[1:]}\\n")
    raise OSError(f"this run has no network: {event}")

with open(os.environ["WATCHED"], "a", encoding="utf-8") as file:
    file.write("watching\\n")
sys.addaudithook(watch)
"""
_WINDOW = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog
from annotator.cli.app import main
from annotator.ui.errors import CrashReport
from annotator.ui.main_window import MainWindow

STEPS = ["help.keys", "help.about", "project.statistics", "edit.preferences", "edit.keys", "project.backups",
         "project.export", "document.suggest", "find.inbox", "project.scheme"]

class User:
    def begin(self):
        self.window = next(w for w in QApplication.topLevelWidgets() if isinstance(w, MainWindow))
        self.steps = list(STEPS)
        self.timer = QTimer()
        self.timer.timeout.connect(self.step)
        self.timer.start(100)

    def step(self):
        for dialog in self.window.findChildren(QDialog):
            if isinstance(dialog, CrashReport):
                sys.exit(dialog.report.toPlainText())
            dialog.close()
        if self.steps:
            self.window.actions_by_id[self.steps.pop(0)].trigger()
        elif not self.window.hands.suggesting.busy:
            self.timer.stop()
            self.window.close()

if __name__ == "__main__":
    user = User()
    run = QApplication.exec
    def execute(*_):
        QTimer.singleShot(50, user.begin)
        return run()
    QApplication.exec = execute
    main(["open", sys.argv[1]])
"""


class Watch:
    """Runs the program under the watch, and tells what it noted."""

    def __init__(self, folder: Path) -> None:
        self.noted = folder / "network.txt"
        (folder / "hooks").mkdir()
        (folder / "hooks" / "sitecustomize.py").write_text(_WATCH, encoding="utf-8")
        self.environment = {
            **os.environ, "WATCHED": str(self.noted), "PYTHONPATH": os.pathsep.join((str(folder / "hooks"), str(ROOT))),
            "QT_QPA_PLATFORM": "offscreen",
        }  # fmt: skip

    def run(self, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, *map(str, arguments)], env=self.environment, capture_output=True, text=True, check=False, timeout=110
        )

    def __call__(self, *arguments: str | Path) -> str:
        run = self.run("-m", "annotator", *arguments)
        assert "Traceback" not in run.stderr, run.stderr
        assert run.returncode in (0, 1), run.stderr
        return run.stdout

    @property
    def spoken(self) -> list[str]:
        lines = self.noted.read_text(encoding="utf-8").splitlines()
        assert "watching" in lines  # else nothing was looked at
        return [line for line in lines if line != "watching"]

    @property
    def processes(self) -> int:
        return self.noted.read_text(encoding="utf-8").splitlines().count("watching")


@pytest.fixture
def watch(tmp_path: Path) -> Watch:
    return Watch(tmp_path)


@pytest.mark.parametrize(
    "program",
    [
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('localhost', 80)",
        "import urllib.request; urllib.request.urlopen('http://127.0.0.1:9/')",
        "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
        "import socket; socket.socket().bind(('0.0.0.0', 0))",
    ],
)
def test_the_watch_sees_and_refuses_what_speaks(watch: Watch, program: str) -> None:
    run = watch.run("-c", program)
    assert run.returncode == 1
    assert "this run has no network" in run.stderr
    assert watch.spoken


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such sockets in Python")
def test_the_watch_lets_local_sockets_be(watch: Watch) -> None:
    run = watch.run("-c", "import socket; socket.socketpair(); socket.socket(socket.AF_UNIX).connect('/nowhere')")
    assert "FileNotFoundError" in run.stderr
    assert watch.spoken == []


def test_no_verb_speaks_to_the_network(watch: Watch, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    body = "<p>" + "Presiden Joko Widodo tiba di Bogor pada Senin. " * 20 + "</p>"
    page.write_text(
        '<html><head><link rel="stylesheet" href="http://127.0.0.1:9/a.css"></head>'
        f'<body><article><h1>Kabar</h1><img src="http://127.0.0.1:9/a.png">{body}</article></body></html>',
        encoding="utf-8",
    )
    lines = tmp_path / "articles.jsonl"
    lines.write_text(json.dumps({"text": "Presiden Joko Widodo tiba di Bogor.", "meta": {"url": "http://127.0.0.1:9/"}}) + "\n")
    xml = tmp_path / "outside.xmi"
    xml.write_text('<?xml version="1.0"?><!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><a/>', encoding="utf-8")
    project = tmp_path / "p.annotator"
    watch("new", project)
    for source in (page, lines, xml):
        watch("import", project, source)
    watch("suggest", project, "--processes", "2")
    watch("export", project, tmp_path / "out.spacy", "--format", "spacy", "--status", "any", "--allow-loss")
    watch("export", project, tmp_path / "out.jsonl", "--format", "jsonl", "--status", "any", "--allow-loss")
    watch("check", project)
    watch("backups", project, "--make")
    assert '"documents"' in watch("stats", project, "--json")
    watch("formats")
    assert watch.spoken == []
    assert watch.processes > 12  # the helpers were watched as well


def test_the_window_does_not_speak_to_the_network(watch: Watch, tmp_path: Path) -> None:
    script = tmp_path / "session.py"
    script.write_text(_WINDOW, encoding="utf-8")
    run = watch.run(script, story_project(tmp_path))
    assert run.returncode == 0, run.stderr
    assert "Traceback" not in run.stderr
    assert watch.spoken == []
    assert watch.processes > 1  # the helper that suggests was watched as well


# What the sources use

SPEAKING = {
    "aiohttp", "asyncio", "ftplib", "http", "httpx", "imaplib", "nntplib", "poplib", "requests", "smtplib", "socketserver", "ssl",
    "telnetlib", "urllib3", "webbrowser", "websockets", "xmlrpc",
}  # fmt: skip
"""Modules that are there to speak to other machines."""


def sources() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((ROOT / "annotator").rglob("*.py")):
        yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def imported(module: ast.Module) -> Iterator[tuple[str, str]]:
    """Walk the imports, those inside functions as well: the module, and the name taken from it."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from ((node.module, alias.name) for alias in node.names)


def test_no_module_imports_what_speaks_to_other_machines() -> None:
    found = [
        (path, module, name)
        for path, tree in sources()
        for module, name in imported(tree)
        if module.partition(".")[0] in SPEAKING or (module, name) == ("urllib", "request") or module.startswith("urllib.request")
    ]
    assert found == []


def test_sockets_are_made_for_this_machine_alone() -> None:
    users = {path for path, tree in sources() for module, _ in imported(tree) if module == "socket"}
    assert users <= {"annotator/ui/ending.py"}
    for path, tree in sources():
        if path in users:
            calls = [node.func.attr for node in ast.walk(tree) if isinstance(node, ast.Call) and _of(node.func, "socket")]
            assert calls == ["socketpair"]


def _of(function: ast.expr, name: str) -> bool:
    return isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == name


def test_of_qts_network_only_local_sockets_are_used() -> None:
    names = {name for _, tree in sources() for module, name in imported(tree) if module == "PySide6.QtNetwork"}
    assert names == {"QLocalServer", "QLocalSocket"}
    whole = [path for path, tree in sources() for module, name in imported(tree) if (module, name) == ("PySide6", "QtNetwork")]
    assert whole == []


def test_at_the_start_nothing_is_loaded_that_could_speak() -> None:
    program = "import sys, annotator.cli.app, annotator.ui.app; print(*sorted(sys.modules))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(run.stdout.split())
    assert not {"urllib.request", "http.client", "ssl", "_ssl", "requests", "urllib3", "asyncio", "ftplib", "smtplib"} & loaded
