"""The tables and views of a project file, as SQL: ``TABLES`` and ``VIEWS`` are schema 1, ``SECOND`` to ``FOURTH`` what came later.

All tables are STRICT.  Spans and relations are kept ``WITHOUT ROWID`` under (set, id), so that one annotation set lies together on
disk and copying a model's set for a person needs no new ids.  Offsets are code points, as SQLite's ``substr`` counts.  The numbers of
documents and sets are never given out twice (AUTOINCREMENT), because the journal names things by them.

What schema 2 adds can all be made again from schema 1 (``recount``): the full-text index, kept by triggers, and figures kept by
every transaction, so that no list and no count has to walk the tables.  Schema 3 adds what suggesters need to go on where they stopped,
and what was decided about the same text labelled differently.  Schema 4 adds the knowledge base, in two places of which one is in use
while the other takes in what is loaded (``knowledge_loading``).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

APPLICATION_ID = 0x416E6E6F
"""``Anno`` in the file's header, by which ``file`` and this program know it."""

TABLES = """
CREATE TABLE project (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE documents (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    text TEXT NOT NULL,
    meta TEXT NOT NULL DEFAULT '{}',
    tokens BLOB NOT NULL DEFAULT x'',
    sentences BLOB NOT NULL DEFAULT x''
) STRICT;
CREATE INDEX documents_by_name ON documents (name);

CREATE TABLE annotation_sets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER NOT NULL REFERENCES documents ON DELETE CASCADE,
    annotator TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('person', 'model', 'gold')),
    status TEXT NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'in progress', 'done', 'skipped')),
    flagged INTEGER NOT NULL DEFAULT 0 CHECK (flagged IN (0, 1)),
    categories TEXT NOT NULL DEFAULT '[]',
    UNIQUE (document_id, annotator, kind)
) STRICT;
CREATE INDEX annotation_sets_by_document ON annotation_sets (document_id, kind, status);
CREATE INDEX annotation_sets_by_work ON annotation_sets (annotator, kind, status, document_id);

CREATE TABLE spans (
    set_id INTEGER NOT NULL REFERENCES annotation_sets ON DELETE CASCADE,
    id TEXT NOT NULL,
    start INTEGER NOT NULL CHECK (start >= 0),
    "end" INTEGER NOT NULL CHECK ("end" > start),
    label TEXT NOT NULL,
    fragments TEXT,
    attributes TEXT,
    note TEXT NOT NULL DEFAULT '',
    kb_id TEXT NOT NULL DEFAULT '',
    confidence REAL,
    origin TEXT NOT NULL DEFAULT '',
    reviewed INTEGER NOT NULL DEFAULT 1 CHECK (reviewed IN (0, 1)),
    derived_from TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (set_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX spans_by_place ON spans (set_id, start);

CREATE TABLE relations (
    set_id INTEGER NOT NULL REFERENCES annotation_sets ON DELETE CASCADE,
    id TEXT NOT NULL,
    label TEXT NOT NULL,
    head TEXT NOT NULL,
    tail TEXT NOT NULL,
    attributes TEXT,
    note TEXT NOT NULL DEFAULT '',
    confidence REAL,
    origin TEXT NOT NULL DEFAULT '',
    reviewed INTEGER NOT NULL DEFAULT 1 CHECK (reviewed IN (0, 1)),
    derived_from TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (set_id, id),
    FOREIGN KEY (set_id, head) REFERENCES spans (set_id, id) DEFERRABLE INITIALLY DEFERRED,
    FOREIGN KEY (set_id, tail) REFERENCES spans (set_id, id) DEFERRABLE INITIALLY DEFERRED
) STRICT, WITHOUT ROWID;
CREATE INDEX relations_by_head ON relations (set_id, head);
CREATE INDEX relations_by_tail ON relations (set_id, tail);

CREATE TABLE verdicts (
    set_id INTEGER NOT NULL REFERENCES annotation_sets ON DELETE CASCADE,
    signature TEXT NOT NULL,
    origin TEXT NOT NULL DEFAULT '',
    verdict TEXT NOT NULL DEFAULT 'rejected',
    PRIMARY KEY (set_id, signature)
) STRICT, WITHOUT ROWID;

CREATE TABLE steps (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    lane TEXT NOT NULL CHECK (lane IN ('edit', 'job', 'system')),
    text TEXT NOT NULL,
    detail TEXT NOT NULL DEFAULT '',
    undoes INTEGER REFERENCES steps,
    state INTEGER NOT NULL DEFAULT 0 CHECK (state IN (0, 1, 2)),
    finished INTEGER NOT NULL DEFAULT 1 CHECK (finished IN (0, 1))
) STRICT;
CREATE INDEX steps_to_undo ON steps (actor, lane, state, id) WHERE undoes IS NULL;
CREATE INDEX steps_by_undone ON steps (undoes, id) WHERE undoes IS NOT NULL;
CREATE INDEX steps_unfinished ON steps (id) WHERE finished = 0;

CREATE TABLE changes (
    step_id INTEGER NOT NULL REFERENCES steps ON DELETE CASCADE,
    number INTEGER NOT NULL,
    what TEXT NOT NULL,
    set_id INTEGER NOT NULL,
    key TEXT NOT NULL,
    before TEXT,
    after TEXT,
    PRIMARY KEY (step_id, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX changes_by_set ON changes (set_id, step_id);
"""


