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

The DocBin's arrays are filled directly, without a ``Doc`` for each document: the reading back shows that they are right.  It has two
steps.  Each batch of documents is read by spaCy as soon as it is made and laid beside the records (``docbin_batch``), in as many
processes as there are; then the file is read from the disk, and what it holds must be byte for byte what was read before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, zip_longest
from pathlib import Path
from typing import Any

from annotator.domain.exchange import Fate, LossReport, Record
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.errors import FormatError
from annotator.formats.compare import document_loss, none_can_be
from annotator.formats.docbin_batch import LISTS, NO_TOKENS, SIZE, Made, changed, differences, made, made_of_plain, plain
from annotator.formats.docbin_dense import dense_path, too_long, write_dense
from annotator.formats.docbin_fill import ATTRIBUTES, docs_of
from annotator.formats.docbin_parts import Choices, choices_of
from annotator.formats.docbin_plan import plan
from annotator.formats.docbin_tally import Tally
from annotator.formats.files import replacing_all

Parallel = Callable[[Callable[[Any], Made], Iterable[Any]], Iterator[Made]] | None
"""How to have a function called for each of many values in other processes: it yields the results in their order."""


def write(
    records: Callable[[], Iterable[Record]],
    path: Path,
    scheme: LabelScheme,
    *,
    options: Mapping[str, str],
    progress: Progress,
    parallel: Parallel = None,
) -> LossReport:
    """Write the DocBin and its JSON twin, read both back, and report every loss; see ``exchange.Writer``.

    Options, the default first: ``docbin_parts.OPTIONS``.  With ``parallel`` other processes make the documents and read them back; the
    files have the same bytes.
    """
    choices = choices_of(options, scheme)
    report = LossReport("spacy", str(path))
    places = [path, relations_path(path), *([dense_path(path)] if choices.rel_max_length else [])]
    with replacing_all(*places) as (temporary, temporary_twin, *temporary_dense):
        paths = temporary, temporary_twin
        written = _write(records, paths, choices, report, parallel=parallel, progress=progress)
        _compare(records, paths, choices, written, report, progress=progress)
        for dense in temporary_dense:
            skipped = [isinstance(entry, str) for entry in written.entries]
            write_dense(records, dense, choices, skipped, report, progress=progress)
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
            report.add([document_loss(record, Fate.DROPPED, NO_TOKENS)])
        else:
            tally.add(record, made, report)
            if choices.rel_max_length:
                report.add(too_long(record, made, choices.rel_max_length))
    tally.tell(report)
    return report


def relations_path(path: Path) -> Path:
    """Return where the JSON twin stands: beside the DocBin, its whole name followed by ``.relations.json``."""
    return path.with_name(path.name + ".relations.json")


@dataclass(slots=True)
class _Written:
    """What was written, as hashes: of each record's entry in the DocBin and its line in the JSON file, or why it is in neither."""

    entries: list[str | tuple[int, int]] = field(default_factory=list)
    strings: int = 0


def _write(
    records: Callable[[], Iterable[Record]],
    paths: tuple[Path, Path],
    choices: Choices,
    report: LossReport,
    *,
    parallel: Parallel,
    progress: Progress,
) -> _Written:
    """Write both files of documents that were each read back already, and report what was lost of them."""
    from spacy.tokens import DocBin

    progress.start("Writing", progress.total)
    docbin = DocBin(attrs=ATTRIBUTES, store_user_data=True)
    written, tally = _Written(), Tally(choices)
    with paths[1].open("wb") as file:
        file.write(b'{"documents": [')
        for part in _parts(records, choices, parallel, progress):
            separator = b",\n" if len(docbin) else b"\n"
            docbin.strings.update(part.strings)
            for name in LISTS:
                getattr(docbin, name).extend(part.lists[name])
            entries = zip(_hashes(docbin, len(docbin) - len(part.lines)), map(hash, part.lines), strict=True)
            written.entries += [why or next(entries) for why in part.left_out]
            file.write(separator + b",\n".join(part.lines) if part.lines else b"")
            tally.take(part.tally)
            _take(report, part.report)
            for _ in part.left_out:
                progress.advance()
        file.write(b"\n]}\n")
    if not written.entries:
        raise FormatError("There is nothing to export, so no file was written.")
    if not len(docbin):
        raise none_can_be(len(written.entries), "exported", str(written.entries[0]))
    docbin.to_disk(paths[0])
    written.strings = hash(frozenset(docbin.strings))
    tally.tell(report)
    return written


def _parts(records: Callable[[], Iterable[Record]], choices: Choices, parallel: Parallel, progress: Progress) -> Iterator[Made]:
    """Yield what becomes of each batch of the records, in their order."""
    source = iter(records())

    def batches() -> Iterator[list[Record]]:
        while batch := list(islice(source, SIZE)):
            progress.advance(0)  # hears of a cancel
            yield batch

    if parallel is None:
        return (made(batch, choices) for batch in batches())
    return parallel(made_of_plain, ((choices, list(map(plain, batch))) for batch in batches()))


def _take(report: LossReport, part: LossReport) -> None:
    report.documents += part.documents
    report.spans += part.spans
    report.relations += part.relations
    report.unreviewed += part.unreviewed
    report.add(part.losses)
    report.more += part.more


def _hashes(docbin: Any, first: int) -> Iterator[int]:
    """Yield a hash of all that a DocBin holds of each document from ``first`` on."""
    for number in range(first, len(docbin)):
        arrays = docbin.tokens[number].tobytes(), docbin.spaces[number].tobytes()
        said = repr((docbin.cats[number], docbin.flags[number]))
        yield hash((*arrays, said, docbin.span_groups[number], docbin.user_data[number]))


def _compare(
    records: Callable[[], Iterable[Record]],
    paths: tuple[Path, Path],
    choices: Choices,
    written: _Written,
    report: LossReport,
    *,
    progress: Progress,
) -> None:
    """Read both files from the disk, and look closely at each document that is not what was read back before."""
    from spacy.tokens import DocBin

    progress.start("Comparing", progress.done)
    docbin = DocBin().from_disk(paths[0])
    sound = written.strings == hash(frozenset(docbin.strings)) and docbin.attrs == DocBin(attrs=ATTRIBUTES).attrs
    found = _hashes(docbin, 0)
    other: dict[int, bool] = {}
    with paths[1].open("rb") as twin_file:
        lines = (hash(line.rstrip(b",\n")) for line in twin_file if line.startswith(b'{"name"'))
        for number, entry in enumerate(written.entries):
            progress.advance()
            if isinstance(entry, str):
                continue
            same_line = next(lines, None) == entry[1]
            if next(found, None) != entry[0] or not same_line or not sound:
                other[number] = same_line
    if other:
        _explain(records, paths[0], choices, written, report, other=other)


def _explain(
    records: Callable[[], Iterable[Record]],
    path: Path,
    choices: Choices,
    written: _Written,
    report: LossReport,
    *,
    other: Mapping[int, bool],
) -> None:
    """Report what is different in the documents ``other``, by their positions; the values tell whether their JSON lines are right."""
    docs = docs_of(path)
    for number, (record, entry) in enumerate(zip_longest(records(), written.entries)):
        if record is None or entry is None:
            raise changed()
        read = None if isinstance(entry, str) else next(docs, None)
        planned = plan(record, choices) if number in other else None
        if planned is not None:
            report.add(differences(record, planned, read, same_line=other[number]))
