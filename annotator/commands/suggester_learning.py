"""What suggesters learn from a project, worked out in a helper process: neither the reading nor the memory of it is the window's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from annotator.commands.suggester_setups import learned
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.suggesting import SuggesterSetup
from annotator.nlp.suggesting import Orders, packed
from annotator.store.project import open_project


def orders_from(project: str, setups: Sequence[SuggesterSetup], scheme: LabelScheme) -> tuple[bytes, frozenset[str]]:
    """Return the orders of a run, with what its suggesters learn from the finished documents, and the words of these documents.

    For a worker process: the arguments and what comes back can be pickled, and the project is opened read-only.  Raises
    ``SuggesterError`` where something learned cannot travel.
    """
    found = open_project(Path(project), read_only=True)
    try:
        told, words = learned(found.connection, setups, Progress())
    finally:
        found.close()
    return packed(Orders(tuple(told), scheme)), words
