"""``python -m annotator``, and the entry of the frozen program."""

from __future__ import annotations

import multiprocessing
import sys

if __name__ == "__main__":
    # first of all: in a frozen program a worker process starts here too, and must not open a window of its own
    multiprocessing.freeze_support()

    from annotator.cli.app import main

    sys.exit(main())
