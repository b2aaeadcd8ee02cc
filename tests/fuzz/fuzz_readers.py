"""Search for bytes that break a reader, guided by the branches they reach.

``python tests/fuzz/fuzz_readers.py NAME... [-max_total_time=60]``; without a name in all readers of the table.  Needs atheris; what
begins with a hyphen goes to it.  Each reader is given mutations of sound files (``tests/fuzz/reading.py``) in a process that has
little memory.  A find is written to the folder the program was started in, as libFuzzer does, and ends the search.
"""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

MEMORY_MB = 2048


def main(arguments: list[str]) -> None:
    """Search in the readers that are named, or in all."""
    import atheris

    with atheris.instrument_imports(include=["annotator.formats", "annotator.domain"], enable_loader_override=False):
        from tests.fuzz.reading import READERS, read_all, seeds

        names = [name for name in arguments if not name.startswith("-")] or list(READERS)
        unknown = set(names) - set(READERS)
        if unknown:
            sys.exit(f"No reader is called {', '.join(sorted(unknown))}; there are: {', '.join(READERS)}")
        folder = Path(tempfile.mkdtemp(prefix="annotator-fuzz-"))
        corpus = folder / "corpus"
        corpus.mkdir()
        targets: list[tuple[str, Path]] = []
        for number, name in enumerate(names):
            made = seeds(name, folder / name)
            targets.append((name, made[0]))
            for place, path in enumerate(made):
                (corpus / f"{name}-{place}").write_bytes(bytes([number]) + path.read_bytes())
                with suppress(Exception):
                    read_all(name, path)  # loads what it needs while it is watched

    def one(data: bytes) -> None:
        name, path = targets[data[0] % len(targets)] if data else targets[0]
        path.write_bytes(data[1:])
        read_all(name, path)

    finds = f"-artifact_prefix={os.getcwd()}{os.sep}"  # noqa: PTH109 - the text goes to another program
    flags = ["-timeout=20", f"-rss_limit_mb={MEMORY_MB}", "-max_len=20000", finds]
    atheris.Setup([sys.argv[0], *flags, *(word for word in arguments if word.startswith("-")), str(corpus)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1:])
