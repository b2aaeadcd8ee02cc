"""The pages of the statistics on what was annotated: labels, what relations link, and how long spans are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from annotator.domain.changes import What
from annotator.store import figures_annotations
from annotator.store.figures_annotations import LabelCount, LengthCount, OfCell, OfLabel, OfLengths, RelationCell
from annotator.ui.charts.model import Chart, Kind, Mark, Pattern, Series
from annotator.ui.i18n import by_count, number, tr
from annotator.ui.models.statistics import Figure, Selector, Sheet
from annotator.ui.models.statistics_bins import Bin, bins, median
from annotator.ui.models.statistics_context import Context, Reading
from annotator.ui.models.statistics_targets import Annotated, Target
from annotator.ui.models.statistics_words import count_on_axis, whose_name


def read_labels(reading: Reading) -> list[LabelCount]:
    """Read how often each label was used."""
    return figures_annotations.label_counts(reading.connection, reading.chosen)


def label_figure(counts: Sequence[LabelCount], chosen: Mapping[str, str], context: Context) -> Figure:
    """Make bars by label, in the label's colour; what is not reviewed has strokes."""
    whats = Selector("what", tr("Show"), ((tr("Spans"), "span"), (tr("Relations"), "relation")))
    what = What.RELATION if chosen.get("what") == "relation" else What.SPAN
    colors = context.relations if what is What.RELATION else context.spans
    some = [count for count in counts if count.what is what]
    marks: list[Mark] = []
    targets: list[Target | None] = []
    for group, count in enumerate(some):
        color = colors.get(count.label, "") or "quiet_text"
        target = Target(Annotated(context.chosen, (OfLabel(what, count.label),)), count.label)
        waiting = Target(
            Annotated(context.chosen, (OfLabel(what, count.label, unreviewed=True),)), tr("{}, unreviewed").format(count.label)
        )
        targets.append(target)
        within = by_count(count.documents, tr("in {} document"), tr("in {} documents"))
        for place, value, name, behind in (
            (0, count.items - count.unreviewed, tr("Reviewed"), target),
            (1, count.unreviewed, tr("Unreviewed"), waiting),
        ):
            words = tr("{}, {}: {} of {}, {}").format(count.label, name, number(value), number(count.items), within)
            shown = number(value) if 0 < count.unreviewed < count.items else ""  # else it would be the total beside it, twice
            marks.append(Mark(group, place, value, words, shown, color, behind))
    series = (Series(tr("Reviewed"), "quiet_text"), Series(tr("Unreviewed"), "quiet_text", Pattern.RISING))
    chart = Chart(
        Kind.BARS,
        titled(tr("Relations by label") if what is What.RELATION else tr("Spans by label"), context),
        tuple(count.label for count in some),
        series,
        tuple(marks),
        value_title=tr("Relations") if what is What.RELATION else tr("Spans"),
        totals=tuple(number(count.items) for count in some),
        told=count_on_axis,
        empty=_no_relations() if what is What.RELATION else _no_spans(),
    )
    header = (tr("Label"), tr("Count"), tr("Unreviewed"), tr("Documents"))
    rows = tuple((count.label, count.items, count.unreviewed, count.documents) for count in some)
    return Figure(chart, Sheet(tr("Labels"), header, rows, tuple(targets)), selectors=(whats,))


def titled(title: str, context: Context) -> str:
    """Return a title that says whose sets were counted, for a picture that stands alone."""
    return tr("{} – {}").format(title, whose_name(context.chosen))


def _no_spans() -> str:
    return tr("These annotation sets have no spans. Choose whose sets are counted above, or label some text.")


def _no_relations() -> str:
    return tr("These annotation sets have no relations. Choose whose sets are counted above, or relate two spans.")


def read_relations(reading: Reading) -> list[RelationCell]:
    """Read which labels relations link."""
    return figures_annotations.relation_cells(reading.connection, reading.chosen)


