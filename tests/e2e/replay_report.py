"""Replay real data in the real window and print how many presses everything took: ``python tests/e2e/replay_report.py [--all]``.

Without ``--all`` a sample is replayed, in about two minutes; with it every sentence and every text with relations.  A replay whose saved
result is not exactly the gold stops with what differs.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.pop("QT_QPA_PLATFORMTHEME", None)

import pytest

from annotator.domain.labels import LabelScheme
from tests.e2e import replay_result as kinds
from tests.e2e.replay import Replayer
from tests.e2e.replay_data import NEWS, build_project, news_cases, news_scheme, relation_cases
from tests.e2e.replay_hands import BY_CARET, BY_JUMP
from tests.e2e.replay_result import Case, Tally
from tests.e2e.window_support import program

AIMS = {
    kinds.NEW_SPAN: 5.0,
    kinds.RELABEL: 1.0,
    kinds.REMOVAL: 1.0,
    kinds.ACCEPTANCE: 1.0,
    kinds.RELATION: 4.0,
    kinds.RIGHT: 0.0,
}

Run = tuple[str, LabelScheme, list[Case], dict[str, object]]


def main() -> None:
    """Read the arguments, replay and print."""
    parser = argparse.ArgumentParser(description="Count the presses that real data takes.")
    parser.add_argument("--all", action="store_true", help="every sentence, not a sample")
    chosen = parser.parse_args()
    print(f"{'':52}{'times':>7}{'presses':>9}{'each':>7}{'most':>6}   aim")
    for name, scheme, cases, how in runs(everything=chosen.all):
        started = time.perf_counter()
        tally = replayed(scheme, cases, how)
        print(f"{name}: {len(cases)} documents, {tally.total} presses, {time.perf_counter() - started:.0f} s")
        for kind, each in sorted(tally.each.items()):
            strict = kind != kinds.NEW_SPAN or how.get("way") != BY_CARET
            aim = f"{AIMS[kind]:.1f}" if kind in AIMS and strict else ""
            print(f"    {kind:48}{len(each):7}{sum(each):9}{tally.average(kind):7.2f}{max(each):6}   {aim}")
        if tally.paged:
            print(f"    {'of these to turn pages':48}{'':7}{tally.paged:9}", flush=True)


def runs(*, everything: bool) -> Iterator[Run]:
    """Yield what is replayed, each with a name and how."""
    scheme = news_scheme()
    for file in ("dev", "train") if everything else ("dev",):
        path, count = NEWS / f"{file}.txt", 0 if everything else 150
        yield f"{file}, from plain text, by jump", scheme, news_cases(path, count=count), {"way": BY_JUMP}
        yield f"{file}, from plain text, by caret", scheme, news_cases(path, count=count), {"way": BY_CARET}
        yield f"{file}, from faulty suggestions", scheme, news_cases(path, count=count, faulty=True), {}
        yield f"{file}, accepting each", scheme, news_cases(path, count=count, faulty=True), {"accept_each": True}
        articles = news_cases(path, count=0 if everything else 4, together=20)
        yield f"{file}, articles of 20 sentences, by jump", scheme, articles, {"way": BY_JUMP}
    labels, cases = relation_cases()
    yield "relations, from spans", labels, cases, {}
    labels, cases = relation_cases(faulty=True)
    yield "relations, from faulty suggestions", labels, cases, {}


def replayed(scheme: LabelScheme, cases: list[Case], how: dict[str, object]) -> Tally:
    """Replay cases in a project of their own and return the count."""
    tally = Tally()

    def drive(user) -> None:
        replayer = Replayer(user, tally, **how)
        for case in cases:
            replayer.replay(case)

    with (
        tempfile.TemporaryDirectory(prefix="annotator-replay-", ignore_cleanup_errors=True) as folder,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setenv("ANNOTATOR_PROFILE", folder)
        program(patch)(drive, "open", build_project(Path(folder) / "replay.annotator", scheme, cases))
    return tally


if __name__ == "__main__":
    main()