def _place(span: str) -> str:
    """Where a span is and what it is called, as one text."""
    return f"""{span}.start || '-' || {span}."end" || coalesce({span}.fragments, '') || ' ' || {span}.label"""


_SYMMETRIC = "r.label IN (SELECT label FROM symmetric_labels)"

# Two sets differ when one holds a labelled place, a linked pair of places, an attribute, a knowledge-base id or a category that the
# other lacks; ids, notes and origins do not count, nor does the order of categories or of the ends of a symmetric relation.
_CONTENTS = (
    f"""SELECT {_place("i")}, i.attributes, i.kb_id FROM spans i WHERE i.set_id = {{0}}.id""",
    f"""SELECT r.label, r.attributes,
            CASE WHEN {_SYMMETRIC} THEN min({_place("h")}, {_place("t")}) ELSE {_place("h")} END,
            CASE WHEN {_SYMMETRIC} THEN max({_place("h")}, {_place("t")}) ELSE {_place("t")} END
        FROM relations r JOIN spans h ON h.set_id = r.set_id AND h.id = r.head JOIN spans t ON t.set_id = r.set_id AND t.id = r.tail
        WHERE r.set_id = {{0}}.id""",
    "SELECT value FROM json_each({0}.categories)",
)
_DIFFER = " OR ".join(
    f"EXISTS ({content.format(mine)} EXCEPT {content.format(other)})"
    for content in _CONTENTS
    for mine, other in (("x", "y"), ("y", "x"))
)
_TWO_DONE_DIFFER = f"""x.kind = 'person' AND x.status = 'done' AND y.kind = 'person' AND y.status = 'done'
  AND y.document_id = x.document_id AND y.id > x.id AND ({_DIFFER})"""


def _adjudicated(document_id: str) -> str:
    return f"EXISTS (SELECT 1 FROM annotation_sets g WHERE g.document_id = {document_id} AND g.kind = 'gold')"


def _surface(span: str) -> str:
    """The text of a span, fragments joined by a blank; NULL where SQLite's text functions stop short, at a NUL in the text."""
    whole = f"""substr(d.text, {span}.start + 1, {span}."end" - {span}.start)"""
    low, high = "json_extract(f.value, '$[0]')", "json_extract(f.value, '$[1]')"
    piece = f"substr(d.text, {low} + 1, {high} - {low})"
    return f"""CASE WHEN {span}.fragments IS NULL
        THEN CASE WHEN length({whole}) = {span}."end" - {span}.start THEN {whole} END
        ELSE (SELECT CASE WHEN min(length({piece}) = {high} - {low}) THEN group_concat({piece}, ' ') END FROM json_each({span}.fragments) f)
        END"""


