"""Knowledge bases as files: what is read of tables and JSON, what is said of bad content, and the way there and back."""

from __future__ import annotations

import json
import random

import pytest

from annotator.domain.exchange import Complaint
from annotator.domain.knowledge import MOST_ALIASES, Entry
from annotator.domain.progress import Cancelled, Progress
from annotator.errors import FormatError
from annotator.formats import knowledge_files
from annotator.formats.knowledge_files import LONGEST_NAME, LONGEST_TEXT, line_of, read, write

JOKOWI = Entry(
    "Q3318231", "Joko Widodo", ("Jokowi", "Ir. H. Joko Widodo"), "presiden ke-7", "https://example.org/jokowi", "PER", 95
)


def read_text(tmp_path, text: str | bytes, name: str, **options) -> tuple[list[Entry], list[Complaint]]:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    items = list(read(path, **options))
    return [item for item in items if isinstance(item, Entry)], [item for item in items if isinstance(item, Complaint)]


TABLES = {
    "plain.csv": "id,name,aliases,description,url,label,frequency\n"
    "Q3318231,Joko Widodo,Jokowi|Ir. H. Joko Widodo,presiden ke-7,https://example.org/jokowi,PER,95\n",
    "tabs.tsv": "id\tname\taliases\tdescription\turl\tlabel\tfrequency\n"
    "Q3318231\tJoko Widodo\tJokowi|Ir. H. Joko Widodo\tpresiden ke-7\thttps://example.org/jokowi\tPER\t95\n",
    "semicolons.csv": "id;name;aliases;description;url;label;frequency\r\n"
    "Q3318231;Joko Widodo;Jokowi|Ir. H. Joko Widodo;presiden ke-7;https://example.org/jokowi;PER;95\r\n",
    "pipes.csv": "id|name|aliases|description|url|label|frequency\n"
    "Q3318231|Joko Widodo|Jokowi;Ir. H. Joko Widodo|presiden ke-7|https://example.org/jokowi|PER|95\n",
    "order.csv": "Frequency,LABEL,Name, ID ,Aliases,URL,Description\n"
    "95,PER,Joko Widodo,Q3318231,Jokowi|Ir. H. Joko Widodo,https://example.org/jokowi,presiden ke-7\n",
    "others.csv": "QID,entity name,alias,desc,link,entity-type,sitelinks\n"
    "Q3318231,Joko Widodo,Jokowi|Ir. H. Joko Widodo,presiden ke-7,https://example.org/jokowi,PER,95.0\n",
    "quoted.csv": '"id","name","aliases","description","url","label","frequency"\n'
    '"Q3318231","Joko\nWidodo"," Jokowi |Ir. H. Joko Widodo| |Jokowi|Joko Widodo","presiden ke-7","https://example.org/jokowi",PER,95\n',
    "mark.csv": "\ufeffid,name,aliases,description,url,label,frequency\n"
    "Q3318231,Joko Widodo,Jokowi|Ir. H. Joko Widodo,presiden ke-7,https://example.org/jokowi,PER,9.5e1\n",
    "noname.csv": "id,aliases,description,url,type,frequency\n"
    "Q3318231,Joko Widodo|Jokowi|Ir. H. Joko Widodo,presiden ke-7,https://example.org/jokowi,PER,95\n",
}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_says_the_same_in_many_ways(tmp_path, name):
    assert read_text(tmp_path, TABLES[name], name) == ([JOKOWI], [])


