"""The page of the statistics on suggesters: what people made of their suggestions, and how well they do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from annotator.domain.changes import What
from annotator.ui.charts.model import Chart, Kind, Mark, Pattern, Series
from annotator.ui.i18n import by_count, number, share, tr
from annotator.ui.models.statistics import Cell, Figure, Selector, Sheet
from annotator.ui.models.statistics_context import Context, Reading
from annotator.ui.models.statistics_targets import Target, WithOutcome
from annotator.ui.models.statistics_words import count_on_axis, what_name

if TYPE_CHECKING:
    from annotator.commands.scoring import Score, Scores, SuggesterScores

_LOOKS = {
    "accepted": ("good", Pattern.SOLID),
    "changed": ("accent", Pattern.RISING),
    "rejected": ("warning", Pattern.CROSSED),
    "waiting": ("quiet_text", Pattern.BLANK),
}
"""By the value of an ``Outcome``, which is the name of a score's field too."""


def read(reading: Reading) -> Scores:
    """Compare the suggesters with what is finished now."""
    return reading.board.update(reading.connection, reading.progress)


def figure(found: Scores, chosen: Mapping[str, str], context: Context) -> Figure:
    """Make bars of what became of suggestions, by suggester, or by label of one suggester."""
    del context
    names = [one.suggester for one in found.suggesters]
    selectors = (
        Selector("suggester", tr("Suggester"), ((tr("All suggesters"), ""), *((name, name) for name in names))),
        Selector("waiting", tr("Show"), ((tr("All suggestions"), ""), (tr("Decided ones alone"), "no"))),
    )
    wanted = chosen.get("suggester", "")
    some = [one for one in found.suggesters if wanted not in names or one.suggester == wanted]
    entries = _by_label(some[0]) if wanted in names else [(one.suggester, one.suggester, None, _together(one)) for one in some]
    outcomes = [name for name in _LOOKS if name != "waiting" or chosen.get("waiting") != "no"]
    entries = [entry for entry in entries if any(entry[3][name] for name in outcomes)]
    marks = [_mark(place, outcomes, series, entry) for place, entry in enumerate(entries) for series in range(len(outcomes))]
    decided = [sum(counts[name] for name in ("accepted", "changed", "rejected")) for *_, counts in entries]
    totals = [share(entry[3]["accepted"] / count) if count else "" for entry, count in zip(entries, decided, strict=True)]
    chart = Chart(
        Kind.BARS,
        tr("What became of the suggestions of {}").format(wanted) if wanted in names else tr("What became of suggestions"),
        tuple(entry[0] for entry in entries),
        tuple(Series(outcome_name(name), *_LOOKS[name]) for name in outcomes),
        tuple(marks),
        value_title=tr("Suggestions"),
        totals=tuple(totals),
        told=count_on_axis,
        empty=_nothing(found),
    )
    return Figure(chart, score_sheet(some), _told(found, any(decided)), selectors)


_Entry = tuple[str, str, tuple[What, str] | None, dict[str, int]]
"""The name of a group, its suggester, span or relation and label (None: all), and counts by outcome."""


def _together(one: SuggesterScores) -> dict[str, int]:
    totals = [scores[""] for scores in (one.spans, one.relations) if "" in scores]
    return {name: sum(getattr(score, name) for score in totals) for name in _LOOKS}


def _by_label(one: SuggesterScores) -> list[_Entry]:
    found = [
        (
            label if what is What.SPAN else f"→ {label}",
            one.suggester,
            (what, label),
            {name: getattr(score, name) for name in _LOOKS},
        )
        for what, scores in ((What.SPAN, one.spans), (What.RELATION, one.relations))
        for label, score in scores.items()
        if label
    ]
    return sorted(found, key=lambda entry: -sum(entry[3].values()))


def _mark(place: int, outcomes: list[str], series: int, entry: _Entry) -> Mark:
    name, suggester, label, counts = entry
    outcome = outcomes[series]
    value, total = counts[outcome], sum(counts[one] for one in outcomes)
    said = tr("{}, {}").format(name, outcome_name(outcome))
    words = tr("{}: {} of {} ({})").format(said, number(value), number(total), share(value / total if total else 0))
    target = Target(WithOutcome(suggester, outcome, label), said) if value else None
    return Mark(place, series, value, words, number(value), target=target)


def outcome_name(outcome: str) -> str:
    """Return what became of a suggestion, by the value of its ``Outcome``."""
    return {"accepted": tr("Accepted"), "changed": tr("Changed"), "rejected": tr("Rejected"), "waiting": tr("Waiting")}[outcome]


def _nothing(found: Scores) -> str:
    if not found.suggesters:
        return tr("No suggester has looked at this project yet. Run one with Document → Suggest…")
    return tr("Nobody has opened a document that a suggester looked at. Open one, and its suggestions are counted here.")


def _told(found: Scores, decided: bool) -> str:
    """Return the sentence on what was compared."""
    if not found.suggesters:
        return ""
    if not found.documents:
        return tr(
            "Not yet compared: no document is finished that a suggester has looked at. Mark one done, and it is compared here."
        )
    compared = by_count(found.documents, tr("Compared with {} finished document."), tr("Compared with {} finished documents."))
    said = compared + " " + tr("A pipeline trained on these very documents looks better than it is.")
    return said + " " + tr("Behind each bar stands the share of the decided ones that was accepted.") if decided else said


def score_sheet(some: list[SuggesterScores]) -> Sheet:
    """Return the table of how well suggesters do."""
    shares = (tr("Precision"), tr("Recall"), tr("F1"))
    overlapping = (tr("Overlap\nprecision"), tr("Overlap\nrecall"), tr("Overlap\nF1"))
    made_of_it = tuple(outcome_name(name) for name in _LOOKS)
    header = (tr("Suggester"), tr("Of a"), tr("Label"), *shares, *overlapping, tr("To find"), tr("Suggested"), *made_of_it)
    scores = [
        (one.suggester, what, label, score)
        for one in some
        for what, by_label in ((What.SPAN, one.spans), (What.RELATION, one.relations))
        for label, score in by_label.items()
    ]
    return Sheet(
        tr("Suggesters"), header, tuple(_score_row(*entry) for entry in scores), tuple(_behind(*entry) for entry in scores)
    )


def _behind(suggester: str, what: What, label: str, score: Score) -> Target | None:
    if not any(getattr(score, name) for name in _LOOKS):
        return None
    return Target(WithOutcome(suggester, "", (what, label)), tr("{}, {}").format(suggester, label or what_name(what)))


def _score_row(suggester: str, what: What, label: str, score: Score) -> tuple[Cell, ...]:
    from annotator.commands.scoring import f1, precision, recall
    from annotator.domain.agreement import Counts

    of_places = (score.exact, score.overlapping if what is What.SPAN else Counts())
    shares = (share_of(counts) for counts in of_places for share_of in (precision, recall, f1))
    counted = (score.exact.reference, score.exact.candidate, score.accepted, score.changed, score.rejected, score.waiting)
    return suggester, what_name(what), label or tr("(all)"), *shares, *counted