VIEWS = f"""
CREATE VIEW symmetric_labels AS
SELECT json_extract(l.value, '$.name') AS label
FROM project p, json_each(p.value, '$.relations') l
WHERE p.key = 'scheme' AND json_extract(l.value, '$.symmetric');

CREATE VIEW disputed_documents AS
SELECT DISTINCT x.document_id AS document_id
FROM annotation_sets x, annotation_sets y
WHERE {_TWO_DONE_DIFFER} AND NOT {_adjudicated("x.document_id")};

CREATE VIEW gold_sets AS
SELECT min(s.id) AS set_id, s.document_id AS document_id
FROM annotation_sets s
WHERE s.kind = 'gold'
   OR (s.kind = 'person' AND s.status = 'done' AND NOT {_adjudicated("s.document_id")}
       AND NOT EXISTS (SELECT 1 FROM annotation_sets x, annotation_sets y WHERE x.document_id = s.document_id AND {_TWO_DONE_DIFFER}))
GROUP BY s.document_id;

CREATE VIEW gold_spans AS
SELECT d.id AS document_id, d.name AS document, a.annotator AS annotator, s.id AS span_id, s.start AS start, s."end" AS "end",
       s.label AS label, {_surface("s")} AS text, s.fragments AS fragments,
       s.attributes AS attributes, s.note AS note, s.kb_id AS kb_id, s.confidence AS confidence, s.origin AS origin,
       s.reviewed AS reviewed
FROM gold_sets g JOIN annotation_sets a ON a.id = g.set_id JOIN documents d ON d.id = g.document_id JOIN spans s ON s.set_id = g.set_id;

CREATE VIEW gold_relations AS
SELECT d.id AS document_id, d.name AS document, a.annotator AS annotator, r.id AS relation_id, r.label AS label,
       h.id AS head_id, h.start AS head_start, h."end" AS head_end, h.label AS head_label, {_surface("h")} AS head_text,
       t.id AS tail_id, t.start AS tail_start, t."end" AS tail_end, t.label AS tail_label, {_surface("t")} AS tail_text,
       r.attributes AS attributes, r.note AS note, r.confidence AS confidence, r.origin AS origin, r.reviewed AS reviewed
FROM gold_sets g JOIN annotation_sets a ON a.id = g.set_id JOIN documents d ON d.id = g.document_id
JOIN relations r ON r.set_id = g.set_id
JOIN spans h ON h.set_id = r.set_id AND h.id = r.head
JOIN spans t ON t.set_id = r.set_id AND t.id = r.tail;
"""

