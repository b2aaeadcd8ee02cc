"""Make the built program smaller: ``python packaging/strip.py dist/annotator``.

Debug information is stripped from the compiled modules of spaCy and its family and from libpython, which more than halves them.
numpy's and Qt's libraries are left alone: stripping breaks the former and gains nothing on the latter.  On systems without
``strip`` (Windows) only the sources that nothing reads at run time are removed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = ("spacy", "thinc", "blis", "srsly", "cymem", "preshed", "murmurhash")
SOURCES = (".pyx", ".pxd", ".pyi", ".c", ".cpp", ".h")


def libraries(folder: Path) -> list[Path]:
    """Return the libraries to strip, in text order."""
    found = [path for package in PACKAGES for path in folder.rglob(f"{package}/**/*.so")]
    found += folder.rglob("libpython*.so*")
    return sorted(path for path in set(found) if path.is_file() and not path.is_symlink())


def sources(folder: Path) -> list[Path]:
    """Return the source files of compiled modules, which are read only by compilers."""
    # a set: from Python 3.13 on, a pattern with two stars in a row of folders gives some paths twice
    return sorted({path for package in PACKAGES for path in folder.rglob(f"{package}/**/*") if path.suffix in SOURCES})


def size(folder: Path) -> int:
    """Return the bytes of all files under ``folder``, links counted once."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def main() -> None:
    """Strip the folder named on the command line and print what it gained."""
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        raise SystemExit("usage: python packaging/strip.py FOLDER")
    folder = Path(sys.argv[1])
    before = size(folder)
    for path in sources(folder):
        path.unlink()
    tool = shutil.which("strip")
    for library in libraries(folder) if tool else []:
        subprocess.run([str(tool), "--strip-debug", str(library)], check=True)
    print(f"{folder}: {before / 1e6:.0f} MB, now {size(folder) / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
