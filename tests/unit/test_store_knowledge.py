"""Looking things up in a knowledge base: by id, as one types, and for the text of a span."""

from __future__ import annotations

from dataclasses import replace

import pytest

from annotator.commands import knowledge as commands
from annotator.commands.schemes import change_scheme
from annotator.domain.annotations import AnnotationSet, Kind, SetInfo, Span
from annotator.domain.changes import Lane
from annotator.domain.knowledge import Entry, Why
from annotator.domain.scheme_draft import deleted, renamed
from annotator.domain.scheme_edit import Part
from annotator.formats import knowledge_files
from annotator.store import knowledge
from annotator.store.knowledge import Linked, State

ENTRIES = [
    Entry("Q3318231", "Joko Widodo", ("Jokowi", "Ir. H. Joko Widodo"), "presiden ke-7", label="PERSON", frequency=95),
    Entry("Q105", "Joko Susilo", (), "polisi", label="PERSON", frequency=3),
    Entry("Q3630", "Jakarta", ("DKI Jakarta", "Betawi"), "ibu kota", label="GPE", frequency=200),
    Entry("Q106", "Jakarta", (), "film", label="WORK", frequency=1),
    Entry("Q107", "Bank Jakarta", ("Bank DKI",), label="ORG", frequency=5),
    Entry("Q12479287", "Komisi Pemberantasan Korupsi", (), "lembaga", label="ORG", frequency=12),
    Entry("Q108", "Bandara Internasional São Tomé", (), label="FAC"),
    Entry("Q252", "Indonesia", ("RI", "Republik Indonesia"), "negara", label="GPE", frequency=330),
    Entry("Q109", "Ma’ruf Amin", ("Kiai Ma'ruf",), label="PERSON", frequency=40),
    Entry("q110", "Widodo", (), label="PERSON"),
    Entry("Q111", "!!!", (), "kelompok musik"),
    Entry("Q112", "北京市", ("Beijing",), label="GPE", frequency=9),
]


def load(project, entries, tmp_path, **options):
    path = tmp_path / "kb.jsonl"
    knowledge_files.write(path, entries)
    return commands.load(project, path, **options)


@pytest.fixture
def known(project, tmp_path):
    """The connection of the small project with a knowledge base."""
    load(project, ENTRIES, tmp_path)
    return project.connection


def ids(matches) -> list[str]:
    return [match.entry.id for match in matches]


def test_without_a_knowledge_base_nothing_is_found(project):
    connection = project.connection
    assert knowledge.state(connection) == State()
    assert knowledge.count(connection) == 0
    assert knowledge.entry(connection, "Q1") is None
    assert knowledge.entries(connection, ["Q1", ""]) == {}
    assert list(knowledge.all_entries(connection)) == []
    assert knowledge.search(connection, "jakarta") == []
    assert knowledge.candidates(connection, "Jakarta") == []
    assert knowledge.linked_ids(connection) == []


def test_what_was_loaded_is_there(known):
    state = knowledge.state(known)
    assert (state.entries, state.source) == (len(ENTRIES), "kb.jsonl")
    assert state.names == sum(len(entry.names) for entry in ENTRIES)
    assert state.loaded.endswith("+00:00")
    assert list(knowledge.all_entries(known)) == ENTRIES
    assert knowledge.entry(known, "Q252") == ENTRIES[7]
    assert knowledge.entry(known, "q252") is None, "an id is what it is"
    assert knowledge.entries(known, ["Q252", "Q0", "Q252", "Q105"]) == {"Q252": ENTRIES[7], "Q105": ENTRIES[1]}
    assert knowledge.entries(known, (f"Q{number}" for number in range(3000))).keys() >= {"Q105", "Q112"}


