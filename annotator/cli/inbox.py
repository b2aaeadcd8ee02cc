"""The verb that lists what was not labelled alike."""

from __future__ import annotations

from pathlib import Path

import click

from annotator.cli.output import FINE, PROBLEMS, opened, person, remark, say, say_json, shown_progress
from annotator.commands.inbox import Entry, Inbox, count
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.settings.store import Settings
from annotator.store import queries
from annotator.store.queries import Connection


@click.command("inbox")
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--annotator", metavar="NAME", help="Compare the work of this person.  [default: the person at work]")
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, metavar="N", help="List so many texts.")
@click.option("--dismissed", is_flag=True, help="List what was dismissed, with the reasons, instead.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
@click.pass_context
def inbox_verb(ctx: click.Context, project: Path, annotator: str | None, limit: int, dismissed: bool, as_json: bool) -> None:
    """List texts of PROJECT that one person labelled differently, or left blank in finished articles.

    Reviewed spans are compared, the likeliest mistakes first; the window decides about them or dismisses them. Exit status 1 when there
    are any.
    """
    with opened(project) as found, shown_progress() as progress:
        name = person(Settings(), annotator)
        inbox = _counted(found.connection, name, progress)
        known = name in queries.annotators(found.connection)
    listed = inbox.dismissed if dismissed else inbox.entries
    if as_json:
        say_json(
            {
                "annotator": name,
                "texts": inbox.texts,
                "inconsistent": len(inbox.entries) + inbox.more,
                "not_looked_for": inbox.unsought,
                "entries": [entry.to_dict() for entry in listed[:limit]],
            }
        )
    else:
        if not known:
            remark(f"{name} has labelled nothing in this project; --annotator names somebody else.")
        _tell(listed, limit, inbox, dismissed=dismissed)
    ctx.exit(PROBLEMS if inbox.entries else FINE)


def _counted(connection: Connection, name: str, progress: Progress) -> Inbox:
    inbox = Inbox()
    for step in count(connection, name, progress):
        if isinstance(step, Inbox):
            inbox = step
    return inbox


def _tell(listed: tuple[Entry, ...], limit: int, inbox: Inbox, *, dismissed: bool) -> None:
    for entry in listed[:limit]:
        counts = " · ".join(f"{label or 'nothing'} {times}" for label, times in entry.in_order)
        why = f"  ({entry.dismissal.reason}, {entry.dismissal.actor})" if dismissed and entry.dismissal is not None else ""
        say(f"{entry.shown} — {counts}{why}")
    hidden = len(listed) - len(listed[:limit]) + (0 if dismissed else inbox.more)
    if hidden:
        remark(f"… and {amount(hidden, 'text')} more")
    total = len(inbox.entries) + inbox.more
    remark(f"{amount(total, 'text')} of {inbox.texts} not labelled alike, {len(inbox.dismissed)} dismissed.")
    if inbox.unsought:
        remark(f"{amount(inbox.unsought, 'text')}, the rarest, were not looked for where they stand blank.")
