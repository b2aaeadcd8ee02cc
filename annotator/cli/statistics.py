"""The verb that counts: stats, and what it tells on demand of annotations and of work."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import accumulate, groupby
from pathlib import Path

import click

from annotator.cli.output import opened, say, say_json, shown_progress
from annotator.commands.outcomes import Outcome
from annotator.commands.scoring import Scores, f1, precision, recall, scores
from annotator.domain.agreement import Counts
from annotator.domain.changes import What
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.store import figures_annotations, figures_work, queries
from annotator.store.figures import days
from annotator.store.figures_annotations import GOLD, LabelCount, LengthCount, RelationCell, Whose
from annotator.store.figures_work import PAUSE, Work
from annotator.store.gold import gold_sets
from annotator.store.queries import Connection

_LONGEST = 10
"""So many documents that took long are named; JSON has them all."""


@click.command("stats")
@click.argument("project", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
@click.option(
    "--annotations",
    "names",
    multiple=True,
    metavar="NAME",
    help="Count labels, linked labels and span lengths of this annotator, or of “gold”.  May be given several times.",
)
@click.option("--work", "with_work", is_flag=True, help="Tell how long days, documents and actions took, and the progress by day.")
@click.option(
    "--pause",
    type=click.FloatRange(min=0),
    default=PAUSE,
    show_default=True,
    metavar="SECONDS",
    help="With --work: more than this between two steps is a break and not counted.",
)
def stats(project: Path, *, as_json: bool, names: Sequence[str], with_work: bool, pause: float) -> None:
    """Count documents, annotators and labels in PROJECT, score its suggesters, and tell what was done on which day.

    Suggesters are compared with the finished documents: those with gold, else with a person who is done. A pipeline that was trained on
    these very documents looks better than it is.
    """
    with opened(project) as found, found.reading(), shown_progress() as progress:
        asked = _asked(figures_annotations.whose(found.connection), names)
        figures = queries.statistics(found.connection)
        by_day = days(found.connection)
        scored = scores(found.connection, progress)
        annotated = [_counted(found.connection, chosen, progress) for chosen in asked]
        work = figures_work.work(found.connection, pause) if with_work else None
    if as_json:
        compared = {"documents": scored.documents, "suggesters": [one.to_dict() for one in scored.suggesters]}
        plain = {**figures, "days": [asdict(day) for day in by_day], "scores": compared}
        more = {"annotations": [asdict(one) for one in annotated]} if names else {}
        say_json(plain | more | ({"work": {"pause": pause, **asdict(work)}} if work else {}))
        return
    say(f"{amount(figures['documents'], 'document')}, {figures['gold']} of them gold, {figures['disputed']} disputed")
    for annotator in figures["annotators"]:
        status = ", ".join(f"{count} {name}" for name, count in annotator["status"].items())
        say(f"\n{annotator['annotator']} ({annotator['kind']}): {status}; {annotator.get('unreviewed', 0)} unreviewed")
        for table in ("spans", "relations"):
            for label, count in annotator.get(table, {}).items():
                say(f"  {count:8}  {label}")
    _tell_scores(scored)
    if by_day:
        say("\nby day:")
    for day in by_day:
        say(f"  {day.day}  {day.annotator}: {amount(day.edits, 'edit')}, {amount(day.done, 'document')} done")
    for entry in annotated:
        _tell_annotations(entry)
    if work:
        _tell_work(work, pause)


# Annotations


@dataclass(frozen=True, slots=True)
class _Counted:
    whose: Whose
    labels: list[LabelCount]
    relations: list[RelationCell]
    lengths: list[LengthCount]
    token_lengths: list[LengthCount]


def _asked(there: list[Whose], names: Sequence[str]) -> list[Whose]:
    """Return whose sets are meant: all kinds of sets of a name; refused for a name that nobody has."""
    found: list[Whose] = []
    for name in dict.fromkeys(names):
        meant = [GOLD] if name == "gold" and GOLD in there else [one for one in there if one != GOLD and one.annotator == name]
        if not meant:
            known = ", ".join(dict.fromkeys(one.annotator or "gold" for one in there)) or "nobody"
            raise click.UsageError(f"--annotations: nobody is called “{name}” here; there is {known}.")
        found += meant
    return found


def _counted(connection: Connection, chosen: Whose, progress: Progress) -> _Counted:
    gold = gold_sets(connection) if chosen == GOLD else None
    return _Counted(
        chosen,
        figures_annotations.label_counts(connection, chosen, gold),
        figures_annotations.relation_cells(connection, chosen, gold),
        figures_annotations.span_lengths(connection, chosen, gold),
        figures_annotations.token_lengths(connection, chosen, progress, gold),
    )


def _tell_annotations(counted: _Counted) -> None:
    whose = counted.whose
    say(f"\nannotations of {whose.annotator} ({whose.kind}):" if whose.kind else "\nannotations of the gold:")
    width = max((len(one.label) for one in counted.labels), default=0)
    for what in What:
        for one in counted.labels:
            if one.what is what:
                say(
                    f"  {one.items:8}  {one.label:{width}}  {what}, {one.unreviewed} unreviewed, in {amount(one.documents, 'document')}"
                )
    for cell in counted.relations:
        say(f"  {cell.count:8}  {cell.head} -{cell.relation}- {cell.tail}, in {amount(cell.documents, 'document')}")
    for unit, lengths in (("character", counted.lengths), ("token", counted.token_lengths)):
        for label, of_label in groupby(lengths, key=lambda one: one.label):
            middle, most, longest = _spread(list(of_label))
            say(f"  {label:{width}}  half up to {amount(middle, unit)}, 90 % up to {most}, all up to {longest}")


def _spread(lengths: Sequence[LengthCount]) -> tuple[int, int, int]:
    """Return the median and the ninetieth percentile (nearest rank) of lengths, and the longest."""
    reached = list(accumulate(one.count for one in lengths))
    ranks = (-(-reached[-1] * percent // 100) for percent in (50, 90, 100))
    middle, most, longest = (lengths[bisect_left(reached, rank)].length for rank in ranks)
    return middle, most, longest


# Work


def _tell_work(work: Work, pause: float) -> None:
    say(f"\nwork, without what lies between steps more than {pause:g} s apart:" if work.paces else "\nno work yet")
    for one in work.paces:
        said = f"  {one.annotator}: {_clock(one.seconds)} on {amount(one.days, 'day')}"
        spread = f", half within {_clock(one.median)}, 90 % within {_clock(one.ninetieth)}, {one.an_hour:.1f} an hour"
        say(said + f"; {amount(one.documents, 'document')} done{spread}" if one.documents else said)
    for day in work.days:
        say(
            f"  {day.day}  {day.annotator}: {_clock(day.seconds)}, {amount(day.edits, 'edit')} on {amount(day.documents, 'document')}"
        )
    if work.done:
        say("\nprogress:")
    so_far: Counter[str] = Counter()
    for entry in work.done:
        so_far[entry.annotator] += entry.documents
        day = entry.day or "before    "
        say(f"  {day}  {entry.annotator}: {entry.documents:+}, {amount(so_far[entry.annotator], 'document')} done")
    if work.actions:
        say("\nactions, with the time since the step before:")
    for action in work.actions:
        times = f", half within {action.median:.1f} s, 90 % within {action.ninetieth:.1f} s" if action.timed else ""
        say(f"  {action.count:8}  {action.action.format('…')} ({action.annotator}){times}")
    if work.documents:
        say("\ndocuments that took longest:")
    for one in work.documents[:_LONGEST]:
        say(f"  {_clock(one.seconds):>8}  {one.name} ({one.annotator}), {amount(one.edits, 'step')}")


def _clock(seconds: float) -> str:
    """Return a length of time as hours, minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


# Suggesters


def _tell_scores(scored: Scores) -> None:
    if not scored.suggesters:
        return
    compared = f"compared with {amount(scored.documents, 'finished document')}, exactly and where they overlap"
    say(f"\nsuggesters, {compared if scored.documents else 'compared with nothing yet: no document is finished'}:")
    names = ("precision", "recall", "F1", "overlap P", "overlap R", "overlap F1", *Outcome)
    width = max(len(label) for one in scored.suggesters for label in (*one.spans, *one.relations, "all relations")) + 2
    say(f"  {'':{width}}" + "".join(f"{name:>11}" for name in names))
    for one in scored.suggesters:
        say(f"  {one.suggester} ({amount(one.documents, 'document')})")
        for kind, by_label in (("all spans", one.spans), ("all relations", one.relations)):
            for label, score in by_label.items():
                overlapping = score.overlapping if by_label is one.spans else Counts()
                shares = [share(counts) for counts in (score.exact, overlapping) for share in (precision, recall, f1)]
                told = ["-" if value is None else f"{value:.3f}" for value in shares]
                counted = [str(getattr(score, outcome)) for outcome in Outcome]
                say(f"    {label or kind:{width - 2}}" + "".join(f"{cell:>11}" for cell in (*told, *counted)))