def test_outside_readers_have_a_view_of_it(known):
    rows = known.execute("SELECT id, name, frequency FROM knowledge_entries ORDER BY frequency DESC LIMIT 2").fetchall()
    assert rows == [("Q252", "Indonesia", 330.0), ("Q3630", "Jakarta", 200.0)]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("joko widodo", [("Q3318231", Why.EXACT, "Joko Widodo")]),
        ("JOKO  WIDODO", [("Q3318231", Why.EXACT, "Joko Widodo")]),
        ("jokow", [("Q3318231", Why.BEGINNING, "Jokowi")]),
        ("jok", [("Q3318231", Why.BEGINNING, "Joko Widodo"), ("Q105", Why.BEGINNING, "Joko Susilo")]),
        ("wid", [("q110", Why.BEGINNING, "Widodo"), ("Q3318231", Why.WORDS, "Joko Widodo")]),
        ("wid jok", [("Q3318231", Why.WORDS, "Joko Widodo")]),
        ("jakarta", [("Q3630", Why.EXACT, "Jakarta"), ("Q106", Why.EXACT, "Jakarta"), ("Q107", Why.WORDS, "Bank Jakarta")]),
        ("dki", [("Q3630", Why.BEGINNING, "DKI Jakarta"), ("Q107", Why.WORDS, "Bank DKI")]),
        ("sao tome", [("Q108", Why.WORDS, "Bandara Internasional São Tomé")]),
        ("São T", [("Q108", Why.WORDS, "Bandara Internasional São Tomé")]),
        ("maruf", [("Q109", Why.BEGINNING, "Ma’ruf Amin")]),
        ("kiai ma’ruf", [("Q109", Why.EXACT, "Kiai Ma'ruf")]),
        ("q252", [("Q252", Why.ID, "Indonesia")]),
        ("Q110", [("q110", Why.ID, "Widodo")]),
        (" Q252 ", [("Q252", Why.ID, "Indonesia")]),
        ("Q25", []),
        ("onesi", [("Q252", Why.INSIDE, "Indonesia")]),
        ("京", [("Q112", Why.INSIDE, "北京市")]),
        ("!!!", [("Q111", Why.EXACT, "!!!")]),
        ("!", [("Q111", Why.BEGINNING, "!!!")]),
        ("?", []),
        ("", []),
        (" \n", []),
        ('"', []),
        ("jakarta AND bank", []),
        ("bank OR jakarta", []),
        ("folded: jakarta", []),
        ("jakarta*", [("Q3630", Why.EXACT, "Jakarta"), ("Q106", Why.EXACT, "Jakarta"), ("Q107", Why.WORDS, "Bank Jakarta")]),
        ("NEAR(jakarta)", []),
        ("%", []),
        ("\0", []),
        ("x" * 100_000, []),
        ("a " * 300, [("Q109", Why.WORDS, "Ma’ruf Amin")]),
    ],
)
def test_what_is_typed_finds(known, typed, found):
    matches = knowledge.search(known, typed)
    assert [(match.entry.id, match.why, match.name) for match in matches] == found


def test_the_wanted_label_comes_first_but_the_others_are_there(known):
    assert ids(knowledge.search(known, "jakarta", "WORK")) == ["Q106", "Q3630", "Q107"]
    assert ids(knowledge.search(known, "jakarta", "ORG")) == ["Q3630", "Q106", "Q107"], "a better reason goes before a label"
    assert ids(knowledge.search(known, "jakarta", limit=2)) == ["Q3630", "Q106"]


def rename(session, old: str, new: str) -> None:
    change_scheme(session, renamed(session.project.scheme, Part.SPANS, old, new))


NAMESAKES = [
    Entry("person", "Jokowi", label="PERSON", frequency=1),
    Entry("place", "Jokowi", label="GPE", frequency=9),
    Entry("any", "Jokowi", frequency=5),
]


@pytest.mark.parametrize("late", [False, True], ids=["loaded before", "loaded after"])
def test_a_label_that_was_renamed_still_fits_the_entries_that_have_its_old_name(session, tmp_path, late):
    """What a file calls its labels does not change with the scheme, whenever it is loaded."""
    connection = session.project.connection

    def both(label: str) -> set[tuple[str, ...]]:
        return {tuple(ids(look(connection, "Jokowi", label))) for look in (knowledge.candidates, knowledge.search)}

    if not late:
        load(session.project, NAMESAKES, tmp_path)
        assert both("PERSON") == {("any", "person", "place")}
    rename(session, "PERSON", "ORANG")
    rename(session, "ORANG", "MANUSIA")
    if late:
        load(session.project, NAMESAKES, tmp_path)
    assert both("MANUSIA") == {("any", "person", "place")}
    assert both("GPE") == {("place", "any", "person")}
    session.undo()
    session.undo()
    assert both("PERSON") == {("any", "person", "place")}


