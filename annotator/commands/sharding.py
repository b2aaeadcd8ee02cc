"""An export in several numbered files, for what is more than one file should hold."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

from annotator.domain.exchange import LossReport
from annotator.domain.progress import Progress
from annotator.domain.rules import amount
from annotator.errors import FormatError
from annotator.formats.files import refusal
from annotator.formats.placing import place_all

MOST_LOSSES = 10_000
"""So many losses a report of several files lists, and so many documents that were left out; the rest is counted by reason."""

Part = tuple[int, int]
"""The positions that go into one file, half-open."""


def write_shards(
    write: Callable[[Part, Path, Progress], LossReport],
    target: Path,
    bounds: Sequence[Part],
    whole: LossReport,
    *,
    progress: Progress,
) -> LossReport:
    """Write numbered files into a folder beside the target, and move them to their places when all of them are right.

    ``write`` writes one part and reads it back; ``whole`` takes the sum of the reports.  After an error or a cancel none is there, and
    what stood in their places still does.
    """
    names = [shard_name(target, number, len(bounds)) for number in range(1, len(bounds) + 1)]
    whole.path = str(target.with_name(names[0]))
    progress.start("Exporting", 2 * bounds[-1][1])
    folder = target.with_name(f".{target.name}.{os.getpid()}.parts")
    try:
        _refuse_strangers(target, set(names))
        folder.mkdir()
        for name, part in zip(names, bounds, strict=True):
            report = write(part, folder / name, _part_of(progress))
            add_report(whole, report)
            whole.notices += [f"{Path(report.path).name}: {notice}" for notice in report.notices]
        place_all([(path, target.with_name(path.name)) for path in sorted(folder.iterdir())])
    except FileNotFoundError as error:
        if not target.parent.is_dir():
            raise no_folder(target) from error
        raise refusal(target, error) from error
    except OSError as error:
        in_the_way = target.with_name(Path(error.filename).name) if error.filename else target
        raise refusal(in_the_way if in_the_way.name in names else target, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    whole.notices.insert(0, f"The documents are in {len(names)} files, {names[0]} to {names[-1]}.")
    return whole


def no_folder(target: Path) -> FormatError:
    """Return the error for a target whose folder is not there."""
    return FormatError(f"The folder “{target.parent}” does not exist, so nothing was exported. Make it first, or choose another.")


def shard_name(target: Path, number: int, count: int) -> str:
    """Return the name of one of several files, numbered from 1."""
    return f"{target.stem}-{number:05}-of-{count:05}{target.suffix}"


def shard_bounds(documents: Sequence[int], shard: int) -> list[Part]:
    """Return from which position to which each file goes, ``shard`` documents in each; the sets of one document follow each other."""
    firsts = [0]
    count = 1
    for position in range(1, len(documents)):
        if documents[position] != documents[position - 1]:
            count += 1
            if count > shard:
                firsts.append(position)
                count = 1
    return list(zip(firsts, [*firsts[1:], len(documents)], strict=True))


def _refuse_strangers(target: Path, names: set[str]) -> None:
    """Refuse where an earlier export left another number of files: a training folder would then hold both."""
    pattern = re.compile(rf"{re.escape(target.stem)}-\d{{5}}-of-\d{{5}}{re.escape(target.suffix)}")
    others = [path.name for path in target.parent.iterdir() if pattern.fullmatch(path.name) and path.name not in names]
    if others:
        raise FormatError(
            f"“{target.parent}” holds {amount(len(others), 'file')} of an earlier export of another size ({min(others)}). "
            "Remove them, or choose another name; nothing was exported."
        )


def _part_of(progress: Progress) -> Progress:
    """Return a progress for one of several files that counts on in ``progress``, and is cancelled with it."""
    last = [("", 0)]

    def listener(part: Progress) -> None:
        what, done = last[0]
        more = part.done - (done if part.what == what and part.done >= done else 0)
        last[0] = part.what, part.done
        progress.advance(more)

    return Progress(listener=listener)


def add_report(whole: LossReport, part: LossReport) -> None:
    """Add the figures and losses of one file; its notices are left, for they have to say of which file they are."""
    whole.documents += part.documents
    whole.spans += part.spans
    whole.relations += part.relations
    whole.unreviewed += part.unreviewed
    whole.add(part.losses, MOST_LOSSES)
    whole.more += part.more
    whole.unsaid += part.unsaid
    whole.policies += part.policies
    whole.cutting += part.cutting
