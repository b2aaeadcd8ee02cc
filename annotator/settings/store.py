"""The settings file: sparse JSON with only what the user changed, written anew as a whole at every change."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from annotator import paths
from annotator.errors import AnnotatorError
from annotator.settings.table import SETTINGS, cleaned, login_name

FILE_NAME = "settings.json"

Listener = Callable[[str, Any], None]
"""Called with the key and the new value, in the thread that set it."""

_logger = logging.getLogger(__name__)


class Settings:
    """The values of all settings: those of the file, else the table's defaults.

    Not for use from several threads.  Several processes may share a file: a write changes only the keys set here.  ``problem`` is a
    sentence about what could not be read, empty if all is well: a damaged file is kept beside as ``.bad`` and defaults are used.
    """

    def __init__(self, path: Path | None = None) -> None:
        """Read the settings from ``path``, by default the file in the user's settings folder; never raises."""
        self.path = path or paths.config_dir() / FILE_NAME
        self.problem = ""
        self._listeners: list[Listener] = []
        self._unsaved: set[str] = set()
        self._values: dict[str, Any] = {}
        data: dict[str, Any] | None = None
        try:
            data = self._read()
        except OSError as error:
            self.problem = f"The settings file {self.path} cannot be read ({error.strerror or error}); the usual values are used."
        for key, value in (data or {}).items():
            if key in SETTINGS:
                try:
                    self._values[key] = cleaned(SETTINGS[key], value)
                except AnnotatorError as error:
                    self.problem = f"{error} The settings file {self.path} says otherwise; the usual value is used."

    def get(self, key: str) -> Any:
        """Return the value of a setting; lists and mappings are copies.  Raises ``KeyError`` for a key that is not in the table."""
        setting = SETTINGS[key]
        value = cleaned(setting, self._values.get(key, setting.default))
        return login_name() if key == "annotator.name" and not value.strip() else value

    def changed(self, key: str) -> bool:
        """Tell whether the user changed this setting."""
        return key in self._values

    def set(self, key: str, value: Any) -> None:
        """Change a setting, tell the listeners and write the file; the default value takes the key out of the file.

        Raises ``KeyError`` for an unknown key, and ``AnnotatorError`` for a value out of place (nothing changed) or when the file
        cannot be written: then the value holds until the program ends, and the next write tries again.
        """
        setting = SETTINGS[key]
        value = cleaned(setting, value)
        before = self.get(key)
        if value == cleaned(setting, setting.default):
            self._values.pop(key, None)
        else:
            self._values[key] = value
        self._unsaved.add(key)
        try:
            self._write()
        finally:
            if self.get(key) != before:
                for listener in tuple(self._listeners):
                    listener(key, self.get(key))

    def reset(self, key: str) -> None:
        """Go back to the default; raises as ``set`` does."""
        self.set(key, SETTINGS[key].default)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Have ``listener`` called after each change; the function returned ends that, and may be called twice."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            with suppress(ValueError):
                self._listeners.remove(listener)

        return unsubscribe

    def _read(self) -> dict[str, Any] | None:
        """Return what the file holds, unknown keys too, or None: there is no file, or it was damaged and moved out of the way."""
        try:
            content = self.path.read_bytes()
        except FileNotFoundError:
            return None
        try:
            data = json.loads(content.decode("utf-8-sig"))
        except (ValueError, RecursionError):  # not UTF-8, or not JSON
            data = None
        if isinstance(data, dict):
            return data
        self._put_aside()
        return None

    def _put_aside(self) -> None:
        bad = self.path.with_name(self.path.name + ".bad")
        try:
            self.path.replace(bad)
        except OSError as error:
            _logger.warning("The damaged settings file cannot be put aside: %s", error)
            self.problem = f"The settings file {self.path} is damaged; the usual values are used."
        else:
            self.problem = f"The settings file was damaged; it is kept as {bad}, and the usual values are used."

    def _write(self) -> None:
        try:
            data = self._read()
            if data is None:
                data = dict(self._values)
            for key in self._unsaved:
                data.pop(key, None)
                if key in self._values:
                    data[key] = self._values[key]
            replace_file(self.path, json.dumps(data, indent=2) + "\n")
        except OSError as error:
            raise AnnotatorError(
                f"The settings cannot be saved to {self.path} ({error.strerror or error}); the change holds until the program ends."
            ) from error
        self._unsaved.clear()


def replace_file(path: Path, content: str) -> None:
    """Write a file that nobody else may read so that there is always the whole old or the whole new one.

    Its folder is made where there is none; a symbolic link is followed, not replaced.  Raises ``OSError``.
    """
    target = Path(os.path.realpath(path))
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=target.name, suffix=".tmp", dir=target.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