def relation_figure(cells: Sequence[RelationCell], chosen: Mapping[str, str], context: Context) -> Figure:
    """Make a matrix: a row for each label of heads, a column for each of tails."""
    names = sorted({cell.relation for cell in cells})
    relations = Selector("relation", tr("Relation"), ((tr("All relations"), ""), *((name, name) for name in names)))
    wanted = chosen.get("relation", "")
    wanted = wanted if wanted in names else ""
    some = [cell for cell in cells if wanted in ("", cell.relation)]
    behind: dict[tuple[str, str], list[RelationCell]] = {}
    for cell in some:
        behind.setdefault((cell.head, cell.tail), []).append(cell)
    order = [*context.spans, *sorted({name for pair in behind for name in pair} - context.spans.keys())]
    heads = [name for name in order if any(head == name for head, _ in behind)]
    tails = [name for name in order if any(tail == name for _, tail in behind)]
    title = tr("What {} links").format(wanted) if wanted else tr("What relations link")
    color = context.relations.get(wanted, "") or "accent"
    marks: list[Mark] = []
    for pair in sorted(behind, key=lambda pair: (heads.index(pair[0]), tails.index(pair[1]))):
        own = behind[pair]
        count = sum(cell.count for cell in own)
        words = tr("{} to {}: {}").format(*pair, by_count(count, tr("{} relation"), tr("{} relations")))
        if len(own) == 1:
            words = f"{own[0].relation}, {words}, " + by_count(own[0].documents, tr("in {} document"), tr("in {} documents"))
        marks.append(
            Mark(heads.index(pair[0]), tails.index(pair[1]), count, words, number(count), target=_cells(own, context, pair))
        )
    chart = Chart(
        Kind.MATRIX,
        titled(title, context),
        tuple(heads),
        tuple(Series(name, color) for name in tails),
        tuple(marks),
        group_title=tr("Rows: head. Columns: tail."),
        empty=_no_relations(),
    )
    header = (tr("Relation"), tr("Head"), tr("Tail"), tr("Count"), tr("Documents"))
    rows = tuple((cell.relation, cell.head, cell.tail, cell.count, cell.documents) for cell in some)
    targets = tuple(_cells([cell], context, (cell.head, cell.tail)) for cell in some)
    return Figure(chart, Sheet(tr("Relations"), header, rows, targets), selectors=(relations,))


def _cells(cells: Sequence[RelationCell], context: Context, pair: tuple[str, str]) -> Target:
    asked = Annotated(context.chosen, tuple(OfCell(cell.relation, cell.head, cell.tail) for cell in cells))
    name = cells[0].relation if len(cells) == 1 else tr("relations")
    return Target(asked, tr("{}: {} to {}").format(name, *pair))


def read_lengths(reading: Reading) -> list[LengthCount]:
    """Read how long spans are, in the unit that is chosen."""
    if reading.options.get("unit") == "tokens":
        return figures_annotations.token_lengths(reading.connection, reading.chosen, reading.progress)
    return figures_annotations.span_lengths(reading.connection, reading.chosen)


def length_figure(counts: Sequence[LengthCount], chosen: Mapping[str, str], context: Context) -> Figure:
    """Make a histogram of the spans of one label, or of all."""
    in_tokens = chosen.get("unit") == "tokens"
    units = Selector("unit", tr("Length in"), ((tr("Characters"), "characters"), (tr("Tokens"), "tokens")))
    names = sorted({count.label for count in counts})
    labels = Selector("label", tr("Label"), ((tr("All labels"), ""), *((name, name) for name in names)))
    wanted = chosen.get("label", "")
    wanted = wanted if wanted in names else ""
    by_length: Counter[int] = Counter()
    for count in counts:
        if wanted in ("", count.label):
            by_length[count.length] += count.count
    found = bins(by_length)
    marks: list[Mark] = []
    targets: list[Target | None] = []
    for place, one in enumerate(found):
        said = _length_said(one, in_tokens=in_tokens)
        words = f"{wanted}, {said}" if wanted else said
        asked = OfLengths(wanted, one.low, one.high, in_tokens)
        target = Target(Annotated(context.chosen, (asked,)), words) if one.count else None
        targets.append(target)
        spans = by_count(one.count, tr("{} span"), tr("{} spans"))
        marks.append(Mark(place, 0, one.count, tr("{}: {}").format(words, spans), target=target))
    chart = Chart(
        Kind.COLUMNS,
        titled(tr("Length of {} spans").format(wanted) if wanted else tr("Length of spans"), context),
        tuple(_short(one) for one in found),
        (Series(wanted or tr("Spans"), context.spans.get(wanted, "") or "accent"),),
        tuple(marks) if by_length else (),
        value_title=tr("Spans"),
        group_title=tr("Tokens") if in_tokens else tr("Characters"),
        told=count_on_axis,
        empty=_no_spans(),
    )
    rows = tuple((one.low, one.high, one.count, one.count / sum(by_length.values())) for one in found)
    sheet = Sheet(tr("Span lengths"), (tr("From"), tr("To"), tr("Spans"), tr("Share")), rows, tuple(targets))
    said = tr("Half of the spans are no longer than {}; the longest is {}.")
    note = said.format(number(median(by_length)), number(max(by_length))) if by_length else ""
    return Figure(chart, sheet, note, (units, labels))


def _short(one: Bin) -> str:
    if one.low == one.high:
        return number(one.low)
    return tr("{} or more").format(number(one.low)) if one.open else f"{number(one.low)}–{number(one.high)}"


def _length_said(one: Bin, *, in_tokens: bool) -> str:
    if one.low == one.high:
        forms = (tr("{} token"), tr("{} tokens")) if in_tokens else (tr("{} character"), tr("{} characters"))
        return by_count(one.low, *forms)
    return (tr("{} to {} tokens") if in_tokens else tr("{} to {} characters")).format(number(one.low), number(one.high))
