"""What a rescue of a damaged project brought over, what is missing, and what is doubtful."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from annotator.domain.rules import amount

WORDS = {
    "documents": "document",
    "annotation_sets": "annotation set",
    "spans": "span",
    "relations": "relation",
    "verdicts": "rejection",
    "steps": "history step",
    "changes": "history change",
    "knowledge_0": "knowledge-base item",
    "knowledge_1": "knowledge-base item",
    "suggesters": "suggester",
    "document_worth": "worth figure",
    "dismissals": "dismissed text",
}

_UNSAID = ("changes", "knowledge_0", "knowledge_1", "suggesters", "document_worth", "dismissals")
"""Tables that are named where there is something of them, or, as the changes, go with another."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something the new project lacks: ``count`` rows of ``table`` (0: nobody can tell how many) at ``place``, for ``reason``.

    ``doubtful`` rows were brought over all the same, but may not be as they were saved.
    """

    table: str
    count: int
    place: str
    reason: str
    doubtful: bool = False

    @property
    def sentence(self) -> str:
        """What is missing, for a person."""
        what = amount(self.count, WORDS[self.table]) if self.count else f"an unknown number of {WORDS[self.table]}s"
        if self.doubtful:
            return f"Doubtful: {what} {self.place}; {self.reason}."
        return f"Missing: {what} {self.place}; {self.reason}."


@dataclass(slots=True)
class Salvage:
    """What came of a rescue.

    ``saved`` counts the rows brought over by table.  ``complaints`` is what SQLite's check says of the damaged file; ``notices`` are
    sentences about the project as a whole.
    """

    source: Path
    target: Path
    saved: Counter[str] = field(default_factory=Counter)
    missing: list[Missing] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Whether nothing is known to be missing."""
        return not self.missing and not self.notices

    def lines(self, most: int = 1000) -> list[str]:
        """Return the report as sentences, the most important first."""
        saved = ", ".join(
            amount(self.saved[table], word) for table, word in WORDS.items() if table not in _UNSAID or self.saved[table]
        )
        told = [f"“{self.target.name}” holds what could be read of “{self.source.name}”: {saved}.", *self.notices]
        told += [missing.sentence for missing in self.missing[:most]]
        if len(self.missing) > most:
            told.append(f"And {len(self.missing) - most} more places.")
        if self.whole:
            told.append("Nothing is known to be missing.")
        told.append("A changed letter inside a text cannot be found in this way: compare with a backup where you have one.")
        return told

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON data."""
        return {
            "source": str(self.source),
            "target": str(self.target),
            "saved": dict(self.saved),
            "missing": [asdict(missing) for missing in self.missing],
            "damage": self.complaints,
            "notices": self.notices,
        }
