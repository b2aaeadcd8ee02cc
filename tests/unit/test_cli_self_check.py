"""The self-check's own failures: a sentence, status 1, and nothing left behind.  That it passes is tested end to end."""

from __future__ import annotations

import os

import pytest

from annotator import preflight
from annotator.cli import self_check
from annotator.commands import exporting, projects
from annotator.errors import ProjectError


def test_what_fails_is_named_and_what_follows_is_not_tried(monkeypatch, capsys):
    monkeypatch.setattr(preflight, "complaint", lambda: "The window needs a library.")
    assert self_check.run() == 1
    printed = capsys.readouterr()
    first, last = printed.out.splitlines()
    assert first == "FAILED  system libraries: The window needs a library."
    assert "“system libraries” failed" in last
    assert printed.err == ""


@pytest.mark.parametrize(("debug", "traces"), [(False, 0), (True, 1)])
def test_a_traceback_is_only_for_debugging(monkeypatch, capsys, debug, traces):
    def broken(_path: object) -> None:
        raise ZeroDivisionError("unexpected")

    monkeypatch.setattr(projects, "build_demo", broken)
    assert self_check.run(debug=debug) == 1
    printed = capsys.readouterr()
    assert "FAILED  demo project: ZeroDivisionError: unexpected" in printed.out
    assert printed.err.count("Traceback") == traces


def test_the_users_own_folders_and_settings_are_not_touched(monkeypatch, capsys, tmp_path):
    monkeypatch.setenv("ANNOTATOR_PROFILE", str(tmp_path / "mine"))
    monkeypatch.delenv("QT_QPA_PLATFORM", raising=False)
    monkeypatch.setenv("QT_QPA_PLATFORMTHEME", "gtk3")
    seen = []

    def looked(path):
        seen.append((path, os.environ["ANNOTATOR_PROFILE"], os.environ["QT_QPA_PLATFORM"], "QT_QPA_PLATFORMTHEME" in os.environ))
        raise ProjectError("No.")

    monkeypatch.setattr(projects, "build_demo", looked)
    assert self_check.run() == 1
    ((path, profile, platform, theme),) = seen
    assert (platform, theme) == ("offscreen", False)
    assert profile != str(tmp_path / "mine")
    assert not path.parent.exists()
    assert os.environ["ANNOTATOR_PROFILE"] == str(tmp_path / "mine")
    assert "QT_QPA_PLATFORM" not in os.environ
    assert os.environ["QT_QPA_PLATFORMTHEME"] == "gtk3"
    assert not (tmp_path / "mine").exists()


def test_an_export_that_does_not_hold_what_the_window_showed_fails(qapp, monkeypatch, capsys):
    real = exporting.export_project

    def another(project, target, options, annotator):
        """Lose a span after the window has been closed."""
        from annotator.commands.documents import mark_done, reopen
        from annotator.commands.spans import remove_span
        from annotator.session.session import Session
        from annotator.store.project import open_project

        found = open_project(self_check.Path(project))
        session = Session(found, annotator)
        document = session.open_document(1)
        session.execute(reopen(document.set_id))
        lone = next(span for span in document.spans() if not document.relations_of(span.id))
        session.execute(remove_span(document.set_id, lone.id))
        session.execute(mark_done(document.set_id))
        found.close()
        return real(project, target, options, annotator)

    monkeypatch.setattr(exporting, "export_project", another)
    assert self_check.run() == 1
    assert "FAILED  read the export back: the spans are not those of the window" in capsys.readouterr().out
