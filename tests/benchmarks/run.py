"""Measure everything and print a table: ``python tests/benchmarks/run.py [--scale N] [--only NAME ...] [--json]``.

Each figure stands beside a bare baseline taken in the same run, since a machine's own speed says nothing.  Nothing is asserted about
speed; what is asserted is that the measured work was done.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.pop("QT_QPA_PLATFORMTHEME", None)

NAMES = ("start", "article", "edit", "project", "import", "export", "formats", "suggest", "scale")


def main() -> None:
    """Read the arguments, run the benchmarks and print."""
    parser = argparse.ArgumentParser(description="Measure the speed as ratios to bare baselines.")
    parser.add_argument("--scale", type=float, default=1.0, help="how much data, 1 takes some minutes")
    parser.add_argument("--only", nargs="+", choices=NAMES, default=NAMES, metavar="NAME", help=f"some of: {', '.join(NAMES)}")
    parser.add_argument("--json", action="store_true", help="print JSON, times in seconds")
    chosen = parser.parse_args()
    rows = _lines(chosen.only, chosen.scale, quiet=chosen.json)
    if chosen.json:
        print(json.dumps(list(rows), indent=2, ensure_ascii=False))
    else:
        for _ in rows:
            pass


def _lines(names: tuple[str, ...], scale: float, *, quiet: bool) -> Iterator[dict[str, object]]:
    from tests.benchmarks.measure import shown

    if not quiet:
        print(f"{'':62}{'ours':>10}{'bare':>10}{'ratio':>8}   target")
    for name in names:
        started = time.perf_counter()
        with tempfile.TemporaryDirectory(prefix="annotator-bench-", ignore_cleanup_errors=True) as folder:
            os.environ["ANNOTATOR_PROFILE"] = folder
            for figure in import_module(f"tests.benchmarks.bench_{name}").benchmark(Path(folder), scale):
                ours = figure.ours if figure.amount is None else figure.amount
                yield {"what": figure.what.strip(), "ours": ours, "bare": figure.bare or None, "ratio": figure.ratio or None}
                if not quiet:
                    bare = shown(figure.bare) if figure.bare else ""
                    ratio = f"{figure.ratio:.2f} ×" if figure.bare else ""
                    told = shown(figure.ours) if figure.amount is None else f"{figure.amount:.1f}"
                    print(f"{figure.what:62}{told:>10}{bare:>10}{ratio:>8}   {figure.target}", flush=True)
        if not quiet:
            print(f"{'':4}({name}: {time.perf_counter() - started:.0f} s)", flush=True)


if __name__ == "__main__":
    main()
