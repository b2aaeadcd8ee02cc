"""The log never stops the program, and holds what a report of a defect needs."""

import logging
import subprocess
import sys
import threading
import warnings
from pathlib import Path

import pytest

from annotator import log, paths

logger = logging.getLogger("annotator.tests.log")


@pytest.fixture
def profile(tmp_path, monkeypatch):
    monkeypatch.setenv(paths.PROFILE_VARIABLE, str(tmp_path))
    log._recent.clear()
    yield tmp_path
    log.tear_down()
    log._recent.clear()


def test_records_go_to_the_file_and_are_remembered(profile):
    log.set_up()
    logger.info("Opened %s documents", 3)
    assert "Opened 3 documents" in (profile / log.LOG_FILE).read_text(encoding="utf-8")
    assert log.recent()[-1].endswith("INFO annotator.tests.log: Opened 3 documents")


def test_details_are_logged_only_for_debugging(profile, capsys):
    log.set_up()
    logger.debug("quiet detail")
    log.set_up(debug=True)
    logger.debug("loud detail")
    remembered = "\n".join(log.recent())
    assert "loud detail" in remembered
    assert "quiet detail" not in remembered
    assert "loud detail" in capsys.readouterr().err


def test_setting_up_twice_logs_once(profile):
    log.set_up()
    log.set_up()
    logger.info("only once")
    assert (profile / log.LOG_FILE).read_text(encoding="utf-8").count("only once") == 1


def test_only_the_last_500_records_are_remembered(profile):
    log.set_up()
    for number in range(600):
        logger.info("record %d.", number)
    assert len(log.recent()) == 500
    assert log.recent()[0].endswith("record 100.")
    assert log.recent()[-1].endswith("record 599.")


def test_a_log_folder_that_cannot_be_written_stops_nothing(profile, monkeypatch):
    file = profile / "file"
    file.write_text("in the way")
    monkeypatch.setenv(paths.PROFILE_VARIABLE, str(file / "below"))
    log.set_up()
    logger.info("still remembered")
    assert any("No log file" in line for line in log.recent())
    assert log.recent()[-1].endswith("still remembered")


def test_a_record_that_does_not_fit_its_arguments_stops_nothing(profile):
    handler = log._Memory()
    handler.emit(logging.LogRecord("annotator.x", logging.INFO, "", 0, "%d documents", ("three",), None))
    assert log.recent()[-1] == "INFO annotator.x: '%d documents'"


def test_surrogates_in_a_record_stop_nothing(profile, monkeypatch):
    # kept from pytest's own capture, which could not send such text from one test process to another
    monkeypatch.setattr(logging.getLogger("annotator"), "propagate", False)
    log.set_up()
    logger.info("file \udcff.txt")
    logger.info("next")
    assert "next" in (profile / log.LOG_FILE).read_text(encoding="utf-8")


def test_an_exception_that_ends_a_thread_is_logged(profile):
    log.set_up()

    def work():
        raise LookupError("nobody catches me")

    thread = threading.Thread(target=work, name="reader")
    thread.start()
    thread.join()
    text = (profile / log.LOG_FILE).read_text(encoding="utf-8")
    assert "CRITICAL annotator.log: Uncaught exception in reader" in text
    assert "LookupError: nobody catches me" in text


def test_warnings_of_python_are_logged(profile):
    log.set_up()
    with warnings.catch_warnings():
        warnings.simplefilter("always")
        logging.captureWarnings(False)
        logging.captureWarnings(True)
        warnings.warn("an old way", UserWarning, stacklevel=1)
    assert any("an old way" in line for line in log.recent())


def test_tear_down_puts_everything_back(profile):
    hook, handlers = threading.excepthook, list(logging.getLogger("annotator").handlers)
    log.set_up()
    assert threading.excepthook is not hook
    log.tear_down()
    assert threading.excepthook is hook
    assert logging.getLogger("annotator").handlers == handlers
    log.tear_down()


CRASH = """
import faulthandler
from annotator import log
faulthandler.disable()
log.set_up()
print(repr(log.last_fault()))
if {crash}:
    faulthandler._sigsegv()
"""


def _run(code: str, profile: Path) -> subprocess.CompletedProcess[str]:
    root = Path(paths.__file__).resolve().parent.parent
    environment = {paths.PROFILE_VARIABLE: str(profile), "PYTHONPATH": str(root)}
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_a_crash_below_python_is_found_at_the_next_start(tmp_path):
    first = _run(CRASH.format(crash=True), tmp_path)
    assert first.returncode != 0
    assert first.stdout == ""
    second = _run(CRASH.format(crash=False), tmp_path)
    assert "Segmentation fault" in second.stdout
    assert "Segmentation fault" in (tmp_path / log.PREVIOUS_FAULT_FILE).read_text(encoding="utf-8")
    third = _run(CRASH.format(crash=False), tmp_path)
    assert third.stdout.strip() == "''"


def test_diagnostics_name_versions_folders_and_the_last_records(profile):
    log.set_up()
    logger.info("the last thing that happened")
    text = log.diagnostics()
    for part in ("annotator ", f"Python {sys.version_info.major}.{sys.version_info.minor}", "Platform ", "SQLite ", "spacy 3.8"):
        assert part in text
    assert str(profile) in text
    assert text.rstrip().endswith("the last thing that happened")


def test_diagnostics_hide_the_home_folder(profile, monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: profile)
    assert str(profile) not in log.diagnostics()
    assert "Data ~" in log.diagnostics()


def test_diagnostics_load_neither_qt_nor_spacy(tmp_path):
    code = "import sys; from annotator import log; log.diagnostics(); print([n for n in ('PySide6', 'spacy') if n in sys.modules])"
    assert _run(code, tmp_path).stdout.strip() == "[]"