SECOND = (
    # Which documents there are, as runs of numbers without a gap: they are only ever added at the end and removed by ranges.
    "CREATE TABLE document_runs (first INTEGER PRIMARY KEY, last INTEGER NOT NULL) STRICT",
    # length: code points of the text; spans: as many as its fullest annotation set has.
    """CREATE TABLE document_figures (
        document_id INTEGER PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
        length INTEGER NOT NULL,
        spans INTEGER NOT NULL DEFAULT 0
    ) STRICT""",
    "CREATE INDEX document_figures_by_length ON document_figures (length)",
    "CREATE INDEX document_figures_by_spans ON document_figures (spans)",
    # Metadata to filter by: a row for each plain value, and for each plain entry of a list.
    """CREATE TABLE document_meta (
        field TEXT NOT NULL,
        value TEXT NOT NULL,
        document_id INTEGER NOT NULL,
        PRIMARY KEY (field, value, document_id)
    ) STRICT, WITHOUT ROWID""",
    "ALTER TABLE annotation_sets ADD COLUMN span_count INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE annotation_sets ADD COLUMN relation_count INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE annotation_sets ADD COLUMN unreviewed INTEGER NOT NULL DEFAULT 0",
    # problems: as many as were found when the set was last checked; checked: for which generation of the scheme that holds, 0 for none.
    "ALTER TABLE annotation_sets ADD COLUMN problems INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE annotation_sets ADD COLUMN checked INTEGER NOT NULL DEFAULT 0",
    "CREATE INDEX annotation_sets_flagged ON annotation_sets (annotator, kind, document_id) WHERE flagged = 1",
    "CREATE INDEX annotation_sets_unreviewed ON annotation_sets (annotator, kind, document_id) WHERE unreviewed > 0 AND kind = 'person'",
    "CREATE INDEX annotation_sets_checked ON annotation_sets (checked, problems, document_id)",
    """CREATE TABLE set_labels (
        what TEXT NOT NULL CHECK (what IN ('span', 'relation')),
        label TEXT NOT NULL,
        document_id INTEGER NOT NULL,
        set_id INTEGER NOT NULL,
        items INTEGER NOT NULL,
        unreviewed INTEGER NOT NULL,
        PRIMARY KEY (what, label, document_id, set_id)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE label_totals (
        annotator TEXT NOT NULL,
        kind TEXT NOT NULL,
        what TEXT NOT NULL,
        label TEXT NOT NULL,
        sets INTEGER NOT NULL,
        items INTEGER NOT NULL,
        unreviewed INTEGER NOT NULL,
        PRIMARY KEY (annotator, kind, what, label)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE set_totals (
        annotator TEXT NOT NULL,
        kind TEXT NOT NULL,
        status TEXT NOT NULL,
        sets INTEGER NOT NULL,
        flagged INTEGER NOT NULL,
        PRIMARY KEY (annotator, kind, status)
    ) STRICT, WITHOUT ROWID""",
    # Case and diacritics folded.  An index of three-letter beginnings costs 30 % at import and a tenth of the file; without it "men*" takes
    # seconds in a million articles.  Longer beginnings are rare enough for the main index.
    """CREATE VIRTUAL TABLE document_index USING fts5 (
        name, text, content = 'documents', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2', prefix = '3'
    )""",
    """CREATE TRIGGER documents_indexed AFTER INSERT ON documents BEGIN
        INSERT INTO document_index (rowid, name, text) VALUES (new.id, new.name, new.text);
    END""",
    """CREATE TRIGGER documents_unindexed AFTER DELETE ON documents BEGIN
        INSERT INTO document_index (document_index, rowid, name, text) VALUES ('delete', old.id, old.name, old.text);
    END""",
    """CREATE TRIGGER documents_reindexed AFTER UPDATE OF id, name, text ON documents BEGIN
        INSERT INTO document_index (document_index, rowid, name, text) VALUES ('delete', old.id, old.name, old.text);
        INSERT INTO document_index (rowid, name, text) VALUES (new.id, new.name, new.text);
    END""",
)
"""What a file of schema 1 needs to become one of schema 2, but for the figures themselves."""

