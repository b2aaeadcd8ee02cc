"""Whether Qt can start here, asked before Qt is imported: a missing system library or display would end the program in Qt's abort.

Only Linux leaves those libraries to the system.  The table follows what the linker says PySide6's platform plug-ins need beyond
what is in every Debian; its packages are named as in Debian 12, names that newer Debian and Ubuntu still understand.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping

_ALWAYS = {
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libdbus-1.so.3": "libdbus-1-3",
}
_X11 = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}
_WAYLAND = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
}


def missing_libraries(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return the Debian packages to install before Qt can show a window (or draw off screen, where ``QT_QPA_PLATFORM`` says so).

    Empty on other systems than Linux.
    """
    if not sys.platform.startswith("linux"):
        return []
    needed = {**_ALWAYS, **_platform_libraries(environ)}
    return sorted({package for library, package in needed.items() if not _loads(library)})


def complaint(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return what keeps the window from opening and what to do about it, or None if nothing does."""
    packages = missing_libraries(environ)
    if packages:
        return (
            "The window needs system libraries that are not installed. On Debian or Ubuntu, install them with this line and try "
            f"again:\n\n    sudo apt install {' '.join(packages)}\n"
        )
    if sys.platform.startswith("linux") and not _platform(environ) and not _has_display(environ):
        return (
            "There is no screen to open a window on: neither DISPLAY nor WAYLAND_DISPLAY is set. Start the program from a "
            "desktop session, or use the command line (annotator --help), which needs no screen."
        )
    return None


def _platform(environ: Mapping[str, str]) -> str:
    """Return the Qt platform somebody chose, without its parameters; empty where Qt chooses."""
    return environ.get("QT_QPA_PLATFORM", "").partition(";")[0].partition(":")[0]


def _has_display(environ: Mapping[str, str]) -> bool:
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def _platform_libraries(environ: Mapping[str, str]) -> dict[str, str]:
    chosen = _platform(environ)
    if chosen:
        return {"xcb": _X11, "wayland": _WAYLAND}.get(chosen, {})
    if environ.get("DISPLAY"):
        # under Wayland there is an X server too, nearly always: Qt falls back to it, but only if one of the two plug-ins loads
        wayland_works = bool(environ.get("WAYLAND_DISPLAY")) and all(_loads(library) for library in _WAYLAND)
        return {} if wayland_works else _X11
    return _WAYLAND if environ.get("WAYLAND_DISPLAY") else {}


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def main() -> int:
    """Print the complaint, if any, to standard error; the exit status is 1 then, else 0."""
    found = complaint()
    if found:
        print(found, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
