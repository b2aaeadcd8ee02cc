"""``annotation.conf`` and ``visual.conf`` to a label scheme and back."""

from __future__ import annotations

from pathlib import Path

import pytest

from annotator.domain.labels import AttributeDefinition, LabelScheme, RelationLabel, scheme_from_dict, scheme_to_dict
from annotator.errors import FormatError
from annotator.formats.brat_conf import conf_path, read_scheme, scheme_files
from annotator.formats.brat_names import Names

FIXTURES = Path(__file__).parents[2].parent / "shared" / "fixtures"
needs_fixtures = pytest.mark.skipif(not FIXTURES.is_dir(), reason="the fixtures are not beside the repository")

CONF = """# a comment
[entities]
Person
!Place
\tCity
\tCountry
[relations]
<POP>=Person|City
Lives\tArg1:Person, Arg2:Place
Knows  Arg1:<POP>, Arg2:Person, <REL-TYPE>:symmetric-transitive
Any Arg1:<ANY>, Arg2:<ENTITY>
<OVERLAP> Arg1:Person, Arg2:City, <OVL-TYPE>:contain
Lives\tArg1:City, Arg2:Country
[events]
!Life
\tBorn Who:Person, Where?:Place
\tMeet Who{2}:Person, About*:<EVENT>
[attributes]
Sure Arg:<ENTITY>, Value:High|Low
Negated Arg:<EVENT>
Old Arg:Lives
"""


def scheme_of(folder, conf, visual=""):
    (folder / "annotation.conf").write_text(conf, encoding="utf-8")
    if visual:
        (folder / "visual.conf").write_text(visual, encoding="utf-8")
    return read_scheme(folder)


def test_types_arguments_events_and_attributes(tmp_path):
    scheme, complaints = scheme_of(tmp_path, CONF)
    assert complaints == []
    assert [label.name for label in scheme.spans] == ["Person", "City", "Country", "Born", "Meet"]
    relations = {label.name: (label.head, label.tail, label.symmetric, label.role) for label in scheme.relations}
    assert relations == {
        "Lives": (("Person", "City"), ("City", "Country"), False, False),
        "Knows": (("Person", "City"), ("Person",), True, False),
        "Any": ((), ("Person", "City", "Country"), False, False),
        "Who": (("Born", "Meet"), ("Person",), False, True),
        "Where": (("Born",), ("City", "Country"), False, True),
        "About": (("Meet",), ("Born", "Meet"), False, True),
    }
    assert scheme.attributes == (
        AttributeDefinition("Sure", ("High", "Low"), ("Person", "City", "Country")),
        AttributeDefinition("Negated", (), ("Born", "Meet")),
        AttributeDefinition("Old", (), ("Lives",)),
    )


def test_colours_and_names_for_display(tmp_path):
    visual = "[labels]\nPerson | Orang | Or\nCity | City\n[drawing]\nSPAN_DEFAULT\tbgColor:red\n"
    visual += "Person\tfgColor:white, bgColor:#FCA\nCity bgColor:lightgreen\nLives\tcolor:#00FF00\nKnows color:nocolour\n"
    scheme, _ = scheme_of(tmp_path, CONF, visual)
    person, city = scheme.span("Person"), scheme.span("City")
    lives, knows = scheme.relation("Lives"), scheme.relation("Knows")
    assert person is not None
    assert city is not None
    assert lives is not None
    assert knows is not None
    assert (person.color, person.description, city.color, city.description) == ("#ffccaa", {"en": "Orang"}, "#90ee90", {})
    assert lives.color == "#00ff00"
    assert knows.color.startswith("#"), "a free one for an unknown name"


@pytest.mark.parametrize(
    ("conf", "place", "said"),
    [
        ("Person\n[entities]\n", "1", "before the first section"),
        ("[odd]\nPerson\n", "1", "“odd” is not known"),
        ("[relations]\nLives Person City\n", "2", "no definition"),
        ("[entities]\na:b\n", "2", "no definition"),
        ("[entities #<-invalid\nPerson\n", "1", "no closing bracket"),
    ],
)
def test_what_is_not_understood_is_named_by_line(tmp_path, conf, place, said):
    _, complaints = scheme_of(tmp_path, conf)
    assert said in complaints[0].message
    assert complaints[0].place == f"{tmp_path / 'annotation.conf'}:{place}"


