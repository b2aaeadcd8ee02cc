"""The log: a rotating file, the last records in memory for a report, and a file for crashes below Python.

Nothing here may stop the program: where the log folder cannot be written, records are kept in memory alone.  Loggers are named
after their modules (``logging.getLogger(__name__)``), so that all of them stand below ``annotator``.  Article text is never logged.
"""

from __future__ import annotations

import faulthandler
import logging
import platform
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any, TextIO

from annotator import paths
from annotator._version import __version__

LOG_FILE = "annotator.log"
FAULT_FILE = "faults.log"
PREVIOUS_FAULT_FILE = "faults.previous.log"

_REMEMBERED = 500
_FILE_SIZE = 1_000_000
_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
_REPORTED = ("PySide6-Essentials", "spacy", "sqlite-utils", "click", "platformdirs", "orjson", "filelock", "charset-normalizer")
_LOGGERS = ("annotator", "py.warnings")

_logger = logging.getLogger(__name__)
_recent: deque[str] = deque(maxlen=_REMEMBERED)


class _Memory(logging.Handler):
    """Keeps the last records, formatted, in ``_recent``."""

    def emit(self, record: logging.LogRecord) -> None:
        try:
            _recent.append(self.format(record))
        except Exception:  # a record whose arguments do not fit its message must not stop the work it reports on
            _recent.append(f"{record.levelname} {record.name}: {record.msg!r}")


class _QuietFile(RotatingFileHandler):
    """A rotating file that gives up a record rather than complain: the disk may be full, or another process may rotate."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Drop the record; it is still in memory."""


@dataclass(slots=True)
class _State:
    """What ``set_up`` changed, for ``tear_down`` to put back."""

    handlers: list[logging.Handler]
    thread_hook: Callable[[threading.ExceptHookArgs], Any]
    faults: TextIO | None = None
    last_fault: str = ""


_state: _State | None = None


def set_up(debug: bool = False) -> None:
    """Begin to log; called once by the program's start, harmless when called again.

    With ``debug`` everything is logged, and shown on standard error too.  Also captures Python's warnings, logs exceptions that
    end a thread, and has crashes below Python written to a file.
    """
    global _state  # noqa: PLW0603 - logging itself is global
    tear_down()
    folder = paths.log_dir()
    handlers: list[logging.Handler] = [_Memory()]
    failure: OSError | None = None
    try:
        handlers.append(
            _QuietFile(folder / LOG_FILE, maxBytes=_FILE_SIZE, backupCount=3, encoding="utf-8", errors="backslashreplace")
        )
    except OSError as error:
        failure = error
    if debug and sys.stderr is not None:  # a program without a console has none
        handlers.append(logging.StreamHandler())
    _attach(handlers, logging.DEBUG if debug else logging.INFO)
    _state = _State(handlers, threading.excepthook, *_watch_for_faults(folder))
    threading.excepthook = _on_thread_exception
    if failure is not None:
        _logger.warning("No log file: %s", failure)
    _logger.info("annotator %s, Python %s, %s", __version__, platform.python_version(), platform.platform())
    if _state.last_fault:
        _logger.warning("The last run crashed below Python; see %s", PREVIOUS_FAULT_FILE)


def tear_down() -> None:
    """Undo ``set_up``: close the files and put back what was hooked; the remembered records stay."""
    global _state  # noqa: PLW0603
    if _state is None:
        return
    threading.excepthook = _state.thread_hook
    logging.captureWarnings(False)
    for handler in _state.handlers:
        for name in _LOGGERS:
            logging.getLogger(name).removeHandler(handler)
        handler.close()
    logging.getLogger("annotator").setLevel(logging.NOTSET)
    if _state.faults is not None:
        faulthandler.disable()
        _state.faults.close()
    _state = None


def recent() -> list[str]:
    """Return the last records, oldest first: at most 500."""
    return list(_recent)


def last_fault() -> str:
    """Return the traceback that a crash below Python left in the run before this one; empty if there was none."""
    return _state.last_fault if _state is not None else ""


def diagnostics() -> str:
    """Return what a report of a defect needs, as plain text: versions, folders and the last records; the home folder as ``~``.

    Versions are read from package metadata, which loads neither Qt nor spaCy.  SQLite's is known once the store is loaded.
    """
    sqlite = getattr(sys.modules.get("sqlite3"), "sqlite_version", "not loaded")
    lines = [
        f"annotator {__version__}" + (" (bundle)" if getattr(sys, "frozen", False) else ""),
        f"Python {platform.python_version()}",
        f"Platform {platform.platform()}",
        f"SQLite {sqlite}",
        *(f"{name} {_version(name)}" for name in _REPORTED),
        f"Data {paths.data_dir()}",
        f"Settings {paths.config_dir()}",
        f"Log {paths.log_dir()}",
    ]
    fault = last_fault()
    if fault:
        lines += ["", "The run before this one crashed:", fault.rstrip()]
    lines += ["", f"Last records ({len(_recent)}):", *recent()]
    return _without_home("\n".join(lines)) + "\n"


def _without_home(text: str) -> str:
    home = ""
    with suppress(RuntimeError):  # an account without a home folder
        home = str(Path.home())
    return text.replace(home, "~") if len(home) > 1 else text


def _attach(handlers: list[logging.Handler], level: int) -> None:
    formatter = logging.Formatter(_FORMAT)
    for handler in handlers:
        handler.setFormatter(formatter)
        for name in _LOGGERS:
            logging.getLogger(name).addHandler(handler)
    logging.getLogger("annotator").setLevel(level)
    logging.captureWarnings(True)


def _watch_for_faults(folder: Path) -> tuple[TextIO | None, str]:
    """Point faulthandler at a file, and return it with what a crash of an earlier run left there."""
    if faulthandler.is_enabled():  # somebody asked for it on standard error (python -X faulthandler, a test run): leave it there
        return None, ""
    place = folder / FAULT_FILE
    fault = ""
    with suppress(OSError):
        fault = place.read_text(encoding="utf-8", errors="replace")
        if fault:
            place.replace(folder / PREVIOUS_FAULT_FILE)
    try:
        file = place.open("a", encoding="utf-8")
    except OSError:
        return None, fault
    faulthandler.enable(file)
    return file, fault


def _on_thread_exception(args: threading.ExceptHookArgs) -> None:
    if args.exc_value is None or isinstance(args.exc_value, SystemExit):
        return
    name = args.thread.name if args.thread is not None else "a thread"
    _logger.critical("Uncaught exception in %s", name, exc_info=args.exc_value)


def _version(distribution: str) -> str:
    from importlib import metadata  # brings a parser of e-mail with it, for which no start should wait

    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return "unknown"
