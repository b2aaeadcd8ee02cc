"""Exporting training data as a whole: divided, with a mended tokenizer, and with all that ``spacy train`` needs.

Beside ``gold.spacy`` (or ``gold-train.spacy``, ``gold-dev.spacy`` and ``gold-test.spacy``) stands the folder ``gold.training`` with
``config.cfg`` and ``project.yml``; where the tokenizer was mended, also with ``tokenizer`` (a blank pipeline) and ``tokenizer.json`` (its
rules, to be read).  ``gold.split.json`` remembers which text went where: the next export leaves it there.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import orjson

from annotator.commands.sharding import MOST_LOSSES, add_report, shard_bounds, shard_name
from annotator.commands.training_options import TrainingOptions
from annotator.commands.training_place import place_training
from annotator.domain.exchange import Fate, LossReport, Record, Writer
from annotator.domain.labels import LabelScheme
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.domain.splitting import PARTS, Division, candidate, divide
from annotator.errors import FormatError
from annotator.formats.compare import document_loss
from annotator.formats.files import refusal


@dataclass(frozen=True, slots=True)
class Data:
    """What is exported: ``records`` gives anew, as often as asked, the documents at some positions among ``count``.

    ``write`` is the format's writer with its options in it; ``shard`` the most documents of one file (0: no limit).
    """

    count: int
    records: Callable[[Sequence[int]], Iterator[Record]]
    write: Callable[[Callable[[], Iterable[Record]], Path, Progress], LossReport]
    language: str
    shard: int = 0


def bound(writer: Writer, scheme: LabelScheme, options: Mapping[str, str]) -> Callable[..., LossReport]:
    """Return a writer with its scheme and options, as ``Data.write`` is called."""

    def write(records: Callable[[], Iterable[Record]], path: Path, progress: Progress) -> LossReport:
        return writer(records, path, scheme, options=options, progress=progress)

    return write


@dataclass(slots=True)
class _Work:
    """One export under way: what was made of the data before any of it was written."""

    data: Data
    target: Path
    parts: dict[str, list[int]]
    report: LossReport
    rules: dict[str, object] = field(default_factory=dict)
    save: Callable[[Path], None] | None = None
    assigned: dict[str, str] = field(default_factory=dict)


def write_training(data: Data, target: Path, asked: TrainingOptions, progress: Progress) -> LossReport:
    """Write everything, read it back, check it, and put it in its place: all of it or nothing."""
    work = _prepared(data, target, asked, progress)
    folder = target.with_name(f".{target.name}.{os.getpid()}.parts")
    try:
        folder.mkdir()
        paths = _write_parts(work, folder, progress)
        if asked.training != "none" or work.save is not None:
            _write_files(work, folder, paths, asked)
        if work.assigned:
            _split_path(folder / target.name).write_bytes(orjson.dumps({"parts": work.assigned}, option=_JSON))
        work.report.notices += place_training(folder, target.parent)
    except OSError as error:
        place = Path(error.filename or target)  # the file in the way, unless the system speaks of one of ours
        raise refusal(target if folder in (place, *place.parents) else place, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return work.report


def preview_training(data: Data, target: Path, asked: TrainingOptions, progress: Progress) -> LossReport:
    """Tell what ``write_training`` would; ``data.write`` is then a writer that writes nothing."""
    work = _prepared(data, target, asked, progress)
    for positions in work.parts.values():
        _add(work.report, data.write(_source(work, positions), target, progress))
    return work.report


_JSON = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS


def _prepared(data: Data, target: Path, asked: TrainingOptions, progress: Progress) -> _Work:
    work = _Work(data, target, {"": list(range(data.count))}, LossReport("spacy", str(target)))
    if asked.tokenizer == "repair":
        work.data = _mended(work, progress)
    if asked.shares:
        _divide(work, asked.shares, progress)
    return work


def _mended(work: _Work, progress: Progress) -> Data:
    """Return the data with the tokens of a tokenizer that no span cuts."""
    from annotator.nlp.tokenizer_repair import Repaired

    data, everything = work.data, range(work.data.count)
    progress.start("Mending the tokenizer", data.count)
    repaired = Repaired(data.language)

    def annotated() -> Iterator[tuple[str, Iterable]]:
        for record in data.records(everything):
            progress.advance()
            yield record.text, record.spans

    edges = repaired.learn(annotated)
    work.rules = {"language": data.language, **repaired.rules.to_dict()}
    work.save = repaired.save if repaired.rules else None  # else it is the one that training has anyway
    rules = repaired.rules
    shown = [" ".join(pieces) for pieces in rules.special_cases.values()][:10]
    work.report.notices.append(
        f"{amount(edges, 'edge')} of spans stood within a token. The mended tokenizer has"
        f" {amount(len(rules.special_cases), 'special case')}{' (' + '; '.join(shown) + ')' if shown else ''} and"
        f" {amount(len(rules.infixes), 'infix pattern')} more than before; the data have its tokens."
    )

    def records(positions: Sequence[int]) -> Iterator[Record]:
        for record in data.records(positions):
            record.tokens = repaired.tokens(record.text)
            yield record

    return replace(data, records=records)


def _split_path(target: Path) -> Path:
    return target.with_name(f"{target.stem}.split.json")


def _divide(work: _Work, wanted: Sequence[float], progress: Progress) -> None:
    data = work.data
    fixed = _earlier(work)
    names = PARTS[: len(wanted)]
    progress.start("Dividing", data.count)
    found = []
    for record in data.records(range(data.count)):
        progress.advance()
        labels = (*(span.label for span in record.spans), *(relation.label for relation in record.relations), *record.categories)
        found.append(candidate(record.text, labels, record.meta))
    division = divide(found, wanted, {key: names.index(part) for key, part in fixed.items() if part in names})
    work.assigned = {**fixed, **{one.key: names[part] for one, part in zip(found, division.parts, strict=True) if part >= 0}}
    work.parts = {name: [at for at, part in enumerate(division.parts) if part == number] for number, name in enumerate(names)}
    both = [at for at, part in enumerate(division.parts) if part < 0]
    reason = "is nearly the same as documents in several parts of the earlier split"
    work.report.add((document_loss(record, Fate.DROPPED, reason) for record in data.records(both)), MOST_LOSSES)
    _tell(work, division, sum(one.key in fixed for one in found))


def _earlier(work: _Work) -> dict[str, str]:
    path = _split_path(work.target)
    try:
        parts = orjson.loads(path.read_bytes())["parts"]
        return {str(key): str(part) for key, part in parts.items()}
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise refusal(path, error) from error
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise FormatError(
            f"{path} should say how documents were divided before, but does not. Remove it to divide anew."
        ) from error


def _tell(work: _Work, division: Division, known: int) -> None:
    notices = work.report.notices
    notices.append(f"Divided into {', '.join(f'{name} {len(at)}' for name, at in work.parts.items())}.")
    if known:
        kept = "document stays" if known == 1 else "documents stay"
        notices.append(f"{known} {kept} where {_split_path(work.target).name} has put them before.")
    if division.near:
        notices.append(f"{amount(division.near, 'document')} with near-duplicates are on one side with them.")
    if division.grouped:
        notices.append(f"{amount(division.grouped, 'document')} of one source and date are kept together.")
    if division.loose:
        notices.append(f"{amount(division.loose, 'document')} share source and date with too many others to be kept together.")
    if division.scarce:
        notices.append(f"Too few documents have these labels for every part to have one: {', '.join(division.scarce)}.")


def _source(work: _Work, positions: Sequence[int]) -> Callable[[], Iterable[Record]]:
    return lambda: work.data.records(positions)


def _write_parts(work: _Work, folder: Path, progress: Progress) -> dict[str, Path]:
    """Write the data of each part; return the file, or the folder of numbered files, that holds it."""
    target, shard = work.target, work.data.shard
    paths: dict[str, Path] = {}
    for part, positions in work.parts.items():
        if not positions:
            continue
        name = f"{target.stem}-{part}" if part else target.stem
        path = paths[part] = folder / (name + target.suffix)
        if not shard or len(positions) <= shard:
            progress.start("Exporting", len(positions))
            _add(work.report, work.data.write(_source(work, positions), path, progress))
            continue
        paths[part] = folder / name
        paths[part].mkdir()
        bounds = shard_bounds(positions, shard)
        for number, (first, stop) in enumerate(bounds, 1):
            progress.start("Exporting", stop - first)
            place = paths[part] / shard_name(path, number, len(bounds))
            _add(work.report, work.data.write(_source(work, positions[first:stop]), place, progress))
        _move_relation_data(paths[part])
        work.report.notices.append(
            f"{name}: {amount(len(positions), 'document')} in {len(bounds)} files, in a folder of that name."
        )
    return paths


def _move_relation_data(folder: Path) -> None:
    """Put dense relation data into a folder of their own: training takes every file of a folder whose name ends in .spacy."""
    found = sorted(folder.glob("*.rel.spacy"))
    other = folder.with_name(f"{folder.name}.rel")
    for path in found:
        other.mkdir(exist_ok=True)
        path.replace(other / path.name)


def _add(whole: LossReport, part: LossReport) -> None:
    add_report(whole, part)
    name = Path(part.path).stem
    whole.notices += [notice if name == Path(whole.path).stem else f"{name}: {notice}" for notice in part.notices]


def _write_files(work: _Work, folder: Path, paths: Mapping[str, Path], asked: TrainingOptions) -> None:
    """Write the folder of training files, and have spaCy check the data with them."""
    from annotator.nlp.training_files import figures, too_long, write_training_files

    place = folder / f"{work.target.stem}.training"
    place.mkdir()
    if work.save is not None:
        work.save(place / "tokenizer")
        (place / "tokenizer.json").write_bytes(orjson.dumps(work.rules, option=_JSON))
    if asked.training == "none":
        return
    train = paths.get("train") or next(iter(paths.values()))
    data = {"train": train, "dev": paths.get("dev", train), **({"test": paths["test"]} if "test" in paths else {})}
    counted = figures(train)
    components = counted.components(asked.training)
    write_training_files(place, work.data.language, components, counted, data, tokenizer=work.save is not None)
    where = f"{place.name}: python -m spacy project run all, or: python -m spacy train config.cfg --output model"
    work.report.notices.append(f"Ready to train {', '.join(components)} in the folder {where}")
    if data["dev"] == train:
        work.report.notices.append(
            "There is no dev part, so training would be measured on the data it learns from: use split=80/10/10."
        )
    if "spancat" in components and (missed := too_long(counted)):
        work.report.notices.append(f"{amount(missed, 'span')} are longer than any that the span categorizer suggests.")
    if asked.debug_data == "yes":
        _check(work, place / "config.cfg", train, data["dev"])


def _check(work: _Work, config: Path, train: Path, dev: Path) -> None:
    from annotator.nlp.checking import checked

    findings = checked(config, train, dev)
    counts = Counter(finding.error for finding in findings)
    told = f"{amount(counts[True], 'error')} and {amount(counts[False], 'warning')}"
    work.report.notices.append(f"spacy debug data: {told if findings else 'nothing to say'}.")
    for finding in findings:
        work.report.findings += finding.places
        work.report.notices.append(f"spacy debug data {'fails' if finding.error else 'warns'}: {finding.message}")
