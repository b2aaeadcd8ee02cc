"""The proof behind the upper bound of PySide6-Essentials in pyproject.toml.

PySide6 6.12.0 on Python 3.11 gives back a reference to None (or True) at every call that returns one; after some thousand calls the
interpreter aborts in ``none_dealloc``.  A long session makes millions of such calls, so the count must stand still.  It runs in a
process of its own, because the fault would take the tests with it.
"""

from __future__ import annotations

import subprocess
import sys

_PROGRAM = """
import sys
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication, QLabel

class Source(QObject):
    fired = Signal(object)

app = QApplication([])
label, source = QLabel(), Source()
seen = []
source.fired.connect(seen.append)
CALLS = 20_000
before = sys.getrefcount(None), sys.getrefcount(True)
for number in range(CALLS):
    label.setText("text")
    label.isEnabled()
    source.fired.emit(number)
after = sys.getrefcount(None), sys.getrefcount(True)
assert len(seen) == CALLS
lost = [early - late for early, late in zip(before, after)]
assert all(count < CALLS // 10 for count in lost), f"references lost: {lost}"
print("sound")
"""


def test_calls_that_return_nothing_lose_no_reference_to_none():
    done = subprocess.run([sys.executable, "-c", _PROGRAM], capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "sound"
