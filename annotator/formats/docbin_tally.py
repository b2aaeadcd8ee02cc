"""What the spaCy export says in sum: how many documents were unfinished, which tokens cut spans, what each overlap policy would cost."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from annotator.domain.documents import Status
from annotator.domain.exchange import LossReport, Record
from annotator.domain.rules import amount
from annotator.domain.text import Tokens
from annotator.formats.docbin_parts import CUT, FAR, OPTIONS, Choices, Plan
from annotator.formats.docbin_plan import without_overlap

_SHOWN = 12
"""So many tokens that cut spans are named; the losses name the span of each."""


@dataclass(slots=True)
class Tally:
    """Adds up documents and their plans; ``tell`` puts the sums into a report.

    ``policies`` counts by overlap policy the spans that would not be in ``doc.ents``; it stays empty unless ``weigh`` was asked for.
    """

    choices: Choices
    weigh: bool = False
    unfinished: int = 0
    far: int = 0
    aside: int = 0
    cutting: Counter[str] = field(default_factory=Counter)
    policies: Counter[str] = field(default_factory=Counter)

    def add(self, record: Record, made: Plan, report: LossReport) -> None:
        """Count one document whose plan is ``made``, and its losses."""
        report.add(made.losses)
        report.documents += 1
        report.spans += len(made.spans)
        report.relations += made.kept_relations
        report.unreviewed += sum(not item.reviewed for item in (*record.spans, *record.relations))
        self.unfinished += record.status is not Status.DONE
        self.far += made.far
        self.aside += made.aside
        for loss in made.losses:
            if loss.reason.startswith(CUT):
                self.cutting.update(cutting_words(record, loss.start, loss.end))
        if self.weigh:
            for policy in OPTIONS["overlap"]:
                self.policies[policy] += len(made.spans) - len(without_overlap(made.spans, replace(self.choices, overlap=policy)))

    def take(self, other: Tally) -> None:
        """Add the sums of other documents."""
        self.unfinished += other.unfinished
        self.far += other.far
        self.aside += other.aside
        self.cutting += other.cutting
        self.policies += other.policies

    def tell(self, report: LossReport) -> None:
        """Add the sums that are not nothing to the notices."""
        report.policies += self.policies
        report.cutting += self.cutting
        if self.unfinished:
            one = self.unfinished == 1
            how = "missing" if self.choices.unexamined == "missing" else "outside all the same"
            told = "document is not done; its" if one else "documents are not done; their"
            report.notices.append(f"{self.unfinished} {told} tokens without a span count as {how}.")
        if self.far:
            told = "relation reaches" if self.far == 1 else "relations reach"
            report.notices.append(
                f"{self.far} {told} over more than {FAR} tokens; relation components commonly train none that long."
            )
        if self.aside:
            stand = "overlaps another and stands" if self.aside == 1 else "overlap others and stand"
            report.notices.append(f'{amount(self.aside, "span")} {stand} in doc.spans["sc"] alone; their tokens count as missing.')
        if self.cutting:
            shown = ", ".join(f"“{word}”" + (f" ({times})" if times > 1 else "") for word, times in _first(self.cutting))
            more = f" and {len(self.cutting) - _SHOWN} more" if len(self.cutting) > _SHOWN else ""
            report.notices.append(f"Tokens that cut spans: {shown}{more}. With tokenizer=repair they are taken apart.")
        if any(self.policies.values()):
            told = ", ".join(f"{policy} {count}" for policy, count in self.policies.items())
            report.notices.append(f"Spans that overlap and would not be in doc.ents, by overlap policy: {told}.")


def cutting_words(record: Record, start: int, end: int) -> list[str]:
    """Return the tokens that reach over an edge of ``[start, end)``, in code points."""
    tokens = record.tokens or Tokens()
    places = dict.fromkeys(tokens.at(offset) for offset in (start, end - 1))
    return [
        record.text[tokens.starts[place] : tokens.ends[place]]
        for place in places
        if place is not None and (tokens.starts[place] < start or tokens.ends[place] > end)
    ]


def _first(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:_SHOWN]
