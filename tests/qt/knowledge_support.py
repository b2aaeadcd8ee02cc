"""A small knowledge base in the project of ``window_support``."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from annotator.commands import knowledge
from annotator.domain.knowledge import Entry
from annotator.store.project import Project

PUTIN = Entry("Q7747", "Vladimir Putin", ("Putin", "Presiden Putin"), "presiden Rusia", "https://example.org/Q7747", "PERSON", 9)
PUTINA = Entry("Q99", "Ludmila Putina", (), "mantan istri Vladimir Putin", "", "PERSON", 1)
RUSSIA = Entry("Q159", "Rusia", ("Federasi Rusia",), "negara & <b>benua</b>", "https://example.org/Q159", "GPE", 8)
JAKARTA = Entry("Q3630", "Jakarta", ("DKI Jakarta", "Ibu Kota"), "ibu kota Indonesia", "", "GPE", 7)
ENTRIES = (PUTIN, PUTINA, RUSSIA, JAKARTA)


def put_knowledge(project: Project, entries: Iterable[Entry] = ENTRIES, name: str = "kb.csv") -> Path:
    """Make these the knowledge base of a project, from a file beside it; returns the file."""
    path = project.path.with_name(name)
    path.write_text(csv_of(entries), encoding="utf-8")
    knowledge.load(project, path, mode=knowledge.Mode.REPLACE)
    return path


def csv_of(entries: Iterable[Entry]) -> str:
    """The entries as a table."""
    columns = ("id", "name", "aliases", "description", "url", "label", "frequency")
    rows = [[one.id, one.name, "|".join(one.aliases), one.description, one.url, one.label, str(one.frequency)] for one in entries]
    return "".join(",".join(row) + "\n" for row in (columns, *rows))