def test_an_old_name_that_another_label_has_now_is_understood_as_when_the_file_was_loaded(session, tmp_path):
    connection = session.project.connection
    load(session.project, NAMESAKES, tmp_path)
    for old, new in (("PERSON", "X"), ("GPE", "PERSON"), ("X", "GPE")):  # the two change their names
        rename(session, old, new)
    assert ids(knowledge.candidates(connection, "Jokowi", "GPE")) == ["any", "person", "place"]
    assert ids(knowledge.candidates(connection, "Jokowi", "PERSON")) == ["place", "any", "person"]


def test_a_label_that_others_became_fits_all_and_one_that_went_fits_none(session, tmp_path):
    connection = session.project.connection
    load(session.project, [*NAMESAKES, Entry("firm", "Jokowi", label="ORG", frequency=3)], tmp_path)
    rename(session, "GPE", "PERSON")
    assert ids(knowledge.candidates(connection, "Jokowi", "PERSON")) == ["place", "any", "person", "firm"]
    change_scheme(session, deleted(session.project.scheme, Part.SPANS, "PERSON", with_annotations=True))
    assert ids(knowledge.candidates(connection, "Jokowi", "ORG")) == ["any", "firm", "place", "person"]


def test_an_entry_without_a_label_is_as_good_as_one_with_the_right_one(project, tmp_path):
    load(project, [Entry("1", "X", label="ORG", frequency=5), Entry("2", "X", frequency=9), Entry("3", "X", label="GPE")], tmp_path)
    assert ids(knowledge.search(project.connection, "x", "ORG")) == ["2", "1", "3"]


def test_inside_of_words_only_a_small_knowledge_base_is_searched(known, monkeypatch):
    monkeypatch.setattr(knowledge, "SCANNED", 3)
    assert knowledge.search(known, "onesi") == []
    assert ids(knowledge.search(known, "indon")) == ["Q252"]


def test_of_very_many_names_the_frequent_ones_are_found(project, tmp_path, monkeypatch):
    monkeypatch.setattr(knowledge, "LOOKED_AT", 30)
    entries = [Entry(f"Q{number}", f"Desa Nomor {number:04}", frequency=number) for number in range(500)]
    load(project, entries, tmp_path)
    found = knowledge.search(project.connection, "desa", limit=5)
    assert ids(found) == ["Q499", "Q498", "Q497", "Q496", "Q495"]
    assert ids(knowledge.search(project.connection, "nomor", limit=3)) == ["Q499", "Q498", "Q497"]
    assert ids(knowledge.search(project.connection, "desa nomor 0007")) == ["Q7"]


def test_of_the_equally_frequent_the_short_name_comes_first(project, tmp_path):
    load(project, [Entry("1", "Bogor Barat"), Entry("2", "Bogor"), Entry("3", "Bogor Timur Laut"), Entry("4", "Bogo")], tmp_path)
    assert ids(knowledge.search(project.connection, "bog")) == ["4", "2", "1", "3"]


# For the text of a span


@pytest.mark.parametrize(
    ("surface", "found"),
    [
        ("Jokowi", [("Q3318231", Why.EXACT)]),
        ("Jokowi-nya", [("Q3318231", Why.EXACT)]),
        ("JOKOWI", [("Q3318231", Why.EXACT)]),
        ("Presiden Joko Widodo", [("Q3318231", Why.PART), ("q110", Why.PART)]),
        ("Widodo", [("q110", Why.EXACT), ("Q3318231", Why.WORDS)]),
        ("KPK", [("Q12479287", Why.INITIALS)]),
        ("K.P.K.", [("Q12479287", Why.INITIALS)]),
        ("kpk", []),
        ("Kpk", []),
        ("Bank Jakarta", [("Q107", Why.EXACT), ("Q3630", Why.PART), ("Q106", Why.PART)]),
        ("RI", [("Q252", Why.EXACT)]),
        ("Ma'ruf", [("Q109", Why.WORDS)]),
        ("Joko", [("Q3318231", Why.WORDS), ("Q105", Why.WORDS)]),
        ("Jok", []),
        ("onesi", []),
        ("", []),
        ("\n", []),
        ('"', []),
        ("x " * 1000, []),
    ],
)
def test_the_text_of_a_span_may_mean(known, surface, found):
    assert [(match.entry.id, match.why) for match in knowledge.candidates(known, surface)] == found