FIELDS = {
    "id": "Q3318231", "name": "Joko Widodo", "aliases": ["Jokowi", "Ir. H. Joko Widodo"], "description": "presiden ke-7",
    "url": "https://example.org/jokowi", "label": "PER", "frequency": 95,
}  # fmt: skip
OBJECTS = {
    "plain.jsonl": json.dumps(FIELDS),
    "list.json": json.dumps([FIELDS], indent=1),
    "several-lines.json": json.dumps(FIELDS, indent=2),
    "no-suffix": json.dumps(FIELDS),
    "text-aliases.jsonl": json.dumps({**FIELDS, "aliases": "Jokowi|Ir. H. Joko Widodo"}),
    "spacy.jsonl": json.dumps(
        {
            "entity_id": "Q3318231", "name": "Joko Widodo", "alias": FIELDS["aliases"], "desc": "presiden ke-7",
            "uri": FIELDS["url"], "type": "PER", "freq": "95",
        }
    ),
    "more.jsonl": json.dumps({**FIELDS, "vector": [0.1, 0.2], "note": None}),
    "wikidata.json": json.dumps(
        [
            {
                "type": "PER", "id": "Q3318231", "url": FIELDS["url"], "sitelinks": 95,
                "labels": {
                    "en": {"language": "en", "value": "Jokowi"},
                    "id": {"language": "id", "value": "Joko Widodo"},
                    "de": {"language": "de", "value": "Joko Widodo"},
                },
                "aliases": {"id": [{"language": "id", "value": "Ir. H. Joko Widodo"}, {"language": "id", "value": "Jokowi"}]},
                "descriptions": {"en": {"value": "7th president"}, "id": {"value": "presiden ke-7"}},
            }
        ]
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", OBJECTS)
def test_json_says_the_same_in_many_ways(tmp_path, name):
    assert read_text(tmp_path, OBJECTS[name], name, language="id") == ([JOKOWI], [])


def test_of_several_languages_the_wanted_one_is_the_name_then_english(tmp_path):
    data = json.dumps({"id": "Q1", "labels": {"de": "Moskau", "en": "Moscow", "id": "Moskwa"}, "descriptions": {"de": "Stadt"}})
    for language, name in (("id", "Moskwa"), ("de", "Moskau"), ("fr", "Moscow"), ("", "Moscow")):
        ((entry,), said) = read_text(tmp_path, data, "x.jsonl", language=language)
        assert (entry.name, sorted(entry.names), entry.description, said) == (name, ["Moscow", "Moskau", "Moskwa"], "Stadt", [])


def test_a_column_label_is_the_name_where_nothing_else_is(tmp_path):
    (entry,), _ = read_text(tmp_path, "item,label\nQ1,Jakarta\n", "x.csv")
    assert entry == Entry("Q1", "Jakarta")
    (entry,), _ = read_text(tmp_path, "item,itemLabel,label\nQ1,Jakarta,LOC\n", "x.csv")
    assert entry == Entry("Q1", "Jakarta", label="LOC")
    (entry,), _ = read_text(tmp_path, '{"id": "Q1", "label": "Jakarta"}', "x.jsonl")
    assert entry == Entry("Q1", "Jakarta")


def test_a_table_with_a_row_for_each_alias_gives_an_entry_for_each(tmp_path):
    entries, said = read_text(tmp_path, "alias,entity,prior\nJokowi,Q1,0.9\nJoko Widodo,Q1,0.9\n", "x.csv")
    assert entries == [Entry("Q1", "Jokowi", frequency=0.9), Entry("Q1", "Joko Widodo", frequency=0.9)]
    assert said == []


# What is wrong


@pytest.mark.parametrize(
    ("text", "name", "reason"),
    [
        ("name,description\nJakarta,kota\n", "x.csv", "no column “id”"),
        ("id,description\nQ1,kota\n", "x.csv", "no column “name”"),
        ("", "x.csv", "no column “id”"),
        ("Q1,Jakarta\nQ2,Bogor\n", "x.csv", "no column “id”"),
        ("\0\0\0", "x.csv", "no column “id”"),
        (b"\xff\xfe\x00", "x.csv", ""),
        (b"id,name\nQ1,Andr\xe9\nQ2,Jos\xe9\n", "x.csv", "not UTF-8"),
        (b'{"id":"Q1","name":"Andr\xe9"}\n', "x.jsonl", "not UTF-8"),
        ('{"id": "Q1", "name": "x"}'.encode("utf-16"), "x.jsonl", "not UTF-8"),
    ],
)
def test_a_file_that_is_none_is_refused_at_once(tmp_path, text, name, reason):
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(FormatError) as error:
        read(path)
    assert reason in str(error.value)
    assert str(path) in str(error.value)


def test_what_the_system_refuses_is_a_sentence(tmp_path):
    for name in ("none.csv", "none.jsonl", "none"):
        with pytest.raises(FormatError, match="does not exist"):
            read(tmp_path / name)
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(FormatError, match="is a folder"):
        read(tmp_path / "folder.csv")


def test_another_encoding_can_be_named(tmp_path):
    entries, said = read_text(tmp_path, "id,name\nQ1,André\n".encode("cp1252"), "x.csv", encoding="cp1252")
    assert (entries, said) == ([Entry("Q1", "André")], [])
    entries, said = read_text(tmp_path, '{"id":"Q1","name":"André"}'.encode("utf-16"), "x.jsonl", encoding="utf-16")
    assert (entries, said) == ([Entry("Q1", "André")], [])
    with pytest.raises(FormatError, match="no encoding called"):
        read_text(tmp_path, "id,name\nQ1,x\n", "x.csv", encoding="klingon")


BAD_ROWS = [
    (",Jakarta,,,", "has no id", None),
    ("  ,Jakarta,,,", "has no id", None),
    ("Q1,,,,", "has no name", None),
    ("Q1, , | |,,", "has no name", None),
    (f"{'Q' * (LONGEST_NAME + 1)},Jakarta,,,", "an id that is none", None),
    ('"Q1\nQ2",Jakarta,,,', "an id that is none", None),
    ("Q1\x07,Jakarta,,,", "an id that is none", None),
    (f"Q1,{'x' * (LONGEST_NAME + 1)},Jakarta,,", "more than 500 characters", Entry("Q1", "Jakarta")),
    ("Q1,Jakarta,,,banyak", "no number from 0 up", Entry("Q1", "Jakarta")),
    ("Q1,Jakarta,,,-1", "no number from 0 up", Entry("Q1", "Jakarta")),
    ("Q1,Jakarta,,,nan", "no number from 0 up", Entry("Q1", "Jakarta")),
    ("Q1,Jakarta,,,inf", "no number from 0 up", Entry("Q1", "Jakarta")),
    ("Q1,Jakarta,,,1e999", "no number from 0 up", Entry("Q1", "Jakarta")),
    ("Q1,Jakarta,,,,,", "more cells than there are columns", Entry("Q1", "Jakarta")),
    (
        f"Q1,Jakarta,,{'kota ' * LONGEST_TEXT},", "it was cut off",
        Entry("Q1", "Jakarta", description=("kota " * LONGEST_TEXT)[:LONGEST_TEXT]),
    ),
    (
        f"Q1,Jakarta,{'|'.join(f'a{number}' for number in range(MOST_ALIASES + 5))},,", "the first 1000 were kept",
        Entry("Q1", "Jakarta", tuple(f"a{number}" for number in range(MOST_ALIASES))),
    ),
]  # fmt: skip


@pytest.mark.parametrize(("row", "reason", "kept"), BAD_ROWS)
def test_a_bad_row_is_named_by_its_line_and_the_others_come(tmp_path, row, reason, kept):
    text = f"id,name,aliases,description,frequency\nQ0,Bogor,,,\n{row}\nQ9,Depok,,,\n"
    entries, said = read_text(tmp_path, text, "x.csv")
    assert entries == [Entry("Q0", "Bogor"), *([kept] if kept else []), Entry("Q9", "Depok")]
    (complaint,) = said
    assert reason in complaint.message
    assert complaint.place == f"{tmp_path / 'x.csv'}:3"
    assert complaint.lost


def test_a_row_with_too_few_cells_has_what_it_has(tmp_path):
    assert read_text(tmp_path, "id,name,aliases\nQ1,Jakarta\n\nQ2\n", "x.csv")[0] == [Entry("Q1", "Jakarta")]


def test_rows_that_are_no_sound_csv_are_named(tmp_path):
    entries, said = read_text(tmp_path, b'id,name\nQ1,"a"b\nQ2,\xff\nQ3,\xc3\xa9\nQ4,"d\n', "x.csv")
    assert entries == [Entry("Q3", "é")]
    assert [complaint.place.rpartition(":")[2] for complaint in said] == ["2", "3", "5"]


BAD_VALUES = [
    ("[1, 2]", "no object", None),
    ('"text"', "no object", None),
    ("null", "no object", None),
    ("{}", "has no id", None),
    ('{"name": "x"}', "has no id", None),
    ('{"id": null, "name": "x"}', "has no id", None),
    ('{"id": true, "name": "x"}', "has no id", None),
    ('{"id": 1.5, "name": "x"}', "has no id", None),
    ('{"id": {"a": 1}, "name": "x"}', "has no id", None),
    ('{"id": "Q1"}', "has no name", None),
    ('{"id": "Q1", "name": 5}', "a name is no text", None),
    ('{"id": "Q1", "name": "x", "aliases": 5}', "“aliases” is no list", Entry("Q1", "x")),
    ('{"id": "Q1", "name": "x", "aliases": ["y", 5, null]}', "a name is no text", Entry("Q1", "x", ("y",))),
    ('{"id": "Q1", "name": "x", "description": ["y"]}', "“description” is not a text", Entry("Q1", "x")),
    ('{"id": "Q1", "name": "x", "url": 5}', "“url” is not a text", Entry("Q1", "x")),
    ('{"id": "Q1", "name": "x", "frequency": "viele"}', "no number", Entry("Q1", "x")),
    ('{"id": "Q1", "name": "x", "frequency": true}', "no number", Entry("Q1", "x")),
    ('{"id": "Q1", "name": "x", "frequency": [1]}', "no number", Entry("Q1", "x")),
    ('{"id": "Q1", "name": "x", "frequency": ' + "9" * 400 + "}", "no number", Entry("Q1", "x")),
    ('{"id": "Q1", "id": "Q2", "name": "x"}', "twice in one object", None),
    ('{"id": "Q1", "name": "\\ud800"}', "half a character", None),
    ('{"id": "Q1", "name": "x"', "broken JSON", None),
    ("Jakarta", "broken JSON", None),
    ("[" * 100_000, "", None),
]


@pytest.mark.parametrize(("line", "reason", "kept"), BAD_VALUES, ids=[row[0][:40] for row in BAD_VALUES])
def test_a_bad_line_is_named_and_the_others_come(tmp_path, line, reason, kept):
    text = f'{{"id": "Q0", "name": "Bogor"}}\n{line}\n{{"id": "Q9", "name": "Depok"}}\n'
    entries, said = read_text(tmp_path, text, "x.jsonl")
    assert entries == [Entry("Q0", "Bogor"), *([kept] if kept else []), Entry("Q9", "Depok")]
    assert any(reason in complaint.message for complaint in said)
    assert {complaint.place for complaint in said} == {f"{tmp_path / 'x.jsonl'}:2"}


@pytest.mark.parametrize(
    ("aliases", "kept"),
    [
        (None, ()),
        ([], ()),
        ([None], ()),
        (["y", None, {"value": None}], ("y",)),
        ({}, ()),
        ({"id": None}, ()),
        ({"id": ["y", None], "en": None}, ("y",)),
    ],
)
def test_an_alias_that_is_null_is_none_and_no_loss(tmp_path, aliases, kept):
    text = json.dumps({"id": "Q1", "name": "x", "aliases": aliases, "description": None, "label": None, "frequency": None})
    assert read_text(tmp_path, text, "x.jsonl", language="id") == ([Entry("Q1", "x", kept)], [])


def test_a_number_is_an_id(tmp_path):
    assert read_text(tmp_path, '{"id": 42, "name": "x"}', "x.jsonl")[0] == [Entry("42", "x")]


def test_columns_that_nobody_knows_are_named_once(tmp_path):
    entries, (said,) = read_text(tmp_path, "id,name,population,,note\nQ1,Jakarta,10,,x\nQ2,Bogor,1,,y\n", "x.csv")
    assert len(entries) == 2
    assert said == Complaint(
        f"{tmp_path / 'x.csv'}:1", "Columns that say nothing of an entry were not read: “population”, “note”.", lost=False
    )


def test_names_have_no_line_breaks_nor_control_characters(tmp_path):
    line = json.dumps({"id": "Q1", "name": "a\u2028b\0c\x85d", "aliases": ["e\r\nf", "\u202e"], "description": "g\n\nh"})
    (entry,), said = read_text(tmp_path, line, "x.jsonl")
    assert (entry.name, entry.aliases, entry.description, said) == ("a b c d", ("e f", "\u202e"), "g h", [])


def test_noise_is_never_an_error(tmp_path):
    chance = random.Random(7)
    sound = "".join(TABLES.values()).encode() + "\n".join(OBJECTS.values()).encode()
    for number in range(150):
        data = bytearray(sound[chance.randrange(len(sound)) :][: chance.randrange(1, 600)])
        for _ in range(chance.randrange(12)):
            data[chance.randrange(len(data))] = chance.choice(b'\0\xff",|{}[]\n\\x')
        path = tmp_path / f"x{chance.choice(('.csv', '.tsv', '.json', '.jsonl', ''))}"
        path.write_bytes(bytes(data))
        try:
            items = list(read(path))
        except FormatError:
            continue
        for item in items:
            assert isinstance(item, Entry | Complaint), number
            if isinstance(item, Entry):
                assert item.id
                assert all(name.strip() and "\n" not in name for name in item.names)
                assert item.frequency >= 0


def test_there_is_an_end(tmp_path, monkeypatch):
    monkeypatch.setattr(knowledge_files, "MOST_ENTRIES", 3)
    entries, (said,) = read_text(tmp_path, "id,name\n" + "".join(f"Q{number},x\n" for number in range(9)), "x.csv")
    assert len(entries) == 3
    assert "more than 3 entries" in said.message


# There and back


def test_what_is_written_is_read_the_same(tmp_path):
    entries = [
        JOKOWI,
        Entry("Q1", "a"),
        Entry("http://x/y#z", 'q"uo|te', ("|", "\\", "ünï", "😊"), "d;, |", frequency=0.1),
        Entry("3", "x", frequency=1e300),
        Entry("4", "x", frequency=2.0**53 + 2),
    ]
    path = tmp_path / "out.jsonl"
    assert write(path, entries) == len(entries)
    assert list(read(path)) == entries
    again = tmp_path / "again.jsonl"
    write(again, [item for item in read(path) if isinstance(item, Entry)])
    assert again.read_bytes() == path.read_bytes()


def test_a_line_has_its_keys_in_order_and_none_that_is_empty():
    assert line_of(Entry("Q1", "a")) == b'{"id":"Q1","name":"a"}'
    assert line_of(JOKOWI).startswith(b'{"id":"Q3318231","name":"Joko Widodo","aliases":["Jokowi"')
    assert line_of(JOKOWI).endswith(b'"label":"PER","frequency":95}')


def test_writing_is_all_or_nothing(tmp_path):
    path = tmp_path / "out.jsonl"
    path.write_text("before")
    progress = Progress()

    def entries():
        yield JOKOWI
        progress.cancel()
        yield JOKOWI

    with pytest.raises(Cancelled):
        write(path, entries(), progress)
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]
    with pytest.raises(FormatError, match="does not exist"):
        write(tmp_path / "none" / "out.jsonl", [JOKOWI])
