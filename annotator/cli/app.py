"""The entry point and the group of verbs."""

from __future__ import annotations

import logging
import os
import sys
import tempfile
from importlib import import_module
from typing import Any

import click

from annotator import log
from annotator._version import __version__
from annotator.cli.output import PROBLEMS, print_anything, remark
from annotator.errors import AnnotatorError
from annotator.paths import PROFILE_VARIABLE, log_dir

_log = logging.getLogger(__name__)


VERBS = {
    "open": "window:open_verb",
    "show": "window:show_verb",
    "demo": "window:demo",
    "new": "projects:new",
    "import": "imports:import_verb",
    "suggest": "suggesting:suggest_verb",
    "export": "exchange:export_verb",
    "check": "inspection:check_verb",
    "inbox": "inbox:inbox_verb",
    "stats": "statistics:stats",
    "scheme": "schemes:scheme_verb",
    "knowledge": "knowledge:knowledge_verbs",
    "backups": "backups:backups_verb",
    "restore": "backups:restore_verb",
    "rescue": "backups:rescue",
    "formats": "exchange:formats",
}
"""Where each verb stands, as ``module:function``, in the order a newcomer needs them."""


class _Verbs(click.Group):
    """Knows the verbs of ``VERBS``, and turns every error into one sentence and status 1.

    A verb is imported when it is named: the window must not wait for what only the others need.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(VERBS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in VERBS:
            return None
        module, _, function = VERBS[cmd_name].partition(":")
        return getattr(import_module(f"annotator.cli.{module}"), function)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except AnnotatorError as error:
            remark(f"annotator: {error}")
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception as error:
            _log.exception("not caught")
            if ctx.params.get("debug"):
                raise
            remark(
                f"annotator: This is a fault of the program, not yours ({type(error).__name__}: {error}). "
                f"What was saved before is safe. Details are in the log in {log_dir()}; --debug shows them here."
            )
        return ctx.exit(PROBLEMS)


@click.group(cls=_Verbs, invoke_without_command=True, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="annotator")
@click.option("--self-check", is_flag=True, help="Open a project off screen, edit, export, read it back, and say how that went.")
@click.option("--temp-profile", is_flag=True, help="Use settings, demo and logs of a temporary folder for this run.")
@click.option("--debug", is_flag=True, help="Write more into the log file.")
@click.pass_context
def verbs(ctx: click.Context, self_check: bool, temp_profile: bool, debug: bool) -> None:
    """Correct pre-annotated articles, span by span and relation by relation, and export training data you can trust.

    Without a verb the window opens on the last project.  New here?  Start with:  annotator demo

    Exit status: 0 all is fine, 1 problems were found or something was lost, 2 the command was used wrongly.
    """
    if temp_profile:
        folder = ctx.with_resource(tempfile.TemporaryDirectory(prefix="annotator-"))
        os.environ[PROFILE_VARIABLE] = folder
    log.set_up(debug)
    ctx.call_on_close(log.tear_down)
    if self_check:
        from annotator.cli.self_check import run

        ctx.exit(run(debug=debug))
    if ctx.invoked_subcommand is None:
        from annotator.cli.window import open_last

        ctx.exit(open_last())


def main(arguments: list[str] | None = None) -> None:
    """Run the program with the given arguments, or those of the process; ends the process with its exit status."""
    print_anything()
    verbs.main(args=sys.argv[1:] if arguments is None else arguments, prog_name="annotator")