THIRD = (
    # The suggesters of the project in the order in which they are believed; through: the last document of an unfinished run, 0 if none.
    """CREATE TABLE suggesters (
        name TEXT PRIMARY KEY,
        position INTEGER NOT NULL,
        setup TEXT NOT NULL,
        fingerprint TEXT NOT NULL DEFAULT '',
        through INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID""",
    # What makes a document worth looking at, each from 0 to 1, as the suggesters left it; below 0 while the document is finished.
    """CREATE TABLE document_worth (
        document_id INTEGER PRIMARY KEY REFERENCES documents ON DELETE CASCADE,
        disagreement REAL NOT NULL DEFAULT 0,
        doubt REAL NOT NULL DEFAULT 0,
        novelty REAL NOT NULL DEFAULT 0
    ) STRICT""",
    "CREATE INDEX document_worth_by_disagreement ON document_worth (disagreement DESC)",
    "CREATE INDEX document_worth_by_doubt ON document_worth (doubt DESC)",
    "CREATE INDEX document_worth_by_novelty ON document_worth (novelty DESC)",
    # Texts that may be labelled differently; told: the labels, and how often each, when that was decided.
    """CREATE TABLE dismissals (
        surface TEXT PRIMARY KEY,
        reason TEXT NOT NULL,
        told TEXT NOT NULL,
        actor TEXT NOT NULL,
        at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
)
"""What a file of schema 2 needs to become one of schema 3."""


def _knowledge(place: int) -> tuple[str, ...]:
    """Return what one of the two places of a knowledge base is made of.

    ``aliases`` has one a line.  ``loaded`` is 1 for what the load that is under way, or was the last, brought.  The names are numbered
    from the frequent to the rare, because the index gives them in that order for nothing; they are made from the entries alone.
    """
    return (
        f"""CREATE TABLE knowledge_{place} (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            aliases TEXT NOT NULL DEFAULT '',
            description TEXT NOT NULL DEFAULT '',
            url TEXT NOT NULL DEFAULT '',
            label TEXT NOT NULL DEFAULT '',
            frequency REAL NOT NULL DEFAULT 0,
            loaded INTEGER NOT NULL DEFAULT 0 CHECK (loaded IN (0, 1))
        ) STRICT""",
        f"""CREATE TABLE knowledge_names_{place} (
            number INTEGER PRIMARY KEY,
            entry INTEGER NOT NULL,
            folded TEXT NOT NULL,
            initials TEXT
        ) STRICT""",
        f"CREATE INDEX knowledge_names_{place}_by_folded ON knowledge_names_{place} (folded)",
        f"CREATE INDEX knowledge_names_{place}_by_initials ON knowledge_names_{place} (initials) WHERE initials IS NOT NULL",
        # Folded by the program already (domain.knowledge), beyond what SQLite's own tokenizer can do; marks are parts of words.
        f"""CREATE VIRTUAL TABLE knowledge_index_{place} USING fts5 (
            folded, content = 'knowledge_names_{place}', content_rowid = 'number', columnsize = 0, prefix = '1 2 3 4',
            tokenize = "unicode61 remove_diacritics 0 categories 'L* N* Co M*'"
        )""",
    )


def _in_use(place: int) -> str:
    columns = "id, name, aliases, description, url, label, frequency"
    return f"SELECT {columns} FROM knowledge_{place} WHERE (SELECT place FROM knowledge) = {place}"


FOURTH = (
    *_knowledge(0),
    *_knowledge(1),
    # place: which of the two is in use; entries, names: as many as it holds; source: the file that was loaded last, and when.
    """CREATE TABLE knowledge (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        place INTEGER NOT NULL CHECK (place IN (0, 1)),
        entries INTEGER NOT NULL,
        names INTEGER NOT NULL,
        source TEXT NOT NULL,
        loaded TEXT NOT NULL
    ) STRICT""",
    "INSERT INTO knowledge VALUES (1, 0, 0, 0, '', '')",
    f"CREATE VIEW knowledge_entries AS {' UNION ALL '.join(map(_in_use, (0, 1)))}",
    "CREATE INDEX spans_linked ON spans (kb_id) WHERE kb_id <> ''",
    # by the length of their text, to find those that say the same without reading all
    """CREATE INDEX spans_linked_by_length ON spans ("end" - start, set_id) WHERE kb_id <> '' AND fragments IS NULL""",
)
"""What a file of schema 3 needs to become one of schema 4."""

_LATER = ";".join((*SECOND, *THIRD, *FOURTH))
NAMES = frozenset(re.findall(r"CREATE (?:VIRTUAL TABLE|TABLE|VIEW|INDEX|TRIGGER) (\w+)", TABLES + VIEWS + _LATER))
"""What a file of this schema holds, for seeing whether it is whole."""


def statements() -> Iterator[str]:
    """Yield what makes an empty file of the newest schema, one statement at a time."""
    for statement in (TABLES + VIEWS).split(";\n"):
        if statement.strip():
            yield statement
    yield from SECOND
    yield from THIRD
    yield from FOURTH
