"""Pattern files: what they say, what is told of broken ones, and what they find in texts."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from annotator.domain.annotations import Span
from annotator.domain.suggesting import Passage, SuggesterSetup
from annotator.domain.text import Tokens, sentence_starts
from annotator.errors import SuggesterError
from annotator.nlp.patterns import count_matches, load
from annotator.nlp.patterns_files import Patterns, parse_patterns, read_patterns

TEXT = "Direktur Bank Mandiri tiba di DKI Jakarta. BANK MANDIRI naik 5,2 persen, kata Bank\nMandiri."


def passage(text: str) -> Passage:
    tokens = Tokens(found.span() for found in re.finditer(r"\w+|[^\w\s]", text))
    return Passage(text, tokens, tuple(sentence_starts(text, tokens)))


@pytest.fixture
def file(tmp_path):
    def write(content: str | bytes, name: str = "ORG.txt") -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


def spans(path: Path, text: str = TEXT) -> list[Span]:
    suggester = load(SuggesterSetup("patterns", "mine", source=str(path)))
    (suggestions,) = suggester([passage(text)])
    assert not suggestions.error
    return list(suggestions.spans)


def found(path: Path, text: str = TEXT) -> list[tuple[str, str]]:
    return [(span.surface(text), span.label) for span in spans(path, text)]


def test_a_word_list_takes_its_label_from_the_files_name(file):
    assert found(file("Bank Mandiri\n\n# a note\n")) == [
        ("Bank Mandiri", "ORG"),
        ("BANK MANDIRI", "ORG"),
        ("Bank\nMandiri", "ORG"),
    ]


def test_a_line_may_bring_its_label_and_an_id(file):
    path = file("Bank Mandiri\nGPE\tDKI  Jakarta\tQ3630\nGPE\tMedan\n", "ORG.txt")
    assert [(span.label, span.kb_id) for span in spans(path, "Bank Mandiri di DKI Jakarta")] == [("ORG", ""), ("GPE", "Q3630")]


def test_spans_are_suggestions_of_this_suggester(file):
    (span,) = spans(file("DKI Jakarta", "GPE.txt"))
    assert span == Span("s1", ((30, 41),), "GPE", origin="mine", reviewed=False)
    assert TEXT[30:41] == "DKI Jakarta"


@pytest.mark.parametrize(
    ("term", "text", "matched"),
    [
        ("is", "IS Is is", ["Is", "is"]),
        ("IS", "IS Is is ISIS", ["IS"]),
        ("Pertamina", "PERTAMINA Pertamina pertamina PertaminA", ["PERTAMINA", "Pertamina"]),
        ("PERTAMINA", "PERTAMINA Pertamina pertamina", ["PERTAMINA", "Pertamina"]),
        ("Bank Indonesia", "Bank  Indonesia Bank\tIndonesia", ["Bank\tIndonesia"]),
        ("😊 Budi", "Halo 😊 Budi!", ["😊 Budi"]),
    ],
)
def test_capitals_of_a_word_list_go_by_headlines_and_sentence_starts(file, term, text, matched):
    assert [surface for surface, _ in found(file(term), text)] == matched


def test_phrases_of_an_entity_ruler_are_found_as_they_are_written(file):
    path = file('{"label": "ORG", "pattern": "Bank Mandiri", "id": "Q806636"}\n', "x.jsonl")
    assert [(span.surface(TEXT), span.kb_id) for span in spans(path)] == [("Bank Mandiri", "Q806636"), ("Bank\nMandiri", "Q806636")]


def test_token_patterns_run_in_spacys_matcher(file):
    path = file(
        '{"label": "ORG", "pattern": [{"LOWER": "bank"}, {"IS_TITLE": true}]}\n'
        '{"label": "PERCENT", "pattern": [{"TEXT": {"REGEX": "^\\\\d"}}, {"IS_PUNCT": true, "OP": "?"}, {"LIKE_NUM": true, "OP": "*"},'
        ' {"LOWER": {"IN": ["persen"]}}], "id": 7}\n'
        '{"label": "START", "pattern": [{"IS_SENT_START": true, "LOWER": "bank"}]}\n',
        "rules.jsonl",
    )
    assert found(path) == [("Bank Mandiri", "ORG"), ("BANK", "START"), ("5,2 persen", "PERCENT"), ("Bank\nMandiri", "ORG")]
    assert [span.kb_id for span in spans(path)] == ["", "", "7", ""]


def test_they_agree_with_spacys_own_entity_ruler(file):
    spacy = pytest.importorskip("spacy")
    nlp = spacy.blank("xx")
    ruler = nlp.add_pipe("entity_ruler")
    patterns = [
        {"label": "ORG", "pattern": "Bank Mandiri", "id": "mandiri"},
        {"label": "GPE", "pattern": [{"IS_UPPER": True}, {"IS_TITLE": True}]},
        {"label": "JOB", "pattern": [{"LOWER": "direktur"}, {"LOWER": "bank"}]},
        {"label": "X", "pattern": [{"LOWER": "bank"}, {"LOWER": "mandiri"}, {"LOWER": "tiba"}]},
    ]
    ruler.add_patterns(patterns)
    path = file("", "patterns.jsonl")
    ruler.to_disk(path)
    text = TEXT.replace("\n", " ")
    doc = nlp(text)
    tokens = Tokens((token.idx, token.idx + len(token)) for token in doc)
    (mine,) = load(SuggesterSetup("patterns", "m", source=str(path)))([Passage(text, tokens)])
    assert len(doc.ents) >= 3
    assert [(span.start, span.end, span.label, span.kb_id) for span in mine.spans] == [
        (ent.start_char, ent.end_char, ent.label_, ent.ent_id_) for ent in doc.ents
    ]


def test_regular_expressions_are_widened_to_whole_tokens(file):
    text = "UU No 12 dan uu no 7 serta Rp15 juta. KPKnya"
    assert found(file("LAW\t/UU No \\d+/i\nMONEY\t/p\\d+ juta/\nORG\t/KPK/\n"), text) == [
        ("UU No 12", "LAW"),
        ("uu no 7", "LAW"),
        ("Rp15 juta", "MONEY"),
        ("KPKnya", "ORG"),
    ]
    assert found(file('{"label": "LAW", "regex": "UU No \\\\d+"}', "x.jsonl"), text) == [("UU No 12", "LAW")]


@pytest.mark.parametrize("regex", ["x*", r"\s+", r"\b", "^", "(?=U)"])
def test_matches_of_nothing_are_left_out(file, regex):
    assert found(file(f"/{regex}/"), "UU dan UU") == []


def test_a_term_between_slashes_without_a_label_is_an_expression_too(file):
    assert found(file("/[A-Z]{3}/", "ACRONYM.txt"), "KPK dan polisi") == [("KPK", "ACRONYM")]


def test_of_overlapping_matches_the_longest_stands_then_the_first(file):
    assert found(file("Bank Indonesia\nGPE\tIndonesia\nX\tIndonesia Raya Baru"), "Bank Indonesia Raya Baru, Indonesia") == [
        ("Indonesia Raya Baru", "X"),
        ("Indonesia", "GPE"),
    ]
    assert found(file("A\tsatu dua\nB\tdua tiga"), "satu dua tiga") == [("satu dua", "A")]
    assert found(file("A\tsatu\nB\tsatu"), "satu") == [("satu", "A")]


def test_a_term_is_no_part_of_a_word(file):
    assert found(file("IS\nan\nsia"), "ISIS krISIS Indonesia dan") == []
    assert found(file("Ban\nBandung Barat Daya\nBandung"), "Bandung Barat, Ban") == [("Bandung", "ORG"), ("Ban", "ORG")]


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm(file):
    assert found(file("\ufeffBank Mandiri\r\nGPE\tDKI Jakarta\r\n"), "Bank Mandiri DKI Jakarta") == [
        ("Bank Mandiri", "ORG"),
        ("DKI Jakarta", "GPE"),
    ]
    assert found(file('\ufeff{"label":"A","pattern":"kata"}\r\n', "list.txt"), "kata") == [("kata", "A")]


BROKEN_LINES = [
    ("{", "not JSON"),
    ("[1]", "no JSON object"),
    ("{}", "label is missing"),
    ('{"label": 3, "pattern": "x"}', "label is missing or no text"),
    ('{"label": " ", "pattern": "x"}', "label is missing"),
    ('{"label": "A"}', "either a “pattern” or a “regex”"),
    ('{"label": "A", "pattern": "x", "regex": "x"}', "either a “pattern” or a “regex”"),
    ('{"label": "A", "pattern": ""}', "pattern is empty"),
    ('{"label": "A", "pattern": []}', "pattern is empty"),
    ('{"label": "A", "pattern": 7}', "neither a text nor a list"),
    ('{"label": "A", "pattern": ["x"]}', "neither a text nor a list"),
    ('{"label": "A", "pattern": "x", "id": [1]}', "id is no text"),
    ('{"label": "A", "pattern": [{"LOVER": "x"}]}', "spaCy does not take the pattern"),
    ('{"label": "A", "pattern": [{"LOWER": 5}]}', "spaCy does not take the pattern"),
    ('{"label": "A", "pattern": [{"TEXT": {"REGEX": "("}}]}', "spaCy does not take the pattern"),
    ('{"label": "A", "pattern": [{"TEXT": "a", "OP": "x"}]}', "spaCy does not take the pattern"),
    ('{"label": "A", "pattern": [{"pos": "NOUN"}, {"LEMMA": "x"}]}', "LEMMA, POS, which only a trained pipeline"),
    ('{"label": "A", "pattern": [{"_": {"mine": 1}}]}', "only a trained pipeline"),
    ('{"label": "A", "pattern": [{"IS_ALPHA": true, "OP": "*"}]}', "matches nothing, too"),
    ('{"label": "A", "regex": "("}', "no regular expression: missing \\)"),
    ('{"label": "A", "regex": ""}', "no text, or empty"),
    ('{"label": "A", "regex": "x{99999999999999}"}', "no regular expression"),
]


@pytest.mark.parametrize(("line", "reason"), BROKEN_LINES)
def test_a_broken_line_is_named_with_its_reason(file, line, reason):
    path = file('{"label": "A", "pattern": "sound"}\n\n' + line + "\n", "x.jsonl")
    with pytest.raises(SuggesterError, match=rf"x\.jsonl has a broken line\.\nLine 3: .*{reason}") as caught:
        read_patterns(path)
    assert len(str(caught.value).splitlines()) == 2
    with pytest.raises(SuggesterError):
        load(SuggesterSetup("patterns", "m", source=str(path)))


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("\tterm", "no label before the tab"),
        ("ORG\t", "Nothing stands after"),
        ("A\tb\tc\td", "three columns"),
        ("/(/", "missing \\)"),
    ],
)
def test_a_broken_line_of_a_list_is_named_with_its_reason(file, line, reason):
    with pytest.raises(SuggesterError, match=rf"Line 2: .*{reason}"):
        read_patterns(file(f"Budi\n{line}\n"))


def test_all_broken_lines_are_named_at_once(file):
    with pytest.raises(SuggesterError) as caught:
        read_patterns(file("".join(f"{line}\n" for line, _ in BROKEN_LINES), "x.jsonl"))
    told = str(caught.value).splitlines()
    assert told[0] == f"x.jsonl has {len(BROKEN_LINES)} broken lines."
    assert [line.split(":")[0] for line in told[1:]] == [f"Line {number}" for number in range(1, len(BROKEN_LINES) + 1)]
    with pytest.raises(SuggesterError, match=r"has 500 broken lines\.(\n.*){50}\n… and 450 more\.$"):
        read_patterns(file("/(/\n" * 500))


def test_what_is_no_pattern_file_gets_a_sentence(file, tmp_path):
    with pytest.raises(SuggesterError, match="cannot be read"):
        read_patterns(tmp_path / "missing.txt")
    with pytest.raises(SuggesterError, match="is a folder"):
        read_patterns(tmp_path)
    with pytest.raises(SuggesterError, match="cannot be read"):
        read_patterns(tmp_path / "a\0b")
    with pytest.raises(SuggesterError, match=r"Line 2 of latin\.txt is not UTF-8"):
        read_patterns(file("satu\nkafé\n".encode("latin-1"), "latin.txt"))
    with pytest.raises(SuggesterError, match="holds no pattern"):
        read_patterns(file("\n\n# nothing\n"))
    with pytest.raises(SuggesterError, match="“m” needs a file"):
        load(SuggesterSetup("patterns", "m"))


def test_an_unknown_language_gets_a_sentence(file):
    path = file('{"label": "A", "pattern": [{"LOWER": "x"}]}', "x.jsonl")
    with pytest.raises(SuggesterError, match="no language “qq”"):
        load(SuggesterSetup("patterns", "m", source=str(path), language="qq"))
    load(SuggesterSetup("patterns", "m", source=str(file("kata")), language="qq"))  # terms need no language


def test_a_file_being_edited_keeps_its_sound_lines():
    read = parse_patterns("ORG\tBank Mandiri\nORG\t/(/\nGPE\tJakarta", "mine.txt")
    assert [(pattern.line, pattern.label, pattern.term) for pattern in read.patterns] == [
        (1, "ORG", "Bank Mandiri"),
        (3, "GPE", "Jakarta"),
    ]
    assert [problem.line for problem in read.problems] == [2]
    assert read.labels == ("ORG", "GPE")


def test_matches_are_counted_by_line():
    read = parse_patterns("ORG\tBank Mandiri\nGPE\tMandiri\nGPE\tMedan\nX\t/[Bb]ank/\n", "mine.txt")
    counts = count_matches(read, [passage(TEXT), passage("Mandiri di bank"), passage("")])
    assert counts.lines == {1: 3, 2: 4, 3: 0, 4: 3}
    assert counts.spans == 5
    assert count_matches(Patterns(), [passage(TEXT)]).spans == 0


def test_lists_alone_need_no_spacy(file):
    path = file("Bank Mandiri\nLAW\t/UU \\d+/\n")
    script = (
        "import sys\nfrom annotator.nlp.patterns import load\nfrom annotator.domain.suggesting import *\n"
        "from annotator.domain.text import Tokens\n"
        f"(made,) = load(SuggesterSetup('patterns', 'm', source={str(path)!r}))([Passage('UU 7', Tokens([(0, 2), (3, 4)]))])\n"
        "assert made.spans, made\nassert 'spacy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=60)


def test_a_passage_of_nothing_and_one_without_tokens(file):
    path = file('{"label": "A", "pattern": [{"IS_ALPHA": true}]}\n{"label": "B", "regex": "a+"}', "x.jsonl")
    suggester = load(SuggesterSetup("patterns", "m", source=str(path)))
    made = suggester([Passage("", Tokens()), Passage("  \n", Tokens()), Passage("b aa", Tokens())])
    assert [[(span.start, span.end) for span in each.spans] for each in made] == [[], [], [(2, 4)]]


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="aBc Ä😊\n\t.,İß", max_size=60), st.lists(st.text(alphabet="aBc ÄİßX", min_size=1, max_size=6), max_size=6))
def test_whatever_the_terms_spans_stand_on_tokens_and_do_not_overlap(text, terms):
    read = parse_patterns("\n".join(f"L\t{term}" for term in terms if term.strip()), "x.txt")
    assert not read.problems
    one = passage(text)
    from annotator.nlp.patterns import _Finder, _suggest

    (made,) = _suggest(_Finder(read, "xx"), "m", [one])
    after = 0
    for span in made.spans:
        assert after <= span.start < span.end <= len(text)
        assert one.tokens.aligned(span.start, span.end)
        after = span.end
    exact = {term for term in terms if term.strip()}
    for start, end in one.tokens:
        if text[start:end] in exact:
            assert any(span.start <= start and end <= span.end for span in made.spans)


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=80), st.sampled_from(["x.jsonl", "x.txt"]))
def test_whatever_a_file_says_it_is_read_or_complained_of(content, name):
    read = parse_patterns(content, name)
    lines = content.removeprefix("\ufeff").count("\n") + 1
    assert all(1 <= entry.line <= lines for entry in (*read.patterns, *read.problems))
    for pattern in read.patterns:
        assert pattern.label
        assert bool(pattern.term) + bool(pattern.tokens) + bool(pattern.regex) == 1


def test_they_are_loaded_by_the_table_of_suggesters(file):
    from annotator.nlp.suggesters import load as by_kind

    suggester = by_kind(SuggesterSetup("patterns", "p", str(file("Bank Mandiri"))))
    (made,) = suggester([passage("Bank Mandiri")])
    assert [span.label for span in made.spans] == ["ORG"]


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("ORG\tBank   Mandiri", ("ORG", "Bank Mandiri", "", "")),
        ("  Bank Mandiri  ", ("file", "Bank Mandiri", "", "")),
        ("LAW\t/UU \\d+/im", ("LAW", "", "(?im)UU \\d+", "")),
        ("LAW\t/UU \\d+/\tid7", ("LAW", "", "UU \\d+", "id7")),
        ("#hashtag", ("file", "#hashtag", "", "")),
        ("/tmp", ("file", "/tmp", "", "")),
        ("a/b/c", ("file", "a/b/c", "", "")),
    ],
)
def test_what_a_line_of_a_list_says(line, shown):
    (pattern,) = parse_patterns(line, "file.txt").patterns
    assert (pattern.label, pattern.term, pattern.regex, pattern.id) == shown
    assert not pattern.exact
    assert pattern.tokens == ()


def test_ten_thousand_terms_are_found_in_one_pass():
    terms = [f"Nama{number} Orang" for number in range(10_000)]
    read = parse_patterns("\n".join(f"PERSON\t{term}" for term in terms), "x.txt")
    text = " dan ".join(terms[::100])
    counts = count_matches(read, [passage(text)])
    assert counts.spans == 100
    assert sum(counts.lines.values()) == 100
    assert counts.lines[1] == counts.lines[101] == 1


def test_matches_of_one_expression_are_limited():
    from annotator.nlp.patterns import MOST_MATCHES

    text = "a " * (MOST_MATCHES + 50)
    assert count_matches(parse_patterns("X\t/a/", "x.txt"), [passage(text)]).spans == MOST_MATCHES