def test_macros_that_grow_without_end_do_not(tmp_path):
    macros = "".join(f"<M{number}>={'|'.join([f'<M{number - 1}>'] * 9) if number else 'x'}\n" for number in range(30))
    scheme, _ = scheme_of(tmp_path, f"[entities]\nx\n[relations]\n{macros}r Arg1:<M29>, Arg2:x\n")
    assert [label.name for label in scheme.relations] == ["r"]


def test_the_nearest_file_rules_and_none_gives_an_empty_scheme(tmp_path):
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert conf_path(tmp_path / "a" / "b") is None or not str(conf_path(tmp_path / "a" / "b")).startswith(str(tmp_path))
    (tmp_path / "annotation.conf").write_text("[entities]\nX\n", encoding="utf-8")
    assert conf_path(tmp_path / "a" / "b") == tmp_path / "annotation.conf"
    assert [label.name for label in read_scheme(tmp_path / "a" / "b" / "x.ann")[0].spans] == ["X"]
    with pytest.raises(FormatError, match="does not exist"):
        read_scheme(tmp_path / "none" / "annotation.conf")


def test_a_scheme_comes_back_from_its_files(tmp_path):
    scheme = scheme_from_dict(
        {
            "name": tmp_path.name,
            "spans": ["PER", "ORG", "Angkat"],
            "relations": [
                {"name": "leads", "head": ["PER"], "tail": ["ORG"]},
                {"name": "near", "symmetric": True},
                {"name": "siapa", "head": ["Angkat"], "tail": ["PER"], "role": True},
            ],
            "attributes": [{"name": "sure", "values": ["yes", "no"]}, {"name": "only", "labels": ["PER", "leads"]}],
        }
    )
    for name, content in scheme_files(scheme, Names(scheme).of).items():
        (tmp_path / name).write_text(content, encoding="utf-8")
    back, complaints = read_scheme(tmp_path)
    assert complaints == []
    assert scheme_to_dict(back) == scheme_to_dict(scheme)


def test_labels_in_other_letters_get_names_of_their_own():
    scheme = LabelScheme(relations=(RelationLabel("a b"), RelationLabel("a_b"), RelationLabel("é"), RelationLabel("例")))
    names = Names(scheme)
    assert [names.of(label) for label in ("a b", "a_b", "é", "例", "a.b")] == ["a_b_2", "a_b", "e", "_", "a_b_3"]
    assert names.changed() == {"a b": "a_b_2", "é": "e", "例": "_", "a.b": "a_b_3"}


@needs_fixtures
def test_all_configurations_are_read_and_written_again(tmp_path):
    paths = sorted((FIXTURES / "formats" / "brat").rglob("annotation.conf"))
    assert len(paths) == 42
    for number, path in enumerate(paths):
        scheme, complaints = read_scheme(path)
        assert scheme.spans, path
        assert complaints == [], path
        folder = tmp_path / str(number) / scheme.name
        folder.mkdir(parents=True)
        for name, content in scheme_files(scheme, Names(scheme).of).items():
            (folder / name).write_text(content, encoding="utf-8")
        again, complaints = read_scheme(folder)
        assert complaints == [], path
        assert {label.name for label in again.spans} == {label.name for label in scheme.spans}
        assert {label.name for label in again.relations if not label.role} == {
            label.name for label in scheme.relations if not label.role
        }


@needs_fixtures
def test_the_invalid_configurations_never_raise():
    for path in (FIXTURES / "bad" / "brat-invalid").rglob("annotation.conf"):
        scheme, complaints = read_scheme(path)
        assert bool(complaints) == ("invalid-entities" in str(path))
        assert scheme.spans