def test_the_written_out_name_finds_what_is_known_by_its_initials(project, tmp_path):
    load(project, [Entry("1", "KPK")], tmp_path)
    (match,) = knowledge.candidates(project.connection, "Komisi Pemberantasan Korupsi")
    assert (match.entry.id, match.why) == ("1", Why.INITIALS)


def test_the_label_of_the_span_breaks_ties(known):
    assert ids(knowledge.candidates(known, "Jakarta", "WORK"))[:2] == ["Q106", "Q3630"]
    assert ids(knowledge.candidates(known, "Jakarta", "GPE"))[:2] == ["Q3630", "Q106"]
    assert ids(knowledge.candidates(known, "Jakarta", limit=1)) == ["Q3630"]


TEXT = "Jakarta dan JAKARTA dan Jakarta. Bogor."
PLACES = {"a": (0, 7), "b": (12, 19), "c": (24, 31), "d": (33, 38)}


@pytest.fixture
def linked(project, make_document):
    """Spans of "ani": Jakarta twice linked to Q106 and once to Q9, Bogor to Q8; a model's unreviewed link does not count."""

    def spans(reviewed: bool, **links: str) -> dict[str, Span]:
        return {key: Span(key, (PLACES[key],), "GPE", kb_id=kb_id, reviewed=reviewed) for key, kb_id in links.items()}

    sets = [
        AnnotationSet(SetInfo(0, "ani", Kind.PERSON), spans(True, a="Q106", b="Q106", c="Q9", d="Q8")),
        AnnotationSet(SetInfo(0, "model", Kind.MODEL), spans(False, a="Q3630", b="Q3630", c="Q3630", d="")),
    ]
    with project.transaction("Import {}", "x", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document(TEXT, "links"), sets)])
    return project


def test_what_the_same_text_was_linked_to_is_offered_without_a_knowledge_base(linked):
    found = knowledge.candidates(linked.connection, "jakarta")
    assert [(match.entry, match.why, match.times) for match in found] == [
        (Entry("Q106", "jakarta"), Why.LINKED, 2),
        (Entry("Q9", "jakarta"), Why.LINKED, 1),
    ]
    assert knowledge.candidates(linked.connection, "Bandung") == []
    assert ids(knowledge.candidates(linked.connection, "jakarta", limit=1)) == ["Q106"]


def test_links_say_which_of_the_same_name_is_meant(linked, tmp_path):
    load(linked, ENTRIES, tmp_path)
    found = knowledge.candidates(linked.connection, "Jakarta")
    assert [(match.entry.id, match.why, match.times) for match in found] == [
        ("Q106", Why.EXACT, 2),
        ("Q3630", Why.EXACT, 0),
        ("Q9", Why.LINKED, 1),
        ("Q107", Why.WORDS, 0),
    ]
    (bogor,) = knowledge.candidates(linked.connection, "Bogor")
    assert (bogor.entry, bogor.why) == (Entry("Q8", "Bogor"), Why.LINKED)


def test_an_entry_of_another_name_is_offered_where_the_text_was_linked_to_it(linked, tmp_path):
    load(linked, [Entry("Q8", "Buitenzorg")], tmp_path)
    (match,) = knowledge.candidates(linked.connection, "Bogor")
    assert (match.entry, match.name, match.why, match.times) == (Entry("Q8", "Buitenzorg"), "Buitenzorg", Why.LINKED, 1)


def test_spans_in_pieces_and_texts_of_another_length_are_not_asked(linked, make_document):
    pieces = {"p": Span("p", ((0, 3), (4, 7)), "GPE", kb_id="Q7")}
    with linked.transaction("Import {}", "x", actor="import", lane=Lane.JOB) as tx:
        tx.add_documents([(make_document("Jakarta, Jakar ta", "more"), [AnnotationSet(SetInfo(0, "budi", Kind.PERSON), pieces)])])
    assert knowledge.linked_before(linked.connection, "Jakarta") == {"Q106": 2, "Q9": 1}
    assert knowledge.linked_before(linked.connection, "Jakarta ") == {}


