"""spaCy training data: a DocBin built from the stored tokens, read back from the disk and compared.

What stands in the file, for each document:

``doc.ents``
    spans that do not overlap, with ``kb_id`` and the span's id as ``span_id``.  Option ``overlap`` says which: ``longest`` first,
    ``first`` in the text, by ``label`` in the order of the scheme, or (``group``) none of those that overlap.  Tokens that a left-out
    span touches are *missing*, all others outside an entity are O.
``doc.spans["sc"]``
    all spans whose edges are token borders, nested and crossing ones included; there even if empty.
``doc._.rel``
    ``{(start token of the head, start token of the tail): {label: 1.0}}``, positive pairs only, symmetric labels both ways, between
    spans in ``doc.ents``.  Needs ``Doc.set_extension("rel", default={})`` in the reading program.
``doc.cats``
    1.0 or 0.0 for every category of the scheme.
``doc.user_data["annotator"]``
    name, annotator, kind, status, flag, verdicts, meta, all relations as ``links`` (``[id, label, head, tail]``), and by id the
    attributes, notes, confidences and origins of spans and relations: ``docbin_read`` reads a document as it was.

Partial annotation: with ``unexamined=missing`` the tokens outside spans of a document that is not done are *missing*, and so are a
person's unreviewed suggestions; ranges in the metadata's ``unexamined`` always are.

No sentence starts are written.  Only the five token attributes that say something are stored (ORTH and the four of entities), which
``Corpus`` and ``DocBin.get_docs`` read like any other file; ``DocBin.merge`` wants a partner with the same ``attrs``.

Beside the file ``OUT`` stands ``OUT.relations.json``: ``{"documents": [...]}``, one document a line, with ``name``, ``text``,
``tokens`` (``[start, end]`` of spaCy's tokens), ``spans`` (``id``, ``label``, ``start``, ``end`` in code points, ``start_token``,
``end_token`` half-open, ``ent``: whether it is in ``doc.ents``) and ``relations`` (``id``, ``label``, ``head`` and ``tail`` as span
ids, ``head_token``, ``tail_token``, ``symmetric``, ``rel``: whether it is in ``doc._.rel``).  With ``rel_max_length`` the dense relation
data of ``docbin_dense`` stand there as well.

The DocBin's arrays are filled directly, without a ``Doc`` for each document: the reading back shows that they are right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

import orjson

from annotator.domain.exchange import Fate, Loss, LossReport, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.errors import FormatError
from annotator.formats.compare import document_loss, item_loss, none_can_be, span_loss
from annotator.formats.docbin_dense import dense_path, too_long, write_dense
from annotator.formats.docbin_fill import ATTRIBUTES, REL, Filler, Read, docs_of, told
from annotator.formats.docbin_parts import Choices, Placed, Plan, choices_of
from annotator.formats.docbin_plan import plan
from annotator.formats.docbin_relations import twin
from annotator.formats.docbin_tally import Tally
from annotator.formats.files import replacing


def write(
    records: Callable[[], Iterable[Record]],
    path: Path,
    scheme: LabelScheme,
    *,
    options: Mapping[str, str],
    progress: Progress,
) -> LossReport:
    """Write the DocBin and its JSON twin, read both back, and report every loss; see ``exchange.Writer``.

    Options, the default first: ``docbin_parts.OPTIONS``.
    """
    choices = choices_of(options, scheme)
    report = LossReport("spacy", str(path))
    with replacing(path) as temporary, replacing(relations_path(path)) as temporary_twin:
        written = _write(records, (temporary, temporary_twin), choices, progress)
        _compare(records, (temporary, temporary_twin), choices, written, report, progress=progress)
        if choices.rel_max_length:
            with replacing(dense_path(path)) as temporary_dense:
                skipped = [isinstance(kept, str) for kept in written]
                write_dense(records, temporary_dense, choices, skipped, report, progress=progress)
    return report


def preview(
    records: Callable[[], Iterable[Record]], path: Path, scheme: LabelScheme, *, options: Mapping[str, str], progress: Progress
) -> LossReport:
    """Return what ``write`` would report of its own choosing, with the cost of each overlap policy, and write nothing."""
    choices = choices_of(options, scheme)
    report = LossReport("spacy", str(path))
    tally = Tally(choices, weigh=True)
    progress.start("Counting", progress.total)
    for record in records():
        progress.advance()
        made = plan(record, choices)
        if made is None:
            report.add([document_loss(record, Fate.DROPPED, _NO_TOKENS)])
        else:
            tally.add(record, made, report)
            if choices.rel_max_length:
                report.add(too_long(record, made, choices.rel_max_length))
    tally.tell(report)
    return report


_NO_TOKENS = "has no tokens, or they do not cover its text"


def relations_path(path: Path) -> Path:
    """Return where the JSON twin stands: beside the DocBin, its whole name followed by ``.relations.json``."""
    return path.with_name(path.name + ".relations.json")


def _write(
    records: Callable[[], Iterable[Record]], paths: tuple[Path, Path], choices: Choices, progress: Progress
) -> list[str | int]:
    """Write both files; return for each record the hash of its line in the JSON file, or why it is in neither."""
    from spacy.tokens import DocBin

    progress.start("Writing", progress.total)
    filler = Filler(DocBin(attrs=ATTRIBUTES, store_user_data=True))
    written: list[str | int] = []
    with paths[1].open("wb") as file:
        file.write(b'{"documents": [')
        for record in records():
            progress.advance()
            made = plan(record, choices)
            if made is None:
                written.append(_NO_TOKENS)
                continue
            try:
                line = orjson.dumps(twin(record, made))
                filler.add(made)
            except (TypeError, UnicodeEncodeError) as error:
                written.append(f"holds characters that cannot be written: {error}")
            else:
                file.write((b",\n" if len(filler.bin) > 1 else b"\n") + line)
                written.append(hash(line))
        file.write(b"\n]}\n")
    if not written:
        raise FormatError("There is nothing to export, so no file was written.")
    if not len(filler.bin):
        raise none_can_be(len(written), "exported", str(written[0]))
    filler.bin.to_disk(paths[0])
    return written


def _compare(
    records: Callable[[], Iterable[Record]],
    paths: tuple[Path, Path],
    choices: Choices,
    written: list[str | int],
    report: LossReport,
    *,
    progress: Progress,
) -> None:
    """Read both files and lay each document beside the record it was made of."""
    progress.start("Comparing", progress.done)
    docs = docs_of(paths[0])
    tally = Tally(choices)
    with paths[1].open("rb") as twin_file:
        lines = (line.rstrip(b",\n") for line in twin_file if line.startswith(b'{"name"'))
        for record, kept in zip_longest(records(), written):
            if record is None or kept is None:
                raise FormatError("The project changed while it was exported, so no file was written. Export it again.")
            progress.advance()
            made = None if isinstance(kept, str) else plan(record, choices)
            if made is None:
                report.add([document_loss(record, Fate.DROPPED, str(kept))])
                continue
            tally.add(record, made, report)
            report.add(_differences(record, made, next(docs, None), hash(next(lines, b"")) == kept))
    tally.tell(report)


def _differences(record: Record, made: Plan, read: Read | None, same_line: bool) -> Iterator[Loss]:
    """Find what came back from the disk otherwise than planned."""
    import numpy as np

    if read is None:
        yield document_loss(record, Fate.DROPPED, "did not come back from the file")
        return
    doc = read.doc
    wrong = [
        name
        for name, same in (
            ("text", read.words == made.tokens.words and doc.to_array(["SPACY"]).tolist() == made.tokens.spaces),
            ("tokens", np.array_equal(doc.to_array(["IDX"]), np.asarray(made.tokens.starts, dtype="uint64"))),
            ("entity tags", np.array_equal(doc.to_array(["ENT_IOB"]), np.asarray(made.iob, dtype="uint64"))),
            ("categories", doc.cats == made.cats),
            ("user data", read.user_data.get("annotator") == _as_tuples(made.extras)),
            ("the JSON file", same_line),
        )
        if not same
    ]
    if wrong:
        yield document_loss(record, Fate.CHANGED, f"came back different: {', '.join(wrong)}")
    ents = set(map(told, doc.ents))
    for place, planned, there in (("doc.ents", made.ents, ents), ('doc.spans["sc"]', made.spans, read.group)):
        for entry in planned:
            if _expected(entry) not in there:
                yield span_loss(record, entry.span, Fate.CHANGED, f"came back different in {place}")
        if len(there) > len(planned):
            yield document_loss(record, Fate.CHANGED, f"came back with more spans in {place}")
    if read.user_data.get(REL, {}) != made.rel:
        for relation in record.relations:
            yield item_loss(record, relation, Fate.CHANGED, "came back different in doc._.rel")


def _expected(entry: Placed) -> tuple[Any, ...]:
    span = entry.span
    return span.id, span.label, span.kb_id, entry.first, entry.stop, entry.start, entry.end


_PLAIN = frozenset((str, bool, int, float))


def _as_tuples(value: Any) -> Any:
    """Return ``value`` as it comes back from spaCy, where lists in user data have become tuples."""
    if isinstance(value, dict):
        return {key: entry if type(entry) in _PLAIN else _as_tuples(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return tuple([entry if type(entry) in _PLAIN else _as_tuples(entry) for entry in value])
    return value
