"""Whatever is loaded and typed: what is found is what a slow look at every name finds, in the same order."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from annotator.commands import knowledge as commands
from annotator.domain.knowledge import Entry, Why, fold_name, joined
from annotator.formats import knowledge_files
from annotator.store import consistency, knowledge

WORDS = st.sampled_from(
    [
        "joko",
        "Joko",
        "jokowi",
        "jokower",
        "jokow",
        "widodo",
        "widad",
        "W",
        "a",
        "abc",
        "São",
        "sao",
        "Ma'ruf",
        "北京",
        "!",
        "-",
        "“",
        "\u0301",
    ]
)
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(" ".join).filter(str.strip) | st.text(min_size=1, max_size=6)
TYPED = NAMES | st.text(max_size=8) | st.builds(lambda name, size: name[:size], NAMES, st.integers(1, 9))


@st.composite
def entries(draw) -> list[Entry]:
    rows = draw(
        st.lists(st.tuples(st.sampled_from("ABCDEFGHQ"), NAMES, st.lists(NAMES, max_size=3), st.integers(0, 3)), max_size=12)
    )
    return [Entry(key, name, tuple(aliases), frequency=frequency) for key, name, aliases, frequency in rows]


@pytest.fixture(scope="module")
def folder():
    with tempfile.TemporaryDirectory() as made:
        yield Path(made)


def loaded(folder: Path, scheme, rows: list[Entry]):
    """Return a new project with the entries, and these as a file gives them."""
    from annotator.store.project import create

    path = folder / "p.annotator"
    for old in folder.glob("p.annotator*"):
        if old.is_file():
            old.unlink()
    project = create(path, scheme=scheme, language="id")
    file = folder / "kb.jsonl"
    knowledge_files.write(file, rows)
    kept: dict[str, Entry] = {}
    for item in knowledge_files.read(file):
        if isinstance(item, Entry):
            kept[item.id] = joined(kept[item.id], item) if item.id in kept else item
    commands.load(project, file)
    return project, list(kept.values())


def ordered(rows: list[Entry]) -> list[tuple[Entry, str]]:
    """Every folded name with its entry, in the order in which equally good ones are offered."""
    by_rank = sorted(enumerate(rows), key=lambda pair: (-pair[1].frequency, len(pair[1].name), pair[0]))
    return [(entry, folded) for _, entry in by_rank for folded in dict.fromkeys(map(fold_name, entry.names))]


def reason(entry: Entry, folded: str, typed: str) -> Why | None:
    """Why this name is found, by the words of the rule."""
    wanted = fold_name(typed)
    words = [word for word in wanted.split() if any(map(str.isalnum, word))]
    if typed.strip() in (entry.id, entry.id.lower()) or typed.strip().upper() == entry.id:
        return Why.ID
    if folded == wanted:
        return Why.EXACT
    if folded.startswith(wanted):
        return Why.BEGINNING
    if words and all(any(part.startswith(word) for part in folded.split()) for word in words):
        return Why.WORDS
    return Why.INSIDE if wanted in folded else None


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=entries(), typed=st.lists(TYPED, min_size=1, max_size=6))
def test_what_is_found_is_what_a_look_at_every_name_finds(folder, scheme, rows, typed):
    project, kept = loaded(folder, scheme, rows)
    try:
        assert list(knowledge.all_entries(project.connection)) == kept
        assert consistency.derived_faults(project.connection) == []
        names = ordered(kept)
        for text in typed:
            best: dict[str, tuple[int, int]] = {}
            for place, (entry, folded) in enumerate(names):
                why = reason(entry, folded, text) if fold_name(text) else None
                if why is not None:
                    rank = list(Why).index(why), 0 if why is Why.ID else place
                    best[entry.id] = min(best.get(entry.id, rank), rank)
            found = knowledge.search(project.connection, text)
            assert {match.entry.id: match.why for match in found} == {key: list(Why)[rank[0]] for key, rank in best.items()}
            assert [match.entry.id for match in found] == sorted(best, key=lambda key: best[key])
            for match in found:
                assert match.entry in kept
                assert match.name in match.entry.names
    finally:
        project.close()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(rows=entries(), surfaces=st.lists(TYPED, min_size=1, max_size=5))
def test_whatever_a_span_says_its_whole_name_comes_first(folder, scheme, rows, surfaces):
    project, kept = loaded(folder, scheme, rows)
    try:
        for surface in [*surfaces, *(name for entry in kept[:4] for name in entry.names)]:
            found = knowledge.candidates(project.connection, surface, limit=50)
            exact = [match.entry.id for match in found if match.why is Why.EXACT]
            assert [match.entry.id for match in found[: len(exact)]] == exact
            folded = fold_name(surface)
            named = {entry.id for entry in kept if surface.strip() and folded in map(fold_name, entry.names)}
            assert named <= set(exact)
            assert len({match.entry.id for match in found}) == len(found)
    finally:
        project.close()