@pytest.fixture
def long_documents(project, make_document):
    """Three documents of some 4,000 characters, each with 40 linked spans of the same length, half of them "Jakarta"."""
    text = "Jakarta dan " + "é𝄞" * 10 + " Bandung "
    with project.transaction("Import {}", "x", actor="import", lane=Lane.JOB) as tx:
        for number in range(3):
            starts = [place * len(text) + offset for place in range(20) for offset in (0, len(text) - 8)]
            spans = {f"s{start}": Span(f"s{start}", ((start, start + 7),), "GPE", kb_id=f"Q{number}") for start in starts}
            sets = [AnnotationSet(SetInfo(0, "ani", Kind.PERSON), spans)]
            tx.add_documents([(make_document(text * 20 + "." * 3000, f"long {number}"), sets)])
    return project.connection


def test_the_text_of_a_document_is_read_once_for_all_its_links(long_documents):
    """SQLite reads a text from its beginning for every piece of it that is asked for."""
    statements: list[str] = []
    long_documents.set_trace_callback(statements.append)
    assert knowledge.linked_before(long_documents, "jakarta") == {"Q2": 20, "Q1": 20, "Q0": 20}
    long_documents.set_trace_callback(None)
    reading = [statement for statement in statements if "text" in statement]
    assert len(reading) == len(set(reading)) == 3
    assert not [statement for statement in reading if "spans" in statement]


@pytest.mark.parametrize(("most", "kept"), [(1, ["Q2"]), (4_000, ["Q2", "Q1"]), (100_000, ["Q2", "Q1", "Q0"])])
def test_of_links_in_very_long_documents_the_latest_count(long_documents, monkeypatch, most, kept):
    monkeypatch.setattr(knowledge, "TEXT_LOOKED_AT", most)
    assert knowledge.linked_before(long_documents, "BANDUNG") == dict.fromkeys(kept, 20)


def test_the_links_of_a_project_are_listed_with_what_they_mean(linked, tmp_path):
    assert knowledge.linked_ids_without_entry(linked.connection) == [("Q3630", 3), ("Q106", 2), ("Q8", 1), ("Q9", 1)]
    assert knowledge.linked_span_count(linked.connection) == 0
    load(linked, ENTRIES, tmp_path)
    assert knowledge.linked_ids(linked.connection) == [
        Linked("Q3630", 3, "Jakarta"), Linked("Q106", 2, "Jakarta"), Linked("Q8", 1, None), Linked("Q9", 1, None),
    ]  # fmt: skip
    assert knowledge.linked_ids_without_entry(linked.connection) == [("Q8", 1), ("Q9", 1)]
    assert knowledge.linked_span_count(linked.connection) == 5


def test_looking_up_uses_the_indexes(linked, tmp_path):
    """No question may walk all spans or all names: their number is not bounded."""
    load(linked, ENTRIES, tmp_path)
    statements: list[str] = []
    linked.connection.set_trace_callback(statements.append)
    knowledge.search(linked.connection, "jak", "GPE")
    knowledge.candidates(linked.connection, "Bank Jakarta", "GPE")
    knowledge.candidates(linked.connection, "KPK")
    linked.connection.set_trace_callback(None)
    walked = ("SCAN s", "SCAN knowledge_0", "SCAN knowledge_1", "SCAN knowledge_names", "SCAN n", "SCAN d", "SCAN a")
    asked = [text for text in statements if text.startswith("SELECT") and "instr(" not in text]
    assert len(asked) > 10
    for text in asked:
        plan = [row[3] for row in linked.connection.execute(f"EXPLAIN QUERY PLAN {text}")]
        assert not [step for step in plan if step.startswith(walked)], (text, plan)


def test_names_that_fold_alike_are_one_name_of_an_entry(project, tmp_path):
    load(project, [Entry("1", "Jum'at", ("JUMAT", "jumat", "Friday"))], tmp_path)
    assert knowledge.state(project.connection).names == 2
    (match,) = knowledge.search(project.connection, "jumat")
    assert match.name == "Jum'at"


def test_an_entry_knows_its_matching_name_even_with_a_hundred_aliases(project, tmp_path):
    load(project, [replace(ENTRIES[0], aliases=tuple(f"nama {number}" for number in range(100)))], tmp_path)
    assert [match.name for match in knowledge.search(project.connection, "nama 77")] == ["nama 77"]
    assert len(knowledge.search(project.connection, "nama")) == 1
